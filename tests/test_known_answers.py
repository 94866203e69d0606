"""The quick part of ``make validate``: one small case of each kind of known answer."""

from __future__ import annotations

from typing import Any

import pytest

import pmosim as pm
from scenarios.readers import psplib
from tests.validation import instances
from tests.validation.proof import assert_mean
from tests.validation.runs import length, schedules
from tests.validation.schedules import RULES, faults, list_schedule
from tests.validation.shops import document, exponential, horizon_days, per_unit, visits


@pytest.mark.parametrize("rule", RULES)
def test_a_sample_of_j30_is_scheduled_as_the_parallel_scheme_does(rule: str) -> None:
    optimum = instances.j30_optimum()
    for instance in instances.j30()[::40]:
        schedule = schedules(psplib.scenario(instance, rule=rule))["p"]
        assert faults(instance, schedule) == []
        assert schedule == list_schedule(instance, rule), instance.name
        assert length(schedule) >= optimum[instance.name]


@pytest.mark.parametrize(("people", "days"), [(3, 12), (4, 15)])
def test_one_person_more_makes_grahams_nine_tasks_later(people: int, days: int) -> None:
    names = "123456789"
    graham = psplib.Instance(
        name="graham",
        durations=dict(zip(names, (3, 2, 2, 2, 4, 4, 4, 4, 9), strict=True)),
        successors=dict.fromkeys(names, ()) | {"1": ("9",), "4": ("5", "6", "7", "8")},
        requests=dict.fromkeys(names, (1,)),
        capacities=(people,),
    )
    assert length(schedules(psplib.scenario(graham))["p"]) == days


def test_customers_of_one_person_wait_as_pollaczek_and_khinchine_say() -> None:
    task = {"duration": exponential(), "needs": {"clerk": 1}}
    demand = {"visit": {"rate": per_unit(0.5), "tasks": {"serve": task}}}
    shop = document(staff={"clerk": 1}, demand=demand, days=horizon_days(0.5, 500))
    assert_mean("M/M/1, rho=.5: mean wait", visits(shop).mean(lambda f: f["wait"]), 1.0)


def test_a_task_under_way_has_its_remaining_life_to_go() -> None:
    task = {
        "duration": {"dist": "lognormal", "median": "20d", "sigma": 0.5},
        "needs": {"clerk": 1},
        "spent": "20d",
        "by": ["clerk-1"],
    }
    scenario: dict[str, Any] = {
        "pmosim": 1,
        "name": "under way",
        "as_of": "2026-01-05",
        "roles": {"clerk": {}},
        "people": [{"role": "clerk", "headcount": 1}],
        "projects": [{"id": "p", "status": "running", "tasks": {"t": task}}],
    }
    outcomes = pm.simulate(pm.parse_scenario(scenario), replications=1000, seed=1)
    to_go = outcomes.projects()["finished_day"]
    assert_mean("lognormal task, 20 days spent: days to go", to_go, 11.3412)
