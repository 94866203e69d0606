"""Log: the tables of a history, and the same as they were known on an earlier day."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from pmosim.history.quality import Quality

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import pandas as pd
    from numpy.typing import NDArray

    from pmosim.workdays import WorkCalendar


@dataclass(frozen=True, kw_only=True, eq=False)
class History:
    """What was planned and done, as known on the morning of ``as_of``.

    Parameters
    ----------
    tasks, projects, time, people : a row per record, with every column of ``TABLES`` (blank = NaN
        or NaT; ids are text; efforts in person-days, durations in working days), further columns
        as text, and ``line``, the place of the row. None = the history has no such table.
    as_of : nothing of that day or later is known; an item without a finish was open then.
    measures : what ``effort`` and ``duration`` count (``work``, ``touch``, ``elapsed``), and
        ``planned_effort`` and ``planned_duration`` with them. Only columns that hold something.
    hours_per_day : hours of a working day, by which ``time`` becomes person-days.
    calendar : working days, for times between dates.
    currency : of costs; empty if not said.
    quality : what the rules of data removed, repaired and found.
    settings : further entries of ``history.yaml``, kept as they are.
    """

    tasks: pd.DataFrame | None = None
    projects: pd.DataFrame | None = None
    time: pd.DataFrame | None = None
    people: pd.DataFrame | None = None
    as_of: date
    measures: Mapping[str, str] = field(default_factory=dict)
    hours_per_day: float = 8.0
    calendar: WorkCalendar
    currency: str = ""
    quality: Quality = field(default_factory=Quality)
    settings: Mapping[str, Any] = field(default_factory=dict)

    def table(self, name: str) -> pd.DataFrame | None:
        """Return a table by its name."""
        if name not in {"tasks", "projects", "time", "people"}:
            message = f"{name!r} is no table of a history: tasks, projects, time, people"
            raise ValueError(message)
        found: pd.DataFrame | None = getattr(self, name)
        return found

    def working_days(self, first: pd.Series, last: pd.Series) -> NDArray[np.float64]:
        """Return the working days from one date to another, both included, row by row.

        At least 1 (work on days off took a day); NaN where a date is blank or they run backwards.
        """
        return working_days(self.calendar, first, last)

    def age_days(self, since: pd.Series) -> NDArray[np.float64]:
        """Return the working days from a date until the evening before ``as_of``, row by row."""
        import pandas as pd

        last = pd.Series(pd.Timestamp(self.as_of) - pd.Timedelta(days=1), index=since.index)
        return working_days(self.calendar, since, last)

    def known_at(self, day: date) -> History:
        """Return the history as it was known on the morning of ``day``.

        What was asked for later is gone; what finished (or was cancelled) later is open, and what
        only its finish told is blank: duration, effort and cost. Effort so far is summed from
        ``time`` where that table has it. First plans (estimates, due dates, budgets) stay: they are
        taken for those of the approval. A task is known since its own request, else since its
        project was requested (or released), because a plan lists what is not begun as well; where
        nothing says when, since it was begun. What has ended without a date is gone, because
        nothing says when that became known.
        """
        if day >= self.as_of:
            return self
        time = None if self.time is None else self.time[_before(self.time["date"], day)]
        tasks = None if self.tasks is None else _tasks_known(self, day, time)
        return replace(
            self,
            tasks=tasks,
            projects=None if self.projects is None else _projects_known(self.projects, day),
            time=None if time is None else time.copy(),
            people=None if self.people is None else _people_known(self.people, day),
            as_of=day,
            calendar=replace(self.calendar, as_of=day),
        )


def working_days(calendar: WorkCalendar, first: pd.Series, last: pd.Series) -> NDArray[np.float64]:
    """Return the working days between dates, both included; see ``History.working_days``."""
    starts = first.to_numpy(dtype="datetime64[D]")
    ends = last.to_numpy(dtype="datetime64[D]")
    known = ~(np.isnat(starts) | np.isnat(ends))
    known[known] = starts[known] <= ends[known]
    days = np.full(len(starts), np.nan)
    mask = [weekday in calendar.workweek for weekday in range(7)]
    days[known] = np.busday_count(
        starts[known],
        ends[known] + np.timedelta64(1, "D"),
        weekmask=mask,
        holidays=np.array(calendar.closures, dtype="datetime64[D]"),
    )
    return np.where(known, np.maximum(days, 1.0), np.nan)


def _before(dates: pd.Series, day: date) -> pd.Series:
    import pandas as pd

    return dates < pd.Timestamp(day)


def _first_date(frame: pd.DataFrame, names: tuple[str, ...]) -> pd.Series:
    """Return the first of several dates that a row has, in the order of ``names``."""
    found = frame[names[0]]
    for name in names[1:]:
        found = found.fillna(frame[name])
    return found


def _known(
    frame: pd.DataFrame, day: date, begins: tuple[str, ...], planned: pd.Series | None = None
) -> tuple[pd.DataFrame, pd.Series]:
    """Return the rows known then, those that ended later made open, and which are open.

    ``planned`` are rows that a plan known by then lists although nothing says when they began.
    """
    dateless = frame["finished"].isna() & (frame["status"] != "open")
    is_known = _before(_first_date(frame, begins), day)
    if planned is not None:
        is_known |= planned
    kept = frame[is_known & ~dateless].copy()
    is_later = kept["finished"].notna() & ~_before(kept["finished"], day)
    kept.loc[is_later, "finished"] = np.datetime64("NaT")
    kept.loc[is_later, "status"] = "open"
    for name in begins:
        if name != "finished":
            kept.loc[~_before(kept[name], day), name] = np.datetime64("NaT")
    return kept, kept["status"] == "open"


def _of_known_projects(tasks: pd.DataFrame, projects: pd.DataFrame | None, day: date) -> Any:
    """Return which tasks without a request of their own belong to a project known by then."""
    if projects is None:
        return None
    known = projects[_before(_first_date(projects, ("requested", "released")), day)]
    return tasks["requested"].isna() & tasks["project"].isin(known["project"].dropna())


def _tasks_known(history: History, day: date, time: pd.DataFrame | None) -> pd.DataFrame:
    if history.tasks is None:
        message = "the history has no tasks"
        raise ValueError(message)
    planned = _of_known_projects(history.tasks, history.projects, day)
    kept, is_open = _known(history.tasks, day, ("requested", "started", "finished"), planned)
    kept.loc[is_open, ["effort", "duration"]] = np.nan
    if time is None or kept.empty or history.measures.get("effort", "work") != "work":
        return kept
    keys = [key for key in ("project", "task", "person") if time[key].notna().any()]
    if "task" not in keys:
        return kept
    spent = (time.groupby(keys)["hours"].sum() / history.hours_per_day).rename("spent")
    so_far = kept[keys].join(spent, on=keys)["spent"]
    kept.loc[is_open, "effort"] = so_far[is_open]
    return kept


def _projects_known(projects: pd.DataFrame, day: date) -> pd.DataFrame:
    kept, is_open = _known(projects, day, ("requested", "released", "finished"))
    kept.loc[is_open, ["effort", "cost"]] = np.nan
    return kept


def _people_known(people: pd.DataFrame, day: date) -> pd.DataFrame:
    kept = people[people["from"].isna() | _before(people["from"], day)].copy()
    kept.loc[~_before(kept["left"], day), "left"] = np.datetime64("NaT")
    return kept
