"""``price``: what mechanisms cost, on the terminal."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from pmosim.cli import invoke


def test_the_command_names_the_dearest_and_lists_what_is_off(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(["price", "tiny", "-n", "20", "--only-on"]) == 0
    captured = capsys.readouterr()
    assert captured.out.startswith("Tiny\nThe dearest is spread of work: with it everything")
    assert "on the same luck (20 futures)" in captured.out
    assert "do not add up" in captured.out
    assert "Off" not in captured.out
    assert "next: pmosim bottlenecks tiny" in captured.err
    assert "report: reports/tiny-price/report.html" in captured.err
    tables = {path.name for path in Path("reports/tiny-price/tables").iterdir()}
    assert tables == {"mechanisms.csv", "priors.csv"}


def test_what_is_off_is_priced_with_its_prior_and_the_rest_is_named(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(["price", "tiny", "-n", "10", "--by", "days"]) == 0
    out = capsys.readouterr().out
    assert "Off. What each would cost, switched on as a prior or the file has it:" in out
    assert "operations (bau): bau 20%, a prior" in out
    assert "Off: leave with dates, public holidays, spread of sizes," in out
    assert "all projects d" in out


def test_a_hire_gets_its_break_even_month(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["price", "tiny", "-n", "10", "--only-on", "--hire", "1:developer@2027-02"]
    assert invoke(asked) == 0
    captured = capsys.readouterr()
    assert "1 developer joins in February 2027: break-even never within the window" in captured.out
    assert "brought = benefits that flow, less the cost charged to projects" in captured.out
    assert "next: pmosim whatif tiny --hire 1:developer@2027-02" in captured.err


def test_the_tables_hold_every_mechanism_and_every_month_of_a_hire(workspace: Path) -> None:
    asked = ["price", "tiny", "-n", "10", "--hire", "1:developer@2027-02", "-o", "kept"]
    assert invoke(asked) == 0
    document = json.loads(Path("kept/price.json").read_text(encoding="utf-8"))
    with Path("kept/tables/mechanisms.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert "effects" not in rows[0]
    assert [row["id"] for row in rows] == [one["id"] for one in document["mechanisms"]]
    value = document["mechanisms"][0]["effects"]["finish_mean_days"]["value"]
    assert float(rows[0]["effects.finish_mean_days"]) == value
    with Path("kept/tables/months.csv").open(encoding="utf-8", newline="") as file:
        months = list(csv.DictReader(file))
    assert [row["month"] for row in months] == [
        month["month"] for month in document["hires"][0]["months"]
    ]


def test_json_is_the_document_and_nothing_else(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(["price", "tiny", "-n", "10", "--only-on", "--json", "-q"]) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out)["schema"] == "pmosim.price/1"
    assert not Path("reports").exists()
    assert captured.err == ""


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--by", "size"], "'size' is not one of"),
        (["--hire", "2:develper"], "there is no role 'develper'. Did you mean 'developer'?"),
        (["-n", "1"], "'1' is no whole number of 2 or more"),
    ],
)
def test_a_wrong_option_is_refused_before_anything_runs(
    workspace: Path, capsys: pytest.CaptureFixture[str], options: list[str], message: str
) -> None:
    assert invoke(["price", "tiny", *options]) == 2
    captured = capsys.readouterr()
    assert message in captured.err
    assert captured.out == ""


def test_an_interruption_ends_with_130(
    workspace: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("pmosim.study.price.find_prices", interrupt)
    assert invoke(["price", "tiny", "-n", "10"]) == 130
    assert "Interrupted." in capsys.readouterr().err
