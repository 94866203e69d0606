"""Rules: shops with a start rule, and what queueing theory says of them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

import pmosim as pm
from tests.validation.proof import assert_mean, seed_of
from tests.validation.shops import UNIT_DAYS, document, exponential, horizon_days, per_unit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

REPLICATIONS = 20


def one_task(mean: float = 1.0, **keys: Any) -> dict[str, Any]:
    """Return a stream of projects with one exponential task for a clerk."""
    return {"tasks": {"serve": {"duration": exponential(mean), "needs": {"clerk": 1}}}, **keys}


def rows(shop: Mapping[str, Any], replications: int) -> pd.DataFrame:
    """Return the projects that asked after the warm-up, with ``stream`` and ``wait`` in units."""
    scenario = pm.parse_scenario(dict(shop))
    outcomes = pm.simulate(scenario, replications=replications, seed=seed_of(shop))
    days = float(str(shop["horizon"]).removesuffix("d"))
    frame = outcomes.projects()
    frame = frame[frame["arrived_day"].between(days / 10, days * 0.95)]
    return frame.assign(
        stream=frame["project"].astype(str).str.rsplit("-", n=1).str[0],
        wait=(frame["started_day"] - frame["arrived_day"]) / UNIT_DAYS,
        sojourn=(frame["finished_day"] - frame["arrived_day"]) / UNIT_DAYS,
    )


def means(frame: pd.DataFrame, value: Callable[[pd.DataFrame], Any]) -> np.ndarray[Any, Any]:
    """Return the mean of a value in each replication."""
    found = value(frame).groupby(frame["replication"]).mean()
    return np.asarray(found.to_numpy(dtype=float))


def is_rejected(frame: pd.DataFrame) -> pd.Series[Any]:
    """Return 1 for those that were turned away."""
    return (frame["status"] == "rejected").astype(float)


# --- c-mu -----------------------------------------------------------------------------------------


def check_cmu(customers: float, *, by_intake: bool, replications: int = REPLICATIONS) -> None:
    """Hold the waits of two classes against Cobham, the larger cost per day of work first.

    `short` costs 2 a day for 1 unit of work, `long` 3 a day for 3 units: 2 goes before 1, although
    a day of `long` costs more. Cobham 1954: W = W0 / ((1 - s before) (1 - s)).
    """
    rate = 0.45
    demand = {
        "long": one_task(3, rate=per_unit(0.15), cost_of_delay="3k/d"),
        "short": one_task(1, rate=per_unit(0.3), cost_of_delay="2k/d"),
    }
    rules: dict[str, dict[str, Any]] = {"dispatch": {"rule": "wsjf"}}
    if by_intake:
        rules = {"intake": {"policy": "wip_limit", "max_active": 1, "order": "wsjf"}}
    days = horizon_days(rate, customers)
    frame = rows(document(staff={"clerk": 1}, demand=demand, days=days, **rules), replications)
    frame = frame[frame["wait"].notna()]
    work_ahead = 0.3 * 1**2 + 0.15 * 3**2
    where = "intake" if by_intake else "dispatch"
    for stream, expected in (
        ("short", work_ahead / (1 - 0.3)),
        ("long", work_ahead / ((1 - 0.3) * (1 - 0.3 - 0.45))),
    ):
        waits = means(frame[frame["stream"] == stream], lambda f: f["wait"])
        assert_mean(f"c-mu by {where}, {stream}: mean wait", waits, expected)


# --- M/M/c/K --------------------------------------------------------------------------------------


def shares_of_time(rates_up: list[float], people: int) -> list[float]:
    """Return the long-run shares of time in 0, 1, ... customers: a birth-death process."""
    weights = [1.0]
    for n, up in enumerate(rates_up):
        weights.append(weights[-1] * up / min(n + 1, people))
    return [weight / math.fsum(weights) for weight in weights]


def check_rejection(people: int, places: int, rate: float, customers: float) -> None:
    """Hold a gate that rejects against M/M/c/K: the share turned away, and the time of others."""
    shop = document(
        staff={"clerk": people},
        demand={"visit": one_task(rate=per_unit(rate))},
        days=horizon_days(rate, customers),
        intake={"policy": "wip_limit", "max_active": places, "on_full": "reject"},
    )
    frame = rows(shop, REPLICATIONS)
    share = shares_of_time([rate] * places, people)
    name = f"M/M/{people}/{places}, rate {rate}"
    assert_mean(f"{name}: share rejected", means(frame, is_rejected), share[-1])
    mean_number = math.fsum(n * p for n, p in enumerate(share))
    sojourn = means(frame[frame["status"] == "finished"], lambda f: f["sojourn"])
    assert_mean(f"{name}: mean time (Little)", sojourn, mean_number / (rate * (1 - share[-1])))


# --- trunk reservation ----------------------------------------------------------------------------


def check_reservation(places: int, reserved: int, rates: Mapping[str, float], n: float) -> None:
    """Hold reserved places against trunk reservation: the share of each class turned away.

    Ordinary requests are lost while ``places - reserved`` or more are taken, urgent ones only when
    all are (Kelly 1991, Loss networks, section 3.3): a birth-death process.
    """
    urgent, other = rates["urgent"], rates["other"]
    shop = document(
        staff={"clerk": places},
        demand={
            "urgent": one_task(rate=per_unit(urgent)) | {"class": "urgent"},
            "other": one_task(rate=per_unit(other)),
        },
        days=horizon_days(urgent + other, n),
        intake={
            "policy": "reserve",
            "max_active": places,
            "reserved": reserved,
            "for": "urgent",
            "on_full": "reject",
        },
    )
    frame = rows(shop, REPLICATIONS)
    both = urgent + other
    ups = [both if k < places - reserved else urgent for k in range(places)]
    share = shares_of_time(ups, places)
    name = f"trunk reservation {reserved} of {places}"
    for stream, expected in (("urgent", share[-1]), ("other", sum(share[places - reserved :]))):
        lost = means(frame[frame["stream"] == stream], is_rejected)
        assert_mean(f"{name}: share of {stream} lost", lost, expected)
