"""A history is read from a folder as it was written, and says what it left out."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest

import pmosim as pm

if TYPE_CHECKING:
    from pathlib import Path

TASKS = """\
project,task,role,planned_effort,effort,duration,started,finished,status,squad
crm,a,dev,5,7,10,2026-01-05,2026-01-16,Done,red
crm,b,dev,1.5,2,1,2026-02-10,2026-02-01,,blue
crm,c,dev,3,3,,2026-03-05,,In Progress,
crm,c,dev,3,3,,2026-03-05,,In Progress,
hr,d,dev,0,2.5,3,2026-03-05,2026-03-09,,
"""
SETTINGS = "pmosim_history: 1\nas_of: 2026-04-01\nmeasures: {duration: elapsed}\n"


def folder(place: Path, settings: str = SETTINGS, **tables: str) -> Path:
    for name, text in tables.items():
        (place / f"{name}.csv").write_text(text, encoding="utf-8")
    if settings:
        (place / "history.yaml").write_text(settings, encoding="utf-8")
    return place


def same(one: pm.History, other: pm.History) -> None:
    import pandas as pd

    for name in ("tasks", "projects", "time", "people"):
        first, second = one.table(name), other.table(name)
        assert (first is None) == (second is None)
        if first is not None and second is not None:
            pd.testing.assert_frame_equal(
                first.drop(columns="line"), second.drop(columns="line"), check_exact=True
            )
    for name in ("as_of", "measures", "hours_per_day", "calendar", "currency"):
        assert getattr(one, name) == getattr(other, name)


def test_a_folder_is_read_with_every_column_and_the_place_of_each_row(tmp_path: Path) -> None:
    history = pm.read_history(folder(tmp_path, tasks=TASKS))
    tasks = history.tasks
    assert tasks is not None
    assert history.projects is None
    assert tasks["line"].tolist() == ["tasks.csv:2", "tasks.csv:3", "tasks.csv:4", "tasks.csv:6"]
    assert tasks["status"].tolist() == ["finished", "finished", "open", "finished"]
    assert tasks["squad"].tolist()[:2] == ["red", "blue"]
    assert tasks["person"].isna().all()
    assert history.measures == {"effort": "work", "duration": "elapsed"}
    assert history.as_of == date(2026, 4, 1)


def test_what_rules_removed_or_repaired_is_counted_with_its_place(tmp_path: Path) -> None:
    history = pm.read_history(folder(tmp_path, tasks=TASKS))
    quality = history.quality
    assert quality.count("duplicate") == quality.removed("tasks") == 1
    assert quality.count("plan-zero") == 1
    assert quality.count("finish-before-start") == 1
    assert quality.to_frame()["rule"].tolist()[0] == "duplicate"
    assert "tasks.csv:5" in quality.sentences()[0]


def test_what_is_written_is_read_back_equal(tmp_path: Path) -> None:
    projects = "project,due,finished,budget,cost\ncrm,2026-05-01,,10000,\n"
    projects += "hr,2026-03-31,2026-03-09,2000,2100\n"
    time = "person,task,project,date,hours\nana,a,crm,2026-01-05,7.5\n"
    people = "person,role,from,left\nana,dev,2025-01-01,\n"
    history = pm.read_history(
        folder(tmp_path, tasks=TASKS, projects=projects, time=time, people=people)
    )
    pm.write_history(history, tmp_path / "again")
    again = pm.read_history(tmp_path / "again")
    same(history, again)
    gone = [f for f in history.quality.findings if f.action != "reported"]
    assert [f for f in again.quality.findings if f.action != "reported"] == gone


def test_a_history_of_projects_alone_needs_no_declaration(tmp_path: Path) -> None:
    rows = [
        f"p{n},2026-0{1 + n % 9}-15,2026-0{1 + n % 9}-20,{100 + n},{120 + n}" for n in range(40)
    ]
    text = "\n".join(["project,due,finished,budget,cost", *rows])
    history = pm.read_history(folder(tmp_path, settings="", projects=text))
    assert history.projects is not None
    assert len(history.projects) == 40
    assert history.tasks is None
    assert history.measures == {}
    assert history.as_of == date(2026, 9, 21)
    assert history.quality.count("as-of-assumed") == 40


def test_a_duration_that_is_not_declared_is_refused(tmp_path: Path) -> None:
    with pytest.raises(pm.InputError, match=r"PMO971.*duration.*not declared.*elapsed") as caught:
        pm.read_history(folder(tmp_path, settings="as_of: 2026-04-01\n", tasks=TASKS))
    assert len(caught.value.problems) == 1
    history = pm.read_history(tmp_path, measures={"duration": "touch"})
    assert history.measures["duration"] == "touch"


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    tasks = "task,effort,started,status\na,many,2026-01-05,Finito\nb,2,01/02/2026,open\n"
    with pytest.raises(pm.InputError) as caught:
        pm.read_history(folder(tmp_path, settings="as_of: soon\nmesures: {}\n", tasks=tasks))
    codes = {problem.code for problem in caught.value.problems}
    assert codes == {"PMO116", "PMO101", "PMO973", "PMO803", "PMO972"}
    text = str(caught.value)
    assert "Did you mean 'measures'" in text
    assert "status: {Finito: open}" in text
    assert "dates: day-month or month-day" in text


def test_units_are_those_of_the_file_and_become_days(tmp_path: Path) -> None:
    tasks = "task,planned_effort,effort,duration\na,8,16,2\n"
    settings = (
        "as_of: 2026-04-01\nhours_per_day: 4\nunits: {effort: h, planned_effort: ph, duration: w}\n"
    )
    history = pm.read_history(
        folder(tmp_path, settings=settings + "measures: {duration: touch}\n", tasks=tasks)
    )
    assert history.tasks is not None
    row = history.tasks.iloc[0]
    assert (row["planned_effort"], row["effort"], row["duration"]) == (2.0, 4.0, 10.0)


@pytest.mark.parametrize(
    "text",
    [
        "Projekt;Aufwand\na;2\n",
        "",
        "project\nx\n",
    ],
)
def test_a_table_that_is_no_history_names_the_way_to_make_one(tmp_path: Path, text: str) -> None:
    file = tmp_path / "export.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(pm.InputError, match=r"PMO970.*pmosim import|PMO801"):
        pm.read_history(file)


def test_durations_come_from_dates_where_none_is_recorded(tmp_path: Path) -> None:
    tasks = (
        "task,started,finished\na,2026-01-05,2026-01-16\nb,2026-01-10,2026-01-11\nc,2026-01-05,\n"
    )
    history = pm.read_history(folder(tmp_path, settings="as_of: 2026-02-01\n", tasks=tasks))
    assert history.tasks is not None
    np.testing.assert_array_equal(history.tasks["duration"], [10.0, 1.0, np.nan])
    assert history.measures == {"duration": "elapsed"}
    assert history.quality.count("duration-from-dates") == 2


def test_holidays_of_a_country_are_no_working_days_and_are_written_out(tmp_path: Path) -> None:
    tasks = "task,started,finished\na,2025-12-22,2026-01-02\n"
    settings = "as_of: 2026-02-01\ncalendar: {country: DE, subdivision: BY}\n"
    history = pm.read_history(folder(tmp_path, settings=settings, tasks=tasks))
    assert history.tasks is not None
    assert history.tasks["duration"].tolist() == [7.0]  # 25 and 26 December, 1 January
    pm.write_history(history, tmp_path / "again")
    same(history, pm.read_history(tmp_path / "again"))
    with pytest.raises(pm.InputError, match="PMO207"):
        pm.read_history(folder(tmp_path, settings="calendar: {country: XX}\n", tasks=tasks))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("04.03.24 09:10", "2024-03-04"),
        ("Mo 04.03.2024", "2024-03-04"),
        ("2024-3-4", "2024-03-04"),
        ("2024-03-04T09:10:22.123+0100", "2024-03-04"),
        ("Monday, March 4, 2024", "2024-03-04"),
        ("4-Mär-2024", "2024-03-04"),
        ("4 mars 2024", "2024-03-04"),
        ("31/03/2024 14:15", "2024-03-31"),
        ("3/31/24 2:15 PM", "2024-03-31"),
        ("2024-02-30", None),
        ("45355", None),
        ("soon", None),
    ],
)
def test_a_date_is_read_as_people_write_it(text: str, day: str | None) -> None:
    from pmosim.history.settled import dates_in

    read = dates_in([text])
    assert (read.bad == []) == (day is not None)
    if day is not None:
        assert str(read.values[0])[:10] == day


def test_a_last_date_that_stands_alone_is_asked_and_impossible_ones_are_blank(
    tmp_path: Path,
) -> None:
    tasks = "task,effort,started,finished\na,1,2026-01-05,2026-01-06\nb,1,2026-01-05,2062-01-06\n"
    with pytest.raises(pm.InputError, match=r"PMO979.*2062-01-06.*--as-of"):
        pm.read_history(folder(tmp_path, settings="", tasks=tasks))
    history = pm.read_history(tmp_path, as_of="2026-02-01")
    assert history.quality.count("later-than-known") == 1
    never = tasks.replace("2062", "9999").replace("2026-01-05,2026-01-06", "0001-01-01,2026-01-06")
    history = pm.read_history(folder(tmp_path, settings="", tasks=never))
    assert history.as_of == date(2026, 1, 7)
    assert history.quality.count("impossible-date") == 2
