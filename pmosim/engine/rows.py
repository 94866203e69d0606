"""Rows: what is written down of each replication, and the block of outcomes they make up.

In: replications that have run. Out: ``Outcomes`` of a block.
"""

from __future__ import annotations

import math
from array import array
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import numpy as np

from pmosim.engine.causes import trace_causes
from pmosim.engine.gaps import find_gaps
from pmosim.engine.order import AWAY, BACK, COMES, LEAVES
from pmosim.network import NONE
from pmosim.network.frozen import freeze
from pmosim.outcomes import (
    ABSENT,
    ACTIVE,
    BLOCKED,
    CALLED_OFF,
    CANCELLED,
    CAUSES,
    FIRST_REACTION,
    QUEUED,
    RESTED,
    SET_ASIDE,
    STOPPED,
    Bookings,
    Charges,
    Delays,
    Events,
    Gaps,
    Handovers,
    Outcomes,
    ProjectRows,
    Repeats,
    TaskRows,
    Unused,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pmosim.engine.blueprint import Blueprint
    from pmosim.engine.luck import Luck
    from pmosim.engine.reference import Replication
    from pmosim.engine.state import Hold, Project, Redo
    from pmosim.network import IntArray, Network

NOT_HERE = {ABSENT, CANCELLED}
PROJECT_WIDTH = 10
"""Columns of ``ProjectRows`` that are single whole numbers: the first ones."""
TASK_WIDTH = len(fields(TaskRows))
Segment = tuple[int, int, int, int]
"""(role, from, until, amount a minute)."""


class Rows:
    """Columns that grow by one replication at a time."""

    def __init__(self, blueprint: Blueprint) -> None:
        self.blueprint, self.network = blueprint, blueprint.network
        self.projects: list[tuple[int, ...]] = []
        self.money: list[tuple[float, float, float]] = []
        self.causes: list[list[int]] = []
        self.tasks, self.bookings, self.handovers = array("q"), array("q"), array("q")
        """Rows of numbers, one after the other, in the order of the columns of their tables."""
        self.first_task: list[int] = []
        """Row of the first task of each project."""
        self.is_paid = _is_fixed_cost_paid(self.network)
        self.ends: list[int] = []
        self.busy: list[IntArray] = []
        self.queue: list[IntArray] = []
        self.present: list[IntArray] = []
        self.charges: list[tuple[int, int, float]] = []
        """(project row, minute, money)."""
        self.repeats: list[tuple[int, int, int]] = []
        """(task row, first finish, how often it sent work back)."""
        self.delays: list[tuple[int, int, int]] = []
        """(task row, minutes of the start, of the finish) that risks held back."""
        self.unused: list[tuple[int, int, int]] = []
        """(project row, person, attention)."""
        self.gaps: list[tuple[int, int, int, int]] = []
        """(replication, role, from, until)."""
        self.events: list[tuple[int, int, int, int]] = []
        """(project row, kind, minute, until)."""
        self.hits, self.first_hit = _hits(self.network)
        self.planned: IntArray | None = None
        """Time at work where nobody falls ill."""

    def add(self, replication: int, run: Replication) -> None:
        """Write down one replication that has ended."""
        first = len(self.projects)
        for project in run.projects:
            self._add_project(replication, project, run.minute)
        for at, project in enumerate(run.projects, first):
            self._add_handovers(project, first)
            self._add_charges(project, run.luck, at)
            if project.rework is not None and project.rework.again:
                self._add_repeats(project, project.rework, at)
            for number, minute in project.reactions:
                self.events.append((at, FIRST_REACTION + number, minute, minute))
            for since, until in project.set_aside:
                last = run.minute if until == NONE else until
                self.events.append((at, SET_ASIDE, since, last))
            if project.rests or project.fate != NONE:
                self._add_fate(project, run.minute, at)
            if project.held_start or project.held_finish:
                self._add_delays(project, at)
        for (order, n), attention in sorted(run.unused().items()):
            self.unused.append((first + order, n, attention))
        self.ends.append(run.minute)
        self.busy.append(_segments(run.floor.segments))
        self.queue.append(_segments(run.waits))
        self.present.append(self._presence(run))
        if self.network.uncovered != NONE:
            window_end = self.network.window_end if self.network.has_horizon else run.minute
            found = find_gaps(self.network, run.people_changes, min(run.minute, window_end))
            self.gaps += [(replication, *gap) for gap in found]

    def _add_project(self, replication: int, project: Project, end: int) -> None:
        at = len(self.projects)
        row = project.row
        self.projects.append(
            (
                replication,
                row,
                project.number,
                _status(project),
                project.arrived,
                NONE if project.released == NONE and project.n_release_waits else project.eligible,
                project.released,
                project.started,
                project.finished,
                project.ended,
            )
        )
        self.money.append((project.size, self._fixed_cost(project), project.benefit))
        not_before = int(self.network.projects.not_before[row])
        n_roles = len(self.network.role_ids)
        sheet = self.blueprint.projects[row]
        self.causes.append(trace_causes(project, sheet, not_before, n_roles))
        ended = end if project.ended == NONE else project.ended
        for n, attention in sorted(_booked(project.ended_holds)):
            self.bookings.extend((at, NONE, n, attention, ended))
        first = len(self.tasks) // TASK_WIDTH
        self.first_task.append(first)
        if project.status in NOT_HERE:
            return
        for task_at, task in enumerate(project.tasks, first):
            self.tasks.extend(
                (
                    at,
                    task.row,
                    task.ready,
                    task.started,
                    task.work_done,
                    task.finished,
                    task.wait_role,
                )
            )
            due = ended if task.finished == NONE else task.finished
            for n, attention in _booked(task.ended_holds):
                self.bookings.extend((at, task_at, n, attention, due))

    def _presence(self, run: Replication) -> IntArray:
        """Return the time at work of everybody; the same object where nobody falls ill."""
        if run.people_changes is not self.blueprint.people_changes:
            return _segments(_presence(self.network, run.people_changes))
        if self.planned is None:
            self.planned = _segments(_presence(self.network, run.people_changes))
        return self.planned

    def _add_handovers(self, project: Project, first: int) -> None:
        """Write down who gave people back to the tasks of a project; ``first``: row of project 0.

        The place of a project in the project order is its place among the rows of a replication.
        """
        if project.status in NOT_HERE:
            return
        first_task = self.first_task[first + project.order]
        for task in project.tasks:
            if task.freed is None:
                continue
            minute, person, pool = task.freed
            by_project = by_task = NONE
            if pool is not None:
                by_project = first + pool.project.order
                if pool.task is not None:
                    by_task = self.first_task[by_project] + pool.task.order
            self.handovers.extend((first_task + task.order, by_project, by_task, minute, person))

    def _add_repeats(self, project: Project, rework: Redo, at: int) -> None:
        """Write down which tasks of a project were done again."""
        for order in sorted(rework.again):
            told, times = project.tasks[order].first_finish, rework.times.get(order, 0)
            self.repeats.append((self.first_task[at] + order, told, times))

    def _add_fate(self, project: Project, end: int, at: int) -> None:
        """Write down what chance did to a project while it was active."""
        ended = end if project.ended == NONE else project.ended
        for begin, until in project.rests:
            if begin < ended:
                self.events.append((at, RESTED, begin, min(until, ended)))
        is_told = self.network.projects.cancelled[project.row] == ended
        if project.status == STOPPED and project.fate == ended and not is_told:
            self.events.append((at, CALLED_OFF, ended, ended))

    def _add_delays(self, project: Project, at: int) -> None:
        """Write down by how much risks held tasks of a project back."""
        starts, finishes = project.held_start, project.held_finish
        for order in sorted({*starts, *finishes}):
            row = self.first_task[at] + order
            self.delays.append((row, starts.get(order, 0), finishes.get(order, 0)))

    def _add_charges(self, project: Project, luck: Luck, at: int) -> None:
        """Write down what risks cost a project, due when the first task that each hits starts."""
        hits = self.hits.get(project.row, ())
        if not hits or project.started == NONE or project.status in NOT_HERE:
            return
        first = self.first_hit[project.row]
        for tasks, money in zip(hits, luck.charges(project.order, first, len(hits)), strict=True):
            starts = [project.tasks[n].started for n in tasks] if tasks else [project.started]
            begun = [minute for minute in starts if minute != NONE]
            if money and begun:
                self.charges.append((at, min(begun), money))

    def _fixed_cost(self, project: Project) -> float:
        """Return the fixed cost to come: once begun, a cost to date that is stated holds it."""
        return 0.0 if self.is_paid[project.row] else project.fixed_cost

    def to_outcomes(self, *, seed: int, first: int, engine: str) -> Outcomes:
        """Return the block."""
        network = self.network
        ends = freeze(np.array(self.ends, dtype=np.int64))
        edges = _month_edges(network, int(ends.max(initial=1)))
        money = np.array(self.money).reshape(-1, 3)
        size, fixed, benefit = (freeze(column) for column in money.T.copy())
        n_roles = len(network.role_ids)
        width = len(CAUSES) + n_roles
        return Outcomes(
            network=network,
            seed=seed,
            first=first,
            replications=len(self.ends),
            engine=engine,
            projects_=ProjectRows(
                **_columns(ProjectRows, self.projects, PROJECT_WIDTH),
                size=size,
                fixed_cost=fixed,
                benefit_per_year=benefit,
                causes=freeze(np.array(self.causes, dtype=np.int64).reshape(-1, width)),
            ),
            tasks_=TaskRows(**_columns(TaskRows, self.tasks)),
            bookings=Bookings(**_columns(Bookings, self.bookings)),
            handovers=Handovers(**_columns(Handovers, self.handovers)),
            charges=_charges(self.charges),
            repeats=Repeats(**_columns(Repeats, self.repeats)),
            delays=Delays(**_columns(Delays, self.delays)),
            unused=Unused(**_columns(Unused, self.unused)),
            events=Events(**_columns(Events, self.events)),
            gaps=Gaps(**_columns(Gaps, self.gaps)),
            run_end=ends,
            busy=_by_month(self.busy, n_roles, edges, ends),
            capacity=_by_month(self.present, n_roles, edges, ends),
            queue=_by_month(self.queue, n_roles, edges, ends),
        )


def _hits(network: Network) -> tuple[dict[int, list[list[int]]], dict[int, int]]:
    """Return the tasks that each risk hits, counted within the project, and the place of the first.

    Both by project row; an empty list of tasks is the whole project.
    """
    hits: dict[int, list[list[int]]] = {}
    place: dict[int, int] = {}
    for n, hit in enumerate(network.risks):
        first = int(network.projects.first_task[hit.row])
        place.setdefault(hit.row, n)
        hits.setdefault(hit.row, []).append([task - first for task in hit.tasks])
    return hits, place


def _charges(rows: Sequence[tuple[int, int, float]]) -> Charges:
    return Charges(
        project_row=freeze(np.array([at for at, _, _ in rows], dtype=np.int64)),
        minute=freeze(np.array([minute for _, minute, _ in rows], dtype=np.int64)),
        amount=freeze(np.array([money for _, _, money in rows], dtype=np.float64)),
    )


def _is_fixed_cost_paid(network: Network) -> list[bool]:
    """Return whether each project began before day 0 and says what it has cost."""
    projects, tasks = network.projects, network.tasks
    has_work = np.zeros(len(projects.ids), dtype=np.bool_)
    has_work[tasks.project[tasks.is_done | tasks.is_part_done]] = True
    return [
        not math.isnan(cost) and (status == "running" or (status == "on-hold" and begun))
        for cost, status, begun in zip(
            projects.cost_to_date.tolist(), projects.status, has_work.tolist(), strict=True
        )
    ]


def _status(project: Project) -> int:
    if project.status != NONE:
        return project.status
    if project.is_blocked:
        return BLOCKED
    return QUEUED if project.released == NONE or project.is_aside else ACTIVE


def _booked(holds: Sequence[Hold]) -> Iterable[tuple[int, int]]:
    """Return (person, attention) of holds; of one who came back once."""
    booked: dict[int, int] = {}
    for hold in holds:
        n = hold.person.n
        booked[n] = booked.get(n, 0) + hold.total
    return booked.items()


def _columns(
    kind: type[Any], rows: Sequence[tuple[int, ...]] | array[int], width: int | None = None
) -> dict[str, Any]:
    """Return the first ``width`` (else all) columns of a table by name; rows are in their order."""
    names = [column.name for column in fields(kind)][:width]
    table = np.array(rows, dtype=np.int64).reshape(-1, len(names))
    return dict(zip(names, map(freeze, table.T.copy()), strict=True))


# --- months -------------------------------------------------------------------------------------


def _segments(segments: Sequence[Segment] | Sequence[int]) -> IntArray:
    return np.array(segments, dtype=np.int64).reshape(-1, 4)


def _presence(network: Network, changes: Sequence[tuple[int, int, int]]) -> list[Segment]:
    """Return (home role, from, until, presence) of everybody's time at work."""
    people = network.people
    far = np.iinfo(np.int64).max
    is_employed, is_away = [False] * len(people.ids), [False] * len(people.ids)
    since = [NONE] * len(people.ids)
    segments = []
    for minute, what, n in changes:
        is_employed[n] = (is_employed[n] or what == COMES) and what != LEAVES
        is_away[n] = (is_away[n] or what == AWAY) and what != BACK
        is_here = is_employed[n] and not is_away[n]
        if is_here and since[n] == NONE:
            since[n] = minute
        elif not is_here and since[n] != NONE:
            segments.append((int(people.role[n]), since[n], minute, int(people.presence[n])))
            since[n] = NONE
    segments += [
        (int(people.role[n]), begin, far, int(people.presence[n]))
        for n, begin in enumerate(since)
        if begin != NONE
    ]
    return segments


def _month_edges(network: Network, last_minute: int) -> IntArray:
    """(M + 1,) minutes at which calendar months begin, and the end of the last working day."""
    n_days = -(-max(last_minute, 1) // network.minutes_per_day)
    bounds = network.calendar.month_bounds(n_days)
    days = [bounds[0][1], *(end for _, _, end in bounds)]
    return np.array(days, dtype=np.int64) * network.minutes_per_day


def _by_month(
    replications: Sequence[IntArray], n_roles: int, edges: IntArray, ends: IntArray
) -> IntArray:
    """(R, S, M) amount x minutes of each role in each month, up to the end of each replication."""
    total = np.zeros((len(replications), n_roles, len(edges) - 1), dtype=np.int64)
    for k, segments in enumerate(replications):
        role, begin, until, amount = segments.T
        until = np.minimum(until, ends[k])
        keep = until > begin
        _add_segments(total[k], edges, role[keep], begin[keep], until[keep], amount[keep])
    return freeze(total)


def _add_segments(
    total: IntArray,
    edges: IntArray,
    role: IntArray,
    begin: IntArray,
    until: IntArray,
    amount: IntArray,
) -> None:
    """Add segments to (S, M), split at the edges of months."""
    first = np.searchsorted(edges, begin, side="right") - 1
    last = np.searchsorted(edges, until, side="left") - 1
    pieces = last - first + 1
    which = np.repeat(np.arange(len(role)), pieces)
    month = np.arange(len(which)) - np.repeat(np.cumsum(pieces) - pieces, pieces) + first[which]
    minutes = np.minimum(until[which], edges[month + 1]) - np.maximum(begin[which], edges[month])
    np.add.at(total, (role[which], month), amount[which] * minutes)
