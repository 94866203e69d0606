"""Tails: the shapes that what is left of ln(actual / plan) may have, in units of its spread.

Each has its 84.13 % quantile at 1 (the empirical one: as far from its 15.87 % quantile), so that a
spread means the same in all of them: two of three values lie within one spread.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

ONE_SPREAD = 0.8413447460685429
"""Share of a normal below one standard deviation."""

LAPLACE_SCALE = 1.0 / -math.log(2.0 * (1.0 - ONE_SPREAD))
"""Scale of the Laplace whose 84.13 % quantile is 1."""

N_SHAPE = 61
WIDEST_SHAPE = 3.5
SHAPE_SCORES = np.linspace(-WIDEST_SHAPE, WIDEST_SHAPE, N_SHAPE)
"""Normal scores at which an empirical shape is written down."""
SHAPE_SCORES.flags.writeable = False

WIDEST_SCORE = 5.0
"""Normal score beyond which a heavy tail goes no further: one case in 3.5 million. Without an end
the mean of a log-t would not exist; a project is stopped before."""

LAWS = ("normal", "t", "laplace", "empirical")


@lru_cache(maxsize=256)
def t_scale(dof: float) -> float:
    """Return the scale of the t whose 84.13 % quantile is 1."""
    from scipy.special import stdtrit

    return float(1.0 / stdtrit(dof, ONE_SPREAD))


@dataclass(frozen=True, kw_only=True)
class Tail:
    """The shape of residuals in units of their spread."""

    law: str = "normal"
    """One of ``LAWS``."""
    dof: float = math.inf
    """Of ``t``."""
    shape: tuple[float, ...] = ()
    """Of ``empirical``: values at ``SHAPE_SCORES``, rising."""

    def quantile(self, z: ArrayLike) -> NDArray[np.float64]:
        """Return residuals at normal scores ``z``, never decreasing in them."""
        scores = np.asarray(z, dtype=np.float64)
        if self.law == "normal":
            return scores
        if self.law == "empirical":
            return interpolated(scores, SHAPE_SCORES, np.array(self.shape))
        from scipy.special import ndtr, stdtrit

        below = np.asarray(ndtr(-np.minimum(np.abs(scores), WIDEST_SCORE)), dtype=np.float64)
        if self.law == "laplace":
            tail = np.asarray(-LAPLACE_SCALE * np.log(2.0 * below), dtype=np.float64)
        else:
            tail = np.asarray(-t_scale(self.dof) * stdtrit(self.dof, below), dtype=np.float64)
        return np.asarray(np.sign(scores) * tail)

    def score(self, residual: ArrayLike) -> NDArray[np.float64]:
        """Return the normal scores of residuals: the inverse of ``quantile``."""
        x = np.asarray(residual, dtype=np.float64)
        if self.law == "normal":
            return x
        if self.law == "empirical":
            return interpolated(x, np.array(self.shape), SHAPE_SCORES)
        from scipy.special import ndtri, stdtr

        if self.law == "laplace":
            below = np.asarray(0.5 * np.exp(-np.abs(x) / LAPLACE_SCALE))
        else:
            below = np.asarray(stdtr(self.dof, -np.abs(x) / t_scale(self.dof)), dtype=np.float64)
        return np.asarray(-np.sign(x) * ndtri(np.maximum(below, 1e-300)))

    def cdf(self, residual: ArrayLike) -> NDArray[np.float64]:
        """Return the share of residuals at or below."""
        from scipy.special import ndtr

        return np.asarray(ndtr(self.score(residual)))


def interpolated(
    x: NDArray[np.float64], at: NDArray[np.float64], values: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return values between knots, in a line beyond the first and last two of them."""
    inside = np.interp(x, at, values)
    low = values[0] + (x - at[0]) * _slope(at[:2], values[:2])
    high = values[-1] + (x - at[-1]) * _slope(at[-2:], values[-2:])
    return np.where(x < at[0], low, np.where(x > at[-1], high, inside))


def _slope(at: NDArray[np.float64], values: NDArray[np.float64]) -> float:
    run = float(at[1] - at[0])
    return float(values[1] - values[0]) / run if run > 0.0 else 0.0
