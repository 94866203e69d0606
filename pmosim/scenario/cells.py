"""Cells: a table as rows of nodes, its dates and numbers read as in its country.

What a date or number means is decided over a whole column; where nothing in the column decides,
it is an error, never a guess. Cells of a workbook or a frame that hold a number, a date or a truth
value stand for themselves and decide nothing.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from pmosim.scenario import files
from pmosim.scenario.nodes import Node, core_value

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from pathlib import Path

    from pmosim.scenario.messages import Problems

MOST_ROWS = 200_000
ENCODINGS = ("cp1252",)
"""Tried where a table is not UTF-8: what spreadsheets in Western countries write."""

_NUMBER = re.compile(r"(?<![\w.,])\d[\d.,'\u00a0\u202f]*")
_GROUPED = re.compile(r"[1-9]\d{0,2}([.,])\d{3}(?:\1\d{3})*\Z")
_DOTTED = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})\Z")
_SLASHED = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})\Z")
_TIMED = re.compile(r"(\d{4}-\d{2}-\d{2})[ T]00:00(?::00(?:\.0+)?)?\Z")
MONTH_HEADER = re.compile(r"\d{4}-\d{2}\Z")
_MONTH = re.compile(r"(\d{1,2})[./](\d{4})\Z")
_SERIAL = re.compile(r"[2-9]\d{4}(\.\d+)?\Z")
_ERROR = re.compile(r"(#(N/A|REF!|VALUE!|DIV/0!|NAME\?|NULL!|NUM!|SPILL!|CALC!)|Err:5\d\d)\Z")
_NAMING = {"id", "phase", "task", "role", "person"}
STRUCTURED = ("{", "[")
"""How a cell begins that holds a mapping or list, written as in a scenario file."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: its header as written, and where."""

    header: str
    place: str
    index: int

    @property
    def key(self) -> str:
        """The header as a key: lower case, words joined by underscores; a month as it is."""
        if MONTH_HEADER.match(self.header):
            return self.header
        return re.sub(r"[\s-]+", "_", self.header.strip().lower())


@dataclass(kw_only=True)
class Sheet:
    """A table: its columns, and the cells of each row by header (empty ones left out)."""

    shown: str
    place_of: Callable[[int, int], str]
    """Where a cell stands: of a line and the index of a column."""
    columns: list[Column] = field(default_factory=list)
    rows: list[dict[str, Node]] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    """Where each row begins."""
    exact: set[str] = field(default_factory=set)
    """Places of the cells that stand for themselves."""

    def cells_of(self, header: str) -> list[Node]:
        """Return the cells of a column that hold something."""
        return [row[header] for row in self.rows if header in row]

    def written_in(self, header: str) -> list[Node]:
        """Return the cells of a column that are text: what they mean has to be settled."""
        return [
            cell
            for cell in self.cells_of(header)
            if cell.place not in self.exact and not cell.text.startswith(STRUCTURED)
        ]

    def emptied(self, header: str) -> None:
        """Leave a column out that cannot be read; why is noted already."""
        for row in self.rows:
            row.pop(header, None)

    def rewritten(
        self, header: str, rewrite: Callable[[str], str], *, only: Collection[str] | None = None
    ) -> None:
        """Replace the text of every cell of a column, or of those at some places."""
        for row in self.rows:
            cell = row.get(header)
            if cell is None or cell.text.startswith(STRUCTURED):
                continue
            if only is None or cell.place in only:
                row[header] = cell_node(rewrite(cell.text), cell.place, cell.column)


def cell_node(text: str, place: str, column: tuple[str, str] | None) -> Node:
    """Return a cell as a node; only an empty one is nothing."""
    value = core_value(text)
    return Node(text if value is None and text else value, place, text, column=column)


def read_sheet(file: Path, problems: Problems) -> Sheet:
    """Return a CSV file, or raise ``UnreadableError`` after noting why it cannot be read."""
    shown = files.shown_path(file)
    text = files.read_text(file, problems, ENCODINGS)
    sheet = Sheet(shown=shown, place_of=lambda line, index: f"{shown}:{line}:{index + 1}")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    line = 1
    try:
        for cells in reader:
            _add_line(sheet, cells, line, problems)
            line = reader.line_num + 1
            if len(sheet.rows) > MOST_ROWS:
                raise csv.Error(f"more than {MOST_ROWS} rows")  # noqa: TRY301
    except csv.Error as error:
        problems.error("PMO801", f"{shown}:{line}:1", "the table", f"cannot be read: {error}.")
        raise files.UnreadableError from None
    if not sheet.columns:
        said = "is empty; its first row must name the columns."
        problems.error("PMO801", f"{shown}:1:1", "the table", said)
        raise files.UnreadableError
    return sheet


def _delimiter(text: str) -> str:
    first = next((line for line in text.splitlines() if line.strip()), "")
    bare = re.sub(r'"[^"]*"', "", first)
    return max(";\t,", key=bare.count)


