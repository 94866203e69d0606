from __future__ import annotations

import json
import math
from datetime import date

import numpy as np
import pytest
from scipy import stats

from pmosim.forecast.estimate import (
    Estimate,
    known,
    mean,
    mean_of_known,
    on_calendar,
    probability,
    quantile,
    quantiles,
    ratio,
    unknown,
)
from pmosim.workdays import WorkCalendar

CALENDAR = WorkCalendar(as_of=date(2026, 1, 5))
UP_TO_100 = np.arange(1.0, 101.0)


def test_a_quantile_is_the_smallest_value_that_the_share_does_not_exceed():
    assert [e.value for e in quantiles(UP_TO_100, [0.1, 0.5, 0.8, 0.9])] == [10, 50, 80, 90]
    assert quantile(np.array([3.0, 1.0, 2.0]), 0.5).value == 2.0


def test_rounding_of_the_level_asks_for_no_higher_rank():
    assert 0.07 * 100 > 7
    assert quantile(UP_TO_100, 0.07).value == 7.0


def test_the_interval_of_a_median_of_100_is_the_40th_to_the_61st_value():
    # Tabulated: ranks 40 and 61 enclose the median of 100 values with 96.5 %.
    estimate = quantile(UP_TO_100, 0.5)
    assert (estimate.low, estimate.high, estimate.n) == (40.0, 61.0, 100)


@pytest.mark.parametrize("n", [100, 333, 1000])
@pytest.mark.parametrize("level", [0.1, 0.5, 0.8, 0.9])
def test_the_ranks_of_an_interval_cover_95_percent_and_hardly_more(n, level):
    estimate = quantile(np.arange(1.0, n + 1), level)
    law = stats.binom(n, level)
    assert law.cdf(estimate.high - 1) - law.cdf(estimate.low - 1) >= 0.95
    for low, high in ((estimate.low + 1, estimate.high), (estimate.low, estimate.high - 1)):
        one_side_misses = max(law.cdf(low - 1), law.sf(high - 1))
        assert one_side_misses > 0.025


def test_an_interval_that_needs_more_futures_ends_at_the_extremes():
    estimate = quantile(np.array([1.0, 2.0, 3.0]), 0.9)
    assert (estimate.low, estimate.value, estimate.high) == (1.0, 3.0, 3.0)


def test_a_single_future_gives_no_interval():
    for estimate in (quantile(np.array([4.0]), 0.8), mean(np.array([4.0]))):
        assert estimate.to_json() == {"value": 4.0, "low": None, "high": None}


def test_a_quantile_beyond_the_window_is_null_and_says_so():
    estimate = quantile(np.array([1.0] * 50 + [math.inf] * 50), 0.8)
    assert estimate.to_json() == {
        "value": None,
        "low": None,
        "high": None,
        "after_horizon": True,
    }


def test_a_quantile_whose_interval_reaches_beyond_the_window_keeps_its_value():
    values = np.where(UP_TO_100 <= 82, UP_TO_100, math.inf)
    assert quantile(values, 0.8).to_json() == {"value": 80.0, "low": 72.0, "high": None}


def test_nan_among_the_values_is_refused():
    with pytest.raises(ValueError, match="say inf"):
        quantile(np.array([1.0, math.nan]), 0.5)


@pytest.mark.parametrize("level", [0.0, 1.0, 80.0])
def test_a_level_outside_0_to_1_is_refused(level):
    with pytest.raises(ValueError, match=r"between 0 and 1, for example 0\.8"):
        quantile(UP_TO_100, level)


def test_a_mean_has_the_interval_of_students_t():
    # Mean 3, standard deviation sqrt(2.5), t with 4 degrees of freedom 2.776445.
    estimate = mean(np.array([1.0, 2.0, 3.0, 4.0, 5.0]))
    half = 2.7764451051977987 * math.sqrt(2.5) / math.sqrt(5)
    assert estimate.value == 3.0
    assert estimate.low == pytest.approx(3 - half, rel=1e-12)
    assert estimate.high == pytest.approx(3 + half, rel=1e-12)


def test_a_mean_is_given_up_to_one_percent_of_futures_without_a_value():
    values = np.array([1.0] * 99 + [math.inf])
    assert mean_of_known(values, "are unfinished").value == 1.0
    values[0] = math.inf
    estimate = mean_of_known(values, "are unfinished")
    assert math.isnan(estimate.value)
    assert estimate.reason == "2 of 100 futures are unfinished"


def test_a_probability_has_the_interval_of_wilson():
    # 2 of 10 (Newcombe 1998, method 3): 0.0567 to 0.5098.
    estimate = probability(np.array([True] * 2 + [False] * 8))
    assert estimate.value == 0.2
    assert estimate.low == pytest.approx(0.0566822, abs=1e-7)
    assert estimate.high == pytest.approx(0.5098375, abs=1e-7)


