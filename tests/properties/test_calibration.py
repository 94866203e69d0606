"""Random scenarios with fitted laws, under audit; a further project changes no other draw."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import pmosim as pm
from pmosim.distributions import Calibrated
from pmosim.draws import draw
from pmosim.network import compile_network
from tests.properties.scenarios import random_chance_scenario, valid_document

if TYPE_CHECKING:
    from tests.properties.scenarios import Document

VALUES = {
    "typical_plan": (8.0, 0.0),
    "typical_bias": (0.2, 0.1),
    "size_slope": (0.9, 0.05),
    "spread": (0.4, 0.05),
    "project_factor": (0.2, 0.05),
    "stretched_share": (0.3, 0.05),
    "tail_dof": (6.0, 0.0),
}
FITTED: dict[str, Any] = {
    "pmosim_fitted": 1,
    "as_of": "2026-12-31",
    "tails": [{"group": "work", "law": "t"}],
    "parameters": [
        {
            "name": name, "group": "work", "value": value, "se": se, "low": value - 2 * se,
            "high": value + 2 * se, "n": 200, "basis": "measured", "source": "",
        }
        for name, (value, se) in VALUES.items()
    ],
}  # fmt: skip


def calibrated(seed: int) -> Document:
    return random_chance_scenario(seed) | {"calibration": FITTED}


@pytest.mark.parametrize("seed", range(12))
def test_random_scenarios_with_fitted_laws_pass_the_audit(seed: int) -> None:
    document = valid_document(calibrated, seed)
    outcomes = pm.simulate(pm.parse_scenario(document), replications=3, seed=seed, audit=True)
    assert outcomes.replications == 3


def test_fitted_laws_are_among_what_is_drawn() -> None:
    laws = [
        law
        for seed in range(6)
        for law in compile_network(pm.parse_scenario(valid_document(calibrated, seed))).pools.law
    ]
    assert any(isinstance(law, Calibrated) for law in laws)


def test_one_project_more_changes_no_draw_of_the_others() -> None:
    plain = {"as_of": "2027-01-04", "roles": {"dev": {}}, "people": [{"role": "dev"}]}
    one = {"id": "a", "tasks": {"t": {"effort": {"dev": "9pd"}}}}
    other = one | {"id": "b"}
    few, many = (
        compile_network(pm.parse_scenario(plain | {"calibration": FITTED, "projects": listed}))
        for listed in ([one], [one, other])
    )
    first, second = draw(few, 5, 0, 50).amounts, draw(many, 5, 0, 50).amounts
    assert np.array_equal(first[:, 0], second[:, 0])
    assert not np.array_equal(second[:, 0], second[:, 1])
