"""Drivers: what each source of uncertainty costs in days of P80, by taking it away.

In: a scenario, and runs that share their luck. Out: ``Drivers``: for a project, or for everything
committed, how much earlier the P80 would be if one source were known from the start. Each source
is taken away alone, in a run of its own on the same luck; what is known is the mean of its law,
so that the spread goes and nothing else. Plans, and with them the rules, stay as they are.
The savings need not add up: where two sources lie side by side, taking one away saves little.
Not here: correlations of inputs and results, which say nothing about queues; whether a stop rule is
obeyed, a project cancelled or interrupted by chance, which stays left to chance in every run.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from pmosim.distributions import Fixed, Law
from pmosim.draws import draw
from pmosim.forecast.cost import per_future
from pmosim.forecast.estimate import quantile, unknown
from pmosim.forecast.finish import committed_finish
from pmosim.forecast.futures import projects_in_futures
from pmosim.forecast.paired import (
    MATERIAL_OF_MONEY,
    Difference,
    mean_difference,
    no_difference,
    quantile_difference,
)
from pmosim.forecast.returns import portfolio_npv
from pmosim.network import compile_network
from pmosim.network.arrays import NONE, Hit
from pmosim.study.runs import affordable_futures
from pmosim.units import WHOLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from numpy.typing import ArrayLike, NDArray

    from pmosim.forecast.estimate import Estimate, Json
    from pmosim.network import BoolArray, FloatArray, IntArray, Network
    from pmosim.outcomes import Outcomes
    from pmosim.scenario import Scenario
    from pmosim.study.runs import Runs, Told

SCHEMA = "pmosim.drivers/1"
LEVEL = 0.8
LOW_VALUE = 0.1
"""Level of the NPV that is looked at: a bad but not the worst one."""
MOST_GROUPS = 8
"""Tasks or roles with a run of their own, at most; the others are one source together."""
KNOWN_FROM = 4_000
"""Draws from which the mean of what is left of running work is taken."""
NOTHING = "nothing is committed, or it is in no future"
LIKELIER = 0.5
"""Candidates at least as likely as this happen once it is known which do."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """Something that is not known, and a network in which it is."""

    id: str
    """``work:build``, ``in-flight``, ``size``, ``demand``, ``candidates`` ..."""
    text: str
    network: Network
    known: Callable[[Network], Network] | None = None
    """What makes it known in any network; None = what differs in ``network`` says it."""


@dataclass(frozen=True, kw_only=True)
class Driver:
    """What taking one source of uncertainty away saves; above 0 is better."""

    id: str
    text: str
    p80_days: Difference
    """Working days by which the P80 is earlier."""
    mean_days: Difference
    cost_p80: Difference | None
    """Money by which the P80 of the cost is lower; None = no money in the scenario."""
    npv_p10: Difference | None
    """Money by which the P10 of the NPV is higher; None = no benefit."""


@dataclass(frozen=True, kw_only=True)
class Drivers:
    """Sources of uncertainty, those that save most first."""

    project: str | None
    """None = everything committed."""
    replications: int
    seed: int
    p50: Estimate
    p80: Estimate
    """Working days until the project, or everything committed, is finished."""
    drivers: tuple[Driver, ...]
    everything: Driver | None
    """All sources together; None = there is none."""

    def to_document(self, name: str = "") -> Json:
        """Return schema ``pmosim.drivers/1``."""
        everything = None if self.everything is None else _driver_json(self.everything)
        return {
            "schema": SCHEMA,
            "scenario": name,
            "project": self.project,
            "seed": self.seed,
            "replications": self.replications,
            "finish_day": {"p50": self.p50.to_json(), "p80": self.p80.to_json()},
            "adds_up": False,
            "drivers": [_driver_json(driver) for driver in self.drivers],
            "everything": everything,
        }


def find_drivers(
    scenario: Scenario,
    study: Runs,
    *,
    project: str | None = None,
    on_run: Told | None = None,
) -> Drivers:
    """Take away one source of uncertainty after the other and say what that saves.

    Parameters
    ----------
    project : id of a listed project; None = everything committed.
    on_run : told how many runs are done, of how many.

    Raises
    ------
    KeyError : there is no such listed project.
    """
    network = compile_network(scenario)
    sources = list(sources_of(network, project, study.seed))
    if sources:
        together = all_at_once(network, sources)
        sources.append(Source(id="everything", text="all of this together", network=together))
    before: _Numbers | None = None
    drivers: list[Driver] = []
    networks = [network, *(source.network for source in sources)]
    for k, outcomes in enumerate(study.run_each(networks)):
        numbers = _Numbers.of(outcomes, project)
        if on_run is not None:
            on_run(k + 1, len(networks))
        if before is None:
            before = numbers
        else:
            drivers.append(_driver(sources[k - 1], before, numbers))
    assert before is not None
    everything = drivers.pop() if drivers else None
    return Drivers(
        project=project,
        replications=study.replications,
        seed=study.seed,
        p50=before.finish(0.5),
        p80=before.finish(LEVEL),
        drivers=tuple(sorted(drivers, key=_most_saved)),
        everything=everything,
    )


def enough_futures(scenario: Scenario, project: str | None = None) -> int:
    """Return how many futures of each run keep the study within a minute or two."""
    network = compile_network(scenario)
    n_runs = 2 + sum(1 for _ in sources_of(network, project))
    return affordable_futures(network, n_runs)


def _most_saved(driver: Driver) -> tuple[float, float]:
    saved = driver.p80_days.value
    return (np.inf if np.isnan(saved) else -saved, -np.nan_to_num(driver.mean_days.value))


# --- sources ------------------------------------------------------------------------------------


def sources_of(network: Network, project: str | None, seed: int = 1) -> Iterator[Source]:
    """Yield the sources of uncertainty of a scenario, as seen from a project or from all.

    Parameters
    ----------
    project : its own work is told apart task by task, that of the others is one source; None =
        all work by the role that does it.
    seed : of the draws from which the mean of what is left of running work is taken.
    """
    row = None if project is None else _row_of(network, project)
    yield from _work_sources(network, row)
    yield from _left_sources(network, row, seed)
    yield from _size_sources(network, row)
    yield from _other_sources(network)
    yield from _event_sources(network)
    yield from _money_sources(network)


def _row_of(network: Network, project: str) -> int:
    listed = network.projects.ids[: network.n_listed]
    if project not in listed:
        raise KeyError(project)
    return listed.index(project)


def _work_sources(network: Network, row: int | None) -> Iterator[Source]:
    """Yield the spread of work that has not begun."""
    tasks, pools = network.tasks, network.pools
    task = pools.task
    is_open = ~tasks.is_done[task] & ~(tasks.is_part_done[task] & _is_listed(network, task))
    is_unsure = is_open & np.array([not law.is_certain for law in pools.law], dtype=np.bool_)
    is_demand = ~_is_listed(network, task)
    if row is None:
        labels = [_role_of(network, q) for q in range(len(task))]
        texts = "how much work there is for the {}"
        yield from _groups(network, is_unsure & ~is_demand, labels, texts, "roles")
    else:
        is_own = tasks.project[task] == row
        labels = [_activity_of(network, t) for t in task.tolist()]
        yield from _groups(network, is_unsure & is_own, labels, "how much work {} is", "tasks")
        others = is_unsure & ~is_own & ~is_demand
        if others.any():
            yield _with_work(
                "work of others", "how much work the other projects are", network, others
            )
    if (is_unsure & is_demand).any():
        text = "how much work projects of demand are"
        yield _with_work("work of demand", text, network, is_unsure & is_demand)


def _groups(
    network: Network, chosen: BoolArray, labels: Sequence[str], text: str, kind: str
) -> Iterator[Source]:
    """Yield one source for each label, those of most spread first, the smaller ones together."""
    spread: dict[str, float] = {}
    for q in np.flatnonzero(chosen).tolist():
        spread[labels[q]] = spread.get(labels[q], 0.0) + _variance(network, q)
    order = sorted(spread, key=lambda label: (-spread[label], label))
    alone = order if len(order) <= MOST_GROUPS else order[: MOST_GROUPS - 1]
    for label in alone:
        mine = chosen & np.array([one == label for one in labels], dtype=np.bool_)
        words = text.format(label) if label else "how long tasks without people take"
        yield _with_work(f"work:{label or 'nobody'}", words, network, mine)
    rest = set(order) - set(alone)
    if rest:
        mine = chosen & np.array([one in rest for one in labels], dtype=np.bool_)
        names = f"{len(rest)} other {kind}"
        yield _with_work(f"work of other {kind}", text.format(names), network, mine)


def _variance(network: Network, pool: int) -> float:
    """Return the square of the interquartile range of a pool, which every law has."""
    law = network.pools.law[pool]
    low, high = law.quantile(np.array([0.25, 0.75]))
    size = network.projects.size[network.tasks.project[network.pools.task[pool]]].plan
    return float((high - low) * (size if network.pools.is_sized[pool] else 1.0)) ** 2


def _is_listed(network: Network, task: IntArray) -> BoolArray:
    return np.asarray(network.tasks.project[task] < network.n_listed)


def _activity_of(network: Network, task: int) -> str:
    """Return the id of a task, or of the phase of a part."""
    phase = int(network.tasks.phase[task])
    return network.tasks.ids[task if phase == NONE else phase]


def _role_of(network: Network, pool: int) -> str:
    """Return the first role that does the work of a pool, empty if nobody is needed."""
    for k in np.flatnonzero(network.needs.pool == pool).tolist():
        role, person = int(network.needs.role[k]), int(network.needs.person[k])
        return network.role_ids[role if role != NONE else int(network.people.role[person])]
    return ""


def _left_sources(network: Network, row: int | None, seed: int) -> Iterator[Source]:
    """Yield what is left of running work."""
    tasks, task = network.tasks, network.pools.task
    is_running = tasks.is_part_done[task] & ~tasks.is_done[task] & _is_listed(network, task)
    if not is_running.any():
        return
    left, spread = _known_left(network, seed)
    is_unsure = is_running & (spread > 0.0)
    is_own = (tasks.project[task] == row) | (row is None)
    for chosen, id_, text in (
        (is_unsure & is_own, "in flight", "how much of the running work is left"),
        (is_unsure & ~is_own, "in flight of others", "how much is left of other running work"),
    ):
        if chosen.any():
            yield Source(id=id_, text=text, network=_settle(network, chosen, left))


def _known_left(network: Network, seed: int) -> tuple[FloatArray, FloatArray]:
    """(Q,) mean and standard deviation of listed amounts, given what is known of them.

    Without risks, which multiply what is settled, too.
    """
    streams = replace(network.streams, ids=(), knot_minute=(), knot_expected=())
    amounts = draw(replace(network, streams=streams, risks=()), seed, 0, KNOWN_FROM).amounts
    found = np.zeros((2, len(network.pools.task)))
    unit = np.where(network.pools.is_sized, WHOLE, 1)[: amounts.shape[1]]
    found[0, : amounts.shape[1]] = amounts.mean(axis=0) / unit
    found[1, : amounts.shape[1]] = amounts.std(axis=0) / unit
    return found[0], found[1]


def _size_sources(network: Network, row: int | None) -> Iterator[Source]:
    """Yield the sizes of projects."""
    sizes = network.projects.size
    unsure = [p for p, law in enumerate(sizes) if not law.is_certain]
    own = [p for p in unsure if row is None or p == row]
    others = [p for p in unsure if p not in own]
    for rows, id_, text in (
        (own, "size", "how large the projects are" if row is None else "how large it is"),
        (others, "size of others", "how large the other projects are"),
    ):
        if rows:
            changed = replace(network.projects, size=_known(sizes, rows))
            yield Source(id=id_, text=text, network=replace(network, projects=changed))


def _other_sources(network: Network) -> Iterator[Source]:
    """Yield demand, candidates and what the tasks of a project have in common."""
    if any(len(expected) and expected[-1] > 0 for expected in network.streams.knot_expected):
        even = replace(network.streams, is_even=True)
        text = "when projects of demand arrive, and how many"
        yield Source(id="demand", text=text, network=replace(network, streams=even))
    probability = network.projects.probability
    if ((probability > 0.0) & (probability < 1.0)).any():
        known = np.where(
            (probability > 0.0) & (probability < 1.0), probability >= LIKELIER, probability
        ).astype(np.float64)
        changed = replace(network.projects, probability=known)
        text = "which candidates happen (known: the likelier of yes and no)"
        yield Source(id="candidates", text=text, network=replace(network, projects=changed))
    if network.correlation > 0.0:
        text = "that the tasks of a project run long or short together"
        yield Source(id="correlation", text=text, network=replace(network, correlation=0.0))


def _event_sources(network: Network) -> Iterator[Source]:
    """Yield sickness, turnover, risks and rework."""
    change = network.people.change
    for is_there, id_, text, known in (
        (
            bool((network.people.sickness > 0.0).any()),
            "sickness",
            "when people are ill (known: the same share of every day)",
            with_known_sickness,
        ),
        (
            change is not None and bool((change.hazard > 0.0).any()),
            "turnover",
            "who leaves, and when (known: the same share of every place, every day)",
            with_known_turnover,
        ),
        (
            any(hit.probability > 0.0 and not _is_certain(hit) for hit in network.risks),
            "risks",
            "which risks happen (known: of each its mean, in every future)",
            with_known_risks,
        ),
        (
            bool(network.loops),
            "rework",
            "how often work is sent back (known: its mean, in one go)",
            with_known_rework,
        ),
    ):
        if is_there:
            yield Source(id=id_, text=text, network=known(network), known=known)


def _is_certain(hit: Hit) -> bool:
    """Return whether a risk is the same in every future."""
    laws = (hit.work, hit.cost, hit.delay)
    return hit.probability >= 1.0 and all(law is None or law.is_certain for law in laws)


def _money_sources(network: Network) -> Iterator[Source]:
    """Yield the spread of fixed cost and of benefits."""
    for name, id_, text in (
        ("fixed_cost", "fixed cost", "how high the fixed cost is"),
        ("benefit_per_year", "benefit", "how high the benefits are"),
    ):
        laws = getattr(network.projects, name)
        rows = [p for p, law in enumerate(laws) if law is not None and not law.is_certain]
        if rows:
            change: dict[str, Any] = {name: _known(laws, rows)}
            changed = replace(network.projects, **change)
            yield Source(id=id_, text=text, network=replace(network, projects=changed))


# --- taking away --------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class KnownLaw(Law):
    """A law of which the mean is what happens; the plan stays that of the law."""

    law: Law

    def quantile(self, u: ArrayLike) -> NDArray[np.float64]:
        """Return the mean for every ``u``."""
        return np.full(np.shape(u), float(self.law.mean))

    def cdf(self, x: float) -> float:
        """Return 1 from the mean on."""
        return float(x >= self.law.mean)

    def scaled(self, factor: float) -> Law:
        """Return the same of the scaled law."""
        return KnownLaw(law=self.law.scaled(factor))

    @property
    def mean(self) -> float:
        """Of the law."""
        return float(self.law.mean)

    @property
    def plan(self) -> float:
        """Of the law: knowing better changes no plan."""
        return self.law.plan


def _known(laws: Sequence[Any], rows: Iterable[int]) -> tuple[Any, ...]:
    chosen = set(rows)
    return tuple(KnownLaw(law=law) if p in chosen else law for p, law in enumerate(laws))


def _with_work(id_: str, text: str, network: Network, chosen: BoolArray) -> Source:
    means = np.array([law.mean for law in network.pools.law], dtype=np.float64)
    return Source(id=id_, text=text, network=_settle(network, chosen, means))


def _settle(network: Network, chosen: BoolArray, amounts: FloatArray) -> Network:
    """Return the network with the chosen amounts out of chance."""
    settled = np.where(chosen, amounts, np.nan)
    return replace(network, pools=replace(network.pools, settled=settled))


def with_known_sickness(network: Network) -> Network:
    """Return the network in which sickness takes its expected share of every day."""
    people = network.people
    return _less_present(network, people.sickness, sickness=np.zeros_like(people.sickness))


def with_known_turnover(network: Network) -> Network:
    """Return the network in which nobody leaves by chance, and everybody is there that much less.

    A place that is empty at a rate l and filled at a rate m is held for the share m / (l + m) in
    the long run, approached at the rate l + m. Each leaver costs a hand-over (of one task) and,
    where somebody comes after, what a ramp loses: half of what is missing on its first day over
    its length, with what a mentor saves and gives.
    """
    people, day = network.people, network.minutes_per_day
    change = people.change
    if change is None:
        return network
    shares = np.ones(len(people.ids))
    for n in np.flatnonzero(change.hazard > 0.0).tolist():
        empties, fills, lost = float(change.hazard[n]), 0.0, 0.0
        hire, hand_over = change.time_to_hire[n], change.hand_over[n]
        if hire is not None:
            fills = 1.0 / max(float(hire.mean), day)
            mentored = 1.0 - change.mentor_shortens[n] / WHOLE
            missing = (1.0 - change.ramp_start[n] / WHOLE) / 2.0
            lost += change.ramp_lasts[n] * mentored * (missing + change.mentor_share[n] / WHOLE)
        lost += 0.0 if hand_over is None else float(hand_over.mean)
        minutes = max(1, network.window_end - int(people.employed_from[n]))
        rate = empties + fills
        held = (fills + empties * -np.expm1(-rate * minutes) / (rate * minutes)) / rate
        shares[n] = held * max(0.0, 1.0 - empties * lost)
    calm = replace(change, hazard=np.zeros_like(change.hazard))
    return _less_present(network, 1.0 - shares, change=calm)


def _less_present(network: Network, lost: FloatArray, **people: Any) -> Network:
    """Return the network with a share of everybody's day lost; planned speeds stay."""
    presence = np.rint(network.people.presence * (1.0 - lost)).astype(np.int64)
    changed = replace(network.people, presence=np.maximum(presence, 1), **people)
    return replace(network, people=changed)


