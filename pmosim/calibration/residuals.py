"""Residuals: which of the tails the own part of ln(actual / plan) follows, and how well.

Standard CRPS forms: Jordan, Krueger and Lerch 2019 (J. Statistical Software 90-12).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from pmosim.distributions.tails import LAPLACE_SCALE, SHAPE_SCORES, Tail, interpolated, t_scale

if TYPE_CHECKING:
    from pmosim.calibration.parts import BoolArray, FloatArray

MOST_DOF = 60.0
"""A Student t of more is a normal for every purpose here."""
LEAST_DOF = 2.1


def crps(tail: Tail, residual: FloatArray) -> FloatArray:
    """Return the CRPS of each residual, in units of the spread."""
    if tail.law == "normal":
        return _normal_crps(residual)
    if tail.law == "laplace":
        scaled = np.abs(residual) / LAPLACE_SCALE
        return np.asarray(LAPLACE_SCALE * (scaled + np.exp(-scaled) - 0.75))
    if tail.law == "t":
        return _t_crps(residual / t_scale(tail.dof), tail.dof) * t_scale(tail.dof)
    return _sample_crps(residual, tail.quantile(_middles(512)))


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


def fit_normal(residual: FloatArray) -> tuple[Tail, float]:
    """Return the normal and the spread of residuals."""
    return Tail(), math.sqrt(float(np.mean(residual**2)))


def fit_laplace(residual: FloatArray) -> tuple[Tail, float]:
    """Return the Laplace and the spread of residuals."""
    return Tail(law="laplace"), float(np.mean(np.abs(residual))) / LAPLACE_SCALE


def fit_t(residual: FloatArray) -> tuple[Tail, float]:
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
    return Tail(law="t", dof=dof), scale / t_scale(dof)


def fit_empirical(residual: FloatArray) -> tuple[Tail, float]:
    """Return the residuals themselves, as a curve over their normal scores.

    Beyond the last observation but a few the curve goes on as steep as it was there.
    """
    from scipy.special import ndtri

    ordered = np.sort(residual)
    n = len(ordered)
    scores = np.asarray(ndtri((np.arange(n) + 0.5) / n))
    curve = interpolated(SHAPE_SCORES, scores, ordered)
    reach = float(scores[-1 - max(1, n // 500)])
    inner = np.abs(SHAPE_SCORES) <= max(reach, 1.0)
    curve = interpolated(SHAPE_SCORES, SHAPE_SCORES[inner], curve[inner])
    spread = float(np.interp(1.0, SHAPE_SCORES, curve) - np.interp(-1.0, SHAPE_SCORES, curve)) / 2.0
    spread = spread or 1e-9
    rising = np.maximum.accumulate(curve / spread)
    return Tail(law="empirical", shape=tuple(float(v) for v in rising)), spread


LEAST_AT_RISK = 5
"""Items still open or finished later, down to which the curve of Kaplan and Meier is followed."""


def kaplan_meier(
    residual: FloatArray, is_open: BoolArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return where items finished, the share finished by then, and the items at risk there.

    Open items count as longer than they are (Kaplan and Meier 1958); rising, one row per finish.
    """
    order = np.lexsort((is_open, residual))
    ordered, has_ended = residual[order], ~is_open[order]
    at_risk = len(ordered) - np.arange(len(ordered))
    left = np.cumprod(np.where(has_ended, 1.0 - 1.0 / at_risk, 1.0))
    finished = np.asarray(1.0 - left[has_ended], dtype=np.float64)
    return ordered[has_ended], finished, at_risk[has_ended].astype(np.float64)


def fit_censored(residual: FloatArray, is_open: BoolArray, beyond: Tail) -> tuple[Tail, float]:
    """Return the curve of Kaplan and Meier over normal scores, and its spread.

    Beyond the last finish with ``LEAST_AT_RISK`` items it goes on as ``beyond`` does.
    """
    from scipy.special import ndtri

    at, share, at_risk = kaplan_meier(residual, is_open)
    followed = at_risk >= LEAST_AT_RISK
    at, share = at[followed], share[followed]
    before = np.concatenate([[0.0], share[:-1]])
    scores = np.asarray(ndtri((before + share) / 2.0), dtype=np.float64)
    curve = np.interp(SHAPE_SCORES, scores, at)
    for end, is_outside in ((0, scores[0] > SHAPE_SCORES), (-1, scores[-1] < SHAPE_SCORES)):
        moved = beyond.quantile(SHAPE_SCORES) - beyond.quantile(scores[end])
        curve = np.where(is_outside, at[end] + moved, curve)
    spread = float(np.interp(1.0, SHAPE_SCORES, curve) - np.interp(-1.0, SHAPE_SCORES, curve)) / 2.0
    spread = spread or 1e-9
    rising = np.maximum.accumulate(curve / spread)
    return Tail(law="empirical", shape=tuple(float(v) for v in rising)), spread


def is_off(residual: FloatArray, is_open: BoolArray, tail: Tail) -> bool:
    """Whether a law's median or P80 is off that of Kaplan and Meier by a standard error and 5 %.

    The error of a quantile in units of the spread: sqrt(q (1 - q) / n) / density, n finished.
    """
    at, share, _ = kaplan_meier(residual, is_open)
    for level, score, density in ((0.5, 0.0, 0.3989), (0.8, 0.8416, 0.2800)):
        if share[-1] <= level:
            continue
        seen = float(at[np.searchsorted(share, level)])
        error = math.sqrt(level * (1.0 - level) / len(at)) / density
        if abs(seen - float(tail.quantile(score))) > max(error, OFF):
            return True
    return False


OFF = 0.05
"""Distance of a quantile, in spreads, that matters to nobody."""

FITS = {"normal": fit_normal, "t": fit_t, "laplace": fit_laplace, "empirical": fit_empirical}
"""Laws from the simplest to the richest."""
