"""Plan: what a manager can compute before the work begins (model.md, section 5).

In: a ``Network``, a project row and its size. Out: ``Plan``: who is asked for, planned durations,
planned work and cost, and where each task stands on the longest path with unlimited people.
Not here: chance, and anything that depends on the state of a run.

Planned durations are exact fractions of a working minute, so that equal keys of a dispatch rule
are equal in every engine.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from pmosim.network import DURATION, EFFORT, FF, FS, MILESTONE, NONE, PHASE, SS
from pmosim.units import WHOLE, round_half_up

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pmosim.network import FloatArray, Network

Need = tuple[int, int, int, int, int]
"""(pool within the task, role or NONE, person or NONE, heads, share in billionths)."""
LocalLink = tuple[int, int, int, int]
"""(predecessor, successor, kind, lag) within one project; tasks counted from its first."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Plan:
    """The plan of one project; lists have one entry per task, counted from its first."""

    needs: tuple[tuple[Need, ...], ...]
    """In the order in which they are filled: named persons, then roles as listed."""
    minutes: tuple[Fraction, ...]
    """Planned duration in working minutes."""
    early_finish: tuple[Fraction, ...]
    """Minutes after the release, people unlimited."""
    tail: tuple[Fraction, ...]
    """Minutes between the latest finish and the end of the project."""
    length: Fraction
    """Project length in working minutes."""
    n_successors: tuple[int, ...]
    work_after: tuple[Fraction, ...]
    """Planned duration of the task and all its successors (rule ``grpw``)."""
    work_days: FloatArray
    """(tasks, S) planned person-days by role."""
    work_cost: tuple[float, ...]
    """Planned work x day rates."""
    fixed_cost: float
    cost_of_delay: float
    """Money per working day, size included; NaN = none."""

    @cached_property
    def whole_minutes(self) -> tuple[int, ...]:
        """Planned duration rounded up to whole minutes."""
        return tuple(math.ceil(minutes) for minutes in self.minutes)

    @property
    def cost(self) -> float:
        """Planned cost: work and fixed."""
        return math.fsum(self.work_cost) + self.fixed_cost

    @property
    def person_days(self) -> float:
        """Planned person-days of all roles."""
        return float(self.work_days.sum())


def plan_project(network: Network, row: int, size: float) -> Plan:
    """Return the plan of a project row at a size."""
    tasks = network.tasks
    first, last = int(network.projects.first_task[row]), int(network.projects.first_task[row + 1])
    rows = range(first, last)
    staffing = [_staff_task(network, task, size) for task in rows]
    needs = tuple(staffed for staffed, _ in staffing)
    minutes = tuple(planned for _, planned in staffing)
    links = local_links(network, row)
    is_summary = [tasks.kind[task] == PHASE for task in rows]
    finish, length = _forward_pass(minutes, links)
    successors = _all_successors(len(minutes), links)
    work = np.array(
        [
            _work_days(network, task, size, staffed, planned)
            for task, (staffed, planned) in zip(rows, staffing, strict=True)
        ]
    ).reshape(len(minutes), len(network.role_ids))
    work.flags.writeable = False
    counted = [not summary for summary in is_summary]
    fixed = network.projects.fixed_cost[row]
    return Plan(
        needs=needs,
        minutes=minutes,
        early_finish=finish,
        tail=_backward_pass(minutes, links),
        length=length,
        n_successors=tuple(sum(counted[i] for i in after) for after in successors),
        work_after=tuple(
            planned + sum((minutes[i] for i in after if counted[i]), Fraction(0))
            for planned, after in zip(minutes, successors, strict=True)
        ),
        work_days=work,
        work_cost=tuple(_work_cost(network, work[i], needs[i]) for i in range(len(minutes))),
        fixed_cost=0.0 if fixed is None else fixed.plan * size,
        cost_of_delay=_cost_of_delay(network, row, size),
    )


def _cost_of_delay(network: Network, row: int, size: float) -> float:
    value = float(network.projects.cost_of_delay[row])
    return value if network.projects.is_delay_given[row] else value * size


# --- who is asked for ---------------------------------------------------------------------------


def planned_speed(network: Network, role: int, person: int) -> Fraction:
    """Planned speed of one head: person-minutes per minute at a share of 100 %."""
    if person != NONE:
        return Fraction(int(network.people.presence[person]), WHOLE)
    total, heads = network.role_speed[role]
    return Fraction(total, heads * WHOLE)


def planned_units(network: Network, pool: int, size: float) -> int:
    """Return a pool's plan in billionths of a person-minute (duration: of a minute)."""
    amount = network.pools.law[pool].plan
    return round_half_up(amount * (size if network.pools.is_sized[pool] else 1.0) * WHOLE)


