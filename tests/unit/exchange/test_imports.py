"""Exports as they really are become a history, and what is not clear is asked."""

from __future__ import annotations

import shutil
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pmosim as pm
from pmosim.exchange.headings import table_of, words_of
from pmosim.exchange.imports import guess_mapping, import_history, write_import, write_mapping
from pmosim.exchange.mapping import read_mapping

EXPORTS = Path(__file__).parents[2] / "files" / "exports"


def imported(name: str, **options: Any) -> pm.History:
    return import_history([EXPORTS / name], **options).history


def column(history: pm.History, table: str, name: str) -> list[Any]:
    frame = history.table(table)
    assert frame is not None
    return [None if value != value else value for value in frame[name].tolist()]


def days(history: pm.History, table: str, name: str) -> list[str | None]:
    return [None if v is None else str(v.date()) for v in column(history, table, name)]


def codes(error: pm.InputError) -> list[str]:
    return [problem.code for problem in error.problems]


def test_a_jira_export_is_read_with_its_resolutions_seconds_and_viewer_dates() -> None:
    history = imported("jira.csv", said={"as_of": "2024-04-01"})
    assert column(history, "tasks", "task") == ["CRM-1", "CRM-2", "CRM-4", "CRM-5"]
    assert column(history, "tasks", "status") == ["finished", "open", "cancelled", "finished"]
    assert column(history, "tasks", "planned_effort") == [2.0, 1.0, None, None]
    assert column(history, "tasks", "effort") == [2.5, 0.5, None, 0.125]
    assert days(history, "tasks", "requested") == [
        "2024-03-04", "2024-03-05", "2024-01-02", "2024-03-12",
    ]  # fmt: skip
    assert days(history, "tasks", "started") == ["2024-03-05", "2024-03-11", None, "2024-03-13"]
    assert days(history, "tasks", "finished") == ["2024-03-15", None, "2024-03-20", "2024-03-13"]
    assert history.quality.count("left-out") == 1
    assert history.quality.count("status-word") == 1


def test_the_work_log_in_the_cells_of_jira_is_the_table_of_times() -> None:
    history = imported("jira.csv")
    assert column(history, "time", "task") == ["CRM-1", "CRM-1", "CRM-2"]
    assert column(history, "time", "hours") == [8.0, 12.0, 4.0]
    assert days(history, "time", "date") == ["2024-03-05", "2024-03-06", "2024-03-11"]


def test_repeated_headings_are_joined_and_told() -> None:
    file = EXPORTS / "jira.csv"
    guessed = guess_mapping([file])
    assert guessed.form == "jira"
    first, *rest = guessed.tables
    from dataclasses import replace

    mapping = replace(guessed, tables=(replace(first, groups=("Labels", "Sprint")), *rest))
    history = import_history([file], mapping=mapping).history
    assert column(history, "tasks", "labels")[:2] == ["web; urgent", "web"]
    assert column(history, "tasks", "sprint")[:2] == ["Sprint 1; Sprint 2", "Sprint 2"]
    assert history.quality.count("repeated-heading") == 2


def test_people_are_numbered_unless_their_names_are_asked_for() -> None:
    assert column(imported("jira.csv"), "tasks", "person") == [
        "person-1",
        "person-2",
        None,
        "person-1",
    ]
    named = imported("jira.csv", named=True)
    assert column(named, "tasks", "person") == ["Ana Lee", "Bob Ray", None, "Ana Lee"]


def test_an_azure_export_is_read_but_its_own_words_are_asked() -> None:
    with pytest.raises(pm.InputError, match=r"PMO972.*Ready for ops") as caught:
        imported("azure.csv")
    assert len(caught.value.problems) == 1
    history = imported("azure.csv", said={"status": {"Ready for ops": "open"}})
    assert column(history, "tasks", "task") == ["101", "102", "104", "105"]
    assert column(history, "tasks", "project") == ["Shop\\Web"] * 4
    assert column(history, "tasks", "status") == ["finished", "open", "cancelled", "open"]
    assert column(history, "tasks", "effort") == [3.0625, 0.75, None, None]
    assert days(history, "tasks", "finished") == ["2024-03-14", None, None, None]


