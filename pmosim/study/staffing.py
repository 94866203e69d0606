"""Staffing: hires and contractors by role and quarter with which a condition is kept.

In: a scenario, the runs of a study and a goal. Out: ``Staffing``: the best plan found, never
called optimal, checked on futures that the search has not seen.

The search is greedy. Each step tries, for the roles whose next person brings the goal nearest, one
hire from the first day possible to the end, and one contractor for two and for four quarters; it
takes the cheapest that reaches the goal, else what brings it nearest; where no single person helps
(two roles hold each other up) one of every role is added. What turns out to be more than is needed
is then taken back: people first, then quarters before and after they are needed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from pmosim.errors import InputError, Problem
from pmosim.network import compile_network
from pmosim.study.bottleneck import Price, price_of, roles_asked_for
from pmosim.study.effects import (
    P80,
    Effects,
    finish_difference,
    late_difference,
    npv_difference,
    project_days,
)
from pmosim.study.extract import Extract
from pmosim.study.spans import whole_days, window_days
from pmosim.study.trials import MARGIN, ROUNDS, Trials, check_of
from pmosim.workdays import quarter_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pmosim.forecast.estimate import Json
    from pmosim.network.arrays import Network
    from pmosim.outcomes import Outcomes
    from pmosim.scenario import Scenario
    from pmosim.study.goal import Goal, Reached
    from pmosim.study.runs import Runs, Told

SCHEMA = "pmosim.staff/1"
TIME_TO_HIRE, TIME_TO_CONTRACT = "3mo", "1mo"
CONTRACTOR_FACTOR = 1.3
"""A contractor's day rate in day rates of the role, where no contractor of it is in the file."""
MOST_RUNS = 40
PROMISING = 3
"""Roles looked at in each step after the first."""
SPELLS = (2, 4)
"""Quarters for which a contractor is tried."""
ABUNDANT = 5
"""People more of every role that are tried first: where they do not do, no plan will."""
Kind = Literal["hire", "contractor"]


@dataclass(frozen=True, kw_only=True)
class Post:
    """One person more, full-time."""

    role: str
    kind: Kind
    first_day: int
    """Working days since day 0."""
    end_day: int | None = None
    """Working day after the last; None = stays."""
    day_rate: float


Posts = tuple[Post, ...]
"""A plan, in the order of ``in_order``."""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What is assumed about people who are not there yet."""

    hire_days: int
    """Working days until a hire's first day."""
    contract_days: int
    contractor_rates: dict[str, float]
    """Day rate of a contractor, by role."""
    assumptions: tuple[str, ...]
    """The same in sentences."""


@dataclass(frozen=True, kw_only=True)
class Staffing:
    """The plan that was found, and what it does."""

    network: Network
    keep: str
    seed: int
    replications: int
    """Futures of each run of the search."""
    posts: Posts
    prices: tuple[Price, ...]
    """Of each post."""
    is_reached: bool | None
    """Whether the condition is kept in the check; None = cannot be told."""
    before: Reached
    after: Reached
    """Both in the check."""
    abundant: Reached | None
    """With five more of every role, on the luck of the search; None = nobody was needed."""
    checked: int
    """Futures of the check."""
    effects: Effects
    """With the posts minus without, in the check."""
    runs: int
    is_cut_short: bool
    """Whether the search ended because of its number of runs."""
    terms: Terms

    @property
    def amount(self) -> float:
        """What all of them are paid."""
        return math.fsum(price.amount for price in self.prices)

    @property
    def present_value(self) -> float:
        """The same discounted to day 0."""
        return math.fsum(price.present_value for price in self.prices)

    def to_document(self) -> Json:
        """Return the plain mapping of ``staff --json``."""
        return {
            "schema": SCHEMA,
            "scenario": self.network.name,
            "seed": self.seed,
            "replications": self.replications,
            "keep": self.keep,
            "reached": self.is_reached,
            "posts": [
                _post_json(self.network, post, price)
                for post, price in zip(self.posts, self.prices, strict=True)
            ],
            "cost": {"amount": self.amount, "present_value": self.present_value},
            "before": self.before.to_json(),
            "after": self.after.to_json(),
            "abundant": None if self.abundant is None else self.abundant.to_json(),
            "effects": {name: effect.to_json() for name, effect in self.effects.items()},
            "check": {"replications": self.checked, "seed": self.seed + 1},
            "runs": self.runs,
            "cut_short": self.is_cut_short,
            "assumptions": list(self.terms.assumptions),
        }

    def changes(self) -> list[tuple[str, Any]]:
        """Return the plan in the verbs of an overlay."""
        return [("hire", entry) for entry in hired(self.network, self.posts)]


