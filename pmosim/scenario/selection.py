"""Selection: a scenario of which only some of the listed projects are kept.

In: a scenario and what to keep, such as ``status=running,approved``. Out: a scenario of its own,
with its own resolved form, and what was left out of it.

Left-out projects take nobody's time and no place under a limit. A link that waits for one of them
is dropped, and every dropped link is told: else the answer would be better than the truth in
silence. Random demand stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, NoReturn, get_args

from pmosim.errors import InputError, Problem
from pmosim.scenario.assembly import parse_scenario
from pmosim.scenario.mentions import without_mentions
from pmosim.scenario.portfolio import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from pmosim.scenario.portfolio import Project, Scenario

CODE = "PMO038"
FIELDS: dict[str, Callable[[Project], str]] = {
    "project": lambda project: project.id,
    "status": lambda project: project.status,
    "class": lambda project: project.project_class,
    "sponsor": lambda project: project.sponsor,
    "template": lambda project: project.template or "",
}
"""What projects can be chosen by, beside the keys of their groups."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Selection:
    """What is kept of a scenario, and what was left out."""

    scenario: Scenario
    only: Mapping[str, tuple[str, ...]]
    left_out: tuple[Project, ...]
    dropped_links: tuple[str, ...]

    @property
    def text(self) -> str:
        """One sentence about what is missing."""
        asked = " and ".join(f"{key} {' or '.join(values)}" for key, values in self.only.items())
        names = ", ".join(project.id for project in self.left_out)
        if not self.left_out:
            return f"Only projects of {asked} were asked for; that is all of them."
        verbs = "is left out and takes" if len(self.left_out) == 1 else "are left out and take"
        return (
            f"Only projects of {asked} are simulated: {len(self.left_out)} {verbs} nobody's time "
            f"({names})."
        )

    def to_scope(self) -> dict[str, Any]:
        """Return what a forecast's document says of it."""
        return {
            "only": {key: list(values) for key, values in self.only.items()},
            "left_out": [
                {"id": project.id, "name": project.name or project.id, "status": project.status}
                for project in self.left_out
            ],
            "dropped_links": list(self.dropped_links),
            "text": self.text,
        }


