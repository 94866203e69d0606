"""Runs that grow or go on: the same futures as in one go, none of them twice."""

from __future__ import annotations

import numpy as np
import pytest

import pmosim as pm
from pmosim.errors import InputError
from pmosim.outcomes import Outcomes
from pmosim.study.runs import runs
from tests.unit.study.test_runs import TINY

SCENARIO = pm.parse_scenario(TINY)


def test_futures_from_100_on_are_those_that_a_longer_run_has_there() -> None:
    whole = pm.simulate(SCENARIO, replications=130, seed=3)
    parts = [
        pm.simulate(SCENARIO, replications=100, seed=3),
        pm.simulate(SCENARIO, replications=30, first=100, seed=3),
    ]
    assert parts[1].first == 100
    joined = Outcomes.concatenate(parts)
    assert np.array_equal(joined.projects_.finished, whole.projects_.finished)
    assert np.array_equal(joined.projects_.replication, whole.projects_.replication)


def test_a_run_begins_with_a_whole_block() -> None:
    with pytest.raises(InputError, match="first is 30; it must be a multiple of 50"):
        pm.simulate(SCENARIO, replications=10, first=30)


def test_a_run_that_grows_runs_only_what_is_new() -> None:
    seen: list[int] = []
    with runs(replications=50, jobs=1, on_block=lambda block: seen.append(block.first)) as study:
        known: dict[int, Outcomes] = {}
        study.run(SCENARIO, known=known)
        grown = study.run(SCENARIO, replications=200, known=known)
    assert seen == [0, 50, 100, 150]
    assert sorted(known) == seen
    whole = pm.simulate(SCENARIO, replications=200)
    assert np.array_equal(grown.projects_.finished, whole.projects_.finished)
