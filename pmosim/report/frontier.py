"""Frontier: start rules as points, what is gained on the one axis is paid for on the other.

In: Rules. Out: Plans of charts. Not here: files and SVG (``figures``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pmosim.forecast.wording import money_in_words
from pmosim.report.figures import Panel, Plan, shorten
from pmosim.report.scales import AmountScale
from pmosim.report.startrules import capital, tabulate_rules
from pmosim.report.tables import Cell, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pmosim.report.figures import Sheet
    from pmosim.report.startrules import Measure, Rule, Rules

    Place = Callable[[float], float]

Area = tuple[float, float, float, float]
"""Left, top, right, bottom."""
PANEL_HEIGHT, LEGEND_ROW = 280.0, 15.0
LABEL_WIDTH, HEAD_HEIGHT, AXIS_HEIGHT = 46.0, 38.0, 34.0
NAMED = 8
LEAD_ROWS = 16
ROW_HEIGHT, FOOT_HEIGHT = 22.0, 44.0


def plan_frontier(rules: Rules) -> list[Plan]:
    """Return the chart of one measure against the others; none without two to compare."""
    x = rules.measure("p_late") or rules.measure("lead_request")
    if x is None:
        return []
    others = [rules.measure(id_) for id_ in ("value", "throughput", "lead_request")]
    ys = [y for y in others if y is not None and y is not x]
    if not ys:
        return []
    named = _named(rules)
    return [
        Plan(
            id="frontier",
            finding=_write_finding(rules),
            sentence=f"Each point is a start rule: {x.words} to the right, what it brings upwards; "
            "better is towards the arrow. Lines through a point: where its difference from "
            "today's rule lies with 95 of 100. Thin lines join settings of one rule.",
            alt="Points, a panel per measure. "
            + "; ".join(
                f"{rule.words}: "
                + ", ".join(
                    f"{m.words} {m.say(rule.values[m.id].value or 0.0)}"
                    for m in (x, *ys)
                    if m.id in rule.values
                )
                for rule in named
            )
            + ".",
            table=tabulate_rules(rules),
            draw=_Frontier(rules=rules, x=x, ys=tuple(ys), named=tuple(named)),
            height=PANEL_HEIGHT + LEGEND_ROW * ((len(named) + 1) // 2) + 26,
        )
    ]


def _named(rules: Rules) -> list[Rule]:
    """Return the rules that have a number in the chart: the best, those not beaten, today's."""
    first = [r for r in rules.rules if r.place == 1 or r.is_today]
    others = [r for r in rules.rules if r.id in rules.frontier and r not in first]
    chosen = [*first, *others][:NAMED]
    return sorted(chosen, key=lambda rule: rule.place)


def _write_finding(rules: Rules) -> str:
    n, left = len(rules.rules), len(rules.frontier)
    if left == 0:
        return f"{n} start rules, none of which stands out"
    verb = "is" if left == 1 else "are"
    best = shorten(rules.rules[0].words, 60)
    first = "the best" if rules.is_decided else "first so far"
    return f"{left} of {n} start rules {verb} not beaten by another; {first}: {best}"


