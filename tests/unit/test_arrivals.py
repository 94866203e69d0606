"""Arrivals of streams: how many, when, in what clusters, and how long they wait."""

from __future__ import annotations

import math
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import pmosim as pm
from pmosim.draws import draw
from pmosim.errors import ScenarioError
from pmosim.network import compile_network

if TYPE_CHECKING:
    from pmosim.draws import Draws
    from pmosim.network import Network

N = 600
YEARS = 4


def document(**stream: Any) -> dict[str, Any]:
    """Return a scenario with one stream of one-day projects, 60 a year unless it says otherwise."""
    return {
        "pmosim": 1,
        "as_of": "2027-01-04",
        "horizon": f"{YEARS}y",
        "roles": {"dev": {}},
        "people": [{"role": "dev"}],
        "templates": {"small": {"tasks": {"t": {"effort": "1pd", "needs": {"dev": 1}}}}},
        "demand": {"d": {"template": "small", "rate": "60/y", **stream}},
    }


def drawn(n: int = N, **stream: Any) -> tuple[Network, Draws]:
    network = compile_network(pm.parse_scenario(document(**stream)))
    return network, draw(network, 3, 0, n)


def monthly_counts(network: Network, draws: Draws) -> np.ndarray:
    """(futures, 48) arrivals in each calendar month."""
    days = network.window_end // network.minutes_per_day
    starts = [
        first * network.minutes_per_day for _, first, _ in network.calendar.month_bounds(days)
    ]
    month = np.searchsorted(starts, draws.arrivals.minute, side="right") - 1
    replication = np.repeat(np.arange(draws.count), np.diff(draws.arrivals.first))
    counts = np.zeros((draws.count, len(starts)))
    np.add.at(counts, (replication, month), 1)
    return counts[:, : 12 * YEARS]


def is_near(found: np.ndarray, known: float) -> bool:
    """Whether the mean of independent values lies within 4 standard errors of a known one."""
    return bool(abs(found.mean() - known) < 4 * found.std(ddof=1) / math.sqrt(len(found)))


@pytest.mark.parametrize(("dispersion", "batch_size"), [(2.5, 1), (6, 3)])
def test_a_month_of_a_mixed_stream_has_the_stated_dispersion(
    dispersion: float, batch_size: int
) -> None:
    # Gamma-mixed Poisson counts: negative binomial with variance = dispersion x mean.
    counts = monthly_counts(*drawn(dispersion=dispersion, batch_size=batch_size))[:, 1:13]
    for month in counts.T:
        squares = (month - month.mean()) ** 2
        error = squares.std(ddof=1) / math.sqrt(N)
        assert abs(squares.mean() - dispersion * month.mean()) < 4 * error


def test_a_month_that_is_cut_has_the_luck_of_the_whole_month() -> None:
    whole, cut = (
        compile_network(pm.parse_scenario(document(dispersion=3, **said))).streams
        for said in ({}, {"from": "2027-03-15", "until": "2027-05-14"})
    )
    calendar = pm.parse_scenario(document()).organisation.calendar
    assert cut.knot_minute[0][0] == calendar.start_minute(date(2027, 3, 15))
    assert cut.knot_minute[0][-1] == calendar.end_minute(date(2027, 5, 14))
    assert cut.month[0] == ("2027-03", "2027-04", "2027-05")
    assert cut.mixing_cv[0].tolist() == pytest.approx(whole.mixing_cv[0][2:5].tolist())


def test_months_are_mixed_one_by_one() -> None:
    counts = monthly_counts(*drawn(dispersion=4))
    found = np.corrcoef(counts[:, 5], counts[:, 6])[0, 1]
    assert abs(math.atanh(found)) < 4 / math.sqrt(N - 3)


@pytest.mark.parametrize(
    "stream",
    [
        {},
        {"dispersion": 3},
        {"batch_size": 3},
        {"batch_size": 3, "dispersion": 6},
        {"season": {"jun": 2.5, "dec": 0}},
    ],
)
def test_neither_clusters_nor_season_change_how_many_are_expected(stream: dict[str, Any]) -> None:
    counts = monthly_counts(*drawn(**stream)).sum(axis=1)
    assert is_near(counts, 60 * YEARS)


def test_a_month_gets_its_share_of_the_season_by_its_working_days() -> None:
    network, draws = drawn(season={"jun": 2.5, "dec": 0})
    counts = monthly_counts(network, draws)
    bounds = network.calendar.month_bounds(365)[:12]
    # Day 0 is the first working day of 2027 but one: January counts from the 1st in the year.
    length = np.array([end - first for _, first, end in bounds], dtype=float)
    length[0] += 1
    weights = np.ones(12)
    weights[5], weights[11] = 2.5, 0.0
    december = [minute * network.minutes_per_day for minute in bounds[11][1:]]
    # An arrival is rounded to a minute: on the first one of a month it may be of the month before.
    inside = (draws.arrivals.minute > december[0]) & (draws.arrivals.minute < december[1])
    assert not inside.any()
    assert is_near(counts[:, 5], 60 * 2.5 * length[5] / (length @ weights))
    months, expected = network.streams.month[0], network.streams.knot_expected[0]
    year = expected[months.index("2029-01")] - expected[months.index("2028-01")]
    assert year == pytest.approx(60.0, rel=1e-12)


