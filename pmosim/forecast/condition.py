"""Condition: a question to a forecast that has yes or no for an answer, such as for ``--fail-if``.

In: text such as ``p_late(crm) > 30% and not finish_p80(all) <= 2027-12-31``, and the document of a
forecast. Out: yes, no or cannot be told, with the numbers. Nothing is ever executed.

    condition := any "or" any ... ; any := all "and" all ... ; all := "not" all | "(" condition ")"
                 | quantity [ "(" whom ")" ] ( > | >= | < | <= ) value
    value     := 0.3 | 30% | 250k | 1.2M | 2027-06-30

*Whom* is a project or, for ``utilisation`` and ``wait_days``, a role; without it the portfolio is
meant. A set of projects - ``all``, ``mandatory``, a status, ``programme=Sales`` - stands for the
worst of them. A name that holds a bracket stands in quotes.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Literal, NoReturn

from pmosim.errors import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

CODE = "PMO037"
DEEPEST = 20
"""Brackets and ``not`` within each other."""
LISTED = 12
"""Known names listed in a message, at most."""
Answer = bool | None
"""Yes, no, or None: cannot be told."""


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """A number of the document that a condition can ask for."""

    path: tuple[str, ...]
    """Where it stands in the entry of a project or role."""
    of_portfolio: tuple[str, ...] = ()
    """Where it stands in ``portfolio``; empty = not asked of the whole."""
    kind: Literal["chance", "money", "days", "date", "number"] = "chance"
    worst: Literal["high", "low"] = "high"
    """Which end a set of projects stands for."""
    is_of_role: bool = False


def _quantities() -> dict[str, Quantity]:
    chances = ("p_late", "p_past_deadline", "p_unfinished", "p_over_budget")
    found = {name: Quantity(path=(name,)) for name in chances}
    found["p_on_time_and_budget"] = Quantity(
        path=("p_on_time_and_budget",), of_portfolio=("joint", "p_both"), worst="low"
    )
    for name in ("p_npv_positive", "p_npv_to_go_positive", "p_roi_hurdle"):
        found[name] = Quantity(path=(name,), of_portfolio=(name,), worst="low")
    for level in ("mean", "p50", "p80"):
        place = ("cost", level)
        found[f"cost_{level}"] = Quantity(path=place, of_portfolio=place, kind="money")
    for level in ("mean", "p10", "p50", "p90"):
        place = ("npv", level)
        found[f"npv_{level}"] = Quantity(path=place, of_portfolio=place, kind="money", worst="low")
        place = ("roi", level)
        found[f"roi_{level}"] = Quantity(path=place, of_portfolio=place, kind="number", worst="low")
    for level in ("p10", "p50", "p80", "p90"):
        found[f"finish_{level}"] = Quantity(
            path=("finish", level), of_portfolio=("committed_finish", level), kind="date"
        )
    for level in ("mean", "p50", "p80"):
        found[f"slip_{level}"] = Quantity(path=("slip_days", level), kind="days")
    found["utilisation"] = Quantity(path=("utilisation",), is_of_role=True)
    found["wait_days"] = Quantity(path=("wait_days",), kind="days", is_of_role=True)
    return found


QUANTITIES = _quantities()


@dataclass(frozen=True, kw_only=True)
class Names:
    """What a condition can be about."""

    projects: Collection[str]
    roles: Collection[str]
    sets: Collection[str]
    """``all``, ``mandatory``, statuses and ``key=value`` of the groups that there are."""

    @staticmethod
    def of(document: Mapping[str, Any]) -> Names:
        """Return the names of a forecast's document (or of what has the same keys)."""
        projects = document["projects"]
        return Names(
            projects=[project["id"] for project in projects],
            roles=[role["id"] for role in document["roles"]],
            sets=list(dict.fromkeys(word for project in projects for word in sets_of(project))),
        )


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a condition comes to."""

    answer: Answer
    facts: tuple[str, ...]
    """The numbers behind it, one line per comparison."""


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One quantity held against a value."""

    text: str
    quantity: str
    whom: str
    compare: str
    value: float
    """A date counts in days since the year 1."""

    def check(self, names: Names) -> None:
        """Refuse a name that there is not (InputError)."""
        quantity = QUANTITIES[self.quantity]
        if not self.whom:
            if not quantity.of_portfolio:
                kind = "role" if quantity.is_of_role else "project"
                _refuse(f"{self.quantity} needs a {kind}: {self.quantity}({kind.upper()}).")
            return
        if quantity.is_of_role:
            _check_known(self.whom, names.roles, "role")
        elif self.whom not in names.sets:
            _check_known(self.whom, names.projects, "project", also=names.sets)

    def judge(self, document: Mapping[str, Any]) -> Verdict:
        """Hold the number of a forecast against the value."""
        found = _values(document, self.quantity, self.whom)
        known = [entry for entry in found if not math.isnan(entry.number)]
        if not known:
            why = next((entry.reason for entry in found if entry.reason), "there is no such number")
            return Verdict(answer=None, facts=(f"{self.text}: cannot be told, {why}",))
        is_high = QUANTITIES[self.quantity].worst == "high"
        worst = (max if is_high else min)(known, key=lambda entry: entry.number)
        answer = COMPARE[self.compare](worst.number, self.value)
        whom = f" ({worst.name})" if len(found) > 1 else ""
        shown = f"{self.quantity}{f'({self.whom})' if self.whom else ''} is {worst.shown}{whom}"
        return Verdict(answer=answer, facts=(f"{shown}; asked: {self.text}",))

    def miss(
        self, document: Mapping[str, Any], *, margin: float = 0.0, is_negated: bool = False
    ) -> float:
        """Return by how much a forecast misses the value: see ``Condition.miss``."""
        numbers = [entry.number for entry in _values(document, self.quantity, self.whom)]
        known = [number for number in numbers if not math.isnan(number)]
        if not known:
            return FAR
        quantity = QUANTITIES[self.quantity]
        compare = OPPOSITE[self.compare] if is_negated else self.compare
        wants_less = compare in {"<", "<="}
        scale = max(1.0, abs(self.value)) if quantity.kind == "money" else SCALES[quantity.kind]
        gaps = [_gap(number, self.value, compare, scale=scale, margin=margin) for number in known]
        # All of a set must do where the worst decides; else its worst alone must.
        are_all_asked = wants_less == (quantity.worst == "high")
        if are_all_asked:
            return min(FAR, math.fsum(gaps))
        worst = (max if quantity.worst == "high" else min)(known)
        return gaps[known.index(worst)]


