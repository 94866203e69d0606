"""Document: the whole forecast as one plain mapping, what ``run --json`` prints.

In: a Forecast. Out: ``{"schema": "pmosim.run/1", ...}`` of dicts, lists and scalars (interface.md).
Reports and commands read nothing else. Every estimate is ``{value, low, high}``; a number that is
not there is null with ``after_horizon`` or a ``reason``, or without one where nothing was asked
(no due date, no budget, no benefit).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from pmosim.forecast import bottleneck, cost, finish, returns
from pmosim.forecast.estimate import mean, on_calendar, quantiles, ratio, unknown
from pmosim.money import benefit_by_period, cost_by_period, quarters
from pmosim.network.arrays import NONE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pmosim.forecast import Forecast
    from pmosim.forecast.estimate import Json
    from pmosim.forecast.futures import ProjectFutures
    from pmosim.network.arrays import BoolArray, FloatArray, IntArray
    from pmosim.outcomes import Outcomes

SCHEMA = "pmosim.run/1"
FEW_FUTURES = 100
LISTED_IN_WARNING = 5
COST_BEFORE_DAY_0 = (
    "Cost and value before day 0 (cost to date) are not part of these numbers: "
    "what was spent on running, done and cancelled projects is not known."
)


def forecast_document(forecast: Forecast) -> Json:
    """Return the document of a forecast."""
    outcomes, network = forecast.outcomes, forecast.outcomes.network
    return {
        "schema": SCHEMA,
        "scenario": network.name,
        "seed": outcomes.seed,
        "replications": outcomes.replications,
        "as_of": network.calendar.as_of.isoformat(),
        "horizon": finish.end_date(network, network.window_end) if network.has_horizon else None,
        "currency": network.currency,
        "discount_rate": network.discount_rate,
        "hurdle": network.hurdle,
        "projects": [project_document(forecast, futures) for futures in forecast.projects],
        "demand": [_stream(outcomes, stream) for stream in range(len(network.streams.ids))],
        "roles": bottleneck.role_documents(outcomes, forecast.planned_days),
        "portfolio": _portfolio(forecast),
        "assumptions": [*network.assumptions, *_silence_on_cost(forecast)],
        "warnings": [*network.warnings, *_warnings(forecast)],
    }


def project_document(forecast: Forecast, futures: ProjectFutures) -> Json:
    """Return what the document says about a listed project."""
    network, row = forecast.outcomes.network, futures.project
    projects = network.projects
    due, deadline = int(projects.due[row]), int(projects.deadline[row])
    budget = float(projects.budget[row])
    late = finish.late_probability(futures)
    days = finish.finish_days(futures)
    return {
        "id": projects.ids[row],
        "name": projects.names[row] or projects.ids[row],
        "groups": dict(projects.groups[row]),
        "status": projects.status[row],
        "rank": None if projects.rank[row] == NONE else int(projects.rank[row]),
        "is_mandatory": bool(projects.is_mandatory[row]),
        "futures": futures.n,
        "due": None if due == NONE else finish.end_date(network, due),
        "deadline": None if deadline == NONE else finish.end_date(network, deadline),
        "start": finish.start_dates(futures),
        "finish": finish.finish_dates(futures, futures.finish_day),
        "finish_day": {name: day.to_json() for name, day in days.items()},
        "p_late": late.to_json(),
        "p_past_deadline": finish.missed_probability(futures, futures.finished, deadline).to_json(),
        "p_unfinished": finish.unfinished_probability(futures).to_json(),
        "cost": cost.project_cost(futures, forecast.cost_by_year, forecast.fiscal_years),
        "budget": None if math.isnan(budget) else budget,
        "p_over_budget": cost.over_budget_probability(futures).to_json(),
        "p_on_time_and_budget": cost.on_time_and_budget_probability(futures).to_json(),
        "has_benefit": returns.has_benefit(futures),
        "npv": returns.project_npv(futures),
        "p_npv_positive": returns.npv_positive_probability(futures).to_json(),
        "p_roi_hurdle": returns.hurdle_probability(futures).to_json(),
        "wait_days": {name: d.to_json() for name, d in finish.wait_days(futures).items()},
        "work_days": finish.work_days(futures).to_json(),
        "lead_days": {name: d.to_json() for name, d in finish.lead_days(futures).items()},
        "milestones": finish.milestones(futures, forecast.tasks),
        "outlook": finish.outlook(futures, late),
    }


def _stream(outcomes: Outcomes, stream: int) -> Json:
    """Return how many projects of a stream arrive, and what becomes of them, per future."""
    network, rows = outcomes.network, outcomes.projects_
    is_mine = rows.row == network.n_listed + stream
    is_finished = is_mine & outcomes.has_status("finished")
    lead = np.where(is_finished, rows.finished - rows.arrived, 0) / outcomes.minutes_per_day
    waits = (
        cost.per_future(outcomes, lead),
        cost.per_future(outcomes, is_finished.astype(np.float64)),
    )
    return {
        "id": network.streams.ids[stream],
        "arrived": _mean_number(outcomes, is_mine),
        **{
            status: _mean_number(outcomes, is_mine & outcomes.has_status(status))
            for status in ("finished", "active", "queued", "rejected", "withdrawn", "blocked")
        },
        "lead_days": ratio(*waits, "none of its projects finishes").to_json(),
    }


def _portfolio(forecast: Forecast) -> Json:
    outcomes = forecast.outcomes
    npv = returns.portfolio_npv(outcomes)
    money = outcomes.money
    return {
        "committed_finish": _committed_finish(forecast),
        "cost": cost.cost_estimates(
            cost.per_future(outcomes, money.cost),
            cost.per_future(outcomes, money.cash),
            cost.per_future(outcomes, forecast.cost_by_year),
            forecast.fiscal_years,
        )
        | {"to_date": None},
        "npv": returns.npv_estimates(npv),
        "p_npv_positive": returns.portfolio_positive_probability(outcomes, npv).to_json(),
        **{
            status: _mean_number(outcomes, outcomes.has_status(status))
            for status in (
                "finished",
                "active",
                "queued",
                "rejected",
                "withdrawn",
                "stopped",
                "blocked",
            )
        },
        "unfinished": _mean_number(outcomes, outcomes.has_status("active", "queued", "blocked")),
        "by_quarter": _by_quarter(outcomes),
    }


def _committed_finish(forecast: Forecast) -> Json:
    days = finish.committed_finish(forecast.outcomes, forecast.projects)
    levels = list(finish.LEVELS.values())
    if days is None:
        estimates = [unknown("no project is committed")] * len(levels)
    else:
        estimates = quantiles(days, levels)
    calendar = forecast.outcomes.network.calendar
    return {
        name: on_calendar(day, level, calendar).to_json()
        for (name, level), day in zip(finish.LEVELS.items(), estimates, strict=True)
    }


def _by_quarter(outcomes: Outcomes) -> list[Json]:
    """Return projects finished and on time, cost and benefit per quarter, listed and demand."""
    periods = quarters(outcomes.network, int(outcomes.run_end.max(initial=0)))
    rows = outcomes.projects_
    is_finished = outcomes.has_status("finished")
    due = _due_of_rows(outcomes)
    quarter = periods.of_finish(rows.finished)
    spent = cost.per_future(outcomes, cost_by_period(outcomes, periods))
    earned = cost.per_future(outcomes, benefit_by_period(outcomes, periods))
    result: list[Json] = []
    for place, label in enumerate(periods.labels):
        is_here = is_finished & (quarter == place)
        is_promised = is_here & (due != NONE)
        result.append(
            {
                "quarter": label,
                "finished": _mean_number(outcomes, is_here),
                "with_due": _mean_number(outcomes, is_promised),
                "on_time": _mean_number(outcomes, is_promised & (rows.finished <= due)),
                "cost": mean(spent[:, place]).to_json(),
                "benefit": mean(earned[:, place]).to_json(),
            }
        )
    return result


def _due_of_rows(outcomes: Outcomes) -> IntArray:
    """(N,) minute at which each project is due, NONE = never; demand counts from its arrival."""
    rows = outcomes.projects_
    due = outcomes.network.projects.due[rows.row]
    is_relative = (rows.number > 0) & (due != NONE)
    return np.where(is_relative, rows.arrived + due, due)


def _mean_number(outcomes: Outcomes, chosen: BoolArray) -> Json:
    counts: FloatArray = cost.per_future(outcomes, chosen.astype(np.float64))
    return mean(counts).to_json()


def _silence_on_cost(forecast: Forecast) -> list[str]:
    started = {"running", "done", "cancelled"}
    statuses = forecast.outcomes.network.projects.status[: forecast.outcomes.network.n_listed]
    return [COST_BEFORE_DAY_0] if started & set(statuses) else []


def _warnings(forecast: Forecast) -> list[str]:
    """Return what makes these answers weaker than they look."""
    outcomes = forecast.outcomes
    ids = outcomes.network.projects.ids
    result = []
    if outcomes.replications < FEW_FUTURES:
        result.append(
            f"Only {outcomes.replications} futures: P10 and P90 need {FEW_FUTURES} or more "
            "before their intervals mean anything."
        )
    unfinished = [
        (ids[futures.project], int(np.count_nonzero(~futures.is_finished)), futures.n)
        for futures in forecast.projects
        if not futures.reason and not futures.is_finished.all()
    ]
    if unfinished:
        result.append(
            f"Unfinished when the run ends: {_list_some(unfinished)}. "
            "They count as later than every date, with the cost booked so far."
        )
    never = [ids[f.project] for f in forecast.projects if f.n == 0 and f.reason and _is_live(f)]
    if never:
        result.append(f"In none of the futures these projects happen: {', '.join(never)}.")
    return result


def _is_live(futures: ProjectFutures) -> bool:
    status = futures.outcomes.network.projects.status[futures.project]
    return status not in {"done", "cancelled"}


def _list_some(items: Sequence[tuple[str, int, int]]) -> str:
    """Return ``crm in 12 of 1000 futures, hr in 3 of 1000 futures``, the most frequent first."""
    ordered = sorted(items, key=lambda item: -item[1] / item[2])
    text = ", ".join(f"{name} in {k} of {n} futures" for name, k, n in ordered[:LISTED_IN_WARNING])
    more = len(items) - LISTED_IN_WARNING
    return f"{text} and {more} more projects" if more > 0 else text
