"""Periods: months, quarters, years and spans of working days, as minutes of a run.

A period of the calendar begins with its first working day, the first one on day 0; ``10d`` and
the like are counted from day 0. One that has no working day does not exist.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from pmosim.policy.intake import days_of_period

if TYPE_CHECKING:
    from pmosim.workdays import WorkCalendar

PERIOD_MONTHS = {"month": 1, "quarter": 3, "year": 12}


@lru_cache(maxsize=64)
def period_starts(calendar: WorkCalendar, period: str, n_days: int) -> tuple[int, ...]:
    """Return the minutes at which periods begin within the working days 0 to ``n_days`` - 1.

    Raises ``ValueError`` if ``period`` is neither month, quarter, year nor days such as ``10d``.
    """
    days = days_of_period(period)
    if days is not None:
        starts = np.arange(0, max(n_days, 1), days)
    else:
        dates = calendar.dates_of(np.arange(max(n_days, 1)))
        number = dates.astype("datetime64[M]").astype(np.int64) // PERIOD_MONTHS[period]
        starts = np.flatnonzero(np.diff(number, prepend=number[0] - 1))
    return tuple((starts * calendar.minutes_per_day).tolist())


def period_at(starts: tuple[int, ...], minute: int) -> int:
    """Return the number of the period a minute lies in, from 0."""
    return bisect_right(starts, minute) - 1
