"""Fittings: charts of a calibration: sizes, on plan, quantiles against the law, requests.

In: entries of ``pmosim.calibration/1``. Out: Plans of charts. Not here: words (``calibrated``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pmosim.report.figures import Plan
from pmosim.report.reading import as_finite, as_mapping, clean
from pmosim.report.tables import Cell, Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pmosim.report.figures import Sheet

    Json = Mapping[str, Any]

LEFT, RIGHT, FOOT = 58.0, 16.0, 46.0
HEIGHT = 320.0
TICKS_OF_A_RATIO = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 10.0)
LEAST_RANGE = 0.25
"""Of ln(plan): below it all plans are alike and nothing is to be seen."""
P90 = 1.2815515655446004


@dataclass(frozen=True, kw_only=True)
class _Frame:
    """Where values lie on a sheet."""

    left: float
    right: float
    top: float
    bottom: float
    x: tuple[float, float]
    y: tuple[float, float]

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Return the place of a value, kept inside."""
        u = (min(max(x, self.x[0]), self.x[1]) - self.x[0]) / (self.x[1] - self.x[0])
        v = (min(max(y, self.y[0]), self.y[1]) - self.y[0]) / (self.y[1] - self.y[0])
        return self.left + u * (self.right - self.left), self.bottom - v * (self.bottom - self.top)


def _frame(sheet: Sheet, x: tuple[float, float], y: tuple[float, float]) -> _Frame:
    return _Frame(
        left=sheet.margin + LEFT,
        right=sheet.width - sheet.margin - RIGHT,
        top=sheet.top + 14.0,
        bottom=sheet.height - sheet.margin / 2 - FOOT,
        x=(x[0], x[1] if x[1] > x[0] else x[0] + 1.0),
        y=(y[0], y[1] if y[1] > y[0] else y[0] + 1.0),
    )


def _rules(sheet: Sheet, frame: _Frame, ticks: Sequence[tuple[float, str]]) -> None:
    for value, text in ticks:
        if frame.y[0] <= value <= frame.y[1]:
            x, y = frame.at(frame.x[0], value)
            sheet.line([frame.left, frame.right], [y, y], "rule", 0.6)
            sheet.text(x - 8, y, text, 8.5, "soft", "right")


def _below(sheet: Sheet, frame: _Frame, ticks: Sequence[tuple[float, str]], title: str) -> None:
    for value, text in ticks:
        x, _ = frame.at(value, frame.y[0])
        sheet.text(x, frame.bottom + 14, text, 8.5, "soft", "center")
    sheet.text((frame.left + frame.right) / 2, frame.bottom + 32, title, 9, "soft", "center")


def _slug(fit: Json) -> str:
    return clean(fit.get("group")).replace(" ", "-")


# --- sizes --------------------------------------------------------------------------------------


def plan_sizes(fit: Json, name: str) -> list[Plan]:
    """Return the chart of actual / plan by size."""
    line = [[float(v) for v in point] for point in fit.get("line") or []]
    if len(line) < 2 or line[-1][0] - line[0][0] < LEAST_RANGE:
        return []
    first, last = math.exp(line[0][1]), math.exp(line[-1][1])
    small, large = _amount(math.exp(line[0][0])), _amount(math.exp(line[-1][0]))
    return [
        Plan(
            id=f"size-{_slug(fit)}",
            finding=f"{name}: planned at {small} it takes {first:.2f} times the plan, "
            f"at {large} {last:.2f} times",
            sentence="Each dot is one item, hollow if it is still open. Line: the middle; band: "
            "eight of ten.",
            alt=f"Scatter of actual / plan by plan; the middle goes from {first:.2f} at {small} to "
            f"{last:.2f} at {large}.",
            table=Table(
                caption="The middle and the spread by size of the plan",
                head=("Planned", "Middle", "Eight of ten from … to …"),
                rows=tuple(
                    (
                        Cell(text=_amount(math.exp(x))),
                        Cell(text=f"{math.exp(y):.2f}"),
                        Cell(text=f"{math.exp(y - P90 * s):.2f} to {math.exp(y + P90 * s):.2f}"),
                    )
                    for x, y, s in line
                ),
                numeric=frozenset({0, 1, 2}),
            ),
            draw=_Sizes(
                dots=tuple(map(tuple, fit.get("dots") or [])), line=tuple(map(tuple, line))
            ),
            height=HEIGHT,
        )
    ]


