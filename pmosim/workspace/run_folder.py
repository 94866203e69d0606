"""Run folder: everything a run leaves behind, and what it takes to go on with it.

``manifest.json`` (what went in, and digests of what came out), ``scenario.yaml`` (resolved),
``outcomes/*.npz`` (blocks of futures, each renamed into place when it is whole), ``forecast.json``,
``tables/*.csv``, ``report.html``. Same inputs, seed, version and kind of machine: the same bytes of
everything but the manifest, whose ``result`` is the digest of all those bytes and whose ``run``
part is about this one run.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pmosim import provenance
from pmosim.errors import Problem, RunFolderError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pmosim.outcomes import Outcomes

MANIFEST, SCENARIO, OUTCOMES, FORECAST = (
    "manifest.json",
    "scenario.yaml",
    "outcomes",
    "forecast.json",
)
SCHEMA = "pmosim.manifest/1"
IN_MANIFEST = ("seed", "replications", "versions", "scenario", "inputs", "run")
IN_FORECAST = ("scenario", "seed", "replications", "projects", "roles", "portfolio")
"""What has to stand in the two documents of a run folder."""
OWN = (SCENARIO, FORECAST, "report.html", "outcomes/*.npz", "tables/*.csv", "charts/*")
"""What a run writes beside the manifest; anything else in the folder is the user's."""


@dataclass(frozen=True, kw_only=True)
class RunFolder:
    """A run on disk; ``manifest`` is what it says of itself."""

    path: Path
    manifest: Mapping[str, Any]

    @property
    def is_finished(self) -> bool:
        """Return whether the run came to its end."""
        return self.manifest.get("result") is not None

    @property
    def scenario(self) -> Path:
        """The resolved scenario of the run."""
        return self.path / SCENARIO

    def blocks(self) -> list[Path]:
        """Return the files of finished blocks, in the order of their futures."""
        return sorted((self.path / OUTCOMES).glob("*.npz"))

    def keep_block(self, block: Outcomes) -> None:
        """Write one block; a reader, or a run that is cut short, never sees half of it."""
        path = self.path / OUTCOMES / f"{block.first:07d}.npz"
        draft = path.with_suffix(".tmp")
        block.save(draft)
        os.replace(draft, path)  # noqa: PTH105 (one word for one idea)

    def outcomes(self) -> Outcomes:
        """Return what happened in all its futures (RunFolderError if some are missing)."""
        from pmosim.network import compile_network
        from pmosim.outcomes import Outcomes
        from pmosim.scenario import read_scenario

        if not self.is_finished or not self.blocks():
            raise _refusal(
                self.path, "PMO033", "this run did not come to its end; go on with --resume."
            )
        network = compile_network(read_scenario(self.scenario))
        return Outcomes.concatenate([Outcomes.load(file, network) for file in self.blocks()])

    def provenance(self) -> dict[str, Any]:
        """Return where the result comes from, without anything about this one run."""
        manifest = self.manifest
        if not manifest:
            return {}
        return {
            "version": f"pmosim {manifest['versions']['pmosim']}",
            "seed": manifest["seed"],
            "replications": manifest["replications"],
            "scenario": f"sha256 {manifest['scenario']['sha256']}",
            **{part["path"]: f"sha256 {part['sha256']}" for part in manifest["inputs"]},
        }

    def forecast(self) -> dict[str, Any]:
        """Return ``forecast.json`` (RunFolderError if there is none)."""
        return _read_json(self.path / FORECAST, IN_FORECAST)

    def write_forecast(self, document: Mapping[str, Any]) -> None:
        """Write ``forecast.json``."""
        text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False)
        replace(self.path / FORECAST, f"{text}\n".encode())

    def finish(self, run: Mapping[str, Any]) -> RunFolder:
        """Seal the manifest: the digest of every file, of all of them, and how this run went."""
        files = {
            path.relative_to(self.path).as_posix(): provenance.digest_of_file(path)
            for path in _own_files(self.path)
        }
        manifest = {
            **self.manifest,
            "result": provenance.digest_of_value(files),
            "files": files,
            "run": {**self.manifest["run"], **run},
        }
        _write_manifest(self.path, manifest)
        return RunFolder(path=self.path, manifest=manifest)


