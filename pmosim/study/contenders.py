"""Contenders: the start rules of a bake-off, each with its parameter over a sensible range.

In: a scenario, and a few futures of it without any rule. Out: ``Contender`` objects with changed
scenarios, and the rules that cannot be tried, with the reason. The ranges follow from the scenario:
from how many projects would be active at once, from months of each role's capacity, from the
planned cost per quarter. Not here: which is better (``bakeoff``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NoReturn

import numpy as np

from pmosim.errors import InputError, Problem, ScenarioError
from pmosim.forecast.wording import money_in_words
from pmosim.network.arrays import NONE
from pmosim.plan import plan_project
from pmosim.policy.intake import Open, Reserve, WipLimit
from pmosim.scenario.rules import COMMON
from pmosim.units import WHOLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pmosim.network.arrays import FloatArray
    from pmosim.outcomes import Outcomes
    from pmosim.policy.intake import Intake
    from pmosim.scenario import Scenario

CODE = "PMO043"
OPTION = "--sweep"
NO_DATA = "PMO603"
"""The warning of a rule that sorts or keeps places by what no project states."""
Policy = Literal["wip_limit", "load_limit", "stagger", "budget", "reserve"]
SWEPT: dict[Policy, str] = {
    "wip_limit": "2..12",
    "load_limit": "1mo..6mo",
    "stagger": "1mo..6mo",
    "budget": "200k..800k",
    "reserve": "1..4",
}
"""Policies with a parameter, and a range as it is written: projects, months of the capacity of
each role (or of the drum), money a quarter, places."""
ORDERS = {
    "request": "who asked first",
    "rank": "rank",
    "priority": "priority",
    "due": "due date",
    "value": "value",
    "wsjf": "cost of delay per person-day",
    "bottleneck": "NPV per day of the scarcest role",
}
MOST_VALUES = 12
"""Values of one sweep, at most."""
_RANGE = re.compile(r"\s*([^.,=\s]+(?:\.\d+[^.,=\s]*)?)\s*\.\.\s*([^,=\s]+)\s*")
_NUMBER = re.compile(r"(\d+\.?\d*|\.\d+)\s*(mo|k|M)?")


@dataclass(frozen=True, kw_only=True, eq=False)
class Contender:
    """One rule with one setting."""

    id: str
    """``wip_limit:8``, ``wip_limit:8:due``, ``today``, ``open``."""
    policy: str
    parameter: float | None
    """Projects, months, money or places; None = it has none."""
    order: str
    words: str
    scenario: Scenario
    rule: Mapping[str, Any] | None
    """As a scenario file has it; None = as in the scenario."""
    intake: Intake | None = None
    """A policy written in Python."""
    is_today: bool = False


@dataclass(frozen=True, kw_only=True)
class Field:
    """Who takes part, and who cannot."""

    contenders: tuple[Contender, ...]
    left_out: tuple[tuple[str, str], ...]
    """(rule, reason)."""


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What the ranges follow from: a few futures in which every project starts when it asks."""

    peak_active: int
    """Projects active at once, at the busiest moment of the middle future."""
    capacity: Mapping[str, float]
    """Person-days a month by role, of the roles that any project needs."""
    backlog_months: Mapping[str, float]
    """Planned work over capacity by role."""
    cost_per_quarter: float
    """Planned cost of everything that is not running yet."""

    @property
    def drum(self) -> str | None:
        """The role with the most planned work for its capacity."""
        return max(self.backlog_months, key=lambda role: self.backlog_months[role], default=None)

    @staticmethod
    def of(outcomes: Outcomes) -> Ground:
        """Return what some futures of a scenario without a rule say."""
        work, cost = _planned(outcomes)
        network = outcomes.network
        per_day = WHOLE * outcomes.minutes_per_day
        last = -(-network.window_end // outcomes.minutes_per_day)
        months = [k for k, (_, start, _) in enumerate(outcomes.months) if start < last]
        capacity = outcomes.capacity[:, :, months].mean(axis=(0, 2)) / per_day
        asked = {
            role: float(capacity[at])
            for at, role in enumerate(network.role_ids)
            if work[at] > 0.0 and capacity[at] > 0.0
        }
        n_quarters = max(1.0, len(months) / 3.0)
        return Ground(
            peak_active=_peak_active(outcomes),
            capacity=asked,
            backlog_months={
                role: float(work[network.role_ids.index(role)]) / days
                for role, days in asked.items()
            },
            cost_per_quarter=cost / n_quarters,
        )


@dataclass(kw_only=True)
class _Draft:
    """The field while it is put together."""

    scenario: Scenario
    ground: Ground
    kept: dict[str, Any]
    found: list[Contender] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)

    def add(
        self,
        id_: str,
        rule: dict[str, Any],
        words: str,
        parameter: float | None = None,
        name: str | None = None,
    ) -> None:
        """Add a rule, or leave it out with the scenario's own reason."""
        if any(each.id == id_ for each in self.found):
            return
        whole = {**self.kept, **rule}
        try:
            changed = self.scenario.change(policy=whole)
        except ScenarioError as error:
            self.leave_out(name or id_, " ".join(p.text for p in error.problems))
            return
        doubts = [w for w in changed.warnings if w not in self.scenario.warnings]
        reason = next((doubt.text for doubt in doubts if doubt.code == NO_DATA), "")
        if reason:
            self.leave_out(name or id_, reason)
            return
        if changed.intake == self.scenario.intake and self.found:
            return  # the rule of today
        self.found.append(
            Contender(
                id=id_,
                policy=str(whole["policy"]),
                parameter=parameter,
                order=str(whole.get("order", "request")),
                words=words,
                scenario=changed,
                rule=whole,
            )
        )

    def leave_out(self, name: str, reason: str) -> None:
        """Say of a rule once why it does not take part."""
        if name not in dict(self.left_out):
            self.left_out.append((name, reason))


