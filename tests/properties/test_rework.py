"""Rework on random scenarios: every run passes its audit, and no minute is lost on the way back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

import pmosim as pm
from pmosim.forecast.chain import chain, own_path
from pmosim.network.arrays import NONE
from tests.properties.scenarios import Dice, random_chance_scenario, random_scenario
from tests.properties.test_engine_against_oracle import differences, report

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.properties.scenarios import Document

MAKERS = (random_scenario, random_chance_scenario)
SEEDS = range(1, 13)


def certain_rework(seed: int) -> Document:
    """Return a random document in which rework is certain, and nothing else is left to chance.

    Without gates: the oracle passes each of them once. Where a start lets others start, one task
    alone sends work back: how two such loops meet is nothing that the rule says.
    """
    document = with_rework(random_scenario(seed), seed)
    document["intake"].pop("gates", None)
    for project in document["projects"]:
        work = (project.get("tasks") or project.get("phases")).values()
        sending = [activity for activity in work if "rework" in activity]
        for activity in sending:
            activity["rework"]["probability"] = "100%"
        if "SS" in str([activity.get("after") for activity in work]):
            for activity in sending[1:]:
                del activity["rework"]
    return document


def with_rework(document: Document, seed: int) -> Document:
    """Let some tasks and phases of a document send work back to what comes before them."""
    dice = Dice(seed)
    for project in document["projects"]:
        work = project.get("tasks") or project.get("phases")
        before: dict[str, set[str]] = {}
        previous = None
        for name, activity in work.items():
            after = activity.get("after", [previous] if "lasts" in activity and previous else [])
            links = after if isinstance(after, list) else [after]
            own = [link for link in links if isinstance(link, str) or "project" not in link]
            inside = {link if isinstance(link, str) else link["task"] for link in own}
            inside &= work.keys()
            before[name] = inside.union(*(before[link] for link in inside))
            previous = name
            if not activity.get("milestone") and dice.flip(0.5):
                activity["rework"] = {
                    "of": dice.pick(name, *sorted(before[name])),
                    "probability": dice.pick("100%", "60%", "30%"),
                    "share": dice.pick("100%", "25%", "1%"),
                    "max_repeats": dice.whole(1, 3),
                }
    return document


def rework_scenario(make: Callable[[int], Document], seed: int) -> pm.Scenario | None:
    """Return a random scenario with rework, None where the draw is not a valid one."""
    try:
        return pm.parse_scenario(with_rework(make(seed), seed))
    except pm.InputError:
        return None


@pytest.mark.parametrize("make", MAKERS)
def test_the_audit_holds_and_the_ways_back_add_up_when_work_is_done_again(
    make: Callable[[int], Document],
) -> None:
    n_again = n_finished = 0
    for seed in SEEDS:
        scenario = rework_scenario(make, seed)
        if scenario is None:
            continue
        outcomes = pm.simulate(scenario, replications=3, seed=seed, audit=True)
        rows = np.flatnonzero(outcomes.has_status("finished"))
        steps = own_path(outcomes, rows)
        minutes = np.zeros_like(outcomes.projects_.causes)
        np.add.at(minutes, (steps.of, steps.cause), steps.minutes)
        assert np.array_equal(minutes[rows], outcomes.projects_.causes[rows]), seed
        whole = chain(outcomes, rows)
        elapsed = np.bincount(whole.of, whole.minutes, minlength=len(outcomes.projects_.row))
        expected = outcomes.projects_.finished[rows] - outcomes.projects_.arrived[rows]
        assert np.array_equal(elapsed[rows], expected), seed
        n_again += len(outcomes.repeats.task_row)
        n_finished += len(rows)
        told, last = outcomes.repeats.first_finished, outcomes.tasks_.finished
        last = last[outcomes.repeats.task_row]
        assert (told[last != NONE] <= last[last != NONE]).all()
    assert n_again > 20
    assert n_finished > 40


@pytest.mark.parametrize("block", range(4))
def test_the_engine_and_the_oracle_agree_to_the_minute_on_what_is_done_again(block: int) -> None:
    for seed in range(1 + block, 81, 4):
        document = certain_rework(seed)
        assert not differences(document), report(document)
