"""Capacity: roles nobody asks for, and more work than people, as warnings with the numbers."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from pmosim.scenario.facts import activity_site, is_alive, needs_of
from pmosim.scenario.portfolio import Phase
from pmosim.scenario.turnover import staffed_share
from pmosim.units import WHOLE

if TYPE_CHECKING:
    from pmosim.scenario.facts import Facts
    from pmosim.scenario.frame import Frame
    from pmosim.scenario.organisation import Organisation, Person
    from pmosim.scenario.portfolio import Project, Task


def check_roles_are_used(facts: Facts) -> None:
    """Warn of roles that nobody asks for, once all that asks can be read."""
    if facts.problems.has_errors:
        return
    asked = set()
    for site in facts.demand.templates + facts.demand.all_sites:
        asked |= {need.who for need, _place, _path in needs_of(site)}
        for activity in site.project.activities:
            asked |= set(activity.work)
    asked |= {facts.people[who].role for who in asked if who in facts.people}
    roles = facts.root.get("roles")
    for role in facts.roles:
        if role in asked:
            continue
        people = len(facts.at_home[role])
        others = f"; the {people} who have it can only help with other skills" if people else ""
        said = f"is asked for by no project, template or stream{others}."
        place = roles.place_of(role) if roles is not None else _where_named(facts, role)
        facts.problems.warning("PMO901", place, f"roles.{role}", said)


def _where_named(facts: Facts, role: str) -> str:
    site = facts.staff.role_sites.get(role)
    return site.place if site is not None else "roles"


def check_capacity(facts: Facts) -> None:
    """Warn of roles whose planned work in listed projects exceeds what their people can do."""
    end = facts.frame.window_end
    if end is None:
        return
    demand = _planned_days(facts, end)
    roles = facts.root.get("roles")
    away = Absences(facts.frame, facts.staff.organisation)
    for role, days in demand.items():
        offered = sum(away.offered_days(person, end) for person in facts.at_home[role])
        if days <= offered or not facts.at_home[role]:
            continue
        ratio = f" ({days / offered:.0%})" if offered > 0 else ""
        said = (
            f"has more work than people: {days:.0f} person-days planned in listed projects, "
            f"{offered:.0f} on offer until {end}{ratio}. Some of it will not be finished by then."
        )
        place = roles.place_of(role) if roles is not None else _where_named(facts, role)
        facts.problems.warning("PMO902", place, f"roles.{role}", said)


def _planned_days(facts: Facts, end: date) -> dict[str, float]:
    """Return the planned person-days of each role that listed projects still ask for."""
    minutes: dict[str, float] = defaultdict(float)
    for site in facts.demand.projects:
        project = site.project
        begins = project.starts or project.arrives
        if not is_alive(site) or (begins is not None and begins > end):
            continue
        for activity in project.activities:
            for who, work in planned_minutes(facts, project, activity).items():
                role = who if who in facts.roles else facts.people[who].role
                minutes[role] += work * project.probability
    per_day = facts.frame.calendar.minutes_per_day
    return {role: minutes[role] / per_day for role in facts.roles if role in minutes}


def planned_minutes(facts: Facts, project: Project, activity: Task | Phase) -> dict[str, float]:
    """Return the planned work to go of an activity by role or person, in person-minutes."""
    if any(who not in facts.speeds for who in _who(activity)):
        return {}
    progress = activity.progress
    size = project.size.plan
    if progress is not None and progress.done == 1:
        return {}
    if isinstance(activity, Phase) or "" not in activity.work:
        plan = {who: law.plan * size for who, law in activity.work.items()}
        return {who: _to_go(activity, who, work) for who, work in plan.items()}
    speeds = {
        need.who: float(facts.speeds[need.who]) * need.heads * need.share / WHOLE
        for need in activity.needs
    }
    work = _to_go(activity, "", activity.work[""].plan * size)
    if activity.kind == "duration":
        return {who: work * speed for who, speed in speeds.items()}
    whole = sum(speeds.values()) or 1.0
    return {who: work * speed / whole for who, speed in speeds.items()}


def _who(activity: Task | Phase) -> list[str]:
    if isinstance(activity, Phase) or "" not in activity.work:
        return list(activity.work)
    return [need.who for need in activity.needs]


def _to_go(activity: Task | Phase, who: str, plan: float) -> float:
    progress = activity.progress
    if progress is None:
        return plan
    if who in progress.remaining:
        return progress.remaining[who].plan
    if who in progress.spent:
        return max(0.0, plan - progress.spent[who])
    return plan * (1 - (progress.done or 0.0))


class Absences:
    """Working days that people are there."""

    def __init__(self, frame: Frame, organisation: Organisation) -> None:
        self._calendar, self._measures = frame.calendar, frame.measures
        self._closed = set(self._calendar.closures)
        self._holidays = {
            place.id: frozenset(filter(self._is_working, place.holidays))
            for place in organisation.places
        }

    def _is_working(self, day: date) -> bool:
        return day.weekday() in self._calendar.workweek and day not in self._closed

    def offered_days(self, person: Person, end: date) -> float:
        """Return person-days for projects from day 0 to ``end``, with what chance takes."""
        first, last = self._employed(person, self._calendar.as_of, end)
        days = self._calendar.working_days_between(first, last)
        presence = person.fte / WHOLE * (1 - person.bau / WHOLE) * (1 - person.absence / WHOLE)
        presence *= 1 - person.sickness
        presence *= staffed_share(person.change, days, self._measures)
        return max(0, days - self._days_away(person, first, last)) * presence

    def planned_minutes(self, person: Person, begin: date, end: date) -> Fraction:
        """Return person-minutes for projects from one day to another, as a plan counts them."""
        first, last = self._employed(person, begin, end)
        if last < first:
            return Fraction(0)
        days = self._calendar.working_days_between(first, last)
        presence = Fraction(person.fte, WHOLE) * (1 - Fraction(person.bau, WHOLE))
        presence *= 1 - Fraction(person.absence, WHOLE)
        days_there = max(0, days - self._days_away(person, first, last))
        return days_there * presence * self._calendar.minutes_per_day

    def _employed(self, person: Person, begin: date, end: date) -> tuple[date, date]:
        """Return the part of a window, from day 0 on, in which somebody is employed."""
        first = max(begin, self._calendar.as_of, person.employed_from or self._calendar.as_of)
        return first, min(end, person.employed_until or end)

    def _days_away(self, person: Person, first: date, last: date) -> int:
        """Return the working days of holidays and leave with dates."""
        away = {day for day in self._holidays.get(person.place or "", ()) if first <= day <= last}
        for start, stop in person.leave:
            n_days = (min(stop, last) - max(start, first)).days + 1
            leave = (max(start, first) + timedelta(days=n) for n in range(n_days))
            away |= {day for day in leave if self._is_working(day)}
        return len(away)


def check_promises(facts: Facts) -> None:
    """Warn of promises that were due before day 0, of work that is not done."""
    as_of = facts.frame.calendar.as_of
    for site in facts.demand.projects:
        if not is_alive(site):
            continue
        owners = [(site.node, site.path, site.project.due)]
        owners += [
            (*activity_site(site, activity), activity.due)
            for activity in site.project.activities
            if activity.progress is None or activity.progress.done != 1
        ]
        for node, path, due in owners:
            if isinstance(due, date) and due < as_of:
                said = f"is {due}, before day 0 ({as_of}): it is late already."
                place = node.get("due") or node
                facts.problems.warning("PMO903", place, f"{path}.due", said)