def _add_line(sheet: Sheet, cells: list[str], line: int, problems: Problems) -> None:
    cells = [cell.strip() for cell in cells]
    if not any(cells):
        return
    if not sheet.columns:
        add_columns(sheet, cells, line, problems)
        return
    if any(cells[len(sheet.columns) :]):
        said = f"has {len(cells)} cells, but the table has {len(sheet.columns)} columns; "
        said += "put text that holds the separator in quotes."
        problems.error("PMO804", sheet.place_of(line, 0), "the row", said)
        return
    add_row(sheet, cells, line, problems)


def add_row(
    sheet: Sheet,
    cells: Sequence[str],
    line: int,
    problems: Problems,
    *,
    exact: Collection[int] = (),
    uncalculated: Collection[int] = (),
) -> None:
    """Add a row; ``exact`` are the indices of cells that stand for themselves.

    A cell that holds an error, or a formula that was never calculated, is a fault, not a blank; a
    row that such a cell leaves without its name is left out.
    """
    row: dict[str, Node] = {}
    is_named = True
    for column in sheet.columns:
        text = cells[column.index] if column.index < len(cells) else ""
        if not column.header or not (text or column.index in uncalculated):
            continue
        place = sheet.place_of(line, column.index)
        cell = cell_node(text, place, (sheet.shown, column.header))
        if _is_fault(cell, column, column.index in uncalculated, problems):
            is_named = is_named and column.key not in _NAMING
            problems.expect_gaps(sheet.place_of(line, 0))
            continue
        row[column.header] = cell
        if column.index in exact:
            sheet.exact.add(place)
    if is_named:
        sheet.rows.append(row)
        sheet.places.append(sheet.place_of(line, 0))


def is_error(text: str) -> bool:
    """Return whether a cell holds what a spreadsheet writes instead of a value."""
    return _ERROR.match(text) is not None


def _is_fault(cell: Node, column: Column, is_uncalculated: bool, problems: Problems) -> bool:  # noqa: FBT001 (known by its caller only)
    if is_uncalculated:
        said = "holds a formula that was never calculated, so its value is not in the file; "
        said += "open it in a spreadsheet program, save it there, and read it again."
    elif is_error(cell.text):
        said = f"holds the error {cell.text}; correct the formula, or put a value in its place."
    else:
        return False
    problems.error("PMO805", cell, f"the column '{column.header}'", said)
    return True


def add_columns(sheet: Sheet, cells: Sequence[str], line: int, problems: Problems) -> None:
    """Name the columns; one without a name is not read."""
    seen: dict[str, str] = {}
    for index, header in enumerate(cells):
        place = sheet.place_of(line, index)
        month = _MONTH.match(header)
        name = f"{month[2]}-{int(month[1]):02}" if month else header
        column = Column(header=name, place=place, index=index)
        if header and column.key in seen:
            said = f"stands twice (first at {seen[column.key]}); rename one of them."
            problems.error("PMO802", place, f"the column '{header}'", said)
            column = Column(header="", place=place, index=index)
        seen.setdefault(column.key, place)
        sheet.columns.append(column)


def month_name(text: str) -> str:
    """Return a header that is a date: one that begins a month is that month."""
    return text[:7] if re.match(r"\d{4}-\d{2}-01\Z", text) else text


def text_of_value(value: object, *, is_percent: bool = False) -> tuple[str, bool]:
    """Return a value of a workbook or frame as text, and whether it stands for itself.

    Numbers have the 15 digits that a spreadsheet shows; NaN and NaT are nothing.
    """
    if value is None or value != value:  # NaN and NaT are not themselves
        return "", False
    if isinstance(value, bool):
        return ("true" if value else "false"), True
    if isinstance(value, int | float | Decimal):
        return number_text(value, is_percent=is_percent), True
    if isinstance(value, datetime):
        has_time = (value.hour, value.minute, value.second) != (0, 0, 0)
        return (value.isoformat(" ", "minutes") if has_time else value.date().isoformat()), True
    if isinstance(value, date):
        return value.isoformat(), True
    if hasattr(value, "item"):
        return text_of_value(value.item(), is_percent=is_percent)
    return str(value).replace("\r\n", "\n").strip(), False


def number_text(value: float | Decimal, *, is_percent: bool = False) -> str:
    """Return a number in plain decimals, 15 digits at most; ``0.8`` as percent is ``80%``."""
    number = Decimal(format(value, ".15g")) if not isinstance(value, int) else Decimal(value)
    if not number.is_finite():
        return str(value)
    if is_percent:
        number *= 100
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text + "%" * is_percent


# ---- numbers


