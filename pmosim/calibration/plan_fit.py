"""Plan fit: how actual came from plan, by the simplest law that the data do not beat.

In: ``Observations``. Out: ``PlanFit``: parameters for ``fitted.yaml`` and what a diagnosis shows.
The ladder and the minimum samples follow science.md 2.2 of the project's design; where the data
are too few a prior stands, and says so.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from pmosim import priors
from pmosim.calibration.common_effects import (
    LEAST_PROJECTS,
    LEAST_TASKS_EACH,
    class_scales,
    with_large_tasks,
    with_period,
)
from pmosim.calibration.effects import EffectsFit, fit_effects
from pmosim.calibration.ladder import climb
from pmosim.calibration.parts import Z95
from pmosim.calibration.plan_parameters import parameters_of
from pmosim.calibration.residuals import FITS, fit_censored, is_off
from pmosim.calibration.rungs import (
    LEAST_BODY,
    LEAST_ROWS,
    LEAST_SIZES,
    MOST_OPEN,
    Rung,
    open_share,
    residuals_of,
    robust_dof,
    terms_of,
    weighted_centre,
)
from pmosim.distributions.tails import Tail
from pmosim.fitted import Parameter

if TYPE_CHECKING:
    from pmosim.calibration.observations import Observations
    from pmosim.calibration.parts import FloatArray

LEAST_OWN = 30
"""Finished rows from which a law of its own may be chosen. Judgement: the P80 is known to +-43 %
with 10 rows of spread .5, to +-23 % with 30, to +-12 % with 100."""
MOST_ON_PLAN = 0.02
"""Share of items exactly on plan up to which the curve of Kaplan and Meier may be followed."""
PRIOR_BIAS, PRIOR_BIAS_SE = math.log(1.3) - 0.5 * 0.25, 0.25
"""Median of ln(actual / plan) where nothing is known: software work overran by 30 % on average
(Moloekken and Joergensen 2003), less the half variance of the prior spread."""
PRIOR_SOURCE = (
    "prior: mean overrun of 30 %, Moloekken and Joergensen 2003; " + priors.SPREAD.citation
)


@dataclass(frozen=True, kw_only=True, eq=False)
class PlanFit:
    """What was found of one amount."""

    group: str
    parameters: tuple[Parameter, ...]
    residual: Tail
    notes: tuple[str, ...]
    rows: Observations
    fit: EffectsFit | None = None
    centre: float = 0.0
    standardised: FloatArray = field(default_factory=lambda: np.zeros(0))
    """Tails / spread of finished rows that are not on plan."""
    rung: Rung = field(default_factory=lambda: Rung(name="size effect"))
    comparison: tuple[tuple[str, float, float, float], ...] = ()
    """(law, mean CRPS of the logarithm, difference to the chosen one, its standard error)."""


def fit_plan(
    rows: Observations,
    group: str,
    source: str,
    *,
    compare: bool = True,
    like: PlanFit | None = None,
) -> PlanFit:
    """Return how actual came from plan in ``rows``.

    Parameters
    ----------
    group : what the amount is, ``work``, ``elapsed``, ``project cost``, ...
    source : where the rows come from, in words.
    compare : whether richer laws are tried at all (False = the line, the spread and the factor).
    like : an earlier fit whose choice of laws is taken instead of trying them again.
    """
    n = int(rows.is_finished.sum())
    if n < LEAST_ROWS:
        return _prior_only(rows, group, n)
    centre = weighted_centre(rows)
    factor, notes = _has_factor(rows, group), []
    chosen, residual = Rung(name="size effect"), Tail()
    comparison: tuple[tuple[str, float, float, float], ...] = ()
    has_sizes = float(rows.log_plan[rows.is_finished].std()) >= LEAST_SIZES
    if not has_sizes:
        chosen = replace(chosen, size=False)
        notes.append(f"{group}: all plans are alike, so nothing is known of a size effect.")
    if n < LEAST_OWN:
        notes.append(
            f"{group}: {n} finished items are too few for a law of their own ({LEAST_OWN}); one "
            "line and spread for all, and forecasts as wide as so few allow."
        )
    elif like is not None:
        chosen, residual = replace(like.rung, size=has_sizes), like.residual
    elif compare:
        chosen, residual, comparison = climb(rows, centre, project=factor, has_sizes=has_sizes)
    dof = robust_dof(residual)
    log_scale = class_scales(rows, chosen, centre, project=factor, dof=dof)
    terms = terms_of(rows, chosen, centre, project=factor, dof=dof, log_scale=log_scale)
    fit = fit_effects(rows, terms)
    if factor:
        fit, large_note = with_large_tasks(rows, fit, dof, group)
        notes += large_note
    fit, period_note = with_period(rows, chosen, centre, fit, dof, log_scale, project=factor)
    notes += period_note
    if n < LEAST_OWN:
        residual = Tail(law="t", dof=float(max(3, n - 1)))
    elif open_share(rows) > MOST_OPEN and (compare or like is not None):
        residual, fit, comparison = _followed(rows, fit, residual, comparison, n)
    elif residual.law in {"laplace", "empirical"}:
        residual, extra = FITS[residual.law](residuals_of(rows, fit))
        fit = replace(fit, spread=fit.spread * extra, own_spread=fit.own_spread * extra)
    standardised = residuals_of(rows, fit)
    parameters = parameters_of(
        rows, group, source, fit, chosen, centre, residual, log_scale, factor=factor
    )
    if not factor and not group.startswith("project"):
        notes.append(
            f"{group}: fewer than {LEAST_PROJECTS} projects with {LEAST_TASKS_EACH} finished "
            f"items each, so the share that a project has in common is a prior "
            f"({priors.CORRELATION.value})."
        )
    return PlanFit(
        group=group,
        parameters=tuple(parameters),
        residual=residual,
        notes=tuple(notes),
        rows=rows,
        fit=fit,
        centre=centre,
        standardised=standardised,
        rung=chosen,
        comparison=tuple(comparison),
    )


def _has_factor(rows: Observations, group: str) -> bool:
    counts = np.bincount(rows.project[rows.is_finished])
    enough = int((counts >= LEAST_TASKS_EACH).sum()) >= LEAST_PROJECTS
    return enough and not group.startswith("project")


def _prior_only(rows: Observations, group: str, n: int) -> PlanFit:
    spread = float(priors.SPREAD.value)
    share = float(priors.CORRELATION.value)
    tau = 0.0 if group.startswith("project") else spread * math.sqrt(share)
    values = {
        "plan_bias": (PRIOR_BIAS, PRIOR_BIAS_SE),
        "typical_plan": (1.0, 0.0),
        "typical_bias": (PRIOR_BIAS, PRIOR_BIAS_SE),
        "size_slope": (1.0, 0.05),
        "spread": (spread * math.sqrt(1.0 - share) if tau else spread, 0.1),
        "project_factor": (tau, 0.1 if tau else 0.0),
    }
    parameters = tuple(
        Parameter(
            name=name,
            group=group,
            value=value,
            se=se,
            low=max(value - Z95 * se, 0.0)
            if name not in {"plan_bias", "typical_bias"}
            else value - Z95 * se,
            high=value + Z95 * se,
            n=0,
            basis="assumed",
            source=PRIOR_SOURCE,
        )
        for name, (value, se) in values.items()
    )
    note = (
        f"{group}: {n} finished items are too few to fit anything ({LEAST_ROWS}); priors stand "
        "for all of it."
    )
    return PlanFit(group=group, parameters=parameters, residual=Tail(), notes=(note,), rows=rows)


def _followed(
    rows: Observations,
    fit: EffectsFit,
    tail: Tail,
    comparison: tuple[tuple[str, float, float, float], ...],
    n: int,
) -> tuple[Tail, EffectsFit, tuple[tuple[str, float, float, float], ...]]:
    """Return the law, or the curve of Kaplan and Meier where it is off and enough has finished."""
    scaled = (rows.y - fit.middle) / fit.own_spread
    has_pile = (
        float(rows.is_on_plan.mean()) > MOST_ON_PLAN
    )  # its own likelihood is the better guide
    if n < LEAST_BODY or has_pile or not is_off(scaled, rows.is_open, tail):
        return tail, fit, comparison
    found, extra = fit_censored(scaled, rows.is_open, tail)
    fit = replace(fit, spread=fit.spread * extra, own_spread=fit.own_spread * extra)
    return found, fit, (*comparison, ("the data (Kaplan-Meier): others are off", 0.0, 0.0, 0.0))
