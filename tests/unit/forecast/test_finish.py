from __future__ import annotations

import math
from datetime import date

import numpy as np
import pytest

from pmosim.errors import InputError
from pmosim.forecast import Forecast
from pmosim.network.arrays import MILESTONE, NONE
from tests.unit.forecast.builders import DAY, P, Row, build_network, build_outcomes, one_project


def crm(finished, **changes):
    forecast = Forecast(one_project(finished, **changes))
    return forecast, forecast.to_document()["projects"][0]


def test_finish_dates_are_quantiles_over_the_futures():
    finished = [day * DAY for day in range(1, 101)]
    forecast, project = crm(finished)
    assert forecast.finish("crm", level=0.1).value == date(2026, 1, 16)
    assert project["finish"]["p10"]["value"] == "2026-01-16"
    assert project["finish_day"]["p80"] == {"value": 80.0, "low": 72.0, "high": 89.0}
    assert project["finish_day"]["mean"]["value"] == 50.5
    assert project["p_unfinished"]["value"] == 0.0


def test_the_finish_at_the_end_of_a_working_day_is_that_day():
    _, project = crm([10 * DAY])
    assert project["finish"]["p50"]["value"] == "2026-01-16"
    assert project["finish_day"]["p50"]["value"] == 10.0


def test_unfinished_futures_are_later_than_every_date():
    finished = [10 * DAY] * 70 + [NONE] * 30
    forecast, project = crm(finished)
    assert project["finish"]["p50"]["value"] == "2026-01-16"
    assert project["finish"]["p80"]["value"] is None
    assert project["finish"]["p80"]["after_horizon"] is True
    assert project["finish_day"]["mean"]["value"] is None
    assert "30 of 100 futures" in project["finish_day"]["mean"]["reason"]
    assert project["p_unfinished"]["value"] == 0.3
    assert str(forecast.finish("crm")).startswith("after the planning window")


def test_one_unfinished_future_of_100_leaves_the_mean_to_the_others():
    _, project = crm([10 * DAY] * 99 + [NONE])
    assert project["finish_day"]["mean"]["value"] == 10.0


def test_late_is_after_the_end_of_the_due_day():
    finished = [10 * DAY, 10 * DAY + 1, 9 * DAY, 11 * DAY]
    forecast, project = crm(finished, project=P("crm", due=10 * DAY))
    assert forecast.p_late("crm").value == 0.5
    assert project["p_late"]["value"] == 0.5
    assert project["due"] == "2026-01-16"


def test_unfinished_when_the_due_day_passes_is_late():
    forecast, _ = crm([NONE, NONE, 5 * DAY, 5 * DAY], project=P("crm", due=260 * DAY))
    assert forecast.p_late("crm").value == 0.5


def test_a_due_date_beyond_the_window_gives_no_chance_but_the_reason():
    forecast, project = crm([5 * DAY] * 4, project=P("crm", due=261 * DAY))
    assert math.isnan(forecast.p_late("crm").value)
    assert project["p_late"]["value"] is None
    assert project["p_late"]["reason"] == (
        "the due date 2027-01-04 lies after the planning window, which ends on 2027-01-01"
    )


def test_a_due_date_in_the_run_off_is_answered_if_every_future_knows():
    settings = {"run_off": 60 * DAY}
    project = P("crm", due=300 * DAY)
    known, _ = crm([280 * DAY, 310 * DAY], project=project, settings=settings)
    assert known.p_late("crm").value == 0.5
    # The run ended with the window: nobody knows whether the second one is in time.
    unknown, _ = crm([280 * DAY, NONE], project=project, settings=settings)
    assert math.isnan(unknown.p_late("crm").value)


def test_a_project_that_never_finishes_is_late_wherever_its_run_ends():
    outcomes = one_project([NONE], project=P("crm", due=20 * DAY), row={"ended": 5 * DAY})
    for status in (3, 5, 6):
        outcomes.projects_.status[:] = status
        outcomes.run_end[:] = 6 * DAY
        assert Forecast(outcomes).p_late("crm").value == 1.0


