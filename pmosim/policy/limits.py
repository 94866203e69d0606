"""Limits: comparing what was added up in floats with a limit that a user wrote."""

from __future__ import annotations

FIT = 1e-9
"""What a sum may exceed a limit by: floats round, and nobody plans a billionth of a person-day."""


def is_within(total: float, limit: float) -> bool:
    """Return whether a sum of floats is at most a limit, ``FIT`` forgiven for their rounding."""
    return total <= limit or total <= limit + FIT * max(1.0, abs(limit))
