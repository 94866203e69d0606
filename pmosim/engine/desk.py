"""Desk: where work asks for people, and the pass that gives them (model.md, sections 2 and 4).

Asks of the same need stand in one group, in order: if the first does not fit, none behind it
does. A group that did not fit sleeps until somebody it was short of is freed, so a pass costs what
can have changed, not the length of the queue.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING, Any

from pmosim.engine.state import FAR, REFILL, STAFF, START, Group
from pmosim.engine.teams import Bench, find_team, keep_team
from pmosim.network import NONE

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from pmosim.engine.state import Ask, Person, Project, Task
    from pmosim.engine.teams import Team
    from pmosim.plan import Need

Entry = tuple[Any, ...]
"""(key, project order, task order, first need, serial number, Ask)."""


class Desk:
    """All asks that wait, and the order in which they are served."""

    def __init__(
        self,
        bench: Bench,
        hold_after: int | None,
        start: Callable[[Ask, Team], None],
    ) -> None:
        self.bench, self.hold_after, self.start = bench, hold_after, start
        self.groups: dict[tuple[tuple[Need, ...], Task | Project | None], Group] = {}
        self.open: dict[int, Group] = {}
        """Groups in which something waits, by number."""
        self.ripe: dict[int, Group] = {}
        """Groups that may fit, by number."""
        self.asleep: dict[int, dict[int, Group]] = {}
        """Groups that did not fit, by the role (or ~person) they were short of."""
        self.n_asks = 0
        self.heap: list[tuple[Entry, int, int]] = []
        """(entry, 1 if one before it in its group did not fit, number of the group)."""
        self.numbered: list[Group] = []
        self.is_passing = False

    def add(self, ask: Ask, key: float, project_order: int, task_order: int) -> None:
        """Put an ask in its place."""
        # Who is missing must be somebody else than those still at work on the same thing.
        of = None if ask.kind == START else ask.task or ask.project
        group = self.groups.get((ask.units, of))
        if group is None:
            needs = tuple(need[1:] for need in ask.units)
            is_disjoint = self.bench.is_disjoint(needs)
            group = Group(len(self.groups), needs, is_disjoint=is_disjoint)
            self.groups[ask.units, of] = group
            self.numbered.append(group)
        self.n_asks += 1
        ask.group, ask.is_waiting = group, True
        first_need = ask.units[0][:3] if ask.units else ()
        ask.entry = entry = (key, project_order, task_order, first_need, self.n_asks, ask)
        if not group.asks or self.hold_after is not None:
            self.ripe[group.number] = group
        insort(group.asks, entry)
        self.open[group.number] = group
        if self.is_passing and group.number in self.ripe and group.asks[0] is entry:
            heappush(self.heap, (entry, 0, group.number))

    def withdraw(self, ask: Ask) -> None:
        """Take an ask away that is no longer wanted."""
        if ask.is_waiting:
            asks, entry = ask.group.asks, ask.entry
            del asks[0 if asks[0] is entry else bisect_left(asks, entry)]
            ask.entry, ask.is_waiting = (), False

    def wake(self, people: Iterable[Person]) -> None:
        """Look again at the groups that were short of somebody like these people."""
        asleep = self.asleep
        if not asleep:
            return
        for person in people:
            for place in person.places:
                if place in asleep:
                    self.ripe.update(asleep.pop(place))

    def serve(self, minute: int) -> None:
        """Start every ask that fits, smaller keys first."""
        heap = self.heap = [(g.asks[0], 0, number) for number, g in self.ripe.items() if g.asks]
        if not heap:
            return
        heapify(heap)
        self.is_passing = True
        kept: list[Person] = []
        while heap:
            entry, has_failed, number = heappop(heap)
            group = self.numbered[number]
            asks = group.asks
            if has_failed:
                kept += self._keep(entry, group, minute)
            elif asks and asks[0] is entry and number in self.ripe:
                if self._serve(entry[-1], group, minute):
                    if asks:
                        heappush(heap, (asks[0], 0, number))
                    else:
                        self.ripe.pop(number, None)
                elif self.hold_after is not None:
                    kept += self._keep(entry, group, minute)
        for person in kept:
            person.room += FAR
            self.bench.note_room(person)
        self.is_passing = False
        if self.hold_after is not None:
            self.ripe = dict(self.open)

    def serve_alone(self, ask: Ask, minute: int) -> bool:
        """Start one ask ahead of all others if it fits."""
        return ask.is_waiting and self._serve(ask, ask.group, minute, is_alone=True)

    def _serve(self, ask: Ask, group: Group, minute: int, *, is_alone: bool = False) -> bool:
        excluded = () if ask.kind == START else at_work(ask)
        until, workers = minute + ask.minutes, ask.project.workers
        team, short = find_team(
            self.bench, group.needs, workers, until, excluded, is_disjoint=group.is_disjoint
        )
        if team is None:
            group.short = short
            if not is_alone:
                self._put_to_sleep(group)
            return False
        self.withdraw(ask)
        self.start(ask, team)
        return True

    def _put_to_sleep(self, group: Group) -> None:
        """Wait for the need that was short, or for any where people could fill several."""
        self.ripe.pop(group.number, None)
        needs = group.needs[group.short : group.short + 1] if group.is_disjoint else group.needs
        for role, person, _, _ in needs:
            place = role if person == NONE else ~person
            self.asleep.setdefault(place, {})[group.number] = group

    def _keep(self, entry: Entry, group: Group, minute: int) -> list[Person]:
        """Keep the free people that an old ask could use; go on with the one behind it."""
        ask: Ask = entry[-1]
        bench, kept = self.bench, []
        if ask.is_waiting and self.hold_after is not None:
            if minute - ask.ready >= self.hold_after:
                until = minute + ask.minutes
                kept = keep_team(
                    bench,
                    group.needs,
                    ask.project.workers,
                    until,
                    at_work(ask),
                    is_disjoint=group.is_disjoint,
                )
                for person in kept:
                    person.room -= FAR
                    bench.note_room(person)
            if any(bench.free(need) for need in group.needs):
                behind = bisect_right(group.asks, entry)
                if behind < len(group.asks):
                    heappush(self.heap, (group.asks[behind], 1, group.number))
        return kept


def at_work(ask: Ask) -> Collection[int]:
    """Return the people already at work on what asks for those it is missing."""
    if ask.kind == REFILL and ask.task is not None:
        return {hold.person.n for pool in ask.task.pools for hold in pool.holds}
    if ask.kind == STAFF and ask.project.throughout is not None:
        return {hold.person.n for hold in ask.project.throughout.holds}
    return ()


def short_role(group: Group, home_of: Callable[[int], int]) -> int:
    """Return the role a group waits for: of the need that could not be filled last."""
    if group.short == NONE or not group.needs:
        return NONE
    role, person, _, _ = group.needs[group.short]
    return role if person == NONE else home_of(person)
