"""Capacity: per role and month, who is there, what is planned, who is busy, what waits.

In: Answers. Out: Plans of charts, small multiples, at most ROLES_PER_FIGURE roles each.
Not here: files and SVG (``figures``).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pmosim.forecast.wording import MONTHS
from pmosim.report.figures import Panel, Plan, shorten
from pmosim.report.scales import AmountScale
from pmosim.report.sentences import say_count, say_month, say_months
from pmosim.report.tables import tabulate_capacity

if TYPE_CHECKING:
    from pmosim.report.answers import Answers, Load, RoleLine
    from pmosim.report.figures import Dash, Sheet

ROLES_PER_FIGURE = 12
COLUMNS = 3
PANEL_HEIGHT, FOOT_HEIGHT = 132.0, 30.0
LABEL_WIDTH = 24.0
LONG_DASH, SHORT_DASH = (0.0, (5.0, 2.5)), (0.0, (1.5, 2.0))
Place = Callable[[float], float]
VISIBLE_FTE = 0.05
"""Full-time people; less is not seen in a chart."""


def plan_capacity(answers: Answers) -> list[Plan]:
    """Return the capacity charts; none where no role has months."""
    roles = [role for role in answers.roles if any(load.busy is not None for load in role.months)]
    if not roles:
        return []
    months = _months_with_work(roles)
    n_figures = math.ceil(len(roles) / ROLES_PER_FIGURE)
    size = math.ceil(len(roles) / n_figures)
    plans = []
    for number in range(n_figures):
        rows = tuple(roles[number * size : (number + 1) * size])
        several = n_figures > 1
        plans.append(
            Plan(
                id=f"capacity-{number + 1}" if several else "capacity",
                finding=_write_finding(roles)
                + (f" ({number + 1} of {n_figures})" if several else ""),
                sentence="Full-time people per role and month, averaged over all futures: who is "
                "there, what the plan asks for, who is busy, and how many more the work that is "
                "ready could use at once.",
                alt=_write_alt(rows),
                table=tabulate_capacity(rows, months),
                draw=_Drawing(roles=rows, months=tuple(months)),
                height=PANEL_HEIGHT * math.ceil(len(rows) / COLUMNS) + FOOT_HEIGHT,
            )
        )
    return plans


def _months_with_work(roles: Sequence[RoleLine]) -> list[str]:
    loads = [load for role in roles for load in role.months]
    months = sorted({load.month for load in loads})
    used = [
        load.month
        for load in loads
        if max(load.busy or 0.0, load.planned or 0.0, load.waiting or 0.0) >= VISIBLE_FTE
    ]
    return [month for month in months if month <= max(used)] if used else months[:12]


def _most_waiting(role: RoleLine) -> Load | None:
    """Return the month in which most people more could have been used."""
    loads = [load for load in role.months if (load.waiting or 0.0) >= VISIBLE_FTE]
    return max(loads, key=lambda load: load.waiting or 0.0, default=None)


def _write_finding(roles: Sequence[RoleLine]) -> str:
    found = [(load, role) for role in roles if (load := _most_waiting(role)) is not None]
    if not found:
        return "No work that is ready waits for people"
    load, role = max(found, key=lambda item: item[0].waiting or 0.0)
    n = say_count(load.waiting)
    return (
        f"The {role.words} is missed most: in {say_month(load.month)} the work that is ready could "
        f"use {n} more full-time, beside the {say_count(load.capacity)} there"
    )


def _write_alt(roles: Sequence[RoleLine]) -> str:
    texts = []
    for role in roles:
        text = f"{role.words}: {say_count(role.people)} people"
        load = _most_waiting(role)
        if load is not None:
            text += f", {say_count(load.waiting)} more could be used in {say_month(load.month)}"
        over = [one.month for one in role.months if one.is_over]
        text += f", planned beyond what is there in {say_months(over)}" if over else ""
        texts.append(text)
    return f"A small chart per role, in full-time people. {'; '.join(texts)}."


@dataclass(frozen=True, kw_only=True)
class _Drawing:
    roles: tuple[RoleLine, ...]
    months: tuple[str, ...]

    def __call__(self, sheet: Sheet) -> None:
        """Draw the chart on a sheet of any size."""
        panels = sheet.panels(len(self.roles), COLUMNS, foot=FOOT_HEIGHT)
        for role, panel in zip(self.roles, panels, strict=True):
            self._draw_role(sheet, panel, role)
        is_planned = any(load.planned is not None for r in self.roles for load in r.months)
        _draw_legend(sheet, sheet.height - sheet.margin / 2 - 12, is_planned=is_planned)

    def _draw_role(self, sheet: Sheet, panel: Panel, role: RoleLine) -> None:
        loads = {load.month: load for load in role.months}
        rows = [loads.get(month) for month in self.months]
        tops = [
            max((load.busy or 0.0) + (load.waiting or 0.0), load.planned or 0.0, load.capacity or 0)
            for load in rows
            if load is not None
        ]
        scale = AmountScale.over([0.0, max([*tops, 1.0])], most=3)
        heads = "" if role.people is None else f" ({say_count(role.people)})"
        title = shorten(role.words, 30 - len(heads)) + heads
        sheet.text(panel.left, panel.top + 12, title, 9.5, bold=True)
        box = Panel(
            left=panel.left + LABEL_WIDTH,
            top=panel.top + 25,
            width=panel.width - LABEL_WIDTH,
            height=panel.height - 25 - 24,
        )
        step = box.width / len(rows)

        def y_of(value: float) -> float:
            return box.bottom - box.height * scale.part(value)

        for tick in scale.ticks():
            y = y_of(tick)
            sheet.line([box.left, box.right], [y, y], "rule", 0.6)
            sheet.text(box.left - 4, y, f"{tick:g}", 7.5, "soft", "right")
        busy = [0.0 if load is None else load.busy or 0.0 for load in rows]
        used = [
            b + (0.0 if load is None else load.waiting or 0.0)
            for b, load in zip(busy, rows, strict=True)
        ]
        if max(u - b for u, b in zip(used, busy, strict=True)) >= VISIBLE_FTE:
            sheet.shape(_steps(used, busy, box.left, step, y_of), "paper", "late", 1.0)
        sheet.shape(_steps(busy, None, box.left, step, y_of), "bar-80", "bar", 0.8)
        lines: tuple[tuple[str, str, float, Dash], ...] = (
            ("planned", "soft", 1.2, LONG_DASH),
            ("capacity", "ink", 1.5, "-"),
        )
        for field, colour, width, dash in lines:
            self._draw_steps(sheet, box, rows, field, y_of, colour, width, dash)
        self._draw_months(sheet, box, step)
        self._draw_end(sheet, box, step, rows)

    def _draw_steps(
        self,
        sheet: Sheet,
        box: Panel,
        rows: Sequence[Load | None],
        field: str,
        y_of: Place,
        colour: str,
        width: float,
        dash: Dash,
    ) -> None:
        """Draw a line of steps, broken where a month is not known."""
        step = box.width / len(rows)
        x: list[float] = []
        y: list[float] = []
        for place, load in enumerate([*rows, None]):
            value = None if load is None else getattr(load, field)
            if value is not None:
                x += [box.left + step * place, box.left + step * (place + 1)]
                y += [y_of(value)] * 2
            elif x:
                sheet.line(x, y, colour, width, dash)
                x, y = [], []

    def _draw_months(self, sheet: Sheet, box: Panel, step: float) -> None:
        every = next(n for n in (1, 3, 6, 12, 10_000) if step * n >= 30 or n == 10_000)
        free_from = -math.inf
        for place, month in enumerate(self.months):
            number = int(month[5:7])
            if (number - 1) % every and place:
                continue
            x = box.left + step * place
            label = MONTHS[number - 1][:3]
            if number == 1 or not place:
                label = month[:4] if every >= 12 else f"{label} {month[:4]}"
            if x < free_from or x + 4.3 * len(label) > box.right + 4:
                continue
            free_from = x + 4.3 * len(label) + 6
            sheet.line([x, x], [box.bottom, box.bottom + 3], "soft", 0.7)
            sheet.text(x, box.bottom + 10, label, 7.5, "soft")

    def _draw_end(self, sheet: Sheet, box: Panel, step: float, rows: Sequence[Load | None]) -> None:
        """Draw the end of the planning window, if it lies inside."""
        after = [k for k, load in enumerate(rows) if load is not None and load.is_run_off]
        if after:
            x = box.left + step * after[0]
            sheet.line([x, x], [box.top - 4, box.bottom], "soft", 1.0, SHORT_DASH)


def _draw_legend(sheet: Sheet, y: float, *, is_planned: bool) -> None:
    x = sheet.margin + 2
    sheet.line([x, x + 20], [y, y], "ink", 1.5)
    sheet.text(x + 25, y, "people there", 8, "soft")
    x += 98
    if is_planned:
        sheet.line([x, x + 20], [y, y], "soft", 1.2, LONG_DASH)
        sheet.text(x + 25, y, "planned work", 8, "soft")
        x += 104
    sheet.box(x, y - 5, 18, 10, "bar-80", "bar", 0.8)
    sheet.text(x + 23, y, "busy", 8, "soft")
    x += 62
    sheet.box(x, y - 5, 18, 10, "paper", "late", 1.0)
    sheet.text(x + 23, y, "waiting: more that could be used", 8, "soft")
    x += 186
    sheet.line([x, x], [y - 7, y + 7], "soft", 1.0, SHORT_DASH)
    sheet.text(x + 6, y, "planning window ends", 8, "soft")


def _steps(
    upper: Sequence[float], lower: Sequence[float] | None, left: float, step: float, y_of: Place
) -> list[tuple[float, float]]:
    """Return the corners of the area between two lines of steps (None = the ground)."""
    forth = [
        (left + step * (place + side), y_of(value))
        for place, value in enumerate(upper)
        for side in (0, 1)
    ]
    ground = [0.0] * len(upper) if lower is None else list(lower)
    back = [
        (left + step * (place + side), y_of(value))
        for place, value in reversed(list(enumerate(ground)))
        for side in (1, 0)
    ]
    return [*forth, *back]
