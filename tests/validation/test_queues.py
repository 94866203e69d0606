"""The engine against queueing theory: customers are projects that arrive at random.

Formulas: Gross and Harris (Erlang C, Pollaczek-Khinchine, Cobham, processor sharing), Flatto and
Hahn 1984 (fork-join of two), Hopp and Spearman (constant work in progress, exponential stations).
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

import pmosim as pm
from tests.validation.proof import assert_mean, seed_of
from tests.validation.shops import (
    REPLICATIONS,
    UNIT_DAYS,
    Amount,
    Customers,
    constant,
    document,
    exponential,
    horizon_days,
    lognormal,
    per_unit,
    visits,
)

LAWS: dict[str, tuple[Amount, float]] = {
    "constant": (constant(), 0.0),
    "exponential": (exponential(), 1.0),
    "lognormal cv 1.5": (lognormal(1.5), 1.5),
}
"""Amount of mean 1 unit and its coefficient of variation."""


def erlang_c(people: int, load: float) -> float:
    """Return the share of customers that wait; ``load`` = arrivals x mean service."""
    blocked = 1.0
    for n in range(1, people + 1):
        blocked = load * blocked / (n + load * blocked)
    busy = load / people
    return blocked / (1 - busy * (1 - blocked))


def one_task(work: Amount, **keys: Any) -> dict[str, Any]:
    return {"tasks": {"serve": {"duration": work, "needs": {"clerk": 1}}}, **keys}


@cache
def several_clerks(people: int, busy: float) -> Customers:
    rate = people * busy
    demand = {"visit": one_task(exponential(), rate=per_unit(rate))}
    return visits(document(staff={"clerk": people}, demand=demand, days=horizon_days(rate)))


SEVERAL = [(1, 0.5), (2, 0.75), (4, 0.8), (10, 0.8)]


@pytest.mark.parametrize(("people", "busy"), SEVERAL)
def test_the_share_of_customers_who_wait_is_erlangs_c(people: int, busy: float) -> None:
    waits = several_clerks(people, busy).mean(lambda frame: (frame["wait"] > 0).astype(float))
    assert_mean(f"Erlang C, c={people} rho={busy}: P(wait)", waits, erlang_c(people, people * busy))


@pytest.mark.parametrize(("people", "busy"), SEVERAL)
def test_the_mean_wait_for_several_people_is_erlangs(people: int, busy: float) -> None:
    wait = several_clerks(people, busy).mean(lambda frame: frame["wait"])
    expected = erlang_c(people, people * busy) / (people * (1 - busy))
    assert_mean(f"Erlang C, c={people} rho={busy}: mean wait", wait, expected)


@pytest.mark.parametrize("law", LAWS)
def test_the_mean_wait_for_one_person_is_pollaczek_khinchines(law: str) -> None:
    work, cv = LAWS[law]
    rate = 0.7
    demand = {"visit": one_task(work, rate=per_unit(rate))}
    shop = document(staff={"clerk": 1}, demand=demand, days=horizon_days(rate, 4000))
    wait = visits(shop).mean(lambda frame: frame["wait"])
    expected = rate * (1 + cv**2) / (2 * (1 - rate))
    assert_mean(f"Pollaczek-Khinchine, {law}, rho=.7: mean wait", wait, expected)


@cache
def two_classes() -> Customers:
    demand = {
        "second": one_task(exponential(2), rate=per_unit(0.25), rank=2),
        "first": one_task(exponential(1), rate=per_unit(0.25), rank=1),
    }
    days = horizon_days(0.5, 5000)
    dispatch = {"rule": "rank"}
    return visits(document(staff={"clerk": 1}, demand=demand, days=days, dispatch=dispatch))


@pytest.mark.parametrize(("stream", "expected"), [("first", 5 / 3), ("second", 20 / 3)])
def test_each_of_two_classes_waits_as_cobham_says(stream: str, expected: float) -> None:
    customers = two_classes()
    own = Customers(
        frame=customers.frame[customers.frame["stream"] == stream],
        n_replications=customers.n_replications,
    )
    assert_mean(f"Cobham, {stream} class: mean wait", own.mean(lambda f: f["wait"]), expected)


def test_a_project_forked_to_two_teams_and_joined_takes_as_long_as_flatto_and_hahn_say() -> None:
    rate = 0.5
    demand = {
        "visit": {
            "rate": per_unit(rate),
            "tasks": {
                "left": {"duration": exponential(), "needs": {"clerk": 1}},
                "right": {"duration": exponential(), "needs": {"smith": 1}},
            },
        }
    }
    shop = document(staff={"clerk": 1, "smith": 1}, demand=demand, days=horizon_days(rate, 4000))
    sojourn = visits(shop).mean(lambda frame: frame["sojourn"])
    assert_mean("fork-join, 2 teams of one, rho=.5: mean time", sojourn, (12 - rate) / 8 / 0.5)


@pytest.mark.parametrize("law", LAWS)
def test_multitasking_without_loss_is_processor_sharing_whatever_the_law(law: str) -> None:
    work, _ = LAWS[law]
    effort = _person_time(work)
    rate = 0.6
    demand = {
        "visit": {
            "rate": per_unit(rate),
            "tasks": {"serve": {"effort": effort, "needs": {"clerk": 1}}},
        }
    }
    shop = document(
        staff={"clerk": 1},
        role={"max_parallel": 1000},
        demand=demand,
        days=horizon_days(rate, 4000),
    )
    customers = visits(shop)
    assert (customers.frame["wait"] == 0).all()
    sojourn = customers.mean(lambda frame: frame["sojourn"])
    assert_mean(f"processor sharing, {law}, rho=.6: mean time", sojourn, 1 / (1 - rate))


@pytest.mark.parametrize("focus", [(1, 0.85, 0.7), (1, 0.9)])
def test_multitasking_that_costs_focus_is_a_birth_death_process(focus: tuple[float, ...]) -> None:
    # With n in hand all of them together leave at the rate mu e(n), the last e going on: p(n) is
    # proportional to rate^n / (e(1) ... e(n)). One at a time the mean time would be 2.
    rate = 0.5
    weights, losses = [1.0], [*focus, *[focus[-1]] * 2000]
    for loss in losses:
        weights.append(weights[-1] * rate / loss)
    in_system = sum(n * weight for n, weight in enumerate(weights)) / sum(weights)
    expected = in_system / rate
    if focus[-1] == 0.7:
        assert abs(expected - 4.0581) < 5e-5
    demand = {
        "visit": {
            "rate": per_unit(rate),
            "tasks": {
                "serve": {
                    "effort": {"dist": "exponential", "mean": f"{UNIT_DAYS}pd"},
                    "needs": {"clerk": 1},
                }
            },
        }
    }
    shop = document(
        staff={"clerk": 1},
        role={"max_parallel": 1000, "focus": list(focus)},
        demand=demand,
        days=horizon_days(rate, 4000),
    )
    customers = visits(shop)
    assert (customers.frame["wait"] == 0).all()
    sojourn = customers.mean(lambda frame: frame["sojourn"])
    assert_mean(f"multitasking, focus down to {focus[-1]}: mean time", sojourn, expected)


def _person_time(work: Amount) -> Amount:
    """Return the same amount as effort of one person."""
    if isinstance(work, str):
        return work.replace("d", "pd")
    return work | {"mean": work["mean"].replace("d", "pd")}


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5, 6])
def test_the_throughput_under_a_wip_limit_is_that_of_three_balanced_stations(limit: int) -> None:
    stations = ["cut", "sew", "pack"]
    before: dict[str, Any] = {}
    tasks = {}
    for station in stations:
        tasks[station] = {"duration": exponential(), "needs": {station: 1}, **before}
        before = {"after": station}
    expected = limit / (limit + 2)
    days, rate = 2000 * UNIT_DAYS, expected + 0.3  # more than the shop can do: somebody waits
    shop = document(
        staff=dict.fromkeys(stations, 1),
        demand={"visit": {"rate": per_unit(rate), "tasks": tasks}},
        days=days,
        intake={"policy": "wip_limit", "max_active": limit},
    ) | {"run_off": "0d"}
    outcomes = pm.simulate(pm.parse_scenario(shop), replications=REPLICATIONS, seed=seed_of(shop))
    projects = outcomes.projects()
    finished = projects[(projects["finished_day"] > days / 10) & (projects["finished_day"] <= days)]
    count = finished.groupby("replication").size().reindex(range(REPLICATIONS), fill_value=0)
    throughput = count.to_numpy(dtype=np.float64) / (0.9 * days / UNIT_DAYS)
    assert_mean(f"CONWIP, w={limit}: throughput", throughput, expected)
