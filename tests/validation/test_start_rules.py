"""Start rules against queueing theory; ``rules`` has the formulas."""

from __future__ import annotations

import pytest

from tests.validation.rules import check_cmu, check_rejection, check_reservation


@pytest.mark.parametrize("by_intake", [True, False], ids=["intake", "dispatch"])
def test_two_classes_by_cost_per_day_of_work_wait_as_cobham_says(by_intake: bool) -> None:  # noqa: FBT001
    check_cmu(5000, by_intake=by_intake)


@pytest.mark.parametrize(
    ("people", "places", "rate"), [(1, 1, 1.0), (1, 4, 0.9), (3, 3, 2.0), (2, 5, 2.5)]
)
def test_a_gate_that_rejects_is_a_queue_with_few_places(
    people: int, places: int, rate: float
) -> None:
    check_rejection(people, places, rate, 3000)


@pytest.mark.parametrize(("places", "reserved"), [(4, 1), (4, 2), (6, 1), (4, 0)])
def test_reserved_places_are_trunk_reservation(places: int, reserved: int) -> None:
    check_reservation(places, reserved, {"urgent": 1.0, "other": 3.0}, 3000)
