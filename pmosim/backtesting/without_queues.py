"""Without queues: a forecast from a plan and what was fitted to it, nobody simulated.

For histories that know projects but not people, and for efforts and costs, which do not wait. In:
a case and what was fitted up to its cut. Out: a sample, or None where nothing was fitted.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from pmosim.backtesting.baselines import FEWEST, beyond
from pmosim.streams import uniform_table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pmosim.backtesting.cases import Case, Measure
    from pmosim.fitted import Fitted

    FloatArray = NDArray[np.float64]

GROUPS: dict[Measure, str] = {
    "finish": "project duration",
    "effort": "project effort",
    "cost": "project cost",
}
DRAWS = 800
LUCKS = ("typical_bias", "size_slope", "spread", "own")


def forecast_from_plan(fitted: Fitted, case: Case, *, seed: int = 1) -> FloatArray | None:
    """(n,) what a project may come to, given its plan and what it has come to already.

    Fitted parameters are drawn from their own uncertainty for each member (normal; the spread
    lognormal), so that few projects give wide forecasts. What would end early is recorded on plan
    as often as the history does it.
    """
    group = GROUPS[case.measure]
    if not fitted.has(group) or not case.plan > 0.0:
        return None
    law = fitted.plan_law(group, template=case.kind).law(case.plan)
    entities = [f"{case.cut}/{case.measure}/{case.project}/{luck}" for luck in LUCKS]
    bias, slope, scale, own = uniform_table(seed, entities, "no queue", 0, 0, DRAWS)
    shift = _drawn(fitted, "typical_bias", group, bias)
    shift += law.log_size * _drawn(fitted, "size_slope", group, slope)
    widening = np.exp(_drawn_log(fitted, "spread", group, scale))
    values = law.quantile_given(own, shift, widening)
    if case.floor > 0.0:
        left = values[values > case.floor]
        return left if len(left) >= FEWEST else beyond(values, case.floor)
    return np.asarray(values)


def _drawn(fitted: Fitted, name: str, group: str, places: FloatArray) -> FloatArray:
    """Return how far a parameter may be from its value, one number a member."""
    from scipy.special import ndtri

    found = fitted.find(name, group)
    se = 0.0 if found is None or not math.isfinite(found.se) else found.se
    return np.asarray(se * ndtri(places))


def _drawn_log(fitted: Fitted, name: str, group: str, places: FloatArray) -> FloatArray:
    """Return the same of the logarithm of a parameter above 0."""
    found = fitted.find(name, group)
    if found is None or found.value <= 0.0:
        return np.zeros(len(places))
    return _drawn(fitted, name, group, places) / found.value
