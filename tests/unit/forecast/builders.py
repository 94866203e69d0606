"""Hand-written networks and outcomes: what a test does not say is off."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np

from pmosim.distributions import Fixed
from pmosim.network.arrays import (
    EFFORT,
    NONE,
    LinkArrays,
    NeedArrays,
    Network,
    PeopleArrays,
    PoolArrays,
    ProjectArrays,
    StreamArrays,
    TaskArrays,
)
from pmosim.outcomes import CAUSES, STATUSES, Bookings, Outcomes, ProjectRows, TaskRows
from pmosim.policy.dispatch import DispatchRule
from pmosim.policy.intake import Open
from pmosim.units import WHOLE
from pmosim.workdays import WorkCalendar

DAY = 480
MONDAY = date(2026, 1, 5)


def ints(*values):
    return np.array(values, dtype=np.int64)


@dataclass
class P:
    """A project of the network."""

    id: str
    status: str = "approved"
    tasks: tuple[str, ...] = ("work",)
    kinds: dict[str, int] = field(default_factory=dict)
    task_due: dict[str, int] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    due: int = NONE
    deadline: int = NONE
    budget: float = np.nan
    running_cost: float = 0.0
    benefit: bool = False
    benefit_years: float = np.nan
    benefit_until: float = np.nan
    arrives: int = 0
    starts: int = NONE
    cancelled: int = NONE
    rank: int = NONE
    cost_to_date: float = np.nan
    rag: str = ""
    done: float = np.nan
    baseline: tuple[int, int, float] = (NONE, NONE, np.nan)
    """Start, finish and cost."""
    cost_of_delay: float = np.nan
    is_delay_given: bool = True


@dataclass
class Row:
    """A project in one replication; times in minutes."""

    replication: int
    project: int
    status: str = "finished"
    finished: int = NONE
    arrived: int = 0
    released: int = 0
    started: int = 0
    ended: int | None = None
    number: int = 0
    fixed_cost: float = 0.0
    benefit: float = 0.0
    causes: dict[str, int] = field(default_factory=dict)


@dataclass
class Booking:
    """Attention in person-days of one person for a project row."""

    project_row: int
    person: int
    days: float
    until: int
    task_row: int = NONE


def build_network(projects, streams=(), people=(("developer-1", 0, 500.0, False),), **changes):
    """Return a network; people are (id, role, day rate, is contractor)."""
    rows = [*projects, *streams]
    role_ids = changes.pop("role_ids", ("developer", "tester"))
    first = np.cumsum([0, *(len(p.tasks) for p in rows)])
    tasks = [(i, p, t) for i, p in enumerate(rows) for t in p.tasks]
    n, n_tasks, n_people = len(rows), len(tasks), len(people)
    empty = ints()
    zeros = np.zeros(n)
    values = {
        "name": "Portfolio",
        "calendar": WorkCalendar(as_of=changes.pop("as_of", MONDAY)),
        "currency": "EUR",
        "fiscal_year_month": 1,
        "discount_rate": 0.0,
        "hurdle": 0.0,
        "correlation": 0.0,
        "month_minutes": 20.0 * DAY,
        "range_means": "p10-p90",
        "show_people": False,
        "window_end": 260 * DAY,
        "has_horizon": True,
        "run_off": 0,
        "intake": Open(),
        "dispatch": DispatchRule(),
        "role_ids": role_ids,
        "role_speed": tuple((WHOLE, 1) for _ in role_ids),
        "role_heads": ints(*(sum(p[1] == s for p in people) for s in range(len(role_ids)))),
        "role_day_rate": np.zeros(len(role_ids)),
        "people": PeopleArrays(
            ids=tuple(p[0] for p in people),
            role=ints(*(p[1] for p in people)),
            skill=np.zeros((n_people, len(role_ids)), dtype=np.int64),
            fte=ints(*(WHOLE for _ in people)),
            presence=ints(*(WHOLE for _ in people)),
            sickness=np.zeros(n_people),
            spell=(None,) * n_people,
            max_parallel=ints(*(WHOLE for _ in people)),
            focus=tuple((WHOLE,) for _ in people),
            day_rate=np.array([p[2] for p in people], dtype=np.float64),
            is_contractor=np.array([p[3] for p in people], dtype=bool),
            employed_from=ints(*(0 for _ in people)),
            employed_until=ints(*(NONE for _ in people)),
            away=tuple(() for _ in people),
        ),
        "projects": ProjectArrays(
            ids=tuple(p.id for p in rows),
            names=tuple(p.id for p in rows),
            status=tuple(p.status for p in rows),
            groups=tuple(p.groups for p in rows),
            classes=("",) * n,
            sponsors=("",) * n,
            templates=("",) * n,
            first_task=first,
            size=(Fixed(value=1.0),) * n,
            rank=ints(*(p.rank for p in rows)),
            priority=zeros,
            value=zeros,
            is_mandatory=np.zeros(n, dtype=bool),
            starts=ints(*(p.starts for p in rows)),
            arrives=ints(*(p.arrives for p in rows)),
            not_before=ints(*(0 for _ in rows)),
            due=ints(*(p.due for p in rows)),
            deadline=ints(*(p.deadline for p in rows)),
            probability=np.ones(n),
            budget=np.array([p.budget for p in rows]),
            fixed_cost=(None,) * n,
            running_cost=np.array([p.running_cost for p in rows]),
            cost_of_delay=np.array([p.cost_of_delay for p in rows]),
            is_delay_given=np.array([p.is_delay_given for p in rows], dtype=bool),
            benefit_per_year=tuple(Fixed(value=1.0) if p.benefit else None for p in rows),
            benefit_years=np.array([p.benefit_years for p in rows]),
            benefit_until=np.array([p.benefit_until for p in rows]),
            pauses=((),) * n,
            cancelled=ints(*(p.cancelled for p in rows)),
            cost_to_date=np.array([p.cost_to_date for p in rows]),
            rag=tuple(p.rag for p in rows),
            reported_done=np.array([p.done for p in rows]),
            baseline_start=ints(*(p.baseline[0] for p in rows)),
            baseline_finish=ints(*(p.baseline[1] for p in rows)),
            baseline_cost=np.array([p.baseline[2] for p in rows]),
        ),
        "tasks": TaskArrays(
            ids=tuple(t for _, _, t in tasks),
            project=ints(*(i for i, _, _ in tasks)),
            kind=ints(*(p.kinds.get(t, EFFORT) for _, p, t in tasks)),
            phase=ints(*(NONE for _ in tasks)),
            lasts=ints(*(NONE for _ in tasks)),
            not_before=ints(*(NONE for _ in tasks)),
            due=ints(*(p.task_due.get(t, NONE) for _, p, t in tasks)),
            deadline=ints(*(NONE for _ in tasks)),
            capex=np.zeros(n_tasks),
            is_done=np.zeros(n_tasks, dtype=bool),
            is_running=np.zeros(n_tasks, dtype=bool),
            is_part_done=np.zeros(n_tasks, dtype=bool),
            is_gate=np.zeros(n_tasks, dtype=bool),
            held_by=((),) * n_tasks,
            first_pool=np.zeros(n_tasks + 1, dtype=np.int64),
            first_need=np.zeros(n_tasks + 1, dtype=np.int64),
        ),
        "pools": PoolArrays(
            task=empty,
            keys=(),
            law=(),
            done=np.zeros(0),
            spent=np.zeros(0),
            remaining=(),
            is_sized=np.zeros(0, dtype=bool),
        ),
        "needs": NeedArrays(
            task=empty, pool=empty, role=empty, person=empty, heads=empty, share=empty
        ),
        "throughout": ((),) * n,
        "links": LinkArrays(
            predecessor_task=empty,
            predecessor_project=empty,
            successor_task=empty,
            successor_project=empty,
            kind=empty,
            lag=empty,
            is_ignored_if_absent=np.zeros(0, dtype=bool),
        ),
        "streams": StreamArrays(
            ids=tuple(s.id for s in streams),
            knot_minute=(np.zeros(0),) * len(streams),
            knot_expected=(np.zeros(0),) * len(streams),
            month=((),) * len(streams),
            mixing_cv=(np.zeros(0),) * len(streams),
            batch_size=np.ones(len(streams), dtype=np.int64),
            board=(np.zeros(0),) * len(streams),
            patience=(None,) * len(streams),
        ),
        "assumptions": (),
        "warnings": (),
    }
    return Network(**(values | changes))


def build_outcomes(network, rows, *, replications, bookings=(), tasks=(), first=0, **changes):
    """Return outcomes; tasks are (project row, task, ready, started, finished)."""
    names = [*CAUSES, *network.role_ids]
    n_months = changes.pop("n_months", 1)
    cube = np.zeros((replications, len(network.role_ids), n_months), dtype=np.int64)
    values = {
        "network": network,
        "seed": 1,
        "first": first,
        "replications": replications,
        "engine": "simpy",
        "projects_": ProjectRows(
            replication=ints(*(r.replication for r in rows)),
            row=ints(*(r.project for r in rows)),
            number=ints(*(r.number for r in rows)),
            status=ints(*(STATUSES.index(r.status) for r in rows)),
            arrived=ints(*(r.arrived for r in rows)),
            eligible=ints(*(r.released for r in rows)),
            released=ints(*(r.released for r in rows)),
            started=ints(*(r.started for r in rows)),
            finished=ints(*(r.finished for r in rows)),
            ended=ints(*(r.finished if r.ended is None else r.ended for r in rows)),
            size=np.ones(len(rows)),
            fixed_cost=np.array([r.fixed_cost for r in rows], dtype=np.float64),
            benefit_per_year=np.array([r.benefit for r in rows], dtype=np.float64),
            causes=np.array(
                [[r.causes.get(name, 0) for name in names] for r in rows], dtype=np.int64
            ).reshape(len(rows), len(names)),
        ),
        "tasks_": TaskRows(
            project_row=ints(*(t[0] for t in tasks)),
            task=ints(*(t[1] for t in tasks)),
            ready=ints(*(t[2] for t in tasks)),
            started=ints(*(t[3] for t in tasks)),
            work_done=ints(*(t[4] for t in tasks)),
            finished=ints(*(t[4] for t in tasks)),
            wait_role=ints(*(t[5] if len(t) > 5 else NONE for t in tasks)),
        ),
        "bookings": Bookings(
            project_row=ints(*(b.project_row for b in bookings)),
            task_row=ints(*(b.task_row for b in bookings)),
            person=ints(*(b.person for b in bookings)),
            attention=ints(*(round(b.days * DAY * WHOLE) for b in bookings)),
            until=ints(*(b.until for b in bookings)),
        ),
        "run_end": np.full(replications, network.window_end, dtype=np.int64),
        "busy": cube,
        "capacity": cube,
        "queue": cube,
    }
    return Outcomes(**(values | changes))


def one_project(finished, project=None, **changes):
    """Return outcomes of one project with a finish minute per replication, NONE = active."""
    row_changes = changes.pop("row", {})
    network = changes.pop("network", None) or build_network(
        [project or P("crm")], **changes.pop("settings", {})
    )
    rows = [
        Row(k, 0, finished=minute, status="finished" if minute != NONE else "active", **row_changes)
        for k, minute in enumerate(finished)
    ]
    return build_outcomes(network, rows, replications=len(rows), **changes)