def with_known_risks(network: Network) -> Network:
    """Return the network in which every risk happens a little: by its mean, in every future."""
    known = []
    for hit in network.risks:
        p = hit.probability
        known.append(
            replace(
                hit,
                probability=1.0,
                work=Fixed(value=1.0 + p * (float(hit.work.mean) - 1.0)),
                cost=None if hit.cost is None else Fixed(value=p * float(hit.cost.mean)),
                delay=None if hit.delay is None else Fixed(value=p * float(hit.delay.mean)),
            )
        )
    return replace(network, risks=tuple(known))


def with_known_rework(network: Network) -> Network:
    """Return the network in which nothing is sent back, and all takes that much longer.

    Work that is sent back with the probability p, at most n times, is sent back p + ... + p^n
    times on average; once more for each time that an outer loop goes through it again.
    """
    loops, pools = network.loops, network.pools
    rounds = [sum(loop.probability**k for k in range(1, loop.max_repeats + 1)) for loop in loops]
    factors = np.ones(len(network.tasks.ids))
    for loop, times in zip(loops, rounds, strict=True):
        again = times
        for outer, repeats in zip(loops, rounds, strict=True):
            if outer is not loop and loop.task in outer.tasks:
                again *= 1.0 + repeats
        factors[list(loop.tasks)] += again * loop.share
    hits = [
        Hit(
            entity=f"rework {network.tasks.ids[task]}",
            is_shared=False,
            probability=1.0,
            work=Fixed(value=float(factors[task])),
            cost=None,
            price=0.0,
            row=int(network.tasks.project[task]),
            tasks=(task,),
            pools=tuple(np.flatnonzero(pools.task == task).tolist()),
        )
        for task in np.flatnonzero(factors > 1.0).tolist()
    ]
    risks = sorted((*network.risks, *hits), key=lambda hit: hit.row)
    return replace(network, loops=(), risks=tuple(risks))


