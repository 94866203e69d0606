"""Luck: the uniforms of one block of replications, by identity, and what they become.

Where amounts of a project share part of their luck, its factor is drawn here too, given what is
known of the project on day 0.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from pmosim.distributions import correlated, correlated_beyond, factor_given
from pmosim.in_flight import project_evidence
from pmosim.streams import uniform_table, uniforms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pmosim.distributions import Law
    from pmosim.draws.parameters import Beliefs
    from pmosim.network import BoolArray, FloatArray, IntArray, Network


@dataclass(frozen=True)
class Luck:
    """Uniforms of one block of replications by identity."""

    seed: int
    first: int
    count: int
    correlation: float
    beliefs: Beliefs | None = None
    """How actual comes from plan in each future; None = as fitted, or nothing is fitted."""
    factors: dict[str, FloatArray] = field(default_factory=dict)
    """(R,) uniforms of the factor of each project of which something is known."""

    def one(self, entity: str, purpose: str) -> FloatArray:
        """(R,) uniforms of an entity."""
        return uniforms(self.seed, entity, purpose, 0, self.first, self.count)

    def table(self, entities: Sequence[str], purpose: str, occurrence: int = 0) -> FloatArray:
        """(entities, R) uniforms."""
        return uniform_table(self.seed, entities, purpose, occurrence, self.first, self.count)

    def values(self, law: Law, entities: Sequence[str], purpose: str) -> FloatArray:
        """(entities, R) values of a law."""
        if law.is_certain:
            return np.full((len(entities), self.count), law.plan)
        return law.quantile(self.table(entities, purpose))

    def amounts(self, law: Law, u: FloatArray) -> FloatArray:
        """(..., R) amounts of work at uniforms, with what is believed of past work."""
        return law.quantile(u) if self.beliefs is None else self.beliefs.values(law, u)

    def learn(self, network: Network, size: FloatArray) -> None:
        """Draw the factor of each listed project given its finished and running work."""
        if self.correlation == 0.0 or not self.count:
            return
        for p in sorted(set(network.tasks.project[_has_progress(network)].tolist())):
            known = project_evidence(network, p, float(size[0, p]))
            if not known.is_empty:
                name = network.projects.ids[p]
                u = self.one(name, "project factor")
                self.factors[name] = factor_given(
                    u, self.correlation, known.reached, known.exceeded
                )

    def work(self, projects: Sequence[str], task: str, key: str, occurrence: int = 0) -> FloatArray:
        """(projects, R) uniforms of the same task in several projects, with the common factor.

        ``occurrence``: 0 for the first time, k for the k-th time that it is done again.
        """
        own = self._own(projects, task, key, occurrence)
        if self.correlation == 0.0:
            return own
        return correlated(own, self._common(projects), self.correlation)

    def work_beyond(
        self, projects: Sequence[str], task: str, key: str, exceeded: float
    ) -> FloatArray:
        """(projects, R) where the same task lies above a score that it has exceeded already."""
        own = self._own(projects, task, key)
        if self.correlation == 0.0:
            return own
        return correlated_beyond(own, self._common(projects), self.correlation, exceeded)

    def _own(self, projects: Sequence[str], task: str, key: str, occurrence: int = 0) -> FloatArray:
        names = [f"{project}.{task}" for project in projects]
        return self.table(names, f"work {key}", occurrence)

    def _common(self, projects: Sequence[str]) -> FloatArray:
        common = self.table(projects, "project factor")
        for n, project in enumerate(projects):
            if project in self.factors:
                common[n] = self.factors[project]
        return common


def _has_progress(network: Network) -> BoolArray:
    """(T,) whether something is known of a task of a listed project."""
    tasks = network.tasks
    is_listed = tasks.project < network.n_listed
    return np.asarray(is_listed & (tasks.is_part_done | tasks.is_done), dtype=np.bool_)


def first_rows(replication: IntArray, count: int) -> IntArray:
    """(count + 1,) where the rows of each replication begin, and the last ones end, once sorted."""
    counts = np.bincount(replication, minlength=count)
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
