"""Practice: what people get faster at, and what they have done of it before, as arrays.

In: people and projects of a scenario. Out: ``PracticeArrays``, or None where nobody learns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pmosim.network.arrays import EFFORT, NONE, PracticeArrays, Training
from pmosim.network.frozen import freeze, ints
from pmosim.units import WHOLE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pmosim.network.arrays import IntArray
    from pmosim.network.tasks import TaskCompiler
    from pmosim.scenario import organisation
    from pmosim.scenario.organisation import Growth, Person
    from pmosim.scenario.portfolio import Project
    from pmosim.workdays import WorkCalendar


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
    growing = [_growth_of(person) for person in people]
    if not has_learning and not any(growing):
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
        for role, level, growth in growing[n]:
            skill[:, n, roles[role]] = level, growth.to, growth.practice
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


def _growth_of(person: Person) -> list[tuple[str, int, Growth]]:
    """Return (role, proficiency before any practice, growth) of skills and trainings."""
    level = dict(person.skills)
    skills = [(role, level[role], growth) for role, growth in person.growth]
    trained = [(t.role, t.proficiency, t.growth) for t in person.training]
    return skills + [(role, level, growth) for role, level, growth in trained if growth]


def compile_trainings(
    people: Sequence[Person], roles: Mapping[str, int], calendar: WorkCalendar
) -> tuple[Training, ...]:
    """Return all trainings, person by person; those that take all attention have share 0."""
    return tuple(
        Training(
            person=n,
            role=roles[training.role],
            begin=begin,
            end=end,
            share=training.share % WHOLE,
            proficiency=training.proficiency,
        )
        for n, person in enumerate(people)
        for training in person.training
        for begin, end in [training_span(training, calendar)]
    )


def training_span(training: organisation.Training, calendar: WorkCalendar) -> tuple[int, int]:
    """Return the [from, until) minutes of a training."""
    begin = max(0, calendar.start_minute(training.begins or calendar.as_of))
    return begin, begin + training.lasts


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
