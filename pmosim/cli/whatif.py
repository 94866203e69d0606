"""``pmosim whatif``: what a change does to every project that is there already."""

from __future__ import annotations

import shlex
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

import click
from click.core import ParameterSource

from pmosim.cli.leaving import folder_of, into_folder, leave
from pmosim.cli.options import as_json, talking
from pmosim.cli.steps import of_a_study, read_for_study, saved, studying
from pmosim.cli.terminal import typed
from pmosim.cli.until import check_until, read_until, settle_differences, until_options

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pmosim.cli.steps import Steps
    from pmosim.cli.terminal import Terminal
    from pmosim.outcomes import Outcomes
    from pmosim.scenario import Scenario
    from pmosim.study.comparison import Comparison
    from pmosim.study.precision import Settled, Until
    from pmosim.study.runs import Runs
    from pmosim.study.singly import Row, Singly
    from pmosim.study.verbs import Changed
    from pmosim.study.whatif import WhatIf

FUTURES = 150
"""Futures of the comparison unless asked otherwise."""
FUTURES_OF_EACH = 50
"""Futures of each run of --each unless asked otherwise."""
SMALL_FTE = 0.05
"""Of a role: less is not worth a word."""
TYPED = "pmosim.whatif.typed"
VERBS = {
    "add": ("N:TEMPLATE@DATE", "Start new projects: 3:medium@2027-03, then keys as ,rank=6."),
    "request": ("N:TEMPLATE@DATE", "The same, but they ask at the gate and may wait."),
    "cancel": ("ID@DATE", "Stop a project; what is spent stays spent."),
    "remove": ("ID", "It never happens; refused for a running one."),
    "pause": ("ID=FROM..TO", "It gives its people back for a while."),
    "delay": ("ID=TIME", "It asks or starts later: portal=6w."),
    "hire": ("N:ROLE@DATE", "More people: 2:developer@2027-04, or ..TO behind the date."),
    "absent": ("ID=TIME", "Somebody is away: ana=6w, ana=6w@2027-03, ana=2027-03..2027-04."),
    "cross_train": (
        "ID:ROLE@DATE",
        "Somebody learns a further role: ana:developer@2027-04, then keys as ,lasts=20d,share=50%.",
    ),
    "withdraw": ("ID:PROJECT@DATE", "Somebody is taken off a project: ana:crm@2027-04."),
    "rank": ("ID=K", "A project gets a rank, others make room."),
    "policy": ("NAME:VALUE", "Another start rule: wip_limit:6, open."),
    "set": ("KEY=VALUE", "Any other value: roles.developer.day_rate=750."),
}
"""Options that change something: what stands behind each, and its help."""


class _InOrder(click.Command):
    """Keeps the changes in the order in which they were typed, across options."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Note (option, text) of every change, then parse as ever."""
        given, _, order = self.make_parser(ctx).parse_args(list(args))
        left = {name: list(given.get(name) or []) for name in VERBS}
        ctx.meta[TYPED] = [
            (param.opts[0], left[param.name].pop(0)) for param in order if param.name in left
        ]
        return super().parse_args(ctx, args)


def _with_verbs(function: Callable[..., Any]) -> Callable[..., Any]:
    for name, (metavar, text) in reversed(VERBS.items()):
        function = click.option(
            f"--{name.replace('_', '-')}",
            name,
            multiple=True,
            metavar=metavar,
            help=text,
            expose_value=False,
        )(function)
    return function


