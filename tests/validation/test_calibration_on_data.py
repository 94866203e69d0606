"""Calibration on data that nobody here made; skipped where they are not at hand."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pytest

from pmosim.calibration import Observations, PlanFit, fit_plan, observe
from pmosim.fitted import Fitted
from pmosim.streams import uniforms
from tests.readers.data import data_folder

if TYPE_CHECKING:
    from pmosim.distributions.tails import Tail


def cesaw() -> Observations:
    import pandas as pd

    data = pd.read_csv(data_folder("cesaw") / "cesaw_task.csv.gz")
    plan, actual = data["task_plan_time_minutes"], data["task_actual_time_minutes"]
    kept = (plan > 0) & (actual > 0) & data["task_actual_complete_date"].notna()
    days = 480.0
    return observe(
        plan[kept] / days, actual[kept] / days, project=data.loc[kept, "project_key"], grid=0.0
    )


@lru_cache(maxsize=1)
def cesaw_fit() -> PlanFit:
    """Return the fit of all of CESAW, laws compared: found once for all tests."""
    return fit_plan(cesaw(), "work", "CESAW")


def total_futures(fit: PlanFit, rows: Observations, name: str, futures: int) -> np.ndarray:
    """(futures,) sums of the work of one project that the fit has not seen."""
    import datetime as dt

    from scipy.special import ndtri

    law = Fitted(parameters=fit.parameters, as_of=dt.date(2016, 9, 1)).plan_law("work")
    tail: Tail = fit.residual
    plan = np.exp(rows.log_plan)
    middle = np.array([law.middle(p) for p in plan.tolist()])
    spread = np.array([law.own_spread(p) for p in plan.tolist()])
    factor = law.project_factor * ndtri(uniforms(1, name, "factor", 0, 0, futures))
    totals = np.empty(futures)
    for k in range(futures):
        u = uniforms(1, f"{name}/{k}", "own", 0, 0, len(rows))
        core = middle + factor[k] + spread * tail.quantile(ndtri(u))
        is_stretched = uniforms(1, f"{name}/{k}", "plan", 0, 0, len(rows)) < law.stretched
        totals[k] = (plan * np.exp(np.where((core < 0.0) & is_stretched, 0.0, core))).sum()
    return totals


def test_sums_of_tasks_of_projects_not_seen_are_covered_as_they_should() -> None:
    rows = cesaw()
    chosen = cesaw_fit()
    covered, naive, log_bias = [], [], []
    for project in range(len(rows.project_names)):
        seen, left = rows.only(rows.project != project), rows.only(rows.project == project)
        fit = fit_plan(seen, "work", "CESAW", like=chosen)
        totals = total_futures(fit, left, rows.project_names[project], 200)
        truth = float(np.exp(left.log_plan + left.y).sum())
        low, middle, high = np.quantile(totals, [0.1, 0.5, 0.9])
        covered.append(low <= truth <= high)
        log_bias.append(math.log(middle / truth))
        # independent ratios of actual to plan, as a spreadsheet would draw them
        ratio = np.sort(np.exp(seen.y))
        u = uniforms(1, rows.project_names[project], "ratio", 0, 0, 200 * len(left))
        drawn = ratio[(u * len(ratio)).astype(int)].reshape(200, len(left))
        ends = np.quantile((drawn * np.exp(left.log_plan)).sum(axis=1), [0.1, 0.9])
        naive.append(ends[0] <= truth <= ends[1])
    print(
        f"\nCESAW, {len(covered)} projects left out one by one: P10-P90 of totals held "
        f"{np.mean(covered):.0%} (independent ratios {np.mean(naive):.0%}), median log bias "
        f"{np.median(log_bias):+.3f}"
    )
    assert 0.70 <= np.mean(covered) <= 0.90
    assert abs(np.median(log_bias)) < 0.10
    assert np.mean(naive) < 0.40


def test_single_tasks_are_forecast_as_well_as_by_the_best_single_law() -> None:
    fit = cesaw_fit()
    scores = {law: crps for law, crps, _, _ in fit.comparison}
    laws = {law.partition(" tails")[0]: crps for law, crps in scores.items() if " tails" in law}
    print(f"\nCESAW, log-CRPS of tasks of projects not seen: {scores}; chosen {fit.residual.law}")
    best = min(laws, key=lambda law: laws[law])
    (error,) = (e for law, _, _, e in fit.comparison if law.startswith(f"{best} tails"))
    assert laws[fit.residual.law] <= laws[best] + max(error, 1e-12)


def kaplan_meier_p80(days: np.ndarray, is_open: np.ndarray) -> float:
    left = 1.0
    order = np.lexsort((is_open, days))
    for rank, row in enumerate(order):
        if not is_open[row]:
            left *= 1.0 - 1.0 / (len(days) - rank)
        if left <= 0.2:
            return float(days[row])
    return math.nan


def p80(fit: PlanFit) -> float:
    values = {p.name: p.value for p in fit.parameters}
    return math.exp(
        values["typical_bias"] + values["spread"] * float(fit.residual.quantile(0.8416))
    )


def melbourne_water(last: str) -> tuple[np.ndarray, np.ndarray]:
    import pandas as pd

    file = data_folder("melbourne_water") / "melbourne_water_asof_2021-07-01.csv"
    data = pd.read_csv(file, parse_dates=["BCA", "Stage1", "Stage2", "Stage3"])
    data = data[data["BCA"].notna()]
    days = (data[last].fillna(pd.Timestamp("2021-07-01")) - data["BCA"]).dt.days.to_numpy(float)
    is_open = data[last].isna().to_numpy()
    return days[days > 0], is_open[days > 0]


def world_bank(since: int) -> tuple[np.ndarray, np.ndarray]:
    import pandas as pd

    file = data_folder("world_bank") / "world_bank_asof_2014-12-31.csv.gz"
    data = pd.read_csv(file, parse_dates=["approval", "closing"])
    is_kept = (data["status"] != "Unknown") & (data["supplement"].fillna("N") != "Y")
    data = data[is_kept & (data["approval"].dt.year >= since)]
    is_open = ((data["status"] != "Closed") | data["closing"].isna()).to_numpy()
    end = data["closing"].mask(is_open, pd.Timestamp("2014-12-31"))
    days = (end - data["approval"]).dt.days.to_numpy(float)
    return days[days > 0], is_open[days > 0]


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("Melbourne Water, to first completion", lambda: melbourne_water("Stage1")),
        ("Melbourne Water, to completion", lambda: melbourne_water("Stage2")),
        ("Melbourne Water, to the end of defects", lambda: melbourne_water("Stage3")),
        ("World Bank, all", lambda: world_bank(1990)),
        ("World Bank, since 2000", lambda: world_bank(2000)),
        ("World Bank, since 2005", lambda: world_bank(2005)),
    ],
)
def test_p80_of_a_log_that_was_cut_is_that_of_kaplan_and_meier(name: str, source) -> None:
    days, is_open = source()
    rows = observe(np.ones(len(days)), days, is_open=is_open, grid=0.0)
    found, known = p80(fit_plan(rows, "project duration", name)), kaplan_meier_p80(days, is_open)
    finished = np.quantile(days[~is_open], 0.8)
    print(
        f"\n{name}: {is_open.mean():.0%} open; P80 {found:,.0f} days, Kaplan-Meier {known:,.0f} "
        f"({found / known - 1:+.1%}), finished ones alone {finished / known - 1:+.1%}"
    )
    assert found == pytest.approx(known, rel=0.10)
    assert finished < known
