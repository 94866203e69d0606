"""Nodes: a document as written, every value with the place it came from.

Files, tables and plain Python values all become nodes; templates and changes work on them, so a
problem is always shown where its author wrote it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

Scalar = str | int | float | bool | None

DEEPEST = 40
"""Levels of nesting that a document may have."""
LONGEST_SHOWN = 60

_NULL = {"", "~", "null", "Null", "NULL"}
_BOOLEAN = {
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
INTEGER_TEXT = re.compile(r"[-+]?(0|[1-9][0-9]*)\Z")
FLOAT_TEXT = re.compile(r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_LONGEST_NUMBER = 40

SCALARS = {
    "null": re.compile(r"(~|null|Null|NULL|)\Z"),
    "bool": re.compile(r"(true|True|TRUE|false|False|FALSE)\Z"),
    "int": INTEGER_TEXT,
    "float": FLOAT_TEXT,
    "merge": re.compile(r"<<\Z"),
}
"""What plain text is taken for something else; text that looks so is written in quotes."""


def core_value(text: str) -> Scalar:
    """Return what a plain YAML 1.2 scalar means; ``007`` and ``NO`` stay text."""
    if text in _NULL:
        return None
    if text in _BOOLEAN:
        return _BOOLEAN[text]
    if len(text) <= _LONGEST_NUMBER:
        if INTEGER_TEXT.match(text):
            return int(text)
        if FLOAT_TEXT.match(text):
            return float(text)
    return text


@dataclass(slots=True)
class Node:
    """A scalar, a list of nodes or a mapping of nodes."""

    value: Scalar | list[Node] | dict[str, Node]
    place: str
    text: str = ""
    """A scalar as written."""
    key_places: dict[str, str] = field(default_factory=dict)
    column: tuple[str, str] | None = None
    """File and header of a cell of a table."""

    @property
    def mapping(self) -> dict[str, Node]:
        """Entries of a mapping, nothing of anything else."""
        return self.value if isinstance(self.value, dict) else {}

    @property
    def items(self) -> list[Node]:
        """Entries of a list, nothing of anything else."""
        return self.value if isinstance(self.value, list) else []

    @property
    def is_scalar(self) -> bool:
        """Whether this is a single value."""
        return not isinstance(self.value, dict | list)

    @property
    def is_null(self) -> bool:
        """Whether nothing was written."""
        return self.value is None

    def get(self, key: str) -> Node | None:
        """Return the entry of a mapping, if there is one with a value."""
        found = self.mapping.get(key)
        return None if found is None or found.is_null else found

    def place_of(self, key: str) -> str:
        """Return where a key is written."""
        return self.key_places.get(key, self.place)

    def with_entries(self, entries: dict[str, Node]) -> Node:
        """Return a mapping like this one with other entries."""
        return Node(entries, self.place, "", dict(self.key_places), self.column)

    def shown(self) -> str:
        """Return the value as messages show it."""
        if isinstance(self.value, dict):
            return "a mapping"
        if isinstance(self.value, list):
            return "a list"
        if self.value is None:
            return "empty"
        text = self.text if len(self.text) <= LONGEST_SHOWN else self.text[:LONGEST_SHOWN] + "…"
        return repr(text) if isinstance(self.value, str) else text


def scalar(value: Scalar, place: str) -> Node:
    """Return a node of a plain Python scalar."""
    if isinstance(value, bool):
        return Node(value, place, "true" if value else "false")
    if value is None:
        return Node(None, place)
    return Node(value, place, value if isinstance(value, str) else repr(value))


def from_python(value: Any, place: str = "", depth: int = 0) -> Node:
    """Return plain Python values as nodes; the place of each is its dotted key.

    Dates become text, numbers of other libraries plain numbers. Raises ``TypeError`` for what
    has no place in a scenario, ``RecursionError`` for what is nested too deeply.
    """
    if depth > DEEPEST:
        message = f"{place} is nested deeper than {DEEPEST} levels"
        raise RecursionError(message)
    if isinstance(value, Node):
        return value
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return scalar(value.isoformat(), place or "input")
    if value is None or isinstance(value, str | bool | int | float):
        plain = value if type(value) in {str, bool, int, float, type(None)} else _plain(value)
        return scalar(plain, place or "input")
    if hasattr(value, "items"):
        entries = {
            str(key): from_python(entry, f"{place}.{key}" if place else str(key), depth + 1)
            for key, entry in value.items()
        }
        return Node(
            entries, place or "input", "", {k: f"{place}.{k}" if place else k for k in entries}
        )
    if hasattr(value, "item"):
        return from_python(value.item(), place, depth)
    if hasattr(value, "__iter__"):
        return Node(
            [from_python(entry, f"{place}[{n}]", depth + 1) for n, entry in enumerate(value)],
            place or "input",
        )
    if hasattr(value, "__float__"):
        return Node(float(value), place or "input", str(value))
    message = f"{place} is a {type(value).__name__}, which has no place in a scenario"
    raise TypeError(message)


def _plain(value: Any) -> Scalar:
    for kind in (bool, int, float):
        if isinstance(value, kind):
            return kind(value)
    return str(value)


def to_plain(node: Node) -> Any:
    """Return a document as plain dicts, lists and scalars; a number keeps its spelling."""
    if isinstance(node.value, dict):
        return {key: to_plain(entry) for key, entry in node.value.items() if not entry.is_null}
    if isinstance(node.value, list):
        return [to_plain(entry) for entry in node.value]
    if isinstance(node.value, bool):
        return node.value if node.text in {"true", "false", ""} else node.text
    if isinstance(node.value, int | float) and node.text and node.text != repr(node.value):
        return node.text
    return node.value
