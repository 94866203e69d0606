"""Audit: what must hold in every replication (model.md, section 8), checked from the outside.

The checks recompute from a log of who held what and when; they share nothing with the arithmetic
of ``floor`` and the choice of ``teams`` but the formulas of the model. A broken invariant raises
``AuditError`` with the replication, the minute and what broke.
"""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from itertools import pairwise
from math import ceil
from typing import TYPE_CHECKING, NoReturn

from pmosim.engine.booking_audit import BookingAudit
from pmosim.engine.causes import trace_causes
from pmosim.engine.desk import barred
from pmosim.engine.order import AWAY, BACK, COMES, LEAVES
from pmosim.engine.practised import Practised
from pmosim.engine.rates import attention_rate, focus_factor, progress_rate
from pmosim.engine.standstills import Standstills
from pmosim.engine.state import DONE
from pmosim.engine.training import is_valid_spell, share_in_training
from pmosim.errors import AuditError
from pmosim.network import FF, NONE, PHASE, SS
from pmosim.outcomes import ABSENT, BLOCKED, CANCELLED, FINISHED, REJECTED, STOPPED, WITHDRAWN
from pmosim.outcomes import DONE as DONE_BEFORE
from pmosim.units import WHOLE
from pmosim.units import times as product

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pmosim.engine.reference import Replication
    from pmosim.engine.state import Ask, Hold, Person, Pool, Project, Redo, Task

Spell = tuple[int, int]
"""[from, until) minutes."""


