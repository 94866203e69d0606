"""Blueprint: what is the same in every replication of a network, ready for an engine in Python.

In: a ``Network``. Out: plain lists and tuples, looked up once per block instead of once per
replication: plans, links by successor, waits of each task, comings and goings of people.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

import numpy as np

from pmosim.engine.order import AWAY, BACK, COMES, LEAVES
from pmosim.network import DURATION, FF, FS, MILESTONE, NONE, PHASE, SS
from pmosim.network.dates import joined
from pmosim.plan import plan_project, shape_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pmosim.engine.luck import Stint
    from pmosim.network import Network
    from pmosim.plan import Need, Plan


InnerLink = tuple[int, int, int, bool]
"""(kind, successor within the project, lag, is ignored if absent) of a link from a task."""


@dataclass(frozen=True, kw_only=True, eq=False)
class TaskSheet:
    """One task row, counted within its project."""

    row: int
    order: int
    """Place in its project."""
    kind: int
    parent: int
    """The phase of a part, counted within the project; NONE."""
    n_pools: int
    first_pool: int
    """Counted within the project."""
    not_before: int
    is_timed: bool
    """Whether its amount is time, not work."""
    is_done: bool
    is_running: bool
    held_by: tuple[int, ...]
    n_start_waits: int
    """Links FS and SS, the release, and a date."""
    n_finish_waits: int
    """Links FF, and the parts of a phase."""
    out_of_start: tuple[InnerLink, ...]
    out_of_finish: tuple[InnerLink, ...]
    """Links to other tasks of the project."""
    followers: tuple[int, ...]
    """Tasks of the project that may start at once when it finishes: links FS without lag."""
    other_followers: tuple[InnerLink, ...]
    """The other links out of its finish."""


@dataclass(frozen=True, kw_only=True)
class LinkSheet:
    """One link; tasks are counted within their project, NONE = the project itself."""

    predecessor_project: int
    predecessor: int
    successor: int
    kind: int
    lag: int
    is_ignored: bool


@dataclass(frozen=True, kw_only=True, eq=False)
class LoopSheet:
    """What one task may send back; tasks are counted within their project."""

    first: int
    probability: float
    share: float
    max_repeats: int
    tasks: tuple[int, ...]
    """To be done again, in task order."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ProjectSheet:
    """One project row or prototype."""

    tasks: tuple[TaskSheet, ...]
    links: tuple[LinkSheet, ...]
    """Links into the project and its tasks."""
    links_of: tuple[tuple[LinkSheet, ...], ...]
    """Of each task, the links from tasks of the same project."""
    dated: tuple[TaskSheet, ...]
    """Tasks with a date before which they must not start."""
    outer_links: tuple[LinkSheet, ...]
    """Links that are not between two of its own tasks."""
    n_release_waits: int
    n_finish_waits: int
    throughout: tuple[Need, ...]
    covers: Mapping[tuple[int, ...], int]
    """(role, person) of shares held throughout that block -> the share that cover needs."""
    first_pool: int
    n_pools: int
    loops: Mapping[int, LoopSheet]
    """Of each task that may send work back."""


PeopleChanges = tuple[tuple[int, int, int], ...]
"""(minute, what, person), sorted."""


