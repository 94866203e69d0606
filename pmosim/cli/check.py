"""``pmosim check``: every problem of scenario files, with its place and a way out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from pmosim.cli.options import as_json, talking
from pmosim.cli.terminal import typed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pmosim.cli.terminal import Terminal
    from pmosim.errors import Problem
    from pmosim.workspace import Located


@click.command("check", short_help="Find every problem of scenario files.")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@as_json
@talking
@click.pass_obj
def command(terminal: Terminal, paths: tuple[str, ...], *, is_json: bool) -> int:
    """Find every problem of scenario files, in one pass.

    Ends with 1 if there is an error; warnings alone are no reason to stop.
    """
    from pmosim.scenario import check_scenario

    places = _located(paths)
    found: list[Problem] = []
    good: list[str] = []
    for place in places:
        scenario, problems = check_scenario(place.scenario)
        found += [problem for problem in problems if problem not in found]
        if scenario is not None and not any(p.severity == "error" for p in problems):
            good.append(f"{place.scenario}: {scenario.name}")
    n_errors = sum(problem.severity == "error" for problem in found)
    if is_json:
        terminal.document(document(found, [str(place.scenario) for place in places]))
    else:
        terminal.problems(found, err=False)
        for line in good:
            terminal.result(f"{line}: {'can be run' if found else 'no problems'}")
    if n_errors:
        terminal.say("Nothing can be run until every error is mended.")
        terminal.next(typed("check", *paths))
        return 1
    terminal.next(typed("run", paths[0]))
    return 0


def _located(paths: Sequence[str]) -> list[Located]:
    """Return the places of all paths, or say of every wrong one what may have been meant."""
    from pmosim.errors import InputError
    from pmosim.workspace import locate

    places: list[Located] = []
    wrong: list[Problem] = []
    for path in dict.fromkeys(paths):
        try:
            places.append(locate(path))
        except InputError as error:
            wrong += error.problems
    if wrong:
        raise InputError(wrong)
    return places


def document(problems: Sequence[Problem], files: Sequence[str]) -> dict[str, Any]:
    """Return the answer as JSON says it."""
    return {
        "schema": "pmosim.check/1",
        "files": list(files),
        "errors": sum(problem.severity == "error" for problem in problems),
        "warnings": sum(problem.severity == "warning" for problem in problems),
        "problems": [
            {
                "place": problem.place,
                "code": problem.code,
                "severity": problem.severity,
                "text": problem.text,
            }
            for problem in problems
        ],
    }
