"""Verbs: what is typed behind an option becomes a change, or says what is wrong with it."""

from __future__ import annotations

import pytest

import pmosim as pm
from pmosim.errors import InputError
from pmosim.scenario import resolved_yaml
from pmosim.study.verbs import FORMS, make_changes

BASE = {
    "pmosim": 1,
    "as_of": "2027-01-04",
    "horizon": "1y",
    "roles": {"analyst": {"day_rate": 640}, "developer": {"day_rate": 700}},
    "people": [
        {"id": "ana", "role": "analyst"},
        {"role": "analyst", "headcount": 1},
        {"role": "developer", "headcount": 3},
    ],
    "templates": {
        "medium": {"tasks": {"build": {"effort": "20pd/30pd/50pd", "needs": {"developer": 1}}}}
    },
    "projects": [
        {"id": "crm", "template": "medium", "status": "running", "rank": 1},
        {"id": "portal", "template": "medium", "rank": 2},
        {"id": "dwh", "template": "medium", "status": "candidate"},
    ],
    "intake": {"policy": "wip_limit", "max_active": 4, "order": "rank"},
}


@pytest.fixture
def base() -> pm.Scenario:
    return pm.parse_scenario(BASE)


@pytest.mark.parametrize(
    ("option", "typed", "verb", "value"),
    [
        (
            "--add",
            "3:medium@2027-03",
            "add",
            {"template": "medium", "starts": "2027-03", "count": 3},
        ),
        ("--add", "medium", "add", {"template": "medium", "starts": "2027-01-04"}),
        (
            "--request",
            "2:medium@2027-03,rank=6,due=2027-09",
            "add",
            {"template": "medium", "arrives": "2027-03", "rank": 6, "due": "2027-09", "count": 2},
        ),
        ("--cancel", "crm@2027-03", "cancel", {"crm": "2027-03"}),
        ("--cancel", "crm", "cancel", {"crm": "2027-01-04"}),
        ("--pause", "crm=2027-03..2027-06", "pause", {"crm": "2027-03..2027-06"}),
        ("--delay", "portal=6w", "delay", {"portal": "6w"}),
        ("--rank", "portal=1", "rank", {"portal": 1}),
        (
            "--hire",
            "2:developer@2027-04",
            "hire",
            {"role": "developer", "headcount": 2, "from": "2027-04"},
        ),
        ("--absent", "ana=2w", "absent", {"ana": "2027-01-04..2027-01-15"}),
        ("--absent", "ana=2w@2027-03", "absent", {"ana": "2027-03-01..2027-03-12"}),
        ("--absent", "ana=2027-03..2027-04", "absent", {"ana": "2027-03..2027-04"}),
        ("--absent", "developer-2=1w", "absent", {"developer-2": "2027-01-04..2027-01-08"}),
        (
            "--cross-train",
            "ana:developer@2027-04",
            "cross_train",
            {
                "ana": {
                    "role": "developer",
                    "from": "2027-04",
                    "lasts": "20d",
                    "share": "50%",
                    "proficiency": "60%",
                }
            },
        ),
        (
            "--policy",
            "wip_limit:6",
            "policy",
            {"policy": "wip_limit", "max_active": 6, "order": "rank"},
        ),
        ("--set", "roles.developer.day_rate=750", "set", {"roles.developer.day_rate": 750}),
    ],
)
def test_each_option_is_the_verb_of_an_overlay(
    base: pm.Scenario, option: str, typed: str, verb: str, value: object
) -> None:
    made = make_changes(base, [(option, typed)])
    assert made.changes[0].to_entry() == {verb: value}
    direct = base.change(**{verb: value})
    assert resolved_yaml(made.after) == resolved_yaml(direct)


def test_a_removed_project_is_gone(base: pm.Scenario) -> None:
    made = make_changes(base, [("--remove", "dwh")])
    assert [project.id for project in made.after.projects] == ["crm", "portal"]


def test_changes_are_made_in_the_order_typed_and_see_what_came_before(base: pm.Scenario) -> None:
    made = make_changes(base, [("--add", "2:medium@2027-03"), ("--rank", "medium-2=1")])
    assert made.added == ("medium-1", "medium-2")
    ranks = {project.id: project.rank for project in made.after.projects}
    assert ranks == {"crm": 2, "portal": 3, "dwh": None, "medium-1": None, "medium-2": 1}
    with pytest.raises(InputError, match="no project 'medium-2'"):
        make_changes(base, [("--rank", "medium-2=1"), ("--add", "2:medium@2027-03")])


