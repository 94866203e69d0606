"""``pmosim compare``: what is said, what is refused, and what a check may ask."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import pytest

from pmosim.cli import invoke

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def more(workspace: Path) -> Path:
    """Return the workspace with an overlay that adds a project of the highest rank."""
    (workspace / "scenarios" / "more.yaml").write_text(
        "pmosim: 1\nname: More\nextends: tiny.yaml\n"
        "changes: [{add: {template: small, id: new, rank: 1, starts: 2027-01-04}}]\n"
    )
    return workspace


def said(capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    captured = capsys.readouterr()
    return captured.out, captured.err


def test_a_comparison_tells_in_words_who_pays_and_who_does_not(
    more: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(["compare", "tiny", "more", "-n", "50"]) == 0
    out, err = said(capsys)
    assert out.startswith("more beside tiny: 50 futures each, on the same luck (seed 1)\n")
    assert "  working days  on average" in out
    assert "  web  " in out
    assert "only in more: new" in out
    assert "developer" in out
    assert "next: pmosim run more     pmosim bottlenecks more" in err
    assert "report: reports/tiny-compare/report.html" in err
    assert (more / "reports" / "tiny-compare" / "report.html").is_file()


def test_quarters_are_told_where_they_are_asked_for(
    more: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["compare", "tiny", "more", "hire", "-n", "20", "--by-quarter", "-o", "kept"]
    assert invoke(asked) == 0
    out, _ = said(capsys)
    assert out.count("In each quarter, then in each four quarters") == 2
    assert "pieces of work done" in out
    assert "  2027-Q1 to 2027-Q4  " in out
    document = json.loads((more / "kept" / "compare.json").read_text(encoding="utf-8"))
    windows = document["alternatives"][1]["quarters"]
    assert windows[0]["window"] == "2027-Q1"
    with (more / "kept" / "tables" / "quarters.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    first = windows[0]["rows"][0]["difference"]["value"]
    (row,) = [
        row
        for row in rows
        if (row["alternative"], row["window"], row["measure"])
        == ("hire", "2027-Q1", windows[0]["rows"][0]["measure"])
    ]
    assert float(row["difference"]) == first


def test_quarters_are_not_told_unless_they_are_asked_for(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(["compare", "tiny", "hire", "-n", "20", "--json", "-q"]) == 0
    out, _ = said(capsys)
    assert "quarters" not in json.loads(out)["alternatives"][0]


def test_nothing_changed_is_exactly_no_difference(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(["compare", "tiny", "tiny", "-n", "20"]) == 0
    out, _ = said(capsys)
    assert "tiny (2) beside tiny" in out
    assert "exactly as before       2: crm, web" in out
    assert "?" not in out
    assert "+" not in out


def test_json_is_the_comparison_and_nothing_else(
    more: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(["compare", "tiny", "more", "hire", "-n", "50", "--seed", "7", "--json"]) == 0
    document = json.loads(said(capsys)[0])
    assert document["schema"] == "pmosim.compare/1"
    assert (document["base"], document["seed"], document["replications"]) == ("tiny", 7, 50)
    assert [each["name"] for each in document["alternatives"]] == ["more", "hire"]
    rows = document["alternatives"][0]["rows"]
    web = next(r for r in rows if (r["entity"], r["measure"]) == ("web", "finish_mean_days"))
    assert set(web) == {
        *("entity", "kind", "measure", "base", "value", "difference", "settled", "further")
    }
    change = web["value"]["value"] - web["base"]["value"]
    assert web["difference"]["value"] == pytest.approx(change, rel=1e-12)
    assert web["settled"] is True
    assert not (more / "reports").exists()


def test_run_folders_are_compared_as_they_are_and_files_beside_them_with_their_luck(
    more: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("tiny", "more"):
        assert invoke(["run", name, "-n", "60", "--seed", "4", "-q"]) == 0
    said(capsys)
    answers = []
    for paths in (
        ["reports/tiny", "reports/more"],
        ["reports/tiny", "scenarios/more.yaml"],
        ["tiny", "more", "-n", "60", "--seed", "4"],
    ):
        assert invoke(["compare", *paths, "--json"]) == 0
        document = json.loads(said(capsys)[0])
        assert document["replications"] == 60
        answers.append(document)
    assert answers[0] == answers[1] == answers[2]


def test_runs_of_other_luck_are_refused_with_what_differs_and_the_way_out(
    more: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(["run", "tiny", "-n", "60", "-q"]) == 0
    assert invoke(["run", "more", "-n", "20", "--seed", "4", "-q"]) == 0
    said(capsys)
    assert invoke(["compare", "reports/tiny", "reports/more"]) == 2
    out, err = said(capsys)
    assert out == ""
    assert "PMO044" in err
    assert "the seed is 1 in 'tiny' and 4 in 'more'" in err
    assert "the number of futures is 60 in 'tiny' and 20 in 'more'" in err
    assert "give the scenario files" in err
    assert invoke(["compare", "reports/tiny", "more", "-n", "70"]) == 2
    assert "-n 70: the run in reports/tiny has 60" in said(capsys)[1]


def test_a_run_of_another_version_is_refused(
    more: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(["run", "tiny", "-n", "20", "-q"]) == 0
    manifest = more / "reports" / "tiny" / "manifest.json"
    text = manifest.read_text()
    now = json.loads(text)["versions"]["pmosim"]
    manifest.write_text(text.replace(f'"pmosim": "{now}"', '"pmosim": "0.0.7"'))
    said(capsys)
    assert invoke(["compare", "reports/tiny", "more"]) == 2
    assert "this run was made with pmosim 0.0.7" in said(capsys)[1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["tiny"], "give two or more"),
        ([], "BASE PATH"),
        (["tiny", "hier"], "Did you mean 'hire'?"),
        (["tiny", "hire", "-n", "1"], "no whole number of 2 or more"),
        (["tiny", "hire", "--fail-if", "p_late(cmr) > 0.3"], "Did you mean 'crm'?"),
        (["tiny", "hire", "--fail-if", "late"], "PMO037"),
    ],
)
def test_misuse_ends_with_2_before_anything_is_simulated(
    workspace: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    message: str,
) -> None:
    monkeypatch.setattr("pmosim.study.runs.simulate", None)
    assert invoke(["compare", *arguments]) == 2
    out, err = said(capsys)
    assert out == ""
    assert message in err


def test_fail_if_is_asked_of_the_alternatives_and_ends_with_1(
    more: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    question = "finish_p50(web) > 2027-04-01"
    assert invoke(["compare", "tiny", "hire", "-n", "50", "--fail-if", question]) == 0
    assert "hire:\nfail if finish_p50(web) > 2027-04-01: no" in said(capsys)[1]
    assert invoke(["compare", "tiny", "hire", "more", "-n", "50", "--fail-if", question]) == 1
    assert "more:\nfail if finish_p50(web) > 2027-04-01: yes" in said(capsys)[1]
