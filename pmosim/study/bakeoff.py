"""Bake-off: which start rule would be best, each with its setting, on the same luck.

In: a scenario and the runs of a study. Out: ``Bakeoff``: what each rule is worth, which are
dominated, how often each is the best and what it loses where it is not, and the choice with its
guarantee; as the document ``pmosim.policies/1`` too. All rules get a first look at the same
futures; the rest is spent on those that may still be the best (``selection``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Literal, NoReturn

import numpy as np

from pmosim.errors import InputError, Problem
from pmosim.forecast.estimate import Estimate, mean, mean_of_known, probability
from pmosim.forecast.paired import Difference, mean_difference
from pmosim.forecast.wording import money_in_words
from pmosim.network import compile_network
from pmosim.replication import BLOCK, block_bounds
from pmosim.study.contenders import CODE, Ground, find_contenders, without_rule
from pmosim.study.merits import MEASURES, Measure, Merits, Name, missing_measures
from pmosim.study.precision import whole_blocks
from pmosim.study.selection import select_best

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import pandas as pd

    from pmosim.network.arrays import FloatArray
    from pmosim.policy.intake import Intake
    from pmosim.scenario import Scenario
    from pmosim.study.contenders import Contender, Policy
    from pmosim.study.runs import Runs
    from pmosim.study.selection import Selection

    Json = dict[str, Any]

SCHEMA = "pmosim.policies/1"
By = Literal["p_late", "value", "throughput", "lead"]
BY: dict[By, Name] = {
    "p_late": "p_late",
    "value": "value",
    "throughput": "throughput",
    "lead": "lead_request",
}
"""What rules can be chosen by."""
DEFAULTS: tuple[Name, ...] = ("p_late", "value", "lead_request")
"""What they are chosen by unless told otherwise: the first for which there are data."""
MATTERS = {"p_late": 0.02, "throughput": 0.5, "lead_request": 2.0}
"""The smallest difference that matters unless told otherwise; of money 1 % of the amount."""
OF_MONEY = 0.01
MOST = 400
"""Futures of a rule at most, unless told otherwise."""
NO_NUMBER = "have none"
LISTED = 6
"""Rules that a sentence names, at most."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Entry:
    """What one rule is worth."""

    contender: Contender
    merits: Merits
    estimates: Mapping[Name, Estimate]
    """In the futures that all rules have, so that they can be compared."""
    changes: Mapping[Name, Difference]
    """Against the rule of today, in all futures of both."""
    lead_changes: Mapping[Name, Difference]
    """From request and from release, against no rule at all; empty for that one."""
    p_best: Estimate
    """Chance that no other rule is better in a future, by the chosen measure."""
    regret: Estimate
    """What it loses against the best rule of each future, on average."""
    is_contender: bool
    """Whether it may be the best."""
    equal_to: str | None = None
    """The rule that was as good in each future, by the chosen measure, and stands for it."""
    dominated_by: str | None = None
    """A rule that is better in something and worse in nothing that matters."""

    @property
    def id(self) -> str:
        """The rule's id."""
        return self.contender.id

    @property
    def moves_waiting(self) -> bool:
        """Whether projects are quicker once released, but not from when they were asked for."""
        if not self.lead_changes:
            return False
        released, requested = (self.lead_changes[name] for name in ("lead_release", "lead_request"))
        is_quicker = released.is_settled and released.high < 0.0
        return is_quicker and not (requested.is_known and requested.high < 0.0)


