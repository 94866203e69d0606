"""The worked example is what README and the issue say it is, as YAML and as a workbook."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pmosim as pm
from pmosim.scenario.portfolio import Phase

SCENARIOS = Path(__file__).parents[1] / "scenarios"


def test_the_worked_example_has_twenty_six_projects_ten_roles_and_some_forty_five_people() -> None:
    example = pm.read_scenario(SCENARIOS / "baseline.yaml")
    by_phases = [isinstance(project.activities[0], Phase) for project in example.projects]
    assert Counter(project.status for project in example.projects) == {
        "running": 9,
        "approved": 11,
        "candidate": 6,
    }
    assert Counter(by_phases) == {True: 20, False: 6}
    assert len(example.organisation.roles) == 10
    assert 43 <= len(example.organisation.people) <= 50
    assert len(example.organisation.places) == 2
    assert example.streams


def test_the_workbook_of_the_worked_example_is_the_same_portfolio() -> None:
    example = pm.read_scenario(SCENARIOS / "baseline.yaml")
    workbook = pm.read_scenario(SCENARIOS / "portfolio.xlsx")
    assert workbook.projects == example.projects
    assert workbook.organisation == example.organisation
    assert workbook.streams == example.streams
    assert (workbook.intake, workbook.dispatch) == (example.intake, example.dispatch)


def test_three_more_adds_three_projects_to_the_worked_example_and_changes_no_other() -> None:
    example = pm.read_scenario(SCENARIOS / "baseline.yaml")
    more = pm.read_scenario(SCENARIOS / "three-more.yaml")
    assert more.projects[: len(example.projects)] == example.projects
    assert [project.id for project in more.projects[-3:]] == ["new-1", "new-2", "new-3"]
