"""Amounts: the words of a file for time, person-time, money, shares, rates and dates.

Decimals are exact fractions until they stand in the base unit: working minutes, person-minutes,
the scenario's currency. What cannot be read raises ``Amiss``, which says what it should look like.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from pmosim import distributions as laws
from pmosim.units import WHOLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pmosim.distributions import Law
    from pmosim.scenario.nodes import Node

LATEST_YEAR = 2200
EARLIEST_YEAR = 1900
LARGEST = Fraction(10) ** 13
"""Larger amounts are taken for a slip; they would also leave the whole numbers of a run."""
LONGEST_TEXT = 200

TIME = "working time, such as 6h, 3d, 2w or 3mo"
PERSON_TIME = "person-time, such as 15pd, 40ph or 2pm"
MONEY = "money, such as 250k, 1.2M or 800"
SHARE = "a share, such as 80%"
DATE = "a date, such as 2027-03-02, 2027-03 or 2027-Q1"

_NUMBER = r"[-+]?(?:\d{1,20}(?:\.\d{0,20})?|\.\d{1,20})(?:[eE][-+]?\d{1,2})?"
_AMOUNT = re.compile(rf"({_NUMBER})\s*([a-zA-Z%€$£]*)\Z")
_RATE = re.compile(rf"({_NUMBER}\s*[a-zA-Z%]*)\s*/\s*([a-zA-Z]+)\Z")
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})\Z")
_MONTH = re.compile(r"(\d{4})-(\d{2})\Z")
_QUARTER = re.compile(r"(\d{4})-?[Qq]([1-4])\Z")
_HEADS = re.compile(r"(\d{1,6})\s*[x×*]\s*(.+)\Z")

Kind = Literal["time", "person-time", "money", "number"]


class Amiss(ValueError):
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


def number(text: str) -> Fraction:
    """Return a plain number exactly."""
    found = _AMOUNT.match(text.strip()[:LONGEST_TEXT])
    if found is None or found[2]:
        hint = f" Write {text.replace(',', '.')}." if _has_comma(text) else ""
        raise Amiss("PMO110", f"it must be a number, such as 3 or 0.5.{hint}")
    return _bounded(Fraction(found[1]))


def _has_comma(text: str) -> bool:
    return re.match(r"\d+,\d+\s*[a-zA-Z%]*\Z", text.strip()) is not None


def _bounded(value: Fraction) -> Fraction:
    if abs(value) > LARGEST:
        raise Amiss(
            "PMO112", "it is too large to be meant; it must stay below 10 million millions."
        )
    return value


def whole_number(text: str, *, least: int = 0) -> int:
    """Return a whole number of ``least`` or more."""
    value = number(text)
    if value.denominator != 1:
        raise Amiss("PMO110", "it must be a whole number.")
    if value < least:
        raise Amiss("PMO112", f"it must be {least} or more.")
    return int(value)


def positive_number(text: str) -> Fraction:
    """Return a number above 0."""
    value = number(text)
    if value <= 0:
        raise Amiss("PMO112", "it must be more than 0.")
    return value


def amount_at_least_zero(text: str) -> Fraction:
    """Return a number of 0 or more."""
    return _not_negative(number(text))


def _not_negative(value: Fraction) -> Fraction:
    if value < 0:
        raise Amiss("PMO112", "it must be 0 or more.")
    return value


def share(text: str, *, most: Fraction | None = Fraction(1)) -> Fraction:
    """Return a share, 0 or more and at most ``most``; ``80%`` or ``0.8``."""
    found = _AMOUNT.match(text.strip()[:LONGEST_TEXT])
    if found is None or found[2] not in {"", "%"}:
        hint = f" Write {text.replace(',', '.')}." if _has_comma(text) else ""
        raise Amiss("PMO115", f"it must be {SHARE}.{hint}")
    value = Fraction(found[1]) / (100 if found[2] else 1)
    if value < 0:
        raise Amiss("PMO112", "a share must be 0% or more.")
    if most is not None and value > most:
        looks_percent = not found[2] and value <= 100
        hint = f" Did you mean {text.strip()}%?" if looks_percent else ""
        raise Amiss("PMO112", f"a share must be at most {_percent(most)}.{hint}")
    return value


def _percent(value: Fraction) -> str:
    return f"{float(value * 100):g}%"


def billionths(value: Fraction) -> int:
    """Return a factor in whole billionths, rounded half up."""
    return int((value * WHOLE * 2 + 1) // 2)


def working_time(text: str, measures: Measures) -> Fraction:
    """Return working time in minutes, 0 or more."""
    return _quantity(text, "time", measures)


def whole_minutes(value: Fraction) -> int:
    """Return minutes rounded half up."""
    return int((value * 2 + 1) // 2)


def person_time(text: str, measures: Measures) -> Fraction:
    """Return person-time in person-minutes, 0 or more."""
    return _quantity(text, "person-time", measures)


def money(text: str) -> Fraction:
    """Return money in the currency of the scenario, 0 or more."""
    return _quantity(text, "money", Measures())


@lru_cache(maxsize=4096)
def _quantity(text: str, kind: Kind, measures: Measures) -> Fraction:
    code, looks, units = _family(kind, measures)
    found = _AMOUNT.match(text.strip()[:LONGEST_TEXT])
    if found is None:
        hint = f" Write {text.strip().replace(',', '.')}." if _has_comma(text) else ""
        raise Amiss(code, f"it must be {looks}.{hint}")
    if found[2] not in units:
        raise _wrong_unit(code, looks, kind, found[1], found[2])
    return _bounded(_not_negative(Fraction(found[1]) * units[found[2]]))


def _family(kind: Kind, measures: Measures) -> tuple[str, str, dict[str, Fraction]]:
    if kind == "time":
        return "PMO111", TIME, measures.minutes
    if kind == "person-time":
        return "PMO113", PERSON_TIME, measures.person_minutes
    if kind == "money":
        return "PMO114", MONEY, _MONEY_UNITS
    return "PMO110", "a number, such as 1.4", {"": Fraction(1)}


def _wrong_unit(code: str, looks: str, kind: Kind, figure: str, unit: str) -> Amiss:
    if unit == "prior":
        return Amiss("PMO103", "the value 'prior' is not available yet; give a number.")
    if unit == "cd" and kind == "time":
        said = "calendar days (cd) can stand only where a date results; write working days: "
        return Amiss("PMO124", f"{said}{figure}d is {figure} working days.")
    if unit == "y" and kind == "time":
        said = "a year (y) is a span of the calendar and can stand only where a date results"
        return Amiss(code, f"{said}; write months of work, such as 12mo.")
    if kind in {"time", "person-time"}:
        if not unit:
            example = "d" if kind == "time" else "pd"
            return Amiss(code, f"it has no unit; it must be {looks}: {figure}{example}?")
        twin = _TWINS.get(unit)
        if twin:
            is_time = "working time" if kind == "person-time" else "person-time"
            return Amiss(
                code, f"{figure}{unit} is {is_time}, but it must be {looks}: {figure}{twin}?"
            )
    if kind == "money" and unit in {"m", "mio", "Mio", "MEUR"}:
        return Amiss(code, f"it must be {looks}: {figure}M for millions?")
    if kind == "number" and unit:
        return Amiss(code, f"it must be {looks}, without a unit.")
    return Amiss(code, f"'{unit}' is not a unit here; it must be {looks}.")


def rate(text: str, measures: Measures) -> tuple[Fraction, Literal["minute", "year"]]:
    """Return expected arrivals per working minute or per calendar year."""
    found = _RATE.match(text.strip()[:LONGEST_TEXT])
    looks = "it must be a rate, such as 0.8/d, 2/mo or 6/y."
    if found is None:
        raise Amiss("PMO119", looks)
    try:
        count = _not_negative(number(found[1]))
    except Amiss as amiss:
        raise Amiss("PMO119", looks) if amiss.code == "PMO110" else amiss from None
    if found[2] == "y":
        return count, "year"
    if found[2] not in measures.minutes:
        raise Amiss("PMO119", f"'{found[2]}' is not a unit of time; {looks}")
    return count / measures.minutes[found[2]], "minute"


def money_per_minute(text: str, measures: Measures) -> Fraction:
    """Return money per working minute; ``2k/mo``, ``4k/w``, ``200k/y``."""
    found = _RATE.match(text.strip()[:LONGEST_TEXT])
    looks = "it must be money per time, such as 4k/w or 2k/mo."
    if found is None:
        raise Amiss("PMO114", looks)
    spans = measures.minutes | {"y": Fraction(measures.year_days * measures.minutes_per_day)}
    if found[2] not in spans:
        raise Amiss("PMO114", f"'{found[2]}' is not a unit of time; {looks}")
    return money(found[1]) / spans[found[2]]


def share_per_month(text: str, measures: Measures) -> Fraction:
    """Return a share per month of work; ``5%/mo``."""
    found = _RATE.match(text.strip()[:LONGEST_TEXT])
    if found is None or found[2] not in measures.minutes:
        raise Amiss("PMO119", "it must be a share per time, such as 5%/mo.")
    month = measures.minutes["mo"]
    return share(found[1], most=None) * month / measures.minutes[found[2]]


def years(text: str) -> Fraction:
    """Return a span of the calendar in years: ``2y``, ``1.5y``."""
    found = _AMOUNT.match(text.strip()[:LONGEST_TEXT])
    if found is None or found[2] != "y":
        raise Amiss("PMO111", "it must be a number of years, such as 2y or 1.5y.")
    value = Fraction(found[1])
    if not 0 < value <= 100:
        raise Amiss("PMO112", "it must be more than 0y and at most 100y.")
    return value


def calendar_days(text: str) -> int | None:
    """Return the days of ``10cd``; None for anything else."""
    found = _AMOUNT.match(text.strip()[:LONGEST_TEXT])
    if found is None or found[2] != "cd":
        return None
    value = Fraction(found[1])
    if value.denominator != 1 or not 0 <= value <= 36525:
        raise Amiss("PMO124", "calendar days must be a whole number, such as 10cd.")
    return int(value)


def years_later(day: date, span: Fraction) -> date:
    """Return the date some years later; 29 February becomes 1 March where there is none."""
    months = span * 12
    if months.denominator != 1:
        raise Amiss("PMO111", "a part of a year must be whole months, such as 1.5y.")
    total = day.year * 12 + day.month - 1 + int(months)
    year, month = divmod(total, 12)
    if day.day <= monthrange(year, month + 1)[1]:
        return date(year, month + 1, day.day)
    return date(year + (month == 11), (month + 1) % 12 + 1, 1)


def day(text: str, *, end: bool = False) -> date:
    """Return a date; a month or quarter is its first day as a start, its last as an end."""
    text = text.strip()
    first, last = _span(text)
    return last if end else first


@lru_cache(maxsize=4096)
def _span(text: str) -> tuple[date, date]:
    found = _DAY.match(text)
    if found:
        return _checked_day(*map(int, found.groups()))
    found = _MONTH.match(text)
    if found:
        return _months(int(found[1]), int(found[2]), 1)
    found = _QUARTER.match(text)
    if found:
        return _months(int(found[1]), 3 * int(found[2]) - 2, 3)
    raise Amiss("PMO116", f"it must be {DATE}.{_date_hint(text)}")


def _date_hint(text: str) -> str:
    found = re.match(r"(\d{1,2})\.(\d{1,2})\.(\d{4})\Z", text)
    if found:
        return f" Write {found[3]}-{int(found[2]):02}-{int(found[1]):02}."
    if re.match(r"\d{4}\Z", text):
        return f" Write a quarter or month: {text}-Q1 or {text}-01."
    found = re.match(r"(\d{4})-(\d{1,2})(?:-(\d{1,2}))?\Z", text)
    if found:
        rest = f"-{int(found[3]):02}" if found[3] else ""
        return f" Write {found[1]}-{int(found[2]):02}{rest}."
    return ""


def _checked_day(year: int, month: int, day_of_month: int) -> tuple[date, date]:
    try:
        found = date(year, month, day_of_month)
    except ValueError:
        raise Amiss("PMO116", "there is no such day in the calendar.") from None
    _check_year(year)
    return found, found


def _check_year(year: int) -> None:
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        raise Amiss("PMO116", f"the year must be from {EARLIEST_YEAR} to {LATEST_YEAR}.")


def _months(year: int, month: int, n_months: int) -> tuple[date, date]:
    _check_year(year)
    if not 1 <= month <= 12:
        raise Amiss("PMO116", "there is no such month in the calendar.")
    last_month = month + n_months - 1
    return date(year, month, 1), date(year, last_month, monthrange(year, last_month)[1])


def day_range(text: str) -> tuple[date, date]:
    """Return both ends, included, of ``from..to``; a single date or month is a range too."""
    first, separator, last = text.strip().partition("..")
    try:
        start = day(first)
        end = day(last if separator else first, end=True)
    except Amiss as amiss:
        looks = "it must be a range, such as 2027-07-05..2027-07-23, or a date or month."
        raise Amiss("PMO117", f"{looks} {amiss.said}") from None
    if end < start:
        raise Amiss("PMO117", "the range ends before it begins; swap its ends.")
    return start, end


def days_of(first: date, last: date) -> list[date]:
    """Return every day of a range."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def heads_and_share(text: str) -> tuple[int, Fraction]:
    """Return heads and the share of each: ``2``, ``40%`` or ``2 x 40%``."""
    text = text.strip()[:LONGEST_TEXT]
    looks = "it must be whole people (2), a share of one person (40%), or both (2 x 40%)."
    found = _HEADS.match(text)
    if found is None and text.endswith("%"):
        return 1, _share_of_need(text, looks)
    try:
        heads = whole_number(found[1] if found else text, least=1)
    except Amiss as amiss:
        hint = _need_hint(text) if amiss.code == "PMO110" else " Leave the need out."
        raise Amiss("PMO123", f"{looks}{hint}") from None
    if heads > 100_000:
        raise Amiss("PMO112", "a task asks for at most 100000 people.")
    return heads, _share_of_need(found[2], looks) if found else Fraction(1)


