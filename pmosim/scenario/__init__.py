"""Scenario: the user's input, in human form, with all its problems in one error."""

from pmosim.scenario.assembly import check_scenario, parse_scenario, read_scenario
from pmosim.scenario.portfolio import Scenario
from pmosim.scenario.resolution import resolved_yaml

__all__ = ["Scenario", "check_scenario", "parse_scenario", "read_scenario", "resolved_yaml"]
