"""Fit: a whole history, amount by amount, into ``Fitted``.

In: ``History``. Out: ``Calibration``: the fitted parameters and what a diagnosis page shows.
Elapsed times are fitted under their own name and are never taken for work: they hold the waiting
for people, which a simulation makes itself.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from pmosim.calibration.counts import LEAST_MONTHS, CountsFit, fit_counts
from pmosim.calibration.observations import observe
from pmosim.calibration.outside import KAPPA, blended
from pmosim.calibration.parts import Z95, share_interval
from pmosim.calibration.plan_fit import LEAST_OWN, PlanFit, fit_plan
from pmosim.calibration.spells import LEAST_PERSON_YEARS, Measured, presence, turnover
from pmosim.fitted import (
    ARRIVALS,
    ELAPSED,
    PROJECT_COST,
    PROJECT_DURATION,
    PROJECT_EFFORT,
    STAFF,
    WORK,
    Basis,
    Fitted,
    Parameter,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from pmosim.calibration.outside import Uplift
    from pmosim.calibration.parts import FloatArray
    from pmosim.history import History

MEASURED_AS = {"work": WORK, "touch": WORK, "elapsed": ELAPSED}
"""Group of an amount by what its column was declared to count."""
DAYS_OF_A_YEAR = 365.25
RISKS = "risks"
"""Column of ``projects``, and group of what is found there."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Calibration:
    """A fitted history and how it was fitted."""

    fitted: Fitted
    plans: tuple[PlanFit, ...]
    counts: tuple[tuple[str, tuple[str, ...], FloatArray, CountsFit], ...]
    """(group, months, counts, fit) of each stream of requests."""


def calibrate(history: History, *, reference: Sequence[Uplift] = ()) -> Fitted:
    """Return what a history says, with its uncertainty.

    Parameters
    ----------
    history : from ``read_history``; work that is still open counts as longer than it is so far,
        cancelled work as stopped by another cause.
    reference : how far other organisations' projects ended from their plans (``find_class``); it
        stands where there are no own projects, and is blended in where there are few.

    Returns
    -------
    The parameters; where there are too few rows a prior stands, marked ``assumed``, and a note says
    so.
    """
    return calibration_of(history, reference=reference).fitted


def calibration_of(
    history: History, sources: Sequence[str] = (), *, reference: Sequence[Uplift] = ()
) -> Calibration:
    """Return what a history says and how it was fitted, for a diagnosis."""
    plans = [*_task_plans(history), *_project_plans(history)]
    plans = [_with_outside(plan, reference) for plan in plans]
    counts = _arrivals(history)
    staff, staff_notes = _staff(history)
    notes: list[str] = []
    if not plans:
        notes.append("Nothing in this history has both a plan and an actual.")
    for plan in plans:
        notes.extend(plan.notes)
    parameters = [parameter for plan in plans for parameter in plan.parameters]
    parameters += _outside_only(plans, reference, notes)
    for group, _, _, fit in counts:
        parameters += _count_parameters(group, fit)
        if fit.dropped_months:
            notes.append(
                f"{group}: the level changed; the {fit.dropped_months} months before it are left "
                f"out and {fit.n_months} are used."
            )
    if not counts:
        notes.append(
            f"arrivals: fewer than {LEAST_MONTHS} months of dated requests; say `rate` yourself."
        )
    fitted = Fitted(
        parameters=(*parameters, *staff, *_risks(history)),
        as_of=history.as_of,
        tails=tuple(
            (plan.group, plan.residual.law, plan.residual.shape) for plan in plans if plan.fit
        ),
        notes=(*notes, *staff_notes),
        sources=tuple(sources),
    )
    return Calibration(fitted=fitted, plans=tuple(plans), counts=tuple(counts))


OUTSIDE = {PROJECT_DURATION: "duration", PROJECT_COST: "cost"}


def _with_outside(plan: PlanFit, reference: Sequence[Uplift]) -> PlanFit:
    """Return few own projects blended with those of their reference class; many as they are."""
    uplift = next((u for u in reference if OUTSIDE.get(plan.group) == u.amount), None)
    n = int(plan.rows.is_finished.sum())
    if uplift is None or n >= LEAST_OWN:
        return plan
    own = {parameter.name: parameter for parameter in plan.parameters}
    n_used = n if plan.fit is not None else 0
    middle, spread, error, spread_error = blended(
        own["typical_bias"].value, own["spread"].value, n_used, uplift
    )
    source = f"{n_used} own projects and the reference class {uplift.name}: {uplift.source}"
    changed = {"typical_bias": (middle, error), "spread": (spread, spread_error)}
    if own["size_slope"].value == 1.0:
        changed["plan_bias"] = (middle, error)
    parameters = tuple(
        replace(
            p,
            value=changed[p.name][0],
            se=changed[p.name][1],
            low=changed[p.name][0] - Z95 * changed[p.name][1],
            high=changed[p.name][0] + Z95 * changed[p.name][1],
            basis="assumed",
            source=source,
        )
        if p.name in changed
        else p
        for p in plan.parameters
    )
    note = (
        f"{plan.group}: {n_used} own projects weigh {n_used / (n_used + KAPPA):.0%}, the reference "
        f"class {uplift.name} the rest."
    )
    return replace(plan, parameters=parameters, notes=(*plan.notes, note))