def staff_part(work: int, lasts: int, speed: Fraction, most: int) -> tuple[int, int]:
    """Return (heads, share) of a phase's part: the fewest heads, and of each the share.

    Both keep the pace. Never more heads than the role has (``most``): then the part stretches.
    ``work`` in billionths of a person-minute, ``lasts`` in minutes, ``speed`` per head.
    """
    if speed <= 0:
        return 1, WHOLE
    needed = Fraction(work, lasts) / speed
    heads = max(1, min(max(1, most), math.ceil(needed / WHOLE)))
    share = math.ceil(needed / heads)
    return heads, min(WHOLE, max(1, share))


def _staff_task(network: Network, task: int, size: float) -> tuple[tuple[Need, ...], Fraction]:
    """Return the needs of a task and its planned duration."""
    kind = int(network.tasks.kind[task])
    first_pool = int(network.tasks.first_pool[task])
    needs = network.needs
    rows = range(int(network.tasks.first_need[task]), int(network.tasks.first_need[task + 1]))
    order = sorted(rows, key=lambda k: (int(needs.role[k]), int(needs.person[k])))
    staffed = tuple(
        (
            int(needs.pool[k]) - first_pool,
            int(needs.role[k]),
            int(needs.person[k]),
            int(needs.heads[k]),
            int(needs.share[k]),
        )
        for k in order
    )
    if kind == MILESTONE:
        return (), Fraction(0)
    if kind == PHASE:
        return (), Fraction(int(network.tasks.lasts[task]))
    if kind == DURATION:
        return staffed, Fraction(planned_units(network, first_pool, size), WHOLE)
    lasts = int(network.tasks.lasts[task])
    if lasts != NONE:
        (pool, role, person, _, _) = staffed[0]
        work = planned_units(network, first_pool, size)
        speed = planned_speed(network, role, person)
        heads, share = staff_part(work, lasts, speed, int(network.role_heads[role]))
        return ((pool, role, person, heads, share),), Fraction(lasts)
    return staffed, _effort_minutes(network, task, size, staffed)


def _effort_minutes(network: Network, task: int, size: float, staffed: Sequence[Need]) -> Fraction:
    """Return plan / planned speed of the people, of the longest pool."""
    first, last = int(network.tasks.first_pool[task]), int(network.tasks.first_pool[task + 1])
    longest = Fraction(0)
    for pool in range(first, last):
        speed = sum(
            (need_speed(network, need) for need in staffed if need[0] == pool - first), Fraction(0)
        )
        if speed > 0:
            units = planned_units(network, pool, size)
            longest = max(longest, Fraction(units, WHOLE) / speed)
    return longest


def need_speed(network: Network, need: Need) -> Fraction:
    """Return the planned speed of all heads of a need at its share."""
    _, role, person, heads, share = need
    return planned_speed(network, role, person) * heads * Fraction(share, WHOLE)


def home_role(network: Network, need: Need) -> int:
    """Return the role a need is counted under."""
    return need[1] if need[1] != NONE else int(network.people.role[need[2]])


def _work_days(
    network: Network, task: int, size: float, staffed: Sequence[Need], minutes: Fraction
) -> list[float]:
    """Return planned person-days by role: own part, part of the planned speed, or the time."""
    days = [Fraction(0)] * len(network.role_ids)
    kind = int(network.tasks.kind[task])
    if kind not in {EFFORT, DURATION}:
        return [0.0] * len(days)
    first = int(network.tasks.first_pool[task])
    for need in staffed:
        speed = need_speed(network, need)
        if kind == DURATION:
            amount = minutes * speed
        else:
            team = sum((need_speed(network, n) for n in staffed if n[0] == need[0]), Fraction(0))
            units = Fraction(planned_units(network, first + need[0], size), WHOLE)
            amount = units * speed / team if team > 0 else Fraction(0)
        days[home_role(network, need)] += amount / network.minutes_per_day
    return [float(value) for value in days]


def _work_cost(network: Network, days: FloatArray, needs: Sequence[Need]) -> float:
    """Return planned work x day rates; a named person's own rate counts for a single-named role."""
    rates = [float(rate) for rate in network.role_day_rate]
    for _, role, person, _, _ in needs:
        if role == NONE:
            rates[int(network.people.role[person])] = float(network.people.day_rate[person])
    return math.fsum(float(day) * rate for day, rate in zip(days, rates, strict=True))


# --- longest paths ------------------------------------------------------------------------------


