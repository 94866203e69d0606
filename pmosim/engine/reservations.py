"""Reservations: whose share is kept for which project, and until when (model.md, section 2).

A booking reserves a share of a person for a project while its window lasts, and as long as the
project's own work for that person goes on behind it (``extend``). Nobody is taken off a task: a
reservation only decides who may take what is free. Who is booked more than they can take is
there for the earlier booking; the later one gets what that leaves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmosim.engine.state import DONE, FAR, NEVER
from pmosim.engine.teams import can_fill
from pmosim.network import NONE
from pmosim.units import WHOLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pmosim.engine.blueprint import Blueprint
    from pmosim.engine.booked import BookedBench
    from pmosim.engine.state import Person, Project, Task
    from pmosim.plan import Need


class Reservation:
    """One booking in one future."""

    __slots__ = ("is_extended", "is_over", "person", "project", "share", "start", "until")

    def __init__(
        self,
        person: Person,
        project: Project,
        share: int,
        start: int,
        until: int,
        *,
        is_extended: bool,
    ) -> None:
        self.person, self.project, self.share = person, project, share
        self.start, self.until = start, until
        self.is_extended = is_extended
        """Whether it goes on behind its window as long as there is work."""
        self.is_over = False


class Reservations:
    """All bookings of one future, which of them hold now, and what of them nobody uses."""

    def __init__(
        self,
        blueprint: Blueprint,
        people: Sequence[Person],
        projects: Sequence[Project],
        bench: BookedBench,
    ) -> None:
        bookings = blueprint.network.bookings
        assert bookings is not None
        self.blueprint, self.people, self.bench = blueprint, people, bench
        rows = zip(
            bookings.person.tolist(),
            bookings.project.tolist(),
            bookings.share.tolist(),
            bookings.start.tolist(),
            bookings.until.tolist(),
            bookings.is_extended.tolist(),
            strict=True,
        )
        self.all = [
            Reservation(
                people[n],
                projects[row],
                share,
                start,
                FAR if until == NONE else until,
                is_extended=is_extended,
            )
            for n, row, share, start, until, is_extended in rows
        ]
        self.all.sort(key=lambda booking: booking.start)  # equal ones stay in file order
        self.to_come = self.all[::-1]
        self.current: list[Reservation] = []
        """Begun and not over, the earlier one first."""
        self.has_overrun = False
        """Whether a booking goes on behind its window, until its work is done."""
        self.next_change = 0
        """First minute at which a window begins or ends."""
        self.reserved: set[int] = set()
        """People of whom anything is reserved now."""
        self.idle: dict[int, list[tuple[int, int]]] = {}
        """Person -> (project order, attention a minute) that is reserved and not used."""
        self.since: dict[int, int] = {}
        """Person -> minute from which on that is so."""
        self.unused: dict[tuple[int, int], int] = {}
        """(project order, person) -> attention that was reserved and not used."""

    def settle(self, minute: int, *, has_news: bool) -> None:
        """Let windows begin and end, and say again of whom what is reserved.

        ``has_news``: whether anything has happened that could end, rest or wake a booking.
        """
        if not has_news and minute < self.next_change:
            return
        to_come = self.to_come
        while to_come and to_come[-1].start <= minute:
            self.current.append(to_come.pop())
        self.current = [booking for booking in self.current if not self._ends(booking, minute)]
        starts = [to_come[-1].start] if to_come else []
        ends = [booking.until for booking in self.current if booking.until > minute]
        self.next_change = min((*starts, *ends), default=FAR)
        self.has_overrun = len(ends) < len(self.current)
        claims: dict[int, dict[int, int]] = {}
        for booking in self.current:
            if booking.project.is_paused or booking.project.is_aside:
                continue
            person, order = booking.person, booking.project.order
            of = claims.setdefault(person.n, {})
            share = min(booking.share, person.max_parallel - sum(of.values()))
            if share > 0:
                of[order] = of.get(order, 0) + share
        self._reserve(claims)

    def _reserve(self, claims: dict[int, dict[int, int]]) -> None:
        """Reserve shares, and let those look again whom that concerns."""
        for n in {*self.reserved, *claims}:
            person, claim = self.people[n], claims.get(n, {})
            if claim != person.reserved:
                person.reserved = claim
                note_kept(person)
                self.bench.freed |= person.places
        self.reserved = set(claims)
        self.bench.reserved = {place for n in claims for place in self.people[n].places}

    def _ends(self, booking: Reservation, minute: int) -> bool:
        """Return whether a booking is over.

        With its project, its window or the work behind it, or since the person is withdrawn.
        """
        project = booking.project
        if project.ended == NONE and booking.person.n not in (project.withdrawn or ()):
            if minute < booking.until:
                return False
            if booking.is_extended and project.released != NONE and self.has_work(booking):
                return False
        booking.is_over = True
        return True

    def has_work(self, booking: Reservation) -> bool:
        """Return whether a project still asks for what a booked person can do."""
        person, project = booking.person, booking.project
        return any(can_fill(person, need) for need in open_needs(self.blueprint, project))

    def look(self, minute: int) -> None:
        """See what is reserved and not used from now on: what is not in hand, and at work."""
        for n in {*self.idle, *self.reserved}:
            person = self.people[n]
            rates = []
            left = WHOLE - person.in_hand if person.is_here and person.kept else 0
            for order, unused in person.unused.items() if left > 0 else ():
                share = min(left, unused)
                if share > 0:
                    left -= share
                    rates.append((order, -(-person.presence * share // WHOLE)))
            if rates != self.idle.get(n, []):
                self._count(n, minute)
                if rates:
                    self.idle[n] = rates
                else:
                    del self.idle[n]

    def close(self, minute: int) -> None:
        """Count what is idle when the run ends."""
        for n in self.idle:
            self._count(n, minute)

    def _count(self, n: int, minute: int) -> None:
        """Count what was reserved of a person and not used since that changed last."""
        elapsed = minute - self.since.get(n, minute)
        for order, attention in self.idle.get(n, ()) if elapsed else ():
            at = order, n
            self.unused[at] = self.unused.get(at, 0) + attention * elapsed
        self.since[n] = minute


def note_kept(person: Person) -> None:
    """Keep in mind what is reserved of a person and not in hand for its project."""
    unused = dict(person.reserved)
    for hold in person.holds:
        order = hold.pool.project.order
        if order in unused:
            unused[order] = max(0, unused[order] - hold.need[4])
    person.unused, person.kept = unused, sum(unused.values())


def room_for(person: Person, order: int) -> int:
    """Return the share of a free person that a project can take.

    What others have reserved and do not use is not for it.
    """
    room = person.max_parallel - person.in_hand
    return room - person.kept + person.unused.get(order, 0) if person.kept else room


def open_needs(blueprint: Blueprint, project: Project) -> Iterable[Need]:
    """Yield what the unfinished work of a project asks for, shares ``throughout`` included."""
    yield from blueprint.projects[project.row].throughout
    for task in project.tasks:
        if task.state not in {DONE, NEVER}:
            yield from _open_needs_of(task)


def _open_needs_of(task: Task) -> Iterable[Need]:
    for need in task.project.plan.needs[task.order]:
        if task.pools[need[0]].is_open:
            yield need
