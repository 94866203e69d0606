"""Codes of messages: listed in the documentation, each used somewhere."""

from __future__ import annotations

import re
from pathlib import Path

from pmosim.scenario import messages
from pmosim.scenario.messages import CODES, Problems, did_you_mean, place_order

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "reference" / "messages.md"


def test_the_page_of_messages_lists_every_code_with_its_one_meaning() -> None:
    rows = re.findall(r"^\| (PMO\d{3}) \| (.+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert dict(rows) == CODES
    assert len(rows) == len(CODES)


def test_every_code_is_used() -> None:
    folder = Path(messages.__file__).parent
    source = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py"))
    assert [code for code in CODES if source.count(code) < 2] == []


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
