"""Intake: which waiting project is released next (model.md, section 5).

A policy sees what a manager could see (``Office``), holds no counters and draws no numbers. It
is asked again after every release until it answers None. Every policy releases the first project
of its order that passes; one that does not fit is skipped and waits.

Own policies follow the same contract (``Intake``); ``pmosim.policy.contract`` checks them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from pmosim.policy.gates import NO_GATES, Gates, Stage
from pmosim.policy.limits import is_within

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

OrderKind = Literal["request", "rank", "priority", "value", "due", "wsjf", "bottleneck"]
ORDERS: tuple[OrderKind, ...] = (
    "request",
    "rank",
    "priority",
    "value",
    "due",
    "wsjf",
    "bottleneck",
)
AGEING_ORDERS: tuple[OrderKind, ...] = ("value", "wsjf", "bottleneck")
PERIODS = ("month", "quarter", "year")
"""Periods of the calendar; ``10d`` (any number of working days) counts from day 0."""
_DAYS = re.compile(r"([1-9]\d*)d\Z")


def days_of_period(period: str) -> int | None:
    """Return the working days of a period such as ``10d``, None for one of the calendar.

    Raises ``ValueError`` if it is neither.
    """
    if period in PERIODS:
        return None
    days = _DAYS.match(period)
    if days is None:
        message = f"period is {period!r}; it must be month, quarter, year or days such as 10d"
        raise ValueError(message)
    return int(days[1])


class Office(Stage, Protocol):
    """What a policy may look at; projects are whole numbers that stay the same within a run."""

    @property
    def minute(self) -> int:
        """Working minutes since day 0."""

    @property
    def waiting(self) -> Sequence[int]:
        """Projects that have asked and may be released, first in the intake order first."""

    @property
    def active(self) -> Sequence[int]:
        """Released projects that have not ended, in order of release."""

    @property
    def released(self) -> Sequence[tuple[int, int]]:
        """(project, minute) of every release so far: the memory of a policy.

        Projects that run on day 0 stand in it with minute 0; ``was_running`` tells them apart.
        """

    def is_period_start(self, period: str) -> bool:
        """Return whether this minute begins a ``month``, ``quarter``, ``year`` or e.g. ``10d``.

        A period begins with its first working day; day 0 is always a start.
        """

    def period_number(self, period: str, minute: int) -> int:
        """Return the number of the period a minute lies in, counted from 0 for that of day 0."""

    def planned_work(self, project: int, role: str) -> float:
        """Planned person-days of a role in a project, without what was finished before day 0."""

    def open_work(self, role: str) -> float:
        """Planned person-days of released, unfinished tasks of a role, running ones in full."""

    def planned_cost(self, project: int) -> float:
        """Planned work x day rates + fixed cost, without what was finished before day 0."""

    def score(self, project: int, order: OrderKind) -> float:
        """Place of a project in an order: smaller is earlier."""

    def request_minute(self, project: int) -> int:
        """Minute at which the project asked."""

    def project_class(self, project: int) -> str:
        """Class of the project, empty if it has none."""

    def was_running(self, project: int) -> bool:
        """Return whether the project was active before the run began."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """How waiting projects are lined up. ``ageing`` is a share per month of waiting."""

    kind: OrderKind = "request"
    role: str | None = None
    of: Literal["npv", "cost_of_delay"] = "npv"
    ageing: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Interrupt:
    """Let a class of requests that find no place take that of a project at the end of a stage."""

    for_class: str


class Intake(Protocol):
    """The contract of an intake policy, also for those written by users.

    Four attributes may stand on the object, each with a default: ``order`` (an ``Order``) lines
    up ``office.waiting`` and ``gates`` (``Gates``) may stop projects; without them the scenario's
    hold. ``interrupt`` (an ``Interrupt``, None = never) sets projects aside at the end of a stage.
    ``asked_at`` says when the policy changes its mind although nothing has happened: a
    period such as ``month`` or ``10d``, None = never; without it, it is asked every morning, too.
    """

    def admit(self, office: Office) -> int | None:
        """Return one of ``office.waiting`` to release now, or None; asked again until None."""


@dataclass(frozen=True, kw_only=True)
class _Policy:
    """What all policies of a scenario file have in common."""

    order: Order = Order()
    gates: Gates = NO_GATES

    @property
    def asked_at(self) -> str | None:
        """Period at whose starts the answer changes by itself, None = never."""
        return None


@dataclass(frozen=True, kw_only=True)
class Open(_Policy):
    """Release every project when it asks."""

    def admit(self, office: Office) -> int | None:
        """Return the first waiting project."""
        return office.waiting[0] if office.waiting else None


@dataclass(frozen=True, kw_only=True)
class WipLimit(_Policy):
    """Release projects in order while fewer than ``max_active`` are active.

    With ``on_full="reject"`` a project that finds no place leaves for good.
    """

    max_active: int
    on_full: Literal["wait", "reject"] = "wait"
    interrupt: Interrupt | None = None

    def admit(self, office: Office) -> int | None:
        """Return the first waiting project while there is room under the limit."""
        has_room = len(office.active) < self.max_active
        return office.waiting[0] if has_room and office.waiting else None


@dataclass(frozen=True, kw_only=True)
class LoadLimit(_Policy):
    """Release projects while no role they use gets more open work than its norm.

    Workload control (Land and Gaalman 1996): released, unfinished planned work of a role plus
    the project's own must stay within the norm. A project larger than the norm is released when
    the role has no open work at all; it would wait for ever otherwise.
    """

    norm: Mapping[str, float]
    """Person-days by role; a role without a norm has no limit."""

    def admit(self, office: Office) -> int | None:
        """Return the first waiting project that fits under every norm."""
        loads = ((role, norm, office.open_work(role)) for role, norm in self.norm.items())
        busy = [(role, norm, load) for role, norm, load in loads if load > 0.0]
        busy.sort(key=lambda entry: entry[1] - entry[2])  # the tightest decides most often
        for project in office.waiting:
            for role, norm, load in busy:
                own = office.planned_work(project, role)
                if own > 0.0 and not is_within(load + own, norm):
                    break
            else:
                return project
        return None


@dataclass(frozen=True, kw_only=True)
class Budget(_Policy):
    """Release projects at period starts while their planned cost stays within the budget.

    What was running on day 0 is funded already. Projects with a start date or that are mandatory
    are released anyway and use up the budget of the period they start in; what they use beyond it
    is not carried over.
    """

    period: str
    """``month``, ``quarter``, ``year``, or working days from day 0 such as ``10d``."""
    amount: float
    """Money for each period; the first one begins on day 0 and has all of it."""
    carry_over: float = 0.0
    """Share of what is left at the end of a period that the next one may spend, too."""

    @property
    def asked_at(self) -> str | None:
        """The period."""
        return self.period

    def admit(self, office: Office) -> int | None:
        """Return the first waiting project that the rest of the budget pays for."""
        if not office.waiting or not office.is_period_start(self.period):
            return None
        left = self.left(office)
        return first(office.waiting, lambda project: is_within(office.planned_cost(project), left))

    def left(self, office: Office) -> float:
        """Return what is left of the budget of the present period, carried money included."""
        now = office.period_number(self.period, office.minute)
        spent: dict[int, float] = {}
        for project, minute in reversed(office.released):
            number = office.period_number(self.period, minute)
            if number < now and not self.carry_over:
                break
            if not office.was_running(project):
                spent[number] = spent.get(number, 0.0) + office.planned_cost(project)
        carried = 0.0
        for number in range(now):
            left = self.amount + carried - spent.get(number, 0.0)
            carried = self.carry_over * max(0.0, left)
        return self.amount + carried - spent.get(now, 0.0)


@dataclass(frozen=True, kw_only=True)
class Stagger(_Policy):
    """Release the next project when the open work of one role, the drum, is low enough.

    The pipeline of critical chain project management (Goldratt 1997): projects that use the drum
    start one after the other, at its pace; others start at once.
    """

    drum: str
    """Role."""
    buffer: float
    """Person-days of released, unfinished work of the drum, the candidate's not counted."""

    def admit(self, office: Office) -> int | None:
        """Return the first waiting project that the drum is ready for, or that does not use it."""
        if is_within(office.open_work(self.drum), self.buffer):
            return office.waiting[0] if office.waiting else None
        return first(office.waiting, lambda project: office.planned_work(project, self.drum) <= 0.0)


@dataclass(frozen=True, kw_only=True)
class Reserve(_Policy):
    """Keep places free for one class of projects (trunk reservation).

    Projects of ``for_class`` are released while fewer than ``max_active`` of any class are active,
    others while fewer than ``max_active - reserved`` are.
    """

    max_active: int
    reserved: int
    for_class: str
    on_full: Literal["wait", "reject"] = "wait"
    interrupt: Interrupt | None = None

    def admit(self, office: Office) -> int | None:
        """Return the first waiting project for which a place is free."""
        n_active = len(office.active)
        if n_active >= self.max_active:
            return None
        if n_active < self.max_active - self.reserved:
            return office.waiting[0] if office.waiting else None
        return first(
            office.waiting, lambda project: office.project_class(project) == self.for_class
        )


IntakeRule = Open | WipLimit | LoadLimit | Budget | Stagger | Reserve
"""The policies a scenario file can name."""


def first(projects: Sequence[int], passes: Callable[[int], bool]) -> int | None:
    """Return the first project that passes, None if none does."""
    return next((project for project in projects if passes(project)), None)
