"""Newcomers: how people become as fast as the others, and who mentors them (model.md, section 2).

Looked at once a morning: the day's mean of a ramp that rises in a straight line is the progress of
that day. A day on which a newcomer is away in the morning does not count, and nobody mentors then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmosim.engine.order import PEOPLE, RAMPS
from pmosim.units import WHOLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from pmosim.engine.floor import Floor
    from pmosim.engine.state import Person
    from pmosim.network import ChangeArrays, Network

Pair = tuple[int, int, int, int]
"""(mentor, newcomer, from, until)."""


class Newcomers:
    """Who is new in one replication, how far, and with whose help."""

    def __init__(
        self,
        network: Network,
        change: ChangeArrays,
        floor: Floor,
        at: Callable[[int, int, object], None],
    ) -> None:
        self.day, self.floor, self.at = network.minutes_per_day, floor, at
        self.start: list[int] = change.ramp_start.tolist()
        self.lasts: list[int] = change.ramp_lasts.tolist()
        self.share: list[int] = change.mentor_share.tolist()
        self.shortens: list[int] = change.mentor_shortens.tolist()
        self.most: list[int] = change.mentor_most.tolist()
        self.far: dict[int, int] = {}
        """How far newcomers are; see ``ramp_step``."""
        self.mentors: dict[int, tuple[int, int]] = {}
        """Newcomer -> (mentor, since)."""
        self.pairs: list[Pair] = []
        """Of mentoring that has ended."""

    def has_ramp(self, n: int) -> bool:
        """Return whether somebody has to learn when new."""
        return self.lasts[n] > 0

    def begin(self, person: Person) -> None:
        """Let somebody be new from today on, unless already here on day 0."""
        if self.floor.minute and self.has_ramp(person.n):
            self.far[person.n] = 0
            person.ramp = self.start[person.n]

    def rise(self, person: Person) -> None:
        """Set the speed of a newcomer for the day that begins."""
        n = person.n
        if not person.is_employed:
            return
        far = self.far[n]
        whole = ramp_length(self.lasts[n], self.shortens[n])
        if far >= whole:
            self.end(person)
            self._set_ramp(person, WHOLE)
            return
        if person.is_here:
            is_mentored = self._find_mentor(person)
            self.far[n] = after = far + ramp_step(
                self.day, self.shortens[n], is_mentored=is_mentored
            )
            self._set_ramp(person, ramp_mean(self.start[n], far, after, whole))
        else:
            self._end_mentoring(n)
        self.at(self.floor.minute + self.day, PEOPLE, (RAMPS, n))

    def end(self, person: Person) -> None:
        """Let somebody be new no more: at full speed, or gone."""
        self._end_mentoring(person.n)
        self.far.pop(person.n, None)

    def close(self) -> None:
        """Note the mentoring that goes on when the run ends."""
        for n in tuple(self.mentors):
            self._end_mentoring(n)

    def _set_ramp(self, person: Person, ramp: int) -> None:
        person.ramp = ramp
        person.note_speed()
        self.floor.retime([hold.pool for hold in person.holds])

    def _find_mentor(self, person: Person) -> bool:
        """Keep or find a mentor; return whether there is one."""
        n, people = person.n, self.floor.people
        if n in self.mentors:
            if people[self.mentors[n][0]].is_here:
                return True
            self._end_mentoring(n)
        if not self.most[n]:
            return False
        busy: dict[int, list[int]] = {}
        for newcomer, (mentor, _) in self.mentors.items():
            busy.setdefault(mentor, []).append(self.share[newcomer])
        free = [
            (len(busy.get(p.n, ())), p.n)
            for p in people
            if p.home == person.home
            and p is not person
            and p.is_here
            and p.n not in self.far
            and len(busy.get(p.n, ())) < self.most[n]
            and sum(busy.get(p.n, ())) + self.share[n] <= WHOLE
        ]
        if not free:
            return False
        mentor = min(free)[1]
        self.mentors[n] = (mentor, self.floor.minute)
        self._set_presence(mentor)
        return True

    def _end_mentoring(self, n: int) -> None:
        if n in self.mentors:
            mentor, since = self.mentors.pop(n)
            self.pairs.append((mentor, n, since, self.floor.minute))
            self._set_presence(mentor)

    def _set_presence(self, mentor: int) -> None:
        """Set what a mentor has left for tasks."""
        given = sum(self.share[n] for n, (who, _) in self.mentors.items() if who == mentor)
        self.floor.mentoring[mentor] = given
        self.floor.set_presence(self.floor.people[mentor])


def ramp_length(lasts: int, shortens: int) -> int:
    """Return how far it is to full speed: minutes, times what makes a mentored step whole."""
    return lasts * (WHOLE - shortens)


def ramp_step(minutes: int, shortens: int, *, is_mentored: bool) -> int:
    """Return how far a time brings a newcomer; with a mentor the ramp is shorter by a part."""
    return minutes * (WHOLE if is_mentored else WHOLE - shortens)


def ramp_mean(start: int, before: int, after: int, whole: int) -> int:
    """Return the mean speed, billionths, of a step on a line from ``start`` to full speed.

    Rounded up. What of the step lies behind the end of the ramp is at full speed.
    """
    on_ramp = min(after, whole) - before
    # start x (share on the ramp) + (full - start) x (mean place) + full x (share behind it)
    gained = on_ramp * (before + min(after, whole)) + 2 * whole * (after - before - on_ramp)
    total = 2 * whole * (after - before)
    return start + -(-(WHOLE - start) * gained // total)
