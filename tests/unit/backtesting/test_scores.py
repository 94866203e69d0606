"""Scores: known values, exact uniformity, and properness where the data end."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import ndtri

from pmosim.backtesting.scores import (
    brier,
    crps,
    cut_off,
    hit_rate,
    log_crps,
    pinball,
    quantile_of,
    randomised_pit,
    skill,
    uniformity,
)
from pmosim.streams import uniform_table, uniforms

N = 40_000


def normal(entity: str, n: int = N) -> np.ndarray:
    return np.asarray(ndtri(uniforms(3, entity, "test", 0, 0, n)))


def crps_with_error(sample: np.ndarray, truth: float, parts: int = 100) -> tuple[float, float]:
    """Mean CRPS of equal parts of a sample, and its standard error: each part is unbiased."""
    scores = [crps(part, truth) for part in np.split(sample, parts)]
    return float(np.mean(scores)), float(np.std(scores, ddof=1)) / math.sqrt(parts)


def test_the_crps_of_a_standard_normal_at_one_half_is_33140() -> None:
    value, error = crps_with_error(normal("a"), 0.5)
    assert value == pytest.approx(0.33140, abs=4 * error)


def test_the_crps_of_a_lognormal_at_six_is_87096() -> None:
    value, error = crps_with_error(np.exp(1.5 + 0.4 * normal("b")), 6.0)
    assert value == pytest.approx(0.87096, abs=4 * error)


def test_the_fair_divisor_makes_small_samples_unbiased() -> None:
    value, error = crps_with_error(normal("c"), 0.5, parts=N // 4)
    assert value == pytest.approx(0.33140, abs=4 * error)


def test_the_crps_of_one_number_is_its_absolute_error() -> None:
    assert crps(np.array([12.0]), 15.0) == 3.0


def test_the_crps_of_three_numbers_is_what_the_definition_says() -> None:
    # |1-2|, |2-2|, |6-2| -> 5/3; pairs 1, 5, 4 -> 10/3 a pair, half of it
    assert crps(np.array([6.0, 1.0, 2.0]), 2.0) == pytest.approx(5 / 3 - 10 / 6)


def test_the_log_score_does_not_depend_on_the_unit() -> None:
    sample = np.exp(normal("d", 50))
    assert log_crps(sample * 8, 16.0) == pytest.approx(log_crps(sample, 2.0), abs=1e-12)


def test_the_places_of_true_forecasts_are_uniform_with_piles_of_equal_values() -> None:
    # whole days from 0 to 3 only, a third of them on plan: nearly every truth meets its equals
    table = uniform_table(3, [f"p{i}" for i in range(2000)], "test", 0, 0, 21)
    values = np.where(table < 1 / 3, 1.0, np.floor(4 * table))
    chance = uniforms(3, "pit", "test", 0, 0, 2000)
    places = np.array(
        [randomised_pit(row[1:], row[0], u) for row, u in zip(values, chance, strict=True)]
    )
    assert uniformity(places) > 0.01
    naive = np.array([row[0] <= quantile_of(row[1:], 0.5) for row in values])
    assert naive.mean() > 0.55  # what counting "not later than P50" would have said


def test_the_places_stay_uniform_where_the_data_end() -> None:
    table = np.exp(ndtri(uniform_table(3, [f"q{i}" for i in range(2000)], "test", 0, 0, 41)))
    ends = 0.5 + 2.0 * uniforms(3, "end", "test", 0, 0, 2000)
    chance = uniforms(3, "pit", "test", 1, 0, 2000)
    places = [
        randomised_pit(cut_off(row[1:], end), min(row[0], end), u)
        for row, end, u in zip(table, ends, chance, strict=True)
    ]
    assert (table[:, 0] > ends).mean() > 0.2
    assert uniformity(np.array(places)) > 0.01


def test_the_true_law_scores_best_although_a_third_is_unfinished() -> None:
    truth, end = np.exp(normal("truth", 3000)), 1.4
    right = np.exp(ndtri((np.arange(200) + 0.5) / 200))
    scores = {
        factor: np.array(
            [crps(cut_off(right * factor, end), min(value, end)) for value in truth.tolist()]
        )
        for factor in (0.7, 1.0, 1.4)
    }
    assert (truth > end).mean() > 0.3
    for factor in (0.7, 1.4):
        worse = scores[factor] - scores[1.0]
        assert worse.mean() > 4 * worse.std(ddof=1) / math.sqrt(len(worse))


@pytest.mark.parametrize(
    ("n", "fewest", "most"), [(20, 12, 19), (50, 34, 45), (100, 72, 88), (200, 149, 171)]
)
def test_the_band_of_a_p80_is_that_of_the_binomial(n: int, fewest: int, most: int) -> None:
    found = hit_rate([True] * n, 0.8)
    assert (found.fewest, found.most) == (fewest, most)
    assert not found.is_in_band


def test_clopper_and_pearson_know_27_of_34() -> None:
    found = hit_rate([True] * 27 + [False] * 7, 0.8)

    # tail probabilities of the binomial at the two ends, from its sum
    def tail(p: float, counts: range) -> float:
        return sum(math.comb(34, k) * p**k * (1 - p) ** (34 - k) for k in counts)

    assert tail(found.low, range(27, 35)) == pytest.approx(0.025)
    assert tail(found.high, range(28)) == pytest.approx(0.025)
    assert found.is_in_band


def test_no_forecasts_have_no_rate() -> None:
    assert math.isnan(hit_rate([], 0.8).rate)


def test_pinball_and_brier_are_what_the_definitions_say() -> None:
    assert pinball(10.0, 14.0, 0.8) == pytest.approx(3.2)
    assert pinball(10.0, 6.0, 0.8) == pytest.approx(0.8)
    assert brier(0.7, happened=True) == pytest.approx(0.09)


def test_the_interval_of_a_skill_holds_the_true_one_as_often_as_it_says() -> None:
    # twelve quarters, ten pairs each; every pair 0.8 of the other on average
    tries = 400
    noise = uniform_table(3, [f"t{i}" for i in range(tries)], "test", 0, 0, 240)
    blocks = [f"Q{i // 10}" for i in range(120)]
    held = 0
    for row in noise:
        theirs = 10.0 + row[:120]
        found = skill(theirs * (0.7 + 0.2 * row[120:]), theirs, blocks, seed=1)
        held += found.low < 0.2 < found.high
    error = math.sqrt(0.95 * 0.05 / tries)
    assert held / tries == pytest.approx(0.95, abs=4 * error)


def test_what_happens_to_a_whole_quarter_widens_the_interval() -> None:
    theirs = np.full(120, 10.0)
    blocks = [f"Q{i // 10}" for i in range(120)]
    quarters = np.repeat(uniforms(3, "quarters", "test", 0, 0, 12), 10)
    apart = uniforms(3, "apart", "test", 0, 0, 120)
    shared, own = (skill(10 * part, theirs, blocks, seed=1) for part in (quarters, apart))
    assert shared.high - shared.low > 1.5 * (own.high - own.low)


def test_three_quarters_have_no_interval() -> None:
    found = skill(np.ones(6), np.full(6, 2.0), ["a", "a", "b", "b", "c", "c"], seed=1)
    assert found.value == 0.5
    assert math.isnan(found.low)
