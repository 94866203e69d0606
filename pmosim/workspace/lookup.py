"""Lookup: what a user types becomes a place: a scenario file, a run folder, or a bare name."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from pmosim.errors import InputError, Problem
from pmosim.workspace.run_folder import is_run_folder

SUFFIXES = (".yaml", ".yml", ".json", ".xlsx", ".xlsm")
"""Endings of scenario files, in the order in which a bare name tries them."""

SCENARIOS, REPORTS = "scenarios", "reports"


@dataclass(frozen=True, kw_only=True)
class Located:
    """A place: ``scenario`` is the file to read; ``folder`` is set where it is a run folder's."""

    scenario: Path
    folder: Path | None = None

    @property
    def name(self) -> str:
        """The short name a user would type."""
        return self.folder.name if self.folder else self.scenario.stem

    @property
    def default_folder(self) -> Path:
        """Where a run of it goes unless told otherwise: ``reports/NAME`` of its workspace."""
        if self.folder:
            return self.folder
        above = self.scenario.parent
        root = above.parent if above.name == SCENARIOS else Path()
        return root / REPORTS / self.scenario.stem


def locate(text: str) -> Located:
    """Return the place a user means, or say what may have been meant (InputError)."""
    path = Path(text)
    if not text.strip():
        rule = "the path is empty. Give a scenario file, a run folder, or a bare name."
        raise InputError([Problem(place="PATH", code="PMO031", text=rule)])
    if path.is_file():
        return Located(scenario=path)
    if path.is_dir():
        return _in_folder(path, text)
    is_bare = len(path.parts) == 1
    if is_bare and (file := _scenario_named(text)):
        return Located(scenario=file)
    if is_bare and (folder := Path(REPORTS) / text).is_dir():
        return _in_folder(folder, text)
    raise InputError([_not_found(path, text, is_bare=is_bare)])


def run_of(text: str) -> Path:
    """Return the run folder a user means; of a scenario, the one its run writes (InputError)."""
    located = locate(text)
    folder = located.default_folder
    if is_run_folder(folder):
        return folder
    rule = f"'{text}' has no run folder at {folder} yet. First: pmosim run {shlex.quote(text)}"
    raise InputError([Problem(place=text, code="PMO033", text=rule)])


def _in_folder(folder: Path, text: str) -> Located:
    if is_run_folder(folder):
        return Located(scenario=folder / "scenario.yaml", folder=folder)
    rule = "this folder is no run folder. Give a scenario file, a run folder, or a bare name."
    raise InputError([Problem(place=text, code="PMO032", text=rule)])


def _scenario_named(name: str) -> Path | None:
    folder = Path(SCENARIOS)
    candidates = [folder / name, *(folder / f"{name}{suffix}" for suffix in SUFFIXES)]
    return next((path for path in candidates if path.is_file()), None)


def _not_found(path: Path, text: str, *, is_bare: bool) -> Problem:
    if is_bare:
        known = [file.stem for file in _files_in(Path(SCENARIOS))]
        known += [file.name for file in _files_in(Path())]
        if Path(REPORTS).is_dir():
            known += sorted(entry.name for entry in Path(REPORTS).iterdir() if is_run_folder(entry))
        where = f"there is no such file, nor '{text}' in {SCENARIOS}/ or {REPORTS}/."
    else:
        known = [file.as_posix() for file in _files_in(path.parent)]
        where = "there is no such file or folder."
    known = list(dict.fromkeys(known))
    close = get_close_matches(text, known, n=1, cutoff=0.6)
    hint = f" Did you mean '{close[0]}'?" if close else ""
    listed = f" Known: {', '.join(known[:12])}{', ...' * (len(known) > 12)}." if known else ""
    start = "" if known else " A workspace to start with: pmosim init"
    return Problem(place=text, code="PMO031", text=f"{where}{hint}{listed}{start}")


def _files_in(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    offered = (".yaml", ".yml", ".xlsx")
    return sorted(
        each
        for each in folder.iterdir()
        if each.suffix in offered and not each.name.startswith(".") and each.is_file()
    )