def _outside_only(
    plans: Sequence[PlanFit], reference: Sequence[Uplift], notes: list[str]
) -> list[Parameter]:
    """Return what a reference class says of amounts of which there is no own project at all."""
    found = []
    for group, amount in OUTSIDE.items():
        uplift = next((u for u in reference if u.amount == amount), None)
        if uplift is None or any(plan.group == group for plan in plans):
            continue
        notes.append(f"{group}: no own project; the reference class {uplift.name} stands for all.")
        error = uplift.spread / math.sqrt(KAPPA)
        values = {
            "typical_plan": (1.0, 0.0),
            "typical_bias": (uplift.middle, error),
            "plan_bias": (uplift.middle, error),
            "size_slope": (1.0, 0.05),
            "spread": (uplift.spread, uplift.spread / math.sqrt(2.0 * KAPPA)),
        }
        found += [
            Parameter(
                name=name,
                group=group,
                value=value,
                se=se,
                low=value - Z95 * se,
                high=value + Z95 * se,
                n=0,
                basis="assumed",
                source=f"reference class {uplift.name}: {uplift.source}",
            )
            for name, (value, se) in values.items()
        ]
    return found


# --- amounts with a plan ------------------------------------------------------------------------


def _task_plans(history: History) -> list[PlanFit]:
    tasks = history.tasks
    if tasks is None or tasks.empty:
        return []
    found: list[PlanFit] = []
    classes = {key: tasks[key].to_numpy() for key in ("role", "type") if tasks[key].notna().any()}
    template = _template_of(history, tasks)
    if template is not None:
        classes["template"] = template
    for planned, actual in (("planned_effort", "effort"), ("planned_duration", "duration")):
        if tasks[planned].notna().sum() == 0 or tasks[actual].notna().sum() == 0:
            continue
        measure = history.measures.get(actual, "work" if actual == "effort" else "elapsed")
        group = MEASURED_AS.get(measure, ELAPSED)
        if any(plan.group == group for plan in found):
            continue
        spent = tasks[actual].to_numpy(dtype=np.float64)
        status = tasks["status"].to_numpy()
        if actual == "duration":
            age = np.asarray(history.age_days(tasks["started"]), dtype=np.float64)
            spent = np.where((status == "open") & np.isnan(spent), age, spent)
        rows = observe(
            tasks[planned].to_numpy(dtype=np.float64),
            spent,
            project=_labels(tasks["project"]),
            is_open=status == "open",
            is_cancelled=status == "cancelled",
            classes=classes,
            period=_project_quarter(history, tasks),
        )
        found.append(fit_plan(rows, group, f"{actual} against {planned}, {len(rows):,} tasks"))
    return found


def _labels(column: pd.Series) -> Any:
    """Return project names; a task without one is a project of its own."""
    own = [f"\0{number}" for number in range(len(column))]
    return np.where(column.isna().to_numpy(), own, column.astype(object).to_numpy())


def _template_of(history: History, tasks: pd.DataFrame) -> Any:
    projects = history.projects
    if projects is None or projects.empty or not projects["template"].notna().any():
        return None
    known = projects.dropna(subset=["project"]).drop_duplicates("project").set_index("project")
    return tasks["project"].map(known["template"]).to_numpy()


def _project_quarter(history: History, tasks: pd.DataFrame) -> Any:
    """(N,) quarter in which each task's project began: its release, else its first task."""
    first = tasks.groupby("project")["started"].min()
    projects = history.projects
    if projects is not None and not projects.empty and projects["released"].notna().any():
        known = projects.dropna(subset=["project"]).drop_duplicates("project").set_index("project")
        first = known["released"].combine_first(first)
    dates = tasks["project"].map(first)
    quarter = dates.dt.year * 4 + (dates.dt.quarter - 1)
    return quarter.fillna(-1).to_numpy(dtype=np.int64)


