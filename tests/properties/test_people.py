"""People who leave, come, learn and mentor: exact small cases, and random ones under audit."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

import pmosim as pm
from pmosim.draws import draw
from pmosim.engine.newcomers import Newcomers, ramp_length, ramp_mean, ramp_step
from pmosim.network import compile_network
from pmosim.network.arrays import NONE
from pmosim.units import WHOLE
from tests.properties.scenarios import random_chance_scenario, valid_document

if TYPE_CHECKING:
    from pathlib import Path

    from tests.properties.scenarios import Document

SECOND_MONDAY = "2027-01-11"
DAY_0_TO_SECOND_MONDAY = 5


def task(effort: str, who: str = "dev", **keys: Any) -> Document:
    return {"effort": effort, "needs": {who: 1}, **keys}


def finishes(document: Document) -> dict[str, float]:
    """Return the finish of each task of the only future, in working days."""
    full = {"as_of": "2027-01-04", "horizon": "1y"} | document
    frame = pm.simulate(pm.parse_scenario(full), replications=1, seed=1, audit=True).tasks()
    return {f"{row.project}.{row.task}": row.finished_day for row in frame.itertuples()}


def one_project(tasks: Document, people: list[Document], **role: Any) -> dict[str, float]:
    return finishes(
        {
            "roles": {"dev": role},
            "people": people,
            "projects": [{"id": "a", "tasks": tasks}],
        }
    )


# --- ramps and mentors ---------------------------------------------------------------------------

NEW = {"id": "new", "role": "dev", "from": SECOND_MONDAY}
OLD = {"id": "old", "role": "dev"}
RAMP = {"start": "30%", "lasts": "10d"}
MENTOR = {"share": "15%", "shortens": "20%"}


def test_the_work_of_a_ramp_is_its_length_times_the_mean_of_both_ends() -> None:
    # R (p0 + 1) / 2 = 10 x .65, on the minute; the day after is a whole one.
    found = one_project({"t": task("6.5pd")}, [NEW], ramp=RAMP)
    assert found["a.t"] == DAY_0_TO_SECOND_MONDAY + 10
    found = one_project({"t": task("7.5pd")}, [NEW], ramp=RAMP)
    assert found["a.t"] == DAY_0_TO_SECOND_MONDAY + 11


def test_who_is_there_on_day_0_is_not_new() -> None:
    assert one_project({"t": task("6.5pd")}, [OLD], ramp=RAMP)["a.t"] == 6.5


def test_a_ramp_that_ends_within_a_day_is_at_full_speed_from_then_on() -> None:
    found = one_project({"t": task("2pd")}, [NEW], ramp={"start": "0%", "lasts": "1.5d"})
    # 1.5 days give .75 of a day, the rest of the second day is a whole half.
    assert found["a.t"] == DAY_0_TO_SECOND_MONDAY + 2 + 0.75


def test_a_day_away_teaches_nothing() -> None:
    away = NEW | {"leave": ["2027-01-13..2027-01-14"]}
    found = one_project({"t": task("6.5pd")}, [away], ramp=RAMP)
    assert found["a.t"] == DAY_0_TO_SECOND_MONDAY + 12


def test_who_is_first_there_in_the_afternoon_begins_at_the_start_of_the_ramp() -> None:
    # A spell of illness ends within a day; found by a random scenario.
    document: Document = {
        "as_of": "2027-01-04",
        "roles": {"dev": {"ramp": {"start": "30%", "lasts": "7.5d"}, "sickness": "20%"}},
        "people": [NEW | {"id": f"new{n}", "leave": ["2027-01-11..2027-01-12"]} for n in range(9)],
        "projects": [{"id": "a", "tasks": {f"t{n}": task("6pd") for n in range(9)}}],
    }
    pm.simulate(pm.parse_scenario(document), replications=40, seed=1, audit=True, jobs=1)


def mentored(**keys: Any) -> dict[str, float]:
    """Return when the newcomer and the mentor end what they begin on the same day."""
    tasks = {
        "mine": {"effort": "5.2pd", "needs": {"new": 1}},
        "theirs": {"effort": "6.8pd", "needs": {"old": 1}, "not_before": SECOND_MONDAY},
    }
    return one_project(tasks, [OLD, NEW], ramp=RAMP, mentor=MENTOR, **keys)


def test_a_mentored_ramp_is_shorter_and_costs_the_mentor_a_share_of_each_of_its_days() -> None:
    # R = 8: the newcomer does R (p0 + 1) / 2 = 5.2, the mentor R (1 - m) = 6.8, so both together
    # R + R (p0 + 1) / 2 - m R.
    found = mentored()
    assert found["a.mine"] == found["a.theirs"] == DAY_0_TO_SECOND_MONDAY + 8


def test_nobody_who_is_new_or_of_another_role_mentors() -> None:
    other = {"id": "old", "role": "test", "skills": {"dev": "100%"}}
    document: Document = {
        "roles": {"dev": {"ramp": RAMP, "mentor": MENTOR}, "test": {}},
        "people": [other, NEW, NEW | {"id": "too"}],
        "projects": [
            {"id": "a", "tasks": {"t": task("6.5pd", "new"), "u": task("6.5pd", "too")}},
        ],
    }
    found = finishes(document)
    assert found["a.t"] == found["a.u"] == DAY_0_TO_SECOND_MONDAY + 10


def test_one_mentor_helps_as_many_as_is_said() -> None:
    too = NEW | {"id": "too"}
    tasks = {"t": task("5.2pd", "new"), "u": task("5.2pd", "too")}
    alone = one_project(tasks, [OLD, NEW, too], ramp=RAMP, mentor=MENTOR)
    assert alone["a.t"] == DAY_0_TO_SECOND_MONDAY + 8
    assert alone["a.u"] > DAY_0_TO_SECOND_MONDAY + 8
    both = one_project(tasks, [OLD, NEW, too], ramp=RAMP, mentor=MENTOR | {"most": 2})
    assert both["a.t"] == both["a.u"] == DAY_0_TO_SECOND_MONDAY + 8


def test_while_the_mentor_is_away_the_ramp_is_as_long_as_without() -> None:
    # Four days with a mentor bring half of the ramp of 8, five without the half of that of 10.
    away = OLD | {"leave": ["2027-01-15..2027-02-26"]}
    # Their work is 4 x (.3 + .65) / 2 + 5 x (.65 + 1) / 2.
    found = one_project({"t": task("6.025pd", "new")}, [away, NEW], ramp=RAMP, mentor=MENTOR)
    assert found["a.t"] == DAY_0_TO_SECOND_MONDAY + 9


def test_a_ramp_cut_into_days_adds_up_to_the_whole() -> None:
    for lasts, start, shortens in ((4800, 300_000_000, 0), (5000, 0, 250_000_000)):
        whole = ramp_length(lasts, shortens)
        far, work = 0, 0
        for _ in range(20):
            after = far + ramp_step(480, shortens, is_mentored=False)
            mean = WHOLE if far >= whole else ramp_mean(start, far, after, whole)
            far, work = after, work + 480 * mean
        known = lasts * (WHOLE + start) // 2 + (20 * 480 - lasts) * WHOLE
        assert 0 <= work - known < 20 * 480


# --- hand-over -----------------------------------------------------------------------------------

LEAVER = {"id": "ana", "role": "dev", "until": "2027-01-08", "hand_over": "3pd"}


def test_a_hand_over_is_added_once_to_a_task_in_hand() -> None:
    people = [LEAVER, OLD | {"from": SECOND_MONDAY}]
    assert one_project({"t": task("10pd")}, people)["a.t"] == 13
    assert (
        one_project({"t": task("10pd")}, [LEAVER | {"hand_over": "0pd"}, *people[1:]])["a.t"] == 10
    )


def test_it_is_added_to_each_effort_task_but_to_nothing_else() -> None:
    people = [LEAVER | {"max_parallel": 3}, OLD | {"from": SECOND_MONDAY, "max_parallel": 3}]
    tasks = {
        "t": task("10pd"),
        "u": task("10pd"),
        "v": {"duration": "10d", "needs": {"dev": 1}},
    }
    found = one_project(tasks, people)
    # A third of each person each: 5/3 done, then 25/3 + 3 to do; the duration ends first.
    assert found["a.v"] == 10
    assert found["a.t"] == found["a.u"] == pytest.approx(10 + 2 * (10 - 10 / 3 + 3), abs=0.01)


def test_a_finished_task_is_handed_over_to_nobody() -> None:
    assert one_project({"t": task("5pd")}, [LEAVER])["a.t"] == 5


def test_a_standard_saves_part_of_the_hand_over() -> None:
    document = {
        "roles": {"dev": {}},
        "settings": {"standard": {"hand_over": "50%"}},
        "people": [LEAVER | {"hand_over": "4pd"}, OLD | {"from": SECOND_MONDAY}],
        "projects": [{"id": "a", "coverage": "50%", "tasks": {"t": task("10pd")}}],
    }
    assert finishes(document)["a.t"] == 13


# --- who comes after -----------------------------------------------------------------------------


def moving_place() -> Document:
    return {
        "as_of": "2027-01-04",
        "horizon": "2y",
        "roles": {"dev": {"turnover": "90%/y", "time_to_hire": "20d"}},
        "people": [{"id": "ana", "role": "dev", "leave": ["2027-07-05..2028-02-25"]}],
    }


def futures(document: Document, n: int = 60) -> tuple[pm.Outcomes, Any]:
    scenario = pm.parse_scenario(document)
    outcomes = pm.simulate(scenario, replications=n, seed=1, audit=True)
    return outcomes, draw(compile_network(scenario), 1, 0, n).stints


def test_whoever_comes_goes_on_under_the_same_name_and_takes_no_leave_of_the_other() -> None:
    document = moving_place() | {"projects": [{"id": "a", "tasks": {"t": task("150pd")}}]}
    outcomes, stints = futures(document)
    frame = outcomes.tasks()
    assert set(frame["people"]) == {"ana"}
    took_over = False
    for k, finish in enumerate(frame["finished_day"]):
        rows = slice(stints.first[k], stints.first[k + 1])
        left, again = stints.end[rows][0] / 480, stints.begin[rows][1:2] / 480
        if left < 120 and (stints.end[rows][1] == NONE or stints.end[rows][1] / 480 >= 200):
            assert finish == again[0] + 150 - left
            took_over = True
    assert took_over


def test_work_asked_of_somebody_by_name_is_not_taken_over() -> None:
    document = moving_place() | {"projects": [{"id": "a", "tasks": {"t": task("100pd", "ana")}}]}
    outcomes, stints = futures(document)
    left = stints.end[stints.first[:-1]]
    has_time = (left == NONE) | (left >= 100 * 480)
    assert has_time.any()
    assert not has_time.all()
    assert outcomes.has_status("finished").tolist() == has_time.tolist()
    assert any("PMO906" in str(problem) for problem in pm.parse_scenario(document).warnings)


def test_capacity_is_that_of_who_is_there() -> None:
    document = moving_place() | {"projects": [{"id": "a", "tasks": {"t": task("1pd")}}]}
    document["people"][0].pop("leave")
    outcomes, stints = futures(document)
    for k in range(60):
        rows = slice(stints.first[k], stints.first[k + 1])
        end = outcomes.run_end[k]
        until = [end if e == NONE else min(e, end) for e in stints.end[rows]]
        held = sum(e - b for b, e in zip(stints.begin[rows], until, strict=True) if e > b)
        assert outcomes.capacity[k].sum() == held * WHOLE


# --- all together --------------------------------------------------------------------------------


def with_changes(document: Document, seed: int) -> Document:
    """Return a random scenario in which people leave, learn, mentor and hand over."""
    moved = copy.deepcopy(document)
    names = moved.get("roles") or dict.fromkeys(p["role"] for p in moved["people"])
    moved["roles"] = {name: dict(entry or {}) for name, entry in names.items()}
    for n, entry in enumerate(moved["roles"].values()):
        kind = (seed + n) % 4
        entry |= {"turnover": f"{(60, 99, 90, 30)[kind]}%/y", "hand_over": "0.5pd/2pd/4pd"}
        if kind < 3:
            entry["time_to_hire"] = ("1d/3d/10d", "0d", "5d")[kind]
        entry["ramp"] = {"start": ("30%", "0%", "50%", "20%")[kind], "lasts": f"{7 + 3 * kind}.5d"}
        entry["mentor"] = {"share": "20%", "shortens": f"{10 * kind}%", "most": 1 + kind % 2}
        entry["sickness"] = {"share": "8%", "spell": "1d/2d/5d"}
    for project in moved.get("projects", ()):
        project["coverage"] = "60%"
    return moved


def is_usable(document: Document) -> bool:
    try:
        pm.parse_scenario(document)
    except pm.InputError:
        return False
    return True


@pytest.mark.parametrize("block", range(4))
def test_attention_is_work_done_and_declared_losses_in_random_futures(
    block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs: list[Any] = []
    close = Newcomers.close

    def close_and_tell(newcomers: Newcomers) -> None:
        close(newcomers)
        pairs.extend(newcomers.pairs)

    monkeypatch.setattr(Newcomers, "close", close_and_tell)
    n_run = n_left = 0
    for seed in range(12 * block + 1, 12 * block + 13):
        document = with_changes(valid_document(random_chance_scenario, seed), seed)
        if not is_usable(document):
            continue
        scenario = pm.parse_scenario(document)
        pm.simulate(scenario, replications=3, seed=seed, audit=True, jobs=1)
        n_run += 1
        n_left += len(draw(compile_network(scenario), seed, 0, 3).stints.person)
    assert n_run > 6
    assert n_left > 3 * n_run
    assert len(pairs) > n_run


def test_silence_changes_no_byte(tmp_path: Path) -> None:
    document = valid_document(random_chance_scenario, 7)
    silent = copy.deepcopy(document)
    names = silent.get("roles") or dict.fromkeys(p["role"] for p in silent["people"])
    silent["roles"] = {
        name: dict(entry or {})
        | {
            "turnover": "0%/y",
            "time_to_hire": "30d",
            "hand_over": "0pd",
            "ramp": {"start": "100%", "lasts": "90d"},
            "mentor": {"share": "0%", "shortens": "0%"},
        }
        for name, entry in names.items()
    }
    for project in silent.get("projects", ()):
        project["coverage"] = "0%"
    for name, given in (("plain", document), ("silent", silent)):
        outcomes = pm.simulate(pm.parse_scenario(given), replications=20, seed=3)
        outcomes.save(tmp_path / f"{name}.npz")
    assert (tmp_path / "plain.npz").read_bytes() == (tmp_path / "silent.npz").read_bytes()
