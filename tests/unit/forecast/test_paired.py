from __future__ import annotations

import json
import math
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy import optimize, stats

from pmosim.forecast.paired import (
    MOST_FURTHER,
    Difference,
    exactly,
    mean_difference,
    no_difference,
    probability_difference,
    quantile_difference,
    ratio_difference,
)
from pmosim.streams import uniforms

SEEDS, N = 1000, 400
INF = math.inf


def normals(seed, name):
    return stats.norm.ppf(uniforms(seed, name, "coverage", 0, 0, N))


class Shifted:
    """Finish days that share most of their luck: 10 % longer, and a week later on top."""

    rho = 0.97

    def draw(self, seed):
        shared, own = normals(seed, "shared"), normals(seed, "own")
        mixed = self.rho * shared + math.sqrt(1 - self.rho**2) * own
        return 100 * np.exp(0.3 * shared), 5 + 110 * np.exp(0.3 * mixed)

    def quantile(self, level):
        z = stats.norm.ppf(level)
        return 5 + 110 * math.exp(0.3 * z) - 100 * math.exp(0.3 * z)

    mean = 5 + 10 * math.exp(0.045)


class Rare:
    """One future in five is hit, by 20 days on average; the others stay exactly equal."""

    share, size = 0.2, 20.0

    def draw(self, seed):
        before = 100 + 30 * normals(seed, "before")
        is_hit = uniforms(seed, "hit", "coverage", 0, 0, N) < self.share
        hit = -self.size * np.log(uniforms(seed, "size", "coverage", 0, 0, N))
        return before, before + is_hit * hit

    def quantile(self, level):
        both = stats.exponnorm(K=self.size / 30, loc=100, scale=30)
        plain = stats.norm(100, 30)

        def excess(x):
            return (1 - self.share) * plain.cdf(x) + self.share * both.cdf(x) - level

        return optimize.brentq(excess, -100, 500) - plain.ppf(level)

    mean = 4.0


class Slowest:
    """The last of two projects before, of three after."""

    def draw(self, seed):
        days = [-50 * np.log(uniforms(seed, str(k), "coverage", 0, 0, N)) for k in range(3)]
        return np.maximum(days[0], days[1]), np.maximum.reduce(days)

    def quantile(self, level):
        def of(k):
            return -50 * math.log(1 - level ** (1 / k))

        return of(3) - of(2)

    mean = 50 / 3


LAWS = [Shifted(), Rare(), Slowest()]
by_law = pytest.mark.parametrize("law", LAWS, ids=lambda law: type(law).__name__)


@cache
def draws(law):
    return [law.draw(seed) for seed in range(SEEDS)]


def coverage(differences, truth):
    return float(np.mean([each.low <= truth <= each.high for each in differences]))


@by_law
def test_the_interval_of_a_difference_of_means_covers_in_93_to_97_of_100_runs(law):
    found = [mean_difference(before, after) for before, after in draws(law)]
    assert 0.93 <= coverage(found, law.mean) <= 0.97


@by_law
@pytest.mark.parametrize("level", [0.5, 0.8])
def test_the_interval_of_a_difference_of_quantiles_covers_in_93_to_97_of_100_runs(law, level):
    found = [quantile_difference(before, after, level) for before, after in draws(law)]
    assert 0.93 <= coverage(found, law.quantile(level)) <= 0.97


@by_law
def test_the_interval_of_a_difference_of_ratios_covers_in_93_to_97_of_100_runs(law):
    # Days per project, where the number of projects is random, too.
    found = []
    for seed, (before, after) in enumerate(draws(law)):
        count = 1.0 + np.floor(5 * uniforms(seed, "projects", "coverage", 0, 0, N))
        found.append(ratio_difference((before * count, count), (after * count, count), material=0))
    assert 0.93 <= coverage(found, law.mean) <= 0.97


def test_quantiles_of_whole_days_are_not_held_for_surer_than_a_day():
    # P80 of Poisson(60) is 66 (65.4 in a smooth world), of Poisson(63) it is 70 (69.6).
    truth = stats.poisson.ppf(0.8, 63) - stats.poisson.ppf(0.8, 60)
    found = []
    for seed in range(SEEDS):
        before = stats.poisson.ppf(uniforms(seed, "before", "coverage", 0, 0, N), 60)
        more = stats.poisson.ppf(uniforms(seed, "more", "coverage", 0, 0, N), 3)
        found.append(quantile_difference(before, before + more, 0.8))
    assert coverage(found, truth) >= 0.93


