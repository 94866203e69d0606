"""The oracle itself, on answers that can be worked out by hand."""

from __future__ import annotations

import datetime
from types import SimpleNamespace
from typing import Any

from pmosim.distributions import Fixed
from pmosim.policy.dispatch import DispatchRule
from pmosim.policy.intake import Open, WipLimit
from pmosim.scenario.organisation import Organisation, Person, Role
from pmosim.scenario.portfolio import Link, Need, Phase, Project, Scenario, Task
from pmosim.units import WHOLE
from tests.oracle.simulator import Result, simulate

DAY = 480
MONDAY = datetime.date(2026, 1, 5)


def scenario(projects: list[Project], people: dict[str, int], **keys: Any) -> Scenario:
    """Return a scenario with so many alike people per role."""
    calendar = SimpleNamespace(
        as_of=MONDAY, workweek=(0, 1, 2, 3, 4), minutes_per_day=DAY, closures=()
    )
    organisation = Organisation(
        calendar=calendar,  # type: ignore[arg-type]
        roles=tuple(Role(id=role) for role in people),
        people=tuple(
            Person(id=f"{role}-{n}", role=role)
            for role, count in people.items()
            for n in range(count)
        ),
    )
    keys = {"intake": Open(), "dispatch": DispatchRule()} | keys
    return Scenario(
        name="by hand", as_of=MONDAY, organisation=organisation, projects=tuple(projects), **keys
    )


def duration(name: str, days: float, *after: str, **keys: Any) -> Task:
    """Return a task of so many days for one developer."""
    return Task(
        id=name,
        kind="duration",
        work={"": Fixed(value=days * DAY)},
        needs=(Need(who="developer"),),
        after=tuple(Link(task=other) for other in after),
        **keys,
    )


def finish(result: Result, project: str) -> float:
    """Return the finish of a project in days."""
    minute = result.projects[project].finished
    assert minute is not None
    return minute / DAY


def graham(n_people: int, days: tuple[int, ...]) -> float:
    """Return the length of the nine tasks of Graham's anomaly."""
    after = {"t9": ("t1",), "t5": ("t4",), "t6": ("t4",), "t7": ("t4",), "t8": ("t4",)}
    tasks = tuple(
        duration(f"t{n}", length, *after.get(f"t{n}", ())) for n, length in enumerate(days, start=1)
    )
    result = simulate(scenario([Project(id="g", activities=tasks)], {"developer": n_people}))
    return finish(result, "g")


def test_grahams_anomaly_is_12_days_with_3_people_and_15_with_4() -> None:
    days = (3, 2, 2, 2, 4, 4, 4, 4, 9)
    assert (graham(3, days), graham(4, days)) == (12, 15)


def test_four_phases_of_60_days_last_240_days() -> None:
    work = {"developer": Fixed(value=2.5 * 20 * DAY), "analyst": Fixed(value=0.7 * 20 * DAY)}
    phases = tuple(
        Phase(
            id=f"f{n}",
            lasts=60 * DAY,
            work=work,
            after=(Link(task=f"f{n - 1}"),) if n else (),
        )
        for n in range(4)
    )
    result = simulate(
        scenario([Project(id="p", activities=phases)], {"developer": 3, "analyst": 2})
    )
    assert finish(result, "p") == 240
    row = result.tasks["p", "f3"]
    assert (row.start, row.finish) == (180 * DAY, 240 * DAY)


def test_a_wip_limit_of_one_makes_projects_follow_each_other() -> None:
    projects = [Project(id=f"p{n}", activities=(duration("t", 3),)) for n in range(3)]
    result = simulate(scenario(projects, {"developer": 3}, intake=WipLimit(max_active=1)))
    assert [finish(result, f"p{n}") for n in range(3)] == [3, 6, 9]


def test_someone_away_pauses_a_duration_task() -> None:
    base = scenario([Project(id="p", activities=(duration("t", 5),))], {"developer": 1})
    person = Person(
        id="d",
        role="developer",
        leave=((datetime.date(2026, 1, 7), datetime.date(2026, 1, 8)),),
    )
    organisation = Organisation(
        calendar=base.organisation.calendar, roles=base.organisation.roles, people=(person,)
    )
    away = scenario(list(base.projects), {})
    object.__setattr__(away, "organisation", organisation)
    assert finish(simulate(base), "p") == 5
    assert finish(simulate(away), "p") == 7


def test_shares_split_the_attention_of_one_person() -> None:
    half = Need(who="developer", share=WHOLE // 2)
    tasks = tuple(
        Task(id=name, kind="effort", work={"": Fixed(value=5 * DAY)}, needs=(half,))
        for name in ("a", "b", "c")
    )
    result = simulate(scenario([Project(id="p", activities=tasks)], {"developer": 1}))
    finishes = [result.tasks["p", name].finish for name in "abc"]
    assert finishes == [10 * DAY, 10 * DAY, 20 * DAY]
