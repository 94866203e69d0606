"""Six projects under every start rule, computed by hand; ``six`` shows them."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tests.unit.policy.six import document, finishes, project, releases, run


def days(**given: float) -> dict[str, float]:
    return dict(given)


def test_without_a_rule_all_start_at_once() -> None:
    described = document({"policy": "open"})
    assert set(releases(described).values()) == {0}
    assert finishes(described) == days(A=10, B=4, C=9, D=5, E=8, F=2)


def test_two_at_a_time_in_the_order_of_the_requests() -> None:
    # A and B; B ends on day 4: C until 13; A on 10: D until 15; C on 13: E; D on 15: F
    described = document({"policy": "wip_limit", "max_active": 2})
    assert releases(described) == days(A=0, B=0, C=4, D=10, E=13, F=15)
    assert finishes(described) == days(A=10, B=4, C=13, D=15, E=21, F=17)


def test_two_at_a_time_in_the_order_of_the_ranks() -> None:
    # F and E; F ends on day 2: D until 7; then C until 16; E ends on 8: B until 12; then A
    described = document({"policy": "wip_limit", "max_active": 2, "order": "rank"})
    assert releases(described) == days(F=0, E=0, D=2, C=7, B=8, A=12)
    assert finishes(described) == days(F=2, E=8, D=7, C=16, B=12, A=22)


def test_who_finds_no_place_is_rejected() -> None:
    rows = run(document({"policy": "wip_limit", "max_active": 2, "on_full": "reject"}))
    status = {name: row["status"] for name, row in rows.items()}
    assert status == dict.fromkeys("AB", "finished") | dict.fromkeys("CDEF", "rejected")


def test_a_norm_lets_small_projects_pass_and_counts_running_tasks_in_full() -> None:
    # day 0: A (10); B would make 14, C 16: no; D needs 5 of the architects; E: no; F makes 12.
    # Day 2, F ends: 10, and B would make 14. Day 10, A ends: B (4) and C (10, and 3 architects).
    # Day 14, B ends: 6, E would make 14. Day 16: the development of C ends, E starts.
    norm = {"developer": "12pd", "architect": "5pd"}
    described = document({"policy": "load_limit", "norm": norm})
    assert releases(described) == days(A=0, D=0, F=0, B=10, C=10, E=16)
    assert finishes(described) == days(A=10, D=5, F=2, B=14, C=19, E=24)


def test_a_project_larger_than_the_norm_starts_when_the_role_has_nothing() -> None:
    # norm 9: A (10) starts on day 0 as nothing is open, then 14, 16, 18, 12 are too much; D needs
    # no developer. Day 10: B (4), C would make 10, E 12, F makes 6. Day 12, F ends: C would make
    # 10. Day 14, B ends: C. Day 20, its development ends: E.
    described = document({"policy": "load_limit", "norm": {"developer": "9pd"}})
    assert releases(described) == days(A=0, D=0, B=10, F=10, C=14, E=20)
    assert finishes(described) == days(A=10, D=5, B=14, F=12, C=23, E=28)


def test_one_amount_is_the_norm_of_every_role() -> None:
    # norm 5 of both roles: A (nothing is open), D (5); day 10: B (4) and no other; day 14: C, its
    # 6 as nothing is open; day 20: E; day 28: F
    described = document({"policy": "load_limit", "norm": "5pd"})
    assert releases(described) == days(A=0, D=0, B=10, C=14, E=20, F=28)


def test_a_project_that_does_not_use_an_overloaded_role_passes() -> None:
    # `late` starts by its date and overloads the architects (norm 1); C waits for them, A does not
    late = project("D") | {"id": "late", "starts": "2027-01-04"}
    described = document({"policy": "load_limit", "norm": {"architect": "1pd"}})
    described["projects"] = [late, project("C"), project("A")]
    assert releases(described) == days(late=0, C=5, A=0)


BUDGET = {"policy": "budget", "period": "10d", "amount": "9k"}


def test_money_is_spent_at_period_starts_and_half_of_what_is_left_is_carried_over() -> None:
    # day 0, 9k: A 5, B 2, not C 5.4, D 4, E 4, but F 2: nothing is left. Day 10, 9k: C 5.4; D and
    # E do not fit into 3.6, of which 1.8 are carried. Day 20, 10.8k: D 4 and E 4.
    described = document(BUDGET | {"carry_over": "50%"})
    assert releases(described) == days(A=0, B=0, F=0, C=10, D=20, E=20)
    assert finishes(described) == days(A=10, B=4, F=2, C=19, D=25, E=28)


def test_without_carry_over_what_is_left_is_lost() -> None:
    # amount 6.9k: A (1.9 left: nobody); day 10: B 2, D 4 (0.9); day 20: C 5.4; day 30: E 4, F 2
    described = document(BUDGET | {"amount": "6.9k"})
    assert releases(described) == days(A=0, B=10, D=10, C=20, E=30, F=30)


def test_carried_money_adds_up_over_several_periods() -> None:
    # 4k, all carried: day 0 B and F (4k). Day 10, 4k: D (A 5, C 5.4 do not fit). Day 20: E. Day
    # 30, 4k: nobody. Day 40, 8k: A, 3k left. Day 50, 7k: C.
    described = document(BUDGET | {"amount": "4k", "carry_over": "100%"})
    assert releases(described) == days(B=0, F=0, D=10, E=20, A=40, C=50)


@pytest.mark.parametrize(
    ("period", "second", "third"), [("month", 13, 33), ("quarter", 56, 121), ("year", 253, 513)]
)
def test_periods_of_the_calendar_begin_with_their_first_working_day(
    period: str, second: int, third: int
) -> None:
    # From Wednesday 2027-01-13: 1 February is 13 working days away, 1 March 20 more, 1 April 23
    # more, 1 July 65 more. 2027 has 261 working days, 8 of them before: 253 to 3 January 2028 (a
    # Monday), and 260 more to 1 January 2029.
    found = releases(document(BUDGET | {"period": period}, as_of="2027-01-13"))
    assert found == days(A=0, B=0, F=0, C=second, D=third, E=third)


def test_a_month_that_begins_on_a_weekend_begins_on_monday() -> None:
    # from Wednesday 2027-04-28: 1 May is a Saturday, so the month begins on the 3rd, day 3
    described = document(BUDGET | {"period": "month"}, as_of="2027-04-28")
    assert releases(described)["C"] == 3


def test_work_in_flight_is_funded_and_what_has_a_date_uses_up_the_budget() -> None:
    # A runs: funded. Day 0, 6k: B 2, D 4. E starts on day 3 by its date: 4k, 10k are spent of 6.
    # Day 10: nothing is carried, nothing is owed: C 5.4. Day 20, with 0.3 carried: F.
    described = document(BUDGET | {"amount": "6k", "carry_over": "50%"})
    described["projects"][0]["status"] = "running"
    described["projects"][4]["starts"] = "2027-01-07"
    assert releases(described) == days(A=0, B=0, D=0, E=3, C=10, F=20)


def test_a_mandatory_project_on_a_period_start_comes_first_and_is_paid_for() -> None:
    # day 0, 9k: F and E are mandatory (6k); A 5 does not fit, B 2 does: 1k is left
    described = document(BUDGET)
    for n in (4, 5):
        described["projects"][n]["mandatory"] = True
    assert releases(described) == days(E=0, F=0, B=0, A=10, D=10, C=20)


def test_a_named_person_costs_their_own_rate_and_nobody_else_s() -> None:
    # 2 days of ana at 2000 and 2 of another developer at 500 are planned: 5000
    described = document(BUDGET | {"amount": "5k"})
    described["people"].append({"id": "ana", "role": "developer", "day_rate": 2000})
    needs = {"developer": 1, "ana": 1}
    described["projects"] = [
        {"id": "P", "tasks": {"t": {"effort": {"developer": "2pd", "ana": "2pd"}, "needs": needs}}}
    ]
    assert releases(described) == {"P": 0}
    described["intake"]["amount"] = "4999"
    assert math.isnan(releases(described | {"horizon": "60d"})["P"])


def test_the_drum_sets_the_pace() -> None:
    # day 0: A, open 10 > 5; D does not use the drum. Day 10: B, open 4: C, open 10. Day 14: 6.
    # Day 16, the development of C ends: E. Day 24: F.
    described = document({"policy": "stagger", "drum": "developer", "buffer": "5pd"})
    assert releases(described) == days(A=0, D=0, B=10, C=10, E=16, F=24)
    assert finishes(described) == days(A=10, D=5, B=14, C=19, E=24, F=26)


def test_a_drum_without_buffer_starts_the_next_when_the_last_has_left_it() -> None:
    described = document({"policy": "stagger", "drum": "developer", "buffer": "0pd"})
    assert releases(described) == days(A=0, D=0, B=10, C=14, E=20, F=28)


def test_a_buffer_as_large_as_the_open_work_lets_the_next_one_in() -> None:
    # A leaves 10, which is within a buffer of 10; with B 14 are open. Day 4, B ends: C. Day 10, A
    # and the development of C end: E, and with 8 open F, too.
    described = document({"policy": "stagger", "drum": "developer", "buffer": "10pd"})
    assert releases(described) == days(A=0, B=0, D=0, C=4, E=10, F=10)


def test_places_are_kept_for_the_urgent() -> None:
    # day 0: A, B; a third place is only for E. Day 4, B ends: F. Day 6, F ends: A and E are two,
    # others wait. Day 8, E ends: C. Day 10, A ends: D.
    intake = {"policy": "reserve", "max_active": 3, "reserved": 1, "for": "urgent"}
    assert releases(document(intake)) == days(A=0, B=0, E=0, F=4, C=8, D=10)
    assert finishes(document(intake)) == days(A=10, B=4, E=8, F=6, C=17, D=15)


def test_who_finds_no_free_place_may_be_rejected() -> None:
    intake = {"policy": "reserve", "max_active": 3, "reserved": 1, "for": "urgent"}
    rows = run(document(intake | {"on_full": "reject"}))
    assert [name for name, row in rows.items() if row["status"] == "finished"] == ["A", "B", "E"]


ONE = {"policy": "wip_limit", "max_active": 1}
ORDERS: list[tuple[dict[str, Any], str]] = [
    ({}, "ABCDEF"),
    ({"order": "rank"}, "FEDCBA"),
    ({"order": "value"}, "FEDCBA"),
    # 1000/10, 800/4, 2700/9, 2000/5, 400/8, 50/2 a person-day
    ({"order": "wsjf"}, "DCBAEF"),
    # the same money by architect's day, at least half a day: 2000 1600 900 400 800 100
    ({"order": "bottleneck", "role": "architect", "of": "cost_of_delay"}, "ABCEDF"),
    # benefit - cost: 4000 500 3000 500 1000 0, by architect's day: 8000 1000 1000 100 2000 0
    ({"order": "bottleneck", "role": "architect"}, "AEBCDF"),
]


@pytest.mark.parametrize(("order", "expected"), ORDERS)
def test_each_order_lines_the_projects_up(order: dict[str, Any], expected: str) -> None:
    found = releases(document(ONE | order))
    assert "".join(sorted(found, key=lambda name: found[name])) == expected


def test_priority_and_due_line_the_projects_up() -> None:
    described = document(ONE | {"order": "priority"})
    for n, given in enumerate(["low", None, "high", 2, "medium", "low"]):
        described["projects"][n].pop("rank")
        described["projects"][n] |= {"priority": given} if given else {}
    found = releases(described)
    assert "".join(sorted(found, key=lambda name: found[name])) == "DCBEAF"
    described = document(ONE | {"order": "due"})
    for n, day in {0: "2027-03-01", 2: "2027-02-01", 5: "2027-02-01"}.items():
        described["projects"][n]["due"] = day
    found = releases(described)
    assert "".join(sorted(found, key=lambda name: found[name])) == "CFABDE"


def asks(name: str, value: float, length: int, **keys: Any) -> dict[str, Any]:
    tasks = {"dev": {"effort": f"{length}pd", "needs": {"developer": 1}}}
    return {"id": name, "value": value, "tasks": tasks} | keys


@pytest.mark.parametrize(("ageing", "first"), [("10%/mo", "old"), ("5%/mo", "new")])
def test_ageing_lets_those_that_wait_climb(ageing: str, first: str) -> None:
    # `long` holds the only place until day 40: `old` has waited two months then, and is worth
    # 10 x 1.2 = 12 or 10 x 1.1 = 11 against the 11.5 of `new`, which has just asked
    described = document(ONE | {"order": "value", "ageing": ageing})
    described["projects"] = [
        asks("long", 99, 40),
        asks("old", 10, 5),
        asks("new", 11.5, 5, arrives="2027-03-01"),
    ]
    found = releases(described)
    assert found[first] == 40
    assert max(found.values()) == 45


def test_ageing_counts_from_when_a_project_could_have_started() -> None:
    # `old` asks on day 0 but may not start before day 30: half a month, 10 x 1.05 against 11.5
    described = document(ONE | {"order": "value", "ageing": "10%/mo"})
    described["projects"] = [
        asks("long", 99, 40),
        asks("old", 10, 5, not_before="2027-02-15"),
        asks("new", 11.5, 5, arrives="2027-03-01"),
    ]
    assert releases(described) == {"long": 0, "new": 40, "old": 45}


def test_what_waits_for_its_own_date_or_predecessor_takes_no_place() -> None:
    # A may not start before day 5, B not before F has ended; C and D take the two places
    described = document({"policy": "wip_limit", "max_active": 2})
    described["projects"][0]["not_before"] = "2027-01-11"
    described["projects"][1]["after"] = [{"project": "F"}]
    # C 0-9, D 0-5; day 5: A (5-15); day 9: E (9-17); day 15: F (15-17), then B
    assert releases(described) == days(C=0, D=0, A=5, E=9, F=15, B=17)


def test_what_never_fits_waits_to_the_end() -> None:
    described = document(BUDGET | {"amount": "4.5k"}, horizon="60d")
    rows = run(described)
    assert {name for name, row in rows.items() if row["status"] == "queued"} == {"A", "C"}
    assert math.isnan(rows["A"]["released_day"])
