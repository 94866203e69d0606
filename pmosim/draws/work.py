"""Work: how much of each amount there is to do, risks and size included.

Of work in flight it is what is left of it (``in_flight``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pmosim.draws.risks import draw_happening, listed_factors
from pmosim.in_flight import left_law
from pmosim.units import WHOLE, whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pmosim.distributions import Law
    from pmosim.draws.luck import Luck
    from pmosim.network import FloatArray, IntArray, Network


def listed_amounts(network: Network, luck: Luck, size: FloatArray) -> IntArray:
    """(R, Q) what is left to do of each pool of listed projects."""
    tasks, pools = network.tasks, network.pools
    n_pools = int(tasks.first_pool[network.projects.first_task[network.n_listed]])
    amounts = np.empty((luck.count, n_pools), dtype=np.int64)
    alike: dict[tuple[Law, float, str, str], list[int]] = {}
    for q, task in enumerate(pools.task[:n_pools].tolist()):
        law, spent = pools.law[q], 0.0
        if tasks.is_part_done[task]:
            scale = size[0, tasks.project[task]] if pools.is_sized[q] and luck.count else 1.0
            law, spent = left_law(network, q, float(scale))
        alike.setdefault((law, spent, tasks.ids[task], pools.keys[q]), []).append(q)
    more = listed_factors(network, luck, n_pools)
    for (law, spent, task_id, key), group in alike.items():
        task = pools.task[group]
        project = tasks.project[task]
        values: FloatArray = np.full((len(group), luck.count), law.plan)
        if not law.is_certain:
            names = [network.projects.ids[p] for p in project]
            if spent > 0.0:
                u = luck.work_beyond(names, task_id, key, law.score(spent))
                values = law.quantile_beyond(u, spent) - spent
            else:
                values = luck.amounts(law, luck.work(names, task_id, key))
        values = _settled(network, group, values)
        is_sized = pools.is_sized[group]
        is_scaled = (is_sized & ~tasks.is_part_done[task])[:, np.newaxis]
        scale = np.where(is_scaled, size[:, project].T, 1.0)
        unit = np.where(is_sized, WHOLE, 1)[:, np.newaxis]
        if more is not None:
            values = values * more[:, group].T
        amounts[:, group] = whole(values * scale * unit).T
    amounts.flags.writeable = False
    return amounts


def prototype_amounts(
    network: Network, luck: Luck, row: int, names: Sequence[str], size: FloatArray
) -> IntArray:
    """(pools, K, R) amounts of each pool of each arrival."""
    tasks, pools = network.tasks, network.pools
    first, last = (int(tasks.first_pool[network.projects.first_task[row + i]]) for i in (0, 1))
    amounts = np.empty((last - first, *size.shape), dtype=np.int64)
    hits = [
        (draw_happening(hit, luck, names)[1], set(hit.pools))
        for hit in network.risks
        if hit.row == row
    ]
    for q in range(first, last):
        law, task = pools.law[q], tasks.ids[int(pools.task[q])]
        values: FloatArray = np.full(size.shape, law.plan)
        if not law.is_certain:
            values = luck.amounts(law, luck.work(names, task, pools.keys[q]))
        values = _settled(network, [q], values)
        for factor, hit_pools in hits:
            values = values * factor if q in hit_pools else values
        amounts[q - first] = whole(values * size * WHOLE) if pools.is_sized[q] else whole(values)
    return amounts


def _settled(network: Network, group: Sequence[int], values: FloatArray) -> FloatArray:
    """(group, R) values, those of pools that a study takes out of chance replaced."""
    if network.pools.settled is None:
        return values
    known = network.pools.settled[list(group), np.newaxis]
    return np.where(np.isnan(known), values, known)
