"""``pmosim schema``: what may stand in a scenario file, for editors and programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pmosim.cli.options import as_json, talking

if TYPE_CHECKING:
    from pmosim.cli.terminal import Terminal


@click.command("schema", short_help="Print the JSON Schema of scenario files.")
@as_json
@talking
@click.pass_obj
def command(terminal: Terminal, *, is_json: bool) -> None:
    """Print the JSON Schema of scenario files.

    An editor with a YAML language server uses it when the first line of a scenario is:

    # yaml-language-server: $schema=../scenario.schema.json
    """
    from pmosim.scenario import json_schema

    terminal.document(json_schema())
    terminal.next("pmosim schema > scenario.schema.json", "pmosim check PATH")
