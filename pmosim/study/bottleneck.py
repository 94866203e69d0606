"""Bottleneck: what one more person of each role buys, alone and for a single quarter.

In: a scenario and the runs of a study. Out: ``Bottlenecks``: paired differences, with a person
more minus without, beside how busy a role is and how long its queue - which mislead: work that
waits for a busy role may wait for another one next, or not be urgent.

The price of a hire is its salary from its first day to the end of the run, whatever it does. Its
work is charged to projects like everybody's; what it brings is that they end earlier.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from pmosim.errors import InputError
from pmosim.forecast.bottleneck import role_utilisation, role_wait_days
from pmosim.forecast.estimate import mean, ratio
from pmosim.forecast.finish import end_date
from pmosim.forecast.paired import Difference, mean_difference, no_difference
from pmosim.money import DAYS_PER_YEAR, flow_value, start_calendar_days
from pmosim.network import compile_network
from pmosim.study.effects import (
    NOTHING_FINISHES,
    P80,
    Effects,
    finish_difference,
    finish_of,
    late_difference,
    late_of,
    npv_difference,
    project_days,
    scaled,
    wait_difference,
)
from pmosim.study.extract import Extract
from pmosim.study.runs import Counter
from pmosim.units import WHOLE
from pmosim.workdays import quarter_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pmosim.forecast.estimate import Estimate, Json
    from pmosim.network.arrays import FloatArray, Network
    from pmosim.outcomes import Outcomes
    from pmosim.scenario import Scenario
    from pmosim.study.runs import Runs, Told

SCHEMA = "pmosim.bottlenecks/1"
MOST_CELLS = 8
"""Roles by quarter that are looked at, unless asked for more or fewer."""
HARMFUL = (
    "One more person can make it worse: what starts sooner may take people from what matters more, "
    "and phases are cut anew for the people there are; here surely so"
)
Measure = Literal["p_late", "npv_per_cost", "finish_mean_days", "wait_days"]
MEASURES: dict[str, Measure] = {
    "late": "p_late",
    "npv": "npv_per_cost",
    "finish": "finish_mean_days",
    "wait": "wait_days",
}
"""What roles can be ranked by, as a user says it."""
MORE_IS_BETTER = {"npv", "npv_per_cost"}
NO_PRICE = "the role has no day rate"
NO_NEED = "no task asks for it"


@dataclass(frozen=True, kw_only=True)
class Price:
    """What somebody costs who is paid from the first day, used or not."""

    days: float
    """Working days, mean over the futures."""
    amount: float
    present_value: float
    """The same discounted to day 0, as a flow."""

    def to_json(self) -> Json:
        """Return the entry of a document."""
        return {"days": self.days, "amount": self.amount, "present_value": self.present_value}


@dataclass(frozen=True, kw_only=True)
class RoleValue:
    """One role: how busy it is, and what one more person would change."""

    role: str
    headcount: int
    fte: float
    day_rate: float
    utilisation: Estimate
    own_wait_days: Estimate
    """Working days that a finished project waits for this role."""
    waiting: Estimate
    """People waited for, mean over the window."""
    price: Price | None = None
    effects: Effects | None = None
    reason: str = ""
    """Why no run was made."""


@dataclass(frozen=True, kw_only=True)
class QuarterValue:
    """One role in one quarter."""

    role: str
    waiting: float
    """People waited for, mean over quarter and futures."""
    utilisation: float
    """NaN = nobody is there."""
    price: Price | None = None
    effects: Effects | None = None
    """None = not looked at."""


@dataclass(frozen=True, kw_only=True)
class Quarter:
    """A quarter of the planning window."""

    label: str
    first_day: int
    """Working days since day 0."""
    end_day: int
    roles: tuple[QuarterValue, ...]


@dataclass(frozen=True, kw_only=True)
class Bottlenecks:
    """What one more person buys, by role and by quarter."""

    network: Network
    seed: int
    replications: int
    ranked_by: Measure
    base: Mapping[str, Estimate]
    roles: tuple[RoleValue, ...]
    """In the order of the file."""
    quarters: tuple[Quarter, ...]
    misleading: str
    """One sentence: whether the busiest role is the one that pays."""

    @property
    def harmful(self) -> str:
        """One sentence on roles whose next person surely makes it worse; empty = there is none."""
        names = [
            role.role
            for role in self.roles
            if role.effects is not None
            and role.effects[self.ranked_by].is_settled
            and (_gain(role.effects, self.ranked_by) or 0.0) < 0.0
            and not _holds_zero(role.effects[self.ranked_by])
        ]
        return f"{HARMFUL} ({', '.join(names)})." if names else ""

    def by_value(self) -> list[RoleValue]:
        """Return the roles that were tried, the most helpful first."""
        tried = [role for role in self.roles if _gain(role.effects, self.ranked_by) is not None]
        return sorted(tried, key=lambda role: -(_gain(role.effects, self.ranked_by) or 0.0))

    @property
    def best(self) -> RoleValue | None:
        """The role whose next person helps most; None if none helps."""
        first = next(iter(self.by_value()), None)
        gain = None if first is None else _gain(first.effects, self.ranked_by)
        return first if gain is not None and gain > 0.0 else None

    @property
    def best_quarter(self) -> tuple[Quarter, QuarterValue] | None:
        """The quarter and role where a person for this quarter alone helps most."""
        cells = [
            (gain, quarter, entry)
            for quarter in self.quarters
            for entry in quarter.roles
            if (gain := _gain(entry.effects, self.ranked_by)) is not None and gain > 0.0
        ]
        if not cells:
            return None
        _, quarter, entry = max(cells, key=lambda cell: cell[0])
        return quarter, entry

    def to_document(self) -> Json:
        """Return the plain mapping of ``bottlenecks --json``."""
        best, cell = self.best, self.best_quarter
        network = self.network
        return {
            "schema": SCHEMA,
            "scenario": network.name,
            "seed": self.seed,
            "replications": self.replications,
            "as_of": network.calendar.as_of.isoformat(),
            "horizon": end_date(network, network.window_end) if network.has_horizon else None,
            "currency": network.currency,
            "ranked_by": self.ranked_by,
            "base": {name: estimate.to_json() for name, estimate in self.base.items()},
            "roles": [self._role(role) for role in self.roles],
            "quarters": [self._quarter(quarter) for quarter in self.quarters],
            "best": None if best is None else {"role": best.role},
            "best_quarter": None
            if cell is None
            else {"role": cell[1].role, "quarter": cell[0].label},
            "words": {"misleading": self.misleading, "harmful": self.harmful or None},
        }

    def _role(self, role: RoleValue) -> Json:
        return {
            "id": role.role,
            "headcount": role.headcount,
            "fte": role.fte,
            "utilisation": role.utilisation.to_json(),
            "own_wait_days": role.own_wait_days.to_json(),
            "waiting_fte": role.waiting.to_json(),
            "day_rate": role.day_rate,
            "place": {
                "value": _place([r.role for r in self.by_value()], role.role),
                "utilisation": _place(_by(self.roles, "utilisation"), role.role),
                "waiting": _place(_by(self.roles, "waiting"), role.role),
            },
            "reason": role.reason or None,
            "price": None if role.price is None else role.price.to_json(),
            "effects": _effects_json(role.effects),
        }

    def _quarter(self, quarter: Quarter) -> Json:
        calendar = self.network.calendar
        return {
            "quarter": quarter.label,
            "from": calendar.date_of(quarter.first_day).isoformat(),
            "until": calendar.date_of(quarter.end_day - 1).isoformat(),
            "roles": [
                {
                    "id": entry.role,
                    "waiting_fte": entry.waiting,
                    "utilisation": None if np.isnan(entry.utilisation) else entry.utilisation,
                    "price": None if entry.price is None else entry.price.to_json(),
                    "effects": _effects_json(entry.effects),
                }
                for entry in quarter.roles
            ],
        }


def find_bottlenecks(
    scenario: Scenario,
    study: Runs,
    *,
    by: str | None = None,
    cells: int = MOST_CELLS,
    on_run: Told | None = None,
) -> Bottlenecks:
    """Return what one more person of each role would change, on the same luck.

    Parameters
    ----------
    study : how the runs are made; one per role that work asks for, one per cell, one without.
    by : ``late``, ``npv``, ``finish`` or ``wait``: what roles are ranked by. None = the promised
        dates where there are any, else the value where a benefit is stated, else the waiting.
    cells : how many quarters of a role are tried with a person for this quarter alone: those in
        which most wait for the roles whose next person helps most.
    on_run : told after each run.
    """
    if by is not None and by not in MEASURES:
        raise InputError(f"by is {by!r}; it must be one of {', '.join(MEASURES)}.")
    network = compile_network(scenario)
    asked = roles_asked_for(network)
    tried = [role for place, role in enumerate(network.role_ids) if asked[place]]
    counter = Counter(on_run, 1 + len(tried) + cells)
    before = study.run(scenario)
    counter.count()
    load = _Load.of(before)
    base = Extract.of(before)
    measures = [MEASURES[by]] if by else _usual_measures(base)
    busy, waits = role_utilisation(before), role_wait_days(before)
    del before

    extracts: dict[str, Extract] = {}
    prices: dict[str, Price] = {}
    hired = (scenario.change(hire={"role": role, "headcount": 1}) for role in tried)
    for role, after in zip(tried, study.run_each(hired), strict=True):
        prices[role] = price_of(after, _rate(network, role))
        extracts[role] = Extract.of(after)
        counter.count()
    roles = tuple(
        RoleValue(
            role=role,
            headcount=int(network.role_heads[place]),
            fte=float(network.people.fte[network.people.role == place].sum()) / WHOLE,
            day_rate=_rate(network, role),
            utilisation=busy[place],
            own_wait_days=waits[place],
            waiting=load.waiting[place],
            price=prices.get(role),
            effects=effects_of(base, extracts[role], place, prices[role])
            if role in extracts
            else None,
            reason="" if role in extracts else NO_NEED,
        )
        for place, role in enumerate(network.role_ids)
    )
    ranked_by = _telling(measures, roles)
    quarters = _quarters(
        scenario, study, base, load, _chosen_cells(roles, load, ranked_by, cells), counter
    )
    return Bottlenecks(
        network=network,
        seed=study.seed,
        replications=study.replications,
        ranked_by=ranked_by,
        base=_readings(base),
        roles=roles,
        quarters=quarters,
        misleading=_misleading(roles, extracts, base, ranked_by, network),
    )


def roles_asked_for(network: Network) -> list[bool]:
    """(S,) whether some task or project asks for a role (not for a person by name)."""
    asked = {int(role) for role in network.needs.role}
    asked |= {need[0] for project in network.throughout for need in project}
    return [place in asked for place in range(len(network.role_ids))]


def price_of(outcomes: Outcomes, day_rate: float, first: int = 0, last: int | None = None) -> Price:
    """Return the salary of one full-time person in a run, idle or not.

    Parameters
    ----------
    first, last : minutes from and to which they are there; None = to the end of the run.
    """
    network = outcomes.network
    end = outcomes.run_end if last is None else np.minimum(outcomes.run_end, last)
    end = np.maximum(end, first)
    days = (end - first) / network.minutes_per_day
    amount = days * day_rate
    begin = start_calendar_days(network, np.array([first], dtype=np.int64))[0] / DAYS_PER_YEAR
    until = np.maximum(network.calendar.calendar_days(end) / DAYS_PER_YEAR, begin)
    span = np.where(until > begin, until - begin, 1.0)
    worth = flow_value(amount / span, np.full(len(end), begin), until, network.discount_rate)
    return Price(
        days=float(days.mean()),
        amount=float(amount.mean()),
        present_value=float(np.where(until > begin, worth, 0.0).mean()),
    )


def effects_of(before: Extract, after: Extract, role: int, price: Price | None) -> Effects:
    """Return what a change does to the portfolio, and to the waiting for one role.

    Days are working days: ``project_days`` those that the listed projects end later, summed over
    them; ``wait_days`` those that a finished project waits for people, ``own_wait_days`` for this
    role.
    """
    npv = npv_difference(before, after)
    return {
        "finish_mean_days": finish_difference(before, after),
        "finish_p80_days": finish_difference(before, after, P80),
        "project_days": project_days(before, after),
        "p_late": late_difference(before, after),
        "npv": npv,
        "npv_per_cost": _per_cost(npv, price),
        "wait_days": wait_difference(before, after),
        "own_wait_days": wait_difference(before, after, role),
    }


def _per_cost(npv: Difference, price: Price | None) -> Difference:
    if price is None or price.present_value <= 0.0:
        return no_difference(NO_PRICE, npv.n)
    return scaled(npv, 1.0 / price.present_value)


def _readings(kept: Extract) -> dict[str, Estimate]:
    """Return the portfolio as it is, in the measures of the effects."""
    return {
        "finish_mean_days": finish_of(kept),
        "finish_p80_days": finish_of(kept, P80),
        "p_late": late_of(kept),
        "npv": mean(kept.npv),
        "wait_days": ratio(kept.waited_days.sum(axis=1), kept.finished, NOTHING_FINISHES),
    }


def _usual_measures(base: Extract) -> list[Measure]:
    """Return what roles are ranked by, unless the user says it; the first that tells them apart."""
    found: list[Measure] = ["p_late"] if base.promises.any() else []
    found += ["npv_per_cost"] if base.n_valued else []
    return [*found, "wait_days"]


def _telling(measures: Sequence[Measure], roles: Sequence[RoleValue]) -> Measure:
    """Return the first measure that some role's next person improves, else the first."""
    helped = (m for m in measures if any((_gain(r.effects, m) or 0.0) > 0.0 for r in roles))
    return next(helped, measures[0])


