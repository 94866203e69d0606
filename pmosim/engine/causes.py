"""Causes: why a finished project took as long as it did, followed back from its finish.

In: minutes of the project's tasks, and the links between them. Out: minutes by cause that add up
exactly to finish - request (model.md, section 8). Every step goes to what released the task last:
its own work, the role it waited for, a lag, a date, another project, or the intake. By how much a
risk holds work back counts as a lag.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmosim.network import FF, FS, NONE, PHASE
from pmosim.outcomes import CAUSES

if TYPE_CHECKING:
    from pmosim.engine.blueprint import LinkSheet, ProjectSheet
    from pmosim.engine.state import Project, Task

WORK, LAG, DATE, PROJECT, INTAKE = range(len(CAUSES))


def trace_causes(project: Project, sheet: ProjectSheet, not_before: int, n_roles: int) -> list[int]:
    """Return minutes by cause, then by role waited for; all 0 where unfinished."""
    return _Trace(project, sheet, not_before, n_roles).run()


class _Trace:
    """A walk from the finish of a project back to its request."""

    def __init__(
        self, project: Project, sheet: ProjectSheet, not_before: int, n_roles: int
    ) -> None:
        self.project, self.sheet, self.not_before = project, sheet, not_before
        self.minutes = [0] * (len(CAUSES) + n_roles)

    def run(self) -> list[int]:
        project = self.project
        if project.finished == NONE or project.arrived == project.finished:
            return self.minutes
        last = max((task.first_finish for task in project.tasks), default=project.released)
        self.minutes[PROJECT] += project.finished - last
        task = next((task for task in project.tasks if task.first_finish == last), None)
        step: tuple[Task, bool] | None = None if task is None else (task, True)
        if step is None:
            self._before_release()
        while step is not None:
            step = self._from_finish(step[0]) if step[1] else self._from_start(step[0])
        return self.minutes

    def _from_finish(self, task: Task) -> tuple[Task, bool] | None:
        """Step back from a task's finish: (what to look at next, its finish rather than start).

        A task that sent work back is one piece of work with all that was done again.
        """
        rework = self.project.rework
        if rework is not None and task.order in rework.again:
            begin = rework.begin_of(task, self.project.tasks) or task
            self.minutes[WORK] += task.first_finish - begin.started
            return begin, False
        if task.kind == PHASE:
            for part in self.project.tasks:
                if part.parent is task and part.finished == task.finished:
                    return part, True
        held = self.project.held_finish.get(task.order, 0)
        if held and task.work_done + held == task.finished:
            self.minutes[LAG] += held
            self.minutes[WORK] += task.work_done - task.started
            return task, False
        if task.kind == PHASE or task.work_done != task.finished:
            return self._from_link(task, FF, task.finished)
        self.minutes[WORK] += task.finished - task.started
        return task, False

    def _from_start(self, task: Task) -> tuple[Task, bool] | None:
        """Step back from a task's start through its wait for people to what made it ready."""
        if task.kind == PHASE:
            for part in self.project.tasks:
                if part.parent is task and part.started == task.started:
                    return part, False
        waited = task.started - task.ready
        if self.project.set_aside:
            aside = sum(
                max(0, min(until, task.started) - max(since, task.ready))
                for since, until in self.project.set_aside
            )
            self.minutes[INTAKE] += aside
            waited -= aside
        at = WORK if task.wait_role == NONE else len(CAUSES) + task.wait_role
        self.minutes[at] += waited
        held = self.project.held_start.get(task.order, 0)
        self.minutes[LAG] += held
        return self._from_link(task, FS, task.ready - held)

    def _from_link(self, task: Task, kind: int, minute: int) -> tuple[Task, bool] | None:
        """Step back from a minute to the link, date or release that came last."""
        project = self.project
        for link in self.sheet.links_of[task.order]:
            if (link.kind == FF) != (kind == FF):
                continue
            before = project.tasks[link.predecessor]
            is_finish = link.kind in {FS, FF}
            since = before.first_finish if is_finish else before.started
            if since != NONE and since + link.lag == minute and _is_earlier(link, task, project):
                self.minutes[LAG] += link.lag
                return before, is_finish
        if minute == project.released and kind != FF:
            self._before_release()
        else:
            is_date = minute == self.sheet.tasks[task.order].not_before and kind != FF
            self.minutes[DATE if is_date else PROJECT] += minute - project.arrived
        return None

    def _before_release(self) -> None:
        project = self.project
        held_back = project.eligible - project.arrived
        is_date = project.eligible == self.not_before
        self.minutes[DATE if is_date else PROJECT] += held_back
        self.minutes[INTAKE] += project.released - project.eligible


def _is_earlier(link: LinkSheet, task: Task, project: Project) -> bool:
    """Return whether a link leads back, not around: work in flight starts before its links."""
    before = project.tasks[link.predecessor]
    return before.order != task.order and before.started <= task.finished
