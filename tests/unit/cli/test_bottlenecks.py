"""``bottlenecks``: what one more person buys, on the terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pmosim.cli import invoke


def test_the_command_answers_in_words_and_names_the_next_one(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(["bottlenecks", "tiny", "-n", "20", "--cells", "1"]) == 0
    captured = capsys.readouterr()
    assert captured.out.startswith("Tiny: one more person of each role from day 0")
    assert "ranked by the promised dates" in captured.out
    assert "  developer " in captured.out
    assert "tried: the 1 most promising of 5 cells" in captured.out
    assert "next: pmosim whatif tiny --hire 1:developer" in captured.err
    assert Path("reports/tiny-bottlenecks/report.html").is_file()
    assert "report: reports/tiny-bottlenecks/report.html" in captured.err


def test_key_persons_are_listed_with_what_their_absence_costs(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = invoke(
        ["bottlenecks", "tiny", "-n", "20", "--cells", "0", "--people", "--absence", "2w"]
    )
    assert code == 0
    out = capsys.readouterr().out
    assert "what 2w without each of them cost" in out
    assert "developer-1: nobody else can do developer work" in out
    assert "away 2027-01-04 to 2027-01-15: project days +" in out


def test_json_is_the_document_and_nothing_else(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["bottlenecks", "tiny", "-n", "10", "--cells", "1", "--people", "--json", "-q"]
    assert invoke(asked) == 0
    captured = capsys.readouterr()
    document = json.loads(captured.out)
    assert document["schema"] == "pmosim.bottlenecks/1"
    assert [person["name"] for person in document["persons"]] == ["developer-1"]
    assert captured.err == ""


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--by", "utilisation"], "'utilisation' is not one of"),
        (["--people", "--absence", "soon"], "--absence"),
        (["--absence", "6w"], "--absence has a meaning only with --people"),
        (["-n", "1"], "'1' is no whole number of 2 or more"),
    ],
)
def test_a_wrong_option_is_refused_before_anything_runs(
    workspace: Path, capsys: pytest.CaptureFixture[str], options: list[str], message: str
) -> None:
    assert invoke(["bottlenecks", "tiny", *options]) == 2
    captured = capsys.readouterr()
    assert message in captured.err
    assert captured.out == ""
