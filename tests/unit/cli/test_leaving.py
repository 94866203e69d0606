"""Folders that studies leave: where they go, what is refused, what is written again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from pmosim.cli import invoke

if TYPE_CHECKING:
    from pathlib import Path

FEW = ("-n", "20", "--jobs", "1")
ASKED = {
    "whatif": ("whatif", "tiny", "--rank", "web=1", *FEW),
    "each": ("whatif", "tiny", "--each", "cancel", *FEW),
    "bottlenecks": ("bottlenecks", "tiny", "--cells", "0", *FEW),
    "compare": ("compare", "tiny", "hire", *FEW),
    "price": ("price", "tiny", "--only-on", "--hire", "1:developer", *FEW),
}


@pytest.mark.parametrize("kind", ASKED)
def test_a_study_leaves_its_page_beside_the_reports_of_its_scenario(
    workspace: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    assert invoke(list(ASKED[kind])) == 0
    folder = workspace / "reports" / f"tiny-{kind}"
    assert f"report: reports/tiny-{kind}/report.html" in capsys.readouterr().err
    assert (folder / "report.html").is_file()
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["run"]["argv"] == list(ASKED[kind])
    assert "scenarios/tiny.yaml" in [part["path"] for part in manifest["inputs"]]
    assert (folder / f"{manifest['kind']}.json").is_file()


def test_the_bytes_do_not_depend_on_the_folder_or_the_number_of_workers(workspace: Path) -> None:
    for name, jobs in (("one", "1"), ("two", "2")):
        asked = ("whatif", "tiny", "--rank", "web=1", "-n", "60", "--jobs", jobs, "-o", name)
        assert invoke(list(asked)) == 0
    manifests = [
        json.loads((workspace / name / "manifest.json").read_text(encoding="utf-8"))
        for name in ("one", "two")
    ]
    assert manifests[0]["result"] == manifests[1]["result"]
    assert not (workspace / "reports").exists()


def test_json_writes_nothing_unless_a_folder_is_named(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke([*ASKED["whatif"], "--json", "-q"]) == 0
    assert not (workspace / "reports").exists()
    printed = json.loads(capsys.readouterr().out)
    assert invoke([*ASKED["whatif"], "--json", "-q", "-o", "kept"]) == 0
    assert json.loads((workspace / "kept" / "compare.json").read_text(encoding="utf-8")) == printed


def test_a_folder_of_the_user_is_refused_before_anything_is_simulated(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (workspace / "mine").mkdir()
    (workspace / "mine" / "notes.txt").write_text("mine", encoding="utf-8")
    for asked in ASKED.values():
        assert invoke([*asked, "-o", "mine"]) == 2
        assert "PMO032  this folder holds something else than a study" in capsys.readouterr().err
    assert [path.name for path in (workspace / "mine").iterdir()] == ["notes.txt"]
    assert invoke([*ASKED["whatif"], "-o", " "]) == 2
    assert "the path is empty" in capsys.readouterr().err
    assert invoke([*ASKED["whatif"], "-o", "mine/notes.txt/page"]) == 2
    printed = capsys.readouterr()
    assert "PMO032  mine/notes.txt is a file; no folder can lie in it" in printed.err
    assert printed.out == ""


def test_the_page_of_a_study_is_written_again_from_its_answer(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(list(ASKED["whatif"])) == 0
    page = workspace / "reports" / "tiny-whatif" / "report.html"
    before, manifest = page.read_bytes(), page.with_name("manifest.json").read_bytes()
    page.unlink()
    assert invoke(["report", "tiny-whatif"]) == 0
    assert capsys.readouterr().out.endswith("reports/tiny-whatif/report.html\n")
    assert page.read_bytes() == before
    assert page.with_name("manifest.json").read_bytes() == manifest
