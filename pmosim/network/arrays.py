"""Arrays: a resolved scenario as numbers, every default filled in, every id an index.

Rows of ``project_*`` are the listed projects in project order, then one prototype per stream.
Rows of ``task_*`` are contiguous by project, in task order; a phase is one summary row (kind
``PHASE``) followed by its parts. A *pool* is an amount of work or time that must be used up; a
*need* asks for people who use up one pool.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pmosim.distributions import Law
    from pmosim.policy.dispatch import DispatchRule
    from pmosim.policy.intake import IntakeRule
    from pmosim.policy.reactions import Reaction
    from pmosim.workdays import WorkCalendar

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

NONE = -1
"""No index, no minute: "not", "never" or "not yet" wherever a whole number stands."""

EFFORT, DURATION, MILESTONE, PHASE = range(4)
"""Kinds of task rows."""

FS, SS, FF = range(3)
"""Kinds of links."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ChangeArrays:
    """What happens when people go and come, N rows like the people. Factors in billionths."""

    hazard: FloatArray
    """(N,) rate at which somebody leaves, per working minute; 0 = never by chance."""
    time_to_hire: tuple[Law | None, ...]
    """(N,) working minutes from a leaver to who comes after; None = nobody comes."""
    hand_over: tuple[Law | None, ...]
    """(N,) person-minutes added to each effort task in hand when somebody leaves."""
    overlap_lasts: IntArray
    """(N,) working minutes before a known departure from which on a successor is asked for."""
    overlap_saves: IntArray
    """(N,) part of the loss that a day of the successor's attention takes away."""
    overlap_notice: IntArray
    """(N,) working minutes for which a departure by chance is known before."""
    ramp_start: IntArray
    """(N,) progress of a newcomer on the first morning."""
    ramp_lasts: IntArray
    """(N,) working minutes to full speed, 0 = at once."""
    mentor_share: IntArray
    """(N,) of a mentor's attention, given to this newcomer."""
    mentor_shortens: IntArray
    """(N,) part of the ramp that a mentor saves this newcomer."""
    mentor_most: IntArray
    """(N,) newcomers that one mentors at a time, this one included; 0 = nobody mentors."""
    holidays: tuple[tuple[tuple[int, int], ...], ...]
    """(N,) what is left of ``away`` without the leave of one person."""


@dataclass(frozen=True, kw_only=True, eq=False)
class PracticeArrays:
    """How practice makes people faster, N rows like the people. Factors in billionths."""

    kinds: tuple[str, ...]
    """Kinds of work, K."""
    task_kind: IntArray
    """(T,) kind of each task, NONE = of no kind that can be learned."""
    start: IntArray
    """(N,) progress of somebody who has never done work of a kind."""
    takes: IntArray
    """(N,) attention to full speed, billionths of person-minutes; 0 = at full speed at once."""
    experience: IntArray
    """(N, K) attention given before day 0, in the same unit."""
    skill: IntArray
    """(N, S) proficiency without any practice, where it grows; else 0."""
    skill_to: IntArray
    """(N, S) proficiency that practice brings in the end."""
    skill_takes: IntArray
    """(N, S) attention until then, 0 = does not grow."""


@dataclass(frozen=True, kw_only=True)
class Training:
    """One person who is trained in a further role for a time."""

    person: int
    role: int
    begin: int
    end: int
    """Minute from which on the skill is there."""
    share: int
    """Of the person's attention, billionths; 0 = all of it, which stands in ``away``."""
    proficiency: int
    """In the end, billionths."""


@dataclass(frozen=True, kw_only=True, eq=False)
class AwayArrays:
    """What becomes of work in hand when people go away, N rows like the people."""

    handed_leave: tuple[tuple[int, ...], ...]
    """(N,) minutes at which leave begins whose work is handed over."""
    ill_least: IntArray
    """(N,) minutes of illness after which work is handed over, NONE = never."""
    own_leave: tuple[tuple[tuple[int, int], ...], ...]
    """(N,) leave that begins when the work in hand is done; it does not stand in ``away``."""
    finishes: BoolArray
    """(N,) whether somebody whose time ends on a date finishes the work in hand first."""


