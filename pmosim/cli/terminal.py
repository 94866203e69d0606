"""Terminal: results on stdout, talk on stderr, and no surprises in either."""

from __future__ import annotations

import os
import shlex
import sys
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pmosim.errors import Problem

CONTROL = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160)) if code not in (9, 10)}
CONTROL |= {code: f"\\u{code:04x}" for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}
"""Characters that drive a terminal or turn its lines round (a name in a file may hold them), and
what is printed in their place."""
IN_JSON = {code: f"\\u{code:04x}" for code in CONTROL if code >= 127}
"""The same in JSON, which spells out the others itself."""


class Terminal:
    """Where a command speaks; ``quiet``, ``verbose`` and ``color`` are set by its options.

    ``argv`` is what the user typed behind ``pmosim``.
    """

    def __init__(self, argv: Sequence[str] = ()) -> None:
        self.argv = tuple(argv)
        self.quiet = False
        self.verbose = False
        self.color = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"

    def result(self, text: str = "") -> None:
        """Print a line of the answer."""
        click.echo(self._safe(text), color=self._paints(sys.stdout))

    def document(self, value: Mapping[str, Any]) -> None:
        """Print the answer as JSON."""
        import json

        text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False)
        click.echo(text.translate(IN_JSON))

    def say(self, text: str = "") -> None:
        """Talk, unless asked to be quiet."""
        if not self.quiet:
            self.complain(text)

    def next(self, *commands: str) -> None:
        """Name the next useful commands."""
        self.say(f"next: {'     '.join(commands)}")

    def complain(self, text: str) -> None:
        """Say what has to be said, quiet or not."""
        click.echo(self._safe(text), err=True, color=self._paints(sys.stderr))

    def problems(self, problems: Sequence[Problem], *, err: bool = True) -> None:
        """List problems in the order of their places, and how many there are."""
        for problem in problems:
            line = f"{problem.place}  {self.mark(problem.code, fg=_color(problem))}  {problem.text}"
            (self.complain if err else self.result)(line)
        if len(problems) > 1:
            (self.complain if err else self.result)(count(problems))

    def mark(self, text: str, **style: Any) -> str:
        """Return the text painted; what is printed to a file loses the paint again."""
        return click.style(text, **style) if self.color else text

    def _paints(self, stream: object) -> bool:
        return self.color and bool(getattr(stream, "isatty", lambda: False)())

    def _safe(self, text: str) -> str:
        """Return the text with every control character spelled out, but our own paint."""
        if text.isprintable():
            return text
        parts = text.split("\x1b[")
        kept = [parts[0].translate(CONTROL)]
        for part in parts[1:]:
            code, m, rest = part.partition("m")
            is_paint = self.color and m and code.replace(";", "").isdigit()
            kept.append(f"\x1b[{code}m" if is_paint else "\\x1b[" + code.translate(CONTROL) + m)
            kept.append(rest.translate(CONTROL))
        return "".join(kept)


def typed(command: str, *words: object, options: str = "") -> str:
    """Return a command as a shell takes it, whatever the user's names are made of."""
    texts = [str(word) for word in words]
    named = shlex.join(texts)
    if any(text.startswith("-") for text in texts):
        named, options = options, f"-- {named}"
    return " ".join(part for part in ("pmosim", command, named, options) if part)


def count(problems: Sequence[Problem]) -> str:
    """Return how many errors and warnings there are, in words."""
    n_errors = sum(problem.severity == "error" for problem in problems)
    n_warnings = len(problems) - n_errors
    parts = []
    if n_errors:
        parts.append(f"{n_errors} error{'s' * (n_errors > 1)}")
    if n_warnings:
        parts.append(f"{n_warnings} warning{'s' * (n_warnings > 1)}")
    return " and ".join(parts) or "no problems"


def _color(problem: Problem) -> str:
    return "red" if problem.severity == "error" else "yellow"
