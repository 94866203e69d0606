from __future__ import annotations

import re
from datetime import date
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
from pmosim.report.particulars import read_dates
from pmosim.report.scales import AmountScale, TimeScale
from tests.unit.report import sample
from tests.unit.report.full import full_document

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


@pytest.mark.parametrize("plan", plans(full_document()), ids=lambda plan: plan.id)
def test_text_in_the_page_has_only_colours_whose_contrast_is_tested(plan):
    root = ET.fromstring(draw_chart(plan).svg)
    allowed = {"var(--ink)", "var(--soft)", "var(--late)", "#fefefe", "#000000"}
    texts = list(root.iter("text"))
    assert len(texts) > 20
    for text in texts:
        style = dict(part.split(":", 1) for part in text.attrib["style"].split(";"))
        assert style.get("fill", "#000000") in allowed
        assert float(style["font-size"].removesuffix("px")) >= 5.0


@pytest.mark.parametrize("plan", plans(full_document()), ids=lambda plan: plan.id)
def test_black_and_white_text_stands_only_on_cells_of_the_heat_map(plan):
    root = ET.fromstring(draw_chart(plan).svg)
    fixed = [t for t in root.iter("text") if "var(" not in t.attrib["style"]]
    assert bool(fixed) is (plan.id == "busy")
    assert all(re.fullmatch(r"\d{1,3}( %)?", t.text) for t in fixed)


@pytest.mark.parametrize("plan", plans(full_document()), ids=lambda plan: plan.id)
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


@pytest.mark.parametrize("plan", plans(full_document()), ids=lambda plan: plan.id)
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


def test_a_full_document_has_every_chart_and_an_older_one_those_it_knows():
    assert [plan.id for plan in plans(full_document())] == [
        "gantt",
        "dates",
        "busy",
        "capacity",
        "joint",
        "spending",
        "worth-it",
        "finished",
    ]
    assert [plan.id for plan in plans()] == ["gantt", "busy", "capacity"]


@pytest.mark.parametrize("plan", plans(full_document()), ids=lambda plan: plan.id)
def test_every_chart_has_a_finding_one_sentence_a_description_and_a_table(plan):
    assert plan.finding
    assert "futures" in plan.finding + plan.sentence
    assert plan.alt.endswith(".")
    assert plan.table.rows
    assert all(len(row) == len(plan.table.head) for row in plan.table.rows)


def test_twenty_dots_stand_for_twenty_futures():
    curve = read_dates(["2027-01-01", "2027-01-03", "2027-01-07", None], [20, 40, 60, 80])
    assert curve.dots == (
        date(2026, 12, 31),
        date(2027, 1, 2),
        date(2027, 1, 5),
        None,
        None,
    )
    chosen = [p for p in read_answers(full_document()).projects if p.id == "crm"]
    assert len(chosen[0].finishes.dots) == 20


def test_a_dot_that_misses_the_promise_is_filled():
    document = full_document()
    crm = document["projects"][0]
    document["projects"] = [crm]
    document["portfolio"]["quantiles"] = {}
    due = read_answers(document).projects[0].due
    late = sum(dot > due for dot in read_answers(document).projects[0].finishes.dots)
    svg = draw_chart(plan_of("dates", document)).svg
    filled = re.findall(r"<use [^>]*fill: ?var\(--late\)", svg)
    in_legend = 1
    assert late == 11
    assert len(filled) == late + in_legend


def test_projects_with_most_at_stake_are_chosen():
    document = full_document()
    names = [row[0].text for row in plan_of("dates", document).table.rows]
    assert names[:2] == ["All that is committed", "ERP roll-out wave 2"]
    assert len(names) == 6
    assert "Data centre exit" not in names  # most of its futures have no date to draw


def test_a_project_that_most_futures_leave_open_is_no_s_curve():
    document = full_document()
    document["projects"] = [p for p in document["projects"] if p["id"] == "green"]
    document["portfolio"]["quantiles"] = {}
    assert "dates" not in [plan.id for plan in plans(document)]


