"""Explanation: why a project ends when it does: for whom it waits, and day by day.

In: Outcomes. Out: ``Explanation``, the mean working days by cause, what makes it later than agreed
and who stands on the chain behind it; and ``Diary``, one future day by day.
Not here: the words (``cli``); whether that is late (``finish``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from pmosim.forecast.chain import chain, own_path
from pmosim.forecast.delay import Hangs, Held, Slip, hangs_on, held_up_by, slip_of
from pmosim.forecast.estimate import Estimate, mean, probability
from pmosim.network.arrays import NONE, PHASE
from pmosim.outcomes import ABSENT, CAUSES, FINISHED, SET_ASIDE, STATUSES, public_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pmosim.network.arrays import IntArray
    from pmosim.outcomes import Outcomes

EventKind = Literal[
    "asked",
    "released",
    "ready",
    "started",
    "finished",
    "gone",
    "away",
    "back",
    "paused",
    "resumed",
    "aside",
    "placed",
    "ended",
]
"""``gone``: somebody who was given back goes on to a task that waited for them. ``aside``: it gives
its place to an urgent request; ``placed``: it has one again."""
EVENT_ORDER: tuple[EventKind, ...] = (
    "asked",
    "finished",
    "gone",
    "back",
    "away",
    "resumed",
    "paused",
    "aside",
    "placed",
    "released",
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
    slip: Slip | None
    """How much later than agreed it ends, None = nothing is agreed."""
    held: tuple[Held, ...]
    """What it waits for and who has it meanwhile, the longest first."""
    hangs: Hangs | None
    """What its finish hangs on, None = it never finishes."""

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
    by: str = ""
    """Who gave that back (``crm.build``), or took what is given back, or whose end made room."""
    is_summary: bool = False
    """Whether the task is a phase, whose parts have events of their own."""


@dataclass(frozen=True, kw_only=True)
class Diary:
    """One project in one future."""

    project: str
    replication: int
    status: str
    events: tuple[Event, ...]
    chain: tuple[Link, ...]
    """What its finish hangs on in this future, from the finish back to the request."""


@dataclass(frozen=True, kw_only=True)
class Link:
    """One interval of a chain."""

    begin: int
    end: int
    """Working minutes since day 0."""
    project: str
    task: str
    """Empty = the project itself."""
    cause: str
    """What the time is: a cause, or ``role`` where its own people are waited for."""
    role: str
    """Role waited for, or whose people the owner held; empty = none."""
    via: str
    """Why its owner is on the chain: ``role``, ``project``, ``intake``; empty = it comes before."""


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
    done: IntArray = rows[is_finished]
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
        slip=slip_of(outcomes, done) if len(done) else None,
        held=held_up_by(outcomes, done, own_path(outcomes, done)) if len(done) else (),
        hangs=hangs_on(outcomes, done, chain(outcomes, done)) if len(done) else None,
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
    events = [
        *_project_events(outcomes, row),
        *_task_events(outcomes, row),
        *_absences(outcomes, row),
    ]
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
        chain=tuple(_links(outcomes, row)),
    )


def _links(outcomes: Outcomes, row: int) -> Iterator[Link]:
    steps = chain(outcomes, np.array([row]))
    names = (*CAUSES, *("role" for _ in outcomes.network.role_ids), "")
    roles = (*("" for _ in CAUSES), *outcomes.network.role_ids, "")
    columns = (steps.begin, steps.end, steps.owner, steps.task, steps.cause, steps.via)
    for begin, end, owner, task, cause, via in zip(
        *(column.tolist() for column in columns), strict=True
    ):
        yield Link(
            begin=begin,
            end=end,
            project=outcomes.project_ids[owner],
            task="" if task == NONE else outcomes.network.tasks.ids[outcomes.tasks_.task[task]],
            cause=names[cause],
            role=roles[cause] or roles[via],
            via=names[via],
        )


def _project_events(outcomes: Outcomes, row: int) -> Iterator[Event]:
    projects = outcomes.projects_
    ended, released = int(projects.ended[row]), int(projects.released[row])
    if projects.arrived[row] != NONE:
        yield Event(minute=int(projects.arrived[row]), kind="asked")
    if released != NONE:
        yield Event(minute=released, kind="released", by=_who_made_room(outcomes, row))
    last = int(outcomes.run_end[outcomes.future[row]]) if ended == NONE else ended
    for begin, end in outcomes.network.projects.pauses[projects.row[row]]:
        if begin < last:
            yield Event(minute=begin, kind="paused")
        if end < last:
            yield Event(minute=end, kind="resumed")
    yield from _times_aside(outcomes, row, last)
    if ended != NONE:
        yield Event(minute=ended, kind="ended")


def _times_aside(outcomes: Outcomes, row: int, last: int) -> Iterator[Event]:
    """Yield when a project gave its place to an urgent request, and had one again."""
    events, projects = outcomes.events, outcomes.projects_
    for at in np.flatnonzero((events.project_row == row) & (events.kind == SET_ASIDE)).tolist():
        begin, until = int(events.minute[at]), int(events.until[at])
        is_other = (outcomes.future == outcomes.future[row]) & (projects.released == begin)
        rule = getattr(outcomes.network.intake, "interrupt", None)
        classes = outcomes.network.projects.classes
        taken = [
            int(other)
            for other in np.flatnonzero(is_other)
            if rule is not None and classes[projects.row[other]] == rule.for_class
        ]
        yield Event(minute=begin, kind="aside", by=_name(outcomes, taken[0], NONE) if taken else "")
        if until < last:
            yield Event(minute=until, kind="placed")


def _who_made_room(outcomes: Outcomes, row: int) -> str:
    """Return the project, or the task, whose end let a project be released; empty = none."""
    if outcomes.projects_.finished[row] == NONE:
        return ""
    steps = own_path(outcomes, np.array([row]))
    at = np.flatnonzero((steps.cause == CAUSES.index("intake")) & (steps.holder != NONE))
    if not len(at):
        return ""
    return _name(outcomes, int(steps.holder[at[0]]), int(steps.holder_task[at[0]]))


def _name(outcomes: Outcomes, project_row: int, task_row: int) -> str:
    """Return ``crm.build``, or ``crm`` where it is no single task."""
    project = str(outcomes.project_ids[project_row])
    if task_row == NONE:
        return project
    return f"{project}.{outcomes.network.tasks.ids[outcomes.tasks_.task[task_row]]}"


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
                by=_given_by(outcomes, index),
                is_summary=is_summary,
            )
        yield from _given_on(outcomes, index, name)
        if finished != NONE:
            yield Event(minute=finished, kind="finished", task=name, is_summary=is_summary)


def _given_by(outcomes: Outcomes, task_row: int) -> str:
    """Return who gave back those a task waited for; empty = nobody."""
    handovers = outcomes.handovers
    at = np.flatnonzero(handovers.task_row == task_row)
    if not len(at) or handovers.by_project_row[at[0]] == NONE:
        return ""
    return _name(outcomes, int(handovers.by_project_row[at[0]]), int(handovers.by_task_row[at[0]]))


def _given_on(outcomes: Outcomes, task_row: int, name: str) -> Iterator[Event]:
    """Yield who of a task's people went on to a task that waited for them."""
    handovers, tasks = outcomes.handovers, outcomes.tasks_
    people = public_names(outcomes.network)
    for at in np.flatnonzero(handovers.by_task_row == task_row).tolist():
        taken = int(handovers.task_row[at])
        yield Event(
            minute=int(handovers.minute[at]),
            kind="gone",
            task=name,
            people=(people[int(handovers.person[at])],),
            by=_name(outcomes, int(tasks.project_row[taken]), taken),
        )


