"""What more people and less work can do, and cannot, on the same luck.

With single-task projects, one role and first come first served, neither delays anybody: the
waiting times of such a queue grow with every service time and shrink with every server (Kiefer
and Wolfowitz 1955). With links between tasks both can (Graham 1969).
"""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

import pmosim as pm
from tests.properties.scenarios import Dice

Document = dict[str, Any]
FUTURES = 12
SEEDS = range(1, 13)


def random_queue(seed: int) -> Document:
    """Return single-task projects of one role that arrive over two months."""
    dice = Dice(seed)
    laws: list[Any] = [
        lambda: f"{dice.whole(1, 30)}pd",
        lambda: "5pd/10pd/40pd",
        lambda: {"dist": "exponential", "mean": f"{dice.whole(2, 20)}pd"},
        lambda: {"dist": "lognormal", "mean": f"{dice.whole(2, 20)}pd", "cv": 1.5},
    ]
    return {
        "pmosim": 1,
        "as_of": "2027-01-04",
        "roles": {"developer": {"day_rate": 700}},
        "people": [{"role": "developer", "headcount": dice.whole(1, 4)}],
        "projects": [
            {
                "id": f"p{k}",
                "arrives": str(dice.date(0, 60)),
                "due": "2027-04-30",
                "tasks": {"work": {"effort": dice.pick(*laws)(), "needs": {"developer": 1}}},
            }
            for k in range(dice.whole(3, 12))
        ],
    }


def with_less_work(document: Document, seed: int) -> Document:
    """Return the document with one project of 60 % of its size."""
    less = copy.deepcopy(document)
    Dice(seed).pick(*less["projects"])["size"] = 0.6
    return less


@pytest.mark.parametrize("seed", SEEDS)
def test_first_come_first_served_one_more_person_or_less_work_delays_nobody(seed: int) -> None:
    document = random_queue(seed)
    scenario = pm.parse_scenario(document)
    before = pm.simulate(scenario, replications=FUTURES, seed=seed)
    afters = [
        pm.simulate(changed, replications=FUTURES, seed=seed)
        for changed in (
            scenario.change(hire={"role": "developer", "headcount": 1}),
            pm.parse_scenario(with_less_work(document, seed)),
        )
    ]
    for after in afters:
        assert (after.projects_.finished <= before.projects_.finished).all()
    comparison = pm.compare(before, *afters, names=["base", "hired", "less"])
    for name in comparison.names:
        for row in comparison.rows(name):
            if row.measure.startswith("finish") or row.measure == "p_late":
                assert row.difference.value <= 0.0
                assert row.difference.low <= 0.0


def test_the_queues_above_are_changed_by_what_is_changed() -> None:
    helped = 0
    for seed in SEEDS:
        scenario = pm.parse_scenario(random_queue(seed))
        hired = scenario.change(hire={"role": "developer", "headcount": 1})
        before, after = (
            pm.simulate(each, replications=FUTURES, seed=seed) for each in (scenario, hired)
        )
        helped += bool(np.any(after.projects_.finished < before.projects_.finished))
    assert helped >= len(SEEDS) // 2


GRAHAM_DAYS = (3, 2, 2, 2, 4, 4, 4, 4, 9)
GRAHAM_AFTER = {9: 1, 5: 4, 6: 4, 7: 4, 8: 4}


def graham(*, people: int, days_less: int = 0) -> Document:
    """Return the nine tasks of Graham (1969), in the order of his list."""
    tasks: Document = {}
    for number, days in enumerate(GRAHAM_DAYS, start=1):
        tasks[f"t{number}"] = {"duration": f"{days - days_less}d", "needs": {"developer": 1}}
        if number in GRAHAM_AFTER:
            tasks[f"t{number}"]["after"] = f"t{GRAHAM_AFTER[number]}"
    return {
        "pmosim": 1,
        "as_of": "2027-01-04",
        "roles": {"developer": {}},
        "people": [{"role": "developer", "headcount": people}],
        "projects": [{"id": "graham", "tasks": tasks}],
    }


@pytest.mark.parametrize(
    ("changes", "days_later"), [({"people": 4}, 3.0), ({"people": 3, "days_less": 1}, 1.0)]
)
def test_with_links_one_more_person_or_less_work_can_delay_and_the_difference_says_so(
    changes: dict[str, int], days_later: float
) -> None:
    before = pm.simulate(pm.parse_scenario(graham(people=3)), replications=2)
    after = pm.simulate(pm.parse_scenario(graham(**changes)), replications=2)
    row = pm.compare(before, after).row("graham", "finish_mean_days")
    assert row.base is not None
    assert row.base.value == 12.0
    assert row.difference.value == days_later
    assert row.difference.is_settled
