"""Planned: plans of Microsoft Project as one scenario, and what a scenario cannot say of them.

Each file is a project; people and roles of the same name are the same. Work, links and calendars
are taken as the plan has them, dates are not: when things happen is what a run answers. Whatever is
dropped or bent on the way is said.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pmosim.errors import InputError, Problem
from pmosim.exchange.msproject import read_plan
from pmosim.scenario import check_scenario, files
from pmosim.scenario.messages import Problems

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from pathlib import Path

    from pmosim.exchange.msproject import (
        Plan,
        PlanAssignment,
        PlanCalendar,
        PlanLink,
        PlanResource,
        PlanTask,
    )

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOST_IDS = 60
"""Letters of a name that its id keeps."""
WORKING_SHARE = 5 / 7
"""Working days in a calendar day, for elapsed lags."""


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A scenario as plain values, and what the plans say that it cannot."""

    document: dict[str, Any]
    shown: str
    """The files, as messages call them."""
    dropped: dict[str, list[str]]
    """What is not expressed -> the tasks or resources it concerns."""

    def doubts(self) -> list[Problem]:
        """Return a warning per thing that was dropped or bent."""
        lines = []
        for what, names in self.dropped.items():
            unique = list(dict.fromkeys(names))
            more = f" and {len(unique) - 6} more" if len(unique) > 6 else ""
            text = f"a scenario cannot say: {what}: {', '.join(unique[:6])}{more}."
            lines.append(Problem(place=self.shown, code="PMO978", text=text, severity="warning"))
        return lines


@dataclass(kw_only=True)
class _Names:
    """Ids for names, each once."""

    taken: set[str] = field(default_factory=set)

    def new(self, name: str, otherwise: str) -> str:
        plain = unicodedata.normalize("NFC", name).strip().lower()
        base = "-".join(re.findall(r"[^\W_]+", plain))[:MOST_IDS].strip("-") or otherwise
        found, n = base, 1
        while found in self.taken:
            n += 1
            found = f"{base}-{n}"
        self.taken.add(found)
        return found


def scenario_of(plans: Sequence[Plan], *, named: bool = False) -> Planned:
    """Return the scenario of plans.

    Parameters
    ----------
    plans : at least one; the calendar, day and currency of the first count.
    named : keep the names of people as their ids; else ``person-1``, ``person-2``.
    """
    return _Writer(plans, named=named).written()


def import_plans(paths: Sequence[Path], *, named: bool = False) -> Planned:
    """Return the scenario of XML files of Microsoft Project (InputError with every fault)."""
    problems = Problems()
    plans = []
    for path in paths:
        try:
            plans.append(read_plan(path, problems))
        except files.UnreadableError:
            continue
    for plan in plans:
        if not plan.leaves():
            said = "holds no task; nothing can be simulated."
            problems.error("PMO976", f"{plan.shown}:1:1", "the plan", said)
    if problems.has_errors:
        raise InputError(problems.listed())
    return scenario_of(plans, named=named)


def write_scenario(planned: Planned, file: Path) -> list[Problem]:
    """Write a scenario file and return every problem and doubt that a check of it finds.

    A file that is there is not overwritten (InputError).
    """
    from pmosim.history.folder import write_text
    from pmosim.scenario.resolution import yaml_text

    if file.exists():
        said = "is there already and is not overwritten. Give another name: -o scenarios/NAME.yaml"
        raise InputError([Problem(place=str(file), code="PMO034", text=said)])
    file.parent.mkdir(parents=True, exist_ok=True)
    write_text(file, yaml_text(planned.document, is_compact=True))
    return check_scenario(file)[1]