def test_without_a_horizon_what_is_unfinished_at_the_end_is_late():
    settings = {"has_horizon": False}
    outcomes = one_project([NONE], project=P("crm", due=20 * DAY), settings=settings)
    outcomes.run_end[:] = 6 * DAY
    assert Forecast(outcomes).p_late("crm").value == 1.0


def test_a_promise_from_before_day_0_is_broken():
    forecast, project = crm([DAY], project=P("crm", due=-2 * DAY))
    assert forecast.p_late("crm").value == 1.0
    assert project["due"] == "2025-12-31"


def test_without_a_due_date_the_question_is_not_asked():
    _, project = crm([DAY] * 3)
    assert project["p_late"] == {"value": None, "low": None, "high": None}
    assert project["due"] is None
    assert project["outlook"] is None


def test_a_deadline_is_counted_beside_the_promise():
    _, project = crm([DAY, 3 * DAY], project=P("crm", due=DAY, deadline=4 * DAY))
    assert project["deadline"] == "2026-01-08"
    assert project["p_past_deadline"]["value"] == 0.0
    assert project["p_late"]["value"] == 0.5


def test_a_candidate_is_estimated_over_the_futures_in_which_it_happens():
    network = build_network([P("dwh", status="candidate", due=10 * DAY)])
    rows = [
        Row(0, 0, finished=8 * DAY),
        Row(1, 0, status="absent", released=NONE, started=NONE),
        Row(2, 0, finished=12 * DAY),
        Row(3, 0, status="absent", released=NONE, started=NONE),
    ]
    document = Forecast(build_outcomes(network, rows, replications=4)).to_document()
    project = document["projects"][0]
    assert project["futures"] == 2
    assert project["p_late"]["value"] == 0.5
    assert project["finish_day"]["mean"]["value"] == 10.0
    assert document["portfolio"]["finished"]["value"] == 0.5


def test_a_candidate_that_never_happens_has_no_numbers():
    network = build_network([P("dwh", status="candidate", due=10 * DAY, budget=5.0)])
    outcomes = build_outcomes(network, [Row(0, 0, status="absent")], replications=1)
    document = Forecast(outcomes).to_document()
    project = document["projects"][0]
    for estimate in (
        project["finish"]["p80"],
        project["p_late"],
        project["cost"]["mean"],
        project["npv"]["p50"],
        project["p_over_budget"],
        project["lead_days"]["from_request"],
        project["wait_days"]["intake"],
    ):
        assert estimate["value"] is None
        assert estimate["reason"] == "it happens in none of the futures"
    assert any("none of the futures" in warning for warning in document["warnings"])


@pytest.mark.parametrize("status", ["done", "cancelled"])
def test_a_project_that_ended_before_day_0_has_no_numbers(status):
    network = build_network([P("old", status=status, due=10 * DAY)])
    outcomes = build_outcomes(network, [Row(0, 0, status=status)], replications=1)
    project = Forecast(outcomes).to_document()["projects"][0]
    assert project["finish"]["p80"]["value"] is None
    assert project["p_late"]["reason"] == f"it was {status} before day 0"
    assert project["p_unfinished"]["value"] is None


def test_waits_are_means_over_the_finished_futures_by_cause():
    network = build_network([P("crm")])
    rows = [
        Row(0, 0, finished=4 * DAY, causes={"work": DAY, "intake": DAY, "tester": 2 * DAY}),
        Row(1, 0, finished=2 * DAY, causes={"work": 2 * DAY}),
        Row(2, 0, status="active"),
    ]
    project = Forecast(build_outcomes(network, rows, replications=3)).to_document()["projects"][0]
    means = {name: estimate["value"] for name, estimate in project["wait_days"].items()}
    assert means == {
        "intake": 0.5,
        "project": 0.0,
        "date": 0.0,
        "lag": 0.0,
        "developer": 0.0,
        "tester": 1.0,
    }
    assert project["work_days"]["value"] == 1.5


def test_lead_time_counts_from_the_request_and_from_the_release():
    row = {"arrived": DAY, "released": 3 * DAY, "started": 4 * DAY}
    _, project = crm([9 * DAY, 11 * DAY], row=row)
    assert project["lead_days"]["from_request"]["value"] == 9.0
    assert project["lead_days"]["from_release"]["value"] == 7.0
    assert project["start"]["p50"]["value"] == "2026-01-09"


