"""How well numbers are known: what can be asked, what is refused, what is read."""

from __future__ import annotations

import math

import pytest

import pmosim as pm
from pmosim.errors import InputError
from pmosim.forecast.precision import (
    IN_COMPARISON,
    check_differences,
    check_targets,
    parse_targets,
    read_differences,
    read_precision,
)
from pmosim.network import compile_network
from pmosim.study.comparison import compare

PORTFOLIO = {
    "pmosim": 1,
    "as_of": "2027-01-04",
    "horizon": "1y",
    "roles": {"developer": {"day_rate": 700}},
    "people": [{"role": "developer", "headcount": 1}],
    "templates": {
        "small": {"tasks": {"build": {"effort": "20pd/30pd/50pd", "needs": {"developer": 1}}}}
    },
    "projects": [
        {"id": "crm", "template": "small", "due": "2027-02-26", "groups": {"area": "Sales"}},
        {"id": "web and more", "template": "small"},
        {"id": "old", "template": "small", "status": "done"},
    ],
}
SCENARIO = pm.parse_scenario(PORTFOLIO)
NETWORK = compile_network(SCENARIO)


@pytest.fixture(scope="module")
def document():
    return pm.Forecast(pm.simulate(SCENARIO, replications=100, seed=3)).to_document()


def one(document, text):
    (reading,) = read_precision(document, parse_targets(text))
    return reading


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("p80=2d", [("finish_p80", "", 2.0, False)]),
        ("finish_p80(crm)=2d", [("finish_p80", "crm", 2.0, False)]),
        ('finish_mean( "web and more" ) = .5d', [("finish_mean", "web and more", 0.5, False)]),
        ("p_late(crm)=2%", [("p_late", "crm", 0.02, False)]),
        ("p_late(crm)=0.02", [("p_late", "crm", 0.02, False)]),
        ("cost_mean=1%", [("cost_mean", "", 0.01, True)]),
        ("cost_mean(all)=20k", [("cost_mean", "all", 20_000.0, False)]),
        ("wait_days(developer)=1d", [("wait_days", "developer", 1.0, False)]),
        ("p50=3d and p90=5d", [("finish_p50", "", 3.0, False), ("finish_p90", "", 5.0, False)]),
        ("p50=3d,p90=5d", [("finish_p50", "", 3.0, False), ("finish_p90", "", 5.0, False)]),
    ],
)
def test_targets_are_read(text, expected):
    found = [(t.quantity, t.whom, t.half_width, t.is_relative) for t in parse_targets(text)]
    assert found == expected


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "It must be a number of the forecast"),
        ("p80", "cannot read 'p80'"),
        ("p80=2d or p50=2d", "'or p50=2d' stands where 'and' or the end must stand"),
        ("p80=2d and", "'and' must be followed by another target"),
        ("p80=0d", "No number of futures gives an interval of 0"),
        ("p80=-1d", "it must be above 0"),
        ("p80=2", "give working days, such as 2d"),
        ("p80=2%", "give working days, such as 2d"),
        ("p_late(crm)=2d", "give 2% or 0.02"),
        ("p_late(crm)=2", "give 2% or 0.02"),
        ("cost_mean=1d", "give an amount such as 20k, or 1% of itself"),
        ("finish_p8(crm)=2d", "Did you mean 'finish_p80'?"),
        ("p81=2d", "Did you mean 'p80'?"),
        ("p80(crm)=2d", "there is no quantity 'p80'"),
    ],
)
def test_what_is_no_target_is_refused_with_a_way_out(text, says):
    with pytest.raises(InputError) as caught:
        parse_targets(text)
    (problem,) = caught.value.problems
    assert (problem.place, problem.code) == ("--until", "PMO042")
    assert says in problem.text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("finish_p80(crx)=2d", "Did you mean 'crm'?"),
        ("p_late=2%", "p_late needs a project"),
        ("wait_days(tester)=2d", "there is no role 'tester'"),
        ('p_late("web and more")=2%', "no project of web and more states a due"),
        ("p_over_budget(all)=2%", "no project of all states a budget"),
        ("npv_mean=1%", "no project states a benefit"),
        ("finish_p80(old)=2d", "nothing of old is left to be simulated"),
        ("p_late(crm)=0.04%", "--most 4,798 at the very least"),
    ],
)
def test_what_no_run_of_the_scenario_can_know_is_refused(text, says):
    with pytest.raises(InputError) as caught:
        check_targets(parse_targets(text), NETWORK, 4000)
    assert says in caught.value.problems[0].text


