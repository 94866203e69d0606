"""Office: the portfolio of a cut, simulated with its queue, work in progress and future requests.

In: a history, the same frozen at the cut, and what was fitted to it. Out: for each open project a
sample of lead times, and of the whole how many finish and what each role works by quarter.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from pmosim.backtesting.portfolio import portfolio_of
from pmosim.replication import simulate
from pmosim.scenario import parse_scenario
from pmosim.workdays import quarter_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from pmosim.fitted import Fitted
    from pmosim.history import History
    from pmosim.outcomes import Outcomes

    FloatArray = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class OfficeForecast:
    """What the simulation of a cut says."""

    finish_days: Mapping[str, FloatArray]
    """Project -> (R,) working days from the cut to its finish, whole days; ``inf`` = later."""
    finished: Mapping[str, FloatArray]
    """Whole quarter -> (R,) projects that finish in it."""
    load: Mapping[tuple[str, str], FloatArray]
    """(role, whole quarter) -> (R,) person-days worked."""
    assumed: tuple[str, ...]


def simulate_office(
    history: History,
    known: History,
    fitted: Fitted,
    *,
    base: Mapping[str, Any] | None = None,
    replications: int = 200,
    seed: int = 1,
    jobs: int | Literal["auto"] = 1,
) -> OfficeForecast:
    """Simulate the office of the morning of ``known.as_of`` (``InputError`` if it cannot be).

    Parameters
    ----------
    history : all that is known now; of it only first plans and the end of the data are read.
    base : resolved document of a scenario, for rules and organisation.
    """
    portfolio = portfolio_of(history, known, fitted, base=base)
    scenario = parse_scenario(portfolio.document)
    outcomes = simulate(scenario, replications=replications, seed=seed, jobs=jobs)
    frame = outcomes.projects()
    names = frame["project"].map(portfolio.projects)
    days = np.ceil(frame["finished_day"].to_numpy() - 1e-9)
    days = np.where(np.isnan(days), np.inf, np.maximum(days, 1.0))
    finishes = {str(name): days[places] for name, places in names.groupby(names).indices.items()}
    window_end = date.fromisoformat(portfolio.document["horizon"])
    quarters = whole_quarters(known.as_of, min(history.as_of, window_end))
    return OfficeForecast(
        finish_days=finishes,
        finished=_finished(outcomes, frame, quarters),
        load=_load(outcomes, portfolio.roles, quarters),
        assumed=portfolio.assumed,
    )


def whole_quarters(first: Any, end: Any) -> list[str]:
    """Return the quarters that begin on ``first`` or later and are over before ``end``."""
    import pandas as pd

    begin = pd.Timestamp(first).to_period("Q")
    if begin.start_time < pd.Timestamp(first):
        begin += 1
    found = []
    while begin.end_time < pd.Timestamp(end):
        found.append(f"{begin.year}-Q{begin.quarter}")
        begin += 1
    return found


def _finished(
    outcomes: Outcomes, frame: pd.DataFrame, quarters: list[str]
) -> dict[str, FloatArray]:
    """Return how many projects finish in each quarter, future requests included."""
    done = frame[frame["finished_day"].notna()]
    last = np.maximum(np.ceil(done["finished_day"].to_numpy() - 1e-9) - 1.0, 0.0)
    months = outcomes.network.calendar.dates_of(last.astype(np.int64)).astype("datetime64[M]")
    labels = np.array([quarter_of(str(month)) for month in months], dtype=str)
    future = done["replication"].to_numpy() - outcomes.first
    return {
        quarter: np.bincount(future[labels == quarter], minlength=outcomes.replications).astype(
            np.float64
        )
        for quarter in quarters
    }


def _load(
    outcomes: Outcomes, roles: Mapping[str, str], quarters: list[str]
) -> dict[tuple[str, str], FloatArray]:
    """Return the person-days that each role works in each quarter."""
    frame = outcomes.roles()
    frame["quarter"] = frame["month"].map(quarter_of)
    table = frame.pivot_table(
        "busy_days", "replication", ["role", "quarter"], aggfunc="sum", fill_value=0.0
    )
    return {
        (name, quarter): table[id_, quarter].to_numpy(dtype=np.float64)
        for id_, name in roles.items()
        for quarter in quarters
        if (id_, quarter) in table.columns
    }