def _rate(network: Network, role: str) -> float:
    return float(network.role_day_rate[network.role_ids.index(role)])


def _gain(effects: Effects | None, measure: str) -> float | None:
    """Return how much better something gets; None = not known."""
    if effects is None or not effects[measure].is_known:
        return None
    value = effects[measure].value
    return value if measure in MORE_IS_BETTER else -value


def _holds_zero(difference: Difference) -> bool:
    return difference.low <= 0.0 <= difference.high


def _by(roles: Sequence[RoleValue], measure: str) -> list[str]:
    """Return the roles by a number of the base, the largest first; unknown ones left out."""
    known = [role for role in roles if getattr(role, measure).is_known]
    return [role.role for role in sorted(known, key=lambda role: -getattr(role, measure).value)]


def _place(order: Sequence[str], role: str) -> int | None:
    return order.index(role) + 1 if role in order else None


def _effects_json(effects: Effects | None) -> Json | None:
    if effects is None:
        return None
    return {measure: difference.to_json() for measure, difference in effects.items()}


# --- by quarter --------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, eq=False)
class _Load:
    """How busy roles are and how much waits for them, by quarter of the window (Q of them)."""

    labels: tuple[str, ...]
    first_day: tuple[int, ...]
    end_day: tuple[int, ...]
    waiting_days: FloatArray
    """(S, Q) person-days waited for, mean over the futures."""
    busy: FloatArray
    """(S, Q) busy share, NaN = nobody there."""
    waiting: tuple[Estimate, ...]
    """(S,) people waited for, mean over the window."""

    @staticmethod
    def of(outcomes: Outcomes) -> _Load:
        """Sum up the months of the window by quarter."""
        per_day = outcomes.minutes_per_day
        longest = int(min(outcomes.run_end.max(), outcomes.network.window_end))
        months = [
            (place, label, first, end)
            for place, (label, first, end) in enumerate(outcomes.months)
            if first * per_day < longest
        ]
        labels = list(dict.fromkeys(quarter_of(label) for _, label, _, _ in months))
        groups = [[m for m in months if quarter_of(m[1]) == label] for label in labels]
        unit = WHOLE * per_day
        n_roles = len(outcomes.network.role_ids)
        queue, busy, there = (
            np.stack(
                [array[:, :, [m[0] for m in group]].sum(axis=2) / unit for group in groups], axis=2
            )
            if groups
            else np.zeros((outcomes.replications, n_roles, 0))
            for array in (outcomes.queue, outcomes.busy, outcomes.capacity)
        )
        capacity = there.mean(axis=0)
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.where(capacity > 0.0, busy.mean(axis=0) / capacity, np.nan)
        open_days = np.minimum(outcomes.run_end, longest) / per_day
        return _Load(
            labels=tuple(labels),
            first_day=tuple(group[0][2] for group in groups),
            end_day=tuple(group[-1][3] for group in groups),
            waiting_days=queue.mean(axis=0),
            busy=share,
            waiting=tuple(
                ratio(queue[:, role].sum(axis=1), open_days, "nothing runs")
                for role in range(n_roles)
            ),
        )


