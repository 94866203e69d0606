"""Microsoft Project: an XML export (MSPDI) as a plan: tasks, links, resources, calendars.

The plan as it stands in the file, in plain values: minutes, dates, shares. What becomes of it is
decided elsewhere: a history (``planlog``) or a scenario (``planned``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from pmosim.exchange.markup import read_xml, text_of
from pmosim.scenario import files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from xml.etree.ElementTree import Element

    from pmosim.scenario.messages import Problems

UNASSIGNED = -65535
"""The resource of work that nobody does yet."""
_DURATION = re.compile(
    r"P(?:(?P<d>\d+)D)?(?:T(?:(?P<h>\d+)H)?(?:(?P<m>\d+)M)?(?:(?P<s>[\d.]+)S)?)?\Z"
)
LINKS = {0: "FF", 1: "FS", 2: "SF", 3: "SS"}
_ELAPSED_LAGS = {4, 6, 8, 10, 12, 36, 38, 40, 42, 44}
_PERCENT_LAGS = {19, 20, 51, 52}
CONSTRAINTS = ("asap", "alap", "start-on", "finish-on", "start-from", "start-until",
               "finish-from", "finish-until")  # fmt: skip
"""ConstraintType 0 to 7."""
_DAY_TYPES = (6, 0, 1, 2, 3, 4, 5)
"""DayType 1 (Sunday) to 7 (Saturday) as weekdays, Monday = 0."""


@dataclass(frozen=True, kw_only=True)
class PlanLink:
    """What comes before a task."""

    uid: int
    kind: str
    lag_minutes: float = 0.0
    is_elapsed: bool = False
    percent: float | None = None
    is_other_project: bool = False


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """The first plan that was saved."""

    start: datetime | None
    finish: datetime | None
    duration_minutes: float | None
    work_minutes: float | None
    cost: float | None


@dataclass(frozen=True, kw_only=True)
class PlanTask:
    """One task of a plan; amounts in minutes, costs in money."""

    uid: int
    name: str
    level: int
    is_summary: bool
    is_milestone: bool
    is_active: bool
    is_manual: bool
    fixes_duration: bool
    start: datetime | None
    finish: datetime | None
    duration_minutes: float
    work_minutes: float
    done: float
    """Share that is complete."""
    actual_start: datetime | None
    actual_finish: datetime | None
    actual_duration_minutes: float
    actual_work_minutes: float
    remaining_work_minutes: float
    remaining_duration_minutes: float
    cost: float
    actual_cost: float
    fixed_cost: float
    constraint: str
    constraint_date: datetime | None
    deadline: datetime | None
    priority: int
    calendar_uid: int
    baseline: Baseline | None
    links: tuple[PlanLink, ...]
    place: str


@dataclass(frozen=True, kw_only=True)
class PlanResource:
    """Somebody, a role, or something that costs money."""

    uid: int
    name: str
    group: str
    kind: str
    """work, material or cost."""
    is_generic: bool
    units: float
    """1 = one person, full time."""
    rate_per_hour: float
    calendar_uid: int
    available_from: datetime | None
    available_to: datetime | None
    n_availabilities: int


@dataclass(frozen=True, kw_only=True)
class PlanAssignment:
    """Who works on what."""

    task_uid: int
    resource_uid: int
    units: float
    work_minutes: float
    actual_work_minutes: float
    remaining_work_minutes: float
    baseline_work_minutes: float | None
    cost: float


@dataclass(frozen=True, kw_only=True)
class PlanCalendar:
    """Working days, and the days that are off."""

    uid: int
    name: str
    base_uid: int
    weekdays: dict[int, bool] = field(default_factory=dict)
    """Weekday (Monday = 0) -> whether it is worked; only what the calendar itself says."""
    days_off: tuple[tuple[date, date], ...] = ()
    n_unread: int = 0
    """Exceptions that are worked, or come again and again."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A whole file."""

    name: str
    shown: str
    file: Path
    status_date: datetime | None
    saved: datetime | None
    start: datetime | None
    finish: datetime | None
    minutes_per_day: int
    currency: str
    calendar_uid: int
    tasks: tuple[PlanTask, ...]
    resources: dict[int, PlanResource]
    assignments: tuple[PlanAssignment, ...]
    calendars: dict[int, PlanCalendar]

    def leaves(self) -> list[PlanTask]:
        """Return the tasks that are work or milestones, not headings of others."""
        return [task for task in self.tasks if not task.is_summary and task.uid != 0]

    def assigned(self, task: PlanTask) -> list[tuple[PlanAssignment, PlanResource]]:
        """Return who works on a task, and what else it uses."""
        return [
            (assignment, self.resources[assignment.resource_uid])
            for assignment in self.assignments
            if assignment.task_uid == task.uid and assignment.resource_uid in self.resources
        ]

    def day_known(self) -> date | None:
        """Return the day on whose morning the plan is as it is: after the status date."""
        moment = self.status_date or self.saved
        return None if moment is None else (moment + timedelta(days=1)).date()


