"""What docs/how-to/import.md says is what the command does."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from pmosim.cli import invoke
from pmosim.exchange.mapping import read_mapping
from pmosim.history import MEASURES, TABLES
from pmosim.history.rules import BULK_TIMES, LEAST_BULK, REBASELINED

if TYPE_CHECKING:
    import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "how-to" / "import.md").read_text(encoding="utf-8")
WORDS = " ".join(TEXT.split())


def test_the_mapping_of_the_page_is_one(tmp_path: Path) -> None:
    lines = TEXT[TEXT.index("    pmosim_mapping: 1") :].split("\n\n")[0]
    file = tmp_path / "mapping.yaml"
    file.write_text("\n".join(line[4:] for line in lines.splitlines()), encoding="utf-8")
    mapping = read_mapping(file)
    assert mapping.form == "jira"
    assert mapping.tables[0].columns["status"] == ("Resolution", "Status")


def test_the_page_names_every_column_and_measure() -> None:
    for table in TABLES.values():
        assert ", ".join(table.listed()) in WORDS
    assert all(f"`{measure}`" in TEXT for measure in MEASURES)


def test_the_page_knows_the_limits_of_the_rules() -> None:
    assert (LEAST_BULK, BULK_TIMES, REBASELINED) == (20, 10, 0.4)
    assert "20 or more items closed on one day, ten times the usual" in WORDS
    assert "from 40 % plans look adapted" in WORDS


def test_the_options_of_the_page_are_those_of_the_command(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert invoke(["import", "--help"]) == 0
    text = capsys.readouterr().out
    for option in set(re.findall(r"(?<!-)--[a-z][a-z-]+", TEXT)):
        assert option in text
