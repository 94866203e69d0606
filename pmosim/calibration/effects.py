"""Effects: a line in ln(plan), shared factors of projects and classes, and what is left.

y_i = x_i b + sum_f tau_f g_f[i] + s_i e_i with e of the normal or a Student t. Rows count as they
are known: exactly, within a cell, above a value (open), or below it (stretched to the plan).

The line and the factors are found together by Fisher scoring, and their uncertainty is integrated
out by Laplace's method, which is exact restricted maximum likelihood for exact normal rows
(Patterson and Thompson 1971; Breslow and Clayton 1993). The factor of the projects is eliminated
first, so that thousands of projects cost nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from pmosim.calibration.parts import curvature
from pmosim.distributions.tails import t_scale

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pmosim.calibration.observations import Observations
    from pmosim.calibration.parts import FloatArray, IntArray

LARGEST_TAU = 3.0
MOST_STEPS = 60
SETTLED = 1e-10


@dataclass(frozen=True, kw_only=True, eq=False)
class Terms:
    """What the middle of y depends on."""

    line: FloatArray
    """(N, p) columns whose coefficients are free."""
    factors: tuple[tuple[str, IntArray, int], ...] = ()
    """(name, number of each row, how many); the first one is eliminated first: the largest."""
    log_scale: FloatArray | None = None
    """(N,) ln of the relative spread of each row, fixed."""
    spread_by: FloatArray | None = None
    """(N,) what ``spread_slope`` multiplies; None = the spread does not change with size."""
    dof: float = math.inf
    """Degrees of freedom of Student's t, given; inf = normal."""
    loadings: dict[str, FloatArray] = field(default_factory=dict)
    """(N,) of a factor, how much of it each row feels; absent = 1."""


@dataclass(frozen=True, kw_only=True, eq=False)
class EffectsFit:
    """The fitted line and factors."""

    line: FloatArray
    line_covariance: FloatArray
    levels: dict[str, FloatArray]
    """Of each factor, its effect on each of its levels, shrunk."""
    level_se: dict[str, FloatArray]
    taus: dict[str, float]
    spread: float
    spread_slope: float
    dof: float
    stretched: float
    middle: FloatArray
    """(N,) fitted middle of each row, factors included."""
    own_spread: FloatArray
    """(N,) fitted spread of each row."""
    log_likelihood: float
    """Restricted (Laplace)."""
    theta: FloatArray
    covariance: FloatArray
    """Of theta: ln spread, taus, then spread slope."""
    names: tuple[str, ...]
    tau_intervals: dict[str, tuple[float, float]] = field(default_factory=dict)

    def se(self, name: str) -> float:
        """Return the standard error of an entry of theta."""
        place = self.names.index(name)
        return math.sqrt(max(float(self.covariance[place, place]), 0.0))


