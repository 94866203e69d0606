"""Bottlenecks on portfolios without chance, worked out by hand."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import pmosim as pm
from pmosim.errors import InputError
from pmosim.forecast.paired import Difference, exactly
from pmosim.network import compile_network
from pmosim.network.arrays import NONE
from pmosim.study.bottleneck import _chosen_cells, find_bottlenecks, price_of
from pmosim.study.extract import Extract
from pmosim.study.runs import Runs

STUDY = Runs(replications=2, seed=1)


def one_constraint(**keys: Any) -> pm.Scenario:
    """Three projects wait for one architect: the work ends on days 15, 25 and 35, two are late."""
    tasks = {
        "design": {"duration": "10d", "needs": {"architect": 1}},
        "build": {"duration": "5d", "needs": {"developer": 1}, "after": "design"},
    }
    document = {
        "pmosim": 1,
        "name": "One constraint",
        "as_of": "2027-01-04",
        "roles": {"architect": {"day_rate": 800}, "developer": {"day_rate": 600}, "tester": {}},
        "people": [
            {"role": "architect"},
            {"role": "developer", "headcount": 3},
            {"role": "tester"},
        ],
        "projects": [{"id": name, "tasks": tasks, "due": "2027-01-29"} for name in "abc"],
    }
    return pm.parse_scenario(document | keys)


def test_the_only_constraint_is_the_bottleneck_and_its_next_person_is_worth_what_it_saves() -> None:
    found = find_bottlenecks(one_constraint(), STUDY, cells=0)
    assert found.best is not None
    assert found.best.role == "architect"
    effects = found.best.effects
    assert effects is not None
    assert effects["finish_mean_days"].value == -10.0
    assert effects["finish_p80_days"].value == -10.0
    assert effects["project_days"].value == -20.0
    assert effects["p_late"].value == pytest.approx(-1 / 3)
    assert effects["wait_days"].value == pytest.approx(-20 / 3)
    assert effects["own_wait_days"].value == effects["wait_days"].value


def test_the_price_of_a_hire_is_its_salary_from_the_first_day_to_the_end() -> None:
    found = find_bottlenecks(one_constraint(), STUDY, cells=0)
    architect, developer, _ = found.roles
    assert architect.price is not None
    assert developer.price is not None
    assert (architect.price.days, architect.price.amount) == (25.0, 25 * 800)
    assert (developer.price.days, developer.price.amount) == (35.0, 35 * 600)
    assert architect.price.present_value == pytest.approx(architect.price.amount)


def test_a_hire_is_discounted_like_all_money() -> None:
    found = find_bottlenecks(one_constraint(discount_rate="8%"), STUDY, cells=0)
    price = found.roles[0].price
    assert price is not None
    years = 33 / 365.25  # the run ends on the evening of Friday 5 February
    mean_factor = (1 - 1.08**-years) / (years * math.log(1.08))
    assert price.present_value == pytest.approx(25 * 800 * mean_factor)
    assert price.present_value < price.amount


def test_who_comes_later_is_discounted_from_the_first_day_on() -> None:
    outcomes = STUDY.run(one_constraint(discount_rate="8%"))
    price = price_of(outcomes, 800.0, 10 * 480, 20 * 480)
    begin, end = 14 / 365.25, 26 / 365.25  # from Monday 18 to the evening of Friday 29 January
    assert (price.days, price.amount) == (10.0, 8000.0)
    mean_factor = (1.08**-begin - 1.08**-end) / ((end - begin) * math.log(1.08))
    assert price.present_value == pytest.approx(8000 * mean_factor)


def test_a_person_for_a_quarter_goes_on_its_last_day() -> None:
    tried: list[pm.Scenario] = []

    class Spy(Runs):
        def run_each(self, scenarios: Any, **options: Any) -> Any:
            kept = list(scenarios)
            tried.extend(kept)
            return super().run_each(kept, **options)

    find_bottlenecks(one_constraint(horizon="1y"), Spy(replications=2, seed=1), cells=1)
    network = compile_network(tried[-1])
    day = network.calendar.end_minute(date(2027, 3, 31))
    assert sorted(set(network.people.employed_until.tolist())) == [NONE, day]


def test_a_person_nobody_waits_for_changes_exactly_nothing() -> None:
    found = find_bottlenecks(one_constraint(), STUDY, cells=0)
    developer = found.roles[1]
    assert developer.effects is not None
    assert all(
        effect.is_zero for name, effect in developer.effects.items() if name != "npv_per_cost"
    )


def test_a_role_that_no_work_asks_for_is_not_tried() -> None:
    tester = find_bottlenecks(one_constraint(), STUDY, cells=0).roles[2]
    assert tester.effects is None
    assert tester.reason == "no task asks for it"


def test_value_per_cost_counts_what_the_salary_buys() -> None:
    scenario = one_constraint(
        projects=[
            {
                "id": name,
                "tasks": {"design": {"duration": "10d", "needs": {"architect": 1}}},
                "benefit": {"per_year": "365.25k", "until": "2027-12-31"},
            }
            for name in "ab"
        ]
    )
    found = find_bottlenecks(scenario, STUDY, cells=0)
    assert found.ranked_by == "npv_per_cost"
    assert found.best is not None
    assert found.best.effects is not None
    # The second project ends on 15 instead of 29 January: 14 days of 1,000; 10 days of 800 paid.
    assert found.best.effects["npv"].value == pytest.approx(14_000)
    assert found.best.effects["npv_per_cost"].value == pytest.approx(14_000 / 8_000)


def test_the_busiest_role_is_not_taken_for_the_bottleneck() -> None:
    busy = {"work": {"duration": "60d", "needs": {"tester": 1}}}
    before = one_constraint()
    scenario = one_constraint(
        projects=[*before.document["projects"], {"id": "long", "tasks": busy}],
    )
    found = find_bottlenecks(scenario, STUDY, cells=0)
    assert found.best is not None
    assert found.best.role == "architect"
    assert found.misleading.startswith("The tester is the busiest role (100% busy)")
    assert "one more architect does more" in found.misleading
    places = {role["id"]: role["place"] for role in found.to_document()["roles"]}
    assert places["tester"]["utilisation"] == 1
    assert places["architect"]["value"] == 1


def test_a_person_for_one_quarter_helps_in_the_quarter_in_which_work_waits() -> None:
    found = find_bottlenecks(one_constraint(horizon="1y"), STUDY, cells=4)
    tried = [
        (quarter.label, entry.role)
        for quarter in found.quarters
        for entry in quarter.roles
        if entry.effects is not None
    ]
    assert tried == [("2027-Q1", "architect")]
    cell = found.best_quarter
    assert cell is not None
    quarter, entry = cell
    assert (quarter.label, entry.role) == ("2027-Q1", "architect")
    assert entry.effects is not None
    assert entry.effects["finish_mean_days"].value == -10.0
    assert entry.price is not None
    assert entry.price.days == 63.0
    assert entry.waiting == pytest.approx(30 / 63)


def test_the_ranking_can_be_chosen_and_a_wrong_word_is_refused() -> None:
    found = find_bottlenecks(one_constraint(), STUDY, by="finish", cells=0)
    assert found.ranked_by == "finish_mean_days"
    with pytest.raises(InputError, match="it must be one of late, npv, finish, wait"):
        find_bottlenecks(one_constraint(), STUDY, by="utilisation")


def test_every_run_is_told_and_the_document_is_plain() -> None:
    told: list[tuple[int, int]] = []
    found = find_bottlenecks(
        one_constraint(horizon="1y"), STUDY, cells=2, on_run=lambda *step: told.append(step)
    )
    assert [done for done, _ in told] == [1, 2, 3, 4]
    assert told[-1] == (4, 4)
    document = found.to_document()
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    assert document["schema"] == "pmosim.bottlenecks/1"
    assert document["best"] == {"role": "architect"}
    assert document["best_quarter"] == {"role": "architect", "quarter": "2027-Q1"}


def test_where_one_role_works_on_single_tasks_one_person_more_is_late_in_no_future() -> None:
    work = {"dist": "lognormal", "mean": "10d", "cv": "1"}
    scenario = one_constraint(
        projects=[
            {"id": f"p{k}", "tasks": {"do": {"duration": work, "needs": {"developer": 1}}}}
            for k in range(12)
        ],
        dispatch={"rule": "fcfs"},
    )
    before, after = (
        Extract.of(STUDY.run(one, replications=30))
        for one in (scenario, scenario.change(hire={"role": "developer", "headcount": 1}))
    )
    # The start times in order, whoever it is that starts: Wolff 1989, on adding a server.
    assert (np.sort(after.finish_days, axis=1) <= np.sort(before.finish_days, axis=1)).all()
    assert (after.waited_days.sum(axis=1) <= before.waited_days.sum(axis=1)).all()


def test_a_person_who_makes_it_worse_is_not_kept_quiet() -> None:
    found = find_bottlenecks(one_constraint(), STUDY, cells=0)
    assert found.harmful == ""
    architect, *others = found.roles
    assert architect.effects is not None
    worse = exactly(1.0, 2)
    turned = replace(architect, effects=architect.effects | {"p_late": worse})
    assert "(architect)" in replace(found, roles=(turned, *others)).harmful


def test_what_helps_surely_is_tried_by_quarter_before_what_may_help_by_luck() -> None:
    found = find_bottlenecks(one_constraint(), STUDY, cells=0)
    by_luck = Difference(value=-9.0, low=-19.0, high=1.0, n=9)
    surely = Difference(value=-2.0, low=-3.0, high=-1.0, n=9, is_settled=True)
    roles = [
        replace(role, effects={"p_late": change})
        for role, change in zip(found.roles[:2], (by_luck, surely), strict=True)
    ]
    load = SimpleNamespace(waiting_days=np.ones((2, 3)))
    assert _chosen_cells(roles, load, "p_late", 9) == [(1, 0), (1, 1), (1, 2)]  # type: ignore[arg-type]
    only = [roles[0], replace(roles[1], effects={"p_late": exactly(0.0, 9)})]
    assert _chosen_cells(only, load, "p_late", 2) == [(0, 0), (0, 1)]  # type: ignore[arg-type]