def _need_hint(text: str) -> str:
    try:
        value = number(text)
    except Amiss:
        return ""
    return f" Did you mean {float(value * 100):g}%?" if 0 < value < 1 else ""


def _share_of_need(text: str, looks: str) -> Fraction:
    if not text.strip().endswith("%"):
        raise Amiss("PMO123", looks)
    try:
        value = share(text)
    except Amiss as amiss:
        raise Amiss("PMO123", f"{looks} {amiss.said}") from None
    if value == 0:
        raise Amiss("PMO123", f"{looks} A share of 0% asks for nobody: leave the need out.")
    return value


LAW_KEYS: dict[str, tuple[tuple[str, ...], ...]] = {
    "fixed": (("value",),),
    "uniform": (("low", "high"),),
    "triangular": (("low", "likely", "high"),),
    "pert": (("low", "likely", "high"),),
    "exponential": (("mean",),),
    "gamma": (("mean", "cv"),),
    "weibull": (("mean", "cv"),),
    "normal": (("mean", "cv"),),
    "lognormal": (("mean", "cv"), ("median", "sigma")),
    "empirical": (("values", "weights"), ("values",)),
}
"""Parameters of each ``dist``: ``cv``, ``sigma`` and ``weights`` are numbers, the rest amounts."""
_PLAIN_PARAMETERS = {"cv", "sigma"}
MEANINGS = ("p10-p90", "min-max")


