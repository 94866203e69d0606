"""Simulator: one deterministic future, computed the slow and obvious way.

Written from ``model.md`` alone, without looking at the engine: plain loops, exact integers and
fractions, everything rescanned at every minute at which anything can change. Amounts are their
plan; random demand, probabilities between 0 and 1 and ``spent`` are out of its scope.
"""

from __future__ import annotations

import datetime
import math
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

WHOLE = 10**9
INFINITE = math.inf
Number = int | float | Fraction


def ceil_div(numerator: int, denominator: int) -> int:
    """Return the quotient rounded up."""
    return -((-numerator) // denominator)


def product(a: int, b: int) -> int:
    """Return the product of two factors in billionths, rounded up."""
    return ceil_div(a * b, WHOLE)


def exact(value: float) -> Fraction:
    """Return the decimal number a user wrote, exactly."""
    return Fraction(str(value))


def round_half_up(value: Fraction) -> int:
    """Return the nearest whole number, halves upwards."""
    return math.floor(value + Fraction(1, 2))


@dataclass
class TaskRow:
    """What happened to one task (or phase); minutes, None = not (yet)."""

    ready: int | None = None
    start: int | None = None
    finish: int | None = None
    people: tuple[str, ...] = ()


@dataclass
class ProjectRow:
    """What happened to one project; minutes, None = not (yet)."""

    status: str
    arrived: int | None = None
    released: int | None = None
    started: int | None = None
    finished: int | None = None


@dataclass
class Result:
    """One future."""

    tasks: dict[tuple[str, str], TaskRow]
    projects: dict[str, ProjectRow]
    trace: list[str]


class Days:
    """Working days of the organisation, counted by walking through the dates."""

    def __init__(self, calendar: Any) -> None:
        self.workweek = set(calendar.workweek)
        self.closures = set(calendar.closures)
        self.minutes = calendar.minutes_per_day
        self.as_of = calendar.as_of
        self.first = self.as_of
        while not self.works(self.first):
            self.first += datetime.timedelta(days=1)

    def works(self, day: datetime.date) -> bool:
        """Return whether the organisation works that day."""
        return day.weekday() in self.workweek and day not in self.closures

    def index(self, day: datetime.date) -> int:
        """Return the number of a working day; day 0 is the first one from ``as_of``."""
        step = 1 if day >= self.first else -1
        count, walk = 0, self.first
        while walk != day:
            walk += datetime.timedelta(days=step)
            count += step if self.works(walk) else 0
        return count

    def morning(self, day: datetime.date) -> int:
        """Return the first minute of the first working day from a date on."""
        while not self.works(day):
            day += datetime.timedelta(days=1)
        return self.index(day) * self.minutes

    def evening(self, day: datetime.date) -> int:
        """Return the minute at which the last working day up to a date ends."""
        while not self.works(day):
            day -= datetime.timedelta(days=1)
        return (self.index(day) + 1) * self.minutes

    def in_first_year(self) -> int:
        """Return the number of working days in the 365 days from day 0."""
        dates = (self.as_of + datetime.timedelta(days=n) for n in range(365))
        return sum(self.works(day) for day in dates)


@dataclass
class Worker:
    """One person."""

    id: str
    number: int
    role: str
    skills: dict[str, int]
    fte: int
    bau: int
    max_parallel: int
    focus: tuple[int, ...]
    day_rate: Fraction
    begins: Number
    leaves: Number
    away: list[tuple[int, int]]
    handed_over: list[int]  # minutes at which leave begins that hands work over
    waiting_leave: list[tuple[int, int]]  # leave that waits for the work in hand
    finishes_last: bool  # whether the last day waits for the work in hand
    loss: Fraction  # person-minutes
    owed: int = 0
    rests_until: Number = -INFINITE
    takes_nothing: bool = False
    goes: bool = False
    not_before: int = 0
    rising: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    """What practice makes faster: from, to, attention that it takes."""
    practised: dict[str, int] = field(default_factory=dict)
    practises: dict[str, int] = field(default_factory=dict)  # attention a minute, in this step
    level: dict[str, int] = field(default_factory=dict)  # speed in this step
    step_ends: Number = INFINITE
    was_present: bool = False

    def is_employed(self, now: int) -> bool:
        """Return whether the person belongs to the organisation at this minute."""
        return self.begins <= now < self.leaves

    def is_present(self, now: int) -> bool:
        """Return whether the person is employed and neither on leave nor on holiday."""
        if now < self.rests_until:
            return False
        return self.is_employed(now) and not any(a <= now < b for a, b in self.away)

    def proficiency(self, need: str) -> int | None:
        """Return the factor at which this person can fill a need, None = not at all."""
        if need in (self.id, self.role):
            return WHOLE
        return self.skills.get(need)


@dataclass
class Want:
    """One need of a job: heads of a role, or a named person, and who fills them now."""

    who: str
    share: int
    slots: list[Worker | None]
    is_over: bool = False
    added: int | None = None  # which of the additions to a late project it is


@dataclass(eq=False)
class Promise:
    """A share of a person that is booked for a project."""

    worker: Worker
    venture: Venture
    share: int
    begins: int
    ends: Number
    is_extended: bool
    is_over: bool = False


@dataclass(eq=False)
class Job:
    """A task, a part of a phase, or the shares a project holds throughout."""

    project: Venture
    id: str
    order: int
    kind: str  # pooled | roles | duration | milestone | throughout
    wants: list[Want]
    left: dict[str, int]
    planned: Number
    planned_work: dict[str, Fraction]
    links: list[Any] = field(default_factory=list)
    earliest: int = 0
    phase: str | None = None
    state: str = "idle"  # idle | ready | running | suspended | worked | finished | blocked
    was_done: bool = False
    in_flight: bool = False
    ready: int | None = None
    asked: int | None = None
    start: int | None = None
    finish: int | None = None
    people: list[str] = field(default_factory=list)
    key: Number = 0
    whole: dict[str, Fraction] = field(default_factory=dict)
    round: int = 0  # the last time of work sent back that this job belongs to
    begun: int | None = None  # its start in that round
    allowed: int | None = None  # when its links, date and release allowed it
    worked: int | None = None  # when its work was done
    briefed: dict[int, int] = field(default_factory=dict)  # addition -> people briefed
    held: int = 0  # minutes by which risks hold it back
    rounds: dict[int, int | None] = field(default_factory=dict)  # round -> finish in it
    work_kind: str = ""  # what is learned by doing it
    told: int | None = None  # the finish that what follows outside of a round goes by

    def is_short(self) -> bool:
        """Return whether people of an open need are missing."""
        return any(None in want.slots for want in self.wants if not want.is_over)


@dataclass(eq=False)
class Venture:
    """A project."""

    id: str
    order: int
    source: Any
    arrives: int | None
    jobs: list[Job] = field(default_factory=list)
    throughout: Job | None = None
    is_held_up: bool = False  # tasks wait until ``throughout`` is filled for the first time
    status: str = "future"  # future | queued | active | aside | (an end)
    is_between_stages: bool = False  # nothing has begun since a stage ended
    released: int | None = None
    waiting_since: int | None = None
    finished: int | None = None
    sequence: int = 0
    length: Number = 0
    due: Number = INFINITE
    pauses: list[tuple[int, int]] = field(default_factory=list)
    cancelled: int | None = None
    veterans: set[int] = field(default_factory=set)
    latest: dict[Job, Number] = field(default_factory=dict)
    is_first: bool = False  # goes before all others
    scope: int = WHOLE  # share of the open work that is left
    worth: Fraction = Fraction(1)  # share of the benefit that is left
    added: list[Any] = field(default_factory=list)  # reactions that added people

    def is_paused(self, now: int) -> bool:
        """Return whether the project rests at this minute."""
        return any(a <= now < b for a, b in self.pauses)


ENDS = ("finished", "stopped", "rejected", "absent", "blocked", "done", "cancelled")
DEAD = ("stopped", "rejected", "absent", "blocked", "cancelled")


def largest_matching(options: list[list[Worker]]) -> int:
    """Return how many heads can be filled when each takes another person."""
    taken: dict[int, int] = {}

    def place(head: int, seen: set[int]) -> bool:
        for worker in options[head]:
            if worker.number in seen:
                continue
            seen.add(worker.number)
            if worker.number not in taken or place(taken[worker.number], seen):
                taken[worker.number] = head
                return True
        return False

    return sum(place(head, set()) for head in range(len(options)))


def best_staffing(options: list[list[Worker]]) -> list[Worker | None]:
    """Return for each head the first of its options that leaves most heads fillable."""
    options = [list(choices) for choices in options]
    for head, choices in enumerate(options):
        size = largest_matching(options)
        for worker in choices:
            trial = [[w for w in others if w is not worker] for others in options]
            trial[head] = [worker]
            if largest_matching(trial) == size:
                options = trial
                break
        else:
            options[head] = []
    return [choices[0] if choices else None for choices in options]


class Simulator:
    """The state of one future and the clock."""

    def __init__(self, scenario: Any) -> None:
        self.scenario = scenario
        self.days = Days(scenario.organisation.calendar)
        self.roles = {role.id: role for role in scenario.organisation.roles}
        self.role_order = {role.id: n for n, role in enumerate(scenario.organisation.roles)}
        self.workers = [self.hire(n, p) for n, p in enumerate(scenario.organisation.people)]
        self.by_id = {worker.id: worker for worker in self.workers}
        self.hands: dict[int, int] = {}
        self.moved: set[int] = set()  # people who took up or gave back something
        self.ventures: dict[str, Venture] = {}
        for number, project in enumerate(scenario.projects):
            self.ventures[project.id] = self.plan(number, project)
        self.window, self.end = self.limits()
        self.n_released = 0
        self.trace: list[str] = []
        self.is_first_pass = True
        self.funded: list[tuple[Venture, int]] = []
        self.decided: set[tuple[str, str]] = set()
        self.dates = [self.days.first]
        self.n_rounds = 0
        self.sent_back: dict[tuple[str, str], int] = {}
        for venture in self.ventures.values():
            self.hold_back(venture)
        self.ended_stages: set[tuple[str, str]] = set()
        self.taken: set[tuple[str, str]] = set()
        self.asking_again: list[Job] = []  # just started, and those added are wanted too
        self.met: int | None = None  # minute of the last meeting of the management
        self.promises = [self.promise(booking) for booking in scenario.bookings]
        self.promises.sort(key=lambda promise: promise.begins)
        self.kept: dict[int, dict[str, int]] = {}  # worker -> project -> share reserved now

    # ------------------------------------------------------------------ reading the scenario

    def kinds_of_work(self) -> set[str]:
        """Return what can be learned."""
        projects = self.scenario.projects
        found = {project.kind_of_work for project in projects}
        found |= {activity.kind_of_work for p in projects for activity in p.activities}
        return found - {""}

    def hire(self, number: int, person: Any) -> Worker:
        """Return a person with minutes instead of dates."""
        away = [(self.days.morning(a), self.days.evening(b)) for a, b in person.leave]
        leaves: Number = INFINITE
        if person.employed_until is not None:
            leaves = self.days.evening(person.employed_until)
        if person.when_away.leaving == "finish":
            away = [(a, b if leaves == INFINITE else min(b, leaves)) for a, b in away]
        leave: list[tuple[int, int]] = []
        for a, b in sorted((max(0, a), max(0, b)) for a, b in away):
            if leave and a <= leave[-1][1]:
                leave[-1] = (leave[-1][0], max(b, leave[-1][1]))
            elif a < b:
                leave.append((a, b))
        said = person.when_away
        least = said.leave_least if said.leave == "hand_over" else INFINITE
        if said.leave == "finish":
            away = []
        for place in self.scenario.organisation.places:
            if place.id == person.place:
                away += [(self.days.morning(d), self.days.evening(d)) for d in place.holidays]
        begins: Number = -INFINITE
        if person.employed_from is not None:
            begins = self.days.morning(person.employed_from)
        rising = {
            f"role {role}": (dict(person.skills)[role], growth.to, growth.practice)
            for role, growth in person.growth
        }
        if person.learning is not None:
            for kind in self.kinds_of_work():
                rising[f"kind {kind}"] = (person.learning.start, WHOLE, person.learning.practice)
        return Worker(
            id=person.id,
            number=number,
            role=person.role,
            rising=rising,
            practised={f"kind {kind}": given for kind, given in person.experience},
            skills=dict(person.skills),
            fte=person.fte,
            bau=person.bau,
            max_parallel=person.max_parallel,
            focus=tuple(person.focus),
            day_rate=exact(person.day_rate),
            begins=begins,
            leaves=leaves,
            away=[(a, b) for a, b in away if a < b],
            handed_over=[a for a, b in leave if b - a >= least],
            waiting_leave=leave if said.leave == "finish" else [],
            finishes_last=said.leaving == "finish",
            loss=exact(person.change.hand_over.plan) if person.change.hand_over else Fraction(0),
        )

    def promise(self, booking: Any) -> Promise:
        """Return a booking with minutes instead of dates."""
        begins, ends = 0, INFINITE
        if booking.first is not None:
            begins = max(0, self.days.morning(booking.first))
        if booking.last is not None:
            ends = self.days.evening(booking.last)
        worker, venture = self.by_id[booking.person], self.ventures[booking.project]
        is_extended = booking.on_overrun == "extend"
        return Promise(worker, venture, booking.share, begins, ends, is_extended, ends <= begins)

    def planned_speed(self, who: str) -> Fraction:
        """Return what one head of a role (or a named person) is planned to give."""
        if who in self.roles:
            people = [worker for worker in self.workers if worker.role == who]
        else:
            people = [self.by_id[who]]
        given = sum((WHOLE - worker.bau) * worker.fte for worker in people)
        return Fraction(given, len(people) * WHOLE * WHOLE)

    def speed_of(self, want: Want) -> Fraction:
        """Return the planned speed of all heads of a need."""
        return self.planned_speed(want.who) * Fraction(want.share, WHOLE) * len(want.slots)

    def sort_wants(self, wants: list[Want]) -> list[Want]:
        """Return named persons first, then roles in the order of the file."""
        return sorted(wants, key=lambda want: self.role_order.get(want.who, -1))

    def plan(self, number: int, project: Any) -> Venture:
        """Return a project with its jobs, its dates in minutes and its planned times."""
        arrives: int | None = 0
        if project.starts is not None:
            arrives = max(0, self.days.morning(project.starts))
        elif project.arrives is not None:
            arrives = max(0, self.days.morning(project.arrives))
        if project.status == "running":
            arrives = 0
        venture = Venture(id=project.id, order=number, source=project, arrives=arrives)
        venture.pauses = [(self.days.morning(a), self.days.evening(b)) for a, b in project.pauses]
        if project.cancelled_from is not None:
            venture.cancelled = max(0, self.days.morning(project.cancelled_from))
        size = exact(project.size.plan)
        for activity in project.activities:
            if hasattr(activity, "lasts"):
                self.add_phase(venture, activity, size)
            else:
                self.add_task(venture, activity, size)
        if project.throughout:
            wants = [Want(n.who, n.share, [None] * n.heads) for n in project.throughout]
            wants = self.sort_wants(wants)
            venture.throughout = Job(venture, "throughout", -1, "throughout", wants, {}, 0, {})
            venture.is_held_up = True
        self.plan_times(venture)
        if venture.throughout is not None:
            venture.throughout.planned = venture.length
        return venture

    def add_task(self, venture: Venture, task: Any, size: Fraction) -> None:
        """Add one task to a project."""
        wants = self.sort_wants([Want(n.who, n.share, [None] * n.heads) for n in task.needs])
        left, planned_work = {}, {}
        kind = task.kind
        planned: Number = 0
        if kind == "duration":
            minutes = exact(task.work[""].plan)
            planned = minutes
            left = {"": round_half_up(minutes) * WHOLE}
            for want in wants:
                planned_work[want.who] = minutes * self.speed_of(want)
        elif kind == "effort" and "" in task.work:
            kind = "pooled"
            plan = exact(task.work[""].plan) * size
            left = {"": round_half_up(plan * WHOLE)}
            speed = sum((self.speed_of(want) for want in wants), Fraction(0))
            planned = plan / speed
            for want in wants:
                planned_work[want.who] = plan * self.speed_of(want) / speed
        elif kind == "effort":
            kind = "roles"
            for want in wants:
                plan = exact(task.work[want.who].plan) * size
                left[want.who] = round_half_up(plan * WHOLE)
                planned = max(planned, plan / self.speed_of(want))
                planned_work[want.who] = plan
        job = Job(venture, task.id, len(venture.jobs), kind, wants, left, planned, planned_work)
        job.links = list(task.after)
        job.work_kind = task.kind_of_work or venture.source.kind_of_work
        for part in left:
            plan = exact(task.work[part].plan)
            job.whole[part] = plan if kind == "duration" else plan * size
        if task.not_before is not None:
            job.earliest = max(0, self.days.morning(task.not_before))
        venture.jobs.append(job)
        self.set_progress(job, task.progress)

    def add_phase(self, venture: Venture, phase: Any, size: Fraction) -> None:
        """Add the parts of a phase: fewest heads, and the share, that keep the pace."""
        by = list(phase.progress.by) if phase.progress is not None else []
        for role in [role for role in self.roles if role in phase.work]:
            plan = exact(phase.work[role].plan) * size
            work = round_half_up(plan * WHOLE)
            speed = self.planned_speed(role)
            n_people = sum(worker.role == role for worker in self.workers)
            heads = math.ceil(Fraction(work, WHOLE) / (phase.lasts * speed))
            heads = max(1, min(heads, n_people))
            share = min(WHOLE, math.ceil(work / (phase.lasts * speed * heads)))
            job = Job(
                venture,
                f"{phase.id}.{role}",
                len(venture.jobs),
                "pooled",
                [Want(role, share, [None] * heads)],
                {"": work},
                phase.lasts,
                {role: plan},
            )
            job.phase = phase.id
            job.work_kind = phase.kind_of_work or venture.source.kind_of_work
            job.whole = {"": plan}
            job.links = list(phase.after)
            if phase.not_before is not None:
                job.earliest = max(0, self.days.morning(phase.not_before))
            venture.jobs.append(job)
            if phase.progress is None:
                continue
            mine = [i for i in by if self.by_id[i].role == role]
            self.set_progress(job, phase.progress, mine, role)

    def set_progress(
        self, job: Job, progress: Any, by: list[str] | None = None, role: str | None = None
    ) -> None:
        """Put a task into its state of day 0."""
        if progress is None:
            return
        job.ready = job.asked = job.start = 0
        if progress.done == 1.0:
            job.state, job.was_done, job.finish = "finished", True, 0
            return
        job.state, job.in_flight = "running", True
        for part in job.left:
            law = progress.remaining[role if role in progress.remaining else part]
            if job.kind == "duration":
                job.left[part] = round_half_up(exact(law.plan)) * WHOLE
            else:
                job.left[part] = round_half_up(exact(law.plan) * WHOLE)
        for person in progress.by if by is None else by:
            worker = self.by_id[person]
            places = [
                (want, n)
                for want in job.wants
                for n, slot in enumerate(want.slots)
                if slot is None and worker.proficiency(want.who) is not None
            ]
            places.sort(key=lambda place: place[0].who not in (worker.id, worker.role))
            if places:
                want, n = places[0]
                self.assign(job, want, n, worker)

    def hold_back(self, venture: Venture) -> None:
        """Add up by how much risks, all of them sure or impossible, hold each job back."""
        for risk in (*venture.source.risks, *self.scenario.drivers):
            assert risk.probability in (0, 1), "this oracle leaves nothing to chance"
            names = [task for project, task in risk.hits if project == venture.id]
            if risk.delay is None or risk.probability == 0 or not names:
                continue
            if "" in names:
                names = [job.phase or job.id for job in venture.jobs]
            hit = [j for j in venture.jobs if {j.id, j.phase} & set(names) and not j.was_done]
            for job in hit:
                if not any(self.leads_to(other, job) for other in hit):
                    job.held += round_half_up(exact(risk.delay.plan))

    def leads_to(self, job: Job, after: Job) -> bool:
        """Return whether a job comes before another on some path of links."""
        return after in self.successors(job)

    def links_inside(self, job: Job) -> list[tuple[Job, Any]]:
        """Return the (predecessor, link) pairs of a job within its own project."""
        pairs = []
        for link in job.links:
            if link.project in (None, job.project.id) and link.task is not None:
                pairs += [(other, link) for other in self.jobs_named(job.project, link.task)]
        return pairs

    @staticmethod
    def jobs_named(venture: Venture, name: str) -> list[Job]:
        """Return the task of that name, or all parts of the phase of that name."""
        return [job for job in venture.jobs if name in (job.id, job.phase)]

    def plan_times(self, venture: Venture) -> None:
        """Compute project length and latest finishes with unlimited people."""
        finish: dict[Job, Number] = {}

        def early_start(job: Job) -> Number:
            result: Number = 0
            for other, link in self.links_inside(job):
                if link.kind == "FS":
                    result = max(result, early_finish(other) + link.lag)
                elif link.kind == "SS":
                    result = max(result, early_start(other) + link.lag)
            return result

        def early_finish(job: Job) -> Number:
            if job not in finish:
                result = early_start(job) + job.planned
                for other, link in self.links_inside(job):
                    if link.kind == "FF":
                        result = max(result, early_finish(other) + link.lag)
                finish[job] = result
            return finish[job]

        venture.length = max((early_finish(job) for job in venture.jobs), default=0)
        arrives = venture.arrives or 0
        due = venture.source.due
        if isinstance(due, int):
            venture.due = arrives + due
        elif due is not None:
            venture.due = self.days.evening(due)
        target = venture.due if due is not None else arrives + venture.length

        def late_finish(job: Job) -> Number:
            if job not in venture.latest:
                result: Number = target
                for other in venture.jobs:
                    for predecessor, link in self.links_inside(other):
                        if predecessor is not job:
                            continue
                        if link.kind == "FS":
                            limit = late_finish(other) - other.planned - link.lag
                        elif link.kind == "SS":
                            limit = late_finish(other) - other.planned - link.lag + job.planned
                        else:
                            limit = late_finish(other) - link.lag
                        result = min(result, limit)
                venture.latest[job] = result
            return venture.latest[job]

        for job in venture.jobs:
            late_finish(job)

    def successors(self, job: Job) -> set[Job]:
        """Return all direct and indirect successors within the project."""
        found: set[Job] = set()
        fresh = [job]
        while fresh:
            current = fresh.pop()
            for other in job.project.jobs:
                if other not in found and any(p is current for p, _ in self.links_inside(other)):
                    found.add(other)
                    fresh.append(other)
        return found

    def limits(self) -> tuple[int, int]:
        """Return the end of the planning window and the end of the run."""
        horizon = self.scenario.horizon
        if horizon is None:
            as_of = self.days.as_of
            last = as_of + datetime.timedelta(days=3652)
            return self.days.morning(last), self.days.morning(last)
        window = horizon if isinstance(horizon, int) else self.days.evening(horizon)
        return window, window + self.scenario.run_off

    # ------------------------------------------------------------------ rules

    def planned_days(self, venture: Venture, who: str | None = None) -> Fraction:
        """Return planned person-days of what was not finished at the release."""
        total = Fraction(0)
        for job in venture.jobs:
            if job.was_done:
                continue
            for name, work in job.planned_work.items():
                role = name if name in self.roles else self.by_id[name].role
                if who is None or role == who:
                    total += work / self.days.minutes
        return total

    def cost_of_delay(self, venture: Venture) -> Fraction | None:
        """Return money per working day."""
        project = venture.source
        if project.cost_of_delay is not None:
            return exact(project.cost_of_delay)
        if project.benefit is None:
            return None
        per_year = exact(project.benefit.per_year.plan) * exact(project.size.plan)
        return per_year / self.days.in_first_year()

    def wsjf(self, venture: Venture) -> Number:
        """Return cost of delay per planned person-day."""
        delay = self.cost_of_delay(venture) or Fraction(0)
        return delay / max(self.planned_days(venture), Fraction(1, WHOLE))

    def planned_value(self, venture: Venture) -> Fraction:
        """Return the undiscounted planned NPV (this oracle knows no discounting)."""
        assert self.scenario.discount_rate == 0
        project = venture.source
        size = exact(project.size.plan)
        cost = size * exact(project.fixed_cost.plan) if project.fixed_cost else Fraction(0)
        for job in venture.jobs:
            for who, work in job.planned_work.items():
                if job.was_done:
                    continue
                rate = (
                    exact(self.roles[who].day_rate)
                    if who in self.roles
                    else self.by_id[who].day_rate
                )
                cost += work / self.days.minutes * rate
        return self.benefit_from(venture, (venture.arrives or 0) + venture.length) - cost

    def benefit_from(self, venture: Venture, end: Number) -> Fraction:
        """Return the planned benefit at face value of a project that finishes at a minute."""
        project = venture.source
        if project.benefit is None:
            return Fraction(0)
        per_year = exact(project.benefit.per_year.plan) * exact(project.size.plan)
        if project.benefit.for_years is not None:
            return per_year * exact(project.benefit.for_years)
        begins = Fraction(0)
        if end > 0:
            day = ceil_div(math.ceil(end), self.days.minutes) - 1
            part = Fraction(end) / self.days.minutes - day
            begins = (self.date_of(day) - self.days.as_of).days + part
        until = (project.benefit.until - self.days.as_of).days + 1
        return per_year * max(Fraction(0), until - begins) / Fraction("365.25")

    def score(self, venture: Venture, now: int) -> Number:
        """Return the place of a project in the intake order: smaller is earlier."""
        order = self.scenario.intake.order
        project = venture.source
        arrives = venture.arrives or 0
        if venture.is_first:
            return -INFINITE
        if order.kind == "request":
            return arrives
        if order.kind == "rank":
            return INFINITE if project.rank is None else project.rank
        if order.kind == "priority":
            return -project.priority
        if order.kind == "due":
            return venture.due
        if order.kind == "value":
            score: Number = exact(project.value)
        elif order.kind == "wsjf":
            score = self.wsjf(venture)
        else:
            if order.of == "npv":
                money = self.planned_value(venture)
            else:
                money = self.cost_of_delay(venture) or Fraction(0)
            score = money / max(self.planned_days(venture, order.role), Fraction(1, 2))
        month = exact(self.scenario.settings.month_days) * self.days.minutes
        since = venture.waiting_since or 0
        return -(score + abs(score) * exact(order.ageing) * (now - since) / month)

    def dispatch_key(self, job: Job, now: int) -> Number:
        """Return the key a task gets when it becomes ready: smaller goes first."""
        venture = job.project
        project = venture.source
        if venture.is_first:
            return -INFINITE
        rule = self.scenario.dispatch.rule
        keys = {
            "rank": lambda: INFINITE if project.rank is None else project.rank,
            "priority": lambda: -project.priority,
            "fifo": lambda: venture.sequence,
            "fcfs": lambda: now,
            "edd": lambda: venture.due,
            "lft": lambda: venture.latest[job],
            "lst": lambda: venture.latest[job] - job.planned,
            "spt": lambda: job.planned,
            "lpt": lambda: -job.planned,
            "mts": lambda: -len(self.successors(job)),
            "grpw": lambda: -(job.planned + sum(j.planned for j in self.successors(job))),
            "sasp": lambda: job.planned + venture.length,
            "wsjf": lambda: -self.wsjf(venture),
            "intake": lambda: self.score(venture, venture.waiting_since or 0),  # not aged
        }
        return keys[rule]()

    # ------------------------------------------------------------------ people

    def jobs(self) -> list[Job]:
        """Return every job in order, ``throughout`` of a project first."""
        result = []
        for venture in self.ventures.values():
            if venture.throughout is not None:
                result.append(venture.throughout)
            result += venture.jobs
        return result

    def holdings(self, worker: Worker) -> list[tuple[Job, Want]]:
        """Return what a person has in hand."""
        return [
            (job, want)
            for job in self.jobs()
            for want in job.wants
            if any(slot is worker for slot in want.slots)
        ]

    def in_hand(self, worker: Worker) -> int:
        """Return the sum of shares in hand."""
        if worker.number not in self.hands:
            self.hands[worker.number] = sum(want.share for _, want in self.holdings(worker))
        return self.hands[worker.number]

    def assign(self, job: Job, want: Want, slot: int, worker: Worker) -> None:
        """Give a person to a job."""
        want.slots[slot] = worker
        self.hands.clear()
        self.moved.add(worker.number)
        job.project.veterans.add(worker.number)
        if worker.id not in job.people:
            job.people.append(worker.id)

    def keep_promises(self, now: int) -> None:
        """See which bookings are over, and what of whom is reserved for which project."""
        self.kept = {}
        for promise in self.promises:
            venture = promise.venture
            if promise.is_over or promise.begins > now:
                continue
            if venture.status in ENDS or self.is_withdrawn(promise.worker, venture, now):
                promise.is_over = True
            elif now >= promise.ends:
                goes_on = promise.is_extended and venture.status in ("active", "aside")
                promise.is_over = not (goes_on and self.can_help(promise.worker, venture))
            if promise.is_over or venture.is_paused(now) or venture.status == "aside":
                continue
            own = self.kept.setdefault(promise.worker.number, {})
            share = min(promise.share, promise.worker.max_parallel - sum(own.values()))
            if share > 0:
                own[venture.id] = own.get(venture.id, 0) + share

    def can_help(self, worker: Worker, venture: Venture) -> bool:
        """Return whether unfinished work of a project asks for what a person can do."""
        jobs = [j for j in venture.jobs if j.state in ("idle", "ready", "running", "suspended")]
        if venture.throughout is not None:
            jobs.append(venture.throughout)
        return any(
            worker.proficiency(want.who) is not None
            for job in jobs
            for want in job.wants
            if not want.is_over
        )

    def unused(self, worker: Worker, venture_id: str) -> int:
        """Return what is reserved of a person for a project and not in hand for it."""
        reserved = self.kept.get(worker.number, {}).get(venture_id, 0)
        held = [w.share for job, w in self.holdings(worker) if job.project.id == venture_id]
        return max(0, reserved - sum(held))

    def reserved_for_others(self, worker: Worker, venture: Venture) -> int:
        """Return what is reserved of a person for other projects and not in hand for them."""
        others = [name for name in self.kept.get(worker.number, {}) if name != venture.id]
        return sum(self.unused(worker, name) for name in others)

    def options(self, job: Job, want: Want, now: int, reserved: set[int]) -> list[Worker]:
        """Return who could fill one head of a need now, best first."""
        busy_here = {slot.number for w in job.wants for slot in w.slots if slot is not None}
        able = [
            worker
            for worker in self.workers
            if worker.proficiency(want.who) is not None
            and worker.is_present(now)
            and worker.number not in busy_here
            and worker.number not in reserved
            and not worker.takes_nothing
            and not self.is_withdrawn(worker, job.project, now)
            and self.in_hand(worker) + want.share
            <= worker.max_parallel - self.reserved_for_others(worker, job.project)
        ]
        planned_end = now + job.planned
        able.sort(
            key=lambda w: (
                -min(want.share, self.unused(w, job.project.id)),
                self.in_hand(w),
                w.leaves < planned_end,
                want.who not in (w.role, w.id),
                w.number not in job.project.veterans,
                -(w.proficiency(want.who) or 0),
                w.number,
            )
        )
        return able

    def staff(
        self, job: Job, heads: list[tuple[Want, int]], now: int, reserved: set[int]
    ) -> list[Worker | None]:
        """Return the best choice of people for some heads of a job, None where nobody is."""
        return best_staffing([self.options(job, want, now, reserved) for want, _ in heads])

    def rate(self, worker: Worker, job: Job, want: Want, now: int) -> int:
        """Return the progress per minute of a person in a job, in billionths."""
        if not worker.is_present(now):
            return 0
        skill = worker.proficiency(want.who)
        assert skill is not None
        learned = WHOLE
        for key in self.practised_by(worker, job, want):
            if key.startswith("role "):
                skill = worker.level[key]
            else:
                learned = worker.level[key]
        n = len(self.holdings(worker))
        focus = worker.focus[min(n, len(worker.focus)) - 1]
        progress = product(product(self.attention(worker, want), skill), learned)
        return product(progress, focus)

    def attention(self, worker: Worker, want: Want) -> int:
        """Return what a person who is there gives to a job each minute, in billionths."""
        attention = product(worker.fte, WHOLE - worker.bau)
        attention = product(attention, want.share)
        return ceil_div(attention * WHOLE, max(WHOLE, self.in_hand(worker)))

    def practised_by(self, worker: Worker, job: Job, want: Want) -> list[str]:
        """Return what a person learns by doing a job."""
        if job.kind not in ("pooled", "roles"):
            return []
        return [
            key for key in (f"kind {job.work_kind}", f"role {want.who}") if key in worker.rising
        ]

    def begin_steps(self, now: int) -> None:
        """Let people learn: a step ends in a morning, or when what they give changes."""
        day = self.days.minutes
        for worker in self.workers:
            here = worker.is_present(now)
            is_same = worker.number not in self.moved and here == worker.was_present
            worker.was_present = here
            if not worker.rising or (is_same and now < worker.step_ends):
                continue
            rates: dict[str, int] = {}
            for job, want in self.holdings(worker) if here else ():
                for key in self.practised_by(worker, job, want):
                    rates[key] = rates.get(key, 0) + self.attention(worker, want)
            ways = [
                Fraction(worker.rising[key][2], 10 * rate)
                for key, rate in rates.items()
                if rate and worker.practised.get(key, 0) < worker.rising[key][2]
            ]
            worker.step_ends, length = INFINITE, day
            if ways:
                whole_days = max(now // day + 1, math.ceil((now + min(ways)) / day))
                worker.step_ends, length = whole_days * day, whole_days * day - now
            worker.practises, worker.level = rates, {}
            for key, rate in rates.items():
                low, high, takes = worker.rising[key]
                begin = worker.practised.get(key, 0)
                done = [begin, begin + rate * length]
                if done[0] == done[1]:
                    done[1] += 1
                area = [
                    low * Fraction(min(x, takes))
                    + Fraction((high - low) * min(x, takes) ** 2, 2 * takes)
                    + high * max(0, x - takes)
                    for x in done
                ]
                worker.level[key] = math.ceil((area[1] - area[0]) / (done[1] - done[0]))
        self.moved.clear()

    def speeds(self, job: Job, now: int) -> dict[str, int]:
        """Return what is done per minute of each amount of a job, in billionths."""
        if job.state != "running" or job.kind in ("milestone", "throughout"):
            return {}
        if job.project.is_paused(now):
            return {}
        if job.kind == "duration":
            people = [slot for want in job.wants for slot in want.slots]
            runs = all(slot is not None and slot.is_present(now) for slot in people)
            return {"": WHOLE if runs else 0}
        result = dict.fromkeys(job.left, 0)
        for want in job.wants:
            part = want.who if job.kind == "roles" else ""
            for slot in want.slots:
                if slot is not None and not want.is_over:
                    result[part] += self.rate(slot, job, want, now)
        return result

    # ------------------------------------------------------------------ links

    def link_minute(self, job: Job | None, venture: Venture, link: Any) -> Number | None:
        """Return when a link is satisfied; inf = not known yet, None = never."""
        target = venture if link.project in (None, venture.id) else self.ventures[link.project]
        is_start = link.kind == "SS"
        if link.task is None:
            if target.status == "done":
                return link.lag
            if is_start:
                starts = [j.start for j in target.jobs if j.start is not None]
                moment = min(starts) if starts else None
            else:
                moment = target.finished
            if moment is not None:
                return moment + link.lag
            return None if target.status in DEAD else INFINITE
        if target.status == "done":
            return link.lag
        parts = self.jobs_named(target, link.task)
        mine = job.round if job is not None else 0
        same_round = mine > 0 and mine in parts[0].rounds
        if is_start:
            starts = [j.begun if same_round else j.start for j in parts]
            starts = [start for start in starts if start is not None]
            moment = min(s for s in starts if s is not None) if starts else None
        else:
            ends = [j.finish if j.told is None else j.told for j in parts]
            if same_round:
                ends = [j.rounds.get(mine) for j in parts]
            moment = None if None in ends else max(e for e in ends if e is not None)
        if moment is not None:
            return moment + link.lag
        if target.status in DEAD:
            return None
        if is_start and all(j.state == "blocked" for j in parts):
            return None
        if not is_start and any(j.state == "blocked" for j in parts):
            return None
        return INFINITE

    def links_allow(self, links: list[Any], job: Job | None, venture: Venture) -> Number | None:
        """Return the latest minute of several links; inf = not known yet, None = never."""
        result: Number = 0
        for link in links:
            minute = self.link_minute(job, venture, link)
            if minute is None:
                if link.if_absent == "ignore":
                    continue
                return None
            result = max(result, minute)
        return result

    # ------------------------------------------------------------------ one instant

    def instant(self, now: int) -> None:
        """Let everything happen that happens at this minute."""
        while True:
            while (
                self.cascade(now)
                | self.capacity(now)
                | self.arrivals(now)
                | self.blockings(now)
                | self.cancellations(now)
                | self.gates(now)
                | self.reactions(now)
                | self.releases(now)
            ):
                pass
            if self.rejections(now):
                continue
            if now >= self.end:
                return
            has_started = False
            self.request_throughout(now)
            while self.dispatch(now):
                has_started = True
                self.cascade(now)
                self.gates(now)
                self.request_throughout(now)
            if not has_started:
                return

    def let_go(self, want: Want) -> None:
        """Give the people of a need back."""
        self.moved |= {slot.number for slot in want.slots if slot is not None}
        want.slots = [None] * len(want.slots)
        self.hands.clear()

    def cascade(self, now: int) -> bool:
        """Finish all that finishes now, and all that follows from it."""
        changed = False
        while self.finishes(now):
            changed = True
        return changed

    def finishes(self, now: int) -> bool:
        """Finish tasks and milestones, and make tasks ready, in one sweep."""
        changed = False
        for venture in self.ventures.values():
            if venture.status in ("future", "queued"):
                for job in venture.jobs:
                    if job.state == "idle" and self.links_allow(job.links, job, venture) is None:
                        job.state = "blocked"
                        changed = True
            if venture.status not in ("active", "aside"):
                continue
            for job in venture.jobs:
                changed |= self.advance_state(job, now)
            if all(job.state == "finished" for job in venture.jobs):
                self.close(venture, "finished", now)
                venture.finished = now
                changed = True
            elif all(job.state in ("finished", "blocked") for job in venture.jobs):
                self.close(venture, "blocked", now)
                changed = True
        return changed

    def advance_state(self, job: Job, now: int) -> bool:
        """Move one task to its next state if it may."""
        starting = [link for link in job.links if link.kind != "FF"]
        ending = [link for link in job.links if link.kind == "FF"]
        if job.state == "idle":
            begin = self.links_allow(starting, job, job.project)
            end = self.links_allow(ending, job, job.project)
            if begin is None or end is None:
                job.state = "blocked"
                return True
            if max(begin, job.earliest) > now:
                return False
            if job.held and job.round == 0:
                job.allowed = now if job.allowed is None else job.allowed
                if job.allowed + job.held > now:
                    return False
            if job.kind == "milestone":
                job.ready = now if job.ready is None else job.ready
                if end > now:
                    return False
                job.start = now if job.start is None else job.start
                job.begun = job.finish = now
                job.state = "finished"
                self.note_end(job, now)
                return True
            job.ready = now if job.ready is None else job.ready
            job.asked, job.state = now, "ready"
            job.key = self.dispatch_key(job, now)
            return True
        if job.state == "ready" and job.start is None:
            if self.links_allow(ending, job, job.project) is None:
                job.state = "blocked"  # could never finish, so nobody begins it
                return True
            return False
        if job.state == "running":
            for want in job.wants:
                part = want.who if job.kind == "roles" else ""
                if job.left[part] == 0 and not want.is_over:
                    want.is_over = True
                    self.let_go(want)
            if all(left == 0 for left in job.left.values()):
                job.state, job.worked = "worked", now
                return True
            return False
        if job.state == "worked":
            end = self.links_allow(ending, job, job.project)
            if end is None:
                job.state = "blocked"
                return True
            if job.held and job.in_flight and job.round == 0:
                assert job.worked is not None
                end = max(end, job.worked + job.held)
            if end <= now:
                job.state, job.finish = "finished", now
                self.send_back(job)
                if job.state == "finished":
                    self.note_end(job, now)
                return True
        return False

    @staticmethod
    def note_end(job: Job, now: int) -> None:
        """Note a finish for what waits for it since work was sent back."""
        job.rounds = {r: now if end is None else end for r, end in job.rounds.items()}
        (source,) = [a for a in job.project.source.activities if a.id == (job.phase or job.id)]
        parts = [other for other in job.project.jobs if job.phase and other.phase == job.phase]
        if (source.gate or parts) and all(part.state == "finished" for part in parts):
            job.project.is_between_stages = True

    def send_back(self, job: Job) -> None:
        """Open again what a task, or a phase with its last part, sends back; all of it is sure."""
        venture, name = job.project, job.phase or job.id
        (source,) = [one for one in venture.source.activities if one.id == name]
        own = self.jobs_named(venture, name)
        if source.rework is None or any(part.state != "finished" for part in own):
            return
        assert source.rework.probability == 1, "this oracle leaves nothing to chance"
        times = self.sent_back.get((venture.id, name), 0)
        if times == source.rework.max_repeats:
            return
        self.sent_back[venture.id, name] = times + 1
        self.n_rounds += 1
        behind = self.all_linked(venture, [name], backwards=True)
        names = self.all_linked(venture, [source.rework.of], backwards=False) & behind
        for other in venture.jobs:
            if (other.phase or other.id) not in names:
                continue
            if other.state != "finished":
                if other.told is not None:  # is being done again already
                    other.rounds[self.n_rounds] = None
                continue
            if other.told is None and other not in own:
                other.told = other.finish
            other.state, other.finish, other.begun = "idle", None, None
            other.round = self.n_rounds
            other.rounds[self.n_rounds] = None
            for want in other.wants:
                want.is_over = False
            share = exact(source.rework.share)
            for part, amount in other.whole.items():
                if other.kind == "duration":
                    other.left[part] = round_half_up(amount * share) * WHOLE
                else:
                    other.left[part] = round_half_up(amount * share * WHOLE)

    def all_linked(self, venture: Venture, names: list[str], *, backwards: bool) -> set[str]:
        """Return the names of tasks and phases that links lead to, or come from."""
        found = set(names)
        for _ in venture.source.activities:
            for activity in venture.source.activities:
                before = {x.task for x in activity.after if x.project in (None, venture.id)}
                if backwards and activity.id in found:
                    found |= before - {None}
                elif not backwards and before & found:
                    found.add(activity.id)
        return found

    def close(self, venture: Venture, status: str, now: int) -> None:
        """End a project: its people are free at once."""
        self.trace.append(f"{now}: {venture.id} {status}")
        venture.status = status
        jobs = venture.jobs + ([venture.throughout] if venture.throughout else [])
        for job in jobs:
            for want in job.wants:
                for worker in want.slots:
                    if worker is not None and status == "stopped" and job.kind != "throughout":
                        worker.not_before = now + 1
                self.let_go(want)

    def is_withdrawn(self, worker: Worker, venture: Venture, now: int) -> bool:
        """Return whether somebody was taken off a project."""
        return any(
            name == worker.id and max(0, self.days.morning(day)) <= now
            for name, day in venture.source.withdrawn
        )

    def hand_over(self, job: Job, want: Want, n: int) -> None:
        """Take somebody off a job; what that costs is more work."""
        worker = want.slots[n]
        assert worker is not None
        part = want.who if job.kind == "roles" else ""
        if job.kind in ("pooled", "roles"):
            kept = 1 - exact(
                self.scenario.settings.standard_hand_over * job.project.source.coverage
            )
            loss = round_half_up(worker.loss * WHOLE)
            job.left[part] += loss if kept == 1 else product(loss, round_half_up(kept * WHOLE))
        want.slots[n] = None
        self.moved.add(worker.number)
        self.hands.clear()

    def depart(self, now: int) -> bool:
        """Let leave and last days begin that wait for the work in hand."""
        changed = False
        for worker in self.workers:
            due = [span for span in worker.waiting_leave if span[0] <= now]
            for span in due:
                worker.waiting_leave.remove(span)
                worker.owed += span[1] - span[0] if now < worker.leaves else 0
            if worker.finishes_last and worker.leaves == now and not worker.goes:
                worker.goes, worker.leaves = True, INFINITE
                due.append((now, now))
            tasks = [job for job, _ in self.holdings(worker) if job.kind != "throughout"]
            if tasks or worker.not_before > now:
                worker.takes_nothing |= worker.goes or (
                    bool(worker.owed) and now >= worker.rests_until
                )
            elif worker.goes and worker.leaves == INFINITE:
                worker.leaves, changed = now, True
            elif worker.owed and now >= worker.rests_until and now < worker.leaves:
                worker.rests_until, worker.owed = now + worker.owed, 0
                worker.takes_nothing, changed = False, True
        return changed

    def capacity(self, now: int) -> bool:
        """Let leavers go, those who go away hand over, and pauses begin."""
        changed = self.depart(now)
        for job in self.jobs():
            for want in job.wants:
                for n, slot in enumerate(want.slots):
                    if slot is None:
                        continue
                    is_gone = not slot.is_employed(now)
                    is_gone |= self.is_withdrawn(slot, job.project, now)
                    may_be_else = job.kind != "throughout" and want.who != slot.id
                    if is_gone or (now in slot.handed_over and may_be_else):
                        self.hand_over(job, want, n)
                        changed = True
            if job.state == "running" and job.project.is_paused(now):
                job.state = "suspended"
                job.wants = [want for want in job.wants if want.added is None]
                for want in job.wants:
                    self.let_go(want)
                changed = True
        return changed

    def arrivals(self, now: int) -> bool:
        """Let projects ask."""
        changed = False
        for venture in self.ventures.values():
            if venture.status != "future" or now >= self.window:
                continue
            if venture.arrives is not None and venture.arrives <= now:
                venture.status = "queued"
                changed = True
        return changed

    def cancellations(self, now: int) -> bool:
        """Stop projects whose end has been decided."""
        changed = False
        for venture in self.ventures.values():
            due = venture.cancelled is not None and venture.cancelled <= now
            if venture.status in ("future", "queued") and now >= self.window:
                continue  # nothing is decided any more about what was not released
            if due and venture.status not in ENDS:
                self.close(venture, "stopped", now)
                while self.blockings(now) | self.cascade(now):
                    pass
                changed = True
        return changed

    def blockings(self, now: int) -> bool:
        """Give up projects that wait for something that will not happen."""
        changed = False
        for venture in self.ventures.values():
            if venture.status in ("future", "queued") and venture.source.status != "running":
                may = self.links_allow(list(venture.source.after), None, venture)
                if may is None:
                    self.close(venture, "blocked", now)
                    self.blockings(now)
                    changed = True
        return changed

    def release(self, venture: Venture, now: int) -> None:
        """Release a project."""
        self.trace.append(f"{now}: release {venture.id}")
        if venture.status == "aside":
            venture.status = "active"
            return
        venture.status, venture.released = "active", now
        venture.sequence = self.n_released
        self.n_released += 1
        if venture.source.status != "running":  # what runs on day 0 is funded already
            self.funded.append((venture, now))
        for job in venture.jobs:
            if job.in_flight:
                job.key = self.dispatch_key(job, now)

    def releases(self, now: int) -> bool:
        """Release projects: those that must, those the policy admits."""
        changed = False
        if now >= self.window:
            return changed
        for venture in self.ventures.values():
            project = venture.source
            must = project.starts is not None or project.mandatory
            if must and venture.status == "queued" and self.may_be_released(venture, now):
                self.release(venture, now)
                changed = True
        while True:
            waiting = [v for v in self.ventures.values() if self.may_be_released(v, now)]
            waiting.sort(key=lambda v: self.queue_key(v, now))
            passing = [v for v in waiting if self.passes(v, now)]
            if not passing and self.interrupts(waiting, now):
                changed = True
                continue
            if not passing:
                break
            self.release(passing[0], now)
            changed = True
        return changed

    def queue_key(self, venture: Venture, now: int) -> tuple[bool, Number, int, int]:
        """Return the place in the queue: who gave up a place waits first."""
        is_new = venture.status != "aside"
        score = self.score(venture, now) if is_new else 0
        return is_new, score, venture.arrives or 0, venture.order

    def interrupts(self, waiting: list[Venture], now: int) -> bool:
        """Let an urgent request take the place of the lowest project between two stages."""
        rule = getattr(self.scenario.intake, "interrupt", None)
        urgent = [v for v in waiting if rule and v.source.project_class == rule.for_class]
        able = [v for v in self.ventures.values() if rule and self.can_make_way(v, rule, now)]
        if not urgent or not able:
            return False
        lowest = max(able, key=lambda v: (not v.is_first, v.source.rank or INFINITE, v.sequence))
        lowest.status = "aside"
        if not self.passes(urgent[0], now):
            lowest.status = "active"
            return False
        self.trace.append(f"{now}: {lowest.id} makes way for {urgent[0].id}")
        for job in [*lowest.jobs, *([lowest.throughout] if lowest.throughout else [])]:
            if job.state == "running":
                job.state = "suspended"
                for want in job.wants:
                    self.let_go(want)
        self.release(urgent[0], now)
        return True

    @staticmethod
    def can_make_way(venture: Venture, rule: Any, now: int) -> bool:
        """Return whether a project stands at the end of a stage and nothing of it is begun."""
        if venture.status != "active" or venture.is_paused(now) or not venture.is_between_stages:
            return False
        if venture.source.mandatory or venture.source.project_class == rule.for_class:
            return False
        for job in venture.jobs:
            is_begun = job.start is not None or job.in_flight
            if is_begun and job.state not in ("worked", "finished") and not job.was_done:
                return False
            parts = [p for p in venture.jobs if job.phase and p.phase == job.phase]
            begun = [p for p in parts if p.start is not None or p.was_done]
            if begun and any(p.state != "finished" for p in parts):
                return False
        return True

    def passes(self, venture: Venture, now: int) -> bool:
        """Return whether the intake rule lets a waiting project in."""
        policy = self.scenario.intake
        active = [v for v in self.ventures.values() if v.status == "active"]
        name = type(policy).__name__
        if name == "WipLimit":
            return len(active) < policy.max_active
        if name == "Reserve":
            kept = 0 if venture.source.project_class == policy.for_class else policy.reserved
            return len(active) < policy.max_active - kept
        if name == "LoadLimit":
            for role, norm in policy.norm.items():
                own = self.work_of(venture.jobs, role)
                load = sum((self.work_of(v.jobs, role) for v in active), Fraction(0))
                if own > 0 and load > 0 and load + own > exact(norm):
                    return False
            return True
        if name == "Stagger":
            load = sum((self.work_of(v.jobs, policy.drum) for v in active), Fraction(0))
            return load <= exact(policy.buffer) or self.work_of(venture.jobs, policy.drum) == 0
        if name == "Budget":
            if now % self.days.minutes or not self.begins(now // self.days.minutes):
                return False
            return self.cost_of(venture) <= self.money_left(now)
        assert name == "Open"
        return True

    def work_of(self, jobs: list[Job], role: str) -> Fraction:
        """Return planned person-days of a role in what is not finished."""
        total = Fraction(0)
        for job in jobs:
            for who, work in job.planned_work.items():
                home = who if who in self.roles else self.by_id[who].role
                if job.finish is None and home == role:
                    total += Fraction(work) / self.days.minutes
        return total

    def cost_of(self, venture: Venture, *, is_rest: bool = False) -> Fraction:
        """Return planned work x day rates (+ fixed cost, unless only the rest is asked for)."""
        project = venture.source
        cost = Fraction(0)
        if project.fixed_cost is not None and not is_rest:
            cost = exact(project.fixed_cost.plan) * exact(project.size.plan)
        for job in venture.jobs:
            if job.was_done or (is_rest and job.finish is not None):
                continue
            for who, work in job.planned_work.items():
                is_role = who in self.roles
                rate = exact(self.roles[who].day_rate) if is_role else self.by_id[who].day_rate
                cost += Fraction(work) / self.days.minutes * rate
        return cost

    def date_of(self, index: int) -> datetime.date:
        """Return the date of a working day, found by walking."""
        while len(self.dates) <= index:
            day = self.dates[-1] + datetime.timedelta(days=1)
            while not self.days.works(day):
                day += datetime.timedelta(days=1)
            self.dates.append(day)
        return self.dates[index]

    def period_of(self, index: int) -> tuple[int, int]:
        """Return the name of the period that a working day lies in."""
        period = self.scenario.intake.period
        if period.endswith("d"):
            return index // int(period[:-1]), 0
        day = self.date_of(index)
        length = {"month": 1, "quarter": 3, "year": 12}[period]
        return day.year, (day.month - 1) // length

    def begins(self, index: int) -> bool:
        """Return whether a working day is the first one of its period."""
        return index == 0 or self.period_of(index) != self.period_of(index - 1)

    def money_left(self, now: int) -> Fraction:
        """Return what may still be released in this period."""
        policy = self.scenario.intake
        left, carried = Fraction(0), Fraction(0)
        today = now // self.days.minutes
        for index in range(today + 1):
            if self.begins(index):
                carried = exact(policy.carry_over) * max(Fraction(0), left) if index else carried
                left = exact(policy.amount) + carried
            for venture, minute in self.funded:
                if minute // self.days.minutes == index:
                    left -= self.cost_of(venture)
        return left

    def gates(self, now: int) -> bool:
        """Stop projects at the stages that end now."""
        rule = self.scenario.intake.gates
        assert rule.compliance in (0, 1), "this oracle leaves nothing to chance"
        changed = False
        for venture in self.ventures.values():
            for activity in venture.source.activities:
                here = (venture.id, activity.id)
                jobs = self.jobs_named(venture, activity.id)
                if not activity.gate or here in self.decided or venture.status != "active":
                    continue
                if any(job.finish is None for job in jobs) or all(job.was_done for job in jobs):
                    continue
                self.decided.add(here)
                may_stop = rule.stop and rule.compliance == 1 and not venture.source.mandatory
                if may_stop and self.worth_of_going_on(venture, now) < 0:
                    self.close(venture, "stopped", now)
                    while self.blockings(now) | self.cascade(now):
                        pass
                    changed = True
        return changed

    def worth_of_going_on(self, venture: Venture, now: int) -> Fraction:
        """Return planned benefit to come - cost to come - the price of a scarce role's days."""
        rule = self.scenario.intake.gates
        worth = -self.cost_of(venture, is_rest=True)
        if rule.role is not None:
            worth -= exact(rule.shadow_price) * self.work_of(venture.jobs, rule.role)
        worth *= Fraction(venture.scope, WHOLE)
        benefit = self.benefit_from(venture, now + self.rest_length(venture, now))
        return worth + benefit * venture.worth

    def reactions(self, now: int) -> bool:
        """Let management react to what is planned to be late."""
        rules = self.scenario.reactions
        ended: set[str] = set()
        for venture in self.ventures.values():
            for activity in venture.source.activities if rules else ():
                here = (venture.id, activity.id)
                jobs = self.jobs_named(venture, activity.id)
                is_stage = hasattr(activity, "lasts") or activity.gate
                if here in self.ended_stages or not is_stage or not jobs:
                    continue
                if any(job.finish is None for job in jobs):
                    continue
                self.ended_stages.add(here)
                if not all(job.was_done for job in jobs):
                    ended.add(venture.id)
        is_meeting = {"monthly": self.meets(now, 1), "quarterly": self.meets(now, 3)}
        if self.met == now:
            is_meeting = dict.fromkeys(is_meeting, False)
        self.met = now
        changed = False
        for venture in self.ventures.values():
            is_active = venture.status == "active"
            must = venture.source.starts is not None or venture.source.mandatory
            if not is_active and (must or not self.may_be_released(venture, now)):
                continue
            for rule in rules:
                is_asked = is_meeting.get(rule.asked, venture.id in ended)
                is_meant = not rule.projects or venture.id in rule.projects
                if is_asked and is_meant and venture.status in ("active", "queued"):
                    changed |= self.react(venture, rule, now)
        return changed

    def meets(self, now: int, months: int) -> bool:
        """Return whether a month, or quarter, begins at this minute; day 0 is no beginning."""
        if now % self.days.minutes or now == 0:
            return False
        day, before = (self.date_of(now // self.days.minutes - n) for n in (0, 1))
        return (day.year, (day.month - 1) // months) != (before.year, (before.month - 1) // months)

    def react(self, venture: Venture, rule: Any, now: int) -> bool:
        """Take a reaction once if it is due."""
        if (venture.id, rule.id) in self.taken or venture.due == INFINITE:
            return False
        late = now + self.rest_length(venture, now, is_bar=True) - venture.due
        if late <= 0 or late < rule.late_by:
            return False
        if venture.status != "active" and rule.action != "escalate":
            return False
        if rule.action == "stop" and venture.source.mandatory:
            return False
        self.taken.add((venture.id, rule.id))
        if rule.action == "stop":
            self.close(venture, "stopped", now)
            while self.blockings(now) | self.cascade(now):
                pass
        elif rule.action == "escalate":
            venture.is_first = True
            for job in [*venture.jobs, *([venture.throughout] if venture.throughout else [])]:
                job.key = -INFINITE
        elif rule.action == "cut_scope":
            venture.scope = product(venture.scope, WHOLE - rule.work)
            venture.worth *= 1 - exact(rule.benefit)
            for job in venture.jobs:
                if job.kind in ("pooled", "roles") and job.state not in ("finished", "worked"):
                    job.left = {k: product(left, WHOLE - rule.work) for k, left in job.left.items()}
        else:
            venture.added.append(rule)
            for job in venture.jobs:
                if job.state == "running":
                    self.want_more(job, len(venture.added) - 1)
        return True

    @staticmethod
    def want_more(job: Job, since: int = 0) -> bool:
        """Let a job at work want those added to its project; return whether it does."""
        wants = len(job.wants)
        for at, rule in enumerate(job.project.added[since:], since):
            for want in list(job.wants):
                fits = want.who == rule.role and want.added is None and not want.is_over
                if fits and job.kind in ("pooled", "roles"):
                    more = [Want(want.who, want.share, [None], added=at) for _ in range(rule.heads)]
                    job.wants += more
        return len(job.wants) > wants

    def brief(self, job: Job, want: Want) -> None:
        """Add the work that it costs when somebody who was added joins for the first time."""
        if want.added is None:
            return
        rule = job.project.added[want.added]
        if job.briefed.get(want.added, 0) < rule.heads:
            job.briefed[want.added] = job.briefed.get(want.added, 0) + 1
            job.left[want.who if job.kind == "roles" else ""] += rule.briefing

    def planned_now(self, job: Job) -> Fraction:
        """Return the planned time of a job with less work, or more people, than at first."""
        planned = Fraction(job.planned)
        if job.kind not in ("pooled", "roles"):
            return planned
        parts: dict[str, tuple[Fraction, Fraction]] = {}
        for want in job.wants:
            if want.added is not None:
                continue
            part = want.who if job.kind == "roles" else ""
            more = sum(rule.heads for rule in job.project.added if rule.role == want.who)
            before, after = parts.get(part, (Fraction(0), Fraction(0)))
            speed, heads = self.speed_of(want), len(want.slots)
            parts[part] = before + speed, after + speed * Fraction(heads + more, heads)
        slowest = [before / after for before, after in parts.values() if after > 0]
        return planned * Fraction(job.project.scope, WHOLE) * max(slowest, default=Fraction(1))

    def rest_length(self, venture: Venture, now: int, *, is_bar: bool = False) -> Fraction:
        """Return the longest path through what is open, running tasks in full, or their bars."""

        def begin(job: Job) -> Fraction:
            if job.start is not None:
                return Fraction(job.start - now)
            moments = [Fraction(0)]
            for other, link in self.links_inside(job):
                if link.kind == "FS":
                    moments.append(end(other) + link.lag)
                elif link.kind == "SS":
                    moments.append(begin(other) + link.lag)
            return max(moments)

        def end(job: Job) -> Fraction:
            if job.finish is not None:
                return Fraction(job.finish - now)
            since = begin(job) if is_bar else max(begin(job), Fraction(0))
            result = max(since + self.planned_now(job), Fraction(0))
            for other, link in self.links_inside(job):
                if link.kind == "FF":
                    result = max(result, end(other) + link.lag)
            return result

        return max((end(job) for job in venture.jobs if job.finish is None), default=Fraction(0))

    def rejections(self, now: int) -> bool:
        """Turn away who finds no place when all that happens at this minute has happened."""
        if now >= self.window or getattr(self.scenario.intake, "on_full", "wait") != "reject":
            return False
        turned_away = [v for v in self.ventures.values() if self.may_be_released(v, now)]
        for venture in turned_away:
            self.close(venture, "rejected", now)
        return bool(turned_away)

    def may_be_released(self, venture: Venture, now: int) -> bool:
        """Return whether a project waits for nothing but the intake rule."""
        project = venture.source
        if venture.status == "aside":
            return True
        if venture.status != "queued":
            return False
        if project.status == "on-hold" and project.starts is None and project.arrives is None:
            return False
        if project.not_before is not None and self.days.morning(project.not_before) > now:
            return False
        may = self.links_allow(list(project.after), None, venture)
        if may is None or may > now:
            return False
        if venture.waiting_since is None:
            venture.waiting_since = now
        return True

    def request_throughout(self, now: int) -> None:
        """Ask for the shares a project holds throughout with its first ready task."""
        for venture in self.ventures.values():
            job = venture.throughout
            if venture.status != "active" or job is None or job.state != "idle":
                continue
            ready = [j for j in venture.jobs if j.state in ("ready", "running", "suspended")]
            if ready:
                first = min(ready, key=lambda j: (j.key, j.order))
                job.state, job.asked = "ready", now
                job.key = first.key
            elif venture.source.status == "running" and now == 0:
                job.state, job.asked, job.key = "ready", now, -INFINITE

    # ------------------------------------------------------------------ dispatch

    def dispatch(self, now: int) -> bool:
        """Make one pass over all that asks for people; return whether another one follows."""
        self.keep_promises(now)
        reserved: set[int] = set()
        again = False
        asking = [
            job
            for job in self.jobs()
            if job.project.status == "active"
            and not job.project.is_paused(now)
            and (job.state in ("ready", "suspended") or (job.state == "running" and job.is_short()))
        ]
        if self.is_first_pass:
            self.is_first_pass = False
            for job in self.jobs():
                if job.project.source.status != "running" or job.project.status != "active":
                    continue
                if job.project.is_paused(now):
                    continue
                if job.in_flight and job.state == "running":
                    self.fill_up(job, now, reserved, may_hold=False)
                if job.kind == "throughout":
                    # what runs on day 0 is understaffed rather than not yet begun
                    again |= self.start(job, now, reserved, may_hold=False)
            asking = [job for job in asking if job.state != "running" or job.is_short()]

        def rank(job: Job) -> tuple[Number, int, int]:
            return job.key, job.project.order, job.order

        asking.sort(key=rank)
        held_up: list[Job] = []
        self.asking_again.clear()
        while asking:
            job = asking.pop(0)
            if job.state == "running":
                self.fill_up(job, now, reserved)
            elif job.kind != "throughout" and job.project.is_held_up:
                held_up.append(job)
            else:
                again |= self.start(job, now, reserved)
                asking += self.asking_again
                self.asking_again.clear()
                # filled shares let the tasks of their project in: at their rank, but from here on
                asking += [other for other in held_up if not other.project.is_held_up]
                held_up = [other for other in held_up if other.project.is_held_up]
                asking.sort(key=rank)
        return again

    def start(self, job: Job, now: int, reserved: set[int], *, may_hold: bool = True) -> bool:
        """Start a job (again) if all its people can be found together."""
        heads = [
            (want, n) for want in job.wants if not want.is_over for n in range(len(want.slots))
        ]
        choice = self.staff(job, heads, now, reserved)
        if None in choice:
            stops_nothing = job.kind == "throughout" and job.start is not None
            if may_hold and not stops_nothing:
                self.hold(job, choice, now, reserved)
            return False
        for (want, n), worker in zip(heads, choice, strict=True):
            assert worker is not None
            self.assign(job, want, n, worker)
        job.state = "running"
        if job.kind != "throughout":
            job.project.is_between_stages = False
        if job.start is None:
            job.start = now
        if job.begun is None:
            job.begun = now
        if job.kind == "throughout":
            job.project.is_held_up = False
        if self.want_more(job):
            self.asking_again.append(job)
        names = [worker.id for worker in choice if worker is not None]
        self.trace.append(f"{now}: start {job.project.id}/{job.id} key {job.key} {names}")
        return True

    def hold(self, job: Job, choice: list[Worker | None], now: int, reserved: set[int]) -> None:
        """Keep free people from the tasks behind one that has waited too long."""
        hold_after = self.scenario.dispatch.hold_after
        if hold_after is None or job.asked is None or now - job.asked < hold_after:
            return
        reserved |= {worker.number for worker in choice if worker is not None}

    def fill_up(self, job: Job, now: int, reserved: set[int], *, may_hold: bool = True) -> None:
        """Look for the people a running job misses."""
        heads = [
            (want, n)
            for want in job.wants
            if not want.is_over
            for n, slot in enumerate(want.slots)
            if slot is None
        ]
        if job.kind == "duration":
            choice = self.staff(job, heads, now, reserved)
            if None in choice:
                if may_hold:
                    self.hold(job, choice, now, reserved)
                return
            for (want, n), worker in zip(heads, choice, strict=True):
                assert worker is not None
                self.assign(job, want, n, worker)
            return
        for want, n in heads:
            able = self.options(job, want, now, reserved)
            if able:
                self.assign(job, want, n, able[0])
                self.brief(job, want)
                self.trace.append(f"{now}: {able[0].id} joins {job.project.id}/{job.id}")

    # ------------------------------------------------------------------ the clock

    def next_minute(self, now: int) -> Number:
        """Return the next minute at which anything can change."""
        moments: list[Number] = [self.window, self.end]
        if hasattr(self.scenario.intake, "period"):
            index = now // self.days.minutes + 1
            while not self.begins(index) and index * self.days.minutes < self.window:
                index += 1
            moments.append(index * self.days.minutes)
        for promise in self.promises:
            moments += [promise.begins, promise.ends]
        for worker in self.workers:
            moments += [worker.begins, worker.leaves, worker.step_ends]
            moments += [moment for spell in worker.away for moment in spell]
            moments += [start for start, _ in worker.waiting_leave]
            moments += [worker.rests_until, worker.not_before]
        moments += self.next_meetings(now)
        for venture in self.ventures.values():
            project = venture.source
            moments += [max(0, self.days.morning(day)) for _, day in project.withdrawn]
            moments += [moment for pause in venture.pauses for moment in pause]
            if venture.arrives is not None:
                moments.append(venture.arrives)
            if venture.cancelled is not None:
                moments.append(venture.cancelled)
            if project.not_before is not None:
                moments.append(self.days.morning(project.not_before))
            for link in project.after:
                moments.append(self.link_minute(None, venture, link) or 0)
            for job in venture.jobs:
                moments.append(job.earliest)
                for link in job.links:
                    moments.append(self.link_minute(job, venture, link) or 0)
                if job.held:
                    moments += [(job.allowed or 0) + job.held, (job.worked or 0) + job.held]
                for part, speed in self.speeds(job, now).items():
                    if speed > 0 and job.left[part] > 0:
                        moments.append(now + ceil_div(job.left[part], speed))
        return min((moment for moment in moments if moment > now), default=INFINITE)

    def next_meetings(self, now: int) -> list[Number]:
        """Return the next minute at which management meets."""
        if not self.scenario.reactions:
            return []
        index = now // self.days.minutes + 1
        while not self.meets(index * self.days.minutes, 1) and index * self.days.minutes < self.end:
            index += 1
        return [index * self.days.minutes]

    def run(self) -> Result:
        """Run the clock and return what happened."""
        now = 0
        for venture in self.ventures.values():
            project = venture.source
            if project.status == "running":  # active before anything happens
                self.release(venture, now)
            elif project.status in ("done", "cancelled"):
                venture.status = project.status
            elif project.status == "candidate" and project.probability == 0:
                venture.status = "absent"
        while True:
            self.instant(now)
            self.begin_steps(now)
            if self.scenario.horizon is None and all(
                venture.status in ENDS for venture in self.ventures.values()
            ):
                break
            then = self.next_minute(now)
            if now >= self.end or then > self.end:
                break
            assert isinstance(then, int)
            for venture in self.ventures.values():
                for job in venture.jobs:
                    speeds = self.speeds(job, now)
                    for part, speed in speeds.items():
                        job.left[part] = max(0, job.left[part] - speed * (then - now))
            for worker in self.workers:
                for key, given in worker.practises.items():
                    before = worker.practised.get(key, 0)
                    worker.practised[key] = before + given * (then - now)
            now = then
        return self.result()

    def can_never_end(self, venture: Venture) -> bool:
        """Return whether a task waits for something that will not happen."""
        return any(job.state == "blocked" for job in venture.jobs)

    def result(self) -> Result:
        """Return the rows of tasks, phases and projects."""
        tasks, projects = {}, {}
        for venture in self.ventures.values():
            for job in venture.jobs:
                tasks[venture.id, job.id] = TaskRow(
                    job.ready, job.start, job.finish, tuple(job.people)
                )
            for phase in dict.fromkeys(job.phase for job in venture.jobs if job.phase):
                parts = self.jobs_named(venture, phase)
                ready = [j.ready for j in parts if j.ready is not None]
                starts = [j.start for j in parts if j.start is not None]
                ends = [j.finish for j in parts if j.finish is not None]
                tasks[venture.id, phase] = TaskRow(
                    min(ready, default=None),
                    min(starts, default=None),
                    max(ends) if len(ends) == len(parts) else None,
                    tuple(dict.fromkeys(p for j in parts for p in j.people)),
                )
            starts = [job.start for job in venture.jobs if job.start is not None]
            status = "queued" if venture.status == "future" else venture.status
            if status in ("queued", "active", "aside") and self.can_never_end(venture):
                status = "blocked"
            status = "queued" if status == "aside" else status
            projects[venture.id] = ProjectRow(
                status=status,
                arrived=venture.arrives if venture.status != "future" else None,
                released=venture.released,
                started=min(starts, default=None),
                finished=venture.finished,
            )
        return Result(tasks, projects, self.trace)


def simulate(scenario: Any) -> Result:
    """Return the one future of a scenario in which every amount is its plan."""
    return Simulator(scenario).run()
