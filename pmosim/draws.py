"""Draws: every chance event of every replication, decided before the engine runs.

In: a ``Network`` (its ids are the keys) and a seed. Out: ``Draws``, arrays with R rows.
Not here: anything that depends on the state of the run; see decision 0001.

Amounts are whole: billionths of a person-minute for work, minutes for durations (model.md,
section 1), rounded half up. Work in flight is drawn as what is left of it (section 3).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from pmosim.distributions import Exponential, Gamma, correlated, correlated_beyond, factor_given
from pmosim.in_flight import left_law, project_evidence
from pmosim.network.arrays import NONE
from pmosim.network.streams import arrival_minutes, at_boards
from pmosim.streams import uniform_table, uniforms
from pmosim.units import WHOLE, whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pmosim.distributions import Law
    from pmosim.network import BoolArray, FloatArray, IntArray, Network
    from pmosim.network.arrays import Hit


@dataclass(frozen=True, kw_only=True, eq=False)
class Arrivals:
    """Demand of all replications, A rows sorted by (replication, minute, stream, number)."""

    first: IntArray
    """(R + 1,) arrivals of replication k are rows first[k] .. first[k + 1]."""
    minute: IntArray
    stream: IntArray
    number: IntArray
    """From 1 within the stream."""
    patience: IntArray
    """Minutes after which the request is withdrawn, NONE = never."""
    size: FloatArray
    fixed_cost: FloatArray
    benefit_per_year: FloatArray
    amounts: tuple[IntArray, ...]
    """(pools of the stream's prototype,) of each arrival."""
    gates: tuple[FloatArray, ...]
    """(gates of the stream's prototype,) uniforms of each arrival."""
    charges: tuple[FloatArray, ...]
    """(risks on the stream's prototype,) money of each arrival, 0 = it does not happen."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Spells:
    """Sickness of all replications, B rows sorted by (replication, person, start)."""

    first: IntArray
    """(R + 1,) spells of replication k are rows first[k] .. first[k + 1]."""
    person: IntArray
    start: IntArray
    end: IntArray
    """Minute after the last."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Stints:
    """Who holds the places of people who may leave, B rows sorted by (replication, person, begin).

    Of the others everybody stays as the network says.
    """

    first: IntArray
    """(R + 1,) stints of replication k are rows first[k] .. first[k + 1]."""
    person: IntArray
    begin: IntArray
    end: IntArray
    """Minute after the last, NONE = still there when the run ends."""
    number: IntArray
    """0 = the one who is listed, then whoever came after."""
    hand_over: IntArray
    """Billionths of person-minutes added to each effort task in hand at the end."""


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
    arrivals: Arrivals
    spells: Spells
    stints: Stints
    again: Again
    """Of work that is done again."""


def draw(network: Network, seed: int, first: int, count: int) -> Draws:
    """Return the draws of a block; the same numbers whatever the cut into blocks."""
    luck = _Luck(seed, first, count, network.correlation)
    n_listed = network.n_listed
    size = np.column_stack(
        [_sizes(network, luck, p, [network.projects.ids[p]])[0] for p in range(n_listed)]
        or [np.empty((count, 0))]
    )
    luck.learn(network, size)
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
        gates=_listed_gates(network, luck),
        charges=_listed_charges(network, luck),
        arrivals=_draw_arrivals(network, luck),
        spells=_draw_spells(network, luck),
        stints=_draw_stints(network, luck),
        again=Again(network, luck),
    )


@dataclass(frozen=True)
class _Luck:
    """Uniforms of one block of replications by identity."""

    seed: int
    first: int
    count: int
    correlation: float
    factors: dict[str, FloatArray] = field(default_factory=dict)
    """(R,) uniforms of the factor of each project of which something is known."""

    def one(self, entity: str, purpose: str) -> FloatArray:
        """(R,) uniforms of an entity."""
        return uniforms(self.seed, entity, purpose, 0, self.first, self.count)

    def table(self, entities: Sequence[str], purpose: str, occurrence: int = 0) -> FloatArray:
        """(entities, R) uniforms."""
        return uniform_table(self.seed, entities, purpose, occurrence, self.first, self.count)

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


