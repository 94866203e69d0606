"""Projects that chance cancels, or lets rest: how often, for how long, and what holds then."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import pmosim as pm
from pmosim.errors import ScenarioError
from pmosim.network import compile_network
from pmosim.outcomes import CALLED_OFF
from pmosim.study.mechanisms import find_mechanisms

N = 600
YEAR_DAYS = 261
"""Working days of the 365 days from day 0."""
LENGTH = 100


def document(*, projects: int = 1, **project: Any) -> dict[str, Any]:
    keys = {"tasks": {"one": {"duration": f"{LENGTH}d", "needs": {"dev": 1}}}} | project
    return {
        "pmosim": 1,
        "as_of": "2027-01-04",
        "horizon": "6y",
        "roles": {"dev": {"day_rate": 100}},
        "people": [{"role": "dev", "headcount": projects}],
        "projects": [{"id": f"p{n}", **keys} for n in range(projects)],
    }


def run(text: Any, n: int = N) -> pm.Outcomes:
    return pm.simulate(pm.parse_scenario(text), replications=n, seed=3, audit=True, jobs=1)


def hazard(share: float) -> float:
    """Return the rate per working day."""
    return -math.log1p(-share) / YEAR_DAYS


def test_of_projects_of_length_t_a_constant_hazard_cancels_1_less_exp_of_ht() -> None:
    share = 0.5
    outcomes = run(document(cancellation="50%/y"))
    stopped = outcomes.has_status("stopped")
    known = -math.expm1(-hazard(share) * LENGTH)
    assert abs(stopped.mean() - known) < 4 * math.sqrt(known * (1 - known) / N)
    # The times of those cancelled are a truncated exponential.
    h, t = hazard(share), LENGTH
    ended = outcomes.projects_.ended[stopped] / 480
    mean = 1 / h - t * math.exp(-h * t) / known
    assert abs(ended.mean() - mean) < 4 * ended.std() / math.sqrt(len(ended)) + 1 / 480


def test_what_was_spent_until_the_cancellation_stays_spent() -> None:
    outcomes = run(document(cancellation="90%/y"), 60)
    stopped = outcomes.has_status("stopped")
    days = outcomes.projects_.ended / 480
    assert stopped.sum() > 10
    assert outcomes.money.cost[stopped] == pytest.approx(100 * days[stopped])
    assert np.array_equal(outcomes.has_event(CALLED_OFF), stopped)


def test_a_project_that_rests_takes_so_much_longer_on_average() -> None:
    # Work of T days meets h T rests: E[finish] = T (1 + h E[lasts]), exactly.
    rest = {"rate": "80%/y", "lasts": {"dist": "gamma", "mean": "20d", "cv": 0.8}}
    took = run(document(interruption=rest)).projects()["finished_day"].to_numpy()
    known = LENGTH * (1 + hazard(0.8) * 20)
    assert abs(took.mean() - known) < 4 * took.std() / math.sqrt(N) + 1 / 480
    # Nothing struck: it takes as long as planned.
    none = math.exp(-hazard(0.8) * LENGTH)
    assert abs((took == LENGTH).mean() - none) < 4 * math.sqrt(none * (1 - none) / N)


def test_the_forecast_says_how_often_and_how_long() -> None:
    rest = {"rate": "80%/y", "lasts": "20d"}
    outcomes = run(document(interruption=rest, cancellation="30%/y"), 300)
    fate = pm.Forecast(outcomes).to_document()["projects"][0]["fate"]
    days = outcomes.projects()["ended_day"].to_numpy() - LENGTH
    finished = outcomes.has_status("finished")
    assert fate["p_cancelled"]["value"] == pytest.approx(1 - finished.mean())
    rests = outcomes.events
    area = (rests.until - rests.minute).sum() / 480 / 300
    assert fate["rest_days"]["value"] == pytest.approx(area)
    own = np.bincount(rests.project_row, (rests.until - rests.minute) / 480, minlength=300)
    assert own[finished] == pytest.approx(days[finished])


def test_its_people_are_free_for_others_while_it_rests() -> None:
    text = document(projects=2, interruption={"rate": "95%/y", "lasts": "30d"})
    text["people"] = [{"role": "dev"}]
    text["projects"][1].pop("interruption")
    frame = run(text, 40).tasks()
    other = frame[frame["project"] == "p1"]
    assert (other["started_day"] < LENGTH).any()


def test_projects_are_struck_by_their_own_luck_which_others_do_not_move() -> None:
    text = document(projects=2, cancellation="60%/y", interruption={"rate": "50%/y", "lasts": "5d"})
    two = run(text, 40).projects()
    one = run(document(cancellation="60%/y", interruption={"rate": "50%/y", "lasts": "5d"}), 40)
    alone = one.projects()["ended_day"].tolist()
    assert two[two["project"] == "p0"]["ended_day"].tolist() == alone
    assert two[two["project"] == "p1"]["ended_day"].tolist() != alone


def test_what_is_mandatory_is_never_cancelled_but_may_rest() -> None:
    text = document(cancellation="90%/y", interruption={"rate": "90%/y", "lasts": "5d"})
    text["projects"][0]["mandatory"] = True
    outcomes = run(text, 60)
    assert outcomes.has_status("finished").all()
    assert (outcomes.projects_.finished > LENGTH * 480).any()
    assert "PMO904" in {problem.code for problem in pm.parse_scenario(text).warnings}


def test_a_planned_pause_and_a_rest_end_with_the_later_of_both() -> None:
    text = document(pauses=["2027-02-01..2027-03-26"], interruption={"rate": "95%/y",
                    "lasts": "40d"})  # fmt: skip
    outcomes = run(text, 80)
    pause = (20 * 480, 60 * 480)
    for row, finish in enumerate(outcomes.projects_.finished.tolist()):
        mine = outcomes.events.project_row == row
        rests = zip(outcomes.events.minute[mine], outcomes.events.until[mine], strict=True)
        quiet = np.zeros(finish, dtype=bool)
        for begin, end in [pause, *rests]:
            quiet[begin:end] = True
        assert (~quiet).sum() == LENGTH * 480


def test_requests_of_a_stream_are_struck_too() -> None:
    text = document(projects=0)
    text["people"] = [{"role": "dev", "headcount": 200}]
    text["demand"] = {"s": {"tasks": {"one": {"duration": f"{LENGTH}d", "needs": {"dev": 1}}},
                            "rate": "60/y", "cancellation": "50%/y"}}  # fmt: skip
    outcomes = run(text, 6)
    ended = outcomes.has_status("finished", "stopped")
    known = -math.expm1(-hazard(0.5) * LENGTH)
    found = outcomes.has_status("stopped")[ended & (outcomes.projects_.arrived < 4 * 261 * 480)]
    assert abs(found.mean() - known) < 4 * math.sqrt(known * (1 - known) / len(found))


def test_a_chance_of_0_is_silence() -> None:
    off = document(cancellation="0%/y", interruption={"rate": "0%/y", "lasts": "5d"})
    scenario = pm.parse_scenario(off)
    assert compile_network(scenario).fates is None
    assert run(off, 3).tasks().equals(run(document(), 3).tasks())


def test_events_survive_files(tmp_path: Any) -> None:
    text = document(cancellation="50%/y")
    outcomes = run(text, 90)
    outcomes.save(tmp_path / "o.npz")
    again = pm.Outcomes.load(tmp_path / "o.npz", compile_network(pm.parse_scenario(text)))
    assert np.array_equal(again.events.minute, outcomes.events.minute)
    assert len(again.events.minute) > 10


def test_each_of_it_has_a_price() -> None:
    text = document(cancellation="5%/y", interruption={"rate": "5%/y", "lasts": "5d"})
    found = {each.id: each for each in find_mechanisms(pm.parse_scenario(text))}
    for name in ("cancellation", "interruption"):
        assert found[name].is_on
        assert isinstance(found[name].switched, pm.Scenario)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"cancellation": "5%"}, "such as 5%/y"),
        ({"cancellation": "100%/y"}, "strikes all of them"),
        ({"interruption": {"rate": "5%/y"}}, "lasts"),
        ({"interruption": {"rate": "5%/y", "lasts": "0d"}}, "nothing would rest"),
        ({"interruption": {"rate": "5/y", "lasts": "5d"}}, "500%|share"),
    ],
)
def test_what_cannot_be_is_refused_with_the_rule(keys: Any, said: str) -> None:
    with pytest.raises(ScenarioError, match=said):
        pm.parse_scenario(document(**keys))


@pytest.mark.parametrize("section", ["templates", "projects", "demand"])
def test_a_prior_may_stand_for_the_chance_and_is_listed_as_assumed(section: str) -> None:
    text = document()
    tasks = text["projects"][0].pop("tasks")
    text["templates"] = {"t": {"tasks": tasks}}
    text["projects"][0]["template"] = "t"
    text["demand"] = {"s": {"template": "t", "rate": "1/y"}}
    asking = {"templates": text["templates"]["t"], "projects": text["projects"][0]}
    asking["demand"] = text["demand"]["s"]
    asking[section]["cancellation"] = "prior"
    scenario = pm.parse_scenario(text)
    struck = [scenario.projects[0].cancellation, scenario.streams[0].prototype.cancellation]
    both = section == "templates"
    assert struck == [0.12 * (both or section == "projects"), 0.12 * (both or section == "demand")]
    (said,) = [entry for entry in scenario.assumptions if entry.mechanism == "cancellation"]
    assert said.basis == "assumed"
    assert "El Emam" in said.source
    # The resolved form runs alone and still tells what was assumed.
    again = pm.parse_scenario(dict(scenario.document))
    assert again.assumptions == scenario.assumptions