@dataclass(frozen=True, kw_only=True)
class Condition:
    """Comparisons joined by ``and``, ``or``, ``not``."""

    word: Literal["and", "or", "not", ""]
    parts: tuple[Condition, ...] = ()
    comparison: Comparison | None = None

    def check(self, names: Names) -> None:
        """Refuse names that there are not, before anything is run (InputError)."""
        if self.comparison is not None:
            self.comparison.check(names)
        for part in self.parts:
            part.check(names)

    def judge(self, document: Mapping[str, Any]) -> Verdict:
        """Answer by a forecast's document; what cannot be told stays so unless the rest decides."""
        if self.comparison is not None:
            return self.comparison.judge(document)
        verdicts = [part.judge(document) for part in self.parts]
        facts = tuple(fact for verdict in verdicts for fact in verdict.facts)
        return Verdict(answer=_join(self.word, [v.answer for v in verdicts]), facts=facts)

    def miss(
        self, document: Mapping[str, Any], *, margin: float = 0.0, is_negated: bool = False
    ) -> float:
        """Return how far a forecast is from the condition, 0 = it holds, ``FAR`` at most.

        For searches: chances and plain numbers as they are, days in months of 20, money as a
        share of the value asked for. A set of projects adds up what each of them misses, so that
        any progress shows. Parts joined by ``and`` add up, of ``or`` the nearest counts; what
        cannot be told is as far as can be.

        Parameters
        ----------
        margin : how much better than asked every number has to be, in these units.
        """
        if self.comparison is not None:
            return self.comparison.miss(document, margin=margin, is_negated=is_negated)
        inner = is_negated != (self.word == "not")
        missed = [part.miss(document, margin=margin, is_negated=inner) for part in self.parts]
        if self.word == "not":
            return missed[0]
        are_all_asked = (self.word == "and") != is_negated
        return min(FAR, math.fsum(missed) if are_all_asked else min(missed))


def _gap(number: float, value: float, compare: str, *, scale: float, margin: float) -> float:
    """Return by how much one number misses a value, in the units of a search."""
    distance = number - value if compare in {"<", "<="} else value - number
    if math.isinf(distance):
        return FAR if distance > 0 else 0.0
    if COMPARE[compare](number, value) and distance / scale + margin <= 0.0:
        return 0.0
    return min(FAR, max(distance / scale + margin, NEAR))


def parse_condition(text: str) -> Condition:
    """Return the condition that a text says (InputError where it says none)."""
    reader = _Reader(tokens=_tokens(text), text=text)
    condition = reader.read_or()
    if reader.at < len(reader.tokens):
        reader.fail("the end, 'and' or 'or'")
    return condition


