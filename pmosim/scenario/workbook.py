"""Workbook: the sheets of a spreadsheet file as rows, found by their names and headers.

A workbook is untrusted: its size, packed and unpacked, and its rows and cells are capped, and a
file with entities is refused. One with formulas is read twice at the same time, as values and as
formulas, so that a formula without a value is seen.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from pmosim.scenario import cells, files
from pmosim.scenario.cells import Sheet
from pmosim.scenario.messages import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pmosim.scenario.messages import Problems
    from pmosim.scenario.nodes import Node

SUFFIXES = (".xlsx", ".xlsm")
OTHER_SUFFIXES = (".xls", ".xlsb", ".ods")
SHEETS: dict[str, tuple[str, ...]] = {
    "settings": ("Settings",),
    "projects": ("Projects", "Portfolio"),
    "templates": ("Templates",),
    "phases": ("Phases",),
    "tasks": ("Tasks",),
    "people": ("Staff", "People", "Team"),
    "bookings": ("Bookings", "Resource plan"),
    "roles": ("Roles",),
    "places": ("Places",),
    "demand": ("Demand", "Streams"),
}
"""Section -> names of its sheet; the first is the one that is written."""
UNREAD = ("read me", "readme", "instructions", "lists", "notes")
"""Sheets that are not meant to be read."""
MOST_PARTS = 5_000
MOST_UNPACKED = 300_000_000
MOST_CELLS = 3_000_000
_FORMULA = re.compile(rb"<(\w{1,20}:)?f[ >/]|\xff\xfe|\xfe\xff")
"""A formula, or text in UTF-16, in which it would look different."""
HEADER_WITHIN = 50
"""Rows in which the headers have to come."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row of a sheet: its texts, and which of them stand for themselves or are missing."""

    line: int
    texts: list[str]
    exact: set[int] = field(default_factory=set)
    uncalculated: set[int] = field(default_factory=set)

    @property
    def is_blank(self) -> bool:
        """Whether nothing stands here."""
        return not self.uncalculated and not any(self.texts)

    def keys(self) -> dict[int, str]:
        """Return the row as if it were the headers: index -> key."""
        return {
            n: cells.Column(header=text, place="", index=n).key
            for n, text in enumerate(self.texts)
            if text
        }


class Book:
    """An open workbook."""

    def __init__(self, shown: str, values: Any, formulas: Any, saved: str) -> None:
        self.shown = shown
        self.saved = saved
        """Day of the last change, empty if the file does not say it."""
        self._values = values
        self._formulas = formulas
        self._n_cells = 0

    @property
    def names(self) -> list[str]:
        """Names of the sheets with cells, in order."""
        return [sheet.title for sheet in self._values.worksheets]

    def place(self, name: str, line: int = 1, index: int = 0) -> str:
        """Return how messages call a cell: ``book.xlsx[Sheet]!D17``."""
        return f"{self.shown}[{name}]!{letters(index)}{line}"

    def rows(self, name: str) -> Iterator[Row]:
        """Yield the rows of a sheet that hold something."""
        books = [self._values] if self._formulas is None else [self._values, self._formulas]
        sheets = [book[name] for book in books]
        for sheet in sheets:
            sheet.reset_dimensions()
        together = zip(*(sheet.iter_rows() for sheet in sheets), strict=True)
        for line, (values, *formulas) in enumerate(together, start=1):
            self._n_cells += len(values)
            if self._n_cells > MOST_CELLS:
                message = f"more than {MOST_CELLS} cells"
                raise _TooLargeError(message)
            row = _row(line, values, formulas[0] if formulas else values)
            if not row.is_blank:
                yield row


class _TooLargeError(Exception):
    """A workbook beyond the limits."""


