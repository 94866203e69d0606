"""``pmosim convert``: a scenario as a workbook, and a workbook as a scenario file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pmosim.cli.options import talking
from pmosim.cli.terminal import typed

if TYPE_CHECKING:
    from pmosim.cli.terminal import Terminal


@click.command("convert", short_help="Turn a scenario into a workbook, and back.")
@click.argument("source", metavar="A")
@click.argument("target", metavar="B", type=click.Path(path_type=Path))
@talking
@click.pass_obj
def command(terminal: Terminal, source: str, target: Path) -> None:
    """Turn a scenario into another form that says the same.

    \b
    pmosim convert baseline plan.xlsx              a workbook to go on with
    pmosim convert plan.xlsx scenarios/plan.yaml   a scenario file
    pmosim convert acme plan.xlsx                  the scenario of a workspace
    pmosim convert plan.xlsx acme/                 acme/scenarios/plan.yaml

    Changes of an overlay are applied, tables come along. What was written is read back and
    compared; nothing that exists is overwritten.
    """  # fmt: skip
    from pmosim.exchange import convert
    from pmosim.workspace import locate

    path = Path(source)
    file = path if path.is_dir() else locate(source).scenario
    written, _ = convert(file, target)
    terminal.result(str(written))
    terminal.next(typed("check", written), typed("run", written))
