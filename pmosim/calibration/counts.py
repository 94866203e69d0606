"""Counts: how many requests a month, how uneven, whether they grow, and with the season.

Monthly counts are negative binomial with variance = dispersion x mean, as the simulation mixes
them (a Poisson whose months are gamma-mixed). Dispersion is shrunk: two years of months cannot
tell 1.5 from 1 (power .5, science.md 2.4), so a prior stands beside the likelihood.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pmosim.calibration.parts import Z95, curvature

if TYPE_CHECKING:
    from pmosim.calibration.parts import FloatArray, IntArray

LEAST_MONTHS = 6
"""Months of counts for a rate of their own."""
LEAST_FOR_TREND = 24
LEAST_FOR_SEASON = 24
MOST_DISPERSION = 12.0
PRIOR_EXCESS = 1.0
"""Mean of the exponential prior of dispersion - 1: most portfolios lie between 1 and 3."""
SEASON_SPREAD = 0.35
"""Prior standard deviation of ln of a month's season, where the data show one."""
LEAST_SEGMENT = 6
LEAST_AFTER = 3
"""Requests after a change of level, at the least."""
BREAK_PENALTY = 6.0
"""Gain in log-likelihood for which a change of level is believed: half the 99.9 % point of
chi-squared with one degree of freedom, for the many places that it may lie at."""


@dataclass(frozen=True, kw_only=True, eq=False)
class CountsFit:
    """The law of monthly counts."""

    rate: float
    """Requests a year at the end of the data, season left out."""
    rate_interval: tuple[float, float]
    rate_se: float
    dispersion: float
    dispersion_interval: tuple[float, float]
    dispersion_se: float
    trend: float | None
    """Growth a year, None = not tried or not shown."""
    trend_interval: tuple[float, float]
    trend_se: float
    season: tuple[float, ...]
    """Twelve factors of mean 1, empty = none shown."""
    n_months: int
    """Months it rests on: those since the last change of level."""
    n: int
    dropped_months: int
    """Months before a change of level, left out."""
    expected: FloatArray
    """(months,) fitted mean of each month used."""


def log_likelihood(counts: IntArray, mean: FloatArray, dispersion: float) -> float:
    """Return the log-likelihood of counts with variance = dispersion x mean (NB1; 1 = Poisson)."""
    from scipy.special import gammaln

    mean = np.maximum(mean, 1e-12)
    if dispersion < 1.0 + 1e-6:
        return float((counts * np.log(mean) - mean - gammaln(counts + 1.0)).sum())
    size = mean / (dispersion - 1.0)
    return float(
        (
            gammaln(counts + size)
            - gammaln(size)
            - gammaln(counts + 1.0)
            - size * math.log(dispersion)
            + counts * (math.log(dispersion - 1.0) - math.log(dispersion))
        ).sum()
    )


def fit_counts(
    counts: IntArray, month_of_year: IntArray, share: FloatArray | None = None
) -> CountsFit:
    """Return the law of monthly counts.

    Parameters
    ----------
    counts : (M,) requests of consecutive months, oldest first.
    month_of_year : (M,) 0 = January.
    share : (M,) how much of each month was seen, 0 to 1; absent = all.
    """
    seen = np.ones(len(counts)) if share is None else share
    first = _last_change(counts, seen)
    counts, month_of_year, seen = counts[first:], month_of_year[first:], seen[first:]
    n_months = len(counts)
    season = _season(counts, month_of_year, seen)
    per_month: FloatArray = seen * (1.0 if season is None else season[month_of_year])
    years: FloatArray = (np.arange(n_months, dtype=np.float64) + 0.5 - n_months) / 12.0
    has_trend = False
    if n_months >= LEAST_FOR_TREND and counts.sum() > 0:
        flat = _maximised(counts, per_month, years, trend=False)
        steep = _maximised(counts, per_month, years, trend=True)
        has_trend = 2.0 * (flat[1] - steep[1]) > 3.841458820694124
    theta, _ = _maximised(counts, per_month, years, trend=has_trend)
    return _summary(counts, per_month, years, theta, season, first, has_trend=has_trend)


def _loss(
    theta: FloatArray, counts: IntArray, per_month: FloatArray, years: FloatArray, *, trend: bool
) -> float:
    """Return minus the log posterior; theta = ln monthly rate, ln(dispersion - 1), growth."""
    excess = math.exp(min(float(theta[1]), 5.0))
    mean = np.exp(theta[0] + (theta[2] * years if trend else 0.0)) * per_month
    prior = -excess / PRIOR_EXCESS + float(theta[1])  # exponential, in ln: with its Jacobian
    return -log_likelihood(counts, mean, 1.0 + excess) - prior


def _maximised(
    counts: IntArray, per_month: FloatArray, years: FloatArray, *, trend: bool
) -> tuple[FloatArray, float]:
    from scipy.optimize import minimize

    start = [math.log(max(float(counts.sum()), 0.5) / max(float(per_month.sum()), 1e-9)), -1.0]
    bounds = [(-12.0, 12.0), (-6.0, math.log(MOST_DISPERSION - 1.0))]
    if trend:
        start.append(0.0)
        bounds.append((-3.0, 3.0))
    find: Any = minimize  # its types know single columns only
    found = find(
        lambda theta: _loss(theta, counts, per_month, years, trend=trend),
        np.array(start),
        method="L-BFGS-B",
        bounds=bounds,
    )
    return np.asarray(found.x), float(found.fun)


