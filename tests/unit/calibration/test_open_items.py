"""Where much is still open, the law follows Kaplan and Meier and not the short ones that ended."""

from __future__ import annotations

import numpy as np
import pytest

from pmosim.calibration import fit_plan, observe
from pmosim.calibration.residuals import kaplan_meier
from pmosim.streams import uniforms


def test_the_curve_of_kaplan_and_meier_is_that_of_the_textbook() -> None:
    # 6, 6, 6, 6+, 7, 9+, 10, 10+, 11+, 13, ...: Freireich's 21 patients (Cox and Oakes 1984)
    times = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    is_open = [0, 0, 0, 1, 0, 1, 0, 1, 1, 0, 0, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1]
    at, share, _ = kaplan_meier(np.array(times, dtype=float), np.array(is_open, dtype=bool))
    left = {t: 1.0 - s for t, s in zip(at.tolist(), share.tolist(), strict=True)}
    expected = {6.0: 0.857, 7.0: 0.807, 10.0: 0.753, 13.0: 0.690, 16.0: 0.627, 22.0: 0.538}
    for time, survived in expected.items():
        assert left[time] == pytest.approx(survived, abs=5e-4)


def test_a_law_of_another_shape_is_followed_where_a_third_is_open() -> None:
    n = 600
    days = 100.0 * (-np.log1p(-uniforms(1, "days", "x", 0, 0, n))) ** (1 / 3)  # Weibull, shape 3
    cut = 60.0 + 120.0 * uniforms(1, "cut", "x", 0, 0, n)
    is_open = days > cut
    rows = observe(np.ones(n), np.minimum(days, cut), is_open=is_open, grid=0.0)
    fit = fit_plan(rows, "project duration", "made")
    values = {p.name: p.value for p in fit.parameters}
    p80 = np.exp(values["typical_bias"] + values["spread"] * float(fit.residual.quantile(0.8416)))
    truth = 100.0 * (-np.log(0.2)) ** (1 / 3)
    assert is_open.mean() > 0.25
    assert p80 == pytest.approx(truth, rel=0.05)
    assert np.quantile(days[~is_open], 0.8) < 0.95 * truth
