"""``pmosim backtest``: how good such forecasts would have been, from the log of what came true."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import click

from pmosim.cli.leaving import into_folder, leave_beside
from pmosim.cli.options import a_path, as_json, talking
from pmosim.cli.steps import Steps, of_a_study, read_for_study
from pmosim.cli.terminal import typed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from pmosim.backtesting import Score
    from pmosim.cli.terminal import Terminal

FUTURES = 200
"""Futures of the office at each cut, unless asked otherwise."""
NAMES = {"finish": "finish", "effort": "effort", "cost": "cost"}
GAP = 2


@click.command("backtest", short_help="Say how good such forecasts would have been.")
@click.argument("paths", metavar="HISTORY...", nargs=-1, required=True)
@click.option(
    "--cut",
    "cuts",
    multiple=True,
    metavar="DATE",
    help="Forecast as of this morning; several are possible. [default: the last eight quarters]",
)
@click.option(
    "--scenario",
    "path",
    metavar="PATH",
    help="Take start rule, who goes first, calendar and roles from it.",
)
@click.option(
    "--onto",
    callback=a_path("a file, such as calibration/fitted.yaml"),
    metavar="FITTED",
    help="Write the result in one line into this calibration, for page 1 of reports made with it.",
)
@of_a_study(FUTURES)
@into_folder("backtest")
@as_json
@talking
@click.pass_obj
def command(
    terminal: Terminal,
    paths: tuple[str, ...],
    cuts: tuple[str, ...],
    path: str | None,
    onto: Path | None,
    replications: int,
    seed: int,
    jobs: int | Literal["auto"],
    output: Path | None,
    *,
    is_json: bool,
) -> int:
    """Make forecasts again on earlier days and judge them by what came true.

    At each cut the log is frozen as it was known that morning, fitted anew, and the office is
    simulated with its queue, work in progress and random new requests. HISTORY is a folder with
    tasks.csv, projects.csv, time.csv, people.csv (any of them), or such files.

    \b
    pmosim backtest calibration/history
    pmosim backtest calibration/history --cut 2026-01-01 --cut 2026-07-01
    pmosim backtest calibration/history --onto calibration/fitted.yaml
    """  # fmt: skip
    from pmosim.backtesting import backtest
    from pmosim.history import read_history

    days = [_date(text) for text in cuts]
    record = None if onto is None else _readable(onto)
    scenario = None if path is None else read_for_study(terminal, path)[0]
    folder = _folder_of(output, paths, is_json=is_json)
    history = read_history(*paths)
    with Steps(terminal, 1) as steps:
        score = backtest(
            history,
            days or None,
            scenario=scenario,
            name=_name_of(paths),
            replications=replications,
            seed=seed,
            jobs=jobs,
            tell=steps.count_run,
        )
    document = score.to_document()
    if is_json:
        terminal.document(document)
    else:
        for line in tell_score(score):
            terminal.result(line)
    if folder is not None:
        leave_beside(terminal, folder, document, _inputs(paths, path))
    if onto is not None and record is not None:
        _write_record(terminal, onto, record, score)
    terminal.next(
        typed("calibrate", *paths, options="-o calibration/fitted.yaml")
        if onto is None
        else typed("run", path or "SCENARIO")
    )
    return 0


def tell_score(score: Score) -> Iterator[str]:
    """Yield a backtest in a few plain lines, the answer first."""
    n = len(score.cuts)
    days = f"{n} {'day' if n == 1 else 'days'}, {score.cuts[0]}"
    days += f" to {score.cuts[-1]}" if n > 1 else ""
    yield f"{score.name}: forecasts made again as of {days}; data until {score.as_of}"
    yield ""
    for name in ("line", "held", "against", "outlook"):
        if score.words.get(name):
            yield f"  {score.words[name]}"
    for measure in score.measures:
        yield ""
        yield from _table(score, measure)
    aggregates = score.to_document()["aggregates"]
    if aggregates:
        yield ""
        yield from _aggregates(aggregates)
    yield ""
    yield f"  ({score.words['basis']}; still open: judged to the end of the data)"
    for text in dict.fromkeys(score.assumed):
        yield f"  assumed, {text}"


def _table(score: Score, measure: Any) -> Iterator[str]:
    from pmosim.backtesting.baselines import WORDS
    from pmosim.backtesting.verdict import OURS, UNITS

    head = (NAMES[measure], f"error ({UNITS[measure]})", "relative", "closer by", "95 of 100")
    rows = [head]
    for name in (OURS, *score.baselines(measure)):
        mine = score.of(measure, name)
        cells = [
            "the forecast" if name == OURS else WORDS[name],
            f"{mine['crps'].mean():,.1f}",
            f"{100 * mine['log_crps'].mean():.1f} %",
        ]
        if name == OURS:
            cells += ["", ""]
        else:
            one = score.skill(measure, name)
            cells += [_percent(one.value), _span(one.low, one.high)]
        rows.append(tuple(cells))  # type: ignore[arg-type]
    yield from _aligned(rows)
    hits = [score.hits(measure, level) for level in (0.5, 0.8, 0.9)]
    said = [
        f"P{100 * hit.level:.0f} held {hit.hits} of {hit.n} ({hit.fewest} to {hit.most} if right)"
        for hit in hits
        if hit.n
    ]
    if said:
        yield f"  {'; '.join(said)}"


def _aggregates(aggregates: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    rows = [("per quarter", "in the band", "if right", "bias")]
    rows += [
        (
            "finished" if one["kind"] == "finished" else f"work of {one['role']} (person-days)",
            f"{one['held']} of {one['n']}",
            f"{one['fewest']} to {one['most']}",
            f"{one['bias']:+.1f}",
        )
        for one in aggregates
    ]
    yield from _aligned(rows)


def _aligned(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [text.ljust(width + GAP) for text, width in zip(row, widths, strict=True)]
        yield f"  {''.join(cells).rstrip()}"


def _percent(value: float) -> str:
    return f"{100 * value:+.0f} %" if value == value else "-"


def _span(low: float, high: float) -> str:
    if low != low or high != high:
        return "too few quarters"
    return f"{100 * low:.0f} to {100 * high:.0f} %"


def _date(text: str) -> date:
    from datetime import date

    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise click.BadParameter(
            f"{text!r} is no date; write it like 2026-07-01.", param_hint="--cut"
        ) from None


def _name_of(paths: Sequence[str]) -> str:
    from pathlib import Path

    first = Path(paths[0])
    return (first if first.is_dir() else first.parent).resolve().name or first.stem


def _folder_of(output: Path | None, paths: Sequence[str], *, is_json: bool) -> Path | None:
    """Return where the study goes, None = nowhere; RunFolderError if the place is taken."""
    from pathlib import Path

    if output is None and is_json:
        return None
    from pmosim.workspace import refuse_occupied
    from pmosim.workspace.lookup import REPORTS

    folder = output or Path(REPORTS) / f"{_name_of(paths)}-backtest"
    refuse_occupied(folder)
    return folder


def _inputs(paths: Sequence[str], scenario: str | None) -> dict[str, Path]:
    """Return every file that was read, by its name."""
    from pathlib import Path

    from pmosim.scenario.inputs import input_files
    from pmosim.workspace import locate

    found: dict[str, Path] = {}
    for text in paths:
        place = Path(text)
        files = sorted(place.glob("*")) if place.is_dir() else [place]
        for file in files:
            if file.is_file() and file.name.endswith((".csv", ".csv.gz", ".yaml")):
                found[f"{file.parent.name}/{file.name}"] = file
    if scenario is not None:
        found |= input_files(locate(scenario).scenario)
    return found


def _readable(file: Path) -> str:
    """Return the text of a calibration, or say that it is none (InputError)."""
    from pmosim.errors import InputError, Problem

    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        text = ""
    if "pmosim_fitted:" not in text:
        rule = "this is no calibration. Make one first: pmosim calibrate HISTORY -o FILE"
        raise InputError([Problem(place=str(file), code="PMO993", text=rule)])
    return text


def _write_record(terminal: Terminal, file: Path, text: str, score: Score) -> None:
    """Put the line of page 1 into a calibration, in place of an older one."""
    import json

    from pmosim.workspace.run_folder import replace

    said = " ".join(filter(None, (score.line, score.words.get("outlook", ""))))
    if not said:
        terminal.say(f"{file} was left as it is: nothing could be judged yet.")
        return
    entry = f"track_record: {json.dumps(said, ensure_ascii=False)}"
    lines = [line for line in text.splitlines() if not line.startswith("track_record:")]
    place = next(n for n, line in enumerate(lines) if line.startswith("pmosim_fitted:")) + 1
    place += place < len(lines) and lines[place].startswith("as_of:")
    replace(file, "\n".join([*lines[:place], entry, *lines[place:]]).encode() + b"\n")
    terminal.say(f"page 1 of reports made with {file} will say: {said}")
