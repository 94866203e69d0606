"""Goodness: how well the chosen law fits, by eye (QQ) and by a test that knows it was fitted.

Anderson-Darling with a parametric bootstrap: parameters are found again in every resample, because
printed tables hold for given parameters only (Stephens 1974). Above 2,000 rows every law is
rejected; then the page shows the curve and says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pmosim.calibration.residuals import FITS
from pmosim.streams import uniform_table

if TYPE_CHECKING:
    from pmosim.calibration.parts import FloatArray
    from pmosim.distributions.tails import Tail

N_RESAMPLES = 999
MOST_TESTED = 2000
N_POINTS = 60


def anderson_darling(residual: FloatArray, tail: Tail) -> float:
    """Return A^2 of residuals in units of the spread."""
    n = len(residual)
    share = np.clip(tail.cdf(np.sort(residual)), 1e-12, 1.0 - 1e-12)
    weight = 2.0 * np.arange(1, n + 1) - 1.0
    return float(-n - (weight * (np.log(share) + np.log1p(-share[::-1]))).mean())


def bootstrap_p(residual: FloatArray, tail: Tail, resamples: int = N_RESAMPLES) -> float | None:
    """Return the chance of a fit as bad as this if the law is right; None if it means nothing.

    Empirical laws are not tested (they are the data), nor more than ``MOST_TESTED`` rows.
    """
    n = len(residual)
    if tail.law == "empirical" or not 8 <= n <= MOST_TESTED:
        return None
    worse = 0
    seen = anderson_darling(*_fitted(residual, tail))
    names = [f"resample-{k}" for k in range(resamples)]
    from scipy.special import ndtri

    for k in range(0, resamples, 50):
        table = uniform_table(0, names[k : k + 50], "goodness of fit", 0, 0, n)
        for row in tail.quantile(ndtri(table)):
            worse += anderson_darling(*_fitted(row, tail)) >= seen
    return (worse + 1.0) / (resamples + 1.0)


def _fitted(residual: FloatArray, tail: Tail) -> tuple[FloatArray, Tail]:
    """Return residuals scaled as their own fit says; of a t the degrees of freedom stay."""
    if tail.law == "t":
        spread = float(np.median(np.abs(residual))) / float(tail.quantile(0.6744897501960817))
        return residual / spread, tail
    centred = residual - residual.mean() if tail.law == "normal" else residual
    found, spread = FITS[tail.law](centred)
    return centred / spread, found


def quantile_pairs(residual: FloatArray, tail: Tail) -> list[tuple[float, float]]:
    """Return (by the law, as seen) at equal steps of the normal score, 1 % to 99 %."""
    scores = np.linspace(-2.33, 2.33, N_POINTS)
    from scipy.special import ndtr

    seen = np.quantile(residual, ndtr(scores))
    law = tail.quantile(scores)
    return [(float(x), float(y)) for x, y in zip(law, seen, strict=True)]
