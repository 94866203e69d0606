"""Pairing: how much the same luck narrows a difference. See README.md.

``python -m benchmarks.pairing``
"""

from __future__ import annotations

import argparse
import math
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

import pmosim as pm
from benchmarks.clock import print_table
from pmosim.forecast.finish import committed_finish, is_committed
from pmosim.forecast.futures import projects_in_futures
from pmosim.study.runs import runs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pmosim.forecast.futures import ProjectFutures
    from pmosim.network.arrays import FloatArray
    from pmosim.outcomes import Outcomes

BEFORE, AFTER = "scenarios/baseline.yaml", "scenarios/three-more.yaml"
WANTED_PORTFOLIO, WANTED_RUNNING = 10.0, 5.0
"""Least ratios: of the portfolio's mean finish, and the median over the running projects."""
PORTFOLIO = "everything committed"
SHARED, AVERAGE = "the same, of what both have", "average of these projects"


def variance_ratio(before: FloatArray, after: FloatArray) -> float:
    """Return the variance of the difference of two independent means over that of the pairs.

    Both are taken over the futures in which both values are finite; ``inf`` where every pair
    differs by the same.
    """
    is_known = np.isfinite(before) & np.isfinite(after)
    first, second = before[is_known], after[is_known]
    unpaired = float(np.var(first, ddof=1) + np.var(second, ddof=1))
    paired = float(np.var(second - first, ddof=1))
    return unpaired / paired if paired > 0.0 else math.inf


def measure(before: Outcomes, after: Outcomes) -> dict[str, tuple[str, int, float]]:
    """Return status, futures left out and ratio: of three finishes of the whole, by project."""
    mine, theirs = (_by_id(run) for run in (before, after))
    shared = [name for name in mine if name in theirs]
    network = before.network
    committed = [name for name in shared if is_committed(network, mine[name].project)]
    pairs = {PORTFOLIO: ("", _all_done(before, mine), _all_done(after, theirs))}
    sides = [np.column_stack([of[name].finish_day for name in committed]) for of in (mine, theirs)]
    pairs[SHARED] = ("", sides[0].max(axis=1), sides[1].max(axis=1))
    pairs[AVERAGE] = ("", sides[0].mean(axis=1), sides[1].mean(axis=1))
    for name in shared:
        status = network.projects.status[mine[name].project]
        pairs[name] = (status, mine[name].finish_day, theirs[name].finish_day)
    return {
        name: (status, int(np.count_nonzero(~np.isfinite(x + y))), variance_ratio(x, y))
        for name, (status, x, y) in pairs.items()
    }


def _by_id(outcomes: Outcomes) -> dict[str, ProjectFutures]:
    """Return the listed projects that exist in every future."""
    return {
        outcomes.network.projects.ids[futures.project]: futures
        for futures in projects_in_futures(outcomes)
        if not futures.reason and futures.n == outcomes.replications
    }


def _all_done(outcomes: Outcomes, projects: Mapping[str, ProjectFutures]) -> FloatArray:
    days = committed_finish(outcomes, list(projects.values()))
    return np.zeros(outcomes.replications) if days is None else days


def main(arguments: list[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", "--replications", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--before", default=BEFORE)
    parser.add_argument("--after", default=AFTER)
    given = parser.parse_args(arguments)
    with runs(replications=given.replications, seed=given.seed) as study:
        before, after = (study.run(pm.read_scenario(p)) for p in (given.before, given.after))
    found = measure(before, after)
    wanted = {PORTFOLIO: f"above {WANTED_PORTFOLIO:.0f}"}
    running = [ratio for status, _, ratio in found.values() if status == "running"]
    rows = [
        (name, status, f"{unfinished}", f"{ratio:.1f}", wanted.get(name, ""))
        for name, (status, unfinished, ratio) in found.items()
    ]
    middle = f"{median(running):.1f}"
    rows.append(("median of the running", "", "", middle, f"above {WANTED_RUNNING:.0f}"))
    print_table(
        f"variance of the difference of two means, unpaired / paired; {given.replications} futures",
        ("finish of", "status", "left out", "ratio", "wanted"),
        rows,
    )


if __name__ == "__main__":
    main()
