"""Amounts: the words of a file for time, person-time, money, shares, rates and people.

Decimals are exact fractions until they stand in the base unit: working minutes, person-minutes,
the scenario's currency. What cannot be read raises ``AmissError``: it says what is expected.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from pmosim.units import WHOLE

if TYPE_CHECKING:
    from pmosim.fitted import Fitted

LARGEST = Fraction(10) ** 13
"""Larger amounts are taken for a slip; they would also leave the whole numbers of a run."""
LONGEST_TEXT = 200

TIME = "working time, such as 6h, 3d, 2w or 3mo"
PERSON_TIME = "person-time, such as 15pd, 40ph or 2pm"
MONEY = "money, such as 250k, 1.2M or 800"
SHARE = "a share, such as 80%"

_NUMBER = r"[-+]?(?:\d{1,20}(?:\.\d{0,20})?|\.\d{1,20})(?:[eE][-+]?\d{1,2})?"
AMOUNT = re.compile(rf"({_NUMBER})\s*([a-zA-Z%€$£]*)\Z", re.ASCII)
_RATE = re.compile(rf"({_NUMBER}\s*[a-zA-Z%]*)\s*/\s*([a-zA-Z]+)\Z", re.ASCII)
_HEADS = re.compile(r"(\d{1,6})\s*[xX*]\s*(.+)\Z", re.ASCII)

Kind = Literal["time", "person-time", "money", "number"]


class AmissError(ValueError):
    """A value that cannot be read; ``said`` is the rule it breaks and the way out."""

    def __init__(self, code: str, said: str) -> None:
        self.code = code
        self.said = said
        super().__init__(said)


@dataclass(frozen=True, kw_only=True)
class Measures:
    """How long the words for time are in this scenario."""

    minutes_per_day: int = 480
    week_days: int = 5
    month_days: Fraction = Fraction(20)
    year_days: int = 261
    """Working days of the 365 days from day 0."""
    range_means: str = "p10-p90"
    spread: float = 0.0
    """A plain amount of work is the median of a lognormal with this sigma; 0 = certain."""
    calibration: Fitted | None = field(default=None, compare=False)
    """What history says of work given as one number; it stands before ``spread``."""
    spread_includes_risks: bool = False
    """Whether the listed risks explain part of that spread."""

    @property
    def minutes(self) -> dict[str, Fraction]:
        """Working minutes of each unit of time."""
        day = Fraction(self.minutes_per_day)
        return {"h": Fraction(60), "d": day, "w": day * self.week_days, "mo": day * self.month_days}

    @property
    def person_minutes(self) -> dict[str, Fraction]:
        """Person-minutes of each unit of person-time."""
        day = Fraction(self.minutes_per_day)
        return {"ph": Fraction(60), "pd": day, "pm": day * self.month_days}


_MONEY_UNITS = {"": Fraction(1), "k": Fraction(1000), "K": Fraction(1000), "M": Fraction(10**6)}
_TWINS = {"h": "ph", "d": "pd", "mo": "pm", "w": "pd", "ph": "h", "pd": "d", "pm": "mo"}


def matched(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    """Return the match of a whole text, spaces around it left out; None where it is too long."""
    return pattern.match(text.strip()) if len(text) <= LONGEST_TEXT else None


def number(text: str) -> Fraction:
    """Return a plain number exactly."""
    found = matched(AMOUNT, text)
    if found is None or found[2]:
        hint = f" Write {text.replace(',', '.')}." if _has_comma(text) else ""
        raise AmissError("PMO110", f"it must be a number, such as 3 or 0.5.{hint}")
    return _bounded(Fraction(found[1]))


def _has_comma(text: str) -> bool:
    return re.match(r"\d+,\d+\s*[a-zA-Z%]*\Z", text.strip()) is not None


def _bounded(value: Fraction) -> Fraction:
    if abs(value) > LARGEST:
        raise AmissError(
            "PMO112", "it is too large to be meant; it must stay below 10 million millions."
        )
    return value


def whole_number(text: str, *, least: int = 0) -> int:
    """Return a whole number of ``least`` or more."""
    value = number(text)
    if value.denominator != 1:
        raise AmissError("PMO110", "it must be a whole number.")
    if value < least:
        raise AmissError("PMO112", f"it must be {least} or more.")
    return int(value)


def amount_at_least_zero(text: str) -> Fraction:
    """Return a number of 0 or more."""
    return _not_negative(number(text))


def _not_negative(value: Fraction) -> Fraction:
    if value < 0:
        raise AmissError("PMO112", "it must be 0 or more.")
    return value


def share(text: str, *, most: Fraction | None = Fraction(1)) -> Fraction:
    """Return a share, 0 or more and at most ``most``; ``80%`` or ``0.8``."""
    found = matched(AMOUNT, text)
    if found is None or found[2] not in {"", "%"}:
        hint = f" Write {text.replace(',', '.')}." if _has_comma(text) else ""
        raise AmissError("PMO115", f"it must be {SHARE}.{hint}")
    value = Fraction(found[1]) / (100 if found[2] else 1)
    if value < 0:
        raise AmissError("PMO112", "a share must be 0% or more.")
    if most is not None and value > most:
        looks_percent = not found[2] and value <= 100
        hint = f" Did you mean {text.strip()}%?" if looks_percent else ""
        raise AmissError("PMO112", f"a share must be at most {_percent(most)}.{hint}")
    return value


def _percent(value: Fraction) -> str:
    return f"{float(value * 100):g}%"


def billionths(value: Fraction) -> int:
    """Return a factor in whole billionths, rounded half up."""
    return (2 * WHOLE * value.numerator + value.denominator) // (2 * value.denominator)


def working_time(text: str, measures: Measures) -> Fraction:
    """Return working time in minutes, 0 or more."""
    return quantity(text, "time", measures)


def whole_minutes(value: Fraction) -> int:
    """Return minutes rounded half up."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def person_time(text: str, measures: Measures) -> Fraction:
    """Return person-time in person-minutes, 0 or more."""
    return quantity(text, "person-time", measures)


