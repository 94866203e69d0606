"""Sequence: when to start each approved project, or not this year, so that a condition is kept.

In: a scenario, the runs of a study and a goal. Out: ``StartPlan``: the best plan found, never
called optimal, checked on futures that the search has not seen, beside the file as it is and
"start everything at once".

Decided are the first twelve months, for projects that are approved or may come and do not run
yet. No project starts before its own date in the file; mandatory ones start on it. First the most
valuable per person-day get the first month in which their planned work fits beside what runs
already, for several ideas of how full the calendar may be. The best of these plans is then
improved by moving one project, or exchanging two, as long as a move helps. Better is, in this
order: nearer to the condition, more projects without a stated benefit that start (what they are
worth is not known), more NPV of those with one, earlier.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pmosim.errors import InputError, Problem
from pmosim.network import compile_network
from pmosim.network.arrays import NONE
from pmosim.plan import plan_project
from pmosim.study.effects import (
    P80,
    Effects,
    finish_difference,
    finished_difference,
    missed_difference,
    npv_difference,
)
from pmosim.study.extract import Extract
from pmosim.study.spans import window_days
from pmosim.study.trials import MARGIN, ROUNDS, Trials, check_of
from pmosim.units import WHOLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pmosim.forecast.estimate import Json
    from pmosim.network.arrays import FloatArray, Network
    from pmosim.outcomes import Outcomes
    from pmosim.plan import Plan
    from pmosim.scenario import Scenario
    from pmosim.study.goal import Goal, Reached
    from pmosim.study.runs import Runs, Told

SCHEMA = "pmosim.sequence/1"
MOST_RUNS = 40
FEWEST_RUNS = 4
"""The file as it is, nothing and everything at once, and a plan."""
MONTHS = 12
"""Of the calendar, the month of day 0 included: what is decided."""
FILLINGS = (1.2, 1.0, 0.85, 0.7)
"""Shares of the capacity that constructed plans fill."""
TOLERATED_EXCESS = 0.05
"""Share of a project's planned work that may lie above that."""
BATCH = 6
"""Moves tried before the best of them is taken."""
SAME_VALUE = 0.001
"""Plans whose NPV differs by less than this share are worth the same."""
DECIDED = ("approved", "candidate")