def test_the_four_corners_of_date_and_cost_add_up():
    for project in read_answers(full_document()).projects:
        corners = project.joint.corners if project.joint else None
        if corners is not None:
            assert sum(vars(corners).values()) == pytest.approx(1.0)


def test_date_and_cost_are_said_for_the_project_that_keeps_both_least():
    assert plan_of("joint", full_document()).finding == (
        "Partner API gateway keeps both its date and its budget in 9 of 100 futures, the whole"
        " portfolio in <1 of 100"
    )


def test_money_by_group_and_year_adds_up_to_all():
    table = plan_of("spending", full_document()).table
    assert table.head == ("Programme", "to date", "2027", "2028", "Total")
    assert [cell.text for cell in table.rows[0]] == [
        "Finance",
        "EUR 27k",
        "EUR 863k",
        "EUR 459k",
        "EUR 1.35M",
    ]
    by_name = {row[0].text: [cell.text for cell in row[1:]] for row in table.rows}
    assert by_name["All"] == ["EUR 101k", "EUR 3.23M", "EUR 1.72M", "EUR 5.05M"]
    assert by_name["All: 80 of 100 futures up to"][-1] == "EUR 5.25M"
    assert table.note.startswith("P80s do not add up")


def test_without_groups_the_money_of_all_is_one_row_of_bars():
    document = full_document()
    document["groups"] = {}
    plan = plan_of("spending", document)
    assert plan.table.rows[0][0].text == "All"
    assert "programme" not in plan.sentence
    draw_chart(plan)


def test_many_groups_are_drawn_as_the_dearest_and_the_others():
    document = full_document()
    one = document["groups"]["programme"][0]
    document["groups"]["programme"] = [one | {"group": f"G{n:02d}"} for n in range(30)]
    svg = draw_chart(plan_of("spending", document)).svg
    assert ">others<" in svg
    assert ">G10<" in svg
    assert ">G11<" not in svg


def test_worth_is_shown_of_the_portfolio_and_of_the_projects_most_in_doubt():
    plan = plan_of("worth-it", full_document())
    assert plan.finding == (
        "The benefits of the portfolio beat its costs in 94 of 100 futures; those of Service desk"
        " assistant in 36 of 100"
    )
    names = [row[0].text for row in plan.table.rows]
    assert names[:3] == [
        "All projects: net value",
        "All projects: return on the cost",
        "Service desk assistant",
    ]
    share, amount = plan.table.rows[1][4].text, plan.table.rows[0][4].text
    assert (share, amount) == ("22 %", "EUR 1.1M")


def test_the_quarter_in_which_most_is_finished_is_named_with_its_band():
    plan = plan_of("finished", full_document())
    assert (
        plan.finding == "Most is finished in Q3 2027: 4.1 on average, 2 to 6 in 80 of 100 futures"
    )
    assert len(plan.table.rows) == 8  # the last one is empty and left out


def test_scales_have_round_edges():
    scale = AmountScale.over([3.0, 97.0])
    assert scale.ticks() == [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]
    assert AmountScale.over([5.0, 5.0]).part(5.0) == pytest.approx(0.5)
    years = TimeScale.over([date(2027, 3, 5), date(2060, 1, 1)])
    assert len(years.ticks(8)) <= 8
    assert years.part(date(2000, 1, 1)) == 0.0


def test_money_is_shown_by_the_group_that_was_asked_for():
    document = full_document()
    one, *_ = document["groups"]["programme"]
    document["groups"]["cost_centre"] = [one | {"group": str(n)} for n in range(9)]
    assert plan_of("spending", document).table.head[0] == "Programme"
    document["by"] = "cost_centre"
    assert plan_of("spending", document).table.head[0] == "Cost centre"


def test_years_in_which_nearly_nothing_is_spent_are_in_the_table_only():
    document = full_document()
    by_year = document["portfolio"]["cost"]["by_year"]
    by_year["2029"] = sample.estimate(500.0)
    plan = plan_of("spending", document)
    assert "2029" in plan.table.head
    assert ">2029<" not in draw_chart(plan).svg
