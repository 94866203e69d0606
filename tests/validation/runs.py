"""Runs: a scenario without chance, as the schedule of its only future."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pmosim as pm

if TYPE_CHECKING:
    from collections.abc import Mapping

Schedule = dict[str, tuple[float, float]]
"""Start and finish day of each task."""


def schedules(document: Mapping[str, Any]) -> dict[str, Schedule]:
    """Return the schedule of every project."""
    outcomes = pm.simulate(pm.parse_scenario(dict(document)), replications=1, seed=1)
    found: dict[str, Schedule] = {}
    columns = ["project", "task", "started_day", "finished_day"]
    for project, task, start, finish in outcomes.tasks()[columns].itertuples(index=False):
        found.setdefault(project, {})[task] = (start, finish)
    return found


def length(schedule: Mapping[str, tuple[float, float]]) -> float:
    """Return the day on which the last task of a schedule ends."""
    return max(finish for _, finish in schedule.values())
