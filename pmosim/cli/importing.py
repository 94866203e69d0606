"""``pmosim import``: exports of other tools as a history."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pmosim.cli.options import a_path, as_json, talking
from pmosim.cli.terminal import typed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pmosim.cli.terminal import Terminal
    from pmosim.exchange.imports import Imported
    from pmosim.exchange.mapping import Mapping

SCHEMA = "pmosim.import/1"
HISTORY = Path("calibration/history")
FORMS = ("csv", "jira", "azure", "msproject", "xes", "xlsx")


def _pairs(_: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """Return ``NAME=VALUE`` options as a mapping."""
    pairs = {}
    for value in values:
        name, sign, said = value.partition("=")
        if not sign or not name.strip() or not said.strip():
            example = "effort=h" if parameter.name == "units" else "duration=elapsed"
            raise click.BadParameter(f"'{value}' is not NAME=VALUE, such as {example}.")
        pairs[name.strip()] = said.strip()
    return pairs


@click.command("import", short_help="Turn exports into a history, or a plan into a scenario.")
@click.argument(
    "files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@click.option("--from", "form", type=click.Choice(FORMS), help="What wrote it. [default: as seen]")
@click.option(
    "--as",
    "result",
    type=click.Choice(["history", "scenario"]),
    default="history",
    show_default=True,
    help="scenario: simulate a plan of Microsoft Project (XML); several files are one portfolio.",
)
@click.option(
    "--mapping",
    callback=a_path("a mapping, such as calibration/history/mapping.yaml"),
    metavar="FILE",
    help="Which heading is what, as edited; without it the headings are guessed.",
)
@click.option("--guess", is_flag=True, help="Only write the guessed mapping (to --mapping).")
@click.option(
    "--table",
    type=click.Choice(["tasks", "projects", "time", "people"]),
    help="What a row is, if the headings do not say it.",
)
@click.option(
    "--sheet", "sheets", multiple=True, metavar="NAME", help="Only this sheet of a workbook."
)
@click.option("--country", metavar="CODE", help="Its holidays are no working days: DE, DE-BY.")
@click.option("--as-of", metavar="DATE", help="Day of the export: nothing later is known.")
@click.option("--unit", "units", multiple=True, callback=_pairs, metavar="COLUMN=UNIT",
              help="s min h d w mo, ph pd pm (person-time), cd (calendar days).")  # fmt: skip
@click.option("--measure", "measures", multiple=True, callback=_pairs, metavar="COLUMN=MEASURE",
              help="work, touch or elapsed, such as duration=elapsed.")  # fmt: skip
@click.option("--dates", type=click.Choice(["day-month", "month-day"]), help="Reads 03/04/2027.")
@click.option("--numbers", type=click.Choice(["point", "comma"]), help="Reads 1.500.")
@click.option("--named", is_flag=True, help="Keep the names of people; else person-1, person-2.")
@click.option(
    "-o",
    "--output",
    callback=a_path("a folder, such as calibration/history"),
    metavar="PATH",
    help="Where it goes. [default: calibration/history, or scenarios/NAME.yaml]",
)
@as_json
@talking
@click.pass_obj
def command(
    terminal: Terminal,
    files: Sequence[Path],
    form: str | None,
    result: str,
    mapping: Path | None,
    table: str | None,
    sheets: tuple[str, ...],
    country: str | None,
    as_of: str | None,
    units: dict[str, str],
    measures: dict[str, str],
    dates: str | None,
    numbers: str | None,
    output: Path | None,
    *,
    guess: bool,
    named: bool,
    is_json: bool,
) -> int | None:
    """Turn exports of other tools into a history for calibrate and backtest.

    \b
    pmosim import issues.csv                       Jira or Azure DevOps, seen by the headings
    pmosim import closed.xlsx --table projects     planned and actual dates and costs
    pmosim import issues.csv --guess --mapping m.yaml, edit m.yaml,
    pmosim import issues.csv --mapping m.yaml      and say yourself what is what
    pmosim import plan.xml --as scenario           a plan of Microsoft Project, to be run

    The mapping is printed and kept with the data; a quality report says what each rule of data
    removed or repaired. Nothing is guessed in silence: what is not clear is asked.
    """  # fmt: skip
    from pmosim.exchange import imports
    from pmosim.exchange.mapping import read_mapping

    if result == "scenario":
        return _scenario(terminal, files, form, output, named=named, is_json=is_json)
    said: dict[str, Any] = {
        "as_of": as_of, "units": units, "measures": measures, "dates": dates, "numbers": numbers,
    }  # fmt: skip
    said = {key: value for key, value in said.items() if value}
    if country:
        code, _, subdivision = country.partition("-")
        place = {"country": code, "subdivision": subdivision}
        said["calendar"] = {key: value for key, value in place.items() if value}
    if guess:
        _guess(terminal, files, form, table, sheets, mapping, said)
        return None
    folder = output or HISTORY
    imports.refuse_occupied(folder)
    chosen = None if mapping is None else read_mapping(mapping)
    imported = imports.import_history(
        files, form=form, table=table, mapping=chosen, said=said, named=named, sheets=sheets
    )
    written = imports.write_import(imported, folder)
    if is_json:
        terminal.document(_document(imported, written))
    else:
        _report(terminal, imported)
    for path in written:
        (terminal.say if is_json else terminal.result)(str(path))
    _next(terminal, folder)
    return None


def _scenario(
    terminal: Terminal,
    files: Sequence[Path],
    form: str | None,
    output: Path | None,
    *,
    named: bool,
    is_json: bool,
) -> int:
    """Write plans as a scenario; 1 if a check of it finds errors."""
    from pmosim.exchange.planned import import_plans, write_scenario

    if form not in {None, "msproject"}:
        raise click.UsageError("Only a plan of Microsoft Project (XML) becomes a scenario.")
    planned = import_plans(files, named=named)
    file = output or Path("scenarios") / f"{planned.document['projects'][0]['id']}.yaml"
    if file.suffix.lower() not in {".yaml", ".yml"}:
        file = file / f"{planned.document['projects'][0]['id']}.yaml"
    found = write_scenario(planned, file)
    dropped = planned.doubts()
    has_errors = any(problem.severity == "error" for problem in found)
    if is_json:
        terminal.document(
            {
                "schema": SCHEMA,
                "from": "msproject",
                "as": "scenario",
                "dropped": planned.dropped,
                "problems": [
                    {"place": p.place, "code": p.code, "text": p.text, "severity": p.severity}
                    for p in found
                ],
                "written": [str(file)],
            }
        )
    else:
        document = planned.document
        n_tasks = sum(len(project["tasks"]) for project in document["projects"])
        terminal.result(
            f"{document['name']}: {len(document['projects'])} project(s), {n_tasks} tasks, "
            f"{len(document['roles'])} roles, as of {document['as_of']}"
        )
        terminal.result(str(file))
    terminal.problems([*dropped, *found])
    terminal.next(typed("check", file) if has_errors else typed("run", file))
    return 1 if has_errors else 0


def _guess(
    terminal: Terminal,
    files: Sequence[Path],
    form: str | None,
    table: str | None,
    sheets: Sequence[str],
    to: Path | None,
    said: dict[str, Any],
) -> None:
    from pmosim.errors import InputError, Problem
    from pmosim.exchange import imports

    file = to or Path("mapping.yaml")
    if file.exists():
        text = "is there already and is not overwritten. Give another name: --mapping FILE"
        raise InputError([Problem(place=str(file), code="PMO034", text=text)])
    guessed = imports.guess_mapping(files, form=form, table=table, sheets=sheets)
    guessed = guessed.with_settings(said)
    imports.write_mapping(guessed, file)
    _show(terminal, guessed)
    for doubt in guessed.doubts:
        terminal.complain(f"open question: {doubt.text}")
    terminal.result(str(file))
    terminal.next(typed("import", *files, options=f"--mapping {file}"))


def _show(terminal: Terminal, mapping: Mapping) -> None:
    """Print which heading is what."""
    units = dict(mapping.settings.get("units", {}))
    for table in mapping.tables:
        terminal.result(f"{table.table}: {table.file}")
        for column, headings in table.columns.items():
            measured = column.removeprefix("planned_")
            unit = units.get(f"{table.table}.{column}") or units.get(column) or units.get(measured)
            measure = mapping.settings.get("measures", {}).get(measured)
            more = ", ".join(part for part in (unit, measure) if part)
            shown = ", else ".join(headings)
            terminal.result(f"  {column:<17} {shown}{f'  ({more})' if more else ''}")
        for heading, values in table.leave_out.items():
            terminal.result(f"  left out          {heading}: {', '.join(values)}")
    for note in mapping.notes:
        terminal.result(f"  {note}")


def _report(terminal: Terminal, imported: Imported) -> None:
    _show(terminal, imported.mapping)
    for name, headings in imported.unused().items():
        if headings:
            shown = ", ".join(headings[:12])
            more = f" and {len(headings) - 12} more" if len(headings) > 12 else ""
            terminal.result(f"not used of {name}: {shown}{more}")
    history = imported.history
    terminal.result()
    for name, counts in _counts(imported).items():
        listed = ", ".join(f"{n:,} {word}" for word, n in counts.items() if word != "rows")
        terminal.result(f"{name}: {counts['rows']:,} rows{f' ({listed})' if listed else ''}")
    terminal.result(f"known on the morning of {history.as_of}")
    terminal.result()
    for sentence in history.quality.sentences() or ["no rule of data found anything"]:
        terminal.result(sentence)
    terminal.result()


def _counts(imported: Imported) -> dict[str, dict[str, int]]:
    """Return the rows of each table, and how many are finished, open and cancelled."""
    counts = {}
    for name in ("tasks", "projects", "time", "people"):
        frame = imported.history.table(name)
        if frame is None:
            continue
        counts[name] = {"rows": len(frame)}
        if "status" in frame:
            found = frame["status"].value_counts()
            counts[name] |= {
                word: int(found[word])
                for word in ("finished", "open", "cancelled")
                if word in found
            }
    return counts


def _document(imported: Imported, written: Sequence[Path]) -> dict[str, Any]:
    history = imported.history
    return {
        "schema": SCHEMA,
        "from": imported.mapping.form,
        "as_of": history.as_of.isoformat(),
        "measures": dict(history.measures),
        "tables": _counts(imported),
        "mapping": imported.mapping.document(),
        "notes": list(imported.mapping.notes),
        "unused": imported.unused(),
        "quality": history.quality.document(),
        "written": [str(path) for path in written],
    }


def _next(terminal: Terminal, folder: Path) -> None:
    from pmosim.cli import COMMANDS

    useful = [typed(name, folder) for name in ("calibrate", "backtest") if name in COMMANDS]
    terminal.next(*(useful or [f"look at {folder}/mapping.yaml"]))
