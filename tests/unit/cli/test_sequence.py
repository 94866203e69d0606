"""``sequence``: when to start what, on the terminal."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from pmosim.cli import invoke

if TYPE_CHECKING:
    from pathlib import Path

KEPT = ["sequence", "tiny", "--keep", "p_late(crm) < 0.5", "-n", "10", "--jobs", "1"]


def test_the_months_are_told_beside_the_file_and_everything_at_once(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(KEPT) == 0
    captured = capsys.readouterr()
    assert captured.out.startswith("p_late(crm) < 0.5: kept")
    assert "  crm              2027-01-04     in the file 2027-01-04" in captured.out
    assert "Against the file as it is, on the same luck:" in captured.out
    assert 'Against "start everything at once", on the same luck:' in captured.out
    assert "The best found is not the best there is." in captured.out
    assert "next: pmosim " in captured.err


def test_a_condition_that_is_not_kept_ends_with_1(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["sequence", "tiny", "--keep", "finish_p80(web) < 2027-01-10", "-n", "5", "--jobs", "1"]
    assert invoke([*asked, "--tries", "5"]) == 1
    assert "not reached; what comes nearest" in capsys.readouterr().out


def test_the_plan_can_be_saved_and_reads_back(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke([*KEPT, "--tries", "5", "--save", "scenarios/plan.yaml"]) == 0
    text = (workspace / "scenarios" / "plan.yaml").read_text(encoding="utf-8")
    assert "changes:\n  - set: {projects.crm.starts: 2027-01-04" in text
    assert "the plan is in scenarios/plan.yaml" in capsys.readouterr().err
    assert invoke(["check", "scenarios/plan.yaml"]) == 0
    assert invoke([*KEPT, "--save", "scenarios/plan.yaml"]) == 2  # before anything runs
    assert "is there already" in capsys.readouterr().err


def test_json_is_the_document_and_nothing_else(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke([*KEPT, "--json", "-q", "--tries", "6"]) == 0
    captured = capsys.readouterr()
    document = json.loads(captured.out)
    assert document["schema"] == "pmosim.sequence/1"
    assert [start["project"] for start in document["starts"]] == ["crm", "web"]
    assert captured.err == ""


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "Missing option '--keep'"),
        (["--keep", "p_late(crn) < 0.3"], "there is no project 'crn'. Did you mean 'crm'?"),
        (["--keep", "p_late(crm) < 0.3", "--tries", "3"], "'3' is no whole number of 4 or more"),
    ],
)
def test_a_wrong_option_is_refused_before_anything_runs(
    workspace: Path, capsys: pytest.CaptureFixture[str], options: list[str], message: str
) -> None:
    assert invoke(["sequence", "tiny", *options]) == 2
    captured = capsys.readouterr()
    assert message in captured.err
    assert captured.out == ""
