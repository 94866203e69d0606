"""Schedules: list scheduling written a second time, and a judge of schedules, both independent.

``list_schedule`` is the parallel schedule generation scheme in unit-free whole numbers: at every
moment at which something ends, each job that may start is looked at in order of its key and
starts if its people are free. ``faults`` looks at a finished schedule and at nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from scenarios.readers.psplib import Instance

RULES = ("lft", "lst", "mts", "fifo", "spt")


def keys(instance: Instance, rule: str) -> dict[str, float]:
    """Return the key of each job under a rule, smaller first."""
    latest = latest_finish(instance)
    by_rule: Mapping[str, Callable[[str], float]] = {
        "lft": lambda job: latest[job],
        "lst": lambda job: latest[job] - instance.durations[job],
        "mts": lambda job: -len(all_successors(instance, job)),
        "fifo": lambda _: 0,
        "spt": lambda job: instance.durations[job],
    }
    return {job: by_rule[rule](job) for job in instance.durations}


def earliest_finish(instance: Instance) -> dict[str, int]:
    """Return the finish of each job with unlimited people (jobs are numbered in order)."""
    waits_for = instance.predecessors()
    finish: dict[str, int] = {}
    for job, duration in instance.durations.items():
        finish[job] = max((finish[first] for first in waits_for[job]), default=0) + duration
    return finish


def latest_finish(instance: Instance) -> dict[str, int]:
    """Return the finish of each job that just keeps the length of the longest path."""
    length = max(earliest_finish(instance).values())
    finish: dict[str, int] = {}
    for job in reversed(instance.durations):
        followers = instance.successors[job]
        finish[job] = min((finish[f] - instance.durations[f] for f in followers), default=length)
    return finish


def all_successors(instance: Instance, job: str) -> set[str]:
    """Return the direct and indirect successors of a job."""
    found: set[str] = set()
    open_jobs = list(instance.successors[job])
    while open_jobs:
        follower = open_jobs.pop()
        if follower not in found:
            found.add(follower)
            open_jobs.extend(instance.successors[follower])
    return found


def list_schedule(instance: Instance, rule: str) -> dict[str, tuple[int, int]]:
    """Return start and finish of each job by the parallel scheme; ties by job number."""
    key = keys(instance, rule)
    order = sorted(instance.durations, key=lambda job: (key[job], int(job)))
    waits_for = {job: set(firsts) for job, firsts in instance.predecessors().items()}
    free = list(instance.capacities)
    schedule: dict[str, tuple[int, int]] = {}
    done: set[str] = set()
    running: set[str] = set()
    now = 0
    while len(done) < len(order):
        moved = True
        while moved:  # jobs of no length end at once and let others start at the same moment
            moved = False
            for job in [job for job in running if schedule[job][1] <= now]:
                running.remove(job)
                done.add(job)
                free = [f + r for f, r in zip(free, instance.requests[job], strict=True)]
                moved = True
            for job in order:
                if job not in schedule and instance.durations[job] == 0 and waits_for[job] <= done:
                    schedule[job] = (now, now)
                    done.add(job)
                    moved = True
        for job in order:
            request = instance.requests[job]
            fits = all(r <= f for r, f in zip(request, free, strict=True))
            if job not in schedule and waits_for[job] <= done and fits:
                schedule[job] = (now, now + instance.durations[job])
                running.add(job)
                free = [f - r for f, r in zip(free, request, strict=True)]
        if running:
            now = min(schedule[job][1] for job in running)
    return schedule


def faults(
    instance: Instance, schedule: Mapping[str, tuple[float, float]], *, release: float = 0
) -> list[str]:
    """Return what is wrong with a schedule of one project that has the people for itself."""
    return own_faults(instance, schedule, release=release) + overloads(
        instance.capacities,
        [(*schedule[job], instance.requests[job]) for job in instance.durations],
    )


def own_faults(
    instance: Instance, schedule: Mapping[str, tuple[float, float]], *, release: float = 0
) -> list[str]:
    """Return jobs missing, of a wrong length, or begun before their time."""
    missing = [job for job in instance.durations if job not in schedule]
    if missing:
        return [f"{instance.name}: not scheduled: {missing}"]
    found = []
    for job, duration in instance.durations.items():
        start, finish = schedule[job]
        if finish - start != duration:
            found.append(f"{instance.name}: job {job} lasts {finish - start}, not {duration}")
        if not start >= release:
            found.append(f"{instance.name}: job {job} starts at {start}, before {release}")
        found += [
            f"{instance.name}: job {after} starts at {schedule[after][0]}, before {job} ends"
            for after in instance.successors[job]
            if not schedule[after][0] >= finish
        ]
    return found


def overloads(
    capacities: tuple[int, ...], pieces: list[tuple[float, float, tuple[int, ...]]]
) -> list[str]:
    """Return the moments at which pieces of work hold more people than there are."""
    events = [(start, 1, needs) for start, finish, needs in pieces if finish > start]
    events += [(finish, 0, needs) for start, finish, needs in pieces if finish > start]
    held = [0] * len(capacities)
    found = []
    for moment, starts, needs in sorted(events):
        sign = 1 if starts else -1
        held = [h + sign * need for h, need in zip(held, needs, strict=True)]
        if any(h > c for h, c in zip(held, capacities, strict=True)):
            found.append(f"at {moment} people in hand {held}, there are {list(capacities)}")
    return found
