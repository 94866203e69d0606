"""Reactions: what management sees, when it is asked, and what each of its answers changes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pmosim as pm
from pmosim.errors import ScenarioError
from pmosim.network import compile_network
from pmosim.outcomes import FIRST_REACTION
from pmosim.report.answers import read_answers
from pmosim.report.sentences import write_assumed
from pmosim.study.mechanisms import find_mechanisms

DAY = 480


def task(effort: str, **keys: Any) -> dict[str, Any]:
    return {"effort": effort, "needs": {"dev": 1}, **keys}


def document(*reactions: Any, heads: int = 1, **keys: Any) -> dict[str, Any]:
    """Return a project of four stages of ten days each, due after 30."""
    tasks = {
        "a": task("10pd", gate=True),
        "b": task("10pd", gate=True, after="a"),
        "c": task("10pd", gate=True, after="b"),
        "d": task("10pd", after="c"),
    }
    project = {"id": "p", "tasks": tasks, "due": "2027-02-12", **keys}
    return {
        "pmosim": 1,
        "as_of": "2027-01-04",
        "horizon": "1y",
        "roles": {"dev": {"day_rate": 100}},
        "people": [{"role": "dev", "headcount": heads}],
        "projects": [project],
        "reactions": [{"id": f"r{n}", **reaction} for n, reaction in enumerate(reactions)],
    }


def run(text: Any, n: int = 1) -> pm.Outcomes:
    return pm.simulate(pm.parse_scenario(text), replications=n, seed=3, audit=True, jobs=1)


def late(days: int, **keys: Any) -> dict[str, Any]:
    return {"when": {"late_by": f"{days}d"}, "asked": "stage end", **keys}


def taken(outcomes: pm.Outcomes) -> list[tuple[int, float]]:
    events = outcomes.events
    kinds = (events.kind - FIRST_REACTION).tolist()
    return list(zip(kinds, (events.minute / DAY).tolist(), strict=True))


def finish(outcomes: pm.Outcomes, project: str = "p") -> float:
    frame = outcomes.projects()
    return float(frame[frame["project"] == project]["finished_day"].iloc[0])


def test_without_reactions_nothing_is_done() -> None:
    outcomes = run(document())
    assert finish(outcomes) == 40
    assert taken(outcomes) == []


def test_it_is_asked_when_a_stage_has_ended_and_taken_once() -> None:
    outcomes = run(document(late(10, do="escalate"), late(11, do="escalate")))
    assert taken(outcomes) == [(0, 10)]


def test_what_runs_over_is_not_foreseen() -> None:
    # Planned 10 days each, the third takes 20: until it ends nobody knows.
    text = document(late(20, do="stop"), due="2027-02-12")
    text["projects"][0]["tasks"]["c"]["effort"] = {
        "dist": "empirical", "values": ["10pd", "20pd"], "weights": [1, 1],
    }  # fmt: skip
    outcomes = run(text, 30)
    assert set(taken(outcomes)) == {(0, 40)}
    stopped = outcomes.has_status("stopped")
    assert 0 < stopped.sum() < 30
    assert (outcomes.projects_.ended[stopped] == 40 * DAY).all()
    assert outcomes.money.cost[stopped] == pytest.approx(4000)


def test_a_regular_meeting_sees_how_far_the_bar_of_running_work_has_come() -> None:
    # On Monday 1 February, after 20 days, 20 are left: 10 late.
    asked = {"asked": "monthly", "do": "escalate"}
    assert taken(run(document({"when": {"late_by": "10d"}, **asked}))) == [(0, 20)]
    # In the middle of a task the rest of its bar counts, not the whole of it.
    text = document({"when": {"late_by": "10d"}, **asked}, {"when": {"late_by": "11d"}, **asked})
    text["projects"][0]["tasks"]["a"] = task("15pd")
    text["projects"][0]["tasks"]["d"] = task("5pd", after="c")
    assert taken(run(text)) == [(0, 20)]


def test_work_that_runs_over_its_bar_ends_right_now_as_far_as_one_sees() -> None:
    text = document({"when": {"late_by": "0d"}, "asked": "monthly", "do": "escalate"})
    text["projects"][0] |= {"tasks": {"a": task("10pd")}, "due": "2027-02-05"}
    text["people"] = [{"id": "ana", "role": "dev", "leave": ["2027-01-05..2027-02-19"]}]
    # On 1 February it seems to end today, before the 5th; on 1 March it is due already.
    outcomes = run(text)
    assert taken(outcomes) == [(0, 40)]


def test_cut_scope_leaves_out_a_share_of_the_open_work_and_of_the_benefit() -> None:
    cut = late(10, do="cut_scope", work="20%", benefit="30%")
    text = document(cut, benefit={"per_year": "100k", "for": "1y"})
    outcomes = run(text)
    # 30 days were open when the first stage ended.
    assert finish(outcomes) == 10 + 24
    assert outcomes.money.cost.tolist() == pytest.approx([3400])
    assert outcomes.projects_.benefit_per_year.tolist() == pytest.approx([70_000])


def test_running_work_is_cut_too_and_time_that_is_no_work_is_not() -> None:
    cut = {"when": {"late_by": "0d"}, "asked": "monthly", "do": "cut_scope"}
    text = document(cut | {"work": "50%", "benefit": "0%"}, due="2027-01-15")
    text["projects"][0]["tasks"] = {
        "a": task("30pd"),
        "b": {"duration": "10d", "after": "a"},
    }
    # On day 20 ten days of work are left, and become five; the duration stays.
    assert finish(run(text)) == 35


def test_a_cut_is_known_to_whoever_is_asked_next() -> None:
    cut = late(10, do="cut_scope", work="50%", benefit="0%")
    # After the cut 15 days are open: 25 in all, five early.
    text = document(cut, late(0, do="escalate"), late(0, do="stop"))
    text["reactions"][1]["asked"] = "monthly"
    assert taken(run(text)) == [(0, 10)]


def test_added_people_join_open_work_when_they_are_free() -> None:
    more = late(10, do="add_people", role="dev", heads=1)
    outcomes = run(document(more, heads=2))
    # From day 10 on two are at each task of ten days.
    assert finish(outcomes) == 10 + 15
    assert outcomes.money.cost.tolist() == pytest.approx([4000])
    # Nobody is there to be added: nothing waits for them.
    assert finish(run(document(more))) == 40


def test_who_joins_costs_a_briefing_once_a_task() -> None:
    more = late(10, do="add_people", role="dev", heads=1, briefing="2pd")
    outcomes = run(document(more, heads=2))
    assert finish(outcomes) == 10 + 3 * 6
    assert outcomes.money.cost.tolist() == pytest.approx([1000 + 3 * 1200])
    # Nobody joins: nobody is briefed.
    assert finish(run(document(more))) == 40


def test_people_are_added_to_the_work_at_hand_too() -> None:
    more = {"when": {"late_by": "0d"}, "asked": "monthly", "do": "add_people", "role": "dev"}
    text = document(more, heads=3, due="2027-01-15")
    text["reactions"][0]["heads"] = 2
    text["projects"][0]["tasks"] = {"a": task("50pd"), "b": task("9pd", after="a")}
    # 20 days alone, then 30 days of work by three, then nine by three.
    assert finish(run(text)) == 20 + 10 + 3


def test_a_duration_gets_no_shorter_with_more_people() -> None:
    more = late(0, do="add_people", role="dev", heads=1)
    text = document(more, heads=2)
    text["projects"][0]["tasks"]["b"] = {"duration": "10d", "needs": {"dev": 1}, "after": "a"}
    assert finish(run(text)) == 10 + 10 + 5 + 5


def two_projects(*reactions: Any) -> dict[str, Any]:
    """Return two projects that want the same person, the second one late."""
    text = document(*reactions)
    tasks = {"a": task("10pd", gate=True), "b": task("10pd", after="a")}
    text["projects"] = [
        {"id": "first", "rank": 1, "tasks": tasks},
        {"id": "late", "rank": 2, "tasks": tasks, "due": "2027-01-22"},
    ]
    text["dispatch"] = {"rule": "rank"}
    return text


def test_who_is_escalated_goes_first_from_then_on() -> None:
    assert finish(run(two_projects()), "late") == 40
    # At the end of its first stage, on day 30, it is 15 days late, and first.
    first = late(5, do="escalate")
    assert finish(run(two_projects(first)), "late") == 40
    text = two_projects(first)
    text["projects"][0]["tasks"] = text["projects"][0]["tasks"] | {"c": task("10pd", after="b")}
    text["projects"][0]["tasks"]["c"]["not_before"] = "2027-02-12"
    # Without: day 30 is the turn of `c`, with it the turn of the late one.
    assert finish(run(text), "late") == 40
    assert finish(run(text | {"reactions": []}), "late") == 50


def test_a_request_that_waits_may_be_put_first_in_the_line() -> None:
    text = two_projects({"when": {"late_by": "5d"}, "asked": "monthly", "do": "escalate"})
    text["projects"].insert(1, text["projects"][0] | {"id": "second"})
    text["intake"] = {"policy": "wip_limit", "max_active": 1, "order": "rank"}
    outcomes = run(text)
    # On day 20 the first one has ended; the second starts then, unless the late one goes first.
    assert finish(outcomes, "late") == 40
    assert finish(run(text | {"reactions": []}), "late") == 60


def test_what_is_mandatory_is_never_stopped() -> None:
    stop = late(0, do="stop")
    assert run(document(stop)).has_status("stopped").all()
    outcomes = run(document(stop, mandatory=True))
    assert finish(outcomes) == 40
    assert taken(outcomes) == []


def test_a_reaction_is_meant_for_the_projects_it_names() -> None:
    text = two_projects(late(0, do="stop", projects=["first"]))
    text["projects"][0]["due"] = "2027-01-05"
    outcomes = run(text)
    assert outcomes.has_status("stopped").tolist() == [True, False]


def test_requests_of_a_stream_are_looked_at_too() -> None:
    text = document(late(1, do="stop"))
    text["demand"] = {"s": {"tasks": text["projects"][0]["tasks"], "rate": "20/y", "due": "30d"}}
    outcomes = run(text, 2)
    of_stream = outcomes.projects_.number > 0
    assert (outcomes.has_status("stopped") & of_stream).sum() > 3


def test_the_forecast_counts_how_often_each_was_taken() -> None:
    text = document(late(10, do="escalate"), late(50, do="stop"))
    text["projects"][0]["tasks"]["a"] = task("1pd/10pd/100pd", gate=True)
    outcomes = run(text, 200)
    report = pm.Forecast(outcomes).to_document()
    escalated, stopped = report["reactions"]
    share = np.mean(outcomes.has_event(FIRST_REACTION))
    assert escalated["p_used"]["value"] == pytest.approx(share)
    assert escalated["per_future"]["value"] == pytest.approx(share)
    assert escalated["id"] == "r0"
    assert 0 < stopped["p_used"]["value"] < share
    assert report["projects"][0]["reactions"]["r0"]["value"] == pytest.approx(share)
    assert any("Stopped by the management" in text for text in report["warnings"])


def test_silence_moves_nothing() -> None:
    far = run(document(late(300, do="stop")))
    assert far.tasks().equals(run(document()).tasks())
    assert compile_network(pm.parse_scenario(document())).reactions == ()


def test_a_reaction_that_can_never_be_taken_is_a_warning() -> None:
    text = document(late(5, do="escalate"))
    del text["projects"][0]["due"]
    assert "PMO951" in {problem.code for problem in pm.parse_scenario(text).warnings}


@pytest.mark.parametrize(
    ("reaction", "said"),
    [
        ({"do": "escalate"}, "when"),
        ({"when": {"late_by": "5d"}}, "do"),
        ({"when": {}, "do": "stop"}, "late_by"),
        ({"when": {"late_by": "5d"}, "do": "fire"}, "one of"),
        ({"when": {"late_by": "5d"}, "do": "stop", "asked": "daily"}, "one of"),
        ({"when": {"late_by": "5d"}, "do": "cut_scope", "work": "20%"}, "benefit"),
        (
            {"when": {"late_by": "5d"}, "do": "cut_scope", "work": "100%", "benefit": "0%"},
            "`do: stop`",
        ),
        ({"when": {"late_by": "5d"}, "do": "add_people"}, "role"),
        ({"when": {"late_by": "5d"}, "do": "add_people", "role": "dov"}, "Did you mean 'dev'"),
        ({"when": {"late_by": "5d"}, "do": "stop", "role": "dev"}, "belongs to `do: add_people`"),
        ({"when": {"late_by": "5d"}, "do": "stop", "projects": ["q"]}, "no project"),
    ],
)
def test_what_cannot_be_is_refused_with_the_rule(reaction: Any, said: str) -> None:
    with pytest.raises(ScenarioError, match=said):
        pm.parse_scenario(document(reaction))


def test_page_1_says_that_management_reacts_and_how_often() -> None:
    outcomes = run(document(late(10, do="escalate")), 20)
    answers = read_answers(pm.Forecast(outcomes).to_document())
    said = write_assumed(answers)[-1]
    assert said.strong == "In these futures management reacts to late projects"
    assert said.rest == ": r0 (escalate) in >95 of 100 futures, for 1 project on average."
    assert write_assumed(read_answers(pm.Forecast(run(document())).to_document()))[-1] != said


def test_each_reaction_has_a_price_of_its_own() -> None:
    scenario = pm.parse_scenario(document(late(10, do="escalate"), late(50, do="stop")))
    found = [each for each in find_mechanisms(scenario) if each.id.startswith("reaction:")]
    assert [each.id for each in found] == ["reaction:r0", "reaction:r1"]
    assert isinstance(found[0].switched, pm.Scenario)
    assert [one.id for one in found[0].switched.reactions] == ["r1"]


def test_an_escalated_project_makes_way_for_an_urgent_one_after_all_others() -> None:
    # Both end a stage on day 5; c is late, escalated, and would be the lowest by its rank.
    tasks = {"t": task("5pd", gate=True), "u": task("5pd", after="t")}
    said = document({"id": "e", "when": {"late_by": "0d"}, "asked": "stage end", "do": "escalate"})
    said |= {
        "people": [{"role": "dev", "headcount": 2}],
        "intake": {"policy": "wip_limit", "max_active": 2, "interrupt": {"class": "urgent"}},
        "projects": [
            {"id": "a", "rank": 1, "tasks": tasks},
            {"id": "c", "rank": 2, "tasks": tasks, "due": "2027-01-05"},
            {"id": "b", "rank": 3, "tasks": tasks, "class": "urgent", "arrives": "2027-01-05"},
        ],
    }
    outcomes = pm.simulate(pm.parse_scenario(said), replications=1, seed=1, audit=True, jobs=1)
    assert (outcomes.projects_.finished / DAY).tolist() == [15, 10, 15]


@pytest.mark.parametrize(("due", "status"), [("2027-01-15", "finished"), ("2027-01-14", "stopped")])
def test_late_at_all_is_not_what_ends_on_its_very_date(due: str, status: str) -> None:
    # Five and five days of work: planned to end with the tenth day, Friday 15 January.
    tasks = {"t": task("5pd", gate=True), "u": task("5pd", after="t")}
    said = document({"id": "e", "when": {"late_by": "0d"}, "asked": "stage end", "do": "stop"})
    said["projects"] = [{"id": "a", "tasks": tasks, "due": due}]
    scenario = pm.parse_scenario(said)
    outcomes = pm.simulate(scenario, replications=1, seed=1, audit=True, jobs=1)
    assert outcomes.has_status(status).tolist() == [True]
    assert any(
        "a project that will be late at all: it is stopped" in one.text
        for one in scenario.assumptions
    )
