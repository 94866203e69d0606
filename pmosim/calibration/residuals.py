"""Residuals: the laws that the own part of ln(actual / plan) may follow, in units of its spread.

Each has median 0 and its 84.13 % quantile at 1, so that ``spread`` means the same in all of them:
two of three tasks lie within one spread. Standard CRPS forms: Jordan, Krueger and Lerch 2019
(J. Statistical Software 90-12), normal, t and Laplace.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from pmosim.calibration.parts import ONE_SPREAD, FloatArray

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

MOST_DOF = 60.0
"""A Student t of more is a normal for every purpose here."""
LEAST_DOF = 2.1

LAPLACE_SCALE = 1.0 / -math.log(2.0 * (1.0 - ONE_SPREAD))
"""Scale of the Laplace whose 84.13 % quantile is 1."""

N_SHAPE = 61
WIDEST_SHAPE = 3.5
SHAPE_SCORES = np.linspace(-WIDEST_SHAPE, WIDEST_SHAPE, N_SHAPE)
"""Normal scores at which an empirical law is written down."""


@lru_cache(maxsize=256)
def t_scale(dof: float) -> float:
    """Return the scale of the t whose 84.13 % quantile is 1."""
    from scipy.special import stdtrit

    return float(1.0 / stdtrit(dof, ONE_SPREAD))


@dataclass(frozen=True, kw_only=True)
class Residual:
    """A law of residuals in units of the spread."""

    law: str = "normal"
    dof: float = math.inf
    shape: tuple[float, ...] = ()

    @property
    def n_parameters(self) -> int:
        """Numbers that it took to fit the shape."""
        return {"normal": 0, "laplace": 0, "t": 1}.get(self.law, len(self.shape))

    def quantile(self, z: ArrayLike) -> FloatArray:
        """Return residuals at normal scores ``z``."""
        from scipy.special import ndtr, stdtrit

        scores = np.asarray(z, dtype=np.float64)
        if self.law == "normal":
            return scores
        if self.law == "empirical":
            return _interpolated(scores, SHAPE_SCORES, np.array(self.shape))
        below = np.asarray(ndtr(-np.abs(scores)), dtype=np.float64)
        if self.law == "laplace":
            tail = np.asarray(-LAPLACE_SCALE * np.log(2.0 * below), dtype=np.float64)
        else:
            tail = np.asarray(-t_scale(self.dof) * stdtrit(self.dof, below), dtype=np.float64)
        return np.asarray(np.sign(scores) * tail)

    def score(self, residual: ArrayLike) -> FloatArray:
        """Return the normal scores of residuals: the inverse of ``quantile``."""
        from scipy.special import ndtri, stdtr

        x = np.asarray(residual, dtype=np.float64)
        if self.law == "normal":
            return x
        if self.law == "empirical":
            return _interpolated(x, np.array(self.shape), SHAPE_SCORES)
        if self.law == "laplace":
            below = np.asarray(0.5 * np.exp(-np.abs(x) / LAPLACE_SCALE))
        else:
            below = np.asarray(stdtr(self.dof, -np.abs(x) / t_scale(self.dof)), dtype=np.float64)
        return np.asarray(-np.sign(x) * ndtri(np.maximum(below, 1e-300)))

    def cdf(self, residual: ArrayLike) -> FloatArray:
        """Return the share of residuals at or below."""
        from scipy.special import ndtr

        return np.asarray(ndtr(self.score(residual)))

    def crps(self, residual: FloatArray) -> FloatArray:
        """Return the CRPS of each residual, in units of the spread."""
        if self.law == "normal":
            return _normal_crps(residual)
        if self.law == "laplace":
            scaled = np.abs(residual) / LAPLACE_SCALE
            return np.asarray(LAPLACE_SCALE * (scaled + np.exp(-scaled) - 0.75))
        if self.law == "t":
            return _t_crps(residual / t_scale(self.dof), self.dof) * t_scale(self.dof)
        return _sample_crps(residual, self.quantile(_middles(512)))


def _interpolated(x: FloatArray, at: FloatArray, values: FloatArray) -> FloatArray:
    """Return values between knots, in a line beyond the first and last two of them."""
    inside = np.interp(x, at, values)
    low = values[0] + (x - at[0]) * _slope(at[:2], values[:2])
    high = values[-1] + (x - at[-1]) * _slope(at[-2:], values[-2:])
    return np.where(x < at[0], low, np.where(x > at[-1], high, inside))


def _slope(at: FloatArray, values: FloatArray) -> float:
    run = float(at[1] - at[0])
    return float(values[1] - values[0]) / run if run > 0.0 else 0.0


def _middles(n: int) -> FloatArray:
    from scipy.special import ndtri

    return np.asarray(ndtri((np.arange(n) + 0.5) / n))


def _normal_crps(x: FloatArray) -> FloatArray:
    from scipy.special import ndtr

    density = np.exp(-0.5 * x * x) / math.sqrt(2.0 * math.pi)
    return np.asarray(x * (2.0 * ndtr(x) - 1.0) + 2.0 * density - 1.0 / math.sqrt(math.pi))


def _t_crps(x: FloatArray, dof: float) -> FloatArray:
    from scipy.special import beta, stdtr
    from scipy.stats import t

    density = t.pdf(x, dof)
    constant = 2.0 * math.sqrt(dof) / (dof - 1.0) * beta(0.5, dof - 0.5) / beta(0.5, dof / 2.0) ** 2
    return np.asarray(
        x * (2.0 * stdtr(dof, x) - 1.0) + 2.0 * density * (dof + x * x) / (dof - 1.0) - constant
    )


def _sample_crps(x: FloatArray, sample: FloatArray) -> FloatArray:
    """Return mean |X - x| - mean |X - X'| / 2 of a sorted sample."""
    n = len(sample)
    sums = np.concatenate([[0.0], np.cumsum(sample)])
    below = np.searchsorted(sample, x)
    distance = (2.0 * below - n) * x + sums[-1] - 2.0 * sums[below]
    weight = 2.0 * np.arange(1, n + 1) - n - 1
    return np.asarray(distance / n - float((weight * sample).sum()) / n**2)


