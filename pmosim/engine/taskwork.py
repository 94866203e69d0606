"""Taskwork: how a task asks for people, starts, loses them, and finishes (model.md, section 2).

The first of the layers that make up one future: ``rework`` lets tasks be done again, ``course``
puts the projects around it, ``reference`` the clock.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from math import ceil
from operator import attrgetter
from typing import TYPE_CHECKING

from pmosim.engine.desk import Desk, short_role
from pmosim.engine.floor import Floor
from pmosim.engine.keys import latest_finish, task_key
from pmosim.engine.office import Office
from pmosim.engine.order import FREE_TO_GO, PEOPLE, THROUGHOUT
from pmosim.engine.state import (
    DONE,
    FAR,
    NEVER,
    READY,
    REFILL,
    RUNNING,
    STAFF,
    START,
    SUSPENDED,
    WAITS_FOR_LINKS,
    Ask,
    Hold,
    Pool,
    Project,
    StartAsk,
    Task,
)
from pmosim.engine.teams import Bench, can_fill
from pmosim.network import DURATION, FF, MILESTONE, NONE, PHASE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pmosim.engine.audit import Audit
    from pmosim.engine.blueprint import Blueprint
    from pmosim.engine.state import Link, Person
    from pmosim.engine.teams import Team
    from pmosim.plan import Need
    from pmosim.policy.dispatch import Dispatch
    from pmosim.policy.intake import Intake


class Taskwork(ABC):
    """Tasks and people of one future; minutes and projects come from the layers above."""

    bench_kind: type[Bench] = Bench
    floor_kind: type[Floor] = Floor
    desk_kind: type[Desk] = Desk
    """Where people are booked others take their place; see ``booked``."""

    def __init__(
        self,
        blueprint: Blueprint,
        intake: Intake | None,
        dispatch: Dispatch | None,
        audit: Audit | None,
    ) -> None:
        network = blueprint.network
        self.blueprint, self.network, self.audit = blueprint, network, audit
        self.intake = network.intake if intake is None else intake
        self.dispatch, self.rule = dispatch, network.dispatch.rule
        self.minute = 0
        self.floor = self.floor_kind(network, self.at, self.bench_kind)
        self.desk = self.desk_kind(
            self.floor.bench,
            network.dispatch.hold_after,
            self._start_team,
        )
        self.office = Office(network, getattr(self.intake, "order", network.intake.order))
        self.newly_ready: list[Project] = []
        """Projects whose first tasks are ready and whose ``throughout`` is not asked for yet."""
        self.first_asks: list[Ask] = []
        """Of running work on day 0: served before anything new starts."""
        self.may_stand_still = any(sheet.covers for sheet in blueprint.projects)
        self.floor.may_stand_still = self.desk.may_free = self.may_stand_still
        self.still_log: list[tuple[int, int]] = []
        """(project order, minute) of every change between standing still and going on."""
        self.is_passing = False
        self.next_pass: list[Task] = []
        """Tasks and milestones that a start made ready: looked at after the pass."""
        self.to_hold: dict[tuple[int, int], int] = {}
        """(project, task) -> minutes by which risks will hold it back."""
        self.finishing: set[int] = set()
        """People who go as soon as they have no task in hand, and take no other."""
        self.waits: list[tuple[int, int, int, int]] = []
        """(role, from, until, heads x share) of everything that waited for people."""

    @abstractmethod
    def at(self, minute: int, what: int, item: object) -> None:
        """Note that something is due at a minute, now or later."""

    @abstractmethod
    def _happen(self, links: Sequence[Link]) -> None:
        """Tell what follows a task or project that it has started, or finished."""

    @abstractmethod
    def _tell_start(self, task: Task) -> None:
        """Tell what follows a task that it has started."""

    @abstractmethod
    def _tell_finish(self, task: Task) -> None:
        """Tell what follows a task that it has finished."""

    @abstractmethod
    def _satisfy(self, what: Task | Project, kind: int) -> None:
        """One thing less to wait for."""

    @abstractmethod
    def _rule_out(self, task: Task) -> None:
        """Note that a task can never start or finish."""

    @abstractmethod
    def _send_back(self, task: Task) -> bool:
        """Let a task that is about to finish send work back, if chance says so."""

    @abstractmethod
    def _note_start_again(self, task: Task) -> None:
        """Note that a task goes on, or is begun once more."""

    @abstractmethod
    def _note_finish(self, task: Task) -> None:
        """Note that a task has finished."""

    @abstractmethod
    def _pass_gates(self, cancelled: Sequence[Project] = ()) -> None:
        """End what is cancelled, and what a gate that was reached stops."""

    @abstractmethod
    def _finish_project(self, project: Project) -> None:
        """Finish a project with its last task."""

    @abstractmethod
    def _hold_back(self, task: Task) -> bool:
        """Let a task wait that a risk holds back; return whether one does."""

    @abstractmethod
    def _ask_for_more(self, task: Task) -> None:
        """Ask for those whom management added to the project of a task at work."""

    @abstractmethod
    def _brief(self, ask: Ask, task: Task) -> None:
        """Add what it costs to brief somebody who joins a task just settled."""

    @abstractmethod
    def _hold_finish(self, task: Task) -> None:
        """Let the finish of work wait that a risk holds back and that ran on day 0."""

    @abstractmethod
    def _note_staffed(self, project: Project, ask: Ask, pool: Pool) -> None:
        """Note that shares held ``throughout`` that block were found."""

    @abstractmethod
    def _note_gone(self, project: Project, hold: Hold) -> None:
        """Note that somebody held ``throughout`` was taken off."""

    # --- the life of a task ---------------------------------------------------------------------

    def _ready(self, task: Task) -> None:
        """Let a task ask for people; a milestone needs nobody and is reached at once."""
        if self.to_hold and self._hold_back(task):
            return
        if task.ready == NONE:
            task.ready = self.minute
        elif task.project.rework is not None:
            task.project.rework.ready[task.order] = self.minute
        if task.kind == MILESTONE:
            if self.is_passing:
                self.next_pass.append(task)
            else:
                self._reach(task)
            return
        task.state = READY
        if task.kind == PHASE:
            return
        task.key = self._key(task)
        if task.project.is_paused or task.project.is_aside:
            task.state = SUSPENDED
            task.project.suspended.append(task)
        elif self.is_passing:
            self.next_pass.append(task)
        else:
            self._queue_task(task)

    def _reach(self, task: Task) -> None:
        """Reach a milestone, unless it was ruled out or still waits for a finish."""
        if task.state == WAITS_FOR_LINKS:
            task.work_done = self.minute
            self._finish_task(task)

    def _key(self, task: Task) -> float:
        """Return the key of a task that becomes ready."""
        if task.project.key is not None:
            return task.project.key
        if self.dispatch is not None:
            return self.dispatch.key(self.office, _View(task))
        return task_key(self.network, self.rule, task.project, task.order, task.ready_last)

    def _queue_task(self, task: Task) -> None:
        """Ask for the people of a task, behind the project's shares held ``throughout``."""
        project = task.project
        if not project.is_staffed:
            project.behind.append(task)
            if not project.asks and project not in self.newly_ready:
                self.newly_ready.append(project)
            return
        units = project.plan.needs[task.order]
        if len(task.pools) > 1:
            units = tuple(need for need in units if task.pools[need[0]].is_open)
        minutes = project.plan.whole_minutes[task.order]
        ask = StartAsk(project, task, units, minutes, task.ready_last, self.minute)
        task.asks = (ask,)
        self.desk.add(ask, task.key, project.order, task.order)

    def _ask_staff(self, project: Project, units: tuple[Need, ...], key: float) -> Ask:
        """Ask for shares held ``throughout``; once found, they keep nobody from other work."""
        if project.staff_key is None:
            project.staff_key, project.staff_since = key, self.minute
        minutes = ceil(project.plan.length)
        since = FAR if project.is_staffed else project.staff_since
        ask = Ask(STAFF, project, None, units, minutes, since, self.minute)
        project.asks = (*project.asks, ask)
        self.desk.add(ask, key, project.order, THROUGHOUT)
        return ask

    def _ask_refill(self, task: Task, units: tuple[Need, ...]) -> Ask:
        """Ask for people who are missing from running work."""
        minutes = task.project.plan.whole_minutes[task.order]
        ask = Ask(REFILL, task.project, task, units, minutes, self.minute, self.minute)
        task.asks = (*task.asks, ask)
        self.desk.add(ask, task.key, task.project.order, task.order)
        return ask

    def _start_team(self, ask: Ask, team: Team) -> None:
        """Give people to what asked for them."""
        if ask.asked < self.minute:
            self._note_wait(ask)
            self._note_freed(ask, team)
        task = ask.task
        if task is None:
            self._start_throughout(ask, team)
        elif ask.kind == START:
            self._start_task(ask, task, team)
            if task.project.added:
                self._ask_for_more(task)
        else:
            self._refill(ask, task, team)

    def _start_task(self, ask: Ask, task: Task, team: Team) -> None:
        """Put people to work on a task that starts, or goes on after a pause."""
        task.asks = ()
        floor, pools = self.floor, task.pools
        if len(pools) == len(team) == 1:  # what follows, for the task of one role
            pool = pools[0]
            changed = floor.take(pool, ask.units[0], team[0])
            self._mark_started(task)
            pool.since = self.minute
            floor.time(pool)
            if changed:
                floor.retime([other for other in changed if other is not pool])
            return
        others: list[Pool] = []
        for need, people in zip(ask.units, team, strict=True):
            others += floor.take(pools[need[0]], need, people)
        self._mark_started(task)
        for pool in pools:
            if pool.is_open:
                pool.since = self.minute
                floor.time(pool)
        if others:
            floor.retime([other for other in others if other.task is not task])

    def _refill(self, ask: Ask, task: Task, team: Team) -> None:
        """Give running work somebody in the place of those who are missing."""
        task.asks = _without(task.asks, ask)
        for pool in task.pools:
            self.floor.settle(pool)
        if ask.briefing is not None:
            self._brief(ask, task)
        others: list[Pool] = []
        for need, people in zip(ask.units, team, strict=True):
            pool = task.pools[need[0]]
            pool.n_missing -= need[3]
            others += self.floor.take(pool, need, people)
            if ask.teacher is not None:
                self._begin_lesson(pool, ask.teacher)
        self.floor.retime([*(pool for pool in task.pools if pool.is_open), *others])

    def _start_throughout(self, ask: Ask, team: Team) -> None:
        """Give a project shares it holds ``throughout``."""
        project = ask.project
        project.asks = _without(project.asks, ask)
        pool = self._throughout_of(project)
        self.floor.settle(pool)
        others: list[Pool] = []
        for need, people in zip(ask.units, team, strict=True):
            others += self.floor.take(pool, need, people)
        if project.covers is None:
            self._staff(project)
        self.floor.retime([pool, *others])
        if project.covers is not None:
            self._note_staffed(project, ask, pool)

    def _throughout_of(self, project: Project) -> Pool:
        if project.throughout is None:
            project.throughout = Pool(project, None, 0, 0)
        return project.throughout

    def _note_wait(self, ask: Ask) -> None:
        """Remember for which role something waited, and for how many heads."""
        role = short_role(ask.group, self._home_of)
        if ask.task is None:
            for task in ask.project.behind:
                task.wait_role = role
        elif ask.kind == START and ask.task.started == NONE:
            ask.task.wait_role = role
        self._note_area(ask, role)

    def _note_freed(self, ask: Ask, team: Team) -> None:
        """Remember who was given back last, the role that was short first among equals."""
        short = ask.group.short
        in_turn = team if len(team) == 1 else (*team[short : short + 1], *team)
        people = self.floor.people
        last = max([people[n] for need in in_turn for n in need], key=_freed_at, default=None)
        if last is None:
            return
        freed = last.freed_at, last.n, last.freed_by
        if ask.task is not None:
            if ask.kind == START and ask.task.started == NONE:
                ask.task.freed = freed
        elif not ask.project.is_staffed:
            for task in ask.project.behind:
                task.freed = freed

    def _note_area(self, ask: Ask, role: int) -> None:
        if role != NONE:
            heads, share = ask.group.needs[ask.group.short][2:]
            self.waits.append((role, ask.asked, self.minute, heads * share))

    def _home_of(self, n: int) -> int:
        return self.floor.people[n].home

    def _staff(self, project: Project) -> None:
        """Let the tasks that waited for the shares held ``throughout`` ask for their people."""
        project.is_staffed = True
        behind, project.behind = project.behind, []
        for task in behind:
            if task.state == READY:
                self._queue_task(task)

    def _mark_started(self, task: Task) -> None:
        """Note the start of a task, and of its phase and project with the first."""
        if task.project.is_at_stage_end and task.kind != MILESTONE:
            task.project.is_at_stage_end = False
        if task.state != DONE:
            task.state = RUNNING
        if task.started != NONE:
            if task.project.rework is not None:
                self._note_start_again(task)
            return
        task.started = self.minute
        if task.sheet.parent != NONE:
            self._mark_phase_started(task.project.tasks[task.sheet.parent])
        if task.project.started == NONE:
            self._start_project(task.project)
        if task.sheet.out_of_start or task.out_of_start:
            self._tell_start(task)

    def _mark_phase_started(self, phase: Task) -> None:
        if phase.started != NONE:
            return
        phase.started = self.minute
        if phase.ready == NONE:
            phase.ready = self.minute
            phase.state = READY
        self._tell_start(phase)

    def _start_project(self, project: Project) -> None:
        project.started = self.minute
        self._happen(project.out_of_start)

    def _finish_pool(self, pool: Pool) -> None:
        """Give the people of a used-up pool back; the task's work is done with its last pool."""
        task = pool.task
        assert task is not None
        pool.is_open = False
        if task.asks:
            for ask in task.asks:
                if ask.kind == REFILL and ask.units[0][0] == pool.index:
                    self._withdraw(ask)
        self._empty(pool)
        if len(task.pools) == 1 or not any(other.is_open for other in task.pools):
            task.work_done = self.minute
            if self.to_hold:
                self._hold_finish(task)
            if task.is_stuck:
                self._rule_out(task)
            else:
                self._finish_task(task)

    def _finish_task(self, task: Task) -> None:
        """Finish a task whose work is done and whose links to its finish allow."""
        if task.n_finish_waits or task.state in {DONE, NEVER}:
            return
        if task.work_done == NONE and (task.kind != PHASE or task.ready == NONE):
            return
        project = task.project
        if task.kind == MILESTONE:
            self._mark_started(task)
        if project.rework is not None and self._send_back(task):
            return
        task.state = DONE
        task.finished = self.minute
        project.n_open -= 1
        self._note_finish(task)
        self._tell_finish(task)
        if task.sheet.parent != NONE:
            self._satisfy(project.tasks[task.sheet.parent], FF)
        if not project.n_open:
            self._finish_project(project)

    # --- people ---------------------------------------------------------------------------------

    def _replace(self, holds: Sequence[Hold]) -> None:
        """Take somebody off, and ask for somebody else in the place unless that is done."""
        for hold in tuple(holds):
            pool, (index, role, named, _, share) = hold.pool, hold.need
            self.floor.settle(pool)
            pool.holds = [other for other in pool.holds if other is not hold]
            self._give_back(pool, [hold])
            unit = ((index, role, named, 1, share),)
            if pool.task is None:
                project = pool.project
                if hold.covers is None:
                    self._ask_staff(project, unit, project.staff_key or 0.0)
                self._note_gone(project, hold)
            elif self._has_successor(pool, pool.task, hold.person):
                self.floor.time(pool)
            else:
                pool.n_missing += 1
                self.floor.time(pool)
                if pool.is_duration:
                    for ask in pool.task.asks:
                        self._withdraw(ask)
                    self._ask_for_missing(pool.task)
                else:
                    self._ask_refill(pool.task, unit).teacher = hold.teacher

    def _begin_lesson(self, pool: Pool, teacher: Person) -> None:
        """Let who has just come listen to somebody who will leave, if still on the task."""
        if any(hold.person is teacher for hold in pool.holds):
            hold = pool.holds[-1]
            hold.teacher, hold.lesson = teacher, (teacher.n, NONE)
            hold.is_sole = False
            pool.has_learner = True

    def _has_successor(self, pool: Pool, task: Task, leaver: Person) -> bool:
        """Return whether the successor of a leaver is there, or asked for; the lesson is over."""
        for hold in pool.holds:
            if hold.teacher is leaver:
                hold.teacher, hold.lesson = None, (leaver.n, self.minute)
                pool.has_learner = any(other.teacher is not None for other in pool.holds)
                return True
        for ask in task.asks:
            if ask.teacher is leaver:
                ask.teacher = None
                return True
        return False

    def _give_back(self, pool: Pool, holds: Sequence[Hold]) -> None:
        """Free people of what they had in hand for a pool; book what was done."""
        others = self.floor.give_back(pool, holds)
        if self.audit is not None:
            for hold in holds:
                self.audit.note_hold(hold, self.minute)
        if others:
            self.floor.retime(others)
        if self.finishing:
            for n in {hold.person.n for hold in holds} & self.finishing:
                self.at(self.minute + 1, PEOPLE, (FREE_TO_GO, n))

    def _empty(self, pool: Pool) -> None:
        """Give all people of a pool back."""
        self._give_back(pool, pool.holds)
        pool.holds, pool.has_learner = (), False
        pool.rate, pool.due = 0, NONE

    def _withdraw(self, ask: Ask) -> None:
        self.desk.withdraw(ask)
        owner = ask.task or ask.project
        owner.asks = _without(owner.asks, ask)

    def _put_down(self, task: Task) -> None:
        """Take a task's people and asks away; what is left of its work stays."""
        for pool in task.pools:
            self._empty(pool)
            pool.n_missing = 0
        for ask in task.asks:
            self._withdraw(ask)

    def _put_down_throughout(self, project: Project) -> None:
        if project.throughout is not None:
            self._empty(project.throughout)
        for ask in project.asks:
            self._withdraw(ask)

    # --- running work ---------------------------------------------------------------------------

    def _give_holders(self, task: Task, held_by: Sequence[int]) -> None:
        """Give a running task the people who hold it on day 0, each to a need they can fill."""
        people = self.floor.people
        needs = task.project.plan.needs[task.order]
        left = [need[3] for need in needs]
        others: list[Pool] = []
        for person in (people[n] for n in held_by):
            able = [i for i, need in enumerate(needs) if left[i] and can_fill(person, need)]
            if able:
                best = min(
                    able, key=lambda i: (needs[i][2] != person.n, needs[i][1] != person.home)
                )
                left[best] -= 1
                others += self.floor.take(task.pools[needs[best][0]], needs[best], [person.n])
        for need, heads in zip(needs, left, strict=True):
            task.pools[need[0]].n_missing += heads
        self.floor.retime([*task.pools, *others])

    def _ask_for_missing(self, task: Task) -> list[Ask]:
        """Ask for the people a running task lacks: one by one, a duration task for all at once."""
        missing: list[Need] = []
        for need in task.project.plan.needs[task.order]:
            held = sum(hold.need[:3] == need[:3] for hold in task.pools[need[0]].holds)
            if held < need[3] and task.pools[need[0]].is_open:
                missing.append((*need[:3], need[3] - held, need[4]))
        if task.kind == DURATION:
            return [self._ask_refill(task, tuple(missing))] if missing else []
        return [
            self._ask_refill(task, ((pool, role, person, 1, share),))
            for pool, role, person, heads, share in missing
            for _ in range(heads)
        ]

    # --- dispatch -------------------------------------------------------------------------------

    def _pass(self) -> None:
        """Start what fits, in order, until a pass makes nothing else ready at once."""
        self.is_passing = True
        if self.first_asks:
            first_asks, self.first_asks = self.first_asks, []
            for ask in first_asks:
                self.desk.serve_alone(ask, self.minute)
        while True:
            if self.newly_ready:
                for project in self.newly_ready:
                    self._ask_throughout(project)
                self.newly_ready.clear()
            self.desk.serve(self.minute)
            if not self.next_pass:
                break
            self._make_ready()
        self.is_passing = False

    def _make_ready(self) -> None:
        """Reach the milestones that a pass allowed, in cascade; let the tasks it allowed ask."""
        tasks: list[Task] = []
        while self.next_pass:
            task = self.next_pass.pop(0)
            if task.kind == MILESTONE:
                self._reach(task)
            else:
                tasks.append(task)
        self._pass_gates()
        for task in tasks:
            if task.state == READY:
                self._queue_task(task)

    def _ask_throughout(self, project: Project) -> None:
        """Ask for the shares held ``throughout``, just before the first task that waits."""
        if project.behind and not project.is_staffed and not project.asks:
            units = self.blueprint.projects[project.row].throughout
            self._ask_staff(project, units, min(task.key for task in project.behind))


_freed_at = attrgetter("freed_at")


class _View:
    """What a dispatch rule written by a user may know of a task; see ``policy.dispatch``."""

    def __init__(self, task: Task) -> None:
        plan = task.project.plan
        self.project = task.project.order
        self.planned_minutes = float(plan.minutes[task.order])
        self.latest_finish = float(latest_finish(task.project, task.order))
        self.n_successors = plan.n_successors[task.order]


def _without(asks: Sequence[Ask], ask: Ask) -> tuple[Ask, ...]:
    return tuple(other for other in asks if other is not ask)
