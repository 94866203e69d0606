"""Scenario: the user's input, in human form, with all its problems in one error."""

from pmosim.scenario.assembly import check_scenario, parse_scenario, read_scenario
from pmosim.scenario.portfolio import Scenario
from pmosim.scenario.resolution import resolved_yaml
from pmosim.scenario.schema import json_schema

__all__ = [
    "Scenario",
    "check_scenario",
    "json_schema",
    "parse_scenario",
    "read_scenario",
    "resolved_yaml",
]
