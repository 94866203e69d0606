"""Planned: what share of a project's plan each phase and task takes, in the order of the work."""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heappop, heappush
from typing import TYPE_CHECKING

from pmosim.scenario.portfolio import Phase
from pmosim.units import WHOLE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pmosim.scenario.facts import Facts
    from pmosim.scenario.portfolio import Link, Project, Task

SLIGHT = 1e-9
"""Shares of a plan that are less than this are rounding."""


@dataclass(kw_only=True)
class Part:
    """One amount of a phase or task."""

    key: str
    plan: float
    """In its own unit: person-minutes, of a duration task working minutes."""
    by_role: dict[str, float]
    """Planned person-minutes of each role."""

    @property
    def work(self) -> float:
        """Planned person-minutes of everybody."""
        return sum(self.by_role.values())


@dataclass(kw_only=True)
class Item:
    """A phase or task, and what has become of it."""

    activity: Task | Phase
    parts: list[Part]
    before: list[str]
    """Ids of the phases and tasks of the project that come first."""
    is_blocked: bool
    """Waits for another project that is not that far: cannot have begun."""
    weight: float = 0.0
    done: float = 0.0
    """Share of the planned work, 1 or more (of the last one) included."""
    is_done: bool = False

    @property
    def is_own(self) -> bool:
        """Whether it says itself how far it is."""
        return self.activity.progress is not None

    @property
    def work(self) -> float:
        """Planned person-minutes of everybody."""
        return sum(part.work for part in self.parts)

    def open_share(self) -> float:
        """Return the share of the plan that stands open; an overrun is open in full."""
        return 1.0 - self.done if self.done < 1.0 - SLIGHT else 1.0


def _parts(facts: Facts, project: Project, activity: Task | Phase) -> list[Part]:
    size = project.size.plan
    if not isinstance(activity, Phase) and activity.kind == "duration":
        minutes = activity.work[""].plan if activity.work else 0.0
        speeds = _speeds(facts, activity)
        by_role = {role: minutes * speed for role, speed in speeds.items()}
        return [Part(key="", plan=minutes, by_role=by_role)]
    parts = []
    for key, law in activity.work.items():
        plan = law.plan * size
        if key:
            by_role = {_role(facts, key): plan}
        else:
            speeds = _speeds(facts, activity)
            whole = sum(speeds.values()) or 1.0
            by_role = {role: plan * speed / whole for role, speed in speeds.items()}
        parts.append(Part(key=key, plan=plan, by_role=by_role))
    return parts


def _role(facts: Facts, who: str) -> str:
    return facts.people[who].role if who in facts.people else who


def _speeds(facts: Facts, activity: Task | Phase) -> dict[str, float]:
    """Return the planned speed of the people of a task by role."""
    found: dict[str, float] = {}
    for need in activity.needs if not isinstance(activity, Phase) else ():
        speed = float(facts.speeds.get(need.who, 0)) * need.heads * need.share / WHOLE
        role = _role(facts, need.who)
        found[role] = found.get(role, 0.0) + speed
    return found


def items_of(facts: Facts, project: Project) -> list[Item]:
    """Return phases and tasks, what comes first before what follows, else in file order."""
    names = {activity.id for activity in project.activities}
    items = {
        activity.id: Item(
            activity=activity,
            parts=_parts(facts, project, activity),
            before=[
                link.task
                for link in activity.after
                if link.task in names and _is_own(link, project)
            ],
            is_blocked=any(_is_open_elsewhere(facts, project, link) for link in activity.after),
        )
        for activity in project.activities
    }
    ordered = {name: items[name] for name in _in_order(items)}
    for item in ordered.values():
        item.is_blocked |= any(items[first].is_blocked for first in item.before)
        item.weight = item.work
    if not any(item.weight for item in ordered.values()):
        for item in ordered.values():
            lasts = item.activity.lasts if isinstance(item.activity, Phase) else 0
            item.weight = lasts or sum(part.plan for part in item.parts)
    return list(ordered.values())


def _in_order(items: Mapping[str, Item]) -> list[str]:
    """Return ids, what comes first before what follows, else in file order.

    Where tasks wait for each other, which is an error told elsewhere, any comes next.
    """
    place = {name: n for n, name in enumerate(items)}
    names = list(items)
    behind: dict[str, list[str]] = {name: [] for name in items}
    waits_for = {name: len(item.before) for name, item in items.items()}
    for name, item in items.items():
        for first in item.before:
            behind[first].append(name)
    ready = [n for n, name in enumerate(names) if not waits_for[name]]
    ordered: list[str] = []
    while ready:
        name = names[heappop(ready)]
        ordered.append(name)
        for follower in behind[name]:
            waits_for[follower] -= 1
            if not waits_for[follower]:
                heappush(ready, place[follower])
    return ordered + [name for name in names if waits_for[name] > 0]


def _is_own(link: Link, project: Project) -> bool:
    return link.project in {None, project.id}


def _is_open_elsewhere(facts: Facts, project: Project, link: Link) -> bool:
    if link.project in {None, project.id} or link.kind == "FF" or link.if_absent == "ignore":
        return False
    other = facts.projects.get(link.project or "")
    if other is None or other.status == "done":
        return False
    task = facts.activities.get((other.id, link.task or ""))
    if task is None:
        return link.kind == "FS" or other.status != "running"
    progress = task.progress
    if progress is None:
        return True
    return link.kind == "FS" and progress.done != 1


def by_role_of(items: Sequence[Item], share: Callable[[Item], float]) -> dict[str, float]:
    """Return the planned work of each role, times a share of each item."""
    found: dict[str, float] = {}
    for item in items:
        part_of_plan = share(item)
        for part in item.parts:
            for role, work in part.by_role.items():
                found[role] = found.get(role, 0.0) + work * part_of_plan
    return found
