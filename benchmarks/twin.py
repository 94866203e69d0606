"""Twin: the same work on stock SimPy, as its guide would have it written.

A process per task that waits for the processes of its predecessors, a ``PriorityResource`` per
role, a ``Resource`` for the limit on projects in progress. A task takes its people one after the
other behind a turnstile of its role, so that two tasks never sit on half a team each.

What it leaves out is listed in README.md: it is here for its speed, not for its answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import simpy

from pmosim.network import DURATION, FS, NONE
from pmosim.policy.intake import WipLimit
from pmosim.units import WHOLE

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from pmosim.draws import Draws
    from pmosim.network import Network


@dataclass(frozen=True, kw_only=True)
class Job:
    """A task that is not done on day 0."""

    task: int
    role: int
    heads: int
    priority: int
    predecessors: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Shop:
    """What is the same in every replication."""

    heads: tuple[int, ...]
    """People of each role."""
    limit: int
    projects: tuple[tuple[int, bool, tuple[Job, ...]], ...]
    """(arrival minute, runs on day 0, its jobs)."""
    n_tasks: int
    timed: tuple[bool, ...]
    """Whether a task's amount is elapsed minutes, not billionths of person-minutes."""


def shop(network: Network) -> Shop:
    """Return the plain lists the twin runs on."""
    tasks, projects, needs, links = network.tasks, network.projects, network.needs, network.links
    if not isinstance(network.intake, WipLimit):
        raise ValueError("the twin knows a limit on projects in progress")  # noqa: TRY004
    n_tasks = int(projects.first_task[network.n_listed])
    before: list[list[int]] = [[] for _ in range(n_tasks)]
    for k, successor in enumerate(links.successor_task.tolist()):
        if links.kind[k] != FS or links.lag[k] or links.predecessor_task[k] == NONE:
            raise ValueError("the twin knows links from finish to start without lag")
        if not tasks.is_done[links.predecessor_task[k]]:
            before[successor].append(int(links.predecessor_task[k]))
    jobs: list[list[Job]] = [[] for _ in range(network.n_listed)]
    for task in range(n_tasks):
        first, last = int(tasks.first_need[task]), int(tasks.first_need[task + 1])
        if last - first != 1:
            raise ValueError("the twin knows tasks of one role")
        if not tasks.is_done[task]:
            project = int(tasks.project[task])
            jobs[project].append(
                Job(
                    task=task,
                    role=int(needs.role[first]),
                    heads=int(needs.heads[first]),
                    priority=-int(projects.priority[project]),
                    predecessors=tuple(before[task]),
                )
            )
    return Shop(
        heads=tuple(int(heads) for heads in network.role_heads),
        limit=network.intake.max_active,
        projects=tuple(
            (int(projects.arrives[p]), projects.status[p] == "running", tuple(jobs[p]))
            for p in range(network.n_listed)
        ),
        n_tasks=n_tasks,
        timed=tuple((tasks.kind[:n_tasks] == DURATION).tolist()),
    )


def durations(shop: Shop, draws: Draws, k: int) -> list[int]:
    """Return the minutes of each task in one replication: the amounts our engine uses up."""
    minutes: list[int] = draws.amounts[k].tolist()
    for _, _, jobs in shop.projects:
        for job in jobs:
            if not shop.timed[job.task]:
                minutes[job.task] = -(-minutes[job.task] // (WHOLE * job.heads))
    return minutes


class Twin:
    """One replication."""

    def __init__(self, shop: Shop, minutes: Sequence[int]) -> None:
        self.shop, self.minutes = shop, minutes
        self.env = env = simpy.Environment()
        self.roles = [simpy.PriorityResource(env, heads) for heads in shop.heads]
        self.turnstiles = [simpy.PriorityResource(env, 1) for _ in shop.heads]
        self.places = simpy.Resource(env, shop.limit)
        self.processes: dict[int, simpy.Process] = {}
        self.started = [NONE] * shop.n_tasks
        self.finished = [NONE] * shop.n_tasks
        self.ended = [NONE] * len(shop.projects)

    def run(self) -> None:
        """Run until all projects have ended."""
        for number, (arrives, is_running, jobs) in enumerate(self.shop.projects):
            self.env.process(self._project(number, 0 if is_running else arrives, jobs))
        self.env.run()

    def _project(
        self, number: int, arrives: int, jobs: Sequence[Job]
    ) -> Generator[simpy.Event, Any, None]:
        env = self.env
        if arrives:
            yield env.timeout(arrives)
        with self.places.request() as place:
            yield place
            for job in jobs:
                self.processes[job.task] = env.process(self._task(job))
            yield env.all_of([self.processes[job.task] for job in jobs])
        self.ended[number] = int(env.now)

    def _task(self, job: Job) -> Generator[simpy.Event, Any, None]:
        env, role = self.env, self.roles[job.role]
        yield env.all_of([self.processes[task] for task in job.predecessors])
        requests = []
        with self.turnstiles[job.role].request(job.priority) as turn:
            yield turn
            for _ in range(job.heads):
                requests.append(role.request(job.priority))
                yield requests[-1]
        self.started[job.task] = int(env.now)
        yield env.timeout(self.minutes[job.task])
        self.finished[job.task] = int(env.now)
        for request in requests:
            role.release(request)
