"""Cycles: work that waits for itself, within a project and between projects.

Every task and project is two events, its start and its finish; a link is an edge between events.
Work waits for itself exactly where these edges go round.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from pmosim.scenario.facts import activity_site, link_site

if TYPE_CHECKING:
    from pmosim.scenario.demand import Site
    from pmosim.scenario.facts import Facts
    from pmosim.scenario.nodes import Node
    from pmosim.scenario.portfolio import Link

Event = tuple[str, str, str]
"""Project, task (empty: the project itself), ``start`` or ``finish``."""
_EDGES = {"FS": ("finish", "start"), "SS": ("start", "start"), "FF": ("finish", "finish")}


class _Graph:
    def __init__(self) -> None:
        self.after: dict[Event, list[Event]] = {}
        self.sites: dict[tuple[Event, Event], tuple[Node | str, str]] = {}

    def add(self, first: Event, second: Event) -> None:
        self.after.setdefault(first, []).append(second)
        self.after.setdefault(second, [])

    def add_project(self, site: Site) -> None:
        name = site.project.id
        start, finish = (name, "", "start"), (name, "", "finish")
        self.add(start, finish)
        for link in site.project.after:
            self._add_link(link, name, "", link_site(site.node, site.path, link))
        for activity in site.project.activities:
            self.add(start, (name, activity.id, "start"))
            self.add((name, activity.id, "start"), (name, activity.id, "finish"))
            self.add((name, activity.id, "finish"), finish)
            if activity.after:
                where = activity_site(site, activity)
                for link in activity.after:
                    self._add_link(link, name, activity.id, link_site(*where, link))

    def _add_link(self, link: Link, project: str, task: str, where: tuple[Node | str, str]) -> None:
        before, then = _EDGES[link.kind]
        first = (link.project or project, link.task or "", before)
        second = (project, task, then)
        self.add(first, second)
        self.sites.setdefault((first, second), where)


def check_cycles(facts: Facts) -> None:
    """Report work that waits for itself, naming who waits for whom."""
    listed = _Graph()
    for site in facts.demand.projects:
        listed.add_project(site)
    graphs = []
    for site in facts.demand.templates + facts.demand.prototypes:
        alone = _Graph()
        alone.add_project(site)
        graphs.append(alone)
    for graph in [*graphs, listed]:
        for cycle in _cycles(graph.after):
            _report(facts, graph, cycle)


def _report(facts: Facts, graph: _Graph, cycle: list[Event]) -> None:
    edges = list(zip(cycle, [*cycle[1:], cycle[0]], strict=True))
    linked = [edge for edge in edges if edge in graph.sites]
    written = [edge for edge in linked if ".after" in graph.sites[edge][1]]
    place, path = graph.sites[(written or linked)[0]]
    is_inside_one = len({event[0] for event in cycle}) == 1
    names = [_name(event, is_inside_one=is_inside_one) for event in cycle]
    shown = [name for n, name in enumerate(names) if n == 0 or name != names[n - 1]]
    if len(shown) == 1 or shown[-1] != shown[0]:
        shown.append(shown[0])
    said = f"closes a circle in which work waits for itself: {' -> '.join(shown)}. Remove one link."
    facts.problems.error("PMO301", place, path, said)


def _name(event: Event, *, is_inside_one: bool) -> str:
    project, task, _moment = event
    if not task:
        return project
    return task if is_inside_one else f"{project}.{task}"


def _cycles(after: dict[Event, list[Event]]) -> list[list[Event]]:
    """Return a shortest cycle of each knot of events that go round, in order of appearance."""
    position = {event: n for n, event in enumerate(after)}
    found = []
    for knot in _knots(after):
        start = min(knot, key=position.__getitem__)
        if len(knot) > 1 or start in after[start]:
            found.append(_shortest_round(after, start, knot))
    return sorted(found, key=lambda cycle: position[cycle[0]])


def _shortest_round(after: dict[Event, list[Event]], start: Event, knot: set[Event]) -> list[Event]:
    came_from: dict[Event, Event] = {}
    waiting = deque([start])
    while waiting:
        event = waiting.popleft()
        for following in after[event]:
            if following == start:
                return _way_to(event, start, came_from)
            if following in knot and following not in came_from:
                came_from[following] = event
                waiting.append(following)
    return [start]


def _way_to(event: Event, start: Event, came_from: dict[Event, Event]) -> list[Event]:
    way = [event]
    while way[-1] != start:
        way.append(came_from[way[-1]])
    return way[::-1]


def _knots(after: dict[Event, list[Event]]) -> list[set[Event]]:
    """Return the strongly connected parts (Tarjan 1972), without recursion."""
    index: dict[Event, int] = {}
    low: dict[Event, int] = {}
    stack: list[Event] = []
    on_stack: set[Event] = set()
    knots: list[set[Event]] = []
    for root in after:
        if root in index:
            continue
        work = [(root, iter(after[root]))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            event, following = work[-1]
            step = next(following, None)
            if step is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[event])
                if low[event] == index[event]:
                    knots.append(_popped(stack, on_stack, event))
            elif step not in index:
                index[step] = low[step] = len(index)
                stack.append(step)
                on_stack.add(step)
                work.append((step, iter(after[step])))
            elif step in on_stack:
                low[event] = min(low[event], index[step])
    return knots


def _popped(stack: list[Event], on_stack: set[Event], until: Event) -> set[Event]:
    knot = set()
    while True:
        event = stack.pop()
        on_stack.discard(event)
        knot.add(event)
        if event == until:
            return knot