def parse_only(texts: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return ``{key: values}`` of texts such as ``status=running,approved`` (InputError)."""
    found: dict[str, tuple[str, ...]] = {}
    for text in texts:
        key, equals, values = text.partition("=")
        chosen = tuple(value.strip() for value in values.split(",") if value.strip())
        if not equals or not key.strip() or not chosen:
            _refuse(f"'{text}' chooses nothing. It must be like status=running,approved.")
        if key.strip() in found:
            _refuse(f"'{key.strip()}' is given twice. Put all its values behind one '='.")
        found[key.strip()] = chosen
    return found


def select_projects(scenario: Scenario, only: Mapping[str, Collection[str]]) -> Selection:
    """Return the scenario with only the listed projects for which every key has a given value.

    Raises
    ------
    InputError
        A key or a value that no project has, or nothing is left.
    """
    for key, values in only.items():
        _check(scenario, key, values)
    kept = {
        project.id
        for project in scenario.projects
        if all(_value(project, key) in values for key, values in only.items())
    }
    if not kept:
        asked = " and ".join(f"{key}={','.join(values)}" for key, values in only.items())
        _refuse(f"no project is left by {asked}.")
    left_out = tuple(project for project in scenario.projects if project.id not in kept)
    dropped: list[str] = []
    document = _restricted(scenario.document, {project.id for project in left_out}, dropped)
    restricted = parse_scenario(document)
    return Selection(
        scenario=replace(restricted, warnings=scenario.warnings),
        only={key: tuple(values) for key, values in only.items()},
        left_out=left_out,
        dropped_links=tuple(dict.fromkeys(dropped)),
    )


def _value(project: Project, key: str) -> str:
    """Return what a project has under a key; a group of the user's wins over a field."""
    if key in project.groups or key not in FIELDS:
        return project.groups.get(key, "")
    return FIELDS[key](project)


def _check(scenario: Scenario, key: str, values: Collection[str]) -> None:
    groups = {name for project in scenario.projects for name in project.groups}
    if key not in groups | set(FIELDS):
        _refuse(_unknown(key, [*FIELDS, *sorted(groups)], "key"))
    known = [value for p in scenario.projects if (value := _value(p, key))]
    if key == "status" and key not in groups:
        known += get_args(Status)
    for value in values:
        if value not in known:
            _refuse(_unknown(value, list(dict.fromkeys(known)), key))


def _restricted(
    document: Mapping[str, Any], gone: Collection[str], dropped: list[str]
) -> dict[str, Any]:
    """Return a resolved document without some projects and the links to them."""
    result = dict(document) | without_mentions(document, gone)
    kept = [entry for entry in document.get("projects", ()) if str(entry["id"]) not in gone]
    result["projects"] = [_without_links(entry, str(entry["id"]), gone, dropped) for entry in kept]
    if "bookings" in document:
        rows = document["bookings"] or ()
        result["bookings"] = [row for row in rows if str(row["project"]) not in gone]
    for part in ("templates", "demand"):
        if isinstance(document.get(part), Mapping):
            result[part] = {
                name: _without_links(entry, str(name), gone, dropped)
                for name, entry in document[part].items()
            }
    return result


def _without_links(
    entry: Mapping[str, Any], name: str, gone: Collection[str], dropped: list[str]
) -> dict[str, Any]:
    """Return a project, template or stream without links to what is gone."""
    result = _freed(dict(entry), name, gone, (), dropped)
    for part in ("tasks", "phases"):
        items = entry.get(part)
        if isinstance(items, Mapping):
            result[part] = {
                item: _freed(dict(fields), f"{name}.{item}", gone, items, dropped)
                if isinstance(fields, Mapping)
                else fields
                for item, fields in items.items()
            }
    return result


def _freed(
    fields: dict[str, Any],
    name: str,
    gone: Collection[str],
    own_tasks: Collection[str],
    dropped: list[str],
) -> dict[str, Any]:
    """Return a project or task without links to what is gone.

    An ``after`` without any link left stays as an empty list: a phase without ``after`` would wait
    for the phase before it.
    """
    after = fields.get("after")
    if after is None:
        return fields
    links = after if isinstance(after, list) else [after]
    kept = []
    for link in links:
        target = _project_of(link, own_tasks)
        if target in gone:
            dropped.append(f"{name} no longer waits for {_shown(link)}")
        else:
            kept.append(link)
    if len(kept) < len(links):
        fields["after"] = kept
    return fields


def _project_of(link: object, own_tasks: Collection[str]) -> str | None:
    """Return the project that a link of a resolved document waits for, None = its own."""
    if isinstance(link, Mapping):
        project = link.get("project")
        if project is not None:
            return str(project)
        link = link.get("task", "")
    text = str(link)
    return None if text in own_tasks else text.partition(".")[0]


def _shown(link: object) -> str:
    if not isinstance(link, Mapping):
        return str(link)
    return ".".join(str(link[key]) for key in ("project", "task") if key in link)


def _unknown(name: str, known: Collection[str], what: str) -> str:
    close = get_close_matches(name, list(known), n=1, cutoff=0.6)
    hint = f" Did you mean '{close[0]}'?" if close else ""
    return f"no project has the {what} '{name}'.{hint} Known: {', '.join(_some(known))}."


def _some(names: Collection[str], most: int = 12) -> Iterator[str]:
    for number, name in enumerate(names):
        if number == most:
            yield f"and {len(names) - most} more"
            return
        yield name


def _refuse(text: str) -> NoReturn:
    raise InputError([Problem(place="only", code=CODE, text=text)])
