"""Floor: people at work: who holds what, at what rate, and when it will be used up.

A pool is remaining work (or time); its people give it a rate; whatever changes the rate settles
what was done so far and re-times the finish (model.md, section 2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmosim.engine.order import FINISH
from pmosim.engine.rates import attention_rate, focus_factor, progress_rate
from pmosim.engine.state import Hold, Person
from pmosim.engine.teams import Bench
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
        self.bench = Bench(self.people, len(network.role_ids))
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
            attention = hold.attention
            if attention:
                hold.total += attention * elapsed
                self.segments.append((hold.person.home, since, minute, attention))
        if pool.rate:
            pool.remaining -= pool.rate * elapsed

    def time(self, pool: Pool) -> None:
        """Set the rates of a pool just settled, and the minute at which it will be used up."""
        rate, n_away = 0, 0
        for hold in pool.holds:
            person = hold.person
            if not person.is_here:
                hold.attention = 0
                n_away += 1
                continue
            attention = person.presence
            if person.in_hand != WHOLE or hold.share != WHOLE:
                attention = attention_rate(attention, hold.share, person.in_hand)
            hold.attention = attention
            if hold.proficiency != WHOLE or person.loses_focus or person.ramp != WHOLE:
                focus = focus_factor(person.focus, len(person.holds))
                attention = progress_rate(attention, hold.proficiency, focus, person.ramp)
            rate += attention
        if pool.is_duration:
            rate = 0 if n_away or pool.n_missing else 1
            if not rate:
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
        minute, workers = self.minute, pool.project.workers
        others: list[Pool] = []
        for person in people:
            workers.add(person.n)
            proficiency = person.skill[role] if role != NONE else WHOLE
            hold = Hold(person, pool, need, share, proficiency, minute)
            held = person.holds
            person.room -= share
            self.bench.note_room(person)
            if held:
                others += self._load(person, share, len(held), len(held) + 1)
            else:
                person.in_hand = share
            held.append(hold)
            pool.holds.append(hold)
        return others

    def give_back(self, holds: Iterable[Hold]) -> list[Pool]:
        """Take out of people's hands what is off a pool; return the pools whose rates change."""
        others: list[Pool] = []
        for hold in holds:
            person = hold.person
            held = person.holds
            held.remove(hold)
            person.freed_at, person.freed_by = self.minute, hold.pool
            person.room += hold.share
            self.bench.note_room(person)
            if held:
                others += self._load(person, -hold.share, len(held) + 1, len(held))
            else:
                person.in_hand = 0
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
