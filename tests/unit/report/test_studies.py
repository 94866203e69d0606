"""Pages of studies: what they say, and that they say it when little is known."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import Any
from unittest.mock import patch
from xml.etree import ElementTree as ET

import pytest

from pmosim.report import render_study_page, write_report, write_study_report
from pmosim.report.figures import draw_chart, write_chart
from pmosim.report.study import read_study
from tests.unit.report import studies
from tests.unit.report.studies import SAME, STUDIES, compare, difference, portfolio, project, role
from tests.unit.report.test_page import HOSTILE, parse, words_of

PLANS = [(kind, plan) for kind, make in STUDIES.items() for plan in read_study(make()).charts]
CHARTS = pytest.mark.parametrize(
    "plan", [plan for _, plan in PLANS], ids=[f"{kind}-{plan.id}" for kind, plan in PLANS]
)


@pytest.fixture(scope="module", params=STUDIES)
def page(request) -> str:
    return render_study_page(STUDIES[request.param](), {"version": "pmosim 1"})


def words_without_charts(document) -> str:
    """Return the words of a page whose charts are left out, which is ten times as quick."""
    study = replace(read_study(document), charts=())
    with patch("pmosim.report.study.read_study", return_value=study):
        return words_of(render_study_page(document))


# ---- every page


def test_a_study_page_is_whole_and_says_its_language(page):
    tree = parse(page)
    assert page.startswith("<!DOCTYPE html>")
    assert tree.all("html")[0]["lang"] == "en"
    assert len(tree.all("h1")) == len(tree.all("main")) == len(tree.all("header")) == 1


def test_ids_of_a_study_page_stand_once_and_every_reference_finds_its_target(page):
    tree = parse(page)
    ids = [attributes["id"] for _, attributes in tree.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    wanted = set(re.findall(r"url\(#([^)]+)\)", page))
    for _, attributes in tree.tags:
        for key in ("aria-labelledby", "aria-describedby"):
            wanted |= set((attributes.get(key) or "").split())
        if (href := attributes.get("href")) is not None:
            assert href.startswith("#")
            wanted.add(href[1:])
    assert wanted <= set(ids)


def test_a_study_page_asks_for_nothing_and_runs_nothing(page):
    tree = parse(page)
    assert "://" not in page
    assert not {tag for tag, _ in tree.tags} & {"script", "link", "img", "iframe", "form"}
    assert not [a for _, attributes in tree.tags for a in attributes if a.startswith("on")]


def test_headings_of_a_study_page_go_down_one_level_at_a_time(page):
    levels = [int(tag[1]) for tag, _ in parse(page).tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert all(b <= a + 1 for a, b in pairwise(levels))


def test_every_chart_of_a_study_has_name_description_and_table(page):
    tree = parse(page)
    charts = tree.all("svg")
    assert charts
    assert all(len((chart["aria-labelledby"] or "").split()) == 2 for chart in charts)
    assert len(tree.all("desc")) == len(tree.all("details")) == len(charts)
    tables = tree.all("table")
    assert len(tree.all("caption")) == len(tables)
    assert {attributes.get("scope") for attributes in tree.all("th")} == {"col", "row"}


def test_a_study_page_knows_no_jargon_and_no_raw_values(page):
    words = words_of(page)
    assert not re.search(r"(?i)replication|quantile|percentile|monte", words)
    assert not re.search(r"\b(nan|NaN|None|null|inf)\b", words)
    assert not re.search(r"\b100 of 100\b", words)


@pytest.mark.parametrize("kind", STUDIES)
def test_the_same_study_gives_the_same_bytes(kind, tmp_path):
    for name in ("one", "two"):
        write_study_report(STUDIES[kind](), tmp_path / name)
    files = sorted(p.relative_to(tmp_path / "one") for p in (tmp_path / "one").rglob("*.*"))
    assert len(files) >= 3
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


@CHARTS
def test_a_chart_of_a_study_keeps_its_text_inside_and_in_tested_colours(plan):
    root = ET.fromstring(draw_chart(plan).svg)
    width, height = (float(side) for side in root.attrib["viewBox"].split()[2:])
    allowed = {"var(--ink)", "var(--soft)", "var(--late)", "#fefefe", "#000000"}
    texts = list(root.iter("text"))
    assert texts
    for text in texts:
        assert -1.0 <= float(text.attrib["x"]) <= width
        assert 0.0 <= float(text.attrib["y"]) <= height
        style = dict(part.split(":", 1) for part in text.attrib["style"].split(";"))
        assert style.get("fill", "#000000") in allowed
        assert float(style["font-size"].removesuffix("px")) >= 5.0


@CHARTS
def test_a_slide_of_a_study_is_16_to_9_with_its_finding_as_title(plan, tmp_path):
    vector, _ = write_chart(plan, tmp_path)
    root = ET.fromstring(vector.read_text(encoding="utf-8"))
    assert root.attrib["viewBox"] == "0 0 960 540"
    title = next(root.iter("{http://www.w3.org/2000/svg}title"))
    assert title.text == plan.finding
    assert len(plan.finding) < 160


def fill(value: Any, name: str) -> Any:
    """Return a document in which every text but the schema's own words is a hostile name."""
    kept = {
        *("schema", "kind", "measure", "ranked_by", "by", "verb", "unit", "better", "policy"),
        *("as_of", "horizon", "quarter", "from", "until", "date", "absent", "state"),
    }
    if isinstance(value, dict):
        return {
            key: part if key in kept else fill(part, name)
            for key, part in value.items()
            if key != "measures" or isinstance(part, list)
        }
    if isinstance(value, list):
        return [fill(part, name) for part in value]
    return name if isinstance(value, str) else value


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_names_stay_text_in_every_study(name):
    for make in STUDIES.values():
        document = fill(make(), name)
        page = render_study_page(document)
        tree = parse(page)
        assert not {"script", "img"} & {tag for tag, _ in tree.tags}
        assert not [a for _, attributes in tree.tags for a in attributes if a.startswith("on")]
        assert not re.search(r"[\x00-\x08\x0b-\x1f\u202e]", page)
        for plan in read_study(document).charts:
            assert len(plan.finding) < 1_200


