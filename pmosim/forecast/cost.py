"""Cost: what projects and groups of projects cost, when it falls due, and against which budget.

In: the money of each project row. Out: estimates. A project that is unfinished at the end of the
window counts with what was booked so far. What was spent before day 0 is part of the cost where it
is stated, a column of its own beside the fiscal years, and no part of cash or capex.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pmosim.errors import InputError, Problem
from pmosim.forecast.estimate import mean, probability, quantiles, unknown
from pmosim.forecast.finish import beyond_window, is_committed, is_late
from pmosim.forecast.wording import chance_in_words, money_in_words
from pmosim.money import capex_by_period, cash_by_period, cost_by_period
from pmosim.network.arrays import NONE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pmosim.forecast.estimate import Estimate, Json
    from pmosim.forecast.futures import ProjectFutures
    from pmosim.money import Periods
    from pmosim.network.arrays import BoolArray, FloatArray, IntArray, Network
    from pmosim.outcomes import Outcomes

COST_LEVELS = {"p50": 0.5, "p80": 0.8}
BANDS = {"p10": 0.1, "p90": 0.9}
YEAR_LEVELS = {"p10": 0.1, "p50": 0.5, "p80": 0.8, "p90": 0.9}
NO_GROUP = "(none)"
"""Group of the projects that state none."""
TO_DATE = "to date"
"""Column beside the fiscal years: what was spent before day 0."""
PARTS = ("to_date", "internal", "contractors", "fixed", "running", "risks")
"""What the cost consists of."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Spending:
    """Money of n places: project rows, or futures after ``per_future``."""

    years: tuple[str, ...]
    cost: FloatArray
    """(n,) everything."""
    to_go: FloatArray
    """(n,) from day 0 on."""
    cash: FloatArray
    """(n,) what leaves the house from day 0 on."""
    parts: FloatArray
    """(n, 6) cost by ``PARTS``."""
    capex: FloatArray
    """(n,) the part of internal and contractors that is capitalised."""
    by_year: FloatArray
    """(n, Y) cost from day 0 on."""
    cash_by_year: FloatArray
    capex_by_year: FloatArray

    @staticmethod
    def of(outcomes: Outcomes, periods: Periods) -> Spending:
        """Return the money of every project row."""
        money = outcomes.money
        columns = (
            money.to_date,
            money.labour - money.contractors,
            money.contractors,
            money.fixed,
            money.running,
            money.risks,
        )
        return Spending(
            years=periods.labels,
            cost=money.cost,
            to_go=money.cost_to_go,
            cash=money.cash,
            parts=np.column_stack(columns),
            capex=money.capex,
            by_year=cost_by_period(outcomes, periods),
            cash_by_year=cash_by_period(outcomes, periods),
            capex_by_year=capex_by_period(outcomes, periods),
        )

    def at(self, rows: IntArray) -> Spending:
        """Return some of the places."""
        return Spending(
            years=self.years,
            cost=self.cost[rows],
            to_go=self.to_go[rows],
            cash=self.cash[rows],
            parts=self.parts[rows],
            capex=self.capex[rows],
            by_year=self.by_year[rows],
            cash_by_year=self.cash_by_year[rows],
            capex_by_year=self.capex_by_year[rows],
        )

    def per_future(self, outcomes: Outcomes, chosen: BoolArray) -> Spending:
        """Return the sums over the chosen project rows of each future."""
        one = chosen.astype(np.float64)
        mine = one[:, None]
        return Spending(
            years=self.years,
            cost=per_future(outcomes, self.cost * one),
            to_go=per_future(outcomes, self.to_go * one),
            cash=per_future(outcomes, self.cash * one),
            parts=per_future(outcomes, self.parts * mine),
            capex=per_future(outcomes, self.capex * one),
            by_year=per_future(outcomes, self.by_year * mine),
            cash_by_year=per_future(outcomes, self.cash_by_year * mine),
            capex_by_year=per_future(outcomes, self.capex_by_year * mine),
        )


