"""Reactions: what management does in the middle of a run about projects that will be late.

Between ``departures`` and ``course``. At the end of a stage, or in the first minute of a month
or quarter, each reaction that a project has not met yet is asked; it sees the planned finish of
what is open against the due date, and nothing that a manager could not see.
"""

from __future__ import annotations

from abc import abstractmethod
from math import inf
from typing import TYPE_CHECKING

from pmosim.engine.departures import Departures
from pmosim.engine.order import THROUGHOUT, WAIT
from pmosim.engine.periods import period_starts
from pmosim.engine.state import DONE, NEVER, RUNNING
from pmosim.network import DURATION, NONE, PHASE
from pmosim.outcomes import STOPPED
from pmosim.policy.reactions import PERIOD_OF
from pmosim.units import WHOLE, times

if TYPE_CHECKING:
    from pmosim.engine.office import Office
    from pmosim.engine.state import Ask, Pool, Project, Task
    from pmosim.network import Network
    from pmosim.policy.reactions import Reaction


class Reactions(Departures):
    """Projects about which something is done when they will be late."""

    last_minute: int
    """Minute at which the run ends at the latest. Set by ``course``."""

    @abstractmethod
    def _end(self, project: Project, status: int) -> None:
        """End a project, give everything back, and tell what follows."""

    def _prepare_reactions(self, network: Network) -> None:
        """Find out which project rows each reaction is meant for."""
        self.reactions = network.reactions
        row_of = {name: row for row, name in enumerate(network.projects.ids)}
        everybody = frozenset(range(len(network.projects.ids)))
        self.meant = [
            frozenset(row_of[name] for name in one.projects) or everybody for one in self.reactions
        ]
        self.least_late = min((one.late_by for one in self.reactions), default=0)
        self.meetings: dict[str, frozenset[int]] = {}
        """Occasion -> minutes at which it is; day 0 is none of them: what is known then is said."""
        self.meeting_minutes: frozenset[int] = frozenset()
        """Of all of them."""
        self.stage_ended: dict[int, Project] = {}
        """Projects of which a stage has ended and about which nothing is decided yet."""
        self.met = NONE
        """Minute of the last meeting."""
        self.cuts: list[tuple[Pool, int]] = []
        """Work that was left out."""

    def _call_meetings(self) -> None:
        """Put the regular meetings into the agenda."""
        network = self.network
        n_days = -(-self.last_minute // network.minutes_per_day)
        for one in self.reactions:
            period = PERIOD_OF.get(one.asked)
            if period is not None and one.asked not in self.meetings:
                starts = [at for at in period_starts(network.calendar, period, n_days) if at]
                self.meetings[one.asked] = frozenset(starts)
                for minute in starts:
                    self.at(minute, WAIT, None)
        self.meeting_minutes = frozenset().union(*self.meetings.values())

    def _note_stage(self, task: Task) -> None:
        """Note that a stage of a project has ended: a phase, or a task with a gate."""
        if task.kind == PHASE or self.network.tasks.is_gate[task.row]:
            self.stage_ended[task.project.order] = task.project
            self._come_again()

    def _is_to_react(self) -> bool:
        """Return whether anybody is asked in this minute."""
        if self.stage_ended:
            return True
        return self.minute in self.meeting_minutes and self.met != self.minute

    def _react(self) -> None:
        """Ask for every project, in project order, what is to be done about it."""
        ended, self.stage_ended = self.stage_ended, {}
        occasions = {"stage end"} if ended else set()
        if self.met != self.minute:
            occasions |= {name for name, at in self.meetings.items() if self.minute in at}
            self.met = self.minute
        waiting = [self.office.projects[order] for order in self.office.waiting]
        for project in sorted([*self.office.active_projects(), *waiting], key=_by_order):
            # What is open is never longer than the whole: most projects need no closer look.
            latest = self.minute + project.plan.length
            if project.due == NONE or latest - project.due < self.least_late:
                continue
            seen = _Seen(self.office)
            for number, one in enumerate(self.reactions):
                is_asked = one.asked in occasions and (
                    one.asked in self.meetings or project.order in ended
                )
                is_met = any(number == n for n, _ in project.reactions)
                is_asked &= not is_met and project.row in self.meant[number]
                if is_asked and self._takes(project, number, one, seen):
                    seen = _Seen(self.office)

    def _takes(self, project: Project, number: int, reaction: Reaction, seen: _Seen) -> bool:
        """Take a reaction if it is due; of a request that waits one can only say: it goes first."""
        if project.ended != NONE or not reaction.is_due(seen, project.order):
            return False
        is_waiting = project.released == NONE
        if is_waiting and reaction.action != "escalate":
            return False
        if reaction.action == "stop" and self.network.projects.is_mandatory[project.row]:
            return False
        project.reactions = [*project.reactions, (number, self.minute)]
        if reaction.action == "escalate":
            self._put_first(project)
        elif reaction.action == "cut_scope":
            self._cut_scope(project, reaction)
        elif reaction.action == "add_people":
            self._add_people(project, reaction)
        else:
            self._end(project, STOPPED)
        return True

    # --- what is done ---------------------------------------------------------------------------

    def _put_first(self, project: Project) -> None:
        """Let a project go first from now on, where it waits and where its tasks do."""
        project.key = -inf
        project.is_first = True
        if project.released == NONE:
            self.office.put_first(project)
            return
        asks = [(ask, THROUGHOUT) for ask in project.asks]
        if project.staff_key is not None:
            project.staff_key = -inf
        for task in project.tasks:
            if task.kind != PHASE and task.state not in {DONE, NEVER}:
                task.key = -inf
                asks += [(ask, task.order) for ask in task.asks]
        for ask, order in asks:
            if ask.entry:
                self.desk.withdraw(ask)
                self.desk.add(ask, -inf, project.order, order)

    def _cut_scope(self, project: Project, reaction: Reaction) -> None:
        """Leave out a share of the open work, and of the benefit; time that is no work stays."""
        keep = WHOLE - reaction.work
        project.scope = times(project.scope, keep)
        project.benefit *= 1.0 - reaction.benefit
        project.worth *= 1.0 - reaction.benefit
        changed = []
        for task in project.tasks:
            if task.state in {DONE, NEVER}:
                continue
            for pool in task.pools:
                if pool.is_open and not pool.is_duration:
                    self.floor.settle(pool)
                    less = pool.remaining - times(pool.remaining, keep)
                    pool.remaining -= less
                    self.cuts.append((pool, less))
                    changed += [pool] if pool.holds else []
        self.floor.retime(changed)

    def _add_people(self, project: Project, reaction: Reaction) -> None:
        """Ask for more people of a role on the open tasks that ask for it."""
        role = self.network.role_ids.index(reaction.role)
        project.added = [*project.added, (role, reaction.heads, reaction.briefing)]
        for task in project.tasks:
            if task.state == RUNNING and task.work_done == NONE:
                self._ask_for_more(task, len(project.added) - 1)

    def _ask_for_more(self, task: Task, since: int = 0) -> None:
        """Ask for those who were added to the project of a task at work, each by themselves.

        They join when they are free, at its key, so nobody waits for them. A duration does not
        get shorter with more people.
        """
        project = task.project
        if task.kind == DURATION:
            return
        for at, (role, heads, briefing) in enumerate(project.added[since:], since):
            needs = project.plan.needs[task.order]
            need = next((need for need in needs if need[1] == role), None)
            if need is None or not task.pools[need[0]].is_open:
                continue
            n_briefed = project.briefed.get((task.order, at), 0)
            for head in range(heads):
                task.pools[need[0]].n_missing += 1
                ask = self._ask_refill(task, ((need[0], role, NONE, 1, need[4]),))
                if briefing and head >= n_briefed:
                    ask.briefing = at, briefing

    def _brief(self, ask: Ask, task: Task) -> None:
        """Add what it costs to brief somebody who joins a task just settled."""
        assert ask.briefing is not None
        at, work = ask.briefing
        pool, briefed = task.pools[ask.units[0][0]], task.project.briefed
        pool.remaining += work
        self.cuts.append((pool, -work))
        key = task.order, at
        task.project.briefed = {**briefed, key: briefed.get(key, 0) + 1}


class _Seen:
    """What management sees of one project, looked up once for all reactions."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._late: dict[int, float | None] = {}

    def lateness(self, project: int) -> float | None:
        """Return planned minutes from the due date to the finish, None where nothing is due."""
        if project not in self._late:
            self._late[project] = self._office.lateness(project)
        return self._late[project]


def _by_order(project: Project) -> int:
    return project.order
