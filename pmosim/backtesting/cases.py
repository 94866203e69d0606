"""Cases: what a PMO would have been asked at a cut, and what came of it.

In: a history. Out: ``Case``, one project of one cut and measure, with what was known then and what
is known now; ``Past``, the finished projects that a forecaster of that day could learn from.

Finishes are lead times: working days from the request (else the release) to the finish, both days
counted. Efforts are person-days, costs money.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd
    from numpy.typing import NDArray

    from pmosim.history import History

    FloatArray = NDArray[np.float64]

Measure = Literal["finish", "effort", "cost"]
MEASURES: tuple[Measure, ...] = ("finish", "effort", "cost")
COLUMNS: dict[Measure, tuple[str, str]] = {
    "finish": ("plan_days", "lead_days"),
    "effort": ("planned_effort", "effort"),
    "cost": ("budget", "cost"),
}
"""Plan and truth of each measure."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """One project at one cut, and what came of it by the end of the data."""

    cut: date
    measure: Measure
    project: str
    kind: str
    """Its template, empty where none is known."""
    plan: float
    """What was planned, in the unit of the measure; NaN = nothing was."""
    floor: float
    """What it had come to when the forecast was made: it can end at no less."""
    backlog: float
    """Projects that were open when it asked."""
    truth: float
    """NaN = not known by the end of the data."""
    end: float
    """Where the data end, on the scale of the truth; ``inf`` for efforts and costs."""
    is_first: bool = True
    """Whether no earlier cut has asked for it."""
    has_begun: bool = False
    """Whether work on it had begun at the cut."""
    quarter: str = ""
    """In which the truth came out, else the last one of the data."""

    @property
    def scored(self) -> float:
        """The truth as far as the data reach; NaN = nothing can be scored."""
        return self.end if math.isnan(self.truth) and math.isfinite(self.end) else self.truth


@dataclass(frozen=True, kw_only=True, eq=False)
class Past:
    """Finished projects as known at a cut, one place each."""

    plan: FloatArray
    actual: FloatArray
    backlog: FloatArray
    kind: NDArray[np.object_]

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.plan)


def table_of_projects(history: History) -> pd.DataFrame | None:
    """Return projects with ``since``, ``plan_days``, ``lead_days``, ``backlog``; None = none.

    ``backlog`` counts the projects that had asked before and had not ended.
    """
    projects = history.projects
    if projects is None or projects.empty:
        return None
    frame = projects.copy()
    frame["since"] = frame["requested"].fillna(frame["released"])
    frame = frame[frame["since"].notna()]
    if frame.empty:
        return None
    frame["plan_days"] = history.working_days(frame["since"], frame["due"])
    frame["lead_days"] = history.working_days(frame["since"], frame["finished"])
    since = frame["since"].to_numpy(dtype="datetime64[D]")
    ended = np.maximum(frame["finished"].dropna().to_numpy(dtype="datetime64[D]"), since.min())
    asked = np.searchsorted(np.sort(since), since, side="left")
    gone = np.searchsorted(np.sort(ended), since, side="right")
    frame["backlog"] = np.maximum(asked - gone, 0).astype(np.float64)
    return frame.sort_values(["since", "project"], kind="stable")


def measures_of(frame: pd.DataFrame) -> list[Measure]:
    """Return what can be scored: what has a truth somewhere."""
    return [measure for measure in MEASURES if frame[COLUMNS[measure][1]].notna().any()]


def past_of(frame: pd.DataFrame, measure: Measure) -> Past:
    """Return the finished projects with a plan, of a table that holds only what was known."""
    plan, actual = COLUMNS[measure]
    chosen = frame[(frame["status"] == "finished") & (frame[plan] > 0) & (frame[actual] > 0)]
    return Past(
        plan=chosen[plan].to_numpy(dtype=np.float64),
        actual=chosen[actual].to_numpy(dtype=np.float64),
        backlog=chosen["backlog"].to_numpy(dtype=np.float64),
        kind=chosen["template"].fillna("").to_numpy(dtype=object),
    )


def cases_at(
    history: History,
    known: pd.DataFrame,
    measure: Measure,
    seen: set[tuple[str, str]],
    fresh_from: date,
) -> list[Case]:
    """Return the projects that were open at a cut and what came of each.

    Efforts and costs are asked for projects that are new since ``fresh_from``: what a project has
    spent is not known in general, and those that are still open are the long and dear ones.

    Parameters
    ----------
    history : all that is known now; ``known`` : the table of projects as known at the cut, whose
        morning is ``known.attrs["as_of"]``.
    seen : (measure, project) asked for at earlier cuts; those of this cut are added.
    """
    import pandas as pd

    now = table_of_projects(history)
    if now is None:
        return []
    current: list[Any] = now.to_dict("records")
    latest: dict[str, dict[str, Any]] = {str(row["project"]): row for row in current}
    plan, actual = COLUMNS[measure]
    cut = known.attrs["as_of"]
    is_open = known["status"] == "open"
    last = pd.Timestamp(history.as_of) - pd.Timedelta(days=1)
    found: list[Case] = []
    rows: list[Any] = known[is_open].to_dict("records")
    for row in rows:
        then = latest[str(row["project"])]
        is_over = then["status"] == "finished"
        truth = float(then[actual]) if is_over else math.nan
        if measure != "finish" and row["since"].date() < fresh_from:
            continue
        if then["status"] == "cancelled" or (measure != "finish" and math.isnan(truth)):
            continue
        floor, end = 0.0, math.inf
        if measure == "finish":
            floor, end = float(row["age_days"]), _days(history, row["since"], last)
        when = then["finished"] if is_over else last
        key = (measure, str(row["project"]))
        found.append(
            Case(
                cut=cut,
                measure=measure,
                project=str(row["project"]),
                kind="" if pd.isna(row["template"]) else str(row["template"]),
                plan=float(row[plan]),
                floor=floor,
                backlog=float(row["backlog"]),
                truth=truth,
                end=end,
                is_first=key not in seen,
                has_begun=bool(pd.notna(row["released"])),
                quarter=f"{when.year}-Q{(when.month + 2) // 3}",
            )
        )
        seen.add(key)
    return found


def known_table(history: History) -> pd.DataFrame | None:
    """Return ``table_of_projects`` of a history that is frozen at a cut, with ``age_days``."""
    frame = table_of_projects(history)
    if frame is None:
        return None
    frame["age_days"] = np.nan_to_num(history.age_days(frame["since"]))
    frame.attrs["as_of"] = history.as_of
    return frame


def _days(history: History, first: pd.Timestamp, last: pd.Timestamp) -> float:
    import pandas as pd

    return float(history.working_days(pd.Series([first]), pd.Series([last]))[0])
