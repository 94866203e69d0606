"""Compilation: a resolved scenario becomes a network, once.

In: ``Scenario`` (words, dates, ids). Out: ``Network`` (minutes, indices, arrays).
Dates become minutes (``dates``): a start on the next working day, an end on the one before.
"""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from pmosim.fitted import WORK
from pmosim.network.arrays import (
    NONE,
    Network,
    ParameterErrors,
    PeopleArrays,
    ProjectArrays,
)
from pmosim.network.bookings import compile_bookings
from pmosim.network.changes import compile_away, compile_changes, leave_of
from pmosim.network.dates import as_end, as_past_start, as_span, as_start, joined
from pmosim.network.fates import compile_fates
from pmosim.network.frozen import flags, floats, freeze, ints
from pmosim.network.practice import compile_practice, compile_trainings, training_span
from pmosim.network.reworks import compile_loops
from pmosim.network.risks import compile_risks
from pmosim.network.streams import compile_streams
from pmosim.network.tasks import TaskCompiler, compile_links
from pmosim.scenario.hazards import risk_variances
from pmosim.scenario.portfolio import AsReported, Baseline
from pmosim.units import WHOLE, times

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pmosim.scenario.organisation import Organisation, Person
    from pmosim.scenario.portfolio import Project, Scenario, Settings
    from pmosim.workdays import WorkCalendar

LONGEST_RUN_YEARS = 10
"""A run without a horizon ends here at the latest (model.md, section 8)."""
YEAR_DAYS = 365


def _parameter_errors(settings: Settings) -> ParameterErrors | None:
    """Return how surely the fitted laws are known; None where they are not taken or not doubted.

    A tail that stands for a small sample holds the doubt about the spread already.
    """
    fitted = settings.calibration
    if fitted is None or not settings.parameter_uncertainty or not fitted.has(WORK):
        return None
    law = fitted.plan_law(WORK)
    spread = fitted.find("spread", WORK)
    is_known = spread is not None and not (law.tail == "t" and spread.n < SMALL_SAMPLE)
    return ParameterErrors(
        bias=fitted.error("typical_bias", WORK),
        slope=fitted.error("size_slope", WORK),
        spread=fitted.error("spread", WORK) / law.spread if is_known and law.spread else 0.0,
    )


SMALL_SAMPLE = 30
"""Rows below which the fitted tail is that of the sample size."""


def compile_network(scenario: Scenario) -> Network:
    """Return the arrays of a scenario; ids that do not exist raise KeyError (checked before)."""
    organisation = scenario.organisation
    calendar = organisation.calendar
    role_index = {role.id: s for s, role in enumerate(organisation.roles)}
    year_minutes = _days_a_year(scenario) * calendar.minutes_per_day
    people = compile_people(organisation, role_index, year_minutes)
    rows = (*scenario.projects, *(stream.prototype for stream in scenario.streams))
    tasks = TaskCompiler(
        calendar=calendar,
        roles=role_index,
        people=people,
        standard_spread=scenario.settings.standard_spread,
        risk_variances=risk_variances(rows, scenario.drivers)
        if scenario.settings.spread_includes_risks
        else {},
    )
    n_listed = len(scenario.projects)
    arrivals = [
        NONE if p >= n_listed else _arrival(project, calendar) for p, project in enumerate(rows)
    ]
    for project, arrival in zip(rows, arrivals, strict=True):
        tasks.add_project(project, arrival)
    home = [np.flatnonzero(people.role == s) for s in range(len(organisation.roles))]
    window_end = _window_end(scenario)
    links = compile_links(rows, tasks)
    return Network(
        name=scenario.name,
        calendar=calendar,
        currency=scenario.currency,
        fiscal_year_month=scenario.fiscal_year_month,
        discount_rate=scenario.discount_rate,
        hurdle=scenario.hurdle,
        correlation=scenario.settings.correlation,
        parameters=_parameter_errors(scenario.settings),
        month_minutes=scenario.settings.month_days * calendar.minutes_per_day,
        range_means=scenario.settings.range_means,
        outlook_at_risk=scenario.settings.outlook_at_risk,
        outlook_needs_support=scenario.settings.outlook_needs_support,
        show_people=scenario.show_people,
        window_end=window_end,
        has_horizon=scenario.horizon is not None,
        run_off=scenario.run_off,
        intake=scenario.intake,
        dispatch=scenario.dispatch,
        role_ids=tuple(role.id for role in organisation.roles),
        role_speed=tuple((int(people.presence[at].sum()), max(1, len(at))) for at in home),
        role_heads=ints(len(at) for at in home),
        role_day_rate=floats(role.day_rate for role in organisation.roles),
        people=people,
        projects=compile_projects(rows, arrivals, scenario, tasks.first_task),
        tasks=tasks.task_arrays(),
        pools=tasks.pool_arrays(),
        needs=tasks.need_arrays(),
        throughout=tuple(tuple(map(tasks.who, project.throughout)) for project in rows),
        links=links,
        streams=compile_streams(scenario.streams, calendar, window_end),
        risks=compile_risks(rows, scenario.drivers, tasks, links),
        loops=compile_loops(rows, tasks, scenario.settings.standard_rework),
        reactions=scenario.reactions,
        fates=compile_fates(rows, year_minutes),
        practice=compile_practice(organisation.people, rows, role_index, tasks),
        bookings=compile_bookings(
            scenario.bookings, people.ids, [project.id for project in scenario.projects], calendar
        ),
        uncovered=NONE if scenario.settings.uncovered is None else scenario.settings.uncovered,
        covers=_covers(rows, scenario.settings.standard_cover),
        trainings=compile_trainings(organisation.people, role_index, calendar),
        assumptions=tuple(entry.to_entry() for entry in scenario.assumptions),
        warnings=tuple(str(problem) for problem in getattr(scenario, "warnings", ())),
    )


