"""Pages: the document of a scenario as the rows of the sheets of a workbook.

In: plain values with the keys of a scenario file. Out: one ``Page`` per sheet. What has no column
of its own stands in the cell as a scenario file has it (``{low: 5pd, ...}``), or on the page
Settings by its dotted key; so nothing is lost on the way.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import combinations
from typing import TYPE_CHECKING, Any

from pmosim.errors import InputError, Problem
from pmosim.scenario import cells, tables, workbook
from pmosim.scenario.cells import Column
from pmosim.scenario.resolution import flow_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

Document = dict[str, Any]
LONGEST_CELL = 32_767

_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})\Z")
_LEVEL = re.compile(r"\d[\d.]*%?\Z")
_NUMBER = re.compile(r"\d+\.\d+")
_AMOUNT = re.compile(r"-?\d+(\.\d+)?\Z")
_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_IN_LISTS = re.compile(r"[;,|]")
_IN_SKILLS = re.compile(r"[;,|:=]")
_PERSON_MONTHS = re.compile(r"(\d+(?:\.\d+)?)pm\Z")

_MONEY = re.compile(r"(\d+(?:\.\d+)?)([kKM])\Z")
_MONEY_KEYS = {
    "budget", "actual_cost", "fixed_cost", "baseline_cost", "benefit_per_year", "day_rate",
}  # fmt: skip

PROJECT_KEYS = (
    "id", "name", "template", "size", "status", "rank", "priority", "mandatory", "starts",
    "arrives", "due", "deadline", "done", "remaining", "spent", "actual_cost", "budget", "rag",
    "after", "baseline_start", "baseline_finish", "baseline_cost", "probability",
    "benefit_per_year", "benefit_for", "benefit_until",
)  # fmt: skip
"""Columns of projects in their order; others follow as they are met, groups last."""
PHASE_KEYS = ("template", "project", "phase", "lasts", "after", "capex", "due", "done")
TASK_KEYS = ("template", "project", "task", "effort", "duration", "milestone", "after", "done")
PERSON_KEYS = (
    "role", "person", "headcount", "fte", "from", "until", "place", "kind", "day_rate", "bau",
)  # fmt: skip
BOOKING_KEYS = ("person", "project", "share", "work", "from", "until", "on_overrun")
_INNER = {"benefit": "benefit_", "as_reported": "", "baseline": "baseline_"}
_LISTED = ("workweek", "closures", "holidays")


@dataclass(frozen=True)
class Percent:
    """A share that a spreadsheet shows in percent."""

    value: float


Value = str | float | date | Percent | None
Row = dict[str, Value]


@dataclass(kw_only=True)
class Page:
    """One sheet: its headers in order and its rows by header."""

    section: str
    headers: list[str]
    rows: list[Row] = field(default_factory=list)

    @property
    def title(self) -> str:
        """Name of the sheet."""
        return workbook.SHEETS[self.section][0]


def pages_of(document: Document) -> list[Page]:
    """Return the pages of a document, those that hold something, in the order of a workbook."""
    return _Pages(document).all()


class _Pages:
    def __init__(self, document: Document) -> None:
        self._document = document
        self._settings: list[Row] = []

    def all(self) -> list[Page]:
        found = [
            self._asking("projects", self._listed("projects"), PROJECT_KEYS),
            self._phases(),
            self._tasks(),
            self._people(),
            self._bookings(),
            self._roles_or_places("roles"),
            self._asking("templates", self._templates(), ("template", "throughout")),
            self._asking("demand", self._streams(), ("stream", "template", "rate")),
            self._roles_or_places("places"),
        ]
        self._set_rest()
        settings = Page(section="settings", headers=["key", "value"], rows=self._settings)
        return [page for page in (*found, settings) if page.rows]

    def _listed(self, section: str) -> list[Document]:
        return list(self._document.get(section) or [])

    def _mapping(self, section: str) -> dict[str, Document]:
        found = self._document.get(section) or {}
        return {name: entry or {} for name, entry in found.items()}

    def _owners(self) -> Iterable[tuple[str, str, Document]]:
        """Yield every template and project: which of them, its name, itself."""
        for name, entry in self._mapping("templates").items():
            yield "template", name, entry
        for entry in self._listed("projects"):
            yield "project", scalar_text(entry["id"]), entry

    def _set(self, keys: Sequence[str], value: Any) -> None:
        self._settings.append({"key": ".".join(keys), "value": setting_of(keys[-1], value)})

    # ---- projects, templates, streams

    def _templates(self) -> list[Document]:
        templates = self._mapping("templates")
        own = [
            {"template": name} | {k: v for k, v in entry.items() if k not in {"phases", "tasks"}}
            for name, entry in templates.items()
        ]
        is_needed = any(len(row) > 1 for row in own) or any(
            not entry.get("phases") and not entry.get("tasks") for entry in templates.values()
        )
        return own if is_needed else []

    def _streams(self) -> list[Document]:
        streams = []
        for name, entry in self._mapping("demand").items():
            for key in ("phases", "tasks"):
                if entry.get(key):
                    self._set(["demand", name, key], entry[key])
            rest = {key: value for key, value in entry.items() if key not in {"phases", "tasks"}}
            streams.append({"stream": name, **rest})
        return streams

    def _asking(self, section: str, entries: list[Document], order: Sequence[str]) -> Page:
        groups = _group_headers(entries, section)
        rows = [self._asking_row(section, entry, groups) for entry in entries]
        used = dict.fromkeys(key for row in rows for key in row)
        first = [key for key in order if key in used or key in {"name", order[0]}]
        middle = [key for key in used if key not in {*first, *groups}]
        return Page(section=section, headers=[*first, *middle, *groups], rows=rows)

    def _asking_row(self, section: str, entry: Document, groups: Collection[str]) -> Row:
        name_key = next(key for key in ("stream", "id", "template") if key in entry)
        row: Row = {name_key: name_of(entry[name_key], section)}
        for key, value in entry.items():
            if key == name_key or key in {"phases", "tasks"}:
                continue
            if key in _INNER and isinstance(value, dict):
                row |= self._inner(key, value)
            elif key == "groups" and isinstance(value, dict):
                row |= _grouped(value, groups)
            elif key in tables.PLAIN and not _is_safe(scalar_text(value)):
                self._set([section, scalar_text(entry[name_key]), key], value)
            else:
                row[key] = cell_of(key, value)
        return row

    def _inner(self, key: str, value: Document) -> Row:
        columns = {f"{_INNER[key]}{inner}": part for inner, part in value.items()}
        if all(tables.inner_key(column)[0] == key for column in columns):
            return {column: cell_of(column, part) for column, part in columns.items()}
        return {key: flow_text(value)}

    # ---- phases and tasks

    def _phases(self) -> Page:
        rows: list[Row] = []
        roles = self._role_headers("phases", "work")
        for kind, owner, entry in self._owners():
            for name, phase in (entry.get("phases") or {}).items():
                if name == "throughout" and not (phase or {}).get("lasts"):
                    self._set([f"{kind}s", owner, "phases", name], phase or {})
                    continue
                row: Row = {kind: name_of(owner, kind), "phase": name_of(name, "phase")}
                rows.append(row | self._activity_row(phase or {}, "work", roles))
        return _activity_page("phases", rows, PHASE_KEYS, roles)

    def _tasks(self) -> Page:
        rows: list[Row] = []
        roles = self._role_headers("tasks", "needs")
        for kind, owner, entry in self._owners():
            for name, task in (entry.get("tasks") or {}).items():
                row: Row = {kind: name_of(owner, kind), "task": name_of(name, "task")}
                rows.append(row | self._activity_row(task or {}, "needs", roles))
        return _activity_page("tasks", rows, TASK_KEYS, roles)

    def _role_headers(self, section: str, key: str) -> list[str]:
        """Return the roles that can be headers, in an order that most rows have."""
        known = tables.key_columns(section)[1]
        taken = {Column(header=name, place="", index=0).key: name for name in self._roles()}
        usable = {
            name
            for name in self._roles()
            if taken[Column(header=name, place="", index=0).key] == name and _is_header(name, known)
        }
        asked = [
            [name for name in (activity or {})[key] if name in usable]
            for _kind, _owner, entry in self._owners()
            for activity in (entry.get(section) or {}).values()
            if isinstance((activity or {}).get(key), dict)
        ]
        return _merged_order(asked, self._roles())

    def _roles(self) -> list[str]:
        roles = self._document.get("roles")
        if roles:
            return list(roles)
        people = self._listed("people")
        return list(dict.fromkeys(scalar_text(entry["role"]) for entry in people))

    def _activity_row(self, activity: Document, asked: str, roles: Sequence[str]) -> Row:
        row: Row = {}
        for key, value in activity.items():
            if key == asked and isinstance(value, dict) and _are_columns(value, roles):
                row |= {role: _asked_cell(asked, amount) for role, amount in value.items()}
            else:
                row[key] = cell_of(key, value)
        return row

    # ---- people, roles, places, settings

    def _people(self) -> Page:
        rows = []
        for entry in self._listed("people"):
            if "fte" in entry and "id" not in entry and "headcount" not in entry:
                entry = {**entry, "headcount": 1}
            rows.append(
                {("person" if k == "id" else k): cell_of(k, value) for k, value in entry.items()}
            )
        return _ordered("people", rows, PERSON_KEYS)

    def _bookings(self) -> Page:
        rows = [
            {key: cell_of(key, value) for key, value in entry.items()}
            for entry in self._listed("bookings")
        ]
        return _ordered("bookings", rows, BOOKING_KEYS)

    def _roles_or_places(self, section: str) -> Page:
        name_key = section.removesuffix("s")
        rows: list[Row] = []
        for name, entry in self._mapping(section).items():
            row: Row = {name_key: name_of(name, name_key)}
            rows.append(row | {key: cell_of(key, value) for key, value in entry.items()})
        return _ordered(section, rows, (name_key,))

    def _set_rest(self) -> None:
        paged = {*tables.NAMED, *tables.SECTIONS}
        rows, self._settings = self._settings, []
        for key, value in self._document.items():
            if key in paged:
                continue
            if isinstance(value, dict) and value and all("." not in inner for inner in value):
                for inner, part in value.items():
                    self._set([key, inner], part)
            else:
                self._set([key], value)
        self._settings += rows


def _merged_order(rows: Sequence[Sequence[str]], usual: Sequence[str]) -> list[str]:
    """Return the names of all rows in an order that as many pairs as possible have.

    Where nothing decides, in the ``usual`` order.
    """
    before = Counter(pair for row in rows for pair in combinations(row, 2))
    left = [name for name in usual if any(name in row for row in rows)]
    found = []
    while left:
        pending = [
            sum(before[other, name] - before[name, other] for other in left) for name in left
        ]
        found.append(left.pop(pending.index(min(pending))))
    return found


def _ordered(section: str, rows: list[Row], order: Sequence[str]) -> Page:
    used = dict.fromkeys(key for row in rows for key in row)
    first = [key for key in order if key in used]
    return Page(
        section=section, headers=[*first, *(key for key in used if key not in first)], rows=rows
    )


def _activity_page(
    section: str, rows: list[Row], order: Sequence[str], roles: Sequence[str]
) -> Page:
    page = _ordered(section, rows, order)
    used = [role for role in roles if role in page.headers]
    rest = [key for key in page.headers if key not in used]
    lead = [key for key in rest if key in order[:4] or (key in order[4:6] and section == "tasks")]
    page.headers = [*lead, *used, *(key for key in rest if key not in lead)]
    return page


def _are_columns(asked: Mapping[str, Any], roles: Sequence[str]) -> bool:
    """Return whether the columns of roles can hold what is asked for, in its order."""
    places = [roles.index(name) if name in roles else -1 for name in asked]
    return bool(places) and places[0] >= 0 and places == sorted(set(places))


def _asked_cell(asked: str, amount: Any) -> Value:
    months = _PERSON_MONTHS.match(amount) if asked == "work" and isinstance(amount, str) else None
    number = number_of(months[1]) if months else None
    if number is not None and number > 0:
        return number
    return cell_of("", amount)


# ---- groups


def _group_headers(entries: list[Document], section: str) -> list[str]:
    known = tables.key_columns(section)[1]
    names = dict.fromkeys(
        name
        for entry in entries
        if isinstance(entry.get("groups"), dict)
        for name in entry["groups"]
    )
    keys = [Column(header=name, place="", index=0).key for name in names]
    return [
        name
        for name, key in zip(names, keys, strict=True)
        if keys.count(key) == 1 and _is_header(name, known)
    ]


def _is_header(name: str, known: Collection[str]) -> bool:
    column = Column(header=name, place="", index=0)
    is_month = re.match(r"\d{1,2}[./]\d{4}\Z|\d{4}-\d{2}(-\d{2})?\Z", name)
    has_unit = re.search(r"_(ph|pd|pm|h|d|w|mo)\Z", column.key)
    return (
        _is_safe(name)
        and tables.bare_key(column.key) not in known
        and not is_month
        and not has_unit
    )


def _grouped(groups: Document, headers: Collection[str]) -> Row:
    texts = {name: scalar_text(value) for name, value in groups.items()}
    if all(name in headers and _is_safe(text) for name, text in texts.items()):
        return dict(texts)
    return {"groups": flow_text(groups)}


# ---- cells


def scalar_text(value: Any) -> str:
    """Return a single value as a scenario file has it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _is_safe(text: str) -> bool:
    """Return whether a text comes back from a cell as it is."""
    return (
        bool(text)
        and text == text.strip()
        and len(text) <= LONGEST_CELL
        and not _UNSAFE.search(text)
        and not cells.is_error(text)
    )


