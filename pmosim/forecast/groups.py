"""Groups: programmes, cost centres and what else projects are sorted by, each as one line.

In: the futures of the listed projects. Out: per key of the projects' groups one entry per group.
The money of a group counts random demand too; dates and promises are those of listed projects.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from pmosim.forecast import cost, returns
from pmosim.forecast.estimate import mean, on_calendar, quantiles, unknown
from pmosim.forecast.finish import LEVELS, committed_finish, is_late
from pmosim.network.arrays import NONE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pmosim.forecast.cost import Spending
    from pmosim.forecast.estimate import Json
    from pmosim.forecast.futures import ProjectFutures
    from pmosim.network.arrays import BoolArray
    from pmosim.outcomes import Outcomes


def group_documents(
    outcomes: Outcomes,
    projects: Sequence[ProjectFutures],
    spending: Spending,
    by: str | None,
    *,
    has_to_date: bool,
) -> Json:
    """Return ``{key: [entry per group]}`` for every key that projects state, and for ``by``."""
    stated = (key for groups in outcomes.network.projects.groups for key in groups)
    keys = dict.fromkeys([*stated, *([] if by is None else [by])])
    return {
        key: [
            _entry(outcomes, name, members, projects, spending, has_to_date=has_to_date)
            for name, members in cost.group_members(outcomes.network, key).items()
        ]
        for key in keys
    }


def _entry(
    outcomes: Outcomes,
    name: str,
    members: BoolArray,
    projects: Sequence[ProjectFutures],
    spending: Spending,
    *,
    has_to_date: bool,
) -> Json:
    network = outcomes.network
    mine = [futures for futures in projects if members[futures.project]]
    is_mine = members[outcomes.projects_.row]
    budgets = [float(network.projects.budget[futures.project]) for futures in mine]
    known = [budget for budget in budgets if not math.isnan(budget)]
    sums = spending.per_future(outcomes, is_mine)
    to_date = network.projects.cost_to_date[members]
    money = outcomes.money
    return {
        "group": name,
        "projects": [network.projects.ids[futures.project] for futures in mine],
        "n_projects": len(mine),
        "budget": math.fsum(known) if known else None,
        "budget_complete": bool(budgets) and len(known) == len(budgets),
        "cost": cost.cost_estimates(sums, has_to_date=has_to_date)
        | {"to_date": None if np.isnan(to_date).all() else float(np.nansum(to_date))},
        "npv": returns.npv_estimates(returns.sum_of_known(outcomes, money.npv, is_mine)),
        "npv_to_go": returns.npv_estimates(
            returns.sum_of_known(outcomes, money.npv_to_go, is_mine)
        ),
        "finish": _finish(outcomes, mine),
        **_late(outcomes, mine),
    }


def _finish(outcomes: Outcomes, projects: list[ProjectFutures]) -> Json:
    """Return when all committed projects of the group are done."""
    days = committed_finish(outcomes, projects)
    levels = list(LEVELS.values())
    estimates = (
        [unknown("no project is committed")] * len(levels)
        if days is None
        else quantiles(days, levels)
    )
    return {
        name: on_calendar(estimate, level, outcomes.network.calendar).to_json()
        for (name, level), estimate in zip(LEVELS.items(), estimates, strict=True)
    }


def _late(outcomes: Outcomes, projects: list[ProjectFutures]) -> Json:
    """Return how many projects have a due date inside the window, and how many miss it."""
    n_late, n_promised = np.zeros(outcomes.replications), 0
    for futures in projects:
        due = int(outcomes.network.projects.due[futures.project])
        if due == NONE or futures.reason:
            continue
        late = is_late(futures, futures.finished, due)
        if late is not None:
            n_promised += 1
            n_late[outcomes.future[futures.rows]] += late
    return {"n_promised": n_promised, "n_late": mean(n_late).to_json()}
