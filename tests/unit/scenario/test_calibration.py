"""A scenario that names a ``fitted.yaml`` takes what it says, and only where it is silent."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import pmosim as pm
from pmosim.distributions import Calibrated
from pmosim.draws import draw
from pmosim.fitted import Fitted, Parameter
from pmosim.network import compile_network
from pmosim.scenario.fitted import read_fitted
from pmosim.scenario.resolution import resolved_yaml

if TYPE_CHECKING:
    from pathlib import Path

AS_OF = dt.date(2026, 12, 31)


def parameter(name: str, value: float, *, se: float = 0.0, group: str = "work") -> Parameter:
    return Parameter(
        name=name, group=group, value=value, se=se, low=value - 2 * se, high=value + 2 * se,
        n=200, basis="measured", source="200 tasks",
    )  # fmt: skip


FITTED = Fitted(
    parameters=(
        parameter("typical_plan", 10.0),
        parameter("typical_bias", 0.3, se=0.1),
        parameter("size_slope", 0.9, se=0.05),
        parameter("spread", 0.4, se=0.04),
        parameter("project_factor", 0.2, se=0.05),
        parameter("dispersion", 2.0, group="arrivals"),
        parameter("hazard", 0.1, group="staff role=dev"),
    ),
    as_of=AS_OF,
)

DOCUMENT: dict[str, Any] = {
    "as_of": "2027-01-04",
    "horizon": "1y",
    "roles": {"dev": {"turnover": "prior"}},
    "people": [{"role": "dev", "headcount": 3}],
    "templates": {
        "job": {
            "tasks": {"t": {"effort": {"dev": "20pd"}}, "u": {"effort": {"dev": "5pd/6pd/9pd"}}}
        }
    },
    "projects": [{"id": "a", "template": "job"}, {"id": "b", "template": "job", "size": 2}],
    "demand": {"more": {"template": "job", "rate": "6/y"}},
    "calibration": "calibration/fitted.yaml",
}


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "calibration").mkdir()
    (tmp_path / "calibration" / "fitted.yaml").write_text(FITTED.to_text(), encoding="utf-8")
    return tmp_path


def scenario(workspace: Path, **keys: Any) -> pm.Scenario:
    return pm.parse_scenario(DOCUMENT | keys, folder=workspace)


def test_fitted_values_are_read_as_they_were_written(workspace: Path) -> None:
    found = read_fitted(workspace / "calibration" / "fitted.yaml")
    assert found.to_text() == FITTED.to_text()
    assert found.plan_law() == FITTED.plan_law()


def test_a_plain_amount_becomes_the_law_of_past_work_and_a_stated_law_stays(
    workspace: Path,
) -> None:
    plain, stated = scenario(workspace).projects[0].activities
    law = plain.work["dev"]
    assert isinstance(law, Calibrated)
    assert law.plan == 20 * 480
    median = 20 * 480 * math.exp(0.3 - 0.1 * math.log(20 / 10))
    assert law.quantile(0.5) == pytest.approx(median)
    spread = math.hypot(0.4, 0.2)
    assert law.quantile(0.9) == pytest.approx(median * math.exp(1.2815515655446004 * spread))
    assert not isinstance(stated.work["dev"], Calibrated)


def test_an_overlay_takes_a_calibration_by_its_path(workspace: Path) -> None:
    plain = {key: value for key, value in DOCUMENT.items() if key != "calibration"}
    base = workspace / "scenarios" / "base.yaml"
    base.write_text(resolved_yaml(pm.parse_scenario(plain)), encoding="utf-8")
    overlay = workspace / "scenarios" / "fitted.yaml"
    said = "changes: [{set: {calibration: ../calibration/fitted.yaml}}]"
    overlay.write_text(f"pmosim: 1\nextends: base.yaml\n{said}\n", encoding="utf-8")
    project = pm.read_scenario(overlay).projects[0]
    assert isinstance(project.activities[0].work["dev"], Calibrated)
    assert not isinstance(pm.read_scenario(base).projects[0].activities[0].work["dev"], Calibrated)


def test_silent_keys_take_what_was_measured_and_stated_ones_stay(workspace: Path) -> None:
    taken = scenario(workspace)
    assert taken.settings.correlation == pytest.approx(0.2**2 / (0.2**2 + 0.4**2), abs=1e-4)
    assert taken.streams[0].dispersion == 2.0
    assert taken.organisation.people[0].change.turnover == pytest.approx(
        1 - math.exp(-0.1), abs=1e-4
    )
    more = {"template": "job", "rate": "6/y", "dispersion": 1.2}
    stated = scenario(workspace, settings={"correlation": "10%"}, demand={"more": more})
    assert stated.settings.correlation == 0.1
    assert stated.streams[0].dispersion == 1.2


def test_the_resolved_form_runs_alone_and_is_the_same_once_more(
    workspace: Path, tmp_path: Path
) -> None:
    text = resolved_yaml(scenario(workspace))
    alone = tmp_path / "elsewhere" / "resolved.yaml"
    alone.parent.mkdir()
    alone.write_text(text, encoding="utf-8")
    again = pm.read_scenario(alone)
    assert resolved_yaml(again) == text
    first, second = (compile_network(s) for s in (scenario(workspace), again))
    drawn = [draw(network, 1, 0, 20).amounts for network in (first, second)]
    assert np.array_equal(*drawn)


def test_one_draw_of_the_parameters_moves_all_work_of_a_future_together(workspace: Path) -> None:
    network = compile_network(scenario(workspace))
    fixed = replace(network, parameters=None)
    doubted, certain = (np.log(draw(n, 3, 0, 4000).amounts) for n in (network, fixed))
    moved = doubted - certain
    score = np.array([0, 2])  # task t of project a and of b
    assert np.corrcoef(moved[:, score[0]], moved[:, score[1]])[0, 1] > 0.8
    # variance = that of the bias and the slope at this size, and of the spread's own error
    size = math.log(20 / 10)
    spread = math.hypot(0.4, 0.2)
    expected = 0.1**2 + (0.05 * size) ** 2 + (0.1 * spread) ** 2
    assert moved[:, 0].var() == pytest.approx(expected, rel=4 * math.sqrt(4 / 4000))


def test_without_doubt_the_parameters_stand_still(workspace: Path) -> None:
    certain = scenario(workspace, settings={"parameter_uncertainty": False})
    assert compile_network(certain).parameters is None


def test_the_assumptions_say_what_was_measured(workspace: Path) -> None:
    found = {entry.mechanism: entry for entry in scenario(workspace).assumptions}
    assert found["spread"].basis == "measured"
    assert found["spread"].source == "200 tasks"
    assert found["correlation"].basis == "measured"
    assert "drawn once in each future" in found["doubt about past work"].text


def test_faults_of_a_fitted_file_are_told_at_their_place(workspace: Path) -> None:
    file = workspace / "calibration" / "fitted.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("name: spread", "name: spraed"), encoding="utf-8")
    with pytest.raises(pm.ScenarioError, match=r"PMO981.*spraed.*Did you mean 'spread'"):
        scenario(workspace)
    file.write_text("a: 1\n", encoding="utf-8")
    with pytest.raises(pm.ScenarioError, match=r"PMO980.*has no `parameters`"):
        scenario(workspace)


def test_mass_on_plan_is_drawn_as_it_was_recorded() -> None:
    law = Calibrated(planned=10.0, middle=0.0, spread=0.5, stretched=0.4)
    u = (np.arange(100_000) + 0.5) / 100_000
    values = law.quantile(u)
    assert np.all(np.diff(values) >= 0.0)
    assert np.mean(values == 10.0) == pytest.approx(0.2, abs=1e-4)
    for x in (5.0, 9.99, 10.0, 14.0):
        assert np.mean(values <= x) == pytest.approx(law.cdf(x), abs=1e-4)


def test_how_good_such_forecasts_were_is_told_where_a_backtest_wrote_it(tmp_path: Path) -> None:
    said = 'In 2025 our P80 held for 27 of 34 projects ("23 to 31").'
    for record in (said, ""):
        text = replace(FITTED, track_record=record).to_text()
        (tmp_path / "fitted.yaml").write_text(text, encoding="utf-8")
        fitted = read_fitted(tmp_path / "fitted.yaml")
        assert fitted.track_record == record
        document = DOCUMENT | {"calibration": yaml_of(text)}
        scenario = pm.parse_scenario(document)
        told = [a.text for a in scenario.assumptions if a.mechanism == "track record"]
        assert told == ([record] if record else [])
        again = pm.parse_scenario(scenario.document)
        assert [a.text for a in again.assumptions if a.mechanism == "track record"] == told


def yaml_of(text: str) -> Any:
    import yaml

    return yaml.load(text, Loader=yaml.BaseLoader)