def letters(index: int) -> str:
    """Return the letters of a column, A for 0."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name


def _row(line: int, values: Sequence[Any], formulas: Sequence[Any]) -> Row:
    row = Row(line=line, texts=[])
    for index, (cell, formula) in enumerate(zip(values, formulas, strict=True)):
        value = cell.value
        is_percent = isinstance(value, float | int) and _is_percent(cell.number_format)
        text, is_exact = cells.text_of_value(value, is_percent=is_percent)
        is_text = cell.data_type in {"s", "str", "inlineStr"}
        if value is None and formula.data_type == "f" and not is_text:
            row.uncalculated.add(index)
        elif is_exact:
            row.exact.add(index)
        row.texts.append(text)
    return row


def _is_percent(number_format: str | None) -> bool:
    return "%" in re.sub(r'"[^"]*"|\\.', "", number_format or "")


@contextmanager
def opened(file: Path, problems: Problems) -> Iterator[Book]:
    """Open a workbook, or raise ``UnreadableError`` after noting why it cannot be read."""
    shown = files.shown_path(file)
    place = f"{shown}:1:1"
    if file.suffix.lower() in OTHER_SUFFIXES:
        said = "is a workbook of another format; save it as .xlsx."
        problems.error("PMO801", place, "the file", said)
        raise files.UnreadableError
    content = files.read_bytes(file, problems)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl names the parts that it does not keep
            _check_package(content)
            yield _book(shown, content)
    except files.UnreadableError:
        raise
    except _TooLargeError as error:
        said = f"is too large: {error}; leave out what is not needed."
        problems.error("PMO014", place, "the file", said)
        raise files.UnreadableError from None
    except Exception as error:  # whatever a damaged file leads openpyxl to
        said = "is not a workbook that can be read; if it opens in a spreadsheet program, save it "
        said += f"there as .xlsx, without a password. ({type(error).__name__}: {str(error)[:200]})"
        problems.error("PMO801", place, "the file", said)
        raise files.UnreadableError from None


def _check_package(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        parts = package.infolist()
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
            message = f"unpacked more than {MOST_UNPACKED // 10**6} MB, or {MOST_PARTS} parts"
            raise _TooLargeError(message)
        for part in parts:
            if part.filename.lower().endswith((".xml", ".rels", ".vml")):
                with package.open(part) as stream:
                    head = stream.read(4096).replace(b"\0", b"")
                if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
                    message = f"{part.filename} declares entities"
                    raise ValueError(message)


def _book(shown: str, content: bytes) -> Book:
    import openpyxl

    values, formulas = (
        openpyxl.load_workbook(
            io.BytesIO(content), read_only=True, data_only=data_only, keep_links=False
        )
        if data_only or _has_formulas(content)
        else None
        for data_only in (True, False)
    )
    return Book(shown, values, formulas, _saved(content))


def _has_formulas(content: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        for name in package.namelist():
            if "worksheets/" in name:
                end = b""
                with package.open(name) as stream:
                    while chunk := stream.read(1 << 20):
                        if _FORMULA.search(end + chunk):
                            return True
                        end = chunk[-40:]
    return False


def _saved(content: bytes) -> str:
    """Return the day when the file was saved last, as the file itself says it."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        if "docProps/core.xml" not in package.namelist():
            return ""
        with package.open("docProps/core.xml") as stream:
            core = stream.read(20_000).decode("utf-8", "replace")
    found = re.search(r"<dcterms:modified[^>]*>(\d{4}-\d{2}-\d{2})T", core)
    return found[1] if found else ""


Keys = tuple[set[str], set[str]]
"""Columns of which a sheet needs one, and all that are known."""


def read_sheet(file: Path, section: str, named: Node, keys: Keys, problems: Problems) -> Sheet:
    """Return one sheet of a workbook for a table of a scenario file.

    ``named`` is the node that names the sheet, or else the file: then the sheet has the name of
    the section. Raises ``UnreadableError`` after noting why it cannot be read.
    """
    with opened(file, problems) as book:
        wanted = [named.text] if named.text in book.names else []
        wanted += [name for name in book.names if _section_of(name) == section]
        is_file = named.text.lower().endswith(SUFFIXES)
        if not wanted or (not is_file and named.text not in book.names):
            name = SHEETS[section][0] if is_file else named.text
            said = f"has no sheet '{name}'.{did_you_mean(name, book.names)}"
            problems.error("PMO806", named, f"{section}.sheet", said)
            raise files.UnreadableError
        sheet, _above = sheet_of(book, wanted[0], keys, problems)
        if sheet is None:
            raise files.UnreadableError
        return sheet


