"""From keys to the typed scenario: what each key means."""

from __future__ import annotations

from datetime import date, datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from pmosim.distributions import Fixed
from pmosim.errors import ScenarioError
from pmosim.policy.dispatch import DispatchRule
from pmosim.policy.intake import Open, Order, WipLimit
from pmosim.scenario import Scenario, parse_scenario
from pmosim.scenario.portfolio import Link, Need, Phase, Progress, Task
from pmosim.units import WHOLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from pmosim.scenario.portfolio import Project

    Parse = Callable[..., Scenario]

DAY = 480


def only(scenario: Scenario) -> Project:
    (project,) = scenario.projects
    return project


def one_task(parse: Parse, task: dict[str, Any], **project: Any) -> Task:
    scenario = parse(projects=[{"id": "p", "tasks": {"t": task}} | project])
    found = only(scenario).activities[0]
    assert isinstance(found, Task)
    return found


def test_silence_is_off(parse: Parse) -> None:
    scenario = parse()
    person = scenario.organisation.people[0]
    assert (person.fte, person.bau, person.max_parallel, person.focus) == (
        WHOLE,
        0,
        WHOLE,
        (WHOLE,),
    )
    assert (scenario.horizon, scenario.run_off, scenario.discount_rate) == (None, 0, 0)
    assert scenario.settings.correlation == 0
    assert scenario.intake == Open()
    assert scenario.dispatch == DispatchRule()
    calendar = scenario.organisation.calendar
    assert (calendar.minutes_per_day, calendar.workweek) == (480, (0, 1, 2, 3, 4))


@pytest.mark.parametrize(
    ("horizon", "expected"),
    [
        ("2y", date(2029, 1, 3)),
        ("1.5y", date(2028, 7, 3)),
        ("2028-12", date(2028, 12, 31)),
        ("2028-Q2", date(2028, 6, 30)),
        ("2028-12-15", date(2028, 12, 15)),
        ("20000d", 20000 * DAY),
        ("18mo", 360 * DAY),
        ("10cd", date(2027, 1, 13)),
        (date(2028, 5, 5), date(2028, 5, 5)),
    ],
)
def test_the_window_is_a_span_a_date_or_working_time(
    horizon: Any, expected: date | int, parse: Parse
) -> None:
    assert parse(horizon=horizon).horizon == expected


def test_the_run_off_counts_working_minutes_after_the_window(parse: Parse) -> None:
    assert parse(horizon="1y", run_off="3mo").run_off == 60 * DAY
    scenario = parse(horizon="2027-12-31", run_off="1y")
    calendar = scenario.organisation.calendar
    after = calendar.working_days_between(date(2028, 1, 1), date(2028, 12, 31))
    assert scenario.run_off == after * DAY


def test_start_is_an_alias_of_as_of(document: dict[str, Any]) -> None:
    document["start"] = document.pop("as_of")
    assert parse_scenario(document).as_of == date(2027, 1, 4)


def test_dates_and_numbers_of_other_libraries_are_understood(parse: Parse) -> None:
    projects = [
        {
            "id": "x",
            "template": "small",
            "starts": np.datetime64("2027-02-01"),
            "rank": np.int64(2),
        },
        {"id": "y", "template": "small", "due": datetime(2027, 3, 1), "size": np.float64(1.5)},  # noqa: DTZ001
    ]
    x, y = parse(projects=projects).projects
    assert (x.starts, x.rank) == (date(2027, 2, 1), 2)
    assert (y.due, y.size) == (date(2027, 3, 1), Fixed(value=1.5))