class _Problem:
    """One fit in the making: arrays that do not change, and the last solution as next start."""

    def __init__(self, rows: Observations, terms: Terms) -> None:
        self.rows, self.terms = rows, terms
        self.n_line = terms.line.shape[1]
        self.offset = np.zeros(len(rows)) if terms.log_scale is None else terms.log_scale
        is_cell = (rows.high > rows.low) & rows.is_finished
        self.stretched_rows = rows.is_on_plan
        self.open_rows = np.flatnonzero(rows.is_open)
        self.cell_rows = np.flatnonzero(is_cell & ~rows.is_on_plan)
        self.on_plan_rows = np.flatnonzero(rows.is_on_plan)
        self.exact_rows = np.flatnonzero(rows.is_finished & ~is_cell & ~rows.is_on_plan)
        self.n_early = int(np.sum(rows.is_finished & (rows.y < 0.0) & ~rows.is_on_plan))
        self.names = (
            "ln_spread",
            *(name for name, _, _ in terms.factors),
            *(("spread_slope",) if terms.spread_by is not None else ()),
        )
        n_other = sum(count for _, _, count in terms.factors)
        self.start = np.zeros(self.n_line + n_other)
        n_on = len(self.on_plan_rows)
        self.stretched = n_on / (n_on + self.n_early) if n_on else 0.0
        self.has_grid = bool((rows.high > rows.low)[rows.is_on_plan].any())
        self.last: tuple[FloatArray, FloatArray, FloatArray] | None = None

    # --- likelihood of the rows -----------------------------------------------------------------

    def unpack(self, theta: FloatArray) -> dict[str, float]:
        """Return theta by name."""
        return dict(zip(self.names, theta.tolist(), strict=True))

    def scales(self, values: dict[str, float]) -> FloatArray:
        """(N,) spread of each row."""
        log_scale = values["ln_spread"] + self.offset
        if self.terms.spread_by is not None:
            log_scale = log_scale + values["spread_slope"] * self.terms.spread_by
        return np.exp(np.clip(log_scale, -12.0, 6.0))

    def row_terms(
        self, middle: FloatArray, scale: FloatArray, values: dict[str, float]
    ) -> tuple[float, FloatArray, FloatArray]:
        """Return log-likelihood, its first derivative and minus its second (kept above 0) by row.

        ``middle``, ``scale`` : (N,).
        """
        rows = self.rows
        dof = self.terms.dof
        slope, weight = np.zeros(len(rows)), np.zeros(len(rows))
        total = 0.0
        i = self.exact_rows
        if len(i):
            e = (rows.y[i] - middle[i]) / scale[i]
            value, first, second = _density(e, dof)
            total += float(value.sum() - np.log(scale[i]).sum())
            slope[i], weight[i] = -first / scale[i], second / scale[i] ** 2
        p = self.stretched
        for i, low, high, share in (
            (self.cell_rows, rows.low, rows.high, 0.0),
            (self.open_rows, rows.y, None, 0.0),
            (self.on_plan_rows, rows.low, rows.high, p),
        ):
            if not len(i):
                continue
            ends = [None if end is None else (end[i] - middle[i]) / scale[i] for end in (low, high)]
            value, first, second = _cells(ends[0], ends[1], share, dof)
            if share > 0.0 and self.has_grid and ends[0] is not None:
                # Of what stands on plan, this part was stretched; the rest was rounded to it.
                part = float((share * _below(ends[0], dof) / np.exp(value)).sum())
                self.stretched = part / (part + self.n_early) if part > 0.0 else 0.0
            total += float(value.sum())
            slope[i], weight[i] = first / scale[i], second / scale[i] ** 2
        if len(self.on_plan_rows):
            total += self.n_early * math.log(max(1.0 - p, 1e-12))
        return total, slope, np.maximum(weight, 1e-12)

    def loadings(self, values: dict[str, float]) -> list[FloatArray]:
        """(N,) of each factor, what one unit of it moves a row."""
        ones, felt = np.ones(len(self.rows)), self.terms.loadings
        return [abs(values[name]) * felt.get(name, ones) for name, _, _ in self.terms.factors]

    # --- line and factors given theta -------------------------------------------------------------

    def solve(self, theta: FloatArray) -> float:
        """Return minus the restricted log-likelihood of theta; keep the solution as next start."""
        values = self.unpack(theta)
        scale = self.scales(values)
        taus = self.loadings(values)
        x = self.start.copy()
        middle = self.middle(x, taus)
        total, slope, weight = self.row_terms(middle, scale, values)
        objective = self.penalised(total, x)
        system = None
        for _ in range(MOST_STEPS):
            system = self.system(weight, taus)
            step = self.step(system, slope, x, taus)
            factor = 1.0
            while True:
                trial = x + factor * step
                middle = self.middle(trial, taus)
                new_total, new_slope, new_weight = self.row_terms(middle, scale, values)
                new_objective = self.penalised(new_total, trial)
                if new_objective >= objective - 1e-9 * abs(objective) or factor < 1e-4:
                    break
                factor /= 2.0
            gain = new_objective - objective
            x, objective, slope, weight = trial, new_objective, new_slope, new_weight
            if (
                gain < SETTLED * (1.0 + abs(objective))
                and float(np.abs(step).max(initial=0)) < 1e-5
            ):
                break
        system = self.system(weight, taus)
        self.start = x
        self.last = (x, middle, scale)
        self.last_system = system
        return -objective + 0.5 * self.log_determinant(system)

    def penalised(self, total: float, x: FloatArray) -> float:
        """Return the log-likelihood less that of the factors."""
        return total - 0.5 * float(x[self.n_line :] @ x[self.n_line :])

    def middle(self, x: FloatArray, taus: Sequence[FloatArray]) -> FloatArray:
        """(N,) middles."""
        middle = self.terms.line @ x[: self.n_line]
        first = self.n_line
        for tau, (_, number, count) in zip(taus, self.terms.factors, strict=True):
            middle = middle + tau * x[first : first + count][number]
            first += count
        return middle

    def system(
        self, weight: FloatArray, taus: Sequence[FloatArray]
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return the blocks of the information: (A, B, D), D the diagonal of the first factor."""
        line, factors, n_line = self.terms.line, self.terms.factors, self.n_line
        weighted = line * weight[:, np.newaxis]
        sizes = [n_line, *(count for _, _, count in factors[1:])]
        first = np.concatenate([[0], np.cumsum(sizes)])
        a = np.zeros((first[-1], first[-1]))
        a[:n_line, :n_line] = np.einsum("ij,ik->jk", line, weighted)
        for f in range(1, len(factors)):
            _, number, count = factors[f]
            block = slice(first[f], first[f + 1])
            for k in range(n_line):
                crossed = np.bincount(number, taus[f] * weighted[:, k], count)
                a[block, k] = a[k, block] = crossed
            a[block, block] = np.diag(1.0 + np.bincount(number, taus[f] ** 2 * weight, count))
            for g in range(f + 1, len(factors)):
                pairs = _pairs(factors[f], factors[g], weight * taus[f] * taus[g])
                a[block, first[g] : first[g + 1]] = pairs
                a[first[g] : first[g + 1], block] = pairs.T
        if not factors:
            return a, np.zeros((len(a), 0)), np.zeros(0)
        _, number, count = factors[0]
        b = np.zeros((len(a), count))
        for k in range(n_line):
            b[k] = np.bincount(number, taus[0] * weighted[:, k], count)
        for f in range(1, len(factors)):
            pairs = _pairs(factors[f], factors[0], weight * taus[f] * taus[0])
            b[first[f] : first[f + 1]] = pairs
        d = 1.0 + np.bincount(number, taus[0] ** 2 * weight, count)
        return a, b, np.asarray(d, dtype=np.float64)

    def step(
        self,
        system: tuple[FloatArray, FloatArray, FloatArray],
        slope: FloatArray,
        x: FloatArray,
        taus: Sequence[FloatArray],
    ) -> FloatArray:
        """Return the scoring step in the order of x: line, first factor, other factors."""
        a, b, d = system
        score = [self.terms.line.T @ slope]
        first = self.n_line
        for tau, (_, number, count) in zip(taus, self.terms.factors, strict=True):
            own = np.bincount(number, tau * slope, count) - x[first : first + count]
            score.append(own)
            first += count
        if not self.terms.factors:
            return np.asarray(np.linalg.solve(a, score[0]))
        small = np.concatenate([score[0], *score[2:]])
        reduced = a - (b / d) @ b.T
        moved = np.linalg.solve(reduced, small - b @ (score[1] / d))
        largest = (score[1] - b.T @ moved) / d
        return np.concatenate([moved[: self.n_line], largest, moved[self.n_line :]])

    @staticmethod
    def log_determinant(system: tuple[FloatArray, FloatArray, FloatArray]) -> float:
        """Return ln of the determinant of the whole information."""
        a, b, d = system
        reduced = a - (b / d) @ b.T if len(d) else a
        return float(np.log(d).sum() + np.linalg.slogdet(reduced)[1])


def _pairs(
    one: tuple[str, IntArray, int], other: tuple[str, IntArray, int], weight: FloatArray
) -> FloatArray:
    """(levels of one, levels of other) sums of weights."""
    _, number, count = one
    _, other_number, other_count = other
    sums = np.bincount(number * other_count + other_number, weight, count * other_count)
    return np.asarray(sums, dtype=np.float64).reshape(count, other_count)


def _density(e: FloatArray, dof: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return ln f(e), its derivative, and the expected information, of the law with spread 1."""
    if math.isinf(dof):
        return -0.5 * e * e - 0.5 * math.log(2.0 * math.pi), -e, np.ones_like(e)
    from scipy.special import gammaln

    scale = t_scale(dof)
    x = e / scale
    constant = gammaln((dof + 1.0) / 2.0) - gammaln(dof / 2.0) - 0.5 * math.log(dof * math.pi)
    value = constant - math.log(scale) - (dof + 1.0) / 2.0 * np.log1p(x * x / dof)
    first = -(dof + 1.0) * x / (dof + x * x) / scale
    information = np.full_like(e, (dof + 1.0) / (dof + 3.0) / scale**2)
    return np.asarray(value), first, information


def _cells(
    low: FloatArray | None, high: FloatArray | None, share: float, dof: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return ln P, its derivative in the middle and minus its second, of a cell.

    P = F(high) - (1 - share) F(low); ``high`` None = no upper end; both ends equal with a share:
    P = share F. The derivatives are in units of the spread.
    """
    top = np.ones(1) if high is None else _below(high, dof)
    bottom = np.zeros(1) if low is None else _below(low, dof)
    inside = top - (1.0 - share) * bottom
    if high is None and low is not None:
        inside = _below(-low, dof)  # no difference of two numbers near 1
    inside = np.maximum(inside, 1e-300)
    first = np.zeros_like(inside)
    second = np.zeros_like(inside)
    for end, factor in ((high, -1.0), (low, 1.0 - share)):
        if end is None:
            continue
        value, slope, _ = _density(end, dof)
        density = np.exp(value)
        first = first + factor * density / inside
        second = second + factor * density * (-slope) / inside
    # d2/dm2 ln P = P''/P - (P'/P)^2 with f'(e) de/dm = -slope f
    curved = first * first - second
    return np.log(inside), first, np.maximum(curved, 1e-3 * first * first)


def _below(e: FloatArray, dof: float) -> FloatArray:
    from scipy.special import ndtr, stdtr

    return np.asarray(ndtr(e) if math.isinf(dof) else stdtr(dof, e / t_scale(dof)))


def fit_effects(
    rows: Observations, terms: Terms, *, start: EffectsFit | None = None, with_errors: bool = True
) -> EffectsFit:
    """Return the line, the factors and the spread of rows.

    Parameters
    ----------
    start : a fit of the same terms to begin from.
    with_errors : whether to find covariance and intervals (not needed to compare laws).
    """
    from scipy.optimize import minimize

    problem = _Problem(rows, terms)
    begin, bounds = _start(problem, rows, start)
    found = minimize(
        problem.solve,
        begin,
        method="L-BFGS-B",
        bounds=bounds,
        options={"ftol": 1e-8, "gtol": 1e-3, "eps": 1e-4, "maxiter": 60},
    )
    theta = np.asarray(found.x)
    value = problem.solve(theta)
    return _result(problem, theta, -value, with_errors=with_errors)


def _start(
    problem: _Problem, rows: Observations, start: EffectsFit | None
) -> tuple[FloatArray, list[tuple[float, float]]]:
    kept = rows.is_finished & ~rows.is_on_plan
    y = rows.y[kept] if kept.any() else rows.y
    middle = float(np.median(y))
    spread = max(float(np.median(np.abs(y - middle))) * 1.4826, 0.5 * float(y.std()), 1e-3)
    problem.start[0] = middle
    begin, bounds = [], []
    factor_names = {name for name, _, _ in problem.terms.factors}
    for name in problem.names:
        if name == "ln_spread":
            begin.append(math.log(spread))
            bounds.append((-9.0, 4.0))
        elif name in factor_names:
            begin.append(min(0.4 * spread, LARGEST_TAU / 2.0))
            bounds.append((0.0, LARGEST_TAU))
        else:
            begin.append(0.0)
            bounds.append((-1.0, 1.0))
    if start is not None and start.names == problem.names:
        begin = start.theta.tolist()
    return np.array(begin), bounds


def _result(
    problem: _Problem, theta: FloatArray, log_likelihood: float, *, with_errors: bool
) -> EffectsFit:
    assert problem.last is not None
    x, middle, scale = problem.last
    a, b, d = problem.last_system
    values = problem.unpack(theta)
    reduced = a - (b / d) @ b.T if len(d) else a
    inverse = np.asarray(np.linalg.inv(reduced), dtype=np.float64)
    levels, level_se = {}, {}
    place, small = problem.n_line, problem.n_line
    for k, (name, _, count) in enumerate(problem.terms.factors):
        tau = abs(values[name])
        levels[name] = tau * x[place : place + count]
        place += count
        if k == 0:
            left = b / d
            variance = 1.0 / d + np.einsum("ik,ij,jk->k", left, inverse, left)
        else:
            variance = np.diag(inverse)[small : small + count]
            small += count
        level_se[name] = tau * np.sqrt(np.maximum(variance, 0.0))
    covariance = np.zeros((len(theta), len(theta)))
    intervals: dict[str, tuple[float, float]] = {}
    if with_errors:
        covariance, intervals = _uncertainty(problem, theta)
    return EffectsFit(
        line=x[: problem.n_line],
        line_covariance=inverse[: problem.n_line, : problem.n_line],
        levels=levels,
        level_se=level_se,
        taus={name: abs(values[name]) for name, _, _ in problem.terms.factors},
        spread=math.exp(values["ln_spread"]),
        spread_slope=values.get("spread_slope", 0.0),
        dof=problem.terms.dof,
        stretched=problem.stretched,
        middle=middle,
        own_spread=scale,
        log_likelihood=log_likelihood,
        theta=theta,
        covariance=covariance,
        names=problem.names,
        tau_intervals=intervals,
    )


HALF_CHI2 = 1.920729410347062
"""Half the 95 % quantile of chi-squared with one degree of freedom."""


def _uncertainty(
    problem: _Problem, theta: FloatArray
) -> tuple[FloatArray, dict[str, tuple[float, float]]]:
    """Return the covariance of theta, and profile intervals of the taus.

    The curvature is taken with each tau at least a little above 0, where the likelihood is flat by
    symmetry; intervals follow the likelihood with the other entries moved along their regression.
    """
    factor_names = [name for name, _, _ in problem.terms.factors]
    at = theta.copy()
    for name in factor_names:
        place = problem.names.index(name)
        at[place] = max(at[place], 0.02)
    matrix = curvature(problem.solve, at, 5e-3)
    values, vectors = np.linalg.eigh(matrix)
    covariance = (vectors / np.maximum(values, 1e-6 * max(1.0, float(values.max())))) @ vectors.T
    best = problem.solve(theta)
    intervals = {}
    for name in factor_names:
        place = problem.names.index(name)
        along = covariance[:, place] / covariance[place, place]
        along[[problem.names.index(other) for other in factor_names if other != name]] = 0.0

        def excess(tau: float, place: int = place, along: FloatArray = along) -> float:
            trial = theta + along * (tau - theta[place])
            trial[place] = tau
            return problem.solve(trial) - best - HALF_CHI2

        intervals[name] = _ends(excess, float(theta[place]))
    problem.solve(theta)
    return covariance, intervals


def _ends(excess: object, at: float) -> tuple[float, float]:
    """Return where the likelihood has fallen by half a chi-squared, down to 0 and up."""
    from scipy.optimize import brentq

    assert callable(excess)
    low = 0.0
    if at > 0.0 and excess(0.0) > 0.0:
        low = float(brentq(excess, 0.0, at, xtol=1e-4))
    high = max(2.0 * at, 0.05)
    while excess(high) < 0.0 and high < LARGEST_TAU:
        high *= 1.6
    high = min(high, LARGEST_TAU)
    if excess(high) > 0.0:
        high = float(brentq(excess, at, high, xtol=1e-4))
    return low, high
