"""State: people, projects, tasks and pools as they are at one minute of one replication.

Mutable, and only the reference engine's: what changes, and nothing that can be looked up in the
network or in a plan.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pmosim.network import NONE
from pmosim.units import WHOLE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pmosim.engine.blueprint import InnerLink, LoopSheet, TaskSheet
    from pmosim.network import Network
    from pmosim.plan import Need, Plan

WAITS_FOR_LINKS, READY, RUNNING, SUSPENDED, DONE, NEVER = range(6)
"""States of a task: SUSPENDED by a pause of its project, NEVER = can no longer start."""

START, REFILL, STAFF = range(3)
"""Kinds of asks: of a task that starts (or goes on after a pause), for people who are missing
from running work, for the shares a project holds ``throughout``."""

FAR = 1 << 62
"""A minute after every other."""

NOT_HELD: dict[int, int] = {}
"""Shared by all projects that no risk holds back."""

Link = tuple[int, "Task | Project", int, bool]
"""(kind, successor, lag, is ignored if absent) of a link to another project or a task of it."""

Replanned = tuple[int, "Sequence[tuple[int, int, int]]", int, tuple[int, ...]]
"""(share of the work left, people added, parts of a minute, planned parts of each task)."""


class Person:
    """Somebody who offers attention."""

    __slots__ = (
        "focus",
        "freed_at",
        "freed_by",
        "holds",
        "home",
        "idle",
        "in_hand",
        "is_away",
        "is_employed",
        "is_even",
        "is_finishing",
        "is_first",
        "is_free",
        "is_here",
        "is_on_leave",
        "kept",
        "learns",
        "loses_focus",
        "max_parallel",
        "n",
        "partly",
        "places",
        "presence",
        "ramp",
        "reserved",
        "skill",
        "until",
        "unused",
    )

    def __init__(
        self,
        n: int,
        home: int,
        skill: list[int],
        presence: int,
        max_parallel: int,
        focus: tuple[int, ...],
        until: int,
    ) -> None:
        self.n, self.home = n, home
        self.skill: tuple[int, ...] = (*skill, WHOLE)
        """Proficiency by role; the last one, of NONE, is that of somebody asked for by name."""
        self.places = {*(role for role, proficiency in enumerate(skill) if proficiency), ~n}
        """Where asks wait for this person: the roles, and the person's own name."""
        self.presence, self.max_parallel, self.focus = presence, max_parallel, focus
        self.until = FAR if until == NONE else until
        self.loses_focus = any(factor != WHOLE for factor in focus)
        self.learns = False
        """Whether practice makes this person faster at anything."""
        self.is_employed = self.is_away = self.is_here = False
        self.is_on_leave = self.is_finishing = False
        """Away on leave that had waited for the work in hand; takes nothing new and goes then."""
        self.is_first = True
        """Whether still the one who is listed, not who came in the place."""
        self.ramp = WHOLE
        """Speed of a newcomer today."""
        self.is_even = False
        """Whether at work, and as fast with several tasks in hand as with one."""
        self.freed_at = 0
        self.freed_by: Pool | None = None
        """Who gave back a share of this person last and when, None = came, or came back."""
        self.in_hand = 0
        self.is_free = False
        """Whether at work, and not kept for an old ask."""
        self.idle: tuple[set[int], ...] = ()
        self.partly: tuple[set[int], ...] = ()
        """Of each role the people with nothing in hand, and those who could take more; the bench
        lists this person there."""
        self.holds: list[Hold] = []
        self.reserved: dict[int, int] = {}
        """Shares that bookings reserve now, by project order."""
        self.unused: dict[int, int] = {}
        """What of it is not in hand for its project."""
        self.kept = 0
        """The sum of that."""

    def note_speed(self) -> None:
        """Keep in mind whether this person is at work, and loses nothing there."""
        is_even = self.is_here and not self.loses_focus and self.ramp == WHOLE
        self.is_even = is_even and not self.learns

    @property
    def room(self) -> int:
        """Share that can be taken in hand now."""
        return self.max_parallel - self.in_hand if self.is_free else 0


