"""The spread of past work without what risks explain of it: nothing is counted twice."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import pmosim as pm
from pmosim.distributions import (
    Empirical,
    Fixed,
    Gamma,
    Lognormal,
    Pert,
    SplitLognormal,
    log_moments,
)
from pmosim.draws import draw
from pmosim.network import compile_network
from pmosim.scenario.hazards import LEAST_LEFT
from pmosim.study.mechanisms import find_mechanisms

SPREAD = 0.5
N = 4000


def document(*, drivers: Any = (), settings: Any = None, **project: Any) -> dict[str, Any]:
    tasks = {
        "one": {"effort": "10pd", "needs": {"dev": 1}},
        "two": {"effort": "10pd", "needs": {"dev": 1}},
        "said": {"effort": "5pd/10pd/20pd", "needs": {"dev": 1}},
    }
    return {
        "pmosim": 1,
        "as_of": "2027-01-04",
        "settings": {"spread": SPREAD, "spread_includes_risks": True} | (settings or {}),
        "roles": {"dev": {}},
        "people": [{"role": "dev"}],
        "projects": [{"id": "p", "tasks": tasks, **project}],
        "risks": list(drivers),
    }


def risk(name: str, p: float, work: Any, **keys: Any) -> dict[str, Any]:
    return {"id": name, "probability": p, "work": work, **keys}


def sigmas(text: Any) -> list[float]:
    laws = compile_network(pm.parse_scenario(text)).pools.law
    return [law.sigma for law in laws if isinstance(law, Lognormal)]


def test_with_its_risks_work_has_the_log_variance_of_past_work() -> None:
    p, f = 0.25, 1.6
    found, other = sigmas(document(risks=[risk("a", p, f, hits=["one"])]))
    assert found**2 + p * (1 - p) * math.log(f) ** 2 == pytest.approx(SPREAD**2, rel=1e-12)
    assert other == SPREAD


def test_what_several_risks_explain_adds_up_and_drivers_count() -> None:
    (p, f), (q, g) = (0.25, 1.6), (0.1, 1.4)
    text = document(risks=[risk("a", p, f)], drivers=[risk("b", q, g, hits=["p.two"])])
    one, two = sigmas(text)
    of_own, of_driver = (c * (1 - c) * math.log(x) ** 2 for c, x in ((p, f), (q, g)))
    assert one**2 == pytest.approx(SPREAD**2 - of_own, rel=1e-12)
    assert two**2 == pytest.approx(SPREAD**2 - of_own - of_driver, rel=1e-12)


def test_what_is_drawn_is_spread_as_past_work_was() -> None:
    ranged = risk("a", 0.3, {"dist": "lognormal", "median": 1.5, "sigma": 0.2})
    network = compile_network(pm.parse_scenario(document(risks=[ranged], settings={})))
    logs = np.log(draw(network, 5, 0, N).amounts[:, :2])
    for column in logs.T:
        squares = (column - column.mean()) ** 2
        assert abs(squares.mean() - SPREAD**2) < 4 * squares.std() / math.sqrt(N)


def test_a_stated_range_stays_as_it_is() -> None:
    laws = compile_network(pm.parse_scenario(document(risks=[risk("a", 0.5, 2)]))).pools.law
    assert any(isinstance(law, SplitLognormal) for law in laws)


def test_at_least_half_of_the_spread_is_left_and_the_check_says_so() -> None:
    text = document(risks=[risk("a", 0.5, 4, hits=["one"])])
    assert sigmas(text) == [SPREAD * LEAST_LEFT, SPREAD]
    scenario = pm.parse_scenario(text)
    found = [problem for problem in scenario.warnings if problem.code == "PMO950"]
    assert len(found) == 1
    assert "p.one" in found[0].text
    said = [entry.text for entry in scenario.assumptions if entry.mechanism == "double counting"]
    assert "0.25 to 0.25 is left" in said[0]
    assert "for 1 " in said[0]


def test_with_it_the_warning_of_double_counting_is_gone() -> None:
    text = document(risks=[risk("a", 0.25, 1.6)])
    codes = {problem.code for problem in pm.parse_scenario(text).warnings}
    assert not codes & {"PMO905", "PMO950"}
    silent = pm.parse_scenario(document(risks=[risk("a", 0.25, 1.6)], settings={"spread": 0}))
    assert "PMO904" in {problem.code for problem in silent.warnings}


def test_a_standard_takes_its_part_of_what_is_left() -> None:
    rest = sigmas(document(risks=[risk("a", 0.25, 1.6)]))[0]
    covered = document(risks=[risk("a", 0.25, 1.6)], coverage="50%", settings={
        "standard": {"spread": "40%"},
    })  # fmt: skip
    assert sigmas(covered)[0] == pytest.approx(rest * 0.8, rel=1e-12)


def test_without_risks_it_moves_nothing() -> None:
    plain = document(settings={"spread_includes_risks": False})
    runs = [pm.simulate(pm.parse_scenario(text), replications=8) for text in (plain, document())]
    assert runs[0].tasks().equals(runs[1].tasks())


@pytest.mark.parametrize(
    "law",
    [
        Fixed(value=1.6),
        Lognormal(median=1.5, sigma=0.3),
        SplitLognormal(p10=1.1, likely=1.3, p90=2.2),
        Gamma(mean=1.5, cv=0.3),
        Pert(low=1.1, likely=1.3, high=2),
    ],
)
def test_the_moments_of_a_logarithm_are_those_of_its_quantiles(law: Any) -> None:
    logs = np.log(law.quantile((np.arange(200_000) + 0.5) / 200_000))
    mean, square = log_moments(law)
    assert mean == pytest.approx(logs.mean(), abs=1e-4)
    assert square == pytest.approx((logs**2).mean(), abs=2e-4)


def test_a_factor_of_0_explains_more_than_anything() -> None:
    mean, square = log_moments(Empirical(values=(0.0, 1.0), weights=(1.0, 1.0)))
    assert square - mean**2 > 10_000


def test_what_a_mitigation_spares_is_spared_in_full() -> None:
    unprotected = risk("a", 0.25, 1.6)
    measure = {"probability": "5%", "cost": "1k"}
    protected = document(risks=[unprotected | {"mitigation": measure}])
    assert sigmas(protected) == sigmas(document(risks=[unprotected]))


def test_a_risk_whose_price_is_asked_never_happens_and_stays_out_of_the_spread() -> None:
    scenario = pm.parse_scenario(document(risks=[risk("a", 0.25, 1.6)]))
    (without,) = [each for each in find_mechanisms(scenario) if each.id == "risk:p.a"]
    assert isinstance(without.switched, pm.Scenario)
    network = compile_network(without.switched)
    assert [hit.probability for hit in network.risks] == [0.0]
    assert sigmas(dict(without.switched.document)) == sigmas(dict(scenario.document))