def test_an_unknown_schema_has_no_page():
    with pytest.raises(ValueError, match=r"no page shows pmosim\.staff/1; known: pmosim\.compare"):
        read_study({"schema": "pmosim.staff/1"})


@pytest.mark.parametrize("schema", ["compare", "each", "policies", "bottlenecks", "price"])
def test_a_document_that_says_nothing_has_a_page(schema):
    page = render_study_page({"schema": f"pmosim.{schema}/1"})
    assert "What this rests on" in words_of(page)


def test_a_comparison_is_reported_as_it_is(tmp_path):
    class Comparison:
        def to_document(self):
            return studies.what_if()

    path = write_report(Comparison(), tmp_path)
    assert "Who pays?" in words_of(path.read_text(encoding="utf-8"))


# ---- what-if and compare


def test_a_what_if_answers_in_the_order_of_a_steering_group():
    words = words_without_charts(studies.what_if())
    texts = (
        "a medium project starts in March 2027",
        "1 of 3 projects ends later, CRM renewal by 12 working days on average; 1 ends earlier,"
        " ERP roll-out by 4 working days on average; 1 is not yet certain.",
        "If a medium project starts in March 2027, one project pays.",
        "+12 working days CRM renewal, which moves most on average (from +9 to +15)",
        "Who pays? With rank 6 as given, CRM renewal pays.",
        "CRM renewal: 12 working days later on average (from +9 to +15; late in +14 of 100",
        "And if it goes first? With rank 1, ERP roll-out pays instead.",
        "What would a plan without waiting say?",
        "Which role causes it? The developer: work waits 2.5 working days longer per project",
        "When could it start?",
        "New one new-1 1 Sep 2027 Latest start: September 2027. none found No month start was",
        "The new projects",
        "25 Jun 2027",
    )
    places = [words.index(text) for text in texts]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("moves", "lead"),
    [
        ([SAME, SAME, SAME], "Nothing changes: all 3 projects end exactly as before."),
        ([SAME], "Nothing changes: the one project ends exactly as before."),
        (
            [difference(0.1, 0.2, settled=True), SAME],
            "All 2 projects end as good as before.",
        ),
        (
            [difference(3.0, 4.0, further=777), SAME],
            "Not yet certain: 400 futures cannot tell whether 1 project of 2 ends later or earlier;"
            " about 780 more would tell of it.",
        ),
        (
            [difference(3.0, 4.0, further=700), difference(-2.0, 3.0, further=90)],
            "Not yet certain: 400 futures cannot tell whether 2 projects of 2 end later or earlier;"
            " about 90 more would tell of them.",
        ),
        (
            [difference(3.0, 4.0), SAME],
            "Not yet certain: 400 futures cannot tell whether 1 project of 2 ends later or"
            " earlier.",
        ),
        (
            [difference(12.0, 1.0), SAME],
            "1 of 2 projects ends later, crm by 12 working days on average.",
        ),
        (
            [difference(12.0, 1.0)],
            "1 of 1 project ends later, crm by 12 working days on average.",
        ),
        (
            [difference(12.0, 1.0), difference(1.2, 0.1), difference(5.0, 1.0)],
            "3 of 3 projects end later, most of all crm by 12 working days on average.",
        ),
        (
            [difference(-3.0, 1.0), difference(-9.0, 1.0)],
            "2 of 2 projects end earlier, most of all erp by 9 working days on average.",
        ),
    ],
)
def test_the_lead_counts_what_moves(moves, lead):
    ids = ("crm", "erp", "hr")
    document = compare(*(project(id_, days) for id_, days in zip(ids, moves, strict=False)))
    document["names"] = {}
    said = read_study(document).lead
    assert said in {lead, f"With three-more, {lead}"}


