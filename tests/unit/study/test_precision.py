"""Growing a run until it is known well enough, and what stopping does to the intervals."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import ndtri

from pmosim.errors import InputError
from pmosim.forecast.estimate import mean, quantile
from pmosim.forecast.precision import Reading, parse_targets
from pmosim.streams import uniforms
from pmosim.study.precision import Until, settle

ONE = parse_targets("p80=2d")[0]


def reading(width, n=100):
    return Reading(target=ONE, half_width=width, n=n, reason="it never ends" * math.isnan(width))


def test_a_run_is_looked_at_after_n_2n_4n_and_at_the_cap():
    assert list(Until.read("p80=2d").rounds()) == [250, 500, 1000, 2000, 4000]
    assert list(Until.read("p80=2d", 100, 1000).rounds()) == [100, 200, 400, 800, 1000]
    assert list(Until.read("p80=2d", 100, 100).rounds()) == [100]


def test_numbers_are_rounded_up_to_whole_blocks_so_that_growing_repeats_nothing():
    until = Until.read("p80=2d", 120, 999)
    assert list(until.rounds()) == [150, 300, 600, 1000]


def test_a_cap_below_the_first_look_is_refused():
    with pytest.raises(InputError, match="--most 100 is less than the first check at 250"):
        Until.read("p80=2d", None, 100)


def test_growing_stops_at_the_first_number_that_is_known_well_enough():
    seen = []

    def attempt(n):
        seen.append(n)
        return n

    settled = settle(Until.read("p80=2d"), attempt, lambda n: [reading(60 / math.sqrt(n), n)])
    assert seen == [250, 500, 1000]
    assert (settled.result, settled.n, settled.is_reached) == (1000, 1000, True)
    assert settled.warnings() == []


def test_the_cap_is_said_with_the_number_that_would_do():
    settled = settle(
        Until.read("p80=2d", 100, 400), lambda n: n, lambda n: [reading(60 / math.sqrt(n), n)]
    )
    assert not settled.is_reached
    (warning,) = settled.warnings()
    assert "stopped at 400 futures" in warning
    assert "--most 900" in warning  # 60 / sqrt(900) = 2


def test_nothing_grows_for_a_number_that_there_is_not():
    settled = settle(Until.read("p80=2d"), lambda n: n, lambda _: [reading(math.nan)])
    assert settled.n == 250
    assert "it never ends; asked: p80=2d. More futures do not change that." in settled.warnings()[0]


def growing(values, estimate, width, first=250, most=4000):
    """Return the estimate at which a run of these values stops."""
    n = first
    while True:
        found = estimate(values[:n])
        if (found.high - found.low) / 2 <= width or n >= most:
            return found
        n *= 2


@pytest.mark.parametrize(
    ("estimate", "truth", "width"),
    [
        (mean, math.exp(0.5 * 0.36), 0.055),
        (lambda values: quantile(values, 0.8), math.exp(0.6 * 0.8416212335729143), 0.12),
    ],
    ids=["mean", "P80"],
)
def test_stopping_when_it_is_narrow_keeps_the_coverage_near_95_of_100(estimate, truth, width):
    """Skewed values (lognormal, sigma 0.6), targets met about half of the time at the 2nd look."""
    n_runs = 2000
    draws = np.exp(0.6 * ndtri(uniforms(4, "a run", "value", 0, 0, n_runs * 4000)))
    found = [growing(values, estimate, width) for values in draws.reshape(n_runs, 4000)]
    stops = {each.n for each in found}
    assert len(stops) >= 2  # else nothing depends on what was seen
    covered = sum(each.low <= truth <= each.high for each in found) / n_runs
    assert abs(covered - 0.95) <= 4 * math.sqrt(0.95 * 0.05 / n_runs)