def _chosen_cells(
    roles: Sequence[RoleValue], load: _Load, measure: Measure, most: int
) -> list[tuple[int, int]]:
    """Return (role, quarter) of the most promising cells.

    A cell promises what the role's next person brings, times the share of the role's waiting
    that falls into the quarter. Roles that may help by luck only are left out unless there are no
    others.
    """
    promising = []
    helpful = [role for role in roles if (_gain(role.effects, measure) or 0.0) > 0.0]
    # What helps surely goes before what may help by luck.
    sure = [role for role in helpful if role.effects and not _holds_zero(role.effects[measure])]
    for place, role in enumerate(roles):
        gain, waited = _gain(role.effects, measure), load.waiting_days[place]
        if gain is None or role not in (sure or helpful) or waited.sum() <= 0.0:
            continue
        shares = gain * waited / waited.sum()
        promising += [(-share, place, q) for q, share in enumerate(shares.tolist()) if share > 0.0]
    return sorted((place, quarter) for _, place, quarter in sorted(promising)[:most])


def _quarters(
    scenario: Scenario,
    study: Runs,
    base: Extract,
    load: _Load,
    chosen: list[tuple[int, int]],
    counter: Counter,
) -> tuple[Quarter, ...]:
    """Return every quarter; in the chosen cells with a person for this quarter alone."""
    network = compile_network(scenario)
    per_day = network.minutes_per_day
    counter.at_most = 1 + sum(roles_asked_for(network)) + len(chosen)
    found: dict[tuple[int, int], tuple[Price, Effects]] = {}
    scenarios = (_with_temporary(scenario, network, load, *cell) for cell in chosen)
    for cell, after in zip(chosen, study.run_each(scenarios), strict=True):
        role, quarter = cell
        rate = float(network.role_day_rate[role])
        first, end = load.first_day[quarter] * per_day, load.end_day[quarter] * per_day
        price = price_of(after, rate, first, end)
        found[cell] = (price, effects_of(base, Extract.of(after), role, price))
        counter.count()
    return tuple(
        Quarter(
            label=label,
            first_day=load.first_day[quarter],
            end_day=load.end_day[quarter],
            roles=tuple(
                _quarter_value(name, load, (role, quarter), found)
                for role, name in enumerate(network.role_ids)
            ),
        )
        for quarter, label in enumerate(load.labels)
    )