class _Writer:
    def __init__(self, plans: Sequence[Plan], *, named: bool) -> None:
        self._plans = plans
        self._named = named
        self._dropped: dict[str, list[str]] = defaultdict(list)
        self._ids = _Names()
        self._roles: dict[str, dict[str, Any]] = {}
        self._role_ids: dict[str, str] = {}
        self._people: dict[str, dict[str, Any]] = {}
        self._who: dict[tuple[int, int], str] = {}
        """(plan, resource) -> the role or person that is asked for."""

    def written(self) -> Planned:
        """Return everything."""
        first = self._plans[0]
        day = self._day()
        for n, plan in enumerate(self._plans):
            self._take_resources(n, plan)
        projects = [self._project(n, plan) for n, plan in enumerate(self._plans)]
        document: dict[str, Any] = {
            "pmosim": 1,
            "name": first.name if len(self._plans) == 1 else f"{len(self._plans)} plans",
            "as_of": day.isoformat(),
            "horizon": f"{self._years(day)}y",
            "run_off": "1y",
            "assume": "typical",
        }
        if re.fullmatch(r"[A-Z]{3}", first.currency):
            document["currency"] = first.currency
        document["calendar"] = self._calendar(first)
        document["roles"] = self._roles
        document["people"] = list(self._people.values())
        document["projects"] = projects
        shown = ", ".join(plan.shown for plan in self._plans)
        return Planned(document=document, shown=shown, dropped=dict(self._dropped))

    def _drop(self, what: str, name: str) -> None:
        self._dropped[what].append(name)

    def _day(self) -> date:
        known = [day for plan in self._plans if (day := plan.day_known()) is not None]
        if known:
            return max(known)
        starts = [plan.start.date() for plan in self._plans if plan.start is not None]
        starts += [t.start.date() for p in self._plans for t in p.tasks if t.start is not None]
        from datetime import date

        return min(starts, default=date(2000, 1, 3))

    def _years(self, day: date) -> int:
        """Return a window that ends well after the last date of the plans."""
        ends = [task.finish.date() for plan in self._plans for task in plan.tasks if task.finish]
        days = max(((end - day).days for end in ends), default=365)
        return max(2, math.ceil(2 * days / 365))

    # ---- calendars

    def _calendar(self, plan: Plan) -> dict[str, Any]:
        own = plan.calendars.get(plan.calendar_uid)
        week = [own.weekdays.get(n, n < 5) if own else n < 5 for n in range(7)]
        calendar: dict[str, Any] = {
            "workweek": [name for name, works in zip(_WEEKDAYS, week, strict=True) if works],
            "hours_per_day": _plain(plan.minutes_per_day / 60),
        }
        if own is not None and own.days_off:
            calendar["closures"] = [_range(first, last) for first, last in own.days_off]
        if own is not None and own.n_unread:
            self._drop("exceptions of a calendar that repeat or add working days", own.name)
        return calendar

    def _leave(self, plan: Plan, resource: PlanResource) -> list[str]:
        own = plan.calendars.get(resource.calendar_uid)
        if own is None or own.uid == plan.calendar_uid:
            return []
        base: PlanCalendar | None = plan.calendars.get(own.base_uid)
        main = plan.calendars.get(plan.calendar_uid)
        if base is not None and main is not None and base.uid != main.uid:
            self._drop("calendars of people that differ from the calendar of the plan", own.name)
        week = main.weekdays if main is not None else {}
        if any(works != week.get(day, day < 5) for day, works in own.weekdays.items()):
            self._drop("working weeks of single people", resource.name)
        if own.n_unread:
            self._drop("exceptions of a calendar that repeat or add working days", own.name)
        return [_range(first, last) for first, last in own.days_off]

    # ---- people

    def _take_resources(self, n: int, plan: Plan) -> None:
        for resource in plan.resources.values():
            if resource.kind != "work":
                continue
            is_role = resource.is_generic or not resource.group
            role = self._role(resource.name if is_role else resource.group, resource, plan)
            if is_role:
                self._take_pool(role, resource, plan)
                self._who[n, resource.uid] = role
            else:
                self._who[n, resource.uid] = self._person(role, resource, plan)

    def _role(self, name: str, resource: PlanResource, plan: Plan) -> str:
        if name not in self._role_ids:
            self._role_ids[name] = self._ids.new(name, "role")
        role = self._role_ids[name]
        entry = self._roles.setdefault(role, {})
        rate = resource.rate_per_hour * plan.minutes_per_day / 60
        if rate and "day_rate" not in entry:
            entry["day_rate"] = _plain(rate)
        return role

    def _take_pool(self, role: str, resource: PlanResource, plan: Plan) -> None:
        key = f"role {role}"
        headcount = _plain(max(resource.units, 0.0)) or 1
        leave = self._leave(plan, resource)
        if key in self._people:
            return
        entry: dict[str, Any] = {"role": role, "headcount": headcount}
        self._people[key] = entry | self._employment(resource, leave)

    def _person(self, role: str, resource: PlanResource, plan: Plan) -> str:
        key = f"person {resource.name}"
        if key in self._people:
            found: str = self._people[key]["id"]
            return found
        n = sum(known.startswith("person ") for known in self._people) + 1
        entry: dict[str, Any] = {
            "id": self._ids.new(resource.name if self._named else f"person-{n}", "person"),
            "role": role,
        }
        if resource.units > 1:
            self._drop("people of more than 100 % (taken as one person)", entry["id"])
        elif 0 < resource.units < 1:
            entry["fte"] = f"{_plain(100 * resource.units)}%"
        rate = resource.rate_per_hour * plan.minutes_per_day / 60
        if rate and rate != self._roles[role].get("day_rate"):
            entry["day_rate"] = _plain(rate)
        self._people[key] = entry | self._employment(resource, self._leave(plan, resource))
        own: str = entry["id"]
        return own

    def _employment(self, resource: PlanResource, leave: list[str]) -> dict[str, Any]:
        entry: dict[str, Any] = {"leave": leave} if leave else {}
        if resource.n_availabilities > 1:
            self._drop(
                "availability that changes over time (first to last day taken)", resource.name
            )
        if resource.available_from is not None:
            entry["from"] = resource.available_from.date().isoformat()
        if resource.available_to is not None:
            entry["until"] = resource.available_to.date().isoformat()
        return entry

    # ---- work

    def _project(self, n: int, plan: Plan) -> dict[str, Any]:
        project_id = self._ids.new(plan.name, "project")
        leaves = [task for task in plan.leaves() if task.is_active]
        for task in plan.leaves():
            if not task.is_active:
                self._drop("inactive tasks", task.name)
        names = _Names()
        ids = {task.uid: names.new(task.name, "task") for task in leaves}
        is_begun = any(task.done > 0 or task.actual_start is not None for task in leaves)
        project: dict[str, Any] = {"id": project_id, "name": plan.name}
        project["status"] = "running" if is_begun else "approved"
        start = min((t.start for t in leaves if t.start is not None), default=None)
        day = self._day()
        if not is_begun and start is not None and start.date() > day:
            project["starts"] = start.date().isoformat()
        due = _due(plan)
        if due is not None:
            project["due"] = due.date().isoformat()
        cost = sum(
            a.cost
            for task in leaves
            for a, resource in plan.assigned(task)
            if resource.kind != "work"
        ) + sum(task.fixed_cost for task in plan.tasks)
        if cost:
            project["fixed_cost"] = _plain(cost)
        whole = next((task for task in plan.tasks if task.uid == 0), None)
        if whole is not None and whole.baseline is not None and whole.baseline.cost:
            project["budget"] = _plain(whole.baseline.cost)
        links = _Links(plan, ids, self._drop)
        project["tasks"] = {ids[t.uid]: self._task(n, plan, t, links) for t in leaves}
        if not project["tasks"]:
            self._drop("plans without tasks", plan.name)
        return project

    def _task(self, n: int, plan: Plan, task: PlanTask, links: _Links) -> dict[str, Any]:
        entry: dict[str, Any] = {}
        done = task.done >= 1 or task.actual_finish is not None
        begun = not done and (task.done > 0 or task.actual_start is not None)
        work = self._work(n, plan, task)
        if work and not (task.fixes_duration and task.duration_minutes > 0):
            entry["effort"] = {who: _pd(minutes, plan) for who, (minutes, _) in work.items()}
            entry["needs"] = {who: _heads(units) for who, (_, units) in work.items()}
        elif task.duration_minutes > 0:
            entry["duration"] = _time(task.duration_minutes, plan)
            if work:
                entry["needs"] = {
                    who: _heads(minutes / task.duration_minutes)
                    for who, (minutes, _) in work.items()
                }
        else:
            entry["milestone"] = True
        after = links.of(task)
        is_ready = done or begun
        if is_ready:
            after = links.kept_for_begun(task, after, is_done=done)
        if after:
            entry["after"] = after
        self._add_dates(task, entry, is_open=not is_ready)
        if done:
            entry["done"] = True
        elif begun and "effort" in entry:
            self._add_progress(n, plan, task, entry)
        elif begun and "duration" in entry:
            gone = task.duration_minutes - task.remaining_duration_minutes
            gone = gone if 0 < gone < task.duration_minutes else task.done * task.duration_minutes
            if gone > 0:
                entry["spent"] = _time(gone, plan)
        return entry

    def _work(self, n: int, plan: Plan, task: PlanTask) -> dict[str, tuple[float, float]]:
        """Return who is asked for: minutes of work, and people at a time."""
        work: dict[str, tuple[float, float]] = {}
        for assignment, resource in plan.assigned(task):
            if resource.kind != "work" or assignment.work_minutes <= 0:
                continue
            who = self._who[n, resource.uid]
            minutes, units = work.get(who, (0.0, 0.0))
            own = max(assignment.units, 0.01)
            work[who] = (minutes + assignment.work_minutes, units + own)
        if not work and task.work_minutes > 0:
            self._drop("work that nobody is assigned to (taken as waiting time)", task.name)
        return work

    def _add_progress(self, n: int, plan: Plan, task: PlanTask, entry: dict[str, Any]) -> None:
        spent: dict[str, float] = defaultdict(float)
        left: dict[str, float] = defaultdict(float)
        for assignment, resource in plan.assigned(task):
            if resource.kind == "work" and assignment.work_minutes > 0:
                who = self._who[n, resource.uid]
                spent[who] += assignment.actual_work_minutes
                left[who] += _remaining(assignment)
        entry["spent"] = {who: _pd(m, plan) for who, m in spent.items() if m > 0}
        entry["remaining"] = {who: _pd(m, plan) for who, m in left.items()}
        if not entry["spent"]:
            del entry["spent"], entry["remaining"]

    def _add_dates(self, task: PlanTask, entry: dict[str, Any], *, is_open: bool) -> None:
        if task.deadline is not None:
            entry["due"] = task.deadline.date().isoformat()
        when = task.constraint_date
        if when is None or task.constraint == "asap":
            if task.constraint == "alap":
                self._drop("tasks as late as possible (start as soon as they can)", task.name)
            return
        if task.constraint in {"start-from", "start-on"}:
            if is_open:
                entry["not_before"] = when.date().isoformat()
            if task.constraint == "start-on" and is_open:
                self._drop("tasks that must start on a day (not before it)", task.name)
        elif task.constraint in {"finish-until", "finish-on"}:
            entry.setdefault("due", when.date().isoformat())
            self._drop(
                "tasks that must finish by a day (a promise, which a run may break)", task.name
            )
        else:
            self._drop("constraints 'start no later than' and 'finish no earlier than'", task.name)