def name_of(value: Any, what: str) -> str:
    """Return a name, which has to stand in a cell as it is; raises ``InputError``."""
    text = scalar_text(value)
    if not _is_safe(text):
        said = f"the name {text[:60]!r} cannot stand in a cell of a workbook; choose another."
        raise InputError([Problem(place=what, code="PMO121", text=said)])
    return text


def cell_of(key: str, value: Any) -> Value:
    """Return a value as it stands in the column of a key; raises ``InputError``."""
    found: Value
    if isinstance(value, dict | list):
        found = _list_or_mapping(key, value)
    elif key in tables.PLAIN:
        found = scalar_text(value)
    elif isinstance(value, bool):
        found = "yes" if value else "no"
    elif key in tables.LISTS:
        found = _list_or_mapping(key, [value])
    else:
        text = scalar_text(value)
        money = _MONEY.match(text) if key in _MONEY_KEYS else None
        number = number_of(_times(money[1], money[2])) if money else None
        found = amount_of(text) if number is None else number
    if isinstance(found, str) and (len(found) > LONGEST_CELL or _UNSAFE.search(found)):
        said = f"'{found[:60]}' cannot stand in a cell of a workbook."
        raise InputError([Problem(place=key, code="PMO121", text=said)])
    return found


def _times(figure: str, unit: str) -> str:
    return format(Decimal(figure) * (10**6 if unit == "M" else 1000), "f")


