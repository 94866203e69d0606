"""``pmosim run``: the forecast of a scenario, in words, and a run folder with everything."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from pmosim import __version__
from pmosim.cli.options import LARGEST_SEED, MOST_FUTURES, WholeNumber, as_json, talking
from pmosim.cli.question import Question
from pmosim.cli.terminal import Terminal, count, typed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pmosim.errors import Problem
    from pmosim.outcomes import Outcomes
    from pmosim.scenario import Scenario
    from pmosim.workspace import Located, RunFolder

NOT_YET = ("--until", "--shard", "--compare-with")
SHOWN_WARNINGS = 5


def _jobs(_: click.Context, __: click.Parameter, value: str) -> int | Literal["auto"]:
    """Return ``auto`` or a number of processes."""
    if value == "auto":
        return "auto"
    if value.isdecimal() and int(value) > 0:
        return int(value)
    raise click.BadParameter(f"'{value}' is neither auto nor a whole number above 0.")


def _folder(_: click.Context, __: click.Parameter, value: str | None) -> Path | None:
    """Return the folder that was asked for."""
    if value is not None and not value.strip():
        raise click.BadParameter("the path is empty; give a folder, such as reports/NAME.")
    return None if value is None else Path(value)


def _refuse(_: click.Context, param: click.Parameter, value: object) -> None:
    if value is not None:
        raise click.UsageError(f"{param.opts[0]} is not available yet in pmosim {__version__}.")


def _later(function: Callable[..., Any]) -> Callable[..., Any]:
    """Refuse options of later versions by name."""
    for name in NOT_YET:
        function = click.option(name, hidden=True, expose_value=False, callback=_refuse)(function)
    return function


@click.command("run", short_help="Forecast a scenario.")
@click.argument("path", metavar="PATH")
@click.option(
    "-n",
    "--replications",
    type=WholeNumber(1, MOST_FUTURES),
    metavar="N",
    default=1000,
    show_default=True,
    envvar="PMOSIM_REPLICATIONS",
    help="How many futures.",
)
@click.option(
    "--seed",
    type=WholeNumber(0, LARGEST_SEED),
    metavar="K",
    default=1,
    show_default=True,
    envvar="PMOSIM_SEED",
    help="Same seed: same luck.",
)
@click.option(
    "--jobs",
    callback=_jobs,
    metavar="auto|N",
    default="auto",
    show_default=True,
    envvar="PMOSIM_JOBS",
    help="Processes; the results do not depend on it.",
)
@click.option(
    "--engine",
    type=click.Choice(["auto", "simpy", "compiled"]),
    metavar="auto|simpy",
    default="auto",
    show_default=True,
    envvar="PMOSIM_ENGINE",
    help="Results do not depend on it either.",
)
@click.option(
    "-o",
    "--output",
    callback=_folder,
    metavar="FOLDER",
    help="Run folder. [default: reports/NAME]",
)
@click.option("--resume", is_flag=True, help="Go on with an interrupted run; finished work counts.")
@click.option("--audit", is_flag=True, help="Check the books of every future (slower).")
@click.option(
    "--only",
    multiple=True,
    metavar="KEY=VALUES",
    help="Simulate these listed projects alone: status=running,approved.",
)
@click.option("--by", metavar="KEY", help="Sum up by a key of the groups, or status, template ...")
@click.option(
    "--fail-if",
    "fail_if",
    metavar="QUESTION",
    help="End with 1 if the answer is yes: 'p_late(crm) > 0.3'.",
)
@_later
@as_json
@talking
@click.pass_obj
def command(
    terminal: Terminal,
    path: str,
    replications: int,
    seed: int,
    jobs: int | Literal["auto"],
    engine: Literal["auto", "simpy", "compiled"],
    output: Path | None,
    only: tuple[str, ...],
    by: str | None,
    fail_if: str | None,
    *,
    resume: bool,
    audit: bool,
    is_json: bool,
) -> int:
    """Forecast a scenario: who will be late or over budget, and whom the work waits for.

    \b
    pmosim run baseline                      reports/baseline/report.html
    pmosim run scenarios/hire.yaml -n 4000   more futures: less doubt
    pmosim run baseline --resume             goes on after Ctrl-C
    pmosim run baseline --only status=running,approved --by programme
    pmosim run baseline --fail-if "p_late(mandatory) > 30% or cost_p80 > 5M"
    """  # fmt: skip
    if engine == "compiled":
        raise click.UsageError(
            f"--engine compiled is not available yet in pmosim {__version__}; auto gives the same."
        )
    from pmosim import provenance
    from pmosim.cli.progress import Bar
    from pmosim.replication import simulate
    from pmosim.workspace import locate

    question = Question.read(only, by, fail_if)
    place = locate(path)
    scenario, question = question.ask_of(_read(terminal, place.scenario))
    folder = output or place.default_folder
    key = {"seed": seed, "replications": replications, **question.key}
    run = _open(terminal, scenario, place, folder, key, resume=resume)
    kept = _kept_blocks(run, scenario) if resume else {}
    n_kept = sum(block.replications for block in kept.values())
    if n_kept:
        terminal.say(f"{n_kept:,} futures are there already.")
    began = provenance.seconds()
    try:
        with Bar(terminal, replications, n_kept) as bar:

            def keep(block: Outcomes) -> None:
                run.keep_block(block)
                bar.advance(block)

            outcomes = simulate(
                scenario,
                replications=replications,
                seed=seed,
                engine=engine,
                jobs=jobs,
                audit=audit,
                on_block=keep,
                done_blocks=kept,
            )
        document = _write(run, outcomes, question, seconds=provenance.seconds() - began)
    except KeyboardInterrupt:
        return _interrupted(terminal, run, path, output, question)
    asked = path if folder == place.default_folder else str(folder)
    _answer(terminal, document, run, asked, seconds=provenance.seconds() - began, is_json=is_json)
    return question.judge(terminal, document)


def _read(terminal: Terminal, file: Path) -> Scenario:
    """Return the scenario, its warnings said; errors end the command."""
    from pmosim.errors import ScenarioError
    from pmosim.scenario import check_scenario

    scenario, problems = check_scenario(file)
    errors = [problem for problem in problems if problem.severity == "error"]
    if scenario is None or errors:
        raise ScenarioError(problems)
    _say_warnings(terminal, problems, file)
    _say_price(terminal, scenario)
    return scenario


def _say_price(terminal: Terminal, scenario: Scenario) -> None:
    """Say what a perfect world hides, where the scenario describes one."""
    for entry in scenario.assumptions:
        if entry.mechanism == "perfect world":
            terminal.say(f"mind: {entry.text}")


def _say_warnings(terminal: Terminal, warnings: list[Problem], file: Path) -> None:
    if terminal.quiet or not warnings:
        return
    terminal.problems(warnings[:SHOWN_WARNINGS])
    if len(warnings) > SHOWN_WARNINGS:
        terminal.say(f"{count(warnings)} in all: {typed('check', file)}")


def _open(
    terminal: Terminal,
    scenario: Scenario,
    place: Located,
    folder: Path,
    key: Mapping[str, Any],
    *,
    resume: bool,
) -> RunFolder:
    """Make the run folder ready, empty or with the blocks of before."""
    from pmosim import provenance
    from pmosim.replication import BLOCK
    from pmosim.scenario import resolved_yaml
    from pmosim.scenario.inputs import input_files
    from pmosim.workspace import begin_run, resume_run

    prepare = resume_run if resume else begin_run
    return prepare(
        folder,
        scenario=resolved_yaml(scenario),
        inputs=input_files(place.scenario),
        key={
            **key,
            "block": BLOCK,
            "versions": provenance.versions(),
            "machine": provenance.machine(),
        },
        run={"argv": list(terminal.argv), "began": provenance.now().isoformat(timespec="seconds")},
    )


def _kept_blocks(run: RunFolder, scenario: Scenario) -> dict[int, Outcomes]:
    """Return the blocks of before that this run would compute again; others are removed."""
    from pmosim.network import compile_network
    from pmosim.outcomes import Outcomes
    from pmosim.replication import block_bounds

    network = compile_network(scenario)
    wanted = set(block_bounds(run.manifest["replications"]))
    kept = {}
    for file in run.blocks():
        block = Outcomes.load(file, network)
        if (block.first, block.replications) in wanted:
            kept[block.first] = block
        else:
            file.unlink()
    return kept


def _write(
    run: RunFolder, outcomes: Outcomes, question: Question, *, seconds: float
) -> dict[str, Any]:
    """Write everything that follows from the outcomes, and seal the folder."""
    from pmosim.forecast import Forecast
    from pmosim.report import write_report
    from pmosim.workspace import write_tables

    document = Forecast(outcomes).to_document(by=question.by, scope=question.scope)
    run.write_forecast(document)
    write_tables(document, run.path / "tables")
    write_report(document, run.path, provenance=run.provenance())
    run.finish({"seconds": round(seconds, 3), "engine": outcomes.engine})
    return document


def _answer(
    terminal: Terminal,
    document: dict[str, Any],
    run: RunFolder,
    asked: str,
    *,
    seconds: float,
    is_json: bool,
) -> None:
    """Print the forecast, in words or as JSON, and say where the rest lies.

    ``asked`` is what a user types to come back to this run.
    """
    from pmosim.cli.summary import summarise, worst_project

    if is_json:
        terminal.document(document)
    else:
        for line in summarise(document):
            terminal.result(line)
    n, seed = document["replications"], document["seed"]
    terminal.say(f"{n:,} futures in {seconds:.1f} s (seed {seed})  -> {run.path}")
    terminal.say(f"report: {run.path / 'report.html'}")
    worst = worst_project(document)
    if worst:
        terminal.next(typed("explain", asked, worst))


def _interrupted(
    terminal: Terminal, run: RunFolder, path: str, output: Path | None, question: Question
) -> int:
    """Say what is kept and how to go on."""
    from pmosim.cli import INTERRUPTED
    from pmosim.replication import block_bounds

    n, seed = run.manifest["replications"], run.manifest["seed"]
    there = {int(file.stem) for file in run.blocks()}
    n_kept = sum(count for first, count in block_bounds(n) if first in there)
    options = f"-o {shlex.quote(str(output))} " if output else ""
    options += f"-n {n} --seed {seed}{question.options}"
    terminal.complain(f"Interrupted: {n_kept:,} of {n:,} futures are kept in {run.path}.")
    terminal.next(typed("run", path, options=f"{options} --resume"))
    return INTERRUPTED
