"""A synthetic PMO: a portfolio whose truth is known, written without the engine of pmosim.

Projects ask at random, each a small network of tasks; a task needs one person of its role for its
whole effort; free people take the ready task of the oldest project. What a task really takes is
its plan, times a bias, a factor of its project and luck of its own:

    ln(actual) = bias + slope ln(plan) + project_sd g + task_sd e

``keep_log`` plays it for years and gives the tables that a PMO exports. ``TrueForecaster`` knows
the parameters and, at a cut, everything a PMO could know: no forecast can be expected to beat it.
Times are working days (Monday to Friday) since ``Truth.begins`` as floats.
"""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import log_ndtr, ndtr, ndtri

from pmosim.streams import uniforms

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

HOURS = 8.0
SPELL = 5.0
"""Working days of an absence, on average."""
POOL = 4096
"""Uniforms drawn at a time."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """A task of a kind of project: who does it, planned person-days at size 1, what comes first."""

    name: str
    role: str
    plan: float
    after: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of project."""

    name: str
    share: float
    """Of the projects that ask."""
    steps: tuple[Step, ...]


@dataclass(frozen=True, kw_only=True)
class Truth:
    """What nobody in the office knows."""

    roles: Mapping[str, int]
    """People of each role."""
    kinds: tuple[Kind, ...]
    per_day: float
    """Projects that ask on a working day, on average."""
    size_sd: float = 0.35
    """Of ln(size) of a project; of each planned task half of that again."""
    bias: float = 0.15
    slope: float = 0.95
    project_sd: float = 0.25
    task_sd: float = 0.40
    promise: float = 1.6
    """Due date: planned length times that, after the request."""
    cancelled: float = 0.0
    """Share of projects that are cancelled when half of their tasks are done."""
    share: Mapping[str, float] = field(default_factory=dict)
    """Role -> share of the day that projects get; absent: all of it."""
    away: float = 0.0
    """Share of the days on which somebody is not there, in spells of a week or so."""
    day_rate: float = 700.0
    begins: date = date(2022, 1, 3)

    def share_of(self, role: str) -> float:
        """Return the person-days that one person of a role works on a day."""
        return self.share.get(role, 1.0)

    def median(self, plan: float) -> float:
        """Return the median of ln(actual) of a task of an average project."""
        return self.bias + self.slope * math.log(plan)


def default_truth() -> Truth:
    """Return a saturated office of four roles: developers are busy nine days of ten."""
    small = Kind(
        name="small",
        share=0.5,
        steps=(
            Step(name="analysis", role="analyst", plan=6.0),
            Step(name="build", role="developer", plan=14.0, after=("analysis",)),
            Step(name="test", role="tester", plan=5.0, after=("build",)),
            Step(name="install", role="infrastructure", plan=2.0, after=("test",)),
        ),
    )
    medium = Kind(
        name="medium",
        share=0.35,
        steps=(
            Step(name="analysis", role="analyst", plan=12.0),
            Step(name="servers", role="infrastructure", plan=6.0, after=("analysis",)),
            Step(name="build", role="developer", plan=25.0, after=("analysis",)),
            Step(name="interfaces", role="developer", plan=15.0, after=("analysis",)),
            Step(name="test", role="tester", plan=10.0, after=("build", "interfaces", "servers")),
            Step(name="rollout", role="infrastructure", plan=3.0, after=("test",)),
        ),
    )
    large = Kind(
        name="large",
        share=0.15,
        steps=(
            Step(name="analysis", role="analyst", plan=20.0),
            Step(name="design", role="analyst", plan=12.0, after=("analysis",)),
            Step(name="servers", role="infrastructure", plan=8.0, after=("analysis",)),
            Step(name="core", role="developer", plan=45.0, after=("design",)),
            Step(name="interfaces", role="developer", plan=30.0, after=("design",)),
            Step(name="data", role="developer", plan=25.0, after=("design",)),
            Step(
                name="test",
                role="tester",
                plan=18.0,
                after=("core", "interfaces", "data", "servers"),
            ),
            Step(name="rollout", role="infrastructure", plan=5.0, after=("test",)),
        ),
    )
    return Truth(
        roles={"analyst": 3, "developer": 6, "tester": 2, "infrastructure": 2},
        kinds=(small, medium, large),
        per_day=0.137,
    )


