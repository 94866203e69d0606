"""What must not change the answer does not change it, on random scenarios."""

from __future__ import annotations

import copy
from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

import pmosim as pm
from pmosim.engine.block import run_block
from pmosim.network import compile_network
from tests.properties.scenarios import Dice, random_chance_scenario, valid_document

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from tests.properties.scenarios import Document

TIMES = ["ready_day", "started_day", "finished_day"]
SEEDS = range(1, 16)


def chance_document(seed: int, *, is_open: bool = False) -> Document:
    return valid_document(lambda number: random_chance_scenario(number, is_open=is_open), seed)


def frames(outcomes: pm.Outcomes) -> list[pd.DataFrame]:
    return [outcomes.projects(), outcomes.tasks(), outcomes.roles()]


def frames_of(outcomes: pm.Outcomes, first: int, last: int) -> list[pd.DataFrame]:
    """Return the rows of some replications, without the months after the end of a future.

    How many months the table of roles has is decided by the longest future of the run.
    """
    projects, tasks, roles = frames(outcomes)
    roles = roles[roles[["busy_days", "capacity_days", "queue_days"]].any(axis=1)]
    return [frame[frame["replication"].between(first, last)] for frame in (projects, tasks, roles)]


def assert_same(one: pd.DataFrame, other: pd.DataFrame) -> None:
    assert one.reset_index(drop=True).to_csv() == other.reset_index(drop=True).to_csv()


def as_bytes(outcomes: pm.Outcomes) -> bytes:
    """Return all three frames, to the last digit."""
    return b"".join(frame.to_csv(float_format="%.17g").encode() for frame in frames(outcomes))


def with_newcomer(document: Document, place: int) -> Document:
    """Return the document with one more project, done by people of its own."""
    more = copy.deepcopy(document)
    more["roles"]["newcomer"] = {"day_rate": 700}
    more["people"].append({"id": "nora", "role": "newcomer"})
    more["projects"].insert(
        place,
        {
            "id": "new",
            "rank": 1,
            "cost_of_delay": "1k/d",
            "tasks": {
                "t1": {"effort": "3pd/5pd/9pd", "needs": {"newcomer": 1}},
                "t2": {"effort": "4pd", "needs": {"newcomer": 1}, "after": "t1"},
            },
        },
    )
    return more


@pytest.mark.parametrize("seed", SEEDS)
def test_one_more_project_moves_no_number_of_the_others(seed: int) -> None:
    document = chance_document(seed, is_open=True)
    before = pm.parse_scenario(document)
    after = pm.parse_scenario(with_newcomer(document, seed % (len(document["projects"]) + 1)))
    results = [pm.simulate(s, replications=20, seed=seed) for s in (before, after)]
    for name in ("projects", "tasks"):
        old, new = (getattr(result, name)() for result in results)
        new = new[new["project"] != "new"].reset_index(drop=True)
        assert_same(old, new[old.columns])


def distinct_document(seed: int) -> Document:
    """Return a scenario whose keys never tie and in which people of a role are alike."""
    dice = Dice(seed)
    roles = ["r1", "r2", "r3"][: dice.whole(1, 3)]
    heads = {role: dice.whole(1, 4) for role in roles}
    amounts = iter(dice.random.sample(range(61, 6000), 60))
    projects = []
    for n in range(dice.whole(2, 6)):
        tasks: Document = {}
        for k in range(dice.whole(1, 6)):
            role = dice.pick(*roles)
            task: Document = {"needs": {role: dice.whole(1, heads[role])}}
            if dice.flip(0.3):
                task["needs"] = {role: dice.pick("50%", "30%")}
            if dice.flip(0.4):
                task["duration"] = f"{next(amounts) / 60:.10f}h"
            else:
                task["effort"] = {"dist": "lognormal", "mean": f"{next(amounts)}ph", "cv": 0.5}
            after = [before for before in tasks if dice.flip(0.3)]
            if after:
                task["after"] = after
            tasks[f"t{k + 1}"] = task
        project = {"id": f"a{n + 1}", "rank": n + 1, "tasks": tasks}
        if dice.flip(0.3):
            project["arrives"] = str(dice.date(0, 20))
        projects.append(project)
    return {
        "pmosim": 1,
        "name": f"distinct {seed}",
        "as_of": "2027-01-04",
        "roles": {role: {} for role in roles},
        "people": [{"role": role, "headcount": heads[role]} for role in roles],
        "projects": projects,
        "dispatch": {"rule": "spt"},
        "intake": {"policy": "wip_limit", "max_active": dice.whole(1, 4), "order": "rank"},
    }


