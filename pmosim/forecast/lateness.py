"""Lateness: why a project is late, what that costs, and what it waits for.

In: the futures of a project with a due date. Out: the mean delay taken apart into causes that add
up to it, one sentence, and the cost of delay.

The delay of a late future (finish - due) goes first to a plan that is shorter than its own work:
what would be late even if nothing had to be waited for. The rest goes to what was waited for on
the way to the finish, each in proportion to its days (model.md, section 8).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pmosim.forecast.estimate import mean, mean_of_known, unknown
from pmosim.forecast.finish import UNFINISHED, is_late
from pmosim.network.arrays import NONE
from pmosim.outcomes import CAUSES

if TYPE_CHECKING:
    from pmosim.forecast.estimate import Json
    from pmosim.forecast.futures import ProjectFutures
    from pmosim.network.arrays import BoolArray, FloatArray

WAITS = CAUSES[1:]
WORDS = {
    "lag": "agreed waiting times",
    "date": "dates before which nothing may start",
    "project": "waiting for other projects",
    "intake": "waiting to be started",
}
LEAST_DAYS = 0.5
"""A wait shorter than this on average is not worth a word."""
NAMED = 2
"""Causes named in a sentence, at most."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Lateness:
    """The late futures of a project that has a due date."""

    futures: ProjectFutures
    due: int
    is_late: BoolArray
    """(n,) late or unfinished."""

    @property
    def chosen(self) -> BoolArray:
        """(n,) late and finished: only these have causes."""
        return np.asarray(self.is_late & self.futures.is_finished)

    @property
    def names(self) -> tuple[str, ...]:
        """What a delay is taken apart into: ``plan``, then waits, then roles."""
        return ("plan", *WAITS, *self.futures.outcomes.network.role_ids)

    def parts(self) -> FloatArray:
        """(late futures, names) working days; each row adds up to finish - due."""
        outcomes = self.futures.outcomes
        rows = self.futures.rows[self.chosen]
        per_day = outcomes.minutes_per_day
        late = (outcomes.projects_.finished[rows] - self.due) / per_day
        causes = outcomes.projects_.causes[rows] / per_day
        time_given = (self.due - outcomes.projects_.arrived[rows]) / per_day
        waited = causes[:, 1:]
        total = waited.sum(axis=1)
        # Without any wait the whole delay is the plan's: its own work took too long.
        plan = np.where(total > 0.0, np.clip(causes[:, 0] - time_given, 0.0, late), late)
        share = (late - plan) / np.where(total > 0.0, total, 1.0)
        return np.column_stack([plan, waited * share[:, None]])


def lateness_of(futures: ProjectFutures) -> Lateness | None:
    """Return the late futures; None without a due date, or one that lies beyond the window."""
    due = int(futures.outcomes.network.projects.due[futures.project])
    if due == NONE or futures.reason:
        return None
    late = is_late(futures, futures.finished, due)
    return None if late is None else Lateness(futures=futures, due=due, is_late=late)


def late_causes(late: Lateness | None) -> Json | None:
    """Return the mean working days late, and their causes, over the late and finished futures."""
    if late is None or not late.chosen.any():
        return None
    parts = late.parts()
    return {
        "n": len(parts),
        "days_late": mean(parts.sum(axis=1)).to_json(),
        **{name: mean(parts[:, k]).to_json() for k, name in enumerate(late.names)},
    }


def outlook_why(late: Lateness | None) -> Json | None:
    """Return the main cause of the delay, in words too, and what the project waits for."""
    if late is None:
        return None
    cause, role, days, text = _main_cause(late)
    return {
        "cause": cause,
        "role": role,
        "days": days,
        "text": text,
        "waits_for": _waits(late.futures),
    }


def cost_of_delay(futures: ProjectFutures) -> Json | None:
    """Return what a working day of delay costs, the days late and their cost; None = not asked.

    Days late are the working days between due date and finish, 0 where it is in time.
    """
    projects, row = futures.outcomes.network.projects, futures.project
    per_day, due = float(projects.cost_of_delay[row]), int(projects.due[row])
    if math.isnan(per_day):
        return None
    late = cost = unknown(futures.reason, n=futures.n)
    amounts = delay_costs(futures)
    if amounts is not None:
        late = mean_of_known(_days_late(futures, due), UNFINISHED)
        cost = mean_of_known(amounts, UNFINISHED)
    is_given = bool(projects.is_delay_given[row])
    return {
        "per_day": per_day if is_given else per_day * projects.size[row].plan,
        "basis": "stated" if is_given else "benefit",
        "days_late": late.to_json(),
        "expected": cost.to_json(),
    }