# ------------------------------------------------------------------------------- the office


@dataclass(kw_only=True)
class Work:
    """One task of one project, as it goes."""

    step: Step
    plan: float
    amount: float
    """What it takes; of a task under way what is left of it."""
    started: float = math.nan
    finished: float = math.nan
    person: int = -1

    @property
    def is_done(self) -> bool:
        """Whether it is finished."""
        return not math.isnan(self.finished)


@dataclass(kw_only=True)
class Job:
    """One project, as it goes."""

    id: str
    kind: str
    asked: float
    works: list[Work]
    stops: float = math.inf
    """Share of its tasks done at which it is cancelled."""
    ended: float = math.nan
    is_cancelled: bool = False


class Presence:
    """When each person is there, and when a piece of work is done that they begin."""

    def __init__(self, truth: Truth, *, seed: int = 0, days: int = 0) -> None:
        self._truth = truth
        self._there: dict[tuple[str, int], NDArray[np.bool_]] = {}
        for role, n in truth.roles.items() if truth.away > 0.0 else ():
            for k in range(n):
                luck, there = Luck(seed, f"away/{role}/{k}"), np.ones(days, dtype=bool)
                day = 0
                while day < days:
                    day += max(1, round(SPELL * (1.0 / truth.away - 1.0) * luck.exponential()))
                    spell = max(1, round(SPELL * luck.exponential()))
                    there[day : day + spell] = False
                    day += spell
                self._there[role, k] = there

    def is_there(self, role: str, person: int, day: int) -> bool:
        """Return whether somebody is there on a day; beyond the drawn days always."""
        there = self._there.get((role, person))
        return there is None or day >= len(there) or bool(there[day])

    def end(self, role: str, person: int, begin: float, amount: float) -> float:
        """Return when so many person-days are done, begun at a moment."""
        left, now = amount / self._truth.share_of(role), begin
        if (role, person) not in self._there:
            return begin + left
        while True:
            day = math.floor(now)
            room = day + 1 - now if self.is_there(role, person, day) else 0.0
            if left <= room:
                return now + left
            left, now = left - room, float(day + 1)


def play(
    jobs: Sequence[Job], truth: Truth, now: float, until: float, presence: Presence | None = None
) -> None:
    """Let the office work from ``now`` to ``until`` and write down what happens into the jobs.

    Jobs that asked before ``now`` may be under way: a task with ``started`` and no ``finished``
    has its person and ``amount`` still to do. The oldest request goes first.
    """
    people, there = truth.roles, presence or Presence(truth)
    order = sorted(range(len(jobs)), key=lambda j: (jobs[j].asked, jobs[j].id))
    free: dict[str, list[int]] = {role: list(range(n)) for role, n in people.items()}
    ready: dict[str, list[tuple[int, int]]] = {role: [] for role in people}
    events: list[tuple[float, int, int, int]] = []  # time, 0 finish | 1 arrival, job, task
    for place, j in enumerate(order):
        job = jobs[j]
        if job.is_cancelled or not math.isnan(job.ended):
            continue
        if job.asked >= now:
            heapq.heappush(events, (job.asked, 1, place, 0))
            continue
        for t, work in enumerate(job.works):
            if not math.isnan(work.started) and not work.is_done:
                free[work.step.role].remove(work.person)
                end = there.end(work.step.role, work.person, now, work.amount)
                heapq.heappush(events, (end, 0, place, t))
        _make_ready(job, place, ready)

    def dispatch(moment: float) -> None:
        for role, waiting in ready.items():
            while waiting and free[role]:
                place, t = heapq.heappop(waiting)
                work = jobs[order[place]].works[t]
                if jobs[order[place]].is_cancelled:
                    continue
                work.started, work.person = moment, heapq.heappop(free[role])
                end = there.end(role, work.person, moment, work.amount)
                heapq.heappush(events, (end, 0, place, t))

    dispatch(now)
    while events and events[0][0] <= until:
        moment, kind, place, t = heapq.heappop(events)
        job = jobs[order[place]]
        if kind == 1:
            _make_ready(job, place, ready)
        else:
            work = job.works[t]
            work.finished = moment
            heapq.heappush(free[work.step.role], work.person)
            _make_ready(job, place, ready, after=work.step.name)
            n_done = sum(other.is_done for other in job.works)
            if n_done == len(job.works):
                job.ended = moment
            elif n_done >= job.stops * len(job.works) and not job.is_cancelled:
                job.is_cancelled, job.ended = True, moment
        dispatch(moment)


