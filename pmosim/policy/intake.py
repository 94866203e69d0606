"""Intake: which waiting project is released next (model.md, section 5).

A policy sees what a manager could see (``Office``), holds no counters and draws no numbers. It
is asked again after every release until it answers None.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

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


class Office(Protocol):
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
        """(project, minute) of every release so far: the memory of a policy."""

    def is_period_start(self, period: str) -> bool:
        """Return whether this minute begins a ``month``, ``quarter``, ``year`` or e.g. ``10d``."""

    def planned_work(self, project: int, role: str) -> float:
        """Planned person-days of a role in a project."""

    def open_work(self, role: str) -> float:
        """Planned person-days of released, unfinished tasks of a role, running ones in full."""

    def planned_cost(self, project: int) -> float:
        """Planned work x day rates + fixed cost."""

    def score(self, project: int, order: OrderKind) -> float:
        """Place of a project in an order: smaller is earlier."""

    def request_minute(self, project: int) -> int:
        """Minute at which the project asked."""

    def project_class(self, project: int) -> str:
        """Class of the project, empty if it has none."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """How waiting projects are lined up. ``ageing`` is a share per month of waiting."""

    kind: OrderKind = "request"
    role: str | None = None
    of: Literal["npv", "cost_of_delay"] = "npv"
    ageing: float = 0.0


class Intake(Protocol):
    """The contract of an intake policy, also for those written by users."""

    def admit(self, office: Office) -> int | None:
        """Return one of ``office.waiting`` to release now, or None; asked again until None."""


@dataclass(frozen=True, kw_only=True)
class Open:
    """Release every project when it asks."""

    order: Order = Order()

    def admit(self, office: Office) -> int | None:
        """Return the first waiting project."""
        return office.waiting[0] if office.waiting else None


@dataclass(frozen=True, kw_only=True)
class WipLimit:
    """Release projects in order while fewer than ``max_active`` are active.

    With ``on_full="reject"`` a project that finds no place leaves for good.
    """

    max_active: int
    on_full: Literal["wait", "reject"] = "wait"
    order: Order = Order()

    def admit(self, office: Office) -> int | None:
        """Return the first waiting project while there is room under the limit."""
        has_room = len(office.active) < self.max_active
        return office.waiting[0] if has_room and office.waiting else None


IntakeRule = Open | WipLimit
"""The policies a scenario file can name."""
