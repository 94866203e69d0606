"""Portfolio: what asks for work: projects, their tasks or phases, and streams of demand.

Values are parsed (time in working minutes, person-time in person-minutes, shares in billionths,
money in the scenario's currency), templates are already merged, and a date is a plain date that
already knows whether it stood as a start or as an end.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from pmosim import priors
from pmosim.distributions import Fixed, Law
from pmosim.units import WHOLE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from pmosim.errors import Problem
    from pmosim.fitted import Fitted
    from pmosim.policy.dispatch import DispatchRule
    from pmosim.policy.intake import IntakeRule
    from pmosim.policy.reactions import Reaction
    from pmosim.scenario.nodes import Node
    from pmosim.scenario.organisation import Organisation

LinkKind = Literal["FS", "SS", "FF"]
Status = Literal["running", "on-hold", "approved", "candidate", "done", "cancelled"]
Rag = Literal["green", "amber", "red", ""]
"""What a project says of itself; empty = nothing said."""


@dataclass(frozen=True, kw_only=True)
class Need:
    """``heads`` people of one role (or the one named person ``who``), ``share`` of each."""

    who: str
    heads: int = 1
    share: int = WHOLE
    blocks: bool = False
    """Held ``throughout``: the project stands still while a holder is away and nobody covers."""


@dataclass(frozen=True, kw_only=True)
class Link:
    """What must come first. ``project`` None = the same project; ``task`` None = the project."""

    project: str | None = None
    task: str | None = None
    kind: LinkKind = "FS"
    lag: int = 0
    """Working minutes, 0 or more."""
    if_absent: Literal["block", "ignore"] = "block"


@dataclass(frozen=True, kw_only=True)
class Progress:
    """State of one task or phase on day 0.

    ``done`` 1.0 = finished, a part = share of the plan, None = not said. ``spent`` and
    ``remaining`` are keyed by role (or person) where work is per role, else by ``""``;
    person-minutes, for a duration task working minutes.
    """

    done: float | None = None
    spent: Mapping[str, float] = field(default_factory=dict)
    by: tuple[str, ...] = ()
    """Ids of the people who hold the task on day 0."""
    remaining: Mapping[str, Law] = field(default_factory=dict)
    is_own: bool = True
    """Whether the task or phase says so itself; else it follows from its project's report."""
    is_waiting: bool = False
    """What is left is known, but nobody is at it on day 0: it starts when its turn comes."""


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """The plan that was agreed: what slip and earned value are measured against."""

    start: date | None = None
    finish: date | None = None
    """Last day."""
    cost: float | None = None
    """The budget at completion."""


@dataclass(frozen=True, kw_only=True)
class AsReported:
    """What a whole project says of itself; model.md, section 3 says what follows from it.

    ``spent`` (person-minutes) and ``remaining`` are keyed by role, or by ``""`` for all of them.
    """

    done: float | None = None
    """Share of the planned work."""
    spent: Mapping[str, float] = field(default_factory=dict)
    remaining: Mapping[str, Law] = field(default_factory=dict)
    actual_cost: float | None = None
    """Cost to date, fixed cost included."""
    rag: Rag = ""


@dataclass(frozen=True, kw_only=True)
class Rework:
    """What happens when a task or phase turns out to be wanting when it finishes."""

    probability: float
    of: str
    """Task or phase from which on all is done again, up to the one that says so."""
    share: float = 1.0
    """Of a fresh draw of the work."""
    max_repeats: int = 5


@dataclass(frozen=True, kw_only=True)
class Task:
    """A task of a project: ``kind`` says which of the amounts is set.

    effort with one amount: ``work == {"": law}``; effort per role: ``work == {role: law, ...}``;
    duration: ``work == {"": law}`` in working minutes; milestone: ``work == {}``.
    ``needs`` is complete (a role with its own work and no stated need has one head).
    """

    id: str
    kind: Literal["effort", "duration", "milestone"]
    work: Mapping[str, Law] = field(default_factory=dict)
    needs: tuple[Need, ...] = ()
    after: tuple[Link, ...] = ()
    not_before: date | None = None
    due: date | int | None = None
    """End of that day; an int counts working minutes from the project's arrival."""
    deadline: date | int | None = None
    progress: Progress | None = None
    actual_cost: float | None = None
    """Cost to date."""
    rag: Rag = ""
    baseline: Baseline | None = None
    gate: bool = False
    """A stage ends here, and the project may be stopped."""
    rework: Rework | None = None
    kind_of_work: str = ""
    """"" = that of the project."""


