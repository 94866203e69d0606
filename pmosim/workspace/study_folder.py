"""Study folder: what a what-if, a comparison or another study leaves behind.

``manifest.json``, the answer as JSON (``compare.json``, ``policies.json``: by its schema),
``tables/*.csv``, ``charts/*``, ``report.html``. Same inputs, seed, version and kind of machine: the
same bytes of everything but the manifest, whose ``result`` is the digest of all those bytes and
whose ``run`` part is about this one run.

All of it is made in a folder beside, then renamed into place file by file, the manifest last: no
reader sees half a file, and a study that is cut short leaves the last one as it was.
"""

from __future__ import annotations

import json
import os
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pmosim import provenance
from pmosim.errors import Problem, RunFolderError
from pmosim.workspace.lookup import REPORTS
from pmosim.workspace.run_folder import MANIFEST, replace
from pmosim.workspace.study_tables import write_study_tables

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SCHEMA = "pmosim.study/1"
PAGE = "report.html"
OWN = ("tables/*.csv", "charts/*.svg", "charts/*.png", PAGE)
"""What a study writes beside its answer and the manifest; anything else there is the user's."""


@dataclass(frozen=True, kw_only=True)
class StudyFolder:
    """A study on disk, or one that is being made."""

    path: Path
    """Where it is, or where it is made before it is put into place."""
    manifest: Mapping[str, Any]

    @property
    def answer(self) -> Path:
        """The document of the study."""
        return self.path / f"{self.manifest['kind']}.json"

    def document(self) -> dict[str, Any]:
        """Return the answer (RunFolderError if it cannot be read)."""
        try:
            found = json.loads(self.answer.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            rule = f"cannot be read ({error}). Ask the question again."
            raise _refusal(self.answer, "PMO036", rule) from error
        if not isinstance(found, dict):
            raise _refusal(self.answer, "PMO036", "is no answer of pmosim. Ask again.")
        return found

    def provenance(self) -> dict[str, Any]:
        """Return where the answer comes from, without anything about this one run."""
        manifest = self.manifest
        return {
            "version": f"pmosim {manifest['versions']['pmosim']}",
            "seed": manifest["seed"],
            "replications": manifest["replications"],
            **{part["path"]: f"sha256 {part['sha256']}" for part in manifest["inputs"]},
        }

    def seal(self) -> None:
        """Write the digests anew, after page and tables were written again."""
        _seal(self.path, self.manifest, self.manifest.get("run", {}))


def is_study_folder(path: Path) -> bool:
    """Return whether a study of pmosim left this folder."""
    return _manifest_of(path) is not None


def study_of(text: str) -> Path | None:
    """Return the study folder that a user means, None where it is none."""
    places = (Path(text), Path(REPORTS) / text) if text.strip() else ()
    return next((place for place in places if is_study_folder(place)), None)


def open_study(path: Path) -> StudyFolder:
    """Open the folder of a study (RunFolderError if it is none)."""
    manifest = _manifest_of(path)
    if manifest is None:
        raise _refusal(path, "PMO032", "this is no folder of a study of pmosim.")
    return StudyFolder(path=path, manifest=manifest)


def refuse_occupied(path: Path) -> None:
    """Refuse a place that is taken by something else than a study (RunFolderError)."""
    if path.is_file():
        raise _refusal(path, "PMO032", "this is a file; a study needs a folder of its own (-o).")
    file = next((parent for parent in path.parents if parent.is_file()), None)
    if file is not None:
        raise _refusal(path, "PMO032", f"{file} is a file; no folder can lie in it (-o).")
    if path.is_dir() and any(path.iterdir()) and _kind_of(path) is None:
        rule = (
            "this folder holds something else than a study of pmosim and is left alone. "
            "Give another folder: -o reports/NAME"
        )
        raise _refusal(path, "PMO032", rule)


@contextmanager
def make_study(
    path: Path,
    document: Mapping[str, Any],
    *,
    inputs: Mapping[str, Path],
    key: Mapping[str, Any],
    run: Mapping[str, Any],
) -> Iterator[StudyFolder]:
    """Give a folder with answer, tables and manifest for the page; then put it into place.

    Parameters
    ----------
    path : where the study goes; refused if it holds something else.
    document : of ``whatif --json`` and its kin.
    inputs : the files that were read, by name.
    key : what the answer depends on beside them: versions, kind of machine.
    run : about this one run: arguments, time.
    """
    refuse_occupied(path)
    kind = str(document["schema"]).removeprefix("pmosim.").partition("/")[0]
    manifest = {
        "schema": SCHEMA,
        "kind": kind,
        "seed": document.get("seed"),
        "replications": _futures(document),
        **key,
        "inputs": [
            {"path": name, "sha256": provenance.digest_of_file(file)}
            for name, file in inputs.items()
        ],
    }
    draft = path.with_name(f".{path.name}.tmp")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    try:
        study = StudyFolder(path=draft, manifest=manifest)
        _write_json(study.answer, document)
        write_study_tables(document, draft / "tables")
        yield study
        _seal(draft, manifest, run)
        _put_into_place(draft, path)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _seal(path: Path, manifest: Mapping[str, Any], run: Mapping[str, Any]) -> None:
    """Write the manifest: the digest of every file, of all of them, and how this run went."""
    files = {
        file.relative_to(path).as_posix(): provenance.digest_of_file(file)
        for file in _own_files(path, str(manifest["kind"]))
    }
    whole = {
        name: part for name, part in manifest.items() if name not in {"result", "files", "run"}
    }
    whole |= {"result": provenance.digest_of_value(files), "files": files, "run": dict(run)}
    _write_json(path / MANIFEST, whole)


def _put_into_place(draft: Path, path: Path) -> None:
    """Move the files of a draft over those of the last study; the manifest comes last."""
    path.mkdir(parents=True, exist_ok=True)
    before = _kind_of(path)
    old = [] if before is None else _own_files(path, before)
    new = sorted(file for file in draft.rglob("*") if file.is_file())
    new.sort(key=lambda file: file.name == MANIFEST)
    for file in new:
        target = path / file.relative_to(draft)
        target.parent.mkdir(exist_ok=True)
        os.replace(file, target)  # noqa: PTH105 (one word for one idea)
    kept = {path / file.relative_to(draft) for file in new}
    for file in old:
        if file not in kept:
            file.unlink()


def _futures(document: Mapping[str, Any]) -> int | None:
    """Return how many futures each run had; the least where they differ."""
    found = document.get("replications", (document.get("futures") or {}).get("common"))
    return found if isinstance(found, int) else None


def _own_files(path: Path, kind: str) -> list[Path]:
    patterns = (f"{kind}.json", *OWN)
    return sorted(file for pattern in patterns for file in path.glob(pattern) if file.is_file())


def _kind_of(path: Path) -> str | None:
    """Return what kind of study left a folder, also where only its answer was kept; else None."""
    manifest = _manifest_of(path)
    if manifest is not None:
        return str(manifest["kind"])
    for file in sorted(path.glob("*.json")):
        try:
            document = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        schema = str(document.get("schema", "")) if isinstance(document, dict) else ""
        if file.name != MANIFEST and schema.startswith(f"pmosim.{file.stem}/"):
            return file.stem
    return None


def _manifest_of(path: Path) -> dict[str, Any] | None:
    try:
        manifest = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    is_ours = isinstance(manifest, dict) and manifest.get("schema") == SCHEMA
    parts = ("kind", "seed", "replications", "versions", "inputs")
    return manifest if is_ours and all(part in manifest for part in parts) else None


def _write_json(path: Path, value: Mapping[str, Any]) -> None:
    text = json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False)
    replace(path, f"{text}\n".encode())


def _refusal(path: Path, code: str, text: str) -> RunFolderError:
    return RunFolderError([Problem(place=str(path), code=code, text=text)])