def test_a_project_that_leaves_the_window_moves_furthest():
    leaving = difference(None, settled=True, reason="it moves out of the planning window")
    document = compare(project("crm", difference(90.0, 9.0)), project("erp", leaving))
    study = read_study(document)
    assert "most of all ERP roll-out out of the planning window" in study.lead
    assert study.charts[0].finding == (
        "ERP roll-out moves most: half of its futures, and 80 of 100, end after the planning window"
    )


def test_where_nothing_changes_no_finish_is_drawn():
    study = read_study(
        compare(project("crm", SAME), role("developer", SAME, SAME), portfolio(SAME, SAME))
    )
    assert study.charts == ()
    assert study.numbers == ()


def test_where_nothing_is_settled_the_chart_says_so():
    study = read_study(compare(project("crm", difference(3.0, 4.0))))
    assert study.charts[0].finding == "No finish certainly moves; one may"


def test_not_yet_certain_is_hollow_and_settled_is_filled():
    def fills(change):
        svg = draw_chart(read_study(compare(project("crm", change))).charts[0]).svg
        paths = [p for p in ET.fromstring(svg).iter("path") if p.attrib["d"].count("L") == 3]
        styles = [dict(part.split(":", 1) for part in p.attrib["style"].split(";")) for p in paths]
        return [style["fill"] for style in styles if style.get("stroke") == "var(--ink)"]

    legend = "var(--ink)"
    assert fills(difference(9.0, 1.0)) == ["var(--ink)", legend]
    assert fills(difference(3.0, 4.0)) == ["var(--paper)", legend]


def test_many_projects_are_cut_and_counted():
    rows = [project(f"p{n}", difference(1.0 + n, 0.1)) for n in range(40)]
    chart = read_study(compare(*rows)).charts[0]
    assert len(chart.table.rows) == 18
    assert "22 more are not drawn, 0 of them exactly as before." in chart.sentence


def test_two_alternatives_have_a_card_and_a_chart_each():
    document = compare(project("crm", difference(12.0, 3.0)), name="later")
    document["alternatives"].append({"name": "same", "rows": project("crm", SAME)})
    study = read_study(document)
    assert study.lead == (
        "later delays 1 of 1 project and brings none forward; same delays none of 1 project and"
        " brings none forward."
    )
    assert [card.question for cards in study.cards for card in cards] == ["later", "same"]
    assert [chart.id for chart in study.charts] == ["finishes-1"]


def test_the_naive_plan_is_set_against_the_futures():
    chart = next(c for c in read_study(studies.what_if()).charts if c.id == "naive")
    assert chart.finding == (
        "If nobody waited, CRM renewal would end as before; in the futures it ends 12 working"
        " days later"
    )


def quarters() -> list[dict[str, Any]]:
    """Return what changes in a quarter that costs and one that pays, and in both."""

    def window(label: str, missed: float) -> dict[str, Any]:
        rows = [
            studies.row("portfolio", "portfolio", "missed", 1.0, 1.0 + missed, difference(missed)),
            studies.row("portfolio", "portfolio", "cost", 9e5, 9e5, difference(5_000.0, 9_000.0)),
        ]
        return {"window": label, "from": "2027-01-04", "quarters": 1, "rows": rows}

    return [
        window("2027-Q1", 0.25),
        window("2027-Q2", -0.4),
        window("2027-Q1 to 2027-Q4", -0.15),
    ]


