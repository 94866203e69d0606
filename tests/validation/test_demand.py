"""Demand that comes in batches or loses patience, against queueing theory.

Batches: M[K]/M/1 (Gross and Harris); patience: the birth-death chain of M/M/c+M (Palm).
"""

from __future__ import annotations

import pmosim as pm
from tests.validation.proof import assert_mean, seed_of
from tests.validation.shops import (
    UNIT_DAYS,
    document,
    exponential,
    horizon_days,
    per_unit,
    visits,
)


def one_clerk(**stream: object) -> dict[str, object]:
    return {
        "tasks": {"serve": {"duration": exponential(), "needs": {"clerk": 1}}},
        **stream,
    }


def test_batches_multiply_the_time_in_the_system_by_half_of_one_more_than_their_size() -> None:
    busy, size = 0.75, 3
    shop = document(
        staff={"clerk": 1},
        demand={"visit": one_clerk(rate=per_unit(busy), batch_size=size)},
        days=horizon_days(busy),
    )
    sojourn = visits(shop).mean(lambda frame: frame["sojourn"])
    assert_mean("M[3]/M/1 time in system, .75 busy", sojourn, (1 + size) / (2 * (1 - busy)))


def abandoning(arrivals: float, clerks: int, withdrawal: float) -> tuple[float, float]:
    """Return P(withdraws) and the mean queue of M/M/c+M with service rate 1."""
    weights = [1.0]
    for n in range(1, 400):
        weights.append(weights[-1] * arrivals / (min(n, clerks) + max(n - clerks, 0) * withdrawal))
    total = sum(weights)
    queue = sum(max(n - clerks, 0) * weight for n, weight in enumerate(weights)) / total
    return withdrawal * queue / arrivals, queue


def test_requests_that_lose_patience_leave_as_in_a_queue_with_abandonment() -> None:
    arrivals, clerks, withdrawal = 3.0, 2, 0.5
    shop = document(
        staff={"clerk": clerks},
        demand={
            "visit": one_clerk(rate=per_unit(arrivals), patience=exponential(1 / withdrawal)),
        },
        days=horizon_days(arrivals),
        intake={"policy": "wip_limit", "max_active": clerks},
    )
    frame = pm.simulate(pm.parse_scenario(shop), replications=20, seed=seed_of(shop)).projects()
    days = float(str(shop["horizon"]).removesuffix("d"))
    # Behind the warm-up, and so early that everybody has left the queue when the window ends.
    frame = frame[(frame["arrived_day"] >= days / 10) & (frame["arrived_day"] <= days * 0.95)]
    by_future = frame.assign(
        gone=frame["status"] == "withdrawn",
        waited=(frame["released_day"].fillna(frame["ended_day"]) - frame["arrived_day"])
        / UNIT_DAYS,
    ).groupby("replication")
    share, queue = abandoning(arrivals, clerks, withdrawal)
    assert abs(share - 0.38456) < 5e-6
    assert_mean("M/M/2+M share withdrawn", by_future["gone"].mean(), share)
    assert_mean("M/M/2+M wait of all", by_future["waited"].mean(), queue / arrivals)