def fit_normal(residual: FloatArray) -> tuple[Residual, float]:
    """Return the normal and the spread of residuals."""
    return Residual(), math.sqrt(float(np.mean(residual**2)))


def fit_laplace(residual: FloatArray) -> tuple[Residual, float]:
    """Return the Laplace and the spread of residuals."""
    return Residual(law="laplace"), float(np.mean(np.abs(residual))) / LAPLACE_SCALE


def fit_t(residual: FloatArray) -> tuple[Residual, float]:
    """Return the Student t and the spread of residuals, by maximum likelihood."""
    from scipy.optimize import minimize
    from scipy.special import gammaln

    typical = float(np.median(np.abs(residual))) + 1e-12

    def loss(theta: FloatArray) -> float:
        scale, dof = typical * math.exp(theta[0]), math.exp(theta[1])
        constant = gammaln((dof + 1.0) / 2.0) - gammaln(dof / 2.0) - 0.5 * math.log(dof)
        logs = np.log1p((residual / scale) ** 2 / dof).mean()
        return float(math.log(scale) + (dof + 1.0) / 2.0 * logs - constant)

    bounds = [(-5.0, 5.0), (math.log(LEAST_DOF), math.log(MOST_DOF))]
    found = minimize(loss, np.array([0.3, math.log(6.0)]), method="L-BFGS-B", bounds=bounds)
    scale, dof = typical * math.exp(found.x[0]), float(math.exp(found.x[1]))
    return Residual(law="t", dof=dof), scale / t_scale(dof)


def fit_empirical(residual: FloatArray) -> tuple[Residual, float]:
    """Return the residuals themselves, as a curve over their normal scores.

    Beyond the last observation but a few the curve goes on as steep as it was there.
    """
    from scipy.special import ndtri

    ordered = np.sort(residual)
    n = len(ordered)
    scores = np.asarray(ndtri((np.arange(n) + 0.5) / n))
    curve = _interpolated(SHAPE_SCORES, scores, ordered)
    reach = float(scores[-1 - max(1, n // 500)])
    inner = np.abs(SHAPE_SCORES) <= max(reach, 1.0)
    curve = _interpolated(SHAPE_SCORES, SHAPE_SCORES[inner], curve[inner])
    spread = float(np.interp(1.0, SHAPE_SCORES, curve) - np.interp(-1.0, SHAPE_SCORES, curve)) / 2.0
    spread = spread or 1e-9
    rising = np.maximum.accumulate(curve / spread)
    return Residual(law="empirical", shape=tuple(float(v) for v in rising)), spread


FITS = {"normal": fit_normal, "t": fit_t, "laplace": fit_laplace, "empirical": fit_empirical}
"""Laws from the simplest to the richest."""
