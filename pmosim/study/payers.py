"""Payers: which projects pay for a change with a later finish, and whom they wait for.

In: paired outcomes and their comparison. Out: Payers: who, by how much, and the causes of the
delays in project-days.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pmosim.forecast.futures import futures_by_id
from pmosim.network.arrays import NONE
from pmosim.outcomes import CAUSES

if TYPE_CHECKING:
    from collections.abc import Collection

    from pmosim.forecast.estimate import Json
    from pmosim.forecast.paired import Difference
    from pmosim.outcomes import Outcomes
    from pmosim.study.comparison import Comparison

FINISHES = ("finish_mean_days", "finish_p80_days", "finish_p50_days")
"""How far a project moves; the first that is known counts."""


@dataclass(frozen=True, kw_only=True)
class Move:
    """How far an existing project moves."""

    project: str
    name: str
    status: str
    measure: str
    """One of FINISHES."""
    difference: Difference

    @property
    def is_later(self) -> bool:
        """Whether it certainly finishes later."""
        return is_later(self.difference)

    @property
    def is_earlier(self) -> bool:
        """Whether it certainly finishes earlier."""
        return is_earlier(self.difference)

    @property
    def is_open(self) -> bool:
        """Whether more futures are needed to tell."""
        return not self.difference.is_settled and not math.isnan(self.difference.value)


@dataclass(frozen=True, kw_only=True)
class Payers:
    """What happens to the existing projects, those that are delayed most first."""

    moves: tuple[Move, ...]
    causes: tuple[tuple[str, float], ...]
    """What the delays of those that pay are made of: cause or role, and working days summed over
    these projects, the most first; only what grew."""

    @property
    def later(self) -> tuple[Move, ...]:
        """Those that pay."""
        return tuple(move for move in self.moves if move.is_later)

    @property
    def earlier(self) -> tuple[Move, ...]:
        """Those that gain, the most first."""
        return tuple(move for move in reversed(self.moves) if move.is_earlier)

    @property
    def open(self) -> tuple[Move, ...]:
        """Those of which it is not yet certain."""
        return tuple(move for move in self.moves if move.is_open)

    @property
    def is_nothing(self) -> bool:
        """Whether no project moves at all, in any future."""
        return all(m.difference.is_zero or math.isnan(m.difference.value) for m in self.moves)

    def causes_to_json(self) -> list[Json]:
        """Return the causes for a document."""
        return [{"cause": cause, "project_days": days} for cause, days in self.causes]


def find_payers(
    comparison: Comparison, name: str | None = None, without: Collection[str] = ()
) -> Payers:
    """Return who pays in an alternative of a comparison (None = the first).

    Parameters
    ----------
    without : projects that the question itself delays, pauses or stops: they do not pay, they ask.
    """
    base = comparison.base
    after = comparison.of(comparison.names[0] if name is None else name)
    rows = {
        (row.entity, row.measure): row for row in comparison.rows(name) if row.kind == "project"
    }
    moves = []
    projects = base.network.projects
    for row in range(base.network.n_listed):
        entity = projects.ids[row]
        found = [rows[entity, m] for m in FINISHES if (entity, m) in rows]
        if entity in without or not found or any(each.value is None for each in found):
            continue
        best = next((r for r in found if not math.isnan(r.difference.value)), found[0])
        moves.append(
            Move(
                project=entity,
                name=name_of(base, row),
                status=projects.status[row],
                measure=best.measure,
                difference=best.difference,
            )
        )
    moves.sort(key=lambda move: (-_size(move.difference), move.name))
    paying = [move.project for move in moves if move.is_later]
    return Payers(moves=tuple(moves), causes=_causes(base, after, paying))


def is_later(change: Difference) -> bool:
    """Return whether a finish certainly comes later, or leaves the planning window."""
    return change.is_settled and (change.low > 0.0 or change.value == math.inf)


def is_earlier(change: Difference) -> bool:
    """Return whether a finish certainly comes earlier, or gets into the planning window."""
    return change.is_settled and (change.high < 0.0 or change.value == -math.inf)


def name_of(outcomes: Outcomes, row: int) -> str:
    """Return what a listed project is called, on one line: its name, else its id."""
    projects = outcomes.network.projects
    return one_line(projects.names[row] or projects.ids[row])


def one_line(text: str) -> str:
    """Return a text without line breaks, which a name may hold."""
    return " ".join(text.split())


def _causes(base: Outcomes, after: Outcomes, paying: list[str]) -> tuple[tuple[str, float], ...]:
    """Return by which cause the ways of some projects got longer, in project-days."""
    names = [*CAUSES, *base.network.role_ids]
    others = [*CAUSES, *after.network.role_ids]
    total = dict.fromkeys(names, 0.0)
    pairs = [futures_by_id(outcomes) for outcomes in (base, after)]
    for entity in paying:
        first, second = pairs[0][entity], pairs[1][entity]
        if first.n != second.n:
            continue
        both = (first.finished != NONE) & (second.finished != NONE)
        if not both.any():
            continue
        ways = [
            each.outcomes.projects_.causes[each.rows[both]].mean(axis=0) for each in (first, second)
        ]
        for column, cause in enumerate(names):
            if cause in others:
                longer = ways[1][others.index(cause)] - ways[0][column]
                total[cause] += float(longer) / base.minutes_per_day
    grown = [(cause, days) for cause, days in total.items() if days > 0.0]
    return tuple(sorted(grown, key=lambda entry: (-entry[1], entry[0])))


def _size(difference: Difference) -> float:
    return 0.0 if math.isnan(difference.value) else float(np.clip(difference.value, -1e9, 1e9))
