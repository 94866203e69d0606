"""Delay: why a project ends later than agreed, for whom it waits, and what its finish hangs on.

In: the futures of a project, and the ways back from its finish (``chain``). Out: entries of the
document: ``slip_causes``, ``waits_on``, ``chain``. The parts of a slip add up to it exactly, in
every future: they are whole minutes before they are averaged.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from pmosim.forecast.chain import INTAKE, PROJECT, chain, own_path
from pmosim.forecast.estimate import mean, probability
from pmosim.forecast.finish import is_committed
from pmosim.forecast.wording import chance_in_words
from pmosim.network.arrays import NONE
from pmosim.outcomes import CAUSES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pmosim.forecast.chain import Steps
    from pmosim.forecast.estimate import Estimate, Json
    from pmosim.forecast.futures import ProjectFutures
    from pmosim.network.arrays import IntArray
    from pmosim.outcomes import Outcomes

PLAN, RESERVE = "plan", "reserve"
"""Parts of a slip that are not waiting: own work beyond the time given, and time given beyond the
own work (negative: it takes up some of the waiting)."""
LISTED = 5
"""Entries of a list in the document, at most."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """One part of a slip."""

    cause: str
    """``plan``, ``reserve``, a cause of waiting, or ``role``."""
    role: str | None
    days: Estimate


@dataclass(frozen=True, kw_only=True)
class Slip:
    """How much later than agreed a project ends, over the finished futures, and why."""

    since: str
    """``baseline`` or ``due``: what it is counted from."""
    n: int
    days: Estimate
    """Working days after the agreed finish; negative is early."""
    parts: tuple[Part, ...]
    """``plan`` first, then the longest first; those that never happen are left out."""


@dataclass(frozen=True, kw_only=True)
class Held:
    """Something a project waits for itself, and who has it meanwhile."""

    cause: str
    """``role``, ``project`` or ``intake``."""
    role: str | None
    holder: str | None
    """Project (or stream) that gave it back, None = nobody: the people were away, not there
    yet, or kept free for an older task."""
    is_demand: bool
    """Whether the holder is a stream, whose projects count together."""
    is_own: bool
    """Whether the holder is another task of the project itself."""
    share: Estimate
    """Of the finished futures."""
    days: Estimate
    """Mean over all finished futures."""


@dataclass(frozen=True, kw_only=True)
class OnChain:
    """A project or a role on the chain behind a finish."""

    name: str
    share: Estimate
    """Of the finished futures."""
    days: Estimate
    """Mean time of the chain over all finished futures."""


@dataclass(frozen=True, kw_only=True)
class Hangs:
    """What a finish hangs on: the resource-critical chain over all finished futures."""

    n: int
    own_days: Estimate | None
    """Time of the chain in the project itself; None where it is of different projects."""
    projects: tuple[OnChain, ...]
    """Others, the most frequent first; those of a stream count together."""
    roles: tuple[OnChain, ...]
    """Roles whose people the chain waits for; the time is that of who held them."""


# --- the slip -----------------------------------------------------------------------------------


def agreed_finish(outcomes: Outcomes, rows: IntArray) -> tuple[str, IntArray]:
    """Return what slip counts from and its minute for each project row of one project."""
    projects, network = outcomes.projects_, outcomes.network.projects
    row = int(projects.row[rows[0]])
    planned, due = int(network.baseline_finish[row]), int(network.due[row])
    if planned != NONE:
        return "baseline", np.full(len(rows), planned)
    is_demand = (projects.number[rows] > 0) & (due != NONE)
    return "due", np.where(is_demand, projects.arrived[rows] + due, due)


def slip_parts(outcomes: Outcomes, rows: IntArray, agreed: IntArray) -> IntArray:
    """(n, names) minutes of each part of finish - agreed; every row adds up exactly.

    ``plan`` is what the own work takes beyond the time between request and agreed finish,
    ``reserve`` (0 or less) what that time leaves beyond it, the others are waits in full.
    """
    causes = outcomes.projects_.causes[rows]
    beyond = causes[:, 0] - (agreed - outcomes.projects_.arrived[rows])
    return np.column_stack([np.maximum(beyond, 0), np.minimum(beyond, 0), causes[:, 1:]])


def slip_of(outcomes: Outcomes, rows: IntArray) -> Slip | None:
    """Return the slip of one project over its finished futures; None = nothing is agreed.

    Parameters
    ----------
    rows : its project rows, at least one of them finished, else None.
    """
    rows = rows[outcomes.projects_.finished[rows] != NONE]
    if not len(rows):
        return None
    since, agreed = agreed_finish(outcomes, rows)
    if (agreed == NONE).any():
        return None
    minutes = slip_parts(outcomes, rows, agreed)
    days = minutes / outcomes.minutes_per_day
    names = (PLAN, RESERVE, *CAUSES[1:], *("role" for _ in outcomes.network.role_ids))
    roles = (*(None for _ in CAUSES), None, *outcomes.network.role_ids)
    parts = [
        Part(cause=names[k], role=roles[k], days=mean(days[:, k]))
        for k in range(len(names))
        if k == 0 or minutes[:, k].any()
    ]
    return Slip(
        since=since,
        n=len(rows),
        days=mean(minutes.sum(axis=1) / outcomes.minutes_per_day),
        parts=(parts[0], *sorted(parts[1:], key=lambda part: -part.days.value)),
    )


# --- whom it waits for --------------------------------------------------------------------------


def held_up_by(outcomes: Outcomes, rows: IntArray, steps: Steps) -> tuple[Held, ...]:
    """Return what a project waits for and who has it, the longest first.

    Parameters
    ----------
    rows : (n,) its finished project rows, ascending.
    steps : their own paths.
    """
    network, projects = outcomes.network, outcomes.projects_
    is_wait = steps.cause >= PROJECT
    of, cause = steps.of[is_wait], steps.cause[is_wait]
    holder = steps.holder[is_wait]
    by = np.where(holder == NONE, NONE, projects.row[holder])
    by = np.where(holder == of, len(network.projects.ids), by)
    wide = len(network.projects.ids) + 2
    found = []
    for key, share, days in _shares(
        outcomes, rows, of, cause * wide + by + 1, steps.minutes[is_wait]
    ):
        kind, place = divmod(key, wide)
        is_own = place == wide - 1
        row = int(projects.row[rows[0]]) if is_own else place - 1
        found.append(
            Held(
                cause=CAUSES[kind] if kind < len(CAUSES) else "role",
                role=None if kind < len(CAUSES) else network.role_ids[kind - len(CAUSES)],
                holder=None if row == NONE else network.projects.ids[row],
                is_demand=row >= network.n_listed,
                is_own=is_own,
                share=share,
                days=days,
            )
        )
    return tuple(sorted(found, key=lambda held: (-held.days.value, -held.share.value)))


def hangs_on(outcomes: Outcomes, rows: IntArray, steps: Steps, *, has_own: bool = True) -> Hangs:
    """Return who stands on the chains of some project rows, and for how long.

    Parameters
    ----------
    rows : (n,) finished project rows, ascending, at most one of each future.
    steps : their chains.
    has_own : whether the rows are of one project, whose own time is counted apart.
    """
    network, projects = outcomes.network, outcomes.projects_
    is_own = (steps.owner == steps.of) & has_own
    own = _minutes_of(rows, steps.of[is_own], steps.minutes[is_own]) / outcomes.minutes_per_day
    others = [
        OnChain(name=network.projects.ids[row], share=share, days=days)
        for row, share, days in _shares(
            outcomes,
            rows,
            steps.of[~is_own],
            projects.row[steps.owner[~is_own]],
            steps.minutes[~is_own],
        )
    ]
    role = np.where(steps.cause >= len(CAUSES), steps.cause, steps.via)
    is_role = role >= len(CAUSES)
    roles = [
        OnChain(name=network.role_ids[key - len(CAUSES)], share=share, days=days)
        for key, share, days in _shares(
            outcomes, rows, steps.of[is_role], role[is_role], steps.minutes[is_role]
        )
    ]
    return Hangs(
        n=len(rows),
        own_days=mean(own) if has_own else None,
        projects=tuple(sorted(others, key=_most_frequent)),
        roles=tuple(sorted(roles, key=_most_frequent)),
    )


def _most_frequent(entry: OnChain) -> tuple[float, float]:
    return -entry.share.value, -entry.days.value


def _minutes_of(rows: IntArray, of: IntArray, minutes: IntArray) -> IntArray:
    """(n,) sum of minutes of each row."""
    total = np.zeros(len(rows), dtype=np.int64)
    np.add.at(total, np.searchsorted(rows, of), minutes)
    return total


def _shares(
    outcomes: Outcomes, rows: IntArray, of: IntArray, keys: IntArray, minutes: IntArray
) -> list[tuple[int, Estimate, Estimate]]:
    """Return (key, share of the rows that have it, mean days over all rows) of each key."""
    result = []
    for key in np.unique(keys).tolist():
        mine = keys == key
        total = _minutes_of(rows, of[mine], minutes[mine])
        days = mean(total / outcomes.minutes_per_day)
        result.append((key, probability(total > 0), days))
    return result


# --- the document -------------------------------------------------------------------------------


class WaysBack:
    """The ways back from every finish of the listed projects, walked once."""

    def __init__(self, outcomes: Outcomes, projects: Sequence[ProjectFutures]) -> None:
        self.outcomes, self.projects = outcomes, projects
        rows = np.concatenate(
            [np.zeros(0, dtype=np.int64), *(futures.rows for futures in projects)]
        )
        self.own = self._by_project(own_path(outcomes, rows))
        self.chain = self._by_project(chain(outcomes, rows))

    def _by_project(self, steps: Steps) -> list[Steps]:
        """Return the intervals of each listed project; only finished rows have been walked."""
        row = self.outcomes.projects_.row[steps.of]
        order = np.argsort(row, kind="stable")
        bounds = np.searchsorted(row[order], np.arange(len(self.projects) + 1)).tolist()
        return [_only(steps, order[begin:end]) for begin, end in pairwise(bounds)]

    def slip_causes(self, futures: ProjectFutures) -> Json | None:
        """Return the slip of a project and its parts; None = nothing is agreed, or no finish."""
        slip = None if futures.reason else slip_of(self.outcomes, futures.rows)
        return None if slip is None else slip_json(slip)

    def waits_on(self, futures: ProjectFutures) -> Json | None:
        """Return what a project waits for and who has it meanwhile; None = it never finishes."""
        rows = futures.rows[futures.is_finished]
        if futures.reason or not len(rows):
            return None
        steps = self.own[futures.project]
        return waits_json(held_up_by(self.outcomes, rows, steps), len(rows))

    def chain_of(self, futures: ProjectFutures) -> Json | None:
        """Return what stands on the chain behind a project's finish; None = it never finishes."""
        rows = futures.rows[futures.is_finished]
        if futures.reason or not len(rows):
            return None
        steps = self.chain[futures.project]
        return hangs_json(hangs_on(self.outcomes, rows, steps))

    def committed_chain(self) -> Json | None:
        """Return what stands on the chain behind the last finish of everything committed."""
        rows = last_committed(self.outcomes, self.projects)
        if not len(rows):
            return None
        steps = chain(self.outcomes, rows)
        return hangs_json(hangs_on(self.outcomes, rows, steps, has_own=False))


