"""Bookings as resource plans have them, and what `check` says of them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from pmosim.errors import ScenarioError
from pmosim.exchange import scenario_from_frames
from pmosim.exchange.conversion import convert, is_same_model
from pmosim.scenario import Scenario, check_scenario, parse_scenario
from pmosim.scenario.portfolio import Booking
from pmosim.scenario.resolution import resolved_yaml
from pmosim.scenario.selection import select_projects
from pmosim.units import WHOLE

if TYPE_CHECKING:
    from pathlib import Path

PERCENT = WHOLE // 100
JANUARY = (date(2027, 1, 1), date(2027, 1, 31))
MARCH = (date(2027, 3, 1), date(2027, 3, 31))


def document(**keys: Any) -> dict[str, Any]:
    return {
        "as_of": "2027-01-04",
        "horizon": "1y",
        "roles": {"dev": {}, "test": {}},
        "people": [
            {"id": "ana", "role": "dev", "fte": "80%", "leave": ["2027-03-01..2027-03-12"]},
            {"role": "dev", "headcount": 2},
            {"role": "test"},
        ],
        "projects": [
            {"id": "crm", "tasks": {"t": {"effort": "20pd", "needs": {"dev": 1}}}},
            {"id": "hr", "tasks": {"t": {"effort": "20pd", "needs": {"dev": 1}}}},
        ],
    } | keys


def booked(*rows: dict[str, Any], **keys: Any) -> Scenario:
    return parse_scenario(document(bookings=list(rows), **keys))


def doubts(scenario: Scenario, code: str) -> list[str]:
    return [problem.text for problem in scenario.warnings if problem.code == code]


class Plan:
    """A folder with a resource plan as a table."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, table: str, **beside: str) -> Scenario:
        (self.folder / "plan.csv").write_text(table)
        return parse_scenario(document(bookings={"csv": "plan.csv", **beside}), folder=self.folder)

    def problems(self, table: str, **beside: str) -> list[str]:
        with pytest.raises(ScenarioError) as error:
            self.read(table, **beside)
        return [str(problem) for problem in error.value.problems]


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plan:
    monkeypatch.chdir(tmp_path)
    return Plan(tmp_path)


# --- reading --------------------------------------------------------------------------------------


def test_a_booking_says_who_for_what_which_share_and_when() -> None:
    row = {"person": "dev-1", "project": "crm", "share": "60%", "from": "2027-01"}
    assert booked(row | {"until": "2027-01", "on_overrun": "release"}).bookings == (
        Booking(
            person="dev-1", project="crm", share=60 * PERCENT, first=JANUARY[0], last=JANUARY[1],
            on_overrun="release",
        ),
    )  # fmt: skip


def test_a_booking_that_says_no_more_is_all_of_somebody_until_the_project_ends() -> None:
    assert booked({"person": "ana", "project": "crm"}).bookings == (
        Booking(person="ana", project="crm", share=WHOLE, on_overrun="extend"),
    )


def test_person_days_are_the_share_that_gives_them_on_the_days_that_somebody_is_there() -> None:
    # March 2027 has 23 working days, ana is away for 10 of them and has 80 %: 10.4 person-days.
    row = {"person": "ana", "project": "crm", "from": "2027-03", "until": "2027-03"}
    (booking,) = booked(row | {"work": "5.2pd"}).bookings
    assert booking.share == 50 * PERCENT
    (booking,) = booked(row | {"work": "5.2pd"}, roles={"dev": {"bau": "50%"}, "test": {}}).bookings
    assert booking.share == WHOLE


def test_a_resource_plan_has_a_column_per_month(plan: Plan) -> None:
    table = "person;project;01.2027;02.2027;03.2027;04.2027\nana;crm;60%;60%;;0,5\ndev-1;hr;;;1;0\n"
    april = (date(2027, 4, 1), date(2027, 4, 30))
    assert [(b.person, b.project, b.share, b.first, b.last) for b in plan.read(table).bookings] == [
        ("ana", "crm", 60 * PERCENT, JANUARY[0], date(2027, 2, 28)),
        ("ana", "crm", 50 * PERCENT, *april),
        ("dev-1", "hr", WHOLE, *MARCH),
    ]


def test_months_are_in_person_days_where_the_cell_the_row_or_the_table_says_so(plan: Plan) -> None:
    # March 2027 has 23 working days.
    half = [50 * PERCENT]
    read = plan.read("person,project,2027-03\ndev-1,crm,11.5pd\n").bookings
    assert [booking.share for booking in read] == half
    read = plan.read("person,project,unit,2027-03\ndev-1,crm,pd,11.5\n").bookings
    assert [booking.share for booking in read] == half
    read = plan.read("person,project,2027-03\ndev-1,crm,11.5\n", unit="pd").bookings
    assert [booking.share for booking in read] == half
    read = plan.read("person,project,2027-03\ndev-1,crm,50\n", unit="%").bookings
    assert [booking.share for booking in read] == half


