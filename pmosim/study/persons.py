"""Persons: for whom nobody can stand in, and what six weeks without each of them cost.

In: a scenario and the runs of a study. Out: ``KeyPerson``s in the order of the file: nothing here
ranks people. A person is key while work that is still to be done could not be staffed without
them: the task names them, or asks for as many heads of a role as there are people able to do it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pmosim.network import compile_network
from pmosim.network.arrays import NONE
from pmosim.outcomes import public_names
from pmosim.plan import plan_project
from pmosim.study.effects import finish_difference, missed_difference, project_days
from pmosim.study.extract import Extract
from pmosim.study.runs import Counter
from pmosim.study.spans import whole_days

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pmosim.forecast.estimate import Json
    from pmosim.forecast.paired import Difference
    from pmosim.network.arrays import Network
    from pmosim.scenario import Scenario
    from pmosim.study.runs import Runs, Told

MOST_PERSONS = 12
"""Absences that are simulated, in file order."""
USUAL_ABSENCE = "6w"
LISTED = 3
GONE = ("done", "cancelled")


@dataclass(frozen=True, kw_only=True)
class KeyPerson:
    """Somebody for whom nobody can stand in."""

    name: str
    """As shown: role and number, unless the scenario shows people."""
    role: str
    reasons: tuple[str, ...]
    first_day: str | None = None
    """ISO dates of the absence that was simulated; None = it was not."""
    last_day: str | None = None
    finish_days: Difference | None = None
    """Finish of everything committed, mean, with the absence minus without."""
    project_days: Difference | None = None
    """Working days that the listed projects end later, summed over them. A project that does not
    end counts as ending with the run, so it is at least so much."""
    promises: Difference | None = None
    """Promised dates missed more, of all."""

    def to_json(self) -> Json:
        """Return the entry of a document."""
        return {
            "name": self.name,
            "role": self.role,
            "reasons": list(self.reasons),
            "absent": None if self.first_day is None else [self.first_day, self.last_day],
            "finish_mean_days": _json(self.finish_days),
            "project_days": _json(self.project_days),
            "promises": _json(self.promises),
        }


def price_absences(
    scenario: Scenario,
    study: Runs,
    *,
    absence: str = USUAL_ABSENCE,
    most: int = MOST_PERSONS,
    on_run: Told | None = None,
) -> tuple[KeyPerson, ...]:
    """Return the key persons and what the absence of each costs, on the same luck.

    Parameters
    ----------
    absence : how long, in working time, from day 0 or the person's first day.
    most : absences that are simulated at most; further persons are listed only.
    on_run : told after each run.

    Raises
    ------
    InputError
        If the absence is no working time above 0.
    """
    network = compile_network(scenario)
    n_days = whole_days(scenario, absence, "absence")
    found = list(find_key_persons(network))
    tried = found[:most]
    if not tried:
        return ()
    names = public_names(network)
    counter = Counter(on_run, 1 + len(tried))
    base = Extract.of(study.run(scenario))
    counter.count()
    spans = [_span(network, person, n_days) for person, _ in tried]
    away = (
        scenario.change(absent={network.people.ids[person]: f"{first}..{last}"})
        for (person, _), (first, last) in zip(tried, spans, strict=True)
    )
    result = []
    for k, outcomes in enumerate(study.run_each(away)):
        person, reasons = tried[k]
        after = Extract.of(outcomes)
        result.append(
            KeyPerson(
                name=names[person],
                role=_role(network, person),
                reasons=reasons,
                first_day=spans[k][0],
                last_day=spans[k][1],
                finish_days=finish_difference(base, after),
                project_days=project_days(base, after),
                promises=missed_difference(base, after),
            )
        )
        counter.count()
    listed = (
        KeyPerson(name=names[person], role=_role(network, person), reasons=reasons)
        for person, reasons in found[most:]
    )
    return (*result, *listed)


def find_key_persons(network: Network) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield (person, reasons) in file order."""
    heads, named = _needed(network)
    reasons: dict[int, list[str]] = {}
    for person, tasks in named.items():
        more = f" and {len(tasks) - LISTED} more" if len(tasks) > LISTED else ""
        reasons[person] = [f"named by {', '.join(tasks[:LISTED])}{more}"]
    for role in sorted(heads):
        for person, text in _only_ones(network, role, heads[role]):
            reasons.setdefault(person, []).append(text)
    for person in sorted(reasons):
        yield person, tuple(reasons[person])


