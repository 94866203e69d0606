"""Starts: how late a new project can begin and keep its promise, how early it harms nobody.

In: a question that adds projects, and runs. Out: per added project its latest and its safest start.
Both are searched over month starts by runs with few futures on the same luck: a bounded number of
them, so what comes out is the best found, not proved.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from pmosim.forecast.estimate import Estimate, probability
from pmosim.forecast.futures import ProjectFutures, futures_by_id
from pmosim.forecast.futures import window_end as last_minute
from pmosim.forecast.paired import MATERIAL_DAYS, Difference
from pmosim.forecast.wording import MONTHS, chance_in_words
from pmosim.network.arrays import NONE
from pmosim.study.effects import move_of
from pmosim.study.payers import is_later, name_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from pmosim.forecast.estimate import Json
    from pmosim.outcomes import Outcomes
    from pmosim.scenario import Scenario
    from pmosim.study.runs import Runs
    from pmosim.study.verbs import Change, Changed

FUTURES = 50
"""Futures of each run of the search."""
MOST_RUNS = 5
"""Runs of the search, shared by the groups of projects that are added; two of each at least."""
KEPT = 0.8
"""Share of the futures in which a due date must be kept."""
MONTHS_WITHOUT_WINDOW = 24
"""Month starts to look at where the scenario has no planning window."""
NO_PROMISE = "no other project has a promise to keep"


@dataclass(frozen=True, kw_only=True)
class Start:
    """Latest and safest start of one added project; a date of None = none was found."""

    project: str
    together: tuple[str, ...]
    """Projects that were moved with it, itself included."""
    due: date | None
    """What it has to keep: its due date, else the end of the planning window."""
    has_due: bool
    latest: date | None
    kept: Estimate | None
    """Share of the futures in which it keeps it, begun at ``latest`` (or at the earliest)."""
    latest_text: str
    safest: date | None
    safest_text: str
    n_runs: int
    futures: int

    @property
    def text(self) -> str:
        """Both in sentences."""
        return f"{self.latest_text} {self.safest_text}"

    def to_json(self) -> Json:
        """Return the entry of the document."""
        return {
            "project": self.project,
            "together": list(self.together),
            "due": None if self.due is None else self.due.isoformat(),
            "has_due": self.has_due,
            "latest": {
                "date": None if self.latest is None else self.latest.isoformat(),
                "p_kept": None if self.kept is None else self.kept.to_json(),
                "text": self.latest_text,
            },
            "safest": {
                "date": None if self.safest is None else self.safest.isoformat(),
                "text": self.safest_text,
            },
            "runs": self.n_runs,
            "futures": self.futures,
            "text": self.text,
        }


def search_starts(
    question: Changed,
    runs: Runs,
    base: Outcomes,
    after: Outcomes,
    on_run: Callable[[], None],
) -> tuple[Start, ...]:
    """Return the latest and the safest start of every project that a question adds.

    Parameters
    ----------
    base, after : the scenario before and after the question, in as many futures as each run of
        the search takes (``FUTURES``, or fewer).
    on_run : called after each run.
    """
    groups = [change for change in question.changes if change.added]
    if not groups:
        return ()
    most = max(2, MOST_RUNS // len(groups))
    found: list[Start] = []
    for group in groups:
        without = base
        if len(question.changes) > 1:
            rest = question.after.change(remove=list(group.added))
            without = runs.run(rest, replications=base.replications)
            on_run()
        search = _Search(
            question=question, group=group, runs=runs, without=without, most=most, on_run=on_run
        )
        found += search.find(after)
    return tuple(found)


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What one start does: per added project the share of futures that keep its promise."""

    kept: Mapping[str, Estimate]
    harmed: tuple[tuple[str, Difference], ...]
    """Promised and mandatory projects that get later, with their delay, the most first."""


