"""Working days: both ends of a day, closures, and the way there and back."""

from __future__ import annotations

import pickle
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmosim.workdays import WorkCalendar

MONDAY = date(2026, 1, 5)
PLAIN = WorkCalendar(as_of=MONDAY)

DATES = st.dates(min_value=date(2020, 1, 1), max_value=date(2035, 12, 31))
CALENDARS = st.builds(
    WorkCalendar,
    as_of=DATES,
    workweek=st.sets(st.integers(0, 6), min_size=1).map(tuple),
    minutes_per_day=st.integers(1, 1440),
    closures=st.lists(DATES, max_size=20).map(tuple),
)


def is_working(calendar: WorkCalendar, day: date) -> bool:
    """Return whether the day is one of the workweek and not closed."""
    return day.weekday() in calendar.workweek and day not in calendar.closures


def test_ten_working_days_from_monday_end_on_friday_of_the_next_week() -> None:
    assert PLAIN.to_date(10.0) == date(2026, 1, 16)
    assert PLAIN.end_minute(date(2026, 1, 16)) == 10 * 480
    assert PLAIN.calendar_days(10 * 480) == 12.0
    assert PLAIN.working_days_between(MONDAY, date(2026, 1, 16)) == 10


def test_the_same_moment_read_as_a_start_is_the_next_monday() -> None:
    assert PLAIN.to_date(10.0, start=True) == date(2026, 1, 19)
    assert PLAIN.start_minute(date(2026, 1, 19)) == 10 * 480


@pytest.mark.parametrize(
    ("day", "finish", "start"),
    [
        (0.0, MONDAY, MONDAY),
        (1 / 480, MONDAY, MONDAY),
        (1.0, MONDAY, date(2026, 1, 6)),
        (1 + 1 / 480, date(2026, 1, 6), date(2026, 1, 6)),
        (5.0, date(2026, 1, 9), date(2026, 1, 12)),
        (-1.0, MONDAY, date(2026, 1, 2)),
    ],
)
def test_a_boundary_belongs_to_the_day_that_ends_or_begins(
    day: float, finish: date, start: date
) -> None:
    assert PLAIN.to_date(day) == finish
    assert PLAIN.to_date(day, start=True) == start


def test_a_date_on_a_weekend_is_the_next_working_day_as_a_start_the_one_before_as_an_end() -> None:
    saturday = date(2026, 1, 10)
    assert PLAIN.date_of(PLAIN.start_day(saturday)) == date(2026, 1, 12)
    assert PLAIN.date_of(PLAIN.end_day(saturday)) == date(2026, 1, 9)
    assert PLAIN.start_minute(saturday) == PLAIN.end_minute(saturday) == 5 * 480


def test_day_0_is_the_first_working_day_when_as_of_is_none() -> None:
    calendar = WorkCalendar(as_of=date(2026, 1, 3))
    assert calendar.date_of(0) == MONDAY
    assert calendar.start_day(calendar.as_of) == 0
    assert calendar.end_day(calendar.as_of) == -1
    assert calendar.calendar_days([0, 480]).tolist() == [0.0, 3.0]


def test_closures_take_no_time() -> None:
    closed = WorkCalendar(as_of=MONDAY, closures=(date(2026, 1, 9), date(2026, 1, 8)))
    assert closed.to_date(10.0) == date(2026, 1, 20)
    assert closed.working_days_between(MONDAY, date(2026, 1, 16)) == 8
    assert closed.end_minute(date(2026, 1, 9)) == 3 * 480
    assert closed.start_minute(date(2026, 1, 8)) == 3 * 480


def test_a_workweek_may_be_any_days_in_any_order() -> None:
    calendar = WorkCalendar(as_of=MONDAY, workweek=(6, 0, 6))
    assert [calendar.date_of(n).weekday() for n in range(4)] == [0, 6, 0, 6]
    assert calendar == WorkCalendar(as_of=MONDAY, workweek=(0, 6))


def test_calendar_time_of_a_finish_counts_the_part_of_its_day() -> None:
    times = PLAIN.calendar_days(np.array([0, 1, 240, 480, 481, 2400, 2640]))
    assert times.tolist() == [0.0, 1 / 480, 0.5, 1.0, 1 + 1 / 480, 5.0, 7.5]


def test_calendar_time_keeps_what_is_not_finished_and_every_shape() -> None:
    times = PLAIN.calendar_days([[480.0, np.nan], [np.inf, 0.0]])
    assert times.shape == (2, 2)
    assert times[0, 0] == 1.0
    assert np.isnan(times[0, 1])
    assert times[1].tolist() == [np.inf, 0.0]
    assert PLAIN.calendar_days([]).shape == (0,)


def test_months_join_and_cover_the_working_days() -> None:
    calendar = WorkCalendar(as_of=date(2026, 1, 28))
    assert calendar.month_bounds(30) == [("2026-01", 0, 3), ("2026-02", 3, 23), ("2026-03", 23, 30)]
    assert calendar.month_bounds(3) == [("2026-01", 0, 3)]
    assert calendar.month_bounds(0) == []


def test_a_month_that_is_closed_altogether_is_left_out() -> None:
    february = tuple(date(2026, 2, day) for day in range(1, 29))
    calendar = WorkCalendar(as_of=date(2026, 1, 30), closures=february)
    assert calendar.month_bounds(2) == [("2026-01", 0, 1), ("2026-03", 1, 2)]


