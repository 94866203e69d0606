"""The command line as a whole: help, wrong words, exit codes, what goes where."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import click
import pytest

import pmosim.cli
from pmosim.cli import COMMANDS, invoke
from pmosim.cli.terminal import Terminal
from pmosim.errors import AuditError, InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Put a function in the place of ``pmosim check``."""

    def put(function: Callable[[], object]) -> None:
        module = SimpleNamespace(command=click.Command("check", callback=function))
        monkeypatch.setitem(sys.modules, "pmosim.cli.check", module)

    return put


def python(script: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )


def test_help_names_every_command_and_imports_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(["--help"]) == 0
    out = capsys.readouterr().out
    for name, text in COMMANDS.items():
        assert f"{name} " in out
        assert text in out
    script = (
        "import sys; from pmosim.cli import invoke; invoke(['--help']);"
        "heavy = {'numpy', 'scipy', 'pandas', 'matplotlib', 'yaml', 'rich', 'simpy', 'jinja2'};"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stderr.strip() == "[]"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke([name, "-h"]) == 0
    out = capsys.readouterr().out
    assert "--no-color" in out
    assert out.startswith(f"Usage: pmosim {name}")


def test_importing_the_package_imports_nothing_heavy() -> None:
    script = "import sys, pmosim; print('numpy' in sys.modules, sorted(pmosim.__all__)[-1])"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "write_report"]


def test_a_public_name_that_does_not_exist_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'simulat'"):
        pmosim.simulat  # noqa: B018


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["chekc"], "Did you mean 'check'?"),
        (["export", "baseline"], "'export' is not available yet"),
        (["check", "--jsno", "x"], "Did you mean '--json'?"),
        (["check"], "Missing argument 'PATH...'"),
        (["run", "x", "-n", "0"], "'0' is no whole number of 1 or more"),
        (["run", "x", "-n", "abc"], "'abc' is no whole number of 1 or more"),
        (["run", "x", "-n", "9" * 20], "is more than the largest possible, 9,999,999"),
        (["run", "x", "--seed", "-1"], "'-1' is no whole number of 0 or more"),
        (["run", "x", "-o", ""], "the path is empty"),
        (["run", "x", "--jobs", "many"], "neither auto nor a whole number"),
        (["run", "x", "--until", "p80=two"], "cannot read 'p80=two'"),
        (["run", "x", "--shard", "1/2"], "--shard is not available yet"),
        (["run", "x", "--fail-if", "p_lat(crm) > 0.3"], "Did you mean 'p_late'?"),
        (["run", "x", "--only", "running"], "It must be like status=running,approved"),
        (["run", "x", "--engine", "compiled"], "--engine compiled is not available yet"),
        (["report", "x", "--pdf"], "--pdf is not available yet"),
        (["convert", "x"], "Missing argument 'B'"),
        (["init", "--from", "tsks"], "'tsks' is not one of"),
    ],
)
def test_a_wrong_command_line_ends_with_2_and_says_why(
    args: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(args) == 2
    captured = capsys.readouterr()
    assert says in captured.err
    assert captured.out == ""


def test_without_arguments_the_help_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke([]) == 2
    assert "Commands:" in capsys.readouterr().err


def test_a_fault_of_ours_ends_with_3_and_keeps_the_traceback_for_verbose(
    command: Callable[[Callable[[], object]], None], capsys: pytest.CaptureFixture[str]
) -> None:
    def burst() -> None:
        raise ZeroDivisionError("no people")

    command(burst)
    assert invoke(["check"]) == 3
    said = capsys.readouterr().err
    assert "This is our bug, not yours:" in said
    assert "ZeroDivisionError: no people" in said
    assert "Traceback" not in said
    assert invoke(["-v", "check"]) == 3
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (AuditError("somebody idles"), 3),
        (InputError([Problem(place="a.yaml:1:2", code="PMO101", text="no such key.")]), 2),
        (PermissionError(13, "Permission denied", "reports/x"), 2),
        (OSError(28, "No space left on device"), 2),
        (KeyboardInterrupt(), 130),
        (BrokenPipeError(), 0),
    ],
)
def test_every_kind_of_end_has_its_exit_code(
    error: BaseException, code: int, command: Callable[[Callable[[], object]], None]
) -> None:
    def burst() -> None:
        raise error

    command(burst)
    assert invoke(["check"]) == code


@pytest.mark.parametrize("code", [0, 1, 130])
def test_a_command_may_say_its_own_exit_code(
    code: int, command: Callable[[Callable[[], object]], None]
) -> None:
    command(lambda: code)
    assert invoke(["check"]) == code


def test_quiet_leaves_results_and_errors(capsys: pytest.CaptureFixture[str]) -> None:
    terminal = Terminal()
    terminal.quiet = True
    terminal.say("chatter")
    terminal.next("pmosim run")
    terminal.result("answer")
    terminal.complain("fault")
    captured = capsys.readouterr()
    assert captured.out == "answer\n"
    assert captured.err == "fault\n"


def test_a_name_cannot_drive_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    terminal = Terminal()
    terminal.result("a\x1b[2Jb\x07c\x9bd\r\x00 🚀")
    assert capsys.readouterr().out == "a\\x1b[2Jb\\x07c\\x9bd\\x0d\\x00 🚀\n"


def test_no_color_is_obeyed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert Terminal().mark("x", fg="red") == "\x1b[31mx\x1b[0m"
    monkeypatch.setenv("NO_COLOR", "1")
    assert Terminal().mark("x", fg="red") == "x"


def test_paint_is_for_terminals_only(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    terminal = Terminal()
    terminal.complain(terminal.mark("Error:", fg="red"))
    assert capsys.readouterr().err == "Error:\n"


def test_settings_come_from_the_environment_too(
    monkeypatch: pytest.MonkeyPatch, command: Callable[[Callable[[], object]], None]
) -> None:
    seen = []

    @click.pass_obj
    def look(terminal: Terminal) -> None:
        seen.append((terminal.quiet, terminal.color))

    command(look)
    monkeypatch.setenv("PMOSIM_QUIET", "1")
    monkeypatch.setenv("PMOSIM_NO_COLOR", "1")
    assert invoke(["check"]) == 0
    assert seen == [(True, False)]


def test_help_is_quick() -> None:
    """150 ms, in processor time, so that a busy machine does not count; the best of five starts."""
    program = Path(sys.executable).with_name("pmosim")
    best = float("inf")
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([str(program), "--help"], capture_output=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        best = min(best, spent)
    assert best < 0.15
