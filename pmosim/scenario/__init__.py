"""Scenario: the user's input, in human form, with all its problems in one error."""

from pmosim.scenario.assembly import parse_scenario
from pmosim.scenario.portfolio import Scenario
from pmosim.scenario.resolution import resolved_yaml

__all__ = ["Scenario", "parse_scenario", "resolved_yaml"]
