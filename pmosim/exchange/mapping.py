"""Mapping: which column of an export is which column of a history, as a file the user edits.

    pmosim_mapping: 1
    as_of: 2026-12-31                       # the day of the export
    measures: {duration: elapsed}           # work, touch or elapsed
    units: {effort: h, planned_effort: h}   # s min h d w mo, ph pd pm, cd (calendar days)
    dates: day-month
    status: {Ready for QA: open}
    people: numbered                        # or named
    tables:
    - table: tasks                          # or projects, time, people
      file: export.csv
      columns: {task: Issue key, status: [Resolution, Status]}   # the first that holds something
      only: {Issue Type: [Story, Bug]}      # or leave_out
      groups: [Labels]                      # columns that come along as text

It is written with the history that was made with it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from pmosim.errors import InputError, Problem
from pmosim.exchange import headings
from pmosim.exchange.presets import PRESETS
from pmosim.history import TABLES
from pmosim.scenario import files
from pmosim.scenario.messages import Problems, did_you_mean
from pmosim.scenario.nodes import Node, to_plain

if TYPE_CHECKING:
    from collections.abc import Mapping as MappingOf
    from collections.abc import Sequence
    from pathlib import Path

    from pmosim.exchange.exports import Export, Form

NAME = "mapping.yaml"
SETTINGS = (
    "as_of", "measures", "units", "hours_per_day", "currency", "calendar", "numbers", "dates",
    "status", "rules",
)  # fmt: skip
"""Keys that say what the values mean; the same as in ``history.yaml``."""
_OWN = ("pmosim_mapping", "from", "people", "other_status", "tables")
_TABLE_KEYS = ("file", "columns", "only", "leave_out", "groups")
INPUT_ONLY = {"projects": {"duration"}}
"""Columns that a table of an export may have although a history has them not."""


@dataclass(frozen=True, kw_only=True)
class TableMapping:
    """Where one table of a history comes from."""

    table: str
    file: str
    """Name of the export; ``plan.xlsx[Tasks]`` is a sheet."""
    columns: MappingOf[str, tuple[str, ...]]
    """Column -> headings; of several the first that holds something counts."""
    only: MappingOf[str, tuple[str, ...]] = field(default_factory=dict)
    leave_out: MappingOf[str, tuple[str, ...]] = field(default_factory=dict)
    groups: tuple[str, ...] = ()
    place: str = ""


@dataclass(frozen=True, kw_only=True)
class Mapping:
    """Everything that turns exports into a history."""

    form: str
    tables: tuple[TableMapping, ...]
    settings: MappingOf[str, Any] = field(default_factory=dict)
    """Keys of ``SETTINGS``, as plain values."""
    people: str = "numbered"
    other_status: str = ""
    """What a status means that nobody explained; empty: it is an error."""
    doubts: tuple[Problem, ...] = ()
    """Questions that a guess leaves open; nothing is imported before they are answered."""
    notes: tuple[str, ...] = ()
    """What a user should know."""

    def document(self) -> dict[str, Any]:
        """Return the mapping as its file holds it."""
        tables = [
            {
                "table": t.table,
                "file": t.file,
                "columns": {c: h[0] if len(h) == 1 else list(h) for c, h in t.columns.items()},
                "only": {h: list(values) for h, values in t.only.items()},
                "leave_out": {h: list(values) for h, values in t.leave_out.items()},
                "groups": list(t.groups),
            }
            for t in self.tables
        ]
        document = {
            "pmosim_mapping": 1,
            "from": self.form,
            **{key: self.settings[key] for key in SETTINGS if key in self.settings},
            "people": self.people,
            "other_status": self.other_status,
            "tables": [
                {k: v for k, v in table.items() if v not in ("", {}, [])} for table in tables
            ],
        }
        return {key: value for key, value in document.items() if value not in ("", {}, [], None)}

    def with_settings(self, said: MappingOf[str, Any]) -> Mapping:
        """Return the mapping with what a caller says over what it said."""
        merged = dict(self.settings)
        for key, value in said.items():
            if isinstance(value, dict):
                merged[key] = {**merged.get(key, {}), **value}
            elif value is not None:
                merged[key] = value
        return replace(self, settings=merged)


# ---- reading


def read_mapping(file: Path) -> Mapping:
    """Return the mapping of a file (InputError with every fault)."""
    problems = Problems()
    try:
        root = files.read_document(file, problems)
    except files.UnreadableError:
        raise InputError(problems.listed()) from None
    reader = _Reader(problems)
    mapping = reader.mapping(root)
    if problems.has_errors:
        raise InputError(problems.listed())
    return mapping


class _Reader:
    def __init__(self, problems: Problems) -> None:
        self._problems = problems

    def mapping(self, root: Node) -> Mapping:
        known = (*_OWN, *SETTINGS)
        for key in root.mapping:
            if key not in known:
                said = f"is no key of a mapping.{did_you_mean(key, known)}"
                self._problems.error("PMO975", root.place_of(key), key, said)
        tables = root.get("tables")
        if tables is None or not tables.items:
            said = (
                "is missing; list the tables: - {table: tasks, file: export.csv, columns: {...}}."
            )
            self._problems.error("PMO975", root, "tables", said)
        people = self._word(root, "people", ("numbered", "named")) or "numbered"
        form = root.get("from")
        return Mapping(
            form="csv" if form is None else form.text,
            tables=tuple(self._table(node) for node in (tables.items if tables else [])),
            settings={k: to_plain(root.mapping[k]) for k in SETTINGS if root.get(k) is not None},
            people=people,
            other_status=self._word(root, "other_status", ("finished", "open", "cancelled")),
        )

    def _word(self, root: Node, key: str, known: tuple[str, ...]) -> str:
        node = root.get(key)
        if node is None:
            return ""
        if node.text not in known:
            said = f"is {node.shown()}; it must be {' or '.join(known)}."
            self._problems.error("PMO975", node, key, said)
        return node.text

    def _table(self, node: Node) -> TableMapping:
        for key in node.mapping:
            if key not in ("table", *_TABLE_KEYS):
                said = f"is no key of a table.{did_you_mean(key, ('table', *_TABLE_KEYS))}"
                self._problems.error("PMO975", node.place_of(key), key, said)
        name = self._text(node, "table")
        if name not in TABLES:
            said = f"is '{name}'; it must be one of {', '.join(TABLES)}."
            self._problems.error("PMO975", node.place_of("table"), "table", said)
            name = "tasks"
        columns = {}
        listed = {*TABLES[name].listed(), *INPUT_ONLY.get(name, ())}
        for column, entry in (node.get("columns") or Node({}, node.place)).mapping.items():
            if column not in listed:
                said = f"is no column of {name}.{did_you_mean(column, sorted(listed))}"
                self._problems.error("PMO975", entry, f"columns.{column}", said)
            elif not entry.is_null:
                columns[column] = self._texts(entry)
        return TableMapping(
            table=name,
            file=self._text(node, "file"),
            columns=columns,
            only=self._values(node, "only"),
            leave_out=self._values(node, "leave_out"),
            groups=self._texts(node.get("groups")),
            place=node.place,
        )

    def _text(self, node: Node, key: str) -> str:
        found = node.get(key)
        if found is None or not found.is_scalar:
            said = "is missing." if found is None else "must be a single text."
            self._problems.error("PMO975", node.place_of(key), key, said)
            return ""
        return found.text

    def _values(self, node: Node, key: str) -> dict[str, tuple[str, ...]]:
        found = node.get(key)
        entries = {} if found is None else found.mapping
        return {heading: self._texts(entry) for heading, entry in entries.items()}

    @staticmethod
    def _texts(node: Node | None) -> tuple[str, ...]:
        if node is None:
            return ()
        return tuple(item.text for item in node.items) if node.items else (node.text,)


def of_tables(
    exports: Sequence[Export],
    form: Form,
    settings: MappingOf[str, Any],
    notes: Sequence[str],
) -> Mapping:
    """Return the mapping of tables that are called and headed as those of a history."""
    tables: list[TableMapping] = []
    for export in exports:
        columns = {
            name: (name,)
            for name in export.headings
            if name in TABLES[export.sheet].names or export.filled(name)
        }
        tables.append(TableMapping(table=export.sheet, file=export.name, columns=columns))
    return Mapping(form=form, tables=tuple(tables), settings=settings, notes=tuple(notes))


# ---- guessing


def guessed(exports: Sequence[Export], form: Form, table: str | None = None) -> Mapping:
    """Return what the headings of exports say; what they leave open is in ``doubts``."""
    tables: list[TableMapping] = []
    units: dict[str, dict[str, str]] = {}
    doubts: list[Problem] = []
    notes: list[str] = []
    preset = PRESETS.get(form)
    for export in exports:
        known = table or (_known_table(export) if preset is not None else None)
        found = _guess_of(export, known, doubts)
        if found is None:
            continue
        columns: dict[str, tuple[str, ...]] = {c: (h,) for c, h in found.columns.items()}
        own_units = dict(found.units)
        leave_out: dict[str, tuple[str, ...]] = {}
        open_doubts = dict(found.doubts)
        if preset is not None and found.table == "tasks":
            preset_columns, leave_out = _by_preset(export, form)
            taken = {heading for several in preset_columns.values() for heading in several}
            columns = {c: h for c, h in columns.items() if h[0] not in taken} | preset_columns
            own_units |= {c: u for c, u in preset.units.items() if c in preset_columns}
            open_doubts = {c: h for c, h in open_doubts.items() if c not in preset_columns}
            notes += preset.says
        for column, several in open_doubts.items():
            doubts.append(_doubt(export, found.table, column, several))
        order = [*TABLES[found.table].listed(), *INPUT_ONLY.get(found.table, ())]
        tables.append(
            TableMapping(
                table=found.table,
                file=export.name,
                columns={column: columns[column] for column in order if column in columns},
                leave_out=leave_out,
            )
        )
        units[found.table] = units.get(found.table, {}) | own_units
    settings = {"units": _units(units)} if any(units.values()) else {}
    return Mapping(
        form=form,
        tables=tuple(tables),
        settings=settings,
        other_status="open" if preset is not None and preset.others_are_open else "",
        doubts=tuple(doubts),
        notes=tuple(dict.fromkeys(notes)),
    )


def _known_table(export: Export) -> str:
    """Return what an export of a known tool holds: its issues, and what was booked on them."""
    return "time" if export.sheet else "tasks"


def _guess_of(export: Export, table: str | None, doubts: list[Problem]) -> headings.Guess | None:
    if table is not None:
        return headings.guess(export.headings, table)
    best, could = headings.table_of(export.headings)
    if best is None and not (export.sheet and not could):  # a sheet may be about something else
        said = "has no headings that say what a row is"
        if could:
            names = " or ".join(found.table for found in could)
            said = f"can be {names}: nothing says what a row is"
        said += f" ({', '.join(export.headings[:8])}). Say it: --table projects (or tasks, time, "
        said += "people), or write a mapping: --guess"
        doubts.append(Problem(place=f"{export.shown}:1:1", code="PMO974", text=f"the table {said}"))
    return best


def _by_preset(
    export: Export, form: Form
) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    preset = PRESETS[form]
    exact = {heading.lower(): heading for heading in export.headings}
    known: dict[str, tuple[str, ...]] = {}
    for column, groups in preset.columns.items():
        chosen = []
        for group in groups:
            there = [exact[name.lower()] for name in group if name.lower() in exact]
            filled = [heading for heading in there if export.filled(heading)]
            chosen += (filled or there)[:1]
        if chosen:
            known[column] = tuple(chosen)
    leave_out = {}
    for column, values in preset.leave_out.items():
        for heading in known.get(column, ()):
            present = {cell for cells in export.cells(heading) for cell in cells}
            leave_out[heading] = tuple(value for value in values if value in present)
    return known, {heading: values for heading, values in leave_out.items() if values}


def _doubt(export: Export, table: str, column: str, several: list[str]) -> Problem:
    if len(set(several)) == 1:
        several = several[:1]
    shown = headings.headings_shown(several)
    text = (
        f"{shown} can all be '{column}' of {table}; say which: write the guess to a file "
        f"(--guess), put the one heading at {column}, and import with --mapping."
    )
    return Problem(place=f"{export.shown}:1:1", code="PMO974", text=text)


def _units(by_table: MappingOf[str, dict[str, str]]) -> dict[str, str]:
    """Return the units of all tables; a column that has two is named with its table."""
    together: dict[str, set[str]] = {}
    for units in by_table.values():
        for column, unit in units.items():
            together.setdefault(column, set()).add(unit)
    result = {}
    for table, units in by_table.items():
        for column, unit in units.items():
            alone = len(together[column]) == 1
            result[column if alone else f"{table}.{column}"] = unit
    return result