def sections_of(book: Book, problems: Problems) -> dict[str, str]:
    """Return the sheet of each section; what is not read is told."""
    found: dict[str, str] = {}
    unread: list[str] = []
    for name in book.names:
        section = _section_of(name)
        if section is None:
            if name.strip().lower() not in UNREAD:
                unread.append(name)
        elif section in found:
            said = f"is the sheet of {section}, as '{found[section]}' is already; rename one."
            problems.error("PMO806", book.place(name), f"the sheet '{name}'", said)
        else:
            found[section] = name
    if unread:
        known = ", ".join(names[0] for names in SHEETS.values())
        listed = ", ".join(f"'{name}'" for name in unread[:8]) + ", ..." * (len(unread) > 8)
        is_one = len(unread) == 1
        said = f"{'is' if is_one else 'are'} not read; sheets of a scenario are {known}."
        what = "the sheet" if is_one else "the sheets"
        problems.warning("PMO807", book.place(unread[0]), f"{what} {listed}", said)
    return found


def _section_of(name: str) -> str | None:
    wanted = name.strip().lower()
    for section, names in SHEETS.items():
        if wanted in {known.lower() for known in names}:
            return section
    return None


def sheet_of(
    book: Book, name: str, keys: Keys, problems: Problems
) -> tuple[Sheet | None, list[Row]]:
    """Return a sheet with its headers found by their names, and the rows above them.

    None where the sheet is empty, or has no headers (which is told).
    """
    rows = book.rows(name)
    first = list(islice(rows, HEADER_WITHIN))
    if not first:
        return None, []
    at = _header_at(first, keys)
    if at is None:
        needed = " or ".join(f"'{key}'" for key in sorted(keys[0]))
        said = f"has no row of headers: a column {needed} is needed, and its name must stand in "
        said += f"one of the first {HEADER_WITHIN} rows."
        where = book.place(name, first[0].line)
        problems.error("PMO806", where, f"the sheet '{name}'", said)
        return None, first
    sheet = Sheet(
        shown=f"{book.shown}[{name}]", place_of=lambda line, index: book.place(name, line, index)
    )
    headers = [
        cells.month_name(text) if n in first[at].exact else text
        for n, text in enumerate(first[at].texts)
    ]
    cells.add_columns(sheet, headers, first[at].line, problems)
    is_named = {column.index for column in sheet.columns if column.header}
    aside: set[int] = set()
    for row in chain(first[at + 1 :], rows):
        if any(text and n in is_named for n, text in enumerate(row.texts)) or (
            row.uncalculated & is_named
        ):
            cells.add_row(
                sheet, row.texts, row.line, problems, exact=row.exact,
                uncalculated=row.uncalculated,
            )  # fmt: skip
        for index in [n for n, text in enumerate(row.texts) if text and n not in is_named | aside]:
            aside.add(index)
            said = "has no header in its column, so the column is not read; name the column."
            problems.warning("PMO807", book.place(name, row.line, index), "the cell", said)
        if len(sheet.rows) > cells.MOST_ROWS:
            message = f"'{name}' has more than {cells.MOST_ROWS} rows"
            raise _TooLargeError(message)
    return sheet, first[:at]


def _header_at(rows: Sequence[Row], keys: Keys) -> int | None:
    needed, known = keys
    scores = [
        len(known & set(found)) if needed & set(found := row.keys().values()) else 0 for row in rows
    ]
    best = max(scores, default=0)
    return scores.index(best) if best else None