def _quarter_value(
    name: str,
    load: _Load,
    cell: tuple[int, int],
    found: Mapping[tuple[int, int], tuple[Price, Effects]],
) -> QuarterValue:
    role, quarter = cell
    n_days = load.end_day[quarter] - load.first_day[quarter]
    price, effects = found.get(cell, (None, None))
    return QuarterValue(
        role=name,
        waiting=float(load.waiting_days[role, quarter]) / n_days,
        utilisation=float(load.busy[role, quarter]),
        price=price,
        effects=effects,
    )


def _with_temporary(
    scenario: Scenario, network: Network, load: _Load, role: int, quarter: int
) -> Scenario:
    """Return the scenario with one person more for one quarter."""
    calendar = network.calendar
    hire: dict[str, Any] = {
        "role": network.role_ids[role],
        "headcount": 1,
        "until": calendar.date_of(load.end_day[quarter] - 1).isoformat(),
    }
    if load.first_day[quarter] > 0:
        hire["from"] = calendar.date_of(load.first_day[quarter]).isoformat()
    return scenario.change(hire=hire)


# --- what misleads -----------------------------------------------------------------------------

IN_WORDS: dict[str, str] = {
    "p_late": "P(late) of a promised date",
    "npv_per_cost": "value per unit of its salary",
    "finish_mean_days": "finish of everything committed",
    "wait_days": "waiting for people",
}


