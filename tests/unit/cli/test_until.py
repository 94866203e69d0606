"""``run --until``: as many futures as it takes, none of them twice."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import pmosim.engine.block
from pmosim.cli import invoke
from tests.unit.cli.test_run import digest_of, files_in

TARGETS = "p80=5d and p_late(web)=20%"
"""Known after 200 futures, not after 100."""


@pytest.fixture
def blocks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the first futures of the blocks that are simulated."""
    seen: list[int] = []
    run_block = pmosim.engine.block.run_block

    def counting(network: object, seed: int, first: int, *rest: object, **more: object) -> object:
        seen.append(first)
        return run_block(network, seed, first, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(pmosim.engine.block, "run_block", counting)
    return seen


def manifest_of(folder: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(Path(folder, "manifest.json").read_text())
    return found


def test_a_run_that_grew_gives_the_bytes_of_one_that_was_asked_for_as_many(
    workspace: Path, blocks: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    until = ["run", "tiny", "-n", "50", "--until", TARGETS, "--jobs", "1", "-q"]
    assert invoke([*until, "-o", "grown"]) == 0
    manifest = manifest_of("grown")
    n = int(str(manifest["replications"]))
    assert n > 50
    assert blocks == list(range(0, n, 50))  # every future once
    assert manifest["run"]["until"]["is_reached"] is True  # type: ignore[index]
    assert capsys.readouterr().err == ""
    assert invoke(["run", "tiny", "-n", str(n), "--jobs", "1", "-q", "-o", "direct"]) == 0
    assert files_in("grown") == files_in("direct")
    assert digest_of("grown") == digest_of("direct")


def test_a_cap_ends_the_run_with_a_warning_and_resume_goes_on_from_there(
    workspace: Path, blocks: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["run", "tiny", "--until", "p80=5d", "-n", "50", "--jobs", "1", "--most"]
    assert invoke([*command, "100"]) == 0
    err = capsys.readouterr().err
    assert "stopped at 100 futures (--most)" in err
    assert "--resume" in err
    assert manifest_of("reports/tiny")["replications"] == 100
    blocks.clear()
    assert invoke([*command, "1600", "--resume", "-q"]) == 0
    n = int(str(manifest_of("reports/tiny")["replications"]))
    assert blocks == list(range(100, n, 50))


def test_resuming_with_less_to_know_leaves_no_futures_of_before(workspace: Path) -> None:
    assert invoke(["run", "tiny", "-n", "150", "-q"]) == 0
    again = ["run", "tiny", "-n", "50", "--until", "p80=40d", "--resume", "--jobs", "1", "-q"]
    assert invoke(again) == 0
    assert manifest_of("reports/tiny")["replications"] == 50
    assert [path.name for path in Path("reports/tiny/outcomes").iterdir()] == ["0000000.npz"]
    assert invoke(["run", "tiny", "-n", "50", "-q", "-o", "direct"]) == 0
    assert files_in("reports/tiny") == files_in("direct")


def test_an_interrupted_run_says_the_command_that_goes_on(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("pmosim.study.precision.settle", interrupt)
    assert invoke(["run", "tiny", "--until", TARGETS]) == 130
    err = capsys.readouterr().err
    assert "Interrupted: 0 futures are kept in reports/tiny." in err
    assert f"next: pmosim run tiny -n 250 --seed 1 --until '{TARGETS}' --most 4000 --resume" in err


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["--until", "p80=0d"], "No number of futures gives an interval of 0"),
        (["--until", "finish_p80(crx)=2d"], "Did you mean 'crm'?"),
        (["--until", "npv_mean=1%"], "no project states a benefit"),
        (["--until", "p80=2d", "--most", "100"], "less than the first check"),
        (["--most", "100"], "--most has a meaning only with --until"),
    ],
)
def test_what_cannot_be_known_is_refused_and_nothing_is_written(
    args: list[str], says: str, workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(["run", "tiny", *args]) == 2
    assert says in capsys.readouterr().err
    assert not Path("reports").exists()


def test_a_run_says_what_its_number_of_futures_resolves(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(["run", "tiny", "-n", "100"]) == 0
    assert "how well known        100 futures tell the P80 of everything" in capsys.readouterr().out
    assert "100 futures tell the P80" in Path("reports/tiny/report.html").read_text()


def test_a_comparison_grows_until_the_difference_is_known(
    workspace: Path, blocks: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["compare", "tiny", "hire", "--json", "-q", "--jobs", "1"]
    until = ["--until", "finish_mean(web)=1.5d and p80=20d", "-n", "50"]
    assert invoke([*command, *until]) == 0
    grown = json.loads(capsys.readouterr().out)
    n = grown["replications"]
    assert n > 50
    assert sorted(blocks) == sorted([*range(0, n, 50), *range(0, n, 50)])  # both, once
    assert invoke([*command, "-n", str(n)]) == 0
    assert json.loads(capsys.readouterr().out) == grown
    row = next(
        row
        for row in grown["alternatives"][0]["rows"]
        if (row["entity"], row["measure"]) == ("web", "finish_mean_days")
    )
    assert row["difference"]["high"] - row["difference"]["low"] <= 3.0


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["tiny", "hire", "--until", "p90=2d"], "a comparison has no difference of finish_p90"),
        (["tiny", "hire", "--until", "finish_p80(crx)=2d"], "Did you mean 'crm'?"),
        (["tiny", "hire", "--most", "9"], "--most has a meaning only with --until"),
    ],
)
def test_a_difference_that_cannot_be_known_is_refused(
    args: list[str], says: str, workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(["compare", *args]) == 2
    assert says in capsys.readouterr().err


def test_runs_that_are_there_do_not_grow(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(["run", "tiny", "-n", "2", "-q", "--jobs", "1"]) == 0
    assert invoke(["compare", "reports/tiny", "hire", "--until", "p80=2d"]) == 2
    assert "give scenario files, not run folders" in capsys.readouterr().err


def test_a_what_if_grows_until_the_difference_is_known(
    workspace: Path, blocks: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["whatif", "tiny", "--hire", "1:developer@2027-01-04", "--json", "-q", "--jobs", "1"]
    assert invoke([*command, "--until", "finish_mean(web)=1.5d", "-n", "50"]) == 0
    grown = json.loads(capsys.readouterr().out)
    n = grown["replications"]
    assert n > 50
    assert len(blocks) == len(set(range(0, n, 50))) * 2  # both sides, once
    assert invoke([*command, "-n", str(n)]) == 0
    assert json.loads(capsys.readouterr().out) == grown


def test_a_list_of_questions_does_not_grow(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(["whatif", "tiny", "--each", "cancel", "--until", "p80=2d"]) == 2
    assert "--until grows the runs of one question" in capsys.readouterr().err
