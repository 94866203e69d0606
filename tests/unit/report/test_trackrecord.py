"""The title of where the truth fell in its forecasts says what was wrong with them."""

from __future__ import annotations

import pytest

from pmosim.report.trackrecord import misfit, plan_places

EVEN, EARLY, LATE = [9] * 10, [19, 12, 7, 7, 5, 8, 10, 8, 5, 6], [6, 5, 8, 10, 8, 5, 7, 7, 12, 19]
NARROW, WIDE = [20, 12, 5, 4, 4, 4, 4, 5, 12, 20], [2, 4, 9, 14, 16, 16, 14, 9, 4, 2]


@pytest.mark.parametrize(
    ("counts", "is_date", "words"),
    [
        (EARLY, True, "mostly too late"),
        (LATE, True, "mostly too early"),
        (EARLY, False, "mostly too high"),
        (LATE, False, "mostly too low"),
        (NARROW, True, "too narrow"),
        (WIDE, True, "too wide"),
    ],
)
def test_forecasts_are_off_by_their_place_else_by_their_width(
    counts: list[int], *, is_date: bool, words: str
) -> None:
    assert misfit(counts, is_date=is_date) == words


def test_right_forecasts_are_not_called_wrong() -> None:
    pit = {"counts": EVEN, "p_value": 0.9}
    (plan,) = plan_places({"id": "finish", "pit": pit})
    assert plan.finding.endswith("as it should")
    (plan,) = plan_places({"id": "finish", "pit": {"counts": EARLY, "p_value": 0.01}})
    assert plan.finding.endswith("the forecasts were mostly too late")
