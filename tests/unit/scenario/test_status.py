"""Status as reported: what a project's report of itself says about its phases and tasks."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from pmosim.draws import draw
from pmosim.errors import ScenarioError
from pmosim.network import compile_network
from pmosim.replication import simulate
from pmosim.scenario import parse_scenario

if TYPE_CHECKING:
    from pmosim.scenario import Scenario
    from pmosim.scenario.portfolio import Progress

DAY = 480
PHASES = {
    "design": {"lasts": "2mo", "work": {"dev": "40pd", "test": "10pd"}},
    "build": {"lasts": "3mo", "work": {"dev": "100pd", "test": "30pd"}},
    "roll": {"lasts": "1mo", "work": {"dev": "20pd"}},
}
"""200 person-days: design 50, build 130, roll 20."""


def scenario(report: dict[str, Any] | None, **project: Any) -> Scenario:
    keys: dict[str, Any] = {"id": "p", "status": "running"}
    keys |= {"phases": PHASES} if "tasks" not in project else {}
    keys |= {"as_reported": report} if report is not None else {}
    return parse_scenario(
        {
            "as_of": "2027-01-04",
            "roles": {"dev": {"day_rate": 500}, "test": {}, "pm": {}},
            "people": [
                {"role": "dev", "headcount": 4},
                {"role": "test", "headcount": 2},
                {"role": "pm"},
            ],
            "projects": [keys | project],
        }
    )


def progress(read: Scenario) -> dict[str, Progress | None]:
    (project, *_others) = read.projects
    return {activity.id: activity.progress for activity in project.activities}


def done(read: Scenario) -> dict[str, float | None]:
    return {name: None if p is None else p.done for name, p in progress(read).items()}


def remaining_days(read: Scenario) -> dict[str, float]:
    """Return the planned value of what remains by phase and role, in person-days."""
    return {
        f"{name}.{who}": round(law.plan / DAY, 6)
        for name, p in progress(read).items()
        for who, law in (p.remaining.items() if p else ())
    }


def spent_days(read: Scenario) -> dict[str, float]:
    return {
        f"{name}.{who}": round(minutes / DAY, 6)
        for name, p in progress(read).items()
        for who, minutes in (p.spent.items() if p else ())
    }


def doubts(read: Scenario) -> list[str]:
    return [problem.text for problem in read.warnings if problem.code == "PMO505"]


def left(read: Scenario, replications: int = 2000) -> np.ndarray[Any, Any]:
    """(R, pools) person-days left to do."""
    network = compile_network(read)
    scale = np.where(network.pools.is_sized, 1e9, 1.0) * DAY
    return draw(network, 7, 0, replications).amounts / scale


# --- done ---------------------------------------------------------------------------------------


def test_a_share_done_fills_the_phases_in_order_by_their_planned_work() -> None:
    assert done(scenario({"done": "60%"})) == {
        "design": 1.0, "build": pytest.approx(70 / 130), "roll": None,
    }  # fmt: skip
    assert done(scenario({"done": "25%"})) == {"design": 1.0, "build": None, "roll": None}
    assert done(scenario({"done": "10%"})) == {"design": 0.4, "build": None, "roll": None}


def test_everything_done_is_done_and_nothing_done_is_nothing() -> None:
    assert set(done(scenario({"done": "100%"})).values()) == {1.0}
    assert set(progress(scenario({"done": "0%", "rag": "green"})).values()) == {None}


def test_the_order_is_that_of_the_links_not_of_the_file() -> None:
    phases = {
        "last": {"lasts": "1mo", "work": {"dev": "20pd"}, "after": "first"},
        "first": {"lasts": "1mo", "work": {"dev": "20pd"}, "after": []},
        "side": {"lasts": "1mo", "work": {"dev": "20pd"}, "after": []},
    }
    read = scenario({"done": "50%"}, phases=phases)
    assert done(read) == {"last": 0.5, "first": 1.0, "side": None}


def test_size_multiplies_the_plan_and_so_leaves_shares_alone() -> None:
    assert done(scenario({"done": "60%"}, size=3)) == done(scenario({"done": "60%"}))
    read = scenario({"spent": "120pd"}, size=2)
    assert done(read) == {"design": 1.0, "build": None, "roll": None}
    assert spent_days(read) == {
        "build.dev": pytest.approx(20 * 100 / 130), "build.test": pytest.approx(20 * 30 / 130),
    }  # fmt: skip


def test_throughout_is_not_counted() -> None:
    report = {"spent": {"dev": "40pd", "test": "10pd", "pm": "99pd"}}
    assert done(scenario(report, throughout={"pm": "50%"})) == {
        "design": 1.0, "build": None, "roll": None,
    }  # fmt: skip


def test_milestones_and_other_peoples_time_are_done_where_the_work_has_gone_past() -> None:
    tasks = {
        "kick-off": {"milestone": True},
        "build": {"effort": "40pd", "needs": {"dev": 2}, "after": "kick-off"},
        "wait": {"duration": "10d", "after": "build"},
        "visit": {"duration": "20d", "needs": {"dev": 1, "test": 1}, "after": "wait"},
        "done": {"milestone": True, "after": "visit"},
    }
    assert done(scenario({"done": "25%"}, tasks=tasks)) == {
        "kick-off": 1.0, "build": 0.5, "wait": None, "visit": None, "done": None,
    }  # fmt: skip
    assert done(scenario({"done": "50%"}, tasks=tasks)) == {
        "kick-off": None, "build": 1.0, "wait": None, "visit": None, "done": None,
    } | {"kick-off": 1.0}  # fmt: skip
    assert done(scenario({"done": "75%"}, tasks=tasks)) == {
        "kick-off": 1.0, "build": 1.0, "wait": 1.0, "visit": 0.5, "done": None,
    }  # fmt: skip
    assert set(done(scenario({"done": "100%"}, tasks=tasks)).values()) == {1.0}


def test_a_duration_task_is_spent_in_its_own_time() -> None:
    tasks = {"visit": {"duration": "20d", "needs": {"dev": 1, "test": 1}}}
    assert spent_days(scenario({"spent": "10pd"}, tasks=tasks)) == {"visit.": 5.0}
    assert remaining_days(scenario({"remaining": "30pd"}, tasks=tasks)) == {"visit.": 15.0}


def test_what_waits_for_another_project_cannot_have_begun() -> None:
    tasks = {
        "a": {"effort": "10pd", "needs": {"dev": 1}, "after": "q.x"},
        "b": {"effort": "10pd", "needs": {"dev": 1}},
    }
    document = dict(scenario({"done": "40%"}, tasks=tasks | {"a": tasks["b"]}).document)
    other = {"id": "q", "tasks": {"x": {"effort": "5pd", "needs": {"dev": 1}}}}
    project = {"id": "p", "status": "running", "tasks": tasks}
    read = parse_scenario(
        document | {"projects": [project | {"as_reported": {"done": "40%"}}, other]}
    )
    assert done(read) == {"a": None, "b": 0.8}
    read = parse_scenario(
        document | {"projects": [project | {"as_reported": {"done": "80%"}}, other]}
    )
    assert done(read) == {"a": None, "b": 1.0}
    assert "a waits for other projects" in " ".join(doubts(read))


def test_what_a_phase_says_itself_stands_and_the_report_is_about_the_others() -> None:
    phases = {"design": {"done": True}, "build": {"done": "10%"}}
    own = {name: PHASES[name] | phases.get(name, {}) for name in PHASES}
    assert done(scenario({"done": "40%"}, phases=own)) == {
        "design": 1.0, "build": 0.1, "roll": 0.85,
    }  # fmt: skip
    read = scenario({"remaining": {"dev": "120pd"}}, phases=own)
    assert remaining_days(read) == {"roll.dev": 30.0}


# --- spent --------------------------------------------------------------------------------------


def test_spent_alone_fills_in_order_as_if_all_had_gone_to_plan() -> None:
    read = scenario({"spent": "115pd"})
    assert done(read) == {"design": 1.0, "build": None, "roll": None}
    assert spent_days(read) == {"build.dev": 50.0, "build.test": 15.0}


def test_spent_by_role_is_counted_by_role() -> None:
    read = scenario({"spent": {"dev": "60pd", "test": "12pd"}})
    assert done(read)["design"] == 1.0
    assert spent_days(read) == {"build.dev": 20.0, "build.test": 2.0}


def test_spent_alone_never_finishes_a_project() -> None:
    for spent in (199, 200, 201, 500, 10**6):
        assert done(scenario({"spent": f"{spent}pd"}))["roll"] != 1
        assert left(scenario({"spent": f"{spent}pd"}))[:, -1].min() > 0


def test_more_spent_than_planned_is_a_project_that_goes_on() -> None:
    read = scenario({"spent": "250pd"})
    total = sum(remaining_days(read).values())
    below = NormalDist().cdf(math.log(250 / 200) / 0.5)
    whole = 200 * math.exp(0.5 * NormalDist().inv_cdf((1 + below) / 2))
    assert total == pytest.approx(whole - 250)
    assert total > 50
    assert done(read)["build"] == pytest.approx((200 * 250 / whole - 50) / 130)
    assert "250pd were spent on a plan of 200pd" in " ".join(a.text for a in read.assumptions)


def test_155_days_spent_on_several_tasks_of_about_90_do_not_read_as_nearly_done() -> None:
    tasks = {
        name: {"effort": f"{low}pd/{likely}pd/{high}pd", "needs": {"dev": 1}}
        for name, low, likely, high in (("a", 30, 45, 80), ("b", 25, 38, 65), ("c", 5, 7, 15))
    }
    days = left(scenario({"spent": "155pd"}, tasks=tasks)).sum(axis=1)
    assert np.quantile(days, 0.5) > 20
    assert np.quantile(days, 0.8) > 40


@pytest.mark.parametrize("report", [{"spent": "155pd"}, {"spent": "155pd", "done": "0%"}])
def test_155_days_spent_on_60_90_160_do_not_read_as_nearly_done(report: dict[str, Any]) -> None:
    tasks = {"build": {"effort": "60pd/90pd/160pd", "needs": {"dev": 2}}}
    days = left(scenario(report, tasks=tasks))
    assert np.quantile(days, 0.5) > 20
    assert np.quantile(days, 0.8) > 60


def test_a_report_that_95_of_100_are_done_leaves_a_tail() -> None:
    tasks = {"build": {"effort": "60pd/90pd/160pd", "needs": {"dev": 2}}}
    days = left(scenario({"done": "95%", "spent": "155pd"}, tasks=tasks))
    assert np.median(days) > (1 - 0.95) * 90


# --- remaining ----------------------------------------------------------------------------------


def test_remaining_is_spread_over_what_is_open_by_the_planned_work_of_its_role() -> None:
    read = scenario({"done": "60%", "remaining": {"dev": "50pd"}, "spent": "140pd"})
    still = 100 * (1 - 70 / 130)
    assert done(read) == {"design": 1.0, "build": pytest.approx(70 / 130), "roll": None}
    assert remaining_days(read) == {
        "build.dev": pytest.approx(50 * still / (still + 20), abs=1e-5),
        "roll.dev": pytest.approx(50 * 20 / (still + 20), abs=1e-5),
    }


def test_one_amount_that_remains_is_of_all_roles() -> None:
    read = scenario({"remaining": "100pd"})
    assert done(read) == {"design": 1.0, "build": pytest.approx(50 / 130), "roll": None}
    days = remaining_days(read)
    assert days["build.dev"] / days["build.test"] == pytest.approx(100 / 30)
    assert sum(days.values()) == pytest.approx(100)


def test_more_may_remain_than_was_planned() -> None:
    read = scenario({"done": "60%", "remaining": "400pd", "spent": "300pd"})
    assert sum(remaining_days(read).values()) == pytest.approx(400)
    assert doubts(read) == []


def test_only_the_first_open_phase_is_under_way_the_others_start_when_their_turn_comes() -> None:
    read = scenario({"done": "60%", "remaining": "90pd"})
    network = compile_network(read)
    rows = dict(zip(network.tasks.ids, network.tasks.is_running.tolist(), strict=True))
    assert rows["build.dev"]
    assert not rows["roll.dev"]
    tasks = simulate(read, replications=1, jobs=1, audit=True).tasks().set_index("task")
    assert tasks.started_day["roll"] == tasks.finished_day["build"] > 0


def test_a_range_that_remains_is_taken_as_it_is() -> None:
    tasks = {"build": {"effort": "100pd", "needs": {"dev": 2}}}
    read = scenario({"remaining": "30pd/40pd/70pd"}, tasks=tasks)
    days = left(read, 20_000)[:, 0]
    for level, expected in ((0.1, 30), (0.5, 40), (0.9, 70)):
        assert np.mean(days <= expected) == pytest.approx(level, abs=0.012)


def test_stretching_what_remains_leaves_the_planned_shares_of_a_phase() -> None:
    """More work than planned stretches a phase at the same share (model.md, section 2)."""
    read = scenario({"done": "25%", "remaining": {"dev": "240pd"}})
    tasks = simulate(read, replications=1, jobs=1).tasks().set_index("task")
    assert tasks.finished_day["build.dev"] == pytest.approx(120, abs=0.01)


def test_nothing_that_remains_is_the_end_and_told_where_less_is_said_to_be_done() -> None:
    read = scenario({"done": "80%", "remaining": "0pd"})
    assert set(done(read).values()) == {1.0}
    assert "the project counts as finished" in " ".join(doubts(read))
    assert doubts(scenario({"remaining": "0pd"})) == []


def test_a_share_done_far_from_what_remains_is_told() -> None:
    (said,) = doubts(scenario({"done": "90%", "spent": "155pd", "remaining": "120pd"}))
    assert "with 155pd spent and 120pd remaining it is 56%" in said
    assert "`remaining` wins" in said


def test_remaining_re_estimates_a_project_that_has_not_begun() -> None:
    read = scenario({"remaining": "100pd"}, status="approved")
    assert sum(remaining_days(read).values()) == pytest.approx(100)
    assert not compile_network(read).tasks.is_running.any()
    project = simulate(read, replications=1, jobs=1, audit=True).projects()
    assert project.started_day[0] == 0


# --- spent beside done --------------------------------------------------------------------------


def test_the_pace_so_far_carries_over_to_what_is_open_by_its_square_root() -> None:
    read = scenario({"done": "60%", "spent": f"{120 * 1.44}pd"})
    assert done(read)["build"] == pytest.approx(70 / 130)
    assert sum(remaining_days(read).values()) == pytest.approx(80 * 1.2)
    assert "144% of the plan was spent" in " ".join(a.text for a in read.assumptions)


def test_a_pace_on_plan_changes_nothing() -> None:
    assert progress(scenario({"done": "60%", "spent": "120pd"})) == progress(
        scenario({"done": "60%"})
    )


def test_what_is_carried_over_has_bounds() -> None:
    read = scenario({"done": "10%", "spent": "2000pd"})
    assert sum(remaining_days(read).values()) == pytest.approx(180 * 2)
    assert doubts(read) == []


# --- on hold, ended, money ----------------------------------------------------------------------


def test_a_project_on_hold_comes_back_where_it_stood() -> None:
    tasks = {"build": {"effort": "80pd", "needs": {"dev": 1}}}
    report = {"remaining": "20pd"}
    read = scenario(report, tasks=tasks, status="on-hold", arrives="2027-02-01")
    row = simulate(read, replications=1, jobs=1, audit=True).tasks().iloc[0]
    assert (row.started_day, row.finished_day) == (20.0, 40.0)


def test_the_fixed_cost_is_not_charged_again_where_the_cost_to_date_is_stated() -> None:
    tasks = {"t": {"effort": "10pd", "needs": {"dev": 1}, "by": ["dev-1"]}}
    said = {"tasks": tasks, "fixed_cost": "7k"}
    silent = simulate(scenario(None, **said), replications=1, jobs=1)
    stated = simulate(scenario({"actual_cost": "9k"}, **said), replications=1, jobs=1)
    assert silent.projects_.fixed_cost.tolist() == [7000.0]
    assert stated.projects_.fixed_cost.tolist() == [0.0]
    waiting = scenario({"actual_cost": "1k"}, status="approved", fixed_cost="7k")
    assert simulate(waiting, replications=1, jobs=1).projects_.fixed_cost.tolist() == [7000.0]
    paused = {"status": "on-hold", "arrives": "2027-02", "fixed_cost": "7k"}
    begun = scenario({"actual_cost": "9k", "done": "10%"}, **paused)
    assert simulate(begun, replications=1, jobs=1).projects_.fixed_cost.tolist() == [0.0]


def test_the_network_carries_what_was_reported_and_agreed() -> None:
    report = {"done": "60%", "actual_cost": "66k", "rag": "amber"}
    baseline = {"start": "2026-11-02", "finish": "2027-03", "cost": "120k"}
    projects = compile_network(scenario(report, baseline=baseline)).projects
    assert projects.cost_to_date.tolist() == [66000.0]
    assert projects.reported_done.tolist() == [0.6]
    assert projects.rag == ("amber",)
    assert projects.baseline_start.tolist() == [-45 * DAY]
    assert projects.baseline_finish.tolist() == [63 * DAY]
    assert projects.baseline_cost.tolist() == [120_000.0]


def test_silence_about_status_is_not_a_number() -> None:
    projects = compile_network(scenario(None)).projects
    assert np.isnan([projects.cost_to_date, projects.reported_done, projects.baseline_cost]).all()
    assert projects.baseline_start.tolist() == projects.baseline_finish.tolist() == [-1]
    assert projects.rag == ("",)


def test_the_cost_to_date_of_phases_adds_up_where_the_project_says_none() -> None:
    phases = {name: keys | {"actual_cost": "10k"} for name, keys in PHASES.items()}
    assert compile_network(scenario(None, phases=phases)).projects.cost_to_date[0] == 30_000
    stated = scenario({"actual_cost": "25k"}, phases=phases)
    assert compile_network(stated).projects.cost_to_date[0] == 25_000
    assert "is 25,000, but its phases or tasks have cost 30,000 together" in doubts(stated)[0]


@pytest.mark.parametrize("status", ["done", "cancelled"])
def test_what_has_ended_only_counts_what_it_cost(status: str) -> None:
    read = scenario({"done": "40%", "spent": "9pd", "actual_cost": "44k"}, status=status)
    assert set(progress(read).values()) == {None}
    outcomes = simulate(read, replications=2, jobs=1)
    assert compile_network(read).projects.cost_to_date.tolist() == [44_000.0]
    assert outcomes.bookings.attention.sum() == 0


def test_a_report_on_work_in_a_circle_is_told_as_a_circle() -> None:
    tasks = {
        "a": {"effort": "5pd", "needs": {"dev": 1}, "after": "b"},
        "b": {"effort": "5pd", "needs": {"dev": 1}, "after": "a"},
    }
    with pytest.raises(ScenarioError) as error:
        scenario({"done": "50%"}, tasks=tasks)
    assert [problem.code for problem in error.value.problems] == ["PMO301"]


@pytest.mark.parametrize(
    "report",
    [
        {"done": "60%"},
        {"spent": "115pd"},
        {"remaining": {"dev": "50pd", "test": "1pd"}},
        {"done": "60%", "spent": "250pd"},
    ],
)
def test_a_hundred_projects_that_report_pass_the_audit(report: dict[str, Any]) -> None:
    assert simulate(scenario(report), replications=25, jobs=1, audit=True).replications == 25


def test_a_long_project_is_read_in_no_time() -> None:
    names = [f"t{n}" for n in range(3000)]
    tasks = {
        name: {"effort": "1pd", "needs": {"dev": 1}} | ({"after": names[n - 1]} if n else {})
        for n, name in enumerate(names)
    }
    shares = done(scenario({"done": "50.01%"}, tasks=tasks))
    assert [shares["t1499"], shares["t1500"], shares["t1501"]] == [1.0, pytest.approx(0.3), None]


@pytest.mark.parametrize(
    ("written", "meant"),
    [("Green", "green"), ("AMBER", "amber"), ("r", "red"), ("yellow", "amber"), ("Y", "amber")],
)
def test_colours_are_read_as_status_reports_write_them(written: str, meant: str) -> None:
    report = scenario({"rag": written}).projects[0].as_reported
    assert report is not None
    assert report.rag == meant


def test_an_overlay_can_bring_the_report_up_to_date() -> None:
    later = scenario({"done": "60%", "rag": "green"}).change(
        set={"projects.p.as_reported.done": "25%", "projects.p.as_reported.rag": "red"}
    )
    assert done(later) == {"design": 1.0, "build": None, "roll": None}
    assert later.projects[0].as_reported.rag == "red"  # type: ignore[union-attr]
