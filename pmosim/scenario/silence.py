"""Silence: what stands where a scenario says nothing, under ``assume: typical``.

The priors become keys of the document, as if they had been written; ``assumed`` lists them. So
the resolved form runs alone, says ``assume: none``, and still tells what was assumed. The value
``prior`` is replaced in the same way, whatever ``assume`` says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmosim import priors
from pmosim.scenario.fitted import with_measured
from pmosim.scenario.nodes import Node, core_value, scalar
from pmosim.scenario.staff import person_path, roles_named

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pmosim.priors import Prior

TYPICAL = "typical"
_WORK = ("templates", "projects", "demand")
_VALUES = {prior.name: prior.value for prior in priors.PRIORS}


def with_priors(root: Node) -> Node:
    """Return the document with every prior written out, or what was measured instead."""
    root = with_measured(root)
    is_typical = _says(root.get("assume"), TYPICAL)
    filler = _Filler(root, is_typical=is_typical)
    entries = dict(root.mapping)
    filler.settings(entries)
    filler.people(entries)
    filler.work(entries)
    if is_typical:
        entries["assume"] = scalar("none", root.mapping["assume"].place)
    if filler.assumed:
        listed = [scalar(path, root.place) for path in dict.fromkeys(filler.assumed)]
        entries["assumed"] = Node(list(listed), root.place)
    return root.with_entries(entries)


def assumed_paths(root: Node) -> tuple[str, ...]:
    """Return the paths of what came from ``priors`` and still has the value of its prior."""
    given = root.get("assumed")
    listed = [] if given is None else (given.items or [given])
    return tuple(
        node.text
        for node in listed
        if node.is_scalar and _value_at(root, node.text) == _VALUES.get(_key_of(node.text))
    )


def _written(text: str, place: str) -> Node:
    """Return a value as if it stood in a file: a single one, or a mapping of single ones."""
    if not text.startswith("{"):
        return Node(core_value(text), place, text)
    entries = (entry.split(": ") for entry in text.strip("{}").split(", "))
    return Node({key: _written(value, place) for key, value in entries}, place)


def _as_text(node: Node | None) -> str | None:
    """Return a value as the priors write it."""
    if node is None or node.is_scalar:
        return node.text if node is not None else None
    entries = (f"{key}: {entry.text}" for key, entry in node.mapping.items())
    return f"{{{', '.join(entries)}}}"


def _key_of(path: str) -> str:
    return path.rpartition(".")[2]


def _value_at(root: Node, path: str) -> str | None:
    section, _, rest = path.partition(".")
    owner, _, key = rest.rpartition(".")
    node: Node | None
    if section == "roles":
        node = roles_named(root).get(owner)
    elif section == "settings":
        node = root.get("settings")
    elif section in _WORK:
        node = next((entry for name, entry in _work_of(root, section) if name == owner), None)
    else:
        people = root.get("people")
        entries = enumerate(people.items if people else [])
        node = next(
            (entry for n, entry in entries if f"{person_path(entry, n)}.{key}" == path), None
        )
    found = node.get(key) if node is not None else None
    return _as_text(found)


def _work_of(root: Node, section: str) -> Iterator[tuple[str, Node]]:
    """Yield name and node of the projects, templates or streams of a section."""
    given = root.get(section)
    if given is None:
        return
    if isinstance(given.value, dict):
        yield from given.mapping.items()
        return
    for entry in given.items:
        own = entry.get("id")
        if own is not None and own.is_scalar:
            yield own.text, entry


def _says(node: Node | None, word: str) -> bool:
    return node is not None and node.is_scalar and node.text == word


def _in_place(entry: Node, filled: Mapping[str, Node]) -> Node:
    own = entry.get("id")
    return filled.get(own.text, entry) if own is not None and own.is_scalar else entry


class _Filler:
    def __init__(self, root: Node, *, is_typical: bool) -> None:
        self._root = root
        self._is_typical = is_typical
        self.assumed = list(assumed_paths(root))

    def settings(self, entries: dict[str, Node]) -> None:
        """Write the priors of ``settings``."""
        before = self._root.get("settings") or Node({}, self._root.place)
        if not isinstance(before.value, dict):
            return
        filled = self._filled(before, "settings", priors.SETTINGS, is_silent=self._is_typical)
        if filled is not before:
            entries["settings"] = filled

    def people(self, entries: dict[str, Node]) -> None:
        """Write the priors of roles, and of people who differ from their role."""
        roles = roles_named(self._root)
        filled = {name: self._role(name, entry) for name, entry in roles.mapping.items()}
        if any(filled[name] is not entry for name, entry in roles.mapping.items()):
            entries["roles"] = roles.with_entries(filled)
        people = self._root.get("people")
        if people is None or not isinstance(people.value, list):
            return
        listed = [self._person(entry, n, roles.mapping) for n, entry in enumerate(people.items)]
        if any(new is not old for new, old in zip(listed, people.items, strict=True)):
            entries["people"] = Node(list(listed), people.place)

    def work(self, entries: dict[str, Node]) -> None:
        """Write the priors of projects, templates and streams that ask for them."""
        for section in _WORK:
            given = self._root.get(section)
            filled = {
                name: self._filled(entry, f"{section}.{name}", priors.WORK)
                for name, entry in _work_of(self._root, section)
                if isinstance(entry.value, dict)
                and any(_says(entry.get(prior.name), "prior") for prior in priors.WORK)
            }
            if given is None or not filled:
                continue
            if isinstance(given.value, dict):
                entries[section] = given.with_entries(given.mapping | filled)
            else:
                listed = [_in_place(entry, filled) for entry in given.items]
                entries[section] = Node(list(listed), given.place)

    def _role(self, name: str, entry: Node) -> Node:
        own = Node({}, entry.place) if entry.is_null else entry
        if not isinstance(own.value, dict):
            return entry
        silent = self._silent_of(own) if self._is_typical else ()
        known = (*priors.PEOPLE, *priors.ON_REQUEST)
        filled = self._filled(own, f"roles.{name}", known, keys=silent)
        return entry if filled is own else filled

    def _silent_of(self, role: Node) -> tuple[str, ...]:
        """Return what a silent role takes: contractors come for projects, not for operations."""
        is_contractor = _says(role.get("kind"), "contractor")
        return tuple(
            prior.name for prior in priors.PEOPLE if not (is_contractor and prior is priors.BAU)
        )

    def _person(self, entry: Node, n: int, roles: Mapping[str, Node]) -> Node:
        if not isinstance(entry.value, dict):
            return entry
        known = (*priors.PEOPLE, *priors.ON_REQUEST)
        filled = self._filled(entry, person_path(entry, n), known, keys=())
        if not self._is_typical:
            return filled
        named = entry.get("role")
        role = roles.get(named.text) if named is not None and named.is_scalar else None
        nothing: dict[str, Node] = {}
        if entry.get("leave") is not None and self._is_silent(entry, role, "leave_days"):
            # Leave that is stated by its dates is taken to be all there is.
            nothing["leave_days"] = _written("0", entry.place)
        is_own_contractor = _says(entry.get("kind"), "contractor")
        if is_own_contractor and self._is_silent(entry, role, "bau"):
            nothing["bau"] = _written("0%", entry.place)
        return filled.with_entries(filled.mapping | nothing) if nothing else filled

    @staticmethod
    def _is_silent(entry: Node, role: Node | None, key: str) -> bool:
        return entry.get(key) is None and (role is None or role.get(key) is None)

    def _filled(
        self,
        node: Node,
        path: str,
        known: Iterable[Prior],
        *,
        keys: Iterable[str] = (),
        is_silent: bool = False,
    ) -> Node:
        """Return a mapping with priors where it says ``prior``, or nothing of some ``keys``."""
        changed: dict[str, Node] = {}
        for prior in known:
            given = node.get(prior.name)
            is_asked = given is None and (is_silent or prior.name in keys)
            if is_asked or _says(given, "prior"):
                place = node.place if given is None else given.place
                changed[prior.name] = _written(prior.value, place)
                self.assumed.append(f"{path}.{prior.name}")
        return node.with_entries(node.mapping | changed) if changed else node
