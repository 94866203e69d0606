"""Runs of a study: the same answers, in order, whoever computes them."""

from __future__ import annotations

import numpy as np

import pmosim as pm
from pmosim.study.runs import runs

TINY = {
    "pmosim": 1,
    "as_of": "2027-01-04",
    "roles": {"developer": {}},
    "people": [{"role": "developer", "headcount": 1}],
    "templates": {
        "small": {"tasks": {"build": {"effort": "20pd/30pd/50pd", "needs": {"developer": 1}}}}
    },
    "projects": [{"id": "crm", "template": "small"}, {"id": "web", "template": "small"}],
}


def test_many_runs_come_in_their_order_and_equal_the_single_ones_with_and_without_workers() -> None:
    base = pm.parse_scenario(TINY)
    delayed = [base.change(delay={"web": f"{weeks}w"}) for weeks in (1, 10, 2, 20)]
    for jobs in (1, 2):
        with runs(replications=60, seed=3, jobs=jobs) as study:
            found = list(study.run_each(delayed, replications=30))
        assert [outcomes.replications for outcomes in found] == [30] * 4
        for scenario, outcomes in zip(delayed, found, strict=True):
            alone = pm.simulate(scenario, replications=30, seed=3)
            assert np.array_equal(outcomes.projects_.finished, alone.projects_.finished)
