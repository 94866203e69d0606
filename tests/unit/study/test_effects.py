"""Effects of hand-made extracts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from pmosim.study.effects import (
    finish_difference,
    late_difference,
    missed_difference,
    move_of,
    project_days,
    wait_difference,
)
from pmosim.study.extract import Extract

NAN, INF = np.nan, np.inf


def extract(**columns: Any) -> Extract:
    """Return two projects in four futures; the second is in half of them."""
    return replace(
        Extract(
            projects=("a", "b"),
            committed_days=np.array([10.0, 10.0, 12.0, 12.0]),
            finish_days=np.array([[10.0, NAN], [10.0, NAN], [12.0, 9.0], [12.0, 9.0]]),
            late=np.array([[0.0, NAN], [0.0, NAN], [1.0, 1.0], [0.0, 0.0]]),
            npv=np.zeros(4),
            valued_npv=np.zeros(4),
            cost=np.zeros(4),
            n_valued=0,
            waited_days=np.array([[2.0, 0.0], [2.0, 4.0], [0.0, 0.0], [0.0, 0.0]]),
            finished=np.array([1.0, 1.0, 2.0, 2.0]),
            end_days=np.full(4, 20.0),
        ),
        **columns,
    )


def test_the_share_of_promises_missed_is_the_mean_of_the_projects_own_chances() -> None:
    share = extract().late_share()
    assert share is not None
    # a is late in 1 of 4 futures, b in 1 of the 2 in which it exists.
    assert share.mean() == pytest.approx((0.25 + 0.5) / 2)
    assert extract().late_count().tolist() == [0.0, 0.0, 2.0, 0.0]


def test_the_same_twice_is_exactly_no_difference() -> None:
    for effect in (finish_difference, late_difference, missed_difference, wait_difference):
        assert effect(extract(), extract()).is_zero


def test_a_promise_that_changed_sides_in_no_future_is_not_taken_for_certain() -> None:
    moved = extract(finish_days=extract().finish_days + 1.0)
    difference = late_difference(extract(), moved)
    assert difference.value == 0.0
    assert difference.low < 0.0 < difference.high
    missed = missed_difference(extract(), moved)
    assert missed.high == pytest.approx(2 * difference.high)


def test_chances_and_days_can_be_asked_of_some_projects_alone() -> None:
    second = np.array([False, True])
    kept = extract(late=np.array([[0.0, NAN], [0.0, NAN], [1.0, 0.0], [0.0, 0.0]]))
    # b is late in 1 of the 2 futures in which it exists, and then in none.
    assert late_difference(extract(), kept, second).value == pytest.approx(-0.5)
    later = extract(finish_days=extract().finish_days + 1.0)
    assert project_days(extract(), later, second).value == pytest.approx(0.5)
    still = extract(finish_days=extract().finish_days + np.array([1.0, 0.0]))
    assert late_difference(extract(), still, second).is_zero
    unpromised = extract(late=np.full((4, 2), NAN))
    assert late_difference(unpromised, unpromised, second, "nothing else").reason == "nothing else"


def test_a_finish_moves_on_average_or_where_there_is_none_in_its_p80() -> None:
    days = np.arange(1.0, 101.0)
    open_ended = np.where(days > 90.0, INF, days)
    assert move_of(days, days + 2.0).value == 2.0
    assert move_of(open_ended, open_ended + 2.0).value == 2.0


def test_days_add_up_over_the_projects_and_unfinished_ones_count_to_the_end_of_the_run() -> None:
    later = np.array([[11.0, NAN], [12.0, NAN], [INF, 9.0], [12.0, 13.0]])
    difference = project_days(extract(), extract(finish_days=later))
    assert difference.value == pytest.approx((1 + 2 + 8 + 4) / 4)


def test_waiting_is_per_finished_project_and_can_be_asked_of_one_role() -> None:
    more = extract(waited_days=extract().waited_days + np.array([0.0, 3.0]))
    assert wait_difference(extract(), more).value == pytest.approx(12 / 6)
    assert wait_difference(extract(), more, 0).is_zero


def test_nothing_committed_or_promised_says_so() -> None:
    nothing = extract(committed_days=None, late=np.full((4, 2), NAN))
    assert finish_difference(extract(), nothing).reason == "no project is committed"
    for effect in (late_difference, missed_difference):
        assert effect(nothing, nothing).reason.startswith("nothing has a due date")