def test_people_may_be_called_as_reports_call_them_and_are_called_so_in_words(
    base: pm.Scenario,
) -> None:
    by_file, by_report = (
        make_changes(base, [("--absent", f"{name}=2w")]) for name in ("ana", "analyst-2")
    )
    assert (
        by_file.changes[0].value == by_report.changes[0].value == {"ana": "2027-01-04..2027-01-15"}
    )
    assert by_file.words == "analyst-2 is away from 4 January 2027 to 15 January 2027"
    assert by_file.changes[0].shown == ("analyst-2=2w", {"analyst-2": "2027-01-04..2027-01-15"})


def test_what_happens_is_said_in_words(base: pm.Scenario) -> None:
    typed = [("--add", "3:medium@2027-03"), ("--hire", "1:developer@2027-04-05")]
    assert make_changes(base, typed).words == (
        "3 medium projects start in March 2027 and 1 developer joins on 5 April 2027"
    )


def test_a_training_says_what_it_takes_to_be_true(base: pm.Scenario) -> None:
    made = make_changes(base, [("--cross-train", "ana:developer@2027-04,lasts=10d")])
    assert made.words == (
        "analyst-2 is trained as developer from April 2027 on (10d at 50%, then 60% proficient)"
    )


def test_every_problem_of_every_option_is_told_at_once_with_its_place(base: pm.Scenario) -> None:
    wrong = {
        ("--add", "3:medum@2027-03"): ("PMO203", "Did you mean 'medium'?"),
        ("--add", "0:medium"): ("PMO112", "it must be from 1 to 10,000"),
        ("--request", "medium@2027-13"): ("PMO116", "no such month"),
        ("--add", "medium,rnk=1"): ("PMO101", "Did you mean 'rank'?"),
        ("--cancel", "crmm"): ("PMO701", "Did you mean 'crm'?"),
        ("--remove", "crm"): ("PMO703", "Use --cancel crm@2027-03."),
        ("--delay", "crm=6w"): ("PMO703", "Use --pause or --cancel instead."),
        ("--delay", "portal=-2w"): ("PMO112", "use --set projects.ID.starts=DATE"),
        ("--pause", "crm"): ("PMO104", "--pause crm=2027-03..2027-06"),
        ("--delay", "portal=six"): ("PMO111", "such as 6h, 3d, 2w or 3mo"),
        ("--rank", "portal=0"): ("PMO112", "1 or more"),
        ("--hire", "2:develper"): ("PMO201", "Did you mean 'developer'?"),
        ("--absent", "anna=6w"): ("PMO701", "Did you mean 'ana'?"),
        ("--absent", "ana=0.5d"): ("PMO111", "whole working days"),
        ("--cross-train", "ana=developer"): ("PMO104", "--cross-train ana:developer@2027-04"),
        ("--cross-train", "ana:develper"): ("PMO201", "Did you mean 'developer'?"),
        ("--cross-train", "anna:developer"): ("PMO701", "Did you mean 'ana'?"),
        ("--policy", "wip:6"): ("PMO120", "Did you mean 'wip_limit'?"),
        ("--policy", "open:6"): ("PMO108", "write --policy open"),
        ("--set", "a={b"): ("PMO011", "not valid YAML"),
        ("--set", "roles.x.bau=1"): ("PMO701", "no role 'x'"),
    }
    with pytest.raises(InputError) as caught:
        make_changes(base, list(wrong))
    told = {problem.place: problem for problem in caught.value.problems}
    assert len(told) == len(caught.value.problems) == len(wrong)
    for (option, text), (code, said) in wrong.items():
        problem = told[f"{option} {text}"]
        assert problem.code == code, str(problem)
        assert said in problem.text, str(problem)


def test_an_empty_option_shows_how_it_is_written(base: pm.Scenario) -> None:
    with pytest.raises(InputError) as caught:
        make_changes(base, [(option, " ") for option in FORMS])
    assert [p.text for p in caught.value.problems] == [
        f"nothing is given; write {option} {form}." for option, form in FORMS.items()
    ]


def test_a_change_without_effect_is_a_doubt_and_no_error(base: pm.Scenario) -> None:
    made = make_changes(base, [("--rank", "portal=2")])
    assert [problem.code for problem in made.warnings] == ["PMO702"]


def test_what_is_added_and_removed_again_is_not_there(base: pm.Scenario) -> None:
    made = make_changes(base, [("--add", "2:medium"), ("--remove", "medium-1")])
    assert made.added == ("medium-2",)