def _happens(network: Network, luck: _Luck) -> BoolArray:
    happens = np.ones((luck.count, network.n_listed), dtype=np.bool_)
    for p in range(network.n_listed):
        probability = network.projects.probability[p]
        if probability < 1.0:
            happens[:, p] = luck.one(network.projects.ids[p], "probability") < probability
    return happens


def _listed_gates(network: Network, luck: _Luck) -> FloatArray:
    """(R, G) uniforms of the gates of listed projects."""
    names = [
        f"{network.projects.ids[p]}.{network.tasks.ids[task]}"
        for p in range(network.n_listed)
        for task in gates_of(network, p)
    ]
    return luck.table(names, "gate").T if names else np.empty((luck.count, 0))


def gates_of(network: Network, row: int) -> list[int]:
    """Return the tasks of a project row, or prototype, at which a stage ends."""
    first, last = (int(network.projects.first_task[row + i]) for i in (0, 1))
    return [first + at for at in np.flatnonzero(network.tasks.is_gate[first:last]).tolist()]


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
    more = _listed_factors(network, luck, n_pools)
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
                values = law.quantile(luck.work(names, task_id, key))
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


def _settled(network: Network, group: Sequence[int], values: FloatArray) -> FloatArray:
    """(group, R) values, those of pools that a study takes out of chance replaced."""
    if network.pools.settled is None:
        return values
    known = network.pools.settled[list(group), np.newaxis]
    return np.where(np.isnan(known), values, known)


# --- rework -------------------------------------------------------------------------------------


class Again:
    """Chance of what is done again, drawn when it is asked for: most repeats never happen."""

    def __init__(self, network: Network, luck: _Luck) -> None:
        self._network, self._luck = network, luck
        self._uniforms: dict[tuple[str, int, int], FloatArray] = {}
        self._amounts: dict[tuple[str, int, int], FloatArray] = {}

    def uniform(self, project: str, task: int, times: int) -> FloatArray:
        """(R,) uniforms that decide after a task has sent work back ``times`` times."""
        key = project, task, times
        if key not in self._uniforms:
            name = f"{project}.{self._network.tasks.ids[task]}"
            self._uniforms[key] = self._luck.table([name], "rework", times)[0]
        return self._uniforms[key]

    def amount(self, project: str, pool: int, times: int) -> FloatArray:
        """(R,) whole amounts, risks included, before size, of the ``times``-th time again."""
        key = project, pool, times
        if key not in self._amounts:
            self._amounts[key] = self._draw(project, pool, times)
        return self._amounts[key]

    def _draw(self, project: str, pool: int, times: int) -> FloatArray:
        pools, tasks, luck = self._network.pools, self._network.tasks, self._luck
        law, task = pools.law[pool], int(pools.task[pool])
        values: FloatArray = np.full((1, luck.count), law.plan)
        if not law.is_certain:
            values = law.quantile(luck.work([project], tasks.ids[task], pools.keys[pool], times))
        if pools.settled is not None and not np.isnan(pools.settled[pool]):
            values = np.full_like(
                values, law.mean if tasks.is_part_done[task] else pools.settled[pool]
            )
        for hit in self._network.risks:
            if pool in hit.pools:
                values = values * _happening(hit, luck, [project])[1]
        drawn: FloatArray = values[0]
        return drawn


# --- risks --------------------------------------------------------------------------------------


def _happening(hit: Hit, luck: _Luck, projects: Sequence[str]) -> tuple[BoolArray, FloatArray]:
    """(projects, R) whether a risk happens to each project, and times what its work is then."""
    entities = [hit.entity] if hit.is_shared else [f"{name}.{hit.entity}" for name in projects]
    happens = luck.table(entities, "risk") < hit.probability
    factor = np.where(happens, _values(hit.work, luck, entities, "risk work"), 1.0)
    shape = (len(projects), luck.count)
    return np.broadcast_to(happens, shape), np.broadcast_to(factor, shape)


def _charges(hit: Hit, luck: _Luck, projects: Sequence[str]) -> FloatArray:
    """(projects, R) what a risk and its mitigation cost each project."""
    charge = np.full((len(projects), luck.count), hit.price)
    if hit.cost is None:
        return charge
    happens, _ = _happening(hit, luck, projects)
    entities = [f"{name}.{hit.entity}" for name in projects]
    return charge + np.where(happens, _values(hit.cost, luck, entities, "risk cost"), 0.0)


