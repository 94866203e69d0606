from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

import pmosim as pm
from pmosim.money import (
    benefit_by_period,
    capex_by_period,
    cash_by_period,
    cost_by_period,
    fiscal_years,
    flow_value,
    months,
    quarters,
    start_calendar_days,
)
from pmosim.network.arrays import NONE
from tests.unit.forecast.builders import (
    DAY,
    Booking,
    P,
    Row,
    build_network,
    build_outcomes,
    ints,
)

PEOPLE = (("developer-1", 0, 500.0, False), ("tester-1", 1, 300.0, True))


def run_one(project, row, bookings=(), **settings):
    network = build_network([project], people=PEOPLE, **settings)
    return build_outcomes(network, [row], replications=1, bookings=bookings)


def test_labour_is_attention_times_day_rate():
    bookings = [Booking(0, 0, 4.5, until=5 * DAY), Booking(0, 1, 2.0, until=9 * DAY)]
    money = run_one(P("crm"), Row(0, 0, finished=10 * DAY), bookings).money
    assert money.labour.tolist() == [4.5 * 500 + 2 * 300]
    assert money.cost.tolist() == [2850.0]


def test_cash_is_contractors_and_bought_cost_but_no_internal_staff():
    bookings = [Booking(0, 0, 4.0, until=5 * DAY), Booking(0, 1, 2.0, until=9 * DAY)]
    row = Row(0, 0, finished=10 * DAY, fixed_cost=1000.0)
    money = run_one(P("crm", running_cost=0.5), row, bookings).money
    assert money.cash.tolist() == [600.0 + 1000.0 + 0.5 * 4800]
    assert money.cost.tolist() == [2000.0 + 600.0 + 1000.0 + 2400.0]


def test_a_running_cost_counts_working_time_from_release_to_finish():
    row = Row(0, 0, released=2 * DAY, started=4 * DAY, finished=10 * DAY)
    assert run_one(P("crm", running_cost=1.0), row).money.running.tolist() == [8 * DAY]


def test_an_unfinished_project_has_its_cost_so_far_and_no_npv():
    row = Row(0, 0, status="active", released=250 * DAY, fixed_cost=70.0)
    project = P("crm", running_cost=1.0, benefit=True, benefit_years=3)
    money = run_one(project, row, window_end=260 * DAY).money
    assert money.cost.tolist() == [70.0 + 10 * DAY]
    assert math.isnan(money.npv[0])
    assert math.isnan(money.roi[0])


@pytest.mark.parametrize("status", ["queued", "rejected", "withdrawn", "absent"])
def test_a_project_that_was_not_released_costs_nothing_and_has_no_npv(status):
    row = Row(0, 0, status=status, released=NONE, started=NONE, fixed_cost=70.0, benefit=5.0)
    money = run_one(P("crm", running_cost=1.0, benefit=True, benefit_years=3), row).money
    assert money.cost.tolist() == [0.0]
    assert math.isnan(money.npv[0])


def test_a_stopped_project_is_worth_minus_what_it_cost():
    row = Row(0, 0, status="stopped", ended=5 * DAY, fixed_cost=70.0, benefit=1e6)
    project = P("crm", running_cost=1.0, benefit=True, benefit_years=3)
    money = run_one(project, row, [Booking(0, 0, 2.0, until=5 * DAY)]).money
    assert money.npv.tolist() == [-(70.0 + 5 * DAY + 1000.0)]
    assert money.roi.tolist() == [-1.0]


def test_labour_is_discounted_from_the_calendar_day_on_which_it_falls_due():
    # Ten working days from Monday 2026-01-05 end on Friday 2026-01-16, 12 calendar days on.
    row = Row(0, 0, finished=10 * DAY)
    outcomes = run_one(P("crm"), row, [Booking(0, 0, 1, until=10 * DAY)], discount_rate=0.08)
    assert outcomes.money.npv[0] == pytest.approx(-500 * 1.08 ** (-12 / 365.25), rel=1e-14)


def test_a_fixed_cost_is_discounted_from_the_morning_of_the_release():
    # Five working days after Monday the next Monday begins, 7 calendar days on, not 5.
    row = Row(0, 0, released=5 * DAY, finished=10 * DAY, fixed_cost=100.0)
    outcomes = run_one(P("crm"), row, discount_rate=0.08)
    assert outcomes.money.npv[0] == pytest.approx(-100 * 1.08 ** (-7 / 365.25), rel=1e-14)


