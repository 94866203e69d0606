"""Office: the projects that wait and those that are active, and what a policy may see of them."""

from __future__ import annotations

import math
from bisect import insort
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, overload

from pmosim.engine.keys import intake_score
from pmosim.engine.periods import period_at, period_starts
from pmosim.engine.prospects import lateness, planned_benefit
from pmosim.network import NONE
from pmosim.plan import WORK_UNITS
from pmosim.policy.intake import Order
from pmosim.units import WHOLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pmosim.engine.state import Project, Task
    from pmosim.network import Network
    from pmosim.policy.intake import OrderKind


FIRST = -math.inf
"""Score of who gave up a place and waits for one."""


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
        self.has_news = True
        """Whether anything a policy looks at has changed since it said None."""
        self._starts: dict[str, tuple[int, ...]] = {}
        self._role_at = {role: at for at, role in enumerate(network.role_ids)}
        self._planned: dict[int, dict[str, float]] = {}
        """Planned work of a project by role, of what was not finished before day 0."""
        self._costs: dict[int, float] = {}
        self._open: list[int] | None = None
        """Planned work of what is released and unfinished by role; None = nobody asked yet."""

    @property
    def waiting(self) -> Sequence[int]:
        """Projects that may be released, first in the intake order first."""
        if not self.order.ageing:
            return self._in_line
        aged = [
            (score if score == FIRST else self._aged(project), request, project)
            for score, request, project in self.line
        ]
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
        starts = self.starts_of(period)
        return starts[period_at(starts, self.minute)] == self.minute

    def period_number(self, period: str, minute: int) -> int:
        """Return the number of the period a minute lies in, from 0 for that of day 0."""
        return period_at(self.starts_of(period), minute)

    def starts_of(self, period: str) -> tuple[int, ...]:
        """Return the minutes at which periods begin within the planning window."""
        starts = self._starts.get(period)
        if starts is None:
            n_days = -(-self.network.window_end // self.network.minutes_per_day)
            starts = self._starts[period] = period_starts(self.network.calendar, period, n_days)
        return starts

    def planned_work(self, project: int, role: str) -> float:
        """Return planned person-days of a role, of what was not finished before day 0."""
        try:
            return self._planned[project][role]
        except KeyError:
            self._role(role)
        known, units = self.projects[project], dict.fromkeys(self._role_at, 0)
        for task in self._ahead_at_first(known):
            for name, work in zip(units, known.plan.work_units[task], strict=True):
                units[name] += work
        days = self._planned[project] = {name: work / WORK_UNITS for name, work in units.items()}
        return days[role]

    def _ahead_at_first(self, project: Project) -> Iterator[int]:
        """Yield the tasks that were not finished before day 0."""
        is_done = self.network.tasks.is_done
        return (task.order for task in project.tasks if not is_done[task.row])

    def _role(self, role: str) -> int:
        at = self._role_at.get(role)
        if at is None:
            message = f"there is no role {role!r}; the roles are {', '.join(self._role_at)}"
            raise ValueError(message)
        return at

    def open_work(self, role: str) -> float:
        """Return planned person-days of a role in released, unfinished tasks."""
        if self._open is None:
            self._open = [0] * len(self._role_at)
            for project in self._active.values():
                self._count(project, 1)
        return self._open[self._role(role)] / WORK_UNITS

    def note_finish(self, task: Task) -> None:
        """Note that a task of an active project has finished."""
        self.has_news = True
        if self._open is not None and task.project.order in self._active:
            for at, work in enumerate(task.project.plan.work_units[task.order]):
                if work:
                    self._open[at] -= work

    def note_again(self, task: Task) -> None:
        """Note that a finished task of an active project is open again."""
        if self._open is not None and task.project.order in self._active:
            for at, work in enumerate(task.project.plan.work_units[task.order]):
                if work:
                    self._open[at] += work

    def _count(self, project: Project, sign: int) -> None:
        """Add or take away the unfinished work of a project that becomes, or was, active."""
        if self._open is None:
            return
        units = project.plan.work_units
        for task in project.tasks:
            if task.finished == NONE:
                for at, work in enumerate(units[task.order]):
                    self._open[at] += sign * work

    def planned_cost(self, project: int) -> float:
        """Return planned work x day rates + fixed cost, without what was finished before day 0."""
        found = self._costs.get(project)
        if found is None:
            known = self.projects[project]
            costs = [known.plan.work_cost[task] for task in self._ahead_at_first(known)]
            found = self._costs[project] = math.fsum(costs) + known.plan.fixed_cost
        return found

    def work_to_come(self, project: int, role: str) -> float:
        """Return planned person-days of a role in the unfinished tasks, running ones in full."""
        known, at = self.projects[project], self._role(role)
        units = known.plan.work_units
        work = sum(units[task.order][at] for task in known.tasks if task.finished == NONE)
        return work / WORK_UNITS * (known.scope / WHOLE)

    def cost_to_come(self, project: int) -> float:
        """Return planned work of the unfinished tasks x day rates, running ones in full."""
        known = self.projects[project]
        costs = known.plan.work_cost
        open_cost = math.fsum(costs[task.order] for task in known.tasks if task.finished == NONE)
        return open_cost * (known.scope / WHOLE)

    def benefit_to_come(self, project: int) -> float:
        """Return the planned benefit at face value, from the planned finish of what is open."""
        return planned_benefit(self.network, self.projects[project], self.minute)

    def lateness(self, project: int) -> float | None:
        """Return planned minutes from the due date to the finish, None where nothing is due."""
        late = lateness(self.projects[project], self.minute)
        return None if late is None else float(late)

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

    def was_running(self, project: int) -> bool:
        """Return whether the project was active before the run began."""
        return self.network.projects.status[self.projects[project].row] == "running"

    def add_waiting(self, project: Project) -> None:
        """Line a project up."""
        score = 0.0 if self.order.ageing else intake_score(self.network, project, self.order)
        self.has_news = True
        insort(self.line, (score, project.arrived, project.order))

    def set_aside(self, project: Project) -> None:
        """Take the place of an active project away; it waits ahead of all others for another."""
        self.remove_active(project)
        insort(self.line, (FIRST, project.arrived, project.order))

    def put_first(self, project: Project) -> None:
        """Let a project that waits stand ahead of all that were not put first."""
        if self.remove_waiting(project.order):
            insort(self.line, (FIRST, project.arrived, project.order))

    def remove_waiting(self, project: int) -> bool:
        """Take a project out of the line; return whether it stood there."""
        for index, entry in enumerate(self.line):
            if entry[2] == project:
                del self.line[index]
                self.has_news = True
                return True
        return False

    def add_active(self, project: Project) -> None:
        """Note a release."""
        self.take_up(project)
        self.released.append((project.order, self.minute))

    def take_up(self, project: Project) -> None:
        """Note that a project has a place, for the first time or again."""
        self._active[project.order] = project
        self._active_orders = None
        self.has_news = True
        self._count(project, 1)

    def remove_active(self, project: Project) -> None:
        """Note an end."""
        if self._active.pop(project.order, None) is not None:
            self.has_news = True
            self._active_orders = None
            self._count(project, -1)

    def _aged(self, project: int) -> float:
        waiting = self.minute - self.projects[project].eligible
        months = waiting / self.network.month_minutes
        return intake_score(self.network, self.projects[project], self.order, months)


class RoomMade:
    """The office as it would be if one project made way for one that waits."""

    def __init__(self, office: Office, urgent: Project, victim: Project) -> None:
        self._office = office
        self.waiting = (urgent.order,)
        self.active = tuple(order for order in office.active if order != victim.order)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._office, name)


class _LastColumn(Sequence[int]):
    """The projects of sorted entries, without copying them."""

    def __init__(self, entries: list[tuple[float, int, int]]) -> None:
        self._entries = entries

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[int]:
        return (entry[2] for entry in self._entries)

    @overload
    def __getitem__(self, index: int) -> int: ...
    @overload
    def __getitem__(self, index: slice) -> list[int]: ...
    def __getitem__(self, index: int | slice) -> int | list[int]:
        if isinstance(index, slice):
            return [entry[2] for entry in self._entries[index]]
        return self._entries[index][2]
