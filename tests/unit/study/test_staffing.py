"""Staffing on portfolios without chance, whose best plan is known."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

import pmosim as pm
from pmosim.errors import InputError
from pmosim.study.goal import Goal
from pmosim.study.runs import Runs
from pmosim.study.staffing import Post, Posts, Staffing, _Search, find_staff, in_order, read_terms

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

STUDY = Runs(replications=2, seed=1)


def portfolio(**keys: Any) -> pm.Scenario:
    """Three projects wait for one architect and end on days 15, 25 and 35; promised is day 25."""
    tasks = {
        "design": {"duration": "10d", "needs": {"architect": 1}},
        "build": {"duration": "5d", "needs": {"developer": 1}, "after": "design"},
    }
    document = {
        "pmosim": 1,
        "as_of": "2027-01-04",
        "roles": {"architect": {"day_rate": 800}, "developer": {"day_rate": 600}},
        "people": [{"role": "architect"}, {"role": "developer", "headcount": 3}],
        "projects": [{"id": name, "tasks": tasks, "due": "2027-02-05"} for name in "abc"],
    }
    return pm.parse_scenario(document | keys)


def staff(scenario: pm.Scenario, keep: str, **options: Any) -> Staffing:
    at_once = read_terms(scenario, time_to_hire="0d", time_to_contract="0d")
    terms = options.pop("terms", at_once)
    return find_staff(scenario, STUDY, Goal.read(keep, scenario), terms=terms, **options)


def test_the_one_hire_that_is_needed_is_found() -> None:
    found = staff(portfolio(), "p_late(all) < 0.5")
    assert found.is_reached
    (post,) = found.posts
    assert (post.role, post.kind, post.first_day, post.end_day) == ("architect", "hire", 0, None)
    assert found.amount == 25 * 800  # the run ends on day 25
    assert found.effects["p_late"].value == pytest.approx(-1 / 3)
    assert found.changes() == [("hire", {"role": "architect", "headcount": 1})]


def test_where_the_work_ends_early_a_contractor_for_a_quarter_is_cheaper() -> None:
    found = staff(portfolio(horizon="1y"), "p_late(all) < 0.5")
    assert found.is_reached
    (post,) = found.posts
    assert (post.kind, post.first_day, post.end_day) == ("contractor", 0, 63)
    assert post.day_rate == pytest.approx(1.3 * 800)
    assert found.amount == pytest.approx(63 * 1.3 * 800)
    ((verb, entry),) = found.changes()
    assert verb == "hire"
    assert entry == {
        "role": "architect", "headcount": 1, "until": "2027-03-31",
        "kind": "contractor", "day_rate": 1040.0,
    }  # fmt: skip


def test_what_is_kept_already_needs_nobody() -> None:
    found = staff(portfolio(), "p_late(a) < 0.5")
    assert found.is_reached
    assert found.posts == ()
    assert found.abundant is None
    assert all(effect.is_zero for effect in found.effects.values() if effect.is_known)


def test_what_people_cannot_reach_is_said_to_be_out_of_reach() -> None:
    scenario = portfolio()
    found = staff(scenario, "finish_p80(a) < 2027-01-20")  # its own work takes 15 days
    assert found.is_reached is False
    assert found.posts == ()
    assert found.abundant is not None
    assert found.abundant.answer is False


def test_what_comes_nearest_is_named_where_the_goal_is_out_of_reach() -> None:
    found = staff(portfolio(), "finish_p80 < 2027-01-20")
    assert found.is_reached is False
    assert [post.role for post in found.posts] == ["architect"]
    assert found.after.miss < found.before.miss


def test_two_roles_that_hold_each_other_up_are_both_hired() -> None:
    tasks = {
        "design": {"duration": "10d", "needs": {"architect": 1}},
        "build": {"duration": "10d", "needs": {"developer": 1}, "after": "design"},
    }
    scenario = portfolio(
        people=[{"role": "architect"}, {"role": "developer"}],
        projects=[{"id": name, "tasks": tasks, "due": "2027-02-12"} for name in "abc"],
    )
    found = staff(scenario, "p_late(all) < 0.5")
    assert found.is_reached
    assert sorted(post.role for post in found.posts) == ["architect", "developer"]


def test_who_comes_too_late_does_not_help() -> None:
    scenario = portfolio(horizon="1y")
    late = read_terms(scenario, time_to_hire="3mo", time_to_contract="3mo")
    found = staff(scenario, "p_late(all) < 0.5", terms=late)
    assert found.is_reached is False
    assert found.posts == ()


def test_the_number_of_runs_is_kept_and_being_cut_short_is_said() -> None:
    told: list[tuple[int, int]] = []
    found = staff(
        portfolio(), "p_late(all) < 0.5", most_runs=3, on_run=lambda *step: told.append(step)
    )
    assert found.runs == 3
    assert found.is_cut_short
    assert max(done for done, _ in told) == 3
    with pytest.raises(InputError, match="it must be 2 or more"):
        staff(portfolio(), "p_late(all) < 0.5", most_runs=1)


def test_contractors_are_paid_as_those_in_the_file_unless_the_user_says_otherwise() -> None:
    scenario = portfolio(
        people=[
            {"role": "architect", "kind": "contractor", "day_rate": 1000},
            {"role": "architect", "kind": "contractor", "day_rate": 1200},
            {"role": "developer"},
        ]
    )
    assert read_terms(scenario).contractor_rates == {"architect": 1100.0, "developer": 780.0}
    said = read_terms(scenario, contractor_factor=1.5)
    assert said.contractor_rates == {"architect": 1200.0, "developer": 900.0}
    assert "architect as in the file" in " ".join(read_terms(scenario).assumptions)
    assert "3mo from day 0" in read_terms(scenario).assumptions[0]
    assert read_terms(scenario).assumptions[2] == "All work at full speed at once."
    slow = scenario.change(set={"roles.developer.ramp": {"start": "30%", "lasts": "90d"}})
    assert read_terms(slow).assumptions[2] == (
        "Whoever is new in developer begins at the start of the role's ramp; all others work at "
        "full speed at once."
    )


def test_a_goal_that_nobody_can_tell_is_refused() -> None:
    scenario = portfolio()
    with pytest.raises(InputError, match="cannot be told"):
        staff(scenario, "p_over_budget(a) < 0.5")
    with pytest.raises(InputError, match="there is no project 'd'"):
        Goal.read("p_late(d) < 0.5", scenario)


def test_the_document_is_plain() -> None:
    document = staff(portfolio(), "p_late(all) < 0.5").to_document()
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    assert document["schema"] == "pmosim.staff/1"
    assert document["reached"] is True
    assert document["check"]["replications"] == 8


# --- steps of the search, with plans whose worth is given ----------------------------------------


class Known:
    """Trials of which the worth is given: how far each plan misses, and what it costs."""

    is_spent = False

    def __init__(self, miss: Callable[[Posts], float], cost: Callable[[Posts], float]) -> None:
        self.miss, self.cost = miss, cost
        self.tried: list[Posts] = []

    def try_all(self, plans: Sequence[Posts]) -> list[Posts]:
        self.tried += plans
        return list(plans)

    def __getitem__(self, plan: Posts) -> SimpleNamespace:
        return SimpleNamespace(miss=self.miss(plan), kept=self.cost(plan))


def search_with(known: Known, scenario: pm.Scenario | None = None, **terms: str) -> _Search:
    scenario = scenario or portfolio(horizon="1y")
    times = {"time_to_hire": "0d", "time_to_contract": "0d"} | terms
    goal = Goal.read("p_late(all) < 0.5", scenario)
    search = _Search(scenario, STUDY, goal, read_terms(scenario, **times), 9, None)
    search.trials = known  # type: ignore[assignment]
    return search


def hire(role: str, rate: float) -> Post:
    return Post(role=role, kind="hire", first_day=0, day_rate=rate)


def test_of_two_who_each_would_do_the_dearer_is_taken_back() -> None:
    known = Known(miss=lambda plan: 0.0 if plan else 1.0, cost=len)
    plan = in_order((hire("developer", 600.0), hire("architect", 800.0)))
    assert search_with(known).drop(plan) == (hire("developer", 600.0),)
    cheap = in_order((hire("developer", 900.0), hire("architect", 800.0)))
    assert search_with(known).drop(cheap) == (hire("architect", 800.0),)


def test_nobody_is_taken_back_from_a_plan_that_misses_the_goal() -> None:
    known = Known(miss=lambda _: 0.5, cost=len)
    plan = in_order((hire("developer", 600.0), hire("architect", 800.0)))
    assert search_with(known).drop(plan) == plan
    assert known.tried == []


def test_of_several_steps_that_are_enough_the_cheapest_is_made() -> None:
    prices = {"architect": 3.0, "developer": 2.0}

    def cost(plan: Posts) -> float:
        return sum(prices[post.role] + (post.kind == "contractor") for post in plan)

    known = Known(miss=lambda plan: 0.0 if plan else 1.0, cost=cost)
    search = search_with(known)
    assert search.extend((), is_within_reach=True) == (hire("developer", 600.0),)
    prices["architect"] = 1.0
    assert search.extend((), is_within_reach=True) == (hire("architect", 800.0),)


@pytest.mark.parametrize(("begins", "ends"), [(30, 128), (31, 194), (95, 194), (96, 260)])
def test_a_quarter_of_which_less_than_half_is_left_does_not_count_for_a_contractor(
    begins: int, ends: int
) -> None:
    # Quarters begin on the working days 63, 128, 194 and 260; two of them are tried first.
    known = Known(miss=lambda _: 0.0, cost=len)
    search = search_with(known, time_to_contract=f"{begins}d")
    assert search._contracts("architect")[0].end_day == ends  # noqa: SLF001
