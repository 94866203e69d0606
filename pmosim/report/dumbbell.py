"""Dumbbells: differences as marks beside a zero line, and loads before and after.

In: Changes. Out: Plans of charts. Not here: files and SVG (``figures``).

A filled mark is settled, a hollow one not yet certain; the line through a mark is its 95 %
interval, with an arrow where it goes beyond the edge.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pmosim.report.changes import (
    IN,
    NONE,
    OUT,
    Change,
    say_change,
    say_later,
    say_points,
    say_signed_days,
)
from pmosim.report.changetables import cell_of_change, tabulate_loads
from pmosim.report.figures import Panel, Plan, shorten
from pmosim.report.reading import as_finite, as_mapping, clean, role_words
from pmosim.report.scales import AmountScale
from pmosim.report.tables import Cell, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pmosim.report.changes import Changes, Move
    from pmosim.report.figures import Sheet

MOST_ROWS = 18
ROW_HEIGHT, HEAD_HEIGHT, FOOT_HEIGHT = 23.0, 34.0, 46.0
NAME_WIDTH, NAME_UNITS = 172.0, 30
TEXT_WIDTH = 78.0
LEAST_REACH = 2.0
"""Working days to each side of zero that the scale shows at least on the longer side."""
CLIP = 3.0
"""An interval is cut beyond so many times the largest change."""
MOST_STEP = 48.0
"""Points of a row on a slide with few of them."""
BESIDE = 4.5
"""Points between the middle of a row and its marks."""


@dataclass(frozen=True, kw_only=True)
class Mark:
    """One difference in a row."""

    change: Change
    style: str
    """``P50`` is a dot, ``P80`` a diamond, ``naive`` a square."""
    shift: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Row:
    """A name, its marks, and what is written behind them."""

    name: str
    marks: tuple[Mark, ...]
    texts: tuple[str, ...] = ()


# ------------------------------------------------------------------------------ finishes


def plan_finishes(changes: Changes, id_: str = "finishes", prefix: str = "") -> list[Plan]:
    """Return the chart of P50 and P80 finishes; none where no finish changes."""
    moved = [move for move in changes.shared if _is_drawn(move)]
    if not moved:
        return []
    largest = sorted(moved, key=lambda move: -abs(move.days))[:MOST_ROWS]
    moves = [move for move in moved if move in largest]
    rows = tuple(_row_of(move) for move in moves)
    left_out = len(changes.shared) - len(moves)
    same = sum(move.is_as_before for move in changes.shared)
    others = (
        f" {left_out} more are not drawn, {same} of them exactly as before." if left_out else ""
    )
    return [
        Plan(
            id=id_,
            finding=f"{prefix}{_write_finding(moves)}",
            sentence="By how many working days half of the futures, and 80 of 100, finish later "
            f"than in {changes.base}; the line through a mark: 95 of 100.{others}",
            alt="Marks beside a zero line. "
            + "; ".join(
                f"{move.name}: half of the futures {_say_doubt(move.of('finish_p50_days'))}, "
                f"80 of 100 {_say_doubt(move.of('finish_p80_days'))}"
                for move in moves
            )
            + ".",
            table=_tabulate_finishes(moves),
            draw=Dumbbells(
                rows=rows,
                heads=("on average", "late, of 100"),
                legend=(
                    ("P50", True, "half of the futures"),
                    ("P80", True, "80 of 100"),
                    ("P50", False, "hollow: not yet certain"),
                ),
            ),
            height=HEAD_HEIGHT + FOOT_HEIGHT + ROW_HEIGHT * len(rows),
        )
    ]


def _is_drawn(move: Move) -> bool:
    changes = [move.of(measure) for measure in ("finish_p50_days", "finish_p80_days")]
    changes.append(move.of("finish_mean_days"))
    return any(c.kind != "unknown" and not c.is_nothing for c in changes)


def _row_of(move: Move) -> Row:
    return Row(
        name=move.name,
        marks=(
            Mark(change=move.of("finish_p50_days"), style="P50", shift=-BESIDE),
            Mark(change=move.of("finish_p80_days"), style="P80", shift=BESIDE),
        ),
        texts=(
            _short(move.of("finish_mean_days"), say_signed_days),
            _short(move.of("p_late"), say_points),
        ),
    )


def _short(change: Change, words: Callable[[float], str]) -> str:
    if change.leaves:
        return "leaves" if change.leaves > 0 else "enters"
    return "\N{EN DASH}" if change.value is None else say_change(change, words)


def _write_finding(moves: Sequence[Move]) -> str:
    settled = [move for move in moves if move.finish.kind in {"more", "less"}]
    if not settled:
        n = len(moves)
        return "No finish certainly moves" + (f"; {n} may" if n > 1 else "; one may")
    worst = max(settled, key=lambda move: abs(move.days))
    half, most = (_say_doubt(worst.of(f"finish_p{level}_days")) for level in (50, 80))
    name = shorten(worst.name, 40)
    if half == most:
        return f"{name} moves most: half of its futures, and 80 of 100, end {half}"
    return f"{name} moves most: half of its futures end {half}, 80 of 100 end {most}"


def _say_doubt(change: Change) -> str:
    words = {
        NONE: "as before",
        OUT: "after the planning window",
        IN: "within the planning window now",
    }.get(say_later(change), say_later(change))
    return f"{words} (not yet certain)" if change.kind == "open" else words


def _tabulate_finishes(moves: Sequence[Move]) -> Table:
    return Table(
        caption="Change of the finish of each project, in working days",
        head=("Project", "On average", "Half finish by (P50)", "80 of 100 by (P80)", "Late of 100"),
        rows=tuple(
            (
                Cell(text=move.name),
                cell_of_change(move.of("finish_mean_days"), say_signed_days),
                cell_of_change(move.of("finish_p50_days"), say_signed_days),
                cell_of_change(move.of("finish_p80_days"), say_signed_days),
                cell_of_change(move.of("p_late"), say_points),
            )
            for move in moves
        ),
        numeric=frozenset({1, 2, 3, 4}),
        note="A question mark: not yet certain.",
    )


# --------------------------------------------------------------------- the naive answer


def plan_naive(changes: Changes, raw: Sequence[Any]) -> list[Plan]:
    """Return the chart of what a plan without waiting says, beside what the futures say."""
    moves = {move.id: move for move in changes.shared}
    moves[changes.portfolio.id] = changes.portfolio
    rows, table = [], []
    for item in raw:
        entry = as_mapping(item)
        value = as_finite(entry.get("value"))
        move = moves.get(clean(entry.get("entity")))
        if move is None or value is None:
            continue
        change = move.of(str(entry.get("measure") or "finish_mean_days"))
        change = move.finish if change.value is None else change
        if change.value is None:
            continue
        name = "All that is committed" if move is changes.portfolio else move.name
        naive = Change(base=None, after=None, value=value, is_settled=True)
        rows.append(
            (
                abs(change.value),
                Row(
                    name=name,
                    marks=(
                        Mark(change=naive, style="naive"),
                        Mark(change=change, style="P50"),
                    ),
                    texts=(say_signed_days(value), say_change(change, say_signed_days)),
                ),
            )
        )
        table.append(
            (
                Cell(text=name),
                Cell(text=say_signed_days(value)),
                cell_of_change(change, say_signed_days),
            )
        )
    if not rows:
        return []
    rows.sort(key=lambda item: -item[0])
    kept = tuple(row for _, row in rows[:MOST_ROWS])
    return [
        Plan(
            id="naive",
            finding=_write_naive_finding(kept[0]),
            sentence="Squares: the change if every project had its people at once. Dots: what the "
            "futures say, with people who do one thing at a time.",
            alt="Squares and dots beside a zero line. "
            + "; ".join(f"{row.name}: {row.texts[0]} against {row.texts[1]}" for row in kept)
            + ".",
            table=Table(
                caption="Change of the finish in working days",
                head=("What", "If nobody waits", "In the futures"),
                rows=tuple(table),
                numeric=frozenset({1, 2}),
            ),
            draw=Dumbbells(
                rows=kept,
                heads=("nobody waits", "the futures"),
                legend=(
                    ("naive", True, "if nobody waited for anybody"),
                    ("P50", True, "the futures, on average"),
                ),
            ),
            height=HEAD_HEIGHT + FOOT_HEIGHT + ROW_HEIGHT * len(kept),
        )
    ]


def _write_naive_finding(row: Row) -> str:
    naive, real = (mark.change for mark in row.marks)
    words = _say_doubt(naive)
    name = shorten(row.name, 40)
    return f"If nobody waited, {name} would end {words}; in the futures it ends {_say_doubt(real)}"


# --------------------------------------------------------------------------- the drawing


@dataclass(frozen=True, kw_only=True)
class Dumbbells:
    """Draws rows of marks beside a zero line."""

    rows: tuple[Row, ...]
    heads: tuple[str, ...]
    """Above the texts of the rows."""
    legend: tuple[tuple[str, bool, str], ...]
    """(style, filled, words)."""
    text_width: float = TEXT_WIDTH

    def __call__(self, sheet: Sheet) -> None:
        """Draw the chart on a sheet of any size."""
        left, right = sheet.margin, sheet.width - sheet.margin
        bottom = sheet.height - sheet.margin / 2 - FOOT_HEIGHT
        top = sheet.top + HEAD_HEIGHT
        step = min(MOST_STEP, (bottom - top) / len(self.rows))
        bottom = top + step * len(self.rows)
        plot = Panel(
            left=left + NAME_WIDTH,
            top=top,
            width=right - left - NAME_WIDTH - self.text_width * len(self.heads),
            height=bottom - top,
        )
        scale = _scale_of([m.change for row in self.rows for m in row.marks])
        self._draw_axis(sheet, plot, scale)
        for number, head in enumerate(self.heads):
            x = plot.right + self.text_width * (number + 1)
            sheet.text(x, top - 12, head, 8, "soft", "right")
        for number, row in enumerate(self.rows):
            y = top + step * (number + 0.5)
            if number:
                sheet.line([left, right], [y - step / 2] * 2, "rule", 0.4)
            sheet.text(left, y, shorten(row.name, NAME_UNITS), 9)
            for place, text in enumerate(row.texts):
                sheet.text(plot.right + self.text_width * (place + 1), y, text, 9, "ink", "right")
            for mark in row.marks:
                draw_mark(sheet, plot, scale, mark, y + mark.shift * min(1.0, step / ROW_HEIGHT))
        self._draw_legend(sheet, left, bottom + 34)

    def _draw_axis(self, sheet: Sheet, plot: Panel, scale: AmountScale) -> None:
        for tick in scale.ticks():
            x = plot.left + plot.width * scale.part(tick)
            is_zero = abs(tick) < 1e-9
            sheet.line(
                [x, x],
                [plot.top, plot.bottom],
                "ink" if is_zero else "rule",
                1.2 if is_zero else 0.5,
            )
            label = "as before" if is_zero else say_signed_days(tick)
            sheet.text(x, plot.bottom + 10, label, 8, "soft", "center")
        sheet.text(plot.left, plot.top - 12, "\N{LEFTWARDS ARROW} earlier", 8, "soft")
        words = "later, working days \N{RIGHTWARDS ARROW}"
        sheet.text(plot.right, plot.top - 12, words, 8, "soft", "right")

    def _draw_legend(self, sheet: Sheet, left: float, y: float) -> None:
        x = left + 4
        for style, is_filled, words in self.legend:
            draw_shape(sheet, x, y, style, is_filled=is_filled)
            sheet.text(x + 10, y, words, 8, "soft")
            x += 30 + 4.6 * len(words)


def _scale_of(changes: Sequence[Change]) -> AmountScale:
    """Return a scale that holds zero, every value, and the intervals as far as they are telling."""
    values = [c.value for c in changes if c.value is not None]
    reach = max([LEAST_REACH, *(abs(value) for value in values)])
    low = min([0.0, *values])
    high = max([0.0, *values])
    for change in changes:
        if change.low is not None:
            low = min(low, max(change.low, high - CLIP * reach))
        if change.high is not None:
            high = max(high, min(change.high, low + CLIP * reach))
    if high - low < LEAST_REACH:
        low, high = min(low, -LEAST_REACH), max(high, LEAST_REACH)
    if high > 0.0 and low == 0.0:
        low = -0.12 * high
    elif low < 0.0 and high == 0.0:
        high = -0.12 * low
    return AmountScale.over([low, high], most=7)


def draw_mark(sheet: Sheet, plot: Panel, scale: AmountScale, mark: Mark, y: float) -> None:
    """Draw a difference with its interval; one that leaves the window at the edge."""
    change = mark.change

    def x_of(days: float) -> float:
        return plot.left + plot.width * scale.part(days)

    if change.leaves:
        right = change.leaves > 0
        x = plot.right - 6 if right else plot.left + 6
        draw_shape(sheet, x, y, mark.style, is_filled=change.is_settled)
        words = "after the window" if right else "into the window"
        sheet.text(x - 9 if right else x + 9, y, words, 7, "soft", "right" if right else "left")
        return
    if change.value is None:
        return
    if change.low is not None or change.high is not None:
        low = scale.low if change.low is None else change.low
        high = scale.high if change.high is None else change.high
        if high > low:
            colour = _colour(mark.style)
            sheet.line([x_of(low), x_of(high)], [y, y], colour, 1.1)
            if low < scale.low:
                _draw_arrow(sheet, plot.left, y, -1, colour)
            if high > scale.high or change.high is None:
                _draw_arrow(sheet, plot.right, y, 1, colour)
    draw_shape(sheet, x_of(change.value), y, mark.style, is_filled=change.is_settled)


def _colour(style: str) -> str:
    return {"P50": "bar", "P80": "ink"}.get(style, "soft")


def _draw_arrow(sheet: Sheet, x: float, y: float, way: int, colour: str) -> None:
    sheet.shape([(x, y), (x - 5 * way, y - 3), (x - 5 * way, y + 3)], colour)


def draw_shape(sheet: Sheet, x: float, y: float, style: str, *, is_filled: bool) -> None:
    """Draw a dot, a diamond or a square, filled or hollow."""
    colour = _colour(style)
    fill = colour if is_filled else "paper"
    if style == "P50":
        sheet.dots([x], [y], 3.6, fill, colour)
    elif style == "P80":
        sheet.shape([(x - 4.6, y), (x, y - 4.6), (x + 4.6, y), (x, y + 4.6)], fill, colour, 1.1)
    else:
        sheet.box(x - 4, y - 4, 8, 8, fill, colour, 1.1)


# ---------------------------------------------------------------------- loads of the roles

LOAD_ROWS = 20
GAP = 30.0


def plan_loads(changes: Changes, id_: str = "loads") -> list[Plan]:
    """Return the chart of waiting and busy share of the roles, before and after."""
    roles = [role for role in changes.roles if not role.is_as_before]
    roles.sort(key=lambda role: -abs(role.of("wait_days").value or 0.0))
    roles = roles[:LOAD_ROWS]
    if not roles:
        return []
    return [
        Plan(
            id=id_,
            finding=_write_load_finding(roles),
            sentence="For how many working days a project waits for each role on average, and "
            "which share of their time people are busy: hollow before, filled after.",
            alt="Marks before and after. "
            + "; ".join(
                f"{role_words(role.id)}: wait {_say_pair(role.of('wait_days'), _days)} working "
                f"days, busy {_say_pair(role.of('utilisation'), _percent)}"
                for role in roles
            )
            + ".",
            table=tabulate_loads(changes),
            draw=_Loads(roles=tuple(roles)),
            height=HEAD_HEIGHT + FOOT_HEIGHT + ROW_HEIGHT * len(roles),
        )
    ]


def _write_load_finding(roles: Sequence[Move]) -> str:
    settled = [r for r in roles if r.of("wait_days").kind in {"more", "less"}]
    if not settled:
        busiest = max(roles, key=lambda role: abs(role.of("utilisation").value or 0.0))
        change = busiest.of("utilisation")
        text = "For no role does work certainly wait longer"
        if change.kind not in {"more", "less"}:
            return text
        pair = _say_pair(change, _percent, " before, then ")
        return f"{text}; the {role_words(busiest.id)} is busy {pair}"
    worst = settled[0]
    wait = worst.of("wait_days")
    days = abs(wait.value or 0.0)
    longer = "longer" if (wait.value or 0.0) > 0.0 else "less long"
    text = f"Work waits {days:.1f} working days {longer} for the {role_words(worst.id)}"
    pair = _say_pair(worst.of("utilisation"), _percent, " before, then ")
    return f"{text}, busy {pair}"


def _say_pair(change: Change, words: Callable[[float], str], to: str = " to ") -> str:
    values = [None if n is None else n.value for n in (change.base, change.after)]
    texts = ["not known" if value is None else words(value) for value in values]
    return texts[0] if texts[0] == texts[1] else to.join(texts)


def _days(days: float) -> str:
    return f"{days:.1f}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


@dataclass(frozen=True, kw_only=True)
class _Loads:
    roles: tuple[Move, ...]

    def __call__(self, sheet: Sheet) -> None:
        """Draw the chart on a sheet of any size."""
        left, right = sheet.margin, sheet.width - sheet.margin
        top = sheet.top + HEAD_HEIGHT
        bottom = sheet.height - sheet.margin / 2 - FOOT_HEIGHT
        step = min(MOST_STEP, (bottom - top) / len(self.roles))
        bottom = top + step * len(self.roles)
        width = (right - left - NAME_WIDTH + 30 - GAP) / 2
        begin = left + NAME_WIDTH - 30
        parts = (
            ("wait_days", "waits, working days per project", _days, say_signed_days),
            ("utilisation", "busy share", _percent, say_points),
        )
        for number, role in enumerate(self.roles):
            y = top + step * (number + 0.5)
            if number:
                sheet.line([left, right], [y - step / 2] * 2, "rule", 0.4)
            sheet.text(left, y, shorten(role_words(role.id), 25), 9)
        for place, (measure, title, plain, words) in enumerate(parts):
            panel = Panel(
                left=begin + place * (width + GAP), top=top, width=width - 62, height=bottom - top
            )
            sheet.text(panel.left, top - 12, title, 8, "soft")
            sheet.text(panel.right + 62, top - 12, "change", 8, "soft", "right")
            changes = [role.of(measure) for role in self.roles]
            _draw_pairs(sheet, panel, changes, step, plain, words)
        y, x = bottom + 34, left + 4
        draw_shape(sheet, x, y, "P50", is_filled=False)
        sheet.text(x + 10, y, "before", 8, "soft")
        draw_shape(sheet, x + 62, y, "P50", is_filled=True)
        sheet.text(x + 72, y, "after", 8, "soft")
        sheet.text(x + 118, y, "? not yet certain", 8, "soft")


def _draw_pairs(
    sheet: Sheet,
    panel: Panel,
    changes: Sequence[Change],
    step: float,
    plain: Callable[[float], str],
    words: Callable[[float], str],
) -> None:
    values = [
        number.value
        for change in changes
        for number in (change.base, change.after)
        if number is not None and number.value is not None
    ]
    if not values:
        return
    scale = AmountScale.over([0.0, *values], most=4)
    for tick in scale.ticks():
        x = panel.left + panel.width * scale.part(tick)
        sheet.line([x, x], [panel.top, panel.bottom], "rule", 0.5)
        label = plain(tick) if scale.step < 1 else f"{tick:.0f}"
        sheet.text(x, panel.bottom + 10, label, 8, "soft", "center")
    for number, change in enumerate(changes):
        y = panel.top + step * (number + 0.5)
        pair = [None if n is None else n.value for n in (change.base, change.after)]
        xs = [None if v is None else panel.left + panel.width * scale.part(v) for v in pair]
        if xs[0] is not None and xs[1] is not None:
            sheet.line([xs[0], xs[1]], [y, y], "bar", 2.0)
        for place, is_filled in zip(xs, (False, True), strict=True):
            if place is not None:
                draw_shape(sheet, place, y, "P50", is_filled=is_filled)
        sheet.text(panel.right + 62, y, _short(change, words), 9, "ink", "right")
