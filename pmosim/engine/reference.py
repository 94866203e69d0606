"""Reference: one future on SimPy, written to be read as the definition of the model.

In: a ``Blueprint`` of the network, and the draws of one replication. Out: people, projects and
tasks in their final state, for ``rows`` to write down.

SimPy keeps the calendar: one event for each minute at which anything is due. What happens within
that minute, and in which order, is said in ``order``; how work flows through people in ``floor``;
who is given to whom in ``desk``.
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Any

import simpy

from pmosim.engine.desk import Desk, short_role
from pmosim.engine.floor import Floor
from pmosim.engine.keys import dispatch_key, latest_finish, unfinished_days
from pmosim.engine.office import Office
from pmosim.engine.order import (
    ARRIVAL,
    AWAY,
    BACK,
    COMES,
    GATE,
    PAUSES,
    PEOPLE,
    RESUMES,
    THROUGHOUT,
    WAIT,
)
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
    Task,
)
from pmosim.engine.teams import Bench
from pmosim.network import DURATION, FF, FS, MILESTONE, NONE, PHASE, SS
from pmosim.outcomes import ABSENT, BLOCKED, CANCELLED, FINISHED, REJECTED, STOPPED
from pmosim.outcomes import DONE as DONE_BEFORE
from pmosim.policy.intake import Open, WipLimit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pmosim.engine.audit import Audit
    from pmosim.engine.blueprint import Blueprint, LinkSheet
    from pmosim.engine.luck import Luck
    from pmosim.engine.state import Link, Person
    from pmosim.engine.teams import Team
    from pmosim.plan import Need
    from pmosim.policy.dispatch import Dispatch
    from pmosim.policy.intake import Intake


class Replication:
    """One future, from day 0 to its end."""

    def __init__(
        self,
        blueprint: Blueprint,
        luck: Luck,
        intake: Intake | None = None,
        dispatch: Dispatch | None = None,
        audit: Audit | None = None,
    ) -> None:
        network = blueprint.network
        self.blueprint, self.network, self.luck, self.audit = blueprint, network, luck, audit
        self.intake = network.intake if intake is None else intake
        self.dispatch = dispatch
        self.env = simpy.Environment()
        self.closing = self.env.event()
        self.agenda: dict[int, tuple[list[Any], ...]] = {}
        self.minute = 0
        self.last_minute = network.window_end + (network.run_off if network.has_horizon else 0)
        self.floor = Floor(network, self.at)
        self.desk = Desk(
            Bench(self.floor.people, len(network.role_ids)),
            network.dispatch.hold_after,
            self._start_team,
        )
        self.office = Office(network, getattr(self.intake, "order", network.intake.order))
        self.projects: list[Project] = []
        self.n_listed_open = 0
        self.forced: list[Project] = []
        """Projects to release whatever the intake rule says."""
        self.newly_ready: list[Project] = []
        """Projects whose first tasks are ready and whose ``throughout`` is not asked for yet."""
        self.first_asks: list[Ask] = []
        self.is_passing = False
        self.next_pass: list[Task] = []
        """Tasks that a start made ready: looked at in a pass of their own."""
        self.waits: list[tuple[int, int, int, int]] = []
        """(role, from, until, heads x share) of everything that waited for people."""

    # --- the calendar ---------------------------------------------------------------------------

    def at(self, minute: int, what: int, item: object) -> None:
        """Note that something is due at a minute, now or later."""
        bucket = self.agenda.get(minute)
        if bucket is None:
            if minute > self.last_minute:
                return
            bucket = self.agenda[minute] = ([], [], [], [], [])
            timeout = simpy.Timeout(self.env, minute - self.minute)
            timeout.callbacks.append(self._instant)
        bucket[what].append(item)

    def run(self) -> None:
        """Run from day 0 to the end."""
        self._open()
        self.env.run(until=self.closing)
        for project in self.projects:
            self._settle_project(project)

    def close(self) -> None:
        """Cut what refers to each other, so that the memory of a run is free with it."""
        for project in self.projects:
            for task in project.tasks:
                task.pools.clear()
                task.out_of_start.clear()
                task.out_of_finish.clear()
            project.tasks.clear()
            project.out_of_start.clear()
            project.out_of_finish.clear()
        self.projects.clear()
        self.office.projects.clear()

    def _instant(self, _: simpy.Event) -> None:
        """Do everything that is due this minute, in the order of ``order``."""
        minute = int(self.env.now)
        self.minute = self.floor.minute = self.office.minute = minute
        if self.audit is not None:
            self.audit.note_minute(self, minute)
        pools, waits, people, arrivals, gates = self.agenda.pop(minute)
        for pool in sorted(pools, key=_by_place) if len(pools) > 1 else pools:
            if pool.due == minute and pool.is_open:
                self._finish_pool(pool)
        for wait in waits:
            if wait is not None:
                self._satisfy(*wait)
        if people:
            for what, item in sorted(people, key=_by_change):
                self._change_people(what, item)
        is_open = minute < self.network.window_end
        if arrivals and is_open:
            for order in sorted(arrivals):
                self._arrive(order)
        if gates:
            for project in sorted(gates, key=_by_order):
                self._end(project, STOPPED)
        if is_open and (self.forced or self.office.line):
            self._release()
        if minute < self.last_minute:
            self._pass()
        if minute not in self.agenda and self._is_over() and not self.closing.triggered:
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
        if type(self.intake) not in {Open, WipLimit}:
            for minute in range(0, network.window_end, network.minutes_per_day):
                self.at(minute, WAIT, None)
        for minute, what, n in self.blueprint.people_changes:
            self.at(minute, PEOPLE, (what, n))
        for row in range(network.n_listed):
            sheet = self.blueprint.projects[row]
            amounts = luck.amounts[sheet.first_pool :]
            self._create(row, row, luck.sizes[row], amounts, luck.fixed[row], luck.benefit[row])
        for project in self.projects:
            self._link(project)
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
        due = int(self.network.projects.due[row])
        is_listed = row < self.network.n_listed
        project.due = due if due == NONE or is_listed else due + self.minute
        for local, task_sheet in enumerate(sheet.tasks):
            task = Task(project, local, task_sheet)
            if task_sheet.parent != NONE:
                task.parent = project.tasks[task_sheet.parent]
            for i in range(task_sheet.n_pools):
                amount = amounts[task_sheet.first_pool + i]
                task.pools.append(Pool(project, task, i, amount, is_duration=task_sheet.is_timed))
            project.tasks.append(task)
        project.n_open = len(project.tasks)
        self.projects.append(project)
        self.office.projects[order] = project
        return project

    def _link(self, project: Project) -> None:
        """Tie the tasks of a project to each other, and to what else they wait for."""
        sheet, tasks = self.blueprint.projects[project.row], project.tasks
        for predecessor, successor, kind, lag, is_ignored in sheet.inner_links:
            before = tasks[predecessor]
            out = before.out_of_start if kind == SS else before.out_of_finish
            out.append((kind, tasks[successor], lag, is_ignored))
        for link in sheet.outer_links:
            self._link_to_other(project, link)

    def _link_to_other(self, project: Project, link: LinkSheet) -> None:
        """Tie a project to another; a link whose time has come is satisfied at once."""
        of = self.projects[link.predecessor_project]
        before: Task | Project = of if link.predecessor == NONE else of.tasks[link.predecessor]
        after: Task | Project = project if link.successor == NONE else project.tasks[link.successor]
        since = before.started if link.kind == SS else before.finished
        if since != NONE:
            self.at(max(self.minute, since + link.lag), WAIT, (after, link.kind))
        elif _is_out(before):
            self._miss(after, link.kind, is_ignored=link.is_ignored)
        else:
            out = before.out_of_start if link.kind == SS else before.out_of_finish
            out.append((link.kind, after, link.lag, link.is_ignored))

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
        for task, sheet in zip(
            project.tasks, self.blueprint.projects[project.row].tasks, strict=True
        ):
            if sheet.not_before > 0:
                self.at(max(self.minute, sheet.not_before), WAIT, (task, FS))

    def _finish_before(self, task: Task) -> None:
        """Set a task that was finished before day 0."""
        task.state = DONE
        task.ready = task.started = task.finished = 0
        task.project.n_open -= 1
        self._happen(task.out_of_start)
        self._happen(task.out_of_finish)

    def _open_running(self, project: Project) -> None:
        """Set a running project: what is finished, what people have in hand, and the rest ready."""
        project.arrived = 0
        sheet = self.blueprint.projects[project.row]
        tasks = list(zip(project.tasks, sheet.tasks, strict=True))
        for task, task_sheet in tasks:
            if task_sheet.is_done:
                self._finish_before(task)
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
                self._ask_staff(project, sheet.throughout, min(keys, default=0.0))
            )
        for task in running:
            self.first_asks += self._ask_for_missing(task)

    def _give_holders(self, task: Task, held_by: Sequence[int]) -> None:
        """Give a running task the people who hold it on day 0, each to a need they can fill."""
        people = self.floor.people
        needs = task.project.plan.needs[task.order]
        left = [need[3] for need in needs]
        others: list[Pool] = []
        for person in (people[n] for n in held_by):
            able = [i for i, need in enumerate(needs) if left[i] and _can_fill(person, need)]
            if able:
                best = min(
                    able, key=lambda i: (needs[i][2] != person.n, needs[i][1] != person.home)
                )
                left[best] -= 1
                others += self.floor.take(task.pools[needs[best][0]], needs[best], [person])
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

    def amount_of(self, project: Project, pool: int) -> int:
        """Return the drawn amount of a pool, counted from the project's first."""
        if project.order < self.network.n_listed:
            first = self.blueprint.projects[project.row].first_pool
            return self.luck.amounts[first + pool]
        return int(self.luck.arrival(project.order - self.network.n_listed, 0)[3][pool])

    # --- links ----------------------------------------------------------------------------------

    def _happen(self, links: Sequence[Link]) -> None:
        """Tell what follows the start or the finish of a task or project."""
        for kind, after, lag, _ in links:
            if lag:
                self.at(self.minute + lag, WAIT, (after, kind))
            else:
                self._satisfy(after, kind)

    def _satisfy(self, what: Task | Project, kind: int) -> None:
        """One thing less to wait for."""
        if kind == FF:
            what.n_finish_waits -= 1
            if isinstance(what, Task):
                self._finish_task(what)
            else:
                self._finish_project(what)
        elif isinstance(what, Task):
            what.n_start_waits -= 1
            if not what.n_start_waits and what.state == WAITS_FOR_LINKS:
                self._ready(what)
        else:
            what.n_release_waits -= 1
            if not what.n_release_waits:
                self._queue_up(what)

    def _miss(self, after: Task | Project, kind: int, *, is_ignored: bool) -> None:
        """Handle a link whose predecessor does not happen in this future."""
        if is_ignored:
            self._satisfy(after, kind)
        elif isinstance(after, Project):
            if after.status == NONE and after.released == NONE:
                self._end(after, BLOCKED)
            else:
                after.is_blocked = True
        elif after.state == WAITS_FOR_LINKS:
            self._rule_out(after)
        elif after.state not in {DONE, NEVER}:
            after.is_stuck = True
            after.project.is_blocked = True

    def _rule_out(self, task: Task) -> None:
        """Note that a task can never start, and tell what follows it."""
        task.state = NEVER
        project = task.project
        project.is_blocked = True
        project.n_open -= 1
        self._miss_all(task)
        if task.parent is not None and task.parent.state == WAITS_FOR_LINKS:
            self._rule_out(task.parent)
        self._finish_project(project)

    def _miss_all(self, what: Task | Project) -> None:
        links = what.out_of_finish
        if what.started == NONE:
            links = [*links, *what.out_of_start]
        for kind, after, _, is_ignored in links:
            self._miss(after, kind, is_ignored=is_ignored)

    # --- the life of a task ---------------------------------------------------------------------

    def _ready(self, task: Task) -> None:
        """Let a task ask for people; a milestone needs nobody and is reached at once."""
        task.ready = self.minute
        if task.kind == MILESTONE:
            task.work_done = self.minute
            self._finish_task(task)
            return
        task.state = READY
        if task.kind == PHASE:
            return
        task.key = self._key(task)
        if task.project.is_paused:
            task.state = SUSPENDED
            task.project.suspended.append(task)
        elif self.is_passing:
            self.next_pass.append(task)
        else:
            self._queue_task(task)

    def _key(self, task: Task) -> float:
        if self.dispatch is not None:
            return self.dispatch.key(self.office, _View(task))
        rule = self.network.dispatch.rule
        return dispatch_key(self.network, rule, task.project, task.order, task.ready)

    def _queue_task(self, task: Task) -> None:
        """Ask for the people of a task, behind the project's shares held ``throughout``."""
        project = task.project
        task.state = READY
        if not project.is_staffed:
            project.behind.append(task)
            if not project.asks and project not in self.newly_ready:
                self.newly_ready.append(project)
            return
        units = project.plan.needs[task.order]
        if task.n_open_pools < len(task.pools):
            units = tuple(need for need in units if task.pools[need[0]].is_open)
        minutes = project.plan.whole_minutes[task.order]
        ask = Ask(START, project, task, units, minutes, task.ready, self.minute)
        task.asks.append(ask)
        self.desk.add(ask, task.key, project.order, task.order)

    def _ask_staff(self, project: Project, units: tuple[Need, ...], key: float) -> Ask:
        """Ask for shares held ``throughout``."""
        project.staff_key = key
        minutes = ceil(project.plan.length)
        ask = Ask(STAFF, project, None, units, minutes, self.minute, self.minute)
        project.asks.append(ask)
        self.desk.add(ask, key, project.order, THROUGHOUT)
        return ask

    def _ask_refill(self, task: Task, units: tuple[Need, ...]) -> Ask:
        """Ask for people who are missing from running work."""
        minutes = task.project.plan.whole_minutes[task.order]
        ask = Ask(REFILL, task.project, task, units, minutes, self.minute, self.minute)
        task.asks.append(ask)
        self.desk.add(ask, task.key, task.project.order, task.order)
        return ask

    def _start_team(self, ask: Ask, team: Team) -> None:
        """Give people to what asked for them."""
        project, task = ask.project, ask.task
        if ask.asked < self.minute:
            self._note_wait(ask)
        if task is None:
            all_pools = [self._throughout_of(project)]
            project.asks.remove(ask)
        else:
            all_pools = task.pools
            task.asks.remove(ask)
        for pool in all_pools:
            if pool.holds:
                self.floor.settle(pool)
            else:
                pool.since = self.minute
        others: list[Pool] = []
        for need, people in zip(ask.units, team, strict=True):
            pool = all_pools[need[0]]
            if ask.kind == REFILL:
                pool.n_missing -= need[3]
            others += self.floor.take(pool, need, people)
        if task is None:
            self._staff(project)
        elif ask.kind == START:
            self._mark_started(task)
        for pool in all_pools:
            if pool.is_open:
                self.floor.time(pool)
        if others:
            self.floor.retime(others)

    def _throughout_of(self, project: Project) -> Pool:
        if project.throughout is None:
            project.throughout = Pool(project, None, 0, 0, is_duration=False, since=self.minute)
        return project.throughout

    def _note_wait(self, ask: Ask) -> None:
        """Remember for which role something waited, and for how many heads."""
        role = short_role(ask.group, self._home_of)
        if ask.task is None:
            for task in ask.project.behind:
                task.wait_role = role
        elif ask.kind == START:
            ask.task.wait_role = role
        self._note_area(ask, role)

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
            self._queue_task(task)

    def _mark_started(self, task: Task) -> None:
        """Note the start of a task, and of its phase and project with the first."""
        if task.state != DONE:
            task.state = RUNNING
        if task.started != NONE:
            return
        task.started = self.minute
        if task.parent is not None and task.parent.started == NONE:
            task.parent.started = self.minute
            if task.parent.ready == NONE:
                task.parent.ready = self.minute
                task.parent.state = READY
            self._happen(task.parent.out_of_start)
        if task.project.started == NONE:
            self._start_project(task.project)
        if task.out_of_start:
            self._happen(task.out_of_start)

    def _start_project(self, project: Project) -> None:
        project.started = self.minute
        self._happen(project.out_of_start)

    def _finish_pool(self, pool: Pool) -> None:
        """Give the people of a used-up pool back; the task's work is done with its last pool."""
        task = pool.task
        assert task is not None
        self.floor.settle(pool)
        pool.is_open = False
        if task.asks:
            for ask in tuple(task.asks):
                if ask.kind == REFILL and ask.units[0][0] == pool.index:
                    self._withdraw(ask)
        self._empty(pool)
        task.n_open_pools -= 1
        if not task.n_open_pools:
            task.work_done = self.minute
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
        if task.kind == MILESTONE:
            self._mark_started(task)
        task.state = DONE
        task.finished = self.minute
        task.project.n_open -= 1
        self._happen(task.out_of_finish)
        if task.parent is not None:
            self._satisfy(task.parent, FF)
        if not task.project.n_open:
            self._finish_project(task.project)

    # --- people ---------------------------------------------------------------------------------

    def _change_people(self, what: int, item: Any) -> None:
        if what == RESUMES:
            self._resume(item)
            return
        if what == PAUSES:
            self._pause(item)
            return
        person = self.floor.people[item]
        if what in {COMES, BACK}:
            person.is_employed |= what == COMES
            person.is_away &= what != BACK
        elif what == AWAY:
            person.is_away = True
        else:
            person.is_employed = False
        is_here = person.is_employed and not person.is_away
        if is_here != person.is_here:
            pools = [hold.pool for hold in person.holds]
            for pool in pools:
                self.floor.settle(pool)
            person.is_here = is_here
            person.room += FAR if is_here else -FAR
            self.floor.retime(pools)
            if is_here:
                self.desk.wake([person])
        if not person.is_employed:
            self._replace(person)

    def _replace(self, person: Person) -> None:
        """Ask for somebody in the place of a person who left."""
        for hold in tuple(person.holds):
            pool, (index, role, named, _, share) = hold.pool, hold.need
            self.floor.settle(pool)
            pool.holds.remove(hold)
            self._give_back(pool, [hold])
            unit = ((index, role, named, 1, share),)
            if pool.task is None:
                project = pool.project
                self._ask_staff(project, unit, project.staff_key)
            else:
                pool.n_missing += 1
                self.floor.time(pool)
                if pool.is_duration:
                    for ask in tuple(pool.task.asks):
                        self._withdraw(ask)
                    self._ask_for_missing(pool.task)
                else:
                    self._ask_refill(pool.task, unit)

    def _give_back(self, pool: Pool, holds: Sequence[Hold]) -> None:
        """Free people of what they had in hand for a settled pool; book what was done."""
        others = self.floor.give_back(holds)
        booked, people = pool.booked, []
        for hold in holds:
            person = hold.person
            booked[person.n] = booked.get(person.n, 0) + hold.total
            people.append(person)
            if self.audit is not None:
                self.audit.note_hold(hold, self.minute)
        if others:
            self.floor.retime(others)
        self.desk.wake(people)

    def _empty(self, pool: Pool) -> None:
        """Give all people of a settled pool back."""
        holds, pool.holds = pool.holds, []
        pool.rate, pool.due = 0, NONE
        if holds:
            self._give_back(pool, holds)

    def _withdraw(self, ask: Ask) -> None:
        self.desk.withdraw(ask)
        (ask.project.asks if ask.task is None else ask.task.asks).remove(ask)

    def _put_down(self, task: Task) -> None:
        """Take a task's people and asks away; what is left of its work stays."""
        for pool in task.pools:
            self.floor.settle(pool)
            self._empty(pool)
            pool.n_missing = 0
        for ask in tuple(task.asks):
            self._withdraw(ask)

    def _put_down_throughout(self, project: Project) -> None:
        if project.throughout is not None:
            self.floor.settle(project.throughout)
            self._empty(project.throughout)
        for ask in tuple(project.asks):
            self._withdraw(ask)

    def _pause(self, project: Project) -> None:
        """Give back the people of a project until it goes on."""
        if project.ended != NONE:
            return
        project.is_paused = True
        project.behind.clear()
        for task in project.tasks:
            is_at_work = task.state == RUNNING and task.work_done == NONE
            if task.kind != PHASE and (is_at_work or task.state == READY):
                self._put_down(task)
                task.state = SUSPENDED
                project.suspended.append(task)
        self._put_down_throughout(project)

    def _resume(self, project: Project) -> None:
        """Let a paused project ask for its people again, at its rank."""
        if project.ended != NONE:
            return
        project.is_paused = False
        suspended, project.suspended = sorted(project.suspended, key=_by_order), []
        units = self.blueprint.projects[project.row].throughout
        if units and project.throughout is not None:
            self._ask_staff(project, units, project.staff_key)
        for task in suspended:
            self._queue_task(task)

    # --- the life of a project ------------------------------------------------------------------

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
        project.arrived = self.minute
        self._satisfy(project, FS)

    def _queue_up(self, project: Project) -> None:
        """Let a project whose own links and dates allow wait for its release."""
        if project.ended != NONE:
            return
        project.eligible = self.minute
        self._come_again()
        if project.is_forced:
            self.forced.append(project)
        else:
            self.office.add_waiting(project)

    def _release(self) -> None:
        """Release those with a date, then whom the intake rule admits, until it says nobody."""
        while self.forced:
            forced, self.forced = sorted(self.forced, key=_by_order), []
            for project in forced:
                self._release_project(project)
        while self.office.line:
            chosen = self.intake.admit(self.office)
            if chosen is None:
                break
            project = self.office.projects[chosen]
            self.office.remove_waiting(project)
            self._release_project(project)
        if getattr(self.intake, "on_full", "wait") == "reject":
            for order in tuple(self.office.waiting):
                self._end(self.office.projects[order], REJECTED)

    def _release_project(self, project: Project) -> None:
        project.released = self.minute
        if self.network.dispatch.rule == "wsjf":
            project.unfinished_days = unfinished_days(project)
        project.release_number = len(self.office.released)
        self.office.add_active(project)
        for task in project.tasks:
            self._satisfy(task, FS)
        self._finish_project(project)

    def _finish_project(self, project: Project) -> None:
        """Finish a project with its last task; one that cannot go on any more ends as blocked."""
        if project.n_open or project.ended != NONE or project.released == NONE:
            return
        if project.is_blocked:
            self._end(project, BLOCKED)
        elif not project.n_finish_waits:
            project.finished = self.minute
            self._end(project, FINISHED)

    def _end(self, project: Project, status: int) -> None:
        """End a project, give everything back, and tell what follows."""
        if project.ended != NONE:
            return
        project.status, project.ended = status, self.minute
        project.is_paused = False
        self.n_listed_open -= project.is_counted
        if project.released == NONE:
            self.office.remove_waiting(project)
            self.forced = [other for other in self.forced if other is not project]
        self.office.remove_active(project)
        self._come_again()
        if status == FINISHED:
            self._put_down_throughout(project)
            self._happen(project.out_of_finish)
        else:
            self._rule_out_rest(project)

    def _rule_out_rest(self, project: Project) -> None:
        """Take people and asks away from what is not finished, and tell what follows."""
        left = [task for task in project.tasks if task.state not in {DONE, NEVER}]
        for task in left:
            self._put_down(task)
            task.state = NEVER
        self._put_down_throughout(project)
        for task in left:
            self._miss_all(task)
        self._miss_all(project)

    # --- dispatch -------------------------------------------------------------------------------

    def _pass(self) -> None:
        """Start what fits, in order, until a pass makes nothing else ready at once."""
        self.is_passing = True
        first_asks, self.first_asks = self.first_asks, []
        for ask in first_asks:
            self.desk.serve_alone(ask, self.minute)
        while True:
            for project in self.newly_ready:
                self._ask_throughout(project)
            self.newly_ready.clear()
            self.desk.serve(self.minute)
            if not self.next_pass:
                break
            ready, self.next_pass = self.next_pass, []
            for task in ready:
                if task.state == READY:
                    self._queue_task(task)
        self.is_passing = False
        if self.audit is not None:
            self.audit.check_pass(self)

    def _come_again(self) -> None:
        """Begin this minute again after a pass that let a project ask or end."""
        if self.is_passing:
            self.at(self.minute, WAIT, None)

    def _ask_throughout(self, project: Project) -> None:
        """Ask for the shares held ``throughout``, just before the first task that waits."""
        if project.behind and not project.is_staffed and not project.asks:
            units = self.blueprint.projects[project.row].throughout
            self._ask_staff(project, units, min(task.key for task in project.behind))

    # --- the end --------------------------------------------------------------------------------

    def _settle_project(self, project: Project) -> None:
        """Book what is in hand when the run ends, and the waiting of what did not start."""
        pools = [pool for task in project.tasks for pool in task.pools]
        if project.throughout is not None:
            pools.append(project.throughout)
        for pool in pools:
            if pool.holds:
                self.floor.settle(pool)
            for hold in pool.holds:
                pool.booked[hold.person.n] = pool.booked.get(hold.person.n, 0) + hold.total
                if self.audit is not None:
                    self.audit.note_hold(hold, self.minute)
        for ask in (*project.asks, *(ask for task in project.tasks for ask in task.asks)):
            role = short_role(ask.group, self._home_of)
            self._note_area(ask, role)
            for task in project.behind if ask.task is None else (ask.task,):
                task.wait_role = role


class _View:
    """What a dispatch rule written by a user may know of a task; see ``policy.dispatch``."""

    def __init__(self, task: Task) -> None:
        plan = task.project.plan
        self.project = task.project.order
        self.planned_minutes = float(plan.minutes[task.order])
        self.latest_finish = float(latest_finish(task.project, task.order))
        self.n_successors = plan.n_successors[task.order]


def _is_out(what: Task | Project) -> bool:
    """Return whether a task or project can no longer finish in this future."""
    if isinstance(what, Task):
        return what.state == NEVER
    return what.ended != NONE and what.finished == NONE


def _can_fill(person: Person, need: Need) -> bool:
    _, role, named, _, _ = need
    return named == person.n or (role != NONE and bool(person.skill[role]))


def _by_place(pool: Pool) -> tuple[int, int, int]:
    assert pool.task is not None
    return pool.project.order, pool.task.order, pool.index


def _by_order(what: Task | Project) -> int:
    return what.order


def _by_change(change: tuple[int, Any]) -> tuple[int, int]:
    what, item = change
    return what, item if isinstance(item, int) else item.order
