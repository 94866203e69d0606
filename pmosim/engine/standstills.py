"""Standstills: when projects had to wait for whom they hold throughout, found again for the audit.

In: who held what from when to when, and who was there. Shares nothing with ``covers`` but what is
asked for.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from pmosim.network import NONE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pmosim.engine.reference import Replication
    from pmosim.engine.state import Hold, Pool

Spell = tuple[int, int]
"""[from, until) minutes."""


class Standstills:
    """The times in which each project of one replication stood still, by project order."""

    def __init__(
        self,
        run: Replication,
        holds: Sequence[tuple[Hold, int]],
        presence: Sequence[Sequence[Spell]],
    ) -> None:
        self.spells: dict[int, list[Spell]] = {}
        self.changes: dict[int, list[int]] = defaultdict(list)
        """Minutes at which a project stood still or went on in the engine: steps of practice."""
        if not run.may_stand_still:
            return
        for order, minute in run.still_log:
            self.changes[order].append(minute)
        held: dict[int, list[tuple[Hold, int]]] = defaultdict(list)
        for hold, until in holds:
            project = hold.pool.project
            covers = run.blueprint.projects[project.row].covers
            if hold.pool.task is None and (hold.covers is not None or hold.need[1:3] in covers):
                held[project.order].append((hold, until))
        for project in run.projects:
            if project.order in held:
                sheet = run.blueprint.projects[project.row]
                needed = sum(need[3] for need in sheet.throughout if need[1:3] in sheet.covers)
                end = run.minute if project.ended == NONE else project.ended
                found = _short(held[project.order], presence, needed, end)
                self.spells[project.order] = list(found)

    def is_at(self, pool: Pool, minute: int) -> bool:
        """Return whether the work of a pool stands still at a minute."""
        if pool.task is None:
            return False
        spells = self.spells.get(pool.project.order, ())
        return any(since <= minute < until for since, until in spells)

    def edges(self, held: Sequence[tuple[Hold, int]]) -> Iterator[int]:
        """Yield the minutes at which work in somebody's hands stops or goes on."""
        for hold, until in held:
            if hold.pool.task is not None:
                changes = self.changes.get(hold.pool.project.order, ())
                yield from (minute for minute in changes if hold.since <= minute <= until)


def _short(
    held: Sequence[tuple[Hold, int]],
    presence: Sequence[Sequence[Spell]],
    needed: int,
    end: int,
) -> Iterator[Spell]:
    """Yield when less were there than needed, from the first time that they were found."""
    steps: dict[int, int] = defaultdict(int)
    for hold, until in held:
        for begin, stop in presence[hold.person.n]:
            since, last = max(begin, hold.since), min(stop, until)
            if since < last:
                steps[since] += 1
                steps[last] -= 1
    first = min(hold.since for hold, _ in held)
    steps[end] += 0
    n_there, since = 0, NONE
    for minute in sorted(minute for minute in steps if minute <= end):
        n_there += steps[minute]
        is_short = first <= minute < end and n_there < needed
        if is_short and since == NONE:
            since = minute
        elif not is_short and since != NONE:
            yield since, minute
            since = NONE
