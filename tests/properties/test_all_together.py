"""Every mechanism at once, on random scenarios under audit.

Each mechanism has its own tests; here they meet. The audit holds, after every event, that the
attention of everybody is work done and declared losses, that nobody gives more than there is and
that nothing is done twice unless it was sent back; the delays by cause add up to the minute. That
none of them moves a byte where it is silent: ``tests/golden/test_silent.py``.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import pmosim as pm
from pmosim.study.mechanisms import find_mechanisms
from tests.properties.scenarios import (
    Dice,
    add_bookings,
    add_delays,
    add_fates,
    add_reactions,
    random_chance_scenario,
    uncertain,
    valid_document,
)
from tests.properties.test_covers import with_blocks
from tests.properties.test_departures import with_departures
from tests.properties.test_practice import with_practice
from tests.properties.test_training import with_training

if TYPE_CHECKING:
    from tests.properties.scenarios import Document

PER_BLOCK = 8


def with_everything(document: Document, seed: int) -> Document:
    """Return a random scenario in which every mechanism that can be is on."""
    everything = with_training(with_practice(with_departures(document, seed), seed), seed)
    everything = with_blocks(everything, seed)
    everything = add_fates(add_delays(everything, seed, is_sure=False), seed)
    everything = add_reactions(everything, seed)
    dice = Dice(seed + 7 * 10**6)
    add_bookings(dice, everything)
    for role in everything["roles"].values():
        role |= {"bau": "10%", "leave_days": 25, "max_parallel": 2, "focus": [1, 0.85, 0.7]}
    for project in (*everything["projects"], *everything.get("demand", {}).values()):
        add_rework(dice, project)
        project["coverage"] = "60%"
    add_streams(dice, everything)
    everything["dispatch"] = {"rule": "rank", "hold_after": "1d"}
    everything["settings"]["correlation"] = 0.3
    if seed % 2:
        add_interruptions(everything, seed)
    return everything


def add_interruptions(document: Document, seed: int) -> None:
    """Let every other project be urgent, few have a place, and all tasks end a stage."""
    gates = {key: document["intake"][key] for key in ("gates",) if key in document["intake"]}
    document["intake"] = {"policy": "wip_limit", "max_active": 1 + seed % 3} | gates
    document["intake"]["interrupt"] = {"class": "urgent"}
    for n, project in enumerate([*document["projects"], *document.get("demand", {}).values()]):
        project["class"] = "urgent" if n % 2 else "normal"
        for activity in (project.get("tasks") or project["phases"]).values():
            activity["gate"] = True


def add_rework(dice: Dice, project: Document) -> None:
    """Let tasks send their own work, or that of what they follow, back."""
    for name, activity in (project.get("tasks") or project["phases"]).items():
        if "milestone" in activity or dice.flip(0.5):
            continue
        before = activity.get("after", name)
        of = before if isinstance(before, str) and dice.flip(0.5) else name
        activity["rework"] = {"probability": "40%", "of": of, "share": "50%", "max_repeats": 3}


def add_streams(dice: Dice, document: Document) -> None:
    """Let all demand come in clusters at board dates, with a season and a trend, and leave."""
    if not document.get("demand"):
        tasks = {"t": {"effort": "2pd", "needs": {next(iter(document["roles"])): 1}}}
        document["demand"] = {"s1": {"rate": "0.2/d", "tasks": tasks}}
    for stream in document["demand"].values():
        stream |= {
            "dispersion": 3,
            "batch_size": 2,
            "batches": "monthly",
            "season": {"jan": 2},
            "trend": "20%/y",
            "patience": uncertain(dice, "10d"),
        }


def usable(seed: int) -> Document | None:
    """Return a random scenario with everything, None where that asks for the impossible."""
    document = with_everything(valid_document(random_chance_scenario, seed), seed)
    for _ in range(20):
        try:
            pm.parse_scenario(document)
        except pm.InputError as error:
            if not dropped(document, [problem.place for problem in error.problems]):
                return None
        else:
            return document
    return None


def dropped(document: Document, places: list[str]) -> bool:
    """Take what is refused out of a document: a rework on no path, a booking of the gone."""
    n_before = len(json.dumps(document))
    for place in places:
        keys = place.replace("[", ".").replace("]", "").split(".")
        drop(document, keys)
    return len(json.dumps(document)) < n_before


def drop(document: Document, keys: list[str]) -> None:
    """Take the smallest part out that may be missing: a booking, a rework."""
    if keys[0] == "bookings":
        document["bookings"] = []
        return
    part: Any = document
    for key in keys:
        if isinstance(part, dict) and "rework" in part and key == "rework":
            del part["rework"]
            return
        try:
            part = part[int(key)] if isinstance(part, list) else part[key]
        except (KeyError, IndexError, ValueError, TypeError):
            return


@pytest.mark.parametrize("block", range(3))
def test_with_everything_on_attention_is_work_done_and_declared_losses(block: int) -> None:
    n_run, on, finished = 0, set(), 0
    for seed in range(1 + PER_BLOCK * block, 1 + PER_BLOCK * (block + 1)):
        document = usable(seed)
        if document is None:
            continue
        scenario = pm.parse_scenario(document)
        outcomes = pm.simulate(scenario, replications=3, seed=seed, audit=True, jobs=1)
        causes = outcomes.projects_.causes.sum(axis=1)
        done = outcomes.has_status("finished")
        spans = outcomes.projects_.finished - outcomes.projects_.arrived
        assert np.array_equal(causes[done], spans[done])
        n_run, finished = n_run + 1, finished + int(done.sum())
        on |= {one.id.split(":")[0] for one in find_mechanisms(scenario) if one.is_on}
    assert n_run > PER_BLOCK / 2
    assert finished > n_run
    assert on >= {
        *("operations", "leave", "sickness", "spread", "correlation", "demand", "clusters"),
        *("boards", "season", "trend", "patience", "several at once", "switching", "turnover"),
        *("ramp", "mentoring", "hand-over", "coverage", "rework", "hold_after", "bookings"),
        *(
            "learning",
            "skill growth",
            "standing still",
            "cross-training",
            "cancellation",
            "interruption",
            "gates",
        ),
        *("overlap", "when away", "urgent requests", "risk", "driver", "reaction"),
    }


def test_with_everything_on_workers_and_blocks_change_nothing() -> None:
    document = next(found for found in map(usable, range(1, 50)) if found is not None)
    scenario = pm.parse_scenario(document)
    alone = pm.simulate(scenario, replications=3, seed=4, jobs=1).tasks()
    beside = pm.simulate(scenario, replications=60, seed=4, jobs=2).tasks()
    assert alone.equals(beside[beside["replication"] < 3])
