"""Differences: a comparison in a few plain lines on the terminal.

In: the rows of a comparison. Out: lines, the largest effect first; what is not yet certain and
what is exactly as before is summed up, not listed.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pmosim.cli.certainty import in_words, money_with_error
from pmosim.forecast.wording import chance_in_words, money_in_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pmosim.forecast.paired import Difference
    from pmosim.study.comparison import Comparison, Row
    from pmosim.study.windows import Window

    ByMeasure = Mapping[str, Row]

SHOWN_PROJECTS, SHOWN_ROLES, SHOWN_NAMES = 15, 6, 8
DOUBT = "?"
"""Mark of what is not yet certain."""
UNKNOWN = "-"
WINDOW_HEADS = {
    "tasks_finished": "pieces of work done",
    "finished": "projects done",
    "missed": "promises missed",
    "cost": "cost",
    "benefit": "benefits",
}
GAP = 2
"""Blanks between two columns."""
OUT_OF_WINDOW = {math.inf: "out of window", -math.inf: "into window"}


def tell_differences(comparison: Comparison, name: str) -> Iterator[str]:
    """Yield what changes from the base to the alternative of that name."""
    base = comparison.base
    yield (
        f"{name} beside {comparison.base_name}: {base.replications:,} futures each, "
        f"on the same luck (seed {base.seed})"
    )
    yield from tell_portfolio(comparison, name)
    yield from tell_projects(comparison, name)
    yield from tell_roles(comparison, name)
    yield from tell_doubts(comparison, name)


def tell_portfolio(comparison: Comparison, name: str) -> Iterator[str]:
    """Yield what changes for the portfolio."""
    currency = comparison.base.network.currency
    yield from _portfolio_lines(_of_kind(comparison.rows(name), "portfolio"), currency)


def tell_projects(comparison: Comparison, name: str) -> Iterator[str]:
    """Yield what changes for the projects, and those that only one of the two has."""
    currency = comparison.base.network.currency
    yield from _project_lines(
        comparison, name, _of_kind(comparison.rows(name), "project"), currency
    )


def tell_roles(comparison: Comparison, name: str) -> Iterator[str]:
    """Yield what changes for the roles."""
    yield from _role_lines(_of_kind(comparison.rows(name), "role"))


def tell_windows(windows: Sequence[Window]) -> Iterator[str]:
    """Yield what changes in each quarter and in each year; nothing without windows."""
    told = [name for name in WINDOW_HEADS if windows and windows[0].row(name) is not None]
    if not told:
        return
    yield ""
    yield "In each quarter, then in each four quarters (of the base, and the change):"
    yield ""
    rows = [("", *(head for name in told for head in (WINDOW_HEADS[name], "")))]
    for window in windows:
        cells = []
        for name in told:
            row = window.row(name)
            if row is None or row.base is None:
                continue
            if name in {"cost", "benefit"}:
                cells += [money_in_words(row.base.value), money_with_error(row.difference)]
            else:
                cells += [f"{row.base.value:.1f}", in_words(row.difference, 1.0, 2)]
        rows.append((window.label, *cells))
    yield from tabulated(rows)
    yield ""
    yield "  (pieces, projects and promises of what both have; money of everything)"


def tell_doubts(comparison: Comparison, name: str) -> Iterator[str]:
    """Yield how many numbers more futures would settle."""
    yield from _doubt_lines(comparison.rows(name))


def _of_kind(rows: Sequence[Row], kind: str) -> dict[str, dict[str, Row]]:
    """Return entity -> measure -> row."""
    found: dict[str, dict[str, Row]] = {}
    for row in rows:
        if row.kind == kind:
            found.setdefault(row.entity, {})[row.measure] = row
    return found


def _portfolio_lines(entities: Mapping[str, ByMeasure], currency: str) -> Iterator[str]:
    for rows in entities.values():
        cells = [
            ("everything committed", rows.get("finish_mean_days"), in_days),
            ("  half of the futures", rows.get("finish_p50_days"), in_days),
            ("  80 of 100", rows.get("finish_p80_days"), in_days),
            ("projects finished", rows.get("finished"), _number),
            ("cost", rows.get("cost_mean"), in_money),
            ("NPV", rows.get("npv_mean"), in_money),
        ]
        units = {in_days: " working days", in_money: f" {currency}".rstrip(), _number: ""}
        yield ""
        for label, row, words in cells:
            if row is None:
                continue
            text = full(row.difference, words, units[words])
            if math.isnan(row.difference.value):
                text = f"not known: {row.difference.reason}"
            yield f"  {label:<22}{text}"


def _project_lines(
    comparison: Comparison, name: str, entities: Mapping[str, ByMeasure], currency: str
) -> Iterator[str]:
    in_both = {e: rows for e, rows in entities.items() if not _is_one_sided(rows)}
    changed = [e for e, rows in in_both.items() if any(map(_is_telling, rows.values()))]
    changed.sort(key=lambda entity: -_size(in_both[entity]))
    if changed:
        yield ""
        heads = ("working days", "on average", "half by", "80 of 100 by", "late", "cost", "NPV")
        table = [heads] + [_cells(e, in_both[e], currency) for e in changed[:SHOWN_PROJECTS]]
        yield from tabulated(table)
        if len(changed) > SHOWN_PROJECTS:
            yield f"  and {_count(len(changed) - SHOWN_PROJECTS)} more: --json has them all"
    yield from _as_before(entities, in_both, changed)
    yield from _new_lines(comparison, name, entities)


def _as_before(
    entities: Mapping[str, ByMeasure], in_both: Mapping[str, ByMeasure], changed: Sequence[str]
) -> Iterator[str]:
    """Yield those that did not change, or not certainly."""
    others = [entity for entity in in_both if entity not in changed]
    same = [e for e in others if all(_is_nothing(row) for row in entities[e].values())]
    open_ = [e for e in others if e not in same and any(map(_is_open, in_both[e].values()))]
    about = [e for e in others if e not in same and e not in open_]
    if same or open_ or about:
        yield ""
    if same:
        yield f"  exactly as before       {_names(same)}"
    if about:
        yield f"  as good as before       {_names(about)}"
    if open_:
        yield f"  not yet certain         {_names(open_)}"


def _new_lines(
    comparison: Comparison, name: str, entities: Mapping[str, ByMeasure]
) -> Iterator[str]:
    """Yield the projects that only one of the two has."""
    one_sided = {e: rows for e, rows in entities.items() if _is_one_sided(rows)}
    if one_sided:
        yield ""
    calendar = comparison.base.network.calendar
    for entity, rows in one_sided.items():
        finish, late = rows["finish_p80_days"], rows["p_late"]
        where = name if finish.base is None else comparison.base_name
        estimate = finish.value or finish.base
        if estimate is None:
            continue
        by = "80 of 100 futures after the planning window"
        if estimate.is_known:
            by = f"80 of 100 futures by {calendar.to_date(estimate.value).isoformat()}"
        chance = late.value or late.base
        risk = ""
        if chance is not None and chance.is_known:
            risk = f", late in {chance_in_words(chance.value, chance.n)}"
        yield f"  only in {where}: {entity}, {by}{risk}"


def _role_lines(entities: Mapping[str, ByMeasure]) -> Iterator[str]:
    changed = [e for e, rows in entities.items() if any(map(_is_telling, rows.values()))]
    changed.sort(key=lambda e: -abs(_finite(entities[e]["wait_days"].difference.value)))
    if not changed:
        return
    yield ""
    table = [("role", "work waits, days a project", "busy")]
    table += [
        (
            entity,
            full(entities[entity]["wait_days"].difference, in_days),
            full(entities[entity]["utilisation"].difference, in_points, " points"),
        )
        for entity in changed[:SHOWN_ROLES]
    ]
    yield from tabulated(table)
    if len(changed) > SHOWN_ROLES:
        yield f"  and {_count(len(changed) - SHOWN_ROLES)} more: --json has them all"


def _doubt_lines(rows: Sequence[Row]) -> Iterator[str]:
    """Yield how many numbers more futures would settle."""
    open_ = [row.difference for row in rows if _is_open(row)]
    if not open_:
        return
    further = [d.further for d in open_ if d.further is not None]
    text = f"{DOUBT} not yet certain: {len(open_)} of {len(rows)} differences"
    if further:
        half = sorted(further)[(len(further) - 1) // 2]
        text += f"; about {_count(half)} more futures would settle half of them"
    yield ""
    yield f"  {text}"


def _cells(entity: str, rows: ByMeasure, currency: str) -> tuple[str, ...]:
    unit = f" {currency}".rstrip()
    return (
        entity,
        full(rows["finish_mean_days"].difference, in_days),
        short(rows["finish_p50_days"].difference, in_days),
        short(rows["finish_p80_days"].difference, in_days),
        short(rows["p_late"].difference, in_points, " points"),
        short(rows["cost_mean"].difference, in_money, unit),
        short(rows["npv_mean"].difference, in_money, unit),
    )


def tabulated(cells: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Yield rows of cells with their columns below each other."""
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        parts = [text.ljust(width + GAP) for text, width in zip(row, widths, strict=True)]
        yield f"  {''.join(parts).rstrip()}"


