"""Fates: what may strike active projects by chance, as arrays."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pmosim.network.arrays import FateArrays
from pmosim.network.frozen import floats

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pmosim.scenario.portfolio import Project


def compile_fates(rows: Sequence[Project], year_minutes: int) -> FateArrays | None:
    """Return the fates of all project rows, None where nothing is left to chance.

    Parameters
    ----------
    year_minutes : working minutes of the 365 days from day 0: P(it strikes a project that is
        active all that time) is as stated.
    """
    if not any(project.cancellation or project.interruption for project in rows):
        return None

    def hazard(share: float) -> float:
        return -math.log1p(-share) / year_minutes

    rests = [project.interruption for project in rows]
    return FateArrays(
        cancellation=floats(hazard(project.cancellation) for project in rows),
        interruption=floats(0.0 if rest is None else hazard(rest.rate) for rest in rests),
        lasts=tuple(None if rest is None else rest.lasts for rest in rests),
    )
