"""``pmosim bottlenecks``: what one more person of each role buys, and for whom nobody stands in."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Literal

import click
from click.core import ParameterSource

from pmosim.cli.certainty import further_in_words, in_words
from pmosim.cli.leaving import folder_of, into_folder, leave
from pmosim.cli.options import WholeNumber, as_json, talking
from pmosim.cli.steps import of_a_study, read_for_study, studying
from pmosim.cli.terminal import typed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pmosim.cli.terminal import Terminal
    from pmosim.study.bottleneck import Bottlenecks, QuarterValue, RoleValue
    from pmosim.study.persons import KeyPerson

FUTURES = 100
"""With the worked example about two minutes on two cores."""
RANKINGS = {
    "p_late": "the promised dates: mean P(late)",
    "npv_per_cost": "value: NPV per unit of the hire's salary",
    "finish_mean_days": "the finish of everything committed",
    "wait_days": "the days that a project waits for people",
}
COLUMNS = (
    ("p_late", "late of 100", 100.0, 1),
    ("finish_p80_days", "P80 finish d", 1.0, 1),
    ("project_days", "all projects d", 1.0, 0),
    ("wait_days", "waits d", 1.0, 1),
    ("npv_per_cost", "NPV/salary", 1.0, 2),
)
"""Effect, heading, factor and digits of each column."""


@click.command("bottlenecks", short_help="Say what one more person of each role buys.")
@click.argument("path", metavar="PATH")
@of_a_study(FUTURES)
@click.option(
    "--by",
    type=click.Choice(["late", "npv", "finish", "wait"]),
    help="What roles are ranked by. [default: promised dates, else value, else waiting]",
)
@click.option(
    "--cells",
    type=WholeNumber(0, 400),
    metavar="K",
    default=8,
    show_default=True,
    help="How many quarters of a role are tried with a person for that quarter alone.",
)
@click.option("--people", is_flag=True, help="Also: people for whom nobody stands in.")
@click.option(
    "--absence",
    metavar="TIME",
    default="6w",
    show_default=True,
    help="With --people: how long each of them is away, from day 0.",
)
@into_folder("bottlenecks")
@as_json
@talking
@click.pass_context
def command(
    ctx: click.Context,
    path: str,
    replications: int,
    seed: int,
    jobs: int | Literal["auto"],
    by: str | None,
    cells: int,
    absence: str,
    output: Path | None,
    *,
    people: bool,
    is_json: bool,
) -> None:
    """Say what one more person of each role buys: dates, P(late), value, waiting.

    \b
    pmosim bottlenecks baseline             each role, and the quarters that promise most
    pmosim bottlenecks baseline --people    and people for whom nobody stands in
    """  # fmt: skip
    from pmosim.study.bottleneck import find_bottlenecks
    from pmosim.study.persons import price_absences
    from pmosim.study.spans import whole_days
    from pmosim.workspace import locate

    terminal: Terminal = ctx.obj
    if not people and ctx.get_parameter_source("absence") is ParameterSource.COMMANDLINE:
        raise click.UsageError("--absence has a meaning only with --people.")
    scenario, _ = read_for_study(terminal, path)
    folder = folder_of(output, locate(path), "bottlenecks", is_json=is_json)
    if people:
        whole_days(scenario, absence, "--absence")
    persons: tuple[KeyPerson, ...] = ()
    with studying(terminal, replications, seed, jobs) as (study, steps):
        found = find_bottlenecks(scenario, study, by=by, cells=cells, on_run=steps.count_run)
        if people:
            persons = price_absences(scenario, study, absence=absence, on_run=steps.count_run)
    document = found.to_document()
    if people:
        document["persons"] = [person.to_json() for person in persons]
    leave(terminal, folder, document, [locate(path)])
    if is_json:
        terminal.document(document)
        return
    for line in tell(found):
        terminal.result(line)
    if people:
        terminal.result()
        for line in tell_persons(persons, absence):
            terminal.result(line)
    best = found.best
    hire = f"--hire {shlex.quote(f'1:{best.role}')}" if best else "--each delay=3mo"
    terminal.next(typed("whatif", path, options=hire))


def tell(found: Bottlenecks) -> Iterator[str]:
    """Yield the table of roles, what misleads, and the quarters."""
    n, name = found.replications, found.network.name or "the scenario"
    yield f"{name}: one more person of each role from day 0, on the same luck ({n:,} futures)"
    yield f"ranked by {RANKINGS[found.ranked_by]}; less is better, but for NPV"
    yield ""
    yield f"  {'role':<17} {'busy':>5} {'queue':>6}  " + "".join(
        f"{heading:>15}" for _, heading, _, _ in COLUMNS
    )
    order = found.by_value()
    for role in [*order, *(role for role in found.roles if role not in order)]:
        yield _role_line(role)
    effects = [one for role in order for one in (role.effects or {}).values()]
    yield f"  ±: 95 of 100; ? = not yet certain{further_in_words(effects)}"
    yield ""
    yield found.misleading
    if found.harmful:
        yield found.harmful
    best = found.best
    if best is not None and best.price is not None:
        money = _money(best.price.amount, found.network.currency)
        yield f"The {best.role} would cost {money} until the end ({best.price.days:.0f} days)."
    yield from _quarter_lines(found)


def tell_persons(persons: Sequence[KeyPerson], absence: str) -> Iterator[str]:
    """Yield the key persons in file order and what their absence costs."""
    if not persons:
        yield "For everybody somebody can stand in: no work asks for one person alone."
        return
    yield f"Nobody can stand in for them; what {absence} without each of them cost:"
    for person in persons:
        yield f"  {person.name}: {'; '.join(person.reasons)}"
        if person.first_day is None or person.project_days is None or person.promises is None:
            yield "      not simulated: too many"
            continue
        yield (
            f"      away {person.first_day} to {person.last_day}: project days "
            f"{in_words(person.project_days, 1.0, 0)}, promised dates missed "
            f"{in_words(person.promises, 1.0, 2)}"
        )


def _role_line(role: RoleValue) -> str:
    busy = f"{role.utilisation.value:.0%}" if role.utilisation.is_known else "-"
    queue = f"{role.waiting.value:.1f}" if role.waiting.is_known else "-"
    head = f"  {role.role:<17} {busy:>5} {queue:>6}  "
    if role.effects is None:
        return f"{head}not tried: {role.reason}"
    return head + "".join(
        f"{in_words(role.effects[measure], factor, digits):>15}"
        for measure, _, factor, digits in COLUMNS
    )


def _quarter_lines(found: Bottlenecks) -> Iterator[str]:
    cells = [
        (quarter.label, entry)
        for quarter in found.quarters
        for entry in quarter.roles
        if entry.effects is not None
    ]
    if not cells:
        return
    n_all = sum(len(quarter.roles) for quarter in found.quarters)
    yield ""
    yield f"For one quarter only (tried: the {len(cells)} most promising of {n_all} cells):"
    for label, entry in cells:
        yield _cell_line(label, entry, found.network.currency)
    best = found.best_quarter
    if best is not None:
        yield f"It helps most in {best[0].label}: a {best[1].role}."


def _cell_line(label: str, entry: QuarterValue, currency: str) -> str:
    effects, price = entry.effects or {}, entry.price
    cost = "" if price is None else f"  {_money(price.amount, currency):>10}"
    return (
        f"  {label}  {entry.role:<17} queue {entry.waiting:4.1f}  late of 100 "
        f"{in_words(effects['p_late'], 100.0, 1):>12}  waits d "
        f"{in_words(effects['wait_days'], 1.0, 1):>12}{cost}"
    )


def _money(amount: float, currency: str) -> str:
    from pmosim.forecast.wording import money_in_words

    return money_in_words(amount, currency)
