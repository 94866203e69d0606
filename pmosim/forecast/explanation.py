"""Explanation: why a project ends when it does: for whom it waits, and day by day.

In: Outcomes. Out: ``Explanation``, the mean working days by cause, and ``Diary``, one future.
Not here: the words (``cli``); whether that is late (``finish``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from pmosim.forecast.estimate import Estimate, mean, probability
from pmosim.network.arrays import NONE, PHASE
from pmosim.outcomes import ABSENT, CAUSES, FINISHED, STATUSES, public_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pmosim.outcomes import Outcomes

EventKind = Literal["asked", "released", "ready", "started", "finished", "ended"]
EVENT_ORDER: tuple[EventKind, ...] = (
    "asked",
    "released",
    "finished",
    "ready",
    "started",
    "ended",
)
"""Order of events of one minute, as a reader follows them."""


@dataclass(frozen=True, kw_only=True)
class Cause:
    """Mean working days from request to finish that go to one cause."""

    name: str
    """``work lag date project intake``, or the id of a role that was waited for."""
    is_role: bool
    days: Estimate
    share: float
    """Of the whole way from request to finish."""


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """Where the time of one project goes; the causes add up to ``days``."""

    project: str
    n_futures: int
    """Futures in which it exists."""
    p_finished: Estimate
    days: Estimate
    """Working days from request (or day 0, if it runs) to finish, over the finished futures."""
    causes: tuple[Cause, ...]
    """Longest first, without those that never happen."""
    slowest_future: int | None
    """The replication with the 80 % finish: one future to look at day by day."""

    @property
    def waits(self) -> tuple[Cause, ...]:
        """The causes that are waiting, longest first."""
        return tuple(cause for cause in self.causes if cause.name != "work")


@dataclass(frozen=True, kw_only=True)
class Event:
    """One thing that happens to a project at a minute of one future."""

    minute: int
    kind: EventKind
    task: str = ""
    """Empty = the project itself."""
    people: tuple[str, ...] = ()
    """Who starts it."""
    waited: int = 0
    """Minutes between ready and start."""
    waited_for: str = ""
    """Role that became available last, of a task that waited."""
    is_summary: bool = False
    """Whether the task is a phase, whose parts have events of their own."""


@dataclass(frozen=True, kw_only=True)
class Diary:
    """One project in one future."""

    project: str
    replication: int
    status: str
    events: tuple[Event, ...]


def explain(outcomes: Outcomes, project: str) -> Explanation:
    """Say where the time of a project goes, on average over the futures that finish it.

    Raises
    ------
    KeyError : the project is in no future.
    """
    rows = np.flatnonzero(outcomes.project_ids == project)
    if len(rows) == 0:
        raise KeyError(project)
    status = outcomes.projects_.status[rows]
    rows = rows[status != ABSENT]
    is_finished = outcomes.projects_.status[rows] == FINISHED
    done = rows[is_finished]
    minutes = outcomes.projects_.causes[done] / outcomes.minutes_per_day
    names = (*CAUSES, *outcomes.network.role_ids)
    whole = float(minutes.sum())
    causes = [
        Cause(
            name=name,
            is_role=column >= len(CAUSES),
            days=mean(minutes[:, column]),
            share=float(minutes[:, column].sum()) / whole,
        )
        for column, name in enumerate(names)
        if len(done) and whole > 0 and minutes[:, column].any()
    ]
    return Explanation(
        project=project,
        n_futures=len(rows),
        p_finished=probability(is_finished),
        days=mean(minutes.sum(axis=1)),
        causes=tuple(sorted(causes, key=lambda cause: -cause.days.value)),
        slowest_future=_at_level(outcomes, rows, 0.8),
    )


def write_diary(outcomes: Outcomes, project: str, replication: int) -> Diary:
    """Return what happens to a project in one future, in the order of the clock.

    Raises
    ------
    KeyError : the project is not in that future.
    """
    projects = outcomes.projects_
    found = np.flatnonzero(
        (outcomes.project_ids == project) & (projects.replication == replication)
    )
    if len(found) == 0:
        raise KeyError(project)
    row = int(found[0])
    events = [*_project_events(outcomes, row), *_task_events(outcomes, row)]
    places = {kind: place for place, kind in enumerate(EVENT_ORDER)}
    events.sort(
        key=lambda event: (
            event.minute,
            places[event.kind],
            event.is_summary and event.kind == "finished",  # a phase ends behind its last part
        )
    )
    return Diary(
        project=project,
        replication=replication,
        status=STATUSES[projects.status[row]],
        events=tuple(events),
    )


def _project_events(outcomes: Outcomes, row: int) -> Iterator[Event]:
    projects = outcomes.projects_
    kinds: tuple[tuple[EventKind, int], ...] = (
        ("asked", int(projects.arrived[row])),
        ("released", int(projects.released[row])),
        ("ended", int(projects.ended[row])),
    )
    yield from (Event(minute=minute, kind=kind) for kind, minute in kinds if minute != NONE)


def _task_events(outcomes: Outcomes, row: int) -> Iterator[Event]:
    tasks, network = outcomes.tasks_, outcomes.network
    for index in np.flatnonzero(tasks.project_row == row).tolist():
        task = int(tasks.task[index])
        name = network.tasks.ids[task]
        is_summary = bool(network.tasks.kind[task] == PHASE)
        ready, started, finished = (
            int(column[index]) for column in (tasks.ready, tasks.started, tasks.finished)
        )
        role = int(tasks.wait_role[index])
        waited_for = network.role_ids[role] if role != NONE else ""
        if ready != NONE and started != ready and not is_summary:
            yield Event(minute=ready, kind="ready", task=name, waited_for=waited_for)
        is_moment = started == finished  # a milestone, or work that was done before day 0
        if started != NONE and not is_moment:
            yield Event(
                minute=started,
                kind="started",
                task=name,
                people=_people(outcomes, index),
                waited=started - ready if ready != NONE else 0,
                waited_for=waited_for,
                is_summary=is_summary,
            )
        if finished != NONE:
            yield Event(minute=finished, kind="finished", task=name, is_summary=is_summary)


def _people(outcomes: Outcomes, task_row: int) -> tuple[str, ...]:
    names = public_names(outcomes.network)
    booked = outcomes.bookings.person[outcomes.bookings.task_row == task_row]
    return tuple(names[person] for person in sorted(set(booked.tolist())))


def _at_level(outcomes: Outcomes, rows: np.ndarray, level: float) -> int | None:
    """Return the replication whose finish is the quantile, unfinished ones last."""
    if len(rows) == 0:
        return None
    finished = outcomes.projects_.finished[rows]
    late = np.where(finished == NONE, np.iinfo(np.int64).max, finished)
    order = np.lexsort((outcomes.projects_.replication[rows], late))
    place = max(0, int(np.ceil(round(level * len(rows), 9))) - 1)
    return int(outcomes.projects_.replication[rows[order[place]]])
