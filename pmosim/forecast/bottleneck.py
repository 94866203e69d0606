"""Bottleneck: how busy each role is, and how long projects wait for it.

In: attention booked, capacity and queue by role and month. Out: estimates.
Not here: what one more person would buy (a what-if), which alone tells a bottleneck.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pmosim.forecast.cost import per_future
from pmosim.forecast.estimate import mean, probability, ratio, unknown
from pmosim.network.arrays import NONE
from pmosim.outcomes import CAUSES
from pmosim.units import WHOLE

if TYPE_CHECKING:
    from pmosim.forecast.estimate import Estimate, Json
    from pmosim.network.arrays import BoolArray, FloatArray
    from pmosim.outcomes import Outcomes

NOBODY = "nobody with this home role is there"
NO_FINISH = "no project finishes in any future"


def role_documents(outcomes: Outcomes, planned_days: FloatArray | None) -> list[Json]:
    """Return what the document says about each role.

    Parameters
    ----------
    planned_days : (S, months) person-days that the plan of the listed projects asks for with
        unlimited people; None = not computed.
    """
    network = outcomes.network
    utilisation, waits = role_utilisation(outcomes), role_wait_days(outcomes)
    return [
        {
            "id": role,
            "headcount": int(network.role_heads[place]),
            "fte": float(network.people.fte[network.people.role == place].sum()) / WHOLE,
            "utilisation": utilisation[place].to_json(),
            "wait_days": waits[place].to_json(),
            **_uncovered(outcomes, place),
            "by_month": _by_month(outcomes, place, planned_days),
        }
        for place, role in enumerate(network.role_ids)
    ]


def _uncovered(outcomes: Outcomes, role: int) -> Json:
    """Return the chance that nobody of a role is there for long; nothing where it is not asked."""
    network = outcomes.network
    if network.uncovered == NONE:
        return {}
    days = network.uncovered / outcomes.minutes_per_day
    return {"uncovered": {"days": days, "probability": p_uncovered(outcomes)[role].to_json()}}


def p_uncovered(outcomes: Outcomes) -> list[Estimate]:
    """(S) chance that nobody of a role is there for ``network.uncovered`` in a row, or longer.

    Within the planning window, or up to the end of the run where there is none; unknown for roles
    that are nobody's home.
    """
    gaps, heads = outcomes.gaps, outcomes.network.role_heads.tolist()
    is_bare = np.zeros((outcomes.replications, len(heads)), dtype=np.bool_)
    is_bare[gaps.replication - outcomes.first, gaps.role] = True
    return [
        probability(is_bare[:, role]) if heads[role] else unknown(NOBODY, outcomes.replications)
        for role in range(len(heads))
    ]


def role_utilisation(outcomes: Outcomes) -> list[Estimate]:
    """(S) booked attention / (fte x (1 - bau) x time present), over the planning window.

    Months that begin after the window are left out: in the run-off nothing new is released.
    """
    busy, capacity = utilisation_parts(outcomes)
    return [
        ratio(busy[:, role], capacity[:, role], NOBODY)
        for role in range(len(outcomes.network.role_ids))
    ]


def role_wait_days(outcomes: Outcomes) -> list[Estimate]:
    """(S) working days that a finished project, listed or demand, waited for each role."""
    waited, finished = wait_parts(outcomes)
    return [
        ratio(waited[:, role], finished, NO_FINISH)
        for role in range(len(outcomes.network.role_ids))
    ]


def utilisation_parts(outcomes: Outcomes) -> tuple[FloatArray, FloatArray]:
    """(R, S) attention booked and capacity in the planning window, person-minutes."""
    in_window = _is_in_window(outcomes)
    busy = outcomes.busy[:, :, in_window].sum(axis=2) / WHOLE
    capacity = outcomes.capacity[:, :, in_window].sum(axis=2) / WHOLE
    return busy, capacity


def wait_parts(
    outcomes: Outcomes, chosen: BoolArray | None = None
) -> tuple[FloatArray, FloatArray]:
    """(R, S) working days that finished (chosen) projects waited for each role, (R,) how many."""
    is_finished = outcomes.has_status("finished")
    is_counted = is_finished if chosen is None else is_finished & chosen
    minutes = outcomes.projects_.causes[:, len(CAUSES) :]
    days = np.where(is_counted[:, None], minutes / outcomes.minutes_per_day, 0.0)
    return per_future(outcomes, days), per_future(outcomes, is_counted.astype(np.float64))


def _is_in_window(outcomes: Outcomes) -> list[bool]:
    per_day = outcomes.minutes_per_day
    return [first * per_day < outcomes.network.window_end for _, first, _ in outcomes.months]


def _by_month(outcomes: Outcomes, role: int, planned_days: FloatArray | None) -> list[Json]:
    """Return full-time people there, planned, busy and waited for, month by month.

    The last month is measured up to the latest end of a run. Capacity is what is there while a
    run goes on; busy and waiting are means over all futures, 0 where a run has ended.
    """
    per_day = outcomes.minutes_per_day
    in_window = _is_in_window(outcomes)
    result: list[Json] = []
    for place, (label, first, end) in enumerate(outcomes.months):
        begin = first * per_day
        minutes = np.clip(outcomes.run_end, begin, end * per_day) - begin
        longest = float(minutes.max(initial=0))
        if longest <= 0.0:
            break
        capacity = outcomes.capacity[:, role, place] / WHOLE
        entry: Json = {
            "month": label,
            "capacity_fte": ratio(capacity, minutes.astype(np.float64), NOBODY).to_json(),
            "planned_fte": None,
            "busy_fte": mean(outcomes.busy[:, role, place] / WHOLE / longest).to_json(),
            "waiting_fte": mean(outcomes.queue[:, role, place] / WHOLE / longest).to_json(),
        }
        if planned_days is not None and place < planned_days.shape[1]:
            entry["planned_fte"] = float(planned_days[role, place]) / (end - first)
        if not in_window[place]:
            entry["is_run_off"] = True
        result.append(entry)
    return result
