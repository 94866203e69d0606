"""Gantt: when each project may be finished, beside what was promised.

In: Answers. Out: Plans of charts, at most ROWS_PER_FIGURE projects each, all on one scale of time.
Not here: files and SVG (``figures``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from pmosim.forecast.wording import AFTER_WINDOW, NOT_KNOWN, chance_in_words
from pmosim.report.figures import Plan, shorten
from pmosim.report.scales import TimeScale
from pmosim.report.sentences import judge, late_projects, live_projects, say_by, say_day
from pmosim.report.tables import tabulate_dates

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pmosim.report.answers import Answers, ProjectLine, When
    from pmosim.report.figures import Sheet

ROWS_PER_FIGURE = 30
ROW_HEIGHT, HEAD_HEIGHT, FOOT_HEIGHT = 19.0, 36.0, 30.0
NAME_WIDTH, COLUMNS_WIDTH = 218.0, 150.0
NAME_UNITS = 34
"""Width of a name in a chart, in narrow characters; the table has all of it."""


def plan_gantts(answers: Answers) -> list[Plan]:
    """Return the Gantt charts of the open projects; none where no finish is forecast."""
    projects = [p for p in live_projects(answers) if p.p50 is not None]
    if not projects:
        return []
    is_ranked = any(p.rank is not None for p in projects)
    projects.sort(key=lambda p: (math.inf if p.rank is None else p.rank, _day(p.p50)))
    n_figures = math.ceil(len(projects) / ROWS_PER_FIGURE)
    size = math.ceil(len(projects) / n_figures)
    scale = _scale_over(projects, answers)
    plans = []
    for number in range(n_figures):
        rows = tuple(projects[number * size : (number + 1) * size])
        several = n_figures > 1
        plans.append(
            Plan(
                id=f"gantt-{number + 1}" if several else "gantt",
                finding=_write_finding(answers)
                + (f" ({number + 1} of {n_figures})" if several else ""),
                sentence="Each bar is solid to the date that half of the futures keep, pale to the"
                " dates that 80 and 90 of 100 keep; the diamond is the promise. Sorted by "
                + ("rank." if is_ranked else "the date half of the futures keep."),
                alt=_write_alt(rows),
                table=tabulate_dates(rows),
                draw=_Drawing(
                    projects=rows,
                    scale=scale,
                    as_of=answers.as_of,
                    window_end=answers.window_end,
                ),
                height=HEAD_HEIGHT + FOOT_HEIGHT + ROW_HEIGHT * len(rows),
            )
        )
    return plans


def _write_finding(answers: Answers) -> str:
    projects = live_projects(answers)
    promised = [p for p in projects if p.due is not None]
    late = late_projects(answers)
    if not promised:
        last = max((p.p50 for p in projects if p.p50 is not None), key=_day)
        if last.day is None:
            return "No promises are given; most futures leave a project open when the window ends"
        return f"No promises are given; half of the futures finish the last project {say_by(last)}"
    if not late:
        return (
            "No promised date is likelier missed than kept"
            if len(promised) > 1
            else "The promised date is not likelier missed than kept"
        )
    worst = late[0]
    value = worst.late.value if worst.late is not None else None
    chance = chance_in_words(value, worst.futures)
    name = shorten(worst.name, NAME_UNITS)
    if len(promised) == 1:
        return f"{name} misses its promise in {chance} futures"
    return (
        f"{len(late)} of {len(promised)} promises {'is' if len(late) == 1 else 'are'} likelier "
        f"missed than kept, {name} in {chance} futures"
    )


def _write_alt(projects: Sequence[ProjectLine]) -> str:
    texts = []
    for p in projects:
        text = f"{p.name}: P50 {_say(p.p50)}, P80 {_say(p.p80)}"
        if p.due is not None:
            text += f", promised {say_day(p.due)}"
        if p.late is not None and p.late.value is not None:
            text += f", late in {chance_in_words(p.late.value, p.futures)} futures"
        texts.append(text)
    return f"Gantt chart. {'; '.join(texts)}."


def _say(when: When | None) -> str:
    if when is None or when.reason:
        return NOT_KNOWN
    return AFTER_WINDOW if when.day is None else say_day(when.day)


def _day(when: When | None) -> date:
    return date.max if when is None or when.day is None else when.day


def _scale_over(projects: Sequence[ProjectLine], answers: Answers) -> TimeScale:
    """Return the scale that shows every date of all projects."""
    whens = [w for p in projects for w in (p.p50, p.p80, p.p90) if w is not None]
    days = [w.day for w in whens if w.day is not None]
    days += [p.due for p in projects if p.due is not None]
    days += [p.begins.day for p in projects if p.begins is not None and p.begins.day is not None]
    if answers.as_of is not None:
        days.append(answers.as_of)
    if answers.window_end is not None and any(w.is_after for w in whens):
        days.append(answers.window_end)
    # nothing may be known of any project; the frame still needs edges
    return TimeScale.over(days or [date(2000, 1, 1)])


@dataclass(frozen=True, kw_only=True)
class _Frame:
    """Where things stand on the sheet, in points."""

    outer_left: float
    outer_right: float
    left: float
    right: float
    top: float
    step: float
    bottom: float
    size: float
    """Of text in a row."""

    def middle(self, row: int) -> float:
        """Return the height of the middle of a row."""
        return self.top + self.step * (row + 0.5)


@dataclass(frozen=True, kw_only=True)
class _Drawing:
    projects: tuple[ProjectLine, ...]
    scale: TimeScale
    as_of: date | None
    window_end: date | None

    def __call__(self, sheet: Sheet) -> None:
        """Draw the chart on a sheet of any size."""
        frame = self._fit(sheet)
        for row in range(1, len(self.projects), 2):
            y = frame.middle(row) - frame.step / 2
            sheet.box(frame.outer_left, y, frame.outer_right - frame.outer_left, frame.step, "band")
        self._draw_head(sheet, frame)
        self._draw_marks(sheet, frame)
        for row, project in enumerate(self.projects):
            middle = frame.middle(row)
            name = shorten(project.name, NAME_UNITS)
            sheet.text(frame.outer_left + 4, middle, name, frame.size)
            self._draw_bar(sheet, frame, project, middle)
            self._draw_promise(sheet, frame, project, middle)
        self._draw_legend(sheet, frame, frame.bottom + 17.0)

    def _fit(self, sheet: Sheet) -> _Frame:
        margin, widen = sheet.margin, sheet.width / 760.0
        top = sheet.top + HEAD_HEIGHT
        room = sheet.height - FOOT_HEIGHT - margin / 2 - top
        step = min(36.0 if margin else ROW_HEIGHT, room / len(self.projects))
        return _Frame(
            outer_left=margin,
            outer_right=sheet.width - margin,
            left=margin + NAME_WIDTH * min(widen, 1.15),
            right=sheet.width - margin - COLUMNS_WIDTH * min(widen, 1.15),
            top=top,
            step=step,
            bottom=top + step * len(self.projects),
            size=min(10.5 if margin else 9.0, step * 0.62),
        )

    def _place(self, frame: _Frame, day: date) -> float:
        return frame.left + (frame.right - frame.left) * self.scale.part(day)

    def _begin(self, frame: _Frame, project: ProjectLine) -> float:
        if project.begins is None:
            return self._place(frame, self.as_of or self.scale.first)
        return frame.right if project.begins.day is None else self._place(frame, project.begins.day)

    def _draw_head(self, sheet: Sheet, frame: _Frame) -> None:
        y, size = frame.top - 9, 8.0
        free_from = -math.inf
        for day, label in self.scale.ticks():
            x = self._place(frame, day)
            sheet.line([x, x], [frame.top - 14, frame.bottom], "rule", 0.7)
            begin = x + 3
            for mark in (self.as_of, self.window_end):
                if mark is not None and 0.0 <= (beside := self._place(frame, mark)) - x < 12:
                    begin = beside + 3  # not under the line of day 0 or of the end
            end = begin + 4.7 * len(label)
            if x >= free_from and end < frame.right + 8:
                sheet.text(begin, y, label, size, "soft")
                free_from = end + 2
        sheet.text(frame.outer_left + 4, y, "Project", size, "soft")
        sheet.text(frame.right + 14, y, "Promise", size, "soft")
        sheet.text(frame.outer_right - 4, y, "Missed in", size, "soft", "right")

    def _draw_marks(self, sheet: Sheet, frame: _Frame) -> None:
        top, y = frame.top - 28, frame.top - 24
        if self.as_of is not None:
            x = self._place(frame, self.as_of)
            sheet.line([x, x], [top, frame.bottom], "ink", 1.0)
            sheet.text(x + 3, y, f"as of {say_day(self.as_of)}", 7.5, "ink")
        if self.window_end is not None and self.window_end <= self.scale.last:
            x = self._place(frame, self.window_end)
            sheet.line([x, x], [top, frame.bottom], "soft", 1.0, (0.0, (4.0, 3.0)))
            if self.scale.part(self.window_end) > 0.45:
                sheet.text(x - 3, y, "planning window ends", 7.5, "soft", "right")

    def _draw_bar(self, sheet: Sheet, frame: _Frame, project: ProjectLine, middle: float) -> None:
        levels = (project.p50, project.p80, project.p90)
        if all(when is None or when.reason for when in levels):
            return
        start, height = self._begin(frame, project), frame.step * 0.58
        ends = [
            frame.right if w is None or w.day is None else self._place(frame, w.day) for w in levels
        ]
        half, most, nearly = (max(start, end) for end in ends)
        parts = [(most, nearly, 0.4, "bar-90"), (half, most, 0.7, "bar-80")]
        if project.p50 is not None and project.p50.day is None:
            parts = [(start, frame.right, 0.4, "bar-90")]
        for begin, end, part, fill in parts:
            if end > begin:
                y = middle - height * part / 2
                sheet.box(begin, y, end - begin, height * part, fill, "bar", 0.8)
        if project.p50 is not None and project.p50.day is not None:
            sheet.box(start, middle - height / 2, max(1.5, half - start), height, "bar")
        if any(when is not None and when.is_after for when in levels):
            x, reach = frame.right - 1, min(5.0, height * 0.5)
            sheet.shape(
                [(x, middle - reach), (x + 1.6 * reach, middle), (x, middle + reach)], "bar"
            )

    def _draw_promise(
        self, sheet: Sheet, frame: _Frame, project: ProjectLine, middle: float
    ) -> None:
        x = frame.right + 14
        if project.due is None:
            sheet.text(x, middle, "none", frame.size, "soft")
            return
        is_late = judge(project.late) == "likely"
        radius = max(3.0, min(6.0, frame.step * 0.27))
        draw_diamond(sheet, self._place(frame, project.due), middle, radius, is_late=is_late)
        sheet.text(x, middle, say_day(project.due), frame.size)
        chance = chance_in_words(
            project.late.value if project.late is not None else None, project.futures
        )
        colour = "late" if is_late else "soft" if chance == NOT_KNOWN else "ink"
        sheet.text(frame.outer_right - 4, middle, chance, frame.size, colour, "right", bold=is_late)

    def _draw_legend(self, sheet: Sheet, frame: _Frame, y: float) -> None:
        x = frame.outer_left + 4
        for fill, edge, height, label in (
            ("bar", "", 11.0, "half of the futures (P50)"),
            ("bar-80", "bar", 7.7, "80 of 100 (P80)"),
            ("bar-90", "bar", 4.4, "90 of 100 (P90)"),
        ):
            sheet.box(x, y - height / 2, 16, height, fill, edge, 0.8)
            sheet.text(x + 21, y, label, 8, "soft")
            x += 36 + 4.4 * len(label)
        for is_late, label in ((False, "promise"), (True, "promise likelier missed than kept")):
            draw_diamond(sheet, x + 5, y, 5.0, is_late=is_late)
            sheet.text(x + 14, y, label, 8, "soft")
            x += 28 + 4.4 * len(label)
        if any(w is not None and w.is_after for p in self.projects for w in (p.p50, p.p80, p.p90)):
            sheet.shape([(x + 2, y - 4.5), (x + 9, y), (x + 2, y + 4.5)], "bar")
            sheet.text(x + 14, y, "goes on after the window", 8, "soft")


def draw_diamond(sheet: Sheet, x: float, y: float, radius: float, *, is_late: bool) -> None:
    """Draw a promise: open, or filled with a rim where it is likelier missed than kept."""
    corners = [(x, y - radius), (x + radius, y), (x, y + radius), (x - radius, y)]
    if is_late:
        sheet.shape(corners, "late", "paper", 1.4)
    else:
        sheet.shape(corners, "paper", "ink", 1.3)
