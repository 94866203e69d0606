"""Risks: whether each happens, what it multiplies, costs, and by how much it holds work back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pmosim.units import whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pmosim.draws.luck import Luck
    from pmosim.network import BoolArray, FloatArray, Hit, IntArray, Network


def draw_happening(hit: Hit, luck: Luck, projects: Sequence[str]) -> tuple[BoolArray, FloatArray]:
    """(projects, R) whether a risk happens to each project, and times what its work is then."""
    entities = [hit.entity] if hit.is_shared else [f"{name}.{hit.entity}" for name in projects]
    happens = luck.table(entities, "risk") < hit.probability
    factor = np.where(happens, luck.values(hit.work, entities, "risk work"), 1.0)
    shape = (len(projects), luck.count)
    return np.broadcast_to(happens, shape), np.broadcast_to(factor, shape)


def draw_charges(hit: Hit, luck: Luck, projects: Sequence[str]) -> FloatArray:
    """(projects, R) what a risk and its mitigation cost each project."""
    charge = np.full((len(projects), luck.count), hit.price)
    if hit.cost is None:
        return charge
    happens, _ = draw_happening(hit, luck, projects)
    entities = [f"{name}.{hit.entity}" for name in projects]
    return charge + np.where(happens, luck.values(hit.cost, entities, "risk cost"), 0.0)


def draw_delay(hit: Hit, luck: Luck, projects: Sequence[str]) -> IntArray:
    """(projects, R) minutes by which a risk holds work of each project back, 0 = it does not.

    Like the factor of its work it is one draw for all that a driver hits.
    """
    assert hit.delay is not None
    entities = [hit.entity] if hit.is_shared else [f"{name}.{hit.entity}" for name in projects]
    happens = luck.table(entities, "risk") < hit.probability
    minutes = np.where(happens, whole(luck.values(hit.delay, entities, "risk delay")), 0)
    return np.broadcast_to(minutes, (len(projects), luck.count))


def listed_delays(network: Network, luck: Luck) -> IntArray:
    """(R, D) minutes of each risk with a delay on a listed project, 0 = it does not happen."""
    columns = [
        draw_delay(hit, luck, [network.projects.ids[hit.row]])[0]
        for hit in network.risks
        if hit.delay is not None and hit.row < network.n_listed
    ]
    return np.column_stack(columns) if columns else np.empty((luck.count, 0), dtype=np.int64)


def listed_factors(network: Network, luck: Luck, n_pools: int) -> FloatArray | None:
    """(R, n_pools) what risks multiply the amounts of listed projects by; None = no risks."""
    hits = [hit for hit in network.risks if hit.row < network.n_listed]
    if not hits:
        return None
    factors = np.ones((luck.count, n_pools))
    for hit in hits:
        _, factor = draw_happening(hit, luck, [network.projects.ids[hit.row]])
        factors[:, list(hit.pools)] *= factor[0][:, np.newaxis]
    return factors


def listed_charges(network: Network, luck: Luck) -> FloatArray:
    """(R, H) what each risk on a listed project costs."""
    hits = [hit for hit in network.risks if hit.row < network.n_listed]
    columns = [draw_charges(hit, luck, [network.projects.ids[hit.row]])[0] for hit in hits]
    return np.column_stack(columns) if columns else np.empty((luck.count, 0))
