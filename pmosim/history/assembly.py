"""Assembly: columns of text become tables of values, and tables a history."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from pmosim.history import settled
from pmosim.history.columns import MEASURED, TABLES, Table
from pmosim.history.log import History
from pmosim.history.quality import Finding, Quality
from pmosim.history.rules import EARLIEST, FACTS, LATEST, cleaned
from pmosim.history.settings import NAME
from pmosim.history.words import status_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from pmosim.history.settings import Settings
    from pmosim.scenario.messages import Problems

LONELY_DAYS = 366
"""Days that a last date lies after all others if it is taken for a slip."""


def history_of(
    frames: Mapping[str, pd.DataFrame], settings: Settings, problems: Problems
) -> History:
    """Return the history that typed tables are; faults are noted in ``problems``."""
    findings = list(settings.findings)
    tables = {name: complete(TABLES[name], frames[name]) for name in TABLES if name in frames}
    _check_measures(tables, settings, problems)
    as_of = settings.as_of
    if as_of is None:
        as_of, finding = _day_after(tables, problems)
        findings += [finding] if finding else []
    calendar = settings.calendar(as_of, _first_day(tables, as_of))
    done, quality = cleaned(tables, as_of=as_of, calendar=calendar, bulk_close=settings.bulk_close)
    measures = _measured(done, settings.measures)
    earlier = Quality(findings=tuple(findings)) if findings else Quality()
    return History(
        **done,
        as_of=as_of,
        measures=measures,
        hours_per_day=settings.hours_per_day,
        calendar=calendar,
        currency=settings.currency,
        quality=earlier.joined(quality),
        settings=settings.kept,
    )


def complete(table: Table, frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table with every column it can have, blank where it had none, ours first."""
    import pandas as pd

    rows = len(frame)
    columns: dict[str, Any] = {}
    for column in table.columns:
        if column.name in frame:
            columns[column.name] = frame[column.name].to_numpy()
        elif column.kind == "number":
            columns[column.name] = np.full(rows, np.nan)
        elif column.kind == "date":
            columns[column.name] = np.full(rows, np.datetime64("NaT"), dtype="datetime64[s]")
        else:
            columns[column.name] = np.full(rows, np.nan, dtype=object)
    for name in map(str, frame.columns):
        if name not in columns:
            columns[name] = frame[name].to_numpy()
    done = pd.DataFrame(index=range(rows))
    for name, values in columns.items():
        kind = table.kind(name)
        done[name] = (
            values.astype("datetime64[D]").astype("datetime64[s]")
            if kind == "date"
            else pd.Series(values, dtype=float if kind == "number" else object)
        )
    return done


def typed(
    table: Table,
    columns: Mapping[str, list[str]],
    places: list[str],
    settings: Settings,
    problems: Problems,
    *,
    shown: str,
) -> pd.DataFrame:
    """Return columns of text as a table of values: dates, numbers in our units, status words.

    Every cell that cannot be read is noted in ``problems``, one message for a column.
    """
    import pandas as pd

    order = _order(table, columns, settings, problems, shown=shown)
    mark = _mark(table, columns, settings, problems, shown=shown)
    frame: dict[str, Any] = {}
    for name, cells in columns.items():
        kind = table.kind(name)
        if (kind == "date" and order is None) or (kind == "number" and mark is None):
            continue
        if kind == "date" and order is not None:
            read = settled.dates_in(cells, order)
            _note_unread(name, cells, read, places, problems, shown=shown, what="a date")
            frame[name] = read.values
        elif kind == "number" and mark is not None:
            read = settled.numbers_in(cells, mark)
            _note_unread(name, cells, read, places, problems, shown=shown, what="a number")
            frame[name] = read.values.astype(float) * settings.factor(table.name, name)
        elif kind == "status":
            frame[name] = _statuses(cells, places, settings, problems, shown=shown)
        else:
            texts = np.array(cells, dtype=object)
            texts[[settled.is_blank(cell) for cell in cells]] = np.nan
            frame[name] = texts
    frame["line"] = np.array(places, dtype=object)
    return pd.DataFrame(frame)


def _order(
    table: Table,
    columns: Mapping[str, list[str]],
    settings: Settings,
    problems: Problems,
    *,
    shown: str,
) -> settled.Order | None:
    """Return the order of day and month that all dates of a file show: one viewer wrote them.

    None where they can be read in two ways; that is noted.
    """
    if settings.dates != "auto":
        return settings.dates
    own = {name: cells for name, cells in columns.items() if table.kind(name) == "date"}
    read = settled.dates_in(sorted({cell for cells in own.values() for cell in cells}))
    if read.ambiguous:
        said = f"{read.ambiguous}. Say it: dates: day-month or month-day (in {NAME}, the mapping, "
        said += "or --dates)."
        problems.error("PMO803", f"{shown}:1:1", f"the dates ({', '.join(own)})", said)
        return None
    return "month-day" if read.form == "month-day" else "day-month"


def _mark(
    table: Table,
    columns: Mapping[str, list[str]],
    settings: Settings,
    problems: Problems,
    *,
    shown: str,
) -> settled.Mark | None:
    """Return the decimal mark that all numbers of a file show; None where it is not clear."""
    if settings.numbers != "auto":
        return settings.numbers
    own = {name: cells for name, cells in columns.items() if table.kind(name) == "number"}
    read = settled.numbers_in(sorted({cell for cells in own.values() for cell in cells}))
    if read.ambiguous:
        said = f"{read.ambiguous}. Say it: numbers: point or comma (in {NAME}, the mapping, or "
        said += "--numbers)."
        problems.error("PMO803", f"{shown}:1:1", f"the numbers ({', '.join(own)})", said)
        return None
    return "comma" if read.form == "comma" else "point"