def without_rule(scenario: Scenario) -> Scenario:
    """Return the scenario in which every project starts when it asks."""
    return scenario.change(policy={**_kept(scenario), "policy": "open"})


def find_contenders(
    scenario: Scenario,
    ground: Ground,
    *,
    sweeps: Mapping[Policy, Sequence[float]] | None = None,
    own: Mapping[str, Intake] | None = None,
) -> Field:
    """Return every rule that a scenario has the data for, each with its parameter swept.

    Parameters
    ----------
    scenario : with the rule of today.
    ground : see ``Ground.of``.
    sweeps : values of the parameter by policy; only these policies take part then, beside the
        rule of today and none at all. None = all, over ranges that follow from the scenario.
    own : policies written in Python, by name; they take part, too.
    """
    draft = _Draft(scenario=scenario, ground=ground, kept=_kept(scenario))
    today = Contender(
        id="today",
        policy=_policy_of(scenario),
        parameter=_parameter_of(scenario),
        order=scenario.intake.order.kind,
        words=f"the rule of today: {say_rule(scenario)}",
        scenario=scenario,
        rule=None,
        is_today=True,
    )
    draft.found.append(today)
    if type(scenario.intake) is not Open:
        draft.add("open", {"policy": "open"}, "every project starts when it asks")
    values = {policy: sweep_of(policy, scenario, ground) for policy in SWEPT}
    chosen = values if sweeps is None else dict(sweeps)
    for policy, swept in chosen.items():
        _ADD[policy](draft, swept)
    if sweeps is None:
        _add_orders(draft, values["wip_limit"])
        _add_gates(draft)
    for name, intake in (own or {}).items():
        draft.found.append(
            Contender(
                id=name,
                policy=name,
                parameter=None,
                order="request",
                words=f"the policy {name}",
                scenario=scenario,
                rule=None,
                intake=intake,
            )
        )
    return Field(contenders=tuple(draft.found), left_out=tuple(draft.left_out))


def read_sweeps(texts: Sequence[str]) -> dict[Policy, tuple[float, ...]] | None:
    """Return the values of ``wip_limit=2..12`` and its kin (InputError); None = nothing asked."""
    problems: list[Problem] = []
    found: dict[Policy, tuple[float, ...]] = {}
    for text in texts:
        try:
            policy, values = _read_sweep(text)
        except InputError as error:
            problems += error.problems
        else:
            found[policy] = values
    if problems:
        raise InputError(problems)
    return found or None


