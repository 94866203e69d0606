"""Random scenarios go into a workbook and back and stay what they are."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from pmosim.exchange import convert
from pmosim.scenario.resolution import yaml_text
from tests.properties.scenarios import random_chance_scenario, random_scenario, valid_document

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("seed", [*range(5), 10, 11])
def test_a_workbook_loses_nothing_of_a_random_scenario(seed: int, tmp_path: Path) -> None:
    document = valid_document(random_scenario if seed % 2 else random_chance_scenario, seed)
    file = tmp_path / "s.yaml"
    file.write_text(yaml_text(json.loads(json.dumps(document, default=str))), encoding="utf-8")
    book, _ = convert(file, tmp_path / "book.xlsx")  # raises where the model would differ
    text, _ = convert(book, tmp_path / "again.yaml")
    assert text.is_file()
