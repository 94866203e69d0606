"""Conversion: a scenario from a YAML file, folder or workbook into another of them.

The model stays equal; what was written is read back to make sure. Overlays are applied and tables
come along on the way, templates stay templates.
"""

from __future__ import annotations

import re
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from pmosim.errors import InputError, Problem, ScenarioError
from pmosim.exchange.pages import pages_of
from pmosim.exchange.workbook import write_workbook
from pmosim.scenario import Scenario, check_scenario, shapes, sources, tables
from pmosim.scenario.messages import Problems
from pmosim.scenario.nodes import Node, to_plain
from pmosim.scenario.resolution import yaml_text
from pmosim.scenario.workbook import SUFFIXES as WORKBOOKS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

TEXTS = (".yaml", ".yml", ".json")
FOLDER = "scenarios"
USUAL = ("baseline", "plan")
"""Names of the scenario of today in a workspace."""
_UNPRINTABLE = re.compile(r"[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
NOT_THE_MODEL = {"document", "origin", "warnings"}
"""Fields of a scenario that say where it comes from, not what it is."""


def convert(source: Path, target: Path) -> tuple[Path, list[Problem]]:
    """Write a scenario in another form; returns the file and what the checks doubt.

    ``source`` is a scenario file, or a folder that holds one; ``target`` ends in .xlsx, .yaml or
    .json, or is a folder, in which ``scenarios/NAME.yaml`` is written. Raises ``InputError``
    where the source has errors, and where a file would be overwritten.
    """
    file = scenario_in(source)
    scenario, problems = check_scenario(file)
    if scenario is None:
        raise ScenarioError(problems)
    to = _target(file, target)
    if to.exists():
        raise _refusal(to, "PMO034", "is there already and is not overwritten. Give another name.")
    document = document_of(file)
    to.parent.mkdir(parents=True, exist_ok=True)
    if to.suffix.lower() in WORKBOOKS:
        write_workbook(pages_of(document), to, saved=scenario.as_of)
    elif to.suffix.lower() == ".json":
        to.write_text(_json_text(document), encoding="utf-8")
    else:
        to.write_text(yaml_text(document, is_compact=True), encoding="utf-8")
    _check(scenario, to)
    return to, problems


def _json_text(document: dict[str, Any]) -> str:
    import json

    text = json.dumps(document, indent=2, ensure_ascii=False)
    return _UNPRINTABLE.sub(lambda sign: f"\\u{ord(sign[0]):04x}", text) + "\n"


def document_of(file: Path) -> dict[str, Any]:
    """Return what a scenario file says as plain values, in the order of the keys of a file.

    Tables and changes are applied, templates are not merged, holidays stay those of a country.
    """
    root = sources.read_source(file, Problems())
    entries = {
        section: node.with_entries(
            {name: Node({}, entry.place) if entry.is_null else entry for name, entry in own.items()}
        )
        for section in tables.NAMED
        if (node := root.get(section)) is not None and (own := node.mapping)
    }
    plain: Mapping[str, Any] = to_plain(root.with_entries(root.mapping | entries))
    order = list(shapes.SCENARIO.keys)
    keys = sorted(plain, key=lambda key: order.index(key) if key in order else len(order))
    return {"pmosim": 1} | {key: plain[key] for key in keys}


def is_same_model(one: Scenario, other: Scenario) -> bool:
    """Return whether two scenarios say the same, wherever they were read from."""
    return not _differences(one, other)


def _differences(one: Scenario, other: Scenario) -> list[str]:
    return [
        field.name
        for field in fields(Scenario)
        if field.name not in NOT_THE_MODEL
        and getattr(one, field.name) != getattr(other, field.name)
    ]


def scenario_in(path: Path) -> Path:
    """Return the scenario file that a path means; of a folder, the one it holds."""
    if not path.is_dir():
        return path
    if (path / "scenario.yaml").is_file():
        return path / "scenario.yaml"
    inside = path / FOLDER if (path / FOLDER).is_dir() else path
    files = sorted(
        file
        for file in inside.iterdir()
        if file.suffix.lower() in (*TEXTS, *WORKBOOKS) and not file.name.startswith(("~$", "."))
    )
    usual = [file for name in USUAL for file in files if file.stem == name]
    if len(files) == 1 or usual:
        return (usual or files)[0]
    listed = ", ".join(file.name for file in files[:12])
    said = f"holds {len(files)} scenario files ({listed}); name the one to convert."
    if not files:
        said = "this folder holds no scenario file. Give the file to convert."
    raise _refusal(path, "PMO032", said)


def _target(file: Path, target: Path) -> Path:
    suffix = target.suffix.lower()
    if suffix in (*TEXTS, *WORKBOOKS[:1]) and not target.is_dir():
        return target
    if suffix and not target.is_dir():
        said = f"ends in '{suffix}'; give a name in .xlsx, .yaml or .json, or a folder."
        raise _refusal(target, "PMO040", said)
    return target / FOLDER / f"{file.stem}.yaml"


def _check(scenario: Scenario, to: Path) -> None:
    """Read back what was written; a difference is our bug, and the file is taken away."""
    again, problems = check_scenario(to)
    different = ["it cannot be read"] if again is None else _differences(scenario, again)
    if different:
        to.unlink()
        listed = ", ".join(different) + "".join(f"\n{p}" for p in problems if again is None)
        message = f"the converted scenario differs in: {listed}"
        raise RuntimeError(message)


def _refusal(path: Path, code: str, said: str) -> InputError:
    return InputError([Problem(place=str(path), code=code, text=said)])