def sweep_of(policy: Policy, scenario: Scenario, ground: Ground) -> tuple[float, ...]:
    """Return the range of a policy's parameter that follows from the scenario.

    ``wip_limit``: five numbers from 40 % of the projects that would be active at once to one less
    than all. ``load_limit`` and ``stagger``: 10, 20, 35 and 50 % of the months of work planned for
    the scarcest role, half a month at least. ``budget``: 60 to 160 % of the planned cost of what
    is to come per quarter. ``reserve``: one to four places, never all.
    """
    if policy == "wip_limit":
        last = max(1, ground.peak_active - 1)
        values = np.linspace(max(1.0, 0.4 * ground.peak_active), last, 5)
        return tuple(float(v) for v in np.unique(np.round(values)))
    if policy in {"load_limit", "stagger"}:
        months = max(ground.backlog_months.values(), default=0.0)
        shares = (0.1, 0.2, 0.35, 0.5)
        return tuple(dict.fromkeys(max(0.5, round(2 * s * months) / 2) for s in shares))
    if policy == "budget":
        amounts = (
            _rounded(share * ground.cost_per_quarter) for share in (0.6, 0.8, 1.0, 1.25, 1.6)
        )
        return tuple(dict.fromkeys(amount for amount in amounts if amount > 0.0))
    places = _places(scenario, ground)
    return tuple(float(n) for n in (1, 2, 4) if n < places)


def say_rule(scenario: Scenario) -> str:
    """Return the start rule of a scenario in words."""
    rule = scenario.intake
    order = f", {ORDERS[rule.order.kind]} first"
    if type(rule) is Open:
        return "every project starts when it asks"
    if isinstance(rule, WipLimit):
        return f"at most {rule.max_active} active projects{order}"
    return f"{_policy_of(scenario)}{order}"


# ---- policies with a parameter


def _add_wip_limits(draft: _Draft, values: Sequence[float]) -> None:
    for value in values:
        n = int(value)
        words = f"at most {n} active project{'s' * (n != 1)}"
        rule = {"policy": "wip_limit", "max_active": n} | _interrupts(draft.scenario)
        draft.add(f"wip_limit:{n}", rule, words, n)


def _add_load_limits(draft: _Draft, values: Sequence[float]) -> None:
    if not draft.ground.capacity:
        draft.leave_out("load_limit", "no project asks for the people of a role")
        return
    for months in values:
        norm = {
            role: f"{max(0.1, months * days):.1f}pd" for role, days in draft.ground.capacity.items()
        }
        words = f"started work of at most {_months(months)} of each role's capacity"
        draft.add(f"load_limit:{months:g}mo", {"policy": "load_limit", "norm": norm}, words, months)


def _add_staggers(draft: _Draft, values: Sequence[float]) -> None:
    drum = draft.ground.drum
    if drum is None:
        draft.leave_out("stagger", "no project asks for the people of a role")
        return
    for months in values:
        days = max(0.1, months * draft.ground.capacity[drum])
        rule = {"policy": "stagger", "drum": drum, "buffer": f"{days:.1f}pd"}
        words = f"the next starts when {drum} has at most {_months(months)} of started work left"
        draft.add(f"stagger:{months:g}mo", rule, words, months)


def _add_budgets(draft: _Draft, values: Sequence[float]) -> None:
    if not values:
        draft.leave_out("budget", "nothing that is to come has a planned cost: no role a day_rate")
        return
    for amount in values:
        rule = {"policy": "budget", "period": "quarter", "amount": amount, "carry_over": "100%"}
        money = money_in_words(amount, draft.scenario.currency)
        words = f"starts for at most {money} a quarter, what is left is carried over"
        draft.add(f"budget:{_amount(amount)}", rule, words, amount)


def _add_reserves(draft: _Draft, values: Sequence[float]) -> None:
    classes = _classes(draft.scenario)
    if not classes:
        draft.leave_out("reserve", "no project has a `class` that places could be kept for")
        return
    places = _places(draft.scenario, draft.ground)
    if places < 2:
        draft.leave_out("reserve", "there are too few projects to keep places free")
        return
    for name in classes:
        for value in values:
            n = int(value)
            rule = {"policy": "reserve", "max_active": places, "reserved": n, "for": name}
            rule |= _interrupts(draft.scenario)
            kept = f"{n} place{'s' * (n != 1)} kept for {name}"
            words = f"at most {places} active projects, {kept}"
            draft.add(f"reserve:{n}:{name}", rule, words, n)


