"""Parts that all estimators share: intervals, steps of optimisation, words for groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Callable

FloatArray: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.int64]
BoolArray: TypeAlias = NDArray[np.bool_]

Z95 = 1.959963984540054
"""97.5 % quantile of the standard normal."""


def share_interval(hits: int, n: int) -> tuple[float, float, float, float]:
    """Return share, standard error and 95 % interval of a frequency.

    Jeffreys: Beta(1/2 + k, 1/2 + n - k), the ends 0 and 1 where nothing or all was hit (Brown, Cai
    and DasGupta 2001).
    """
    from scipy.special import betaincinv

    a, b = hits + 0.5, n - hits + 0.5
    mean = a / (a + b)
    se = float(np.sqrt(mean * (1.0 - mean) / (a + b + 1.0)))
    low = 0.0 if hits == 0 else float(betaincinv(a, b, 0.025))
    high = 1.0 if hits == n else float(betaincinv(a, b, 0.975))
    return mean, se, low, high


def curvature(function: Callable[[FloatArray], float], at: FloatArray, step: float) -> FloatArray:
    """Return the matrix of second derivatives, by central differences."""
    n = len(at)
    matrix = np.empty((n, n))
    middle = function(at)
    moved = np.eye(n) * step
    ahead = [function(at + moved[i]) for i in range(n)]
    behind = [function(at - moved[i]) for i in range(n)]
    for i in range(n):
        matrix[i, i] = (ahead[i] - 2.0 * middle + behind[i]) / step**2
        for j in range(i):
            both = function(at + moved[i] + moved[j]) + function(at - moved[i] - moved[j])
            mixed = both - ahead[i] - behind[i] - ahead[j] - behind[j] + 2.0 * middle
            matrix[i, j] = matrix[j, i] = mixed / (2.0 * step**2)
    return matrix