def read_terms(
    scenario: Scenario,
    *,
    time_to_hire: str = TIME_TO_HIRE,
    time_to_contract: str = TIME_TO_CONTRACT,
    contractor_factor: float | None = None,
) -> Terms:
    """Return what is assumed, refusing what is no time (InputError).

    Parameters
    ----------
    contractor_factor : day rate of contractors in day rates of their role; None = as the
        contractors of the role in the file are paid, else 1.3.
    """
    if contractor_factor is not None and contractor_factor <= 0.0:
        text = f"is {contractor_factor:g}; it must be more than 0, such as 130%."
        raise InputError([Problem(place="--contractor-rate", code="PMO112", text=text)])
    hire_days = whole_days(scenario, time_to_hire, "--time-to-hire", least=0)
    contract_days = whole_days(scenario, time_to_contract, "--time-to-contract", least=0)
    rates, known = {}, []
    for role in scenario.organisation.roles:
        paid = [
            person.day_rate
            for person in scenario.organisation.people
            if person.role == role.id and person.kind == "contractor" and person.day_rate > 0.0
        ]
        if paid and contractor_factor is None:
            rates[role.id] = math.fsum(paid) / len(paid)
            known.append(role.id)
        else:
            rates[role.id] = role.day_rate * (contractor_factor or CONTRACTOR_FACTOR)
    said = scenario.document.get("roles") or {}
    new = [role.id for role in scenario.organisation.roles if (said.get(role.id) or {}).get("ramp")]
    speed = (
        f"Whoever is new in {', '.join(new)} begins at the start of the role's ramp; all others "
        "work at full speed at once."
        if new
        else "All work at full speed at once."
    )
    share = f"{contractor_factor or CONTRACTOR_FACTOR:.0%} of the role's day rate"
    paid_as = f", {', '.join(known)} as in the file" if known else ""
    return Terms(
        hire_days=hire_days,
        contract_days=contract_days,
        contractor_rates=rates,
        assumptions=(
            f"A hire's first day is {time_to_hire} from day 0; it stays, and is paid the role's "
            "day rate from then on to the end of the run.",
            f"A contractor can begin {time_to_contract} from day 0 and stays for whole quarters, "
            f"paid {share}{paid_as}.",
            speed,
        ),
    )


def find_staff(
    scenario: Scenario,
    study: Runs,
    goal: Goal,
    *,
    terms: Terms | None = None,
    most_runs: int = MOST_RUNS,
    on_run: Told | None = None,
) -> Staffing:
    """Return hires and contractors with which a goal is kept, the best found.

    Parameters
    ----------
    study : runs of the search; the check at the end has four times its futures and other luck.
    most_runs : runs of the search at most; the check comes on top.
    on_run : told after each run.

    Raises
    ------
    InputError
        If a forecast cannot tell whether the goal is kept.
    """
    terms = terms or read_terms(scenario)
    search = _Search(scenario, study, goal, terms, most_runs, on_run)
    trials = search.trials
    plan: Posts = ()
    trials.try_all([plan])
    goal.check_told(trials.reached(plan))
    check = check_of(study)
    plain = check.run(scenario)
    before, first = goal.judge(plain), Extract.of(plain)
    del plain
    abundant: Reached | None = None
    for _ in range(ROUNDS):
        if abundant is None and search.miss(plan) > 0.0:
            abundant = search.try_abundance()
        plan = search.extend(plan, is_within_reach=abundant is None or bool(abundant.answer))
        plan = search.shorten(search.drop(plan))
        checked = check.run(with_posts(scenario, search.network, plan)) if plan else None
        after = before if checked is None else goal.judge(checked)
        trials.tell()
        if after.answer is True or trials.is_spent or search.miss(plan) > 0.0:
            break
        trials.ask_for_more(after.miss + MARGIN)
    second = first if checked is None else Extract.of(checked)
    prices = [_price(checked, post, search.network) for post in plan] if checked else []
    return Staffing(
        network=search.network,
        keep=goal.text,
        seed=study.seed,
        replications=study.replications,
        posts=plan,
        prices=tuple(prices),
        is_reached=after.answer,
        before=before,
        after=after,
        abundant=abundant,
        checked=check.replications,
        effects={
            "finish_mean_days": finish_difference(first, second),
            "finish_p80_days": finish_difference(first, second, P80),
            "project_days": project_days(first, second),
            "p_late": late_difference(first, second),
            "npv": npv_difference(first, second),
        },
        runs=trials.n_runs,
        is_cut_short=trials.is_spent,
        terms=terms,
    )


