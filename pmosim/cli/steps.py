"""Steps: what commands share that run a scenario several times: options, reading, progress."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar

import click

from pmosim.cli.options import WholeNumber, a_path, futures, processes, seeded
from pmosim.cli.terminal import count, typed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path
    from types import TracebackType

    from rich.progress import Progress, TaskID

    from pmosim.cli.terminal import Terminal
    from pmosim.outcomes import Outcomes
    from pmosim.scenario import Scenario
    from pmosim.study.runs import Runs

Decorated = TypeVar("Decorated", bound="Callable[..., Any]")
SHOWN_WARNINGS = 5
PLAN = "Write the plan as an overlay, such as scenarios/plan.yaml."
"""Help of ``--save`` where a search found the changes."""


def of_a_study(replications: int | None, text: str = "") -> Callable[[Decorated], Decorated]:
    """Add ``-n`` (with that default, and that help if any), ``--seed`` and ``--jobs``."""

    def decorate(function: Decorated) -> Decorated:
        with_n = futures(replications, text) if text else futures(replications)
        return with_n(seeded(processes()(function)))

    return decorate


def read_for_study(terminal: Terminal, path: str) -> tuple[Scenario, Path]:
    """Return the scenario of a PATH and its file, its warnings said; errors end the command."""
    from pmosim.workspace import locate

    file = locate(path).scenario
    return read_file(terminal, file), file


def read_file(terminal: Terminal, file: Path) -> Scenario:
    """Return the scenario of a file, its warnings said; errors end the command."""
    from pmosim.errors import ScenarioError
    from pmosim.scenario import check_scenario

    scenario, problems = check_scenario(file)
    errors = [problem for problem in problems if problem.severity == "error"]
    if scenario is None or errors:
        raise ScenarioError(problems)
    if not terminal.quiet and problems:
        terminal.problems(problems[:SHOWN_WARNINGS])
        if len(problems) > SHOWN_WARNINGS:
            terminal.say(f"{count(problems)} in all: {typed('check', file)}")
    return scenario


def keeping(function: Decorated) -> Decorated:
    """Add ``--keep``."""
    return click.option(
        "--keep",
        required=True,
        metavar="CONDITION",
        help="What has to hold: 'p_late(mandatory) < 0.2'.",
    )(function)


def bounded(least: int) -> Callable[[Decorated], Decorated]:
    """Add ``--tries``, of which a search needs so many at least."""
    return click.option(
        "--tries",
        type=WholeNumber(least, 10_000),
        metavar="K",
        default=40,
        show_default=True,
        help="Runs of the search, at most.",
    )


def saved(text: str) -> Callable[[Decorated], Decorated]:
    """Add ``--save`` with that help."""
    return click.option(
        "--save",
        callback=a_path("a file, such as scenarios/plan.yaml"),
        metavar="FILE",
        help=text,
    )


def save_plan(
    terminal: Terminal, file: Path | None, base: Path, changes: Sequence[tuple[str, Any]]
) -> bool:
    """Write a plan as an overlay, where that was asked for and there is one; say whether it is."""
    from pmosim.scenario.overlay import save_overlay

    if file is None:
        return False
    if not changes:
        terminal.say(f"{file} was not written: the plan changes nothing.")
        return False
    save_overlay(file, base, changes)
    terminal.say(f"the plan is in {file}")
    return True


class Steps:
    """Shows how many runs of a study are done; on anything but a terminal it shows nothing."""

    def __init__(self, terminal: Terminal, replications: int) -> None:
        self._terminal, self._each = terminal, replications
        self._progress: Progress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        """Draw the bar."""
        if sys.stderr.isatty() and not self._terminal.quiet:
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn
            from rich.progress import TimeRemainingColumn as TimeLeft

            self._progress = Progress(
                BarColumn(),
                TextColumn("{task.description}"),
                TimeLeft(),
                console=Console(stderr=True, no_color=not self._terminal.color),
                transient=True,
            )
            self._task = self._progress.add_task("first run", total=None)
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

    def count_block(self, block: Outcomes) -> None:
        """Count a finished block of futures."""
        if self._progress is not None and self._task is not None:
            self._progress.update(self._task, advance=block.replications)

    def count_run(self, done: int, at_most: int) -> None:
        """Say how many runs are done, of how many at most."""
        if self._progress is not None and self._task is not None:
            self._progress.update(
                self._task,
                total=max(at_most, done) * self._each,
                completed=done * self._each,
                description=f"{done} of at most {at_most} runs",
            )


@contextmanager
def studying(
    terminal: Terminal, replications: int, seed: int, jobs: int | Literal["auto"]
) -> Iterator[tuple[Runs, Steps]]:
    """Give the runs of a study and the bar that counts them."""
    from pmosim.study.runs import runs

    with (
        Steps(terminal, replications) as steps,
        runs(replications=replications, seed=seed, jobs=jobs, on_block=steps.count_block) as study,
    ):
        yield study, steps
