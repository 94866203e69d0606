"""Reading MPLIB files: projects, release dates, shared resources."""

from __future__ import annotations

import pytest

from scenarios.readers import mplib
from tests.validation import instances

TWO_PROJECTS = """\
  2
  2
    12     3

  3    0
   1   1

   0   0   0 1 1:2
   8   4   1 1 1:3
   0   0   0 0

  3    7
   1   0

   0   0   0 1 2:2
   5   2   3 1 2:3
   0   0   0 0
"""


def test_a_release_date_is_the_day_the_project_arrives() -> None:
    projects = mplib.scenario(mplib.parse(TWO_PROJECTS))["projects"]
    assert [project["id"] for project in projects] == ["p1", "p2"]
    assert "arrives" not in projects[0]
    assert projects[1]["arrives"] == "2026-01-14"  # seven working days after Monday 2026-01-05


def test_a_resource_that_a_project_does_not_use_is_not_asked_for() -> None:
    first, second = mplib.scenario(mplib.parse(TWO_PROJECTS))["projects"]
    assert first["tasks"]["2"] == {"duration": "8d", "needs": {"R1": 4, "R2": 1}, "after": ["1"]}
    assert second["tasks"]["2"] == {"duration": "5d", "needs": {"R1": 2}, "after": ["1"]}


def test_the_window_is_long_enough_to_do_one_task_after_the_other() -> None:
    assert mplib.scenario(mplib.parse(TWO_PROJECTS))["horizon"] == "21d"


def test_a_link_between_projects_is_refused() -> None:
    with pytest.raises(ValueError, match="project 1, task 2 leads to another project"):
        mplib.parse(TWO_PROJECTS.replace("1:3", "2:3"))


def test_all_published_portfolios_are_read_in_full() -> None:
    portfolios = instances.mplib_portfolios()
    assert len(portfolios) == 14
    for portfolio in portfolios:
        assert len(portfolio.projects) == 24
        assert {len(project.durations) for project in portfolio.projects} == {62}
        assert portfolio.name in instances.mplib_lower_bound()
