"""Real exports become histories whose quality counts are the known facts about the data."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from pmosim.exchange.imports import guess_mapping, import_history
from pmosim.exchange.mapping import Mapping, TableMapping
from tests.readers.data import data_folder

if TYPE_CHECKING:
    import pandas as pd

    import pmosim as pm


def table(history: pm.History, name: str) -> pd.DataFrame:
    frame = history.table(name)
    assert frame is not None
    return frame


def counted(history: pm.History, rule: str) -> int:
    return history.quality.count(rule)


def test_cesaw_tasks_keep_their_open_work_and_lose_no_row() -> None:
    file = data_folder("cesaw") / "cesaw_task.csv.gz"
    history = import_history([file], said={"as_of": "2016-09-01"}).history
    tasks = table(history, "tasks")
    assert len(tasks) == 36_095
    assert (tasks["project"].nunique(), tasks["person"].nunique()) == (28, 160)
    assert tasks["person"].iloc[0] == "person-1"
    assert (tasks["status"] == "open").sum() == 99
    assert counted(history, "plan-zero") == 157
    assert counted(history, "finish-before-start") == 241
    assert counted(history, "on-plan") == 3_077  # science.md: 8.6 % of tasks exactly on plan
    assert 0.28 < counted(history, "shared-task") / len(tasks) < 0.29
    assert history.quality.removed("tasks") == 0
    assert history.measures == {"effort": "work", "duration": "elapsed"}
    both = tasks[tasks["planned_effort"].notna() & (tasks["status"] == "finished")]
    assert len(both) == 35_858  # science.md 2.2: as many tasks
    both = both[both["effort"] > 0]
    ratio = np.log(both["effort"] / both["planned_effort"])
    assert 1.0 < ratio.std() < 1.08  # science.md 2.2: 1.04


def test_cesaw_hours_are_read_without_the_empty_ones() -> None:
    history = import_history([data_folder("cesaw") / "cesaw_time.csv.gz"]).history
    time = table(history, "time")
    assert len(time) + history.quality.removed("time") == 123_292
    assert counted(history, "no-date") == 1
    assert counted(history, "no-hours") == 670


def test_the_bulk_closes_of_a_jira_project_are_dropped() -> None:
    done = import_history([data_folder("jira_agile") / "jira_P0.csv"])
    history = done.history
    assert done.mapping.settings["units"] == {"duration": "cd"}
    assert counted(history, "finish-before-start") == history.quality.removed("tasks") == 1_108
    assert round(100 * 1_108 / 2_427) == 46
    assert (table(history, "tasks")["duration"] >= 0).all()


def test_a_kanban_board_has_its_open_items_and_cycle_times() -> None:
    file = data_folder("sevendigital") / "7digital_to_2011-11-30.csv"
    done = import_history([file])
    tasks = table(done.history, "tasks")
    assert len(tasks) == 2_050
    assert (tasks["status"] == "open").sum() == 13
    assert done.mapping.settings["units"] == {"duration": "d"}
    assert done.mapping.settings["measures"] == {"duration": "elapsed"}
    days = done.history.working_days(tasks["started"], tasks["finished"])
    known = np.isfinite(days) & tasks["duration"].notna().to_numpy()
    assert np.abs(days - tasks["duration"].to_numpy())[known].mean() < 1.5


MELBOURNE = Mapping(
    form="csv",
    tables=(
        TableMapping(
            table="projects",
            file="melbourne_water_asof_2021-07-01.csv",
            columns={
                "project": ("ID",), "template": ("Delivery Program",), "requested": ("BNI",),
                "released": ("BCA",), "finished": ("Stage2",),
            },
            groups=("Owner Team", "Approval body"),
        ),
    ),
    settings={"as_of": "2021-07-01"},
)  # fmt: skip


def test_capital_projects_are_finished_under_way_or_in_the_pipeline() -> None:
    file = data_folder("melbourne_water") / "melbourne_water_asof_2021-07-01.csv"
    history = import_history([file], mapping=MELBOURNE).history
    projects = table(history, "projects")
    assert len(projects) == 364
    assert projects["released"].notna().sum() == 253
    assert (projects["status"] == "finished").sum() == 155
    assert projects["approval_body"].nunique() == 7
    assert [f for f in history.quality.findings if f.action != "reported"] == []
    then = table(history.known_at(np.datetime64("2019-07-01").astype(object)), "projects")
    assert (then["requested"].max(), then["finished"].max()) < (
        np.datetime64("2019-07-01"), np.datetime64("2019-07-01"),
    )  # fmt: skip
    before = projects[projects["requested"] < np.datetime64("2019-07-01")]
    assert len(then) == len(before)
    assert (then["status"] == "finished").sum() == (
        before["finished"] < np.datetime64("2019-07-01")
    ).sum()


def test_world_bank_projects_without_a_date_of_closing_are_a_question_first() -> None:
    file = data_folder("world_bank") / "world_bank_asof_2014-12-31.csv.gz"
    guessed = guess_mapping([file], table="projects")
    first = guessed.tables[0]
    columns = {**first.columns, "released": ("approval",), "finished": ("closing",)}
    columns.pop("requested", None)
    left_out: dict[str, Any] = {"status": ("Unknown",), "supplement": ("Y",)}
    mapping = replace(guessed, tables=(replace(first, columns=columns, leave_out=left_out),))
    history = import_history([file], mapping=mapping, said={"as_of": "2015-01-01"}).history
    projects = table(history, "projects")
    assert len(projects) + history.quality.removed("projects") == 9_904
    assert counted(history, "finishes-pile-up") > 500
    assert set(projects["status"]) == {"finished", "open"}


def test_rebaselined_plans_are_told() -> None:
    file = data_folder("fed_it_2012") / "fed_it_projects_2012.csv.gz"
    history = import_history([file], said={"as_of": "2012-12-01"}).history
    found = [f for f in history.quality.findings if f.rule == "on-plan"]
    assert any("adapted afterwards" in f.says for f in found)


def test_projects_alone_have_a_finish_from_start_and_duration() -> None:
    file = data_folder("kitchenham") / "kitchenham.csv"
    done = import_history([file], said={"units": {"duration": "cd"}})
    projects = table(done.history, "projects")
    assert len(projects) == counted(done.history, "finish-from-duration") == 116
    days = (projects["finished"] - projects["released"]).dt.days
    assert days.iloc[0] == 392  # project 112: 392 calendar days
    on_plan = (projects["finished"] == projects["due"]).mean()
    assert 0.2 < on_plan < 0.35  # science.md 3: 28 % of durations exactly on plan