class Hold:
    """A share of one person in the hands of one pool."""

    __slots__ = (
        "attention",
        "changes_at",
        "covers",
        "is_sole",
        "learned",
        "lesson",
        "need",
        "person",
        "pool",
        "practises",
        "proficiency",
        "since",
        "taught",
        "teacher",
        "total",
    )

    def __init__(self, person: Person, pool: Pool, need: Need, since: int) -> None:
        self.person, self.pool, self.need, self.since = person, pool, need, since
        self.proficiency = person.skill[need[1]]
        """Of the person in what was asked for, billionths."""
        self.is_sole = False
        """Whether it takes all of somebody fully proficient, who has nothing else in hand."""
        self.attention = 0
        """Rate since the pool was settled last."""
        self.total = 0
        """Attention booked, billionths of person-minutes."""
        self.covers: Hold | None = None
        """The share held ``throughout`` for whose holder this person is there."""
        self.practises: tuple[int, ...] = ()
        """What is learned with it; see ``practice``."""
        self.changes_at = FAR
        """Morning on which the speed becomes another one."""
        self.learned: tuple[int, int] | None = None
        """(proficiency, speed at this kind of work) now, None = as the network says."""
        self.teacher: Person | None = None
        """Who will leave it to this person, and goes through it meanwhile, when there."""
        self.lesson: tuple[int, int] | None = None
        """(number of that person, minute at which it ended); NONE = it goes on."""
        self.taught = 0
        """Attention given to listening, billionths of person-minutes."""

    @property
    def share(self) -> int:
        """Share of the person, billionths."""
        return self.need[4]


class PlainHold(Hold):
    """A share where nobody learns, tells a successor, or covers: it costs less to make."""

    __slots__ = ()
    covers, practises, changes_at = None, (), FAR
    learned = teacher = lesson = None
    taught = 0

    def __init__(self, person: Person, pool: Pool, need: Need, since: int) -> None:
        self.person, self.pool, self.need, self.since = person, pool, need, since
        self.proficiency = person.skill[need[1]]
        self.is_sole = False
        self.attention = self.total = 0


def hold_kind(network: Network) -> type[Hold]:
    """Return what people of a network have in hand."""
    change = network.people.change
    has_lessons = change is not None and change.overlap_lasts.any()
    is_more = has_lessons or network.practice is not None or network.covers is not None
    return Hold if is_more else PlainHold


class Pool:
    """An amount being used up: work, time, or (``throughout``) nothing but attention."""

    __slots__ = (
        "due",
        "has_learner",
        "holds",
        "index",
        "is_duration",
        "is_open",
        "n_missing",
        "project",
        "rate",
        "remaining",
        "since",
        "task",
    )

    def __init__(self, project: Project, task: Task | None, index: int, amount: int) -> None:
        self.project, self.task, self.index, self.remaining = project, task, index, amount
        """``task`` None: the shares of a project held ``throughout``."""
        self.is_duration = task is not None and task.sheet.is_timed
        self.holds: Sequence[Hold] = ()
        self.is_open = True
        self.has_learner = False
        """Whether a successor is there whom a leaver tells about it."""
        self.n_missing = self.rate = self.since = 0
        """Heads that left or were missing on day 0 and have been asked for."""
        self.due = NONE


class Task:
    """One task of one project; ``order`` counts from the project's first task."""

    __slots__ = (
        "asks",
        "ended_holds",
        "finished",
        "freed",
        "is_stuck",
        "key",
        "kind",
        "n_finish_waits",
        "n_start_waits",
        "order",
        "out_of_finish",
        "out_of_start",
        "pools",
        "project",
        "ready",
        "sheet",
        "started",
        "state",
        "wait_role",
        "work_done",
    )

    def __init__(self, project: Project, sheet: TaskSheet, amounts: Sequence[int]) -> None:
        self.project, self.sheet, self.order, self.kind = project, sheet, sheet.order, sheet.kind
        self.n_start_waits, self.n_finish_waits = sheet.n_start_waits, sheet.n_finish_waits
        self.state = WAITS_FOR_LINKS
        self.is_stuck = False
        """Whether it may go on, but can never finish: what it must wait for does not happen."""
        self.ready = self.started = self.finished = self.work_done = self.wait_role = NONE
        self.key: float
        """Set when it becomes ready."""
        self.freed: tuple[int, int, Pool | None] | None = None
        """(minute, person, pool) of who was given back last, of a task that waited for people."""
        first, n_pools = sheet.first_pool, sheet.n_pools
        self.pools = [Pool(project, self, 0, amounts[first])] if n_pools else []
        if n_pools > 1:
            others = enumerate(amounts[first + 1 : first + n_pools], 1)
            self.pools += [Pool(project, self, index, amount) for index, amount in others]
        self.asks: Sequence[Ask] = ()
        self.ended_holds: Sequence[Hold] = ()
        self.out_of_start: Sequence[Link] = ()
        self.out_of_finish: Sequence[Link] = ()
        """Links to other projects and their tasks; those within the project are in the sheet."""

    @property
    def row(self) -> int:
        """Row in the network."""
        return self.sheet.row

    @property
    def parent(self) -> Task | None:
        """The phase of a part."""
        parent = self.sheet.parent
        return None if parent == NONE else self.project.tasks[parent]

    @property
    def first_finish(self) -> int:
        """Minute at which what follows was told of its finish, NONE = not yet.

        Of what is done again the first one, as long as it goes on, too.
        """
        rework = self.project.rework
        return self.finished if rework is None else rework.told.get(self.order, self.finished)

    @property
    def ready_last(self) -> int:
        """Minute at which it became ready, of what is done again for the last time."""
        rework = self.project.rework
        return self.ready if rework is None else rework.ready.get(self.order, self.ready)


