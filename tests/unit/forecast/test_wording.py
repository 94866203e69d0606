from __future__ import annotations

from datetime import date

import pytest

from pmosim.forecast.wording import chance_in_words, date_in_words, money_in_words


@pytest.mark.parametrize(
    ("p", "n", "text"),
    [
        (0.0, 1000, "<1 of 100"),
        (0.009, 1000, "<1 of 100"),
        (0.01, 1000, "1 of 100"),
        (0.615, 1000, "62 of 100"),
        (0.99, 1000, "99 of 100"),
        (0.991, 1000, ">99 of 100"),
        (1.0, 1000, ">99 of 100"),
        (0.0, 20, "<5 of 100"),
        (1.0, 20, ">95 of 100"),
        (0.05, 20, "5 of 100"),
        (None, 1000, "not known"),
        (float("nan"), 1000, "not known"),
    ],
)
def test_a_chance_is_said_of_100_futures_and_never_certain(p, n, text):
    assert chance_in_words(p, n) == text


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (date(2026, 9, 16), date(2026, 9, 16), "16 September 2026"),
        (date(2026, 9, 9), date(2026, 9, 30), "the week of 14 September 2026"),
        (date(2026, 9, 9), date(2026, 10, 1), "September 2026"),
        (date(2026, 9, 9), None, "September 2026"),
    ],
)
def test_a_date_is_no_more_exact_than_its_band(low, high, text):
    assert date_in_words(date(2026, 9, 16), low, high) == text


def test_a_date_beyond_the_window_is_said_to_be():
    assert date_in_words(None, date(2026, 9, 9), None) == "after the planning window"


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0.0, "EUR 0"),
        (-0.2, "EUR 0"),
        (950.4, "EUR 950"),
        (-950.0, "EUR -950"),
        (999.6, "EUR 1k"),
        (320_400.0, "EUR 320k"),
        (12_340.0, "EUR 12.3k"),
        (999_600.0, "EUR 1M"),
        (1_236_000.0, "EUR 1.24M"),
        (-2.5e9, "EUR -2.5bn"),
        (None, "not known"),
        (float("nan"), "not known"),
    ],
)
def test_money_is_said_to_three_figures(amount, text):
    assert money_in_words(amount, "EUR") == text


def test_money_without_a_currency_is_a_number():
    assert money_in_words(320_000.0) == "320k"
