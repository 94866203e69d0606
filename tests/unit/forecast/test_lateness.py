from __future__ import annotations

import math

import pytest

from pmosim.forecast import Forecast
from pmosim.network.arrays import NONE
from tests.unit.forecast.builders import DAY, P, Row, build_network, build_outcomes

DUE = 10 * DAY


def entry(*rows, project=None, tasks=(), **settings):
    """Return the entry of one running project with a row per future."""
    network = build_network([project or P("crm", status="running", due=DUE)], **settings)
    outcomes = build_outcomes(network, rows, replications=len(rows), tasks=tasks)
    return Forecast(outcomes).to_document()["projects"][0]


def finish(future, day, **causes):
    minutes = {name: days * DAY for name, days in causes.items()}
    return Row(future, 0, finished=day * DAY, causes=minutes)


def test_the_causes_of_a_delay_add_up_to_it():
    project = entry(
        finish(0, 8, work=8),
        finish(1, 20, work=12, developer=6, intake=2),
        finish(2, 16, work=10, developer=3, tester=3),
    )
    late = project["late_causes"]
    assert late["n"] == 2
    assert late["days_late"]["value"] == 8.0
    # Future 1: 12 days of work against 10 given: 2 of 10 are the plan's, 8 waited in proportion.
    assert late["plan"]["value"] == 1.0
    assert late["developer"]["value"] == (6 + 3) / 2
    assert late["tester"]["value"] == 1.5
    assert late["intake"]["value"] == 1.0
    names = ("plan", "lag", "date", "project", "intake", "developer", "tester")
    assert sum(late[name]["value"] for name in names) == pytest.approx(8.0, rel=1e-12)


def test_the_main_cause_is_said_in_words_and_with_its_days():
    why = entry(finish(0, 8, work=8), finish(1, 20, work=10, developer=8, intake=2))["outlook_why"]
    assert (why["cause"], why["role"], why["days"]) == ("role", "developer", 8.0)
    assert why["text"] == (
        "Where it is late, it is late by 10 working days on average: "
        "8 waiting for developer, 2 waiting to be started."
    )
    assert why["waits_for"][0] == {"cause": "role", "role": "developer", "days": 4.0}
    assert why["waits_for"][1] == {"cause": "intake", "role": None, "days": 1.0}


def test_a_plan_shorter_than_its_own_work_comes_first():
    why = entry(finish(0, 15, work=14, developer=1), finish(1, 13, work=13))["outlook_why"]
    assert why["cause"] == "plan"
    assert why["role"] is None
    assert why["days"] == 3.5
    assert "its own work takes longer than the time until the due date" in why["text"]


def test_a_project_that_is_always_in_time_has_no_cause():
    project = entry(finish(0, 8, work=7, developer=1))
    assert project["outlook_why"]["cause"] == "none"
    assert project["outlook_why"]["text"] == "It is in time in every future."
    assert project["late_causes"] is None


def test_of_an_unfinished_project_it_is_said_for_whom_its_open_tasks_wait():
    rows = [Row(k, 0, status="active") for k in range(2)]
    tasks = [(k, 0, 0, NONE, NONE, 1) for k in range(2)]
    why = entry(*rows, tasks=tasks)["outlook_why"]
    assert (why["cause"], why["role"], why["days"]) == ("unfinished", "tester", None)
    assert why["text"] == (
        "It does not finish in 2 of 2 futures; most often it then waits for tester."
    )


def test_nothing_is_said_without_a_due_date():
    project = entry(finish(0, 8, work=8), project=P("crm", status="running"))
    assert project["outlook_why"] is None
    assert project["late_causes"] is None
    assert project["slip_days"] is None


@pytest.mark.parametrize(
    ("at_risk", "needs_support", "outlook"),
    [
        (0.2, 0.5, "needs-support"),
        (0.2, 0.6, "at-risk"),
        (0.55, 0.6, "at-risk"),
        (0.56, 0.6, "on-track"),
    ],
)
def test_the_thresholds_of_the_outlook_are_the_scenarios(at_risk, needs_support, outlook):
    rows = [finish(k, 8 if k < 9 else 12, work=8) for k in range(20)]
    settings = {"outlook_at_risk": at_risk, "outlook_needs_support": needs_support}
    network = build_network([P("crm", status="running", due=DUE)], **settings)
    document = Forecast(build_outcomes(network, rows, replications=20)).to_document()
    assert document["projects"][0]["outlook"] == outlook
    assert document["settings"]["outlook"] == {"at_risk": at_risk, "needs_support": needs_support}


def test_the_cost_of_delay_counts_working_days_after_the_due_date():
    project = P("crm", status="running", due=DUE, cost_of_delay=400.0)
    delay = entry(finish(0, 8, work=8), finish(1, 13, work=13), project=project)["cost_of_delay"]
    assert delay["per_day"] == 400.0
    assert delay["basis"] == "stated"
    assert delay["days_late"]["value"] == 1.5
    assert delay["expected"]["value"] == 600.0


def test_without_a_cost_of_delay_it_is_not_asked():
    assert entry(finish(0, 8, work=8))["cost_of_delay"] is None


def test_the_cost_of_delay_of_an_unfinished_project_is_not_known():
    project = P("crm", status="running", due=DUE, cost_of_delay=400.0, is_delay_given=False)
    delay = entry(finish(0, 8), Row(1, 0, status="active"), project=project)["cost_of_delay"]
    assert delay["basis"] == "benefit"
    assert delay["expected"]["value"] is None
    assert "1 of 2 futures are unfinished" in delay["expected"]["reason"]


def test_the_portfolio_adds_the_costs_of_delay_future_by_future():
    projects = [P(name, due=DUE, cost_of_delay=rate) for name, rate in (("a", 10.0), ("b", 1.0))]
    rows = [
        Row(future, place, finished=day * DAY)
        for future, days in enumerate([(12, 10), (10, 15)])
        for place, day in enumerate(days)
    ]
    outcomes = build_outcomes(build_network(projects), rows, replications=2)
    delay = Forecast(outcomes).to_document()["portfolio"]["cost_of_delay"]
    assert delay["per_day"] == 11.0
    assert delay["expected"]["value"] == (20 + 5) / 2


def test_slip_counts_from_the_baseline_and_else_from_the_due_date():
    rows = [finish(k, day, work=day) for k, day in enumerate((8, 12, 16))]
    baseline = P("crm", status="running", due=DUE, baseline=(0, 6 * DAY, math.nan))
    slip = entry(*rows, project=baseline)["slip_days"]
    assert slip["from"] == "baseline"
    assert [slip[name]["value"] for name in ("mean", "p50", "p80")] == [6.0, 6.0, 10.0]
    slip = entry(*rows)["slip_days"]
    assert slip["from"] == "due"
    assert [slip[name]["value"] for name in ("mean", "p50", "p80")] == [2.0, 2.0, 6.0]
