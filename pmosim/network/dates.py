"""Dates: a date of the scenario becomes a minute, as a start or as an end; NONE for none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmosim.network.arrays import NONE

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from pmosim.workdays import WorkCalendar


def as_start(day: date | None, calendar: WorkCalendar) -> int:
    """Return the first minute of the day, of the next working day if it is none; at least 0."""
    return NONE if day is None else max(0, calendar.start_minute(day))


def as_past_start(day: date | None, calendar: WorkCalendar) -> int:
    """Return the first minute of the day, which may lie before day 0; NONE for none."""
    return NONE if day is None else calendar.start_minute(day)


def as_end(day: date | int | None, calendar: WorkCalendar, arrival: int = NONE) -> int:
    """Return the minute at which the day ends; it may lie before day 0.

    A number of minutes counts from ``arrival``; it stays a number of minutes where that is NONE.
    """
    if day is None:
        return NONE
    if isinstance(day, int):
        return day if arrival == NONE else arrival + day
    return calendar.end_minute(day)


def as_span(first: date, last: date, calendar: WorkCalendar) -> tuple[int, int]:
    """Return [from, until) minutes of a range of days, its part before day 0 cut off."""
    return max(0, calendar.start_minute(first)), max(0, calendar.end_minute(last))


def joined(spans: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Return [from, until) spans disjoint and sorted; empty ones are left out."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if end <= start:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
