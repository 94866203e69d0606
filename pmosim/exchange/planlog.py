"""Plan log: what a plan of Microsoft Project says about work that was planned and done.

A row per task and role: its baseline is the plan, its actual values are the facts. A plan without a
baseline has no plan to compare with, because what it shows today has been changed since.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmosim.exchange.exports import Export

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from pmosim.exchange.msproject import Plan, PlanAssignment, PlanTask

TASKS = (
    "project", "task", "role", "person", "planned_effort", "effort", "planned_duration",
    "duration", "started", "finished", "status", "predecessors",
)  # fmt: skip
PROJECTS = (
    "project", "released", "finished", "due", "planned_effort", "effort", "budget", "cost",
    "status",
)  # fmt: skip
UNITS = {
    "effort": "min", "planned_effort": "min", "duration": "d", "planned_duration": "d",
}  # fmt: skip


def exports_of(plans: Sequence[Plan]) -> tuple[list[Export], list[str]]:
    """Return the tables of plans, and what a user should know about them."""
    tasks: list[list[str]] = []
    places: list[str] = []
    notes = ["Durations of Microsoft Project run from actual start to actual finish (elapsed)."]
    for plan in plans:
        leaves = [task for task in plan.leaves() if not task.is_milestone]
        without = sum(task.baseline is None for task in leaves)
        if without:
            notes.append(
                f"{plan.shown}: {without} of {len(leaves)} tasks have no baseline, so they have no "
                "plan here: today's values have been changed since."
            )
        for task in leaves:
            for row in _rows(plan, task):
                tasks.append(row)
                places.append(task.place)
    exports = []
    first = plans[0]
    for sheet, headings, rows, where in (
        ("tasks", TASKS, tasks, places),
        ("projects", PROJECTS, [_project(plan) for plan in plans], [p.shown for p in plans]),
    ):
        exports.append(
            Export(
                file=first.file, shown=first.shown, sheet=sheet, headings=headings, rows=rows,
                places=tuple(where),
            )
        )  # fmt: skip
    return exports, notes


def _rows(plan: Plan, task: PlanTask) -> list[list[str]]:
    """Return a row per role that works on a task, one without a role if nobody is assigned."""
    by_role: dict[tuple[str, str], list[PlanAssignment]] = {}
    for assignment, resource in plan.assigned(task):
        if resource.kind == "work":
            role = resource.group or (resource.name if resource.is_generic else "")
            person = "" if resource.is_generic else resource.name
            by_role.setdefault((role, person), []).append(assignment)
    status = _status(task)
    dates = [_text(task.actual_start), _text(task.actual_finish), status]
    before = {known.uid: known.name for known in plan.tasks}
    links = "; ".join(before[link.uid] for link in task.links if link.uid in before)
    per_day = plan.minutes_per_day
    planned = task.baseline.duration_minutes if task.baseline else None
    took = task.actual_duration_minutes if status == "finished" else None
    durations = [_days(planned, per_day), _days(took, per_day)]
    if not by_role:
        efforts = [_minutes(task.baseline.work_minutes if task.baseline else None),
                   _minutes(task.actual_work_minutes)]  # fmt: skip
        return [[plan.name, task.name, "", "", *efforts, *durations, *dates, links]]
    rows = []
    for (role, person), assignments in by_role.items():
        known = [a.baseline_work_minutes for a in assignments if a.baseline_work_minutes]
        efforts = [
            _minutes(sum(known) if known else None),
            _minutes(sum(a.actual_work_minutes for a in assignments)),
        ]
        rows.append([plan.name, task.name, role, person, *efforts, *durations, *dates, links])
    return rows


def _status(task: PlanTask) -> str:
    if not task.is_active:
        return "cancelled"
    return "finished" if task.actual_finish is not None or task.done >= 1 else "open"


def _project(plan: Plan) -> list[str]:
    leaves = [task for task in plan.leaves() if task.is_active]
    whole = next((task for task in plan.tasks if task.uid == 0), None)
    starts = [task.actual_start for task in leaves if task.actual_start is not None]
    ends = [task.actual_finish for task in leaves if task.actual_finish is not None]
    is_finished = bool(leaves) and all(_status(task) == "finished" for task in leaves)
    planned = [t.baseline.finish for t in leaves if t.baseline and t.baseline.finish]
    planned_work = [
        t.baseline.work_minutes for t in leaves if t.baseline and t.baseline.work_minutes
    ]
    work = sum(task.actual_work_minutes for task in leaves)
    base = whole.baseline if whole is not None else None
    budget = base.cost if base is not None and base.cost else None
    cost = whole.actual_cost if whole is not None else sum(task.actual_cost for task in leaves)
    per_day = plan.minutes_per_day
    return [
        plan.name,
        _text(min(starts, default=None)),
        _text(max(ends, default=None)) if is_finished else "",
        _text(base.finish if base is not None and base.finish else max(planned, default=None)),
        _days(sum(planned_work) or None, per_day),
        _days(work or None, per_day),
        "" if budget is None else f"{budget:.2f}",
        f"{cost:.2f}" if cost else "",
        "finished" if is_finished else "open",
    ]


def _text(moment: datetime | None) -> str:
    return "" if moment is None else moment.isoformat(sep=" ", timespec="seconds")


def _minutes(minutes: float | None) -> str:
    return f"{minutes:.15g}" if minutes else ""


def _days(minutes: float | None, per_day: int) -> str:
    return f"{minutes / per_day:.15g}" if minutes else ""
