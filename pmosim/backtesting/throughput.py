"""Throughput: how many items will be finished in the next weeks, from counts alone.

For histories without people and plans. The level is that of the last quarter; how far such a level
has missed what came after it, as often as the log is long, is the error of the forecast. So the
interval holds drift and change of the process, which drawing weeks anew (a bootstrap) does not.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

LEVEL_WEEKS = 13
"""Weeks of which the level is taken: a quarter, so that no release week decides."""
HALF_LIFE = 52.0
"""Weeks after which a past error counts half."""
PRIOR_SD = 0.3
"""Spread of ln(count / level) before any is seen, worth ``PRIOR_WEIGHT`` errors."""
PRIOR_WEIGHT = 4.0
FEWEST_WEEKS = 2 * LEVEL_WEEKS
DRAWS = 400
CONTINUITY = 0.5


def weekly_counts(
    finished: NDArray[np.datetime64], first: np.datetime64, end: np.datetime64
) -> FloatArray:
    """(weeks,) items finished in each whole week before ``end``, the oldest first."""
    weeks = int((end - first) // np.timedelta64(7, "D"))
    back = ((end - np.timedelta64(1, "D")) - finished) // np.timedelta64(7, "D")
    inside = back[(back >= 0) & (back < weeks)].astype(np.int64)
    return np.bincount(weeks - 1 - inside, minlength=weeks).astype(np.float64)


def forecast_count(counts: FloatArray, weeks: int, draws: int = DRAWS) -> FloatArray:
    """(draws,) items finished in the next ``weeks``: evenly spread quantiles, the least first.

    ln(count / level) is Student's t: centre and spread from the errors of earlier origins (which
    overlap: each counts for 1 / weeks), shrunk to 0 and ``PRIOR_SD`` while there are few.
    """
    from scipy.special import stdtrit

    total = np.concatenate([[0.0], np.cumsum(counts)])
    origins = np.arange(LEVEL_WEEKS, len(counts) - weeks + 1)
    level = (total[origins] - total[origins - LEVEL_WEEKS]) * weeks / LEVEL_WEEKS
    came = total[origins + weeks] - total[origins]
    errors = np.log((came + CONTINUITY) / (level + CONTINUITY))
    weight = 0.5 ** ((len(counts) - weeks - origins) / HALF_LIFE) / weeks
    seen = float(weight.sum())
    freedom = PRIOR_WEIGHT + seen
    centre = float(weight @ errors) / freedom
    variance = (PRIOR_WEIGHT * PRIOR_SD**2 + float(weight @ (errors - centre) ** 2)) / freedom
    places = (np.arange(draws) + 0.5) / draws
    spread = math.sqrt(variance * (1.0 + 1.0 / freedom)) * stdtrit(freedom, places)
    now = float(counts[-LEVEL_WEEKS:].mean()) * weeks + CONTINUITY
    found: FloatArray = np.maximum(np.round(now * np.exp(centre + spread) - CONTINUITY), 0.0)
    return found
