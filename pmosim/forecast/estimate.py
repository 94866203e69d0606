"""Estimate: a number computed from futures, with its Monte Carlo error.

In: one value per future. Out: Estimate, or FinishEstimate where the number is a date.
Not here: which values; that is said by ``finish``, ``cost``, ``returns`` and ``bottleneck``.

All intervals are 95 %: order statistics for quantiles (David and Nagaraja 2003, chapter 7), Wilson
for probabilities (Brown, Cai and DasGupta 2001), Student's t for means, the linearised t for
ratios of means. They hold the error of the simulation only, not that of the plan.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from pmosim.forecast.wording import AFTER_WINDOW, MONTHS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from numpy.typing import NDArray

    from pmosim.network.arrays import BoolArray, FloatArray
    from pmosim.workdays import WorkCalendar

    Json = dict[str, Any]

TAIL = 0.025
NORMAL_QUANTILE = 1.959963984540054
"""Of 1 - TAIL."""
TOLERATED_SHARE = 0.01
"""Means are not given above this share of futures without a value (model.md, section 8)."""


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A number with its 95 % Monte Carlo interval.

    ``inf`` means after the horizon, ``-inf`` below every value (an NPV that is not known yet); NaN
    means that there is no number, and ``reason`` may say why. Of a single future there is no
    interval. An interval of fewer futures than its order statistics need ends at the extremes.
    """

    value: float
    low: float = math.nan
    high: float = math.nan
    n: int
    """Number of futures it is taken from."""
    reason: str = ""

    @property
    def is_known(self) -> bool:
        """Whether there is a finite number."""
        return math.isfinite(self.value)

    def __str__(self) -> str:
        """Return ``0.62 (0.59 to 0.65)``."""
        if self.value == math.inf:
            return AFTER_WINDOW
        if not self.is_known:
            return f"not known: {self.reason}" if self.reason else "not known"
        if math.isnan(self.low):
            return f"{self.value:.4g}"
        high = AFTER_WINDOW if self.high == math.inf else f"{self.high:.4g}"
        return f"{self.value:.4g} ({self.low:.4g} to {high})"

    def to_json(self) -> Json:
        """Return ``{value, low, high}``; null comes with ``after_horizon`` or a ``reason``.

        ``high`` alone is null where the interval reaches beyond the horizon.
        """
        return _json(
            _finite(self.value),
            _finite(self.low),
            _finite(self.high),
            is_after=self.value == math.inf,
            reason=self.reason,
        )


@dataclass(frozen=True, kw_only=True)
class FinishEstimate:
    """The date by which a share ``level`` of the futures is finished."""

    level: float
    day: Estimate
    """The same in working days since day 0, ``inf`` = after the planning window."""
    value: date | None
    """None = after the planning window, or not known."""
    low: date | None
    high: date | None
    """None = the interval reaches beyond the planning window."""

    def __str__(self) -> str:
        """Return ``2026-09-14 (11 to 18 September)``."""
        if self.day.value == math.inf:
            since = f" (not before {_day_in_words(self.low, None)})" if self.low else ""
            return f"{AFTER_WINDOW}{since}"
        if self.value is None:
            return str(self.day)
        if self.low is None:
            return f"{self.value}"
        if self.high is None:
            return f"{self.value} ({_day_in_words(self.low, self.value)} or later)"
        if self.low == self.high:
            return f"{self.value} ({_day_in_words(self.low, self.value)})"
        return f"{self.value} ({_span_in_words(self.low, self.high, self.value)})"

    def to_json(self) -> Json:
        """Return ``{value, low, high}`` as ISO dates."""
        return _json(
            *(
                None if day is None else day.isoformat()
                for day in (self.value, self.low, self.high)
            ),
            is_after=self.day.value == math.inf,
            reason=self.day.reason,
        )


def unknown(reason: str = "", n: int = 0) -> Estimate:
    """Return the estimate of something that is not known, or was not asked (no reason)."""
    return Estimate(value=math.nan, n=n, reason=reason)


def known(value: float, n: int) -> Estimate:
    """Return a number that every future shares."""
    return Estimate(value=value, low=value, high=value, n=n)


def quantile(values: FloatArray, level: float) -> Estimate:
    """Return the smallest value that at least a share ``level`` of the values does not exceed.

    Parameters
    ----------
    values : one per future; ``inf`` and ``-inf`` are ranked, NaN is refused.
    level : strictly between 0 and 1; 0.8 is "P80".
    """
    return quantiles(values, [level])[0]


def quantiles(values: FloatArray, levels: Sequence[float]) -> list[Estimate]:
    """Return ``quantile`` at several levels."""
    n = len(values)
    if n == 0:
        return [unknown("no future has a value") for _ in levels]
    ordered = np.sort(values)
    if math.isnan(ordered[-1]):
        raise ValueError("values hold NaN; say inf (later than all) or -inf (below all)")
    result = []
    for level in levels:
        place, low, high = order_ranks(n, level)
        has_interval = n > 1
        result.append(
            Estimate(
                value=float(ordered[place - 1]),
                low=float(ordered[low - 1]) if has_interval else math.nan,
                high=float(ordered[high - 1]) if has_interval else math.nan,
                n=n,
            )
        )
    return result


def order_statistics(values: FloatArray, levels: Sequence[float]) -> FloatArray:
    """Return ``quantile`` at several levels without intervals, e.g. for the curve of a chart.

    Parameters
    ----------
    values : one per future, at least one; ``inf`` and ``-inf`` are ranked, NaN is refused.
    """
    ordered = np.sort(values)
    if math.isnan(ordered[-1]):
        raise ValueError("values hold NaN; say inf (later than all) or -inf (below all)")
    places = [_place(len(values), level) for level in levels]
    return np.asarray(ordered[np.array(places) - 1], dtype=np.float64)


