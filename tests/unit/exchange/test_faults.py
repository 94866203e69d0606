"""A dozen faults in one file: all told at once, each with its place and a way out."""

from __future__ import annotations

import csv
from datetime import date
from typing import TYPE_CHECKING

import pytest

from pmosim.scenario import check_scenario
from tests.unit.exchange.books import Rows, sheets, write

if TYPE_CHECKING:
    from pathlib import Path

    from pmosim.errors import Problem

PROJECTS: Rows = (
    ("id", "name", "template", "status", "priority", "starts", "due", "budget", "after", "country"),
    ("crm", "CRM", "medium", "running", 1, None, "31.03.2027", "120,5k", None, "NO"),
    ("hr", "HR", "#N/A", "approved", 2, date(2027, 3, 1), "30.06.2027", "90k", "crm", "DE"),
    ("crm", "CRM again", "medium", "approved", 3, None, "31.09.2027", "1.500", "hr", "DE"),
    ("web", "Web", "mediun", "aproved", 4, None, "30.11.2027", "50k", "shop", "NO"),
    ("a", "A", "medium", "approved", 5, None, 46_477, "=1+1", "b", "NO"),
    ("b", "B", "medium", "approved", 6, "03/04/2027", None, "=B2", "a", "NO"),
    *[(None, " ")] * 30,
)
PHASES: Rows = (
    ("template", "phase", "lasts", "developer", "testr"),
    ("medium", "design", "2mo", -1.5, 1),
    ("medium", "build", "3 months", 4, 0.5),
)
STAFF: Rows = (
    ("role", "person", "fte", "holidays"),
    ("developer", None, 3.5, "DE-BY"),
    ("tester", None, "many", "XX"),
)

IN_PROJECTS = {
    ("E2", "PMO601", "Write `rank: 1` for the first"),
    ("C3", "PMO805", "holds the error #N/A; correct the formula"),
    ("A4", "PMO106", "'crm' stands twice"),
    ("G4", "PMO116", "there is no such day in the calendar"),
    ("C5", "PMO203", "Did you mean 'medium'?"),
    ("D5", "PMO120", "Did you mean 'approved'?"),
    ("I5", "PMO205", "'shop'; that is no project. Known: a, b, crm, hr, web."),
    ("F7", "PMO803", "can be read in two ways"),
    ("I7", "PMO301", "a -> b -> a. Remove one link."),
}
IN_WORKBOOK = {
    ("Projects", "G6", "PMO116", "the bare number of a day; format the cell as a date"),
    ("Projects", "H6", "PMO805", "was never calculated"),
    ("Phases", "D2", "PMO112", "it must be 0 or more"),
    ("Phases", "E2", "PMO201", "Did you mean 'tester'?"),
    ("Phases", "C3", "PMO111", "it must be working time, such as 6h, 3d, 2w or 3mo"),
    ("Staff", "C3", "PMO110", "it must be a number"),
    ("Staff", "D3", "PMO207", "it must be an ISO code such as DE"),
    *(("Projects", *fault) for fault in IN_PROJECTS),
}
IN_TABLE = {
    ("G6", "PMO116", "it must be a date"),
    ("H6", "PMO114", "it must be money, such as 250k"),
    *IN_PROJECTS,
}


def missing(found: list[Problem], expected: set[tuple[str, str, str]]) -> list[object]:
    """Return the expected (place, code, part of the text) that are not among the problems."""
    return [
        fault
        for fault in expected
        if not any(
            (problem.place, problem.code) == fault[:2] and fault[2] in problem.text
            for problem in found
        )
    ]


def test_every_fault_of_a_workbook_is_told_at_its_cell_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    rows = sheets(Projects=PROJECTS, Phases=PHASES, Staff=STAFF)
    scenario, found = check_scenario(write(tmp_path / "plan.xlsx", rows))
    assert scenario is None
    expected = {
        (f"plan.xlsx[{sheet}]!{cell}", code, text) for sheet, cell, code, text in IN_WORKBOOK
    }
    assert missing(found, expected) == []
    assert len(found) == len(expected)


def test_every_fault_of_a_table_is_told_at_its_line_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with (tmp_path / "p.csv").open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream, delimiter=";").writerows(PROJECTS)
    (tmp_path / "s.yaml").write_text(
        "as_of: 2027-01-04\nroles: {dev: {}}\npeople: [{role: dev}]\n"
        "templates: {medium: {tasks: {t: {effort: 5pd, needs: {dev: 1}}}}}\n"
        "projects: {csv: p.csv}\n"
    )
    scenario, found = check_scenario(tmp_path / "s.yaml")
    assert scenario is None
    expected = {
        (f"p.csv:{cell[1:]}:{ord(cell[0]) - 64}", code, text) for cell, code, text in IN_TABLE
    }
    assert missing(found, expected) == []
    assert len(found) == len(expected)


def test_one_fault_in_many_rows_is_one_message_with_its_cells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    rows: list[tuple[object, ...]] = [("id", "template", "due")]
    rows += [(f"p{n}", "medium", "soon" if n % 2 else "2027-13") for n in range(40)]
    _, found = check_scenario(write(tmp_path / "plan.xlsx", sheets(Projects=rows)))
    found = [problem for problem in found if problem.severity == "error"]
    assert [(problem.place, problem.code) for problem in found] == [
        ("plan.xlsx[Projects]!C2", "PMO116"),
        ("plan.xlsx[Projects]!C3", "PMO116"),
    ]
    assert found[1].text.endswith(
        "The same in cells C5 ('soon'), C7 ('soon'), C9 ('soon'), C11 ('soon'), C13 ('soon') "
        "and 14 more."
    )


@pytest.mark.parametrize("cell", ["03/04/2027", "1.500"])
def test_what_can_be_read_in_two_ways_is_never_guessed(cell: str, tmp_path: Path) -> None:
    rows = (("id", "template", "due", "budget"), ("a", "medium", None, 1234.5))
    row = ("b", "medium", cell, None) if "/" in cell else ("b", "medium", None, cell)
    _, (problem,) = check_scenario(write(tmp_path / "plan.xlsx", sheets(Projects=(*rows, row))))
    assert problem.code == "PMO803"
