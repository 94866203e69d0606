"""Doubt: how much of a forecast's width comes from what is not known of past work.

Var(Y) = Var(E[Y | parameters]) + E[Var(Y | parameters)]: the first part is the doubt, the rest is
chance. The conditional mean is taken as a plane over the parameters' scores, fitted to the futures
themselves; the share is its adjusted R squared, with the interval of Olkin and Finn (1995). More
futures cannot make the doubt smaller; more history can.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from pmosim.forecast.estimate import NORMAL_QUANTILE, Estimate
from pmosim.network.parameters import parameter_scores

if TYPE_CHECKING:
    from pmosim.network import FloatArray
    from pmosim.outcomes import Outcomes

LEAST_FUTURES = 100
"""Fewer cannot tell the parts from each other."""


def share_of_doubt(values: FloatArray, scores: FloatArray) -> Estimate:
    """Return the share of the variance of ``values`` that the parameters' scores explain.

    Parameters
    ----------
    values : (R,) finish days, costs, ...; futures in which it is not finite are left out.
    scores : (k, R) standard normal scores of the parameters.
    """
    known = np.isfinite(values)
    n, k = int(known.sum()), len(scores)
    if n < LEAST_FUTURES or float(np.var(values[known])) == 0.0:
        return Estimate(value=math.nan, n=n, reason=f"{LEAST_FUTURES} futures are needed")
    y = values[known] - values[known].mean()
    x = scores[:, known] - scores[:, known].mean(axis=1, keepdims=True)
    slopes = np.linalg.lstsq(x.T, y, rcond=None)[0]
    left = float(((y - slopes @ x) ** 2).sum() / (y @ y))
    share = max(0.0, 1.0 - left * (n - 1) / (n - k - 1))
    error = math.sqrt(4.0 * share * (1.0 - share) ** 2 / n + 2.0 * k / n**2)
    return Estimate(
        value=share,
        low=max(0.0, share - NORMAL_QUANTILE * error),
        high=min(1.0, share + NORMAL_QUANTILE * error),
        n=n,
    )


def doubt_document(
    outcomes: Outcomes, finish: FloatArray, cost: FloatArray
) -> dict[str, dict[str, Any]]:
    """Return the share of the doubt in the last committed finish and in the cost; {} without."""
    if outcomes.network.parameters is None:
        return {}
    scores = parameter_scores(outcomes.seed, outcomes.first, outcomes.replications)
    found = {}
    for name, values in (("finish", finish), ("cost", cost)):
        if len(values) == outcomes.replications:
            found[name] = share_of_doubt(values, scores).to_json()
    return {"from_doubt": found}


def doubt_assumption(shares: dict[str, Any]) -> list[dict[str, str]]:
    """Return what the list of assumptions says of it."""
    told = [
        f"{100 * share['value']:.0f} % ({100 * share['low']:.0f} to {100 * share['high']:.0f} %) "
        f"of the variance of {words}"
        for name, words in (("finish", "the last committed finish"), ("cost", "the cost"))
        if (share := shares.get(name)) and share.get("value") is not None
    ]
    if not told:
        return []
    text = (
        f"What is not known of past work makes {' and '.join(told)}; chance makes the rest. More "
        "futures do not make that part smaller, more history does."
    )
    entry = {"mechanism": "doubt and chance", "basis": "measured", "text": text, "source": ""}
    return [entry]