_ADD = {
    "wip_limit": _add_wip_limits,
    "load_limit": _add_load_limits,
    "stagger": _add_staggers,
    "budget": _add_budgets,
    "reserve": _add_reserves,
}


# ---- who goes first, and gates


def _add_orders(draft: _Draft, limits: Sequence[float]) -> None:
    """Line up who waits in every way, under a limit that makes projects wait."""
    n = int(limits[len(limits) // 2])
    for order, words in ORDERS.items():
        if order == draft.kept.get("order", "request"):
            continue
        if order == "rank" and all(p.rank is None for p in draft.scenario.projects):
            draft.leave_out("order rank", "no project has a rank")
            continue
        if order == "due" and all(p.due is None for p in draft.scenario.projects):
            draft.leave_out("order due", "no project has a due date")
            continue
        rule: dict[str, Any] = {"policy": "wip_limit", "max_active": n, "order": order}
        rule |= _interrupts(draft.scenario)
        if order == "bottleneck":
            if draft.ground.drum is None:
                draft.leave_out("order bottleneck", "no project asks for the people of a role")
                continue
            rule["role"] = draft.ground.drum
        said = f"at most {n} active project{'s' * (n != 1)}, by {words}"
        draft.add(f"wip_limit:{n}:{order}", rule, said, n, name=f"order {order}")


def _add_gates(draft: _Draft) -> None:
    """Add the rule of today with a stop at gates."""
    document = draft.scenario.document
    if draft.scenario.intake.gates.stop:
        return
    rule = dict(document.get("intake") or {"policy": "open"})
    if not any(_has_gate(each) for each in _parts(document)):
        draft.leave_out("gates", "no task or phase has `gate: true`")
        return
    words = f"{say_rule(draft.scenario)}; stopped at a gate when the rest does not pay"
    rule.setdefault("policy", "open")
    draft.add("today:gates", {**rule, "gates": {"stop": True}}, words, name="gates")


def _parts(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield everything of a document that may have tasks or phases."""
    for key in ("templates", "projects", "demand"):
        section = document.get(key) or []
        for part in section.values() if isinstance(section, dict) else section:
            if isinstance(part, dict):
                yield part


def _has_gate(part: Mapping[str, Any]) -> bool:
    tasks = [*(part.get("tasks") or {}).values(), *(part.get("phases") or {}).values()]
    return any(isinstance(task, dict) and task.get("gate") for task in tasks)


# ---- what the scenario says


def _kept(scenario: Scenario) -> dict[str, Any]:
    """Return what the rule of today passes on to the others: who goes first, and its gates."""
    written = scenario.document.get("intake") or {}
    return {key: written[key] for key in COMMON if key in written}


def _interrupts(scenario: Scenario) -> dict[str, Any]:
    """Return who may interrupt today, for rules with places."""
    written = scenario.document.get("intake") or {}
    return {"interrupt": written["interrupt"]} if "interrupt" in written else {}


def _policy_of(scenario: Scenario) -> str:
    written = scenario.document.get("intake") or {}
    return str(written.get("policy", "open"))


def _parameter_of(scenario: Scenario) -> float | None:
    rule = scenario.intake
    return float(rule.max_active) if isinstance(rule, WipLimit | Reserve) else None


def _classes(scenario: Scenario) -> list[str]:
    """Return the classes of what is still to start, in the order listed."""
    found = [
        part.get("class")
        for part in _parts(scenario.document)
        if part.get("status") not in {"running", "done", "cancelled"}
    ]
    return [str(name) for name in dict.fromkeys(found) if name]


def _places(scenario: Scenario, ground: Ground) -> int:
    """Return the places of a rule that keeps some: those of today, else 70 % of the peak."""
    rule = scenario.intake
    if isinstance(rule, WipLimit | Reserve):
        return rule.max_active
    return max(1, round(0.7 * ground.peak_active))


def _planned(outcomes: Outcomes) -> tuple[FloatArray, float]:
    """Return planned person-days by role per future, and the planned cost of what is not running.

    What is done already of running projects counts as if it were to do.
    """
    rows, network = outcomes.projects_, outcomes.network
    exists = ~outcomes.has_status("absent", "done", "cancelled")
    work, cost = np.zeros(len(network.role_ids)), 0.0
    for row in range(len(network.projects.ids)):
        chosen = exists & (rows.row == row)
        if not chosen.any():
            continue
        plan = plan_project(network, row, 1.0)
        size = float(rows.size[chosen].sum())
        work += plan.work_days.sum(axis=0) * size
        if network.projects.status[row] != "running":
            cost += plan.cost * size
    return work / outcomes.replications, cost / outcomes.replications


def _peak_active(outcomes: Outcomes) -> int:
    """Return the largest number of projects active at once, in the middle future."""
    rows = outcomes.projects_
    peaks = []
    for future in range(outcomes.replications):
        mine = (outcomes.future == future) & (rows.released != NONE)
        ended = np.where(rows.ended[mine] == NONE, np.iinfo(np.int64).max, rows.ended[mine])
        moments = np.concatenate([rows.released[mine], ended])
        steps = np.concatenate([np.ones(len(ended)), -np.ones(len(ended))])
        order = np.lexsort((steps, moments))  # who ends makes room first
        peaks.append(int(np.cumsum(steps[order]).max(initial=0)))
    return int(np.median(peaks))


# ---- words and numbers


def _read_sweep(text: str) -> tuple[Policy, tuple[float, ...]]:
    name, equals, rest = text.partition("=")
    policy = next((known for known in SWEPT if known == name.strip()), None)
    if policy is None or not equals:
        from difflib import get_close_matches

        close = get_close_matches(name.strip(), SWEPT, n=1, cutoff=0.6) if policy is None else []
        hint = f" Did you mean '{close[0]}'?" if close else ""
        known = ", ".join(f"{key}={example}" for key, example in SWEPT.items())
        _refuse(f"{text!r} is no rule with its values.{hint} It must be like one of: {known}.")
    between = _RANGE.fullmatch(rest)
    if between is None:
        return policy, tuple(_read_value(policy, part, text) for part in rest.split(","))
    low, high = (_read_value(policy, end, text) for end in between.groups())
    if high < low:
        _refuse(f"{text!r} runs backwards; the smaller value comes first.")
    if policy in {"wip_limit", "reserve"} and high - low < MOST_VALUES:
        return policy, tuple(float(n) for n in range(int(low), int(high) + 1))
    n_values = 8 if policy in {"wip_limit", "reserve"} else 5
    values = np.linspace(low, high, n_values)
    if policy in {"wip_limit", "reserve"}:
        values = np.unique(np.round(values))
    return policy, tuple(float(f"{value:.6g}") for value in values)


def _read_value(policy: Policy, text: str, whole: str) -> float:
    match = _NUMBER.fullmatch(text.strip())
    unit = {"load_limit": "mo", "stagger": "mo"}.get(policy)
    example = f"{policy}={SWEPT[policy]}"
    if match is None or float(match[1]) <= 0.0:
        _refuse(f"{whole!r}: {text.strip()!r} is no value above 0. Write it like {example}.")
    number, said = float(match[1]), match[2]
    if policy == "budget":
        if said == "mo":
            _refuse(f"{whole!r}: a budget is money a quarter. Write it like {example}.")
        return number * {"k": 1e3, "M": 1e6, None: 1.0}[said]
    if said != unit:
        rule = "months of capacity" if unit else "a whole number"
        _refuse(f"{whole!r}: {policy} is swept over {rule}. Write it like {example}.")
    if unit is None and not number.is_integer():
        _refuse(f"{whole!r}: {policy} is swept over a whole number. Write it like {example}.")
    return number


def _months(months: float) -> str:
    return f"{months:g} month{'s' * (months != 1)}"


def _rounded(amount: float) -> float:
    """Return an amount to two figures."""
    return float(f"{amount:.2g}")


def _amount(amount: float) -> str:
    return money_in_words(amount).replace(" ", "")


def _refuse(text: str) -> NoReturn:
    raise InputError([Problem(place=OPTION, code=CODE, text=text)])