def project_cost(futures: ProjectFutures, spending: Spending, *, has_to_date: bool) -> Json:
    """Return mean, quantiles, parts, cash, capex and cost by fiscal year of a project.

    Parameters
    ----------
    spending : of every project row.
    has_to_date : whether any project of the scenario states its cost to date.
    """
    stated = float(futures.outcomes.network.projects.cost_to_date[futures.project])
    to_date = None if math.isnan(stated) else stated
    if futures.reason:
        nothing = unknown(futures.reason).to_json()
        estimates = ("mean", *COST_LEVELS, "cash", "capex", "opex")
        return dict.fromkeys(estimates, nothing) | {
            "to_date": to_date,
            "by_year": {},
            "to_go": dict.fromkeys(("mean", *COST_LEVELS), nothing),
            "parts": {},
            "cash_by_year": {},
            "capex_by_year": {},
            "bands": dict.fromkeys(BANDS, nothing),
            "n_so_far": 0,
        }
    mine = spending.at(futures.rows)
    # Some futures hold a cost so far, not a whole one: their number, so that a reader can say so.
    n_so_far = int(np.count_nonzero(~futures.is_finished & ~futures.is_over))
    result = cost_estimates(mine, has_to_date=has_to_date)
    return result | {"to_date": to_date, "n_so_far": n_so_far}


def cost_estimates(spending: Spending, *, has_to_date: bool) -> Json:
    """Return mean, quantiles, parts, cash, capex and cost by year of one sum per future."""
    cost, to_go = spending.cost, spending.to_go
    by_year = by_year_means(spending.by_year, spending.years)
    if has_to_date:
        by_year = {TO_DATE: mean(spending.parts[:, 0]).to_json()} | by_year
    return {
        "mean": mean(cost).to_json(),
        **_levels(cost, COST_LEVELS),
        "cash": mean(spending.cash).to_json(),
        "by_year": by_year,
        "to_go": {"mean": mean(to_go).to_json(), **_levels(to_go, COST_LEVELS)},
        "parts": {
            name: float(np.mean(spending.parts[:, column])) if len(cost) else 0.0
            for column, name in enumerate(PARTS)
        },
        "capex": mean(spending.capex).to_json(),
        "opex": mean(to_go - spending.capex).to_json(),
        "cash_by_year": by_year_means(spending.cash_by_year, spending.years),
        "capex_by_year": by_year_means(spending.capex_by_year, spending.years),
        "bands": _levels(cost, BANDS),
    }


def by_year_means(by_year: FloatArray, years: Sequence[str]) -> Json:
    """Return the mean of each year."""
    return {label: mean(by_year[:, column]).to_json() for column, label in enumerate(years)}


def by_year_bands(spending: Spending) -> Json:
    """Return P10, P50, P80 and P90 of the cost of each year; they do not add up either."""
    return {
        label: _levels(spending.by_year[:, column], YEAR_LEVELS)
        for column, label in enumerate(spending.years)
    }


def sum_of_quantiles(
    forecast_rows: Sequence[ProjectFutures], spending: Spending, what: str = "projects"
) -> Json | None:
    """Return the sum of the P80 costs beside the P80 of the sum; None of a single project.

    A P80 holds a reserve against its own project's bad luck; that all have it at once is rare, so
    that the sum of P80s is more than 80 of 100 futures need (with rare big projects it can also be
    less).
    """
    projects = [futures for futures in forecast_rows if not futures.reason]
    if len(projects) < 2:
        return None
    outcomes = projects[0].outcomes
    cost = spending.cost
    total = np.zeros(outcomes.replications)
    single = []
    for futures in projects:
        mine = cost[futures.rows]
        np.add.at(total, outcomes.future[futures.rows], mine)
        single.append(quantiles(mine, [COST_LEVELS["p80"]])[0].value)
    sum_of_p80, p80_of_sum = math.fsum(single), quantiles(total, [COST_LEVELS["p80"]])[0].value
    return {
        "sum_of_p80": sum_of_p80,
        "p80_of_sum": p80_of_sum,
        "difference": sum_of_p80 - p80_of_sum,
        "text": _sums_in_words(
            len(projects), what, sum_of_p80, p80_of_sum, outcomes.network.currency
        ),
    }


