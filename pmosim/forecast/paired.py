"""Paired: how much a number changes from one run to another, on the same luck.

In: two arrays of the same futures, one value per future. Out: ``Difference``.
Not here: which values (``study.comparison``), and estimates of one run alone (``estimate``).

Every interval is 95 % and taken from the pairs, so that whatever both runs share drops out:
Student's t, widened where Hall's correction for skewness (1992) asks for it, for means; its
linearised form for ratios (Cochran 1977, chapter 6); the adjusted interval of Bonett and Price
(2012) for probabilities; Bahadur's linearisation of both quantiles (1966) with the densities of
Woodruff (1952). ``docs/explanation/paired-differences.md``
has the formulae and the measured coverage.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pmosim.forecast.estimate import NORMAL_QUANTILE, TOLERATED_SHARE, order_ranks, t_quantile
from pmosim.forecast.finish import UNFINISHED

if TYPE_CHECKING:
    from pmosim.forecast.estimate import Json
    from pmosim.network.arrays import BoolArray, FloatArray

MATERIAL_DAYS = 0.5
"""A finish known to half a working day is known well enough."""
MATERIAL_SHARE = 0.01
"""The same of a probability and of a busy share."""
MATERIAL_OF_MONEY = 0.001
"""The same of money, as a share of the base's amount."""
ROUNDING = 1e-12
"""Amounts that differ by this share only, differ by the order in which they were added up."""
MOST_FURTHER = 100_000
"""Nobody waits for more futures than this."""
TOO_MANY = f"it would take more than {MOST_FURTHER:,} further futures"
BEYOND = "the interval reaches beyond the planning window, where more futures do not help"
ONE_PAIR = "a single future has no interval"
NO_PAIR = "there is no future in which both exist"


@dataclass(frozen=True, kw_only=True)
class Difference:
    """The second run minus the first, with the 95 % interval of the pairs.

    ``value`` NaN = there is no number, ``reason`` says why; ``inf`` and ``-inf`` = it moves out of
    the planning window, or into it. Bounds of ``inf`` and ``-inf`` reach beyond the window.
    """

    value: float
    low: float = math.nan
    high: float = math.nan
    n: int
    """Number of pairs."""
    is_settled: bool = False
    """Whether more futures are not needed: the interval leaves out 0, or is narrower than what
    matters, or every pair is exactly equal."""
    further: int | None = None
    """Futures more that would settle it at the present spread; None = settled, or none would."""
    reason: str = ""

    @property
    def is_known(self) -> bool:
        """Whether there is a finite number."""
        return math.isfinite(self.value)

    @property
    def is_zero(self) -> bool:
        """Whether it is exactly nothing, not merely about nothing."""
        return self.value == self.low == self.high == 0.0

    def __str__(self) -> str:
        """Return ``-12.4 (-13 to -11.8)``, or why there is no number."""
        if not self.is_known:
            return f"not known: {self.reason}" if self.reason else "not known"
        bounds = f" ({self.low:.4g} to {self.high:.4g})" if not math.isnan(self.low) else ""
        return f"{self.value:+.4g}{bounds}" if self.value else f"0{bounds}"

    def to_json(self) -> Json:
        """Return ``{value, low, high, settled, further}``, with ``reason`` where there is one."""
        result: Json = {
            name: number if math.isfinite(number) else None
            for name, number in (("value", self.value), ("low", self.low), ("high", self.high))
        }
        result |= {"settled": self.is_settled, "further": self.further}
        return result | ({"reason": self.reason} if self.reason else {})


def no_difference(reason: str, n: int = 0) -> Difference:
    """Return the difference of what cannot be compared."""
    return Difference(value=math.nan, n=n, reason=reason)


def exactly(value: float, n: int) -> Difference:
    """Return a difference that is the same in every pair."""
    return Difference(value=value, low=value, high=value, n=n, is_settled=True)


def but_for_rounding(before: FloatArray, after: FloatArray) -> FloatArray:
    """Return the amounts after, those before where they differ by rounding only."""
    return np.where(np.isclose(before, after, rtol=ROUNDING, atol=0.0), before, after)


def mean_difference(
    before: FloatArray,
    after: FloatArray,
    *,
    material: float = MATERIAL_DAYS,
    reason: str = UNFINISHED,
) -> Difference:
    """Return the change of a mean, by Student's t on the pairs.

    Parameters
    ----------
    before, after : (n,) values of the same futures; ``inf`` or NaN = none. Pairs with one or two
        of these are left out; above 1 % of them there is no mean.
    material : half-width below which the difference counts as settled.
    reason : what is wrong with those futures; it is put behind their number.
    """
    n = _count_pairs(before, after)
    if n == 0:
        return no_difference(NO_PAIR)
    if np.array_equal(before, after, equal_nan=True):
        return exactly(0.0, n)
    is_known = np.isfinite(before) & np.isfinite(after)
    n_other = n - int(np.count_nonzero(is_known))
    if n_other > TOLERATED_SHARE * n:
        return no_difference(f"{n_other} of {n} futures {reason}", n)
    return _student(after[is_known] - before[is_known], material)


