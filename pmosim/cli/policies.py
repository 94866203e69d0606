"""``pmosim policies``: which start rule would be best, each with its setting, on the same luck."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

import click

from pmosim.cli.leaving import folder_of, into_folder, leave
from pmosim.cli.options import as_json, talking
from pmosim.cli.steps import of_a_study, read_for_study, studying
from pmosim.cli.terminal import typed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pmosim.cli.terminal import Terminal
    from pmosim.study.bakeoff import Bakeoff, By, Entry
    from pmosim.study.merits import Name

FUTURES = 400
"""Futures of a rule at most, unless asked otherwise."""
COLUMNS: dict[Name, str] = {
    "p_late": "late",
    "value": "NPV",
    "throughput": "finished",
    "lead_request": "from request",
    "lead_release": "from release",
}
GAP = 2
_MATTERS = re.compile(r"\s*(\d+\.?\d*|\.\d+)\s*(d|%|k|M)?\s*")
_UNITS = {"p_late": ("%", None), "value": ("k", "M", None), "throughput": (None,), "lead": ("d",)}
_EXAMPLES = {"p_late": "2%", "value": "20k", "throughput": "0.5", "lead": "2d"}


@click.command("policies", short_help="Say which start rule would be best.")
@click.argument("path", metavar="PATH")
@click.option(
    "--sweep",
    "sweeps",
    multiple=True,
    metavar="RULE=VALUES",
    help="Only this rule, over these values: wip_limit=2..12, load_limit=1mo..6mo.",
)
@click.option(
    "--by",
    type=click.Choice(["p_late", "value", "throughput", "lead"]),
    metavar="p_late|value|throughput|lead",
    help="What the best is chosen by. [default: the first there are data for]",
)
@click.option(
    "--matters",
    metavar="AMOUNT",
    help="The smallest difference that matters, with --by: 2%, 20k, 0.5, 2d.",
)
@of_a_study(FUTURES)
@into_folder("policies")
@as_json
@talking
@click.pass_obj
def command(
    terminal: Terminal,
    path: str,
    sweeps: tuple[str, ...],
    by: By | None,
    matters: str | None,
    replications: int,
    seed: int,
    jobs: int | Literal["auto"],
    output: Path | None,
    *,
    is_json: bool,
) -> int:
    """Try every start rule, each with its setting over a range, on the same futures.

    All rules get a first look at 50 futures; more (up to -n) are spent on those that may still be
    the best. Which one is chosen is right with a stated chance.

    \b
    pmosim policies baseline
    pmosim policies baseline --sweep wip_limit=2..12 --by lead
    pmosim policies baseline --by value --matters 50k
    """  # fmt: skip
    from pmosim.replication import BLOCK
    from pmosim.study.bakeoff import judge_rules
    from pmosim.study.contenders import read_sweeps
    from pmosim.workspace import locate

    ranges = read_sweeps(sweeps)
    delta = _read_matters(matters, by)
    scenario, _ = read_for_study(terminal, path)
    folder = folder_of(output, locate(path), "policies", is_json=is_json)
    with studying(terminal, BLOCK, seed, jobs) as (runs, steps):
        bakeoff = judge_rules(
            scenario,
            runs,
            by=by,
            matters=delta,
            most=replications,
            sweeps=ranges,
            tell=steps.count_run,
        )
    document = bakeoff.to_document()
    if is_json:
        terminal.document(document)
    else:
        for line in tell_bakeoff(bakeoff):
            terminal.result(line)
    leave(terminal, folder, document, [locate(path)])
    _name_next(terminal, bakeoff, path)
    return 0


def tell_bakeoff(bakeoff: Bakeoff) -> Iterator[str]:
    """Yield a bake-off in a few plain lines, the answer first."""
    entries, n_most = bakeoff.entries, max(entry.merits.n for entry in bakeoff.entries)
    futures = f"{bakeoff.n_common:,}" + f" to {n_most:,}" * (n_most > bakeoff.n_common)
    yield (
        f"{bakeoff.scenario.name or 'Portfolio'}: {len(entries)} start rules, {futures} futures "
        f"of each on the same luck (seed {bakeoff.seed})"
    )
    yield ""
    for name in ("verdict", "guarantee"):
        yield f"  {bakeoff.words[name]}"
    yield ""
    yield from _table(bakeoff)
    yield (
        f"  (the {bakeoff.n_common:,} futures that all have; best in, loses: "
        f"{bakeoff.by.words}; days are working days)"
    )
    yield ""
    for name in ("backlog", "frontier"):
        if bakeoff.words[name]:
            yield f"  {bakeoff.words[name]}"
    for name, reason in bakeoff.missing.items():
        yield f"  no {COLUMNS.get(name, name)}: {reason}"
    for rule, reason in bakeoff.left_out:
        yield f"  left out, {rule}: {reason}"


def _table(bakeoff: Bakeoff) -> Iterator[str]:
    columns = [name for name in COLUMNS if name in bakeoff.best.estimates]
    head = ("rule", *(COLUMNS[name] for name in columns), "best in", "loses", "")
    rows = [head, *(_row(bakeoff, entry, columns) for entry in bakeoff.entries)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [text.ljust(width + GAP) for text, width in zip(row, widths, strict=True)]
        yield f"  {''.join(cells).rstrip()}"


def _row(bakeoff: Bakeoff, entry: Entry, columns: Sequence[Name]) -> tuple[str, ...]:
    name = bakeoff.by.name
    numbers = (_number(bakeoff, entry, column) for column in columns)
    best = f"{100 * entry.p_best.value:.0f} of 100"
    loses = bakeoff.say(name, entry.regret.value)
    return (entry.id, *numbers, best, loses, _remark(entry))


def _number(bakeoff: Bakeoff, entry: Entry, name: Name) -> str:
    """Return a number with the half-width of its interval."""
    estimate = entry.estimates[name]
    if not estimate.is_known:
        return "-"
    half = (estimate.high - estimate.low) / 2
    if name == "value":
        return f"{bakeoff.say(name, estimate.value)} ±{bakeoff.say(name, half).split()[-1]}"
    scale = 100 if name == "p_late" else 1
    return f"{scale * estimate.value:.1f} ±{scale * half:.1f}"


def _remark(entry: Entry) -> str:
    if entry.equal_to:
        return f"as good as {entry.equal_to}"
    parts = [f"dominated by {entry.dominated_by}"] if entry.dominated_by else []
    parts += ["waits in the backlog"] if entry.moves_waiting else []
    parts += ["may be the best"] if entry.is_contender else []
    return ", ".join(parts)


def _name_next(terminal: Terminal, bakeoff: Bakeoff, path: str) -> None:
    best = bakeoff.best
    if best.contender.policy == "wip_limit" and best.id.count(":") == 1:
        terminal.next(typed("whatif", path, options=f"--policy {best.id}"))
    else:
        terminal.next(typed("bottlenecks", path))


def _read_matters(text: str | None, by: By | None) -> float | None:
    if text is None:
        return None
    if by is None:
        raise click.UsageError("--matters needs --by: an amount of what? --by value --matters 20k")
    match = _MATTERS.fullmatch(text)
    if match is None or match[2] not in _UNITS[by] or float(match[1]) <= 0.0:
        raise click.BadParameter(
            f"{text!r} is no difference of {by} above 0; write it like {_EXAMPLES[by]}.",
            param_hint="--matters",
        )
    return float(match[1]) * {"%": 0.01, "k": 1e3, "M": 1e6, "d": 1.0, None: 1.0}[match[2]]
