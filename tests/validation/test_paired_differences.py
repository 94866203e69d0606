"""Differences through the whole simulator, where the answer is known.

One developer; ``crm`` takes an exponential time, and so does ``new``, which is put before it. So
the finish of ``crm`` moves from an exponential to an Erlang law of two stages.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import pytest
from scipy import stats

import pmosim as pm
from tests.validation.proof import MEASURED, Measured

if TYPE_CHECKING:
    from pmosim.study.comparison import Comparison

SEEDS, FUTURES = 400, 100
MEAN, DUE = 20.0, 30.0
DOCUMENT: dict[str, Any] = {
    "pmosim": 1,
    "as_of": "2027-01-04",
    "roles": {"developer": {}},
    "people": [{"role": "developer", "headcount": 1}],
    "templates": {
        "one": {
            "tasks": {
                "work": {
                    "effort": {"dist": "exponential", "mean": f"{MEAN:.0f}pd"},
                    "needs": {"developer": 1},
                }
            }
        }
    },
    "projects": [{"id": "crm", "template": "one", "rank": 2, "due": "2027-02-12"}],
    "dispatch": {"rule": "rank"},
}
ALONE, BEHIND = stats.expon(scale=MEAN), stats.gamma(2, scale=MEAN)
KNOWN = {
    "finish_mean_days": MEAN,
    "finish_p50_days": BEHIND.ppf(0.5) - ALONE.ppf(0.5),
    "finish_p80_days": BEHIND.ppf(0.8) - ALONE.ppf(0.8),
    "p_late": BEHIND.sf(DUE) - ALONE.sf(DUE),
}


@functools.cache
def comparisons() -> list[Comparison]:
    base = pm.parse_scenario(DOCUMENT)
    more = base.change(add={"template": "one", "id": "new", "rank": 1})
    return [
        pm.compare(*(pm.simulate(each, replications=FUTURES, seed=seed) for each in (base, more)))
        for seed in range(SEEDS)
    ]


@pytest.mark.parametrize("measure", list(KNOWN))
def test_intervals_of_differences_cover_in_93_to_97_of_100_runs(measure: str) -> None:
    found = [comparison.row("crm", measure).difference for comparison in comparisons()]
    held = sum(each.low <= KNOWN[measure] <= each.high for each in found) / SEEDS
    MEASURED.append(
        Measured(
            check=f"coverage of differences, {measure}",
            expected=0.95,
            got=held,
            standard_error=(0.95 * 0.05 / SEEDS) ** 0.5,
        )
    )
    assert 0.93 <= held <= 0.97