def _amount(value: float) -> str:
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.2g}"


@dataclass(frozen=True, kw_only=True)
class _Sizes:
    dots: tuple[tuple[Any, ...], ...]
    line: tuple[tuple[Any, ...], ...]

    def __call__(self, sheet: Sheet) -> None:
        """Draw the chart on a sheet of any size."""
        limits = (math.log(TICKS_OF_A_RATIO[0]), math.log(TICKS_OF_A_RATIO[-1]))
        frame = _frame(sheet, (self.line[0][0], self.line[-1][0]), limits)
        band = [frame.at(x, y + P90 * s) for x, y, s in self.line]
        band += [frame.at(x, y - P90 * s) for x, y, s in reversed(self.line)]
        sheet.shape(band, "bar-90")
        _rules(sheet, frame, [(math.log(t), f"{t:g}") for t in TICKS_OF_A_RATIO])
        for is_open in (False, True):
            places = [frame.at(x, y) for x, y, still in self.dots if bool(still) == is_open]
            if places:
                xs, ys = zip(*places, strict=True)
                sheet.dots(xs, ys, 1.8, "paper" if is_open else "bar-80", "bar")
        x, y = zip(*(frame.at(x, y) for x, y, _ in self.line), strict=True)
        sheet.line(x, y, "ink", 2.0)
        steps = [self.line[k][0] for k in (0, 2, 4, 6, 8) if k < len(self.line)]
        _below(sheet, frame, [(v, _amount(math.exp(v))) for v in steps], "Planned")
        sheet.text(frame.left, frame.top - 8, "actual / plan", 8.5, "soft")


# --- on plan ------------------------------------------------------------------------------------


def plan_on_plan(fit: Json, name: str) -> list[Plan]:
    """Return the chart of how actual / plan lies, exactly on plan by itself."""
    ratios = [as_mapping(one) for one in fit.get("ratios") or []]
    if not ratios:
        return []
    pile = next((r for r in ratios if r.get("from") == r.get("to")), {})
    early = sum(as_finite(r.get("share")) or 0 for r in ratios if (r.get("to") or 0) <= 1.0)
    share = as_finite(pile.get("share")) or 0.0
    early -= share
    finding = f"{name}: {100 * share:.0f} of 100 took exactly the plan, {100 * early:.0f} took less"
    ordered = sorted(ratios, key=lambda r: (r.get("from", 0), r.get("to", 0)))
    bars = tuple((_between(r), as_finite(r.get("share")) or 0.0, r is pile) for r in ordered)
    return [
        Plan(
            id=f"on-plan-{_slug(fit)}",
            finding=finding,
            sentence="Finished items by actual / plan. A pile on plan with few early ends: early "
            "work fills its plan, or is booked so.",
            alt=f"Bars of shares by actual / plan. {finding}.",
            table=Table(
                caption="Shares of finished items by actual / plan",
                head=("Actual / plan", "Share"),
                rows=tuple((Cell(text=t), Cell(text=f"{100 * s:.1f} %")) for t, s, _ in bars),
                numeric=frozenset({1}),
            ),
            draw=_Bars(bars=bars, title="Actual / plan", unit=" %", scale=100.0),
            height=HEIGHT - 40,
        )
    ]


def _between(ratio: Json) -> str:
    low, high = ratio.get("from", 0.0), ratio.get("to", 0.0)
    if low == high:
        return "= plan"
    if low < 0.1:
        return f"< {high:g}"
    return f"> {low:g}" if high > 20 else f"{low:.3g} to {high:.3g}"


@dataclass(frozen=True, kw_only=True)
class _Bars:
    bars: tuple[tuple[str, float, bool], ...]
    title: str
    unit: str = ""
    scale: float = 1.0
    line: tuple[float, ...] = ()
    every: int = 1

    def __call__(self, sheet: Sheet) -> None:
        """Draw the chart on a sheet of any size."""
        most = max([height for _, height, _ in self.bars] + list(self.line)) or 1.0
        frame = _frame(sheet, (0.0, float(len(self.bars))), (0.0, most * 1.08))
        step = _step(most * self.scale)
        n = int(most * self.scale / step) + 1
        ticks = [(k * step / self.scale, f"{k * step:g}{self.unit}") for k in range(n)]
        _rules(sheet, frame, ticks)
        labels = []
        for k, (text, height, is_marked) in enumerate(self.bars):
            left, top = frame.at(k + 0.12, height)
            right, _ = frame.at(k + 0.88, height)
            fill = "bar" if is_marked or not self.line else "bar-80"
            if not is_marked and not self.line:
                fill = "bar-80"
            sheet.box(left, top, right - left, frame.bottom - top, fill)
            if k % self.every == 0:
                labels.append((k + 0.5, text))
        if self.line:
            places = [frame.at(k + 0.5, value) for k, value in enumerate(self.line)]
            offset = len(self.bars) - len(self.line)
            xs = [frame.at(k + offset + 0.5, 0.0)[0] for k in range(len(self.line))]
            sheet.line(xs, [y for _, y in places], "ink", 1.8)
        _below(sheet, frame, labels, self.title)


