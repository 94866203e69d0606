"""Quality: what each rule of data removed, repaired or found, with examples.

Nothing is guessed in silence: a history that lost a row says by which rule, how many, and where.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import pandas as pd

Action = Literal["removed", "repaired", "reported"]

MOST_EXAMPLES = 5


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What one rule did to one table."""

    table: str
    rule: str
    """A short name: ``finish-before-start``."""
    action: Action
    n: int
    """Rows it concerns."""
    of: int
    """Rows that the table had."""
    says: str
    """What was found and done, in words."""
    examples: tuple[str, ...] = ()
    """Places of the first rows, with the values that were found."""

    @property
    def share(self) -> float:
        """Share of the rows of the table that it concerns."""
        return self.n / self.of if self.of else 0.0

    def sentence(self) -> str:
        """Return the line a user reads."""
        shown = f" ({'; '.join(self.examples[:3])})" if self.examples else ""
        rows = f"{self.n:,} of {self.of:,} rows"
        done = "" if self.action == "reported" else f" {self.action}"
        return f"{self.table}: {rows}{done}: {self.says}{shown}"


@dataclass(frozen=True, kw_only=True)
class Quality:
    """Every finding, in the order of the tables and rules."""

    findings: tuple[Finding, ...] = ()

    def count(self, rule: str, *, table: str | None = None) -> int:
        """Return how many rows a rule concerned, in one table or in all."""
        return sum(f.n for f in self.findings if f.rule == rule and table in (None, f.table))

    def removed(self, table: str) -> int:
        """Return how many rows of a table were removed, by any rule."""
        return sum(f.n for f in self.findings if f.table == table and f.action == "removed")

    def joined(self, *others: Quality) -> Quality:
        """Return these findings and those of others."""
        findings = list(self.findings)
        for other in others:
            findings += [f for f in other.findings if f not in findings]
        return Quality(findings=tuple(findings))

    def sentences(self) -> list[str]:
        """Return a line per finding."""
        return [finding.sentence() for finding in self.findings]

    def document(self) -> list[dict[str, Any]]:
        """Return the findings as plain values, for ``--json`` and for the file of a history."""
        return [
            {
                "table": f.table,
                "rule": f.rule,
                "action": f.action,
                "rows": f.n,
                "of": f.of,
                "says": f.says,
                "examples": list(f.examples),
            }
            for f in self.findings
        ]

    def to_frame(self) -> pd.DataFrame:
        """Return a row per finding."""
        import pandas as pd

        columns = ["table", "rule", "action", "rows", "of", "says", "examples"]
        return pd.DataFrame(self.document(), columns=columns)
