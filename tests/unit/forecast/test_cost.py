from __future__ import annotations

import math

import pytest

from pmosim.errors import InputError
from pmosim.forecast import Forecast
from pmosim.network.arrays import NONE
from tests.unit.forecast.builders import (
    DAY,
    Booking,
    P,
    Row,
    build_network,
    build_outcomes,
    one_project,
)


def spend(amounts, project=None, finished=None):
    """One project whose fixed cost is given in each replication."""
    project = project or P("crm")
    finished = finished or [10 * DAY] * len(amounts)
    rows = [
        Row(k, 0, finished=end, fixed_cost=cost, status="active" if end == NONE else "finished")
        for k, (cost, end) in enumerate(zip(amounts, finished, strict=True))
    ]
    return Forecast(build_outcomes(build_network([project]), rows, replications=len(rows)))


def test_cost_has_mean_quantiles_cash_and_years():
    cost = spend([100.0, 200.0, 300.0, 400.0, 600.0]).to_document()["projects"][0]["cost"]
    assert cost["mean"]["value"] == 320.0
    assert cost["p50"]["value"] == 300.0
    assert cost["p80"]["value"] == 400.0
    assert cost["cash"]["value"] == 320.0
    assert {year: by["value"] for year, by in cost["by_year"].items()} == {
        "2026": 320.0,
        "2027": 0.0,
    }
    assert cost["to_date"] is None
    assert cost["n_so_far"] == 0


def test_over_budget_is_more_than_the_budget():
    project = spend([99.0, 100.0, 101.0, 102.0], P("crm", budget=100.0)).to_document()
    project = project["projects"][0]
    assert project["budget"] == 100.0
    assert project["p_over_budget"]["value"] == 0.5


def test_without_a_budget_the_question_is_not_asked():
    project = spend([99.0], P("crm", due=DAY)).to_document()["projects"][0]
    assert project["budget"] is None
    nothing = {"value": None, "low": None, "high": None}
    assert project["p_over_budget"] == nothing
    assert project["p_on_time_and_budget"] == nothing


def test_on_time_and_on_budget_is_counted_in_the_same_future():
    forecast = spend(
        [90.0, 90.0, 110.0, 110.0, 90.0],
        P("crm", budget=100.0, due=10 * DAY),
        [10 * DAY, 11 * DAY, 10 * DAY, 11 * DAY, NONE],
    )
    project = forecast.to_document()["projects"][0]
    assert project["p_on_time_and_budget"]["value"] == 0.2
    assert project["p_late"]["value"] == 0.6
    assert project["p_over_budget"]["value"] == 0.4
    assert project["cost"]["n_so_far"] == 1


def test_on_time_beyond_the_window_is_not_known():
    project = spend([90.0], P("crm", budget=100.0, due=999 * DAY)).to_document()["projects"][0]
    assert "lies after the planning window" in project["p_on_time_and_budget"]["reason"]


def group_forecast():
    projects = [
        P("a", groups={"programme": "Sales"}),
        P("b", groups={"programme": "IT"}),
        P("c", groups={"programme": "Sales"}, status="candidate"),
        P("d"),
    ]
    network = build_network(projects, [P("small", groups={"programme": "IT"})])
    rows = [
        Row(0, 0, finished=DAY, fixed_cost=10.0),
        Row(0, 1, finished=DAY, fixed_cost=1.0),
        Row(0, 2, finished=DAY, fixed_cost=100.0),
        Row(0, 3, finished=DAY, fixed_cost=5.0),
        Row(1, 0, finished=DAY, fixed_cost=20.0),
        Row(1, 1, finished=DAY, fixed_cost=1.0),
        Row(1, 2, status="absent", released=NONE, fixed_cost=100.0),
        Row(1, 3, finished=DAY, fixed_cost=5.0),
        Row(1, 4, finished=DAY, fixed_cost=7.0, number=1),
    ]
    return Forecast(build_outcomes(network, rows, replications=2))


def test_costs_of_groups_are_over_all_futures_and_count_random_demand():
    frame = group_forecast().costs(by="programme")
    assert frame["programme"].tolist() == ["Sales", "IT", "(none)"]
    assert frame["cost_mean"].tolist() == [65.0, 4.5, 5.0]
    assert frame["cost_by_year_2026"].tolist() == [65.0, 4.5, 5.0]


def test_costs_can_be_grouped_by_fields_of_a_project():
    frame = group_forecast().costs(by="status")
    assert dict(zip(frame["status"], frame["cost_mean"], strict=True)) == {
        "approved": 24.5,
        "candidate": 50.0,
    }
    assert group_forecast().costs()["project"].tolist() == ["a", "b", "c", "d", "small"]


def test_an_unknown_group_is_refused_with_those_that_there_are():
    with pytest.raises(InputError, match="'program'; projects can be grouped by class, programme"):
        group_forecast().costs(by="program")


def test_the_cost_of_the_portfolio_is_the_sum_of_its_projects_in_every_future():
    cost = group_forecast().to_document()["portfolio"]["cost"]
    assert cost["mean"]["value"] == (116 + 33) / 2
    assert cost["p80"]["value"] == 116.0


def test_labour_of_a_contractor_is_cash():
    people = (("developer-1", 0, 500.0, False), ("tester-1", 1, 300.0, True))
    outcomes = one_project(
        [10 * DAY, 10 * DAY],
        settings={"people": people},
        bookings=[Booking(0, 0, 2.0, until=DAY), Booking(1, 1, 4.0, until=DAY)],
    )
    cost = Forecast(outcomes).to_document()["projects"][0]["cost"]
    assert cost["mean"]["value"] == 1100.0
    assert cost["cash"]["value"] == 600.0


def test_p_over_budget_is_there_in_python():
    assert math.isnan(spend([1.0]).p_over_budget("crm").value)
    assert spend([1.0], P("crm", budget=0.5)).p_over_budget("crm").value == 1.0
