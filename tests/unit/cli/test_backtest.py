"""``backtest`` on the terminal: the answer first, JSON, a folder, and what is refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from pmosim.cli import invoke
from tests.unit.backtesting.offices import tiny_log, write_log

if TYPE_CHECKING:
    from pathlib import Path

CUT = ["--cut", "2022-08-01", "--cut", "2022-10-03"]
BASIC = ["backtest", "history", *CUT, "-n", "20", "--jobs", "1"]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_log(tiny_log(), tmp_path / "history")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_answer_comes_first_and_a_page_is_left(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fitted = place / "fitted.yaml"
    fitted.write_text('pmosim_fitted: 1\nas_of: 2022-12-01\ntrack_record: "old"\nparameters:\n')
    assert invoke([*BASIC, "--onto", "fitted.yaml"]) == 0
    captured = capsys.readouterr()
    lines = captured.out.splitlines()
    assert lines[0].startswith("history: forecasts made again as of 2 days, 2022-08-01")
    assert lines[2].startswith("  In 2022 our P80 held for ")
    assert any(line.split()[:2] == ["the", "forecast"] for line in lines)
    assert captured.err.splitlines()[-1].startswith("next: pmosim ")
    folder = place / "reports" / "history-backtest"
    assert {"backtest.json", "manifest.json", "report.html"} <= {p.name for p in folder.iterdir()}
    assert (folder / "tables" / "forecasts.csv").read_text().startswith("cut,measure,project")
    document = json.loads((folder / "backtest.json").read_text())
    inputs = json.loads((folder / "manifest.json").read_text())["inputs"]
    assert {one["path"] for one in inputs} >= {"history/projects.csv", "history/history.yaml"}
    text = fitted.read_text()
    assert text.count("track_record:") == 1
    assert json.loads(text.splitlines()[2].partition(": ")[2]).startswith(document["line"])
    assert text.endswith("parameters:\n")


def test_json_is_the_document_and_leaves_nothing(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke([*BASIC, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "pmosim.backtest/1"
    assert document["basis"] == "simulated"
    assert not (place / "reports").exists()


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["--cut", "next year"], "is no date; write it like 2026-07-01"),
        (["--cut", "2031-01-01"], "PMO990"),
        (["--cut", "2022-01-03"], "PMO991"),
        (["--onto", "history/history.yaml"], "PMO993"),
        (["--scenario", "nowhere"], "PMO031"),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_written(
    place: Path, capsys: pytest.CaptureFixture[str], args: list[str], says: str
) -> None:
    assert invoke(["backtest", "history", *args]) == 2
    assert says in capsys.readouterr().err
    assert not (place / "reports").exists()


def test_a_history_that_is_not_there_is_said(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(["backtest", "elsewhere"]) == 2
    assert "PMO010" in capsys.readouterr().err
