"""Changes: the rows of a comparison document, and how a change is said anywhere on a page.

In: an alternative of ``pmosim.compare/1``. Out: Changes (projects, roles, portfolio), with
words like ``12 working days later``. Not here: whole sentences (``whatif``), charts (``dumbbell``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from pmosim.forecast.wording import NOT_KNOWN, money_in_words
from pmosim.report.reading import Number, as_finite, as_mapping, clean, read_number
from pmosim.report.sentences import say_days

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

FINISHES = ("finish_mean_days", "finish_p80_days", "finish_p50_days")
"""Measures that say how far a project moves; the first that is known counts."""
MATERIAL_DAYS = 0.5
"""Working days; a smaller move is as good as none (as ``forecast.paired`` has it)."""
OUT, IN = "moves out of the planning window", "moves into the planning window"
NONE = "no change"
MINUS = "\N{MINUS SIGN}"
"""A hyphen would let a line break behind it."""

Kind = Literal["more", "less", "same", "open", "unknown"]


@dataclass(frozen=True, kw_only=True)
class Change:
    """A number before and after; ``value`` is the change, with its 95 % interval."""

    base: Number | None
    after: Number | None
    value: float | None
    low: float | None = None
    high: float | None = None
    is_settled: bool = False
    further: int | None = None
    reason: str = ""
    leaves: int = 0
    """1 = moves out of the planning window, -1 = into it."""

    @property
    def is_nothing(self) -> bool:
        """Whether it is exactly nothing."""
        return self.value == self.low == self.high == 0.0

    @property
    def kind(self) -> Kind:
        """Whether it is certainly more or less, as good as the same, not yet certain, unknown."""
        if self.leaves:
            if not self.is_settled:
                return "open"
            return "more" if self.leaves > 0 else "less"
        if self.value is None:
            return "unknown"
        if not self.is_settled:
            return "open"
        if self.low is not None and self.low > 0.0:
            return "more"
        if self.high is not None and self.high < 0.0:
            return "less"
        return "same"


UNKNOWN = Change(base=None, after=None, value=None)


@dataclass(frozen=True, kw_only=True)
class Move:
    """What changes for one project, role or the portfolio."""

    id: str
    name: str
    by_measure: Mapping[str, Change] = field(default_factory=dict)

    def of(self, measure: str) -> Change:
        """Return the change of one measure."""
        return self.by_measure.get(measure, UNKNOWN)

    @property
    def is_new(self) -> bool:
        """Whether only the alternative has it."""
        return all(change.base is None for change in self.by_measure.values())

    @property
    def is_gone(self) -> bool:
        """Whether only the base has it."""
        return not self.is_new and all(c.after is None for c in self.by_measure.values())

    @property
    def is_shared(self) -> bool:
        """Whether both have it."""
        return not (self.is_new or self.is_gone)

    @property
    def finish(self) -> Change:
        """How far it moves: the mean, or what is known of P80 and P50."""
        changes = [self.of(measure) for measure in FINISHES]
        return next((c for c in changes if c.kind != "unknown"), changes[0])

    @property
    def days(self) -> float:
        """How far it moves, to sort by; out of the window is furthest."""
        finish = self.finish
        if finish.leaves:
            return 1e9 * finish.leaves
        return finish.value or 0.0

    @property
    def is_as_before(self) -> bool:
        """Whether nothing that is known of it changes at all."""
        return all(c.is_nothing for c in self.by_measure.values() if c.kind != "unknown")


@dataclass(frozen=True, kw_only=True)
class Changes:
    """Everything that changes from the base to one alternative."""

    base: str
    name: str
    projects: tuple[Move, ...]
    roles: tuple[Move, ...]
    portfolio: Move
    currency: str
    replications: int

    @property
    def shared(self) -> tuple[Move, ...]:
        """Projects that both have, the one that is delayed most first."""
        moves = [move for move in self.projects if move.is_shared]
        return tuple(sorted(moves, key=lambda move: (-move.days, move.name)))

    def of_kind(self, *kinds: Kind) -> list[Move]:
        """Return the projects of both whose finish changes in this way."""
        return [move for move in self.shared if move.finish.kind in kinds]


def read_changes(document: Mapping[str, Any], alternative: Mapping[str, Any]) -> Changes:
    """Read one alternative of a comparison."""
    return changes_of(
        alternative.get("rows"),
        names=as_mapping(document.get("names")),
        base=clean(document.get("base")),
        name=clean(alternative.get("name")),
        currency=clean(document.get("currency")),
        replications=int(as_finite(document.get("replications")) or 0),
    )


def changes_of(
    rows: object,
    *,
    names: Mapping[str, Any],
    base: str,
    name: str,
    currency: str,
    replications: int,
) -> Changes:
    """Return the changes that rows of a comparison document say."""
    found: dict[str, dict[str, dict[str, Change]]] = {}
    for row in rows if isinstance(rows, list) else []:
        entry = as_mapping(row)
        kind = found.setdefault(str(entry.get("kind")), {})
        measures = kind.setdefault(str(entry.get("entity")), {})
        measures[str(entry.get("measure"))] = read_change(entry)

    def moves(kind: str) -> tuple[Move, ...]:
        return tuple(
            Move(id=clean(id_), name=clean(names.get(id_)) or clean(id_), by_measure=measures)
            for id_, measures in found.get(kind, {}).items()
        )

    whole = moves("portfolio")
    return Changes(
        base=base,
        name=name,
        projects=moves("project"),
        roles=moves("role"),
        portfolio=whole[0] if whole else Move(id="portfolio", name="portfolio"),
        currency=currency,
        replications=replications,
    )


def read_change(raw: Mapping[str, Any]) -> Change:
    """Read a row: base, value and difference with its interval beside or within it."""
    difference = as_mapping(raw.get("difference"))
    whole = {**raw, **difference}
    base = None if raw.get("base") is None else read_number(raw["base"])
    after = None if raw.get("value") is None else read_number(raw["value"])
    further = as_finite(whole.get("further"))
    reason = clean(whole.get("reason"))
    leaves = 1 if reason == f"it {OUT}" else -1 if reason == f"it {IN}" else 0
    return Change(
        base=base,
        after=after,
        value=as_finite(difference.get("value")),
        low=as_finite(difference.get("low")),
        high=as_finite(difference.get("high")),
        is_settled=whole.get("settled") is True,
        further=None if further is None else int(further),
        reason=reason,
        leaves=leaves,
    )


def read_difference(raw: object) -> Change:
    """Read a difference that stands alone."""
    return read_change({"difference": as_mapping(raw)}) if raw is not None else UNKNOWN


# ------------------------------------------------------------------ how a change is said


def say_later(change: Change) -> str:
    """Return ``12 working days later``, ``no change``, or why it is not known."""
    if change.leaves:
        return OUT if change.leaves > 0 else IN
    if change.value is None:
        return NOT_KNOWN
    if change.is_nothing or change.kind == "same" or abs(change.value) < 0.05:
        return NONE
    words = say_days(abs(change.value))
    return f"{words} {'later' if change.value > 0 else 'earlier'}"


def say_change(change: Change, words: Callable[[float], str], unit: str = "") -> str:
    """Return ``+12`` with its interval behind it; a question mark where it is not certain."""
    if change.leaves:
        return say_later(change) + ("" if change.is_settled else " ?")
    if change.value is None:
        return NOT_KNOWN
    if change.is_nothing:
        return "0"
    text = words(change.value) + unit
    return text if change.is_settled else f"{text} ?"


def say_interval(change: Change, words: Callable[[float], str]) -> str:
    """Return ``+9 to +15``, or why nothing is known, or nothing where it is exact."""
    if change.value is None and not change.leaves:
        return change.reason
    if change.is_nothing or (change.low is None and change.high is None):
        return ""
    low = "?" if change.low is None else words(change.low)
    high = "beyond the window" if change.high is None else words(change.high)
    return f"{low} to {high}"


def say_signed_days(days: float) -> str:
    """Return ``+12`` or ``-0.4``, exact to a tenth below ten days."""
    return _signed(f"{days:+,.0f}" if abs(days) >= 9.95 else f"{days:+.1f}")


def say_points(share: float) -> str:
    """Return the points of a hundred: ``+14``."""
    points = 100 * share
    return _signed(f"{points:+.0f}" if abs(points) >= 9.95 else f"{points:+.1f}")


def say_count(number: float) -> str:
    """Return ``+2.7``."""
    return _signed(f"{number:+,.1f}")


def say_hundredths(number: float) -> str:
    """Return ``+0.27``."""
    return _signed(f"{number:+,.2f}")


def money_saying(currency: str) -> Callable[[float], str]:
    """Return what says a change of money: ``+EUR 24k``."""

    def say(amount: float) -> str:
        words = money_in_words(abs(amount), currency)
        if words.removeprefix(currency).strip() == "0":
            return "0"
        return f"{MINUS if amount < 0 else '+'}{words}"

    return say


def say_further(changes: Sequence[Change] | Iterator[Change]) -> str:
    """Return how many more futures would settle what is open, or nothing where none is known."""
    numbers = sorted(c.further for c in changes if c.kind == "open" and c.further)
    if not numbers:
        return ""
    return f"{round_up(numbers[(len(numbers) - 1) // 2]):,}"


def round_up(number: int) -> int:
    """Return a number of futures rounded up to two figures."""
    step: int = 10 ** max(0, len(str(number)) - 2)
    return -(-number // step) * step


def _signed(text: str) -> str:
    text = text.removesuffix(".00").removesuffix(".0")
    return "0" if float(text.replace(",", "")) == 0.0 else text.replace("-", MINUS)