def probability_difference(
    before: BoolArray,
    after: BoolArray,
    *,
    material: float = MATERIAL_SHARE,
    are_same: bool = False,
) -> Difference:
    """Return the change of a probability, with the interval of Bonett and Price (2012).

    One pair is added to those in which it happens only before, and one to those only after, so
    that the interval covers also where few pairs differ, and none is not taken for never.

    Parameters
    ----------
    before, after : (n,) whether it happens in the same futures.
    material : half-width below which the difference counts as settled.
    are_same : whether everything that these events follow from is equal in every pair; then the
        difference is exactly 0.
    """
    n = _count_pairs(before, after)
    if n == 0:
        return no_difference(NO_PAIR)
    if are_same and np.array_equal(before, after):
        return exactly(0.0, n)
    n_only_after = int(np.count_nonzero(after & ~before))
    n_only_before = int(np.count_nonzero(before & ~after))
    value = (n_only_after - n_only_before) / n
    whole = n + 2.0
    gained, lost = (n_only_after + 1) / whole, (n_only_before + 1) / whole
    centre = gained - lost
    half = NORMAL_QUANTILE * math.sqrt((gained + lost - centre**2) / whole)
    low, high = max(-1.0, min(value, centre - half)), min(1.0, max(value, centre + half))
    return _settled(value, low, high, n, material)


def quantile_difference(
    before: FloatArray, after: FloatArray, level: float, *, material: float = MATERIAL_DAYS
) -> Difference:
    """Return the change of a quantile, linearised on the pairs.

    A quantile q of level p with density f deviates like the mean of (p - [x <= q]) / f (Bahadur
    1966); the difference of two deviates like the mean of the difference, pair by pair. 1/f is
    the distance between the order statistics that enclose q in 95 of 100 samples over the share
    between them (Woodruff 1952). Half a pair is added to each of the four cells of the two
    indicators (Agresti and Min 2005), for the sake of runs in which few pairs differ. Where
    several futures share a quantile (finishes on whole days), the interval grows by the step to
    the next value.

    Parameters
    ----------
    before, after : (n,) values of the same futures; ``inf`` and ``-inf`` are ranked, NaN refused.
    level : strictly between 0 and 1; 0.8 is "P80".
    material : half-width below which the difference counts as settled.
    """
    n = _count_pairs(before, after)
    if n == 0:
        return no_difference(NO_PAIR)
    if np.isnan(before).any() or np.isnan(after).any():
        raise ValueError("values hold NaN; say inf (later than all) or -inf (below all)")
    place, low, high = order_ranks(n, level)
    if np.array_equal(before, after):
        return exactly(0.0, n)
    first, second = (_Quantile.of(values, place, low, high) for values in (before, after))
    if not (math.isfinite(first.value) and math.isfinite(second.value)):
        return _moved_out(first, second, n)
    value = second.value - first.value
    if n == 1:
        return Difference(value=value, n=n, reason=ONE_PAIR)
    if np.isfinite(before).all() and np.ptp(after - before) == 0.0:
        return exactly(value, n)
    half = t_quantile(n - 1) * _spread(first, second, before, after, level)
    ends = (
        -math.inf
        if first.high == math.inf
        else value - half - max(first.step_up, second.step_down),
        math.inf
        if second.high == math.inf
        else value + half + max(first.step_down, second.step_up),
    )
    return _settled(value, *ends, n, material)


def ratio_difference(
    before: tuple[FloatArray, FloatArray],
    after: tuple[FloatArray, FloatArray],
    *,
    material: float,
    reason: str = "there is nothing to divide by",
) -> Difference:
    """Return the change of sum / sum over futures, e.g. days waited per project, linearised.

    Parameters
    ----------
    before, after : (n,) numerators and (n,) denominators of the same futures.
    material : half-width below which the difference counts as settled.
    reason : why there is none where all denominators of a run are 0.
    """
    n = _count_pairs(before[0], after[0])
    if n == 0:
        return no_difference(NO_PAIR)
    totals = [float(np.sum(below)) for _, below in (before, after)]
    if 0.0 in totals:
        return no_difference(reason, n)
    if all(np.array_equal(one, other) for one, other in zip(before, after, strict=True)):
        return exactly(0.0, n)
    value, residuals = 0.0, np.zeros(n)
    for (above, below), total, sign in zip((before, after), totals, (-1.0, 1.0), strict=True):
        ratio = float(np.sum(above)) / total
        value += sign * ratio
        residuals += sign * (above - ratio * below) / (total / n)
    if n == 1:
        return Difference(value=value, n=n, reason=ONE_PAIR)
    return _settled(value, *_bounds(value, residuals), n, material)


