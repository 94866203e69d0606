"""Reported: what a project says of itself and once planned, beside what the futures say.

In: the network's columns of reports and baselines, and the futures of a project. Out: plain
entries, slip against the baseline, and the projects that report green while they will be late.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pmosim.forecast.estimate import mean_of_known, quantiles, unknown
from pmosim.forecast.finish import UNFINISHED, end_date
from pmosim.forecast.wording import chance_in_words
from pmosim.network.arrays import NONE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pmosim.forecast.estimate import Estimate, Json
    from pmosim.forecast.futures import ProjectFutures
    from pmosim.network.arrays import Network

GREEN = "green"
RED = ("at-risk", "needs-support")
"""Outlooks that contradict a project that reports itself green."""
SLIP_LEVELS = {"p50": 0.5, "p80": 0.8}


def report(network: Network, row: int) -> Json | None:
    """Return traffic light, share done and cost to date as reported; None if nothing is."""
    projects = network.projects
    done, spent = float(projects.reported_done[row]), float(projects.cost_to_date[row])
    rag = projects.rag[row]
    if not rag and math.isnan(done) and math.isnan(spent):
        return None
    return {
        "rag": rag or None,
        "done": None if math.isnan(done) else done,
        "actual_cost": None if math.isnan(spent) else spent,
    }


def baseline(network: Network, row: int) -> Json | None:
    """Return start, finish and cost once agreed; None if there is no baseline."""
    projects = network.projects
    start, finish = int(projects.baseline_start[row]), int(projects.baseline_finish[row])
    cost = float(projects.baseline_cost[row])
    if start == NONE and finish == NONE and math.isnan(cost):
        return None
    begins = network.calendar.date_of(start // network.minutes_per_day).isoformat()
    return {
        "start": None if start == NONE else begins,
        "finish": None if finish == NONE else end_date(network, finish),
        "cost": None if math.isnan(cost) else cost,
    }


def slip_days(futures: ProjectFutures) -> Json | None:
    """Return the working days between the baseline's finish, else the due date, and the finish.

    Negative is early. None where neither is stated.
    """
    projects, row = futures.outcomes.network.projects, futures.project
    planned, due = int(projects.baseline_finish[row]), int(projects.due[row])
    since = due if planned == NONE else planned
    if since == NONE:
        return None
    days = futures.finish_day - since / futures.outcomes.minutes_per_day
    levels: list[Estimate] = (
        [unknown(futures.reason)] * len(SLIP_LEVELS)
        if futures.reason
        else quantiles(days, list(SLIP_LEVELS.values()))
    )
    average = unknown(futures.reason) if futures.reason else mean_of_known(days, UNFINISHED)
    return {
        "from": "due" if planned == NONE else "baseline",
        "mean": average.to_json(),
        **{name: level.to_json() for name, level in zip(SLIP_LEVELS, levels, strict=True)},
    }


def is_green_but_late(network: Network, row: int, outlook: str | None) -> bool:
    """Return whether a project reports green although its outlook is not on track."""
    return network.projects.rag[row] == GREEN and outlook in RED


def disagreements(projects: Sequence[Json], replications: int) -> list[Json]:
    """Return the projects that report green and will be late, the likeliest late first.

    Parameters
    ----------
    projects : the entries of the document.
    """
    found = [project for project in projects if project["is_green_but_late"]]
    found.sort(key=lambda project: -(project["p_late"]["value"] or 0.0))
    return [
        {
            "project": project["id"],
            "name": project["name"],
            "reported": project["reported"]["rag"],
            "outlook": project["outlook"],
            "p_late": project["p_late"],
            "text": _contradiction(project, replications),
        }
        for project in found
    ]


def _contradiction(project: Json, replications: int) -> str:
    n = project["futures"] or replications
    chance = chance_in_words(project["p_late"]["value"], n)
    return f"{project['name']} reports green, yet it misses {project['due']} in {chance} futures."
