"""The benchmark of pairing measures what it says."""

from __future__ import annotations

import math

import numpy as np
import pytest

from benchmarks import pairing


def test_the_ratio_is_that_of_the_variances_of_two_differences_of_means() -> None:
    before = np.array([0.0, 10.0, 20.0, math.inf])
    after = np.array([1.0, 12.0, 23.0, 30.0])
    # Over the first three pairs: variances 100 and 121, of the differences 1, 2, 3 it is 1.
    assert pairing.variance_ratio(before, after) == pytest.approx(221.0)
    assert pairing.variance_ratio(before, before + 5) == math.inf


def test_the_table_has_the_portfolio_and_every_project_both_have(
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = "tests/golden/small.yaml"
    pairing.main(["-n", "4", "--before", file, "--after", file])
    printed = capsys.readouterr().out
    assert "| everything committed" in printed
    assert "| median of the running" in printed
    assert "inf" in printed