def is_law(node: Node) -> bool:
    """Whether a mapping is an uncertain amount."""
    return any(key in node.mapping for key in ("dist", "low", "likely", "high", "means"))


def law_from(node: Node, kind: Kind, measures: Measures) -> Law:
    """Return an uncertain amount in the base unit of its kind; a plain amount is certain."""
    if node.is_scalar:
        return _law_of_text(node.text, kind, measures)
    if not node.mapping:
        raise Amiss("PMO118", f"it must be {_family(kind, measures)[1]}, or low/likely/high.")
    return _law_of_mapping(node, kind, measures)


@lru_cache(maxsize=4096)
def _law_of_text(text: str, kind: Kind, measures: Measures) -> Law:
    parts = [part.strip() for part in text.split("/")]
    if len(parts) == 1:
        return laws.Fixed(value=float(_quantity(text, kind, measures)))
    if len(parts) != 3:
        raise Amiss("PMO118", "a range must be three amounts, low/likely/high.")
    unit = _unit_of(parts[2])
    parts = [part if _unit_of(part) else part + unit for part in parts]
    values = [_quantity(part, kind, measures) for part in parts]
    return _three_point(values, measures.range_means)


def _unit_of(text: str) -> str:
    found = _AMOUNT.match(text)
    return found[2] if found else "?"


