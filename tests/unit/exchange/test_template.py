"""The template: what a person finds in it, and that a name is never a formula."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pmosim.exchange import convert, write_template
from pmosim.exchange.guide import CHOICES, COLUMNS
from pmosim.scenario import check_scenario, shapes, tables

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def template(tmp_path: Path) -> Any:
    import openpyxl

    write_template(tmp_path / "plan.xlsx")
    return openpyxl.load_workbook(tmp_path / "plan.xlsx")


def test_the_template_runs_at_once_and_nothing_in_it_is_doubtful(tmp_path: Path) -> None:
    write_template(tmp_path / "plan.xlsx")
    scenario, problems = check_scenario(tmp_path / "plan.xlsx")
    assert scenario is not None
    assert problems == []
    assert [project.status for project in scenario.projects] == ["running", "approved", "approved"]


def test_the_template_is_the_same_file_each_time(tmp_path: Path) -> None:
    for folder in "ab":
        (tmp_path / folder).mkdir()
        write_template(tmp_path / folder / "plan.xlsx")
    one, other = (tmp_path / folder / "plan.xlsx" for folder in "ab")
    assert one.read_bytes() == other.read_bytes()


def test_its_sheets_begin_with_what_has_to_be_done(template: Any) -> None:
    assert template.sheetnames == [
        "Read me", "Projects", "Phases", "Staff", "Bookings", "Templates", "Settings",
    ]  # fmt: skip
    text = [row[0] for row in template["Read me"].iter_rows(values_only=True)]
    assert "pmosim run plan.xlsx" in text
    assert template.active.title == "Projects"


@pytest.mark.parametrize("title", ["Projects", "Phases", "Staff", "Templates", "Settings"])
def test_heads_are_frozen_and_protected_and_cells_are_free(title: str, template: Any) -> None:
    sheet = template[title]
    assert sheet.freeze_panes in {"B2", "C2"}
    assert sheet.protection.sheet
    assert sheet.protection.password is None
    assert sheet["A1"].protection.locked
    assert not sheet["A2"].protection.locked
    assert not sheet.column_dimensions["A"].protection.locked
    assert sheet.auto_filter.ref is not None


def test_every_head_that_pmosim_knows_is_explained(template: Any) -> None:
    for section, title in (("projects", "Projects"), ("phases", "Phases"), ("people", "Staff")):
        known = tables.key_columns(section)[1]
        for cell in template[title][1]:
            if cell.value in known:
                assert cell.comment is not None, f"{title}: {cell.value}"


def test_words_are_chosen_from_lists(template: Any) -> None:
    rules = template["Projects"].data_validations.dataValidation
    lists = {rule.formula1 for rule in rules}
    assert '"running,on-hold,approved,candidate,done,cancelled"' in lists
    assert "='Templates'!$A$2:$A$202" in {f"={text.lstrip('=')}" for text in lists}
    assert all(span.max_row > 900 for rule in rules for span in rule.sqref.ranges)


def test_the_guide_explains_only_what_can_be_read() -> None:
    for section, columns in COLUMNS.items():
        if section == "settings":
            continue
        known = tables.key_columns(section)[1]
        bare = {name.removesuffix("_pm").removesuffix("_pd") for name in columns}
        assert bare - known == set(), section
    assert CHOICES["projects"]["status"] == shapes.STATUSES


def test_a_name_that_looks_like_a_formula_is_written_as_text(tmp_path: Path) -> None:
    import openpyxl

    source = tmp_path / "s.yaml"
    source.write_text(
        "as_of: 2027-01-04\nprojects: [{id: '=1+1', name: '@SUM(A1)', groups: {'+x': '-1'}, "
        "tasks: {'=HYPERLINK(1)': {duration: 5d}}}]\n"
    )
    book, _ = convert(source, tmp_path / "book.xlsx")
    for sheet in openpyxl.load_workbook(book):
        for row in sheet.iter_rows():
            assert {cell.data_type for cell in row} <= {"s", "n", "d"}
