"""Spells: how long people stay, are away, and how many hours of a day reach the work.

Turnover is a gamma-shrunk hazard: leavers over person-years, with a prior worth two leavers at the
sourced rate. Absence is what a time log leaves open between entries of people who book nearly every
day; it holds leave, sickness and all else, which a log cannot tell apart.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pmosim.calibration.parts import Z95

if TYPE_CHECKING:
    from pmosim.calibration.parts import FloatArray, IntArray

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


def presence(person: IntArray, day: IntArray, hours: FloatArray) -> Presence | None:
    """Return absence and hours of those who book nearly every day, None if nobody does.

    Parameters
    ----------
    person, day, hours : (N,) one row per entry; ``day`` counts working days.
    """
    rates, weights, spells, means = [], [], [], []
    for who in np.unique(person):
        rows = person == who
        days, place = np.unique(day[rows], return_inverse=True)
        booked = np.bincount(place, hours[rows])
        if len(days) < LEAST_LOGGED_DAYS:
            continue
        gaps = np.diff(days) - 1
        away = gaps[(gaps > 0) & (gaps <= LONGEST_SPELL)]
        span = len(days) + int(away.sum())
        if 5.0 * len(days) / span < LEAST_PER_WEEK:
            continue
        rates.append(float(away.sum()) / span)
        weights.append(span)
        spells.extend(away.tolist())
        means.append(float(booked.mean()))
    if len(rates) < 3:
        return None
    return Presence(
        absence_rate=_mean(np.array(rates), np.array(weights, dtype=np.float64)),
        spell_days=_mean(np.array(spells or [0.0], dtype=np.float64), None),
        hours_per_day=_mean(np.array(means), np.array(weights, dtype=np.float64)),
        n_people=len(rates),
    )


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
