"""What goes wrong by chance, on random scenarios: under audit, against the oracle, way back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

import pmosim as pm
from pmosim.forecast.chain import chain, own_path
from pmosim.outcomes import FIRST_REACTION
from pmosim.policy.reactions import ACTIONS
from tests.properties.scenarios import (
    add_delays,
    add_fates,
    add_reactions,
    random_chance_scenario,
    random_scenario,
    valid_document,
)
from tests.properties.test_engine_against_oracle import differences
from tests.properties.test_ways_back import by_cause, finished

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.properties.scenarios import Document

SEEDS = range(1, 31)


def sure_delays(seed: int) -> Document:
    return add_delays(random_scenario(seed), seed, is_sure=True)


def delays_by_chance(seed: int) -> Document:
    return add_delays(random_chance_scenario(seed), seed, is_sure=False)


def fates(seed: int) -> Document:
    return add_fates(delays_by_chance(seed), seed)


def reactions(seed: int) -> Document:
    return add_reactions(fates(seed), seed)


def sure_reactions(seed: int) -> Document:
    return add_reactions(random_scenario(seed), seed)


@pytest.mark.parametrize("make", [sure_delays, sure_reactions])
@pytest.mark.parametrize("seed", SEEDS)
def test_the_oracle_agrees_where_risks_hold_work_back_or_management_reacts(
    make: Callable[[int], Document], seed: int
) -> None:
    document = valid_document(make, seed)
    assert not differences(document), document


@pytest.mark.parametrize("make", [delays_by_chance, fates, reactions])
@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_goes_wrong_keeps_every_account_and_lose_no_minute_on_the_way_back(
    make: Callable[[int], Document], seed: int
) -> None:
    document = valid_document(make, seed)
    outcomes = pm.simulate(pm.parse_scenario(document), replications=4, seed=seed, audit=True)
    rows = finished(outcomes)
    steps = own_path(outcomes, rows)
    assert np.array_equal(by_cause(outcomes, steps)[rows], outcomes.projects_.causes[rows])
    lengths = np.zeros(len(outcomes.projects_.row), dtype=np.int64)
    through = chain(outcomes, rows)
    np.add.at(lengths, through.of, through.minutes)
    took = outcomes.projects_.finished - outcomes.projects_.arrived
    assert np.array_equal(lengths[rows], took[rows])


def test_random_fates_strike_often_enough_to_prove_something() -> None:
    counts = np.zeros(2, dtype=np.int64)
    for seed in SEEDS:
        scenario = pm.parse_scenario(valid_document(fates, seed))
        kinds = pm.simulate(scenario, replications=4, seed=seed).events.kind
        counts += np.bincount(kinds, minlength=2)
    assert counts.min() > 30


def test_random_reactions_are_taken_often_enough_to_prove_something() -> None:
    counts: dict[str, int] = {}
    for seed in SEEDS:
        scenario = pm.parse_scenario(valid_document(reactions, seed))
        kinds = pm.simulate(scenario, replications=4, seed=seed).events.kind
        for number in kinds[kinds >= FIRST_REACTION] - FIRST_REACTION:
            action = scenario.reactions[number].action
            counts[action] = counts.get(action, 0) + 1
    assert set(counts) == set(ACTIONS)
    assert min(counts.values()) > 20