class Blueprint:
    """A network in plain Python, with plans remembered by (row, size)."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.projects = [_project_sheet(network, row) for row in range(len(network.projects.ids))]
        self.people_changes = _people_changes(network, network.people.away)
        self._shapes = [shape_of(network, row) for row in range(len(network.projects.ids))]
        self.gate_numbers = _gate_numbers(network)
        """Task row -> number of its gate: among those of listed projects, of a stream's project."""
        self.delayed = _delayed(network)
        """Of each project row that a risk may hold back: the first of its risks with a delay, and
        of each the tasks that it holds back, counted within the project."""
        self._plans: dict[tuple[int, float], Plan] = {}

    def changes_of(
        self, spells: Sequence[tuple[int, int, int]], stints: Sequence[Stint] = ()
    ) -> PeopleChanges:
        """Return (minute, what, person) of everybody, with spells (person, from, until) away.

        ``stints`` say who holds the places of people who may leave.
        """
        if not spells and not stints:
            return self.people_changes
        away = list(self.network.people.away)
        held = {n: list(group) for n, group in groupby(stints, key=itemgetter(0))}
        for n, of_place in held.items():
            away[n] = self._away_by_stint(n, of_place)
        for n, group in groupby(spells, key=itemgetter(0)):
            ill = [(start, end) for _, start, end in group]
            ill = _within(ill, held[n]) if n in held else ill
            away[n] = joined([*away[n], *ill])
        return _people_changes(self.network, away, held)

    def _away_by_stint(self, n: int, stints: Sequence[Stint]) -> tuple[tuple[int, int], ...]:
        """Return when who holds a place is away: the leave is that of the first one."""
        people, change = self.network.people, self.network.people.change
        _, _, end, _, _ = stints[0]
        if end == NONE or change is None:
            return people.away[n]
        first = [(start, min(stop, end)) for start, stop in people.away[n]]
        after = [(max(start, end), stop) for start, stop in change.holidays[n]]
        return joined([*first, *after])

    def plan(self, row: int, size: float) -> Plan:
        """Return the plan of a project row at a size."""
        plan = self._plans.get((row, size))
        if plan is None:
            plan = plan_project(self.network, row, size, self._shapes[row])
            self._plans[row, size] = plan
        return plan


def _gate_numbers(network: Network) -> dict[int, int]:
    """Return the number of each gate, counted as in ``draws``."""
    first_task, n_listed = network.projects.first_task, network.n_listed
    rows = np.flatnonzero(network.tasks.is_gate).tolist()
    n_of_listed = sum(row < first_task[n_listed] for row in rows)
    numbers = {}
    for number, row in enumerate(rows):
        first = int(first_task[network.tasks.project[row]])
        is_listed = number < n_of_listed
        before = 0 if is_listed else sum(first <= other < row for other in rows)
        numbers[row] = number if is_listed else before
    return numbers


def _delayed(network: Network) -> dict[int, tuple[int, list[list[int]]]]:
    """Return which tasks of each project row the risks with a delay hold back."""
    found: dict[int, tuple[int, list[list[int]]]] = {}
    hits = [hit for hit in network.risks if hit.delay is not None]
    for n, hit in enumerate(hits):
        first = int(network.projects.first_task[hit.row])
        _, heads = found.setdefault(hit.row, (n, []))
        heads.append([task - first for task in hit.heads])
    return found


def _project_sheet(network: Network, row: int) -> ProjectSheet:
    first, last = int(network.projects.first_task[row]), int(network.projects.first_task[row + 1])
    links = _links_into(network, row, first)
    by_successor: list[list[LinkSheet]] = [[] for _ in range(first, last)]
    for link in links:
        if link.successor != NONE:
            by_successor[link.successor].append(link)
    n_release = sum(link.successor == NONE and link.kind != FF for link in links)
    n_finish = sum(link.successor == NONE and link.kind == FF for link in links)
    has_date = network.projects.not_before[row] > 0
    tasks = tuple(
        _task_sheet(network, task, first, links, by_successor[task - first])
        for task in range(first, last)
    )
    return ProjectSheet(
        tasks=tasks,
        dated=tuple(task for task in tasks if task.not_before > 0),
        links=links,
        links_of=tuple(
            tuple(link for link in links if _is_inner(link, row)) for links in by_successor
        ),
        outer_links=tuple(link for link in links if not _is_inner(link, row)),
        n_release_waits=n_release + int(has_date) + 1,
        n_finish_waits=n_finish,
        throughout=tuple((0, *need) for need in sorted(network.throughout[row])),
        covers={} if network.covers is None else _covers(network, row),
        first_pool=int(network.tasks.first_pool[first]),
        n_pools=int(network.tasks.first_pool[last] - network.tasks.first_pool[first]),
        loops={
            loop.task - first: LoopSheet(
                first=loop.first - first,
                probability=loop.probability,
                share=loop.share,
                max_repeats=loop.max_repeats,
                tasks=tuple(task - first for task in loop.tasks),
            )
            for loop in network.loops
            if first <= loop.task < last
        },
    )


