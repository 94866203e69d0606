"""Tasks: the rows of tasks, phases and their parts, with what they need and what is left.

In: projects of a scenario. Out: ``TaskArrays``, ``PoolArrays``, ``NeedArrays``, ``LinkArrays``.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from pmosim.distributions import PastSpread, tightened
from pmosim.network.arrays import (
    DURATION,
    EFFORT,
    FF,
    FS,
    MILESTONE,
    NONE,
    PHASE,
    SS,
    LinkArrays,
    NeedArrays,
    PoolArrays,
    TaskArrays,
)
from pmosim.network.dates import as_end, as_start
from pmosim.network.frozen import flags, floats, freeze, ints
from pmosim.scenario.hazards import part_left, variance_on
from pmosim.scenario.portfolio import Need, Phase, Progress, Task
from pmosim.units import WHOLE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pmosim.distributions import Law
    from pmosim.network.arrays import PeopleArrays
    from pmosim.scenario.portfolio import Link, Project
    from pmosim.workdays import WorkCalendar

KINDS = {"effort": EFFORT, "duration": DURATION, "milestone": MILESTONE}
LINK_KINDS = {"FS": FS, "SS": SS, "FF": FF}


@dataclass(kw_only=True, slots=True)
class _Row:
    """One task, phase or part."""

    id: str
    project: int
    kind: int
    first_pool: int
    first_need: int
    not_before: int
    due: int
    deadline: int
    is_done: bool
    phase: int = NONE
    lasts: int = NONE
    capex: float = 0.0
    is_running: bool = False
    is_part_done: bool = False
    is_gate: bool = False
    held_by: tuple[int, ...] = ()


@dataclass(kw_only=True, slots=True)
class _Pool:
    """An amount to be used up, and what is known of it on day 0."""

    task: int
    key: str
    law: Law
    is_sized: bool
    state: Progress


@dataclass(kw_only=True)
class TaskCompiler:
    """Collects rows project by project; ids become indices on the way."""

    calendar: WorkCalendar
    roles: Mapping[str, int]
    people: PeopleArrays
    standard_spread: float = 0.0
    """Part of the log-spread that a standard takes away where it covers all work."""
    risk_variances: Mapping[tuple[str, str], float] = field(default_factory=dict)
    """By project and activity: what risks explain of the variance of past work's logarithm."""
    first_task: list[int] = field(default_factory=lambda: [0])
    row_of: list[dict[str, int]] = field(default_factory=list)
    """Per project: row of each task id."""
    parts_of: dict[int, list[int]] = field(default_factory=dict)
    """Per phase row: rows of its parts."""
    rows: list[_Row] = field(default_factory=list)
    pools: list[_Pool] = field(default_factory=list)
    needs: list[tuple[int, int, int, int, int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Index the people."""
        self.arrival, self.left_spread, self.project = NONE, 1.0, ""
        self.person_of = {person: n for n, person in enumerate(self.people.ids)}

    def who(self, need: Need) -> tuple[int, int, int, int]:
        """Return (role, person, heads, share), NONE for the one that does not apply."""
        if need.who in self.roles:
            return self.roles[need.who], NONE, need.heads, need.share
        return NONE, self.person_of[need.who], need.heads, need.share

    def add_project(self, project: Project, arrival: int) -> None:
        """Add the rows of one project that asks at a minute, or (NONE) of a prototype."""
        self.arrival, self.project = arrival, project.id
        self.left_spread = 1.0 - self.standard_spread * project.coverage
        self.row_of.append({})
        is_done = project.status == "done"
        for activity in project.activities:
            if isinstance(activity, Phase):
                self._add_phase(activity, is_done=is_done)
            else:
                self._add_task(activity, is_done=is_done)
        self.first_task.append(len(self.rows))

    def _add_row(self, item: Task | Phase, kind: int, *, is_done: bool) -> _Row:
        row = _Row(
            id=item.id,
            project=len(self.row_of) - 1,
            kind=kind,
            first_pool=len(self.pools),
            first_need=len(self.needs),
            not_before=as_start(item.not_before, self.calendar),
            due=as_end(item.due, self.calendar, self.arrival),
            deadline=as_end(item.deadline, self.calendar, self.arrival),
            is_done=is_done or (item.progress is not None and item.progress.done == 1.0),
        )
        self.rows.append(row)
        return row

    def _add_task(self, task: Task, *, is_done: bool) -> None:
        at = len(self.rows)
        self.row_of[-1][task.id] = at
        row = self._add_row(task, KINDS[task.kind], is_done=is_done)
        row.is_gate = task.gate
        progress = task.progress or Progress()
        row.is_part_done = not row.is_done and is_in_flight(progress)
        row.is_running = row.is_part_done and not progress.is_waiting
        row.held_by = tuple(self.person_of[person] for person in progress.by)
        pool_of: dict[str, int] = {}
        for key, law in self._in_order(task.work):
            pool_of[key] = len(self.pools)
            state = part_of_progress(progress, key, task.work)
            law = self._without_risks(law, task.id)
            self._add_pool(at, key, law, state, is_sized=row.kind == EFFORT)
        for need in task.needs:
            pool = pool_of.get(need.who, pool_of.get("", NONE))
            self.needs.append((at, pool, *self.who(need)))

    def _add_phase(self, phase: Phase, *, is_done: bool) -> None:
        at = len(self.rows)
        self.row_of[-1][phase.id] = at
        row = self._add_row(phase, PHASE, is_done=is_done)
        row.lasts, row.capex, row.is_gate = phase.lasts, phase.capex, phase.gate
        self.parts_of[at] = []
        progress = phase.progress or Progress()
        held_by = self._split_holders(progress.by, [role for role, _ in self._in_order(phase.work)])
        for role, law in self._in_order(phase.work):
            part_at = len(self.rows)
            state = part_of_progress(progress, role, phase.work)
            part = self._add_row(phase, EFFORT, is_done=row.is_done)
            part.id = f"{phase.id}.{role}"
            part.due = part.deadline = NONE
            part.phase, part.lasts, part.capex = at, phase.lasts, phase.capex
            part.held_by = held_by[role]
            part.is_part_done = not row.is_done and (
                (is_known(state, role) if state.is_waiting else is_in_flight(state))
                or bool(part.held_by)
            )
            part.is_running = part.is_part_done and not state.is_waiting
            self.parts_of[at].append(part_at)
            self.row_of[-1][part.id] = part_at
            law = self._without_risks(law, phase.id)
            self._add_pool(part_at, role, law, state, is_sized=True)
            self.needs.append((part_at, len(self.pools) - 1, self.roles[role], NONE, 1, WHOLE))

    def _without_risks(self, law: Law, activity: str) -> Law:
        """Return the spread of past work without what the risks on an activity explain of it."""
        if not isinstance(law, PastSpread):
            return law
        variance = variance_on(self.risk_variances, self.project, activity)
        return tightened(law, part_left(law.sigma, variance))

    def _add_pool(self, at: int, key: str, law: Law, state: Progress, *, is_sized: bool) -> None:
        law = tightened(law, self.left_spread)
        self.pools.append(_Pool(task=at, key=key, law=law, is_sized=is_sized, state=state))

    def _in_order(self, work: Mapping[str, Law]) -> list[tuple[str, Law]]:
        """Return amounts in the order in which needs are filled: persons, then roles as listed."""

        def place(item: tuple[str, Law]) -> tuple[int, int]:
            key = item[0]
            return self.roles.get(key, NONE), self.person_of.get(key, NONE)

        return sorted(work.items(), key=place)

    def _split_holders(
        self, ids: Sequence[str], roles: Sequence[str]
    ) -> dict[str, tuple[int, ...]]:
        """Give each person who holds a phase to the part of the home role, else of a skill."""
        held: dict[str, tuple[int, ...]] = dict.fromkeys(roles, ())
        for person in (self.person_of[id_] for id_ in ids):
            able = [role for role in roles if self.people.skill[person, self.roles[role]] > 0]
            home = [role for role in able if self.roles[role] == self.people.role[person]]
            for role in (home or able)[:1]:
                held[role] = (*held[role], person)
        return held

    def task_arrays(self) -> TaskArrays:
        """Return all rows collected so far."""
        rows = self.rows
        return TaskArrays(
            ids=tuple(row.id for row in rows),
            project=ints(row.project for row in rows),
            kind=ints(row.kind for row in rows),
            phase=ints(row.phase for row in rows),
            lasts=ints(row.lasts for row in rows),
            not_before=ints(row.not_before for row in rows),
            due=ints(row.due for row in rows),
            deadline=ints(row.deadline for row in rows),
            capex=floats(row.capex for row in rows),
            is_done=flags(row.is_done for row in rows),
            is_running=flags(row.is_running for row in rows),
            is_part_done=flags(row.is_part_done for row in rows),
            is_gate=flags(row.is_gate for row in rows),
            held_by=tuple(row.held_by for row in rows),
            first_pool=ints([*(row.first_pool for row in rows), len(self.pools)]),
            first_need=ints([*(row.first_need for row in rows), len(self.needs)]),
        )

    def pool_arrays(self) -> PoolArrays:
        """Return all amounts collected so far."""
        pools = self.pools
        return PoolArrays(
            task=ints(pool.task for pool in pools),
            keys=tuple(pool.key for pool in pools),
            law=tuple(pool.law for pool in pools),
            done=floats(pool.state.done or 0.0 for pool in pools),
            spent=floats(pool.state.spent.get(pool.key, 0.0) for pool in pools),
            remaining=tuple(pool.state.remaining.get(pool.key) for pool in pools),
            is_sized=flags(pool.is_sized for pool in pools),
        )

    def need_arrays(self) -> NeedArrays:
        """Return all needs collected so far."""
        table = np.array(self.needs, dtype=np.int64).reshape(-1, 6)
        task, pool, role, person, heads, share = map(freeze, table.T.copy())
        return NeedArrays(task=task, pool=pool, role=role, person=person, heads=heads, share=share)


def is_in_flight(progress: Progress) -> bool:
    """Return whether work has begun and is not finished."""
    begun = progress.spent or progress.by or progress.remaining or progress.done
    return bool(begun) and progress.done != 1.0


def is_known(state: Progress, key: str) -> bool:
    """Return whether something is said of one amount of work that waits."""
    return bool(state.done or state.spent.get(key) or key in state.remaining)


def part_of_progress(progress: Progress, key: str, work: Mapping[str, Law]) -> Progress:
    """Return the state of one pool; amounts said for the whole are split by planned work."""
    planned = sum(law.plan for law in work.values())
    part = work[key].plan / planned if planned else 0.0
    spent, remaining = dict(progress.spent), dict(progress.remaining)
    if key and "" in spent:
        spent[key] = spent[""] * part
    if key and "" in remaining:
        remaining[key] = remaining[""].scaled(part)
    return replace(progress, spent=spent, remaining=remaining)


def compile_links(rows: Sequence[Project], compiler: TaskCompiler) -> LinkArrays:
    """Return the links of all projects, sorted by successor; a phase's hold for its parts too."""
    project_of = {project.id: p for p, project in enumerate(rows)}
    links: list[tuple[int, int, int, int, int, int, bool]] = []

    def add(link: Link, p: int, successor: int, kind: int) -> None:
        of = p if link.project is None else project_of[link.project]
        task = NONE if link.task is None else compiler.row_of[of][link.task]
        is_ignored = link.if_absent == "ignore"
        links.append((task, of, successor, p, kind, link.lag, is_ignored))

    for p, project in enumerate(rows):
        for link in project.after:
            add(link, p, NONE, LINK_KINDS[link.kind])
        for activity in project.activities:
            at = compiler.row_of[p][activity.id]
            for link in activity.after:
                for row in (at, *compiler.parts_of.get(at, ())):
                    add(link, p, row, LINK_KINDS[link.kind])
    links.sort(key=lambda link: (link[3], link[2]))
    table = np.array(links, dtype=np.int64).reshape(-1, 7)
    task, of, successor, successor_project, kinds, lag, _ = map(freeze, table.T.copy())
    return LinkArrays(
        predecessor_task=task,
        predecessor_project=of,
        successor_task=successor,
        successor_project=successor_project,
        kind=kinds,
        lag=lag,
        is_ignored_if_absent=flags(link[6] for link in links),
    )
