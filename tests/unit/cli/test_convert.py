"""``convert`` and ``init --from xlsx``: from a workbook to a forecast and back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pmosim.cli import invoke
from pmosim.exchange.conversion import is_same_model
from pmosim.scenario import read_scenario

if TYPE_CHECKING:
    import pytest


def test_a_scenario_becomes_a_workbook_that_runs_by_its_bare_name(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(["convert", "tiny", "scenarios/book.xlsx"]) == 0
    assert capsys.readouterr().out == "scenarios/book.xlsx\n"
    tiny = read_scenario("scenarios/tiny.yaml")
    assert is_same_model(tiny, read_scenario("scenarios/book.xlsx"))
    assert invoke(["run", "book", "-n", "20", "-q"]) == 0
    assert (workspace / "reports" / "book" / "forecast.json").is_file()


def test_a_workbook_becomes_a_scenario_file_in_a_folder(workspace: Path) -> None:
    assert invoke(["convert", "hire", "book.xlsx", "-q"]) == 0
    assert invoke(["convert", "book.xlsx", "other/", "-q"]) == 0
    again = read_scenario(workspace / "other" / "scenarios" / "book.yaml")
    assert is_same_model(read_scenario("scenarios/hire.yaml"), again)


def test_nothing_is_overwritten_and_no_other_format_is_written(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (workspace / "scenarios" / "hire.yaml").read_bytes()
    assert invoke(["convert", "tiny", "scenarios/hire.yaml"]) == 2
    assert "PMO034" in capsys.readouterr().err
    assert (workspace / "scenarios" / "hire.yaml").read_bytes() == before
    assert invoke(["convert", "tiny", "book.ods"]) == 2
    assert "give a name in .xlsx, .yaml or .json, or a folder" in capsys.readouterr().err


def test_of_a_folder_with_several_scenarios_one_has_to_be_named(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(["convert", ".", "book.xlsx"]) == 2
    assert "hire.yaml, tiny.yaml" in capsys.readouterr().err
    (workspace / "scenarios" / "tiny.yaml").rename(workspace / "scenarios" / "baseline.yaml")
    assert invoke(["convert", ".", "book.xlsx"]) == 0


def test_a_workspace_from_a_workbook_runs_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert invoke(["init", "acme", "--from", "xlsx"]) == 0
    assert "pmosim run plan" in capsys.readouterr().err
    monkeypatch.chdir(tmp_path / "acme")
    assert invoke(["check", "plan", "three-more"]) == 0
    assert "no problems" in capsys.readouterr().out
    assert invoke(["run", "plan", "-n", "20", "-q"]) == 0
    assert "Our portfolio: 3 projects" in capsys.readouterr().out
    assert "baseline" not in Path("README.md").read_text(encoding="utf-8")
    assert invoke(["init", ".", "--from", "xlsx"]) == 2


def test_twenty_projects_typed_into_the_template_give_a_first_forecast(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import openpyxl

    monkeypatch.chdir(tmp_path)
    assert invoke(["init", "--from", "xlsx", "-q"]) == 0
    book = openpyxl.load_workbook("scenarios/plan.xlsx")
    sheet = book["Projects"]
    heads = {cell.value: cell.column for cell in sheet[1]}
    for n in range(20):
        typed = {
            "id": f"p{n + 1}", "name": f"Project {n + 1}",
            "template": "medium" if n % 3 else "small",
            "status": "Running" if n < 4 else "Approved", "rank": n + 1, "due": "31.12.2028",
            "budget": "150k", "programme": "Sales",
        }  # fmt: skip
        if n < 4:
            typed |= {"done": 0.2 * n, "rag": "Green"}
        for head, column in heads.items():
            sheet.cell(n + 2, column).value = typed.get(head)
        sheet.cell(n + 2, heads["done"]).number_format = "0%"
    book.save("scenarios/plan.xlsx")
    capsys.readouterr()
    assert invoke(["check", "plan"]) == 0
    assert capsys.readouterr().out == "scenarios/plan.xlsx: Our portfolio: no problems\n"
    assert invoke(["run", "plan.xlsx", "-n", "10", "-q"]) == 0
    assert "20 projects (4 running, 16 approved)" in capsys.readouterr().out
