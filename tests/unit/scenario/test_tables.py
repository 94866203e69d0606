"""Tables as spreadsheets write them: separators, encodings, dates and numbers of a country."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from pmosim.distributions import Fixed
from pmosim.errors import ScenarioError
from pmosim.scenario import Scenario, parse_scenario
from pmosim.scenario.portfolio import Link, Need, Phase
from pmosim.units import WHOLE

if TYPE_CHECKING:
    from pathlib import Path

DAY = 480


class Folder:
    """A folder with one table and a document that refers to it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self, section: str, table: str | bytes, **keys: Any) -> Scenario:
        content = table if isinstance(table, bytes) else table.encode()
        (self._path / "table.csv").write_bytes(content)
        document: dict[str, Any] = {
            "as_of": "2027-01-04",
            "roles": {"dev": {}, "test": {}},
            "people": [{"role": "dev", "headcount": 3}, {"role": "test"}],
            "templates": {"w": {"tasks": {"t": {"effort": "5pd", "needs": {"dev": 1}}}}},
        }
        document |= keys | {section: {"csv": "table.csv"}}
        return parse_scenario(document, folder=self._path)

    def problems(self, section: str, table: str | bytes, **keys: Any) -> list[str]:
        with pytest.raises(ScenarioError) as error:
            self.read(section, table, **keys)
        return [f"{problem.place} {problem.code}" for problem in error.value.problems]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    monkeypatch.chdir(tmp_path)
    return Folder(tmp_path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_a_table_is_read_whatever_spreadsheet_wrote_it(
    encoding: str, separator: str, folder: Folder
) -> None:
    rows = [["id", "name", "template"], ["a", "Größe", "w"], ["", "", ""], ["b", '"x"', "w"]]
    table = "\r\n".join(separator.join(row) for row in rows).encode(encoding)
    projects = folder.read("projects", table).projects
    assert [(project.id, project.name) for project in projects] == [("a", "Größe"), ("b", "x")]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["31.03.2027", "1.4.2027"], [date(2027, 3, 31), date(2027, 4, 1)]),
        (["31/03/2027", "01/04/2027"], [date(2027, 3, 31), date(2027, 4, 1)]),
        (["03/31/2027", "04/01/2027"], [date(2027, 3, 31), date(2027, 4, 1)]),
        (["2027-03-31 00:00:00", "2027-04"], [date(2027, 3, 31), date(2027, 4, 30)]),
        (["2027-Q1", "60d"], [date(2027, 3, 31), 60 * DAY]),
        (["03.2027", ""], [date(2027, 3, 31), None]),
    ],
)
def test_dates_are_decided_over_the_whole_column(
    cells: list[str], expected: list[Any], folder: Folder
) -> None:
    rows = "".join(f"p{n},w,{cell}\n" for n, cell in enumerate(cells))
    projects = folder.read("projects", f"id,template,due\n{rows}").projects
    assert [project.due for project in projects] == expected


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["1.500", "2.000,50"], [1500, 2000.5]),
        (["1,500", "2,000.50"], [1500, 2000.5]),
        (["1'500", "2'000.5"], [1500, 2000.5]),
        (["1.500.000", "7"], [1_500_000, 7]),
        (["0,125", "12,5k"], [0.125, 12_500]),
        (["1,2M", "250k"], [1_200_000, 250_000]),
    ],
)
def test_numbers_are_decided_over_the_whole_column(
    cells: list[str], expected: list[float], folder: Folder
) -> None:
    rows = "".join(f"p{n};w;{cell}\n" for n, cell in enumerate(cells))
    projects = folder.read("projects", f"id;template;budget\n{rows}").projects
    assert [project.budget for project in projects] == expected


@pytest.mark.parametrize("cell", ["1.500", "1,500", "1.500/2.500/3.500"])
def test_a_number_that_nothing_decides_is_refused(cell: str, folder: Folder) -> None:
    table = f"id;template;budget\na;w;{cell}\n"
    assert folder.problems("projects", table) == ["table.csv:2:3 PMO803"]


def test_one_fault_in_many_rows_is_one_message(folder: Folder) -> None:
    rows = "".join(f"p{n},x{n % 3}\n" for n in range(40))
    with pytest.raises(ScenarioError) as error:
        folder.read("projects", f"id,template\n{rows}")
    (problem,) = error.value.problems
    assert problem.place == "table.csv:2:2"
    assert problem.text.endswith(
        "The same in lines 3 ('x1'), 4 ('x2'), 5 ('x0'), 6 ('x1'), 7 ('x2') and 34 more."
    )


