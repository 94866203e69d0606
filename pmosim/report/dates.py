"""Dates: for the few dates that matter most, how the futures spread over them.

In: Answers. Out: the Plan of a chart with a panel per date: an S-curve (how many futures are done
by then) above twenty dots (each stands for one future in twenty). Not here: files and SVG
(``figures``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pmosim.forecast.wording import AFTER_WINDOW, chance_in_words
from pmosim.report.figures import Panel, Plan, shorten
from pmosim.report.gantt import draw_diamond
from pmosim.report.scales import TimeScale
from pmosim.report.sentences import judge, most_at_stake, say_day
from pmosim.report.tables import tabulate_curves

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from pmosim.report.answers import Answers, ProjectLine
    from pmosim.report.figures import Sheet
    from pmosim.report.particulars import DateCurve

SHOWN = 5
"""Projects shown beside the committed portfolio."""
PANEL_HEIGHT, FOOT_HEIGHT = 188.0, 26.0
TITLE_HEIGHT, AXIS_HEIGHT = 34.0, 22.0
LABEL_WIDTH = 22.0
LARGEST_DOT, SMALLEST_DOT = 7.0, 1.5
DROP_DASH = (0.0, (2.0, 2.0))
COMMITTED = "All that is committed"


@dataclass(frozen=True, kw_only=True)
class DateSpread:
    """One panel."""

    name: str
    curve: DateCurve
    due: date | None
    is_late: bool
    missed: str
    """In how many futures, in words; empty where nothing is promised."""


def plan_dates(answers: Answers) -> list[Plan]:
    """Return the chart of chosen dates; none where the document has no curves."""
    projects = [p for p in most_at_stake(answers) if _is_telling(p.finishes)][:SHOWN]
    spreads = [_spread_of(p, p.finishes) for p in projects if p.finishes is not None]
    committed = answers.whole.committed
    if committed is not None and _is_telling(committed):
        spreads.insert(
            0, DateSpread(name=COMMITTED, curve=committed, due=None, is_late=False, missed="")
        )
    if not spreads:
        return []
    return [
        Plan(
            id="dates",
            finding=_write_finding(projects, spreads[0]),
            sentence="The line says how many of 100 futures are done by a date. Below it each dot "
            "stands for one future in twenty, filled where it misses the promise. Chosen are the "
            "promises with most at stake: the chance of missing, times what the project costs.",
            alt=_write_alt(spreads),
            table=tabulate_curves([(s.name, s.curve, s.due, s.missed) for s in spreads]),
            draw=_Drawing(spreads=tuple(spreads)),
            height=PANEL_HEIGHT * math.ceil(len(spreads) / 2) + FOOT_HEIGHT,
        )
    ]


def _is_telling(curve: DateCurve | None) -> bool:
    """Return whether half of the futures have a date, so that there is a line to draw."""
    return curve is not None and sum(day is not None for day in curve.days) * 2 > len(curve.days)


def _spread_of(project: ProjectLine, curve: DateCurve) -> DateSpread:
    late = project.late.value if project.late is not None else None
    return DateSpread(
        name=project.name,
        curve=curve,
        due=project.due,
        is_late=judge(project.late) == "likely",
        missed=chance_in_words(late, project.futures) if late is not None else "",
    )


def _write_finding(projects: Sequence[ProjectLine], first: DateSpread) -> str:
    if projects and projects[0].due is not None and projects[0].late is not None:
        worst = projects[0]
        chance = chance_in_words(worst.late.value if worst.late else None, worst.futures)
        return (
            f"{shorten(worst.name, 40)} has most at stake: {chance} futures miss "
            f"{say_day(projects[0].due)}"
        )
    return f"{first.name}: 80 of 100 futures are done by {_say(_at(first.curve, 80))}"


def _write_alt(spreads: Sequence[DateSpread]) -> str:
    texts = []
    for spread in spreads:
        half, most = (_say(_at(spread.curve, level)) for level in (50, 80))
        text = f"{spread.name}: half of the futures by {half}, 80 of 100 by {most}"
        if spread.due is not None:
            text += f", promised {say_day(spread.due)}"
            text += f", missed in {spread.missed}" if spread.missed else ""
        texts.append(text)
    return f"An S-curve and twenty dots per date. {'; '.join(texts)}."


def _at(curve: DateCurve, level: int) -> date | None:
    return dict(zip(curve.levels, curve.days, strict=True)).get(level)


def _say(day: date | None) -> str:
    return AFTER_WINDOW if day is None else say_day(day)


@dataclass(frozen=True, kw_only=True)
class _Drawing:
    spreads: tuple[DateSpread, ...]

    def __call__(self, sheet: Sheet) -> None:
        """Draw the chart on a sheet of any size."""
        columns = 3 if sheet.margin else 2
        panels = sheet.panels(len(self.spreads), columns, foot=FOOT_HEIGHT)
        for spread, panel in zip(self.spreads, panels, strict=True):
            _draw_spread(sheet, panel, spread)
        _draw_legend(sheet, sheet.height - sheet.margin / 2 - 10)


def _draw_spread(sheet: Sheet, panel: Panel, spread: DateSpread) -> None:
    sheet.text(panel.left, panel.top + 10, shorten(spread.name, 44), 9.5, bold=True)
    note, colour = "no single date is promised", "soft"
    if spread.due is not None:
        note = f"promised {say_day(spread.due)}"
        note += f", missed in {spread.missed}" if spread.missed else ""
        colour = "late" if spread.is_late else "soft"
    sheet.text(panel.left, panel.top + 24, note, 8.5, colour, bold=spread.is_late)
    box = Panel(
        left=panel.left + LABEL_WIDTH,
        top=panel.top + TITLE_HEIGHT,
        width=panel.width - LABEL_WIDTH - 8,
        height=panel.height - TITLE_HEIGHT - AXIS_HEIGHT,
    )
    dots = spread.curve.dots
    days = [day for day in (*dots, *spread.curve.days, spread.due) if day is not None]
    scale = TimeScale.over(days)
    is_open = any(dot is None for dot in dots)
    right = box.right - (16.0 if is_open else 0.0)

    def x_of(day: date) -> float:
        return box.left + (right - box.left) * scale.part(day)

    split = box.top + box.height * 0.6
    above = Panel(left=box.left, top=box.top, width=right - box.left, height=split - box.top)
    below = Panel(left=box.left, top=split + 4, width=box.width, height=box.bottom - split - 4)
    _draw_curve(sheet, above, spread, x_of)
    _draw_axis(sheet, box, scale, x_of)
    _draw_dots(sheet, below, spread, x_of)
    if spread.due is not None:
        x = x_of(spread.due)
        sheet.line([x, x], [box.top + 2, box.bottom], "late" if spread.is_late else "ink", 1.2)
        draw_diamond(sheet, x, box.top + 1, 4.5, is_late=spread.is_late)


def _draw_curve(
    sheet: Sheet, box: Panel, spread: DateSpread, x_of: Callable[[date], float]
) -> None:
    def y_of(level: float) -> float:
        return box.bottom - box.height * level / 100

    for level in (0, 50, 80, 100):
        sheet.line([box.left, box.right], [y_of(level)] * 2, "rule", 0.6)
        if level in {50, 80}:
            sheet.text(box.left - 4, y_of(level), str(level), 7.5, "soft", "right")
    curve = spread.curve
    due = None if spread.due is None else x_of(spread.due)
    known = [(x_of(d), y_of(p)) for p, d in zip(curve.levels, curve.days, strict=True) if d]
    if known:
        sheet.line([x for x, _ in known], [y for _, y in known], "bar", 2.0)
    for level in (50, 80):
        day = _at(curve, level)
        if day is None:
            continue
        x, y = x_of(day), y_of(level)
        sheet.line([x, x], [y, box.bottom], "bar", 1.0, DROP_DASH)
        label = say_day(day)
        begin = x - 5 - 4.5 * len(label)
        if begin > box.left and (due is None or not begin < due < x):
            sheet.text(x - 5, y - 5, label, 7.5, "ink", "right")
        else:
            sheet.text(x + 5, y + 6, label, 7.5, "ink")


def _draw_axis(sheet: Sheet, box: Panel, scale: TimeScale, x_of: Callable[[date], float]) -> None:
    sheet.line([box.left, box.right], [box.bottom, box.bottom], "soft", 0.8)
    free_from = -math.inf
    for day, label in scale.ticks(max(3, int(box.width / 42))):
        x = x_of(day)
        sheet.line([x, x], [box.bottom, box.bottom + 3], "soft", 0.7)
        if x >= free_from and x + 4.3 * len(label) <= box.right + 6:
            sheet.text(x, box.bottom + 10, label, 7.5, "soft")
            free_from = x + 4.3 * len(label) + 5


def _draw_dots(sheet: Sheet, box: Panel, spread: DateSpread, x_of: Callable[[date], float]) -> None:
    """Stack the dots in bins; those after the planning window stand at the right edge."""
    dots = spread.curve.dots
    radius, origin = LARGEST_DOT, box.left if spread.due is None else x_of(spread.due)
    piles = _pile(dots, spread.due, radius, origin, x_of)
    while max(map(len, piles.values())) * 2 * radius > box.height - 2 and radius > SMALLEST_DOT:
        radius -= 0.25
        piles = _pile(dots, spread.due, radius, origin, x_of)
    edge = box.right - radius - 2
    places: dict[bool, list[tuple[float, float]]] = {False: [], True: []}
    for bin_, pile in piles.items():
        x = edge if bin_ is None else origin + (bin_ + 0.5) * 2 * radius
        for height, is_missed in enumerate(pile):
            places[is_missed].append((x, box.bottom - radius * (2 * height + 1) - 1))
    for is_missed, middles in places.items():
        if middles:
            fill, rim = ("late", "late") if is_missed else ("paper", "bar")
            xs, ys = zip(*middles, strict=True)
            sheet.dots(xs, ys, radius - 0.8, fill, rim)
    if None in piles:
        top = box.bottom - 2 * radius * len(piles[None]) - 7
        sheet.text(box.right + 6, top, "after the window", 7.5, "soft", "right")


def _pile(
    dots: Sequence[date | None],
    due: date | None,
    radius: float,
    origin: float,
    x_of: Callable[[date], float],
) -> dict[int | None, list[bool]]:
    """Return for each bin whether its dots miss the promise, from the lowest dot up.

    Bins begin at the promise, so that no dot lies across its line.
    """
    piles: dict[int | None, list[bool]] = {}
    for dot in dots:
        bin_ = None if dot is None else math.floor((x_of(dot) - origin) / (2 * radius))
        piles.setdefault(bin_, []).append(due is not None and (dot is None or dot > due))
    return piles


def _draw_legend(sheet: Sheet, y: float) -> None:
    x = sheet.margin + 2
    sheet.line([x, x + 18], [y, y], "bar", 2.0)
    sheet.text(x + 23, y, "done by then, of 100 futures", 8, "soft")
    x += 158
    sheet.dots([x + 4], [y], 3.6, "paper", "bar")
    sheet.text(x + 12, y, "one future in twenty", 8, "soft")
    x += 112
    sheet.dots([x + 4], [y], 3.6, "late", "late")
    sheet.text(x + 12, y, "one that misses the promise", 8, "soft")
    x += 144
    for is_late, label in ((False, "promise"), (True, "promise likelier missed than kept")):
        draw_diamond(sheet, x + 5, y, 4.5, is_late=is_late)
        sheet.text(x + 14, y, label, 8, "soft")
        x += 28 + 4.4 * len(label)
