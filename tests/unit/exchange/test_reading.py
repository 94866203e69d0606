"""A workbook as a scenario: three sheets, found by their names, read as they were meant."""

from __future__ import annotations

import zipfile
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from pmosim.distributions import Fixed
from pmosim.scenario import Scenario, check_scenario, read_scenario
from pmosim.scenario.portfolio import Link, Need
from pmosim.units import WHOLE
from tests.unit.exchange.books import AS_OF, PHASES, PROJECTS, STAFF, Rows, sheets, write

if TYPE_CHECKING:
    from pathlib import Path

DAY = 480


@pytest.fixture(autouse=True)
def _in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def read(tmp_path: Path, **changed: Rows | None) -> Scenario:
    return read_scenario(write(tmp_path / "plan.xlsx", sheets(**changed)))


def problems(tmp_path: Path, **changed: Rows | None) -> list[str]:
    _, found = check_scenario(write(tmp_path / "plan.xlsx", sheets(**changed)))
    return [f"{problem.place} {problem.code}" for problem in found]


def test_three_sheets_and_a_day_are_a_scenario(tmp_path: Path) -> None:
    scenario = read(tmp_path)
    crm, web = scenario.projects
    assert (crm.id, crm.name, crm.status, crm.rank) == ("crm", "CRM renewal", "running", 1)
    assert (web.due, web.budget, web.after) == (date(2027, 12, 17), 240_000, (Link(project="crm"),))
    assert crm.groups == {"programme": "Sales"}
    design, build = web.activities
    assert design.work == {"developer": Fixed(value=30.0 * DAY)}
    assert build.work == {"developer": Fixed(value=80.0 * DAY), "tester": Fixed(value=10.0 * DAY)}
    people = scenario.organisation.people
    assert [person.id for person in people] == [
        "developer-1", "developer-2", "developer-3", "developer-4", "tom",
    ]  # fmt: skip
    assert [place.id for place in scenario.organisation.places] == ["DE-BY", "PL"]
    assert date(2027, 1, 6) in scenario.organisation.places[0].holidays
    assert (people[3].fte, people[4].fte, people[4].place) == (WHOLE // 2, 8 * WHOLE // 10, "PL")


def test_the_day_may_stand_above_the_headers_of_projects(tmp_path: Path) -> None:
    above = (("Portfolio of the board",), (), (None, "As of:", AS_OF, None, "Horizon", "400d"), ())
    scenario = read(tmp_path, Projects=(*above, *PROJECTS), Settings=None)
    assert (scenario.as_of, scenario.horizon) == (AS_OF, 400 * DAY)
    assert len(scenario.projects) == 2


def test_without_any_day_it_is_the_one_of_the_last_change_and_told(tmp_path: Path) -> None:
    file = write(tmp_path / "plan.xlsx", sheets(Settings=None))
    scenario, (doubt,) = check_scenario(file)
    assert scenario is not None
    with zipfile.ZipFile(file) as package:
        assert f">{scenario.as_of}T" in package.read("docProps/core.xml").decode()
    assert (doubt.code, doubt.severity, doubt.place) == (
        "PMO808", "warning", "plan.xlsx[Projects]!A1",
    )  # fmt: skip


def test_sheets_and_headers_are_found_however_they_are_written(tmp_path: Path) -> None:
    headers = ("Project ID", "Title", " Template", "STATUS", "Rank", "Due date", "Budget ")
    rows = (headers, ("a", "A", "medium", "On Hold", 1, "2027-09", "120,5k"))
    staff = (("Role", "Fte"), ("Developer", 2), ("Tester", 1))
    book = sheets(Projects=None, Staff=None) | {" PROJECTS ": rows, "People": staff}
    (project,) = read_scenario(write(tmp_path / "plan.xlsx", book)).projects
    assert (project.id, project.name, project.status) == ("a", "A", "on-hold")
    assert (project.due, project.budget) == (date(2027, 9, 30), 120_500)
    assert set(project.activities[1].work) == {"Developer", "Tester"}


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["31.03.2027", date(2027, 4, 1)], [date(2027, 3, 31), date(2027, 4, 1)]),
        (["03/31/2027", "04/01/2027"], [date(2027, 3, 31), date(2027, 4, 1)]),
        (["2027-Q1", "06.2027"], [date(2027, 3, 31), date(2027, 6, 30)]),
    ],
)
def test_text_dates_are_decided_over_the_column_and_real_ones_are_what_they_are(
    cells: list[Any], expected: list[date], tmp_path: Path
) -> None:
    rows = [("id", "template", "due"), *((f"p{n}", "medium", c) for n, c in enumerate(cells))]
    assert [project.due for project in read(tmp_path, Projects=rows).projects] == expected


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["1,5k", 1.234], [1500, 1.234]),
        (["1.500,5", 2000.5], [1500.5, 2000.5]),
        ([1500, 0.1 + 0.2], [1500, 0.3]),
    ],
)
def test_numbers_in_cells_stand_for_themselves_beside_text(
    cells: list[Any], expected: list[float], tmp_path: Path
) -> None:
    rows = [("id", "template", "budget"), *((f"p{n}", "medium", c) for n, c in enumerate(cells))]
    assert [project.budget for project in read(tmp_path, Projects=rows).projects] == expected


