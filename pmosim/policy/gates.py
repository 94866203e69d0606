"""Gates: whether a project goes on when one of its stages ends (model.md, section 5).

A gate stands at the end of a task or phase with ``gate: true``. The rule compares what the rest of
the project is planned to bring with what it is planned to cost, both at face value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from pmosim.policy.limits import is_within


class Stage(Protocol):
    """What a gate may know of a project: what lies ahead, as planned, running tasks in full."""

    def benefit_to_come(self, project: int) -> float:
        """Planned benefit at face value, from the planned finish of what is open."""

    def cost_to_come(self, project: int) -> float:
        """Planned work of the unfinished tasks x day rates; the fixed cost fell due before."""

    def work_to_come(self, project: int, role: str) -> float:
        """Planned person-days of a role in the unfinished tasks."""


@dataclass(frozen=True, kw_only=True)
class Gates:
    """Stop a project at a gate when going on is planned to lose money.

    It goes on while benefit to come - cost to come - ``shadow_price`` x planned days of ``role``
    to come is 0 or more. Mandatory projects are never stopped.
    """

    stop: bool = False
    role: str | None = None
    """The role whose time is scarce; None = no time is priced."""
    shadow_price: float = 0.0
    """Money that a planned day of the role is worth elsewhere."""
    compliance: float = 1.0
    """Chance that the rule is obeyed when it says stop."""

    def stops(self, office: Stage, project: int) -> bool:
        """Return whether the rule says stop; whether it is obeyed is a matter of chance."""
        if not self.stop:
            return False
        cost = office.cost_to_come(project)
        if self.role is not None:
            cost += self.shadow_price * office.work_to_come(project, self.role)
        return not is_within(cost, office.benefit_to_come(project))


NO_GATES = Gates()
