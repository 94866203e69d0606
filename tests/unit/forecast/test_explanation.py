"""Explanation: where the time of a project goes, and one future day by day."""

from __future__ import annotations

import pytest

from pmosim.forecast.explanation import explain, write_diary
from pmosim.network.arrays import NONE
from tests.unit.forecast.builders import DAY, Booking, P, Row, build_network, build_outcomes
from tests.unit.forecast.test_chain import portfolio, work

NETWORK = build_network(
    [P("crm", tasks=("design", "build")), P("hr")],
    streams=[P("small")],
    people=(("ana", 0, 500.0, False), ("developer-7", 0, 500.0, False)),
)


def outcomes_of(*rows, **changes):
    replications = changes.pop("replications", 1 + max(row.replication for row in rows))
    return build_outcomes(NETWORK, rows, replications=replications, **changes)


def test_causes_are_mean_days_over_the_finished_futures_and_add_up() -> None:
    outcomes = outcomes_of(
        Row(0, 0, finished=10 * DAY, causes={"work": 6 * DAY, "developer": 4 * DAY}),
        Row(1, 0, finished=20 * DAY, causes={"work": 6 * DAY, "intake": 14 * DAY}),
        Row(2, 0, status="active"),
    )
    found = explain(outcomes, "crm")
    assert found.n_futures == 3
    assert found.p_finished.value == pytest.approx(2 / 3, rel=1e-15)
    assert {cause.name: cause.days.value for cause in found.causes} == {
        "intake": 7.0,
        "work": 6.0,
        "developer": 2.0,
    }
    assert sum(cause.days.value for cause in found.causes) == found.days.value == 15.0
    assert [cause.name for cause in found.waits] == ["intake", "developer"]
    assert [cause.is_role for cause in found.causes] == [False, False, True]
    assert sum(cause.share for cause in found.causes) == pytest.approx(1.0, rel=1e-15)


def test_a_project_that_never_ends_has_no_causes_but_a_future_to_look_at() -> None:
    found = explain(outcomes_of(Row(0, 0, status="queued"), Row(1, 0, status="active")), "crm")
    assert found.causes == ()
    assert found.p_finished.value == 0.0
    assert found.slowest_future in {0, 1}


def test_futures_without_the_project_do_not_count() -> None:
    outcomes = outcomes_of(Row(0, 0, status="absent"), Row(1, 0, finished=DAY))
    assert explain(outcomes, "crm").n_futures == 1


def test_the_future_to_look_at_has_the_80_percent_finish_with_open_ones_last() -> None:
    finished = [50, 10, NONE, 20, 40]
    rows = [
        Row(k, 0, finished=day * DAY if day != NONE else NONE)
        if day != NONE
        else Row(k, 0, status="active")
        for k, day in enumerate(finished)
    ]
    assert explain(outcomes_of(*rows), "crm").slowest_future == 0


def test_an_unknown_project_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="cmr"):
        explain(outcomes_of(Row(0, 0, finished=DAY)), "cmr")