def test_what_changes_by_quarter_is_a_table_of_its_own():
    document = studies.what_if()
    document["alternatives"][0]["quarters"] = quarters()
    words = words_without_charts(document)
    for text in (
        "Quarter by quarter What changes in each quarter, then in each four quarters",
        "When Promises missed Cost",
        "Q1 2027 +0.25 +0.12 to +0.38 +EUR 5k ?",
        "Q1 2027 to Q4 2027 \N{MINUS SIGN}0.15",
    ):
        assert text in words
    document["alternatives"].append(document["alternatives"][0] | {"name": "other"})
    words = words_without_charts(document)
    assert "Quarter by quarter with what if" in words
    assert "Quarter by quarter with other" in words


# ---- stop list


def test_the_stop_list_says_who_helps_what_it_frees_and_who_is_not_to_be_stopped():
    words = words_without_charts(studies.each())
    for text in (
        "What if one project of baseline were stopped?",
        "2 projects, each stopped alone; 50 futures of each",
        "1 of 2 projects would certainly help the others",
        "Which one would help most? CRM renewal.",
        "HR self service: mandatory: not to be stopped.",
        "CRM renewal crm 1.6 developer 120 person-days \N{MINUS SIGN}25",
        "ERP roll-out \N{MINUS SIGN}9",
        "pmosim whatif with two changes",
    ):
        assert text in words


def test_where_no_stop_helps_the_list_says_so():
    document = studies.each()
    document["projects"] = document["projects"][1:]
    study = read_study(document)
    assert study.charts[0].finding == (
        "No project certainly helps the others when it alone is stopped"
    )
    assert study.cards[0][0].answer == "None for certain."
    assert study.numbers == ()


# ---- start rules


def test_start_rules_say_the_verdict_its_certainty_and_what_is_left():
    words = words_without_charts(studies.policies())
    for text in (
        "By due dates missed: at most 4 active projects (20 of 100).",
        "It is the best with a chance of 95 of 100.",
        "2 of 4 start rules are not beaten by another",
        "40 of 100 futures in which at most 4 active projects is the best, or as good",
        "beaten by: at most 4 active projects; moves the waiting to the backlog",
        "Rules that could not be tried",
    ):
        assert text in words


def test_the_frontier_marks_who_is_beaten_and_numbers_who_is_left():
    frontier, leads = read_study(studies.policies()).charts
    assert frontier.finding == (
        "2 of 4 start rules are not beaten by another; the best: at most 4 active projects"
    )
    texts = [t.text for t in ET.fromstring(draw_chart(frontier).svg).iter("text")]
    assert "At most 4 active projects" in texts
    assert "At most 2 active projects" not in texts
    assert leads.finding == (
        "One rule only moves the waiting to the backlog: quicker once started, not from the request"
    )


def test_without_due_dates_rules_are_set_against_the_time_they_take():
    document = studies.policies()
    document["by"] = "lead_request"
    for each in document["rules"]:
        del each["measures"]["p_late"]
    frontier = read_study(document).charts[0]
    texts = [t.text or "" for t in ET.fromstring(draw_chart(frontier).svg).iter("text")]
    assert any("from request to finish" in text for text in texts)


# ---- bottlenecks


def test_bottlenecks_say_who_helps_and_that_the_busiest_is_another():
    document = studies.bottlenecks()
    words = words_without_charts(document)
    for text in (
        "One more quality tester helps most: 6.0 fewer of 100 promised dates are missed.",
        "The developer is the busiest; the tester helps most.",
        "In Q2 2027: a developer for that quarter alone",
        "One more quality tester costs EUR 280k",
        "People for whom nobody stands in",
        "not tried",
    ):
        assert text in words
    roles, quarters = read_study(document).charts
    assert roles.finding.startswith("One more quality tester helps most, although the developer is")
    assert quarters.finding == (
        "The bottleneck moves: the quality tester in Q1 2027 and the developer in Q2 2027"
    )


def test_quarters_are_one_span_only_where_they_follow_each_other():
    document = studies.bottlenecks()
    helps = document["roles"][1]["effects"]
    for quarter in document["quarters"]:
        for each in quarter["roles"]:
            is_tried = each["id"] == "developer" and quarter["quarter"] != "2027-Q2"
            each["effects"] = helps if is_tried else None
    finding = read_study(document).charts[1].finding
    assert finding == "One more developer certainly helps in Q1 2027 and Q3 2027"
    document["quarters"][1]["roles"][0]["effects"] = helps
    finding = read_study(document).charts[1].finding
    assert finding == "One more developer certainly helps in Q1 2027 to Q3 2027"


