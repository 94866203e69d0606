"""Risks and drivers: how often, on what, how much more, and what they cost."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import pmosim as pm
from pmosim.draws import draw
from pmosim.errors import ScenarioError
from pmosim.network import compile_network
from pmosim.units import WHOLE

N = 4000


def document(*, drivers: Any = (), projects: int = 2, **template: Any) -> dict[str, Any]:
    return {
        "pmosim": 1,
        "as_of": "2027-01-04",
        "horizon": "2y",
        "run_off": "2y",
        "roles": {"dev": {"day_rate": 1000}},
        "people": [{"role": "dev", "headcount": 4}],
        "templates": {
            "t": {
                "tasks": {
                    "one": {"effort": "10pd", "needs": {"dev": 1}},
                    "two": {"effort": "10pd", "needs": {"dev": 1}, "after": "one"},
                },
                **template,
            }
        },
        "projects": [{"id": f"p{n}", "template": "t"} for n in range(projects)],
        "risks": list(drivers),
    }


def drawn(**keys: Any) -> np.ndarray:
    """Return person-days (N, pools): both tasks of p0, both of p1."""
    network = compile_network(pm.parse_scenario(document(**keys)))
    return draw(network, 5, 0, N).amounts / (WHOLE * 480)


def near(events: np.ndarray, known: float) -> bool:
    return abs(events.mean() - known) < 4 * math.sqrt(known * (1 - known) / len(events))


def test_a_risk_multiplies_the_work_it_hits_as_often_as_it_says() -> None:
    days = drawn(risks=[{"id": "slip", "probability": "25%", "hits": ["two"], "work": 1.5}])
    assert set(days[:, 0]) == {10.0}
    assert set(days[:, 1]) == {10.0, 15.0}
    assert near(days[:, 1] == 15, 0.25)


def test_projects_of_one_template_have_risks_of_their_own() -> None:
    days = drawn(risks=[{"id": "slip", "probability": "50%", "work": 2}])
    both = (days[:, 0] == 20) & (days[:, 2] == 20)
    assert near(both, 0.25)
    assert (days[:, 0] == days[:, 1]).all()


def test_tasks_that_share_a_driver_and_have_one_each_correlate_as_known() -> None:
    # (e2 e1^2 - e1^4) / (e2^2 - e1^4), e1 = 1 + p (f - 1), e2 = 1 + p (f^2 - 1).
    p, f = 0.3, 1.8
    risk = {"probability": p, "work": f}
    own = [{"id": "a", "hits": ["one"], **risk}, {"id": "b", "hits": ["two"], **risk}]
    days = drawn(risks=own, drivers=[{"id": "market", **risk}], projects=1)
    e1, e2 = 1 + p * (f - 1), 1 + p * (f * f - 1)
    known = (e2 * e1**2 - e1**4) / (e2**2 - e1**4)
    one, two = ((column - column.mean()) / column.std() for column in days.T)
    products = one * two
    # The spread of a correlation from the influence of each pair (Fieller and others 1957).
    influence = products - known * (one**2 + two**2) / 2
    assert abs(products.mean() - known) < 4 * influence.std() / math.sqrt(N)


def test_a_driver_hits_the_projects_templates_and_tasks_it_names() -> None:
    drivers = [
        {"id": "a", "probability": "100%", "hits": ["p0"], "work": 2},
        {"id": "b", "probability": "100%", "hits": ["t.two"], "work": 3},
        {"id": "c", "probability": "100%", "hits": ["p1.one"], "work": 5},
    ]
    assert drawn(drivers=drivers)[0].tolist() == [20, 60, 50, 30]


def test_a_risk_on_a_phase_hits_all_of_its_parts() -> None:
    phases = {
        "design": {"lasts": "5d", "work": {"dev": "5pd", "test": "2pd"}},
        "build": {"lasts": "5d", "work": {"dev": "5pd"}},
    }
    text = document(projects=0) | {
        "roles": {"dev": {}, "test": {}},
        "people": [{"role": "dev"}, {"role": "test"}],
    }
    risk = {"id": "slip", "probability": "100%", "hits": ["design"], "work": 2}
    plain, hit = (
        compile_network(
            pm.parse_scenario(text | {"projects": [{"id": "p", "phases": phases, **more}]})
        )
        for more in ({}, {"risks": [risk]})
    )
    ratio = draw(hit, 5, 0, 1).amounts[0] / draw(plain, 5, 0, 1).amounts[0]
    names = [hit.tasks.ids[task] for task in hit.pools.task]
    for name, times in zip(names, ratio, strict=True):
        assert times == (2.0 if name.startswith("design") else 1.0)


def test_a_driver_happens_to_all_or_to_none() -> None:
    days = drawn(drivers=[{"id": "market", "probability": "40%", "work": 2}])
    assert (days == days[:, :1]).all()
    assert near(days[:, 0] == 20, 0.4)


def test_a_range_of_the_factor_is_one_draw_for_all_it_hits() -> None:
    days = drawn(drivers=[{"id": "market", "probability": "100%", "work": "1.3/1.6/2"}])
    assert (days == days[:, :1]).all()
    assert abs(np.median(days[:, 0]) - 16) < 1


def test_arrivals_of_a_stream_have_risks_too() -> None:
    text = document(risks=[{"id": "slip", "probability": "50%", "work": 2, "cost": 7}], projects=0)
    text["demand"] = {"s": {"template": "t", "rate": "20/y"}}
    arrivals = draw(compile_network(pm.parse_scenario(text)), 5, 0, 200).arrivals
    happens = np.array([row[0] == 20 * 480 * WHOLE for row in arrivals.amounts])
    assert near(happens, 0.5)
    assert [row[0] for row in arrivals.charges] == [7 * each for each in happens]


def test_the_cost_falls_due_when_the_first_task_it_hits_starts() -> None:
    risk = {"id": "slip", "probability": "100%", "hits": ["two"], "cost": "20k"}
    text = document(risks=[risk], projects=1) | {"discount_rate": "10%"}
    outcomes = pm.simulate(pm.parse_scenario(text), replications=1)
    assert outcomes.charges.minute.tolist() == [10 * 480]
    money = outcomes.money
    assert money.risks.tolist() == [20_000]
    assert money.cost.tolist() == [40_000]
    # Two tasks of ten days each: their labour on Friday 15 and 29 January, the risk on Monday 18.
    factors = [1.1 ** (-days / 365.25) for days in (12, 26, 14)]
    known = 10_000 * factors[0] + 10_000 * factors[1] + 20_000 * factors[2]
    assert money.pv_cost[0] == pytest.approx(known)
    document_ = pm.Forecast(outcomes).to_document()
    cost = document_["projects"][0]["cost"]
    assert cost["parts"]["risks"] == 20_000
    assert sum(year["value"] for year in cost["by_year"].values()) == pytest.approx(40_000)


def test_what_a_driver_costs_is_a_draw_of_each_project() -> None:
    driver = {"id": "market", "probability": "40%", "cost": "10k/20k/40k"}
    network = compile_network(pm.parse_scenario(document(drivers=[driver])))
    one, two = draw(network, 5, 0, N).charges.T
    assert ((one > 0) == (two > 0)).all()
    one, two = one[one > 0], two[two > 0]
    found = np.corrcoef(one, two)[0, 1]
    assert abs(math.atanh(found)) < 4 / math.sqrt(len(one) - 3)


def test_what_is_never_started_costs_nothing() -> None:
    risk = {"id": "slip", "probability": "100%", "cost": "20k"}
    text = document(risks=[risk], projects=1)
    text["projects"][0]["arrives"] = "2035-01"
    outcomes = pm.simulate(pm.parse_scenario(text), replications=1)
    assert outcomes.money.risks.tolist() == [0]


def test_a_mitigation_costs_money_and_lessens_the_risk_on_the_same_luck() -> None:
    measure = {"cost": "3k", "probability": "10%", "work": 1.2}
    risk = {"id": "slip", "probability": "50%", "work": 2, "cost": "20k"}
    with_it = document(risks=[{**risk, "mitigation": measure}], projects=1)
    off = document(risks=[{**risk, "mitigation": {**measure, "is_on": False}}], projects=1)
    without = document(risks=[risk], projects=1)
    runs = [
        pm.simulate(pm.parse_scenario(text), replications=60) for text in (with_it, off, without)
    ]
    mitigated, unmitigated, plain = (run.money.risks for run in runs)
    assert set(mitigated) == {3_000.0, 23_000.0}
    assert unmitigated.tolist() == plain.tolist()
    # Who is hit in spite of it would have been hit without.
    assert (unmitigated[mitigated == 23_000] == 20_000).all()


def test_silence_and_a_risk_that_never_happens_are_the_same() -> None:
    plain = pm.simulate(pm.parse_scenario(document()), replications=5)
    never = document(risks=[{"id": "slip", "probability": 0, "work": 2, "cost": 5}])
    other = pm.simulate(pm.parse_scenario(never), replications=5)
    assert plain.projects().equals(other.projects())


def test_risks_survive_blocks_files_and_a_run_folder(tmp_path: Any) -> None:
    risk = {"id": "slip", "probability": "50%", "cost": "20k"}
    scenario = pm.parse_scenario(document(risks=[risk]))
    outcomes = pm.simulate(scenario, replications=120)
    outcomes.save(tmp_path / "o.npz")
    again = pm.Outcomes.load(tmp_path / "o.npz", compile_network(scenario))
    assert again.money.risks.tolist() == outcomes.money.risks.tolist()
    one = pm.simulate(pm.parse_scenario(dict(scenario.document)), replications=120)
    assert one.money.risks.tolist() == outcomes.money.risks.tolist()


@pytest.mark.parametrize(
    ("risk", "message"),
    [
        ({"id": "a", "probability": "30%"}, "does nothing if it happens"),
        ({"id": "a", "work": 2}, "probability"),
        ({"probability": "30%", "work": 2}, "id"),
        ({"id": "a", "probability": "130%", "work": 2}, "at most 100%"),
        ({"id": "a", "probability": "30%", "work": 2, "hits": ["thre"]}, "no task or phase 'thre'"),
        ({"id": "a", "probability": "30%", "work": 2, "hits": ["tow"]}, "Did you mean 'two'"),
    ],
)
def test_a_risk_that_cannot_be_is_refused_with_the_rule(risk: Any, message: str) -> None:
    with pytest.raises(ScenarioError) as error:
        pm.parse_scenario(document(risks=[risk], projects=1))
    assert message in str(error.value)


def test_a_driver_that_hits_nobody_is_refused_and_an_id_stands_once() -> None:
    driver = {"id": "a", "probability": "30%", "work": 2}
    with pytest.raises(ScenarioError) as error:
        pm.parse_scenario(document(drivers=[{**driver, "hits": ["px"]}, driver, driver]))
    assert "no project, stream or template 'px'" in str(error.value)
    assert "stands twice" in str(error.value)


def test_risks_on_top_of_the_spread_of_history_are_a_warning() -> None:
    risk = {"id": "slip", "probability": "30%", "work": 2}
    text = document(risks=[risk]) | {"settings": {"spread": 0.5}}
    assert "PMO905" in {problem.code for problem in pm.parse_scenario(text).warnings}
    assert "PMO905" not in {
        problem.code for problem in pm.parse_scenario(document(risks=[risk])).warnings
    }
