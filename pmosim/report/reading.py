"""Reading: numbers, dates and words of a forecast document, as they may be there or not.

In: a value of the document. Out: Number, When, text, or None where nothing is said.
Not here: what the values are about (``answers``, ``particulars``).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

_UNPRINTABLE = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]+"
)


_KEY = re.compile(r"`([^`]+)`")


@dataclass(frozen=True, kw_only=True)
class Number:
    """An estimate: ``value`` None = not known, then ``reason`` may say why."""

    value: float | None
    low: float | None = None
    high: float | None = None
    reason: str = ""
    day: date | None = None
    """The date of a number of days, where the document says it."""


@dataclass(frozen=True, kw_only=True)
class When:
    """A date with its 95 % interval; ``day`` None = after the planning window, or not known."""

    day: date | None
    low: date | None = None
    high: date | None = None
    reason: str = ""
    """Why there is no date, if it is not that the window ends."""

    @property
    def is_after(self) -> bool:
        """Whether it lies after the planning window."""
        return self.day is None and not self.reason


def clean(text: object) -> str:
    """Return text on one line without control and direction characters."""
    if text is None:
        return ""
    return " ".join(_UNPRINTABLE.sub(" ", str(text)).split())


def role_words(role: str) -> str:
    """Return ``project manager`` for ``project-manager``."""
    return " ".join(re.split(r"[-_\s]+", clean(role))).strip() or clean(role)


def read_number(raw: object) -> Number:
    """Read an estimate, or a plain number."""
    if isinstance(raw, Mapping):
        return Number(
            value=as_finite(raw.get("value")),
            low=as_finite(raw.get("low")),
            high=as_finite(raw.get("high")),
            reason=clean(raw.get("reason")),
            day=read_date(raw.get("date")),
        )
    return Number(value=as_finite(raw))


def read_date(raw: object) -> date | None:
    """Read an ISO date or the value of an estimate of one; None = no date."""
    if isinstance(raw, Mapping):
        raw = raw.get("value", raw.get("date"))
    if isinstance(raw, date):
        return raw
    if not isinstance(raw, str):
        return None
    try:
        return date.fromisoformat(raw[:10])
    except ValueError:
        return None


def read_when(raw: object) -> When:
    """Read a date, or the estimate of one."""
    if isinstance(raw, Mapping):
        day = read_date(raw)
        is_after = raw.get("after_horizon") is True
        return When(
            day=day,
            low=read_date(raw.get("low")),
            high=read_date(raw.get("high")),
            reason="" if day is not None or is_after else clean(raw.get("reason")) or "not known",
        )
    return When(day=read_date(raw))


def read_chance(raw: object) -> Number | None:
    """Read a chance; None = the question was not asked (no promise, no budget, no benefit)."""
    number = read_number(raw)
    return None if number.value is None and not number.reason else number


def read_prose(raw: object) -> str:
    """Return a sentence with its `keys` in quotation marks."""
    return _KEY.sub("\N{LEFT DOUBLE QUOTATION MARK}\\1\N{RIGHT DOUBLE QUOTATION MARK}", clean(raw))


def as_mapping(raw: object) -> Mapping[str, Any]:
    """Return a mapping; an empty one for anything else."""
    return raw if isinstance(raw, Mapping) else {}


def as_finite(raw: object) -> float | None:
    """Return a finite number; None for anything else."""
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        return None
    return float(raw) if math.isfinite(raw) else None
