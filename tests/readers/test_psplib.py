"""Reading PSPLIB and Patterson files: every number lands where the README says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

import pmosim as pm
from scenarios.readers import psplib, to_yaml
from tests.validation import instances

if TYPE_CHECKING:
    from pathlib import Path

SM = """\
************************************************************************
file with basedata            : tiny.bas
************************************************************************
jobs (incl. supersource/sink ):  4
RESOURCES
  - renewable                 :  2   R
************************************************************************
PRECEDENCE RELATIONS:
jobnr.    #modes  #successors   successors
   1        1          2           2   3
   2        1          1           4
   3        1          1           4
   4        1          0
************************************************************************
REQUESTS/DURATIONS:
jobnr. mode duration  R 1  R 2
------------------------------------------------------------------------
  1      1     0       0    0
  2      1     8       4    0
  3      1     5       1    2
  4      1     0       0    0
************************************************************************
RESOURCEAVAILABILITIES:
  R 1  R 2
   12    3
************************************************************************
"""
RCP = """\
4 2

12 3

0 0 0 2 2 3
8 4 0 1 4
5 1 2 1 4
0 0 0 0
"""
TASKS = {
    "1": {"milestone": True},
    "2": {"duration": "8d", "needs": {"R1": 4}, "after": ["1"]},
    "3": {"duration": "5d", "needs": {"R1": 1, "R2": 2}, "after": ["1"]},
    "4": {"milestone": True, "after": ["2", "3"]},
}


def test_jobs_become_duration_tasks_and_dummies_milestones() -> None:
    document = psplib.scenario(psplib.parse_sm(SM), rule="lft")
    assert document["projects"] == [{"id": "p", "tasks": TASKS}]
    assert document["dispatch"] == {"rule": "lft"}


def test_resources_become_roles_with_as_many_people_as_their_capacity() -> None:
    document = psplib.scenario(psplib.parse_sm(SM))
    assert document["roles"] == {"R1": {}, "R2": {}}
    assert document["people"] == [
        {"role": "R1", "headcount": 12},
        {"role": "R2", "headcount": 3},
    ]


def test_the_patterson_form_of_a_project_gives_the_same_scenario() -> None:
    assert psplib.scenario(psplib.parse_rcp(RCP)) == psplib.scenario(psplib.parse_sm(SM))


def test_a_job_with_several_modes_is_refused() -> None:
    with pytest.raises(ValueError, match="several modes"):
        psplib.parse_sm(SM.replace("   2        1          1", "   2        3          1"))


def test_a_file_is_read_by_its_suffix(tmp_path: Path) -> None:
    for name, text in (("tiny.sm", SM), ("tiny.rcp", RCP)):
        (tmp_path / name).write_text(text, encoding="ascii")
        assert psplib.read(tmp_path / name).capacities == (12, 3)


def test_the_yaml_says_the_same_without_aliases() -> None:
    document = psplib.scenario(psplib.parse_sm(SM))
    text = to_yaml(document)
    assert yaml.safe_load(text) == document
    assert "&" not in text
    assert "*" not in text


def test_the_written_file_is_a_scenario_with_the_schedule_of_the_project(tmp_path: Path) -> None:
    file = tmp_path / "tiny.yaml"
    file.write_text(to_yaml(psplib.scenario(psplib.parse_sm(SM))), encoding="utf-8")
    outcomes = pm.simulate(pm.read_scenario(file), replications=1, seed=1, audit=True)
    assert outcomes.projects()["finished_day"].tolist() == [8.0]


def test_all_published_projects_are_read_in_full() -> None:
    j30, patterson = instances.j30(), instances.patterson()
    assert (len(j30), len(patterson)) == (480, 110)
    for instance in j30:
        assert list(instance.durations) == [str(job) for job in range(1, 33)]
        assert [job for job, days in instance.durations.items() if days == 0] == ["1", "32"]
    for instance in (*j30, *patterson):
        assert set(instance.durations) == set(instance.successors) == set(instance.requests)
        for requests in instance.requests.values():
            assert all(r <= c for r, c in zip(requests, instance.capacities, strict=True))
