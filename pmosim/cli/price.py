"""``pmosim price``: what each mechanism of a scenario costs, and when a hire pays for itself."""

from __future__ import annotations

import shlex
import textwrap
from typing import TYPE_CHECKING, Literal

import click

from pmosim.cli.certainty import further_in_words, in_words, money_with_error
from pmosim.cli.differences import tabulated
from pmosim.cli.leaving import folder_of, into_folder, leave
from pmosim.cli.options import as_json, talking
from pmosim.cli.steps import of_a_study, read_for_study, studying
from pmosim.cli.terminal import typed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pmosim.cli.terminal import Terminal
    from pmosim.study.breakeven import BreakEven
    from pmosim.study.price import Price, Prices

WIDTH = 100
COLUMNS = (
    ("finish_mean_days", "finish d", 1.0, 1),
    ("finish_p80_days", "P80 d", 1.0, 1),
    ("project_days", "all projects d", 1.0, 0),
    ("p_late", "late of 100", 100.0, 1),
    ("cost_mean", "cost", None, 0),
    ("npv_mean", "NPV", None, 0),
)
"""Measure, heading, factor (None = money) and digits."""
RANKINGS = {
    "finish_mean_days": "the mean finish of everything committed",
    "finish_p80_days": "the P80 of the finish of everything committed",
    "project_days": "the working days that all listed projects end later, summed",
    "p_late": "mean P(late) of the promised dates",
    "cost_mean": "mean cost",
    "npv_mean": "mean NPV",
}


@click.command("price", short_help="Say what each mechanism costs, and when a hire pays.")
@click.argument("path", metavar="PATH")
@click.option(
    "--hire",
    "hires",
    multiple=True,
    metavar="N:ROLE@DATE",
    help="Also: the break-even month of a hire, such as 2:developer@2027-04.",
)
@click.option(
    "--by",
    type=click.Choice(["finish", "p80", "days", "late", "cost", "npv"]),
    help="What mechanisms are sorted by. [default: finish, else p80, else days]",
)
@click.option("--only-on", is_flag=True, help="Leave out what is off.")
@of_a_study(None, "How many futures of each run. [default: 100 to 400, for a minute or two]")
@into_folder("price")
@as_json
@talking
@click.pass_obj
def command(
    terminal: Terminal,
    path: str,
    hires: tuple[str, ...],
    by: str | None,
    replications: int | None,
    seed: int,
    jobs: int | Literal["auto"],
    output: Path | None,
    *,
    only_on: bool,
    is_json: bool,
) -> None:
    """Say what each mechanism costs: days, late promises, money. Each is switched off alone.

    \b
    pmosim price baseline                                every mechanism, the dearest first
    pmosim price baseline --hire 2:developer@2027-04     and when two developers pay for themselves
    """  # fmt: skip
    from pmosim.study.mechanisms import find_mechanisms
    from pmosim.study.price import enough_futures, find_prices, read_hires, to_run
    from pmosim.workspace import locate

    scenario, _ = read_for_study(terminal, path)
    place = locate(path)
    folder = folder_of(output, place, "price", is_json=is_json)
    read_hires(scenario, hires)
    n_runs = 1 + len(hires) + len(to_run(find_mechanisms(scenario), has_off=not only_on))
    n = enough_futures(scenario, n_runs) if replications is None else replications
    with studying(terminal, n, seed, jobs) as (study, steps):
        found = find_prices(
            scenario, study, by=by, hires=hires, has_off=not only_on, on_run=steps.count_run
        )
    document = found.to_document()
    leave(terminal, folder, document, [place])
    if is_json:
        terminal.document(document)
        return
    for line in tell(found, has_off=not only_on):
        terminal.result(line)
    terminal.next(_next(path, found))


