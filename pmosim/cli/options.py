"""Options that several commands share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import click

from pmosim.cli.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Decorated = TypeVar("Decorated", bound="Callable[..., Any]")


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


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return `` Did you mean 'x'?`` or nothing, to be put behind a sentence."""
    from difflib import get_close_matches

    close = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f" Did you mean '{close[0]}'?" if close else ""


def _setting(
    attribute: str, *, value: bool
) -> Callable[[click.Context, click.Parameter, bool], None]:
    def apply(ctx: click.Context, _: click.Parameter, is_given: bool) -> None:  # noqa: FBT001 (click)
        terminal = ctx.find_object(Terminal)
        if is_given and terminal is not None:
            setattr(terminal, attribute, value)

    return apply
