"""Delays: what a risk that happens holds back, once, and by how much."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import pmosim as pm
from pmosim.errors import ScenarioError
from pmosim.network import compile_network

SURE = {"id": "slip", "probability": "100%", "delay": "5d"}
N = 1000


def document(*, tasks: Any = None, drivers: Any = (), projects: Any = None, **project: Any) -> Any:
    chain = {
        "one": {"effort": "10pd", "needs": {"dev": 1}},
        "two": {"effort": "10pd", "needs": {"dev": 1}, "after": "one"},
    }
    return {
        "pmosim": 1,
        "as_of": "2027-01-04",
        "horizon": "2y",
        "roles": {"dev": {}},
        "people": [{"role": "dev", "headcount": 4}],
        "projects": projects or [{"id": "p", "tasks": tasks or chain, **project}],
        "risks": list(drivers),
    }


def run(text: Any, n: int = 1) -> pm.Outcomes:
    return pm.simulate(pm.parse_scenario(text), replications=n, seed=3, audit=True, jobs=1)


def starts(text: Any) -> dict[str, float]:
    frame = run(text).tasks()
    return dict(zip(frame["task"], frame["started_day"], strict=True))


def finish(text: Any) -> float:
    return float(run(text).projects()["finished_day"][0])


def test_a_delay_lets_the_task_it_hits_start_so_much_later_than_its_links_allow() -> None:
    found = starts(document(risks=[SURE | {"hits": ["two"]}]))
    assert found == {"one": 0, "two": 15}


def test_a_delay_of_all_the_work_holds_a_project_back_once() -> None:
    assert starts(document(risks=[SURE])) == {"one": 5, "two": 15}
    both = SURE | {"hits": ["one", "two"]}
    assert starts(document(risks=[both])) == {"one": 5, "two": 15}


def test_each_path_of_links_is_held_back_once() -> None:
    task = {"effort": "10pd", "needs": {"dev": 1}}
    tasks = {
        "a": task,
        "b": task,
        "c": task | {"after": ["a", "b"]},
        "d": task | {"after": {"task": "a", "type": "SS", "lag": "1d"}},
    }
    found = starts(document(tasks=tasks, risks=[SURE | {"hits": ["a", "b", "c", "d"]}]))
    assert found == {"a": 5, "b": 5, "c": 15, "d": 6}


def test_delays_of_several_risks_add_up() -> None:
    other = {"id": "more", "probability": "100%", "delay": "3d", "hits": ["two"]}
    assert finish(document(risks=[SURE | {"hits": ["two"]}, other])) == 28


def test_a_delay_of_a_phase_holds_all_of_its_parts_back() -> None:
    text = document(projects=[{
        "id": "p",
        "phases": {
            "design": {"lasts": "10d", "work": {"dev": "10pd"}},
            "build": {"lasts": "10d", "work": {"dev": "10pd", "test": "5pd"}},
        },
        "risks": [SURE | {"hits": ["build"]}],
    }])  # fmt: skip
    text |= {"roles": {"dev": {}, "test": {}}, "people": [{"role": "dev"}, {"role": "test"}]}
    found = starts(text)
    assert found["build"] == found["build.dev"] == found["build.test"] == 15


def test_a_milestone_is_reached_later_too() -> None:
    tasks = {"gone": {"milestone": True}, "one": {"effort": "1pd", "needs": {"dev": 1}}}
    tasks["one"]["after"] = "gone"
    assert starts(document(tasks=tasks, risks=[SURE | {"hits": ["gone"]}]))["one"] == 5


def test_of_work_that_runs_on_day_0_the_finish_is_held_back() -> None:
    tasks = {
        "done": {"effort": "9pd", "needs": {"dev": 1}, "done": True},
        "one": {"effort": "10pd", "needs": {"dev": 1}, "remaining": "4pd", "by": ["dev-1"],
                "after": "done"},
        "two": {"effort": "10pd", "needs": {"dev": 1}, "after": "one"},
    }  # fmt: skip
    outcomes = run(document(tasks=tasks, status="running", risks=[SURE]))
    frame = outcomes.tasks().set_index("task")
    assert frame.loc["one", "finished_day"] == 9
    assert frame.loc["two", "started_day"] == 9
    # Who worked on it is free when the work is done.
    attention = outcomes.bookings.attention / (480 * 10**9)
    assert attention.sum() == pytest.approx(14)


def test_a_delay_is_waiting_time_and_the_causes_add_up() -> None:
    outcomes = run(document(risks=[SURE | {"hits": ["two"]}]))
    row = outcomes.projects().iloc[0]
    assert (row["elapsed_lag"], row["elapsed_work"], row["finished_day"]) == (5, 20, 25)


def test_it_happens_as_often_and_takes_as_long_as_it_says() -> None:
    p, mean = 0.3, 10
    risk = {"id": "slip", "probability": p, "delay": {"dist": "exponential", "mean": f"{mean}d"}}
    late = run(document(risks=[risk]), N).projects()["finished_day"].to_numpy() - 20
    assert abs((late > 0).mean() - p) < 4 * math.sqrt(p * (1 - p) / N)
    # Whole minutes may be off by half of one.
    assert abs(late.mean() - p * mean) < 4 * late.std() / math.sqrt(N) + 1 / 480


def test_a_driver_holds_all_it_hits_back_by_the_same_time() -> None:
    driver = {"id": "strike", "probability": "50%", "delay": "2d/5d/9d"}
    task = {"one": {"effort": "1pd", "needs": {"dev": 1}}}
    text = document(drivers=[driver], projects=[{"id": name, "tasks": task} for name in "ab"])
    frame = run(text, 60).projects()
    days = frame.pivot_table(index="replication", columns="project", values="finished_day")
    assert (days["a"] == days["b"]).all()
    assert days["a"].nunique() > 20


def test_a_mitigation_may_shorten_it() -> None:
    measure = {"delay": "1d", "cost": "2k"}
    text = document(risks=[SURE | {"mitigation": measure}])
    assert finish(text) == 21
    off = document(risks=[SURE | {"mitigation": measure | {"is_on": False}}])
    assert finish(off) == 25
    assert finish(document(risks=[SURE | {"mitigation": {"delay": "0d"}}])) == 20


def test_requests_of_a_stream_are_held_back_each_by_its_own_luck() -> None:
    task = {"one": {"effort": "1pd", "needs": {"dev": 1}}}
    text = document(projects=[{"id": "x", "tasks": task, "status": "done"}])
    text["people"] = [{"role": "dev", "headcount": 40}]
    risk = {"id": "slip", "probability": "50%", "delay": "5d"}
    text["demand"] = {"s": {"tasks": task, "rate": "60/y", "risks": [risk]}}
    frame = run(text, 4).projects()
    took = (frame["finished_day"] - frame["arrived_day"]).dropna()
    took = took[took > 0].round(6)
    assert set(took) == {1.0, 6.0}


def test_a_risk_that_never_happens_moves_nothing() -> None:
    never = run(document(risks=[SURE | {"probability": 0}]))
    assert never.tasks().equals(run(document()).tasks())


def test_delays_survive_files_and_blocks(tmp_path: Any) -> None:
    text = document(risks=[SURE | {"probability": "50%"}])
    outcomes = run(text, 90)
    outcomes.save(tmp_path / "o.npz")
    again = pm.Outcomes.load(tmp_path / "o.npz", compile_network(pm.parse_scenario(text)))
    assert len(again.delays.task_row) > 20
    assert np.array_equal(again.delays.start_minutes, outcomes.delays.start_minutes)


def test_a_delay_that_is_no_time_is_refused() -> None:
    with pytest.raises(ScenarioError, match=r"risks.slip.delay"):
        pm.parse_scenario(document(risks=[SURE | {"delay": "5pd"}]))
