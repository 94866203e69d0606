"""Floor: people at work: who holds what, at what rate, and when it will be used up.

A pool is remaining work (or time); its people give it a rate; whatever changes the rate settles
what was done so far and re-times the finish (model.md, section 2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmosim.engine.order import FINISH
from pmosim.engine.practice import Practice
from pmosim.engine.rates import attention_rate, focus_factor, progress_rate
from pmosim.engine.state import FAR, Hold, Person, hold_kind
from pmosim.engine.teams import Bench
from pmosim.network import NONE
from pmosim.units import WHOLE, times

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pmosim.engine.state import Pool
    from pmosim.network import Network
    from pmosim.plan import Need


class Floor:
    """The people of one replication and what they hold."""

    def __init__(
        self,
        network: Network,
        at: Callable[[int, int, object], None],
        bench_kind: type[Bench] = Bench,
    ) -> None:
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
        self.bench = bench_kind(self.people, len(network.role_ids))
        self.hold_kind = hold_kind(network)
        self.minute = 0
        self.at = at
        self.may_stand_still = False
        """Whether some project waits for whom it holds ``throughout``."""
        self.presence: list[int] = network.people.presence.tolist()
        """Of everybody without training and mentoring."""
        self.trained, self.mentoring = [0] * len(self.people), [0] * len(self.people)
        """Share of everybody that own training takes, and of what is left that newcomers take."""
        self.practice: Practice | None = None
        """None = nobody gets faster with practice."""
        if network.practice is not None:
            self.practice = Practice(network, network.practice, self, at)
        self.segments: list[int] = []
        """Home role, from, until, attention of everything booked, one after the other."""

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
                self.segments += (hold.person.home, since, minute, attention)
        if pool.rate:
            pool.remaining -= pool.rate * elapsed
        if pool.has_learner:
            note_taught(pool.holds, elapsed)

    def time(self, pool: Pool) -> None:
        """Set the rates of a pool just settled, and the minute at which it will be used up."""
        rate, n_away, changes_at = 0, 0, FAR
        for hold in pool.holds:
            person = hold.person
            if hold.is_sole and person.is_even:
                hold.attention = attention = person.presence
                rate += attention
            elif person.is_here:
                hold.attention, progress = _rates(hold)
                rate += progress
                changes_at = min(changes_at, hold.changes_at)
            else:
                hold.attention = 0
                n_away += 1
        if pool.is_duration:
            rate = 0 if n_away or pool.n_missing else 1
            if not rate:
                for hold in pool.holds:
                    hold.attention = 0
        if self.may_stand_still and pool.project.stands_still and pool.task is not None:
            for hold in pool.holds:
                hold.attention = 0
            rate = 0 if pool.holds else rate
        pool.rate = rate
        left = pool.remaining
        if left <= 0:
            due = self.minute
        elif rate:
            due = self.minute - (-left // rate)
        else:
            due = NONE
        if due > changes_at:
            due = NONE  # it is timed again before that
        if due != pool.due and pool.task is not None:
            pool.due = due
            if due != NONE:
                self.at(due, FINISH, pool)

    def take(self, pool: Pool, need: Need, team: Sequence[int]) -> Sequence[Pool]:
        """Put people to work on a pool; return the other pools whose rates this changes."""
        _, role, _, _, share = need
        minute, is_whole = self.minute, share == WHOLE
        holds: list[Hold] = []
        others: list[Pool] | tuple[()] = ()
        people, hold_kind = self.people, self.hold_kind
        for n in team:
            person = people[n]
            hold = hold_kind(person, pool, need, minute)
            held = person.holds
            if held or share < person.max_parallel:
                others = [*others, *self._load(person, share, len(held), len(held) + 1)]
            else:
                person.in_hand = share
                hold.is_sole = is_whole and person.skill[role] == WHOLE
                for idle in person.idle:
                    idle.discard(n)
            held.append(hold)
            holds.append(hold)
            if person.learns and self.practice is not None:
                self.practice.note(hold)
                others = [*others, *self.practice.step(person)]
        pool.holds = [*pool.holds, *holds] if pool.holds else holds
        pool.project.workers.update(team)
        return others

    def give_back(self, pool: Pool, holds: Sequence[Hold]) -> Sequence[Pool]:
        """Book what people did for a pool, and take it out of their hands.

        ``holds`` are all of the pool's, or some of a pool just settled. Returns the other pools
        whose rates this changes.
        """
        minute, since = self.minute, pool.since
        elapsed = minute - since
        pool.since = minute
        pool.remaining -= pool.rate * elapsed
        if pool.has_learner:
            note_taught(holds, elapsed)
        others: list[Pool] | tuple[()] = ()
        segments, freed = self.segments, self.bench.freed
        for hold in holds:
            person, attention = hold.person, hold.attention
            hold.total += attention * elapsed
            segments += (person.home, since, minute, attention)
            held = person.holds
            person.freed_at, person.freed_by = minute, pool
            if hold.is_sole:
                held.clear()
                person.in_hand = 0
                if person.is_free:
                    for idle in person.idle:
                        idle.add(person.n)
            else:
                held.remove(hold)
                others = [*others, *self._load(person, -hold.share, len(held) + 1, len(held))]
            freed |= person.places
            if person.learns and self.practice is not None:
                others = [*others, *self.practice.step(person)]
        owner = pool.task or pool.project
        owner.ended_holds = [*owner.ended_holds, *holds] if owner.ended_holds else holds
        return others

    def retime(self, pools: Iterable[Pool]) -> None:
        """Settle and time pools whose rates have changed, each once."""
        for pool in dict.fromkeys(pools):
            self.settle(pool)
            self.time(pool)

    def set_presence(self, person: Person) -> None:
        """Set what somebody who is trained, or mentors, has left for tasks."""
        n, pools = person.n, [hold.pool for hold in person.holds]
        for pool in pools:
            self.settle(pool)
        left = times(self.presence[n], WHOLE - self.trained[n])
        person.presence = times(left, WHOLE - self.mentoring[n])
        self.note_attention(person)
        self.retime(pools)

    def note_attention(self, person: Person) -> None:
        """Note that what somebody gives has changed, before the pools in hand are timed."""
        if person.learns and self.practice is not None:
            self.practice.step(person)

    def _load(self, person: Person, share: int, n_before: int, n_after: int) -> list[Pool]:
        """Change what a person has in hand; return the pools held all along whose rates change."""
        before = person.in_hand
        person.in_hand = after = before + share
        self.bench.note_room(person)
        for hold in person.holds:
            hold.is_sole = False
        if max(before, WHOLE) != max(after, WHOLE) or (
            person.loses_focus
            and focus_factor(person.focus, n_before) != focus_factor(person.focus, n_after)
        ):
            return [hold.pool for hold in person.holds]
        return []


def note_taught(holds: Iterable[Hold], minutes: int) -> None:
    """Book what successors gave to being told by those who will leave, and were there."""
    for hold in holds:
        if hold.teacher is not None and hold.teacher.is_here:
            hold.taught += hold.attention * minutes


def _rates(hold: Hold) -> tuple[int, int]:
    """Return (attention, progress) of somebody at work."""
    person = hold.person
    attention = attention_rate(person.presence, hold.need[4], person.in_hand)
    focus = focus_factor(person.focus, len(person.holds)) if person.loses_focus else WHOLE
    if hold.teacher is not None and hold.teacher.is_here:
        return attention, 0
    if hold.learned is None:
        return attention, progress_rate(attention, hold.proficiency, focus, person.ramp)
    return attention, progress_rate(attention, hold.learned[0], focus, person.ramp, hold.learned[1])
