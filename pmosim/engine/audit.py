"""Audit: what must hold in every replication (model.md, section 8), checked from the outside.

Raises ``AuditError`` with the replication, the minute and what broke. Works on the final state
and on a log of who held what; in a run it looks only after each dispatch pass.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmosim.errors import AuditError

if TYPE_CHECKING:
    from pmosim.engine.reference import Replication
    from pmosim.engine.state import Hold


class Audit:
    """The log and the checks of one replication."""

    def __init__(self, replication: int) -> None:
        self.replication = replication
        self.holds: list[tuple[int, int, int, int]] = []
        """(person, from, until, share)."""

    def note_hold(self, hold: Hold, minute: int) -> None:
        """Note that a person is given back."""
        self.holds.append((hold.person.n, hold.since, minute, hold.share))

    def check_pass(self, run: Replication) -> None:
        """Check one minute after its last pass."""

    def check_end(self, run: Replication) -> None:
        """Check a replication that has ended."""