def test_milestones_and_promised_tasks_have_their_own_dates():
    project = P(
        "crm",
        tasks=("build", "review", "go-live"),
        kinds={"go-live": MILESTONE},
        task_due={"review": 4 * DAY, "go-live": 8 * DAY},
    )
    network = build_network([P("hr"), project])
    rows = [Row(k, p, finished=9 * DAY) for k in range(3) for p in range(2)]
    # The third future never reaches the milestone.
    tasks = [
        (1, 2, 0, 0, 5 * DAY),
        (1, 3, 0, 0, 8 * DAY),
        (3, 2, 0, 0, 3 * DAY),
        (3, 3, 0, 0, 9 * DAY),
        (5, 2, 0, 0, 4 * DAY),
        (5, 3, 0, NONE, NONE),
    ]
    outcomes = build_outcomes(network, rows, replications=3, tasks=tasks)
    review, go_live = Forecast(outcomes).to_document()["projects"][1]["milestones"]
    assert (review["id"], review["due"]) == ("review", "2026-01-08")
    assert review["p_late"]["value"] == pytest.approx(1 / 3)
    assert review["finish"]["p50"]["value"] == "2026-01-08"
    assert go_live["p_late"]["value"] == pytest.approx(2 / 3)
    assert go_live["finish"]["p90"]["after_horizon"] is True


@pytest.mark.parametrize(
    ("n_late", "outlook"),
    [(19, "on-track"), (20, "at-risk"), (49, "at-risk"), (50, "needs-support")],
)
def test_the_outlook_of_a_running_project_follows_its_chance_of_being_late(n_late, outlook):
    finished = [11 * DAY] * n_late + [10 * DAY] * (100 - n_late)
    _, project = crm(finished, project=P("crm", status="running", due=10 * DAY))
    assert project["outlook"] == outlook


def test_a_project_that_has_not_begun_has_no_outlook():
    assert crm([11 * DAY], project=P("crm", due=10 * DAY))[1]["outlook"] is None


def committed(projects, rows, replications):
    network = build_network(projects)
    outcomes = build_outcomes(network, rows, replications=replications)
    return Forecast(outcomes).to_document()["portfolio"]["committed_finish"]


def test_the_committed_finish_is_the_last_of_the_committed_projects():
    projects = [
        P("a"),
        P("b", status="running"),
        P("maybe", status="candidate"),
        P("gone", cancelled=DAY),
        P("later", status="on-hold", arrives=NONE),
        P("old", status="done"),
    ]
    rows = [
        Row(0, 0, finished=10 * DAY),
        Row(0, 1, finished=7 * DAY),
        Row(0, 2, finished=90 * DAY),
        Row(0, 3, status="stopped", ended=DAY),
        Row(0, 4, status="queued", released=NONE),
        Row(0, 5, status="done"),
    ]
    assert committed(projects, rows, 1)["p50"]["value"] == "2026-01-16"


def test_the_committed_finish_is_open_while_one_project_is():
    rows = [Row(0, 0, finished=10 * DAY), Row(0, 1, status="queued", released=NONE)]
    assert committed([P("a"), P("b")], rows, 1)["p50"]["after_horizon"] is True


def test_nothing_committed_has_no_committed_finish():
    rows = [Row(0, 0, finished=10 * DAY)]
    finish = committed([P("a", status="candidate")], rows, 1)["p50"]
    assert finish["value"] is None
    assert finish["reason"] == "no project is committed"


def test_an_unknown_project_is_refused_with_the_nearest_name():
    with pytest.raises(InputError, match=r"no project 'crn'\. Did you mean 'crm'\? Known: crm"):
        crm([DAY])[0].finish("crn")


def test_outcomes_that_start_at_a_later_replication_are_read_the_same():
    network = build_network([P("crm", due=5 * DAY)])
    rows = [Row(40, 0, finished=4 * DAY), Row(41, 0, finished=6 * DAY)]
    outcomes = build_outcomes(network, rows, replications=2, first=40)
    assert Forecast(outcomes).p_late("crm").value == 0.5
    assert np.array_equal(outcomes.future, [0, 1])
