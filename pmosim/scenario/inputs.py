"""Inputs: the files that a scenario is made of, for the manifest of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmosim.scenario import files
from pmosim.scenario.messages import Problems

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pmosim.scenario.nodes import Node

REFERENCES = ("csv", "xlsx", "extends", "calibration")
"""Keys whose value is the path of another file."""


def input_files(file: Path) -> dict[str, Path]:
    """Return a scenario file and every file it refers to, by their names in the workspace.

    In the order met, each once. For a scenario that has been read without errors: what cannot be
    found is left out.
    """
    found: dict[Path, None] = {}
    waiting = [file.resolve()]
    while waiting:
        path = waiting.pop(0)
        if path in found:
            continue
        found[path] = None
        if path.suffix.lower() in {".yaml", ".yml", ".json"}:
            document = files.read_document(path, Problems())
            referred = (path.parent / text for text in _references(document))
            waiting += [other.resolve() for other in referred if other.is_file()]
    workspace = files.workspace_of(file.resolve())
    return {path.relative_to(workspace).as_posix(): path for path in found}


def _references(node: Node) -> Iterator[str]:
    for key, part in node.mapping.items():
        if key in REFERENCES and part.is_scalar and part.text:
            yield part.text
        yield from _references(part)
    for part in node.items:
        yield from _references(part)
