"""The next person where it is known what one buys: two stations in a row (Burke 1956).

Projects ask at random, .8 a day. Each needs the architect for a day on average, then a developer
for 22.5: an M/M/1 and an M/M/20, each as if it were alone. The developers are busier (90 against
80 %) and have the longer wait (6.20 against 4.00 days), yet one more architect saves more waiting.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import pmosim as pm
from pmosim.forecast.estimate import t_quantile
from pmosim.study.bottleneck import Bottlenecks, find_bottlenecks
from pmosim.study.runs import runs
from tests.validation.proof import LIMIT, MEASURED, Measured, seed_of
from tests.validation.shops import MONDAY
from tests.validation.test_queues import erlang_c

if TYPE_CHECKING:
    from pmosim.forecast.estimate import Estimate
    from pmosim.forecast.paired import Difference

FLOW = 0.8
"""Projects a day."""
STATIONS = {"architect": (1, 1.0), "developer": (20, 22.5)}
"""People, and mean days of work."""
REPLICATIONS = 8
DAYS = 40_000
"""Long: the developers' queue forgets how it began only after some 430 days."""


def wait(people: int, days: float) -> float:
    """Return the mean days that a project waits (Erlang C)."""
    load = FLOW * days
    return erlang_c(people, load) * days / (people - load)


@pytest.fixture(scope="module")
def found() -> Bottlenecks:
    tasks = {
        role: {
            "duration": {"dist": "exponential", "mean": f"{days}d"},
            "needs": {role: 1},
            **({"after": "architect"} if role == "developer" else {}),
        }
        for role, (_, days) in STATIONS.items()
    }
    shop = {
        "pmosim": 1,
        "as_of": MONDAY,
        "horizon": f"{DAYS}d",
        "run_off": "2000d",
        "roles": {role: {} for role in STATIONS},
        "people": [{"role": role, "headcount": people} for role, (people, _) in STATIONS.items()],
        "demand": {"project": {"tasks": tasks, "rate": f"{FLOW}/d"}},
    }
    with runs(replications=REPLICATIONS, seed=seed_of(shop)) as study:
        return find_bottlenecks(pm.parse_scenario(shop), study, by="wait", cells=0)


def assert_known(check: str, got: Difference | Estimate, expected: float) -> None:
    """Hold a mean over the replications against the known answer, within 4 standard errors."""
    error = (got.high - got.low) / 2 / t_quantile(REPLICATIONS - 1)
    assert error > 0
    line = Measured(check=check, expected=expected, got=got.value, standard_error=error)
    MEASURED.append(line)
    assert abs(line.standard_errors_off) <= LIMIT, str(line)


def test_the_known_answers_are_those_of_the_textbook() -> None:
    one, more = (
        {role: wait(people + extra, days) for role, (people, days) in STATIONS.items()}
        for extra in (0, 1)
    )
    assert one["architect"] == pytest.approx(4.00, abs=0.005)
    assert one["developer"] == pytest.approx(6.20, abs=0.005)
    assert one["architect"] - more["architect"] == pytest.approx(3.81, abs=0.005)
    assert one["developer"] - more["developer"] == pytest.approx(3.23, abs=0.005)


@pytest.mark.parametrize("role", STATIONS)
def test_each_role_is_as_busy_and_waited_for_as_if_it_were_alone(
    found: Bottlenecks, role: str
) -> None:
    people, days = STATIONS[role]
    entry = next(entry for entry in found.roles if entry.role == role)
    assert_known(f"two stations, {role}: busy", entry.utilisation, FLOW * days / people)
    assert_known(f"two stations, {role}: days waited", entry.own_wait_days, wait(people, days))


@pytest.mark.parametrize("role", STATIONS)
def test_one_more_person_saves_the_waiting_that_theory_says(found: Bottlenecks, role: str) -> None:
    people, days = STATIONS[role]
    entry = next(entry for entry in found.roles if entry.role == role)
    assert entry.effects is not None
    saved = wait(people + 1, days) - wait(people, days)
    assert_known(f"two stations, one more {role}: days waited", entry.effects["wait_days"], saved)


def test_the_busier_role_with_the_longer_queue_is_not_the_bottleneck(found: Bottlenecks) -> None:
    assert found.best is not None
    assert found.best.role == "architect"
    assert found.misleading.startswith("The developer is the busiest role (90% busy) and has the")
