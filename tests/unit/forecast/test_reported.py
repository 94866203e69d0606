from __future__ import annotations

import math

from pmosim.forecast import Forecast
from pmosim.network.arrays import NONE
from tests.unit.forecast.builders import DAY, P, Row, build_network, build_outcomes

DUE = 10 * DAY


def document_of(*projects, late_in):
    """Return the document of projects that are late in so many of ten futures."""
    rows = [
        Row(future, place, finished=(12 if future < n else 8) * DAY)
        for future in range(10)
        for place, n in enumerate(late_in)
    ]
    outcomes = build_outcomes(build_network(list(projects)), rows, replications=10)
    return Forecast(outcomes).to_document()


def running(name, rag=""):
    return P(name, status="running", due=DUE, rag=rag)


def test_reported_green_and_forecast_red_are_listed_the_worst_first():
    document = document_of(
        running("a", "green"),
        running("b", "green"),
        running("c", "red"),
        running("d", "green"),
        running("e"),
        late_in=(3, 8, 9, 1, 9),
    )
    found = document["disagreements"]
    assert [(entry["project"], entry["outlook"]) for entry in found] == [
        ("b", "needs-support"),
        ("a", "at-risk"),
    ]
    assert found[0]["text"] == "b reports green, yet it misses 2026-01-16 in 80 of 100 futures."
    assert found[0]["p_late"]["value"] == 0.8
    flags = [project["is_green_but_late"] for project in document["projects"]]
    assert flags == [True, True, False, False, False]


def test_the_report_and_the_baseline_are_repeated_as_they_were_stated():
    told = P(
        "crm",
        status="running",
        rag="amber",
        done=0.6,
        cost_to_date=97.0,
        baseline=(-10 * DAY, 20 * DAY, 300.0),
    )
    project, other = document_of(told, running("hr"), late_in=(0, 0))["projects"]
    assert project["reported"] == {"rag": "amber", "done": 0.6, "actual_cost": 97.0}
    assert project["baseline"] == {"start": "2025-12-22", "finish": "2026-01-30", "cost": 300.0}
    assert other["reported"] is None
    assert other["baseline"] is None


def test_a_baseline_may_be_stated_in_part():
    told = P("crm", status="running", baseline=(NONE, 20 * DAY, math.nan), rag="green")
    (project,) = document_of(told, late_in=(0,))["projects"]
    assert project["baseline"] == {"start": None, "finish": "2026-01-30", "cost": None}
    assert project["reported"] == {"rag": "green", "done": None, "actual_cost": None}
