"""Dispatch: which ready task goes first (model.md, section 5).

A rule gives a task its key once, when the task becomes ready: the smaller key first, ties by
project order, then task order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

RuleName = Literal[
    "rank",
    "priority",
    "fifo",
    "fcfs",
    "edd",
    "lft",
    "lst",
    "spt",
    "lpt",
    "mts",
    "grpw",
    "sasp",
    "wsjf",
    "intake",
]
RULES: tuple[RuleName, ...] = RuleName.__args__  # type: ignore[attr-defined]


@dataclass(frozen=True, kw_only=True)
class DispatchRule:
    """A built-in rule. ``hold_after`` is in working minutes, None = never."""

    rule: RuleName = "fifo"
    hold_after: int | None = None


class ReadyTask(Protocol):
    """What a rule may know of a task that has just become ready."""

    @property
    def project(self) -> int:
        """Project, as in ``Office``."""

    @property
    def planned_minutes(self) -> float:
        """Planned duration in working minutes."""

    @property
    def latest_finish(self) -> float:
        """Latest finish by backward pass from the due date (or request + project length)."""

    @property
    def n_successors(self) -> int:
        """All direct and indirect successors."""


class Dispatch(Protocol):
    """The contract of a dispatch rule written by a user."""

    def key(self, office: object, task: ReadyTask) -> float:
        """Return the key of a task that has just become ready; smaller goes first."""