def test_a_long_table_has_a_row_per_window(plan: Plan) -> None:
    table = "resource,project,allocation,start,end,on_overrun\n"
    table += "dev-1,crm,60%,2027-01,31.01.2027,Release\nana,hr,0%,2027-01,2027-03,\n"
    assert plan.read(table).bookings == (
        Booking(
            person="dev-1", project="crm", share=60 * PERCENT, first=JANUARY[0], last=JANUARY[1],
            on_overrun="release",
        ),
    )  # fmt: skip


def test_what_happens_when_work_is_late_can_be_said_of_a_whole_table(plan: Plan) -> None:
    table = "person,project,share,on_overrun\nana,crm,50%,\ndev-1,crm,50%,extend\n"
    read = plan.read(table, on_overrun="release").bookings
    assert [booking.on_overrun for booking in read] == ["release", "extend"]


def test_one_fault_in_many_rows_and_months_is_one_message(plan: Plan) -> None:
    table = "person,project,2027-01,2027-02\nana,crm,12,13\ndev-1,crm,10,\ndev-2,crm,11,9\n"
    (problem,) = plan.problems(table)
    assert "PMO112" in problem
    assert "a column `unit` that says pd" in problem
    assert "The same in" in problem
    table = "person,project,2027-01\n" + "".join(f"nobody-{n},crm,50%\n" for n in range(4))
    (problem,) = plan.problems(table)
    assert "PMO202" in problem
    assert "The same in lines 3" in problem


def test_a_row_says_its_window_once(plan: Plan) -> None:
    (problem,) = plan.problems("person,project,share,2027-01\nana,crm,50%,50%\n")
    assert "PMO926" in problem
    (problem,) = plan.problems("person,project,unit,2027-01\nana,crm,days,5\n")
    assert "PMO926" in problem
    (problem,) = plan.problems("person,project,percentage,2027-01\nana,crm,50%,50%\n")
    assert "PMO802" in problem


# --- ways in and out ------------------------------------------------------------------------------


def test_bookings_stay_the_same_in_the_resolved_form_and_in_a_workbook(
    plan: Plan, tmp_path: Path
) -> None:
    rows = "person: ana, project: crm, share: 60%, from: 2027-01, until: 2027-02"
    more = "person: dev-1, project: hr, work: 12.5pd, from: 2027-02-08, until: 2027-03-31"
    body = resolved_yaml(parse_scenario(document()))
    text = f"{body}bookings:\n- {{{rows}, on_overrun: release}}\n- {{{more}}}\n"
    (tmp_path / "plan.yaml").write_text(text)
    scenario, _ = check_scenario(tmp_path / "plan.yaml")
    assert scenario is not None
    (tmp_path / "again.yaml").write_text(resolved_yaml(scenario))
    again, _ = check_scenario(tmp_path / "again.yaml")
    assert again is not None
    assert is_same_model(scenario, again)
    book, _ = convert(tmp_path / "plan.yaml", tmp_path / "plan.xlsx")
    read, _ = check_scenario(book)
    assert read is not None
    assert read.bookings == scenario.bookings


def test_a_sheet_of_bookings_may_have_months(tmp_path: Path) -> None:
    import openpyxl

    (tmp_path / "base.yaml").write_text(resolved_yaml(parse_scenario(document())))
    file, _ = convert(tmp_path / "base.yaml", tmp_path / "plan.xlsx")
    book = openpyxl.load_workbook(file)
    sheet = book.create_sheet("Resource plan")
    sheet.append(["person", "project", date(2027, 1, 1), date(2027, 2, 1)])
    sheet.append(["ana", "crm", 0.6, 0.6])
    book.save(file)
    scenario, _ = check_scenario(file)
    assert scenario is not None
    assert [(b.person, b.share, b.first, b.last) for b in scenario.bookings] == [
        ("ana", 60 * PERCENT, JANUARY[0], date(2027, 2, 28))
    ]


def test_a_frame_of_bookings_is_read_like_a_sheet() -> None:
    import pandas as pd

    projects = pd.DataFrame({"id": ["crm"], "template": ["small"]})
    phases = pd.DataFrame({"template": ["small"], "phase": ["build"], "lasts": ["1mo"], "dev": [1]})
    staff = pd.DataFrame({"role": ["dev"], "fte": [2]})
    plan = pd.DataFrame({"person": ["dev-2"], "project": ["crm"], "2027-01": [0.5]})
    read = scenario_from_frames(projects, phases, staff, bookings=plan, as_of="2027-01-04")
    assert [(b.person, b.share, b.last) for b in read.bookings] == [
        ("dev-2", 50 * PERCENT, JANUARY[1])
    ]


