"""Options that several commands share."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import click

from pmosim.cli.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Decorated = TypeVar("Decorated", bound="Callable[..., Any]")
MOST_FUTURES = 10**7 - 1
"""A block of futures is named by seven digits."""
LARGEST_SEED = 2**63 - 1
_WHOLE = re.compile(r"[+-]?[0-9]{1,30}")


def talking(function: Decorated) -> Decorated:
    """Add ``-q``, ``-v`` and ``--no-color``; they work before and after the command's name."""
    for names, attribute, value, text in (
        (("--no-color",), "color", False, "No colours (also NO_COLOR)."),
        (("-v", "--verbose"), "verbose", True, "Say more; with a bug, where it happened."),
        (("-q", "--quiet"), "quiet", True, "Only results and errors."),
    ):
        function = click.option(
            *names,
            is_flag=True,
            is_eager=True,
            expose_value=False,
            envvar=f"PMOSIM_{names[-1].strip('-').replace('-', '_').upper()}",
            callback=_setting(attribute, value=value),
            help=text,
        )(function)
    return function


def as_json(function: Decorated) -> Decorated:
    """Add ``--json``."""
    return click.option("--json", "is_json", is_flag=True, help="Print the answer as JSON.")(
        function
    )


class WholeNumber(click.IntRange):
    """A whole number between two bounds."""

    def __init__(self, least: int, most: int) -> None:
        super().__init__(least, most)
        self.least = least
        self.most = most

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number, or say what it must be."""
        text = str(value).strip()
        number = int(text) if _WHOLE.fullmatch(text) else None
        if number is None or number < self.least:
            self.fail(f"'{text}' is no whole number of {self.least} or more.", param, ctx)
        if number > self.most:
            self.fail(f"'{text}' is more than the largest possible, {self.most:,}.", param, ctx)
        return number


def futures(
    default: int | None,
    text: str = "How many futures of each run.",
    *,
    least: int = 2,
    envvar: str | None = "PMOSIM_REPLICATIONS",
) -> Callable[[Decorated], Decorated]:
    """Add ``-n``; without a default the command finds a number itself, which its help says."""
    return click.option(
        "-n",
        "--replications",
        type=WholeNumber(least, MOST_FUTURES),
        metavar="N",
        default=default,
        show_default=True,
        envvar=envvar,
        help=text,
    )


def seeded(function: Decorated) -> Decorated:
    """Add ``--seed``."""
    return click.option(
        "--seed",
        type=WholeNumber(0, LARGEST_SEED),
        metavar="K",
        default=1,
        show_default=True,
        envvar="PMOSIM_SEED",
        help="Same seed: same luck.",
    )(function)


def processes(
    text: str = "Processes; the results do not depend on it.",
) -> Callable[[Decorated], Decorated]:
    """Add ``--jobs``."""
    return click.option(
        "--jobs",
        callback=_jobs,
        metavar="auto|N",
        default="auto",
        show_default=True,
        envvar="PMOSIM_JOBS",
        help=text,
    )


def a_path(what: str) -> Callable[[click.Context, click.Parameter, str | None], Path | None]:
    """Return a callback that refuses an empty path; ``what`` says what to give instead."""

    def read(_: click.Context, __: click.Parameter, value: str | None) -> Path | None:
        if value is not None and not value.strip():
            raise click.BadParameter(f"the path is empty; give {what}.")
        return None if value is None else Path(value)

    return read


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return `` Did you mean 'x'?`` or nothing, to be put behind a sentence."""
    from difflib import get_close_matches

    close = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f" Did you mean '{close[0]}'?" if close else ""


def _jobs(_: click.Context, __: click.Parameter, value: str) -> int | Literal["auto"]:
    """Return ``auto`` or a number of processes."""
    if value == "auto":
        return "auto"
    if value.isdecimal() and int(value) > 0:
        return int(value)
    raise click.BadParameter(f"'{value}' is neither auto nor a whole number above 0.")


def _setting(
    attribute: str, *, value: bool
) -> Callable[[click.Context, click.Parameter, bool], None]:
    def apply(ctx: click.Context, _: click.Parameter, is_given: bool) -> None:  # noqa: FBT001 (click)
        terminal = ctx.find_object(Terminal)
        if is_given and terminal is not None:
            setattr(terminal, attribute, value)

    return apply
