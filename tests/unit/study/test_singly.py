"""Singly: the stop and the delay list, on a queue that can be computed by hand."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import pytest

import pmosim as pm
from pmosim.errors import InputError
from pmosim.study.runs import runs
from pmosim.study.singly import NOT_STOPPED, Singly, parse_each, try_each

QUEUE: dict[str, Any] = {
    "pmosim": 1,
    "name": "Queue",
    "as_of": "2027-01-04",
    "horizon": "1y",
    "currency": "EUR",
    "roles": {"developer": {"day_rate": 100}},
    "people": [{"role": "developer", "headcount": 1}],
    "templates": {"ten": {"tasks": {"build": {"effort": "10pd", "needs": {"developer": 1}}}}},
    "projects": [
        {"id": "first", "template": "ten", "status": "running", "rank": 1},
        {"id": "second", "name": "The second", "template": "ten", "rank": 2},
        {"id": "law", "template": "ten", "rank": 3, "mandatory": True, "due": "2027-02-05"},
        {"id": "old", "template": "ten", "status": "done"},
        {"id": "idle", "template": "ten", "status": "on-hold"},
    ],
    "dispatch": {"rule": "rank"},
}


def listed(text: str) -> Singly:
    scenario = pm.parse_scenario(QUEUE)
    with runs(replications=10, jobs=1) as study:
        return try_each(scenario, parse_each(text, scenario), study, base_name="queue")


def test_stopping_a_project_frees_its_people_and_brings_the_others_forward() -> None:
    found = listed("cancel")
    rows = {row.project: row for row in found.rows}
    assert list(rows) == ["first", "second", "idle", "law"]
    first, second = rows["first"], rows["second"]
    assert first.project_days.value == -20.0
    assert second.project_days.value == -10.0
    assert [(name, change.value) for name, change in first.gains] == [
        ("second", -10.0),
        ("law", -10.0),
    ]
    assert first.freed_days == {"developer": 10.0}
    assert first.freed_fte == {"developer": 1.0}
    assert first.npv.value == 1000.0  # it has no benefit: stopped on day 0 it costs nothing
    # All three fit into 30 days; law is due at the end of day 25.
    assert first.p_late_mandatory.value == -1.0
    assert second.p_late_mandatory.value == -1.0
    assert found.text == (
        "Stopping first helps the others most: they finish 20 working days earlier together; "
        "2 of 3 projects would certainly help if stopped alone. Not to be stopped: law."
    )


def test_mandatory_projects_are_listed_as_not_to_be_stopped_and_not_run() -> None:
    law = next(row for row in listed("cancel").rows if row.project == "law")
    assert law.reason == NOT_STOPPED
    document = listed("cancel").to_document()
    entry = next(each for each in document["projects"] if each["project"] == "law")
    assert entry["npv"] is None
    assert entry["text"] == "law: mandatory: not to be stopped."


def test_a_delay_pauses_what_runs_and_moves_the_rest() -> None:
    found = listed("delay=2w")
    rows = {row.project: row for row in found.rows}
    # first is paused for ten days and takes its place back before law.
    assert [(name, change.value) for name, change in rows["first"].gains] == [("second", -10.0)]
    assert rows["second"].project_days.is_zero  # it asks on the day on which it would start
    assert rows["first"].freed_days == {}
    assert rows["law"].project_days.is_zero
    assert rows["idle"].reason == "on hold without a date: a delay changes nothing"


def test_the_document_is_plain_and_every_project_has_a_sentence() -> None:
    document = json.loads(json.dumps(listed("cancel").to_document(), allow_nan=False))
    assert document["schema"] == "pmosim.each/1"
    assert document["verb"] == "cancel"
    assert document["names"]["second"] == "The second"
    first = document["projects"][0]
    assert first["gains"][0] == {
        "project": "second",
        "days": {"value": -10.0, "low": -10.0, "high": -10.0, "settled": True, "further": None},
    }
    assert first["text"] == (
        "first stopped: it gives back 1.0 developer (full-time people over its time); 2 projects "
        "certainly finish earlier, by at most 10 working days (The second); "
        "the portfolio is worth EUR 1k more."
    )
    assert all(entry["text"].endswith(".") for entry in document["projects"])


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("cancle", "PMO120", "Did you mean 'cancel'?"),
        ("cancel=3", "PMO120", "it must be cancel, or delay=3mo"),
        ("delay", "PMO111", "working time"),
        ("delay=0d", "PMO111", "whole working days"),
        ("delay=3x", "PMO111", "such as 6h, 3d, 2w or 3mo"),
    ],
)
def test_what_each_cannot_mean_is_refused(text: str, code: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_each(text, pm.parse_scenario(QUEUE))
    (problem,) = caught.value.problems
    assert (problem.place, problem.code) == ("--each", code)
    assert said in problem.text


def test_what_must_follow_a_stopped_project_never_finishes_and_is_a_loss() -> None:
    document = QUEUE | {
        "projects": [*QUEUE["projects"], {"id": "next", "template": "ten", "after": "second"}]
    }
    scenario = pm.parse_scenario(document)
    with runs(replications=10, jobs=1) as study:
        found = try_each(scenario, parse_each("cancel", scenario), study, base_name="queue")
    second = next(row for row in found.rows if row.project == "second")
    assert [(name, change.value) for name, change in second.losses] == [("next", math.inf)]
    # law ends 10 days earlier; next counts as ended with the run, on day 261 instead of day 40.
    assert second.project_days.value == 261 - 40 - 10
    assert "1 certainly finishes later or never (next)" in found.say(second)


def test_a_project_that_finishes_at_last_is_a_gain_without_a_number_of_days() -> None:
    found = listed("cancel")
    row = found.run_rows[0]
    name, change = row.gains[0]
    gained = replace(row, gains=((name, replace(change, value=-math.inf)),))
    assert "1 project certainly finishes earlier or at last (The second)" in found.say(gained)


def test_what_a_stop_rule_ends_is_over_for_the_rest_of_what_is_committed() -> None:
    tasks = {
        "look": {"effort": "1pd", "needs": {"developer": 1}, "gate": True},
        "go": {"effort": "10pd", "needs": {"developer": 1}, "after": "look"},
    }
    doomed = {"id": "doomed", "status": "approved", "rank": 9, "tasks": tasks}
    scenario = pm.parse_scenario(
        QUEUE
        | {
            "projects": [*QUEUE["projects"], doomed],
            "intake": {"policy": "open", "gates": {"stop": True}},
        }
    )
    with runs(replications=10, jobs=1) as study:
        found = try_each(scenario, parse_each("cancel", scenario), study, base_name="queue")
    first = next(row for row in found.rows if row.project == "first")
    assert first.committed_days.value == -10.0
