"""Hazards: what may go wrong: the risks of a project, and drivers that many projects share.

A project's own risks stand in it or its template; drivers stand at the top of a scenario and hit
projects, templates, streams or single tasks by name. Both say how much more the work gets, what
it costs and by how much it holds work back, if it happens (model.md, section 3).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pmosim.distributions import Fixed, PastSpread, log_moments
from pmosim.scenario import shapes
from pmosim.scenario.kinds import is_neutral
from pmosim.scenario.messages import did_you_mean, series
from pmosim.scenario.nodes import Node
from pmosim.scenario.portfolio import Interruption, Risk

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from pmosim.scenario.facts import Facts
    from pmosim.scenario.kinds import Reader
    from pmosim.scenario.portfolio import Project, Stream

LEAST_LEFT = 0.5
"""Part of the spread of past work that is left at the least, whatever the risks explain: estimates
miss also where nothing happens. An assumption without a measure."""
EVERYTHING = ""
"""In place of a task: all work of a project."""


def read_risks(
    reader: Reader, node: Node, path: str, project: str, tasks: Collection[str]
) -> tuple[Risk, ...]:
    """Return the risks of a project or template; ``hits`` names its phases and tasks."""

    def hit(name: str) -> list[tuple[str, str]] | str:
        if name in tasks:
            return [(project, name)]
        return f"there is no task or phase '{name}'.{did_you_mean(name, tasks)}"

    return tuple(_read(reader, node, f"{path}.risks", hit, [(project, EVERYTHING)]))


def read_drivers(
    reader: Reader, root: Node, projects: Sequence[Project], streams: Sequence[Stream]
) -> tuple[Risk, ...]:
    """Return the drivers of a scenario: each happens once in a future, and hits all it names."""
    everybody = [*projects, *(stream.prototype for stream in streams)]
    activities = {p.id: [activity.id for activity in p.activities] for p in everybody}
    by_template: dict[str, list[str]] = {}
    templates = (root.get("templates") or Node({}, root.place)).mapping
    for each in everybody:
        if each.template is not None:
            by_template.setdefault(each.template, []).append(each.id)

    def hit(name: str) -> list[tuple[str, str]] | str:
        if name in activities:
            return [(name, EVERYTHING)]
        if name in by_template:
            return [(project, EVERYTHING) for project in by_template[name]]
        owner, _, task = name.partition(".")
        if owner in templates and owner not in by_template:
            return []  # nothing of that kind is in the portfolio
        if task in activities.get(owner, ()):
            return [(owner, task)]
        found = [(project, task) for project in by_template.get(owner, ()) if task]
        if found and all(task in activities[project] for project, task in found):
            return found
        if task and owner in activities:
            known = activities[owner]
            return f"'{owner}' has no task or phase '{task}'.{did_you_mean(task, known)}"
        if task and owner in by_template:
            known = list(dict.fromkeys(t for p in by_template[owner] for t in activities[p]))
            said = f"not each project of '{owner}' has a task or phase '{task}'."
            return said + did_you_mean(task, known)
        known = [*activities, *by_template]
        return f"there is no project, stream or template '{owner}'.{did_you_mean(owner, known)}"

    all_of_them = [(each.id, EVERYTHING) for each in everybody]
    return tuple(_read(reader, root, "risks", hit, all_of_them))


def read_interruption(reader: Reader, node: Node, path: str) -> Interruption | None:
    """Return how often a project has to rest by chance, None = never."""
    given = node.get("interruption")
    if given is None:
        return None
    here = f"{path}.interruption"
    fields = reader.fields(shapes.INTERRUPTION, given, here)
    if "rate" not in fields or "lasts" not in fields:
        return None
    if fields["lasts"].mean <= 0:
        said = "is 0: nothing would rest. Give it some time, or leave the interruption out."
        reader.problems.error("PMO112", given.mapping["lasts"], f"{here}.lasts", said)
        return None
    return Interruption(rate=fields["rate"], lasts=fields["lasts"]) if fields["rate"] else None


def check_fates(facts: Facts) -> None:
    """Warn where a project that is never stopped says that it may be cancelled."""
    listed = facts.root.get("projects")
    for n, entry in enumerate(listed.items if listed is not None else []):
        said_so, mandatory = entry.get("cancellation"), entry.get("mandatory")
        if said_so is None or is_neutral(said_so) or mandatory is None:
            continue
        if mandatory.is_scalar and mandatory.text.lower() == "true":
            name = entry.mapping["id"].text if "id" in entry.mapping else str(n)
            said = "has no effect: what is mandatory is never stopped. Leave it out."
            path = f"projects.{name}.cancellation"
            facts.problems.warning("PMO904", said_so, path, said)


def _read(
    reader: Reader, node: Node, path: str, hit: Any, otherwise: list[tuple[str, str]]
) -> Iterable[Risk]:
    given = node.get("risks")
    taken: dict[str, str] = {}
    for n, entry in enumerate(given.items if given is not None else []):
        own = entry.get("id")
        here = f"{path}.{own.text}" if own is not None and own.is_scalar else f"{path}[{n}]"
        fields = reader.fields(shapes.RISK, entry, here)
        if "id" not in fields or "probability" not in fields:
            continue
        if fields["id"] in taken:
            said = f"stands twice (first at {taken[fields['id']]}); every risk has an own id."
            reader.problems.error("PMO106", own or entry, f"{here}.id", said)
            continue
        taken[fields["id"]] = entry.place
        yield _risk(reader, fields, entry, here, hit, otherwise)


def _risk(
    reader: Reader,
    fields: Mapping[str, Any],
    entry: Node,
    path: str,
    hit: Any,
    otherwise: list[tuple[str, str]],
) -> Risk:
    probability, work, price = float(fields["probability"]), fields.get("work"), 0.0
    delay = fields.get("delay")
    if work is None and delay is None and fields.get("cost") is None:
        said = "does nothing if it happens; say `work: 1.3` (times its work), `delay: 2w` or "
        reader.problems.error("PMO102", entry, path, f"{said}`cost: 20k`.")
    measure, unmitigated = entry.get("mitigation"), None
    if measure is not None:
        unmitigated = probability, work if work is not None else Fixed(value=1.0)
        own = reader.fields(shapes.MITIGATION, measure, f"{path}.mitigation")
        if own.get("is_on", True):
            probability = float(own.get("probability", probability))
            work, price = own.get("work", work), own.get("cost", 0.0)
            delay = own.get("delay", delay)
    return Risk(
        id=fields["id"],
        probability=probability,
        hits=_hits(reader, fields, entry, path, hit) if fields.get("hits") else tuple(otherwise),
        work=work if work is not None else Fixed(value=1.0),
        cost=fields.get("cost"),
        delay=delay if delay is not None and delay.mean > 0 else None,
        price=price,
        unmitigated=unmitigated,
    )


def _hits(
    reader: Reader, fields: Mapping[str, Any], entry: Node, path: str, hit: Any
) -> tuple[tuple[str, str], ...]:
    found: dict[tuple[str, str], None] = {}
    for name in fields.get("hits", ()):
        what = hit(name)
        if isinstance(what, str):
            said = f"names '{name}': {what}"
            reader.problems.error("PMO205", entry.mapping["hits"], f"{path}.hits", said)
        else:
            found |= dict.fromkeys(what)
    return tuple(found)


@dataclass(frozen=True, kw_only=True)
class SpreadLeft:
    """What the risks on one piece of work leave of the spread of past work."""

    project: str
    activity: str
    part: float
    """Of the log-spread."""
    spread: float
    """What is left: sigma of the lognormal."""

    @property
    def is_least(self) -> bool:
        """Whether the risks explain more than may be taken off."""
        return self.part == LEAST_LEFT


def risk_variances(
    projects: Iterable[Project], drivers: Iterable[Risk]
) -> dict[tuple[str, str], float]:
    """Return by project and activity the variance of the logarithm of what risks multiply it by.

    Risks are independent: theirs add up, as they were before anything was done against them.
    ``EVERYTHING`` in place of an activity counts for each.
    """
    found: dict[tuple[str, str], float] = {}
    for risk in [*drivers, *(risk for project in projects for risk in project.risks)]:
        probability, work = risk.unmitigated or (risk.probability, risk.work)
        mean, square = log_moments(work) if probability else (0.0, 0.0)
        # ln factor is 0 with chance 1 - p: Var = p E[x^2] - (p E[x])^2.
        variance = probability * square - (probability * mean) ** 2
        for hit in risk.hits if variance > 0.0 else ():
            found[hit] = found.get(hit, 0.0) + variance
    return found


def part_left(spread: float, variance: float) -> float:
    """Return the part of a log-spread that is left without what risks explain of its variance."""
    return math.sqrt(max(1.0 - variance / spread**2, LEAST_LEFT**2))


def spreads_left(projects: Sequence[Project], drivers: Sequence[Risk]) -> Iterator[SpreadLeft]:
    """Yield what is left of the spread of past work, of each amount of work with that spread."""
    variances = risk_variances(projects, drivers)
    for project in projects:
        for activity in project.activities:
            variance = variance_on(variances, project.id, activity.id)
            for law in activity.work.values():
                if isinstance(law, PastSpread):
                    part = part_left(law.sigma, variance)
                    yield SpreadLeft(
                        project=project.id,
                        activity=activity.id,
                        part=part,
                        spread=law.sigma * part,
                    )


def variance_on(variances: Mapping[tuple[str, str], float], project: str, activity: str) -> float:
    """Return what the risks on a project, and on one of its activities, add up to."""
    return variances.get((project, EVERYTHING), 0.0) + variances.get((project, activity), 0.0)


def check_double_counting(facts: Facts) -> None:
    """Warn where risks come on top of a spread that holds what went wrong in the past already."""
    spread = facts.frame.settings.spread
    own = (risk for site in facts.demand.all_sites for risk in site.project.risks)
    risks = [*facts.drivers, *own]
    raising = [risk.id for risk in risks if risk.probability > 0 and risk.work.mean > 1]
    if facts.frame.settings.spread_includes_risks:
        _check_what_is_left(facts)
        return
    if not spread or not raising:
        return
    said = (
        f"is {spread:g}, the spread of past work, in which what went wrong then is counted; "
        f"{series(dict.fromkeys(raising), 4)} would count it twice. Lower the spread to that of "
        "work on which no such thing happened, leave these risks out, or say "
        "`spread_includes_risks: true` to take what they explain off the spread."
    )
    node = facts.root.get("settings")
    facts.problems.warning("PMO905", node or facts.root, "settings.spread", said)


def _check_what_is_left(facts: Facts) -> None:
    """Warn where the listed risks explain more than all that past work shows."""
    node = facts.root.get("settings") or facts.root
    path = "settings.spread_includes_risks"
    if not facts.frame.settings.spread:
        said = "has no effect: without `spread` there is nothing to take the risks off."
        facts.problems.warning("PMO904", node, path, said)
        return
    projects = [site.project for site in facts.demand.all_sites]
    short = [each for each in spreads_left(projects, facts.drivers) if each.is_least]
    if short:
        names = dict.fromkeys(f"{each.project}.{each.activity}" for each in short)
        said = (
            f"takes the risks on {series(names, 4)} off, which alone spread work as much as all "
            f"that went wrong in the past; {LEAST_LEFT:.0%} of the spread is left. Look at their "
            "chances and factors."
        )
        facts.problems.warning("PMO950", node, path, said)
