"""Reworks: which rows each rework sends back, as rows of the network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmosim.network.arrays import Loop
from pmosim.scenario.reworks import tasks_between

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pmosim.network.tasks import TaskCompiler
    from pmosim.scenario.portfolio import Project


def compile_loops(
    rows: Sequence[Project], compiler: TaskCompiler, saved: float
) -> tuple[Loop, ...]:
    """Return the rework of all projects, by row of the task that decides.

    ``saved``: part of the chance that a standard takes away where it covers all of a project.
    """
    found = []
    for p, project in enumerate(rows):
        row_of = compiler.row_of[p]
        for activity in project.activities:
            rework = activity.rework
            if rework is None:
                continue
            tasks: list[int] = []
            for name in tasks_between(project, rework.of, activity.id):
                tasks += (row_of[name], *compiler.parts_of.get(row_of[name], ()))
            found.append(
                Loop(
                    task=row_of[activity.id],
                    first=row_of[rework.of],
                    probability=rework.probability * (1.0 - saved * project.coverage),
                    share=rework.share,
                    max_repeats=rework.max_repeats,
                    tasks=tuple(sorted(tasks)),
                )
            )
    return tuple(sorted(found, key=lambda loop: loop.task))
