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


def reported_forecast():
    """Two running projects, one of which states its cost to date, and one done before day 0."""
    projects = [
        P("crm", status="running", cost_to_date=1000.0, due=10 * DAY, budget=1500.0),
        P("hr", status="running", due=10 * DAY, budget=400.0),
        P("old", status="done", cost_to_date=70.0),
    ]
    people = (("developer-1", 0, 500.0, False), ("tester-1", 1, 300.0, True))
    network = build_network(projects, people=people)
    rows, bookings = [], []
    for future, (crm, hr) in enumerate([(100.0, 300.0), (200.0, 200.0), (600.0, 100.0)]):
        first = len(rows)
        rows += [
            Row(future, 0, finished=8 * DAY, fixed_cost=crm),
            Row(future, 1, finished=(8 + 2 * future) * DAY, fixed_cost=hr),
            Row(future, 2, status="done", released=NONE),
        ]
        bookings += [Booking(first, 0, 2.0, until=DAY), Booking(first + 1, 1, 1.0, until=DAY)]
    return Forecast(build_outcomes(network, rows, replications=3, bookings=bookings))


def test_cost_to_date_and_cost_to_go_are_told_apart():
    document = reported_forecast().to_document()
    crm, hr, old = (project["cost"] for project in document["projects"])
    assert (crm["to_date"], hr["to_date"], old["to_date"]) == (1000.0, None, 70.0)
    assert crm["mean"]["value"] == 1000 + 1000 + 300
    assert crm["to_go"]["mean"]["value"] == 1300.0
    assert crm["to_go"]["p80"]["value"] == 1600.0
    assert crm["cash"]["value"] == 300.0
    assert old["mean"]["reason"] == "it was done before day 0"
    assert document["portfolio"]["cost"]["to_date"] == 1070.0
    assert document["portfolio"]["cost"]["mean"]["value"] == 2300 + 500 + 70


def test_the_parts_of_the_cost_add_up_to_it():
    document = reported_forecast().to_document()
    for entry in [*document["projects"][:2], document["portfolio"]]:
        parts = entry["cost"]["parts"]
        assert list(parts) == ["to_date", "internal", "contractors", "fixed", "running", "risks"]
        assert sum(parts.values()) == pytest.approx(entry["cost"]["mean"]["value"], rel=1e-12)
    assert document["portfolio"]["cost"]["parts"]["contractors"] == 300.0


def test_what_was_spent_before_has_a_column_beside_the_fiscal_years():
    document = reported_forecast().to_document()
    assert document["fiscal_years"][:2] == ["to date", "2026"]
    for entry in [*document["projects"][:2], document["portfolio"]]:
        years = {label: part["value"] for label, part in entry["cost"]["by_year"].items()}
        assert list(years) == document["fiscal_years"]
        assert sum(years.values()) == pytest.approx(entry["cost"]["mean"]["value"], rel=1e-12)
    assert list(document["portfolio"]["cost"]["cash_by_year"]) == document["fiscal_years"][1:]


def test_capex_and_opex_add_up_to_the_cost_to_go():
    cost = reported_forecast().to_document()["portfolio"]["cost"]
    total = cost["capex"]["value"] + cost["opex"]["value"]
    assert total == pytest.approx(cost["to_go"]["mean"]["value"], rel=1e-12)


def test_money_before_day_0_that_is_stated_in_part_is_said_to_be():
    (found,) = reported_forecast().to_document()["assumptions"]
    assert (found["mechanism"], found["basis"]) == ("cost to date", "stated")
    assert "stated by 2 of 3 projects" in found["text"]
    assert found["text"].endswith("the others count from day 0 on: hr.")


def test_p80s_that_do_not_add_up_are_said_not_to():
    sums = reported_forecast().to_document()["portfolio"]["sums"]
    # crm: 2100, 2200, 2600; hr: 600, 500, 400. Together: 2700, 2700, 3000.
    assert sums["sum_of_p80"] == 2600 + 600
    assert sums["p80_of_sum"] == 3000.0
    assert sums["difference"] == 200.0
    assert sums["text"] == (
        "P80s do not add up: those of the 2 projects come to EUR 3.2k, but together they stay "
        "within EUR 3k in 80 of 100 futures, EUR 200 less."
    )


def test_a_single_project_adds_up_to_itself():
    assert spend([90.0]).to_document()["portfolio"]["sums"] is None


def test_the_joint_confidence_of_the_portfolio_asks_for_all_dates_and_one_budget():
    joint = reported_forecast().to_document()["portfolio"]["joint"]
    assert joint["projects"] == ["crm", "hr"]
    assert joint["budget"] == 1900.0
    assert joint["p_on_time"]["value"] == pytest.approx(2 / 3, rel=1e-15)
    assert joint["p_on_budget"]["value"] == 0.0
    assert joint["p_both"]["value"] == 0.0
    assert joint["text"].endswith("within EUR 1.9k in <34 of 100 futures.")


def test_there_is_no_joint_confidence_where_nothing_is_promised():
    assert spend([90.0]).to_document()["portfolio"]["joint"] is None


def test_the_bands_of_a_year_are_those_of_its_own_cost():
    bands = reported_forecast().to_document()["portfolio"]["by_year_bands"]
    assert bands["2026"]["p50"]["value"] == 2700 - 1000
    assert bands["2026"]["p80"]["value"] == 3000 - 1000
