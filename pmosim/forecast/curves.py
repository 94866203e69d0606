"""Curves: the distributions behind the numbers, as grids and samples that charts are drawn from.

In: one value per future. Out: quantile grids, a joint grid of cost and date, a bounded sample of
futures. All of it is plain: a list per curve, null where a value is after the planning window or
not known.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from pmosim.forecast.estimate import order_statistics

if TYPE_CHECKING:
    from pmosim.forecast.estimate import Json
    from pmosim.forecast.futures import ProjectFutures
    from pmosim.network.arrays import FloatArray, IntArray
    from pmosim.workdays import WorkCalendar

LEVELS = tuple(range(5, 100, 5))
"""Percentages at which the curves of a document are given."""
GRID_LEVELS = tuple(range(10, 100, 10))
"""Percentages of the finish and of the cost at which the joint grid is given."""
SAMPLE = 200
"""Futures of a scatter of cost and date, at most."""
CENTS = 2
"""Decimals of an amount of money that is only drawn."""

Curve = list[float | None]


def curve(values: FloatArray) -> Curve:
    """Return the values that 5, 10 .. 95 of 100 futures do not exceed; null = none, or unknown.

    Parameters
    ----------
    values : one per future; NaN is ranked below every value (an NPV that is not known yet).
    """
    if not len(values):
        return [None] * len(LEVELS)
    ranked = np.where(np.isnan(values), -np.inf, values)
    return [_plain(value) for value in order_statistics(ranked, _shares(LEVELS))]


def date_curve(days: FloatArray, calendar: WorkCalendar) -> list[str | None]:
    """Return the dates by which 5, 10 .. 95 of 100 futures are finished; null = after the window.

    Parameters
    ----------
    days : working days from day 0 to the finish, ``inf`` = unfinished.
    """
    if not len(days):
        return [None] * len(LEVELS)
    return dates_of(order_statistics(days, _shares(LEVELS)), calendar)


def dates_of(days: FloatArray, calendar: WorkCalendar) -> list[str | None]:
    """Return finish days as ISO dates, null where they are infinite."""
    is_known = np.isfinite(days)
    whole = np.maximum(0, np.ceil(np.where(is_known, days, 0.0)) - 1)
    dates = calendar.dates_of(whole).tolist()
    return [
        date.isoformat() if known else None
        for date, known in zip(dates, is_known.tolist(), strict=True)
    ]


def sample_places(n: int) -> IntArray:
    """Return which of n futures are shown in a scatter: all, or 200 evenly spread over them."""
    if n <= SAMPLE:
        return np.arange(n, dtype=np.int64)
    return np.arange(SAMPLE, dtype=np.int64) * n // SAMPLE


def scatter(futures: ProjectFutures, cost: FloatArray) -> list[list[Any]]:
    """Return (finish date or null, cost) of a bounded sample of futures, in their order."""
    chosen = sample_places(futures.n)
    calendar = futures.outcomes.network.calendar
    dates = dates_of(futures.finish_day[chosen], calendar)
    amounts = np.round(cost[chosen], CENTS).tolist()
    return [[day, amount] for day, amount in zip(dates, amounts, strict=True)]


def joint_grid(futures: ProjectFutures, cost: FloatArray) -> Json:
    """Return P(finish <= date and cost <= amount) over the deciles of both.

    A row of ``p`` is a date, a column an amount. A future that is unfinished keeps no date.
    """
    days = order_statistics(futures.finish_day, _shares(GRID_LEVELS))
    amounts = order_statistics(cost, _shares(GRID_LEVELS))
    in_time = futures.finish_day[:, None] <= np.where(np.isfinite(days), days, -1.0)
    in_budget = cost[:, None] <= amounts
    both = in_time.T.astype(np.float64) @ in_budget.astype(np.float64) / futures.n
    return {
        "dates": dates_of(days, futures.outcomes.network.calendar),
        "costs": np.round(amounts, CENTS).tolist(),
        "p": [[round(share, 6) for share in row] for row in both.tolist()],
    }


def _shares(levels: tuple[int, ...]) -> list[float]:
    return [level / 100 for level in levels]


def _plain(value: float) -> float | None:
    return round(float(value), 6) if math.isfinite(value) else None
