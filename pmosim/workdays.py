"""Workdays: the one place where working time becomes dates and dates become working time.

The clock of a run counts whole working minutes of the organisation since day 0, the first working
day on or after ``as_of``; it stops for weekends and closures only (model.md, section 1). A finish
on a day boundary belongs to the day that ends, a start to the day that begins.

Not here: holidays and leave, which are absences of people, not of the organisation.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

DAYS_OF_A_WEEK = 7
MINUTES_OF_A_DAY = 24 * 60
LONGEST_GAP_DAYS = 3660
"""Closures that leave no working day for ten years are taken for a mistake."""


@dataclass(frozen=True, kw_only=True)
class WorkCalendar:
    """Working days of the organisation, numbered from ``as_of``; days before it are negative.

    Day 0 is the first working day on or after ``as_of``. ``workweek`` holds weekdays (Monday = 0)
    and is kept sorted; ``closures`` are single dates, kept sorted and without repetition.
    """

    as_of: date
    workweek: tuple[int, ...] = (0, 1, 2, 3, 4)
    minutes_per_day: int = 480
    closures: tuple[date, ...] = ()

    def __post_init__(self) -> None:
        """Sort the parts and refuse what is no calendar."""
        _check_workweek(self.workweek)
        _check_minutes(self.minutes_per_day)
        object.__setattr__(self, "workweek", tuple(sorted(set(self.workweek))))
        object.__setattr__(self, "closures", tuple(sorted(set(self.closures))))
        _origin(self.as_of, self.workweek, self.closures)

    def start_day(self, day: date) -> int:
        """Return the index of the first working day on or after ``day``."""
        return self._index(np.busday_offset(day, 0, roll="forward", busdaycal=self._days))

    def end_day(self, day: date) -> int:
        """Return the index of the last working day on or before ``day``."""
        return self._index(np.busday_offset(day, 0, roll="backward", busdaycal=self._days))

    def start_minute(self, day: date) -> int:
        """Return the minute at which ``day``, read as a start, begins."""
        return self.start_day(day) * self.minutes_per_day

    def end_minute(self, day: date) -> int:
        """Return the minute at which ``day``, read as an end, is over."""
        return (self.end_day(day) + 1) * self.minutes_per_day

    def date_of(self, day: int) -> date:
        """Return the date of a working day."""
        found = self.dates_of(day).item()
        if not isinstance(found, date):
            message = f"working day {day} lies outside the years 1 to 9999; shorten the time span"
            raise ValueError(message)  # noqa: TRY004 (numpy gives a number where no date exists)
        return found

    def dates_of(self, days: ArrayLike) -> NDArray[np.datetime64]:
        """Return the dates of working days as ``datetime64[D]``, in the shape of ``days``."""
        indices = np.asarray(days, dtype=np.int64)
        return np.asarray(np.busday_offset(self._day_0, indices, busdaycal=self._days))

    def to_date(self, day: float, *, start: bool = False) -> date:
        """Return the date of a moment given in working days since day 0.

        Parameters
        ----------
        day : working days as a float; 10.0 is the boundary between day 9 and day 10.
        start : read the moment as a start (the day that begins), else as a finish (that ends).
        """
        if not math.isfinite(day):
            message = f"day is {day}; only a finite number of working days has a date"
            raise ValueError(message)
        if start:
            return self.date_of(math.floor(day))
        return self.date_of(max(0, math.ceil(day) - 1))

    def calendar_days(self, minutes: ArrayLike) -> NDArray[np.float64]:
        """Return when finish minutes are, in calendar days after the morning of ``as_of``.

        The end of a working day is the end of that calendar day; minute 0 is 0.0. NaN (not
        finished) stays NaN, infinity stays infinity.
        """
        moments = np.asarray(minutes, dtype=np.float64)
        known = np.isfinite(moments)
        safe = np.where(known, moments, 0.0)
        days = np.where(safe == 0.0, 0.0, np.ceil(safe / self.minutes_per_day) - 1.0)
        since = (self.dates_of(days) - np.datetime64(self.as_of, "D")).astype(np.float64)
        part = (safe - days * self.minutes_per_day) / self.minutes_per_day
        result = np.where(safe == 0.0, 0.0, since + part)
        return np.where(known, result, moments)

    def month_bounds(self, n_days: int) -> list[tuple[str, int, int]]:
        """Return the calendar months that the working days 0 to ``n_days`` - 1 fall into.

        Each is (label ``2027-01``, first working day, working day after its last), so that the
        months join; the first begins at day 0, the last ends at ``n_days``. A month that is
        closed altogether is left out.
        """
        if n_days <= 0:
            return []
        months = self.dates_of(np.arange(n_days)).astype("datetime64[M]")
        labels, first_days = np.unique(months, return_index=True)
        end_days = [*first_days[1:].tolist(), n_days]
        return [
            (str(label), first, end)
            for label, first, end in zip(labels, first_days.tolist(), end_days, strict=True)
        ]

    def working_days_between(self, first: date, last: date) -> int:
        """Return the number of working days from ``first`` to ``last``, both included."""
        if last < first:
            return 0
        after = np.datetime64(last, "D") + 1
        return int(np.busday_count(first, after, busdaycal=self._days))

    def add_working_days(self, day: date, n: int) -> date:
        """Return the date ``n`` working days after ``day`` (before it where ``n`` is negative).

        A ``day`` that is no working day counts as the next one.
        """
        return self.date_of(self.start_day(day) + n)

    @property
    def _days(self) -> np.busdaycalendar:
        return _busdays(self.workweek, self.closures)

    @property
    def _day_0(self) -> np.datetime64:
        return _origin(self.as_of, self.workweek, self.closures)

    def _index(self, working_day: np.datetime64) -> int:
        if working_day >= self._day_0:
            return int(np.busday_count(self._day_0, working_day, busdaycal=self._days))
        return -int(np.busday_count(working_day, self._day_0, busdaycal=self._days))


def quarter_of(day: str) -> str:
    """Return the quarter of a month or day, ``2027-Q1`` of ``2027-03`` or ``2027-03-15``."""
    return f"{day[:4]}-Q{(int(day[5:7]) + 2) // 3}"


@lru_cache(maxsize=64)
def _busdays(workweek: tuple[int, ...], closures: tuple[date, ...]) -> np.busdaycalendar:
    # Kept beside the calendar, not in it: numpy's calendar can be neither compared nor pickled.
    mask = [weekday in workweek for weekday in range(DAYS_OF_A_WEEK)]
    return np.busdaycalendar(mask, np.array(closures, dtype="datetime64[D]"))


@lru_cache(maxsize=64)
def _origin(
    as_of: date, workweek: tuple[int, ...], closures: tuple[date, ...]
) -> np.datetime64[Any]:
    closed = set(closures)
    for n in range(LONGEST_GAP_DAYS):
        day = as_of + timedelta(days=n)
        if day.weekday() in workweek and day not in closed:
            return np.datetime64(day, "D")
    message = f"no working day follows {as_of} within ten years; shorten the closures"
    raise ValueError(message)


def _check_workweek(workweek: tuple[int, ...]) -> None:
    if not workweek:
        message = "workweek is empty; it needs at least one day, for example mon"
        raise ValueError(message)
    for weekday in workweek:
        if weekday not in range(DAYS_OF_A_WEEK):
            message = f"workweek has day {weekday}; days are 0 (Monday) to 6 (Sunday)"
            raise ValueError(message)


def _check_minutes(minutes: object) -> None:
    if isinstance(minutes, bool) or not isinstance(minutes, int):
        message = (
            f"minutes_per_day is {minutes!r}; a working day has a whole number of minutes: "
            "choose hours_per_day so that times 60 it is whole"
        )
        raise ValueError(message)  # noqa: TRY004 (the parser turns ValueError into a Problem)
    if not 0 < minutes <= MINUTES_OF_A_DAY:
        message = f"minutes_per_day is {minutes}; it must be from 1 to {MINUTES_OF_A_DAY}"
        raise ValueError(message)
