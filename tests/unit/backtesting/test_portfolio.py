"""Portfolio: the office of a cut as a scenario, by hand."""

from __future__ import annotations

import math
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from pmosim.backtesting.portfolio import Portfolio, has_people, portfolio_of
from pmosim.fitted import Fitted
from pmosim.history import History, read_history
from pmosim.scenario import parse_scenario
from tests.unit.backtesting.offices import parameter

if TYPE_CHECKING:
    from pathlib import Path

CUT = date(2026, 3, 2)
PROJECTS = """\
project,template,requested,released,finished,due,budget,cost,status
old,small,2026-01-05,2026-01-05,2026-02-06,2026-02-13,9000,9500,finished
crm.2,small,2026-01-12,2026-01-12,2026-03-20,2026-03-13,,,finished
later,small,2026-03-09,2026-03-09,,2026-05-01,,,open
queue,small,2026-02-23,2026-03-16,,2026-04-30,,,open
"""
TASKS = """\
project,task,role,person,planned_effort,effort,started,finished,status,predecessors
old,build,dev,ann,10,12,2026-01-05,2026-01-20,finished,
old,test,qa,bob,5,5,2026-01-21,2026-02-06,finished,build
crm.2,build,dev,ann,20,24,2026-02-16,2026-03-13,finished,
crm.2,docs,dev,eve,4,4,2026-01-12,2026-01-16,finished,
crm.2,test,qa,bob,6,7,2026-03-16,2026-03-20,finished,build;docs
queue,build,dev,cid,8,,2026-03-16,,open,
queue,test,qa,,3,,,,open,build
later,build,dev,,7,,2026-03-09,,open,
"""
PEOPLE = """\
person,role,fte,from,until,left
ann,dev,1,2025-01-01,,
cid,dev,0.5,2025-06-01,2026-06-30,
bob,qa,1,2025-01-01,,
eve,dev,1,2025-01-01,,2026-02-20
new,dev,1,2026-03-09,,
"""
HOURS = 6.0


def write(folder: Path, **tables: str) -> History:
    """Write the tables, with six hours booked on each day that somebody was at a task."""
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text)
    import numpy as np

    rows = ["person,project,task,date,hours"]
    for line in tables["tasks"].splitlines()[1:]:
        project, task, _, person, _, _, started, finished, _, _ = line.split(",")
        if started and person:
            end = finished or "2026-03-31"
            days = np.arange(np.datetime64(started), np.datetime64(end) + 1)
            rows += [f"{person},{project},{task},{day},{HOURS}" for day in days[np.is_busday(days)]]
    (folder / "time.csv").write_text("\n".join(rows) + "\n")
    (folder / "history.yaml").write_text(
        "pmosim_history: 1\nas_of: 2026-04-01\nmeasures: {effort: work}\n"
    )
    return read_history(folder)


def fit(history: History) -> Fitted:
    return Fitted(
        as_of=history.as_of,
        parameters=(
            parameter("typical_bias", "work", math.log(1.5)),
            parameter("spread", "work", 0.4),
            parameter("project_factor", "work", 0.3),
            parameter("arrival_rate", "arrivals", 24.0),
            parameter("dispersion", "arrivals", 2.0),
        ),
    )


@pytest.fixture
def history(tmp_path: Path) -> History:
    return write(tmp_path, projects=PROJECTS, tasks=TASKS, people=PEOPLE)


@pytest.fixture
def portfolio(history: History) -> Portfolio:
    known = history.known_at(CUT)
    return portfolio_of(history, known, fit(known))


def project(portfolio: Portfolio, name: str) -> dict[str, Any]:
    id_ = next(id_ for id_, other in portfolio.projects.items() if other == name)
    found: dict[str, Any] = next(p for p in portfolio.document["projects"] if p["id"] == id_)
    return found


def test_only_open_projects_known_then_are_there_the_oldest_first(portfolio: Portfolio) -> None:
    assert list(portfolio.projects.values()) == ["crm.2", "queue"]


def test_a_running_task_has_what_was_spent_and_who_is_at_it(portfolio: Portfolio) -> None:
    build = project(portfolio, "crm.2")["tasks"]["t1"]
    # ten working days from 16 February to 27 February, six of eight hours
    assert build["spent"] == "7.500000pd"
    assert build["by"] == ["w1"]
    assert project(portfolio, "crm.2")["status"] == "running"


def test_what_is_done_says_what_it_took_and_holds_nobody(portfolio: Portfolio) -> None:
    docs = project(portfolio, "crm.2")["tasks"]["t2"]
    assert docs["done"] is True
    assert docs["spent"] == "4.000000pd"
    assert "by" not in docs


def test_what_began_later_is_planned_work_that_waits(portfolio: Portfolio) -> None:
    queue = project(portfolio, "queue")
    assert queue["status"] == "approved"
    assert set(queue["tasks"]["t1"]) == {"effort", "needs"}
    assert queue["tasks"]["t2"]["after"] == ["t1"]


