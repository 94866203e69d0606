"""Promises: every due date and deadline of projects, milestones and tasks, with its chance.

In: the futures of the listed projects. Out: one entry per promise that is still open, by date;
those of the next 90 days are marked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from pmosim.forecast.estimate import complement, on_calendar, quantiles
from pmosim.forecast.finish import end_date, missed_probability
from pmosim.forecast.wording import chance_in_words
from pmosim.network.arrays import MILESTONE, NONE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pmosim.forecast.estimate import Estimate, Json
    from pmosim.forecast.futures import ProjectFutures, TaskIndex
    from pmosim.network.arrays import IntArray

SOON_DAYS = 90
"""Calendar days from day 0 in which a promise is shown on the first page."""
LEVELS = {"p50": 0.5, "p80": 0.8}


@dataclass(frozen=True, kw_only=True, eq=False)
class Promise:
    """A date that somebody was given."""

    futures: ProjectFutures
    task: int
    """Row of the task, NONE = the whole project."""
    kind: str
    """``due`` or ``deadline``."""
    minute: int
    """At which the promised day ends; before day 0 it is negative."""
    finished: IntArray
    """(n,) minute of the finish, NONE = unfinished."""


def promise_list(projects: Sequence[ProjectFutures], tasks: TaskIndex) -> list[Json]:
    """Return the open promises of all projects that exist, the earliest first.

    Whatever is done already is left out: nobody waits for it.
    """
    found = [
        promise for futures in projects if not futures.reason for promise in _of(futures, tasks)
    ]
    found.sort(key=lambda promise: promise.minute)
    return [_entry(promise) for promise in found]


def _of(futures: ProjectFutures, tasks: TaskIndex) -> Iterator[Promise]:
    network, row = futures.outcomes.network, futures.project
    for kind, dates in (("due", network.projects.due), ("deadline", network.projects.deadline)):
        if dates[row] != NONE:
            yield Promise(
                futures=futures,
                task=NONE,
                kind=kind,
                minute=int(dates[row]),
                finished=futures.finished,
            )
    first, last = network.projects.first_task[row : row + 2].tolist()
    for task in range(first, last):
        if network.tasks.is_done[task]:
            continue
        for kind, dates in (("due", network.tasks.due), ("deadline", network.tasks.deadline)):
            if dates[task] != NONE:
                finished = tasks.finished(task, futures)
                yield Promise(
                    futures=futures,
                    task=task,
                    kind=kind,
                    minute=int(dates[task]),
                    finished=finished,
                )


def _entry(promise: Promise) -> Json:
    network, row = promise.futures.outcomes.network, promise.futures.project
    day = network.calendar.date_of(-(-promise.minute // network.minutes_per_day) - 1)
    days_left = (day - network.calendar.as_of) // timedelta(days=1)
    kept = complement(missed_probability(promise.futures, promise.finished, promise.minute))
    estimates = quantiles(promise.futures.days(promise.finished), list(LEVELS.values()))
    item = None if promise.task == NONE else network.tasks.ids[promise.task]
    name = network.projects.names[row] or network.projects.ids[row]
    return {
        "project": network.projects.ids[row],
        "name": name,
        "item": item,
        "kind": promise.kind,
        "is_milestone": item is not None and bool(network.tasks.kind[promise.task] == MILESTONE),
        "date": end_date(network, promise.minute),
        "days_left": days_left,
        "in_90_days": 0 <= days_left <= SOON_DAYS,
        "is_past": days_left < 0,
        "p_kept": kept.to_json(),
        **{
            label: on_calendar(estimate, level, network.calendar).to_json()
            for (label, level), estimate in zip(LEVELS.items(), estimates, strict=True)
        },
        "text": _sentence(name, item, promise.kind, end_date(network, promise.minute), kept),
    }


def _sentence(name: str, item: str | None, kind: str, day: str, kept: Estimate) -> str:
    what = name if item is None else f"{name}: {item}"
    word = "due" if kind == "due" else "with the deadline"
    if not kept.is_known:
        return f"{what}, {word} {day}: {kept.reason or 'not known'}."
    return f"{what}, {word} {day}, is kept in {chance_in_words(kept.value, kept.n)} futures."
