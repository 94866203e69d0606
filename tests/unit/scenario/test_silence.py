"""Silence: sourced priors under ``assume: typical``, and what they do to people and work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from pmosim import priors
from pmosim.distributions import Fixed, Lognormal
from pmosim.draws import draw
from pmosim.network import compile_network
from pmosim.replication import simulate
from pmosim.scenario import parse_scenario, resolved_yaml
from pmosim.units import WHOLE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pmosim.scenario import Scenario

    Parse = Callable[..., Scenario]

YEAR = 261
"""Working days of the 365 days from 2027-01-04."""


def basis_of(scenario: Scenario, mechanism: str) -> list[str]:
    return [entry.basis for entry in scenario.assumptions if entry.mechanism == mechanism]


def persons(scenario: Scenario) -> dict[str, Any]:
    return {person.id: person for person in scenario.organisation.people}


def test_every_prior_has_a_source_a_unit_and_a_range() -> None:
    for prior in priors.PRIORS:
        assert prior.source.endswith(".")
        assert len(prior.source) > 40
        assert prior.citation
        assert "://" not in prior.citation + prior.source
        assert prior.unit
        assert " to " in prior.range


def test_silence_is_off_without_assume(parse: Parse) -> None:
    for scenario in (parse(), parse(assume="none")):
        assert all(person.absence == person.bau == 0 for person in scenario.organisation.people)
        assert scenario.settings.spread == scenario.settings.correlation == 0
        assert "assumed" not in scenario.document


def test_typical_fills_what_is_not_said(parse: Parse) -> None:
    scenario = parse(assume="typical")
    assert scenario.settings.spread == 0.5
    assert scenario.settings.correlation == 0.2
    for person in scenario.organisation.people:
        assert person.bau == 0.2 * WHOLE
        assert person.absence / WHOLE == pytest.approx(30 / YEAR)
        assert person.sickness == pytest.approx(0.034)
        assert person.spell == Lognormal.from_mean_cv(3 * 480, 1)
    work = scenario.projects[0].activities[0].work
    assert work == {"": Lognormal(median=10 * 480, sigma=0.5)}


def test_what_is_said_stays_as_it_is_said(parse: Parse) -> None:
    roles = {"dev": {"bau": "10%", "sickness": "0%", "leave_days": 20}, "test": {}}
    scenario = parse(assume="typical", roles=roles, settings={"correlation": "50%", "spread": 0})
    dev, test = (persons(scenario)[name] for name in ("dev-1", "test-1"))
    assert (dev.bau, dev.absence) == (0.1 * WHOLE, round(20 / YEAR * WHOLE))
    assert test.bau == 0.2 * WHOLE
    assert (scenario.settings.correlation, scenario.settings.spread) == (0.5, 0)
    assert scenario.projects[0].activities[0].work == {"": Fixed(value=10 * 480)}


def test_a_stated_law_keeps_its_spread(parse: Parse) -> None:
    tasks = {
        "range": {"effort": "5pd/8pd/20pd", "needs": {"dev": 1}},
        "fixed": {"effort": {"dist": "fixed", "value": "8pd"}, "needs": {"dev": 1}},
        "plain": {"duration": "5d", "needs": {"test": 1}},
        "roles": {"effort": {"dev": "8pd", "test": "1pd/2pd/3pd"}},
    }
    laws = {
        task.id: task.work
        for task in parse(assume="typical", projects=[{"id": "p", "tasks": tasks}])
        .projects[0]
        .activities
    }
    assert laws["range"][""].quantile(0.9) == pytest.approx(20 * 480)
    assert laws["fixed"][""].is_certain
    assert laws["plain"] == {"": Lognormal(median=5 * 480, sigma=0.5)}
    assert laws["roles"]["dev"] == Lognormal(median=8 * 480, sigma=0.5)
    assert laws["roles"]["test"].quantile(0.5) == pytest.approx(2 * 480)


def test_what_was_spent_or_remains_is_no_plan(parse: Parse) -> None:
    tasks = {
        "a": {"effort": "8pd", "needs": {"dev": 1}, "spent": "4pd"},
        "b": {"effort": "8pd", "needs": {"test": 1}, "remaining": "4pd"},
    }
    project = {"id": "p", "status": "running", "tasks": tasks}
    first, second = parse(assume="typical", projects=[project]).projects[0].activities
    assert first.progress is not None
    assert second.progress is not None
    assert first.progress.spent == {"": 4 * 480}
    assert second.progress.remaining == {"": Fixed(value=4 * 480)}


def test_leave_with_dates_is_taken_to_be_all_there_is(parse: Parse) -> None:
    people = [{"id": "ana", "role": "dev", "leave": ["2027-07"]}, {"role": "dev"}, {"role": "test"}]
    found = persons(parse(assume="typical", people=people))
    assert (found["ana"].absence, found["ana"].sickness) == (0, 0.034)
    assert found["dev-1"].absence > 0.1 * WHOLE


def test_contractors_come_for_projects_not_for_operations(parse: Parse) -> None:
    people = [{"role": "dev", "kind": "contractor"}, {"role": "dev"}, {"role": "test"}]
    found = persons(parse(assume="typical", people=people))
    assert (found["dev-1"].bau, found["dev-2"].bau) == (0, 0.2 * WHOLE)
    roles = {"dev": {"kind": "contractor"}, "test": {}}
    assert persons(parse(assume="typical", roles=roles))["dev-1"].bau == 0


def test_the_value_prior_takes_the_prior_of_its_key(parse: Parse) -> None:
    roles = {"dev": {"bau": "prior"}, "test": {}}
    people = [{"role": "dev"}, {"role": "test", "sickness": "prior", "leave_days": "prior"}]
    scenario = parse(roles=roles, people=people, settings={"correlation": "prior"})
    assert scenario.settings.correlation == 0.2
    assert persons(scenario)["dev-1"].bau == 0.2 * WHOLE
    assert persons(scenario)["dev-1"].absence == 0
    assert persons(scenario)["test-1"].absence > 0.1 * WHOLE
    assert scenario.document["assumed"] == [
        "settings.correlation", "roles.dev.bau", "people[1].leave_days", "people[1].sickness",
    ]  # fmt: skip


def test_the_resolved_form_says_every_prior_and_gives_the_same_numbers(
    parse: Parse, tmp_path: Path
) -> None:
    from pmosim.scenario import read_scenario

    before = parse(assume="typical")
    file = tmp_path / "resolved.yaml"
    file.write_text(resolved_yaml(before), encoding="utf-8")
    after = read_scenario(file)
    assert after.document["assume"] == "none"
    assert after.document["settings"] == {"correlation": 0.2, "spread": 0.5}
    assert after.document["roles"]["test"] == {"bau": "20%", "leave_days": 30, "sickness": "3.4%"}
    assert after.assumptions == before.assumptions
    one, other = (simulate(s, replications=30, jobs=1) for s in (before, after))
    assert np.array_equal(one.projects_.finished, other.projects_.finished)
    assert np.array_equal(one.bookings.attention, other.bookings.attention)


def test_a_prior_that_is_changed_later_is_no_longer_assumed(parse: Parse) -> None:
    scenario = parse(assume="typical")
    assert basis_of(scenario, "spread") == basis_of(scenario, "sickness") == ["assumed"]
    changed = parse_scenario(scenario.document).change(set={"settings.spread": 0.3})
    assert basis_of(changed, "spread") == ["stated"]
    assert basis_of(changed, "correlation") == ["assumed"]


def test_people_who_are_hired_later_take_the_priors_too(parse: Parse) -> None:
    scenario = parse(assume="typical").change(hire={"role": "dev", "headcount": 1})
    assert persons(scenario)["dev-3"].absence == persons(scenario)["dev-1"].absence > 0


def test_assumptions_name_the_basis_and_the_source(parse: Parse) -> None:
    typical = {entry.mechanism: entry for entry in parse(assume="typical").assumptions}
    for mechanism in ("leave", "sickness", "operations", "spread", "correlation"):
        assert typical[mechanism].basis == "assumed"
        assert len(typical[mechanism].source) > 40
    assert typical["turnover"].basis == "off"
    assert "perfect world" not in typical
    silent = {entry.mechanism: entry for entry in parse().assumptions}
    assert silent["perfect world"].basis == silent["leave"].basis == "off"
    assert "`assume: typical`" in silent["perfect world"].text
    assert silent["perfect world"].source == ""


def test_leave_without_dates_takes_capacity_away_rounded_up(parse: Parse) -> None:
    roles = {"dev": {"bau": "20%", "leave_days": 26.1, "sickness": "10%"}, "test": {}}
    people = compile_network(parse(roles=roles)).people
    assert people.presence.tolist() == [720_000_000, 720_000_000, WHOLE]
    assert people.sickness.tolist() == [0.1, 0.1, 0.0]


def test_a_day_that_is_half_there_takes_twice_as_long(parse: Parse) -> None:
    roles = {"dev": {"leave_days": YEAR / 2}, "test": {}}
    project = {"id": "p", "tasks": {"t": {"effort": "10pd", "needs": {"dev": 1}}}}
    outcomes = simulate(parse(roles=roles, projects=[project]), replications=1, jobs=1, audit=True)
    assert outcomes.projects().finished_day[0] == 20


def test_work_pauses_while_its_person_is_ill(parse: Parse) -> None:
    roles = {"dev": {"sickness": {"share": "20%", "spell": "2d"}}, "test": {}}
    project = {"id": "p", "tasks": {"t": {"effort": "10pd", "needs": {"dev": 1}}}}
    outcomes = simulate(parse(roles=roles, projects=[project]), replications=40, jobs=1, audit=True)
    lost = outcomes.projects().finished_day - 10
    # Whole spells of two days lie between start and finish, or none.
    assert (lost % 2 == 0).all()
    assert 0 in set(lost)
    assert lost.max() > 2


def test_everybody_keeps_their_health_in_every_scenario(parse: Parse) -> None:
    roles = {"dev": {"sickness": "20%"}, "test": {"sickness": "20%"}}
    before = draw(compile_network(parse(roles=roles)), 1, 0, 5).spells
    more = parse(roles=roles).change(hire={"role": "dev"})
    after = draw(compile_network(more), 1, 0, 5).spells
    is_old = after.person < 3
    for one, other in ((before.start, after.start), (before.end, after.end)):
        assert one.tolist() == other[is_old].tolist()


def test_a_prior_can_be_a_name() -> None:
    scenario = parse_scenario(
        {
            "as_of": "2027-01-04",
            "name": "prior",
            "people": [{"role": "prior"}],
            "projects": [
                {"id": "prior", "tasks": {"prior": {"effort": "1pd", "needs": {"prior": 1}}}}
            ],
        }
    )
    assert scenario.projects[0].id == "prior"
