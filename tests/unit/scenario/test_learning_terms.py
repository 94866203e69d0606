"""What roles and people say of learning by doing, and how the kinds of work are found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import pmosim as pm
from pmosim import priors
from pmosim.network import compile_network
from pmosim.scenario.organisation import Growth, Learning
from pmosim.study.mechanisms import find_mechanisms
from pmosim.units import WHOLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from pmosim.scenario import Scenario

    Parse = Callable[..., Scenario]

LEARNING = {"start": "70%", "practice": "40pd"}
GROWING = {"proficiency": "60%", "to": "90%", "practice": "20pd"}
TASKS = {"t": {"effort": "5pd", "needs": {"dev": 1}}}
DAY = 480 * WHOLE


def with_kind(**keys: Any) -> dict[str, Any]:
    return {"id": "crm", "kind_of_work": "web", "tasks": TASKS} | keys


def test_what_a_person_says_wins_over_the_role(parse: Parse) -> None:
    own = {"start": "50%", "practice": "10pd"}
    people = [
        {"role": "dev"},
        {"role": "dev", "learning": own, "experience": {"web": "3pd"}},
        {"role": "test"},
    ]
    roles = {"dev": {"learning": LEARNING, "experience": {"web": "1pd"}}, "test": {}}
    found = parse(roles=roles, people=people, projects=[with_kind()]).organisation.people
    assert [person.learning for person in found] == [
        Learning(start=7 * WHOLE // 10, practice=40 * DAY),
        Learning(start=WHOLE // 2, practice=10 * DAY),
        None,
    ]
    assert [person.experience for person in found] == [(("web", DAY),), (("web", 3 * DAY),), ()]


@pytest.mark.parametrize("terms", [LEARNING | {"start": "100%"}, LEARNING | {"practice": "0pd"}])
def test_learning_that_changes_nothing_is_none(terms: dict[str, Any], parse: Parse) -> None:
    scenario = parse(roles={"dev": {"learning": terms}, "test": {}}, projects=[with_kind()])
    assert {person.learning for person in scenario.organisation.people} == {None}
    assert compile_network(scenario).practice is None


def test_the_nearest_kind_of_work_wins_and_a_template_is_one(parse: Parse) -> None:
    tasks = TASKS | {"u": {"effort": "1pd", "needs": {"dev": 1}, "kind_of_work": "report"}}
    scenario = parse(
        roles={"dev": {"learning": LEARNING}, "test": {}},
        templates={"small": {"tasks": tasks}, "large": {"tasks": tasks, "kind_of_work": "big"}},
        projects=[
            {"id": "a", "template": "small"},
            {"id": "b", "template": "large"},
            with_kind(id="c", template="large"),
            {"id": "d", "tasks": TASKS},
        ],
    )
    practice = compile_network(scenario).practice
    assert practice is not None
    kinds = ["" if k < 0 else practice.kinds[k] for k in practice.task_kind.tolist()]
    assert kinds == ["small", "report", "big", "report", "web", "report", ""]


def test_work_in_progress_is_experience_unless_it_is_stated(parse: Parse) -> None:
    tasks = {"t": {"effort": "30pd", "needs": {"dev": 2}, "spent": "6pd", "by": ["ana", "bo"]}}
    people = [
        {"id": "ana", "role": "dev"},
        {"id": "bo", "role": "dev", "experience": {"web": "10pd"}},
        {"role": "test"},
    ]
    scenario = parse(
        roles={"dev": {"learning": LEARNING}, "test": {}},
        people=people,
        projects=[with_kind(tasks=tasks, status="running")],
    )
    practice = compile_network(scenario).practice
    assert practice is not None
    assert practice.experience[:, 0].tolist() == [3 * DAY, 10 * DAY, 0]


def test_a_skill_may_say_how_it_grows(parse: Parse) -> None:
    people = [{"id": "ana", "role": "test", "skills": {"dev": GROWING}}, {"role": "dev"}]
    person = parse(people=people).organisation.people[0]
    assert person.skills == (("dev", 6 * WHOLE // 10),)
    assert person.growth == (("dev", Growth(to=9 * WHOLE // 10, practice=20 * DAY)),)


@pytest.mark.parametrize(
    ("skill", "code", "said"),
    [
        (GROWING | {"to": "50%"}, "PMO112", "practice makes nobody slower"),
        ({"proficiency": "60%", "to": "90%"}, "PMO102", "where it says both"),
        ({"to": "90%", "practice": "20pd"}, "PMO102", "needs the key 'proficiency'"),
        (GROWING | {"practise": "20pd"}, "PMO101", "Did you mean 'practice'"),
    ],
)
def test_a_skill_that_cannot_grow_is_refused(
    skill: dict[str, Any], code: str, said: str, parse: Parse
) -> None:
    people = [{"id": "ana", "role": "test", "skills": {"dev": skill}}, {"role": "dev"}]
    with pytest.raises(pm.InputError) as caught:
        parse(people=people)
    assert any(code in str(one) and said in str(one) for one in caught.value.problems)


def test_experience_with_what_nothing_asks_for_and_learning_without_kinds_are_told(
    parse: Parse,
) -> None:
    roles = {"dev": {"learning": LEARNING, "experience": {"wep": "3pd"}}, "test": {}}
    warnings = [str(p) for p in parse(roles=roles, projects=[with_kind()]).warnings]
    assert any("PMO930" in text and "Did you mean 'web'" in text for text in warnings)
    bare = [{"id": "crm", "tasks": TASKS}]
    warnings = [str(p) for p in parse(roles=roles, projects=bare).warnings]
    assert any("PMO904" in text and "no work has a kind" in text for text in warnings)


def test_the_prior_is_listed_as_assumed_with_its_source(parse: Parse) -> None:
    scenario = parse(roles={"dev": {"learning": "prior"}, "test": {}}, projects=[with_kind()])
    found = [entry for entry in scenario.assumptions if entry.mechanism == "learning"]
    assert [entry.basis for entry in found] == ["assumed"]
    assert priors.LEARNING.citation in found[0].source


def test_learning_and_growth_are_switched_alone(parse: Parse) -> None:
    people = [{"id": "ana", "role": "test", "skills": {"dev": GROWING}}, {"role": "dev"}]
    roles = {"dev": {"learning": LEARNING}, "test": {}}
    scenario = parse(roles=roles, people=people, projects=[with_kind()])
    found = {one.id: one for one in find_mechanisms(scenario)}
    assert found["learning"].is_on
    assert found["skill growth"].is_on
    for name, other in (("learning", "skill growth"), ("skill growth", "learning")):
        switched = found[name].switched
        assert isinstance(switched, pm.Scenario)
        after = {one.id: one.is_on for one in find_mechanisms(switched)}
        assert not after[name]
        assert after[other]
    assert "skills" in scenario.document["people"][0]


# --- training ------------------------------------------------------------------------------------


def trained(parse: Parse, *training: dict[str, Any], **person: Any) -> Scenario:
    ana = {"id": "ana", "role": "test", "training": list(training)} | person
    roles = {"dev": {}, "test": {}, "lead": {}}
    return parse(roles=roles, people=[ana, {"role": "dev"}])


def test_a_training_takes_what_is_assumed_where_it_is_silent_and_says_so(parse: Parse) -> None:
    scenario = trained(parse, {"role": "dev"})
    training = scenario.organisation.people[0].training[0]
    assert training.lasts == priors.TRAINING_DAYS * 480
    assert (training.share, training.proficiency) == (WHOLE // 2, 6 * WHOLE // 10)
    found = {entry.mechanism: entry.basis for entry in scenario.assumptions}
    assert found["cross-training"] == "assumed"
    full = {"role": "dev", "lasts": "5d", "share": "40%", "proficiency": "50%"}
    found = {entry.mechanism: entry.basis for entry in trained(parse, full).assumptions}
    assert found["cross-training"] == "stated"


@pytest.mark.parametrize(
    ("training", "person", "code", "said"),
    [
        ({"role": "dve"}, {}, "PMO201", "Did you mean 'dev'"),
        ({"role": "test"}, {}, "PMO108", "is the home role"),
        ({"role": "dev"}, {"skills": ["dev"]}, "PMO931", "can do already"),
        ({"role": "dev"}, {"from": "2027-03"}, "PMO931", "not there all the time"),
        ({"role": "dev"}, {"until": "2027-01-15"}, "PMO931", "not there all the time"),
        ({"role": "dev", "lasts": "0d"}, {}, "PMO112", "takes some time"),
        ({"role": "dev", "to": "90%"}, {}, "PMO102", "where it says both"),
        ({"role": "dev", "lasts": "5d/10d/20d"}, {}, "PMO310", "planned to take"),
        ({}, {}, "PMO102", "needs the key 'role'"),
    ],
)
def test_training_that_cannot_be_is_refused(
    training: dict[str, Any], person: dict[str, Any], code: str, said: str, parse: Parse
) -> None:
    with pytest.raises(pm.InputError) as caught:
        trained(parse, training, **person)
    assert any(code in str(one) and said in str(one) for one in caught.value.problems)


def test_nobody_is_in_training_for_more_than_the_whole_day(parse: Parse) -> None:
    with pytest.raises(pm.InputError, match="120% of ana"):
        trained(
            parse,
            {"role": "dev", "share": "60%"},
            {"role": "lead", "share": "60%"},
        )


def test_the_verb_gives_one_of_several_a_training_and_adds_to_what_is_there(parse: Parse) -> None:
    base = parse(people=[{"role": "test", "headcount": 3}, {"role": "dev"}])
    once = base.change(cross_train={"test-2": {"role": "dev", "from": "2027-04"}})
    assert [len(person.training) for person in once.organisation.people] == [0, 1, 0, 0]
    assert [person.id for person in once.organisation.people] == [
        person.id for person in base.organisation.people
    ]
    with pytest.raises(pm.InputError, match="say in which role"):
        base.change(cross_train={"test-2": "dev"})
    found = {one.id: one for one in find_mechanisms(once)}
    assert found["cross-training"].is_on
    switched = found["cross-training"].switched
    assert isinstance(switched, pm.Scenario)
    assert not any(person.training for person in switched.organisation.people)
