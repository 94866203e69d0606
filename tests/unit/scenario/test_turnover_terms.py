"""What roles and people say of leaving and learning, and what is listed as assumed."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from pmosim import priors
from pmosim.distributions import Fixed
from pmosim.scenario.amounts import Measures
from pmosim.scenario.organisation import Change, Mentor, Ramp
from pmosim.scenario.turnover import staffed_share
from pmosim.units import WHOLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from pmosim.scenario import Scenario

    Parse = Callable[..., Scenario]

ALL_PRIORS = dict.fromkeys(("turnover", "time_to_hire", "hand_over", "ramp", "mentor"), "prior")


def entries(scenario: Scenario, mechanism: str) -> list[tuple[str, str]]:
    return [(e.basis, e.text) for e in scenario.assumptions if e.mechanism == mechanism]


def changes(scenario: Scenario) -> dict[str, Change]:
    return {person.id: person.change for person in scenario.organisation.people}


def test_nobody_changes_where_nothing_is_said_not_even_typically(parse: Parse) -> None:
    for scenario in (parse(), parse(assume="typical")):
        assert set(changes(scenario).values()) == {Change()}
        assert entries(scenario, "turnover")[0][0] == "off"


def test_what_a_person_says_wins_over_the_role(parse: Parse) -> None:
    ramp = {"start": "30%", "lasts": "90d"}
    scenario = parse(
        roles={"dev": {"turnover": "13%/y", "ramp": ramp}, "test": {}},
        people=[{"role": "dev"}, {"role": "dev", "turnover": "0%/y"}, {"role": "test"}],
    )
    found = changes(scenario)
    assert found["dev-1"] == Change(turnover=0.13, ramp=Ramp(start=3 * WHOLE // 10, lasts=90 * 480))
    assert found["dev-2"].turnover == 0
    assert found["dev-2"].ramp == found["dev-1"].ramp
    assert found["test-1"] == Change()


def test_a_prior_is_taken_where_it_is_asked_for_and_listed_with_its_source(parse: Parse) -> None:
    scenario = parse(roles={"dev": ALL_PRIORS, "test": {}})
    change = changes(scenario)["dev-1"]
    assert change.turnover == 0.13
    assert change.time_to_hire is not None
    assert change.time_to_hire.plan == 45 * 480
    assert change.mentor == Mentor(share=15 * WHOLE // 100, shortens=3 * WHOLE // 10)
    assert set(scenario.document["assumed"]) == {f"roles.dev.{key}" for key in ALL_PRIORS}
    sources = {e.mechanism: e.source for e in scenario.assumptions if e.basis == "assumed"}
    for mechanism, prior in (
        ("turnover", priors.TURNOVER),
        ("time to hire", priors.TIME_TO_HIRE),
        ("ramp-up", priors.RAMP),
        ("mentoring", priors.MENTOR),
        ("hand-over", priors.HAND_OVER),
    ):
        assert prior.citation in sources[mechanism]


def test_a_prior_that_is_resolved_is_still_listed_and_one_that_is_changed_is_not(
    parse: Parse,
) -> None:
    before = parse(roles={"dev": ALL_PRIORS, "test": {}}).document
    assert entries(parse(**before), "ramp-up")[0][0] == "assumed"
    before["roles"]["dev"]["ramp"]["start"] = "40%"
    assert entries(parse(**before), "ramp-up")[0][0] == "stated"


def test_a_standard_is_an_assumption_until_both_relations_are_stated(parse: Parse) -> None:
    template = {"coverage": "60%", "tasks": {"t": {"effort": "5pd", "needs": {"dev": 1}}}}
    templates = {"small": template}
    assert entries(parse(), "standard") == []
    assert entries(parse(templates=templates), "standard")[0][0] == "assumed"
    settings: dict[str, Any] = {"standard": {"spread": "20%"}}
    assert entries(parse(templates=templates, settings=settings), "standard")[0][0] == "assumed"
    settings["standard"]["hand_over"] = "10%"
    basis, text = entries(parse(templates=templates, settings=settings), "standard")[0]
    assert basis == "stated"
    assert "20% off the spread and 10% off a hand-over" in text


@pytest.mark.parametrize(
    ("person", "said"),
    [
        ({"mentor": {"share": "15%", "shortens": "30%"}}, "has no effect without a `ramp`"),
        ({"time_to_hire": "45d"}, "has no effect without `turnover`"),
    ],
)
def test_a_key_that_does_nothing_is_told(person: dict[str, Any], said: str, parse: Parse) -> None:
    people = [{"role": "dev", "headcount": 2} | person, {"role": "test"}]
    warnings = [str(problem) for problem in parse(people=people).warnings]
    assert any("PMO904" in text and said in text for text in warnings)


def test_a_place_is_expected_to_be_held_less_the_longer_it_is_looked_at() -> None:
    measures = Measures(year_days=261)
    still = Change(turnover=1 - math.exp(-1))
    assert staffed_share(Change(), 261, measures) == 1
    # Nobody comes: the mean of exp(-t) over a year, and over two.
    assert math.isclose(staffed_share(still, 261, measures), 1 - math.exp(-1))
    assert math.isclose(staffed_share(still, 522, measures), (1 - math.exp(-2)) / 2)
    # Filled as fast as it is emptied: half of the time in the end.
    filled = replace(still, time_to_hire=Fixed(value=261.0 * 480))
    assert math.isclose(staffed_share(filled, 26_100, measures), 0.5, rel_tol=0.01)
