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
from pmosim.calibration.effects import HALF_CHI2, EffectsFit, Terms, fit_effects
from pmosim.calibration.parts import Z95, share_interval
from pmosim.calibration.residuals import FITS, fit_censored, is_off
from pmosim.distributions.calibrated import MOST_LOG
from pmosim.distributions.tails import Tail
from pmosim.fitted import CLASS_KEYS, Basis, Parameter

if TYPE_CHECKING:
    from pmosim.calibration.observations import Observations
    from pmosim.calibration.parts import FloatArray, IntArray

LEAST_ROWS, LEAST_OWN, LEAST_BODY = 5, 30, 100
"""Finished rows below which only a prior stands; from which a law of its own may be chosen; from
which the data may be their own law. Judgement: the P80 is known to +-43 % with 10 rows of spread
.5, to +-23 % with 30, to +-12 % with 100."""
LEAST_PROJECTS, LEAST_TASKS_EACH = 10, 5
"""Projects, and finished tasks in each, for a project factor of their own."""
MOST_CLASSES = 60
"""Levels of a class key; more are ids, no classes."""
N_FOLDS = 5
MOST_ROWS_TO_COMPARE = 6000
"""Rows that laws are compared on; more cannot change the choice."""
LEAST_PER_CLASS = 5
MOST_ON_PLAN = 0.02
"""Share of items exactly on plan up to which the curve of Kaplan and Meier may be followed."""
MOST_OPEN = 0.05
"""Share of open and cancelled items above which tails are judged by the likelihood of all rows."""
LEAST_SIZES = 0.1
"""Standard deviation of ln(plan) from which a size effect can be told."""
SIZED = ("size effect", "spread by size")
PRIOR_BIAS, PRIOR_BIAS_SE = math.log(1.3) - 0.5 * 0.25, 0.25
"""Median of ln(actual / plan) where nothing is known: software work overran by 30 % on average
(Moloekken and Joergensen 2003), less the half variance of the prior spread."""
PRIOR_SOURCE = (
    "prior: mean overrun of 30 %, Moloekken and Joergensen 2003; " + priors.SPREAD.citation
)


