"""Payback: what a hire has brought and what it was paid, month after month.

In: a PriceList. Out: Plans of charts, one per hire. Not here: files and SVG (``figures``), what is
counted (``study.breakeven``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pmosim.forecast.wording import money_in_words
from pmosim.report.changes import money_saying
from pmosim.report.figures import Panel, Plan, shorten
from pmosim.report.prices import NEVER
from pmosim.report.scales import AmountScale
from pmosim.report.sentences import say_month
from pmosim.report.tables import Cell, Table

if TYPE_CHECKING:
    from collections.abc import Callable

    from pmosim.report.figures import Anchor, Sheet
    from pmosim.report.prices import Hire, PriceList

PLOT_HEIGHT, HEAD_HEIGHT, FOOT_HEIGHT = 210.0, 12.0, 52.0
LABEL_WIDTH, TEXT_WIDTH = 62.0, 86.0
MOST_LABELS = 12
PAID_DASH = (0.0, (5.0, 2.5))


def plan_paybacks(prices: PriceList) -> list[Plan]:
    """Return a chart per hire of which there are months."""
    return [_plan(hire, prices.currency) for hire in prices.hires if len(hire.months) > 1]


def _plan(hire: Hire, currency: str) -> Plan:
    last = hire.months[-1]
    return Plan(
        id=hire.id,
        finding=_write_finding(hire),
        sentence="What the hire has brought by the end of each month, and what it was paid, added "
        "up from day 0 in today's money. The band: 95 of 100, month by month.",
        alt=f"Two curves. By the end of {say_month(last.label)}: brought "
        f"{money_in_words(last.brought, currency)}, paid {money_in_words(last.paid, currency)}.",
        table=_tabulate(hire, currency),
        draw=Payback(hire=hire, currency=currency),
        height=HEAD_HEIGHT + PLOT_HEIGHT + FOOT_HEIGHT,
    )


def _write_finding(hire: Hire) -> str:
    words = shorten(hire.words, 70)
    if not hire.month:
        doubt = f", in the best case from {say_month(hire.earliest)} on" if hire.earliest else ""
        return f"{words}: break-even {NEVER}{doubt}"
    text = f"{words}: break-even in {say_month(hire.month)}"
    if hire.earliest == hire.latest:
        return text
    latest = say_month(hire.latest) if hire.latest else "beyond the window"
    return f"{text} (95 of 100: {say_month(hire.earliest or hire.month)} to {latest})"


def _tabulate(hire: Hire, currency: str) -> Table:
    money = money_saying(currency)
    return Table(
        caption="Brought and paid by the end of each month, added up from day 0",
        head=("Month", "Brought", "From … to …", "Paid", "Brought less paid"),
        rows=tuple(
            (
                Cell(text=say_month(month.label)),
                Cell(text=money(month.brought)),
                Cell(text=f"{money(month.low)} to {money(month.high)}"),
                Cell(text=money_in_words(month.paid, currency)),
                Cell(text=money(month.brought - month.paid)),
            )
            for month in hire.months
        ),
        numeric=frozenset({1, 2, 3, 4}),
        note="In today's money: discounted from the middle of each month.",
    )


@dataclass(frozen=True, kw_only=True)
class Payback:
    """Draws what was brought, with its band, and what was paid."""

    hire: Hire
    currency: str

    def __call__(self, sheet: Sheet) -> None:
        """Draw the chart on a sheet of any size."""
        months = self.hire.months
        left, right = sheet.margin, sheet.width - sheet.margin
        plot = Panel(
            left=left + LABEL_WIDTH,
            top=sheet.top + HEAD_HEIGHT,
            width=right - left - LABEL_WIDTH - TEXT_WIDTH,
            height=sheet.height - sheet.margin / 2 - FOOT_HEIGHT - sheet.top - HEAD_HEIGHT,
        )
        scale = AmountScale.over(
            [0.0, *(amount for m in months for amount in (m.low, m.high, m.paid))], most=6
        )
        n = len(months)

        def x_of(place: float) -> float:
            """Return where so many months have ended."""
            return plot.left + plot.width * place / n

        def y_of(amount: float) -> float:
            return plot.bottom - plot.height * scale.part(amount)

        ends = [x_of(0), *(x_of(k + 1) for k in range(n))]
        lows = [y_of(0.0), *(y_of(m.low) for m in months)]
        highs = [y_of(0.0), *(y_of(m.high) for m in months)]
        sheet.shape(
            [*zip(ends, highs, strict=True), *list(zip(ends, lows, strict=True))[::-1]], "bar-90"
        )
        for tick in scale.ticks():
            y, is_zero = y_of(tick), abs(tick) < 1e-9 * scale.step
            sheet.line(
                [plot.left, plot.right],
                [y, y],
                "ink" if is_zero else "rule",
                1.0 if is_zero else 0.5,
            )
            label = money_in_words(0.0 if is_zero else tick, self.currency)
            sheet.text(plot.left - 6, y, label.replace("-", "\N{MINUS SIGN}"), 8, "soft", "right")
        self._draw_months(sheet, plot)
        brought = [y_of(0.0), *(y_of(m.brought) for m in months)]
        paid = [y_of(0.0), *(y_of(m.paid) for m in months)]
        sheet.line(ends, brought, "bar", 2.0)
        sheet.line(ends, paid, "ink", 1.6, PAID_DASH)
        self._draw_turn(sheet, plot, x_of)
        self._draw_ends(sheet, plot, brought[-1], paid[-1])
        y = plot.bottom + 36
        sheet.line([left + 2, left + 22], [y, y], "bar", 2.0)
        sheet.text(left + 28, y, "brought: benefits less cost charged to projects", 8, "soft")
        sheet.box(left + 250, y - 5, 20, 10, "bar-90")
        sheet.text(left + 276, y, "95 of 100", 8, "soft")
        sheet.line([left + 336, left + 356], [y, y], "ink", 1.6, PAID_DASH)
        sheet.text(left + 362, y, "paid: day rate from the first day on", 8, "soft")

    def _draw_months(self, sheet: Sheet, plot: Panel) -> None:
        """Write months below the curve: those with which a step begins."""
        months = self.hire.months
        steps = (1, 3, 6, 12)
        step = next((s for s in steps if len(months) / s <= MOST_LABELS), steps[-1])
        for k, month in enumerate(months):
            year, _, number = month.label.partition("-")
            if not number.isdigit() or (int(number) - 1) % step:
                continue
            x = plot.left + plot.width * k / len(months)
            sheet.line([x, x], [plot.bottom, plot.bottom + 4], "soft", 0.7)
            name = say_month(month.label).partition(" ")[0]
            sheet.text(x, plot.bottom + 11, name, 7.5, "soft", "center")
            if number == "01" or k < step:
                sheet.text(x, plot.bottom + 21, shorten(year, 4), 7.5, "soft", "center")

    def _draw_turn(self, sheet: Sheet, plot: Panel, x_of: Callable[[float], float]) -> None:
        place = next(
            (k for k, m in enumerate(self.hire.months) if m.label == self.hire.month), None
        )
        if place is None or not self.hire.month:
            return
        x = x_of(place + 1)
        sheet.line([x, x], [plot.top, plot.bottom], "soft", 0.9, (0.0, (2.0, 2.0)))
        text = f"break-even {say_month(self.hire.month)}"
        is_left = x < plot.left + plot.width / 2
        anchor: Anchor = "left" if is_left else "right"
        sheet.text(x + (5 if is_left else -5), plot.top + 6, text, 8.5, "ink", anchor, bold=True)

    def _draw_ends(self, sheet: Sheet, plot: Panel, brought: float, paid: float) -> None:
        """Write the last amounts behind the curves, apart from each other."""
        last = self.hire.months[-1]
        middle, apart = (brought + paid) / 2, max(13.0, abs(brought - paid)) / 2
        is_above = math.copysign(1.0, paid - brought)
        texts = (
            (brought, is_above * -1.0, f"brought {money_in_words(last.brought)}", True),
            (paid, is_above, f"paid {money_in_words(last.paid)}", False),
        )
        for y, way, text, is_bold in texts:
            place = y if abs(brought - paid) >= 13.0 else middle + way * apart
            words = text.replace("-", "\N{MINUS SIGN}")
            sheet.text(plot.right + 6, place, words, 8.5, "ink", bold=is_bold)
