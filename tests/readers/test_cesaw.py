"""Reading CESAW: an organisation as it knew itself one morning, through to a forecast."""

from __future__ import annotations

import csv
import gzip
import json
import subprocess
import sys
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from scenarios.readers import cesaw, to_yaml
from tests.readers.data import REPOSITORY, data_folder

if TYPE_CHECKING:
    from pathlib import Path

CUT = date(2012, 11, 19)
MORNING = datetime(2012, 11, 19)  # noqa: DTZ001 - the logs know no time zone
REPLICATIONS = 30
"""The forecast of record has 1,000; here it is enough that every step works."""
RUNNING = {
    "project-49",
    "project-50",
    "project-56",
    "project-181",
    "project-182",
    "project-183",
    "project-184",
}
PIPELINE = {"project-70", "project-71", "project-72", "project-83", "project-84"}


@pytest.fixture(scope="module")
def folder() -> Path:
    return data_folder("cesaw")


@pytest.fixture(scope="module")
def document(folder: Path) -> dict[str, Any]:
    return cesaw.scenario(folder, cut=CUT)


def test_the_portfolio_of_that_morning_runs_and_has_a_pipeline(document: dict[str, Any]) -> None:
    by_status: dict[str, set[str]] = {"running": set(), "approved": set()}
    for project in document["projects"]:
        by_status[project["status"]].add(project["id"])
    assert by_status == {"running": RUNNING, "approved": PIPELINE}
    assert len(document["people"]) == 31


def test_people_offer_the_hours_they_really_logged(document: dict[str, Any]) -> None:
    hours = [0.4 * float(person["fte"].removesuffix("%")) for person in document["people"]]
    assert 9 < sum(hours) / len(hours) < 13  # "about 11 h per person-week"


def test_projects_to_come_have_nothing_done_and_arrive_after_the_cut(
    document: dict[str, Any],
) -> None:
    for project in document["projects"]:
        if project["status"] == "approved":
            assert project["arrives"] > CUT.isoformat()
            state = {"done", "spent", "by"}
            assert not any(state & set(task) for task in project["tasks"].values())


def test_links_stay_in_their_project_and_never_form_a_circle(document: dict[str, Any]) -> None:
    for project in document["projects"]:
        waits_for = {task: set(t.get("after", ())) for task, t in project["tasks"].items()}
        assert set().union(*waits_for.values()) <= set(waits_for)
        while waits_for:
            free = {task for task, firsts in waits_for.items() if not firsts & set(waits_for)}
            assert free, f"{project['id']}: a circle among {sorted(waits_for)[:5]}"
            waits_for = {t: firsts for t, firsts in waits_for.items() if t not in free}


def test_each_person_holds_at_most_one_task_on_day_0(document: dict[str, Any]) -> None:
    held = [
        who
        for project in document["projects"]
        for task in project["tasks"].values()
        for who in task.get("by", ())
    ]
    assert len(held) == len(set(held)) > 20


def day0_state(document: dict[str, Any]) -> list[Any]:
    keys = ("done", "spent", "by", "needs")
    return [
        document["people"],
        {
            (project["id"], task): {key: entry[key] for key in keys if key in entry}
            for project in document["projects"]
            for task, entry in project["tasks"].items()
        },
    ]


def test_what_was_recorded_after_the_cut_changes_nothing_of_day_0(
    folder: Path, document: dict[str, Any], tmp_path: Path
) -> None:
    """Every moment from the cut on is a year later, every later session ten times as long."""
    for name in ("cesaw_task.csv.gz", "cesaw_time.csv.gz"):
        with gzip.open(folder / name, "rt", encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        for row in rows:
            distort(row)
        with gzip.open(tmp_path / name, "wt", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    assert day0_state(cesaw.scenario(tmp_path, cut=CUT)) == day0_state(document)


def distort(row: dict[str, str]) -> None:
    if row.get("time_log_start_date", "") >= CUT.isoformat():
        row["time_log_delta_minutes"] = str(10 * float(row["time_log_delta_minutes"]))
    for column, text in row.items():
        if column.endswith("_date") and text >= CUT.isoformat():
            row[column] = str(int(text[:4]) + 1) + text[4:].replace("02-29", "02-28")


def test_what_happened_afterwards_is_known_for_every_project(
    folder: Path, document: dict[str, Any]
) -> None:
    ended = cesaw.what_happened(folder)
    assert set(ended) >= {project["id"] for project in document["projects"]}
    assert ended["project-49"] == date(2013, 1, 7)


def test_the_command_line_takes_the_scenario_to_a_report(
    document: dict[str, Any], tmp_path: Path
) -> None:
    file = tmp_path / "cesaw.yaml"
    file.write_text(to_yaml(document), encoding="utf-8")
    run = tmp_path / "reports" / "cesaw"
    command = ["run", str(file), "-n", str(REPLICATIONS), "--jobs", "1", "-o", str(run)]
    done = subprocess.run(
        [sys.executable, "-m", "pmosim", *command],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "project-184" in (run / "report.html").read_text(encoding="utf-8")
    forecast = json.loads((run / "forecast.json").read_text(encoding="utf-8"))
    assert forecast["replications"] == REPLICATIONS
    finish = {project["id"]: project["finish"] for project in forecast["projects"]}
    assert set(finish) == RUNNING | PIPELINE
    for estimates in finish.values():
        assert estimates["p80"]["value"] >= CUT.isoformat()