@dataclass(frozen=True, kw_only=True)
class Rung:
    """A rung of the ladder: what the middle and the spread may depend on."""

    name: str
    size: bool = True
    spread_by_size: bool = False
    classes: tuple[str, ...] = ()


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
        chosen, residual, comparison = _climb(rows, centre, project=factor, has_sizes=has_sizes)
    dof = _robust_dof(residual)
    log_scale = _class_scales(rows, chosen, centre, project=factor, dof=dof)
    terms = terms_of(rows, chosen, centre, project=factor, dof=dof, log_scale=log_scale)
    fit = fit_effects(rows, terms)
    if factor:
        fit, large_note = _with_large_tasks(rows, fit, dof, group)
        notes += large_note
    fit, period_note = _with_period(rows, chosen, centre, fit, dof, log_scale, project=factor)
    notes += period_note
    if n < LEAST_OWN:
        residual = Tail(law="t", dof=float(max(3, n - 1)))
    elif _open_share(rows) > MOST_OPEN and (compare or like is not None):
        residual, fit, comparison = _followed(rows, fit, residual, comparison, n)
    elif residual.law in {"laplace", "empirical"}:
        residual, extra = FITS[residual.law](_residuals(rows, fit))
        fit = replace(fit, spread=fit.spread * extra, own_spread=fit.own_spread * extra)
    standardised = _residuals(rows, fit)
    parameters = _parameters(
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


# --- the ladder ---------------------------------------------------------------------------------


def _folds(rows: Observations) -> IntArray:
    """(N,) fold of each row: whole projects, dealt by size so that the folds are alike."""
    counts = np.bincount(rows.project, minlength=len(rows.project_names))
    order = np.argsort(-counts, kind="stable")
    fold_of = np.empty(len(counts), dtype=np.int64)
    deal = np.concatenate([np.arange(N_FOLDS), np.arange(N_FOLDS)[::-1]])
    fold_of[order] = deal[np.arange(len(counts)) % len(deal)]
    return fold_of[rows.project]


def _thinned(rows: Observations) -> Observations:
    """Return at most ``MOST_ROWS_TO_COMPARE`` rows: every k-th, projects as they are."""
    step = -(-len(rows) // MOST_ROWS_TO_COMPARE)
    return rows if step <= 1 else rows.only(np.arange(0, len(rows), step))


def _climb(
    rows: Observations, centre: float, *, project: bool, has_sizes: bool
) -> tuple[Rung, Tail, tuple[tuple[str, float, float, float], ...]]:
    """Return the simplest rung and tail not beaten by one standard error, and the comparison."""
    few = _thinned(rows)
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
    if _open_share(rows) > MOST_OPEN:
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
    residual, _ = FITS[laws[tail]](_residuals(few, fit))
    return rungs[chosen], residual, (*lines, *tail_lines)


def _open_share(rows: Observations) -> float:
    return float(rows.is_open.mean())


DOFS = (3.0, 5.0, 10.0)


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


def _residuals(rows: Observations, fit: EffectsFit) -> FloatArray:
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


N_LEVELS = 50
"""Levels of the pinball losses that a score is the mean of."""


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
        residual, extra = FITS[law](_residuals(seen, fit)) if law != "normal" else (Tail(), 1.0)
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


MOST_SUM_BIAS = 0.1
"""ln(forecast / actual) of the sum of all work not seen, up to which a law may be taken: a tail
that fits single tasks may blow up their sums (a log-t has no mean at all)."""
N_SUM_STEPS = 200


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
        tail, extra = FITS[law](_residuals(seen, fit)) if law != "normal" else (Tail(), 1.0)
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


# --- classes and periods ------------------------------------------------------------------------


ROBUST_DOF = 5.0


def _robust_dof(residual: Tail) -> float:
    """Return the t by which the line is fitted: the law's own, or one that outliers do not pull."""
    if residual.law == "t":
        return residual.dof
    return math.inf if residual.law == "normal" else ROBUST_DOF


def _class_scales(
    rows: Observations, rung: Rung, centre: float, *, project: bool, dof: float
) -> FloatArray | None:
    """(N,) ln of the spread of each row's classes over the common one, shrunk; None = all alike."""
    if not rung.classes:
        return None
    few = _thinned(rows)  # more rows cannot tell spreads of classes better by anything that matters
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


LEAST_LARGE = 200
"""Large finished tasks from which the factor of their projects can be told from that of all."""


def _with_large_tasks(
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


LEAST_QUARTERS = 6
CHI2_AT_ITS_BOUND = 2.705543454095404
"""90 % quantile of chi-squared with one degree: 5 % for a variance that may only be above 0."""


def _with_period(
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


# --- parameters ---------------------------------------------------------------------------------


def _parameters(
    rows: Observations,
    group: str,
    source: str,
    fit: EffectsFit,
    rung: Rung,
    centre: float,
    residual: Tail,
    log_scale: FloatArray | None,
    *,
    factor: bool,
) -> list[Parameter]:
    n = len(rows)
    n_finished = int(rows.is_finished.sum())
    found: list[Parameter] = []

    def add(
        name: str,
        value: float,
        se: float,
        low: float,
        high: float,
        count: int = n,
        basis: Basis = "measured",
        where: str = group,
        why: str = source,
    ) -> None:
        found.append(
            Parameter(
                name=name,
                group=where,
                value=value,
                se=se,
                low=low,
                high=high,
                n=count,
                basis=basis,
                source=why,
            )
        )

    quantile = _t_quantile(rows, fit, factor=factor)
    covariance = fit.line_covariance
    at_one = np.array([1.0, -centre])[: len(fit.line)]
    bias, bias_se = float(at_one @ fit.line), math.sqrt(float(at_one @ covariance @ at_one))
    add("plan_bias", bias, bias_se, bias - quantile * bias_se, bias + quantile * bias_se)
    typical, typical_se = float(fit.line[0]), math.sqrt(float(covariance[0, 0]))
    add("typical_plan", math.exp(centre), 0.0, math.exp(centre), math.exp(centre))
    for name, share in (("least_plan", 0.01), ("most_plan", 0.99)):
        seen = math.exp(float(np.quantile(rows.log_plan, share)))
        add(name, seen, 0.0, seen, seen)
    add(
        "typical_bias",
        typical,
        typical_se,
        typical - quantile * typical_se,
        typical + quantile * typical_se,
    )
    wide = _t_value(max(n_finished - 2, 1))
    if rung.size:
        slope, slope_se = 1.0 + float(fit.line[1]), math.sqrt(float(covariance[1, 1]))
        add("size_slope", slope, slope_se, slope - wide * slope_se, slope + wide * slope_se)
    else:
        why = "all plans are alike: no size effect assumed"
        add("size_slope", 1.0, 0.05, 0.9, 1.1, count=0, basis="assumed", why=why)
    spread, log_se = fit.spread, fit.se("ln_spread")
    low, high = _spread_interval(spread, log_se)
    tau = fit.taus.get("project_factor", 0.0)
    if factor:
        add("spread", spread, spread * log_se, low, high)
        ends = fit.tau_intervals["project_factor"]
        se = max((ends[1] - ends[0]) / (2.0 * Z95), 0.0)
        add("project_factor", tau, se, *ends, count=rows.n_projects)
    elif group.startswith("project"):
        add("spread", spread, spread * log_se, low, high)
    else:
        share = float(priors.CORRELATION.value)
        own = math.sqrt(1.0 - share)
        add("spread", own * spread, own * spread * log_se, own * low, own * high)
        tau = math.sqrt(share) * spread
        add(
            "project_factor",
            tau,
            tau / 2.0,
            0.0,
            math.sqrt(0.5) * spread,
            count=0,
            basis="assumed",
            why=f"prior: {priors.CORRELATION.citation}",
        )
    if "period_factor" in fit.taus:
        ends = fit.tau_intervals["period_factor"]
        value = fit.taus["period_factor"]
        add("period_factor", value, (ends[1] - ends[0]) / (2.0 * Z95), *ends)
    if rung.spread_by_size:
        value, se = fit.spread_slope, fit.se("spread_slope")
        add("spread_slope", value, se, value - wide * se, value + wide * se)
    if residual.law == "t":
        dof = residual.dof
        add("tail_dof", dof, 0.0, dof, dof)
    hits = int(rows.is_on_plan.sum())
    share, se, low, high = share_interval(hits, n_finished)
    add("on_plan_share", hits / n_finished, se, low, high, count=n_finished)
    if hits:
        early = int((rows.is_finished & (rows.y < 0.0) & ~rows.is_on_plan).sum())
        _, se, low, high = share_interval(hits, hits + early)
        add(
            "stretched_share",
            fit.stretched,
            se,
            min(low, fit.stretched),
            max(high, fit.stretched),
            count=hits + early,
        )
    ended = rows.is_finished | rows.is_cancelled
    stopped = int(rows.is_cancelled.sum())
    share, se, low, high = share_interval(stopped, int(ended.sum()))
    add("cancel_share", stopped / int(ended.sum()), se, low, high, count=int(ended.sum()))
    for key in rung.classes:
        _add_classes(found, rows, key, group, source, fit, log_scale)
    return found


def _add_classes(
    found: list[Parameter],
    rows: Observations,
    key: str,
    group: str,
    source: str,
    fit: EffectsFit,
    log_scale: FloatArray | None,
) -> None:
    number, names = rows.classes[key]
    kept = rows.is_finished & ~rows.is_on_plan
    scaled = (
        (rows.y - fit.middle) / fit.own_spread * (1.0 if log_scale is None else np.exp(log_scale))
    )[kept]
    spreads = shrunk_log_spreads(scaled, number[kept], len(names))
    counts = np.bincount(number[rows.is_finished], minlength=len(names))
    for level, name in enumerate(names):
        if not name:
            continue
        where = f"{group} {key}={name}"
        value, se = float(fit.levels[key][level]), float(fit.level_se[key][level])
        common = {"group": where, "n": int(counts[level]), "basis": "measured", "source": source}
        found.append(
            Parameter(
                name="class_bias",
                value=value,
                se=se,
                low=value - Z95 * se,
                high=value + Z95 * se,
                **common,  # type: ignore[arg-type]
            )
        )
        factor = math.exp(float(spreads[level]))
        error = 0.75 / math.sqrt(max(int(counts[level]), 1))
        found.append(
            Parameter(
                name="class_spread",
                value=factor,
                se=factor * error,
                low=factor * math.exp(-Z95 * error),
                high=factor * math.exp(Z95 * error),
                **common,  # type: ignore[arg-type]
            )
        )


def _spread_interval(spread: float, log_se: float) -> tuple[float, float]:
    """Return the 95 % interval of a spread: chi-squared with as many degrees as its error says."""
    from scipy.special import gammaincinv

    dof = 0.5 / max(log_se, 1e-6) ** 2
    low, high = (2.0 * float(gammaincinv(dof / 2.0, q)) for q in (0.975, 0.025))
    return spread * math.sqrt(dof / low), spread * math.sqrt(dof / max(high, 1e-12))


def _t_value(dof: int) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(max(dof, 1), 0.975))


def _t_quantile(rows: Observations, fit: EffectsFit, *, factor: bool) -> float:
    """Return the t quantile of the middle: projects count where they differ, else rows."""
    if factor and fit.taus.get("project_factor", 0.0) > 0.0:
        return _t_value(rows.n_projects - 1)
    return _t_value(int(rows.is_finished.sum()) - 2)


__all__ = ["PlanFit", "Rung", "fit_plan", "shrunk_log_spreads", "weighted_centre"]
