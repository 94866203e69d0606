"""Risks: what each risk or driver multiplies, as rows of the network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmosim.network.arrays import PHASE, Hit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pmosim.network.tasks import TaskCompiler
    from pmosim.scenario.portfolio import Project, Risk


def compile_risks(
    rows: Sequence[Project], drivers: Sequence[Risk], compiler: TaskCompiler
) -> tuple[Hit, ...]:
    """Return every risk on every project row, by row, a project's own first."""
    found = [
        hit
        for p, project in enumerate(rows)
        for risk in project.risks
        for hit in _hits(risk, {project.id: p}, compiler, is_shared=False)
    ]
    project_of = {project.id: p for p, project in enumerate(rows)}
    for driver in drivers:
        found += _hits(driver, project_of, compiler, is_shared=True)
    return tuple(sorted(found, key=lambda hit: hit.row))


def _hits(
    risk: Risk, project_of: dict[str, int], compiler: TaskCompiler, *, is_shared: bool
) -> Iterator[Hit]:
    tasks_of: dict[int, list[str]] = {}
    for project, task in risk.hits:
        tasks_of.setdefault(project_of[project], []).append(task)
    for row, names in tasks_of.items():
        tasks = () if "" in names else tuple(_rows_of(row, names, compiler))
        yield Hit(
            entity=f"risk {risk.id}" if is_shared else risk.id,
            is_shared=is_shared,
            probability=risk.probability,
            work=risk.work,
            cost=risk.cost,
            price=risk.price,
            row=row,
            tasks=tasks,
            pools=tuple(_pools_of(row, tasks, compiler)),
        )


def _rows_of(row: int, names: Sequence[str], compiler: TaskCompiler) -> Iterator[int]:
    for name in names:
        task = compiler.row_of[row][name]
        yield task
        if compiler.rows[task].kind == PHASE:
            yield from compiler.parts_of[task]


def _pools_of(row: int, tasks: Sequence[int], compiler: TaskCompiler) -> Iterator[int]:
    first, last = compiler.first_task[row], compiler.first_task[row + 1]
    wanted = set(tasks) if tasks else set(range(first, last))
    for q, pool in enumerate(compiler.pools):
        if pool.task in wanted:
            yield q
