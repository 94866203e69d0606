"""Merits: what a start rule is judged by, one number per future.

In: outcomes. Out: arrays over futures that are small enough to keep for many rules.
Not here: what is said about them (``bakeoff``).

With a planning window everything is counted up to the moment it closes, so that no rule gains from
what it leaves for later: a promise that has not been kept by then is not counted unless its day has
passed, a project that is not finished by then has taken until then, at least.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from pmosim.forecast.cost import per_future
from pmosim.forecast.futures import due_of_rows
from pmosim.forecast.returns import sum_of_known
from pmosim.network.arrays import NONE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pmosim.network.arrays import BoolArray, FloatArray, IntArray, Network
    from pmosim.outcomes import Outcomes

Name = Literal["p_late", "value", "throughput", "lead_request", "lead_release", "waiting"]


@dataclass(frozen=True, kw_only=True)
class Measure:
    """Something rules are judged by."""

    name: Name
    words: str
    unit: str
    """``share``, ``money``, ``projects`` or ``working days``."""
    is_high_better: bool
    material: float
    """Half-width below which a difference is known well enough; of money a share of the amount."""
    is_judged: bool = True
    """Whether a rule can be ahead of another by it: less waiting behind the gate alone is no gain,
    and neither is a short backlog."""


MEASURES: dict[Name, Measure] = {
    measure.name: measure
    for measure in (
        Measure(
            name="p_late",
            words="due dates missed",
            unit="share",
            is_high_better=False,
            material=0.01,
        ),
        Measure(
            name="value",
            words="NPV of projects with a benefit",
            unit="money",
            is_high_better=True,
            material=0.001,
        ),
        Measure(
            name="throughput",
            words="projects finished in the window",
            unit="projects",
            is_high_better=True,
            material=0.05,
        ),
        Measure(
            name="lead_request",
            words="from request to finish",
            unit="working days",
            is_high_better=False,
            material=0.5,
        ),
        Measure(
            name="lead_release",
            words="from release to finish",
            unit="working days",
            is_high_better=False,
            material=0.5,
            is_judged=False,
        ),
        Measure(
            name="waiting",
            words="projects in the backlog when the window closes",
            unit="projects",
            is_high_better=False,
            material=0.05,
            is_judged=False,
        ),
    )
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Merits:
    """R futures of one rule; a measure that the scenario has no data for is missing."""

    values: Mapping[Name, FloatArray]
    """(R,) by measure; NaN = there is none in that future."""

    @property
    def n(self) -> int:
        """Number of futures."""
        return len(self.values["lead_request"])

    def first(self, n: int) -> Merits:
        """Return the first n futures."""
        return replace(self, values={name: array[:n] for name, array in self.values.items()})

    @staticmethod
    def of(outcomes: Outcomes) -> Merits:
        """Return what some outcomes are worth.

        ``p_late``: of the due dates that fall into the window, the share that was missed.
        ``value``: NPV of what ended, of the projects that state a benefit (the others only cost:
        the rule that never starts them would look best). ``throughput``: projects finished before
        the window closes. ``lead_request``, ``lead_release``: mean working days until the finish,
        or until the window closes, over the projects that asked, and over those that were
        released; projects that run on day 0 are left out, because when they asked is not known.
        ``waiting``: projects that have asked, and wait for their release when the window closes.
        """
        rows, network = outcomes.projects_, outcomes.network
        exists = ~outcomes.has_status("absent", "done", "cancelled")
        closes = _closing(outcomes)
        is_new = exists & (rows.arrived != NONE) & ~_was_running(network)[rows.row]
        is_new &= rows.arrived < closes
        is_released = is_new & (rows.released != NONE) & (rows.released < closes)
        has_left = outcomes.has_status("rejected", "withdrawn", "stopped", "blocked")
        over = _over(outcomes, closes)
        days = outcomes.minutes_per_day
        values: dict[Name, FloatArray] = {
            "lead_request": _mean(outcomes, (over - rows.arrived) / days, is_new),
            "lead_release": _mean(outcomes, (over - rows.released) / days, is_released),
            "waiting": per_future(outcomes, (is_new & ~is_released & ~has_left).astype(np.float64)),
        }
        due = due_of_rows(outcomes)
        is_promised = exists & (due != NONE) & (due <= _last_promise(network))
        if _has_due_dates(network):
            is_late = (rows.finished == NONE) | (rows.finished > due)
            values["p_late"] = _mean(outcomes, is_late.astype(np.float64), is_promised)
        is_valued = np.array([each is not None for each in network.projects.benefit_per_year])
        if is_valued.any():
            values["value"] = sum_of_known(outcomes, outcomes.money.npv, is_valued[rows.row])
        if network.has_horizon:
            is_done = exists & (rows.finished != NONE) & (rows.finished <= closes)
            values["throughput"] = per_future(outcomes, is_done.astype(np.float64))
        return Merits(values=values)

    @staticmethod
    def joined(parts: Sequence[Merits]) -> Merits:
        """Return merits of futures that follow each other as one."""
        names = parts[0].values
        return Merits(
            values={name: np.concatenate([part.values[name] for part in parts]) for name in names}
        )


def missing_measures(network: Network) -> dict[Name, str]:
    """Return the measures that a scenario has no data for, and why."""
    found: dict[Name, str] = {}
    if not _has_due_dates(network):
        found["p_late"] = "no project has a due date inside the planning window"
    if all(benefit is None for benefit in network.projects.benefit_per_year):
        found["value"] = "no project states a benefit"
    if not network.has_horizon:
        found["throughput"] = "without a horizon every rule finishes everything"
    return found


def _has_due_dates(network: Network) -> bool:
    due, status = network.projects.due, network.projects.status
    last = _last_promise(network)
    return any(
        int(due[row]) != NONE and int(due[row]) <= last and status[row] not in {"done", "cancelled"}
        for row in range(len(due))
    )


def _last_promise(network: Network) -> int:
    """Return the last minute at which a due date counts: all do where there is no window."""
    return network.window_end if network.has_horizon else int(np.iinfo(np.int64).max)


def _was_running(network: Network) -> BoolArray:
    return np.array([status == "running" for status in network.projects.status], dtype=bool)


def _closing(outcomes: Outcomes) -> IntArray:
    """(N,) minute up to which each project row is counted: when the window closes, or the run."""
    if outcomes.network.has_horizon:
        return np.full(len(outcomes.projects_.row), outcomes.network.window_end, dtype=np.int64)
    return outcomes.run_end[outcomes.future] + 1


def _over(outcomes: Outcomes, closes: IntArray) -> IntArray:
    """(N,) minute at which each project is over: finished, stopped, else when counting ends.

    What is refused or gives up is not served: it counts as waiting until counting ends.
    """
    rows = outcomes.projects_
    is_over = outcomes.has_status("finished", "stopped") & (rows.ended != NONE)
    return np.where(is_over, np.minimum(rows.ended, closes), closes)


def _mean(outcomes: Outcomes, values: FloatArray, chosen: BoolArray) -> FloatArray:
    """(R,) mean over the chosen project rows of each future, NaN where there is none."""
    total = per_future(outcomes, np.where(chosen, values, 0.0))
    count = per_future(outcomes, chosen.astype(np.float64))
    return np.where(count > 0, total / np.maximum(count, 1.0), np.nan)
