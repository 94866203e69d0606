"""Draws: every chance event of every replication, decided before the engine runs.

In: a ``Network`` (its ids are the keys) and a seed. Out: ``Draws``, arrays with R rows.
Not here: anything that depends on the state of the run; see decision 0001.

Amounts are whole: billionths of a person-minute for work, minutes for durations (model.md,
section 1), rounded half up. Work in flight is drawn as what is left of it (section 3).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pmosim.distributions import Lognormal, correlated, lognormal_from_median_p90
from pmosim.network.streams import arrival_minutes
from pmosim.streams import uniform_table, uniforms
from pmosim.units import WHOLE, whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pmosim.distributions import Law
    from pmosim.network import BoolArray, FloatArray, IntArray, Network

DISCREDITED_BELOW = 0.10
"""An estimate of which less than this lies above what is spent is not believed any more."""
SINGLE_NUMBER_SIGMA = 0.5
"""Spread of ln(actual / plan) of a task whose plan is one number, once work on it has begun.

Public task data lie between about .4 and .75 (robust standard deviation .71 in 35,858 tasks of
CESAW, Jones and Nichols, arXiv 2106.03679); the lower middle, because reported plans of running
tasks have often been revised.
"""


@dataclass(frozen=True, kw_only=True, eq=False)
class Arrivals:
    """Demand of all replications, A rows sorted by (replication, minute, stream, number)."""

    first: IntArray
    """(R + 1,) arrivals of replication k are rows first[k] .. first[k + 1]."""
    minute: IntArray
    stream: IntArray
    number: IntArray
    """From 1 within the stream."""
    size: FloatArray
    fixed_cost: FloatArray
    benefit_per_year: FloatArray
    amounts: tuple[IntArray, ...]
    """(pools of the stream's prototype,) of each arrival."""


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
    arrivals: Arrivals


def draw(network: Network, seed: int, first: int, count: int) -> Draws:
    """Return the draws of a block; the same numbers whatever the cut into blocks."""
    luck = _Luck(seed, first, count, network.correlation)
    n_listed = network.n_listed
    size = np.column_stack(
        [_sizes(network, luck, p, [network.projects.ids[p]])[0] for p in range(n_listed)]
        or [np.empty((count, 0))]
    )
    return Draws(
        seed=seed,
        first=first,
        count=count,
        happens=_happens(network, luck),
        size=size,
        fixed_cost=_money(
            network.projects.fixed_cost[:n_listed], "fixed cost", network, luck, size
        ),
        benefit_per_year=_money(
            network.projects.benefit_per_year[:n_listed], "benefit", network, luck, size
        ),
        amounts=_listed_amounts(network, luck, size),
        arrivals=_draw_arrivals(network, luck),
    )


@dataclass(frozen=True)
class _Luck:
    """Uniforms of one block of replications by identity."""

    seed: int
    first: int
    count: int
    correlation: float

    def one(self, entity: str, purpose: str) -> FloatArray:
        """(R,) uniforms of an entity."""
        return uniforms(self.seed, entity, purpose, 0, self.first, self.count)

    def table(self, entities: Sequence[str], purpose: str) -> FloatArray:
        """(entities, R) uniforms."""
        return uniform_table(self.seed, entities, purpose, 0, self.first, self.count)

    def work(self, projects: Sequence[str], task: str, key: str) -> FloatArray:
        """(projects, R) uniforms of the same task in several projects, with the common factor."""
        own = self.table([f"{project}.{task}" for project in projects], f"work {key}")
        if self.correlation == 0.0:
            return own
        return correlated(own, self.table(projects, "project factor"), self.correlation)


def _happens(network: Network, luck: _Luck) -> BoolArray:
    happens = np.ones((luck.count, network.n_listed), dtype=np.bool_)
    for p in range(network.n_listed):
        probability = network.projects.probability[p]
        if probability < 1.0:
            happens[:, p] = luck.one(network.projects.ids[p], "probability") < probability
    return happens


def _sizes(network: Network, luck: _Luck, row: int, projects: Sequence[str]) -> FloatArray:
    """(projects, R) sizes."""
    law = network.projects.size[row]
    if law.is_certain:
        return np.full((len(projects), luck.count), law.plan)
    return law.quantile(luck.table(projects, "size"))


def _money(
    laws: Sequence[Law | None], purpose: str, network: Network, luck: _Luck, size: FloatArray
) -> FloatArray:
    """(R, P) realised amounts of money, size included."""
    amounts = np.zeros_like(size)
    for p, law in enumerate(laws):
        if law is not None:
            amounts[:, p] = _values(law, luck, [network.projects.ids[p]], purpose)[0]
    return amounts * size


def _values(law: Law, luck: _Luck, entities: Sequence[str], purpose: str) -> FloatArray:
    if law.is_certain:
        return np.full((len(entities), luck.count), law.plan)
    return law.quantile(luck.table(entities, purpose))


# --- work ---------------------------------------------------------------------------------------


def _listed_amounts(network: Network, luck: _Luck, size: FloatArray) -> IntArray:
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
    for (law, spent, task_id, key), group in alike.items():
        task = pools.task[group]
        project = tasks.project[task]
        values: FloatArray = np.full((len(group), luck.count), law.plan)
        if not law.is_certain:
            u = luck.work([network.projects.ids[p] for p in project], task_id, key)
            values = law.quantile_beyond(u, spent) - spent if spent > 0.0 else law.quantile(u)
        is_sized = pools.is_sized[group]
        is_scaled = (is_sized & ~tasks.is_part_done[task])[:, np.newaxis]
        scale = np.where(is_scaled, size[:, project].T, 1.0)
        unit = np.where(is_sized, WHOLE, 1)[:, np.newaxis]
        amounts[:, group] = whole(values * scale * unit).T
    amounts.flags.writeable = False
    return amounts


def left_law(network: Network, pool: int, size: float) -> tuple[Law, float]:
    """Return the law of a running pool and what to condition it on (0 = it is what is left).

    A stated remaining wins: its own law, or the plan's relative spread on it. Otherwise the whole
    amount is conditioned on what is spent; an estimate that is a single number, or that has less
    than 10 % left above what is spent, is replaced by a lognormal first (model.md, section 3).
    """
    pools = network.pools
    law = pools.law[pool].scaled(size if pools.is_sized[pool] else 1.0)
    remaining = pools.remaining[pool]
    if remaining is not None:
        if remaining.is_certain and not law.is_certain and law.plan > 0.0:
            remaining = law.scaled(remaining.plan / law.plan)
        return remaining, 0.0
    spent = float(pools.spent[pool]) or float(pools.done[pool]) * law.plan
    if spent <= 0.0:
        return law, 0.0
    return (credible(law, spent) if is_discredited(law, spent) else law), spent


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
        size = network.projects.size[project].plan if pools.is_sized[q] else 1.0
        law = pools.law[q].scaled(size)
        spent = float(pools.spent[q]) or float(pools.done[q]) * law.plan
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


# --- demand -------------------------------------------------------------------------------------


def _draw_arrivals(network: Network, luck: _Luck) -> Arrivals:
    amounts: list[IntArray] = []
    columns = [_stream_columns(network, luck, d, amounts) for d in range(len(network.streams.ids))]
    table: dict[str, NDArray[Any]] = {
        name: np.concatenate([column[name] for column in columns])
        for name in (columns[0] if columns else ())
    }
    if not columns:
        empty = np.empty(0, dtype=np.int64)
        table = dict.fromkeys(("replication", "minute", "stream", "number"), empty)
        table |= dict.fromkeys(("size", "fixed", "benefit"), np.empty(0))
    order = np.lexsort((table["number"], table["stream"], table["minute"], table["replication"]))
    counts = np.bincount(table["replication"], minlength=luck.count)
    return Arrivals(
        first=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        minute=table["minute"][order].astype(np.int64),
        stream=table["stream"][order].astype(np.int64),
        number=table["number"][order].astype(np.int64),
        size=table["size"][order].astype(np.float64),
        fixed_cost=table["fixed"][order].astype(np.float64),
        benefit_per_year=table["benefit"][order].astype(np.float64),
        amounts=tuple(amounts[i] for i in order),
    )


def _stream_columns(
    network: Network, luck: _Luck, d: int, amounts: list[IntArray]
) -> dict[str, NDArray[Any]]:
    """Return the arrivals of one stream as columns, and append their amounts."""
    row = network.n_listed + d
    minutes = _arrival_table(network, luck, d)
    names = [f"{network.streams.ids[d]}-{k + 1}" for k in range(len(minutes))]
    number, replication = np.nonzero(minutes < network.window_end)
    size = _sizes(network, luck, row, names)
    amounts.extend(_prototype_amounts(network, luck, row, names, size)[:, number, replication].T)
    fixed, benefit = (
        np.zeros_like(size) if law is None else _values(law, luck, names, purpose) * size
        for law, purpose in (
            (network.projects.fixed_cost[row], "fixed cost"),
            (network.projects.benefit_per_year[row], "benefit"),
        )
    )
    return {
        "replication": replication,
        "minute": whole(minutes[number, replication]),
        "stream": np.full(len(number), d),
        "number": number + 1,
        "size": size[number, replication],
        "fixed": fixed[number, replication],
        "benefit": benefit[number, replication],
    }


def _arrival_table(network: Network, luck: _Luck, d: int) -> FloatArray:
    """(K, R) arrival times in minutes, inf or beyond the window where a future has fewer.

    A unit Poisson process, its times read through the inverse of the expected number.
    """
    stream, expected = network.streams.ids[d], network.streams.knot_expected[d]
    enough = int(expected[-1] + 6 * np.sqrt(expected[-1]) + 10)
    while True:
        u = luck.table([f"{stream}-{k + 1}" for k in range(enough)], "arrival")
        cumulated = np.cumsum(-np.log1p(-u), axis=0)
        if not luck.count or cumulated[-1].min() > expected[-1]:
            break
        enough *= 2
    minutes = arrival_minutes(cumulated, network.streams.knot_minute[d], expected)
    few = int(np.isfinite(minutes).any(axis=1).sum())
    return np.floor(minutes[:few] + 0.5)


def _prototype_amounts(
    network: Network, luck: _Luck, row: int, names: Sequence[str], size: FloatArray
) -> IntArray:
    """(pools, K, R) amounts of each pool of each arrival."""
    tasks, pools = network.tasks, network.pools
    first, last = (int(tasks.first_pool[network.projects.first_task[row + i]]) for i in (0, 1))
    amounts = np.empty((last - first, *size.shape), dtype=np.int64)
    for q in range(first, last):
        law, task = pools.law[q], tasks.ids[int(pools.task[q])]
        values: FloatArray = np.full(size.shape, law.plan)
        if not law.is_certain:
            values = law.quantile(luck.work(names, task, pools.keys[q]))
        amounts[q - first] = whole(values * size * WHOLE) if pools.is_sized[q] else whole(values)
    return amounts
