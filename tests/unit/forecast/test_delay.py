"""Delay: the parts of a slip, who holds what is waited for, and who stands on the chain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import pmosim as pm
from pmosim.forecast import Forecast
from pmosim.forecast.chain import chain, own_path
from pmosim.forecast.delay import (
    agreed_finish,
    hangs_on,
    held_in_words,
    held_up_by,
    last_committed,
    slip_of,
    slip_parts,
)
from pmosim.network.arrays import NONE
from tests.unit.forecast.builders import DAY, P, Row, build_network, build_outcomes
from tests.unit.forecast.test_chain import of, portfolio, work

if TYPE_CHECKING:
    from pmosim.outcomes import Outcomes


def future(k: int, day: int, **causes: int) -> Row:
    return Row(k, 0, finished=day * DAY, causes={name: n * DAY for name, n in causes.items()})


def outcomes_of(*rows: Row, project: P | None = None) -> Outcomes:
    network = build_network([project or P("crm", due=10 * DAY)], streams=[P("small", due=8 * DAY)])
    return build_outcomes(network, rows, replications=1 + max(row.replication for row in rows))


def means(outcomes: Outcomes, *rows: int) -> dict[str, float]:
    slip = slip_of(outcomes, np.array(rows))
    assert slip is not None
    return {part.role or part.cause: part.days.value for part in slip.parts}


def test_a_plan_shorter_than_its_own_work_is_the_first_part_of_a_slip() -> None:
    outcomes = outcomes_of(future(0, 20, work=13, developer=5, intake=2))
    assert list(means(outcomes, 0).items()) == [
        ("plan", 3.0),
        ("developer", 5.0),
        ("intake", 2.0),
    ]


def test_time_given_beyond_the_own_work_takes_up_some_of_the_waiting() -> None:
    outcomes = outcomes_of(future(0, 14, work=6, developer=8))
    assert means(outcomes, 0) == {"plan": 0.0, "developer": 8.0, "reserve": -4.0}


def test_a_project_that_ends_early_has_a_negative_slip_and_the_parts_still_add_up() -> None:
    outcomes = outcomes_of(future(0, 4, work=3, lag=1))
    slip = slip_of(outcomes, np.array([0]))
    assert slip is not None
    assert slip.days.value == -6.0
    assert means(outcomes, 0) == {"plan": 0.0, "lag": 1.0, "reserve": -7.0}


def test_the_mean_parts_add_up_to_the_mean_slip_over_the_finished_futures() -> None:
    rows = [
        future(0, 20, work=13, developer=5, intake=2),
        future(1, 14, work=6, developer=8),
        Row(2, 0, status="active"),
    ]
    slip = slip_of(outcomes_of(*rows), np.arange(3))
    assert slip is not None
    assert (slip.since, slip.n, slip.days.value) == ("due", 2, 7.0)
    assert sum(part.days.value for part in slip.parts) == 7.0


def test_the_baseline_comes_before_the_due_date_and_may_lie_before_day_0() -> None:
    project = P("crm", due=10 * DAY, baseline=(NONE, -2 * DAY, np.nan))
    outcomes = outcomes_of(future(0, 4, work=4), project=project)
    slip = slip_of(outcomes, np.array([0]))
    assert slip is not None
    assert slip.since == "baseline"
    assert means(outcomes, 0) == {"plan": 6.0}


def test_the_due_date_of_demand_counts_from_its_request() -> None:
    row = Row(0, 1, number=3, arrived=5 * DAY, finished=20 * DAY, causes={"work": 15 * DAY})
    assert means(outcomes_of(row), 0) == {"plan": 7.0}


def test_without_a_promise_or_a_finish_there_is_no_slip() -> None:
    assert slip_of(outcomes_of(future(0, 4, work=4), project=P("crm")), np.array([0])) is None
    assert slip_of(outcomes_of(Row(0, 0, status="active")), np.array([0])) is None


CHANCE: dict[str, Any] = {
    "pmosim": 1,
    "name": "Luck",
    "as_of": "2027-01-04",
    "roles": {"developer": {}, "tester": {}},
    "people": [{"role": "developer", "headcount": 2}, {"role": "tester", "headcount": 1}],
    "projects": [
        {
            "id": name,
            "due": "2027-02-12",
            "tasks": {
                "build": {"effort": "2pd/7pd/20pd", "needs": {"developer": 1}},
                "test": {"effort": "1pd/4pd/9pd", "needs": {"tester": 1}, "after": "build"},
            },
        }
        for name in "abcde"
    ],
}


def test_in_every_future_the_parts_add_up_to_the_slip_to_the_minute() -> None:
    outcomes = pm.simulate(pm.parse_scenario(CHANCE), replications=40)
    finished = outcomes.projects_.finished
    for row in range(5):
        rows = np.flatnonzero(outcomes.projects_.row == row)
        since, agreed = agreed_finish(outcomes, rows)
        parts = slip_parts(outcomes, rows, agreed)
        assert since == "due"
        assert np.issubdtype(parts.dtype, np.integer)
        assert np.array_equal(parts.sum(axis=1), finished[rows] - agreed)
        assert (parts[:, 0] >= 0).all()
        assert (parts[:, 1] <= 0).all()
        assert (parts[:, :2] == 0).any(axis=1).all()


def test_the_document_holds_the_parts_who_has_what_is_waited_for_and_the_chain() -> None:
    outcomes = pm.simulate(pm.parse_scenario(CHANCE), replications=40)
    document = Forecast(outcomes).to_document()
    last = document["projects"][-1]
    slip = last["slip_causes"]
    assert slip["days"]["value"] == pytest.approx(last["slip_days"]["mean"]["value"], rel=1e-12)
    total = sum(part["days"]["value"] for part in slip["parts"])
    assert total == pytest.approx(slip["days"]["value"], rel=1e-12)
    waits = last["wait_days"]
    held = last["waits_on"]
    days = sum(one["days"]["value"] for one in held["held"]) + held["others"]["days"]
    assert held["others"]["n"] > 0
    assert days == pytest.approx(waits["developer"]["value"] + waits["tester"]["value"])
    # Nothing but the five projects is on the chain: it covers all the time to the finish.
    days = last["chain"]["own_days"]["value"]
    days += sum(one["days"]["value"] for one in last["chain"]["projects"])
    assert days == pytest.approx(last["finish_day"]["mean"]["value"], rel=1e-12)
    everything = document["portfolio"]["chain"]
    assert everything["own_days"] is None
    days = sum(one["days"]["value"] for one in everything["projects"])
    assert days == pytest.approx(document["portfolio"]["committed_finish_day"]["mean"]["value"])


def test_it_is_said_who_has_the_people_and_how_often() -> None:
    outcomes = portfolio({"a": work(4, 6), "b": work(3, 5), "c": work(2, 1)})
    rows = of(outcomes, "c")
    first, second = held_up_by(outcomes, rows, own_path(outcomes, rows))
    assert (first.role, first.holder, first.days.value, first.share.value) == (
        *("architect", "b", 7.0),
        1.0,
    )
    assert (second.role, second.holder, second.days.value) == ("developer", "b", 6.0)
    assert held_in_words(first) == "In >0 of 100 futures it waits for the architect held by b."


def test_a_project_may_wait_for_people_its_own_tasks_have() -> None:
    tasks = {
        name: {"effort": "2pd", "needs": {"developer": 1}} for name in ("one", "other")
    }  # both could start at once
    outcomes = portfolio({"a": {"tasks": tasks}})
    rows = of(outcomes, "a")
    [held] = held_up_by(outcomes, rows, own_path(outcomes, rows))
    assert (held.is_own, held.holder, held.days.value) == (True, "a", 2.0)
    assert "held by its own tasks" in held_in_words(held)
    hangs = hangs_on(outcomes, rows, chain(outcomes, rows))
    assert hangs.own_days is not None
    assert hangs.own_days.value == 4.0
    assert hangs.projects == ()
    assert [(one.name, one.days.value) for one in hangs.roles] == [("developer", 2.0)]


def test_a_chain_counts_projects_and_roles_by_the_futures_they_stand_in() -> None:
    outcomes = portfolio({"a": work(4, 6), "b": work(3, 5), "c": work(2, 1)})
    rows = of(outcomes, "c")
    hangs = hangs_on(outcomes, rows, chain(outcomes, rows))
    assert hangs.own_days is not None
    assert hangs.own_days.value == 1.0
    assert {one.name: one.days.value for one in hangs.projects} == {"a": 10.0, "b": 5.0}
    assert {one.name: one.days.value for one in hangs.roles} == {"developer": 11.0}


def test_the_last_committed_project_leaves_out_candidates_and_futures_that_stay_open() -> None:
    network = build_network([P("a"), P("b"), P("maybe", status="candidate")])
    outcomes = build_outcomes(
        network,
        [
            *(Row(0, 0, finished=5 * DAY), Row(0, 1, finished=9 * DAY), Row(0, 2, finished=99)),
            *(Row(1, 0, finished=7 * DAY), Row(1, 1, status="stopped", ended=9 * DAY)),
            *(Row(2, 0, finished=7 * DAY), Row(2, 1, status="active")),
        ],
        replications=3,
    )
    assert last_committed(outcomes, Forecast(outcomes).projects).tolist() == [1, 3]
