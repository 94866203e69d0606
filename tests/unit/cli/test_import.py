"""``pmosim import``: what it prints, writes and refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pmosim.cli import invoke

EXPORTS = Path(__file__).parents[2] / "files" / "exports"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_an_export_becomes_a_history_with_its_mapping_and_a_quality_report(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert invoke(["import", str(EXPORTS / "jira.csv")]) == 0
    said = capsys.readouterr()
    assert "task              Issue key" in said.out
    assert "effort            Time Spent  (s)" in said.out
    assert "left out          Issue Type: Epic" in said.out
    assert "not used of jira.csv: Summary, Issue id" in said.out
    assert "tasks: 4 rows (2 finished, 1 open, 1 cancelled)" in said.out
    assert "1 of 5 rows removed: Issue Type is one of Epic" in said.out
    assert "next: " in said.err
    assert sorted(path.name for path in Path("calibration/history").iterdir()) == [
        "history.yaml", "mapping.yaml", "tasks.csv", "time.csv",
    ]  # fmt: skip


def test_the_answer_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    file = str(EXPORTS / "projekte-cp1252.csv")
    assert invoke(["import", file, "--json", "-o", "h", "--as-of", "2026-09-01"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["schema"] == "pmosim.import/1"
    assert answer["as_of"] == "2026-09-01"
    assert answer["tables"]["projects"] == {"rows": 3, "finished": 1, "open": 1, "cancelled": 1}
    assert answer["mapping"]["tables"][0]["columns"]["due"] == "Plan Ende"
    assert answer["written"][0] == "h/history.yaml"


def test_a_question_writes_nothing_and_leaves_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(["import", str(EXPORTS / "two-ways.csv")]) == 2
    assert "PMO803" in capsys.readouterr().err
    assert list(Path().iterdir()) == []
    assert invoke(["import", str(EXPORTS / "two-ways.csv"), "--dates", "day-month", "-q"]) == 0


def test_the_guess_is_a_file_to_edit_that_answers_the_questions(
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = str(EXPORTS / "doubtful-headings.csv")
    assert invoke(["import", file, "--guess", "--mapping", "m.yaml"]) == 0
    assert "open question: 'end date' and 'End Date'" in capsys.readouterr().err
    text = Path("m.yaml").read_text(encoding="utf-8")
    assert "finished" not in text
    Path("m.yaml").write_text(text.replace("columns: {", "columns: {finished: End Date, "), "utf-8")
    assert invoke(["import", file, "--mapping", "m.yaml", "-q"]) == 0
    assert "2026-02-01" in Path("calibration/history/tasks.csv").read_text(encoding="utf-8")
    assert invoke(["import", file, "--guess", "--mapping", "m.yaml"]) == 2
    assert "PMO034" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["missing.csv"], "PMO010"),
        (["jira.csv", "--unit", "effort"], "is not NAME=VALUE, such as effort=h"),
        (["jira.csv", "--unit", "effort=fortnight"], "PMO971"),
        (["jira.csv", "--measure", "duration=busy"], "PMO971"),
        (["jira.csv", "--as-of", "soon"], "PMO116"),
        (["jira.csv", "projekte-cp1252.csv"], "PMO976"),
        (["jira.csv", "--mapping", "missing.yaml"], "PMO010"),
    ],
)
def test_what_cannot_be_imported_is_said(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [str(EXPORTS / word) if word.endswith(".csv") else word for word in words]
    assert invoke(["import", *files]) == 2
    assert said in capsys.readouterr().err
    assert list(Path().iterdir()) == []


def test_a_plan_becomes_a_scenario_that_runs(capsys: pytest.CaptureFixture[str]) -> None:
    file = str(EXPORTS / "plan.xml")
    assert invoke(["import", file, "--as", "scenario"]) == 0
    said = capsys.readouterr()
    assert said.out.splitlines()[-1] == "scenarios/web-shop.yaml"
    assert "PMO978  a scenario cannot say: leads" in said.err
    assert "next: pmosim run scenarios/web-shop.yaml" in said.err
    assert invoke(["run", "web-shop", "-n", "2", "-q", "-o", "r"]) == 0
    assert invoke(["import", file, "--as", "scenario"]) == 2
    assert invoke(["import", file, "--as", "scenario", "-o", "b.yaml", "--json", "-q"]) == 0
    capsys.readouterr()
    assert invoke(["import", str(EXPORTS / "jira.csv"), "--as", "scenario"]) == 2
    assert invoke(["import", file, "--from", "jira", "--as", "scenario"]) == 2


def test_a_document_type_leaves_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(["import", str(EXPORTS / "doctype.xml")]) == 2
    assert "doctype.xml:2:1  PMO977" in capsys.readouterr().err
