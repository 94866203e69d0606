"""Calibration: how long a fit of many tasks takes, and how much memory.

``python -m benchmarks.calibration``. See README.md.
"""

from __future__ import annotations

import argparse
import resource
import time
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.clock import print_table
from pmosim.calibration import fit_plan, observe
from pmosim.streams import uniforms

if TYPE_CHECKING:
    from pmosim.calibration import Observations

WANTED_SECONDS = 60.0


def main(arguments: list[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, nargs="+", default=[1_000, 10_000, 50_000])
    given = parser.parse_args(arguments)
    lines = []
    for n in given.tasks:
        rows = invented(n)
        began, cpu = time.perf_counter(), time.process_time()
        fit = fit_plan(rows, "work", "invented")
        seconds, busy = time.perf_counter() - began, time.process_time() - cpu
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        lines.append(
            (f"{n:,}", f"{rows.n_projects:,}", f"{seconds:.1f}", f"{busy:.1f}", f"{peak:,.0f}",
             f"{fit.rung.name}, {fit.residual.law}")
        )  # fmt: skip
    head = ("tasks", "projects", "seconds", "seconds of a core", "MB at most", "chosen")
    print_table("The whole ladder of laws, two classes, 3 % open, mass on plan", head, lines)
    print(f"\nWanted: 50,000 tasks in well under {WANTED_SECONDS:.0f} seconds.")


def invented(n: int) -> Observations:
    """Return n tasks of n / 50 projects: five roles, four types, a factor per project."""
    from scipy.special import ndtri

    def score(name: str, count: int) -> np.ndarray:
        return np.asarray(ndtri(uniforms(1, name, "benchmark", 0, 0, count)))

    n_projects = max(10, n // 50)
    project = np.arange(n) % n_projects
    role, kind = np.arange(n) % 5, (np.arange(n) // 7) % 4
    log_plan = 1.0 + 0.8 * score("plan", n)
    y = 0.1 - 0.05 * log_plan + 0.25 * score("project", n_projects)[project]
    y += 0.05 * role - 0.1 * (kind == 2) + 0.5 * score("own", n)
    plan = np.exp(log_plan)
    actual = plan * np.where((y < 0.0) & (uniforms(1, "e", "b", 0, 0, n) < 0.3), 1.0, np.exp(y))
    is_open = uniforms(1, "open", "benchmark", 0, 0, n) < 0.03
    actual = np.where(is_open, actual * uniforms(1, "far", "benchmark", 0, 0, n), actual)
    return observe(
        plan, actual, project=project, is_open=is_open, classes={"role": role, "type": kind}, grid=0
    )


if __name__ == "__main__":
    main()