def _last_change(counts: IntArray, seen: FloatArray) -> int:
    """Return the first month after the last change of level, 0 if there was none."""
    first = 0
    while True:
        place, gain = _best_split(counts[first:], seen[first:])
        if gain < BREAK_PENALTY:
            return first
        first += place


def _best_split(counts: IntArray, seen: FloatArray) -> tuple[int, float]:
    """Return where two levels fit better than one, and by how much.

    Quasi-Poisson: the gain is divided by the dispersion around the two levels, so that bursts are
    no change of level.
    """
    n = len(counts)
    best, place = 0.0, 0
    for k in range(LEAST_SEGMENT, n - LEAST_SEGMENT + 1):
        one, two = counts[:k].sum(), counts[k:].sum()
        if two < LEAST_AFTER:
            continue  # a log that ends is no change of level
        first, second = one / seen[:k].sum(), two / seen[k:].sum()
        mean = np.concatenate([seen[:k] * first, seen[k:] * second])
        noise = float(((counts - mean) ** 2 / np.maximum(mean, 0.25)).sum()) / max(n - 2, 1)
        whole = (one + two) / seen.sum()
        gain = sum(
            total * math.log(level / whole)
            for total, level in ((one, first), (two, second))
            if total
        )
        gain /= max(noise, 1.0)
        if gain > best:
            best, place = gain, k
    return place, best


def _season(counts: IntArray, month_of_year: IntArray, seen: FloatArray) -> FloatArray | None:
    """Return twelve factors of mean 1, shrunk; None where the months do not differ.

    Tested against even months with the overdispersion taken off; each factor is then shrunk by how
    much its count can say.
    """
    if len(counts) < LEAST_FOR_SEASON or counts.sum() < 24:
        return None
    from scipy.special import gammainccinv

    level = counts.sum() / seen.sum()
    total = np.bincount(month_of_year, counts, 12)
    mean = level * np.bincount(month_of_year, seen, 12)
    within = total / np.maximum(mean, 1e-9) * level
    fitted = within[month_of_year] * seen
    noise = float(((counts - fitted) ** 2 / np.maximum(fitted, 0.25)).sum()) / max(
        len(counts) - 12, 1
    )
    noise = max(noise, 1.0)
    known = mean > 0.0
    statistic = float(((total - mean)[known] ** 2 / mean[known]).sum()) / noise
    if statistic < 2.0 * float(gammainccinv((known.sum() - 1) / 2.0, 0.05)):
        return None
    weight = SEASON_SPREAD**2 / (SEASON_SPREAD**2 + noise / np.maximum(mean, 0.1))
    factors = np.exp(weight * np.log(np.maximum(total, 0.5) / np.maximum(mean, 0.5)))
    return np.asarray(factors / factors.mean())


def _summary(
    counts: IntArray,
    per_month: FloatArray,
    years: FloatArray,
    theta: FloatArray,
    season: FloatArray | None,
    dropped: int,
    *,
    has_trend: bool,
) -> CountsFit:
    from scipy.special import stdtrit

    matrix = curvature(lambda at: _loss(at, counts, per_month, years, trend=has_trend), theta, 1e-3)
    values, vectors = np.linalg.eigh(matrix)
    covariance = (vectors / np.maximum(values, 1e-3)) @ vectors.T
    grid = np.linspace(-6.0, math.log(MOST_DISPERSION - 1.0), 121)
    loss = np.array(
        [
            _loss(
                np.array([_best_rate(theta, g, covariance), g, *theta[2:]]),
                counts,
                per_month,
                years,
                trend=has_trend,
            )
            for g in grid
        ]
    )
    weight = np.exp(-(loss - loss.min()))
    weight /= weight.sum()
    below = np.cumsum(weight)
    excess = np.exp(grid)
    middle = float((weight * excess).sum())
    low, high = (float(np.interp(q, below, excess)) for q in (0.025, 0.975))
    low = 0.0 if below[0] > 0.025 or low < 0.02 else low
    deviation = math.sqrt(float((weight * (excess - middle) ** 2).sum()))
    rate = 12.0 * math.exp(float(theta[0]))
    # the rate's own error with the posterior mean of the dispersion, not its mode
    total = float((np.exp(theta[0]) * per_month).sum())
    error = math.sqrt(max(float(covariance[0, 0]), (1.0 + middle) / max(total, 0.5)))
    wide = float(stdtrit(len(counts) - 1, 0.975))  # the dispersion is estimated, too
    growth, growth_se = (
        (float(theta[2]), math.sqrt(float(covariance[2, 2]))) if has_trend else (0.0, 0.0)
    )
    expected = np.exp(theta[0] + growth * years) * per_month
    return CountsFit(
        rate=rate,
        rate_interval=(rate * math.exp(-wide * error), rate * math.exp(wide * error)),
        rate_se=rate * error,
        dispersion=1.0 + middle,
        dispersion_interval=(1.0 + low, 1.0 + high),
        dispersion_se=deviation,
        trend=math.expm1(growth) if has_trend else None,
        trend_interval=(math.expm1(growth - Z95 * growth_se), math.expm1(growth + Z95 * growth_se)),
        trend_se=growth_se,
        season=() if season is None else tuple(float(f) for f in season),
        n_months=len(counts),
        n=int(counts.sum()),
        dropped_months=dropped,
        expected=expected,
    )


def _best_rate(theta: FloatArray, log_excess: float, covariance: FloatArray) -> float:
    slope = covariance[0, 1] / covariance[1, 1] if covariance[1, 1] > 0.0 else 0.0
    return float(theta[0] + slope * (log_excess - theta[1]) * (abs(log_excess - theta[1]) < 3.0))
