"""Comparison: what changes from one run to others, on the same luck.

In: outcomes that are paired. Out: rows of (entity, measure, before, after, difference), as
objects, as a frame and as the document ``pmosim.compare/1``.
Not here: how a difference gets its interval (``forecast.paired``), who pays and why (``payers``).
"""

from __future__ import annotations

import difflib
import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from pmosim.errors import InputError, Problem, UnpairedError
from pmosim.forecast.bottleneck import NO_FINISH, NOBODY, utilisation_parts, wait_parts
from pmosim.forecast.cost import per_future
from pmosim.forecast.estimate import (
    TOLERATED_SHARE,
    Estimate,
    mean,
    mean_of_known,
    quantile,
    ratio,
)
from pmosim.forecast.finish import UNFINISHED, committed_finish, is_late, late_probability
from pmosim.forecast.futures import BEFORE_DAY_0, ProjectFutures, futures_by_id
from pmosim.forecast.paired import (
    MATERIAL_DAYS,
    MATERIAL_OF_MONEY,
    MATERIAL_SHARE,
    Difference,
    but_for_rounding,
    mean_difference,
    no_difference,
    probability_difference,
    quantile_difference,
    ratio_difference,
)
from pmosim.forecast.returns import NO_VALUE, portfolio_npv
from pmosim.network.arrays import NONE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd

    from pmosim.forecast.estimate import Json
    from pmosim.network.arrays import BoolArray, FloatArray
    from pmosim.outcomes import Outcomes
    from pmosim.workdays import WorkCalendar

SCHEMA = "pmosim.compare/1"
PORTFOLIO = "portfolio"
MATERIAL_WAIT_DAYS = 0.1
"""A wait is a mean over all projects: a tenth of a day of each is much in sum."""
MATERIAL_PROJECTS = 0.05
LEVELS = {"finish_p50_days": 0.5, "finish_p80_days": 0.8}
FINISHES = ("finish_mean_days", *LEVELS)
NO_COST = "have no cost"
NO_DUE_DATE = "nothing was promised: no due date"
OVER = tuple(BEFORE_DAY_0.values())
Kind = Literal["project", "role", "portfolio"]
Numbers = tuple[Estimate, Estimate, Difference]
"""Before, after, and the change."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One number before and after; base or value is None where the entity is not there."""

    entity: str
    """Id of a project or role, or ``portfolio``."""
    kind: Kind
    measure: str
    """finish_mean_days, finish_p50_days, finish_p80_days, p_late, cost_mean, npv_mean of projects
    and of the portfolio, which has ``finished`` (projects), too; wait_days, utilisation of roles.
    Days are working days, money is in the scenario's currency. ``wait_days`` is what the finished
    projects that both runs have waited on average: a newcomer that waits for nobody does not
    shorten the wait."""
    base: Estimate | None
    value: Estimate | None
    difference: Difference

    def to_json(self) -> Json:
        """Return the row as the document has it; a difference that is not known is null."""
        change = self.difference.to_json()
        ends = {name: change.pop(name) for name in ("value", "low", "high")}
        return {
            "entity": self.entity,
            "kind": self.kind,
            "measure": self.measure,
            "base": None if self.base is None else self.base.to_json(),
            "value": None if self.value is None else self.value.to_json(),
            "difference": None if math.isnan(self.difference.value) else ends,
            **change,
        }