def with_posts(scenario: Scenario, network: Network, posts: Sequence[Post]) -> Scenario:
    """Return the scenario with more people."""
    return scenario.change(hire=hired(network, posts)) if posts else scenario


def hired(network: Network, posts: Sequence[Post]) -> list[dict[str, Any]]:
    """Return posts in the words of the verb ``hire``, equal ones together."""
    calendar, entries = network.calendar, []
    for post in dict.fromkeys(in_order(posts)):
        entry: dict[str, Any] = {"role": post.role, "headcount": list(posts).count(post)}
        if post.first_day > 0:
            entry["from"] = calendar.date_of(post.first_day).isoformat()
        if post.end_day is not None:
            entry["until"] = calendar.date_of(post.end_day - 1).isoformat()
        if post.kind == "contractor":
            entry |= {"kind": "contractor", "day_rate": round(post.day_rate, 2)}
        entries.append(entry)
    return entries


class _Search:
    """Plans of people, in one order each."""

    def __init__(
        self,
        scenario: Scenario,
        study: Runs,
        goal: Goal,
        terms: Terms,
        most_runs: int,
        on_run: Told | None,
    ) -> None:
        network = compile_network(scenario)
        self.network = network
        self.trials: Trials[Posts, float] = Trials(
            study,
            goal,
            build=lambda plan: with_posts(scenario, network, plan),
            keep=lambda plan, outcomes: math.fsum(
                _price(outcomes, post, network).present_value for post in plan
            ),
            most=most_runs,
            on_run=on_run,
        )
        self._terms = terms
        asked = roles_asked_for(network)
        self._roles = [role for s, role in enumerate(network.role_ids) if asked[s]]
        self._promising: list[str] = []
        self._quarters = _quarter_starts(network)

    def miss(self, plan: Posts) -> float:
        """Return how far a plan that was tried is from the goal."""
        return self.trials[plan].miss

    def cost(self, plan: Posts) -> float:
        """Return the present value of what the people of a plan that was tried are paid."""
        return self.trials[plan].kept

    def try_abundance(self) -> Reached:
        """Return how the goal stands with five more of every role, from the first day possible."""
        first = min(self._terms.hire_days, self._terms.contract_days)
        crowd = tuple(
            replace(self._hire(role), first_day=first)
            for role in self._roles
            for _ in range(ABUNDANT)
        )
        (crowd,) = self.trials.try_all([in_order(crowd)])
        return self.trials.reached(crowd)

    def extend(self, plan: Posts, *, is_within_reach: bool) -> Posts:
        """Return a plan with people added until the goal is kept, or nothing brings it nearer.

        Parameters
        ----------
        is_within_reach : whether people in abundance would do. Then one hire of every role is
            added where no single one helps (``drop`` takes back who is not needed); otherwise
            one step is made, to say what comes nearest.
        """
        while self.miss(plan) > 0.0 and not self.trials.is_spent:
            found = self._best_step(plan)
            if found is None and is_within_reach:
                crowd = in_order((*plan, *(self._hire(role) for role in self._roles)))
                found = next(iter(self.trials.try_all([crowd])), None)
            if found is None:
                break
            plan = found
            if not is_within_reach or len(plan) > ABUNDANT * len(self._roles):
                break
        return plan

    def _best_step(self, plan: Posts) -> Posts | None:
        """Return the plan with the post that helps most, None if none helps.

        The roles that helped most in the step before are tried first, all others only where these
        help no more: the bottleneck moves.
        """
        found = self._step_with(plan, self._promising or self._roles)
        if found is None and self._promising:
            found = self._step_with(plan, self._roles)
        return found

    def _step_with(self, plan: Posts, roles: Sequence[str]) -> Posts | None:
        missed = self.miss(plan)
        hires = {in_order((*plan, self._hire(role))): role for role in roles}
        tried = sorted(self.trials.try_all(list(hires)), key=self.miss)
        better = [step for step in tried if self.miss(step) < missed]
        self._promising = [hires[step] for step in better][:PROMISING]
        contracts = [
            in_order((*plan, post)) for role in self._promising for post in self._contracts(role)
        ]
        better += [step for step in self.trials.try_all(contracts) if self.miss(step) < missed]
        if not better:
            return None
        enough = [step for step in better if self.miss(step) == 0.0]
        if enough:
            return min(enough, key=self.cost)
        return min(better, key=lambda step: (self.miss(step), self.cost(step)))

    def drop(self, plan: Posts) -> Posts:
        """Return a plan without the people it does not need, the dearest tried first.

        A plan that misses the goal is left as it is.
        """
        if self.miss(plan) > 0.0:
            return plan
        for post in sorted(plan, key=self._rough_price, reverse=True):
            rest = self.trials.try_all([_without(plan, post)])
            if rest and self.miss(rest[0]) == 0.0:
                plan = rest[0]
        return plan

    def shorten(self, plan: Posts) -> Posts:
        """Return a plan whose people come later or stay for a shorter time, while it does."""
        while self.miss(plan) == 0.0:
            options = [step for step in self._shorter(plan) if self._is_cheaper(step, plan)]
            enough = [
                step
                for step in self.trials.try_all(options)
                if self.miss(step) == 0.0 and self.cost(step) < self.cost(plan)
            ]
            if not enough:
                break
            plan = min(enough, key=self.cost)
        return plan

    def _is_cheaper(self, step: Posts, plan: Posts) -> bool:
        return math.fsum(map(self._rough_price, step)) < math.fsum(map(self._rough_price, plan))

    def _rough_price(self, post: Post) -> float:
        """Return what a post costs in the planning window, before it is simulated."""
        last = window_days(self.network)
        end = last if post.end_day is None else min(post.end_day, last)
        return max(0, end - post.first_day) * post.day_rate

    def _shorter(self, plan: Posts) -> Iterator[Posts]:
        """Yield plans with one post begun a quarter later, ended sooner, or made a contractor."""
        for post in dict.fromkeys(plan):
            rest = _without(plan, post)
            if post.kind == "hire":
                yield from (in_order((*rest, one)) for one in self._contracts(post.role))
            later = next((day for day in self._quarters if day > post.first_day), None)
            if later is not None and (post.end_day is None or later < post.end_day):
                yield in_order((*rest, replace(post, first_day=later)))
            if post.end_day is not None:
                sooner = [day for day in self._quarters if post.first_day < day < post.end_day]
                if sooner:
                    yield in_order((*rest, replace(post, end_day=sooner[-1])))

    def _hire(self, role: str) -> Post:
        place = self.network.role_ids.index(role)
        rate = float(self.network.role_day_rate[place])
        return Post(role=role, kind="hire", first_day=self._terms.hire_days, day_rate=rate)

    def _contracts(self, role: str) -> list[Post]:
        """Return contractors from the first day possible, for whole quarters after it."""
        first = self._terms.contract_days
        ends = [day for day in self._quarters if day > first]
        # The quarter that has begun does not count if less than half of it is left.
        if ends and len(ends) > 1 and ends[0] - first < (ends[1] - ends[0]) / 2:
            ends = ends[1:]
        return [
            Post(
                role=role,
                kind="contractor",
                first_day=first,
                end_day=ends[spell - 1],
                day_rate=self._terms.contractor_rates[role],
            )
            for spell in SPELLS
            if len(ends) >= spell
        ]


