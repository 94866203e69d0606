"""Joint: in time and in budget at once, for the few projects that matter most.

In: Answers. Out: the Plan of a chart with a panel per project: each dot is one future, the lines
are the promise and the budget, the shares of the four corners stand beside them.
Not here: files and SVG (``figures``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pmosim.forecast.wording import chance_in_words, money_in_words
from pmosim.report.figures import Panel, Plan, shorten
from pmosim.report.scales import AmountScale, TimeScale
from pmosim.report.sentences import most_at_stake
from pmosim.report.tables import tabulate_joint

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from pmosim.report.answers import Answers, ProjectLine
    from pmosim.report.figures import Sheet
    from pmosim.report.particulars import Corners, Joint

SHOWN = 6
POINTS = 100
"""Futures drawn of each project."""
PANEL_HEIGHT, FOOT_HEIGHT = 206.0, 26.0
HEAD_HEIGHT, AXIS_HEIGHT = 36.0, 40.0
LABEL_WIDTH = 46.0


@dataclass(frozen=True, kw_only=True)
class _Row:
    project: ProjectLine
    joint: Joint
    corners: Corners
    due: date
    budget: float


def plan_joint(answers: Answers) -> list[Plan]:
    """Return the chart of date and cost; none where no project has both and their futures."""
    rows = [row for p in most_at_stake(answers) if (row := _row_of(p)) is not None][:SHOWN]
    if not rows:
        return []
    return [
        Plan(
            id="joint",
            finding=_write_finding(rows, answers),
            sentence="Each dot is one future of the project: when it is finished, and what it "
            "costs. The lines are the promise and the budget; the numbers count futures of 100.",
            alt=_write_alt(rows),
            table=tabulate_joint(answers),
            draw=_Drawing(rows=tuple(rows), currency=answers.currency),
            height=PANEL_HEIGHT * math.ceil(len(rows) / 3) + FOOT_HEIGHT,
        )
    ]


def _row_of(project: ProjectLine) -> _Row | None:
    joint = project.joint
    corners = joint.corners if joint is not None else None
    if joint is None or corners is None or project.due is None or project.budget is None:
        return None
    return _Row(
        project=project, joint=joint, corners=corners, due=project.due, budget=project.budget
    )


def _write_finding(rows: Sequence[_Row], answers: Answers) -> str:
    worst = min(rows, key=lambda row: row.corners.both)
    chance = chance_in_words(worst.corners.both, worst.project.futures)
    text = f"{shorten(worst.project.name, 40)} keeps both its date and its budget in {chance}"
    if answers.whole.both is not None and answers.whole.both.value is not None:
        whole = chance_in_words(answers.whole.both.value, answers.replications)
        return f"{text} futures, the whole portfolio in {whole}"
    return f"{text} futures"


def _write_alt(rows: Sequence[_Row]) -> str:
    texts = []
    for row in rows:
        shares = _say_corners(row)
        texts.append(f"{row.project.name}: " + ", ".join(f"{b} {a}" for a, b in shares))
    return f"Finish date and cost of single futures, a chart per project. {'; '.join(texts)}."


def _say_corners(row: _Row) -> list[tuple[str, str]]:
    corners = row.corners
    return [
        (words, chance_in_words(share, row.project.futures))
        for words, share in (
            ("keep both", corners.both),
            ("only late", corners.only_late),
            ("only over budget", corners.only_over),
            ("late and over", corners.neither),
        )
    ]


@dataclass(frozen=True, kw_only=True)
class _Drawing:
    rows: tuple[_Row, ...]
    currency: str

    def __call__(self, sheet: Sheet) -> None:
        """Draw the chart on a sheet of any size."""
        panels = sheet.panels(len(self.rows), 3, foot=FOOT_HEIGHT)
        for row, panel in zip(self.rows, panels, strict=True):
            self._draw_project(sheet, panel, row)
        y, x = sheet.height - sheet.margin / 2 - 10, sheet.margin + 2
        sheet.dots([x + 4], [y], 2.6, "paper", "bar")
        sheet.text(x + 12, y, "a future that keeps both", 8, "soft")
        sheet.dots([x + 138], [y], 2.6, "late", "late")
        sheet.text(x + 146, y, "a future that misses the date, the budget or both", 8, "soft")
        sheet.line([x + 392, x + 410], [y, y], "ink", 1.2)
        sheet.text(x + 415, y, "the promise (upright) and the budget (level)", 8, "soft")

    def _draw_project(self, sheet: Sheet, panel: Panel, row: _Row) -> None:
        words = dict(_say_corners(row))
        sheet.text(panel.left, panel.top + 10, shorten(row.project.name, 34), 9.5, bold=True)
        box = Panel(
            left=panel.left + LABEL_WIDTH,
            top=panel.top + HEAD_HEIGHT,
            width=panel.width - LABEL_WIDTH,
            height=panel.height - HEAD_HEIGHT - AXIS_HEIGHT,
        )
        points = row.joint.points[:: math.ceil(len(row.joint.points) / POINTS)]
        days = [day for day, _ in points if day is not None]
        times = TimeScale.over([*days, row.due])
        money = AmountScale.over(
            [*(cost for day, cost in points if day is not None), row.budget], most=4
        )
        after = 14.0 if len(days) < len(points) else 0.0
        right = box.right - after

        def x_of(day: date | None) -> float:
            return box.right - 5 if day is None else box.left + (right - box.left) * times.part(day)

        def y_of(cost: float) -> float:
            return box.bottom - box.height * money.part(cost)

        for tick in money.ticks():
            sheet.line([box.left, box.right], [y_of(tick)] * 2, "rule", 0.6)
            label = money_in_words(tick)
            sheet.text(box.left - 4, y_of(tick), label, 7.5, "soft", "right")
        self._draw_months(sheet, box, times, right)
        kept: list[tuple[float, float]] = []
        missed: list[tuple[float, float]] = []
        for day, cost in points:
            is_kept = day is not None and day <= row.due and cost <= row.budget
            (kept if is_kept else missed).append((x_of(day), y_of(cost)))
        for middles, fill, edge in ((missed, "late", "late"), (kept, "paper", "bar")):
            if middles:
                xs, ys = zip(*middles, strict=True)
                sheet.dots(xs, ys, 1.9, fill, edge)
        x, y = x_of(row.due), y_of(row.budget)
        sheet.line([x, x], [box.top, box.bottom], "ink", 1.2)
        sheet.line([box.left, box.right], [y, y], "ink", 1.2)
        if after:
            sheet.text(box.right, box.bottom + 10, "not finished", 7.5, "soft", "right")
        low = box.bottom + 26
        high = box.top - 12
        for left, height, name in (
            (True, high, "only over budget"),
            (False, high, "late and over"),
            (True, low, "keep both"),
            (False, low, "only late"),
        ):
            text = f"{words[name].removesuffix(' of 100')} {name}"
            is_bold = name == "keep both"
            if left:
                sheet.text(box.left - LABEL_WIDTH + 2, height, text, 8, "ink", bold=is_bold)
            else:
                sheet.text(box.right, height, text, 8, "ink", "right")

    def _draw_months(self, sheet: Sheet, box: Panel, times: TimeScale, right: float) -> None:
        sheet.line([box.left, box.right], [box.bottom, box.bottom], "soft", 0.8)
        free_from, free_to = -math.inf, right - 46 if right < box.right else box.right + 4
        for day, label in times.ticks(max(3, int(box.width / 45))):
            x = box.left + (right - box.left) * times.part(day)
            sheet.line([x, x], [box.bottom, box.bottom + 3], "soft", 0.7)
            if x >= free_from and x + 4.3 * len(label) <= free_to:
                sheet.text(x, box.bottom + 10, label, 7.5, "soft")
                free_from = x + 4.3 * len(label) + 5
