"""Codes of messages: listed in the documentation, each used somewhere."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

import pmosim as pm
from pmosim.errors import RunFolderError, ScenarioError
from pmosim.network import compile_network
from pmosim.outcomes import Outcomes
from pmosim.scenario.messages import CODES, Problems, did_you_mean, place_order
from pmosim.scenario.shapes import ROLE

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "reference" / "messages.md"
SMALL = {
    "pmosim": 1,
    "as_of": "2027-01-04",
    "roles": {"dev": {}},
    "people": [{"role": "dev"}],
    "projects": [{"id": "crm", "tasks": {"build": {"effort": "5pd", "needs": {"dev": 1}}}}],
}


def test_the_page_of_messages_lists_every_code_with_its_one_meaning() -> None:
    rows = re.findall(r"^\| (PMO\d{3}) \| (.+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert dict(rows) == CODES
    assert len(rows) == len(CODES)


def test_every_code_is_used_and_no_other() -> None:
    package = Path(pm.__file__).parent
    source = "".join(path.read_text(encoding="utf-8") for path in package.rglob("*.py"))
    used = Counter(re.findall(r"PMO\d{3}", source))
    assert [code for code in CODES if used[code] < 2] == []
    assert used.keys() == CODES.keys()


def test_a_damaged_file_of_a_run_has_a_code_of_its_own(tmp_path: Path) -> None:
    damaged = tmp_path / "0000000.npz"
    damaged.write_bytes(b"not an archive")
    network = compile_network(pm.parse_scenario(SMALL))
    with pytest.raises(RunFolderError) as caught:
        Outcomes.load(damaged, network)
    assert [problem.code for problem in caught.value.problems] == ["PMO036"]


def test_places_are_in_the_order_of_the_file() -> None:
    places = ["b.yaml:2:1", "a.yaml:10:1", "a.yaml:9:30", "a.yaml:9:4"]
    assert sorted(places, key=place_order) == places[:0:-1] + places[:1]


def test_the_same_fault_at_the_same_place_is_told_once() -> None:
    problems = Problems()
    for path in ("templates.t.due", "projects.a.due"):
        problems.error("PMO116", "s.yaml:3:4", path, "is wrong.")
    (problem,) = problems.listed()
    assert str(problem) == "s.yaml:3:4  PMO116  templates.t.due is wrong."


def test_a_hint_names_the_nearest_and_not_too_many() -> None:
    known = [f"role{n:02}" for n in range(30)] + ["Tester"]
    hint = did_you_mean("testr", known)
    assert hint.startswith(" Did you mean 'Tester'? Known: Tester, role00, ")
    assert hint.endswith(" and 19 more.")
    assert did_you_mean("x", []) == ""


def test_only_keys_that_can_be_used_today_are_offered() -> None:
    with pytest.raises(ScenarioError) as caught:
        pm.parse_scenario(SMALL | {"roles": {"dev": {"day_rat": 700, "hazrd": 1}}})
    texts = [problem.text for problem in caught.value.problems]
    assert len(texts) == 2
    assert "Did you mean 'day_rate'?" in texts[0]
    assert "Did you mean" not in texts[1]
    assert not [key for text in texts for key in ROLE.later if f" {key}," in text]
