"""``pmosim show``: what a scenario says, in short or resolved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pmosim.cli.options import as_json, talking
from pmosim.cli.terminal import typed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pmosim.cli.terminal import Terminal
    from pmosim.scenario import Scenario


@click.command("show", short_help="Show what a scenario says, also resolved.")
@click.argument("path", metavar="PATH")
@click.option(
    "--resolved",
    is_flag=True,
    help="As one scenario file: changes, tables and templates written out.",
)
@as_json
@talking
@click.pass_obj
def command(terminal: Terminal, path: str, *, resolved: bool, is_json: bool) -> None:
    """Show what a scenario says.

    With --resolved (or --json) the answer is itself a valid scenario file.
    """
    from pmosim.scenario import read_scenario, resolved_yaml
    from pmosim.workspace import locate

    place = locate(path)
    scenario = read_scenario(place.scenario)
    if is_json:
        terminal.document(scenario.document)
    elif resolved:
        terminal.result(resolved_yaml(scenario).rstrip("\n"))
    else:
        for line in describe(scenario):
            terminal.result(line)
        terminal.next(typed("show", path, options="--resolved"), typed("run", path))


def describe(scenario: Scenario) -> Iterator[str]:
    """Yield a scenario in a few lines: the window, the work, the people, the rules."""
    from pmosim.scenario.rules import in_words

    window = scenario.horizon if scenario.horizon is not None else "until all projects have ended"
    if isinstance(window, int):
        window = f"{window / scenario.organisation.calendar.minutes_per_day:g} working days"
    yield f"{scenario.name}: as of {scenario.as_of}, planning window to {window}"
    yield ""
    yield f"work asks: {len(scenario.projects)} projects"
    width = max((len(project.id) for project in scenario.projects), default=0)
    for project in scenario.projects:
        parts = [project.name] if project.name and project.name != project.id else []
        parts += [f"{project.template or 'own tasks'}", f"{len(project.activities)} parts"]
        parts += [f"rank {project.rank}"] if project.rank is not None else []
        parts += [f"due {_day(scenario, project.due)}"] if project.due is not None else []
        parts += ["mandatory"] if project.mandatory else []
        yield f"  {project.id:<{width}}  {project.status:<9}  {', '.join(parts)}"
    for stream in scenario.streams:
        per_year = f"{stream.rate:g} a year" if stream.per == "year" else "at a working-time rate"
        yield f"  {stream.id}: demand, {per_year}"
    people = scenario.organisation.people
    yield ""
    yield f"people offer: {len(people)} people in {len(scenario.organisation.roles)} roles"
    width = max((len(role.id) for role in scenario.organisation.roles), default=0)
    for role in scenario.organisation.roles:
        home = [person for person in people if person.role == role.id]
        fte = sum(person.fte for person in home) / 1e9
        yield f"  {role.id:<{width}}  {len(home)} people, {fte:g} full-time"
    yield ""
    rule = in_words(scenario.intake)
    order = scenario.intake.order.kind
    gates = ", gates may stop them" if scenario.intake.gates.stop else ""
    first = scenario.dispatch.rule
    yield f"rules match: projects start {rule}, by {order}{gates}; who goes first: {first}"


def _day(scenario: Scenario, due: object) -> str:
    if isinstance(due, int):
        return f"{due / scenario.organisation.calendar.minutes_per_day:g} days after it asks"
    return str(due)