def test_a_diary_tells_one_future_in_the_order_of_the_clock() -> None:
    outcomes = outcomes_of(
        Row(0, 0, finished=99 * DAY),
        Row(1, 0, arrived=DAY, released=2 * DAY, started=4 * DAY, finished=9 * DAY),
        tasks=[
            (0, 0, 0, 0, 99 * DAY),
            (1, 0, 2 * DAY, 4 * DAY, 6 * DAY, 0),
            (1, 1, 6 * DAY, 6 * DAY, 9 * DAY),
        ],
        bookings=[Booking(1, 0, 2.0, 6 * DAY, task_row=1), Booking(1, 1, 3.0, 9 * DAY, task_row=2)],
    )
    diary = write_diary(outcomes, "crm", 1)
    assert diary.status == "finished"
    assert [(e.minute // DAY, e.kind, e.task) for e in diary.events] == [
        (1, "asked", ""),
        (2, "released", ""),
        (2, "ready", "design"),
        (4, "started", "design"),
        (6, "finished", "design"),
        (6, "started", "build"),
        (9, "finished", "build"),
        (9, "ended", ""),
    ]
    started = diary.events[3]
    assert started.waited == 2 * DAY
    assert started.waited_for == "developer"
    assert diary.events[5].waited == 0


def test_a_diary_names_people_by_role_and_number_unless_they_are_shown() -> None:
    outcomes = outcomes_of(
        Row(0, 0, finished=DAY),
        tasks=[(0, 0, 0, 0, DAY)],
        bookings=[Booking(0, 0, 1.0, DAY, task_row=0)],
    )
    [started] = [e for e in write_diary(outcomes, "crm", 0).events if e.kind == "started"]
    assert started.people == ("developer-1",)


def test_a_task_that_still_waits_is_in_the_diary() -> None:
    outcomes = outcomes_of(Row(0, 0, status="active"), tasks=[(0, 0, 0, NONE, NONE, 0)])
    [ready] = [e for e in write_diary(outcomes, "crm", 0).events if e.kind == "ready"]
    assert ready.waited_for == "developer"


def test_projects_of_a_stream_are_found_by_their_number() -> None:
    outcomes = outcomes_of(Row(0, 2, number=3, finished=DAY), Row(1, 0, finished=DAY))
    assert write_diary(outcomes, "small-3", 0).project == "small-3"
    with pytest.raises(KeyError):
        write_diary(outcomes, "small-3", 1)


# --- one future of a simulated portfolio ----------------------------------------------------------


def told(diary):
    """Return (day, kind, task, people, by) of every event."""
    return [(e.minute / DAY, e.kind, e.task, e.people, e.by) for e in diary.events]


def test_a_diary_says_who_gave_the_people_and_to_whom_they_go() -> None:
    outcomes = portfolio({"a": work(4), "b": work(3), "c": work(2)})
    assert told(write_diary(outcomes, "b", 0)) == [
        (0, "asked", "", (), ""),
        (0, "released", "", (), ""),
        (0, "ready", "design", (), ""),
        (4, "started", "design", ("architect-1",), "a.design"),
        (7, "finished", "design", (), ""),
        (7, "gone", "design", ("architect-1",), "c.design"),
        (7, "ended", "", (), ""),
    ]


def test_a_diary_says_whose_end_made_room() -> None:
    intake = {"policy": "wip_limit", "max_active": 1}
    outcomes = portfolio({"a": work(4), "b": work(3)}, intake=intake)
    [released] = [e for e in write_diary(outcomes, "b", 0).events if e.kind == "released"]
    assert (released.minute, released.by) == (4 * DAY, "a")


def test_pauses_and_absences_are_in_the_diary() -> None:
    people = [
        {"id": "ana", "role": "architect", "leave": ["2027-01-11..2027-01-12"]},
        {"role": "developer", "headcount": 1},
    ]
    paused = work(5) | {"pauses": ["2027-01-05..2027-01-06"]}
    diary = write_diary(portfolio({"a": paused}, people=people), "a", 0)
    assert told(diary) == [
        (0, "asked", "", (), ""),
        (0, "released", "", (), ""),
        (0, "started", "design", ("architect-1",), ""),
        (1, "paused", "", (), ""),
        (3, "resumed", "", (), ""),
        (5, "away", "", ("architect-1",), ""),
        (7, "back", "", ("architect-1",), ""),
        (9, "finished", "design", (), ""),
        (9, "ended", "", (), ""),
    ]


def test_a_stop_ends_the_diary_and_leaves_no_chain() -> None:
    diary = write_diary(portfolio({"a": work(9) | {"cancelled": "2027-01-07"}}), "a", 0)
    assert diary.status == "stopped"
    assert told(diary)[-1] == (3, "ended", "", (), "")
    assert diary.chain == ()


def test_the_chain_of_one_future_is_told_from_the_finish_back() -> None:
    outcomes = portfolio({"a": work(4, 6), "b": work(3, 5)})
    chain = write_diary(outcomes, "b", 0).chain
    assert [(c.begin / DAY, c.end / DAY, c.project, c.task, c.role, c.via) for c in chain] == [
        (10, 15, "b", "build", "", ""),
        (4, 10, "a", "build", "developer", "role"),
        (0, 4, "a", "design", "", ""),
    ]


def test_projects_of_demand_have_diaries_with_chains_too() -> None:
    demand = {"small": {"rate": "0.5/d", **work(3)}}
    outcomes = portfolio({"a": work(20)}, demand=demand, horizon="40d", run_off="40d")
    found = [
        str(name)
        for name, status in zip(outcomes.project_ids, outcomes.projects_.status, strict=True)
        if str(name).startswith("small-") and status == 0
    ]
    last = write_diary(outcomes, found[-1], 0)
    assert {"asked", "released", "started", "finished", "ended"} <= {e.kind for e in last.events}
    assert last.chain[0].project == found[-1]
    assert any(c.via == "role" and c.project != found[-1] for c in last.chain)
    explained = explain(outcomes, found[-1])
    assert explained.hangs is not None
    assert {one.name for one in explained.hangs.projects} <= {"a", "small"}
