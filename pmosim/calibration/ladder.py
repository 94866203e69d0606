"""Ladder: which law is taken: the simplest that no richer one beats on projects not seen.

Cross-validated by whole projects, scored by CRPS of the logarithm; a tail that blows up sums is not
taken. Where much is open the likelihood of all rows decides.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from pmosim.calibration.effects import HALF_CHI2, EffectsFit, fit_effects
from pmosim.calibration.residuals import FITS
from pmosim.calibration.rungs import (
    LEAST_BODY,
    LEAST_PER_CLASS,
    LEAST_ROWS,
    MOST_OPEN,
    Rung,
    open_share,
    residuals_of,
    terms_of,
    thinned,
)
from pmosim.distributions.calibrated import MOST_LOG
from pmosim.distributions.tails import Tail
from pmosim.fitted import CLASS_KEYS

if TYPE_CHECKING:
    from pmosim.calibration.observations import Observations
    from pmosim.calibration.parts import FloatArray, IntArray

MOST_CLASSES = 60
"""Levels of a class key; more are ids, no classes."""
N_FOLDS = 5
SIZED = ("size effect", "spread by size")
DOFS = (3.0, 5.0, 10.0)
N_LEVELS = 50
"""Levels of the pinball losses that a score is the mean of."""
MOST_SUM_BIAS = 0.1
"""ln(forecast / actual) of the sum of all work not seen, up to which a law may be taken: a tail
that fits single tasks may blow up their sums (a log-t has no mean at all)."""
N_SUM_STEPS = 200


def climb(
    rows: Observations, centre: float, *, project: bool, has_sizes: bool
) -> tuple[Rung, Tail, tuple[tuple[str, float, float, float], ...]]:
    """Return the simplest rung and tail not beaten by one standard error, and the comparison."""
    few = thinned(rows)
    keys = tuple(key for key in CLASS_KEYS if _is_class(few, key))
    rungs = [Rung(name="no size effect", size=False), Rung(name="size effect")]
    if keys:
        rungs.append(Rung(name="size effect and classes", classes=keys))
    rungs.append(Rung(name="spread by size", spread_by_size=True, classes=keys))
    if not has_sizes:
        rungs = [replace(rung, size=False) for rung in rungs if rung.name not in SIZED]
    fits = [_fold_fits(few, rung, centre, project=project) for rung in rungs]
    scores = [
        _held_out(few, rung, centre, found, "normal")
        for rung, found in zip(rungs, fits, strict=True)
    ]
    chosen, lines = _simplest(few, [rung.name for rung in rungs], scores)
    chosen = max(
        chosen, int(has_sizes)
    )  # the size effect is not optional: sums are wrong without it
    if open_share(rows) > MOST_OPEN:
        residual, more = _censored_tail(rows, rungs[chosen], centre, project=project)
        return rungs[chosen], residual, (*lines, *more)
    laws = ["normal", "t", "laplace"]
    laws += ["empirical"] if int(rows.is_finished.sum()) >= LEAST_BODY else []
    scores = [_held_out(few, rungs[chosen], centre, fits[chosen], law) for law in laws]
    sums = [_sum_bias(few, rungs[chosen], centre, fits[chosen], law) for law in laws]
    right = [k for k, bias in enumerate(sums) if abs(bias) <= MOST_SUM_BIAS]
    right = right or [int(np.argmin(np.abs(sums)))]
    best, _ = _simplest(few, [laws[k] for k in right], [scores[k] for k in right])
    tail = right[best]
    tail_lines = tuple(
        (f"{law} tails, sums {100.0 * math.expm1(bias):+.0f} %", *_beside(few, score, scores[tail]))
        for law, score, bias in zip(laws, scores, sums, strict=True)
    )
    fit = fit_effects(few, terms_of(few, rungs[chosen], centre, project=project), with_errors=False)
    residual, _ = FITS[laws[tail]](residuals_of(few, fit))
    return rungs[chosen], residual, (*lines, *tail_lines)


def _folds(rows: Observations) -> IntArray:
    """(N,) fold of each row: whole projects, dealt by size so that the folds are alike."""
    counts = np.bincount(rows.project, minlength=len(rows.project_names))
    order = np.argsort(-counts, kind="stable")
    fold_of = np.empty(len(counts), dtype=np.int64)
    deal = np.concatenate([np.arange(N_FOLDS), np.arange(N_FOLDS)[::-1]])
    fold_of[order] = deal[np.arange(len(counts)) % len(deal)]
    return fold_of[rows.project]


def _censored_tail(
    rows: Observations, rung: Rung, centre: float, *, project: bool
) -> tuple[Tail, tuple[tuple[str, float, float, float], ...]]:
    """Return the tail that is likeliest with open items counted; a t only where it is certainly so.

    Where much is open the finished items alone say nothing of the tail: they are the short ones.
    """
    tails = [Tail(), *(Tail(law="t", dof=dof) for dof in DOFS)]
    likely = [
        fit_effects(
            rows,
            terms_of(rows, rung, centre, project=project, dof=tail.dof),
            with_errors=False,
        ).log_likelihood
        for tail in tails
    ]
    best = int(np.argmax(likely))
    chosen = best if likely[best] - likely[0] > HALF_CHI2 else 0
    names = ["normal tails", *(f"t tails, {dof:g} degrees" for dof in DOFS)]
    n = len(rows)
    lines = [
        (f"{name} (-log-likelihood a row)", -value / n, (likely[chosen] - value) / n, 0.0)
        for name, value in zip(names, likely, strict=True)
    ]
    return tails[chosen], tuple(lines)


def _is_class(rows: Observations, key: str) -> bool:
    if key not in rows.classes:
        return False
    number, _ = rows.classes[key]
    counts = np.bincount(number[rows.is_finished])
    used = int((counts > 0).sum())
    return 2 <= used <= MOST_CLASSES and int((counts >= LEAST_PER_CLASS).sum()) >= 2


def _fold_fits(
    rows: Observations, rung: Rung, centre: float, *, project: bool
) -> list[tuple[IntArray, EffectsFit, Observations]]:
    """Return for each fold the rows left out, the fit to the others, and the others."""
    folds = _folds(rows)
    found = []
    whole = fit_effects(rows, terms_of(rows, rung, centre, project=project), with_errors=False)
    for fold in range(N_FOLDS):
        seen, left = rows.only(folds != fold), np.flatnonzero((folds == fold) & rows.is_finished)
        if len(left) and seen.is_finished.sum() >= LEAST_ROWS:
            terms = terms_of(seen, rung, centre, project=project)
            fit = fit_effects(seen, terms, start=whole, with_errors=False)
            found.append((left, fit, seen))
    return found


def _held_out(
    rows: Observations,
    rung: Rung,
    centre: float,
    fits: list[tuple[IntArray, EffectsFit, Observations]],
    law: str,
) -> FloatArray:
    """(N,) CRPS of ln(actual) of each finished row by a fit that has not seen its project.

    As the mean of the pinball losses at 50 levels, which holds for the mass on plan too (Gneiting
    and Raftery 2007); the law is the recorded one, early ends stretched to the plan.
    """
    scores = np.full(len(rows), np.nan)
    levels = (np.arange(N_LEVELS) + 0.5) / N_LEVELS
    for left, fit, seen in fits:
        residual, extra = FITS[law](residuals_of(seen, fit)) if law != "normal" else (Tail(), 1.0)
        other = rows.only(left)
        middle, spread = _predicted(other, rung, centre, fit)
        wide = np.sqrt((spread * extra) ** 2 + fit.taus.get("project_factor", 0.0) ** 2)
        scores[left] = _recorded_crps(other.y, middle, wide, residual, fit.stretched, levels)
    return scores


def _recorded_crps(
    y: FloatArray,
    middle: FloatArray,
    wide: FloatArray,
    residual: Tail,
    stretched: float,
    levels: FloatArray,
) -> FloatArray:
    from scipy.special import ndtri

    plan = -middle / wide
    early = (1.0 - stretched) * residual.cdf(plan)
    table_scores = np.linspace(-4.5, 4.5, 361)
    table = residual.quantile(table_scores)
    score = np.zeros(len(y))
    for level in levels.tolist():
        whole = np.interp(ndtri(level), table_scores, table)
        spared = np.interp(
            ndtri(min(level / max(1.0 - stretched, 1e-9), 1.0 - 1e-12)), table_scores, table
        )
        value = np.where(level < early, spared, np.maximum(whole, plan) if stretched else whole)
        distance = y - (middle + wide * value)
        score += np.where(distance >= 0.0, level, level - 1.0) * distance
    return np.asarray(2.0 * score / len(levels))


def _predicted(
    rows: Observations, rung: Rung, centre: float, fit: EffectsFit
) -> tuple[FloatArray, FloatArray]:
    """Return middle and own spread of rows of projects not seen."""
    x = rows.log_plan - centre
    middle = fit.line[0] + (fit.line[1] * x if rung.size else 0.0)
    for key in rung.classes:
        middle = middle + fit.levels[key][rows.classes[key][0]]
    return middle, fit.spread * np.exp(fit.spread_slope * x)


def _simplest(
    rows: Observations, names: list[str], scores: list[FloatArray]
) -> tuple[int, tuple[tuple[str, float, float, float], ...]]:
    """Return the first that no later one beats by a standard error, grouped by project."""
    means = [float(np.nanmean(score)) for score in scores]
    best = int(np.argmin(means))
    chosen = best
    for k in range(best):
        _, error = _paired(rows, scores[k], scores[best])
        if means[k] - means[best] < error:
            chosen = k
            break
    lines = []
    for name, score, mean in zip(names, scores, means, strict=True):
        difference, error = _paired(rows, score, scores[chosen])
        lines.append((name, mean, difference, error))
    return chosen, tuple(lines)


def _beside(rows: Observations, score: FloatArray, other: FloatArray) -> tuple[float, float, float]:
    """Return the mean of a score, its difference to another and the error of that."""
    return (float(np.nanmean(score)), *_paired(rows, score, other))


def _sum_bias(
    rows: Observations,
    rung: Rung,
    centre: float,
    fits: list[tuple[IntArray, EffectsFit, Observations]],
    law: str,
) -> float:
    """Return ln(mean forecast / actual) of the sum of all finished work, by folds not seen."""
    from scipy.special import ndtri

    shares = (np.arange(N_SUM_STEPS) + 0.5) / N_SUM_STEPS
    forecast, actual = 0.0, 0.0
    for left, fit, seen in fits:
        tail, extra = FITS[law](residuals_of(seen, fit)) if law != "normal" else (Tail(), 1.0)
        other = rows.only(left)
        middle, spread = _predicted(other, rung, centre, fit)
        wide = np.sqrt((spread * extra) ** 2 + fit.taus.get("project_factor", 0.0) ** 2)
        plan = np.exp(other.log_plan)
        for residual in tail.quantile(ndtri(shares)).tolist():
            core = np.exp(np.clip(middle + wide * residual, -MOST_LOG, MOST_LOG))
            kept = np.where(core < 1.0, fit.stretched + (1.0 - fit.stretched) * core, core)
            forecast += float((plan * kept).sum()) / N_SUM_STEPS
        actual += float((plan * np.exp(other.y)).sum())
    return math.log(forecast / actual) if forecast > 0.0 and actual > 0.0 else 0.0


def _paired(rows: Observations, one: FloatArray, other: FloatArray) -> tuple[float, float]:
    """Return mean difference of two scores and its standard error, projects as clusters."""
    known = np.isfinite(one) & np.isfinite(other)
    difference = (one - other)[known]
    if not len(difference):
        return 0.0, 0.0
    mean = float(difference.mean())
    sums = np.bincount(rows.project[known], difference - mean)
    return mean, float(np.sqrt((sums**2).sum())) / len(difference)
