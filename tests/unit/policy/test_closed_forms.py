"""Start rules whose answer is known exactly, or by a formula; longer ones in tests/validation."""

from __future__ import annotations

from typing import Any

import pytest

import pmosim as pm
from tests.validation.proof import assert_mean
from tests.validation.rules import check_cmu, check_rejection, check_reservation

POLICIES: list[dict[str, Any]] = [
    {"policy": "open"},
    {"policy": "wip_limit", "max_active": 1},
    {"policy": "wip_limit", "max_active": 3},
    {"policy": "load_limit", "norm": {"clerk": "11pd"}},
    {"policy": "stagger", "drum": "clerk", "buffer": "4pd"},
    {"policy": "reserve", "max_active": 4, "reserved": 2, "for": "urgent"},
]


def batch(count: int, intake: dict[str, Any], duration: Any = "5d", people: int = 1) -> pm.Scenario:
    """Return so many projects of one task that ask at once."""
    task = {"duration": duration, "needs": {"clerk": 1}}
    document = {
        "pmosim": 1,
        "name": "batch",
        "as_of": "2027-01-04",
        "roles": {"clerk": {}},
        "people": [{"role": "clerk", "headcount": people}],
        "projects": [{"id": f"p{n}", "tasks": {"t": task}} for n in range(count)],
        "intake": intake,
    }
    return pm.parse_scenario(document)


@pytest.mark.parametrize("intake", POLICIES, ids=lambda intake: str(intake["policy"]))
@pytest.mark.parametrize("count", [1, 2, 7, 20])
def test_a_batch_of_k_takes_half_of_1_plus_k_turns_whatever_the_rule(
    count: int, intake: dict[str, Any]
) -> None:
    frame = pm.simulate(batch(count, intake), replications=1, audit=True).projects()
    assert frame["finished_day"].mean() == 5 * (1 + count) / 2


@pytest.mark.parametrize("intake", POLICIES[:2], ids=["open", "one at a time"])
def test_a_batch_of_exponential_turns_takes_half_of_1_plus_k_on_average(
    intake: dict[str, Any],
) -> None:
    law = {"dist": "exponential", "mean": "5d"}
    frame = pm.simulate(batch(9, intake, law), replications=300, seed=2).projects()
    lead = frame.groupby("replication")["finished_day"].mean()
    assert_mean(f"batch of 9, {intake['policy']}: mean lead time in days", lead, 5 * (1 + 9) / 2)


EQUAL = [
    ({"policy": "load_limit", "norm": "15pd"}, 3),
    ({"policy": "stagger", "drum": "clerk", "buffer": "10pd"}, 3),
    ({"policy": "reserve", "max_active": 3, "reserved": 0, "for": "x"}, 3),
    ({"policy": "load_limit", "norm": "4pd"}, 1),
    ({"policy": "stagger", "drum": "clerk", "buffer": "0pd"}, 1),
]


@pytest.mark.parametrize(("intake", "limit"), EQUAL, ids=[str(e[0]["policy"]) for e in EQUAL])
def test_with_projects_that_are_all_alike_a_limit_of_work_is_a_limit_of_projects(
    intake: dict[str, Any], limit: int
) -> None:
    law = {"low": "2d", "likely": "5d", "high": "14d"}
    wip = {"policy": "wip_limit", "max_active": limit}
    one, other = (
        pm.simulate(batch(12, rule, law, people=2), replications=20).tasks()
        for rule in (intake, wip)
    )
    assert one.equals(other)


def test_two_classes_by_cost_per_day_of_work_wait_as_cobham_says() -> None:
    check_cmu(600, by_intake=True, replications=10)


def test_a_gate_that_rejects_is_a_queue_with_few_places() -> None:
    check_rejection(2, 4, 1.5, 500)


def test_reserved_places_are_trunk_reservation() -> None:
    check_reservation(4, 1, {"urgent": 1.0, "other": 3.0}, 500)
