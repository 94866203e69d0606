"""Progress: a bar on a terminal with the rate, the time left, and how sure the answer is by now."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Self

import numpy as np

if TYPE_CHECKING:
    from types import TracebackType

    from rich.progress import Progress, TaskID

    from pmosim.network.arrays import FloatArray
    from pmosim.outcomes import Outcomes

COMMITTED = ("running", "approved", "on-hold")
"""Statuses of projects that have been promised."""


class Bar:
    """Shows how far a run is; on anything but a terminal it shows nothing."""

    def __init__(self, total: int, *, is_shown: bool) -> None:
        self._total = total
        self._is_shown = is_shown and sys.stderr.isatty()
        self._progress: Progress | None = None
        self._task: TaskID | None = None
        self._finish_days: list[FloatArray] = []

    def __enter__(self) -> Self:
        """Draw the bar."""
        if self._is_shown:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
            from rich.progress import TimeRemainingColumn as TimeLeft

            self._progress = Progress(
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("futures"),
                TextColumn("{task.fields[rate]}"),
                TimeLeft(),
                TextColumn("{task.fields[known]}"),
                console=Console(stderr=True),
                transient=True,
            )
            self._task = self._progress.add_task("", total=self._total, rate="", known="")
            self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take the bar away."""
        if self._progress is not None:
            self._progress.stop()

    def advance(self, block: Outcomes) -> None:
        """Count a finished block of futures."""
        if self._progress is None or self._task is None:
            return
        self._finish_days.append(all_done_day(block))
        self._progress.update(self._task, advance=block.replications)
        speed = self._progress.tasks[0].speed
        self._progress.update(
            self._task,
            rate=f"{speed:.0f}/s" if speed else "",
            known=half_width(np.concatenate(self._finish_days)),
        )


def all_done_day(block: Outcomes) -> FloatArray:
    """(R,) working day on which the last committed project ends; ``inf`` = not in the window."""
    rows, network = block.projects_, block.network
    promised = np.array([status in COMMITTED for status in network.projects.status])
    is_counted = promised[rows.row] & (rows.number == 0)
    days = block.days(rows.finished)[is_counted]
    last = np.full(block.replications, 0.0)
    np.maximum.at(last, block.future[is_counted], np.where(np.isnan(days), np.inf, days))
    return last


def half_width(days: FloatArray) -> str:
    """Return how well the P80 of "all done" is known: ``P80 known to +- 3 days``."""
    from pmosim.forecast.estimate import quantile

    estimate = quantile(days, 0.8)
    half = (estimate.high - estimate.low) / 2
    if not np.isfinite(half):
        return ""
    return f"P80 known to ±{half:.1f} days"
