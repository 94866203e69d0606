"""Reworks: whether work is sent back, and how much of it is done again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pmosim.draws.risks import draw_happening

if TYPE_CHECKING:
    from pmosim.draws.luck import Luck
    from pmosim.network import FloatArray, Network


class Again:
    """Chance of what is done again, drawn when it is asked for: most repeats never happen."""

    def __init__(self, network: Network, luck: Luck) -> None:
        self._network, self._luck = network, luck
        self._uniforms: dict[tuple[str, int, int], FloatArray] = {}
        self._amounts: dict[tuple[str, int, int], FloatArray] = {}

    def uniform(self, project: str, task: int, times: int) -> FloatArray:
        """(R,) uniforms that decide after a task has sent work back ``times`` times."""
        key = project, task, times
        if key not in self._uniforms:
            name = f"{project}.{self._network.tasks.ids[task]}"
            self._uniforms[key] = self._luck.table([name], "rework", times)[0]
        return self._uniforms[key]

    def amount(self, project: str, pool: int, times: int) -> FloatArray:
        """(R,) whole amounts, risks included, before size, of the ``times``-th time again."""
        key = project, pool, times
        if key not in self._amounts:
            self._amounts[key] = self._draw(project, pool, times)
        return self._amounts[key]

    def _draw(self, project: str, pool: int, times: int) -> FloatArray:
        pools, tasks, luck = self._network.pools, self._network.tasks, self._luck
        law, task = pools.law[pool], int(pools.task[pool])
        values: FloatArray = np.full((1, luck.count), law.plan)
        if not law.is_certain:
            u = luck.work([project], tasks.ids[task], pools.keys[pool], times)
            values = luck.amounts(law, u)
        if pools.settled is not None and not np.isnan(pools.settled[pool]):
            values = np.full_like(
                values, law.mean if tasks.is_part_done[task] else pools.settled[pool]
            )
        for hit in self._network.risks:
            if pool in hit.pools:
                values = values * draw_happening(hit, luck, [project])[1]
        drawn: FloatArray = values[0]
        return drawn
