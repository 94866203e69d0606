"""Spells: how long people stay, are away, and how many hours of a day reach the work.

Turnover is a gamma-shrunk hazard: leavers over person-years, with a prior worth two leavers at the
sourced rate. Absence is what a time log leaves open between two entries of one person on the same
task: between tasks nobody can tell who is away from who has nothing to do. It holds leave, sickness
and all else, which a log cannot tell apart.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pmosim.calibration.parts import Z95

if TYPE_CHECKING:
    from pmosim.calibration.parts import BoolArray, FloatArray, IntArray

PRIOR_LEAVERS = 2.0
PRIOR_HAZARD = -math.log(1.0 - 0.13)
"""Leavers a person and year: 13 % leave in a year (SPI Research 2020, see ``priors.TURNOVER``)."""
LEAST_PERSON_YEARS = 5.0
LEAST_PER_WEEK = 3.0
"""Days a week with an entry, from which a time log is taken for complete."""
LEAST_LOGGED_DAYS = 40
LONGEST_SPELL = 60
"""Working days without an entry after which somebody is taken for gone, not away."""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """A value with its error and 95 % interval."""

    value: float
    se: float
    low: float
    high: float
    n: int


def turnover(leavers: int, person_years: float) -> Measured:
    """Return leavers a person and year, a gamma posterior with its own quantiles."""
    from scipy.special import gammaincinv

    shape = PRIOR_LEAVERS + leavers
    exposure = PRIOR_LEAVERS / PRIOR_HAZARD + person_years
    low, high = (float(gammaincinv(shape, q)) / exposure for q in (0.025, 0.975))
    return Measured(
        value=shape / exposure, se=math.sqrt(shape) / exposure, low=low, high=high, n=leavers
    )


@dataclass(frozen=True, kw_only=True)
class Presence:
    """What a time log says of presence."""

    absence_rate: Measured
    spell_days: Measured
    hours_per_day: Measured
    n_people: int


def presence(
    person: IntArray, day: IntArray, hours: FloatArray, task: IntArray | None = None
) -> Presence | None:
    """Return absence and hours of those who book nearly every day, None if nobody does.

    Parameters
    ----------
    person, day, hours : (N,) one row per entry; ``day`` counts working days.
    task : (N,) what was worked on. None = the log does not say: then every day without an entry
        counts as away, and days with nothing to do are among them.
    """
    rates, weights, spells, means, worked = [], [], [], [], []
    for who in np.unique(person):
        rows = person == who
        days, place = np.unique(day[rows], return_inverse=True)
        booked = np.bincount(place, hours[rows])
        if len(days) < LEAST_LOGGED_DAYS:
            continue
        steps = np.diff(days)
        is_near = steps - 1 <= LONGEST_SPELL
        if 5.0 * len(days) / (len(days) + int((steps - 1)[is_near].sum())) < LEAST_PER_WEEK:
            continue
        is_counted = is_near if task is None else is_near & _goes_on(place, task[rows])
        away = (steps - 1)[is_counted]
        span = int(steps[is_counted].sum())
        if not span:
            continue
        rates.append(float(away.sum()) / span)
        weights.append(span)
        spells.extend(away[away > 0].tolist())
        means.append(float(booked.mean()))
        worked.append(len(days))
    if len(rates) < 3:
        return None
    return Presence(
        absence_rate=_mean(np.array(rates), np.array(weights, dtype=np.float64)),
        spell_days=_mean(np.array(spells or [0.0], dtype=np.float64), None),
        hours_per_day=_mean(np.array(means), np.array(worked, dtype=np.float64)),
        n_people=len(rates),
    )


def _goes_on(place: IntArray, task: IntArray) -> BoolArray:
    """Return for each two days with entries that follow one another if they share a task.

    Parameters
    ----------
    place, task : (n,) number of the day with entries, and the task, of each entry.
    """
    pairs = np.unique(np.stack([task, place], axis=1), axis=0)
    follows = (pairs[1:, 0] == pairs[:-1, 0]) & (pairs[1:, 1] == pairs[:-1, 1] + 1)
    goes_on = np.zeros(int(place.max()), dtype=np.bool_)
    goes_on[pairs[:-1, 1][follows]] = True
    return goes_on


def _mean(values: FloatArray, weights: FloatArray | None) -> Measured:
    given = np.ones(len(values)) if weights is None else weights
    middle = float((given * values).sum() / given.sum())
    share = given / given.sum()
    se = math.sqrt(
        float((share**2 * (values - middle) ** 2).sum()) * len(values) / max(len(values) - 1, 1)
    )
    return Measured(
        value=middle, se=se, low=max(middle - Z95 * se, 0.0), high=middle + Z95 * se, n=len(values)
    )
