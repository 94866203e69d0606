"""Sequences on portfolios without chance, whose best order is obvious."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

import pmosim as pm
from pmosim.errors import InputError
from pmosim.network import compile_network
from pmosim.study.goal import Goal
from pmosim.study.runs import Runs
from pmosim.study.sequence import StartPlan, _Search, find_choices, find_sequence, planned_load

STUDY = Runs(replications=2, seed=1)


def project(name: str, days: int = 40, **keys: Any) -> dict[str, Any]:
    task = {"do": {"effort": f"{days}pd", "needs": {"developer": 1}}}
    return {"id": name, "tasks": task, **keys}


def portfolio(*projects: dict[str, Any], **keys: Any) -> pm.Scenario:
    """Return projects that one developer works on, one after the other, two years long."""
    return pm.parse_scenario(
        {
            "pmosim": 1,
            "as_of": "2027-01-04",
            "horizon": "2y",
            "roles": {"developer": {"day_rate": 500}},
            "people": [{"role": "developer"}],
            "projects": list(projects),
            **keys,
        }
    )


def sequence(scenario: pm.Scenario, keep: str, **options: Any) -> StartPlan:
    return find_sequence(scenario, STUDY, Goal.read(keep, scenario), **options)


def days_of(found: StartPlan) -> dict[str, str | None]:
    return {start.project: start.day for start in found.starts}


def benefit(per_year: str) -> dict[str, Any]:
    return {"benefit": {"per_year": per_year, "until": "2029-12-31"}}


def test_of_two_that_exclude_each_other_the_one_with_more_value_goes_first() -> None:
    scenario = portfolio(
        project("small", **benefit("50k"), due="2027-12-31"),
        project("large", **benefit("500k"), due="2027-12-31"),
    )
    found = sequence(scenario, "p_late(all) < 0.5")
    assert found.is_reached
    days = days_of(found)
    assert days["large"] == "2027-01-04"
    assert days["small"] is not None
    assert days["small"] > "2027-01-04"
    # The file does small first: large would end after 80 days, now after 40.
    gain = found.against_file["npv"]
    assert gain.value > 0.0
    assert gain.low == gain.high == gain.value
    assert found.against_at_once["npv"].value == gain.value


def test_a_promise_that_must_be_kept_comes_before_value() -> None:
    scenario = portfolio(
        project("large", **benefit("500k")),
        project("promised", **benefit("50k"), due="2027-02-26"),
    )
    assert days_of(sequence(scenario, "p_late(promised) < 0.5"))["promised"] == "2027-01-04"
    found = sequence(scenario, "p_late(promised) < 0.5")
    assert found.is_reached
    assert found.as_in_file.answer is False
    large = days_of(found)["large"]
    assert large is not None
    assert large > "2027-01-04"


def test_what_costs_more_than_it_brings_is_not_started() -> None:
    scenario = portfolio(project("good", **benefit("500k")), project("bad", **benefit("1k")))
    found = sequence(scenario, "p_unfinished(good) < 0.5")
    assert days_of(found) == {"good": "2027-01-04", "bad": None}
    assert found.changes()[-1] == ("remove", ["bad"])


def test_what_has_no_stated_benefit_is_started_unless_the_condition_forbids_it() -> None:
    scenario = portfolio(project("a", due="2027-02-26"), project("b"))
    assert days_of(sequence(scenario, "p_late(a) < 0.5"))["b"] is not None


def test_mandatory_projects_start_on_their_own_date_and_nothing_starts_before_its_own() -> None:
    scenario = portfolio(
        project("law", mandatory=True, starts="2027-03-01", due="2027-06-30"),
        project("later", **benefit("500k"), arrives="2027-02-15"),
        project("next-year", arrives="2028-02-01"),
    )
    choices, untouched = find_choices(compile_network(scenario))
    assert untouched == ("next-year",)
    assert [choice.project for choice in choices] == ["law", "later"]
    assert len(choices[0].days) == 1
    calendar = scenario.organisation.calendar
    assert calendar.date_of(choices[1].days[0]).isoformat() == "2027-02-15"
    assert calendar.date_of(choices[1].days[1]).isoformat() == "2027-03-01"
    found = sequence(scenario, "p_late(law) < 0.5")
    assert found.is_reached
    assert days_of(found)["law"] == "2027-03-01"


def test_a_promise_that_counts_from_the_request_does_not_move_with_the_start() -> None:
    scenario = portfolio(
        project("first", **benefit("500k")), project("second", **benefit("50k"), due="60d")
    )
    found = sequence(scenario, "p_unfinished(first) < 0.5")
    changed = scenario
    for verb, said in found.changes():
        changed = changed.change(**{verb: said})
    before, after = (compile_network(one).projects.due.tolist() for one in (scenario, changed))
    assert before == after


def test_what_no_months_can_keep_is_said_so() -> None:
    scenario = portfolio(
        project("runs", status="running", due="2027-01-15"), project("next", **benefit("500k"))
    )
    found = sequence(scenario, "p_late(runs) < 0.5")
    assert found.is_reached is False
    assert found.alone.answer is False
    assert not found.is_cut_short


def test_nothing_to_decide_is_an_error() -> None:
    with pytest.raises(InputError, match="there is nothing to decide"):
        sequence(portfolio(project("runs", status="running", due="2027-03-31")), "p_late(all) < 1")


def test_planned_work_is_spread_over_the_months_in_which_it_is_planned() -> None:
    scenario = portfolio(project("a", days=40))
    network = compile_network(scenario)
    (choice,), _ = find_choices(network)
    load = planned_load(network, choice, 0)
    assert load.sum() == pytest.approx(40.0)
    assert load[0, :3].tolist() == pytest.approx([20.0, 20.0, 0.0])  # January from the 4th
    assert planned_load(network, choice, 20)[0, 0] == 0.0


def test_the_runs_are_bounded_and_the_document_is_plain() -> None:
    told: list[int] = []
    scenario = portfolio(*(project(name, **benefit("90k"), due="2027-12-31") for name in "abcd"))
    found = sequence(
        scenario, "p_late(all) < 0.5", most_runs=4, on_run=lambda done, _: told.append(done)
    )
    assert found.runs == max(told) == 4
    assert found.is_cut_short
    document = found.to_document()
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    assert document["schema"] == "pmosim.sequence/1"


def test_planned_work_begins_on_the_day_of_the_start_and_ends_after_it() -> None:
    task = {"do": {"effort": "10pd", "needs": {"developer": 1}, "after": "wait"}}
    waits = {"wait": {"duration": "10d"}} | task
    network = compile_network(portfolio({"id": "a", "tasks": waits}))
    (choice,), _ = find_choices(network)
    # January has 20 working days from the 4th on: half of the work of days 15 to 25 is in it.
    assert planned_load(network, choice, 5)[0, :2].tolist() == pytest.approx([5.0, 5.0])
    assert planned_load(network, choice, 0)[0, :2].tolist() == pytest.approx([10.0, 0.0])


def test_a_project_that_may_come_asks_for_its_share_of_the_work() -> None:
    candidate = {"status": "candidate", "probability": "40%"}
    scenario = portfolio(project("a", days=10, **candidate), project("b", days=10))
    network = compile_network(scenario)
    choices, _ = find_choices(network)
    goal = Goal.read("p_late(b) < 1", scenario.change(set={"projects.b.due": "2028-01-03"}))
    search = _Search(scenario, network, STUDY, goal, list(choices), 9, None)
    kept = SimpleNamespace(busy_days=planned_load(network, choices[0], 0))
    search.trials._known[search.alone] = SimpleNamespace(kept=kept)  # type: ignore[assignment]  # noqa: SLF001
    loads = {one.project: search._load(n, 0) for n, one in enumerate(choices)}  # noqa: SLF001
    assert loads["a"].sum() == pytest.approx(4.0)
    assert loads["b"].sum() == pytest.approx(10.0)
