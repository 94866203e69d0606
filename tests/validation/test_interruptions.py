"""Interruptions at stage ends against Cobham's formula: a stage is what nobody interrupts."""

from __future__ import annotations

import numpy as np

import pmosim as pm
from tests.validation.proof import assert_mean, seed_of
from tests.validation.shops import UNIT_DAYS, document, exponential, horizon_days, per_unit

URGENT, NORMAL, STAGE, N_STAGES = 0.4, 0.3, 0.5, 3
"""Arrivals per unit of time; mean length of the urgent work and of each stage of the other."""


def test_urgent_requests_wait_for_the_rest_of_a_stage_and_for_each_other() -> None:
    stages = {
        f"s{n}": {"duration": exponential(STAGE), "needs": {"clerk": 1}, "gate": True}
        | ({"after": f"s{n - 1}"} if n else {})
        for n in range(N_STAGES)
    }
    demand = {
        "urgent": {
            "rate": per_unit(URGENT),
            "class": "urgent",
            "priority": "high",
            "tasks": {"fix": {"duration": exponential(STAGE), "needs": {"clerk": 1}}},
        },
        "normal": {"rate": per_unit(NORMAL), "tasks": stages},
    }
    rule = {"policy": "wip_limit", "max_active": 1, "order": "priority"}
    rule |= {"interrupt": {"class": "urgent"}}
    n_days = horizon_days(URGENT + NORMAL, 4000)
    shop = document(staff={"clerk": 1}, demand=demand, days=n_days, intake=rule)
    outcomes = pm.simulate(pm.parse_scenario(shop), replications=12, seed=seed_of(shop))
    frame = outcomes.projects()
    is_urgent = frame["project"].astype(str).str.startswith("urgent")
    arrived = frame["arrived_day"]
    frame = frame[is_urgent & (arrived > n_days / 10) & (arrived < 0.95 * n_days)]
    assert frame["started_day"].notna().all()
    waits = (frame["started_day"] - frame["arrived_day"]) / UNIT_DAYS
    means = waits.groupby(frame["replication"]).mean().to_numpy(dtype=np.float64)
    # A stage in progress is a job of its own to them: W = sum(rate E[S^2]) / 2 / (1 - load).
    rest = (URGENT + N_STAGES * NORMAL) * 2 * STAGE**2 / 2
    assert_mean("Cobham, urgent at stage ends: mean wait", means, rest / (1 - URGENT * STAGE))
