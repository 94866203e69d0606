"""Changes: who leaves by chance, who comes after, and how newcomers learn, as arrays.

In: people of a scenario. Out: ``ChangeArrays``, or None where nobody says anything of it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pmosim.network.arrays import NONE, AwayArrays, ChangeArrays
from pmosim.network.dates import as_span, joined
from pmosim.network.frozen import flags, floats, ints
from pmosim.scenario.organisation import Change, WhenAway

if TYPE_CHECKING:
    from datetime import date

    from pmosim.scenario.organisation import Organisation, Person
    from pmosim.workdays import WorkCalendar


def compile_changes(organisation: Organisation, year_minutes: int) -> ChangeArrays | None:
    """Return the arrays of all individuals in file order.

    Parameters
    ----------
    year_minutes : working minutes of the 365 days from day 0: P(leaves within them) is as stated.
    """
    people, calendar = organisation.people, organisation.calendar
    terms = [person.change for person in people]
    if all(change == Change() for change in terms):
        return None
    holidays = {
        place.id: joined(as_span(day, day, calendar) for day in place.holidays)
        for place in organisation.places
    }
    ramps = [change.ramp for change in terms]
    mentors = [change.mentor for change in terms]
    overlaps = [change.overlap for change in terms]
    return ChangeArrays(
        hazard=floats(-math.log1p(-change.turnover) / year_minutes for change in terms),
        time_to_hire=tuple(change.time_to_hire for change in terms),
        hand_over=tuple(change.hand_over for change in terms),
        overlap_lasts=ints(overlap.lasts if overlap else 0 for overlap in overlaps),
        overlap_saves=ints(overlap.saves if overlap else 0 for overlap in overlaps),
        overlap_notice=ints(overlap.notice if overlap else 0 for overlap in overlaps),
        ramp_start=ints(ramp.start if ramp else 0 for ramp in ramps),
        ramp_lasts=ints(ramp.lasts if ramp else 0 for ramp in ramps),
        mentor_share=ints(mentor.share if mentor else 0 for mentor in mentors),
        mentor_shortens=ints(mentor.shortens if mentor else 0 for mentor in mentors),
        mentor_most=ints(mentor.most if mentor else 0 for mentor in mentors),
        holidays=tuple(holidays.get(person.place or "", ()) for person in people),
    )


def compile_away(organisation: Organisation) -> AwayArrays | None:
    """Return what becomes of work in hand, of all individuals in file order."""
    people, calendar = organisation.people, organisation.calendar
    answers = [person.when_away for person in people]
    if all(answer == WhenAway() for answer in answers):
        return None
    spans = [leave_spans(person, calendar) for person in people]
    return AwayArrays(
        handed_leave=tuple(
            tuple(start for start, end in of if end - start >= answer.leave_least)
            if answer.leave == "hand_over"
            else ()
            for of, answer in zip(spans, answers, strict=True)
        ),
        ill_least=ints(
            answer.sickness_least if answer.sickness == "hand_over" else NONE for answer in answers
        ),
        own_leave=tuple(
            of if answer.leave == "finish" else ()
            for of, answer in zip(spans, answers, strict=True)
        ),
        finishes=flags(answer.leaving == "finish" for answer in answers),
    )


def leave_spans(person: Person, calendar: WorkCalendar) -> tuple[tuple[int, int], ...]:
    """Return the minutes of leave with dates of one person."""
    return joined(as_span(first, last, calendar) for first, last in leave_of(person))


def leave_of(person: Person) -> tuple[tuple[date, date], ...]:
    """Return the leave of one person; who stays beyond the last day has none planned there."""
    until = person.employed_until
    if until is None or person.when_away.leaving != "finish":
        return person.leave
    return tuple((first, min(last, until)) for first, last in person.leave if first <= until)