def test_few_futures_that_are_hit_hard_widen_the_interval_beyond_students():
    before = np.zeros(100)
    after = np.zeros(100)
    after[:3] = 40.0
    found = mean_difference(before, after)
    student = stats.t.ppf(0.975, 99) * float(np.std(after, ddof=1)) / 10
    assert found.low == pytest.approx(1.2 - student)
    assert found.high > 1.2 + 2 * student
    mirrored = mean_difference(after, before)
    assert (mirrored.low, mirrored.high) == pytest.approx((-found.high, -found.low))


def test_the_futures_asked_for_bring_the_side_that_faces_zero_to_zero():
    # That side of a skewed difference is much shorter than the other one.
    before, after = np.zeros(100), np.zeros(100)
    after[:3] = 40.0
    for found in (mean_difference(before, after), mean_difference(after, before)):
        to_zero = min(found.high - found.value, found.value - found.low)
        assert found.further == math.ceil(100 * ((to_zero / 1.2) ** 2 - 1))
        assert found.further < 100


def test_where_futures_share_a_quantile_each_end_reaches_to_the_next_value_on_its_side():
    smooth = np.arange(400.0) / 100
    steps = np.repeat([9.0, 10.0, 20.0], [190, 20, 190])
    for found, down, up in (
        (quantile_difference(smooth, steps, 0.5), 1.0, 10.0),
        (quantile_difference(steps, smooth, 0.5), 10.0, 1.0),
    ):
        lower, upper = found.value - found.low, found.high - found.value
        assert lower - down == pytest.approx(upper - up)


@pytest.mark.parametrize("n", [100, 400])
@pytest.mark.parametrize(
    ("lost", "gained"), [(0.0, 0.005), (0.0, 0.02), (0.005, 0.01), (0.05, 0.1), (0.2, 0.2)]
)
def test_the_interval_of_a_difference_of_probabilities_covers_also_where_few_pairs_differ(
    n, lost, gained
):
    # Exact: the sum over all outcomes that have any chance, no sampling.
    chance = 0.0
    most = [int(stats.binom.ppf(1 - 1e-9, n, p)) for p in (lost, gained)]
    for n_lost in range(most[0] + 1):
        at_first = stats.binom.pmf(n_lost, n, lost)
        chances = stats.binom.pmf(range(n + 1), n - n_lost, gained / (1 - lost))
        for n_gained in range(min(most[1], n - n_lost) + 1):
            found = probability_difference(*flags(n, n_lost, n_gained))
            if found.low <= gained - lost <= found.high:
                chance += at_first * chances[n_gained]
    assert chance >= 0.935
    if n * (lost + gained) >= 15:
        assert chance <= 0.97


def test_the_interval_of_a_difference_of_probabilities_is_that_of_bonett_and_price():
    found = probability_difference(*flags(100, 5, 10))
    gained, lost = 11 / 102, 6 / 102
    half = stats.norm.ppf(0.975) * math.sqrt((gained + lost - (gained - lost) ** 2) / 102)
    assert found.value == pytest.approx(0.05)
    assert (found.low, found.high) == pytest.approx((gained - lost - half, gained - lost + half))


def flags(n, n_lost, n_gained):
    before, after = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
    before[:n_lost] = True
    after[n_lost : n_lost + n_gained] = True
    return before, after


def test_no_pair_that_differs_is_not_yet_never():
    few = probability_difference(*flags(100, 0, 0))
    assert (few.value, few.is_zero, few.is_settled) == (0.0, False, False)
    assert few.high == pytest.approx(0.027, abs=0.0005)
    many = probability_difference(*flags(400, 0, 0))
    assert many.is_settled
    assert not many.is_zero
    assert probability_difference(*flags(100, 0, 0), are_same=True).is_zero


def test_equal_pairs_are_exactly_no_difference():
    days = np.array([10.0, 20.0, INF, INF])
    for found in (
        mean_difference(days, days.copy()),
        quantile_difference(days, days.copy(), 0.5),
        ratio_difference((days[:2], days[:2]), (days[:2], days[:2]), material=0.1),
    ):
        assert found.is_zero
        assert found.is_settled
        assert found.further is None
        assert found.reason == ""


def test_a_shift_that_is_the_same_in_every_future_is_known_exactly():
    days = np.arange(50.0)
    for found in (mean_difference(days, days + 7), quantile_difference(days, days + 7, 0.8)):
        assert (found.value, found.low, found.high, found.is_settled) == (7.0, 7.0, 7.0, True)


