from __future__ import annotations

import re
from pathlib import Path

import pytest

from pmosim.errors import InputError
from pmosim.forecast.condition import QUANTITIES, Names, parse_condition


def estimate(value, **more):
    return {"value": value, "low": value, "high": value, **more}


def project(name, late, status="approved", **more):
    return {
        "id": name,
        "status": status,
        "is_mandatory": name == "nis2",
        "groups": {"programme": "Sales"} if name == "crm" else {},
        "p_late": estimate(late),
        "p_npv_positive": estimate(1 - (late or 0.0)),
        "cost": {"p80": estimate(250_000.0)},
        "finish": {"p80": estimate("2027-06-30")},
        **more,
    }


DOCUMENT = {
    "projects": [
        project("crm", 0.4, "running"),
        project("hr", 0.2),
        project("nis2", 0.7, finish={"p80": estimate(None, after_horizon=True)}),
        project("new", None, p_late=estimate(None, reason="nobody was promised a date")),
    ],
    "roles": [{"id": "dev", "utilisation": estimate(0.9), "wait_days": estimate(12.0)}],
    "portfolio": {
        "committed_finish": {"p80": estimate("2028-01-31")},
        "cost": {"p80": estimate(1_000_000.0)},
        "p_npv_positive": estimate(0.6),
        "joint": None,
    },
}


def answer(text):
    condition = parse_condition(text)
    condition.check(Names.of(DOCUMENT))
    return condition.judge(DOCUMENT).answer


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("p_late(crm) > 0.3", True),
        ("p_late(crm) > 40%", False),
        ("p_late(crm) >= 0.4", True),
        ("p_late(crm)<.5", True),
        ('p_late( "crm" ) <= 0.3', False),
        ("cost_p80(hr) > 250k", False),
        ("cost_p80 >= 1M", True),
        ("finish_p80(hr) > 2027-06-29", True),
        ("finish_p80(hr) > 2027-06-30", False),
        ("finish_p80 <= 2028-01-31", True),
        ("finish_p80(nis2) > 2999-12-31", True),
        ("utilisation(dev) > 0.85", True),
        ("wait_days(dev) > 12", False),
        ("p_npv_positive < 0.7", True),
    ],
)
def test_a_comparison_is_held_against_the_forecast(text, expected):
    assert answer(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("p_late(all) > 0.65", True),
        ("p_late(running) > 0.65", False),
        ("p_late(mandatory) < 0.2", False),
        ("p_late(programme=Sales) > 0.39", True),
        ("p_npv_positive(all) < 0.35", True),
        ("p_npv_positive(all) > 0.35", False),
        ("finish_p80(all) > 2028-01-01", True),
    ],
)
def test_a_set_stands_for_its_worst_project(text, expected):
    assert answer(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("p_late(crm) > 0.3 and p_late(hr) > 0.3", False),
        ("p_late(crm) > 0.3 or p_late(hr) > 0.3", True),
        ("not p_late(crm) > 0.3", False),
        ("not (p_late(crm) > 0.3 and p_late(hr) > 0.3)", True),
        ("p_late(hr) > 0.3 and p_late(crm) > 0.3 or p_late(crm) > 0.3", True),
        ("p_late(hr) > 0.3 and (p_late(crm) > 0.3 or p_late(crm) > 0.3)", False),
        ("p_late(new) > 0.3", None),
        ("p_late(new) > 0.3 or p_late(crm) > 0.3", True),
        ("p_late(new) > 0.3 and p_late(crm) > 0.3", None),
        ("p_late(new) > 0.3 and p_late(hr) > 0.3", False),
        ("not p_late(new) > 0.3", None),
        ("p_on_time_and_budget < 0.5", None),
    ],
)
def test_and_binds_closer_than_or_and_what_is_not_known_stays_so(text, expected):
    assert answer(text) is expected


