"""Clock: CPU time of things done in turn, and the tables that show it."""

from __future__ import annotations

import gc
import time
from contextlib import contextmanager
from statistics import median
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence

Name = TypeVar("Name", bound="Hashable")


def take_turns(
    work: Mapping[Name, Callable[[int], object]], rounds: int
) -> dict[Name, list[float]]:
    """Return CPU seconds of each piece of work, done one after the other in every round.

    What is measured gets the number of the round. Garbage is collected before each, so that
    nobody pays for what another left behind.
    """
    times: dict[Name, list[float]] = {name: [] for name in work}
    for k in range(rounds):
        for name, do in work.items():
            gc.collect()
            begin = time.process_time()
            do(k)
            times[name].append(time.process_time() - begin)
    return times


@contextmanager
def no_collector() -> Iterator[None]:
    """Switch the garbage collector off, as a block of replications does within each."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


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