@dataclass(frozen=True, kw_only=True)
class _Quantile:
    """A quantile, the order statistics that enclose it, and the days a share of 1 spans there."""

    value: float
    low: float
    high: float
    per_share: float
    """1 / density."""
    step_down: float
    step_up: float
    """Distance to the next other value between ``low`` and ``high`` where several futures share
    the quantile, else 0."""

    @staticmethod
    def of(values: FloatArray, place: int, low: int, high: int) -> _Quantile:
        """Return the quantile of rank ``place``; where a side reaches out, the other is used."""
        ordered = np.sort(values)
        at, below, above = (float(ordered[rank - 1]) for rank in (place, low, high))
        first = (below, low) if math.isfinite(below) else (at, place)
        last = (above, high) if math.isfinite(above) else (at, place)
        n_between = last[1] - first[1]
        per_share = (last[0] - first[0]) * len(values) / n_between if n_between else 0.0
        inside = ordered[first[1] - 1 : last[1]]
        down, up = inside[inside < at], inside[inside > at]
        is_shared = len(inside) - len(down) - len(up) > 1
        return _Quantile(
            value=at,
            low=below,
            high=above,
            per_share=per_share,
            step_down=at - float(down[-1]) if is_shared and len(down) else 0.0,
            step_up=float(up[0]) - at if is_shared and len(up) else 0.0,
        )


def _spread(
    first: _Quantile, second: _Quantile, before: FloatArray, after: FloatArray, level: float
) -> float:
    """Return the standard error of the linearised difference of two finite quantiles."""
    is_below, was_below = after <= second.value, before <= first.value
    cells = [
        (float(now), float(then), np.count_nonzero((is_below == now) & (was_below == then)) + 0.5)
        for now in (True, False)
        for then in (True, False)
    ]
    whole = len(before) + 2.0
    deviations = [
        (second.per_share * (level - now) - first.per_share * (level - then), count / whole)
        for now, then, count in cells
    ]
    centre = math.fsum(deviation * share for deviation, share in deviations)
    variance = math.fsum((deviation - centre) ** 2 * share for deviation, share in deviations)
    return math.sqrt(variance / whole)


def _moved_out(first: _Quantile, second: _Quantile, n: int) -> Difference:
    """Return the difference where a quantile lies beyond the planning window (or below all)."""
    if first.value == second.value:
        return no_difference("it lies beyond the planning window in both", n)
    value = math.inf if second.value > first.value else -math.inf
    is_apart = second.low > first.high if value > 0 else second.high < first.low
    way = "out of" if value > 0 else "into"
    return Difference(
        value=value, n=n, is_settled=is_apart, reason=f"it moves {way} the planning window"
    )


def _student(differences: FloatArray, material: float) -> Difference:
    n = len(differences)
    value = float(np.mean(differences))
    if n == 1:
        return Difference(value=value, n=n, reason=ONE_PAIR)
    return _settled(value, *_bounds(value, differences), n, material)


def _bounds(value: float, deviations: FloatArray) -> tuple[float, float]:
    """Return the interval of a mean: at each end the wider of Student's t and Hall's.

    Few futures that are hit hard make a skewed mean, whose t interval covers in 80 to 90 of 100
    runs. Hall (1992) transforms t so that its skewness goes; alone it fails where the skewness is
    a matter of luck.
    """
    n = len(deviations)
    spread = float(np.std(deviations, ddof=1))
    if spread == 0.0:
        return value, value
    error, t = spread / math.sqrt(n), t_quantile(n - 1)
    centred = deviations - np.mean(deviations)
    skewness = float(np.mean(centred**3)) / spread**3 / math.sqrt(n)
    return (
        value - error * max(t, _unskewed(t, skewness)),
        value + error * max(t, -_unskewed(-t, skewness)),
    )


def _unskewed(t: float, skewness: float) -> float:
    """Return the inverse of Hall's cubic transformation; ``skewness`` is that of the mean."""
    if abs(skewness) < 1e-9:
        return t
    return 3.0 / skewness * (float(np.cbrt(1.0 + skewness * (t - skewness / 6.0))) - 1.0)


def _settled(value: float, low: float, high: float, n: int, material: float) -> Difference:
    """Return the difference, told whether it is settled, else how many futures would do it."""
    half = max(high - value, value - low)
    if low > 0.0 or high < 0.0 or half < material or half == 0.0:
        return Difference(value=value, low=low, high=high, n=n, is_settled=True)
    if not math.isfinite(half):
        return Difference(value=value, low=low, high=high, n=n, reason=BEYOND)
    to_zero = value - low if value > 0.0 else high - value
    share = max(abs(value) / to_zero, material / half)  # of the present half-width
    further = math.ceil(n * (share**-2 - 1.0)) if share > 1e-6 else MOST_FURTHER + 1
    if further > MOST_FURTHER:
        return Difference(value=value, low=low, high=high, n=n, reason=TOO_MANY)
    return Difference(value=value, low=low, high=high, n=n, further=max(1, further))


def _count_pairs(before: FloatArray | BoolArray, after: FloatArray | BoolArray) -> int:
    if len(before) != len(after):
        raise ValueError(f"{len(before)} and {len(after)} values cannot be paired")
    return len(before)
