"""Drivers and reactions that name projects which a run, or a change, leaves out."""

from __future__ import annotations

from typing import Any

import pmosim as pm
from pmosim.network import compile_network
from pmosim.scenario.selection import select_projects


def document() -> dict[str, Any]:
    return {
        "pmosim": 1,
        "as_of": "2027-01-04",
        "roles": {"dev": {}},
        "people": [{"role": "dev"}],
        "templates": {"t": {"tasks": {"a": {"effort": "1pd", "needs": {"dev": 1}}}},
                      "unused": {"tasks": {"a": {"effort": "1pd", "needs": {"dev": 1}}}}},
        "projects": [{"id": name, "template": "t", "due": "2027-01-04"} for name in ("p", "q")],
        "risks": [
            {"id": "one", "probability": "50%", "delay": "1d", "hits": "q.a"},
            {"id": "both", "probability": "50%", "delay": "1d", "hits": ["p", "q"]},
            {"id": "all", "probability": "50%", "delay": "1d"},
            {"id": "none", "probability": "50%", "delay": "1d", "hits": ["unused"]},
        ],
        "reactions": [
            {"id": "r", "when": {"late_by": "1d"}, "do": "escalate", "projects": "q"},
            {"id": "s", "when": {"late_by": "1d"}, "do": "escalate", "projects": ["p", "q"]},
            {"id": "u", "when": {"late_by": "1d"}, "do": "escalate", "projects": ["unused"]},
        ],
    }  # fmt: skip


def test_what_names_only_what_is_left_out_is_left_out_too() -> None:
    scenario = pm.parse_scenario(document())
    changed = scenario.change(remove=["q"])
    for kept in (select_projects(scenario, {"project": ["p"]}).scenario, changed):
        assert [risk.id for risk in kept.drivers] == ["both", "all", "none"]
        assert kept.drivers[0].hits == (("p", ""),)
        assert [reaction.id for reaction in kept.reactions] == ["s"]
        assert kept.reactions[0].projects == ("p",)


def test_a_driver_of_a_template_that_nobody_has_hits_nothing() -> None:
    hits = compile_network(pm.parse_scenario(document())).risks
    assert "risk none" not in {hit.entity for hit in hits}
    assert len([hit for hit in hits if hit.entity == "risk all"]) == 2


def test_a_stream_that_is_removed_takes_its_mentions_along() -> None:
    text = document()
    text["demand"] = {"s": {"template": "t", "rate": "1/y"}}
    text["risks"] = [{"id": "one", "probability": "50%", "delay": "1d", "hits": ["s"]}]
    assert pm.parse_scenario(text).change(remove=["s"]).drivers == ()
