"""Tables: projects, phases, people and tasks that stand in CSV files, sheets or frames.

``projects`` and ``people`` become lists, ``phases`` and ``tasks`` go into the template or project
that their row names. A cell may hold a mapping or list as a scenario file has it
(``{dist: lognormal, mean: 2pd, cv: 0.3}``). Columns:

* projects: the keys of a project; ``benefit_per_year``, ``benefit_for``, ``benefit_until``;
  ``done``, ``remaining_pm``, ``spent_pd``, ``actual_cost``, ``rag`` as reported;
  ``after`` may list several (``crm; hr.go-live``); every other column is a group.
* people: ``person`` (or ``id``), ``role``, ``headcount``, ``fte`` (of a row without a person: how
  many people), ``from``, ``until``, ``place`` (or ``holidays``, also a country such as DE-BY),
  ``leave``, the keys of a person; or one column per month (``2027-01``) with the FTE of the role,
  the last of which goes on.
* phases: ``template`` (or ``project``), ``phase``, ``lasts``, ``after``, ``capex``, dates, and one
  column per role in person-months; the row ``throughout`` has shares of people instead.
* bookings: ``person``, ``project`` and ``share`` (or ``work`` in person-time) with ``from`` and
  ``until``; or one column per month (``2027-01``) with shares, or with person-days where the cell
  (``12pd``) or the column ``unit`` (``pd``) says so; ``on_overrun``.
* tasks: ``project`` (or ``template``), ``task``, ``effort``, ``duration``, ``milestone``,
  ``after``, ``role`` with ``people`` and ``share``, dates, ``done``, ``spent``, ``remaining``,
  ``by``, and one column per role with its need (``2``, ``40%``).
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import cache, partial
from typing import TYPE_CHECKING

from pmosim.scenario import cells, files, shapes, workbook
from pmosim.scenario.amounts import LONGEST_TEXT
from pmosim.scenario.cells import MONTH_HEADER, Column, Sheet, cell_node
from pmosim.scenario.messages import Problems, did_you_mean
from pmosim.scenario.monthly import (
    BOOKED_UNITS,
    NOTHING,
    as_number,
    booked_cell,
    booked_runs,
    layers_of,
)
from pmosim.scenario.nodes import Node, scalar
from pmosim.scenario.staff import roles_named

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SECTIONS = ("projects", "people", "bookings", "phases", "tasks")
DATES = {"starts", "arrives", "due", "deadline", "not_before", "from", "until", "cancelled"}
DATES |= {"benefit_until"}
"""Columns whose cells are dates."""
_TEXTS = {"id", "name", "template", "status", "sponsor", "class", "after", "person", "role", "kind"}
_TEXTS |= {"place", "holidays", "project", "phase", "task", "by", "mandatory", "milestone", "rag"}
LISTS = {"leave", "pauses", "focus", "skills", "throughout", "after", "by", "groups"}
_TEXTS |= LISTS | {"country", "subdivision", "process", "unit", "on_overrun"}
PLAIN = _TEXTS - LISTS
"""Columns whose cells are text, whatever they look like."""
_WORDS = {"status", "kind", "rag", "priority", "process", "fiscal_year", "unit", "on_overrun"}
_YES = {"yes", "y", "x", "ja", "j", "oui", "si", "1", "wahr", "true"}
_NO = {"no", "n", "nein", "non", "0", "falsch", "false", "-"}
_UNITS = re.compile(r"(effort|duration|lasts|spent|remaining)_(ph|pd|pm|h|d|w|mo)\Z")
_BARE = re.compile(r"-?[\d.,'\u00a0]+\Z")
_SKILL = re.compile(r"(.+?)[\s:=]+([\d.]+%?)\Z")
_BRACKETS = re.compile(r"_*[(\[][^()\[\]]*[)\]]\Z")
_REPORTED_UNITS = re.compile(r"(spent|remaining)_(ph|pd|pm)\Z")
_PLACE_CODE = re.compile(r"([A-Z]{2})(?:-([A-Z0-9]{1,3}))?\Z")
_REPORTED = ("done", "remaining", "spent", "actual_cost", "rag")
_BASELINE = {"baseline_start": "start", "baseline_finish": "finish", "baseline_cost": "cost"}
_BENEFIT = {"benefit_per_year": "per_year", "benefit_for": "for", "benefit_until": "until"}
_OTHER_NAMES: dict[str, dict[str, str]] = {
    "projects": {
        "project": "id", "project_id": "id", "project_name": "name", "title": "name",
        "start": "starts", "start_date": "starts", "due_date": "due", "percent_done": "done",
        "%_done": "done", "%_complete": "done", "predecessors": "after", "depends_on": "after",
    },
    "people": {"person": "id", "name": "id", "holidays": "place", "team": "role"},
    "bookings": {
        "resource": "person", "name": "person", "employee": "person", "allocation": "share",
        "start": "from", "start_date": "from", "end": "until", "finish": "until",
        "end_date": "until",
    },
    "demand": {"stream": "id", "demand": "id"},
    "templates": {"template": "id"},
    "roles": {"role": "id"},
    "places": {"place": "id"},
}  # fmt: skip
"""What a column may be called as well, where none has the name itself."""
NAMED = {
    "templates": shapes.TEMPLATE,
    "roles": shapes.ROLE,
    "places": shapes.PLACE,
    "demand": shapes.STREAM,
}
"""Further sections of a workbook: a row per name."""
_ASKING = {"projects": shapes.PROJECT, "templates": shapes.TEMPLATE, "demand": shapes.STREAM}
_TASK_EXTRA = ("role", "people", "share")


def with_tables(root: Node, workspace: Path, folder: Path, problems: Problems) -> Node:
    """Return the document with every ``{csv: ...}`` or ``{xlsx: ...}`` replaced by its rows."""
    tables = _Tables(root, problems)
    for section in SECTIONS:
        node = root.get(section)
        if node is None:
            continue
        is_table = "csv" in node.mapping or "xlsx" in node.mapping
        if section in {"phases", "tasks"} or is_table:
            sheet = _sheet_of(section, node, workspace, folder, problems)
            tables.of_all = {key: node.mapping[key] for key in of_all(section) & {*node.mapping}}
            tables.inline(section, node.place, sheet)
    return tables.root


def with_sheets(root: Node, sheets: Mapping[str, Sheet], problems: Problems) -> Node:
    """Return the document with the rows of sheets of a workbook, by section."""
    tables = _Tables(root, problems)
    for section in (*NAMED, *SECTIONS):
        if section in sheets:
            tables.inline(section, sheets[section].place_of(1, 0), sheets[section])
    return tables.root


def of_all(section: str) -> set[str]:
    """Return the columns that may stand beside the name of a table instead: alike in all rows."""
    return {"on_overrun", "unit"} if section == "bookings" else set()


@cache
def key_columns(section: str) -> tuple[set[str], set[str]]:
    """Return the columns of which a table needs one, and all that are known."""
    other = _OTHER_NAMES.get(section, {})
    if section in {"phases", "tasks"}:
        return {section.removesuffix("s")}, {*_activity_columns(section)}
    if section == "people":
        return {"role", "person", "id"}, {*_PERSON_COLUMNS, *other}
    if section == "bookings":
        return {"person", "resource", "name", "employee"}, {*_BOOKING_COLUMNS, *other}
    own = {"id", *(name for name, key in other.items() if key == "id")}
    known = _asking_columns(section) if section in _ASKING else {*NAMED[section].keys}
    return own, {*known, *own, *other}


def bare_key(key: str) -> str:
    """Return a key without what stands in brackets behind it: ``budget_(eur)`` is ``budget``."""
    return _BRACKETS.sub("", key)


def _sheet_of(
    section: str, node: Node, workspace: Path, folder: Path, problems: Problems
) -> Sheet | None:
    """Return the table that a document refers to."""
    kind = "xlsx" if "xlsx" in node.mapping else "csv"
    path, name = node.get(kind), node.get("sheet")
    known = {kind, "sheet"} | of_all(section)
    if path is None or set(node.mapping) - known or (name and kind == "csv"):
        inside = " (written out, they stand inside a template or project)"
        said = f"must be a table: {{csv: tables/{section}.csv}} or {{xlsx: plan.xlsx, sheet: "
        said += f"{workbook.SHEETS[section][0]}}}"
        said += inside if section in {"phases", "tasks"} else ""
        extra = ", ".join(sorted(set(node.mapping) - known))
        if path is not None and extra:
            may = known - {kind} - ({"sheet"} if kind == "csv" else set())
            more = ", ".join(sorted(may)) or "nothing"
            said = f"says {extra}, which a table does not know; beside {kind} stand: {more}"
        problems.error("PMO104", node, section, f"{said}.")
        return None
    try:
        file = files.inside(workspace, folder, path, f"{section}.{kind}", problems)
        if kind == "csv":
            return cells.read_sheet(file, problems)
        return workbook.read_sheet(file, section, name or path, key_columns(section), problems)
    except files.UnreadableError:
        return None


class _Tables:
    def __init__(self, root: Node, problems: Problems) -> None:
        self.root = root
        self._problems = problems
        self._places: dict[str, Node] = {}
        """Countries that stand for a place."""
        self._keys: dict[str, dict[str, str]] = {}
        self.of_all: dict[str, Node] = {}
        """What is said of all rows of the table at hand."""

    def inline(self, section: str, place: str, sheet: Sheet | None) -> None:
        entries = dict(self.root.mapping)
        entries.pop(section, None)
        self.root = self.root.with_entries(entries)
        if sheet is None:
            return
        self._settle(sheet, section)
        if section in NAMED:
            named = self._named(sheet, section)
            self.root = self.root.with_entries(entries | {section: named})
        elif section in _ROWS:
            build = getattr(self, _ROWS[section])
            if section == "projects":
                self._doubt_groups(sheet)
            else:
                known = _PERSON_COLUMNS if section == "people" else _BOOKING_COLUMNS
                self._check_columns(sheet, section, known)
            rows: list[Node] = []
            for where, row in zip(sheet.places, sheet.rows, strict=True):
                built = build(sheet, where, row)
                rows.extend(built if isinstance(built, list) else [built])
            self.root = self.root.with_entries(entries | {section: Node(rows, place)})
            self._add_places()
        else:
            self._add_activities(sheet, section)

    def _add_places(self) -> None:
        if self._places:
            before = self.root.get("places") or Node({}, self.root.place)
            places = before.with_entries(before.mapping | self._places)
            self.root = self.root.with_entries(self.root.mapping | {"places": places})

    # ---- what the columns mean

    def _settle(self, sheet: Sheet, section: str) -> None:
        """Name the columns by their keys and make their dates and numbers plain."""
        for column in [column for column in sheet.columns if column.header]:
            key = self._key_of(sheet, column, section)
            is_group = section in _ASKING and key not in _asking_columns(section)
            if is_group:
                continue
            if key in DATES or key in {"baseline_start", "baseline_finish"}:
                cells.settle_dates(sheet, column.header, self._problems)
            elif key not in _TEXTS:
                cells.settle_numbers(sheet, column.header, self._problems)
            unit = self._unit_of(column, section)
            if unit:
                sheet.rewritten(column.header, partial(_with_unit, unit=unit))
            if key in {"mandatory", "milestone", "done", "gate"}:
                sheet.rewritten(column.header, _yes_or_no)
            if key in _WORDS:
                sheet.rewritten(column.header, _word)
            if key not in PLAIN or (section == "places" and key == "holidays"):
                self._structure(sheet, column.header)

    def _structure(self, sheet: Sheet, header: str) -> None:
        """Read the cells that hold a mapping or list."""
        for row in sheet.rows:
            cell = row.get(header)
            if cell is not None and cell.text.startswith(cells.STRUCTURED):
                found = structure_of(cell, header, self._problems)
                if found is None:
                    del row[header]
                else:
                    row[header] = found

    def _unit_of(self, column: Column, section: str) -> str:
        if section in _ASKING:
            found = _REPORTED_UNITS.match(column.key) if has_reports() else None
        else:
            found = _UNITS.match(column.key)
        return found[2] if found else ""

    def _key_of(self, sheet: Sheet, column: Column, section: str) -> str:
        unit = self._unit_of(column, section)
        key = column.key.removesuffix(f"_{unit}") if unit else column.key
        bare = bare_key(key)
        if bare != key and all(known.key != bare for known in sheet.columns):
            key = bare if bare in key_columns(section)[1] else key
        other = _OTHER_NAMES.get(section, {}).get(key)
        if other is None or any(known.key == other for known in sheet.columns):
            return key
        rivals = [known for known in sheet.columns if _OTHER_NAMES[section].get(known.key) == other]
        return other if rivals[0] is column else key

    def _asked(self, sheet: Sheet, section: str) -> dict[str, str]:
        """Return the role of each header that names one, also one that does not exist."""
        known = _activity_columns(section)
        roles = self._roles()
        found = {}
        for column in sheet.columns:
            role = _role_named(column.header, roles)
            is_key = self._key_of(sheet, column, section) in known
            if column.header and not is_key and (role or _holds_amounts(sheet, column)):
                found[column.header] = role or column.header
        return found

    def _keyed(self, row: Mapping[str, Node], keys: Mapping[str, str]) -> dict[str, Node]:
        """Return the cells of a row by key."""
        return {keys[header]: cell for header, cell in row.items()}

    def _keys_of(self, sheet: Sheet, section: str) -> dict[str, str]:
        """Return the key of each header, worked out once."""
        if section not in self._keys:
            self._keys[section] = {
                column.header: self._key_of(sheet, column, section)
                for column in sheet.columns
                if column.header
            }
        return self._keys[section]

    def _roles(self) -> list[str]:
        return list(roles_named(self.root).mapping)

    # ---- rows

    def _project(self, sheet: Sheet, place: str, row: Mapping[str, Node]) -> Node:
        return self._asking(sheet, place, row, "projects")

    def _asking(self, sheet: Sheet, place: str, row: Mapping[str, Node], section: str) -> Node:
        """Return a project, template or stream."""
        entries: dict[str, Node] = {}
        groups: dict[str, Node] = {}
        inner: dict[str, dict[str, Node]] = {}
        known, keys = _asking_columns(section), self._keys_of(sheet, section)
        for column in sheet.columns:
            cell = row.get(column.header)
            if cell is None or cell.is_null:
                continue
            key = keys[column.header]
            owner, name = inner_key(key)
            if owner:
                inner.setdefault(owner, {})[name] = cell
            elif key in {"after", "pauses"}:
                entries[key] = _names_node(cell)
            elif key == "throughout":
                entries[key] = _skills_node(cell)
            elif key in known and (key != "groups" or not cell.is_scalar):
                entries[key] = cell
            else:
                groups[column.header] = cell
        if groups:
            inner["groups"] = groups
        for owner, parts in inner.items():
            before = entries[owner].mapping if owner in entries else {}
            entries[owner] = _mapping_node({**before, **parts}, place)
        return _mapping_node(entries, place)

    def _named(self, sheet: Sheet, section: str) -> Node:
        """Return a section that is a mapping of names, a row each."""
        if section not in _ASKING:
            self._check_columns(sheet, section, {*NAMED[section].keys, *NAMED[section].later})
        found: dict[str, Node] = {}
        places: dict[str, str] = {}
        for place, row in zip(sheet.places, sheet.rows, strict=True):
            if section in _ASKING:
                entries = dict(self._asking(sheet, place, row, section).mapping)
            else:
                entries = self._keyed(row, self._keys_of(sheet, section))
                entries |= {
                    k: _names_node(entries[k]) for k in ("focus", "holidays") & entries.keys()
                }
            own = entries.pop("id", None)
            if own is None:
                said = "needs a name in its first column."
                self._problems.error("PMO804", place, "the row", said)
            elif own.text in found:
                said = f"is '{own.text}', which stands already at {places[own.text]}."
                self._problems.error("PMO106", own, section.removesuffix("s"), said)
            else:
                found[own.text], places[own.text] = _mapping_node(entries, place), own.place
        return Node(found, sheet.place_of(1, 0), "", places)

    def _people_of_row(self, sheet: Sheet, place: str, row: Mapping[str, Node]) -> list[Node]:
        entries = self._keyed(row, self._keys_of(sheet, "people"))
        months = {key: cell for key, cell in entries.items() if MONTH_HEADER.match(key)}
        entries = {key: cell for key, cell in entries.items() if key in _PERSON_COLUMNS}
        for key in ("leave", "focus"):
            if key in entries:
                entries[key] = _names_node(entries[key])
        if "skills" in entries:
            entries["skills"] = _skills_node(entries["skills"])
        self._note_place(entries.get("place"))
        if months:
            layers = layers_of(months)
            if "id" in entries:
                layers = self._person_by_month(layers, entries["id"])
            return [_mapping_node(entries | layer, place) for layer in layers]
        if "id" not in entries and "headcount" not in entries and "fte" in entries:
            entries["headcount"] = _heads(entries.pop("fte"))
        return [_mapping_node(entries, place)]

    def _person_by_month(self, layers: list[dict[str, Node]], own: Node) -> list[dict[str, Node]]:
        """Return when one person is there and for which part, which cannot change."""
        if len(layers) > 1:
            said = "changes from month to month; a person with a name keeps one part: give `fte`, "
            said += "`from` and `until`, or leave the name out."
            self._problems.error("PMO108", own, f"the part of '{own.text}'", said)
        return [{("fte" if k == "headcount" else k): v for k, v in e.items()} for e in layers[:1]]

    def _bookings_of_row(self, sheet: Sheet, place: str, row: Mapping[str, Node]) -> list[Node]:
        entries = self._keyed(row, self._keys_of(sheet, "bookings"))
        months = {key: cell for key, cell in entries.items() if MONTH_HEADER.match(key)}
        own = {key: cell for key, cell in entries.items() if key in _BOOKING_COLUMNS}
        entries = self.of_all | own
        unit = entries.pop("unit", None)
        if unit is not None and unit.text not in BOOKED_UNITS:
            said = f"is '{unit.text}'; it must be one of {', '.join(BOOKED_UNITS)}."
            self._problems.error("PMO926", unit, "unit", said)
            return []
        word = unit.text if unit is not None else ""
        if not any(column.header and MONTH_HEADER.match(column.key) for column in sheet.columns):
            if "share" in entries and word:
                entries |= booked_cell(entries.pop("share"), word)
            is_nothing = "share" in entries and entries["share"].text in NOTHING
            return [] if is_nothing else [_mapping_node(entries, place)]
        twice = [key for key in ("share", "work", "from", "until") if key in entries]
        if months and twice:
            said = f"says by month who is booked, and has `{twice[0]}` as well; leave one out."
            self._problems.error("PMO926", entries[twice[0]], "the row", said)
            return []
        return [_mapping_node(entries | run, place) for run in booked_runs(months, word)]

    def _note_place(self, cell: Node | None) -> None:
        """Take a country (DE, DE-BY) that is no place of the document as one."""
        code = _PLACE_CODE.match(cell.text) if cell is not None and cell.is_scalar else None
        known = self.root.get("places")
        if cell is None or code is None or (known is not None and cell.text in known.mapping):
            return
        country = {"country": scalar(code[1], cell.place)}
        region = {"subdivision": scalar(code[2], cell.place)} if code[2] else {}
        self._places.setdefault(cell.text, _mapping_node(country | region, cell.place))

    def _check_columns(self, sheet: Sheet, section: str, keys: set[str]) -> None:
        known = [*dict.fromkeys([*_OTHER_NAMES.get(section, {}), *sorted(keys)])]
        for column in sheet.columns:
            is_known = self._key_of(sheet, column, section) in {*keys, "id"}
            is_month = section in _BY_MONTH and MONTH_HEADER.match(column.key)
            if column.header and not is_known and not is_month:
                said = f"is not a column of {section}.{did_you_mean(column.key, known)}"
                said += " A month is written 2027-01." if section in _BY_MONTH else ""
                self._problems.error("PMO802", column.place, f"the column '{column.header}'", said)

    def _doubt_groups(self, sheet: Sheet) -> None:
        """Doubt a column that becomes a group but is written almost like a key."""
        known = _asking_columns("projects")
        missing = [key for key in known if all(column.key != key for column in sheet.columns)]
        for column in sheet.columns:
            if column.header and self._keys_of(sheet, "projects")[column.header] not in known:
                near = get_close_matches(column.key, missing, n=1, cutoff=0.85)
                if near and sheet.cells_of(column.header):
                    said = f"is taken as a group; did you mean '{near[0]}'?"
                    what = f"the column '{column.header}'"
                    self._problems.warning("PMO807", column.place, what, said)

    def _add_activities(self, sheet: Sheet, section: str) -> None:
        name_key = section.removesuffix("s")
        self._check_activity_columns(sheet, section)
        asked = self._asked(sheet, section)
        keys = self._keys_of(sheet, section) | asked
        roles = list(asked.values())
        known = dict.fromkeys(self._project_ids())
        added: dict[tuple[str, str], list[tuple[Node, Node]]] = {}
        for place, row in zip(sheet.places, sheet.rows, strict=True):
            entries = self._keyed(row, keys)
            owner = self._owner(entries, place, known)
            name = entries.get(name_key) or entries.get("id")
            if owner is None:
                continue
            if name is None:
                said = f"needs the name of the {name_key} in the column '{name_key}'."
                self._problems.error("PMO804", place, "the row", said)
                continue
            build = _phase if section == "phases" else _task
            added.setdefault(owner, []).append((name, build(entries, place, roles)))
        self._put(section, added)

    def _check_activity_columns(self, sheet: Sheet, section: str) -> None:
        known = _activity_columns(section)
        what = "a phase" if section == "phases" else "a task"
        roles = self._roles()
        for column in sheet.columns:
            key = self._key_of(sheet, column, section)
            is_known = key in known or _role_named(column.header, roles)
            if column.header and not is_known and not _holds_amounts(sheet, column):
                said = f"is neither a key of {what} nor a role."
                said += did_you_mean(column.header, [*known, *roles])
                self._problems.error("PMO802", column.place, f"the column '{column.header}'", said)

    def _owner(
        self, entries: Mapping[str, Node], place: str, known: Mapping[str, None]
    ) -> tuple[str, str] | None:
        project, template = entries.get("project"), entries.get("template")
        if project is not None and template is not None:
            said = "names a project and a template; a row belongs to one of them."
            self._problems.error("PMO804", place, "the row", said)
            return None
        if template is not None:
            return "templates", template.text
        if project is None:
            said = "needs a template or project in the column of that name."
            self._problems.error("PMO804", place, "the row", said)
            return None
        if project.text not in known:
            said = (
                f"is '{project.text}'; there is no such project.{did_you_mean(project.text, known)}"
            )
            self._problems.error("PMO205", project, "project", said)
            return None
        return "projects", project.text

    def _project_ids(self) -> list[str]:
        return [
            own.text if (own := project.get("id")) is not None and own.is_scalar else ""
            for project in self._projects()
        ]

    def _projects(self) -> list[Node]:
        node = self.root.get("projects")
        return node.items if node is not None else []

    def _put(self, section: str, added: Mapping[tuple[str, str], list[tuple[Node, Node]]]) -> None:
        """Add the tasks or phases of each owner to its project or template."""
        templates = self.root.get("templates") or Node({}, self.root.place)
        entries = dict(templates.mapping)
        for (kind, name), activities in added.items():
            if kind == "templates":
                before = entries.get(name) or Node({}, templates.place)
                entries[name] = self._with_activities(before, section, activities)
        changed = dict(self.root.mapping)
        if entries:
            changed["templates"] = templates.with_entries(entries)
        if "projects" in changed:
            projects = [
                self._with_activities(project, section, added.get(("projects", name), []))
                for name, project in zip(self._project_ids(), self._projects(), strict=True)
            ]
            changed["projects"] = Node(list(projects), changed["projects"].place)
        self.root = self.root.with_entries(changed)

    def _with_activities(self, owner: Node, section: str, added: list[tuple[Node, Node]]) -> Node:
        if not added:
            return owner
        before = owner.get(section) or Node({}, owner.place)
        entries, key_places = dict(before.mapping), dict(before.key_places)
        for name, entry in added:
            if section == "phases" and name.text == "throughout" and entry.get("lasts") is None:
                owner = _with_throughout(owner, entry)
                continue
            if name.text in entries:
                said = f"is '{name.text}', which its project or template has already."
                self._problems.error("PMO106", name, section.removesuffix("s"), said)
                continue
            entries[name.text] = entry
            key_places[name.text] = name.place
        if not entries:
            return owner
        activities = Node(entries, before.place, "", key_places)
        return owner.with_entries(owner.mapping | {section: activities})


_BOOKING_COLUMNS = {*shapes.BOOKING.keys, "unit"}
_ROWS = {"projects": "_project", "people": "_people_of_row", "bookings": "_bookings_of_row"}
"""Sections that become a list, and what makes entries of a row."""
_BY_MONTH = {"people", "bookings"}
"""Sections that may have a column per month."""
_PERSON_COLUMNS = {*shapes.PERSON.keys, *shapes.PERSON.later}


def _activity_columns(section: str) -> list[str]:
    shape = shapes.PHASE if section == "phases" else shapes.TASK
    extra = () if section == "phases" else _TASK_EXTRA
    own = ("project", "template", section.removesuffix("s"), "id")
    return [*own, *shape.keys, *shape.later, *extra]


def _role_named(header: str, roles: list[str]) -> str:
    """Return the role that a header means, also in another spelling; empty if there is none."""
    if header in roles:
        return header
    alike = [role for role in roles if _folded(role) == _folded(header)]
    return alike[0] if len(alike) == 1 else ""


def _folded(name: str) -> str:
    return re.sub(r"[\s_-]+", "-", name.strip().casefold())


def _holds_amounts(sheet: Sheet, column: Column) -> bool:
    """Return whether a column looks like work or needs of a role."""
    cells_of_it = sheet.cells_of(column.header)
    return bool(cells_of_it) and all(cell.text[:1].isdigit() for cell in cells_of_it)


def has_reports() -> bool:
    """Return whether a project can say how far it is."""
    return "as_reported" in shapes.PROJECT.keys


def inner_key(key: str) -> tuple[str, str]:
    """Return the mapping inside a project that a column belongs to, and its key there."""
    if key in _BENEFIT:
        return "benefit", _BENEFIT[key]
    if key in _REPORTED and has_reports():
        return "as_reported", key
    if key in _BASELINE and "baseline" in shapes.PROJECT.keys:
        return "baseline", _BASELINE[key]
    return "", key


@cache
def _asking_columns(section: str) -> set[str]:
    shape = _ASKING[section]
    known = {*shape.keys, *shape.later, *_BENEFIT, "id"} - {"tasks", "phases"}
    return known | ({*_REPORTED, *_BASELINE} if has_reports() else set())


def structure_of(cell: Node, header: str, problems: Problems) -> Node | None:
    """Return a cell that holds a mapping or list as nodes, None where it cannot be read."""
    inside = Problems()
    try:
        found = files.document_of_text(cell.text, cell.place, inside)
    except files.UnreadableError:
        found = None
    if found is None or len(inside):
        said = f"is {cell.shown()}; it must be a mapping or list such as {{low: 5pd, likely: 8pd, "
        said += "high: 15pd}; text that begins with a bracket stands in quotes inside [ ]."
        problems.error("PMO104", cell, header, said)
        return None
    return _moved(found, cell)


def _moved(node: Node, cell: Node) -> Node:
    """Return nodes that all stand where a cell is."""
    if isinstance(node.value, dict):
        entries = {key: _moved(entry, cell) for key, entry in node.value.items()}
        return Node(entries, cell.place, "", dict.fromkeys(entries, cell.place), cell.column)
    if isinstance(node.value, list):
        return Node([_moved(entry, cell) for entry in node.value], cell.place, "", {}, cell.column)
    return Node(node.value, cell.place, node.text, column=cell.column)


def _with_throughout(owner: Node, entry: Node) -> Node:
    """Return a template or project with the shares of its row ``throughout``."""
    work = entry.get("work")
    before = owner.get("throughout") or Node({}, entry.place)
    shares = {
        role: cell_node(node.text.removesuffix("pm"), node.place, node.column)
        for role, node in (work.mapping if work is not None else {}).items()
    }
    throughout = before.with_entries(before.mapping | shares)
    return owner.with_entries(owner.mapping | {"throughout": throughout})


def _mapping_node(entries: Mapping[str, Node], place: str) -> Node:
    return Node(dict(entries), place, "", {key: node.place for key, node in entries.items()})


def _names_node(cell: Node) -> Node:
    if not cell.is_scalar:
        return cell
    names = cells.names_in(cell.text)
    return Node([cell_node(name, cell.place, cell.column) for name in names], cell.place)


def _skills_node(cell: Node) -> Node:
    """Return ``developer 60%; tester`` as a mapping of roles to proficiencies."""
    if not cell.is_scalar:
        return cell
    entries = {}
    for part in cells.names_in(cell.text):
        found = _SKILL.match(part) if len(part) <= LONGEST_TEXT else None
        name, level = (found[1], found[2]) if found else (part, "100%")
        entries[name] = cell_node(level, cell.place, cell.column)
    return _mapping_node(entries, cell.place)


def _with_unit(text: str, unit: str) -> str:
    if _BARE.match(text):
        return text + unit
    parts = text.split("/")
    if len(parts) == 3 and all(_BARE.match(part.strip()) for part in parts):
        return "/".join(part.strip() + unit for part in parts)
    return text


def _yes_or_no(text: str) -> str:
    lowered = text.lower()
    if lowered in _YES:
        return "true"
    return "false" if lowered in _NO else text


def _word(text: str) -> str:
    return re.sub(r"[\s_]+", "-", text.strip().lower())


def _heads(cell: Node) -> Node:
    """Return how many people an FTE in percent is."""
    return cell_node(as_number(cell.text), cell.place, cell.column) if cell.is_scalar else cell


def _phase(entries: Mapping[str, Node], place: str, roles: list[str]) -> Node:
    work = {
        role: cell_node(
            _with_unit(entries[role].text, "pm"), entries[role].place, entries[role].column
        )
        if entries[role].is_scalar
        else entries[role]
        for role in roles
        if role in entries and entries[role].text not in {"0", "-", "0.0"}
    }
    known = {key: entries[key] for key in entries if key in shapes.PHASE.keys and key not in roles}
    known |= {key: entries[key] for key in entries if key in shapes.PHASE.later}
    if work:
        before = known["work"].mapping if "work" in known else {}
        known["work"] = _mapping_node({**before, **work}, place)
    return _mapping_node(_lists(known), place)


def _task(entries: Mapping[str, Node], place: str, roles: list[str]) -> Node:
    known = {key: entries[key] for key in entries if key in shapes.TASK.keys and key not in roles}
    known |= {key: entries[key] for key in entries if key in shapes.TASK.later}
    needs = dict(known["needs"].mapping) if "needs" in known else {}
    needs |= {
        role: entries[role] for role in roles if role in entries and entries[role].text != "0"
    }
    who = entries.get("role")
    if who is not None:
        heads, share = entries.get("people"), entries.get("share")
        text = heads.text if heads is not None else "1"
        if share is not None:
            text = f"{text} x {share.text}"
        needs[who.text] = cell_node(text, who.place, who.column)
    if needs:
        known["needs"] = _mapping_node(needs, place)
    return _mapping_node(_lists(known), place)


def _lists(entries: dict[str, Node]) -> dict[str, Node]:
    return {
        key: _names_node(node) if key in {"after", "by"} else node for key, node in entries.items()
    }
