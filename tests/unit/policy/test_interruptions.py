"""Interruptions, computed by hand: who makes way for urgent requests, when, and goes on how."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest

import pmosim as pm
from pmosim.forecast.explanation import write_diary
from tests.properties.scenarios import random_chance_scenario, valid_document
from tests.unit.policy.six import document, run

if TYPE_CHECKING:
    from tests.properties.scenarios import Document

ONE_PLACE = {"policy": "wip_limit", "max_active": 1, "interrupt": {"class": "urgent"}}


def staged(name: str, **keys: Any) -> Any:
    """Return a project of a stage of 4 days and one of 6."""
    tasks = {
        "draft": {"effort": "4pd", "needs": {"developer": 1}, "gate": True},
        "build": {"effort": "6pd", "needs": {"developer": 1}, "after": "draft"},
    }
    return {"id": name, "tasks": tasks} | keys


def urgent(name: str = "U", day: str = "2027-01-05", days: int = 3) -> Any:
    """Return an urgent request of some days of work."""
    tasks = {"fix": {"effort": f"{days}pd", "needs": {"developer": 1}}}
    return {"id": name, "class": "urgent", "arrives": day, "tasks": tasks}


def rows(*projects: Any, **intake: Any) -> dict[str, dict[str, Any]]:
    return run(document(ONE_PLACE | intake) | {"projects": list(projects)})


def days(row: dict[str, Any]) -> tuple[float, float]:
    return row["released_day"], row["finished_day"]


def test_an_urgent_request_waits_for_the_end_of_the_stage_and_takes_the_place_until_it_ends() -> (
    None
):
    # Draft to day 4, the urgent one to day 7, build to day 13; without, U would have waited to 10.
    found = rows(staged("P", fixed_cost="1k"), urgent())
    assert (days(found["P"]), days(found["U"])) == ((0, 13), (4, 7))
    assert found["P"]["cost"] == 10 * 500 + 1000
    assert days(rows(staged("P"), urgent(), interrupt=None)["U"]) == (10, 13)


def test_who_made_way_goes_on_before_all_others_that_wait() -> None:
    found = rows(staged("P", rank=2), staged("Q", rank=1, arrives="2027-01-05"), urgent())
    assert days(found["P"]) == (0, 13)
    assert days(found["Q"]) == (13, 23)


def test_of_two_at_the_end_of_a_stage_the_lower_rank_makes_way_and_none_is_the_lowest() -> None:
    two = {"max_active": 2}
    found = rows(staged("P", rank=2), staged("Q", rank=1), urgent(), **two)
    assert (found["P"]["finished_day"], found["Q"]["finished_day"]) == (13, 10)
    found = rows(staged("P"), staged("Q", rank=1), urgent(), **two)
    assert (found["P"]["finished_day"], found["Q"]["finished_day"]) == (13, 10)


def test_nothing_makes_way_in_mid_stage_nor_where_something_else_is_at_work() -> None:
    late = rows(staged("P"), urgent(day="2027-01-11"))  # day 5: build has begun
    assert days(late["U"]) == (10, 13)
    busy = staged("P")
    busy["tasks"]["side"] = {"effort": "5pd", "needs": {"developer": 1}}
    assert days(rows(busy, urgent())["U"]) == (10, 13)


def test_a_project_that_still_stands_at_the_end_of_a_stage_makes_way_later_too() -> None:
    waiting = staged("P")
    waiting["tasks"]["build"]["not_before"] = "2027-01-18"
    found = rows(waiting, urgent(day="2027-01-11"))  # day 5, and build may begin on day 10
    assert (days(found["U"]), found["P"]["finished_day"]) == ((5, 8), 16)


def test_mandatory_projects_and_those_of_the_class_never_make_way() -> None:
    assert days(rows(staged("P", mandatory=True), urgent())["U"]) == (10, 13)
    assert days(rows(staged("P") | {"class": "urgent"}, urgent())["U"]) == (10, 13)


def test_the_end_of_a_phase_is_the_end_of_a_stage() -> None:
    phases = {name: {"lasts": "5d", "work": {"developer": "5pd"}} for name in ("one", "two")}
    found = rows({"id": "P", "phases": phases}, urgent())
    assert (days(found["U"]), found["P"]["finished_day"]) == ((5, 8), 13)


def test_shares_held_throughout_are_given_back_and_asked_for_again() -> None:
    project = staged("P", throughout={"architect": "50%"})
    found = rows(project, urgent())
    assert found["P"]["cost"] == 10 * 500 + 10 * 0.5 * 800


def test_a_request_that_the_rule_would_not_let_in_even_then_interrupts_nothing() -> None:
    # Every place is kept for a class that is not the one that interrupts.
    kept = {"policy": "reserve", "max_active": 1, "reserved": 1, "for": "vip"}
    found = rows(staged("P") | {"class": "vip"}, urgent(), **kept)
    assert math.isnan(found["U"]["released_day"])
    assert found["P"]["finished_day"] == 10


def test_kept_places_go_to_the_class_and_interruptions_come_on_top() -> None:
    kept = {"policy": "reserve", "max_active": 2, "reserved": 1, "for": "urgent"}
    found = rows(staged("P"), urgent(), urgent("V"), **kept)
    assert days(found["U"]) == (1, 4)
    # On day 4 U ends and P stands at the end of its stage; the free place is V's, nobody is moved.
    assert days(found["V"]) == (4, 7)
    assert found["P"]["finished_day"] == 10


def test_a_pause_by_date_goes_on_while_the_project_is_set_aside() -> None:
    found = rows(staged("P", pauses="2027-01-08..2027-01-15"), urgent(days=2))
    # Set aside on day 4, when the pause begins (a paused one keeps its place): U waits for day 10.
    assert (days(found["U"]), found["P"]["finished_day"]) == ((10, 12), 18)
    found = rows(staged("P", pauses="2027-01-11..2027-01-15"), urgent(days=2))
    # Set aside on day 4, a place on day 6, but paused to day 10.
    assert (days(found["U"]), found["P"]["finished_day"]) == ((4, 6), 16)


def test_a_project_that_is_cancelled_while_it_waits_for_a_place_ends_there() -> None:
    found = rows(staged("P", cancelled="2027-01-11"), staged("Q"), urgent(days=5))
    assert found["P"]["status"] == "stopped"
    assert found["P"]["cost"] == 4 * 500
    assert days(found["Q"]) == (9, 19)


def test_who_waits_for_a_place_when_the_window_closes_is_counted_as_waiting() -> None:
    described = document(ONE_PLACE) | {"projects": [staged("P"), urgent(days=30)], "horizon": "20d"}
    assert run(described)["P"]["status"] == "queued"


def test_the_time_without_a_place_is_waiting_for_the_start_rule() -> None:
    described = document(ONE_PLACE) | {"projects": [staged("P"), urgent()]}
    outcomes = pm.simulate(pm.parse_scenario(described), replications=1, audit=True)
    causes = outcomes.projects_.causes[0] / outcomes.network.minutes_per_day
    assert causes.tolist()[:5] == [10, 0, 0, 0, 3]


def test_a_future_tells_to_whom_a_project_gave_its_place_and_when_it_had_one_again() -> None:
    described = document(ONE_PLACE) | {"projects": [staged("P"), urgent()]}
    outcomes = pm.simulate(pm.parse_scenario(described), replications=1, audit=True)
    diary = write_diary(outcomes, "P", 0)
    told = [(e.minute / 480, e.kind, e.by) for e in diary.events if e.kind in {"aside", "placed"}]
    assert told == [(4, "aside", "U"), (7, "placed", "")]


@pytest.mark.parametrize(
    ("intake", "said"),
    [
        ({"policy": "open"}, "has a meaning only for `policy: wip_limit | reserve`"),
        ({"policy": "wip_limit", "max_active": 1, "on_full": "reject"}, "`on_full: reject`"),
    ],
)
def test_an_interruption_without_places_or_without_waiting_is_refused(
    intake: dict[str, Any], said: str
) -> None:
    described = document(intake | {"interrupt": {"class": "urgent"}})
    with pytest.raises(pm.InputError, match="PMO108") as caught:
        pm.parse_scenario(described)
    assert said in str(caught.value)


def test_a_class_that_nothing_has_and_projects_without_stages_are_told() -> None:
    plain = pm.parse_scenario(document(ONE_PLACE))
    assert any("with `gate: true`" in str(warning) for warning in plain.warnings)
    other = pm.parse_scenario(document(ONE_PLACE | {"interrupt": {"class": "urgnt"}}))
    assert any("Did you mean 'urgent'" in str(warning) for warning in other.warnings)


def crowded(seed: int) -> Document:
    """Return a random scenario with few places, many stages and urgent requests."""
    found = random_chance_scenario(seed)
    gates = {key: found["intake"][key] for key in ("gates",) if key in found["intake"]}
    found["intake"] = ONE_PLACE | {"max_active": 1 + seed % 2} | gates
    for n, project in enumerate([*found["projects"], *found.get("demand", {}).values()]):
        project["class"] = "urgent" if (n + seed) % 3 == 0 else "normal"
        for activity in (project.get("tasks") or project["phases"]).values():
            activity["gate"] = True
        if project["class"] == "urgent" and project.get("status") == "approved":
            project.pop("starts", None)
            project["arrives"] = f"2027-01-{11 + seed % 15}"
    return found


def test_everything_adds_up_in_random_portfolios_with_interruptions() -> None:
    n_moved = 0
    for seed in range(25):
        scenario = pm.parse_scenario(valid_document(crowded, seed))
        found = pm.simulate(scenario, replications=3, seed=seed, audit=True, jobs=1)
        quiet = scenario.document | {"intake": dict(scenario.document["intake"])}
        del quiet["intake"]["interrupt"]
        without = pm.simulate(pm.parse_scenario(quiet), replications=3, seed=seed, jobs=1)
        n_moved += found.projects_.released.tolist() != without.projects_.released.tolist()
    assert n_moved > 5