def delay_costs(futures: ProjectFutures) -> FloatArray | None:
    """(n,) cost of the delay after the due date, ``inf`` = unfinished; None = not asked."""
    projects, row = futures.outcomes.network.projects, futures.project
    per_day, due = float(projects.cost_of_delay[row]), int(projects.due[row])
    if math.isnan(per_day) or due == NONE or futures.reason:
        return None
    if per_day == 0.0:
        return np.zeros(futures.n)
    factor = 1.0 if projects.is_delay_given[row] else futures.of(futures.outcomes.projects_.size)
    return np.asarray(_days_late(futures, due) * (per_day * factor))


def _days_late(futures: ProjectFutures, due: int) -> FloatArray:
    """(n,) working days after the due date, ``inf`` = unfinished."""
    return np.maximum(0.0, futures.finish_day - due / futures.outcomes.minutes_per_day)


def _main_cause(late: Lateness) -> tuple[str, str | None, float | None, str]:
    """Return (cause, role, days, sentence)."""
    if not late.is_late.any():
        return "none", None, None, "It is in time in every future."
    if not late.chosen.any():
        return "unfinished", _missing_role(late), None, _unfinished_text(late)
    parts = late.parts().mean(axis=0)
    order = np.argsort(-parts, kind="stable")
    named = [k for k in order.tolist() if parts[k] >= LEAST_DAYS][:NAMED] or order[:1].tolist()
    total = float(parts.sum())
    words = ", ".join(f"{_number(parts[k])} {_words(late, k)}" for k in named)
    text = f"Where it is late, it is late by {_days(total)} on average: {words}."
    first = named[0]
    name = late.names[first]
    role = name if first > len(WAITS) else None
    return ("role" if role else name), role, float(parts[first]), text


def _words(late: Lateness, place: int) -> str:
    name = late.names[place]
    if place == 0:
        return "because its own work takes longer than the time until the due date"
    return WORDS[name] if place <= len(WAITS) else f"waiting for {name}"


def _days(days: float) -> str:
    """Return ``1 working day``, ``12 working days``."""
    text = _number(days)
    return f"{text} working day{'s' * (text != '1')}"


def _number(days: float) -> str:
    """Return the days, one decimal below ten."""
    text = f"{days:.1f}" if days < 10 else f"{days:.0f}"
    return text.removesuffix(".0")


def _unfinished_text(late: Lateness) -> str:
    n_late, n = int(late.is_late.sum()), late.futures.n
    role = _missing_role(late)
    missing = f"; most often it then waits for {role}" if role else ""
    return f"It does not finish in {n_late} of {n} futures{missing}."


def _missing_role(late: Lateness) -> str | None:
    """Return the role that open tasks of unfinished futures wait for most often."""
    outcomes = late.futures.outcomes
    is_mine = np.zeros(len(outcomes.projects_.row), dtype=bool)
    is_mine[late.futures.rows[late.is_late & ~late.futures.is_finished]] = True
    tasks = outcomes.tasks_
    is_waiting = is_mine[tasks.project_row] & (tasks.started == NONE) & (tasks.wait_role != NONE)
    if not is_waiting.any():
        return None
    roles = outcomes.network.role_ids
    return roles[int(np.bincount(tasks.wait_role[is_waiting], minlength=len(roles)).argmax())]


def _waits(futures: ProjectFutures) -> list[Json]:
    """Return what a finished project waited for, in mean working days, the longest first."""
    causes = futures.outcomes.projects_.causes[futures.rows[futures.is_finished]]
    if not len(causes):
        return []
    days = causes.mean(axis=0) / futures.outcomes.minutes_per_day
    names = (*CAUSES, *futures.outcomes.network.role_ids)
    order = np.argsort(-days, kind="stable").tolist()
    return [
        {
            "cause": "role" if k >= len(CAUSES) else names[k],
            "role": names[k] if k >= len(CAUSES) else None,
            "days": float(days[k]),
        }
        for k in order
        if k > 0 and days[k] >= LEAST_DAYS
    ]