class _Links:
    """The links of a plan, those of headings given to the tasks below them."""

    def __init__(self, plan: Plan, ids: dict[int, str], drop: Any) -> None:
        self._plan = plan
        self._ids = ids
        self._drop = drop
        self._tasks = {task.uid: task for task in plan.tasks}
        self._below: dict[int, list[int]] = defaultdict(list)
        self._above: dict[int, list[PlanTask]] = {}
        path: list[PlanTask] = []
        for task in plan.tasks:
            path = [known for known in path if known.level < task.level]
            self._above[task.uid] = list(path)
            if not task.is_summary:
                for heading in path:
                    self._below[heading.uid].append(task.uid)
            path.append(task)

    def of(self, task: PlanTask) -> list[Any]:
        """Return what a task waits for, as a scenario file has it."""
        found: list[Any] = []
        for holder in (task, *self._above[task.uid]):
            for link in holder.links:
                if holder is not task and link.kind in {"FF", "SF"}:
                    self._drop("links to the end of a heading", holder.name)
                    continue
                found += self._entries(task, link)
        unique = []
        for entry in found:
            if entry not in unique:
                unique.append(entry)
        return unique

    def _entries(self, task: PlanTask, link: PlanLink) -> list[Any]:
        if link.is_other_project or link.uid not in self._tasks:
            self._drop("links to another file", task.name)
            return []
        if link.kind == "SF":
            self._drop("start-to-finish links", task.name)
            return []
        before = self._tasks[link.uid]
        uids = [link.uid] if not before.is_summary else self._below[link.uid]
        lag = self._lag(task, link, before)
        entries: list[Any] = []
        for uid in uids:
            if uid not in self._ids or uid == task.uid:
                continue
            if link.kind == "FS" and not lag:
                entries.append(self._ids[uid])
                continue
            entry = {"task": self._ids[uid]}
            if link.kind != "FS":
                entry["type"] = link.kind
            if lag:
                entry["lag"] = lag
            entries.append(entry)
        return entries

    def _lag(self, task: PlanTask, link: PlanLink, before: PlanTask) -> str:
        minutes = link.lag_minutes
        if link.percent is not None:
            minutes = link.percent * before.duration_minutes
            self._drop("lags in percent (of the planned duration)", task.name)
        if link.is_elapsed and minutes > 0:
            minutes = minutes / 1440 * WORKING_SHARE * self._plan.minutes_per_day
            self._drop("elapsed lags (5 working days for 7)", task.name)
        if minutes < 0:
            self._drop("leads, which are lags below 0 (taken as 0)", task.name)
            return ""
        return _time(minutes, self._plan) if minutes > 0 else ""

    def kept_for_begun(self, task: PlanTask, after: list[Any], *, is_done: bool) -> list[Any]:
        """Return the links that agree with a task that is begun or done."""
        by_id = {self._ids[uid]: self._tasks[uid] for uid in self._ids}
        kept = []
        for entry in after:
            name = entry if isinstance(entry, str) else entry["task"]
            kind = "FS" if isinstance(entry, str) else entry.get("type", "FS")
            before = by_id[name]
            finished = before.done >= 1 or before.actual_finish is not None
            begun = finished or before.done > 0 or before.actual_start is not None
            fits = finished or (kind == "SS" and begun) or (kind == "FF" and not is_done)
            if fits:
                kept.append(entry)
            else:
                self._drop("links of work that began before what comes first was done", task.name)
        return kept


