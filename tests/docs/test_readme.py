"""The README does what it says: its console sessions and its Python run, in order."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

README = Path(__file__).parents[2] / "README.md"


def blocks(language: str) -> list[str]:
    return re.findall(
        rf"^```{language}\n(.*?)^```", README.read_text(encoding="utf-8"), re.M | re.S
    )


def steps(session: str) -> list[tuple[str, list[str]]]:
    """Return (command, lines of stdout that are shown); ``...`` stands for any lines."""
    found: list[tuple[str, list[str]]] = []
    for line in session.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        else:
            found[-1][1].append(line)
    return found


def fits(shown: list[str], printed: list[str]) -> bool:
    pattern = "".join("(?:.*\n)*" if line == "..." else re.escape(f"{line}\n") for line in shown)
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in printed)) is not None


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run all sessions, one after the other, and return the folder they end in."""
    folder = tmp_path_factory.mktemp("readme")
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    environment = {**os.environ, "PATH": path, "NO_COLOR": "1", "PMOSIM_REPLICATIONS": "30"}
    for session in blocks("console"):
        for command, shown in steps(session):
            if command.startswith("cd "):
                folder = folder / command[3:]
                continue
            done = subprocess.run(
                command, shell=True, cwd=folder, env=environment, capture_output=True, text=True
            )
            assert done.returncode == 0, f"{command}: {done.stderr}"
            assert fits(shown, done.stdout.splitlines()), f"{command} printed\n{done.stdout}"
    return folder


def test_the_console_sessions_print_what_they_show(workspace: Path) -> None:
    assert (workspace / "reports" / "baseline" / "report.html").is_file()
    assert (workspace / "reports" / "baseline-whatif" / "report.html").is_file()


def test_the_python_runs(workspace: Path) -> None:
    for code in blocks("python"):
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", code],
            cwd=workspace,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        assert re.search(r"20\d\d|after the planning window", done.stdout)


def test_the_commands_the_readme_calls_missing_are_refused() -> None:
    text = README.read_text(encoding="utf-8")
    missing = text.split("Not there yet")[1].split("## More")[0]
    from pmosim.cli import COMMANDS, LATER

    named = set(re.findall(r"`(\w+)`", missing))
    assert named <= LATER
    assert not named & set(COMMANDS)
