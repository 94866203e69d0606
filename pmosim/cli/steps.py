"""Steps: what commands share that run a scenario several times: options, reading, progress."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar

import click

from pmosim.cli.options import LARGEST_SEED, MOST_FUTURES, WholeNumber
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


def jobs_of(_: click.Context, __: click.Parameter, value: str) -> int | Literal["auto"]:
    """Return ``auto`` or a number of processes."""
    if value == "auto":
        return "auto"
    if value.isdecimal() and int(value) > 0:
        return int(value)
    raise click.BadParameter(f"'{value}' is neither auto nor a whole number above 0.")


def of_a_study(replications: int) -> Callable[[Decorated], Decorated]:
    """Add ``-n`` (with that default), ``--seed`` and ``--jobs``."""

    def decorate(function: Decorated) -> Decorated:
        options = (
            click.option(
                "-n",
                "--replications",
                type=WholeNumber(2, MOST_FUTURES),
                metavar="N",
                default=replications,
                show_default=True,
                envvar="PMOSIM_REPLICATIONS",
                help="How many futures of each run.",
            ),
            click.option(
                "--seed",
                type=WholeNumber(0, LARGEST_SEED),
                metavar="K",
                default=1,
                show_default=True,
                envvar="PMOSIM_SEED",
                help="Same seed: same luck.",
            ),
            click.option(
                "--jobs",
                callback=jobs_of,
                metavar="auto|N",
                default="auto",
                show_default=True,
                envvar="PMOSIM_JOBS",
                help="Processes; the results do not depend on it.",
            ),
        )
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


def read_for_study(terminal: Terminal, path: str) -> tuple[Scenario, Path]:
    """Return the scenario of a PATH and its file, its warnings said; errors end the command."""
    from pmosim.errors import ScenarioError
    from pmosim.scenario import check_scenario
    from pmosim.workspace import locate

    file = locate(path).scenario
    scenario, problems = check_scenario(file)
    errors = [problem for problem in problems if problem.severity == "error"]
    if scenario is None or errors:
        raise ScenarioError(problems)
    if not terminal.quiet and problems:
        terminal.problems(problems[:SHOWN_WARNINGS])
        if len(problems) > SHOWN_WARNINGS:
            terminal.say(f"{count(problems)} in all: {typed('check', file)}")
    return scenario, file


def saved(function: Decorated) -> Decorated:
    """Add ``--save``."""
    return click.option(
        "--save",
        callback=_file,
        metavar="FILE",
        help="Write the plan as an overlay, such as scenarios/plan.yaml.",
    )(function)


def _file(_: click.Context, __: click.Parameter, value: str | None) -> Path | None:
    from pathlib import Path

    if value is not None and not value.strip():
        raise click.BadParameter("the path is empty; give a file, such as scenarios/plan.yaml.")
    return None if value is None else Path(value)


def save_plan(
    terminal: Terminal, file: Path | None, base: Path, changes: Sequence[tuple[str, Any]]
) -> None:
    """Write a plan as an overlay, where that was asked for and there is one."""
    from pmosim.scenario.overlay import save_overlay

    if file is None:
        return
    if not changes:
        terminal.say(f"{file} was not written: the plan changes nothing.")
        return
    save_overlay(file, base, changes)
    terminal.say(f"the plan is in {file}")


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
