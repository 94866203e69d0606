"""Growth: what a task costs in portfolios 4 and 16 times as large. See README.md.

``python -m benchmarks.growth``
"""

from __future__ import annotations

import argparse
from statistics import median

import pmosim as pm
from benchmarks.clock import no_collector, print_table, ratios, spread, take_turns
from benchmarks.workload import BASE, portfolio
from pmosim.draws import draw
from pmosim.engine.blueprint import Blueprint
from pmosim.engine.luck import Luck
from pmosim.engine.reference import Replication
from pmosim.network import compile_network

SEED = 1
AT_MOST = 1.3
"""How many times more a task may cost in the largest portfolio."""


class Case:
    """One portfolio, ready to run."""

    def __init__(self, n_projects: int, staffed_for: int) -> None:
        scenario = pm.parse_scenario(
            portfolio(n_projects=n_projects, staffed_for=staffed_for, horizon="20000d")
        )
        self.network = compile_network(scenario)
        self.draws = draw(self.network, SEED, 0, 1)
        self.blueprint = Blueprint(self.network)
        self.n_tasks = int((~self.network.tasks.is_done).sum())
        self.wait_days = 0.0

    def run(self, _: int = 0) -> None:
        """Run the first replication."""
        with no_collector():
            run = Replication(self.blueprint, Luck(self.network, self.draws, 0))
            run.run()
        waits = [task.started - task.ready for project in run.projects for task in project.tasks]
        self.wait_days = sum(waits) / self.n_tasks / self.network.minutes_per_day


def main(arguments: list[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--projects", type=int, default=BASE)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--times", type=int, nargs="+", default=[1, 4, 16])
    given = parser.parse_args(arguments)
    cases = {
        (people, times): Case(
            given.projects * times, given.projects * times if people == "more" else given.projects
        )
        for people in ("more", "same")
        for times in given.times
    }
    for case in cases.values():
        case.run()
    seconds = take_turns({name: case.run for name, case in cases.items()}, given.rounds)
    costs = {
        name: [value / cases[name].n_tasks for value in values] for name, values in seconds.items()
    }
    rows = []
    for (people, times), case in cases.items():
        cost, base = costs[people, times], costs[people, given.times[0]]
        rows.append(
            (
                f"{times} x projects, {people} people",
                f"{case.n_tasks}",
                f"{case.wait_days:.0f}",
                f"{1e6 * median(cost):.1f}",
                spread(ratios(cost, base)),
            )
        )
    print_table(
        f"growth from {given.projects} projects; {given.rounds} rounds",
        ("portfolio", "tasks to do", "mean days a task waits", "us a task", "times the first"),
        rows,
    )
    print(f"\nWanted: near-linear, the last at most about {AT_MOST} times the first.")


if __name__ == "__main__":
    main()
