"""Practice: what people get faster at, and what they have done of it before, as arrays.

In: people and projects of a scenario. Out: ``PracticeArrays``, or None where nobody learns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pmosim.network.arrays import EFFORT, NONE, PracticeArrays
from pmosim.network.frozen import freeze, ints
from pmosim.units import WHOLE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pmosim.network.arrays import IntArray
    from pmosim.network.tasks import TaskCompiler
    from pmosim.scenario.organisation import Person
    from pmosim.scenario.portfolio import Project


def compile_practice(
    people: Sequence[Person],
    rows: Sequence[Project],
    roles: Mapping[str, int],
    tasks: TaskCompiler,
) -> PracticeArrays | None:
    """Return the arrays of all individuals in file order and all task rows."""
    kind_of = _kinds(rows, tasks)
    kinds = tuple(dict.fromkeys(kind for kind in kind_of if kind))
    has_learning = bool(kinds) and any(person.learning for person in people)
    if not has_learning and not any(person.growth for person in people):
        return None
    index = {kind: k for k, kind in enumerate(kinds)}
    learning = [person.learning if has_learning else None for person in people]
    experience = np.zeros((len(people), len(kinds)), dtype=np.int64)
    skill = np.zeros((3, len(people), len(roles)), dtype=np.int64)
    _count_in_flight(people, tasks, [index.get(kind, NONE) for kind in kind_of], experience)
    for n, person in enumerate(people):
        for kind, given in person.experience:
            if kind in index:
                experience[n, index[kind]] = given
        level = dict(person.skills)
        for role, growth in person.growth:
            skill[:, n, roles[role]] = level[role], growth.to, growth.practice
    start, to, takes = (freeze(table.copy()) for table in skill)
    return PracticeArrays(
        kinds=kinds,
        task_kind=ints(index.get(kind, NONE) for kind in kind_of),
        start=ints(terms.start if terms else 0 for terms in learning),
        takes=ints(terms.practice if terms else 0 for terms in learning),
        experience=freeze(experience),
        skill=start,
        skill_to=to,
        skill_takes=takes,
    )


def _count_in_flight(
    people: Sequence[Person], tasks: TaskCompiler, kind_of: Sequence[int], experience: IntArray
) -> None:
    """Add what was spent on work in progress to the experience of those who hold it, evenly.

    Done before what is stated is written, which wins.
    """
    spent = [0.0] * len(tasks.rows)
    for pool in tasks.pools:
        spent[pool.task] += pool.state.spent.get(pool.key, 0.0)
    for row, kind, minutes in zip(tasks.rows, kind_of, spent, strict=True):
        if kind != NONE and row.kind == EFFORT and row.is_running:
            for n in row.held_by:
                experience[n, kind] += round(minutes * WHOLE / len(row.held_by))


def _kinds(rows: Sequence[Project], tasks: TaskCompiler) -> list[str]:
    """Return the kind of work of each task row, "" = none."""
    kinds = [""] * len(tasks.rows)
    for row_of, project in zip(tasks.row_of, rows, strict=True):
        for activity in project.activities:
            at = row_of[activity.id]
            for row in (at, *tasks.parts_of.get(at, ())):
                kinds[row] = activity.kind_of_work or project.kind_of_work
    return kinds
