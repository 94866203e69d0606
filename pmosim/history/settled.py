"""Settled: a column of text as dates or numbers; what is meant is decided over the whole column.

Exports write dates as their viewer likes them (``31.03.2027``, ``3/31/27 2:15 PM``,
``31/Mär/27``) and numbers with a comma or a point. Where nothing in a column decides, the answer
is "ambiguous", never a guess.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

import numpy as np

from pmosim.scenario.cells import decimal_mark, plain_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

Order = Literal["auto", "day-month", "month-day"]
Mark = Literal["auto", "point", "comma"]

BLANKS = {"", "-", "--", "n/a", "na", "#n/a", "nan", "nat", "null", "none", "\\n", "(null)", "?"}
"""Cells that hold nothing, in lower case."""

_TIME = (
    r"(?:[ T]+(?P<h>\d{1,2}):(?P<m>\d{2})(?::(?P<s>\d{2})(?:[.,]\d+)?)?"
    r"\s*(?P<half>[AaPp]\.?[Mm]\.?)?)?"
)
_ZONE = r"\s*(?:Z|UTC|GMT|[+-]\d{2}:?\d{2})?\Z"
_ISO = re.compile(r"(?P<year>\d{4})([-/.]?)(?P<month>\d{2})\2(?P<day>\d{2})" + _TIME + _ZONE)
_YEAR_FIRST = re.compile(
    r"(?P<year>\d{4})([-/.])(?P<month>\d{1,2})\2(?P<day>\d{1,2})" + _TIME + _ZONE
)
_QUICK = re.compile(r"\d{4}-\d{2}-\d{2}(?:[ T]\d{2}:\d{2}(?::\d{2})?)?\Z")
_DOTTED = re.compile(
    r"(?:\w{2,9}\.?,?\s+)?(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.\s?(?P<year>\d{4}|\d{2}),?"
    + _TIME
    + _ZONE
)
_SLASHED = re.compile(
    r"(?P<a>\d{1,2})([/-])(?P<b>\d{1,2})\2(?P<year>\d{4}|\d{2}),?" + _TIME + _ZONE
)
_DAY_NAMED = re.compile(
    r"(?:\w{2,9}\.?,?\s+)?(?P<day>\d{1,2})\.?[\s/-]+(?P<name>[^\W\d_]{3,10})\.?[\s/,-]+(?P<year>\d{4}|\d{2}),?"
    + _TIME + _ZONE
)  # fmt: skip
_MONTH_NAMED = re.compile(
    r"(?:\w{2,9}\.?,?\s+)?(?P<name>[^\W\d_]{3,10})\.?[\s/-]+(?P<day>\d{1,2})(?:st|nd|rd|th)?[\s/,-]+(?P<year>\d{4}|\d{2}),?"
    + _TIME + _ZONE
)  # fmt: skip

_NAMES = (
    "jan january januar jän jänner janv janvier ene enero gen gennaio janeiro januari sty styczeń",
    "feb february februar févr février febrero febbraio fev fevereiro februari lut luty fév",
    "mar march mär märz mrz mars marzo março mrt maart marzec",
    "apr april avr avril abr abril aprile kwi kwiecień",
    "may mai mayo mag maggio maio mei maj",
    "jun june juni juin junio giu giugno junho cze czerwiec",
    "jul july juli juil juillet julio lug luglio julho lip lipiec",
    "aug august août aoû ago agosto augustus sie sierpień aout",
    "sep sept september septembre septiembre set settembre setembro wrz wrzesień",
    "oct october okt oktober octobre octubre ott ottobre out outubro paź październik",
    "nov november novembre noviembre novembro lis listopad",
    "dec december dez dezember déc décembre dic diciembre dicembre dezembro gru grudzień",
)
MONTHS = {name: n + 1 for n, names in enumerate(_NAMES) for name in names.split()}
"""Month names of several languages, short and long, in lower case."""

_CENTURY = 69
"""Two-digit years up to this one are of the years 2000 and later."""
_MONEY = re.compile(r"^[A-Za-z$€£¥]{0,3}\s?|\s?([$€£¥%]|[A-Z]{3})$")
_NUMBER = re.compile(
    r"[-+]?[\d.,'\u2019\u00a0\u202f ]*\d[\d.,'\u2019\u00a0\u202f ]*([eE][-+]?\d+)?\Z"
)
_PLAIN = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?\Z")


@dataclass(frozen=True, kw_only=True, eq=False)
class Read:
    """A column as values; ``bad`` are rows that hold neither a value nor a blank."""

    values: NDArray[np.generic]
    """Datetimes in seconds (NaT = blank) or floats (NaN = blank)."""
    bad: list[int] = field(default_factory=list)
    ambiguous: str = ""
    """Why the column cannot be read: a cell that can be read in two ways, or two that disagree."""
    form: str = ""
    """What was decided: ``day-month``, ``month-day``, ``point``, ``comma``; empty if nothing."""
    n_blank_words: int = 0
    """Cells that say in a word that they are empty: ``n/a``, ``-``."""


def is_blank(text: str) -> bool:
    """Return whether a cell says that it holds nothing."""
    return text.strip().lower() in BLANKS


def dates_in(cells: Sequence[str], order: Order = "auto") -> Read:
    """Return a column of text as dates with their time of day, as written (no zone is applied).

    ``order`` says how ``03/04/2027`` is read; ``auto`` lets the column decide.
    """
    texts = [cell.strip() for cell in cells]
    ordered: dict[str, str] = {}
    if order == "auto":
        for text in dict.fromkeys(texts):
            found = _SLASHED.match(text)
            if found is not None:
                a, b = int(found["a"]), int(found["b"])
                kind = "day-month" if a > 12 else "month-day" if b > 12 else "either"
                ordered.setdefault("same" if a == b and kind == "either" else kind, text)
    if "day-month" in ordered and "month-day" in ordered:
        said = (
            f"mixes days first ({ordered['day-month']}) and months first ({ordered['month-day']})"
        )
        return Read(
            values=np.full(len(texts), np.datetime64("NaT"), "datetime64[s]"), ambiguous=said
        )
    if "either" in ordered and not {"day-month", "month-day"} & set(ordered):
        said = (
            f"holds {ordered['either']}, which can be read in two ways, and no other cell decides"
        )
        return Read(
            values=np.full(len(texts), np.datetime64("NaT"), "datetime64[s]"), ambiguous=said
        )
    form = order if order != "auto" else "month-day" if "month-day" in ordered else ""
    form = form or ("day-month" if "day-month" in ordered else "")
    memory: dict[str, np.datetime64 | None] = {}
    values = np.full(len(texts), np.datetime64("NaT"), "datetime64[s]")
    bad, n_words = [], 0
    for row, text in enumerate(texts):
        if text.lower() in BLANKS:
            n_words += text != ""
            continue
        if text not in memory:
            memory[text] = _date(text, is_day_first=form != "month-day")
        value = memory[text]
        if value is None:
            bad.append(row)
        else:
            values[row] = value
    return Read(values=values, bad=bad, form=form, n_blank_words=n_words)


@lru_cache(maxsize=4096)
def _date(text: str, *, is_day_first: bool) -> np.datetime64 | None:
    if _QUICK.match(text):
        try:
            return np.datetime64(text, "s")
        except ValueError:
            return None
    found = _ISO.match(text) or _YEAR_FIRST.match(text) or _DOTTED.match(text)
    if found is not None:
        return _moment(found, int(found["month"]), int(found["day"]))
    found = _SLASHED.match(text)
    if found is not None:
        a, b = int(found["a"]), int(found["b"])
        return _moment(found, *((b, a) if is_day_first else (a, b)))
    found = _DAY_NAMED.match(text) or _MONTH_NAMED.match(text)
    if found is not None and found["name"].lower() in MONTHS:
        return _moment(found, MONTHS[found["name"].lower()], int(found["day"]))
    return None


def _moment(found: re.Match[str], month: int, day: int) -> np.datetime64 | None:
    year = int(found["year"])
    if len(found["year"]) == 2:
        year += 2000 if year < _CENTURY else 1900
    hour, minute, second = (int(found[part] or 0) for part in ("h", "m", "s"))
    half = (found["half"] or "").lower()
    if half and not 1 <= hour <= 12:
        return None
    if half:
        hour = hour % 12 + 12 * half.startswith("p")
    try:
        moment = datetime(year, month, day, hour % 24, minute, second)  # noqa: DTZ001 (as written)
    except ValueError:
        return None
    return np.datetime64(moment, "s")


def numbers_in(cells: Sequence[str], mark: Mark = "auto") -> Read:
    """Return a column of text as numbers; signs of money and thousands marks are dropped."""
    texts = [_bare(cell) for cell in cells]
    values = np.full(len(texts), np.nan)
    votes: dict[str, str] = {}
    written: dict[int, str] = {}
    bad, n_words = [], 0
    for row, text in enumerate(texts):
        if text.lower() in BLANKS:
            n_words += text != ""
        elif mark != "comma" and "," not in text and _PLAIN.match(text):
            written[row] = text
            if mark == "auto":
                votes.setdefault(_vote(text), text)
        elif _NUMBER.match(text):
            written[row] = text
            votes.setdefault(_vote(text), text)
        else:
            bad.append(row)
    said = ""
    if mark == "auto" and "." in votes and "," in votes:
        said = f"mixes a decimal point ({votes['.']}) and a decimal comma ({votes[',']})"
    elif mark == "auto" and "?" in votes and not {".", ","} & set(votes):
        said = f"holds {votes['?']}, which can be read in two ways, and no other number decides"
    if said:
        return Read(values=values, ambiguous=said)
    sign = {"point": ".", "comma": ","}.get(mark) or ("," if "," in votes else ".")
    for row, text in written.items():
        try:
            values[row] = float(text if _PLAIN.match(text) and sign == "." else _plain(text, sign))
        except ValueError:
            bad.append(row)
    form = mark if mark != "auto" else "comma" if "," in votes else "point" if "." in votes else ""
    return Read(values=values, bad=sorted(bad), form=form, n_blank_words=n_words)


def _bare(cell: str) -> str:
    text = cell.strip()
    if text and not (text[0].isdigit() and text[-1].isdigit()):
        text = _MONEY.sub("", text).strip() if any(sign.isdigit() for sign in text) else text
        if text.startswith("(") and text.endswith(")"):  # how accountants write a negative number
            text = f"-{text[1:-1]}"
    return text


def _vote(text: str) -> str:
    bare = re.sub(r"[-+ \u2019]|[eE].*", "", text)
    return decimal_mark(bare)


def _plain(text: str, sign: str) -> str:
    return plain_number(re.sub(r"[ \u2019]", "", text), sign)
