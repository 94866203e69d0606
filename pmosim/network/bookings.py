"""Bookings: who is booked for which project becomes minutes and rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmosim.network.arrays import NONE, BookingArrays
from pmosim.network.dates import as_end, as_start
from pmosim.network.frozen import flags, ints

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pmosim.scenario.portfolio import Booking
    from pmosim.workdays import WorkCalendar


def compile_bookings(
    bookings: Sequence[Booking],
    people: Sequence[str],
    projects: Sequence[str],
    calendar: WorkCalendar,
) -> BookingArrays | None:
    """Return the bookings that are not over before day 0, None if there are none."""
    person_at = {name: n for n, name in enumerate(people)}
    project_at = {name: p for p, name in enumerate(projects)}
    rows = [
        (
            person_at[booking.person],
            project_at[booking.project],
            booking.share,
            max(0, as_start(booking.first, calendar)),
            as_end(booking.last, calendar),
            booking.on_overrun == "extend",
        )
        for booking in bookings
    ]
    rows = [row for row in rows if row[4] == NONE or row[3] < row[4]]
    if not rows:
        return None
    person, project, share, start, until, is_extended = zip(*rows, strict=True)
    return BookingArrays(
        person=ints(person),
        project=ints(project),
        share=ints(share),
        start=ints(start),
        until=ints(until),
        is_extended=flags(is_extended),
    )
