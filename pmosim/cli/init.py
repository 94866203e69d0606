"""``pmosim init``: a workspace that runs at once."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pmosim.cli.options import talking

if TYPE_CHECKING:
    from pmosim.cli.terminal import Terminal

SCHEMA_FILE = "scenario.schema.json"


@click.command("init", short_help="Make a workspace that runs at once.")
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(path_type=Path))
@click.option(
    "--from",
    "kind",
    type=click.Choice(["phases", "tasks", "xlsx"]),
    default="phases",
    show_default=True,
    help="phases: shares of people over months; tasks: single tasks with their people; "
    "xlsx: a workbook to fill in.",
)
@talking
@click.pass_obj
def command(terminal: Terminal, folder: Path, kind: str) -> None:
    """Make a workspace with scenarios/, calibration/ and reports/ that runs at once.

    Nothing that exists is overwritten.
    """
    from pmosim.workspace.starter import KINDS, WORKBOOK, copy_starter

    chosen = next(known for known in KINDS if known == kind)
    if folder.is_file():
        raise click.UsageError(f"'{folder}' is a file. Give a folder, which may be new.")
    written = copy_starter(folder, chosen)
    schema = folder / SCHEMA_FILE
    if not schema.exists():
        schema.write_text(schema_text(), encoding="utf-8")
        written.append(schema)
    for path in written:
        terminal.result(str(path))
    enter = "" if folder == Path() else f"cd {shlex.quote(str(folder))} && "
    name = WORKBOOK if kind == "xlsx" else "baseline"
    terminal.next(f"{enter}pmosim check {name}", f"{enter}pmosim run {name}")


def schema_text() -> str:
    """Return the JSON Schema of scenario files as a file holds it."""
    import json

    from pmosim.scenario import json_schema

    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"
