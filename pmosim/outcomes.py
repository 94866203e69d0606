"""Outcomes: what happened in every replication, as arrays and as tidy frames.

In: blocks of replications from an engine. Out: columns that forecasts read.
Not here: estimates and their errors (``forecast``).

Rows are sorted by replication, within it by project order (listed, then demand by arrival).
Times are working minutes since day 0, NONE (-1) = not, or not yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pmosim.network import FloatArray, IntArray, Network

STATUSES = (
    "finished",
    "active",
    "queued",
    "rejected",
    "withdrawn",
    "stopped",
    "blocked",
    "absent",
    "done",
    "cancelled",
)
"""Status of a project in one future; ``done`` and ``cancelled`` were so before day 0."""
FINISHED, ACTIVE, QUEUED, REJECTED, WITHDRAWN, STOPPED, BLOCKED, ABSENT, DONE, CANCELLED = range(10)

CAUSES = ("work", "lag", "date", "project", "intake")
"""Causes of elapsed time beside waiting for a role: the own work (pauses and absences included),
lags, dates not to start before, waiting for another project, waiting for release."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ProjectRows:
    """N projects in R replications."""

    replication: IntArray
    row: IntArray
    """Row in ``network.projects``; n_listed + d for stream d."""
    number: IntArray
    """0 for a listed project, k for the k-th arrival of a stream (from 1): id ``stream-k``."""
    status: IntArray
    """Index in STATUSES."""
    arrived: IntArray
    """Minute of the request."""
    released: IntArray
    started: IntArray
    """Start of the first task."""
    finished: IntArray
    ended: IntArray
    """Finish, stop or rejection."""
    size: FloatArray
    fixed_cost: FloatArray
    """Realised fixed cost, size included; 0 = none."""
    benefit_per_year: FloatArray
    """Realised benefit a year, size included; 0 = none."""
    causes: IntArray
    """(N, len(CAUSES) + S) minutes from request to finish by cause, then by role waited for;
    0 where unfinished. Each row adds up to finished - arrived."""


@dataclass(frozen=True, kw_only=True, eq=False)
class TaskRows:
    """M tasks of the projects above that came into being (phases, parts and milestones too)."""

    project_row: IntArray
    """Index into ProjectRows."""
    task: IntArray
    """Row in ``network.tasks``."""
    ready: IntArray
    started: IntArray
    finished: IntArray
    wait_role: IntArray
    """Role that became available last before the start (or is missing now), NONE."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Bookings:
    """B bookings of attention: one per person and task, or person and ``throughout`` share."""

    project_row: IntArray
    task_row: IntArray
    """Index into TaskRows, NONE = ``throughout``."""
    person: IntArray
    attention: IntArray
    """Billionths of person-minutes."""
    until: IntArray
    """Minute at which the labour falls due: the task's finish, the stop, or the end of the run."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Outcomes:
    """What happened; ``first`` is the number of the first replication."""

    network: Network
    seed: int
    first: int
    replications: int
    engine: str
    projects_: ProjectRows
    tasks_: TaskRows
    bookings: Bookings
    run_end: IntArray
    """(R,) minute at which each replication ended (window and run-off, or the last project)."""
    busy: IntArray
    """(R, S, M) attention booked by people of a home role per calendar month, billionths of
    person-minutes."""
    capacity: IntArray
    """(R, S, M) fte x (1 - bau) x time present, same unit."""
    queue: IntArray
    """(R, S, M) heads x share waiting for a role, same unit."""