def settle_numbers(
    sheet: Sheet, header: str, problems: Problems, among: Sequence[Node] | None = None
) -> None:
    """Rewrite the numbers of a column with a decimal point and without thousands marks.

    Of all its cells that are text, or of those ``among`` them that are amounts.
    """
    cells = sheet.written_in(header) if among is None else list(among)
    votes: dict[str, list[Node]] = {".": [], ",": [], "?": []}
    for cell in cells:
        for token in _NUMBER.findall(cell.text):
            votes.setdefault(decimal_mark(token), []).append(cell)
    if votes["."] and votes[","]:
        _ambiguous(sheet, header, votes["."][0], votes[","][0], problems)
        sheet.emptied(header)
        return
    if votes["?"] and not votes["."] and not votes[","]:
        cell = votes["?"][0]
        said = (
            f"holds {cell.shown()}, which can be read in two ways, and no other number in the "
            "column decides; write it without a thousands mark or with decimals."
        )
        problems.error("PMO803", cell.place, f"the column '{header}'", said)
        sheet.emptied(header)
        return
    mark = "," if votes[","] else "."
    sheet.rewritten(
        header,
        lambda text: _NUMBER.sub(lambda found: plain_number(found[0], mark), text),
        only={cell.place for cell in cells},
    )


def _ambiguous(sheet: Sheet, header: str, one: Node, other: Node, problems: Problems) -> None:
    said = (
        f"mixes a decimal point ({one.shown()}) and a decimal comma ({other.shown()}, "
        f"{other.place.removeprefix(sheet.shown)[1:]}); use one of them."
    )
    problems.error("PMO803", one.place, f"the column '{header}'", said)


def decimal_mark(token: str) -> str:
    """Return the decimal mark that a number shows, "?" if it can be either, "" if it has none."""
    token = re.sub(r"['\u00a0\u202f]", "", token).rstrip(".,")
    marks = [sign for sign in token if sign in ".,"]
    if not marks:
        return ""
    if len(set(marks)) == 2:
        return marks[-1]
    other = "," if marks[0] == "." else "."
    if len(marks) > 1:
        return other
    return "?" if _GROUPED.match(token) else marks[0]


def plain_number(token: str, mark: str) -> str:
    """Return a number with a decimal point and without thousands marks; ``mark`` is its own."""
    thousands = "," if mark == "." else "."
    end = token[len(token.rstrip(".,")) :]
    token = re.sub(r"['\u00a0\u202f]", "", token).rstrip(".,")
    return token.replace(thousands, "").replace(mark, ".") + end


# ---- dates


def settle_dates(sheet: Sheet, header: str, problems: Problems) -> None:
    """Rewrite the dates of a column as ISO dates."""
    day_first: list[Node] = []
    month_first: list[Node] = []
    either: list[Node] = []
    _refuse_serials(sheet, header, problems)
    for cell in sheet.written_in(header):
        found = _SLASHED.match(cell.text)
        if found is None:
            continue
        first, second = int(found[1]), int(found[2])
        (day_first if first > 12 else month_first if second > 12 else either).append(cell)
    if day_first and month_first:
        said = (
            f"mixes days first ({day_first[0].shown()}) and months first "
            f"({month_first[0].shown()}); write dates as 2027-03-31."
        )
        problems.error("PMO803", month_first[0].place, f"the column '{header}'", said)
        sheet.emptied(header)
    elif either and not day_first and not month_first:
        said = (
            f"holds {either[0].shown()}, which can be read in two ways, and no other date in the "
            "column decides; write dates as 2027-03-31."
        )
        problems.error("PMO803", either[0].place, f"the column '{header}'", said)
        sheet.emptied(header)
    else:
        is_day_first = not month_first
        sheet.rewritten(header, lambda text: _iso(text, is_day_first))


def _refuse_serials(sheet: Sheet, header: str, problems: Problems) -> None:
    """Refuse the bare numbers by which a spreadsheet counts days."""
    for row in sheet.rows:
        cell = row.get(header)
        if cell is not None and cell.place in sheet.exact and _SERIAL.match(cell.text):
            said = f"is {cell.text}, the bare number of a day; format the cell as a date."
            problems.error("PMO116", cell, header, said)
            del row[header]


def _iso(text: str, is_day_first: bool) -> str:  # noqa: FBT001 (the one thing it depends on)
    found = _TIMED.match(text)
    if found:
        return found[1]
    found = _DOTTED.match(text)
    if found:
        return f"{found[3]}-{int(found[2]):02}-{int(found[1]):02}"
    found = _SLASHED.match(text)
    if found:
        day, month = (1, 2) if is_day_first else (2, 1)
        return f"{found[3]}-{int(found[month]):02}-{int(found[day]):02}"
    found = _MONTH.match(text)
    if found:
        return f"{found[2]}-{int(found[1]):02}"
    return text


def iso_text(text: str) -> str:
    """Return a single date that can be read in one way only as an ISO date."""
    slashed = _SLASHED.match(text)
    if slashed and min(int(slashed[1]), int(slashed[2])) <= 12 < max(
        int(slashed[1]), int(slashed[2])
    ):
        return _iso(text, is_day_first=int(slashed[1]) > 12)
    return text if slashed else _iso(text, is_day_first=False)


def names_in(text: str) -> list[str]:
    """Return the names of a cell that lists several: ``crm; hr`` or ``crm, hr``."""
    return [name.strip() for name in re.split(r"[;,|]", text) if name.strip()]