COMPARE: dict[str, Callable[[float, float], bool]] = {
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
}
OPPOSITE = {">": "<=", ">=": "<", "<": ">=", "<=": ">"}
FAR, NEAR = 10.0, 1e-9
"""How far a condition can be at most, and at least where it does not hold."""
SCALES = {"chance": 1.0, "number": 1.0, "days": 20.0, "date": 20.0}
"""What counts as a distance of 1, by kind of quantity."""
_TOKEN = re.compile(
    r"""\s*(?:
    (?P<call>[A-Za-z_]\w*)\s*\(\s*(?:"(?P<quoted>[^"]*)"|(?P<whom>[^()"]*?))\s*\)
    |(?P<compare>>=|<=|>|<)
    |(?P<bracket>[()])
    |(?P<date>\d{4}-\d{2}-\d{2})(?![\w.-])
    |(?P<number>[+-]?(?:\d+\.?\d*|\.\d+))(?P<unit>%|[kM](?!\w))?(?![\w.])
    |(?P<word>[A-Za-z_]\w*)
    )""",
    re.VERBOSE,
)
_UNITS = {"%": 0.01, "k": 1e3, "M": 1e6, None: 1.0}
_JOINS = ("and", "or", "not")


@dataclass(frozen=True, kw_only=True)
class _Token:
    kind: str
    text: str
    start: int
    whom: str = ""
    value: float = math.nan


def _tokens(text: str) -> list[_Token]:
    found, at = [], 0
    end = len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            rest = text[at:].strip()
            _refuse(
                f"cannot read {rest[:30]!r} in {text!r}. It must be like "
                "'p_late(crm) > 0.3' or 'finish_p80(crm) > 2027-06-30', joined by and, or, not."
            )
        found.append(_token(match, text))
        at = match.end()
    return found


def _token(match: re.Match[str], text: str) -> _Token:
    kind = match.lastgroup or ""
    start = match.start() + len(match[0]) - len(match[0].lstrip())
    word = match[0].strip()
    if match["call"]:
        if match["call"] in _JOINS:  # not(...), and (...): a word, then a bracket
            inner = match["call"]
            _refuse(f"leave a space and a comparison after '{inner}' in {text!r}.")
        whom = match["quoted"] if match["quoted"] is not None else match["whom"]
        return _Token(kind="quantity", text=match["call"], start=start, whom=whom.strip())
    if match["date"]:
        try:
            value = float(date.fromisoformat(match["date"]).toordinal())
        except ValueError:
            _refuse(f"'{match['date']}' in {text!r} is no date of the calendar.")
        return _Token(kind="value", text=word, start=start, value=value)
    if match["number"]:
        value = float(match["number"]) * _UNITS[match["unit"]]
        return _Token(kind="value", text=word, start=start, value=value)
    if match["word"]:
        kind = "join" if word in _JOINS else "quantity"
    return _Token(kind=kind, text=word, start=start)


@dataclass(kw_only=True)
class _Reader:
    """Reads tokens from left to right."""

    tokens: list[_Token]
    text: str
    at: int = 0
    depth: int = 0

    def read_or(self) -> Condition:
        return self._joined("or", self.read_and)

    def read_and(self) -> Condition:
        return self._joined("and", self.read_one)

    def read_one(self) -> Condition:
        token = self._next("a quantity such as p_late(crm)")
        if token.kind != "quantity":
            return self._read_inner(token)
        return Condition(word="", comparison=self._comparison(token))

    def _read_inner(self, token: _Token) -> Condition:
        self.depth += 1
        if self.depth > DEEPEST:
            _refuse(f"the condition has more than {DEEPEST} brackets and nots within each other.")
        if token.text == "not" and token.kind == "join":
            inner = Condition(word="not", parts=(self.read_one(),))
        elif token.text == "(":
            inner = self.read_or()
            self._expect(")")
        else:
            self.at -= 1
            self.fail("a quantity such as p_late(crm)")
        self.depth -= 1
        return inner

    def fail(self, wanted: str) -> NoReturn:
        found = f"'{self.tokens[self.at].text}'" if self.at < len(self.tokens) else "the end"
        _refuse(f"{found} stands where {wanted} must stand in {self.text!r}.")

    def _joined(self, word: Literal["and", "or"], read: Callable[[], Condition]) -> Condition:
        parts = [read()]
        while self.at < len(self.tokens) and self.tokens[self.at].text == word:
            self.at += 1
            parts.append(read())
        return parts[0] if len(parts) == 1 else Condition(word=word, parts=tuple(parts))

    def _comparison(self, token: _Token) -> Comparison:
        if token.text not in QUANTITIES:
            _refuse(_unknown(token.text, list(QUANTITIES), "quantity"))
        compare = self._next("one of > >= < <=")
        if compare.kind != "compare":
            self.at -= 1
            self.fail("one of > >= < <=")
        value = self._next("a number or a date")
        if value.kind != "value":
            self.at -= 1
            self.fail("a number or a date")
        _check_kind(token.text, value)
        return Comparison(
            text=self.text[token.start : value.start + len(value.text)],
            quantity=token.text,
            whom=token.whom,
            compare=compare.text,
            value=value.value,
        )

    def _expect(self, text: str) -> None:
        token = self._next(f"'{text}'")
        if token.text != text:
            self.at -= 1
            self.fail(f"'{text}'")

    def _next(self, wanted: str) -> _Token:
        if self.at >= len(self.tokens):
            self.fail(wanted)
        self.at += 1
        return self.tokens[self.at - 1]


