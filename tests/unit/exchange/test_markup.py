"""XML of untrusted origin: event logs and plans are read, a document type is refused."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest

import pmosim as pm
from pmosim.exchange.imports import import_history
from pmosim.exchange.markup import read_xml
from pmosim.exchange.msproject import minutes_of
from pmosim.exchange.planned import import_plans, write_scenario
from pmosim.scenario import check_scenario, files
from pmosim.scenario.messages import Problems

EXPORTS = Path(__file__).parents[2] / "files" / "exports"


def rows(history: pm.History, table: str, *names: str) -> list[tuple[Any, ...]]:
    frame = history.table(table)
    assert frame is not None
    shown = frame[list(names)].astype(object).where(frame[list(names)].notna(), None)
    return [
        tuple(str(v.date()) if hasattr(v, "date") else v for v in row)
        for row in shown.itertuples(index=False)
    ]


def test_an_event_log_tells_waiting_from_work() -> None:
    history = import_history([EXPORTS / "log.xes"]).history
    assert rows(history, "tasks", "project", "task", "requested", "started", "finished") == [
        ("R-1", "analyse", "2026-01-05", "2026-01-05", "2026-01-05"),
        ("R-1", "build", "2026-01-05", "2026-01-12", "2026-01-16"),
        ("R-1", "build #2", "2026-01-16", "2026-01-19", "2026-01-19"),
        ("R-2", "analyse", "2026-01-06", "2026-01-08", "2026-01-09"),
        ("R-2", "build", "2026-01-09", "2026-01-20", None),
        ("trace-3", "approve", "2026-01-10", None, "2026-01-10"),
        ("trace-3", "file", "2026-01-10", None, "2026-01-12"),
    ]
    durations = [row[0] for row in rows(history, "tasks", "duration")]
    assert durations == [0.5, 5.0, 0.25, 2.0, None, None, None]
    assert history.measures["duration"] == "elapsed"
    assert rows(history, "projects", "project", "template", "finished", "status") == [
        ("R-1", "small", "2026-01-19", "finished"),
        ("R-2", None, None, "open"),
        ("trace-3", None, "2026-01-12", "finished"),
    ]


def test_pauses_are_taken_out_of_the_time_somebody_was_at_it(tmp_path: Path) -> None:
    steps = [("start", "05T09"), ("suspend", "06T09"), ("resume", "08T09"), ("complete", "09T12")]
    events = "".join(
        f'<event><string key="concept:name" value="build"/><string key="lifecycle:transition" '
        f'value="{step}"/><date key="time:timestamp" value="2026-01-{when}:00:00"/></event>'
        for step, when in steps
    )
    with gzip.open(tmp_path / "log.xes.gz", "wt", encoding="utf-8") as stream:
        stream.write(f"<log><trace>{events}</trace></log>")
    history = import_history([tmp_path / "log.xes.gz"]).history
    assert history.measures["duration"] == "touch"
    assert rows(history, "tasks", "duration") == [(3.0,)]


def test_a_plan_is_a_history_of_its_baseline_and_actual_values() -> None:
    history = import_history([EXPORTS / "plan.xml"]).history
    assert rows(history, "tasks", "task", "role", "planned_effort", "effort")[:3] == [
        ("Requirements", "Analyst", 6.0, 10.0),
        ("Requirements", "Analyst", 2.0, 2.0),
        ("Design v1.0", "Analyst", 10.0, 5.0),
    ]
    assert rows(history, "tasks", "planned_duration", "duration", "status")[1] == (
        8.0, 10.0, "finished",
    )  # fmt: skip
    assert rows(history, "projects", "project", "released", "due", "budget", "cost", "status") == [
        ("Web shop", "2026-01-05", "2026-03-06", 41000.0, 9600.0, "open")
    ]
    assert history.as_of.isoformat() == "2026-01-31"
    assert history.currency == "EUR"


def test_a_plan_is_a_scenario_with_its_tasks_links_people_and_days_off(tmp_path: Path) -> None:
    planned = import_plans([EXPORTS / "plan.xml"])
    document = planned.document
    tasks = document["projects"][0]["tasks"]
    assert list(tasks) == [
        "requirements", "design-v1-0", "build", "write-manual", "paint-dries", "go-live",
    ]  # fmt: skip
    assert tasks["requirements"]["done"] is True
    assert tasks["design-v1-0"]["remaining"] == {"person-1": "10pd"}
    assert tasks["build"]["needs"] == {"developer": 2, "person-1": "50%"}
    assert tasks["build"]["after"] == [
        {"task": "requirements", "lag": "2d"}, {"task": "design-v1-0", "lag": "2d"},
    ]  # fmt: skip
    assert tasks["write-manual"] == {
        "duration": "10d", "needs": {"person-2": "50%"}, "not_before": "2026-02-11",
        "after": [{"task": "build", "type": "SS", "lag": "2d"}],
    }  # fmt: skip
    assert tasks["go-live"]["milestone"] is True
    assert document["calendar"]["closures"] == ["2026-02-16..2026-02-17"]
    assert document["people"][0]["leave"] == ["2026-02-02..2026-02-06"]
    assert document["roles"] == {"analyst": {"day_rate": 720}, "developer": {"day_rate": 640}}
    assert document["projects"][0]["fixed_cost"] == 3000
    assert write_scenario(planned, tmp_path / "plan.yaml") == []
    with pytest.raises(pm.InputError, match="PMO034"):
        write_scenario(planned, tmp_path / "plan.yaml")


def test_what_a_scenario_cannot_say_of_a_plan_is_told() -> None:
    said = " ".join(doubt.text for doubt in import_plans([EXPORTS / "plan.xml"]).doubts())
    for what in ("inactive tasks: Dropped", "leads", "start-to-finish links: Go live", "repeat"):
        assert what in said


def test_an_exported_plan_can_be_simulated() -> None:
    planned = import_plans([EXPORTS / "plan.xml"])
    document = {**planned.document, "assume": "none"}
    scenario = pm.parse_scenario(document)
    outcomes = pm.simulate(scenario, replications=2, seed=1)
    tasks = outcomes.tasks().set_index(["replication", "task"])
    # design: 10 days of Ana, who is back on 9 February; closed on the 16th and 17th
    design = tasks.loc[(0, "design-v1-0"), "finished_day"]
    assert scenario.to_date(design).isoformat() == "2026-02-24"
    # build: two days of lag, then 40 days of work by two people
    assert tasks.loc[(0, "build"), "started_day"] == design + 2
    assert tasks.loc[(0, "build"), "finished_day"] == design + 2 + 20


def test_several_plans_are_one_portfolio_with_the_same_people(tmp_path: Path) -> None:
    other = tmp_path / "other.xml"
    text = (EXPORTS / "plan.xml").read_text(encoding="utf-8")
    other.write_text(text.replace("Web shop", "Intranet"), encoding="utf-8")
    planned = import_plans([EXPORTS / "plan.xml", other], named=True)
    assert [project["id"] for project in planned.document["projects"]] == ["web-shop", "intranet"]
    assert [p.get("id", p["role"]) for p in planned.document["people"]] == [
        "ana-lee", "developer", "bob-ray",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('<!DOCTYPE log SYSTEM "file:///etc/passwd"><log/>', "PMO977"),
        ('<!DOCTYPE log [<!ENTITY a "b">]><log><trace>&a;</trace></log>', "PMO977"),
        ("<log>" + "<a>" * 500 + "</a>" * 500 + "</log>", "PMO014"),
        ("<log><trace></log>", "PMO976"),
        ('<?xml version="1.0" encoding="UTF-0"?><log/>', "PMO976"),
        ("", "PMO976"),
        ("<html/>", "PMO976"),
        ("<log/>", "PMO976"),
        ("<log><trace><event/></trace></log>", "PMO976"),
    ],
)
def test_hostile_or_foreign_xml_is_refused(tmp_path: Path, text: str, code: str) -> None:
    file = tmp_path / "x.xes"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(pm.InputError, match=code):
        import_history([file])


def test_a_document_type_in_utf_16_is_refused_as_well(tmp_path: Path) -> None:
    file = tmp_path / "x.xml"
    file.write_text('<!DOCTYPE Project [<!ENTITY a "b">]><Project/>', encoding="utf-16")
    problems = Problems()
    with pytest.raises(files.UnreadableError):
        read_xml(file, problems)
    assert [problem.code for problem in problems.listed()] == ["PMO977"]


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("PT8H30M0S", 510), ("P1DT1H", 1500), ("PT90S", 1.5), ("", None), ("8h", None), ("PT", None)],
)
def test_a_duration_of_xml_is_minutes(text: str, minutes: float | None) -> None:
    assert minutes_of(text) == minutes


def test_the_scenario_of_a_plan_is_a_file_without_problems(tmp_path: Path) -> None:
    write_scenario(import_plans([EXPORTS / "plan.xml"]), tmp_path / "plan.yaml")
    scenario, problems = check_scenario(tmp_path / "plan.yaml")
    assert scenario is not None
    assert problems == []
