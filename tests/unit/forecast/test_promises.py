from __future__ import annotations

from dataclasses import replace

import numpy as np

from pmosim.forecast import Forecast
from pmosim.network.arrays import MILESTONE, NONE
from tests.unit.forecast.builders import DAY, P, Row, build_network, build_outcomes


def promises_of(project, finished, task_finished=None, **changes):
    network = build_network([project], **changes)
    rows = [Row(k, 0, finished=day * DAY) for k, day in enumerate(finished)]
    tasks = [
        (k, task, 0, 0, day * DAY)
        for k, days in enumerate(task_finished or [])
        for task, day in enumerate(days)
    ]
    outcomes = build_outcomes(network, rows, replications=len(rows), tasks=tasks)
    return Forecast(outcomes).to_document()["promises"]


def test_promises_come_by_date_with_their_chance():
    project = P(
        "crm",
        tasks=("work", "go-live"),
        kinds={"go-live": MILESTONE},
        task_due={"go-live": 9 * DAY},
        due=10 * DAY,
        deadline=80 * DAY,
    )
    found = promises_of(project, [8, 12], [(5, 8), (5, 12)])
    assert [(p["item"], p["kind"], p["date"]) for p in found] == [
        ("go-live", "due", "2026-01-15"),
        (None, "due", "2026-01-16"),
        (None, "deadline", "2026-04-24"),
    ]
    assert [p["p_kept"]["value"] for p in found] == [0.5, 0.5, 1.0]
    assert [p["is_milestone"] for p in found] == [True, False, False]
    assert found[0]["text"] == "crm: go-live, due 2026-01-15, is kept in 50 of 100 futures."
    assert found[0]["p80"]["value"] == "2026-01-20"


def test_the_next_90_days_are_calendar_days_and_the_past_is_marked():
    # Day 0 is 2026-01-05; the 90th day after it is Sunday 2026-04-05, working day 65 ends on
    # Friday 2026-04-03 and day 66 on Monday 2026-04-06.
    ends = {"a": -2, "b": 1, "c": 65, "d": 66}
    project = P("crm", tasks=tuple(ends), task_due={n: d * DAY for n, d in ends.items()})
    found = promises_of(project, [9], [(9, 9, 9, 9)])
    assert [(p["item"], p["days_left"], p["in_90_days"], p["is_past"]) for p in found] == [
        ("a", -5, False, True),
        ("b", 0, True, False),
        ("c", 88, True, False),
        ("d", 91, False, False),
    ]
    assert found[0]["p_kept"]["value"] == 0.0


def test_what_is_done_is_no_promise_any_more():
    network = build_network([P("crm", task_due={"work": -DAY})])
    network = replace(network, tasks=replace(network.tasks, is_done=np.array([True])))
    rows = [Row(0, 0, finished=DAY)]
    outcomes = build_outcomes(network, rows, replications=1, tasks=[(0, 0, 0, 0, 0)])
    document = Forecast(outcomes).to_document()
    assert document["promises"] == []
    (milestone,) = document["projects"][0]["milestones"]
    assert milestone["p_late"]["value"] is None
    assert "done before day 0" in milestone["p_late"]["reason"]


def test_projects_that_ended_before_day_0_promise_nothing():
    network = build_network([P("old", status="done", due=DAY)])
    row = Row(0, 0, status="done", released=NONE, started=NONE)
    document = Forecast(build_outcomes(network, [row], replications=1)).to_document()
    assert document["promises"] == []


def test_a_promise_beyond_the_window_has_no_chance_but_its_reason():
    (found,) = promises_of(P("crm", due=999 * DAY), [9])
    assert found["p_kept"]["value"] is None
    assert "lies after the planning window" in found["p_kept"]["reason"]
    assert "lies after the planning window" in found["text"]


def test_a_task_with_a_deadline_stands_among_the_milestones():
    network = build_network([P("crm")])
    network = replace(network, tasks=replace(network.tasks, deadline=np.array([3 * DAY])))
    rows = [Row(k, 0, finished=9 * DAY) for k in range(2)]
    tasks = [(0, 0, 0, 0, 3 * DAY), (1, 0, 0, 0, 4 * DAY)]
    outcomes = build_outcomes(network, rows, replications=2, tasks=tasks)
    (found,) = Forecast(outcomes).to_document()["projects"][0]["milestones"]
    assert found["deadline"] == "2026-01-07"
    assert found["due"] is None
    assert found["p_past_deadline"]["value"] == 0.5