def _covers(network: Network, row: int) -> dict[tuple[int, ...], int]:
    assert network.covers is not None
    shares = zip(network.throughout[row], network.covers[row], strict=True)
    return {need[:2]: share for need, share in shares if share}


def _links_into(network: Network, row: int, first: int) -> tuple[LinkSheet, ...]:
    links, first_task = network.links, network.projects.first_task
    result = []
    for k in np.flatnonzero(links.successor_project == row).tolist():
        of = int(links.predecessor_project[k])
        task, successor = int(links.predecessor_task[k]), int(links.successor_task[k])
        result.append(
            LinkSheet(
                predecessor_project=of,
                predecessor=NONE if task == NONE else task - int(first_task[of]),
                successor=NONE if successor == NONE else successor - first,
                kind=int(links.kind[k]),
                lag=int(links.lag[k]),
                is_ignored=bool(links.is_ignored_if_absent[k]),
            )
        )
    return tuple(result)


def _is_inner(link: LinkSheet, row: int) -> bool:
    """Return whether a link is between tasks of the same project."""
    return link.predecessor_project == row and NONE not in {link.predecessor, link.successor}


def _task_sheet(
    network: Network,
    task: int,
    first: int,
    links: tuple[LinkSheet, ...],
    links_in: list[LinkSheet],
) -> TaskSheet:
    tasks, row = network.tasks, int(network.tasks.project[task])
    out = [link for link in links if _is_inner(link, row) and link.predecessor == task - first]
    kinds = [link.kind for link in links_in]
    n_finish = sum(kind == FF for kind in kinds)
    n_parts = int(np.count_nonzero(tasks.phase == task))
    kind = int(tasks.kind[task])
    return TaskSheet(
        row=task,
        order=task - first,
        kind=MILESTONE if kind == PHASE and not n_parts else kind,
        parent=NONE if tasks.phase[task] == NONE else int(tasks.phase[task]) - first,
        n_pools=int(tasks.first_pool[task + 1] - tasks.first_pool[task]),
        first_pool=int(tasks.first_pool[task] - tasks.first_pool[first]),
        not_before=int(tasks.not_before[task]),
        is_timed=kind == DURATION,
        is_done=bool(tasks.is_done[task]),
        is_running=bool(tasks.is_running[task]) and kind != PHASE,
        held_by=tasks.held_by[task],
        n_start_waits=len(kinds) - n_finish + 1 + int(tasks.not_before[task] > 0),
        n_finish_waits=n_finish + n_parts,
        out_of_start=tuple(_inner(link) for link in out if link.kind == SS),
        out_of_finish=tuple(_inner(link) for link in out if link.kind != SS),
        followers=tuple(link.successor for link in out if _is_plain(link)),
        other_followers=tuple(
            _inner(link) for link in out if link.kind != SS and not _is_plain(link)
        ),
    )


def _is_plain(link: LinkSheet) -> bool:
    return link.kind == FS and not link.lag


def _inner(link: LinkSheet) -> InnerLink:
    return link.kind, link.successor, link.lag, link.is_ignored


def _within(spells: Sequence[tuple[int, int]], stints: Sequence[Stint]) -> list[tuple[int, int]]:
    """Return spells of the people who hold a place: who comes after comes in good health."""
    return [
        (start, stop if end == NONE else min(stop, end))
        for start, stop in spells
        for _, begin, end, _, _ in stints
        if begin <= start and (end == NONE or start < end)
    ]


def _people_changes(
    network: Network,
    away: Sequence[Sequence[tuple[int, int]]],
    held: Mapping[int, Sequence[Stint]] | None = None,
) -> PeopleChanges:
    """Return (minute, what, person) of everybody, sorted; ``held`` by place, where it changes."""
    people, held = network.people, held or {}
    changes = []
    for n in range(len(people.ids)):
        whole = (n, int(people.employed_from[n]), int(people.employed_until[n]), 0, 0)
        for _, begin, end, _, _ in held.get(n, (whole,)):
            if end != NONE and end <= begin:
                continue
            changes.append((begin, COMES, n))
            if end != NONE:
                changes.append((end, LEAVES, n))
        for start, stop in away[n]:
            changes += [(start, AWAY, n), (stop, BACK, n)]
    return tuple(sorted(changes))