def _check_kind(name: str, value: _Token) -> None:
    """Refuse a chance held against 30, and a date against a number."""
    kind = QUANTITIES[name].kind
    is_date = bool(re.fullmatch(r"\d{4}-\d{2}-\d{2}", value.text))
    if is_date != (kind == "date"):
        wanted = "a date such as 2027-06-30" if kind == "date" else "a number"
        _refuse(f"{name} is compared with {value.text}; it must be {wanted}.")
    if kind == "chance" and name != "utilisation" and not 0 <= value.value <= 1:
        _refuse(f"{name} is compared with {value.text}; a chance lies between 0 and 1: 0.3 or 30%.")


@dataclass(frozen=True, kw_only=True)
class _Value:
    name: str
    number: float
    """NaN = not known; ``inf`` = after the planning window."""
    shown: str
    reason: str = ""


def _values(document: Mapping[str, Any], quantity: str, whom: str) -> list[_Value]:
    asked = QUANTITIES[quantity]
    if not whom:
        return [_value("portfolio", document["portfolio"], asked.of_portfolio, asked)]
    entries: Sequence[Mapping[str, Any]] = document["roles" if asked.is_of_role else "projects"]
    chosen = [entry for entry in entries if entry["id"] == whom]
    if not chosen and not asked.is_of_role:
        chosen = [entry for entry in entries if whom in sets_of(entry)]
    return [_value(entry["id"], entry, asked.path, asked) for entry in chosen]


def _value(name: str, entry: Mapping[str, Any], path: Sequence[str], asked: Quantity) -> _Value:
    part: Any = entry
    for key in path:
        part = (part or {}).get(key)
    estimate: Mapping[str, Any] = part or {}
    value = estimate.get("value")
    if value is None and estimate.get("after_horizon"):
        return _Value(name=name, number=math.inf, shown="after the planning window")
    if value is None:
        reason = str(estimate.get("reason", ""))
        return _Value(name=name, number=math.nan, shown="not known", reason=reason)
    if asked.kind == "date":
        return _Value(name=name, number=float(date.fromisoformat(value).toordinal()), shown=value)
    digits = ",.0f" if asked.kind == "money" else ".3g"
    interval = ""
    if estimate.get("low") is not None and estimate.get("high") is not None:
        interval = f" ({estimate['low']:{digits}} to {estimate['high']:{digits}})"
    return _Value(name=name, number=float(value), shown=f"{value:{digits}}{interval}")


def sets_of(project: Mapping[str, Any]) -> list[str]:
    """Return the sets that a project belongs to."""
    words = ["all", str(project["status"])]
    if project.get("is_mandatory"):
        words.append("mandatory")
    return words + [f"{key}={value}" for key, value in (project.get("groups") or {}).items()]


def _join(word: str, answers: list[Answer]) -> Answer:
    if word == "not":
        return None if answers[0] is None else not answers[0]
    decides = word == "or"
    if decides in answers:
        return decides
    return None if None in answers else not decides


def _check_known(name: str, known: Collection[str], what: str, also: Collection[str] = ()) -> None:
    if name not in known:
        _refuse(_unknown(name, [*known, *also], what))


def _unknown(name: str, known: Collection[str], what: str) -> str:
    close = get_close_matches(name, known, n=1, cutoff=0.6)
    hint = f" Did you mean '{close[0]}'?" if close else ""
    names = list(known)
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    return f"there is no {what} '{name}'.{hint} Known: {', '.join(names[:LISTED])}{more}."


def _refuse(text: str) -> NoReturn:
    raise InputError([Problem(place="condition", code=CODE, text=text)])
