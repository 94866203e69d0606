"""Prospects: what lies ahead of a project, as planned (model.md, section 5), without a clock."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from pmosim.money import DAYS_PER_YEAR, flow_value
from pmosim.network import FS, NONE, SS
from pmosim.plan import need_speed, scaled
from pmosim.units import WHOLE

if TYPE_CHECKING:
    from pmosim.engine.state import Project
    from pmosim.network import Network


def planned_rest(project: Project, minute: int, *, is_begun_counted: bool = False) -> Fraction:
    """Return the project length of what is open now: its longest path in working minutes.

    Planned durations of the unfinished tasks, running ones in full (``is_begun_counted``: what
    their plan leaves of them, 0 at the least); people unlimited, dates and other projects left
    out. Of a lag that has begun only the rest counts.
    """
    plan, tasks = project.plan, project.tasks
    scale, minutes = plan.scaled_minutes
    if project.scope != WHOLE or project.added:
        if project.replanned is None or project.replanned[:2] != (project.scope, project.added):
            changed = scaled([_changed_minutes(project, at) for at in range(len(tasks))])
            project.replanned = project.scope, project.added, *changed
        _, _, scale, minutes = project.replanned
    start, finish = [0] * len(tasks), [0] * len(tasks)
    for at in plan.shape.order:
        task = tasks[at]
        begun = start[at] if task.started == NONE else (task.started - minute) * scale
        if task.finished == NONE:
            since = begun if is_begun_counted else max(begun, 0)
            finish[at] = max(finish[at], since + minutes[at], 0)
        else:
            finish[at] = (task.finished - minute) * scale
        for _, successor, kind, lag in plan.shape.links_out[at]:
            if kind == FS:
                start[successor] = max(start[successor], finish[at] + lag * scale)
            elif kind == SS:
                start[successor] = max(start[successor], begun + lag * scale)
            else:
                finish[successor] = max(finish[successor], finish[at] + lag * scale)
    longest = max((finish[task.order] for task in tasks if task.finished == NONE), default=0)
    return Fraction(longest, scale)


def lateness(project: Project, minute: int) -> Fraction | None:
    """Return planned minutes from the due date to the finish, None where nothing is due.

    Of running tasks what a bar chart shows: they end when planned from their start, those that
    run over right now. A request that waits would begin at once.
    """
    if project.due == NONE:
        return None
    return minute + planned_rest(project, minute, is_begun_counted=True) - project.due


def _changed_minutes(project: Project, at: int) -> Fraction:
    """Return the planned duration of a task, of less work or with more people."""
    plan, sheet = project.plan, project.tasks[at].sheet
    minutes = plan.minutes[at]
    if sheet.is_timed:
        return minutes
    minutes *= Fraction(project.scope, WHOLE)
    needs = plan.needs[at]
    if not any(role == need[1] for need in needs for role, _, _ in project.added):
        return minutes
    speeds: dict[int, tuple[Fraction, Fraction]] = {}
    for need in needs:
        before, after = speeds.get(need[0], (Fraction(0), Fraction(0)))
        own = need_speed(plan.network, need)
        more = sum(heads for role, heads, _ in project.added if role == need[1])
        speeds[need[0]] = before + own, after + own * Fraction(need[3] + more, need[3])
    slowest = [before / after for before, after in speeds.values() if after > 0]
    return minutes * max(slowest, default=Fraction(1))


def planned_benefit(network: Network, project: Project, minute: int) -> float:
    """Return the planned benefit at face value of a project that goes on as planned from now."""
    projects, row = network.projects, project.row
    law = projects.benefit_per_year[row]
    if law is None:
        return 0.0
    years = float(projects.benefit_years[row])
    if math.isnan(years):
        finish = float(minute + planned_rest(project, minute))
        begin = float(network.calendar.calendar_days([finish])[0])
        years = max(0.0, float(projects.benefit_until[row]) - begin) / DAYS_PER_YEAR
    return law.plan * project.size * years * project.worth


def planned_npv(network: Network, project: Project) -> float:
    """Return the NPV as planned at the request: finish at request + project length.

    Labour falls due at each task's early finish, fixed cost at the request; discounted from day 0.
    """
    plan, projects, row = project.plan, network.projects, project.row
    minutes = [project.arrived, *(float(project.arrived + f) for f in plan.early_finish)]
    years = network.calendar.calendar_days(np.array(minutes)) / DAYS_PER_YEAR
    factors = (1.0 + network.discount_rate) ** -years
    cost = math.fsum([plan.fixed_cost * factors[0], *(plan.work_cost * factors[1:])])
    law = projects.benefit_per_year[row]
    if law is None:
        return -cost
    finish = float(project.arrived + plan.length)
    begin = network.calendar.calendar_days(np.array([finish])) / DAYS_PER_YEAR
    if np.isnan(projects.benefit_years[row]):
        end = np.maximum(begin, projects.benefit_until[row] / DAYS_PER_YEAR)
    else:
        end = begin + projects.benefit_years[row]
    per_year = np.array([law.plan * project.size])
    return float(flow_value(per_year, begin, end, network.discount_rate)[0]) - cost