def last_committed(outcomes: Outcomes, projects: Sequence[ProjectFutures]) -> IntArray:
    """Return the project row that ends last of those committed, of each future that ends them."""
    last = np.full(outcomes.replications, NONE)
    row = np.full(outcomes.replications, NONE)
    is_open = np.zeros(outcomes.replications, dtype=np.bool_)
    is_stopped = outcomes.has_status("stopped")
    for futures in projects:
        if not is_committed(outcomes.network, futures.project):
            continue
        place = outcomes.future[futures.rows]
        is_later = futures.is_finished & (futures.finished > last[place])
        last[place[is_later]] = futures.finished[is_later]
        row[place[is_later]] = futures.rows[is_later]
        is_open[place[~futures.is_finished & ~is_stopped[futures.rows]]] = True
    return np.sort(row[(row != NONE) & ~is_open])


def _only(steps: Steps, chosen: IntArray) -> Steps:
    return replace(
        steps, **{column.name: getattr(steps, column.name)[chosen] for column in fields(steps)}
    )


def slip_json(slip: Slip) -> Json:
    """Return a slip as the document holds it."""
    return {
        "from": slip.since,
        "n": slip.n,
        "days": slip.days.to_json(),
        "parts": [
            {"cause": part.cause, "role": part.role, "days": part.days.to_json()}
            for part in slip.parts
        ],
    }


