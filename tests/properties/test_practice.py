"""People who get faster with practice: exact small cases, and random ones under audit."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

import pmosim as pm
from pmosim.engine.practice import Practice, line_mean
from pmosim.units import WHOLE
from tests.properties.scenarios import random_chance_scenario, valid_document
from tests.properties.test_people import finishes, is_usable, task, with_changes

if TYPE_CHECKING:
    from pathlib import Path

    from tests.properties.scenarios import Document

LEARNING = {"start": "50%", "practice": "10pd"}
"""Work after attention x: x / 2 + x^2 / 40 up to 10 days, then a day a day."""


def learned(tasks: Document, person: Document | None = None, **keys: Any) -> dict[str, float]:
    """Return when one developer who learns finishes tasks of a web service."""
    project = {"id": "a", "kind_of_work": "web", "tasks": tasks} | keys
    people = [{"id": "ana", "role": "dev"} | (person or {})]
    roles = {"dev": {"learning": LEARNING}}
    return finishes({"roles": roles, "people": people, "projects": [project]})


@pytest.mark.parametrize(("days", "work"), [(1, 0.525), (4, 2.4), (10, 7.5), (13, 10.5)])
def test_work_after_so_much_attention_is_the_area_under_a_straight_line(
    days: int, work: float
) -> None:
    assert learned({"t": task(f"{work}pd")})["a.t"] == days


def test_work_that_ends_within_a_day_is_off_by_less_than_that_day_can_teach() -> None:
    # x / 2 + x^2 / 40 = 3.7; the mean of the last day is that of all of it.
    known = 20 * ((0.25 + 0.37) ** 0.5 - 0.5)
    found = learned({"t": task("3.7pd")})["a.t"]
    assert known - 0.5 * (1 / 20) / 0.75 < found <= known + 1 / 480


def test_what_was_learned_on_one_task_helps_in_the_next_of_the_same_kind() -> None:
    tasks = {"t": task("2.4pd"), "u": task("5.1pd", after="t")}
    assert learned(tasks) == {"a.t": 4, "a.u": 10}
    tasks["u"]["kind_of_work"] = "other"
    assert learned(tasks)["a.u"] == pytest.approx(4 + 7.46, abs=0.05)


def test_experience_on_day_0_is_a_start_further_up() -> None:
    assert learned({"t": task("5.1pd")}, {"experience": {"web": "4pd"}})["a.t"] == 6
    assert learned({"t": task("5.1pd")}, {"experience": {"other": "4pd"}})["a.t"] > 7


def test_work_without_a_kind_is_done_at_full_speed() -> None:
    assert learned({"t": task("5pd")}, kind_of_work=None)["a.t"] == 5


def test_a_template_is_a_kind_of_work() -> None:
    document = {
        "roles": {"dev": {"learning": LEARNING}},
        "people": [{"role": "dev"}],
        "templates": {"web": {"tasks": {"t": task("2.4pd")}}},
        "projects": [
            {"id": "a", "template": "web"},
            {"id": "b", "template": "web", "tasks": {"t": {"effort": "5.1pd"}}},
        ],
    }
    assert finishes(document) == {"a.t": 4, "b.t": 10}


def test_a_day_away_teaches_nothing() -> None:
    away = {"leave": ["2027-01-06..2027-01-07"]}
    assert learned({"t": task("7.5pd")}, away)["a.t"] == 12


def test_durations_teach_nothing_and_take_as_long_as_ever() -> None:
    tasks = {
        "t": {"duration": "5d", "needs": {"dev": 1}},
        "u": task("7.5pd", after="t"),
    }
    assert learned(tasks) == {"a.t": 5, "a.u": 15}


def test_half_the_attention_teaches_half_as_fast() -> None:
    tasks = {"t": {"effort": "7.5pd", "needs": {"dev": "50%"}}}
    assert learned(tasks)["a.t"] == 20


def test_two_tasks_of_one_kind_at_once_teach_as_one() -> None:
    # 2 x 3.75 done with 10 days of attention, half for each.
    tasks = {name: task("3.75pd") for name in "tu"}
    found = learned(tasks, {"max_parallel": 2})
    assert found == {"a.t": 10, "a.u": 10}


def grown(tasks: Document, **skill: Any) -> dict[str, float]:
    """Return when a tester finishes what developers do, of whom there are none."""
    skills = {"dev": {"proficiency": "50%", "to": "100%", "practice": "10pd"} | skill}
    people = [{"id": "ana", "role": "test", "skills": skills}]
    return finishes(
        {
            "roles": {"dev": {}, "test": {}},
            "people": people,
            "projects": [{"id": "a", "tasks": tasks}],
        }
    )


def test_a_skill_grows_with_work_in_its_role_and_stays_where_it_is_in_the_end() -> None:
    assert grown({"t": task("7.5pd")})["a.t"] == 10
    assert grown({"t": task("2.4pd"), "u": task("5.1pd", after="t")})["a.u"] == 10
    # 50 % to 80 % over 10 days are 6.5 days of work, then .8 a day.
    assert grown({"t": task("10.5pd")}, to="80%")["a.t"] == 15
    assert grown({"t": task("5pd")}, to="50%")["a.t"] == 10


def test_work_in_the_home_role_teaches_no_other() -> None:
    tasks = {"t": task("10pd", "test"), "u": task("7.5pd", after="t")}
    assert grown(tasks)["a.u"] == 20


def test_a_skill_and_a_kind_of_work_are_learned_at_once() -> None:
    # Each day has the product of its two means: sum of ((k + 10.5) / 20)^2 over days 0 to 9.
    work = sum(((k + 10.5) / 20) ** 2 for k in range(10))
    skills = {"dev": {"proficiency": "50%", "to": "100%", "practice": "10pd"}}
    document = {
        "roles": {"dev": {}, "test": {"learning": LEARNING}},
        "people": [{"id": "ana", "role": "test", "skills": skills}],
        "projects": [{"id": "a", "kind_of_work": "web", "tasks": {"t": task(f"{work:.6f}pd")}}],
    }
    assert finishes(document)["a.t"] == 10


def test_who_comes_after_has_practised_nothing() -> None:
    leaver = {"id": "ana", "role": "dev", "until": "2027-01-15"}
    after = {"id": "new", "role": "dev", "from": "2027-01-18"}
    document = {
        "roles": {"dev": {"learning": LEARNING}},
        "people": [leaver, after],
        "projects": [{"id": "a", "kind_of_work": "web", "tasks": {"t": task("15pd")}}],
    }
    assert finishes(document)["a.t"] == 20


def test_the_steps_of_a_line_add_up_to_its_area() -> None:
    for low, high, takes in ((0, WHOLE, 4800), (300_000_000, 900_000_000, 5000)):
        line = low, high, takes * WHOLE
        work = sum(480 * line_mean(line, k * 480 * WHOLE, 480 * WHOLE) for k in range(20))
        known = takes * (low + high) // 2 + (20 * 480 - takes) * high
        assert 0 <= work - known < 20 * 480


# --- all together --------------------------------------------------------------------------------


def with_practice(document: Document, seed: int) -> Document:
    """Return a random scenario in which people learn kinds of work, and skills grow."""
    moved = copy.deepcopy(document)
    names = list(moved.get("roles") or dict.fromkeys(p["role"] for p in moved["people"]))
    roles = moved.get("roles") or {}
    moved["roles"] = {name: dict(roles.get(name) or {}) for name in names}
    for n, entry in enumerate(moved["roles"].values()):
        if (seed + n) % 3:
            entry["learning"] = {"start": f"{20 * ((seed + n) % 4)}%", "practice": f"{3 + n}.5pd"}
            entry["experience"] = {"web": "1.5pd"}
    for n, person in enumerate(moved["people"]):
        if (seed + n) % 2 and not isinstance(person.get("skills"), list):
            person["skills"] = {
                name: {"proficiency": "40%", "to": "110%", "practice": "2.5pd"}
                for name in names
                if name != person["role"]
            }
    owners = [*moved.get("projects", ()), *moved.get("demand", {}).values()]
    for n, owner in enumerate(owners):
        owner["kind_of_work"] = ("web", "data")[n % 2]
        for k, entry in enumerate((owner.get("tasks") or owner.get("phases") or {}).values()):
            if (seed + k) % 3 == 0:
                entry["kind_of_work"] = "report"
    return moved


@pytest.mark.parametrize("is_changing", [False, True])
def test_attention_is_work_done_and_declared_losses_in_random_futures(
    is_changing: bool,  # noqa: FBT001
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    steps: list[int] = []
    step = Practice.rise

    def rise_and_tell(practice: Practice) -> None:
        steps.append(practice.floor.minute)
        step(practice)

    monkeypatch.setattr(Practice, "rise", rise_and_tell)
    n_run = 0
    for seed in range(1, 13):
        document = valid_document(random_chance_scenario, seed)
        document = with_practice(document, seed)
        if is_changing:
            document = with_changes(document, seed)
        if not is_usable(document):
            continue
        pm.simulate(pm.parse_scenario(document), replications=3, seed=seed, audit=True, jobs=1)
        n_run += 1
    assert n_run > 6
    assert len(steps) > 20 * n_run


def test_practice_that_teaches_nothing_changes_no_byte(tmp_path: Path) -> None:
    document = valid_document(random_chance_scenario, 7)
    silent = copy.deepcopy(document)
    names = silent.get("roles") or dict.fromkeys(p["role"] for p in silent["people"])
    silent["roles"] = {
        name: dict(entry or {}) | {"learning": {"start": "100%", "practice": "40pd"}}
        for name, entry in names.items()
    }
    for project in silent["projects"]:
        project["kind_of_work"] = "web"
    for name, given in (("plain", document), ("silent", silent)):
        outcomes = pm.simulate(pm.parse_scenario(given), replications=20, seed=3)
        outcomes.save(tmp_path / f"{name}.npz")
    assert (tmp_path / "plain.npz").read_bytes() == (tmp_path / "silent.npz").read_bytes()