def _project_plans(history: History) -> list[PlanFit]:
    projects = history.projects
    if projects is None or projects.empty:
        return []
    status = projects["status"].to_numpy()
    is_open, is_cancelled = status == "open", status == "cancelled"
    classes = {}
    if projects["template"].notna().any():
        classes["template"] = projects["template"].to_numpy()
    begun = projects["released"].where(projects["released"].notna(), projects["requested"])
    planned = np.asarray(history.working_days(begun, projects["due"]), dtype=np.float64)
    lasted = np.asarray(history.working_days(begun, projects["finished"]), dtype=np.float64)
    age = np.asarray(history.age_days(begun), dtype=np.float64)
    lasted = np.where(is_open, age, lasted)
    amounts = (
        (PROJECT_DURATION, planned, lasted, "working days from release to finish against due"),
        (PROJECT_COST, projects["budget"], projects["cost"], "cost against budget"),
        (PROJECT_EFFORT, projects["planned_effort"], projects["effort"], "effort against plan"),
    )
    found = []
    if not np.isfinite(planned).any() and np.isfinite(lasted).any():
        # Nothing was promised: the duration itself is fitted, as if each were planned at a day.
        words = "working days from release to finish, no due dates"
        amounts = ((PROJECT_DURATION, np.ones(len(lasted)), lasted, words), *amounts[1:])
    for group, plan, actual, words in amounts:
        plans, actuals = (np.asarray(values, dtype=np.float64) for values in (plan, actual))
        if not np.any((plans > 0.0) & (actuals > 0.0)):
            continue
        rows = observe(
            plans, actuals, is_open=is_open, is_cancelled=is_cancelled, classes=classes, grid=0.0
        )
        found.append(fit_plan(rows, group, f"{words}, {len(rows):,} projects"))
    return found


# --- requests -----------------------------------------------------------------------------------


def _arrivals(history: History) -> list[tuple[str, tuple[str, ...], FloatArray, CountsFit]]:
    projects = history.projects
    if projects is None or projects.empty:
        return []
    asked = projects["requested"]
    if asked.notna().sum() < 3:
        asked = projects["released"]
    dates = asked.dropna()
    if dates.empty:
        return []
    found = []
    whole = _monthly(history, dates)
    if whole is None:
        return []
    found.append((ARRIVALS, *whole))
    names = projects["template"].dropna().unique()
    if 2 <= len(names) <= 20:
        for name in sorted(str(name) for name in names):
            part = _monthly(history, dates[projects.loc[dates.index, "template"] == name], dates)
            if part is not None:
                found.append((f"{ARRIVALS} template={name}", *part))
    return found


def _monthly(
    history: History, dates: pd.Series, among: pd.Series | None = None
) -> tuple[tuple[str, ...], FloatArray, CountsFit] | None:
    """Return months, counts and fit: from the first request to the last whole month."""
    every = dates if among is None else among
    first = every.min()
    months = np.asarray(dates.dt.year * 12 + dates.dt.month - 1, dtype=np.int64)
    start = first.year * 12 + first.month - 1
    end = history.as_of.year * 12 + history.as_of.month - 1  # the month of as_of is not complete
    n_months = end - start
    if n_months < LEAST_MONTHS:
        return None
    counts = np.bincount(months[months < end] - start, minlength=n_months)[:n_months]
    share = np.ones(n_months)
    share[0] = (first.days_in_month - first.day + 1) / first.days_in_month
    names = tuple(f"{m // 12}-{m % 12 + 1:02d}" for m in range(start, end))
    fit = fit_counts(counts.astype(np.int64), np.arange(start, end) % 12, share)
    return names, counts.astype(np.float64), fit


def _count_parameters(group: str, fit: CountsFit) -> list[Parameter]:
    source = f"{fit.n} requests in {fit.n_months} months"

    def made(
        name: str, value: float, se: float, ends: tuple[float, float], basis: Basis = "measured"
    ) -> Parameter:
        return Parameter(
            name=name,
            group=group,
            value=value,
            se=se,
            low=ends[0],
            high=ends[1],
            n=fit.n_months,
            basis=basis,
            source=source,
        )

    found = [
        made("arrival_rate", fit.rate, fit.rate_se, fit.rate_interval),
        made("dispersion", fit.dispersion, fit.dispersion_se, fit.dispersion_interval),
    ]
    if fit.trend is not None:
        found.append(made("trend", fit.trend, fit.trend_se, fit.trend_interval))
    for month, factor in enumerate(fit.season):
        name = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")[
            month
        ]
        found.append(made(f"season_{name}", factor, 0.0, (factor, factor)))
    return found


# --- people -------------------------------------------------------------------------------------