def is_run_folder(path: Path) -> bool:
    """Return whether pmosim made this folder: by its manifest, or by its forecast alone."""
    for name, schema in ((MANIFEST, "pmosim.manifest/"), (FORECAST, "pmosim.")):
        try:
            document = json.loads((path / name).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        if isinstance(document, dict) and str(document.get("schema", "")).startswith(schema):
            return True
    return False


def open_run(path: Path) -> RunFolder:
    """Open a run folder (RunFolderError if it cannot be read)."""
    if not is_run_folder(path):
        raise _refusal(path, "PMO032", "this is no run folder of pmosim.")
    if not (path / MANIFEST).is_file():
        rule = "only the forecast of this run was kept. Run its scenario again to ask more of it."
        raise _refusal(path, "PMO033", rule)
    return RunFolder(path=path, manifest=_read_json(path / MANIFEST, IN_MANIFEST))


def open_forecast(path: Path) -> RunFolder:
    """Open a run folder of which only the forecast may be left (RunFolderError if it is none)."""
    if (path / MANIFEST).is_file() or not is_run_folder(path):
        return open_run(path)
    return RunFolder(path=path, manifest={})


def begin_run(
    path: Path,
    *,
    scenario: str,
    inputs: Mapping[str, Path],
    key: Mapping[str, Any],
    run: Mapping[str, Any],
) -> RunFolder:
    """Make (or empty) a run folder and write down what goes in.

    ``inputs`` are the files that were read, by name; ``key`` is what every block depends on beside
    the scenario (seed, versions, block size). Only files that a run writes are removed; a folder
    that pmosim did not make is refused.
    """
    refuse_foreign(path)
    path.mkdir(parents=True, exist_ok=True)
    return _prepare(path, scenario, inputs, key, run, keeps_blocks=False)


def resume_run(
    path: Path,
    *,
    scenario: str,
    inputs: Mapping[str, Path],
    key: Mapping[str, Any],
    run: Mapping[str, Any],
) -> RunFolder:
    """Go on with a run of the same scenario, seed, version and block size, or refuse.

    Finished blocks stay. The number of futures may differ from before.
    """
    if not path.exists():
        return begin_run(path, scenario=scenario, inputs=inputs, key=key, run=run)
    before = open_run(path).manifest
    now = {**key, "scenario": {"sha256": provenance.digest(scenario.encode())}}
    differs = [
        difference
        for name, value in now.items()
        if name != "replications"
        for difference in _differences(name, before.get(name), value)
    ]
    if differs:
        rule = (
            "--resume goes on with the same question only, but this run differs in "
            f"{'; '.join(differs)}. Leave out --resume to start again, or give another folder (-o)."
        )
        raise _refusal(path, "PMO035", rule)
    return _prepare(path, scenario, inputs, key, run, keeps_blocks=True)


def refuse_foreign(path: Path) -> None:
    """Refuse a place that is taken by something pmosim did not make (RunFolderError)."""
    if path.is_file():
        raise _refusal(path, "PMO032", "this is a file; a run needs a folder of its own (-o).")
    if path.is_dir() and any(path.iterdir()) and not is_run_folder(path):
        rule = (
            "this folder holds something else than a run of pmosim and is left alone. "
            "Give another folder: -o reports/NAME"
        )
        raise _refusal(path, "PMO032", rule)


def replace(path: Path, content: bytes) -> None:
    """Write a file in one step: under another name first, then renamed."""
    draft = path.with_name(f"{path.name}.tmp")
    draft.write_bytes(content)
    os.replace(draft, path)  # noqa: PTH105 (one word for one idea)


def _prepare(
    path: Path,
    scenario: str,
    inputs: Mapping[str, Path],
    key: Mapping[str, Any],
    run: Mapping[str, Any],
    *,
    keeps_blocks: bool,
) -> RunFolder:
    """Clear a run folder and write down what goes in."""
    manifest = {
        "schema": SCHEMA,
        **key,
        "scenario": {"sha256": provenance.digest(scenario.encode())},
        "inputs": [
            {"path": name, "sha256": provenance.digest_of_file(file)}
            for name, file in inputs.items()  # before anything is removed: one may lie in here
        ],
        "result": None,
        "run": dict(run),
    }
    for file in [*_own_files(path), *path.glob(f"{OUTCOMES}/*.tmp")]:
        if not (keeps_blocks and file.suffix == ".npz"):
            file.unlink()
    replace(path / SCENARIO, scenario.encode())
    (path / OUTCOMES).mkdir(exist_ok=True)
    _write_manifest(path, manifest)
    return RunFolder(path=path, manifest=manifest)


def _own_files(path: Path) -> list[Path]:
    return sorted(file for pattern in OWN for file in path.glob(pattern) if file.is_file())


def _write_manifest(path: Path, manifest: Mapping[str, Any]) -> None:
    text = json.dumps(manifest, indent=1, ensure_ascii=False, allow_nan=False)
    replace(path / MANIFEST, f"{text}\n".encode())


def _read_json(path: Path, keys: Sequence[str]) -> dict[str, Any]:
    """Return a document that has these keys (RunFolderError)."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise _refusal(path, "PMO033", "is missing; the run did not come to its end.") from error
    except ValueError as error:
        raise _damaged(path, str(error)) from error
    missing = [key for key in keys if not (isinstance(document, dict) and key in document)]
    if missing:
        raise _damaged(path, f"it says nothing of {', '.join(missing)}")
    found: dict[str, Any] = document
    return found


def _damaged(path: Path, why: str) -> RunFolderError:
    return _refusal(path, "PMO036", f"is damaged ({why}). Run the scenario again.")


def _differences(name: str, then: object, now: object) -> list[str]:
    """Return what differs between two values of a manifest, in words."""
    if isinstance(then, dict) and isinstance(now, dict):
        return [
            difference
            for key in dict.fromkeys((*then, *now))
            for difference in _differences(f"{name} {key}", then.get(key), now.get(key))
        ]
    if then == now:
        return []
    return [f"{name}: {str(then)[:12]} then, {str(now)[:12]} now"]


def _refusal(path: Path, code: str, text: str) -> RunFolderError:
    return RunFolderError([Problem(place=str(path), code=code, text=text)])
