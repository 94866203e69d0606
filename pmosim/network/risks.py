"""Risks: what each risk or driver multiplies, as rows of the network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmosim.network.arrays import NONE, PHASE, Hit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pmosim.network.arrays import LinkArrays
    from pmosim.network.tasks import TaskCompiler
    from pmosim.scenario.portfolio import Project, Risk


def compile_risks(
    rows: Sequence[Project],
    drivers: Sequence[Risk],
    compiler: TaskCompiler,
    links: LinkArrays,
) -> tuple[Hit, ...]:
    """Return every risk on every project row, by row, a project's own first."""
    paths = _Paths(compiler, links)
    found = [
        hit
        for p, project in enumerate(rows)
        for risk in project.risks
        for hit in _hits(risk, {project.id: p}, compiler, paths, is_shared=False)
    ]
    project_of = {project.id: p for p, project in enumerate(rows)}
    for driver in drivers:
        found += _hits(driver, project_of, compiler, paths, is_shared=True)
    return tuple(sorted(found, key=lambda hit: hit.row))


def _hits(
    risk: Risk,
    project_of: dict[str, int],
    compiler: TaskCompiler,
    paths: _Paths,
    *,
    is_shared: bool,
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
            delay=risk.delay,
            heads=() if risk.delay is None else paths.heads(row, tasks),
        )


def _rows_of(row: int, names: Sequence[str], compiler: TaskCompiler) -> Iterator[int]:
    for name in names:
        task = compiler.row_of[row][name]
        yield task
        if compiler.rows[task].kind == PHASE:
            yield from compiler.parts_of[task]


def _pools_of(row: int, tasks: Sequence[int], compiler: TaskCompiler) -> Iterator[int]:
    wanted = tasks or range(compiler.first_task[row], compiler.first_task[row + 1])
    rows, n_pools = compiler.rows, len(compiler.pools)
    for task in sorted(set(wanted)):
        end = rows[task + 1].first_pool if task + 1 < len(rows) else n_pools
        yield from range(rows[task].first_pool, end)


class _Paths:
    """The links within each project, looked up where a risk holds work back."""

    def __init__(self, compiler: TaskCompiler, links: LinkArrays) -> None:
        self._compiler, self._links = compiler, links
        self._after: dict[int, list[int]] | None = None

    def heads(self, row: int, tasks: Sequence[int]) -> tuple[int, ...]:
        """Return the tasks that a delay of some tasks (none = all) of a project holds back.

        Those not done before day 0 that no other of them leads to; a phase with its parts.
        """
        compiler = self._compiler
        rows = compiler.rows
        wanted = tasks or range(compiler.first_task[row], compiler.first_task[row + 1])
        live = [
            task
            for task in sorted(set(wanted))
            if not rows[task].is_done and not compiler.parts_of.get(task)
        ]
        behind: set[int] = set()
        for task in live:
            behind |= self._behind(task)
        heads = {task for task in live if task not in behind}
        phases = {rows[task].phase for task in heads} & set(wanted)
        return tuple(sorted(heads | phases))

    def _behind(self, task: int) -> set[int]:
        """Return all direct and indirect successors of a task, of the parts of phases too."""
        after = self._successors()
        found: set[int] = set()
        fresh = [task]
        while fresh:
            new = [n for n in after.get(fresh.pop(), ()) if n not in found]
            found.update(new)
            fresh += new
        return found

    def _successors(self) -> dict[int, list[int]]:
        if self._after is None:
            links, after = self._links, dict[int, list[int]]()
            for before, successor, of, p in zip(
                links.predecessor_task.tolist(),
                links.successor_task.tolist(),
                links.predecessor_project.tolist(),
                links.successor_project.tolist(),
                strict=True,
            ):
                if of == p and NONE not in {before, successor}:
                    after.setdefault(before, []).append(successor)
            for phase, parts in self._compiler.parts_of.items():
                for part in parts:
                    after.setdefault(part, []).append(phase)
            self._after = after
        return self._after
