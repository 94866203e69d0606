"""Hand-computed tables: working days of 480 minutes, day 0 is Monday 2026-01-05."""

from __future__ import annotations

import math

import pytest

from pmosim.forecast import Forecast
from pmosim.forecast.earned_value import EarnedValue, earned_value, planned_share
from pmosim.network.arrays import NONE
from tests.unit.forecast.builders import DAY, P, Row, build_network, build_outcomes


def documents(*projects, costs=((100.0,),)):
    """Return the entries of running projects whose fixed cost is given per project and future."""
    network = build_network(list(projects))
    rows = [
        Row(future, place, finished=10 * DAY, fixed_cost=costs[place][future])
        for future in range(len(costs[0]))
        for place in range(len(projects))
    ]
    document = Forecast(build_outcomes(network, rows, replications=len(costs[0]))).to_document()
    return [project["earned_value"] for project in document["projects"]], document["portfolio"]


def running(**changes):
    values = {"status": "running", "done": 0.3, "cost_to_date": 40_000.0}
    return P("crm", **(values | {"baseline": (-40 * DAY, 60 * DAY, 100_000.0)} | changes))


def test_the_textbook_case_of_a_project_that_is_behind_and_dear():
    # 40 of 100 planned days are gone: PV 40,000; 30 % is done: EV 30,000; AC 40,000.
    (found,), _ = documents(running())
    expected = {
        "bac": 100_000.0,
        "pv": 40_000.0,
        "ev": 30_000.0,
        "ac": 40_000.0,
        "sv": -10_000.0,
        "cv": -10_000.0,
        "cpi": 0.75,
        "spi": 0.75,
        "eac": 133_333.33333333333,
        "vac": -33_333.33333333333,
        "tcpi": 70 / 60,
    }
    assert {name: found[name] for name in expected} == pytest.approx(expected, rel=1e-12)
    assert found["bac_from"] == "baseline"
    assert found["planned_share"] == 0.4
    assert found["done"] == 0.3
    assert found["missing"] == []


@pytest.mark.parametrize(
    ("done", "spent", "cpi", "spi", "eac"),
    [
        (0.5, 40_000.0, 1.25, 1.25, 80_000.0),
        (0.4, 40_000.0, 1.0, 1.0, 100_000.0),
        (0.4, 50_000.0, 0.8, 1.0, 125_000.0),
        (0.2, 20_000.0, 1.0, 0.5, 100_000.0),
        (1.0, 90_000.0, 10 / 9, 2.5, 90_000.0),
    ],
)
def test_indices_by_hand(done, spent, cpi, spi, eac):
    (found,), _ = documents(running(done=done, cost_to_date=spent))
    assert (found["cpi"], found["spi"], found["eac"]) == pytest.approx((cpi, spi, eac), rel=1e-12)


def test_eac_by_both_formulas_is_the_same():
    numbers = EarnedValue(bac=320.0, pv=150.0, ev=96.0, ac=120.0)
    assert numbers.eac == pytest.approx(120 + (320 - 96) / 0.8, rel=1e-15)
    assert numbers.vac == pytest.approx(-80.0, rel=1e-15)


@pytest.mark.parametrize(
    ("start", "finish", "share"),
    [(0, 10, 0.0), (5, 10, 0.0), (-10, 0, 1.0), (-20, -10, 1.0), (-1, 3, 0.25)],
)
def test_the_plan_of_day_0_counts_the_working_days_gone(start, finish, share):
    network = build_network([P("crm", baseline=(start * DAY, finish * DAY, math.nan))])
    assert planned_share(network, 0) == share


def test_without_a_baseline_cost_the_budget_is_what_is_to_be_earned():
    (found,), _ = documents(running(baseline=(-40 * DAY, 60 * DAY, math.nan), budget=200_000.0))
    assert found["bac"] == 200_000.0
    assert found["bac_from"] == "budget"
    assert found["ev"] == 60_000.0


def test_what_is_not_stated_is_named_and_what_follows_from_it_is_not_there():
    (found,), _ = documents(running(baseline=(NONE, NONE, 100_000.0), cost_to_date=math.nan))
    assert found["missing"] == ["baseline start and finish", "actual cost"]
    assert found["ev"] == 30_000.0
    assert [found[name] for name in ("pv", "ac", "spi", "cpi", "eac")] == [None] * 5
    assert found["text"] == ""
    assert "no EAC" in found["p_above_eac"]["reason"]


@pytest.mark.parametrize(
    "project",
    [
        P("crm", status="running", done=0.5, cost_to_date=10.0),
        P("crm", status="running", budget=100.0),
        P("crm", status="done", budget=100.0, done=1.0, cost_to_date=90.0),
    ],
    ids=["no BAC", "nothing reported", "done"],
)
def test_there_is_no_earned_value_where_nothing_can_be_said(project):
    network = build_network([project])
    row = Row(0, 0, finished=10 * DAY, status="done" if project.status == "done" else "finished")
    document = Forecast(build_outcomes(network, [row], replications=1)).to_document()
    assert document["projects"][0]["earned_value"] is None
    assert document["portfolio"]["earned_value"] is None


def test_nothing_earned_yet_gives_no_estimate_at_completion():
    (found,), _ = documents(running(done=0.0))
    assert found["cpi"] == 0.0
    assert found["eac"] is None


def test_the_futures_stand_beside_the_estimate_at_completion():
    # 40,000 are spent; EAC is 133,333.33: futures of 130,000, 140,000 and 150,000 in all.
    costs = ((90_000.0, 100_000.0, 110_000.0),)
    (found,), _ = documents(running(), costs=costs)
    assert found["p_above_eac"]["value"] == pytest.approx(2 / 3, rel=1e-15)
    assert "CPI 0.75" in found["text"]
    assert "67 of 100 futures" in found["text"]


def test_the_portfolio_sums_the_projects_that_state_everything():
    other = P("hr", status="running", done=0.6, cost_to_date=50.0, baseline=(-10 * DAY, 0, 100.0))
    silent = P("web", status="running", done=0.6, budget=100.0)
    parts, portfolio = documents(running(), other, silent, costs=((90_000.0,), (0.0,), (0.0,)))
    total = portfolio["earned_value"]
    assert total["projects"] == ["crm", "hr"]
    assert total["pv"] == 40_000.0 + 100.0
    assert total["ev"] == 30_000.0 + 60.0
    assert total["ac"] == 40_000.0 + 50.0
    assert total["bac"] == 100_000.0 + 100.0
    assert total["cpi"] == pytest.approx(30_060 / 40_050, rel=1e-15)
    assert parts[2]["missing"] == ["baseline start and finish", "actual cost"]


def test_numbers_come_from_the_network_alone():
    numbers = earned_value(build_network([running()]), 0)
    assert (numbers.pv, numbers.ev, numbers.ac) == (40_000.0, 30_000.0, 40_000.0)
