from __future__ import annotations

import json
import math

import pytest

from pmosim.forecast import Forecast
from pmosim.network.arrays import MILESTONE, NONE
from tests.unit.forecast.builders import DAY, P, Row, build_network, build_outcomes, one_project

OF_A_PROJECT = {
    "id": (),
    "name": (),
    "groups": (),
    "status": (),
    "due": (),
    "finish": ("p10", "p50", "p80", "p90"),
    "finish_day": ("p10", "p50", "p80", "p90", "mean"),
    "p_late": ("value", "low", "high"),
    "p_unfinished": ("value", "low", "high"),
    "cost": ("mean", "p50", "p80", "to_date", "cash", "by_year"),
    "budget": (),
    "p_over_budget": ("value", "low", "high"),
    "p_on_time_and_budget": ("value", "low", "high"),
    "npv": ("mean", "p10", "p50", "p90"),
    "p_npv_positive": ("value", "low", "high"),
    "p_roi_hurdle": ("value", "low", "high"),
    "wait_days": ("intake", "developer", "tester"),
    "lead_days": ("from_request", "from_release"),
    "milestones": (),
    "outlook": (),
}
OF_A_PORTFOLIO = {
    "committed_finish",
    "cost",
    "npv",
    "p_npv_positive",
    "finished",
    "active",
    "queued",
    "by_quarter",
}


def make_document(**settings):
    projects = [
        P("crm", status="running", due=30 * DAY, budget=5.0, benefit=True, benefit_years=2.0),
        P("hr", tasks=("go-live",), kinds={"go-live": MILESTONE}, groups={"programme": "HR"}),
        P("old", status="done"),
    ]
    network = build_network(projects, [P("small", due=5 * DAY)], **settings)
    rows = []
    for k in range(200):
        is_open = k % 10 == 0
        rows += [
            Row(k, 0, finished=(20 + k % 20) * DAY, fixed_cost=float(k % 9), benefit=3.0),
            Row(
                k,
                1,
                status="active" if is_open else "finished",
                finished=NONE if is_open else 70 * DAY,
            ),
            Row(k, 2, status="done", released=NONE, started=NONE),
            Row(k, 3, number=1, arrived=40 * DAY, finished=(44 + k % 3) * DAY, fixed_cost=1.0),
            Row(k, 3, number=2, arrived=60 * DAY, status="rejected", released=NONE),
        ]
    return Forecast(build_outcomes(network, rows, replications=200, n_months=3)).to_document()


def test_the_document_has_every_field_of_the_contract():
    document = make_document()
    assert document["schema"] == "pmosim.run/1"
    assert (document["scenario"], document["seed"], document["replications"]) == (
        "Portfolio",
        1,
        200,
    )
    for project in document["projects"]:
        assert OF_A_PROJECT.keys() <= project.keys()
        for field, parts in OF_A_PROJECT.items():
            if parts:
                assert set(parts) <= project[field].keys()
    assert {"id", "due", "finish", "p_late"} <= document["projects"][1]["milestones"][0].keys()
    for role in document["roles"]:
        assert {"id", "headcount", "utilisation", "wait_days", "by_month"} <= role.keys()
        for month in role["by_month"]:
            fields = {"month", "capacity_fte", "planned_fte", "busy_fte", "waiting_fte"}
            assert fields <= month.keys()
    assert document["portfolio"].keys() >= OF_A_PORTFOLIO
    for quarter in document["portfolio"]["by_quarter"]:
        assert {"quarter", "finished", "on_time", "cost", "benefit"} <= quarter.keys()


def estimates_of(value, path="document"):
    if isinstance(value, dict) and "value" in value:
        yield path, value
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from estimates_of(part, f"{path}.{key}")
    elif isinstance(value, list):
        for place, part in enumerate(value):
            yield from estimates_of(part, f"{path}[{place}]")


def test_every_estimate_lies_in_its_interval_or_says_why_it_is_not_there():
    found = dict(estimates_of(make_document()))
    assert len(found) > 100
    may_be_unasked = ("p_late", "p_past_deadline", "budget", "p_npv_positive", "p_roi_hurdle")
    may_be_unasked += ("p_npv_to_go_positive", "p_on_time", "joint.p_both")
    may_be_unasked += tuple(f"roi.{level}" for level in ("mean", "p10", "p50", "p90"))
    for path, estimate in found.items():
        assert {"value", "low", "high"} <= estimate.keys()
        if estimate["value"] is None:
            is_said = estimate.get("reason") or estimate.get("after_horizon")
            assert is_said or path.endswith(may_be_unasked), path
            continue
        if estimate["low"] is not None:
            assert estimate["low"] <= estimate["value"], path
        if estimate["high"] is not None:
            assert estimate["value"] <= estimate["high"], path


