"""Reactions: how often management did something about late projects.

In: outcomes. Out: what the document says of each reaction; nothing where there are none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pmosim.forecast.estimate import mean, probability, unknown
from pmosim.outcomes import FIRST_REACTION

if TYPE_CHECKING:
    from pmosim.forecast.estimate import Json
    from pmosim.forecast.futures import ProjectFutures
    from pmosim.network.arrays import BoolArray
    from pmosim.outcomes import Outcomes


def reaction_documents(outcomes: Outcomes) -> Json:
    """Return of each reaction how often it is taken: in a future at all, on how many projects."""
    if not outcomes.network.reactions:
        return {}
    day = outcomes.minutes_per_day
    documents = []
    for number, one in enumerate(outcomes.network.reactions):
        rows = outcomes.events.project_row[outcomes.events.kind == FIRST_REACTION + number]
        counts = np.bincount(outcomes.future[rows], minlength=outcomes.replications)
        documents.append(
            {
                "id": one.id,
                "do": one.action,
                "asked": one.asked,
                "late_by_days": one.late_by / day,
                "p_used": probability(counts > 0).to_json(),
                "per_future": mean(counts.astype(np.float64)).to_json(),
            }
        )
    return {"reactions": documents}


def project_reactions(futures: ProjectFutures) -> Json:
    """Return the chance that each reaction is taken for a project."""
    outcomes = futures.outcomes
    known = outcomes.network.reactions
    if not known:
        return {}
    if futures.reason:
        nothing = unknown(futures.reason).to_json()
        return {"reactions": {one.id: nothing for one in known}}
    return {
        "reactions": {
            one.id: probability(outcomes.has_event(FIRST_REACTION + number)[futures.rows]).to_json()
            for number, one in enumerate(known)
        }
    }


def is_stopped_by_management(futures: ProjectFutures) -> BoolArray:
    """Return in which futures a reaction stopped the project."""
    outcomes = futures.outcomes
    stopped = np.zeros(len(futures.rows), dtype=np.bool_)
    for number, one in enumerate(outcomes.network.reactions):
        if one.action == "stop":
            stopped |= outcomes.has_event(FIRST_REACTION + number)[futures.rows]
    return stopped
