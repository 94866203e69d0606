"""Break-even: from which month on a hire has brought more than it was paid.

In: a scenario and a hire. Out: ``BreakEven``: by month, what the portfolio brings more with the
hire than without, added up, beside the hire's pay, added up; pair by pair on the same luck.

What counts as its value is what changes in the portfolio's NPV: benefits that flow, less the cost
that is charged to projects, in the month in which each falls due. The pay is the day rate times the
working days from the first day on, idle or not. Beside it stands the same with internal work taken
as paid anyway, so that only benefits and money that leaves the house count. All money is
discounted from the middle of its month.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pmosim.forecast.paired import Difference, mean_difference
from pmosim.forecast.returns import portfolio_npv
from pmosim.money import (
    DAYS_PER_YEAR,
    Periods,
    benefit_by_period,
    cash_by_period,
    cost_by_period,
    months,
)
from pmosim.network.arrays import NONE
from pmosim.units import WHOLE

if TYPE_CHECKING:
    from pmosim.forecast.estimate import Json
    from pmosim.network import BoolArray, FloatArray, Network
    from pmosim.outcomes import Outcomes

NEVER = "never within the window"
MATERIAL = 0.001
"""A net known to a thousandth of the pay is known well enough."""


@dataclass(frozen=True, kw_only=True)
class Month:
    """One month, added up from day 0 to its end."""

    label: str
    """``2027-04``."""
    value: float
    """Mean over the futures."""
    pay: float
    net: Difference


@dataclass(frozen=True, kw_only=True)
class Turn:
    """From when on the net is above 0, to the end of the window; None = never within it."""

    month: str | None
    earliest: str | None
    """From when on the upper bounds of the net are above 0."""
    latest: str | None
    """The same of the lower bounds."""

    def to_json(self) -> Json:
        """Return the entry of a document."""
        return {"month": self.month, "earliest": self.earliest, "latest": self.latest}


@dataclass(frozen=True, kw_only=True)
class BreakEven:
    """A hire, month by month."""

    typed: str
    """As it was asked for: ``2:developer@2027-04``."""
    words: str
    currency: str
    months: tuple[Month, ...]
    """From day 0 to the end of the window."""
    turn: Turn
    paid_anyway: Turn
    """With internal work taken as paid anyway."""
    lifetime: Difference
    """What the whole NPV changes by, benefits after the window included; the pay is not in it."""
    pay: float
    """Present value of the pay to the end of the window."""
    slides: bool
    """Whether some benefit slides: it begins sooner, and ends sooner after the window."""

    def to_json(self) -> Json:
        """Return the entry of a document."""
        return {
            "hire": self.typed,
            "words": self.words,
            "break_even": self.turn.to_json(),
            "break_even_paid_anyway": self.paid_anyway.to_json(),
            "price": self.pay,
            "net": self.months[-1].net.to_json() if self.months else None,
            "lifetime_npv": self.lifetime.to_json(),
            "slides": self.slides,
            "months": [
                {
                    "month": month.label,
                    "value": month.value,
                    "price": month.pay,
                    "net": month.net.to_json(),
                }
                for month in self.months
            ],
        }


def break_even(before: Outcomes, after: Outcomes, *, typed: str, words: str) -> BreakEven:
    """Return when a hire has brought more than it was paid.

    Parameters
    ----------
    before, after : without and with the hire, on the same luck.
    typed, words : how the hire is called.
    """
    last = int(max(before.run_end.max(initial=0), after.run_end.max(initial=0)))
    periods = months(after.network, last)
    factor = _factors(after.network, periods)
    joined = np.array([name not in before.network.people.ids for name in after.network.people.ids])
    pay = np.cumsum(_pay(after.network, joined, periods, last) * factor)
    flows = [_flows(run, periods) * factor for run in (before, after)]
    value = np.cumsum(flows[1] - flows[0], axis=1)
    cash = [
        _flows(before, periods, is_cash=True) * factor,
        _flows(after, periods, joined, is_cash=True) * factor,
    ]
    cash_value = np.cumsum(cash[1] - cash[0], axis=1)
    net, cash_net = (_net(one, pay) for one in (value, cash_value))
    mean = value.mean(axis=0)
    npv = portfolio_npv(before), portfolio_npv(after)
    total = float(pay[-1]) if len(pay) else 0.0
    return BreakEven(
        typed=typed,
        words=words,
        currency=after.network.currency,
        months=tuple(
            Month(label=label, value=float(mean[m]), pay=float(pay[m]), net=net[m])
            for m, label in enumerate(periods.labels)
        ),
        turn=_turn(periods.labels, net),
        paid_anyway=_turn(periods.labels, cash_net),
        lifetime=mean_difference(*npv, material=MATERIAL * total),
        pay=total,
        slides=bool(np.isfinite(after.network.projects.benefit_years).any()),
    )


def _factors(network: Network, periods: Periods) -> FloatArray:
    """(M,) what one unit of money in the middle of each month is worth on day 0."""
    years = (periods.first_day + periods.end_day) / 2.0 / DAYS_PER_YEAR
    return np.asarray(np.exp(-np.log1p(network.discount_rate) * years))


def _pay(network: Network, joined: BoolArray, periods: Periods, last: int) -> FloatArray:
    """(M,) pay of those who joined, for each working day that they are employed."""
    people = network.people
    begin = people.employed_from[joined][:, np.newaxis]
    until = people.employed_until[joined][:, np.newaxis]
    until = np.minimum(np.where(until == NONE, last, until), last)
    minutes = np.minimum(until, periods.end_minute) - np.maximum(begin, periods.first_minute)
    rate = people.day_rate[joined] * people.fte[joined] / WHOLE
    days = np.maximum(minutes, 0) / network.minutes_per_day
    return np.asarray((days * rate[:, np.newaxis]).sum(axis=0))


def _flows(
    outcomes: Outcomes,
    periods: Periods,
    joined: BoolArray | None = None,
    *,
    is_cash: bool = False,
) -> FloatArray:
    """(R, M) benefit less cost of each future by month; as cash without those who joined."""
    cost = (cash_by_period if is_cash else cost_by_period)(outcomes, periods)
    rows = benefit_by_period(outcomes, periods) - cost
    flows = np.zeros((outcomes.replications, len(periods.labels)))
    np.add.at(flows, outcomes.future, rows)
    if is_cash and joined is not None and joined.any():
        people, bookings = outcomes.network.people, outcomes.bookings
        is_theirs = joined[bookings.person] & people.is_contractor[bookings.person]
        person = bookings.person[is_theirs]
        days = bookings.attention[is_theirs] / (WHOLE * outcomes.minutes_per_day)
        future = outcomes.future[bookings.project_row[is_theirs]]
        month = periods.of_finish(bookings.until[is_theirs])
        np.add.at(flows, (future, month), people.day_rate[person] * days)
    return flows


def _net(value: FloatArray, pay: FloatArray) -> list[Difference]:
    """Return the added-up value less the added-up pay, by month."""
    nothing = np.zeros(len(value))
    return [
        mean_difference(nothing, value[:, m] - pay[m], material=MATERIAL * float(pay[-1]))
        for m in range(len(pay))
    ]


def _turn(labels: tuple[str, ...], net: list[Difference]) -> Turn:
    """Return the months from which on value, upper and lower bounds exceed the pay."""

    def first_of(numbers: list[float]) -> str | None:
        """Return the first month from which on all numbers are above 0."""
        place = len(numbers)
        while place > 0 and numbers[place - 1] > 0.0:
            place -= 1
        return labels[place] if place < len(numbers) else None

    return Turn(
        month=first_of([one.value for one in net]),
        earliest=first_of([one.value if np.isnan(one.high) else one.high for one in net]),
        latest=first_of([one.value if np.isnan(one.low) else one.low for one in net]),
    )


def in_words(found: BreakEven) -> str:
    """Return one sentence: from when on a hire pays for itself, and how sure that is."""
    turn = found.turn
    if turn.month is None:
        doubt = f", in the best case from {turn.earliest} on" if turn.earliest else ""
        return f"{found.words}: break-even {NEVER}{doubt}."
    text = f"{found.words}: break-even in {turn.month}"
    if turn.earliest == turn.latest:
        return f"{text}."
    latest = turn.latest or "beyond the window"
    return f"{text} (95 of 100: {turn.earliest or turn.month} to {latest})."
