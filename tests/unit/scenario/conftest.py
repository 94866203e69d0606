"""A small scenario as plain values, to be varied."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pmosim.scenario import parse_scenario

if TYPE_CHECKING:
    from collections.abc import Callable

    from pmosim.scenario import Scenario


@pytest.fixture
def document() -> dict[str, Any]:
    """Return a small scenario: two developers, a tester, projects of one template."""
    return {
        "as_of": "2027-01-04",
        "roles": {"dev": {"day_rate": 500}, "test": {}},
        "people": [{"role": "dev", "headcount": 2}, {"role": "test"}],
        "templates": {
            "small": {
                "tasks": {
                    "build": {"effort": "10pd", "needs": {"dev": 1}},
                    "check": {"effort": "2pd", "needs": {"test": 1}, "after": "build"},
                }
            }
        },
        "projects": [
            {"id": "a", "template": "small", "rank": 1, "due": "2027-03"},
            {"id": "b", "template": "small", "rank": 2, "starts": "2027-02"},
            {"id": "c", "template": "small", "rank": 3, "status": "candidate"},
        ],
    }


@pytest.fixture
def parse(document: dict[str, Any]) -> Callable[..., Scenario]:
    """Return a function that parses the small scenario with some keys replaced."""

    def parsed(**keys: Any) -> Scenario:
        return parse_scenario(document | keys)

    return parsed
