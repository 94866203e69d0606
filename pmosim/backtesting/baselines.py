"""Baselines: what a PMO could have said without any of this.

In: a case and the projects finished before its cut. Out: a sample (one number where the baseline
says one number) on the scale of the case. All of them know that a project cannot end before today.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from pmosim.streams import uniforms

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from pmosim.backtesting.cases import Case, Past

    FloatArray = NDArray[np.float64]
    Baseline = Callable[[Case, Past], FloatArray]

DRAWS = 200
FEWEST = 5
"""Finished projects that a reference class or a regression needs."""
WORDS = {
    "plan": "the plan as it is",
    "mean ratio": "the plan times the mean of actual / plan",
    "reference class": "the plan times the ratios of earlier projects of its kind",
    "regression": "a regression on plan and backlog",
}


def plan(case: Case, _: Past) -> FloatArray:
    """Return the plan; once it has passed, tomorrow."""
    return np.array([max(case.plan, case.floor + 1.0) if case.floor else case.plan])


def mean_ratio(case: Case, past: Past) -> FloatArray:
    """Return the plan times the mean of all ratios: what many PMOs do (and it is size-blind)."""
    ratio = float(np.mean(past.actual / past.plan)) if len(past) else 1.0
    value = case.plan * ratio
    return np.array([max(value, case.floor + 1.0) if case.floor else value])


def reference_class(case: Case, past: Past) -> FloatArray:
    """Return the plan times each ratio of its kind (of all, where the kind has too few)."""
    same = past.kind == case.kind
    chosen = same if same.sum() >= FEWEST else np.ones(len(past), dtype=bool)
    values = case.plan * (past.actual / past.plan)[chosen]
    return beyond(values, case.floor)


def regression(case: Case, past: Past) -> FloatArray:
    """Return the prediction of ln(actual) ~ 1 + ln(plan) + ln(1 + backlog), with Student's t.

    The law of a new value: estimated coefficients, estimated spread. Without any variation of the
    backlog it is left out.
    """
    from scipy.special import stdtr, stdtrit

    columns = [np.ones(len(past)), np.log(past.plan)]
    here = [1.0, math.log(case.plan)]
    if np.ptp(past.backlog) > 0:
        columns.append(np.log1p(past.backlog))
        here.append(math.log1p(case.backlog))
    x, y, row = np.column_stack(columns), np.log(past.actual), np.array(here)
    free = len(past) - x.shape[1]
    if free < 1:
        return plan(case, past)
    coefficients, *_ = np.linalg.lstsq(x, y, rcond=None)
    variance = float(np.sum((y - x @ coefficients) ** 2)) / free
    leverage = float(row @ np.linalg.pinv(x.T @ x) @ row)
    centre = float(row @ coefficients)
    scale = math.sqrt(max(variance * (1.0 + leverage), 1e-12))
    u = even(DRAWS, f"{case.cut}/{case.project}")
    if case.floor > 0.0:
        below = float(stdtr(free, (math.log(case.floor + 0.5) - centre) / scale))
        u = below + u * (1.0 - below)
    values: FloatArray = np.exp(centre + scale * stdtrit(free, np.minimum(u, 1.0 - 1e-9)))
    return np.maximum(values, case.floor + 1.0) if case.floor else values


BASELINES: dict[str, Baseline] = {
    "plan": plan,
    "mean ratio": mean_ratio,
    "reference class": reference_class,
    "regression": regression,
}


def beyond(values: FloatArray, floor: float) -> FloatArray:
    """Return the values that a project of that age can still take.

    Fewer than ``FEWEST`` say little: then it is what the longest ones were beyond it, at least a
    day, spread like the age itself (a project that has outlived its class has lived long).
    """
    left = values[values > floor]
    if floor <= 0.0 or len(left) >= FEWEST:
        return left if floor > 0.0 else values
    spread = floor * (1.0 + np.array([0.02, 0.05, 0.1, 0.2, 0.35, 0.6, 1.0]))
    return np.sort(np.concatenate([left, np.maximum(spread, floor + 1.0)]))


def even(n: int, name: str) -> FloatArray:
    """(n,) evenly spread places between 0 and 1, one in each of n cells (a stratified sample)."""
    return (np.arange(n) + uniforms(1, name, "baseline", 0, 0, n)) / n
