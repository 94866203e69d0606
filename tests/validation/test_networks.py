"""The engine against network theory: longest paths, maxima, remaining life, conservation."""

from __future__ import annotations

import math
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy.stats import norm

import pmosim as pm
from pmosim.streams import uniforms
from tests.validation.proof import assert_exact, assert_mean, seed_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

MINUTES = 480
"""Working minutes of a day."""
REPLICATIONS = 4000


def plan(
    tasks: Mapping[str, Any], staff: Mapping[str, int] | None = None, **keys: Any
) -> dict[str, Any]:
    """Return a scenario of one project ``p`` from Monday 2026-01-05."""
    staff = staff or {}
    project = {"id": "p", "tasks": dict(tasks), **keys}
    return {
        "pmosim": 1,
        "name": "network",
        "as_of": "2026-01-05",
        "roles": {role: {} for role in staff},
        "people": [{"role": role, "headcount": count} for role, count in staff.items()],
        "projects": [project],
    }


def run(document: Mapping[str, Any], replications: int = REPLICATIONS) -> pm.Outcomes:
    scenario = pm.parse_scenario(dict(document))
    outcomes: pm.Outcomes = pm.simulate(scenario, replications=replications, seed=seed_of(document))
    return outcomes


def finish_days(outcomes: pm.Outcomes) -> np.ndarray[Any, Any]:
    return outcomes.projects()["finished_day"].to_numpy(dtype=float)


@pytest.mark.parametrize(("tasks", "people"), [(10, 3), (12, 1), (6, 6), (25, 4)])
def test_exponential_tasks_on_some_people_take_the_known_time(tasks: int, people: int) -> None:
    mean = 5.0
    work = {"duration": {"dist": "exponential", "mean": "5d"}, "needs": {"clerk": 1}}
    document = plan({f"t{n}": work for n in range(tasks)}, {"clerk": people})
    harmonic = sum(1 / n for n in range(1, people + 1))
    expected = mean * ((tasks - people) / people + harmonic)
    makespan = finish_days(run(document))
    assert_mean(f"makespan of {tasks} exponential tasks, {people} people", makespan, expected)


@pytest.mark.parametrize(("paths", "factor"), [(1, 0.0), (2, 0.5642), (3, 0.8463), (5, 1.1630)])
def test_parallel_normal_paths_end_with_their_maximum(paths: int, factor: float) -> None:
    work = {"duration": {"dist": "normal", "mean": "100d", "cv": 0.1}}
    finish = finish_days(run(plan({f"t{n}": work for n in range(paths)})))
    assert_mean(f"maximum of {paths} normal paths: mean", finish, 100 + 10 * factor)
    on_plan = (finish <= 100).astype(float)
    assert_mean(f"maximum of {paths} normal paths: P(on plan)", on_plan, 0.5**paths)


LIFE = {"dist": "lognormal", "sigma": 0.5}


def remaining_life(median: float, sigma: float, spent: float) -> float:
    """Return the mean of what is left of a lognormal life of which so much is over."""
    z = math.log(spent / median) / sigma
    mean = median * math.exp(sigma**2 / 2)
    return float(mean * norm.cdf(sigma - z) / norm.cdf(-z)) - spent


@pytest.mark.parametrize(("spent", "to_go"), [(10, 13.98), (20, 11.34), (40, 11.37)])
@pytest.mark.parametrize("kind", ["duration", "effort"])
def test_a_running_lognormal_task_has_its_remaining_life_to_go(
    kind: str, spent: int, to_go: float
) -> None:
    unit = {"duration": "d", "effort": "pd"}[kind]
    task = {
        kind: LIFE | {"median": f"20{unit}"},
        "needs": {"clerk": 1},
        "spent": f"{spent}{unit}",
        "by": ["clerk-1"],
    }
    expected = remaining_life(20, 0.5, spent)
    assert round(expected, 2) == to_go
    finish = finish_days(run(plan({"t": task}, {"clerk": 1}, status="running")))
    assert_mean(f"lognormal {kind}, {spent} days spent: to go", finish, expected)


def durations(seed: int, count: int) -> list[int]:
    return [1 + int(20 * u) for u in uniforms(seed, "network", "duration", 0, 0, count)]


def random_links(seed: int, count: int) -> list[tuple[int, int, str, int]]:
    """Return links (before, after, kind, lag in days) between numbered tasks, forwards only."""
    pairs = [(a, b) for a, b in product(range(count), repeat=2) if a < b]
    chance = uniforms(seed, "network", "link", 0, 0, len(pairs))
    kind = uniforms(seed, "network", "kind", 0, 0, len(pairs))
    lag = uniforms(seed, "network", "lag", 0, 0, len(pairs))
    return [
        (a, b, ("FS", "SS", "FF")[int(3 * kind[n])], max(0, int(12 * lag[n]) - 6))
        for n, (a, b) in enumerate(pairs)
        if chance[n] < 3 / count
    ]


