"""Plan parameters: a fit as the parameters of ``fitted.yaml``, each with error and interval."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from pmosim import priors
from pmosim.calibration.common_effects import shrunk_log_spreads
from pmosim.calibration.parts import Z95, share_interval
from pmosim.fitted import Basis, Parameter

if TYPE_CHECKING:
    from pmosim.calibration.effects import EffectsFit
    from pmosim.calibration.observations import Observations
    from pmosim.calibration.parts import FloatArray
    from pmosim.calibration.rungs import Rung
    from pmosim.distributions.tails import Tail


def parameters_of(
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
    """Return the parameters of a fit, in the order of ``fitted.yaml``."""
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