def _listed_factors(network: Network, luck: _Luck, n_pools: int) -> FloatArray | None:
    """(R, n_pools) what risks multiply the amounts of listed projects by; None = no risks."""
    hits = [hit for hit in network.risks if hit.row < network.n_listed]
    if not hits:
        return None
    factors = np.ones((luck.count, n_pools))
    for hit in hits:
        _, factor = _happening(hit, luck, [network.projects.ids[hit.row]])
        factors[:, list(hit.pools)] *= factor[0][:, np.newaxis]
    return factors


def _listed_charges(network: Network, luck: _Luck) -> FloatArray:
    hits = [hit for hit in network.risks if hit.row < network.n_listed]
    columns = [_charges(hit, luck, [network.projects.ids[hit.row]])[0] for hit in hits]
    return np.column_stack(columns) if columns else np.empty((luck.count, 0))


# --- demand -------------------------------------------------------------------------------------


def _draw_arrivals(network: Network, luck: _Luck) -> Arrivals:
    amounts: list[IntArray] = []
    gates: list[FloatArray] = []
    charges: list[FloatArray] = []
    columns = [
        _stream_columns(network, luck, d, amounts, gates, charges)
        for d in range(len(network.streams.ids))
    ]
    table: dict[str, NDArray[Any]] = {
        name: np.concatenate([column[name] for column in columns])
        for name in (columns[0] if columns else ())
    }
    if not columns:
        empty = np.empty(0, dtype=np.int64)
        names = ("replication", "minute", "stream", "number", "patience")
        table = dict.fromkeys(names, empty)
        table |= dict.fromkeys(("size", "fixed", "benefit"), np.empty(0))
    order = np.lexsort((table["number"], table["stream"], table["minute"], table["replication"]))
    counts = np.bincount(table["replication"], minlength=luck.count)
    return Arrivals(
        first=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        minute=table["minute"][order].astype(np.int64),
        stream=table["stream"][order].astype(np.int64),
        number=table["number"][order].astype(np.int64),
        patience=table["patience"][order].astype(np.int64),
        size=table["size"][order].astype(np.float64),
        fixed_cost=table["fixed"][order].astype(np.float64),
        benefit_per_year=table["benefit"][order].astype(np.float64),
        amounts=tuple(amounts[i] for i in order),
        gates=tuple(gates[i] for i in order),
        charges=tuple(charges[i] for i in order),
    )


def _stream_columns(
    network: Network,
    luck: _Luck,
    d: int,
    amounts: list[IntArray],
    gates: list[FloatArray],
    charges: list[FloatArray],
) -> dict[str, NDArray[Any]]:
    """Return the arrivals of one stream as columns; append their amounts, gates and charges."""
    row = network.n_listed + d
    minutes = _arrival_table(network, luck, d)
    names = [f"{network.streams.ids[d]}-{k + 1}" for k in range(len(minutes))]
    number, replication = np.nonzero(minutes < network.window_end)
    size = _sizes(network, luck, row, names)
    amounts.extend(_prototype_amounts(network, luck, row, names, size)[:, number, replication].T)
    gates.extend(_prototype_gates(network, luck, row, names)[:, number, replication].T)
    hits = [hit for hit in network.risks if hit.row == row]
    costs = [_charges(hit, luck, names)[number, replication] for hit in hits]
    charges.extend(np.column_stack(costs) if costs else np.empty((len(number), 0)))
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
        "patience": _patience(network.streams.patience[d], luck, names)[number, replication],
        "size": size[number, replication],
        "fixed": fixed[number, replication],
        "benefit": benefit[number, replication],
    }


def _prototype_gates(network: Network, luck: _Luck, row: int, names: Sequence[str]) -> FloatArray:
    """(gates, K, R) uniforms of each gate of each arrival."""
    uniforms_of_gates = [
        luck.table([f"{name}.{network.tasks.ids[task]}" for name in names], "gate")
        for task in gates_of(network, row)
    ]
    return np.stack(uniforms_of_gates) if uniforms_of_gates else _no_gates(names, luck)


def _no_gates(names: Sequence[str], luck: _Luck) -> FloatArray:
    return np.empty((0, len(names), luck.count))


