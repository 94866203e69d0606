"""Course: what becomes of projects: links, release, pause, end (model.md, sections 3 and 5).

The last but one of the layers that make up one future, on top of ``taskwork``, ``rework``,
``interruptions`` and ``departures``.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Any

from pmosim.engine.keys import project_key, unfinished_days
from pmosim.engine.order import (
    GATE,
    HANDS_OVER,
    OVERLAPS,
    PAUSES,
    PEOPLE,
    PRACTISES,
    RAMPS,
    RESUMES,
    TAKEN_OFF,
    TRAINED,
    TRAINS,
    WAIT,
    WITHDRAWS,
)
from pmosim.engine.reactions import Reactions
from pmosim.engine.state import (
    DONE,
    NEVER,
    NOT_HELD,
    WAITS_FOR_LINKS,
    Project,
    Task,
)
from pmosim.engine.training import Trainings
from pmosim.errors import InputError
from pmosim.network import FF, FS, NONE
from pmosim.outcomes import BLOCKED, FINISHED, REJECTED, STOPPED, WITHDRAWN

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pmosim.engine.audit import Audit
    from pmosim.engine.blueprint import Blueprint, InnerLink
    from pmosim.engine.state import Link
    from pmosim.policy.dispatch import Dispatch
    from pmosim.policy.intake import Intake


class Course(Reactions):
    """Projects of one future and what happens to them."""

    def __init__(
        self,
        blueprint: Blueprint,
        intake: Intake | None,
        dispatch: Dispatch | None,
        audit: Audit | None,
    ) -> None:
        super().__init__(blueprint, intake, dispatch, audit)
        self.last_minute = blueprint.network.window_end
        """Minute at which the run ends at the latest."""
        self.n_listed_open = 0
        """Listed projects that the run waits for."""
        self.interrupt = getattr(self.intake, "interrupt", None)
        asked_at = getattr(self.intake, "asked_at", "")
        self.is_asked_always = asked_at is not None or self.interrupt is not None
        """Whether the answer of the intake rule may change although nothing has happened."""
        self.forced: list[Project] = []
        """Projects to release whatever the intake rule says."""
        self._prepare_reactions(self.network)
        self.gates = getattr(self.intake, "gates", None) or self.network.intake.gates
        self.gate_numbers = blueprint.gate_numbers if self.gates.stop else {}
        if self.network.trainings:
            self.trainings = Trainings(self.network.trainings, self.floor, self.desk)
        self.has_stages = bool(self.interrupt or self.reactions or self.gate_numbers)
        """Whether anything is decided when a task has finished."""
        self.at_gate: list[Task] = []
        """Tasks with a gate that have finished and on which the rule has not decided yet."""

    # --- links ----------------------------------------------------------------------------------

    def _happen(self, links: Sequence[Link]) -> None:
        """Tell what follows the start or the finish of a task or project."""
        for kind, after, lag, _ in links:
            if lag:
                self.at(self.minute + lag, WAIT, (after, kind))
            else:
                self._satisfy(after, kind)

    def _tell_start(self, task: Task) -> None:
        """Tell what follows a task that it has started."""
        if task.sheet.out_of_start:
            self._happen_within(task.project, task.sheet.out_of_start)
        if task.out_of_start:
            self._happen(task.out_of_start)

    def _tell_finish(self, task: Task) -> None:
        """Tell what follows a task that it has finished."""
        rework = task.project.rework
        if rework is not None and task.order in rework.told:
            self._happen_within(task.project, rework.owed_finish.pop(task.order, ()))
            return
        sheet, tasks = task.sheet, task.project.tasks
        for order in sheet.followers:
            follower = tasks[order]
            follower.n_start_waits -= 1
            if not follower.n_start_waits and follower.state == WAITS_FOR_LINKS:
                self._ready(follower)
        if sheet.other_followers:
            self._happen_within(task.project, sheet.other_followers)
        if task.out_of_finish:
            self._happen(task.out_of_finish)

    def _happen_within(self, project: Project, links: Sequence[InnerLink]) -> None:
        """Tell tasks of a project that one they wait for has started, or finished."""
        tasks = project.tasks
        for kind, order, lag, _ in links:
            if lag:
                self.at(self.minute + lag, WAIT, (tasks[order], kind))
            elif kind == FF:
                self._satisfy(tasks[order], FF)
            else:
                self._satisfy_start(tasks[order])

    def _satisfy_start(self, task: Task) -> None:
        """One thing less for a task to wait for before it is ready."""
        task.n_start_waits -= 1
        if not task.n_start_waits and task.state == WAITS_FOR_LINKS:
            self._ready(task)

    def _satisfy(self, what: Task | Project, kind: int) -> None:
        """One thing less to wait for."""
        if kind == FF:
            what.n_finish_waits -= 1
            if isinstance(what, Task):
                self._finish_task(what)
            else:
                self._finish_project(what)
        elif isinstance(what, Task):
            self._satisfy_start(what)
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
        elif after.state not in {DONE, NEVER}:
            is_waiting = after.state == WAITS_FOR_LINKS
            if is_waiting or after.started == NONE or after.work_done != NONE:
                self._put_down(after)
                self._rule_out(after)
            else:
                after.is_stuck = True
                after.project.is_blocked = True

    def _rule_out(self, task: Task) -> None:
        """Note that a task can never start, and tell what follows it."""
        task.state = NEVER
        project = task.project
        project.is_blocked = True
        project.n_open -= 1
        self._miss_all(task)
        if task.parent is not None and task.parent.state not in {DONE, NEVER}:
            self._rule_out(task.parent)
        self._finish_project(project)

    def _miss_all(self, what: Task | Project) -> None:
        """Tell what follows a task or project that it will not happen."""
        links = list(_links_out(what, is_start=False))
        if what.started == NONE:
            links += _links_out(what, is_start=True)
        if isinstance(what, Task):
            rework = what.project.rework
            if rework is not None and what.order in rework.told:
                links = []
                for kind, order, _, is_ignored in rework.owed_finish.get(what.order, ()):
                    links.append((kind, what.project.tasks[order], 0, is_ignored))
        for kind, after, _, is_ignored in links:
            self._miss(after, kind, is_ignored=is_ignored)

    # --- what risks hold back -------------------------------------------------------------------

    def _note_delays(self, project: Project, first: int, heads: Sequence[Sequence[int]]) -> None:
        """Note by how much risks will hold tasks of a project back: once, on each path of links.

        What runs on day 0 was let in before: there its finish waits.
        """
        is_running = self.network.projects.status[project.row] == "running"
        for minutes, tasks in zip(
            self.luck.delays(project.order, first, len(heads)), heads, strict=True
        ):
            for order in tasks if minutes else ():
                key = project.order, order
                if is_running and project.tasks[order].sheet.is_running and key not in self.to_hold:
                    project.tasks[order].n_finish_waits += 1
                self.to_hold[key] = self.to_hold.get(key, 0) + minutes

    def _hold_back(self, task: Task) -> bool:
        """Let a task wait that a risk holds back; return whether one does."""
        project = task.project
        minutes = self.to_hold.pop((project.order, task.order), 0)
        if not minutes:
            return False
        if project.held_start is NOT_HELD:
            project.held_start = {}
        project.held_start[task.order] = minutes
        task.n_start_waits += 1
        self.at(self.minute + minutes, WAIT, (task, FS))
        return True

    def _hold_finish(self, task: Task) -> None:
        """Let the finish of work wait that a risk holds back and that ran on day 0."""
        project = task.project
        minutes = self.to_hold.pop((project.order, task.order), 0)
        if minutes:
            if project.held_finish is NOT_HELD:
                project.held_finish = {}
            project.held_finish[task.order] = minutes
            self.at(self.minute + minutes, WAIT, (task, FF))

    # --- comings and goings ---------------------------------------------------------------------

    def _change_people(self, what: int, item: Any) -> None:
        if what == RESUMES:
            self._resume(item)
            return
        if what == RAMPS:
            if self.newcomers is not None:
                self.newcomers.rise(self.floor.people[item])
            return
        if what == PRACTISES:
            if self.floor.practice is not None:
                self.floor.practice.rise()
            return
        if what in {TRAINS, TRAINED} and self.trainings is not None:
            (self.trainings.begin if what == TRAINS else self.trainings.end)(item)
            return
        if what == PAUSES:
            self._pause(item)
            return
        if what == WITHDRAWS:
            if item.released == NONE:
                self._end(item, WITHDRAWN)
            return
        if what == TAKEN_OFF:
            self._take_off(item)
        elif what == OVERLAPS:
            self._overlap(item)
        elif what == HANDS_OVER:
            self._hand_over(self.floor.people[item])
        else:
            self._change_person(what, self.floor.people[item])

    # --- the life of a project ------------------------------------------------------------------

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
        """Release those with a date, then whom the intake rule admits, until nobody is left."""
        is_rejecting = getattr(self.intake, "on_full", "wait") == "reject"
        while True:
            forced, self.forced = sorted(self.forced, key=by_order), []
            for project in forced:
                self._release_project(project)
            self._admit()
            left = tuple(self.office.waiting) if is_rejecting else ()
            for order in left:
                self._end(self.office.projects[order], REJECTED)
            if not self.forced and not left:
                return

    def _admit(self) -> None:
        """Release one project after the other as the intake rule says, until it says nobody."""
        office = self.office
        while office.line and (office.has_news or self.is_asked_always):
            chosen = self.intake.admit(office)
            if chosen is None:
                if self.interrupt is not None and self._make_way():
                    continue
                office.has_news = False
                return
            if not office.remove_waiting(chosen):
                said = f"the start rule {type(self.intake).__name__} returned {chosen!r} at minute "
                said += f"{self.minute}; it must return one of office.waiting, or None."
                raise InputError(said)
            self._release_project(office.projects[chosen])

    def _release_project(self, project: Project) -> None:
        if project.is_aside:
            self._take_up(project)
            return
        project.released = self.minute
        if "wsjf" in {self.network.dispatch.rule, self.office.order.kind}:
            project.unfinished_days = unfinished_days(project)
        project.release_number = len(self.office.released)
        if self.dispatch is None:
            project.key = project_key(self.network, self.rule, project)
        if project.is_first:
            project.key = -inf
        self.office.add_active(project)
        if self.network.fates is not None:
            self._meet_fate(project)
        for task in project.tasks:
            self._satisfy_start(task)
        self._finish_project(project)

    def _meet_fate(self, project: Project) -> None:
        """Note when chance will cancel a project just released, and let it rest.

        What is mandatory is never cancelled; it may have to rest.
        """
        after = self.luck.cancellation(project)
        if after != NONE and not self.network.projects.is_mandatory[project.row]:
            project.fate = self.minute + after
            self.at(project.fate, GATE, project)
        rests = self.luck.rests(project, self.last_minute - self.minute)
        project.rests = [(self.minute + begin, self.minute + end) for begin, end in rests]
        for begin, end in project.rests:
            self.at(begin, PEOPLE, (PAUSES, project))
            self.at(end, PEOPLE, (RESUMES, project))

    def _finish_project(self, project: Project) -> None:
        """Finish a project with its last task; one that cannot go on any more ends as blocked."""
        if project.n_open or project.ended != NONE or project.released == NONE:
            return
        if project.is_blocked:
            self._end(project, BLOCKED)
        elif not project.n_finish_waits:
            project.finished = self.minute
            self._end(project, FINISHED)

    # --- gates ----------------------------------------------------------------------------------

    def _note_finish(self, task: Task) -> None:
        """Note that a task has finished: less open work, and perhaps a gate."""
        self.office.note_finish(task)
        if not self.has_stages:
            return
        if self.interrupt is not None:
            self._note_stage_end(task)
        if self.reactions:
            self._note_stage(task)
        if task.row in self.gate_numbers:
            self.at_gate.append(task)
            self._come_again()

    def _pass_gates(self, cancelled: Sequence[Project] = ()) -> None:
        """End what is cancelled and what a gate stops, in project order, until no gate is left."""
        due: list[tuple[int, int, Project]] = [(p.order, NONE, p) for p in cancelled]
        while due or self.at_gate:
            due += [(task.project.order, task.order, task.project) for task in self.at_gate]
            self.at_gate = []
            for _, at, project in sorted(due, key=lambda entry: entry[:2]):
                if at == NONE or self._is_stopped(project, project.tasks[at]):
                    self._end(project, STOPPED)
            due = []

    def _decide(self, cancelled: Sequence[Project] = ()) -> None:
        """Pass the gates, then let management react."""
        if cancelled or self.at_gate:
            self._pass_gates(cancelled)
        if self.reactions and self._is_to_react():
            self._react()

    def _is_stopped(self, project: Project, task: Task) -> bool:
        """Return whether the rule stops a project at a gate, and is obeyed."""
        if project.ended != NONE or self.network.projects.is_mandatory[project.row]:
            return False
        if not self.gates.stops(self.office, project.order):
            return False
        u = self.luck.gate(project.order, self.gate_numbers[task.row])
        return u < self.gates.compliance

    def _end(self, project: Project, status: int) -> None:
        """End a project, give everything back, and tell what follows."""
        if project.ended != NONE:
            return
        project.status, project.ended = status, self.minute
        project.is_paused = False
        self.n_listed_open -= project.is_counted
        if project.is_aside:
            self.office.remove_waiting(project.order)
            self._note_back(project)
        if project.released == NONE:
            self.office.remove_waiting(project.order)
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
        project.behind.clear()
        for task in left:
            self._miss_all(task)
        self._miss_all(project)

    def _come_again(self) -> None:
        """Begin this minute again after a pass that let a project ask, end or reach a gate."""
        if self.is_passing:
            self.at(self.minute, WAIT, None)


def _links_out(what: Task | Project, *, is_start: bool) -> Iterator[Link]:
    """Yield the links out of the start, or the finish, of a task or project."""
    if isinstance(what, Task):
        tasks, sheet = what.project.tasks, what.sheet
        for kind, order, lag, is_ignored in sheet.out_of_start if is_start else sheet.out_of_finish:
            yield kind, tasks[order], lag, is_ignored
    yield from what.out_of_start if is_start else what.out_of_finish


def is_out(what: Task | Project) -> bool:
    """Return whether a task or project can no longer finish in this future."""
    if isinstance(what, Task):
        return what.state == NEVER
    return what.ended != NONE and what.finished == NONE


def by_order(what: Task | Project) -> int:
    """Return the place of a task in its project, or of a project in the project order."""
    return what.order