def all_at_once(network: Network, sources: Sequence[Source]) -> Network:
    """Return the network without any of the sources."""
    settled = np.full(len(network.pools.task), np.nan)
    changes: dict[str, Any] = {"correlation": 0.0}
    projects: dict[str, Any] = {}
    for source in sources:
        other = source.network
        if other.pools.settled is not None:
            settled = np.where(np.isnan(settled), other.pools.settled, settled)
        if other.streams.is_even:
            changes["streams"] = other.streams
        for name in ("size", "probability", "fixed_cost", "benefit_per_year"):
            theirs, ours = getattr(other.projects, name), getattr(network.projects, name)
            if theirs is not ours:
                known = projects.get(name, ours)
                projects[name] = (
                    theirs
                    if name == "probability"
                    else tuple(
                        new if new is not old else kept
                        for new, old, kept in zip(theirs, ours, known, strict=True)
                    )
                )
    found = replace(
        network,
        pools=replace(network.pools, settled=settled),
        projects=replace(network.projects, **projects),
        **changes,
    )
    for source in sources:
        if source.known is not None:
            found = source.known(found)
    return found


# --- what it saves ------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, eq=False)
class _Numbers:
    """What is looked at in one run, one value per future; NaN = the project is not there."""

    days: FloatArray
    """Working days to the finish, ``inf`` = unfinished."""
    cost: FloatArray
    npv: FloatArray
    """Of a project, ``-inf`` = unknown, below every value; of all, what is known, summed."""
    has_cost: bool
    has_benefit: bool

    def finish(self, level: float) -> Estimate:
        """Return a quantile of the finish over the futures in which it is there."""
        days = self.days[~np.isnan(self.days)]
        return quantile(days, level) if len(days) else unknown(NOTHING)

    @staticmethod
    def of(outcomes: Outcomes, project: str | None) -> _Numbers:
        """Return the numbers of a project, or of everything committed."""
        network, rows = outcomes.network, outcomes.projects_
        found = projects_in_futures(outcomes)
        money = outcomes.money
        if project is None:
            days = committed_finish(outcomes, found)
            if days is None:
                days = np.full(outcomes.replications, np.nan)
            cost = per_future(outcomes, money.cost)
            npv = portfolio_npv(outcomes)
            laws = network.projects.benefit_per_year
            has_benefit = any(law is not None for law in laws)
        else:
            row = _row_of(network, project)
            mine = found[row].rows
            place = outcomes.future[mine]
            days, cost, npv = (np.full(outcomes.replications, np.nan) for _ in range(3))
            days[place] = found[row].finish_day
            cost[place] = money.cost[mine]
            npv[place] = np.where(np.isnan(money.npv[mine]), -np.inf, money.npv[mine])
            has_benefit = network.projects.benefit_per_year[row] is not None
        has_cost = bool(len(rows.row)) and bool(np.nansum(cost) > 0.0)
        return _Numbers(days=days, cost=cost, npv=npv, has_cost=has_cost, has_benefit=has_benefit)


