"""The ways back from a finish lose no minute, on random scenarios."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest

import pmosim as pm
from pmosim.forecast.chain import Steps, chain, own_path
from pmosim.forecast.delay import agreed_finish, slip_parts
from pmosim.network.arrays import NONE
from pmosim.outcomes import CAUSES
from tests.properties.scenarios import random_chance_scenario, random_scenario, valid_document

if TYPE_CHECKING:
    from collections.abc import Callable

    from pmosim.network.arrays import IntArray
    from tests.properties.scenarios import Document

MAKERS = (random_scenario, random_chance_scenario)
SEEDS = range(1, 13)


def outcomes_of(make: Callable[[int], Document], seed: int) -> pm.Outcomes:
    document = valid_document(make, seed)
    return pm.simulate(pm.parse_scenario(document), replications=4, seed=seed)


def finished(outcomes: pm.Outcomes) -> IntArray:
    return np.flatnonzero(outcomes.has_status("finished"))


def by_cause(outcomes: pm.Outcomes, steps: Steps) -> IntArray:
    minutes = np.zeros_like(outcomes.projects_.causes)
    np.add.at(minutes, (steps.of, steps.cause), steps.minutes)
    return minutes


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("seed", SEEDS)
def test_the_own_path_found_in_the_outcomes_is_the_one_the_engine_walked(
    make: Callable[[int], Document], seed: int
) -> None:
    outcomes = outcomes_of(make, seed)
    rows = finished(outcomes)
    steps = own_path(outcomes, rows)
    assert np.array_equal(by_cause(outcomes, steps)[rows], outcomes.projects_.causes[rows])
    assert np.array_equal(steps.owner, steps.of)


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_chain_goes_from_the_finish_to_the_request_without_a_gap(
    make: Callable[[int], Document], seed: int
) -> None:
    outcomes = outcomes_of(make, seed)
    projects = outcomes.projects_
    steps = chain(outcomes, finished(outcomes))
    for row in finished(outcomes).tolist():
        mine = [
            (int(begin), int(end))
            for begin, end in zip(
                steps.begin[steps.of == row], steps.end[steps.of == row], strict=True
            )
        ]
        if projects.finished[row] == projects.arrived[row]:
            assert mine == []
            continue
        assert mine[0][1] == projects.finished[row]
        assert mine[-1][0] == projects.arrived[row]
        assert all(later[0] == earlier[1] for later, earlier in pairwise(mine))


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("seed", SEEDS)
def test_the_parts_of_a_slip_add_up_to_it_to_the_minute(
    make: Callable[[int], Document], seed: int
) -> None:
    outcomes = outcomes_of(make, seed)
    done = finished(outcomes)
    for row in np.unique(outcomes.projects_.row[done]).tolist():
        rows = done[outcomes.projects_.row[done] == row]
        _, agreed = agreed_finish(outcomes, rows)
        parts = slip_parts(outcomes, rows, agreed)
        assert np.issubdtype(parts.dtype, np.integer)
        assert np.array_equal(parts.sum(axis=1), outcomes.projects_.finished[rows] - agreed)


@pytest.mark.parametrize("seed", SEEDS)
def test_people_were_at_work_on_what_gave_them_back_and_wanted_when_it_did(seed: int) -> None:
    outcomes = outcomes_of(random_chance_scenario, seed)
    tasks, handovers = outcomes.tasks_, outcomes.handovers
    taken, given = handovers.task_row, handovers.by_task_row
    # Nobody can hand over later than the start, and what is given back was begun before.
    assert (handovers.minute <= tasks.started[taken])[tasks.started[taken] != NONE].all()
    is_task = given != NONE
    assert (tasks.started[given[is_task]] <= handovers.minute[is_task]).all()
    pairs = set(zip(outcomes.bookings.task_row, outcomes.bookings.person, strict=True))
    for task, person, by_task in zip(taken, handovers.person, given, strict=True):
        assert (task, person) in pairs or tasks.started[task] == NONE
        assert by_task == NONE or (by_task, person) in pairs


def test_random_scenarios_make_projects_wait_for_each_other() -> None:
    others = roles = 0
    for seed in SEEDS:
        outcomes = outcomes_of(random_chance_scenario, seed)
        steps = chain(outcomes, finished(outcomes))
        others += int((steps.owner != steps.of).sum())
        roles += int((steps.via >= len(CAUSES)).sum())
    assert others > 50
    assert roles > 50
