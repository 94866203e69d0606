"""The improvement programme of the worked example is what its how-to says."""

from __future__ import annotations

import re
from pathlib import Path

import pmosim as pm
from pmosim.cli.compare import FUTURES
from pmosim.cli.price import command as price

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "how-to" / "improvement-programme.md").read_text(encoding="utf-8")


def read(name: str) -> pm.Scenario:
    return pm.read_scenario(ROOT / "scenarios" / f"{name}.yaml")


def test_people_leave_come_and_learn_in_every_role_as_the_priors_say() -> None:
    people = read("with-people").organisation.people
    assert people
    for person in people:
        change = person.change
        assert change.turnover == 0.13
        assert change.time_to_hire is not None
        assert change.hand_over is not None
        assert change.ramp is not None
        assert change.mentor is None
    assert "`turnover`, `time_to_hire`, `ramp`, `hand_over` of all ten roles" in TEXT


def test_the_programme_is_mentors_templates_for_what_begins_later_and_their_own_work() -> None:
    before, after = read("with-people"), read("improvement")
    assert all(person.change.mentor is not None for person in after.organisation.people)
    (own,) = [project for project in after.projects if project.id == "templates"]
    covered = [project for project in after.projects if project.coverage]
    assert {project.coverage for project in covered} == {0.7}
    assert len(covered) == 10
    assert "the ten projects that begin later" in TEXT
    assert not any(project.status == "running" for project in covered)
    assert after.streams[0].prototype.coverage == 0.7
    assert [p.id for p in after.projects if p is not own] == [p.id for p in before.projects]
    assert own.rank == 5
    assert not any(project.coverage for project in before.projects)


def test_the_commands_of_the_page_are_those_of_the_program() -> None:
    commands = re.findall(r"^    pmosim (\w+) ([^\n]*)$", TEXT, flags=re.MULTILINE)
    assert commands == [
        ("compare", "with-people improvement --by-quarter"),
        ("price", "improvement --by days"),
    ]
    assert f"{FUTURES} futures of each" in TEXT
    (by,) = [option for option in price.params if option.name == "by"]
    assert "days" in by.type.choices  # type: ignore[attr-defined]
