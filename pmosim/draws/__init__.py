"""Draws: every chance event of every replication, decided before the engine runs.

In: a ``Network`` (its ids are the keys) and a seed. Out: ``Draws``, arrays with R rows.
Not here: anything that depends on the state of the run; see decision 0001.

Amounts are whole: billionths of a person-minute for work, minutes for durations (model.md,
section 1), rounded half up. Work in flight is drawn as what is left of it (section 3).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pmosim.draws.demand import Arrivals, draw_arrivals
from pmosim.draws.fates import Fates
from pmosim.draws.luck import Luck
from pmosim.draws.parameters import beliefs_of
from pmosim.draws.people import Losses, Spells, Stints, draw_spells, draw_stints
from pmosim.draws.projects import draw_happens, draw_money, listed_gates
from pmosim.draws.reworks import Again
from pmosim.draws.risks import listed_charges, listed_delays
from pmosim.draws.work import listed_amounts

if TYPE_CHECKING:
    from pmosim.network import BoolArray, FloatArray, IntArray, Network

__all__ = ["Again", "Arrivals", "Draws", "Fates", "Losses", "Spells", "Stints", "draw"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Draws:
    """The chance of replications ``first`` .. ``first + count - 1``; P listed projects, Q pools."""

    seed: int
    first: int
    count: int
    happens: BoolArray
    """(R, P) whether a listed project exists in this future."""
    size: FloatArray
    """(R, P)"""
    fixed_cost: FloatArray
    """(R, P) size included, 0 = none."""
    benefit_per_year: FloatArray
    """(R, P) size included, 0 = none."""
    amounts: IntArray
    """(R, Q) what is left to do of each pool of listed projects."""
    gates: FloatArray
    """(R, G) uniform of each gate of listed projects, in task order: whether the rule is obeyed."""
    charges: FloatArray
    """(R, H) money of each risk on a listed project, 0 = it does not happen."""
    delays: IntArray
    """(R, D) minutes of each risk with a delay on a listed project, 0 = it does not happen."""
    arrivals: Arrivals
    spells: Spells
    stints: Stints
    losses: Losses
    """Of work that is handed over while people stay."""
    again: Again
    """Of work that is done again."""
    fates: Fates
    """Of what strikes active projects."""


def draw(network: Network, seed: int, first: int, count: int) -> Draws:
    """Return the draws of a block; the same numbers whatever the cut into blocks."""
    beliefs = beliefs_of(network, seed, first, count)
    luck = Luck(seed, first, count, network.correlation, beliefs)
    n_listed = network.n_listed
    size = np.column_stack(
        [
            luck.values(network.projects.size[p], [network.projects.ids[p]], "size")[0]
            for p in range(n_listed)
        ]
        or [np.empty((count, 0))]
    )
    luck.learn(network, size)
    return Draws(
        seed=seed,
        first=first,
        count=count,
        happens=draw_happens(network, luck),
        size=size,
        fixed_cost=draw_money(
            network.projects.fixed_cost[:n_listed], "fixed cost", network, luck, size
        ),
        benefit_per_year=draw_money(
            network.projects.benefit_per_year[:n_listed], "benefit", network, luck, size
        ),
        amounts=listed_amounts(network, luck, size),
        gates=listed_gates(network, luck),
        charges=listed_charges(network, luck),
        delays=listed_delays(network, luck),
        arrivals=draw_arrivals(network, luck),
        spells=draw_spells(network, luck),
        stints=draw_stints(network, luck),
        losses=Losses(network, luck),
        again=Again(network, luck),
        fates=Fates(network, luck),
    )
