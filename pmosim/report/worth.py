"""Worth: how likely benefits beat costs, of the whole portfolio and of the projects most in doubt.

In: Answers. Out: the Plan of a chart with a panel per curve: how many of 100 futures reach at least
this net value, or this return. Not here: files and SVG (``figures``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pmosim.forecast.wording import chance_in_words, money_in_words
from pmosim.report.figures import Panel, Plan, shorten
from pmosim.report.scales import AmountScale
from pmosim.report.sentences import live_projects, say_share
from pmosim.report.tables import tabulate_exceedance

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pmosim.report.answers import Answers, Number
    from pmosim.report.figures import Sheet
    from pmosim.report.particulars import AmountCurve

SHOWN = 6
PANEL_HEIGHT, FOOT_HEIGHT = 178.0, 26.0
HEAD_HEIGHT, AXIS_HEIGHT = 36.0, 26.0
LABEL_WIDTH = 24.0
DROP_DASH = (0.0, (2.0, 2.0))
ALL, RETURN = "All projects: net value", "All projects: return on the cost"


@dataclass(frozen=True, kw_only=True)
class _Worth:
    name: str
    curve: AmountCurve
    target: float
    words: str
    """``more than it costs in 71 of 100``."""
    is_share: bool = False
    is_poor: bool = False
    """Whether it is likelier below the target."""


def plan_worth(answers: Answers) -> list[Plan]:
    """Return the exceedance chart; none where nothing states a benefit or has a curve."""
    rows = _rows_of(answers)
    if not rows:
        return []
    curves = [(row.name, row.curve) for row in rows]
    shares = {row.name for row in rows if row.is_share}

    def say(name: str, amount: float) -> str:
        return say_share(amount) if name in shares else money_in_words(amount, answers.currency)

    return [
        Plan(
            id="worth-it",
            finding=_write_finding(rows, answers),
            sentence="Each line says how many of 100 futures reach at least the amount below it: "
            "benefits less costs in today's money, over the whole life. The upright line is where "
            "benefits just cover costs, or the return that is asked for.",
            alt="Curves of the chance to reach a net value. "
            + "; ".join(f"{row.name}: {row.words}" for row in rows)
            + ".",
            table=tabulate_exceedance(curves, say),
            draw=_Drawing(rows=tuple(rows), currency=answers.currency),
            height=PANEL_HEIGHT * math.ceil(len(rows) / 3) + FOOT_HEIGHT,
        )
    ]


def _rows_of(answers: Answers) -> list[_Worth]:
    whole, rows = answers.whole, []
    if whole.npvs is not None and whole.pays is not None:
        rows.append(_worth(ALL, whole.npvs, whole.pays, answers.replications))
    if whole.rois is not None and whole.clears_hurdle is not None:
        hurdle = answers.hurdle or 0.0
        chance = whole.clears_hurdle.value
        rows.append(
            _Worth(
                name=RETURN,
                curve=whole.rois,
                target=hurdle,
                words=f"at least {say_share(hurdle)} in "
                f"{chance_in_words(chance, answers.replications)}",
                is_share=True,
                is_poor=(chance or 0.0) < 0.5,
            )
        )
    projects = [p for p in live_projects(answers) if p.npvs is not None and p.pays is not None]
    projects.sort(key=lambda p: p.pays.value if p.pays and p.pays.value is not None else 2.0)
    rows += [
        _worth(p.name, p.npvs, p.pays, p.futures)
        for p in projects[: SHOWN - len(rows)]
        if p.npvs is not None and p.pays is not None
    ]
    return rows


def _worth(name: str, curve: AmountCurve, chance: Number, futures: int) -> _Worth:
    return _Worth(
        name=name,
        curve=curve,
        target=0.0,
        words=f"benefits beat costs in {chance_in_words(chance.value, futures)}",
        is_poor=(1.0 if chance.value is None else chance.value) < 0.5,
    )


def _write_finding(rows: Sequence[_Worth], answers: Answers) -> str:
    text = ""
    pays = answers.whole.pays
    if pays is not None and pays.value is not None:
        chance = chance_in_words(pays.value, answers.replications)
        text = f"The benefits of the portfolio beat its costs in {chance} futures"
    single = [row for row in rows if row.name not in {ALL, RETURN}]
    if not single:
        return text or rows[0].words
    worst = single[0]
    name, words = shorten(worst.name, 40), worst.words.removeprefix("benefits beat costs in ")
    if text:
        return f"{text}; those of {name} in {words}"
    return f"The benefits of {name} beat its costs in {words} futures"


@dataclass(frozen=True, kw_only=True)
class _Drawing:
    rows: tuple[_Worth, ...]
    currency: str

    def __call__(self, sheet: Sheet) -> None:
        """Draw the chart on a sheet of any size."""
        panels = sheet.panels(len(self.rows), 3, foot=FOOT_HEIGHT)
        for row, panel in zip(self.rows, panels, strict=True):
            self._draw_worth(sheet, panel, row)
        y, x = sheet.height - sheet.margin / 2 - 10, sheet.margin + 2
        sheet.line([x, x + 18], [y, y], "bar", 2.0)
        sheet.text(x + 23, y, "of 100 futures reach at least this", 8, "soft")
        sheet.line([x + 192, x + 192], [y - 7, y + 7], "ink", 1.2)
        sheet.text(x + 198, y, "benefits just cover costs, or the return asked for", 8, "soft")
        sheet.line([x + 432, x + 450], [y, y], "bar", 1.0, DROP_DASH)
        sheet.text(x + 455, y, "what half of the futures reach", 8, "soft")

    def _draw_worth(self, sheet: Sheet, panel: Panel, row: _Worth) -> None:
        sheet.text(panel.left, panel.top + 10, shorten(row.name, 36), 9.5, bold=True)
        colour = "late" if row.is_poor else "soft"
        sheet.text(panel.left, panel.top + 24, row.words, 8.5, colour, bold=row.is_poor)
        box = Panel(
            left=panel.left + LABEL_WIDTH,
            top=panel.top + HEAD_HEIGHT,
            width=panel.width - LABEL_WIDTH - 10,
            height=panel.height - HEAD_HEIGHT - AXIS_HEIGHT,
        )
        scale = AmountScale.over([*row.curve.amounts, row.target], most=3)

        def x_of(amount: float) -> float:
            return box.left + box.width * scale.part(amount)

        def y_of(level: float) -> float:
            return box.bottom - box.height * level / 100

        for level in (0, 50, 100):
            sheet.line([box.left, box.right], [y_of(level)] * 2, "rule", 0.6)
            sheet.text(box.left - 4, y_of(level), str(level), 7.5, "soft", "right")
        for tick in scale.ticks():
            x = x_of(tick)
            sheet.line([x, x], [box.bottom, box.bottom + 3], "soft", 0.7)
            label = say_share(tick) if row.is_share else money_in_words(tick)
            sheet.text(x, box.bottom + 10, label, 7.5, "soft", "center")
        target = x_of(row.target)
        sheet.line([target, target], [box.top - 3, box.bottom], "ink", 1.2)
        points = list(zip(row.curve.levels, row.curve.amounts, strict=True))
        sheet.line([x_of(a) for _, a in points], [y_of(100 - p) for p, _ in points], "bar", 2.0)
        half = dict(points).get(50)
        if half is None:
            return
        x, y = x_of(half), y_of(50)
        sheet.line([x, x], [y, box.bottom], "bar", 1.0, DROP_DASH)
        label = say_share(half) if row.is_share else money_in_words(half, self.currency)
        end = x + 5 + 4.6 * len(label)
        if end < box.right + 8 and not x < target < end:
            sheet.text(x + 5, y - 5, label, 7.5, "ink")
        else:
            sheet.text(x - 5, y + 7, label, 7.5, "ink", "right")
