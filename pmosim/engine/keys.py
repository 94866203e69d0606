"""Keys: who goes first, as numbers (model.md, section 5). Arithmetic without a clock.

In: a network, plans, and what a manager knows of a project. Smaller keys go first.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING

from pmosim.engine.prospects import planned_npv
from pmosim.network import NONE

if TYPE_CHECKING:
    from pmosim.engine.state import Project
    from pmosim.network import Network
    from pmosim.policy.dispatch import RuleName
    from pmosim.policy.intake import Order, OrderKind

LEAST_ROLE_DAYS = 0.5
"""Planned days of the bottleneck role count as at least half a day."""
LEAST_DAYS = 1e-9
"""Person-days of a project that plans none, so that its score is finite."""


def project_key(network: Network, rule: RuleName, project: Project) -> float | None:
    """Return the key of every task of a project just released, None if the rule looks at tasks."""
    projects, row = network.projects, project.row
    if rule == "fifo":
        return project.release_number
    if rule == "rank":
        return float(projects.rank[row]) if projects.rank[row] != NONE else math.inf
    if rule == "priority":
        return -float(projects.priority[row])
    if rule == "edd":
        return project.due if project.due != NONE else math.inf
    if rule == "wsjf":
        return -_rounded(project.plan.cost_of_delay / project.unfinished_days)
    return None


def task_key(network: Network, rule: RuleName, project: Project, task: int, ready: int) -> float:
    """Return the key of a task (counted within its project) that became ready at a minute."""
    plan = project.plan
    if rule == "fcfs":
        return ready
    if rule == "lft":
        return float(latest_finish(project, task))
    if rule == "lst":
        return float(latest_finish(project, task) - plan.minutes[task])
    if rule == "spt":
        return float(plan.minutes[task])
    if rule == "lpt":
        return -float(plan.minutes[task])
    if rule == "mts":
        return -plan.n_successors[task]
    if rule == "grpw":
        return -float(plan.work_after[task])
    if rule == "sasp":
        return float(plan.minutes[task] + plan.length)
    return intake_score(network, project, order=network.intake.order)


def latest_finish(project: Project, task: int) -> Fraction:
    """Return the latest finish: backward from the due date, else from request + length."""
    end = Fraction(project.due) if project.due != NONE else project.arrived + project.plan.length
    return end - project.plan.tail[task]


def unfinished_days(project: Project) -> float:
    """Return planned person-days of the tasks not finished now; never 0."""
    days = project.plan.work_days
    done = [task.order for task in project.tasks if task.finished != NONE]
    return max(float(days.sum() - days[done].sum()), LEAST_DAYS)


def intake_score(
    network: Network, project: Project, order: Order, months_waiting: float = 0.0
) -> float:
    """Return the place of a project in an intake order; smaller is earlier."""
    projects, row = network.projects, project.row
    kind: OrderKind = order.kind
    if kind == "request":
        return project.arrived
    if kind == "rank":
        return float(projects.rank[row]) if projects.rank[row] != NONE else math.inf
    if kind == "priority":
        return -float(projects.priority[row])
    if kind == "due":
        return project.due if project.due != NONE else math.inf
    score = _worth(network, project, order)
    return -_rounded(score + abs(score) * order.ageing * months_waiting)


def _rounded(score: float) -> float:
    """Return a score to 12 significant digits, so that equal money is a tie."""
    return float(f"{score:.12g}")


def _worth(network: Network, project: Project, order: Order) -> float:
    """Return the score of an order in which the larger goes first."""
    if order.kind == "value":
        return float(network.projects.value[project.row])
    if order.kind == "wsjf":
        return project.plan.cost_of_delay / (project.unfinished_days or unfinished_days(project))
    role = network.role_ids.index(order.role or "")
    days = max(float(project.plan.work_days[:, role].sum()), LEAST_ROLE_DAYS)
    if order.of == "cost_of_delay":
        return project.plan.cost_of_delay / days
    return planned_npv(network, project) / days