def money(text: str) -> Fraction:
    """Return money in the currency of the scenario, 0 or more."""
    return quantity(text, "money", Measures())


@lru_cache(maxsize=4096)
def quantity(text: str, kind: Kind, measures: Measures) -> Fraction:
    """Return an amount of a kind in its base unit, 0 or more."""
    code, looks, units = family(kind, measures)
    found = matched(AMOUNT, text)
    if found is None:
        hint = f" Write {text.strip().replace(',', '.')}." if _has_comma(text) else ""
        raise AmissError(code, f"it must be {looks}.{hint}")
    if found[2] not in units:
        raise _wrong_unit(code, looks, kind, found[1], found[2])
    return _bounded(_not_negative(Fraction(found[1]) * units[found[2]]))


def family(kind: Kind, measures: Measures) -> tuple[str, str, dict[str, Fraction]]:
    """Return the message code of a kind of amount, what it looks like, and its units."""
    if kind == "time":
        return "PMO111", TIME, measures.minutes
    if kind == "person-time":
        return "PMO113", PERSON_TIME, measures.person_minutes
    if kind == "money":
        return "PMO114", MONEY, _MONEY_UNITS
    return "PMO110", "a number, such as 1.4", {"": Fraction(1)}


def _wrong_unit(code: str, looks: str, kind: Kind, figure: str, unit: str) -> AmissError:
    if unit == "cd" and kind == "time":
        said = "calendar days (cd) can stand only where a date results; write working days: "
        return AmissError("PMO124", f"{said}{figure}d is {figure} working days.")
    if unit == "y" and kind == "time":
        said = "a year (y) is a span of the calendar and can stand only where a date results"
        return AmissError(code, f"{said}; write months of work, such as 12mo.")
    if kind in {"time", "person-time"}:
        if not unit:
            example = "d" if kind == "time" else "pd"
            return AmissError(code, f"it has no unit; it must be {looks}: {figure}{example}?")
        twin = _TWINS.get(unit)
        if twin:
            is_time = "working time" if kind == "person-time" else "person-time"
            return AmissError(
                code, f"{figure}{unit} is {is_time}, but it must be {looks}: {figure}{twin}?"
            )
    if kind == "money" and unit in {"m", "mio", "Mio", "MEUR"}:
        return AmissError(code, f"it must be {looks}: {figure}M for millions?")
    if kind == "number" and unit:
        return AmissError(code, f"it must be {looks}, without a unit.")
    return AmissError(code, f"'{unit}' is not a unit here; it must be {looks}.")


