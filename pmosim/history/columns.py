"""Columns: which tables a history has, and what a column of each means.

Efforts are person-days, durations working days, costs money, ``hours`` hours. Blank is NaN or NaT,
and nothing else is. Columns that are not listed here stay as they are, as text: groups.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "number", "date", "status"]

MEASURES = ("work", "touch", "elapsed")
"""What an amount counts: ``work`` the hours people booked, ``touch`` the working time somebody was
at it (no waiting), ``elapsed`` the working time from start to finish, waiting included."""

STATUSES = ("finished", "open", "cancelled")

MEASURED = ("effort", "duration")
"""Amounts that are declared; what was planned is measured like what was done."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: its name, the kind of its cells, and what it says."""

    name: str
    kind: Kind
    says: str


@dataclass(frozen=True, kw_only=True)
class Table:
    """One table: its columns, and those of which it needs at least one."""

    name: str
    columns: tuple[Column, ...]
    names: tuple[str, ...]
    """Columns that name a row: it needs one of them."""
    facts: tuple[str, ...]
    """Columns that say something about it: it needs one of them."""

    def kind(self, name: str) -> Kind:
        """Return the kind of a column; one that is not listed is text, a duration a number."""
        if name in {"duration", "planned_duration"}:
            return "number"
        return next((column.kind for column in self.columns if column.name == name), "text")

    def listed(self, kind: Kind | None = None) -> tuple[str, ...]:
        """Return the names of the columns, of one kind or of all."""
        return tuple(c.name for c in self.columns if kind is None or c.kind == kind)


def _table(name: str, names: str, facts: str, *columns: tuple[str, Kind, str]) -> Table:
    listed = tuple(Column(name=n, kind=kind, says=says) for n, kind, says in columns)
    return Table(name=name, columns=listed, names=tuple(names.split()), facts=tuple(facts.split()))


TABLES: dict[str, Table] = {
    "tasks": _table(
        "tasks",
        "task project",
        "planned_effort effort planned_duration duration requested started finished",
        ("project", "text", "the project it belongs to"),
        ("task", "text", "its name or number, unique inside the project"),
        ("role", "text", "who does such work: analyst, developer"),
        ("type", "text", "what kind of work it is: story, defect, design"),
        ("person", "text", "who did it"),
        ("planned_effort", "number", "first approved estimate, person-days"),
        ("effort", "number", "person-days that it took; of an open one those so far"),
        ("planned_duration", "number", "first approved estimate, working days"),
        ("duration", "number", "working days that it took"),
        ("requested", "date", "when it was asked for"),
        ("started", "date", "first day somebody worked on it"),
        ("finished", "date", "last day; of a cancelled one the day it was cancelled"),
        ("status", "status", "finished, open or cancelled"),
        ("predecessors", "text", "tasks that had to be done first, with ;"),
    ),
    "projects": _table(
        "projects",
        "project",
        "requested released finished due budget cost planned_effort effort",
        ("project", "text", "its name or number"),
        ("template", "text", "its size or kind: small, medium, web-service"),
        ("requested", "date", "when it was asked for"),
        ("released", "date", "when work on it began"),
        ("finished", "date", "when it was done; of a cancelled one the day it was stopped"),
        ("due", "date", "the first promised finish"),
        ("planned_effort", "number", "first approved estimate, person-days"),
        ("effort", "number", "person-days that it took; of an open one those so far"),
        ("budget", "number", "first approved cost, money"),
        ("cost", "number", "what it cost, money; of an open one what it cost so far"),
        ("status", "status", "finished, open or cancelled"),
    ),
    "time": _table(
        "time",
        "person task project",
        "hours",
        ("person", "text", "who worked"),
        ("project", "text", "on which project"),
        ("task", "text", "on which task"),
        ("date", "date", "when"),
        ("hours", "number", "how many hours"),
    ),
    "people": _table(
        "people",
        "person",
        "from until left role",
        ("person", "text", "who"),
        ("role", "text", "as what"),
        ("fte", "number", "full-time equivalent, 1 = full time"),
        ("from", "date", "first day"),
        ("until", "date", "agreed last day, known beforehand"),
        ("left", "date", "day of leaving; blank = still there"),
    ),
}
"""Name -> table, in the order in which they are read and written."""