def test_working_days_are_added_from_the_next_working_day_on() -> None:
    saturday = date(2026, 1, 10)
    assert PLAIN.add_working_days(MONDAY, 5) == date(2026, 1, 12)
    assert PLAIN.add_working_days(MONDAY, -1) == date(2026, 1, 2)
    assert PLAIN.add_working_days(saturday, 0) == date(2026, 1, 12)
    assert PLAIN.add_working_days(saturday, -1) == date(2026, 1, 9)


@settings(deadline=None)
@given(CALENDARS, st.integers(-400, 400))
def test_a_working_day_is_found_again_from_its_date(calendar: WorkCalendar, day: int) -> None:
    found = calendar.date_of(day)
    assert is_working(calendar, found)
    assert calendar.start_day(found) == calendar.end_day(found) == day
    assert calendar.date_of(day - 1) < found < calendar.date_of(day + 1)
    assert calendar.dates_of(np.array([day])).astype(object).tolist() == [found]


@settings(deadline=None)
@given(CALENDARS, DATES)
def test_a_start_and_an_end_are_the_nearest_working_days(calendar: WorkCalendar, day: date) -> None:
    start, end = (calendar.date_of(find(day)) for find in (calendar.start_day, calendar.end_day))
    assert end <= day <= start
    between = (end + timedelta(days=n) for n in range(1, (start - end).days))
    assert not any(is_working(calendar, other) for other in between)


@settings(deadline=None)
@given(CALENDARS, DATES)
def test_minutes_of_a_date_lead_back_to_it(calendar: WorkCalendar, day: date) -> None:
    begin = calendar.start_minute(day) / calendar.minutes_per_day
    assert calendar.to_date(begin, start=True) == calendar.date_of(calendar.start_day(day))
    end = calendar.end_minute(day) / calendar.minutes_per_day
    assert calendar.to_date(end) == calendar.date_of(max(0, calendar.end_day(day)))


@settings(deadline=None)
@given(CALENDARS, DATES, st.integers(0, 60))
def test_working_days_between_dates_are_those_of_the_calendar(
    calendar: WorkCalendar, first: date, length: int
) -> None:
    days = [first + timedelta(days=n) for n in range(length)]
    expected = sum(is_working(calendar, day) for day in days)
    last = first + timedelta(days=length - 1)
    assert calendar.working_days_between(first, last) == expected


@settings(deadline=None)
@given(CALENDARS, st.lists(st.integers(0, 200_000), min_size=1, max_size=20))
def test_a_later_finish_is_never_earlier_in_the_calendar(
    calendar: WorkCalendar, minutes: list[int]
) -> None:
    ordered = sorted(minutes)
    times = calendar.calendar_days(ordered)
    assert np.all(np.diff(times) >= 0.0)
    for minute, time in zip(ordered, times.tolist(), strict=True):
        whole_days = (calendar.to_date(minute / calendar.minutes_per_day) - calendar.as_of).days
        assert minute == 0 or whole_days < time <= whole_days + 1


@settings(deadline=None)
@given(CALENDARS, st.integers(1, 300))
def test_each_working_day_lies_in_the_month_it_is_counted_in(
    calendar: WorkCalendar, n_days: int
) -> None:
    labels = [
        label for label, first, end in calendar.month_bounds(n_days) for _ in range(first, end)
    ]
    assert labels == [calendar.date_of(day).strftime("%Y-%m") for day in range(n_days)]


def test_a_calendar_is_a_value() -> None:
    closures = (date(2026, 5, 2), date(2026, 5, 1))
    one = WorkCalendar(as_of=MONDAY, closures=closures)
    other = WorkCalendar(as_of=MONDAY, closures=closures[::-1] + closures)
    assert one == other
    assert hash(one) == hash(other)
    assert pickle.loads(pickle.dumps(one)).date_of(100) == one.date_of(100)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"workweek": ()}, "workweek is empty; it needs at least one day"),
        ({"workweek": (0, 7)}, r"workweek has day 7; days are 0 \(Monday\) to 6"),
        ({"minutes_per_day": 0}, "minutes_per_day is 0; it must be from 1 to 1440"),
        ({"minutes_per_day": -480}, "minutes_per_day is -480; it must be"),
        ({"minutes_per_day": 1441}, "minutes_per_day is 1441; it must be"),
        ({"minutes_per_day": 442.5}, "minutes_per_day is 442.5; a working day has a whole"),
        ({"minutes_per_day": True}, "minutes_per_day is True; a working day has a whole"),
        (
            {
                "workweek": (0,),
                "closures": tuple(MONDAY + timedelta(weeks=n) for n in range(600)),
            },
            "no working day follows 2026-01-05 within ten years; shorten the closures",
        ),
    ],
)
def test_what_is_no_calendar_is_refused(values: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        WorkCalendar(as_of=MONDAY, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize("day", [float("nan"), float("inf")])
def test_what_is_not_finished_has_no_date(day: float) -> None:
    with pytest.raises(ValueError, match="only a finite number of working days has a date"):
        PLAIN.to_date(day)


def test_a_day_after_the_year_9999_has_no_date() -> None:
    with pytest.raises(ValueError, match="lies outside the years 1 to 9999"):
        PLAIN.date_of(3_000_000)