@dataclass(frozen=True, kw_only=True)
class _Frontier:
    rules: Rules
    x: Measure
    ys: tuple[Measure, ...]
    named: tuple[Rule, ...]

    def __call__(self, sheet: Sheet) -> None:
        """Draw the chart on a sheet of any size."""
        foot = LEGEND_ROW * ((len(self.named) + 1) // 2) + 26
        panels = sheet.panels(len(self.ys), len(self.ys), gap=22, foot=foot)
        for y, panel in zip(self.ys, panels, strict=True):
            self._draw_panel(sheet, panel, y)
        self._draw_legend(sheet, panels[0].bottom + 8)

    def _draw_panel(self, sheet: Sheet, panel: Panel, y: Measure) -> None:
        better = "fewer" if y.is_less_better else "more"
        better = "shorter" if y.unit == "working days" and y.is_less_better else better
        sheet.text(panel.left, panel.top + 8, shorten(capital(y.words), 38), 9, bold=True)
        box = Panel(
            left=panel.left + LABEL_WIDTH,
            top=panel.top + HEAD_HEIGHT,
            width=panel.width - LABEL_WIDTH - 8,
            height=panel.height - HEAD_HEIGHT - AXIS_HEIGHT,
        )
        points = [rule for rule in self.rules.rules if {self.x.id, y.id} <= rule.values.keys()]
        if not points:
            return
        across, up = self._scale(points, self.x), self._scale(points, y)

        def x_of(value: float) -> float:
            return box.left + box.width * across.part(value)

        def y_of(value: float) -> float:
            part = up.part(value)
            return box.top + box.height * (part if y.is_less_better else 1.0 - part)

        for tick in across.ticks():
            sheet.line([x_of(tick)] * 2, [box.top, box.bottom], "rule", 0.5)
            sheet.text(x_of(tick), box.bottom + 10, _tick(tick, self.x), 7.5, "soft", "center")
        for tick in up.ticks():
            sheet.line([box.left, box.right], [y_of(tick)] * 2, "rule", 0.5)
            sheet.text(box.left - 5, y_of(tick), _tick(tick, y), 7.5, "soft", "right")
        unit = ", of 100" if self.x.unit == "share" else ""
        words = shorten(f"\N{LEFTWARDS ARROW} {self.x.words}{unit}", 44)
        sheet.text(box.left, box.bottom + 24, words, 8, "soft")
        sheet.text(box.left, panel.top + 22, f"\N{UPWARDS ARROW} {better}", 8, "soft")
        self._join(sheet, points, y, x_of, y_of)
        taken: list[Area] = []
        places = {}
        for rule in sorted(points, key=lambda rule: rule in self.named):  # those on top
            x, top = x_of(rule.values[self.x.id].value or 0.0), y_of(rule.values[y.id].value or 0.0)
            self._draw_point(sheet, rule, y, (x, top), x_of, y_of)
            taken.append((x - 4, top - 4, x + 4, top + 4))
            places[rule.place] = (x, top)
        for rule in self.named:
            if rule.place in places:
                _label(sheet, box, places[rule.place], str(rule.place), taken)

    def _join(
        self, sheet: Sheet, points: Sequence[Rule], y: Measure, x_of: Place, y_of: Place
    ) -> None:
        """Join the settings of each rule in their order."""
        families: dict[tuple[str, str], list[Rule]] = {}
        for rule in points:
            if rule.parameter is not None and not rule.is_today:
                families.setdefault((rule.policy, rule.order), []).append(rule)
        for family in families.values():
            family.sort(key=lambda rule: rule.parameter or 0.0)
            if len(family) > 1:
                sheet.line(
                    [x_of(rule.values[self.x.id].value or 0.0) for rule in family],
                    [y_of(rule.values[y.id].value or 0.0) for rule in family],
                    "bar-80",
                    0.8,
                )

    def _draw_point(
        self,
        sheet: Sheet,
        rule: Rule,
        y: Measure,
        place: tuple[float, float],
        x_of: Place,
        y_of: Place,
    ) -> None:
        is_left = rule.id in self.rules.frontier
        colour = "ink" if rule.is_today else "bar" if is_left else "soft"
        for measure, of in ((self.x, x_of), (y, y_of)):
            ends = _ends(rule, measure)
            if ends is None or rule not in self.named or rule.is_today:
                continue
            low, high = (of(end) for end in ends)
            if measure is self.x:
                sheet.line([low, high], [place[1]] * 2, colour, 0.9)
            else:
                sheet.line([place[0]] * 2, [low, high], colour, 0.9)
        x, top = place
        if rule.is_today:
            sheet.shape([(x - 5, top), (x, top - 5), (x + 5, top), (x, top + 5)], "ink", "paper")
        else:
            sheet.dots([x], [top], 4.2 if is_left else 3.0, colour if is_left else "paper", colour)

    def _scale(self, points: Sequence[Rule], measure: Measure) -> AmountScale:
        """Return a scale that holds every point and interval, with room to the edge."""
        values = [rule.values[measure.id].value or 0.0 for rule in points]
        for rule in points:
            if rule in self.named and not rule.is_today:
                values += _ends(rule, measure) or ()
        room = 0.04 * (max(values) - min(values))
        return AmountScale.over([min(values) - room, max(values) + room], most=4)

    def _draw_legend(self, sheet: Sheet, top: float) -> None:
        x = sheet.margin + 2
        sheet.dots([x + 4], [top + 6], 4.2, "bar", "bar")
        sheet.text(x + 13, top + 6, "not beaten", 8, "soft")
        sheet.dots([x + 82], [top + 6], 3.0, "paper", "soft")
        sheet.text(x + 91, top + 6, "beaten by another, or as good as one", 8, "soft")
        sheet.shape(
            [(x + 285, top + 6), (x + 290, top + 1), (x + 295, top + 6), (x + 290, top + 11)], "ink"
        )
        sheet.text(x + 300, top + 6, "today's rule", 8, "soft")
        width = (sheet.width - 2 * sheet.margin) / 2
        rows = (len(self.named) + 1) // 2
        for number, rule in enumerate(self.named):
            left = sheet.margin + width * (number // rows)
            y = top + 24 + LEGEND_ROW * (number % rows)
            sheet.text(left + 12, y, str(rule.place), 8.5, "ink", "right", bold=True)
            sheet.text(left + 18, y, shorten(capital(rule.words), int(width / 5.1)), 8.5)


def _ends(rule: Rule, measure: Measure) -> tuple[float, float] | None:
    """Return where the value lies, as far as its difference from today's rule is known."""
    value, change = rule.values[measure.id].value, rule.changes.get(measure.id)
    if value is None or change is None or change.value is None:
        return None
    if change.low is None or change.high is None:
        return None
    return value + change.low - change.value, value + change.high - change.value


def _tick(value: float, measure: Measure) -> str:
    if measure.unit == "share":
        return f"{100 * value:.1f}".removesuffix(".0")
    if measure.unit == "money":
        return money_in_words(value)
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def _label(
    sheet: Sheet,
    box: Panel,
    place: tuple[float, float],
    text: str,
    taken: list[Area],
) -> None:
    """Write a label beside a point where nothing else stands; at its right if all is full."""
    width = 5.6 * len(text)
    x, y = place
    spots = [(x + 6 + k, y + dy) for k in (0.0, 8.0) for dy in (-8.0, 8.0, 0.0, -16.0, 16.0)] + [
        (x - 6 - width - k, y + dy) for k in (0.0, 8.0) for dy in (-8.0, 8.0, 0.0, -16.0, 16.0)
    ]

    def room(spot: tuple[float, float]) -> Area:
        return (spot[0], spot[1] - 5, spot[0] + width, spot[1] + 5)

    def is_free(area: Area) -> bool:
        left, top, right, bottom = area
        if left < box.left or right > box.right + 6 or top < box.top - 6 or bottom > box.bottom:
            return False
        return not any(
            left < other[2] and right > other[0] and top < other[3] and bottom > other[1]
            for other in taken
        )

    spot = next((spot for spot in spots if is_free(room(spot))), spots[0])
    taken.append(room(spot))
    sheet.text(spot[0], spot[1], text, 8.5, "ink", bold=True)


# ------------------------------------------------------------------- where the time goes


def plan_leads(rules: Rules) -> list[Plan]:
    """Return the chart of the time from request to finish, split at the release."""
    request, release = rules.measure("lead_request"), rules.measure("lead_release")
    if request is None or release is None:
        return []
    rows = [r for r in rules.rules if {"lead_request", "lead_release"} <= r.values.keys()]
    first = [r for r in rows if r.place == 1 or r.is_today or r.policy == "open"]
    others = [r for r in rows if r.id in rules.frontier and r not in first]
    rest = [r for r in rows if r not in first and r not in others]
    chosen = [*first, *others, *rest][:LEAD_ROWS]
    chosen.sort(key=lambda rule: rule.values["lead_request"].value or 0.0)
    return [
        Plan(
            id="leads",
            finding=_write_lead_finding(chosen, rules),
            sentence="Mean working days from the request of a project to its finish: before it may "
            "begin, and after. A limit shortens the dark part; only a shorter whole is quicker.",
            alt="Bars. " + "; ".join(f"{rule.words}: {_say_lead(rule)}" for rule in chosen) + ".",
            table=Table(
                caption="Working days from request to finish",
                head=("Rule", "From request", "Waits before it may begin", "From release"),
                rows=tuple(
                    (
                        Cell(text=capital(rule.words), note=rule.id),
                        *(Cell(text=f"{days:.1f}") for days in _parts(rule)),
                    )
                    for rule in chosen
                ),
                numeric=frozenset({1, 2, 3}),
            ),
            draw=_Leads(rules=tuple(chosen)),
            height=ROW_HEIGHT * len(chosen) + FOOT_HEIGHT,
        )
    ]


def _parts(rule: Rule) -> tuple[float, float, float]:
    """Return days from request, before the release, from release."""
    request = rule.values["lead_request"].value or 0.0
    release = rule.values["lead_release"].value or 0.0
    return request, max(0.0, request - release), release


def _say_lead(rule: Rule) -> str:
    request, before, release = _parts(rule)
    return f"{request:.0f} days, {before:.0f} before the release and {release:.0f} after"


def _write_lead_finding(rows: Sequence[Rule], rules: Rules) -> str:
    moving = [rule for rule in rules.rules if rule.moves_waiting]
    if moving:
        n = len(moving)
        subject = "One rule only moves" if n == 1 else f"{n} rules only move"
        return f"{subject} the waiting to the backlog: quicker once started, not from the request"
    best = rows[0]
    days = f"{_parts(best)[0]:.0f} days"
    return f"{shorten(capital(best.words), 60)} is quickest from the request: {days}"


@dataclass(frozen=True, kw_only=True)
class _Leads:
    rules: tuple[Rule, ...]

    def __call__(self, sheet: Sheet) -> None:
        """Draw the chart on a sheet of any size."""
        left, right, top = sheet.margin, sheet.width - sheet.margin, sheet.top + 6
        bottom = sheet.height - sheet.margin / 2 - FOOT_HEIGHT
        step = min(32.0, (bottom - top) / len(self.rules))
        bottom = top + step * len(self.rules)
        begin = left + 0.4 * (right - left)
        longest = max(_parts(rule)[0] for rule in self.rules)
        scale = AmountScale.over([0.0, longest])

        def x_of(days: float) -> float:
            return begin + (right - begin - 40) * days / max(longest, 1e-9)

        for tick in (tick for tick in scale.ticks() if tick <= longest):
            sheet.line([x_of(tick)] * 2, [top, bottom], "rule", 0.5)
            sheet.text(x_of(tick), bottom + 10, f"{tick:,.0f}", 8, "soft", "center")
        for number, rule in enumerate(self.rules):
            y = top + step * (number + 0.5)
            request, before, _ = _parts(rule)
            is_bold = rule.is_today or rule.place == 1
            words = shorten(capital(rule.words), int((begin - left) / (5.6 if is_bold else 5.0)))
            sheet.text(left, y, words, 9, "ink", bold=is_bold)
            height = min(14.0, step - 7)
            sheet.box(begin, y - height / 2, x_of(before) - begin, height, "bar-80")
            sheet.box(x_of(before), y - height / 2, x_of(request) - x_of(before), height, "bar")
            sheet.text(x_of(request) + 5, y, f"{request:.0f}", 8.5)
        y = bottom + 28
        sheet.box(left + 2, y - 5, 10, 10, "bar-80")
        sheet.text(left + 17, y, "waits before it may begin", 8, "soft")
        sheet.box(left + 150, y - 5, 10, 10, "bar")
        sheet.text(left + 165, y, "from release to finish, working days", 8, "soft")
        sheet.text(left + 345, y, "bold: the best, and today's rule", 8, "soft")