@click.command("whatif", cls=_InOrder, short_help="Say what a change does to all the others.")
@click.argument("path", metavar="PATH")
@_with_verbs
@click.option(
    "--each",
    metavar="CHANGE",
    help=f'"cancel" or "delay=3mo": one run of {FUTURES_OF_EACH} futures per project, unless '
    "-n asks otherwise; a minute and a half for the worked example's 26 projects on two cores.",
)
@saved("Write the changes as scenarios/x.yaml.")
@of_a_study(FUTURES)
@until_options
@into_folder("whatif")
@as_json
@talking
@click.pass_context
def command(
    ctx: click.Context,
    path: str,
    each: str | None,
    save: Path | None,
    replications: int,
    seed: int,
    jobs: int | Literal["auto"],
    until: str | None,
    most: int | None,
    output: Path | None,
    *,
    is_json: bool,
) -> int:
    """Say what a change does to every project that is there already, on the same luck.

    Options that change something can be repeated and are applied in the order typed.

    \b
    pmosim whatif baseline --add 3:medium@2027-03
    pmosim whatif baseline --add 3:medium@2027-03,rank=6 --hire 2:developer@2027-04
    pmosim whatif baseline --delay portal=6w --absent ana=6w --save scenarios/late.yaml
    pmosim whatif baseline --rank crm=1 --until "finish_p80(crm)=2d"
    pmosim whatif baseline --each "cancel"        the stop list
    """  # fmt: skip
    terminal: Terminal = ctx.obj
    if each is not None and save is not None:
        raise click.UsageError("--save writes the changes of one question; --each asks many.")
    goal = read_until(until, replications, most)
    if each is not None and goal is not None:
        raise click.UsageError("--until grows the runs of one question; --each asks many.")
    from pmosim.study.verbs import make_changes
    from pmosim.workspace import locate

    scenario, file = read_for_study(terminal, path)
    if save is not None:
        from pmosim.scenario.overlay import check_overlay_place

        check_overlay_place(save, file)
    folder = folder_of(output, locate(path), "whatif" if each is None else "each", is_json=is_json)
    question = make_changes(scenario, ctx.meta[TYPED])
    if not terminal.quiet:
        terminal.problems(question.warnings)
    if each is not None:
        is_default = ctx.get_parameter_source("replications") is ParameterSource.DEFAULT
        n = FUTURES_OF_EACH if is_default else replications
        return _each(terminal, question.after, path, each, (n, seed, jobs), folder, is_json=is_json)
    if goal is not None:
        check_until(goal, question.before, of_differences=True)
    if save is not None:  # as it is called there, so that both give the same outcomes
        named = question.after.change(set={"name": question.words})
        question = replace(question, after=named)
    target = None if save is None else (save, file)
    size = (goal.first if goal else replications, seed, jobs)
    return _ask(terminal, question, path, target, size, goal, folder, is_json=is_json)


def _save(terminal: Terminal, question: Changed, target: Path, base: Path) -> None:
    """Write the changes as an overlay, called as the question is."""
    from pmosim.scenario.overlay import save_overlay

    entries = [(change.verb, change.value) for change in question.changes]
    save_overlay(target, base, entries, name=question.words)
    terminal.say(f"saved: {target}")


def _ask(
    terminal: Terminal,
    question: Changed,
    path: str,
    save: tuple[Path, Path] | None,
    size: tuple[int, int, int | Literal["auto"]],
    goal: Until | None,
    folder: Path | None,
    *,
    is_json: bool,
) -> int:
    from pmosim.cli import DONE, INTERRUPTED
    from pmosim.study.whatif import ask
    from pmosim.workspace import locate

    if not question.changes:
        terminal.say("no change is given; such as --add 3:medium@2027-03 (see --help).")
    known: tuple[dict[int, Outcomes], dict[int, Outcomes]] = ({}, {})
    settled = None
    name = locate(path).name
    try:
        with studying(terminal, *size) as (runs, steps):
            if goal is not None:
                settled = _grow(goal, question, runs, name, steps, known)
                runs = replace(runs, replications=settled.n)
            answer = ask(question, runs, base_name=name, on_run=steps.count_run, known=known)
    except KeyboardInterrupt:
        terminal.complain("Interrupted: the answer needs all its runs; nothing is kept.")
        return INTERRUPTED
    document = answer.to_document()
    if is_json:
        terminal.document(document)
    else:
        for line in _lines(answer, path):
            terminal.result(line)
    for warning in settled.warnings() if settled else []:
        terminal.complain(f"mind: {warning}")
    if save is not None:
        _save(terminal, question, *save)
    leave(terminal, folder, document, [locate(path)])
    following = [] if save is None else [typed("run", save[0])]
    options = f"{answer.command} --save scenarios/NAME.yaml"
    if not following and question.changes:
        following = [typed("whatif", path, options=options)]
    terminal.next(typed("bottlenecks", path), *following)
    return DONE


