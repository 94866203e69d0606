"""Futures: the rows of outcomes that belong to one listed project, side by side.

In: outcomes. Out: ``ProjectFutures``, one place per future in which the project exists.
Not here: estimates.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from pmosim.network.arrays import NONE

if TYPE_CHECKING:
    from pmosim.network.arrays import BoolArray, FloatArray, IntArray, Network
    from pmosim.outcomes import Outcomes

BEFORE_DAY_0 = {"done": "it was done before day 0", "cancelled": "it was cancelled before day 0"}


@dataclass(frozen=True, kw_only=True, eq=False)
class ProjectFutures:
    """The futures in which a listed project exists, n of R."""

    outcomes: Outcomes
    project: int
    """Row in ``network.projects``."""
    rows: IntArray
    """(n,) rows of ``outcomes.projects_``, by replication."""

    @property
    def n(self) -> int:
        """Number of futures in which it exists."""
        return len(self.rows)

    @property
    def reason(self) -> str:
        """Why there is nothing to estimate, empty if there is."""
        before = BEFORE_DAY_0.get(self.outcomes.network.projects.status[self.project])
        if before:
            return before
        return "" if self.n else "it happens in none of the futures"

    @cached_property
    def finished(self) -> IntArray:
        """(n,) minute of the finish, NONE = unfinished."""
        return self.outcomes.projects_.finished[self.rows]

    @cached_property
    def is_finished(self) -> BoolArray:
        """(n,) whether it finished."""
        return np.asarray(self.finished != NONE)

    @cached_property
    def is_over(self) -> BoolArray:
        """(n,) whether it ended without a finish, for good."""
        is_over = self.outcomes.has_status("rejected", "withdrawn", "stopped", "blocked")
        return np.asarray(is_over[self.rows])

    @cached_property
    def finish_day(self) -> FloatArray:
        """(n,) working days from day 0 to the finish, ``inf`` = unfinished."""
        return self.days(self.finished)

    @cached_property
    def run_end(self) -> IntArray:
        """(n,) minute at which the run ended."""
        return self.outcomes.run_end[self.outcomes.future[self.rows]]

    def of(self, column: FloatArray) -> FloatArray:
        """(n,) the column of project rows in these futures."""
        return column[self.rows]

    def days(self, minutes: IntArray) -> FloatArray:
        """Return working days, ``inf`` where the minute is NONE."""
        return np.where(minutes == NONE, np.inf, minutes / self.outcomes.minutes_per_day)


def projects_in_futures(outcomes: Outcomes) -> list[ProjectFutures]:
    """Return every listed project with the futures in which it exists."""
    rows = outcomes.projects_
    exists = ~outcomes.has_status("absent", "done", "cancelled")
    listed = np.flatnonzero(exists & (rows.row < outcomes.network.n_listed))
    order = listed[np.argsort(rows.row[listed], kind="stable")]
    bounds = np.searchsorted(rows.row[order], np.arange(outcomes.network.n_listed + 1))
    return [
        ProjectFutures(
            outcomes=outcomes, project=project, rows=order[bounds[project] : bounds[project + 1]]
        )
        for project in range(outcomes.network.n_listed)
    ]


def futures_by_id(outcomes: Outcomes) -> dict[str, ProjectFutures]:
    """Return the same by the id of the project."""
    ids = outcomes.network.projects.ids
    return {ids[futures.project]: futures for futures in projects_in_futures(outcomes)}


@dataclass(frozen=True, kw_only=True, eq=False)
class TaskIndex:
    """Where the rows of each task stand in ``outcomes.tasks_``."""

    outcomes: Outcomes
    order: IntArray
    bounds: IntArray

    @staticmethod
    def of(outcomes: Outcomes) -> TaskIndex:
        """Sort the task rows by task."""
        order = np.argsort(outcomes.tasks_.task, kind="stable")
        tasks = np.arange(len(outcomes.network.tasks.ids) + 1)
        bounds = np.searchsorted(outcomes.tasks_.task[order], tasks)
        return TaskIndex(outcomes=outcomes, order=order, bounds=bounds)

    def finished(self, task: int, futures: ProjectFutures) -> IntArray:
        """(n,) minute at which a task finished, NONE = it did not, in a project's futures."""
        found = self.order[self.bounds[task] : self.bounds[task + 1]]
        by_row = np.full(len(self.outcomes.projects_.row), NONE, dtype=np.int64)
        by_row[self.outcomes.tasks_.project_row[found]] = self.outcomes.tasks_.finished[found]
        return by_row[futures.rows]


def due_of_rows(outcomes: Outcomes) -> IntArray:
    """(N,) minute at which each project is due, NONE = never; demand counts from its arrival."""
    rows = outcomes.projects_
    due = outcomes.network.projects.due[rows.row]
    is_relative = (rows.number > 0) & (due != NONE)
    return np.where(is_relative, rows.arrived + due, due)


def window_end(network: Network) -> int:
    """Minute after which nothing is simulated: the planning window and the run-off."""
    return network.window_end + network.run_off
