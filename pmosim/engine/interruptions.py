"""Interruptions: a project makes way at the end of a stage (model.md, section 5).

Between ``rework`` and ``course``. When a request of the class that may interrupt waits, and the
start rule has no place for it, the lowest-ranked project that stands at the end of a stage gives up
its own: people, shares held ``throughout`` and place. It waits ahead of all others for a place, and
then goes on; it is no new request, and its fixed cost is not due again.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from pmosim.engine.office import RoomMade
from pmosim.engine.rework import Rework
from pmosim.engine.state import READY, RUNNING, SUSPENDED
from pmosim.network import NONE, PHASE

if TYPE_CHECKING:
    from pmosim.engine.state import Project, Task
    from pmosim.policy.intake import Interrupt


class Interruptions(Rework):
    """Projects that stop and go on: paused by a date, or set aside for others."""

    interrupt: Interrupt | None
    """Who may interrupt; None = nobody. Set by ``course``."""

    @abstractmethod
    def _come_again(self) -> None:
        """Begin this minute again after a pass that has changed what may be released."""

    @abstractmethod
    def _release_project(self, project: Project) -> None:
        """Give a project its place."""

    # --- stages ---------------------------------------------------------------------------------

    def _note_stage_end(self, task: Task) -> None:
        """Note that a stage of a project has ended: a phase, or a task with a gate."""
        if task.kind == PHASE or self.network.tasks.is_gate[task.row]:
            task.project.is_at_stage_end = True
            self._come_again()

    def _make_way(self) -> bool:
        """Let one urgent request take the place of a project at the end of a stage, if any can."""
        office, rule = self.office, self.interrupt
        if rule is None:
            return False
        urgent = (n for n in office.waiting if office.project_class(n) == rule.for_class)
        asking = office.projects[first] if (first := next(urgent, None)) is not None else None
        able = [p for p in office.active_projects() if self._may_make_way(p, rule)]
        if asking is None or not able:
            return False
        lowest = max(able, key=_how_low)
        if self.intake.admit(RoomMade(office, asking, lowest)) != asking.order:
            return False
        self._set_aside(lowest)
        office.remove_waiting(asking.order)
        self._release_project(asking)
        return True

    def _may_make_way(self, project: Project, rule: Interrupt) -> bool:
        """Return whether a project stands at the end of a stage, with nothing at work."""
        projects = self.network.projects
        if not project.is_at_stage_end or project.is_paused or projects.is_mandatory[project.row]:
            return False
        if projects.classes[project.row] == rule.for_class:
            return False
        return not any(
            task.started != NONE
            and task.finished == NONE
            and (task.kind == PHASE or task.work_done == NONE)
            for task in project.tasks
        )

    def _set_aside(self, project: Project) -> None:
        """Take the place and the people of a project away until there is a place again."""
        project.is_aside = True
        project.set_aside.append([self.minute, NONE])
        self._suspend(project)
        self.office.set_aside(project)

    def _take_up(self, project: Project) -> None:
        """Let a project that was set aside go on."""
        self._note_back(project)
        self.office.take_up(project)
        if not project.is_paused:
            self._go_on(project)

    def _note_back(self, project: Project) -> None:
        """Note that a project does not wait for a place any more."""
        project.is_aside = False
        project.set_aside[-1][1] = self.minute

    # --- pauses ---------------------------------------------------------------------------------

    def _pause(self, project: Project) -> None:
        """Give back the people of a project until a date, or as long as chance lets it rest."""
        if project.ended != NONE:
            return
        project.n_pauses += 1
        if project.is_paused:
            return
        project.is_paused = True
        if not project.is_aside:
            self._suspend(project)

    def _resume(self, project: Project) -> None:
        """Let a paused project go on, unless it has no place."""
        if project.ended != NONE:
            return
        project.n_pauses -= 1
        if project.n_pauses:
            return
        project.is_paused = False
        if not project.is_aside:
            self._go_on(project)

    def _suspend(self, project: Project) -> None:
        """Give back the people of a project, and ask for none."""
        project.behind.clear()
        for task in project.tasks:
            is_at_work = task.state == RUNNING and task.work_done == NONE
            if task.kind != PHASE and (is_at_work or task.state == READY):
                self._put_down(task)
                task.state = SUSPENDED
                project.suspended.append(task)
        self._put_down_throughout(project)

    def _go_on(self, project: Project) -> None:
        """Let a project ask for its people again, at its rank."""
        suspended, project.suspended = sorted(project.suspended, key=_by_order), []
        units = self.blueprint.projects[project.row].throughout
        if units and project.staff_key is not None:
            self._ask_staff(project, units, project.staff_key)
        for task in suspended:
            if task.state == SUSPENDED:
                task.state = READY
                self._queue_task(task)


def _by_order(task: Task) -> int:
    return task.order


def _how_low(project: Project) -> tuple[bool, bool, int, int]:
    """Return how late in the order of ranks, none last, then of releases; escalated ones first."""
    rank = int(project.plan.network.projects.rank[project.row])
    return not project.is_first, rank == NONE, rank, project.release_number
