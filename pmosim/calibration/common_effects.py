"""Common effects: what classes, large tasks and quarters have in common, where the data show it.

Classes are shrunk by empirical Bayes; the factors of projects and quarters come from ``effects``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from pmosim.calibration.effects import EffectsFit, fit_effects
from pmosim.calibration.rungs import (
    LEAST_PER_CLASS,
    LEAST_SIZES,
    Rung,
    terms_of,
    thinned,
    weighted_centre,
)

if TYPE_CHECKING:
    from pmosim.calibration.observations import Observations
    from pmosim.calibration.parts import FloatArray, IntArray

LEAST_PROJECTS, LEAST_TASKS_EACH = 10, 5
"""Projects, and finished tasks in each, for a project factor of their own."""
LEAST_LARGE = 200
"""Large finished tasks from which the factor of their projects can be told from that of all."""
LEAST_QUARTERS = 6
CHI2_AT_ITS_BOUND = 2.705543454095404
"""90 % quantile of chi-squared with one degree: 5 % for a variance that may only be above 0."""


def class_scales(
    rows: Observations, rung: Rung, centre: float, *, project: bool, dof: float
) -> FloatArray | None:
    """(N,) ln of the spread of each row's classes over the common one, shrunk; None = all alike."""
    if not rung.classes:
        return None
    few = thinned(rows)  # more rows cannot tell spreads of classes better by anything that matters
    fit = fit_effects(few, terms_of(few, rung, centre, project=project, dof=dof), with_errors=False)
    log_scale, own = np.zeros(len(rows)), np.zeros(len(few))
    kept = few.is_finished & ~few.is_on_plan
    for key in rung.classes:
        number, names = few.classes[key]
        scaled = ((few.y - fit.middle) / fit.own_spread / np.exp(own))[kept]
        spreads = shrunk_log_spreads(scaled, number[kept], len(names))
        own = own + spreads[number]
        log_scale = log_scale + spreads[rows.classes[key][0]]
    return log_scale if np.any(log_scale) else None


def shrunk_log_spreads(residual: FloatArray, number: IntArray, n_classes: int) -> FloatArray:
    """(n_classes,) ln of each class's spread over the common one, by empirical Bayes.

    The spread of a class is its mean absolute residual; the error of its logarithm comes from the
    residuals themselves; the variance between classes is that of DerSimonian and Laird (1986).
    """
    sizes = np.bincount(number, minlength=n_classes).astype(np.float64)
    distance = np.abs(residual)
    sums = np.bincount(number, distance, n_classes)
    overall = float(distance.mean())
    noise = float(distance.var()) / overall**2
    has = sizes >= LEAST_PER_CLASS
    if has.sum() < 2 or overall == 0.0:
        return np.zeros(n_classes)
    own = np.zeros(n_classes)
    own[has] = np.log(np.maximum(sums[has] / sizes[has], 1e-6) / overall)
    weight = np.where(has, sizes / noise, 0.0)
    middle = float((weight * own).sum() / weight.sum())
    excess = float((weight * (own - middle) ** 2).sum()) - (int(has.sum()) - 1)
    between = excess / (weight.sum() - float((weight**2).sum()) / weight.sum())
    if between <= 0.0:
        return np.zeros(n_classes)
    return np.asarray(
        np.where(has, between / (between + noise / np.maximum(sizes, 1.0)), 0.0) * (own - middle)
    )


def with_large_tasks(
    rows: Observations, fit: EffectsFit, dof: float, group: str
) -> tuple[EffectsFit, list[str]]:
    """Return the fit with the project factor of large tasks, where it is not that of all.

    Sums hang on the tasks that hold the upper half of the planned work; small ones, many more, may
    have far more in common (how they are booked). Where the 95 % interval of the large ones leaves
    out the common value, theirs stands.
    """
    order = np.argsort(rows.log_plan)
    volume = np.cumsum(np.exp(rows.log_plan[order]))
    least = rows.log_plan[order][int(np.searchsorted(volume, 0.5 * volume[-1]))]
    large = rows.only(rows.log_plan >= least)
    counts = np.bincount(large.project[large.is_finished])
    if large.is_finished.sum() < LEAST_LARGE or (counts > 0).sum() < LEAST_PROJECTS:
        return fit, []
    spread = float(large.log_plan[large.is_finished].std())
    rung = Rung(name="large", size=spread >= LEAST_SIZES)
    own = fit_effects(large, terms_of(large, rung, weighted_centre(large), project=True, dof=dof))
    low, high = own.tau_intervals["project_factor"]
    tau = fit.taus["project_factor"]
    if low <= tau <= high:
        return fit, []
    name = "project_factor"
    note = (
        f"{group}: tasks that hold the upper half of the planned work have less or more in common "
        f"({own.taus[name]:.2f}) than all tasks ({tau:.2f}); theirs stands, because sums hang on "
        "them."
    )
    return replace(
        fit,
        taus=fit.taus | {name: own.taus[name]},
        tau_intervals=fit.tau_intervals | {name: own.tau_intervals[name]},
    ), [note]


def with_period(
    rows: Observations,
    rung: Rung,
    centre: float,
    fit: EffectsFit,
    dof: float,
    log_scale: FloatArray | None,
    *,
    project: bool,
) -> tuple[EffectsFit, list[str]]:
    """Return the fit with a factor of the quarter a project began in, where the data show one.

    Half a chi-squared on the restricted likelihood, 5 % (the variance lies at its bound).
    """
    known = np.unique(rows.period[rows.period >= 0])
    if not project or len(known) < LEAST_QUARTERS or np.any(rows.period < 0):
        return fit, []
    terms = terms_of(rows, rung, centre, project=True, period=True, dof=dof, log_scale=log_scale)
    with_period = fit_effects(rows, terms)
    if 2.0 * (with_period.log_likelihood - fit.log_likelihood) < CHI2_AT_ITS_BOUND:
        return fit, []
    return with_period, ["work: projects begun in the same quarter ran over together."]
