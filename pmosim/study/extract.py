"""Extract: the numbers that a study keeps of a run, one per future, so that runs can be let go.

In: outcomes. Out: small arrays whose rows are futures, to be paired with those of other runs.
Not here: what is said about them (``bottleneck``, ``persons``, ``staffing``, ``sequence``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pmosim.forecast.cost import per_future
from pmosim.forecast.finish import committed_finish, is_late
from pmosim.forecast.futures import projects_in_futures
from pmosim.forecast.returns import has_benefit, portfolio_npv, sum_of_known
from pmosim.network.arrays import NONE
from pmosim.outcomes import CAUSES

if TYPE_CHECKING:
    from pmosim.network.arrays import BoolArray, FloatArray
    from pmosim.outcomes import Outcomes


@dataclass(frozen=True, kw_only=True, eq=False)
class Extract:
    """R futures, P listed projects, S roles."""

    projects: tuple[str, ...]
    """Ids of the listed projects."""
    committed_days: FloatArray | None
    """(R,) working days until all committed projects have ended, ``inf`` = not in the window;
    None = nothing is committed."""
    finish_days: FloatArray
    """(R, P) working days until the finish, ``inf`` = unfinished, NaN = not in that future."""
    late: FloatArray
    """(R, P) 1 = late, 0 = in time, NaN = no promise, not in that future, or nobody can know."""
    npv: FloatArray
    """(R,) of all that finished or was stopped."""
    valued_npv: FloatArray
    """(R,) the same of the listed projects that state a benefit."""
    cost: FloatArray
    """(R,) of everything."""
    n_valued: int
    """Listed projects that state a benefit."""
    waited_days: FloatArray
    """(R, S) working days that the finished projects waited for each role, summed."""
    finished: FloatArray
    """(R,) projects that finished, listed and demand."""
    end_days: FloatArray
    """(R,) working days until the run ended."""

    @staticmethod
    def of(outcomes: Outcomes) -> Extract:
        """Return what is kept of some outcomes."""
        network = outcomes.network
        futures = projects_in_futures(outcomes)
        shape = (outcomes.replications, network.n_listed)
        finish_days, late = np.full(shape, np.nan), np.full(shape, np.nan)
        valued = np.zeros(len(network.projects.ids), dtype=bool)
        for each in futures:
            if each.reason:
                continue
            at = outcomes.future[each.rows]
            finish_days[at, each.project] = each.finish_day
            due = int(network.projects.due[each.project])
            missed = None if due == NONE else is_late(each, each.finished, due)
            if missed is not None:
                late[at, each.project] = missed
            valued[each.project] = has_benefit(each)
        rows = outcomes.projects_
        is_finished = outcomes.has_status("finished")
        waited = np.where(is_finished[:, None], rows.causes[:, len(CAUSES) :], 0)
        return Extract(
            projects=network.projects.ids[: network.n_listed],
            committed_days=committed_finish(outcomes, futures),
            finish_days=finish_days,
            late=late,
            npv=portfolio_npv(outcomes),
            valued_npv=sum_of_known(outcomes, outcomes.money.npv, valued[rows.row]),
            cost=per_future(outcomes, outcomes.money.cost),
            n_valued=int(valued.sum()),
            waited_days=per_future(outcomes, waited / outcomes.minutes_per_day),
            finished=per_future(outcomes, is_finished.astype(np.float64)),
            end_days=outcomes.run_end / outcomes.minutes_per_day,
        )

    @property
    def replications(self) -> int:
        """Number of futures."""
        return len(self.npv)

    @property
    def promises(self) -> BoolArray:
        """(P,) whether a project has a due date that some future can keep or miss."""
        return np.asarray(~np.isnan(self.late).all(axis=0))

    @property
    def over_days(self) -> FloatArray:
        """(R, P) working days until the finish, or until the run ended where there was none.

        NaN = not in that future.
        """
        return np.where(np.isinf(self.finish_days), self.end_days[:, None], self.finish_days)

    def late_share(self, chosen: BoolArray | None = None) -> FloatArray | None:
        """(R,) whose mean is the mean P(late) over the promises; None = nothing was promised.

        The chance of a project that may come is over the futures in which it does, so its
        futures weigh more there.

        Parameters
        ----------
        chosen : (P,) projects whose promises count; None = all.
        """
        late = self.late[:, self.promises if chosen is None else self.promises & chosen]
        if not late.shape[1]:
            return None
        known = ~np.isnan(late)
        weights = self.replications / known.sum(axis=0)
        return np.asarray((np.where(known, late, 0.0) * weights).mean(axis=1))

    def late_count(self) -> FloatArray:
        """(R,) promises missed in each future."""
        return np.asarray(np.nan_to_num(self.late, nan=0.0).sum(axis=1))
