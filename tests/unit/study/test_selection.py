"""Selection of the best: how often it is right, and how few futures it takes."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import ndtri

from pmosim.streams import uniforms
from pmosim.study.selection import select_best

N_SEEDS = 400
SURE = 0.9
DELTA = 0.25
LENGTH = 6000


def worlds(seed, means, *, shared=0.7, spreads=None, skewed=False, n=LENGTH):
    """(n, k) values with these means: a common part of every future, and one of each system."""
    k = len(means)
    normal = ndtri(uniforms(seed, "a future", "value", 0, 0, n * (k + 1))).reshape(n, k + 1)
    if skewed:
        normal = (np.exp(0.8 * normal) - math.exp(0.32)) / math.sqrt(
            math.exp(0.64) * (math.exp(0.64) - 1.0)
        )
    own = normal[:, :k] * math.sqrt(1.0 - shared) + normal[:, k:] * math.sqrt(shared)
    return np.asarray(means) + own * (1.0 if spreads is None else np.asarray(spreads))


def observe(values):
    return lambda systems, first, count: values[first : first + count, list(systems)]


def share_right(means, **more):
    right, futures = 0, []
    for seed in range(N_SEEDS):
        found = select_best(
            observe(worlds(seed, means, **more)), len(means), delta=DELTA, sure=SURE
        )
        right += found.best == int(np.argmax(means))
        assert found.is_decided
        futures.append(sum(found.futures))
    return right / N_SEEDS, float(np.mean(futures))


def promised(sure):
    """Return the least share that a promise kept exactly would still show, two errors below it."""
    return sure - 2 * math.sqrt(sure * (1 - sure) / N_SEEDS)


@pytest.mark.parametrize("k", [2, 5])
@pytest.mark.parametrize("shared", [0.0, 0.7])
def test_the_best_is_found_as_often_as_promised_where_it_is_hardest(k, shared):
    """All others lie exactly delta below the best (slippage configuration)."""
    right, _ = share_right([0.0] * (k - 1) + [DELTA], shared=shared, n=2500)
    assert right >= promised(SURE)


def test_the_promise_holds_for_systems_of_unequal_spread():
    right, _ = share_right([0.0, 0.0, 0.0, DELTA], spreads=[0.5, 1.0, 1.5, 2.0])
    assert right >= promised(SURE)


def test_the_promise_holds_for_skewed_values():
    right, _ = share_right([0.0, 0.0, 0.0, DELTA], skewed=True)
    assert right >= promised(SURE)


def test_the_promise_holds_where_few_futures_are_hit_hard():
    """The best avoids a loss of ten deltas in one of ten futures; the others are hit apart."""
    right = 0
    for seed in range(N_SEEDS):
        hits = uniforms(seed, "a future", "hit", 0, 0, 4 * LENGTH).reshape(LENGTH, 4) < 0.1
        losses = -10 * DELTA * hits
        losses[:, 2] = 0.0
        right += select_best(observe(losses), 4, delta=DELTA, sure=SURE).best == 2
    assert right / N_SEEDS >= promised(SURE)


def test_large_differences_take_far_fewer_futures_than_the_bound():
    values = worlds(1, [0.0, 0.5, 1.0, 3.0], shared=0.0)
    found = select_best(observe(values), 4, delta=DELTA, sure=0.95)
    assert found.best == 3
    assert sum(found.futures) == 4 * 50  # the first look is enough
    assert found.bound > 3 * 50


def test_futures_are_spent_on_the_contenders():
    values = worlds(2, [0.0, -3.0, 0.3, -3.0], shared=0.0)
    found = select_best(observe(values), 4, delta=DELTA, sure=0.95)
    assert found.best == 2
    assert found.futures[1] == found.futures[3] == 50
    assert found.futures[0] == found.futures[2] > 50


def test_sharing_the_luck_takes_fewer_futures():
    def total(shared):
        runs = [observe(worlds(seed, [0.0, 0.0, 0.1], shared=shared)) for seed in range(20)]
        return sum(sum(select_best(run, 3, delta=0.1).futures) for run in runs)

    assert total(0.9) < total(0.0) / 3  # the variance of a difference falls to a tenth


def test_of_systems_that_are_always_equal_the_first_is_kept_and_the_others_are_named():
    values = worlds(3, [0.0, 1.0])
    twice = np.column_stack([values[:, 1], values[:, 0], values[:, 1]])
    found = select_best(observe(twice), 3, delta=DELTA)
    assert found.best == 0
    assert found.as_good == ((2, 0),)


def test_a_cap_ends_it_undecided_with_all_that_may_be_the_best():
    values = worlds(4, [0.0, 0.01, 0.02, -5.0], shared=0.0)
    found = select_best(observe(values), 4, delta=0.1, most=120)
    assert not found.is_decided
    assert set(found.left) == {0, 1, 2}
    assert found.futures == (120, 120, 120, 50)
    assert found.bound > 120


def test_one_system_is_the_best_of_itself():
    found = select_best(observe(worlds(5, [0.0])), 1, delta=DELTA)
    assert (found.best, found.is_decided, found.futures) == (0, True, (50,))


@pytest.mark.parametrize(
    "wrong", [{"delta": 0.0}, {"delta": 1.0, "sure": 1.0}, {"delta": 1.0, "first": 10}]
)
def test_what_makes_no_sense_is_refused(wrong):
    with pytest.raises(ValueError, match="above 0, between 0 and 1, 20 or up"):
        select_best(observe(worlds(6, [0.0, 1.0])), 2, **wrong)
