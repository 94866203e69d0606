from __future__ import annotations

import re
import shutil
import subprocess
from html.parser import HTMLParser
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from pmosim.report import render_page, write_report
from tests.unit.report import sample

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


@pytest.fixture(scope="module")
def page() -> str:
    return render_page(sample.document(), sample.PROVENANCE)


def test_the_page_is_whole_and_says_its_language(page):
    tree = parse(page)
    assert page.startswith("<!DOCTYPE html>")
    assert tree.all("html")[0]["lang"] == "en"
    assert len(tree.all("h1")) == 1
    assert [tag for tag in ("main", "header") if len(tree.all(tag)) != 1] == []


def test_ids_stand_once_and_every_reference_finds_its_target(page):
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


def test_nothing_is_asked_from_outside_and_nothing_runs(page):
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


def test_headings_go_down_one_level_at_a_time(page):
    levels = [int(tag[1]) for tag, _ in parse(page).tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert all(b <= a + 1 for a, b in pairwise(levels))


def test_every_chart_has_name_description_sentence_and_table(page):
    tree = parse(page)
    charts = tree.all("svg")
    assert len(charts) == 3
    for attributes in charts:
        assert attributes["role"] == "img"
        assert len((attributes["aria-labelledby"] or "").split()) == 2
    assert len(tree.all("desc")) == len(charts)
    assert len(tree.all("details")) == len(charts)
    assert "CRM renewal: P50 5 Jul 2027, P80 9 Aug 2027, promised 30 Jun 2027, late in 62" in page


def test_every_table_has_a_caption_and_heads_of_rows_and_columns(page):
    tree = parse(page)
    tables = tree.all("table")
    assert len(tree.all("caption")) == len(tables) == 5
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


def test_the_first_page_knows_no_jargon(page):
    words = words_of(page[: page.index('id="projects"')])
    assert not re.search(r"(?i)replication|quantile|percentile|P\d\d|monte|NPV|null|None\b", words)


def test_a_chance_is_never_0_or_100_percent(page):
    words = words_of(page)
    assert "<1 of 100" in words
    assert not re.search(r"\b(0|100) of 100\b", words)


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
    document = sample.document()
    places = (document["projects"], document["roles"] * 2, document["demand"] * 12)
    for name, project, role, stream in zip(HOSTILE, *places, strict=False):
        project |= {"name": name, "groups": {name: name}, "id": name, "status": name}
        project["wait_days"] |= {name: sample.estimate(99.0)}
        role["id"] = stream["id"] = name
        document["assumptions"].append(name)
        document["warnings"].append(name)
    document["scenario"] = document["currency"] = HOSTILE[0]
    path = write_report(document, tmp_path, {name: name for name in HOSTILE})
    page = path.read_text(encoding="utf-8")
    tree, words = parse(page), words_of(page)
    assert not {"script", "img"} & {tag for tag, _ in tree.tags}
    assert not [a for _, attributes in tree.tags for a in attributes if a.startswith("on")]
    for name in HOSTILE:
        assert " ".join(re.sub(r"[\x00-\x1f\u202e]+", " ", name).split()) in words
    assert not re.search(r"[\x00-\x08\x0b-\x1f\u202e]", page)
    charts = list((tmp_path / "charts").glob("*.svg"))
    assert len(charts) == 3
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
    words = words_of(render_page(document))
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


def test_many_assumptions_are_folded_away():
    document = sample.document()
    document["assumptions"] = [
        f"task {n}: what is spent is assumed; give `spent`" for n in range(30)
    ]
    page = render_page(document)
    words = words_of(page)
    assert "20 more" in words
    assert "30 points are assumed, not measured" in words
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
    words = words_of(render_page(document))
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
def test_a_browser_shows_it_at_phone_width_and_prints_it(tmp_path):
    sync_api = pytest.importorskip("playwright.sync_api")
    path = write_report(sample.document(), tmp_path, sample.PROVENANCE)
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
        assert table.bounding_box()["height"] > 100
        browser.close()


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
def test_printing_gives_a4_pages_without_cut_charts(tmp_path):
    path = write_report(sample.document(), tmp_path, sample.PROVENANCE)
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
