from __future__ import annotations

import re
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from pmosim.report.answers import read_answers
from pmosim.report.figures import (
    THEME,
    cell_colour,
    cell_ink,
    contrast,
    draw_chart,
    shorten,
    wrap,
    write_chart,
)
from pmosim.report.page import plan_charts
from tests.unit.report import sample

SVG = "{http://www.w3.org/2000/svg}"


def plans(document=None):
    return plan_charts(read_answers(document or sample.document()))


@pytest.mark.parametrize("theme", [0, 1])
@pytest.mark.parametrize("text", ["ink", "soft", "late"])
@pytest.mark.parametrize("ground", ["paper", "band"])
def test_text_is_readable_in_both_themes(theme, text, ground):
    assert contrast(THEME[text][theme], THEME[ground][theme]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1])
@pytest.mark.parametrize("mark", ["bar", "late", "ink"])
def test_marks_stand_out_from_the_ground_in_both_themes(theme, mark):
    for ground in ("paper", "band"):
        assert contrast(THEME[mark][theme], THEME[ground][theme]) >= 3.0


@pytest.mark.parametrize("theme", [0, 1])
def test_the_bands_of_a_bar_differ_in_lightness(theme):
    for one, other in pairwise(("bar", "bar-80", "bar-90")):
        assert contrast(THEME[one][theme], THEME[other][theme]) >= 1.4


def test_numbers_on_a_heat_map_are_readable_on_every_colour():
    for percent in range(131):
        fill = cell_colour(percent / 100)
        assert contrast(fill, cell_ink(fill)) >= 4.5


def test_contrast_agrees_with_published_pairs():
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


def test_a_colour_of_the_page_is_found_by_its_light_value():
    light = [value for value, _ in THEME.values()]
    assert len(set(light)) == len(light)
    cells = {cell_colour(percent / 1000) for percent in range(1001)}
    assert not cells & set(light)


@pytest.mark.parametrize("plan", plans(), ids=lambda plan: plan.id)
def test_text_in_the_page_has_only_colours_whose_contrast_is_tested(plan):
    root = ET.fromstring(draw_chart(plan).svg)
    allowed = {"var(--ink)", "var(--soft)", "var(--late)", "#fefefe", "#000000"}
    texts = list(root.iter("text"))
    assert len(texts) > 20
    for text in texts:
        style = dict(part.split(":", 1) for part in text.attrib["style"].split(";"))
        assert style.get("fill", "#000000") in allowed
        assert float(style["font-size"].removesuffix("px")) >= 5.0


@pytest.mark.parametrize("plan", plans(), ids=lambda plan: plan.id)
def test_black_and_white_text_stands_only_on_cells_of_the_heat_map(plan):
    root = ET.fromstring(draw_chart(plan).svg)
    fixed = [t for t in root.iter("text") if "var(" not in t.attrib["style"]]
    assert bool(fixed) is (plan.id == "busy")
    assert all(re.fullmatch(r"\d{1,3}( %)?", t.text) for t in fixed)


@pytest.mark.parametrize("plan", plans(), ids=lambda plan: plan.id)
def test_a_slide_is_16_to_9_with_its_finding_as_title(plan, tmp_path):
    vector, raster = write_chart(plan, tmp_path)
    root = ET.fromstring(vector.read_text(encoding="utf-8"))
    assert root.attrib["viewBox"] == "0 0 960 540"
    assert root.find(f"{SVG}title").text == plan.finding
    texts = [t.text for t in root.iter(f"{SVG}text")]
    assert plan.finding.startswith(texts[0])
    assert " ".join(texts[:2]).startswith(plan.finding[:60])
    assert "DOCTYPE" not in vector.read_text(encoding="utf-8")
    header = raster.read_bytes()[:24]
    assert header[:8] == b"\x89PNG\r\n\x1a\n"
    size = (int.from_bytes(header[16:20], "big"), int.from_bytes(header[20:24], "big"))
    assert size == (1920, 1080)


@pytest.mark.parametrize("plan", plans(), ids=lambda plan: plan.id)
def test_text_stays_inside_the_sheet(plan):
    root = ET.fromstring(draw_chart(plan).svg)
    width, height = (float(side) for side in root.attrib["viewBox"].split()[2:])
    for text in root.iter("text"):
        assert -1.0 <= float(text.attrib["x"]) <= width
        assert 0.0 <= float(text.attrib["y"]) <= height


def test_rows_are_sorted_by_rank_and_those_without_come_last():
    svg = draw_chart(plans()[0]).svg
    names = [row[1] for row in sorted(sample.PROJECTS, key=lambda r: (r[3] is None, r[3] or 0))]
    places = [svg.index(f">{name}<") for name in names]
    assert places == sorted(places)