def _grow(
    goal: Until,
    question: Changed,
    runs: Runs,
    name: str,
    steps: Steps,
    known: tuple[dict[int, Outcomes], dict[int, Outcomes]],
) -> Settled[Comparison]:
    """Run both sides until the differences that were asked for are known."""
    from pmosim.study.comparison import compare
    from pmosim.study.whatif import NAME

    return settle_differences(
        goal,
        runs,
        [question.before, question.after],
        lambda outcomes: compare(*outcomes, names=[name, NAME]),
        steps,
        known=known,
    )


def _lines(answer: WhatIf, path: str) -> Iterator[str]:
    """Yield the answer, the most important first."""
    from pmosim.cli.differences import (
        tell_doubts,
        tell_portfolio,
        tell_projects,
        tell_roles,
    )
    from pmosim.study.whatif import NAME

    comparison = answer.comparison
    base = comparison.base
    yield answer.texts["answer"]
    if answer.payers.later:
        helps = typed("bottlenecks", path)
        yield f"What would help instead: {helps} says what one more person of each role buys."
    yield f"{base.replications:,} futures each, on the same luck (seed {base.seed})"
    yield from tell_projects(comparison, NAME)
    yield ""
    yield f"  Who pays? {answer.texts['who_pays']}"
    if answer.rank_first is not None:
        yield f"            {answer.rank_first.text}"
    yield from tell_roles(comparison, NAME)
    yield from tell_portfolio(comparison, NAME)
    if answer.starts:
        yield ""
        texts = [start.latest_text for start in answer.starts]
        texts += [start.safest_text for start in answer.starts]
        yield from (f"  {text}" for text in dict.fromkeys(texts))
    yield ""
    yield f"  {answer.naive.text}"
    yield from tell_doubts(comparison, NAME)


def _each(
    terminal: Terminal,
    scenario: Scenario,
    path: str,
    each: str,
    size: tuple[int, int, int | Literal["auto"]],
    folder: Path | None,
    *,
    is_json: bool,
) -> int:
    from pmosim.cli import DONE, INTERRUPTED
    from pmosim.study.singly import parse_each, try_each
    from pmosim.workspace import locate

    verb = parse_each(each, scenario)
    try:
        with studying(terminal, *size) as (runs, steps):
            listed = try_each(
                scenario, verb, runs, base_name=locate(path).name, on_run=steps.count_run
            )
    except KeyboardInterrupt:
        terminal.complain("Interrupted: the list needs a run of each project; nothing is kept.")
        return INTERRUPTED
    document = listed.to_document()
    if is_json:
        terminal.document(document)
    else:
        for line in _list_lines(listed):
            terminal.result(line)
    leave(terminal, folder, document, [locate(path)])
    best = next(iter(listed.run_rows), None)
    if best is not None:
        example = f"--cancel {shlex.quote(best.project)}"
        if not verb.is_stop:
            example = f"--delay {shlex.quote(f'{best.project}={verb.time}')}"
        terminal.next(typed("whatif", path, options=example))
    return DONE


def _list_lines(listed: Singly) -> Iterator[str]:
    """Yield the stop or delay list: the answer, a table, and what is not to be stopped."""
    done = "stopped" if listed.verb.is_stop else f"delayed by {listed.verb.time}"
    yield listed.text
    yield f"{listed.replications:,} futures each, on the same luck (seed {listed.seed})"
    if not listed.run_rows:
        return
    yield ""
    head = (done, "others end, days", "earlier", "later", "gives back", "mandatory late", "NPV")
    from pmosim.cli.differences import tabulated

    yield from tabulated([head, *(_cells(row, listed.currency) for row in listed.run_rows)])
    yield ""
    for row in listed.rows:
        if row.reason:
            yield f"  {row.project}: {row.reason}"
    if any(not row.project_days.is_settled for row in listed.run_rows):
        yield "  ? not yet certain: more futures (-n) would tell"


def _cells(row: Row, currency: str) -> tuple[str, ...]:
    from pmosim.cli.differences import full, in_days, in_money, in_points, short

    people = sorted(row.freed_fte.items(), key=lambda entry: -entry[1])
    held = ", ".join(f"{fte:.1f} {role}" for role, fte in people[:2] if fte >= SMALL_FTE)
    return (
        row.project,
        full(row.project_days, in_days),
        str(len(row.gains)),
        str(len(row.losses)),
        held or "-",
        short(row.p_late_mandatory, in_points, " points"),
        short(row.npv, in_money, f" {currency}".rstrip()),
    )