def _three_point(values: list[Fraction], means: str) -> Law:
    low, likely, high = (float(value) for value in values)
    if not low <= likely <= high:
        raise Amiss("PMO118", "the three must be in order: low, likely, high.")
    if means == "min-max":
        return _made(laws.Pert, low=low, likely=likely, high=high)
    if low == 0 and high > 0:
        said = "a low of 0 cannot be a P10; give the low more than 0, or say `means: min-max`."
        raise Amiss("PMO118", said)
    if low == high:
        return laws.Fixed(value=low)
    return _made(laws.SplitLognormal, p10=low, likely=likely, p90=high)


def _made(law: type[Law], **parameters: object) -> Law:
    try:
        return law(**parameters)
    except ValueError as error:
        raise Amiss("PMO118", f"{error}.") from None


def _law_of_mapping(node: Node, kind: Kind, measures: Measures) -> Law:
    named = node.get("dist")
    if named is None:
        return _stated_range(node, kind, measures)
    dist = named.text
    if dist not in LAW_KEYS:
        raise Amiss("PMO118", f"dist is '{dist}'; it must be one of {', '.join(LAW_KEYS)}.")
    given = {key for key, entry in node.mapping.items() if not entry.is_null} - {"dist"}
    if not any(given == set(keys) for keys in LAW_KEYS[dist]):
        wanted = " or ".join(", ".join(keys) for keys in LAW_KEYS[dist])
        got = ", ".join(sorted(given)) or "nothing"
        raise Amiss("PMO118", f"dist {dist} takes {wanted}; got {got}.")
    if dist == "empirical":
        return _empirical(node, kind, measures)
    values = {
        key: float(_parameter(node.mapping[key], key, kind, measures)) for key in sorted(given)
    }
    return _law_named(dist, values)


