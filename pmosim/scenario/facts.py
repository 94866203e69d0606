"""Facts: everything read so far, as the checks across keys look at it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from pmosim.scenario import links
from pmosim.scenario.portfolio import Phase
from pmosim.units import WHOLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pmosim.policy.dispatch import DispatchRule
    from pmosim.policy.intake import IntakeRule
    from pmosim.policy.reactions import Reaction
    from pmosim.scenario.bookings import BookingSite
    from pmosim.scenario.demand import Demand, Site
    from pmosim.scenario.frame import Frame
    from pmosim.scenario.messages import Problems
    from pmosim.scenario.nodes import Node
    from pmosim.scenario.organisation import Person, Role
    from pmosim.scenario.portfolio import Assumption, Link, Need, Project, Risk, Task
    from pmosim.scenario.staff import Staff

ENDED = {"done", "cancelled"}


@dataclass(frozen=True, kw_only=True)
class Facts:
    """A scenario that has been read, with the nodes it came from."""

    root: Node
    frame: Frame
    staff: Staff
    demand: Demand
    intake: IntakeRule
    dispatch: DispatchRule
    problems: Problems
    assumed: tuple[str, ...] = ()
    """Paths of values that were taken from ``priors``, such as ``roles.developer.bau``."""
    drivers: tuple[Risk, ...] = ()
    reactions: tuple[Reaction, ...] = ()
    bookings: tuple[BookingSite, ...] = ()
    notes: tuple[Assumption, ...] = ()
    """How the reports of projects were read."""

    def assumed_of(self, key: str) -> tuple[str, ...]:
        """Return the paths of one key that were taken from ``priors``."""
        return tuple(path for path in self.assumed if path.rpartition(".")[2] == key)

    @cached_property
    def people(self) -> dict[str, Person]:
        """People by id."""
        return {person.id: person for person in self.staff.organisation.people}

    @cached_property
    def roles(self) -> dict[str, Role]:
        """Roles by id."""
        return {role.id: role for role in self.staff.organisation.roles}

    @cached_property
    def projects(self) -> dict[str, Project]:
        """Listed projects by id."""
        return {site.project.id: site.project for site in self.demand.projects}

    @cached_property
    def activities(self) -> dict[tuple[str, str], Task | Phase]:
        """Tasks and phases of listed projects by project and own id."""
        return {
            (site.project.id, activity.id): activity
            for site in self.demand.projects
            for activity in site.project.activities
        }

    @cached_property
    def able(self) -> dict[str, tuple[Person, ...]]:
        """Who can fill a need for a role (by home role or skill) or for a named person."""
        found: dict[str, list[Person]] = {role: [] for role in self.roles}
        for person in self.people.values():
            found.setdefault(person.role, []).append(person)
            for role in dict.fromkeys(
                [*dict(person.skills), *(training.role for training in person.training)]
            ):
                found.setdefault(role, []).append(person)
        named = {name: (person,) for name, person in self.people.items()}
        return {who: tuple(people) for who, people in found.items()} | named

    @cached_property
    def at_home(self) -> dict[str, tuple[Person, ...]]:
        """People by home role."""
        return {
            role: tuple(person for person in self.people.values() if person.role == role)
            for role in self.roles
        }

    @cached_property
    def speeds(self) -> dict[str, Fraction]:
        """Planned speed of one head of a role, or of a named person (model.md, section 5)."""
        found = {
            role: sum((_speed(person) for person in home), Fraction(0)) / max(1, len(home))
            for role, home in self.at_home.items()
        }
        return found | {name: _speed(person) for name, person in self.people.items()}

    def heads_of_phase(self, phase: Phase, role: str, size: float) -> Fraction:
        """Return how many heads, parts of one included, keep the pace of a phase."""
        speed = self.speeds.get(role)
        if not speed or not phase.lasts:
            return Fraction(1)
        return Fraction(phase.work[role].plan) * Fraction(size) / phase.lasts / speed

    def share_of_phase(self, phase: Phase, role: str, size: float) -> Fraction:
        """Return the share that a phase takes of each of its heads."""
        wanted = self.heads_of_phase(phase, role, size)
        there = max(1, len(self.at_home.get(role, ())))
        heads = max(1, min(math.ceil(wanted), there))
        return min(Fraction(1), wanted / heads)


def _speed(person: Person) -> Fraction:
    present = Fraction(person.fte, WHOLE) * (1 - Fraction(person.bau, WHOLE))
    return present * (1 - Fraction(person.absence, WHOLE))


def is_alive(site: Site) -> bool:
    """Return whether a project still asks for work."""
    return site.project.status not in ENDED


def activity_site(site: Site, activity: Task | Phase) -> tuple[Node, str]:
    """Return node and path of a task or phase."""
    section = "phases" if isinstance(activity, Phase) else "tasks"
    path = f"{site.path}.{section}.{activity.id}"
    return site.node.mapping[section].mapping[activity.id], path


def key_site(node: Node, path: str, *keys: str) -> tuple[Node | str, str]:
    """Return the place and path of a value, or of the nearest thing around it that is written."""
    place: Node | str = node
    for key in keys:
        if key not in node.mapping:
            break
        key_place = node.place_of(key)
        node = node.mapping[key]
        path = f"{path}.{key}"
        place = node if node.is_scalar and not node.is_null else key_place
    return place, path


def link_site(node: Node, path: str, link: Link) -> tuple[Node | str, str]:
    """Return the place and path of one link of an ``after``."""
    after = node.get("after")
    if after is None:
        return node, path
    for n, entry in enumerate(links.entries_of(after)):
        if _is_this(entry, link):
            here = f"{path}.after[{n}]" if after.items else f"{path}.after"
            return entry, here
    return after, f"{path}.after"


def _is_this(entry: Node, link: Link) -> bool:
    if isinstance(entry.value, dict):
        project, task = entry.get("project"), entry.get("task")
        return (task.text if task is not None else None) == link.task and (
            project is None or link.project in {None, project.text}
        )
    names = {link.project, link.task, f"{link.project}.{link.task}"}
    return entry.text in names or entry.text.endswith(f".{link.task}")


def needs_of(site: Site) -> Iterator[tuple[Need, Node | str, str]]:
    """Yield every need of a project, ``throughout`` included, with its place and path."""
    for need in site.project.throughout:
        yield (need, *key_site(site.node, site.path, "throughout", need.who))
    for activity in site.project.activities:
        if isinstance(activity, Phase):
            continue
        node, path = activity_site(site, activity)
        for need in activity.needs:
            key = "needs" if need.who in (node.get("needs") or node).mapping else "effort"
            yield (need, *key_site(node, path, key, need.who))
