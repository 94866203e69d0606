"""Cost: what projects and groups of projects cost, when it falls due, and against which budget.

In: the money of each project row. Out: estimates. A project that is unfinished at the end of the
window counts with what was booked so far.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from pmosim.errors import InputError, Problem
from pmosim.forecast.estimate import mean, probability, quantiles, unknown
from pmosim.forecast.finish import beyond_window, is_late
from pmosim.network.arrays import NONE

if TYPE_CHECKING:
    from pmosim.forecast.estimate import Estimate, Json
    from pmosim.forecast.futures import ProjectFutures
    from pmosim.money import Periods
    from pmosim.network.arrays import FloatArray, Network
    from pmosim.outcomes import Outcomes

COST_LEVELS = {"p50": 0.5, "p80": 0.8}
NO_GROUP = "(none)"
"""Group of the projects that state none."""


def project_cost(futures: ProjectFutures, by_year: FloatArray, years: Periods) -> Json:
    """Return mean, quantiles, cash and cost by fiscal year of a project.

    Parameters
    ----------
    by_year : (N, Y) cost of every project row by fiscal year.
    """
    if futures.reason:
        nothing = unknown(futures.reason).to_json()
        return dict.fromkeys(("mean", *COST_LEVELS), nothing) | {
            "to_date": None,
            "cash": nothing,
            "by_year": {},
            "n_so_far": 0,
        }
    money = futures.outcomes.money
    result = cost_estimates(
        money.cost[futures.rows], money.cash[futures.rows], by_year[futures.rows], years
    )
    # Some futures hold a cost so far, not a whole one: their number, so that a reader can say so.
    n_so_far = int(np.count_nonzero(~futures.is_finished & ~futures.is_over))
    return result | {"to_date": None, "n_so_far": n_so_far}


def cost_estimates(cost: FloatArray, cash: FloatArray, by_year: FloatArray, years: Periods) -> Json:
    """Return mean, quantiles, cash and cost by year of one amount per future."""
    levels = quantiles(cost, list(COST_LEVELS.values()))
    return {
        "mean": mean(cost).to_json(),
        **{name: level.to_json() for name, level in zip(COST_LEVELS, levels, strict=True)},
        "cash": mean(cash).to_json(),
        "by_year": {
            label: mean(by_year[:, column]).to_json() for column, label in enumerate(years.labels)
        },
    }


def over_budget_probability(futures: ProjectFutures) -> Estimate:
    """Return the chance that the cost (so far, if unfinished) exceeds the budget."""
    budget = float(futures.outcomes.network.projects.budget[futures.project])
    if math.isnan(budget):
        return unknown(n=futures.n)
    if futures.reason:
        return unknown(futures.reason)
    return probability(futures.outcomes.money.cost[futures.rows] > budget)


def on_time_and_budget_probability(futures: ProjectFutures) -> Estimate:
    """Return the chance of cost <= budget and finish <= due in the same future."""
    projects = futures.outcomes.network.projects
    budget, due = float(projects.budget[futures.project]), int(projects.due[futures.project])
    if math.isnan(budget) or due == NONE:
        return unknown(n=futures.n)
    if futures.reason:
        return unknown(futures.reason)
    late = is_late(futures, futures.finished, due)
    if late is None:
        return unknown(beyond_window(futures.outcomes.network, due), n=futures.n)
    return probability(~late & (futures.outcomes.money.cost[futures.rows] <= budget))


def per_future(outcomes: Outcomes, amounts: FloatArray) -> FloatArray:
    """(R,) or (R, Y) sums over the project rows of each replication."""
    n = outcomes.replications
    if amounts.ndim == 1:
        return np.bincount(outcomes.future, weights=amounts, minlength=n).astype(np.float64)
    result = np.zeros((n, amounts.shape[1]))
    for column in range(amounts.shape[1]):
        result[:, column] = np.bincount(outcomes.future, weights=amounts[:, column], minlength=n)
    return result


def group_of_projects(network: Network, by: str) -> list[str]:
    """(P,) what each project is counted under.

    ``by`` is a key of ``groups``, or ``project``, ``status``, ``class``, ``sponsor`` or
    ``template``; a group of the user's wins.
    """
    projects = network.projects
    if any(by in groups for groups in projects.groups):
        return [groups.get(by, "") or NO_GROUP for groups in projects.groups]
    fields = {
        "project": projects.ids,
        "status": projects.status,
        "class": projects.classes,
        "sponsor": projects.sponsors,
        "template": projects.templates,
    }
    if by not in fields:
        names = sorted({name for groups in projects.groups for name in groups} | set(fields))
        raise InputError(
            [
                Problem(
                    place="by",
                    code="PMO602",
                    text=f"by is {by!r}; projects can be grouped by {', '.join(names)}.",
                )
            ]
        )
    return [name or NO_GROUP for name in fields[by]]


def cost_by_group(
    outcomes: Outcomes, by: str, by_year: FloatArray, years: Periods
) -> dict[str, Json]:
    """Return the cost of each group over all futures, in the order of the scenario.

    Projects that do not exist in a future cost nothing there; random demand is counted.
    """
    labels = group_of_projects(outcomes.network, by)
    names = list(dict.fromkeys(labels))
    place = np.array([names.index(label) for label in labels], dtype=np.int64)
    group = place[outcomes.projects_.row]
    result = {}
    for number, name in enumerate(names):
        mine = np.where(group == number, 1.0, 0.0)
        result[name] = cost_estimates(
            per_future(outcomes, outcomes.money.cost * mine),
            per_future(outcomes, outcomes.money.cash * mine),
            per_future(outcomes, by_year * mine[:, None]),
            years,
        )
    return result
