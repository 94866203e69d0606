"""Forecast: answers with their error: dates, overruns, bottlenecks, returns.

In: outcomes. Out: estimates, frames and the document of ``run --json``.
Not here: anything that depends on the engine that made the outcomes, or on how they are shown.
"""

from __future__ import annotations

import difflib
import math
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from pmosim.errors import InputError, Problem
from pmosim.forecast import bottleneck, cost, finish
from pmosim.forecast.cost import Spending
from pmosim.forecast.delay import WaysBack
from pmosim.forecast.document import forecast_document, project_document
from pmosim.forecast.estimate import Estimate, FinishEstimate
from pmosim.forecast.futures import ProjectFutures, TaskIndex, projects_in_futures
from pmosim.money import Periods, fiscal_years
from pmosim.plan import planned_months

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from pmosim.forecast.estimate import Json
    from pmosim.network.arrays import FloatArray
    from pmosim.outcomes import Outcomes

__all__ = ["Estimate", "FinishEstimate", "Forecast"]

NOT_IN_FRAME = (
    *("milestones", "joint", "quantiles", "outlook_why"),
    *("slip_causes", "waits_on", "chain"),
)
"""Entries of a project that are lists, and no columns."""


class Forecast:
    """What the futures say together.

    Parameters
    ----------
    outcomes : the futures; nothing else is read.
    """

    def __init__(self, outcomes: Outcomes) -> None:
        self.outcomes = outcomes

    def __repr__(self) -> str:
        """Return what it is a forecast of."""
        name, n = self.outcomes.network.name, self.outcomes.replications
        return f"Forecast({name!r}, {n} futures, seed {self.outcomes.seed})"

    def finish(self, project: str, level: float = 0.8) -> FinishEstimate:
        """Return the date by which a project is finished in a share ``level`` of its futures."""
        return finish.finish_date(self._find(project), level)

    def p_late(self, project: str) -> Estimate:
        """Return the chance that a project is late for its due date."""
        return finish.late_probability(self._find(project))

    def p_over_budget(self, project: str) -> Estimate:
        """Return the chance that a project costs more than its budget."""
        return cost.over_budget_probability(self._find(project))

    def roles(self) -> pd.DataFrame:
        """Return one row per role: headcount, fte, utilisation and wait_days with intervals."""
        import pandas as pd

        documents = bottleneck.role_documents(self.outcomes, None)
        columns = ["id", "headcount", "fte", "utilisation", "wait_days"]
        rows = [_flat({name: role[name] for name in columns}) for role in documents]
        return pd.DataFrame(rows).rename(columns={"id": "role"})

    def costs(self, by: str = "project") -> pd.DataFrame:
        """Return the cost of each group over all futures, with intervals and by fiscal year.

        Parameters
        ----------
        by : a key of the projects' ``groups``, or project, status, class, sponsor, template.
        """
        import pandas as pd

        groups = cost.cost_by_group(
            self.outcomes, by, self.spending, has_to_date=self.has_cost_to_date
        )
        return pd.DataFrame(
            [{by: name, **_flat({"cost": amounts})} for name, amounts in groups.items()]
        )

    def to_frame(self) -> pd.DataFrame:
        """Return one row per listed project: every number of the document, flat.

        ``finish.p80`` is column ``finish_p80`` (dates), its interval ``finish_p80_low`` and
        ``finish_p80_high``; NaN and NaT = not known or after the planning window.
        """
        import pandas as pd

        rows = []
        for futures in self.projects:
            project = project_document(self, futures)
            for name in NOT_IN_FRAME:
                project.pop(name)
            project |= {f"group_{key}": name for key, name in project.pop("groups").items()}
            rows.append(_flat(project))
        frame = pd.DataFrame(rows).rename(columns={"id": "project"})
        for column in frame.columns:
            if column in {"due", "deadline"} or column.startswith(("finish_p", "start_p")):
                frame[column] = pd.to_datetime(frame[column])
        return frame

    def to_document(self, by: str | None = None, scope: Mapping[str, Any] | None = None) -> Json:
        """Return the forecast as plain dicts, lists and scalars, schema ``pmosim.run/1``.

        Parameters
        ----------
        by : see ``costs``: what the reader wants projects sorted by.
        scope : which projects of the scenario were left out (``Selection.to_scope``).
        """
        return forecast_document(self, by, scope)

    @cached_property
    def projects(self) -> list[ProjectFutures]:
        """Listed projects, each with the futures in which it exists."""
        return projects_in_futures(self.outcomes)

    @cached_property
    def tasks(self) -> TaskIndex:
        """Where the rows of each task stand."""
        return TaskIndex.of(self.outcomes)

    @cached_property
    def ways_back(self) -> WaysBack:
        """What stood between the request and the finish of each listed project."""
        return WaysBack(self.outcomes, self.projects)

    @cached_property
    def fiscal_years(self) -> Periods:
        """Fiscal years of the run."""
        last_minute = int(self.outcomes.run_end.max(initial=0))
        return fiscal_years(self.outcomes.network, last_minute)

    @cached_property
    def spending(self) -> Spending:
        """Money of each project row, by fiscal year too."""
        return Spending.of(self.outcomes, self.fiscal_years)

    @property
    def has_cost_to_date(self) -> bool:
        """Whether any listed project states what was spent before day 0."""
        network = self.outcomes.network
        stated = network.projects.cost_to_date[: network.n_listed]
        return not bool(np.isnan(stated).all())

    @cached_property
    def planned_days(self) -> FloatArray:
        """(S, months) person-days planned for the listed projects with unlimited people."""
        return planned_months(self.outcomes.network)

    def _find(self, project: str) -> ProjectFutures:
        ids = self.outcomes.network.projects.ids[: self.outcomes.network.n_listed]
        if project in ids:
            return self.projects[ids.index(project)]
        close = difflib.get_close_matches(project, ids, n=1)
        hint = f" Did you mean {close[0]!r}?" if close else ""
        text = f"the scenario has no project {project!r}.{hint} Known: {', '.join(ids)}."
        raise InputError([Problem(place="project", code="PMO205", text=text)])


def _flat(value: Json) -> dict[str, object]:
    """Return a mapping of one level: estimates become a value and ``_low`` and ``_high``."""
    result: dict[str, object] = {}
    for name, part in value.items():
        if not isinstance(part, dict):
            result[name] = part
        elif {"value", "low", "high"} <= part.keys():
            for end, key in (("", "value"), ("_low", "low"), ("_high", "high")):
                result[f"{name}{end}"] = math.nan if part[key] is None else part[key]
        else:
            result |= {f"{name}_{key}": item for key, item in _flat(part).items()}
    return result
