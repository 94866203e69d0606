"""Errors: what can go wrong, as a tree, and the shape of one problem in the user's input.

PmosimError
├── InputError            the user's files, options or arguments; exit code 2
│   ├── ScenarioError     a scenario that cannot be run; carries every problem at once
│   └── RunFolderError    a run folder that is missing, damaged or from another version
├── UnpairedError         outcomes that do not share their luck
└── AuditError            a run broke an invariant of the model: our bug; exit code 3
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, kw_only=True, order=True)
class Problem:
    """One fault or doubt in the user's input.

    ``place`` is ``file:line:col`` (or ``book.xlsx[Sheet]!D17``, or a dotted key where the input
    came from Python); ``text`` says the value, the rule and the way out.
    """

    place: str
    code: str
    text: str
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        """Return the line a user reads."""
        return f"{self.place}  {self.code}  {self.text}"


class PmosimError(Exception):
    """Base of every error that pmosim raises on purpose."""


class InputError(PmosimError):
    """The input cannot be used; ``problems`` lists every reason found in one pass."""

    def __init__(self, problems: Sequence[Problem] | str) -> None:
        if isinstance(problems, str):
            problems = [Problem(place="input", code="PMO001", text=problems)]
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class ScenarioError(InputError):
    """A scenario that cannot be run."""


class RunFolderError(InputError):
    """A run folder that is missing, damaged, or belongs to another scenario or version."""


class UnpairedError(PmosimError):
    """Outcomes that cannot be compared because they do not share seed and replications."""


class AuditError(PmosimError):
    """A replication broke an invariant of the model."""
