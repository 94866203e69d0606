from __future__ import annotations

import pytest

from pmosim.forecast import Forecast
from pmosim.network.arrays import NONE
from tests.unit.forecast.builders import DAY, P, Row, build_network, build_outcomes

PROJECT = P("crm", benefit=True, benefit_years=1.0)


def earn(gains, project=PROJECT, **settings):
    """One project that costs 100 and gains so much in each replication, None = unfinished."""
    rows = [
        Row(k, 0, status="active", fixed_cost=100.0)
        if gain is None
        else Row(k, 0, finished=10 * DAY, fixed_cost=100.0, benefit=100.0 + gain)
        for k, gain in enumerate(gains)
    ]
    network = build_network([project], **settings)
    return Forecast(build_outcomes(network, rows, replications=len(rows))).to_document()


def test_npv_has_mean_and_quantiles():
    npv = earn([-50.0, 0.0, 50.0, 100.0])["projects"][0]["npv"]
    assert npv["mean"]["value"] == pytest.approx(25.0, rel=1e-12)
    assert npv["p50"]["value"] == pytest.approx(0.0, abs=1e-12)
    assert npv["p90"]["value"] == pytest.approx(100.0, rel=1e-12)


def test_an_unfinished_future_is_worth_less_than_every_other_and_counts_as_no():
    project = earn([50.0] * 80 + [None] * 20)["projects"][0]
    assert project["npv"]["p10"]["value"] is None
    assert "unfinished" in project["npv"]["p10"]["reason"]
    assert "after_horizon" not in project["npv"]["p10"]
    assert project["npv"]["p50"]["value"] == pytest.approx(50.0, rel=1e-12)
    assert project["npv"]["mean"]["value"] is None
    assert "20 of 100 futures" in project["npv"]["mean"]["reason"]
    assert project["p_npv_positive"]["value"] == 0.8


def test_the_mean_stands_up_to_one_percent_of_unfinished_futures():
    project = earn([50.0] * 99 + [None])["projects"][0]
    assert project["npv"]["mean"]["value"] == pytest.approx(50.0, rel=1e-12)
    assert project["p_npv_positive"]["value"] == 0.99


def test_the_hurdle_is_a_return_on_the_cost():
    project = earn([10.0, 14.0, 16.0, 30.0, None], hurdle=0.15)["projects"][0]
    assert project["p_roi_hurdle"]["value"] == 0.4


def test_without_a_benefit_the_question_of_worth_is_not_asked():
    project = earn([0.0], P("crm"))["projects"][0]
    nothing = {"value": None, "low": None, "high": None}
    assert project["has_benefit"] is False
    assert project["p_npv_positive"] == nothing
    assert project["p_roi_hurdle"] == nothing
    assert project["npv"]["mean"]["value"] == -100.0


def test_a_portfolio_without_any_benefit_is_not_asked_for_its_worth():
    portfolio = earn([0.0], P("crm"))["portfolio"]
    assert portfolio["p_npv_positive"] == {"value": None, "low": None, "high": None}
    assert portfolio["npv"]["mean"]["value"] == -100.0


def test_the_portfolio_sums_finished_and_stopped_projects_only():
    network = build_network([PROJECT, P("hr"), P("gone")], [P("small")])
    rows = [
        Row(0, 0, finished=10 * DAY, fixed_cost=100.0, benefit=350.0),
        Row(0, 1, status="active", fixed_cost=70.0),
        Row(0, 2, status="stopped", ended=5 * DAY, fixed_cost=30.0),
        Row(0, 3, number=1, finished=10 * DAY, fixed_cost=20.0),
        Row(1, 0, status="active", fixed_cost=100.0, benefit=350.0),
        Row(1, 1, status="queued", released=NONE, fixed_cost=70.0),
        Row(1, 2, status="stopped", ended=5 * DAY, fixed_cost=30.0),
    ]
    portfolio = Forecast(build_outcomes(network, rows, replications=2)).to_document()["portfolio"]
    assert portfolio["npv"]["mean"]["value"] == pytest.approx((200 - 30) / 2, rel=1e-12)
    assert portfolio["p_npv_positive"]["value"] == 0.5
    assert portfolio["cost"]["mean"]["value"] == (220 + 130) / 2
    assert portfolio["unfinished"]["value"] == 1.5
    assert portfolio["active"]["value"] == 1.0
    assert portfolio["queued"]["value"] == 0.5
    assert portfolio["stopped"]["value"] == 1.0
    assert portfolio["finished"]["value"] == 1.0


def test_whole_life_and_to_go_differ_by_what_is_spent():
    project = P("crm", status="running", benefit=True, benefit_years=1.0, cost_to_date=500.0)
    rows = [Row(k, 0, finished=DAY, fixed_cost=100.0 * (k + 1), benefit=400.0) for k in range(4)]
    document = Forecast(
        build_outcomes(build_network([project], hurdle=0.1), rows, replications=4)
    ).to_document()
    for entry in (document["projects"][0], document["portfolio"]):
        # Benefits of 400; costs 600, 700, 800, 900, of which 500 are spent.
        assert entry["npv"]["p50"]["value"] == pytest.approx(400 - 800, rel=1e-9)
        assert entry["npv_to_go"]["p50"]["value"] == pytest.approx(400 - 300, rel=1e-9)
        assert entry["p_npv_positive"]["value"] == 0.0
        assert entry["p_npv_to_go_positive"]["value"] == 0.75
        assert entry["roi"]["p50"]["value"] == pytest.approx(-0.5, rel=1e-9)
        assert entry["p_roi_hurdle"]["value"] == 0.0


def test_roi_is_not_asked_without_a_benefit_nor_without_any_cost():
    rows = [Row(0, 0, finished=DAY, fixed_cost=9.0), Row(0, 1, finished=DAY, benefit=10.0)]
    network = build_network([P("a"), P("b", benefit=True, benefit_years=1.0)])
    document = Forecast(build_outcomes(network, rows, replications=1)).to_document()
    asked, free = (project["roi"]["p50"] for project in document["projects"])
    assert asked == {"value": None, "low": None, "high": None}
    assert free["value"] is None
    assert "costs nothing" in free["reason"]
