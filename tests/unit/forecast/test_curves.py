from __future__ import annotations

import numpy as np
import pytest

from pmosim.forecast import Forecast
from pmosim.forecast.curves import LEVELS, SAMPLE, curve, date_curve, sample_places
from pmosim.forecast.estimate import quantile
from pmosim.network.arrays import NONE
from pmosim.workdays import WorkCalendar
from tests.unit.forecast.builders import DAY, MONDAY, P, Row, build_network, build_outcomes


def test_a_curve_holds_the_quantiles_of_every_fifth_hundredth():
    values = np.arange(1.0, 101.0)[::-1]
    assert curve(values) == [float(level) for level in LEVELS]
    odd = np.array([3.0, 1.0, 2.0, 9.0, 7.0, 8.0, 5.0])
    assert curve(odd) == [quantile(odd, level / 100).value for level in LEVELS]


def test_a_value_that_is_not_known_is_below_every_other():
    values = np.append(np.arange(1.0, 10.0), np.nan)
    found = curve(values)
    assert found[:2] == [None, None]
    assert found[2:4] == [1.0, 1.0]
    assert curve(np.zeros(0)) == [None] * len(LEVELS)


def test_dates_after_the_window_are_null():
    days = np.append(np.full(9, 10.0), np.inf)
    found = date_curve(days, WorkCalendar(as_of=MONDAY))
    assert found == ["2026-01-16"] * 18 + [None]


@pytest.mark.parametrize("n", [1, 199, 200, 201, 1000, 1234])
def test_a_sample_is_bounded_spread_evenly_and_without_repetition(n):
    places = sample_places(n)
    assert len(places) == min(n, SAMPLE)
    assert len(set(places.tolist())) == len(places)
    assert places[0] == 0
    assert np.diff(places).max(initial=1) <= -(-n // SAMPLE)


def joint_of(rows, project):
    outcomes = build_outcomes(build_network([project]), rows, replications=len(rows))
    return Forecast(outcomes).to_document()["projects"][0]["joint"]


def test_the_joint_grid_counts_futures_that_keep_both():
    rows = [Row(k, 0, finished=(k + 1) * DAY, fixed_cost=10.0 * (10 - k)) for k in range(10)]
    joint = joint_of(rows, P("crm", due=4 * DAY, budget=80.0))
    # The quicker, the dearer: day k + 1 costs 100 - 10 k.
    assert joint["p_on_time"]["value"] == 0.4
    assert joint["p_on_budget"]["value"] == 0.8
    assert joint["p_both"]["value"] == 0.2
    grid = joint["grid"]
    assert grid["costs"] == [10.0 * k for k in range(1, 10)]
    assert grid["dates"][3] == "2026-01-08"
    for row in range(9):
        for column in range(9):
            both = max(0, (row + 1) + (column + 1) - 10)
            assert grid["p"][row][column] == both / 10
    assert joint["points"][0] == ["2026-01-05", 100.0]
    assert len(joint["points"]) == 10


def test_an_unfinished_future_keeps_no_date_in_the_grid():
    rows = [Row(k, 0, finished=DAY, fixed_cost=1.0) for k in range(5)]
    rows += [Row(k, 0, status="active", finished=NONE, fixed_cost=1.0) for k in range(5, 10)]
    joint = joint_of(rows, P("crm"))
    assert joint["grid"]["dates"][4:6] == ["2026-01-05", None]
    assert joint["grid"]["p"][4] == [0.5] * 9
    assert joint["grid"]["p"][8] == [0.0] * 9
    assert joint["points"][9] == [None, 1.0]
    assert joint["p_both"]["value"] is None


def test_every_project_and_the_portfolio_have_their_curves():
    project = P("crm", benefit=True, benefit_years=1.0)
    rows = [Row(k, 0, finished=DAY, fixed_cost=float(k), benefit=100.0) for k in range(20)]
    outcomes = build_outcomes(build_network([project, P("hr")]), rows, replications=20)
    document = Forecast(outcomes).to_document()
    crm, hr = (entry["quantiles"] for entry in document["projects"])
    assert crm["cost"] == [float(k) for k in range(19)]
    assert crm["npv"] == pytest.approx([100.0 - k for k in range(19, 0, -1)], rel=1e-9)
    assert hr["cost"] == [None] * 19
    assert document["portfolio"]["quantiles"]["cost"] == crm["cost"]
    assert document["levels"] == list(range(5, 100, 5))
