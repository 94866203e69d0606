"""Practised: the practice of one person, followed again for the audit from who held what and when.

In: the pieces of time between which nothing changes for that person, in order. Out: how fast the
person was in each. In exact fractions; shares nothing with ``practice`` but what is practised.
"""

from __future__ import annotations

from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING

from pmosim.engine.order import LEAVES
from pmosim.engine.practice import first_practice, lines_of, practised_with
from pmosim.units import WHOLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pmosim.engine.practice import Line
    from pmosim.engine.reference import Replication
    from pmosim.engine.state import Hold


class Practised:
    """What one person has practised up to a minute of one replication."""

    def __init__(self, run: Replication, n: int, edges: Iterable[int]) -> None:
        """``edges``: minutes at which what the person gives may have changed."""
        arrays = run.network.practice
        self.day = run.network.minutes_per_day
        self.lines = {} if arrays is None else lines_of(arrays)[n]
        self.kinds = [] if arrays is None else arrays.task_kind.tolist()
        self.done = {} if arrays is None else dict(first_practice(arrays)[n])
        self.leaves = [at for at, what, who in run.people_changes if (what, who) == (LEAVES, n)]
        self.edges = set(edges)
        self.end = 0
        """Of the step."""
        self.speed: dict[int, int] = {}

    def steps(
        self, begin: int, end: int, held: Sequence[tuple[Hold, int]]
    ) -> Iterator[tuple[int, int, dict[int, tuple[int, int]]]]:
        """Yield (from, until, (proficiency, speed at the kind of work) of each hold).

        ``held`` are the holds of a piece of time, each with the attention of a minute.
        """
        while self.leaves and self.leaves[0] <= begin:
            self.leaves.pop(0)
            self.done = {}
        keys = {id(hold): practised_with(hold, self.kinds, self.lines) for hold, _ in held}
        rates: dict[int, int] = {}
        for hold, attention in held:
            for key in keys[id(hold)]:
                rates[key] = rates.get(key, 0) + attention
        while begin < end:
            if begin in self.edges or begin >= self.end:
                self._begin_step(begin, rates)
            until = min(end, self.end)
            for key, rate in rates.items():
                self.done[key] = self.done.get(key, 0) + rate * (until - begin)
            speed = self.speed
            yield (
                begin,
                until,
                {
                    id(hold): (
                        next((speed[key] for key in keys[id(hold)] if key < 0), hold.proficiency),
                        next((speed[key] for key in keys[id(hold)] if key >= 0), WHOLE),
                    )
                    for hold, _ in held
                },
            )
            begin = until

    def _begin_step(self, begin: int, rates: dict[int, int]) -> None:
        """Begin a step: to the morning by which a tenth of the shortest way has been given."""
        ways = [
            Fraction(self.lines[key][2], 10 * rate)
            for key, rate in rates.items()
            if rate and self.done.get(key, 0) < self.lines[key][2]
        ]
        self.end = _LAST
        if ways:
            days = max(1, ceil((begin % self.day + min(ways)) / self.day))
            self.end = begin - begin % self.day + days * self.day
        given = min(self.end, begin + self.day) if not ways else self.end
        self.speed = {
            key: _mean(self.lines[key], self.done.get(key, 0), rate * (given - begin))
            for key, rate in rates.items()
        }


_LAST = 1 << 62
"""A minute after every other."""


def _mean(line: Line, before: int, given: int) -> int:
    """Return the mean speed while so much attention is given, billionths, rounded up."""
    low, high, takes = line
    if not given:
        return ceil(low + (high - low) * min(Fraction(before, takes), Fraction(1)))
    return ceil((_work(line, before + given) - _work(line, before)) / given)


def _work(line: Line, given: int) -> Fraction:
    """Return s x + (to - s) x^2 / (2 E) after attention x, from E on at the speed reached."""
    low, high, takes = line
    on_line = min(given, takes)
    work = low * Fraction(on_line) + (high - low) * Fraction(on_line**2, 2 * takes)
    return work + high * (given - on_line)