def read_plan(file: Path, problems: Problems) -> Plan:
    """Return the plan of a file, or raise ``UnreadableError`` after noting why not."""
    shown = files.shown_path(file)
    root = read_xml(file, problems)
    if root.tag != "Project" or root.find("Tasks") is None:
        said = f"begins with <{root.tag}>; a plan of Microsoft Project begins with <Project> and "
        said += "holds <Tasks>. Save it there as XML."
        problems.error("PMO976", f"{shown}:1:1", "the file", said)
        raise files.UnreadableError
    name = text_of(root, "Title") or re.sub(r"\.(xml|mpp)$", "", text_of(root, "Name"))
    resources = [_resource(entry) for entry in root.iterfind("Resources/Resource")]
    calendars = [_calendar(entry) for entry in root.iterfind("Calendars/Calendar")]
    return Plan(
        name=name or file.name.split(".")[0],
        shown=shown,
        file=file,
        status_date=_moment(text_of(root, "StatusDate")),
        saved=_moment(text_of(root, "LastSaved")) or _moment(text_of(root, "CurrentDate")),
        start=_moment(text_of(root, "StartDate")),
        finish=_moment(text_of(root, "FinishDate")),
        minutes_per_day=int(_number(text_of(root, "MinutesPerDay"), 480)) or 480,
        currency=text_of(root, "CurrencyCode"),
        calendar_uid=int(_number(text_of(root, "CalendarUID"), -1)),
        tasks=tuple(_tasks(root, shown)),
        resources={resource.uid: resource for resource in resources if resource is not None},
        assignments=tuple(_assignment(e) for e in root.iterfind("Assignments/Assignment")),
        calendars={calendar.uid: calendar for calendar in calendars},
    )


# ---- values


def minutes_of(text: str) -> float | None:
    """Return ``PT8H30M0S`` in minutes; None if it is none."""
    found = _DURATION.match(text)
    if found is None or text in {"P", "PT", ""}:
        return None
    parts = {part: float(found[part] or 0) for part in ("d", "h", "m", "s")}
    return parts["d"] * 1440 + parts["h"] * 60 + parts["m"] + parts["s"] / 60


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return None
    return found if 1950 <= found.year < 2149 else None  # 1984 and 2149 stand for "none" in places


def _number(text: str, otherwise: float = 0.0) -> float:
    try:
        return float(text)
    except ValueError:
        return otherwise


def _is_yes(element: Element, path: str, *, otherwise: bool = False) -> bool:
    text = text_of(element, path).lower()
    return text in {"1", "true"} if text else otherwise


def _amount(element: Element, path: str) -> float:
    return minutes_of(text_of(element, path)) or 0.0


def _money(text: str) -> float:
    """Return money, which such files hold in hundredths."""
    return _number(text) / 100


# ---- parts


def _tasks(root: Element, shown: str) -> Iterator[PlanTask]:
    for entry in root.iterfind("Tasks/Task"):
        name = text_of(entry, "Name")
        if _is_yes(entry, "IsNull") or (not name and text_of(entry, "UID") != "0"):
            continue
        constraint = int(_number(text_of(entry, "ConstraintType")))
        baselines = {text_of(b, "Number") or "0": b for b in entry.iterfind("Baseline")}
        yield PlanTask(
            uid=int(_number(text_of(entry, "UID"), -1)),
            name=name,
            level=int(_number(text_of(entry, "OutlineLevel"), 1)),
            is_summary=_is_yes(entry, "Summary"),
            is_milestone=_is_yes(entry, "Milestone"),
            is_active=_is_yes(entry, "Active", otherwise=True),
            is_manual=_is_yes(entry, "Manual"),
            fixes_duration=text_of(entry, "Type") == "1",
            start=_moment(text_of(entry, "Start")),
            finish=_moment(text_of(entry, "Finish")),
            duration_minutes=_amount(entry, "Duration"),
            work_minutes=_amount(entry, "Work"),
            done=_number(text_of(entry, "PercentComplete")) / 100,
            actual_start=_moment(text_of(entry, "ActualStart")),
            actual_finish=_moment(text_of(entry, "ActualFinish")),
            actual_duration_minutes=_amount(entry, "ActualDuration"),
            actual_work_minutes=_amount(entry, "ActualWork"),
            remaining_work_minutes=_amount(entry, "RemainingWork"),
            remaining_duration_minutes=_amount(entry, "RemainingDuration"),
            cost=_money(text_of(entry, "Cost")),
            actual_cost=_money(text_of(entry, "ActualCost")),
            fixed_cost=_money(text_of(entry, "FixedCost")),
            constraint=CONSTRAINTS[constraint] if 0 <= constraint < len(CONSTRAINTS) else "asap",
            constraint_date=_moment(text_of(entry, "ConstraintDate")),
            deadline=_moment(text_of(entry, "Deadline")),
            priority=int(_number(text_of(entry, "Priority"), 500)),
            calendar_uid=int(_number(text_of(entry, "CalendarUID"), -1)),
            baseline=_baseline(baselines["0"]) if "0" in baselines else None,
            links=tuple(_link(link) for link in entry.iterfind("PredecessorLink")),
            place=f"{shown}[task {text_of(entry, 'ID') or text_of(entry, 'UID')}]",
        )


