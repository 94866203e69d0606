"""Reference: one future on SimPy, written to be read as the definition of the model.

In: a ``Blueprint`` of the network, and the draws of one replication. Out: people, projects and
tasks in their final state, for ``rows`` to write down.

SimPy keeps the calendar: one event for each minute at which anything is due. What happens within
that minute, and in which order, is said in ``order``; what becomes of projects in ``course``, of
tasks in ``taskwork``; how work flows through people in ``floor``, who is given to whom in ``desk``.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Any

import simpy

from pmosim.engine.course import Course, is_out
from pmosim.engine.desk import short_role
from pmosim.engine.order import (
    ARRIVAL,
    COMES,
    FINISH,
    GATE,
    PAUSES,
    PEOPLE,
    RAMPS,
    RESUMES,
    TRAINED,
    TRAINS,
    WAIT,
    WITHDRAWS,
)
from pmosim.engine.state import DONE, RUNNING, WAITS_FOR_LINKS, Project, Redo, Task
from pmosim.network import FS, NONE, SS
from pmosim.outcomes import ABSENT, CANCELLED
from pmosim.outcomes import DONE as DONE_BEFORE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pmosim.engine.audit import Audit
    from pmosim.engine.blueprint import Blueprint, LinkSheet
    from pmosim.engine.luck import Luck
    from pmosim.policy.dispatch import Dispatch
    from pmosim.policy.intake import Intake


EVERY_MORNING = "1d"
"""When a policy is asked that does not say when it changes its mind by itself."""


class Replication(Course):
    """One future, from day 0 to its end."""

    def __init__(
        self,
        blueprint: Blueprint,
        luck: Luck,
        intake: Intake | None = None,
        dispatch: Dispatch | None = None,
        audit: Audit | None = None,
    ) -> None:
        self.env = simpy.Environment()
        self.closing = self.env.event()
        self.tick = _Tick(self.env)
        self.on_tick: list[Callable[[Any], None]] = [self._instant]
        self.agenda: dict[int, list[tuple[int, Any]]] = {}
        """What is due, as (FINISH .. GATE, what it is about), by minute."""
        super().__init__(blueprint, intake, dispatch, audit)
        network = blueprint.network
        self.window_end = network.window_end
        self.last_minute = network.window_end + (network.run_off if network.has_horizon else 0)
        self.luck = luck
        self.people_changes = blueprint.changes_of(luck.spells, luck.stints)
        """(minute, what, person) of everybody, sorted."""
        self._note_stints(luck.stints)
        self.projects: list[Project] = []

    # --- the calendar ---------------------------------------------------------------------------

    def at(self, minute: int, what: int, item: object) -> None:
        """Note that something is due at a minute, now or later."""
        due = self.agenda.get(minute)
        if due is None:
            if minute > self.last_minute:
                return
            due = self.agenda[minute] = []
            self.env.schedule(self.tick, delay=minute - self.minute)
        due.append((what, item))

    def run(self) -> None:
        """Run from day 0 to the end."""
        self.tick.callbacks = self.on_tick
        self._open()
        self.env.run(until=self.closing)
        for project in self.projects:
            self._settle_project(project)
        if self.newcomers is not None:
            self.newcomers.close()
        if self.trainings is not None:
            self.trainings.close()
        if self.presence_log is not None:
            happened = self.presence_log.items()
            self.people_changes = tuple(sorted((at, what, n) for (at, n, _), what in happened))

    def close(self) -> None:
        """Cut what refers to each other, so that the memory of a run is free with it."""
        for project in self.projects:
            for task in project.tasks:
                task.pools.clear()
                task.out_of_start = task.out_of_finish = task.ended_holds = ()
            project.tasks.clear()
            project.out_of_start = project.out_of_finish = project.ended_holds = ()
        self.projects.clear()
        self.office.projects.clear()
        self.on_tick.clear()

    def _instant(self, _: simpy.Event) -> None:
        """Do everything that is due this minute, in the order of ``order``."""
        minute = int(self.env.now)
        self.tick.callbacks = self.on_tick  # simpy takes them away from what has happened
        self.minute = self.floor.minute = self.office.minute = minute
        if self.audit is not None:
            self.audit.note_minute(self, minute)
        is_open = minute < self.window_end
        cancelled: list[Project] = []
        due = self.agenda.pop(minute)
        if len(due) > 1:
            due.sort(key=_by_turn)
        for what, item in due:
            if what == FINISH:
                if item.due == minute and item.is_open:
                    self._finish_pool(item)
            elif what == WAIT:
                if item is not None:
                    self._satisfy(*item)
            elif what == PEOPLE:
                if self.finishing:
                    self._let_go()
                self._change_people(*item)
            elif what == ARRIVAL:
                if is_open:
                    self._arrive(item)
            elif is_open or item.released != NONE:
                cancelled.append(item)
        if self.finishing:
            self._let_go()
        if cancelled or self.at_gate or self.reactions:
            self._decide(cancelled)
        while is_open and (self.forced or self.office.line or self.at_gate):
            self._release()
            if not (self.at_gate or self.stage_ended):
                break
            self._decide()
        if minute < self.last_minute:
            self._pass()
            if self.audit is not None:
                self.audit.check_pass(self)
        if not self.agenda or not self.n_listed_open or minute >= self.window_end:
            self._close()

    def _close(self) -> None:
        """End the run if it is over."""
        if self.minute not in self.agenda and self._is_over() and not self.closing.triggered:
            self.closing.succeed()

    def _is_over(self) -> bool:
        if self.minute >= self.last_minute or not self.agenda:
            return True
        if self.network.has_horizon:
            return self.minute >= self.network.window_end and not self.office.n_active
        return not self.n_listed_open

    # --- day 0 ----------------------------------------------------------------------------------

    def _open(self) -> None:
        """Bring the listed projects into being and put the known future into the agenda."""
        network, luck = self.network, self.luck
        self.at(0, WAIT, None)
        if network.has_horizon:
            self.at(network.window_end, WAIT, None)
            self.at(self.last_minute, WAIT, None)
        asked_at = getattr(self.intake, "asked_at", EVERY_MORNING)
        if asked_at is not None:
            for minute in self.office.starts_of(asked_at):
                self.at(minute, WAIT, None)
        self._call_meetings()
        for minute, what, n in self.people_changes:
            self.at(minute, PEOPLE, (what, n))
        if self.newcomers is not None:
            for minute, what, n in self.people_changes:
                if what == COMES and minute and self.newcomers.has_ramp(n):
                    self.at(minute, PEOPLE, (RAMPS, n))
        for number, training in enumerate(network.trainings):
            self.at(training.begin, PEOPLE, (TRAINS, number))
            self.at(training.end, PEOPLE, (TRAINED, number))
        self._plan_departures(luck.stints)
        for row in range(network.n_listed):
            sheet = self.blueprint.projects[row]
            amounts = luck.amounts[sheet.first_pool : sheet.first_pool + sheet.n_pools]
            self._create(row, row, luck.sizes[row], amounts, luck.fixed[row], luck.benefit[row])
        for project in self.projects:
            self._link(project)
            self._plan_withdrawals(project)
        for index, minute in enumerate(luck.arrival_minutes):
            self.at(minute, ARRIVAL, network.n_listed + index)
        out = [project for project in self.projects if not self._open_project(project)]
        for project in out:
            is_cancelled = network.projects.status[project.row] == "cancelled"
            project.status, project.ended = CANCELLED if is_cancelled else ABSENT, 0
        for project in out:
            self._rule_out_rest(project)

    def _create(
        self,
        row: int,
        order: int,
        size: float,
        amounts: Sequence[int],
        fixed_cost: float,
        benefit: float,
        number: int = 0,
    ) -> Project:
        """Make a project with its tasks and pools; links come separately."""
        sheet = self.blueprint.projects[row]
        project = Project(row, number, order, size, self.blueprint.plan(row, size))
        project.fixed_cost, project.benefit = fixed_cost, benefit
        project.n_release_waits, project.n_finish_waits = (
            sheet.n_release_waits,
            sheet.n_finish_waits,
        )
        project.is_staffed = not sheet.throughout
        if sheet.covers:
            project.covers = {}
        if sheet.loops:
            project.rework = Redo(sheet.loops)
        due = int(self.network.projects.due[row])
        is_listed = row < self.network.n_listed
        project.due = due if due == NONE or is_listed else due + self.minute
        project.tasks = [Task(project, task, amounts) for task in sheet.tasks]
        project.n_open = len(project.tasks)
        if row in self.blueprint.delayed:
            self._note_delays(project, *self.blueprint.delayed[row])
        self.projects.append(project)
        self.office.projects[order] = project
        return project

    def _link(self, project: Project) -> None:
        """Tie a project and its tasks to the others they wait for."""
        for link in self.blueprint.projects[project.row].outer_links:
            self._link_to_other(project, link)

    def _link_to_other(self, project: Project, link: LinkSheet) -> None:
        """Tie a project to another; a link whose time has come is satisfied at once."""
        of = self.projects[link.predecessor_project]
        before: Task | Project = of if link.predecessor == NONE else of.tasks[link.predecessor]
        after: Task | Project = project if link.successor == NONE else project.tasks[link.successor]
        link_out = (link.kind, after, link.lag, link.is_ignored)
        since = before.started if link.kind == SS else before.finished
        if since != NONE:
            self.at(max(self.minute, since + link.lag), WAIT, (after, link.kind))
        elif is_out(before):
            self._miss(after, link.kind, is_ignored=link.is_ignored)
        elif link.kind == SS:
            before.out_of_start = (*before.out_of_start, link_out)
        else:
            before.out_of_finish = (*before.out_of_finish, link_out)

    def _open_project(self, project: Project) -> bool:
        """Set a listed project to its state on day 0; return whether it is part of this future."""
        projects, row = self.network.projects, project.row
        status = projects.status[row]
        if status == "cancelled" or not self.luck.happens[row]:
            return False
        if status == "done":
            self._open_done(project)
            return True
        for start, end in projects.pauses[row]:
            self.at(start, PEOPLE, (PAUSES, project))
            self.at(end, PEOPLE, (RESUMES, project))
        if projects.cancelled[row] != NONE:
            self.at(int(projects.cancelled[row]), GATE, project)
        self._note_dates(project)
        has_date = projects.arrives[row] != NONE or projects.cancelled[row] != NONE
        project.is_counted = status == "running" or has_date
        self.n_listed_open += project.is_counted
        if status == "on-hold":
            self._open_finished(project)
        if status == "running":
            self._open_running(project)
        elif projects.arrives[row] != NONE:
            project.is_forced = projects.starts[row] != NONE or bool(projects.is_mandatory[row])
            self.at(int(projects.arrives[row]), ARRIVAL, project.order)
        return True

    def _open_done(self, project: Project) -> None:
        """Set a project that was finished before day 0."""
        project.arrived = project.released = project.started = project.finished = 0
        project.ended, project.status = 0, DONE_BEFORE
        for task in project.tasks:
            self._finish_before(task)
        self._happen(project.out_of_start)
        self._happen(project.out_of_finish)

    def _note_dates(self, project: Project) -> None:
        """Put the dates before which a project and its tasks must not start into the agenda."""
        not_before = int(self.network.projects.not_before[project.row])
        if not_before > 0:
            self.at(max(self.minute, not_before), WAIT, (project, FS))
        for sheet in self.blueprint.projects[project.row].dated:
            task = project.tasks[sheet.order]
            self.at(max(self.minute, sheet.not_before), WAIT, (task, FS))

    def _finish_before(self, task: Task) -> None:
        """Set a task that was finished before day 0."""
        task.state = DONE
        task.ready = task.started = task.finished = 0
        task.project.n_open -= 1
        if task.parent is not None:
            task.parent.n_finish_waits -= 1
        self._tell_start(task)
        self._tell_finish(task)

    def _open_finished(self, project: Project) -> None:
        """Set the tasks of a project that were finished before day 0."""
        sheet = self.blueprint.projects[project.row]
        for task, task_sheet in zip(project.tasks, sheet.tasks, strict=True):
            if task_sheet.is_done:
                self._finish_before(task)

    def _open_running(self, project: Project) -> None:
        """Set a running project: what is finished, what people have in hand, and the rest ready."""
        project.arrived = 0
        sheet = self.blueprint.projects[project.row]
        tasks = list(zip(project.tasks, sheet.tasks, strict=True))
        self._open_finished(project)
        for task, task_sheet in tasks:
            if task_sheet.is_running and task.state == WAITS_FOR_LINKS:
                task.ready = 0
                self._mark_started(task)
                self._give_holders(task, task_sheet.held_by)
        if project.started == NONE and any(task.state == DONE for task in project.tasks):
            self._start_project(project)
        self._release_project(project)
        if project.ended != NONE:
            return
        running = [task for task in project.tasks if task.state == RUNNING]
        for task in running:
            task.key = self._key(task)
        if not project.is_staffed:
            keys = [task.key for task in (*running, *project.behind)]
            self.first_asks.append(
                self._ask_staff(project, sheet.throughout, min(keys, default=-inf))
            )
        for task in running:
            self.first_asks += self._ask_for_missing(task)

    def unused(self) -> Mapping[tuple[int, int], int]:
        """Return (project order, person) -> attention that was booked and not used."""
        return {}

    def amount_of(self, project: Project, pool: int) -> int:
        """Return the drawn amount of a pool, counted from the project's first."""
        if project.order < self.network.n_listed:
            first = self.blueprint.projects[project.row].first_pool
            return self.luck.amounts[first + pool]
        return int(self.luck.arrival(project.order - self.network.n_listed, 0)[3][pool])

    # --- demand ---------------------------------------------------------------------------------

    def _arrive(self, order: int) -> None:
        """Let a project ask; one of a stream comes into being now."""
        index = order - self.network.n_listed
        if index < 0:
            project = self.projects[order]
            if project.ended != NONE:
                return
        else:
            project = self._create(*self.luck.arrival(index, order))
            self._link(project)
            self._note_dates(project)
            project.is_forced = bool(self.network.projects.is_mandatory[project.row])
            patience = self.luck.patience(index)
            if patience != NONE:
                self.at(self.minute + patience, PEOPLE, (WITHDRAWS, project))
        project.arrived = self.minute
        self._satisfy(project, FS)

    # --- the end --------------------------------------------------------------------------------

    def _settle_project(self, project: Project) -> None:
        """Book what is in hand when the run ends, and the waiting of what did not start."""
        pools = [pool for task in project.tasks for pool in task.pools]
        if project.throughout is not None:
            pools.append(project.throughout)
        for pool in pools:
            if pool.holds:
                self.floor.settle(pool)
                owner = pool.task or project
                owner.ended_holds = (*owner.ended_holds, *pool.holds)
                if self.audit is not None:
                    for hold in pool.holds:
                        self.audit.note_hold(hold, self.minute)
        for ask in (*project.asks, *(ask for task in project.tasks for ask in task.asks)):
            role = short_role(ask.group, self._home_of)
            self._note_area(ask, role)
            for task in project.behind if ask.task is None else (ask.task,):
                task.wait_role = role


class _Tick(simpy.Event):
    """A minute at which something is due: one event that happens again and again."""

    def __init__(self, env: simpy.Environment) -> None:
        super().__init__(env)
        self._ok, self._value = True, None


def _by_turn(due: tuple[int, Any]) -> tuple[int, ...]:
    """Sort what is due in one minute as ``order`` says; waits as they came."""
    what, item = due
    if what == FINISH:
        return what, item.project.order, item.task.order, item.index
    if what == PEOPLE:
        change, of = item
        return what, change, of if isinstance(of, int) else of.order
    if what == ARRIVAL:
        return what, item
    return (what, item.order) if what == GATE else (what,)
