"""Drivers: what taking a source of uncertainty away saves."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import pmosim as pm
from pmosim.distributions import Lognormal
from pmosim.draws import draw
from pmosim.network import compile_network
from pmosim.study.drivers import (
    Driver,
    KnownLaw,
    all_at_once,
    enough_futures,
    find_drivers,
    sources_of,
)
from pmosim.study.runs import FEWEST, MOST, Runs

if TYPE_CHECKING:
    from pmosim.forecast.paired import Difference

Z80 = 0.8416212335729143
"""80 % quantile of the standard normal."""


def scenario_of(*projects: dict[str, Any], **more: Any) -> pm.Scenario:
    document = {
        "pmosim": 1,
        "name": "Drivers",
        "as_of": "2027-01-04",
        "roles": {"developer": {"day_rate": 100}, "tester": {"day_rate": 100}},
        "people": [{"role": "developer", "headcount": 1}, {"role": "tester", "headcount": 1}],
        "projects": list(projects),
    }
    return pm.parse_scenario(document | more)


def normal(mean: int, cv: float, role: str = "developer", **more: Any) -> dict[str, Any]:
    law = {"dist": "normal", "mean": f"{mean}pd", "cv": cv}
    return {"effort": law, "needs": {role: 1}} | more


TWO_IN_SEQUENCE = {"a": normal(20, 0.2), "b": normal(40, 0.2, after="a")}
"""Spreads of 4 and 8 days: together sqrt(80)."""


def by_id(scenario: pm.Scenario, n: int, project: str | None = None) -> dict[str, Driver]:
    found = find_drivers(scenario, Runs(replications=n), project=project)
    assert found.everything is not None
    return {driver.id: driver for driver in (*found.drivers, found.everything)}


def assert_is(difference: Difference, exact: float) -> None:
    """Hold a difference against its true value, within 4 standard errors."""
    error = (difference.high - difference.low) / 2 / 1.959963984540054
    assert abs(difference.value - exact) <= 4 * error
    assert difference.n > 0


def test_of_two_normal_tasks_in_sequence_the_quantile_of_the_other_stays() -> None:
    found = by_id(scenario_of({"id": "p", "tasks": TWO_IN_SEQUENCE}), 1000, "p")
    assert list(found) == ["work:b", "work:a", "everything"]
    whole = Z80 * math.sqrt(4.0**2 + 8.0**2)
    assert_is(found["work:a"].p80_days, whole - Z80 * 8.0)
    assert_is(found["work:b"].p80_days, whole - Z80 * 4.0)
    assert_is(found["everything"].p80_days, whole)
    cost = found["work:b"].cost_p80  # 100 for each day
    assert cost is not None
    assert_is(cost, 100 * (whole - Z80 * 4.0))
    # The means stay where they are: only the spread goes.
    for driver in found.values():
        assert_is(driver.mean_days, 0.0)
    # Independent parts do not add up: each hides behind the other.
    parts = found["work:a"].p80_days.value + found["work:b"].p80_days.value
    assert parts < found["everything"].p80_days.value


def test_for_everything_committed_work_is_told_apart_by_role() -> None:
    tasks = {"a": normal(20, 0.2), "b": normal(40, 0.2, "tester", after="a")}
    found = by_id(scenario_of({"id": "p", "tasks": tasks}), 400)
    assert list(found) == ["work:tester", "work:developer", "everything"]
    assert found["work:tester"].cost_p80 is not None
    assert found["work:tester"].npv_p10 is None


def test_a_source_that_touches_nothing_saves_exactly_nothing() -> None:
    other = {"id": "q", "tasks": {"t": normal(5, 0.2, "tester")}}
    found = by_id(scenario_of({"id": "p", "tasks": TWO_IN_SEQUENCE}, other), 50, "p")
    saved = found["work of others"].p80_days
    assert (saved.value, saved.low, saved.high) == (0.0, 0.0, 0.0)


def test_everything_together_leaves_no_spread_at_all() -> None:
    project = {
        "id": "p",
        "size": {"dist": "lognormal", "mean": 1, "cv": 0.3},
        "tasks": {"a": normal(20, 0.2), "b": normal(40, 0.2, after="a")},
        "fixed_cost": {"dist": "lognormal", "mean": "10k", "cv": 0.5},
        "benefit": {"per_year": {"dist": "lognormal", "mean": "50k", "cv": 0.5}, "for": "2y"},
    }
    maybe = {"id": "q", "status": "candidate", "probability": 0.3, "tasks": {"t": normal(9, 0.3)}}
    running = {
        "id": "r",
        "status": "running",
        "tasks": {"t": normal(9, 0.3, "tester", spent="4pd")},
    }
    demand = {"small": {"rate": "0.1/d", "tasks": {"t": normal(3, 0.5, "tester")}}}
    scenario = scenario_of(
        *(project, maybe, running), demand=demand, settings={"correlation": 0.4}, horizon="1y"
    )
    sources = {source.id: source.network for source in sources_of(compile_network(scenario), None)}
    assert set(sources) == {
        *("work:developer", "work of demand", "in flight", "size", "demand", "candidates"),
        *("correlation", "fixed cost", "benefit"),
    }
    network = compile_network(scenario)
    still = all_at_once(network, [*sources_of(network, None)])
    days = pm.simulate(still, replications=20).projects()
    spread = days.groupby("project")[["finished_day", "cost"]].std().fillna(0.0)
    assert (spread.to_numpy() == 0.0).all()
    assert set(days.loc[days["project"] == "q", "status"]) == {"absent"}


def test_what_is_left_of_running_work_is_known_given_all_that_is_known() -> None:
    # Two tasks that share their luck: one took twice its median, so the other will, too.
    law = {"dist": "lognormal", "mean": "10pd", "cv": 0.5}
    tasks = {
        "one": {"effort": law, "needs": {"developer": 1}, "done": True, "spent": "20pd"},
        "two": {"effort": law, "needs": {"tester": 1}, "spent": "1pd"},
    }
    running = {"id": "r", "status": "running", "tasks": tasks}
    scenario = scenario_of(running, settings={"correlation": 0.8})
    network = compile_network(scenario)
    [source] = [s for s in sources_of(network, None) if s.id == "in flight"]
    still = draw(source.network, 1, 0, 500).amounts[:, 1]
    drawn = draw(network, 1, 5000, 4000).amounts[:, 1]
    assert (still == still[0]).all()
    error = drawn.std() * math.sqrt(2 / 4000)
    assert abs(still[0] - drawn.mean()) <= 4 * error


def test_demand_that_comes_evenly_brings_the_expected_number() -> None:
    demand = {"small": {"rate": "0.1/d", "tasks": {"t": {"effort": "1pd"}}}}
    demand["small"]["tasks"]["t"]["needs"] = {"tester": 1}  # type: ignore[index]
    scenario = scenario_of(demand=demand, horizon="100d")
    network = compile_network(scenario)
    [source] = list(sources_of(network, None))
    assert source.id == "demand"
    arrived = draw(source.network, 1, 0, 3).arrivals
    assert np.diff(arrived.first).tolist() == [10, 10, 10]
    days = arrived.minute[:10] / 480
    assert np.diff(days).round(2).tolist() == [10.0] * 9
    assert days[0].round(2) == 5.0


def test_what_is_known_changes_no_plan() -> None:
    law = KnownLaw(law=Lognormal(median=10.0, sigma=0.8))
    assert law.plan == 10.0
    assert (law.quantile(np.array([0.1, 0.9])) == law.mean).all()
    assert law.mean == Lognormal(median=10.0, sigma=0.8).mean
    assert law.scaled(2.0).plan == 20.0
    assert law.cdf(law.mean) == 1.0
    assert law.cdf(law.mean - 1e-9) == 0.0


def test_many_tasks_share_a_last_source() -> None:
    tasks = {f"t{n}": normal(5 + n, 0.2) for n in range(12)}
    names = [
        source.id
        for source in sources_of(compile_network(scenario_of({"id": "p", "tasks": tasks})), "p")
    ]
    assert names == [*(f"work:t{n}" for n in range(11, 4, -1)), "work of other tasks"]


def test_an_unknown_project_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="q"):
        find_drivers(
            scenario_of({"id": "p", "tasks": TWO_IN_SEQUENCE}), Runs(replications=2), project="q"
        )


def test_without_chance_there_is_nothing_to_take_away() -> None:
    certain = {"id": "p", "tasks": {"a": {"effort": "5pd", "needs": {"developer": 1}}}}
    found = find_drivers(scenario_of(certain), Runs(replications=2), project="p")
    assert found.drivers == ()
    assert found.everything is None
    assert found.to_document("x")["everything"] is None


def test_the_number_of_futures_keeps_the_time_within_bounds() -> None:
    assert enough_futures(scenario_of({"id": "p", "tasks": TWO_IN_SEQUENCE}), "p") == MOST
    tasks = {f"t{n}": normal(5, 0.2) for n in range(60)}
    many = [{"id": f"p{n}", "tasks": tasks} for n in range(80)]
    assert enough_futures(scenario_of(*many)) == FEWEST


# --- what happens by chance ---------------------------------------------------------------------

LONG = {"tasks": {"a": {"effort": "100pd", "needs": {"developer": 1}}}, "id": "p"}


def source(scenario: pm.Scenario, name: str) -> pm.Network:
    network = compile_network(scenario)
    [found] = [one for one in sources_of(network, None) if one.id == name]
    return found.network


def finishes(scenario: pm.Scenario | pm.Network, n: int = 3, seed: int = 1) -> np.ndarray:
    days = pm.simulate(scenario, replications=n, seed=seed).projects()
    return days.loc[days["project"] == "p", "finished_day"].to_numpy(dtype=float)


def test_known_sickness_takes_its_share_of_every_day() -> None:
    roles = {"developer": {"sickness": "20%"}, "tester": {}}
    scenario = scenario_of(LONG, roles=roles)
    assert finishes(source(scenario, "sickness")) == pytest.approx([125.0] * 3, abs=1 / 480)
    assert by_id(scenario, 200)["sickness"].p80_days.value > 0.0


def test_known_risks_happen_a_little_in_every_future() -> None:
    own = {"id": "slip", "probability": "25%", "work": 2, "cost": "8k", "delay": "20d"}
    market = {"id": "market", "probability": "50%", "work": 1.2}
    project = LONG | {"risks": [own]}
    scenario = scenario_of(project, risks=[market], roles={"developer": {}, "tester": {}})
    known = source(scenario, "risks")
    # 100 days x (1 + .25) x (1 + .5 x .2), held back by a quarter of 20 days.
    assert finishes(known) == pytest.approx([137.5 + 5.0] * 3, abs=1 / 480)
    cost = pm.simulate(known, replications=2).projects()["cost"].to_numpy(dtype=float)
    assert cost == pytest.approx([2_000.0] * 2)


def test_known_rework_is_done_in_one_go_and_takes_as_long_on_average() -> None:
    rework = {"probability": "50%", "of": "a", "share": "40%", "max_repeats": 3}
    project = {"id": "p", "tasks": {"a": LONG["tasks"]["a"] | {"rework": rework}}}  # type: ignore[index]
    scenario = scenario_of(project)
    mean = 100 + 40 * (0.5 + 0.25 + 0.125)
    assert finishes(source(scenario, "rework")) == pytest.approx([mean] * 3, abs=1 / 480)
    drawn = finishes(scenario, 400)
    assert abs(drawn.mean() - mean) <= 4 * drawn.std() / math.sqrt(len(drawn))


def test_known_rework_counts_what_an_outer_loop_goes_through_again() -> None:
    inner = {"probability": "30%", "of": "b", "max_repeats": 20}
    outer = {"probability": "20%", "of": "a", "share": "50%", "max_repeats": 20}
    tasks = {
        "a": {"effort": "10pd", "needs": {"developer": 1}},
        "b": {"effort": "10pd", "needs": {"developer": 1}, "after": "a", "rework": inner},
        "c": {"effort": "10pd", "needs": {"developer": 1}, "after": "b", "rework": outer},
    }
    scenario = scenario_of({"id": "p", "tasks": tasks})
    again, back = 3 / 7, 1 / 4
    # a and c once more at half; b at half for each outer round, and again in each round.
    mean = 30 + 10 * (2 * 0.5 * back) + 10 * (0.5 * back + again * (1 + back))
    assert finishes(source(scenario, "rework")) == pytest.approx([mean] * 3, abs=2 / 480)
    drawn = finishes(scenario, 1000)
    assert abs(drawn.mean() - mean) <= 4 * drawn.std() / math.sqrt(len(drawn))


def test_known_turnover_holds_every_place_for_its_expected_share() -> None:
    terms = {
        "turnover": "40%/y",
        "time_to_hire": "30d",
        "hand_over": "4pd",
        "ramp": {"start": "20%", "lasts": "50d"},
    }
    roles = {"developer": terms, "tester": {}}
    scenario = scenario_of(
        {"id": "p", "tasks": {"a": {"effort": "600pd", "needs": {"developer": 1}}}},
        roles=roles,
        people=[{"role": "developer", "headcount": 1}, {"role": "tester"}],
        horizon="8y",
    )
    known = source(scenario, "turnover")
    days = finishes(known)
    assert (days == days[0]).all()
    drawn = finishes(scenario, 600)
    assert np.isfinite(drawn).all()
    assert abs(drawn.mean() - days[0]) <= 4 * drawn.std() / math.sqrt(len(drawn)) + 0.01 * days[0]


def test_without_sickness_turnover_risks_or_rework_there_is_no_such_source() -> None:
    names = {one.id for one in sources_of(compile_network(scenario_of(LONG)), None)}
    assert not names & {"sickness", "turnover", "risks", "rework"}


def test_everything_together_leaves_no_chance_in_people_risks_and_rework() -> None:
    rework = {"probability": "30%", "of": "a"}
    tasks = {"a": normal(20, 0.2) | {"rework": rework}}
    roles = {
        "developer": {"sickness": "10%", "turnover": "20%/y", "time_to_hire": "30d"},
        "tester": {},
    }
    project = {"id": "p", "tasks": tasks, "risks": [{"id": "r", "probability": "30%", "work": 2}]}
    network = compile_network(scenario_of(project, roles=roles))
    still = all_at_once(network, list(sources_of(network, None)))
    days = finishes(still, 10)
    assert (days == days[0]).all()


def test_what_a_risk_adds_to_running_work_is_no_part_of_what_is_left() -> None:
    law = {"dist": "lognormal", "mean": "10pd", "cv": 0.5}
    tasks = {"t": {"effort": law, "needs": {"developer": 1}, "spent": "2pd"}}
    running = {"id": "p", "status": "running", "tasks": tasks}
    risk = {"id": "r", "probability": 1, "work": 2}
    alone = finishes(source(scenario_of(running), "in flight"))
    with_risk = finishes(source(scenario_of(running | {"risks": [risk]}), "in flight"))
    assert with_risk == pytest.approx(2 * alone, abs=2 / 480)
