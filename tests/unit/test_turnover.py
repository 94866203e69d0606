"""Turnover: who leaves when, who comes after, and what luck has to do with it."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import numpy as np
import pytest

import pmosim as pm
from pmosim.distributions import Fixed, Gamma, Lognormal, Triangular, tightened
from pmosim.draws import Stints, draw
from pmosim.network import compile_network
from pmosim.network.arrays import NONE
from pmosim.units import WHOLE

N = 4000
DAY = 480
YEAR = 261
"""Working days of the 365 days from 2027-01-04."""


def document(*, people: Any = (), **role: Any) -> dict[str, Any]:
    return {
        "as_of": "2027-01-04",
        "horizon": "10y",
        "roles": {"dev": role},
        "people": people or [{"role": "dev"}],
        "projects": [{"id": "a", "tasks": {"t": {"effort": "10pd", "needs": {"dev": 1}}}}],
    }


def stints(n: int = N, **keys: Any) -> Stints:
    return draw(compile_network(pm.parse_scenario(document(**keys))), 5, 0, n).stints


def near(events: np.ndarray, known: float) -> bool:
    return abs(events.mean() - known) < 4 * math.sqrt(known * (1 - known) / len(events))


def is_staffed(found: Stints, minute: int, n: int) -> np.ndarray:
    """(n,) whether the place of the only person is filled in each future at a minute."""
    replication = np.repeat(np.arange(n), np.diff(found.first))
    is_here = (found.begin <= minute) & ((found.end == NONE) | (minute < found.end))
    return np.bincount(replication[is_here], minlength=n) > 0


@pytest.mark.parametrize("years", [0.5, 1, 3, 7])
def test_people_leave_at_a_constant_rate(years: float) -> None:
    found = stints(turnover="13%/y")
    assert len(found.end) == N
    days = round(years * YEAR)
    has_left = (found.end != NONE) & (found.end <= days * DAY)
    assert near(has_left, 1 - 0.87 ** (days / YEAR))


def test_who_has_stayed_long_leaves_as_soon_as_anybody_else() -> None:
    end = stints(turnover="40%/y").end
    stayed = end[(end == NONE) | (end > 2 * YEAR * DAY)]
    assert near((stayed != NONE) & (stayed <= 3 * YEAR * DAY), 0.4)


def test_people_leave_in_the_evening_and_come_in_the_morning() -> None:
    found = stints(turnover="90%/y", time_to_hire="10.5d", n=200)
    left = found.end[found.end != NONE]
    assert set(left % DAY) == set(found.begin % DAY) == {0}
    again = np.flatnonzero(found.number > 0)
    assert set(found.begin[again] - found.end[again - 1]) == {11 * DAY}


def test_a_place_is_staffed_as_the_theory_of_renewal_says() -> None:
    # Mean time held / (mean time held + time to hire); geometric, as people leave in the evening.
    found = stints(turnover="80%/y", time_to_hire="60d")
    held = 1 / (1 - 0.2 ** (1 / YEAR))
    assert near(is_staffed(found, 9 * YEAR * DAY, N), held / (held + 60))


def test_nobody_comes_where_no_time_to_hire_is_said() -> None:
    assert set(stints(turnover="80%/y", n=200).number) == {0}


def test_somebody_new_comes_a_whole_day_later_at_the_least() -> None:
    found = stints(turnover="90%/y", time_to_hire="0d", n=200)
    again = np.flatnonzero(found.number > 0)
    assert set(found.begin[again] - found.end[again - 1]) == {DAY}


def test_people_fall_ill_to_the_last_minute() -> None:
    text = document(sickness="10%") | {"horizon": "1y"}
    network = compile_network(pm.parse_scenario(text))
    spells = draw(network, 5, 0, N).spells
    last = network.window_end + network.run_off - 1
    replication = np.repeat(np.arange(N), np.diff(spells.first))
    is_ill = (spells.start <= last) & (last < spells.end)
    assert near(np.bincount(replication[is_ill], minlength=N) > 0, 0.1)


def test_a_date_ends_the_place_for_whoever_holds_it() -> None:
    people = [{"role": "dev", "until": "2028-12-29"}]
    found = stints(people=people, turnover="80%/y", time_to_hire="10d", n=300)
    calendar = pm.parse_scenario(document()).organisation.calendar
    assert found.end.max() == calendar.end_minute(date(2028, 12, 29))
    assert NONE not in found.end
    assert found.number.max() > 0


def test_everybody_keeps_their_luck_whoever_else_is_there() -> None:
    before = stints(turnover="40%/y", time_to_hire="10d/30d/90d", n=100)
    people = [{"role": "dev"}, {"role": "dev", "headcount": 3}]
    after = stints(people=people, turnover="40%/y", time_to_hire="10d/30d/90d", n=100)
    mine = after.person == 0
    assert mine.sum() < len(mine)
    for name in ("begin", "end", "number"):
        assert np.array_equal(getattr(before, name), getattr(after, name)[mine])


def test_turnover_moves_no_other_draw() -> None:
    still = draw(compile_network(pm.parse_scenario(document(sickness="5%"))), 5, 0, 50)
    moving = draw(
        compile_network(
            pm.parse_scenario(document(sickness="5%", turnover="30%/y", hand_over="5pd"))
        ),
        5,
        0,
        50,
    )
    assert np.array_equal(still.amounts, moving.amounts)
    assert np.array_equal(still.spells.start, moving.spells.start)
    assert not len(still.stints.person)


def test_a_hand_over_is_drawn_for_each_leaver() -> None:
    loss = stints(turnover="90%/y", time_to_hire="5d", hand_over="2pd/5pd/12pd", n=400).hand_over
    days = loss / WHOLE / DAY
    assert near(days < 5, 0.5)
    assert near(days > 12, 0.1)


# --- a standard ----------------------------------------------------------------------------------

LAWS = [
    Lognormal(median=10.0, sigma=0.5),
    Triangular(low=5.0, likely=8.0, high=30.0),
    Gamma(mean=10.0, cv=0.7),
]
U = np.array([0.05, 0.3, 0.5, 0.8, 0.99])


@pytest.mark.parametrize("law", LAWS, ids=lambda law: type(law).__name__)
def test_a_standard_takes_a_part_of_the_log_spread_and_leaves_the_median_and_the_plan(
    law: Any,
) -> None:
    tight = tightened(law, 0.7)
    middle = float(law.quantile(0.5))
    assert np.allclose(np.log(tight.quantile(U) / middle), 0.7 * np.log(law.quantile(U) / middle))
    assert tight.plan == law.plan
    assert np.allclose([tight.cdf(x) for x in tight.quantile(U)], U)
    assert np.allclose(tight.scaled(3.0).quantile(U), 3 * tight.quantile(U))
    shares = (np.arange(200_000) + 0.5) / 200_000
    assert math.isclose(tight.mean, float(tight.quantile(shares).mean()), rel_tol=2e-3)


def test_with_nothing_covered_no_law_changes_and_with_no_spread_left_it_is_the_median() -> None:
    for law in LAWS:
        assert tightened(law, 1.0) is law
        assert tightened(law, 0.0) == Fixed(value=float(law.quantile(0.5)))
    assert tightened(Fixed(value=3.0), 0.5) == Fixed(value=3.0)
    zero = Triangular(low=0.0, likely=0.0, high=0.0)
    assert tightened(zero, 0.5) is zero


def test_the_spread_left_is_what_the_settings_and_the_coverage_say() -> None:
    plain = document()
    plain["projects"][0]["tasks"]["t"]["effort"] = {
        "dist": "lognormal",
        "median": "9pd",
        "sigma": 1,
    }
    plain["projects"][0]["coverage"] = "50%"
    plain["settings"] = {"standard": {"spread": "40%"}}
    network = compile_network(pm.parse_scenario(plain))
    (law,) = network.pools.law
    assert isinstance(law, Lognormal)
    assert math.isclose(law.sigma, 0.8)
    assert network.projects.hand_over is not None
    assert network.projects.hand_over.tolist() == [WHOLE * 3 // 4]