@dataclass(frozen=True, kw_only=True, eq=False)
class Bakeoff:
    """Rules side by side, the best first."""

    scenario: Scenario
    seed: int
    by: Measure
    matters: float
    """The smallest difference of the chosen measure that matters."""
    selection: Selection
    entries: tuple[Entry, ...]
    left_out: tuple[tuple[str, str], ...]
    missing: Mapping[Name, str]
    """Measures that there are no data for, and why."""

    @property
    def best(self) -> Entry:
        """The chosen rule, or the best so far."""
        return self.entries[0]

    @property
    def today(self) -> Entry:
        """The rule of the scenario."""
        return next(entry for entry in self.entries if entry.contender.is_today)

    @property
    def frontier(self) -> list[Entry]:
        """Rules that no other dominates."""
        return [e for e in self.entries if e.dominated_by is None and e.equal_to is None]

    @property
    def futures(self) -> int:
        """Futures of all rules together."""
        return sum(entry.merits.n for entry in self.entries)

    @property
    def n_common(self) -> int:
        """Futures that every rule has."""
        return min(entry.merits.n for entry in self.entries)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per rule: id, policy, parameter, order, n, then each measure.

        Measures have ``_low``, ``_high`` and ``_change`` (against today) beside them; then p_best,
        regret, dominated_by, moves_waiting.
        """
        import pandas as pd

        rows = []
        for entry in self.entries:
            row: dict[str, object] = {
                "id": entry.id,
                "policy": entry.contender.policy,
                "parameter": entry.contender.parameter,
                "order": entry.contender.order,
                "n": entry.merits.n,
            }
            for name, estimate in entry.estimates.items():
                row |= {
                    name: estimate.value,
                    f"{name}_low": estimate.low,
                    f"{name}_high": estimate.high,
                    f"{name}_change": entry.changes[name].value,
                }
            row |= {
                "p_best": entry.p_best.value,
                "regret": entry.regret.value,
                "dominated_by": entry.dominated_by,
                "moves_waiting": entry.moves_waiting,
            }
            rows.append(row)
        return pd.DataFrame(rows)

    def to_document(self) -> Json:
        """Return it as plain dicts, lists and scalars, schema ``pmosim.policies/1``."""
        return {
            "schema": SCHEMA,
            "scenario": self.scenario.name,
            "seed": self.seed,
            "currency": self.scenario.currency or None,
            "by": self.by.name,
            "matters": self.matters,
            "measures": [self._measure(measure) for measure in MEASURES.values()],
            "futures": {"common": self.n_common, "all": self.futures},
            "rules": [self._rule(entry) for entry in self.entries],
            "left_out": [{"rule": rule, "reason": reason} for rule, reason in self.left_out],
            "frontier": [entry.id for entry in self.frontier],
            "selection": {
                "best": self.best.id,
                "is_decided": self.selection.is_decided,
                "left": [entry.id for entry in self.entries if entry.is_contender],
                "sure": self.selection.sure,
                "futures_at_most": self.selection.bound,
                "futures_of_a_fixed_plan": self.selection.bound * len(self.entries),
                "text": self.words["guarantee"],
            },
            "words": self.words,
        }

    @cached_property
    def words(self) -> dict[str, str]:
        """What has to be said of the whole: verdict, guarantee, frontier, backlog."""
        return {
            "verdict": self._say_verdict(),
            "guarantee": self._say_guarantee(),
            "frontier": self._say_frontier(),
            "backlog": self._say_backlog(),
        }

    def say(self, name: Name, value: float, *, signed: bool = False) -> str:
        """Return a value of a measure in words: ``31.2 of 100``, ``EUR 1.2M``, ``84 days``."""
        if not math.isfinite(value):
            return "not known"
        sign = ("+" if value > 0 else "-" if value < 0 else "") if signed else "-" * (value < 0)
        size = abs(value)
        unit = MEASURES[name].unit
        if unit == "money":
            return f"{sign}{money_in_words(size, self.scenario.currency)}"
        if unit == "share":
            return f"{sign}{100 * size:.1f} of 100"
        return f"{sign}{size:.1f}{' days' if unit == 'working days' else ''}"

    def say_of(self, entry: Entry) -> str:
        """Return what has to be said of a rule beside its numbers, empty where nothing has."""
        if entry.equal_to is not None:
            return f"as good as {entry.equal_to} in each of its futures ({self.by.words})"
        parts = [f"dominated by {entry.dominated_by}"] if entry.dominated_by else []
        if entry.moves_waiting:
            parts.append(self._say_moved(entry))
        return "; ".join(parts)

    def _measure(self, measure: Measure) -> Json:
        found: Json = {
            "id": measure.name,
            "words": measure.words,
            "unit": measure.unit,
            "better": "high" if measure.is_high_better else "low",
            "is_judged": measure.is_judged,
        }
        reason = self.missing.get(measure.name)
        return found | ({"reason": reason} if reason else {})

    def _rule(self, entry: Entry) -> Json:
        contender = entry.contender
        return {
            "id": contender.id,
            "policy": contender.policy,
            "parameter": contender.parameter,
            "order": contender.order,
            "words": contender.words,
            "rule": None if contender.rule is None else dict(contender.rule),
            "is_today": contender.is_today,
            "n": entry.merits.n,
            "measures": {
                name: {**estimate.to_json(), "change": entry.changes[name].to_json()}
                for name, estimate in entry.estimates.items()
            },
            "against_open": {name: d.to_json() for name, d in entry.lead_changes.items()},
            "p_best": entry.p_best.to_json(),
            "regret": entry.regret.to_json(),
            "is_contender": entry.is_contender,
            "equal_to": entry.equal_to,
            "dominated_by": entry.dominated_by,
            "moves_waiting": entry.moves_waiting,
            "text": self.say_of(entry),
        }

    def _say_verdict(self) -> str:
        name, best = self.by.name, self.best
        so_far = "" if self.selection.is_decided else " so far"
        value = self.say(name, best.estimates[name].value)
        text = f"By {self.by.words}{so_far}: {best.contender.words} ({value})"
        if best.contender.is_today:
            matters = self.say(name, self.matters)
            return f"{text}" + f"; no other rule is better by {matters}" * (not so_far) + "."
        change = best.changes[name]
        said = self.say(name, change.value, signed=True)
        if change.is_known and not (change.low > 0.0 or change.high < 0.0):
            return (
                f"{text}; the difference to the rule of today ({said}) is not certain: no reason "
                "to change it."
            )
        low, high = (self.say(name, end, signed=True) for end in (change.low, change.high))
        return f"{text}; against the rule of today {said} ({low} to {high})."

    def _say_guarantee(self) -> str:
        selection, matters = self.selection, self.say(self.by.name, self.matters)
        left = [entry.id for entry in self.entries if entry.is_contender]
        if not selection.is_decided:
            bound = whole_blocks(selection.bound)
            return (
                f"Not decided: {_listed(left)} may each be the best after "
                f"{self.best.merits.n:,} futures of each. {bound:,} of each would decide it for "
                f"certain (-n {bound}); fewer would if only more than {matters} matters "
                "(--matters)."
            )
        return (
            f"If one rule is better than every other by {matters} or more, this way of looking "
            f"chooses it in at least {100 * selection.sure:.0f} of 100 cases; it took "
            f"{self.futures:,} futures, a fixed plan up to "
            f"{max(self.futures, selection.bound * len(self.entries)):,}."
        )

    def _say_frontier(self) -> str:
        names = [entry.id for entry in self.frontier]
        n_dominated = sum(entry.dominated_by is not None for entry in self.entries)
        if not n_dominated:
            return "No rule is beaten in everything beyond its interval: it is a question of aims."
        verb = "is" if n_dominated == 1 else "are"
        return (
            f"{n_dominated} of {len(self.entries)} rules {verb} dominated: another is better in "
            f"something and worse in nothing that matters. Left: {', '.join(names)}."
        )

    def _say_backlog(self) -> str:
        holding = [entry for entry in self.entries if entry.lead_changes]
        moved = [entry for entry in holding if entry.moves_waiting]
        quicker = [
            entry
            for entry in holding
            if entry.lead_changes["lead_request"].is_known
            and entry.lead_changes["lead_request"].high < 0.0
        ]
        text = ""
        if moved:
            text = (
                f"{len(moved)} of {len(holding)} rules make projects quicker only once they have "
                "started: the waiting moves to the backlog."
            )
        if quicker:
            names = ", ".join(entry.id for entry in quicker)
            text += f" Quicker from the request, too, than without a rule: {names}."
        elif holding:
            text += " From the request no rule is certainly quicker than starting everything."
        return text.strip()

    def _say_moved(self, entry: Entry) -> str:
        released, requested = (
            entry.lead_changes[name] for name in ("lead_release", "lead_request")
        )
        less = self.say("lead_release", abs(released.value))
        if requested.low > 0.0:
            more = self.say("lead_request", requested.value)
            asked = f"{more} more from the request"
        else:
            asked = "no less from the request"
        backlog = entry.estimates["waiting"].value
        return (
            f"moves the waiting to the backlog: {less} less once released, {asked}, and "
            f"{backlog:.1f} projects not yet released when the window closes"
        )


def judge_rules(
    scenario: Scenario,
    study: Runs,
    *,
    by: By | None = None,
    matters: float | None = None,
    sure: float = 0.95,
    most: int = MOST,
    sweeps: Mapping[Policy, Sequence[float]] | None = None,
    own: Mapping[str, Intake] | None = None,
    tell: Callable[[int, int], None] | None = None,
) -> Bakeoff:
    """Hold a bake-off.

    Parameters
    ----------
    scenario : with the rule of today.
    study : its runs share luck and workers.
    by : what the best is chosen by; None = due dates missed, else value, else lead time.
    matters : the smallest difference that matters, in the unit of ``by``; None = ``MATTERS``.
    sure : chance of choosing the best if it is better by ``matters``.
    most : futures of a rule at most, rounded up to blocks of 50.
    sweeps : values of the parameters by policy, for these policies alone; see ``contenders``.
    own : policies written in Python, by name.
    tell : is told how many blocks of futures are done, and how many are known to be needed.

    Raises
    ------
    InputError
        If there are no data for ``by``, or ``matters`` is not above 0.
    """
    missing = missing_measures(compile_network(scenario))
    name = _chosen(by, missing)
    race = _Race(study=study, most=whole_blocks(most), tell=tell)
    open_ = race.pilot(without_rule(scenario))
    name = _with_numbers(name, by, open_, missing)
    contenders, left_out = _line_up(scenario, race, sweeps, own)
    race.contenders = contenders
    if matters is None:
        matters = MATTERS.get(name) or _rounded_share(float(np.mean(open_.values[name])))
    if not matters > 0.0:
        _refuse("--matters", f"{matters:g} must be above 0.")
    race.by = MEASURES[name]
    selection = select_best(race.observe, len(contenders), delta=matters, sure=sure, most=race.most)
    race.complete_today(selection.futures[selection.best])
    return Bakeoff(
        scenario=scenario,
        seed=study.seed,
        by=MEASURES[name],
        matters=matters,
        selection=selection,
        entries=tuple(_entries(race, selection)),
        left_out=left_out,
        missing=missing,
    )


def _line_up(
    scenario: Scenario,
    race: _Race,
    sweeps: Mapping[Policy, Sequence[float]] | None,
    own: Mapping[str, Intake] | None,
) -> tuple[tuple[Contender, ...], tuple[tuple[str, str], ...]]:
    field_ = find_contenders(scenario, race.ground, sweeps=sweeps, own=own)
    return field_.contenders, field_.left_out


def _chosen(by: By | None, missing: Mapping[Name, str]) -> Name:
    if by is None:
        return next((name for name in DEFAULTS if name not in missing), "lead_request")
    name = BY[by]
    if name in missing:
        _refuse("--by", f"{by} cannot be judged: {missing[name]}.")
    return name


def _with_numbers(name: Name, by: By | None, open_: Merits, missing: dict[Name, str]) -> Name:
    """Leave out measures that no future has a number of."""
    for each, values in open_.values.items():
        if np.isnan(values).all():
            missing.setdefault(each, "no project asks, or is due, inside the planning window")
    return _chosen(by, missing) if name in missing else name


@dataclass(kw_only=True)
class _Race:
    """Runs the rules, and keeps what they are worth."""

    study: Runs
    most: int
    tell: Callable[[int, int], None] | None
    contenders: Sequence[Contender] = ()
    by: Measure = MEASURES["lead_request"]
    ground: Ground = field(init=False)
    parts: dict[str, list[Merits]] = field(default_factory=dict)
    n_done: int = 0

    def pilot(self, scenario: Scenario) -> Merits:
        """Run the first look without any rule; the ranges follow from it."""
        self._say(1)
        outcomes = self.study.run(scenario, replications=BLOCK)
        self.n_done = 1
        self.ground = Ground.of(outcomes)
        self.parts["open"] = [Merits.of(outcomes)]
        return self.parts["open"][0]

    def observe(self, systems: Sequence[int], first: int, count: int) -> FloatArray:
        """(count, systems) values of the chosen measure, larger is better."""
        todo = [
            (system, begin, n)
            for begin, n in block_bounds(count, first)
            for system in systems
            if not self._is_known(system, begin)
        ]
        self._say(self.n_done + len(todo))
        looks = self.study.take(partial(self._look, *each) for each in todo)
        for (system, _, _), merits in zip(todo, looks, strict=True):
            self.parts.setdefault(self.contenders[system].id, []).append(merits)
            self.n_done += 1
            self._say(self.n_done + len(todo))
        columns = [self.merits_of(system).values[self.by.name] for system in systems]
        sign = 1.0 if self.by.is_high_better else -1.0
        return sign * np.nan_to_num(np.column_stack(columns)[first : first + count])

    def complete_today(self, n: int) -> None:
        """Run the rule of today in the futures of the chosen one, to tell the change well."""
        today = next(k for k, each in enumerate(self.contenders) if each.is_today)
        self.observe([today], 0, n)

    def merits_of(self, system: int) -> Merits:
        """Return what a rule is worth in its futures so far."""
        return Merits.joined(self.parts[self.contenders[system].id])

    def _is_known(self, system: int, begin: int) -> bool:
        parts = self.parts.get(self.contenders[system].id, [])
        return begin < sum(part.n for part in parts)

    def _look(self, system: int, begin: int, count: int) -> Merits:
        contender = self.contenders[system]
        outcomes = self.study.run(
            contender.scenario, replications=count, first=begin, intake=contender.intake
        )
        return Merits.of(outcomes)

    def _say(self, needed: int) -> None:
        if self.tell is not None:
            self.tell(self.n_done, needed)


def _entries(race: _Race, selection: Selection) -> Iterator[Entry]:
    """Yield the entries: those that may be the best first, then by the chosen measure."""
    n_rules = len(race.contenders)
    merits = [race.merits_of(system) for system in range(n_rules)]
    today = next(m for m, c in zip(merits, race.contenders, strict=True) if c.is_today)
    open_ = next((m for m, c in zip(merits, race.contenders, strict=True) if c.id == "open"), today)
    sign = 1.0 if race.by.is_high_better else -1.0
    n = min(each.n for each in merits)
    common = [each.first(n) for each in merits]
    table = np.column_stack([sign * m.values[race.by.name][:n] for m in merits])
    table = np.nan_to_num(table)
    top = table.max(axis=1)
    equal = dict(selection.as_good)
    dominated = _dominated(merits, table.mean(axis=0), equal)
    order = sorted(
        range(n_rules),
        key=lambda system: (
            selection.left.index(system) if system in selection.left else n_rules,
            -float(table[:, system].mean()),
            system,
        ),
    )
    for system in order:
        own, contender = merits[system], race.contenders[system]
        yield Entry(
            contender=contender,
            merits=own,
            estimates={name: _estimate(name, common[system]) for name in own.values},
            changes={name: _change(name, today, own) for name in own.values},
            lead_changes={}
            if own is open_
            else {name: _change(name, open_, own) for name in ("lead_release", "lead_request")},
            p_best=probability(table[:, system] == top),
            regret=mean(top - table[:, system]),
            is_contender=system in selection.left,
            equal_to=race.contenders[equal[system]].id if system in equal else None,
            dominated_by=race.contenders[dominated[system]].id if system in dominated else None,
        )


def _estimate(name: Name, merits: Merits) -> Estimate:
    values = merits.values[name]
    if name == "p_late":  # a future in which nothing is due says nothing of it, under any rule
        values = values[~np.isnan(values)]
    return mean_of_known(values, NO_NUMBER)


def _change(name: Name, before: Merits, after: Merits) -> Difference:
    """Return the change of a measure in the futures that both have."""
    n = min(before.n, after.n)
    first, second = before.values[name][:n], after.values[name][:n]
    if name == "p_late":
        is_due = ~np.isnan(first)
        first, second = first[is_due], second[is_due]
    return mean_difference(first, second, material=_material(name, first), reason=NO_NUMBER)


def _material(name: Name, values: FloatArray) -> float:
    measure = MEASURES[name]
    if measure.unit != "money":
        return measure.material
    return measure.material * abs(float(np.mean(values)))


def _dominated(
    merits: Sequence[Merits], means: FloatArray, equal: Mapping[int, int]
) -> dict[int, int]:
    """Return rule -> the rule that dominates it, the best of those by the chosen measure."""
    beats = {
        (one, other)
        for one in range(len(merits))
        for other in range(len(merits))
        if one != other and one not in equal and _beats(merits[one], merits[other])
    }
    found: dict[int, int] = {}
    for one, other in sorted(beats):
        if (other, one) in beats or other in equal:
            continue
        if other not in found or means[one] > means[found[other]]:
            found[other] = one
    return found


def _beats(one: Merits, other: Merits) -> bool:
    """Return whether a rule is better in something and worse in nothing that matters.

    Better: the 95 % interval of the difference lies on the right side. Not worse: it does not
    reach further to the wrong side than what matters.
    """
    is_ahead = False
    for name in one.values:
        measure = MEASURES[name]
        if not measure.is_judged or np.isnan(one.values[name]).all():
            continue
        change = _change(name, other, one)
        if not change.is_known:
            return False
        gain = change.low if measure.is_high_better else -change.high
        n = min(one.n, other.n)
        if gain < -_material(name, other.values[name][:n]):
            return False
        is_ahead |= gain > 0.0
    return is_ahead


def _listed(names: Sequence[str]) -> str:
    """Return ``a, b and c``, the first few of many."""
    if len(names) > LISTED:
        return f"{', '.join(names[:LISTED])} and {len(names) - LISTED} more"
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _rounded_share(amount: float) -> float:
    return float(f"{OF_MONEY * abs(amount):.1g}")


def _refuse(place: str, text: str) -> NoReturn:
    raise InputError([Problem(place=place, code=CODE, text=text)])
