"""The engine against a second simulator that shares no code with it, on random scenarios.

``PMOSIM_RANDOM_SCENARIOS=5000`` compares that many, ``PMOSIM_FIRST_SCENARIO`` says where to
begin. A disagreement is printed with the smallest scenario that still shows it.
"""

from __future__ import annotations

import json
import math
import os
from typing import TYPE_CHECKING, Any

import pytest

import pmosim as pm
from tests.oracle import simulator
from tests.properties.scenarios import (
    random_booked_scenario,
    random_scenario,
    shrink,
    valid_document,
    with_answers,
)
from tests.properties.test_practice import with_practice

if TYPE_CHECKING:
    from tests.properties.scenarios import Document

N_BLOCKS = 20
N_SCENARIOS = int(os.environ.get("PMOSIM_RANDOM_SCENARIOS", "160"))
FIRST = int(os.environ.get("PMOSIM_FIRST_SCENARIO", "1"))
ENDED_BEFORE = ("done", "cancelled")
NEVER_THERE = ("absent", *ENDED_BEFORE)


def engine_rows(scenario: pm.Scenario) -> dict[str, Any]:
    """Return what the engine says: minutes, people and statuses by project and task."""
    outcomes = pm.simulate(scenario, replications=1, seed=1, audit=True)
    day = scenario.organisation.calendar.minutes_per_day

    def minute(value: float) -> int | None:
        return None if math.isnan(value) else round(value * day)

    found: dict[str, Any] = {}
    for row in outcomes.projects().to_dict("records"):
        found[row["project"]] = {
            "status": row["status"],
            "released": minute(row["released_day"]),
            "started": minute(row["started_day"]),
            "finished": minute(row["finished_day"]),
        }
        if row["status"] in ENDED_BEFORE:
            found[row["project"]] = {"status": row["status"]}
    for row in outcomes.tasks().to_dict("records"):
        if found[row["project"]]["status"] in NEVER_THERE:
            continue
        found[f"{row['project']}.{row['task']}"] = {
            "ready": minute(row["ready_day"]),
            "started": minute(row["started_day"]),
            "finished": minute(row["finished_day"]),
            "people": sorted(name for name in row["people"].split(", ") if name),
        }
    return found


def oracle_rows(scenario: pm.Scenario) -> dict[str, Any]:
    """Return what the oracle says, in the same form."""
    result = simulator.simulate(scenario)
    found: dict[str, Any] = {}
    for name, project in result.projects.items():
        found[name] = {
            "status": project.status,
            "released": project.released,
            "started": project.started,
            "finished": project.finished,
        }
        if project.status in ENDED_BEFORE:
            found[name] = {"status": project.status}
    for (name, task), row in result.tasks.items():
        if result.projects[name].status in NEVER_THERE:
            continue
        found[f"{name}.{task}"] = {
            "ready": row.ready,
            "started": row.start,
            "finished": row.finish,
            "people": sorted(row.people),
        }
    return found


def differences(document: Document) -> list[str]:
    """Return one line for everything the two say differently; nothing for an invalid file."""
    try:
        scenario = pm.parse_scenario(document)
    except pm.InputError:
        return []
    mine, theirs = oracle_rows(scenario), engine_rows(scenario)
    return [
        f"{name}: oracle {mine.get(name)}, engine {theirs.get(name)}"
        for name in sorted(mine.keys() | theirs.keys())
        if mine.get(name) != theirs.get(name)
    ]


def report(document: Document) -> str:
    """Return the smallest scenario on which the two still disagree, and how."""
    small = shrink(document, lambda trial: bool(differences(trial)))
    lines = [f"{document['name']} shrunk to", json.dumps(small, indent=1), *differences(small)]
    return "\n".join(lines)


def said_by_both(document: Document) -> dict[str, Any]:
    """Return what both say of a valid scenario."""
    assert not differences(document), report(document)
    return engine_rows(pm.parse_scenario(document))


@pytest.mark.parametrize("rules", [{"dispatch": {"rule": "wsjf"}}, {}])
def test_of_two_projects_without_work_of_people_wsjf_takes_the_dearer_delay_first(
    rules: Document,
) -> None:
    def waits(name: str, per_day: str) -> Document:
        return {"id": name, "cost_of_delay": per_day, "tasks": {"wait": {"duration": "2d"}}}

    found = said_by_both(
        {
            "name": "nobody's work",
            "as_of": "2027-01-04",
            "projects": [waits("free", "0/d"), waits("cheap", "1k/d"), waits("dear", "2k/d")],
            "intake": {"policy": "wip_limit", "max_active": 1, "order": "wsjf"},
            **rules,
        }
    )
    assert [found[name]["released"] for name in ("dear", "cheap", "free")] == [0, 960, 1920]


def test_a_task_that_asks_for_people_is_not_begun_once_it_could_never_finish() -> None:
    found = said_by_both(
        {
            "name": "a finish that never comes",
            "as_of": "2027-01-04",
            "people": [{"id": "ana", "role": "analyst"}],
            "projects": [
                {
                    "id": "crm",
                    "tasks": {"build": {"effort": "12pd", "needs": {"ana": 1}}},
                    "cancelled": "2027-01-18",
                },
                {
                    "id": "portal",
                    "tasks": {
                        "link": {"duration": "2d", "after": {"project": "crm"}},
                        "test": {
                            "duration": "3d",
                            "needs": {"ana": 1},
                            "after": {"task": "link", "type": "FF"},
                        },
                    },
                },
            ],
        }
    )
    assert found["crm"]["status"] == "stopped"
    assert found["portal"]["status"] == "blocked"
    assert (found["portal.test"]["ready"], found["portal.test"]["started"]) == (0, None)


@pytest.mark.parametrize("block", range(N_BLOCKS))
def test_the_engine_and_the_oracle_agree_to_the_minute_on_random_scenarios(block: int) -> None:
    for seed in range(FIRST + block, FIRST + N_SCENARIOS, N_BLOCKS):
        document = valid_document(random_scenario, seed)
        assert not differences(document), report(document)


@pytest.mark.parametrize("block", range(N_BLOCKS))
def test_the_engine_and_the_oracle_agree_to_the_minute_where_people_are_booked(block: int) -> None:
    for seed in range(FIRST + block, FIRST + N_SCENARIOS, N_BLOCKS):
        document = valid_document(random_booked_scenario, seed)
        assert not differences(document), report(document)


def with_departures(seed: int) -> Document:
    """Return a random scenario in which it is said what becomes of work in hand."""
    document = random_scenario(seed)
    document.pop("bookings", None)
    return with_answers(document, seed)


@pytest.mark.parametrize("block", range(4))
def test_they_agree_on_who_hands_over_finishes_first_or_is_withdrawn(block: int) -> None:
    for seed in range(FIRST + block, FIRST + N_SCENARIOS // 2, 4):
        document = valid_document(with_departures, seed)
        assert not differences(document), report(document)


def with_learning(seed: int) -> Document:
    """Return a random scenario in which people get faster at kinds of work, and skills grow."""
    document = with_practice(random_scenario(seed), seed)
    document.pop("bookings", None)
    document["dispatch"].pop("hold_after", None)
    for entry in document["roles"].values():
        if "experience" in entry:
            entry["experience"] = {"web": "1.5pd", "data": "0pd", "report": "0.4pd"}
    return document


@pytest.mark.parametrize("block", range(4))
def test_they_agree_on_what_practice_is_worth(block: int) -> None:
    for seed in range(FIRST + block, FIRST + N_SCENARIOS // 2, 4):
        document = valid_document(with_learning, seed)
        assert not differences(document), report(document)