def test_german_projects_in_cp1252_with_decimal_commas() -> None:
    history = imported("projekte-cp1252.csv", said={"as_of": "2026-09-01"})
    assert column(history, "projects", "project") == ["Müller-Portal", "Prüfstand", "Altlast"]
    assert column(history, "projects", "template") == ["groß", "klein", "klein"]
    assert column(history, "projects", "budget") == [1234.5, 80.0, 80.0]
    assert column(history, "projects", "cost") == [1400.25, None, 10.5]
    assert column(history, "projects", "planned_effort") == [120.5, 20.0, 20.0]
    assert column(history, "projects", "effort") == [150.0, 12.5, 3.0]
    assert days(history, "projects", "due")[0] == "2026-06-30"
    assert days(history, "projects", "released")[0] == "2026-02-02"
    assert column(history, "projects", "status") == ["finished", "open", "cancelled"]


@pytest.mark.parametrize(
    ("name", "code", "way_out"),
    [
        ("two-ways.csv", "PMO803", "dates: day-month or month-day"),
        ("mixed-order.csv", "PMO803", "mixes days first"),
        ("thousands.csv", "PMO803", "numbers: point or comma"),
        ("doubtful-headings.csv", "PMO974", "--guess"),
        ("no-unit.csv", "PMO971", "--unit effort=h"),
        ("which-days.csv", "PMO971", "--unit duration=cd"),
    ],
)
def test_what_is_not_clear_is_a_question_with_a_way_out(name: str, code: str, way_out: str) -> None:
    with pytest.raises(pm.InputError) as caught:
        imported(name)
    assert set(codes(caught.value)) == {code}
    assert way_out in str(caught.value)


def test_the_ways_out_lead_out() -> None:
    dated = imported("two-ways.csv", said={"dates": "day-month"})
    assert days(dated, "tasks", "started") == ["2026-04-03", "2026-02-01"]
    dated = imported("two-ways.csv", said={"dates": "month-day"})
    assert days(dated, "tasks", "started") == ["2026-03-04", "2026-01-02"]
    assert column(imported("thousands.csv", said={"numbers": "comma"}), "projects", "cost") == [
        2250.0, 2100.0,
    ]  # fmt: skip
    unit = imported("no-unit.csv", said={"units": {"effort": "pd", "planned_effort": "pd"}})
    assert column(unit, "tasks", "effort") == [10.0]
    days_said = {"units": {"duration": "cd"}, "measures": {"duration": "elapsed"}}
    assert column(imported("which-days.csv", said=days_said), "tasks", "duration") == [
        pytest.approx(8 / 1.4, rel=1e-12)
    ]


def test_an_ugly_export_says_what_was_left_out_and_repaired() -> None:
    history = imported("ugly.csv", said={"as_of": "2026-02-01"})
    counts = {f.rule: (f.action, f.n) for f in history.quality.findings}
    assert counts["duplicate"] == ("removed", 1)
    assert counts["plan-zero"] == ("repaired", 1)
    assert counts["negative"] == ("repaired", 1)
    assert counts["impossible-date"] == ("repaired", 1)
    assert counts["later-than-known"] == ("repaired", 1)
    assert counts["open-with-finish"] == ("repaired", 1)
    assert counts["finish-missing"] == ("reported", 1)
    assert history.quality.count("finish-before-start") == 2
    assert history.quality.removed("tasks") == 2
    assert column(history, "tasks", "task")[0] == 'a "quoted"; name'
    assert column(history, "tasks", "effort") == [None, 1.25, 0.5, 0.0625, 1.0, 0.25, 1.0]
    frame = history.tasks
    assert frame is not None
    assert frame["line"].tolist()[0] == "ugly.csv:4"


