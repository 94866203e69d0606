"""Baselines: what each says, by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from pmosim.backtesting.baselines import mean_ratio, plan, reference_class, regression
from pmosim.backtesting.cases import Case, Past
from pmosim.backtesting.scores import quantile_of

CASE = Case(
    cut=date(2026, 1, 5),
    measure="finish",
    project="crm",
    kind="small",
    plan=40.0,
    floor=0.0,
    backlog=3.0,
    truth=50.0,
    end=100.0,
)
PAST = Past(
    plan=np.array([10.0, 20.0, 40.0, 80.0, 20.0, 50.0]),
    actual=np.array([20.0, 30.0, 40.0, 80.0, 40.0, 200.0]),
    backlog=np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]),
    kind=np.array(["small"] * 5 + ["large"], dtype=object),
)


def test_the_plan_is_the_plan() -> None:
    assert plan(CASE, PAST).tolist() == [40.0]


def test_a_plan_that_has_passed_becomes_tomorrow() -> None:
    assert plan(replace(CASE, floor=55.0), PAST).tolist() == [56.0]


def test_the_mean_ratio_is_that_of_all_projects() -> None:
    # 2, 1.5, 1, 1, 2, 4
    assert mean_ratio(CASE, PAST)[0] == pytest.approx(40.0 * 11.5 / 6.0)


def test_the_reference_class_is_its_own_kind() -> None:
    assert sorted(reference_class(CASE, PAST)) == [40.0, 40.0, 60.0, 80.0, 80.0]


def test_a_kind_with_too_few_takes_all() -> None:
    assert len(reference_class(replace(CASE, kind="large"), PAST)) == 6


def test_what_a_project_has_outlived_is_no_forecast_any_more() -> None:
    found = reference_class(replace(CASE, floor=45.0), PAST)
    assert found.min() > 45.0
    assert {60.0, 80.0} <= set(found.tolist())


def test_the_regression_finds_a_law_without_noise() -> None:
    plans, backlog = np.array([5.0, 10.0, 20.0, 40.0, 80.0]), np.array([0.0, 4.0, 1.0, 9.0, 2.0])
    actual = 1.5 * plans**0.9 * (1.0 + backlog) ** 0.3
    past = Past(plan=plans, actual=actual, backlog=backlog, kind=PAST.kind[:5])
    found = regression(CASE, past)
    assert np.median(found) == pytest.approx(1.5 * 40.0**0.9 * 4.0**0.3, rel=1e-4)


def test_the_regression_has_the_spread_of_a_new_value() -> None:
    # constant plan and backlog: mean of ln, Student's t with n - 2 degrees (slope is not known)
    rng = np.array([-0.3, -0.1, 0.0, 0.1, 0.3, 0.5, -0.5, 0.2, -0.2, 0.0])
    plans = np.exp(np.linspace(2.0, 4.0, 10))
    past = Past(plan=plans, actual=plans * np.exp(rng), backlog=np.zeros(10), kind=np.full(10, ""))
    found = np.log(regression(CASE, past))
    from scipy.stats import t

    x = np.log(plans)
    design = np.column_stack([np.ones(10), x])
    beta, rest, *_ = np.linalg.lstsq(design, np.log(past.actual), rcond=None)
    here = np.array([1.0, np.log(40.0)])
    scale = np.sqrt(rest[0] / 8 * (1 + here @ np.linalg.inv(design.T @ design) @ here))
    expected = here @ beta + scale * t.ppf(0.8, 8)
    # stratified: one place in each of 200 cells, so within a cell of the quantile
    cell = scale * (t.ppf(0.81, 8) - t.ppf(0.8, 8))
    assert quantile_of(found, 0.8) == pytest.approx(expected, abs=cell)


def test_the_regression_of_a_running_project_lies_beyond_its_age() -> None:
    assert regression(replace(CASE, floor=90.0), PAST).min() >= 91.0
