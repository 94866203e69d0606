"""``check``, ``show``, ``schema`` and ``init``: what a scenario says, and what is wrong with it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pmosim.cli import invoke


def test_a_good_scenario_is_said_so_and_what_comes_next(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(["check", "tiny", "scenarios/hire.yaml"]) == 0
    captured = capsys.readouterr()
    assert captured.out.splitlines() == [
        "scenarios/tiny.yaml: Tiny: no problems",
        "scenarios/hire.yaml: Hire: no problems",
    ]
    assert captured.err == "next: pmosim run tiny\n"


def test_every_error_of_every_file_is_listed_and_the_command_says_no(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tiny = workspace / "scenarios" / "tiny.yaml"
    broken = (
        tiny.read_text().replace("day_rate: 700", "day_rate: lots").replace("rank: 2", "rnk: 2")
    )
    tiny.write_text(broken)
    assert invoke(["check", "tiny"]) == 1
    captured = capsys.readouterr()
    assert "scenarios/tiny.yaml:5:" in captured.out
    assert "day_rate is 'lots'" in captured.out
    assert "rnk" in captured.out
    assert "2 errors" in captured.out
    assert "next: pmosim check tiny" in captured.err


def test_check_as_json_is_the_same_list(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tiny = workspace / "scenarios" / "tiny.yaml"
    tiny.write_text(tiny.read_text().replace("day_rate: 700", "day_rate: lots"))
    assert invoke(["check", "tiny", "--json", "-q"]) == 1
    captured = capsys.readouterr()
    document = json.loads(captured.out)
    assert document["schema"] == "pmosim.check/1"
    assert document["errors"] == len(document["problems"]) == 1
    [problem] = document["problems"]
    assert problem["severity"] == "error"
    assert problem["place"].startswith("scenarios/tiny.yaml:5:")
    assert captured.err == ""


def test_a_file_that_is_not_there_is_a_wrong_command_line(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(["check", "tny"]) == 2
    assert "Did you mean 'tiny'?" in capsys.readouterr().err


def test_show_tells_the_work_the_people_and_the_rules(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(["show", "hire"]) == 0
    out = capsys.readouterr().out
    assert "Hire: as of 2027-01-04" in out
    assert "work asks: 2 projects" in out
    assert "people offer: 2 people in 1 roles" in out
    assert "who goes first: rank" in out


@pytest.mark.parametrize("form", [["--resolved"], ["--json"], ["--resolved", "--json"]])
def test_the_resolved_form_is_itself_a_valid_scenario(
    workspace: Path, form: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(["show", "hire", *form]) == 0
    resolved = capsys.readouterr().out
    (workspace / "scenarios" / "again.yaml").write_text(resolved)
    assert invoke(["check", "again"]) == 0
    capsys.readouterr()
    assert invoke(["show", "again", *form]) == 0
    assert capsys.readouterr().out == resolved


def test_an_invalid_scenario_cannot_be_shown(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (workspace / "scenarios" / "bad.yaml").write_text("pmosim: 1\nnaem: x\n")
    assert invoke(["show", "bad"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "scenarios/bad.yaml:2:1" in captured.err


def test_schema_is_a_json_schema(capsys: pytest.CaptureFixture[str]) -> None:
    import jsonschema

    assert invoke(["schema"]) == 0
    schema = json.loads(capsys.readouterr().out)
    jsonschema.validators.validator_for(schema).check_schema(schema)
    assert "projects" in schema["properties"]


@pytest.mark.parametrize("kind", ["phases", "tasks"])
def test_init_makes_a_workspace_that_passes_its_check(
    tmp_path: Path,
    kind: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert invoke(["init", "acme", "--from", kind]) == 0
    captured = capsys.readouterr()
    assert "acme/scenarios/baseline.yaml" in captured.out.splitlines()
    assert "cd acme && pmosim run baseline" in captured.err
    monkeypatch.chdir(tmp_path / "acme")
    assert json.loads(Path("scenario.schema.json").read_text())["properties"]
    assert invoke(["check", "baseline", "three-more"]) == 0
    assert "no problems" in capsys.readouterr().out


def test_init_overwrites_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert invoke(["init"]) == 0
    Path("scenarios/baseline.yaml").write_text("mine")
    assert invoke(["init"]) == 2
    assert "not overwritten" in capsys.readouterr().err
    assert Path("scenarios/baseline.yaml").read_text() == "mine"


@pytest.mark.parametrize("name", ["baseline.yaml", "three-more.yaml"])
def test_the_worked_example_has_no_problems(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    file = Path(__file__).parents[3] / "scenarios" / name
    assert invoke(["check", str(file)]) == 0
    assert capsys.readouterr().out.endswith(": no problems\n")


def test_the_schema_that_editors_read_is_up_to_date() -> None:
    from pmosim.cli.init import schema_text

    kept = Path(__file__).parents[3] / "docs" / "reference" / "scenario.schema.json"
    assert kept.read_text(encoding="utf-8") == schema_text()