def full(difference: Difference, words: Callable[[float], str], unit: str = "") -> str:
    """Return ``+12 days (+11 to +13)``; what is not certain says how many futures would do."""
    text = short(difference, words, unit)
    if not math.isfinite(difference.value) or difference.low == difference.high:
        return text
    low, high = (
        words(end) if math.isfinite(end) else "beyond the window"
        for end in (difference.low, difference.high)
    )
    more = f"; {_count(difference.further)} more" if difference.further else ""
    return text if math.isnan(difference.low) else f"{text} ({low} to {high}{more})"


def short(difference: Difference, words: Callable[[float], str], unit: str = "") -> str:
    """Return ``+12 days``, with a mark where it is not yet certain."""
    if difference.is_zero:
        return "0"
    if difference.value in OUT_OF_WINDOW:
        text = OUT_OF_WINDOW[difference.value]
    elif difference.is_known:
        number = words(difference.value)
        text = number if number == "0" else number + unit
    else:
        return UNKNOWN
    return text if difference.is_settled else f"{text} {DOUBT}"


def in_days(days: float) -> str:
    """Return ``+12`` or ``-0.4``."""
    return _signed(f"{days:+.0f}" if abs(days) >= 9.95 else f"{days:+.1f}")


def _number(number: float) -> str:
    return _signed(f"{number:+.2f}")


