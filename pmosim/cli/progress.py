"""Progress: a bar on a terminal with the rate, the time left, and how sure the answer is by now."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Self

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

    from rich.progress import Progress, TaskID

    from pmosim.cli.terminal import Terminal
    from pmosim.network.arrays import FloatArray
    from pmosim.outcomes import Outcomes


class Bar:
    """Shows how far a run is; on anything but a terminal it shows nothing."""

    def __init__(self, terminal: Terminal, total: int, n_done: int = 0) -> None:
        self._terminal, self._total, self._n_done = terminal, total, n_done
        self._progress: Progress | None = None
        self._task: TaskID | None = None
        self._finish_days: list[FloatArray] = []

    def __enter__(self) -> Self:
        """Draw the bar."""
        if sys.stderr.isatty() and not self._terminal.quiet:
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
                console=Console(stderr=True, no_color=not self._terminal.color),
                transient=True,
            )
            self._task = self._progress.add_task(
                "", total=self._total, completed=self._n_done, rate="", known=""
            )
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

    def expect(self, total: int) -> None:
        """Say how many futures the run comes to, where it grows."""
        self._total = total
        if self._progress is not None and self._task is not None:
            self._progress.update(self._task, total=total)

    def remember(self, block: Outcomes) -> None:
        """Let a block count for what is known, also one of an earlier run."""
        if self._progress is None:
            return
        from pmosim.forecast import Forecast
        from pmosim.forecast.finish import committed_finish

        days = committed_finish(block, Forecast(block).projects)
        self._finish_days += [] if days is None else [days]

    def advance(self, block: Outcomes) -> None:
        """Count a finished block of futures."""
        if self._progress is None or self._task is None:
            return
        self.remember(block)
        self._progress.update(self._task, advance=block.replications)
        speed = self._progress.tasks[0].speed
        self._progress.update(
            self._task,
            rate=f"{speed:.0f}/s" if speed else "",
            known=half_width(self._finish_days),
        )


def half_width(finish_days: Sequence[FloatArray]) -> str:
    """Return how well the P80 of "all committed done" is known: ``P80 known to ±3.0 days``."""
    from pmosim.forecast.estimate import quantile

    if not finish_days:
        return ""
    estimate = quantile(np.concatenate(finish_days), 0.8)
    if not np.isfinite(estimate.low) or not np.isfinite(estimate.high):
        return ""
    half = (estimate.high - estimate.low) / 2
    return f"P80 known to ±{half:.1f} days"
