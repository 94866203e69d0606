"""Files: YAML and JSON as nodes that know their line and column.

Files are untrusted: size and depth are capped, tags, anchors, aliases and merge keys are errors,
and a path in a file stays inside the workspace, symbolic links followed.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pmosim.scenario.nodes import DEEPEST, Node, core_value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pmosim.scenario.messages import Problems

MOST_BYTES = 20_000_000
MOST_VALUES = 2_000_000

_SURROGATES = re.compile(r"\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")


class UnreadableError(Exception):
    """A file that cannot be read; the problem is noted already."""


def workspace_of(file: Path) -> Path:
    """Return the nearest parent folder that holds ``scenarios/``, else the file's own folder."""
    for folder in file.parents:
        if (folder / "scenarios").is_dir():
            return folder
    return file.parent


def shown_path(file: Path) -> str:
    """Return a path as messages show it: relative to where the user is, if it lies below."""
    try:
        return file.relative_to(Path.cwd().resolve()).as_posix()
    except ValueError:
        return file.as_posix()


def inside(workspace: Path, folder: Path, node: Node, path: str, problems: Problems) -> Path:
    """Return the file that a path in a file names, or raise after noting why it cannot be used."""
    said = None
    target = folder
    if not node.is_scalar or not node.text.strip():
        said = "must be a path relative to this file, such as tables/projects.csv."
    elif "\0" in node.text:
        said = "holds a character that no path has."
    else:
        target = (folder / node.text).resolve()
        if Path(node.text).is_absolute() or not target.is_relative_to(workspace):
            where = shown_path(workspace) or "."
            said = (
                f"is {node.shown()}, which leaves the workspace ({where}); move the file into it."
            )
    if said is not None:
        problems.error("PMO015", node, path, said)
        raise UnreadableError
    if not target.is_file():
        near = _near_files(target)
        problems.error("PMO010", node, path, f"is {node.shown()}; there is no such file.{near}")
        raise UnreadableError
    return target


def _near_files(target: Path) -> str:
    from pmosim.scenario.messages import did_you_mean

    if not target.parent.is_dir():
        return ""
    names = [entry.name for entry in target.parent.iterdir() if entry.is_file()]
    return did_you_mean(target.name, names[:1000])


def read_text(file: Path, problems: Problems, encodings: tuple[str, ...] = ()) -> str:
    """Return the text of a file; UTF-8 or UTF-16 with its mark, then ``encodings`` in turn."""
    place = f"{shown_path(file)}:1:1"
    return _decoded(read_bytes(file, problems), place, problems, encodings)


def read_bytes(file: Path, problems: Problems) -> bytes:
    """Return what a file holds, or raise after noting why it cannot be read."""
    place = f"{shown_path(file)}:1:1"
    try:
        with file.open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
    except OSError as error:
        reason = (error.strerror or "no such file").lower()
        problems.error("PMO010", place, "the file", f"cannot be read: {reason}.")
        raise UnreadableError from None
    if len(content) > MOST_BYTES:
        said = f"is larger than {MOST_BYTES // 10**6} MB; split it or leave out what is not needed."
        problems.error("PMO014", place, "the file", said)
        raise UnreadableError
    return content


def _decoded(content: bytes, place: str, problems: Problems, encodings: tuple[str, ...]) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ("utf-16",)
    else:
        encodings = ("utf-8-sig", *encodings)
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    said = "is not text in UTF-8; save it as UTF-8."
    problems.error("PMO017", place, "the file", said)
    raise UnreadableError


def read_document(file: Path, problems: Problems) -> Node:
    """Return a YAML or JSON file as nodes, or raise after noting why it cannot be read."""
    shown = shown_path(file)
    text = read_text(file, problems)
    if file.suffix.lower() == ".json":
        text = _SURROGATES.sub(_joined, text)
    return document_of_text(text, shown, problems)


def _joined(found: re.Match[str]) -> str:
    high, low = (int(part, 16) for part in found.groups())
    return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))


def document_of_text(text: str, shown: str, problems: Problems) -> Node:
    """Return YAML text as nodes; ``shown`` is how its file is called in messages."""
    import yaml

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        root = _Composer(yaml.parse(text, Loader=loader), shown, problems).document()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{shown}:{mark.line + 1}:{mark.column + 1}" if mark else f"{shown}:1:1"
        said = str(getattr(error, "problem", None) or getattr(error, "reason", None) or error)
        form = "JSON" if shown.lower().endswith(".json") else "YAML"
        problems.error("PMO011", place, "", f"This is not valid {form}: {said}.{_way_out(said)}")
        raise UnreadableError from None
    if root is None or root.is_null:
        said = "is empty; a scenario starts with `pmosim: 1` and `as_of: 2027-01-04`."
        problems.error("PMO018", f"{shown}:1:1", "the file", said)
        raise UnreadableError
    return root


