"""Scenarios that are silent about people, risks, rework and demand come out as they always did.

``silent.json`` holds random scenarios and the digests of their outcomes by the version that knew no
sickness in spells, turnover, newcomers, mentors, hand-over, standards, learning, bookings, rework,
risks, interruptions or reactions (commit 1620a32). It is never rewritten: a difference is a
mechanism that is not off by silence, or a changed result that has to be told.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

import pmosim as pm
from pmosim.outcomes import STATUSES

RECORDED = json.loads((Path(__file__).parent / "silent.json").read_text(encoding="utf-8"))
REPLICATIONS = 10
COLUMNS = {
    "projects_": "replication row number arrived released started finished ended causes",
    "tasks_": "project_row task ready started work_done finished",
    "bookings": "project_row task_row person attention until",
}


def digest(outcomes: pm.Outcomes) -> str:
    """Return the digest of what happened when, to whom and by whom."""
    parts = [np.array([STATUSES[k] for k in outcomes.projects_.status.tolist()])]
    for table, columns in COLUMNS.items():
        parts += [getattr(getattr(outcomes, table), column) for column in columns.split()]
    return hashlib.sha256(json.dumps([part.tolist() for part in parts]).encode()).hexdigest()


@pytest.mark.parametrize("seed", RECORDED)
def test_what_is_off_by_silence_moves_no_byte(seed: str) -> None:
    scenario = pm.parse_scenario(RECORDED[seed]["document"])
    outcomes = pm.simulate(scenario, replications=REPLICATIONS, seed=int(seed), jobs=1)
    assert digest(outcomes) == RECORDED[seed]["sha256"]
