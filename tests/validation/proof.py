"""Proof: one measured value against its known answer, within four standard errors.

Every check leaves a line in ``MEASURED``; ``conftest.py`` prints them after the run.
"""

from __future__ import annotations

import json
import math
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike

LIMIT = 4.0
"""Standard errors; the seeds are fixed, so a check that passes passes again."""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """A line of the table: standard error None = exact."""

    check: str
    expected: float
    got: float
    standard_error: float | None = None

    def __str__(self) -> str:
        """Return the line as it is printed."""
        line = f"{self.check:<58} {self.expected:>11.4f} {self.got:>11.4f}"
        if self.standard_error is None:
            return f"{line}       exact"
        return f"{line} {self.standard_error:>9.4f} {self.standard_errors_off:>6.2f}"

    @property
    def standard_errors_off(self) -> float:
        """Distance from the known answer in standard errors."""
        if self.standard_error is None:
            return 0.0 if self.got == self.expected else math.inf
        return (self.got - self.expected) / self.standard_error


MEASURED: list[Measured] = []


def seed_of(document: Mapping[str, Any]) -> int:
    """Return a seed of its own for each scenario, so that no two checks share their luck."""
    return zlib.crc32(json.dumps(document).encode())


def assert_mean(check: str, samples: ArrayLike, expected: float) -> None:
    """Hold the mean of one independent value per replication against the known answer."""
    values = np.asarray(samples, dtype=float)
    assert np.isfinite(values).all(), f"{check}: a replication has no value"
    error = float(values.std(ddof=1)) / math.sqrt(values.size)
    assert error > 0, f"{check}: the replications do not differ"
    line = Measured(check=check, expected=expected, got=float(values.mean()), standard_error=error)
    MEASURED.append(line)
    assert abs(line.standard_errors_off) <= LIMIT, str(line)


def assert_exact(check: str, got: float, expected: float) -> None:
    """Hold a value against a known answer it must equal."""
    line = Measured(check=check, expected=expected, got=got)
    MEASURED.append(line)
    assert got == expected, str(line)


def table(lines: Sequence[Measured]) -> str:
    """Return what was measured as text."""
    head = f"{'check':<58} {'expected':>11} {'got':>11} {'s.e.':>9} {'off':>6}"
    squares = [line.standard_errors_off**2 for line in lines if line.standard_error]
    mean = f"mean square of {len(squares)} distances: {np.mean(squares or [0]):.2f} (about 1)"
    return "\n".join([head, *map(str, lines), mean])
