"""Rolling origin: nothing of after a cut reaches its forecast, and everything after it judges."""

from __future__ import annotations

import json
import math
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd  # noqa: TID253 (a test may)
import pytest

from pmosim.backtesting import backtest
from pmosim.backtesting.origins import chosen_cuts
from pmosim.errors import InputError
from pmosim.history import History, read_history
from tests.unit.backtesting.offices import tiny_log, true_fit, without_tables, write_log

if TYPE_CHECKING:
    from pathlib import Path

    from pmosim.backtesting import Score

CUT = 150
FORECAST = ["p10", "p50", "p80", "p90"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_log(tiny_log(), tmp_path_factory.mktemp("history"))


@pytest.fixture(scope="module")
def history(folder: Path) -> History:
    return read_history(folder)


@pytest.fixture(scope="module")
def cuts() -> list[date]:
    log = tiny_log()
    return [log.day(day).astype(object) for day in (CUT, CUT + 60)]


@pytest.fixture(scope="module")
def score(history: History, cuts: list[date]) -> Score:
    return backtest(history, cuts, replications=30, fit=true_fit, name="tiny")


def test_every_project_that_was_open_is_forecast_and_scored(score: Score, cuts: list[date]) -> None:
    log, ours = tiny_log(), score.of("finish")
    for cut, day in zip(cuts, (CUT, CUT + 60), strict=True):
        is_open = {
            job.id
            for job in log.jobs
            if log.day(job.asked) < np.datetime64(cut) <= log.day(job.ended)
        }
        assert set(ours.loc[ours["cut"] == cut, "project"]) == is_open
        assert day
    assert score.basis == "simulated"


def test_nothing_of_after_the_cut_reaches_the_forecast(
    folder: Path, score: Score, cuts: list[date], tmp_path: Path
) -> None:
    # whatever happened later is changed: finishes a month later, efforts doubled, people gone
    changed = {}
    for name in ("projects", "tasks", "time", "people"):
        frame = pd.read_csv(folder / f"{name}.csv", keep_default_na=True)
        changed[name] = frame
    later = pd.Timestamp(cuts[0])
    for name in ("projects", "tasks"):
        frame = changed[name]
        when = pd.to_datetime(frame["finished"])
        moved = when >= later
        frame.loc[moved, "finished"] = (
            (when[moved] + pd.Timedelta(days=28)).dt.strftime("%Y-%m-%d").to_numpy()
        )
        for column in ("effort", "cost"):
            if column in frame:
                frame.loc[moved, column] *= 2.0
    changed["projects"] = changed["projects"][
        pd.to_datetime(changed["projects"]["requested"]) < later
    ]
    changed["tasks"] = changed["tasks"][
        changed["tasks"]["project"].isin(changed["projects"]["project"])
    ]
    changed["time"] = changed["time"][pd.to_datetime(changed["time"]["date"]) < later]
    for name, frame in changed.items():
        frame.to_csv(tmp_path / f"{name}.csv", index=False)
    settings = (folder / "history.yaml").read_text()
    (tmp_path / "history.yaml").write_text(settings)
    other = backtest(read_history(tmp_path), cuts[:1], replications=30, fit=true_fit)
    mine = score.rows[(score.rows["cut"] == cuts[0]) & (score.rows["measure"] == "finish")]
    theirs = other.rows[other.rows["measure"] == "finish"]
    keys = ["project", "forecaster"]
    both = mine.merge(theirs, on=keys, suffixes=("", "_changed"))
    assert len(both) == len(mine) > 0
    for name in FORECAST:
        pd.testing.assert_series_equal(both[name], both[f"{name}_changed"], check_names=False)
    assert (both["truth_changed"] > both["truth"]).all()


def test_what_is_open_at_the_end_is_judged_to_the_end(history: History, cuts: list[date]) -> None:
    early = history.known_at(cuts[0] + timedelta(days=21))
    score = backtest(early, cuts[:1], replications=30, fit=true_fit)
    ours = score.of("finish")
    is_open = ours["truth"].isna()
    assert is_open.any()
    assert np.isfinite(ours["crps"]).all()
    passed = is_open & (ours["p80"] <= ours["end"])
    assert not ours.loc[passed, "hit_80"].astype(bool).any()
    not_come = ours["p80"] > ours["end"]
    assert ours.loc[not_come, "hit_80"].isna().all()


def test_no_forecast_ends_before_its_cut(score: Score) -> None:
    rows = score.rows[score.rows["measure"] == "finish"]
    assert (rows["p10"] > rows["floor"]).all()


def test_the_first_forecast_of_each_project_is_marked_once(score: Score) -> None:
    ours = score.of("finish")
    assert ours.groupby("project")["is_first"].sum().eq(1).all()


def test_costs_are_asked_for_new_projects_only(score: Score, cuts: list[date]) -> None:
    ours = score.of("cost")
    assert len(ours)
    assert ours["project"].is_unique
    assert (ours["floor"] == 0.0).all()


def test_the_same_seed_gives_the_same_score(
    history: History, score: Score, cuts: list[date]
) -> None:
    again = backtest(history, cuts, replications=30, fit=true_fit, name="tiny")
    assert json.dumps(again.to_document()) == json.dumps(score.to_document())


def test_the_document_is_json_and_says_its_line(score: Score) -> None:
    document = json.loads(json.dumps(score.to_document(), allow_nan=False))
    assert document["schema"] == "pmosim.backtest/1"
    hit = next(hit for hit in document["measures"][0]["hits"] if hit["level"] == 0.8)
    assert document["line"] == (
        f"In 2022 our P80 held for {hit['hits']} of {hit['n']} projects "
        f"({hit['fewest']} to {hit['most']} if such forecasts are right)."
    )
    assert {one["kind"] for one in document["aggregates"]} == {"finished", "load"}
    assert len(document["forecasts"]) == len(score.to_frame())


def test_finishes_of_a_quarter_count_every_project(score: Score, history: History) -> None:
    totals = score.totals[score.totals["kind"] == "finished"]
    done = history.projects["finished"].dropna().dt.to_period("Q").value_counts()
    for row in totals.itertuples():
        assert row.truth == done.get(pd.Period(row.quarter.replace("-", ""), freq="Q"), 0)


def test_without_people_the_forecast_is_without_queues_and_says_so(
    history: History, cuts: list[date]
) -> None:
    bare = without_tables(history, "people", "time", "tasks")

    def fit(known: History) -> object:
        from dataclasses import replace

        from tests.unit.backtesting.offices import parameter

        base = true_fit(known)
        more = (
            parameter("typical_bias", "project duration", 0.2, 0.05),
            parameter("spread", "project duration", 0.5, 0.05),
        )
        return replace(base, parameters=(*base.parameters, *more))

    score = backtest(bare, cuts, fit=fit)  # type: ignore[arg-type]
    assert score.basis == "without queues"
    assert "without queues" in score.words["basis"]
    assert score.measures == ["finish", "cost"]


def test_items_without_plans_are_counted(folder: Path) -> None:
    days = pd.date_range("2022-01-03", periods=260, freq="B")
    finished = [day for n, day in enumerate(days) for _ in range(1 + n % 2)]
    frame = pd.DataFrame({"task": [f"i{n}" for n in range(len(finished))], "finished": finished})
    frame["started"] = frame["finished"] - pd.Timedelta(days=1)
    frame.to_csv(folder.parent / "tasks.csv", index=False)
    history = read_history(folder.parent / "tasks.csv")
    score = backtest(history, [date(2022, 9, 5)])
    assert score.basis == "counts"
    assert score.measures == []
    assert score.line == "In 2022 1 of 1 counts of finished items lay between our P10 and P90."
    assert math.isclose(score.totals["truth"].iloc[0], 13 * 7.5, abs_tol=1.0)


def test_cuts_are_chosen_at_quarters_with_enough_behind_them(history: History) -> None:
    chosen = chosen_cuts(history)
    done = history.projects["finished"].dropna().sort_values()
    assert chosen
    assert all(day.day == 1 and day.month in (1, 4, 7, 10) for day in chosen)
    assert (done < pd.Timestamp(chosen[0])).sum() >= 10
    assert chosen[-1] <= history.as_of - timedelta(days=89)


@pytest.mark.parametrize(
    ("day", "code", "says"),
    [
        (date(2030, 1, 1), "PMO990", "the data end on"),
        (date(2022, 1, 3), "PMO991", "nothing could be learned before it"),
    ],
)
def test_a_cut_outside_the_data_is_refused(
    history: History, day: date, code: str, says: str
) -> None:
    with pytest.raises(InputError) as caught:
        backtest(history, [day], fit=true_fit)
    assert caught.value.problems[0].code == code
    assert says in caught.value.problems[0].text


def test_a_history_in_which_nothing_was_finished_is_refused(history: History) -> None:
    unborn = history.known_at(date(2022, 1, 5))
    with pytest.raises(InputError, match="PMO992"):
        backtest(unborn, None, fit=true_fit)
