"""Sheets: a workbook alone as a scenario: three sheets are enough, further ones add to them.

* Projects, Phases, Staff, Tasks: the tables of a scenario file (``tables``).
* Templates, Roles, Places, Demand: a row for each, a column for each of its keys.
* Settings: ``key`` and ``value``; every other value of a scenario file by its dotted key, such as
  ``intake.max_active`` or ``projects.crm.tasks.build.rework``; a text may stand in double quotes.

What is said above the headers of Projects as ``as_of | 2027-01-04`` is taken as a setting, too.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from pmosim.scenario import cells, shapes, tables, workbook
from pmosim.scenario.cells import Column, Sheet
from pmosim.scenario.draft import Draft
from pmosim.scenario.nodes import Node

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from pmosim.scenario.messages import Problems
    from pmosim.scenario.workbook import Book, Row

OWNED = ("projects", "people", "templates", "demand")
"""Sections whose settings are put into what their sheets say."""
ABOVE = ("as_of", "name", "horizon", "run_off", "currency", "fiscal_year", "assume")
"""Settings that may stand above the headers of Projects."""
_SETTING_KEYS = ({"key", "setting"}, {"key", "setting", "value"})
_LISTS = ("workweek", "closures", "holidays")
_AMOUNT = re.compile(
    r"[+-]?\d[\d.,'\u00a0\u202f]*\s?[A-Za-z%]{0,3}(/(\d[\d.,']*)?[A-Za-z]{0,2}){0,2}\Z"
)


def read_workbook(file: Path, problems: Problems) -> Node:
    """Return the document that a workbook is, or raise after noting why it cannot be read."""
    with workbook.opened(file, problems) as book:
        names = workbook.sections_of(book, problems)
        found: dict[str, Sheet] = {}
        above: list[Row] = []
        for section, name in names.items():
            is_settings = section == "settings"
            keys = _SETTING_KEYS if is_settings else tables.key_columns(section)
            sheet, rows = workbook.sheet_of(book, name, keys, problems)
            if sheet is not None:
                found[section] = sheet
            above += rows if section == "projects" else []
        if "projects" not in names:
            _no_projects(book, problems)
        said = _said_above(book, names.get("projects", ""), above)
        root = document_of(found, said, book.place(names.get("projects", book.names[0])), problems)
        return _with_day(root, book, names, problems)


def document_of(
    sheets: Mapping[str, Sheet], above: Mapping[str, Node], place: str, problems: Problems
) -> Node:
    """Return the document of sheets by section; ``above`` are settings said elsewhere."""
    root = Node({}, place)
    for key, value in above.items():
        root = _put(root, [key], value, problems)
    settings = list(_settings(sheets["settings"], problems)) if "settings" in sheets else []
    rest = {section: sheet for section, sheet in sheets.items() if section != "settings"}
    first = [(keys, value) for keys, value in settings if keys[0] not in OWNED]
    for keys, value in first:
        root = _put(root, keys, value, problems)
    root = tables.with_sheets(root, rest, problems)
    for keys, value in settings:
        if keys[0] in OWNED:
            root = _put(root, keys, value, problems)
    return root


def _put(root: Node, keys: list[str], value: Node, problems: Problems) -> Node:
    draft = Draft(root, problems)
    if keys[0] != "projects" or len(keys) < 3:
        draft.put(*keys, value=value)
    elif keys[1] in draft.ids():
        draft.put_in_project(keys[1], keys[2:], value)
    else:
        draft.no_such(value, ".".join(keys), "project", keys[1], draft.ids())
    return draft.root


def _settings(sheet: Sheet, problems: Problems) -> Iterator[tuple[list[str], Node]]:
    keys = next((column for column in sheet.columns if column.key in {"key", "setting"}), None)
    values = next((column for column in sheet.columns if column.key == "value"), None)
    if keys is None or values is None:
        place = sheet.place_of(1, 0)
        said = "needs the columns 'key' and 'value'."
        problems.error("PMO802", place, "the sheet of settings", said)
        return
    cells.settle_dates(sheet, values.header, problems)
    written = [cell for cell in sheet.written_in(values.header) if _AMOUNT.match(cell.text)]
    cells.settle_numbers(sheet, values.header, problems, among=written)
    seen: dict[str, str] = {}
    for row in sheet.rows:
        key, value = row.get(keys.header), row.get(values.header)
        if key is None or value is None:
            continue
        path = _path(key.text)
        name = ".".join(path)
        if name in seen:
            said = f"stands twice (first at {seen[name]}); leave one of them out."
            problems.error("PMO012", key, name, said)
            continue
        seen[name] = key.place
        node = _value(path, value, problems)
        if node is not None:
            yield path, node


def _path(text: str) -> list[str]:
    """Return the keys of a setting; ``As of`` is ``as_of``."""
    first, *rest = text.split(".")
    name = Column(header=first.rstrip(": "), place="", index=0).key
    return [name if not rest or name in shapes.SCENARIO.keys else first, *rest]


def _value(path: list[str], cell: Node, problems: Problems) -> Node | None:
    if cell.text.startswith((*cells.STRUCTURED, '"')):
        return tables.structure_of(cell, ".".join(path), problems)
    if path[-1] in _LISTS:
        names = cells.names_in(cell.text)
        return Node([cells.cell_node(name, cell.place, None) for name in names], cell.place)
    return Node(cell.value, cell.place, cell.text)


def _said_above(book: Book, name: str, rows: list[Row]) -> dict[str, Node]:
    """Return the settings that stand above the headers of Projects, as ``key | value``."""
    found = {}
    for row in rows:
        filled = [(n, text) for n, text in enumerate(row.texts) if text]
        for (_, text), (index, value) in pairwise(filled):
            key = _path(text)[0]
            if key in ABOVE and key not in found:
                sheet = Sheet(shown=book.shown, place_of=lambda line, n: book.place(name, line, n))
                place = sheet.place_of(row.line, index)
                found[key] = cells.cell_node(cells.iso_text(value), place, None)
    return found


def _no_projects(book: Book, problems: Problems) -> None:
    names = ", ".join(f"'{name}'" for name in book.names[:12])
    said = f"has no sheet 'Projects' with a row per project; its sheets are {names}."
    problems.error("PMO806", book.place(book.names[0]), "the workbook", said)


def _with_day(root: Node, book: Book, names: Mapping[str, str], problems: Problems) -> Node:
    """Return the document with its day 0; where nothing says it, the day of the last change."""
    if root.get("as_of") is not None or root.get("start") is not None:
        return root
    place = book.place(names.get("settings") or names.get("projects") or book.names[0])
    ways = "put `as_of` and a date into a sheet Settings (columns key and value), or above the "
    ways += "headers of Projects"
    if not book.saved:
        said = f"needs the day whose morning everything is as of: {ways}."
        problems.error("PMO808", place, "the workbook", said)
        return root.with_entries(root.mapping | {"as_of": Node("2000-01-03", place, "2000-01-03")})
    said = f"is not said, so it is {book.saved}, the day when the workbook was saved last; {ways}."
    problems.warning("PMO808", place, "as_of", said)
    day = Node(book.saved, place, book.saved)
    return root.with_entries(root.mapping | {"as_of": day})
