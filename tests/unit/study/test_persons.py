"""Key persons: for whom nobody stands in, and what their absence costs, by hand."""

from __future__ import annotations

from typing import Any

import pytest

import pmosim as pm
from pmosim.errors import InputError
from pmosim.network import compile_network
from pmosim.study.persons import find_key_persons, price_absences
from pmosim.study.runs import Runs

STUDY = Runs(replications=2, seed=1)


def portfolio(people: list[dict[str, Any]], needs: dict[str, Any], **keys: Any) -> pm.Scenario:
    task = {"do": {"duration": "10d", "needs": needs}}
    return pm.parse_scenario(
        {
            "pmosim": 1,
            "as_of": "2027-01-04",
            "roles": {"architect": {}, "developer": {}},
            "people": people,
            "projects": [{"id": name, "tasks": task, "due": "2027-01-29"} for name in "abc"],
        }
        | keys
    )


def key_persons(scenario: pm.Scenario) -> dict[str, tuple[str, ...]]:
    network = compile_network(scenario)
    return {network.people.ids[person]: reasons for person, reasons in find_key_persons(network)}


def test_the_only_one_of_a_role_is_key_and_one_of_two_is_not() -> None:
    people = [{"role": "architect"}, {"role": "developer", "headcount": 2}]
    scenario = portfolio(people, {"architect": 1, "developer": 1})
    assert key_persons(scenario) == {"architect-1": ("nobody else can do architect work",)}


def test_a_second_skill_stands_in() -> None:
    people = [{"role": "architect"}, {"id": "dev", "role": "developer", "skills": ["architect"]}]
    assert key_persons(portfolio(people, {"architect": 1})) == {}


def test_a_task_that_needs_everybody_makes_everybody_key() -> None:
    people = [{"role": "developer", "headcount": 2}]
    found = key_persons(portfolio(people, {"developer": 2}))
    assert list(found) == ["developer-1", "developer-2"]
    assert found["developer-1"] == ("a task needs 2 x developer, there are no more",)


def test_who_is_named_is_key_also_among_many() -> None:
    people = [{"id": "ana", "role": "developer"}, {"role": "developer", "headcount": 5}]
    found = key_persons(portfolio(people, {"ana": "50%"}))
    assert found == {"ana": ("named by a.do, b.do, c.do",)}


def test_who_is_alone_only_after_the_other_has_left_is_key_from_then_on() -> None:
    people = [{"role": "architect"}, {"role": "architect", "until": "2027-03-31"}]
    found = key_persons(portfolio(people, {"architect": 1}, horizon="1y"))
    assert found == {"architect-1": ("nobody else can do architect work (from 2027-04-01)",)}


def test_work_that_is_done_makes_nobody_key() -> None:
    done = {"tasks": {"do": {"duration": "10d", "needs": {"architect": 1}}}, "status": "done"}
    people = [{"role": "architect"}, {"role": "developer"}]
    assert key_persons(portfolio(people, {}, projects=[{"id": "a", **done}])) == {}


def test_a_week_without_the_only_architect_delays_each_project_by_a_week() -> None:
    (person,) = price_absences(
        portfolio([{"role": "architect"}], {"architect": 1}), STUDY, absence="1w"
    )
    assert (person.name, person.first_day, person.last_day) == (
        "architect-1", "2027-01-04", "2027-01-08",
    )  # fmt: skip
    assert person.finish_days is not None
    assert person.finish_days.value == 5.0
    assert person.project_days is not None
    assert person.project_days.value == 15.0
    assert person.promises is not None
    assert person.promises.value == 1.0  # the second, due on the day on which it would have ended


def test_people_are_named_by_role_and_number_unless_they_are_shown() -> None:
    people = [{"id": "ana", "role": "architect"}]
    for show_people, name in ((False, "architect-1"), (True, "ana")):
        scenario = portfolio(people, {"architect": 1}, show_people=show_people)
        (person,) = price_absences(scenario, STUDY)
        assert person.name == name


def test_the_order_is_that_of_the_file_and_those_beyond_the_limit_are_listed() -> None:
    people = [{"role": "developer"}, {"role": "architect"}]
    first, second = price_absences(
        portfolio(people, {"architect": 1, "developer": 1}), STUDY, most=1
    )
    assert (first.role, second.role) == ("developer", "architect")
    assert first.project_days is not None
    assert second.project_days is None
    assert second.to_json()["absent"] is None


@pytest.mark.parametrize("absence", ["soon", "0d", "3h", "-1w"])
def test_an_absence_is_whole_working_days(absence: str) -> None:
    with pytest.raises(InputError, match="absence"):
        price_absences(portfolio([{"role": "architect"}], {"architect": 1}), STUDY, absence=absence)
