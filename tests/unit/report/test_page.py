from __future__ import annotations

import os
import re
import shutil
import subprocess
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from unittest.mock import patch
from xml.etree import ElementTree as ET

import pytest

from pmosim.report import render_page, write_report
from tests.unit.report import sample
from tests.unit.report.full import full_document
from tests.unit.report.studies import STUDIES

VOID = {"meta", "link", "br", "hr", "img", "input"}
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "=cmd|'/c calc'!A1",
    "{{ 7 * 7 }}{% raw %}",
    "$\\frac{1}{0}$ and $x_",
    "]]></text><script>alert(2)</script>",
    "🚀 launch 👩‍💻",
    "\u202etxt.exe\u0000\u0007 bell",
    "javascript:alert(1)",
    "Ω" * 120,
    "x" * 120,
    "名前" * 60,
)


class Tree(HTMLParser):
    """Checks that tags are balanced and keeps what the tests ask for."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


def parse(page: str) -> Tree:
    tree = Tree()
    tree.feed(page)
    tree.close()
    assert tree.open == []
    return tree


def charts_of(page: str) -> list[str]:
    """Return the names of the charts of a page, in its order."""
    return [
        (attributes["aria-labelledby"] or "").split()[0].removesuffix("-title")
        for attributes in parse(page).all("svg")
    ]


class Words(HTMLParser):
    """Keeps the text a reader sees, also of a part of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.words = ""
        self.is_style = False

    def handle_starttag(self, tag, attrs):
        self.is_style = tag == "style"

    def handle_endtag(self, tag):
        self.is_style = False

    def handle_data(self, data):
        self.words += "" if self.is_style else data


def words_of(page: str) -> str:
    reader = Words()
    reader.feed(page)
    text = " ".join(reader.words.split())
    return text.replace("\N{NO-BREAK SPACE}", " ")


def read_without_charts(document) -> str:
    """Return the words of a page whose charts are left out, which takes a tenth of the time."""
    with patch("pmosim.report.page.plan_charts", return_value=[]):
        return words_of(render_page(document))


@pytest.fixture(scope="module")
def page() -> str:
    """Return the page of an older document."""
    return render_page(sample.document(), sample.PROVENANCE)


@pytest.fixture(scope="module")
def full_page() -> str:
    return render_page(full_document(), sample.PROVENANCE)


@pytest.mark.parametrize("kind", ["page", "full_page"])
def test_the_page_is_whole_and_says_its_language(kind, request):
    page = request.getfixturevalue(kind)
    tree = parse(page)
    assert page.startswith("<!DOCTYPE html>")
    assert tree.all("html")[0]["lang"] == "en"
    assert len(tree.all("h1")) == 1
    assert [tag for tag in ("main", "header") if len(tree.all(tag)) != 1] == []


@pytest.mark.parametrize("kind", ["page", "full_page"])
def test_ids_stand_once_and_every_reference_finds_its_target(kind, request):
    page = request.getfixturevalue(kind)
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


@pytest.mark.parametrize("kind", ["page", "full_page"])
def test_nothing_is_asked_from_outside_and_nothing_runs(kind, request):
    page = request.getfixturevalue(kind)
    tree = parse(page)
    policy = next(m for m in tree.all("meta") if m.get("http-equiv") == "Content-Security-Policy")
    assert "default-src 'none'" in policy["content"]
    assert "script" not in policy["content"]
    assert "://" not in page
    assert "@import" not in page
    used = {tag for tag, _ in tree.tags}
    assert not used & {"script", "link", "img", "iframe", "object", "embed", "form", "base"}
    assert not [a for _, attributes in tree.tags for a in attributes if a.startswith("on")]
    assert not [a for _, attributes in tree.tags for a in attributes if a in {"src", "srcset"}]