def _baseline(entry: Element) -> Baseline | None:
    found = Baseline(
        start=_moment(text_of(entry, "Start")),
        finish=_moment(text_of(entry, "Finish")),
        duration_minutes=minutes_of(text_of(entry, "Duration")),
        work_minutes=minutes_of(text_of(entry, "Work")),
        cost=_money(text_of(entry, "Cost")) if text_of(entry, "Cost") else None,
    )
    return None if found.start is None and found.work_minutes is None else found


def _link(entry: Element) -> PlanLink:
    form = int(_number(text_of(entry, "LagFormat"), 7))
    lag = _number(text_of(entry, "LinkLag"))
    is_percent = form in _PERCENT_LAGS
    return PlanLink(
        uid=int(_number(text_of(entry, "PredecessorUID"), -1)),
        kind=LINKS.get(int(_number(text_of(entry, "Type"), 1)), "FS"),
        lag_minutes=0.0 if is_percent else lag / 10,
        is_elapsed=form in _ELAPSED_LAGS,
        percent=lag / 100 if is_percent else None,
        is_other_project=_is_yes(entry, "CrossProject"),
    )


def _resource(entry: Element) -> PlanResource | None:
    name = text_of(entry, "Name")
    if _is_yes(entry, "IsNull") or not name:
        return None
    periods = list(entry.iterfind("AvailabilityPeriods/AvailabilityPeriod"))
    kinds = {"0": "material", "1": "work", "2": "cost"}
    kind = "cost" if _is_yes(entry, "IsCostResource") else kinds.get(text_of(entry, "Type"))
    return PlanResource(
        uid=int(_number(text_of(entry, "UID"), -1)),
        name=name,
        group=text_of(entry, "Group"),
        kind=kind or "work",
        is_generic=_is_yes(entry, "IsGeneric"),
        units=_number(text_of(entry, "MaxUnits"), 1.0),
        rate_per_hour=_number(text_of(entry, "StandardRate")),
        calendar_uid=int(_number(text_of(entry, "CalendarUID"), -1)),
        available_from=_moment(text_of(periods[0], "AvailableFrom")) if periods else None,
        available_to=_moment(text_of(periods[-1], "AvailableTo")) if periods else None,
        n_availabilities=len(periods),
    )


def _assignment(entry: Element) -> PlanAssignment:
    baselines = {text_of(b, "Number") or "0": b for b in entry.iterfind("Baseline")}
    planned = minutes_of(text_of(baselines["0"], "Work")) if "0" in baselines else None
    return PlanAssignment(
        task_uid=int(_number(text_of(entry, "TaskUID"), -1)),
        resource_uid=int(_number(text_of(entry, "ResourceUID"), UNASSIGNED)),
        units=_number(text_of(entry, "Units"), 1.0),
        work_minutes=_amount(entry, "Work"),
        actual_work_minutes=_amount(entry, "ActualWork"),
        remaining_work_minutes=_amount(entry, "RemainingWork"),
        baseline_work_minutes=planned,
        cost=_money(text_of(entry, "Cost")),
    )


def _calendar(entry: Element) -> PlanCalendar:
    weekdays: dict[int, bool] = {}
    off: list[tuple[date, date]] = []
    n_unread = 0
    for day in entry.iterfind("WeekDays/WeekDay"):
        kind = int(_number(text_of(day, "DayType"), -1))
        is_worked = _is_yes(day, "DayWorking")
        if 1 <= kind <= 7:
            weekdays[_DAY_TYPES[kind - 1]] = is_worked
        elif kind == 0:  # how older versions write an exception
            n_unread += not _take_off(day, off, is_worked=is_worked)
    for exception in entry.iterfind("Exceptions/Exception"):
        is_worked = _is_yes(exception, "DayWorking")
        comes_again = text_of(exception, "Type") not in {"", "1"}
        if comes_again and int(_number(text_of(exception, "Occurrences"), 1)) > 1:
            n_unread += 1
        else:
            n_unread += not _take_off(exception, off, is_worked=is_worked)
    return PlanCalendar(
        uid=int(_number(text_of(entry, "UID"), -1)),
        name=text_of(entry, "Name"),
        base_uid=int(_number(text_of(entry, "BaseCalendarUID"), -1)),
        weekdays=weekdays,
        days_off=tuple(sorted(set(off))),
        n_unread=n_unread,
    )


def _take_off(entry: Element, off: list[tuple[date, date]], *, is_worked: bool) -> bool:
    """Add the days of an exception; False if it cannot be said as days off."""
    first = _moment(text_of(entry, "TimePeriod/FromDate"))
    last = _moment(text_of(entry, "TimePeriod/ToDate"))
    if is_worked or first is None or last is None or last < first:
        return False
    end = last.date() if last.time().isoformat() != "00:00:00" or last == first else (
        last - timedelta(days=1)
    ).date()  # fmt: skip
    off.append((first.date(), max(end, first.date())))
    return True