def linked_tasks(amounts: list[Any], links: list[tuple[int, int, str, int]]) -> dict[str, Any]:
    tasks: dict[str, Any] = {
        f"t{n}": {"duration": amount, "needs": {"clerk": 1}} for n, amount in enumerate(amounts)
    }
    for before, after, kind, lag in links:
        link = {"task": f"t{before}", "type": kind, "lag": f"{lag}d"}
        tasks[f"t{after}"].setdefault("after", []).append(link)
    return tasks


def longest_paths(
    lengths: list[int], links: list[tuple[int, int, str, int]]
) -> list[tuple[int, int]]:
    """Return earliest (start, finish) per task; FF holds the finish, never the start."""
    times: list[tuple[int, int]] = []
    for task, length in enumerate(lengths):
        own = [link for link in links if link[1] == task]
        start = max([times[a][1] + lag for a, _, kind, lag in own if kind == "FS"], default=0)
        start = max([start, *(times[a][0] + lag for a, _, kind, lag in own if kind == "SS")])
        finish = start + length
        finish = max([finish, *(times[a][1] + lag for a, _, kind, lag in own if kind == "FF")])
        times.append((start, finish))
    return times


@pytest.mark.parametrize("seed", range(5))
def test_with_people_for_everybody_each_task_lies_on_its_longest_path(seed: int) -> None:
    count = 30
    lengths, links = durations(seed, count), random_links(seed, count)
    assert {kind for _, _, kind, _ in links} == {"FS", "SS", "FF"}
    document = plan(linked_tasks([f"{days}d" for days in lengths], links), {"clerk": count})
    tasks = run(document, replications=1).tasks().set_index("task")
    found = [times(tasks, f"t{n}") for n in range(count)]
    expected = longest_paths(lengths, links)
    assert found == expected
    length = max(finish for _, finish in expected)
    assert_exact(f"longest path of random network {seed}: days", max(f for _, f in found), length)


def test_with_people_for_everybody_uncertain_work_ends_on_its_longest_path_in_every_future() -> (
    None
):
    count = 20
    links = [link for link in random_links(7, count) if link[2] != "FF"]
    amount = {"dist": "lognormal", "mean": "10d", "cv": 0.6}
    document = plan(linked_tasks([amount] * count, links), {"clerk": count})
    tasks = run(document, replications=200).tasks()
    names = [f"t{n}" for n in range(count)]
    starts = whole_minutes(tasks.pivot_table("started_day", "replication", "task")[names])
    ends = whole_minutes(tasks.pivot_table("finished_day", "replication", "task")[names])
    in_minutes = [(a, b, kind, lag * MINUTES) for a, b, kind, lag in links]
    for replication in range(200):
        lengths = (ends - starts)[replication].tolist()
        found = list(zip(starts[replication].tolist(), ends[replication].tolist(), strict=True))
        assert found == longest_paths(lengths, in_minutes)
    mean = np.log((ends - starts) / MINUTES).mean(axis=1)
    assert_mean("lognormal work, cv .6: mean of the logarithm", mean, math.log(10 / 1.36**0.5))


def times(tasks: pd.DataFrame, task: str) -> tuple[float, float]:
    """Return start and finish day of a task of the only future."""
    return tuple(tasks.loc[task, ["started_day", "finished_day"]])


def whole_minutes(days: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.int64]]:
    return (days.to_numpy() * MINUTES).round().astype(np.int64)


FOUR_PHASES = {
    "design": {"lasts": "3mo", "work": {"analyst": "1.5pm", "architect": "0.7pm"}},
    "build": {"lasts": "3mo", "work": {"developer": "5.3pm", "analyst": "0.35pm"}},
    "test": {"lasts": "3mo", "work": {"tester": "2.9pm", "developer": "1.1pm", "analyst": "11pd"}},
    "roll-out": {"lasts": "3mo", "work": {"developer": "0.7pm", "tester": "0.05pm"}},
}
"""A resource plan as PMOs write it: role-months per phase, here of three months each."""
STAFF = [
    {"role": "project-manager", "headcount": 1},
    {"role": "analyst", "headcount": 2},
    {"role": "architect", "headcount": 1},
    {"role": "developer", "headcount": 4},
    {"role": "tester", "headcount": 2, "fte": "80%"},
]
ROLES = {
    "project-manager": {},
    "analyst": {"bau": "20%"},
    "architect": {},
    "developer": {"bau": "15%"},
    "tester": {},
}


