"""The chain behind a finish, on portfolios that can be worked out by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pmosim as pm
from pmosim.forecast.chain import Steps, chain, own_path
from pmosim.network.arrays import NONE
from pmosim.outcomes import CAUSES
from tests.unit.forecast import builders

DAY = 480


def portfolio(projects: dict[str, Any], **more: Any) -> pm.Outcomes:
    """Simulate one future of projects with one architect and one developer."""
    document = {
        "pmosim": 1,
        "name": "By hand",
        "as_of": "2027-01-04",
        "roles": {"architect": {}, "developer": {}},
        "people": [{"role": "architect", "headcount": 1}, {"role": "developer", "headcount": 1}],
        "projects": [
            {"id": name, "rank": n, **p} for n, (name, p) in enumerate(projects.items(), 2)
        ],
        "dispatch": {"rule": "rank"},
        **more,
    }
    return pm.simulate(pm.parse_scenario(document), replications=1, audit=True)


def work(design: int = 0, build: int = 0) -> dict[str, Any]:
    """Return a project: days of the architect, then days of the developer."""
    tasks: dict[str, Any] = {}
    if design:
        tasks["design"] = {"effort": f"{design}pd", "needs": {"architect": 1}}
    if build:
        tasks["build"] = {"effort": f"{build}pd", "needs": {"developer": 1}}
    if design and build:
        tasks["build"]["after"] = "design"
    return {"tasks": tasks}


def told(outcomes: pm.Outcomes, steps: Steps) -> list[tuple[object, ...]]:
    """Return (from day, to day, project.task, what it is, why it is on the chain)."""
    words = [*CAUSES, *outcomes.network.role_ids, ""]
    tasks = [outcomes.network.tasks.ids[task] for task in outcomes.tasks_.task]
    return [
        (
            begin / DAY,
            end / DAY,
            outcomes.project_ids[owner] + (f".{tasks[task]}" if task != NONE else ""),
            words[cause],
            words[via],
        )
        for begin, end, owner, task, cause, via in zip(
            *(steps.begin, steps.end, steps.owner, steps.task, steps.cause, steps.via), strict=True
        )
    ]


def waits(outcomes: pm.Outcomes, steps: Steps) -> list[tuple[object, ...]]:
    """Return (days, what was waited for, who held it) of an own path, without its work."""
    words = [*CAUSES, *outcomes.network.role_ids]
    return [
        (minutes / DAY, words[cause], "" if holder == NONE else outcomes.project_ids[holder])
        for minutes, cause, holder in zip(steps.minutes, steps.cause, steps.holder, strict=True)
        if cause
    ]


def of(outcomes: pm.Outcomes, project: str) -> Any:
    return np.flatnonzero(outcomes.project_ids == project)


def test_a_chain_goes_through_the_work_of_those_who_held_the_people() -> None:
    # Architect: a 0-4, b 4-7, c 7-9. Developer: a 4-10, b (ready on 7) 10-15, c (ready on 9) 15-16.
    outcomes = portfolio({"a": work(4, 6), "b": work(3, 5), "c": work(2, 1)})
    assert told(outcomes, chain(outcomes, of(outcomes, "c"))) == [
        (15, 16, "c.build", "work", ""),
        (10, 15, "b.build", "work", "developer"),
        (4, 10, "a.build", "work", "developer"),
        (0, 4, "a.design", "work", ""),
    ]
    assert waits(outcomes, own_path(outcomes, of(outcomes, "c"))) == [
        (6, "developer", "b"),
        (7, "architect", "b"),
    ]


def test_several_projects_are_told_one_after_the_other() -> None:
    outcomes = portfolio({"a": work(4), "b": work(3)})
    steps = chain(outcomes, np.array([0, 1]))
    assert steps.of.tolist() == [0, 1, 1]
    assert steps.owner.tolist() == [0, 1, 0]


def test_a_place_is_made_by_the_project_that_ends() -> None:
    intake = {"policy": "wip_limit", "max_active": 2}
    outcomes = portfolio({"a": work(5), "b": work(0, 9), "c": work(3)}, intake=intake)
    assert told(outcomes, chain(outcomes, of(outcomes, "c"))) == [
        (5, 8, "c.design", "work", ""),
        (0, 5, "a.design", "work", "intake"),
    ]
    assert waits(outcomes, own_path(outcomes, of(outcomes, "c"))) == [(5, "intake", "a")]


def test_under_a_limit_of_open_work_the_task_that_finished_made_room() -> None:
    intake = {"policy": "load_limit", "norm": {"architect": "5pd"}}
    outcomes = portfolio({"a": work(4, 6), "c": work(3)}, intake=intake)
    assert told(outcomes, chain(outcomes, of(outcomes, "c"))) == [
        (4, 7, "c.design", "work", ""),
        (0, 4, "a.design", "work", "intake"),
    ]


def test_a_budget_gives_the_place_of_a_project_that_ends_to_nobody() -> None:
    # a ends on the evening before the second period, which pays for b.
    ten = {"fixed_cost": "10k"}
    intake = {"policy": "budget", "period": "10d", "amount": "10k"}
    outcomes = portfolio({"a": work(10) | ten, "b": work(0, 3) | ten}, intake=intake)
    assert told(outcomes, chain(outcomes, of(outcomes, "b"))) == [
        (10, 13, "b.build", "work", ""),
        (0, 10, "b", "intake", ""),
    ]
    assert waits(outcomes, own_path(outcomes, of(outcomes, "b"))) == [(10, "intake", "")]


def test_a_project_after_the_start_of_another_waits_for_its_first_task_to_start() -> None:
    after = {"after": [{"project": "a", "type": "SS", "lag": "2d"}]}
    outcomes = portfolio({"z": work(3), "a": work(5), "b": work(0, 3) | after})
    assert told(outcomes, chain(outcomes, of(outcomes, "b"))) == [
        (5, 8, "b.build", "work", ""),
        (3, 5, "b", "lag", ""),
        (0, 3, "z.design", "work", "architect"),
    ]


def test_what_is_done_again_leads_back_to_the_start_of_its_loop() -> None:
    project = work(1, 4)
    project["tasks"]["check"] = {
        "effort": "2pd",
        "needs": {"architect": 1},
        "after": "build",
        "rework": {"probability": "100%", "of": "build", "max_repeats": 1},
    }
    outcomes = portfolio({"a": project})
    # Built and checked twice, from day 1 to day 13.
    assert told(outcomes, chain(outcomes, of(outcomes, "a"))) == [
        (1, 13, "a.check", "work", ""),
        (0, 1, "a.design", "work", ""),
    ]


def test_a_project_after_another_waits_for_its_end_and_the_lag() -> None:
    after = {"after": [{"project": "a", "lag": "2d"}]}
    outcomes = portfolio({"a": work(5), "b": work(0, 3) | after})
    assert told(outcomes, chain(outcomes, of(outcomes, "b"))) == [
        (7, 10, "b.build", "work", ""),
        (5, 7, "b", "lag", ""),
        (0, 5, "a.design", "work", "project"),
    ]
    assert waits(outcomes, own_path(outcomes, of(outcomes, "b"))) == [(7, "project", "a")]


def test_a_task_may_wait_for_a_task_of_another_project() -> None:
    second = work(1, 3)
    second["tasks"]["build"]["after"] = ["design", {"project": "a", "task": "design"}]
    outcomes = portfolio({"a": work(5, 20), "b": second})
    # The developer is with a until day 25: that comes last.
    assert told(outcomes, chain(outcomes, of(outcomes, "b"))) == [
        (25, 28, "b.build", "work", ""),
        (5, 25, "a.build", "work", "developer"),
        (0, 5, "a.design", "work", ""),
    ]
    alone = portfolio({"a": work(5), "b": second})
    # Without a's build the architect (a first, then b) and the link decide.
    assert told(alone, chain(alone, of(alone, "b"))) == [
        (6, 9, "b.build", "work", ""),
        (5, 6, "b.design", "work", ""),
        (0, 5, "a.design", "work", "architect"),
    ]


def test_a_project_that_came_later_and_took_the_people_is_on_the_chain_from_its_request() -> None:
    # On day 3 the architect is free, b's design is not ready before day 5.
    late = work(4) | {"arrives": "2027-01-07", "rank": 1}
    outcomes = portfolio(
        {
            "first": late,
            "b": {
                "tasks": {
                    "plan": {"duration": "5d"},
                    "design": {"effort": "2pd", "needs": {"architect": 1}, "after": "plan"},
                }
            },
        }
    )
    assert told(outcomes, chain(outcomes, of(outcomes, "b"))) == [
        (7, 9, "b.design", "work", ""),
        (3, 7, "first.design", "work", "architect"),
        (0, 3, "first", "date", ""),
    ]


def test_nobody_holds_those_who_are_away() -> None:
    people = [{"id": "ana", "role": "architect", "leave": ["2027-01-04..2027-01-06"]}]
    outcomes = portfolio({"a": work(2)}, people=[*people, {"role": "developer", "headcount": 1}])
    assert told(outcomes, chain(outcomes, of(outcomes, "a"))) == [
        (3, 5, "a.design", "work", ""),
        (0, 3, "a.design", "architect", ""),
    ]
    assert waits(outcomes, own_path(outcomes, of(outcomes, "a"))) == [(3, "architect", "")]


def test_nobody_holds_those_who_are_kept_free_for_an_older_task() -> None:
    # b waits for both developers and keeps the second one free; on day 5 it is cancelled.
    both = {"tasks": {"pair": {"effort": "4pd", "needs": {"developer": 2}}}}
    outcomes = portfolio(
        {"a": work(0, 10), "b": both | {"cancelled": "2027-01-11"}, "c": work(0, 3)},
        people=[{"role": "developer", "headcount": 2}, {"role": "architect", "headcount": 1}],
        dispatch={"rule": "rank", "hold_after": "0d"},
    )
    assert told(outcomes, chain(outcomes, of(outcomes, "c"))) == [
        (5, 8, "c.build", "work", ""),
        (0, 5, "c.build", "developer", ""),
    ]
    assert waits(outcomes, own_path(outcomes, of(outcomes, "c"))) == [(5, "developer", "")]


def test_who_was_given_back_before_a_task_was_ready_and_kept_is_held_by_nobody() -> None:
    # x gives a developer back on day 2, who is kept for b; c is ready on day 3.
    both = {"tasks": {"pair": {"effort": "4pd", "needs": {"developer": 2}}}}
    third = work(0, 3)
    third["tasks"] |= {"plan": {"duration": "3d"}}
    third["tasks"]["build"]["after"] = "plan"
    outcomes = portfolio(
        {
            "a": work(0, 10),
            "x": work(0, 2),
            "b": both | {"cancelled": "2027-01-11"},
            "c": third,
        },
        people=[{"role": "developer", "headcount": 2}, {"role": "architect", "headcount": 1}],
        dispatch={"rule": "rank", "hold_after": "0d"},
    )
    assert told(outcomes, chain(outcomes, of(outcomes, "c"))) == [
        (5, 8, "c.build", "work", ""),
        (3, 5, "c.build", "developer", ""),
        (0, 3, "c.plan", "work", ""),
    ]
    assert waits(outcomes, own_path(outcomes, of(outcomes, "c"))) == [(2, "developer", "")]


def test_shares_held_throughout_are_given_back_at_the_end_of_their_project() -> None:
    share = {"throughout": {"developer": "60%"}}
    second = {"tasks": {"wait": {"duration": "2d"}}} | share
    outcomes = portfolio({"a": work(6) | share, "b": second})
    assert told(outcomes, chain(outcomes, of(outcomes, "b"))) == [
        (6, 8, "b.wait", "work", ""),
        (0, 6, "a.design", "work", "developer"),
    ]


def test_people_of_one_role_go_when_their_part_is_done() -> None:
    both = {"tasks": {"do": {"effort": {"architect": "9pd", "developer": "4pd"}}}}
    outcomes = portfolio({"a": both, "b": work(0, 3)})
    assert told(outcomes, chain(outcomes, of(outcomes, "b"))) == [
        (4, 7, "b.build", "work", ""),
        (0, 4, "a.do", "work", "developer"),
    ]


def test_the_parts_of_a_phase_lead_back_to_the_parts_before() -> None:
    phases = {
        "plan": {"lasts": "5d", "work": {"architect": "5pd"}},
        "make": {"lasts": "5d", "work": {"developer": "5pd", "architect": "1pd"}},
    }
    outcomes = portfolio({"a": {"phases": phases}})
    assert told(outcomes, chain(outcomes, of(outcomes, "a"))) == [
        (5, 10, "a.make.architect", "work", ""),
        (0, 5, "a.plan.architect", "work", ""),
    ]


def test_a_wait_before_the_start_is_not_overwritten_by_one_after_a_pause() -> None:
    # b waits 4 days for the architect, works 2, pauses, and then waits for the architect again.
    pause = {"pauses": ["2027-01-12..2027-01-13"]}
    last = work(10) | {"arrives": "2027-01-12", "rank": 9}
    outcomes = portfolio({"a": work(4), "b": work(3, 0) | pause, "c": last})
    [row] = np.flatnonzero(outcomes.tasks_.project_row == of(outcomes, "b")[0])
    at = outcomes.handovers.task_row == row
    assert outcomes.handovers.minute[at].tolist() == [4 * DAY]
    assert outcomes.tasks_.wait_role[row] == 0


def test_a_project_that_does_not_finish_has_no_way_back() -> None:
    network = builders.build_network([builders.P("crm")])
    outcomes = builders.build_outcomes(
        network, [builders.Row(0, 0, status="active")], replications=1
    )
    assert len(chain(outcomes, np.array([0])).of) == 0


@pytest.mark.parametrize("at_once", [1, 7, 10**9])
def test_walking_few_or_many_futures_at_once_is_the_same(
    at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = {
        "pmosim": 1,
        "name": "Luck",
        "as_of": "2027-01-04",
        "roles": {"developer": {}},
        "people": [{"role": "developer", "headcount": 1}],
        "projects": [
            {"id": name, "tasks": {"t": {"effort": "2pd/5pd/9pd", "needs": {"developer": 1}}}}
            for name in ("a", "b", "c")
        ],
    }
    outcomes = pm.simulate(pm.parse_scenario(document), replications=20)
    rows = np.arange(len(outcomes.projects_.row))
    expected = chain(outcomes, rows)
    monkeypatch.setattr("pmosim.forecast.chain.TASKS_AT_ONCE", at_once)
    found = chain(outcomes, rows)
    assert np.array_equal(found.owner, expected.owner)
    assert np.array_equal(found.begin, expected.begin)
