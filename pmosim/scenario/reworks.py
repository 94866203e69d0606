"""Reworks: whether what is to be done again leads to the task or phase that says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmosim.scenario.facts import activity_site
from pmosim.scenario.messages import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pmosim.scenario.facts import Facts
    from pmosim.scenario.portfolio import Phase, Project, Task


def check_rework(facts: Facts) -> None:
    """Note every rework of something that is not there, or does not come before."""
    for site in facts.demand.all_sites:
        for activity in site.project.activities:
            if activity.rework is None:
                continue
            node, path = activity_site(site, activity)
            said = _amiss(site.project, activity)
            if said:
                at = node.mapping["rework"].mapping["of"]
                facts.problems.error("PMO312", at, f"{path}.rework.of", said)


def _amiss(project: Project, activity: Task | Phase) -> str:
    """Return what is wrong with the rework of a task or phase, empty if nothing is."""
    assert activity.rework is not None
    of, known = activity.rework.of, [other.id for other in project.activities]
    if of not in known:
        return f"is '{of}'; this project has no such task or phase.{did_you_mean(of, known)}"
    if tasks_between(project, of, activity.id):
        return ""
    before = _reached(activity.id, _before(project)) - {activity.id}
    earlier = ", ".join(repr(name) for name in known if name in before)
    said = f"is '{of}', from which no links lead to '{activity.id}'; name what must come before it"
    return f"{said}: {earlier}, or itself." if earlier else f"{said}, or itself."


def tasks_between(project: Project, first: str, last: str) -> tuple[str, ...]:
    """Return the tasks and phases on all paths of links from one to another, both included.

    In the order of the project; () if no path leads there.
    """
    before = _before(project)
    behind: dict[str, list[str]] = {}
    for name, others in before.items():
        for other in others:
            behind.setdefault(other, []).append(name)
    on_path = _reached(first, behind) & _reached(last, before)
    return tuple(activity.id for activity in project.activities if activity.id in on_path)


def _before(project: Project) -> dict[str, list[str]]:
    """Return, for each task or phase, those of the project that it links to."""
    return {
        activity.id: [link.task for link in activity.after if not link.project and link.task]
        for activity in project.activities
    }


def _reached(start: str, steps: Mapping[str, Iterable[str]]) -> set[str]:
    reached, left = {start}, [start]
    while left:
        new = set(steps.get(left.pop(), ())) - reached
        reached |= new
        left += new
    return reached
