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
WORK_UNITS = 10**12
"""Units of planned work in a person-day: whole numbers add up exactly, whatever their order."""
LocalLink = tuple[int, int, int, int]
"""(predecessor, successor, kind, lag) within one project; tasks counted from its first."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Shape:
    """How the tasks of a project row hang together, whatever its size."""

    n_tasks: int
    links: tuple[LocalLink, ...]

    @cached_property
    def order(self) -> tuple[int, ...]:
        """Tasks, predecessors first; there are no cycles (the scenario was checked)."""
        waits_for = [0] * self.n_tasks
        for _, successor, _, _ in self.links:
            waits_for[successor] += 1
        order = [task for task in range(self.n_tasks) if not waits_for[task]]
        for task in order:
            for _, successor, _, _ in self.links_out[task]:
                waits_for[successor] -= 1
                if not waits_for[successor]:
                    order.append(successor)
        return tuple(order)

    @cached_property
    def links_out(self) -> tuple[list[LocalLink], ...]:
        """Links by predecessor."""
        out: tuple[list[LocalLink], ...] = tuple([] for _ in range(self.n_tasks))
        for link in self.links:
            out[link[0]].append(link)
        return out

    @cached_property
    def successors(self) -> tuple[set[int], ...]:
        """All direct and indirect successors of each task."""
        after: tuple[set[int], ...] = tuple(set() for _ in range(self.n_tasks))
        for task in reversed(self.order):
            for _, successor, _, _ in self.links_out[task]:
                after[task].update((successor, *after[successor]))
        return after


@dataclass(frozen=True, kw_only=True, eq=False)
class Plan:
    """The plan of one project; sequences have one entry per task, counted from its first.

    Who is asked for and for how long is known at once; the rest when a rule asks for it.
    """

    network: Network
    row: int
    size: float
    shape: Shape
    needs: tuple[tuple[Need, ...], ...]
    """In the order in which they are filled: named persons, then roles as listed."""
    minutes: tuple[Fraction, ...]
    """Planned duration in working minutes."""

    @cached_property
    def whole_minutes(self) -> tuple[int, ...]:
        """Planned duration rounded up to whole minutes."""
        return tuple(math.ceil(minutes) for minutes in self.minutes)

    @cached_property
    def scaled_minutes(self) -> tuple[int, tuple[int, ...]]:
        """Planned duration, exactly, in parts of a minute; the number of these parts first."""
        return scaled(self.minutes)

    @cached_property
    def early_finish(self) -> tuple[Fraction, ...]:
        """Minutes after the release, people unlimited (forward pass)."""
        start = [Fraction(0)] * len(self.minutes)
        finish = list(start)
        for task in self.shape.order:
            finish[task] = max(finish[task], start[task] + self.minutes[task])
            for _, successor, kind, lag in self.shape.links_out[task]:
                if kind == FS:
                    start[successor] = max(start[successor], finish[task] + lag)
                elif kind == SS:
                    start[successor] = max(start[successor], start[task] + lag)
                else:
                    finish[successor] = max(finish[successor], finish[task] + lag)
        return tuple(finish)

    @cached_property
    def length(self) -> Fraction:
        """Project length in working minutes: the longest path."""
        return max(self.early_finish, default=Fraction(0))

    @cached_property
    def tail(self) -> tuple[Fraction, ...]:
        """Minutes between the latest finish and the end of the project (backward pass)."""
        tail, minutes = [Fraction(0)] * len(self.minutes), self.minutes
        for task in reversed(self.shape.order):
            for _, successor, kind, lag in self.shape.links_out[task]:
                behind = tail[successor] + lag
                if kind != FF:
                    behind += minutes[successor]
                if kind == SS:
                    behind -= minutes[task]
                tail[task] = max(tail[task], behind)
        return tuple(tail)

    @cached_property
    def _counted_successors(self) -> tuple[list[int], ...]:
        """All successors of each task but the phases, whose parts are counted."""
        first = int(self.network.projects.first_task[self.row])
        kind = self.network.tasks.kind
        return tuple(
            [i for i in after if kind[first + i] != PHASE] for after in self.shape.successors
        )

    @cached_property
    def n_successors(self) -> tuple[int, ...]:
        """All direct and indirect successors (rule ``mts``)."""
        return tuple(len(after) for after in self._counted_successors)

    @cached_property
    def work_after(self) -> tuple[Fraction, ...]:
        """Planned duration of the task and all its successors (rule ``grpw``)."""
        return tuple(
            planned + sum((self.minutes[i] for i in after), Fraction(0))
            for planned, after in zip(self.minutes, self._counted_successors, strict=True)
        )

    @cached_property
    def _need_days(self) -> tuple[list[Fraction], ...]:
        """Planned person-days of each need of each task."""
        first = int(self.network.projects.first_task[self.row])
        return tuple(
            _need_days(self.network, first + i, self.size, self.needs[i], self.minutes[i])
            for i in range(len(self.minutes))
        )

    @cached_property
    def work_days(self) -> FloatArray:
        """(tasks, S) planned person-days by role."""
        entries = zip(self.needs, self._need_days, strict=True)
        rows = [_work_days(self.network, needs, days) for needs, days in entries]
        work = np.array(rows, dtype=np.float64)
        work = work.reshape(len(rows), len(self.network.role_ids))
        work.flags.writeable = False
        return work

    @cached_property
    def work_units(self) -> tuple[tuple[int, ...], ...]:
        """(tasks, S) planned work by role in ``WORK_UNITS`` of a person-day, rounded."""
        return tuple(
            tuple(round(day * WORK_UNITS) for day in row) for row in self.work_days.tolist()
        )

    @cached_property
    def work_cost(self) -> tuple[float, ...]:
        """Planned work x day rates."""
        entries = zip(self.needs, self._need_days, strict=True)
        return tuple(_work_cost(self.network, needs, days) for needs, days in entries)

    @property
    def fixed_cost(self) -> float:
        """Planned fixed cost, size included."""
        law = self.network.projects.fixed_cost[self.row]
        return 0.0 if law is None else law.plan * self.size

    @property
    def cost(self) -> float:
        """Planned cost: work and fixed."""
        return math.fsum(self.work_cost) + self.fixed_cost

    @property
    def cost_of_delay(self) -> float:
        """Money per working day, size included where it follows from the benefit; NaN = none."""
        projects = self.network.projects
        value = float(projects.cost_of_delay[self.row])
        return value if projects.is_delay_given[self.row] else value * self.size

    @property
    def person_days(self) -> float:
        """Planned person-days of all roles."""
        return float(self.work_days.sum())


def plan_project(network: Network, row: int, size: float, shape: Shape | None = None) -> Plan:
    """Return the plan of a project row at a size; ``shape`` saves working it out again."""
    first, last = int(network.projects.first_task[row]), int(network.projects.first_task[row + 1])
    staffing = [_staff_task(network, task, size) for task in range(first, last)]
    return Plan(
        network=network,
        row=row,
        size=size,
        shape=shape or shape_of(network, row),
        needs=tuple(needs for needs, _ in staffing),
        minutes=tuple(minutes for _, minutes in staffing),
    )


# --- who is asked for ---------------------------------------------------------------------------


def scaled(minutes: Sequence[Fraction]) -> tuple[int, tuple[int, ...]]:
    """Return fractions as whole numbers of equal parts, after the number of parts of a whole."""
    parts = math.lcm(*(one.denominator for one in minutes))
    return parts, tuple(one.numerator * (parts // one.denominator) for one in minutes)


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


def _need_days(
    network: Network, task: int, size: float, staffed: Sequence[Need], minutes: Fraction
) -> list[Fraction]:
    """Return planned person-days of each need: own part, part of the planned speed, or the time."""
    kind = int(network.tasks.kind[task])
    if kind not in {EFFORT, DURATION}:
        return [Fraction(0)] * len(staffed)
    first = int(network.tasks.first_pool[task])
    days = []
    for need in staffed:
        speed = need_speed(network, need)
        if kind == DURATION:
            amount = minutes * speed
        else:
            team = sum((need_speed(network, n) for n in staffed if n[0] == need[0]), Fraction(0))
            units = Fraction(planned_units(network, first + need[0], size), WHOLE)
            amount = units * speed / team if team > 0 else Fraction(0)
        days.append(amount / network.minutes_per_day)
    return days


def _work_days(network: Network, needs: Sequence[Need], days: Sequence[Fraction]) -> list[float]:
    """Return planned person-days by role."""
    total = [Fraction(0)] * len(network.role_ids)
    for need, amount in zip(needs, days, strict=True):
        total[home_role(network, need)] += amount
    return [float(value) for value in total]


def _work_cost(network: Network, needs: Sequence[Need], days: Sequence[Fraction]) -> float:
    """Return planned work x day rates; a named person has a rate of their own."""
    unnamed = [Fraction(0)] * len(network.role_ids)
    costs = []
    for (_, role, person, _, _), amount in zip(needs, days, strict=True):
        if role == NONE:
            costs.append(float(amount) * float(network.people.day_rate[person]))
        else:
            unnamed[role] += amount
    rates = network.role_day_rate.tolist()
    return math.fsum([*costs, *(float(d) * rate for d, rate in zip(unnamed, rates, strict=True))])


# --- how tasks hang together -----------------------------------------------------------------


def shape_of(network: Network, row: int) -> Shape:
    """Return the tasks of a project row and the links inside it, of phases and parts included.

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
    return Shape(n_tasks=last - first, links=tuple(result))


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
