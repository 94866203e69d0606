"""Engine: the reference engine against stock SimPy on the same work. See README.md.

``python -m benchmarks.engine``
"""

from __future__ import annotations

import argparse
from statistics import median
from typing import Any

import pmosim as pm
from benchmarks import twin
from benchmarks.clock import no_collector, print_table, ratios, spread, take_turns
from benchmarks.workload import BASE, portfolio
from pmosim.draws import draw
from pmosim.engine.block import run_block
from pmosim.engine.blueprint import Blueprint
from pmosim.engine.luck import Luck
from pmosim.engine.reference import Replication
from pmosim.network import compile_network

SEED = 1
AT_LEAST = 1.5
"""How many times faster than stock SimPy the reference engine has to be."""


def main(arguments: list[str] | None = None) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--projects", type=int, default=BASE)
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--block", type=int, default=50, help="replications in a block")
    given = parser.parse_args(arguments)
    for amount in ("duration", "effort"):
        compare(
            portfolio(n_projects=given.projects, amount=amount),
            f"{given.projects} projects of 25 tasks, amounts as {amount}",
            rounds=given.rounds,
            block=given.block,
        )


def compare(document: dict[str, Any], title: str, *, rounds: int, block: int) -> None:
    """Run both engines in turn on the replications of a scenario, and print the table."""
    network = compile_network(pm.parse_scenario(document))
    draws = draw(network, SEED, 0, rounds)
    blueprint, shop = Blueprint(network), twin.shop(network)
    n_tasks = sum(len(jobs) for _, _, jobs in shop.projects)

    def run_twin(k: int) -> None:
        twin.Twin(shop, twin.durations(shop, draws, k)).run()

    def run_reference(k: int) -> None:
        with no_collector():
            Replication(blueprint, Luck(network, draws, k)).run()

    def run_all(_: int) -> None:
        run_block(network, SEED, 0, block)

    run_twin(0)
    run_reference(0)
    times = take_turns({"twin": run_twin, "reference": run_reference, "block": run_all}, rounds)
    times["block"] = [seconds / block for seconds in times["block"]]
    names = {
        "twin": "stock SimPy",
        "reference": "pmosim, the run",
        "block": f"pmosim, a block of {block}: draws, runs, outcomes",
    }
    print_table(
        f"{title}; {n_tasks} tasks to do; {rounds} rounds",
        ("engine", "ms a replication", "us a task", "times faster than stock SimPy"),
        [
            (
                names[name],
                f"{1e3 * median(seconds):.1f}",
                f"{1e6 * median(seconds) / n_tasks:.1f}",
                spread(ratios(times["twin"], seconds)),
            )
            for name, seconds in times.items()
        ],
    )
    reached = median(ratios(times["twin"], times["reference"]))
    print(f"\nWanted: the run at least {AT_LEAST} times faster; it is {reached:.2f} times.")


if __name__ == "__main__":
    main()