def test_all_that_cannot_be_known_is_said_at_once():
    with pytest.raises(InputError) as caught:
        check_targets(parse_targets("npv_mean=1% and p_late=2%"), NETWORK, 4000)
    assert len(caught.value.problems) == 2


def test_the_way_out_of_a_chance_beyond_reach_works():
    check_targets(parse_targets("p_late(crm)=0.04%"), NETWORK, 4798)


def test_a_half_width_is_half_of_the_interval_of_the_document(document):
    project = document["projects"][0]
    late, finish = project["p_late"], project["finish_day"]["p80"]
    assert one(document, "p_late(crm)=2%").half_width == (late["high"] - late["low"]) / 2
    assert one(document, "finish_p80(crm)=2d").half_width == (finish["high"] - finish["low"]) / 2
    cost = document["portfolio"]["cost"]["mean"]
    relative = (cost["high"] - cost["low"]) / 2 / cost["value"]
    assert one(document, "cost_mean=1%").half_width == pytest.approx(relative, rel=1e-12)


def test_the_days_of_everything_committed_are_its_dates_counted(document):
    portfolio = document["portfolio"]
    for level, day in portfolio["committed_finish"].items():
        at = portfolio["committed_finish_day"][level]["value"]
        assert SCENARIO.to_date(at).isoformat() == day["value"]


def test_a_set_of_projects_stands_for_the_one_that_is_known_least(document):
    widths = [one(document, f'finish_p80("{name}")=2d') for name in ("crm", "web and more")]
    worst = one(document, "finish_p80(all)=2d")
    assert worst.half_width == max(reading.half_width for reading in widths)
    assert worst.name in {"crm", "web and more"}
    assert one(document, "finish_p80(area=Sales)=2d").name == "crm"


def test_a_reading_says_in_words_how_well_a_number_is_known(document):
    reading = one(document, "p_late(crm)=50%")
    assert reading.is_reached
    assert str(reading).startswith("p_late(crm) is known to ±")
    assert str(reading).endswith("of 100; asked: p_late(crm)=50%")


def test_what_lies_after_the_window_is_hopeless_whatever_the_number_of_futures():
    late = pm.parse_scenario({**PORTFOLIO, "horizon": "10d"})
    document = pm.Forecast(pm.simulate(late, replications=60)).to_document()
    reading = one(document, "p80=2d")
    assert reading.is_hopeless
    assert not reading.is_reached
    assert "after the planning window" in str(reading)
    assert document["precision"]["p80_half_width_days"] is None


def test_the_document_says_what_the_number_of_futures_resolves(document):
    found = document["precision"]
    days = document["portfolio"]["committed_finish_day"]["p80"]
    assert found["p80_half_width_days"] == (days["high"] - days["low"]) / 2
    assert found["project_p80_half_width_days"]["project"] in {"crm", "web and more"}
    # Wilson at 1/2: z / sqrt(n + z^2) / 2.
    z = 1.959963984540054
    assert found["chance_half_width"] == pytest.approx(z / math.sqrt(100 + z * z) / 2, rel=1e-12)
    assert found["text"].startswith("100 futures tell the P80 of everything committed to ±")


def test_differences_are_read_from_a_comparison():
    hired = SCENARIO.change(hire={"role": "developer", "headcount": 1, "from": "2027-01-04"})
    runs = [pm.simulate(each, replications=100, seed=3) for each in (SCENARIO, hired)]
    comparison = compare(*runs)
    document = comparison.to_document()
    text = (
        'finish_mean("web and more")=2d and cost_mean=1% and finish_p80(all)=2d and p_late(all)=9%'
    )
    targets = parse_targets(text)
    check_differences(targets)
    mean, cost, worst, late = read_differences(document, targets, NETWORK)
    change = comparison.delay("web and more")
    assert mean.half_width == pytest.approx((change.high - change.low) / 2, rel=1e-12)
    assert cost.half_width >= 0.0
    assert worst.name == "web and more"
    assert late.name == "crm"


def test_a_difference_that_no_comparison_has_is_refused_with_those_it_has():
    with pytest.raises(InputError, match="a comparison has no difference of p_unfinished") as e:
        check_differences(parse_targets("p_unfinished(crm)=2%"))
    assert all(name in str(e.value) for name in IN_COMPARISON)
