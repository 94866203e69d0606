"""Booked: a future in which people are booked; what ``reference`` does, beside reservations.

Only networks with bookings run here, so that all others pay nothing for them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pmosim.engine.desk import Desk
from pmosim.engine.floor import Floor
from pmosim.engine.order import WAIT
from pmosim.engine.reference import Replication
from pmosim.engine.reservations import Reservations, note_kept, room_for
from pmosim.engine.state import START, Group
from pmosim.engine.teams import Bench, preference
from pmosim.network import NONE

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from pmosim.engine.departures import Withdrawal
    from pmosim.engine.state import Ask, Hold, Person, Pool, Project, Task
    from pmosim.engine.teams import Need as Wanted
    from pmosim.engine.teams import Preference, Team
    from pmosim.network import Network
    from pmosim.plan import Need


class BookedBench(Bench):
    """All people, and who of them has room for one project."""

    order = NONE
    """Project for which people are looked for."""

    def __init__(self, people: Sequence[Person], n_roles: int) -> None:
        super().__init__(people, n_roles)
        self.reserved: set[int] = set()
        """Roles (and ~person) of those of whom anything is reserved now."""

    def set_skill(self, person: Person, role: int, skill: tuple[int, ...]) -> None:
        """Let somebody be able to do a role, or not any more, from now on."""
        super().set_skill(person, role, skill)
        self.reserved = {place for p in self.people if p.reserved for place in p.places}

    def free(self, need: Wanted, excluded: Collection[int] = ()) -> list[Person]:
        """Return who could fill a need of the project now."""
        role, named, _, share = need
        if role not in self.reserved and named == NONE:
            return super().free(need, excluded)
        people, order = self.people, self.order
        if named != NONE:
            has_room = self._is_named_free(named, share) and room_for(people[named], order) >= share
            return [people[named]] if has_room and named not in excluded else []
        free = [
            n
            for able in (self.idle[role], self.partly[role])
            for n in able
            if room_for(people[n], order) >= share
        ]
        if len(free) > 1:
            free.sort(key=self.places[role].__getitem__)
        return [people[n] for n in free if n not in excluded]

    def has_free(self, need: Wanted) -> bool:
        """Return whether anybody could fill a need of the project now."""
        role, named, _, share = need
        people, order = self.people, self.order
        if named != NONE:
            return self._is_named_free(named, share) and room_for(people[named], order) >= share
        able = (*self.idle[role], *self.partly[role])
        return any(room_for(people[n], order) >= share for n in able)

    def preference(
        self, need: Wanted, workers: set[int], leaves_before: int
    ) -> Callable[[Person], Preference]:
        """Return the key by which people are preferred: first those booked for the project."""
        base, order, share = preference(need, workers, leaves_before), self.order, need[3]

        def key(person: Person) -> Preference:
            return (-min(share, person.unused.get(order, 0)), *base(person))

        return key


class BookedDesk(Desk):
    """Asks that wait, each for those who have room for its project."""

    bench: BookedBench
    reservations: Reservations
    """Set by ``BookedReplication``."""
    is_by_project = True
    has_news = True
    """Whether anything has happened that could end, rest or wake a booking."""

    def __init__(
        self,
        bench: BookedBench,
        hold_after: int | None,
        start: Callable[[Ask, Team], None],
    ) -> None:
        super().__init__(bench, hold_after, start)
        self.known: dict[tuple[Need, ...], Group] = {}

    def owner(self, ask: Ask) -> Task | Project | int | None:
        """Return what asks of the same need must share.

        What does not fit one project may fit the next.
        """
        return ask.project.order if ask.kind == START else super().owner(ask)

    def serve(self, minute: int) -> None:
        """Start every ask that fits, after bookings that begin or end."""
        self._settle(minute)
        super().serve(minute)

    def serve_alone(self, ask: Ask, minute: int) -> bool:
        """Start one ask ahead of all others if it fits."""
        self._settle(minute)
        return super().serve_alone(ask, minute)

    def note_skills(self) -> None:
        """Look again at everything: who can do what has changed, and what is left of bookings."""
        self.known.clear()
        super().note_skills()
        self.has_news = True

    def _settle(self, minute: int) -> None:
        self.reservations.settle(minute, has_news=self.has_news)
        self.has_news = False

    def _group(self, units: tuple[Need, ...]) -> Group:
        """Return a group of asks; what the need alone decides is worked out once."""
        known = self.known.get(units)
        if known is None:
            known = self.known[units] = super()._group(units)
        return Group(
            known.needs,
            first_need=known.first_need,
            is_disjoint=known.is_disjoint,
            alike_until=known.alike_until,
        )

    def _serve(self, ask: Ask, minute: int) -> bool:
        self.bench.order, group = ask.project.order, ask.group
        alike_until = group.alike_until
        if alike_until != NONE and not self.bench.reserved.isdisjoint(group.places):
            group.alike_until = NONE  # those who are idle differ in what is reserved of them
        is_served = super()._serve(ask, minute)
        group.alike_until = alike_until
        return is_served

    def _keep(self, ask: Ask, minute: int) -> list[Person]:
        self.bench.order = ask.project.order
        return super()._keep(ask, minute)


class BookedFloor(Floor):
    """People at work, and what of their booked shares they have in hand."""

    def take(self, pool: Pool, need: Need, team: Sequence[int]) -> Sequence[Pool]:
        """Put people to work on a pool; return the other pools whose rates this changes."""
        others = super().take(pool, need, team)
        for n in team:
            self._note(self.people[n])
        return others

    def give_back(self, pool: Pool, holds: Sequence[Hold]) -> Sequence[Pool]:
        """Take what people did for a pool out of their hands; return pools as ``take`` does."""
        others = super().give_back(pool, holds)
        for hold in holds:
            self._note(hold.person)
        return others

    def _note(self, person: Person) -> None:
        if person.reserved:
            note_kept(person)


class BookedReplication(Replication):
    """One future in which people are booked."""

    bench_kind = BookedBench
    floor_kind = BookedFloor
    desk_kind = BookedDesk
    floor: BookedFloor
    desk: BookedDesk
    reservations: Reservations

    def _open(self) -> None:
        """Open the future, and put the windows of bookings into the agenda."""
        bookings = self.network.bookings
        assert bookings is not None
        for minute in {*bookings.start.tolist(), *bookings.until.tolist()} - {NONE}:
            self.at(minute, WAIT, None)
        super()._open()
        self.reservations = Reservations(
            self.blueprint, self.floor.people, self.projects, self.desk.bench
        )
        self.desk.reservations = self.reservations

    def _instant(self, event: Any) -> None:
        """Do everything that is due, and see what is reserved and not used from now on."""
        super()._instant(event)
        self.reservations.look(self.minute)

    def run(self) -> None:
        """Run from day 0 to the end."""
        super().run()
        self.reservations.close(self.minute)

    def unused(self) -> Mapping[tuple[int, int], int]:
        """Return (project order, person) -> attention that was booked and not used."""
        return self.reservations.unused

    def _finish_pool(self, pool: Pool) -> None:
        super()._finish_pool(pool)
        if self.reservations.has_overrun:
            self.desk.has_news = True

    def _pause(self, project: Project) -> None:
        super()._pause(project)
        self.desk.has_news = True

    def _resume(self, project: Project) -> None:
        super()._resume(project)
        self.desk.has_news = True

    def _set_aside(self, project: Project) -> None:
        super()._set_aside(project)
        self.desk.has_news = True

    def _take_up(self, project: Project) -> None:
        super()._take_up(project)
        self.desk.has_news = True

    def _take_off(self, withdrawal: Withdrawal) -> None:
        super()._take_off(withdrawal)
        self.desk.has_news = True

    def _end(self, project: Project, status: int) -> None:
        super()._end(project, status)
        self.desk.has_news = True


def future_kind(network: Network) -> type[Replication]:
    """Return what runs a future of a network."""
    return Replication if network.bookings is None else BookedReplication