def _absences(outcomes: Outcomes, row: int) -> Iterator[Event]:
    """Yield when people of running tasks are away and back, all of a minute together."""
    tasks, people = outcomes.tasks_, outcomes.network.people
    names = public_names(outcomes.network)
    found: dict[tuple[int, EventKind], set[int]] = {}
    end_of_run = int(outcomes.run_end[outcomes.future[row]])
    for index in np.flatnonzero((tasks.project_row == row) & (tasks.started != NONE)).tolist():
        started, finished = int(tasks.started[index]), int(tasks.finished[index])
        end = end_of_run if finished == NONE else finished
        for person in _persons(outcomes, index):
            for begin, until in people.away[person]:
                if begin < end and until > started:
                    found.setdefault((max(begin, started), "away"), set()).add(person)
                    if until < end:
                        found.setdefault((until, "back"), set()).add(person)
    for (minute, kind), absent in found.items():
        yield Event(minute=minute, kind=kind, people=tuple(names[n] for n in sorted(absent)))


def _people(outcomes: Outcomes, task_row: int) -> tuple[str, ...]:
    names = public_names(outcomes.network)
    return tuple(names[person] for person in _persons(outcomes, task_row))


def _persons(outcomes: Outcomes, task_row: int) -> list[int]:
    booked = outcomes.bookings.person[outcomes.bookings.task_row == task_row]
    return sorted(set(booked.tolist()))


def _at_level(outcomes: Outcomes, rows: np.ndarray, level: float) -> int | None:
    """Return the replication whose finish is the quantile, unfinished ones last."""
    if len(rows) == 0:
        return None
    finished = outcomes.projects_.finished[rows]
    late = np.where(finished == NONE, np.iinfo(np.int64).max, finished)
    order = np.lexsort((outcomes.projects_.replication[rows], late))
    place = max(0, int(np.ceil(round(level * len(rows), 9))) - 1)
    return int(outcomes.projects_.replication[rows[order[place]]])