def waits_json(held: Sequence[Held], n: int) -> Json:
    """Return what is waited for as the document holds it: the longest, and the rest as a sum."""
    return {
        "n": n,
        "held": [_held_json(one) for one in held[:LISTED]],
        "others": _rest(held),
    }


def _rest(entries: Sequence[Held | OnChain]) -> Json:
    """Return how many entries are not listed, and their mean days together."""
    rest = entries[LISTED:]
    return {"n": len(rest), "days": float(sum(one.days.value for one in rest))}


def _held_json(held: Held) -> Json:
    """Return a wait as the document holds it."""
    return {
        "cause": held.cause,
        "role": held.role,
        "project": held.holder,
        "is_demand": held.is_demand,
        "is_own": held.is_own,
        "share": held.share.to_json(),
        "days": held.days.to_json(),
        "text": held_in_words(held),
    }


def hangs_json(hangs: Hangs) -> Json:
    """Return a chain as the document holds it."""
    return {
        "n": hangs.n,
        "own_days": None if hangs.own_days is None else hangs.own_days.to_json(),
        **{
            kind: [
                {key: one.name, "share": one.share.to_json(), "days": one.days.to_json()}
                for one in entries[:LISTED]
            ]
            for kind, key, entries in (
                ("projects", "project", hangs.projects),
                ("roles", "role", hangs.roles),
            )
        },
        "other_projects": _rest(hangs.projects),
    }


def held_in_words(held: Held) -> str:
    """Return e.g. ``In 62 of 100 futures it waits for the architect held by crm``."""
    return f"In {chance_in_words(held.share.value, held.share.n)} futures it {what_waits(held)}."


def what_waits(held: Held) -> str:
    """Return ``waits for the architect held by crm``."""
    by = "its own tasks" if held.is_own else held.holder
    if held.is_demand and by and not held.is_own:
        by = f"{by} (demand)"
    if held.cause == CAUSES[PROJECT]:
        return f"waits for {by}" if by else "waits for another project"
    if held.cause == CAUSES[INTAKE]:
        return f"waits for the place of {by}" if by else "waits to be started"
    if by is None:
        return f"waits for the {held.role} held by nobody (away, not there yet, or kept free)"
    return f"waits for the {held.role} held by {by}"
