"""Words of a file as amounts: exact, and told what they should look like."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from pmosim import distributions
from pmosim.scenario import amounts, dates, laws
from pmosim.scenario.amounts import AmissError, Measures
from pmosim.scenario.nodes import core_value, from_python

MEASURES = Measures(minutes_per_day=450, week_days=4, month_days=Fraction(18))


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("6h", 360), ("3d", 1350), ("2w", 3600), ("1mo", 8100), ("0.1d", 45), (".5 d", 225)],
)
def test_working_time_is_exact_in_the_units_of_the_scenario(text: str, minutes: int) -> None:
    assert amounts.working_time(text, MEASURES) == minutes


@pytest.mark.parametrize(
    ("text", "minutes"), [("15pd", 6750), ("40ph", 2400), ("2pm", 16200), ("0.1pd", 45)]
)
def test_person_time_is_exact_too(text: str, minutes: int) -> None:
    assert amounts.person_time(text, MEASURES) == minutes


def test_a_tenth_is_a_tenth() -> None:
    assert amounts.billionths(amounts.share("0.1")) == 100_000_000
    assert amounts.billionths(amounts.share("33.3333333335%")) == 333_333_333
    assert amounts.money("1.1M") == 1_100_000


@pytest.mark.parametrize(
    ("text", "value", "per"),
    [
        ("6/y", 6, "year"),
        ("0.9/d", Fraction(9, 4500), "minute"),
        ("2/mo", Fraction(2, 8100), "minute"),
    ],
)
def test_a_rate_counts_per_working_minute_or_per_year(text: str, value: Fraction, per: str) -> None:
    assert amounts.rate(text, MEASURES) == (value, per)


def test_money_per_time_counts_per_working_minute() -> None:
    assert amounts.money_per_minute("4k/w", MEASURES) == Fraction(4000, 1800)
    assert amounts.money_per_minute("261k/y", Measures()) * 480 == 1000


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2027-03-02", date(2027, 3, 2), date(2027, 3, 2)),
        ("2028-02", date(2028, 2, 1), date(2028, 2, 29)),
        ("2027-Q1", date(2027, 1, 1), date(2027, 3, 31)),
        ("2027-Q4", date(2027, 10, 1), date(2027, 12, 31)),
    ],
)
def test_a_month_or_quarter_is_its_first_day_as_a_start_and_its_last_as_an_end(
    text: str, first: date, last: date
) -> None:
    assert dates.day(text) == first
    assert dates.day(text, end=True) == last


def test_a_range_takes_the_start_of_its_first_and_the_end_of_its_last() -> None:
    assert dates.day_range("2027-03..2027-06") == (date(2027, 3, 1), date(2027, 6, 30))
    assert dates.day_range("2027-03-04") == (date(2027, 3, 4), date(2027, 3, 4))


@pytest.mark.parametrize(
    ("day", "years", "later"),
    [
        (date(2027, 1, 4), Fraction(2), date(2029, 1, 4)),
        (date(2028, 2, 29), Fraction(1), date(2029, 3, 1)),
        (date(2027, 8, 31), Fraction(1, 2), date(2028, 3, 1)),
        (date(2027, 12, 31), Fraction(5), date(2032, 12, 31)),
    ],
)
def test_years_are_spans_of_the_calendar(day: date, years: Fraction, later: date) -> None:
    assert dates.years_later(day, years) == later


@pytest.mark.parametrize(
    ("text", "heads", "share"),
    [
        ("2", 2, 1),
        ("40%", 1, Fraction(2, 5)),
        ("2 x 40%", 2, Fraction(2, 5)),
        ("3x5%", 3, Fraction(1, 20)),
    ],
)
def test_a_need_is_whole_people_a_share_of_one_or_both(
    text: str, heads: int, share: Fraction
) -> None:
    assert amounts.heads_and_share(text) == (heads, share)


@pytest.mark.parametrize(
    "text", ["", "d", "5 5d", "five days", "1e999d", "1_000d", "NaN", "inf", "0x10d", "५d"]
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(AmissError):
        amounts.working_time(text, MEASURES)


def test_three_amounts_mean_what_the_settings_say() -> None:
    node = from_python("10pd/20pd/40pd")
    split = laws.law_from(node, "person-time", Measures())
    assert split == distributions.SplitLognormal(p10=4800.0, likely=9600.0, p90=19200.0)
    pert = laws.law_from(node, "person-time", Measures(range_means="min-max"))
    assert pert == distributions.Pert(low=4800.0, likely=9600.0, high=19200.0)


def test_the_last_unit_of_three_serves_all() -> None:
    short = laws.law_from(from_python("10/20/40pd"), "person-time", Measures())
    assert short == laws.law_from(from_python("10pd/20pd/40pd"), "person-time", Measures())


def test_three_equal_amounts_are_certain() -> None:
    law = laws.law_from(from_python("5d/5d/5d"), "time", Measures())
    assert law == distributions.Fixed(value=2400.0)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NO", "NO"),
        ("yes", "yes"),
        ("on", "on"),
        ("007", "007"),
        ("12:30", "12:30"),
        ("1_000", "1_000"),
        ("0x10", "0x10"),
        (".inf", ".inf"),
        ("2027-03-02", "2027-03-02"),
        ("true", True),
        ("42", 42),
        ("-1.5e3", -1500.0),
        ("~", None),
        ("", None),
    ],
)
def test_plain_scalars_mean_what_yaml_1_2_says_and_ids_stay_text(text: str, value: object) -> None:
    assert core_value(text) == value
    assert type(core_value(text)) is type(value)