def test_a_bulk_close_is_dropped_and_counted(tmp_path: Path) -> None:
    rows = ["task,created,closed,hours spent (h)"]
    rows += [f"t{n},2026-01-{1 + n % 28:02},2026-02-{1 + n % 28:02}," for n in range(84)]
    rows += [f"old{n},2025-03-03,2026-03-31," for n in range(40)]
    rows += ["kept,2025-03-03,2026-03-31,16"]
    file = tmp_path / "issues.csv"
    file.write_text("\n".join(rows), encoding="utf-8")
    said = {"as_of": "2026-04-01"}
    history = import_history([file], said=said).history
    assert history.quality.count("bulk-close") == 40
    assert history.quality.removed("tasks") == 40
    assert column(history, "tasks", "task")[-1] == "kept"
    off = import_history([file], said=said | {"rules": {"bulk_close": "off"}}).history
    assert off.quality.removed("tasks") == 0


def test_dates_decide_whether_a_duration_counts_calendar_days(tmp_path: Path) -> None:
    first = np.datetime64("2026-01-05")
    rows = {
        "cd": ["task,started,finished,duration (days)"],
        "d": ["task,started,finished,duration (days)"],
    }
    for n in range(20):
        start, end = first + n, first + n + 10 + n % 3
        rows["cd"].append(f"t{n},{start},{end},{(end - start).astype(int)}")
        rows["d"].append(f"t{n},{start},{end},{np.busday_count(start, end)}")
    for unit, lines in rows.items():
        file = tmp_path / f"{unit}.csv"
        file.write_text("\n".join(lines), encoding="utf-8")
        done = import_history([file])
        assert done.mapping.settings["units"]["duration"] == unit
        assert done.mapping.settings["measures"] == {"duration": "elapsed"}
        assert len(done.mapping.notes) == 2


def test_a_workbook_is_read_below_its_titles_with_dates_and_numbers_as_they_are(
    tmp_path: Path,
) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Closed"
    sheet.append(["Portfolio review 2026", "as of", "31.3.2026", "draft"])
    sheet.append([])
    sheet.append(["Project", "Start", "Planned finish", "Finish", "Budget", "Actual cost"])
    sheet.append(["crm", datetime(2026, 1, 5), datetime(2026, 3, 4), "5.3.2026", 1.125, 1.25])  # noqa: DTZ001
    sheet.append(["hr", datetime(2026, 2, 5), "31.3.2026", None, 2.5, None])  # noqa: DTZ001
    notes = book.create_sheet("Notes")
    notes.append(["nothing to read here"])
    other = book.create_sheet("Ideas")
    other.append(["ID", "Name", "Status", "Start", "Finish"])
    other.append(["1", "x", "open", "2026-01-01", None])
    book.save(tmp_path / "plan.xlsx")
    with pytest.raises(pm.InputError, match="PMO974"):
        import_history([tmp_path / "plan.xlsx"])
    with pytest.raises(pm.InputError, match="Did you mean 'Closed'"):
        import_history([tmp_path / "plan.xlsx"], sheets=["Close"])
    history = import_history([tmp_path / "plan.xlsx"], sheets=["Closed"]).history
    assert days(history, "projects", "due") == ["2026-03-04", "2026-03-31"]
    assert days(history, "projects", "finished") == ["2026-03-05", None]
    assert column(history, "projects", "budget") == [1.125, 2.5]
    assert column(history, "projects", "line") == ["plan.xlsx[Closed]!A4", "plan.xlsx[Closed]!A5"]


