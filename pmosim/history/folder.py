"""Folder: a history on disk: its tables as CSV, and ``history.yaml``, which says what they mean.

history.yaml:  pmosim_history: 1
               as_of: 2026-12-31              # nothing later is known
               measures: {effort: work, duration: elapsed}
               units: {effort: pd, duration: d}     # as in the files; pd and d if not said
               hours_per_day: 8
               numbers: point                 # or comma; else each column decides
               dates: day-month               # or month-day, of 03/04/2027
               status: {Finito: finished}     # words of yours
               rules: {bulk_close: off}       # or how many closures of a day look like one
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pmosim.errors import InputError
from pmosim.history.assembly import history_of, typed
from pmosim.history.columns import TABLES, Table
from pmosim.history.settings import NAME, WEEKDAYS, Settings
from pmosim.scenario import files
from pmosim.scenario.messages import Problems

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Mapping
    from datetime import date

    import pandas as pd

    from pmosim.history.log import History

MOST_BYTES = 500_000_000


def read_history(
    *paths: str | os.PathLike[str],
    as_of: date | str | None = None,
    measures: Mapping[str, str] | None = None,
) -> History:
    """Return the history of a folder or of single CSV files, after the rules of data.

    Parameters
    ----------
    paths : a folder with ``tasks.csv``, ``projects.csv``, ``time.csv``, ``people.csv`` (any of
        them) and ``history.yaml``; or CSV files, told apart by name or columns. Gzip is read, too.
    as_of : the day from whose morning on nothing is known; else that of ``history.yaml``, else
        the day after the last date (said in the quality).
    measures : what ``effort`` and ``duration`` count; else as ``history.yaml`` says.

    Raises ``InputError`` with every problem found.
    """
    problems = Problems()
    tables, settings_file = _found(paths, problems)
    settings = Settings(settings_file, problems)
    settings.override(as_of, measures)
    frames: dict[str, pd.DataFrame] = {}
    for name, file in tables:
        frame = _read_table(name, file, settings, problems)
        if frame is not None:
            frames[name] = frame
    if problems.has_errors:
        raise InputError(problems.listed())
    history = history_of(frames, settings, problems)
    if problems.has_errors:
        raise InputError(problems.listed())
    return history


# ---- finding and reading files


def _found(
    paths: Iterable[str | os.PathLike[str]], problems: Problems
) -> tuple[list[tuple[str, Path]], Path | None]:
    tables: list[tuple[str, Path]] = []
    settings: Path | None = None
    for path in map(Path, paths):
        if path.is_dir():
            inside = [(n, f) for n in TABLES for f in _named(path, n)]
            if not inside:
                names = ", ".join(f"{name}.csv" for name in TABLES)
                said = f"this folder holds none of {names}; make them: pmosim import FILE"
                problems.error("PMO970", str(path), "the history", said)
            tables += inside
        elif path.is_file():
            name = path.name.split(".")[0]
            tables.append((name if name in TABLES else "", path))
        else:
            said = "is not there; give a folder with tasks.csv or projects.csv, or such a file."
            problems.error("PMO010", f"{path}", "the history", said)
            continue
        beside = (path if path.is_dir() else path.parent) / NAME
        settings = beside if beside.is_file() and settings is None else settings
    return tables, settings


def _named(folder: Path, name: str) -> list[Path]:
    return [file for end in (".csv", ".csv.gz") if (file := folder / f"{name}{end}").is_file()][:1]


def read_rows(file: Path, problems: Problems) -> tuple[list[str], list[list[str]], list[int]]:
    """Return the headings of a CSV file, its rows and the line of each; empty rows left out.

    UTF-8 or UTF-16 with a mark, else cp1252; separated by ``,``, ``;`` or tabs; gzip by its
    ending. A fault is noted, and ``UnreadableError`` raised.
    """
    text = _text_of(file, problems)
    first = next((line for line in text.splitlines() if line.strip()), "")
    if first.lower().startswith("sep=") and len(first.strip()) == 5:  # a hint for spreadsheets
        text = text[text.index(first) + len(first) :]
        delimiter = first.strip()[4]
    else:
        bare = "".join(part for n, part in enumerate(first.split('"')) if n % 2 == 0)
        delimiter = max(",;\t|", key=bare.count)
    limit = csv.field_size_limit(MOST_BYTES)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    header: list[str] = []
    rows, lines, line = [], [], 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                if not header:
                    header = [cell.strip() for cell in cells]
                else:
                    rows.append(cells)
                    lines.append(line)
            line = reader.line_num + 1
    except csv.Error as error:
        where = f"{files.shown_path(file)}:{line}:1"
        problems.error("PMO801", where, "the table", f"cannot be read: {error}.")
        raise files.UnreadableError from None
    finally:
        csv.field_size_limit(limit)
    if not header:
        said = "is empty; its first row must name the columns."
        problems.error("PMO801", f"{files.shown_path(file)}:1:1", "the table", said)
        raise files.UnreadableError
    return header, rows, lines


def _text_of(file: Path, problems: Problems) -> str:
    import gzip

    place = f"{files.shown_path(file)}:1:1"
    try:
        with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
    except (OSError, EOFError) as error:
        said = f"cannot be read: {getattr(error, 'strerror', None) or error}."
        problems.error("PMO010", place, "the file", said)
        raise files.UnreadableError from None
    if len(content) > MOST_BYTES:
        said = f"is larger than {MOST_BYTES // 10**6} MB; split it, or leave out columns."
        problems.error("PMO014", place, "the file", said)
        raise files.UnreadableError
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _read_table(
    name: str, file: Path, settings: Settings, problems: Problems
) -> pd.DataFrame | None:
    try:
        header, rows, lines = read_rows(file, problems)
    except files.UnreadableError:
        return None
    shown = files.shown_path(file)
    keys = [heading.strip().lower().replace(" ", "_") for heading in header]
    table = TABLES[name] if name else _told_by(keys)
    if table is None or not set(keys) & set(table.names) or not set(keys) & set(table.facts):
        _not_ours(table, keys, shown, problems)
        return None
    places = [f"{Path(shown).name}:{line}" for line in lines]
    columns: dict[str, list[str]] = {}
    for index, key in enumerate(keys):
        if key in columns:
            said = "stands twice; rename one of them."
            problems.error("PMO802", f"{shown}:1:{index + 1}", f"the column '{key}'", said)
        elif key and key != "line":
            columns[key] = [row[index].strip() if index < len(row) else "" for row in rows]
    return typed(table, columns, places, settings, problems, shown=shown)


def _told_by(keys: list[str]) -> Table | None:
    if "hours" in keys:
        return TABLES["time"]
    fitting = [t for t in TABLES.values() if set(keys) & set(t.names) and set(keys) & set(t.facts)]
    return max(fitting, key=lambda t: len(set(keys) & set(t.listed())), default=None)


def _not_ours(table: Table | None, keys: list[str], shown: str, problems: Problems) -> None:
    if table is None:
        said = "has none of the columns of a history"
    else:
        names, facts = " or ".join(table.names), ", ".join(table.facts)
        said = f"needs a column {names}, and one of {facts}"
    said += f"; it has {', '.join(keys[:8])}. Turn an export into a history: pmosim import {shown}"
    problems.error("PMO970", f"{shown}:1:1", "the table", said)


# ---- writing


def write_history(history: History, folder: str | os.PathLike[str]) -> list[Path]:
    """Write a history as CSV tables and ``history.yaml``; returns the files.

    Each file is written beside and moved into place. What is read back is equal but for the places
    of rows; what rules took away is told, not done again.
    """
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    written = []
    for name, table in TABLES.items():
        frame = history.table(name)
        file = place / f"{name}.csv"
        if frame is not None:
            write_text(file, _csv_text(table, frame))
            written.append(file)
    settings = place / NAME
    write_text(settings, settings_text(history))
    return [settings, *written]


def _csv_text(table: Table, frame: pd.DataFrame) -> str:
    names = [
        name
        for name in frame.columns
        if name != "line" and (name in table.names or frame[name].notna().any())
    ]
    if not set(names) & set(table.facts):
        names.append(table.facts[0])
    columns = [_cells(frame[name], table.kind(name)) for name in names]
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(zip(*columns, strict=True))
    return stream.getvalue()


def _cells(values: pd.Series, kind: str) -> list[str]:
    blank = values.isna()
    if kind == "date":
        texts = values.dt.strftime("%Y-%m-%d")
    elif kind == "number":
        texts = values.map(lambda value: f"{value:.15g}")
    else:
        texts = values.map(str)
    return ["" if empty else text for text, empty in zip(texts, blank, strict=True)]


def settings_text(history: History) -> str:
    """Return the text of ``history.yaml``."""
    from pmosim.scenario.resolution import yaml_text

    calendar = history.calendar
    document: dict[str, Any] = {
        "pmosim_history": 1,
        "as_of": history.as_of.isoformat(),
        "measures": dict(history.measures),
        "hours_per_day": history.hours_per_day,
        "currency": history.currency,
        "calendar": {
            "workweek": [WEEKDAYS[day] for day in calendar.workweek],
            "closures": [day.isoformat() for day in calendar.closures],
        },
        "numbers": "point",
        "dates": "day-month",
        "rules": {"bulk_close": "off"},
        **history.settings,
        "quality": [f for f in history.quality.document() if f["action"] != "reported"],
    }
    return yaml_text({key: value for key, value in document.items() if value not in ("", {}, [])})


def write_text(file: Path, text: str) -> None:
    """Write a text file beside its place and move it there: nobody reads half of it."""
    draft = file.with_name(f".{file.name}.draft")
    draft.write_text(text, encoding="utf-8", newline="\n")
    draft.replace(file)
