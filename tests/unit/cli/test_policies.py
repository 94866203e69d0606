"""``policies``: the bake-off on the terminal and as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from pmosim.cli import invoke

if TYPE_CHECKING:
    from pathlib import Path

SWEEP = ["policies", "tiny", "--sweep", "wip_limit=1..2", "--jobs", "1"]


def test_the_answer_comes_first_then_the_table_then_what_is_left_out(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke([*SWEEP, "-n", "100"]) == 0
    captured = capsys.readouterr()
    lines = captured.out.splitlines()
    assert lines[0].startswith("Tiny: 3 start rules, 50")
    assert lines[2].startswith("  By due dates missed: ")
    assert any(line.split()[:3] == ["rule", "late", "finished"] for line in lines)
    assert any(line.startswith("  wip_limit:1 ") for line in lines)
    assert any(line.startswith("  no NPV: no project states a benefit") for line in lines)
    assert captured.err.splitlines()[-1].startswith("next: pmosim ")


def test_json_is_the_document(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke([*SWEEP, "-n", "50", "--by", "lead", "--matters", "1d", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "pmosim.policies/1"
    assert (document["by"], document["matters"]) == ("lead_request", 1.0)
    assert [rule["id"] for rule in document["rules"] if rule["is_today"]] == ["today"]


def test_all_rules_take_part_unless_told_otherwise(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(["policies", "tiny", "-n", "50", "--jobs", "1"]) == 0
    out = capsys.readouterr().out
    for name in ("wip_limit:1", "load_limit:", "stagger:", "budget:", "left out, reserve:"):
        assert f"\n  {name}" in out


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["--sweep", "wip_limit"], "is no rule with its values. It must be like one of"),
        (["--sweep", "wip=2..3"], "is no rule with its values"),
        (["--by", "value"], "value cannot be judged: no project states a benefit"),
        (["--matters", "2d"], "--matters needs --by"),
        (["--by", "lead", "--matters", "2%"], "write it like 2d"),
        (["--by", "p_late", "--matters", "0%"], "write it like 2%"),
        (["--by", "npv"], "'npv' is not one of"),
    ],
)
def test_what_cannot_be_asked_ends_with_2_and_says_why(
    args: list[str], says: str, workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(["policies", "tiny", *args]) == 2
    captured = capsys.readouterr()
    assert says in captured.err
    assert captured.out == ""