def _arrival_table(network: Network, luck: _Luck, d: int) -> FloatArray:
    """(K, R) arrival times in minutes, inf or beyond the window where a future has fewer.

    A unit Poisson process of batches, its times read through the inverse of the expected number.
    """
    streams = network.streams
    stream, expected = streams.ids[d], _expected(network, luck, d)
    most = float(expected[:, -1].max(initial=0.0))
    enough = int(most + 6 * np.sqrt(most) + 10)
    while True:
        u = luck.table([f"{stream}-{k + 1}" for k in range(enough)], "arrival")
        cumulated = np.cumsum(-np.log1p(-u), axis=0)
        if streams.is_even:
            cumulated[:] = np.arange(0.5, len(u))[:, np.newaxis]
        if not luck.count or (cumulated[-1] > expected[:, -1]).all():
            break
        enough *= 2
    knots = streams.knot_minute[d]
    if len(expected) == 1:
        minutes = arrival_minutes(cumulated, knots, expected[0])
    else:
        columns = [arrival_minutes(cumulated[:, k], knots, row) for k, row in enumerate(expected)]
        minutes = np.stack(columns, axis=1)
    few = int(np.isfinite(minutes).any(axis=1).sum())
    minutes = np.repeat(np.floor(minutes[:few] + 0.5), int(streams.batch_size[d]), axis=0)
    return at_boards(minutes, streams.board[d])


def _expected(network: Network, luck: _Luck, d: int) -> FloatArray:
    """(1 or R, knots) cumulated expected number of batches: its months mixed, each by a gamma."""
    streams = network.streams
    expected, spread = streams.knot_expected[d], streams.mixing_cv[d]
    if not len(spread) or streams.is_even or not luck.count:
        return expected[np.newaxis, :]
    steps = np.empty((luck.count, len(spread)))
    for i, (month, cv, step) in enumerate(
        zip(streams.month[d], spread.tolist(), np.diff(expected).tolist(), strict=True)
    ):
        factor = Gamma(mean=1.0, cv=cv).quantile(luck.one(streams.ids[d], f"dispersion {month}"))
        steps[:, i] = step * factor
    return np.concatenate([np.zeros((luck.count, 1)), np.cumsum(steps, axis=1)], axis=1)


def _patience(law: Law | None, luck: _Luck, names: Sequence[str]) -> IntArray:
    """(K, R) minutes that each request waits at the most, NONE = for ever."""
    if law is None:
        return np.full((len(names), luck.count), NONE, dtype=np.int64)
    return whole(_values(law, luck, names, "patience"))


def _prototype_amounts(
    network: Network, luck: _Luck, row: int, names: Sequence[str], size: FloatArray
) -> IntArray:
    """(pools, K, R) amounts of each pool of each arrival."""
    tasks, pools = network.tasks, network.pools
    first, last = (int(tasks.first_pool[network.projects.first_task[row + i]]) for i in (0, 1))
    amounts = np.empty((last - first, *size.shape), dtype=np.int64)
    hits = [
        (_happening(hit, luck, names)[1], set(hit.pools)) for hit in network.risks if hit.row == row
    ]
    for q in range(first, last):
        law, task = pools.law[q], tasks.ids[int(pools.task[q])]
        values: FloatArray = np.full(size.shape, law.plan)
        if not law.is_certain:
            values = law.quantile(luck.work(names, task, pools.keys[q]))
        values = _settled(network, [q], values)
        for factor, hit_pools in hits:
            values = values * factor if q in hit_pools else values
        amounts[q - first] = whole(values * size * WHOLE) if pools.is_sized[q] else whole(values)
    return amounts


# --- sickness -----------------------------------------------------------------------------------


def _draw_spells(network: Network, luck: _Luck) -> Spells:
    people = network.people
    rows = [
        _spells_of_person(network, luck, n)
        for n in range(len(people.ids))
        if people.sickness[n] > 0.0
    ]
    table = np.concatenate(rows or [np.empty((4, 0), dtype=np.int64)], axis=1)
    replication, person, start, end = table[:, np.lexsort((table[2], table[1], table[0]))]
    counts = np.bincount(replication, minlength=luck.count)
    first = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return Spells(first=first, person=person, start=start, end=end)


