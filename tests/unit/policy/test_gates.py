"""Gates, computed by hand: what a project is stopped for, what it costs, whom it frees."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest

import pmosim as pm
from tests.unit.policy.six import document, run

if TYPE_CHECKING:
    from collections.abc import Mapping

STOP = {"policy": "open", "gates": {"stop": True}}


def staged(name: str = "P", benefit: Mapping[str, Any] | None = None, **keys: Any) -> Any:
    """Return a project of a stage of 4 developer days, and one of 6, then 3 of an architect.

    At its gate, on day 4, 6 x 500 + 3 x 800 = 5400 are to be spent.
    """
    tasks = {
        "draft": {"effort": "4pd", "needs": {"developer": 1}, "gate": True},
        "build": {"effort": "6pd", "needs": {"developer": 1}, "after": "draft"},
        "check": {"effort": "3pd", "needs": {"architect": 1}, "after": "build"},
    }
    said = {"benefit": dict(benefit)} if benefit else {}
    return {"id": name, "tasks": tasks} | said | keys


def portfolio(*projects: Any, gates: Mapping[str, Any] | None = None, **keys: Any) -> Any:
    intake = {"policy": "open", "gates": {"stop": True} | dict(gates or {})}
    return document(intake) | {"projects": list(projects)} | keys


def is_stopped(*projects: Any, **keys: Any) -> bool:
    return bool(run(portfolio(*projects, **keys))[projects[0]["id"]]["status"] == "stopped")


@pytest.mark.parametrize(("per_year", "stops"), [(5399, True), (5400, False), (5401, False)])
def test_a_project_goes_on_while_it_brings_what_it_costs(per_year: int, stops: bool) -> None:  # noqa: FBT001
    assert is_stopped(staged(benefit={"per_year": per_year, "for": "1y"})) == stops


def test_what_was_spent_before_the_gate_does_not_count_and_stays_in_the_account() -> None:
    row = run(portfolio(staged(benefit={"per_year": 5000, "for": "1y"}, fixed_cost="7k")))["P"]
    assert (row["status"], row["cost"], row["npv"]) == ("stopped", 4 * 500 + 7000, -9000)
    assert math.isnan(row["finished_day"])


@pytest.mark.parametrize(("price", "stops"), [(200, False), (201, True)])
def test_a_day_of_a_scarce_role_costs_its_shadow_price_on_top(price: int, stops: bool) -> None:  # noqa: FBT001
    # 6000 - 5400 = 600 pay for three days of the architect at 200 each
    gates = {"role": "architect", "shadow_price": price}
    assert is_stopped(staged(benefit={"per_year": "6k", "for": "1y"}), gates=gates) == stops


@pytest.mark.parametrize(("until", "stops"), [("2027-03-15", False), ("2027-03-14", True)])
def test_a_benefit_with_a_fixed_end_counts_from_the_planned_finish(until: str, stops: bool) -> None:  # noqa: FBT001
    # 9 working days are open on the evening of 7 January: finish on the 20th, 17 calendar days
    # after day 0. 100 a day up to 15 March, 71 days after day 0, are 54 days: 5400.
    benefit = {"per_year": 36525, "until": until}
    assert is_stopped(staged(benefit=benefit)) == stops


@pytest.mark.parametrize(("until", "stops"), [("2027-02-21", False), ("2027-02-20", True)])
def test_the_planned_finish_follows_every_kind_of_link(until: str, stops: bool) -> None:  # noqa: FBT001
    # `paper` began on day 0 and may end 5 days after `build` at the earliest: on day 4, 6 + 5 days
    # are open, to 22 January, 19 calendar days after day 0. 100 a day up to 21 February, the 49th
    # day, are 3000, as much as `build` costs.
    paper = {"duration": "1d", "after": {"task": "build", "type": "FF", "lag": "5d"}}
    project = staged(benefit={"per_year": 36525, "until": until})
    project["tasks"]["paper"] = paper
    del project["tasks"]["check"]
    assert is_stopped(project) == stops


def test_the_size_of_a_project_multiplies_both_sides() -> None:
    # size 2: 8 days of draft, 10800 to come
    for per_year, stops in ((5399, True), (5400, False)):
        benefit = {"per_year": per_year, "for": "1y"}
        assert is_stopped(staged(benefit=benefit, size=2)) == stops


def test_running_tasks_count_in_full_and_free_their_people_at_once() -> None:
    # `side` takes the only architect from day 0; on day 4 its 10 x 800 are to come as a whole, and
    # with the 5400 more than the 13000 to be gained: stopped, and `next` gets the architect
    side = {"effort": "10pd", "needs": {"architect": 1}}
    project = staged(benefit={"per_year": "13k", "for": "1y"})
    project["tasks"]["side"] = side
    waiting = {"id": "next", "tasks": {"t": {"effort": "2pd", "needs": {"architect": 1}}}}
    people = [{"role": "developer", "headcount": 1}, {"role": "architect", "headcount": 1}]
    rows = run(portfolio(project, waiting, people=people))
    assert rows["P"]["status"] == "stopped"
    assert rows["P"]["cost"] == 4 * 500 + 4 * 800
    assert (rows["next"]["started_day"], rows["next"]["finished_day"]) == (4, 6)
    assert not is_stopped(project | {"benefit": {"per_year": 13400, "for": "1y"}}, waiting)


def test_a_stop_makes_room_under_a_limit_in_the_same_minute() -> None:
    described = portfolio(staged(benefit={"per_year": 1, "for": "1y"}), staged("Q"))
    described["intake"] |= {"policy": "wip_limit", "max_active": 1}
    assert run(described)["Q"]["released_day"] == 4


def test_a_stop_takes_the_work_of_the_project_out_of_the_load() -> None:
    described = portfolio(staged(benefit={"per_year": 1, "for": "1y"}), staged("Q"))
    described["intake"] |= {"policy": "stagger", "drum": "developer", "buffer": "0pd"}
    assert run(described)["Q"]["released_day"] == 4


def test_a_mandatory_project_is_never_stopped() -> None:
    assert not is_stopped(staged(mandatory=True))


def test_a_project_without_benefit_is_stopped_and_the_checks_say_so() -> None:
    described = portfolio(staged())
    scenario = pm.parse_scenario(described)
    assert any("stop P at the first gate" in str(warning) for warning in scenario.warnings)
    assert is_stopped(staged())


def test_a_gate_at_the_end_of_everything_stops_nothing() -> None:
    project = {
        "id": "P",
        "tasks": {"t": {"effort": "2pd", "needs": {"developer": 1}, "gate": True}},
    }
    assert not is_stopped(project)


def test_without_the_stop_rule_a_gate_is_a_mark_only() -> None:
    described = document({"policy": "open"}) | {"projects": [staged()]}
    assert run(described)["P"]["finished_day"] == 13


@pytest.mark.parametrize("said", [{}, {"gates": None}], ids=["silent", "none"])
def test_under_a_rule_of_the_users_own_that_says_none_the_gates_of_the_scenario_hold(
    said: dict[str, Any],
) -> None:
    class Own:
        def admit(self, office: Any) -> int | None:
            return office.waiting[0] if office.waiting else None

    rule = Own()
    vars(rule).update(said)
    outcomes = pm.simulate(pm.parse_scenario(portfolio(staged())), replications=1, intake=rule)
    assert outcomes.projects()["status"].tolist() == ["stopped"]


def test_a_phase_with_a_gate_decides_when_its_last_part_has_finished() -> None:
    # the phase lasts 4 days for the developer; the architect's 2 pd are done at half time
    phases = {
        "plan": {"lasts": "4d", "work": {"developer": "4pd", "architect": "2pd"}, "gate": True},
        "make": {"lasts": "10d", "work": {"developer": "10pd"}},
    }
    project = {"id": "P", "phases": phases, "benefit": {"per_year": 4999, "for": "1y"}}
    row = run(portfolio(project))["P"]
    assert (row["status"], row["cost"]) == ("stopped", 4 * 500 + 2 * 800)
    assert not is_stopped(project | {"benefit": {"per_year": 5000, "for": "1y"}})


def test_a_milestone_can_be_a_gate_also_one_reached_at_the_start() -> None:
    tasks = {
        "go": {"milestone": True, "gate": True},
        "t": {"effort": "2pd", "needs": {"developer": 1}, "after": "go"},
    }
    row = run(portfolio({"id": "P", "tasks": tasks}, {"id": "Q", "tasks": tasks}))["P"]
    assert (row["status"], row["released_day"], row["cost"]) == ("stopped", 0, 0)


def test_a_gate_that_a_start_reaches_decides_before_what_follows_starts() -> None:
    tasks = {
        "t": {"effort": "2pd", "needs": {"developer": 1}},
        "go": {"milestone": True, "gate": True, "after": {"task": "t", "type": "SS"}},
        "u": {"effort": "2pd", "needs": {"architect": 1}, "after": "go"},
    }
    outcomes = pm.simulate(
        pm.parse_scenario(portfolio({"id": "P", "tasks": tasks})), replications=1
    )
    started = outcomes.tasks().set_index("task")["started_day"]
    assert (started["t"], started["go"]) == (0, 0)
    assert math.isnan(started["u"])
    assert list(outcomes.projects()["status"]) == ["stopped"]


def test_what_was_decided_before_day_0_is_not_decided_again() -> None:
    project = staged(status="running")
    project["tasks"]["draft"]["done"] = True
    assert not is_stopped(project)


def test_what_waits_for_a_stopped_project_is_blocked_or_goes_on_without_it() -> None:
    other = {"effort": "2pd", "needs": {"developer": 1}}
    rows = run(
        portfolio(
            staged(),
            {"id": "B", "tasks": {"t": other}, "after": [{"project": "P"}]},
            {"id": "I", "tasks": {"t": other}, "after": [{"project": "P", "if_absent": "ignore"}]},
        )
    )
    assert rows["B"]["status"] == "blocked"
    assert rows["I"]["released_day"] == 4


def chances(*projects: Any, compliance: str = "30%") -> dict[str, list[str]]:
    """Return the statuses of each project in 400 futures."""
    described = portfolio(*projects, gates={"compliance": compliance})
    frame = pm.simulate(pm.parse_scenario(described), replications=400, seed=5).projects()
    return {str(name): list(rows["status"]) for name, rows in frame.groupby("project")}


def test_the_rule_is_obeyed_in_the_share_of_cases_that_is_said() -> None:
    n = chances(staged())["P"].count("stopped")
    assert abs(n - 120) <= 4 * math.sqrt(400 * 0.3 * 0.7)


def test_the_forecast_says_how_often_a_gate_stops_a_project() -> None:
    described = portfolio(staged(), staged("Q", mandatory=True), gates={"compliance": "30%"})
    outcomes = pm.simulate(pm.parse_scenario(described), replications=400, seed=5)
    document = pm.Forecast(outcomes).to_document()
    chance = {entry["id"]: entry["p_stopped"]["value"] for entry in document["projects"]}
    stopped = sum(outcomes.projects()["status"] == "stopped")
    assert chance == {"P": stopped / 400, "Q": 0}
    said = [text for text in document["warnings"] if "gate: P" in text]
    assert said == [
        f"Stopped at a gate: P in {stopped} of 400 futures. There they have no finish, which "
        "counts as later than every date; what they cost up to then counts."
    ]
    assert not any("Unfinished" in text for text in document["warnings"])


def test_whether_the_rule_is_obeyed_belongs_to_the_gate_and_to_nothing_else() -> None:
    alone, among = chances(staged()), chances(staged("A"), staged(), staged("Z"))
    assert alone["P"] == among["P"]
    assert among["P"] != among["A"]
    more = chances(staged(), compliance="60%")["P"]
    assert all(b == "stopped" for a, b in zip(alone["P"], more, strict=True) if a == "stopped")


def test_projects_of_a_stream_meet_their_own_gates() -> None:
    stream = staged("S")
    stream.pop("id")
    stream |= {"rate": "2/mo"}
    described = portfolio(gates={"compliance": "50%"}, horizon="6mo", run_off="2mo")
    described["demand"] = {"s": stream}
    outcomes = pm.simulate(pm.parse_scenario(described), replications=60, audit=True)
    status = outcomes.projects()["status"]
    n, stopped = len(status), int((status == "stopped").sum())
    assert set(status) == {"finished", "stopped"}
    assert abs(stopped - n / 2) <= 4 * math.sqrt(n / 4)
