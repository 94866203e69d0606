"""Document: the whole forecast as one plain mapping, what ``run --json`` prints.

In: a Forecast. Out: ``{"schema": "pmosim.run/1", ...}`` of dicts, lists and scalars (interface.md).
Reports and commands read nothing else. Every estimate is ``{value, low, high}``; a number that is
not there is null with ``after_horizon`` or a ``reason``, or without one where nothing was asked
(no due date, no budget, no benefit).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from pmosim.forecast import (
    booked,
    bottleneck,
    cost,
    curves,
    doubt,
    earned_value,
    fates,
    finish,
    groups,
    lateness,
    precision,
    promises,
    reactions,
    reported,
    returns,
)
from pmosim.forecast.estimate import (
    complement,
    mean,
    mean_of_known,
    on_calendar,
    probability,
    quantiles,
    ratio,
    unknown,
)
from pmosim.forecast.futures import due_of_rows
from pmosim.money import benefit_by_period, cost_by_period, quarters
from pmosim.network.arrays import NONE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pmosim.forecast import Forecast
    from pmosim.forecast.estimate import Json
    from pmosim.forecast.futures import ProjectFutures
    from pmosim.network.arrays import BoolArray, FloatArray
    from pmosim.outcomes import Outcomes

SCHEMA = "pmosim.run/1"
FEW_FUTURES = 100
LISTED_IN_WARNING = 5
COUNT_LEVELS = {"p10": 0.1, "p50": 0.5, "p90": 0.9}
COST_BEFORE_DAY_0 = (
    "Cost and value before day 0 (cost to date) are not part of these numbers: "
    "what was spent on running, done and cancelled projects is not known."
)
COST_BEFORE_IN_PART = (
    "Cost before day 0 (cost to date) is stated by {n} of {of} projects that have begun; "
    "the others count from day 0 on: {names}."
)


def forecast_document(
    forecast: Forecast, by: str | None = None, scope: Mapping[str, Any] | None = None
) -> Json:
    """Return the document of a forecast.

    Parameters
    ----------
    by : what the reader wants projects sorted by; its groups are part of the document.
    scope : which projects of the scenario were left out, None = none.
    """
    outcomes, network = forecast.outcomes, forecast.outcomes.network
    projects = [project_document(forecast, futures) for futures in forecast.projects]
    portfolio = _portfolio(forecast)
    document: Json = {
        "schema": SCHEMA,
        "scenario": network.name,
        "seed": outcomes.seed,
        "replications": outcomes.replications,
        "as_of": network.calendar.as_of.isoformat(),
        "horizon": finish.end_date(network, network.window_end) if network.has_horizon else None,
        "currency": network.currency,
        "discount_rate": network.discount_rate,
        "hurdle": network.hurdle,
        "levels": list(curves.LEVELS),
        "settings": {
            "outlook": {
                "at_risk": network.outlook_at_risk,
                "needs_support": network.outlook_needs_support,
            }
        },
        "fiscal_years": [
            *([cost.TO_DATE] if forecast.has_cost_to_date else []),
            *forecast.fiscal_years.labels,
        ],
        "by": by,
        "scope": None if scope is None else dict(scope),
        "disagreements": reported.disagreements(projects, outcomes.replications),
        "promises": promises.promise_list(forecast.projects, forecast.tasks),
        "projects": projects,
        "groups": groups.group_documents(
            outcomes,
            forecast.projects,
            forecast.spending,
            by,
            has_to_date=forecast.has_cost_to_date,
        ),
        "demand": [_stream(outcomes, stream) for stream in range(len(network.streams.ids))],
        "roles": bottleneck.role_documents(outcomes, forecast.planned_days),
        "portfolio": portfolio,
        **reactions.reaction_documents(outcomes),
        "assumptions": [
            *network.assumptions,
            *doubt.doubt_assumption(portfolio.get("from_doubt", {})),
            *_silence_on_cost(forecast),
        ],
        "warnings": [*_warnings_of_scope(scope), *network.warnings, *_warnings(forecast)],
    }
    if network.bookings is not None:
        document["bookings"] = booked.booking_documents(outcomes)
    return document | {"precision": precision.sharpness(document)}


def project_document(forecast: Forecast, futures: ProjectFutures) -> Json:
    """Return what the document says about a listed project."""
    network, row = forecast.outcomes.network, futures.project
    projects = network.projects
    due, deadline = int(projects.due[row]), int(projects.deadline[row])
    budget = float(projects.budget[row])
    late = finish.late_probability(futures)
    days = finish.finish_days(futures)
    outlook = finish.outlook(futures, late)
    late_futures = lateness.lateness_of(futures)
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
        "cost": cost.project_cost(
            futures, forecast.spending, has_to_date=forecast.has_cost_to_date
        ),
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
        "outlook": outlook,
        "outlook_why": lateness.outlook_why(late_futures),
        "late_causes": lateness.late_causes(late_futures),
        "is_green_but_late": reported.is_green_but_late(network, row, outlook),
        "reported": reported.report(network, row),
        "baseline": reported.baseline(network, row),
        "slip_days": reported.slip_days(futures),
        "slip_causes": forecast.ways_back.slip_causes(futures),
        "waits_on": forecast.ways_back.waits_on(futures),
        "chain": forecast.ways_back.chain_of(futures),
        "joint": _joint(futures),
        "npv_to_go": returns.project_npv_to_go(futures),
        "p_npv_to_go_positive": returns.npv_to_go_positive_probability(futures).to_json(),
        "roi": returns.project_roi(futures),
        "cost_of_delay": lateness.cost_of_delay(futures),
        "earned_value": earned_value.earned_value_document(futures),
        "quantiles": _curves(futures),
        **_chance_of_stop(futures),
        **fates.project_fate(futures),
        **reactions.project_reactions(futures),
    }


def _chance_of_stop(futures: ProjectFutures) -> Json:
    """Return the chance that a gate stops the project, where gates stop anything."""
    if not futures.outcomes.network.intake.gates.stop:
        return {}
    if futures.reason:
        return {"p_stopped": unknown(futures.reason).to_json()}
    return {"p_stopped": probability(finish.is_stopped_at_gate(futures)).to_json()}


def _joint(futures: ProjectFutures) -> Json | None:
    """Return cost and date of a project together; None where nothing is to be estimated."""
    if futures.reason:
        return None
    network, row = futures.outcomes.network, futures.project
    due, budget = int(network.projects.due[row]), float(network.projects.budget[row])
    amounts = futures.of(futures.outcomes.money.cost)
    late, over = finish.late_probability(futures), cost.over_budget_probability(futures)
    return {
        "due": None if due == NONE else finish.end_date(network, due),
        "budget": None if math.isnan(budget) else budget,
        "p_on_time": complement(late).to_json(),
        "p_on_budget": complement(over).to_json(),
        "p_both": cost.on_time_and_budget_probability(futures).to_json(),
        "points": curves.scatter(futures, amounts),
        "grid": curves.joint_grid(futures, amounts),
    }


def _curves(futures: ProjectFutures) -> Json:
    """Return the quantile grids of finish, cost, NPV and ROI."""
    money, calendar = futures.outcomes.money, futures.outcomes.network.calendar
    is_asked = returns.has_benefit(futures)
    rows = futures.rows if not futures.reason else futures.rows[:0]
    nothing = rows[:0]
    return {
        "finish": curves.date_curve(futures.finish_day[: len(rows)], calendar),
        "cost": curves.curve(money.cost[rows]),
        "npv": curves.curve(money.npv[rows if is_asked else nothing]),
        "roi": curves.curve(money.roi[rows if is_asked else nothing]),
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
    npv, roi = returns.portfolio_npv(outcomes), returns.portfolio_roi(outcomes)
    npv_to_go = returns.portfolio_npv_to_go(outcomes)
    spent = outcomes.network.projects.cost_to_date[: outcomes.network.n_listed]
    spending = forecast.spending.per_future(
        outcomes, np.ones(len(outcomes.projects_.row), dtype=bool)
    )
    positive = returns.portfolio_positive_probability
    return {
        **_committed_finish(forecast),
        "cost": cost.cost_estimates(spending, has_to_date=forecast.has_cost_to_date)
        | {"to_date": float(np.nansum(spent)) if forecast.has_cost_to_date else None},
        "by_year_bands": cost.by_year_bands(spending),
        "sums": cost.sum_of_quantiles(forecast.projects, forecast.spending),
        "joint": cost.joint_confidence(forecast.projects),
        "npv": returns.npv_estimates(npv),
        "p_npv_positive": positive(outcomes, npv).to_json(),
        "npv_to_go": returns.npv_estimates(npv_to_go),
        "p_npv_to_go_positive": positive(outcomes, npv_to_go).to_json(),
        "roi": returns.roi_estimates(roi),
        "p_roi_hurdle": returns.portfolio_hurdle_probability(outcomes, roi).to_json(),
        "cost_of_delay": _cost_of_delay(forecast),
        "chain": forecast.ways_back.committed_chain(),
        "earned_value": earned_value.summed_document(forecast.projects),
        "quantiles": {
            "committed_finish": curves.date_curve(
                _committed_days(forecast), outcomes.network.calendar
            ),
            "cost": curves.curve(spending.cost),
            "npv": curves.curve(npv),
            "roi": curves.curve(roi),
        },
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
        **doubt.doubt_document(outcomes, _committed_days(forecast), spending.cost),
    }


def _cost_of_delay(forecast: Forecast) -> Json | None:
    """Return what a day of delay of everything costs, and what the delays after due dates cost."""
    outcomes = forecast.outcomes
    entries = [(futures, lateness.cost_of_delay(futures)) for futures in forecast.projects]
    known = [(futures, entry) for futures, entry in entries if entry and not futures.reason]
    if not known:
        return None
    total = np.zeros(outcomes.replications)
    is_promised = False
    for futures, _ in known:
        amounts = lateness.delay_costs(futures)
        if amounts is not None:
            is_promised = True
            np.add.at(total, outcomes.future[futures.rows], amounts)
    expected = mean_of_known(total, "have an unfinished project") if is_promised else unknown()
    return {
        "per_day": math.fsum(entry["per_day"] for _, entry in known),
        "expected": expected.to_json(),
    }


def _committed_days(forecast: Forecast) -> FloatArray:
    """(R,) working days until all committed projects have ended; (0,) if none is committed."""
    days = finish.committed_finish(forecast.outcomes, forecast.projects)
    return np.zeros(0) if days is None else days


def _committed_finish(forecast: Forecast) -> Json:
    """Return when everything committed has ended: dates, and working days since day 0."""
    days = finish.committed_finish(forecast.outcomes, forecast.projects)
    levels = list(finish.LEVELS.values())
    if days is None:
        nothing = unknown("no project is committed")
        estimates, average = [nothing] * len(levels), nothing
    else:
        estimates = quantiles(days, levels)
        average = mean_of_known(days, finish.UNFINISHED)
    calendar = forecast.outcomes.network.calendar
    named = list(zip(finish.LEVELS.items(), estimates, strict=True))
    return {
        "committed_finish": {
            name: on_calendar(day, level, calendar).to_json() for (name, level), day in named
        },
        "committed_finish_day": {
            **{name: day.to_json() for (name, _), day in named},
            "mean": average.to_json(),
        },
    }


def _by_quarter(outcomes: Outcomes) -> list[Json]:
    """Return projects finished and on time, cost and benefit per quarter, listed and demand."""
    periods = quarters(outcomes.network, int(outcomes.run_end.max(initial=0)))
    rows = outcomes.projects_
    is_finished = outcomes.has_status("finished")
    due = due_of_rows(outcomes)
    quarter = periods.of_finish(rows.finished)
    spent = cost.per_future(outcomes, cost_by_period(outcomes, periods))
    earned = cost.per_future(outcomes, benefit_by_period(outcomes, periods))
    so_far = np.zeros(outcomes.replications)
    result: list[Json] = []
    for place, label in enumerate(periods.labels):
        is_here = is_finished & (quarter == place)
        is_promised = is_here & (due != NONE)
        counts = cost.per_future(outcomes, is_here.astype(np.float64))
        so_far = so_far + counts
        result.append(
            {
                "quarter": label,
                "finished": _mean_number(outcomes, is_here),
                "with_due": _mean_number(outcomes, is_promised),
                "on_time": _mean_number(outcomes, is_promised & (rows.finished <= due)),
                "cost": mean(spent[:, place]).to_json(),
                "benefit": mean(earned[:, place]).to_json(),
                "finished_band": _band(counts),
                "finished_so_far": {"mean": mean(so_far).to_json(), **_band(so_far)},
            }
        )
    return result


def _band(counts: FloatArray) -> Json:
    found = quantiles(counts, list(COUNT_LEVELS.values()))
    return {name: level.to_json() for name, level in zip(COUNT_LEVELS, found, strict=True)}


def _mean_number(outcomes: Outcomes, chosen: BoolArray) -> Json:
    counts: FloatArray = cost.per_future(outcomes, chosen.astype(np.float64))
    return mean(counts).to_json()


def _silence_on_cost(forecast: Forecast) -> list[Json]:
    """Return the assumption about money before day 0 where it is not known of every project."""
    network = forecast.outcomes.network
    begun = [
        row
        for row in range(network.n_listed)
        if network.projects.status[row] in {"running", "done", "cancelled"}
    ]
    silent = [row for row in begun if math.isnan(network.projects.cost_to_date[row])]
    if not silent:
        return []
    basis, text = "off", COST_BEFORE_DAY_0
    if len(silent) < len(begun):
        names = ", ".join(network.projects.ids[row] for row in silent)
        stated = len(begun) - len(silent)
        basis, text = "stated", COST_BEFORE_IN_PART.format(n=stated, of=len(begun), names=names)
    return [{"mechanism": "cost to date", "basis": basis, "text": text, "source": ""}]


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
    known = [futures for futures in forecast.projects if not futures.reason]
    stopped = _counted(known, finish.is_stopped_at_gate)
    if stopped:
        result.append(
            f"Stopped at a gate: {_list_some(stopped)}. There they have no finish, which counts as "
            "later than every date; what they cost up to then counts."
        )
    called_off = _counted(known, finish.is_called_off)
    if called_off:
        result.append(
            f"Cancelled by chance: {_list_some(called_off)}. There they have no finish, which "
            "counts as later than every date; what they cost up to then counts."
        )
    given_up = _counted(known, reactions.is_stopped_by_management)
    if given_up:
        result.append(
            f"Stopped by the management: {_list_some(given_up)}. There they have no finish, which "
            "counts as later than every date; what they cost up to then counts."
        )
    unfinished = _counted(known, _is_left)
    if unfinished:
        result.append(
            f"Unfinished when the run ends: {_list_some(unfinished)}. "
            "They count as later than every date, with the cost booked so far."
        )
    result += _limits_of_rework(outcomes)
    never = [ids[f.project] for f in forecast.projects if f.n == 0 and f.reason and _is_live(f)]
    if never:
        result.append(f"In none of the futures these projects happen: {', '.join(never)}.")
    return result


def _is_left(futures: ProjectFutures) -> BoolArray:
    """Return in which futures a project has neither finished nor been stopped by anybody."""
    ended = futures.is_finished | finish.is_stopped_at_gate(futures)
    ended |= finish.is_called_off(futures) | reactions.is_stopped_by_management(futures)
    left: BoolArray = ~ended
    return left


def _limits_of_rework(outcomes: Outcomes) -> list[str]:
    """Return which rework was given up at its limit, as if the work had been good at last."""
    network, repeats = outcomes.network, outcomes.repeats
    most = {loop.task: loop.max_repeats for loop in network.loops}
    task = outcomes.tasks_.task[repeats.task_row]
    limit = np.array([most.get(row, 0) for row in task.tolist()], dtype=np.int64)
    is_at_limit = (repeats.times > 0) & (repeats.times >= limit)
    counted: dict[str, int] = {}
    for row in task[is_at_limit].tolist():
        name = f"{network.projects.ids[network.tasks.project[row]]}.{network.tasks.ids[row]}"
        counted[name] = counted.get(name, 0) + 1
    if not counted:
        return []
    ordered = sorted(counted.items(), key=lambda item: -item[1])
    some = ", ".join(f"{name} {k:,} times" for name, k in ordered[:LISTED_IN_WARNING])
    more = len(ordered) - LISTED_IN_WARNING
    some += f" and {more} more tasks" if more > 0 else ""
    return [
        f"Rework reached its limit (`max_repeats`): {some}. The work counts as good then; "
        "a higher limit would make these dates later."
    ]


def _counted(
    projects: Sequence[ProjectFutures], is_so: Callable[[ProjectFutures], BoolArray]
) -> list[tuple[str, int, int]]:
    """Return (id, futures in which it is so, futures) of the projects in which it ever is."""
    counted = [(futures, int(np.count_nonzero(is_so(futures)))) for futures in projects]
    ids = projects[0].outcomes.network.projects.ids if projects else ()
    return [(ids[futures.project], k, futures.n) for futures, k in counted if k]


def _warnings_of_scope(scope: Mapping[str, Any] | None) -> list[str]:
    """Return what is missing where only some projects were simulated."""
    if scope is None:
        return []
    dropped = [f"{link}, which is left out." for link in scope["dropped_links"]]
    return [scope["text"], *dropped]


def _is_live(futures: ProjectFutures) -> bool:
    status = futures.outcomes.network.projects.status[futures.project]
    return status not in {"done", "cancelled"}


def _list_some(items: Sequence[tuple[str, int, int]]) -> str:
    """Return ``crm in 12 of 1000 futures, hr in 3 of 1000 futures``, the most frequent first."""
    ordered = sorted(items, key=lambda item: -item[1] / item[2])
    text = ", ".join(f"{name} in {k} of {n} futures" for name, k, n in ordered[:LISTED_IN_WARNING])
    more = len(items) - LISTED_IN_WARNING
    return f"{text} and {more} more projects" if more > 0 else text
