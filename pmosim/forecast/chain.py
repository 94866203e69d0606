"""Chain: what stood between the request of a project and its finish, interval by interval.

In: Outcomes. Out: ``Steps``, intervals that follow each other without a gap from the finish of a
project back to its request, so that their minutes add up exactly (model.md, section 8).

Two ways back. The *own path* goes from each task to what made it ready; a wait is one interval, and
``holder`` says who gave back what was waited for. The *chain* (resource-critical) goes through a
wait into the work of the one who gave the people back, or whose end made the place, and on from
there: it is what had to be shorter for the finish to be earlier.

All futures are walked at once: every start, finish and release is a node that points to the one
that came last before it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from pmosim.network.arrays import FF, FS, NONE, PHASE
from pmosim.outcomes import CAUSES
from pmosim.policy.intake import Budget, LoadLimit, Stagger

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pmosim.network.arrays import BoolArray, IntArray
    from pmosim.outcomes import Outcomes

WORK, LAG, DATE, PROJECT, INTAKE = range(len(CAUSES))
TASKS_AT_ONCE = 200_000
"""Task rows that are walked at once, to bound the memory."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Steps:
    """K intervals of the ways back from the finish of some projects, the last ones first."""

    of: IntArray
    """Project row that is explained."""
    owner: IntArray
    """Project row whose interval it is: of the own path always ``of``."""
    task: IntArray
    """Task row, NONE = before the first or after the last."""
    cause: IntArray
    """What the time is: index in ``CAUSES``, or len(CAUSES) + role waited for."""
    via: IntArray
    """Of a chain: for which cause the owner is on it (a role, ``project``, ``intake``); NONE = as
    the predecessor of what comes behind it."""
    holder: IntArray
    """Of an own path: project row that gave back what was waited for, NONE = nobody."""
    holder_task: IntArray
    """Task row of the holder, NONE = nobody, or no single task."""
    begin: IntArray
    end: IntArray

    @property
    def minutes(self) -> IntArray:
        """(K,) length of each interval."""
        return self.end - self.begin


def own_path(outcomes: Outcomes, rows: IntArray) -> Steps:
    """Return the way back from each finished project row through what made its tasks ready."""
    return _walk(outcomes, rows, through_others=False)


def chain(outcomes: Outcomes, rows: IntArray) -> Steps:
    """Return the resource-critical chain of each finished project row, back to its request."""
    return _walk(outcomes, rows, through_others=True)


def _walk(outcomes: Outcomes, rows: IntArray, *, through_others: bool) -> Steps:
    chosen = np.sort(rows[outcomes.projects_.finished[rows] != NONE])
    parts = [
        _walk_back(graph, mine, through_others=through_others)
        for graph, mine in _graphs(outcomes, chosen)
    ]
    names = [column.name for column in fields(Steps)]
    empty = np.zeros(0, dtype=np.int64)
    return Steps(
        **{name: np.concatenate([empty, *(part[name] for part in parts)]) for name in names}
    )


def _graphs(outcomes: Outcomes, chosen: IntArray) -> Iterator[tuple[_Graph, IntArray]]:
    """Yield futures in bundles of bounded size, each with the chosen project rows of them."""
    futures = outcomes.future[outcomes.tasks_.project_row]
    n_tasks = np.bincount(futures, minlength=outcomes.replications)
    bundle = (np.cumsum(n_tasks) - n_tasks) // TASKS_AT_ONCE
    for number in np.unique(bundle).tolist():
        first, last = np.flatnonzero(bundle == number)[[0, -1]].tolist()
        mine = chosen[(outcomes.future[chosen] >= first) & (outcomes.future[chosen] <= last)]
        if len(mine):
            yield _Graph(outcomes, first, last + 1), mine


