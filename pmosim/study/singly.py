"""Singly: every project stopped (or delayed) alone, to see what that frees and who gains.

In: a scenario and runs. Out: Singly: one paired row per project that is not done, the one whose
absence helps the others most first; as the document ``pmosim.each/1``. Mandatory projects are
listed as not to be stopped.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from pmosim.errors import InputError, Problem
from pmosim.forecast.finish import committed_finish
from pmosim.forecast.futures import projects_in_futures
from pmosim.forecast.paired import Difference, mean_difference, no_difference
from pmosim.forecast.wording import money_in_words
from pmosim.scenario import amounts
from pmosim.scenario.messages import did_you_mean
from pmosim.study.effects import late_difference, move_of, npv_difference, project_days
from pmosim.study.extract import Extract
from pmosim.study.payers import is_earlier, is_later, one_line
from pmosim.study.spans import measures_of, whole_days
from pmosim.units import WHOLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pmosim.forecast.estimate import Json
    from pmosim.network.arrays import BoolArray, FloatArray
    from pmosim.outcomes import Outcomes
    from pmosim.scenario import Scenario
    from pmosim.scenario.portfolio import Project
    from pmosim.study.runs import Runs, Told

SCHEMA = "pmosim.each/1"
NOT_STOPPED = "mandatory: not to be stopped"
ENDED = {"done", "cancelled"}
NO_MANDATORY = "no other mandatory project has a due date that the planning window reaches"
NAMED = 3
SMALL_FTE = 0.05
"""Of a role: less is not worth a word."""


@dataclass(frozen=True, kw_only=True)
class Verb:
    """What is done to each project: ``cancel`` from day 0, or ``delay`` by working time."""

    text: str
    """As typed: ``cancel``, ``delay=3mo``."""
    time: str = ""
    """How long it is delayed, empty for a stop."""

    @property
    def is_stop(self) -> bool:
        """Whether projects are stopped."""
        return not self.time

    def change(self, scenario: Scenario, project: Project) -> Scenario:
        """Return the scenario in which this happens to one project.

        A running project is not delayed but paused: its people work for others meanwhile.
        """
        if self.is_stop:
            return scenario.change(cancel={project.id: scenario.as_of.isoformat()})
        if project.status != "running":
            return scenario.change(delay={project.id: self.time})
        days = whole_days(scenario, self.time, "--each")
        last = scenario.organisation.calendar.date_of(days - 1)
        return scenario.change(pause={project.id: f"{scenario.as_of}..{last}"})


@dataclass(frozen=True, kw_only=True)
class Row:
    """What happens when one project is stopped or delayed, with without minus with it."""

    project: str
    name: str
    is_mandatory: bool
    reason: str = ""
    """Why no run was made, empty if there was one."""
    freed_days: dict[str, float]
    """Person-days that it no longer books, by role; of a delay only those that are never done."""
    freed_fte: dict[str, float]
    """Full-time people that it holds on average between its start and its end, by role."""
    gains: tuple[tuple[str, Difference], ...] = ()
    """Projects that certainly finish earlier, in working days, the most first."""
    losses: tuple[tuple[str, Difference], ...] = ()
    """Projects that certainly finish later, or not at all (``inf``), the most first."""
    project_days: Difference
    """Working days that all the other listed projects end later, summed; less is a gain."""
    committed_days: Difference
    """Change of the finish of everything else that is committed."""
    p_late_mandatory: Difference
    """Change of the mean P(late) over the other mandatory projects with a promise."""
    npv: Difference
    """Change of the NPV of the portfolio, its own included."""

    def to_json(self, text: str) -> Json:
        """Return the entry of the document."""
        result: Json = {
            "project": self.project,
            "is_mandatory": self.is_mandatory,
            "reason": self.reason or None,
            "freed_fte": self.freed_fte,
            "freed_days": self.freed_days,
            "gains": [{"project": name, "days": d.to_json()} for name, d in self.gains],
            "losses": [{"project": name, "days": d.to_json()} for name, d in self.losses],
        }
        for name in ("project_days", "committed_days", "p_late_mandatory", "npv"):
            difference: Difference = getattr(self, name)
            result[name] = None if self.reason else difference.to_json()
        return result | {"text": text}


@dataclass(frozen=True, kw_only=True)
class Singly:
    """The stop or delay list."""

    verb: Verb
    base_name: str
    seed: int
    replications: int
    currency: str
    names: dict[str, str]
    rows: tuple[Row, ...]
    """Those that help the others most first, then those that were not run."""

    @property
    def run_rows(self) -> tuple[Row, ...]:
        """Rows of the projects that were stopped or delayed."""
        return tuple(row for row in self.rows if not row.reason)

    @property
    def text(self) -> str:
        """The list in a sentence or two."""
        helping = [row for row in self.run_rows if is_earlier(row.project_days)]
        done = "Stopping" if self.verb.is_stop else f"Delaying (by {self.verb.time})"
        if not helping:
            text = f"{done} any one project does not certainly help the others."
        else:
            best = helping[0]
            text = (
                f"{done} {best.name} helps the others most: they finish "
                f"{_days(best.project_days.value)} earlier together; "
                f"{len(helping)} of {len(self.run_rows)} projects would certainly help if "
                f"{'stopped' if self.verb.is_stop else 'delayed'} alone."
            )
        kept = [row.name for row in self.rows if row.reason == NOT_STOPPED]
        return text + (f" Not to be stopped: {', '.join(kept)}." if kept else "")

    def say(self, row: Row) -> str:
        """Return what one row says, as a sentence."""
        done = "stopped" if self.verb.is_stop else f"delayed by {self.verb.time}"
        if row.reason:
            return f"{row.name}: {row.reason}."
        parts = []
        people = sorted(row.freed_fte.items(), key=lambda entry: -entry[1])
        held = [f"{fte:.1f} {role}" for role, fte in people if fte >= SMALL_FTE][:NAMED]
        if held:
            parts.append(f"it gives back {', '.join(held)} (full-time people over its time)")
        if row.gains:
            name, most = row.gains[0]
            is_known = math.isfinite(most.value)
            parts.append(
                f"{len(row.gains)} project{'s' * (len(row.gains) > 1)} certainly finish"
                f"{'es' * (len(row.gains) == 1)} earlier"
                f"{', by at most ' + _days(most.value) if is_known else ' or at last'} "
                f"({self.names[name]})"
            )
        else:
            parts.append("no other project certainly finishes earlier")
        if row.losses:
            name, most = row.losses[0]
            is_known = math.isfinite(most.value)
            parts.append(
                f"{len(row.losses)} certainly finish{'es' * (len(row.losses) == 1)} later"
                f"{', by at most ' + _days(most.value) if is_known else ' or never'} "
                f"({self.names[name]})"
            )
        if math.isfinite(row.npv.value):
            words = money_in_words(abs(row.npv.value), self.currency)
            doubt = "" if row.npv.is_settled else ", not yet certain"
            parts.append(
                f"the portfolio is worth {words} {'more' if row.npv.value > 0 else 'less'}{doubt}"
                if row.npv.value
                else "the portfolio is worth the same"
            )
        return f"{row.name} {done}: {'; '.join(parts)}."

    def to_document(self) -> Json:
        """Return the list as plain values, schema ``pmosim.each/1``."""
        return {
            "schema": SCHEMA,
            "base": self.base_name,
            "verb": self.verb.text,
            "seed": self.seed,
            "replications": self.replications,
            "currency": self.currency or None,
            "names": self.names,
            "projects": [row.to_json(self.say(row)) for row in self.rows],
            "text": self.text,
        }


def parse_each(text: str, scenario: Scenario) -> Verb:
    """Return what ``cancel`` or ``delay=3mo`` asks for (InputError where it asks nothing)."""
    name, _, time = (part.strip() for part in text.partition("="))
    if name == "cancel" and not time:
        return Verb(text=text.strip())
    if name != "delay":
        said = f"it must be cancel, or delay=3mo.{did_you_mean(name, ['cancel', 'delay'])}"
        raise _refused("PMO120", text, said)
    measures = measures_of(scenario)
    try:
        days = amounts.working_time(time, measures) / measures.minutes_per_day
    except amounts.AmissError as amiss:
        raise _refused(amiss.code, text, amiss.said) from None
    if days.denominator != 1 or days < 1:
        raise _refused("PMO111", text, "a delay must be one or more whole working days: delay=6w.")
    return Verb(text=f"delay={time}", time=time)


def try_each(
    scenario: Scenario,
    verb: Verb,
    runs: Runs,
    *,
    base_name: str,
    on_run: Told = lambda _done, _most: None,
) -> Singly:
    """Return what happens when each project alone is stopped or delayed.

    Parameters
    ----------
    on_run : told how many runs are done, of how many.
    """
    reasons = {project.id: _why_not(project, verb) for project in scenario.projects}
    tried = [project for project in scenario.projects if not reasons[project.id]]
    on_run(0, len(tried) + 1)
    base = runs.run(scenario)
    before = Extract.of(base)
    held = _held_days(base)
    on_run(1, len(tried) + 1)
    rows = [
        _empty_row(project, reasons[project.id])
        for project in scenario.projects
        if reasons[project.id] and project.status not in ENDED
    ]
    places = [before.projects.index(project.id) for project in tried]
    calls = (
        partial(_run, runs, verb.change(scenario, project), place)
        for project, place in zip(tried, places, strict=True)
    )
    found: list[Row] = []
    for project, place, kept in zip(tried, places, runs.take(calls), strict=True):
        after, held_after, committed_after = kept
        freed = _freed(base, (held, held_after), place)
        committed = _committed(_others_committed(base, place), committed_after)
        found.append(_row(project, scenario.projects, (before, after), place, freed, committed))
        on_run(len(found) + 1, len(tried) + 1)
    found.sort(key=lambda row: (not is_earlier(row.project_days), row.project_days.value, row.name))
    return Singly(
        verb=verb,
        base_name=base_name,
        seed=base.seed,
        replications=base.replications,
        currency=base.network.currency,
        names={each.id: one_line(each.name or each.id) for each in scenario.projects},
        rows=(*found, *rows),
    )


def _run(
    runs: Runs, scenario: Scenario, place: int
) -> tuple[Extract, FloatArray, FloatArray | None]:
    outcomes = runs.run(scenario)
    return Extract.of(outcomes), _held_days(outcomes), _others_committed(outcomes, place)


def _others_committed(outcomes: Outcomes, place: int) -> FloatArray | None:
    """(R,) working days until everything committed but one project has ended; None = nothing is."""
    others = [each for each in projects_in_futures(outcomes) if each.project != place]
    return committed_finish(outcomes, others)


def _why_not(project: Project, verb: Verb) -> str:
    if project.status in ENDED:
        return f"it is {project.status}"
    if verb.is_stop:
        return NOT_STOPPED if project.mandatory else ""
    has_date = project.starts is not None or project.arrives is not None
    if project.status == "on-hold" and not has_date:
        return "on hold without a date: a delay changes nothing"
    return ""


def _held_days(outcomes: Outcomes) -> FloatArray:
    """(P, S) mean person-days that each listed project books, by home role."""
    network, rows = outcomes.network, outcomes.bookings
    shape = (network.n_listed, len(network.role_ids))
    project = outcomes.projects_.row[rows.project_row]
    is_listed = project < network.n_listed
    role = network.people.role[rows.person]
    total = np.zeros(shape)
    np.add.at(total, (project[is_listed], role[is_listed]), rows.attention[is_listed] / WHOLE)
    return np.asarray(total / outcomes.minutes_per_day / outcomes.replications)


def _freed(
    base: Outcomes, held: tuple[FloatArray, FloatArray], place: int
) -> tuple[dict[str, float], dict[str, float]]:
    """Return person-days that are freed and people held on average, by role."""
    roles = base.network.role_ids
    rows = base.projects_
    is_mine = (rows.row == place) & (rows.started >= 0)
    ends = np.where(rows.ended >= 0, rows.ended, base.run_end[base.future])
    begun = rows.started[is_mine]
    days = float((ends[is_mine] - begun).sum()) / base.minutes_per_day / base.replications
    before, after = held[0][place], held[1][place]
    freed = {
        role: round(float(gone), 3)
        for role, gone in zip(roles, before - after, strict=True)
        if gone > 0.0
    }
    fte = {
        role: round(float(own) / days, 3)
        for role, own in zip(roles, before, strict=True)
        if days > 0.0 and own > 0.0
    }
    return freed, fte


def _row(
    project: Project,
    projects: Sequence[Project],
    pair: tuple[Extract, Extract],
    place: int,
    freed: tuple[dict[str, float], dict[str, float]],
    committed: Difference,
) -> Row:
    before, after = pair
    others = np.arange(len(before.projects)) != place
    moves = list(_moves(before, after, others))
    mandatory = np.array([each.mandatory for each in projects])
    return Row(
        project=project.id,
        name=one_line(project.name or project.id),
        is_mandatory=project.mandatory,
        freed_days=freed[0],
        freed_fte=freed[1],
        gains=tuple(sorted((m for m in moves if is_earlier(m[1])), key=lambda m: m[1].value)),
        losses=tuple(sorted((m for m in moves if is_later(m[1])), key=lambda m: -m[1].value)),
        project_days=project_days(before, after, others),
        committed_days=committed,
        p_late_mandatory=late_difference(before, after, others & mandatory, NO_MANDATORY),
        npv=npv_difference(before, after),
    )


def _empty_row(project: Project, reason: str) -> Row:
    nothing = no_difference(reason)
    return Row(
        project=project.id,
        name=one_line(project.name or project.id),
        is_mandatory=project.mandatory,
        reason=reason,
        freed_days={},
        freed_fte={},
        project_days=nothing,
        committed_days=nothing,
        p_late_mandatory=nothing,
        npv=nothing,
    )


def _moves(before: Extract, after: Extract, others: BoolArray) -> Iterator[tuple[str, Difference]]:
    """Yield the other projects whose finish certainly changes."""
    for column in np.flatnonzero(others).tolist():
        first, second = before.finish_days[:, column], after.finish_days[:, column]
        is_there = ~(np.isnan(first) | np.isnan(second))
        if not is_there.any():
            continue
        change = move_of(first[is_there], second[is_there])
        if is_later(change) or is_earlier(change):
            yield before.projects[column], change


def _committed(before: FloatArray | None, after: FloatArray | None) -> Difference:
    if before is None or after is None:
        return no_difference("nothing else is committed")
    return mean_difference(before, after)


def _days(days: float) -> str:
    figure = f"{abs(days):.0f}" if abs(days) >= 9.95 else f"{abs(days):.1f}".removesuffix(".0")
    return f"{figure} working day{'s' * (figure != '1')}"


def _refused(code: str, text: str, said: str) -> InputError:
    return InputError([Problem(place="--each", code=code, text=f"'{text}': {said}")])