def test_a_running_cost_is_a_flow_over_the_calendar_time_of_the_project():
    row = Row(0, 0, finished=10 * DAY)
    outcomes = run_one(P("crm", running_cost=1.0), row, discount_rate=0.08)
    v, b = 1 / 1.08, 12 / 365.25
    expected = 10 * DAY / b * (1 - v**b) / -math.log(v)
    assert outcomes.money.pv_cost[0] == pytest.approx(expected, rel=1e-12)


def test_a_benefit_that_slides_begins_with_the_finish_and_keeps_its_length():
    row = Row(0, 0, finished=10 * DAY, benefit=1000.0)
    project = P("crm", benefit=True, benefit_years=3.0)
    outcomes = run_one(project, row, discount_rate=0.08)
    v, a = 1 / 1.08, 12 / 365.25
    expected = 1000 * (v**a - v ** (a + 3)) / -math.log(v)
    assert outcomes.money.npv[0] == pytest.approx(expected, rel=1e-12)
    face_value = run_one(project, row).money.npv[0]
    assert face_value == pytest.approx(3000.0, rel=1e-12)


def test_a_benefit_with_a_fixed_end_shrinks_with_every_day_of_delay():
    project = P("crm", benefit=True, benefit_until=377.25)
    early = run_one(project, Row(0, 0, finished=10 * DAY, benefit=1000.0)).money
    late = run_one(project, Row(0, 0, finished=15 * DAY, benefit=1000.0)).money
    assert early.npv[0] == pytest.approx(1000.0, rel=1e-12)
    assert early.npv[0] - late.npv[0] == pytest.approx(1000 * 7 / 365.25, rel=1e-9)


def test_a_benefit_that_ends_before_the_finish_is_none():
    project = P("crm", benefit=True, benefit_until=5.0)
    assert run_one(project, Row(0, 0, finished=10 * DAY, benefit=1000.0)).money.npv[0] == 0.0


def test_roi_is_the_gain_over_the_cost():
    row = Row(0, 0, finished=10 * DAY, fixed_cost=1000.0, benefit=500.0)
    money = run_one(P("crm", benefit=True, benefit_years=3.0), row).money
    assert money.roi[0] == pytest.approx(0.5, rel=1e-12)


def test_a_flow_without_discounting_is_its_length_times_its_height():
    assert flow_value(np.array([2.0]), np.array([1.0]), np.array([4.0]), 0.0).tolist() == [6.0]


def test_a_flow_hardly_discounted_is_hardly_less_than_at_face_value():
    value = flow_value(np.array([2.0]), np.array([1.0]), np.array([4.0]), 1e-12)
    assert value[0] == pytest.approx(6.0, rel=1e-11)


def test_the_morning_of_a_start_is_the_day_that_begins():
    network = build_network([P("crm")], as_of=date(2026, 1, 3))
    days = start_calendar_days(network, ints(0, 240, DAY, 5 * DAY))
    assert days.tolist() == [0.0, 2.5, 3.0, 9.0]


def test_a_finish_at_the_end_of_a_year_belongs_to_that_year():
    # From Monday 2026-12-28 four working days are left of 2026 (1 January is a working day here).
    network = build_network([P("crm")], as_of=date(2026, 12, 28))
    years = fiscal_years(network, 260 * DAY)
    assert years.labels == ("2026", "2027")
    assert years.of_finish(ints(0, 4 * DAY, 4 * DAY + 1)).tolist() == [0, 0, 1]
    assert years.of_start(ints(0, 4 * DAY - 1, 4 * DAY)).tolist() == [0, 0, 1]


def test_a_fiscal_year_from_april_is_named_by_both_its_years():
    network = build_network([P("crm")], fiscal_year_month=4)
    assert fiscal_years(network, 260 * DAY).labels == ("2025/26", "2026/27")


def test_quarters_of_the_calendar_do_not_depend_on_the_fiscal_year():
    network = build_network([P("crm")], fiscal_year_month=2)
    labels = quarters(network, 200 * DAY).labels
    assert labels == ("2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4")


