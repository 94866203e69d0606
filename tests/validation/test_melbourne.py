"""The forecast of the example on open data, made again on earlier mornings, as its page says."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import numpy as np
import pytest

import pmosim as pm
from scenarios.readers.melbourne import STEPS, document_of, kaplan_meier, law_of, step_days

FOLDER = Path(__file__).parents[2] / "scenarios" / "melbourne"
PAGE = (FOLDER / "README.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (\d{4}-\d\d-\d\d) \| (\d+) to (\d+) \| (\d+) \|$", PAGE, flags=re.MULTILINE)
FUTURES = 200


@pytest.fixture(scope="module")
def history() -> pm.History:
    return pm.read_history(FOLDER / "history")


def finished_by(document: dict[str, object], day: date, as_of: date) -> np.ndarray:
    scenario = pm.parse_scenario(document)
    frame = pm.simulate(scenario, replications=FUTURES, seed=1).projects()
    by_then = frame[frame["finished_day"] <= np.busday_count(as_of, day)]
    return by_then.groupby("replication").size().reindex(range(FUTURES), fill_value=0).to_numpy()


@pytest.mark.parametrize("step", STEPS)
def test_the_law_of_a_step_is_the_kaplan_meier_estimate(history: pm.History, step: str) -> None:
    _, days, ended = step_days(history, step)
    times, shares = kaplan_meier(days, ended)
    values = np.array([float(text[:-1]) for text in law_of(days, ended)["values"]])
    for level in (0.5, 0.8):
        estimate = times[np.searchsorted(shares, level)]
        law = np.sort(values)[int(np.ceil(level * len(values))) - 1]
        assert abs(law / estimate - 1) < 0.1
        finished_only = np.quantile(days[ended], level)
        assert finished_only < 0.8 * estimate


@pytest.mark.parametrize(("morning", "low", "high", "came"), ROWS)
def test_the_forecast_of_an_earlier_morning_is_the_one_of_the_page(
    history: pm.History, morning: str, low: str, high: str, came: str
) -> None:
    as_of = date.fromisoformat(morning)
    n = finished_by(document_of(history.known_at(as_of), horizon="3y"), history.as_of, as_of)
    assert [round(float(np.quantile(n, level))) for level in (0.1, 0.9)] == [int(low), int(high)]
    projects = history.projects
    assert projects is not None
    assert (projects["finished"] >= np.datetime64(as_of)).sum() == int(came)


def test_the_scenario_is_the_one_that_the_history_makes(history: pm.History) -> None:
    from pmosim.scenario.resolution import yaml_text

    assert len(ROWS) == 3
    text = (FOLDER / "pipeline.yaml").read_text(encoding="utf-8")
    assert yaml_text(document_of(history), is_compact=True) == text