def _step(most: float) -> float:
    for step in (1, 2, 5, 10, 20, 50, 100, 200, 500):
        if most / step <= 6:
            return float(step)
    return 1000.0


# --- quantiles ----------------------------------------------------------------------------------


def plan_qq(fit: Json, name: str) -> list[Plan]:
    """Return the chart of quantiles as seen against the law."""
    pairs = [(float(x), float(y)) for x, y in fit.get("qq") or []]
    if len(pairs) < 3:
        return []
    off = max(abs(y - x) for x, y in pairs[6:-6] or pairs)
    finding = f"{name}: the law follows the data to within {off:.2f} spreads"
    shown = pairs[:: max(1, len(pairs) // 8)]
    return [
        Plan(
            id=f"quantiles-{_slug(fit)}",
            finding=finding,
            sentence="What was seen against what the law says, in spreads, 1 to 99 of 100. On the "
            "line they agree.",
            alt=f"Quantiles of the data against the law. {finding}.",
            table=Table(
                caption="Quantiles of ln(actual / plan), in spreads",
                head=("By the law", "Seen"),
                rows=tuple((Cell(text=f"{x:.2f}"), Cell(text=f"{y:.2f}")) for x, y in shown),
                numeric=frozenset({0, 1}),
            ),
            draw=_Quantiles(pairs=tuple(pairs)),
            height=HEIGHT,
        )
    ]


@dataclass(frozen=True, kw_only=True)
class _Quantiles:
    pairs: tuple[tuple[float, float], ...]

    def __call__(self, sheet: Sheet) -> None:
        """Draw the chart on a sheet of any size."""
        low = min(min(pair) for pair in self.pairs)
        high = max(max(pair) for pair in self.pairs)
        frame = _frame(sheet, (low, high), (low, high))
        ticks = [(float(k), f"{k:g}") for k in range(math.ceil(low), math.floor(high) + 1)]
        _rules(sheet, frame, ticks)
        x, y = zip(frame.at(low, low), frame.at(high, high), strict=True)
        sheet.line(x, y, "soft", 1.0, (0, (4, 3)))
        xs, ys = zip(*(frame.at(*pair) for pair in self.pairs), strict=True)
        sheet.dots(xs, ys, 2.4, "bar", "bar")
        _below(sheet, frame, ticks, "By the law, in spreads")
        sheet.text(frame.left, frame.top - 8, "seen, in spreads", 8.5, "soft")


# --- requests -----------------------------------------------------------------------------------


def plan_requests(one: Json) -> list[Plan]:
    """Return the chart of requests by month."""
    months = [clean(month) for month in one.get("months") or []]
    counts = [int(count) for count in one.get("counts") or []]
    expected = tuple(float(value) for value in one.get("expected") or [])
    if len(months) < 2:
        return []
    mean = sum(counts) / len(counts)
    finding = f"{sum(counts)} requests in {len(months)} months, {mean:.1f} a month"
    dropped = one.get("dropped_months") or 0
    more = f" The first {dropped} months are left out: the level changed." if dropped else ""
    return [
        Plan(
            id="requests",
            finding=finding,
            sentence=f"Requests by month; line: what the fitted law expects.{more}",
            alt=f"Bars of requests by month. {finding}.",
            table=Table(
                caption="Requests by month",
                head=("Month", "Requests"),
                rows=tuple(
                    (Cell(text=month), Cell(text=str(count)))
                    for month, count in zip(months, counts, strict=True)
                ),
                numeric=frozenset({1}),
            ),
            draw=_Bars(
                bars=tuple((m, float(c), False) for m, c in zip(months, counts, strict=True)),
                title="Month",
                line=expected,
                every=max(1, len(months) // 8),
            ),
            height=HEIGHT - 60,
        )
    ]
