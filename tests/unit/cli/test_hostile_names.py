"""Hostile names: formulas, scripts, emoji, long and path-like names are text in every output."""

from __future__ import annotations

import csv
import json
import shlex
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest

from pmosim.cli import invoke
from pmosim.exchange.conversion import is_same_model
from pmosim.scenario import read_scenario
from pmosim.workspace.tables import FORMULA_STARTS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SCRIPT = "<script>alert(1)</script>"
IDS = ("=cmd()", SCRIPT, "🚀", "x" * 120, "-1+1", "@SUM(A1)", "a,b;\"c\"'d'", "{{7*7}}", "$x_$")
TEXTS = ("../x", "../../etc/passwd", *IDS, '"><img src=x onerror=alert(1)>', "two\nlines")
VOID = {"meta", "link", "br", "hr", "img", "input"}


def hostile() -> dict[str, Any]:
    """Return a scenario in which whatever the user can name has a hostile name."""
    tasks: dict[str, Any] = {
        f"{id_[:119]}t": {"effort": "2pd/3pd/5pd", "needs": {id_: 1}} for id_ in IDS[:4]
    }
    tasks |= {"=go": {"milestone": True, "after": list(tasks), "due": "2027-02-01"}}
    projects = [
        {
            "id": id_,
            "name": TEXTS[number],
            "template": SCRIPT,
            "due": "2027-01-29",
            "sponsor": TEXTS[-number - 1],
            "class": TEXTS[number],
            "budget": "5k",
            "groups": {"=programme()": TEXTS[number], SCRIPT: TEXTS[-number - 1]},
        }
        for number, id_ in enumerate(IDS)
    ]
    projects[2] |= {"after": IDS[0]}
    return {
        "pmosim": 1,
        "name": f"../{SCRIPT}",
        "as_of": "2027-01-04",
        "horizon": "6mo",
        "show_people": True,
        "roles": {id_: {"day_rate": 700} for id_ in IDS},
        "people": [{"id": f"{id_}p", "role": id_} for id_ in IDS if len(id_) < 120]
        + [{"role": IDS[3]}],
        "templates": {SCRIPT: {"tasks": tasks}},
        "projects": projects,
        "demand": {"=stream()": {"template": SCRIPT, "rate": "4/y"}},
    }


class Page(HTMLParser):
    """Keeps the tags of a page and checks that they are balanced."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture
def names(workspace: Path) -> Path:
    """Return the workspace with ``scenarios/names.json``."""
    file = workspace / "scenarios" / "names.json"
    file.write_text(json.dumps(hostile(), ensure_ascii=False), encoding="utf-8")
    return workspace


def test_hostile_names_are_text_in_every_output(
    names: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    around = set(names.parent.iterdir())
    assert invoke(["check", "names"]) == 0
    assert invoke(["run", "names", "-n", "3", "--by", "=programme()"]) == 0
    said = capsys.readouterr()
    assert all(line.isprintable() for line in (said.out + said.err).splitlines())
    run = names / "reports" / "names"

    document = json.loads((run / "forecast.json").read_text(encoding="utf-8"))
    assert {project["id"] for project in document["projects"]} >= set(IDS)
    tables = sorted((run / "tables").glob("*.csv"))
    assert sum(table.read_text(encoding="utf-8").count("'=cmd()") for table in tables) > len(IDS)
    for table in tables:
        check_table(table)
    check_page((run / "report.html").read_text(encoding="utf-8"))
    drawings = sorted((run / "charts").glob("*.svg"))
    assert drawings
    for drawing in drawings:
        root = ET.fromstring(drawing.read_text(encoding="utf-8"))
        assert not [each for each in root.iter() if str(each.tag).endswith(("}script", "}image"))]

    for id_ in IDS:
        capsys.readouterr()
        assert invoke(["explain", "names", "--", id_]) == 0
        (line,) = capsys.readouterr().err.splitlines()
        assert invoke(shlex.split(line.removeprefix("next: pmosim "))) == 0
    assert invoke(["explain", "names", "-q", "--json", "--future", "0", "--", IDS[1]]) == 0
    assert invoke(["show", "names", "-q"]) == 0
    assert all(line.isprintable() for line in capsys.readouterr().out.splitlines())
    assert set(names.parent.iterdir()) == around
    assert {path.name for path in names.iterdir()} == {"scenarios", "reports"}
    assert [path.name for path in (names / "reports").iterdir()] == ["names"]


def check_table(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    assert len({len(row) for row in rows}) == 1
    for cell in (cell for row in rows for cell in row):
        assert not cell.startswith(FORMULA_STARTS) or is_number(cell)


def is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def check_page(text: str) -> None:
    page = Page()
    page.feed(text)
    assert page.open == []
    assert "script" not in page.tags
    assert "img" not in page.tags
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    assert not [value for name, value in page.attributes if name == "href" and value[:1] != "#"]
    assert "{{7*7}}" in text


def test_hostile_names_survive_a_workbook_and_come_back(names: Path) -> None:
    from openpyxl import load_workbook

    scenario = read_scenario("scenarios/names.json")
    assert invoke(["convert", "names", "book.xlsx", "-q"]) == 0
    cells = [
        cell
        for sheet in load_workbook(names / "book.xlsx")
        for row in sheet.iter_rows()
        for cell in row
    ]
    assert any(cell.value == "=cmd()" for cell in cells)
    assert not [cell.value for cell in cells if cell.data_type == "f" or cell.hyperlink]
    assert invoke(["convert", "book.xlsx", "again.yaml", "-q"]) == 0
    assert is_same_model(scenario, read_scenario("again.yaml"))


@pytest.mark.parametrize("text", ["a\x07b", "a\x1b[2Jb"])
def test_a_name_with_control_characters_is_refused_and_not_printed(
    text: str, names: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = hostile()
    document["projects"][0]["name"] = text
    (names / "scenarios" / "names.json").write_text(json.dumps(document), encoding="utf-8")
    assert invoke(["run", "names"]) == 2
    said = capsys.readouterr().err
    assert "PMO121" in said
    assert all(line.isprintable() for line in said.splitlines())
    assert not (names / "reports").exists()


def test_a_name_neither_drives_the_terminal_nor_turns_its_lines_round(
    names: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = hostile()
    document["projects"][0]["name"] = turning = "a\x9b2Jb\u202etxt"
    (names / "scenarios" / "names.json").write_text(json.dumps(document), encoding="utf-8")
    assert invoke(["show", "names", "-q"]) == 0
    assert all(line.isprintable() for line in capsys.readouterr().out.splitlines())
    assert invoke(["show", "names", "-q", "--json"]) == 0
    said = capsys.readouterr().out
    assert all(line.isprintable() for line in said.splitlines())
    assert json.loads(said)["projects"][0]["name"] == turning


@pytest.mark.parametrize("text", ["../x", " x", "x\ty", "x" * 121])
def test_an_id_that_would_be_a_path_or_cannot_be_seen_is_refused(
    text: str, names: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = hostile()
    document["projects"][0]["id"] = text
    (names / "scenarios" / "names.json").write_text(json.dumps(document), encoding="utf-8")
    assert invoke(["check", "names"]) == 1
    assert "PMO105" in capsys.readouterr().out
