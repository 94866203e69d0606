"""Leaving: what commands share that leave a folder with a page beside what they print.

Two steps: ``folder_of`` before the work (a place that is taken is refused before a minute is
spent), ``leave`` after it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import click

from pmosim.cli.options import a_path

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from pmosim.cli.terminal import Terminal
    from pmosim.workspace import Located

Decorated = TypeVar("Decorated", bound="Callable[..., Any]")


def into_folder(kind: str) -> Callable[[Decorated], Decorated]:
    """Add ``-o``; ``kind`` is what the name of the default folder ends with."""
    return click.option(
        "-o",
        "--output",
        callback=a_path("a folder, such as reports/NAME"),
        metavar="FOLDER",
        help=f"Page, charts, tables. [default: reports/NAME-{kind}; with --json: none]",
    )


def folder_of(output: Path | None, place: Located, kind: str, *, is_json: bool) -> Path | None:
    """Return where a study goes, None = nowhere; RunFolderError if the place is taken."""
    if output is None and is_json:
        return None
    default = place.default_folder
    folder = output or default.with_name(f"{default.name}-{kind}")
    from pmosim.workspace import refuse_occupied

    refuse_occupied(folder)
    return folder


def leave(
    terminal: Terminal,
    folder: Path | None,
    document: Mapping[str, Any],
    places: Sequence[Located],
) -> None:
    """Write the folder of a study and say where its page is.

    Parameters
    ----------
    folder : from ``folder_of``; None = nothing is written.
    document : what ``--json`` prints.
    places : what was read: scenario files, or the runs that were compared.
    """
    if folder is not None:
        leave_beside(terminal, folder, document, _inputs(places))


def leave_beside(
    terminal: Terminal, folder: Path, document: Mapping[str, Any], inputs: Mapping[str, Path]
) -> None:
    """Write the folder of a study whose inputs are given as files, by name."""
    from pmosim import provenance
    from pmosim.report import write_study_report
    from pmosim.workspace import make_study

    study = make_study(
        folder,
        document,
        inputs=inputs,
        key={"versions": provenance.versions(), "machine": provenance.machine()},
        run={"argv": list(terminal.argv), "ended": provenance.now().isoformat(timespec="seconds")},
    )
    with study as draft:
        write_study_report(document, draft.path, draft.provenance())
    terminal.say(f"report: {folder / 'report.html'}")


def _inputs(places: Sequence[Located]) -> dict[str, Path]:
    """Return every file that was read, by its name in the workspace."""
    from pmosim.scenario.inputs import input_files

    found: dict[str, Path] = {}
    for place in places:
        if place.folder is None:
            found |= input_files(place.scenario)
        else:
            for file in (place.folder / "manifest.json", place.scenario):
                found[f"{place.folder.name}/{file.name}"] = file
    return found
