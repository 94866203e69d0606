from __future__ import annotations

from datetime import date

import pytest

from pmosim.report.answers import Number, read_answers
from pmosim.report.sentences import (
    judge,
    say_days,
    say_error,
    say_months,
    say_share,
    write_cards,
    write_key_numbers,
    write_lead,
)
from tests.unit.report import sample


def card(name, document=None):
    answers = read_answers(document or sample.document())
    return next(card for column in write_cards(answers) for card in column if card.id == name)


@pytest.mark.parametrize(
    ("value", "low", "high", "kind"),
    [
        (0.62, 0.59, 0.65, "likely"),
        (0.51, 0.48, 0.54, "even"),
        (0.49, 0.46, 0.52, "even"),
        (0.2, 0.17, 0.23, "unlikely"),
        (0.62, None, None, "likely"),
        (None, None, None, ""),
    ],
)
def test_even_means_that_more_futures_may_tip_it(value, low, high, kind):
    assert judge(Number(value=value, low=low, high=high)) == kind


@pytest.mark.parametrize(
    ("futures", "words"),
    [(1_000, "about 3 in 100"), (100, "about 10 in 100"), (100_000, "about 1 in 100")],
)
def test_the_error_of_a_chance_follows_the_number_of_futures(futures, words):
    assert say_error(futures) == words


def test_days_shares_and_months_are_said_in_words():
    assert [say_days(d) for d in (0.4, 0.96, 1.4, 19.4, 1234.0)] == [
        "less than a working day",
        "1 working day",
        "1 working day",
        "19 working days",
        "1,234 working days",
    ]
    assert say_share(0.965) == "97 %"
    assert say_share(None) == "none"
    assert say_months(["2027-11", "2027-12", "2028-01", "2028-04"]) == (
        "Nov 2027 to Jan 2028 and Apr 2028"
    )


def test_a_narrow_band_is_said_to_the_week_and_a_wide_one_to_the_month():
    document = sample.document()
    finish = document["projects"][0]["finish"]
    finish["p10"]["value"], finish["p90"]["value"] = "2027-07-01", "2027-07-20"
    finish["p80"]["value"] = "2027-07-12"
    text = next(str(s) for s in card("late", document).sentences if "CRM" in str(s))
    assert "by the week of 5 July 2027, 80 of 100 by the week of 12 July 2027" in text


def test_a_project_that_most_futures_leave_open_is_said_to_be_so():
    text = next(str(s) for s in card("late").sentences if "Data centre" in str(s))
    assert "in most it is not finished when the planning window ends" in text


def test_five_are_named_and_the_others_are_counted():
    document = sample.document()
    for project in document["projects"]:
        project["p_late"] = sample.chance(0.9)
        project["due"] = "2027-06-30"
    late = card("late", document)
    assert len(late.sentences) == 5
    assert late.answer == "12 of 12 with a promised date are likelier late."
    assert late.more.startswith("7 more projects in the table.")


def test_when_nobody_is_late_the_closest_is_named():
    document = sample.document()
    for project in document["projects"]:
        project["p_late"] = sample.chance(0.1 if project["id"] == "portal" else 0.05)
        project["due"] = "2027-06-30"
    late = card("late", document)
    assert late.answer == "None of 12 with a promised date is likelier late."
    assert [str(s)[:50] for s in late.sentences] == [
        "In 10 of 100 futures Customer portal 2.0 misses 30"
    ]
    assert "Shown is the one closest to being late." in late.more
    lead = write_lead(read_answers(document))
    assert lead.startswith("None of 12 promised dates is likelier missed than kept")


def test_waiting_for_release_is_said_as_the_start_rule():
    text = next(str(s) for s in card("late").sentences if "Partner API" in str(s))
    assert "51 working days of its time is waiting for its start (start rule)." in text


def test_roles_are_named_in_the_order_of_waiting_with_their_busy_share():
    waiting = card("waiting")
    assert waiting.answer.startswith("Mostly for the architect.")
    assert str(waiting.sentences[0]) == "19 working days for the architect (busy share 97 %)"
    crowded = [str(s) for s in waiting.sentences if "planned" in str(s)]
    assert crowded[0] == "More architect work is planned than people are there in 17 months."
    assert crowded[1].endswith("in May 2027 and Jul to Nov 2027.")


def test_when_no_work_waits_nobody_is_named():
    document = sample.document()
    for role in document["roles"]:
        role["wait_days"] = sample.estimate(0.2)
    assert card("waiting", document).answer.startswith("Nobody:")
    assert write_lead(read_answers(document)).endswith("no work waits long for people.")


def test_key_numbers_leave_out_what_nobody_asked():
    document = sample.document()
    assert len(write_key_numbers(read_answers(document))) == 4
    for project in document["projects"]:
        project |= {"due": None, "p_late": None, "budget": None, "has_benefit": False}
    numbers = write_key_numbers(read_answers(document))
    assert [n.text for n in numbers] == ["of waiting for the architect in an average project"]


def test_a_benefit_that_is_not_stated_is_not_judged():
    document = sample.document()
    document["projects"][0] |= {"has_benefit": False, "p_npv_positive": sample.chance(0.0)}
    assert "CRM" not in str(card("worth", document).sentences)


def test_numbers_of_a_candidate_know_how_many_futures_they_come_from():
    document = sample.document()
    candidate = next(p for p in document["projects"] if p["id"] == "green")
    candidate |= {"futures": 20, "p_npv_positive": {"value": 0.0, "low": 0.0, "high": 0.16}}
    text = next(str(s) for s in card("worth", document).sentences if "Data centre" in str(s))
    assert text.startswith("In only <5 of 100 futures")


def test_the_window_and_day_0_are_read_from_the_document_or_its_scenario():
    document = sample.document()
    assert read_answers(document).as_of == date(2027, 1, 4)
    document["scenario"] = {"name": "Nested", "as_of": "2027-02-01", "currency": "CHF"}
    answers = read_answers(document)
    assert (answers.name, answers.as_of, answers.currency) == ("Nested", date(2027, 2, 1), "CHF")


def test_roles_that_would_read_the_same_keep_their_ids():
    document = sample.document()
    document["roles"][0]["id"], document["roles"][1]["id"] = "qa-lead", "qa_lead"
    words = [role.words for role in read_answers(document).roles[:2]]
    assert words == ["qa-lead", "qa_lead"]