def _make_ready(
    job: Job, place: int, ready: Mapping[str, list[tuple[int, int]]], after: str | None = None
) -> None:
    """Put the tasks of a job whose predecessors are done among the waiting of their role."""
    done = {work.step.name for work in job.works if work.is_done}
    for t, work in enumerate(job.works):
        is_new = after is None or after in work.step.after
        if is_new and math.isnan(work.started) and done.issuperset(work.step.after):
            heapq.heappush(ready[work.step.role], (place, t))


class Luck:
    """Uniforms of one purpose, one after the other."""

    def __init__(self, seed: int, purpose: str) -> None:
        self._seed, self._purpose, self._block, self._left = seed, purpose, 0, 0
        self._values: FloatArray = np.empty(0)

    def uniform(self) -> float:
        """Return the next one."""
        if not self._left:
            self._values = uniforms(self._seed, self._purpose, "pmo", self._block, 0, POOL)
            self._block, self._left = self._block + 1, POOL
        self._left -= 1
        return float(self._values[self._left])

    def normal(self) -> float:
        """Return the next one as a standard normal."""
        return float(ndtri(self.uniform()))

    def exponential(self) -> float:
        """Return the next one as an exponential of mean 1."""
        return -math.log(self.uniform())


def ask(truth: Truth, luck: Luck, name: str, asked: float) -> Job:
    """Return a new project with its plan and what it will take."""
    u, kind = luck.uniform(), truth.kinds[-1]
    for other in truth.kinds:
        u -= other.share
        if u < 0.0:
            kind = other
            break
    size = math.exp(truth.size_sd * luck.normal())
    factor = truth.project_sd * luck.normal()
    works = []
    for step in kind.steps:
        plan = step.plan * size * math.exp(0.5 * truth.size_sd * luck.normal())
        plan = max(0.5, round(plan * 2) / 2)  # planned in half days
        amount = math.exp(truth.median(plan) + factor + truth.task_sd * luck.normal())
        works.append(Work(step=step, plan=plan, amount=amount))
    is_stopped = luck.uniform() < truth.cancelled
    return Job(
        id=name, kind=kind.name, asked=asked, works=works, stops=0.5 if is_stopped else math.inf
    )


def arrivals(truth: Truth, luck: Luck, begin: float, end: float, stem: str) -> list[Job]:
    """Return the projects that ask between two moments."""
    jobs: list[Job] = []
    moment = begin + luck.exponential() / truth.per_day
    while moment < end:
        jobs.append(ask(truth, luck, f"{stem}{len(jobs) + 1:03d}", moment))
        moment += luck.exponential() / truth.per_day
    return jobs


# ---------------------------------------------------------------------------------- its log