@dataclass(frozen=True, kw_only=True, eq=False)
class PeopleArrays:
    """People, N rows in file order. Factors in billionths, times in working minutes."""

    ids: tuple[str, ...]
    role: IntArray
    """(N,) home role."""
    skill: IntArray
    """(N, S) proficiency in each role, 0 = cannot; the home role is WHOLE."""
    fte: IntArray
    presence: IntArray
    """(N,) fte x (1 - bau) x (1 - leave without dates), each product rounded up."""
    sickness: FloatArray
    """(N,) expected share of the time at work that spells of sickness take."""
    spell: tuple[Law | None, ...]
    """(N,) working minutes that a spell lasts, None = never ill."""
    max_parallel: IntArray
    focus: tuple[tuple[int, ...], ...]
    day_rate: FloatArray
    is_contractor: BoolArray
    employed_from: IntArray
    """First minute, 0 if already here."""
    employed_until: IntArray
    """Minute after the last, NONE = stays."""
    away: tuple[tuple[tuple[int, int], ...], ...]
    """Per person, disjoint sorted [from, until) minutes of leave and holidays, from day 0 on."""
    change: ChangeArrays | None = None
    """None = nobody leaves by chance, takes anything along, or has to learn."""
    when_away: AwayArrays | None = None
    """None = work in hand pauses with whoever is away, and is handed over by who leaves."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ProjectArrays:
    """Projects, P rows: listed ones first, then the prototypes of streams."""

    ids: tuple[str, ...]
    names: tuple[str, ...]
    status: tuple[str, ...]
    groups: tuple[dict[str, str], ...]
    classes: tuple[str, ...]
    sponsors: tuple[str, ...]
    templates: tuple[str, ...]
    first_task: IntArray
    """(P + 1,) tasks of project p are first_task[p] .. first_task[p + 1]."""
    size: tuple[Law, ...]
    rank: IntArray
    """NONE = none."""
    priority: FloatArray
    value: FloatArray
    is_mandatory: BoolArray
    starts: IntArray
    """Minute of release whatever the rule says, NONE = by the rule."""
    arrives: IntArray
    """Minute of the request (0 for those that ask on day 0; NONE for streams, and on-hold without a
    date)."""
    not_before: IntArray
    due: IntArray
    """Minute at which the due day ends, NONE = none; for prototypes minutes after the arrival."""
    deadline: IntArray
    probability: FloatArray
    budget: FloatArray
    """NaN = none."""
    fixed_cost: tuple[Law | None, ...]
    running_cost: FloatArray
    """Money per working minute between release and finish."""
    cost_of_delay: FloatArray
    """Money per working day, given or (before size) from the benefit; NaN = neither."""
    is_delay_given: BoolArray
    benefit_per_year: tuple[Law | None, ...]
    benefit_years: FloatArray
    """Length of a benefit that slides, NaN = fixed end or none."""
    benefit_until: FloatArray
    """Calendar days after the morning of day 0 at which a fixed benefit ends, NaN = slides."""
    pauses: tuple[tuple[tuple[int, int], ...], ...]
    """Per project, [from, until) minutes."""
    cancelled: IntArray
    """Minute at which the project is stopped, NONE = never."""
    cost_to_date: FloatArray
    """Money spent before day 0, fixed cost included, at face value; NaN = not said."""
    reported_done: FloatArray
    """Share of the planned work that the project says is done, NaN = not said."""
    rag: tuple[str, ...]
    """``green``, ``amber``, ``red`` or empty, as reported."""
    baseline_start: IntArray
    """Minute at which the agreed start day begins, NONE = none; it may lie before day 0."""
    baseline_finish: IntArray
    """Minute at which the agreed finish day ends, NONE = none; it may lie before day 0."""
    baseline_cost: FloatArray
    """NaN = none."""
    withdrawn: tuple[tuple[tuple[int, int], ...], ...] | None = None
    """(minute, person) of those who do not work for a project from then on; None = nobody."""
    hand_over: IntArray | None = None
    """Part of a hand-over that the project's work takes, billionths; None = all of each."""


@dataclass(frozen=True, kw_only=True, eq=False)
class FateArrays:
    """What may strike active projects by chance, P rows; rates per working minute."""

    cancellation: FloatArray
    """(P,) constant hazard from the release on, 0 = never; of mandatory projects too."""
    interruption: FloatArray
    """(P,) constant hazard while it neither rests by chance nor has ended, 0 = never."""
    lasts: tuple[Law | None, ...]
    """(P,) working minutes of an interruption."""


