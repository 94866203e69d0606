"""Reactions: what management does about a project that will be late (model.md, section 5).

Rules see what a manager could see: how late a project is planned to be when nothing more happens.
They are frozen and have no memory; that each reaction is taken once for each project at the most is
kept by the engine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

Action = Literal["add_people", "cut_scope", "escalate", "stop"]
Occasion = Literal["stage end", "monthly", "quarterly"]

ACTIONS: tuple[Action, ...] = ("add_people", "cut_scope", "escalate", "stop")
PERIOD_OF: dict[str, str] = {"monthly": "month", "quarterly": "quarter"}
"""Occasion -> the period at whose first minute management looks."""
OCCASIONS: tuple[Occasion, ...] = ("stage end", "monthly", "quarterly")


class Outlook(Protocol):
    """What a reaction may know of a project."""

    def lateness(self, project: int) -> float | None:
        """Planned working minutes from its due date to its finish; None = nothing is due."""


@dataclass(frozen=True, kw_only=True)
class Reaction:
    """Do something about a project that is planned to be late by so much."""

    id: str
    late_by: int
    """Working minutes behind the due date from which on it is taken; 0 = late at all."""
    asked: Occasion
    action: Action
    projects: tuple[str, ...] = ()
    """Projects and streams that it is meant for, () = all."""
    role: str = ""
    """Of ``add_people``: who is added."""
    heads: int = 0
    """How many more on each open task that asks for the role."""
    briefing: int = 0
    """Work that each of them costs a task when they join, billionths of a person-minute."""
    work: int = 0
    """Of ``cut_scope``: share of the open work that is left out, billionths."""
    benefit: float = 0.0
    """Share of the benefit that is lost with it."""

    def is_due(self, outlook: Outlook, project: int) -> bool:
        """Return whether it is to be taken for a project now; what ends on its date is not late."""
        late = outlook.lateness(project)
        return late is not None and late > 0.0 and late >= self.late_by
