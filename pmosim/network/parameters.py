"""Parameters: the luck by which fitted parameters differ from their best values in each future."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pmosim.distributions.laws import normal_score
from pmosim.streams import uniforms

if TYPE_CHECKING:
    from pmosim.network.arrays import FloatArray

ENTITY = "calibration"
"""Whose luck it is."""
NAMES = ("typical_bias", "size_slope", "spread")
"""Parameters that are drawn, in the order of the rows."""


def parameter_scores(seed: int, first: int, count: int) -> FloatArray:
    """(3, R) standard normal scores of bias, size slope and ln(spread) in each future."""
    rows = [uniforms(seed, ENTITY, f"parameter {name}", 0, first, count) for name in NAMES]
    return np.asarray(normal_score(np.stack(rows)), dtype=np.float64)
