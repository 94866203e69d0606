"""Units: whole billionths, and the two ways a number becomes whole.

Shares and every factor of a rate are whole billionths, work is whole billionths of a
person-minute, time is whole minutes (model.md, section 1).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

WHOLE = 1_000_000_000
"""Billionths in one: 100 % of a share, one person-minute of work."""


def ceil_div(numerator: int, denominator: int) -> int:
    """Return ``numerator / denominator`` rounded up; both whole, the denominator positive."""
    return -(-numerator // denominator)


def times(a: int, b: int) -> int:
    """Return the product of two factors in billionths, rounded up to a whole billionth."""
    return -(-a * b // WHOLE)


def round_half_up(value: float) -> int:
    """Return the nearest whole number, halves upwards."""
    return math.floor(value + 0.5)


def whole(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return each value rounded half up to a whole number."""
    return np.floor(values + 0.5).astype(np.int64)
