"""Small files under tests/files: the invalid ones name their defect and its message."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import jsonschema
import pytest

from pmosim.scenario import (
    Scenario,
    check_scenario,
    json_schema,
    parse_scenario,
    read_scenario,
    resolved_yaml,
)

FILES = Path(__file__).parents[2] / "files"
INVALID = sorted((FILES / "invalid").glob("*.*ml")) + sorted((FILES / "invalid").glob("*.json"))
VALID = sorted((FILES / "valid").glob("*.*ml")) + sorted((FILES / "valid").glob("*.json"))
UNCOMPARED = {"document", "origin", "warnings"}


def expectations(file: Path) -> list[tuple[str, str, str]]:
    """Return (code, place, part of the message) of every line ``# expect:``."""
    found = []
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.startswith("# expect: "):
            code, place, text = line.removeprefix("# expect: ").split(" ", 2)
            found.append((code, place, text))
    return found


@pytest.mark.parametrize("file", INVALID, ids=lambda file: file.stem)
def test_an_invalid_file_is_refused_for_its_defect_at_its_place_and_for_nothing_else(
    file: Path,
) -> None:
    scenario, problems = check_scenario(file)
    errors = [problem for problem in problems if problem.severity == "error"]
    expected = expectations(file)
    assert scenario is None
    assert expected, "the file does not say what is expected"
    assert len(errors) == len(expected), "\n".join(map(str, errors))
    for code, place, text in expected:
        assert any(
            problem.code == code
            and problem.place.endswith((f"{file.name}:{place}", f"/{place}"))
            and text in problem.text
            for problem in errors
        ), f"{code} {place} {text}\n" + "\n".join(map(str, errors))


def same(one: Scenario, other: Scenario) -> bool:
    """Return whether two scenarios say the same, wherever they were read from."""
    return all(
        getattr(one, field.name) == getattr(other, field.name)
        for field in dataclasses.fields(Scenario)
        if field.name not in UNCOMPARED
    )


@pytest.mark.parametrize("file", VALID, ids=lambda file: file.stem)
def test_the_resolved_form_is_a_valid_file_that_says_the_same(file: Path, tmp_path: Path) -> None:
    scenario = read_scenario(file)
    text = resolved_yaml(scenario)
    resolved = tmp_path / "resolved.yaml"
    resolved.write_text(text, encoding="utf-8")
    again = read_scenario(resolved)
    assert same(scenario, again)
    assert resolved_yaml(again) == text
    assert len(again.warnings) == len(scenario.warnings)


@pytest.mark.parametrize("file", VALID, ids=lambda file: file.stem)
def test_the_resolved_form_is_a_document_for_python_and_fits_the_schema(file: Path) -> None:
    scenario = read_scenario(file)
    document = json.loads(json.dumps(scenario.document))
    jsonschema.Draft7Validator(json_schema()).validate(document)
    assert same(scenario, parse_scenario(document))


def test_there_are_far_more_invalid_than_valid_files() -> None:
    assert len(INVALID) > 5 * len(VALID)