def test_unknown_columns_of_projects_are_groups(folder: Folder) -> None:
    table = "ID,Template,Cost centre,mandatory,After\na,w,4711,yes,\nb,w,0815,no,a\n"
    a, b = folder.read("projects", table).projects
    assert (a.groups, a.mandatory, a.after) == ({"Cost centre": "4711"}, True, ())
    assert (b.groups, b.mandatory, b.after) == (
        {"Cost centre": "0815"},
        False,
        (Link(project="a"),),
    )


def test_phases_have_a_column_per_role_in_person_months(folder: Folder) -> None:
    table = "template,phase,lasts,dev,test\nv,plan,1mo,1.5,\nv,do,2mo,60pd,0.5\n"
    scenario = folder.read("phases", table, projects=[{"id": "a", "template": "v"}])
    plan, do = scenario.projects[0].activities
    assert isinstance(plan, Phase)
    assert isinstance(do, Phase)
    assert plan.work == {"dev": Fixed(value=30.0 * DAY)}
    assert do.work == {"dev": Fixed(value=60.0 * DAY), "test": Fixed(value=10.0 * DAY)}
    assert (do.lasts, do.after) == (40 * DAY, (Link(task="plan"),))


def test_tasks_go_into_their_project_or_template(folder: Folder) -> None:
    table = (
        "project,template,task,effort_pd,duration_d,role,people,share,test,after\n"
        "a,,x,5,,dev,2,40%,,\n"
        ",w,y,,3,,,,1,t\n"
    )
    projects = [{"id": "a", "template": "w"}, {"id": "b", "template": "w"}]
    a, b = folder.read("tasks", table, projects=projects).projects
    assert [task.id for task in a.activities] == ["t", "y", "x"]
    assert [task.id for task in b.activities] == ["t", "y"]
    assert a.activities[2].needs == (Need(who="dev", heads=2, share=4 * WHOLE // 10),)  # type: ignore[union-attr]
    assert b.activities[1].needs == (Need(who="test"),)  # type: ignore[union-attr]
    assert b.activities[1].work == {"": Fixed(value=3.0 * DAY)}


def test_people_are_roles_with_heads_or_persons_with_a_part(folder: Folder) -> None:
    table = "role,person,fte,place,skills\ndev,,1.5,,\ntest,ana,80%,,dev 60%\n"
    people = folder.read("people", table).organisation.people
    assert [(person.id, person.fte) for person in people] == [
        ("dev-1", WHOLE),
        ("dev-2", WHOLE // 2),
        ("ana", 8 * WHOLE // 10),
    ]
    assert people[2].skills == (("dev", 6 * WHOLE // 10),)


def test_a_column_per_month_gives_people_who_come_and_go(folder: Folder) -> None:
    table = "role,2027-01,2027-02,2027-03\ndev,1,2.5,1.5\ntest,0,0,1\n"
    people = folder.read("people", table).organisation.people
    found = [
        (person.id, person.fte, person.employed_from, person.employed_until) for person in people
    ]
    january, february, march = date(2027, 1, 1), date(2027, 2, 1), date(2027, 3, 1)
    assert found == [
        ("dev-1", WHOLE, january, None),
        ("dev-2", WHOLE, february, date(2027, 2, 28)),
        ("dev-3", WHOLE // 2, march, None),
        ("dev-4", WHOLE // 2, february, date(2027, 2, 28)),
        ("test-1", WHOLE, march, None),
    ]


def test_text_in_quotes_may_hold_separators_and_lines(folder: Folder) -> None:
    table = 'id,name,template\na,"one, two\nthree",w\nb,four,v\n'
    assert folder.problems("projects", table) == ["table.csv:4:3 PMO203"]
    project = folder.read("projects", table.replace(",v", ",w")).projects[0]
    assert project.name == "one, two\nthree"


def test_cells_that_look_like_formulas_are_text(folder: Folder) -> None:
    table = "id,name,template,=1+1\na,\"=cmd()|' /C calc'!A0\",w,@SUM(A1)\n"
    project = folder.read("projects", table).projects[0]
    assert project.name == "=cmd()|' /C calc'!A0"
    assert project.groups == {"=1+1": "@SUM(A1)"}