class Learning:
    """Ramps and mentoring of one replication, followed again from who was there each morning."""

    def __init__(self, run: Replication, presence: Sequence[Sequence[Spell]]) -> None:
        self.run, self.at_work = run, presence
        pairs = run.newcomers.pairs if run.newcomers is not None else []
        self.pairs = [pair for pair in pairs if pair[2] < pair[3]]
        self.change = run.network.people.change
        self.trainings = run.network.trainings
        spells = run.trainings.spells if run.trainings is not None else []
        self.trained = [spell for spell in spells if spell[1] < spell[2]]
        self.ramps: dict[int, dict[int, Fraction]] = defaultdict(dict)
        """Per newcomer: speed from each morning on."""
        if self.change is not None:
            for minute, what, n in run.people_changes:
                if what == COMES and minute and self.change.ramp_lasts[n]:
                    self._follow(n, minute)

    def _follow(self, n: int, minute: int) -> None:
        """Follow one newcomer: each day at work is a step, longer with a mentor."""
        change, day = self.change, self.run.network.minutes_per_day
        assert change is not None
        start = Fraction(int(change.ramp_start[n]), WHOLE)
        step = Fraction(day, int(change.ramp_lasts[n]))
        with_mentor = step / (1 - Fraction(int(change.mentor_shortens[n]), WHOLE))
        ends = [at for at, what, who in self.run.people_changes if (what, who) == (LEAVES, n)]
        last = min((at for at in ends if at > minute), default=self.run.minute + 1)
        far = Fraction(0)
        while far < 1 and minute < last:
            speed = self.ramps[n].get(minute - day, start)
            if self.is_here(n, minute):
                then = far + (with_mentor if self.mentors_of(n, minute) else step)
                area = _area(min(then, Fraction(1)), start) - _area(far, start)
                speed = (area + max(Fraction(0), then - 1)) / (then - far)
                far = then
            self.ramps[n][minute] = speed
            minute += day
        self.ramps[n][minute] = Fraction(1)

    def is_here(self, n: int, minute: int) -> bool:
        """Return whether somebody is at work."""
        return any(since <= minute < until for since, until in self.at_work[n])

    def mentors_of(self, n: int, minute: int) -> list[int]:
        """Return who mentors a newcomer."""
        return [m for m, who, since, until in self.pairs if who == n and since <= minute < until]

    def edges(self, n: int) -> list[int]:
        """Return the minutes at which the speed of a newcomer may change."""
        return list(self.ramps[n])

    def given(self, n: int) -> list[int]:
        """Return the minutes at which what a person has for tasks may change."""
        run = self.run
        pairs = run.newcomers.pairs if run.newcomers is not None else []
        spells = run.trainings.spells if run.trainings is not None else []
        mentoring = [at for mentor, _, *spell in pairs if mentor == n for at in spell]
        mine = (spell for spell in spells if self.trainings[spell[0]].person == n)
        return [*mentoring, *(at for spell in mine for at in spell[1:])]

    def presence(self, n: int, minute: int) -> int:
        """Return what a person has for tasks: a mentor less, and who is in training."""
        whole = int(self.run.network.people.presence[n])
        in_training = share_in_training(self.trainings, self.trained, n, minute)
        whole = -(-whole * (WHOLE - in_training) // WHOLE)
        if self.change is None:
            return whole
        given = sum(int(self.change.mentor_share[who]) for who in self.mentees(n, minute))
        return -(-whole * (WHOLE - given) // WHOLE)

    def mentees(self, n: int, minute: int) -> list[int]:
        """Return whom a person mentors."""
        return [who for m, who, since, until in self.pairs if m == n and since <= minute < until]

    def ramp(self, n: int, minute: int) -> int:
        """Return the speed of a newcomer, billionths, rounded up."""
        mornings = [at for at in self.ramps[n] if at <= minute]
        return ceil(self.ramps[n][max(mornings)] * WHOLE) if mornings else WHOLE

    def check(self, fail: Callable[[str], NoReturn]) -> None:
        """Check that mentors are there, of the same role, not new themselves, and not too many.

        And that trainings go on to their end, unless somebody leaves.
        """
        people, change = self.run.network.people, self.change
        for spell in self.trained:
            training = self.trainings[spell[0]]
            changes = self.run.people_changes
            leaves = [at for at, what, n in changes if (what, n) == (LEAVES, training.person)]
            if not is_valid_spell(training, spell, leaves, self.run.minute):
                fail(f"the training of person {training.person} went on from {spell[1:]}")
        for mentor, n, since, until in self.pairs:
            assert change is not None
            if not self.is_here(mentor, since) or not self.is_here(n, since):
                fail(f"person {mentor} mentors {n} from {since} to {until}, and is not there")
            if people.role[mentor] != people.role[n] or self.ramp(mentor, since) != WHOLE:
                fail(f"person {mentor} cannot mentor {n} at {since}")
            if not 0 < len(self.mentees(mentor, since)) <= change.mentor_most[n]:
                fail(f"person {mentor} mentors too many at {since}")
            if len(self.mentors_of(n, since)) > 1:
                fail(f"person {n} has several mentors at {since}")


def _area(far: Fraction, start: Fraction) -> Fraction:
    """Return the work on the way to a place on the ramp, the whole way being 1 long."""
    return start * far + (1 - start) * far**2 / 2


class Audit:
    """The log and the checks of one replication."""

    def __init__(self, replication: int) -> None:
        self.replication = replication
        self.minute = 0
        self.holds: list[tuple[Hold, int]] = []
        """Every hold, and the minute at which it ended."""
        self.by_project: dict[int, list[tuple[Hold, int]]] = defaultdict(list)
        self.active_area = 0
        """Sum over minutes of the number of active projects."""
        self.last_minute = 0
        self.bookings = BookingAudit()

    def note_minute(self, run: Replication, minute: int) -> None:
        """Add the time since the last minute with something to do to the area."""
        self.active_area += run.office.n_active * (minute - self.last_minute)
        self.minute = self.last_minute = minute

    def note_hold(self, hold: Hold, minute: int) -> None:
        """Note that a person is given back, or still at work when the run ends."""
        self.holds.append((hold, minute))
        self.by_project[hold.pool.project.order].append((hold, minute))

    def check_pass(self, run: Replication) -> None:
        """Check that nobody is idle while a task that fits waits, and no share is handed out twice.

        With ``hold_after`` people may be kept idle on purpose once something has waited that long.
        """
        for person in run.floor.people:
            in_hand = sum(hold.share for hold in person.holds)
            if in_hand != person.in_hand or in_hand > person.max_parallel:
                self._fail(f"person {person.n} has {in_hand} in hand, of {person.max_parallel}")
        self.bookings.look(run, self._fail)
        asks = [entry[-1] for group in run.desk.groups.values() for entry in group.asks]
        hold_after = run.desk.hold_after
        if hold_after is not None and any(self.minute - ask.ready >= hold_after for ask in asks):
            return
        for ask in asks:
            if _fits(ask, run.floor.people, self.bookings.room):
                self._fail(f"{_name(ask, run)} fits and waits")

    def check_end(self, run: Replication) -> None:
        """Check a replication that has ended."""
        presence = _presence(run)
        learning = Learning(run, presence)
        learning.check(self._fail)
        self.bookings.check_unused(run, self.holds, _at_work(learning), self._fail)
        self._check_capacity(run)
        self._check_attention(run, presence, learning)
        for project in run.projects:
            self._check_status(run, project)
            self._check_links(run, project)
            self._check_delays(run, project)
            self._check_pauses(run, project)
            self._check_reactions(run, project)
            if project.rework is not None:
                self._check_rework(run, project, project.rework)
            if project.set_aside:
                self._check_aside(run, project)
            self._check_causes(run, project)
        self._check_little(run)

    def _check_capacity(self, run: Replication) -> None:
        changes: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for hold, until in self.holds:
            changes[hold.person.n] += [(hold.since, hold.share), (until, -hold.share)]
        for n, steps in changes.items():
            in_hand = 0
            for minute, share in sorted(steps):
                in_hand += share
                if in_hand > run.floor.people[n].max_parallel:
                    self.minute = minute
                    self._fail(f"person {n} holds {in_hand} billionths")

    def _check_attention(
        self, run: Replication, presence: Sequence[Sequence[Spell]], learning: Learning
    ) -> None:
        """Recompute all attention and progress.

        Attention at work = booked + given to newcomers; booked = work done + what successors give
        to being told + losses by skill, learning, ramp and focus.
        """
        progress: dict[int, int] = defaultdict(int)
        pools: dict[int, Pool] = {}
        by_pool: dict[int, list[tuple[Hold, int]]] = defaultdict(list)
        by_person: dict[int, list[tuple[Hold, int]]] = defaultdict(list)
        for hold, until in self.holds:
            pools[id(hold.pool)] = hold.pool
            by_pool[id(hold.pool)].append((hold, until))
            by_person[hold.person.n].append((hold, until))
        still = Standstills(run, self.holds, presence)
        for n, held in by_person.items():
            booked: dict[int, int] = defaultdict(int)
            told: dict[int, int] = defaultdict(int)
            edges = [at for hold, until in held for at in (hold.since, until)]
            edges += [*learning.given(n), *still.edges(held)]
            edges += [at for spell in presence[n] for at in spell]
            practised = Practised(run, n, edges)
            for begin, end in _pieces(held, presence[n], [*edges, *learning.edges(n)]):
                now = [hold for hold, until in held if hold.since <= begin and end <= until]
                in_hand = sum(hold.share for hold in now)
                person = run.floor.people[n]
                there = learning.presence(n, begin)
                rates = [
                    0
                    if still.is_at(hold.pool, begin)
                    else attention_rate(there, hold.share, in_hand)
                    for hold in now
                ]
                at_hand = list(zip(now, rates, strict=True))
                focus, ramp = focus_factor(person.focus, len(now)), learning.ramp(n, begin)
                for since, last, speeds in practised.steps(begin, end, at_hand):
                    for hold, rate in at_hand:
                        key, spells = id(hold), [(since, last)]
                        if hold.pool.is_duration:
                            of_pool = by_pool[id(hold.pool)]
                            spells = _running(run, of_pool, hold.pool, presence, spells)
                        minutes = sum(until - since for since, until in spells)
                        booked[key] += rate * minutes
                        if hold.lesson is not None:
                            listening = _listening(hold, since, last, presence)
                            told[key] += rate * listening
                            minutes -= listening
                        proficiency, learned = speeds[key]
                        done = progress_rate(rate, proficiency, focus, ramp, learned)
                        progress[id(hold.pool)] += done * minutes
            for hold, _ in held:
                if booked[id(hold)] != hold.total:
                    self._fail(f"person {n} booked {hold.total}, should be {booked[id(hold)]}")
                if hold.lesson is not None and told[id(hold)] != hold.taught:
                    self._fail(f"person {n} was told for {hold.taught}, not {told[id(hold)]}")
        self._check_work(run, pools, progress)

    def _check_work(
        self, run: Replication, pools: dict[int, Pool], progress: dict[int, int]
    ) -> None:
        for key, pool in pools.items():
            if pool.task is None or pool.is_duration:
                continue
            sheet = run.blueprint.projects[pool.project.row].tasks[pool.task.order]
            amount = run.amount_of(pool.project, sheet.first_pool + pool.index)
            if pool.project.rework is not None:
                amount += pool.project.rework.asked.get((pool.task.order, pool.index), 0)
            amount += sum(more for other, more in run.handed_over if other is pool)
            amount -= sum(less for other, less in run.cuts if other is pool)
            if progress[key] != amount - pool.remaining:
                self._fail(f"work of {_task_name(run, pool.task)}: {progress[key]} of {amount}")

    def _check_status(self, run: Replication, project: Project) -> None:
        """Check that minutes and status tell the same story, so that each is counted once."""
        has_left = project.ended != NONE
        if has_left != (project.status != NONE):
            self._fail(f"project {project.order} ended at {project.ended} without a status")
        is_finished = project.status in {FINISHED, DONE_BEFORE}
        if is_finished != (project.finished != NONE):
            self._fail(f"project {project.order} has status {project.status}, not finished")
        if project.status in {REJECTED, WITHDRAWN, ABSENT, CANCELLED} and project.released != NONE:
            self._fail(f"project {project.order} was released and has status {project.status}")
        known = {NONE, FINISHED, DONE_BEFORE, REJECTED, WITHDRAWN, ABSENT, CANCELLED, STOPPED}
        known |= {BLOCKED}
        if project.status not in known:
            self._fail(f"project {project.order} has the unknown status {project.status}")
        if project.status == STOPPED:
            self._check_stop(run, project)
        if is_finished and any(task.state != DONE for task in project.tasks):
            self._fail(f"project {project.order} finished before its tasks")

    def _check_stop(self, run: Replication, project: Project) -> None:
        """Check that a stop was asked for, and that nobody works for the project any more."""
        is_gate = run.network.tasks.is_gate
        is_told = run.network.projects.cancelled[project.row] == project.ended
        is_told |= project.fate == project.ended
        is_told |= any(
            run.reactions[number].action == "stop" and minute == project.ended
            for number, minute in project.reactions
        )
        is_at_gate = any(is_gate[t.row] and t.finished == project.ended for t in project.tasks)
        if not is_told and (not is_at_gate or run.network.projects.is_mandatory[project.row]):
            self._fail(f"project {project.order} was stopped without a cause")
        if any(
            hold.pool.project is project and until > project.ended for hold, until in self.holds
        ):
            self._fail(f"somebody works for project {project.order}, which was stopped")

    def _check_aside(self, run: Replication, project: Project) -> None:
        """Check that a project made way at the end of a stage only, and had nobody meanwhile."""
        projects, rule = run.network.projects, run.interrupt
        is_urgent = rule is None or projects.classes[project.row] == rule.for_class
        if is_urgent or projects.is_mandatory[project.row]:
            self._fail(f"project {project.order} was set aside")
        for since, until in project.set_aside:
            end = run.minute if until == NONE else until
            if any(
                hold.pool.project is project and max(since, hold.since) < min(end, last)
                for hold, last in self.holds
            ):
                self._fail(f"somebody worked for project {project.order} without a place")
            is_begun = [task for task in project.tasks if NONE < task.started < since]
            is_open = [
                task
                for task in is_begun
                if not NONE < (task.finished if task.work_done == NONE else task.work_done) <= since
            ]
            if project.rework is None and any(task.kind != PHASE for task in is_open):
                self._fail(f"project {project.order} was set aside in mid-stage at {since}")

    def _check_links(self, run: Replication, project: Project) -> None:
        if project.status in {DONE_BEFORE, ABSENT, CANCELLED}:
            return
        sheet = run.blueprint.projects[project.row]
        for link in sheet.links:
            of = project
            if link.predecessor_project != project.row:
                of = run.projects[link.predecessor_project]
            if link.predecessor == NONE:
                since = of.started if link.kind == SS else of.finished
            else:
                before = of.tasks[link.predecessor]
                since = before.started if link.kind == SS else before.first_finish
            if link.successor == NONE:
                after = project.finished if link.kind == FF else project.released
                is_free = project.released == 0 and project.arrived == 0
            else:
                task = project.tasks[link.successor]
                after = task.first_finish if link.kind == FF else task.started
                state = sheet.tasks[link.successor]
                is_free = state.is_done or (state.is_running and link.kind != FF)
                is_free |= task.started == 0
            if after == NONE or is_free:
                continue
            is_missing = since == NONE and not link.is_ignored
            if is_missing or (since != NONE and after < since + link.lag):
                self._fail(f"link {link} of project {project.order}: {since} and {after}")
        for task, state in zip(project.tasks, sheet.tasks, strict=True):
            begun_before = state.is_done or state.is_running or task.started == NONE
            if not begun_before and task.started < max(state.not_before, project.released):
                self._fail(f"{_task_name(run, task)} started before its date or release")

    def _check_delays(self, run: Replication, project: Project) -> None:
        """Check that each risk holds back what it should, once, by its minutes."""
        delayed = run.blueprint.delayed.get(project.row)
        if delayed is None:
            return
        first, heads = delayed
        known: dict[int, int] = defaultdict(int)
        minutes_of = run.luck.delays(project.order, first, len(heads))
        for minutes, tasks in zip(minutes_of, heads, strict=True):
            for order in tasks:
                known[order] += minutes
        for order, minutes in (*project.held_start.items(), *project.held_finish.items()):
            if known[order] != minutes:
                self._fail(f"task {order} of project {project.order} was held back {minutes}")
        sheet = run.blueprint.projects[project.row]
        for order, minutes in known.items():
            task, state = project.tasks[order], sheet.tasks[order]
            if state.is_done or not minutes or state.kind == PHASE:
                continue
            if state.is_running and task.ready == 0 and project.released == 0:
                if task.finished != NONE and project.held_finish.get(order) != minutes:
                    self._fail(f"{_task_name(run, task)} finished before its delay")
            elif task.started != NONE and task.started < project.released + minutes:
                self._fail(f"{_task_name(run, task)} started before its delay")

    def _check_pauses(self, run: Replication, project: Project) -> None:
        """Check that nobody works for a project that rests, and that it was not cancelled before.

        Rests that chance lets begin, and how long they are, are looked up again.
        """
        is_struck = project.released != NONE and project.status != DONE_BEFORE
        if run.network.fates is not None and is_struck:
            last = run.last_minute - project.released
            known = [
                (project.released + begin, project.released + end)
                for begin, end in run.luck.rests(project, last)
            ]
            if known != list(project.rests):
                self._fail(f"project {project.order} does not rest as chance has it")
            after = run.luck.cancellation(project)
            is_spared = after == NONE or bool(run.network.projects.is_mandatory[project.row])
            end = run.minute if project.ended == NONE else project.ended
            if not is_spared and project.released + after < end:
                self._fail(f"project {project.order} goes on after its cancellation")
        pauses = [*run.network.projects.pauses[project.row], *project.rests]
        holds = self.by_project.get(project.order, ()) if pauses else ()
        for hold, until in holds:
            if any(max(hold.since, begin) < min(until, end) for begin, end in pauses):
                self._fail(f"somebody works for project {project.order}, which rests")

    def _check_reactions(self, run: Replication, project: Project) -> None:
        """Check that each reaction was taken once, when asked, for a project with a due date."""
        numbers = [number for number, _ in project.reactions]
        if len(set(numbers)) != len(numbers) or (numbers and project.due == NONE):
            self._fail(f"project {project.order} met reactions {numbers}")
        for number, minute in project.reactions:
            one = run.reactions[number]
            at_stage = any(task.first_finish == minute for task in project.tasks)
            was_asked = minute in run.meetings.get(one.asked, ()) or (
                one.asked not in run.meetings and (at_stage or project.rework is not None)
            )
            if not was_asked or project.row not in run.meant[number]:
                self._fail(f"project {project.order} met {one.id} at {minute}, not asked then")
            is_over = project.ended != NONE and minute > project.ended
            if is_over or minute < project.arrived:
                self._fail(f"project {project.order} met {one.id} while it was not there")
        keep, added = WHOLE, 0
        for number in numbers:
            one = run.reactions[number]
            keep = product(keep, WHOLE - one.work) if one.action == "cut_scope" else keep
            added += one.action == "add_people"
        if keep != project.scope or added != len(project.added):
            self._fail(f"project {project.order} is left with {project.scope} of its work")

    def _check_rework(self, run: Replication, project: Project, rework: Redo) -> None:
        """Check that nothing of the last round began, or finished, before its links allowed."""
        sheet = run.blueprint.projects[project.row]
        for order, times in rework.times.items():
            if times > rework.loops[order].max_repeats:
                self._fail(f"{_task_name(run, project.tasks[order])} sent work back {times} times")
        for links in sheet.links_of:
            for link in links:
                before, after = link.predecessor, link.successor
                if rework.round.get(before, 0) != rework.round.get(after, NONE):
                    continue
                first, then = project.tasks[before], project.tasks[after]
                since = rework.last_start.get(before) if link.kind == SS else first.finished
                at = then.finished if link.kind == FF else rework.last_start.get(after, NONE)
                if at == NONE or after in rework.not_begun:
                    continue
                if since in {None, NONE} or at < since + link.lag:
                    self._fail(f"{_task_name(run, then)} was done again too early, at {at}")

    def _check_causes(self, run: Replication, project: Project) -> None:
        row = project.row
        not_before = int(run.network.projects.not_before[row])
        sheet, n_roles = run.blueprint.projects[row], len(run.network.role_ids)
        causes = trace_causes(project, sheet, not_before, n_roles)
        elapsed = 0 if project.finished == NONE else project.finished - project.arrived
        if sum(causes) != elapsed or min(causes, default=0) < 0:
            self._fail(f"causes {causes} of project {project.order} for {elapsed} minutes")

    def _check_little(self, run: Replication) -> None:
        """Check L by area = sum of the times spent active, no tolerance."""
        end = run.minute
        times = sum(
            (end if project.ended == NONE else project.ended) - project.released
            for project in run.projects
            if project.released != NONE and project.status != DONE_BEFORE
        )
        times -= sum(
            (end if until == NONE else until) - since
            for project in run.projects
            for since, until in project.set_aside
        )
        if times != self.active_area:
            self._fail(f"active projects: area {self.active_area}, sum of times {times}")

    def _fail(self, text: str) -> NoReturn:
        where = f"replication {self.replication}, minute {self.minute}"
        raise AuditError(f"{where}: {text}. This is a bug of pmosim; please report it.")


def _at_work(learning: Learning) -> Callable[[int, int], int]:
    """Return what somebody has for tasks at a minute: nothing while away."""
    return lambda n, minute: learning.presence(n, minute) if learning.is_here(n, minute) else 0


def _name(ask: Ask, run: Replication) -> str:
    if ask.task is None:
        return f"throughout of {run.network.projects.ids[ask.project.row]}"
    return _task_name(run, ask.task)


def _task_name(run: Replication, task: Task) -> str:
    project = run.network.projects.ids[task.project.row]
    return f"{project}-{task.project.number}.{run.network.tasks.ids[task.row]}"


def _fits(ask: Ask, people: Sequence[Person], room: Callable[[Person, int], int]) -> bool:
    """Return whether different people could fill every head now, by trying.

    ``room`` is what is left of a person for a project beside what is booked for others.
    """
    heads = [need for need in ask.units for _ in range(need[3])]
    busy_with_it = barred(ask)

    def able(person: Person, role: int, named: int, share: int) -> bool:
        is_named = person.n == named and person.is_first
        knows = is_named if role == NONE else bool(person.skill[role])
        return (
            knows
            and person.n not in busy_with_it
            and person.is_here
            and not person.is_finishing
            and share <= room(person, ask.project.order)
        )

    candidates = [
        {person.n for person in people if able(person, need[1], need[2], need[4])} for need in heads
    ]
    found: dict[int, int] = {}

    def place(head: int, tried: set[int]) -> bool:
        for n in candidates[head] - tried:
            tried.add(n)
            if n not in found or place(found[n], tried):
                found[n] = head
                return True
        return False

    return all(place(head, set()) for head in range(len(heads)))


def _presence(run: Replication) -> list[list[Spell]]:
    """Return [from, until) of everybody's time at work, up to the end of the run."""
    spells: list[list[Spell]] = [[] for _ in run.floor.people]
    employed: set[int] = set()
    away: set[int] = set()
    since: dict[int, int] = {}
    change = {COMES: employed.add, LEAVES: employed.discard, AWAY: away.add, BACK: away.discard}
    for minute, what, n in run.people_changes:
        change[what](n)
        is_here = n in employed and n not in away
        if is_here and n not in since:
            since[n] = minute
        elif not is_here and n in since:
            spells[n].append((since.pop(n), minute))
    for n, begin in since.items():
        spells[n].append((begin, max(begin, run.minute)))
    return spells


def _listening(hold: Hold, begin: int, end: int, presence: Sequence[Sequence[Spell]]) -> int:
    """Return the minutes of a spell in which somebody who will leave is there to tell."""
    assert hold.lesson is not None
    teacher, until = hold.lesson
    last = end if until == NONE else min(end, until)
    return sum(max(0, min(last, stop) - max(begin, since)) for since, stop in presence[teacher])


def _pieces(
    held: Sequence[tuple[Hold, int]], presence: Sequence[Spell], more: Iterable[int] = ()
) -> Iterator[Spell]:
    """Yield the spells at work between which nothing changes for a person."""
    edges = {minute for hold, until in held for minute in (hold.since, until)} | set(more)
    edges |= {minute for spell in presence for minute in spell}
    steps = sorted(edges)
    for begin, end in pairwise(steps):
        if any(since <= begin and end <= until for since, until in presence):
            yield begin, end


def _running(
    run: Replication,
    held: Sequence[tuple[Hold, int]],
    pool: Pool,
    presence: Sequence[Sequence[Spell]],
    spells: Sequence[Spell],
) -> list[Spell]:
    """Return the part of spells in which a duration task has all its people, at work."""
    task = pool.task
    if task is None:
        return list(spells)
    heads = sum(need[3] for need in pool.project.plan.needs[task.order])
    edges = {minute for hold, until in held for minute in (hold.since, until)}
    edges |= {minute for hold, _ in held for spell in presence[hold.person.n] for minute in spell}
    result = []
    for begin, end in spells:
        steps = sorted({begin, end, *(edge for edge in edges if begin < edge < end)})
        for since, until in pairwise(steps):
            now = [hold.person.n for hold, last in held if hold.since <= since and until <= last]
            is_here = all(any(a <= since and until <= b for a, b in presence[n]) for n in now)
            if is_here and len(now) == heads:
                result.append((since, until))
    return result
