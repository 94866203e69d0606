"""Edits: small changes to a document, each of which returns a new one."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from pmosim.scenario import links
from pmosim.scenario.demand import task_names
from pmosim.scenario.links import Names
from pmosim.scenario.nodes import Node, scalar

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_EXCLUDING = (
    {"rank", "priority"},
    {"starts", "arrives"},
    {"effort", "duration", "milestone"},
    {"as_of", "start"},
)


def put(node: Node, keys: list[str], value: Node) -> Node:
    """Return a mapping with one value at the end of a chain of keys set.

    Of a list whose entries have an id (risks, reactions) a key chooses the entry.
    """
    key, *rest = keys
    entries = dict(node.mapping)
    below = entries.get(key)
    if below is not None and len(rest) > 1 and rest[0] in ids_of(below):
        entries[key] = Node(
            [put(one, rest[1:], value) if _id_of(one) == rest[0] else one for one in below.items],
            below.place,
        )
    elif rest:
        if below is None or not isinstance(below.value, dict):
            below = Node({}, value.place)
        entries[key] = put(below, rest, value)
    else:
        for group in _EXCLUDING:
            if key in group:
                entries = {k: v for k, v in entries.items() if k == key or k not in group}
        entries[key] = value
    changed = node.with_entries(entries)
    if key not in node.mapping:
        changed.key_places[key] = value.place
    return changed


def ids_of(listed: Node) -> list[str]:
    """Return the ids of the entries of a list, nothing of what is none."""
    return [own for entry in listed.items or () if (own := _id_of(entry)) is not None]


def _id_of(entry: Node) -> str | None:
    own = entry.get("id") if isinstance(entry.value, dict) else None
    return own.text if own is not None and own.is_scalar else None


def appended(before: Node | None, value: Node) -> Node:
    """Return a list (or single value, or nothing) with more at its end."""
    listed = [] if before is None else (before.items or ([before] if before.is_scalar else []))
    added = value.items or [value]
    return Node([*listed, *added], value.place)


def split_headcount(entry: Node, at: int, n_people: int) -> list[Node]:
    """Return the entries before, of and after one person of a headcount."""
    node = entry.mapping["headcount"]
    total = Decimal(node.text)
    own = min(Decimal(1), total - at)
    parts = [Decimal(at), own, total - at - own if at + 1 < n_people else Decimal(0)]
    return [put(entry, ["headcount"], _headcount(part, node.place)) for part in parts if part]


def _headcount(part: Decimal, place: str) -> Node:
    if part == part.to_integral_value():
        return scalar(int(part), place)
    text = format(part.normalize(), "f")
    return Node(float(text), place, text)


def owners(project: Node) -> Iterator[tuple[list[str], Node]]:
    """Yield a project, its phases and its tasks with the keys that lead to them."""
    yield [], project
    for key in ("phases", "tasks"):
        section = project.get(key)
        for name, entry in (section.mapping if section else {}).items():
            yield [key, name], entry


class LinksTo:
    """The links of a document that name one project."""

    def __init__(self, name: str, projects: set[str]) -> None:
        self._name = name
        self._projects = projects
        self.is_still_named = False

    def dropped(self, root: Node) -> Node:
        """Return the document without the links that do not mind; note whether others stay."""
        entries = dict(root.mapping)
        for section in ("projects", "demand", "templates"):
            node = root.get(section)
            if node is None:
                continue
            if isinstance(node.value, list):
                entries[section] = Node([self._of_owner(entry) for entry in node.value], node.place)
            else:
                named = {key: self._of_owner(entry) for key, entry in node.mapping.items()}
                entries[section] = node.with_entries(named)
        return root.with_entries(entries)

    def _of_owner(self, owner: Node) -> Node:
        own = owner.get("id")
        if own is not None and own.text == self._name:
            return owner
        own_tasks = task_names(owner)
        for keys, holder in list(owners(owner)):
            after = holder.get("after")
            if after is None:
                continue
            kept = [
                entry
                for entry in links.entries_of(after)
                if not self._is_dropped(entry, own_tasks, is_task_level=bool(keys))
            ]
            if len(kept) != len(links.entries_of(after)):
                owner = put(owner, [*keys, "after"], Node(list(kept), after.place))
        return owner

    def _is_dropped(self, link: Node, own_tasks: Collection[str], *, is_task_level: bool) -> bool:
        if not self._names_it(link, own_tasks, is_task_level=is_task_level):
            return False
        if_absent = link.get("if_absent")
        if if_absent is not None and if_absent.text == "ignore":
            return True
        self.is_still_named = True
        return False

    def _names_it(self, link: Node, own_tasks: Collection[str], *, is_task_level: bool) -> bool:
        if isinstance(link.value, dict):
            project = link.get("project")
            return project is not None and project.text == self._name
        names = Names(
            own_project=None,
            own_tasks=own_tasks,
            is_task_level=is_task_level,
            projects=dict.fromkeys(self._projects, ()),
        )
        target = links.target_of(link.text.partition(".")[0], names)
        return target is not None and target[0] == self._name