def _due(plan: Plan) -> datetime | None:
    """Return the finish that was agreed: of the baseline, else none."""
    whole = next((task for task in plan.tasks if task.uid == 0), None)
    if whole is not None and whole.baseline is not None and whole.baseline.finish is not None:
        return whole.baseline.finish
    ends = [t.baseline.finish for t in plan.leaves() if t.baseline and t.baseline.finish]
    return max(ends, default=None)


def _remaining(assignment: PlanAssignment) -> float:
    left = assignment.remaining_work_minutes
    return left or max(assignment.work_minutes - assignment.actual_work_minutes, 0.0)


def _plain(value: float) -> float | int:
    number = round(value, 4)
    return int(number) if number == int(number) else number


def _pd(minutes: float, plan: Plan) -> str:
    return f"{_plain(minutes / plan.minutes_per_day)}pd"


def _time(minutes: float, plan: Plan) -> str:
    if minutes % 60 or minutes % plan.minutes_per_day == 0:
        return f"{_plain(minutes / plan.minutes_per_day)}d"
    return f"{_plain(minutes / 60)}h"


def _heads(units: float) -> int | str:
    """Return people at a time: whole ones, a share of one, or several at a share."""
    if units <= 1:
        share = _plain(min(max(100 * units, 1.0), 100.0))
        return 1 if share == 100 else f"{share}%"
    heads = math.ceil(units - 1e-9)
    share = _plain(100 * units / heads)
    return heads if share == 100 else f"{heads} x {share}%"


def _range(first: date, last: date) -> str:
    return first.isoformat() if first == last else f"{first.isoformat()}..{last.isoformat()}"
