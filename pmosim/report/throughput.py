"""Throughput: how many projects are finished in each quarter.

In: Answers. Out: the Plan of a chart of bars with bands. Not here: files and SVG (``figures``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pmosim.report.figures import Panel, Plan
from pmosim.report.scales import AmountScale
from pmosim.report.sentences import say_count, say_quarter
from pmosim.report.tables import tabulate_quarters

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pmosim.report.answers import Answers
    from pmosim.report.figures import Anchor, Sheet
    from pmosim.report.particulars import Quarter

HEIGHT = 250.0
LABEL_WIDTH, HEAD_HEIGHT, AXIS_HEIGHT, FOOT_HEIGHT = 30.0, 26.0, 34.0, 28.0
MOST = 24
"""Quarters drawn; the table has all."""


def plan_throughput(answers: Answers) -> list[Plan]:
    """Return the chart; none where nothing is finished in any quarter."""
    quarters = [q for q in answers.whole.quarters if q.finished is not None][:MOST]
    if not quarters or not any(q.finished for q in quarters):
        return []
    is_banded = any(q.low is not None and q.high is not None for q in quarters)
    band = "; 80 of 100 futures lie within the upright line" if is_banded else ""
    return [
        Plan(
            id="finished",
            finding=_write_finding(quarters),
            sentence=f"Projects finished per quarter, on average over the futures{band}. Expected "
            "projects that nobody has named yet are counted as well.",
            alt=_write_alt(quarters),
            table=tabulate_quarters(answers.whole.quarters, answers.currency),
            draw=_Drawing(quarters=tuple(quarters)),
            height=HEIGHT,
        )
    ]


def _write_finding(quarters: Sequence[Quarter]) -> str:
    best = max(quarters, key=lambda q: q.finished or 0.0)
    text = f"Most is finished in {say_quarter(best.label)}: {say_count(best.finished)} on average"
    if best.low is not None and best.high is not None:
        text += f", {say_count(best.low)} to {say_count(best.high)} in 80 of 100 futures"
    return text


def _write_alt(quarters: Sequence[Quarter]) -> str:
    texts = []
    for q in quarters:
        text = f"{say_quarter(q.label)} {say_count(q.finished)}"
        if q.low is not None and q.high is not None:
            text += f" ({say_count(q.low)} to {say_count(q.high)})"
        texts.append(text)
    return f"Bars of the projects finished per quarter. {'; '.join(texts)}."


@dataclass(frozen=True, kw_only=True)
class _Drawing:
    quarters: tuple[Quarter, ...]

    def __call__(self, sheet: Sheet) -> None:
        """Draw the chart on a sheet of any size."""
        box = Panel(
            left=sheet.margin + LABEL_WIDTH,
            top=sheet.top + HEAD_HEIGHT,
            width=sheet.width - 2 * sheet.margin - LABEL_WIDTH,
            height=sheet.height
            - sheet.margin / 2
            - sheet.top
            - HEAD_HEIGHT
            - AXIS_HEIGHT
            - FOOT_HEIGHT,
        )
        tops = [max(q.finished or 0.0, q.high or 0.0) for q in self.quarters]
        scale = AmountScale.over([0.0, *tops], most=4)

        def y_of(number: float) -> float:
            return box.bottom - box.height * scale.part(number)

        for tick in scale.ticks():
            sheet.line([box.left, box.right], [y_of(tick)] * 2, "rule", 0.6)
            sheet.text(box.left - 6, y_of(tick), f"{tick:g}", 8, "soft", "right")
        step = min(84.0, box.width / len(self.quarters))
        wide = step * 0.56
        year = ""
        anchor: Anchor
        for place, q in enumerate(self.quarters):
            middle = box.left + step * (place + 0.5)
            number = q.finished or 0.0
            sheet.box(middle - wide / 2, y_of(number), wide, box.bottom - y_of(number), "bar-80",
                      "bar")  # fmt: skip
            if q.low is not None and q.high is not None:
                sheet.line([middle, middle], [y_of(q.low), y_of(q.high)], "ink", 1.5)
                for end in (q.low, q.high):
                    sheet.line([middle - 4, middle + 4], [y_of(end)] * 2, "ink", 1.5)
            has_band = q.low is not None and q.high is not None
            x, anchor = (middle - 6, "right") if has_band else (middle, "center")
            sheet.text(x, y_of(number) - 8, say_count(number), 8.5, "ink", anchor, bold=True)
            label, _, quarter = q.label.partition("-")
            sheet.text(middle, box.bottom + 10, quarter or label, 8, "soft", "center")
            if label != year and quarter:
                year = label
                sheet.text(middle, box.bottom + 22, year, 8.5, "ink", "center", bold=True)
        y, x = sheet.height - sheet.margin / 2 - 10, sheet.margin + 2
        sheet.box(x, y - 5, 16, 10, "bar-80", "bar")
        sheet.text(x + 21, y, "finished, on average", 8, "soft")
        if any(q.low is not None for q in self.quarters):
            x += 134
            sheet.line([x, x], [y - 7, y + 7], "ink", 1.5)
            for end in (y - 7, y + 7):
                sheet.line([x - 4, x + 4], [end, end], "ink", 1.5)
            sheet.text(x + 10, y, "80 of 100 futures lie between (P10 to P90)", 8, "soft")