def _needed(network: Network) -> tuple[dict[int, int], dict[int, list[str]]]:
    """Return the most heads that open work asks for by role, and the tasks that name a person."""
    projects, tasks = network.projects, network.tasks
    heads: dict[int, int] = {}
    named: dict[int, list[str]] = {}
    for row, project in enumerate(projects.ids):
        if projects.status[row] in GONE:
            continue
        plan = plan_project(network, row, projects.size[row].plan)
        first = int(projects.first_task[row])
        asked = [
            (f"{project}.{tasks.ids[first + place]}", role, person, n)
            for place, needs in enumerate(plan.needs)
            if not tasks.is_done[first + place]
            for _, role, person, n, _ in needs
        ]
        asked += [(project, role, person, n) for role, person, n, _ in network.throughout[row]]
        for name, role, person, n in asked:
            if person != NONE:
                named.setdefault(person, []).append(name)
            else:
                heads[role] = max(heads.get(role, 0), n)
    return heads, {person: list(dict.fromkeys(names)) for person, names in named.items()}


def _only_ones(network: Network, role: int, heads: int) -> Iterator[tuple[int, str]]:
    """Yield those without whom ``heads`` people of a role cannot be found, and why."""
    people = network.people
    able = np.flatnonzero(people.skill[:, role] > 0)
    end = np.where(
        people.employed_until[able] == NONE, network.window_end, people.employed_until[able]
    )
    begin = people.employed_from[able]
    edges = sorted({0, *begin.tolist(), *end.tolist()})
    edges = [edge for edge in edges if edge < network.window_end]
    spans: dict[int, list[tuple[int, int]]] = {}
    for place, edge in enumerate(edges):
        until = edges[place + 1] if place + 1 < len(edges) else network.window_end
        there = able[(begin <= edge) & (end > edge)]
        if len(there) != heads:
            continue
        for person in there.tolist():
            mine = spans.setdefault(person, [])
            if mine and mine[-1][1] == edge:
                mine[-1] = (mine[-1][0], until)
            else:
                mine.append((edge, until))
    name = network.role_ids[role]
    what = (
        f"nobody else can do {name} work"
        if heads == 1
        else f"a task needs {heads} x {name}, there are no more"
    )
    for person in sorted(spans):
        when = ", ".join(_when(network, *span) for span in spans[person])
        yield person, f"{what}{when and f' ({when})'}"


def _when(network: Network, first: int, until: int) -> str:
    """Return ``from DATE``, ``until DATE``, both, or nothing for the whole window."""
    calendar, per_day = network.calendar, network.minutes_per_day
    words = []
    if first > 0:
        words.append(f"from {calendar.date_of(first // per_day)}")
    if until < network.window_end:
        words.append(f"until {calendar.date_of(-(-until // per_day) - 1)}")
    return " ".join(words)


def _role(network: Network, person: int) -> str:
    return network.role_ids[int(network.people.role[person])]


def _span(network: Network, person: int, n_days: int) -> tuple[str, str]:
    """Return the first and last day of an absence."""
    calendar = network.calendar
    first = int(network.people.employed_from[person]) // network.minutes_per_day
    return calendar.date_of(first).isoformat(), calendar.date_of(first + n_days - 1).isoformat()


def _json(difference: Difference | None) -> Json | None:
    return None if difference is None else difference.to_json()
