"""Monthly: a row of a resource plan, with a cell per month, becomes people or bookings with dates.

In: the cells of a row, one per month. Out: headcount, ``from`` and ``until`` of as few people as
add up to the FTE of a role; or share (or work), ``from`` and ``until`` of as few bookings as say
the same. Not here: which columns are months (``tables``).
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from pmosim.scenario import cells
from pmosim.scenario.cells import cell_node
from pmosim.scenario.nodes import Node

if TYPE_CHECKING:
    from collections.abc import Mapping


BOOKED_UNITS = {"%": "%", "share": "", "fte": "", "pd": "pd", "ph": "ph", "pm": "pm"}
"""What a column ``unit`` of bookings can say, and what it puts behind a bare number."""
NOTHING = {"", "0", "0%", "0.0", "-", "0pd", "0ph", "0pm"}
_BARE = re.compile(r"\d[\d.]*\Z")
_WORK = re.compile(r"\d[\d.]*\s*(pd|ph|pm)\Z")


def as_number(text: str) -> str:
    """Return an FTE as a number, also one in percent; other text as it is."""
    percent = text.strip().removesuffix("%")
    try:
        return cells.number_text(Decimal(percent) / 100) if percent != text.strip() else text
    except InvalidOperation:
        return text


def layers_of(months: Mapping[str, Node]) -> list[dict[str, Node]]:
    """Return headcount, from and until of people that add up to the FTE of each month.

    The first layer is there whenever the month has anybody, the second whenever it has more than
    one, and so on: whoever stays keeps an id as long as possible. The last month goes on.
    """
    levels: list[tuple[str, Decimal, Node]] = []
    for month in sorted(months):
        try:
            level = Decimal(as_number(months[month].text))
            levels.append((month, level, months[month]))
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


def booked_cell(cell: Node, unit: str) -> dict[str, Node]:
    """Return a cell as the share, or the work, that somebody is booked for."""
    text = cell.text.strip()
    text += BOOKED_UNITS.get(unit, "") if _BARE.match(text) else ""
    key = "work" if _WORK.match(text) else "share"
    return {key: cell_node(text, cell.place, cell.column)}


def booked_runs(months: Mapping[str, Node], unit: str) -> list[dict[str, Node]]:
    """Return share, or work, from and until of bookings that say the same as the months.

    Months in a row with the same share are one booking; work is that of its month.
    """
    found: list[dict[str, Node]] = []
    last = ""
    for month in sorted(months):
        cell = months[month]
        if cell.text.strip() in NOTHING:
            continue
        column = cell.column and (cell.column[0], "a month")
        entry = booked_cell(Node(cell.value, cell.place, cell.text, column=column), unit)
        here = Node(month, cell.place, month)
        before = found[-1] if found else {}
        is_same = "share" in entry and "share" in before
        if is_same and before["share"].text == entry["share"].text and _follows(last, month):
            before["until"] = here
        else:
            found.append(entry | {"from": here, "until": here})
        last = month
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
