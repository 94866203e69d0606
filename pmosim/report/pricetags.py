"""Price tags: what each mechanism changes, as marks beside a zero line, one panel per measure.

In: a PriceList. Out: Plans of charts: what is on, what is off. Not here: files and SVG
(``figures``), the curve of a hire (``payback``).

A filled mark is settled, a hollow one not yet certain; the line through a mark is its 95 %
interval, with an arrow where it goes beyond the edge.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pmosim.report.changes import money_saying, say_points, say_signed_days
from pmosim.report.dumbbell import Mark, draw_mark, draw_shape
from pmosim.report.figures import Panel, Plan, shorten
from pmosim.report.prices import VALUE, say_price, say_tag, tabulate_tags
from pmosim.report.scales import AmountScale
from pmosim.report.tables import DASH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pmosim.report.changes import Change
    from pmosim.report.figures import Sheet
    from pmosim.report.prices import PriceList, Tag

MOST_TAGS = 20
ROW_HEIGHT, HEAD_HEIGHT, FOOT_HEIGHT = 23.0, 44.0, 46.0
NAME_WIDTH, NAME_UNITS = 170.0, 30
MAIN_SHARE, TEXT_WIDTH, GAP = 0.4, 48.0, 34.0
MOST_STEP = 44.0
EDGE = 12.0
"""Room for the half of the last number of the last axis."""
CLIP = 2.0
"""An interval is cut beyond so many times the largest change."""
SHORT_HEADS = {
    "finish_mean_days": ("All committed done", "working days"),
    "finish_p80_days": ("Done in 80 of 100", "working days"),
    "project_days": ("All projects together", "working days"),
    "p_late": ("Promises missed", "of 100"),
    "cost_mean": ("Cost", ""),
    VALUE: ("Net value", ""),
}


def plan_on(prices: PriceList) -> list[Plan]:
    """Return the chart of what is on; none where nothing was switched off."""
    tags = prices.on[:MOST_TAGS]
    if not tags:
        return []
    dearest = prices.dearest
    finding = "Nothing that is on makes it worse"
    if dearest is not None:
        change = dearest.of(prices.measure)
        doubt = "" if change.is_settled else " (not yet certain)"
        finding = (
            f"The dearest is {shorten(dearest.name, 40)}: "
            f"{say_price(change, prices.measure, prices.currency)} with it{doubt}"
        )
    left_out = len(prices.on) - len(tags)
    return [
        _plan(
            prices,
            tags,
            id_="prices",
            finding=finding,
            sentence="With each mechanism minus without it, everything else the same; the line "
            "through a mark: 95 of 100. Prices do not add up."
            + (f" {left_out} more in the table." if left_out else ""),
            caption="With each mechanism minus without it, the dearest first",
        )
    ]


def plan_off(prices: PriceList) -> list[Plan]:
    """Return the chart of what is off; none where nothing was switched on."""
    tags = prices.off[:MOST_TAGS]
    if not tags:
        return []
    worst = next(
        (tag for tag in tags if prices.is_worse(tag.of(prices.measure), prices.measure)), None
    )
    finding = "Nothing that is off would certainly make it worse"
    if worst is not None:
        change = worst.of(prices.measure)
        finding = (
            f"{shorten(worst.name[:1].upper() + worst.name[1:], 40)} is off here; with it "
            f"{say_price(change, prices.measure, prices.currency)}"
        )
    return [
        _plan(
            prices,
            tags,
            id_="off",
            finding=finding,
            sentence="What each mechanism that is off would change, were it on with a value from "
            "published evidence, or as the file has it; the line: 95 of 100.",
            caption="With each mechanism minus without it, were it on",
        )
    ]


def _plan(
    prices: PriceList, tags: Sequence[Tag], *, id_: str, finding: str, sentence: str, caption: str
) -> Plan:
    return Plan(
        id=id_,
        finding=finding,
        sentence=sentence,
        alt="Marks beside a zero line. "
        + "; ".join(f"{tag.name}: {say_tag(tag, prices, prices.measure)}" for tag in tags)
        + ".",
        table=tabulate_tags(prices, tags, caption),
        draw=PriceTags(prices=prices, tags=tuple(tags)),
        height=HEAD_HEIGHT + FOOT_HEIGHT + ROW_HEIGHT * len(tags),
    )


@dataclass(frozen=True, kw_only=True)
class PriceTags:
    """Draws a row per mechanism and a panel per measure."""

    prices: PriceList
    tags: tuple[Tag, ...]

    def __call__(self, sheet: Sheet) -> None:
        """Draw the chart on a sheet of any size."""
        left, right = sheet.margin, sheet.width - sheet.margin
        top, bottom = sheet.top + HEAD_HEIGHT, sheet.height - sheet.margin / 2 - FOOT_HEIGHT
        step = min(MOST_STEP, (bottom - top) / len(self.tags))
        bottom = top + step * len(self.tags)
        for number, tag in enumerate(self.tags):
            y = top + step * (number + 0.5)
            if number:
                sheet.line([left, right], [y - step / 2] * 2, "rule", 0.4)
            is_dearest = tag is self.prices.dearest
            name = tag.name + (" (assumed)" if tag.is_assumed else "")
            sheet.text(left, y, shorten(name, NAME_UNITS), 9, bold=is_dearest)
        measures = self.prices.drawn
        room = right - left - NAME_WIDTH - EDGE
        share = MAIN_SHARE if len(measures) > 1 else 1.0
        main = Panel(
            left=left + NAME_WIDTH,
            top=top,
            width=room * share - TEXT_WIDTH,
            height=bottom - top,
        )
        self._draw_panel(sheet, main, measures[0], step, has_texts=True)
        width = room * (1.0 - share) / max(1, len(measures) - 1)
        for place, measure in enumerate(measures[1:]):
            panel = Panel(
                left=main.right + TEXT_WIDTH + width * place + GAP,
                top=top,
                width=width - GAP,
                height=bottom - top,
            )
            self._draw_panel(sheet, panel, measure, step, has_texts=False)
        y, x = bottom + 34, left + 4
        for is_filled, words in ((True, "settled"), (False, "not yet certain")):
            draw_shape(sheet, x, y, "P50", is_filled=is_filled)
            sheet.text(x + 10, y, words, 8, "soft")
            x += 30 + 4.8 * len(words)
        sheet.text(x + 10, y, "assumed: a value from published evidence", 8, "soft")

    def _draw_panel(
        self, sheet: Sheet, panel: Panel, measure: str, step: float, *, has_texts: bool
    ) -> None:
        changes = [tag.of(measure) for tag in self.tags]
        head, unit = SHORT_HEADS.get(measure, (measure, ""))
        unit = unit or self.prices.currency
        sheet.text(panel.left, panel.top - 30, head, 8.5, "ink", bold=True)
        sheet.text(panel.left, panel.top - 16, shorten(f"{unit}, with it", 22), 7.5, "soft")
        scale = _scale_of(changes, 5 if has_texts else 2)
        for tick in scale.ticks():
            x = panel.left + panel.width * scale.part(tick)
            is_zero = abs(tick) < 1e-9 * scale.step
            sheet.line(
                [x, x],
                [panel.top, panel.bottom],
                "ink" if is_zero else "rule",
                1.2 if is_zero else 0.5,
            )
            label = "0" if is_zero else _say_tick(measure, tick)
            sheet.text(x, panel.bottom + 10, label, 7.5, "soft", "center")
        for number, (tag, change) in enumerate(zip(self.tags, changes, strict=True)):
            y = panel.top + step * (number + 0.5)
            if change.kind == "unknown":
                sheet.text(panel.left + panel.width / 2, y, DASH, 8, "soft", "center")
            else:
                draw_mark(sheet, panel, scale, Mark(change=change, style="P50"), y)
            if has_texts:
                text = say_tag(tag, self.prices, measure)
                if change.leaves:
                    text = ""
                sheet.text(panel.right + TEXT_WIDTH, y, shorten(text, 12), 9, "ink", "right")


def _scale_of(changes: Sequence[Change], most: int) -> AmountScale:
    """Return a scale that holds zero, every value, and the intervals as far as they are telling."""
    values = [change.value for change in changes if change.value is not None]
    low, high = min([0.0, *values]), max([0.0, *values])
    reach = CLIP * max(high, -low)
    for change in changes:
        if change.low is not None:
            low = min(low, max(change.low, -reach))
        if change.high is not None:
            high = max(high, min(change.high, reach))
    if high - low <= 0.0:
        low, high = -1.0, 1.0
    return AmountScale.over([low, high], most=most)


def _say_tick(measure: str, amount: float) -> str:
    if measure == "p_late":
        return say_points(amount)
    if measure.endswith("days"):
        return say_signed_days(amount)
    return money_saying("")(amount)
