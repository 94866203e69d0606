"""Lead time from the request and from the release: what a cap changes, and what it only moves."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pmosim as pm

REPLICATIONS = 20


def shop(**keys: Any) -> pm.Scenario:
    """Return demand of one task for two developers, served first come, first served."""
    task = {"duration": {"dist": "exponential", "mean": "4d"}, "needs": {"developer": 1}}
    document: dict[str, Any] = {
        "pmosim": 1,
        "name": "shop",
        "as_of": "2027-01-04",
        "horizon": "2y",
        "run_off": "2y",
        "roles": {"developer": {"day_rate": 500}},
        "people": [{"role": "developer", "headcount": 2}],
        "demand": {"job": {"rate": "0.45/d", "until": "2027-09-30", "tasks": {"t": task}}},
    }
    return pm.parse_scenario(document | keys)


def lead_days(scenario: pm.Scenario) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return the lead time of each project from its request and from its release."""
    frame = pm.simulate(scenario, replications=REPLICATIONS, seed=3).projects()
    finished = frame["finished_day"]
    from_request, from_release = finished - frame["arrived_day"], finished - frame["released_day"]
    return from_request.to_numpy(dtype=float), from_release.to_numpy(dtype=float)


@pytest.mark.parametrize("limit", [2, 3, 5])
def test_a_cap_without_switching_loss_or_another_order_only_moves_the_waiting(limit: int) -> None:
    free = lead_days(shop())
    capped = lead_days(shop(intake={"policy": "wip_limit", "max_active": limit}))
    assert not np.isnan(capped[0]).any(), "somebody still waits when the window closes"
    assert np.array_equal(free[0], capped[0])
    assert np.nanmean(capped[1]) < np.nanmean(free[1]) - 1


def test_with_switching_loss_a_cap_saves_time_from_the_request_too() -> None:
    roles = {"developer": {"day_rate": 500, "max_parallel": 4, "focus": [1, 0.8, 0.7, 0.6]}}
    work = {"effort": {"dist": "exponential", "mean": "4pd"}, "needs": {"developer": 1}}
    demand = {"job": {"rate": "0.4/d", "until": "2027-09-30", "tasks": {"t": work}}}
    free = lead_days(shop(roles=roles, demand=demand))
    intake = {"policy": "wip_limit", "max_active": 2}
    capped = lead_days(shop(roles=roles, demand=demand, intake=intake))
    assert np.nanmean(capped[0]) < np.nanmean(free[0])


def test_the_forecast_reports_both() -> None:
    task = {"duration": "4d", "needs": {"developer": 1}}
    projects = [{"id": name, "tasks": {"t": task}} for name in ("a", "b", "c")]
    people = [{"role": "developer", "headcount": 1}]
    keys = {"demand": {}, "projects": projects, "people": people}
    days = {}
    for limit in (1, 3):
        intake = {"policy": "wip_limit", "max_active": limit}
        outcomes = pm.simulate(shop(intake=intake, **keys), replications=2)
        for entry in pm.Forecast(outcomes).to_document()["projects"]:
            lead = entry["lead_days"]
            found = lead["from_request"]["value"], lead["from_release"]["value"]
            days[limit, entry["id"]] = found
    assert days[3, "c"] == (12, 12)
    assert days[1, "c"] == (12, 4)
