"""``pmosim run``: the forecast of a scenario, in words, and a run folder with everything."""

from __future__ import annotations

import shlex
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

import click

from pmosim import __version__
from pmosim.cli.options import a_path, as_json, futures, processes, seeded, talking
from pmosim.cli.question import Question
from pmosim.cli.steps import read_file
from pmosim.cli.terminal import Terminal, typed
from pmosim.cli.until import check_until, read_until, until_options

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from concurrent.futures import Executor
    from pathlib import Path

    from pmosim.cli.progress import Bar
    from pmosim.forecast.precision import Reading
    from pmosim.outcomes import Outcomes
    from pmosim.scenario import Scenario
    from pmosim.study.precision import Settled, Until
    from pmosim.workspace import Located, RunFolder

NOT_YET = ("--shard", "--compare-with")


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
@futures(1000, "How many futures.", least=1)
@until_options
@seeded
@processes()
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
    callback=a_path("a folder, such as reports/NAME"),
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
    until: str | None,
    most: int | None,
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
    pmosim run baseline --until "p80=2d"     as many as it takes
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
    from pmosim.replication import workers
    from pmosim.workspace import locate

    question = Question.read(only, by, fail_if)
    goal = read_until(until, replications, most)
    place = locate(path)
    described = read_file(terminal, place.scenario)
    _say_price(terminal, described)
    scenario, question = question.ask_of(described)
    if goal is not None:
        check_until(goal, scenario)
    folder = output or place.default_folder
    key = {"seed": seed, "replications": goal.first if goal else replications, **question.key}
    run = _open(terminal, scenario, place, folder, key, resume=resume)
    kept = _kept_blocks(run, scenario, goal.most if goal else replications) if resume else {}
    n_kept = sum(block.replications for block in kept.values())
    if n_kept:
        terminal.say(f"{n_kept:,} futures are there already.")
    began = provenance.seconds()
    settled = None
    try:
        with (
            Bar(terminal, run.manifest["replications"], n_kept) as bar,
            workers(None, jobs, goal.most if goal else replications) as executor,
        ):
            for block in kept.values():
                bar.remember(block)
            simulate = _simulation(run, scenario, bar, kept, executor, engine, seed, audit=audit)
            if goal is None:
                outcomes = simulate(replications)
            else:
                settled = _settle(goal, simulate, bar, question)
                outcomes = settled.result
        run = _of_so_many(run, outcomes.replications)
        seconds = provenance.seconds() - began
        document = _write(run, outcomes, question, settled, seconds=seconds)
    except KeyboardInterrupt:
        return _interrupted(terminal, run, path, output, question, goal)
    asked = path if folder == place.default_folder else str(folder)
    _answer(terminal, document, run, asked, seconds=provenance.seconds() - began, is_json=is_json)
    for warning in settled.warnings() if settled else []:
        terminal.complain(f"mind: {warning}")
    return question.judge(terminal, document)


def _simulation(
    run: RunFolder,
    scenario: Scenario,
    bar: Bar,
    kept: dict[int, Outcomes],
    executor: Executor | None,
    engine: Literal["auto", "simpy"],
    seed: int,
    *,
    audit: bool,
) -> Callable[[int], Outcomes]:
    """Return a simulation of n futures that keeps every block, on disk and for the next round."""
    from pmosim.replication import simulate

    def keep(block: Outcomes) -> None:
        run.keep_block(block)
        kept[block.first] = block
        bar.advance(block)

    def simulated(n: int) -> Outcomes:
        return simulate(
            scenario,
            replications=n,
            seed=seed,
            engine=engine,
            executor=executor,
            audit=audit,
            on_block=keep,
            done_blocks=kept,
        )

    return simulated


def _settle(
    goal: Until, simulate: Callable[[int], Outcomes], bar: Bar, question: Question
) -> Settled[Outcomes]:
    """Grow the run until everything that was asked for is known."""
    from pmosim.forecast import Forecast
    from pmosim.forecast.precision import read_precision
    from pmosim.study.precision import settle

    def attempt(n: int) -> Outcomes:
        bar.expect(n)
        return simulate(n)

    def read(outcomes: Outcomes) -> Sequence[Reading]:
        document = Forecast(outcomes).to_document(by=question.by, scope=question.scope)
        return read_precision(document, goal.targets)

    return replace(settle(goal, attempt, read), way=" --resume")


def _of_so_many(run: RunFolder, replications: int) -> RunFolder:
    """Return the run folder with the number of futures that it came to, and no others in it."""
    for file in run.blocks():
        if int(file.stem) >= replications:
            file.unlink()
    return replace(run, manifest={**run.manifest, "replications": replications})


def _say_price(terminal: Terminal, scenario: Scenario) -> None:
    """Say what a perfect world hides, where the scenario describes one."""
    for entry in scenario.assumptions:
        if entry.mechanism == "perfect world":
            terminal.say(f"mind: {entry.text}")


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


def _kept_blocks(run: RunFolder, scenario: Scenario, most: int) -> dict[int, Outcomes]:
    """Return the blocks of before that this run would compute again; others are removed."""
    from pmosim.network import compile_network
    from pmosim.outcomes import Outcomes
    from pmosim.replication import block_bounds

    network = compile_network(scenario)
    wanted = set(block_bounds(most))
    kept = {}
    for file in run.blocks():
        block = Outcomes.load(file, network)
        if (block.first, block.replications) in wanted:
            kept[block.first] = block
        else:
            file.unlink()
    return kept


def _write(
    run: RunFolder,
    outcomes: Outcomes,
    question: Question,
    settled: Settled[Outcomes] | None,
    *,
    seconds: float,
) -> dict[str, Any]:
    """Write everything that follows from the outcomes, and seal the folder."""
    from pmosim.forecast import Forecast
    from pmosim.report import write_report
    from pmosim.workspace import write_tables

    document = Forecast(outcomes).to_document(by=question.by, scope=question.scope)
    run.write_forecast(document)
    write_tables(document, run.path / "tables")
    write_report(document, run.path, provenance=run.provenance())
    about = {"seconds": round(seconds, 3), "engine": outcomes.engine}
    if settled is not None:
        about["until"] = {
            "targets": [reading.target.text for reading in settled.readings],
            "is_reached": settled.is_reached,
            "most": settled.most,
        }
    run.finish(about)
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
    terminal: Terminal,
    run: RunFolder,
    path: str,
    output: Path | None,
    question: Question,
    goal: Until | None,
) -> int:
    """Say what is kept and how to go on."""
    from pmosim.cli import INTERRUPTED
    from pmosim.replication import block_bounds

    n, seed = run.manifest["replications"], run.manifest["seed"]
    there = {int(file.stem) for file in run.blocks()}
    most = goal.most if goal else n
    n_kept = sum(count for first, count in block_bounds(most) if first in there)
    options = f"-o {shlex.quote(str(output))} " if output else ""
    options += f"-n {n} --seed {seed}{question.options}"
    of = f" of {n:,}"
    if goal is not None:
        of, texts = "", " and ".join(target.text for target in goal.targets)
        options += f" --until {shlex.quote(texts)} --most {goal.most}"
    terminal.complain(f"Interrupted: {n_kept:,}{of} futures are kept in {run.path}.")
    terminal.next(typed("run", path, options=f"{options} --resume"))
    return INTERRUPTED
