"""Effects: what a change does to a portfolio, from the extracts of two runs on the same luck.

In: the extract before and the extract after. Out: ``Difference``s, after minus before, and the
``Estimate``s of one extract in the same measures.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from pmosim.forecast.estimate import mean, mean_of_known, quantile, unknown
from pmosim.forecast.finish import UNFINISHED
from pmosim.forecast.paired import (
    MATERIAL_DAYS,
    MATERIAL_OF_MONEY,
    MATERIAL_SHARE,
    Difference,
    but_for_rounding,
    mean_difference,
    no_difference,
    probability_difference,
    quantile_difference,
    ratio_difference,
)

if TYPE_CHECKING:
    from pmosim.forecast.estimate import Estimate
    from pmosim.network.arrays import BoolArray, FloatArray
    from pmosim.study.extract import Extract

Effects = dict[str, Difference]
"""Measure -> difference, with the change minus without."""
P80 = 0.8
NO_PROMISE = "nothing has a due date that the planning window reaches"
NOTHING_COMMITTED = "no project is committed"
NOTHING_FINISHES = "no project finishes in any future"


def finish_difference(before: Extract, after: Extract, level: float | None = None) -> Difference:
    """Return the change of the finish of everything committed: its mean, or a quantile."""
    if before.committed_days is None or after.committed_days is None:
        return no_difference(NOTHING_COMMITTED)
    if level is None:
        return mean_difference(before.committed_days, after.committed_days)
    return quantile_difference(before.committed_days, after.committed_days, level)


def finish_of(extract: Extract, level: float | None = None) -> Estimate:
    """Return the finish of everything committed: its mean, or a quantile."""
    days = extract.committed_days
    if days is None:
        return unknown(NOTHING_COMMITTED)
    return mean_of_known(days, UNFINISHED) if level is None else quantile(days, level)


def late_of(extract: Extract) -> Estimate:
    """Return the mean P(late) over the promises."""
    late = extract.late_share()
    return unknown(NO_PROMISE) if late is None else mean(late)


def move_of(before: FloatArray, after: FloatArray) -> Difference:
    """Return by how much a finish moves: on average, or in its P80 where there is no average.

    Parameters
    ----------
    before, after : (n,) working days in the same futures, ``inf`` = unfinished.
    """
    change = mean_difference(before, after)
    return quantile_difference(before, after, P80) if np.isnan(change.value) else change


def late_difference(
    before: Extract, after: Extract, chosen: BoolArray | None = None, reason: str = NO_PROMISE
) -> Difference:
    """Return the change of the mean P(late) over the promises.

    Parameters
    ----------
    chosen : (P,) projects whose promises count; None = all.
    reason : why there is no number where nothing is promised.
    """
    first, second = before.late_share(chosen), after.late_share(chosen)
    if first is None or second is None:
        return no_difference(reason)
    if not np.array_equal(first, second) or _are_same(before, after, chosen):
        return mean_difference(first, second, material=MATERIAL_SHARE)
    # One promise alone moves the mean by its share.
    n_promises = (before.promises if chosen is None else before.promises & chosen).sum()
    return scaled(_perhaps(len(first)), 1.0 / int(n_promises))


def missed_difference(before: Extract, after: Extract) -> Difference:
    """Return how many promises more are missed, of all."""
    if not (before.promises.any() or after.promises.any()):
        return no_difference(NO_PROMISE)
    first, second = before.late_count(), after.late_count()
    if not np.array_equal(first, second) or _are_same(before, after):
        return mean_difference(first, second, material=MATERIAL_SHARE)
    return _perhaps(len(first))


def npv_difference(before: Extract, after: Extract) -> Difference:
    """Return the change of the mean NPV of the portfolio."""
    material = MATERIAL_OF_MONEY * abs(float(before.npv.mean()))
    return mean_difference(before.npv, but_for_rounding(before.npv, after.npv), material=material)


def wait_difference(before: Extract, after: Extract, role: int | None = None) -> Difference:
    """Return the change of the working days that a finished project waits for people.

    Parameters
    ----------
    role : for this one alone; None = for all together.
    """
    chosen = slice(None) if role is None else slice(role, role + 1)
    first, second = (
        (one.waited_days[:, chosen].sum(axis=1), one.finished) for one in (before, after)
    )
    return ratio_difference(first, second, material=MATERIAL_DAYS, reason=NOTHING_FINISHES)


def finished_difference(before: Extract, after: Extract) -> Difference:
    """Return how many projects more finish in the run, listed and demand."""
    return mean_difference(before.finished, after.finished, material=MATERIAL_SHARE)


def project_days(before: Extract, after: Extract, chosen: BoolArray | None = None) -> Difference:
    """Return the working days that the listed projects end later, summed over them.

    A project that does not end counts as ending with its run, so it is at least so much.

    Parameters
    ----------
    chosen : (P,) projects that count; None = all.
    """
    mine = slice(None) if chosen is None else chosen
    first, second = (np.nansum(one.over_days[:, mine], axis=1) for one in (before, after))
    return mean_difference(first, second, material=MATERIAL_DAYS)


def scaled(difference: Difference, factor: float) -> Difference:
    """Return a difference in another unit; whether it is settled does not change.

    Parameters
    ----------
    factor : above 0.
    """
    return replace(
        difference,
        value=difference.value * factor,
        low=difference.low * factor,
        high=difference.high * factor,
    )


def _are_same(before: Extract, after: Extract, chosen: BoolArray | None = None) -> bool:
    """Return whether every (chosen) listed project ends in the same minute in both."""
    mine = slice(None) if chosen is None else chosen
    return np.array_equal(before.finish_days[:, mine], after.finish_days[:, mine], equal_nan=True)


def _perhaps(n: int) -> Difference:
    """Return the difference of a promise that changed sides in none of n futures, but could."""
    never = np.zeros(n, dtype=bool)
    return probability_difference(never, never, material=MATERIAL_SHARE)
