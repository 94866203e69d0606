"""Which listed projects are simulated: the rest is left out, and said to be."""

from __future__ import annotations

from typing import Any

import pytest

from pmosim.errors import InputError
from pmosim.scenario import parse_scenario, resolved_yaml
from pmosim.scenario.selection import parse_only, select_projects

PHASES = {"build": {"lasts": "10d", "work": {"dev": "5pd"}}}


def scenario_of(**more: Any) -> Any:
    document: dict[str, Any] = {
        "as_of": "2027-01-04",
        "horizon": "1y",
        "roles": {"dev": {}},
        "people": [{"role": "dev", "headcount": 3}],
        "templates": {"plain": {"phases": PHASES}},
        "projects": [
            {"id": "crm", "template": "plain", "status": "running"},
            {"id": "hr", "template": "plain", "after": "dwh", "groups": {"programme": "Sales"}},
            {
                "id": "web",
                "after": [{"project": "crm", "lag": "2d"}, {"project": "dwh", "lag": "1d"}],
                "phases": {
                    "first": {"lasts": "5d", "work": {"dev": "2pd"}},
                    "other": {"lasts": "5d", "work": {"dev": "2pd"}, "after": ["dwh.build"]},
                },
            },
            {"id": "dwh", "template": "plain", "status": "candidate", "name": "Warehouse"},
        ],
    }
    return parse_scenario(document | more)


def test_projects_of_other_statuses_are_left_out() -> None:
    selection = select_projects(scenario_of(), {"status": ("running", "approved")})
    assert [project.id for project in selection.scenario.projects] == ["crm", "hr", "web"]
    assert [project.id for project in selection.left_out] == ["dwh"]


def test_links_to_what_is_left_out_are_dropped_and_told() -> None:
    selection = select_projects(scenario_of(), {"status": ("running", "approved")})
    crm, hr, web = selection.scenario.projects
    assert hr.after == ()
    assert [link.project for link in web.after] == ["crm"]
    # A phase without `after` would wait for the phase before it: its links stay empty.
    assert [activity.after for activity in web.activities] == [(), ()]
    assert selection.dropped_links == (
        "hr no longer waits for dwh",
        "web no longer waits for dwh",
        "web.other no longer waits for dwh.build",
    )
    assert crm.after == ()


def test_what_is_left_is_a_scenario_of_its_own() -> None:
    selection = select_projects(scenario_of(), {"status": ("running", "approved")})
    again = parse_scenario(dict(selection.scenario.document))
    assert again.projects == selection.scenario.projects
    assert resolved_yaml(again) == resolved_yaml(selection.scenario)


def test_keys_of_groups_can_be_asked_for_and_all_keys_must_hold() -> None:
    selection = select_projects(scenario_of(), {"programme": ("Sales",), "status": ("approved",)})
    assert [project.id for project in selection.scenario.projects] == ["hr"]


def test_the_scope_says_what_is_missing() -> None:
    scope = select_projects(scenario_of(), {"status": ("running", "approved")}).to_scope()
    assert scope["only"] == {"status": ["running", "approved"]}
    assert scope["left_out"] == [{"id": "dwh", "name": "Warehouse", "status": "candidate"}]
    assert scope["text"] == (
        "Only projects of status running or approved are simulated: 1 is left out and takes "
        "nobody's time (dwh)."
    )


def test_nothing_left_out_is_said_too() -> None:
    selection = select_projects(scenario_of(), {"template": ("plain",), "status": ("running",)})
    assert len(selection.left_out) == 3
    every = ("running", "approved", "candidate")
    assert "that is all of them" in select_projects(scenario_of(), {"status": every}).text


def test_a_template_that_waits_for_what_is_gone_is_freed() -> None:
    templates = {"plain": {"phases": PHASES}, "late": {"phases": PHASES, "after": "dwh"}}
    demand = {"small": {"template": "late", "rate": "6/y"}}
    scenario = scenario_of(templates=templates, demand=demand)
    selection = select_projects(scenario, {"status": ("running", "approved")})
    assert selection.scenario.streams[0].prototype.after == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("status", "chooses nothing. It must be like status=running,approved"),
        ("status=", "chooses nothing"),
        ("=running", "chooses nothing"),
    ],
)
def test_a_choice_must_have_a_key_and_values(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        parse_only([text])


def test_a_key_is_given_once() -> None:
    assert parse_only(["status=running, approved"]) == {"status": ("running", "approved")}
    with pytest.raises(InputError, match="'status' is given twice"):
        parse_only(["status=running", "status=approved"])


@pytest.mark.parametrize(
    ("only", "message"),
    [
        ({"state": ("running",)}, "the key 'state'. Did you mean 'status'?"),
        ({"status": ("runing",)}, "the status 'runing'. Did you mean 'running'?"),
        ({"programme": ("Sale",)}, "the programme 'Sale'. Did you mean 'Sales'?"),
        ({"status": ("on-hold",)}, "no project is left by status=on-hold"),
    ],
)
def test_what_no_project_has_is_refused(only: dict[str, tuple[str, ...]], message: str) -> None:
    with pytest.raises(InputError) as refusal:
        select_projects(scenario_of(), only)
    assert message in str(refusal.value)