def _misleading(
    roles: Sequence[RoleValue],
    extracts: Mapping[str, Extract],
    base: Extract,
    measure: Measure,
    network: Network,
) -> str:
    """Say whether the busiest role, or the longest queue, is where a person helps most."""
    tried = {role.role: role for role in roles if _gain(role.effects, measure) is not None}
    if not tried:
        return "What one more person buys is not known here."
    gains = {name: _gain(role.effects, measure) or 0.0 for name, role in tried.items()}
    best = max(gains, key=lambda name: gains[name])
    if gains[best] <= 0.0:
        return f"One more person of no role improves the {IN_WORDS[measure]} in these futures."
    busiest = next((name for name in _by(roles, "utilisation") if name in tried), best)
    longest = next((name for name in _by(roles, "waiting") if name in tried), best)
    wrong = list(dict.fromkeys(name for name in (busiest, longest) if name != best))
    if not wrong:
        return f"Here all agree: the {best} is the busiest, has the longest queue and helps most."
    parts = [
        f"the {name} {_why_named(name, busiest, longest, tried[name])}, "
        f"but one more {best} does more for the {IN_WORDS[measure]}"
        f"{_how_sure(extracts[best], extracts[name], base, measure, network)}"
        for name in wrong
    ]
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}."


def _why_named(name: str, busiest: str, longest: str, role: RoleValue) -> str:
    words = []
    if name == busiest:
        words.append(f"is the busiest role ({role.utilisation.value:.0%} busy)")
    if name == longest:
        words.append(f"has the longest queue ({role.waiting.value:.1f} people waited for)")
    return " and ".join(words)


def _how_sure(
    best: Extract, other: Extract, base: Extract, measure: Measure, network: Network
) -> str:
    """Return `` (not yet certain)`` unless the two runs differ surely, pair by pair."""
    if measure == "npv_per_cost":  # two prices: no pair of the same kind
        return ""
    first, second = (_values(extract, measure) for extract in (best, other))
    if first is None or second is None:
        return ""
    difference = mean_difference(first, second, material=0.0)
    return "" if difference.is_settled and not difference.is_zero else " (not yet certain)"


def _values(extract: Extract, measure: Measure) -> FloatArray | None:
    if measure == "p_late":
        return extract.late_share()
    if measure == "finish_mean_days":
        return extract.committed_days
    waited = extract.waited_days.sum(axis=1)
    return np.asarray(waited / np.maximum(extract.finished, 1.0))
