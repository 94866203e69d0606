"""Shops: small scenarios that are queueing models, and what was measured in them.

The unit of time of the formulas is ``UNIT_DAYS`` working days, so that whole minutes do not
matter. Customers are projects of one or few tasks that arrive by a Poisson stream.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pmosim as pm
from tests.validation.proof import seed_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy as np
    import pandas as pd

UNIT_DAYS = 4
"""Working days (of 480 minutes) in one unit of time of the formulas."""
REPLICATIONS = 20
CUSTOMERS = 3000
"""Expected arrivals per replication; the first tenth of the time is warm-up."""
MONDAY = "2026-01-05"

Amount = str | dict[str, Any]


def constant(units: float = 1) -> Amount:
    """Return an amount without spread."""
    return f"{units * UNIT_DAYS:g}d"


def exponential(units: float = 1) -> Amount:
    """Return an exponential amount of that mean."""
    return {"dist": "exponential", "mean": f"{units * UNIT_DAYS:g}d"}


def lognormal(cv: float) -> Amount:
    """Return a lognormal amount of mean 1 unit."""
    return {"dist": "lognormal", "mean": f"{UNIT_DAYS}d", "cv": cv}


def per_unit(rate: float) -> str:
    """Return a rate per unit of time in the words of a scenario."""
    return f"{rate / UNIT_DAYS:.9f}/d"


def horizon_days(rate: float, customers: float = CUSTOMERS) -> int:
    """Return the days in which so many customers are expected."""
    return round(customers / rate * UNIT_DAYS)


def document(
    *,
    staff: Mapping[str, int],
    demand: Mapping[str, Mapping[str, Any]],
    days: int,
    role: Mapping[str, Any] | None = None,
    **rules: Mapping[str, Any],
) -> dict[str, Any]:
    """Return a scenario of that staff and demand, with time to finish what has arrived."""
    return {
        "pmosim": 1,
        "name": "shop",
        "as_of": MONDAY,
        "horizon": f"{days}d",
        "run_off": f"{max(days // 4, 1000)}d",
        "roles": {name: dict(role or {}) for name in staff},
        "people": [{"role": name, "headcount": count} for name, count in staff.items()],
        "demand": {name: dict(stream) for name, stream in demand.items()},
        **{key: dict(rule) for key, rule in rules.items()},
    }


@dataclass(frozen=True, kw_only=True)
class Customers:
    """Customers that arrived after the warm-up, over all replications; times in units."""

    frame: pd.DataFrame
    n_replications: int

    def mean(self, value: Callable[[pd.DataFrame], pd.Series[Any]]) -> np.ndarray[Any, Any]:
        """Return the mean of a value of the customers in each replication."""
        means = value(self.frame).groupby(self.frame["replication"]).mean()
        assert len(means) == self.n_replications
        return means.to_numpy(dtype=float)


def visits(shop: Mapping[str, Any]) -> Customers:
    """Run a shop; one row per customer with ``stream``, ``wait`` and ``sojourn`` in units."""
    scenario = pm.parse_scenario(dict(shop))
    outcomes = pm.simulate(scenario, replications=REPLICATIONS, seed=seed_of(shop))
    days = float(str(shop["horizon"]).removesuffix("d"))
    frame = outcomes.projects()
    frame = frame[(frame["arrived_day"] >= days / 10) & (frame["arrived_day"] <= days)]
    assert frame["finished_day"].notna().all(), "somebody is still waiting at the end of run_off"
    frame = frame.assign(
        stream=frame["project"].astype(str).str.rsplit("-", n=1).str[0],
        wait=(frame["started_day"] - frame["arrived_day"]) / UNIT_DAYS,
        sojourn=(frame["finished_day"] - frame["arrived_day"]) / UNIT_DAYS,
    )
    return Customers(frame=frame, n_replications=REPLICATIONS)
