"""Dispatch without chance: every schedule equals one computed independently, to the minute."""

from __future__ import annotations

from typing import Any

import pytest

from scenarios.readers import mplib, psplib
from tests.validation import instances
from tests.validation.proof import assert_exact
from tests.validation.runs import length, schedules
from tests.validation.schedules import RULES, faults, list_schedule, overloads, own_faults

MEAN_EXCESS_PERCENT = {"lft": 4.393, "lst": 4.528, "mts": 4.995, "fifo": 7.004, "spt": 9.818}
"""Over the proven optimum of all 480 J30 projects, one pass, ties by task number."""


@pytest.mark.parametrize("rule", RULES)
def test_every_j30_project_is_scheduled_exactly_as_the_parallel_scheme_does(rule: str) -> None:
    optimum = instances.j30_optimum()
    excess = []
    for instance in instances.j30():
        schedule = schedules(psplib.scenario(instance, rule=rule))["p"]
        assert faults(instance, schedule) == []
        assert schedule == list_schedule(instance, rule), instance.name
        assert length(schedule) >= optimum[instance.name], instance.name
        excess.append(length(schedule) / optimum[instance.name] - 1)
    mean = round(100 * sum(excess) / len(excess), 3)
    assert len(excess) == 480
    assert_exact(f"J30, {rule}: mean % over optimum", mean, MEAN_EXCESS_PERCENT[rule])


def test_every_patterson_project_is_feasible_and_not_shorter_than_its_optimum() -> None:
    optimum = instances.patterson_optimum()
    excess = []
    for instance in instances.patterson():
        schedule = schedules(psplib.scenario(instance, rule="lft"))["p"]
        assert faults(instance, schedule) == []
        assert schedule == list_schedule(instance, "lft"), instance.name
        assert length(schedule) >= optimum[instance.name], instance.name
        excess.append(length(schedule) / optimum[instance.name] - 1)
    assert_exact("Patterson, lft: projects scheduled as by the scheme", len(excess), 110)


def test_every_mplib_portfolio_is_feasible_and_not_below_its_lower_bound() -> None:
    bound = instances.mplib_lower_bound()
    for portfolio in instances.mplib_portfolios():
        found = schedules(mplib.scenario(portfolio, rule="lst"))
        pieces = []
        for project, release in zip(portfolio.projects, portfolio.release_dates, strict=True):
            schedule = found[project.name]
            assert own_faults(project, schedule, release=release) == []
            pieces += [(*schedule[job], project.requests[job]) for job in project.durations]
        assert overloads(portfolio.capacities, pieces) == []
        assert max(map(length, found.values())) >= bound[portfolio.name], portfolio.name
    count = len(instances.mplib_portfolios())
    assert_exact("MPLIB, lst: feasible portfolios", count, 14)


GRAHAM = psplib.Instance(
    name="graham",
    durations=dict(zip("123456789", (3, 2, 2, 2, 4, 4, 4, 4, 9), strict=True)),
    successors=dict.fromkeys("123456789", ()) | {"1": ("9",), "4": ("5", "6", "7", "8")},
    requests=dict.fromkeys("123456789", (1,)),
    capacities=(3,),
)
"""Graham 1966: nine tasks in the order of the list."""


@pytest.mark.parametrize(("people", "days"), [(3, 12), (4, 15)])
def test_grahams_nine_tasks_take_longer_with_one_person_more(people: int, days: int) -> None:
    document = psplib.scenario(GRAHAM) | {"people": psplib.staff((people,))}
    assert_exact(f"Graham, {people} people: days", length(schedules(document)["p"]), days)


@pytest.mark.parametrize(
    ("name", "change", "days"),
    [
        ("every task one day shorter", {"shorter": 1}, 13),
        ("tasks 5 and 6 no longer wait", {"free": ("5", "6")}, 16),
    ],
)
def test_grahams_nine_tasks_take_longer_with_less_to_do(
    name: str, change: dict[str, Any], days: int
) -> None:
    successors = GRAHAM.successors | {
        "4": tuple(job for job in GRAHAM.successors["4"] if job not in change.get("free", ()))
    }
    shorter = change.get("shorter", 0)
    instance = psplib.Instance(
        name=GRAHAM.name,
        durations={job: duration - shorter for job, duration in GRAHAM.durations.items()},
        successors=successors,
        requests=GRAHAM.requests,
        capacities=GRAHAM.capacities,
    )
    assert_exact(f"Graham, {name}: days", length(schedules(psplib.scenario(instance))["p"]), days)
