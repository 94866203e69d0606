"""Event log: an XES file (IEEE 1849) as tables of tasks and projects.

A trace is a project, a pair of ``start`` and ``complete`` of one activity a task. When a task could
begin is when the one before it was complete, so that waiting can be told from work; ``suspend`` and
``resume`` are taken out of the time somebody was at it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from pmosim.exchange.exports import Export
from pmosim.exchange.markup import read_xml
from pmosim.scenario import files

if TYPE_CHECKING:
    from pathlib import Path
    from xml.etree.ElementTree import Element

    from pmosim.scenario.messages import Problems

TASKS = ("project", "task", "role", "type", "person", "requested", "started", "finished",
         "duration", "status")  # fmt: skip
PROJECTS = ("project", "template", "released", "finished", "status")
_END = {"complete", "autoskip", "manualskip"}
_STOP = {"ate_abort", "pi_abort", "withdraw"}
_OPENING = {"schedule", "assign", "reassign"}
SHORTEST_DAYS = 0.01
HOURS = 8.0


@dataclass(kw_only=True)
class _Work:
    """A piece of work that was begun."""

    started: datetime | None
    person: str
    role: str
    requested: datetime | None
    paused_at: datetime | None = None
    paused_hours: float = 0.0
    paused_days: int = 0


@dataclass(kw_only=True)
class _Log:
    """What was read so far."""

    name: str
    shown: str
    tasks: list[list[str]] = field(default_factory=list)
    projects: list[list[str]] = field(default_factory=list)
    task_places: list[str] = field(default_factory=list)
    project_places: list[str] = field(default_factory=list)
    n_pauses: int = 0
    n_traces: int = 0
    n_without_start: int = 0
    n_dateless: int = 0


def read_log(file: Path, problems: Problems) -> tuple[list[Export], dict[str, str], list[str]]:
    """Return the tables of an event log, what its durations count, and what to know about it."""
    log = _Log(name=file.name, shown=files.shown_path(file))
    root = read_xml(file, problems, {"trace": lambda trace: _add_trace(log, trace)})
    if root.tag != "log":
        said = f"begins with <{root.tag}>; an event log begins with <log>."
        problems.error("PMO976", f"{log.shown}:1:1", "the file", said)
        raise files.UnreadableError
    if not log.tasks:
        said = "has no trace with an event that is complete (or has a time:timestamp)."
        problems.error("PMO976", f"{log.shown}:1:1", "the log", said)
        raise files.UnreadableError
    notes = [
        f"A trace is a project ({log.n_traces:,}); it counts as finished with its last event "
        "unless work in it is still open.",
        "A task could begin when the one before it in the trace was complete (requested).",
    ]
    if log.n_without_start:
        notes.append(
            f"{log.n_without_start:,} of {len(log.tasks):,} tasks have no start event: waiting and "
            "work cannot be told apart in them, and they have no duration."
        )
    if log.n_dateless:
        notes.append(f"Events without a time are left out: {log.n_dateless:,}.")
    measure = "touch" if log.n_pauses else "elapsed"
    return _exports(file, log), {"duration": measure}, notes


def _exports(file: Path, log: _Log) -> list[Export]:
    return [
        Export(
            file=file, shown=log.shown, sheet=sheet, headings=headings, rows=rows,
            places=tuple(places),
        )
        for sheet, headings, rows, places in (
            ("tasks", TASKS, log.tasks, log.task_places),
            ("projects", PROJECTS, log.projects, log.project_places),
        )
    ]  # fmt: skip


def _attributes(element: Element) -> dict[str, str]:
    return {
        child.get("key", ""): child.get("value", "")
        for child in element
        if child.tag != "event" and child.get("key")
    }


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text.strip()).replace(tzinfo=None)  # as written
    except ValueError:
        return None


def _add_trace(log: _Log, trace: Element) -> None:
    log.n_traces += 1
    own = _attributes(trace)
    name = own.get("concept:name") or f"trace-{log.n_traces}"
    events = []
    for event in trace.iter("event"):
        read = _attributes(event)
        when = _moment(read.get("time:timestamp", ""))
        if when is None:
            log.n_dateless += 1
        else:
            events.append((when, read))
    if not events:
        return
    events.sort(key=lambda pair: pair[0])
    place = f"{log.name}[trace {log.n_traces}]"
    is_open = _Trace(log, name, place).run(events)
    kind = own.get("type") or own.get("case:type") or own.get("concept:type") or ""
    last = "" if is_open else _text(events[-1][0])
    status = "open" if is_open else "finished"
    log.projects.append([name, kind, _text(events[0][0]), last, status])
    log.project_places.append(place)


class _Trace:
    """The events of one trace, in the order of time."""

    def __init__(self, log: _Log, name: str, place: str) -> None:
        self._log = log
        self._name = name
        self._place = place
        self._running: dict[tuple[str, str], list[_Work]] = defaultdict(list)
        self._asked: dict[tuple[str, str], datetime] = {}
        self._times: dict[str, int] = defaultdict(int)
        self._before: datetime | None = None

    def run(self, events: list[tuple[datetime, dict[str, str]]]) -> bool:
        """Read the events; returns whether work is still open."""
        for when, read in events:
            key = (read.get("concept:name", "event"), read.get("concept:instance", ""))
            step = read.get("lifecycle:transition", "complete").lower()
            person, role = read.get("org:resource", ""), read.get("org:role", "")
            role = role or read.get("org:group", "")
            if step in _OPENING:
                self._asked.setdefault(key, when)
            elif step == "start":
                asked = self._asked.pop(key, None) or self._before or when
                self._running[key].append(
                    _Work(started=when, person=person, role=role, requested=asked)
                )
            elif step in {"suspend", "resume"}:
                self._pause(key, when, is_over=step == "resume")
            elif step in _END or step in _STOP:
                self._finish(key, when, person, role, is_stopped=step in _STOP)
        for (activity, _), works in self._running.items():
            for work in works:
                self._add(activity, work, None, "open")
        return any(self._running.values())

    def _pause(self, key: tuple[str, str], when: datetime, *, is_over: bool) -> None:
        for work in self._running[key]:
            if is_over and work.paused_at is not None:
                if work.paused_at.date() == when.date():
                    work.paused_hours += (when - work.paused_at).total_seconds() / 3600
                work.paused_days += _weekdays(work.paused_at, when)
                work.paused_at = None
                self._log.n_pauses += 1
                return
            if not is_over and work.paused_at is None:
                work.paused_at = when
                return

    def _finish(
        self, key: tuple[str, str], when: datetime, person: str, role: str, *, is_stopped: bool
    ) -> None:
        waiting = self._running[key]
        if waiting:
            work = waiting.pop(0)
            work.person = work.person or person
            work.role = work.role or role
        else:
            asked = self._asked.pop(key, None) or self._before or when
            work = _Work(started=None, person=person, role=role, requested=asked)
            self._log.n_without_start += 1
        self._add(key[0], work, when, "cancelled" if is_stopped else "finished")
        self._before = when

    def _add(self, activity: str, work: _Work, finished: datetime | None, status: str) -> None:
        self._times[activity] += 1
        n = self._times[activity]
        task = activity if n == 1 else f"{activity} #{n}"
        days = _days(work, finished) if finished is not None and status == "finished" else ""
        self._log.tasks.append(
            [
                self._name, task, work.role, activity, work.person, _text(work.requested),
                _text(work.started), _text(finished), days, status,
            ]
        )  # fmt: skip
        self._log.task_places.append(self._place)


def _days(work: _Work, finished: datetime) -> str:
    """Return the days somebody was at it: parts of one day by the clock, else whole weekdays."""
    if work.started is None:
        return ""
    if work.started.date() == finished.date():
        hours = (finished - work.started).total_seconds() / 3600 - work.paused_hours
        days = min(hours, HOURS) / HOURS
    else:
        days = _weekdays(work.started, finished) + 1 - work.paused_days
    return f"{max(days, SHORTEST_DAYS):.4f}"


def _weekdays(first: datetime, last: datetime) -> int:
    """Return the weekdays from one date until before another."""
    return int(np.busday_count(first.date(), last.date()))


def _text(moment: datetime | None) -> str:
    return "" if moment is None else moment.isoformat(sep=" ", timespec="seconds")
