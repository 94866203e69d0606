"""Prices of mechanisms on portfolios whose answers are worked out by hand."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import pmosim as pm
from pmosim.errors import InputError
from pmosim.forecast.paired import Difference
from pmosim.study import breakeven, mechanisms
from pmosim.study.breakeven import NEVER, in_words
from pmosim.study.mechanisms import MOST_RISKS, Mechanism, find_mechanisms
from pmosim.study.price import MEASURES, Price, Prices, enough_futures, find_prices
from pmosim.study.price import in_words as dearest_in_words
from pmosim.study.runs import Runs

if TYPE_CHECKING:
    from pmosim.study.breakeven import BreakEven
    from pmosim.study.effects import Effects

FILES = Path(__file__).parents[2] / "files" / "valid"
STUDY = Runs(replications=2, seed=1)
TEN_DAYS = {"build": {"effort": "10pd", "needs": {"developer": 1}}}


def ten_days(**keys: Any) -> pm.Scenario:
    """One developer, ten working days of work, promised for the evening of the tenth."""
    document = {
        "pmosim": 1,
        "name": "Ten days",
        "as_of": "2027-01-04",
        "roles": {"developer": {"day_rate": 700}, "tester": {"day_rate": 700}},
        "people": [{"role": "developer"}, {"role": "tester"}],
        "projects": [{"id": "crm", "tasks": TEN_DAYS, "due": "2027-01-15"}],
    }
    return pm.parse_scenario(document | keys)


def prices_of(scenario: pm.Scenario, **options: Any) -> dict[str, Price]:
    found = find_prices(scenario, STUDY, **options)
    return {price.mechanism.id: price for price in (*found.on, *found.off)}


def effects_of(scenario: pm.Scenario, mechanism: str) -> Effects:
    price = prices_of(scenario)[mechanism]
    assert price.mechanism.is_on
    assert price.effects is not None
    return price.effects


def days_of(scenario: pm.Scenario, mechanism: str) -> float:
    return effects_of(scenario, mechanism)["finish_mean_days"].value


# --- one mechanism alone ------------------------------------------------------------------------


def test_operations_that_take_half_the_day_double_the_time_and_change_no_cost() -> None:
    scenario = ten_days(roles={"developer": {"day_rate": 700, "bau": "50%"}, "tester": {}})
    effects = effects_of(scenario, "operations")
    assert effects["finish_mean_days"].value == 10.0
    assert effects["finish_p80_days"].value == 10.0
    assert effects["project_days"].value == 10.0
    assert effects["p_late"].value == 1.0
    assert effects["cost_mean"].is_zero
    assert effects["npv_mean"].reason == "no project states a benefit"
    assert all(effects[name].is_settled for name in ("finish_mean_days", "p_late", "cost_mean"))


def test_a_week_of_planned_leave_costs_a_week() -> None:
    people = [{"role": "developer", "leave": ["2027-01-04..2027-01-08"]}, {"role": "tester"}]
    assert days_of(ten_days(people=people), "leave with dates") == 5.0


def test_a_holiday_costs_a_day() -> None:
    scenario = ten_days(places={"here": {"holidays": ["2027-01-06"]}})
    assert days_of(scenario, "holidays") == 1.0


def test_a_limit_of_one_project_costs_the_time_that_two_could_have_shared() -> None:
    other = {"test": {"effort": "10pd", "needs": {"tester": 1}}}
    scenario = ten_days(
        projects=[{"id": "crm", "tasks": TEN_DAYS}, {"id": "web", "tasks": other}],
        intake={"policy": "wip_limit", "max_active": 1, "order": "rank"},
    )
    assert days_of(scenario, "start rule") == 10.0


def test_a_booking_costs_the_days_that_it_stays_idle() -> None:
    # 3 days of crm wait for the whole week in which the one developer is kept for web.
    scenario = ten_days(
        people=[{"role": "developer"}, {"role": "tester"}],
        projects=[
            {"id": "crm", "tasks": {"t": {"effort": "3pd", "needs": {"developer": 1}}}},
            {
                "id": "web",
                "tasks": {
                    "t": {
                        "effort": "2pd",
                        "needs": {"developer": 1},
                        "not_before": "2027-01-07",
                    }
                },
            },
        ],
        bookings=[{"person": "developer-1", "project": "web", "until": "2027-01-08"}],
    )
    assert days_of(scenario, "bookings") == 3.0


def test_two_tasks_at_once_at_half_the_focus_take_twice_as_long_as_one_after_the_other() -> None:
    scenario = ten_days(
        people=[{"role": "developer", "max_parallel": 2, "focus": [1, 0.5]}, {"role": "tester"}],
        projects=[{"id": "crm", "tasks": TEN_DAYS}, {"id": "web", "tasks": TEN_DAYS}],
    )
    assert days_of(scenario, "switching") == 20.0
    assert days_of(scenario, "several at once") == 20.0


def test_people_kept_free_for_a_team_cost_the_others_what_they_would_have_done() -> None:
    # `both` waits for two developers while the second is kept from `late`, which is short.
    scenario = ten_days(
        people=[{"role": "developer", "headcount": 2}],
        roles={"developer": {}},
        projects=[
            {"id": "first", "rank": 1, "tasks": TEN_DAYS},
            {
                "id": "both",
                "rank": 2,
                "tasks": {"do": {"effort": "4pd", "needs": {"developer": 2}}},
            },
            {
                "id": "late",
                "rank": 3,
                "not_before": "2027-01-11",
                "tasks": {"do": {"effort": "3pd", "needs": {"developer": 1}}},
            },
        ],
        dispatch={"rule": "rank", "hold_after": "1d"},
    )
    # Kept free: late works on days 13 to 15. Else on days 6 to 8, and all ends on day 12.
    assert days_of(scenario, "hold_after") == 3.0


def test_a_gate_that_stops_the_work_saves_its_cost() -> None:
    scenario = ten_days(
        projects=[
            {
                "id": "crm",
                "benefit": {"per_year": "1", "until": "2027-12-31"},
                "tasks": {
                    "draft": {"effort": "5pd", "needs": {"developer": 1}, "gate": True},
                    "build": TEN_DAYS["build"] | {"after": "draft"},
                },
            }
        ],
        intake={"gates": {"stop": True}},
    )
    effects = effects_of(scenario, "gates")
    assert effects["cost_mean"].value == -7_000.0
    assert 6_999.0 < effects["npv_mean"].value < 7_000.0  # the benefit that is lost is 1 a year


def test_a_driver_that_always_doubles_the_work_costs_ten_days_and_its_money() -> None:
    driver = {"id": "vendor", "probability": 1, "work": 2, "cost": "3k"}
    effects = effects_of(ten_days(risks=[driver]), "driver:vendor")
    assert effects["finish_mean_days"].value == 10.0
    assert effects["cost_mean"].value == 10 * 700 + 3_000


def test_a_mitigation_is_switched_the_other_way_round() -> None:
    measure = {"cost": "500", "work": 1.5}
    risk = {"id": "vendor", "probability": 1, "work": 2, "mitigation": measure}
    projects = [{"id": "crm", "tasks": TEN_DAYS, "risks": [risk]}]
    effects = effects_of(ten_days(projects=projects), "mitigation:crm.vendor")
    assert effects["finish_mean_days"].value == -5.0
    assert effects["cost_mean"].value == 500 - 5 * 700

    risk["mitigation"] = measure | {"is_on": False}
    off = prices_of(ten_days(projects=projects))["mitigation:crm.vendor"]
    assert not off.mechanism.is_on
    assert off.effects is not None
    assert off.effects["finish_mean_days"].value == -5.0
    assert off.effects["cost_mean"].value == 500 - 5 * 700


def test_the_spread_of_work_costs_what_its_mean_lies_above_the_plan() -> None:
    law = {"dist": "lognormal", "mean": "20pd", "cv": 0.5}
    scenario = ten_days(
        projects=[{"id": "crm", "tasks": {"a": {"effort": law, "needs": {"developer": 1}}}}]
    )
    found = find_prices(scenario, Runs(replications=200, seed=3))
    price = found.on[0]
    assert price.mechanism.id == "spread"
    assert price.effects is not None
    change = price.effects["finish_mean_days"]
    error = 20 * 0.5 / math.sqrt(200)
    assert abs(change.value - (20 - 20 / math.sqrt(1.25))) <= 4 * error


def test_what_is_left_of_running_work_is_what_the_plan_leaves() -> None:
    task = {"effort": {"dist": "lognormal", "median": "10pd", "sigma": 0.5}, "spent": "4pd"}
    tasks = {"a": task | {"by": ["developer-1"], "needs": {"developer": 1}}}
    scenario = ten_days(projects=[{"id": "crm", "status": "running", "tasks": tasks}])
    spread = next(one for one in find_mechanisms(scenario) if one.id == "spread")
    assert spread.switched is not None
    outcomes = pm.simulate(spread.switched, replications=3)
    assert outcomes.projects()["finished_day"].tolist() == pytest.approx([6.0] * 3, abs=1 / 480)


def test_what_is_off_is_priced_with_its_prior() -> None:
    price = prices_of(ten_days())["operations"]
    assert not price.mechanism.is_on
    assert price.effects is not None
    assert price.effects["finish_mean_days"].value == 2.5  # 20 % of the day: 10 / 0.8
    assert price.mechanism.text == "bau 20%, a prior"
    document = price.to_json()
    assert document["state"] == "off"
    assert document["prior"]["range"] == "10% to 50%"
    assert document["prior"]["citation"]


def test_contractors_and_leave_with_dates_take_no_prior_as_typical_has_it() -> None:
    scenario = ten_days(
        people=[
            {"role": "developer", "leave": ["2027-02-01..2027-02-05"]},
            {"role": "tester", "kind": "contractor"},
        ]
    )
    found = {one.id: one.switched for one in find_mechanisms(scenario)}
    operations, leave = found["operations"], found["leave"]
    assert isinstance(operations, pm.Scenario)
    assert isinstance(leave, pm.Scenario)
    typical = pm.parse_scenario(dict(scenario.document) | {"assume": "typical"})
    expected = typical.organisation.people
    assert [p.bau for p in operations.organisation.people] == [p.bau for p in expected]
    assert [p.absence for p in leave.organisation.people] == [p.absence for p in expected]


def test_correlation_has_no_price_where_nothing_is_uncertain() -> None:
    price = prices_of(ten_days(settings={"correlation": 0.3}))["correlation"]
    assert not price.mechanism.is_on
    assert price.effects is None
    assert "exactly what is planned" in price.mechanism.reason


def people_mechanisms(**keys: Any) -> dict[str, Mechanism]:
    return {one.id: one for one in find_mechanisms(ten_days(**keys))}


def test_turnover_is_tried_with_its_prior_and_replacement() -> None:
    switched = people_mechanisms()["turnover"].switched
    assert isinstance(switched, pm.Scenario)
    for person in switched.organisation.people:
        assert person.change.turnover == 0.13
        assert person.change.time_to_hire is not None


@pytest.mark.parametrize(
    ("mechanism", "reason", "awake"),
    [
        ("ramp", "nobody is new here", {"people": [{"role": "developer", "from": "2027-01-05"}]}),
        (
            "hand-over",
            "nobody leaves here",
            {"roles": {"developer": {"turnover": "5%/y"}, "tester": {}}},
        ),
        (
            "hand-over",
            "nobody leaves here",
            {"people": [{"role": "developer", "until": "2028-01"}]},
        ),
        ("mentoring", "at full speed", {"roles": {"developer": {"ramp": "prior"}, "tester": {}}}),
    ],
)
def test_what_would_do_nothing_is_not_switched_on(
    mechanism: str, reason: str, awake: dict[str, Any]
) -> None:
    asleep = people_mechanisms()[mechanism]
    assert asleep.switched is None
    assert reason in asleep.reason
    assert isinstance(people_mechanisms(**awake)[mechanism].switched, pm.Scenario)


# --- the table ----------------------------------------------------------------------------------

PAST: dict[str, Any] = {"group": "work", "n": 90, "basis": "measured", "source": "90 tasks"}

EVERYTHING: dict[str, Any] = {
    "horizon": "1y",
    "calibration": {
        "pmosim_fitted": 1,
        "as_of": "2026-12-31",
        "parameters": [
            PAST | {"name": "typical_bias", "value": 0.1, "se": 0.05, "low": 0.0, "high": 0.2},
            PAST | {"name": "spread", "value": 0.4, "se": 0.03, "low": 0.34, "high": 0.46},
        ],
    },
    "roles": {
        "developer": {
            "bau": "10%",
            "leave_days": 25,
            "sickness": "3%",
            "max_parallel": 2,
            "turnover": "13%/y",
            "time_to_hire": "30d",
            "hand_over": "5pd",
            "overlap": {"lasts": "3d"},
            "ramp": {"start": "30%", "lasts": "90d"},
            "mentor": "prior",
            "learning": "prior",
        },
        "tester": {"focus": [1, 0.8]},
        "lead": {},
    },
    "places": {"here": {"holidays": ["2027-01-06"]}},
    "people": [
        {"role": "developer", "headcount": 2, "leave": ["2027-02-01..2027-02-05"]},
        {
            "role": "tester",
            "skills": {"developer": {"proficiency": "60%", "to": "100%", "practice": "60pd"}},
            "training": [{"role": "lead"}],
        },
    ],
    "settings": {"correlation": 0.2, "when_away": {"leave": "hand_over"}},
    "templates": {
        "small": {
            "throughout": {"tester": {"share": "10%", "blocks": True}},
            "coverage": "60%",
            "tasks": {
                "build": {
                    "effort": "5pd/8pd/15pd",
                    "needs": {"developer": 1},
                    "gate": True,
                    "rework": {"probability": "20%", "of": "build", "share": "50%"},
                },
                "check": {"effort": "5pd", "needs": {"developer": 1}, "after": "build"},
            },
            "risks": [
                {
                    "id": "vendor",
                    "probability": "20%",
                    "work": 1.5,
                    "mitigation": {"cost": "1k", "probability": "10%"},
                }
            ],
            "benefit": {"per_year": "10k", "for": "2y"},
            "cancellation": "5%/y",
            "interruption": {"rate": "20%/y", "lasts": "5d"},
        }
    },
    "projects": [{"id": "crm", "template": "small"}, {"id": "web", "template": "small"}],
    "bookings": [{"person": "developer-1", "project": "web", "share": "60%", "until": "2027-02"}],
    "risks": [{"id": "strike", "probability": "10%", "work": 1.2}],
    "demand": {
        "changes": {
            "template": "small",
            "rate": "6/y",
            "size": {"dist": "lognormal", "mean": 1, "cv": 0.4},
            "dispersion": 2,
            "batches": "quarterly",
            "season": {"jun": 2},
            "trend": "10%/y",
            "patience": "40d",
        }
    },
    "intake": {
        "policy": "wip_limit",
        "max_active": 2,
        "gates": {"stop": True},
        "interrupt": {"class": "urgent"},
    },
    "dispatch": {"rule": "rank", "hold_after": "5d"},
}


def states(found: tuple[Mechanism, ...]) -> dict[str, bool]:
    return {one.id: one.is_on for one in found}


def test_every_mechanism_is_seen_and_switched_alone() -> None:
    found = find_mechanisms(ten_days(**EVERYTHING))
    before = states(found)
    assert all(before.values())
    assert {"risk:small.vendor", "mitigation:small.vendor", "driver:strike"} <= set(before)
    follow = {
        "risk:small.vendor": {"mitigation:small.vendor"},
        "start rule": {"urgent requests"},
    }
    for one in found:
        if one.is_on and isinstance(one.switched, pm.Scenario):
            after = states(find_mechanisms(one.switched))
            changed = {name for name, is_on in before.items() if after.get(name, False) != is_on}
            assert changed == {one.id} | follow.get(one.id, set()), one.id
        elif one.is_on:
            assert one.id in {"spread", "size", "doubt"}
            assert one.switched is not None


def test_a_risk_of_a_template_is_switched_for_all_that_it_serves() -> None:
    found = {one.id: one for one in find_mechanisms(ten_days(**EVERYTHING))}
    risk = found["risk:small.vendor"]
    assert risk.name == "risk small.vendor (3 projects)"
    assert isinstance(risk.switched, pm.Scenario)
    assert not any(project.risks for project in risk.switched.projects)
    assert not risk.switched.streams[0].prototype.risks
    assert [driver.id for driver in risk.switched.drivers] == ["strike"]


def test_many_small_risks_are_switched_together_the_heaviest_alone() -> None:
    risks = [{"id": f"r{n}", "probability": f"{n + 1}%", "work": 2} for n in range(MOST_RISKS + 3)]
    projects = [{"id": "crm", "tasks": TEN_DAYS, "risks": risks}]
    found = [one for one in find_mechanisms(ten_days(projects=projects)) if "risk" in one.id]
    assert len(found) == MOST_RISKS
    assert found[0].id == f"risk:crm.r{MOST_RISKS + 2}"
    assert (found[-1].id, found[-1].name) == ("risk:others", "4 smaller risks")
    others = found[-1].switched
    assert isinstance(others, pm.Scenario)
    assert len(others.projects[0].risks) == MOST_RISKS - 1


def test_an_own_risk_of_the_same_name_is_a_risk_of_its_own() -> None:
    keys = dict(EVERYTHING)
    own = [{"id": "vendor", "probability": "50%", "work": 3}]
    keys["projects"] = [{"id": "crm", "template": "small", "risks": own}, EVERYTHING["projects"][1]]
    found = {one.id: one for one in find_mechanisms(ten_days(**keys))}
    shared = found["risk:small.vendor"].switched
    assert isinstance(shared, pm.Scenario)
    assert [len(project.risks) for project in shared.projects] == [1, 0]
    alone = found["risk:crm.vendor"].switched
    assert isinstance(alone, pm.Scenario)
    assert [len(project.risks) for project in alone.projects] == [0, 1]


def test_what_cannot_be_switched_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    def spoil(document: dict[str, Any]) -> None:
        document["projects"] = "none"

    spoilt = mechanisms.Switch(
        id="spoilt", name="spoilt", without="", is_on=lambda _: True, off=spoil
    )
    monkeypatch.setattr(mechanisms, "SWITCHES", (spoilt,))
    found = find_prices(ten_days(), STUDY)
    (price,) = found.on
    assert price.effects is None
    assert price.mechanism.reason.startswith("it cannot be switched alone: ")


@pytest.mark.parametrize("name", ["portfolio.yaml", "typical.yaml", "every-law.yaml"])
def test_whatever_a_file_has_on_can_be_switched(name: str) -> None:
    found = find_mechanisms(pm.read_scenario(FILES / name))
    assert any(one.is_on for one in found)
    assert all(one.switched is not None for one in found if one.is_on)


# --- the study ----------------------------------------------------------------------------------


def two_delays(**keys: Any) -> pm.Scenario:
    """Operations cost ten days, a holiday two (a day of work takes two)."""
    return ten_days(
        roles={"developer": {"day_rate": 700, "bau": "50%"}, "tester": {}},
        places={"here": {"holidays": ["2027-01-06"]}},
        **keys,
    )


def test_the_dearest_mechanism_is_named_on_top() -> None:
    found = find_prices(two_delays(), STUDY)
    assert [price.mechanism.id for price in found.on] == ["operations", "holidays"]
    assert found.ranked_by == "finish_mean_days"
    assert dearest_in_words(found) == (
        "The dearest is operations (bau): with it everything committed ends 10.0 working days "
        "later on average."
    )


@pytest.mark.parametrize("by", MEASURES)
def test_mechanisms_can_be_sorted_by_every_measure(by: str) -> None:
    found = find_prices(two_delays(), STUDY, by=by, has_off=False)
    assert found.ranked_by == MEASURES[by]
    assert {price.mechanism.id for price in found.on} == {"operations", "holidays"}
    assert dearest_in_words(found)


def test_value_is_lost_where_the_benefit_has_a_fixed_end() -> None:
    benefit = {"per_year": "365.25k", "until": "2027-12-31"}
    scenario = two_delays(projects=[{"id": "crm", "tasks": TEN_DAYS, "benefit": benefit}])
    found = find_prices(scenario, STUDY, by="npv")
    effects = found.on[0].effects
    assert effects is not None
    # Without operations it ends on 18 instead of 1 February: 14 days of 1,000.
    assert effects["npv_mean"].value == pytest.approx(-14_000)
    assert "it is worth 14k less" in dearest_in_words(found)


def test_a_world_without_mechanisms_is_called_perfect() -> None:
    found = find_prices(ten_days(), STUDY, has_off=False)
    assert found.on == ()
    assert found.dearest is None
    assert all(price.effects is None for price in found.off)
    assert "perfect world" in dearest_in_words(found)


def test_what_ends_after_the_window_is_sorted_by_what_every_run_has() -> None:
    found = find_prices(two_delays(horizon="2027-01-18"), STUDY, has_off=False)
    assert found.ranked_by == "finish_p80_days"
    assert "the P80 of everything committed lies after the planning window" in dearest_in_words(
        found
    )


def test_each_run_is_told_and_counted() -> None:
    told: list[tuple[int, int]] = []
    find_prices(
        two_delays(),
        STUDY,
        hires=["1:tester"],
        has_off=False,
        on_run=lambda done, of: told.append((done, of)),
    )
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_the_document_is_plain_and_complete() -> None:
    document = find_prices(two_delays(), STUDY, hires=["1:developer@2027-02"]).to_document()
    assert document == json.loads(json.dumps(document, allow_nan=False))
    assert document["schema"] == "pmosim.price/1"
    assert document["adds_up"] is False
    assert document["dearest"] == "operations"
    first = document["mechanisms"][0]
    assert (first["state"], first["basis"]) == ("on", "stated")
    assert first["effects"]["finish_mean_days"] == {
        "value": 10.0, "low": 10.0, "high": 10.0, "settled": True, "further": None,
    }  # fmt: skip
    assert {one["id"] for one in document["mechanisms"] if one["state"] == "off"} >= {
        "turnover", "mentoring", "coverage",
    }  # fmt: skip
    assert document["hires"][0]["break_even"]["month"] is None


def test_a_prior_that_is_on_is_called_assumed() -> None:
    found = prices_of(ten_days(assume="typical"))
    assert found["operations"].mechanism.basis == "assumed"
    assert found["leave"].mechanism.basis == "assumed"


def test_a_measure_that_is_not_there_is_refused() -> None:
    with pytest.raises(InputError, match="by is 'size'; it must be one of finish, p80"):
        find_prices(ten_days(), STUDY, by="size")


def test_the_number_of_futures_follows_from_the_number_of_tasks() -> None:
    assert enough_futures(ten_days(), 5) == 400
    assert enough_futures(ten_days(), 10**7) == 100


# --- break-even ---------------------------------------------------------------------------------


def hired(day_rate: int, hire: str, **keys: Any) -> BreakEven:
    """Work of 60 days goes first; other work of 20 days is worth 1,000 a calendar day."""
    role = {"developer": 1}
    scenario = ten_days(
        horizon="2027-03-31",
        roles={"developer": {"day_rate": day_rate}},
        people=[{"role": "developer"}],
        projects=[
            {"id": "long", "rank": 1, "tasks": {"do": {"effort": "60pd", "needs": role}}},
            {
                "id": "short",
                "rank": 2,
                "tasks": {"do": {"effort": "20pd", "needs": role}},
                "benefit": {"per_year": "365.25k", "until": "2030-12-31"},
            },
        ],
        dispatch={"rule": "rank"},
        **keys,
    )
    found: Prices = find_prices(scenario, STUDY, hires=[hire], has_off=False)
    (one,) = found.hires
    return one


def test_a_hire_breaks_even_in_the_month_from_which_it_has_brought_more_than_its_pay() -> None:
    found = hired(300, "1:developer")
    # With the hire the short work ends on 29 January, two days before February begins; without
    # it three days of it are worked (and charged) at the end of March.
    assert [month.label for month in found.months] == ["2027-01", "2027-02", "2027-03"]
    labour = 20 * 300
    brought = [2_000 - labour, 30_000 - labour, 61_000 - labour + 3 * 300]
    assert [month.value for month in found.months] == pytest.approx(brought)
    assert [month.pay for month in found.months] == [20 * 300, 40 * 300, 63 * 300]
    net = [month.net.value for month in found.months]
    assert net == pytest.approx([-10_000, 12_000, 37_000])
    turn = found.turn
    assert (turn.month, turn.earliest, turn.latest) == ("2027-02", "2027-02", "2027-02")
    assert in_words(found).endswith(": break-even in 2027-02.")
    assert found.pay == 63 * 300


def test_the_interval_of_a_break_even_runs_from_its_upper_to_its_lower_bounds() -> None:
    net = [
        Difference(value=value, low=value - 2.0, high=value + 2.0, n=50)
        for value in (-3.0, -1.0, 1.0, 3.0)
    ]
    turn = breakeven._turn(("2027-01", "2027-02", "2027-03", "2027-04"), net)  # noqa: SLF001
    assert (turn.earliest, turn.month, turn.latest) == ("2027-02", "2027-03", "2027-04")


def test_internal_work_that_is_paid_anyway_is_no_cost_of_what_the_hire_brings() -> None:
    found = hired(900, "1:developer")
    # Charged: 30,000 - 18,000 < 36,000 and 61,000 - 15,300 < 56,700; else 61,000 > 56,700.
    assert found.turn.month is None
    assert found.paid_anyway.month == "2027-03"
    assert in_words(found).endswith(f": break-even {NEVER}.")


def test_the_own_work_of_a_contractor_is_not_paid_twice() -> None:
    found = hired(900, "1:developer,kind=contractor")
    assert found.paid_anyway.month == "2027-03"


def test_pay_begins_on_the_first_day_and_ends_with_the_last() -> None:
    found = hired(300, "2:developer@2027-02-01..2027-02-12")
    assert [month.pay for month in found.months] == [0, 6_000, 6_000]


def test_a_hire_that_brings_nothing_never_breaks_even() -> None:
    found = hired(300, "1:developer@2027-03-30")
    assert found.turn.month is None
    assert found.turn.earliest is None
    assert found.lifetime.is_zero


def test_money_is_discounted_from_the_middle_of_its_month() -> None:
    found = hired(300, "1:developer", discount_rate="8%")
    ends = (0.0, 28.0, 56.0, 87.0)  # of the months, in calendar days after day 0
    factors = [1.08 ** -((first + last) / 2 / 365.25) for first, last in pairwise(ends)]
    pay = sum(300 * d * f for d, f in zip((20, 20, 23), factors, strict=True))
    assert found.pay == pytest.approx(pay)
    flows = (2_000 - 6_000, 28_000, 31_000 + 3 * 300)
    value = sum(flow * factor for flow, factor in zip(flows, factors, strict=True))
    assert found.months[-1].value == pytest.approx(value)


def test_a_hire_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(InputError, match="there is no role 'develper'"):
        find_prices(ten_days(), STUDY, hires=["2:develper@2027-04"])


def priced(name: str, days: Difference) -> Price:
    switched = pm.parse_scenario(
        {"pmosim": 1, "as_of": "2027-01-04", "roles": {"r": {}}, "people": [{"role": "r"}],
         "projects": [{"id": "p", "tasks": {"t": {"effort": "1pd", "needs": {"r": 1}}}}]}
    )  # fmt: skip
    one = Mechanism(id=name, name=name, is_on=True, switched=switched, text="")
    return Price(mechanism=one, effects={"finish_mean_days": days})


def days_between(value: float, low: float, high: float, *, settled: bool = True) -> Difference:
    return Difference(value=value, low=low, high=high, n=9, is_settled=settled)


@pytest.mark.parametrize(
    ("first", "dearest"),
    [
        (days_between(9.0, 8.0, 10.0), "first"),
        (days_between(9.0, -1.0, 19.0, settled=False), "second"),
        (days_between(9.0, 8.0, 10.0, settled=False), "second"),
        (days_between(9.0, -0.1, 9.1), "second"),
        (days_between(9.0, 0.0, 18.0), "second"),
        (days_between(math.inf, math.nan, math.nan), "first"),
        (days_between(math.inf, math.nan, math.nan, settled=False), "second"),
    ],
)
def test_the_dearest_is_the_first_whose_price_certainly_is_one(
    first: Difference, dearest: str
) -> None:
    found = replace(
        find_prices(two_delays(), STUDY, has_off=False),
        ranked_by="finish_mean_days",
        on=(priced("first", first), priced("second", days_between(2.0, 1.0, 3.0))),
    )
    assert found.dearest is not None
    assert found.dearest.mechanism.id == dearest


def test_where_no_price_is_certain_the_highest_is_named_with_its_doubt() -> None:
    found = replace(
        find_prices(two_delays(), STUDY, has_off=False),
        ranked_by="finish_mean_days",
        on=(priced("first", days_between(9.0, -1.0, 19.0, settled=False)),),
    )
    assert "first" in dearest_in_words(found)
    assert "not yet certain" in dearest_in_words(found)