@dataclass(frozen=True, kw_only=True)
class Phase:
    """A phase of a project: per role a part that keeps the pace ``lasts`` (model.md, section 2)."""

    id: str
    lasts: int
    """Working minutes."""
    work: Mapping[str, Law]
    """Person-minutes per role, before ``size``."""
    after: tuple[Link, ...] = ()
    """Already says the sequence where the file left it out."""
    not_before: date | None = None
    due: date | int | None = None
    deadline: date | int | None = None
    capex: float = 0.0
    progress: Progress | None = None
    actual_cost: float | None = None
    """Cost to date."""
    rag: Rag = ""
    baseline: Baseline | None = None
    gate: bool = False
    """A stage ends here, and the project may be stopped."""
    rework: Rework | None = None
    kind_of_work: str = ""
    """"" = that of the project."""


@dataclass(frozen=True, kw_only=True)
class Benefit:
    """Value that begins with the finish: for a time (it slides) or until a fixed date."""

    per_year: Law
    for_years: float | None = None
    until: date | None = None


@dataclass(frozen=True, kw_only=True)
class Risk:
    """Something that may happen in a future, and what it does then."""

    id: str
    probability: float
    """Mitigated, where it is."""
    hits: tuple[tuple[str, str], ...]
    """(project or stream, phase or task; "" = all its work)."""
    work: Law
    """Times the work it hits."""
    cost: Law | None = None
    """Of each project that it hits."""
    delay: Law | None = None
    """Working minutes by which it holds its hits back, None = not at all."""
    price: float = 0.0
    """What the mitigation costs each project that it protects, whether it happens or not."""
    unmitigated: tuple[float, Law] | None = None
    """Probability and work without the mitigation, as it was in the past; None = there is none."""


@dataclass(frozen=True, kw_only=True)
class Interruption:
    """How often a project has to rest although nobody planned it, and for how long."""

    rate: float
    """Chance that it strikes an active project within a year."""
    lasts: Law
    """Working minutes."""


@dataclass(frozen=True, kw_only=True)
class Project:
    """One project, or the prototype of a stream's projects."""

    id: str
    name: str = ""
    status: Status = "approved"
    template: str | None = None
    activities: tuple[Task | Phase, ...] = ()
    throughout: tuple[Need, ...] = ()
    size: Law = Fixed(value=1.0)
    rank: int | None = None
    priority: float = 0.0
    """high 1, medium and none 0, low -1, or the number; larger first."""
    value: float = 0.0
    project_class: str = ""
    mandatory: bool = False
    starts: date | None = None
    arrives: date | None = None
    not_before: date | None = None
    after: tuple[Link, ...] = ()
    due: date | int | None = None
    """End of that day; an int counts working minutes from the arrival."""
    deadline: date | int | None = None
    probability: float = 1.0
    budget: float | None = None
    fixed_cost: Law | None = None
    running_cost: float = 0.0
    """Money per working minute between release and finish."""
    cost_of_delay: float | None = None
    """Money per working day; None = from the benefit, if there is one."""
    benefit: Benefit | None = None
    groups: Mapping[str, str] = field(default_factory=dict)
    sponsor: str = ""
    pauses: tuple[tuple[date, date], ...] = ()
    """Ranges of days in which the project gives its people back (verb ``pause``)."""
    withdrawn: tuple[tuple[str, date], ...] = ()
    """People, and the day from whose morning on they do not work for it (verb ``withdraw``)."""
    cancelled_from: date | None = None
    """Day on whose morning the project is stopped (verb ``cancel``)."""
    cancellation: float = 0.0
    """Chance that an active project is cancelled within a year."""
    interruption: Interruption | None = None
    as_reported: AsReported | None = None
    baseline: Baseline | None = None
    risks: tuple[Risk, ...] = ()
    coverage: float = 0.0
    """Share of the work that is done by a standard."""
    kind_of_work: str = ""
    """What people get faster at by doing it; its template if nothing is said, "" = nothing."""


@dataclass(frozen=True, kw_only=True)
class Stream:
    """Random demand: projects like ``prototype`` arrive as a Poisson process, or a mixed one."""

    id: str
    prototype: Project
    rate: float
    """Expected arrivals per ``per``."""
    per: Literal["minute", "year"]
    """A working minute (h, d, w, mo), or a calendar year, evenly over its working minutes."""
    arrives_from: date | None = None
    arrives_until: date | None = None
    """Last day, included."""
    season: tuple[float, ...] = ()
    """How a year is spread over its twelve months, 1 = like the others; () = evenly."""
    trend: float = 0.0
    """Growth of the rate in a calendar year, compounded from day 0; 0.1 = a tenth more."""
    dispersion: float = 1.0
    """Variance / mean of the number of arrivals in a calendar month; 1 = Poisson."""
    batch_size: int = 1
    """Projects that come at the same moment."""
    batches: str = ""
    """Board dates at which requests ask (a key of ``BOARDS``), "" = at any moment."""
    patience: Law | None = None
    """Working minutes after which a request that waits is withdrawn, None = never."""