@dataclass(eq=False)
class _Search:
    """Searches over month starts for one group of projects, all moved together."""

    question: Changed
    group: Change
    runs: Runs
    without: Outcomes
    """The question without this group."""
    most: int
    on_run: Callable[[], None]
    trials: dict[int, Trial] = field(default_factory=dict)
    months: list[date] = field(default_factory=list)
    n_runs: int = 0

    def find(self, after: Outcomes) -> list[Start]:
        self.months = months = candidate_starts(self.question.after)
        asked = self._asked(after)
        if asked is not None:
            self.trials[asked] = self._judge(after)
        searches = {name: self._latest_of(name, after) for name in self.group.added}
        safest = _Bisection(0, len(months) - 1, is_first=True)
        while self.n_runs < self.most:
            wanted = {s.next(self.trials) for s in searches.values()}
            wanted.add(safest.next({at: not t.harmed for at, t in self.trials.items()}))
            todo = sorted(at for at in wanted if at is not None and at not in self.trials)
            todo = todo[: self.most - self.n_runs]
            if not todo:
                break
            self._try(todo)
        return [self._start(name, searches[name], safest, after) for name in self.group.added]

    def _try(self, todo: Sequence[int]) -> None:
        scenarios = (self._begun(self.months[at]) for at in todo)
        for at, outcomes in zip(
            todo, self.runs.run_each(scenarios, replications=self.without.replications), strict=True
        ):
            self.trials[at] = self._judge(outcomes)
            self.n_runs += 1
            self.on_run()

    def _begun(self, day: date) -> Scenario:
        """Return the changed scenario with the group begun on another day."""
        key = "starts" if "starts" in self.group.value else "arrives"
        moved = {f"projects.{name}.{key}": day.isoformat() for name in self.group.added}
        return self.question.after.change(set=moved)

    def _asked(self, after: Outcomes) -> int | None:
        """Return the place of the start that was asked for, if it is among the candidates."""
        network = after.network
        row = network.projects.ids.index(self.group.added[0])
        calendar = network.calendar
        begins = [calendar.start_minute(day) for day in self.months]
        minute = max(0, int(network.projects.arrives[row]))
        return begins.index(minute) if minute in begins else None

    def _judge(self, outcomes: Outcomes) -> Trial:
        mine = futures_by_id(outcomes)
        kept = {}
        for name in self.group.added:
            minute, _ = promise_of(outcomes, name)
            finished = mine[name].finished
            kept[name] = probability(
                np.asarray((finished != NONE) & (finished <= minute))
                if minute is not None
                else np.asarray(finished != NONE)
            )
        return Trial(kept=kept, harmed=_harmed(futures_by_id(self.without), mine, self.group.added))

    def _latest_of(self, name: str, after: Outcomes) -> _Latest:
        minute, _ = promise_of(after, name)
        calendar = after.network.calendar
        last = len(self.months) - 1
        if minute is not None:
            while last > 0 and calendar.start_minute(self.months[last]) >= minute:
                last -= 1
        return _Latest(name=name, bisection=_Bisection(0, last, is_first=False))

    def _start(self, name: str, latest: _Latest, safest: _Bisection, after: Outcomes) -> Start:
        minute, has_due = promise_of(after, name)
        calendar = after.network.calendar
        due = None if minute is None else calendar.to_date(minute / after.minutes_per_day)
        at, is_final = latest.found(self.trials)
        kept = self.trials[at].kept[name] if at is not None else None
        if at is None and 0 in self.trials:
            kept = self.trials[0].kept[name]
        project = _name(after, name)
        is_moving = isinstance(_project(self.question.after, name).due, int)
        text = _latest_words(
            project,
            self.months[at] if at is not None else None,
            (due, has_due, is_moving),
            kept,
            is_final=is_final,
            is_last=at == len(self.months) - 1,
        )
        verdicts = {k: not t.harmed for k, t in self.trials.items()}
        best = safest.found(verdicts)
        return Start(
            project=name,
            together=self.group.added,
            due=due,
            has_due=has_due,
            latest=None if at is None or is_moving else self.months[at],
            kept=kept,
            latest_text=text,
            safest=None if best is None else self.months[best],
            safest_text=self._safest_words(best, is_final=safest.is_final(verdicts)),
            n_runs=self.n_runs,
            futures=self.without.replications,
        )

    def _safest_words(self, best: int | None, *, is_final: bool) -> str:
        many = len(self.group.added) > 1
        subject = f"the {len(self.group.added)} new ones, begun together," if many else "it"
        promised = _promised(self.without)
        n, n_tried = self.without.replications, len(self.trials)
        doubt = "" if is_final else "; an earlier one may do"
        tried = f"best found in {n_tried} start{'s' * (n_tried != 1)} of {n} futures each"
        if not promised:
            return f"Safest start: any, {NO_PROMISE}."
        if best is None:
            last = max(self.trials)
            worst = self.trials[last].harmed
            example = ""
            if worst:
                example = f"; begun {_on(self.months[last])} {subject} would still delay "
                example += f"{_name(self.without, worst[0][0])} {_days(worst[0][1])}"
            return f"Safest start: none was found within the window ({tried}){example}."
        return (
            f"Safest start: {_month(self.months[best])} is the earliest at which {subject} "
            f"make{'s' * (not many)} no promised or mandatory project certainly later "
            f"({tried}{doubt})."
        )


@dataclass(eq=False)
class _Bisection:
    """Looks for the first (or last) place at which something holds, as if it changed once."""

    low: int
    high: int
    is_first: bool

    def next(self, verdicts: Mapping[int, bool]) -> int | None:
        """Return the place to try next, None if the answer is as good as known."""
        low, high = self._bounds(verdicts)
        return None if low > high else (low + high) // 2

    def found(self, verdicts: Mapping[int, bool]) -> int | None:
        """Return the best place that is known to hold, None if none is."""
        good = [at for at, holds in verdicts.items() if holds and self.low <= at <= self.high]
        if not good:
            return None
        return min(good) if self.is_first else max(good)

    def is_final(self, verdicts: Mapping[int, bool]) -> bool:
        """Return whether nothing between what holds and what does not is left to try."""
        low, high = self._bounds(verdicts)
        return low > high

    def _bounds(self, verdicts: Mapping[int, bool]) -> tuple[int, int]:
        """Return the places between the best that holds and the nearest worse that does not."""
        low, high = self.low, self.high
        best = self.found(verdicts)
        bad = [at for at, holds in verdicts.items() if not holds]
        if self.is_first:
            high = high if best is None else best - 1
            low = max([low, *(at + 1 for at in bad if best is None or at < best)])
        else:
            low = low if best is None else best + 1
            high = min([high, *(at - 1 for at in bad if best is None or at > best)])
        return low, high


