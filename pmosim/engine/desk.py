"""Desk: where work asks for people, and the pass that gives them (model.md, sections 2 and 4).

Asks of the same need stand in one group, in order: if the first does not fit, none behind it
does. A group that did not fit sleeps until somebody it was short of is freed, so a pass costs what
can have changed, not the length of the queue.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING, Any

from pmosim.engine.state import FAR, REFILL, STAFF, START, Group
from pmosim.engine.teams import Bench, find_team, keep_team
from pmosim.network import NONE

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from pmosim.engine.state import Ask, Person, Project, Task
    from pmosim.engine.teams import Team
    from pmosim.plan import Need

Entry = tuple[Any, ...]
"""(key, project order, task order, first need, serial number, Ask)."""


class Desk:
    """All asks that wait, and the order in which they are served."""

    is_by_project = False
    """Whether asks of different projects never stand in one group."""

    def __init__(
        self,
        bench: Bench,
        hold_after: int | None,
        start: Callable[[Ask, Team], None],
    ) -> None:
        self.bench, self.hold_after, self.start = bench, hold_after, start
        self.keeps = hold_after is not None
        self.groups: dict[tuple[tuple[Need, ...], Task | Project | int | None], Group] = {}
        self.ripe: set[Group] = set()
        """Groups that may fit."""
        self.wanted: set[Group] = set()
        """With ``hold_after`` the groups in which anybody asks."""
        self.asleep: defaultdict[int, set[Group]] = defaultdict(set)
        """Groups that did not fit, by the role (or ~person) they were short of."""
        self.n_asks = 0
        self.heap: list[Entry] = []
        """What is looked at in this pass: of each ripe group the first."""
        self.passed: set[Ask] = set()
        """Asks in the heap behind one of their group that did not fit (with ``hold_after``)."""
        self.is_passing = False
        self.is_stirred = True
        """Whether anything has come since the last pass that could let an ask start."""
        self.may_free = False
        """Whether a pass may give people back: who covers, when the holder is found there."""
        self.leavers = [person for person in bench.people if person.until != FAR]

    def add(self, ask: Ask, key: float, project_order: int, task_order: int) -> None:
        """Put an ask in its place."""
        is_alike = ask.kind == START and not self.is_by_project and ask.project.withdrawn is None
        of = None if is_alike else self.owner(ask)
        group = self.groups.get((ask.units, of))
        if group is None:
            group = self.groups[ask.units, of] = self._group(ask.units)
            group.of = None if of is None else (ask.units, of)
        self.n_asks += 1
        self.is_stirred = True
        ask.group = group
        ask.entry = entry = (key, project_order, task_order, group.first_need, self.n_asks, ask)
        asks = group.asks
        if self.keeps:
            self.ripe.add(group)
            self.wanted.add(group)
        elif not asks:
            self.ripe.add(group)
        insort(asks, entry)
        if self.is_passing and asks[0] is entry:
            self._rouse()
            if group in self.ripe:
                heappush(self.heap, entry)

    def owner(self, ask: Ask) -> Task | Project | int | None:
        """Return what asks of the same need must share to stand in one group.

        Who is missing must be somebody else than those still at work on the same thing; who is
        withdrawn from a project can do nothing of it.
        """
        if ask.kind == START:
            return None if ask.project.withdrawn is None else ask.project.order
        return ask.task or ask.project

    def _group(self, units: tuple[Need, ...]) -> Group:
        needs = tuple(need[1:] for need in units)
        return Group(
            needs,
            first_need=units[0][:3] if units else (),
            is_disjoint=self.bench.is_disjoint(needs),
            alike_until=self.bench.alike_until(needs),
        )

    def withdraw(self, ask: Ask) -> None:
        """Take an ask away that is no longer wanted."""
        if ask.entry:
            self.is_stirred = True
            self._take_out(ask)

    def note_skills(self) -> None:
        """Look again at everything: who can do what has changed."""
        for group in self.groups.values():
            group.is_disjoint = self.bench.is_disjoint(group.needs)
            group.alike_until = self.bench.alike_until(group.needs)
        self.asleep.clear()
        self.ripe.update(self.groups.values())
        self.is_stirred = True

    def _take_out(self, ask: Ask) -> None:
        asks, entry = ask.group.asks, ask.entry
        if entry:
            del asks[0 if asks[0] is entry else bisect_left(asks, entry)]
            ask.entry = ()
            if not asks:
                if self.keeps:
                    self.wanted.discard(ask.group)
                if ask.group.of is not None:
                    self.ripe.discard(ask.group)
                    del self.groups[ask.group.of]

    def _rouse(self) -> None:
        """Look again at the groups that were short of somebody like those freed meanwhile.

        One that asks for several of one role goes on sleeping while there are fewer.
        """
        self.is_stirred = True
        bench, asleep = self.bench, self.asleep
        for place in bench.freed.intersection(asleep) if asleep else ():
            n_with_room = bench.n_with_room(place) if place >= 0 else 1
            groups = asleep[place]
            awake = [group for group in groups if group.least <= n_with_room]
            if awake:
                self.ripe.update(awake)
                groups.difference_update(awake)
                if not groups:
                    del asleep[place]
        bench.freed.clear()

    def serve(self, minute: int) -> None:
        """Start every ask that fits, smaller keys first."""
        if self.bench.freed:
            self._rouse()
        ripe, passed, keeps = self.ripe, self.passed, self.keeps
        if not ripe or not (self.is_stirred or self._may_change_hands()):
            return
        self.is_stirred = False
        if not keeps:
            heap = self.heap = [group.asks[0] for group in ripe if group.asks]
        else:
            can_wait = self.may_free
            heap = self.heap = [
                group.asks[0] for group in ripe if group.asks and (can_wait or self._has_use(group))
            ]
        heapify(heap)
        self.is_passing = True
        kept: list[Person] = []
        while heap:
            ask: Ask = heappop(heap)[-1]
            group = ask.group
            asks = group.asks
            if passed and ask in passed:
                passed.discard(ask)
                kept += self._keep(ask, minute)
            elif asks and asks[0] is ask.entry and group in ripe:
                if keeps and not self._has_use(group):
                    self._put_to_sleep(group)
                elif self._serve(ask, minute):
                    if asks:
                        heappush(heap, asks[0])
                    else:
                        ripe.discard(group)
                else:
                    self._put_to_sleep(group)
                    if keeps:
                        kept += self._keep(ask, minute)
        for person in kept:
            person.is_free = True
            self.bench.note_room(person)
        self.is_passing = False
        if keeps:
            self.ripe = self.wanted.copy()

    def _has_use(self, group: Group) -> bool:
        """Return whether a group could be given, or keep, anybody as things are now.

        Where nobody of the one role it asks for has room the answer is no, and no search is due.
        Asked ahead of a pass this holds to its end, unless a pass may free people.
        """
        place = group.places[0] if len(group.places) == 1 else NONE
        if place < 0 or self.bench.idle[place] or self.bench.partly[place]:
            return True
        group.short = 0
        return False

    def _may_change_hands(self) -> bool:
        """Return whether old asks could keep others than before, though nobody was freed.

        With time more asks grow old, which only keeps more people. Whom one keeps changes only
        with those who leave before its planned end.
        """
        return any(person.room > 0 for person in self.leavers)

    def serve_alone(self, ask: Ask, minute: int) -> bool:
        """Start one ask ahead of all others if it fits."""
        return bool(ask.entry) and self._serve(ask, minute)

    def _serve(self, ask: Ask, minute: int) -> bool:
        project, until = ask.project, minute + ask.minutes
        excluded = () if ask.kind == START and project.withdrawn is None else barred(ask)
        team = find_team(self.bench, ask.group, project.workers, until, excluded)
        if team is None:
            return False
        self._take_out(ask)
        self.start(ask, team)
        return True

    def _put_to_sleep(self, group: Group) -> None:
        """Wait for the need that was short, or for any where people could fill several."""
        self.ripe.discard(group)
        if group.is_disjoint:
            self.asleep[group.places[group.short]].add(group)
        else:
            for place in group.places:
                self.asleep[place].add(group)

    def _keep(self, ask: Ask, minute: int) -> list[Person]:
        """Keep the free people that an old ask could use; go on with the one behind it."""
        bench, group, kept = self.bench, ask.group, []
        if ask.entry and self.hold_after is not None:
            if minute - ask.ready >= self.hold_after:
                until = minute + ask.minutes
                kept = keep_team(bench, group, ask.project.workers, until, barred(ask))
                for person in kept:
                    person.is_free = False
                    bench.note_room(person)
            if any(bench.has_free(need) for need in group.needs):
                behind = bisect_right(group.asks, ask.entry)
                if behind < len(group.asks):
                    entry = group.asks[behind]
                    self.passed.add(entry[-1])
                    heappush(self.heap, entry)
        return kept


def barred(ask: Ask) -> Collection[int]:
    """Return who cannot take what is asked for: at work on it already, or withdrawn."""
    found, withdrawn = () if ask.kind == START else at_work(ask), ask.project.withdrawn
    return {*found, *withdrawn} if withdrawn else found


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
