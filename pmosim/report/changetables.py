"""Change tables: what changes, as tables in words.

In: Changes. Out: Table. Not here: HTML (``study``), sentences (``whatif``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pmosim.forecast.wording import AFTER_WINDOW, NOT_KNOWN, chance_in_words, money_in_words
from pmosim.report.changes import (
    Change,
    money_saying,
    read_change,
    say_change,
    say_count,
    say_hundredths,
    say_interval,
    say_points,
    say_signed_days,
)
from pmosim.report.reading import as_mapping, clean, read_date, role_words
from pmosim.report.sentences import say_day, say_quarter
from pmosim.report.tables import DASH, Cell, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pmosim.report.changes import Changes, Move
    from pmosim.report.reading import Number

NOT_ASKED = "nothing was promised"
DOUBT = "A question mark: not yet certain. Below each change: where it lies with 95 of 100."


def cell_of_change(change: Change, words: Callable[[float], str]) -> Cell:
    """Return a change with its interval; a mark says whether it is for or against."""
    if change.value is None and not change.leaves:
        if not change.reason or change.reason.startswith(NOT_ASKED):
            return Cell(text=DASH)
        return Cell(text=NOT_KNOWN, note=change.reason)
    return Cell(text=say_change(change, words), note=say_interval(change, words))


def tabulate_everything(changes: Changes) -> Table:
    """Return every project that both have, the one that is delayed most first."""
    money = money_saying(changes.currency)
    moves = [move for move in changes.shared if not move.is_as_before]
    rows = tuple(
        (
            Cell(text=move.name, note=move.id if move.id != move.name else ""),
            *(
                cell_of_change(move.of(measure), words)
                for measure, words in (
                    ("finish_mean_days", say_signed_days),
                    ("finish_p50_days", say_signed_days),
                    ("finish_p80_days", say_signed_days),
                    ("p_late", say_points),
                    ("cost_mean", money),
                    ("npv_mean", money),
                )
            ),
        )
        for move in moves
    )
    same = [move.name for move in changes.shared if move.is_as_before]
    note = DOUBT if rows else ""
    if same:
        note = f"{note} Exactly as before: {', '.join(same)}.".strip()
    return Table(
        caption="Change of each project that is in both, in working days, futures and money",
        head=(
            "Project",
            "Finish, on average (days)",
            "Half finish by (days)",
            "80 of 100 by (days)",
            "Late (of 100)",
            "Cost",
            "Net present value",
        ),
        rows=rows,
        numeric=frozenset(range(1, 7)),
        note=note,
    )


def tabulate_portfolio(changes: Changes) -> Table:
    """Return what changes for the portfolio."""
    money, whole = money_saying(changes.currency), changes.portfolio
    lines: tuple[tuple[str, str, Callable[[float], str], Callable[[float], str]], ...] = (
        ("finish_mean_days", "All committed is done, on average (days)", _day, say_signed_days),
        ("finish_p50_days", "in 50 of 100 futures (days)", _day, say_signed_days),
        ("finish_p80_days", "in 80 of 100 futures (days)", _day, say_signed_days),
        ("finished", "Projects finished in the window", _count, say_count),
        ("cost_mean", "Cost", lambda x: money_in_words(x, changes.currency), money),
        ("npv_mean", "Net present value", lambda x: money_in_words(x, changes.currency), money),
    )
    rows = tuple(
        (
            Cell(text=label),
            _cell_of_number(whole.of(measure).base, plain),
            _cell_of_number(whole.of(measure).after, plain),
            cell_of_change(whole.of(measure), words),
        )
        for measure, label, plain, words in lines
        if measure in whole.by_measure
    )
    return Table(
        caption=f"The portfolio in {changes.base} and in {changes.name}",
        head=("Measure", "Before", "After", "Change"),
        rows=rows,
        numeric=frozenset({1, 2, 3}),
        note="Days are working days since the day of the forecast.",
    )


def tabulate_newcomers(changes: Changes, moves: Sequence[Move]) -> Table:
    """Return the projects that only one of the two has."""
    rows = tuple(_newcomer_row(move, changes) for move in moves)
    return Table(
        caption="Projects that only one of the two has",
        head=(
            "Project",
            "Where",
            "Half finish by",
            "80 of 100 by",
            "Late in",
            "Cost",
            "Net present value",
        ),
        rows=rows,
        numeric=frozenset({5, 6}),
    )


def _newcomer_row(move: Move, changes: Changes) -> tuple[Cell, ...]:
    def number(measure: str) -> Number | None:
        change = move.of(measure)
        return change.after if move.is_new else change.base

    late = number("p_late")
    chance = Cell(text=DASH)
    if late is not None and late.value is not None:
        chance = Cell(text=chance_in_words(late.value, changes.replications))
    return (
        Cell(text=move.name, note=move.id if move.id != move.name else ""),
        Cell(text=f"only in {changes.name if move.is_new else changes.base}"),
        _cell_of_finish(number("finish_p50_days")),
        _cell_of_finish(number("finish_p80_days")),
        chance,
        _cell_of_number(number("cost_mean"), lambda x: money_in_words(x, changes.currency)),
        _cell_of_number(number("npv_mean"), lambda x: money_in_words(x, changes.currency)),
    )


def tabulate_loads(changes: Changes) -> Table:
    """Return waiting and busy share of every role before and after."""
    rows = tuple(
        (
            Cell(text=role_words(role.id)),
            _cell_of_number(role.of("wait_days").base, _tenth),
            _cell_of_number(role.of("wait_days").after, _tenth),
            cell_of_change(role.of("wait_days"), say_signed_days),
            _cell_of_number(role.of("utilisation").base, _percent),
            _cell_of_number(role.of("utilisation").after, _percent),
            cell_of_change(role.of("utilisation"), say_points),
        )
        for role in changes.roles
    )
    return Table(
        caption="Waiting for each role (working days per project), and its busy share",
        head=(
            "Role",
            "Wait before",
            "Wait after",
            "Change of wait",
            "Busy before",
            "Busy after",
            "Change (points)",
        ),
        rows=rows,
        numeric=frozenset(range(1, 7)),
        note=DOUBT,
    )


def tabulate_quarters(raw: Sequence[Any], currency: str) -> Table:
    """Return what changes in each quarter and year; a year stands in one row with its quarters."""
    money = money_saying(currency)
    says: dict[str, tuple[str, Callable[[float], str]]] = {
        "tasks_finished": ("Pieces of work done", say_count),
        "finished": ("Projects done", say_count),
        "missed": ("Promises missed", say_hundredths),
        "cost": ("Cost", money),
        "benefit": ("Benefits", money),
    }
    windows = [as_mapping(each) for each in raw]
    found = [
        {str(as_mapping(row).get("measure")): as_mapping(row) for row in each.get("rows") or ()}
        for each in windows
    ]
    told = [measure for measure in says if any(measure in rows for rows in found)]
    return Table(
        caption="What changes in each quarter, then in each four quarters",
        head=("When", *(says[measure][0] for measure in told)),
        rows=tuple(
            (
                Cell(text=_say_window(clean(window.get("window")))),
                *(
                    cell_of_change(read_change(rows.get(measure, {})), says[measure][1])
                    for measure in told
                ),
            )
            for window, rows in zip(windows, found, strict=True)
        ),
        numeric=frozenset(range(1, len(told) + 1)),
        note=f"{DOUBT} Pieces of work, projects and promises of what both have; money of "
        "everything, in the money of its day.",
    )


def _say_window(label: str) -> str:
    return " to ".join(say_quarter(part) for part in label.split(" to "))


def tabulate_starts(starts: Sequence[Any], names: Mapping[str, Any]) -> Table:
    """Return the latest and the safest start of each new project."""
    rows = []
    for raw in starts:
        start = as_mapping(raw)
        id_ = clean(start.get("project"))
        name = clean(names.get(id_)) or id_
        rows.append(
            (
                Cell(text=name, note=id_ if id_ != name else ""),
                _cell_of_start(start.get("latest")),
                _cell_of_start(start.get("safest")),
            )
        )
    return Table(
        caption="Starts of the new projects",
        head=("Project", "Latest start that keeps its own promise", "Safest start for the others"),
        rows=tuple(rows),
    )


def _cell_of_start(raw: object) -> Cell:
    start = as_mapping(raw)
    day = read_date(raw if not start else start.get("date"))
    text = clean(start.get("text") or start.get("reason"))
    return Cell(text=say_day(day) if day is not None else "none found", note=text)


def _cell_of_number(number: Number | None, words: Callable[[float], str]) -> Cell:
    if number is None:
        return Cell(text=DASH)
    if number.value is None:
        return Cell(text=NOT_KNOWN if number.reason else AFTER_WINDOW, note=number.reason)
    return Cell(text=words(number.value))


def _cell_of_finish(number: Number | None) -> Cell:
    if number is not None and number.day is not None:
        return Cell(text=say_day(number.day))
    return _cell_of_number(number, lambda days: f"working day {days:,.0f}")


def _day(days: float) -> str:
    return f"{days:,.0f}"


def _tenth(days: float) -> str:
    return f"{days:.1f}"


def _count(number: float) -> str:
    return f"{number:.1f}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