def local_links(network: Network, row: int) -> tuple[LocalLink, ...]:
    """Return the links inside a project, a phase and its parts included.

    A phase finishes with its last part (FF); what follows its start follows a part's.
    """
    links, tasks = network.links, network.tasks
    first, last = int(network.projects.first_task[row]), int(network.projects.first_task[row + 1])
    inside = np.flatnonzero(
        (links.successor_project == row)
        & (links.successor_task != NONE)
        & (links.predecessor_project == row)
        & (links.predecessor_task != NONE)
    )
    result = [
        (
            int(links.predecessor_task[k]) - first,
            int(links.successor_task[k]) - first,
            int(links.kind[k]),
            int(links.lag[k]),
        )
        for k in inside
    ]
    result += [
        (task - first, int(tasks.phase[task]) - first, FF, 0)
        for task in range(first, last)
        if tasks.phase[task] != NONE
    ]
    return tuple(result)


def topological_order(n_tasks: int, links: Sequence[LocalLink]) -> list[int]:
    """Return the tasks, predecessors first; there are no cycles (the scenario was checked)."""
    waits_for = [0] * n_tasks
    after: list[list[int]] = [[] for _ in range(n_tasks)]
    for predecessor, successor, _, _ in links:
        waits_for[successor] += 1
        after[predecessor].append(successor)
    order = [task for task in range(n_tasks) if not waits_for[task]]
    for task in order:
        for successor in after[task]:
            waits_for[successor] -= 1
            if not waits_for[successor]:
                order.append(successor)
    return order


def _forward_pass(
    minutes: Sequence[Fraction], links: Sequence[LocalLink]
) -> tuple[tuple[Fraction, ...], Fraction]:
    """Return early finishes and the length of the longest path."""
    start = [Fraction(0)] * len(minutes)
    finish = [Fraction(0)] * len(minutes)
    into: list[list[LocalLink]] = [[] for _ in minutes]
    for link in links:
        into[link[1]].append(link)
    for task in topological_order(len(minutes), links):
        for predecessor, _, kind, lag in into[task]:
            if kind == FS:
                start[task] = max(start[task], finish[predecessor] + lag)
            elif kind == SS:
                start[task] = max(start[task], start[predecessor] + lag)
            else:
                finish[task] = max(finish[task], finish[predecessor] + lag)
        finish[task] = max(finish[task], start[task] + minutes[task])
    return tuple(finish), max(finish, default=Fraction(0))


def _backward_pass(
    minutes: Sequence[Fraction],
    links: Sequence[LocalLink],
) -> tuple[Fraction, ...]:
    """Return for each task the minutes between its latest finish and the project's end."""
    tail = [Fraction(0)] * len(minutes)
    out: list[list[LocalLink]] = [[] for _ in minutes]
    for link in links:
        out[link[0]].append(link)
    for task in reversed(topological_order(len(minutes), links)):
        for _, successor, kind, lag in out[task]:
            if kind == FS:
                behind = tail[successor] + minutes[successor] + lag
            elif kind == SS:
                behind = tail[successor] + minutes[successor] + lag - minutes[task]
            else:
                behind = tail[successor] + lag
            tail[task] = max(tail[task], behind)
    return tuple(tail)


def _all_successors(n_tasks: int, links: Sequence[LocalLink]) -> list[set[int]]:
    """Return all direct and indirect successors of each task."""
    after: list[set[int]] = [set() for _ in range(n_tasks)]
    direct: list[list[int]] = [[] for _ in range(n_tasks)]
    for predecessor, successor, _, _ in links:
        direct[predecessor].append(successor)
    for task in reversed(topological_order(n_tasks, links)):
        for successor in direct[task]:
            after[task].add(successor)
            after[task] |= after[successor]
    return after


# --- the naive answer ---------------------------------------------------------------------------


def planned_months(network: Network) -> FloatArray:
    """(S, M) person-days planned for the listed projects by calendar month, people unlimited.

    Every project starts when it asks; each task spreads its planned work evenly over its planned
    duration. What a spreadsheet would sum: no queue, no chance. M months of ``month_bounds`` over
    the window and its run-off.
    """
    last_day = -(-(network.window_end + network.run_off) // network.minutes_per_day)
    bounds = network.calendar.month_bounds(last_day)
    edges = np.array([0, *(end for _, _, end in bounds)], dtype=np.float64)
    total = np.zeros((len(network.role_ids), len(bounds)))
    projects = network.projects
    for row in range(network.n_listed):
        is_out = projects.status[row] in {"done", "cancelled"} or projects.arrives[row] == NONE
        if is_out:
            continue
        plan = plan_project(network, row, projects.size[row].plan)
        request = max(int(projects.arrives[row]), int(projects.not_before[row]), 0)
        first = int(projects.first_task[row])
        for task, (planned, finish) in enumerate(zip(plan.minutes, plan.early_finish, strict=True)):
            if network.tasks.is_done[first + task] or not planned:
                continue
            end = (request + float(finish)) / network.minutes_per_day
            length = float(planned) / network.minutes_per_day
            inside = np.clip(
                np.minimum(edges[1:], end) - np.maximum(edges[:-1], end - length), 0, None
            )
            total += np.outer(plan.work_days[task], inside / length)
    return total
