"""Comparison: what is paired with what, what cannot be compared, and exactly nothing."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

import pmosim as pm
from pmosim.study.comparison import Comparison, _money_numbers, compare
from tests.unit.forecast.builders import DAY, NONE, P, Row, build_network, build_outcomes

DOCUMENT = {
    "pmosim": 1,
    "name": "Base",
    "as_of": "2027-01-04",
    "horizon": "1y",
    "currency": "EUR",
    "roles": {"developer": {"day_rate": 700}, "tester": {"day_rate": 500}, "poet": {}},
    "people": [{"role": role, "headcount": 1} for role in ("developer", "tester", "poet")],
    "templates": {
        "small": {
            "tasks": {
                "build": {"effort": "20pd/30pd/50pd", "needs": {"developer": 1}},
                "test": {"effort": "5pd/8pd/15pd", "needs": {"tester": 1}, "after": "build"},
            },
            "benefit": {"per_year": "100k", "for": "2y"},
        },
        "ode": {"tasks": {"write": {"effort": "10pd/30pd/90pd", "needs": {"poet": 1}}}},
    },
    "projects": [
        {"id": "crm", "template": "small", "due": "2027-03-12"},
        {"id": "web", "template": "small", "due": "2027-04-30"},
        {"id": "maybe", "template": "small", "status": "candidate", "probability": "50%"},
    ],
}
N = 60


def simulate(scenario: pm.Scenario, *, replications: int = N, seed: int = 5) -> pm.Outcomes:
    return pm.simulate(scenario, replications=replications, seed=seed)


@pytest.fixture(scope="module")
def base() -> pm.Scenario:
    return pm.parse_scenario(DOCUMENT)


@pytest.fixture(scope="module")
def before(base: pm.Scenario) -> pm.Outcomes:
    return simulate(base)


@pytest.fixture(scope="module")
def hired(base: pm.Scenario, before: pm.Outcomes) -> Comparison:
    after = simulate(base.change(hire={"role": "developer", "headcount": 1}))
    return pm.compare(before, after, names=["base", "hired"])


def test_no_change_is_exactly_no_difference_in_every_row(
    base: pm.Scenario, before: pm.Outcomes
) -> None:
    rows = pm.compare(before, simulate(base)).rows()
    known = [row for row in rows if not row.difference.reason]
    assert len(known) > 25
    assert all(row.difference.is_zero and row.difference.is_settled for row in known)
    assert {row.difference.reason for row in rows if row not in known} == {
        "nothing was promised: no due date",  # of maybe
    }


def test_what_is_unfinished_in_the_same_futures_is_exactly_no_difference(
    before: pm.Outcomes, base: pm.Scenario
) -> None:
    short = pm.parse_scenario({**DOCUMENT, "horizon": "50d"})
    rows = pm.compare(simulate(short), simulate(short)).rows()
    finish = {row.measure: row.difference for row in rows if row.entity == "web"}
    assert finish["finish_mean_days"].is_zero
    assert finish["finish_p80_days"].is_zero


def test_work_for_a_role_nobody_else_uses_changes_nothing_elsewhere(
    base: pm.Scenario, before: pm.Outcomes
) -> None:
    more = base.change(add={"template": "ode", "count": 2, "id": "ode", "starts": "2027-01"})
    rows = pm.compare(before, simulate(more)).rows()
    elsewhere = [
        row
        for row in rows
        if row.kind != "portfolio" and row.entity not in {"ode-1", "ode-2", "poet"}
    ]
    assert {row.entity for row in elsewhere} == {"crm", "web", "maybe", "developer", "tester"}
    assert all(row.difference.is_zero for row in elsewhere if not row.difference.reason)
    assert not next(
        row for row in rows if (row.entity, row.measure) == ("poet", "utilisation")
    ).difference.is_zero


def test_a_difference_is_the_value_after_minus_the_value_before(hired: Comparison) -> None:
    known = [row for row in hired.rows() if row.difference.is_known]
    assert len(known) > 25
    for row in known:
        assert row.base is not None
        assert row.value is not None
        change = row.value.value - row.base.value
        assert row.difference.value == pytest.approx(change, rel=1e-9, abs=1e-9)
        assert row.difference.low <= row.difference.value <= row.difference.high


def test_the_rows_are_those_of_the_forecasts(before: pm.Outcomes, hired: Comparison) -> None:
    forecast = pm.Forecast(before)
    document = forecast.to_document()
    project = document["projects"][0]
    for measure, known in (
        ("finish_mean_days", project["finish_day"]["mean"]),
        ("finish_p50_days", project["finish_day"]["p50"]),
        ("finish_p80_days", project["finish_day"]["p80"]),
        ("p_late", project["p_late"]),
        ("cost_mean", project["cost"]["mean"]),
        ("npv_mean", project["npv"]["mean"]),
    ):
        row = hired.row("crm", measure)
        assert row.base is not None
        assert row.base.to_json() == pytest.approx(known)
    for measure in ("wait_days", "utilisation"):
        row = hired.row("developer", measure)
        assert row.base is not None
        assert row.base.to_json() == pytest.approx(document["roles"][0][measure])
    for measure, key in (("cost_mean", "cost"), ("npv_mean", "npv")):
        row = hired.row("portfolio", measure)
        assert row.base is not None
        assert row.base.to_json() == pytest.approx(document["portfolio"][key]["mean"])
    row = hired.row("portfolio", "finished")
    assert row.base is not None
    assert row.base.to_json() == pytest.approx(document["portfolio"]["finished"])


def test_a_second_developer_lets_the_second_project_finish_earlier_and_the_first_later(
    hired: Comparison,
) -> None:
    delay = hired.delay("web")
    assert delay.is_settled
    assert delay.high < 0.0
    assert hired.row("web", "p_late").difference.value < 0.0
    # An exception that is none: the first now finds the tester with the second, now and then.
    first = hired.delay("crm")
    assert first.is_settled
    assert first.low > 0.0


def test_a_project_that_exists_in_some_futures_is_paired_over_those(hired: Comparison) -> None:
    row = hired.row("maybe", "finish_mean_days")
    assert 0 < row.difference.n < N
    assert row.base is not None
    assert row.base.n == row.difference.n


def test_a_project_that_exists_in_more_futures_is_paired_over_those_that_both_have(
    base: pm.Scenario, before: pm.Outcomes
) -> None:
    after = simulate(base.change(set={"projects.maybe.probability": "100%"}))
    more, less = (
        comparison.row("maybe", "finish_mean_days").difference
        for comparison in (pm.compare(before, after), pm.compare(after, before))
    )
    assert 0 < more.n == less.n < N


def test_a_project_that_only_one_run_has_has_one_number_and_no_difference(
    base: pm.Scenario, before: pm.Outcomes
) -> None:
    more = simulate(base.change(add={"template": "small", "id": "new", "starts": "2027-01"}))
    there = pm.compare(before, more, names=["base", "more"])
    row = there.row("new", "finish_p80_days")
    assert row.base is None
    assert row.value is not None
    assert row.value.is_known
    assert row.difference.reason == "it is not in 'base'"
    assert row.to_json() == {
        "entity": "new",
        "kind": "project",
        "measure": "finish_p80_days",
        "base": None,
        "value": row.value.to_json(),
        "difference": None,
        "settled": False,
        "further": None,
        "reason": "it is not in 'base'",
    }
    back = pm.compare(more, before, names=["more", "base"]).row("new", "finish_p80_days")
    assert back.value is None
    assert back.base == row.value
    # Everybody else is compared, although the one in front of the queue is new.
    assert there.delay("web").is_known


def test_a_cancelled_project_has_no_finish_to_compare_but_a_cost(
    base: pm.Scenario, before: pm.Outcomes
) -> None:
    after = simulate(base.change(cancel={"crm": "2027-01-18"}))
    there = pm.compare(before, after, names=["base", "stop"])
    assert there.delay("crm").reason == "it is cancelled in 'stop'"
    assert there.row("crm", "p_late").difference.reason == "it is cancelled in 'stop'"
    assert there.row("crm", "cost_mean").difference.high < 0.0
    assert there.delay("web").high < 0.0


def test_what_was_over_before_day_0_in_both_is_not_compared() -> None:
    done = {"id": "old", "template": "ode", "status": "done"}
    scenario = pm.parse_scenario({**DOCUMENT, "projects": [*DOCUMENT["projects"], done]})  # type: ignore[misc]
    outcomes = simulate(scenario, replications=3)
    assert not [row for row in pm.compare(outcomes, outcomes).rows() if row.entity == "old"]


def hand_written(finished: list[int], *, due: int = NONE) -> pm.Outcomes:
    rows = [
        Row(k, 0, finished=minute, status="finished" if minute != NONE else "active")
        for k, minute in enumerate(finished)
    ]
    network = build_network([P("crm", due=due)], window_end=100 * DAY)
    return build_outcomes(network, rows, replications=len(rows))


def test_a_finish_that_leaves_the_window_counts_as_later_than_every_date() -> None:
    # Unfinished in 30 and then in 60 of 100 futures: the median leaves the window.
    days = [DAY * (k % 50 + 1) for k in range(100)]
    some = [minute if k >= 30 else NONE for k, minute in enumerate(days)]
    most = [minute if k >= 60 else NONE for k, minute in enumerate(days)]
    there = compare(hand_written(some, due=90 * DAY), hand_written(most, due=90 * DAY))
    median = there.row("crm", "finish_p50_days")
    assert median.difference.value == math.inf
    assert median.to_json()["difference"] == {"value": None, "low": None, "high": None}
    assert median.to_json()["reason"] == "it moves out of the planning window"
    late = there.row("crm", "p_late").difference
    assert late.value == pytest.approx(0.3)
    assert late.is_settled
    mean = there.row("crm", "finish_mean_days")
    assert mean.difference.reason.startswith("60 of 100 futures are unfinished")
    assert there.row("portfolio", "finished").difference.value == pytest.approx(-0.3)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"seed": 6}, "the seed is 5 in 'base' and 6 in 'other'"),
        ({"replications": 7}, "the number of futures is 60 in 'base' and 7 in 'other'"),
    ],
)
def test_runs_of_other_luck_are_refused_with_what_differs_and_the_way_out(
    base: pm.Scenario, before: pm.Outcomes, changes: dict[str, int], message: str
) -> None:
    with pytest.raises(pm.UnpairedError) as caught:
        pm.compare(before, simulate(base, **changes), names=["base", "other"])
    assert message in str(caught.value)
    assert "Run both with the same seed, number of futures and correlation" in str(caught.value)


def test_runs_that_begin_with_another_future_or_correlate_otherwise_are_refused(
    before: pm.Outcomes,
) -> None:
    network = build_network([P("crm")])
    rows = [Row(k, 0, finished=DAY) for k in (1, 2)]
    later = build_outcomes(network, rows, replications=2, first=1)
    first = build_outcomes(network, [Row(k, 0, finished=DAY) for k in (0, 1)], replications=2)
    with pytest.raises(pm.UnpairedError, match=r"the first future is 0 .* and 1"):
        compare(first, later)
    moved = build_outcomes(
        build_network([P("crm")], correlation=0.2),
        [Row(k, 0, finished=DAY) for k in (0, 1)],
        replications=2,
    )
    with pytest.raises(pm.UnpairedError, match=r"settings\.correlation is 0\.0 .* and 0\.2"):
        compare(first, moved)


def test_runs_whose_working_days_are_other_dates_are_refused(before: pm.Outcomes) -> None:
    week = {**DOCUMENT, "calendar": {"workweek": ["mon", "tue", "wed", "thu"]}}
    with pytest.raises(pm.UnpairedError, match="workweek of the calendar differ"):
        pm.compare(before, simulate(pm.parse_scenario(week)))


def test_the_name_of_every_run_is_its_own_and_a_wrong_one_is_told(
    before: pm.Outcomes, hired: Comparison
) -> None:
    there = pm.compare(before, before, before)
    assert (there.base_name, there.names) == ("Base", ("Base (2)", "Base (3)"))
    with pytest.raises(pm.InputError, match="Did you mean 'hired'"):
        hired.rows("hird")
    with pytest.raises(pm.InputError, match="Did you mean 'crm'"):
        hired.delay("cmr")
    with pytest.raises(pm.InputError, match="Did you mean 'p_late'"):
        hired.row("crm", "p_lat")
    with pytest.raises(pm.InputError, match="two runs or more"):
        pm.compare(before)
    with pytest.raises(pm.InputError, match="names has 1 entries"):
        pm.compare(before, before, names=["one"])


def test_the_frame_and_the_document_say_the_same(hired: Comparison) -> None:
    frame, document = hired.to_frame(), hired.to_document()
    assert json.dumps(document, allow_nan=False)
    assert (document["base"], document["seed"], document["replications"]) == ("base", 5, N)
    rows = document["alternatives"][0]["rows"]
    assert document["names"] == {"crm": "crm", "web": "web", "maybe": "maybe"}
    median = next(r for r in rows if (r["entity"], r["measure"]) == ("crm", "finish_p50_days"))
    assert (
        median["value"]["date"]
        == pm.Forecast(hired.of("hired")).finish("crm", 0.5).value.isoformat()
    )
    assert "date" not in hired.row("crm", "finish_p50_days").to_json()["value"]
    assert len(frame) == len(rows)
    assert set(frame["alternative"]) == {"hired"}
    for (_, line), row in zip(frame.iterrows(), rows, strict=True):
        assert line["entity"] == row["entity"]
        assert line["measure"] == row["measure"]
        assert bool(line["settled"]) is row["settled"]
        if row["difference"] is None:
            assert np.isnan(line["difference"])
        else:
            assert line["difference"] == row["difference"]["value"]
            assert line["difference_low"] == row["difference"]["low"]


def test_the_same_luck_narrows_a_difference_more_than_tenfold() -> None:
    # Ten projects in a row, one more at the end: of 21 variances, the pairs leave one.
    ids = [f"p{k}" for k in range(10)]
    projects = [{"id": name, "template": "ode"} for name in ids]
    queue = pm.parse_scenario({**DOCUMENT, "projects": projects, "horizon": "8y"})
    more = queue.change(add={"template": "ode", "id": "new"})
    row = pm.compare(simulate(queue), simulate(more)).row("portfolio", "finish_mean_days")
    assert row.base is not None
    assert row.value is not None

    def variance(low: float, high: float) -> float:
        return ((high - low) / 2) ** 2

    unpaired = variance(row.base.low, row.base.high) + variance(row.value.low, row.value.high)
    assert unpaired > 10 * variance(row.difference.low, row.difference.high)


def test_what_was_over_before_day_0_in_one_of_them_only_is_compared() -> None:
    old = {"id": "old", "template": "ode"}
    runs = [
        simulate(
            pm.parse_scenario({**DOCUMENT, "projects": [*DOCUMENT["projects"], old | state]}),  # type: ignore[misc]
            replications=3,
        )
        for state in ({"status": "done"}, {"status": "approved"}, {"status": "cancelled"})
    ]
    for first, second in ((0, 1), (1, 0), (2, 1)):
        rows = pm.compare(runs[first], runs[second]).rows()
        assert [row for row in rows if row.entity == "old"]
    rows = pm.compare(runs[0], runs[2]).rows()
    assert not [row for row in rows if row.entity == "old"]


def test_money_that_differs_by_rounding_only_does_not_differ() -> None:
    before = np.array([100_000.0, 200_000.0, 300_000.0])
    _, _, change = _money_numbers((before, before * (1.0 + 1e-14)), "")
    assert change.is_zero
    _, _, change = _money_numbers((before, before * (1.0 + 1e-6)), "")
    assert not change.is_zero
