"""Covers: projects that wait while somebody held ``throughout`` is away (model.md, section 2).

Between ``interruptions`` and ``departures``. A share that blocks has to be there: while its holder
is away the project stands still, its people wait with it, and nothing of it starts. Somebody free
with that role covers, with a larger share the less common the method is, until the holder is back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmosim.engine.interruptions import Interruptions
from pmosim.engine.order import THROUGHOUT
from pmosim.engine.state import FAR, STAFF, START, Ask
from pmosim.network import NONE

if TYPE_CHECKING:
    from pmosim.engine.state import Hold, Person, Pool, Project


class Covers(Interruptions):
    """Projects of one future that wait for whom they hold ``throughout``."""

    def _note_staffed(self, project: Project, ask: Ask, pool: Pool) -> None:
        """Note that shares held ``throughout`` were found, or somebody who covers."""
        if ask.covers is not None and project.covers is not None:
            hold = pool.holds[-1]
            hold.covers = ask.covers
            project.covers[ask.covers] = hold
        self._look_at_covers(project)
        if not project.stands_still and not project.is_staffed:
            self._staff(project)

    def _note_away(self, person: Person) -> None:
        """Look at the projects that hold somebody throughout, who went or came back."""
        found = [hold.pool.project for hold in person.holds if hold.pool.task is None]
        for project in dict.fromkeys(found):
            if project.covers is not None:
                self._look_at_covers(project)

    def _note_gone(self, project: Project, hold: Hold) -> None:
        """Note that a holder, or somebody who covers, was taken off."""
        if project.covers is None:
            return
        if hold.covers is not None:
            project.covers.pop(hold.covers, None)
        else:
            cover = project.covers.pop(hold, None)
            if cover is not None:
                self._drop(project, cover)
        self._look_at_covers(project)

    def _put_down_throughout(self, project: Project) -> None:
        super()._put_down_throughout(project)
        if project.covers is not None:
            project.covers.clear()
            project.is_staffed = False
            if project.stands_still:
                project.stands_still = False
                self.still_log.append((project.order, self.minute))

    def _look_at_covers(self, project: Project) -> None:
        """Ask for cover where a holder is away, hand back where one is there again."""
        covers, pool = project.covers, project.throughout
        if covers is None or pool is None or project.ended != NONE:
            return
        for hold in tuple(pool.holds):
            if hold.covers is not None or not self._share_of_cover(project, hold):
                continue
            cover = covers.get(hold)
            if hold.person.is_here:
                if cover is not None:
                    del covers[hold]
                    self._drop(project, cover)
                continue
            if cover is not None and not isinstance(cover, Ask) and not cover.person.is_here:
                self._drop(project, cover)
                cover = None
            if cover is None:
                covers[hold] = self._ask_for_cover(project, hold)
        self._set_still(project, is_still=self._is_short(project, pool))

    def _share_of_cover(self, project: Project, hold: Hold) -> int:
        """Return which share somebody who covers for a holder needs, 0 = it blocks nothing."""
        covers = self.blueprint.projects[project.row].covers
        return covers.get(hold.need[1:3], 0)

    def _is_short(self, project: Project, pool: Pool) -> bool:
        """Return whether less are there, or covered, than the project must have."""
        sheet = self.blueprint.projects[project.row]
        needed = sum(need[3] for need in sheet.throughout if sheet.covers.get(need[1:3]))
        there = sum(
            hold.person.is_here
            and (hold.covers is not None or bool(self._share_of_cover(project, hold)))
            for hold in pool.holds
        )
        return there < needed

    def _ask_for_cover(self, project: Project, hold: Hold) -> Ask:
        role = hold.person.home if hold.need[1] == NONE else hold.need[1]
        units = ((0, role, NONE, 1, self._share_of_cover(project, hold)),)
        ask = Ask(STAFF, project, None, units, 0, FAR, self.minute)
        ask.covers = hold
        project.asks = (*project.asks, ask)
        self.desk.add(ask, project.staff_key or 0.0, project.order, THROUGHOUT)
        return ask

    def _drop(self, project: Project, cover: Hold | Ask) -> None:
        """Let somebody who covers go, or ask for nobody any more."""
        if isinstance(cover, Ask):
            if cover.asked < self.minute:
                self._note_wait(cover)
            self._withdraw(cover)
            return
        pool = cover.pool
        self.floor.settle(pool)
        pool.holds = [other for other in pool.holds if other is not cover]
        self._give_back(pool, [cover])

    def _set_still(self, project: Project, *, is_still: bool) -> None:
        """Let a project stand still, or go on."""
        if is_still == project.stands_still:
            return
        project.stands_still = is_still
        self.still_log.append((project.order, self.minute))
        pools = [pool for task in project.tasks for pool in task.pools if pool.holds]
        practice = self.floor.practice
        others: list[Pool] = []
        for person in dict.fromkeys(hold.person for pool in pools for hold in pool.holds):
            if person.learns and practice is not None:
                others += practice.step(person)
        self.floor.retime([*pools, *others])
        if not is_still:
            self._staff(project)
            return
        project.is_staffed = False
        for task in project.tasks:
            for ask in task.asks:
                if ask.kind == START:
                    if ask.asked < self.minute:
                        self._note_wait(ask)
                    self._withdraw(ask)
                    project.behind.append(task)
