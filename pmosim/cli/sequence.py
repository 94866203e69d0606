"""``pmosim sequence``: when to start what, so that a condition is kept."""

from __future__ import annotations

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
    from pmosim.study.effects import Effects
    from pmosim.study.sequence import Start, StartPlan

FUTURES = 100
EFFECTS = (
    ("npv", "NPV of the portfolio", 0),
    ("missed", "promised dates missed", 2),
    ("finished", "projects finished in the window", 1),
    ("finish_p80_days", "P80 of the finish of everything committed, working days", 1),
)


@click.command("sequence", short_help="Find start months that keep a condition.")
@click.argument("path", metavar="PATH")
@keeping
@bounded(4)
@saved(PLAN)
@of_a_study(FUTURES)
@as_json
@talking
@click.pass_obj
def command(
    terminal: Terminal,
    path: str,
    keep: str,
    tries: int,
    save: Path | None,
    replications: int,
    seed: int,
    jobs: int | Literal["auto"],
    *,
    is_json: bool,
) -> int:
    """Find a start month for each approved project and candidate, or "not this year".

    \b
    pmosim sequence baseline --keep "p_late(mandatory) < 0.2"
    pmosim sequence baseline --keep "finish_p80 <= 2028-06-30" --tries 100

    The best plan found, never the best there is. Ends with 1 if the condition is not kept.
    """  # fmt: skip
    from pmosim.cli import DONE, SAYS_NO
    from pmosim.scenario.overlay import check_overlay_place
    from pmosim.study.goal import Goal
    from pmosim.study.sequence import find_sequence

    scenario, file = read_for_study(terminal, path)
    if save is not None:
        check_overlay_place(save, file)
    goal = Goal.read(keep, scenario, "--keep")
    with studying(terminal, replications, seed, jobs) as (study, steps):
        found = find_sequence(scenario, study, goal, most_runs=tries, on_run=steps.count_run)
    is_saved = save_plan(terminal, save, file, found.changes())
    if is_json:
        terminal.document(found.to_document())
    else:
        for line in tell(found):
            terminal.result(line)
    terminal.next(typed("compare", path, save) if is_saved else typed("bottlenecks", path))
    return DONE if found.is_reached else SAYS_NO


def tell(found: StartPlan) -> Iterator[str]:
    """Yield whether the condition is kept, the months, and what the plan gains."""
    verdict = "kept" if found.is_reached else "not reached; what comes nearest"
    yield f"{found.keep}: {verdict}"
    for title, reached in (
        ("this plan", found.reached),
        ("the file as it is", found.as_in_file),
        ("everything at once", found.at_once),
    ):
        yield f"  {title + ':':<20}{'; '.join(reached.facts)}"
    if not found.is_reached and found.as_in_file.miss <= found.reached.miss:
        yield "No plan that was found comes nearer than the file as it is."
    if found.alone.answer is False:
        yield "Even with none of them started it is not kept: start months are not what is missing."
        yield f"  {'; '.join(found.alone.facts)}"
    yield ""
    for start in found.starts:
        yield _start_line(start)
    if found.untouched:
        yield f"  as in the file, after these twelve months: {', '.join(found.untouched)}"
    for title, effects in (
        ("Against the file as it is", found.against_file),
        ('Against "start everything at once"', found.against_at_once),
    ):
        yield ""
        yield f"{title}, on the same luck:"
        yield from _effect_lines(effects)
    missed = found.against_file["missed"]
    if missed.low > 0.0:
        yield (
            f"It misses {missed.value:.1f} promised dates more than the file as it is: what has to "
            "hold belongs into --keep."
        )
    yield ""
    yield (
        f"{found.runs} plans tried on {found.replications:,} futures each, the last one checked on "
        f"{found.checked:,} others. The best found is not the best there is."
    )
    if found.is_cut_short:
        yield "The search was cut short: more --tries may find a better plan."


def _start_line(start: Start) -> str:
    when = start.day or "not this year"
    note = "mandatory, on its own date" if start.is_mandatory else f"in the file {start.in_file}"
    name = f" ({start.name})" if start.name != start.project else ""
    return f"  {start.project:<17}{when:<15}{note}{name}"


def _effect_lines(effects: Effects) -> Iterator[str]:
    for name, words, digits in EFFECTS:
        yield f"  {in_words(effects[name], 1.0, digits):>22}  {words}"
