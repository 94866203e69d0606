"""Conversion: a scenario as a workbook and back is the same scenario."""

from __future__ import annotations

from pathlib import Path

import pytest

from pmosim.exchange import convert
from pmosim.exchange.conversion import is_same_model
from pmosim.scenario import read_scenario

ROOT = Path(__file__).parents[3]
VALID = sorted((ROOT / "tests" / "files" / "valid").glob("*.*ml"))
EXAMPLES = [
    ROOT / "scenarios" / "baseline.yaml",
    ROOT / "scenarios" / "three-more.yaml",
    ROOT / "pmosim" / "starter" / "phases" / "scenarios" / "baseline.yaml",
    ROOT / "pmosim" / "starter" / "tasks" / "scenarios" / "baseline.yaml",
]


def test_odd_names_and_numbers_lose_nothing(tmp_path: Path) -> None:
    file = ROOT / "tests" / "files" / "workbooks" / "odd.yaml"
    scenario = read_scenario(file)
    book, _ = convert(file, tmp_path / "book.xlsx")
    assert is_same_model(scenario, read_scenario(book))
    text, _ = convert(book, tmp_path / "again.json")
    assert is_same_model(scenario, read_scenario(text))
    parts = [list(phase.work) for phase in scenario.projects[0].activities]
    again = [list(phase.work) for phase in read_scenario(book).projects[0].activities]
    assert parts == again


@pytest.mark.parametrize(
    "file", [*VALID, *EXAMPLES], ids=lambda file: f"{file.parts[-3]}-{file.stem}"
)
def test_a_scenario_goes_into_a_workbook_and_back_and_is_the_same(
    file: Path, tmp_path: Path
) -> None:
    book, _ = convert(file, tmp_path / "book.xlsx")
    text, _ = convert(book, tmp_path / "again.yaml")
    again, _ = convert(text, tmp_path / "again" / "book.xlsx")
    scenario = read_scenario(file)
    assert all(is_same_model(scenario, read_scenario(path)) for path in (book, text, again))
    assert book.read_bytes() == again.read_bytes()
