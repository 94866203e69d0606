"""Streams: the expected number of arrivals up to each minute (model.md, section 3)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from pmosim.network.arrays import StreamArrays
from pmosim.network.dates import as_end, as_start
from pmosim.network.frozen import floats

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pmosim.network.arrays import FloatArray
    from pmosim.scenario.portfolio import Stream
    from pmosim.workdays import WorkCalendar


def compile_streams(
    streams: Sequence[Stream], calendar: WorkCalendar, window_end: int
) -> StreamArrays:
    """Return the cumulated expectation of each stream between its first and last day."""
    knots = [_knots(stream, calendar, window_end) for stream in streams]
    return StreamArrays(
        ids=tuple(stream.id for stream in streams),
        knot_minute=tuple(minutes for minutes, _ in knots),
        knot_expected=tuple(expected for _, expected in knots),
    )


def _knots(
    stream: Stream, calendar: WorkCalendar, window_end: int
) -> tuple[FloatArray, FloatArray]:
    first = max(0, as_start(stream.arrives_from, calendar))
    last = window_end
    if stream.arrives_until is not None:
        last = max(0, min(last, as_end(stream.arrives_until, calendar)))
    first = min(first, last)
    if stream.per == "minute":
        minutes = [first, last]
        expected = [0.0, stream.rate * (last - first)]
    else:
        minutes, expected = _year_knots(stream.rate, first, last, calendar)
    return floats(minutes), floats(expected)


def _year_knots(
    rate: float, first: int, last: int, calendar: WorkCalendar
) -> tuple[list[int], list[float]]:
    """Spread ``rate`` evenly over the working minutes of each calendar year."""
    year = calendar.date_of(first // calendar.minutes_per_day).year
    minutes, expected = [first], [0.0]
    while minutes[-1] < last:
        begin, end = (
            calendar.start_minute(date(year, 1, 1)),
            calendar.start_minute(date(year + 1, 1, 1)),
        )
        stop = min(end, last)
        if stop > minutes[-1]:
            expected.append(expected[-1] + rate * (stop - minutes[-1]) / (end - begin))
            minutes.append(stop)
        year += 1
    return minutes, expected


def arrival_minutes(cumulated: FloatArray, minutes: FloatArray, expected: FloatArray) -> FloatArray:
    """Return the time at which the expectation reaches each value; inf beyond the last knot.

    The inverse of the cumulated rate turns a unit Poisson process into the stream's own.
    """
    if expected[-1] <= 0:
        return np.full(cumulated.shape, np.inf)
    return np.interp(cumulated, expected, minutes, right=np.inf)