def rate(text: str, measures: Measures) -> tuple[Fraction, Literal["minute", "year"]]:
    """Return expected arrivals per working minute or per calendar year."""
    found = matched(_RATE, text)
    looks = "it must be a rate, such as 0.8/d, 2/mo or 6/y."
    if found is None:
        raise AmissError("PMO119", looks)
    try:
        count = _not_negative(number(found[1]))
    except AmissError as amiss:
        raise AmissError("PMO119", looks) if amiss.code == "PMO110" else amiss from None
    if found[2] == "y":
        return count, "year"
    if found[2] not in measures.minutes:
        raise AmissError("PMO119", f"'{found[2]}' is not a unit of time; {looks}")
    return count / measures.minutes[found[2]], "minute"


def money_per_minute(text: str, measures: Measures) -> Fraction:
    """Return money per working minute; ``2k/mo``, ``4k/w``, ``200k/y``."""
    found = matched(_RATE, text)
    looks = "it must be money per time, such as 4k/w or 2k/mo."
    if found is None:
        raise AmissError("PMO114", looks)
    spans = measures.minutes | {"y": Fraction(measures.year_days * measures.minutes_per_day)}
    if found[2] not in spans:
        raise AmissError("PMO114", f"'{found[2]}' is not a unit of time; {looks}")
    return money(found[1]) / spans[found[2]]


def share_per_month(text: str, measures: Measures) -> Fraction:
    """Return a share per month of work; ``5%/mo``."""
    found = matched(_RATE, text)
    if found is None or found[2] not in measures.minutes:
        raise AmissError("PMO119", "it must be a share per time, such as 5%/mo.")
    month = measures.minutes["mo"]
    return share(found[1], most=None) * month / measures.minutes[found[2]]


@lru_cache(maxsize=4096)
def heads_and_share(text: str) -> tuple[int, Fraction]:
    """Return heads and the share of each: ``2``, ``40%`` or ``2 x 40%``."""
    text = text.strip()
    looks = "it must be whole people (2), a share of one person (40%), or both (2 x 40%)."
    found = matched(_HEADS, text)
    if found is None and text.endswith("%"):
        return 1, _share_of_need(text, looks)
    try:
        heads = whole_number(found[1] if found else text, least=1)
    except AmissError as amiss:
        hint = _need_hint(text) if amiss.code == "PMO110" else " Leave the need out."
        raise AmissError("PMO123", f"{looks}{hint}") from None
    if heads > 100_000:
        raise AmissError("PMO112", "a task asks for at most 100000 people.")
    return heads, _share_of_need(found[2], looks) if found else Fraction(1)


def _need_hint(text: str) -> str:
    try:
        value = number(text)
    except AmissError:
        return ""
    return f" Did you mean {float(value * 100):g}%?" if 0 < value < 1 else ""


def _share_of_need(text: str, looks: str) -> Fraction:
    if not text.strip().endswith("%"):
        raise AmissError("PMO123", looks)
    try:
        value = share(text)
    except AmissError as amiss:
        raise AmissError("PMO123", f"{looks} {amiss.said.capitalize()}") from None
    if value == 0:
        raise AmissError("PMO123", f"{looks} A share of 0% asks for nobody: leave the need out.")
    return value
