"""MPLIB: many projects that share their resources, as a scenario.

Reads the multi-project instances of Van Eynde and Vanhoucke (Ghent University). One unit of time
is one working day, one unit of a resource is one person; a project's release date is the day it
``arrives``, a resource that a project does not use is not asked for.

    python -m scenarios.readers.mplib MPLIB1_Set3_1016.txt --rule lft > portfolio.yaml
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from scenarios.readers import to_yaml
from scenarios.readers.psplib import FIRST_DAY, Instance, staff, task


@dataclass(frozen=True, kw_only=True)
class Portfolio:
    """Projects with their release dates (time units), sharing one set of resources."""

    name: str
    projects: tuple[Instance, ...]
    release_dates: tuple[int, ...]
    capacities: tuple[int, ...]


def parse(text: str, *, name: str = "portfolio") -> Portfolio:
    """Return the portfolio of an MPLIB file.

    Numbers in reading order: projects, resources, capacities; then per project its tasks, its
    release date, a flag per resource, and per task its duration, its requests, how many
    successors it has, and these as ``project:task``.
    """
    words = iter(text.split())
    n_projects, n_resources = int(next(words)), int(next(words))
    capacities = tuple(int(next(words)) for _ in range(n_resources))
    projects, release_dates = [], []
    for number in range(1, n_projects + 1):
        n_tasks, release_date = int(next(words)), int(next(words))
        uses = [next(words) == "1" for _ in range(n_resources)]
        durations, requests, successors = {}, {}, {}
        for job in map(str, range(1, n_tasks + 1)):
            durations[job] = int(next(words))
            amounts = [int(next(words)) for _ in range(n_resources)]
            requests[job] = tuple(
                amount if used else 0 for amount, used in zip(amounts, uses, strict=True)
            )
            followers = [next(words).split(":") for _ in range(int(next(words)))]
            if any(int(owner) != number for owner, _ in followers):
                raise ValueError(f"{name}: project {number}, task {job} leads to another project")
            successors[job] = tuple(follower for _, follower in followers)
        release_dates.append(release_date)
        projects.append(
            Instance(
                name=f"p{number}",
                durations=durations,
                successors=successors,
                requests=requests,
                capacities=capacities,
            )
        )
    return Portfolio(
        name=name,
        projects=tuple(projects),
        release_dates=tuple(release_dates),
        capacities=capacities,
    )


def read(path: str | Path) -> Portfolio:
    """Return the portfolio in a file."""
    path = Path(path)
    return parse(path.read_text(encoding="ascii"), name=path.stem)


def scenario(portfolio: Portfolio, *, rule: str = "fifo") -> dict[str, Any]:
    """Return the scenario: projects ``p1``, ``p2``, ..., every job a duration task."""
    return {
        "pmosim": 1,
        "name": portfolio.name,
        "as_of": FIRST_DAY,
        "horizon": f"{longest_schedule(portfolio)}d",
        "roles": {f"R{number}": {} for number in range(1, len(portfolio.capacities) + 1)},
        "people": staff(portfolio.capacities),
        "projects": [
            _project(project, release_date)
            for project, release_date in zip(
                portfolio.projects, portfolio.release_dates, strict=True
            )
        ],
        "dispatch": {"rule": rule},
    }


def longest_schedule(portfolio: Portfolio) -> int:
    """Return the days in which even one task after the other is done."""
    one_by_one = sum(sum(project.durations.values()) for project in portfolio.projects)
    return max(portfolio.release_dates) + one_by_one + 1


def _project(project: Instance, release_date: int) -> dict[str, Any]:
    waits_for = project.predecessors()
    arrival = {"arrives": working_day(release_date)} if release_date else {}
    tasks = {
        job: task(duration, project.requests[job], after=waits_for[job])
        for job, duration in project.durations.items()
    }
    return {"id": project.name, **arrival, "tasks": tasks}


def working_day(number: int) -> str:
    """Return the date of working day ``number`` in a calendar of Mondays to Fridays."""
    weeks, days = divmod(number, 5)
    return (date.fromisoformat(FIRST_DAY) + timedelta(weeks=weeks, days=days)).isoformat()


def main() -> None:
    """Write one portfolio as a scenario file to the standard output."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("file", type=Path)
    parser.add_argument("--rule", default="fifo", help="dispatch rule, e.g. lft")
    arguments = parser.parse_args()
    sys.stdout.write(to_yaml(scenario(read(arguments.file), rule=arguments.rule)))


if __name__ == "__main__":
    main()
