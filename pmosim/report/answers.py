"""Answers: the forecast document read once into typed rows.

In: the document of ``run --json`` ("pmosim.run/1"). Out: Answers.
Not here: words (``sentences``), tables (``tables``), pictures (``figures``), HTML (``page``).

The document may be younger or older than this module: a field that is missing or null is shown
as words, never as a number that nobody computed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from pmosim.report.particulars import (
    AmountCurve,
    Booked,
    Chain,
    DateCurve,
    Disagreement,
    EarnedValue,
    Group,
    Joint,
    Promise,
    Quarter,
    Slip,
    Year,
    read_amounts,
    read_bookings,
    read_chain,
    read_dates,
    read_disagreements,
    read_earned_value,
    read_groups,
    read_held,
    read_joint,
    read_levels,
    read_promises,
    read_quarters,
    read_slip,
    read_years,
)
from pmosim.report.reading import (
    Number,
    When,
    as_mapping,
    clean,
    read_chance,
    read_date,
    read_number,
    read_prose,
    read_when,
    role_words,
)

__all__ = [
    "Answers",
    "Assumption",
    "Load",
    "Number",
    "ProjectLine",
    "RoleLine",
    "StreamLine",
    "When",
    "clean",
    "read_answers",
    "read_number",
]

ENDED = ("done", "cancelled")
WORDS_OF_CAUSES = {
    "intake": "its start",
    "project": "other projects",
    "date": "an agreed date",
    "lag": "agreed waiting times",
}
"""Causes of waiting that are no role; ``work`` is no waiting."""
OWN_WORK = "plan"
"""Cause of lateness: its own work alone takes longer than the time until the promise."""

TRACK_RECORD = "track record"
"""Mechanism of the assumption that says how good forecasts with this calibration were."""
_BASIS_WITHIN = 100
"""Characters of an assumption in which the word for its basis is looked for."""
SOON_DAYS = 90
_ABOUT_ONE = re.compile(r"[\w-]+(?:\.[\w-]+)+: |projects\[|people\[")
"""An assumption that begins with a place in the scenario."""
_BASIS = re.compile(r"\b(off|assumed|measured|stated)\b")


@dataclass(frozen=True, kw_only=True)
class ProjectLine:
    """One project of the document."""

    id: str
    name: str
    groups: tuple[tuple[str, str], ...]
    status: str
    rank: float | None
    due: date | None
    futures: int
    """In which it exists."""
    begins: When | None
    """Start of its first task in half of the futures, day 0 if it runs; None = not known."""
    p10: When | None
    """None = the document has no finish (a project that had ended before day 0)."""
    p50: When | None
    p80: When | None
    p90: When | None
    late: Number | None
    unfinished: float
    cost_p50: float | None
    cost_p80: float | None
    cost_to_date: float | None
    budget: float | None
    over: Number | None
    pays: Number | None
    npv_p50: float | None
    waits: tuple[tuple[str, float], ...]
    """(what it waits for, mean working days), longest first; only waiting, never work."""
    is_mandatory: bool = False
    has_deadline: bool = False
    rag: str = ""
    """What its own report says: ``green`` ``amber`` ``red``, or nothing."""
    outlook: str = ""
    """``on-track`` ``at-risk`` ``needs-support`` of a running project, or nothing."""
    outlook_text: str = ""
    days_late: float | None = None
    """Mean working days after the promise, of the futures that miss it."""
    late_causes: tuple[tuple[str, float], ...] = ()
    """(cause, part of ``days_late``), longest first; ``plan`` = its work alone takes too long."""
    finishes: DateCurve | None = None
    npvs: AmountCurve | None = None
    joint: Joint | None = None
    earned_value: EarnedValue | None = None
    delay_per_day: float | None = None
    """What each working day after the promise costs."""
    slip: Slip | None = None
    chain: Chain | None = None
    held_text: str = ""
    """Who has what it waits for, in a sentence."""


@dataclass(frozen=True, kw_only=True)
class Load:
    """One role in one month, in full-time people; None = not known."""

    month: str
    """``2027-01``."""
    capacity: float | None
    planned: float | None
    busy: float | None
    waiting: float | None
    is_run_off: bool = False
    """Whether it lies after the planning window, where nothing new is started."""

    @property
    def share(self) -> float | None:
        """Busy share of the capacity; None where nobody is there."""
        return _ratio(self.busy, self.capacity)

    @property
    def planned_share(self) -> float | None:
        """Planned work as a share of the capacity; ``inf`` = planned work, but nobody there."""
        if self.capacity == 0 and self.planned:
            return math.inf
        return _ratio(self.planned, self.capacity)

    @property
    def is_over(self) -> bool:
        """Whether more is planned than the people there can do, as a whole percentage."""
        share = self.planned_share
        return share is not None and (math.isinf(share) or round(share * 100) > 100)


@dataclass(frozen=True, kw_only=True)
class RoleLine:
    """One role of the document."""

    id: str
    words: str
    people: float | None
    """In full-time people."""
    busy: float | None
    """Busy share over the whole window."""
    wait_days: float | None
    """Mean working days that a finished project waited for it."""
    uncovered: tuple[float, Number] | None
    """(working days, chance that nobody is there for so long), None = not asked."""
    months: tuple[Load, ...]


@dataclass(frozen=True, kw_only=True)
class StreamLine:
    """Projects that are expected but not listed; means over the futures, None = not known."""

    id: str
    arrived: float | None
    finished: float | None
    turned_away: float | None
    """Rejected or withdrawn."""
    lead_days: float | None
    """Working days from the request to the finish, of those that finish."""


@dataclass(frozen=True, kw_only=True)
class ReactionLine:
    """What management does about late projects, and how often it did; None = not known."""

    id: str
    action: str
    p_used: float | None
    per_future: float | None
    """Projects for which it is taken, in the mean future."""


@dataclass(frozen=True, kw_only=True)
class Assumption:
    """One mechanism: ``basis`` is off, assumed, measured or stated."""

    basis: str
    text: str
    mechanism: str = ""
    source: str = ""

    @property
    def is_of_one(self) -> bool:
        """Whether it is about one project, task or person, not about a mechanism."""
        return _ABOUT_ONE.match(self.text) is not None


@dataclass(frozen=True, kw_only=True)
class Whole:
    """All projects together."""

    years: tuple[Year, ...] = ()
    quarters: tuple[Quarter, ...] = ()
    committed: DateCurve | None = None
    npvs: AmountCurve | None = None
    rois: AmountCurve | None = None
    pays: Number | None = None
    clears_hurdle: Number | None = None
    cost_p80: float | None = None
    both: Number | None = None
    """Every project with a promise and a budget keeps both."""
    both_text: str = ""
    sums_text: str = ""
    """How far the P80s of the projects are from the P80 of their sum."""
    earned_value: EarnedValue | None = None
    chain: Chain | None = None
    """What the last finish of everything committed hangs on."""


@dataclass(frozen=True, kw_only=True)
class Answers:
    """The document as the report reads it."""

    name: str
    currency: str
    seed: str
    replications: int
    as_of: date | None
    window_end: date | None
    projects: tuple[ProjectLine, ...]
    streams: tuple[StreamLine, ...]
    roles: tuple[RoleLine, ...]
    all_done: tuple[When | None, When | None]
    """All committed projects finished: in half, in 80 of 100 futures."""
    assumptions: tuple[Assumption, ...]
    warnings: tuple[str, ...]
    whole: Whole = Whole()
    bookings: tuple[Booked, ...] = ()
    hurdle: float | None = None
    at_risk: float | None = None
    needs_support: float | None = None
    """Chances of being late from which on a running project is at risk, or needs support."""
    scope: str = ""
    """Which projects were left out of the run, in words."""
    by: str = ""
    """The group by which money was asked for."""
    promises: tuple[Promise, ...] = ()
    disagreements: tuple[Disagreement, ...] = ()
    groups: tuple[Group, ...] = ()
    reactions: tuple[ReactionLine, ...] = ()
    precision: str = ""
    """What this number of futures resolves, in words."""

    @property
    def track_record(self) -> str:
        """How good forecasts with this calibration have been, in words; empty = not known."""
        said = (a.text for a in self.assumptions if a.mechanism == TRACK_RECORD)
        return next(said, "")

    def words_of(self, cause: str) -> str:
        """Return what is waited for, as a reader says it."""
        for role in self.roles:
            if role.id == cause:
                return role.words
        return WORDS_OF_CAUSES.get(cause, role_words(cause))


# ------------------------------------------------------------------------------- reading


def read_answers(document: Mapping[str, Any]) -> Answers:
    """Read a "pmosim.run/1" document."""
    schema = str(document.get("schema", ""))
    if not schema.startswith("pmosim.run/"):
        raise ValueError(f"a report is made of a pmosim.run document, not of {schema or 'this'!r}")
    scenario = document.get("scenario")
    about: Mapping[str, Any] = scenario if isinstance(scenario, Mapping) else document
    name = about.get("name") if isinstance(scenario, Mapping) else scenario
    roles = tuple(_read_role(role) for role in document.get("roles") or ())
    roles = _keep_apart(roles)
    as_of = read_date(about.get("as_of", document.get("as_of"))) or _first_month(roles)
    clock = _read_clock(document, as_of)
    known = {role.id for role in roles}
    levels = read_levels(document.get("levels"))
    replications = int(read_number(document.get("replications")).value or 0)
    projects = tuple(
        _read_project(project, as_of, clock, known, replications, levels)
        for project in document.get("projects") or ()
    )
    limits = as_mapping(as_mapping(document.get("settings")).get("outlook"))
    return Answers(
        name=clean(name) or "Portfolio",
        currency=clean(about.get("currency", document.get("currency"))),
        seed=clean(document.get("seed")),
        replications=replications,
        as_of=as_of,
        window_end=read_date(about.get("horizon", document.get("horizon"))),
        projects=projects,
        streams=tuple(_read_stream(stream) for stream in document.get("demand") or ()),
        roles=roles,
        all_done=_read_all_done(document.get("portfolio")),
        assumptions=tuple(_read_assumption(item) for item in document.get("assumptions") or ()),
        warnings=tuple(_read_warning(item) for item in document.get("warnings") or ()),
        whole=_read_whole(as_mapping(document.get("portfolio")), levels),
        bookings=read_bookings(document.get("bookings")),
        hurdle=read_number(document.get("hurdle")).value,
        at_risk=read_number(limits.get("at_risk")).value,
        needs_support=read_number(limits.get("needs_support")).value,
        scope=read_prose(as_mapping(document.get("scope")).get("text")),
        by=clean(document.get("by")),
        promises=_read_promises(document, projects, as_of),
        disagreements=read_disagreements(document.get("disagreements")),
        groups=read_groups(document.get("groups")),
        reactions=tuple(_read_reaction(item) for item in document.get("reactions") or ()),
        precision=read_prose(as_mapping(document.get("precision")).get("text")),
    )


def _read_project(
    raw: Mapping[str, Any],
    as_of: date | None,
    clock: Sequence[tuple[float, date]],
    roles: set[str],
    replications: int,
    levels: Sequence[int],
) -> ProjectLine:
    identity = clean(raw.get("id"))
    status = clean(raw.get("status")) or "approved"
    finish = raw.get("finish") if status not in ENDED else None
    dates: dict[str, When | None] = {
        level: read_when(finish[level]) if isinstance(finish, Mapping) and level in finish else None
        for level in ("p10", "p50", "p80", "p90")
    }
    cost = as_mapping(raw.get("cost"))
    waits = {
        str(cause): read_number(days).value
        for cause, days in as_mapping(raw.get("wait_days")).items()
    }
    waits = {c: d for c, d in waits.items() if c in roles or c in WORDS_OF_CAUSES}
    curves, delay = as_mapping(raw.get("quantiles")), as_mapping(raw.get("cost_of_delay"))
    causes = as_mapping(raw.get("late_causes"))
    is_open = status not in ENDED
    return ProjectLine(
        id=identity,
        name=clean(raw.get("name")) or identity,
        groups=tuple((clean(k), clean(v)) for k, v in as_mapping(raw.get("groups")).items()),
        status=status,
        rank=read_number(raw.get("rank")).value,
        futures=int(read_number(raw.get("futures")).value or replications),
        due=read_date(raw.get("due")),
        begins=_read_begin(raw, status, as_of, clock),
        **dates,
        late=read_chance(raw.get("p_late")),
        unfinished=read_number(raw.get("p_unfinished")).value or 0.0,
        cost_p50=read_number(cost.get("p50")).value,
        cost_p80=read_number(cost.get("p80")).value,
        cost_to_date=read_number(cost.get("to_date")).value,
        budget=read_number(raw.get("budget")).value,
        over=read_chance(raw.get("p_over_budget")),
        pays=None if raw.get("has_benefit") is False else read_chance(raw.get("p_npv_positive")),
        npv_p50=read_number(as_mapping(raw.get("npv")).get("p50")).value,
        waits=tuple(
            sorted(
                ((cause, days) for cause, days in waits.items() if days),
                key=lambda item: -item[1],
            )
        ),
        is_mandatory=raw.get("is_mandatory") is True,
        has_deadline=read_date(raw.get("deadline")) is not None,
        rag=clean(as_mapping(raw.get("reported")).get("rag") or raw.get("rag")),
        outlook=clean(raw.get("outlook")),
        outlook_text=read_prose(as_mapping(raw.get("outlook_why")).get("text")),
        days_late=read_number(causes.get("days_late")).value,
        late_causes=_read_causes(causes, roles),
        finishes=read_dates(curves.get("finish"), levels) if is_open else None,
        npvs=None if raw.get("has_benefit") is False else read_amounts(curves.get("npv"), levels),
        joint=read_joint(raw.get("joint")) if is_open else None,
        earned_value=read_earned_value(raw.get("earned_value")),
        delay_per_day=read_number(delay.get("per_day")).value,
        slip=read_slip(raw.get("slip_causes")) if is_open else None,
        chain=read_chain(raw.get("chain")) if is_open else None,
        held_text=read_held(raw.get("waits_on")) if is_open else "",
    )


def _read_promises(
    document: Mapping[str, Any], projects: Sequence[ProjectLine], as_of: date | None
) -> tuple[Promise, ...]:
    """Return the promises; an older document has only those of its projects."""
    if document.get("promises") is not None:
        return read_promises(document["promises"])
    return tuple(
        sorted(
            (
                _promise_of(project, project.due, as_of)
                for project in projects
                if project.due is not None and project.status not in ENDED
            ),
            key=lambda promise: promise.day,
        )
    )


def _promise_of(project: ProjectLine, due: date, as_of: date | None) -> Promise:
    left = None if as_of is None else (due - as_of).days
    late = project.late
    return Promise(
        project=project.id,
        name=project.name,
        item="",
        is_deadline=False,
        day=due,
        days_left=left,
        is_soon=left is not None and 0 <= left <= SOON_DAYS,
        is_past=left is not None and left < 0,
        kept=None
        if late is None
        else Number(
            value=None if late.value is None else 1.0 - late.value,
            low=None if late.high is None else 1.0 - late.high,
            high=None if late.low is None else 1.0 - late.low,
            reason=late.reason,
        ),
        p50=project.p50,
        p80=project.p80,
        text="",
    )


def _read_causes(causes: Mapping[str, Any], roles: set[str]) -> tuple[tuple[str, float], ...]:
    """Return the parts of the days late, longest first."""
    parts = {
        str(cause): read_number(days).value
        for cause, days in causes.items()
        if cause in roles or cause in WORDS_OF_CAUSES or cause == OWN_WORK
    }
    known = [(cause, days) for cause, days in parts.items() if days]
    return tuple(sorted(known, key=lambda item: -item[1]))


def _read_whole(raw: Mapping[str, Any], levels: Sequence[int]) -> Whole:
    cost, curves = as_mapping(raw.get("cost")), as_mapping(raw.get("quantiles"))
    joint = as_mapping(raw.get("joint"))
    has_benefit = raw.get("has_benefit") is not False
    return Whole(
        years=read_years(cost, raw.get("by_year_bands")),
        quarters=read_quarters(raw.get("by_quarter")),
        committed=read_dates(curves.get("committed_finish"), levels),
        npvs=read_amounts(curves.get("npv"), levels) if has_benefit else None,
        rois=read_amounts(curves.get("roi"), levels) if has_benefit else None,
        pays=read_chance(raw.get("p_npv_positive")) if has_benefit else None,
        clears_hurdle=read_chance(raw.get("p_roi_hurdle")) if has_benefit else None,
        cost_p80=read_number(cost.get("p80")).value,
        both=read_chance(joint.get("p_both")),
        both_text=read_prose(joint.get("text")),
        sums_text=read_prose(as_mapping(raw.get("sums")).get("text")),
        earned_value=read_earned_value(raw.get("earned_value")),
        chain=read_chain(raw.get("chain")),
    )


def _read_begin(
    raw: Mapping[str, Any], status: str, as_of: date | None, clock: Sequence[tuple[float, date]]
) -> When | None:
    """Return where the bar of a project begins.

    The document may say so (``start``); else it is the finish less the lead time from release,
    brought to dates by the finishes that stand in the document both as a day and as a date.
    """
    if status == "running" and as_of is not None:
        return When(day=as_of)
    said = as_mapping(raw.get("start")).get("p50")
    if said is not None:
        return read_when(said)
    lead = read_number(as_mapping(raw.get("lead_days")).get("from_release")).value
    finish = read_number(as_mapping(raw.get("finish_day")).get("p50")).value
    if lead is None or finish is None or not clock:
        return None
    return When(day=_date_at(max(0.0, finish - lead), clock))


def _read_clock(document: Mapping[str, Any], as_of: date | None) -> list[tuple[float, date]]:
    """Return (working day, date) pairs of the document, rising, from day 0."""
    pairs: dict[float, date] = {0.0: as_of} if as_of else {}
    for project in document.get("projects") or ():
        days = as_mapping(project.get("finish_day"))
        finish = as_mapping(project.get("finish"))
        for level in ("p10", "p50", "p80", "p90"):
            day, when = read_number(days.get(level)).value, read_date(finish.get(level))
            if day is not None and when is not None:
                pairs[day] = when
    return sorted(pairs.items())


def _date_at(day: float, clock: Sequence[tuple[float, date]]) -> date:
    before = max((pair for pair in clock if pair[0] <= day), default=clock[0])
    after = min((pair for pair in clock if pair[0] >= day), default=clock[-1])
    span = after[0] - before[0]
    part = (day - before[0]) / span if span else 0.0
    return before[1] + timedelta(days=round((after[1] - before[1]).days * part))


def _read_stream(raw: Mapping[str, Any]) -> StreamLine:
    away = [read_number(raw.get(key)).value for key in ("rejected", "withdrawn")]
    return StreamLine(
        id=clean(raw.get("id")),
        arrived=read_number(raw.get("arrived")).value,
        finished=read_number(raw.get("finished")).value,
        turned_away=sum(number or 0.0 for number in away),
        lead_days=read_number(raw.get("lead_days")).value,
    )


def _read_reaction(raw: Mapping[str, Any]) -> ReactionLine:
    return ReactionLine(
        id=clean(raw.get("id")),
        action=clean(raw.get("do")),
        p_used=read_number(raw.get("p_used")).value,
        per_future=read_number(raw.get("per_future")).value,
    )


def _read_role(raw: Mapping[str, Any]) -> RoleLine:
    identity = clean(raw.get("id"))
    wait = raw.get("wait_days")
    return RoleLine(
        id=identity,
        words=role_words(identity),
        people=read_number(raw.get("fte", raw.get("headcount"))).value,
        busy=read_number(raw.get("utilisation")).value,
        wait_days=read_number(
            wait["mean"] if isinstance(wait, Mapping) and "mean" in wait else wait
        ).value,
        uncovered=_read_uncovered(raw.get("uncovered")),
        months=tuple(
            Load(
                month=clean(month.get("month"))[:7],
                capacity=read_number(month.get("capacity_fte")).value,
                planned=read_number(month.get("planned_fte")).value,
                busy=read_number(month.get("busy_fte")).value,
                waiting=read_number(month.get("waiting_fte")).value,
                is_run_off=month.get("is_run_off") is True,
            )
            for month in raw.get("by_month") or ()
        ),
    )


def _read_uncovered(raw: object) -> tuple[float, Number] | None:
    if not isinstance(raw, Mapping):
        return None
    days = read_number(raw.get("days")).value
    return None if days is None else (days, read_number(raw.get("probability")))


def _keep_apart(roles: tuple[RoleLine, ...]) -> tuple[RoleLine, ...]:
    """Give roles their ids back where two would read the same (``qa-lead`` and ``qa lead``)."""
    words = [role.words for role in roles]
    if len(set(words)) == len(words):
        return roles
    return tuple(
        RoleLine(**{**vars(role), "words": role.id}) if words.count(role.words) > 1 else role
        for role in roles
    )


def _read_all_done(raw: object) -> tuple[When | None, When | None]:
    finish = as_mapping(raw).get("committed_finish")
    if not isinstance(finish, Mapping) or not ("p50" in finish or "p80" in finish):
        return None, None
    return tuple(read_when(finish[p]) if p in finish else None for p in ("p50", "p80"))  # type: ignore[return-value]


def _read_assumption(raw: object) -> Assumption:
    if not isinstance(raw, Mapping):
        text = read_prose(raw)
        found = _BASIS.search(text[:_BASIS_WITHIN])
        return Assumption(basis=found.group(1) if found else "", text=text)
    basis = clean(raw.get("basis"))
    parts = [read_prose(raw.get(key)) for key in ("name", "value", "text")]
    return Assumption(
        basis=basis,
        text=": ".join(part for part in parts if part),
        mechanism=clean(raw.get("mechanism")),
        source=read_prose(raw.get("source")),
    )


def _read_warning(raw: object) -> str:
    if not isinstance(raw, Mapping):
        return read_prose(raw)
    source = ", ".join(part for key in ("code", "place") if (part := clean(raw.get(key))))
    return read_prose(raw.get("text")) + (f" ({source})" if source else "")


def _first_month(roles: Sequence[RoleLine]) -> date | None:
    months = [month.month for role in roles for month in role.months]
    return read_date(f"{min(months)}-01") if months else None


def _ratio(part: float | None, whole: float | None) -> float | None:
    return None if part is None or not whole else part / whole
