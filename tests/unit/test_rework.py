"""Rework: what is done again, when, how often and by whom."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pmosim as pm
from pmosim.network import compile_network
from pmosim.scenario.portfolio import Rework

DAY = 480
ROLES = {"dev": {"day_rate": 500}, "test": {}}
PEOPLE = [{"role": "dev"}, {"role": "test"}]
ALWAYS = {"probability": "100%", "of": "build", "max_repeats": 1}


def scenario(*projects: dict[str, Any], **keys: Any) -> pm.Scenario:
    return pm.parse_scenario(
        {"as_of": "2027-01-04", "roles": ROLES, "people": PEOPLE, "projects": list(projects)} | keys
    )


def build_and_check(rework: dict[str, Any] | None = None, **tasks: Any) -> dict[str, Any]:
    check: dict[str, Any] = {"effort": "4pd", "needs": {"test": 1}, "after": "build"}
    if rework is not None:
        check["rework"] = rework
    return {"build": {"effort": "10pd", "needs": {"dev": 1}}, "check": check, **tasks}


def days(what: pm.Scenario, **keys: Any) -> dict[str, tuple[float, ...]]:
    """Return (ready, started, finished) of every task in the only future."""
    outcomes = pm.simulate(what, replications=1, seed=1, audit=True, **keys)
    columns = ["ready_day", "started_day", "finished_day"]
    table = outcomes.tasks()
    names = table["project"] + "." + table["task"]
    return dict(zip(names, map(tuple, table[columns].to_numpy().tolist()), strict=True))


def test_all_from_the_named_task_on_is_done_again_with_its_share() -> None:
    live = {"live": {"milestone": True, "after": "check"}}
    crm = {"id": "crm", "tasks": build_and_check(ALWAYS | {"share": "50%"}, **live)}
    found = days(scenario(crm))
    # 10 build, 4 check; then 5 build, 2 check; what follows the check waits for its last finish.
    assert found["crm.build"] == (0, 0, 19)
    assert found["crm.check"] == (10, 10, 21)
    assert found["crm.live"] == (21, 21, 21)


def test_without_a_share_all_of_it_is_done_again() -> None:
    found = days(scenario({"id": "crm", "tasks": build_and_check(ALWAYS)}))
    assert found["crm.check"] == (10, 10, 28)


def test_work_may_be_sent_back_as_often_as_the_limit_says() -> None:
    rework = ALWAYS | {"max_repeats": 3, "of": "check"}
    crm = {"id": "crm", "tasks": build_and_check(rework)}
    outcomes = pm.simulate(scenario(crm), replications=1, seed=1, audit=True)
    assert outcomes.tasks_.finished.tolist() == [10 * DAY, (10 + 4 * 4) * DAY]
    assert outcomes.repeats.times.tolist() == [3]
    (said,) = [w for w in pm.Forecast(outcomes).to_document()["warnings"] if "Rework" in w]
    assert "crm.check 1 times" in said


def test_what_follows_a_task_in_the_middle_keeps_what_it_has() -> None:
    manual = {"manual": {"duration": "20d", "after": "build"}}
    found = days(scenario({"id": "crm", "tasks": build_and_check(ALWAYS, **manual)}))
    assert found["crm.manual"] == (10, 10, 30)
    assert found["crm.build"] == (0, 0, 24)


def test_people_are_free_between_and_the_task_asks_at_its_rank() -> None:
    first = {"id": "crm", "rank": 1, "tasks": build_and_check(ALWAYS | {"share": "50%"})}
    other = {"effort": "6pd", "needs": {"dev": 1}}
    second = {"id": "web", "rank": 2, "tasks": {"a": other, "b": other}}
    found = days(scenario(first, second, dispatch={"rule": "rank"}))
    # The developer turns to web at 10, and nobody is taken off a task: crm waits from 14 to 16,
    # then goes before the second task of web.
    assert found["web.a"] == (0, 10, 16)
    assert found["crm.build"] == (0, 0, 21)
    assert found["web.b"] == (0, 21, 27)
    assert found["crm.check"] == (10, 10, 23)


def test_work_that_is_sent_back_is_open_work_again() -> None:
    # Built again from day 14 to day 24: until then another ten days do not fit under the norm.
    other = {
        "id": "web",
        "arrives": "2027-01-25",
        "tasks": {"a": {"effort": "10pd", "needs": {"dev": 1}}},
    }
    intake = {"policy": "load_limit", "norm": {"dev": "12pd"}}
    found = days(scenario({"id": "crm", "tasks": build_and_check(ALWAYS)}, other, intake=intake))
    assert found["crm.build"] == (0, 0, 24)
    assert found["web.a"] == (24, 24, 34)


def test_links_inside_the_loop_count_again_lags_too() -> None:
    tasks = build_and_check()
    tasks["check"]["after"] = {"task": "build", "lag": "3d"}
    tasks["sign"] = {"duration": "1d", "after": {"task": "check", "type": "FF", "lag": "2d"}}
    tasks["accept"] = {"duration": "1d", "after": "sign", "rework": ALWAYS}
    found = days(scenario({"id": "crm", "tasks": tasks}))
    # 10 + 3 + 4 = 17, the signature 2 days later, 1 day to accept: 20; all of it again.
    assert found["crm.accept"] == (19, 19, 40)
    assert found["crm.sign"] == (0, 0, 39)


def test_phases_are_done_again_with_their_parts() -> None:
    phases = {
        "design": {"lasts": "5d", "work": {"dev": "5pd"}},
        "build": {
            "lasts": "10d",
            "work": {"dev": "10pd", "test": "5pd"},
            "rework": {"probability": "100%", "of": "design", "share": "20%", "max_repeats": 2},
        },
        "roll-out": {"lasts": "5d", "work": {"test": "5pd"}},
    }
    found = days(scenario({"id": "crm", "phases": phases}))
    assert found["crm.design"] == (0, 0, 15 + 1 + 2 + 1)
    assert found["crm.build"] == (5, 5, 21)
    assert found["crm.build.test"] == (5, 5, 21)
    assert found["crm.roll-out"] == (21, 21, 26)


def test_a_loop_inside_another_is_gone_through_again() -> None:
    tasks = build_and_check(ALWAYS)
    tasks["accept"] = {"effort": "1pd", "needs": {"test": 1}, "after": "check", "rework": ALWAYS}
    outcomes = pm.simulate(scenario({"id": "crm", "tasks": tasks}), replications=1, audit=True)
    # 14 + 14 by the check, 1 to accept; 14 more, but the check has no repeats left; 1.
    assert outcomes.tasks_.finished.tolist() == [39 * DAY, 43 * DAY, 44 * DAY]
    causes = outcomes.projects_.causes[0]
    assert causes[0] == causes.sum() == 44 * DAY


def test_work_done_before_day_0_can_be_sent_back() -> None:
    tasks = build_and_check(ALWAYS | {"share": "50%"})
    tasks["build"]["done"] = True
    tasks["check"] |= {"remaining": "1pd", "by": ["test-1"]}
    found = days(scenario({"id": "crm", "status": "running", "tasks": tasks}))
    assert found["crm.build"] == (0, 0, 6)
    assert found["crm.check"] == (0, 0, 8)


def test_size_and_risks_hold_for_what_is_done_again() -> None:
    risk = {"id": "hard", "probability": "100%", "hits": ["build"], "work": 1.5}
    crm = {"id": "crm", "size": 2, "tasks": build_and_check(ALWAYS), "risks": [risk]}
    assert days(scenario(crm))["crm.check"] == (30, 30, 76)


def test_costs_and_bookings_add_up_over_the_repeats() -> None:
    crm = {"id": "crm", "tasks": build_and_check(ALWAYS | {"share": "50%"})}
    outcomes = pm.simulate(scenario(crm), replications=1, seed=1)
    assert outcomes.money.cost[0] == pytest.approx(15 * 500)


def test_a_project_stopped_while_work_is_done_again_leaves_who_was_released_alone() -> None:
    crm = {"id": "crm", "tasks": build_and_check(ALWAYS), "cancelled": "2027-01-25"}
    web = {"id": "web", "after": "crm.build", "tasks": {"a": {"duration": "30d"}}}
    outcomes = pm.simulate(scenario(crm, web), replications=1, seed=1, audit=True)
    status = dict(zip(outcomes.project_ids, outcomes.projects()["status"], strict=True))
    assert status == {"crm": "stopped", "web": "finished"}


def test_each_project_of_a_stream_has_luck_of_its_own() -> None:
    template = {"small": {"tasks": build_and_check(ALWAYS | {"probability": "50%"})}}
    demand = {"small": {"template": "small", "rate": "12/y"}}
    one = scenario(templates=template, demand=demand, horizon="1y", run_off="1y")
    outcomes = pm.simulate(one, replications=50, seed=1, audit=True)
    n = int((outcomes.projects_.finished >= 0).sum())
    share = len(outcomes.repeats.times[outcomes.repeats.times > 0]) / n
    assert abs(share - 0.5) < 4 * (0.25 / n) ** 0.5


def test_rework_with_no_chance_changes_no_byte(tmp_path: Any) -> None:
    uncertain = {"effort": "5pd/10pd/20pd", "needs": {"dev": 1}}
    never = ALWAYS | {"probability": "0%"}
    for name, rework in (("off", None), ("never", never)):
        crm = {"id": "crm", "tasks": build_and_check(rework) | {"build": uncertain}}
        pm.simulate(scenario(crm), replications=50, seed=3).save(tmp_path / name)
    assert (tmp_path / "off").read_bytes() == (tmp_path / "never").read_bytes()


def test_repeats_are_kept_in_a_file_and_put_together(tmp_path: Any) -> None:
    rework = {"probability": "40%", "of": "build", "share": "50%"}
    one = scenario({"id": "crm", "tasks": build_and_check(rework)})
    outcomes = pm.simulate(one, replications=100, seed=1)
    outcomes.save(tmp_path / "all.npz")
    again = pm.Outcomes.load(tmp_path / "all.npz", outcomes.network)
    assert np.array_equal(again.repeats.task_row, outcomes.repeats.task_row)
    assert np.array_equal(again.repeats.times, outcomes.repeats.times)
    later = pm.simulate(one, replications=50, first=50, seed=1)
    assert later.repeats.times.tolist() == [
        times
        for times, row in zip(outcomes.repeats.times, outcomes.repeats.task_row, strict=True)
        if row >= 100
    ]


def test_work_is_multiplied_by_the_mean_number_of_rounds() -> None:
    """Feedback with probability p: 1 / (1 - p) visits on average (Jackson 1957)."""
    p, n = 0.4, 2_000
    law = {"dist": "exponential", "mean": "10pd"}
    tasks = {"build": {"effort": law, "needs": {"dev": 1}}}
    tasks["build"]["rework"] = {"probability": p, "of": "build", "max_repeats": 100}
    outcomes = pm.simulate(scenario({"id": "crm", "tasks": tasks}), replications=n, seed=5)
    work = outcomes.projects_.finished / DAY
    # A geometric number of exponentials is an exponential: its deviation is its mean.
    expected = 10 / (1 - p)
    assert abs(work.mean() - expected) < 4 * expected / n**0.5
    assert abs(np.mean(work > expected) - np.exp(-1)) < 4 * (0.25 / n) ** 0.5


def test_a_repeat_is_a_fresh_draw() -> None:
    law = {"dist": "uniform", "low": "1pd", "high": "19pd"}
    rework = {"probability": "100%", "of": "a", "max_repeats": 1}
    tasks = {"a": {"effort": law, "needs": {"dev": 1}, "rework": rework}}
    once = {"a": {"effort": law, "needs": {"dev": 1}}}
    twice, first = (
        pm.simulate(
            scenario({"id": "crm", "tasks": work}), replications=500, seed=2
        ).projects_.finished
        for work in (tasks, once)
    )
    correlation = np.corrcoef(first, twice - first)[0, 1]
    assert abs(correlation) < 4 / 500**0.5
    assert (twice > first).all()


def test_a_standard_lowers_the_chance_of_rework() -> None:
    crm = {"id": "crm", "coverage": "50%", "tasks": build_and_check(ALWAYS)}
    settings = {"standard": {"rework": "80%"}}
    (loop,) = compile_network(scenario(crm, settings=settings)).loops
    assert loop.probability == pytest.approx(1 - 0.5 * 0.8)
    (assumed,) = compile_network(scenario(crm)).loops
    assert assumed.probability == pytest.approx(1 - 0.5 * 0.3)
    (same,) = compile_network(scenario(crm | {"coverage": "0%"})).loops
    assert same.probability == 1.0


def test_rework_is_set_in_an_overlay_and_survives_the_resolved_form() -> None:
    plain = scenario({"id": "crm", "tasks": build_and_check()})
    changed = plain.change(set={"projects.crm.tasks.check.rework": ALWAYS})
    assert changed.projects[0].activities[1].rework == Rework(
        probability=1.0, of="build", max_repeats=1
    )
    assert pm.parse_scenario(changed.document).projects == changed.projects
