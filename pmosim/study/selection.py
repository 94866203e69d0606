"""Selection: finding the best of several systems with a stated chance, on the same luck.

In: a function that gives the values of some systems in some futures. Out: the best, and how many
futures each system took. The fully sequential procedure of Kim and Nelson (2001): after a first
look at all systems, futures are spent on those only that may still be the best.

The guarantee: if the best system is better than every other by ``delta`` or more, it is chosen with
a chance of at least ``sure``. It holds for differences that are normal, however dependent the
systems are in a future; means over many projects are nearly so, skewed ones are allowed for. What
happens in fewer than one of ten futures may not show in the first look. Futures come in blocks: a
walk that is looked at less often leaves its bounds on the wrong side no more often (Jennison,
Johnstone and Turnbull 1982). If systems lie closer than ``delta``, one of the close ones is chosen;
which one matters less than ``delta``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pmosim.forecast.estimate import t_quantile
from pmosim.forecast.paired import mean_difference
from pmosim.replication import BLOCK

if TYPE_CHECKING:
    from pmosim.network.arrays import BoolArray, FloatArray

Observe = Callable[[Sequence[int], int, int], "FloatArray"]
"""(systems, first future, number of futures) -> (number of futures, systems) values."""
LEAST = 20
"""Futures of the first look, at least: below that the variances are guesses (Kim and Nelson)."""


@dataclass(frozen=True, kw_only=True)
class Selection:
    """What a selection came to; systems are numbers from 0."""

    best: int
    """The one that is left, or the best so far where several are."""
    left: tuple[int, ...]
    """Systems that may be the best, the best first."""
    as_good: tuple[tuple[int, int], ...]
    """(system, other): taken out because it was equal to the other in every future."""
    futures: tuple[int, ...]
    """Futures that each system took."""
    delta: float
    sure: float
    bound: int
    """Futures of every system after which one is left in any case, known after the first look."""

    @property
    def is_decided(self) -> bool:
        """Whether one is left; else the cap was reached first and nothing is guaranteed."""
        return len(self.left) == 1


def select_best(
    observe: Observe,
    n_systems: int,
    *,
    delta: float,
    sure: float = 0.95,
    first: int = BLOCK,
    block: int = BLOCK,
    most: int | None = None,
) -> Selection:
    """Return the system with the largest mean.

    Parameters
    ----------
    observe : gives values of some systems in the same futures; larger is better.
    n_systems : 1 or more.
    delta : the smallest difference that matters, in the unit of the values, above 0.
    sure : chance of choosing the best if it is better than the others by ``delta``.
    first : futures of the first look, 20 or more; the variances are taken from them.
    block : futures of each further look.
    most : futures of a system at most; None = as many as it takes.
    """
    if delta <= 0.0 or not 0.0 < sure < 1.0 or first < LEAST:
        text = f"delta {delta}, sure {sure}, first {first}: above 0, between 0 and 1, {LEAST} or up"
        raise ValueError(text)
    systems = list(range(n_systems))
    futures = [first] * n_systems
    values = observe(systems, 0, first)
    if n_systems == 1:
        return _selection([0], values.sum(axis=0), [], futures, delta, sure, first)
    spread = _spread(n_systems, first, sure) * _variance_of_pairs(values)
    bound = max(first, math.floor(float(spread.max()) / delta**2) + 1)
    sums = values.sum(axis=0)
    as_good: list[tuple[int, int]] = []
    n = first
    while True:
        limits = np.maximum(0.0, (spread / delta - delta * n) / 2.0)
        systems = _screened(systems, sums, limits, as_good)
        if len(systems) == 1 or (most is not None and n >= most):
            return _selection(systems, sums, as_good, futures, delta, sure, bound)
        count = block if most is None else min(block, most - n)
        sums[systems] += observe(systems, n, count).sum(axis=0)
        n += count
        for system in systems:
            futures[system] = n


def _selection(
    systems: list[int],
    sums: FloatArray,
    as_good: list[tuple[int, int]],
    futures: list[int],
    delta: float,
    sure: float,
    bound: int,
) -> Selection:
    left = sorted(systems, key=lambda system: (-float(sums[system]), system))
    return Selection(
        best=left[0],
        left=tuple(left),
        as_good=tuple(as_good),
        futures=tuple(futures),
        delta=delta,
        sure=sure,
        bound=bound,
    )


def _spread(n_systems: int, first: int, sure: float) -> float:
    """Return h^2 of Kim and Nelson with c = 1: how far the bounds lie apart."""
    degrees = first - 1
    eta = (math.pow(2.0 * (1.0 - sure) / (n_systems - 1), -2.0 / degrees) - 1.0) / 2.0
    return 2.0 * eta * degrees


def _variance_of_pairs(values: FloatArray) -> FloatArray:
    """(k, k) variances of the differences between systems in the same futures.

    From the wider side of the interval of each mean difference, which is that of the sample
    variance, or more where a few futures are hit hard: their sample variance is often too small.
    """
    n, k = values.shape
    found = np.zeros((k, k))
    for one in range(k):
        for other in range(one):
            change = mean_difference(values[:, one], values[:, other])
            half = max(change.high - change.value, change.value - change.low)
            found[one, other] = found[other, one] = n * (half / t_quantile(n - 1)) ** 2
    return found


def _screened(
    systems: list[int], sums: FloatArray, limits: FloatArray, as_good: list[tuple[int, int]]
) -> list[int]:
    """Return the systems that no other leaves behind; of two that are equal, the first."""
    mine = sums[systems]
    ahead = mine[None, :] - mine[:, None]  # [i, l]: how far l is ahead of i
    limit = limits[np.ix_(systems, systems)]
    is_behind: BoolArray = np.any(ahead > limit, axis=1)
    is_equal = (ahead == 0.0) & (limit == 0.0) & np.tri(len(systems), k=-1, dtype=bool)
    kept = []
    for place, system in enumerate(systems):
        equals = np.flatnonzero(is_equal[place])
        if is_behind[place]:
            continue
        if len(equals):
            as_good.append((system, systems[int(equals[0])]))
            continue
        kept.append(system)
    return kept
