"""Goodness of fit: right laws pass, wrong ones do not, and scores have their closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from pmosim.calibration.goodness import bootstrap_p, quantile_pairs
from pmosim.calibration.residuals import crps, fit_t
from pmosim.distributions.tails import Tail
from pmosim.streams import uniforms


def sample(n: int, name: str = "x") -> np.ndarray:
    return uniforms(7, name, "goodness", 0, 0, n)


def test_a_normal_sample_passes_and_a_skewed_one_does_not() -> None:
    normal = Tail().quantile(np.asarray(_scores(sample(150))))
    skewed = -np.log(sample(150)) - 1.0
    assert bootstrap_p(normal, Tail(), 99) > 0.05
    assert bootstrap_p(skewed, Tail(), 99) <= 0.02


def _scores(u: np.ndarray) -> np.ndarray:
    from scipy.special import ndtri

    return np.asarray(ndtri(u))


def test_with_thousands_of_items_no_test_is_made() -> None:
    assert bootstrap_p(np.zeros(2001), Tail()) is None


def test_the_published_crps_of_a_normal_is_met() -> None:
    # N(0, 1) at 0.5: 0.33140 (science of scores: Gneiting and Raftery 2007)
    assert float(crps(Tail(), np.array([0.5]))[0]) == pytest.approx(0.33140, abs=5e-6)


@pytest.mark.parametrize("tail", [Tail(), Tail(law="t", dof=5.0), Tail(law="laplace")])
def test_closed_crps_is_the_mean_of_pinball_losses(tail: Tail) -> None:
    levels = (np.arange(20_000) + 0.5) / 20_000
    quantiles = tail.quantile(_scores(levels))
    distance = 0.7 - quantiles
    pinball = np.where(distance >= 0.0, levels, levels - 1.0) * distance
    assert float(crps(tail, np.array([0.7]))[0]) == pytest.approx(2.0 * pinball.mean(), abs=2e-4)


@pytest.mark.parametrize(
    "tail", [Tail(), Tail(law="t", dof=4.0), Tail(law="laplace")], ids=lambda tail: tail.law
)
def test_in_every_law_two_of_three_lie_within_a_spread(tail: Tail) -> None:
    assert float(tail.cdf(1.0)) == pytest.approx(0.8413447, abs=1e-6)
    assert float(tail.quantile(tail.score(1.7))) == pytest.approx(1.7)


def test_the_degrees_of_a_t_are_found_again() -> None:
    from scipy.special import stdtrit

    tail, spread = fit_t(np.asarray(0.5 * stdtrit(4.0, sample(6000))))
    assert tail.dof == pytest.approx(4.0, rel=0.2)
    assert spread == pytest.approx(0.5 * float(stdtrit(4.0, 0.8413447)), rel=0.05)


def test_quantiles_of_a_right_law_lie_on_the_line() -> None:
    pairs = quantile_pairs(_scores((np.arange(5000) + 0.5) / 5000), Tail())
    assert all(x == pytest.approx(y, abs=0.02) for x, y in pairs)