def _driver(source: Source, before: _Numbers, after: _Numbers) -> Driver:
    """Return what a run without a source saves, pair by pair."""
    is_pair = ~np.isnan(before.days) & ~np.isnan(after.days)
    if not is_pair.any():
        nothing = no_difference(NOTHING)
        return Driver(
            id=source.id,
            text=source.text,
            p80_days=nothing,
            mean_days=nothing,
            cost_p80=None,
            npv_p10=None,
        )
    days = before.days[is_pair], after.days[is_pair]
    cost, npv = before.cost[is_pair], before.npv[is_pair]
    cost_p80 = npv_p10 = None
    if before.has_cost:
        material = MATERIAL_OF_MONEY * float(np.mean(cost))
        cost_p80 = quantile_difference(after.cost[is_pair], cost, LEVEL, material=material)
    if before.has_benefit:
        is_known = np.isfinite(npv)
        scale = float(np.mean(np.abs(npv[is_known]))) if is_known.any() else 0.0
        material = MATERIAL_OF_MONEY * scale
        npv_p10 = quantile_difference(npv, after.npv[is_pair], LOW_VALUE, material=material)
    return Driver(
        id=source.id,
        text=source.text,
        p80_days=quantile_difference(days[1], days[0], LEVEL),
        mean_days=mean_difference(days[1], days[0]),
        cost_p80=cost_p80,
        npv_p10=npv_p10,
    )


def _driver_json(driver: Driver) -> Json:
    return {
        "source": driver.id,
        "text": driver.text,
        "saves": {
            "p80_days": driver.p80_days.to_json(),
            "mean_days": driver.mean_days.to_json(),
            "cost_p80": None if driver.cost_p80 is None else driver.cost_p80.to_json(),
            "npv_p10": None if driver.npv_p10 is None else driver.npv_p10.to_json(),
        },
    }
