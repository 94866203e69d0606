"""Projects: whether each exists in a future, its size and money, and the luck of its gates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pmosim.distributions import Law
    from pmosim.draws.luck import Luck
    from pmosim.network import BoolArray, FloatArray, Network


def draw_happens(network: Network, luck: Luck) -> BoolArray:
    """(R, P) whether each listed project exists."""
    happens = np.ones((luck.count, network.n_listed), dtype=np.bool_)
    for p in range(network.n_listed):
        probability = network.projects.probability[p]
        if probability < 1.0:
            happens[:, p] = luck.one(network.projects.ids[p], "probability") < probability
    return happens


def draw_money(
    laws: Sequence[Law | None], purpose: str, network: Network, luck: Luck, size: FloatArray
) -> FloatArray:
    """(R, P) realised amounts of money, size included."""
    amounts = np.zeros_like(size)
    for p, law in enumerate(laws):
        if law is not None:
            amounts[:, p] = luck.values(law, [network.projects.ids[p]], purpose)[0]
    return amounts * size


def listed_gates(network: Network, luck: Luck) -> FloatArray:
    """(R, G) uniforms of the gates of listed projects."""
    names = [
        f"{network.projects.ids[p]}.{network.tasks.ids[task]}"
        for p in range(network.n_listed)
        for task in _gates_of(network, p)
    ]
    return luck.table(names, "gate").T if names else np.empty((luck.count, 0))


def prototype_gates(network: Network, luck: Luck, row: int, names: Sequence[str]) -> FloatArray:
    """(gates, K, R) uniforms of each gate of each arrival."""
    uniforms_of_gates = [
        luck.table([f"{name}.{network.tasks.ids[task]}" for name in names], "gate")
        for task in _gates_of(network, row)
    ]
    if not uniforms_of_gates:
        return np.empty((0, len(names), luck.count))
    return np.stack(uniforms_of_gates)


def _gates_of(network: Network, row: int) -> list[int]:
    """Return the tasks of a project row, or prototype, at which a stage ends."""
    first, last = (int(network.projects.first_task[row + i]) for i in (0, 1))
    return [first + at for at in np.flatnonzero(network.tasks.is_gate[first:last]).tolist()]
