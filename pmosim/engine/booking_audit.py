"""Booking audit: what bookings reserve, worked out again from the arrays, and whether it was kept.

Shares nothing with ``reservations``: every pass looks at all bookings from the start, and the end
follows the log of who held what.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from pmosim.engine.state import DONE, NEVER
from pmosim.network import NONE
from pmosim.units import WHOLE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import NoReturn

    from pmosim.engine.reference import Replication
    from pmosim.engine.state import Hold, Person, Project

    Fail = Callable[[str], NoReturn]
    Reserved = dict[tuple[int, int], int]


class BookingAudit:
    """What is reserved of whom for which project, pass by pass."""

    def __init__(self) -> None:
        self.over: set[int] = set()
        """Bookings that have ended."""
        self.reserved: Reserved = {}
        """(person, project order) -> share."""
        self.log: list[tuple[int, Reserved]] = []
        """(minute, what is reserved from then on)."""

    def look(self, run: Replication, fail: Fail) -> None:
        """See what is reserved after a pass, and that nobody took it in this minute."""
        self.reserved = self._reserved(run)
        self.log.append((run.minute, self.reserved))
        for person in run.floor.people:
            own = {order: share for (n, order), share in self.reserved.items() if n == person.n}
            if own != person.reserved:
                fail(f"of person {person.n} {person.reserved} is reserved, should be {own}")
            takers = {
                hold.pool.project.order
                for hold in person.holds
                if hold.since == run.minute and not _was_given(hold)
            }
            for order in takers:
                if self.room(person, order) < 0:
                    fail(f"project {order} took what is reserved of person {person.n} for others")

    def _reserved(self, run: Replication) -> Reserved:
        bookings = run.network.bookings
        if bookings is None:
            return {}
        taken: dict[int, int] = defaultdict(int)
        found: Reserved = {}
        for at in sorted(range(len(bookings.person)), key=lambda at: (int(bookings.start[at]), at)):
            n, project = int(bookings.person[at]), run.projects[int(bookings.project[at])]
            person, until = run.floor.people[n], int(bookings.until[at])
            if bookings.start[at] > run.minute or at in self.over:
                continue
            is_behind = until != NONE and run.minute >= until
            goes_on = bookings.is_extended[at] and project.released != NONE
            goes_on = goes_on and _asks_for(run, project, person)
            is_gone = project.ended != NONE or n in (project.withdrawn or ())
            if is_gone or (is_behind and not goes_on):
                self.over.add(at)
            elif not (project.is_paused or project.is_aside):
                share = min(int(bookings.share[at]), person.max_parallel - taken[n])
                if share > 0:
                    taken[n] += share
                    found[n, project.order] = found.get((n, project.order), 0) + share
        return found

    def room(self, person: Person, order: int) -> int:
        """Return what is left of a person for a project beside what others have reserved."""
        held: dict[int, int] = defaultdict(int)
        for hold in person.holds:
            held[hold.pool.project.order] += hold.share
        others = sum(
            max(0, share - held[other])
            for (n, other), share in self.reserved.items()
            if n == person.n and other != order
        )
        return person.max_parallel - person.in_hand - others

    def check_unused(
        self,
        run: Replication,
        holds: Sequence[tuple[Hold, int]],
        presence: Callable[[int, int], int],
        fail: Fail,
    ) -> None:
        """Recompute what was reserved and not used; ``presence`` of a person at a minute."""
        found: dict[tuple[int, int], int] = defaultdict(int)
        ends = [minute for minute, _ in self.log[1:]] + [run.minute]
        for (begin, reserved), end in zip(self.log, ends, strict=True):
            left: dict[int, int] = {}
            held: dict[tuple[int, int], int] = defaultdict(int)
            for hold, until in holds if end > begin else ():
                if hold.since <= begin < until:
                    held[hold.person.n, hold.pool.project.order] += hold.share
            for (n, order), share in reserved.items() if end > begin else ():
                in_hand = sum(part for (who, _), part in held.items() if who == n)
                left.setdefault(n, max(0, WHOLE - in_hand))
                unused = min(left[n], max(0, share - held[n, order]))
                left[n] -= unused
                found[order, n] += -(-presence(n, begin) * unused // WHOLE) * (end - begin)
        known: Mapping[tuple[int, int], int] = run.unused()
        if {at: amount for at, amount in found.items() if amount} != known:
            fail(f"booked and not used: {known}, should be {dict(found)}")


def _was_given(hold: Hold) -> bool:
    """Return whether a hold is of work that was in hand on day 0 already."""
    task = hold.pool.task
    return hold.since == 0 and task is not None and task.sheet.is_running


def _asks_for(run: Replication, project: Project, person: Person) -> bool:
    """Return whether unfinished work of a project asks for what a person can do."""
    wanted = [need[1:3] for need in run.blueprint.projects[project.row].throughout]
    for task in project.tasks:
        if task.state not in {DONE, NEVER}:
            for need in project.plan.needs[task.order]:
                wanted += [need[1:3]] if task.pools[need[0]].is_open else []
    return any(
        named == person.n if role == NONE else person.skill[role] > 0 for role, named in wanted
    )
