"""People who are trained in a further role: exact small cases, and random ones under audit."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

import pmosim as pm
from pmosim.engine.training import Trainings
from pmosim.errors import AuditError
from tests.properties.scenarios import random_chance_scenario, valid_document
from tests.properties.test_people import finishes, is_usable, task, with_changes
from tests.properties.test_practice import with_practice

if TYPE_CHECKING:
    from tests.properties.scenarios import Document

SIX_DAYS = {"role": "dev", "lasts": "6d", "share": "50%", "proficiency": "60%"}


def trained(
    tasks: Document, training: Document | None = None, *others: Document, **person: Any
) -> dict[str, float]:
    """Return when a tester who is trained as a developer finishes tasks."""
    ana = {"id": "ana", "role": "test", "training": [SIX_DAYS | (training or {})]} | person
    roles = {"dev": {}, "test": {}}
    projects = [{"id": "a", "tasks": tasks}]
    return finishes({"roles": roles, "people": [ana, *others], "projects": projects})


def test_a_training_takes_its_share_of_the_day_and_no_more() -> None:
    # Half of six days, then whole ones.
    assert trained({"t": task("5pd", "test")})["a.t"] == 8
    assert trained({"t": task("3pd", "test")})["a.t"] == 6


def test_with_its_end_the_skill_is_there_at_the_stated_proficiency() -> None:
    assert trained({"t": task("6pd")})["a.t"] == 6 + 10
    assert trained({"t": task("6pd")}, {"lasts": "6.5d"})["a.t"] == 6.5 + 10


def test_who_is_busy_when_a_training_ends_goes_on_first() -> None:
    found = trained({"t": task("5pd", "test"), "u": task("6pd")})
    assert found == {"a.t": 8, "a.u": 18}


def test_training_all_day_long_is_like_leave() -> None:
    whole = {"share": "100%"}
    assert trained({"t": task("5pd", "test")}, whole)["a.t"] == 11
    waits = {"t": {"duration": "5d", "needs": {"test": 1}}}
    assert trained(waits, whole)["a.t"] == 11
    assert trained(waits)["a.t"] == 5


def test_a_new_skill_may_grow_with_practice_from_then_on() -> None:
    # 60 % to 100 % in ten days are eight days of work.
    assert trained({"t": task("8pd")}, {"to": "100%", "practice": "10pd"})["a.t"] == 16


def test_a_team_that_could_not_be_put_together_before_starts_with_the_end() -> None:
    bo = {"id": "bo", "role": "dev"}
    team = {"t": {"effort": "8pd", "needs": {"dev": 2}}}
    assert trained(team, None, bo)["a.t"] == 6 + 5


def test_two_trainings_at_once_take_both_their_shares() -> None:
    both = [SIX_DAYS, SIX_DAYS | {"role": "lead", "share": "25%"}]
    ana = {"id": "ana", "role": "test", "training": both}
    document = {
        "roles": {"dev": {}, "test": {}, "lead": {}},
        "people": [ana],
        "projects": [
            {"id": "a", "tasks": {"t": task("1.5pd", "test"), "u": task("3pd", "lead")}},
        ],
    }
    assert finishes(document) == {"a.t": 6, "a.u": 11}


def test_who_leaves_takes_the_training_along() -> None:
    document = {
        "as_of": "2027-01-04",
        "horizon": "1y",
        "roles": {"dev": {}, "test": {"turnover": "99.9%/y", "time_to_hire": "1d"}},
        "people": [{"id": "ana", "role": "test", "training": [SIX_DAYS | {"lasts": "40d"}]}],
        "projects": [{"id": "a", "tasks": {"t": task("1pd")}}],
    }
    outcomes = pm.simulate(pm.parse_scenario(document), replications=60, seed=1, audit=True)
    # At a hazard of 6.9 a year one in three stays for 40 days.
    assert 5 < outcomes.has_status("finished").sum() < 50


def test_a_training_that_goes_on_too_long_is_found_by_the_audit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    end = Trainings.end

    def end_late(trainings: Trainings, number: int) -> None:
        trainings.since[number] = trainings.since.get(number, 0) + 1
        end(trainings, number)

    monkeypatch.setattr(Trainings, "end", end_late)
    with pytest.raises(AuditError):
        trained({"t": task("6pd")})


# --- all together --------------------------------------------------------------------------------


def with_training(document: Document, seed: int) -> Document:
    """Return a random scenario in which some people are trained in roles they do not have."""
    moved = copy.deepcopy(document)
    names = list(moved.get("roles") or dict.fromkeys(p["role"] for p in moved["people"]))
    for n, person in enumerate(moved["people"]):
        known = {person["role"], *(person.get("skills") or {})}
        others = [name for name in names if name not in known]
        if not others or "from" in person or "until" in person or (seed + n) % 5 == 0:
            continue
        first = {
            "role": others[0],
            "lasts": ("3d", "5.5d", "1d")[(seed + n) % 3],
            "share": ("50%", "100%", "30%")[n % 3],
            "proficiency": "70%",
            "from": ("2027-01-06", "2027-01-11", "2027-01-15")[seed % 3],
        }
        if seed % 2:
            first |= {"to": "120%", "practice": "3pd"}
        person["training"] = [first]
        if len(others) > 1:
            person["training"].append(first | {"role": others[1], "from": "2027-01-25"})
    return moved


@pytest.mark.parametrize("is_changing", [False, True])
def test_attention_is_work_done_and_declared_losses_in_random_futures(
    is_changing: bool,  # noqa: FBT001
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    spells: list[tuple[int, int, int]] = []
    close = Trainings.close

    def close_and_tell(trainings: Trainings) -> None:
        close(trainings)
        spells.extend(trainings.spells)

    monkeypatch.setattr(Trainings, "close", close_and_tell)
    n_run = 0
    for seed in range(1, 19):
        document = valid_document(random_chance_scenario, seed)
        if is_changing:
            document = with_changes(with_practice(document, seed), seed)
        document = with_training(document, seed)
        if not is_usable(document):
            continue
        pm.simulate(pm.parse_scenario(document), replications=3, seed=seed, audit=True, jobs=1)
        n_run += 1
    assert n_run > 6
    assert len(spells) > 2 * n_run
