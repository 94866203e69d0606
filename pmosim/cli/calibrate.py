"""``pmosim calibrate``: what a history says of plans, requests and people."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pmosim.cli.options import a_path, as_json, talking
from pmosim.cli.terminal import typed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pmosim.cli.terminal import Terminal
    from pmosim.fitted import Fitted, Parameter

OUTPUT = Path("calibration/fitted.yaml")
FACTORS = ("plan_bias", "typical_bias", "class_bias")
"""Logarithms that are told as factors."""
SHARES = ("on_plan_share", "stretched_share", "cancel_share", "absence_rate", "trend", "frequency")
QUIET = ("least_plan", "most_plan", "typical_plan")
"""Stand in the file, not on the terminal."""
WORDS = {
    "plan_bias": "actual / plan, planned at one unit",
    "typical_bias": "actual / plan, planned at {plan}",
    "size_slope": "size effect (1 = none)",
    "spread": "spread of single tasks",
    "spread_slope": "spread by size (0 = none)",
    "project_factor": "what a project has in common",
    "period_factor": "what a quarter has in common",
    "on_plan_share": "exactly on plan",
    "stretched_share": "early ends that fill the plan",
    "tail_dof": "tails (Student t, degrees)",
    "cancel_share": "stopped",
    "class_bias": "on top of the others",
    "class_spread": "spread over the common one",
    "arrival_rate": "requests a year",
    "dispersion": "variance / mean of months",
    "trend": "growth a year",
    "hazard": "leavers a person and year",
    "absence_rate": "away (leave included)",
    "spell_days": "working days of an absence",
    "hours_per_day": "hours booked a day",
    "frequency": "how often it happened",
}


@click.command("calibrate", short_help="Say what history tells of plans, requests and people.")
@click.argument("paths", metavar="HISTORY...", nargs=-1, required=True)
@click.option(
    "-o",
    "--output",
    callback=a_path("a file, such as calibration/fitted.yaml"),
    metavar="FILE",
    help="Where the values go; the diagnosis page goes beside it. [default: "
    "calibration/fitted.yaml]",
)
@click.option(
    "--scenario",
    metavar="PATH",
    help="Say which of its roles the history knows, and what it would take.",
)
@click.option(
    "--reference-class",
    "reference",
    metavar="NAME",
    help="What stands, or is blended in, where own projects are few: it, rail, ...",
)
@click.option(
    "--classes",
    callback=a_path("a table of reference classes"),
    metavar="FILE",
    help="Your own table of reference classes (class, amount, p50, p80, source).",
)
@as_json
@talking
@click.pass_obj
def command(
    terminal: Terminal,
    paths: tuple[str, ...],
    output: Path | None,
    scenario: str | None,
    reference: str | None,
    classes: Path | None,
    *,
    is_json: bool,
) -> int:
    """Fit what a history tells of plans, requests and people, each with its uncertainty.

    HISTORY is a folder with tasks.csv, projects.csv, time.csv, people.csv (any of them), or such
    files. Open work counts as longer than it is so far. Times from start to finish are never taken
    for work: they hold the waiting, which a simulation makes itself.

    \b
    pmosim calibrate calibration/history
    pmosim calibrate closed-projects.csv --reference-class it
    pmosim calibrate calibration/history --scenario baseline
    """  # fmt: skip
    from pmosim.calibration import calibration_of
    from pmosim.calibration.diagnosis import document_of
    from pmosim.calibration.outside import TABLE, find_class, read_classes
    from pmosim.history import read_history
    from pmosim.report.study import write_study_report

    uplifts = () if reference is None else find_class(read_classes(classes or TABLE), reference)
    known = None if scenario is None else _roles_of(terminal, scenario)
    history = read_history(*paths)
    calibration = calibration_of(history, _sources(paths), reference=uplifts)
    fitted = calibration.fitted
    name = Path(paths[0]).name
    document = document_of(calibration, name)
    file = output or OUTPUT
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(fitted.to_text(), encoding="utf-8", newline="\n")
    folder = file.with_suffix("")
    page = write_study_report(document, folder, {"history": ", ".join(paths)})
    if is_json:
        terminal.document(document)
    else:
        for line in tell_fitted(fitted):
            terminal.result(line)
        for note in fitted.notes:
            terminal.result(f"* {note}")
        for line in _taken(fitted, known):
            terminal.result(line)
        terminal.result(str(file))
        terminal.result(str(page))
    terminal.next(typed("backtest", *paths, options=f"--onto {file}"))
    return 0


def _sources(paths: Sequence[str]) -> list[str]:
    """Return the tables of a history with the head of their digests."""
    import hashlib

    found = []
    for path in map(Path, paths):
        files = sorted([*path.glob("*.csv"), *path.glob("*.csv.gz")]) if path.is_dir() else [path]
        for file in files:
            digest = hashlib.sha256(file.read_bytes()).hexdigest()[:12]
            found.append(f"{file.name} sha256 {digest}")
    return found


def tell_fitted(fitted: Fitted) -> Iterator[str]:
    """Yield the table of parameters, group by group."""
    yield f"What history says, as of {fitted.as_of.isoformat()}"
    group = ""
    for parameter in fitted.parameters:
        if parameter.name in QUIET or parameter.name.startswith("season_"):
            continue
        if parameter.group != group:
            group = parameter.group
            yield ""
            yield f"{group} ({_amount(parameter)})"
        yield _row(parameter, fitted)


def _amount(parameter: Parameter) -> str:
    return f"{parameter.n:,} rows" if parameter.n else "no rows"


def _row(parameter: Parameter, fitted: Fitted) -> str:
    plan = fitted.value("typical_plan", parameter.group, 1.0)
    unit = " days" if not parameter.group.endswith("cost") else ""
    words = WORDS.get(parameter.name, parameter.name).format(plan=f"{plan:,.3g}{unit}")
    value, low, high = (
        _shown(parameter, x) for x in (parameter.value, parameter.low, parameter.high)
    )
    ends = "" if parameter.low == parameter.high else f"{low} to {high}"
    return f"  {words:<38}{value:>9}  {ends:<20}{parameter.basis}"


def _shown(parameter: Parameter, value: float) -> str:
    if parameter.name in FACTORS:
        return f"x {math.exp(value):.2f}"
    if parameter.name in SHARES:
        return f"{100 * value:.0f} %"
    return f"{value:.3g}"


def _roles_of(terminal: Terminal, path: str) -> tuple[str, ...]:
    from pmosim.cli.steps import read_for_study

    found, _ = read_for_study(terminal, path)
    return tuple(role.id for role in found.organisation.roles)


def _taken(fitted: Fitted, roles: Sequence[str] | None) -> Iterator[str]:
    if roles is None:
        return
    known = {p.group.partition("role=")[2] for p in fitted.parameters if "role=" in p.group}
    own = [role for role in roles if role in known]
    yield ""
    if own:
        yield f"The scenario's roles with values of their own: {', '.join(own)}."
    others = [role for role in roles if role not in known]
    if others:
        yield f"All others take the common values: {', '.join(others)}."
    strangers = sorted(known - set(roles))
    if strangers:
        yield f"Roles of the history that the scenario does not have: {', '.join(strangers)}."
