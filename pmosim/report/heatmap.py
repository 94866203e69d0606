"""Heat map: how busy the people of each role are, month by month, and where too much is planned.

In: Answers. Out: Plans of charts, at most ROLES_PER_FIGURE roles each.
Not here: files and SVG (``figures``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pmosim.forecast.wording import MONTHS
from pmosim.report.answers import Load
from pmosim.report.figures import Plan, cell_colour, cell_ink, shorten
from pmosim.report.sentences import over_months, say_count, say_month, say_months, say_share
from pmosim.report.tables import load_in, tabulate_load

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pmosim.report.answers import Answers, RoleLine
    from pmosim.report.figures import Sheet

ROLES_PER_FIGURE = 24
RUN_OFF_DASH = (0.0, (4.0, 3.0))
COLUMNS = 36
"""Months beside each other at most; a longer run is shown by quarter, then by year."""
ROW_HEIGHT, HEAD_HEIGHT, FOOT_HEIGHT = 24.0, 44.0, 38.0
ROLE_WIDTH, TOTAL_WIDTH = 136.0, 66.0
ROLE_UNITS = 23
VISIBLE_SHARE = 0.005
WINDOW_GAP = 9.0
"""Points between the last month of the planning window and the run-off."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """Months that share a column, what stands above it, and above the first of its year."""

    year: str
    label: str
    months: tuple[str, ...]


def plan_heat_maps(answers: Answers) -> list[Plan]:
    """Return the heat maps; none where no role has a busy share."""
    roles = [role for role in answers.roles if any(load.busy is not None for load in role.months)]
    months = _months_with_work(roles)
    if not months:
        return []
    unit, columns = _group(months)
    is_planned = any(load.planned is not None for role in roles for load in role.months)
    mark = "; a marked corner says that more is planned than they can do"
    run_off = {load.month for role in roles for load in role.months if load.is_run_off}
    n_figures = math.ceil(len(roles) / ROLES_PER_FIGURE)
    size = math.ceil(len(roles) / n_figures)
    plans = []
    for number in range(n_figures):
        rows = tuple(roles[number * size : (number + 1) * size])
        several = n_figures > 1
        plans.append(
            Plan(
                id=f"busy-{number + 1}" if several else "busy",
                finding=_write_finding(roles, len(months))
                + (f" ({number + 1} of {n_figures})" if several else ""),
                sentence=f"Busy share of the people there, per role and {unit}, averaged over all "
                f"futures{mark if is_planned else ''}.",
                alt=_write_alt(rows),
                table=tabulate_load(rows, months),
                draw=_Drawing(
                    roles=rows,
                    columns=columns,
                    n_window=sum(not run_off.issuperset(column.months) for column in columns),
                    is_planned=is_planned,
                ),
                height=HEAD_HEIGHT + FOOT_HEIGHT + ROW_HEIGHT * len(rows),
            )
        )
    return plans


def _write_finding(roles: Sequence[RoleLine], n_months: int) -> str:
    busiest = max(roles, key=lambda role: role.busy or 0.0)
    if not busiest.busy:
        return "Nobody is busy: there is no work in the window"
    crowded = max(roles, key=lambda role: len(over_months(role)))
    months = over_months(crowded)
    text = f"The {busiest.words} is the busiest role, {say_share(busiest.busy)} of the time there"
    if not months:
        is_planned = any(load.planned is not None for role in roles for load in role.months)
        return f"{text}; no role is planned beyond what it can do" if is_planned else text
    when = f"in {say_months(months)}"
    if len(months) > 3:
        when = f"in {len(months)} of {n_months} months"
    if crowded is busiest:
        return f"{text}, and planned beyond what it can do {when}"
    return f"{text}; the {crowded.words} is planned beyond what it can do {when}"


def _write_alt(roles: Sequence[RoleLine]) -> str:
    texts = []
    for role in roles:
        text = f"{role.words}: busy {say_share(role.busy)} over the window"
        shares = [(load.share, load.month) for load in role.months if load.share is not None]
        if shares:
            share, month = max(shares, key=lambda item: item[0])
            text += f", most in {say_month(month)} with {say_share(share)}"
        over = over_months(role)
        text += f", planned beyond what it can do in {say_months(over)}" if over else ""
        texts.append(text)
    return f"Heat map of busy shares. {'; '.join(texts)}."


def _months_with_work(roles: Sequence[RoleLine]) -> list[str]:
    """Return all months up to the last in which some role is planned or busy by half a percent."""
    loads = [load for role in roles for load in role.months]
    months = sorted({load.month for load in loads})
    used = [
        load.month
        for load in loads
        if max(load.share or 0.0, load.planned_share or 0.0) >= VISIBLE_SHARE
    ]
    return [month for month in months if month <= max(used)] if used else months[:12]


def _group(months: Sequence[str]) -> tuple[str, tuple[Column, ...]]:
    """Return the unit of a column and the columns."""
    if len(months) <= COLUMNS:
        return "month", tuple(
            Column(year=month[:4], label=MONTHS[int(month[5:7]) - 1][:3], months=(month,))
            for month in months
        )
    by_quarter = len(months) <= 3 * COLUMNS
    groups: dict[tuple[str, str], list[str]] = {}
    for month in months:
        label = f"Q{(int(month[5:7]) + 2) // 3}" if by_quarter else ""
        groups.setdefault((month[:4], label), []).append(month)
    return "quarter" if by_quarter else "year", tuple(
        Column(year=year, label=label, months=tuple(members))
        for (year, label), members in groups.items()
    )


def _load_over(role: RoleLine, months: Sequence[str]) -> Load | None:
    """Return the mean load over months; None where none is known."""
    loads = [load for month in months if (load := load_in(role, month)) is not None]
    loads = [load for load in loads if load.busy is not None]
    if len(loads) <= 1:
        return loads[0] if loads else None

    def mean(field: str) -> float:
        return sum(getattr(load, field) or 0.0 for load in loads) / len(loads)

    return Load(
        month=months[0],
        capacity=mean("capacity"),
        planned=mean("planned"),
        busy=mean("busy"),
        waiting=mean("waiting"),
    )


@dataclass(frozen=True, kw_only=True)
class _Drawing:
    roles: tuple[RoleLine, ...]
    columns: tuple[Column, ...]
    n_window: int
    """Columns up to the end of the planning window."""
    is_planned: bool
    """Whether the document knows what is planned."""

    def __call__(self, sheet: Sheet) -> None:
        """Draw the chart on a sheet of any size."""
        margin = sheet.margin
        left = margin + ROLE_WIDTH * (1.15 if margin else 1.0)
        top = sheet.top + HEAD_HEIGHT
        room = sheet.height - FOOT_HEIGHT - margin / 2 - top
        step = min(48.0 if margin else ROW_HEIGHT, room / len(self.roles))
        gap = WINDOW_GAP if self.n_window < len(self.columns) else 0.0
        room = sheet.width - margin - TOTAL_WIDTH - left - gap
        width = min(60.0, room / len(self.columns))
        edges = [
            left + width * place + (gap if place >= self.n_window else 0.0)
            for place in range(len(self.columns))
        ]
        right = edges[-1] + width
        size = min(11.0 if margin else 9.0, step * 0.5, width * 0.4)
        self._draw_head(sheet, edges, top, width)
        sheet.text(right + 37, top - 20, "whole", 8, "soft", "center")
        sheet.text(right + 37, top - 9, "window", 8, "soft", "center")
        for number, role in enumerate(self.roles):
            y = top + step * number
            heads = "" if role.people is None else f" ({say_count(role.people)})"
            name = shorten(role.words, ROLE_UNITS - len(heads)) + heads
            sheet.text(margin + 4, y + step / 2, name, min(10.5 if margin else 9.0, step * 0.6))
            for x, column in zip(edges, self.columns, strict=True):
                _draw_cell(sheet, x, y, width, step, size, _load_over(role, column.months))
            _draw_total(sheet, right + 14, y, step, role.busy)
        bottom = top + step * len(self.roles)
        if gap:
            x = edges[self.n_window] - gap / 2
            sheet.line([x, x], [top - 16, bottom + 4], "ink", 1.2, RUN_OFF_DASH)
        _draw_legend(sheet, left, bottom + 20, is_planned=self.is_planned, has_run_off=gap > 0)

    def _draw_head(self, sheet: Sheet, edges: list[float], top: float, width: float) -> None:
        sheet.text(sheet.margin + 4, top - 9, "Role (full-time people)", 8, "soft")
        year = ""
        for x, column in zip(edges, self.columns, strict=True):
            if column.year != year:
                year = column.year
                sheet.line([x + 0.5, x + 0.5], [top - 30, top], "rule", 0.8)
                sheet.text(x + 4, top - 24, year, 8.5, "ink", bold=True)
            label = column.label if width >= 20 else column.label[:1]
            size = min(8.0, width * 0.36 + 1)
            sheet.text(x + width / 2, top - 9, label, size, "soft", "center")


def _draw_cell(
    sheet: Sheet, x: float, y: float, width: float, step: float, size: float, load: Load | None
) -> None:
    share = None if load is None else load.share
    ink = "ink"
    if share is None:
        sheet.text(x + width / 2, y + step / 2, "none", min(size, width * 0.3), "soft", "center")
    else:
        fill = cell_colour(share)
        ink = cell_ink(fill)
        number = say_share(share).removesuffix(" %")
        sheet.box(x + 0.5, y + 0.5, width - 1, step - 1, fill)
        sheet.text(x + width / 2, y + step / 2, number, size, ink, "center")
    if load is not None and load.is_over:
        _draw_corner(sheet, x + width - 0.5, y + 0.5, min(width, step), ink)


def _draw_corner(sheet: Sheet, x: float, y: float, step: float, ink: str) -> None:
    side = max(4.5, min(8.0, step * 0.28))
    sheet.shape([(x, y), (x - side, y), (x, y + side)], ink)


def _draw_total(sheet: Sheet, x: float, y: float, step: float, share: float | None) -> None:
    if share is None:
        sheet.text(x + 23, y + step / 2, "none", 8, "soft", "center")
        return
    fill = cell_colour(share)
    size = min(9.0, step * 0.5)
    sheet.box(x, y + 0.5, 46, step - 1, fill)
    sheet.text(x + 23, y + step / 2, say_share(share), size, cell_ink(fill), "center", bold=True)


def _draw_legend(
    sheet: Sheet, left: float, y: float, *, is_planned: bool, has_run_off: bool
) -> None:
    sheet.text(left, y, "busy share, %", 8, "soft")
    for number, share in enumerate((0.0, 0.25, 0.5, 0.75, 1.0)):
        fill = cell_colour(share)
        sheet.box(left + 68 + 27 * number, y - 7, 26, 14, fill)
        label = f"{100 * share:.0f}"
        sheet.text(left + 81 + 27 * number, y, label, 8, cell_ink(fill), "center")
    x = left + 224
    if is_planned:
        fill = cell_colour(1.0)
        sheet.box(x, y - 7, 26, 14, fill)
        _draw_corner(sheet, x + 26, y - 7, 20, cell_ink(fill))
        sheet.text(x + 33, y, "planned over 100 % of the people there", 8, "soft")
        x += 222
    if has_run_off:
        sheet.line([x, x], [y - 8, y + 8], "ink", 1.2, RUN_OFF_DASH)
        sheet.text(x + 7, y, "then after the planning window", 8, "soft")
