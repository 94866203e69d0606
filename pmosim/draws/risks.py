"""Risks: whether each happens, what it multiplies, and what it costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pmosim.draws.luck import Luck
    from pmosim.network import BoolArray, FloatArray, Hit, Network


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
