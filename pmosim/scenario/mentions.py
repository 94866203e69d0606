"""Mentions: where drivers and reactions name projects, and what is left when some are gone.

``crm`` and ``crm.build`` name the project crm. What names gone projects only is gone with them: it
must not become one that names none, which is meant for all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pmosim.scenario.nodes import Node

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

NAMING = {"risks": "hits", "reactions": "projects"}
"""Section of a scenario -> the key of its entries that names projects."""


def names_left(names: Iterable[str], gone: Collection[str]) -> list[str]:
    """Return the names that are not of gone projects."""
    return [name for name in names if name.partition(".")[0] not in gone]


def without_mentions(document: Mapping[str, Any], gone: Collection[str]) -> dict[str, Any]:
    """Return the sections of a resolved document that name projects, without gone ones."""
    found: dict[str, Any] = {}
    for section, key in NAMING.items():
        if not document.get(section):
            continue
        found[section] = []
        for entry in document[section]:
            given = entry.get(key)
            names = given if isinstance(given, list) else [given]
            left = names_left(map(str, names), gone)
            if given is None or len(left) == len(names):
                found[section].append(entry)
            elif left:
                found[section].append({**entry, key: left})
    return found


def drop_mentions(root: Node, gone: str) -> Node:
    """Return a document as written without what names a gone project."""
    entries = dict(root.mapping)
    for section, key in NAMING.items():
        given = root.get(section)
        if given is not None and given.items:
            kept = [left for entry in given.items if (left := _left(entry, key, gone)) is not None]
            entries[section] = Node(list(kept), given.place)
    return root.with_entries(entries)


def _left(entry: Node, key: str, gone: str) -> Node | None:
    given = entry.get(key)
    if given is None:
        return entry
    names = given.items or [given]
    left = [name for name in names if names_left([name.text], {gone})]
    if len(left) == len(names):
        return entry
    if not left:
        return None
    return entry.with_entries(entry.mapping | {key: Node(list(left), given.place)})
