"""Reactions: what management does about late projects, as a scenario says it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pmosim.policy.reactions import PERIOD_OF, Reaction
from pmosim.scenario import shapes
from pmosim.scenario.messages import did_you_mean
from pmosim.units import WHOLE, round_half_up

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from pmosim.scenario.facts import Facts
    from pmosim.scenario.kinds import Reader
    from pmosim.scenario.nodes import Node
    from pmosim.scenario.portfolio import Project
    from pmosim.scenario.staff import Staff

ACTION_KEYS: dict[str, dict[str, str]] = {
    "add_people": {
        "role": "who is added, such as developer",
        "heads": "",
        "briefing": "",
    },
    "cut_scope": {
        "work": "the share of the open work that is left out, such as 20%",
        "benefit": "the share of the benefit that is lost with it, 0% if none",
    },
    "escalate": {},
    "stop": {},
}
"""What can be done -> key -> what it says; the keys with words have to be there."""


def read_reactions(
    reader: Reader, root: Node, everybody: Sequence[Project], staff: Staff
) -> tuple[Reaction, ...]:
    """Return the reactions of a scenario, in the order in which they are asked."""
    templates = root.get("templates")
    known = {} if templates is None else dict.fromkeys(templates.mapping)
    return tuple(_read(reader, root, everybody, staff, known))


def _read(
    reader: Reader,
    root: Node,
    everybody: Sequence[Project],
    staff: Staff,
    templates: Collection[str],
) -> Iterator[Reaction]:
    given = root.get("reactions")
    taken: dict[str, str] = {}
    for n, entry in enumerate(given.items if given is not None else []):
        own = entry.get("id")
        path = f"reactions.{own.text}" if own is not None and own.is_scalar else f"reactions[{n}]"
        fields = reader.fields(shapes.REACTION, entry, path)
        when = entry.get("when")
        late_by = (
            None
            if when is None
            else reader.fields(shapes.WHEN, when, f"{path}.when").get("late_by")
        )
        if "id" not in fields or "do" not in fields or late_by is None:
            continue
        if fields["id"] in taken:
            said = f"stands twice (first at {taken[fields['id']]}); every reaction has an own id."
            reader.problems.error("PMO106", own or entry, f"{path}.id", said)
            continue
        taken[fields["id"]] = entry.place
        _check_keys(reader, fields, entry, path)
        projects = _projects(reader, fields, entry, path, everybody, templates)
        if fields.get("projects") and not projects:
            continue  # nothing that it names is in the portfolio
        yield Reaction(
            id=fields["id"],
            late_by=late_by,
            asked=fields.get("asked", "monthly"),
            action=fields["do"],
            projects=projects,
            **_particulars(reader, fields, entry, path, staff),
        )


def _check_keys(reader: Reader, fields: Mapping[str, Any], entry: Node, path: str) -> None:
    """Tell keys that what is done does not take, and those that it needs."""
    action = fields["do"]
    own = ACTION_KEYS[action]
    for key in ("role", "heads", "briefing", "work", "benefit"):
        if key in fields and key not in own:
            who = next(name for name, keys in ACTION_KEYS.items() if key in keys)
            said = f"has no meaning with `do: {action}`; it belongs to `do: {who}`. Leave it out."
            reader.problems.error("PMO108", entry.mapping[key], f"{path}.{key}", said)
        if own.get(key) and entry.get(key) is None:
            said = f"needs `{key}` to `do: {action}`: {own[key]}."
            reader.problems.error("PMO102", entry, path, said)


def _projects(
    reader: Reader,
    fields: Mapping[str, Any],
    entry: Node,
    path: str,
    everybody: Sequence[Project],
    templates: Collection[str],
) -> tuple[str, ...]:
    """Return the projects and streams that a reaction is meant for; a template names all of it."""
    named: dict[str, list[str]] = {name: [] for name in templates}
    for project in everybody:
        if project.template is not None:
            named.setdefault(project.template, []).append(project.id)
    named |= {project.id: [project.id] for project in everybody}
    found: dict[str, None] = {}
    for name in fields.get("projects", ()):
        if name not in named:
            said = f"names '{name}': there is no project, stream or template of that name."
            said += did_you_mean(name, named)
            reader.problems.error("PMO205", entry.mapping["projects"], f"{path}.projects", said)
        found |= dict.fromkeys(named.get(name, ()))
    return tuple(found)


def _particulars(
    reader: Reader, fields: Mapping[str, Any], entry: Node, path: str, staff: Staff
) -> dict[str, Any]:
    """Return how much is done."""
    if fields["do"] == "cut_scope":
        work = round_half_up(float(fields.get("work", 0)) * WHOLE)
        return {"work": work, "benefit": float(fields.get("benefit", 0))}
    if fields["do"] != "add_people":
        return {}
    role = fields.get("role", "")
    known = [known.id for known in staff.organisation.roles]
    if role and role not in known:
        said = f"is '{role}'; there is no such role.{did_you_mean(role, known)}"
        reader.problems.error("PMO201", entry.mapping["role"], f"{path}.role", said)
    briefing = round_half_up(float(fields.get("briefing", 0)) * WHOLE)
    return {"role": role, "heads": fields.get("heads", 1), "briefing": briefing}


def check_reactions(facts: Facts) -> None:
    """Warn where a reaction can never be taken: nothing that it is meant for has a due date."""
    for reaction in facts.reactions:
        meant = [
            site.project
            for site in facts.demand.all_sites
            if not reaction.projects or site.project.id in reaction.projects
        ]
        if any(project.due is not None for project in meant):
            continue
        node = facts.root.get("reactions") or facts.root
        said = (
            "is never taken: none of the projects that it is meant for has a due date, so none is "
            "ever late. Give them `due`."
        )
        facts.problems.warning("PMO951", node, f"reactions.{reaction.id}", said)


def describe(reaction: Reaction, days: float) -> str:
    """Return a reaction in words; ``days`` = the delay from which on it is taken."""
    what = {
        "escalate": "it goes first from then on",
        "stop": "it is stopped, unless it is mandatory",
        "cut_scope": (
            f"{reaction.work / WHOLE * 100:.4g}% of its open work is left out, and "
            f"{reaction.benefit * 100:.4g}% of its benefit lost"
        ),
        "add_people": (
            f"{reaction.heads} more {reaction.role} {'is' if reaction.heads == 1 else 'are'} asked "
            "for on each of its open tasks"
        ),
    }[reaction.action]
    when = "at the end of a stage" if reaction.asked not in PERIOD_OF else reaction.asked
    late = f"late by {days:g} days or more" if days else "that will be late at all"
    return f"`{reaction.id}` (asked {when}): a project {late}: {what}"
