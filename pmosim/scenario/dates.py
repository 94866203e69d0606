"""Days: the words of a file for dates, ranges of dates and spans of the calendar."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache

from pmosim.scenario.amounts import AMOUNT, AmissError, matched

LATEST_YEAR = 2200
EARLIEST_YEAR = 1900
DATE = "a date, such as 2027-03-02, 2027-03 or 2027-Q1"

_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})\Z", re.ASCII)
_MONTH = re.compile(r"(\d{4})-(\d{2})\Z", re.ASCII)
_QUARTER = re.compile(r"(\d{4})-?[Qq]([1-4])\Z", re.ASCII)


def years(text: str) -> Fraction:
    """Return a span of the calendar in years: ``2y``, ``1.5y``."""
    found = matched(AMOUNT, text)
    if found is None or found[2] != "y":
        raise AmissError("PMO111", "it must be a number of years, such as 2y or 1.5y.")
    value = Fraction(found[1])
    if not 0 < value <= 100:
        raise AmissError("PMO112", "it must be more than 0y and at most 100y.")
    return value


def calendar_days(text: str) -> int | None:
    """Return the days of ``10cd``; None for anything else."""
    found = matched(AMOUNT, text)
    if found is None or found[2] != "cd":
        return None
    value = Fraction(found[1])
    if value.denominator != 1 or not 0 <= value <= 36525:
        raise AmissError("PMO124", "calendar days must be a whole number, such as 10cd.")
    return int(value)


def years_later(day: date, span: Fraction) -> date:
    """Return the date some years later; 29 February becomes 1 March where there is none."""
    months = span * 12
    if months.denominator != 1:
        raise AmissError("PMO111", "a part of a year must be whole months, such as 1.5y.")
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
    raise AmissError("PMO116", f"it must be {DATE}.{_date_hint(text)}")


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
        raise AmissError("PMO116", "there is no such day in the calendar.") from None
    _check_year(year)
    return found, found


def _check_year(year: int) -> None:
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        raise AmissError("PMO116", f"the year must be from {EARLIEST_YEAR} to {LATEST_YEAR}.")


def _months(year: int, month: int, n_months: int) -> tuple[date, date]:
    _check_year(year)
    if not 1 <= month <= 12:
        raise AmissError("PMO116", "there is no such month in the calendar.")
    last_month = month + n_months - 1
    return date(year, month, 1), date(year, last_month, monthrange(year, last_month)[1])


def day_range(text: str) -> tuple[date, date]:
    """Return both ends, included, of ``from..to``; a single date or month is a range too."""
    first, separator, last = text.strip().partition("..")
    try:
        start = day(first)
        end = day(last if separator else first, end=True)
    except AmissError as amiss:
        looks = "it must be a range, such as 2027-07-05..2027-07-23, or a date or month."
        raise AmissError("PMO117", f"{looks} {amiss.said}") from None
    if end < start:
        raise AmissError("PMO117", "the range ends before it begins; swap its ends.")
    return start, end


def days_of(first: date, last: date) -> list[date]:
    """Return every day of a range."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
