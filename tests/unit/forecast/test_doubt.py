"""The width of a forecast is split into what is not known of past work, and chance."""

from __future__ import annotations

import math

import numpy as np
import pytest

from pmosim.forecast.doubt import doubt_assumption, share_of_doubt
from pmosim.network.parameters import parameter_scores
from pmosim.streams import uniforms


def chance(n: int) -> np.ndarray:
    from scipy.special import ndtri

    return np.asarray(ndtri(uniforms(3, "chance", "x", 0, 0, n)))


def test_the_share_is_that_of_the_variance_of_the_conditional_mean() -> None:
    n = 4000
    scores = parameter_scores(1, 0, n)
    values = 100.0 + 3.0 * scores[0] - 1.0 * scores[1] + math.sqrt(10.0) * chance(n)
    found = share_of_doubt(values, scores)
    assert found.low < 0.5 < found.high
    assert found.value == pytest.approx(0.5, abs=4 * math.sqrt(4 * 0.5 * 0.25 / n))


def test_pure_chance_has_no_share_and_pure_doubt_has_all() -> None:
    scores = parameter_scores(1, 0, 2000)
    assert share_of_doubt(chance(2000), scores).low == 0.0
    assert share_of_doubt(5.0 * scores[2], scores).value == pytest.approx(1.0)


def test_futures_without_a_finish_are_left_out_and_few_futures_give_no_number() -> None:
    scores = parameter_scores(1, 0, 300)
    values = scores[0].copy()
    values[::3] = math.inf
    assert share_of_doubt(values, scores).n == 200
    assert not share_of_doubt(values[:100], scores[:, :100]).is_known
    assert doubt_assumption({}) == []
