"""Fates: how often chance cancels projects or lets them rest, and for how long.

In: the futures of a project. Out: keys of its document, none where nothing is left to chance.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pmosim.forecast import finish
from pmosim.forecast.estimate import mean, probability, unknown
from pmosim.outcomes import RESTED

if TYPE_CHECKING:
    from pmosim.forecast.estimate import Json
    from pmosim.forecast.futures import ProjectFutures
    from pmosim.network.arrays import FloatArray


def project_fate(futures: ProjectFutures) -> Json:
    """Return the chance that a project is cancelled, and that and how long it rests, by chance.

    Rests are in working days, in all futures in which the project is there.
    """
    arrays, row = futures.outcomes.network.fates, futures.project
    if arrays is None or not (arrays.cancellation[row] or arrays.interruption[row]):
        return {}
    if futures.reason:
        nothing = unknown(futures.reason).to_json()
        return {"fate": dict.fromkeys(("p_cancelled", "p_rested", "rest_days"), nothing)}
    days = rest_days(futures)
    return {
        "fate": {
            "p_cancelled": probability(finish.is_called_off(futures)).to_json(),
            "p_rested": probability(days > 0).to_json(),
            "rest_days": mean(days).to_json(),
        }
    }


def rest_days(futures: ProjectFutures) -> FloatArray:
    """(n,) working days that a project rests by chance in each of its futures."""
    outcomes = futures.outcomes
    events = outcomes.events
    is_rest = events.kind == RESTED
    days = np.zeros(len(outcomes.projects_.row))
    lengths = (events.until - events.minute)[is_rest] / outcomes.minutes_per_day
    np.add.at(days, events.project_row[is_rest], lengths)
    return days[futures.rows]