def _staff(history: History) -> tuple[list[Parameter], list[str]]:
    found: list[Parameter] = []
    notes: list[str] = []
    people = history.people
    if people is None or people.empty:
        notes.append("turnover: no people table; its prior stands where a scenario asks for it.")
    else:
        _turnover(history, people, found, notes)
    if history.time is None or history.time.empty:
        notes.append("absence: no time log; leave and sickness stay as the scenario says.")
    else:
        _presence(history, history.time, found, notes)
    return found, notes


def _turnover(
    history: History, people: pd.DataFrame, found: list[Parameter], notes: list[str]
) -> None:
    import pandas as pd

    today = pd.Timestamp(history.as_of)
    began = people["from"]
    ended = people["left"].where(people["left"].notna(), people["until"])
    ended = ended.where(ended.notna() & (ended < today), today)
    years = ((ended - began).dt.days / DAYS_OF_A_YEAR).clip(lower=0.0)
    known = years.notna()
    total = float(years[known].sum())
    if total < LEAST_PERSON_YEARS:
        notes.append(
            f"turnover: {total:.1f} person-years are too few ({LEAST_PERSON_YEARS:g}); its prior "
            "stands."
        )
        return
    has_left = people["left"].notna() & (people["left"] < today) & known
    source = "people.csv, shrunk towards 13 % a year with the weight of two leavers"
    found.append(_parameter("hazard", STAFF, turnover(int(has_left.sum()), total), source))
    roles = people.loc[known, "role"].dropna().unique()
    if len(roles) < 2:
        return
    for role in sorted(str(role) for role in roles):
        rows = known & (people["role"] == role)
        own = turnover(int((has_left & rows).sum()), float(years[rows].sum()))
        found.append(_parameter("hazard", f"{STAFF} role={role}", own, source))


def _presence(
    history: History, time: pd.DataFrame, found: list[Parameter], notes: list[str]
) -> None:
    rows = time.dropna(subset=["person", "date", "hours"])
    if rows.empty:
        notes.append("absence: the time log names no person and day; stays as the scenario says.")
        return
    _, who = np.unique(rows["person"].astype(str).to_numpy(), return_inverse=True)
    days = rows["date"].to_numpy(dtype="datetime64[D]")
    mask = [weekday in history.calendar.workweek for weekday in range(7)]
    numbers = np.busday_count(
        days.min(),
        days,
        weekmask=mask,
        holidays=np.array(history.calendar.closures, dtype="datetime64[D]"),
    )
    names = rows["project"].fillna("") + "\0" + rows["task"].fillna("")
    says_task = bool(rows["task"].notna().all())
    seen = presence(
        who.astype(np.int64),
        numbers.astype(np.int64),
        rows["hours"].to_numpy(dtype=np.float64),
        np.unique(names.to_numpy(dtype=str), return_inverse=True)[1] if says_task else None,
    )
    if seen is None:
        notes.append(
            "absence: too few people book their time nearly every day; stays as the scenario says."
        )
        return
    where = "within a task" if says_task else "at all (the log names no task: idle days count too)"
    source = (
        f"days without an entry {where}, {seen.n_people} people who book nearly daily; "
        "leave included"
    )
    found.append(_parameter("absence_rate", STAFF, seen.absence_rate, source))
    found.append(_parameter("spell_days", STAFF, seen.spell_days, source))
    booked = f"hours booked on a day with an entry, {seen.n_people} people"
    found.append(_parameter("hours_per_day", STAFF, seen.hours_per_day, booked))


def _parameter(name: str, group: str, measured: Measured, source: str) -> Parameter:
    return Parameter(
        name=name,
        group=group,
        value=measured.value,
        se=measured.se,
        low=measured.low,
        high=measured.high,
        n=measured.n,
        basis="measured",
        source=source,
    )


def _risks(history: History) -> list[Parameter]:
    """Return how often each risk happened in ended projects, from the column ``risks``.

    The column names those that happened, with ``;`` between; blank = none. Jeffreys: Beta(1/2 + k,
    1/2 + n - k) of n projects.
    """
    projects = history.projects
    if projects is None or RISKS not in projects:
        return []
    ended = projects.loc[projects["status"].isin(["finished", "cancelled"]), RISKS]
    happened = [
        {name.strip() for name in str(text).split(";")} - {""} for text in ended.fillna("").tolist()
    ]
    found = []
    for risk in sorted(set().union(*happened)):
        hits, n = sum(risk in names for names in happened), len(happened)
        value, se, low, high = share_interval(hits, n)
        found.append(
            Parameter(
                name="frequency",
                group=f"{RISKS} risk={risk}",
                value=value,
                se=se,
                low=low,
                high=high,
                n=n,
                basis="measured",
                source=f"happened in {hits} of {n} ended projects",
            )
        )
    return found
