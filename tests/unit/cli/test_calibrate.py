"""``pmosim calibrate`` on a small folder: the file, the table, the page, and what it refuses."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import pmosim as pm
from pmosim.cli import invoke
from pmosim.scenario.fitted import read_fitted
from pmosim.streams import uniforms

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "calibration" / "history"
    folder.mkdir(parents=True)
    with (folder / "projects.csv").open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(
            ["project", "requested", "released", "finished", "due", "budget", "cost", "status"]
        )
        writer.writerows(_rows())
    (folder / "history.yaml").write_text("as_of: 2026-07-01\n", encoding="utf-8")
    return folder


def _rows() -> Iterator[list[object]]:
    for k in range(40):
        month, year = k % 12 + 1, 2023 + k // 12
        ratio = math.exp(0.8 * (uniforms(1, f"p{k}", "cost", 0, 0, 1)[0] - 0.3))
        until = f"{year + 1}-{month:02d}-{10 + k % 15}"
        due = f"{year + 1}-{(month + 8) % 12 + 1:02d}-20" if month < 4 else f"{year + 1}-02-10"
        budget = 50_000 + 4_000 * k
        is_open = until >= "2026-07-01"
        yield [
            f"p{k}", f"{year}-{month:02d}-02", f"{year}-{month:02d}-09",
            "" if is_open else until, due, budget, "" if is_open else round(budget * ratio),
            "open" if is_open else "finished",
        ]  # fmt: skip


def test_forty_projects_give_values_a_table_and_a_page(
    history: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(["calibrate", str(history)]) == 0
    said = capsys.readouterr()
    assert "project cost" in said.out
    assert "actual / plan" in said.out
    assert "pmosim backtest" in said.err
    fitted = read_fitted("calibration/fitted.yaml")
    assert fitted.find("spread", "project cost").basis == "measured"
    assert fitted.find("arrival_rate", "arrivals").value == pytest.approx(12.0, rel=0.3)
    page = Path("calibration/fitted/report.html").read_text(encoding="utf-8")
    assert "What was too little data?" in page
    assert invoke(["calibrate", str(history), "-o", "again.yaml"]) == 0
    assert Path("again.yaml").read_bytes() == Path("calibration/fitted.yaml").read_bytes()


def test_the_document_holds_what_the_page_shows(
    history: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(["calibrate", str(history), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "pmosim.calibration/1"
    assert {fit["group"] for fit in document["fits"]} == {"project duration", "project cost"}
    names = {p["name"] for p in document["parameters"]}
    assert {"plan_bias", "size_slope", "spread", "arrival_rate", "dispersion"} <= names


def test_a_reference_class_stands_where_there_is_nothing_and_weighs_less_with_own_projects(
    history: Path,
) -> None:
    few = history.parent / "few"
    few.mkdir()
    lines = (history / "projects.csv").read_text().splitlines()[:11]
    (few / "projects.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (few / "history.yaml").write_text("as_of: 2026-07-01\n", encoding="utf-8")
    assert invoke(["calibrate", str(few), "-o", "own.yaml"]) == 0
    assert invoke(["calibrate", str(few), "-o", "both.yaml", "--reference-class", "rail"]) == 0
    own, both = (read_fitted(f"{name}.yaml").find("typical_bias", "project cost")
                 for name in ("own", "both"))  # fmt: skip
    assert both.basis == "assumed"
    assert both.value == pytest.approx(0.5 * own.value + 0.5 * math.log(1.4), abs=1e-4)


def test_an_unknown_reference_class_is_refused_with_those_there_are(
    history: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(["calibrate", str(history), "--reference-class", "rial"]) == 2
    assert "Did you mean 'rail'?" in capsys.readouterr().err
    assert not Path("calibration/fitted.yaml").exists()


def test_the_python_call_gives_what_the_command_writes(history: Path) -> None:
    assert invoke(["calibrate", str(history)]) == 0
    fitted = pm.calibrate(pm.read_history(history))
    frame = fitted.to_frame()
    written = read_fitted("calibration/fitted.yaml").to_frame()
    assert list(frame["name"]) == list(written["name"])
    assert frame["value"].to_numpy() == pytest.approx(written["value"].to_numpy(), rel=1e-4)