@pytest.mark.parametrize("event", [True, False])
def test_what_happens_always_or_never_is_not_certain(event):
    estimate = probability(np.full(100, event))
    width = 1.959963984540054**2 / (100 + 1.959963984540054**2)
    assert estimate.value == float(event)
    assert estimate.high - estimate.low == pytest.approx(width, rel=1e-12)
    assert 0.0 <= estimate.low <= estimate.value <= estimate.high <= 1.0


def test_a_ratio_of_proportional_sums_has_no_error():
    estimate = ratio(np.array([1.0, 2.0, 6.0]), np.array([2.0, 4.0, 12.0]), "nothing")
    assert (estimate.value, estimate.low, estimate.high) == (0.5, 0.5, 0.5)


def test_a_ratio_has_the_error_of_its_residuals():
    # Sums 6 / 6 = 1; residuals (-1, 0, 1) / 2 have the standard deviation 1/2; with two degrees
    # of freedom t = a sqrt(2 / (1 - a^2)), a = 0.95.
    estimate = ratio(np.array([1.0, 2.0, 3.0]), np.array([2.0, 2.0, 2.0]), "nothing")
    assert estimate.value == 1.0
    assert estimate.high - 1 == pytest.approx(
        0.95 * math.sqrt(2 / (1 - 0.95**2)) * 0.5 / math.sqrt(3), rel=1e-12
    )


def test_a_ratio_to_nothing_says_why_there_is_none():
    assert ratio(np.zeros(3), np.zeros(3), "nobody is there").reason == "nobody is there"


def test_nothing_to_estimate_from_is_not_known():
    for estimate in (
        quantile(np.zeros(0), 0.5),
        mean(np.zeros(0)),
        probability(np.zeros(0, dtype=bool)),
    ):
        assert not estimate.is_known
        assert estimate.reason


def test_an_estimate_reads_as_value_and_interval():
    assert str(Estimate(value=0.62, low=0.59, high=0.65, n=1000)) == "0.62 (0.59 to 0.65)"
    assert str(Estimate(value=12.0, n=1)) == "12"
    assert str(quantile(np.array([math.inf, math.inf]), 0.5)) == "after the planning window"
    text = "12 (10 to after the planning window)"
    assert str(Estimate(value=12.0, low=10.0, high=math.inf, n=9)) == text
    assert str(unknown("nobody is there")) == "not known: nobody is there"
    assert str(unknown()) == "not known"


def test_a_number_that_every_future_shares_has_no_width():
    assert known(2.0, 5).to_json() == {"value": 2.0, "low": 2.0, "high": 2.0}


def day_of(day):
    return CALENDAR.working_days_between(date(2026, 1, 5), day)


@pytest.mark.parametrize(
    ("value", "low", "high", "text"),
    [
        (
            date(2026, 9, 14),
            date(2026, 9, 11),
            date(2026, 9, 18),
            "2026-09-14 (11 to 18 September)",
        ),
        (
            date(2026, 9, 14),
            date(2026, 8, 28),
            date(2026, 10, 2),
            "2026-09-14 (28 August to 2 October)",
        ),
        (
            date(2026, 12, 29),
            date(2026, 12, 28),
            date(2027, 1, 4),
            "2026-12-29 (28 December 2026 to 4 January 2027)",
        ),
        (date(2026, 9, 14), date(2026, 9, 14), date(2026, 9, 14), "2026-09-14 (14 September)"),
    ],
)
def test_a_finish_reads_as_a_date_and_its_interval(value, low, high, text):
    day = Estimate(value=day_of(value), low=day_of(low), high=day_of(high), n=1000)
    assert str(on_calendar(day, 0.8, CALENDAR)) == text


def test_a_finish_beyond_the_window_reads_as_such():
    beyond = Estimate(value=math.inf, low=10.0, high=math.inf, n=100)
    finish = on_calendar(beyond, 0.8, CALENDAR)
    assert str(finish) == "after the planning window (not before 16 January 2026)"
    assert finish.to_json() == {
        "value": None,
        "low": "2026-01-16",
        "high": None,
        "after_horizon": True,
    }
    open_end = Estimate(value=10.0, low=5.0, high=math.inf, n=100)
    assert str(on_calendar(open_end, 0.8, CALENDAR)) == "2026-01-16 (9 January or later)"
    assert str(on_calendar(Estimate(value=10.0, n=1), 0.8, CALENDAR)) == "2026-01-16"
    assert str(on_calendar(unknown("it was done"), 0.8, CALENDAR)) == "not known: it was done"


def test_a_finish_is_the_day_that_ends_and_a_start_the_day_that_begins():
    ten = known(10.0, 3)
    assert on_calendar(ten, 0.8, CALENDAR).value == date(2026, 1, 16)
    assert on_calendar(ten, 0.8, CALENDAR, start=True).value == date(2026, 1, 19)


def test_estimates_are_plain_json():
    for estimate in (unknown("x"), quantile(UP_TO_100, 0.5), quantile(np.full(9, math.inf), 0.5)):
        json.dumps(estimate.to_json(), allow_nan=False)