@dataclass(frozen=True, kw_only=True)
class Booking:
    """A share of a person that is reserved for a project."""

    person: str
    project: str
    share: int = WHOLE
    """Of the person's own time for projects, billionths; more than WHOLE is over-booked."""
    first: date | None = None
    """First day, None = day 0."""
    last: date | None = None
    """Last day, None = until the project ends."""
    on_overrun: Literal["extend", "release"] = "extend"
    """What happens when work is not done on the last day: it keeps the person, or does not."""


BOARDS = {"monthly": 1, "quarterly": 3, "half-yearly": 6, "yearly": 12}
"""Months from one board date, the first working day of such a period, to the next."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How the words of a file become numbers."""

    month_days: float = 20.0
    range_means: str = "p10-p90"
    correlation: float = 0.0
    spread: float = 0.0
    """A plain amount of work is the median of a lognormal with this sigma; 0 = certain."""
    spread_includes_risks: bool = False
    """Whether what the listed risks explain is taken off that spread."""
    calibration: Fitted | None = None
    """What history says of work given as one number."""
    parameter_uncertainty: bool = True
    """Whether how surely that is known goes into the forecast."""
    outlook_at_risk: float = 0.2
    """P(late) from which a running project is at risk."""
    outlook_needs_support: float = 0.5
    uncovered: int | None = None
    """Working minutes from which on it counts that nobody of a role is there; None = never."""
    standard_spread: float = priors.STANDARD_SPREAD
    """Part of the log-spread of work that a standard takes away where it covers all of it."""
    standard_hand_over: float = priors.STANDARD_HAND_OVER
    """Part of a hand-over that a standard saves where it covers all work."""
    standard_cover: float = priors.STANDARD_COVER
    """Efficiency of somebody who covers for a holder where no standard is in use."""
    standard_rework: float = priors.STANDARD_REWORK
    """Part of the chance of rework that a standard takes away where it covers all work."""


@dataclass(frozen=True, kw_only=True)
class Assumption:
    """What a forecast takes for granted about one mechanism."""

    mechanism: str
    """Such as ``leave``, ``spread``."""
    basis: Literal["off", "assumed", "measured", "stated"]
    text: str
    """One sentence."""
    source: str = ""
    """Where an assumed or measured value comes from."""

    def to_entry(self) -> dict[str, str]:
        """Return the plain entry of a document."""
        return asdict(self)


@dataclass(frozen=True, kw_only=True, eq=False)
class Scenario:
    """A portfolio, an organisation and the rules that match them, ready to be compiled."""

    name: str
    as_of: date
    organisation: Organisation
    projects: tuple[Project, ...] = ()
    """Order of the file, then as added by changes."""
    streams: tuple[Stream, ...] = ()
    drivers: tuple[Risk, ...] = ()
    """Risks that many projects share: each happens to all of them or to none."""
    bookings: tuple[Booking, ...] = ()
    """Order of the file."""
    reactions: tuple[Reaction, ...] = ()
    """What management does about late projects."""
    intake: IntakeRule
    dispatch: DispatchRule
    horizon: date | int | None = None
    """Last day of the planning window, or working minutes, or until all listed projects ended."""
    run_off: int = 0
    """Working minutes."""
    currency: str = ""
    fiscal_year_month: int = 1
    discount_rate: float = 0.0
    hurdle: float = 0.0
    settings: Settings = Settings()
    show_people: bool = False
    assumptions: tuple[Assumption, ...] = ()
    """Every mechanism as off, assumed, measured or stated."""
    document: Mapping[str, Any] = field(default_factory=dict)
    """The resolved form in the user's words: plain dicts, lists and scalars."""
    warnings: tuple[Problem, ...] = ()
    """What the checks doubt without forbidding a run."""
    origin: Node | None = field(default=None, repr=False)
    """The document as written, before templates were merged; ``change`` works on it."""

    def change(self, **verbs: Any) -> Scenario:
        """Return another scenario with changes made, in the verbs of an overlay.

        ``scenario.change(add={"template": "medium", "count": 3}, cancel={"crm": "2027-03"})``;
        the verbs are applied in the order given, a list stands for several of one verb. Raises
        ``ScenarioError`` with every problem.
        """
        from pmosim.scenario.assembly import changed

        return changed(self, verbs)

    def to_date(self, day: float, *, start: bool = False) -> date:
        """Return the date of working day ``day`` since day 0, read as a finish or as a start."""
        return self.organisation.calendar.to_date(day, start=start)
