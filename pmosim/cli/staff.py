"""``pmosim staff``: hires and contractors with which a condition is kept."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Literal

import click

from pmosim.cli.certainty import in_words
from pmosim.cli.options import as_json, talking
from pmosim.cli.steps import (
    PLAN,
    bounded,
    keeping,
    of_a_study,
    read_for_study,
    save_plan,
    saved,
    studying,
)
from pmosim.cli.terminal import typed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pmosim.cli.terminal import Terminal
    from pmosim.study.bottleneck import Price
    from pmosim.study.staffing import Post, Staffing

FUTURES = 100
EFFECTS = (
    ("project_days", "working days that all projects end later, summed", 1.0, 0),
    ("finish_p80_days", "P80 of the finish of everything committed, working days", 1.0, 1),
    ("p_late", "late promised dates, futures of 100", 100.0, 1),
    ("npv", "NPV of the portfolio, their pay not counted", 1.0, 0),
)


def _share(_: click.Context, __: click.Parameter, value: str | None) -> float | None:
    """Return a share such as ``130%`` or ``1.3``."""
    if value is None:
        return None
    text = value.strip()
    try:
        number = float(text.removesuffix("%")) / (100.0 if text.endswith("%") else 1.0)
    except ValueError:
        number = 0.0
    if not 0.0 < number < 100.0:
        raise click.BadParameter(f"'{value}' is no share of a day rate, such as 130%.")
    return number


@click.command("staff", short_help="Find hires and contractors that keep a condition.")
@click.argument("path", metavar="PATH")
@keeping
@click.option(
    "--time-to-hire",
    metavar="TIME",
    default="3mo",
    show_default=True,
    help="From day 0 to a hire's first day.",
)
@click.option(
    "--time-to-contract",
    metavar="TIME",
    default="1mo",
    show_default=True,
    help="From day 0 to a contractor's first day.",
)
@click.option(
    "--contractor-rate",
    callback=_share,
    metavar="SHARE",
    help="Of the role's day rate. [default: as in the file, else 130%]",
)
@bounded(2)
@saved(PLAN)
@of_a_study(FUTURES)
@as_json
@talking
@click.pass_obj
def command(
    terminal: Terminal,
    path: str,
    keep: str,
    time_to_hire: str,
    time_to_contract: str,
    contractor_rate: float | None,
    tries: int,
    save: Path | None,
    replications: int,
    seed: int,
    jobs: int | Literal["auto"],
    *,
    is_json: bool,
) -> int:
    """Find hires and contractors, by role and quarter, with which a condition is kept.

    \b
    pmosim staff baseline --keep "p_late(mandatory) < 0.2"
    pmosim staff baseline --keep "finish_p80 <= 2028-06-30" --time-to-hire 6mo

    The best plan found, never the best there is. Ends with 1 if the condition is not kept.
    """  # fmt: skip
    from pmosim.cli import DONE, SAYS_NO
    from pmosim.scenario.overlay import check_overlay_place
    from pmosim.study.goal import Goal
    from pmosim.study.staffing import find_staff, read_terms

    scenario, file = read_for_study(terminal, path)
    if save is not None:
        check_overlay_place(save, file)
    goal = Goal.read(keep, scenario, "--keep")
    terms = read_terms(
        scenario,
        time_to_hire=time_to_hire,
        time_to_contract=time_to_contract,
        contractor_factor=contractor_rate,
    )
    with studying(terminal, replications, seed, jobs) as (study, steps):
        found = find_staff(
            scenario, study, goal, terms=terms, most_runs=tries, on_run=steps.count_run
        )
    is_saved = save_plan(terminal, save, file, found.changes())
    if is_json:
        terminal.document(found.to_document())
    else:
        for line in tell(found):
            terminal.result(line)
    terminal.next(typed("compare", path, save) if is_saved else _next(path, found))
    return DONE if found.is_reached else SAYS_NO


def tell(found: Staffing) -> Iterator[str]:
    """Yield whether the condition is kept, by whom, what it costs and what else it does."""
    yield _verdict(found)
    for title, reached in (("now", found.before), ("then", found.after)):
        if title == "now" or found.posts:
            yield f"  {title + ':':<6}{'; '.join(reached.facts)}"
    if found.abundant is not None and not found.abundant.answer:
        yield "Even five more people of every role would not do: people are not what is missing."
        yield f"  {'; '.join(found.abundant.facts)}"
    if found.posts:
        yield ""
        yield from (
            _post_line(found, post, price)
            for post, price in zip(found.posts, found.prices, strict=True)
        )
        yield f"  {'in all':<47}{_money(found.amount, found)}"
        yield ""
        yield "What else changes, with them minus without, on the same luck:"
        for name, words, factor, digits in EFFECTS:
            yield f"  {in_words(found.effects[name], factor, digits):>16}  {words}"
    yield ""
    yield from found.terms.assumptions
    yield (
        f"{found.runs} plans tried on {found.replications:,} futures each, the last one checked on "
        f"{found.checked:,} others. The best found is not the best there is."
    )
    if found.is_cut_short:
        yield "The search was cut short: more --tries may find a cheaper plan, or one at all."


def _verdict(found: Staffing) -> str:
    if found.is_reached and not found.posts:
        return f"{found.keep}: kept already, nobody is needed."
    if found.is_reached:
        return f"{found.keep}: kept with {_people(found)}, at {_money(found.amount, found)}."
    if not found.posts:
        return f"{found.keep}: not reached, and nobody more brings it nearer."
    return f"{found.keep}: not reached. What comes nearest is {_people(found)}."


def _people(found: Staffing) -> str:
    n = len(found.posts)
    return f"{n} {'person' if n == 1 else 'people'} more"


def _post_line(found: Staffing, post: Post, price: Price) -> str:
    calendar = found.network.calendar
    first = calendar.date_of(post.first_day).isoformat()
    last = "stays"
    if post.end_day is not None:
        last = f"to {calendar.date_of(post.end_day - 1).isoformat()}"
    return (
        f"  {post.role:<17}{post.kind:<11}{first} {last:<14} "
        f"{_money(price.amount, found)} ({price.days:.0f} days)"
    )


def _money(amount: float, found: Staffing) -> str:
    from pmosim.forecast.wording import money_in_words

    return money_in_words(amount, found.network.currency)


def _next(path: str, found: Staffing) -> str:
    if not found.posts:
        return typed("bottlenecks", path)
    calendar = found.network.calendar
    post = found.posts[0]
    hire = f"1:{post.role}@{calendar.date_of(post.first_day).isoformat()}"
    return typed("whatif", path, options=f"--hire {shlex.quote(hire)}")
