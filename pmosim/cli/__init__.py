"""The command ``pmosim``: one file per command, loaded when it is called.

Results go to stdout, talk to stderr. Exit codes: 0 done; 1 done, but a check says no; 2 usage or
invalid input; 3 our bug; 130 interrupted (finished work is kept).
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from pmosim import __version__
from pmosim.cli.options import talking
from pmosim.cli.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pmosim.errors import Problem

DONE, SAYS_NO, INVALID, OUR_BUG, INTERRUPTED = 0, 1, 2, 3, 130
"""Exit codes."""

COMMANDS: dict[str, str] = {
    "init": "Make a workspace that runs at once.",
    "check": "Find every problem of scenario files.",
    "show": "Show what a scenario says, also resolved.",
    "run": "Forecast a scenario.",
    "whatif": "Say what a change does to all the others.",
    "compare": "Say what changes between scenarios, on the same luck.",
    "policies": "Say which start rule would be best.",
    "bottlenecks": "Say what one more person of each role buys.",
    "sequence": "Find start months that keep a condition.",
    "staff": "Find hires and contractors that keep a condition.",
    "price": "Say what each mechanism costs, and when a hire pays.",
    "explain": "Say why a project ends when it does.",
    "report": "Write the report of a run again.",
    "import": "Turn exports into a history, or a plan into a scenario.",
    "calibrate": "Say what history tells of plans, requests and people.",
    "backtest": "Say how good such forecasts would have been.",
    "convert": "Turn a scenario into a workbook, and back.",
    "schema": "Print the JSON Schema of scenario files.",
}
"""Name -> help in one line, in the order a user meets them."""

MODULES = {"import": "importing"}
"""Commands whose module has another name: no module can be called by a word of the language."""

LATER = {
    "export", "runs", "merge",
}  # fmt: skip
"""Commands that come with a later version."""


class LazyGroup(click.Group):
    """A group that imports a command when it is called, so that ``--help`` is quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of a user's way."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of that name."""
        if cmd_name not in COMMANDS:
            return None
        from importlib import import_module

        module = MODULES.get(cmd_name, cmd_name)
        command: click.Command = import_module(f"pmosim.cli.{module}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that was meant, or say which one may have been."""
        name = args[0]
        if name in LATER:
            raise click.UsageError(f"'{name}' is not available yet in pmosim {__version__}.", ctx)
        if name not in COMMANDS and not name.startswith("-"):
            from pmosim.cli.options import did_you_mean

            hint = did_you_mean(name, COMMANDS)
            raise click.UsageError(f"No command '{name}'.{hint} Known: {', '.join(COMMANDS)}.", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(
        self,
        ctx: click.Context,
        formatter: click.HelpFormatter,
    ) -> None:
        """List the commands without importing one."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="PATH is a scenario file, a run folder, or a bare name looked up in scenarios/, then "
    "reports/. Results go to stdout, talk to stderr.",
)
@talking
@click.version_option(__version__, message="pmosim %(version)s")
def program() -> None:
    """Honest forecasts for a project portfolio.

    \b
    pmosim init acme && cd acme          a workspace that runs at once
    pmosim check scenarios/*.yaml        every problem, with its place and a way out
    pmosim run baseline                  the forecast, and reports/baseline/report.html
    """


def invoke(args: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code."""
    terminal = Terminal(sys.argv[1:] if args is None else args)
    try:
        code = program.main(args, prog_name="pmosim", standalone_mode=False, obj=terminal)
    except BrokenPipeError:
        return DONE  # the reader has seen enough, as in ``pmosim show x | head``
    except (click.exceptions.Abort, KeyboardInterrupt):
        terminal.complain("Interrupted.")
        return INTERRUPTED
    except click.ClickException as error:
        return _refused(terminal, error)
    except Exception as error:
        return _failed(terminal, error)
    return code if isinstance(code, int) else DONE


def main() -> None:
    """Run the command line of this process."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    code = invoke()
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(code)


def _refused(terminal: Terminal, error: click.ClickException) -> int:
    """Say what is wrong with the command line."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        terminal.complain(error.format_message())
        return INVALID
    terminal.complain(f"{terminal.mark('Error:', fg='red')} {error.format_message()}")
    if context is not None:
        terminal.complain(f"See: {context.command_path} --help")
    return INVALID


def _refused_by_system(error: OSError) -> Problem:
    """Return what the system did not let us do, as a problem with a place and a way out."""
    from pmosim.errors import Problem

    place = str(error.filename) if error.filename is not None else "this machine"
    text = (
        f"the system does not let pmosim read or write here: {error.strerror or error}. "
        "Make room or give rights, or give another place."
    )
    return Problem(place=place, code="PMO041", text=text)


def _failed(terminal: Terminal, error: Exception) -> int:
    """Say in words what stopped the command: the user's input, the system, or a bug of ours."""
    from pmosim.errors import InputError

    if isinstance(error, InputError):
        terminal.problems(error.problems)
        return INVALID
    if isinstance(error, OSError) and error.errno is not None:
        terminal.problems([_refused_by_system(error)])
        if not terminal.verbose:
            return INVALID
    if terminal.verbose:
        import traceback

        terminal.complain("".join(traceback.format_exception(error)).rstrip())
        if isinstance(error, OSError):
            return INVALID
    name = type(error).__name__
    terminal.complain(
        f"{terminal.mark('This is our bug, not yours:', fg='red')} {name}: {error}\n"
        f"Please report it with the command, the files it read, pmosim {__version__}"
        + (" and the lines above." if terminal.verbose else ", and what it says with -v.")
    )
    return OUR_BUG
