"""Organisation: who offers work, where and when.

Every default is filled in here (a person's own value wins over the role's), a ``headcount`` is
spelled out into individuals, holidays are frozen dates. Factors are whole billionths (``units``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pmosim.units import WHOLE

if TYPE_CHECKING:
    from datetime import date

    from pmosim.distributions import Law
    from pmosim.workdays import WorkCalendar

Kind = Literal["internal", "contractor"]


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where people work; ``holidays`` are absences of the people there."""

    id: str
    holidays: tuple[date, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Role:
    """A kind of work people do."""

    id: str
    day_rate: float = 0.0
    bau: int = 0
    kind: Kind = "internal"
    max_parallel: int = WHOLE
    focus: tuple[int, ...] = (WHOLE,)


@dataclass(frozen=True, kw_only=True)
class Ramp:
    """How a newcomer becomes as fast as the others: in a straight line."""

    start: int
    """Progress on the first morning, billionths of full speed."""
    lasts: int
    """Working minutes to full speed."""


@dataclass(frozen=True, kw_only=True)
class Mentor:
    """What one of the same role gives up while a newcomer ramps up, and what that is good for."""

    share: int
    """Of the mentor's attention, billionths."""
    shortens: int
    """Part of the ramp that is saved, billionths."""
    most: int = 1
    """Newcomers that one person mentors at a time."""


@dataclass(frozen=True, kw_only=True)
class Overlap:
    """Time that a successor has with somebody whose departure is known."""

    lasts: int
    """Working minutes before the departure."""
    saves: int
    """Part of the hand-over loss that each day of the successor's attention takes away."""
    notice: int = 0
    """Working minutes for which a departure by chance is known before; 0 = it is not."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """What happens when somebody goes, and when somebody is new; neutral by default."""

    turnover: float = 0.0
    """P(leaves within a calendar year), the hazard being constant."""
    time_to_hire: Law | None = None
    """Working minutes from the last day of a leaver to the first day of who comes in the place;
    None = nobody comes."""
    hand_over: Law | None = None
    """Person-minutes added to each effort task in hand when somebody leaves; None = nothing."""
    overlap: Overlap | None = None
    """None = successors come when the leavers have gone."""
    ramp: Ramp | None = None
    """None = newcomers are at full speed."""
    mentor: Mentor | None = None
    """None = nobody mentors."""


@dataclass(frozen=True, kw_only=True)
class Learning:
    """How somebody becomes as fast as the others at a kind of work: in a straight line."""

    start: int
    """Progress at work of a kind never done before, billionths."""
    practice: int
    """Attention to full speed, billionths of person-minutes."""


@dataclass(frozen=True, kw_only=True)
class Growth:
    """How the proficiency in a role grows with work in it: in a straight line."""

    to: int
    """Proficiency in the end, billionths."""
    practice: int
    """Attention until then, billionths of person-minutes."""


Then = Literal["pause", "hand_over", "finish"]


@dataclass(frozen=True, kw_only=True)
class WhenAway:
    """What becomes of the work in hand of somebody who goes away, by cause."""

    leave: Then = "pause"
    leave_least: int = 0
    """Working minutes of leave from which on its work is handed over."""
    sickness: Then = "pause"
    sickness_least: int = 0
    """Working minutes of illness after which the work is handed over."""
    leaving: Then = "hand_over"


@dataclass(frozen=True, kw_only=True)
class Training:
    """A further role that somebody is trained in for a time."""

    role: str
    begins: date | None
    """First day; None = day 0."""
    lasts: int
    """Working minutes."""
    share: int
    """Of the person's attention, billionths."""
    proficiency: int
    """When it ends, billionths."""
    growth: Growth | None = None
    """With practice, after it."""


@dataclass(frozen=True, kw_only=True)
class Person:
    """One individual. ``skills`` are (role, proficiency in billionths) beside the home role."""

    id: str
    role: str
    skills: tuple[tuple[str, int], ...] = ()
    fte: int = WHOLE
    bau: int = 0
    absence: int = 0
    """Share of the time that leave without dates takes, spread evenly."""
    sickness: float = 0.0
    """Expected share of the time at work that spells of sickness take."""
    spell: Law | None = None
    """Working minutes that a spell lasts; None = never ill."""
    max_parallel: int = WHOLE
    focus: tuple[int, ...] = (WHOLE,)
    day_rate: float = 0.0
    kind: Kind = "internal"
    place: str | None = None
    """None = the file names no places."""
    employed_from: date | None = None
    """First day; None = before day 0."""
    employed_until: date | None = None
    """Last day, included; None = stays."""
    leave: tuple[tuple[date, date], ...] = ()
    """Ranges of days, both ends included."""
    change: Change = Change()
    when_away: WhenAway = WhenAway()
    learning: Learning | None = None
    """None = at full speed at every kind of work."""
    experience: tuple[tuple[str, int], ...] = ()
    """(kind of work, attention given before day 0 in billionths of person-minutes)."""
    growth: tuple[tuple[str, Growth], ...] = ()
    """Of each skill that grows with practice."""
    training: tuple[Training, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Organisation:
    """Calendar, places, roles and people, in the order of the file."""

    calendar: WorkCalendar
    places: tuple[Place, ...] = ()
    roles: tuple[Role, ...] = ()
    people: tuple[Person, ...] = ()
