"""Scores: how good a forecast was, once the truth is known or as far as the data reach.

In: a sample of a forecast (or several numbers of it) and what came of it. Out: plain numbers.
Not here: what is forecast, from when, and against what (``origins``, ``baselines``, ``verdict``).

What is not finished when the data end at c is neither dropped nor guessed: ``cut_off`` puts every
future and every truth beyond c at c, which scores the forecast up to the data's end only. That is
the threshold-weighted CRPS (Gneiting and Ranjan 2011), proper whatever the truth beyond c is; a
randomised PIT takes the pile at c as it takes every other pile.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pmosim.streams import uniforms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    BoolArray = NDArray[np.bool_]

LEVELS = (0.5, 0.8, 0.9)
"""Dates that a PMO promises."""
CONFIDENCE = 0.95
RESAMPLES = 2000
"""Of the block bootstrap; the ends of its interval then vary by about a tenth of its width."""
FEWEST_BLOCKS = 4
"""Fewer quarters than this have no interval: they cannot show how much a quarter may matter."""


@dataclass(frozen=True, kw_only=True)
class HitRate:
    """How often the truth was not later than a quantile of its forecast."""

    level: float
    hits: int
    n: int
    low: float
    """95 % interval of the true rate (Clopper and Pearson 1934)."""
    high: float
    fewest: int
    """What a calibrated forecast hits in 95 of 100 such samples: ``fewest`` to ``most``."""
    most: int

    @property
    def rate(self) -> float:
        """Hits per forecast; NaN without one."""
        return self.hits / self.n if self.n else math.nan

    @property
    def is_in_band(self) -> bool:
        """Whether the hits do not refute the level."""
        return self.fewest <= self.hits <= self.most


@dataclass(frozen=True, kw_only=True)
class Skill:
    """Share of a baseline's score that a forecast saves; below 0 the baseline is better."""

    value: float
    low: float
    high: float
    """95 %, paired, quarters drawn as blocks; NaN where there are fewer than four quarters."""
    n: int
    blocks: int


def cut_off(values: FloatArray, end: float) -> FloatArray:
    """Return the values with everything beyond the data's end put there; ``inf`` too."""
    return np.minimum(values, end)


def crps(sample: FloatArray, truth: float) -> float:
    """Return the continuous ranked probability score of a sample, less is better.

    mean |x - y| - 1/2 mean |x - x'| over pairs of different members: the fair divisor n (n - 1)
    makes it unbiased whatever the size of the sample (Ferro 2014). Of a single number it is the
    absolute error. Same unit as the values.
    """
    n = len(sample)
    error = float(np.mean(np.abs(sample - truth)))
    if n == 1:
        return error
    ordered = np.sort(sample)
    weights = 2.0 * np.arange(1, n + 1) - n - 1.0
    return error - float(weights @ ordered) / (n * (n - 1))


def log_crps(sample: FloatArray, truth: float) -> float:
    """Return the CRPS of the logarithms: relative errors, so that giants do not decide.

    Parameters
    ----------
    sample, truth : above 0.
    """
    return crps(np.log(sample), math.log(truth))


def quantile_of(sample: FloatArray, level: float) -> float:
    """Return the smallest member that at least a share ``level`` of the sample does not exceed."""
    ordered = np.sort(sample)
    return float(ordered[max(1, math.ceil(round(len(ordered) * level, 9))) - 1])


def pinball(quantile: float, truth: float, level: float) -> float:
    """Return the loss of a quantile: what is above it costs ``level`` a unit, below 1 - level."""
    over = truth - quantile
    return level * over if over >= 0.0 else (level - 1.0) * over


def brier(chance: float, *, happened: bool) -> float:
    """Return the squared error of a chance, 0 best, 1 worst."""
    return (chance - happened) ** 2


def randomised_pit(sample: FloatArray, truth: float, uniform: float) -> float:
    """Return the place of the truth in its forecast, uniform on 0 to 1 if the forecast is right.

    F(y-) + U (F(y) - F(y-)), the truth counted as one more member, so that it is exactly uniform
    for any size of sample and any piles of equal values (Czado, Gneiting and Held 2009).
    """
    below = int(np.count_nonzero(sample < truth))
    equal = int(np.count_nonzero(sample == truth))
    return (below + uniform * (equal + 1)) / (len(sample) + 1)


def hit_rate(hits: Sequence[bool] | BoolArray, level: float) -> HitRate:
    """Return how often a quantile held, what that says, and what it had to be."""
    from scipy.stats import beta, binom

    n, k = len(hits), int(np.count_nonzero(hits))
    tail = (1.0 - CONFIDENCE) / 2.0
    low = float(beta.ppf(tail, k, n - k + 1)) if k else 0.0
    high = float(beta.ppf(1.0 - tail, k + 1, n - k)) if k < n else 1.0
    fewest, most = (int(binom.ppf(tail, n, level)), int(binom.ppf(1.0 - tail, n, level)))
    if not n:
        low, high, fewest, most = 0.0, 1.0, 0, 0
    return HitRate(level=level, hits=k, n=n, low=low, high=high, fewest=fewest, most=most)


def skill(ours: FloatArray, theirs: FloatArray, blocks: Sequence[str], *, seed: int) -> Skill:
    """Return 1 - mean(ours) / mean(theirs) with a paired interval.

    Projects that ran at the same time shared their fate: whole quarters are drawn with their
    pairs, as often as there are quarters, and the share is taken anew (block bootstrap;
    Diebold and Mariano 1995 for the pairing). Few quarters understate how far the mean moves: the
    interval is widened by sqrt(B / (B - 1)) times Student's over the normal quantile (Hesterberg
    2015, section 4.6).

    Parameters
    ----------
    ours, theirs : (n,) scores of the same forecasts, less is better.
    blocks : (n,) the quarter of each.
    """
    n, value = len(ours), math.nan
    names, block = np.unique(np.asarray(blocks, dtype=str), return_inverse=True)
    n_blocks = len(names)
    if n and theirs.sum() > 0.0:
        value = 1.0 - float(ours.sum() / theirs.sum())
    if n_blocks < FEWEST_BLOCKS or not math.isfinite(value):
        return Skill(value=value, low=math.nan, high=math.nan, n=n, blocks=n_blocks)
    from scipy.special import ndtri, stdtrit

    top = (1.0 + CONFIDENCE) / 2.0
    wider = math.sqrt(n_blocks / (n_blocks - 1)) * float(stdtrit(n_blocks - 1, top) / ndtri(top))
    sums = np.stack([np.bincount(block, weights=part) for part in (ours, theirs)])
    draws = uniforms(seed, "skill", "quarter", 0, 0, RESAMPLES * n_blocks)
    picked = (draws * n_blocks).astype(np.int64).reshape(RESAMPLES, n_blocks)
    mine, others = sums[:, picked].sum(axis=2)
    found = 1.0 - mine[others > 0.0] / others[others > 0.0]
    low, high = (value + wider * (end - value) for end in np.quantile(found, [1.0 - top, top]))
    return Skill(value=value, low=float(low), high=float(high), n=n, blocks=n_blocks)


def uniformity(places: FloatArray) -> float:
    """Return the p-value of the places being uniform (Kolmogorov and Smirnov); NaN of none."""
    from scipy.stats import kstest

    return float(kstest(places, "uniform").pvalue) if len(places) else math.nan
