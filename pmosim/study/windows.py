"""Windows: what a change does by the quarter in which it shows, and added up over years.

In: two runs on the same luck. Out: ``Window``s: each quarter, then each four quarters added up,
with paired differences of what falls into it. What costs in the first quarter and pays after a
year is seen here, while a mean over the whole run hides it.
Not here: changes of single projects, which end in one quarter or the other (``comparison``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pmosim.forecast.cost import per_future
from pmosim.forecast.estimate import mean
from pmosim.forecast.paired import MATERIAL_OF_MONEY, but_for_rounding, mean_difference
from pmosim.money import benefit_by_period, cost_by_period, quarters
from pmosim.network.arrays import DURATION, EFFORT, NONE
from pmosim.study.comparison import MATERIAL_PROJECTS, PORTFOLIO, Row
from pmosim.study.extract import Extract

if TYPE_CHECKING:
    from datetime import date

    from pmosim.forecast.estimate import Json
    from pmosim.money import Periods
    from pmosim.network.arrays import BoolArray, FloatArray, IntArray
    from pmosim.outcomes import Outcomes

PER_YEAR = 4
MATERIAL_TASKS = 0.5
MEASURES = ("tasks_finished", "finished", "missed", "cost", "benefit")
"""Tasks and projects that finish in the window, and promised dates that fall into it and are
missed: of projects and streams that both runs have, so that what is new is no success by itself;
cost that falls due and benefit that flows in it, at face value, of everything."""
MATERIAL = {"tasks_finished": MATERIAL_TASKS, "finished": MATERIAL_PROJECTS, "missed": 0.05}


@dataclass(frozen=True, kw_only=True)
class Window:
    """A quarter, or quarters added up."""

    label: str
    """``2027-Q1``, or ``2027-Q1 to 2027-Q4``."""
    first_day: date
    """First working day in it."""
    n_quarters: int
    rows: tuple[Row, ...]
    """In the order of ``MEASURES``; what is nothing on both sides in every window is left out."""

    def row(self, measure: str) -> Row | None:
        """Return the row of a measure, None = it is nothing anywhere."""
        return next((row for row in self.rows if row.measure == measure), None)

    def to_json(self) -> Json:
        """Return the entry of a document."""
        return {
            "window": self.label,
            "from": self.first_day.isoformat(),
            "quarters": self.n_quarters,
            "rows": [row.to_json() for row in self.rows],
        }


def by_quarter(before: Outcomes, after: Outcomes) -> tuple[Window, ...]:
    """Return every quarter of the run, then every whole year of four quarters.

    The first quarter begins on day 0, the last one ends with the longer of the runs.

    Parameters
    ----------
    before, after : without and with the change, on the same luck (see ``comparison.compare``).
    """
    last = int(max(before.run_end.max(initial=0), after.run_end.max(initial=0)))
    periods = quarters(after.network, last)
    shared = set(before.network.projects.ids) & set(after.network.projects.ids)
    flows = [_flows(run, periods, shared) for run in (before, after)]
    calendar = after.network.calendar
    first_days = (periods.first_minute // calendar.minutes_per_day).tolist()
    n = len(periods.labels)
    spans = [(k, k + 1) for k in range(n)]
    spans += [(k, k + PER_YEAR) for k in range(0, n - PER_YEAR + 1, PER_YEAR)] if n > 1 else []
    told = [name for name in MEASURES if any(side[name].any() for side in flows)]
    return tuple(
        Window(
            label=periods.labels[first]
            if end == first + 1
            else f"{periods.labels[first]} to {periods.labels[end - 1]}",
            first_day=calendar.date_of(first_days[first]),
            n_quarters=end - first,
            rows=tuple(
                _row(name, *(side[name][:, first:end].sum(axis=1) for side in flows))
                for name in told
            ),
        )
        for first, end in spans
    )


def _row(measure: str, before: FloatArray, after: FloatArray) -> Row:
    if measure in MATERIAL:
        material = MATERIAL[measure]
    else:
        after = but_for_rounding(before, after)
        material = MATERIAL_OF_MONEY * abs(float(before.mean()))
    return Row(
        entity=PORTFOLIO,
        kind="portfolio",
        measure=measure,
        base=mean(before),
        value=mean(after),
        difference=mean_difference(before, after, material=material),
    )


def _flows(outcomes: Outcomes, periods: Periods, shared: set[str]) -> dict[str, FloatArray]:
    """Return by measure (R, Q): what falls into each quarter of each future."""
    rows, tasks, network = outcomes.projects_, outcomes.tasks_, outcomes.network
    is_shared = np.array([name in shared for name in network.projects.ids], dtype=bool)
    is_ours = is_shared[rows.row]
    is_work = np.isin(network.tasks.kind[tasks.task], (EFFORT, DURATION))
    is_done = (tasks.finished != NONE) & is_work & is_ours[tasks.project_row]
    of_task = outcomes.future[tasks.project_row[is_done]]
    is_finished = outcomes.has_status("finished") & is_ours
    return {
        "tasks_finished": _counted(outcomes, periods, of_task, tasks.finished[is_done]),
        "finished": _counted(
            outcomes, periods, outcomes.future[is_finished], rows.finished[is_finished]
        ),
        "missed": _missed(outcomes, periods, is_shared),
        "cost": per_future(outcomes, cost_by_period(outcomes, periods)),
        "benefit": per_future(outcomes, benefit_by_period(outcomes, periods)),
    }


def _missed(outcomes: Outcomes, periods: Periods, is_shared: BoolArray) -> FloatArray:
    """Return (R, Q) promised dates of listed projects that fall into a quarter and are missed."""
    late, due = Extract.of(outcomes).late, outcomes.network.projects.due
    result = np.zeros((outcomes.replications, len(periods.labels)))
    is_promised = ~np.isnan(late).all(axis=0) & is_shared[: late.shape[1]]
    for project in np.flatnonzero(is_promised).tolist():
        quarter = int(periods.of_finish(due[project : project + 1])[0])
        result[:, quarter] += np.nan_to_num(late[:, project], nan=0.0)
    return result


def _counted(
    outcomes: Outcomes, periods: Periods, futures: IntArray, minutes: IntArray
) -> FloatArray:
    """Return (R, Q) how many of these moments fall into each quarter of each future."""
    result = np.zeros((outcomes.replications, len(periods.labels)))
    np.add.at(result, (futures, periods.of_finish(minutes)), 1.0)
    return result
