"""Draft: the document while it is changed, and how its parts are found by id."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pmosim.scenario import resolution, staff
from pmosim.scenario.edits import put, split_headcount
from pmosim.scenario.messages import did_you_mean
from pmosim.scenario.nodes import Node

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pmosim.scenario.messages import Problems

BY_ID = ("projects", "people")
"""Sections that are lists of things with an id."""


class Draft:
    """The document while it is changed; ``root`` is replaced, its nodes never altered."""

    def __init__(self, root: Node, problems: Problems) -> None:
        self.root = root
        self.problems = problems

    def section(self, key: str) -> Node:
        """Return a section of the document, an empty one if it is not there."""
        return self.root.get(key) or Node([] if key in BY_ID else {}, self.root.place)

    def ids(self) -> list[str]:
        """Return the ids of the listed projects."""
        return [
            own.text
            for entry in self.section("projects").items
            if (own := entry.get("id")) is not None and own.is_scalar
        ]

    def merged(self, name: str) -> Node:
        """Return a project with what its template adds."""
        for entry in self.section("projects").items:
            own = entry.get("id")
            if own is not None and own.text == name:
                return self.with_template(entry)
        return Node({}, self.root.place)

    def with_template(self, entry: Node) -> Node:
        """Return a project's node with what its template adds."""
        template = entry.get("template")
        known = self.section("templates").mapping
        if template is None or not template.is_scalar or template.text not in known:
            return entry
        return resolution.merged(entry, known[template.text])

    def status(self, name: str) -> str:
        """Return the status of a project."""
        status = self.merged(name).get("status")
        return status.text if status is not None else "approved"

    def no_such(self, place: Node | str, path: str, what: str, name: str, known: list[str]) -> None:
        """Note a change that finds no target."""
        said = f"finds no target: there is no {what} '{name}'.{did_you_mean(name, known)}"
        self.problems.error("PMO701", place, path, said)

    def refuse(self, node: Node, path: str, said: str) -> None:
        """Note a change that cannot be made."""
        self.problems.error("PMO703", node, path, said)

    def no_effect(self, node: Node, path: str, said: str) -> None:
        """Note a change that changes nothing."""
        self.problems.warning("PMO702", node, path, f"has no effect: {said}")

    def put(self, *keys: str, value: Node) -> None:
        """Set one value of the document."""
        self.root = put(self.root, list(keys), value)

    def put_in_project(self, name: str, keys: list[str], value: Node) -> None:
        """Set one value of a listed project."""
        projects = self.section("projects")
        entries = [
            put(entry, keys, value) if (own := entry.get("id")) and own.text == name else entry
            for entry in projects.items
        ]
        self.put("projects", value=Node(list(entries), projects.place))

    def each_project(self, one: Callable[[str, Node, str], None]) -> Callable[[Node, str], None]:
        """Return a verb that takes a mapping of projects to what happens to them."""

        def change(given: Node, path: str) -> None:
            for name, value in given.mapping.items():
                if name in self.ids():
                    one(name, value, f"{path}.{name}")
                else:
                    place = given.place_of(name)
                    self.no_such(place, f"{path}.{name}", "project", name, self.ids())

        return change

    def people_listed(self) -> Iterator[tuple[Node, list[str]]]:
        """Yield each entry of ``people`` with the ids of those it stands for."""
        numbers: Counter[str] = Counter()
        for entry in self.section("people").items:
            yield entry, [name for name, _part in staff.people_of_entry(entry, numbers)]

    def put_in_person(self, name: str, keys: list[str], value: Node) -> None:
        """Set one value of a person who has an entry of their own."""
        people = self.section("people")
        entries = [
            put(entry, keys, value) if names == [name] else entry
            for entry, names in self.people_listed()
        ]
        self.put("people", value=Node(list(entries), people.place))

    def single_out(self, name: str, place: str, path: str) -> bool:
        """Give a person an entry of its own, every id as before; False if there is no such one."""
        people = list(self.people_listed())
        if not any(name in names for _entry, names in people):
            known = [known for _entry, names in people for known in names]
            self.no_such(place, path, "person", name, known)
            return False
        entries: list[Node] = []
        for entry, names in people:
            if name in names and len(names) > 1:
                entries.extend(split_headcount(entry, names.index(name), len(names)))
            else:
                entries.append(entry)
        section = self.section("people")
        self.put("people", value=Node(list(entries), section.place))
        return True
