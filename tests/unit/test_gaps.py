"""When nobody of a role is there: hand examples, and a chance in closed form."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import pmosim as pm
from pmosim.forecast.bottleneck import p_uncovered
from pmosim.report.page import render_page

DAY = 480


def document(people: list[dict[str, Any]], uncovered: str = "5d", **keys: Any) -> dict[str, Any]:
    full: dict[str, Any] = {
        "as_of": "2027-01-04",
        "horizon": "100d",
        "settings": {"uncovered": uncovered},
        "roles": {"dev": {}, "test": {}},
        "people": people,
        "projects": [{"id": "a", "tasks": {"t": {"effort": "1pd", "needs": {"dev": 1}}}}],
    }
    return full | keys


def outcomes_of(given: dict[str, Any], n: int = 1) -> pm.Outcomes:
    return pm.simulate(pm.parse_scenario(given), replications=n, seed=1, jobs=1)


def gaps(people: list[dict[str, Any]], **keys: Any) -> list[tuple[float, ...]]:
    found = outcomes_of(document(people, **keys)).gaps
    spans = zip(found.begin.tolist(), found.end.tolist(), strict=True)
    return [(begin / DAY, end / DAY) for begin, end in spans]


WEEK_TWO, WEEKS_TWO_AND_THREE = "2027-01-11..2027-01-15", "2027-01-11..2027-01-22"


def dev(*leave: str, **keys: Any) -> dict[str, Any]:
    return {"role": "dev", "leave": list(leave)} | keys


def test_a_role_is_bare_while_all_its_people_are_away() -> None:
    assert gaps([dev(WEEK_TWO), dev(WEEKS_TWO_AND_THREE)]) == [(5, 10)]
    assert gaps([dev(WEEK_TWO), dev("2027-01-18..2027-01-22")]) == []
    assert gaps([dev(WEEK_TWO), dev(WEEKS_TWO_AND_THREE)], uncovered="5.5d") == []


def test_one_absence_that_follows_another_is_one_gap() -> None:
    both = [dev(WEEK_TWO), dev(WEEK_TWO, "2027-01-18..2027-01-19")]
    assert gaps([*both, dev(until="2027-01-08")]) == [(5, 10)]
    assert gaps([dev(WEEK_TWO, "2027-01-18..2027-01-19")]) == [(5, 12)]


def test_who_comes_or_leaves_counts_like_who_is_away() -> None:
    assert gaps([dev(**{"from": "2027-01-11"})]) == [(0, 5)]
    assert gaps([dev(until="2027-01-15")]) == [(10, 100)]


def test_a_skill_covers_no_role_and_a_role_of_nobody_is_left_out() -> None:
    helper = {"role": "test", "skills": ["dev"]}
    assert gaps([dev(WEEK_TWO), helper]) == [(5, 10)]


def test_nothing_is_kept_where_it_is_not_asked() -> None:
    given = document([dev(WEEK_TWO)])
    del given["settings"]
    outcomes = outcomes_of(given)
    assert len(outcomes.gaps.role) == 0
    assert "uncovered" not in pm.Forecast(outcomes).to_document()["roles"][0]


def test_the_chance_of_a_long_illness_is_the_known_one() -> None:
    # Spells of ten days at a constant rate: one of five days or more within the window if the
    # first begins five days before its end.
    share = 0.1
    sick = {"share": f"{share:.0%}", "spell": "10d"}
    given = document([{"role": "dev", "sickness": sick}, {"role": "test"}])
    n = 4000
    chance = p_uncovered(outcomes_of(given, n))[0]
    health = 10 * (1 - share) / share
    known = 1 - math.exp(-(100 - 5) / health)
    assert abs(chance.value - known) < 4 * math.sqrt(known * (1 - known) / n)
    assert chance.low < chance.value < chance.high


def test_a_file_keeps_the_gaps(tmp_path: Any) -> None:
    sick = {"share": "20%", "spell": "8d"}
    scenario = pm.parse_scenario(document([{"role": "dev", "sickness": sick}]))
    whole = pm.simulate(scenario, replications=40, seed=1, jobs=1)
    whole.save(tmp_path / "x.npz")
    again = pm.Outcomes.load(tmp_path / "x.npz", whole.network)
    assert len(whole.gaps.role) > 5
    for column in ("replication", "role", "begin", "end"):
        assert np.array_equal(getattr(whole.gaps, column), getattr(again.gaps, column))


def test_the_document_and_the_report_say_it() -> None:
    sick = {"share": "20%", "spell": "8d"}
    people = [{"role": "dev", "sickness": sick}]
    shown = pm.Forecast(outcomes_of(document(people), 100)).to_document()
    developers, testers = shown["roles"]
    assert developers["uncovered"]["days"] == 5
    assert developers["uncovered"]["probability"]["value"] > 0.2
    assert testers["uncovered"]["probability"]["value"] is None
    assert "Nobody of a role is there for 5 working days in a row" in render_page(shown)


def test_a_time_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(pm.InputError, match="from how many working days on it counts"):
        pm.parse_scenario(document([dev()], uncovered="0d"))
    with pytest.raises(pm.InputError, match="PMO310"):
        pm.parse_scenario(document([dev()], uncovered="1d/2d/3d"))
