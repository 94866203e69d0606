"""Overlay: changes written down as a scenario file that extends another.

In: a list of verbs and the file they change. Out: a file that reads back as the same scenario.
Nothing that exists is overwritten, and a path never leaves the workspace.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from pmosim.errors import InputError, Problem
from pmosim.scenario import files
from pmosim.scenario.resolution import flow_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

ENDINGS = (".yaml", ".yml")


def overlay_text(extends: str, entries: Sequence[tuple[str, Any]], name: str = "") -> str:
    """Return an overlay: one line per change, in their order.

    Parameters
    ----------
    extends : path of the scenario that is changed, relative to the overlay.
    entries : verbs and what stands behind them, plain values.
    name : what the changed scenario is called; empty = as before.
    """
    lines = ["pmosim: 1", *([f"name: {flow_text(name)}"] if name else [])]
    lines += [f"extends: {flow_text(extends)}", "changes:"]
    lines += [f"  - {verb}: {flow_text(value)}" for verb, value in entries]
    return "\n".join(lines) + "\n"


def check_overlay_place(file: Path, base: Path, option: str = "--save") -> None:
    """Refuse a place where an overlay cannot be written.

    Raises
    ------
    InputError : the ending is not that of a scenario file, something is there already, or the file
        would not lie in the workspace of ``base``.
    """
    workspace = files.workspace_of(base.resolve())
    target = file.resolve()
    if file.suffix.lower() not in ENDINGS:
        text = f"'{file}': an overlay ends in .yaml; write {option} scenarios/NAME.yaml."
        raise _refused(option, "PMO040", text)
    if not target.is_relative_to(workspace) or files.workspace_of(target) != workspace:
        where = files.shown_path(workspace)
        text = (
            f"'{file}' lies outside the workspace of {files.shown_path(base.resolve())} "
            f"({where}); an overlay reaches what it extends only inside it. "
            f"Give a place in {where}{'/scenarios' if (workspace / 'scenarios').is_dir() else ''}."
        )
        raise _refused(option, "PMO015", text)
    if target.exists():
        text = f"'{file}' is there already and is not overwritten; give another name or remove it."
        raise _refused(option, "PMO034", text)


def save_overlay(
    file: Path,
    base: Path,
    entries: Sequence[tuple[str, Any]],
    *,
    name: str = "",
    option: str = "--save",
) -> None:
    """Write changes to ``base`` as an overlay; see ``check_overlay_place`` for what is refused."""
    check_overlay_place(file, base, option)
    extends = os.path.relpath(base.resolve(), file.resolve().parent).replace(os.sep, "/")
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("x", encoding="utf-8", newline="\n") as stream:
        stream.write(overlay_text(extends, entries, name))


def _refused(place: str, code: str, text: str) -> InputError:
    return InputError([Problem(place=place, code=code, text=text)])
