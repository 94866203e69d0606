"""Departures: who goes for good or for a time, and what becomes of the work in hand.

Between ``covers`` and ``course``. Work in hand pauses with whoever is away, unless that
cause hands it over (somebody else is asked for at its rank, the loss is added once), or waits for
it: the person takes nothing new, and goes when the tasks in hand are done (model.md, section 2).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pmosim.engine.covers import Covers
from pmosim.engine.newcomers import Newcomers
from pmosim.engine.order import (
    AWAY,
    BACK,
    COMES,
    FREE_TO_GO,
    GOES,
    HANDS_OVER,
    LEAVES,
    OVERLAPS,
    PEOPLE,
    RETURNS,
    TAKEN_OFF,
)
from pmosim.engine.state import FAR
from pmosim.network import NONE
from pmosim.units import WHOLE, times

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pmosim.engine.audit import Audit
    from pmosim.engine.blueprint import Blueprint
    from pmosim.engine.luck import Stint
    from pmosim.engine.state import Hold, Person, Pool, Project
    from pmosim.engine.training import Trainings
    from pmosim.network import AwayArrays
    from pmosim.policy.dispatch import Dispatch
    from pmosim.policy.intake import Intake


@dataclass(frozen=True, kw_only=True, eq=False)
class Withdrawal:
    """Somebody who does not work for a project any more."""

    order: int
    """Of the project, among all projects."""
    project: Project
    n: int
    loss: int
    """Billionths of person-minutes that each effort task in hand costs more."""


class Departures(Covers):
    """People of one future who come and go."""

    def __init__(
        self,
        blueprint: Blueprint,
        intake: Intake | None,
        dispatch: Dispatch | None,
        audit: Audit | None,
    ) -> None:
        super().__init__(blueprint, intake, dispatch, audit)
        people = self.network.people
        self.newcomers: Newcomers | None = None
        if people.change is not None and people.change.ramp_lasts.any():
            self.newcomers = Newcomers(self.network, people.change, self.floor, self.at)
        self.trainings: Trainings | None = None
        self.places: set[int] = set()
        """People who may leave, or take something along."""
        self.losses: dict[tuple[int, int], int] = {}
        """(person, minute) -> work that leaving, or handing over, costs each effort task."""
        self.handed_over: list[tuple[Pool, int]] = []
        away = people.when_away
        self.finishes: list[bool] = away.finishes.tolist() if away is not None else []
        self.saves: list[int] = []
        """Per person: part of the loss that a day with the successor takes away."""
        self.lengths: dict[tuple[int, int], int] = {}
        """(person, minute) -> minutes of leave that waits for the work in hand."""
        self.owed: Counter[int] = Counter()
        """Minutes of leave that people have not begun yet, though it was due."""
        self.going: set[int] = set()
        """Who goes for good when the tasks in hand are done."""
        self.presence_log: dict[tuple[int, int, bool], int] | None = None
        """(minute, person, whether it is about the place) -> what came about last; None = all is
        as planned."""

    # --- what is known on day 0 -----------------------------------------------------------------

    def _note_stints(self, stints: Sequence[Stint]) -> None:
        """Note who may leave, and what is lost then."""
        self.places = {n for n, *_ in stints}
        self.losses = {(n, end): loss for n, _, end, _, loss in stints if loss}

    def _plan_departures(self, stints: Sequence[Stint]) -> None:
        """Note when work is handed over, and when leave is due that waits for it."""
        self._plan_overlaps(stints)
        away = self.network.people.when_away
        if away is None:
            return
        held: dict[int, list[Stint]] = defaultdict(list)
        for stint in stints:
            held[stint[0]].append(stint)
        self._plan_illness(away, held)
        for n, minutes in enumerate(away.handed_leave):
            for number, minute in enumerate(minutes):
                if _holder_until(held.get(n, [])[:1], minute) > minute:
                    self._plan_hand_over(n, minute, "hand-over of leave", number)
        for n, spans in enumerate(away.own_leave):
            for start, end in spans:
                self.lengths[n, start] = end - start
                self.at(start, PEOPLE, (GOES, n))
        if any(away.own_leave) or any(self.finishes):
            self.presence_log = {}

    def _plan_overlaps(self, stints: Sequence[Stint]) -> None:
        """Note when successors are asked for ahead of departures that are known."""
        change = self.network.people.change
        if change is None or not change.overlap_lasts.any():
            return
        self.saves = change.overlap_saves.tolist()
        for n, begin, end, _, loss in stints:
            is_planned = end == self.network.people.employed_until[n]
            lasts = int(change.overlap_lasts[n])
            lasts = lasts if is_planned else min(lasts, int(change.overlap_notice[n]))
            if loss and lasts and end != NONE and not (is_planned and self._waits_for_work(n)):
                self.at(max(begin, end - lasts), PEOPLE, (OVERLAPS, n))

    def _waits_for_work(self, n: int) -> bool:
        return bool(self.finishes) and self.finishes[n]

    def _plan_illness(self, away: AwayArrays, held: dict[int, list[Stint]]) -> None:
        """Note when the work of those who are ill for long is handed over."""
        numbers: Counter[int] = Counter()
        for n, start, end in self.luck.spells:
            least, number = int(away.ill_least[n]), numbers[n]
            numbers[n] += 1
            until = min(end, _holder_until(held.get(n, []), start))
            if least != NONE and until > start + least:
                self._plan_hand_over(n, start + least, "hand-over of illness", number)

    def _plan_hand_over(self, n: int, minute: int, purpose: str, number: int) -> None:
        self.losses.setdefault((~n, minute), self.luck.loss(n, purpose, number))
        self.at(minute, PEOPLE, (HANDS_OVER, n))

    def _plan_withdrawals(self, project: Project) -> None:
        """Note who will be taken off a listed project."""
        withdrawn = self.network.projects.withdrawn
        if withdrawn is None or not withdrawn[project.row]:
            return
        project.withdrawn = set()
        for minute, n in withdrawn[project.row]:
            purpose = f"hand-over of {self.network.projects.ids[project.row]}"
            loss = self.luck.loss(n, purpose)
            item = Withdrawal(order=project.order, project=project, n=n, loss=loss)
            self.at(minute, PEOPLE, (TAKEN_OFF, item))
            change = self.network.people.change
            lasts = 0 if change is None else int(change.overlap_lasts[n])
            if loss and lasts and minute:
                self.at(max(0, minute - lasts), PEOPLE, (OVERLAPS, item))

    # --- comings and goings ---------------------------------------------------------------------

    def _change_person(self, what: int, person: Person) -> None:
        """Let somebody come, go, be away, or be back."""
        if what == COMES:
            self._welcome(person)
        elif what == LEAVES:
            if self._stays_to_finish(person):
                return
            self._leave(person)
            return
        elif what in {AWAY, BACK}:
            person.is_away = what == AWAY
        elif what == GOES:
            self._begin_leave_when_free(person)
            return
        elif what == FREE_TO_GO:
            self._go_if_free(person)
            return
        elif what == RETURNS:
            person.is_on_leave = False
            if self.owed[person.n]:
                self._begin_leave(person)
                return
        self._note_presence(person)

    def _note_presence(self, person: Person) -> None:
        """Let what somebody has in hand go on, or stop, as they are there."""
        is_here = person.is_employed and not person.is_away and not person.is_on_leave
        if is_here != person.is_here:
            pools = [hold.pool for hold in person.holds]
            for pool in pools:
                self.floor.settle(pool)
            person.is_here = is_here
            person.is_free = is_here and not person.is_finishing
            person.note_speed()
            self.floor.note_attention(person)
            self.floor.bench.note_room(person)
            self.floor.retime(pools)
            if is_here:
                person.freed_at, person.freed_by = self.minute, None
                self.floor.bench.freed |= person.places
            if self.may_stand_still:
                self._note_away(person)
        if self.presence_log is not None:
            self.presence_log[self.minute, person.n, False] = BACK if is_here else AWAY

    def _welcome(self, person: Person) -> None:
        person.is_employed = True
        if self.presence_log is not None:
            self.presence_log[self.minute, person.n, True] = COMES
        if self.newcomers is not None:
            self.newcomers.begin(person)

    def _leave(self, person: Person) -> None:
        """Let somebody leave for good."""
        self._see_off(person)
        person.is_employed = person.is_finishing = False
        self.finishing.discard(person.n)
        self.owed.pop(person.n, None)
        if self.presence_log is not None:
            self.presence_log[self.minute, person.n, True] = LEAVES
        self._note_presence(person)
        self._replace(person.holds)

    def _see_off(self, person: Person) -> None:
        """Add what is lost with somebody who leaves for good to each effort task in hand.

        Whoever comes in the place is asked for by the role only, and has worked on nothing yet.
        """
        loss = self.losses.get((person.n, self.minute), 0)
        for hold in person.holds if loss else ():
            self._lose(hold, loss)
        if person.n in self.places:
            person.is_first = False
            for project in self.office.projects.values():
                project.workers.discard(person.n)
        if self.newcomers is not None:
            self.newcomers.end(person)
        if self.trainings is not None:
            self.trainings.stop(person)
        if person.learns and self.floor.practice is not None:
            self.floor.practice.forget(person.n)

    def _lose(self, hold: Hold, loss: int) -> None:
        """Add what a hand-over costs to an effort task."""
        pool, parts = hold.pool, self.network.projects.hand_over
        if not loss or pool.task is None or pool.is_duration:
            return
        self.floor.settle(pool)
        more = loss if parts is None else times(loss, int(parts[pool.project.row]))
        if pool.has_learner:
            more = times(more, self._not_saved(hold))
        pool.remaining += more
        self.handed_over.append((pool, more))

    def _not_saved(self, hold: Hold) -> int:
        """Return the part of a loss that is left after what the successor was told."""
        day = self.network.minutes_per_day * WHOLE
        taught = sum(other.taught for other in hold.pool.holds if other.teacher is hold.person)
        return max(0, WHOLE - self.saves[hold.person.n] * taught // day)

    # --- handing over ---------------------------------------------------------------------------

    def _hand_over(self, person: Person) -> None:
        """Give the tasks of somebody who is away to others, but what asks for this very person."""
        if person.is_here or not person.is_employed:
            return
        loss = self.losses.get((~person.n, self.minute), 0)
        holds = [h for h in person.holds if h.pool.task is not None and h.need[2] == NONE]
        for hold in holds:
            self._lose(hold, loss)
        self._replace(holds)

    def _overlap(self, leaver: int | Withdrawal) -> None:
        """Ask for a successor in each effort task in hand that somebody will leave."""
        if isinstance(leaver, int):
            holds = list(self.floor.people[leaver].holds)
        else:
            person = self.floor.people[leaver.n]
            holds = [hold for hold in person.holds if hold.pool.project is leaver.project]
        for hold in holds:
            pool, (index, role, named, _, share) = hold.pool, hold.need
            if pool.task is None or pool.is_duration or named != NONE or hold.teacher is not None:
                continue
            known = [other.teacher for other in pool.holds]
            known += [ask.teacher for ask in pool.task.asks]
            if hold.person not in known:
                pool.n_missing += 1
                ask = self._ask_refill(pool.task, ((index, role, named, 1, share),))
                ask.teacher = hold.person

    def _take_off(self, withdrawal: Withdrawal) -> None:
        """Take somebody off a project for good."""
        project = withdrawal.project
        if project.withdrawn is None or project.ended != NONE:
            return
        project.withdrawn.add(withdrawal.n)
        person = self.floor.people[withdrawal.n]
        holds = [hold for hold in person.holds if hold.pool.project is project]
        for hold in holds:
            self._lose(hold, withdrawal.loss)
        self._replace(holds)

    # --- finishing first ------------------------------------------------------------------------

    def _stays_to_finish(self, person: Person) -> bool:
        """Return whether somebody whose time ends on a date has tasks in hand to finish first."""
        n = person.n
        if not self.finishes or not self.finishes[n] or not _tasks_in_hand(person):
            return False
        if self.minute != self.network.people.employed_until[n]:
            return False
        self.going.add(n)
        self._finish_first(person)
        return True

    def _begin_leave_when_free(self, person: Person) -> None:
        """Begin leave, or finish the tasks in hand first; more leave that falls due joins it."""
        if not person.is_first:
            return
        self.owed[person.n] += self.lengths[person.n, self.minute]
        if person.is_on_leave or person.is_finishing:
            return
        if _tasks_in_hand(person):
            self._finish_first(person)
        else:
            self._begin_leave(person)

    def _finish_first(self, person: Person) -> None:
        """Let somebody take nothing new."""
        person.is_finishing, person.is_free = True, False
        self.finishing.add(person.n)
        self.floor.bench.note_room(person)

    def _let_go(self) -> None:
        """Let those go whose last task in hand has finished this minute.

        Who is free because a project was stopped goes a minute later: the morning has passed.
        """
        for n in sorted(self.finishing):
            self._go_if_free(self.floor.people[n])

    def _go_if_free(self, person: Person) -> None:
        """Let somebody go who has finished the tasks in hand."""
        n = person.n
        if n not in self.finishing or _tasks_in_hand(person):
            return
        self.finishing.discard(n)
        person.is_finishing = False
        if n in self.going:
            self.going.discard(n)
            self._leave(person)
        else:
            self._begin_leave(person)

    def _begin_leave(self, person: Person) -> None:
        """Let all leave that is owed begin now."""
        person.is_on_leave = True
        self.at(self.minute + self.owed.pop(person.n), PEOPLE, (RETURNS, person.n))
        self._note_presence(person)


def _tasks_in_hand(person: Person) -> bool:
    return any(hold.pool.task is not None for hold in person.holds)


def _holder_until(stints: Sequence[Stint], minute: int) -> int:
    """Return when whoever holds a place at a minute leaves: that minute if nobody does."""
    if not stints:
        return FAR
    for _, begin, end, _, _ in stints:
        if begin <= minute and (end == NONE or minute < end):
            return FAR if end == NONE else end
    return minute
