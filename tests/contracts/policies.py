"""Policies that the contract is tried on: built-in ones, one of a user's, and broken ones."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pmosim.policy.gates import Gates
from pmosim.policy.intake import (
    Budget,
    Intake,
    LoadLimit,
    Open,
    Order,
    Reserve,
    Stagger,
    WipLimit,
)
from pmosim.policy.limits import is_within

if TYPE_CHECKING:
    from pmosim.policy.dispatch import ReadyTask
    from pmosim.policy.intake import Office

ROLES = {"r1": 12.0, "r2": 30.0}
MANY = 10**6

BUILT_IN: dict[str, Intake] = {
    "open": Open(),
    "open, gates": Open(gates=Gates(stop=True, role="r1", shadow_price=500.0, compliance=0.5)),
    "wip_limit": WipLimit(max_active=2, order=Order(kind="rank")),
    "wip_limit, reject": WipLimit(max_active=3, on_full="reject"),
    "load_limit": LoadLimit(norm=ROLES),
    "load_limit, none": LoadLimit(norm={}),
    "budget": Budget(period="month", amount=120_000.0),
    "budget, carried over": Budget(period="10d", amount=60_000.0, carry_over=0.5),
    "stagger": Stagger(drum="r1", buffer=8.0, order=Order(kind="value", ageing=0.05)),
    "reserve": Reserve(max_active=3, reserved=1, for_class="urgent"),
}

NEUTRAL: dict[str, Intake] = {
    "wip_limit": WipLimit(max_active=MANY),
    "wip_limit, reject": WipLimit(max_active=MANY, on_full="reject"),
    "load_limit, none": LoadLimit(norm={}),
    "load_limit": LoadLimit(norm=dict.fromkeys(ROLES, 1e9)),
    "stagger": Stagger(drum="r1", buffer=1e9),
    "reserve": Reserve(max_active=MANY, reserved=0, for_class="urgent"),
    "reserve, kept in vain": Reserve(max_active=MANY, reserved=3, for_class="urgent"),
    "gates off": Open(gates=Gates(stop=False, role="r1", shadow_price=1e9)),
    "gates that nobody obeys": Open(gates=Gates(stop=True, compliance=0.0)),
}
"""Settings at which a policy is `open` under another name; a budget is one by the day only."""


@dataclass(frozen=True, kw_only=True)
class LeastWorkFirst:
    """A policy as a user writes it: the smallest project for one role, some at a time."""

    role: str
    max_active: int

    def admit(self, office: Office) -> int | None:
        """Return the waiting project with the least planned work of the role."""
        if len(office.active) >= self.max_active or not office.waiting:
            return None
        return min(office.waiting, key=lambda project: office.planned_work(project, self.role))


@dataclass(frozen=True)
class Recounting:
    """Lets everybody in, and adds the open work up anew each time it is asked."""

    roles: tuple[str, ...]

    def admit(self, office: Office) -> int | None:
        """Return the first who waits."""
        for role in self.roles:
            anew = sum(office.work_to_come(project, role) for project in office.active)
            assert is_within(abs(office.open_work(role) - anew), 0.0), role
        return office.waiting[0] if office.waiting else None


@dataclass
class Counting:
    """Broken: every second answer is None."""

    asked: int = 0

    def admit(self, office: Office) -> int | None:
        """Return the first who waits, at times."""
        self.asked += 1
        return office.waiting[0] if office.waiting and self.asked % 2 else None


@dataclass(frozen=True)
class Remembering:
    """Broken: frozen, but with a list that grows."""

    seen: list[int] = field(default_factory=list)

    def admit(self, office: Office) -> int | None:
        """Return the first who waits."""
        self.seen.append(office.minute)
        return office.waiting[0] if office.waiting else None


class Inventing:
    """Broken: names a project that does not wait."""

    def admit(self, office: Office) -> int | None:
        """Return a project that runs, if there is one."""
        return office.active[0] if office.active else None


class Endless:
    """Broken: always has somebody to release."""

    def admit(self, office: Office) -> int | None:
        """Return project 0."""
        return office.waiting[0] if office.waiting else 0


class Tidying:
    """Broken: sorts the line it was given."""

    def admit(self, office: Office) -> int | None:
        """Return the lowest number."""
        office.waiting.sort()  # type: ignore[attr-defined]
        return office.waiting[0] if office.waiting else None


class Secret:
    """Broken: cannot travel to another process."""

    def __init__(self) -> None:
        self.choose = lambda line: line[0] if line else None

    def admit(self, office: Office) -> int | None:
        """Return the first who waits."""
        return self.choose(office.waiting)


class Fortnightly:
    """Broken: wants to be asked at a period that does not exist."""

    asked_at = "fortnight"

    def admit(self, office: Office) -> int | None:
        """Return the first who waits."""
        return office.waiting[0] if office.waiting else None


@dataclass(frozen=True)
class ShortAndLate:
    """A dispatch rule as a user writes it."""

    weight: float = 2.0

    def key(self, office: object, task: ReadyTask) -> float:
        """Return a mixture of length and urgency."""
        return self.weight * task.planned_minutes + task.latest_finish


class NoNumber:
    """Broken: some keys are NaN."""

    def key(self, office: object, task: ReadyTask) -> float:
        """Return nothing useful."""
        return float("nan") if task.n_successors == 0 else 1.0


@dataclass
class Rotating:
    """Broken: the key depends on how often it was asked."""

    asked: int = 0

    def key(self, office: object, task: ReadyTask) -> float:
        """Return the number of questions."""
        self.asked += 1
        return float(self.asked)