def _walk_back(graph: _Graph, rows: IntArray, *, through_others: bool) -> dict[str, IntArray]:
    """Follow the pointers from the finish of each row until its request is reached."""
    rows = rows - graph.first_project
    node, limit = graph.end_of + rows, graph.arrived[rows]
    minute = graph.time[node]
    walker, via = rows, np.full(len(rows), NONE)
    found: list[dict[str, IntArray]] = []
    for _ in range(len(graph.time) + 1):
        is_open = minute > limit
        walker, node, limit = walker[is_open], node[is_open], limit[is_open]
        minute, via = minute[is_open], via[is_open]
        if not len(walker):
            break
        other, cause = graph.other[node], graph.cause[node]
        is_jump = (other != NONE) & through_others
        behind = np.where(is_jump, other, graph.own[node])
        cause = np.where(is_jump & (cause == PROJECT), LAG, cause)
        since = np.where(behind == NONE, limit, np.maximum(graph.time[behind], limit))
        has_length = since < minute
        holder = np.where(through_others, NONE, other)
        found.append(
            {
                "of": walker + graph.first_project,
                "owner": graph.owner[node] + graph.first_project,
                "task": _moved(graph.task[node], graph.first_task),
                "cause": cause,
                "via": via,
                "holder": _moved(_pick(graph.owner, holder), graph.first_project),
                "holder_task": _moved(_pick(graph.task, holder), graph.first_task),
                "begin": since,
                "end": minute,
            }
        )
        found[-1] = {name: column[has_length] for name, column in found[-1].items()}
        via = np.where(is_jump, graph.cause[node], np.where(has_length, NONE, via))
        node, minute = behind, since
    else:
        raise RuntimeError("the way back from a finish does not end")
    columns = [column.name for column in fields(Steps)]
    table = (
        {name: np.concatenate([part[name] for part in found]) for name in columns} if found else {}
    )
    if not table:
        return dict.fromkeys(columns, rows[:0])
    order = np.argsort(table["of"], kind="stable")
    return {name: column[order] for name, column in table.items()}


def _moved(index: IntArray, by: int) -> IntArray:
    return np.where(index == NONE, NONE, index + by)


def _pick(column: IntArray, index: IntArray) -> IntArray:
    return np.where(index == NONE, NONE, column[index])


