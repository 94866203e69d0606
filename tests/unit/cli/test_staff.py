"""``staff``: hires and contractors that keep a condition, on the terminal."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from pmosim.cli import invoke

if TYPE_CHECKING:
    from pathlib import Path

KEPT = [
    "staff", "tiny", "--keep", "p_late(web) < 0.3", "-n", "20", "--jobs", "1",
    "--time-to-hire", "0d",
]  # fmt: skip


def test_the_plan_is_told_with_its_cost_its_assumptions_and_the_next_command(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke([*KEPT, "--time-to-contract", "0d"]) == 0
    captured = capsys.readouterr()
    assert captured.out.startswith("p_late(web) < 0.3: kept with 1 person more, at ")
    assert "  developer        contractor 2027-01-04 to 2027-03-31" in captured.out
    assert "A hire's first day is 0d from day 0" in captured.out
    assert "The best found is not the best there is." in captured.out
    assert "next: pmosim whatif tiny --hire 1:developer@2027-01" in captured.err


def test_a_condition_that_is_not_kept_ends_with_1_and_says_why(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["staff", "tiny", "--keep", "finish_p80(web) < 2027-01-10", "-n", "10", "--jobs", "1"]
    assert invoke(asked) == 1
    out = capsys.readouterr().out
    assert "not reached" in out
    assert "people are not what is missing" in out


def test_the_plan_can_be_saved_and_reads_back(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = [*KEPT, "--time-to-contract", "0d", "--save", "scenarios/plan.yaml"]
    assert invoke(asked) == 0
    text = (workspace / "scenarios" / "plan.yaml").read_text(encoding="utf-8")
    assert "changes:\n  - hire: {role: developer, headcount: 1, until: 2027-03-31" in text
    assert "next: pmosim compare tiny scenarios/plan.yaml" in capsys.readouterr().err
    assert invoke(["check", "scenarios/plan.yaml"]) == 0


def test_json_is_the_document_and_nothing_else(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke([*KEPT, "--json", "-q", "--tries", "4"]) in {0, 1}
    captured = capsys.readouterr()
    document = json.loads(captured.out)
    assert document["schema"] == "pmosim.staff/1"
    assert document["keep"] == "p_late(web) < 0.3"
    assert captured.err == ""


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "Missing option '--keep'"),
        (["--keep", "p_late(wbe) < 0.3"], "there is no project 'wbe'. Did you mean 'web'?"),
        (["--keep", "p_late(web)"], "--keep"),
        (["--keep", "p_late(web) < 0.3", "--time-to-hire", "soon"], "time-to-hire"),
        (["--keep", "p_late(web) < 0.3", "--contractor-rate", "dear"], "'dear' is no share"),
        (["--keep", "p_late(web) < 0.3", "--tries", "1"], "'1' is no whole number of 2 or more"),
    ],
)
def test_a_wrong_option_is_refused_before_anything_runs(
    workspace: Path, capsys: pytest.CaptureFixture[str], options: list[str], message: str
) -> None:
    assert invoke(["staff", "tiny", *options]) == 2
    captured = capsys.readouterr()
    assert message in captured.err
    assert captured.out == ""
