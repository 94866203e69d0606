"""Sources: a scenario file with all it refers to: the file it extends, its tables, its changes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pmosim.scenario import changes, files, sheets, tables, workbook
from pmosim.scenario.messages import did_you_mean

if TYPE_CHECKING:
    from pmosim.scenario.messages import Problems
    from pmosim.scenario.nodes import Node

MOST_STEPS = 20
"""Files that may extend each other in a row."""
OVERLAY_KEYS = ("pmosim", "name", "extends", "changes")


def read_source(path: Path | str, problems: Problems) -> Node:
    """Return one document for a file: tables inlined, overlays applied.

    Raises ``UnreadableError`` after noting why there is nothing to go on with.
    """
    file = Path(path)
    if file.is_dir():
        said = "is a folder; name a scenario file in it, such as scenarios/baseline.yaml."
        problems.error("PMO010", f"{file}:1:1", "the path", said)
        raise files.UnreadableError
    file = file.resolve()
    return _Source(files.workspace_of(file), problems).document(file, ())


def complete(root: Node, folder: Path, problems: Problems) -> Node:
    """Return a document that came from Python: paths in it are relative to ``folder``."""
    folder = folder.resolve()
    source = _Source(files.workspace_of(folder / "scenario.yaml"), problems)
    return source.completed(root, folder, ())


class _Source:
    def __init__(self, workspace: Path, problems: Problems) -> None:
        self._workspace = workspace
        self._problems = problems

    def document(self, file: Path, before: tuple[Path, ...]) -> Node:
        if file.suffix.lower() in (*workbook.SUFFIXES, *workbook.OTHER_SUFFIXES):
            return sheets.read_workbook(file, self._problems)
        root = files.read_document(file, self._problems)
        if not isinstance(root.value, dict):
            said = f"is {root.shown()}; a scenario must be a mapping of keys to values."
            self._problems.error("PMO018", root, "the file", said)
            raise files.UnreadableError
        return self.completed(root, file.parent, (*before, file))

    def completed(self, root: Node, folder: Path, chain: tuple[Path, ...]) -> Node:
        given = root.get("changes")
        if root.get("extends") is not None:
            base = self._extended(root, folder, chain)
        else:
            base = tables.with_tables(root, self._workspace, folder, self._problems)
        base = without(base, "extends", "changes")
        whole = base if given is None else changes.applied(base, given, self._problems)
        return self._with_calibration(whole, folder)

    def _with_calibration(self, root: Node, folder: Path) -> Node:
        """Return the document with what stands in its ``fitted.yaml`` in place of the path."""
        node = root.get("calibration")
        if node is None or not node.is_scalar or node.is_null:
            return root
        file = files.inside(self._workspace, folder, node, "calibration", self._problems)
        found = files.read_document(file, self._problems)
        return root.with_entries(root.mapping | {"calibration": found})

    def _extended(self, root: Node, folder: Path, chain: tuple[Path, ...]) -> Node:
        self._check_overlay_keys(root)
        node = root.mapping["extends"]
        file = files.inside(self._workspace, folder, node, "extends", self._problems)
        if file in chain or len(chain) > MOST_STEPS:
            names = " -> ".join(files.shown_path(step) for step in (*chain, file))
            said = f"goes round in a circle: {names}. Extend a file that does not come back."
            if file not in chain:
                said = f"goes through more than {MOST_STEPS} files; put some changes together."
            self._problems.error("PMO016", node, "extends", said)
            raise files.UnreadableError
        base = self.document(file, chain)
        name = root.get("name")
        return base if name is None else base.with_entries(base.mapping | {"name": name})

    def _check_overlay_keys(self, root: Node) -> None:
        for key in root.mapping:
            if key not in OVERLAY_KEYS:
                said = (
                    "cannot stand beside `extends`; an overlay says what is different in "
                    f"`changes`, such as - set: {{{key}: ...}}."
                )
                hint = did_you_mean(key, OVERLAY_KEYS).split(" Known:")[0]
                self._problems.error("PMO108", root.place_of(key), key, said + hint)


def without(root: Node, *keys: str) -> Node:
    """Return a mapping without some of its keys."""
    return root.with_entries({key: node for key, node in root.mapping.items() if key not in keys})