def _sums_in_words(n: int, what: str, single: float, together: float, currency: str) -> str:
    gap = money_in_words(abs(single - together), currency)
    compared = "less" if together <= single else "more"
    return (
        f"P80s do not add up: those of the {n} {what} come to {money_in_words(single, currency)}, "
        f"but together they stay within {money_in_words(together, currency)} in 80 of 100 "
        f"futures, {gap} {compared}."
    )


def joint_confidence(projects: Sequence[ProjectFutures]) -> Json | None:
    """Return the chance that committed projects keep their dates and their budget together.

    Over the committed projects with a due date inside the window and a budget, which exist in
    every future; None if there are none. The budget is one pot, a date is kept by each.
    """
    chosen = [futures for futures in projects if _is_promised(futures)]
    if not chosen:
        return None
    outcomes = chosen[0].outcomes
    arrays = outcomes.network.projects
    cost, late = np.zeros(outcomes.replications), np.zeros(outcomes.replications, dtype=bool)
    for futures in chosen:
        cost += outcomes.money.cost[futures.rows]
        mine = is_late(futures, futures.finished, int(arrays.due[futures.project]))
        late |= True if mine is None else mine
    budget = math.fsum(float(arrays.budget[futures.project]) for futures in chosen)
    in_budget = cost <= budget
    both, on_time = probability(~late & in_budget), probability(~late)
    money = money_in_words(budget, outcomes.network.currency)
    return {
        "n_projects": len(chosen),
        "projects": [arrays.ids[futures.project] for futures in chosen],
        "budget": budget,
        "p_both": both.to_json(),
        "p_on_time": on_time.to_json(),
        "p_on_budget": probability(in_budget).to_json(),
        "text": f"All {len(chosen)} projects with a due date and a budget are in time and together "
        f"within {money} in {chance_in_words(both.value, both.n)} futures.",
    }


def _is_promised(futures: ProjectFutures) -> bool:
    """Return whether a project is committed, has due date and budget, and is always there."""
    network, row = futures.outcomes.network, futures.project
    if futures.reason or futures.n < futures.outcomes.replications:
        return False
    due, budget = int(network.projects.due[row]), float(network.projects.budget[row])
    if due == NONE or math.isnan(budget) or not is_committed(network, row):
        return False
    return is_late(futures, futures.finished, due) is not None


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
                    code="PMO039",
                    text=f"by is {by!r}; projects can be grouped by {', '.join(names)}.",
                )
            ]
        )
    return [name or NO_GROUP for name in fields[by]]


def group_members(network: Network, by: str) -> dict[str, BoolArray]:
    """Return which project rows of the network, prototypes of streams too, each group holds."""
    labels = np.array(group_of_projects(network, by), dtype=object)
    return {name: labels == name for name in dict.fromkeys(labels.tolist())}


def cost_by_group(
    outcomes: Outcomes, by: str, spending: Spending, *, has_to_date: bool
) -> dict[str, Json]:
    """Return the cost of each group over all futures, in the order of the scenario.

    Projects that do not exist in a future cost nothing there; random demand is counted.
    """
    return {
        name: cost_estimates(
            spending.per_future(outcomes, members[outcomes.projects_.row]),
            has_to_date=has_to_date,
        )
        for name, members in group_members(outcomes.network, by).items()
    }


def _levels(values: FloatArray, levels: dict[str, float]) -> Json:
    found = quantiles(values, list(levels.values()))
    return {name: level.to_json() for name, level in zip(levels, found, strict=True)}
