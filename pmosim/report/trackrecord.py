"""Track record: charts of a backtest: hit rates, where the truth fell, skill, quarters.

In: parts of ``pmosim.backtest/1``. Out: Plans of charts. Not here: files and SVG (``figures``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pmosim.report.backtest import heading_of, label_of, list_of, name_of, say_value
from pmosim.report.figures import Panel, Plan, shorten
from pmosim.report.reading import as_finite, as_mapping, clean
from pmosim.report.tables import DASH, Cell, Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pmosim.report.figures import Sheet

    Json = Mapping[str, Any]

ROW, HEAD, FOOT = 30.0, 34.0, 34.0
FEWEST_PLACES = 10
"""Truths that a histogram needs."""
MOST_QUARTERS = 24


def plan_hits(measure: Json) -> list[Plan]:
    """Return how often P50, P80 and P90 held, each with the band of right forecasts."""
    hits = [hit for hit in list_of(measure.get("hits")) if hit.get("n")]
    if not hits:
        return []
    id_ = clean(measure.get("id"))
    outside = [hit for hit in hits if not hit.get("is_in_band")]
    finding = (
        f"{name_of(id_)}: P50, P80 and P90 held as often as they should"
        if not outside
        else f"{name_of(id_)}: P{100 * outside[0]['level']:.0f} held "
        f"{'less' if outside[0]['hits'] < outside[0]['fewest'] else 'more'} often than it should"
    )
    return [
        Plan(
            id=f"hits-{id_}",
            finding=finding,
            sentence="Dot: share of projects for which it held. Line: what such a count says of "
            "the true share (95 of 100). Shaded: what a right forecast shows in so few projects.",
            alt="; ".join(f"P{100 * h['level']:.0f} held {h['hits']} of {h['n']}" for h in hits)
            + ".",
            table=Table(
                caption="How often each held",
                head=("Level", "Held", "Of", "If right", "True share"),
                rows=tuple(
                    (
                        Cell(text=f"P{100 * hit['level']:.0f}"),
                        Cell(text=str(hit["hits"])),
                        Cell(text=str(hit["n"])),
                        Cell(text=f"{hit['fewest']} to {hit['most']}"),
                        Cell(text=f"{100 * hit['low']:.0f} to {100 * hit['high']:.0f} of 100"),
                    )
                    for hit in hits
                ),
                numeric=frozenset({1, 2, 3, 4}),
            ),
            draw=_Hits(hits=tuple(hits)),
            height=HEAD + FOOT + 1.4 * ROW * len(hits),
        )
    ]


@dataclass(frozen=True, kw_only=True)
class _Hits:
    hits: tuple[Json, ...]

    def __call__(self, sheet: Sheet) -> None:
        """Draw the chart on a sheet of any size."""
        left, right = sheet.margin, sheet.width - sheet.margin
        top, bottom = sheet.top + 10, sheet.height - sheet.margin / 2 - FOOT
        step = min(110.0, (bottom - top) / len(self.hits))
        panel = Panel(
            left=left + 110, top=top, width=right - left - 190, height=step * len(self.hits)
        )
        for tick in range(0, 101, 20):
            x = panel.left + panel.width * tick / 100
            sheet.line([x, x], [panel.top, panel.bottom], "rule", 0.5)
            sheet.text(x, panel.bottom + 12, f"{tick} of 100", 7.5, "soft", "center")
        for number, hit in enumerate(self.hits):
            y = panel.top + step * (number + 0.5)
            n = hit["n"]

            def x_of(share: float) -> float:
                return panel.left + panel.width * min(1.0, max(0.0, share))

            sheet.text(left, y, f"P{100 * hit['level']:.0f}", 9.5, bold=True)
            low, high = x_of(hit["fewest"] / n), x_of(hit["most"] / n)
            sheet.box(low, y - 10, max(1.0, high - low), 20, "bar-90")
            level = x_of(hit["level"])
            sheet.line([level, level], [y - 12, y + 12], "soft", 1.0, (0, (3.0, 2.0)))
            sheet.line([x_of(hit["low"]), x_of(hit["high"])], [y, y], "ink", 1.2)
            colour = "bar" if hit.get("is_in_band") else "late"
            sheet.dots([x_of(hit["hits"] / n)], [y], 5.0, colour, "paper")
            sheet.text(right, y, f"{hit['hits']} of {n}", 9, "ink", "right")


def misfit(counts: Sequence[int], *, is_date: bool) -> str:
    """Return in which way forecasts were wrong: by their place, else by their width.

    Parameters
    ----------
    counts : how often the truth fell into each of equal parts of its forecast, the lowest first.

    Right forecasts have the mean place 1/2 with the variance 1/(12 n); outside of 95 of 100 of that
    the place is called wrong.
    """
    n, parts = sum(counts), len(counts)
    mean = sum(count * (k + 0.5) for k, count in enumerate(counts)) / (n * parts)
    if abs(mean - 0.5) > 1.96 / math.sqrt(12 * n):
        above, below = ("late", "early") if is_date else ("high", "low")
        return f"mostly too {above if mean < 0.5 else below}"
    third = parts // 3
    outside = sum(counts[:third]) + sum(counts[-third:])
    return "too wide" if outside < n * 2 * third / parts else "too narrow"


def plan_places(measure: Json) -> list[Plan]:
    """Return the histogram of where the truth fell in its forecast."""
    pit = as_mapping(measure.get("pit"))
    counts = [int(count) for count in pit.get("counts") or []]
    n = sum(counts)
    if n < FEWEST_PLACES:
        return []
    id_ = clean(measure.get("id"))
    p_value = as_finite(pit.get("p_value"))
    if p_value is not None and p_value < 0.05:
        finding = f"{name_of(id_)}: the forecasts were {misfit(counts, is_date=id_ == 'finish')}"
    else:
        finding = f"{name_of(id_)}: the truth fell anywhere in its forecast, as it should"
    names = [f"{10 * k} to {10 * k + 10}" for k in range(len(counts))]
    return [
        Plan(
            id=f"places-{id_}",
            finding=finding,
            sentence="In which tenth of its futures each project ended, the earliest left. Right "
            "forecasts fill all alike. Shaded: what so few projects show by chance (95 of 100).",
            alt="Bars. " + "; ".join(f"{a}: {b}" for a, b in zip(names, counts, strict=True)) + ".",
            table=Table(
                caption="Projects by the place of the truth in the forecast",
                head=("Place among 100 futures", "Projects"),
                rows=tuple(
                    (Cell(text=name), Cell(text=str(count)))
                    for name, count in zip(names, counts, strict=True)
                ),
                numeric=frozenset({1}),
            ),
            draw=_Places(counts=tuple(counts)),
            height=210.0,
        )
    ]


@dataclass(frozen=True, kw_only=True)
class _Places:
    counts: tuple[int, ...]

    def __call__(self, sheet: Sheet) -> None:
        """Draw the chart on a sheet of any size."""
        n, bars = sum(self.counts), len(self.counts)
        share = n / bars
        spread = 1.96 * (share * (1 - 1 / bars)) ** 0.5
        most = max(*self.counts, share + spread) * 1.1
        left, right = sheet.margin + 4, sheet.width - sheet.margin
        top, bottom = sheet.top + 8, sheet.height - sheet.margin / 2 - FOOT
        width = (right - left) / bars

        def y_of(count: float) -> float:
            return float(bottom - (bottom - top) * count / most)

        high, low = y_of(share + spread), y_of(max(0.0, share - spread))
        sheet.box(left, high, right - left, low - high, "bar-90")
        for k, count in enumerate(self.counts):
            y = y_of(count)
            sheet.box(left + width * k + 3, y, width - 6, bottom - y, "bar")
            if count:
                sheet.text(left + width * (k + 0.5), y - 8, str(count), 8.5, "ink", "center")
            label = f"{10 * k}-{10 * k + 10}"
            sheet.text(left + width * (k + 0.5), bottom + 12, label, 7.5, "soft", "center")
        sheet.line([left, right], [y_of(share)] * 2, "soft", 1.0, (0, (3.0, 2.0)))
        sheet.line([left, right], [bottom, bottom], "ink", 0.9)
        sheet.text(left, bottom + 26, "earlier than forecast", 8, "soft")
        sheet.text(right, bottom + 26, "later than forecast", 8, "soft", "right")


def plan_skills(measure: Json) -> list[Plan]:
    """Return how much closer the forecast was than each other way, with its interval."""
    ways = [
        (clean(one.get("words")), as_mapping(one.get("skill_log_crps")))
        for one in list_of(measure.get("forecasters"))
        if as_finite(as_mapping(one.get("skill_log_crps")).get("value")) is not None
    ]
    if not ways:
        return []
    id_ = clean(measure.get("id"))
    sure = sum((as_finite(skill.get("low")) or 0.0) > 0.0 for _, skill in ways)
    worse = [words for words, skill in ways if (as_finite(skill.get("value")) or 0.0) < 0.0]
    if worse:
        finding = f"{name_of(id_)}: the forecast was not better than {shorten(worse[0], 50)}"
    elif sure:
        finding = f"{name_of(id_)}: certainly closer than {sure} of {len(ways)} other ways"
    else:
        finding = f"{name_of(id_)}: closer than the other ways, not yet certainly"
    return [
        Plan(
            id=f"skill-{id_}",
            finding=finding,
            sentence="How much smaller the relative error of the whole forecast was than that of "
            "other ways, on the same projects. Line: 95 of 100, quarters drawn as wholes.",
            alt="; ".join(f"than {words}: {_percent(skill.get('value'))}" for words, skill in ways)
            + ".",
            table=Table(
                caption="How much closer the forecast was",
                head=("Than", "Closer by", "From", "To", "Forecasts"),
                rows=tuple(
                    (
                        Cell(text=words),
                        *(Cell(text=_percent(skill.get(key))) for key in ("value", "low", "high")),
                        Cell(text=str(skill.get("n", DASH))),
                    )
                    for words, skill in ways
                ),
                numeric=frozenset({1, 2, 3, 4}),
            ),
            draw=_Skills(ways=tuple(ways)),
            height=HEAD + FOOT + ROW * len(ways),
        )
    ]


@dataclass(frozen=True, kw_only=True)
class _Skills:
    ways: tuple[tuple[str, Json], ...]

    def __call__(self, sheet: Sheet) -> None:
        """Draw the chart on a sheet of any size."""
        left, right = sheet.margin, sheet.width - sheet.margin
        top, bottom = sheet.top + 10, sheet.height - sheet.margin / 2 - FOOT
        step = min(90.0, (bottom - top) / len(self.ways))
        names = 300.0
        ends = [
            as_finite(skill.get(key)) or 0.0
            for _, skill in self.ways
            for key in ("value", "low", "high")
        ]
        low, high = max(-1.0, min(0.0, *ends)), max(0.2, *ends)
        panel = Panel(
            left=left + names,
            top=top,
            width=right - left - names - 60,
            height=step * len(self.ways),
        )

        def x_of(value: float) -> float:
            part = (value - low) / (high - low)
            return panel.left + panel.width * min(1.0, max(0.0, part))

        for number, (words, skill) in enumerate(self.ways):
            y = panel.top + step * (number + 0.5)
            value = as_finite(skill.get("value")) or 0.0
            begin, stop = sorted((x_of(0.0), x_of(value)))
            sheet.text(left, y, shorten(f"than {words}", 52), 9)
            is_sure = (as_finite(skill.get("low")) or -1.0) > 0.0
            colour = "bar" if value >= 0.0 else "late"
            fill = colour if is_sure or value < 0.0 else "paper"
            sheet.box(begin, y - 7, stop - begin, 14, fill, colour)
            one, two = as_finite(skill.get("low")), as_finite(skill.get("high"))
            if one is not None and two is not None:
                sheet.line([x_of(one), x_of(two)], [y, y], "ink", 1.1)
            sheet.text(right, y, _percent(value), 9, "ink", "right")
        zero = x_of(0.0)
        sheet.line([zero, zero], [panel.top, panel.bottom], "ink", 1.1)
        sheet.text(zero, panel.bottom + 12, "as good", 7.5, "soft", "center")
        sheet.text(
            panel.right, panel.bottom + 12, "closer \N{RIGHTWARDS ARROW}", 7.5, "soft", "right"
        )


def plan_quarters(document: Json) -> list[Plan]:
    """Return finished projects by quarter, forecast and true; none where nothing was counted."""
    counted = [one for one in list_of(document.get("aggregates")) if one.get("kind") == "finished"]
    rows = list_of(counted[0].get("quarters")) if counted else []
    latest: dict[str, Json] = {}
    for row in rows:  # each quarter by the forecast of the last cut before it
        latest[clean(row.get("quarter"))] = row
    quarters = list(latest.values())[-MOST_QUARTERS:]
    if not quarters:
        return []
    held = sum(_is_inside(row) for row in quarters)
    title = heading_of("finished", "")
    return [
        Plan(
            id="finished-quarters",
            finding=f"{title}: {held} of {len(quarters)} counts lay in their band",
            sentence="Band: what 80 of 100 futures expected to be finished, as forecast at the "
            "last cut before. Dot: what was.",
            alt="; ".join(
                f"{label_of(clean(row.get('quarter')))}: {say_value(as_finite(row.get('truth')))}"
                for row in quarters
            )
            + ".",
            table=Table(
                caption=title,
                head=("Quarter", "P10", "P50", "P90", "Was"),
                rows=tuple(
                    (
                        Cell(text=label_of(clean(row.get("quarter")))),
                        *(
                            Cell(text=say_value(as_finite(row.get(key))))
                            for key in ("p10", "p50", "p90", "truth")
                        ),
                    )
                    for row in quarters
                ),
                numeric=frozenset({1, 2, 3, 4}),
            ),
            draw=_Quarters(rows=tuple(quarters)),
            height=230.0,
        )
    ]


def _is_inside(row: Json) -> bool:
    low, truth, high = (as_finite(row.get(key)) or 0.0 for key in ("p10", "truth", "p90"))
    return low <= truth <= high


@dataclass(frozen=True, kw_only=True)
class _Quarters:
    rows: tuple[Json, ...]

    def __call__(self, sheet: Sheet) -> None:
        """Draw the chart on a sheet of any size."""
        left, right = sheet.margin + 4, sheet.width - sheet.margin
        top, bottom = sheet.top + 14, sheet.height - sheet.margin / 2 - FOOT
        step = (right - left) / len(self.rows)
        most = 1.1 * max(
            1.0, *(as_finite(row.get(key)) or 0.0 for row in self.rows for key in ("p90", "truth"))
        )

        def y_of(row: Json, key: str) -> float:
            return bottom - (bottom - top) * (as_finite(row.get(key)) or 0.0) / most

        for number, row in enumerate(self.rows):
            x, width = left + step * (number + 0.5), min(26.0, step - 6)
            high, low, mid = (y_of(row, key) for key in ("p90", "p10", "p50"))
            sheet.box(x - width / 2, high, width, max(1.5, low - high), "bar-80")
            sheet.line([x - width / 2, x + width / 2], [mid, mid], "bar", 1.4)
            colour = "ink" if _is_inside(row) else "late"
            sheet.dots([x], [y_of(row, "truth")], 3.6, colour, "paper")
            sheet.text(
                x,
                y_of(row, "truth") - 10,
                say_value(as_finite(row.get("truth"))),
                8,
                colour,
                "center",
            )
            label = label_of(clean(row.get("quarter")))
            name, _, year = label.partition(" ")
            sheet.text(x, bottom + 12, shorten(name, 9), 8, "ink", "center")
            if number == 0 or name == "Q1":
                sheet.text(x, bottom + 25, shorten(year, 16), 8, "soft", "center")
        sheet.line([left, right], [bottom, bottom], "ink", 0.9)


def _percent(raw: object) -> str:
    value = as_finite(raw)
    if value is None:
        return DASH
    return f"{100 * value:.0f} %".replace("-", "\N{MINUS SIGN}")
