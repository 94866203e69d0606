"""Workbook: pages as a spreadsheet file that a person can go on with.

Heads are protected, frozen and explained by comments, words are chosen from lists; the same pages
give the same bytes. Text is always written as text: a name that looks like a formula is a name.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from pmosim.exchange.guide import CHOICES, COLUMNS, NAMES, READ_ME
from pmosim.exchange.pages import Page, Percent
from pmosim.scenario import tables

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

ROWS = 1000
"""Rows that lists to choose from reach down to, beside those that are filled."""
NARROWEST, WIDEST = 9, 44
FREE_COLUMNS = 12
"""Columns behind the last one where a new header can be typed."""
_INK, _HEAD, _GROUP = "#1f2933", "#d9e2ec", "#f0f4f8"
_DAYS = tables.DATES | {"baseline_start", "baseline_finish"}
_MAY = (
    "format_cells", "format_columns", "format_rows", "insert_rows", "delete_rows", "sort",
    "autofilter", "objects", "insert_columns",
)  # fmt: skip


def write_workbook(
    pages: Sequence[Page], file: Path, *, saved: date, has_guide: bool = True
) -> None:
    """Write pages as an .xlsx file; ``saved`` is the day that the file says it is from."""
    import xlsxwriter

    with xlsxwriter.Workbook(str(file), {"in_memory": True}) as book:
        book.set_properties(
            {"created": datetime(saved.year, saved.month, saved.day), "author": "pmosim"}  # noqa: DTZ001 (a day has no zone)
        )
        writer = _Writer(book, pages)
        if has_guide:
            writer.add_guide(file.name)
        for page in pages:
            writer.add_page(page)
        writer.show("Projects")


class _Writer:
    def __init__(self, book: Any, pages: Sequence[Page]) -> None:
        self._book = book
        self._pages = {page.section: page for page in pages}
        self._sheets: dict[str, Any] = {}
        free = {"locked": False, "valign": "top"}
        self._free = book.add_format(free)
        self._day = book.add_format({**free, "num_format": "yyyy-mm-dd", "align": "left"})
        self._percent = book.add_format({**free, "num_format": "0.##########%"})
        self._whole_percent = book.add_format({**free, "num_format": "0%"})
        head = {"bold": True, "font_color": _INK, "bottom": 1, "valign": "top"}
        self._head = book.add_format({**head, "bg_color": _HEAD})
        self._group_head = book.add_format({**head, "bg_color": _GROUP, "locked": False})
        self._title = book.add_format({"bold": True, "font_size": 14, "font_color": _INK})
        self._line = book.add_format({"text_wrap": True, "valign": "top"})
        self._code = book.add_format({"font_name": "Consolas", "bg_color": _GROUP, "indent": 1})

    def add_guide(self, name: str) -> None:
        sheet = self._book.add_worksheet("Read me")
        sheet.set_column(0, 0, 110)
        sheet.hide_gridlines(2)
        styles = {"h": self._title, "code": self._code, "": self._line}
        for row, (kind, text) in enumerate(READ_ME):
            sheet.write_string(row, 0, text.format(file=name), styles[kind])
        sheet.protect()

    def add_page(self, page: Page) -> None:
        sheet = self._sheets[page.title] = self._book.add_worksheet(page.title)
        known = tables.key_columns(page.section)[1] if page.section != "settings" else set()
        sheet.set_column(0, len(page.headers) + FREE_COLUMNS, NARROWEST, self._free)
        for column, header in enumerate(page.headers):
            texts = [_shown(row.get(header)) for row in page.rows]
            width = max([len(header) + 2, *(len(text) + 1 for text in texts)])
            style = self._day if header in _DAYS else self._free
            sheet.set_column(column, column, min(max(width, NARROWEST), WIDEST), style)
            meaning = COLUMNS[page.section].get(header)
            is_fixed = meaning is not None or header in known or page.section == "settings"
            sheet.write_string(0, column, header, self._head if is_fixed else self._group_head)
            if meaning:
                sheet.write_comment(0, column, meaning, {"x_scale": 2.2, "author": "pmosim"})
            self._offer(sheet, page, column, header)
        for number, row in enumerate(page.rows, start=1):
            for column, header in enumerate(page.headers):
                self._write(sheet, number, column, row.get(header))
        last = max(len(page.rows), 1)
        sheet.freeze_panes(1, 2 if page.section == "projects" else 1)
        sheet.autofilter(0, 0, last, len(page.headers) - 1)
        sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{last + 1}"})
        sheet.protect("", dict.fromkeys(_MAY, True))
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)

    def show(self, title: str) -> None:
        if title in self._sheets:
            self._sheets[title].activate()

    def _offer(self, sheet: Any, page: Page, column: int, header: str) -> None:
        """Let a cell be chosen from a list."""
        last = len(page.rows) + ROWS
        words = CHOICES.get(page.section, {}).get(header)
        if words:
            rule = {"validate": "list", "source": list(words)}
            rule |= {"error_title": header, "error_message": f"One of: {', '.join(words)}."}
            sheet.data_validation(1, column, last, column, rule)
        names = NAMES.get(page.section, {}).get(header, ())
        listed = next((self._pages[name] for name in names if name in self._pages), None)
        if listed is not None:
            source = f"='{listed.title}'!$A$2:$A${len(listed.rows) + 200}"
            rule = {"validate": "list", "source": source, "error_type": "information"}
            rule["error_message"] = f"The sheet {listed.title} has no such name."
            sheet.data_validation(1, column, last, column, rule)

    def _write(self, sheet: Any, row: int, column: int, value: object) -> None:
        if isinstance(value, str):
            sheet.write_string(row, column, value, self._free)
        elif isinstance(value, Percent):
            is_whole = round(value.value * 100, 10) == round(value.value * 100)
            style = self._whole_percent if is_whole else self._percent
            sheet.write_number(row, column, value.value, style)
        elif isinstance(value, date):
            day = datetime(value.year, value.month, value.day)  # noqa: DTZ001 (a day has no zone)
            sheet.write_datetime(row, column, day, self._day)
        elif value is not None:
            sheet.write_number(row, column, value, self._free)


def _shown(value: object) -> str:
    if isinstance(value, Percent):
        return f"{value.value:.0%}"
    return "" if value is None else str(value).split("\n", 1)[0]