class Project:
    """One project of one future."""

    __slots__ = (
        "added",
        "arrived",
        "asks",
        "behind",
        "benefit",
        "briefed",
        "covers",
        "due",
        "eligible",
        "ended",
        "ended_holds",
        "fate",
        "finished",
        "fixed_cost",
        "held_finish",
        "held_start",
        "is_aside",
        "is_at_stage_end",
        "is_blocked",
        "is_counted",
        "is_first",
        "is_forced",
        "is_paused",
        "is_staffed",
        "key",
        "n_finish_waits",
        "n_open",
        "n_pauses",
        "n_release_waits",
        "number",
        "order",
        "out_of_finish",
        "out_of_start",
        "plan",
        "reactions",
        "release_number",
        "released",
        "replanned",
        "rests",
        "rework",
        "row",
        "scope",
        "set_aside",
        "size",
        "staff_key",
        "staff_since",
        "stands_still",
        "started",
        "status",
        "suspended",
        "tasks",
        "throughout",
        "unfinished_days",
        "withdrawn",
        "workers",
        "worth",
    )

    def __init__(self, row: int, number: int, order: int, size: float, plan: Plan) -> None:
        self.row, self.number, self.order, self.size, self.plan = row, number, order, size, plan
        self.arrived = self.released = self.started = self.finished = self.ended = NONE
        self.eligible = 0
        """Minute at which its own links and dates allowed the release."""
        self.status = NONE
        """Index in STATUSES once it is settled, NONE until then."""
        self.due = NONE
        self.fixed_cost = self.benefit = 0.0
        self.is_forced = self.is_paused = self.is_blocked = self.is_counted = False
        self.covers: dict[Hold, Hold | Ask] | None = None
        """Of the shares held ``throughout`` that block, whose holder is away: who covers, or the
        ask for somebody; None = no share blocks."""
        self.stands_still = False
        """Whether nothing goes on because somebody who is held ``throughout`` is away."""
        self.is_aside = self.is_at_stage_end = False
        """Whether it waits again for a place that it gave up, and whether nothing has begun since
        a stage ended."""
        self.set_aside: list[list[int]] = []
        """[from, until) of the times without its place; until NONE = it waits for one."""
        self.n_pauses = 0
        """Pauses that hold it now: planned ones, and rests by chance."""
        self.fate = NONE
        """Minute at which chance will cancel it, NONE = never."""
        self.rests: Sequence[tuple[int, int]] = ()
        """[from, until) minutes in which chance lets it rest, while it is active."""
        self.reactions: Sequence[tuple[int, int]] = ()
        """(number of a reaction of the management, minute) of those taken."""
        self.is_first = False
        """Whether it was escalated, and goes first."""
        self.scope, self.worth = WHOLE, 1.0
        """Shares of the open work, billionths, and of the benefit that were not cut."""
        self.added: Sequence[tuple[int, int, int]] = ()
        """(role, heads, briefing) added to each open task."""
        self.replanned: Replanned | None = None
        """As it was when management last asked for its length."""
        self.briefed: Mapping[tuple[int, int], int] = {}
        """(task, place in ``added``) -> how many were briefed."""
        self.is_staffed = True
        """Whether the shares held ``throughout`` were found, so that tasks may start."""
        self.n_release_waits = self.n_finish_waits = self.n_open = 0
        self.release_number = NONE
        self.rework: Redo | None = None
        """None = none of its tasks can send work back."""
        self.key: float | None = None
        """Of all its tasks, once released; None where it depends on the task."""
        self.unfinished_days = 0.0
        """Planned person-days not finished at the release."""
        self.held_start: dict[int, int] = NOT_HELD
        """Task -> minutes by which risks held its start back."""
        self.held_finish: dict[int, int] = NOT_HELD
        """Task -> minutes by which they held back the finish of what ran on day 0."""
        self.tasks: list[Task] = []
        self.suspended: list[Task] = []
        self.throughout: Pool | None = None
        self.asks: Sequence[Ask] = ()
        """Of the shares held ``throughout``."""
        self.staff_key: float | None = None
        """Key with which they were first asked for, None = not yet."""
        self.staff_since = NONE
        self.behind: list[Task] = []
        """Ready tasks that wait for the shares held ``throughout``."""
        self.workers: set[int] = set()
        self.withdrawn: set[int] | None = None
        """Who does not work for it any more; None = nobody ever will be withdrawn."""
        self.ended_holds: Sequence[Hold] = ()
        """Of the shares held ``throughout``."""
        self.out_of_start: Sequence[Link] = ()
        self.out_of_finish: Sequence[Link] = ()