def test_percentages_are_shares(tmp_path: Path) -> None:
    staff = (("role", "fte", "bau"), ("developer", 1.5, 0.2), ("tester", 0.5, 0.125))
    phases = (*PHASES, ("medium", "throughout", None, None, 0.25))
    file = tmp_path / "plan.xlsx"
    shown = ("Staff!B2", "Staff!C2", "Staff!B3", "Phases!E4")
    scenario = read_scenario(write(file, sheets(Staff=staff, Phases=phases), percent=shown))
    assert [(p.id, p.fte, p.bau) for p in scenario.organisation.people] == [
        ("developer-1", WHOLE, 2 * WHOLE // 10),
        ("developer-2", WHOLE // 2, 2 * WHOLE // 10),
        ("tester-1", WHOLE // 2, WHOLE // 8),
    ]
    assert scenario.projects[0].throughout == (Need(who="tester", share=WHOLE // 4),)


def test_months_of_staff_may_be_dates(tmp_path: Path) -> None:
    staff = (("role", date(2027, 1, 1), "02.2027"), ("developer", 1, 2), ("tester", 1, 1))
    people = read(tmp_path, Staff=staff).organisation.people
    assert [(person.id, person.employed_from) for person in people] == [
        ("developer-1", date(2027, 1, 1)),
        ("developer-2", date(2027, 2, 1)),
        ("tester-1", date(2027, 1, 1)),
    ]


def test_reported_status_goes_where_it_belongs(tmp_path: Path) -> None:
    headers = ("id", "template", "status", "done", "remaining_pm", "spent_pd", "actual_cost", "rag")
    rows = (headers, ("crm", "medium", "running", None, 4.5, 31, "66k", "Green"))
    document = read(tmp_path, Projects=rows).document
    assert document["projects"][0]["as_reported"] == {
        "remaining": "4.5pm", "spent": "31pd", "actual_cost": "66k", "rag": "green",
    }  # fmt: skip


def test_further_sheets_say_the_rest(tmp_path: Path) -> None:
    scenario = read(
        tmp_path,
        Projects=(*PROJECTS, ("app", "App", "fine", "approved", 3, None, None, None, None)),
        Templates=(("template", "throughout", "fixed_cost"), ("medium", "tester 10%", "20k")),
        Tasks=(
            ("template", "task", "effort", "milestone", "developer", "after"),
            ("fine", "build", "{low: 5pd, likely: 8pd, high: 20pd, means: min-max}", None, 2, None),
            ("fine", "live", None, "yes", None, "build"),
        ),
        Roles=(("role", "day_rate", "bau"), ("developer", 700, "20%"), ("tester", 600, None)),
        Places=(("place", "holidays"), ("DE-BY", "2027-01-06; 2027-05-01..2027-05-03"), ("PL", "")),
        Demand=(("stream", "template", "rate"), ("small", "medium", "6/y")),
        Settings=(
            ("Key", "Value", "Explanation"),
            ("as_of", AS_OF, "day 0"),
            ("intake.policy", "wip_limit", None),
            ("intake.max_active", 2, None),
            ("calendar.closures", "2027-12-24..2027-12-31", None),
            ("projects.crm.sponsor", "the CFO", None),
            ("templates.medium.running_cost", "2,5k/mo", None),
        ),
    )
    crm, _web, app = scenario.projects
    assert (crm.sponsor, crm.throughout) == ("the CFO", (Need(who="tester", share=WHOLE // 10),))
    assert crm.fixed_cost == Fixed(value=20_000)
    assert crm.running_cost == 2500 / (20 * DAY)
    assert [task.id for task in app.activities] == ["build", "live"]
    assert scenario.organisation.roles[0].bau == WHOLE // 5
    assert len(scenario.organisation.places[0].holidays) == 4
    assert scenario.streams[0].id == "small"
    assert scenario.intake.max_active == 2  # type: ignore[union-attr]
    assert date(2027, 12, 27) in scenario.organisation.calendar.closures


def test_a_table_of_a_scenario_file_may_be_a_sheet(tmp_path: Path) -> None:
    write(tmp_path / "plan.xlsx", {"Portfolio": PROJECTS, "Phases": PHASES, "My staff": STAFF})
    text = (
        "as_of: 2027-01-04\nplaces: {DE-BY: {}, PL: {}}\n"
        "projects: {xlsx: plan.xlsx}\nphases: {xlsx: plan.xlsx, sheet: Phases}\n"
        "people: {xlsx: plan.xlsx, sheet: STAFF}\n"
    )
    file = tmp_path / "s.yaml"
    file.write_text(text.replace("STAFF", "My staff"))
    assert [project.id for project in read_scenario(file).projects] == ["crm", "web"]
    file.write_text(text)
    _, found = check_scenario(file)
    (problem,) = [problem for problem in found if problem.code == "PMO806"]
    assert problem.place == "s.yaml:5:34"
    assert "no sheet 'STAFF'. Did you mean 'My staff'?" in problem.text


def test_a_workbook_can_be_extended(tmp_path: Path) -> None:
    write(tmp_path / "plan.xlsx", sheets())
    file = tmp_path / "more.yaml"
    file.write_text("extends: plan.xlsx\nchanges: [{delay: {web: 4w}}]\n")
    assert read_scenario(file).projects[1].arrives == date(2027, 2, 1)


# ------------------------------------------------------------------------------- what is odd


def test_blank_rows_and_blank_sheets_are_nothing(tmp_path: Path) -> None:
    rows = (*PROJECTS, (), ("  ", None, " "), *[()] * 400)
    scenario = read(tmp_path, Projects=rows, Tasks=(), Demand=((" ",),))
    assert len(scenario.projects) == 2


def test_a_formula_that_gives_no_text_is_blank_and_one_never_calculated_is_a_fault(
    tmp_path: Path,
) -> None:
    rows = (*PROJECTS, (None, None, None, None, None, None, '=IF(1=1,"","")', None, None))
    file = write(tmp_path / "plan.xlsx", sheets(Projects=rows))
    _, (problem,) = check_scenario(file)
    assert (problem.place, problem.code) == ("plan.xlsx[Projects]!G4", "PMO805")
    calculated = tmp_path / "calculated.xlsx"
    with zipfile.ZipFile(file) as package, zipfile.ZipFile(calculated, "w") as other:
        for part in package.namelist():
            content = package.read(part)
            content = content.replace(b'<c r="G4"><f>', b'<c r="G4" t="str"><f>')
            other.writestr(part, content)
    assert len(read_scenario(calculated).projects) == 2


def test_what_is_not_read_is_told(tmp_path: Path) -> None:
    rows = (PROJECTS[0], (*PROJECTS[1], None, "ask Ms Meier"), (*PROJECTS[2], None, "and again"))
    assert problems(tmp_path, Projects=rows, Budget=(("a",),), Notes=(("b",),)) == [
        "plan.xlsx[Budget]!A1 PMO807",
        "plan.xlsx[Projects]!K2 PMO807",
    ]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"Projects": None}, ["plan.xlsx[Phases]!A1 PMO806"]),
        ({"Projects": (("name", "rank"), ("A", 1))}, ["plan.xlsx[Projects]!A1 PMO806"]),
        ({"Team": STAFF}, ["plan.xlsx[Team]!A1 PMO806"]),
        (
            {"Settings": (("key", "value"), ("as_of", AS_OF), ("As of", AS_OF))},
            ["plan.xlsx[Settings]!A3 PMO012"],
        ),
        (
            {"Settings": (("key", "value"), ("as_of", AS_OF), ("projects.x.rank", 2))},
            ["plan.xlsx[Settings]!B3 PMO701"],
        ),
        (
            {"Settings": (("key", "value"), ("as_of", AS_OF), ("intake.policy", "{a"))},
            ["plan.xlsx[Settings]!B3 PMO104"],
        ),
        ({"Roles": (("role", "wage"), ("developer", 1))}, ["plan.xlsx[Roles]!B1 PMO802"]),
        ({"Staff": (*STAFF, ("tester", "tom", 1, "PL", 1))}, ["plan.xlsx[Staff]!A4 PMO106"]),
    ],
)
def test_a_sheet_that_cannot_be_what_it_should_is_refused_at_its_cell(
    changed: dict[str, Any], expected: list[str], tmp_path: Path
) -> None:
    found = problems(tmp_path, **changed)
    assert [place for place in expected if place not in found] == []


def test_a_book_of_another_format_and_a_broken_one_are_refused_with_a_way_out(
    tmp_path: Path,
) -> None:
    for name, content, says in (
        ("old.xls", b"\xd0\xcf\x11\xe0", "save it as .xlsx"),
        ("locked.xlsx", b"\xd0\xcf\x11\xe0", "without a password"),
        ("cut.xlsx", write(tmp_path / "plan.xlsx", sheets()).read_bytes()[:-500], "save it"),
    ):
        (tmp_path / name).write_bytes(content)
        scenario, (problem,) = check_scenario(tmp_path / name)
        assert scenario is None
        assert (problem.place, problem.code) == (f"{name}:1:1", "PMO801")
        assert says in problem.text


# ------------------------------------------------------------------------------- untrusted


def repacked(file: Path, part: str, change: Any) -> Path:
    """Return a copy of a workbook with one part changed."""
    other = file.with_name("other.xlsx")
    with zipfile.ZipFile(file) as package, zipfile.ZipFile(other, "w", 8) as copy:
        for name in package.namelist():
            content = package.read(name)
            copy.writestr(name, change(content) if name == part else content)
    return other


def test_entities_are_refused(tmp_path: Path) -> None:
    file = write(tmp_path / "plan.xlsx", sheets())
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
    other = repacked(file, "xl/worksheets/sheet1.xml", lambda xml: bomb + xml)
    _, (problem,) = check_scenario(other)
    assert "declares entities" in problem.text


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    file = write(tmp_path / "plan.xlsx", sheets())
    other = repacked(file, "xl/worksheets/sheet1.xml", lambda xml: xml + b" " * 310_000_000)
    assert other.stat().st_size < 1_000_000
    _, (problem,) = check_scenario(other)
    assert (problem.code, "too large" in problem.text) == ("PMO014", True)


def test_too_many_cells_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pmosim.scenario.workbook.MOST_CELLS", 20)
    assert problems(tmp_path) == ["plan.xlsx:1:1 PMO014"]


def test_a_link_to_another_book_is_not_followed(tmp_path: Path) -> None:
    rows = (*PROJECTS, ("x", "='[other.xlsx]S'!A1", "medium", None, 3, None, None, None, None))
    assert problems(tmp_path, Projects=rows) == ["plan.xlsx[Projects]!B4 PMO805"]


# ------------------------------------------------------------------------------- headers


def test_what_stands_in_brackets_behind_a_header_is_not_part_of_its_name(tmp_path: Path) -> None:
    headers = ("ID", "Template", "Budget (EUR)", "Due [end of]", "Cost (plan)")
    (project,) = read(tmp_path, Projects=(headers, ("a", "medium", 5, "2027-09", "x"))).projects
    assert (project.budget, project.due) == (5, date(2027, 9, 30))
    assert project.groups == {"Cost (plan)": "x"}


def test_a_group_that_is_almost_a_key_is_doubted(tmp_path: Path) -> None:
    rows = (("id", "template", "deadlin"), ("a", "medium", "2027-09"))
    _, (doubt,) = check_scenario(write(tmp_path / "plan.xlsx", sheets(Projects=rows)))
    assert (doubt.severity, doubt.place[-2:]) == ("warning", "C1")
    assert "is taken as a group; did you mean 'deadline'?" in doubt.text


def test_a_person_by_month_keeps_one_part(tmp_path: Path) -> None:
    months = ("role", "person", "2027-01", "2027-02", "2027-03")
    staff = (months, ("developer", "ana", 0, 0.8, 0.8), ("tester", None, 1, 1, 1))
    ana = read(tmp_path, Staff=staff).organisation.people[0]
    assert (ana.id, ana.fte, ana.employed_from) == ("ana", 8 * WHOLE // 10, date(2027, 2, 1))
    staff = (months, ("developer", "ana", 1, 0.8, 0.8), ("tester", None, 1, 1, 1))
    assert "plan.xlsx[Staff]!B2 PMO108" in problems(tmp_path, Staff=staff)


def test_a_place_that_nobody_knows_is_refused_with_the_way_out(tmp_path: Path) -> None:
    staff = (STAFF[0], ("developer", None, 2, "Munich", 1), ("tester", None, 1, None, 1))
    _, found = check_scenario(write(tmp_path / "plan.xlsx", sheets(Staff=staff)))
    (problem,) = [problem for problem in found if problem.severity == "error"]
    assert (problem.code, problem.place) == ("PMO204", "plan.xlsx[Staff]!D2")
    assert "Or write a country, such as DE or DE-BY." in problem.text