def _list_or_mapping(key: str, value: Any) -> str:
    """Return ``crm; hr``, ``tester 60%; analyst 100%``, or the value as a file has it."""
    levels = {"skills", "throughout"}
    if key in levels and isinstance(value, list):
        value = {scalar_text(name): "100%" for name in value}
    if key in levels:
        parts = [(name, scalar_text(level)) for name, level in value.items()]
        if parts and all(
            _is_safe(name) and not _IN_SKILLS.search(name) and _LEVEL.match(level)
            for name, level in parts
        ):
            text = "; ".join(f"{name} {level}" for name, level in parts)
            if not text.startswith(cells.STRUCTURED):
                return text
    elif (key in tables.LISTS or key in _LISTED) and isinstance(value, list):
        names = [scalar_text(name) for name in value if not isinstance(name, dict | list)]
        is_plain = len(names) == len(value) and all(
            _is_safe(name) and not _IN_LISTS.search(name) for name in names
        )
        if names and is_plain and not names[0].startswith(cells.STRUCTURED):
            return "; ".join(names)
    return flow_text(value)


def amount_of(text: str) -> Value:
    """Return an amount as a number, a share in percent or a day where it is one, else as text."""
    day = _DAY.match(text)
    if day and int(day[1]) > 1903:  # from there on all spreadsheets count days alike
        try:
            return date(*map(int, day.groups()))
        except ValueError:
            return text
    percent = text.removesuffix("%")
    number = number_of(percent)
    if number is not None and percent == text:
        return number
    if number is not None and cells.number_text(number / 100, is_percent=True) == _plain(text):
        return Percent(number / 100)
    # three decimals could be thousands: a fourth makes it plain that they are not
    return _NUMBER.sub(lambda found: found[0] + "0" * (found[0][-4:-3] == "."), text)


def _plain(percent: str) -> str:
    return cells.number_text(Decimal(percent[:-1])) + "%"


def number_of(text: str) -> float | None:
    """Return a number that a cell can hold exactly, None of anything else."""
    if not _AMOUNT.match(text):
        return None
    try:
        exact = Decimal(text)
        is_kept = Decimal(format(float(text), ".15g")) == exact
    except (InvalidOperation, OverflowError):
        return None
    if not is_kept:
        return None
    return int(exact) if exact == exact.to_integral_value() else float(exact)


def setting_of(key: str, value: Any) -> Value:
    """Return a value of the page Settings."""
    if isinstance(value, dict | list):
        return cell_of(key, value)
    text = scalar_text(value)
    if isinstance(value, bool):
        return text
    amount = amount_of(text)
    if not isinstance(amount, str):
        return amount
    is_name = key in {"name", "sponsor", "currency"}
    is_plain = _is_safe(text) and not text.startswith((*cells.STRUCTURED, '"'))
    if is_name and not (is_plain and text[:1].isalpha()):
        return flow_text(text)
    return amount if is_plain else flow_text(text)
