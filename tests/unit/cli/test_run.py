"""``run``, ``explain`` and ``report``: a forecast on the terminal and on disk."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pmosim.cli import invoke

PROGRAM = str(Path(sys.executable).with_name("pmosim"))


def digest_of(folder: str) -> str:
    result: str = json.loads(Path(folder, "manifest.json").read_text())["result"]
    return result


def files_in(folder: str) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(Path(folder).rglob("*"))
        if path.is_file() and path.name != "manifest.json"
    }


def test_a_run_answers_in_words_and_leaves_a_run_folder(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(["run", "tiny", "-n", "120"]) == 0
    captured = capsys.readouterr()
    assert captured.out.startswith("Tiny: 2 projects (2 approved), 1 role")
    assert "promised dates" in captured.out
    assert "web: due 22 Mar 2027, late in" in captured.out
    assert "waits longest for the developer" in captured.out
    assert "120 futures" in captured.err
    assert "next: pmosim explain tiny web" in captured.err
    found = files_in("reports/tiny")
    assert {"scenario.yaml", "forecast.json", "report.html", "tables/projects.csv"} <= set(found)
    manifest = json.loads(Path("reports/tiny/manifest.json").read_text())
    assert manifest["seed"] == 1
    assert manifest["replications"] == 120
    assert manifest["run"]["argv"] == ["run", "tiny", "-n", "120"]
    assert [part["path"] for part in manifest["inputs"]] == ["scenarios/tiny.yaml"]
    assert set(manifest["files"]) == set(found)


def test_every_file_that_was_read_is_in_the_manifest(workspace: Path) -> None:
    assert invoke(["run", "hire", "-n", "2", "-q"]) == 0
    manifest = json.loads(Path("reports/hire/manifest.json").read_text())
    names = [part["path"] for part in manifest["inputs"]]
    assert names == ["scenarios/hire.yaml", "scenarios/tiny.yaml"]


def test_json_is_the_forecast_and_nothing_else(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(["run", "tiny", "-n", "20", "--json", "-q"]) == 0
    captured = capsys.readouterr()
    document = json.loads(captured.out)
    assert document["schema"] == "pmosim.run/1"
    assert document == json.loads(Path("reports/tiny/forecast.json").read_text(encoding="utf-8"))
    assert captured.err == ""


def test_the_same_question_gives_the_same_bytes_whatever_the_number_of_workers(
    workspace: Path,
) -> None:
    for jobs in ("1", "2"):
        assert (
            invoke(["run", "tiny", "-n", "110", "--jobs", jobs, "-o", f"reports/{jobs}", "-q"]) == 0
        )
    assert files_in("reports/1") == files_in("reports/2")
    assert digest_of("reports/1") == digest_of("reports/2")
    assert invoke(["run", "tiny", "-n", "110", "--seed", "2", "-o", "reports/3", "-q"]) == 0
    assert digest_of("reports/3") != digest_of("reports/1")


def test_the_resolved_scenario_of_a_run_gives_the_same_forecast(workspace: Path) -> None:
    assert invoke(["run", "hire", "-n", "20", "-q"]) == 0
    assert invoke(["run", "reports/hire/scenario.yaml", "-n", "20", "-o", "again", "-q"]) == 0
    first, again = files_in("reports/hire"), files_in("again")
    assert {name for name in first if first[name] != again[name]} <= {"report.html"}


def test_a_run_folder_can_be_run_again(workspace: Path) -> None:
    assert invoke(["run", "tiny", "-n", "2", "-q"]) == 0
    before = files_in("reports/tiny")
    assert invoke(["run", "reports/tiny", "-n", "2", "-q"]) == 0
    after = files_in("reports/tiny")
    assert {name for name in before if before[name] != after[name]} <= {"report.html"}


def test_resume_of_part_of_a_run_gives_the_same_bytes(workspace: Path) -> None:
    assert invoke(["run", "tiny", "-n", "170", "-o", "whole", "-q"]) == 0
    assert invoke(["run", "tiny", "-n", "70", "-o", "part", "-q"]) == 0
    assert invoke(["run", "tiny", "-n", "170", "-o", "part", "--resume", "-q"]) == 0
    assert files_in("whole") == files_in("part")
    assert invoke(["run", "tiny", "-n", "170", "-o", "part", "--resume", "-q"]) == 0
    assert files_in("whole") == files_in("part")


def test_resume_of_another_question_is_refused(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(["run", "tiny", "-n", "20", "-q"]) == 0
    kept = files_in("reports/tiny")
    assert invoke(["run", "tiny", "-n", "20", "--seed", "2", "--resume"]) == 2
    assert "seed: 1 then, 2 now" in capsys.readouterr().err
    scenario = workspace / "scenarios" / "tiny.yaml"
    scenario.write_text(scenario.read_text().replace("day_rate: 700", "day_rate: 900"))
    assert invoke(["run", "tiny", "-n", "20", "--resume"]) == 2
    assert "differs in scenario" in capsys.readouterr().err
    assert files_in("reports/tiny") == kept


def test_a_folder_of_the_user_is_not_written_to(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (workspace / "mine").mkdir()
    (workspace / "mine" / "thesis.txt").write_text("precious")
    assert invoke(["run", "tiny", "-n", "2", "-o", "mine"]) == 2
    assert "left alone" in capsys.readouterr().err
    assert list(files_in("mine")) == ["thesis.txt"]


def test_an_invalid_scenario_ends_with_2_before_anything_is_written(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (workspace / "scenarios" / "bad.yaml").write_text("pmosim: 1\nas_of: soon\n")
    assert invoke(["run", "bad"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "scenarios/bad.yaml:2:8" in captured.err
    assert not Path("reports").exists()


def hear_interrupts() -> None:
    """Undo what a shell does to the jobs it runs in the background: they ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_interrupting_keeps_finished_blocks_and_resume_goes_on(workspace: Path) -> None:
    n = "3000"
    whole = [PROGRAM, "run", "tiny", "-n", n, "-o", "whole", "-q"]
    subprocess.run(whole, check=True, capture_output=True)
    arguments = [PROGRAM, "run", "tiny", "-n", n, "-o", "cut", "--jobs", "2"]
    process = subprocess.Popen(
        arguments,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=hear_interrupts,
    )
    deadline = time.monotonic() + 60
    while not list(Path("cut/outcomes").glob("*.npz")) and time.monotonic() < deadline:
        assert process.poll() is None, "the run ended before it could be interrupted"
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the workers too
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert out == ""
    assert "Traceback" not in err
    assert "futures are kept in cut" in err
    assert "next: pmosim run tiny -o cut -n 3000 --seed 1 --resume" in err
    kept = {path.name: path.stat().st_mtime_ns for path in Path("cut/outcomes").glob("*.npz")}
    assert 0 < len(kept) < 60
    assert json.loads(Path("cut/manifest.json").read_text())["result"] is None
    again = subprocess.run([*arguments, "--resume"], check=True, capture_output=True, text=True)
    assert "futures are there already" in again.stderr
    assert all(Path("cut/outcomes", name).stat().st_mtime_ns == at for name, at in kept.items())
    assert files_in("whole") == files_in("cut")
    assert digest_of("whole") == digest_of("cut")


