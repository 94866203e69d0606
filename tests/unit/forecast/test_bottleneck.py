from __future__ import annotations

import numpy as np
import pytest

from pmosim.forecast import Forecast
from pmosim.forecast.bottleneck import role_documents
from pmosim.units import WHOLE
from tests.unit.forecast.builders import DAY, P, Row, build_network, build_outcomes, ints

PEOPLE = (("developer-1", 0, 0.0, False), ("developer-2", 0, 0.0, False))


def cube(*futures):
    """(R, S, M) person-days of developers; the testers have none."""
    days = np.array([[list(months), [0] * len(months)] for months in futures], dtype=np.int64)
    return days * DAY * WHOLE


def office(busy, capacity, queue=None, rows=(), **settings):
    network = build_network([P("crm")], [P("small")], people=PEOPLE, **settings)
    return build_outcomes(
        network,
        list(rows),
        replications=len(busy),
        busy=cube(*busy),
        capacity=cube(*capacity),
        queue=cube(*(queue or busy)),
    )


def roles_of(outcomes):
    return Forecast(outcomes).to_document()["roles"]


# January 2026 has 20 working days from day 0 (Monday 5th) on, February 20, March 22.


def test_the_busy_share_is_attention_over_capacity():
    developer, tester = roles_of(office([(10, 20), (20, 30)], [(40, 40), (40, 40)]))
    assert developer["id"] == "developer"
    assert developer["headcount"] == 2
    assert developer["fte"] == 2.0
    assert developer["utilisation"]["value"] == 0.5
    assert tester["headcount"] == 0
    assert tester["utilisation"]["value"] is None
    assert tester["utilisation"]["reason"]


def test_the_run_off_does_not_dilute_the_busy_share():
    outcomes = office([(40, 0)], [(40, 40)], window_end=20 * DAY, run_off=20 * DAY)
    outcomes.run_end[:] = 40 * DAY
    developer = roles_of(outcomes)[0]
    assert developer["utilisation"]["value"] == 1.0
    assert [month.get("is_run_off", False) for month in developer["by_month"]] == [False, True]


def test_months_are_counted_in_full_time_people():
    outcomes = office([(10, 20)], [(40, 30)], [(5, 60)], window_end=40 * DAY)
    months = roles_of(outcomes)[0]["by_month"]
    assert [month["month"] for month in months] == ["2026-01", "2026-02"]
    assert [month["capacity_fte"]["value"] for month in months] == [2.0, 1.5]
    assert [month["busy_fte"]["value"] for month in months] == [0.5, 1.0]
    assert [month["waiting_fte"]["value"] for month in months] == [0.25, 3.0]
    assert [month["planned_fte"] for month in months] == [0.0, 0.0]


def test_a_future_that_ended_is_idle_but_takes_no_people_away():
    # Without a horizon the second run ends with January; the first goes on half of February.
    outcomes = office([(20, 20), (20, 0)], [(40, 20), (40, 0)], has_horizon=False)
    outcomes.run_end[:] = ints(30 * DAY, 20 * DAY)
    months = roles_of(outcomes)[0]["by_month"]
    assert [month["capacity_fte"]["value"] for month in months] == [2.0, 2.0]
    assert [month["busy_fte"]["value"] for month in months] == [1.0, 1.0]


def test_planned_person_days_become_full_time_people():
    outcomes = office([(10, 20)], [(40, 30)], window_end=40 * DAY)
    months = role_documents(outcomes, np.array([[30.0, 10.0], [0.0, 0.0]]))[0]["by_month"]
    assert [month["planned_fte"] for month in months] == [1.5, 0.5]


def test_the_wait_for_a_role_is_a_mean_over_finished_projects_of_all_futures():
    rows = [
        Row(0, 0, finished=9 * DAY, causes={"developer": 6 * DAY}),
        Row(0, 1, number=1, finished=9 * DAY, causes={"developer": 3 * DAY}),
        Row(1, 0, finished=9 * DAY),
        Row(1, 1, number=1, status="active"),
    ]
    developer, tester = roles_of(office([(1,), (1,)], [(2,), (2,)], rows=rows))
    assert developer["wait_days"]["value"] == 3.0
    assert tester["wait_days"]["value"] == 0.0


def test_the_frame_of_roles_has_one_row_per_role():
    frame = Forecast(office([(10,), (20,)], [(40,), (40,)])).roles()
    assert frame["role"].tolist() == ["developer", "tester"]
    assert frame["utilisation"][0] == pytest.approx(0.375)
    assert frame["utilisation_low"][0] < 0.375 < frame["utilisation_high"][0]
    assert np.isnan(frame["utilisation"][1])