@dataclass(frozen=True, kw_only=True, eq=False)
class TaskArrays:
    """Tasks, T rows; parts of a phase are rows of kind EFFORT with ``phase`` set."""

    ids: tuple[str, ...]
    project: IntArray
    kind: IntArray
    phase: IntArray
    """Row of the phase a part belongs to, NONE."""
    lasts: IntArray
    """Minutes that a phase and each of its parts should last, NONE for all else."""
    not_before: IntArray
    """Minute, NONE."""
    due: IntArray
    deadline: IntArray
    capex: FloatArray
    is_done: BoolArray
    is_running: BoolArray
    """In flight on day 0."""
    is_part_done: BoolArray
    """What is left is drawn, not the whole: of running tasks, and of waiting ones that were begun
    or whose remaining work is reported."""
    is_gate: BoolArray
    """Whether a stage ends with it; of a phase, not of its parts."""
    held_by: tuple[tuple[int, ...], ...]
    """People who hold the task on day 0."""
    first_pool: IntArray
    """(T + 1,)"""
    first_need: IntArray
    """(T + 1,)"""


@dataclass(frozen=True, kw_only=True, eq=False)
class PoolArrays:
    """Pools, Q rows: person-minutes of work, or minutes of a duration task."""

    task: IntArray
    keys: tuple[str, ...]
    """Role (or person) whose own work it is, "" = of the whole task."""
    law: tuple[Law, ...]
    """Whole amount before size, in person-minutes (duration: minutes)."""
    done: FloatArray
    """Stated share of the plan that is done, 0 = not said."""
    spent: FloatArray
    """Before day 0, same unit, 0 = nothing, or not said."""
    remaining: tuple[Law | None, ...]
    """Stated remaining amount, which wins."""
    is_sized: BoolArray
    """Whether ``size`` multiplies the amount (effort yes, duration no)."""
    settled: FloatArray | None = None
    """(Q,) amounts before size that a study takes out of chance, NaN = drawn; of work that has
    begun what is left. None = all are drawn."""


@dataclass(frozen=True, kw_only=True, eq=False)
class NeedArrays:
    """Needs, K rows. The heads and share of a phase's part follow from its size (``plan``)."""

    task: IntArray
    pool: IntArray
    role: IntArray
    """NONE = a named person."""
    person: IntArray
    """NONE = anybody with the role."""
    heads: IntArray
    share: IntArray


@dataclass(frozen=True, kw_only=True, eq=False)
class LinkArrays:
    """Links, L rows sorted by successor. A predecessor is a task row, or a whole project.

    ``successor_task`` NONE: the link holds back the release of ``successor_project``.
    """

    predecessor_task: IntArray
    """NONE = the whole project."""
    predecessor_project: IntArray
    successor_task: IntArray
    successor_project: IntArray
    kind: IntArray
    lag: IntArray
    is_ignored_if_absent: BoolArray


@dataclass(frozen=True, kw_only=True, eq=False)
class StreamArrays:
    """Streams, D rows; stream d has the prototype row ``n_listed + d``."""

    ids: tuple[str, ...]
    knot_minute: tuple[FloatArray, ...]
    """Per stream: minutes at which the cumulated expected number of arrivals bends."""
    knot_expected: tuple[FloatArray, ...]
    """Per stream: cumulated expected number of batches at those minutes."""
    month: tuple[tuple[str, ...], ...]
    """Per stream: the calendar month between each knot and the next, () where no month differs."""
    mixing_cv: tuple[FloatArray, ...]
    """Per stream: coefficient of variation of the gamma that multiplies the rate of each of those
    months, () = none."""
    batch_size: IntArray
    board: tuple[FloatArray, ...]
    """Per stream: minutes at which requests ask, () = at any."""
    patience: tuple[Law | None, ...]
    """Working minutes after which a request that waits is withdrawn."""
    is_even: bool = False
    """Whether a study lets them come evenly: the k-th when k - 1/2 are expected."""


@dataclass(frozen=True, kw_only=True)
class Hit:
    """One risk on one project row, or prototype."""

    entity: str
    """Whose luck decides: of a driver the same in all projects, else told apart by project."""
    is_shared: bool
    probability: float
    work: Law
    """Times the work it hits, if it happens."""
    cost: Law | None
    """Falls due when the first task it hits starts, if it happens."""
    price: float
    """What lessens it, due at the same moment in every future."""
    row: int
    tasks: tuple[int, ...]
    """Rows of the tasks that it hits, parts of phases too; () = all of the project."""
    pools: tuple[int, ...]
    """Rows of the amounts that it multiplies."""
    delay: Law | None = None
    """Working minutes by which it holds work back, if it happens."""
    heads: tuple[int, ...] = ()
    """Rows of the tasks that a delay holds back: of those it hits and that are not done, the ones
    that come first on their paths of links."""