def test_four_phases_of_a_resource_plan_take_exactly_240_days_and_end_on_the_right_day() -> None:
    document = plan({}) | {
        "roles": ROLES,
        "people": STAFF,
        "projects": [{"id": "p", "throughout": {"project-manager": "20%"}, "phases": FOUR_PHASES}],
    }
    scenario = pm.parse_scenario(document)
    tasks = pm.simulate(scenario, replications=1, seed=1).tasks().set_index("task")
    for n, phase in enumerate(FOUR_PHASES):
        assert times(tasks, phase) == (60 * n, 60 * (n + 1))
        for role in FOUR_PHASES[phase]["work"]:
            assert times(tasks, f"{phase}.{role}") == (60 * n, 60 * (n + 1))
    finish = float(tasks["finished_day"].max())
    assert_exact("four phases of a resource plan: days", finish, 240)
    assert scenario.to_date(finish).isoformat() == "2026-12-04"
    assert scenario.to_date(60.0).isoformat() == "2026-03-27"
    assert scenario.to_date(60.0, start=True).isoformat() == "2026-03-30"


def test_more_phase_work_than_planned_stretches_the_phase_at_the_same_share() -> None:
    phases = {"build": {"lasts": "60d", "work": {"developer": "30pd/45pd/90pd"}}}
    document = plan({}) | {
        "roles": {"developer": {}},
        "people": [{"role": "developer", "headcount": 1}],
        "settings": {"range_means": "p10-p90"},
        "projects": [{"id": "p", "phases": phases}],
    }
    finish = finish_days(run(document))
    for level, days in ((0.1, 40.0), (0.5, 60.0), (0.9, 120.0)):
        reached = (finish <= days).astype(float)
        assert_mean(f"phase of 30/45/90pd at 75 %: P(<= {days:g}d)", reached, level)


def shop_floor() -> dict[str, Any]:
    work = {"dist": "lognormal", "mean": "6d", "cv": 0.8}
    tasks = {
        "cut": {"duration": work, "needs": {"cutter": 1}},
        "sew": {"duration": work, "needs": {"tailor": 1}, "after": "cut"},
        "hem": {"duration": work, "needs": {"tailor": 1}, "after": "cut"},
        "pack": {"duration": work, "needs": {"cutter": 1}, "after": ["sew", "hem"]},
    }
    return {
        "pmosim": 1,
        "name": "shop floor",
        "as_of": "2026-01-05",
        "horizon": "600d",
        "roles": {"cutter": {}, "tailor": {}},
        "people": [{"role": "cutter", "headcount": 2}, {"role": "tailor", "headcount": 2}],
        "demand": {"suit": {"rate": "0.13/d", "tasks": tasks}},
    }


def test_load_and_queue_of_each_role_are_the_areas_under_its_tasks_to_the_minute() -> None:
    """Little's law by areas: time in the queue summed over tasks = area under the queue length."""
    days, role_of = 600, {"cut": "cutter", "sew": "tailor", "hem": "tailor", "pack": "cutter"}
    outcomes = run(shop_floor(), replications=50)
    tasks = outcomes.tasks()
    tasks = tasks[tasks["ready_day"].notna()].assign(role=tasks["task"].map(role_of))
    start = tasks["started_day"].fillna(days).clip(upper=days)
    waited = start - tasks["ready_day"].clip(upper=days)
    worked = tasks["finished_day"].fillna(days).clip(upper=days) - start
    per_role = [tasks["replication"], tasks["role"]]
    roles = outcomes.roles().groupby(["replication", "role"], observed=True)
    for name, per_task in (("queue_days", waited), ("busy_days", worked)):
        by_task = (per_task * MINUTES).round().groupby(per_role).sum().sort_index()
        by_area = (roles[name].sum() * MINUTES).round().sort_index()
        assert len(by_task) == 100
        assert by_task.tolist() == by_area.tolist(), name
        total = float(by_area.sum())
        assert_exact(f"Little by areas, {name}: minutes", total, float(by_task.sum()))


def test_in_every_window_the_area_under_the_projects_in_the_house_is_their_time_in_it() -> None:
    """L = lambda W over [0, 600 d]: waiting in front of a role plus being worked on is presence."""
    document = shop_floor()
    chain = {"tasks": {"cut": document["demand"]["suit"]["tasks"]["cut"]}, "rate": "0.3/d"}
    document["demand"] = {"shirt": chain}
    outcomes = run(document, replications=50)
    projects, roles = outcomes.projects(), outcomes.roles()
    left = projects["finished_day"].fillna(600).clip(upper=600)
    present = ((left - projects["arrived_day"]) * MINUTES).round()
    by_project = present.groupby(projects["replication"]).sum()
    area = roles.groupby("replication")[["busy_days", "queue_days"]].sum().sum(axis=1)
    assert by_project.tolist() == (area * MINUTES).round().tolist()
    assert_exact(
        "Little by areas, projects in the house: minutes",
        float((area * MINUTES).round().sum()),
        float(by_project.sum()),
    )
