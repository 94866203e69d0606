"""Six projects whose schedule under every start rule can be computed by hand.

People are plenty (six of each role), so nothing waits but for the start rule, and a project lasts
as long as its tasks: one developer, then (C) or instead (D) one architect.

    project            A   B   C        D        E   F
    developer days    10   4   6        -        8   2
    architect days     -   -   3 after  5        -   -
    planned cost k     5   2   3 + 2.4  4        4   1 + 1 fixed
    rank               6   5   4        3        2   1
    class                                        urgent, E and F
    cost of delay  1000 800 2700     2000      400  50 a day
"""

from __future__ import annotations

from typing import Any

import pmosim as pm

DAYS = {"A": (10, 0), "B": (4, 0), "C": (6, 3), "D": (0, 5), "E": (8, 0), "F": (2, 0)}
COST_OF_DELAY = {"A": 1000, "B": 800, "C": 2700, "D": 2000, "E": 400, "F": 50}
BENEFIT = {"A": 9000, "B": 2500, "C": 8400, "D": 4500, "E": 5000, "F": 2000}
MONDAY = "2027-01-04"


def project(name: str) -> dict[str, Any]:
    """Return one of the six as it stands in a scenario file."""
    developer, architect = DAYS[name]
    tasks: dict[str, Any] = {}
    if developer:
        tasks["dev"] = {"effort": f"{developer}pd", "needs": {"developer": 1}}
    if architect:
        tasks["arch"] = {"effort": f"{architect}pd", "needs": {"architect": 1}}
        tasks["arch"] |= {"after": "dev"} if developer else {}
    return {
        "id": name,
        "rank": 6 - "ABCDEF".index(name),
        "value": 1 + "ABCDEF".index(name),
        "cost_of_delay": f"{COST_OF_DELAY[name]}/d",
        "benefit": {"per_year": BENEFIT[name], "for": "1y"},
        "tasks": tasks,
        **({"class": "urgent"} if name in "EF" else {}),
        **({"fixed_cost": "1k"} if name == "F" else {}),
    }


def document(intake: dict[str, Any], *, as_of: str = MONDAY, **keys: Any) -> dict[str, Any]:
    """Return the portfolio under a start rule."""
    return {
        "pmosim": 1,
        "name": "six projects",
        "as_of": as_of,
        "roles": {"developer": {"day_rate": 500}, "architect": {"day_rate": 800}},
        "people": [{"role": role, "headcount": 6} for role in ("developer", "architect")],
        "projects": [project(name) for name in DAYS],
        "intake": intake,
    } | keys


def run(described: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the only future of a portfolio by project: status, release and finish day."""
    outcomes = pm.simulate(pm.parse_scenario(described), replications=1, audit=True)
    return {row["project"]: row for row in outcomes.projects().to_dict("records")}


def releases(described: dict[str, Any]) -> dict[str, float]:
    """Return the day on which each project was released."""
    return {name: row["released_day"] for name, row in run(described).items()}


def finishes(described: dict[str, Any]) -> dict[str, float]:
    """Return the day on which each project finished."""
    return {name: row["finished_day"] for name, row in run(described).items()}
