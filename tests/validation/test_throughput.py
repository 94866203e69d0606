"""Throughput: forecasts of counts hold as often as they say on an open log of items.

Needs /work/shared/data (7digital, not ours to give away): skipped where it is absent.
"""

from __future__ import annotations

import numpy as np
import pytest

from pmosim.backtesting.scores import crps
from pmosim.backtesting.throughput import FEWEST_WEEKS, forecast_count, weekly_counts
from pmosim.streams import uniforms
from tests.readers.data import data_folder

NOMINAL = 0.80


@pytest.fixture(scope="module")
def counts() -> np.ndarray:
    import pandas as pd

    file = data_folder("sevendigital") / "7digital_to_2011-11-30.csv"
    done = pd.to_datetime(pd.read_csv(file)["Done"], errors="coerce").dropna()
    return weekly_counts(
        done.to_numpy(dtype="datetime64[D]"),
        np.datetime64(done.min(), "D"),
        np.datetime64("2011-11-28"),
    )


def bootstrap(past: np.ndarray, weeks: int, name: str) -> np.ndarray:
    drawn = (uniforms(1, name, "bootstrap", 0, 0, 400 * weeks) * 26).astype(int)
    return np.sort(past[-26:][drawn].reshape(400, weeks).sum(axis=1))


def test_eight_weeks_ahead_the_band_of_80_holds_70_to_90_where_a_bootstrap_holds_too_little(
    counts: np.ndarray,
) -> None:
    weeks, held, naive, scores = 8, [], [], []
    for t in range(FEWEST_WEEKS, len(counts) - weeks + 1):
        came = counts[t : t + weeks].sum()
        ours, theirs = forecast_count(counts[:t], weeks), bootstrap(counts[:t], weeks, str(t))
        for sample, hits in ((ours, held), (theirs, naive)):
            low, high = np.quantile(sample, [0.1, 0.9])
            hits.append(low <= came <= high)
        scores.append((crps(ours, came), crps(theirs, came)))
    mine, other = np.mean(scores, axis=0)
    print(f"held {np.mean(held):.3f} of {len(held)}, bootstrap {np.mean(naive):.3f}; ", end="")
    print(f"CRPS {mine:.2f} and {other:.2f} items")
    assert 0.70 <= np.mean(held) <= 0.90
    assert np.mean(naive) < 0.65
    assert mine < other
