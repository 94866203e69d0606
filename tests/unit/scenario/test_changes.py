"""Verbs of an overlay, on the small scenario."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from pmosim.errors import ScenarioError
from pmosim.scenario import Scenario, parse_scenario
from pmosim.units import WHOLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from pmosim.scenario.portfolio import Project

    Parse = Callable[..., Scenario]


def project(scenario: Scenario, name: str) -> Project:
    return next(project for project in scenario.projects if project.id == name)


def ids(scenario: Scenario) -> list[str]:
    return [project.id for project in scenario.projects]


def ranks(scenario: Scenario) -> dict[str, int | None]:
    return {project.id: project.rank for project in scenario.projects}


def codes(error: pytest.ExceptionInfo[ScenarioError]) -> set[str]:
    return {problem.code for problem in error.value.problems}


def test_added_projects_follow_the_listed_ones_and_are_numbered(parse: Parse) -> None:
    added = parse().change(add={"template": "small", "count": 3, "starts": "2027-03", "id": "web"})
    assert ids(added) == ["a", "b", "c", "web-1", "web-2", "web-3"]
    assert project(added, "web-2").starts == date(2027, 3, 1)


def test_without_an_id_added_projects_are_called_after_the_template(parse: Parse) -> None:
    once = parse().change(add={"template": "small"})
    twice = once.change(add={"template": "small", "count": 2})
    assert ids(twice)[3:] == ["small-1", "small-2", "small-3"]


def test_an_id_without_a_count_stands_as_it_is(parse: Parse) -> None:
    assert ids(parse().change(add={"template": "small", "id": "web"}))[-1] == "web"


def test_several_of_one_verb_stand_in_a_list(parse: Parse) -> None:
    added = parse().change(add=[{"template": "small", "id": "x"}, {"template": "small", "id": "y"}])
    assert ids(added)[3:] == ["x", "y"]


def test_a_cancelled_project_stops_on_the_morning_of_a_date(parse: Parse) -> None:
    assert project(parse().change(cancel={"b": "2027-03"}), "b").cancelled_from == date(2027, 3, 1)
    cancelled = parse().change(cancel={"b": date(2027, 3, 9)})
    assert project(cancelled, "b").cancelled_from == date(2027, 3, 9)


def test_pauses_add_up(parse: Parse) -> None:
    paused = parse().change(pause={"b": "2027-03"}).change(pause={"b": "2027-05-03..2027-05-07"})
    assert project(paused, "b").pauses == (
        (date(2027, 3, 1), date(2027, 3, 31)),
        (date(2027, 5, 3), date(2027, 5, 7)),
    )


def test_a_delay_moves_the_start_by_working_days_and_leaves_the_promise(parse: Parse) -> None:
    projects = [{"id": "b", "template": "small", "starts": "2027-02-01", "due": "2027-06-30"}]
    delayed = project(parse(projects=projects).change(delay={"b": "6w"}), "b")
    assert delayed.starts == date(2027, 3, 15)
    assert delayed.due == date(2027, 6, 30)


def test_a_delay_counts_closures_out(parse: Parse) -> None:
    scenario = parse(calendar={"closures": ["2027-02-03..2027-02-04"]})
    assert project(scenario.change(delay={"b": "5d"}), "b").starts == date(2027, 2, 10)


def test_a_project_without_a_start_arrives_later_when_delayed(parse: Parse) -> None:
    delayed = project(parse().change(delay={"a": "2w"}), "a")
    assert (delayed.starts, delayed.arrives) == (None, date(2027, 1, 18))


def test_a_delay_does_not_move_a_promise_that_counts_from_the_arrival(parse: Parse) -> None:
    projects = [{"id": "b", "template": "small", "arrives": "2027-02-01", "due": "10d"}]
    scenario = parse(projects=projects)
    assert project(scenario, "b").due == 10 * 480
    assert project(scenario.change(delay={"b": "1w"}), "b").due == date(2027, 2, 12)


def test_the_first_rank_pushes_the_others_down(parse: Parse) -> None:
    assert ranks(parse().change(rank={"c": 1})) == {"c": 1, "a": 2, "b": 3}


def test_a_free_rank_moves_nobody(parse: Parse) -> None:
    assert ranks(parse().change(rank={"c": 7})) == {"a": 1, "b": 2, "c": 7}


def test_a_rank_replaces_a_priority(parse: Parse) -> None:
    projects = [{"id": "a", "template": "small", "priority": "high"}]
    changed = project(parse(projects=projects).change(rank={"a": 4}), "a")
    assert (changed.rank, changed.priority) == (4, 0.0)


def test_a_removed_project_is_gone(parse: Parse) -> None:
    assert ids(parse().change(remove=["c"])) == ["a", "b"]


def test_a_link_to_a_removed_project_goes_if_it_does_not_mind(parse: Parse) -> None:
    after = [{"project": "c", "if_absent": "ignore"}]
    projects = [
        {"id": "c", "template": "small"},
        {"id": "a", "template": "small", "after": after},
    ]
    removed = parse(projects=projects).change(remove=["c"])
    assert ids(removed) == ["a"]
    assert project(removed, "a").after == ()


def test_a_removed_project_that_others_wait_for_never_happens(parse: Parse) -> None:
    projects = [{"id": "c", "template": "small"}, {"id": "a", "template": "small", "after": "c"}]
    removed = parse(projects=projects).change(remove=["c"])
    assert project(removed, "c").status == "candidate"
    assert project(removed, "c").probability == 0
    assert [problem.code for problem in removed.warnings] == ["PMO311"]


def test_a_stream_can_be_removed(parse: Parse) -> None:
    scenario = parse(demand={"s": {"template": "small", "rate": "6/y"}})
    assert scenario.change(remove="s").streams == ()


def test_set_reaches_roles_people_projects_templates_and_top_keys(parse: Parse) -> None:
    changed = parse().change(
        set={
            "roles.dev.day_rate": 750,
            "people.dev-2.fte": "50%",
            "projects.a.due": "2027-06-30",
            "projects.b.tasks.build.effort": "20pd",
            "templates.small.tasks.check.effort": "3pd",
            "horizon": "1y",
            "intake.policy": "wip_limit",
            "intake.max_active": 2,
        }
    )
    people = changed.organisation.people
    assert [(person.id, person.day_rate, person.fte) for person in people] == [
        ("dev-1", 750, WHOLE),
        ("dev-2", 750, WHOLE // 2),
        ("test-1", 0, WHOLE),
    ]
    assert project(changed, "a").due == date(2027, 6, 30)
    works = [
        [activity.work[""].plan for activity in project(changed, name).activities]  # type: ignore[union-attr]
        for name in ("a", "b")
    ]
    assert works == [[4800, 1440], [9600, 1440]]
    assert changed.horizon == date(2028, 1, 3)


def test_a_set_start_replaces_an_arrival(parse: Parse) -> None:
    changed = project(parse().change(set={"projects.b.arrives": "2027-04"}), "b")
    assert (changed.starts, changed.arrives) == (None, date(2027, 4, 1))


def test_a_hire_gets_the_next_number_and_comes_on_the_first_day(parse: Parse) -> None:
    hired = parse().change(hire={"role": "dev", "headcount": 1.5, "from": "2027-04"})
    people = hired.organisation.people[3:]
    assert [(person.id, person.fte, person.employed_from) for person in people] == [
        ("dev-3", WHOLE, date(2027, 4, 1)),
        ("dev-4", WHOLE // 2, date(2027, 4, 1)),
    ]


@pytest.mark.parametrize(("name", "position"), [("dev-1", 0), ("dev-2", 1), ("dev-3", 2)])
def test_leave_of_one_of_a_headcount_changes_no_id(name: str, position: int, parse: Parse) -> None:
    scenario = parse(people=[{"role": "dev", "headcount": 2.5}, {"role": "test"}])
    away = scenario.change(absent={name: "2027-03..2027-04"})
    before, after = scenario.organisation.people, away.organisation.people
    assert [person.id for person in after] == [person.id for person in before]
    assert [person.fte for person in after] == [person.fte for person in before]
    assert [bool(person.leave) for person in after] == [n == position for n in range(4)]


def test_leave_adds_to_leave(parse: Parse) -> None:
    away = parse().change(absent={"dev-1": "2027-03"}).change(absent={"dev-1": ["2027-05"]})
    assert len(away.organisation.people[0].leave) == 2


def test_a_policy_replaces_the_intake(parse: Parse) -> None:
    scenario = parse(intake={"policy": "open", "order": "rank"})
    changed = scenario.change(policy={"policy": "wip_limit", "max_active": 6})
    assert changed.document["intake"] == {"policy": "wip_limit", "max_active": 6}


def test_a_change_leaves_the_scenario_it_came_from_alone(parse: Parse) -> None:
    scenario = parse()
    before = dict(scenario.document)
    scenario.change(cancel={"b": "2027-03"}, rank={"c": 1}, remove="a")
    assert scenario.document == before
    assert ids(scenario) == ["a", "b", "c"]


@pytest.mark.parametrize(
    "verbs",
    [
        {"rank": {"a": 1}},
        {"delay": {"a": "0d"}},
        {"set": {"roles.dev.day_rate": 500}},
        {"policy": {"policy": "open"}},
    ],
)
def test_a_change_without_effect_is_a_warning(verbs: dict[str, Any], parse: Parse) -> None:
    changed = parse(intake={"policy": "open"}).change(**verbs)
    assert [problem.code for problem in changed.warnings] == ["PMO702"]


def test_every_bad_change_is_reported_at_once(parse: Parse) -> None:
    with pytest.raises(ScenarioError) as error:
        parse().change(cancel={"x": "2027-03"}, delay={"b": "3h"}, grow={"a": 1}, remove=["y"])
    assert codes(error) == {"PMO701", "PMO111", "PMO704"}
    assert len(error.value.problems) == 4


def test_changes_can_stand_in_a_document(document: dict[str, Any]) -> None:
    document["changes"] = [{"cancel": {"b": "2027-03"}}]
    scenario = parse_scenario(document)
    assert project(scenario, "b").cancelled_from == date(2027, 3, 1)
    assert "changes" not in scenario.document


TEMPLATE: dict[str, Any] = {"tasks": {"t": {"effort": "5pd", "needs": {"dev": 1}}}}


def test_a_change_to_a_template_that_reaches_no_project_is_a_warning(parse: Parse) -> None:
    made = parse(templates={"small": TEMPLATE}, projects=[{"id": "a", "template": "small"}])
    resolved = parse_scenario(dict(made.document))
    changes = {"set": {"templates.small.tasks.t.effort": "9pd"}}
    assert "PMO702" not in {problem.code for problem in made.change(**changes).warnings}
    warned = [each for each in resolved.change(**changes).warnings if each.code == "PMO702"]
    assert len(warned) == 1
    assert "set it in the projects" in warned[0].text


def test_a_changed_template_that_is_used_later_is_no_warning(parse: Parse) -> None:
    made = parse(templates={"small": TEMPLATE}, projects=[{"id": "a", **TEMPLATE}])
    changes = {
        "set": {"templates.small.tasks.t.effort": "9pd"},
        "add": {"template": "small", "id": "b"},
    }
    assert "PMO702" not in {problem.code for problem in made.change(**changes).warnings}


def test_a_value_of_a_reaction_a_driver_or_a_risk_of_a_project_is_set_by_its_id(
    parse: Parse,
) -> None:
    risks = [{"id": "r", "probability": "10%", "work": 2}]
    reactions = [{"id": "e", "when": {"late_by": "5d"}, "do": "escalate"}]
    projects = [{"id": "a", "template": "small", "due": "2027-03", "risks": risks}]
    scenario = parse(projects=projects, risks=risks, reactions=reactions)
    changed = scenario.change(
        set={
            "risks.r.probability": "20%",
            "reactions.e.when.late_by": "9d",
            "projects.a.risks.r.probability": "30%",
        }
    )
    assert changed.document["risks"][0] == {"id": "r", "probability": "20%", "work": 2}
    assert changed.document["reactions"][0]["when"] == {"late_by": "9d"}
    assert project(changed, "a").risks[0].probability == 0.3


def test_who_sets_a_value_of_what_is_not_listed_is_told_what_is(parse: Parse) -> None:
    reactions = [{"id": "help", "when": {"late_by": "5d"}, "do": "escalate"}]
    with pytest.raises(ScenarioError) as error:
        parse(reactions=reactions).change(
            set={"reactions.hlep.do": "stop", "bookings.ana.share": "50%"}
        )
    first, second = error.value.problems
    assert "there is no reaction 'hlep'. Did you mean 'help'?" in first.text
    assert "bookings have no ids. Set the whole list" in second.text