def test_a_trend_compounds_from_day_0() -> None:
    counts = monthly_counts(*drawn(trend="20%/y"))
    grown = 60 * (1.2**YEARS - 1) / math.log(1.2)
    assert is_near(counts.sum(axis=1), grown)
    shrunk = monthly_counts(*drawn(trend="-20%/y"))
    assert is_near(shrunk.sum(axis=1), 60 * (0.8**YEARS - 1) / math.log(0.8))


def test_projects_of_a_batch_come_at_the_same_minute_and_are_numbered_on() -> None:
    _, draws = drawn(n=20, batch_size=3)
    arrivals = draws.arrivals
    for k in range(20):
        span = slice(arrivals.first[k], arrivals.first[k + 1])
        assert (np.ptp(arrivals.minute[span].reshape(-1, 3), axis=1) == 0).all()
        assert arrivals.number[span].tolist() == list(range(1, span.stop - span.start + 1))


def test_requests_ask_at_the_next_board_date() -> None:
    network, draws = drawn(n=50, batches="quarterly")
    _, free = drawn(n=50)
    day = draws.arrivals.minute // network.minutes_per_day
    dates = [network.calendar.date_of(int(d)) for d in sorted(set(day.tolist()))]
    assert {date.month for date in dates} == {1, 4, 7, 10}
    assert all(date.day <= 4 for date in dates)
    # Nobody asks sooner than without boards, and those after the last board date do not ask.
    assert len(draws.arrivals.minute) < len(free.arrivals.minute)
    assert draws.arrivals.minute[0] >= free.arrivals.minute[0]


def test_who_asks_at_the_minute_of_a_board_date_is_heard_at_once() -> None:
    network, draws = drawn(batches="monthly")
    _, free = drawn()
    heard: dict[tuple[int, int], int] = {}
    asked: dict[tuple[int, int], int] = {}
    for found, each in ((heard, draws.arrivals), (asked, free.arrivals)):
        replication = np.repeat(np.arange(N), np.diff(each.first)).tolist()
        keys = zip(replication, each.number.tolist(), strict=True)
        found.update(zip(keys, each.minute.tolist(), strict=True))
    days = network.window_end // network.minutes_per_day
    bounds = network.calendar.month_bounds(days)
    boards = {first * network.minutes_per_day for _, first, _ in bounds[1:]}
    at_once = {key: minute for key, minute in asked.items() if minute in boards}
    assert at_once
    assert {key: heard[key] for key in at_once} == at_once


def test_a_silent_stream_draws_as_before() -> None:
    _, plain = drawn(n=20)
    _, said = drawn(n=20, dispersion=1, batch_size=1)
    assert plain.arrivals.minute.tolist() == said.arrivals.minute.tolist()
    assert set(plain.arrivals.patience.tolist()) == {-1}


def test_who_loses_patience_withdraws_and_is_counted() -> None:
    scenario = pm.parse_scenario(
        document(rate="300/y", patience="5d")
        | {"intake": {"policy": "wip_limit", "max_active": 1}, "horizon": "1y"}
    )
    outcomes = pm.simulate(scenario, replications=20, audit=True)
    projects = outcomes.projects()
    gone = projects[projects["status"] == "withdrawn"]
    assert len(gone) > 0
    assert gone["released_day"].isna().all()
    assert (gone["ended_day"] - gone["arrived_day"]).to_numpy() == pytest.approx(5.0)
    waited = (projects["released_day"] - projects["arrived_day"]).dropna()
    assert waited.max() <= 5.0


def test_every_request_has_a_patience_of_its_own() -> None:
    _, draws = drawn(n=50, patience="10d/20d/60d")
    for first, end in zip(draws.arrivals.first, draws.arrivals.first[1:], strict=False):
        mine = draws.arrivals.patience[first:end]
        assert len(set(mine.tolist())) > 0.9 * len(mine)


@pytest.mark.parametrize(
    ("stream", "message"),
    [
        ({"dispersion": 0.5}, "by chance alone it is 1"),
        ({"dispersion": 2, "batch_size": 3}, "batches of 3 alone give 3"),
        ({"batch_size": 0}, "1 or more"),
        ({"batches": "weekly"}, "one of the following"),
        ({"season": {"june": 2}}, "Did you mean 'jun'"),
        ({"season": dict.fromkeys(("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep",
                                   "oct", "nov", "dec"), 0)}, "nothing would ever arrive"),
        ({"season": {"jun": -1}}, "0 or more"),
        ({"trend": "10%"}, "a share a year"),
        ({"trend": "-100%/y"}, "nothing is left"),
        ({"patience": "0d"}, "withdrawn at once"),
        ({"patience": "5pd"}, "time"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_the_rule(stream: dict[str, Any], message: str) -> None:
    with pytest.raises(ScenarioError) as error:
        pm.parse_scenario(document(**stream))
    assert message in str(error.value)


def test_all_of_it_survives_being_written_out_and_read_again() -> None:
    stream = {
        "dispersion": 6, "batch_size": 3, "batches": "quarterly", "season": {"jun": 2.5},
        "trend": "10%/y", "patience": "10d/20d/60d",
    }  # fmt: skip
    scenario = pm.parse_scenario(document(**stream))
    again = pm.parse_scenario(dict(scenario.document))
    one, other = (draw(compile_network(s), 3, 0, 10).arrivals for s in (scenario, again))
    assert one.minute.tolist() == other.minute.tolist()
    assert one.patience.tolist() == other.patience.tolist()