def mean(values: FloatArray) -> Estimate:
    """Return the mean of finite values with the interval of Student's t."""
    n = len(values)
    if n == 0:
        return unknown("no future has a value")
    centre = float(np.mean(values))
    if n == 1:
        return Estimate(value=centre, n=n)
    half = t_quantile(n - 1) * float(np.std(values, ddof=1)) / math.sqrt(n)
    return Estimate(value=centre, low=centre - half, high=centre + half, n=n)


def mean_of_known(values: FloatArray, reason: str) -> Estimate:
    """Return the mean of the finite values, none if more than 1 % are not finite.

    ``reason`` says what is wrong with the others; it is put behind their number.
    """
    is_known = np.isfinite(values)
    n_other = int(len(values) - is_known.sum())
    if n_other > TOLERATED_SHARE * len(values):
        return unknown(f"{n_other} of {len(values)} futures {reason}", n=len(values))
    return mean(values[is_known])


def probability(events: BoolArray) -> Estimate:
    """Return the share of futures in which something happens, with Wilson's interval."""
    n = len(events)
    if n == 0:
        return unknown("it exists in no future")
    share = int(np.count_nonzero(events)) / n
    square = NORMAL_QUANTILE**2
    centre = (share + square / (2 * n)) / (1 + square / n)
    spread = math.sqrt(share * (1 - share) / n + square / (4 * n * n))
    half = NORMAL_QUANTILE * spread / (1 + square / n)
    # In exact arithmetic the interval holds the share; at 0 and 1 it touches it.
    return Estimate(
        value=share,
        low=max(0.0, min(share, centre - half)),
        high=min(1.0, max(share, centre + half)),
        n=n,
    )


def complement(chance: Estimate) -> Estimate:
    """Return the chance of the opposite; the ends of the interval change places."""
    return Estimate(
        value=1.0 - chance.value,
        low=1.0 - chance.high,
        high=1.0 - chance.low,
        n=chance.n,
        reason=chance.reason,
    )


def ratio(numerators: FloatArray, denominators: FloatArray, reason: str) -> Estimate:
    """Return sum / sum over futures, e.g. days waited per project, with a linearised interval.

    ``reason`` says why there is none where the denominators are all 0.
    """
    n = len(numerators)
    total = float(np.sum(denominators))
    if n == 0 or total == 0.0:
        return unknown(reason, n=n)
    value = float(np.sum(numerators)) / total
    if n == 1:
        return Estimate(value=value, n=n)
    residuals = (numerators - value * denominators) / (total / n)
    half = t_quantile(n - 1) * float(np.std(residuals, ddof=1)) / math.sqrt(n)
    return Estimate(value=value, low=value - half, high=value + half, n=n)


def on_calendar(
    day: Estimate, level: float, calendar: WorkCalendar, *, start: bool = False
) -> FinishEstimate:
    """Return a quantile of days as dates; a finish is the day that ends, a start that begins."""
    dates = (
        calendar.to_date(moment, start=start) if math.isfinite(moment) else None
        for moment in (day.value, day.low, day.high)
    )
    value, low, high = dates
    return FinishEstimate(level=level, day=day, value=value, low=low, high=high)


@lru_cache(maxsize=256)
def order_ranks(n: int, level: float) -> tuple[int, int, int]:
    """Return the rank of a quantile, and those that enclose it in 95 of 100 samples of n.

    With B ~ Bin(n, level), P(X_(l) <= q <= X_(u)) >= P(l <= B < u); l is the largest and u the
    smallest that leave out at most 2.5 % each. Ranks beyond the sample become its extremes.
    """
    if not 0.0 < level < 1.0:
        raise ValueError(f"level is {level}; it must lie between 0 and 1, for example 0.8")
    from scipy.special import bdtr

    place = _place(n, level)
    below: NDArray[np.float64] = bdtr(np.arange(n + 1, dtype=np.float64), n, level)
    low = int(np.searchsorted(below, TAIL, side="left"))
    high = int(np.searchsorted(below, 1.0 - TAIL, side="left")) + 1
    return place, min(max(1, low), place), max(min(n, high), place)


def _place(n: int, level: float) -> int:
    """Return the rank (from 1) of the smallest of n values that a share ``level`` reaches."""
    # Rounded before it is raised, else 0.07 * 100 = 7.000000000000001 asks for the 8th.
    return max(1, math.ceil(round(n * level, 9)))


@lru_cache(maxsize=256)
def t_quantile(degrees: int) -> float:
    """Return the quantile of Student's t that leaves TAIL above it."""
    from scipy.special import stdtrit

    return float(stdtrit(degrees, 1.0 - TAIL))


def _json(
    value: object, low: object, high: object, *, is_after: bool = False, reason: str = ""
) -> Json:
    result: Json = {"value": value, "low": low, "high": high}
    if is_after:
        result["after_horizon"] = True
    if reason:
        result["reason"] = reason
    return result


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _day_in_words(day: date, beside: date | None) -> str:
    """Return ``11 September``, with the year unless it is that of the date beside it."""
    year = "" if beside is not None and beside.year == day.year else f" {day.year}"
    return f"{day.day} {MONTHS[day.month - 1]}{year}"


def _span_in_words(low: date, high: date, beside: date) -> str:
    if low.year != high.year:
        return f"{_day_in_words(low, None)} to {_day_in_words(high, None)}"
    if low.month != high.month:
        begin = f"{low.day} {MONTHS[low.month - 1]}"
        return f"{begin} to {_day_in_words(high, beside)}"
    return f"{low.day} to {_day_in_words(high, beside)}"
