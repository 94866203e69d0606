"""Every policy keeps the contract, and the contract catches those that do not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import pmosim as pm
from pmosim.policy import contract
from pmosim.policy.intake import Budget, Open, Order
from tests.contracts.policies import (
    BUILT_IN,
    NEUTRAL,
    Counting,
    Endless,
    Fortnightly,
    Inventing,
    LeastWorkFirst,
    NoNumber,
    Recounting,
    Remembering,
    Rotating,
    Secret,
    ShortAndLate,
    Tidying,
)
from tests.properties.scenarios import random_chance_scenario, valid_document

if TYPE_CHECKING:
    from collections.abc import Callable

    from pmosim.policy.dispatch import Dispatch
    from pmosim.policy.intake import Intake

ALL: dict[str, Intake] = BUILT_IN | {"user": LeastWorkFirst(role="r1", max_active=2)}


@pytest.mark.parametrize("check", contract.INTAKE_CHECKS, ids=contract.name_of)
@pytest.mark.parametrize("name", ALL)
def test_every_policy_keeps_the_contract(name: str, check: Callable[[Intake], None]) -> None:
    check(ALL[name])


@pytest.mark.parametrize(
    ("broken", "check"),
    [
        (Inventing(), contract.it_admits_only_who_waits),
        (Endless(), contract.it_admits_nobody_where_nobody_waits),
        (Endless(), contract.it_comes_to_an_end),
        (Counting(), contract.it_answers_the_same_when_asked_again),
        (Counting(), contract.it_keeps_no_memory),
        (Remembering(), contract.it_keeps_no_memory),
        (Tidying(), contract.it_changes_nothing_in_the_office),
        (Fortnightly(), contract.it_says_how_it_wants_to_be_asked),
    ],
    ids=lambda value: getattr(value, "__name__", type(value).__name__),
)
def test_a_broken_policy_is_caught(broken: Intake, check: Callable[[Intake], None]) -> None:
    with pytest.raises((AssertionError, AttributeError)):
        check(broken)


def test_a_policy_that_cannot_be_pickled_is_caught() -> None:
    with pytest.raises((AttributeError, TypeError, Exception), match=r"pickle|lambda"):
        contract.it_answers_the_same_after_a_journey(Secret())


@pytest.mark.parametrize("check", contract.DISPATCH_CHECKS, ids=contract.name_of)
def test_a_rule_of_a_user_keeps_the_contract_of_dispatch(check: Callable[[Dispatch], None]) -> None:
    check(ShortAndLate())


@pytest.mark.parametrize(
    ("broken", "check"),
    [
        (NoNumber(), contract.its_keys_are_numbers),
        (Rotating(), contract.its_keys_stay_the_same),
    ],
    ids=lambda value: getattr(value, "__name__", type(value).__name__),
)
def test_a_broken_rule_is_caught(broken: Dispatch, check: Callable[[Dispatch], None]) -> None:
    with pytest.raises(AssertionError):
        check(broken)


def portfolio(**keys: Any) -> pm.Scenario:
    """Return projects of two roles, one of them mandatory and one with a start date."""
    tasks = {"a": {"effort": "6pd/8pd/12pd", "needs": {"r1": 1}, "gate": True}}
    tasks |= {"b": {"effort": "4pd", "needs": {"r2": 1}, "after": "a"}}
    fate: list[dict[str, Any]] = [
        {"status": "running"},
        {},
        {"class": "urgent"},
        {"mandatory": True, "arrives": "2027-01-18"},
        {"starts": "2027-01-13"},
        {"arrives": "2027-02-02", "class": "urgent"},
        {"mandatory": True},
    ]
    projects = [
        {"id": f"p{n}", "tasks": tasks, "benefit": {"per_year": f"{n}k", "for": "1y"}} | keys
        for n, keys in enumerate(fate)
    ]
    document = {
        "pmosim": 1,
        "name": "contract",
        "as_of": "2027-01-04",
        "horizon": "1y",
        "roles": {"r1": {"day_rate": 500}, "r2": {"day_rate": 400}},
        "people": [{"role": "r1", "headcount": 2}, {"role": "r2", "headcount": 2}],
        "projects": projects,
    }
    return pm.parse_scenario(document | keys)


@pytest.mark.parametrize("name", ALL)
def test_no_policy_keeps_back_what_is_mandatory_or_has_a_date(name: str) -> None:
    outcomes = pm.simulate(portfolio(), replications=3, intake=ALL[name], audit=True)
    released = outcomes.projects().set_index(["project", "replication"])["released_day"]
    for project, day in {"p0": 0, "p3": 10, "p4": 7, "p6": 0}.items():
        assert (released[project] == day).all(), project


@pytest.mark.parametrize("name", ALL)
def test_no_policy_stops_what_is_mandatory(name: str) -> None:
    projects = pm.simulate(portfolio(), replications=3, intake=ALL[name]).projects()
    of = projects[projects["project"].isin(["p3", "p6"])]
    assert (of["status"] == "finished").all()


@pytest.mark.parametrize("name", ALL)
def test_a_watched_policy_decides_as_it_does_alone(name: str) -> None:
    scenario = portfolio()
    alone = pm.simulate(scenario, replications=3, intake=ALL[name])
    watched = pm.simulate(scenario, replications=3, intake=contract.Watched(ALL[name]))
    assert watched.projects().equals(alone.projects())


def test_a_watched_policy_that_breaks_the_contract_is_stopped() -> None:
    for broken in (Counting(), Inventing(), Remembering()):
        with pytest.raises(AssertionError, match="minute"):
            pm.simulate(portfolio(), replications=1, intake=contract.Watched(broken))


def test_a_policy_that_names_a_project_which_does_not_wait_is_refused() -> None:
    with pytest.raises(pm.InputError, match="Inventing returned 0 at minute 0"):
        pm.simulate(portfolio(), replications=1, intake=Inventing())


def frames(outcomes: pm.Outcomes) -> bytes:
    return (outcomes.projects().to_csv() + outcomes.tasks().to_csv()).encode()


@pytest.mark.parametrize("seed", range(1, 7))
def test_at_its_neutral_setting_each_policy_equals_open_event_for_event(seed: int) -> None:
    document = valid_document(lambda n: random_chance_scenario(n, is_open=True), seed)
    document["roles"] |= {role: {} for role in ("r1", "r2") if role not in document["roles"]}
    scenario = pm.parse_scenario(document)
    is_open = frames(pm.simulate(scenario, replications=4, seed=seed))
    for name, policy in NEUTRAL.items():
        outcomes = pm.simulate(scenario, replications=4, seed=seed, intake=policy)
        assert frames(outcomes) == is_open, name


@pytest.mark.parametrize("seed", range(11, 19))
def test_the_open_work_of_a_role_is_always_what_its_projects_have_open(seed: int) -> None:
    document = valid_document(random_chance_scenario, seed)
    document["intake"] = {"policy": "open", "gates": {"stop": True, "compliance": "50%"}}
    scenario = pm.parse_scenario(document)
    policy = Recounting(roles=tuple(document["roles"]))
    for intake in (policy, contract.Watched(policy)):
        pm.simulate(scenario, replications=5, seed=seed, intake=intake, audit=True)


def test_a_budget_by_the_day_that_pays_for_everything_equals_open() -> None:
    scenario = portfolio()
    budget = Budget(period="1d", amount=1e9, carry_over=0.5)
    one, other = (pm.simulate(scenario, replications=5, intake=i) for i in (Open(), budget))
    assert frames(one) == frames(other)


def test_gates_that_always_see_a_profit_equal_open() -> None:
    gates = {"stop": True, "compliance": "100%"}
    rich = {"benefit": {"per_year": "900k", "for": "1y"}}
    projects = [dict(project) | rich for project in portfolio().document["projects"]]
    one, other = (
        pm.simulate(portfolio(projects=projects, intake=intake), replications=5)
        for intake in ({}, {"policy": "open", "gates": gates})
    )
    assert frames(one) == frames(other)


def test_a_dispatch_by_intake_follows_the_order_of_the_rule_that_is_used() -> None:
    by_value = {"dispatch": {"rule": "intake"}, "intake": {"policy": "open", "order": "value"}}
    projects = [dict(project) for project in portfolio().document["projects"]]
    for n, project in enumerate(projects):
        project["value"] = n
    stated = pm.simulate(portfolio(projects=projects, **by_value), replications=3)
    given = pm.simulate(
        portfolio(projects=projects, dispatch={"rule": "intake"}),
        replications=3,
        intake=Open(order=Order(kind="value")),
    )
    assert frames(stated) == frames(given)
    other = pm.simulate(portfolio(projects=projects, dispatch={"rule": "intake"}), replications=3)
    assert frames(stated) != frames(other)


def test_workers_change_nothing_under_a_policy_of_a_user() -> None:
    policy = ALL["user"]
    one, two = (
        pm.simulate(portfolio(), replications=60, intake=policy, jobs=jobs) for jobs in (1, 2)
    )
    assert frames(one) == frames(two)