@pytest.mark.parametrize("kind", ["page", "full_page"])
def test_headings_go_down_one_level_at_a_time(kind, request):
    page = request.getfixturevalue(kind)
    levels = [int(tag[1]) for tag, _ in parse(page).tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert all(b <= a + 1 for a, b in pairwise(levels))


def test_every_chart_has_name_description_sentence_and_table(full_page):
    page = full_page
    tree = parse(page)
    charts = tree.all("svg")
    assert len(charts) == 8
    for attributes in charts:
        assert attributes["role"] == "img"
        assert len((attributes["aria-labelledby"] or "").split()) == 2
    assert len(tree.all("desc")) == len(charts)
    assert len(tree.all("details")) == len(charts)
    assert "CRM renewal: P50 5 Jul 2027, P80 9 Aug 2027, promised 30 Jun 2027, late in 62" in page


def test_every_table_has_a_caption_and_heads_of_rows_and_columns(page):
    tree = parse(page)
    tables = tree.all("table")
    assert len(tree.all("caption")) == len(tables) == 6
    scopes = [attributes.get("scope") for attributes in tree.all("th")]
    assert set(scopes) == {"col", "row"}


def test_the_first_page_answers_in_sentences(page):
    words = words_of(page)
    for sentence in (
        "5 of 10 promised dates are likelier missed than kept; the work waits longest for the"
        " architect.",
        "In 62 of 100 futures CRM renewal misses 30 June 2027; half of them finish it by July 2027,"
        " 80 of 100 by August 2027. On average 19 working days of its time is waiting for the"
        " architect.",
        "In 61 of 100 futures CRM renewal costs more than its EUR 320k",
        "In only 41 of 100 futures the benefits of Data warehouse migration cover its costs",
        "19 working days for the architect (busy share 97 %)",
        "A chance is known to about 3 in 100 with 1,000 futures",
    ):
        assert sentence in words


@pytest.mark.parametrize("kind", ["page", "full_page"])
def test_the_first_page_knows_no_jargon(kind, request):
    page = request.getfixturevalue(kind)
    words = words_of(page[: page.index('id="projects"')])
    assert not re.search(r"(?i)replication|quantile|percentile|P\d\d|monte|NPV|null|None\b", words)


@pytest.mark.parametrize("kind", ["page", "full_page"])
def test_a_chance_is_never_0_or_100_percent(kind, request):
    page = request.getfixturevalue(kind)
    words = words_of(page)
    assert "<1 of 100" in words
    assert not re.search(r"\b(0|100) of 100\b", words)


def test_the_first_page_says_what_to_decide(full_page):
    words = words_of(full_page[: full_page.index('id="projects"')])
    for sentence in (
        "Move the promise of CRM renewal or free the architect for it: it is reported green, yet"
        " 62 of 100 futures miss 30 June 2027; 9 August 2027 is kept in 80 of 100. Each working day"
        " later costs EUR 900.",
        "Find more architect time, or start less at once: an average finished project waits 19"
        " working days for the architect, and more is planned than is there in 17 months.",
        "Raise the budget of ERP roll-out wave 2 or cut its scope: 69 of 100 futures cost more than"
        " EUR 1.15M; EUR 1.34M is enough in 80 of 100.",
        "Start Data warehouse migration only for reasons beside money: its benefits cover its costs"
        " in 41 of 100 futures.",
    ):
        assert sentence in words


def test_what_is_reported_green_and_forecast_red_comes_first(full_page):
    words = words_of(full_page[full_page.index('id="outlook"') :])
    assert words.index("1 running project is reported green and forecast red or amber") < 200
    assert words.index("CRM renewal reported green, forecast red green ▲needs support") < 600
    assert words.index("CRM renewal") < words.index("ERP roll-out") < words.index("HR self service")


def test_promises_of_the_next_90_days_stand_on_the_first_page(full_page):
    words = words_of(full_page[full_page.index('id="promises"') : full_page.index('id="assumed"')])
    assert "12 Feb 2027 in 39 days HR self service pilot ○91 of 100 likelier kept" in words
    assert "5 Mar 2027 in 60 days CRM renewal data migration ▲43 of 100 likelier missed" in words
    assert "30 Jun 2027" not in words


def test_an_older_document_has_the_promises_of_its_projects():
    document = sample.document()
    document["projects"][0]["due"] = "2027-03-01"
    words = read_without_charts(document)
    assert "1 Mar 2027 in 56 days CRM renewal ▲38 of 100 likelier missed" in words


def test_without_a_promise_in_90_days_the_next_one_is_named(page):
    words = words_of(page)
    assert (
        "No promise falls due in the next 90 days. The next one is CRM renewal on 30 Jun" in words
    )


def test_every_assumption_is_on_the_first_page_in_short_and_at_the_end_in_full(full_page):
    first = words_of(full_page[: full_page.index('id="projects"')])
    assert "Left out: turnover, rework; so real dates are likelier later than sooner." in first
    assert "Assumed: sickness, leave, progress." in first
    assert "Measured: spread." in first
    assert "As stated: holidays." in first
    last = words_of(full_page[full_page.index('id="basis"') :])
    assert "4 % of working time is lost to sickness. a survey of 31 countries, 2023" in last


def test_assumptions_of_an_older_document_are_short_as_well(page):
    words = words_of(page[: page.index('id="projects"')])
    assert "Left out: sickness, people leaving and their replacement, rework after testing" in words
    assert "Measured: holidays, leave." in words


def test_groups_of_projects_have_their_table(full_page):
    words = words_of(full_page[full_page.index('id="projects"') :])
    assert "By programme Programme Projects Promises missed" in words
    assert "Finance 2 1.2 of 2 EUR 1.3M EUR 1.35M EUR 1.46M EUR 270k" in words
    assert "Operations 3 1.2 of 2 not all given" in words


def test_the_limits_of_the_outlook_are_explained(full_page):
    explained = "Running and late in 20 of 100 futures or more; in 50 of 100 or more."
    assert explained in words_of(full_page)


def test_who_has_earned_least_for_its_cost_is_named():
    document = full_document()
    document["projects"][0]["earned_value"]["cpi"] = 0.7
    assert "CRM renewal has earned 0.70 of its plan for each 1.00 spent" in read_without_charts(
        document
    )


def test_earned_value_stands_beside_the_forecast(full_page):
    words = words_of(full_page[full_page.index('id="earned"') :])
    assert "Every project with an account has earned about what it cost so far" in words
    assert "CRM renewal EUR 96k EUR 71k EUR 66k ○1.08 under plan ▲0.74 behind plan" in words
    assert "81 of 100" in words


def test_a_project_late_by_its_own_work_is_said_to_be_so():
    document = full_document()
    causes = document["projects"][0]["late_causes"]
    causes["plan"], causes["architect"] = sample.estimate(25.0), sample.estimate(0.0)
    words = read_without_charts(document)
    assert "Where late, it is 31 working days late on average; 25 of that is its own work." in words
    assert "Move the promise of CRM renewal or cut its scope" in words


def test_a_promise_that_cannot_move_asks_for_room():
    document = full_document()
    document["projects"][0]["is_mandatory"] = True
    words = read_without_charts(document)
    assert "Make room for CRM renewal: free the architect for it: it is reported green" in words


def test_a_promise_within_a_project_asks_for_a_new_date(full_page):
    assert (
        "Agree a new date for data migration of CRM renewal: 5 March 2027 is kept in 43 of 100"
        " futures, 1 April 2027 in 80 of 100."
    ) in words_of(full_page)


def test_a_green_report_at_risk_asks_for_a_second_look():
    document = full_document()
    document["projects"][0]["p_late"] = document["disagreements"][0]["p_late"] = sample.chance(0.31)
    assert (
        "Look again at CRM renewal: it is reported green, yet 31 of 100 futures miss 30 June 2027."
    ) in read_without_charts(document)


def test_where_all_is_well_nothing_has_to_be_decided():
    document = sample.document()
    for project in document["projects"]:
        project |= {"p_late": sample.chance(0.1), "p_over_budget": sample.chance(0.1)}
        project |= {"p_npv_positive": sample.chance(0.9)}
    for role in document["roles"]:
        role["wait_days"] = sample.estimate(0.5)
    assert "What to decide" not in read_without_charts(document)


def test_long_lists_of_the_first_page_say_what_they_leave_out():
    document = full_document()
    running = document["projects"][0]
    document["projects"] = [running | {"id": f"p{n}", "name": f"P{n}"} for n in range(15)]
    promise = document["promises"][0]
    document["promises"] = [promise | {"project": f"p{n}"} for n in range(14)]
    words = read_without_charts(document)
    assert "3 more running projects are not shown." in words
    assert "2 more promises are not shown." in words


def test_what_is_unfinished_is_said_in_words(page):
    words = words_of(page)
    assert "Data centre exit" in words
    assert "after the planning window" in words
    assert "Numbers of a candidate are given that it happens." in words


def test_assumptions_warnings_and_provenance_are_at_the_end(page):
    words = words_of(page[page.index('id="basis"') :])
    for text in (
        "Left out of this forecast",
        "rework after testing: off",
        "architect: 31 person-months of work are planned",
        "PMO210, scenarios/baseline.yaml:41:5",
        "sha256 9f2c",
    ):
        assert text in words


def test_the_same_document_gives_the_same_bytes(tmp_path):
    for name in ("one", "two"):
        write_report(sample.document(), tmp_path / name, sample.PROVENANCE)
    files = sorted(p.relative_to(tmp_path / "one") for p in (tmp_path / "one").rglob("*.*"))
    assert [str(f) for f in files] == [
        "charts/busy.png",
        "charts/busy.svg",
        "charts/capacity.png",
        "charts/capacity.svg",
        "charts/gantt.png",
        "charts/gantt.svg",
        "report.html",
    ]
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_a_forecast_is_asked_for_its_document(tmp_path):
    class Forecast:
        def to_document(self):
            return sample.document()

    path = write_report(Forecast(), tmp_path / "new" / "folder")
    assert path == tmp_path / "new" / "folder" / "report.html"
    assert "Portfolio 2027" in path.read_text(encoding="utf-8")


def test_charts_of_an_earlier_run_do_not_stay_behind(tmp_path):
    charts = tmp_path / "charts"
    charts.mkdir()
    for name in ("gantt-3.svg", "busy-2.png", "mine.svg", "gantt-draft.svg"):
        (charts / name).write_text("old")
    write_report(sample.document(), tmp_path)
    assert {p.name for p in charts.iterdir()} == {
        "gantt.svg",
        "gantt.png",
        "busy.svg",
        "busy.png",
        "capacity.svg",
        "capacity.png",
        "mine.svg",
        "gantt-draft.svg",
    }


def test_another_schema_is_refused():
    with pytest.raises(ValueError, match=r"pmosim\.compare/1"):
        render_page({"schema": "pmosim.compare/1"}, {})


def test_hostile_names_stay_text(tmp_path):
    document = full_document()
    places = (document["projects"], document["roles"] * 2, document["demand"] * 12)
    for name, project, role, stream in zip(HOSTILE, *places, strict=False):
        project |= {"name": name, "groups": {name: name}, "id": name, "status": name}
        project["wait_days"] |= {name: sample.estimate(99.0)}
        role["id"] = stream["id"] = name
        document["assumptions"].append(name)
        document["warnings"].append(name)
    document["scenario"] = document["currency"] = HOSTILE[0]
    for name, promise in zip(HOSTILE, document["promises"] * 3, strict=True):
        promise |= {"name": name, "item": name, "text": name}
        document["groups"][name] = [{"group": name, "cost": {"by_year": {name: 5.0}}}] * 2
    path = write_report(document, tmp_path, {name: name for name in HOSTILE})
    page = path.read_text(encoding="utf-8")
    tree, words = parse(page), words_of(page)
    assert not {"script", "img"} & {tag for tag, _ in tree.tags}
    assert not [a for _, attributes in tree.tags for a in attributes if a.startswith("on")]
    for name in HOSTILE:
        assert " ".join(re.sub(r"[\x00-\x1f\u202e]+", " ", name).split()) in words
    assert not re.search(r"[\x00-\x08\x0b-\x1f\u202e]", page)
    charts = list((tmp_path / "charts").glob("*.svg"))
    assert len(charts) == 8
    for svg in charts:
        root = ET.fromstring(svg.read_text(encoding="utf-8"))
        assert not [e for e in root.iter() if e.tag.endswith("}script")]


def without(document, *keys):
    for project in document["projects"]:
        for key in keys:
            project[key] = None
    return document


def test_without_promises_nothing_is_late():
    page = render_page(without(sample.document(), "due", "p_late"))
    words = words_of(page)
    assert "No project has a promised date, so none can be late" in words
    assert "likelier missed than kept." not in words
    assert "No promises are given" in words


def test_without_budgets_and_benefits_the_page_says_so():
    document = without(sample.document(), "budget", "p_over_budget", "p_npv_positive", "npv")
    words = read_without_charts(document)
    assert "No project has a budget: give it one to ask." in words
    assert "No project states a benefit: give it one to ask." in words
    assert "no benefit given" in words


def test_without_projects_there_is_nothing_to_forecast():
    document = sample.document() | {"projects": []}
    page = render_page(document)
    assert "there is nothing to forecast" in words_of(page)
    assert "gantt" not in charts_of(page)


def test_without_people_there_is_no_heat_map():
    page = render_page(sample.document() | {"roles": []})
    assert not {"busy", "capacity"} & set(charts_of(page))
    assert "No roles are listed" in words_of(page)


def test_the_smallest_document_makes_a_page(tmp_path):
    path = write_report({"schema": "pmosim.run/1"}, tmp_path)
    assert "No charts" in words_of(path.read_text(encoding="utf-8"))
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]


