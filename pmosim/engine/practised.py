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
    from collections.abc import Iterable, Sequence

    from pmosim.engine.practice import Line
    from pmosim.engine.reference import Replication
    from pmosim.engine.state import Hold


class Practised:
    """What one person has practised up to a minute of one replication."""

    def __init__(self, run: Replication, n: int) -> None:
        arrays = run.network.practice
        self.day = run.network.minutes_per_day
        self.lines = {} if arrays is None else lines_of(arrays)[n]
        self.kinds = [] if arrays is None else arrays.task_kind.tolist()
        self.done = {} if arrays is None else dict(first_practice(arrays)[n])
        self.last = run.minute
        self.leaves = [at for at, what, who in run.people_changes if (what, who) == (LEAVES, n)]

    def mornings(self) -> Iterable[int]:
        """Return when steps begin whatever else happens."""
        return range(0, self.last + 1, self.day) if self.lines else ()

    def speeds(
        self, begin: int, end: int, held: Sequence[tuple[Hold, int]]
    ) -> dict[int, tuple[int, int]]:
        """Return (proficiency, speed at the kind of work) of each hold, and go on to ``end``.

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
        to_morning = self.day - begin % self.day
        speed = {
            key: _mean(self.lines[key], self.done.get(key, 0), rate * to_morning)
            for key, rate in rates.items()
        }
        for key, rate in rates.items():
            self.done[key] = self.done.get(key, 0) + rate * (end - begin)
        return {
            id(hold): (
                next((speed[key] for key in keys[id(hold)] if key < 0), hold.proficiency),
                next((speed[key] for key in keys[id(hold)] if key >= 0), WHOLE),
            )
            for hold, _ in held
        }


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
