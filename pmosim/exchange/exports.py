"""Exports: files of other tools as plain tables: headings, rows of text, and where each stands.

CSV in any usual encoding and separator, and sheets of a workbook, whose header may stand below a
title. Not here: what a heading means (``headings``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Literal

from pmosim.exchange.headings import table_of
from pmosim.history.folder import read_rows
from pmosim.scenario import files, workbook
from pmosim.scenario.messages import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pmosim.scenario.messages import Problems

Form = Literal["csv", "jira", "azure", "msproject", "xes", "xlsx"]
HEADER_WITHIN = 40
"""Rows of a sheet in which its headings have to come."""
FORMS: tuple[Form, ...] = ("csv", "jira", "azure", "msproject", "xes", "xlsx")

_JIRA = {"issue key", "issue id"}
_AZURE = {"work item type", "state"}


@dataclass(frozen=True, kw_only=True)
class Export:
    """One table of an export."""

    file: Path
    shown: str
    """How messages call it: the path, with the sheet of a workbook."""
    sheet: str = ""
    headings: tuple[str, ...]
    rows: Sequence[Sequence[str]]
    places: tuple[str, ...]
    """Where each row stands: ``export.csv:17``, ``plan.xlsx[Tasks]!A17``."""

    @property
    def name(self) -> str:
        """The file name, with the sheet: how a mapping calls it."""
        return f"{self.file.name}[{self.sheet}]" if self.sheet else self.file.name

    def cells(self, heading: str) -> list[list[str]]:
        """Return the cells of every column with a heading, in order (an export may repeat it)."""
        indices = [n for n, known in enumerate(self.headings) if known == heading]
        return [[_cell(row, index) for row in self.rows] for index in indices]

    def filled(self, heading: str) -> bool:
        """Return whether a column holds anything."""
        return any(any(cell for cell in column) for column in self.cells(heading))


def _cell(row: Sequence[str], index: int) -> str:
    return row[index].strip() if index < len(row) else ""


def form_of(file: Path, problems: Problems) -> Form | None:
    """Return what kind of export a file is, by its name and first bytes."""
    suffixes = [suffix.lower() for suffix in file.suffixes]
    if suffixes and suffixes[-1] in {*workbook.SUFFIXES, *workbook.OTHER_SUFFIXES}:
        return "xlsx"
    if ".xes" in suffixes:
        return "xes"
    if suffixes and suffixes[-1] == ".xml":
        head = files.read_bytes(file, problems)[:4000]
        return "xes" if b"xes" in head and b"<log" in head else "msproject"
    if ".mpp" in suffixes:
        said = "is a binary file of Microsoft Project; save it there as XML (File, Save As, XML)."
        problems.error("PMO976", str(file), "the export", said)
        return None
    headings, _, _ = read_rows(file, problems)
    known = {heading.lower() for heading in headings}
    if known >= _JIRA or ("issue key" in known and "status" in known):
        return "jira"
    return "azure" if known >= _AZURE else "csv"


def read_csv(file: Path, problems: Problems) -> Export:
    """Return a CSV file as an export, or raise ``UnreadableError`` after noting why not."""
    headings, rows, lines = read_rows(file, problems)
    return Export(
        file=file,
        shown=files.shown_path(file),
        headings=tuple(headings),
        rows=rows,
        places=tuple(f"{file.name}:{line}" for line in lines),
    )


def read_sheets(file: Path, problems: Problems, names: Sequence[str] = ()) -> list[Export]:
    """Return every sheet of a workbook that looks like a table; notes what cannot be read.

    The header is the row whose texts tell most as headings; what stands above it is a title.
    ``names`` are the sheets that are wanted; none = all.
    """
    found = []
    with workbook.opened(file, problems) as book:
        for missing in [name for name in names if name not in book.names]:
            said = f"'{missing}' is no sheet of the workbook.{did_you_mean(missing, book.names)}"
            problems.error("PMO806", book.place(book.names[0]), "--sheet", said)
        for name in book.names:
            if names and name not in names:
                continue
            rows = list(book.rows(name))
            header = max(rows[:HEADER_WITHIN], key=_told, default=None)
            if header is None or _n_texts(header) < 2:
                continue
            below = list(islice(rows, rows.index(header) + 1, None))
            for row in below:
                for index in sorted(row.uncalculated):
                    said = "holds a formula that was never calculated; open the workbook in a "
                    said += "spreadsheet program and save it there."
                    place = book.place(name, row.line, index)
                    problems.error("PMO805", place, "the cell", said)
            found.append(
                Export(
                    file=file,
                    shown=f"{files.shown_path(file)}[{name}]",
                    sheet=name,
                    headings=tuple(text.strip() for text in header.texts),
                    rows=[
                        [_exact(t) if n in row.exact else t for n, t in enumerate(row.texts)]
                        for row in below
                    ],
                    places=tuple(f"{file.name}[{name}]!A{row.line}" for row in below),
                )
            )
    return found


def _told(row: workbook.Row) -> tuple[int, int]:
    """Return how much a row tells as headings: columns it names, then texts it has."""
    texts = [text for n, text in enumerate(row.texts) if text and n not in row.exact]
    _, could = table_of(texts)
    return max((guess.score for guess in could), default=0), min(len(texts), 3)


def _n_texts(row: workbook.Row) -> int:
    return sum(bool(t) and n not in row.exact for n, t in enumerate(row.texts))


def _exact(text: str) -> str:
    """Return a number of a workbook so that it cannot be taken for one with a thousands mark."""
    return f"{text}0" if re.fullmatch(r"-?[1-9]\d{0,2}\.\d{3}", text) else text
