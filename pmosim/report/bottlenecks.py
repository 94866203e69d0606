"""Bottlenecks: the page of what one more person of each role would buy, and in which quarter.

In: ``pmosim.bottlenecks/1``. Out: Study. Not here: the charts (``marginal``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pmosim.forecast.wording import NOT_KNOWN, money_in_words
from pmosim.report.changes import (
    MINUS,
    UNKNOWN,
    Change,
    money_saying,
    read_difference,
    say_change,
    say_count,
    say_further,
    say_interval,
    say_points,
    say_signed_days,
)
from pmosim.report.changetables import cell_of_change
from pmosim.report.reading import (
    Number,
    as_finite,
    as_mapping,
    clean,
    read_date,
    read_number,
    role_words,
)
from pmosim.report.sentences import Card, KeyNumber, Sentence, say_date, say_day, say_quarter
from pmosim.report.study import INTERVAL, NOT_YET_CERTAIN, SAME_LUCK, Section, Study
from pmosim.report.tables import DASH, Cell, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pmosim.report.figures import Plan

MORE_IS_BETTER = frozenset({"npv", "npv_per_cost"})
HEADS = {
    "p_late": "Promises missed (of 100)",
    "finish_mean_days": "All committed done, on average (days)",
    "finish_p80_days": "All committed done in 80 of 100 (days)",
    "project_days": "Delay of all projects together (days)",
    "wait_days": "A project waits (days)",
    "npv": "Net present value",
    "npv_per_cost": "Net value per unit of salary",
}
"""What one more person changes, in the order of the columns."""
TERMS = (
    (
        "One more person",
        "Somebody who does this work as the others do, there from day 0, or in one quarter only. "
        "Each line is a run of its own on the same luck; the salary is counted in the net value.",
    ),
    (
        "Busy share, queue",
        "The share of people's time that projects take; how many people more would have work at "
        "once, on average. Both say where work piles up, not where one more person shortens it.",
    ),
    (
        "Net value per unit of salary",
        "What the net present value gains for each unit of money that the person costs, "
        "the salary taken off already: above 0 the hire pays for itself.",
    ),
    SAME_LUCK,
    INTERVAL,
    NOT_YET_CERTAIN,
)


@dataclass(frozen=True, kw_only=True)
class RoleValue:
    """A role, and what one more person of it changes."""

    id: str
    words: str
    headcount: float | None
    busy: float | None
    waiting: float | None
    """How many people are waited for."""
    place: int | None
    place_busy: int | None
    place_waiting: int | None
    price: float | None
    effects: Mapping[str, Change]
    reason: str

    def of(self, measure: str) -> Change:
        """Return the change of a measure."""
        return self.effects.get(measure, UNKNOWN)


@dataclass(frozen=True, kw_only=True)
class QuarterCell:
    """A role in one quarter."""

    role: str
    quarter: str
    waiting: float | None
    busy: float | None
    effects: Mapping[str, Change]

    def of(self, measure: str) -> Change:
        """Return the change of a measure; unknown where it was not tried."""
        return self.effects.get(measure, UNKNOWN)


@dataclass(frozen=True, kw_only=True)
class Values:
    """Everything that the document says."""

    measure: str
    """What roles are ranked by."""
    currency: str
    roles: tuple[RoleValue, ...]
    """The one that helps most first, those that were not tried last."""
    quarters: tuple[str, ...]
    cells: Mapping[tuple[str, str], QuarterCell]
    """(role, quarter) -> cell."""
    best: RoleValue | None
    best_quarter: QuarterCell | None
    words: Mapping[str, str]

    def gain(self, change: Change, measure: str = "") -> float | None:
        """Return how much better it is, above 0 = better."""
        if change.value is None:
            return None
        better = (measure or self.measure) in MORE_IS_BETTER
        return change.value if better else -change.value

    def words_of(self, measure: str) -> Callable[[float], str]:
        """Return what says a change of a measure."""
        if measure == "p_late":
            return say_points
        if measure == "npv":
            return money_saying(self.currency)
        if measure == "npv_per_cost":
            return lambda value: f"{value:+.2f}".replace("-", MINUS)
        return say_signed_days if measure.endswith("days") else say_count

    def is_help(self, change: Change) -> bool:
        """Whether it certainly helps."""
        return change.kind == ("more" if self.measure in MORE_IS_BETTER else "less")


def read_bottlenecks(document: Mapping[str, Any]) -> Study:
    """Return the page of the bottlenecks."""
    from pmosim.report.marginal import plan_quarters, plan_roles

    values = read_values(document)
    n = int(as_finite(document.get("replications")) or 0)
    as_of = read_date(document.get("as_of"))
    known = f"As known on the morning of {say_date(as_of)}; " if as_of is not None else ""
    charts: list[Plan] = [*plan_roles(values), *plan_quarters(values)]
    return Study(
        kicker="Bottlenecks",
        name=clean(document.get("scenario")) or "the portfolio",
        subtitles=(
            f"{known}one more person of each role, {n:,} futures of each, on the same luck.",
        ),
        lead=write_lead(values),
        numbers=_key_numbers(values),
        cards=_cards(values),
        near=_persons(document, values),
        charts=tuple(charts),
        sections=(
            Section(id="values", heading="What one more person changes", table=_tabulate(values)),
        ),
        terms=TERMS,
    )


def read_values(document: Mapping[str, Any]) -> Values:
    """Read the document."""
    roles = [_read_role(as_mapping(raw)) for raw in _list(document.get("roles"))]
    roles.sort(key=lambda role: (role.place is None, role.place or 0))
    cells = {}
    quarters = []
    for raw in _list(document.get("quarters")):
        entry = as_mapping(raw)
        quarter = clean(entry.get("quarter"))
        quarters.append(quarter)
        for one in _list(entry.get("roles")):
            cell = as_mapping(one)
            role = clean(cell.get("id"))
            cells[role, quarter] = QuarterCell(
                role=role,
                quarter=quarter,
                waiting=read_number(cell.get("waiting_fte")).value,
                busy=read_number(cell.get("utilisation")).value,
                effects=_read_effects(cell.get("effects")),
            )
    best = clean(as_mapping(document.get("best")).get("role"))
    cell = as_mapping(document.get("best_quarter"))
    key = (clean(cell.get("role")), clean(cell.get("quarter")))
    return Values(
        measure=clean(document.get("ranked_by")) or "finish_mean_days",
        currency=clean(document.get("currency")),
        roles=tuple(roles),
        quarters=tuple(quarters),
        cells=cells,
        best=next((role for role in roles if role.id == best), None),
        best_quarter=cells.get(key),
        words={key: clean(text) for key, text in as_mapping(document.get("words")).items()},
    )


def _list(raw: object) -> list[Any]:
    return raw if isinstance(raw, list) else []


def _read_role(raw: Mapping[str, Any]) -> RoleValue:
    place = as_mapping(raw.get("place"))
    id_ = clean(raw.get("id"))
    return RoleValue(
        id=id_,
        words=role_words(id_),
        headcount=as_finite(raw.get("headcount")),
        busy=read_number(raw.get("utilisation")).value,
        waiting=read_number(raw.get("waiting_fte")).value,
        place=_whole(place.get("value")),
        place_busy=_whole(place.get("utilisation")),
        place_waiting=_whole(place.get("waiting")),
        price=as_finite(as_mapping(raw.get("price")).get("amount")),
        effects=_read_effects(raw.get("effects")),
        reason=clean(raw.get("reason")),
    )


def _whole(raw: object) -> int | None:
    number = as_finite(raw)
    return None if number is None else int(number)


def _read_effects(raw: object) -> dict[str, Change]:
    return {str(name): read_difference(each) for name, each in as_mapping(raw).items()}


# ---------------------------------------------------------------------------- the words


def write_lead(values: Values) -> str:
    """Return the answer in one sentence."""
    tried = [role for role in values.roles if role.effects]
    if not tried:
        return "No role could be tried: there is nobody to add to."
    best = values.best
    if best is None:
        open_ = [
            role.of(values.measure) for role in tried if role.of(values.measure).kind == "open"
        ]
        if not open_:
            return "One more person of any role changes nothing that counts."
        more = say_further(open_)
        told = f"; about {more} more futures would tell of half of them" if more else ""
        return f"No role certainly is the bottleneck{told}."
    change = best.of(values.measure)
    doubt = "" if change.is_settled else ", which is not yet certain"
    return f"One more {best.words} helps most: {say_gain(values, change)}{doubt}."


def say_gain(values: Values, change: Change) -> str:
    """Return what one more person changes, in words of the measure that ranks."""
    if change.value is None:
        return NOT_KNOWN
    gain = values.gain(change) or 0.0
    size = abs(change.value)
    if values.measure == "p_late":
        direction = "fewer" if gain > 0 else "more"
        return f"{100 * size:.1f} {direction} of 100 promised dates are missed"
    if values.measure == "npv_per_cost":
        direction = "gains" if gain > 0 else "loses"
        return f"each {values.currency or 'unit'} of salary {direction} {size:.2f} of net value"
    if values.measure == "wait_days":
        direction = "less" if gain > 0 else "longer"
        return f"a project waits {size:.1f} working days {direction}"
    direction = "earlier" if gain > 0 else "later"
    return f"all that is committed is done {size:.1f} working days {direction}"


def _key_numbers(values: Values) -> tuple[KeyNumber, ...]:
    best = values.best
    if best is None:
        return ()
    numbers = []
    for measure, of, text in (
        ("p_late", "of 100", "promised dates missed"),
        ("wait_days", "working days", "a project waits for people"),
        ("finish_p80_days", "working days", "until all committed is done in 80 of 100"),
        ("npv_per_cost", "", f"net value per {values.currency or 'unit'} of salary"),
    ):
        change = best.of(measure)
        words = values.words_of(measure)
        if change.value is None or words(change.value) == "0":
            continue
        interval = say_interval(change, words)
        doubt = "" if change.is_settled else "; not yet certain"
        numbers.append(
            KeyNumber(
                value=words(change.value),
                of=of,
                text=f"{text}, with one more {best.words}"
                + (f" (from {interval}{doubt})" if interval else ""),
            )
        )
    return tuple(numbers[:4])


def _cards(values: Values) -> tuple[tuple[Card, ...], ...]:
    left, right = [], []
    if values.words.get("misleading"):
        left.append(
            Card(
                id="misleading",
                question="Why not simply hire for the busiest?",
                answer=values.words["misleading"],
                sentences=tuple(_say_places(role) for role in values.roles[:3] if role.place),
                more="Busy people and long queues show where work piles up; what one more person "
                "changes shows only when the same futures are played again with that person.",
            )
        )
    if values.words.get("harmful"):
        right.append(
            Card(
                id="harmful",
                question="Can one more person do harm?",
                answer=values.words["harmful"],
            )
        )
    cell = values.best_quarter
    if cell is not None:
        right.append(
            Card(
                id="when",
                question="When does it help most?",
                answer=f"In {say_quarter(cell.quarter)}: a {role_words(cell.role)} for that "
                f"quarter alone, {say_gain(values, cell.of(values.measure))}.",
                more="Only the most promising quarters were tried, each with a run of its own.",
            )
        )
    best = values.best
    if best is not None and best.price is not None:
        right.append(
            Card(
                id="price",
                question="What does it cost?",
                answer=f"One more {best.words} costs "
                f"{money_in_words(best.price, values.currency)} until the end of the window; "
                f"net present value {say_change(best.of('npv'), values.words_of('npv'))}.",
            )
        )
    return tuple(tuple(cards) for cards in (left, right) if cards)


def _say_places(role: RoleValue) -> Sentence:
    busy = "" if role.busy is None else f" ({100 * role.busy:.0f} %)"
    queue = "" if role.waiting is None else f" ({role.waiting:.1f} people)"
    return Sentence(
        strong=role.words.capitalize(),
        rest=f": place {role.place} by what one more changes, {role.place_busy or DASH} by how "
        f"busy{busy}, {role.place_waiting or DASH} by the queue{queue}.",
    )


def _persons(document: Mapping[str, Any], values: Values) -> tuple[Section, ...]:
    persons = [as_mapping(raw) for raw in _list(document.get("persons"))]
    if not persons:
        return ()
    rows = tuple(
        (
            Cell(text=clean(person.get("name")), note=role_words(clean(person.get("role")))),
            Cell(text="; ".join(clean(reason) for reason in _list(person.get("reasons")))),
            Cell(text=_say_absence(person.get("absent"))),
            cell_of_change(read_difference(person.get("project_days")), say_signed_days),
            cell_of_change(read_difference(person.get("promises")), say_count),
        )
        for person in persons
    )
    return (
        Section(
            id="persons",
            heading="People for whom nobody stands in",
            sentence="It is the plan that hangs on them: a second one who can do this work, or "
            "work that can wait, takes the risk away.",
            table=Table(
                caption="What the absence of each costs",
                head=(
                    "Person",
                    "Why",
                    "Away",
                    "Delay of all projects together (days)",
                    "Promises missed",
                ),
                rows=rows,
                numeric=frozenset({3, 4}),
                note="In the order of the scenario: this is about the plan, not about people.",
            ),
        ),
    )


def _say_absence(raw: object) -> str:
    days = [read_date(day) for day in _list(raw)]
    if len(days) != 2 or days[0] is None or days[1] is None:
        return "not tried"
    return f"{say_day(days[0])} to {say_day(days[1])}"


def _tabulate(values: Values) -> Table:
    measures = [m for m in HEADS if any(m in role.effects for role in values.roles)]
    rows = tuple(
        (
            Cell(text=role.words, note=role.reason),
            *(
                cell_of_change(role.of(measure), values.words_of(measure))
                if role.effects
                else Cell(text="not tried")
                for measure in measures
            ),
        )
        for role in values.roles
    )
    return Table(
        caption="Change with one more person of each role from day 0",
        head=("Role", *(HEADS[measure] for measure in measures)),
        rows=rows,
        numeric=frozenset(range(1, len(measures) + 1)),
        note="Less is better, but for net value. A question mark: not yet certain. Days are "
        "working days.",
    )


def number_or_dash(number: Number | float | None, digits: int = 1) -> str:
    """Return a number, or a dash where there is none."""
    value = number.value if isinstance(number, Number) else number
    return DASH if value is None else f"{value:.{digits}f}"