def _parameter(node: Node, key: str, kind: Kind, measures: Measures) -> Fraction:
    if not node.is_scalar:
        raise Amiss("PMO118", f"{key} must be a single amount.")
    try:
        if key in _PLAIN_PARAMETERS:
            return share(node.text, most=None)
        return _quantity(node.text, kind, measures)
    except Amiss as amiss:
        raise Amiss(amiss.code, f"{key} is {node.shown()}; {amiss.said}") from None


def _law_named(dist: str, values: Mapping[str, float]) -> Law:
    simple: dict[str, type[Law]] = {
        "fixed": laws.Fixed,
        "uniform": laws.Uniform,
        "triangular": laws.Triangular,
        "pert": laws.Pert,
        "gamma": laws.Gamma,
        "weibull": laws.Weibull,
        "normal": laws.Normal,
        "exponential": laws.Exponential,
    }
    if dist in simple:
        return _made(simple[dist], **values)
    if "median" in values:
        return _made(laws.Lognormal, median=values["median"], sigma=values["sigma"])
    try:
        return laws.Lognormal.from_mean_cv(values["mean"], values["cv"])
    except ValueError as error:
        raise Amiss("PMO118", f"{error}.") from None


def _stated_range(node: Node, kind: Kind, measures: Measures) -> Law:
    given = {key for key, entry in node.mapping.items() if not entry.is_null}
    if given - {"means"} != {"low", "likely", "high"}:
        raise Amiss("PMO118", "a range takes low, likely, high and perhaps means.")
    means = node.get("means")
    if means is not None and means.text not in MEANINGS:
        raise Amiss("PMO118", f"means is {means.shown()}; it must be one of {', '.join(MEANINGS)}.")
    values = [
        _parameter(node.mapping[key], key, kind, measures) for key in ("low", "likely", "high")
    ]
    return _three_point(values, means.text if means else measures.range_means)


def _empirical(node: Node, kind: Kind, measures: Measures) -> Law:
    values = [
        _parameter(entry, "a value", kind, measures) for entry in node.mapping["values"].items
    ]
    given = node.get("weights")
    weights = (
        [_parameter(entry, "cv", "number", measures) for entry in given.items] if given else []
    )
    weights = weights or [Fraction(1)] * len(values)
    if not values or len(values) != len(weights) or sum(weights) <= 0:
        raise Amiss("PMO118", "values must be a list of amounts, weights one number for each.")
    return _made(
        laws.Empirical,
        values=tuple(float(value) for value in values),
        weights=tuple(float(weight) for weight in weights),
    )
