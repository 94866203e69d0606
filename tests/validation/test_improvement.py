"""The improvement programme of the worked example pays late, as its how-to says."""

from __future__ import annotations

from pathlib import Path

import pmosim as pm
from pmosim.study.windows import by_quarter

SCENARIOS = Path(__file__).parents[2] / "scenarios"
FUTURES = 100


def test_the_programme_costs_in_the_first_quarter_and_pays_in_the_second_year() -> None:
    before, after = (
        pm.simulate(pm.read_scenario(SCENARIOS / f"{name}.yaml"), replications=FUTURES, seed=2)
        for name in ("with-people", "improvement")
    )
    windows = {window.label: window for window in by_quarter(before, after)}
    first, second = windows["2027-Q1"], windows["2028-Q1 to 2028-Q4"]
    for window, measure, is_more in (
        (first, "tasks_finished", False),
        (first, "cost", True),
        (second, "tasks_finished", True),
        (second, "missed", False),
        (second, "benefit", True),
    ):
        row = window.row(measure)
        assert row is not None
        change = row.difference
        assert change.low > 0.0 if is_more else change.high < 0.0, (window.label, measure)
