"""From the words of a scenario to the numbers of its forecast: reports, money, promises."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pmosim as pm

SCENARIO: dict[str, Any] = {
    "name": "Told",
    "as_of": "2027-01-04",
    "horizon": "2y",
    "currency": "EUR",
    "fiscal_year": "apr",
    "discount_rate": "6%",
    "roles": {"analyst": {"day_rate": 600}, "developer": {"day_rate": 700}},
    "people": [
        {"role": "analyst", "headcount": 1},
        {"role": "developer", "headcount": 2},
        {"role": "developer", "headcount": 1, "kind": "contractor", "day_rate": 900},
    ],
    "settings": {"outlook": {"at_risk": "10%", "needs_support": "40%"}},
    "projects": [
        {
            "id": "crm",
            "status": "running",
            "due": "2027-02-26",
            "budget": "200k",
            "groups": {"programme": "Sales"},
            "as_reported": {"done": "40%", "actual_cost": "66k", "rag": "green"},
            "baseline": {"start": "2026-11-02", "finish": "2027-03-12", "cost": "150k"},
            "fixed_cost": "30k",
            "running_cost": "2k/mo",
            "benefit": {"per_year": "90k", "for": "3y"},
            "phases": {
                "design": {
                    "lasts": "2mo",
                    "work": {"analyst": "1pm/1.5pm/3pm"},
                },
                "build": {
                    "lasts": "3mo",
                    "work": {"developer": "4pm/6pm/11pm"},
                    "capex": "70%",
                    "due": "2027-02-12",
                },
            },
        },
        {
            "id": "web",
            "due": "2027-06",
            "groups": {"programme": "Sales"},
            "cost_of_delay": "5k/w",
            "phases": {"build": {"lasts": "3mo", "work": {"developer": "3pm/5pm/9pm"}}},
        },
    ],
}


@pytest.fixture(scope="module")
def outcomes() -> Any:
    return pm.simulate(pm.parse_scenario(SCENARIO), replications=60, seed=3)


@pytest.fixture(scope="module")
def document(outcomes: Any) -> Any:
    return pm.Forecast(outcomes).to_document()


def test_a_project_that_reports_green_and_will_be_late_is_told_first(document: Any) -> None:
    (found,) = document["disagreements"]
    assert (found["project"], found["outlook"]) == ("crm", "needs-support")
    assert document["settings"]["outlook"] == {"at_risk": 0.1, "needs_support": 0.4}


def test_earned_value_by_hand(document: Any) -> None:
    found = document["projects"][0]["earned_value"]
    # 2026-11-02 to 2027-03-12 are 19 weeks of 5 days; 9 weeks are gone on Monday 2027-01-04.
    assert found["planned_share"] == 45 / 95
    assert found["pv"] == pytest.approx(150_000 * 9 / 19, rel=1e-12)
    assert found["ev"] == 60_000.0
    assert found["ac"] == 66_000.0
    assert found["cpi"] == pytest.approx(60 / 66, rel=1e-12)
    assert found["eac"] == pytest.approx(165_000.0, rel=1e-12)
    assert document["portfolio"]["earned_value"]["projects"] == ["crm"]


def test_a_fixed_cost_within_the_cost_to_date_is_not_charged_again(document: Any) -> None:
    cost = document["projects"][0]["cost"]
    assert cost["to_date"] == 66_000.0
    assert cost["parts"]["to_date"] == 66_000.0
    assert cost["parts"]["fixed"] == 0.0
    assert cost["parts"]["running"] > 0.0
    assert sum(cost["parts"].values()) == pytest.approx(cost["mean"]["value"], rel=1e-12)


def test_in_every_future_cost_by_year_and_by_group_adds_up_to_the_whole(outcomes: Any) -> None:
    forecast = pm.Forecast(outcomes)
    spending, money = forecast.spending, outcomes.money
    whole = money.to_date + spending.by_year.sum(axis=1)
    np.testing.assert_allclose(whole, money.cost, rtol=1e-12)
    np.testing.assert_allclose(spending.parts.sum(axis=1), money.cost, rtol=1e-12)
    np.testing.assert_allclose(spending.cash_by_year.sum(axis=1), money.cash, rtol=1e-12)
    by_future = sum(
        spending.per_future(outcomes, outcomes.projects_.row == row).cost for row in range(2)
    )
    everything = np.bincount(outcomes.future, weights=money.cost)
    np.testing.assert_allclose(by_future, everything, rtol=1e-12)
    assert forecast.fiscal_years.labels[:2] == ("2026/27", "2027/28")


def test_capex_is_the_share_of_the_phase(document: Any) -> None:
    crm, web = document["projects"]
    labour = crm["cost"]["parts"]["internal"] + crm["cost"]["parts"]["contractors"]
    assert 0.5 * labour < crm["cost"]["capex"]["value"] < 0.7 * labour
    assert web["cost"]["capex"]["value"] == 0.0


def test_promises_of_phases_and_projects_stand_in_the_order_of_their_dates(document: Any) -> None:
    found = [(p["project"], p["item"], p["date"], p["in_90_days"]) for p in document["promises"]]
    assert found == [
        ("crm", "build", "2027-02-12", True),
        ("crm", None, "2027-02-26", True),
        ("web", None, "2027-06-30", False),
    ]


def test_whole_life_counts_what_is_spent_and_to_go_does_not(document: Any) -> None:
    crm = document["projects"][0]
    gap = crm["npv_to_go"]["mean"]["value"] - crm["npv"]["mean"]["value"]
    assert gap == pytest.approx(66_000.0, rel=1e-9)


def test_a_day_of_delay_costs_what_was_stated(document: Any) -> None:
    delay = document["projects"][1]["cost_of_delay"]
    assert delay["per_day"] == 1000.0
    days, cost = delay["days_late"]["value"], delay["expected"]["value"]
    assert cost == pytest.approx(1000 * days, rel=1e-12)


def earned_by_tasks(**build: Any) -> Any:
    """Return the earned value of a project whose tasks report, and it does not."""
    tasks = {
        "design": {"effort": "30pd", "needs": {"analyst": 1}, "done": True},
        "build": {"effort": "60pd", "needs": {"developer": 1}, **build},
        "board": {"duration": "5d", "after": "build"},
        "run-in": {"effort": "10pd", "needs": {"developer": 1}, "after": "build"},
    }
    crm = {"id": "crm", "status": "running", "budget": "100k", "tasks": tasks}
    crm["as_reported"] = {"actual_cost": "48k"}
    scenario = pm.parse_scenario({**SCENARIO, "projects": [crm]})
    document = pm.Forecast(pm.simulate(scenario, replications=2)).to_document()
    return document["projects"][0]["earned_value"]


@pytest.mark.parametrize(
    ("build", "done"),
    [
        ({"done": "50%"}, 60 / 100),
        ({"spent": "20pd", "remaining": "60pd"}, 45 / 100),
        ({}, 30 / 100),
    ],
)
def test_what_tasks_report_earns_value_too_where_the_project_says_nothing(
    build: dict[str, str], done: float
) -> None:
    found = earned_by_tasks(**build)
    assert found["done"] == pytest.approx(done, rel=1e-12)
    assert found["done_from"] == "tasks"
    assert found["cpi"] == pytest.approx(100 * done / 48, rel=1e-12)


def test_time_that_has_passed_is_no_progress() -> None:
    found = earned_by_tasks(spent="20pd")
    assert found["done"] is None
    assert found["cpi"] is None
    assert found["missing"] == ["baseline start and finish", "percent done"]
