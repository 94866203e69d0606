"""Scales: where a date or an amount stands between two edges, and which values are written there.

In: the values to be shown. Out: TimeScale, AmountScale. Not here: points on a sheet (``figures``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from pmosim.forecast.wording import MONTHS

if TYPE_CHECKING:
    from collections.abc import Sequence

MONTH_STEPS = (1, 3, 6, 12, 24, 60, 120)
LEAST_SPAN = 60
"""Days from edge to edge at least."""


@dataclass(frozen=True, kw_only=True)
class TimeScale:
    """The dates at the edges."""

    first: date
    last: date

    @classmethod
    def over(cls, days: Sequence[date]) -> TimeScale:
        """Return the scale from the first of a month on that shows all these days."""
        first, last = min(days).replace(day=1), max(days)
        span = max(LEAST_SPAN, (last - first).days)
        return cls(first=first, last=first + timedelta(days=span + span // 40 + 3))

    def part(self, day: date) -> float:
        """Return the place of a day between the edges, 0 to 1."""
        return min(1.0, max(0.0, (day - self.first).days / (self.last - self.first).days))

    def ticks(self, most: int = 15) -> list[tuple[date, str]]:
        """Return first days of months, quarters or years with their labels, about so many."""
        months = (self.last - self.first).days / 30.4
        step = next((step for step in MONTH_STEPS if months / step <= most), MONTH_STEPS[-1])
        ticks: list[tuple[date, str]] = []
        year, month = self.first.year, self.first.month
        while (day := date(year, month, 1)) <= self.last:
            if step <= 12 and (month - 1) % step == 0:
                name = MONTHS[month - 1][:3]
                if step == 12:
                    name = str(year)
                elif month == 1 or not ticks:
                    name = f"{name} {year}"
                ticks.append((day, name))
            elif step > 12 and month == 1 and year % (step // 12) == 0:
                ticks.append((day, str(year)))
            year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        return ticks


@dataclass(frozen=True, kw_only=True)
class AmountScale:
    """The amounts at the edges, both round."""

    low: float
    high: float
    step: float

    @classmethod
    def over(cls, amounts: Sequence[float], most: int = 5) -> AmountScale:
        """Return the scale with round edges that shows all these amounts."""
        low, high = min(amounts), max(amounts)
        if high - low < 1e-9 * max(1.0, abs(high)):
            low, high = low - 0.5 * max(1.0, abs(low)), high + 0.5 * max(1.0, abs(high))
        step = _round_step((high - low) / most)
        return cls(low=math.floor(low / step) * step, high=math.ceil(high / step) * step, step=step)

    def part(self, amount: float) -> float:
        """Return the place of an amount between the edges, 0 to 1."""
        return min(1.0, max(0.0, (amount - self.low) / (self.high - self.low)))

    def ticks(self) -> list[float]:
        """Return the round amounts from edge to edge."""
        n = round((self.high - self.low) / self.step)
        return [self.low + self.step * k for k in range(n + 1)]


def _round_step(rough: float) -> float:
    """Return the first of 1, 2, 5, 10, 20, 50 ... that is not below; below 1 likewise."""
    power = 10.0 ** math.floor(math.log10(rough))
    return next(
        (power * part for part in (1.0, 2.0, 5.0) if power * part >= rough * 0.999), 10 * power
    )
