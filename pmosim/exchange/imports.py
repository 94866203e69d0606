"""Imports: exports of other tools become a history, by a mapping that is guessed or given.

In: files. Out: a ``History`` with the mapping that made it; what was left out, joined or assumed
on the way stands in its quality, before what the rules of data did.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from pmosim import provenance
from pmosim.errors import InputError, Problem
from pmosim.exchange import exports as sources
from pmosim.exchange import mapping as mappings
from pmosim.exchange import planlog
from pmosim.exchange.eventlog import read_log
from pmosim.exchange.exports import FORMS, Export, Form
from pmosim.exchange.msproject import read_plan
from pmosim.history import TABLES, Finding, History, settled, write_history
from pmosim.history.assembly import history_of, typed
from pmosim.history.folder import write_text
from pmosim.history.settings import NAME as HISTORY
from pmosim.history.settings import Settings
from pmosim.history.words import status_of
from pmosim.scenario import files as reading
from pmosim.scenario.messages import Problems, did_you_mean
from pmosim.scenario.nodes import from_python

if TYPE_CHECKING:
    from collections.abc import Mapping as MappingOf
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd

    from pmosim.exchange.mapping import Mapping, TableMapping

_TOKEN = re.compile(r"(\d+(?:[.,]\d+)?)\s*(w|d|h|m|min|s)\b")
_SPELLED = re.compile(r"(?:\d+(?:[.,]\d+)?\s*(?:w|d|h|m|min|s)\b[\s,]*)+\Z")
_CLOCK = re.compile(r"(\d+):(\d{2})(?::\d{2})?\Z")
_OF_WAITING = {"cycle", "lead", "elapsed"}
"""Words of a heading that say a duration runs from start to finish, waiting included."""
_SURE = 10
"""Rows from which dates decide what a duration counts."""


@dataclass(frozen=True, kw_only=True)
class Imported:
    """A history and how it came about."""

    history: History
    mapping: Mapping
    exports: tuple[Export, ...]
    files: tuple[Path, ...]

    def unused(self) -> dict[str, list[str]]:
        """Return the headings that nothing reads, by export; only those that hold something."""
        used: dict[str, set[str]] = {}
        for table in self.mapping.tables:
            names = used.setdefault(table.file, set())
            names.update(*table.columns.values(), table.groups, table.only, table.leave_out)
        return {
            export.name: [
                heading
                for heading in dict.fromkeys(export.headings)
                if heading and heading not in used[export.name] and export.filled(heading)
            ]
            for export in self.exports
            if export.name in used
        }


def read_exports(
    files: Sequence[Path], form: Form | None, problems: Problems, sheets: Sequence[str] = ()
) -> tuple[Form, list[Export]]:
    """Return the tables of exports and what kind they are; faults are noted."""
    found: list[Export] = []
    kind = kind_of(files, form, problems)
    for file in files if kind not in {"xes", "msproject"} else ():
        try:
            found += _tables_of(file, kind, problems, sheets)
        except reading.UnreadableError:
            continue
    return kind, found


def kind_of(files: Sequence[Path], form: Form | None, problems: Problems) -> Form:
    """Return what wrote all of some files; noted if they are of several kinds."""
    forms: list[Form] = []
    for file in files:
        try:
            kind = form or sources.form_of(file, problems)
        except reading.UnreadableError:
            continue
        forms += [] if kind is None else [kind]
    if len(set(forms)) > 1:
        listed = ", ".join(sorted(set(forms)))
        said = f"are of several kinds ({listed}); import them one after the other, or say --from."
        problems.error("PMO976", str(files[0]), "the files", said)
    return forms[0] if forms else "csv"


def _of_known_form(
    files: Sequence[Path], form: Form, problems: Problems
) -> tuple[list[Export], Mapping]:
    """Return the tables of XML files and their mapping, which their format says."""
    exports: list[Export] = []
    notes: list[str] = []
    settings: dict[str, Any] = {}
    plans = []
    for file in files:
        try:
            if form == "xes":
                found, measures, own = read_log(file, problems)
                exports += found
                settings = {"measures": measures, "units": {"duration": "d"}}
                notes += [note for note in own if note not in notes]
            else:
                plans.append(read_plan(file, problems))
        except reading.UnreadableError:
            continue
    if problems.has_errors:
        raise InputError(problems.listed())
    if plans:
        exports, notes = planlog.exports_of(plans)
        units = planlog.UNITS | {"projects.effort": "pd", "projects.planned_effort": "pd"}
        hours = plans[0].minutes_per_day / 60
        settings = {"measures": {"duration": "elapsed"}, "units": units, "hours_per_day": hours}
        known = [day for plan in plans if (day := plan.day_known()) is not None]
        if known:
            settings["as_of"] = max(known).isoformat()
            notes.append(
                f"Known on {settings['as_of']}: the day after the status date (or saving)."
            )
        if plans[0].currency:
            settings["currency"] = plans[0].currency
    settings |= {"numbers": "point", "dates": "day-month"}
    return exports, mappings.of_tables(exports, form, settings, notes)


def _tables_of(file: Path, form: Form, problems: Problems, sheets: Sequence[str]) -> list[Export]:
    if form == "xlsx":
        return sources.read_sheets(file, problems, sheets)
    export = sources.read_csv(file, problems)
    return [export, *(_work_log(export) if form == "jira" else [])]


def _work_log(export: Export) -> list[Export]:
    """Return the bookings that Jira writes into cells: ``comment;date;author;seconds``."""
    key = next((h for h in export.headings if h.lower() == "issue key"), None)
    project = next((h for h in export.headings if h.lower() == "project key"), None)
    columns = [cells for name in ("Log Work", "Log work") for cells in export.cells(name)]
    if key is None or not columns:
        return []
    keys = export.cells(key)[0]
    projects = export.cells(project)[0] if project else [""] * len(keys)
    rows, places = [], []
    for n, place in enumerate(export.places):
        for cells in columns:
            parts = cells[n].rsplit(";", 3)
            if len(parts) == 4:
                rows.append([keys[n], projects[n], parts[2], parts[1], parts[3]])
                places.append(place)
    if not rows:
        return []
    headings = ("task", "project", "person", "date", "hours (s)")
    log = replace(export, sheet="Log Work", shown=f"{export.shown}[Log Work]", headings=headings)
    return [replace(log, rows=rows, places=tuple(places))]


def import_history(
    files: Sequence[Path],
    *,
    form: str | None = None,
    table: str | None = None,
    mapping: Mapping | None = None,
    said: MappingOf[str, Any] | None = None,
    named: bool = False,
    sheets: Sequence[str] = (),
) -> Imported:
    """Return exports as a history.

    Parameters
    ----------
    files : the exports.
    form : one of ``FORMS``; None = told by name and headings.
    table : what a row of the exports is, if the headings do not say it.
    mapping : as edited by the user; None = guessed.
    said : settings that count before those of the mapping (``as_of``, ``dates``, ``units`` ...).
    named : keep the names of people; else they become ``person-1``, ``person-2``.
    sheets : the sheets of a workbook that are wanted; none = all that look like a table.

    Raises ``InputError`` with every problem, open questions included.
    """
    problems = Problems()
    said_form = _form(form or (None if mapping is None else mapping.form))
    exports, guess = _read(files, said_form, table, problems, sheets)
    is_guess = mapping is None
    chosen = guess if mapping is None else mapping
    chosen = chosen.with_settings(said or {})
    chosen = replace(chosen, people="named") if named else chosen
    if chosen.doubts:
        raise InputError(chosen.doubts)
    if is_guess:
        chosen = _decided(chosen, exports, said or {})
    history = _assembled(chosen, exports, problems)
    return Imported(history=history, mapping=chosen, exports=tuple(exports), files=tuple(files))


def guess_mapping(
    files: Sequence[Path],
    *,
    form: str | None = None,
    table: str | None = None,
    sheets: Sequence[str] = (),
) -> Mapping:
    """Return the mapping that the headings of exports suggest, open questions included."""
    return _read(files, _form(form), table, Problems(), sheets)[1]


def _read(
    files: Sequence[Path],
    form: Form | None,
    table: str | None,
    problems: Problems,
    sheets: Sequence[str] = (),
) -> tuple[list[Export], Mapping]:
    """Return the tables of exports, and what their headings or format say they are."""
    kind, exports = read_exports(files, form, problems, sheets)
    if problems.has_errors:
        raise InputError(problems.listed())
    if kind in {"xes", "msproject"}:
        return _of_known_form(files, kind, problems)
    return exports, mappings.guessed(exports, kind, table)


def _form(form: str | None) -> Form | None:
    return next((known for known in FORMS if known == form), None)


# ---- from text to values


def _settings_of(mapping: Mapping, problems: Problems) -> Settings:
    settings = Settings(None, problems)
    if mapping.settings:
        settings.take(from_python(dict(mapping.settings), "mapping"))
    return settings


def _assembled(mapping: Mapping, exports: Sequence[Export], problems: Problems) -> History:
    settings = _settings_of(mapping, problems)
    people: dict[str, str] = {}
    parts: dict[str, list[pd.DataFrame]] = {}
    findings: list[Finding] = []
    for table in mapping.tables:
        export = _export_of(table, exports, problems)
        if export is None:
            continue
        columns, places, found = _columns(table, export, mapping, settings, problems)
        findings += found
        if "person" in columns and mapping.people == "numbered":
            columns["person"] = [_numbered(name, people) for name in columns["person"]]
        _check_units(table, columns, settings, export, problems)
        frame = typed(TABLES[table.table], columns, places, settings, problems, shown=export.shown)
        if table.table == "projects" and "duration" in frame:
            frame, more = _with_finish(frame, settings)
            findings += more
        parts.setdefault(table.table, []).append(frame)
    if problems.has_errors:
        raise InputError(problems.listed())
    settings.findings += findings
    history = history_of(_joined(parts), settings, problems)
    if problems.has_errors:
        raise InputError(problems.listed())
    return history


def _joined(parts: MappingOf[str, list[pd.DataFrame]]) -> dict[str, pd.DataFrame]:
    import pandas as pd

    return {
        name: frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)
        for name, frames in parts.items()
    }


def _export_of(table: TableMapping, exports: Sequence[Export], problems: Problems) -> Export | None:
    found = [export for export in exports if export.name == table.file]
    if not found and len(exports) == 1 and not exports[0].sheet:
        found = list(exports)  # the same export of a later day, under another name
    if not found:
        names = [export.name for export in exports]
        said = f"is '{table.file}', which was not given.{did_you_mean(table.file, names)}"
        problems.error("PMO975", table.place or "mapping", "file", said)
        return None
    return found[0]


def _columns(
    table: TableMapping,
    export: Export,
    mapping: Mapping,
    settings: Settings,
    problems: Problems,
) -> tuple[dict[str, list[str]], list[str], list[Finding]]:
    """Return the cells of each column, the places of the rows, and what was done on the way."""
    findings: list[Finding] = []
    missing = [
        heading
        for heading in (
            *(h for several in table.columns.values() for h in several),
            *table.only, *table.leave_out, *table.groups,
        )
        if heading not in export.headings
    ]  # fmt: skip
    for heading in missing:
        hint = did_you_mean(heading, export.headings)
        said = f"names the heading '{heading}', which {export.name} has not.{hint}"
        problems.error("PMO975", table.place or "mapping", "the mapping", said)
    if missing:
        return {}, [], []
    kept = _kept(table, export, findings)
    columns: dict[str, list[str]] = {}
    for name, headings in {**table.columns, **{_group(g): (g,) for g in table.groups}}.items():
        cells = [_merged(export, h, table, name, findings) for h in headings]
        first = [
            next((cell for cell in together if not settled.is_blank(cell)), "")
            for together in zip(*cells, strict=True)
        ]
        columns[name] = [cell for cell, keep in zip(first, kept, strict=True) if keep]
    places = [place for place, keep in zip(export.places, kept, strict=True) if keep]
    if "status" in columns and mapping.other_status:
        _explain_rest(columns, mapping.other_status, settings, table, places, findings)
    for name in ("effort", "planned_effort", "duration", "planned_duration", "hours"):
        if name in columns:
            _spell_out(columns, name, table.table, settings)
    return columns, places, findings


def _group(heading: str) -> str:
    """Return the name of a further column: words in lower case, none of ours."""
    name = "_".join(re.findall(r"[^\W_]+", heading.lower())) or "group"
    taken = {*(n for table in TABLES.values() for n in table.listed()), "line"}
    return f"{name}_" if name in taken else name


def _kept(table: TableMapping, export: Export, findings: list[Finding]) -> list[bool]:
    kept = [True] * len(export.rows)
    for rule, is_only in ((table.only, True), (table.leave_out, False)):
        for heading, values in rule.items():
            cells = export.cells(heading)[0]
            out = [(cell in values) != is_only for cell in cells]
            rows = [
                n for n, (keep, leave) in enumerate(zip(kept, out, strict=True)) if keep and leave
            ]
            names = ", ".join(values)
            said = (
                f"{heading} is {'none of' if is_only else 'one of'} {names} (the mapping says so)"
            )
            findings += _finding(table, "left-out", "removed", rows, export, said)
            for n in rows:
                kept[n] = False
    return kept


def _merged(
    export: Export, heading: str, table: TableMapping, name: str, findings: list[Finding]
) -> list[str]:
    """Return one column of a heading that may be repeated: texts joined, else the first."""
    columns = export.cells(heading)
    if len(columns) == 1:
        return columns[0]
    is_text = TABLES[table.table].kind(name) == "text"
    result, several = [], []
    for n, cells in enumerate(zip(*columns, strict=True)):
        filled = list(dict.fromkeys(cell for cell in cells if cell))
        several += [n] if len(filled) > 1 else []
        result.append("; ".join(filled) if is_text else next(iter(filled), ""))
    how = "joined with ;" if is_text else "the first counts"
    said = f"'{heading}' stands {len(columns)} times and the row fills several: {how}"
    findings += _finding(table, "repeated-heading", "reported", several, export, said)
    return result


def _explain_rest(
    columns: dict[str, list[str]],
    meaning: str,
    settings: Settings,
    table: TableMapping,
    places: list[str],
    findings: list[Finding],
) -> None:
    unknown: dict[str, list[int]] = {}
    for n, cell in enumerate(columns["status"]):
        if not settled.is_blank(cell) and status_of(cell, settings.words) is None:
            unknown.setdefault(cell, []).append(n)
    for word, rows in unknown.items():
        settings.words[word.strip().lower()] = meaning
        findings.append(
            Finding(
                table=table.table, rule="status-word", action="reported", n=len(rows),
                of=len(places), examples=tuple(places[n] for n in rows[:5]),
                says=f"the status '{word}' counts as {meaning} (other_status in the mapping)",
            )
        )  # fmt: skip


def _spell_out(columns: dict[str, list[str]], name: str, table: str, settings: Settings) -> None:
    """Turn ``1d 4h``, ``7:30`` and the like into hours, if a whole column is written so."""
    filled = [cell for cell in columns[name] if not settled.is_blank(cell)]
    if not any(_SPELLED.match(c) or _CLOCK.match(c) for c in filled) or not all(
        _SPELLED.match(c) or _CLOCK.match(c) or c in {"0"} for c in filled
    ):
        return
    day = settings.hours_per_day
    hours = {"w": 5 * day, "d": day, "h": 1.0, "m": 1 / 60, "min": 1 / 60, "s": 1 / 3600}
    spelled = []
    for cell in columns[name]:
        clock = _CLOCK.match(cell)
        if settled.is_blank(cell):
            spelled.append("")
        elif clock:
            spelled.append(f"{int(clock[1]) + int(clock[2]) / 60:.6f}")
        else:
            total = sum(
                float(n.replace(",", ".")) * hours[unit] for n, unit in _TOKEN.findall(cell)
            )
            spelled.append(f"{total:.6f}")
    columns[name] = spelled
    settings.units[f"{table}.{name}"] = "h"


def _numbered(name: str, people: dict[str, str]) -> str:
    if settled.is_blank(name):
        return ""
    return people.setdefault(name, f"person-{len(people) + 1}")


def _check_units(
    table: TableMapping,
    columns: MappingOf[str, list[str]],
    settings: Settings,
    export: Export,
    problems: Problems,
) -> None:
    for name in ("effort", "planned_effort", "duration", "planned_duration"):
        filled = any(not settled.is_blank(cell) for cell in columns.get(name, ()))
        if filled and settings.unit(table.table, name) is None:
            heading = " / ".join(table.columns[name])
            said = f"nothing says in what unit it is. Say it: --unit {name}=h (or min, d, pd, pm, "
            said += f"cd = calendar days), or units: {{{name}: h}} in the mapping."
            where = f"{export.shown}:1:1"
            problems.error("PMO971", where, f"the column '{heading}' ({name}):", said)


def _finding(
    table: TableMapping,
    rule: str,
    action: Any,
    rows: Sequence[int],
    export: Export,
    said: str,
) -> list[Finding]:
    if not rows:
        return []
    return [
        Finding(
            table=table.table,
            rule=rule,
            action=action,
            n=len(rows),
            of=len(export.rows),
            says=said,
            examples=tuple(export.places[n] for n in rows[:5]),
        )
    ]


def _with_finish(frame: pd.DataFrame, settings: Settings) -> tuple[pd.DataFrame, list[Finding]]:
    """Return projects whose finish, where none is recorded, is their start and duration."""
    duration = frame.pop("duration")
    if "released" not in frame:
        return frame, []
    finished = frame.get("finished")
    blank = np.ones(len(frame), dtype=bool) if finished is None else finished.isna().to_numpy()
    rows = blank & frame["released"].notna().to_numpy() & duration.notna().to_numpy()
    if not rows.any():
        return frame, []
    starts = frame["released"].to_numpy().astype("datetime64[D]")
    days = np.where(rows, np.round(duration.to_numpy() * 1.4), 0).astype("timedelta64[D]")
    ends = (starts + days).astype("datetime64[s]")
    kept = np.full(len(frame), np.datetime64("NaT"), "datetime64[s]")
    if finished is not None:
        kept = finished.to_numpy().astype("datetime64[s]")
    frame["finished"] = np.where(rows, ends, kept)
    unit = settings.unit("projects", "duration")
    said = f"no finish is recorded; it is released and duration ({unit}), to within weekends"
    finding = Finding(
        table="projects",
        rule="finish-from-duration",
        action="reported",
        n=int(rows.sum()),
        of=len(frame),
        says=said,
        examples=tuple(frame["line"][rows][:5]),
    )
    return frame, [finding]


# ---- what the values themselves decide


def _decided(mapping: Mapping, exports: Sequence[Export], said: MappingOf[str, Any]) -> Mapping:
    """Return a guess with what the dates say about durations: their days, and what they count."""
    decided = mapping
    doubts: list[Problem] = []
    for table in mapping.tables:
        headings = table.columns.get("duration", ())
        is_known = mapping.form in {"xes", "msproject"}
        if not headings or is_known or table.table not in {"tasks", "projects"}:
            continue
        words = set(re.findall(r"[a-z]+", " ".join(headings).lower()))
        if table.table == "tasks" and words & _OF_WAITING:
            decided = decided.with_settings(
                {"measures": {"duration": "elapsed"} | dict(decided.settings.get("measures", {}))}
            )
        export = next((e for e in exports if e.name == table.file), None)
        days = None if export is None else _days_by_dates(table, export, mapping)
        units = dict(decided.settings.get("units", {}))
        own = said.get("units", {})
        if days is None:
            if units.get("duration") == "d" and "duration" not in own and export is not None:
                doubts.append(_which_days(headings[0], export))
            continue
        if "duration" not in own and units.get("duration") in {None, "d"}:
            decided = decided.with_settings({"units": {"duration": days}})
            counted = "calendar" if days == "cd" else "working"
            note = f"'{headings[0]}' counts {counted} days: the dates beside it say so."
            decided = replace(decided, notes=(*decided.notes, note))
        if table.table == "tasks" and "duration" not in decided.settings.get("measures", {}):
            decided = decided.with_settings({"measures": {"duration": "elapsed"}})
            note = f"'{headings[0]}' is the time from start to finish (elapsed): the dates say so."
            decided = replace(decided, notes=(*decided.notes, note))
    if doubts:
        raise InputError(doubts)
    return decided


def _which_days(heading: str, export: Export) -> Problem:
    text = f"the column '{heading}' counts days, and no dates beside it say which. Say it: "
    text += "--unit duration=d (working days) or --unit duration=cd (calendar days)."
    return Problem(place=f"{export.shown}:1:1", code="PMO971", text=text)


def _days_by_dates(table: TableMapping, export: Export, mapping: Mapping) -> str | None:
    """Return ``d`` or ``cd``, whichever the dates of the same rows show; None: not clear."""
    begin = next((n for n in ("started", "released", "requested") if n in table.columns), None)
    if begin is None or "finished" not in table.columns:
        return None
    settings = _settings_of(mapping, Problems())
    first, last = (
        settled.dates_in(export.cells(table.columns[name][0])[0], settings.dates).values
        for name in (begin, "finished")
    )
    read = settled.numbers_in(export.cells(table.columns["duration"][0])[0], settings.numbers)
    duration = read.values.astype(float)
    starts, ends = first.astype("datetime64[D]"), last.astype("datetime64[D]")
    known = ~np.isnat(starts) & ~np.isnat(ends) & (duration >= 0)
    known[known] = starts[known] <= ends[known]
    starts, ends, duration = starts[known], ends[known], duration[known]
    calendar = (ends - starts).astype(float)
    working = np.busday_count(starts, ends).astype(float)
    telling = calendar - working >= 2  # a weekend lies between
    if telling.sum() < _SURE:
        return None
    near = {
        "cd": np.abs(duration - calendar) <= 1.5,
        "d": np.abs(duration - working) <= 1.5,
    }
    shares = {unit: float((hits & telling).sum() / telling.sum()) for unit, hits in near.items()}
    best = max(shares, key=lambda unit: shares[unit])
    return best if shares[best] >= 0.8 else None


# ---- writing


def write_import(imported: Imported, folder: Path) -> list[Path]:
    """Write a history with its mapping and the digests of what it was made from.

    A folder that holds something else is refused; an earlier import is replaced, file by file,
    ``history.yaml`` last.
    """
    refuse_occupied(folder)
    source = {
        "from": imported.mapping.form,
        "mapping": mappings.NAME,
        "files": [
            {"name": file.name, "sha256": provenance.digest_of_file(file)}
            for file in imported.files
        ],
    }
    history = replace(imported.history, settings={"source": source})
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = folder.with_name(f".{folder.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        made = write_history(history, draft)
        write_mapping(imported.mapping, draft / mappings.NAME)
        folder.mkdir(exist_ok=True)
        for name in TABLES:
            if not (draft / f"{name}.csv").exists():
                (folder / f"{name}.csv").unlink(missing_ok=True)
        names = [mappings.NAME, *(file.name for file in made if file.name != HISTORY), HISTORY]
        for name in names:
            (draft / name).replace(folder / name)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return [folder / name for name in reversed(names)]


def write_mapping(mapping: Mapping, file: Path) -> None:
    """Write a mapping as a file to edit."""
    from pmosim.scenario.resolution import yaml_text

    head = "# Which column of the export is which column of the history. Edit, then:\n"
    head += f"# pmosim import FILE --mapping {file.name}\n"
    write_text(file, head + yaml_text(mapping.document(), is_compact=True))


def refuse_occupied(folder: Path) -> None:
    """Refuse a place that holds something else than an imported history (InputError)."""
    said = None
    if folder.is_file():
        said = "is a file; a history needs a folder (-o)."
    elif folder.is_dir() and any(folder.iterdir()) and not (folder / mappings.NAME).is_file():
        said = "holds something else than an imported history and is left alone. "
        said += "Give another folder: -o calibration/history"
    if said is not None:
        raise InputError([Problem(place=str(folder), code="PMO034", text=said)])
