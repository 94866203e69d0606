"""Commands: how long a user waits for ``pmosim --help`` and ``pmosim check``. See README.md.

``python -m benchmarks.commands``
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import yaml

from benchmarks.clock import print_table, ratios, spread
from benchmarks.workload import portfolio

PYTHON = (sys.executable, "-c", "pass")
PMOSIM = (sys.executable, "-m", "pmosim")
AS_INSTALLED = {
    name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
}
"""An installed package has its bytecode beside it; without it every run compiles all of pmosim."""


def wait_for(command: tuple[str, ...]) -> float:
    """Return wall-clock seconds of a whole process."""
    begin = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=AS_INSTALLED)
    return time.perf_counter() - begin


def main(arguments: list[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--projects", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=9)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "portfolio.yaml")
        document = portfolio(n_projects=given.projects)
        path.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
        commands = {
            "python -c pass": (PYTHON, ""),
            "pmosim --help": ((*PMOSIM, "--help"), "150 ms"),
            f"pmosim check, {given.projects} projects": ((*PMOSIM, "check", str(path)), "700 ms"),
        }
        for command, _ in commands.values():
            wait_for(command)
        times: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(given.rounds):
            for name, (command, _) in commands.items():
                times[name].append(wait_for(command))
    bare = times["python -c pass"]
    print_table(
        f"whole processes, wall clock; {given.rounds} rounds",
        ("command", "ms", "wanted below", "times a bare Python"),
        [
            (
                name,
                f"{1e3 * median(seconds):.0f}",
                commands[name][1],
                spread(ratios(seconds, bare)),
            )
            for name, seconds in times.items()
        ],
    )


if __name__ == "__main__":
    main()