class Redo:
    """What of one project has been done again; tasks by their order."""

    __slots__ = (
        "again",
        "asked",
        "last_start",
        "loops",
        "n_rounds",
        "not_begun",
        "owed_finish",
        "owed_start",
        "ready",
        "round",
        "times",
        "told",
    )

    def __init__(self, loops: Mapping[int, LoopSheet]) -> None:
        self.loops = loops
        self.n_rounds = 0
        self.times: dict[int, int] = {}
        """How often a task has sent work back."""
        self.again: dict[int, int] = {}
        """How often a task was done again, or is being done again."""
        self.told: dict[int, int] = {}
        """Minute of its first finish of which what follows was told."""
        self.ready: dict[int, int] = {}
        """Minute at which it became ready again."""
        self.round: dict[int, int] = {}
        """Number of the last round that it belongs to."""
        self.last_start: dict[int, int] = {}
        self.not_begun: set[int] = set()
        """To be done again, and not begun."""
        self.owed_start: dict[int, tuple[InnerLink, ...]] = {}
        self.owed_finish: dict[int, tuple[InnerLink, ...]] = {}
        """Links within the last round, to be told once more."""
        self.asked: dict[tuple[int, int], int] = {}
        """(task, pool) -> amount asked for beyond the first, less what was left when it was."""

    def begin_of(self, task: Task, tasks: Sequence[Task]) -> Task | None:
        """Return the task from which on a task sent work back, None if it never did."""
        if not self.times.get(task.order):
            return None
        first = tasks[self.loops[task.order].first]
        return first if NONE < first.started <= task.first_finish else None


class Ask:
    """A request for people: of a task that starts or goes on, or of ``throughout``."""

    __slots__ = (
        "asked",
        "briefing",
        "covers",
        "entry",
        "group",
        "kind",
        "minutes",
        "project",
        "ready",
        "task",
        "teacher",
        "units",
    )

    def __init__(
        self,
        kind: int,
        project: Project,
        task: Task | None,
        units: tuple[Need, ...],
        minutes: int,
        ready: int,
        asked: int,
    ) -> None:
        self.kind, self.project, self.task, self.units = kind, project, task, units
        self.minutes = minutes
        """Planned length of what is asked for."""
        self.ready, self.asked = ready, asked
        """Minute since which it waits (for the links to allow), and since which for people."""
        self.teacher: Person | None = None
        """Who will leave, and tells the successor about it until then."""
        self.covers: Hold | None = None
        """The share held ``throughout`` whose holder is away; None = no ask for cover."""
        self.briefing: tuple[int, int] | None = None
        """(place in ``added``, work) that it costs when somebody who was added joins."""
        self.group: Group
        self.entry: tuple[Any, ...]
        """Set by the desk; no entry is left when it is served or withdrawn."""


class StartAsk(Ask):
    """A request of a task that starts: nobody left it, covers or was added."""

    __slots__ = ()
    teacher = covers = briefing = None

    def __init__(
        self,
        project: Project,
        task: Task,
        units: tuple[Need, ...],
        minutes: int,
        ready: int,
        asked: int,
    ) -> None:
        self.kind, self.project, self.task, self.units = START, project, task, units
        self.minutes, self.ready, self.asked = minutes, ready, asked


class Group:
    """Asks of the same need: if the first does not fit, none behind it does."""

    __slots__ = (
        "alike_until",
        "asks",
        "first_need",
        "is_disjoint",
        "least",
        "needs",
        "of",
        "places",
        "short",
    )

    def __init__(
        self,
        needs: tuple[tuple[int, int, int, int], ...],
        *,
        first_need: tuple[int, ...],
        is_disjoint: bool,
        alike_until: int,
    ) -> None:
        self.needs, self.first_need, self.is_disjoint = needs, first_need, is_disjoint
        self.alike_until = alike_until
        """See ``Bench.alike_until``."""
        self.places = tuple(role if person == NONE else ~person for role, person, _, _ in needs)
        """Of each need where it waits: the role, or ~person."""
        self.least = needs[0][2] if len(needs) == 1 else 0
        """People with room below which it cannot fit, where it asks for one role."""
        self.asks: list[tuple[Any, ...]] = []
        """Entries of the desk, sorted."""
        self.of: tuple[Any, ...] | None = None
        """Its key at the desk, where it is that of one task or project and goes when it is empty;
        None = it stays."""
        self.short = NONE
        """Index of the need that could not be filled when the group was looked at last."""
