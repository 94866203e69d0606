"""How actual came from plan: what is found in histories of which the truth is known."""

from __future__ import annotations

import numpy as np

from pmosim.calibration import fit_plan, observe
from pmosim.calibration.observations import rounding_step
from pmosim.streams import uniforms

TRUTH = {
    "plan_bias": 0.2,
    "size_slope": 0.92,
    "spread": 0.5,
    "project_factor": 0.25,
    "stretched_share": 0.3,
}


def scores(seed: int, name: str, n: int) -> np.ndarray:
    from scipy.special import ndtri

    return np.asarray(ndtri(uniforms(seed, name, "calibration test", 0, 0, n)))


def made(
    seed: int, *, n_projects: int = 25, n_tasks: int = 14, factor: float = 0.25, open_share=0.15
) -> dict[str, np.ndarray]:
    """Return plan, actual, project and is_open of an invented history."""
    n = n_projects * n_tasks
    project = np.repeat(np.arange(n_projects), n_tasks)
    log_plan = 1.5 + 0.9 * scores(seed, "plan", n)
    y = TRUTH["plan_bias"] + (TRUTH["size_slope"] - 1.0) * log_plan
    y += factor * scores(seed, "project", n_projects)[project]
    y += TRUTH["spread"] * scores(seed, "own", n)
    is_stretched = (y < 0.0) & (uniforms(seed, "early", "x", 0, 0, n) < TRUTH["stretched_share"])
    plan = np.exp(log_plan)
    actual = np.where(is_stretched, plan, plan * np.exp(y))
    is_open = uniforms(seed, "open", "x", 0, 0, n) < open_share
    so_far = actual * uniforms(seed, "so far", "x", 0, 0, n)
    return {
        "plan": plan,
        "actual": np.where(is_open, so_far, actual),
        "project": project,
        "is_open": is_open,
    }


def values(fit) -> dict[str, float]:
    return {p.name: p.value for p in fit.parameters}


def test_each_known_parameter_lies_within_three_standard_errors() -> None:
    history = made(11, n_projects=60)
    fit = fit_plan(observe(**history, grid=0.0), "work", "made", compare=False)
    for parameter in fit.parameters:
        if parameter.name in TRUTH:
            assert abs(parameter.value - TRUTH[parameter.name]) < 3.3 * parameter.se, parameter


def test_without_a_project_factor_the_estimate_is_as_good_as_zero() -> None:
    fit = fit_plan(observe(**made(5, factor=0.0), grid=0.0), "work", "made", compare=False)
    (found,) = [p for p in fit.parameters if p.name == "project_factor"]
    assert found.low == 0.0
    assert found.value < 0.1


def test_open_items_count_as_longer_and_leaving_them_out_makes_work_look_smaller() -> None:
    history = made(7, n_projects=60, open_share=0.0)
    cut = history["plan"] * np.exp(0.5 + 0.4 * scores(7, "cut", len(history["plan"])))
    is_open = history["actual"] > cut
    history |= {"actual": np.minimum(history["actual"], cut), "is_open": is_open}
    censored = fit_plan(observe(**history, grid=0.0), "work", "made", compare=False)
    finished = {key: column[~is_open] for key, column in history.items()}
    only = values(fit_plan(observe(**finished, grid=0.0), "work", "made", compare=False))
    (bias,) = [p for p in censored.parameters if p.name == "plan_bias"]
    assert abs(bias.value - TRUTH["plan_bias"]) < 3.3 * bias.se
    assert only["typical_bias"] < values(censored)["typical_bias"] - 0.1
    assert only["spread"] < values(censored)["spread"] - 0.05


def test_four_finished_items_leave_the_prior_and_say_so() -> None:
    fit = fit_plan(observe([5.0] * 4, [6.0] * 4), "work", "made")
    assert {p.basis for p in fit.parameters} == {"assumed"}
    assert "4 finished items are too few" in fit.notes[0]


def test_few_items_are_forecast_with_the_t_of_their_number() -> None:
    history = {key: column[:20] for key, column in made(3, open_share=0.0).items()}
    fit = fit_plan(observe(**history, grid=0.0), "work", "made")
    assert fit.residual.law == "t"
    assert fit.residual.dof == 19.0


def test_the_step_that_people_round_to_is_found() -> None:
    assert rounding_step(np.arange(1.0, 41.0)) == 1.0
    assert rounding_step(np.arange(1.0, 41.0) / 2.0) == 0.5
    assert rounding_step(np.arange(1.0, 41.0) * np.pi) == 0.0


def test_equal_plans_say_nothing_of_a_size_effect() -> None:
    plan = np.full(40, 10.0)
    fit = fit_plan(observe(plan, plan * np.exp(0.5 * scores(1, "own", 40)), grid=0.0), "work", "x")
    (slope,) = [p for p in fit.parameters if p.name == "size_slope"]
    assert slope.basis == "assumed"
    assert slope.value == 1.0


def test_projects_that_ran_over_together_show_a_period_factor_and_others_none() -> None:
    history = made(2, n_projects=80, n_tasks=8, open_share=0.0)
    quarter = 8000 + np.arange(80) // 5
    shared = 0.35 * scores(2, "quarter", 16)[quarter - 8000]
    moved = dict(history)
    moved["actual"] = history["actual"] * np.exp(shared)[history["project"]]
    found = {}
    for name, one in (("alike", history), ("together", moved)):
        rows = observe(**one, grid=0.0, period=quarter[history["project"]])
        parameters = fit_plan(rows, "work", "made", compare=False).parameters
        found[name] = {p.name: p for p in parameters}
    assert "period_factor" not in found["alike"]
    assert found["together"]["period_factor"].low <= 0.35
    assert found["together"]["period_factor"].high >= 0.35


def test_classes_take_their_own_middle_the_smaller_the_more_it_is_shrunk() -> None:
    n = 400
    role = np.where(np.arange(n) < 200, "developer", np.where(np.arange(n) < 390, "tester", "lead"))
    shift = np.where(role == "developer", 0.3, np.where(role == "tester", -0.3, 0.6))
    y = shift + 0.3 * scores(4, "own", n)
    plan = np.exp(1.5 + 0.8 * scores(4, "plan", n))
    order = np.argsort(uniforms(4, "order", "x", 0, 0, n))
    rows = observe(
        plan[order],
        (plan * np.exp(y))[order],
        project=np.arange(n) // 10,
        classes={"role": role[order]},
        grid=0.0,
    )
    fit = fit_plan(rows, "work", "made")
    bias = {p.group: p.value for p in fit.parameters if p.name == "class_bias"}
    gap = bias["work role=developer"] - bias["work role=tester"]
    assert abs(gap - 0.6) < 4 * 0.3 * np.sqrt(1 / 200 + 1 / 190)
    own = float(np.mean(y[role == "lead"]) - np.mean(y[role == "developer"]))
    assert bias["work role=lead"] - bias["work role=developer"] < own
