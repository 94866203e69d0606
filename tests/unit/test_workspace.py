"""Workspace: where scenarios are found and what a run leaves behind."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from pmosim.errors import InputError, RunFolderError
from pmosim.workspace import (
    KINDS,
    begin_run,
    copy_starter,
    is_run_folder,
    locate,
    open_run,
    resume_run,
    run_of,
    write_tables,
)
from pmosim.workspace.tables import csv_text

KEY = {"seed": 1, "replications": 40, "block": 20, "versions": {"pmosim": "0.1.0"}}


@dataclass
class Block:
    """Stands for the outcomes of one block."""

    first: int
    content: bytes = b"block"

    def save(self, path: Path) -> None:
        path.write_bytes(self.content)


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "reports").mkdir()
    (tmp_path / "scenarios" / "baseline.yaml").write_text("pmosim: 1\n")
    return tmp_path


def begin(path: Path, **changed: object) -> object:
    inputs = {"scenarios/baseline.yaml": Path("scenarios/baseline.yaml")}
    key = {**KEY, **changed}
    return begin_run(path, scenario="pmosim: 1\n", inputs=inputs, key=key, run={"argv": ["run"]})


# ------------------------------------------------------------------------------- finding


def test_a_path_to_a_file_is_that_scenario(workspace: Path) -> None:
    assert locate("scenarios/baseline.yaml").scenario == Path("scenarios/baseline.yaml")


def test_a_bare_name_is_looked_up_among_scenarios_before_runs(workspace: Path) -> None:
    begin(Path("reports/baseline"))
    begin(Path("reports/other"))
    assert locate("baseline").scenario == Path("scenarios/baseline.yaml")
    assert locate("baseline").folder is None
    assert locate("other").scenario == Path("reports/other/scenario.yaml")


def test_a_run_of_a_scenario_goes_into_the_reports_of_its_workspace(workspace: Path) -> None:
    assert locate("baseline").default_folder == Path("reports/baseline")
    elsewhere = locate(str(workspace / "scenarios" / "baseline.yaml"))
    assert elsewhere.default_folder == workspace / "reports" / "baseline"


def test_the_run_of_a_scenario_is_found_by_the_name_of_the_scenario(workspace: Path) -> None:
    begin(Path("reports/baseline"))
    assert run_of("baseline") == Path("reports/baseline")
    assert run_of("reports/baseline") == Path("reports/baseline")


def test_a_scenario_without_a_run_says_how_to_get_one(workspace: Path) -> None:
    with pytest.raises(InputError, match="First: pmosim run baseline"):
        run_of("baseline")


@pytest.mark.parametrize("typed", ["basline", "scenarios/basline.yaml", "baseline.yml"])
def test_a_typo_is_answered_with_what_may_have_been_meant(workspace: Path, typed: str) -> None:
    with pytest.raises(InputError, match=r"Did you mean '(scenarios/)?baseline(\.yaml)?'"):
        locate(typed)


def test_nothing_to_find_leads_to_init(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="pmosim init"):
        locate("baseline")


def test_an_empty_path_is_no_place(workspace: Path) -> None:
    with pytest.raises(InputError, match="the path is empty"):
        locate("")


def test_a_folder_that_is_no_run_is_no_scenario(workspace: Path) -> None:
    with pytest.raises(InputError, match="no run folder"):
        locate("scenarios")


# --------------------------------------------------------------------------- run folders


def test_a_folder_of_the_user_is_never_overwritten(workspace: Path) -> None:
    folder = workspace / "mine"
    folder.mkdir()
    (folder / "notes.txt").write_text("keep me")
    with pytest.raises(RunFolderError, match="left alone"):
        begin(folder)
    assert [path.name for path in folder.iterdir()] == ["notes.txt"]
    with pytest.raises(RunFolderError, match="this is a file"):
        begin(folder / "notes.txt")


def test_a_new_run_removes_what_the_old_one_wrote_and_nothing_else(workspace: Path) -> None:
    run = begin(Path("reports/a"))
    run.keep_block(Block(first=0))
    run.write_forecast({"schema": "pmosim.run/1"})
    (run.path / "notes.txt").write_text("keep me")
    run = begin(Path("reports/a"))
    assert run.blocks() == []
    assert not (run.path / "forecast.json").exists()
    assert (run.path / "notes.txt").read_text() == "keep me"


def test_a_folder_with_the_forecast_alone_is_a_run_folder_too(workspace: Path) -> None:
    folder = workspace / "reports" / "kept"
    folder.mkdir()
    assert not is_run_folder(folder)
    (folder / "forecast.json").write_text('{"schema": "pmosim.run/1"}')
    assert is_run_folder(folder)
    with pytest.raises(RunFolderError, match="only the forecast"):
        open_run(folder)


def test_the_result_is_a_digest_of_every_byte_but_the_manifest(workspace: Path) -> None:
    first, second, other = (begin(Path(f"reports/{name}")) for name in "abc")
    for run, content in ((first, b"x"), (second, b"x"), (other, b"y")):
        run.keep_block(Block(first=0, content=content))
    results = [
        run.finish({"seconds": number}).manifest["result"]
        for number, run in enumerate((first, second, other))
    ]
    assert results[0] == results[1] != results[2]
    manifest = json.loads((second.path / "manifest.json").read_text())
    assert manifest["run"] == {"argv": ["run"], "seconds": 1}
    assert set(manifest["files"]) == {"scenario.yaml", "outcomes/0000000.npz"}
    assert manifest["inputs"][0]["path"] == "scenarios/baseline.yaml"


def test_a_block_cut_short_is_not_among_the_blocks(workspace: Path) -> None:
    class Torn(Block):
        def save(self, path: Path) -> None:
            path.write_bytes(b"ha")
            raise KeyboardInterrupt

    run = begin(Path("reports/a"))
    run.keep_block(Block(first=0))
    with pytest.raises(KeyboardInterrupt):
        run.keep_block(Torn(first=20))
    assert [path.name for path in run.blocks()] == ["0000000.npz"]
    again = resume_run(run.path, scenario="pmosim: 1\n", inputs={}, key=KEY, run={})
    assert sorted(path.name for path in (again.path / "outcomes").iterdir()) == ["0000000.npz"]


@pytest.mark.parametrize(
    ("changed", "scenario", "message"),
    [
        ({"seed": 2}, "pmosim: 1\n", "seed: 1 then, 2 now"),
        ({"block": 50}, "pmosim: 1\n", "block: 20 then, 50 now"),
        ({"versions": {"pmosim": "9"}}, "pmosim: 1\n", "versions pmosim: 0.1.0 then, 9 now"),
        ({}, "pmosim: 1\nname: x\n", "scenario sha256"),
    ],
)
def test_resume_refuses_another_question(
    workspace: Path, changed: dict[str, object], scenario: str, message: str
) -> None:
    run = begin(Path("reports/a"))
    run.keep_block(Block(first=0))
    with pytest.raises(RunFolderError, match=message):
        resume_run(run.path, scenario=scenario, inputs={}, key={**KEY, **changed}, run={})
    assert len(run.blocks()) == 1


def test_resume_may_ask_for_more_futures(workspace: Path) -> None:
    run = begin(Path("reports/a"))
    run.keep_block(Block(first=0))
    key = {**KEY, "replications": 400}
    again = resume_run(run.path, scenario="pmosim: 1\n", inputs={}, key=key, run={})
    assert len(again.blocks()) == 1
    assert again.manifest["replications"] == 400
    assert not again.is_finished


def test_a_damaged_manifest_is_said_so(workspace: Path) -> None:
    run = begin(Path("reports/a"))
    run.write_forecast({"schema": "pmosim.run/1"})
    (run.path / "manifest.json").write_text("{")
    with pytest.raises(RunFolderError, match="is damaged"):
        open_run(run.path)


# -------------------------------------------------------------------------------- tables


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_text_that_a_spreadsheet_would_run_gets_an_apostrophe(text: str) -> None:
    [_, row] = csv.reader(io.StringIO(csv_text([{"name": text}]), newline=""))
    assert row == [f"'{text}".replace("\r", "\n")]


def test_numbers_stay_numbers_and_nothing_stays_empty() -> None:
    rows = [{"a": -3.5, "b": None, "c": True, "d": "x, y\n🚀"}]
    [head, row] = csv.reader(io.StringIO(csv_text(rows), newline=""))
    assert head == ["a", "b", "c", "d"]
    assert row == ["-3.5", "", "yes", "x, y\n🚀"]


def test_a_forecast_becomes_tables_with_a_column_per_number(tmp_path: Path) -> None:
    never = {"value": None, "low": None, "high": None}
    estimate = {"value": 0.25, "low": 0.2, "high": 0.3}
    document = {
        "schema": "pmosim.run/1",
        "projects": [
            {
                "id": "crm",
                "name": "=cmd()",
                "groups": {"=programme": "Sales"},
                "p_late": estimate,
                "finish": {"p50": {**never, "after_horizon": True}},
                "wait_days": {"intake": estimate},
                "milestones": [{"id": "go", "p_late": estimate}],
            }
        ],
        "roles": [{"id": "qa", "by_month": [{"month": "2027-01", "busy_fte": estimate}]}],
        "portfolio": {"npv": {"mean": estimate}, "by_quarter": [{"quarter": "2027-Q1"}]},
    }
    write_tables(document, tmp_path)
    tables = {
        path.stem: list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
        for path in tmp_path.glob("*.csv")
    }
    [project] = tables["projects"]
    assert project["name"] == "'=cmd()"
    assert project["p_late"] == "0.25"
    assert project["p_late.low"] == "0.2"
    assert project["finish.p50.after_horizon"] == "yes"
    assert project["group.=programme"] == "Sales"
    assert tables["waits"][0]["waits_for"] == "intake"
    assert tables["milestones"][0]["p_late.high"] == "0.3"
    assert tables["role_months"][0]["busy_fte"] == "0.25"
    assert {row["measure"]: row["value"] for row in tables["portfolio"]}["npv.mean"] == "0.25"


def test_promises_groups_years_causes_earned_value_and_curves_are_tables_too(
    tmp_path: Path,
) -> None:
    def amount(value: float) -> dict[str, float]:
        return {"value": value, "low": value, "high": value}

    cost = {
        "p50": amount(9.0),
        "p80": amount(10.0),
        "by_year": {"to date": amount(1.0), "2027": amount(2.0)},
        "cash_by_year": {"2027": amount(1.5)},
        "capex_by_year": {"2027": amount(0.5)},
    }
    document = {
        "by": "programme",
        "levels": [5, 10],
        "promises": [{"project": "crm", "item": "go", "p_kept": amount(0.5)}],
        "groups": {
            "centre": [{"group": "4711"}],
            "programme": [{"group": "=Sales", "projects": ["crm", "hr"], "cost": cost}],
        },
        "projects": [
            {
                "id": "crm",
                "cost": cost,
                "outlook_why": {"text": "It waits."},
                "late_causes": {"n": 7, "days_late": amount(3.0), "developer": amount(2.0)},
                "earned_value": {"cpi": 0.75, "missing": ["actual cost"]},
                "quantiles": {"finish": ["2027-01-08", None], "cost": [1.0, 2.0]},
                "joint": {"points": [["2027-01-08", 1.0], [None, 2.0]], "grid": {}},
            }
        ],
        "roles": [],
        "portfolio": {"cost": cost, "quantiles": {"cost": [3.0, 4.0]}, "earned_value": None},
    }
    write_tables(document, tmp_path)
    tables = {
        path.stem: list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
        for path in tmp_path.glob("*.csv")
    }
    assert tables["projects"][0]["outlook_text"] == "It waits."
    assert not any(name.startswith(("joint", "quantiles")) for name in tables["projects"][0])
    assert tables["promises"] == [
        {"project": "crm", "item": "go", "p_kept": "0.5", "p_kept.low": "0.5", "p_kept.high": "0.5"}
    ]
    assert [(row["by"], row["group"]) for row in tables["groups"]] == [
        ("programme", "'=Sales"),
        ("centre", "4711"),
    ]
    assert tables["groups"][0]["projects"] == "crm; hr"
    assert [tuple(row.values()) for row in tables["years"]] == [
        ("crm", "to date", "1.0", "", ""),
        ("crm", "2027", "2.0", "1.5", "0.5"),
        ("(portfolio)", "to date", "1.0", "", ""),
        ("(portfolio)", "2027", "2.0", "1.5", "0.5"),
    ]
    assert [(row["cause"], row["futures"], row["days"]) for row in tables["late_causes"]] == [
        ("days_late", "7", "3.0"),
        ("developer", "7", "2.0"),
    ]
    [earned] = tables["earned_value"]
    assert (earned["cpi"], earned["missing"], earned["cost_p80"]) == ("0.75", "actual cost", "10.0")
    assert [tuple(row.values()) for row in tables["quantiles"]] == [
        ("crm", "finish", "5", "2027-01-08"),
        ("crm", "finish", "10", ""),
        ("crm", "cost", "5", "1.0"),
        ("crm", "cost", "10", "2.0"),
        ("(portfolio)", "cost", "5", "3.0"),
        ("(portfolio)", "cost", "10", "4.0"),
    ]
    assert [tuple(row.values()) for row in tables["joint"]] == [
        ("crm", "1", "2027-01-08", "1.0"),
        ("crm", "2", "", "2.0"),
    ]


# ------------------------------------------------------------------------------- starter


@pytest.mark.parametrize("kind", KINDS)
def test_the_starter_is_copied_whole(tmp_path: Path, kind: str) -> None:
    written = copy_starter(tmp_path / "acme", kind)
    names = {path.relative_to(tmp_path / "acme").as_posix() for path in written}
    today = "plan.xlsx" if kind == "xlsx" else "baseline.yaml"
    assert {"README.md", f"scenarios/{today}", "scenarios/three-more.yaml"} <= names
    assert (tmp_path / "acme" / "calibration").is_dir()
    assert (tmp_path / "acme" / "reports").is_dir()


def test_the_starter_overwrites_nothing_and_then_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "scenarios").mkdir()
    mine = tmp_path / "scenarios" / "baseline.yaml"
    mine.write_text("mine")
    with pytest.raises(InputError, match="not overwritten"):
        copy_starter(tmp_path, "phases")
    assert mine.read_text() == "mine"
    assert not (tmp_path / "README.md").exists()
