"""Diagnosis: a calibration as a document that a page or a program can read.

In: ``Calibration``. Out: ``pmosim.calibration/1``. Not here: words and charts (``report``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pmosim.calibration.goodness import MOST_TESTED, bootstrap_p, quantile_pairs
from pmosim.calibration.parts import share_interval

if TYPE_CHECKING:
    from pmosim.calibration.fit import Calibration
    from pmosim.calibration.plan_fit import PlanFit

SCHEMA = "pmosim.calibration/1"
MOST_DOTS = 400
RESAMPLES = 199
"""Of the goodness of fit: p is known to .01 near .05."""
RATIO_STEPS = np.log(np.array([0.05, 0.25, 0.5, 0.7, 0.85, 1.0, 1.2, 1.5, 2.0, 3.0, 5.0, 50.0]))


def document_of(calibration: Calibration, name: str) -> dict[str, Any]:
    """Return a calibration as plain values."""
    fitted = calibration.fitted
    return {
        "schema": SCHEMA,
        "name": name,
        "as_of": fitted.as_of.isoformat(),
        "parameters": [
            {
                "name": p.name, "group": p.group, "value": p.value, "se": p.se, "low": p.low,
                "high": p.high, "n": p.n, "basis": p.basis, "source": p.source, "unit": p.unit,
            }
            for p in fitted.parameters
        ],
        "notes": list(fitted.notes),
        "sources": list(fitted.sources),
        "track_record": fitted.track_record,
        "fits": [_fit_entry(plan, calibration) for plan in calibration.plans],
        "requests": [
            {
                "group": group,
                "months": list(months),
                "counts": [int(count) for count in counts],
                "expected": [float(value) for value in fit.expected],
                "dropped_months": fit.dropped_months,
            }
            for group, months, counts, fit in calibration.counts
        ],
    }  # fmt: skip


def _fit_entry(plan: PlanFit, calibration: Calibration) -> dict[str, Any]:
    rows = plan.rows
    finished = rows.is_finished
    entry: dict[str, Any] = {
        "group": plan.group,
        "n": len(rows),
        "n_finished": int(finished.sum()),
        "n_open": int((rows.is_open & ~rows.is_cancelled).sum()),
        "n_cancelled": int(rows.is_cancelled.sum()),
        "n_projects": rows.n_projects,
        "n_on_plan": int(rows.is_on_plan.sum()),
        "law": plan.residual.law,
        "compared": [
            {"law": law, "crps": crps, "difference": difference, "se": se}
            for law, crps, difference, se in plan.comparison
        ],
    }
    if plan.fit is None:
        return entry
    law = calibration.fitted.plan_law(plan.group)
    step = max(1, len(rows) // MOST_DOTS)
    entry["dots"] = [
        [float(x), float(y), bool(is_open)]
        for x, y, is_open in zip(
            rows.log_plan[::step], rows.y[::step], rows.is_open[::step], strict=True
        )
    ]
    ends = np.quantile(rows.log_plan, [0.01, 0.99])
    entry["line"] = [
        [float(x), law.middle(float(np.exp(x))), law.law(float(np.exp(x))).spread]
        for x in np.linspace(float(ends[0]), float(ends[1]), 9)
    ]
    entry["qq"] = quantile_pairs(plan.standardised, plan.residual)
    entry["p_fit"] = bootstrap_p(plan.standardised, plan.residual, RESAMPLES)
    entry["is_large"] = len(plan.standardised) > MOST_TESTED
    entry["ratios"] = _ratios(plan)
    return entry


def _ratios(plan: PlanFit) -> list[dict[str, float]]:
    """Return shares of finished work by actual / plan, exactly on plan by itself."""
    rows = plan.rows
    finished = rows.is_finished
    n = int(finished.sum())
    y = rows.y[finished & ~rows.is_on_plan]
    counts, _ = np.histogram(np.clip(y, RATIO_STEPS[0], RATIO_STEPS[-1]), RATIO_STEPS)
    found = []
    edges = np.exp(RATIO_STEPS)
    for k, count in enumerate(counts.tolist()):
        found.append({"from": float(edges[k]), "to": float(edges[k + 1]), "share": count / n})
    on_plan = int(rows.is_on_plan.sum())
    _, _, low, high = share_interval(on_plan, n)
    found.append({"from": 1.0, "to": 1.0, "share": on_plan / n, "low": low, "high": high})
    return found
