"""Bookings: who is booked for which project, as a resource plan says it, and what looks wrong.

A booking is a share of a person's own time for projects; person-days (``work``) become the share
that gives them on the days that the person is there in the window. What was booked before day 0
is over: a plan may hold its past months.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from pmosim.scenario import amounts, shapes
from pmosim.scenario.capacity import Absences, planned_minutes
from pmosim.scenario.facts import ENDED, needs_of
from pmosim.scenario.messages import did_you_mean, series
from pmosim.scenario.portfolio import Booking, Phase
from pmosim.units import WHOLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pmosim.scenario.demand import Demand, Site
    from pmosim.scenario.facts import Facts
    from pmosim.scenario.frame import Frame
    from pmosim.scenario.kinds import Reader
    from pmosim.scenario.nodes import Node
    from pmosim.scenario.organisation import Person
    from pmosim.scenario.staff import Staff

SLIGHT_DAYS = 0.5
"""Person-days by which a plan may be missed without a word: half a day."""
MOST_MONTHS = 6
"""Months of one person that are named."""


@dataclass(frozen=True, kw_only=True)
class BookingSite:
    """A booking beside the node it was read from."""

    booking: Booking
    node: Node
    path: str

    def place_of(self, key: str) -> tuple[Node, str]:
        """Return node and path of a key, or of the booking where it does not stand."""
        found = self.node.get(key)
        return (self.node, self.path) if found is None else (found, f"{self.path}.{key}")


# --- reading ------------------------------------------------------------------------------------


def read_bookings(
    root: Node, reader: Reader, staff: Staff, demand: Demand, frame: Frame
) -> tuple[BookingSite, ...]:
    """Return the bookings that can be used; every fault is noted."""
    given = root.get("bookings")
    if given is None or not given.items:
        return ()
    book = _Book(reader, staff, demand, frame)
    found = [book.read(node, f"bookings[{n}]") for n, node in enumerate(given.items)]
    return tuple(site for site in found if site is not None)


class _Book:
    def __init__(self, reader: Reader, staff: Staff, demand: Demand, frame: Frame) -> None:
        self._reader = reader
        self._people = {person.id: person for person in staff.organisation.people}
        self._roles = [role.id for role in staff.organisation.roles]
        self._projects = [site.project.id for site in demand.projects]
        self._streams = {stream.id for stream in demand.streams}
        self._absences = Absences(frame, staff.organisation)
        self._as_of = frame.calendar.as_of

    def read(self, node: Node, path: str) -> BookingSite | None:
        """Return one booking, None where it says nothing or cannot be used."""
        fields = self._reader.fields(shapes.BOOKING, node, path)
        first, last = fields.get("from"), fields.get("until")
        is_usable = "person" in fields and "project" in fields
        is_usable = is_usable and self._is_person(node, fields["person"], path)
        is_usable = self._is_project(node, fields.get("project"), path) and is_usable
        if first is not None and last is not None and last < first:
            said = f"is {last}, before the first day {first}; give a day after it."
            self._reader.problems.error("PMO117", node.mapping["until"], f"{path}.until", said)
            return None
        if not is_usable:
            return None
        share = amounts.billionths(fields.get("share", Fraction(1)))
        if "work" in fields:
            share = self._share_of(node, fields["work"], fields["person"], first, last, path)
        if share == 0:
            return None
        booking = Booking(
            person=fields["person"],
            project=fields["project"],
            share=share,
            first=first,
            last=last,
            on_overrun=fields.get("on_overrun", "extend"),
        )
        return BookingSite(booking=booking, node=node, path=path)

    def _is_person(self, node: Node, name: str, path: str) -> bool:
        if name in self._people:
            return True
        place, here = node.mapping["person"], f"{path}.person"
        if name in self._roles:
            own = [person.id for person in self._people.values() if person.role == name]
            said = f"is the role '{name}'; a booking is a promise of one person. Name them "
            said += f"({series(own, 4)}), one row each, or leave the row out: what a project asks "
            said += "of a role stands in its phases or tasks."
            self._reader.problems.error("PMO920", place, here, said)
        else:
            said = f"names '{name}', who does not exist.{did_you_mean(name, self._people)}"
            self._reader.problems.error("PMO202", place, here, said)
        return False

    def _is_project(self, node: Node, name: str | None, path: str) -> bool:
        if name is None or name in self._projects:
            return name is not None
        said = f"is '{name}'; there is no such project.{did_you_mean(name, self._projects)}"
        if name in self._streams:
            said = f"is '{name}', a stream of demand: its projects have no dates yet that people "
            said += "could be booked for. Book listed projects only."
        self._reader.problems.error("PMO205", node.mapping["project"], f"{path}.project", said)
        return False

    def _share_of(
        self,
        node: Node,
        minutes: float,
        name: str,
        first: date | None,
        last: date | None,
        path: str,
    ) -> int:
        """Return the share of a person that gives some person-time in a window."""
        if last is None:
            said = "needs `until` beside it: person-days are those of a window. Or give a `share`."
            self._reader.problems.error("PMO102", node.mapping["work"], f"{path}.work", said)
            return 0
        if last < self._as_of:
            return 0
        offered = self._absences.planned_minutes(self._people[name], first or self._as_of, last)
        if not offered:
            said = f"is {node.mapping['work'].shown()}, but {name} is not there on any day of the "
            said += "window; correct the dates, or leave the row out."
            self._reader.problems.error("PMO922", node.mapping["work"], f"{path}.work", said)
            return 0
        return amounts.billionths(Fraction(minutes) / offered)


# --- checks -------------------------------------------------------------------------------------


def check_bookings(facts: Facts) -> None:
    """Warn of bookings that cannot be kept, or do not fit the plan."""
    if not facts.bookings or facts.problems.has_errors:
        return
    sites = {site.project.id: site for site in facts.demand.projects}
    as_of = facts.frame.calendar.as_of
    current = [
        site for site in facts.bookings if site.booking.last is None or site.booking.last >= as_of
    ]
    alive = []
    for site in current:
        status = sites[site.booking.project].project.status
        if status in ENDED:
            said = f"is '{site.booking.project}', which is {status}: nobody is reserved for it. "
            said += "Leave the row out."
            facts.problems.warning("PMO921", *site.place_of("project"), said)
        else:
            alive.append(site)
    _check_presence(facts, alive)
    _check_starts(facts, alive, sites)
    _check_usefulness(facts, alive, sites)
    _check_sums(facts, alive)
    _check_plans(facts, alive, sites)


def _check_presence(facts: Facts, bookings: Sequence[BookingSite]) -> None:
    """Warn of bookings of people who are not employed then."""
    for site in bookings:
        booking, person = site.booking, facts.people[site.booking.person]
        begins, leaves = person.employed_from, person.employed_until
        first, last = booking.first or facts.frame.calendar.as_of, booking.last
        said = ""
        if begins is not None and first < begins:
            said = f"begins on {first}, before the first day of {person.id} ({begins})"
        elif leaves is not None and (last or first) > leaves:
            said = f"goes on behind the last day of {person.id} ({leaves})"
        if said:
            said += ": nobody is reserved while nobody is there."
            facts.problems.warning("PMO922", site.node, site.path, said)


def _check_starts(facts: Facts, bookings: Sequence[BookingSite], sites: Mapping[str, Site]) -> None:
    """Warn of bookings that end before their project can start, as after a delay."""
    for site in bookings:
        project, last = sites[site.booking.project].project, site.booking.last
        dates = [project.starts, project.arrives, project.not_before]
        start = max((day for day in dates if day is not None), default=None)
        if project.status == "running" or start is None or last is None or last >= start:
            continue
        said = f"ends on {last}, before '{project.id}' can start ({start}): the share stays idle "
        said += "and is not kept until then. Move the booking with its project."
        facts.problems.warning("PMO927", *site.place_of("until"), said)


def _check_usefulness(
    facts: Facts, bookings: Sequence[BookingSite], sites: Mapping[str, Site]
) -> None:
    """Warn of people who can do nothing of what a project asks for."""
    asked = {name: _asked_by(sites[name]) for name in {s.booking.project for s in bookings}}
    for site in bookings:
        person = facts.people[site.booking.person]
        known = {person.id, person.role, *_other_roles(person)}
        wanted = asked[site.booking.project]
        if not known & wanted:
            said = f"is '{person.id}' ({person.role}), who can do nothing of what "
            said += f"'{site.booking.project}' asks for ({series(sorted(wanted), 5)}): the share "
            said += "would stay idle. Correct the row, or add a skill."
            facts.problems.warning("PMO925", *site.place_of("person"), said)


def _asked_by(site: Site) -> set[str]:
    asked = {need.who for need, _place, _path in needs_of(site)}
    for activity in site.project.activities:
        if isinstance(activity, Phase):
            asked |= set(activity.work)
    return asked


def _check_sums(facts: Facts, bookings: Sequence[BookingSite]) -> None:
    """Warn of people who are booked for more than all their time, month by month."""
    by_person: dict[str, list[BookingSite]] = defaultdict(list)
    for site in bookings:
        by_person[site.booking.person].append(site)
    for name, own in by_person.items():
        months = _over_booked(facts, own)
        if not months:
            continue
        parts = []
        for month, (total, shares) in list(months.items())[:MOST_MONTHS]:
            projects = ", ".join(f"{project} {_percent(part)}" for project, part in shares.items())
            parts.append(f"{_percent(total)} in {month:%B %Y} ({projects})")
        more = f", and in {len(months) - MOST_MONTHS} more months" * (len(months) > MOST_MONTHS)
        said = f"{name} is booked {', '.join(parts)}{more}; there is 100 %. The earlier booking "
        said += "goes first, the later one gets what that leaves: lower one, or move it."
        facts.problems.warning("PMO923", own[-1].node, "bookings:", said)


def _over_booked(
    facts: Facts, bookings: Sequence[BookingSite]
) -> dict[date, tuple[int, dict[str, int]]]:
    """Return of each month with more than 100 % the highest sum and the shares it is made of."""
    as_of, end = facts.frame.calendar.as_of, facts.frame.last_day
    windows = [
        (max(site.booking.first or as_of, as_of), site.booking.last or end, site.booking)
        for site in bookings
    ]
    found: dict[date, tuple[int, dict[str, int]]] = {}
    starts = {first for first, _last, _booking in windows}
    starts |= {last + timedelta(days=1) for _first, last, _booking in windows}
    for day in sorted(starts):
        now = [booking for first, last, booking in windows if first <= day <= last]
        total = sum(booking.share for booking in now)
        if total <= WHOLE:
            continue
        shares: dict[str, int] = defaultdict(int)
        for booking in now:
            shares[booking.project] += booking.share
        until = min((other for other in starts if other > day), default=end) - timedelta(days=1)
        for month in _months(day, min(until, end)):
            if month not in found or total > found[month][0]:
                found[month] = total, dict(shares)
    return dict(sorted(found.items()))


def _months(first: date, last: date) -> Iterator[date]:
    """Yield the first day of every month between two days."""
    month = first.replace(day=1)
    while month <= last:
        yield month
        month = (month + timedelta(days=32)).replace(day=1)


def _percent(share: int) -> str:
    return f"{share / WHOLE * 100:.4g} %"


def _check_plans(facts: Facts, bookings: Sequence[BookingSite], sites: Mapping[str, Site]) -> None:
    """Warn of projects for which fewer person-days are booked than are planned."""
    by_project: dict[str, list[BookingSite]] = defaultdict(list)
    for site in bookings:
        by_project[site.booking.project].append(site)
    absences = Absences(facts.frame, facts.staff.organisation)
    per_day = facts.frame.calendar.minutes_per_day
    for name, own in by_project.items():
        planned = _planned_days(facts, sites[name])
        booked: dict[str, float] = defaultdict(float)
        for site in own:
            role = _role_for(facts.people[site.booking.person], planned)
            booked[role] += _booked_minutes(facts, absences, site.booking, sites[name]) / per_day
        short = [
            f"{role} {booked[role]:.0f} of {days:.0f}"
            for role, days in planned.items()
            if booked[role] < days - SLIGHT_DAYS
        ]
        if short:
            said = f"'{name}' is booked below its plan: {series(short)} person-days to go. The "
            said += "rest waits for whoever is free; book more, or leave it to the forecast."
            facts.problems.warning("PMO924", sites[name].node, "bookings:", said)


def _planned_days(facts: Facts, site: Site) -> dict[str, float]:
    """Return the planned person-days of each role that a project still asks for."""
    days: dict[str, float] = defaultdict(float)
    for activity in site.project.activities:
        for who, minutes in planned_minutes(facts, site.project, activity).items():
            role = who if who in facts.roles else facts.people[who].role
            days[role] += minutes / facts.frame.calendar.minutes_per_day
    return days


def _role_for(person: Person, planned: Iterable[str]) -> str:
    """Return the role in which somebody is booked: the home role, else the first that is asked."""
    asked = [*planned]
    roles = (person.role, *_other_roles(person))
    return next((role for role in roles if role in asked), person.role)


def _other_roles(person: Person) -> Iterator[str]:
    """Yield what somebody can do beside the home role, or is trained in."""
    yield from (role for role, _level in person.skills)
    yield from (training.role for training in person.training)


def _booked_minutes(facts: Facts, absences: Absences, booking: Booking, site: Site) -> float:
    """Return the person-minutes of a booking, which ends when its person is withdrawn."""
    first = max(booking.first or facts.frame.calendar.as_of, facts.frame.calendar.as_of)
    last = booking.last or facts.frame.window_end or facts.frame.last_day
    withdrawn = dict(site.project.withdrawn).get(booking.person)
    if withdrawn is not None:
        last = min(last, withdrawn - timedelta(days=1))
    if last < first:
        return 0.0
    offered = absences.planned_minutes(facts.people[booking.person], first, last)
    return float(offered * Fraction(booking.share, WHOLE))
