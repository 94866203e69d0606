"""Rework: a task that finishes sends work back, and it is done again (model.md, section 3).

The second of the layers that make up one future, on top of ``taskwork``. Whoever decides has
not finished: what follows it is not told. The finished tasks of its loop go back to waiting; the
links among them count once more, all others stay satisfied. What follows a task in the middle,
outside of the loop, was told when it finished first and keeps what it has.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from pmosim.engine.state import DONE, WAITS_FOR_LINKS
from pmosim.engine.taskwork import Taskwork
from pmosim.network import FF, NONE
from pmosim.units import WHOLE
from pmosim.units import times as product

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pmosim.engine.blueprint import InnerLink
    from pmosim.engine.luck import Luck
    from pmosim.engine.state import Project, Redo, Task


class Rework(Taskwork):
    """Tasks of one future that are done again."""

    luck: Luck
    """Set by ``reference``."""

    @abstractmethod
    def _happen_within(self, project: Project, links: Sequence[InnerLink]) -> None:
        """Tell tasks of a project that one they wait for has started, or finished."""

    def _send_back(self, task: Task) -> bool:
        """Let a task that is about to finish send work back, if chance says so."""
        rework = task.project.rework
        assert rework is not None
        loop = rework.loops.get(task.order)
        if loop is None:
            return False
        times = rework.times.get(task.order, 0)
        if times >= loop.max_repeats:
            return False
        if self.luck.rework(task.project, task.row, times) >= loop.probability:
            return False
        rework.times[task.order] = times + 1
        tasks = task.project.tasks
        finished = [tasks[order] for order in loop.tasks if tasks[order].state == DONE]
        members = sorted([*finished, task], key=lambda member: member.order)
        rework.n_rounds += 1
        for member in finished:
            self._reopen(rework, member)
        for member in members:
            self._prepare(rework, member, loop.share)
        again = [
            tasks[order] for order in loop.tasks if order in rework.told and order != task.order
        ]
        self._link_again(rework, again, members)
        for member in members:
            if member.state == WAITS_FOR_LINKS and not member.n_start_waits:
                self._ready(member)
        return True

    def _reopen(self, rework: Redo, task: Task) -> None:
        """Open a task that has finished."""
        rework.told.setdefault(task.order, task.finished)
        task.finished = NONE
        task.project.n_open += 1
        self.office.note_again(task)

    def _prepare(self, rework: Redo, task: Task, share: float) -> None:
        """Give a task its share of fresh amounts, and let it wait for its links again."""
        order = task.order
        task.state = WAITS_FOR_LINKS
        task.work_done = NONE
        times = rework.again[order] = rework.again.get(order, 0) + 1
        rework.round[order] = rework.n_rounds
        rework.not_begun.add(order)
        first = int(self.network.tasks.first_pool[task.row])
        for pool in task.pools:
            amount = self.luck.amount_again(task.project, first + pool.index, times, share)
            if task.project.scope != WHOLE and not pool.is_duration:
                amount = product(amount, task.project.scope)
            at = order, pool.index
            rework.asked[at] = rework.asked.get(at, 0) + amount - pool.remaining
            pool.remaining = amount
            pool.is_open = True
            pool.n_missing = pool.rate = 0
            pool.since, pool.due = self.minute, NONE

    def _link_again(self, rework: Redo, senders: Sequence[Task], members: Sequence[Task]) -> None:
        """Let the links to the tasks of a round count once more.

        ``senders`` are its tasks that had finished, and those of the loop that are being done again
        already: what comes behind them waits for them.
        """
        at = {member.order: member for member in members}
        for task in senders:
            order, sheet = task.order, task.sheet
            starts, finishes = rework.owed_start, rework.owed_finish
            if order in at:
                starts[order] = finishes[order] = ()
            added = [link for link in sheet.out_of_finish if link[1] in at]
            finishes[order] = (*finishes.get(order, ()), *added)
            if order in rework.not_begun:
                begins = [link for link in sheet.out_of_start if link[1] in at]
                starts[order] = (*starts.get(order, ()), *begins)
                added += begins
            for kind, successor, _, _ in added:
                if kind == FF:
                    at[successor].n_finish_waits += 1
                else:
                    at[successor].n_start_waits += 1
            if order in at and sheet.parent in at:
                at[sheet.parent].n_finish_waits += 1

    def _note_start_again(self, task: Task) -> None:
        """Note that a task goes on, or is begun once more, and with it its phase."""
        rework, project = task.project.rework, task.project
        assert rework is not None
        begun = [task] if task.sheet.parent == NONE else [project.tasks[task.sheet.parent], task]
        for each in begun:
            if each.order in rework.not_begun:
                rework.not_begun.discard(each.order)
                rework.last_start[each.order] = self.minute
                self._happen_within(project, rework.owed_start.pop(each.order, ()))