@dataclass(frozen=True, kw_only=True, eq=False)
class Comparison:
    """A base and its alternatives, each paired with the base."""

    base_name: str
    base: Outcomes
    alternatives: tuple[tuple[str, Outcomes], ...]
    _known: dict[str, tuple[Row, ...]] = field(default_factory=dict, repr=False)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the alternatives."""
        return tuple(name for name, _ in self.alternatives)

    def rows(self, name: str | None = None) -> tuple[Row, ...]:
        """Return every row of an alternative (None = the first): projects, roles, portfolio."""
        name = self._name(name)
        if name not in self._known:
            self._known[name] = tuple(_all_rows(self.base_name, self.base, name, self.of(name)))
        return self._known[name]

    def of(self, name: str) -> Outcomes:
        """Return the outcomes of an alternative."""
        return dict(self.alternatives)[self._name(name)]

    def row(self, entity: str, measure: str, name: str | None = None) -> Row:
        """Return one row of an alternative (None = the first); InputError where there is none."""
        rows = self.rows(name)
        for row in rows:
            if row.entity == entity and row.measure == measure:
                return row
        known = dict.fromkeys(row.entity for row in rows)
        if entity in known:
            raise _not_found("measure", measure, [r.measure for r in rows if r.entity == entity])
        raise _not_found("entity", entity, list(known))

    def delay(self, project: str, name: str | None = None) -> Difference:
        """Return the change of the mean finish of a project in working days; less is earlier."""
        return self.row(project, "finish_mean_days", name).difference

    def to_frame(self) -> pd.DataFrame:
        """Return one row per alternative, entity and measure.

        Columns: alternative, kind, entity, measure; base, value and difference, each with
        ``_low`` and ``_high`` (NaN = not known, inf = after the planning window); settled,
        further (NaN = none), reason.
        """
        import pandas as pd

        return pd.DataFrame(
            [
                {
                    "alternative": name,
                    "kind": row.kind,
                    "entity": row.entity,
                    "measure": row.measure,
                    **_ends("base", row.base),
                    **_ends("value", row.value),
                    **_ends("difference", row.difference),
                    "settled": row.difference.is_settled,
                    "further": math.nan
                    if row.difference.further is None
                    else row.difference.further,
                    "reason": row.difference.reason,
                }
                for name in self.names
                for row in self.rows(name)
            ]
        )

    def to_document(self) -> Json:
        """Return the comparison as plain dicts, lists and scalars, schema ``pmosim.compare/1``.

        ``names`` are the projects' names by id; estimates of a finish have its ``date``, too.
        """
        network = self.base.network
        return {
            "schema": SCHEMA,
            "base": self.base_name,
            "seed": self.base.seed,
            "replications": self.base.replications,
            "currency": network.currency or None,
            "as_of": network.calendar.as_of.isoformat(),
            "names": _names([self.base, *(outcomes for _, outcomes in self.alternatives)]),
            "alternatives": [
                {
                    "name": name,
                    "rows": [_with_dates(row, network.calendar) for row in self.rows(name)],
                }
                for name in self.names
            ],
        }

    def _name(self, name: str | None) -> str:
        if name is None:
            return self.names[0]
        if name not in self.names:
            raise _not_found("alternative", name, self.names)
        return name


def compare(before: Outcomes, *after: Outcomes, names: Sequence[str] | None = None) -> Comparison:
    """Return what changes from one run to others, future by future.

    Parameters
    ----------
    before : the base.
    after : alternatives, at least one, simulated with the same seed and number of futures.
    names : what base and alternatives are called, else by their scenarios.

    Raises
    ------
    UnpairedError
        If the runs do not share their luck; says what differs and what to do.
    InputError
        If there is no alternative, or not one name for each run.
    """
    runs = [before, *after]
    if not after:
        raise InputError("compare needs two runs or more: a base and what it is compared with.")
    chosen = [run.network.name for run in runs] if names is None else list(names)
    if len(chosen) != len(runs):
        raise InputError(f"names has {len(chosen)} entries; give one for each of {len(runs)} runs.")
    unique = _unique(chosen)
    for name, run in zip(unique[1:], after, strict=True):
        _check_paired(unique[0], before, name, run)
    return Comparison(
        base_name=unique[0],
        base=before,
        alternatives=tuple(zip(unique[1:], after, strict=True)),
    )


def _check_paired(base_name: str, base: Outcomes, name: str, other: Outcomes) -> None:
    """Refuse runs in which future k is not the same luck, or a day not the same date."""
    faults = [
        f"{what} is {mine} in {base_name!r} and {theirs} in {name!r}"
        for what, mine, theirs in (
            ("the seed", base.seed, other.seed),
            ("the first future", base.first, other.first),
            ("the number of futures", base.replications, other.replications),
            ("settings.correlation", base.network.correlation, other.network.correlation),
        )
        if mine != theirs
    ]
    if faults:
        raise UnpairedError(
            f"These runs do not share their luck: {'; '.join(faults)}. Run both with the same "
            "seed, number of futures and correlation, or give the scenario files: "
            "they are then simulated together."
        )
    mine, theirs = base.network.calendar, other.network.calendar
    if mine != theirs:
        parts = [
            part
            for part in ("as_of", "workweek", "minutes_per_day", "closures")
            if getattr(mine, part) != getattr(theirs, part)
        ]
        raise UnpairedError(
            f"A working day of {base_name!r} is not the same date in {name!r}: {', '.join(parts)} "
            "of the calendar differ. Give both scenarios the same calendar."
        )


def _all_rows(base_name: str, base: Outcomes, name: str, other: Outcomes) -> Iterator[Row]:
    names = (base_name, name)
    mine, theirs = (futures_by_id(run) for run in (base, other))
    for entity in dict.fromkeys([*mine, *theirs]):
        yield from _project_rows(entity, (mine.get(entity), theirs.get(entity)), names)
    yield from _role_rows((base, other), names)
    yield from _portfolio_rows((base, other), (list(mine.values()), list(theirs.values())))


# ---- projects


def _project_rows(
    entity: str,
    pair: tuple[ProjectFutures | None, ProjectFutures | None],
    names: tuple[str, str],
) -> Iterator[Row]:
    first, second = pair
    if first is None or second is None:
        yield from _rows_of_one(entity, first, second, names)
    elif not (first.reason in OVER and second.reason in OVER):
        first, second = _shared(first, second)
        reason = _why_cancelled(first, names[0]) or _why_cancelled(second, names[1])
        yield from _rows(entity, "project", _project_numbers(first, second, reason))


def _rows_of_one(
    entity: str,
    first: ProjectFutures | None,
    second: ProjectFutures | None,
    names: tuple[str, str],
) -> Iterator[Row]:
    """Yield the rows of a project that only one of the runs has."""
    there = first or second
    if there is None:
        return
    missing = names[0] if first is None else names[1]
    for measure, (estimate, _, _) in _project_numbers(there, there, "").items():
        yield Row(
            entity=entity,
            kind="project",
            measure=measure,
            base=None if first is None else estimate,
            value=None if second is None else estimate,
            difference=no_difference(f"it is not in {missing!r}"),
        )


def _shared(first: ProjectFutures, second: ProjectFutures) -> tuple[ProjectFutures, ProjectFutures]:
    """Return the same project in the futures in which both runs have it."""
    mine, theirs = (each.outcomes.future[each.rows] for each in (first, second))
    if np.array_equal(mine, theirs):
        return first, second
    both = np.intersect1d(mine, theirs)
    return (
        replace(first, rows=first.rows[np.isin(mine, both)]),
        replace(second, rows=second.rows[np.isin(theirs, both)]),
    )


def _why_cancelled(futures: ProjectFutures, name: str) -> str:
    is_cancelled = futures.outcomes.network.projects.cancelled[futures.project] != NONE
    return f"it is cancelled in {name!r}" if is_cancelled else futures.reason


def _project_numbers(
    first: ProjectFutures, second: ProjectFutures, reason: str
) -> dict[str, Numbers]:
    """Return every measure of a project; with a reason no finish can be compared."""
    result = _finish_numbers(first.finish_day, second.finish_day)
    result["p_late"] = _late_numbers(first, second)
    if reason:
        result = {
            measure: (base, value, no_difference(reason, first.n))
            for measure, (base, value, _) in result.items()
        }
    money = first.outcomes.money, second.outcomes.money
    costs = first.of(money[0].cost), second.of(money[1].cost)
    values = first.of(money[0].npv), second.of(money[1].npv)
    result["cost_mean"] = _money_numbers(costs, NO_COST)
    result["npv_mean"] = _money_numbers(values, NO_VALUE)
    return result


def _finish_numbers(before: FloatArray, after: FloatArray) -> dict[str, Numbers]:
    """Return mean, P50 and P80 of a finish in working days."""
    result = {"finish_mean_days": _mean_numbers(before, after, MATERIAL_DAYS, UNFINISHED)}
    for measure, level in LEVELS.items():
        result[measure] = (
            quantile(before, level),
            quantile(after, level),
            quantile_difference(before, after, level),
        )
    return result


def _late_numbers(first: ProjectFutures, second: ProjectFutures) -> Numbers:
    estimates = late_probability(first), late_probability(second)
    before, after = _late(first), _late(second)
    if before is None or after is None:
        reasons = [estimate.reason for estimate in estimates if not estimate.is_known]
        return (*estimates, no_difference(max(reasons, default="") or NO_DUE_DATE, first.n))
    are_same = np.array_equal(first.finished, second.finished)
    return (*estimates, probability_difference(before, after, are_same=are_same))


def _late(futures: ProjectFutures) -> BoolArray | None:
    """(n,) whether each future is late; None where nothing is promised, or not to be told."""
    due = int(futures.outcomes.network.projects.due[futures.project])
    is_asked = due != NONE and not futures.reason
    return is_late(futures, futures.finished, due) if is_asked else None


def _mean_numbers(before: FloatArray, after: FloatArray, material: float, reason: str) -> Numbers:
    """Return both means over the futures in which both values are known, and their difference."""
    difference = mean_difference(before, after, material=material, reason=reason)
    is_known = np.isfinite(before) & np.isfinite(after)
    if np.count_nonzero(is_known) < (1.0 - TOLERATED_SHARE) * len(before):
        return mean_of_known(before, reason), mean_of_known(after, reason), difference
    return mean(before[is_known]), mean(after[is_known]), difference


def _money_numbers(amounts: tuple[FloatArray, FloatArray], reason: str) -> Numbers:
    before, after = amounts
    after = but_for_rounding(before, after)
    known = before[np.isfinite(before)]
    amount = abs(float(np.mean(known))) if len(known) else 0.0
    return _mean_numbers(before, after, MATERIAL_OF_MONEY * amount, reason)


# ---- roles and portfolio


def _role_rows(runs: tuple[Outcomes, Outcomes], names: tuple[str, str]) -> Iterator[Row]:
    roles = [list(run.network.role_ids) for run in runs]
    ids = set.intersection(*(set(run.network.projects.ids) for run in runs))
    waits = [wait_parts(run, _is_one_of(run, ids)) for run in runs]
    loads = [utilisation_parts(run) for run in runs]
    for role in dict.fromkeys([*roles[0], *roles[1]]):
        places = [ids.index(role) if role in ids else None for ids in roles]
        for measure, material, reason, parts in (
            ("wait_days", MATERIAL_WAIT_DAYS, NO_FINISH, waits),
            ("utilisation", MATERIAL_SHARE, NOBODY, loads),
        ):
            fractions = [
                None if place is None else _of_role(above, below, place)
                for place, (above, below) in zip(places, parts, strict=True)
            ]
            base, value = (None if f is None else ratio(*f, reason) for f in fractions)
            first, second = fractions
            if first is None or second is None:
                missing = names[0] if first is None else names[1]
                difference = no_difference(f"it is not in {missing!r}")
            else:
                difference = ratio_difference(first, second, material=material, reason=reason)
            yield Row(
                entity=role,
                kind="role",
                measure=measure,
                base=base,
                value=value,
                difference=difference,
            )


def _is_one_of(outcomes: Outcomes, ids: set[str]) -> BoolArray:
    """(N,) whether each project row is one of these projects or comes from one of these streams."""
    is_chosen = np.array([name in ids for name in outcomes.network.projects.ids], dtype=bool)
    return np.asarray(is_chosen[outcomes.projects_.row])


def _of_role(above: FloatArray, below: FloatArray, place: int) -> tuple[FloatArray, FloatArray]:
    return above[:, place], below if below.ndim == 1 else below[:, place]


def _portfolio_rows(
    runs: tuple[Outcomes, Outcomes],
    projects: tuple[list[ProjectFutures], list[ProjectFutures]],
) -> Iterator[Row]:
    ends = [committed_finish(run, each) for run, each in zip(runs, projects, strict=True)]
    if ends[0] is not None and ends[1] is not None:
        yield from _rows(PORTFOLIO, "portfolio", _finish_numbers(ends[0], ends[1]))
    first, second = runs
    costs = per_future(first, first.money.cost), per_future(second, second.money.cost)
    values = portfolio_npv(first), portfolio_npv(second)
    finished = [per_future(run, run.has_status("finished").astype(np.float64)) for run in runs]
    numbers = {
        "cost_mean": _money_numbers(costs, NO_COST),
        "npv_mean": _money_numbers(values, NO_VALUE),
        "finished": _mean_numbers(finished[0], finished[1], MATERIAL_PROJECTS, ""),
    }
    yield from _rows(PORTFOLIO, "portfolio", numbers)


# ---- small things


def _rows(entity: str, kind: Kind, numbers: Mapping[str, Numbers]) -> Iterator[Row]:
    for measure, (base, value, difference) in numbers.items():
        yield Row(
            entity=entity,
            kind=kind,
            measure=measure,
            base=base,
            value=value,
            difference=difference,
        )


def _names(runs: Sequence[Outcomes]) -> dict[str, str]:
    """Return the name of every listed project by its id; the base's goes before the others'."""
    result: dict[str, str] = {}
    for run in reversed(runs):
        projects, n = run.network.projects, run.network.n_listed
        result |= zip(projects.ids[:n], projects.names[:n], strict=True)
    return result


def _with_dates(row: Row, calendar: WorkCalendar) -> Json:
    result = row.to_json()
    if row.measure in FINISHES:
        for side, estimate in (("base", row.base), ("value", row.value)):
            if estimate is not None and estimate.is_known:
                result[side]["date"] = calendar.to_date(estimate.value).isoformat()
    return result


def _ends(name: str, number: Estimate | Difference | None) -> dict[str, float]:
    if number is None:
        return {f"{name}{end}": math.nan for end in ("", "_low", "_high")}
    return {name: number.value, f"{name}_low": number.low, f"{name}_high": number.high}


def _unique(names: Sequence[str]) -> list[str]:
    """Return the names, those said before with a number behind them."""
    result: list[str] = []
    for name in names:
        number, unique = 1, name
        while unique in result:
            number += 1
            unique = f"{name} ({number})"
        result.append(unique)
    return result


def _not_found(what: str, name: str, known: Sequence[str]) -> InputError:
    close = difflib.get_close_matches(name, known, n=1)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    text = f"the comparison has no {what} {name!r}.{hint} Known: {', '.join(known)}."
    return InputError([Problem(place=what, code="PMO205", text=text)])
