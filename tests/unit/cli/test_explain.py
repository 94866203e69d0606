"""``explain``: why a project ends when it does."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from pmosim.cli import invoke

if TYPE_CHECKING:
    from pathlib import Path

BY_HAND = """\
pmosim: 1
name: By hand
as_of: 2027-01-04
roles: {architect: {}, developer: {}}
people: [{role: architect, headcount: 1}, {role: developer, headcount: 1}]
templates:
  app:
    tasks:
      design: {effort: 4pd, needs: {architect: 1}}
      build: {effort: 6pd, needs: {developer: 1}, after: design}
projects:
  - {id: crm, template: app, rank: 1, due: 2027-01-15}
  - {id: web, template: app, rank: 2, due: 2027-01-19}
dispatch: {rule: rank}
"""


@pytest.fixture
def by_hand(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Run a portfolio without chance: crm 0-4-10; web designs 4-8, builds 10-16, due on day 12."""
    monkeypatch.setattr("pmosim.report.write_report", lambda *_, **__: None)
    (workspace / "scenarios" / "hand.yaml").write_text(BY_HAND)
    assert invoke(["run", "hand", "-n", "2", "-q"]) == 0
    return workspace


def document(*args: str, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    capsys.readouterr()
    assert invoke(["explain", "hand", *args, "--json", "-q"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_the_slip_is_taken_apart_and_the_holders_are_named(
    by_hand: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert invoke(["explain", "hand", "web"]) == 0
    out = capsys.readouterr().out
    # Own work 10 of the 12 days given; waits 4 for the architect and 2 for the developer.
    assert "It ends 4.0 working days after its due date on average (4.0 to 4.0):" in out
    assert "4.0 d  waits for the architect held by crm" in out
    assert "2.0 d  waits for the developer held by crm" in out
    assert "-2.0 d  less, because the time given is longer than its own work" in out
    assert "6.0 d  web itself" in out
    assert "10.0 d  crm\n" in out
    assert "The role waited for on it: developer" in out


def test_slip_waits_and_chain_are_in_the_document(
    by_hand: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = document("web", capsys=capsys)
    slip = found["slip"]
    assert (slip["from"], slip["n"], slip["days"]["value"]) == ("due", 2, 4.0)
    assert [(part["cause"], part["role"], part["days"]["value"]) for part in slip["parts"]] == [
        ("plan", None, 0.0),
        ("role", "architect", 4.0),
        ("role", "developer", 2.0),
        ("reserve", None, -2.0),
    ]
    assert [(one["role"], one["project"]) for one in found["waits_on"]["held"]] == [
        ("architect", "crm"),
        ("developer", "crm"),
    ]
    assert found["waits_on"]["others"] == {"n": 0, "days": 0.0}
    assert found["chain"]["own_days"]["value"] == 6.0
    assert [(one["project"], one["days"]["value"]) for one in found["chain"]["projects"]] == [
        ("crm", 10.0)
    ]
    assert [(one["role"], one["days"]["value"]) for one in found["chain"]["roles"]] == [
        ("developer", 6.0)
    ]


def test_one_future_ends_with_its_chain(by_hand: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert invoke(["explain", "hand", "web", "--future", "1"]) == 0
    out = capsys.readouterr().out
    assert "design begins with architect-1, 4.0 days after it could have: crm.design gave" in out
    assert out.rstrip().splitlines()[-3:] == [
        "  2027-01-18 to 2027-01-25     6.0 d  web.build is worked on",
        "  2027-01-08 to 2027-01-15     6.0 d  crm.build is worked on, which held the developer",
        "  2027-01-04 to 2027-01-07     4.0 d  crm.design is worked on",
    ]
    chain = document("web", "--future", "1", capsys=capsys)["chain"]
    assert [(link["project"], link["task"], link["via"]) for link in chain] == [
        ("web", "build", None),
        ("crm", "build", "role"),
        ("crm", "design", None),
    ]


def test_a_diary_says_to_whom_people_go(by_hand: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert invoke(["explain", "hand", "crm", "--future", "0"]) == 0
    out = capsys.readouterr().out
    assert "design gives architect-1 back, who goes on to web.design" in out
    assert "build gives developer-1 back, who goes on to web.build" in out


def test_the_tables_of_a_run_hold_slip_waits_and_chain(by_hand: Path) -> None:
    tables = by_hand / "reports" / "hand" / "tables"
    assert "web,reserve,,due,-2.0,-2.0,-2.0" in (tables / "slip_causes.csv").read_text()
    assert "web,role,architect,crm,1.0,4.0,4.0,4.0" in (tables / "waits_on.csv").read_text()
    assert "web,project,crm,1.0,10.0,10.0,10.0" in (tables / "chain.csv").read_text()
    assert "(portfolio),project,web,1.0,6.0,6.0,6.0" in (tables / "chain.csv").read_text()


@pytest.fixture
def tiny(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Run the tiny scenario: two projects share a developer, their work is left to chance."""
    monkeypatch.setattr("pmosim.report.write_report", lambda *_, **__: None)
    assert invoke(["run", "tiny", "-n", "2", "--seed", "5", "-q"]) == 0
    return workspace


def test_drivers_say_what_knowing_each_source_would_save(
    tiny: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert invoke(["explain", "tiny", "web", "--drivers", "-n", "20", "--jobs", "1"]) == 0
    captured = capsys.readouterr()
    assert "in 80 of 100 futures (P50" in captured.out
    assert "how much work build is" in captured.out
    assert "how much work the other projects are" in captured.out
    assert "all of this together" in captured.out
    assert "do not\n  add up" in captured.out
    assert "next: pmosim explain tiny web" in captured.err


def test_drivers_of_everything_committed_need_no_project(
    tiny: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    args = ["explain", "tiny", "--drivers", "-n", "20", "--jobs", "1", "--json", "-q"]
    assert invoke(args) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["schema"], found["project"], found["seed"]) == ("pmosim.drivers/1", None, 5)
    assert found["adds_up"] is False
    [driver] = found["drivers"]
    assert driver["source"] == "work:developer"
    assert set(driver["saves"]) == {"p80_days", "mean_days", "cost_p80", "npv_p10"}
    assert set(driver["saves"]["p80_days"]) >= {"value", "low", "high", "settled", "further"}
    # There is no other source: without it nothing is left, together it is the same.
    assert found["everything"]["saves"] == driver["saves"]


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["tiny"], "Say which PROJECT, or --drivers for all. Known: crm, web."),
        (["tiny", "web", "-n", "5"], "-n is for --drivers"),
        (["tiny", "web", "--drivers", "--future", "1"], "leave out --future"),
        (["tiny", "wbe", "--drivers"], "Did you mean 'web'?"),
        (["hire", "--drivers"], "First: pmosim run hire"),
    ],
)
def test_what_cannot_be_explained_is_refused(
    tiny: Path, args: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert invoke(["explain", *args]) == 2
    captured = capsys.readouterr()
    assert says in captured.err
    assert captured.out == ""
