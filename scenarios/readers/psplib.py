"""PSPLIB: one project, its activities and the resources they share, as a scenario.

Reads the two text forms in which the instances travel: ``.sm`` (Kolisch and Sprecher, PSPLIB) and
``.rcp`` (Patterson). One unit of time is one working day, one unit of a resource is one person.

    python -m scenarios.readers.psplib j301_1.sm --rule lft > j301_1.yaml
"""

from __future__ import annotations

import argparse
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scenarios.readers import to_yaml

FIRST_DAY = "2026-01-05"
"""Day 0, a Monday: the instances know no calendar, so working day n is simply day n."""


@dataclass(frozen=True, kw_only=True)
class Instance:
    """A resource-constrained project; jobs are named by their number, in the file's order."""

    name: str
    durations: dict[str, int]
    """Time units per job; 0 = a dummy."""
    successors: dict[str, tuple[str, ...]]
    requests: dict[str, tuple[int, ...]]
    """Units of each resource that a job holds from its start to its end."""
    capacities: tuple[int, ...]

    def predecessors(self) -> dict[str, list[str]]:
        """Return the jobs each job waits for, in the file's order."""
        waits_for: dict[str, list[str]] = {job: [] for job in self.durations}
        for job, followers in self.successors.items():
            for follower in followers:
                waits_for[follower].append(job)
        return waits_for


def parse_sm(text: str, *, name: str = "project") -> Instance:
    """Return the instance of a single-mode PSPLIB ``.sm`` file."""
    precedence, requests, availabilities = (
        _numbers_after(text, heading)
        for heading in ("PRECEDENCE RELATIONS:", "REQUESTS/DURATIONS:", "RESOURCEAVAILABILITIES:")
    )
    if any(row[1] != 1 for row in precedence):
        raise ValueError(f"{name}: a job has several modes; this reader knows single-mode files")
    return Instance(
        name=name,
        durations={str(row[0]): row[2] for row in requests},
        successors={str(row[0]): tuple(str(job) for job in row[3:]) for row in precedence},
        requests={str(row[0]): tuple(row[3:]) for row in requests},
        capacities=tuple(availabilities[0]),
    )


def _numbers_after(text: str, heading: str) -> list[list[int]]:
    """Return the rows of numbers between a heading and the next line of stars."""
    section = text.split(heading, 1)[1].split("****", 1)[0]
    lines = (line.split() for line in section.splitlines())
    return [[int(word) for word in words] for words in lines if words and words[0].isdigit()]


def parse_rcp(text: str, *, name: str = "project") -> Instance:
    """Return the instance of a Patterson ``.rcp`` file: a stream of numbers, job after job."""
    numbers = iter(int(word) for word in text.split())
    n_jobs, n_resources = next(numbers), next(numbers)
    capacities = tuple(next(numbers) for _ in range(n_resources))
    durations, requests, successors = {}, {}, {}
    for job in map(str, range(1, n_jobs + 1)):
        durations[job] = next(numbers)
        requests[job] = tuple(next(numbers) for _ in range(n_resources))
        successors[job] = tuple(str(next(numbers)) for _ in range(next(numbers)))
    return Instance(
        name=name,
        durations=durations,
        successors=successors,
        requests=requests,
        capacities=capacities,
    )


def read(path: str | Path) -> Instance:
    """Return the instance in a file; the suffix says which form it has."""
    path = Path(path)
    parse = {".sm": parse_sm, ".rcp": parse_rcp}[path.suffix.lower()]
    return parse(path.read_text(encoding="ascii"), name=path.stem)


def scenario(instance: Instance, *, rule: str = "fifo") -> dict[str, Any]:
    """Return the scenario: one project ``p``, every job a duration task, resources as roles."""
    waits_for = instance.predecessors()
    return {
        "pmosim": 1,
        "name": instance.name,
        "as_of": FIRST_DAY,
        "roles": {role: {} for role in _roles(instance.capacities)},
        "people": staff(instance.capacities),
        "projects": [
            {
                "id": "p",
                "tasks": {
                    job: task(duration, instance.requests[job], after=waits_for[job])
                    for job, duration in instance.durations.items()
                },
            }
        ],
        "dispatch": {"rule": rule},
    }


def staff(capacities: tuple[int, ...]) -> list[dict[str, Any]]:
    """Return the people who stand for the resources: as many of ``R1`` as its capacity."""
    return [
        {"role": role, "headcount": capacity}
        for role, capacity in zip(_roles(capacities), capacities, strict=True)
        if capacity
    ]


def task(duration: int, requests: tuple[int, ...], *, after: list[Any]) -> dict[str, Any]:
    """Return one job as a task; a job that takes no time is a milestone."""
    entry: dict[str, Any] = {"duration": f"{duration}d"} if duration else {"milestone": True}
    needs = {role: heads for role, heads in zip(_roles(requests), requests, strict=True) if heads}
    if duration and needs:
        entry["needs"] = needs
    if after:
        entry["after"] = after
    return entry


def _roles(amounts: tuple[int, ...]) -> list[str]:
    return [f"R{number}" for number in range(1, len(amounts) + 1)]


def sort_key(name: str) -> list[tuple[int, str]]:
    """Return a key that puts ``j30_2`` before ``j30_10``."""
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.split(r"(\d+)", name)]


def main() -> None:
    """Write one instance as a scenario file to the standard output."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("file", type=Path)
    parser.add_argument("--rule", default="fifo", help="dispatch rule, e.g. lft")
    arguments = parser.parse_args()
    sys.stdout.write(to_yaml(scenario(read(arguments.file), rule=arguments.rule)))


if __name__ == "__main__":
    main()
