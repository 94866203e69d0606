"""Calibration finds what is known: 95 % intervals hold the truth in 90 or more of 100 histories."""

from __future__ import annotations

import math

import numpy as np
import pytest

from pmosim.calibration import fit_plan, observe
from pmosim.calibration.counts import fit_counts
from pmosim.calibration.spells import turnover
from pmosim.streams import uniforms

SEEDS = 100
LEAST = 90

PLAN_BIAS, SIZE_SLOPE, SPREAD, FACTOR, STRETCHED = 0.2, 0.92, 0.5, 0.25, 0.3


def u(seed: int, name: str, n: int) -> np.ndarray:
    return uniforms(seed, name, "recovery", 0, 0, n)


def z(seed: int, name: str, n: int) -> np.ndarray:
    from scipy.special import ndtri

    return np.asarray(ndtri(u(seed, name, n)))


def history(seed: int, n_projects: int, n_tasks: int, *, on_plan: bool, cut: bool) -> dict:
    """Return an invented history: work is lognormal around a line, with a factor per project."""
    n = n_projects * n_tasks
    project = np.repeat(np.arange(n_projects), n_tasks)
    log_plan = 1.5 + 0.9 * z(seed, "plan", n)
    y = PLAN_BIAS + (SIZE_SLOPE - 1.0) * log_plan + SPREAD * z(seed, "own", n)
    y += FACTOR * z(seed, "project", n_projects)[project]
    plan = np.exp(log_plan)
    actual = plan * np.exp(y)
    if on_plan:
        actual = np.where((y < 0.0) & (u(seed, "early", n) < STRETCHED), plan, actual)
    limit = plan * np.exp(0.4 + 0.6 * z(seed, "cut", n)) if cut else np.full(n, math.inf)
    return {
        "plan": plan,
        "actual": np.minimum(actual, limit),
        "project": project,
        "is_open": actual > limit,
    }


@pytest.mark.parametrize(
    ("n_projects", "n_tasks", "on_plan", "cut"),
    [(30, 10, False, False), (30, 10, True, True)],
    ids=["finished work only", "a third open, and mass on plan"],
)
def test_what_made_actual_from_plan_is_found(
    n_projects: int, n_tasks: int, *, on_plan: bool, cut: bool
) -> None:
    truth = {
        "plan_bias": PLAN_BIAS,
        "size_slope": SIZE_SLOPE,
        "spread": SPREAD,
        "project_factor": FACTOR,
    }
    if on_plan:
        truth["stretched_share"] = STRETCHED
    hits = dict.fromkeys(truth, 0)
    for seed in range(SEEDS):
        rows = observe(**history(seed, n_projects, n_tasks, on_plan=on_plan, cut=cut), grid=0.0)
        for parameter in fit_plan(rows, "work", "made", compare=False).parameters:
            if parameter.name in truth:
                value = truth[parameter.name]
                hits[parameter.name] += parameter.low <= value <= parameter.high
    print(f"\n{on_plan=} {cut=}: intervals that hold the truth, of {SEEDS}: {hits}")
    assert min(hits.values()) >= LEAST, hits


def test_the_share_on_plan_is_found() -> None:
    share = 0.22
    hits = 0
    for seed in range(SEEDS):
        made = history(seed, 30, 10, on_plan=False, cut=False)
        copied = u(seed, "copied", 300) < share
        made["actual"] = np.where(copied, made["plan"], made["actual"])
        fit = fit_plan(observe(**made, grid=0.0), "work", "made", compare=False)
        (found,) = [p for p in fit.parameters if p.name == "on_plan_share"]
        hits += found.low <= share <= found.high
    print(f"\non_plan_share: {hits} of {SEEDS}")
    assert hits >= LEAST


def test_the_level_and_the_dispersion_of_requests_are_found() -> None:
    from scipy.special import gammaincinv
    from scipy.stats import poisson

    level, dispersion, n_months = 6.0, 1.8, 36
    hits = {"level": 0, "dispersion": 0}
    for seed in range(SEEDS):
        shape = level / (dispersion - 1.0)
        rate = gammaincinv(shape, u(seed, "month", n_months)) * (dispersion - 1.0)
        counts = poisson.ppf(u(seed, "count", n_months), rate).astype(np.int64)
        fit = fit_counts(counts, np.arange(n_months) % 12)
        hits["level"] += fit.rate_interval[0] <= 12.0 * level <= fit.rate_interval[1]
        low, high = fit.dispersion_interval
        hits["dispersion"] += low <= dispersion <= high
    print(f"\nrequests: {hits} of {SEEDS}")
    assert min(hits.values()) >= LEAST, hits


def test_a_change_of_level_is_found_and_no_change_is_seldom_seen() -> None:
    from scipy.stats import poisson

    found, false = 0, 0
    for seed in range(SEEDS):
        rate = np.where(np.arange(48) < 30, 4.0, 9.0)
        counts = poisson.ppf(u(seed, "change", 48), rate).astype(np.int64)
        fit = fit_counts(counts, np.arange(48) % 12)
        found += 26 <= fit.dropped_months <= 34
        even = poisson.ppf(u(seed, "even", 48), 5.0).astype(np.int64)
        false += fit_counts(even, np.arange(48) % 12).dropped_months > 0
    print(f"\na level that doubles: found in {found} of {SEEDS}; seen without one: {false}")
    assert found >= LEAST
    assert false <= 10


def test_the_hazard_of_leaving_is_found() -> None:
    hazard, n_people, years = 0.18, 40, 3.0
    hits = 0
    for seed in range(SEEDS):
        until = -np.log(u(seed, "leave", n_people)) / hazard
        found = turnover(int((until < years).sum()), float(np.minimum(until, years).sum()))
        hits += found.low <= hazard <= found.high
    print(f"\nhazard: {hits} of {SEEDS}")
    assert hits >= LEAST