def in_points(share: float) -> str:
    """Return a share in percentage points: ``+3.2``."""
    points = 100 * share
    return _signed(f"{points:+.0f}" if abs(points) >= 9.95 else f"{points:+.1f}")


def in_money(amount: float) -> str:
    """Return ``+1.2M``."""
    text = money_in_words(abs(amount))
    sign = "" if text == "0" else "-" if amount < 0 else "+"
    return f"{sign}{text}"


def _signed(text: str) -> str:
    """Return the number, nothing without a sign and a trailing zero."""
    text = text.removesuffix(".0")
    return "0" if float(text) == 0.0 else text


def _count(number: int) -> str:
    """Return a number of futures or rows to two figures."""
    digits = len(str(number)) - 2
    return f"{round(number, -digits) if digits > 0 else number:,}"


def _names(names: Sequence[str]) -> str:
    shown = ", ".join(names[:SHOWN_NAMES])
    more = len(names) - SHOWN_NAMES
    return f"{len(names)}: {shown}" + (f" and {more} more" if more > 0 else "")


def _is_one_sided(rows: ByMeasure) -> bool:
    return all(row.base is None or row.value is None for row in rows.values())


def _is_telling(row: Row) -> bool:
    """Whether the difference is certainly not nothing, also in figures that a reader sees."""
    difference = row.difference
    if not difference.is_settled or difference.is_zero:
        return False
    return difference.low > 0.0 or difference.high < 0.0 or math.isinf(difference.value)


def _is_nothing(row: Row) -> bool:
    """Whether the difference is exactly nothing, or was never asked."""
    return row.difference.is_zero or math.isnan(row.difference.value)


def _is_open(row: Row) -> bool:
    return not row.difference.is_settled and not math.isnan(row.difference.value)


def _size(rows: ByMeasure) -> float:
    """Return the working days by which a project moves; the largest comes first."""
    measures = ("finish_mean_days", "finish_p50_days", "finish_p80_days")
    values = [abs(rows[measure].difference.value) for measure in measures]
    return max((value for value in values if not math.isnan(value)), default=0.0)


def _finite(value: float) -> float:
    return 0.0 if math.isnan(value) else value