def test_the_document_is_plain_json_and_the_same_every_time():
    texts = [json.dumps(make_document(), allow_nan=False) for _ in range(2)]
    assert texts[0] == texts[1]
    assert "NaN" not in texts[0]


def test_the_document_survives_json_unchanged():
    document = make_document()
    assert json.loads(json.dumps(document)) == document


def test_quarters_count_what_finishes_in_them_and_on_time():
    quarters = {q["quarter"]: q for q in make_document()["portfolio"]["by_quarter"]}
    assert list(quarters) == ["2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4", "2027-Q1"]
    first, second = quarters["2026-Q1"], quarters["2026-Q2"]
    # crm is on time in 11 of 20 futures, small-1 (5 days after day 40) in 134 of 200; hr finishes
    # after 70 days, on 10 April.
    assert first["finished"]["value"] == 2.0
    assert first["with_due"]["value"] == 2.0
    assert first["on_time"]["value"] == pytest.approx(11 / 20 + 134 / 200, rel=1e-12)
    assert second["finished"]["value"] == pytest.approx(0.9, rel=1e-12)
    assert second["on_time"]["value"] == 0.0


def test_the_costs_of_the_quarters_add_up_to_the_cost_of_the_portfolio():
    portfolio = make_document()["portfolio"]
    total = sum(quarter["cost"]["value"] for quarter in portfolio["by_quarter"])
    assert total == pytest.approx(portfolio["cost"]["mean"]["value"], rel=1e-12)


def test_random_demand_is_counted_by_what_becomes_of_it():
    (small,) = make_document()["demand"]
    assert small["id"] == "small"
    assert small["arrived"]["value"] == 2.0
    assert small["finished"]["value"] == 1.0
    assert small["rejected"]["value"] == 1.0
    assert small["lead_days"]["value"] == pytest.approx(4 + (0 * 67 + 1 * 67 + 2 * 66) / 200)


def test_the_document_repeats_assumptions_and_warnings_and_adds_its_own():
    document = make_document(assumptions=("no leave",), warnings=("too much demand",))
    assert document["assumptions"][0] == "no leave"
    assert "before day 0" in document["assumptions"][-1]["text"]
    assert document["warnings"][0] == "too much demand"
    assert any("hr in 20 of 200 futures" in text for text in document["warnings"])


def test_the_warning_about_unfinished_projects_stays_short():
    network = build_network([P(f"p{k}") for k in range(9)])
    rows = [Row(0, k, status="active") for k in range(9)]
    warnings = Forecast(build_outcomes(network, rows, replications=1)).to_document()["warnings"]
    (text,) = [w for w in warnings if "Unfinished" in w]
    assert "p4 in 1 of 1 futures and 4 more projects" in text


def test_few_futures_are_warned_of():
    few = Forecast(one_project([DAY] * 99)).to_document()["warnings"]
    enough = Forecast(one_project([DAY] * 100)).to_document()["warnings"]
    assert any("Only 99 futures" in text for text in few)
    assert enough == []


def test_people_do_not_appear():
    people = (("ana", 0, 500.0, False),)
    outcomes = one_project([DAY], settings={"people": people})
    assert "ana" not in json.dumps(Forecast(outcomes).to_document())


def test_an_empty_portfolio_has_a_document():
    network = build_network([])
    document = Forecast(build_outcomes(network, [], replications=3)).to_document()
    assert document["projects"] == []
    assert document["portfolio"]["cost"]["mean"]["value"] == 0.0
    json.dumps(document, allow_nan=False)


def test_the_frame_has_one_row_per_listed_project_and_flat_columns():
    network = build_network([P("crm", due=10 * DAY, groups={"programme": "IT"}), P("hr")])
    rows = [Row(k, p, finished=(8 + 4 * k) * DAY) for k in range(2) for p in range(2)]
    frame = Forecast(build_outcomes(network, rows, replications=2)).to_frame()
    assert frame["project"].tolist() == ["crm", "hr"]
    assert frame["p_late"][0] == 0.5
    assert math.isnan(frame["p_late"][1])
    assert frame["group_programme"][0] == "IT"
    assert str(frame["finish_p50"][0].date()) == "2026-01-14"
    assert str(frame["due"][0].date()) == "2026-01-16"
    assert frame["finish_day_p90"][1] == 12.0
    assert frame["wait_days_intake"].tolist() == [0.0, 0.0]


def test_a_forecast_says_what_it_is_of():
    forecast = Forecast(one_project([DAY] * 3))
    assert repr(forecast) == "Forecast('Portfolio', 3 futures, seed 1)"
