"""What goes wrong by chance, on random scenarios: under audit, against the oracle, way back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

import pmosim as pm
from pmosim.forecast.chain import chain, own_path
from tests.properties.scenarios import (
    add_delays,
    random_chance_scenario,
    random_scenario,
    valid_document,
)
from tests.properties.test_engine_against_oracle import differences
from tests.properties.test_ways_back import by_cause, finished

if TYPE_CHECKING:
    from tests.properties.scenarios import Document

SEEDS = range(1, 31)


def sure_delays(seed: int) -> Document:
    return add_delays(random_scenario(seed), seed, is_sure=True)


def delays_by_chance(seed: int) -> Document:
    return add_delays(random_chance_scenario(seed), seed, is_sure=False)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_oracle_agrees_where_risks_hold_work_back(seed: int) -> None:
    document = valid_document(sure_delays, seed)
    assert not differences(document), document


@pytest.mark.parametrize("seed", SEEDS)
def test_delays_keep_every_account_and_lose_no_minute_on_the_way_back(seed: int) -> None:
    document = valid_document(delays_by_chance, seed)
    outcomes = pm.simulate(pm.parse_scenario(document), replications=4, seed=seed, audit=True)
    rows = finished(outcomes)
    steps = own_path(outcomes, rows)
    assert np.array_equal(by_cause(outcomes, steps)[rows], outcomes.projects_.causes[rows])
    lengths = np.zeros(len(outcomes.projects_.row), dtype=np.int64)
    through = chain(outcomes, rows)
    np.add.at(lengths, through.of, through.minutes)
    took = outcomes.projects_.finished - outcomes.projects_.arrived
    assert np.array_equal(lengths[rows], took[rows])