def _window_end(scenario: Scenario) -> int:
    calendar = scenario.organisation.calendar
    if isinstance(scenario.horizon, int):
        return scenario.horizon
    if scenario.horizon is not None:
        return calendar.end_minute(scenario.horizon)
    last = _years_later(scenario.as_of, LONGEST_RUN_YEARS) - timedelta(days=1)
    return calendar.end_minute(last)


def _covers(rows: Sequence[Project], base: float) -> tuple[tuple[int, ...], ...] | None:
    """Return which share cover needs: share / efficiency, the whole of somebody at the most.

    The efficiency is ``base`` where nothing is done by a standard, 1 where everything is.
    """
    if not any(need.blocks for project in rows for need in project.throughout):
        return None
    return tuple(
        tuple(
            min(WHOLE, math.ceil(need.share / (base + (1.0 - base) * project.coverage)))
            if need.blocks
            else 0
            for need in project.throughout
        )
        for project in rows
    )


def _days_a_year(scenario: Scenario) -> int:
    """Return the working days of the 365 days from day 0."""
    year_end = scenario.as_of + timedelta(days=YEAR_DAYS - 1)
    return scenario.organisation.calendar.working_days_between(scenario.as_of, year_end)


def _years_later(day: date, years: int) -> date:
    """Return the same date years later; 29 February becomes 1 March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


# --- people ------------------------------------------------------------------------------------


def compile_people(
    organisation: Organisation, role_index: Mapping[str, int], year_minutes: int
) -> PeopleArrays:
    """Return the arrays of all individuals in file order; a calendar year has so many minutes."""
    people, calendar = organisation.people, organisation.calendar
    holidays = {place.id: place.holidays for place in organisation.places}
    skill = np.zeros((len(people), len(role_index)), dtype=np.int64)
    for n, person in enumerate(people):
        for role, proficiency in person.skills:
            skill[n, role_index[role]] = proficiency
        skill[n, role_index[person.role]] = WHOLE
    return PeopleArrays(
        ids=tuple(person.id for person in people),
        role=ints(role_index[person.role] for person in people),
        skill=freeze(skill),
        fte=ints(person.fte for person in people),
        presence=ints(
            times(times(person.fte, WHOLE - person.bau), WHOLE - person.absence)
            for person in people
        ),
        sickness=floats(person.sickness for person in people),
        spell=tuple(person.spell for person in people),
        max_parallel=ints(person.max_parallel for person in people),
        focus=tuple(person.focus for person in people),
        day_rate=floats(person.day_rate for person in people),
        is_contractor=flags(person.kind == "contractor" for person in people),
        employed_from=ints(max(0, as_start(person.employed_from, calendar)) for person in people),
        employed_until=ints(
            NONE
            if person.employed_until is None
            else max(0, as_end(person.employed_until, calendar))
            for person in people
        ),
        away=tuple(
            _away(person, holidays.get(person.place or "", ()), calendar) for person in people
        ),
        change=compile_changes(organisation, year_minutes),
        when_away=compile_away(organisation),
    )


def _away(
    person: Person, holidays: Sequence[date], calendar: WorkCalendar
) -> tuple[tuple[int, int], ...]:
    """Return the minutes of holidays, training that takes all of the time, and leave.

    Leave that waits for the work in hand is no part of it.
    """
    leave = () if person.when_away.leave == "finish" else leave_of(person)
    spans = _spans([*leave, *((day, day) for day in holidays)], calendar)
    training = [training_span(t, calendar) for t in person.training if t.share == WHOLE]
    return joined([*spans, *training]) if training else spans


def _spans(
    ranges: Iterable[tuple[date, date]], calendar: WorkCalendar
) -> tuple[tuple[int, int], ...]:
    """Return ranges of days as disjoint sorted [from, until) minutes from day 0 on."""
    return joined(as_span(first, last, calendar) for first, last in ranges)


# --- projects ----------------------------------------------------------------------------------


def compile_projects(
    rows: Sequence[Project],
    arrivals: Sequence[int],
    scenario: Scenario,
    first_task: Sequence[int],
) -> ProjectArrays:
    """Return the arrays of listed projects and prototypes."""
    calendar = scenario.organisation.calendar
    days_a_year = _days_a_year(scenario)
    saved = [scenario.settings.standard_hand_over * project.coverage for project in rows]
    benefits = [project.benefit for project in rows]
    return ProjectArrays(
        ids=tuple(project.id for project in rows),
        names=tuple(project.name or project.id for project in rows),
        status=tuple(project.status for project in rows),
        groups=tuple(dict(project.groups) for project in rows),
        classes=tuple(project.project_class for project in rows),
        sponsors=tuple(project.sponsor for project in rows),
        templates=tuple(project.template or "" for project in rows),
        first_task=ints(first_task),
        size=tuple(project.size for project in rows),
        rank=ints(NONE if project.rank is None else project.rank for project in rows),
        priority=floats(project.priority for project in rows),
        value=floats(project.value for project in rows),
        is_mandatory=flags(project.mandatory for project in rows),
        starts=ints(as_start(project.starts, calendar) for project in rows),
        arrives=ints(arrivals),
        not_before=ints(as_start(project.not_before, calendar) for project in rows),
        due=ints(as_end(p.due, calendar, after) for p, after in zip(rows, arrivals, strict=True)),
        deadline=ints(
            as_end(p.deadline, calendar, after) for p, after in zip(rows, arrivals, strict=True)
        ),
        probability=floats(project.probability for project in rows),
        budget=floats(np.nan if p.budget is None else p.budget for p in rows),
        fixed_cost=tuple(project.fixed_cost for project in rows),
        running_cost=floats(project.running_cost for project in rows),
        cost_of_delay=floats(_cost_of_delay(project, days_a_year) for project in rows),
        is_delay_given=flags(project.cost_of_delay is not None for project in rows),
        benefit_per_year=tuple(benefit.per_year if benefit else None for benefit in benefits),
        benefit_years=floats(
            np.nan if benefit is None or benefit.for_years is None else benefit.for_years
            for benefit in benefits
        ),
        benefit_until=floats(
            np.nan
            if benefit is None or benefit.until is None
            else float((benefit.until - scenario.as_of).days + 1)
            for benefit in benefits
        ),
        pauses=tuple(_spans(project.pauses, calendar) for project in rows),
        withdrawn=_withdrawn(rows, scenario.organisation),
        cancelled=ints(as_start(project.cancelled_from, calendar) for project in rows),
        **_status_columns(rows, calendar),
        hand_over=ints(round((1.0 - part) * WHOLE) for part in saved) if any(saved) else None,
    )


def _withdrawn(
    rows: Sequence[Project], organisation: Organisation
) -> tuple[tuple[tuple[int, int], ...], ...] | None:
    """Return who is taken off each project, and when; None where nobody is."""
    if not any(project.withdrawn for project in rows):
        return None
    number = {person.id: n for n, person in enumerate(organisation.people)}
    return tuple(
        tuple(
            sorted(
                (as_start(day, organisation.calendar), number[name])
                for name, day in project.withdrawn
            )
        )
        for project in rows
    )


def _status_columns(rows: Sequence[Project], calendar: WorkCalendar) -> dict[str, Any]:
    """Return what the projects report and what was agreed."""
    reports = [project.as_reported or AsReported() for project in rows]
    baselines = [project.baseline or Baseline() for project in rows]
    return {
        "cost_to_date": floats(_or_nan(cost_to_date(project)) for project in rows),
        "reported_done": floats(_or_nan(report.done) for report in reports),
        "rag": tuple(report.rag for report in reports),
        "baseline_start": ints(as_past_start(plan.start, calendar) for plan in baselines),
        "baseline_finish": ints(as_end(plan.finish, calendar) for plan in baselines),
        "baseline_cost": floats(_or_nan(plan.cost) for plan in baselines),
    }


def cost_to_date(project: Project) -> float | None:
    """Return the money spent before day 0: the project's word, else the sum of its tasks'."""
    if project.as_reported is not None and project.as_reported.actual_cost is not None:
        return project.as_reported.actual_cost
    said = [item.actual_cost for item in project.activities if item.actual_cost is not None]
    return math.fsum(said) if said else None


def _or_nan(value: float | None) -> float:
    return np.nan if value is None else value


def _arrival(project: Project, calendar: WorkCalendar) -> int:
    """Return the minute of the request; NONE for a project on hold that has no date."""
    if project.status == "running":
        return 0
    day = project.starts or project.arrives
    if day is not None:
        return max(0, calendar.start_minute(day))
    return NONE if project.status == "on-hold" else 0


def _cost_of_delay(project: Project, days_a_year: int) -> float:
    """Return money per working day before size, NaN if neither given nor implied."""
    if project.cost_of_delay is not None:
        return project.cost_of_delay
    if project.benefit is None:
        return np.nan
    return project.benefit.per_year.plan / days_a_year
