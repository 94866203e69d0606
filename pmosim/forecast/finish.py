"""Finish: when projects and milestones end, how likely that is late, and what they wait for.

In: the futures of a project. Out: estimates. Section 8 of model.md is the definition.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pmosim.forecast.estimate import (
    mean,
    mean_of_known,
    on_calendar,
    probability,
    quantile,
    quantiles,
    unknown,
)
from pmosim.forecast.futures import window_end
from pmosim.network.arrays import MILESTONE, NONE
from pmosim.outcomes import CALLED_OFF, CAUSES, FIRST_REACTION

if TYPE_CHECKING:
    from pmosim.forecast.estimate import Estimate, FinishEstimate, Json
    from pmosim.forecast.futures import ProjectFutures, TaskIndex
    from pmosim.network.arrays import BoolArray, FloatArray, IntArray, Network
    from pmosim.outcomes import Outcomes

LEVELS = {"p10": 0.1, "p50": 0.5, "p80": 0.8, "p90": 0.9}
UNFINISHED = "are unfinished at the end of the planning window"
DONE_BEFORE = "it was done before day 0; when is not known"


def finish_date(futures: ProjectFutures, level: float) -> FinishEstimate:
    """Return the date by which a share ``level`` of the futures has finished the project."""
    return _quantile_date(futures, futures.finish_day, level)


def finish_dates(futures: ProjectFutures, days: FloatArray) -> dict[str, Json]:
    """Return the quantiles of days as dates, by name."""
    calendar = futures.outcomes.network.calendar
    estimates = quantile_days(futures, days)
    return {
        name: on_calendar(estimates[name], level, calendar).to_json()
        for name, level in LEVELS.items()
    }


def quantile_days(futures: ProjectFutures, days: FloatArray) -> dict[str, Estimate]:
    """Return the quantiles of days, by name."""
    if futures.reason:
        return {name: unknown(futures.reason) for name in LEVELS}
    return dict(zip(LEVELS, quantiles(days, list(LEVELS.values())), strict=True))


def finish_days(futures: ProjectFutures) -> dict[str, Estimate]:
    """Return quantiles and mean of the finish in working days since day 0."""
    result = quantile_days(futures, futures.finish_day)
    if futures.reason:
        return result | {"mean": unknown(futures.reason)}
    return result | {"mean": mean_of_known(futures.finish_day, UNFINISHED)}


def late_probability(futures: ProjectFutures) -> Estimate:
    """Return the chance that the project is late for its due date."""
    due = int(futures.outcomes.network.projects.due[futures.project])
    return missed_probability(futures, futures.finished, due)


def missed_probability(futures: ProjectFutures, finished: IntArray, due: int) -> Estimate:
    """Return the chance of a finish after ``due``, or of none when it passes.

    Without a number: nothing was promised (no reason is given), or the answer lies beyond the
    planning window.
    """
    if due == NONE:
        return unknown(n=futures.n)
    if futures.reason:
        return unknown(futures.reason)
    late = is_late(futures, finished, due)
    if late is None:
        return unknown(beyond_window(futures.outcomes.network, due), n=futures.n)
    return probability(late)


def is_late(futures: ProjectFutures, finished: IntArray, due: int) -> BoolArray | None:
    """(n,) whether each future is late; None where that lies beyond the planning window."""
    network = futures.outcomes.network
    is_finished = finished != NONE
    # Without a horizon the run goes on until nothing is left that could still finish.
    is_settled = (
        is_finished | (futures.run_end >= due) | futures.is_over | (not network.has_horizon)
    )
    if due > window_end(network) or not is_settled.all():
        return None
    return np.asarray(~is_finished | (finished > due))


def beyond_window(network: Network, due: int) -> str:
    """Return the reason for an answer that nobody can give."""
    promised = end_date(network, due)
    closes = end_date(network, network.window_end)
    return f"the due date {promised} lies after the planning window, which ends on {closes}"


def end_date(network: Network, minute: int) -> str:
    """Return the date on which an end minute falls; before day 0 as well."""
    last_day = -(-minute // network.minutes_per_day) - 1
    return network.calendar.date_of(last_day).isoformat()


def unfinished_probability(futures: ProjectFutures) -> Estimate:
    """Return the share of the futures in which the project is not finished in the window."""
    if futures.reason:
        return unknown(futures.reason)
    return probability(~futures.is_finished)


def is_stopped_at_gate(futures: ProjectFutures) -> BoolArray:
    """Return in which futures a gate stopped the project, nobody and nothing else."""
    outcomes = futures.outcomes
    elsewhere = [CALLED_OFF]
    elsewhere += [
        FIRST_REACTION + number
        for number, one in enumerate(outcomes.network.reactions)
        if one.action == "stop"
    ]
    is_stopped = outcomes.has_status("stopped")
    for kind in elsewhere:
        is_stopped &= ~outcomes.has_event(kind)
    stopped = is_stopped[futures.rows]
    is_cancelled = futures.outcomes.network.projects.cancelled[futures.project] != NONE
    return np.zeros_like(stopped) if is_cancelled else stopped


def is_called_off(futures: ProjectFutures) -> BoolArray:
    """Return in which futures chance cancelled the project."""
    return futures.outcomes.has_event(CALLED_OFF)[futures.rows]


def start_dates(futures: ProjectFutures) -> dict[str, Json]:
    """Return the quantiles of the start of the first task, as dates."""
    levels = ("p10", "p50", "p90")
    if futures.reason:
        return {name: unknown(futures.reason).to_json() for name in levels}
    days = futures.days(futures.outcomes.projects_.started[futures.rows])
    calendar = futures.outcomes.network.calendar
    return {
        name: on_calendar(
            quantile(days, LEVELS[name]), LEVELS[name], calendar, start=True
        ).to_json()
        for name in levels
    }


def milestones(futures: ProjectFutures, tasks: TaskIndex) -> list[Json]:
    """Return the milestones of a project, and its other tasks with a due date or a deadline."""
    network = futures.outcomes.network
    first, last = network.projects.first_task[futures.project : futures.project + 2].tolist()
    result: list[Json] = []
    for task in range(first, last):
        due, deadline = int(network.tasks.due[task]), int(network.tasks.deadline[task])
        is_milestone = bool(network.tasks.kind[task] == MILESTONE)
        if due == NONE and deadline == NONE and not is_milestone:
            continue
        finished = tasks.finished(task, futures)
        result.append(
            {
                "id": network.tasks.ids[task],
                "is_milestone": is_milestone,
                "is_done": bool(network.tasks.is_done[task]),
                "due": None if due == NONE else end_date(network, due),
                "deadline": None if deadline == NONE else end_date(network, deadline),
                "finish": finish_dates(futures, futures.days(finished)),
                "p_late": _missed_by_task(futures, task, finished, due).to_json(),
                "p_past_deadline": _missed_by_task(futures, task, finished, deadline).to_json(),
            }
        )
    return result


def _missed_by_task(futures: ProjectFutures, task: int, finished: IntArray, due: int) -> Estimate:
    """Return the chance that a task misses a promise; one that was done keeps its secret."""
    if due < 0 and due != NONE and futures.outcomes.network.tasks.is_done[task]:
        return unknown(DONE_BEFORE, n=futures.n)
    return missed_probability(futures, finished, due)


def wait_days(futures: ProjectFutures) -> dict[str, Estimate]:
    """Return the mean working days waited, by cause and by role, over the finished futures."""
    names = [*CAUSES, *futures.outcomes.network.role_ids]
    causes = futures.outcomes.projects_.causes[futures.rows[futures.is_finished]]
    days = causes / futures.outcomes.minutes_per_day
    means = {
        name: mean(days[:, column]) if len(days) else unknown(_why_unfinished(futures))
        for column, name in enumerate(names)
    }
    waits = ("intake", "project", "date", "lag", *futures.outcomes.network.role_ids)
    return {name: means[name] for name in waits}


def work_days(futures: ProjectFutures) -> Estimate:
    """Return the mean working days of own work on the way to the finish."""
    minutes = futures.outcomes.projects_.causes[futures.rows[futures.is_finished], 0]
    if not len(minutes):
        return unknown(_why_unfinished(futures))
    return mean(minutes / futures.outcomes.minutes_per_day)


def lead_days(futures: ProjectFutures) -> dict[str, Estimate]:
    """Return the mean lead time from the request and from the release, in working days."""
    if futures.reason:
        nothing = unknown(futures.reason)
        return {"from_request": nothing, "from_release": nothing}
    rows = futures.outcomes.projects_
    return {
        name: mean_of_known(
            np.where(
                futures.is_finished,
                (futures.finished - begin[futures.rows]) / futures.outcomes.minutes_per_day,
                np.inf,
            ),
            UNFINISHED,
        )
        for name, begin in (("from_request", rows.arrived), ("from_release", rows.released))
    }


def outlook(futures: ProjectFutures, late: Estimate) -> str | None:
    """Return ``on-track``, ``at-risk`` or ``needs-support``; None unless it runs and is due."""
    network = futures.outcomes.network
    if network.projects.status[futures.project] != "running" or not late.is_known:
        return None
    if late.value < network.outlook_at_risk:
        return "on-track"
    return "at-risk" if late.value < network.outlook_needs_support else "needs-support"


def committed_finish(outcomes: Outcomes, projects: list[ProjectFutures]) -> FloatArray | None:
    """(R,) working days until all committed projects have ended, ``inf`` = not in the window.

    Committed are the listed projects that are neither candidates nor cancelled (also by a
    change), nor on hold until further notice. A project that a stop rule ends is over; None if
    nothing is committed.
    """
    network = outcomes.network
    last = np.zeros(outcomes.replications)
    is_any = False
    for futures in projects:
        row = futures.project
        if not is_committed(network, row):
            continue
        is_any = True
        is_stopped = outcomes.has_status("stopped")[futures.rows]
        ended = np.where(is_stopped, outcomes.projects_.ended[futures.rows], futures.finished)
        place = outcomes.future[futures.rows]
        last[place] = np.maximum(last[place], futures.days(ended))
    return last if is_any else None


def is_committed(network: Network, row: int) -> bool:
    """Return whether a listed project is promised: see ``committed_finish``."""
    projects = network.projects
    status = projects.status[row]
    if status in {"candidate", "cancelled", "done"} or projects.cancelled[row] != NONE:
        return False
    has_date = projects.arrives[row] != NONE or projects.starts[row] != NONE
    return status != "on-hold" or bool(has_date)


def _quantile_date(futures: ProjectFutures, days: FloatArray, level: float) -> FinishEstimate:
    day = unknown(futures.reason) if futures.reason else quantile(days, level)
    return on_calendar(day, level, futures.outcomes.network.calendar)


def _why_unfinished(futures: ProjectFutures) -> str:
    return futures.reason or "it finishes in none of the futures"