def random_outcomes(**settings):
    rng = np.random.Generator(np.random.PCG64(5))  # noqa: TID251 (any numbers will do)
    network = build_network(
        [P("crm", running_cost=0.7), P("hr", running_cost=0.1)], people=PEOPLE, **settings
    )
    rows, bookings = [], []
    for k in range(50):
        for project in range(2):
            released, finish = sorted(rng.integers(0, 700 * DAY, 2).tolist())
            is_finished = k % 3 > 0
            rows.append(
                Row(
                    k,
                    project,
                    status="finished" if is_finished else "active",
                    released=released,
                    finished=finish if is_finished else NONE,
                    fixed_cost=float(rng.integers(0, 9999)),
                )
            )
            for person, days in enumerate(rng.random(2) * 90):
                until = finish if is_finished else 700 * DAY
                bookings.append(Booking(len(rows) - 1, person, days, until=until))
    return build_outcomes(network, rows, replications=50, bookings=bookings)


@pytest.mark.parametrize("month", [1, 4, 10])
def test_cost_by_fiscal_year_adds_up_to_the_cost_in_every_future(month):
    outcomes = random_outcomes(window_end=700 * DAY, fiscal_year_month=month)
    by_year = cost_by_period(outcomes, fiscal_years(outcomes.network, 700 * DAY))
    assert by_year.shape[1] >= 3
    assert np.count_nonzero(by_year.sum(axis=0)) == by_year.shape[1]
    np.testing.assert_allclose(by_year.sum(axis=1), outcomes.money.cost, rtol=1e-13)


def test_a_running_cost_is_split_by_the_working_time_of_each_year():
    network = build_network([P("crm", running_cost=1.0)], as_of=date(2026, 12, 28))
    outcomes = build_outcomes(network, [Row(0, 0, finished=10 * DAY)], replications=1)
    by_year = cost_by_period(outcomes, fiscal_years(network, 260 * DAY))
    assert by_year.tolist() == [[4.0 * DAY, 6.0 * DAY]]


def test_a_benefit_is_split_by_the_calendar_days_of_each_quarter():
    network = build_network([P("crm", benefit=True, benefit_years=1.0)])
    row = Row(0, 0, finished=10 * DAY, benefit=365.25)
    outcomes = build_outcomes(network, [row], replications=1)
    by_quarter = benefit_by_period(outcomes, quarters(network, 130 * DAY))
    # Day 12 is the evening of 16 January; 1 April is 86 days after 5 January, 1 July
    # is 177, and the run ends with 3 July.
    assert by_quarter[0] == pytest.approx([86 - 12, 91, 3], rel=1e-12)


def capitalised(project, bookings, capex, **settings):
    """One finished project with two tasks, of which the first is capitalised in part."""
    network = build_network([project], people=PEOPLE, **settings)
    network = replace(network, tasks=replace(network.tasks, capex=np.array(capex)))
    tasks = [(0, 0, 0, 0, 5 * DAY), (0, 1, 0, 0, 10 * DAY)]
    row = Row(0, 0, finished=10 * DAY, fixed_cost=1000.0)
    return build_outcomes(network, [row], replications=1, bookings=bookings, tasks=tasks)


def test_capex_is_the_share_of_the_phase_on_whose_work_it_was_spent():
    project = P("crm", tasks=("build", "run-in"), running_cost=1.0)
    bookings = [
        Booking(0, 0, 4.0, until=5 * DAY, task_row=0),
        Booking(0, 1, 2.0, until=10 * DAY, task_row=1),
        Booking(0, 0, 3.0, until=10 * DAY),
    ]
    money = capitalised(project, bookings, [0.7, 0.0]).money
    assert money.capex.tolist() == [pytest.approx(0.7 * 4 * 500, rel=1e-14)]
    assert money.cost[0] == 4 * 500 + 2 * 300 + 3 * 500 + 1000 + 10 * DAY


def spent_before(amount, row, project=None, **settings):
    """One project of which ``amount`` was spent before day 0."""
    network = build_network([project or P("crm", status="running")], people=PEOPLE, **settings)
    projects = replace(network.projects, cost_to_date=np.array([amount]))
    return build_outcomes(replace(network, projects=projects), [row], replications=1)


def test_cost_to_date_is_part_of_the_cost_at_face_value_and_no_cash_to_come():
    row = Row(0, 0, finished=10 * DAY, fixed_cost=100.0)
    money = spent_before(66_000.0, row, discount_rate=0.08).money
    assert money.to_date.tolist() == [66_000.0]
    assert money.cost.tolist() == [66_100.0]
    assert money.cost_to_go.tolist() == [100.0]
    assert money.cash.tolist() == [100.0]
    assert money.npv.tolist() == [-66_100.0]
    assert money.npv_to_go.tolist() == [-100.0]


