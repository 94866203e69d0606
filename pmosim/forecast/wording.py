"""Wording: estimates in the words of a first page, never more exact than they are known.

In: values of a forecast. Out: text. Not here: whole sentences (``report``, ``cli``).
"""

from __future__ import annotations

import math
from datetime import date, timedelta

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
WEEK_BAND_DAYS = 21
"""A band up to this wide is known to the week, a wider one to the month."""
NOT_KNOWN = "not known"
AFTER_WINDOW = "after the planning window"


def chance_in_words(p: float | None, n: int) -> str:
    """Return ``62 of 100``; never 0 or 100: ``<1 of 100``, ``>99 of 100``.

    Parameters
    ----------
    p : share of the futures, None or NaN = not known.
    n : number of futures; fewer than 100 cannot tell 1 of 100, and ``<5 of 100`` is said of 20.
    """
    if p is None or math.isnan(p):
        return NOT_KNOWN
    least = max(1, math.ceil(100 / n))
    hundredths = math.floor(100 * p + 0.5)
    if p <= 0.0 or 100 * p < 1.0:
        return f"<{least} of 100"
    if p >= 1.0 or 100 * p > 99.0:
        return f">{100 - least} of 100"
    return f"{hundredths} of 100"


def date_in_words(value: date | None, low: date | None, high: date | None) -> str:
    """Return a date rounded to the width of its band: a day, a week or a month.

    ``14 September 2026`` if the band is this day alone, ``the week of 14 September 2026`` (its
    Monday) if it is three weeks wide or less, else ``September 2026``.

    Parameters
    ----------
    value : the date, None = after the planning window.
    low, high : the band, for example P10 and P90; a high of None reaches beyond the window.
    """
    if value is None:
        return AFTER_WINDOW
    if low is not None and low == high:
        return f"{value.day} {MONTHS[value.month - 1]} {value.year}"
    if low is not None and high is not None and (high - low).days <= WEEK_BAND_DAYS:
        monday = value - timedelta(days=value.weekday())
        return f"the week of {monday.day} {MONTHS[monday.month - 1]} {monday.year}"
    return f"{MONTHS[value.month - 1]} {value.year}"


def money_in_words(amount: float | None, currency: str = "") -> str:
    """Return an amount to three figures: ``EUR 1.24M``, ``EUR 320k``, ``EUR -950``."""
    if amount is None or math.isnan(amount):
        return NOT_KNOWN
    # Through the decimal text, so that the suffix fits the rounded number (999,600 is 1M).
    rounded = float(f"{amount:.3g}")
    size = abs(rounded)
    scale, suffix = next(
        (step for step in ((1e9, "bn"), (1e6, "M"), (1e3, "k")) if size >= step[0]), (1.0, "")
    )
    text = f"{rounded / scale:.2f}".rstrip("0").rstrip(".")
    if not suffix:
        text = f"{rounded:.0f}"
    text = "0" if text == "-0" else text
    return f"{currency} {text}{suffix}".strip()