def shuffled(document: Document, seed: int) -> Document:
    """Return the document with projects and tasks in another order."""
    dice = Dice(seed + 99)
    other = copy.deepcopy(document)
    dice.random.shuffle(other["projects"])
    for project in other["projects"]:
        names = list(project["tasks"])
        dice.random.shuffle(names)
        project["tasks"] = {name: project["tasks"][name] for name in names}
    return other


@pytest.mark.parametrize("seed", SEEDS)
def test_the_order_of_projects_and_tasks_does_not_matter_where_no_keys_tie(seed: int) -> None:
    document = distinct_document(seed)
    results = []
    for version in (document, shuffled(document, seed)):
        outcomes = pm.simulate(pm.parse_scenario(version), replications=10, seed=seed)
        index = ["replication", "project", "task"]
        results.append(outcomes.tasks().set_index(index)[TIMES].sort_index())
    assert results[0].equals(results[1])


def reordered(node: Any, dice: Dice, path: tuple[str, ...] = ()) -> Any:
    """Return the same document with the keys of all mappings but the ordered ones shuffled.

    Order is said where it counts: roles, tasks, phases, and places (the first is the default).
    """
    if isinstance(node, list):
        return [reordered(entry, dice, path) for entry in node]
    if not isinstance(node, dict):
        return node
    keys = list(node)
    if not path or path[-1] not in ("roles", "tasks", "phases", "places"):
        dice.random.shuffle(keys)
    return {key: reordered(node[key], dice, (*path, key)) for key in keys}


@pytest.mark.parametrize("seed", SEEDS)
def test_the_order_of_keys_does_not_matter(seed: int) -> None:
    document = chance_document(seed)
    before = pm.parse_scenario(document)
    after = pm.parse_scenario(reordered(document, Dice(seed)))
    results = [as_bytes(pm.simulate(s, replications=5, seed=seed)) for s in (before, after)]
    assert results[0] == results[1]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_resolved_form_gives_the_same_bytes_as_the_human_form(
    seed: int, tmp_path: Path
) -> None:
    human = pm.parse_scenario(chance_document(seed))
    path = tmp_path / "resolved.yaml"
    path.write_text(pm.scenario.resolved_yaml(human), encoding="utf-8")
    resolved = [pm.read_scenario(path), pm.parse_scenario(dict(human.document))]
    expected = as_bytes(pm.simulate(human, replications=5, seed=seed))
    for scenario in resolved:
        assert as_bytes(pm.simulate(scenario, replications=5, seed=seed)) == expected


@pytest.mark.parametrize("seed", SEEDS)
def test_the_audit_holds_when_much_is_left_to_chance(seed: int) -> None:
    scenario = pm.parse_scenario(chance_document(seed))
    pm.simulate(scenario, replications=20, seed=seed, audit=True)


@pytest.mark.parametrize("seed", SEEDS[:3])
def test_the_number_of_workers_changes_no_byte(seed: int) -> None:
    scenario = pm.parse_scenario(chance_document(seed))
    expected = as_bytes(pm.simulate(scenario, replications=60, seed=seed))
    for n_workers in (1, 2, 4):
        with ProcessPoolExecutor(n_workers) as executor:
            outcomes = pm.simulate(scenario, replications=60, seed=seed, executor=executor)
        assert as_bytes(outcomes) == expected


@pytest.mark.parametrize("seed", SEEDS)
def test_a_longer_run_begins_with_the_shorter_one(seed: int) -> None:
    scenario = pm.parse_scenario(chance_document(seed))
    short = pm.simulate(scenario, replications=7, seed=seed)
    long = pm.simulate(scenario, replications=20, seed=seed)
    for few, many in zip(frames_of(short, 0, 6), frames_of(long, 0, 6), strict=True):
        assert_same(few, many)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_replication_run_alone_equals_the_same_one_in_a_longer_run(seed: int) -> None:
    scenario = pm.parse_scenario(chance_document(seed))
    long = pm.simulate(scenario, replications=20, seed=seed)
    alone = run_block(compile_network(scenario), seed, 13, 1)
    for one, many in zip(frames_of(alone, 13, 13), frames_of(long, 13, 13), strict=True):
        assert_same(one, many)


@pytest.mark.parametrize("seed", SEEDS[:5])
def test_the_seed_and_nothing_else_decides_the_luck(seed: int) -> None:
    document = chance_document(seed)
    document["projects"].append({"id": "free", "tasks": {"t": {"duration": "5d/9d/20d"}}})
    document["projects"][-1] |= {"rank": 9, "cost_of_delay": "1k/d", "mandatory": True}
    scenario = pm.parse_scenario(document)
    first, again, other = (
        as_bytes(pm.simulate(scenario, replications=3, seed=luck))
        for luck in (seed, seed, seed + 1)
    )
    assert first == again
    assert first != other