def test_work_takes_its_fitted_law(portfolio: Portfolio) -> None:
    task = project(portfolio, "queue")["tasks"]["t1"]
    assert task["effort"] == {"dev": "8.000000pd"}
    scenario = parse_scenario(portfolio.document)
    queue = next(p for p in scenario.projects if portfolio.projects[p.id] == "queue")
    law = queue.activities[0].work["dev"]
    day = scenario.organisation.calendar.minutes_per_day
    assert float(law.quantile(0.5)) == pytest.approx(12.0 * day)
    # the spread of the task and the factor of its project together: 0.4 and 0.3
    assert float(law.quantile(0.8)) == pytest.approx(12.0 * day * math.exp(0.5 * 0.8416212))
    assert portfolio.document["settings"]["correlation"] == pytest.approx(0.36)


def test_people_are_those_who_are_there(portfolio: Portfolio) -> None:
    people = portfolio.document["people"]
    assert [entry["role"] for entry in people] == ["dev", "dev", "qa"]
    assert people[1] == {"id": "w2", "role": "dev", "fte": "50.0000%", "until": "2026-06-30"}


def test_the_day_has_as_many_hours_for_projects_as_were_booked(portfolio: Portfolio) -> None:
    assert portfolio.document["roles"]["dev"]["bau"] == "25.0000%"


def test_new_requests_come_at_the_fitted_rate(portfolio: Portfolio) -> None:
    assert portfolio.document["demand"]["new1"]["rate"] == "24.0000/y"
    assert portfolio.document["demand"]["new1"]["dispersion"] == 2.0
    tasks = portfolio.document["templates"]["kind1"]["tasks"]
    assert set(tasks) == {"t1", "t2"}
    assert tasks["t2"]["after"] == ["t1"]


def test_the_office_is_a_scenario_that_runs(portfolio: Portfolio) -> None:
    scenario = parse_scenario(portfolio.document)
    assert scenario.as_of == CUT
    assert [problem for problem in scenario.warnings if problem.severity == "error"] == []


def test_a_limit_that_held_projects_back_is_found(tmp_path: Path) -> None:
    # one a month, each active for two months, one more always waiting: two at a time
    rows = ["project,template,requested,released,finished,due,budget,cost,status"]
    for n in range(24):
        year, month = divmod(n, 12)
        begin = f"{2024 + year}-{month + 1:02d}"
        year, month = divmod(n + 1, 12)
        release = f"{2024 + year}-{month + 1:02d}"
        year, month = divmod(n + 3, 12)
        end = f"{2024 + year}-{month + 1:02d}-01"
        is_over = end < "2026-01-05"
        rows.append(
            f"p{n},small,{begin}-02,{release}-02,{end if is_over else ''},,,,"
            f"{'finished' if is_over else 'open'}"
        )
    tasks = TASKS.splitlines()[0] + "\n" + "p23,build,dev,ann,10,,,,open,\n"
    history = write(tmp_path, projects="\n".join(rows) + "\n", tasks=tasks, people=PEOPLE)
    known = history.known_at(date(2026, 1, 5))
    found = portfolio_of(history, known, fit(known))
    assert found.document["intake"] == {"policy": "wip_limit", "max_active": 2}
    assert any("a limit of that many is taken" in text for text in found.assumed)


def test_rules_and_roles_come_from_a_scenario_where_one_is_given(history: History) -> None:
    base = {
        "roles": {"dev": {"bau": "10%"}, "qa": {}},
        "people": [{"role": "dev"}],
        "intake": {"policy": "wip_limit", "max_active": 3},
        "dispatch": {"rule": "rank"},
        "settings": {"month": "20d"},
    }
    known = history.known_at(CUT)
    found = portfolio_of(history, known, fit(known), base=base).document
    assert found["intake"] == base["intake"]
    assert found["dispatch"] == base["dispatch"]
    assert found["roles"]["dev"] == {"bau": "10%"}
    assert len(found["people"]) == 3


def test_without_people_or_planned_work_nobody_can_be_simulated(history: History) -> None:
    from dataclasses import replace

    assert has_people(history)
    assert not has_people(replace(history, people=None))
    assert not has_people(replace(history, measures={"effort": "elapsed"}))


def test_days_that_somebody_was_at_it_are_work_of_whole_days(history: History) -> None:
    from dataclasses import replace

    tasks = history.tasks
    assert tasks is not None
    days = tasks.assign(
        planned_duration=tasks["planned_effort"], planned_effort=math.nan, effort=math.nan
    )
    touched = replace(history, tasks=days, measures={"duration": "touch"})
    known = touched.known_at(CUT)
    assert has_people(known)
    found = portfolio_of(touched, known, fit(known))
    build = project(found, "crm.2")["tasks"]["t1"]
    assert build["effort"] == {"dev": "20.000000pd"}
    assert build["spent"] == "10.000000pd"  # ten days since it began
    assert "bau" not in found.document["roles"]["dev"]
    elapsed = replace(touched, measures={"duration": "elapsed"})
    assert not has_people(elapsed)