def _note_unread(
    name: str,
    cells: list[str],
    read: settled.Read,
    places: list[str],
    problems: Problems,
    *,
    shown: str,
    what: str,
) -> None:
    if read.bad:
        listed = ", ".join(f"{cells[row]!r} ({places[row]})" for row in read.bad[:4])
        more = f" and {len(read.bad) - 4:,} more" if len(read.bad) > 4 else ""
        said = f"holds what is not {what}: {listed}{more}. Correct or empty the cells."
        problems.error("PMO973", f"{shown}:1:1", f"the column '{name}'", said)


def _statuses(
    cells: list[str],
    places: list[str],
    settings: Settings,
    problems: Problems,
    *,
    shown: str,
) -> Any:
    meaning: dict[str, Any] = {}
    unknown: dict[str, str] = {}
    for cell, place in zip(cells, places, strict=True):
        if cell not in meaning:
            found = None if settled.is_blank(cell) else status_of(cell, settings.words)
            meaning[cell] = np.nan if found is None else found
            if found is None and not settled.is_blank(cell):
                unknown[cell] = place
    if unknown:
        listed = ", ".join(f"'{word}' ({place})" for word, place in list(unknown.items())[:8])
        said = f"holds words that nobody explained: {listed}. Say what they mean: "
        said += f"status: {{{next(iter(unknown))}: open}} (finished, open or cancelled)."
        problems.error("PMO972", f"{shown}:1:1", "the column 'status'", said)
    return np.array([meaning[cell] for cell in cells], dtype=object)


def _check_measures(
    tables: Mapping[str, pd.DataFrame], settings: Settings, problems: Problems
) -> None:
    """Note every duration that is not declared; person-days are work unless said otherwise."""
    tasks = tables.get("tasks")
    if tasks is None:
        return
    recorded = tasks[["duration", "planned_duration"]].notna().any()
    if "duration" not in settings.measures and recorded.any():
        name = "duration" if recorded["duration"] else "planned_duration"
        said = "is not declared: nothing says whether it holds waiting. Write into "
        said += f"{NAME}: measures: {{duration: elapsed}} (from start to finish, waiting "
        said += "included), touch (somebody was at it) or work (the hours people booked)."
        problems.error("PMO971", _file_of(tasks), f"the column '{name}'", said)


def _file_of(frame: pd.DataFrame) -> str:
    return str(frame["line"].iloc[0]).rsplit(":", 1)[0] + ":1:1" if len(frame) else "tasks.csv:1:1"


def _measured(tables: Mapping[str, pd.DataFrame], said: Mapping[str, str]) -> dict[str, str]:
    """Return what each amount that the tables hold counts."""
    silent = {"effort": "work", "duration": "elapsed"}
    measures = {}
    for name in MEASURED:
        columns = [
            frame[column].notna().any()
            for frame in tables.values()
            for column in (name, f"planned_{name}")
            if column in frame
        ]
        if any(columns):
            measures[name] = said.get(name, silent[name])
    return measures


def _first_day(tables: Mapping[str, pd.DataFrame], as_of: date) -> date:
    """Return the first day of all facts, not before the year 1990."""
    import pandas as pd

    firsts = [dates.min() for _, dates in _facts(tables)]
    first = pd.Timestamp(min(firsts)).date() if firsts else as_of
    return max(first, date(1990, 1, 1))


def _facts(tables: Mapping[str, pd.DataFrame]) -> list[tuple[str, pd.Series]]:
    """Return the dates of facts, those that can be true, by table."""
    found = []
    for table, frame in tables.items():
        for name in FACTS:
            if name in TABLES[table].listed("date"):
                dates = frame[name].dropna()
                dates = dates[(dates >= EARLIEST) & (dates <= LATEST)]
                found += [(table, dates)] if len(dates) else []
    return found


def _day_after(
    tables: Mapping[str, pd.DataFrame], problems: Problems
) -> tuple[date, Finding | None]:
    """Return the day after the last fact, and the finding that says so.

    A last date that stands alone, more than a year after all others, is rather a slip: asked.
    """
    import pandas as pd

    facts = _facts(tables)
    if not facts:
        return date(1970, 1, 2), None
    table, _ = max(facts, key=lambda fact: fact[1].max())
    days = pd.concat([own for _, own in facts]).sort_values().unique()
    last = pd.Timestamp(days[-1])
    if len(days) > 1 and last - pd.Timestamp(days[-2]) > pd.Timedelta(days=LONELY_DAYS):
        before = pd.Timestamp(days[-2]).date()
        said = f"cannot be told: the last date is {last.date()}, the one before it {before}. Say "
        said += "the day of the export: --as-of (or as_of in history.yaml or the mapping); later "
        said += "dates become blank."
        problems.error("PMO979", _file_of(tables[table]), "as_of", said)
    day = last.date() + timedelta(days=1)
    said = f"as_of is not said, so it is {day}, the day after the last date; say it in {NAME}, "
    said += "because how long open work has been open depends on it"
    n = len(tables[table])
    finding = Finding(table=table, rule="as-of-assumed", action="reported", n=n, of=n, says=said)
    return day, finding
