"""Data frames as a scenario, read like sheets."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

import pmosim as pm
from pmosim.exchange.conversion import is_same_model

if TYPE_CHECKING:
    from pandas import DataFrame


@pytest.fixture
def frames() -> dict[str, DataFrame]:
    import pandas as pd

    projects = pd.DataFrame(
        {
            "id": ["crm", "web"],
            "template": "medium",
            "rank": [1, 2],
            "due": pd.to_datetime(["2027-06-30", None]),
            "budget": [220_000, float("nan")],
            "programme": ["Sales", None],
        }
    )
    phases = pd.DataFrame(
        {
            "template": ["medium", "medium"],
            "phase": ["design", "build"],
            "lasts": ["2mo", "3mo"],
            "developer": [1.5, 4],
            "tester": [None, "0,5"],
        }
    )
    staff = pd.DataFrame({"role": ["developer", "tester"], "fte": [3.5, 1]})
    return {"projects": projects, "phases": phases, "staff": staff}


def test_frames_say_the_same_as_a_document(frames: dict[str, DataFrame]) -> None:
    scenario = pm.scenario_from_frames(**frames, as_of="2027-01-04", horizon="2y")
    document: dict[str, Any] = {
        "as_of": date(2027, 1, 4),
        "horizon": "2y",
        "people": [{"role": "developer", "headcount": 3.5}, {"role": "tester"}],
        "templates": {
            "medium": {
                "phases": {
                    "design": {"lasts": "2mo", "work": {"developer": "1.5pm"}},
                    "build": {"lasts": "3mo", "work": {"developer": "4pm", "tester": "0.5pm"}},
                }
            }
        },
        "projects": [
            {
                "id": "crm", "template": "medium", "rank": 1, "due": "2027-06-30",
                "budget": 220_000, "groups": {"programme": "Sales"},
            },
            {"id": "web", "template": "medium", "rank": 2},
        ],
    }  # fmt: skip
    assert is_same_model(scenario, pm.parse_scenario(document))


def test_an_index_with_a_name_is_a_column_and_months_may_be_periods(
    frames: dict[str, DataFrame],
) -> None:
    import pandas as pd

    months = pd.period_range("2027-01", periods=2, freq="M")
    staff = pd.DataFrame([[1, 2], [1, 1]], index=["developer", "tester"], columns=months)
    staff.index.name = "role"
    frames |= {"projects": frames["projects"].set_index("id"), "staff": staff}
    scenario = pm.scenario_from_frames(**frames, as_of="2027-01-04")
    assert [project.id for project in scenario.projects] == ["crm", "web"]
    assert [person.id for person in scenario.organisation.people] == [
        "developer-1", "developer-2", "tester-1",
    ]  # fmt: skip


def test_every_problem_of_frames_is_told_with_its_row_and_column(
    frames: dict[str, DataFrame],
) -> None:
    import pandas as pd

    bad = pd.DataFrame({"id": ["a", "b"], "template": ["x", "medium"], "due": ["1/2/2027", None]})
    with pytest.raises(pm.ScenarioError) as error:
        pm.scenario_from_frames(
            bad, frames["phases"], frames["staff"], horizon="2y", intake={"policy": "opn"}
        )
    assert {(problem.place, problem.code) for problem in error.value.problems} == {
        ("input", "PMO102"),
        ("intake.policy", "PMO120"),
        ("projects[0].template", "PMO203"),
        ("projects[0].due", "PMO803"),
    }


def test_frames_and_plain_values_may_be_mixed(frames: dict[str, DataFrame]) -> None:
    scenario = pm.scenario_from_frames(
        frames["projects"],
        staff=frames["staff"],
        templates={"medium": {"tasks": {"t": {"effort": "5pd", "needs": {"developer": 1}}}}},
        roles={"developer": {"day_rate": 700}, "tester": {}},
        as_of="2027-01-04",
    )
    assert scenario.organisation.roles[0].day_rate == 700
    assert [task.id for task in scenario.projects[0].activities] == ["t"]
