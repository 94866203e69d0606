"""Office: the projects that wait and those that are active, and what a policy may see of them."""

from __future__ import annotations

from bisect import insort
from collections.abc import Sequence
from typing import TYPE_CHECKING, overload

from pmosim.engine.keys import intake_score
from pmosim.network import NONE
from pmosim.policy.intake import Order

if TYPE_CHECKING:
    from pmosim.engine.state import Project
    from pmosim.network import Network
    from pmosim.policy.intake import OrderKind

PERIOD_MONTHS = {"month": 1, "quarter": 3, "year": 12}


class Office:
    """Projects by their place in the life of a request; implements ``policy.intake.Office``.

    A project is known to policies by its place in the project order.
    """

    def __init__(self, network: Network, order: Order) -> None:
        self.network, self.order = network, order
        self.minute = 0
        self.projects: dict[int, Project] = {}
        """Every project that has come into being, by project order."""
        self.released: list[tuple[int, int]] = []
        self._active: dict[int, Project] = {}
        self.line: list[tuple[float, int, int]] = []
        """(score, request minute, project), sorted; with ageing only in order of the request."""
        self._in_line = _LastColumn(self.line)
        self._active_orders: tuple[int, ...] | None = ()

    @property
    def waiting(self) -> Sequence[int]:
        """Projects that may be released, first in the intake order first."""
        if not self.order.ageing:
            return self._in_line
        aged = [(self._aged(project), request, project) for _, request, project in self.line]
        return [project for _, _, project in sorted(aged)]

    @property
    def active(self) -> Sequence[int]:
        """Released projects that have not ended, in order of release."""
        if self._active_orders is None:
            self._active_orders = tuple(self._active)
        return self._active_orders

    @property
    def n_active(self) -> int:
        """Number of active projects."""
        return len(self._active)

    def active_projects(self) -> list[Project]:
        """Return the active projects in order of release."""
        return list(self._active.values())

    def is_period_start(self, period: str) -> bool:
        """Return whether this minute is the first of a month, quarter, year or e.g. ``10d``."""
        day, rest = divmod(self.minute, self.network.minutes_per_day)
        if rest:
            return False
        if day == 0:
            return True
        months = PERIOD_MONTHS.get(period)
        if months is None:
            return day % int(period.removesuffix("d")) == 0
        calendar = self.network.calendar
        today, before = calendar.date_of(day), calendar.date_of(day - 1)
        return (today.year, (today.month - 1) // months) != (
            before.year,
            (before.month - 1) // months,
        )

    def planned_work(self, project: int, role: str) -> float:
        """Return planned person-days of a role in a project."""
        return float(
            self.projects[project].plan.work_days[:, self.network.role_ids.index(role)].sum()
        )

    def open_work(self, role: str) -> float:
        """Return planned person-days of a role in released, unfinished tasks."""
        at = self.network.role_ids.index(role)
        return float(
            sum(
                project.plan.work_days[task.order, at]
                for project in self._active.values()
                for task in project.tasks
                if task.finished == NONE
            )
        )

    def planned_cost(self, project: int) -> float:
        """Return planned work x day rates + fixed cost."""
        return self.projects[project].plan.cost

    def score(self, project: int, order: OrderKind) -> float:
        """Return the place of a project in an order, smaller is earlier."""
        kept = self.order
        chosen = kept if order == kept.kind else Order(kind=order, role=kept.role, of=kept.of)
        return intake_score(self.network, self.projects[project], chosen)

    def request_minute(self, project: int) -> int:
        """Return the minute at which the project asked."""
        return self.projects[project].arrived

    def project_class(self, project: int) -> str:
        """Return the class of the project, empty if it has none."""
        return self.network.projects.classes[self.projects[project].row]

    def add_waiting(self, project: Project) -> None:
        """Line a project up."""
        score = 0.0 if self.order.ageing else intake_score(self.network, project, self.order)
        insort(self.line, (score, project.arrived, project.order))

    def remove_waiting(self, project: Project) -> None:
        """Take a project out of the line, if it stands there."""
        for index, entry in enumerate(self.line):
            if entry[2] == project.order:
                del self.line[index]
                return

    def add_active(self, project: Project) -> None:
        """Note a release."""
        self._active[project.order] = project
        self._active_orders = None
        self.released.append((project.order, self.minute))

    def remove_active(self, project: Project) -> None:
        """Note an end."""
        self._active.pop(project.order, None)
        self._active_orders = None

    def _aged(self, project: int) -> float:
        waiting = self.minute - self.projects[project].arrived
        months = waiting / self.network.month_minutes
        return intake_score(self.network, self.projects[project], self.order, months)


class _LastColumn(Sequence[int]):
    """The projects of sorted entries, without copying them."""

    def __init__(self, entries: list[tuple[float, int, int]]) -> None:
        self._entries = entries

    def __len__(self) -> int:
        return len(self._entries)

    @overload
    def __getitem__(self, index: int) -> int: ...
    @overload
    def __getitem__(self, index: slice) -> list[int]: ...
    def __getitem__(self, index: int | slice) -> int | list[int]:
        if isinstance(index, slice):
            return [entry[2] for entry in self._entries[index]]
        return self._entries[index][2]
