"""Workbooks as a PMO types them, made by a program that is not ours."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

AS_OF = date(2027, 1, 4)
Rows = "Sequence[Sequence[object]]"

PROJECTS: Rows = (
    ("id", "name", "template", "status", "rank", "due", "budget", "after", "programme"),
    ("crm", "CRM renewal", "medium", "running", 1, date(2027, 6, 30), 220_000, None, "Sales"),
    ("web", "Web shop", "medium", "approved", 2, date(2027, 12, 17), 240_000, "crm", "Sales"),
)
PHASES: Rows = (
    ("template", "phase", "lasts", "developer", "tester"),
    ("medium", "design", "2mo", 1.5, None),
    ("medium", "build", "3mo", 4, 0.5),
)
STAFF: Rows = (
    ("role", "person", "fte", "holidays", "day_rate"),
    ("developer", None, 3.5, "DE-BY", 720),
    ("tester", "tom", 0.8, "PL", 600),
)
SETTINGS: Rows = (("key", "value"), ("as_of", AS_OF), ("horizon", "2y"))


def sheets(**changed: Rows | None) -> dict[str, Rows]:
    """Return the rows of a small plan by sheet; other rows in place of some, none without them."""
    usual: dict[str, Rows | None] = {
        "Projects": PROJECTS,
        "Phases": PHASES,
        "Staff": STAFF,
        "Settings": SETTINGS,
    }
    return {name: rows for name, rows in (usual | changed).items() if rows is not None}


def write(file: Path, rows: Mapping[str, Rows], *, percent: Sequence[str] = ()) -> Path:
    """Write sheets; ``percent`` are cells such as ``Staff!C3`` that are shown in percent."""
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, lines in rows.items():
        sheet = book.create_sheet(name)
        for line in lines:
            sheet.append(list(line))
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value == "#N/A":
                    cell.data_type = "e"
    for place in percent:
        name, _, cell = place.partition("!")
        book[name][cell].number_format = "0%"
    book.save(file)
    return file
