"""Clock: CPU time of things done in turn, and the tables that show it."""

from __future__ import annotations

import gc
import time
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Times = dict[str, list[float]]
"""Seconds of each round by what was done."""


def take_turns(work: Mapping[str, Callable[[int], object]], rounds: int) -> Times:
    """Return CPU seconds of each piece of work, done one after the other in every round.

    What is measured gets the number of the round. The garbage collector is off inside and runs
    between, so that nobody pays for what another left behind.
    """
    times: Times = {name: [] for name in work}
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        for k in range(rounds):
            for name, do in work.items():
                gc.collect()
                begin = time.process_time()
                do(k)
                times[name].append(time.process_time() - begin)
    finally:
        if was_enabled:
            gc.enable()
    return times


def ratios(above: Sequence[float], below: Sequence[float]) -> list[float]:
    """Return the ratio of each round, sorted."""
    return sorted(a / b for a, b in zip(above, below, strict=True))


def spread(values: Sequence[float]) -> str:
    """Return the median, and the smallest and largest in brackets."""
    return f"{median(values):.2f} ({min(values):.2f} to {max(values):.2f})"


def print_table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table as Markdown, its columns aligned."""
    widths = [max(len(row[i]) for row in (head, *rows)) for i in range(len(head))]
    print(f"\n{title}\n")
    for row in (head, ["-" * width for width in widths], *rows):
        print("| " + " | ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) + " |")
