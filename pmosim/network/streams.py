"""Streams: the expected number of arrivals up to each minute, and how they cluster.

The rate says how many projects are expected in a year (or a working minute); season spreads a
calendar year over its months, trend lets the rate grow from day 0 (model.md, section 3).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from pmosim.network.arrays import StreamArrays
from pmosim.network.dates import as_end, as_start
from pmosim.network.frozen import floats, ints
from pmosim.scenario.portfolio import BOARDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pmosim.scenario.portfolio import Stream
    from pmosim.workdays import WorkCalendar

DAYS_A_YEAR = 365.25


@dataclass(frozen=True, kw_only=True)
class _Knots:
    """Where the cumulated expectation of a stream bends."""

    minute: list[int]
    expected: list[float]
    """Projects up to each minute."""
    month: tuple[str, ...] = ()
    whole_month: tuple[float, ...] = ()
    """Projects expected in the whole of each month."""


def compile_streams(
    streams: Sequence[Stream], calendar: WorkCalendar, window_end: int
) -> StreamArrays:
    """Return the cumulated expectation of each stream between its first and last day."""
    knots = [_knots(stream, calendar, window_end) for stream in streams]
    pairs = list(zip(streams, knots, strict=True))
    return StreamArrays(
        ids=tuple(stream.id for stream in streams),
        knot_minute=tuple(floats(found.minute) for found in knots),
        knot_expected=tuple(
            floats(number / stream.batch_size for number in found.expected)
            for stream, found in pairs
        ),
        month=tuple(found.month for found in knots),
        mixing_cv=tuple(floats(_mixing_cv(stream, found)) for stream, found in pairs),
        batch_size=ints(stream.batch_size for stream in streams),
        board=tuple(floats(_boards(stream, calendar, window_end)) for stream in streams),
        patience=tuple(stream.patience for stream in streams),
    )


def _knots(stream: Stream, calendar: WorkCalendar, window_end: int) -> _Knots:
    first = max(0, as_start(stream.arrives_from, calendar))
    last = window_end
    if stream.arrives_until is not None:
        last = max(0, min(last, as_end(stream.arrives_until, calendar)))
    first = min(first, last)
    if stream.season or stream.trend or stream.dispersion > stream.batch_size:
        return _month_knots(stream, first, last, calendar)
    if stream.per == "minute":
        return _Knots(minute=[first, last], expected=[0.0, stream.rate * (last - first)])
    return _year_knots(stream.rate, first, last, calendar)


def _year_knots(rate: float, first: int, last: int, calendar: WorkCalendar) -> _Knots:
    """Spread ``rate`` evenly over the working minutes of each calendar year."""
    year = calendar.date_of(first // calendar.minutes_per_day).year
    minutes, expected = [first], [0.0]
    while minutes[-1] < last:
        begin, end = _year_bounds(year, calendar)
        stop = min(end, last)
        if stop > minutes[-1]:
            expected.append(expected[-1] + rate * (stop - minutes[-1]) / (end - begin))
            minutes.append(stop)
        year += 1
    return _Knots(minute=minutes, expected=expected)


def _month_knots(stream: Stream, first: int, last: int, calendar: WorkCalendar) -> _Knots:
    """Spread the rate over the months of each year by season and trend."""
    minutes, expected, months, whole = [first], [0.0], [], []
    for begin, end, start in _months(first, last, calendar):
        stop = min(end, last)
        if stop <= minutes[-1]:
            continue
        density = _density(stream, start, calendar)
        number = density * (stop - minutes[-1])
        number *= _growth(stream, minutes[-1], stop, calendar)
        expected.append(expected[-1] + number)
        minutes.append(stop)
        months.append(f"{start:%Y-%m}")
        whole.append(density * (end - begin) * _growth(stream, begin, end, calendar))
    return _Knots(minute=minutes, expected=expected, month=tuple(months), whole_month=tuple(whole))


def _months(first: int, last: int, calendar: WorkCalendar) -> Iterator[tuple[int, int, date]]:
    """Yield (first minute, minute behind the last, first day) of the months between two minutes."""
    start = calendar.date_of(first // calendar.minutes_per_day).replace(day=1)
    while calendar.start_minute(start) < last:
        after = _months_later(start, 1)
        yield calendar.start_minute(start), calendar.start_minute(after), start
        start = after


def _density(stream: Stream, month: date, calendar: WorkCalendar) -> float:
    """Return projects per working minute of a month, before the trend.

    Season moves requests within a calendar year and leaves their number in it as it is.
    """
    begin, end = _year_bounds(month.year, calendar)
    density = stream.rate / (end - begin) if stream.per == "year" else stream.rate
    if not stream.season:
        return density
    starts = [calendar.start_minute(date(month.year, m, 1)) for m in range(1, 13)]
    lengths = np.diff([*starts, end])
    mean = float(np.dot(lengths, stream.season)) / (end - begin)
    return density * stream.season[month.month - 1] / mean


def _growth(stream: Stream, first: int, last: int, calendar: WorkCalendar) -> float:
    """Return the mean of (1 + trend) ** years between two minutes, 1 at day 0."""
    if not stream.trend or last <= first:
        return 1.0
    power = math.log1p(stream.trend)
    begin, end = (
        (calendar.date_of(minute // calendar.minutes_per_day) - calendar.as_of).days / DAYS_A_YEAR
        for minute in (first, last)
    )
    return (math.exp(power * end) - math.exp(power * begin)) / (power * (end - begin))


def _mixing_cv(stream: Stream, knots: _Knots) -> list[float]:
    """Return the spread of each month's gamma.

    With n batches a month expected and gamma-mixed, variance / mean of their number is
    1 + n cv ** 2 (negative binomial); of the projects it is ``batch_size`` times that.
    """
    excess = stream.dispersion / stream.batch_size - 1.0
    if excess <= 0.0:
        return []
    return [
        math.sqrt(excess * stream.batch_size / number) if number > 0.0 else 0.0
        for number in knots.whole_month
    ]


def _boards(stream: Stream, calendar: WorkCalendar, window_end: int) -> list[int]:
    """Return the minutes of the board dates up to the end of the window."""
    if not stream.batches:
        return []
    step = BOARDS[stream.batches]
    start = calendar.as_of.replace(day=1)
    start = start.replace(month=(start.month - 1) // step * step + 1)
    boards: list[int] = []
    while not boards or boards[-1] < window_end:
        boards.append(calendar.start_minute(start))
        start = _months_later(start, step)
    return [minute for minute in boards if 0 <= minute < window_end]


def _year_bounds(year: int, calendar: WorkCalendar) -> tuple[int, int]:
    return calendar.start_minute(date(year, 1, 1)), calendar.start_minute(date(year + 1, 1, 1))


def _months_later(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    return date(day.year + years, month + 1, 1)
