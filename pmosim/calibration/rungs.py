"""Rungs: what the middle and the spread of a law may depend on, and what is left of the rows.

In: ``Observations``. Out: ``Terms`` of a rung for ``effects``, and residuals of a fit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pmosim.calibration.effects import EffectsFit, Terms

if TYPE_CHECKING:
    from pmosim.calibration.observations import Observations
    from pmosim.calibration.parts import FloatArray
    from pmosim.distributions.tails import Tail

LEAST_ROWS, LEAST_BODY = 5, 100
"""Finished rows below which only a prior stands; from which the data may be their own law."""
MOST_ROWS_TO_COMPARE = 6000
"""Rows that laws are compared on; more cannot change the choice."""
LEAST_PER_CLASS = 5
MOST_OPEN = 0.05
"""Share of open and cancelled items above which tails are judged by the likelihood of all rows."""
LEAST_SIZES = 0.1
"""Standard deviation of ln(plan) from which a size effect can be told."""
ROBUST_DOF = 5.0


@dataclass(frozen=True, kw_only=True)
class Rung:
    """A rung of the ladder: what the middle and the spread may depend on."""

    name: str
    size: bool = True
    spread_by_size: bool = False
    classes: tuple[str, ...] = ()


def weighted_centre(rows: Observations) -> float:
    """Return ln of the typical plan: the mean of ln(plan), each row with its plan as weight.

    Sums of tasks hang on the large ones, so the line is anchored where a day of plan lies.
    """
    finished = rows.only(rows.is_finished) if rows.is_finished.any() else rows
    return float(np.average(finished.log_plan, weights=np.exp(finished.log_plan)))


def terms_of(
    rows: Observations,
    rung: Rung,
    centre: float,
    *,
    project: bool,
    period: bool = False,
    dof: float = math.inf,
    log_scale: FloatArray | None = None,
) -> Terms:
    """Return the terms of a rung for some rows."""
    x = rows.log_plan - centre
    columns = [np.ones(len(rows)), x] if rung.size else [np.ones(len(rows))]
    factors = []
    if project:
        factors.append(("project_factor", rows.project, len(rows.project_names)))
    if period:
        quarters, number = np.unique(rows.period, return_inverse=True)
        factors.append(("period_factor", number.astype(np.int64), len(quarters)))
    for key in rung.classes:
        number, names = rows.classes[key]
        factors.append((key, number, len(names)))
    return Terms(
        line=np.column_stack(columns),
        factors=tuple(factors),
        spread_by=x if rung.spread_by_size else None,
        dof=dof,
        log_scale=log_scale,
    )


def residuals_of(rows: Observations, fit: EffectsFit) -> FloatArray:
    """Return residuals / spread of finished rows off plan, early ones as often as they were.

    What was stretched to the plan would have ended early: each early row stands for itself and
    for its part of those (an even repetition, no draw).
    """
    kept = rows.is_finished & ~rows.is_on_plan
    scaled = ((rows.y - fit.middle) / fit.own_spread)[kept]
    n_hidden = int(rows.is_on_plan.sum())
    early = np.sort(scaled[rows.y[kept] < 0.0])
    if not n_hidden or not len(early):
        return np.asarray(scaled)
    again = early[(np.arange(n_hidden) * len(early)) // n_hidden]
    return np.concatenate([scaled, again])


def thinned(rows: Observations) -> Observations:
    """Return at most ``MOST_ROWS_TO_COMPARE`` rows: every k-th, projects as they are."""
    step = -(-len(rows) // MOST_ROWS_TO_COMPARE)
    return rows if step <= 1 else rows.only(np.arange(0, len(rows), step))


def open_share(rows: Observations) -> float:
    """Return the share of open and cancelled items."""
    return float(rows.is_open.mean())


def robust_dof(residual: Tail) -> float:
    """Return the t by which the line is fitted: the law's own, or one that outliers do not pull."""
    if residual.law == "t":
        return residual.dof
    return math.inf if residual.law == "normal" else ROBUST_DOF