@dataclass(frozen=True, kw_only=True)
class Log:
    """What the office wrote down until the data end."""

    truth: Truth
    jobs: tuple[Job, ...]
    end: float
    presence: Presence

    def day(self, moment: float) -> np.datetime64:
        """Return the date on which something happens."""
        return np.busday_offset(self.truth.begins, math.floor(moment), roll="forward")

    def moment(self, day: Any) -> float:
        """Return the beginning of a date."""
        return float(np.busday_count(self.truth.begins, np.datetime64(day, "D")))

    def due(self, job: Job) -> np.datetime64:
        """Return the date that was promised."""
        return self.day(job.asked + self.truth.promise * planned_length(job, self.truth))

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return projects, tasks, people and time as in interface.md."""
        import pandas as pd

        return {
            "projects": pd.DataFrame([self._project(job) for job in self.jobs]),
            "tasks": pd.DataFrame(
                [self._task(job, work) for job in self.jobs for work in job.works]
            ),
            "people": pd.DataFrame(
                [
                    {"person": f"{role}-{k + 1}", "role": role, "from": self.day(0.0)}
                    for role, n in self.truth.roles.items()
                    for k in range(n)
                ]
            ).assign(until=pd.NaT, left=pd.NaT),
            "time": pd.DataFrame(
                [row for job in self.jobs for work in job.works for row in self._hours(job, work)]
            ),
        }

    def _project(self, job: Job) -> dict[str, Any]:
        begun = [work.started for work in job.works if work.started < self.end]
        is_over = job.ended < self.end
        plan = sum(work.plan for work in job.works)
        spent = sum(work.amount for work in job.works if work.is_done)
        return {
            "project": job.id,
            "template": job.kind,
            "requested": self.day(job.asked),
            "released": self.day(min(begun)) if begun else np.datetime64("NaT"),
            "finished": self.day(job.ended) if is_over else np.datetime64("NaT"),
            "due": self.due(job),
            "budget": round(plan * self.truth.day_rate),
            "cost": round(spent * self.truth.day_rate) if is_over else math.nan,
            "status": ("cancelled" if job.is_cancelled else "finished") if is_over else "open",
        }

    def _task(self, job: Job, work: Work) -> dict[str, Any]:
        has_begun, is_done = work.started < self.end, work.finished < self.end
        status = "finished" if is_done else "open"
        if job.is_cancelled and job.ended < self.end and not is_done:
            status = "cancelled"
        nothing = np.datetime64("NaT")
        return {
            "project": job.id,
            "task": work.step.name,
            "role": work.step.role,
            "type": work.step.name,
            "person": f"{work.step.role}-{work.person + 1}" if has_begun else "",
            "planned_effort": work.plan,
            "effort": round(work.amount, 4) if is_done else math.nan,
            "started": self.day(work.started) if has_begun else nothing,
            "finished": self.day(work.finished) if is_done else nothing,
            "status": status,
            "predecessors": ";".join(work.step.after),
        }

    def _hours(self, job: Job, work: Work) -> Iterable[dict[str, Any]]:
        if not work.started < self.end:
            return
        end = min(work.finished if work.is_done else math.inf, self.end)
        for day in range(math.floor(work.started), math.ceil(end)):
            part = min(end, day + 1) - max(work.started, day)
            role = work.step.role
            if part > 0.0 and self.presence.is_there(role, work.person, day):
                yield {
                    "person": f"{work.step.role}-{work.person + 1}",
                    "project": job.id,
                    "task": work.step.name,
                    "date": self.day(day),
                    "hours": round(HOURS * part * self.truth.share_of(role), 2),
                }


def keep_log(truth: Truth, *, seed: int, days: float) -> Log:
    """Play the office from an empty start for that many working days and return its log."""
    jobs = arrivals(truth, Luck(seed, "history"), 0.0, days, "p")
    presence = Presence(truth, seed=seed, days=math.ceil(days) + 1)
    play(jobs, truth, 0.0, days, presence)
    return Log(truth=truth, jobs=tuple(jobs), end=days, presence=presence)


def planned_length(job: Job, truth: Truth) -> float:
    """Return the longest path through the plan, working days with nobody to wait for."""
    ends: dict[str, float] = {}
    for work in job.works:
        begin = max((ends[name] for name in work.step.after), default=0.0)
        ends[work.step.name] = begin + work.plan / truth.share_of(work.step.role)
    return max(ends.values())


# ------------------------------------------------------------------- who knows the parameters


@dataclass(frozen=True, kw_only=True)
class TrueForecaster:
    """Forecasts with the true parameters, from what can be known at a cut."""

    log: Log
    futures: int = 200
    seed: int = 1
    candidates: int = field(default=400)
    """Project factors weighed against what is known of a project."""

    def finishes(self, cut: float, *, years: float = 4.0) -> dict[str, FloatArray]:
        """Return the finish of each open project, (futures,) working days; inf = not in years."""
        truth, until = self.log.truth, cut + 260.0 * years
        known = [job for job in self.log.jobs if job.asked < cut and not job.ended < cut]
        factors = {job.id: self._factors(job, cut) for job in known}
        found = {job.id: np.full(self.futures, math.inf) for job in known}
        for k in range(self.futures):
            luck = Luck(self.seed, f"{cut}/{k}")
            jobs = [self._continue(job, cut, float(factors[job.id][k]), luck) for job in known]
            jobs += arrivals(truth, luck, cut, until, "new")
            play(jobs, truth, cut, until)
            for job in jobs[: len(known)]:
                if not math.isnan(job.ended):
                    found[job.id][k] = job.ended
        return found

    def _factors(self, job: Job, cut: float) -> FloatArray:
        """(futures,) project factors given what finished tasks took and running ones took so far.

        Finished tasks give a normal posterior; running ones weigh draws from it by their chance.
        """
        truth = self.log.truth
        scores = [
            math.log(work.amount) - truth.median(work.plan)
            for work in job.works
            if work.finished < cut
        ]
        precision = 1.0 / truth.project_sd**2 + len(scores) / truth.task_sd**2
        mean, sd = sum(scores) / truth.task_sd**2 / precision, precision**-0.5
        u = uniforms(self.seed, f"{cut}/{job.id}", "factor", 0, 0, self.candidates + self.futures)
        drawn = mean + sd * ndtri(u[: self.candidates])
        weight = np.zeros(self.candidates)
        for work in job.works:
            if work.started < cut and not work.finished < cut:
                spent = max(self._spent(work, cut), 1e-9)
                z = (math.log(spent) - truth.median(work.plan) - drawn) / truth.task_sd
                weight += log_ndtr(-z)
        share = np.cumsum(np.exp(weight - weight.max()))
        picked = np.searchsorted(share, u[self.candidates :] * share[-1])
        return np.asarray(drawn[picked])

    def _spent(self, work: Work, cut: float) -> float:
        """Return the person-days that a task under way has got; everybody is always there."""
        return (cut - work.started) * self.log.truth.share_of(work.step.role)

    def _continue(self, job: Job, cut: float, factor: float, luck: Luck) -> Job:
        """Return the job as it stands at the cut, with what is left to do drawn anew."""
        truth, works = self.log.truth, []
        for work in job.works:
            if work.finished < cut:
                works.append(replace(work))
                continue
            centre = truth.median(work.plan) + factor
            if work.started < cut:
                spent = max(self._spent(work, cut), 1e-9)
                floor = ndtr((math.log(spent) - centre) / truth.task_sd)
                u = floor + luck.uniform() * (1.0 - floor)
                total = math.exp(centre + truth.task_sd * float(ndtri(min(u, 1.0 - 1e-12))))
                left = max(total - spent, 1e-6)
                works.append(replace(work, amount=left, finished=math.nan))
                continue
            amount = math.exp(centre + truth.task_sd * luck.normal())
            works.append(Work(step=work.step, plan=work.plan, amount=amount))
        return Job(id=job.id, kind=job.kind, asked=job.asked, works=works)
