"""Kitchenham: rolling origin over 116 real projects of one outsourcer, at every eighth start.

The data are not ours to give away (Kitchenham et al. 2002): skipped where they are absent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pmosim.backtesting import Score, backtest
from pmosim.history import read_history
from tests.readers.data import data_folder

if TYPE_CHECKING:
    from pathlib import Path

SKIPPED, EACH = 22, 8
"""Starts before the first cut (nothing was finished by then); a cut at each eighth start then."""


@pytest.fixture(scope="module")
def score(tmp_path_factory: pytest.TempPathFactory) -> Score:
    return backtest_kitchenham(data_folder("kitchenham"), tmp_path_factory.mktemp("kitchenham"))


def backtest_kitchenham(source: Path, folder: Path) -> Score:
    import pandas as pd

    raw = pd.read_csv(source / "kitchenham.csv", parse_dates=["actual_start"])
    finished = raw["actual_start"] + pd.to_timedelta(raw["actual_duration_days"], unit="D")
    pd.DataFrame(
        {
            "project": raw["project"],
            "template": raw["client"],
            "requested": raw["actual_start"],
            "released": raw["actual_start"],
            "finished": finished,
            "due": raw["estimated_completion"],
            "planned_effort": raw["first_estimate_h"] / 8,
            "effort": raw["actual_effort_h"] / 8,
            "status": "finished",
        }
    ).to_csv(folder / "projects.csv", index=False)
    end = finished.max() + pd.Timedelta(days=1)
    (folder / "history.yaml").write_text(
        f"pmosim_history: 1\nas_of: {end.date()}\nmeasures: {{effort: work}}\n"
    )
    starts = sorted({(day + pd.Timedelta(days=1)).date() for day in raw["actual_start"].dropna()})
    return backtest(read_history(folder), starts[SKIPPED::EACH])


def test_the_forecast_of_effort_is_a_sixth_closer_than_the_plan(score: Score) -> None:
    for name in score.baselines("effort"):
        found = score.skill("effort", name)
        print(f"effort against {name}: {found.value:.3f} ({found.low:.3f} to {found.high:.3f})")
    held = score.hits("effort", 0.8)
    print(f"P80 held {held.hits} of {held.n} ({held.fewest} to {held.most})")
    assert score.skill("effort", "plan").n >= 70
    assert score.skill("effort", "plan").value >= 0.15


def test_the_p80_of_the_effort_holds_as_often_as_it_should(score: Score) -> None:
    assert score.hits("effort", 0.8).is_in_band


def test_the_finish_is_closer_than_the_plan(score: Score) -> None:
    for name in score.baselines("finish"):
        found = score.skill("finish", name)
        print(f"finish against {name}: {found.value:.3f} ({found.low:.3f} to {found.high:.3f})")
    held = score.hits("finish", 0.8)
    print(f"P80 held {held.hits} of {held.n} ({held.fewest} to {held.most})")
    assert score.skill("finish", "plan").value > 0.0
