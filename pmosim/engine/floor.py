"""Floor: people at work: who holds what, at what rate, and when it will be used up.

A pool is remaining work (or time); its people give it a rate; whatever changes the rate settles
what was done so far and re-times the finish (model.md, section 2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmosim.engine.order import FINISH
from pmosim.engine.rates import attention_rate, focus_factor, progress_rate
from pmosim.engine.state import Hold, Person
from pmosim.network import NONE
from pmosim.units import WHOLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pmosim.engine.state import Pool
    from pmosim.network import Network
    from pmosim.plan import Need


class Floor:
    """The people of one replication and what they hold."""

    def __init__(self, network: Network, at: Callable[[int, int, object], None]) -> None:
        rows = zip(
            network.people.role.tolist(),
            network.people.skill.tolist(),
            network.people.presence.tolist(),
            network.people.max_parallel.tolist(),
            network.people.focus,
            network.people.employed_until.tolist(),
            strict=True,
        )
        self.people = [Person(n, *row) for n, row in enumerate(rows)]
        self.minute = 0
        self.at = at
        self.segments: list[tuple[int, int, int, int]] = []
        """(home role, from, until, attention) of everything booked."""

    def settle(self, pool: Pool) -> None:
        """Book what the people of a pool did since it was settled last."""
        minute, since = self.minute, pool.since
        elapsed = minute - since
        if not elapsed:
            return
        pool.since = minute
        for hold in pool.holds:
            if hold.attention:
                hold.total += hold.attention * elapsed
                self.segments.append((hold.person.home, since, minute, hold.attention))
        if pool.rate:
            pool.remaining -= pool.rate * elapsed

    def time(self, pool: Pool) -> None:
        """Set the rates of a pool just settled, and the minute at which it will be used up."""
        rate, is_complete = 0, not pool.n_missing
        for hold in pool.holds:
            person = hold.person
            if not person.is_here:
                hold.attention, is_complete = 0, False
                continue
            attention = person.presence
            if not hold.share == WHOLE == person.in_hand:
                attention = attention_rate(attention, hold.share, person.in_hand)
            hold.attention = attention
            if pool.is_duration:
                continue
            if hold.proficiency == WHOLE and not person.loses_focus:
                rate += attention
            else:
                focus = focus_factor(person.focus, len(person.holds))
                rate += progress_rate(attention, hold.proficiency, focus)
        if pool.is_duration:
            rate = int(is_complete)
            if not is_complete:
                for hold in pool.holds:
                    hold.attention = 0
        pool.rate = rate
        due, left = NONE, pool.remaining
        if pool.task is not None and (rate or left <= 0):
            due = self.minute + (-(-left // rate) if left > 0 else 0)
        if due != pool.due:
            pool.due = due
            if due != NONE:
                self.at(due, FINISH, pool)

    def take(self, pool: Pool, need: Need, people: Iterable[Person]) -> list[Pool]:
        """Put people to work on a pool; return the other pools whose rates this changes."""
        _, role, _, _, share = need
        workers, others = pool.project.workers, []
        for person in people:
            workers.add(person.n)
            proficiency = person.skill[role] if role != NONE else WHOLE
            hold = Hold(person, pool, need, share, proficiency, self.minute)
            person.room -= share
            if person.holds:
                others += self._load(person, share, len(person.holds), len(person.holds) + 1)
            else:
                person.in_hand += share
            person.holds.append(hold)
            pool.holds.append(hold)
        return others

    def give_back(self, holds: Iterable[Hold]) -> list[Pool]:
        """Take out of people's hands what is off a pool; return the pools whose rates change."""
        others: list[Pool] = []
        for hold in holds:
            person = hold.person
            person.holds.remove(hold)
            person.room += hold.share
            if person.holds:
                n_left = len(person.holds)
                others += self._load(person, -hold.share, n_left + 1, n_left)
            else:
                person.in_hand -= hold.share
        return others

    def retime(self, pools: Iterable[Pool]) -> None:
        """Settle and time pools whose rates have changed."""
        for pool in pools:
            self.settle(pool)
            self.time(pool)

    def _load(self, person: Person, share: int, n_before: int, n_after: int) -> list[Pool]:
        """Change what a person has in hand; return the pools held all along whose rates change."""
        before = person.in_hand
        person.in_hand = after = before + share
        if max(before, WHOLE) != max(after, WHOLE) or focus_factor(
            person.focus, n_before
        ) != focus_factor(person.focus, n_after):
            return [hold.pool for hold in person.holds]
        return []
