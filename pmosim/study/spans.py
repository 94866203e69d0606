"""Spans: lengths of time and dates that a study is asked about, in the words of a scenario."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from pmosim.errors import InputError, Problem
from pmosim.scenario.amounts import AmissError, Measures, working_time

if TYPE_CHECKING:
    from pmosim.network.arrays import Network
    from pmosim.scenario import Scenario


def window_days(network: Network) -> int:
    """Return the working days of the planning window, the last one whole."""
    return -(-network.window_end // network.minutes_per_day)


def measures_of(scenario: Scenario) -> Measures:
    """Return what day, week and month are worth in a scenario."""
    calendar = scenario.organisation.calendar
    return Measures(
        minutes_per_day=calendar.minutes_per_day,
        week_days=len(calendar.workweek),
        month_days=Fraction(scenario.settings.month_days),
    )


def whole_days(scenario: Scenario, text: str, place: str, *, least: int = 1) -> int:
    """Return working time such as ``6w`` in whole working days of a scenario.

    Parameters
    ----------
    place : what the text is, for the message: an option or argument.
    least : the fewest days that make sense.

    Raises
    ------
    InputError
        If it is no working time, less than ``least``, or no whole number of days.
    """
    measures = measures_of(scenario)
    try:
        days = working_time(text, measures) / measures.minutes_per_day
    except AmissError as amiss:
        raise InputError(
            [Problem(place=place, code=amiss.code, text=f"is '{text}'; {amiss.said}")]
        ) from None
    if days.denominator != 1 or days < least:
        said = f"is '{text}'; it must be whole working days, {least} or more, such as 10d or 6w."
        raise InputError([Problem(place=place, code="PMO112", text=said)])
    return int(days)
