"""``pmosim compare``: what changes from one scenario to others, on the same luck."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import click
from click.core import ParameterSource

from pmosim import __version__
from pmosim.cli.leaving import folder_of, into_folder, leave
from pmosim.cli.options import as_json, talking
from pmosim.cli.question import Question
from pmosim.cli.steps import of_a_study, read_for_study, studying
from pmosim.cli.terminal import typed
from pmosim.cli.until import check_until, read_until, settle_differences, until_options

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pmosim.cli.terminal import Terminal
    from pmosim.outcomes import Outcomes
    from pmosim.scenario import Scenario
    from pmosim.study.comparison import Comparison
    from pmosim.study.precision import Until
    from pmosim.workspace import Located, RunFolder

FUTURES = 400
"""Futures of each scenario unless asked otherwise: pairs need fewer than single forecasts."""


@dataclass(frozen=True, kw_only=True)
class Side:
    """One of the things that are compared: a scenario to simulate, or a run that is there."""

    text: str
    """What the user typed."""
    place: Located
    scenario: Scenario
    run: RunFolder | None = None


@click.command("compare", short_help="Say what changes between scenarios, on the same luck.")
@click.argument("paths", metavar="BASE PATH...", nargs=-1, required=True)
@of_a_study(FUTURES)
@until_options
@click.option(
    "--by-quarter",
    is_flag=True,
    help="Also: what changes in each quarter, and in each year.",
)
@click.option(
    "--fail-if",
    "fail_if",
    metavar="QUESTION",
    help="End with 1 if the answer for an alternative is yes: 'p_late(crm) > 0.3'.",
)
@into_folder("compare")
@as_json
@talking
@click.pass_context
def command(
    ctx: click.Context,
    paths: tuple[str, ...],
    replications: int,
    seed: int,
    jobs: int | Literal["auto"],
    until: str | None,
    most: int | None,
    fail_if: str | None,
    output: Path | None,
    *,
    by_quarter: bool,
    is_json: bool,
) -> int:
    """Say what changes from a base to other scenarios, future by future on the same luck.

    A PATH is a scenario file, a bare name or a run folder; of a run folder the futures that are
    there are used, and scenario files beside it are simulated with its seed and number of futures.

    \b
    pmosim compare baseline three-more
    pmosim compare baseline hire-one hire-two -n 2000
    pmosim compare baseline three-more --until "finish_p80(crm)=2d"
    pmosim compare baseline three-more --by-quarter
    pmosim compare reports/baseline reports/three-more --json
    """  # fmt: skip
    terminal: Terminal = ctx.obj
    if len(paths) < 2:
        raise click.UsageError(
            "give two or more: the base, and what is compared with it, as in "
            "'pmosim compare baseline three-more'."
        )
    question = Question.read((), None, fail_if)
    goal = read_until(until, replications, most)
    sides = [_look_at(terminal, path) for path in paths]
    for side in sides[1:]:
        question.ask_of(side.scenario)
    folder = folder_of(output, sides[0].place, "compare", is_json=is_json)
    if goal is None:
        size = _size_of_runs(ctx, sides, replications, seed)
        comparison = _compare(sides, _futures_of(terminal, sides, size, jobs))
    else:
        comparison = _grown(terminal, goal, sides, seed, jobs)
    _answer(terminal, comparison, sides, folder, by_quarter=by_quarter, is_json=is_json)
    return _judge(terminal, question, comparison)


def _look_at(terminal: Terminal, path: str) -> Side:
    from pmosim.workspace import locate, open_run

    place = locate(path)
    if place.folder is None:
        scenario, _ = read_for_study(terminal, path)
        return Side(text=path, place=place, scenario=scenario)
    from pmosim.scenario import read_scenario

    run = open_run(place.folder)
    return Side(text=path, place=place, scenario=read_scenario(place.scenario), run=run)


def _size_of_runs(
    ctx: click.Context, sides: Sequence[Side], replications: int, seed: int
) -> tuple[int, int]:
    """Return futures and seed: of the runs that are there, else of the options."""
    runs = [side.run for side in sides if side.run is not None]
    if not runs:
        return replications, seed
    manifest = runs[0].manifest
    there = {"replications": manifest["replications"], "seed": manifest["seed"]}
    for name, asked in (("replications", replications), ("seed", seed)):
        is_asked = ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE
        if is_asked and asked != there[name]:
            option = "-n" if name == "replications" else "--seed"
            raise click.UsageError(
                f"{option} {asked}: the run in {runs[0].path} has {there[name]}. Leave {option} "
                "out, or give the scenario files: they are then simulated together."
            )
    return there["replications"], there["seed"]


def _futures_of(
    terminal: Terminal, sides: Sequence[Side], size: tuple[int, int], jobs: int | Literal["auto"]
) -> list[Outcomes]:
    """Return the outcomes of every side; those of run folders are read."""
    found = {}
    for number, side in enumerate(sides):
        if side.run is not None:
            _check_version(sides, side.run)
            found[number] = side.run.outcomes()
    if len(found) > 1:  # whether they are paired is said before anything is simulated
        _compare([sides[number] for number in found], list(found.values()))
    todo = [number for number in range(len(sides)) if number not in found]
    if todo:
        with studying(terminal, *size, jobs) as (runs, steps):
            for done, number in enumerate(todo):
                steps.count_run(done, len(todo))
                found[number] = runs.run(sides[number].scenario)
    return [found[number] for number in range(len(sides))]


def _grown(
    terminal: Terminal, goal: Until, sides: Sequence[Side], seed: int, jobs: int | Literal["auto"]
) -> Comparison:
    """Return a comparison of as many futures as it takes."""
    if any(side.run is not None for side in sides):
        raise click.UsageError("--until grows the runs; give scenario files, not run folders.")
    check_until(goal, sides[0].scenario, of_differences=True)
    scenarios = [side.scenario for side in sides]
    with studying(terminal, goal.first, seed, jobs) as (runs, steps):
        settled = settle_differences(
            goal, runs, scenarios, lambda outcomes: _compare(sides, outcomes), steps
        )
    for warning in settled.warnings():
        terminal.complain(f"mind: {warning}")
    return settled.result


def _check_version(sides: Sequence[Side], run: RunFolder) -> None:
    """Refuse a run of another version: its luck may be drawn in another way."""
    other = next(
        (
            s.run.manifest["versions"]["pmosim"]
            for s in sides
            if s.run is not None and s.run.path != run.path
        ),
        __version__,
    )
    mine = run.manifest["versions"]["pmosim"]
    if mine != other:
        raise _unpaired(
            str(run.path),
            f"this run was made with pmosim {mine}, what it is compared with with {other}; their "
            "luck may differ. Run both with the same version, or give the scenario files.",
        )


def _compare(sides: Sequence[Side], outcomes: Sequence[Outcomes]) -> Comparison:
    from pmosim.errors import UnpairedError
    from pmosim.study.comparison import compare

    try:
        return compare(*outcomes, names=[side.place.name for side in sides])
    except UnpairedError as error:
        places = ", ".join(side.text for side in sides)
        raise _unpaired(places, str(error)) from None


def _unpaired(place: str, text: str) -> Exception:
    from pmosim.errors import InputError, Problem

    return InputError([Problem(place=place, code="PMO044", text=text)])


def _answer(
    terminal: Terminal,
    comparison: Comparison,
    sides: Sequence[Side],
    folder: Path | None,
    *,
    by_quarter: bool,
    is_json: bool,
) -> None:
    windows = {}
    document = comparison.to_document() if is_json or folder is not None else {}
    if by_quarter:
        from pmosim.study.windows import by_quarter as windows_of

        windows = {
            name: windows_of(comparison.base, other) for name, other in comparison.alternatives
        }
        for entry in document.get("alternatives", ()):
            entry["quarters"] = [window.to_json() for window in windows[entry["name"]]]
    if is_json:
        terminal.document(document)
    else:
        from pmosim.cli.differences import tell_differences, tell_windows

        for number, name in enumerate(comparison.names):
            if number:
                terminal.result()
            for line in tell_differences(comparison, name):
                terminal.result(line)
            for line in tell_windows(windows.get(name, ())):
                terminal.result(line)
    if folder is not None:
        leave(terminal, folder, document, [side.place for side in sides])
    last = sides[-1]
    if last.run is None:
        terminal.next(typed("run", last.text), typed("bottlenecks", last.text))
    else:
        terminal.next(typed("explain", last.text, "PROJECT"), typed("bottlenecks", last.text))


def _judge(terminal: Terminal, question: Question, comparison: Comparison) -> int:
    """Return the exit code: 1 if what was asked holds for any alternative."""
    from pmosim.cli import DONE

    if question.condition is None:
        return DONE
    from pmosim.forecast import Forecast

    codes = []
    for name, outcomes in comparison.alternatives:
        terminal.say(f"{name}:")
        document: dict[str, Any] = Forecast(outcomes).to_document()
        codes.append(question.judge(terminal, document))
    return max(codes)