def test_a_cost_to_date_that_is_not_stated_counts_nothing():
    money = spent_before(math.nan, Row(0, 0, finished=10 * DAY, fixed_cost=100.0)).money
    assert money.cost.tolist() == [100.0]
    assert money.npv_to_go.tolist() == money.npv.tolist()


def test_whole_life_roi_counts_what_is_spent_and_the_npv_to_go_does_not():
    row = Row(0, 0, finished=10 * DAY, fixed_cost=100.0, benefit=100.0)
    project = P("crm", status="running", benefit=True, benefit_years=3.0)
    money = spent_before(500.0, row, project).money
    assert money.npv[0] == pytest.approx(300 - 600, rel=1e-12)
    assert money.roi[0] == pytest.approx(-0.5, rel=1e-12)
    assert money.npv_to_go[0] == pytest.approx(200.0, rel=1e-12)


def test_money_by_year_adds_up_to_the_money_of_the_whole_in_every_future():
    rng_days = [3, 40, 200, 259, 300]
    project = P("crm", tasks=("build", "run-in"), running_cost=0.37)
    network = build_network([project], people=PEOPLE, fiscal_year_month=7, window_end=520 * DAY)
    network = replace(network, tasks=replace(network.tasks, capex=np.array([0.7, 0.25])))
    rows = [
        Row(k, 0, released=k * DAY, finished=(k + day) * DAY, fixed_cost=100.1 * k)
        for k, day in enumerate(rng_days)
    ]
    tasks = [(k, task, 0, 0, row.finished) for k, row in enumerate(rows) for task in (0, 1)]
    bookings = [
        Booking(k, person, 0.1 + k, until=rows[k].finished - 7 * person, task_row=2 * k + person)
        for k in range(5)
        for person in (0, 1)
    ]
    outcomes = build_outcomes(network, rows, replications=5, tasks=tasks, bookings=bookings)
    years = fiscal_years(network, 520 * DAY)
    assert len(years.labels) == 3
    for by_period, whole in (
        (cost_by_period, outcomes.money.cost_to_go),
        (cash_by_period, outcomes.money.cash),
        (capex_by_period, outcomes.money.capex),
    ):
        assert whole.min() > 0
        np.testing.assert_allclose(by_period(outcomes, years).sum(axis=1), whole, rtol=1e-12)


@pytest.mark.parametrize(
    ("status", "spent", "npv"),
    [("cancelled", 70.0, -70.0), ("cancelled", math.nan, math.nan), ("done", 70.0, math.nan)],
)
def test_what_was_given_up_before_day_0_lost_its_cost_and_what_is_done_has_no_npv(
    status, spent, npv
):
    row = Row(0, 0, status=status, released=NONE, started=NONE)
    money = spent_before(spent, row, P("old", status=status)).money
    np.testing.assert_array_equal(money.npv, [npv])
    np.testing.assert_array_equal(money.cost, [0.0 if math.isnan(spent) else spent])
    np.testing.assert_array_equal(money.npv_to_go, [npv + 70.0])


def test_a_charge_on_a_boundary_belongs_to_the_period_that_begins() -> None:
    # The risk costs 5k when the task starts, on the morning of 1 February; the pay of January
    # falls due on the evening before.
    task = {"effort": "5pd", "needs": {"dev": 1}}
    days = {"a": "2027-01-25", "b": "2027-02-01"}
    tasks = {name: task | {"not_before": day} for name, day in days.items()}
    scenario = pm.parse_scenario(
        {
            "pmosim": 1,
            "as_of": "2027-01-04",
            "roles": {"dev": {"day_rate": 100}},
            "people": [{"role": "dev"}],
            "projects": [
                {
                    "id": "p",
                    "tasks": tasks,
                    "risks": [{"id": "r", "probability": 1, "cost": "5k", "hits": ["b"]}],
                }
            ],
        }
    )
    outcomes = pm.simulate(scenario, replications=1)
    periods = months(outcomes.network, int(outcomes.run_end.max()))
    assert periods.labels[:2] == ("2027-01", "2027-02")
    assert outcomes.charges.minute.tolist() == [periods.first_minute[1]]
    assert cost_by_period(outcomes, periods)[0, :2].tolist() == [500.0, 5_500.0]