def test_a_quantile_difference_is_the_difference_of_the_quantiles():
    before = np.arange(1.0, 101.0)
    after = 2 * before
    found = quantile_difference(before, after, 0.8)
    assert found.value == 160.0 - 80.0
    # Both indicators agree in every pair, the densities are 1/100 and 1/200: what is left is the
    # error of a quantile of one of them, 100 * 0.4 / sqrt(100) = 4, and half a pair per cell.
    t = stats.t.ppf(0.975, 99)
    assert 4.0 * t < found.high - found.value < 4.6 * t


def test_more_than_one_unfinished_future_in_a_hundred_leaves_no_mean():
    before, after = np.arange(100.0), np.arange(100.0) + 1
    after[:1] = INF
    assert mean_difference(before, after).value == 1.0
    after[:2] = INF
    found = mean_difference(before, after)
    assert math.isnan(found.value)
    assert found.reason == "2 of 100 futures are unfinished at the end of the planning window"
    assert not found.is_settled


def test_a_quantile_that_leaves_the_window_is_told_as_such():
    before, after = np.arange(100.0), np.arange(100.0)
    after[40:] = INF
    found = quantile_difference(before, after, 0.5)
    assert (found.value, found.is_settled) == (INF, False)
    assert found.reason == "it moves out of the planning window"
    assert quantile_difference(before, after, 0.8).is_settled
    assert quantile_difference(after, before, 0.8).value == -INF
    both = quantile_difference(after, after[::-1].copy(), 0.8)
    assert "in both" in both.reason
    assert found.to_json()["value"] is None


def test_an_interval_that_reaches_beyond_the_window_says_that_more_futures_do_not_help():
    before = np.arange(100.0)
    after = before + np.where(before % 2, 3.0, -1.0)
    after[82:] = INF
    found = quantile_difference(before, after, 0.8)
    assert math.isfinite(found.value)
    assert found.high == INF
    assert not found.is_settled
    assert found.further is None
    assert "beyond the planning window" in found.reason


def test_a_difference_settles_with_as_many_futures_more_as_it_asks_for():
    before = normals(1, "before")
    after = before + 0.02 + normals(1, "after")
    found = mean_difference(before, after, material=0.01)
    assert not found.is_settled
    assert found.further > N
    copies = -(-(N + found.further) // N)
    settled = mean_difference(np.tile(before, copies), np.tile(after, copies), material=0.01)
    assert settled.is_settled
    fewer = copies // 2
    still = mean_difference(np.tile(before, fewer), np.tile(after, fewer), material=0.01)
    assert not still.is_settled


def test_what_would_take_too_many_futures_says_so():
    before = normals(1, "before")
    near = mean_difference(before, before + np.tile([1.0, -1.0], N // 2), material=1e-9)
    assert near.further is None
    assert f"{MOST_FURTHER:,}" in near.reason


def test_a_difference_narrower_than_what_matters_is_settled():
    before = np.arange(100.0)
    after = before + np.tile([0.1, -0.1], 50)
    assert mean_difference(before, after, material=0.5).is_settled
    assert not mean_difference(before, after, material=0.01).is_settled


def test_a_single_future_has_a_difference_and_no_interval():
    one, two = np.array([1.0]), np.array([3.0])
    for found in (
        mean_difference(one, two),
        quantile_difference(one, two, 0.5),
        ratio_difference((two, one), (one, one), material=0.1),
    ):
        assert abs(found.value) == 2.0
        assert math.isnan(found.low)
        assert not found.is_settled
        assert "single future" in found.reason


def test_nothing_can_be_paired_with_something_else():
    with pytest.raises(ValueError, match="3 and 2 values cannot be paired"):
        mean_difference(np.zeros(3), np.zeros(2))
    with pytest.raises(ValueError, match="NaN"):
        quantile_difference(np.array([math.nan]), np.zeros(1), 0.5)
    empty = np.zeros(0)
    assert "no future" in mean_difference(empty, empty).reason
    assert "no future" in quantile_difference(empty, empty, 0.5).reason
    assert "no future" in probability_difference(empty > 0, empty > 0).reason


def test_a_difference_is_written_as_json_without_numbers_that_json_does_not_know():
    known = Difference(value=1.0, low=-INF, high=2.0, n=3, further=7)
    assert known.to_json() == {
        "value": 1.0,
        "low": None,
        "high": 2.0,
        "settled": False,
        "further": 7,
    }
    assert json.dumps(no_difference("why").to_json(), allow_nan=False)
    assert no_difference("why").to_json()["reason"] == "why"
    assert str(no_difference("why")) == "not known: why"
    assert str(exactly(0.0, 5)) == "0 (0 to 0)"
    assert str(replace(known, low=0.5)) == "+1 (0.5 to 2)"