Starts = tuple[int | None, ...]
"""Working day on which each decided project starts, None = not this year."""
AS_IN_FILE: Starts = ()
"""The plan of the file: the start rule decides."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Choice:
    """A project whose start is decided."""

    project: str
    row: int
    asked_day: int
    """Working day on which it asks or starts in the file."""
    days: tuple[int, ...]
    """Working days on which it may start: the first possible, then the first of each month."""
    is_mandatory: bool
    has_benefit: bool
    density: float
    """Cost of delay per planned person-day; 0 = none is stated."""
    probability: float
    plan: Plan


@dataclass(frozen=True, kw_only=True)
class Start:
    """One project of the plan."""

    project: str
    name: str
    month: str | None
    """``2027-03``; None = not this year."""
    day: str | None
    """ISO date."""
    in_file: str
    """ISO date on which it asks or starts in the file."""
    is_mandatory: bool


@dataclass(frozen=True, kw_only=True)
class StartPlan:
    """The plan that was found, and what it does."""

    network: Network
    keep: str
    seed: int
    replications: int
    """Futures of each run of the search."""
    starts: tuple[Start, ...]
    """In the order of the file."""
    untouched: tuple[str, ...]
    """Projects that would come only after the first year, as they are in the file."""
    is_reached: bool | None
    """Whether the condition is kept in the check."""
    reached: Reached
    as_in_file: Reached
    at_once: Reached
    """The three in the check."""
    alone: Reached
    """With only what runs, is mandatory or comes by itself, on the luck of the search. Where the
    condition is not kept then, no months do: nothing was improved."""
    against_file: Effects
    against_at_once: Effects
    """The plan minus the other, in the check."""
    checked: int
    """Futures of the check."""
    runs: int
    is_cut_short: bool
    verbs: tuple[tuple[str, Any], ...]

    def changes(self) -> list[tuple[str, Any]]:
        """Return the plan in the verbs of an overlay."""
        return list(self.verbs)

    def to_document(self) -> Json:
        """Return the plain mapping of ``sequence --json``."""
        return {
            "schema": SCHEMA,
            "scenario": self.network.name,
            "seed": self.seed,
            "replications": self.replications,
            "keep": self.keep,
            "reached": self.is_reached,
            "starts": [
                {
                    "project": start.project,
                    "name": start.name,
                    "month": start.month,
                    "starts": start.day,
                    "in_file": start.in_file,
                    "is_mandatory": start.is_mandatory,
                }
                for start in self.starts
            ],
            "untouched": list(self.untouched),
            "plan": self.reached.to_json(),
            "as_in_file": self.as_in_file.to_json(),
            "at_once": self.at_once.to_json(),
            "alone": self.alone.to_json(),
            "against_file": {name: d.to_json() for name, d in self.against_file.items()},
            "against_at_once": {name: d.to_json() for name, d in self.against_at_once.items()},
            "check": {"replications": self.checked, "seed": self.seed + 1},
            "runs": self.runs,
            "cut_short": self.is_cut_short,
        }


def find_sequence(
    scenario: Scenario,
    study: Runs,
    goal: Goal,
    *,
    most_runs: int = MOST_RUNS,
    on_run: Told | None = None,
) -> StartPlan:
    """Return when to start what so that a goal is kept, the best found.

    Parameters
    ----------
    study : runs of the search; the check at the end has four times its futures and other luck.
    most_runs : runs of the search at most; three runs of the check come on top.
    on_run : told after each run.

    Raises
    ------
    InputError
        If nothing is to be decided, or a forecast cannot tell whether the goal is kept.
    """
    if most_runs < FEWEST_RUNS:
        raise InputError(f"most_runs is {most_runs}; it must be {FEWEST_RUNS} or more.")
    network = compile_network(scenario)
    choices, untouched = find_choices(network)
    if not choices:
        text = "there is nothing to decide: no project is approved or may come in the first year."
        raise InputError([Problem(place="sequence", code="PMO001", text=text)])
    search = _Search(scenario, network, study, goal, choices, most_runs, on_run)
    search.trials.try_all([AS_IN_FILE])
    goal.check_told(search.trials.reached(AS_IN_FILE))
    check = check_of(study)
    best = search.best_of(search.constructed())
    is_hopeless = (
        search.alone in search.trials and search.trials.reached(search.alone).answer is False
    )
    for _ in range(ROUNDS):
        best = best if is_hopeless else search.improve(best)
        outcomes = check.run(search.scenario_of(best))
        reached, extract = goal.judge(outcomes), Extract.of(outcomes)
        del outcomes
        search.trials.tell()
        if (
            reached.answer
            or is_hopeless
            or search.trials.is_spent
            or search.trials[best].miss > 0.0
        ):
            break
        search.trials.ask_for_more(reached.miss + MARGIN)
    others = {}
    for name, plan in (("file", AS_IN_FILE), ("at once", search.at_once)):
        outcomes = check.run(search.scenario_of(plan))
        others[name] = (goal.judge(outcomes), Extract.of(outcomes))
        del outcomes
    return StartPlan(
        network=network,
        keep=goal.text,
        seed=study.seed,
        replications=study.replications,
        starts=tuple(_start(network, c, day) for c, day in _pairs(choices, best)),
        untouched=untouched,
        is_reached=reached.answer,
        reached=reached,
        as_in_file=others["file"][0],
        at_once=others["at once"][0],
        alone=search.trials.reached(search.alone),
        against_file=_effects(others["file"][1], extract),
        against_at_once=_effects(others["at once"][1], extract),
        checked=check.replications,
        runs=search.trials.n_runs,
        is_cut_short=search.trials.is_spent,
        verbs=tuple(verbs_of(network, choices, best)),
    )


def find_choices(network: Network) -> tuple[list[Choice], tuple[str, ...]]:
    """Return the projects whose start is decided, and those that come after the first year."""
    months = _month_starts(network)
    projects = network.projects
    choices, later = [], []
    for row in range(network.n_listed):
        if projects.status[row] not in DECIDED or projects.cancelled[row] != NONE:
            continue
        asked = max(0, int(projects.arrives[row])) // network.minutes_per_day
        earliest = max(asked, int(projects.not_before[row]) // network.minutes_per_day, 0)
        if earliest >= _year_end(network):
            later.append(projects.ids[row])
            continue
        is_mandatory = bool(projects.is_mandatory[row])
        plan = plan_project(network, row, projects.size[row].plan)
        value = plan.cost_of_delay
        choices.append(
            Choice(
                project=projects.ids[row],
                row=row,
                asked_day=asked,
                days=(earliest,)
                if is_mandatory
                else (earliest, *(day for day in months if day > earliest)),
                is_mandatory=is_mandatory,
                has_benefit=projects.benefit_per_year[row] is not None,
                density=0.0 if math.isnan(value) else value / max(plan.person_days, 1.0),
                probability=float(projects.probability[row]),
                plan=plan,
            )
        )
    return choices, tuple(later)


def verbs_of(
    network: Network, choices: Sequence[Choice], plan: Starts
) -> Iterator[tuple[str, Any]]:
    """Yield a plan in the verbs of an overlay.

    A start is moved by ``delay`` first, so that promises that count from the request stay where
    they are, then set: it is released on that day whatever the start rule says.
    """
    delays, starts, removed = {}, {}, []
    for choice, day in _pairs(choices, plan):
        if day is None:
            removed.append(choice.project)
            continue
        if day > choice.asked_day:
            delays[choice.project] = f"{day - choice.asked_day}d"
        starts[f"projects.{choice.project}.starts"] = network.calendar.date_of(day).isoformat()
    yield from (
        (verb, said)
        for verb, said in (("delay", delays), ("set", starts), ("remove", removed))
        if said
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Kept:
    """What the search keeps of a run."""

    valued_npv: float
    """Mean NPV of the projects with a stated benefit."""
    own_npv: dict[str, float]
    """The same of each project, NaN = not known."""
    busy_days: FloatArray
    """(S, M) person-days booked, mean over the futures."""
    capacity_days: FloatArray


class _Search:
    """Plans of starts."""

    def __init__(
        self,
        scenario: Scenario,
        network: Network,
        study: Runs,
        goal: Goal,
        choices: list[Choice],
        most_runs: int,
        on_run: Told | None,
    ) -> None:
        self.trials: Trials[Starts, _Kept] = Trials(
            study, goal, build=self.scenario_of, keep=_kept, most=most_runs, on_run=on_run
        )
        self.at_once: Starts = tuple(choice.days[0] for choice in choices)
        self.alone: Starts = tuple(
            choice.days[0] if choice.is_mandatory else None for choice in choices
        )
        self._scenario, self._network, self._choices = scenario, network, choices
        self._loads: dict[tuple[int, int], FloatArray] = {}
        worth = [place for place, choice in enumerate(choices) if not choice.is_mandatory]
        self._by_value = sorted(worth, key=lambda place: -choices[place].density)

    def scenario_of(self, plan: Starts) -> Scenario:
        """Return the scenario with a plan's starts."""
        scenario = self._scenario
        for verb, said in verbs_of(self._network, self._choices, plan):
            scenario = scenario.change(**{verb: said})
        return scenario

    def constructed(self) -> list[Starts]:
        """Return the plans from which the search sets out."""
        self.trials.try_all([self.alone, self.at_once])
        filled = [self._filled(share, drops=d) for share in FILLINGS for d in (False, True)]
        return [self.at_once, *filled]

    def best_of(self, plans: Sequence[Starts]) -> Starts:
        """Return the best of plans, of those that may still be tried (one must have been)."""
        known = self.trials.try_all(plans)
        return min(known, key=self._rank)

    def improve(self, plan: Starts) -> Starts:
        """Return a plan that no single move makes better, as far as the runs go."""
        is_better = True
        while is_better and not self.trials.is_spent:
            moves = list(dict.fromkeys(self._moves(plan)))
            is_better = False
            for first in range(0, len(moves), BATCH):
                known = self.trials.try_all(moves[first : first + BATCH])
                best = min([plan, *known], key=self._rank)
                if best != plan:
                    plan, is_better = best, True
                    break
                if self.trials.is_spent:
                    break
        return plan

    def _rank(self, plan: Starts) -> tuple[float, int, float, int]:
        """Return what makes a plan better, smaller first."""
        trial = self.trials[plan]
        scale = max(1.0, SAME_VALUE * abs(self.trials[AS_IN_FILE].kept.valued_npv))
        started = [(choice, day) for choice, day in _pairs(self._choices, plan) if day is not None]
        return (
            trial.miss,
            -sum(not choice.has_benefit for choice, _ in started),
            -round(trial.kept.valued_npv / scale),
            sum(day for _, day in started),
        )

    def _moves(self, plan: Starts) -> Iterator[Starts]:
        """Yield plans with one project moved, the most promising first."""
        if self.trials[plan].miss > 0.0:
            for place in reversed(self._by_value):
                yield from self._postponed(plan, place)
        for place in self._by_value:
            yield from self._advanced(plan, place)
        yield from self._exchanged(plan)
        for place in reversed(self._by_value):
            own = self.trials[plan].kept.own_npv.get(self._choices[place].project, math.nan)
            if plan[place] is not None and own < 0.0:
                yield _with(plan, place, None)

    def _postponed(self, plan: Starts, place: int) -> Iterator[Starts]:
        """Yield plans with a project started a month or a quarter later, or not this year."""
        day, days = plan[place], self._choices[place].days
        if day is None:
            return
        later = [other for other in days if other > day]
        yield from (_with(plan, place, other) for other in (*later[:1], *later[2:3]))
        yield _with(plan, place, None)

    def _advanced(self, plan: Starts, place: int) -> Iterator[Starts]:
        """Yield plans with a project started as early as can be, or a month sooner, or at all."""
        day, days = plan[place], self._choices[place].days
        sooner = [other for other in days if day is None or other < day]
        if not sooner:
            return
        yield _with(plan, place, sooner[0])
        yield _with(plan, place, sooner[-1])
        if day is None:
            yield _with(plan, place, sooner[len(sooner) // 2])

    def _exchanged(self, plan: Starts) -> Iterator[Starts]:
        """Yield plans in which a more valuable project takes the start of one before it."""
        for n, worthy in enumerate(self._by_value):
            for other in self._by_value[n + 1 :]:
                late, early = plan[worthy], plan[other]
                if early is None or (late is not None and late <= early):
                    continue
                first = self._nearest(worthy, early)
                second = None if late is None else self._nearest(other, late)
                if first is not None and (late is None or second is not None):
                    yield _with(_with(plan, worthy, first), other, second)

    def _nearest(self, place: int, day: int) -> int | None:
        """Return the first day from ``day`` on at which a project may start."""
        return next((other for other in self._choices[place].days if other >= day), None)

    def _filled(self, share: float, *, drops: bool) -> Starts:
        """Return the plan that fills a share of the capacity, the most valuable first.

        Parameters
        ----------
        drops : what does not fit is not started this year; else where it fits least badly.
        """
        known = self.trials[self.alone].kept
        free = known.capacity_days * share - known.busy_days
        plan = list(self.alone)
        for place in self._by_value:
            choice = self._choices[place]
            loads = [(day, self._load(place, day)) for day in choice.days]
            excess = [
                float(np.clip(load - np.maximum(free[:, : load.shape[1]], 0.0), 0, None).sum())
                for _, load in loads
            ]
            allowed = TOLERATED_EXCESS * choice.plan.person_days * choice.probability
            fits = [n for n, much in enumerate(excess) if much <= allowed]
            at = fits[0] if fits else int(np.argmin(excess))
            if not fits and drops:
                continue
            plan[place] = choice.days[at]
            free[:, : loads[at][1].shape[1]] -= loads[at][1]
        return tuple(plan)

    def _load(self, place: int, day: int) -> FloatArray:
        """(S, M) person-days that a project asks for by month if it starts on a day."""
        if (place, day) not in self._loads:
            choice = self._choices[place]
            n_months = self.trials[self.alone].kept.busy_days.shape[1]
            load = planned_load(self._network, choice, day) * choice.probability
            self._loads[place, day] = load[:, :n_months]
        return self._loads[place, day]


def planned_load(network: Network, choice: Choice, day: int) -> FloatArray:
    """(S, M) person-days that a project is planned to ask for by month of the window.

    Each task spreads its planned work evenly over its planned duration, people unlimited.
    """
    last = -(-(network.window_end + network.run_off) // network.minutes_per_day)
    bounds = network.calendar.month_bounds(last)
    edges = np.array([0, *(end for _, _, end in bounds)], dtype=np.float64)
    total = np.zeros((len(network.role_ids), len(bounds)))
    plan = choice.plan
    for task, (minutes, finish) in enumerate(zip(plan.minutes, plan.early_finish, strict=True)):
        if not minutes:
            continue
        end = day + float(finish) / network.minutes_per_day
        length = float(minutes) / network.minutes_per_day
        inside = np.minimum(edges[1:], end) - np.maximum(edges[:-1], end - length)
        total += np.outer(plan.work_days[task], np.clip(inside, 0, None) / length)
    return total


def _kept(_: Starts, outcomes: Outcomes) -> _Kept:
    unit = WHOLE * outcomes.minutes_per_day
    extract = Extract.of(outcomes)
    rows, npv = outcomes.projects_.row, outcomes.money.npv
    network = outcomes.network
    own = {}
    for row in range(network.n_listed):
        known = npv[(rows == row) & ~np.isnan(npv)]
        if len(known) and network.projects.benefit_per_year[row] is not None:
            own[network.projects.ids[row]] = float(known.mean())
    return _Kept(
        valued_npv=float(extract.valued_npv.mean()),
        own_npv=own,
        busy_days=outcomes.busy.mean(axis=0) / unit,
        capacity_days=outcomes.capacity.mean(axis=0) / unit,
    )


def _effects(before: Extract, after: Extract) -> Effects:
    return {
        "npv": npv_difference(before, after),
        "missed": missed_difference(before, after),
        "finish_p80_days": finish_difference(before, after, P80),
        "finished": finished_difference(before, after),
    }


def _pairs(choices: Sequence[Choice], plan: Starts) -> Iterator[tuple[Choice, int | None]]:
    """Yield each decided project with its start; nothing for the file as it is."""
    if plan != AS_IN_FILE:
        yield from zip(choices, plan, strict=True)


def _with(plan: Starts, place: int, day: int | None) -> Starts:
    return (*plan[:place], day, *plan[place + 1 :])


def _start(network: Network, choice: Choice, day: int | None) -> Start:
    date = None if day is None else network.calendar.date_of(day).isoformat()
    return Start(
        project=choice.project,
        name=network.projects.names[choice.row],
        month=None if date is None else date[:7],
        day=date,
        in_file=network.calendar.date_of(choice.asked_day).isoformat(),
        is_mandatory=choice.is_mandatory,
    )


def _year_end(network: Network) -> int:
    """Return the first working day after the first twelve months, or after the window."""
    last = window_days(network)
    months = network.calendar.month_bounds(last)
    return months[MONTHS - 1][2] if len(months) >= MONTHS else last


def _month_starts(network: Network) -> list[int]:
    """Return the first working day of each month of the first year but the first."""
    return [first for _, first, _ in network.calendar.month_bounds(_year_end(network))][1:]
