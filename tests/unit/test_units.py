"""Whole numbers: rounding up, rounding half up, products of billionths."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmosim.units import WHOLE, ceil_div, round_half_up, times, whole

WHOLES = st.integers(min_value=0, max_value=10**15)


@settings(deadline=None)
@given(WHOLES, st.integers(min_value=1, max_value=10**12))
def test_ceil_div_is_the_exact_quotient_rounded_up(numerator: int, denominator: int) -> None:
    assert ceil_div(numerator, denominator) == ceil(Fraction(numerator, denominator))


@settings(deadline=None)
@given(WHOLES, WHOLES)
def test_a_product_of_factors_is_rounded_up_to_a_whole_billionth(a: int, b: int) -> None:
    assert times(a, b) == ceil(Fraction(a * b, WHOLE))


@settings(deadline=None)
@given(WHOLES)
def test_a_factor_of_one_changes_nothing(a: int) -> None:
    assert times(a, WHOLE) == times(WHOLE, a) == a


def test_twenty_person_days_in_sixty_days_do_not_end_a_minute_late() -> None:
    share = ceil_div(20 * WHOLE, 60)
    assert ceil_div(20 * 480 * WHOLE, share) == 60 * 480
    assert ceil_div(20 * 480 * WHOLE, share - 1) == 60 * 480 + 1


@pytest.mark.parametrize(
    ("value", "rounded"),
    [(0.0, 0), (0.49, 0), (0.5, 1), (1.5, 2), (2.5, 3), (-0.5, 0), (-1.5, -1), (-0.51, -1)],
)
def test_halves_are_rounded_upwards(value: float, rounded: int) -> None:
    assert round_half_up(value) == rounded
    assert whole(np.array([value])).tolist() == [rounded]


@settings(deadline=None)
@given(st.lists(st.integers(min_value=-(10**12), max_value=10**12).map(lambda n: n / 8)))
def test_arrays_are_rounded_like_single_numbers(values: list[float]) -> None:
    rounded = whole(np.array(values, dtype=np.float64))
    assert rounded.dtype == np.int64
    assert rounded.tolist() == [floor(Fraction(v) + Fraction(1, 2)) for v in values]
    assert rounded.tolist() == [round_half_up(v) for v in values]
