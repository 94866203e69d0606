"""After the run: what was measured, beside what is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.validation.proof import MEASURED, table

if TYPE_CHECKING:
    import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if MEASURED:
        terminalreporter.section("known answers")
        terminalreporter.write_line(table(MEASURED))
