"""Backtest of a synthetic PMO whose truth is known: how near it comes to who knows everything.

``benchmarks.pmo`` plays an office of four roles with project factor, plan bias and developers that
never run out of work; it shares no line with the engine. ``TrueForecaster`` knows its parameters,
and at each cut all that a PMO could know. No forecast can be expected to beat it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

from benchmarks.pmo import Log, TrueForecaster, default_truth, keep_log
from pmosim.backtesting import Score, backtest
from pmosim.backtesting.portfolio import portfolio_of
from pmosim.backtesting.scores import crps, cut_off, quantile_of
from pmosim.calibration import calibrate
from pmosim.history import History, read_history
from pmosim.replication import simulate
from pmosim.scenario import parse_scenario
from tests.unit.backtesting.offices import write_log

if TYPE_CHECKING:
    import datetime as dt

    from pmosim.fitted import Fitted

SEED, DAYS = 7, 1250.0
"""Measured on the saturated ones of the seeds 1 to 7: see docs/explanation/backtest.md."""
CUTS = (760, 825, 890, 955, 1020, 1085)
FUTURES = 60


@pytest.fixture(scope="module")
def log() -> Log:
    return keep_log(default_truth(), seed=SEED, days=DAYS)


@pytest.fixture(scope="module")
def history(log: Log, tmp_path_factory: pytest.TempPathFactory) -> History:
    return read_history(write_log(log, tmp_path_factory.mktemp("pmo")))


@pytest.fixture(scope="module")
def cuts(log: Log) -> list[dt.date]:
    return [log.day(cut).astype(object) for cut in CUTS]


FITS: dict[dt.date, Fitted] = {}


def fitted_at(known: History) -> Fitted:
    """Fit once a cut: it takes longer than all the rest."""
    if known.as_of not in FITS:
        FITS[known.as_of] = calibrate(known)
    return FITS[known.as_of]


@pytest.fixture(scope="module")
def score(history: History, cuts: list[dt.date]) -> Score:
    return backtest(history, cuts, replications=FUTURES, fit=fitted_at)


def test_the_office_is_saturated_and_has_enough_to_learn_from(log: Log, score: Score) -> None:
    begin, end = CUTS[0], CUTS[-1]
    worked = sum(
        max(0.0, min(work.finished if work.is_done else log.end, end) - max(work.started, begin))
        for job in log.jobs
        for work in job.works
        if work.step.role == "developer" and work.started < end
    )
    busy = worked / log.truth.roles["developer"] / (end - begin)
    n_past = sum(job.ended < begin for job in log.jobs)
    n_test = score.of("finish")["project"].nunique()
    print(f"developers busy {busy:.2f}; {n_past} finished before, {n_test} forecast")
    assert busy > 0.95
    assert 80 <= n_past <= 100
    assert n_test >= 45


def test_the_forecast_comes_within_a_fifth_of_who_knows_the_truth(
    log: Log, score: Score, cuts: list[dt.date]
) -> None:
    ours = score.of("finish").set_index(["cut", "project"])
    mine, theirs, hits = [], [], []
    for day, cut in zip(cuts, CUTS, strict=True):
        known = TrueForecaster(log=log, futures=FUTURES).finishes(float(cut))
        for name, finishes in known.items():
            if (day, name) not in ours.index:
                continue
            row = ours.loc[(day, name)]
            days = np.where(np.isinf(finishes), np.inf, row.floor + np.floor(finishes) + 1 - cut)
            truth = row.end if math.isnan(row.truth) else row.truth
            mine.append(row.crps)
            theirs.append(crps(cut_off(days, row.end), truth))
            if row.is_first:
                hits.append(truth <= quantile_of(days, 0.8))
    ratio = np.mean(mine) / np.mean(theirs)
    print(f"CRPS {np.mean(mine):.2f} days, of the truth {np.mean(theirs):.2f}: {ratio:.3f} times; ")
    print(f"P80 of the truth held {sum(hits)} of {len(hits)}; n = {len(mine)}")
    assert len(mine) == len(ours)
    assert ratio < 1.20


def test_its_p80_holds_as_often_as_it_should(score: Score) -> None:
    found = score.hits("finish", 0.8)
    print(f"P80 held {found.hits} of {found.n} ({found.fewest} to {found.most})")
    assert found.is_in_band


def test_it_is_a_third_closer_than_a_regression_on_plan_and_backlog(score: Score) -> None:
    for name in score.baselines("finish"):
        found = score.skill("finish", name, "crps")
        print(f"against {name}: {found.value:.3f} ({found.low:.3f} to {found.high:.3f})")
    assert score.skill("finish", "regression", "crps").value >= 0.35


def test_an_empty_shop_fails_badly(history: History, score: Score, cuts: list[dt.date]) -> None:
    """Each project alone with everybody free: no queue, no work in progress, no new requests."""
    ours = score.of("finish")
    mine, empty, hits = [], [], []
    for cut in cuts[::2]:
        known = history.known_at(cut)
        portfolio = portfolio_of(history, known, fitted_at(known))
        for id_, name in portfolio.projects.items():
            row = ours[(ours["cut"] == cut) & (ours["project"] == name)].iloc[0]
            if not row.is_first:
                continue
            alone = next(entry for entry in portfolio.document["projects"] if entry["id"] == id_)
            tasks = {
                task: {key: entry[key] for key in ("effort", "needs", "after") if key in entry}
                for task, entry in alone["tasks"].items()
            }
            document = portfolio.document | {
                "projects": [{"id": id_, "status": "approved", "tasks": tasks}],
                "demand": {},
            }
            outcomes = simulate(parse_scenario(document), replications=FUTURES)
            days = np.ceil(outcomes.projects()["finished_day"].to_numpy())
            # it began when it was asked for, so it cannot end before today
            days = np.maximum(np.where(np.isnan(days), np.inf, days), row.floor + 1.0)
            truth = row.end if math.isnan(row.truth) else row.truth
            mine.append(row.crps)
            empty.append(crps(cut_off(days, row.end), truth))
            hits.append(truth <= quantile_of(days, 0.8))
    worse = np.mean(empty) / np.mean(mine) - 1.0
    print(f"empty shop: CRPS {100 * worse:+.0f} %, its P80 held {sum(hits)} of {len(hits)}")
    assert worse > 1.0
    assert sum(hits) < 0.5 * len(hits)
