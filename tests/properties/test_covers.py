"""Projects that wait while somebody held throughout is away, and who covers: exact, and random."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

import pmosim as pm
from pmosim.engine.covers import Covers
from tests.properties.scenarios import random_chance_scenario, valid_document
from tests.properties.test_people import is_usable, task, with_changes
from tests.properties.test_practice import with_practice

if TYPE_CHECKING:
    from pathlib import Path

    from pmosim.engine.state import Project
    from tests.properties.scenarios import Document

AWAY = "2027-01-06..2027-01-12"
"""Five working days, from the third day on."""
PAM = {"id": "pam", "role": "pm", "leave": [AWAY]}
DEE = {"id": "dee", "role": "dev"}
QUE = {"id": "que", "role": "pm"}
BLOCKS = {"share": "20%", "blocks": True}


def outcomes_of(
    people: list[Document], tasks: Document | None = None, held: Any = None, **keys: Any
) -> pm.Outcomes:
    settings = keys.pop("settings", {})
    work = tasks or {"t": task("4pd"), "u": task("2pd", after="t")}
    project = {"id": "a", "throughout": {"pm": held or BLOCKS}, "tasks": work} | keys
    document = {
        "as_of": "2027-01-04",
        "horizon": "1y",
        "settings": settings,
        "roles": {"dev": {}, "pm": {}},
        "people": [DEE, *people],
        "projects": [project],
    }
    return pm.simulate(pm.parse_scenario(document), replications=1, seed=1, audit=True)


def finishes(*args: Any, **keys: Any) -> dict[str, float]:
    frame = outcomes_of(*args, **keys).tasks()
    return dict(zip(frame["task"], frame["finished_day"], strict=True))


def given(outcomes: pm.Outcomes) -> dict[str, float]:
    """Return the days of attention that each person gives throughout."""
    rows = outcomes.bookings
    names = outcomes.network.people.ids
    days = (rows.attention / (480 * 10**9)).tolist()
    held = zip(rows.task_row.tolist(), rows.person.tolist(), days, strict=True)
    return {names[n]: pytest.approx(day) for row, n, day in held if row < 0}


def test_absence_of_a_manager_stops_nothing_unless_the_share_blocks() -> None:
    assert finishes([PAM], held="20%") == {"t": 4, "u": 6}
    assert finishes([PAM], held=BLOCKS | {"blocks": False}) == {"t": 4, "u": 6}
    assert finishes([PAM]) == {"t": 9, "u": 11}


def test_people_stay_with_work_that_stands_still_and_book_nothing() -> None:
    outcomes = outcomes_of([PAM])
    assert given(outcomes) == {"pam": 6 * 0.2}
    rows = outcomes.bookings
    assert (rows.attention[rows.task_row >= 0] == [4 * 480 * 10**9, 2 * 480 * 10**9]).all()


def test_nothing_starts_while_a_project_stands_still() -> None:
    tasks = {"t": task("2pd"), "u": task("2pd", after="t"), "m": {"milestone": True, "after": "t"}}
    frame = outcomes_of([PAM], tasks).tasks().set_index("task")
    assert frame["started_day"].to_dict() == {"t": 0, "u": 7, "m": 2}
    assert frame["waited_for"]["u"] == "pm"


def test_what_needs_nobody_goes_on() -> None:
    tasks = {"t": {"duration": "4d"}, "u": {"duration": "4d", "needs": {"dev": 1}}}
    assert finishes([PAM], tasks) == {"t": 4, "u": 9}


def test_somebody_free_covers_with_a_larger_share_the_less_common_the_method_is() -> None:
    # From the third to the sixth day, the last of the project: four days.
    for coverage, base, efficiency in (
        ("0%", "50%", 0.5),
        ("50%", "50%", 0.75),
        ("100%", "50%", 1.0),
        ("50%", "80%", 0.9),
    ):
        settings = {"standard": {"cover": base}}
        outcomes = outcomes_of([PAM, QUE], coverage=coverage, settings=settings)
        frame = outcomes.tasks()
        assert frame["finished_day"].tolist() == [4, 6]
        assert given(outcomes) == {"pam": 2 * 0.2, "que": 4 * 0.2 / efficiency}


def test_cover_hands_back_when_the_holder_returns() -> None:
    tasks = {"t": task("10pd")}
    assert given(outcomes_of([PAM, QUE], tasks)) == {"pam": 5 * 0.2, "que": 5 * 0.4}


def test_cover_takes_the_whole_of_somebody_at_the_most() -> None:
    tasks = {"t": task("10pd")}
    outcomes = outcomes_of([PAM, QUE], tasks, {"share": "80%", "blocks": True})
    assert given(outcomes) == {"pam": 5 * 0.8, "que": 5 * 1.0}


def test_who_is_busy_covers_when_free() -> None:
    tasks = {"t": task("6pd"), "w": {"effort": "4pd", "needs": {"que": 1}}}
    outcomes = outcomes_of([PAM, QUE], tasks)
    # The project stands still with both tasks, so nobody becomes free before the holder is back.
    assert dict(outcomes.tasks()[["task", "finished_day"]].to_numpy()) == {"t": 11, "w": 9}


def test_who_is_freed_by_another_project_covers_from_then_on() -> None:
    document = {
        "as_of": "2027-01-04",
        "horizon": "1y",
        "roles": {"dev": {}, "pm": {}},
        "people": [DEE, PAM, QUE],
        "projects": [
            {"id": "b", "tasks": {"w": {"effort": "4pd", "needs": {"que": 1}}}},
            {"id": "a", "throughout": {"pam": BLOCKS}, "tasks": {"t": task("6pd")}},
        ],
    }
    outcomes = pm.simulate(pm.parse_scenario(document), replications=1, seed=1, audit=True)
    found = dict(outcomes.tasks()[["task", "finished_day"]].to_numpy())
    assert found == {"w": 4, "t": 8}
    assert given(outcomes) == {"pam": 0.2 * 3, "que": 0.4 * 3}


def test_who_covers_and_goes_away_is_covered_too() -> None:
    tasks = {"t": task("10pd")}
    ill = QUE | {"leave": ["2027-01-08..2027-01-11"]}
    assert finishes([PAM, ill], tasks) == {"t": 12}
    third = {"id": "rob", "role": "pm"}
    outcomes = outcomes_of([PAM, ill, third], tasks)
    assert outcomes.tasks()["finished_day"].tolist() == [10]
    assert given(outcomes) == {"pam": 5 * 0.2, "que": 2 * 0.4, "rob": 3 * 0.4}


def test_who_leaves_for_good_is_replaced_and_the_project_waits_until_then() -> None:
    tasks = {"t": task("8pd")}
    leaver = {"id": "pam", "role": "pm", "until": "2027-01-05"}
    after = {"id": "new", "role": "pm", "from": "2027-01-11"}
    assert finishes([leaver, after], tasks) == {"t": 11}
    assert finishes([leaver, QUE], tasks) == {"t": 8}


def test_a_pause_gives_back_the_cover_too() -> None:
    tasks = {"t": task("8pd")}
    outcomes = outcomes_of([PAM, QUE], tasks, pauses=["2027-01-08..2027-01-11"])
    # After it whoever is there is asked for the share itself, for good.
    assert outcomes.tasks()["finished_day"].tolist() == [10]
    assert given(outcomes) == {"pam": 2 * 0.2, "que": 2 * 0.4 + 4 * 0.2}


# --- all together --------------------------------------------------------------------------------


def with_blocks(document: Document, seed: int) -> Document:
    """Return a random scenario in which projects stand still for whom they hold throughout."""
    moved = copy.deepcopy(document)
    names = list(moved.get("roles") or dict.fromkeys(p["role"] for p in moved["people"]))
    owners = [*moved.get("projects", ()), *moved.get("demand", {}).values()]
    for n, owner in enumerate(owners):
        held = owner.get("throughout") or {names[(seed + n) % len(names)]: ("20%", "30%")[n % 2]}
        owner["throughout"] = {
            who: {"share": share, "blocks": True}
            for who, share in held.items()
            if not isinstance(share, dict)
        }
        owner["coverage"] = ("0%", "40%", "100%")[(seed + n) % 3]
    for n, person in enumerate(moved["people"]):
        person.setdefault("leave", [])
        if (seed + n) % 3 == 0 and isinstance(person["leave"], list):
            person["leave"] = ["2027-01-06..2027-01-08", "2027-01-14"]
    roles = moved.get("roles") or {}
    moved["roles"] = {name: dict(roles.get(name) or {}) for name in names}
    for entry in moved["roles"].values():
        entry["sickness"] = {"share": "10%", "spell": "1d/2d/5d"}
    return moved


@pytest.mark.parametrize("is_changing", [False, True])
def test_attention_is_work_done_and_declared_losses_in_random_futures(
    is_changing: bool,  # noqa: FBT001
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stops: list[int] = []
    covers: list[int] = []
    set_still, note_staffed = Covers._set_still, Covers._note_staffed  # noqa: SLF001

    def tell_still(run: Covers, project: Project, *, is_still: bool) -> None:
        if is_still and not project.stands_still:
            stops.append(project.order)
        set_still(run, project, is_still=is_still)

    def tell_cover(run: Covers, project: Project, ask: Any, pool: Any) -> None:
        if ask.covers is not None:
            covers.append(project.order)
        note_staffed(run, project, ask, pool)

    monkeypatch.setattr(Covers, "_set_still", tell_still)
    monkeypatch.setattr(Covers, "_note_staffed", tell_cover)
    n_run = 0
    for seed in range(1, 19):
        document = valid_document(random_chance_scenario, seed)
        if is_changing:
            document = with_changes(with_practice(document, seed), seed)
        document = with_blocks(document, seed)
        if not is_usable(document):
            continue
        pm.simulate(pm.parse_scenario(document), replications=3, seed=seed, audit=True, jobs=1)
        n_run += 1
    assert n_run > 6
    assert len(stops) > n_run
    assert len(covers) > n_run / 2


def test_shares_that_block_nothing_change_no_byte(tmp_path: Path) -> None:
    document = valid_document(random_chance_scenario, 7)
    for project in document["projects"]:
        role = next(iter(document.get("roles") or {document["people"][0]["role"]: {}}))
        project["throughout"] = {role: "10%"}
    written = copy.deepcopy(document)
    for project in written["projects"]:
        held = project["throughout"].items()
        project["throughout"] = {who: {"share": s, "blocks": False} for who, s in held}
    for name, given_ in (("plain", document), ("written", written)):
        outcomes = pm.simulate(pm.parse_scenario(given_), replications=20, seed=3)
        outcomes.save(tmp_path / f"{name}.npz")
    assert (tmp_path / "plain.npz").read_bytes() == (tmp_path / "written.npz").read_bytes()
