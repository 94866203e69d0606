"""The history of the worked example: what is committed is what its generator makes."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.history import AS_OF, ROLES, worked_example
from pmosim.history import History, read_history

FOLDER = Path(__file__).parents[3] / "calibration" / "history"


@pytest.fixture(scope="module")
def history() -> History:
    return read_history(FOLDER)


def test_the_committed_tables_are_those_of_the_generator(history: History) -> None:
    for name, frame in worked_example().items():
        committed = history.table(name)
        assert committed is not None
        assert len(committed) == len(frame)
        for column in ("project", "task", "person"):
            if column in frame:
                # someone without a task has nobody: blank in the file, empty in the table
                mine = frame[column].replace("", None)
                assert mine.isna().tolist() == committed[column].isna().tolist()
                assert mine.dropna().tolist() == committed[column].dropna().tolist()
        for column in ("effort", "hours", "cost"):
            if column in frame:
                assert (frame[column] - committed[column]).abs().max() < 0.01


def test_it_is_censored_and_somebody_left_and_something_was_stopped(history: History) -> None:
    projects, people = history.projects, history.people
    assert projects is not None
    assert people is not None
    assert history.as_of == AS_OF
    assert {"finished", "open", "cancelled"} == set(projects["status"])
    assert (projects["status"] == "open").sum() > 20
    assert people["left"].notna().sum() == 4


def test_its_roles_are_those_of_the_scenario(history: History) -> None:
    import pmosim as pm

    scenario = pm.read_scenario(FOLDER.parents[1] / "scenarios" / "baseline.yaml")
    known = {role.id for role in scenario.organisation.roles}
    assert set(ROLES) <= known


def test_its_fit_holds_what_was_put_in_and_says_how_good_it_was() -> None:
    import math

    from benchmarks.history import truth_of_the_example
    from pmosim.scenario.fitted import read_fitted

    truth, fitted = truth_of_the_example(), read_fitted(FOLDER.parent / "fitted.yaml")
    typical = fitted.value("typical_plan", "work")
    for name, group, value in (
        ("typical_bias", "work", truth.median(typical) - math.log(typical)),
        ("size_slope", "work", truth.slope),
        ("spread", "work", truth.task_sd),
        ("project_factor", "work", truth.project_sd),
        ("arrival_rate", "arrivals", truth.per_day * 261.0),
    ):
        found = fitted.find(name, group)
        assert found is not None
        assert found.low < value < found.high
    assert fitted.track_record.startswith("From 2025 to 2026 our P80 held for ")
