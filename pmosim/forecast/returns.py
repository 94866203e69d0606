"""Returns: what projects and the portfolio are worth: NPV and ROI.

In: the money of each project row. Out: estimates. An unfinished project has no NPV, which sorts
below every value and counts as no; never a cost without its benefit (model.md, section 8).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pmosim.forecast.cost import per_future
from pmosim.forecast.estimate import mean_of_known, probability, quantiles, unknown

if TYPE_CHECKING:
    from pmosim.forecast.estimate import Estimate, Json
    from pmosim.forecast.futures import ProjectFutures
    from pmosim.network.arrays import BoolArray, FloatArray
    from pmosim.outcomes import Outcomes

NPV_LEVELS = {"p10": 0.1, "p50": 0.5, "p90": 0.9}
NO_VALUE = "have no NPV: the project is unfinished"
NO_COST = "it costs nothing in some futures, so that its ROI is without bounds"


def project_npv(futures: ProjectFutures) -> Json:
    """Return mean and quantiles of the NPV of a project."""
    if futures.reason:
        return {name: unknown(futures.reason).to_json() for name in ("mean", *NPV_LEVELS)}
    return npv_estimates(futures.of(futures.outcomes.money.npv))


def npv_estimates(npv: FloatArray) -> Json:
    """Return mean and quantiles of one NPV per future, NaN = none."""
    ranked = np.where(np.isnan(npv), -np.inf, npv)
    levels = quantiles(ranked, list(NPV_LEVELS.values()))
    result: Json = {"mean": mean_of_known(npv, NO_VALUE).to_json()}
    for name, level in zip(NPV_LEVELS, levels, strict=True):
        share = round(100 * NPV_LEVELS[name])
        is_missing = level.value == -np.inf
        reason = f"in at least {share} of 100 futures the project is unfinished"
        result[name] = level.to_json() | ({"reason": reason} if is_missing else {})
    return result


def project_npv_to_go(futures: ProjectFutures) -> Json:
    """Return mean and quantiles of the NPV without what is spent already."""
    if futures.reason:
        return {name: unknown(futures.reason).to_json() for name in ("mean", *NPV_LEVELS)}
    return npv_estimates(futures.of(futures.outcomes.money.npv_to_go))


def project_roi(futures: ProjectFutures) -> Json:
    """Return mean and quantiles of the whole-life ROI; not asked without a benefit."""
    names = ("mean", *NPV_LEVELS)
    if futures.reason or not has_benefit(futures):
        return {name: unknown(futures.reason, n=futures.n).to_json() for name in names}
    return roi_estimates(futures.of(futures.outcomes.money.roi))


def roi_estimates(roi: FloatArray) -> Json:
    """Return mean and quantiles of one ROI per future, NaN = none, ``inf`` = it costs nothing."""
    if np.isposinf(roi).any():
        return {name: unknown(NO_COST, n=len(roi)).to_json() for name in ("mean", *NPV_LEVELS)}
    return npv_estimates(roi)


def npv_to_go_positive_probability(futures: ProjectFutures) -> Estimate:
    """Return the chance that going on is worth what it will cost; not asked without a benefit."""
    if not has_benefit(futures):
        return unknown(n=futures.n)
    if futures.reason:
        return unknown(futures.reason)
    return probability(futures.of(futures.outcomes.money.npv_to_go) > 0.0)


def npv_positive_probability(futures: ProjectFutures) -> Estimate:
    """Return the chance that the benefits exceed the costs; not asked without a benefit."""
    if not has_benefit(futures):
        return unknown(n=futures.n)
    if futures.reason:
        return unknown(futures.reason)
    return probability(futures.of(futures.outcomes.money.npv) > 0.0)


def hurdle_probability(futures: ProjectFutures) -> Estimate:
    """Return the chance that the ROI reaches the hurdle; not asked without a benefit."""
    if not has_benefit(futures):
        return unknown(n=futures.n)
    if futures.reason:
        return unknown(futures.reason)
    hurdle = futures.outcomes.network.hurdle
    return probability(futures.of(futures.outcomes.money.roi) >= hurdle)


def has_benefit(futures: ProjectFutures) -> bool:
    """Return whether the project states a benefit."""
    return futures.outcomes.network.projects.benefit_per_year[futures.project] is not None


def portfolio_positive_probability(outcomes: Outcomes, npv: FloatArray) -> Estimate:
    """Return the chance that the portfolio is worth its cost; not asked without any benefit."""
    if not any(benefit is not None for benefit in outcomes.network.projects.benefit_per_year):
        return unknown(n=outcomes.replications)
    return probability(npv > 0.0)


def portfolio_npv(outcomes: Outcomes) -> FloatArray:
    """(R,) NPV of all finished and stopped projects, random demand included."""
    return sum_of_known(outcomes, outcomes.money.npv)


def portfolio_npv_to_go(outcomes: Outcomes) -> FloatArray:
    """(R,) the same without what is spent already."""
    return sum_of_known(outcomes, outcomes.money.npv_to_go)


def portfolio_roi(outcomes: Outcomes) -> FloatArray:
    """(R,) NPV / PV of the costs over the projects that have an NPV; NaN where nothing has."""
    npv = outcomes.money.npv
    cost = per_future(outcomes, np.where(np.isnan(npv), 0.0, outcomes.money.pv_cost))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(sum_of_known(outcomes, npv) / cost)


def portfolio_hurdle_probability(outcomes: Outcomes, roi: FloatArray) -> Estimate:
    """Return the chance that the ROI of the portfolio reaches the hurdle."""
    if not any(benefit is not None for benefit in outcomes.network.projects.benefit_per_year):
        return unknown(n=outcomes.replications)
    return probability(roi >= outcomes.network.hurdle)


def sum_of_known(
    outcomes: Outcomes, amounts: FloatArray, chosen: BoolArray | None = None
) -> FloatArray:
    """(R,) sum of the amounts that are not NaN over the (chosen) project rows of each future."""
    is_counted = ~np.isnan(amounts) if chosen is None else chosen & ~np.isnan(amounts)
    return per_future(outcomes, np.where(is_counted, amounts, 0.0))