def test_numbers_of_a_headcount_run_on_per_role_and_an_own_id_takes_none(parse: Parse) -> None:
    people = [
        {"role": "dev", "headcount": 1},
        {"id": "ana", "role": "dev"},
        {"role": "test", "headcount": 1},
        {"role": "dev", "headcount": 1.5, "fte": "80%"},
        {"role": "dev", "headcount": 0},
        {"role": "dev"},
    ]
    found = [(person.id, person.fte) for person in parse(people=people).organisation.people]
    assert found == [
        ("dev-1", WHOLE),
        ("ana", WHOLE),
        ("test-1", WHOLE),
        ("dev-2", 8 * WHOLE // 10),
        ("dev-3", 4 * WHOLE // 10),
        ("dev-4", WHOLE),
    ]


def test_what_a_person_says_wins_over_the_role(parse: Parse) -> None:
    roles = {"dev": {"bau": "20%", "day_rate": 700, "focus": [1, 0.8]}, "test": {}}
    people = [{"role": "dev"}, {"role": "dev", "bau": "0%", "kind": "contractor", "day_rate": 900}]
    first, second = parse(roles=roles, people=[*people, {"role": "test"}]).organisation.people[:2]
    assert (first.bau, first.day_rate, first.kind) == (WHOLE // 5, 700, "internal")
    assert (second.bau, second.day_rate, second.kind) == (0, 900, "contractor")
    assert first.focus == second.focus == (WHOLE, 8 * WHOLE // 10)


def test_everybody_without_a_place_is_at_the_first_one(parse: Parse) -> None:
    places = {"here": {"holidays": ["2027-01-06"]}, "there": {}}
    people = [{"role": "dev", "headcount": 2}, {"role": "test", "place": "there"}]
    found = parse(places=places, people=people).organisation
    assert [person.place for person in found.people] == ["here", "here", "there"]
    assert found.places[0].holidays == (date(2027, 1, 6),)


def test_holidays_of_a_country_are_frozen_into_the_resolved_form(parse: Parse) -> None:
    scenario = parse(places={"m": {"country": "DE", "subdivision": "BY"}}, horizon="2027-12-31")
    frozen = scenario.document["places"]["m"]
    assert set(frozen) == {"holidays"}
    assert "2027-01-06" in frozen["holidays"]
    assert all(day.startswith("2027-") for day in frozen["holidays"])


def test_without_roles_they_are_those_of_the_people_in_their_order(
    document: dict[str, Any],
) -> None:
    del document["roles"]
    document["people"].reverse()
    assert [role.id for role in parse_scenario(document).organisation.roles] == ["test", "dev"]


def test_an_effort_has_one_amount_or_one_per_role(parse: Parse) -> None:
    pooled = one_task(parse, {"effort": "6pd", "needs": {"dev": 2, "test": "40%"}})
    assert pooled.work == {"": Fixed(value=6.0 * DAY)}
    assert pooled.needs == (Need(who="dev", heads=2), Need(who="test", share=4 * WHOLE // 10))
    apart = one_task(parse, {"effort": {"dev": "6pd", "test": "1pd"}, "needs": {"dev": 2}})
    assert apart.work == {"dev": Fixed(value=6.0 * DAY), "test": Fixed(value=1.0 * DAY)}
    assert apart.needs == (Need(who="dev", heads=2), Need(who="test"))


def test_phases_follow_each_other_unless_they_say_otherwise(parse: Parse) -> None:
    work = {"lasts": "1mo", "work": {"dev": "1pm"}}
    phases = {"a": work, "b": work, "c": work | {"after": "a"}, "d": work | {"after": []}}
    found = only(parse(projects=[{"id": "p", "phases": phases}])).activities
    assert all(isinstance(phase, Phase) for phase in found)
    assert [[link.task for link in phase.after] for phase in found] == [[], ["a"], ["a"], []]


def test_a_bare_name_is_a_task_of_the_project_else_a_project(parse: Parse) -> None:
    task = {"duration": "5d"}
    projects = [
        {"id": "q", "tasks": {"t": task}},
        {
            "id": "t",
            "tasks": {"u": task, "t": task | {"after": ["u", "q", "q.t", {"project": "q"}]}},
        },
        {"id": "r", "after": "t", "tasks": {"t": task}},
    ]
    _, t, r = parse(projects=projects).projects
    assert t.activities[1].after == (
        Link(task="u"),
        Link(project="q"),
        Link(project="q", task="t"),
    )
    assert r.after == (Link(project="t"),)


def test_a_link_says_its_type_lag_and_what_happens_without_it(parse: Parse) -> None:
    task = {"duration": "5d"}
    after = {"project": "q", "task": "t", "type": "SS", "lag": "2w", "if_absent": "ignore"}
    projects = [
        {"id": "q", "tasks": {"t": task}},
        {"id": "p", "tasks": {"t": task | {"after": after}}},
    ]
    (link,) = parse(projects=projects).projects[1].activities[0].after
    assert link == Link(project="q", task="t", kind="SS", lag=10 * DAY, if_absent="ignore")


def test_the_nearest_wins_and_new_tasks_follow_the_template(parse: Parse) -> None:
    templates = {
        "w": {
            "priority": "high",
            "due": "60d",
            "groups": {"a": "1", "b": "2"},
            "tasks": {"x": {"effort": "5pd", "needs": {"dev": 1}}, "y": {"duration": "5d"}},
        }
    }
    own = {
        "id": "p",
        "template": "w",
        "rank": 2,
        "groups": {"b": "3"},
        "tasks": {"z": {"duration": "1d"}, "x": {"duration": "2d", "needs": {"dev": 1}}},
    }
    project = only(parse(templates=templates, projects=[own]))
    assert [task.id for task in project.activities] == ["x", "y", "z"]
    assert project.activities[0].kind == "duration"  # type: ignore[union-attr]
    assert (project.rank, project.priority, project.due) == (2, 0.0, 60 * DAY)
    assert project.groups == {"a": "1", "b": "3"}


def test_a_promise_in_calendar_days_counts_from_the_start(parse: Parse) -> None:
    project = {"id": "p", "template": "small", "starts": "2027-03-01", "due": "14cd"}
    assert only(parse(projects=[project])).due == date(2027, 3, 15)


def test_progress_is_kept_per_role_and_in_its_own_unit(parse: Parse) -> None:
    phase = {"lasts": "1mo", "work": {"dev": "1pm", "test": "5pd"}}
    phase |= {"spent": {"dev": "3pd"}, "remaining": {"test": "1pd/2pd/3pd"}, "by": ["dev-1"]}
    tasks = {
        "a": {"effort": "5pd", "needs": {"dev": 1}, "done": "60%"},
        "b": {"duration": "5d", "spent": "2d"},
        "c": {"duration": "5d", "done": False},
        "d": {"milestone": True, "done": True},
    }
    project = {"id": "p", "status": "running", "phases": {"f": phase}, "tasks": tasks}
    f, a, b, c, d = (activity.progress for activity in only(parse(projects=[project])).activities)
    assert f is not None
    assert (f.spent, list(f.remaining), f.by) == ({"dev": 3.0 * DAY}, ["test"], ("dev-1",))
    assert a == Progress(done=0.6)
    assert b == Progress(spent={"": 2.0 * DAY})
    assert c is None
    assert d == Progress(done=1.0)


def test_money_per_time_is_per_working_minute_or_day(parse: Parse) -> None:
    project = {"id": "p", "template": "small", "running_cost": "480/d", "cost_of_delay": "4k/w"}
    found = only(parse(projects=[project]))
    assert (found.running_cost, found.cost_of_delay) == (1.0, 800.0)


def test_a_stream_is_a_prototype_with_a_rate(parse: Parse) -> None:
    stream = {"template": "small", "rate": "2/mo", "from": "2027-02", "until": "2027-06"}
    (found,) = parse(demand={"s": stream | {"due": "60d"}}).streams
    assert (found.rate, found.per) == (2 / (20 * DAY), "minute")
    assert (found.arrives_from, found.arrives_until) == (date(2027, 2, 1), date(2027, 6, 30))
    assert (found.prototype.id, found.prototype.due) == ("s", 60 * DAY)
    assert [task.id for task in found.prototype.activities] == ["build", "check"]


def test_rules_are_read_with_their_parameters(parse: Parse) -> None:
    projects = [{"id": "p", "template": "small", "cost_of_delay": "1k/d"}]
    intake = {"policy": "wip_limit", "max_active": 3, "on_full": "reject", "order": "bottleneck"}
    intake |= {"role": "dev", "of": "cost_of_delay", "ageing": "5%/mo"}
    dispatch = {"rule": "wsjf", "hold_after": "5d"}
    scenario = parse(projects=projects, intake=intake, dispatch=dispatch)
    order = Order(kind="bottleneck", role="dev", of="cost_of_delay", ageing=0.05)
    assert scenario.intake == WipLimit(max_active=3, on_full="reject", order=order)
    assert scenario.dispatch == DispatchRule(rule="wsjf", hold_after=5 * DAY)


def test_a_moment_can_be_read_as_a_finish_or_a_start(parse: Parse) -> None:
    scenario = parse()
    assert scenario.to_date(10.0) == date(2027, 1, 15)
    assert scenario.to_date(10.0, start=True) == date(2027, 1, 18)


@pytest.mark.parametrize(
    "keys",
    [
        {"assume": "none"},
        {"calibration": None},
        {"intake": {"policy": "open", "gates": {}}},
        {"templates": {"small": {"tasks": {"t": {"duration": "5d", "gate": False}}}}},
    ],
)
def test_a_later_mechanism_that_is_switched_off_is_harmless(
    keys: dict[str, Any], parse: Parse
) -> None:
    assert parse(**keys).projects


def test_several_faults_are_all_told_at_once_each_at_its_key(document: dict[str, Any]) -> None:
    document["horizn"] = "2y"
    document["people"][0]["headcount"] = -1
    document["projects"][0]["template"] = "smal"
    document["projects"][1]["due"] = "soon"
    document["templates"]["small"]["tasks"]["check"]["after"] = "biuld"
    document["templates"]["small"]["tasks"]["build"]["needs"] = {"devs": 1}
    document["dispatch"] = {"rule": "luck"}
    with pytest.raises(ScenarioError) as error:
        parse_scenario(document)
    assert {(problem.code, problem.place) for problem in error.value.problems} == {
        ("PMO101", "horizn"),
        ("PMO112", "people[0].headcount"),
        ("PMO203", "projects[0].template"),
        ("PMO116", "projects[1].due"),
        ("PMO205", "templates.small.tasks.check.after"),
        ("PMO202", "templates.small.tasks.build.needs.devs"),
        ("PMO120", "dispatch.rule"),
    }
    assert "Did you mean 'small'?" in str(error.value)


@pytest.mark.parametrize(
    "document",
    [
        {"as_of": "2027-01-04", "roles": object()},
        {"as_of": "2027-01-04", "projects": 5},
        {"as_of": ["2027-01-04"]},
        {"as_of": "2027-01-04", "people": [None, 3, []]},
        {"as_of": "2027-01-04", "people": [{"role": []}], "roles": []},
        {"as_of": "2027-01-04", "templates": {"t": []}, "projects": [{"id": {}, "template": {}}]},
        {"as_of": "2027-01-04", "changes": "cancel"},
        {"as_of": "2027-01-04", "changes": [{"set": 3}, {"remove": {}}, {"rank": {"a": []}}]},
        {"as_of": "2027-01-04", "projects": [{"id": "a", "tasks": {"t": {"after": [[]]}}}]},
        {"as_of": "2027-01-04", "projects": [{"id": "a", "tasks": {"t": {"effort": []}}}]},
        {"as_of": "2027-01-04", "projects": [{"id": "a", "tasks": [1], "phases": "x"}]},
        {"as_of": "2027-01-04", "projects": [{"id": "a", "throughout": [], "benefit": 4}]},
        {"as_of": "2027-01-04", "intake": {"policy": []}, "dispatch": "rank"},
        {
            "as_of": "2027-01-04",
            "horizon": {},
            "run_off": [],
            "calendar": 1,
            "settings": {"month": {}},
        },
        {"as_of": "2027-01-04", "horizon": "1e9y"},
        {"as_of": "2027-01-04", "demand": {"s": None}},
    ],
    ids=lambda document: str(document)[24:60],
)
def test_values_of_the_wrong_shape_are_problems_never_crashes(document: dict[str, Any]) -> None:
    with pytest.raises(ScenarioError) as error:
        parse_scenario(document)
    assert error.value.problems


def test_rounding_to_billionths_is_half_up() -> None:
    from pmosim.scenario.amounts import billionths

    assert billionths(Fraction(1, 3)) == 333_333_333
    assert billionths(Fraction(2, 3)) == 666_666_667