def _spells_of_person(network: Network, luck: _Luck, n: int) -> IntArray:
    """(4, B) replication, person, start and end of the spells of one person.

    Health lasts exponentially long, so that illness takes the stated share of the time; everybody
    is well on the morning of day 0, as nobody says otherwise.
    """
    name, share = network.people.ids[n], float(network.people.sickness[n])
    law = network.people.spell[n]
    assert law is not None
    health = Exponential(mean=law.mean * (1.0 - share) / share)
    last = network.window_end + network.run_off
    most = last / (health.mean + law.mean)
    enough = int(most + 6 * np.sqrt(most) + 4)
    while True:
        names = [f"{name}-{k + 1}" for k in range(enough)]
        up = health.quantile(luck.table(names, "health"))
        down = _values(law, luck, names, "sickness")
        end = np.cumsum(up + down, axis=0)
        if not luck.count or (end[-1] > last).all():
            break
        enough *= 2
    begins, ends = whole(end - down), whole(end)
    number, replication = np.nonzero((begins < last) & (ends > begins))
    return np.stack(
        [
            replication,
            np.full(len(number), n),
            begins[number, replication],
            ends[number, replication],
        ]
    ).astype(np.int64)


# --- turnover -----------------------------------------------------------------------------------


def _draw_stints(network: Network, luck: _Luck) -> Stints:
    change, people = network.people.change, network.people
    rows: list[IntArray] = []
    if change is not None:
        hazard = change.hazard.tolist()
        for n, (law, until) in enumerate(
            zip(change.hand_over, people.employed_until.tolist(), strict=True)
        ):
            if hazard[n] > 0.0 or (law is not None and until != NONE):
                rows.append(_stints_of_place(network, luck, n))
    table = np.concatenate(rows or [np.empty((6, 0), dtype=np.int64)], axis=1)
    table = table[:, np.lexsort((table[2], table[1], table[0]))]
    replication, person, begin, end, number, hand_over = table
    counts = np.bincount(replication, minlength=luck.count)
    return Stints(
        first=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        person=person,
        begin=begin,
        end=end,
        number=number,
        hand_over=hand_over,
    )


def _stints_of_place(network: Network, luck: _Luck, n: int) -> IntArray:
    """(6, B) replication, person, begin, end, number and hand-over of the stints of one place.

    People leave at the end of a day, after an exponential time rounded up to whole days, and come
    in the morning, a whole day later at the least. ``until`` ends the place for whoever holds it.
    """
    people, change = network.people, network.people.change
    assert change is not None
    first, until = int(people.employed_from[n]), int(people.employed_until[n])
    last = network.window_end + network.run_off
    n_stints = 1
    while True:
        names = [f"{people.ids[n]}-{k + 1}" for k in range(n_stints)]
        begin, end = _terms_of_place(network, luck, n, names, first)
        is_over = change.time_to_hire[n] is None or not change.hazard[n]
        if is_over or not luck.count or (end[-1] >= last).all():
            break
        n_stints *= 2
    if until != NONE:
        end = np.minimum(end, until)
    law = change.hand_over[n]
    loss = np.zeros(end.shape) if law is None else _values(law, luck, names, "hand-over")
    number, replication = np.nonzero((begin < end) & (begin < last))
    ends = end[number, replication]
    return np.stack(
        [
            replication,
            np.full(len(number), n),
            begin[number, replication],
            np.where(ends > last, NONE, ends),
            number,
            whole(loss[number, replication] * WHOLE),
        ]
    ).astype(np.int64)


def _terms_of_place(
    network: Network, luck: _Luck, n: int, names: Sequence[str], first: int
) -> tuple[FloatArray, FloatArray]:
    """(K, R) minutes at which each stint begins, and at which it ends by chance."""
    change, day = network.people.change, network.minutes_per_day
    assert change is not None
    shape = (len(names), luck.count)
    if not change.hazard[n]:
        return np.full(shape, float(first)), np.full(shape, np.inf)
    law = Exponential(mean=1.0 / float(change.hazard[n]))
    tenure = _whole_days(law.quantile(luck.table(names, "tenure")), day)
    hire = change.time_to_hire[n]
    gap = np.zeros(shape)
    if hire is not None:
        gap = _whole_days(_values(hire, luck, names, "time to hire"), day)
    end = first + np.cumsum(tenure, axis=0) + np.cumsum(gap, axis=0) - gap
    return end - tenure, end


def _whole_days(minutes: FloatArray, day: int) -> FloatArray:
    """Return minutes rounded up to whole days, one at the least."""
    return np.maximum(1.0, np.ceil(minutes / day)) * day