def test_the_bookings_of_a_project_go_with_it() -> None:
    rows = [{"person": "ana", "project": "crm"}, {"person": "dev-1", "project": "hr"}]
    left = booked(*rows).change(remove=["crm"]).bookings
    assert [booking.project for booking in left] == ["hr"]
    chosen = select_projects(booked(*rows), {"project": ["hr"]}).scenario.bookings
    assert [booking.project for booking in chosen] == ["hr"]


# --- what looks wrong -----------------------------------------------------------------------------


def test_over_booked_people_are_named_with_month_sum_and_projects() -> None:
    scenario = booked(
        {"person": "ana", "project": "crm", "share": "80%", "from": "2027-03", "until": "2027-04"},
        {"person": "ana", "project": "hr", "share": "50%", "from": "2027-04", "until": "2027-05"},
    )
    (text,) = doubts(scenario, "PMO923")
    assert "ana is booked 130 % in April 2027 (crm 80 %, hr 50 %); there is 100 %" in text


def test_one_booking_after_the_other_in_a_month_is_no_over_booking() -> None:
    scenario = booked(
        {"person": "ana", "project": "crm", "until": "2027-04-15"},
        {"person": "ana", "project": "hr", "from": "2027-04-16"},
    )
    assert doubts(scenario, "PMO923") == []


def test_many_over_booked_months_are_one_message() -> None:
    rows = [{"person": "ana", "project": name, "share": "60%"} for name in ("crm", "hr")]
    (text,) = doubts(booked(*rows), "PMO923")
    assert "120 % in January 2027" in text
    assert "more months" in text


def test_a_project_that_is_booked_below_its_plan_is_named_with_the_days_of_each_role() -> None:
    row = {"person": "dev-1", "project": "crm", "from": "2027-01-04", "until": "2027-01-15"}
    (text,) = doubts(booked(row), "PMO924")
    assert "'crm' is booked below its plan: dev 10 of 20 person-days to go" in text
    assert doubts(booked(row | {"until": "2027-01-29"}), "PMO924") == []


def test_bookings_of_what_has_ended_or_nobody_can_do_or_is_there_for_are_doubted() -> None:
    projects = document()["projects"]
    projects[1]["status"] = "done"
    people = [{"id": "ana", "role": "dev", "until": "2027-02-26"}, {"role": "test"}]
    scenario = booked(
        {"person": "ana", "project": "hr"},
        {"person": "test-1", "project": "crm", "until": "2027-02"},
        {"person": "ana", "project": "crm", "until": "2027-03"},
        projects=projects, people=people,
    )  # fmt: skip
    (text,) = doubts(scenario, "PMO921")
    assert "'hr', which is done" in text
    (text,) = doubts(scenario, "PMO925")
    assert "'test-1' (test), who can do nothing of what 'crm' asks for (dev)" in text
    (text,) = doubts(scenario, "PMO922")
    assert "goes on behind the last day of ana (2027-02-26)" in text


def test_a_booking_that_ends_before_its_project_starts_is_doubted_also_after_a_delay() -> None:
    scenario = booked({"person": "ana", "project": "crm", "until": "2027-01"})
    assert doubts(scenario, "PMO927") == []
    (text,) = doubts(scenario.change(delay={"crm": "6w"}), "PMO927")
    assert "ends on 2027-01-31, before 'crm' can start (2027-02-15)" in text


def test_the_past_months_of_a_plan_are_over_without_a_word() -> None:
    rows = [
        {"person": "ana", "project": name, "from": "2026-10", "until": "2026-12"}
        for name in ("crm", "hr")
    ]
    assert booked(*rows).warnings == booked().warnings


def test_who_is_trained_in_what_a_project_asks_for_may_be_booked_for_it() -> None:
    training = [{"role": "test", "lasts": "5d"}]
    people = [{"id": "ana", "role": "dev", "training": training}, {"role": "test"}]
    projects = [{"id": "crm", "tasks": {"t": {"effort": "20pd", "needs": {"test": 1}}}}]
    scenario = booked(
        {"person": "ana", "project": "crm", "until": "2027-02"}, projects=projects, people=people
    )
    assert doubts(scenario, "PMO925") == []
    assert doubts(scenario, "PMO924") == []


def test_what_is_booked_behind_a_withdrawal_is_not_counted() -> None:
    row = {"person": "dev-1", "project": "crm", "from": "2027-01-04", "until": "2027-02-26"}
    projects = document()["projects"]
    assert doubts(booked(row, projects=projects), "PMO924") == []
    projects[0]["withdrawn"] = {"dev-1": "2027-01-11"}
    (text,) = doubts(booked(row, projects=projects), "PMO924")
    assert "dev 5 of 20 person-days to go" in text
