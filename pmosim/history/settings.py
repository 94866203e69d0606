"""Settings: what ``history.yaml`` says about the tables beside it, with the meaning of silence."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, cast

from pmosim.history.columns import MEASURED, MEASURES, STATUSES
from pmosim.history.quality import Action, Finding
from pmosim.history.rules import LEAST_BULK
from pmosim.scenario import files
from pmosim.scenario.messages import Problems, did_you_mean
from pmosim.scenario.nodes import Node, to_plain
from pmosim.scenario.resolution import public_holidays
from pmosim.workdays import WorkCalendar

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pmosim.history import settled

NAME = "history.yaml"
KEYS = (
    "pmosim_history", "as_of", "measures", "units", "hours_per_day", "currency", "calendar",
    "numbers", "dates", "status", "rules", "quality", "source",
)  # fmt: skip
KEPT = ("source",)
"""Entries that are not ours to read; they travel along."""
UNITS: dict[str, tuple[str, float]] = {
    "s": ("hour", 3600.0), "min": ("hour", 60.0), "h": ("hour", 1.0), "ph": ("hour", 1.0),
    "d": ("day", 1.0), "pd": ("day", 1.0), "w": ("day", 0.2), "mo": ("day", 0.05),
    "pm": ("day", 0.05), "cd": ("day", 1.4),
}  # fmt: skip
"""Unit -> what it is counted in, and how many make one of that.

