"""Marginal: what one more person of a role changes, beside what people look at instead.

In: Values. Out: Plans of charts: roles by value, busy share and queue; roles by quarter. Not here:
files and SVG (``figures``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pmosim.report.bottlenecks import HEADS, number_or_dash, say_gain
from pmosim.report.changes import say_change, say_interval
from pmosim.report.figures import Panel, Plan, cell_colour, cell_ink, shorten
from pmosim.report.reading import role_words
from pmosim.report.scales import AmountScale
from pmosim.report.sentences import say_list, say_quarter
from pmosim.report.tables import DASH, Cell, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pmosim.report.bottlenecks import RoleValue, Values
    from pmosim.report.changes import Change
    from pmosim.report.figures import Sheet

MOST_ROLES, MOST_QUARTERS = 20, 16
ROW_HEIGHT, HEAD_HEIGHT, FOOT_HEIGHT = 26.0, 40.0, 44.0
NAME_WIDTH, NAME_UNITS = 132.0, 22
GAP, TEXT_WIDTH = 22.0, 46.0
NAMED_QUARTERS = 3


def plan_roles(values: Values) -> list[Plan]:
    """Return the chart of all roles that were tried; none without any."""
    roles = tuple(role for role in values.roles if role.effects)[:MOST_ROLES]
    if not roles:
        return []
    head = HEADS.get(values.measure, values.measure)
    return [
        Plan(
            id="roles",
            finding=_write_finding(values, roles),
            sentence="What one more person of each role changes, beside how busy the role is and "
            "how long its queue. Hollow: not yet certain.",
            alt="Bars, three for each role. "
            + "; ".join(
                f"{role.words}: "
                f"{say_change(role.of(values.measure), values.words_of(values.measure))}"
                f", busy {_percent(role.busy)}, queue {number_or_dash(role.waiting)} people"
                for role in roles
            )
            + ".",
            table=Table(
                caption="Roles by what one more person changes",
                head=("Role", head, "From … to …", "Busy share", "People waited for"),
                rows=tuple(
                    (
                        Cell(text=role.words),
                        Cell(text=_say(values, role.of(values.measure))),
                        Cell(text=_within(values, role.of(values.measure))),
                        Cell(text=_percent(role.busy)),
                        Cell(text=number_or_dash(role.waiting)),
                    )
                    for role in roles
                ),
                numeric=frozenset({1, 2, 3, 4}),
            ),
            draw=_Roles(values=values, roles=roles),
            height=HEAD_HEIGHT + FOOT_HEIGHT + ROW_HEIGHT * len(roles),
        )
    ]


def _write_finding(values: Values, roles: Sequence[RoleValue]) -> str:
    busiest = min((r for r in roles if r.place_busy), key=lambda r: r.place_busy or 0, default=None)
    best = values.best
    if best is None:
        if busiest is None:
            return "No role certainly is the bottleneck"
        return f"The {busiest.words} is the busiest, yet no role certainly is the bottleneck"
    text = f"One more {shorten(best.words, 40)} helps most"
    if busiest is not None and busiest.id != best.id:
        text = f"{text}, although the {shorten(busiest.words, 40)} is busier"
    return f"{text}: {say_gain(values, best.of(values.measure))}"


def _say(values: Values, change: Change) -> str:
    return say_change(change, values.words_of(values.measure))


def _within(values: Values, change: Change) -> str:
    return say_interval(change, values.words_of(values.measure)) or DASH


def _percent(share: float | None) -> str:
    return DASH if share is None else f"{100 * share:.0f} %"


@dataclass(frozen=True, kw_only=True)
class _Roles:
    values: Values
    roles: tuple[RoleValue, ...]

    def __call__(self, sheet: Sheet) -> None:
        """Draw the chart on a sheet of any size."""
        left, right, top = sheet.margin, sheet.width - sheet.margin, sheet.top + HEAD_HEIGHT
        bottom = sheet.height - sheet.margin / 2 - FOOT_HEIGHT
        step = min(52.0, (bottom - top) / len(self.roles))
        bottom = top + step * len(self.roles)
        for number, role in enumerate(self.roles):
            y = top + step * (number + 0.5)
            if number:
                sheet.line([left, right], [y - step / 2] * 2, "rule", 0.4)
            sheet.text(left, y, shorten(role.words, NAME_UNITS), 9, bold=role is self.values.best)
        room = right - left - NAME_WIDTH - 2 * GAP
        widths = (0.5 * room, 0.25 * room, 0.25 * room)
        x = left + NAME_WIDTH
        titles = (HEADS.get(self.values.measure, self.values.measure), "Busy share", "Queue")
        for place, (title, width) in enumerate(zip(titles, widths, strict=True)):
            panel = Panel(left=x, top=top, width=width - TEXT_WIDTH, height=bottom - top)
            sheet.text(x, top - 26, shorten(title, int((width + 10) / 5.2)), 9, bold=True)
            (self._draw_gains, self._draw_busy, self._draw_queues)[place](sheet, panel, step)
            x += width + GAP
        y = bottom + 30
        sheet.box(left + 2, y - 5, 10, 10, "bar")
        sheet.text(left + 17, y, "helps", 8, "soft")
        sheet.box(left + 60, y - 5, 10, 10, "paper", "bar")
        sheet.text(left + 75, y, "not yet certain", 8, "soft")
        sheet.line([left + 160, left + 178], [y, y], "ink", 1.1)
        sheet.text(left + 183, y, "95 of 100", 8, "soft")
        sheet.box(left + 245, y - 5, 10, 10, "bar-80")
        sheet.text(left + 260, y, "what is looked at instead", 8, "soft")
        sheet.box(left + 385, y - 5, 10, 10, "soft")
        sheet.text(left + 400, y, "too little to matter", 8, "soft")
        sheet.box(left + 500, y - 5, 10, 10, "late")
        sheet.text(left + 515, y, "harms", 8, "soft")

    def _draw_gains(self, sheet: Sheet, panel: Panel, step: float) -> None:
        changes = [role.of(self.values.measure) for role in self.roles]
        gains = [self.values.gain(change) for change in changes]
        known = [gain for gain in gains if gain is not None]
        if not known:
            return
        ends = [self._gains_of(change) for change in changes]
        reach = max(0.0, *(abs(gain) for gain in known)) or 1.0
        low = max(-2.0 * reach, min([0.0, *known, *(end[0] for end in ends if end)]))
        high = min(3.0 * reach, max([0.0, *known, *(end[1] for end in ends if end)]))
        span = (high - low) or 1.0

        def x_of(gain: float) -> float:
            return panel.left + panel.width * min(1.0, max(0.0, (gain - low) / span))

        zero = x_of(0.0)
        sheet.text(zero, panel.top - 10, "better \N{RIGHTWARDS ARROW}", 7.5, "soft")
        for number, (change, gain, end) in enumerate(zip(changes, gains, ends, strict=True)):
            y = panel.top + step * (number + 0.5)
            if gain is not None:
                height = min(14.0, step - 12)
                begin, stop = sorted((zero, x_of(gain)))
                colour = "late" if gain < 0 and change.kind in {"more", "less"} else "bar"
                colour = "soft" if change.kind == "same" else colour
                fill = colour if change.is_settled else "paper"
                sheet.box(begin, y - height / 2, stop - begin, height, fill, colour)
                if end is not None:
                    sheet.line([x_of(end[0]), x_of(end[1])], [y, y], "ink", 1.1)
            sheet.text(panel.right + TEXT_WIDTH, y, _say(self.values, change), 9, "ink", "right")
        sheet.line([zero, zero], [panel.top, panel.bottom], "ink", 1.1)

    def _gains_of(self, change: Change) -> tuple[float, float] | None:
        if change.low is None or change.high is None or change.value is None:
            return None
        sign = 1.0 if (self.values.gain(change) or 0.0) * change.value > 0 else -1.0
        if change.value == 0.0:
            sign = 1.0
        low, high = sorted((sign * change.low, sign * change.high))
        return low, high

    def _draw_busy(self, sheet: Sheet, panel: Panel, step: float) -> None:
        self._draw_plain(sheet, panel, step, [role.busy for role in self.roles], is_share=True)

    def _draw_queues(self, sheet: Sheet, panel: Panel, step: float) -> None:
        self._draw_plain(sheet, panel, step, [role.waiting for role in self.roles], is_share=False)

    def _draw_plain(
        self,
        sheet: Sheet,
        panel: Panel,
        step: float,
        numbers: Sequence[float | None],
        *,
        is_share: bool,
    ) -> None:
        scale = AmountScale.over([0.0, 1.0 if is_share else 0.5, *(n for n in numbers if n)])
        unit = "of the time there" if is_share else "people waited for"
        sheet.text(panel.left, panel.top - 10, unit, 7.5, "soft")
        for number, value in enumerate(numbers):
            y = panel.top + step * (number + 0.5)
            height = min(14.0, step - 12)
            width = panel.width * scale.part(value or 0.0)
            sheet.box(panel.left, y - height / 2, width, height, "bar-80")
            words = _percent(value) if is_share else number_or_dash(value)
            sheet.text(panel.right + TEXT_WIDTH, y, words, 9, "ink", "right")
        sheet.line([panel.left, panel.left], [panel.top, panel.bottom], "soft", 0.8)


# --------------------------------------------------------------------------- by quarter


def plan_quarters(values: Values) -> list[Plan]:
    """Return the heat map by quarter; none where no quarter was tried."""
    tried = {key for key, cell in values.cells.items() if cell.effects}
    if not tried:
        return []
    quarters = values.quarters[:MOST_QUARTERS]
    roles = [role for role in values.roles if any((role.id, q) in values.cells for q in quarters)]
    roles = roles[:MOST_ROLES]
    measure = values.words_of(values.measure)
    head = HEADS.get(values.measure, values.measure)
    rows = [
        (
            Cell(text=role.words),
            *(_cell_of(values, role.id, quarter) for quarter in quarters),
        )
        for role in roles
    ]
    return [
        Plan(
            id="quarters",
            finding=_write_quarter_finding(values, quarters),
            sentence=f"{head} with one more person in this quarter alone: bold where it was tried, "
            "the brighter the better. Small: people waited for, where it was not.",
            alt="Heat map by role and quarter. "
            + "; ".join(
                f"{role_words(role)} in {say_quarter(quarter)}: "
                f"{say_change(values.cells[role, quarter].of(values.measure), measure)}"
                for role, quarter in sorted(tried, key=lambda key: (key[1], key[0]))
            )
            + ".",
            table=Table(
                caption=f"{head} with one more person in one quarter",
                head=("Role", *(say_quarter(quarter) for quarter in quarters)),
                rows=tuple(rows),
                numeric=frozenset(range(1, len(quarters) + 1)),
                note="Where nothing was tried: the number of people waited for.",
            ),
            draw=_Quarters(values=values, roles=tuple(roles), quarters=tuple(quarters)),
            height=HEAD_HEIGHT + 34.0 * len(roles) + 34,
        )
    ]


def _cell_of(values: Values, role: str, quarter: str) -> Cell:
    cell = values.cells.get((role, quarter))
    if cell is None:
        return Cell(text=DASH)
    if not cell.effects:
        return Cell(text=DASH, note=f"queue {number_or_dash(cell.waiting)}")
    return Cell(
        text=_say(values, cell.of(values.measure)), note=f"queue {number_or_dash(cell.waiting)}"
    )


def _write_quarter_finding(values: Values, quarters: Sequence[str]) -> str:
    """Return who is the bottleneck when: the role that certainly helps most in each quarter."""
    best = []
    for quarter in quarters:
        cells = [
            cell
            for (_, at), cell in values.cells.items()
            if at == quarter and values.is_help(cell.of(values.measure))
        ]
        if cells:
            top = max(cells, key=lambda cell: values.gain(cell.of(values.measure)) or 0.0)
            best.append((quarter, role_words(top.role)))
    if not best:
        return "In no single quarter does one more person certainly help"
    spans: list[tuple[str, list[str]]] = []
    for quarter, role in best:
        follows = spans and spans[-1][0] == role
        if follows and quarters.index(spans[-1][1][-1]) + 1 == quarters.index(quarter):
            spans[-1][1].append(quarter)
        else:
            spans.append((role, [quarter]))
    shown, more = spans[:NAMED_QUARTERS], ", and on" if len(spans) > NAMED_QUARTERS else ""
    if len({role for role, _ in spans}) == 1:
        times = say_list([_say_span(span) for _, span in shown])
        return f"One more {shorten(spans[0][0], 40)} certainly helps in {times}{more}"
    times = say_list([f"the {shorten(role, 30)} in {_say_span(span)}" for role, span in shown])
    return f"The bottleneck moves: {times}{more}"


def _say_span(quarters: Sequence[str]) -> str:
    first, last = say_quarter(quarters[0]), say_quarter(quarters[-1])
    return first if first == last else f"{first} to {last}"


@dataclass(frozen=True, kw_only=True)
class _Quarters:
    values: Values
    roles: tuple[RoleValue, ...]
    quarters: tuple[str, ...]

    def __call__(self, sheet: Sheet) -> None:
        """Draw the chart on a sheet of any size."""
        left, right, top = sheet.margin, sheet.width - sheet.margin, sheet.top + HEAD_HEIGHT
        bottom = sheet.height - sheet.margin / 2 - 34
        step = min(56.0, (bottom - top) / len(self.roles))
        width = min(110.0, (right - left - NAME_WIDTH) / len(self.quarters))
        gains = [
            self.values.gain(cell.of(self.values.measure)) or 0.0
            for cell in self.values.cells.values()
        ]
        best = max([*gains, 0.0]) or 1.0
        for number, quarter in enumerate(self.quarters):
            x = left + NAME_WIDTH + width * (number + 0.5)
            name, _, year = say_quarter(quarter).partition(" ")
            sheet.text(x, top - 12, name, 8.5, "ink", "center")
            if number == 0 or name == "Q1":
                sheet.text(x, top - 26, year, 8.5, "soft", "center")
        for place, role in enumerate(self.roles):
            y = top + step * place
            sheet.text(left, y + step / 2, shorten(role.words, NAME_UNITS), 9)
            for number, quarter in enumerate(self.quarters):
                x = left + NAME_WIDTH + width * number
                self._draw_cell(
                    sheet, Panel(left=x, top=y, width=width, height=step), role, quarter, best
                )
        y = top + step * len(self.roles) + 20
        sheet.box(left + 2, y - 6, 22, 12, cell_colour(1.0))
        sheet.text(left + 29, y, "helps most", 8, "soft")
        sheet.box(left + 100, y - 6, 22, 12, cell_colour(0.0))
        sheet.text(left + 127, y, "helps nothing, or harms", 8, "soft")
        sheet.box(left + 250, y - 6, 22, 12, "band", "rule")
        sheet.text(left + 277, y, "not tried: people waited for", 8, "soft")
        sheet.text(left + 430, y, "? not yet certain", 8, "soft")

    def _draw_cell(
        self, sheet: Sheet, box: Panel, role: RoleValue, quarter: str, best: float
    ) -> None:
        cell = self.values.cells.get((role.id, quarter))
        middle, y = box.left + box.width / 2, box.top + box.height / 2
        width, height = box.width - 2, box.height - 2
        if cell is None:
            return
        if not cell.effects:
            sheet.box(box.left + 1, box.top + 1, width, height, "band", "rule", 0.5)
            sheet.text(middle, y, number_or_dash(cell.waiting), 7.5, "soft", "center")
            return
        change = cell.of(self.values.measure)
        fill = cell_colour((self.values.gain(change) or 0.0) / best)
        sheet.box(box.left + 1, box.top + 1, width, height, fill)
        words = _say(self.values, change)
        size = min(9.0, 1.55 * (box.width - 4) / max(1, len(words)))
        sheet.text(middle, y, words, size, cell_ink(fill), "center", bold=True)
