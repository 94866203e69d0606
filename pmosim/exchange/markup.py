"""Markup: XML of untrusted origin as elements; a document type or an entity is refused.

Built on expat directly, because a document type has to be seen before anything in it acts. Names
come without their namespace. Size, depth and number of elements are capped.
"""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element
from xml.parsers import expat

from pmosim.scenario import files

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from pmosim.scenario.messages import Problems

MOST_BYTES = 500_000_000
MOST_ELEMENTS = 20_000_000
DEEPEST = 200


class _RefusedError(Exception):
    """XML that is not read, and why."""

    def __init__(self, code: str, said: str) -> None:
        self.code = code
        self.said = said
        super().__init__(said)


class _Builder:
    """Makes elements of what the parser meets; finished ones of some names are handed over."""

    def __init__(self, on_end: Mapping[str, Callable[[Element], None]]) -> None:
        self.root: Element | None = None
        self._on_end = on_end
        self._open: list[Element] = []
        self._n = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._n += 1
        if self._n > MOST_ELEMENTS or len(self._open) >= DEEPEST:
            raise _RefusedError("PMO014", "has too many elements, or is nested too deeply.")
        element = Element(name.rpartition(" ")[2], attributes)
        if self._open:
            self._open[-1].append(element)
        elif self.root is None:
            self.root = element
        self._open.append(element)

    def end(self, _: str) -> None:
        element = self._open.pop()
        if element.tag in self._on_end:
            self._on_end[element.tag](element)
            element.clear()
            if self._open and len(self._open[-1]) and self._open[-1][-1] is element:
                del self._open[-1][-1]

    def data(self, text: str) -> None:
        if self._open and not len(self._open[-1]):
            self._open[-1].text = (self._open[-1].text or "") + text


def _refuse_type(*_: object) -> None:
    said = "has a document type (DOCTYPE), which can make a reader fetch or unfold anything; it is "
    said += "not read. Export it again without one, or take the <!DOCTYPE ...> out."
    raise _RefusedError("PMO977", said)


def read_xml(
    file: Path,
    problems: Problems,
    on_end: Mapping[str, Callable[[Element], None]] | None = None,
) -> Element:
    """Return the root of an XML file (or a gzipped one), or raise after noting why not.

    ``on_end`` takes elements by name as soon as they are complete, and they leave the tree, so
    that a long log needs little memory.
    """
    builder = _Builder(on_end or {})
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = _refuse_type
    parser.EntityDeclHandler = _refuse_type
    place = f"{files.shown_path(file)}:1:1"
    try:
        with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as stream:
            _feed(parser, stream)
    except _RefusedError as error:
        where = f"{files.shown_path(file)}:{parser.CurrentLineNumber}:1"
        problems.error(error.code, where, "the file", error.said)
        raise files.UnreadableError from None
    except expat.ExpatError as error:
        where = f"{files.shown_path(file)}:{error.lineno}:{error.offset + 1}"
        said = f"is not valid XML: {expat.ErrorString(error.code)}."
        problems.error("PMO976", where, "the file", said)
        raise files.UnreadableError from None
    except (LookupError, ValueError) as error:
        problems.error("PMO976", place, "the file", f"cannot be read as XML: {error}.")
        raise files.UnreadableError from None
    except (OSError, EOFError) as error:
        reason = getattr(error, "strerror", None) or error
        problems.error("PMO010", place, "the file", f"cannot be read: {reason}.")
        raise files.UnreadableError from None
    if builder.root is None:
        problems.error("PMO976", place, "the file", "is empty.")
        raise files.UnreadableError
    return builder.root


def _feed(parser: expat.XMLParserType, stream: object) -> None:
    size = 0
    while chunk := stream.read(1 << 20):  # type: ignore[attr-defined]
        size += len(chunk)
        if size > MOST_BYTES:
            said = f"is larger than {MOST_BYTES // 10**6} MB; split it."
            raise _RefusedError("PMO014", said)
        parser.Parse(chunk, False)  # noqa: FBT003 (expat)
    parser.Parse(b"", True)  # noqa: FBT003 (expat)


def text_of(element: Element, path: str) -> str:
    """Return the text of an element below, empty if there is none."""
    return (element.findtext(path) or "").strip()
