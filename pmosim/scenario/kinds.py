"""Kinds: what can stand behind a key, how it is read, and what its JSON Schema says.

A ``Shape`` is the table of the keys of one object. ``Reader.fields`` reads an object by its
shape: unknown keys, keys of later mechanisms, missing and excluding ones are told in one place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Union

from pmosim.policy.intake import PERIODS
from pmosim.scenario import amounts, dates, laws
from pmosim.scenario.amounts import AmissError, Measures
from pmosim.scenario.messages import Problems, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pmosim.scenario.nodes import Node

LONGEST_ID = 120
LONGEST_LINE = 10_000
MOST_LEAVE_DAYS = 200
MOST_DISPERSION = 1000.0
MOST_SPREAD = 3
"""Sigma of a lognormal: at 3 one in ten takes 47 times the plan."""
Schema = Union["Mapping[str, Any]", bool]
NO_PRIOR = (
    "`prior` can stand for settings.correlation and settings.spread, and for bau, leave_days, "
    "sickness, turnover, time_to_hire, hand_over, overlap, ramp, mentor and learning of roles and "
    "people, and cancellation of projects, templates and streams. Give a value."
)
MISSING = object()
"""Stands for a value that could not be read; the problem is noted already."""


@dataclass(frozen=True)
class Kind:
    """One kind of value: ``read`` raises ``AmissError``, ``schema`` is its JSON Schema."""

    read: Callable[[Reader, Node, str], Any]
    schema: Schema = True


@dataclass(frozen=True, kw_only=True)
class Shape:
    """The keys of one kind of object.

    ``later`` are keys of mechanisms that are not available yet with the words for them;
    ``elsewhere`` are keys that stand in another place with how to write them there;
    ``exclusive`` groups of which one key at most can stand.
    """

    name: str
    keys: Mapping[str, Kind]
    later: Mapping[str, str] = field(default_factory=dict)
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    exclusive: tuple[tuple[str, ...], ...] = ()


@dataclass
class Reader:
    """Reads nodes as values and notes every problem on the way."""

    problems: Problems
    measures: Measures

    def read(self, kind: Kind, node: Node, path: str) -> Any:
        """Return the value of a node, or ``MISSING`` after noting why it cannot be read."""
        try:
            return kind.read(self, node, path)
        except AmissError as amiss:
            self.problems.error(amiss.code, node, path, f"is {node.shown()}; {amiss.said}")
            return MISSING

    def fields(self, shape: Shape, node: Node, path: str) -> dict[str, Any]:
        """Return the values of an object by key; what cannot be read is left out."""
        if not isinstance(node.value, dict):
            if not node.is_null and not self.problems.has_told("PMO104", node):
                said = f"is {node.shown()}; it must be a mapping of keys to values ({shape.name})."
                self.problems.error("PMO104", node, path, said)
            return {}
        found: dict[str, Any] = {}
        for key, entry in node.value.items():
            value = self._field(shape, node, key, entry, path)
            if value is not MISSING:
                found[key] = value
        self._check_required(shape, node, path)
        self._check_exclusive(shape, node, path)
        return found

    def _field(self, shape: Shape, node: Node, key: str, entry: Node, path: str) -> Any:
        here = f"{path}.{key}" if path else key
        kind = shape.keys.get(key)
        if kind is not None:
            return MISSING if entry.is_null else self.read(kind, entry, here)
        if key in shape.later:
            if not is_neutral(entry):
                said = f"is not available yet: {shape.later[key]}. Leave the key out for now."
                place = entry if entry.column else node.place_of(key)
                self.problems.error("PMO103", place, here, said)
            return MISSING
        hint = did_you_mean(key, shape.keys)
        if key in shape.elsewhere:
            hint = f" Write {shape.elsewhere[key]}."
        said = f"is not a key of {shape.name}.{hint}"
        self.problems.error("PMO101", node.place_of(key), here, said)
        return MISSING

    def _check_required(self, shape: Shape, node: Node, path: str) -> None:
        for key in shape.required:
            if node.get(key) is None:
                where = path or "the scenario"
                said = f"needs the key '{key}' ({shape.name})."
                self.problems.error("PMO102", node, where, said)

    def _check_exclusive(self, shape: Shape, node: Node, path: str) -> None:
        for group in shape.exclusive:
            given = [key for key in group if node.get(key) is not None]
            if len(given) > 1:
                said = f"has both {' and '.join(given)}; only one of them can stand here."
                self.problems.error("PMO107", node.place_of(given[1]), path or "the scenario", said)


def is_neutral(node: Node) -> bool:
    """Return whether a value switches its mechanism off, which is harmless."""
    if not node.is_scalar:
        return not node.value
    return node.value is None or node.text in {"false", "none", "0", "0%", "0.0"}


def _only_scalar(node: Node, looks: str) -> str:
    if not node.is_scalar:
        raise AmissError("PMO104", f"it must be a single value: {looks}.")
    if node.text == "prior":
        raise AmissError("PMO120", f"there is no prior for it; {NO_PRIOR}")
    return node.text


def _of_text(read: Callable[[str], Any], looks: str, schema: Mapping[str, Any]) -> Kind:
    return Kind(lambda _reader, node, _path: read(_only_scalar(node, looks)), schema)


def _of_measures(
    read: Callable[[str, Measures], Any], looks: str, schema: Mapping[str, Any]
) -> Kind:
    return Kind(
        lambda reader, node, _path: read(_only_scalar(node, looks), reader.measures), schema
    )


_SCALAR = {"type": ["string", "number"]}
_STRING = {"type": "string"}
_LAW = {"anyOf": [{"type": ["string", "number"]}, {"$ref": "#/definitions/law"}]}


def readable_text(text: str) -> str:
    """Return text that can stand in every output, or raise ``AmissError``."""
    if len(text) > LONGEST_LINE:
        raise AmissError("PMO121", f"it is longer than {LONGEST_LINE} characters; shorten it.")
    if any((ord(sign) < 32 and sign not in "\n\t") or ord(sign) == 127 for sign in text):
        raise AmissError("PMO121", "it holds control characters; remove them.")
    if any(0xD800 <= ord(sign) < 0xE000 for sign in text):
        raise AmissError("PMO121", "it holds half of a character pair; write the character itself.")
    return text


def usable_id(text: str) -> str:
    """Return an id as written, or raise ``AmissError``."""
    readable_text(text)
    if not text.strip() or text != text.strip():
        raise AmissError("PMO105", "an id must not be empty, nor begin or end with a space.")
    if len(text) > LONGEST_ID:
        raise AmissError(
            "PMO105", f"an id must be at most {LONGEST_ID} characters; use `name` for more."
        )
    if "." in text:
        hint = text.replace(".", "-")
        raise AmissError("PMO105", f"an id must not contain a dot; write '{hint}'.")
    if any(sign in text for sign in "\n\t\r"):
        raise AmissError("PMO105", "an id must be one line without tabs.")
    return text


def _of_words(read: Callable[[str], str], looks: str) -> Kind:
    def read_words(_reader: Reader, node: Node, _path: str) -> str:
        return read(node.text) if node.is_scalar else _only_scalar(node, looks)

    return Kind(read_words, {"type": ["string", "number", "boolean"]})


TEXT = _of_words(readable_text, "a text")
ID = _of_words(usable_id, "an id")
NUMBER = _of_text(lambda text: float(amounts.number(text)), "a number", _SCALAR)
COUNT = _of_text(lambda text: float(amounts.amount_at_least_zero(text)), "a number", _SCALAR)
RANK = _of_text(lambda text: amounts.whole_number(text, least=1), "a rank, 1 is first", _SCALAR)
WHOLE_FROM_1 = _of_text(lambda text: amounts.whole_number(text, least=1), "1 or more", _SCALAR)
WHOLE_FROM_0 = _of_text(amounts.whole_number, "0 or more", _SCALAR)
SHARE = _of_text(amounts.share, amounts.SHARE, _SCALAR)
MONEY = _of_text(lambda text: float(amounts.money(text)), amounts.MONEY, _SCALAR)
YEARS = _of_text(lambda text: float(dates.years(text)), "years, such as 3y", _STRING)
START = _of_text(dates.day, dates.DATE, _STRING)
END = _of_text(lambda text: dates.day(text, end=True), dates.DATE, _STRING)
RATE = _of_measures(amounts.rate, "a rate", _STRING)
MONEY_RATE = _of_measures(
    lambda text, measures: amounts.money_per_minute(text, measures), "money per time", _STRING
)
AGEING = _of_measures(
    lambda text, measures: float(amounts.share_per_month(text, measures)), "a share", _STRING
)
TIME = _of_measures(
    lambda text, measures: amounts.whole_minutes(amounts.working_time(text, measures)),
    amounts.TIME,
    _STRING,
)
PERSON_TIME = _of_measures(
    lambda text, measures: float(amounts.person_time(text, measures)), amounts.PERSON_TIME, _STRING
)
HEADS = _of_text(amounts.heads_and_share, "people", _SCALAR)


def _period(text: str) -> str:
    found = re.match(r"0*([1-9]\d{0,4})d\Z", text)
    if found:
        return f"{found[1]}d"
    if text not in PERIODS:
        said = "it must be month, quarter, year, or a number of working days such as 10d."
        raise AmissError("PMO120", said + did_you_mean(text, PERIODS).split(" Known:")[0])
    return text


PERIOD = _of_text(_period, "a period: month, quarter, year or 10d", _STRING)


def _growth(text: str) -> Fraction:
    value = amounts.share(text, most=None)
    if value > 10:
        raise AmissError("PMO112", f"it must be at most 1000%. Did you mean {text}%?")
    return value


def _trend(text: str) -> float:
    found = re.match(r"\s*([-+]?)([^/]*?)\s*/\s*y\s*\Z", text)
    if found is None:
        raise AmissError("PMO115", "it must be a share a year, such as 10%/y or -5%/y.")
    growth = float(_growth(found[2]))
    if found[1] == "-" and growth >= 1:
        raise AmissError("PMO112", "nothing is left at -100%/y; it must be more.")
    return -growth if found[1] == "-" else growth


TREND = _of_text(_trend, "a share a year, such as 10%/y", _STRING)


def _dispersion(text: str) -> float:
    value = float(amounts.number(text))
    if value < 1:
        said = (
            "it is variance / mean of the arrivals in a month; by chance alone it is 1, not less."
        )
        raise AmissError("PMO112", said)
    if value > MOST_DISPERSION:
        raise AmissError("PMO112", f"it must be at most {MOST_DISPERSION:g}.")
    return value


DISPERSION = _of_text(
    _dispersion, "variance / mean of the arrivals in a month, such as 1.8", _SCALAR
)
SEASON = _of_text(
    lambda text: float(amounts.amount_at_least_zero(text)), "a factor, such as 2.5", _SCALAR
)
INTEREST = _of_text(lambda text: float(_growth(text)), amounts.SHARE, _SCALAR)


def _below_whole(text: str, at_whole: str = "at 100% nothing is left for projects") -> Fraction:
    value = amounts.share(text)
    if value == 1:
        raise AmissError("PMO112", f"{at_whole}; it must be less.")
    return value


BAU = _of_text(_below_whole, amounts.SHARE, _SCALAR)
SHORTENS = _of_text(
    lambda text: _below_whole(text, "at 100% nobody would be new"), amounts.SHARE, _SCALAR
)


def _turnover(text: str) -> float:
    share, _, per = text.partition("/")
    if per.strip() != "y":
        said = "it must be the share that leaves in a year, such as 13%/y."
        raise AmissError("PMO115", said)
    return float(_below_whole(share.strip(), "at 100% everybody has left"))


TURNOVER = _of_text(_turnover, "the share that leaves in a year, such as 13%/y", _STRING)


def _fate(text: str) -> float:
    share, _, per = text.partition("/")
    if per.strip() != "y":
        said = "it must be the share of active projects that it strikes in a year, such as 5%/y."
        raise AmissError("PMO115", said)
    return float(_below_whole(share.strip(), "at 100% it strikes all of them at once"))


FATE = _of_text(_fate, "the share of active projects in a year, such as 5%/y", _STRING)


def _sickness(reader: Reader, node: Node, path: str) -> Any:
    return node if isinstance(node.value, dict) else BAU.read(reader, node, path)


SICKNESS = Kind(_sickness, {"anyOf": [_SCALAR, {"$ref": "#/definitions/sickness"}]})
"""A share, or a node that its owner reads."""


def _days_a_year(text: str) -> Fraction:
    days = amounts.amount_at_least_zero(text.strip().removesuffix("d"))
    if days > MOST_LEAVE_DAYS:
        raise AmissError("PMO112", f"it must be at most {MOST_LEAVE_DAYS} working days a year.")
    return days


LEAVE_DAYS = _of_text(_days_a_year, "working days a year, such as 30", _SCALAR)


def _sigma(text: str) -> float:
    value = amounts.share(text, most=None)
    if value > MOST_SPREAD:
        hint = f" Did you mean {text.strip()}%?" if "%" not in text else ""
        raise AmissError("PMO112", f"it must be at most {MOST_SPREAD}.{hint}")
    return float(value)


def _booked_share(text: str) -> Fraction:
    try:
        return amounts.share(text)
    except AmissError as amiss:
        said = "it must be the share of a person's time, such as 60%; person-days are `work: 12pd` "
        said += "(in a table 12pd, or a column `unit` that says pd)."
        raise AmissError(amiss.code, said) from None


BOOKED_SHARE = _of_text(_booked_share, amounts.SHARE, _SCALAR)
SPREAD = _of_text(_sigma, "the sigma of a lognormal, such as 0.5 or 50%", _SCALAR)


def _above_0(text: str, most: Fraction | None = Fraction(1)) -> Fraction:
    value = amounts.share(text, most=most)
    if value == 0:
        raise AmissError("PMO112", "it must be more than 0%.")
    return value


FTE = _of_text(_above_0, amounts.SHARE, _SCALAR)
MAX_PARALLEL = _of_text(
    lambda text: _above_0(text, Fraction(10**9)), "a number of tasks, such as 2 or 150%", _SCALAR
)


def _cut(text: str) -> Fraction:
    _below_whole(text, "at 100% nothing is left to do; that is `do: stop`")
    return _above_0(text)


CUT = _of_text(_cut, amounts.SHARE, _SCALAR)
PROFICIENCY = _of_text(lambda text: _above_0(text, Fraction(2)), amounts.SHARE, _SCALAR)


def _yes_or_no(_reader: Reader, node: Node, _path: str) -> bool:
    text = _only_scalar(node, "true or false")
    if text.lower() in {"true", "false"}:
        return text.lower() == "true"
    hint = {"yes": " Write true.", "no": " Write false."}.get(text.lower(), "")
    raise AmissError("PMO122", f"it must be true or false.{hint}")


YES_NO = Kind(_yes_or_no, {"type": ["boolean", "string"]})


def choice(*words: str, later: Mapping[str, str] | None = None) -> Kind:
    """Return the kind of one of some words; ``later`` are words not available yet."""
    coming = later or {}

    def read(_reader: Reader, node: Node, _path: str) -> str:
        text = node.text if node.is_scalar else ""
        if not node.is_scalar:
            raise AmissError("PMO104", f"it must be one of {', '.join(words)}.")
        if text in coming:
            raise AmissError("PMO103", f"'{text}' is not available yet: {coming[text]}.")
        if text not in words:
            raise AmissError(
                "PMO120", f"it must be one of the following.{did_you_mean(text, words)}"
            )
        return text

    return Kind(read, {"enum": list(words)})


_RAG = {"g": "green", "a": "amber", "y": "amber", "yellow": "amber", "r": "red"}
"""Other ways in which status reports write the three."""


def _rag(text: str) -> str:
    word = text.strip().lower()
    word = _RAG.get(word, word)
    if word not in {"green", "amber", "red"}:
        raise AmissError("PMO120", "it must be green, amber or red.")
    return word


RAG = _of_text(_rag, "green, amber or red", {"enum": ["green", "amber", "red"]})


def law(kind: amounts.Kind) -> Kind:
    """Return the kind of an uncertain amount."""
    return Kind(lambda reader, node, _path: laws.law_from(node, kind, reader.measures), _LAW)


def single(kind: Kind, way_out: str) -> Kind:
    """Return a kind where a range has no meaning; ``way_out`` says where it belongs."""

    def read(reader: Reader, node: Node, path: str) -> Any:
        if laws.is_law(node) or (node.is_scalar and node.text.count("/") == 2):
            raise AmissError("PMO310", f"it must be a single amount, not a range; {way_out}")
        return kind.read(reader, node, path)

    return Kind(read, kind.schema)


def _mapping(_reader: Reader, node: Node, _path: str) -> Node:
    if not isinstance(node.value, dict):
        raise AmissError("PMO104", "it must be a mapping of names to values.")
    return node


def mapping_of(schema: Schema, names: Mapping[str, Any] | None = None) -> Kind:
    """Return the kind of a mapping whose entries are read by their owner."""
    inner: dict[str, Any] = {"type": "object", "additionalProperties": schema}
    return Kind(_mapping, inner | (dict(names) if names else {}))


def objects_by_id(definition: str) -> Kind:
    """Return the kind of a mapping of ids to objects (which may be empty)."""
    entry = {"anyOf": [{"$ref": f"#/definitions/{definition}"}, {"type": "null"}]}
    return mapping_of(entry, {"propertyNames": {"pattern": r"^[^.]{1,120}$"}})


def object_of(definition: str) -> Kind:
    """Return the kind of one object that its owner reads."""
    return Kind(_mapping, {"$ref": f"#/definitions/{definition}"})


def known_object_of(definition: str, example: str) -> Kind:
    """Return the kind of one object that has a prior; ``example`` shows how it is written."""

    def read(_reader: Reader, node: Node, _path: str) -> Node:
        if not isinstance(node.value, dict):
            raise AmissError("PMO104", f"write it as {example}, or `prior`.")
        return node

    return Kind(read, {"anyOf": [{"const": "prior"}, {"$ref": f"#/definitions/{definition}"}]})


def _list(_reader: Reader, node: Node, _path: str) -> Node:
    if not isinstance(node.value, list):
        raise AmissError("PMO104", "it must be a list.")
    return node


def list_of(definition: str) -> Kind:
    """Return the kind of a list of objects that its owner reads."""
    return Kind(_list, {"type": "array", "items": {"$ref": f"#/definitions/{definition}"}})


def several(kind: Kind) -> Kind:
    """Return the kind of one value or a list of them, read as a list."""

    def read(reader: Reader, node: Node, path: str) -> list[Any]:
        if not isinstance(node.value, list):
            return [kind.read(reader, node, path)]
        found = [reader.read(kind, entry, f"{path}[{n}]") for n, entry in enumerate(node.value)]
        return [value for value in found if value is not MISSING]

    return Kind(read, {"anyOf": [kind.schema, {"type": "array", "items": kind.schema}]})


RANGE = _of_text(dates.day_range, "a range of dates", _STRING)
RANGES = several(RANGE)
IDS = several(ID)
FOCUS = several(FTE)


@dataclass(frozen=True)
class CalendarOffset:
    """Calendar days after an arrival."""

    days: int


def _promise(reader: Reader, node: Node, _path: str) -> Any:
    text = _only_scalar(node, "a date, or working time from the arrival, such as 60d")
    try:
        return dates.day(text, end=True)
    except AmissError as no_date:
        days = dates.calendar_days(text)
        if days is not None:
            return CalendarOffset(days)
        try:
            return amounts.whole_minutes(amounts.working_time(text, reader.measures))
        except AmissError as no_time:
            is_time = text[:1].isdigit() and "-" not in text and no_time.code != "PMO111"
            looks = " Or working time from the arrival, such as 60d."
            if is_time:
                raise
            raise AmissError(no_date.code, no_date.said + looks) from None


PROMISE = Kind(_promise, _STRING)


def _priority(_reader: Reader, node: Node, _path: str) -> float:
    text = _only_scalar(node, "high, medium, low or a number")
    words = {"high": 1.0, "medium": 0.0, "low": -1.0}
    if text in words:
        return words[text]
    try:
        return float(amounts.number(text))
    except AmissError:
        raise AmissError(
            "PMO120", "it must be high, medium, low or a number, larger first."
        ) from None


PRIORITY = Kind(_priority, _SCALAR)


def _done(_reader: Reader, node: Node, _path: str) -> float:
    text = _only_scalar(node, "true, or the share that is done, such as 60%")
    if text.lower() in {"true", "false"}:
        return float(text.lower() == "true")
    said = "it must be true, or the share of the plan that is done, such as 60%."
    try:
        share = float(amounts.share(text))
    except AmissError:
        raise AmissError("PMO115", said) from None
    if text.strip() == "1":
        raise AmissError("PMO115", said)
    return share


DONE = Kind(_done, {"type": ["boolean", "string", "number"]})


def _raw(_reader: Reader, node: Node, _path: str) -> Node:
    return node


AMOUNTS = Kind(_raw, {"anyOf": [_SCALAR, {"type": "object"}]})
"""An amount, an uncertain one, or amounts per role; read by its owner."""
LINKS = Kind(
    _raw,
    {
        "anyOf": [
            {"$ref": "#/definitions/link"},
            {"type": "array", "items": {"$ref": "#/definitions/link"}},
        ]
    },
)
ANSWER = Kind(
    _raw,
    {
        "anyOf": [
            {"enum": ["pause", "hand_over", "finish"]},
            {
                "type": "object",
                "properties": {"hand_over": _STRING},
                "required": ["hand_over"],
                "additionalProperties": False,
            },
        ]
    },
)
"""What becomes of work in hand; read by its owner."""
ANYTHING = Kind(_raw)
