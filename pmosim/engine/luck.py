"""Luck: the draws of one replication, in plain Python."""

from __future__ import annotations

from math import floor
from typing import TYPE_CHECKING

from pmosim.network import NONE
from pmosim.units import WHOLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pmosim.draws import Draws
    from pmosim.engine.state import Project
    from pmosim.network import Network

Newcomer = tuple[int, int, float, "Sequence[int]", float, float, int]
"""(row, project order, size, amounts, fixed cost, benefit a year, number in its stream)."""


Stint = tuple[int, int, int, int, int]
"""(person, begin, end or NONE, number, hand-over)."""


class Luck:
    """What chance has decided for replication ``first + k`` of a block."""

    def __init__(self, network: Network, draws: Draws, k: int) -> None:
        arrivals = draws.arrivals
        self.n_listed = network.n_listed
        self.amounts: list[int] = draws.amounts[k].tolist()
        self.happens: list[bool] = draws.happens[k].tolist()
        self.sizes: list[float] = draws.size[k].tolist()
        self.fixed: list[float] = draws.fixed_cost[k].tolist()
        self.benefit: list[float] = draws.benefit_per_year[k].tolist()
        self._gates: list[float] = draws.gates[k].tolist()
        self._charges: list[float] = draws.charges[k].tolist()
        self._delays: list[int] = draws.delays[k].tolist()
        span = slice(int(arrivals.first[k]), int(arrivals.first[k + 1]))
        self.arrival_minutes: list[int] = arrivals.minute[span].tolist()
        sick = slice(int(draws.spells.first[k]), int(draws.spells.first[k + 1]))
        self.spells: list[tuple[int, int, int]] = list(
            zip(
                draws.spells.person[sick].tolist(),
                draws.spells.start[sick].tolist(),
                draws.spells.end[sick].tolist(),
                strict=True,
            )
        )
        """(person, from, until) of everybody who falls ill."""
        held = slice(int(draws.stints.first[k]), int(draws.stints.first[k + 1]))
        stints = draws.stints
        self.stints: list[Stint] = list(
            zip(
                *(
                    column[held].tolist()
                    for column in (
                        stints.person,
                        stints.begin,
                        stints.end,
                        stints.number,
                        stints.hand_over,
                    )
                ),
                strict=True,
            )
        )
        """Who holds the places of people who may leave, sorted."""
        self._first = span.start
        self._arrivals = arrivals
        self._network, self._again, self._k = network, draws.again, k
        self._fates = draws.fates
        self._losses = draws.losses

    def patience(self, index: int) -> int:
        """Return the minutes that the index-th arrival waits at the most, NONE = for ever."""
        return int(self._arrivals.patience[self._first + index])

    def charges(self, order: int, first: int, count: int) -> list[float]:
        """Return the money of the risks on a project, 0 where one does not happen.

        Parameters
        ----------
        order : place of the project in the project order.
        first, count : which of the risks on listed projects are its own; a stream's has them all.
        """
        if order < self.n_listed:
            return self._charges[first : first + count]
        charges: list[float] = self._arrivals.charges[self._first + order - self.n_listed].tolist()
        return charges

    def delays(self, order: int, first: int, count: int) -> list[int]:
        """Return the minutes of the risks with a delay on a project, 0 where one does not happen.

        Parameters
        ----------
        order : place of the project in the project order.
        first, count : which of those on listed projects are its own; a stream's has them all.
        """
        if order < self.n_listed:
            return self._delays[first : first + count]
        minutes: list[int] = self._arrivals.delays[self._first + order - self.n_listed].tolist()
        return minutes

    def gate(self, order: int, number: int) -> float:
        """Return the uniform of a gate.

        Parameters
        ----------
        order : place of its project in the project order.
        number : place among all gates of listed projects; of a stream's among those of a project.
        """
        if order < self.n_listed:
            return self._gates[number]
        return float(self._arrivals.gates[self._first + order - self.n_listed][number])

    def cancellation(self, project: Project) -> int:
        """Return minutes from the release to the cancellation by chance, NONE = never."""
        fates, row = self._network.fates, project.row
        if fates is None or not fates.cancellation[row]:
            return NONE
        return int(self._fates.cancellation(self._name(project), row)[self._k])

    def rests(self, project: Project, last: int) -> list[tuple[int, int]]:
        """Return [from, until) of the rests of a project, in minutes from its release.

        Those that begin at ``last`` or later are left out.
        """
        fates, row = self._network.fates, project.row
        found: list[tuple[int, int]] = []
        if fates is None or not fates.interruption[row]:
            return found
        name, minute = self._name(project), 0
        while True:
            before, lasts = self._fates.rest(name, row, len(found))
            begin = minute + int(before[self._k])
            if begin >= last:
                return found
            minute = begin + int(lasts[self._k])
            found.append((begin, minute))

    def loss(self, n: int, purpose: str, occurrence: int = 0) -> int:
        """Return what a hand-over costs an effort task in hand of a person; see ``Losses.of``."""
        return int(self._losses.of(n, purpose, occurrence)[self._k])

    def rework(self, project: Project, task: int, times: int) -> float:
        """Return the uniform of a task (row) that has sent work back ``times`` times."""
        return float(self._again.uniform(self._name(project), task, times)[self._k])

    def amount_again(self, project: Project, pool: int, times: int, share: float) -> int:
        """Return the share of a fresh draw of a pool (row) that is used up the n-th time again."""
        value = float(self._again.amount(self._name(project), pool, times)[self._k]) * share
        if self._network.pools.is_sized[pool]:
            value *= project.size * WHOLE
        return floor(value + 0.5)

    def _name(self, project: Project) -> str:
        name = self._network.projects.ids[project.row]
        return f"{name}-{project.number}" if project.number else name

    def arrival(self, index: int, order: int) -> Newcomer:
        """Return the index-th arrival of this replication."""
        arrivals, a = self._arrivals, self._first + index
        return (
            self.n_listed + int(arrivals.stream[a]),
            order,
            float(arrivals.size[a]),
            arrivals.amounts[a].tolist(),
            float(arrivals.fixed_cost[a]),
            float(arrivals.benefit_per_year[a]),
            int(arrivals.number[a]),
        )
