"""Misuse: wrong files, folders and runs are refused with 2, and nothing is written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pmosim.cli import invoke

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.usefixtures("workspace")

FILES = {
    "empty.yaml": b"",
    "binary.yaml": bytes(range(256)),
    "tabs.yaml": b"pmosim: 1\nroles:\n\tdeveloper: {}\n",
    "half.json": b'{"pmosim": 1,',
    "empty.xlsx": b"",
    "notes.txt": b"milk",
    "foreign/notes.txt": b"milk",
}


@pytest.fixture(autouse=True)
def litter(workspace: Path) -> None:
    """Put files into the workspace that are no scenarios."""
    for name, content in FILES.items():
        path = workspace / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)


def everything() -> dict[str, bytes]:
    return {str(path): path.read_bytes() if path.is_file() else b"" for path in Path().rglob("*")}


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        (["run", "tinny"], "PMO031", "Did you mean 'tiny'?"),
        (["check", "nowhere", "tiny", "elsewhere"], "PMO031", "elsewhere  PMO031"),
        (["run", "foreign"], "PMO032", "foreign"),
        (["run", "empty.yaml"], "PMO018", "empty.yaml:1:1"),
        (["run", "binary.yaml"], "PMO017", "binary.yaml:1:1"),
        (["run", "tabs.yaml"], "PMO011", "tabs.yaml:3:1"),
        (["run", "half.json"], "PMO011", "not valid JSON"),
        (["run", "empty.xlsx"], "PMO801", "empty.xlsx:1:1"),
        (["run", "tiny", "-o", "foreign"], "PMO032", "is left alone"),
        (["run", "tiny", "-o", "notes.txt"], "PMO032", "a folder of its own"),
        (["run", "tiny", "-o", "notes.txt/run"], "PMO041", "Not a directory"),
        (["run", "tiny", "--fail-if", "nonsense"], "PMO037", "--fail-if"),
        (["run", "tiny", "--fail-if", "p_late(nobody) > 0.3"], "PMO037", "--fail-if"),
        (["run", "tiny", "--only", "nonsense"], "PMO038", "--only"),
        (["run", "tiny", "--only", "project=nobody"], "PMO038", "--only"),
        (["run", "tiny", "--by", "colour"], "PMO039", "--by"),
        (["report", "foreign"], "PMO032", "foreign"),
        (["report", "tiny"], "PMO033", "First: pmosim run tiny"),
        (["explain", "tiny", "crm"], "PMO033", "First: pmosim run tiny"),
        (["convert", "tiny", "empty.yaml"], "PMO034", "Give another name"),
        (["convert", "tiny", "plan.pdf"], "PMO040", "'.pdf'"),
        (["convert", "foreign", "plan.xlsx"], "PMO032", "holds no scenario file"),
        (["init", "notes.txt/new"], "PMO041", "Not a directory"),
    ],
)
def test_what_cannot_be_used_is_named_and_nothing_is_written(
    args: list[str], code: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = everything()
    assert invoke(args) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert code in captured.err
    assert says in captured.err
    assert everything() == before


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:300])


def say_nothing(path: Path) -> None:
    schema = json.loads(path.read_text())["schema"]
    path.write_text(json.dumps({"schema": schema}))


@pytest.mark.parametrize(
    ("name", "damage", "args"),
    [
        ("forecast.json", cut, ["report", "tiny"]),
        ("forecast.json", say_nothing, ["report", "tiny"]),
        ("manifest.json", say_nothing, ["report", "tiny"]),
        ("manifest.json", say_nothing, ["explain", "tiny", "crm"]),
        ("outcomes/0000000.npz", cut, ["explain", "tiny", "crm"]),
        ("outcomes/0000000.npz", cut, ["run", "tiny", "-n", "2", "--resume"]),
    ],
)
def test_a_damaged_run_is_named_and_no_bug_of_ours(
    name: str,
    damage: Callable[[Path], None],
    args: list[str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pmosim.report.write_report", lambda *_, **__: None)
    assert invoke(["run", "tiny", "-n", "2", "-q"]) == 0
    damage(Path("reports/tiny") / name)
    capsys.readouterr()
    assert invoke(args) == 2
    said = capsys.readouterr().err
    (line,) = [line for line in said.splitlines() if "PMO" in line]
    assert line.startswith(f"reports/tiny/{name}  PMO036")
    assert "Run the scenario again" in line


@pytest.mark.parametrize(
    ("project", "says"), [("cmr", "Did you mean 'crm'?"), ("nobody", "Known: crm, web")]
)
def test_explain_of_an_unknown_project_or_future_names_the_known_ones(
    project: str,
    says: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pmosim.report.write_report", lambda *_, **__: None)
    assert invoke(["run", "tiny", "-n", "2", "-q"]) == 0
    capsys.readouterr()
    assert invoke(["explain", "tiny", project]) == 2
    assert says in capsys.readouterr().err
    assert invoke(["explain", "tiny", "crm", "--future", "2"]) == 2
    assert "this run has the futures 0 to 1" in capsys.readouterr().err
