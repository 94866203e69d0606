"""Melbourne Water: capital projects under way and asked for, as a scenario without queues.

There are no people and no plans in the data, so nothing can wait for anybody: each step (approval,
delivery) lasts as long as such steps lasted, waiting included. How long that was is the
Kaplan-Meier estimate of finished and open projects together; beyond the last finished one a
lognormal goes on, fitted to the same data (Kaplan and Meier 1958; censored maximum likelihood).

    python -m scenarios.readers.melbourne scenarios/melbourne/history > pipeline.yaml
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

import numpy as np

import pmosim as pm
from pmosim.scenario.resolution import yaml_text

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd
    from numpy.typing import NDArray

STEPS = {"approval": ("requested", "released"), "delivery": ("released", "finished")}
"""Task -> the dates it begins and ends with."""
TEMPLATE = "capital-project"
N_VALUES = 100
"""Values of equal weight that a law is written as."""


def step_days(history: pm.History, step: str) -> tuple[pd.DataFrame, NDArray[np.float64], Any]:
    """Return the rows that began a step, the working days so far or in all, and which ended."""
    begin, end = STEPS[step]
    rows = _projects(history)
    rows = rows[rows[begin].notna()]
    ended = rows[end].notna().to_numpy()
    days = np.where(
        ended, history.working_days(rows[begin], rows[end]), history.age_days(rows[begin])
    )
    return rows, np.maximum(days, 1.0), ended


def kaplan_meier(
    days: NDArray[np.float64], ended: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the days on which something ended, and the share that has ended by then."""
    times = np.unique(days[ended])
    at_risk = np.array([(days >= time).sum() for time in times])
    events = np.array([((days == time) & ended).sum() for time in times])
    return times, 1.0 - np.cumprod(1.0 - events / at_risk)


def law_of(days: NDArray[np.float64], ended: NDArray[np.bool_]) -> dict[str, Any]:
    """Return how long a step lasts, as the empirical law of a scenario file."""
    from scipy import stats

    times, shares = kaplan_meier(days, ended)
    logs = np.log(days)
    data = stats.CensoredData(uncensored=logs[ended], right=logs[~ended])
    middle, spread = stats.norm.fit(data)
    levels = (np.arange(N_VALUES) + 0.5) / N_VALUES
    values = times[np.minimum(np.searchsorted(shares, levels), len(times) - 1)]
    beyond = levels > shares[-1]
    # The law above the last finished step, given that it lasts longer than that.
    below = stats.norm.cdf(np.log(times[-1]), middle, spread)
    within = below + (1 - below) * (levels - shares[-1]) / (1 - shares[-1] + 1e-12)
    tail = np.exp(stats.norm.ppf(np.clip(within, 1e-9, 1 - 1e-9), middle, spread))
    values = np.where(beyond, np.maximum(tail, times[-1]), values)
    return {"dist": "empirical", "values": [f"{round(value)}d" for value in values]}


def document_of(history: pm.History, *, horizon: str = "2y") -> dict[str, Any]:
    """Return the scenario of all open projects and of those that will be asked for.

    All programmes share one law for each step: laws of their own are finer, and were further off on
    each of three earlier mornings.
    """
    projects = _projects(history)
    tasks: dict[str, Any] = {}
    for step in STEPS:
        _, days, ended = step_days(history, step)
        tasks[step] = {"duration": law_of(days, ended)}
    tasks["delivery"]["after"] = "approval"
    open_rows = projects[projects["status"] == "open"]
    fitted = pm.calibrate(history)
    return {
        "pmosim": 1,
        "name": "Capital projects, without queues",
        "as_of": history.as_of.isoformat(),
        "horizon": horizon,
        "run_off": "1d",
        "assume": "none",
        "templates": {TEMPLATE: {"tasks": tasks}},
        "projects": [_project(history.as_of, row) for _, row in open_rows.iterrows()],
        "demand": {
            "new": {
                "template": TEMPLATE,
                "rate": f"{fitted.value('arrival_rate', 'arrivals', 0.0):.3g}/y",
                "dispersion": round(max(1.0, fitted.value("dispersion", "arrivals", 1.0)), 2),
            }
        },
    }


def _projects(history: pm.History) -> pd.DataFrame:
    if history.projects is None:
        raise ValueError("the history has no projects")
    return history.projects


def _project(as_of: date, row: pd.Series[Any]) -> dict[str, Any]:
    """Return an open project: what is done, and how long its step has lasted already."""
    is_approved = row["released"] == row["released"]  # NaT is not itself
    step = "delivery" if is_approved else "approval"
    since = row[STEPS[step][0]].date()
    begun = int(np.busday_count(since, as_of))
    tasks: dict[str, Any] = {"approval": {"done": True}} if is_approved else {}
    if begun > 0:
        tasks[step] = {"spent": f"{begun}d"}
    return {
        "id": row["project"],
        "template": TEMPLATE,
        "groups": {"programme": row["template"]},
        "status": "running",
        "tasks": tasks,
    }


def main() -> None:
    """Write the scenario of a history to stdout."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("history")
    parser.add_argument("--at", help="as known on the morning of this day")
    arguments = parser.parse_args()
    history = pm.read_history(arguments.history)
    if arguments.at:
        from datetime import date

        history = history.known_at(date.fromisoformat(arguments.at))
    sys.stdout.write(yaml_text(document_of(history), is_compact=True))


if __name__ == "__main__":
    main()
