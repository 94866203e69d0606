"""In flight: what is left of work that has begun, given what is known of it on day 0.

In: a network with its progress. Out: the law of what is left of each amount, and what work
finished and under way tells of the luck of its project (model.md, section 3).
Not here: the draw itself (``draws``), and how a report fills phases and tasks (``scenario``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pmosim.distributions import Lognormal, lognormal_from_median_p90

if TYPE_CHECKING:
    from pmosim.distributions import Law
    from pmosim.network import Network

DISCREDITED_BELOW = 0.10
"""An estimate of which less than this lies above what is spent is not believed any more."""
SINGLE_NUMBER_SIGMA = 0.5
"""Spread of ln(actual / plan) of a task whose plan is one number, once work on it has begun.

Public task data lie between about .4 and .75 (robust standard deviation .71 in 35,858 tasks of
CESAW, Jones and Nichols, arXiv 2106.03679); the lower middle, because reported plans of running
tasks have often been revised.
"""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What is known of the amounts of a project, as normal scores of their laws."""

    reached: tuple[float, ...]
    """Of finished work that says what it took."""
    exceeded: tuple[float, ...]
    """Of work under way: what is spent already."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is known."""
        return not self.reached and not self.exceeded


def project_evidence(network: Network, project: int, size: float) -> Evidence:
    """Return what the finished and running work of a listed project tells of its luck.

    A stated remaining tells nothing: it is a new estimate, not what the plan came to.
    """
    tasks, pools = network.tasks, network.pools
    first, last = (int(tasks.first_pool[network.projects.first_task[project + i]]) for i in (0, 1))
    reached, exceeded = [], []
    for pool in range(first, last):
        task = pools.task[pool]
        if tasks.is_done[task] and pools.spent[pool] > 0.0:
            spent = float(pools.spent[pool])
            reached.append(_believed(_whole_law(network, pool, size), spent).score(spent))
        elif tasks.is_part_done[task] and pools.remaining[pool] is None:
            law, spent = left_law(network, pool, size)
            if spent > 0.0:
                exceeded.append(law.score(spent))
    return Evidence(reached=tuple(reached), exceeded=tuple(exceeded))


def _whole_law(network: Network, pool: int, size: float) -> Law:
    pools = network.pools
    return pools.law[pool].scaled(size if pools.is_sized[pool] else 1.0)


def left_law(network: Network, pool: int, size: float) -> tuple[Law, float]:
    """Return the law of a running pool and what to condition it on (0 = it is what is left).

    A stated remaining wins: its own law, or the plan's relative spread on it. Otherwise the whole
    amount is conditioned on what is spent; an estimate that is a single number, or that has less
    than 10 % left above what is spent, is replaced by a lognormal first (model.md, section 3).
    """
    pools = network.pools
    law = _whole_law(network, pool, size)
    remaining = pools.remaining[pool]
    if remaining is not None:
        if remaining.is_certain and not law.is_certain and law.plan > 0.0:
            remaining = law.scaled(remaining.plan / law.plan)
        return remaining, 0.0
    spent = _spent(network, pool, law)
    if spent <= 0.0:
        return law, 0.0
    return _believed(law, spent), spent


def _spent(network: Network, pool: int, law: Law) -> float:
    """Return what is spent of an amount, else the share done of its plan; 0 where neither is said.

    ``law`` : of the whole amount.
    """
    return float(network.pools.spent[pool]) or float(network.pools.done[pool]) * law.plan


def _believed(law: Law, spent: float) -> Law:
    return credible(law, spent) if is_discredited(law, spent) else law


def is_discredited(law: Law, spent: float) -> bool:
    """Return whether an estimate cannot be conditioned on what is spent."""
    return law.is_certain or 1.0 - law.cdf(spent) < DISCREDITED_BELOW


def credible(law: Law, spent: float) -> Law:
    """Return the lognormal that stands in for a discredited estimate."""
    median, p90 = float(law.quantile(0.5)), float(law.quantile(0.9))
    if median <= 0.0:
        return Lognormal(median=spent, sigma=SINGLE_NUMBER_SIGMA)
    if law.is_certain or p90 <= median:
        return Lognormal(median=median, sigma=SINGLE_NUMBER_SIGMA)
    return lognormal_from_median_p90(median, p90)


def describe_in_flight(network: Network) -> list[dict[str, str]]:
    """Return an assumption for each running task whose estimate is not believed or is assumed."""
    sentences: list[str] = []
    tasks, pools = network.tasks, network.pools
    for q, task in enumerate(pools.task.tolist()):
        project = int(tasks.project[task])
        if not tasks.is_part_done[task] or pools.remaining[q] is not None:
            continue
        law = _whole_law(network, q, network.projects.size[project].plan)
        spent = _spent(network, q, law)
        name = f"{network.projects.ids[project]}.{tasks.ids[task]}"
        if pools.done[q] and not pools.spent[q]:
            sentences.append(f"{name}: what is spent is assumed from the share done; give `spent`.")
        if spent > 0.0 and is_discredited(law, spent):
            reason = "is a single number" if law.is_certain else "is nearly used up"
            sentences.append(
                f"{name}: its estimate {reason}, so what is left is drawn from a lognormal around"
                " it, given what is spent; give `remaining`."
            )
    return [
        {"mechanism": "work in progress", "basis": "assumed", "text": text, "source": ""}
        for text in sentences
    ]
