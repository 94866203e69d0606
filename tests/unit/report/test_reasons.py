"""Charts of why: delay by cause, and what the last finish hangs on."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from pmosim.report import render_page
from pmosim.report.answers import read_answers
from pmosim.report.figures import draw_chart
from pmosim.report.reasons import plan_chain, plan_delays
from tests.unit.report import sample
from tests.unit.report.test_page import words_of


def slip(*parts: tuple[str, str | None, float], since: str = "due") -> dict[str, object]:
    return {
        "from": since,
        "n": 1_000,
        "days": sample.estimate(sum(days for _, _, days in parts)),
        "parts": [
            {"cause": cause, "role": role, "days": sample.estimate(days)}
            for cause, role, days in parts
        ],
    }


def chain(share: float = 0.62) -> dict[str, object]:
    return {
        "n": 1_000,
        "own_days": None,
        "projects": [
            {"project": "crm", "share": sample.chance(share), "days": sample.estimate(40.0)},
            {"project": "demand", "share": sample.chance(0.1), "days": sample.estimate(3.0)},
        ],
        "roles": [{"role": "architect", "share": sample.chance(0.5), "days": sample.estimate(0.2)}],
        "other_projects": {"n": 7, "days": 20.0},
    }


def document():
    result = sample.document()
    first, second = result["projects"][:2]
    first["slip_causes"] = slip(
        ("plan", None, 4.0), ("role", "architect", 19.0), ("intake", None, 2.0)
    )
    first["waits_on"] = {
        "n": 1_000,
        "held": [{"text": "In 62 of 100 futures it waits for the architect held by erp-2."}],
    }
    first["chain"] = chain()
    second["slip_causes"] = slip(
        ("role", "developer", 3.0), ("reserve", None, -12.0), since="baseline"
    )
    result["portfolio"]["chain"] = chain()
    return result


def test_delay_is_drawn_by_cause_the_latest_first():
    (plan,) = plan_delays(read_answers(document()))
    assert plan.finding == (
        "One project ends later than agreed on average; most of it (76 %) is waiting for the"
        " architect"
    )
    assert [row[0].text for row in plan.table.rows] == ["CRM renewal", "HR self service"]
    assert [cell.text for cell in plan.table.rows[0]][1:7] == [
        *("+25.0", "+4.0", "+19.0", "+2.0"),
        *("\N{EN DASH}", "\N{EN DASH}"),
    ]
    assert plan.table.rows[1][0].note == "counted from the baseline"
    texts = [t.text for t in ET.fromstring(draw_chart(plan).svg).iter("text")]
    assert {"+25", "architect 19", "-9", "developer 3"} <= set(texts)


def test_parts_of_a_delay_add_up_to_it_in_the_table():
    (plan,) = plan_delays(read_answers(document()))
    for row in plan.table.rows:
        whole, *parts = [0.0 if c.text == "\N{EN DASH}" else float(c.text) for c in row[1:7]]
        assert whole == pytest.approx(sum(parts))


def test_where_nobody_is_late_the_one_with_least_to_spare_is_named():
    result = document()
    del result["projects"][0]["slip_causes"]
    (plan,) = plan_delays(read_answers(result))
    assert plan.finding == (
        "On average no project ends later than agreed; HR self service has least to spare,"
        " 9 working days"
    )


def test_the_chain_names_projects_and_roles_and_never_says_100_of_100():
    result = document()
    result["portfolio"]["chain"] = chain(share=1.0)
    (plan,) = plan_chain(read_answers(result))
    assert plan.finding == (
        "The last finish hangs on CRM renewal in >99 of 100 futures, and on waiting for the"
        " architect in 50 of 100"
    )
    assert "7 more projects stand on it." in plan.sentence
    texts = [t.text for t in ET.fromstring(draw_chart(plan).svg).iter("text")]
    assert "<1 d, in 50 of 100" in texts


def test_who_holds_what_is_waited_for_stands_in_the_page():
    words = words_of(render_page(document()))
    assert "In 62 of 100 futures it waits for the architect held by erp-2." in words
    assert "CRM renewal in 62 of 100, architect in 50 of 100" in words


def test_an_older_document_has_neither_chart():
    answers = read_answers(sample.document())
    assert plan_delays(answers) == plan_chain(answers) == []


def test_the_report_names_the_commands_that_answer_what_it_cannot():
    words = words_of(render_page(document()))
    assert "What each of these would change, on the same luck: pmosim whatif." in words
    assert "Who is busiest is not always whom to hire: pmosim bottlenecks tells." in words