def test_page_1_says_how_good_such_forecasts_were():
    document = sample.document()
    said = "In 2025 our P80 held for 27 of 34 projects (23 to 31 if such forecasts are right)."
    assert "How good such forecasts were" not in read_without_charts(document)
    document["assumptions"].append(
        {"mechanism": "track record", "basis": "measured", "text": said, "source": "backtest"}
    )
    words = read_without_charts(document)
    assert words.index(f"How good such forecasts were: {said}") < words.index("What to decide")


def test_many_assumptions_are_folded_away():
    document = sample.document()
    document["assumptions"] = [
        f"task {n}: what is spent is assumed; give `spent`" for n in range(30)
    ]
    page = render_page(document)
    words = words_of(page)
    assert "20 more" in words
    assert "task 13, task 14, and 15 more." in words
    assert "task 29: what is spent is assumed; give “spent”" in words


def test_one_project_reads_in_the_singular():
    document = sample.document()
    document["projects"] = document["projects"][:1]
    words = words_of(render_page(document))
    assert "The one promised date is likelier missed than kept; the work" in words
    assert "1 of 1 with a promised date is likelier late." in words
    assert "CRM renewal misses its promise in 62 of 100 futures" in words


def test_a_promise_beyond_the_window_is_not_known_with_the_reason():
    document = sample.document()
    reason = "the due date 2031-01-31 lies after the planning window, which ends on 2028-12-31"
    document["projects"][1] |= {"due": "2031-01-31", "p_late": sample.estimate(None, reason=reason)}
    words = read_without_charts(document)
    assert f"Not known for HR self service: {reason}." in words
    assert f"not known {reason}" in words