@dataclass(frozen=True, kw_only=True)
class Loop:
    """What one task, or phase, may send back: to be done again from an earlier task on."""

    task: int
    """Row of the task or phase that decides when it finishes."""
    first: int
    """Row of the task or phase from which on all is done again."""
    probability: float
    share: float
    """Of a fresh draw of each amount."""
    max_repeats: int
    tasks: tuple[int, ...]
    """Rows on the paths of links from the first to the one that decides, both and all parts of
    phases included, in task order."""


@dataclass(frozen=True, kw_only=True, eq=False)
class BookingArrays:
    """Bookings of people for listed projects, B rows in file order."""

    person: IntArray
    project: IntArray
    share: IntArray
    """(B,) of the person's time, billionths."""
    start: IntArray
    """(B,) first minute."""
    until: IntArray
    """(B,) minute after the last, NONE = as long as the project lasts."""
    is_extended: BoolArray
    """(B,) whether work that is not done at the end keeps the person."""


@dataclass(frozen=True, kw_only=True)
class ParameterErrors:
    """How surely it is known how actual comes from plan: one standard error each."""

    bias: float
    """Of ln(actual / plan) at the typical plan."""
    slope: float
    """Of the size slope."""
    spread: float
    """Of ln(spread)."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Network:
    """The numbers of one scenario; see the head of this module."""

    name: str
    calendar: WorkCalendar
    currency: str
    fiscal_year_month: int
    discount_rate: float
    hurdle: float
    correlation: float
    month_minutes: float
    """Working minutes of ``settings.month``."""
    range_means: str
    show_people: bool
    window_end: int
    """Minute at which the planning window closes; the cap of 10 years without a horizon."""
    has_horizon: bool
    run_off: int
    parameters: ParameterErrors | None = None
    """Drawn once in each future, for all work of fitted laws; None = taken as they are."""
    outlook_at_risk: float = 0.2
    """Chance of being late from which a running project is at risk."""
    outlook_needs_support: float = 0.5
    """Chance of being late from which it needs support."""
    intake: IntakeRule
    dispatch: DispatchRule
    role_ids: tuple[str, ...]
    role_speed: tuple[tuple[int, int], ...]
    """Planned speed of a role's head as an exact fraction (billionths, people): (0, 1) if nobody's
    home."""
    role_heads: IntArray
    """(S,) listed people whose home role it is."""
    role_day_rate: FloatArray
    people: PeopleArrays
    projects: ProjectArrays
    tasks: TaskArrays
    pools: PoolArrays
    needs: NeedArrays
    throughout: tuple[tuple[tuple[int, int, int, int], ...], ...]
    """Per project: (role or NONE, person or NONE, heads, share)."""
    links: LinkArrays
    streams: StreamArrays
    assumptions: tuple[Mapping[str, str] | str, ...]
    """Entries of mechanism, basis (off, assumed, measured or stated), text and source."""
    warnings: tuple[str, ...]
    risks: tuple[Hit, ...] = ()
    """Every risk on every project row, by row."""
    loops: tuple[Loop, ...] = ()
    """All rework, by task row."""
    reactions: tuple[Reaction, ...] = ()
    """What management does about late projects, in the order in which it is asked."""
    fates: FateArrays | None = None
    """None = nothing is cancelled or interrupted by chance."""
    practice: PracticeArrays | None = None
    """None = practice makes nobody faster."""
    bookings: BookingArrays | None = None
    """None = nobody is booked."""
    trainings: tuple[Training, ...] = ()
    covers: tuple[tuple[int, ...], ...] | None = None
    """Per project, for each of ``throughout``: 0 = the absence of the holder stops nothing, else
    the share, billionths, that somebody who covers needs. None = nothing stops anything."""
    uncovered: int = NONE
    """Minutes from which on it counts that nobody of a role is there, NONE = not looked at."""

    @property
    def n_listed(self) -> int:
        """Listed projects: the rows before the prototypes of streams."""
        return len(self.projects.ids) - len(self.streams.ids)

    @property
    def minutes_per_day(self) -> int:
        """Working minutes of a working day."""
        return self.calendar.minutes_per_day