def test_the_gantt_says_who_is_likeliest_late():
    assert plans()[0].finding == (
        "5 of 10 promises are likelier missed than kept, Partner API gateway in 91 of 100 futures"
    )


def test_every_month_of_a_role_has_its_busy_share_and_a_mark_where_too_much_is_planned():
    plan = plans()[1]
    root = ET.fromstring(draw_chart(plan).svg)
    numbers = [t.text for t in root.iter("text") if re.fullmatch(r"\d{1,3}", t.text or "")]
    legend = 5
    assert len(numbers) == len(sample.ROLES) * 24 + legend
    corners = [p for p in root.iter("path") if p.attrib["d"].count("L") == 2]
    over = [cell for row in plan.table.rows for cell in row if cell.mark]
    assert len(over) == 27
    assert len(corners) == len(over) + 1  # the legend has one
    assert plan.finding == (
        "The architect is the busiest role, 97 % of the time there, and planned beyond what it can"
        " do in 17 of 24 months"
    )


def test_without_planned_work_no_mark_is_explained():
    document = sample.document()
    for role in document["roles"]:
        for month in role["by_month"]:
            month["planned_fte"] = None
    plan = plans(document)[1]
    assert "planned" not in plan.finding + plan.sentence + draw_chart(plan).svg


def test_months_in_which_nobody_is_there_are_words_not_numbers():
    document = sample.document()
    for month in document["roles"][0]["by_month"][:3]:
        month["capacity_fte"] = sample.estimate(None, reason="nobody is there")
    assert draw_chart(plans(document)[1]).svg.count(">none<") == 3


def test_ten_years_are_shown_by_year_and_four_by_quarter():
    for years, unit, label in ((4, "quarter", ">Q3<"), (10, "year", ">2036<")):
        document = sample.document()
        for role in document["roles"]:
            month = role["by_month"][0]
            role["by_month"] = [
                {**month, "month": f"{2027 + k // 12}-{k % 12 + 1:02d}"} for k in range(12 * years)
            ]
        plan = plans(document)[1]
        assert f"per role and {unit}" in plan.sentence
        assert label in draw_chart(plan).svg


def test_the_end_of_the_window_stands_before_the_run_off():
    document = sample.document()
    for role in document["roles"]:
        for month in role["by_month"][-6:]:
            month["is_run_off"] = True
    assert "then after the planning window" in draw_chart(plans(document)[1]).svg


def test_months_in_which_nothing_is_left_to_do_are_not_shown():
    document = sample.document()
    for role in document["roles"]:
        for month in role["by_month"][18:]:
            month["busy_fte"] = sample.estimate(0.001)
            month["planned_fte"] = 0.0
    assert len(plans(document)[1].table.rows) == 18


def test_a_long_name_is_cut_to_the_width_of_its_column():
    assert shorten("short", 10) == "short"
    assert shorten("x" * 40, 10) == "x" * 9 + "…"
    assert shorten("名" * 40, 10) == "名" * 4 + "…"


def test_lines_are_wrapped_evenly():
    lines = wrap("one two three four five six seven eight nine ten", 40)
    assert lines == ["one two three four five six", "seven eight nine ten"]
    assert wrap("", 40) == [""]


def test_settings_of_the_user_change_nothing():
    import matplotlib as mpl

    plan = plans()[0]
    expected = draw_chart(plan).svg
    with mpl.rc_context({"svg.fonttype": "path", "font.size": 30, "patch.linewidth": 9}):
        assert draw_chart(plan).svg == expected
        assert mpl.rcParams["font.size"] == 30


def plan_of(name, document=None):
    return next(plan for plan in plans(document) if plan.id == name)


def test_the_capacity_chart_says_where_most_is_missing():
    document = sample.document()
    document["roles"][1]["by_month"][3]["waiting_fte"] = sample.estimate(5.4)
    plan = plan_of("capacity", document)
    assert plan.finding == (
        "The architect is missed most: in Apr 2027 the work that is ready could use 5.4 more "
        "full-time, beside the 2 there"
    )
    row = plan.table.rows[3]
    assert row[0].text == "Apr 2027"
    assert row[2].note == "planned 2.4, waiting 5.4"


def test_a_role_whose_plan_is_not_known_has_no_line_for_it():
    document = sample.document()
    for role in document["roles"]:
        role["by_month"] = [month | {"planned_fte": None} for month in role["by_month"]]
    assert "planned" not in draw_chart(plan_of("capacity", document)).svg


def test_many_roles_are_split_over_several_capacity_charts():
    document = sample.document()
    document["roles"] = [
        {**role, "id": f"{role['id']}-{n}"} for n in range(3) for role in document["roles"]
    ]
    names = [plan.id for plan in plans(document)]
    assert {"capacity-1", "capacity-2"} <= set(names)