def test_projects_that_ended_before_day_0_only_count_what_they_cost():
    document = sample.document()
    document["projects"][0] |= {"status": "done"}
    page = render_page(document)
    words = words_of(page)
    assert "In 62 of 100 futures CRM renewal" not in words
    assert "EUR 66k to date" in words
    assert "CRM renewal" not in page[page.index("<svg") : page.index("</svg>")]


def test_many_projects_are_split_over_several_charts():
    document = sample.document()
    document["projects"] = [
        {**project, "id": f"{project['id']}-{n}", "name": f"{project['name']} {n}"}
        for n in range(6)
        for project in document["projects"]
    ]
    page = render_page(document)
    assert charts_of(page)[:4] == ["gantt-1", "gantt-2", "gantt-3", "busy"]
    assert "(2 of 3)" in page


CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
@pytest.mark.parametrize("kind", ["run", *STUDIES])
def test_a_browser_shows_it_at_phone_width_and_prints_it(tmp_path, kind):
    sync_api = pytest.importorskip("playwright.sync_api")
    make = STUDIES.get(kind, full_document)
    path = write_report(make(), tmp_path, sample.PROVENANCE)
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        for scheme, paper in (("light", "rgb(255, 255, 255)"), ("dark", "rgb(20, 24, 29)")):
            tab = browser.new_page(viewport={"width": 390, "height": 844}, color_scheme=scheme)
            asked, said = [], []
            tab.on("request", lambda request, asked=asked: asked.append(request.url))
            tab.on("console", lambda message, said=said: said.append(message.text))
            tab.goto(path.as_uri())
            assert asked == [path.as_uri()]
            assert said == []
            assert tab.evaluate("document.documentElement.scrollWidth") == 390
            assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == paper
        tab.emulate_media(media="print")
        table = tab.locator("details table").first
        assert table.bounding_box()["height"] > 60
        browser.close()


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
def test_printing_gives_a4_pages_without_cut_charts(tmp_path):
    path = write_report(full_document(), tmp_path, sample.PROVENANCE)
    pdf = tmp_path / "report.pdf"
    subprocess.run(
        [
            CHROMIUM,
            *FLAGS,
            f"--user-data-dir={tmp_path / 'profile'}",
            "--no-pdf-header-footer",
            f"--print-to-pdf={pdf}",
            path.as_uri(),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf.read_bytes())
    sizes = {tuple(sorted(round(float(side)) for side in box)) for box in boxes}
    assert sizes == {(595, 842)}


AXE = os.environ.get("PMOSIM_AXE", "")


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
@pytest.mark.skipif(not AXE, reason="PMOSIM_AXE names no axe.min.js (npm install axe-core)")
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", ["run", *STUDIES])
def test_axe_finds_no_violation(tmp_path, scheme, width, kind):
    sync_api = pytest.importorskip("playwright.sync_api")
    make = STUDIES.get(kind, full_document)
    path = write_report(make(), tmp_path, sample.PROVENANCE)
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        context = browser.new_context(
            viewport={"width": width, "height": 844}, color_scheme=scheme, bypass_csp=True
        )
        tab = context.new_page()
        tab.goto(path.as_uri())
        tab.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        tab.add_script_tag(content=Path(AXE).read_text(encoding="utf-8"))
        found = tab.evaluate("axe.run().then(r => r.violations)")
        browser.close()
    assert [(v["id"], [n["target"] for n in v["nodes"]][:3]) for v in found] == []


def test_the_report_of_26_projects_is_smaller_than_one_and_a_half_megabytes(tmp_path):
    document = full_document()
    document["projects"] = [
        project | {"id": f"{project['id']}-{n}", "name": f"{project['name']} {n}"}
        for n in range(3)
        for project in document["projects"]
    ][:26]
    document["roles"] = [
        role | {"id": f"{role['id']}-{n}"} for n in range(2) for role in document["roles"]
    ][:10]
    path = write_report(document, tmp_path, sample.PROVENANCE)
    assert path.stat().st_size < 1_500_000


def test_what_was_left_out_of_the_run_is_said_at_the_top():
    document = full_document()
    text = "Only running projects were simulated; 9 of 12 are left out."
    document["scope"] = {"only": {"status": ["running"]}, "text": text}
    assert read_without_charts(document).index(text) < 250
