"""Work in hand of people who go away: exact small cases, and random ones under audit."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

import pmosim as pm
from pmosim.engine.audit import Audit
from pmosim.engine.order import AWAY
from pmosim.study.verbs import make_changes
from tests.properties.scenarios import random_chance_scenario, valid_document
from tests.properties.test_people import finishes, is_usable, task, with_changes

if TYPE_CHECKING:
    from pathlib import Path

    from pmosim.engine.reference import Replication
    from tests.properties.scenarios import Document

SECOND_WEEK = "2027-01-11..2027-01-15"
"""Days 5 to 9."""
ANA: Document = {"id": "ana", "role": "dev"}
BOB: Document = {"id": "bob", "role": "dev", "from": "2027-01-05"}
"""Comes on day 1, when Ana has begun."""


def days(
    tasks: Document, *people: Document, when: Document | None = None, **role: Any
) -> dict[str, float]:
    """Return the finish of each task of the only project."""
    return finishes(
        {
            "roles": {"dev": role},
            "people": list(people),
            "projects": [{"id": "a", "tasks": tasks}],
        }
        | ({"settings": {"when_away": when}} if when else {})
    )


def away(spell: str = SECOND_WEEK) -> Document:
    return ANA | {"leave": [spell]}


# --- handing over --------------------------------------------------------------------------------


def test_work_in_hand_pauses_with_whoever_is_away_unless_something_else_is_said() -> None:
    tasks = {"t": task("8pd")}
    said = days(tasks, away(), BOB, when={"leave": "pause", "sickness": "pause"})
    assert said == days(tasks, away(), BOB) == {"a.t": 13}


def test_work_handed_over_goes_on_with_somebody_else_and_takes_the_loss_once() -> None:
    # 5 of 8 days by Ana, then 3 + 2 by Bob.
    found = days({"t": task("8pd")}, away(), BOB, when={"leave": "hand_over"}, hand_over="2pd")
    assert found == {"a.t": 10}


def test_a_standard_takes_its_part_of_a_hand_over() -> None:
    # 2 x (1 - .5 x 60 %) = 1.4 days.
    document: Document = {
        "roles": {"dev": {"hand_over": "2pd"}},
        "people": [away(), BOB],
        "projects": [{"id": "a", "coverage": "60%", "tasks": {"t": task("8pd")}}],
        "settings": {"when_away": {"leave": "hand_over"}},
    }
    assert finishes(document) == {"a.t": 9.4}


@pytest.mark.parametrize(("least", "finish"), [("5d", 10), ("5.1d", 13)])
def test_short_leave_pauses_where_only_long_leave_is_handed_over(least: str, finish: float) -> None:
    when = {"leave": {"hand_over": least}}
    assert days({"t": task("8pd")}, away(), BOB, when=when, hand_over="2pd") == {"a.t": finish}


def test_what_is_said_of_a_person_wins_over_the_role_and_that_over_the_settings() -> None:
    tasks, settings = {"t": task("8pd")}, {"leave": "pause"}
    role = {"when_away": {"leave": "hand_over"}}
    assert days(tasks, away(), BOB, when=settings, **role) == {"a.t": 8}
    own = away() | {"when_away": {"leave": "pause"}}
    assert days(tasks, own, BOB, when=settings, **role) == {"a.t": 13}


def test_what_asks_for_somebody_by_name_waits_for_them() -> None:
    found = days({"t": task("8pd", "ana")}, away(), BOB, when={"leave": "hand_over"})
    assert found == {"a.t": 13}


def test_a_duration_goes_on_with_somebody_else_and_loses_nothing() -> None:
    tasks = {"t": {"duration": "8d", "needs": {"dev": 1}}}
    found = days(tasks, away(), BOB, when={"leave": "hand_over"}, hand_over="2pd")
    assert found == {"a.t": 8}


def test_where_nobody_is_free_who_comes_back_goes_on_and_the_loss_stays() -> None:
    found = days({"t": task("8pd")}, away(), when={"leave": "hand_over"}, hand_over="2pd")
    assert found == {"a.t": 15}


def test_the_task_handed_over_is_served_at_its_rank() -> None:
    # Bob ends `first` on day 6 and takes the task before `later`, which has waited longer.
    document: Document = {
        "roles": {"dev": {}},
        "people": [away(), BOB],
        "projects": [
            {"id": "a", "rank": 1, "tasks": {"t": task("8pd")}},
            {"id": "b", "rank": 2, "tasks": {"first": task("5pd"), "later": task("5pd")}},
        ],
        "dispatch": {"rule": "rank"},
        "settings": {"when_away": {"leave": "hand_over"}},
    }
    assert finishes(document) == {"a.t": 9, "b.first": 6, "b.later": 14}


def test_a_manager_waits_before_the_work_of_somebody_ill_is_handed_over() -> None:
    document: Document = {
        "as_of": "2027-01-04",
        "horizon": "2y",
        "roles": {"dev": {"sickness": {"share": "20%", "spell": "10d"}}},
        "people": [ANA | {"max_parallel": 1}, BOB | {"sickness": "0%"}],
        "projects": [{"id": "a", "tasks": {"t": task("40pd")}}],
        "settings": {"when_away": {"sickness": {"hand_over": "4d"}}},
    }
    scenario = pm.parse_scenario(document)
    outcomes = pm.simulate(scenario, replications=60, seed=2, audit=True, jobs=1)
    # One person works on it at a time; Ana is ill for ten days, four of which are waited for.
    finish = outcomes.projects()["finished_day"]
    people = outcomes.tasks()["people"]
    assert set(finish[people == "ana"]) == {40.0}
    assert set(finish[people != "ana"]) == {44.0}
    assert 0 < (people == "ana").sum() < 60


# --- finishing first -----------------------------------------------------------------------------


def test_leave_that_waits_begins_when_the_work_in_hand_is_done_and_keeps_its_length() -> None:
    # Ana would go on day 5, is done on day 8, and is back after five days.
    tasks = {"t": task("8pd"), "u": task("1pd", after="t")}
    assert days(tasks, away(), when={"leave": "finish"}) == {"a.t": 8, "a.u": 14}
    assert days(tasks, away()) == {"a.t": 13, "a.u": 14}


def test_who_has_nothing_in_hand_goes_on_the_day() -> None:
    tasks = {"t": task("3pd"), "u": task("1pd", not_before="2027-01-12")}
    assert days(tasks, away(), when={"leave": "finish"}) == {"a.t": 3, "a.u": 11}


def test_nothing_new_is_begun_before_leave_that_waits() -> None:
    half = ANA | {"max_parallel": 2, "leave": [SECOND_WEEK]}
    tasks = {"t": task("8pd"), "u": task("1pd", not_before="2027-01-12")}
    assert days(tasks, half, when={"leave": "finish"}) == {"a.t": 8, "a.u": 14}


def test_leave_that_falls_due_while_other_leave_waits_is_added_to_it() -> None:
    twice = ANA | {"leave": [SECOND_WEEK, "2027-01-18..2027-01-19"]}
    tasks = {"t": task("12pd"), "u": task("1pd", after="t")}
    assert days(tasks, twice, when={"leave": "finish"}) == {"a.t": 12, "a.u": 12 + 7 + 1}


def test_holidays_come_when_they_come() -> None:
    place = {"places": {"x": {"holidays": ["2027-01-12"]}}}
    document: Document = {
        "roles": {"dev": {}},
        "people": [away()],
        "projects": [{"id": "a", "tasks": {"t": task("8pd"), "u": task("1pd", after="t")}}],
        "settings": {"when_away": {"leave": "finish"}},
    } | place
    assert finishes(document) == {"a.t": 9, "a.u": 15}


def test_who_leaves_on_a_date_may_finish_first_and_takes_nothing_along() -> None:
    last = ANA | {"until": "2027-01-08"}
    tasks = {"t": task("8pd"), "u": task("1pd", not_before="2027-01-11")}
    found = days(tasks, last, BOB, when={"leaving": "finish"}, hand_over="2pd")
    assert found == {"a.t": 8, "a.u": 6}
    assert days(tasks, last, BOB, hand_over="2pd") == {"a.t": 10, "a.u": 11}


def test_time_at_work_and_capacity_are_those_that_came_about() -> None:
    document: Document = {
        "as_of": "2027-01-04",
        "horizon": "20d",
        "roles": {"dev": {}},
        "people": [away()],
        "projects": [{"id": "a", "tasks": {"t": task("8pd")}}],
        "settings": {"when_away": {"leave": "finish"}},
    }
    for leaves in (0, 1):
        document["people"] = [away() | ({"until": "2027-01-20"} if leaves else {})]
        outcomes = pm.simulate(pm.parse_scenario(document), replications=1, audit=True)
        # 20 days less five of leave; without her last week 13 days less five.
        assert outcomes.capacity.sum() / 480 / 10**9 == (8 if leaves else 15)


# --- withdrawing ---------------------------------------------------------------------------------


def withdrawn(**changes: Any) -> Document:
    """Return a scenario in which Ana is taken off `a` on day 5, and Bob may go on."""
    return {
        "as_of": "2027-01-04",
        "horizon": "1y",
        "roles": {"dev": {"hand_over": "2pd"}},
        "people": [ANA, BOB],
        "projects": [
            {"id": "a", "withdrawn": {"ana": "2027-01-11"}, "tasks": {"t": task("8pd")}} | changes,
            {"id": "b", "arrives": "2027-01-12", "tasks": {"t": task("4pd")}},
        ],
    }


def test_who_is_withdrawn_hands_over_and_works_for_the_others() -> None:
    assert finishes(withdrawn()) == {"a.t": 10, "b.t": 10}


def test_who_is_withdrawn_does_not_come_back_to_the_project() -> None:
    document = withdrawn()
    document["people"][1] = BOB | {"leave": ["2027-01-11..2027-01-15"]}
    # Bob comes back on day 10; Ana, idle until the other project asks, does not help.
    assert finishes(document) == {"a.t": 15, "b.t": 10}


def test_shares_held_throughout_go_to_somebody_else() -> None:
    document = withdrawn(throughout={"dev": "50%"})
    document["roles"]["dev"]["max_parallel"] = 2
    outcomes = pm.simulate(pm.parse_scenario(document), replications=1, audit=True)
    bookings, people = outcomes.bookings, outcomes.network.people.ids
    held = {people[n] for n in bookings.person[bookings.task_row == -1].tolist()}
    assert held == {"ana", "bob"}


def test_a_withdrawal_is_a_change_and_a_what_if() -> None:
    document = withdrawn()
    del document["projects"][0]["withdrawn"]
    scenario = pm.parse_scenario(document)
    changed = scenario.change(withdraw={"ana": {"from": "a", "on": "2027-01-11"}})
    found = pm.simulate(changed, replications=1, audit=True).tasks()
    assert found["finished_day"].tolist() == [10, 10]
    made = make_changes(scenario, [("--withdraw", "ana:a@2027-01-11")])
    assert made.after.document == changed.document
    assert made.words == "dev-1 does not work for a any more from 11 January 2027"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"zoe": {"from": "a", "on": "2027-01-11"}}, "PMO701"),
        ({"ana": {"from": "z", "on": "2027-01-11"}}, "PMO701"),
        ({"ana": {"from": "a"}}, "PMO104"),
        ({"ana": {"from": "a", "on": "soon"}}, "PMO116"),
    ],
)
def test_a_withdrawal_that_cannot_be_made_says_why(change: Document, code: str) -> None:
    with pytest.raises(pm.InputError) as caught:
        pm.parse_scenario(withdrawn()).change(withdraw=change)
    assert [problem.code for problem in caught.value.problems] == [code]


def test_withdrawing_the_one_that_a_task_names_is_told() -> None:
    scenario = pm.parse_scenario(withdrawn(tasks={"t": task("8pd", "ana")}))
    assert any("PMO941" in str(warning) for warning in scenario.warnings)


# --- an overlap with the successor ---------------------------------------------------------------

LAST_DAY_10 = ANA | {"until": "2027-01-15"}
OVERLAP = {"lasts": "3d", "saves": "20%"}


def left_of_a_hand_over(overlap: Document | None, *people: Document, size: int = 12) -> float:
    """Return the days that a task of so many takes longer because Ana leaves on day 10."""
    role = {"overlap": overlap} if overlap else {}
    return days({"t": task(f"{size}pd")}, *people, hand_over="5pd", **role)["a.t"] - size


@pytest.mark.parametrize("lasts", [0, 1, 2, 3, 5, 8])
def test_each_day_of_overlap_takes_its_part_of_the_loss_and_is_paid_by_the_successor(
    lasts: int,
) -> None:
    # loss = hand-over x max(0, 1 - saves x days) = 5 - days; Bob listens from day 10 - lasts on.
    overlap = {"lasts": f"{lasts}d", "saves": "20%"}
    assert left_of_a_hand_over(overlap, LAST_DAY_10, BOB) == max(0, 5 - lasts)
    document: Document = {
        "as_of": "2027-01-04",
        "roles": {"dev": {"hand_over": "5pd", "overlap": overlap}},
        "people": [LAST_DAY_10, BOB],
        "projects": [{"id": "a", "tasks": {"t": task("12pd")}}],
    }
    outcomes = pm.simulate(pm.parse_scenario(document), replications=1, audit=True)
    paid = outcomes.bookings.attention.sum() / 480 / 10**9
    assert paid == 12 + max(0, 5 - lasts) + lasts


def test_a_standard_and_an_overlap_multiply() -> None:
    # 5 x (1 - .5 x 60 %) x (1 - .2 x 3) = 1.4
    document: Document = {
        "roles": {"dev": {"hand_over": "5pd", "overlap": OVERLAP}},
        "people": [LAST_DAY_10, BOB],
        "projects": [{"id": "a", "coverage": "60%", "tasks": {"t": task("12pd")}}],
    }
    assert finishes(document) == {"a.t": 13.4}


def test_without_a_word_a_day_saves_what_the_prior_says() -> None:
    assert left_of_a_hand_over({"lasts": "3d"}, LAST_DAY_10, BOB) == 2
    said = {"as_of": "2027-01-04", "people": [BOB], "projects": [], "roles": {}}
    said["roles"] = {"dev": {"hand_over": "5pd", "overlap": {"lasts": "3d"}}}
    scenario = pm.parse_scenario(said)
    (entry,) = [entry for entry in scenario.assumptions if entry.mechanism == "overlap"]
    assert entry.basis == "assumed"


def test_a_successor_who_comes_late_is_told_for_as_long_as_there_is() -> None:
    late = BOB | {"from": "2027-01-14"}  # day 8
    assert left_of_a_hand_over(OVERLAP, LAST_DAY_10, late) == 3
    later = BOB | {"from": "2027-01-18"}  # day 10
    assert left_of_a_hand_over(OVERLAP, LAST_DAY_10, later) == 5


def test_while_the_leaver_is_away_the_successor_works() -> None:
    # Told on day 7, then Ana is away for her last two days: two days of work, 5 x .8 of loss.
    gone = LAST_DAY_10 | {"leave": ["2027-01-14..2027-01-15"]}
    assert left_of_a_hand_over(OVERLAP, gone, BOB) == 4


def test_half_a_day_with_the_successor_saves_half_as_much() -> None:
    half = BOB | {"fte": "50%"}
    found = days({"t": task("12pd")}, LAST_DAY_10, half, hand_over="5pd", overlap=OVERLAP)
    # 2 + 5 x (1 - .2 x 1.5) = 5.5 days of work at half speed
    assert found["a.t"] == 10 + 2 * 5.5


def test_a_leaver_by_chance_overlaps_for_as_long_as_the_notice() -> None:
    for notice, most in (("0d", 0), ("2d", 2), ("30d", 3)):
        document: Document = {
            "as_of": "2027-01-04",
            "horizon": "2y",
            "roles": {
                "dev": {
                    "turnover": "99%/y",
                    "hand_over": "5pd",
                    "overlap": OVERLAP | {"notice": notice},
                }
            },
            "people": [ANA, BOB | {"turnover": "0%/y"}],
            "projects": [{"id": "a", "tasks": {"t": task("60pd")}}],
        }
        outcomes = pm.simulate(pm.parse_scenario(document), replications=40, seed=4, audit=True)
        finish = outcomes.projects()["finished_day"]
        assert set(finish) <= {60.0} | {65.0 - told for told in range(most + 1)}
        assert 65 - most in set(finish)


def test_a_withdrawal_is_known_before() -> None:
    document = withdrawn(tasks={"t": task("12pd")})
    document["roles"]["dev"] |= {"hand_over": "5pd", "overlap": OVERLAP}
    document["projects"][0]["withdrawn"] = {"ana": "2027-01-18"}
    assert finishes(document)["a.t"] == 17  # Bob is busy with the other project to day 10
    del document["projects"][1]
    assert finishes(document)["a.t"] == 14


def test_an_overlap_without_a_loss_does_nothing_and_is_told() -> None:
    tasks = {"t": task("12pd")}
    assert days(tasks, LAST_DAY_10, BOB, overlap=OVERLAP) == {"a.t": 12}
    document: Document = {"as_of": "2027-01-04", "roles": {"dev": {"overlap": OVERLAP}}}
    document |= {"people": [BOB], "projects": [{"id": "a", "tasks": tasks}]}
    assert any("PMO904" in str(warning) for warning in pm.parse_scenario(document).warnings)


# --- all together --------------------------------------------------------------------------------


def with_departures(document: Document, seed: int) -> Document:
    """Return a random scenario in which work in hand is handed over, or finished first."""
    moved = with_changes(document, seed)
    answers = ("hand_over", "finish", "pause", {"hand_over": "2d"})
    moved["settings"] = dict(moved.get("settings", {})) | {
        "when_away": {
            "leave": answers[seed % 4],
            "sickness": ("hand_over", {"hand_over": "1d"}, "pause")[seed % 3],
            "leaving": ("finish", "hand_over")[seed % 2],
        }
    }
    for n, entry in enumerate(moved["roles"].values()):
        if (n + seed) % 3:
            lasts, saves = f"{1 + (n + seed) % 15}d", ("15%", "5%")[seed % 2]
            entry["overlap"] = {"lasts": lasts, "saves": saves, "notice": f"{seed % 8}.5d"}
    named = [person for person in moved["people"] if "id" in person]
    moved["people"] += [{"role": role, "fte": "60%"} for role in moved["roles"] if seed % 3]
    for n, person in enumerate(named):
        first = 5 + (seed + 3 * n) % 15
        person.setdefault("leave", []).append(f"2027-01-{first:02}..2027-01-{first + 6:02}")
        if not person.get("until"):
            person["turnover"] = "0%/y"
            if (n + seed) % 3 == 0:
                person["until"] = f"2027-02-{1 + (n + seed) % 20:02}"
        if (n + seed) % 4 == 0:
            person["when_away"] = {"leave": answers[(seed + n) % 4]}
    for n, project in enumerate(moved["projects"]):
        if named and (n + seed) % 2:
            project["withdrawn"] = {named[n % len(named)]["id"]: f"2027-01-{6 + n + seed % 9:02}"}
    return moved


@pytest.mark.parametrize("block", range(4))
def test_nothing_is_lost_but_what_is_declared_when_people_go_in_random_futures(
    block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = {"lost": 0, "finished first": 0, "told": 0}
    check = Audit.check_end

    def check_and_count(audit: Audit, run: Replication) -> None:
        check(audit, run)
        seen["lost"] += len(run.handed_over)
        seen["told"] += sum(hold.taught > 0 for hold, _ in audit.holds)
        log = run.presence_log or {}
        due = [(minute, n) for n, minute in run.lengths if minute < run.minute]
        seen["finished first"] += sum(log.get((*at, False)) != AWAY for at in due)

    monkeypatch.setattr(Audit, "check_end", check_and_count)
    n_run = 0
    for seed in range(15 * block + 1, 15 * block + 16):
        document = with_departures(valid_document(random_chance_scenario, seed), seed)
        if is_usable(document):
            scenario = pm.parse_scenario(document)
            pm.simulate(scenario, replications=3, seed=seed, audit=True, jobs=1)
            n_run += 1
    assert n_run > 6
    assert seen["lost"] > 2 * n_run
    assert seen["finished first"] > n_run / 4
    assert seen["told"] > 3


def test_the_answers_of_today_change_no_byte(tmp_path: Path) -> None:
    document = with_changes(valid_document(random_chance_scenario, 7), 7)
    said = copy.deepcopy(document)
    answers = {"leave": "pause", "sickness": "pause", "leaving": "hand_over"}
    said["settings"] = dict(said.get("settings", {})) | {"when_away": answers}
    for name, given in (("silent", document), ("said", said)):
        outcomes = pm.simulate(pm.parse_scenario(given), replications=20, seed=3)
        outcomes.save(tmp_path / f"{name}.npz")
    assert (tmp_path / "silent.npz").read_bytes() == (tmp_path / "said.npz").read_bytes()