def test_without_a_certain_bottleneck_nothing_is_named():
    document = studies.bottlenecks() | {"best": None, "best_quarter": None}
    document["roles"] = document["roles"][:1]
    for quarter in document["quarters"]:
        for each in quarter["roles"]:
            each["effects"] = None
    study = read_study(document)
    assert study.lead == (
        "No role certainly is the bottleneck; about 700 more futures would tell of half of them."
    )
    assert [chart.id for chart in study.charts] == ["roles"]
    assert study.charts[0].finding == (
        "The developer is the busiest, yet no role certainly is the bottleneck"
    )


# ---- prices


def test_prices_say_the_dearest_what_helps_what_is_hidden_and_when_a_hire_pays():
    words = words_without_charts(studies.price())
    texts = (
        "The dearest is sickness: with it everything committed ends 8.0 working days later",
        "+8 working days until all committed is done, on average, with sickness (from +6 to +10)",
        "What costs most? Risk:crm.vendor and sickness, in this order."
        if words.find("Sickness and") < 0
        else "What costs most? Sickness and risk:crm.vendor, in this order.",
        "What helps? Mitigation.",
        "Turnover: off in this scenario.",
        "Which prices rest on an assumption? Sickness:",
        "2 developers join in April 2027: break-even in 2027-09",
        "With internal work taken as paid anyway: Aug 2027.",
        "May prices be added up? No. Each is what goes if this one alone goes.",
        "sickness (assumed) without it: a world without sickness",
        "with it: turnover 13%, a prior",
        "7.8 days a person and year. CIPD 2023",
        "gates on it cannot be switched alone",
        "clusters clusters 13%, a prior off there is no sourced value",
    )
    places = [words.index(text) for text in texts]
    assert places == sorted(places)


def test_the_charts_of_prices_say_what_they_show():
    on, off, hire = read_study(studies.price()).charts
    assert on.finding == (
        "The dearest is sickness: everything committed ends 8.0 working days later with it"
    )
    assert off.finding == (
        "Turnover is off here; with it everything committed ends 8.0 working days later"
    )
    assert hire.finding == (
        "2 developers join in April 2027: break-even in Sep 2027 (95 of 100: Aug 2027 to beyond "
        "the window)"
    )
    texts = [t.text for t in ET.fromstring(draw_chart(on).svg).iter("text")]
    assert "sickness (assumed)" in texts
    assert "after the window" in texts
    assert {"Promises missed", "Cost", "Net value"} <= set(texts)
    ends = [t.text for t in ET.fromstring(draw_chart(hire).svg).iter("text")]
    assert "break-even Sep 2027" in ends
    assert {"brought 185k", "paid 120k"} <= set(ends)


@pytest.mark.parametrize(
    ("measure", "said"),
    [
        ("finish_p80_days", "in 80 of 100 everything committed ends 8.0 working days later"),
        ("project_days", "all listed projects together end 8.0 working days later"),
        ("p_late", "9.0 more of 100 promised dates are missed"),
        ("cost_mean", "it costs EUR 50k more"),
        ("npv_mean", "it is worth EUR 60k less"),
    ],
)
def test_prices_are_said_in_every_measure(measure, said):
    on, off, _ = read_study(studies.price() | {"ranked_by": measure}).charts
    assert on.finding == f"The dearest is sickness: {said} with it"
    assert off.finding == f"Turnover is off here; with it {said}"


def test_a_band_around_what_a_hire_brought_is_the_one_of_brought_less_paid():
    (table,) = [chart.table for chart in read_study(studies.price()).charts if chart.id == "hire-1"]
    assert [cell.text for cell in table.rows[-1]] == [
        "Dec 2027",
        "+EUR 185k",
        "+EUR 170k to +EUR 200k",
        "EUR 120k",
        "+EUR 65k",
    ]


def test_a_hire_that_never_pays_says_so():
    document = studies.price()
    document["hires"] = [studies.hire(month=None)]
    finding = read_study(document).charts[-1].finding
    assert finding == (
        "2 developers join in April 2027: break-even never within the window, in the best case "
        "from Aug 2027 on"
    )


def test_where_nothing_is_worse_no_mechanism_is_called_dear():
    document = studies.price() | {"dearest": None}
    document["mechanisms"] = document["mechanisms"][2:4]
    study = read_study(document)
    assert study.charts[0].finding == "Nothing that is on makes it worse"
    assert study.cards[0][0].answer == "Nothing for certain."
    assert study.numbers == ()


def test_many_mechanisms_are_cut_and_counted():
    document = studies.price()
    document["mechanisms"] = [document["mechanisms"][0] | {"id": f"m{n}"} for n in range(25)]
    chart = read_study(document).charts[0]
    assert len(chart.table.rows) == 20
    assert "5 more in the table." in chart.sentence
