"""Particulars: what a document says beyond dates and chances; None or empty where it is silent.

In: parts of the document of ``run --json``. Out: frozen rows: curves, the joint chance of date and
cost, earned value, promises, groups, quarters. Not here: the projects themselves (``answers``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from pmosim.report.reading import (
    Number,
    When,
    as_finite,
    as_mapping,
    clean,
    read_chance,
    read_date,
    read_number,
    read_prose,
    read_when,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LEVELS = tuple(range(5, 100, 5))


@dataclass(frozen=True, kw_only=True)
class DateCurve:
    """The dates that P5, P10 ... P95 of the futures keep; None = after the planning window."""

    levels: tuple[int, ...]
    days: tuple[date | None, ...]

    @property
    def dots(self) -> tuple[date | None, ...]:
        """One date for each twentieth of the futures: the middle between two levels."""
        known = [None if day is None else float(day.toordinal()) for day in self.days]
        return tuple(
            None if middle is None else date.fromordinal(round(middle))
            for middle in _middles(known)
        )


@dataclass(frozen=True, kw_only=True)
class AmountCurve:
    """The amounts that P5, P10 ... P95 of the futures stay below."""

    levels: tuple[int, ...]
    amounts: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Corners:
    """Shares of the futures: they add up to 1."""

    both: float
    only_late: float
    only_over: float
    neither: float


@dataclass(frozen=True, kw_only=True)
class Joint:
    """Date and cost of the same futures."""

    on_time: Number
    on_budget: Number
    both: Number
    points: tuple[tuple[date | None, float], ...]
    """(finish, cost) of some futures; None = after the planning window."""

    @property
    def corners(self) -> Corners | None:
        """The four shares: both kept, only late, only over, neither kept; None = not known."""
        both, time, budget = (n.value for n in (self.both, self.on_time, self.on_budget))
        if both is None or time is None or budget is None:
            return None
        return Corners(
            both=both,
            only_late=max(0.0, budget - both),
            only_over=max(0.0, time - both),
            neither=max(0.0, 1.0 - time - budget + both),
        )


@dataclass(frozen=True, kw_only=True)
class Booked:
    """Somebody who is booked for a project."""

    project: str
    person: str
    unused: Number
    """Person-days in which the share was reserved and idle."""


@dataclass(frozen=True, kw_only=True)
class EarnedValue:
    """The account of earned value on day 0; None = not known, ``missing`` says what it takes."""

    planned: float | None
    earned: float | None
    actual: float | None
    cost_index: float | None
    time_index: float | None
    at_completion: float | None
    budget: float | None
    above: Number | None
    """Chance that the simulated cost is above the estimate at completion."""
    text: str
    missing: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Promise:
    """One date that somebody was promised: of a project, or of a task or milestone in it."""

    project: str
    name: str
    item: str
    is_deadline: bool
    day: date
    days_left: int | None
    is_soon: bool
    """Within 90 days."""
    is_past: bool
    kept: Number | None
    p50: When | None
    p80: When | None
    text: str


@dataclass(frozen=True, kw_only=True)
class Disagreement:
    """A project whose own report is greener than its forecast."""

    project: str
    name: str
    reported: str
    outlook: str
    late: Number | None
    text: str


@dataclass(frozen=True, kw_only=True)
class Group:
    """The projects that share a value of a group, for example a programme."""

    key: str
    name: str
    n_projects: int
    budget: float | None
    cost_p50: float | None
    cost_p80: float | None
    by_year: tuple[tuple[str, float], ...]
    npv_p50: float | None
    n_late: float | None
    """Expected number of missed promises."""
    n_promised: int


@dataclass(frozen=True, kw_only=True)
class Quarter:
    """What is finished in a quarter, means over the futures."""

    label: str
    finished: float | None
    low: float | None
    """P10 and P90 of the number finished."""
    high: float | None
    with_due: float | None
    on_time: float | None
    cost: float | None
    benefit: float | None


@dataclass(frozen=True, kw_only=True)
class Year:
    """The cost of all projects in a fiscal year; labels like ``to date`` or ``2027``."""

    label: str
    cost: float | None
    p80: float | None
    cash: float | None
    capex: float | None


@dataclass(frozen=True, kw_only=True)
class SlipPart:
    """One part of a slip, in mean working days; ``role`` where people are waited for."""

    cause: str
    role: str
    days: float


@dataclass(frozen=True, kw_only=True)
class Slip:
    """How much later than agreed a project ends, on average, and why; the parts add up."""

    since: str
    """``baseline`` or ``due``."""
    days: float
    parts: tuple[SlipPart, ...]


@dataclass(frozen=True, kw_only=True)
class OnChain:
    """A project or role on a chain: in which share of the futures, for how many mean days."""

    name: str
    share: float
    days: float


@dataclass(frozen=True, kw_only=True)
class Chain:
    """What a finish hangs on."""

    projects: tuple[OnChain, ...]
    roles: tuple[OnChain, ...]
    n_others: int
    """Projects that are not listed."""
    n: int
    """Futures in which there is a finish."""


def read_slip(raw: object) -> Slip | None:
    """Read ``slip_causes``."""
    entry = as_mapping(raw)
    days = read_number(entry.get("days")).value
    parts = [as_mapping(part) for part in entry.get("parts") or ()]
    if days is None:
        return None
    return Slip(
        since=clean(entry.get("from")),
        days=days,
        parts=tuple(
            SlipPart(
                cause=clean(part.get("cause")),
                role=clean(part.get("role")),
                days=read_number(part.get("days")).value or 0.0,
            )
            for part in parts
        ),
    )


def read_chain(raw: object) -> Chain | None:
    """Read ``chain``."""
    entry = as_mapping(raw)
    if not entry:
        return None

    def listed(key: str, name: str) -> tuple[OnChain, ...]:
        return tuple(
            OnChain(
                name=clean(as_mapping(one).get(name)),
                share=read_number(as_mapping(one).get("share")).value or 0.0,
                days=read_number(as_mapping(one).get("days")).value or 0.0,
            )
            for one in entry.get(key) or ()
        )

    others = as_mapping(entry.get("other_projects")).get("n")
    return Chain(
        projects=listed("projects", "project"),
        roles=listed("roles", "role"),
        n_others=int(as_finite(others) or 0),
        n=int(as_finite(entry.get("n")) or 1),
    )


def read_held(raw: object) -> str:
    """Return the first sentence of ``waits_on``: who has what is waited for."""
    held = as_mapping(raw).get("held")
    first = as_mapping(held[0]) if isinstance(held, list) and held else {}
    return read_prose(first.get("text"))


def read_dates(raw: object, levels: Sequence[int]) -> DateCurve | None:
    """Read a curve of dates; None unless it has one value for each level."""
    if not isinstance(raw, list | tuple) or len(raw) != len(levels):
        return None
    return DateCurve(levels=tuple(levels), days=tuple(read_date(value) for value in raw))


def read_amounts(raw: object, levels: Sequence[int]) -> AmountCurve | None:
    """Read a curve of amounts; None unless every level has a number."""
    if not isinstance(raw, list | tuple) or len(raw) != len(levels):
        return None
    amounts = [read_number(value).value for value in raw]
    known = tuple(amount for amount in amounts if amount is not None)
    return AmountCurve(levels=tuple(levels), amounts=known) if len(known) == len(raw) else None


def read_levels(raw: object) -> tuple[int, ...]:
    """Read the levels of the curves; P5, P10 ... P95 where the document does not say."""
    if not isinstance(raw, list | tuple):
        return LEVELS
    levels = [as_finite(level) for level in raw]
    return tuple(round(level) for level in levels if level is not None) or LEVELS


def read_joint(raw: object) -> Joint | None:
    """Read date and cost of the same futures."""
    joint = as_mapping(raw)
    points = tuple(
        (read_date(point[0]), cost)
        for point in joint.get("points") or ()
        if len(point) == 2 and (cost := as_finite(point[1])) is not None
    )
    if not points:
        return None
    return Joint(
        on_time=read_number(joint.get("p_on_time")),
        on_budget=read_number(joint.get("p_on_budget")),
        both=read_number(joint.get("p_both")),
        points=points,
    )


def read_earned_value(raw: object) -> EarnedValue | None:
    """Read the account of earned value."""
    account = as_mapping(raw)
    if not account:
        return None

    def number(key: str) -> float | None:
        return read_number(account.get(key)).value

    return EarnedValue(
        planned=number("pv"),
        earned=number("ev"),
        actual=number("ac"),
        cost_index=number("cpi"),
        time_index=number("spi"),
        at_completion=number("eac"),
        budget=number("bac"),
        above=read_chance(account.get("p_above_eac")),
        text=read_prose(account.get("text")),
        missing=tuple(read_prose(item) for item in account.get("missing") or ()),
    )


def read_bookings(raw: object) -> tuple[Booked, ...]:
    """Read who is booked for which project, and what of it is not used."""
    entries = [as_mapping(entry) for entry in (raw if isinstance(raw, list) else [])]
    return tuple(
        Booked(
            project=read_prose(entry.get("name")),
            person=read_prose(entry.get("person")),
            unused=read_number(entry.get("unused_days")),
        )
        for entry in entries
    )


def read_promises(raw: object) -> tuple[Promise, ...]:
    """Read the promises, in the order of their dates."""
    promises = []
    for item in raw if isinstance(raw, list | tuple) else ():
        day = read_date(item.get("date"))
        if day is None:
            continue
        left = as_finite(item.get("days_left"))
        promises.append(
            Promise(
                project=clean(item.get("project")),
                name=clean(item.get("name")) or clean(item.get("project")),
                item=clean(item.get("item")),
                is_deadline=item.get("kind") == "deadline",
                day=day,
                days_left=None if left is None else round(left),
                is_soon=item.get("in_90_days") is True,
                is_past=item.get("is_past") is True,
                kept=read_chance(item.get("p_kept")),
                p50=read_when(item["p50"]) if item.get("p50") is not None else None,
                p80=read_when(item["p80"]) if item.get("p80") is not None else None,
                text=read_prose(item.get("text")),
            )
        )
    return tuple(sorted(promises, key=lambda promise: promise.day))


def read_disagreements(raw: object) -> tuple[Disagreement, ...]:
    """Read where a report is greener than the forecast, the worst first."""
    return tuple(
        Disagreement(
            project=clean(item.get("project")),
            name=clean(item.get("name")) or clean(item.get("project")),
            reported=clean(item.get("reported")),
            outlook=clean(item.get("outlook")),
            late=read_chance(item.get("p_late")),
            text=read_prose(item.get("text")),
        )
        for item in (raw if isinstance(raw, list | tuple) else ())
    )


def read_groups(raw: object) -> tuple[Group, ...]:
    """Read the groups of every key."""
    return tuple(
        _read_group(clean(key), group)
        for key, groups in as_mapping(raw).items()
        for group in groups or ()
    )


def _read_group(key: str, raw: Mapping[str, Any]) -> Group:
    cost = as_mapping(raw.get("cost"))
    return Group(
        key=key,
        name=clean(raw.get("group")),
        n_projects=round(as_finite(raw.get("n_projects")) or 0),
        budget=read_number(raw.get("budget")).value if raw.get("budget_complete", True) else None,
        cost_p50=read_number(cost.get("p50")).value,
        cost_p80=read_number(cost.get("p80")).value,
        by_year=read_by_year(cost.get("by_year")),
        npv_p50=read_number(as_mapping(raw.get("npv")).get("p50")).value,
        n_late=read_number(raw.get("n_late")).value,
        n_promised=round(as_finite(raw.get("n_promised")) or 0),
    )


def read_by_year(raw: object) -> tuple[tuple[str, float], ...]:
    """Read amounts by fiscal year."""
    amounts = ((clean(year), read_number(value).value) for year, value in as_mapping(raw).items())
    return tuple((year, amount) for year, amount in amounts if amount is not None)


def read_years(cost: Mapping[str, Any], bands: object) -> tuple[Year, ...]:
    """Read the cost of the portfolio by fiscal year, without empty years at its end."""
    cash, capex = (dict(read_by_year(cost.get(f"{key}_by_year"))) for key in ("cash", "capex"))
    known = as_mapping(bands)
    years = [
        Year(
            label=year,
            cost=amount,
            p80=read_number(as_mapping(known.get(year)).get("p80")).value,
            cash=cash.get(year),
            capex=capex.get(year),
        )
        for year, amount in read_by_year(cost.get("by_year"))
    ]
    while years and not years[-1].cost:
        years.pop()
    return tuple(years)


def read_quarters(raw: object) -> tuple[Quarter, ...]:
    """Read what is finished per quarter, without empty quarters at its end."""
    quarters = []
    for item in raw if isinstance(raw, list | tuple) else ():
        band = as_mapping(item.get("finished_band"))
        quarters.append(
            Quarter(
                label=clean(item.get("quarter")),
                finished=read_number(item.get("finished")).value,
                low=read_number(band.get("p10")).value,
                high=read_number(band.get("p90")).value,
                with_due=read_number(item.get("with_due")).value,
                on_time=read_number(item.get("on_time")).value,
                cost=read_number(item.get("cost")).value,
                benefit=read_number(item.get("benefit")).value,
            )
        )
    while quarters and max(quarters[-1].finished or 0.0, quarters[-1].high or 0.0) < 0.005:
        quarters.pop()
    return tuple(quarters)


def _middles(values: Sequence[float | None]) -> list[float | None]:
    """Return the middle of each of the parts that the values cut, one more than there are."""
    parts: list[float | None] = [
        None if one is None or other is None else (one + other) / 2
        for one, other in pairwise(values)
    ]
    known = [value for value in values if value is not None]
    if not known:
        return [None] * (len(values) + 1)
    first = known[0] - (known[1] - known[0]) / 2 if len(known) > 1 else known[0]
    last: float | None = None
    if len(known) == len(values):
        last = known[-1] + ((known[-1] - known[-2]) / 2 if len(known) > 1 else 0.0)
    return [first, *parts, last]
