"""What-if: cases computed by hand, on portfolios in which nothing is left to chance."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest

import pmosim as pm
from pmosim.forecast.estimate import Estimate
from pmosim.forecast.futures import futures_by_id
from pmosim.forecast.paired import Difference
from pmosim.study import starts
from pmosim.study.payers import is_earlier, is_later
from pmosim.study.runs import runs
from pmosim.study.starts import (
    FUTURES,
    KEPT,
    MOST_RUNS,
    Trial,
    _Bisection,
    _Latest,
    candidate_starts,
)
from pmosim.study.verbs import make_changes
from pmosim.study.whatif import WhatIf, ask

TWO: dict[str, Any] = {
    "pmosim": 1,
    "name": "Two",
    "as_of": "2027-01-04",
    "horizon": "1y",
    "currency": "EUR",
    "roles": {"developer": {"day_rate": 700}, "archivist": {"day_rate": 500}},
    "people": [{"role": "developer", "headcount": 1}, {"role": "archivist", "headcount": 1}],
    "templates": {
        "ten": {"tasks": {"build": {"effort": "10pd", "needs": {"developer": 1}}}},
        "thirty": {"tasks": {"build": {"effort": "30pd", "needs": {"developer": 1}}}},
        "archive": {"tasks": {"sort": {"effort": "10pd", "needs": {"archivist": 1}}}},
        "chance": {"tasks": {"build": {"effort": "8pd/10pd/20pd", "needs": {"developer": 1}}}},
    },
    "projects": [
        {"id": "crm", "template": "ten", "rank": 1, "due": "2027-03-31"},
        {"id": "web", "name": "The web", "template": "ten", "rank": 2, "due": "2027-03-31"},
    ],
    "dispatch": {"rule": "rank"},
}


def answer(document: dict[str, Any], *typed: tuple[str, str], n: int = 20) -> WhatIf:
    question = make_changes(pm.parse_scenario(document), typed)
    with runs(replications=n, jobs=1) as study:
        return ask(question, study, base_name="two")


def with_(**changes: Any) -> dict[str, Any]:
    return deepcopy(TWO) | changes


def test_a_project_with_the_first_rank_delays_the_others_by_its_own_length() -> None:
    found = answer(TWO, ("--add", "ten,id=new,rank=1"))
    assert found.comparison.delay("web").value == 10.0
    # crm and new share rank 1; crm stands first in the file and keeps its place.
    assert found.comparison.delay("crm").is_zero
    assert [move.project for move in found.payers.later] == ["web"]
    assert found.payers.causes == (("developer", 10.0),)
    assert found.texts["who_pays"] == (
        "With the new project at rank 1 as given, The web (+10 working days) pays with a later "
        "finish, 10 working days together."
    )
    assert found.rank_first is None


def test_the_answer_is_one_sentence_with_who_how_much_why_and_what_it_costs() -> None:
    found = answer(TWO, ("--add", "2:ten@2027-01-04,rank=1"))
    assert found.texts["answer"] == (
        "If 2 ten projects start on 4 January 2027 (rank 1), 1 of 2 existing projects certainly "
        "finishes later, by at most 20 working days (The web, on average; 20 to 20); most of the "
        "delay (100 %) is waiting for the developer; the portfolio costs EUR 14k more and is "
        "worth EUR 14k less (NPV)."
    )


def test_without_a_rank_newcomers_stand_behind_and_the_row_with_rank_1_says_what_it_hides() -> None:
    found = answer(TWO, ("--add", "ten,id=new"))
    assert found.payers.is_nothing
    assert found.texts["who_pays"] == (
        "With the new project behind all ranked ones (no rank was given), nobody pays: "
        "no other project moves in any future."
    )
    assert found.rank_first is not None
    assert {m.project: m.difference.value for m in found.rank_first.payers.later} == {
        "crm": 10.0,
        "web": 10.0,
    }
    assert found.rank_first.text.startswith("With the new project first in rank instead (rank 1)")


def test_ranks_are_not_spoken_of_where_they_decide_nothing() -> None:
    found = answer(with_(dispatch={"rule": "fifo"}), ("--add", "ten"))
    assert found.rank_first is None
    assert "(who goes first: fifo; ranks decide nothing)" in found.texts["who_pays"]


@pytest.mark.parametrize("typed", [(), (("--rank", "crm=1"),), (("--set", "currency=EUR"),)])
def test_no_change_is_exactly_no_difference_and_says_so(typed: tuple[tuple[str, str], ...]) -> None:
    document = deepcopy(TWO)
    document["projects"][1]["template"] = "chance"
    found = answer(document, *typed)
    assert all(row.difference.is_zero or row.difference.reason for row in found.comparison.rows())
    assert (
        "nothing changes: every project finishes in the same minute" in found.texts["answer"]
        or "No change is given, and nothing changes" in found.texts["answer"]
    )


def test_work_for_a_role_that_nobody_else_uses_changes_nothing_elsewhere() -> None:
    document = deepcopy(TWO)
    for project in document["projects"]:
        project["template"] = "chance"
    found = answer(document, ("--add", "3:archive@2027-01-04"), n=40)
    changed = [
        row.entity
        for row in found.comparison.rows()
        if row.kind == "project" and row.entity in {"crm", "web"} and not row.difference.is_zero
        if not row.difference.reason
    ]
    assert changed == []
    assert "0 of" not in found.texts["answer"]
    assert found.payers.is_nothing


def test_projects_that_the_question_delays_do_not_pay_they_ask() -> None:
    found = answer(TWO, ("--delay", "crm=6w"))
    assert found.comparison.delay("crm").value == 30.0
    assert found.payers.later == ()
    assert [move.project for move in found.payers.earlier] == ["web"]
    assert "none of the 1 other projects certainly finishes later" in found.texts["answer"]


def test_the_naive_plan_lets_nobody_wait_and_looks_free() -> None:
    found = answer(TWO, ("--add", "2:ten@2027-02,rank=1"))
    assert {k: v.isoformat() for k, v in found.naive.finish.items()} == {
        "ten-1": "2027-02-12",
        "ten-2": "2027-02-12",
    }
    assert found.naive.moved == {}
    # web asks before they come and runs; then one after the other, twenty days.
    assert found.naive.text == (
        "A plan in which nobody waits for anybody says: the 2 new projects finish on "
        "12 February 2027 and no other project moves by a day: starting everything at once looks "
        "free. Simulated, with people who are shared, the last of the new projects is finished by "
        "26 February 2027 in 80 of 100 futures and the others do not move either."
    )
    delayed = answer(TWO, ("--delay", "web=2w"))
    assert delayed.naive.moved == {"web": 10.0}


def test_the_latest_start_is_the_last_month_from_which_the_due_date_is_kept() -> None:
    # Ten days from 1 June end on 14 June; from 1 July they are late.
    found = answer(TWO, ("--add", "ten@2027-05,due=2027-06-30"))
    (start,) = found.starts
    assert str(start.latest) == "2027-06-01"
    assert start.has_due
    assert start.kept is not None
    assert start.kept.value == 1.0
    assert start.n_runs <= MOST_RUNS
    assert "June 2027; begun then it is finished by its due date, 30 June 2027" in start.text


def test_a_due_date_is_kept_by_what_ends_in_its_evening() -> None:
    (start,) = answer(TWO, ("--add", "ten@2027-05,due=2027-06-14")).starts
    assert str(start.latest) == "2027-06-01"


def test_the_first_of_every_month_is_tried_up_to_the_last_day_of_the_window() -> None:
    scenario = pm.parse_scenario(TWO | {"horizon": "2027-04-01"})
    found = [day.isoformat() for day in candidate_starts(scenario)]
    assert found == ["2027-01-04", "2027-02-01", "2027-03-01", "2027-04-01"]


def test_a_small_change_that_may_be_either_way_is_neither_later_nor_earlier() -> None:
    for sign in (1.0, -1.0):
        small = Difference(value=sign * 0.1, low=-0.2, high=0.2, n=50, is_settled=True)
        assert not is_later(small)
        assert not is_earlier(small)


def test_a_promise_that_no_start_keeps_is_said() -> None:
    found = answer(TWO, ("--add", "thirty@2027-03,due=2027-02-05,rank=1"))
    (start,) = found.starts
    assert start.latest is None
    assert "none was found" in start.latest_text
    assert "begun on day 0 it is so in <5 of 100 futures" in start.latest_text


def test_without_a_due_date_the_end_of_the_window_counts_and_is_named() -> None:
    found = answer(TWO, ("--add", "ten@2027-05"))
    (start,) = found.starts
    assert not start.has_due
    assert str(start.due) == "2027-12-31" or str(start.due) == "2028-01-03"
    assert str(start.latest) == "2027-12-01"
    assert "it has no due date inside the window" in start.latest_text


def test_a_due_date_that_counts_from_the_start_makes_no_start_too_late() -> None:
    found = answer(TWO, ("--add", "ten@2027-05,due=60d"))
    assert found.starts[0].latest is None
    assert "its due date counts from its start" in found.starts[0].text


def test_the_safest_start_is_the_first_month_from_which_no_promise_suffers() -> None:
    # Thirty days from 4 January end on 12 February: web, asked for on 1 February, would wait ten.
    document = deepcopy(TWO)
    document["projects"][1]["arrives"] = "2027-02"
    found = answer(document, ("--add", "thirty@2027-01-04"))
    assert [move.project for move in found.payers.later] == ["web"]
    (start,) = found.starts
    assert str(start.safest) == "2027-02-01"
    assert "February 2027 is the earliest at which it makes no promised" in start.safest_text


def test_where_nothing_is_promised_any_start_is_safe() -> None:
    document = deepcopy(TWO)
    for project in document["projects"]:
        del project["due"]
    found = answer(document, ("--add", "ten,rank=1"))
    assert (
        found.starts[0].safest_text == "Safest start: any, no other project has a promise to keep."
    )


def test_starts_of_several_additions_share_a_bounded_number_of_runs() -> None:
    found = answer(TWO, ("--add", "2:ten@2027-03"), ("--add", "thirty@2027-05"), n=10)
    assert [start.project for start in found.starts] == ["ten-1", "ten-2", "thirty-1"]
    assert found.starts[0].together == ("ten-1", "ten-2")
    assert found.starts[0].n_runs + found.starts[2].n_runs <= MOST_RUNS
    assert {start.futures for start in found.starts} == {min(FUTURES, 10)}


def test_the_document_is_a_comparison_with_more_keys_and_plain_values() -> None:
    found = answer(TWO, ("--add", "ten@2027-03"), ("--set", "roles.developer.day_rate=90"))
    document = json.loads(json.dumps(found.to_document(), allow_nan=False))
    assert document["schema"] == "pmosim.compare/1"
    assert document["question"] == {
        "words": "1 ten project starts in March 2027 and roles.developer.day_rate is 90",
        "verbs": [
            {"add": {"template": "ten", "starts": "2027-03"}},
            {"set": {"roles.developer.day_rate": 90}},
        ],
        "command": "--add ten@2027-03 --set roles.developer.day_rate=90",
    }
    assert document["added"] == ["ten-1"]
    assert set(document["who_pays"]) == {"text", "projects", "causes"}
    assert document["rank_first"]["rows"]
    assert document["starts"][0]["latest"]["date"]
    assert document["naive"]["rows"] == [
        {"entity": name, "measure": "finish_mean_days", "value": 0.0} for name in ("web", "crm")
    ]


def test_a_promise_kept_in_exactly_80_of_100_is_kept() -> None:
    def kept(share: float) -> dict[int, bool]:
        trial = Trial(kept={"new": Estimate(value=share, low=0.7, high=0.9, n=100)}, harmed=())
        return _Latest(name="new", bisection=_Bisection(0, 3, is_first=False)).verdicts({2: trial})

    assert kept(KEPT) == {2: True}
    assert kept(0.79) == {2: False}


def test_what_begins_on_the_morning_after_its_due_date_is_late() -> None:
    document = with_(templates=TWO["templates"] | {"nod": {"tasks": {"m": {"milestone": True}}}})
    (start,) = answer(document, ("--add", "nod@2027-03,due=2027-06-30")).starts
    assert start.latest is not None
    assert start.latest.isoformat() == "2027-06-01"
    (start,) = answer(document, ("--add", "nod@2027-03,due=2027-07-01")).starts
    assert start.latest is not None
    assert start.latest.isoformat() == "2027-07-01"


@pytest.mark.parametrize(("days", "harmed"), [(0.5, {"crm", "web"}), (0.49, set())])
def test_a_delay_harms_from_half_a_day_on(
    days: float, harmed: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    both = futures_by_id(pm.simulate(pm.parse_scenario(TWO), replications=2))
    change = Difference(value=days, low=days, high=days, n=2, is_settled=True)
    monkeypatch.setattr(starts, "move_of", lambda *_: change)
    for added in ([], ["crm"]):
        found = starts._harmed(both, both, added)  # noqa: SLF001
        assert {name for name, _ in found} == harmed - set(added)


def test_how_many_more_futures_would_tell_is_parted_from_who_is_not_certain() -> None:
    chance = [{"id": name, "template": "chance", "rank": n} for n, name in enumerate("ab", 1)]
    chance.append({"id": "c", "template": "chance", "rank": 3, "arrives": "2027-01-19"})
    people = [{"role": "developer", "headcount": 2}, {"role": "archivist"}]
    document = with_(projects=chance, people=people, dispatch={"rule": "fifo"})
    found = answer(document, ("--add", "chance,id=new,starts=2027-01-18"), n=3)
    assert "later (1 not yet certain: about " in found.texts["who_pays"]
    assert found.texts["who_pays"].endswith(" more futures would settle it).")