def test_a_mapping_is_written_read_back_and_gives_the_same_history(tmp_path: Path) -> None:
    file = EXPORTS / "jira.csv"
    first = import_history([file], said={"as_of": "2024-04-01"})
    write_mapping(first.mapping, tmp_path / "mapping.yaml")
    again = import_history([file], mapping=read_mapping(tmp_path / "mapping.yaml"))
    assert again.mapping.document() == first.mapping.document()
    for done, name in ((first, "a"), (again, "b")):
        assert write_import(done, tmp_path / name)[0].name == "history.yaml"
    for name in ("tasks.csv", "time.csv", "history.yaml", "mapping.yaml"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_faults_of_a_mapping_are_told_all_at_once_with_a_hint(tmp_path: Path) -> None:
    file = tmp_path / "m.yaml"
    file.write_text(
        "pmosim_mapping: 1\nfrom: csv\npeople: hidden\ntable: x\ntables:\n"
        "- {table: task, file: a.csv}\n- {table: tasks, columns: {efort: x}}\n",
        encoding="utf-8",
    )
    with pytest.raises(pm.InputError) as caught:
        read_mapping(file)
    assert set(codes(caught.value)) == {"PMO975"}
    assert len(caught.value.problems) == 5
    assert "Did you mean 'effort'?" in str(caught.value)


def test_a_heading_that_the_export_has_not_is_told_with_the_nearest() -> None:
    from dataclasses import replace

    guessed = guess_mapping([EXPORTS / "azure.csv"])
    table = replace(guessed.tables[0], columns={"task": ("ID",), "finished": ("Closed date",)})
    with pytest.raises(pm.InputError, match="Did you mean 'Closed Date'"):
        import_history([EXPORTS / "azure.csv"], mapping=replace(guessed, tables=(table,)))


def test_a_folder_with_something_else_is_left_alone_and_an_import_is_replaced(
    tmp_path: Path,
) -> None:
    done = import_history([EXPORTS / "jira.csv"])
    other = tmp_path / "other"
    other.mkdir()
    (other / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(pm.InputError, match="PMO034"):
        write_import(done, other)
    folder = tmp_path / "calibration" / "history"
    write_import(done, folder)
    assert (folder / "time.csv").is_file()
    (folder / "own.txt").write_text("mine", encoding="utf-8")
    write_import(import_history([EXPORTS / "projekte-cp1252.csv"]), folder)
    assert {path.name for path in folder.iterdir()} == {
        "history.yaml", "mapping.yaml", "own.txt", "projects.csv",
    }  # fmt: skip
    read = pm.read_history(folder)
    assert read.projects is not None
    assert read.settings["source"]["files"][0]["name"] == "projekte-cp1252.csv"


def test_the_same_export_under_another_name_fits_the_mapping(tmp_path: Path) -> None:
    mapping = guess_mapping([EXPORTS / "projekte-cp1252.csv"])
    shutil.copy(EXPORTS / "projekte-cp1252.csv", tmp_path / "september.csv")
    history = import_history([tmp_path / "september.csv"], mapping=mapping).history
    assert history.as_of == date(2026, 8, 1)


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("Custom field (Start date)", ("start date", "")),
        ("Effort [PT]", ("effort", "pd")),
        ("Σ Time Spent", ("time spent", "")),
        ("task_actual_time_minutes", ("task actual time", "min")),
        ("ActualWorkHours", ("actual work", "h")),
        ("Person days", ("effort", "pd")),
        ("Kosten (TEUR)", ("kosten", "")),
        ("Effort (h) (d) EUR", ("effort", "d")),
    ],
)
def test_a_heading_is_its_words_and_its_unit(heading: str, expected: tuple[str, str]) -> None:
    assert words_of(heading) == expected


@pytest.mark.parametrize(
    ("headings", "table"),
    [
        (["Employee", "Job title", "Hire date", "Leaving date"], "people"),
        (["User", "Issue key", "Date", "Hours"], "time"),
        (["Project", "Go-live", "Budget", "Cost"], "projects"),
        (["Vorgang", "Soll Aufwand (h)", "Ist Aufwand (h)", "Ende"], "tasks"),
    ],
)
def test_headings_say_what_a_row_is(headings: list[str], table: str) -> None:
    found, _ = table_of(headings)
    assert found is not None
    assert found.table == table


def test_headings_that_say_nothing_are_no_table() -> None:
    assert table_of(["colour", "shape"]) == (None, [])
