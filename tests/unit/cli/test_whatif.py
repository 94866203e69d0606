"""``whatif``: options in the order typed, the answer in words, the overlay that says the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

import pmosim as pm
from pmosim.cli import invoke

if TYPE_CHECKING:
    from collections.abc import Sequence

FEW = ("-n", "20", "--jobs", "1")


def said(capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    captured = capsys.readouterr()
    return captured.out, captured.err


def test_the_answer_comes_first_and_then_who_pays_the_starts_and_the_naive_plan(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(["whatif", "tiny", "--add", "3:small@2027-01-04,rank=1", *FEW]) == 0
    out, err = said(capsys)
    lines = out.splitlines()
    assert lines[0].startswith("If 3 small projects start on 4 January 2027 (rank 1), ")
    assert "certainly finish" in lines[0]
    assert "waiting for the developer" in lines[0]
    assert lines[1] == (
        "What would help instead: pmosim bottlenecks tiny says what one more person of each "
        "role buys."
    )
    order = [
        out.index(part)
        for part in (
            "working days", "Who pays?", "work waits, days a project", "everything committed",
            "Latest start of small-1", "Safest start", "A plan in which nobody waits",
        )
    ]  # fmt: skip
    assert order == sorted(order)
    assert "next: pmosim bottlenecks tiny" in err
    assert "--save scenarios/NAME.yaml" in err


def test_a_newcomer_without_a_rank_gets_a_second_row_with_rank_1(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(["whatif", "tiny", "--add", "small", *FEW]) == 0
    out = said(capsys)[0]
    assert "Who pays? With the new project behind all ranked ones (no rank was given)" in out
    assert "With the new project first in rank instead (rank 1)" in out


def test_changes_are_made_in_the_order_typed_across_options(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--add", "small@2027-02", "--rank", "small-1=1", "--add", "2:small@2027-03"]
    assert invoke(["whatif", "tiny", *options, *FEW, "--json", "-q"]) == 0
    document = json.loads(said(capsys)[0])
    assert [next(iter(verb)) for verb in document["question"]["verbs"]] == ["add", "rank", "add"]
    assert document["added"] == ["small-1", "small-2", "small-3"]
    assert document["question"]["command"] == " ".join(options)


def test_every_wrong_option_is_told_at_once_and_nothing_is_written(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = ["--add", "3:smal", "--cancel", "crmm", "--absent", "ana=6w", "--policy", "wip:3"]
    assert invoke(["whatif", "tiny", *wrong, "--save", "scenarios/new.yaml"]) == 2
    out, err = said(capsys)
    assert out == ""
    for place, code in (
        ("--add 3:smal", "PMO203"),
        ("--cancel crmm", "PMO701"),
        ("--absent ana=6w", "PMO701"),
        ("--policy wip:3", "PMO120"),
    ):
        assert f"{place}  {code}" in err
    assert "Did you mean 'small'?" in err
    assert "4 errors" in err
    assert not Path("scenarios/new.yaml").exists()


@pytest.mark.parametrize(
    "options",
    [
        ["--add", "2:small@2027-02,rank=1", "--hire", "1:developer@2027-04"],
        ["--delay", "web=6w", "--absent", "developer-1=2w@2027-02", "--rank", "web=1"],
        ["--policy", "wip_limit:1", "--set", "projects.crm.size=1.5", "--pause", "crm=2027-02"],
        ["--request", "small", "--cancel", "crm@2027-02", "--remove", "web"],
    ],
)
def test_the_saved_overlay_gives_exactly_the_outcomes_of_the_command(
    workspace: Path, capsys: pytest.CaptureFixture[str], options: Sequence[str]
) -> None:
    assert invoke(["whatif", "tiny", *options, *FEW, "--save", "scenarios/new.yaml", "--json"]) == 0
    asked = json.loads(said(capsys)[0])
    text = Path("scenarios/new.yaml").read_text()
    assert 'extends: "tiny.yaml"' in text
    assert invoke(["compare", "tiny", "new", *FEW, "--json", "-q"]) == 0
    compared = json.loads(said(capsys)[0])

    def values(document: dict[str, list[dict[str, list[dict[str, object]]]]]) -> list[object]:
        rows = document["alternatives"][0]["rows"]
        return [[row[key] for key in ("entity", "measure", "value", "settled")] for row in rows]

    assert values(asked) == values(compared)
    from pmosim.study.verbs import make_changes

    typed = list(zip(options[::2], options[1::2], strict=True))
    direct = make_changes(pm.read_scenario("scenarios/tiny.yaml"), typed).after
    first, second = (
        pm.simulate(scenario, replications=20)
        for scenario in (direct, pm.read_scenario("scenarios/new.yaml"))
    )
    assert np.array_equal(first.projects_.finished, second.projects_.finished)
    assert np.array_equal(first.busy, second.busy)


def test_an_overlay_is_never_written_over_another_file_or_outside_the_workspace(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = Path("scenarios/hire.yaml").read_bytes()
    for target, code in (
        ("scenarios/hire.yaml", "PMO034"),
        ("../out.yaml", "PMO015"),
        ("scenarios/new.csv", "PMO040"),
    ):
        assert invoke(["whatif", "tiny", "--delay", "web=1w", "--save", target]) == 2
        assert f"--save  {code}" in said(capsys)[1]
    assert Path("scenarios/hire.yaml").read_bytes() == before
    assert not Path("../out.yaml").exists()


def test_no_change_says_so_and_shows_how_to_give_one(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(["whatif", "tiny", *FEW]) == 0
    out, err = said(capsys)
    assert out.startswith("No change is given, and nothing changes: every project finishes in the")
    assert "such as --add 3:medium@2027-03" in err


def test_a_doubtful_change_is_told_and_the_answer_given(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(["whatif", "tiny", "--rank", "crm=1", *FEW]) == 0
    out, err = said(capsys)
    assert "--rank crm=1  PMO702" in err
    assert "nothing changes" in out.splitlines()[0]
    assert invoke(["whatif", "tiny", "--rank", "crm=1", *FEW, "--json", "-q"]) == 0
    assert said(capsys)[1] == ""


def test_each_gives_the_stop_list_and_the_delay_list(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(["whatif", "tiny", "--each", "cancel", *FEW]) == 0
    out, err = said(capsys)
    assert out.startswith("Stopping crm helps the others most")
    assert "next: pmosim whatif tiny --cancel crm" in err
    assert invoke(["whatif", "tiny", "--each", "delay=3mo", *FEW, "--json", "-q"]) == 0
    document = json.loads(said(capsys)[0])
    assert document["schema"] == "pmosim.each/1"
    assert document["projects"][0]["project"] == "crm"


def test_each_takes_fewer_futures_unless_asked(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(["whatif", "tiny", "--each", "cancel", "--jobs", "1", "--json", "-q"]) == 0
    assert json.loads(said(capsys)[0])["replications"] == 50


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--each", "cancle"], "Did you mean 'cancel'?"),
        (["--each", "cancel", "--save", "scenarios/x.yaml"], "--each asks many"),
        (["--ad", "small"], "No such option"),
    ],
)
def test_what_cannot_be_asked_is_refused(
    workspace: Path, capsys: pytest.CaptureFixture[str], options: list[str], message: str
) -> None:
    assert invoke(["whatif", "tiny", *options]) == 2
    assert message in said(capsys)[1]


@pytest.mark.parametrize(
    ("place", "options"),
    [("whatif.ask", ["--delay", "web=1w"]), ("singly.try_each", ["--each", "cancel"])],
)
def test_ctrl_c_ends_with_130_and_a_clear_line(
    workspace: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    place: str,
    options: list[str],
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(f"pmosim.study.{place}", interrupted)
    assert invoke(["whatif", "tiny", *options, *FEW]) == 130
    out, err = said(capsys)
    assert out == ""
    assert "Interrupted: the " in err
    assert "nothing is kept" in err


def test_ctrl_c_leaves_no_overlay_behind(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("pmosim.study.whatif.ask", interrupted)
    asked = ["whatif", "tiny", "--delay", "web=1w", "--save", "scenarios/late.yaml", *FEW]
    assert invoke(asked) == 130
    assert not (workspace / "scenarios" / "late.yaml").exists()


def test_the_answer_does_not_depend_on_the_number_of_workers(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = []
    for jobs in ("1", "2"):
        options = ["--add", "2:small@2027-02", "-n", "60", "--jobs", jobs, "--json", "-q"]
        assert invoke(["whatif", "tiny", *options]) == 0
        found.append(said(capsys)[0])
    assert found[0] == found[1]