def test_the_numbers_behind_an_answer_are_told():
    verdict = parse_condition("p_late(all) > 0.3 and p_late(new) > 10%").judge(DOCUMENT)
    assert verdict.facts == (
        "p_late(all) is 0.7 (0.7 to 0.7) (nis2); asked: p_late(all) > 0.3",
        "p_late(new) > 10%: cannot be told, nobody was promised a date",
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the end stands where a quantity"),
        ("p_late(crm)", "the end stands where one of > >= < <="),
        ("p_late(crm) >", "the end stands where a number or a date"),
        ("p_late(crm) > 0.3 and", "the end stands where a quantity"),
        ("p_late(crm) > 0.3 xor p_late(hr) > 1", "'xor' stands where the end, 'and' or 'or'"),
        ("(p_late(crm) > 0.3", "the end stands where ')'"),
        ("p_late(crm) > 0.3)", "')' stands where the end"),
        ("0.3 < p_late(crm)", "'0.3' stands where a quantity"),
        ("p_lat(crm) > 0.3", "no quantity 'p_lat'. Did you mean 'p_late'?"),
        ("p_late(crn) > 0.3", "no project 'crn'. Did you mean 'crm'?"),
        ("utilisation(devs) > 0.3", "no role 'devs'. Did you mean 'dev'?"),
        ("p_late > 0.3", "p_late needs a project"),
        ("utilisation > 0.3", "utilisation needs a role"),
        ("p_late(crm) > 30", "a chance lies between 0 and 1: 0.3 or 30%"),
        ("p_late(crm) > -1", "a chance lies between 0 and 1"),
        ("finish_p80(crm) > 3", "it must be a date such as 2027-06-30"),
        ("p_late(crm) > 2027-06-30", "it must be a number"),
        ("finish_p80(crm) > 2027-02-30", "no date of the calendar"),
        ("p_late(crm) == 0.3", "cannot read '== 0.3'"),
        ("__import__('os').system('x') > 0", "cannot read"),
        ("__import__('os') > 0", "no quantity '__import__'"),
        ("p_late.__class__ > 0", "cannot read"),
        ("(" * 30 + "p_late(crm) > 0.3" + ")" * 30, "more than 20 brackets"),
        ("not " * 5000 + "p_late(crm) > 0.3", "more than 20 brackets"),
    ],
)
def test_what_cannot_be_read_or_is_not_there_is_refused_with_a_way_out(text, message):
    with pytest.raises(InputError) as refusal:
        parse_condition(text).check(Names.of(DOCUMENT))
    assert message in str(refusal.value)


def test_every_quantity_has_its_place_in_the_document_of_a_forecast():
    from pmosim.forecast import Forecast
    from tests.unit.forecast.builders import DAY, P, Row, build_network, build_outcomes

    network = build_network([P("crm", due=9 * DAY, budget=5.0, benefit=True, benefit_years=1.0)])
    rows = [Row(k, 0, finished=(8 + k) * DAY, fixed_cost=5.0) for k in range(3)]
    document = Forecast(build_outcomes(network, rows, replications=3)).to_document()
    document["projects"][0]["p_past_deadline"] = {"value": 0.0}
    document["roles"][0]["utilisation"] = {"value": 0.0}
    for name, quantity in QUANTITIES.items():
        whom = "developer" if quantity.is_of_role else "crm"
        value = "2026-01-01" if quantity.kind == "date" else "0.5"
        places = [f"({whom})"] + ([""] if quantity.of_portfolio else [])
        for place in places:
            verdict = parse_condition(f"{name}{place} > {value}").judge(document)
            assert verdict.answer is not None, (name, place, verdict.facts)


def test_the_page_of_questions_lists_every_quantity():
    page = (Path(__file__).parents[3] / "docs" / "reference" / "questions.md").read_text()
    table = page[page.index("| quantity") :]
    named = re.findall(r"`([a-z]\w+)`", "".join(row.split("|")[1] for row in table.splitlines()))
    assert sorted(named) == sorted(QUANTITIES)


@pytest.mark.parametrize(
    ("text", "miss"),
    [
        ("p_late(hr) < 0.3", 0.0),
        ("p_late(crm) < 0.3", 0.1),
        ("p_late(crm) > 0.5", 0.1),
        ("p_late(all) < 0.3", 0.1 + 0.4),  # each of the set must
        ("p_late(all) > 0.8", 0.1),  # the worst of the set must
        ("not p_late(crm) > 0.3", 0.1),
        ("not p_late(all) < 0.8", 0.1),
        ("cost_p80(crm) < 200k", 0.25),
        ("finish_p80(crm) <= 2027-06-20", 0.5),
        ("finish_p80(nis2) <= 2027-06-20", 10.0),
        ("p_late(new) < 0.3", 10.0),
        ("p_late(crm) < 0.3 and p_late(nis2) < 0.3", 0.5),
        ("p_late(crm) < 0.3 or p_late(nis2) < 0.3", 0.1),
        ("not (p_late(crm) > 0.3 or p_late(nis2) > 0.3)", 0.5),
        ("not (p_late(crm) > 0.3 and p_late(nis2) > 0.3)", 0.1),
    ],
)
def test_a_condition_says_how_far_it_is_from_being_kept(text: str, miss: float) -> None:
    assert parse_condition(text).miss(DOCUMENT) == pytest.approx(miss)


def test_what_is_just_not_kept_is_not_at_no_distance() -> None:
    condition = parse_condition("p_late(hr) < 0.2")
    assert condition.judge(DOCUMENT).answer is False
    assert 0.0 < condition.miss(DOCUMENT) < 1e-6
    assert parse_condition("p_late(hr) <= 0.2").miss(DOCUMENT) == 0.0


def test_a_margin_asks_for_more_than_the_condition_says() -> None:
    condition = parse_condition("p_late(hr) < 0.3")
    assert condition.miss(DOCUMENT, margin=0.05) == 0.0
    assert condition.miss(DOCUMENT, margin=0.15) == pytest.approx(0.05)