@dataclass(frozen=True, kw_only=True, eq=False)
class _Latest:
    """The search for the latest start of one project."""

    name: str
    bisection: _Bisection

    def verdicts(self, trials: Mapping[int, Trial]) -> dict[int, bool]:
        return {at: trial.kept[self.name].value >= KEPT for at, trial in trials.items()}

    def next(self, trials: Mapping[int, Trial]) -> int | None:
        return self.bisection.next(self.verdicts(trials))

    def found(self, trials: Mapping[int, Trial]) -> tuple[int | None, bool]:
        verdicts = self.verdicts(trials)
        return self.bisection.found(verdicts), self.bisection.is_final(verdicts)


def candidate_starts(scenario: Scenario) -> list[date]:
    """Return day 0 and the first of every later month inside the planning window."""
    calendar = scenario.organisation.calendar
    first = scenario.as_of
    last = None
    if isinstance(scenario.horizon, date):
        last = scenario.horizon
    elif scenario.horizon is not None:
        last = calendar.date_of(max(0, scenario.horizon // calendar.minutes_per_day - 1))
    found, year, month = [first], first.year, first.month
    while len(found) < MONTHS_WITHOUT_WINDOW or last is not None:
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        begin = date(year, month, 1)
        if last is not None and begin > last:
            break
        found.append(begin)
    return found


def promise_of(outcomes: Outcomes, name: str) -> tuple[int | None, bool]:
    """Return the minute by which a project is to be finished, and whether it is its due date.

    Without a due date, or with one that no run reaches, it is the end of the planning window; None
    where there is no window either.
    """
    network = outcomes.network
    due = int(network.projects.due[network.projects.ids.index(name)])
    if due != NONE and due <= last_minute(network):
        return due, True
    return (network.window_end, False) if network.has_horizon else (None, False)


def _promised(outcomes: Outcomes) -> set[str]:
    projects = outcomes.network.projects
    return {
        projects.ids[row]
        for row in range(outcomes.network.n_listed)
        if (projects.is_mandatory[row] or projects.due[row] != NONE)
        and projects.status[row] not in {"done", "cancelled"}
    }


def _harmed(
    before: Mapping[str, ProjectFutures],
    after: Mapping[str, ProjectFutures],
    added: Iterable[str],
) -> tuple[tuple[str, Difference], ...]:
    """Return promised and mandatory projects that certainly finish later, by half a day or more."""
    found = []
    for name in _promised(next(iter(before.values())).outcomes) - set(added):
        first, second = before[name], after[name]
        if first.reason or second.reason or first.n != second.n:
            continue
        change = move_of(first.finish_day, second.finish_day)
        if is_later(change) and change.value >= MATERIAL_DAYS:
            found.append((name, change))
    return tuple(sorted(found, key=lambda entry: (-entry[1].value, entry[0])))


def _latest_words(
    name: str,
    day: date | None,
    promise: tuple[date | None, bool, bool],
    kept: Estimate | None,
    *,
    is_final: bool,
    is_last: bool,
) -> str:
    due, has_due, is_moving = promise
    if is_moving:
        return f"Latest start of {name}: its due date counts from its start, so none is too late."
    if due is None:
        return f"Latest start of {name}: it has no due date, and the scenario has no window."
    goal = f"is finished by {'its due date' if has_due else 'the end of the window'}, {_date(due)},"
    silence = "" if has_due else " (it has no due date inside the window)"
    chance = "" if kept is None else chance_in_words(kept.value, kept.n)
    if day is None:
        rest = f"; begun on day 0 it is so in {chance} futures" if chance else ""
        return (
            f"Latest start of {name}: none was found at which it {goal} in 80 of 100 futures"
            f"{rest}{silence}."
        )
    doubt = "" if is_final or is_last else ", and a later one may do"
    return (
        f"Latest start of {name}: {_month(day)}; begun then it {goal} in {chance} futures"
        f"{doubt}{silence}."
    )


def _project(scenario: Scenario, name: str) -> Any:
    return next(project for project in scenario.projects if project.id == name)


def _name(outcomes: Outcomes, project: str) -> str:
    return name_of(outcomes, outcomes.network.projects.ids.index(project))


def _days(change: Difference) -> str:
    if not math.isfinite(change.value):
        return "out of the planning window"
    days = round(change.value)
    return f"by {max(1, days)} working day{'s' * (days > 1)}"


def _date(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def _month(day: date) -> str:
    return f"{MONTHS[day.month - 1]} {day.year}" if day.day == 1 else _date(day)


def _on(day: date) -> str:
    return f"{'in' if day.day == 1 else 'on'} {_month(day)}"
