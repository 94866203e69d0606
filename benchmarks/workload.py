"""Workload: the portfolio that the benchmarks run, as the document of a scenario.

60 projects of 25 tasks over two years: 15 in flight on day 0, 45 arriving; four templates that
fork and join; eight roles of 5 to 12 people; one role a task, 1 to 3 people of it; lognormal
durations; a limit on the projects in progress. Nothing here is left to a generator: sizes come
from small patterns, arrivals from the streams of the product.
"""

from __future__ import annotations

import datetime
from itertools import accumulate
from typing import Any, Literal

from pmosim.streams import uniforms

Document = dict[str, Any]

BASE = 60
"""Projects in the portfolio that the staff is made for."""
TASKS = 25
FIRST_DAY = datetime.date(2027, 1, 4)
CALENDAR_DAYS = 728
WORKING_DAYS = 520

STAGES: dict[str, tuple[int, ...]] = {
    "upgrade": (1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1),
    "product": (1, 5, 1, 5, 1, 5, 1, 5, 1),
    "platform": (1, 7, 1, 7, 1, 7, 1),
    "rollout": (1, 11, 1, 11, 1),
}
"""Tasks side by side in each stage; a task waits for all of the stage before."""
BUSY = {
    "analyst": 0.58,
    "architect": 0.80,
    "backend": 1.30,
    "designer": 0.95,
    "frontend": 1.15,
    "operations": 0.90,
    "security": 1.15,
    "tester": 1.30,
}
"""Share of two years that the base portfolio asks of each role."""
ROLES = tuple(BUSY)
HEADS = (1, 3, 2, 1, 2, 3, 2)
DAYS = (5, 11, 17, 7, 13, 20, 9, 6, 14)
CV = 0.6


def portfolio(
    *,
    n_projects: int = BASE,
    staffed_for: int = BASE,
    amount: Literal["duration", "effort"] = "duration",
    horizon: str | None = None,
) -> Document:
    """Return the document of a portfolio.

    Parameters
    ----------
    n_projects : a quarter of them runs on day 0, the others arrive within two years.
    staffed_for : number of projects that the staff could do in about two years.
    amount : whether tasks state their elapsed time, or the same as work of their people.
    horizon : planning window; without, the run ends with the last project, after 10 years at most.
    """
    names = list(STAGES)
    projects: list[Document] = []
    n_running = n_projects // 4
    arrivals = sorted(uniforms(1, "benchmark", "arrivals", 0, 0, n_projects - n_running).tolist())
    for n in range(n_projects):
        project: Document = {
            "id": f"p{n + 1}",
            "template": names[n % len(names)],
            "priority": n * 7 % 3,
        }
        if n < n_running:
            done = range(n * 8 % TASKS)
            project |= {"status": "running", "tasks": {f"t{i + 1}": {"done": True} for i in done}}
        else:
            after = datetime.timedelta(days=int(arrivals[n - n_running] * CALENDAR_DAYS))
            project["arrives"] = str(FIRST_DAY + after)
        projects.append(project)
    return {
        "pmosim": 1,
        "name": "benchmark",
        **({"horizon": horizon} if horizon else {}),
        "as_of": str(FIRST_DAY),
        "assume": "none",
        "roles": {role: {} for role in ROLES},
        "people": [
            {"role": role, "headcount": max(max(HEADS), round(heads * staffed_for / BASE))}
            for role, heads in staff().items()
        ],
        "templates": {name: {"tasks": tasks(name, amount)} for name in names},
        "projects": projects,
        "intake": {"policy": "wip_limit", "max_active": max(1, n_projects // 3)},
        "dispatch": {"rule": "priority"},
    }


def tasks(template: str, amount: str) -> Document:
    """Return the tasks of a template, stage by stage."""
    at = list(STAGES).index(template)
    ends = list(accumulate(STAGES[template]))
    found: Document = {}
    for stage, end in enumerate(ends):
        begin = ends[stage - 1] if stage else 0
        for i in range(begin, end):
            role, heads, days = shape(at, i)
            work = days * heads if amount == "effort" else days
            unit = "pd" if amount == "effort" else "d"
            median = f"{work / (1 + CV**2) ** 0.5:.6f}{unit}"
            sigma = 0.5545  # ln(1 + CV^2)^(1/2)
            task: Document = {
                amount: {"dist": "lognormal", "median": median, "sigma": sigma},
                "needs": {role: heads},
            }
            if stage:
                first = ends[stage - 2] if stage > 1 else 0
                task["after"] = [f"t{k + 1}" for k in range(first, begin)]
            found[f"t{i + 1}"] = task
    return found


def shape(template: int, task: int) -> tuple[str, int, int]:
    """Return the role, the heads and the mean days of a task."""
    mix = task + 5 * template
    return (
        ROLES[(3 * mix + mix // 8) % len(ROLES)],
        HEADS[mix % len(HEADS)],
        DAYS[mix * 2 % len(DAYS)],
    )


def staff() -> dict[str, int]:
    """Return the people of each role for the base portfolio, 5 to 12."""
    work = dict.fromkeys(ROLES, 0.0)
    for template in range(len(STAGES)):
        for task in range(TASKS):
            role, heads, days = shape(template, task)
            work[role] += heads * days * BASE / len(STAGES)
    return {
        role: min(12, max(5, round(work[role] / (WORKING_DAYS * busy))))
        for role, busy in BUSY.items()
    }
