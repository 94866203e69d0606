"""Tables: projects, phases, people and tasks that stand in CSV files.

``projects`` and ``people`` become lists, ``phases`` and ``tasks`` go into the template or project
that their row names. Columns:

* projects: the keys of a project; ``benefit_per_year``, ``benefit_for``, ``benefit_until``;
  ``after`` may list several (``crm; hr.go-live``); every other column is a group.
* people: ``person`` (or ``id``), ``role``, ``headcount``, ``fte`` (of a row without a person: how
  many people), ``from``, ``until``, ``place`` (or ``holidays``), ``leave``, the keys of a person;
  or one column per month (``2027-01``) with the FTE of the role, the last of which goes on.
* phases: ``template`` (or ``project``), ``phase``, ``lasts``, ``after``, ``capex``, dates, and one
  column per role in person-months.
* tasks: ``project`` (or ``template``), ``task``, ``effort``, ``duration``, ``milestone``,
  ``after``, ``role`` with ``people`` and ``share``, dates, ``done``, ``spent``, ``remaining``,
  ``by``, and one column per role with its need (``2``, ``40%``).
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import TYPE_CHECKING

from pmosim.scenario import cells, files, shapes
from pmosim.scenario.amounts import LONGEST_TEXT
from pmosim.scenario.cells import MONTH_HEADER, Column, Sheet, cell_node
from pmosim.scenario.messages import did_you_mean
from pmosim.scenario.nodes import Node
from pmosim.scenario.staff import roles_named

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pmosim.scenario.messages import Problems

SECTIONS = ("projects", "people", "phases", "tasks")
_DATES = {"starts", "arrives", "due", "deadline", "not_before", "from", "until", "cancelled"}
_DATES |= {"benefit_until"}
_TEXTS = {"id", "name", "template", "status", "sponsor", "class", "after", "person", "role", "kind"}
_TEXTS |= {"place", "holidays", "project", "phase", "task", "by", "mandatory", "milestone", "rag"}
_TEXTS |= {"leave", "pauses", "focus", "skills"}
_YES = {"yes", "y", "x", "ja", "j", "oui", "si", "1", "wahr", "true"}
_NO = {"no", "n", "nein", "non", "0", "falsch", "false", "-"}
_UNITS = re.compile(r"(effort|duration|lasts|spent|remaining)_(ph|pd|pm|h|d|w|mo)\Z")
_BARE = re.compile(r"[\d.,'\u00a0]+\Z")
_SKILL = re.compile(r"(.+?)[\s:=]+([\d.]+%?)\Z")
_BENEFIT = {"benefit_per_year": "per_year", "benefit_for": "for", "benefit_until": "until"}
_PERSON_NAMES = {"person": "id", "holidays": "place"}
_TASK_EXTRA = ("role", "people", "share")


def with_tables(root: Node, workspace: Path, folder: Path, problems: Problems) -> Node:
    """Return the document with every ``{csv: ...}`` replaced by what stands in the table."""
    tables = _Tables(root, workspace, folder, problems)
    for section in SECTIONS:
        node = root.get(section)
        if node is not None and (
            section in {"phases", "tasks"} or "csv" in node.mapping or "xlsx" in node.mapping
        ):
            tables.inline(section, node)
    return tables.root


class _Tables:
    def __init__(self, root: Node, workspace: Path, folder: Path, problems: Problems) -> None:
        self.root = root
        self._workspace = workspace
        self._folder = folder
        self._problems = problems

    def inline(self, section: str, node: Node) -> None:
        entries = dict(self.root.mapping)
        del entries[section]
        self.root = self.root.with_entries(entries)
        sheet = self._sheet(section, node)
        if sheet is None:
            return
        if section in {"projects", "people"}:
            build = self._project if section == "projects" else self._people_of_row
            self._settle(sheet, section)
            rows: list[Node] = []
            for place, row in zip(sheet.places, sheet.rows, strict=True):
                built = build(sheet, place, row)
                rows.extend(built if isinstance(built, list) else [built])
            self.root = self.root.with_entries(entries | {section: Node(rows, node.place)})
        else:
            self._settle(sheet, section)
            self._add_activities(sheet, section)

    def _sheet(self, section: str, node: Node) -> Sheet | None:
        if "xlsx" in node.mapping:
            said = "is not available yet: tables in workbooks. Save the sheet as CSV for now."
            self._problems.error("PMO103", node.place_of("xlsx"), f"{section}.xlsx", said)
            return None
        path = node.get("csv")
        if path is None or set(node.mapping) != {"csv"}:
            inside = " (written out, they stand inside a template or project)"
            said = f"must be a table: {{csv: tables/{section}.csv}}"
            said += inside if section in {"phases", "tasks"} else ""
            self._problems.error("PMO104", node, section, f"{said}.")
            return None
        try:
            file = files.inside(
                self._workspace, self._folder, path, f"{section}.csv", self._problems
            )
            return cells.read_sheet(file, self._problems)
        except files.UnreadableError:
            return None

    # ---- what the columns mean

    def _settle(self, sheet: Sheet, section: str) -> None:
        """Name the columns by their keys and make their dates and numbers plain."""
        for column in [column for column in sheet.columns if column.header]:
            key = self._key_of(column, section)
            unit = _UNITS.match(column.key) if section != "projects" else None
            if key in _DATES:
                cells.settle_dates(sheet, column.header, self._problems)
            elif key not in _TEXTS and (section != "projects" or key in _project_columns()):
                cells.settle_numbers(sheet, column.header, self._problems)
            if unit:
                sheet.rewritten(column.header, partial(_with_unit, unit=unit[2]))
            if key in {"mandatory", "milestone", "done"}:
                sheet.rewritten(column.header, _yes_or_no)

    def _key_of(self, column: Column, section: str) -> str:
        unit = _UNITS.match(column.key) if section != "projects" else None
        key = unit[1] if unit else column.key
        return _PERSON_NAMES.get(key, key) if section == "people" else key

    def _asked(self, sheet: Sheet, section: str) -> list[str]:
        """Return the headers that name a role, also one that does not exist."""
        known = _activity_columns(section)
        return [
            column.header
            for column in sheet.columns
            if column.header in self._roles()
            or (
                column.header
                and self._key_of(column, section) not in known
                and _holds_amounts(sheet, column)
            )
        ]

    def _keyed(self, sheet: Sheet, row: Mapping[str, Node], section: str) -> dict[str, Node]:
        """Return the cells of a row by key; a header that is a role keeps its spelling."""
        roles = self._asked(sheet, section) if section in {"phases", "tasks"} else []
        found = {}
        for column in sheet.columns:
            if column.header in row:
                is_role = column.header in roles
                key = column.header if is_role else self._key_of(column, section)
                found[key] = row[column.header]
        return found

    def _roles(self) -> list[str]:
        return list(roles_named(self.root).mapping)

    # ---- rows

    def _project(self, sheet: Sheet, place: str, row: Mapping[str, Node]) -> Node:
        entries: dict[str, Node] = {}
        groups: dict[str, Node] = {}
        benefit: dict[str, Node] = {}
        known = _project_columns()
        for column in sheet.columns:
            cell = row.get(column.header)
            if cell is None or cell.is_null:
                continue
            if column.key in _BENEFIT:
                benefit[_BENEFIT[column.key]] = cell
            elif column.key == "after":
                entries["after"] = _names_node(cell)
            elif column.key in known:
                entries[column.key] = cell
            else:
                groups[column.header] = cell
        if benefit:
            entries["benefit"] = _mapping_node(benefit, place)
        if groups:
            entries["groups"] = _mapping_node(groups, place)
        return _mapping_node(entries, place)

    def _people_of_row(self, sheet: Sheet, place: str, row: Mapping[str, Node]) -> list[Node]:
        self._check_people_columns(sheet)
        entries = self._keyed(sheet, row, "people")
        months = {key: cell for key, cell in entries.items() if MONTH_HEADER.match(key)}
        entries = {key: cell for key, cell in entries.items() if key in _PERSON_COLUMNS}
        for key in ("leave", "focus"):
            if key in entries:
                entries[key] = _names_node(entries[key])
        if "skills" in entries:
            entries["skills"] = _skills_node(entries["skills"])
        if months:
            return [_mapping_node(entries | layer, place) for layer in _layers(months)]
        if "id" not in entries and "headcount" not in entries and "fte" in entries:
            entries["headcount"] = entries.pop("fte")
        return [_mapping_node(entries, place)]

    def _check_people_columns(self, sheet: Sheet) -> None:
        known = [*shapes.PERSON.keys, *_PERSON_NAMES, *shapes.PERSON.later]
        for column in sheet.columns:
            if column.header and column.key not in known and not MONTH_HEADER.match(column.key):
                said = f"is not a column of people.{did_you_mean(column.key, known)}"
                said += " A month is written 2027-01."
                self._problems.error("PMO802", column.place, f"the column '{column.header}'", said)

    def _add_activities(self, sheet: Sheet, section: str) -> None:
        name_key = section.removesuffix("s")
        self._check_activity_columns(sheet, section)
        roles = self._asked(sheet, section)
        known = dict.fromkeys(self._project_ids())
        added: dict[tuple[str, str], list[tuple[Node, Node]]] = {}
        for place, row in zip(sheet.places, sheet.rows, strict=True):
            entries = self._keyed(sheet, row, section)
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
            key = self._key_of(column, section)
            is_known = key in known or column.header in roles
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
            if name.text in entries:
                said = f"is '{name.text}', which its project or template has already."
                self._problems.error("PMO106", name, section.removesuffix("s"), said)
                continue
            entries[name.text] = entry
            key_places[name.text] = name.place
        activities = Node(entries, before.place, "", key_places)
        return owner.with_entries(owner.mapping | {section: activities})


_PERSON_COLUMNS = {*shapes.PERSON.keys, *shapes.PERSON.later}


def _activity_columns(section: str) -> list[str]:
    shape = shapes.PHASE if section == "phases" else shapes.TASK
    extra = () if section == "phases" else _TASK_EXTRA
    own = ("project", "template", section.removesuffix("s"), "id")
    return [*own, *shape.keys, *shape.later, *extra]


def _holds_amounts(sheet: Sheet, column: Column) -> bool:
    """Return whether a column looks like work or needs of a role."""
    cells_of_it = sheet.cells_of(column.header)
    return bool(cells_of_it) and all(cell.text[:1].isdigit() for cell in cells_of_it)


def _project_columns() -> set[str]:
    return {*shapes.PROJECT.keys, *shapes.PROJECT.later, *_BENEFIT} - {"tasks", "phases", "groups"}


def _mapping_node(entries: Mapping[str, Node], place: str) -> Node:
    return Node(dict(entries), place, "", {key: node.place for key, node in entries.items()})


def _names_node(cell: Node) -> Node:
    names = cells.names_in(cell.text)
    return Node([cell_node(name, cell.place, cell.column) for name in names], cell.place)


def _skills_node(cell: Node) -> Node:
    """Return ``developer 60%; tester`` as a mapping of roles to proficiencies."""
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


def _phase(entries: Mapping[str, Node], place: str, roles: list[str]) -> Node:
    work = {
        role: cell_node(
            _with_unit(entries[role].text, "pm"), entries[role].place, entries[role].column
        )
        for role in roles
        if role in entries and entries[role].text not in {"0", "-", "0.0"}
    }
    known = {key: entries[key] for key in entries if key in shapes.PHASE.keys}
    known |= {key: entries[key] for key in entries if key in shapes.PHASE.later}
    return _mapping_node(_lists(known) | {"work": _mapping_node(work, place)}, place)


def _task(entries: Mapping[str, Node], place: str, roles: list[str]) -> Node:
    known = {key: entries[key] for key in entries if key in shapes.TASK.keys and key not in roles}
    known |= {key: entries[key] for key in entries if key in shapes.TASK.later}
    needs = {role: entries[role] for role in roles if role in entries and entries[role].text != "0"}
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


def _layers(months: Mapping[str, Node]) -> list[dict[str, Node]]:
    """Return headcount, from and until of people that add up to the FTE of each month.

    The first layer is there whenever the month has anybody, the second whenever it has more than
    one, and so on: whoever stays keeps an id as long as possible. The last month goes on.
    """
    levels: list[tuple[str, Decimal, Node]] = []
    for month in sorted(months):
        try:
            levels.append((month, Decimal(months[month].text), months[month]))
        except InvalidOperation:
            return [{"headcount": months[month]}]
    most = int(
        max((level for _month, level, _cell in levels), default=Decimal(0)).to_integral_value(
            "ROUND_CEILING"
        )
    )
    found = []
    for layer in range(min(most, 10_000)):
        run: list[tuple[str, Decimal, Node]] = []
        for month, level, cell in levels:
            part = min(max(level - layer, Decimal(0)), Decimal(1))
            if run and (part != run[0][1] or not _follows(run[-1][0], month)):
                found.append(_run_entries(run, is_last=False))
                run = []
            if part > 0:
                run.append((month, part, cell))
        if run:
            found.append(_run_entries(run, is_last=True))
    return found


def _follows(month: str, later: str) -> bool:
    year, number = int(month[:4]), int(month[5:])
    return later == (f"{year + 1}-01" if number == 12 else f"{year}-{number + 1:02}")


def _run_entries(run: list[tuple[str, Decimal, Node]], *, is_last: bool) -> dict[str, Node]:
    first, part, cell = run[0]
    entries = {
        "headcount": cell_node(format(part.normalize(), "f"), cell.place, cell.column),
        "from": Node(first, cell.place, first),
    }
    if not is_last:
        entries["until"] = Node(run[-1][0], run[-1][2].place, run[-1][0])
    return entries
