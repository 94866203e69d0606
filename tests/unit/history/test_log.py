"""A history at an earlier day holds nothing that was known later."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

import pmosim as pm

if TYPE_CHECKING:
    from pathlib import Path

TASKS = """\
project,task,person,planned_effort,effort,duration,requested,started,finished,status
crm,early,ana,5,7,10,2026-01-02,2026-01-05,2026-01-16,finished
crm,across,ana,4,6,20,2026-01-02,2026-01-20,2026-02-16,finished
crm,waiting,ana,4,6,4,2026-01-25,2026-03-02,2026-03-05,finished
crm,late,ana,4,6,4,2026-02-25,2026-03-02,2026-03-05,finished
crm,stopped,ana,4,1,,2026-01-02,2026-01-20,2026-02-20,cancelled
crm,dateless,ana,4,6,,2026-01-02,,,finished
"""
TIME = """\
person,project,task,date,hours
ana,crm,across,2026-01-20,8
ana,crm,across,2026-01-31,4
ana,crm,across,2026-02-01,8
"""
PROJECTS = """\
project,requested,released,finished,due,budget,cost,status
crm,2025-12-01,2026-01-02,2026-03-10,2026-02-28,900,1000,finished
hr,2026-01-05,2026-02-10,2026-03-01,2026-03-01,900,1000,finished
dwh,2026-02-10,,,,,,open
"""
PEOPLE = (
    "person,role,from,until,left\nana,dev,2025-01-01,2026-06-30,2026-02-15\nbob,dev,2026-02-10,,\n"
)
CUT = date(2026, 2, 1)


def history_in(place: Path) -> pm.History:
    for name, text in (
        ("tasks", TASKS),
        ("time", TIME),
        ("projects", PROJECTS),
        ("people", PEOPLE),
    ):
        (place / f"{name}.csv").write_text(text, encoding="utf-8")
    return pm.read_history(place, as_of="2026-04-01", measures={"duration": "elapsed"})


def test_tasks_that_began_later_are_gone_and_those_finished_later_are_open(tmp_path: Path) -> None:
    import pandas as pd

    then = history_in(tmp_path).known_at(CUT)
    assert then.tasks is not None
    assert then.as_of == CUT
    known = then.tasks.set_index("task")
    assert known["status"].to_dict() == {
        "early": "finished",
        "across": "open",
        "waiting": "open",
        "stopped": "open",
    }
    assert pd.isna(known.loc["waiting", "started"])
    assert known["finished"].notna().tolist() == [True, False, False, False]


def test_what_only_the_finish_told_is_blank_and_effort_so_far_is_what_was_booked(
    tmp_path: Path,
) -> None:
    then = history_in(tmp_path).known_at(CUT)
    assert then.tasks is not None
    known = then.tasks.set_index("task")
    assert known.loc["early", ["effort", "duration"]].tolist() == [7.0, 10.0]
    assert known.loc["across", "effort"] == 1.5
    assert np.isnan(known.loc["across", "duration"])
    assert np.isnan(known.loc["waiting", "effort"])
    assert known["planned_effort"].tolist() == [5.0, 4.0, 4.0, 4.0]
    assert then.time is not None
    assert then.time["hours"].sum() == 12.0


def test_projects_and_people_are_as_known_then(tmp_path: Path) -> None:
    import pandas as pd

    then = history_in(tmp_path).known_at(CUT)
    assert then.projects is not None
    assert then.people is not None
    assert then.projects["project"].tolist() == ["crm", "hr"]
    assert then.projects["status"].tolist() == ["open", "open"]
    assert then.projects["cost"].isna().all()
    assert then.projects["budget"].tolist() == [900.0, 900.0]
    assert pd.isna(then.projects.loc[1, "released"])
    assert then.people["person"].tolist() == ["ana"]
    assert then.people["left"].isna().all()
    assert then.people["until"].notna().all()


def test_a_cut_at_the_day_of_the_history_or_later_changes_nothing(tmp_path: Path) -> None:
    history = history_in(tmp_path)
    assert history.known_at(date(2026, 4, 1)) is history
    assert history.known_at(date(2027, 4, 1)) is history


def test_two_cuts_in_a_row_are_the_later_cut_first(tmp_path: Path) -> None:
    import pandas as pd

    history = history_in(tmp_path)
    once = history.known_at(CUT)
    twice = history.known_at(date(2026, 3, 3)).known_at(CUT)
    for name in ("tasks", "projects", "time", "people"):
        first, second = once.table(name), twice.table(name)
        assert first is not None
        assert second is not None
        pd.testing.assert_frame_equal(first, second)


def test_working_days_leave_out_days_off_and_count_both_ends(tmp_path: Path) -> None:
    import pandas as pd

    history = history_in(tmp_path)
    first = pd.Series(pd.to_datetime(["2026-01-05", "2026-01-10", "2026-01-05", None]))
    last = pd.Series(pd.to_datetime(["2026-01-16", "2026-01-11", "2026-01-04", "2026-01-04"]))
    np.testing.assert_array_equal(history.working_days(first, last), [10.0, 1.0, np.nan, np.nan])
    assert history.age_days(first)[0] == 62.0


def test_a_task_of_a_known_project_is_known_although_nobody_began_it(tmp_path: Path) -> None:
    tasks = "project,task,planned_effort,started,finished,effort\n"
    tasks += "crm,design,5,2026-01-10,2026-01-20,6\ncrm,build,9,2026-03-01,2026-03-20,8\n"
    tasks += "crm,test,3,,,\ndwh,design,5,2026-03-10,,\nother,design,5,,,\n"
    projects = "project,requested,released\ncrm,2026-01-02,2026-01-09\ndwh,2026-02-20,\n"
    (tmp_path / "tasks.csv").write_text(tasks, encoding="utf-8")
    (tmp_path / "projects.csv").write_text(projects, encoding="utf-8")
    then = pm.read_history(tmp_path, as_of="2026-04-01").known_at(CUT).tasks
    assert then is not None
    assert then["task"].tolist() == ["design", "build", "test"]
    assert then["status"].tolist() == ["finished", "open", "open"]
    assert then["planned_effort"].tolist() == [5.0, 9.0, 3.0]
    assert then[["started", "effort"]].isna().all(axis=1).tolist() == [False, True, True]
