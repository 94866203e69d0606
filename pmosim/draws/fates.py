"""Fates: when an active project is cancelled by chance, and when it has to rest for how long."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pmosim.distributions import Exponential
from pmosim.units import whole

if TYPE_CHECKING:
    from pmosim.draws.luck import Luck
    from pmosim.network import FateArrays, IntArray, Network


class Fates:
    """Chance of what strikes projects, drawn when it is asked for; by the project's own luck."""

    def __init__(self, network: Network, luck: Luck) -> None:
        self._luck = luck
        self.arrays: FateArrays | None = network.fates
        self._ends: dict[str, IntArray] = {}
        self._rests: dict[tuple[str, int], tuple[IntArray, IntArray]] = {}

    def cancellation(self, project: str, row: int) -> IntArray:
        """(R,) working minutes from the release to the cancellation, 1 at the least."""
        if project not in self._ends:
            assert self.arrays is not None
            law = Exponential(mean=1.0 / float(self.arrays.cancellation[row]))
            self._ends[project] = _some(law.quantile(self._luck.one(project, "cancellation")))
        return self._ends[project]

    def rest(self, project: str, row: int, times: int) -> tuple[IntArray, IntArray]:
        """(R,) working minutes before, and in, the rest after ``times`` others."""
        key = project, times
        if key not in self._rests:
            assert self.arrays is not None
            lasts = self.arrays.lasts[row]
            assert lasts is not None
            law = Exponential(mean=1.0 / float(self.arrays.interruption[row]))
            before = law.quantile(self._luck.table([project], "interruption", times)[0])
            # Each rest has a draw of its own, also where a law is certain.
            u = self._luck.table([project], "rest", times)[0]
            self._rests[key] = _some(before), _some(lasts.quantile(u))
        return self._rests[key]


def _some(minutes: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> IntArray:
    """Return whole minutes, one at the least."""
    return np.maximum(whole(minutes), 1)
