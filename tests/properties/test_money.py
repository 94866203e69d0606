"""Money adds up in every future of random scenarios, whichever way it is cut."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import pmosim as pm
from pmosim.errors import InputError
from pmosim.forecast.lateness import lateness_of
from pmosim.money import benefit_by_period, quarters
from tests.properties.scenarios import random_chance_scenario

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.properties.scenarios import Document

SCENARIOS = range(1, 31)
MONEY = (
    {"fixed_cost": "10k", "running_cost": "500/w"},
    {"benefit": {"per_year": "60k", "for": "2y"}, "as_reported": {"actual_cost": "7k"}},
    {"benefit": {"per_year": "30k", "until": "2029-06-30"}, "fixed_cost": "1k/2k/5k"},
    {"running_cost": "90/d"},
)


def priced(document: Document) -> Document:
    """Give a random scenario prices, groups, capex and a fiscal year of its own."""
    for number, role in enumerate(document["roles"].values()):
        role["day_rate"] = 500 + 70 * number
    for number, person in enumerate(document["people"]):
        person["kind"] = "contractor" if number % 3 == 0 else "internal"
    for number, project in enumerate(document["projects"]):
        more: Any = dict(MONEY[number % len(MONEY)])
        if project.get("status") != "running":
            more.pop("as_reported", None)
        project.update({key: value for key, value in more.items() if key not in project})
        project["groups"] = {"programme": f"p{number % 2}"}
        for place, phase in enumerate((project.get("phases") or {}).values()):
            phase["capex"] = f"{30 * (place % 4)}%"
    return document | {"fiscal_year": "mar", "discount_rate": "7%"}


def dated(document: Document) -> Document:
    """Give every project of a random scenario a due date."""
    for project in document["projects"]:
        project.setdefault("due", "2027-01-29")
    return document


def valid_scenario(seed: int, change: Callable[[Document], Document]) -> pm.Scenario:
    """Return the first valid scenario of the seeds seed, seed + 1000, ... (not all are)."""
    while True:
        try:
            return pm.parse_scenario(change(random_chance_scenario(seed)))
        except InputError:
            seed += 1000


@pytest.mark.parametrize("seed", SCENARIOS)
def test_money_adds_up_by_part_by_year_and_by_group(seed: int) -> None:
    outcomes = pm.simulate(valid_scenario(seed, priced), replications=3, seed=seed)
    forecast = pm.Forecast(outcomes)
    spending, money = forecast.spending, outcomes.money
    close = {"rtol": 1e-9, "atol": 1e-6}
    np.testing.assert_allclose(spending.parts.sum(axis=1), money.cost, **close)
    np.testing.assert_allclose(spending.by_year.sum(axis=1), money.cost_to_go, **close)
    np.testing.assert_allclose(spending.cash_by_year.sum(axis=1), money.cash, **close)
    np.testing.assert_allclose(spending.capex_by_year.sum(axis=1), money.capex, **close)
    assert (money.capex <= money.labour + 1e-6).all()
    assert (spending.parts >= -1e-6).all()
    is_valued = ~np.isnan(money.npv)
    gap = (money.npv_to_go - money.npv)[is_valued]
    np.testing.assert_allclose(gap, money.to_date[is_valued], **close)
    document = forecast.to_document(by="status")
    whole = document["portfolio"]["cost"]["mean"]["value"]
    for entries in document["groups"].values():
        parts = sum(entry["cost"]["mean"]["value"] for entry in entries)
        assert parts == pytest.approx(whole, rel=1e-9, abs=1e-6)
    years = document["portfolio"]["cost"]["by_year"].values()
    assert sum(year["value"] for year in years) == pytest.approx(whole, rel=1e-9, abs=1e-6)
    periods = quarters(outcomes.network, int(outcomes.run_end.max(initial=0)))
    assert benefit_by_period(outcomes, periods).min(initial=0.0) >= 0.0


@pytest.mark.parametrize("seed", SCENARIOS)
def test_the_causes_of_a_delay_add_up_to_it_in_every_future(seed: int) -> None:
    outcomes = pm.simulate(valid_scenario(seed, dated), replications=5, seed=seed)
    for futures in pm.Forecast(outcomes).projects:
        late = lateness_of(futures)
        if late is None or not late.chosen.any():
            continue
        parts = late.parts()
        assert parts.min() >= 0.0
        delay = (futures.finished[late.chosen] - late.due) / outcomes.minutes_per_day
        np.testing.assert_allclose(parts.sum(axis=1), delay, rtol=1e-9)