def test_explain_adds_up_the_causes_and_names_a_future(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(["run", "tiny", "-n", "30", "-q"]) == 0
    capsys.readouterr()
    assert invoke(["explain", "tiny", "web"]) == 0
    captured = capsys.readouterr()
    assert "It waits longest for the developer:" in captured.out
    assert "100%  in all" in captured.out
    assert "next: pmosim explain tiny web --future" in captured.err
    assert invoke(["explain", "tiny", "web", "--json", "-q"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "pmosim.explain/1"
    total = sum(cause["days"]["value"] for cause in document["causes"])
    assert total == pytest.approx(document["days"]["value"], rel=1e-12)


def test_explain_tells_one_future_day_by_day(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(["run", "tiny", "-n", "5", "-q"]) == 0
    capsys.readouterr()
    assert invoke(["explain", "reports/tiny", "web", "--future", "4"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("web in future 4: finished\n")
    assert "2027-01-04" in out
    assert "build could start, but waits for the developer" in out
    assert "build begins with developer-1" in out
    assert invoke(["explain", "tiny", "web", "--future", "4", "--json", "-q"]) == 0
    events = json.loads(capsys.readouterr().out)["events"]
    assert [event["event"] for event in events][-2:] == ["finished", "ended"]


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["tiny", "wbe"], "Did you mean 'web'?"),
        (["tiny", "web", "--future", "9"], "this run has the futures 0 to 4"),
        (["hire", "web"], "First: pmosim run hire"),
    ],
)
def test_explain_says_what_cannot_be_explained(
    workspace: Path, args: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(["run", "tiny", "-n", "5", "-q"]) == 0
    assert invoke(["explain", *args]) == 2
    assert says in capsys.readouterr().err


def test_report_writes_the_same_page_again(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(["run", "tiny", "-n", "5", "-q"]) == 0
    before, result = files_in("reports/tiny"), digest_of("reports/tiny")
    Path("reports/tiny/report.html").unlink()
    capsys.readouterr()
    assert invoke(["report", "tiny"]) == 0
    assert capsys.readouterr().out == "reports/tiny/report.html\n"
    assert files_in("reports/tiny") == before
    assert digest_of("reports/tiny") == result


PORTFOLIO = """\
pmosim: 1
name: Sorted
as_of: 2027-01-04
horizon: 1y
roles: {developer: {day_rate: 700}}
people: [{role: developer, headcount: 2}]
templates:
  small: {tasks: {build: {effort: 20pd/30pd/50pd, needs: {developer: 1}}}}
projects:
  - id: crm
    template: small
    status: running
    due: 2027-01-20
    groups: {programme: Sales}
    budget: 20k
  - {id: web, template: small, due: 2027-03-22, groups: {programme: IT}, after: new}
  - {id: new, template: small, status: candidate, due: 2027-10-29}
"""


@pytest.fixture
def portfolio(workspace: Path) -> Path:
    (workspace / "scenarios" / "portfolio.yaml").write_text(PORTFOLIO)
    return workspace


def test_only_some_projects_are_simulated_and_the_rest_is_named(
    portfolio: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(["run", "portfolio", "-n", "20", "--only", "status=running,approved"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("Sorted: 2 projects (1 running, 1 approved)")
    assert "1 is left out and takes nobody's time (new)" in out
    assert "web no longer waits for new, which is left out" in out
    document = json.loads(Path("reports/portfolio/forecast.json").read_text())
    assert [project["id"] for project in document["projects"]] == ["crm", "web"]
    assert document["scope"]["only"] == {"status": ["running", "approved"]}
    assert document["scope"]["left_out"] == [{"id": "new", "name": "new", "status": "candidate"}]
    manifest = json.loads(Path("reports/portfolio/manifest.json").read_text())
    assert manifest["only"] == {"status": ["running", "approved"]}
    assert "id: new" not in Path("reports/portfolio/scenario.yaml").read_text()


def test_resume_of_a_selection_needs_the_same_selection(
    portfolio: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    only = ["--only", "status=running"]
    assert invoke(["run", "portfolio", "-n", "2", "-q", *only]) == 0
    assert invoke(["run", "portfolio", "-n", "2", "-q", *only, "--resume"]) == 0
    assert invoke(["run", "portfolio", "-n", "2", "-q", "--resume"]) == 2
    assert "PMO035" in capsys.readouterr().err


def test_by_sums_up_on_the_terminal_and_in_the_tables(
    portfolio: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(["run", "portfolio", "-n", "20", "--by", "programme"]) == 0
    out = capsys.readouterr().out
    assert "by programme          Sales: 1 project, costs 2" in out
    assert "of a budget of 20k, 1.0 of 1 due dates missed on average" in out
    lines = Path("reports/portfolio/tables/groups.csv").read_text().splitlines()
    assert lines[0].startswith("by,group,projects,n_projects,budget")
    assert [line.split(",")[:3] for line in lines[1:]] == [
        ["programme", "Sales", "crm"],
        ["programme", "IT", "web"],
        ["programme", "(none)", "new"],
    ]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--by", "program"], "grouped by class, programme"),
        (["--only", "status=runing"], "Did you mean 'running'?"),
        (["--fail-if", "p_late(cmr) > 0.3"], "Did you mean 'crm'?"),
        (["--only", "status=running", "--fail-if", "p_late(web) > 0.3"], "no project 'web'"),
    ],
)
def test_what_cannot_be_answered_is_refused_before_anything_is_simulated(
    options: list[str], says: str, portfolio: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(["run", "portfolio", *options]) == 2
    assert says in capsys.readouterr().err
    assert not Path("reports/portfolio").exists()


@pytest.mark.parametrize(
    ("question", "code", "word"),
    [
        ("p_late(crm) > 0.3", 1, "yes"),
        ("p_late(programme=Sales) > 0.3 and cost_p80 > 1k", 1, "yes"),
        ("p_late(new) > 99%", 0, "no"),
        ("p_npv_positive < 0.5", 1, "cannot be told"),
    ],
)
def test_fail_if_ends_with_1_and_tells_the_numbers(
    question: str,
    code: int,
    word: str,
    portfolio: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert invoke(["run", "portfolio", "-n", "20", "--fail-if", question]) == code
    err = capsys.readouterr().err
    assert f"fail if {question}: {word}" in err
    assert "asked: " in err or "cannot be told" in err


def test_a_question_that_says_yes_is_heard_even_when_quiet(
    portfolio: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(["run", "portfolio", "-n", "20", "-q", "--fail-if", "p_late(crm) > 0.3"]) == 1
    assert "p_late(crm) is 1 (" in capsys.readouterr().err
    assert invoke(["run", "portfolio", "-n", "20", "-q", "--fail-if", "p_late(new) > 0.99"]) == 0
    assert capsys.readouterr().err == ""


def test_the_first_thing_told_is_what_reports_green_and_will_be_late() -> None:
    from pmosim.cli.summary import summarise

    text = "crm reports green, yet it misses 2027-01-29 in 80 of 100 futures."
    document = {
        "schema": "pmosim.run/1",
        "scenario": "Sorted",
        "replications": 20,
        "projects": [],
        "roles": [],
        "portfolio": {},
        "disagreements": [{"text": text}],
        "promises": [
            {"in_90_days": True, "p_kept": {"value": 0.1}, "text": "crm, due ..., is kept."},
            {"in_90_days": True, "p_kept": {"value": 0.9}, "text": "kept"},
            {"in_90_days": False, "p_kept": {"value": 0.1}, "text": "later"},
        ],
    }
    lines = list(summarise(document))
    assert lines[1] == f"  reported green        {text}"
    assert "  next 90 days          1 of 2 promises is likelier missed than kept" in lines
    assert "    crm, due ..., is kept." in lines