class _Graph:
    """Starts, finishes and releases of some futures, each pointing to what came last before it.

    Nodes: finish, start and readiness of each task; end, release, eligibility and request of each
    project; each handover. Rows count from the first of these futures.
    """

    def __init__(self, outcomes: Outcomes, first: int, last: int) -> None:
        self.network = outcomes.network
        projects, tasks, handovers = outcomes.projects_, outcomes.tasks_, outcomes.handovers
        p0, p1 = np.searchsorted(outcomes.future, [first, last]).tolist()
        t0, t1 = np.searchsorted(tasks.project_row, [p0, p1]).tolist()
        h = (handovers.task_row >= t0) & (handovers.task_row < t1)
        self.first_project, self.first_task = p0, t0
        self.n_projects, self.n_tasks = p1 - p0, t1 - t0
        self.row, self.future = projects.row[p0:p1], outcomes.future[p0:p1] - first
        self.arrived, self.released = projects.arrived[p0:p1], projects.released[p0:p1]
        self.eligible, self.ended = projects.eligible[p0:p1], projects.ended[p0:p1]
        self.project_started, self.project_finished = (
            projects.started[p0:p1],
            projects.finished[p0:p1],
        )
        self.project_of, self.kind = tasks.project_row[t0:t1] - p0, tasks.task[t0:t1]
        self.ready, self.started = tasks.ready[t0:t1], tasks.started[t0:t1]
        self.finished, self.work_done = tasks.finished[t0:t1], tasks.work_done[t0:t1]
        self._take_repeats(outcomes, t0, t1)
        self._take_delays(outcomes, t0, t1)
        self.wait_role = tasks.wait_role[t0:t1]
        self.first_row = np.searchsorted(self.project_of, np.arange(self.n_projects))
        self.listed = self._listed_rows()
        n, m = self.n_projects, self.n_tasks
        self.is_known = np.zeros(3 * m, dtype=np.bool_)
        """Whether a link of the own project explains the finish, start or readiness of a task."""
        self.start_of, self.ready_of, self.end_of = m, 2 * m, 3 * m
        self.first_start = self._first_starts()
        self.release_of, self.eligible_of, self.request_of = 3 * m + n, 3 * m + 2 * n, 3 * m + 3 * n
        of_handover = 3 * m + 4 * n
        of_delay = of_handover + int(h.sum())
        by_project = _moved(handovers.by_project_row[h], -p0)
        by_task = _moved(handovers.by_task_row[h], -t0)
        each, rows = np.arange(n), np.arange(m)
        nothing = np.full(n, NONE)
        self.time = np.concatenate(
            [
                *(self.finished, self.started, self.ready),
                *(self.ended, self.released, self.eligible, self.arrived),
                handovers.minute[h],
                *(self.asked[self.held], self.work_done[self.late]),
            ]
        )
        self.owner = np.concatenate(
            [
                *(self.project_of,) * 3,
                *((each,) * 4),
                by_project,
                *(self.project_of[self.held], self.project_of[self.late]),
            ]
        )
        self.task = np.concatenate([*(rows,) * 3, *(nothing,) * 4, by_task, self.held, self.late])
        waits = np.where(self.wait_role == NONE, WORK, len(CAUSES) + self.wait_role)
        self.cause = np.concatenate(
            [
                *(np.full(m, WORK), waits, np.full(m, PROJECT)),
                *(np.full(n, cause) for cause in (PROJECT, INTAKE, PROJECT, DATE)),
                np.full(len(by_task), WORK),
                *(np.full(len(self.held), LAG), np.full(len(self.late), WORK)),
            ]
        )
        self.own = np.concatenate(
            [
                *(rows + self.start_of, rows + self.ready_of, self.project_of + self.request_of),
                *(self._last_steps(), each + self.eligible_of, each + self.request_of, nothing),
                self._before_handover(by_project, by_task, handovers.minute[h]),
                *(self.held + self.ready_of, self.late + self.start_of),
            ]
        )
        self.other = np.full(len(self.time), NONE)
        self._point_phases()
        self._point_links()
        self._point_dates()
        self._point_repeats()
        self._point_delays(of_delay)
        at = handovers.task_row[h] - t0
        is_given = (by_project != NONE) & (self.started[at] > self.asked[at])
        # Whoever was free before was kept for an older task: nobody had them.
        is_given &= handovers.minute[h] > self.asked[at]
        self.other[self.start_of + at[is_given]] = of_handover + np.flatnonzero(is_given)
        self._point_places()

    # --- projects -------------------------------------------------------------------------------

    def _last_steps(self) -> IntArray:
        """(n,) node before the end of each project: the finish of its last task, the release."""
        last = np.full(self.n_projects, NONE)
        np.maximum.at(last, self.project_of, self.finished)
        is_last = (self.finished == last[self.project_of]) & (self.finished != NONE)
        return _first_of(is_last, self.project_of, np.arange(self.n_projects) + self.release_of)

    def _first_starts(self) -> IntArray:
        """(n,) node of the first start in each project, NONE = none."""
        is_first = self.started == self.project_started[self.project_of]
        is_first &= self.started != NONE
        nothing = np.full(self.n_projects, NONE)
        return _moved(_first_of(is_first, self.project_of, nothing), self.start_of)

    def _listed_rows(self) -> IntArray:
        """(futures, P) row of each listed project, NONE = it is not there."""
        n_futures = int(self.future.max(initial=0)) + 1
        table = np.full((n_futures, len(self.network.projects.ids)), NONE)
        rows = np.flatnonzero(self.row < self.network.n_listed)
        table[self.future[rows], self.row[rows]] = rows
        return table

    def _before_handover(
        self, by_project: IntArray, by_task: IntArray, minute: IntArray
    ) -> IntArray:
        """(H,) node before each handover: the start of the task, or of a share held throughout."""
        is_at_end = _pick(self.ended, by_project) == minute
        shares = np.where(is_at_end, by_project + self.end_of, by_project + self.release_of)
        before: IntArray = np.where(by_task == NONE, shares, by_task + self.start_of)
        return before

    def _point_places(self) -> None:
        """Let a release that had to wait point to who made the place: a project that ended.

        Under a limit of open work it is a task that finished; a budget gives places to nobody.
        """
        has_waited = (self.released != NONE) & (self.released > self.eligible)
        waiting = np.flatnonzero(has_waited)
        by_load = isinstance(self.network.intake, (LoadLimit, Stagger))
        if isinstance(self.network.intake, Budget):
            return
        if by_load:
            is_task = self.network.tasks.kind[self.kind] != PHASE
            is_made = is_task & (self.finished != NONE) & (self.ready < self.finished)
            makers, minutes = np.flatnonzero(is_made), self.finished
            future = self.future[self.project_of]
        else:
            is_made = (self.released != NONE) & (self.ended > self.released)
            makers, minutes, future = np.flatnonzero(is_made), self.ended, self.future
        scale = int(self.time.max(initial=0)) + 1
        keys = future[makers] * scale + minutes[makers]
        order = np.argsort(keys, kind="stable")
        wanted = self.future[waiting] * scale + self.released[waiting]
        place = np.searchsorted(keys[order], wanted)
        is_there = place < len(order)
        is_there[is_there] = keys[order][place[is_there]] == wanted[is_there]
        node = makers[order][place[is_there]] + (0 if by_load else self.end_of)
        self.other[self.release_of + waiting[is_there]] = node

    # --- rework ---------------------------------------------------------------------------------

    def _take_repeats(self, outcomes: Outcomes, t0: int, t1: int) -> None:
        """Let what was done again finish when what follows it was told of it."""
        repeats = outcomes.repeats
        mine = (repeats.task_row >= t0) & (repeats.task_row < t1)
        self.again, self.times = repeats.task_row[mine] - t0, repeats.times[mine]
        if len(self.again):
            self.finished, self.work_done = self.finished.copy(), self.work_done.copy()
            told = repeats.first_finished[mine]
            self.finished[self.again] = self.work_done[self.again] = told

    def _point_repeats(self) -> None:
        """Let the finish of a task that sent work back point to the start of what came first."""
        if not len(self.again):
            return
        first = np.arange(len(self.network.tasks.ids))
        for loop in self.network.loops:
            first[loop.task] = loop.first
        row = self.again
        begin = np.where(self.times > 0, row + first[self.kind[row]] - self.kind[row], row)
        has_begun = (self.started[begin] != NONE) & (self.started[begin] <= self.finished[row])
        self.own[row] = np.where(has_begun, begin, row) + self.start_of
        self.other[row], self.cause[row] = NONE, WORK

    # --- delays ---------------------------------------------------------------------------------

    def _take_delays(self, outcomes: Outcomes, t0: int, t1: int) -> None:
        """Let what risks held back be ready when its links allowed, and ask for people later."""
        delays = outcomes.delays
        mine = (delays.task_row >= t0) & (delays.task_row < t1)
        rows = delays.task_row[mine] - t0
        start, finish = delays.start_minutes[mine], delays.finish_minutes[mine]
        is_held = (start > 0) & (self.ready[rows] != NONE)
        is_late = (finish > 0) & (self.finished[rows] == self.work_done[rows] + finish)
        self.asked = self.ready
        if is_held.any():
            self.ready = self.ready.copy()
            self.ready[rows[is_held]] -= start[is_held]
        is_held &= self.network.tasks.kind[self.kind[rows]] != PHASE
        self.held, self.late = rows[is_held], rows[is_late]

    def _point_delays(self, first: int) -> None:
        """Let the start, or finish, of what was held back point to when it was free to go on."""
        self.own[self.held + self.start_of] = first + np.arange(len(self.held))
        self.own[self.late] = first + len(self.held) + np.arange(len(self.late))
        self.cause[self.late] = LAG

    # --- tasks ----------------------------------------------------------------------------------

    def _point_phases(self) -> None:
        """Let a phase point to the part that finished, or started, with it."""
        phase = self.network.tasks.phase[self.kind]
        parts = np.flatnonzero(phase != NONE)
        above = parts + phase[parts] - self.kind[parts]
        self.has_part = np.zeros(self.n_tasks, dtype=np.bool_)
        self.has_part[above] = True
        self.is_linked = self.has_part | (self.work_done != self.finished)
        self.is_linked[self.late] = False
        for column, at in ((self.finished, 0), (self.started, self.start_of)):
            is_same = (column[parts] == column[above]) & (column[above] != NONE)
            mine, first = np.unique(above[is_same], return_index=True)
            self.own[at + mine] = at + parts[is_same][first]
            self.cause[at + mine] = WORK
            if not at:
                self.is_linked[mine] = False
        unlinked = np.flatnonzero(self.is_linked)
        self.own[unlinked] = self.project_of[unlinked] + self.request_of
        self.cause[unlinked] = PROJECT

    def _point_links(self) -> None:
        """Let a readiness, a finish, a release point to the link that came last."""
        links = self.network.links
        order = np.argsort(self.kind, kind="stable")
        tasks = np.arange(len(self.network.tasks.ids) + 1)
        bounds = np.searchsorted(self.kind[order], tasks)
        for k in range(len(links.kind)):
            task, is_finish = int(links.successor_task[k]), bool(links.kind[k] == FF)
            if task == NONE:
                rows = np.flatnonzero(self.row == links.successor_project[k])
                nodes = rows + (self.end_of if is_finish else self.eligible_of)
                self._point_outer(k, nodes, self.future[rows])
                continue
            rows = order[bounds[task] : bounds[task + 1]]
            nodes = rows if is_finish else rows + self.ready_of
            if links.predecessor_task[k] != NONE and (
                links.predecessor_project[k] == links.successor_project[k]
            ):
                self._point_inner(k, rows, nodes)
            else:
                self._point_outer(k, nodes, self.future[self.project_of[rows]])

    def _point_inner(self, k: int, rows: IntArray, nodes: IntArray) -> None:
        links = self.network.links
        before = rows + (links.predecessor_task[k] - links.successor_task[k])
        is_finish = links.kind[k] in {FS, FF}
        since = self.finished[before] if is_finish else self.started[before]
        is_last = (since != NONE) & (since + links.lag[k] == self.time[nodes])
        is_last &= (before != rows) & ~self.is_known[nodes]
        is_last &= (self.started[before] <= self.finished[rows]) | (self.finished[rows] == NONE)
        if links.kind[k] == FF:
            is_last &= self.is_linked[rows]
        at = nodes[is_last]
        self.own[at] = before[is_last] + (0 if is_finish else self.start_of)
        self.cause[at] = LAG
        self.is_known[at] = True

    def _point_outer(self, k: int, nodes: IntArray, futures: IntArray) -> None:
        """Remember which other project a node waited for; used where nothing of its own did."""
        links, of = self.network.links, int(self.network.links.predecessor_project[k])
        place = self.listed[futures, of]
        task, is_finish = int(links.predecessor_task[k]), links.kind[k] in {FS, FF}
        if task == NONE:
            since = _pick(self.project_finished if is_finish else self.project_started, place)
            target = place + self.end_of if is_finish else _pick(self.first_start, place)
        else:
            row = self.first_row[place] + task - int(self.network.projects.first_task[of])
            is_there = (place != NONE) & (row < self.n_tasks)
            row = np.where(is_there, row, 0)
            is_there &= self.kind[row] == task
            since = np.where(is_there, (self.finished if is_finish else self.started)[row], NONE)
            target = row + (0 if is_finish else self.start_of)
        is_last = (since != NONE) & (since + links.lag[k] == self.time[nodes])
        is_last &= self.other[nodes] == NONE
        self.other[nodes[is_last]] = target[is_last]

    def _point_dates(self) -> None:
        """Settle what no link of its own project explains: the release, a date, another project."""
        rows = np.arange(self.n_tasks)
        ready = rows + self.ready_of
        is_open = ~self.is_known[ready]
        is_release = is_open & (self.ready == self.released[self.project_of])
        is_date = is_open & ~is_release
        is_date &= self.ready == self.network.tasks.not_before[self.kind]
        self.own[ready[is_release]] = self.project_of[is_release] + self.release_of
        self.cause[ready[is_release]] = WORK
        self.cause[ready[is_date]] = DATE
        is_project = is_open & ~is_release & ~is_date
        self.other[ready[~is_project]] = NONE
        unlinked = rows[self.is_linked & ~self.is_known[rows]]
        is_unlinked: BoolArray = np.zeros(self.n_tasks, dtype=np.bool_)
        is_unlinked[unlinked] = True
        self.other[rows[~is_unlinked]] = NONE
        at = np.arange(self.n_projects) + self.eligible_of
        is_date = self.eligible == self.network.projects.not_before[self.row]
        self.cause[at[is_date]] = DATE
        self.other[at[is_date | (self.eligible == self.arrived)]] = NONE


def _first_of(is_chosen: BoolArray, group: IntArray, otherwise: IntArray) -> IntArray:
    """Return the first chosen index of each group."""
    chosen = np.flatnonzero(is_chosen)
    groups, first = np.unique(group[chosen], return_index=True)
    result = otherwise.copy()
    result[groups] = chosen[first]
    return result