def _without(plan: Posts, post: Post) -> Posts:
    """Return a plan with one post less."""
    place = plan.index(post)
    return (*plan[:place], *plan[place + 1 :])


def in_order(posts: Iterable[Post]) -> Posts:
    """Return posts by their first day, then role and kind: one order for each plan."""
    return tuple(sorted(posts, key=lambda p: (p.first_day, p.role, p.kind, p.end_day or 0)))


def _quarter_starts(network: Network) -> list[int]:
    """Return the working days on which quarters of the window begin, its end as the last."""
    last = window_days(network)
    bounds = network.calendar.month_bounds(last)
    starts = [first for label, first, _ in bounds if label[5:7] in {"01", "04", "07", "10"}]
    return [*(day for day in starts if day > 0), last]


def _price(outcomes: Outcomes, post: Post, network: Network) -> Price:
    per_day = network.minutes_per_day
    last = None if post.end_day is None else post.end_day * per_day
    return price_of(outcomes, post.day_rate, post.first_day * per_day, last)


def _post_json(network: Network, post: Post, price: Price) -> Json:
    calendar = network.calendar
    return {
        "role": post.role,
        "kind": post.kind,
        "from": calendar.date_of(post.first_day).isoformat(),
        "until": None if post.end_day is None else calendar.date_of(post.end_day - 1).isoformat(),
        "quarter": quarter_of(calendar.date_of(post.first_day).isoformat()),
        "day_rate": post.day_rate,
        "price": price.to_json(),
    }