A week has 5 days, a month 20; ``cd`` are calendar days, 7 for 5 working days."""
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Settings:
    """What ``history.yaml`` says, with the meaning of silence."""

    def __init__(self, file: Path | None, problems: Problems) -> None:
        self.as_of: date | None = None
        self.measures: dict[str, str] = {}
        self.units: dict[str, str] = {}
        self.hours_per_day = 8.0
        self.currency = ""
        self.numbers: settled.Mark = "auto"
        self.dates: settled.Order = "auto"
        self.words: dict[str, str] = {}
        self.bulk_close: int | None = LEAST_BULK
        self.findings: list[Finding] = []
        self.kept: dict[str, Any] = {}
        self._workweek: tuple[int, ...] = (0, 1, 2, 3, 4)
        self._closures: tuple[date, ...] = ()
        self._place: Node | None = None
        self._problems = problems
        if file is not None:
            try:
                self.take(files.read_document(file, problems))
            except files.UnreadableError:
                return

    def override(self, as_of: date | str | None, measures: Mapping[str, str] | None) -> None:
        """Take what a caller says over what the file says."""
        if as_of is not None:
            self.as_of = self._day(Node(str(as_of), "as_of", str(as_of)), "as_of")
        for name, measure in (measures or {}).items():
            self._measure(name, Node(measure, f"measures.{name}", measure))

    def take(self, root: Node) -> None:
        """Read the entries of a mapping; what is wrong is noted."""
        for key, node in root.mapping.items():
            if key not in KEYS:
                said = f"is no key of {NAME}.{did_you_mean(key, KEYS)}"
                self._problems.error("PMO101", root.place_of(key), key, said)
            elif not node.is_null:
                getattr(self, f"_take_{key}", lambda _: None)(node)
        self.kept = {key: to_plain(root.mapping[key]) for key in KEPT if key in root.mapping}

    def calendar(self, as_of: date, first: date) -> WorkCalendar:
        """Return the working days; holidays of a country are those from ``first`` on."""
        closures = self._closures
        if self._place is not None:
            days = public_holidays(self._place, "calendar", first, as_of, self._problems)
            closures = tuple(sorted({*closures, *days}))
        minutes = round(self.hours_per_day * 60)
        return WorkCalendar(
            as_of=as_of,
            workweek=self._workweek,
            minutes_per_day=minutes,
            closures=closures,
        )

    def factor(self, table: str, name: str) -> float:
        """Return by what a number of a column is multiplied to be in our unit."""
        unit = self.unit(table, name)
        if unit is None:
            return 1.0
        counted, per = UNITS[unit]
        if name == "hours":
            return (1.0 if counted == "hour" else self.hours_per_day) / per
        return 1.0 / (per * (self.hours_per_day if counted == "hour" else 1.0))

    def unit(self, table: str, name: str) -> str | None:
        """Return the unit that is said for a column; None: ours."""
        measured = name.removeprefix("planned_")
        keys = (f"{table}.{name}", f"{table}.{measured}", name, measured)
        return next((self.units[key] for key in keys if key in self.units), None)

    def _wrong(self, node: Node, key: str, said: str, code: str = "PMO104") -> None:
        self._problems.error(code, node, key, said)

    def _day(self, node: Node, key: str) -> date | None:
        try:
            return date.fromisoformat(node.text)
        except ValueError:
            self._wrong(node, key, f"is {node.shown()}; write it as 2026-12-31.", "PMO116")
            return None

    def _take_as_of(self, node: Node) -> None:
        self.as_of = self._day(node, "as_of")

    def _take_measures(self, node: Node) -> None:
        for name, entry in node.mapping.items():
            self._measure(name, entry)

    def _measure(self, name: str, node: Node) -> None:
        if name not in MEASURED:
            said = f"is no amount that is declared; these are {' and '.join(MEASURED)}."
            self._wrong(node, f"measures.{name}", said, "PMO971")
        elif node.text not in MEASURES:
            said = f"is {node.shown()}; it must be work (hours people booked), touch (somebody was "
            said += "at it) or elapsed (from start to finish, waiting included)."
            self._wrong(node, f"measures.{name}", said, "PMO971")
        else:
            self.measures[name] = node.text

    def _take_units(self, node: Node) -> None:
        known = (*MEASURED, *(f"planned_{name}" for name in MEASURED), "hours")
        for name, entry in node.mapping.items():
            if name.rpartition(".")[2] not in known or entry.text not in UNITS:
                said = f"is {entry.shown()}; write a unit of {', '.join(known)}: "
                said += f"{', '.join(UNITS)}."
                self._wrong(entry, f"units.{name}", said, "PMO971")
            else:
                self.units[name] = entry.text

    def _take_hours_per_day(self, node: Node) -> None:
        value = node.value
        if not isinstance(value, int | float) or isinstance(value, bool) or not 1 <= value <= 24:
            self._wrong(node, "hours_per_day", f"is {node.shown()}; it must be 1 to 24.", "PMO112")
        else:
            self.hours_per_day = float(value)

    def _take_currency(self, node: Node) -> None:
        self.currency = node.text

    def _take_numbers(self, node: Node) -> None:
        if node.text not in {"auto", "point", "comma"}:
            self._wrong(node, "numbers", f"is {node.shown()}; write point, comma or auto.")
        else:
            self.numbers = cast("settled.Mark", node.text)

    def _take_dates(self, node: Node) -> None:
        if node.text not in {"auto", "day-month", "month-day"}:
            said = f"is {node.shown()}; write day-month, month-day or auto."
            self._wrong(node, "dates", said)
        else:
            self.dates = cast("settled.Order", node.text)

    def _take_status(self, node: Node) -> None:
        for word, entry in node.mapping.items():
            if entry.text not in STATUSES:
                said = f"is {entry.shown()}; it must be {', '.join(STATUSES)}."
                self._wrong(entry, f"status.{word}", said, "PMO972")
            else:
                self.words[word.strip().lower()] = entry.text

    def _take_rules(self, node: Node) -> None:
        for name, entry in node.mapping.items():
            if name == "bulk_close" and entry.text in {"off", "false"}:
                self.bulk_close = None
            elif name == "bulk_close" and isinstance(entry.value, int) and entry.value > 1:
                self.bulk_close = entry.value
            else:
                said = f"is {entry.shown()}; write bulk_close: off, or how many closures of a day "
                said += "look like one."
                self._wrong(entry, f"rules.{name}", said)

    def _take_calendar(self, node: Node) -> None:
        self._place = node if node.get("country") is not None else None
        for key, entry in node.mapping.items():
            names = [item.text.lower()[:3] for item in entry.items]
            if key == "workweek" and names and set(names) <= set(WEEKDAYS):
                self._workweek = tuple(WEEKDAYS.index(name) for name in names)
            elif key == "closures":
                days = [self._day(item, "calendar.closures") for item in entry.items]
                self._closures = tuple(day for day in days if day is not None)
            elif key not in {"country", "subdivision"}:
                said = "is not read here; write workweek: [mon, tue], closures: [2026-12-24], or "
                said += "country: DE and subdivision: BY."
                self._wrong(entry, f"calendar.{key}", said)

    def _take_quality(self, node: Node) -> None:
        for item in node.items:
            plain = to_plain(item)
            try:
                finding = Finding(
                    table=str(plain["table"]),
                    rule=str(plain["rule"]),
                    action=cast("Action", str(plain["action"])),
                    n=int(plain["rows"]),
                    of=int(plain["of"]),
                    says=str(plain["says"]),
                    examples=tuple(map(str, plain.get("examples", ()))),
                )
            except (KeyError, TypeError, ValueError):
                said = "is no finding of pmosim; take it out, or import the data again."
                self._wrong(item, "quality", said)
            else:
                self.findings.append(finding)