def _way_out(said: str) -> str:
    if "mapping values" in said:
        return " Put text that holds ': ' in quotes, or check the indentation."
    if "cannot start any token" in said:
        return " Indent with spaces, not tabs; put text that begins with %, @ or ` in quotes."
    if "block end" in said or "block mapping" in said:
        return " Check the indentation and the brackets of the lines above."
    if "flow" in said:
        return " Check the commas and brackets."
    return ""


class _Composer:
    """Turns the events of one document into nodes."""

    def __init__(self, events: Iterator[Any], shown: str, problems: Problems) -> None:
        self._events = events
        self._shown = shown
        self._problems = problems
        self._n_values = 0

    def document(self) -> Node | None:
        root: Node | None = None
        n_documents = 0
        for event in self._events:
            name = type(event).__name__
            if name == "DocumentStartEvent":
                n_documents += 1
                if n_documents > 1:
                    said = "A file holds one document; remove the line `---`."
                    self._problems.error("PMO011", self._place(event), "", said)
                    raise UnreadableError
            elif name in {"ScalarEvent", "SequenceStartEvent", "MappingStartEvent", "AliasEvent"}:
                root = self._node(event, 0)
        return root

    def _place(self, event: Any) -> str:
        mark = event.start_mark
        return f"{self._shown}:{mark.line + 1}:{mark.column + 1}"

    def _node(self, event: Any, depth: int) -> Node:
        mark = event.start_mark
        place = f"{self._shown}:{mark.line + 1}:{mark.column + 1}"
        self._n_values += 1
        if depth > DEEPEST or self._n_values > MOST_VALUES:
            said = f"This is nested deeper than {DEEPEST} levels."
            if depth <= DEEPEST:
                said = f"The file holds more than {MOST_VALUES} values."
            self._problems.error("PMO014", place, "", said)
            raise UnreadableError
        name = type(event).__name__
        if name == "AliasEvent" or event.anchor is not None or event.tag is not None:
            self._report_unused(event, place)
        if name == "ScalarEvent":
            is_plain = event.implicit[0] and not event.style
            return Node(core_value(event.value) if is_plain else event.value, place, event.value)
        if name == "SequenceStartEvent":
            return Node(list(self._entries(depth)), place)
        if name == "MappingStartEvent":
            return self._mapping(place, depth)
        return Node(None, place)

    def _report_unused(self, event: Any, place: str) -> None:
        if type(event).__name__ == "AliasEvent":
            said = f"'*{event.anchor}' is an alias; scenario files do not use them. Use a template."
            self._problems.error("PMO013", place, "", said)
        elif event.anchor is not None:
            said = (
                f"'&{event.anchor}' is an anchor; scenario files do not use them. Use a template."
            )
            self._problems.error("PMO013", place, "", said)
        else:
            said = f"'{event.tag}' is a tag; scenario files do not use them. Remove it."
            self._problems.error("PMO013", place, "", said)

    def _entries(self, depth: int) -> Iterator[Node]:
        for event in self._events:
            if type(event).__name__ == "SequenceEndEvent":
                return
            yield self._node(event, depth + 1)

    def _mapping(self, place: str, depth: int) -> Node:
        entries: dict[str, Node] = {}
        key_places: dict[str, str] = {}
        for event in self._events:
            if type(event).__name__ == "MappingEndEvent":
                break
            key = self._node(event, depth + 1)
            value = self._node(next(self._events), depth + 1)
            self._add(entries, key_places, key, value, is_plain=not getattr(event, "style", ""))
        return Node(entries, place, "", key_places)

    def _add(
        self,
        entries: dict[str, Node],
        key_places: dict[str, str],
        key: Node,
        value: Node,
        *,
        is_plain: bool,
    ) -> None:
        if not key.is_scalar:
            said = "A key must be a single word, not a list or mapping."
            self._problems.error("PMO104", key, "", said)
        elif key.text == "<<" and is_plain:
            said = "'<<' is a merge key; scenario files do not use them. Use a template."
            self._problems.error("PMO013", key, "", said)
        elif key.text in entries:
            said = (
                f"The key '{key.text[:60]}' stands twice; it is at {key_places[key.text]} already."
            )
            self._problems.error("PMO012", key, "", said)
        else:
            entries[key.text] = value
            key_places[key.text] = key.place