def tell(found: Prices, *, has_off: bool = True) -> Iterator[str]:
    """Yield the dearest mechanism, the table, what is off, and the hires."""
    from pmosim.study import price

    n, name = found.replications, found.network.name or "the scenario"
    yield name
    yield from textwrap.wrap(price.in_words(found), WIDTH)
    if found.on:
        yield ""
        yield f"With it minus without it, on the same luck ({n:,} futures), sorted by"
        yield f"{RANKINGS[found.ranked_by]}:"
        yield ""
        yield from _table(found, found.on)
        yield ""
        effects = [one for price in found.on for one in (price.effects or {}).values()]
        yield f"  ±: 95 of 100; ? = not yet certain{further_in_words(effects)}"
        yield from textwrap.wrap(price.ADDS_UP, WIDTH, initial_indent="  ", subsequent_indent="  ")
        yield from _reasons(found.on)
    if has_off and found.off:
        yield from _off(found)
    for hire in found.hires:
        yield ""
        yield from tell_hire(hire)


def tell_hire(hire: BreakEven) -> Iterator[str]:
    """Yield when a hire pays for itself, and what was counted."""
    from pmosim.forecast.wording import money_in_words
    from pmosim.study import breakeven

    yield breakeven.in_words(hire)
    if not hire.months:
        return
    last = hire.months[-1]
    pay = money_in_words(hire.pay, hire.currency)
    value = money_in_words(last.value, hire.currency)
    net = money_with_error(last.net)
    yield f"  by the end of {last.label}: brought {value}, paid {pay}, net {net}"
    yield "  brought = benefits that flow, less the cost charged to projects, discounted; paid ="
    yield "  day rate from the first day on, idle or not"
    turn = hire.paid_anyway
    when = f"break-even in {turn.month}" if turn.month else breakeven.NEVER
    yield f"  with internal work taken as paid anyway: {when}"
    if hire.slides:
        yield "  benefits that slide begin sooner and end sooner: over their whole life the"
        yield f"  NPV changes by {money_with_error(hire.lifetime)}, the pay not counted"


def _table(found: Prices, prices: Sequence[Price]) -> Iterator[str]:
    """Yield a table of those that were run."""
    run = [price for price in prices if price.effects is not None]
    if not run:
        return
    columns = [
        column
        for column in COLUMNS
        if (column[0] != "project_days" or found.ranked_by == "project_days")
        and any(_is_there(price, column[0]) for price in (*found.on, *found.off))
    ]
    rows = [("", *(heading for _, heading, _, _ in columns))]
    for price in run:
        effects = price.effects or {}
        cells = [
            money_with_error(effects[measure])
            if factor is None
            else in_words(effects[measure], factor, digits)
            for measure, _, factor, digits in columns
        ]
        mark = " (assumed)" if price.mechanism.basis == "assumed" else ""
        rows.append((f"{price.mechanism.name}{mark}", *cells))
    yield from tabulated(rows)


def _is_there(price: Price, measure: str) -> bool:
    return price.effects is not None and price.effects[measure].value == (
        price.effects[measure].value
    )


def _off(found: Prices) -> Iterator[str]:
    run = [price for price in found.off if price.effects is not None]
    if run:
        yield ""
        yield "Off. What each would cost, switched on as a prior or the file has it:"
        yield ""
        yield from _table(found, run)
        yield ""
        for price in run:
            yield from textwrap.wrap(
                f"{price.mechanism.name}: {price.mechanism.text}",
                WIDTH, initial_indent="  ", subsequent_indent="      ",
            )  # fmt: skip
    rest = [price.mechanism.name for price in found.off if price.effects is None]
    if rest:
        yield ""
        yield from textwrap.wrap(f"Off: {', '.join(rest)}.", WIDTH, subsequent_indent="  ")


def _reasons(prices: Sequence[Price]) -> Iterator[str]:
    for price in prices:
        if price.effects is None:
            yield f"  {price.mechanism.name} is on, but not priced: {price.mechanism.reason}"


def _next(path: str, found: Prices) -> str:
    if found.hires:
        return typed("whatif", path, options=f"--hire {shlex.quote(found.hires[0].typed)}")
    dearest = found.dearest
    if dearest is not None and dearest.mechanism.id == "start rule":
        return typed("policies", path)
    return typed("bottlenecks", path)
