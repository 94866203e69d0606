"""Money: what each project of each future cost and was worth.

In: outcomes (booked minutes, realised amounts). Out: one row per project row: cost, cash, present
values, NPV and ROI; and the same money by fiscal year or quarter.
Not here: estimates over futures (``forecast``). Section 6 of model.md is the definition.

Labour falls due when its booking ends, the fixed cost at the release, a running cost flows from
the release to the end, a benefit flows from the finish. Time is counted in calendar days after
the morning of ``as_of``, 365.25 to a year; a release is read as a start, all else as a finish.

What was spent before day 0 (cost to date, where it is stated) is part of the cost of every future
and counts at face value; it belongs to no period of the run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pmosim.network.arrays import NONE
from pmosim.units import WHOLE
from pmosim.workdays import quarter_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from pmosim.network.arrays import FloatArray, IntArray, Network
    from pmosim.outcomes import Outcomes

DAYS_PER_YEAR = 365.25


@dataclass(frozen=True, kw_only=True, eq=False)
class Money:
    """Money of N project rows, in the scenario's currency."""

    labour: FloatArray
    """Attention x day rate, of everybody."""
    contractors: FloatArray
    """The part of ``labour`` that goes to contractors."""
    fixed: FloatArray
    """Falls due at the release; 0 if not released."""
    running: FloatArray
    """Running cost x working time from the release to the end, or so far."""
    risks: FloatArray
    """What risks and their mitigation cost, due when the first task that each hits starts."""
    to_date: FloatArray
    """Cost before day 0, the same in every future; 0 where it is not stated."""
    capex: FloatArray
    """The part of ``labour`` that is capitalised: the capex share of the phase it is booked on."""
    pv_cost: FloatArray
    """Cost discounted to day 0; what was spent before counts at face value."""
    pv_benefit: FloatArray
    """Benefit discounted to day 0; 0 unless finished."""
    npv: FloatArray
    """Of the whole life; NaN where the project neither finished nor was stopped or given up."""

    @property
    def cost(self) -> FloatArray:
        """Everything; of an unfinished project what was booked so far."""
        return self.to_date + self.cost_to_go

    @property
    def cost_to_go(self) -> FloatArray:
        """What is spent from day 0 on."""
        return self.labour + self.fixed + self.running + self.risks

    @property
    def cash(self) -> FloatArray:
        """What leaves the house from day 0 on: contractors, fixed and running cost, risks."""
        return self.contractors + self.fixed + self.running + self.risks

    @property
    def npv_to_go(self) -> FloatArray:
        """NPV without what is spent already, which no decision can change; NaN like the NPV."""
        return self.npv + self.to_date

    @property
    def roi(self) -> FloatArray:
        """(PV benefits - PV costs) / PV costs; NaN like the NPV, infinite if it costs nothing."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(self.npv / self.pv_cost)


@dataclass(frozen=True, kw_only=True, eq=False)
class Periods:
    """Y fiscal years or quarters without a gap, from day 0 to the end of the run."""

    labels: tuple[str, ...]
    first_minute: IntArray
    end_minute: IntArray
    first_day: FloatArray
    """Calendar days after the morning of ``as_of`` at which the period begins."""
    end_day: FloatArray

    def of_finish(self, minutes: IntArray) -> IntArray:
        """Period of each finish: a minute on a boundary belongs to the period that ends."""
        found = np.searchsorted(self.end_minute, minutes, side="left")
        return np.minimum(found, len(self.labels) - 1)

    def of_start(self, minutes: IntArray) -> IntArray:
        """Period of each start: a minute on a boundary belongs to the period that begins."""
        found = np.searchsorted(self.end_minute, minutes, side="right")
        return np.minimum(found, len(self.labels) - 1)


def project_money(outcomes: Outcomes) -> Money:
    """Return cost, present values and NPV of every project row."""
    network, rows = outcomes.network, outcomes.projects_
    rate = network.discount_rate
    price = _prices(outcomes)
    bookings = outcomes.bookings
    due = _years(network.calendar.calendar_days(bookings.until))
    is_cash = network.people.is_contractor[bookings.person]
    n_rows = len(rows.row)
    labour = _sums(bookings.project_row, price, n_rows)
    contractors = _sums(bookings.project_row, np.where(is_cash, price, 0.0), n_rows)
    pv_labour = _sums(bookings.project_row, price * _factor(rate, due), n_rows)

    is_released, released, end = _activity(outcomes)
    fixed = np.where(is_released, rows.fixed_cost, 0.0)
    running = network.projects.running_cost[rows.row] * (end - released)
    begins = _years(start_calendar_days(network, released))
    ends = np.maximum(begins, _years(network.calendar.calendar_days(end)))
    pv_cost = pv_labour + fixed * _factor(rate, begins) + running * _mean_factor(rate, begins, ends)
    to_date = _spent_before(outcomes)
    charges = outcomes.charges
    charged = _years(start_calendar_days(network, charges.minute))
    pv_risks = _sums(charges.project_row, charges.amount * _factor(rate, charged), n_rows)
    pv_cost = pv_cost + pv_risks + to_date

    is_finished, is_stopped = outcomes.has_status("finished"), outcomes.has_status("stopped")
    benefit_from, benefit_to = _benefit_span(outcomes)
    pv_benefit = flow_value(rows.benefit_per_year, _years(benefit_from), _years(benefit_to), rate)
    # A project that was given up before day 0 lost what it cost; what one that is done is worth
    # began before day 0 and is not known.
    is_lost = outcomes.has_status("cancelled") & (to_date > 0.0)
    npv = np.where(is_finished | is_stopped | is_lost, pv_benefit - pv_cost, np.nan)
    return Money(
        labour=labour,
        contractors=contractors,
        fixed=fixed,
        running=running,
        risks=_sums(charges.project_row, charges.amount, n_rows),
        to_date=to_date,
        capex=_sums(bookings.project_row, price * _capex_shares(outcomes), n_rows),
        pv_cost=pv_cost,
        pv_benefit=pv_benefit,
        npv=npv,
    )


def flow_value(
    per_year: FloatArray, begin: FloatArray, end: FloatArray, discount_rate: float
) -> FloatArray:
    """Return the present value of a flow: c (v^a - v^b) / -ln v with v = 1 / (1 + r).

    Parameters
    ----------
    per_year : c, money a year.
    begin, end : a and b, years after day 0.
    discount_rate : r a year; 0 gives c (b - a).
    """
    return np.asarray(per_year * (end - begin) * _mean_factor(discount_rate, begin, end))


def cost_by_period(outcomes: Outcomes, periods: Periods) -> FloatArray:
    """Return (N, Y) cost from day 0 on by the period in which it falls due.

    Each row adds up to the cost to go. A running cost is split by the working time that falls
    into each period.
    """
    labour = _labour_by_period(outcomes, periods, _prices(outcomes))
    return _with_bought(outcomes, periods, labour)


def cash_by_period(outcomes: Outcomes, periods: Periods) -> FloatArray:
    """Return (N, Y) cash by the period in which it falls due; each row adds up to the cash."""
    is_cash = outcomes.network.people.is_contractor[outcomes.bookings.person]
    labour = _labour_by_period(outcomes, periods, np.where(is_cash, _prices(outcomes), 0.0))
    return _with_bought(outcomes, periods, labour)


def capex_by_period(outcomes: Outcomes, periods: Periods) -> FloatArray:
    """Return (N, Y) capitalised labour by the period in which it falls due."""
    return _labour_by_period(outcomes, periods, _prices(outcomes) * _capex_shares(outcomes))


def _labour_by_period(outcomes: Outcomes, periods: Periods, amounts: FloatArray) -> FloatArray:
    """(N, Y) one amount per booking, summed by project row and period."""
    bookings = outcomes.bookings
    n_rows, n_periods = len(outcomes.projects_.row), len(periods.labels)
    cell = bookings.project_row * n_periods + periods.of_finish(bookings.until)
    return _sums(cell, amounts, n_rows * n_periods).reshape(n_rows, n_periods)


def _with_bought(outcomes: Outcomes, periods: Periods, labour: FloatArray) -> FloatArray:
    """(N, Y) labour by period, fixed and running cost and risks added."""
    rows, result = outcomes.projects_, labour.copy()
    charges = outcomes.charges
    np.add.at(result, (charges.project_row, periods.of_start(charges.minute)), charges.amount)
    is_released, released, end = _activity(outcomes)
    place = np.arange(len(rows.row))[is_released]
    result[place, periods.of_start(released)[is_released]] += rows.fixed_cost[is_released]
    minutes = np.minimum(end[:, None], periods.end_minute) - np.maximum(
        released[:, None], periods.first_minute
    )
    rate = outcomes.network.projects.running_cost[rows.row]
    return np.asarray(result + rate[:, None] * np.maximum(minutes, 0))


def benefit_by_period(outcomes: Outcomes, periods: Periods) -> FloatArray:
    """Return (N, Y) benefit at face value by the period in which it flows."""
    begin, end = _benefit_span(outcomes)
    days = np.minimum(end[:, None], periods.end_day) - np.maximum(begin[:, None], periods.first_day)
    return np.asarray(outcomes.projects_.benefit_per_year[:, None] * _years(np.maximum(days, 0.0)))


def fiscal_years(network: Network, last_minute: int) -> Periods:
    """Return the fiscal years up to a minute: ``2027``, or ``2027/28`` if not from January."""
    first = network.fiscal_year_month

    def label(name: str) -> str:
        year, month = int(name[:4]), int(name[5:7])
        begun = year if month >= first else year - 1
        return f"{begun}" if first == 1 else f"{begun}/{(begun + 1) % 100:02d}"

    return _periods(network, last_minute, label)


def quarters(network: Network, last_minute: int) -> Periods:
    """Return the quarters of the calendar up to a minute: ``2027-Q1``."""
    return _periods(network, last_minute, quarter_of)


def months(network: Network, last_minute: int) -> Periods:
    """Return the months of the calendar up to a minute: ``2027-02``."""
    return _periods(network, last_minute, str)


def start_calendar_days(network: Network, minutes: IntArray) -> FloatArray:
    """Return when start minutes are, in calendar days after the morning of ``as_of``.

    The boundary of a working day is the morning of the day that begins; minute 0 is 0.0, also
    where ``as_of`` is no working day.
    """
    calendar = network.calendar
    day = minutes // calendar.minutes_per_day
    since = (calendar.dates_of(day) - np.datetime64(calendar.as_of, "D")).astype(np.float64)
    part = (minutes - day * calendar.minutes_per_day) / calendar.minutes_per_day
    return np.where(minutes <= 0, 0.0, since + part)


def _periods(network: Network, last_minute: int, label: Callable[[str], str]) -> Periods:
    """Join the months of the run that have the same label."""
    calendar = network.calendar
    per_day = calendar.minutes_per_day
    labels: list[str] = []
    first_days: list[int] = []
    for month, first_day, _ in calendar.month_bounds(max(1, -(-last_minute // per_day))):
        name = label(month)
        if not labels or labels[-1] != name:
            labels.append(name)
            first_days.append(first_day)
    first_minute = np.array(first_days, dtype=np.int64) * per_day
    # The last period is open: nothing after the run needs a period of its own.
    end_minute = np.append(first_minute[1:], np.iinfo(np.int64).max)
    first_day_of_period = start_calendar_days(network, first_minute)
    last_day = calendar.calendar_days([max(last_minute, 1)])
    return Periods(
        labels=tuple(labels),
        first_minute=first_minute,
        end_minute=end_minute,
        first_day=first_day_of_period,
        end_day=np.append(first_day_of_period[1:], last_day),
    )


def _sums(index: IntArray, amounts: FloatArray, n: int) -> FloatArray:
    """(n,) sum of the amounts at each index."""
    return np.asarray(np.bincount(index, weights=amounts, minlength=n), dtype=np.float64)


def _prices(outcomes: Outcomes) -> FloatArray:
    """(B,) money for each booking."""
    bookings = outcomes.bookings
    rate = outcomes.network.people.day_rate[bookings.person]
    return np.asarray(rate * (bookings.attention / (WHOLE * outcomes.minutes_per_day)))


def _capex_shares(outcomes: Outcomes) -> FloatArray:
    """(B,) share of each booking that is capitalised: that of its task, 0 of ``throughout``."""
    at = outcomes.bookings.task_row
    if not len(outcomes.tasks_.task):
        return np.zeros(len(at))
    capex = outcomes.network.tasks.capex[outcomes.tasks_.task]
    return np.where(at == NONE, 0.0, capex[at])


def _spent_before(outcomes: Outcomes) -> FloatArray:
    """(N,) cost to date of each project row, 0 where it is not stated."""
    rows = outcomes.projects_
    spent = np.nan_to_num(outcomes.network.projects.cost_to_date, nan=0.0)
    return np.where(rows.number == 0, spent[rows.row], 0.0)


def _activity(outcomes: Outcomes) -> tuple[NDArray[np.bool_], IntArray, IntArray]:
    """Return whether, from and to which minute each project was active (0 to 0 if never)."""
    rows = outcomes.projects_
    is_released = rows.released != NONE
    released = np.where(is_released, rows.released, 0)
    end = np.where(rows.ended != NONE, rows.ended, outcomes.run_end[outcomes.future])
    end = np.where(rows.finished != NONE, rows.finished, end)
    return is_released, released, np.where(is_released, np.maximum(end, released), 0)


def _benefit_span(outcomes: Outcomes) -> tuple[FloatArray, FloatArray]:
    """Return the calendar days from and to which each benefit flows (0 to 0 if it never does)."""
    network, rows = outcomes.network, outcomes.projects_
    is_finished = outcomes.has_status("finished")
    begin = network.calendar.calendar_days(np.where(is_finished, rows.finished, 0))
    slides_to = begin + network.projects.benefit_years[rows.row] * DAYS_PER_YEAR
    fixed_to = network.projects.benefit_until[rows.row]
    end = np.where(np.isnan(fixed_to), slides_to, fixed_to)
    is_paid = is_finished & (end > begin)
    return np.where(is_paid, begin, 0.0), np.where(is_paid, end, 0.0)


def _years(days: FloatArray) -> FloatArray:
    return days / DAYS_PER_YEAR


def _factor(discount_rate: float, years: FloatArray) -> FloatArray:
    """Return v^t."""
    return np.asarray(np.exp(-np.log1p(discount_rate) * years))


def _mean_factor(discount_rate: float, begin: FloatArray, end: FloatArray) -> FloatArray:
    """Return the mean of v^t from ``begin`` to ``end``: what one unit spread over it is worth."""
    shrinkage = np.log1p(discount_rate) * (end - begin)
    has_span = shrinkage != 0.0
    safe = np.where(has_span, shrinkage, 1.0)
    # expm1 keeps the digits of 1 - v^(b - a), also where it is tiny; without a span it is v^a.
    spread = np.where(has_span, -np.expm1(-safe) / safe, 1.0)
    return _factor(discount_rate, begin) * spread
