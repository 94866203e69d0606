"""Demand: the listed projects and the streams of a file, templates merged in already."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from pmosim.distributions import Fixed
from pmosim.scenario import amounts, hazards, kinds, links, shapes, status, work
from pmosim.scenario.arrivals import read_stream
from pmosim.scenario.kinds import MISSING, CalendarOffset, Reader
from pmosim.scenario.links import Names
from pmosim.scenario.portfolio import Benefit, Phase, Project, Stream, Task

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from pmosim.scenario.nodes import Node


@dataclass(frozen=True, kw_only=True)
class Site:
    """A project, or the prototype of a stream, beside the node it was read from."""

    project: Project
    node: Node
    path: str
    is_listed: bool = True


@dataclass(frozen=True, kw_only=True)
class Demand:
    """Everything that asks for work."""

    projects: tuple[Site, ...] = ()
    streams: tuple[Stream, ...] = ()
    prototypes: tuple[Site, ...] = ()
    templates: tuple[Site, ...] = field(default=())
    """Templates read on their own, so that faults of unused ones are told too."""

    @property
    def all_sites(self) -> tuple[Site, ...]:
        """Projects and prototypes."""
        return self.projects + self.prototypes


def task_names(node: Node) -> Collection[str]:
    """Return the ids of the phases and tasks of a project, in project order."""
    found = [
        name for key in ("phases", "tasks") if node.get(key) for name in node.mapping[key].mapping
    ]
    return dict.fromkeys(found)


def read_demand(root: Node, merged: Node, reader: Reader, as_of: date) -> Demand:
    """Return projects and streams of the merged document; ``root`` is the one as written."""
    projects_node = merged.get("projects")
    entries = projects_node.items if projects_node else []
    names = {
        entry.mapping["id"].text: task_names(entry)
        for entry in entries
        if (own := entry.get("id")) is not None and own.is_scalar
    }
    builder = _Builder(reader, names, as_of)
    templates = builder.templates(root)
    projects = builder.projects(entries)
    streams, prototypes = builder.streams(merged)
    return Demand(
        projects=tuple(projects),
        streams=tuple(streams),
        prototypes=tuple(prototypes),
        templates=tuple(templates),
    )


class _Builder:
    def __init__(self, reader: Reader, names: Mapping[str, Collection[str]], as_of: date) -> None:
        self._reader = reader
        self._names = names
        self._as_of = as_of
        self._templates: set[str] = set()

    def templates(self, root: Node) -> list[Site]:
        node = root.get("templates")
        self._templates = set(node.mapping) if node is not None else set()
        found = []
        for name, entry in (node.mapping if node else {}).items():
            path = f"templates.{name}"
            self._check_id(node, name, path)
            fields = self._reader.fields(shapes.TEMPLATE, entry, path)
            project = self._project(fields, entry, path, name)
            found.append(Site(project=project, node=entry, path=path, is_listed=False))
        return found

    def projects(self, entries: list[Node]) -> list[Site]:
        found: list[Site] = []
        taken: dict[str, str] = {}
        for n, node in enumerate(entries):
            own = node.get("id")
            name = own.text if own is not None and own.is_scalar else ""
            path = f"projects.{name}" if name else f"projects[{n}]"
            fields = self._reader.fields(shapes.PROJECT, node, path)
            project = self._project(fields, node, path, name, is_listed=True)
            if not name:
                continue
            if name in taken:
                said = f"stands twice (first at {taken[name]}); every project has an own id."
                self._reader.problems.error(
                    "PMO106", own or node, f"projects[{n}].id '{name}'", said
                )
                continue
            taken[name] = node.place
            self._check_has_work(node, project, path)
            found.append(Site(project=project, node=node, path=path))
        return found

    def streams(self, merged: Node) -> tuple[list[Stream], list[Site]]:
        node = merged.get("demand")
        streams: list[Stream] = []
        sites: list[Site] = []
        for name, entry in (node.mapping if node else {}).items():
            path = f"demand.{name}"
            self._check_id(node, name, path)
            if name in self._names:
                said = "is the id of a listed project too; choose another one."
                self._reader.problems.error(
                    "PMO106", node.place_of(name) if node else entry, path, said
                )
            fields = self._reader.fields(shapes.STREAM, entry, path)
            prototype = self._project(fields, entry, path, name)
            self._check_has_work(entry, prototype, path)
            self._check_stream_keys(entry, path)
            stream = read_stream(self._reader, fields, entry, prototype)
            sites.append(Site(project=prototype, node=entry, path=path, is_listed=False))
            if stream is not None:
                streams.append(stream)
        return streams, sites

    def _check_stream_keys(self, entry: Node, path: str) -> None:
        for key in ("starts", "arrives", "status", "pauses", "cancelled", "probability"):
            if entry.get(key) is not None and not (
                key == "status" and entry.mapping[key].text == "approved"
            ):
                said = "has no meaning for a stream, whose projects arrive by chance; leave it out."
                self._reader.problems.error("PMO108", entry.mapping[key], f"{path}.{key}", said)

    def _check_id(self, node: Node | None, name: str, path: str) -> None:
        try:
            kinds.usable_id(name)
        except amounts.AmissError as amiss:
            place = node.place_of(name) if node else "input"
            self._reader.problems.error(amiss.code, place, path, f"is no usable id; {amiss.said}")

    def _check_has_work(self, node: Node, project: Project, path: str) -> None:
        if project.activities or project.status in {"done", "cancelled"}:
            return
        if node.get("template") is not None or task_names(node):
            template = node.get("template")
            is_known = template is None or template.text in self._templates
            if template is not None and is_known and not task_names(node):
                said = f"has neither tasks nor phases, nor has its template '{template.text}'."
                self._reader.problems.error("PMO309", node, path, said)
            return
        said = "has no work: give it a `template`, `phases` or `tasks`."
        self._reader.problems.error("PMO309", node, path, said)

    def _project(
        self,
        fields: Mapping[str, Any],
        node: Node,
        path: str,
        name: str,
        *,
        is_listed: bool = False,
    ) -> Project:
        promise = self._promise_of(fields, is_listed=is_listed)
        own_tasks = task_names(node)
        names = Names(own_project=name, own_tasks=own_tasks, projects=self._names)
        template = fields.get("template")
        dates = {
            key: promise(node.mapping[key], fields[key], f"{path}.{key}")
            for key in ("due", "deadline")
            if key in fields
        }
        return Project(
            id=name,
            name=fields.get("name", ""),
            status=fields.get("status", "approved"),
            template=template,
            activities=self._activities(node, path, names, promise),
            throughout=work.read_held(self._reader, node.get("throughout"), f"{path}.throughout"),
            size=self._size(node, fields, path),
            rank=fields.get("rank"),
            priority=fields.get("priority", 0.0),
            value=fields.get("value", 0.0),
            project_class=fields.get("class", ""),
            mandatory=fields.get("mandatory", False),
            starts=fields.get("starts"),
            arrives=fields.get("arrives"),
            not_before=fields.get("not_before"),
            after=links.read_links(self._reader, node.get("after"), f"{path}.after", names),
            probability=float(fields.get("probability", 1)),
            groups=self._groups(node, path),
            sponsor=fields.get("sponsor", ""),
            pauses=tuple(sorted(fields.get("pauses", []))),
            withdrawn=tuple(self._withdrawn(fields.get("withdrawn"), path)),
            cancelled_from=fields.get("cancelled"),
            cancellation=fields.get("cancellation", 0.0),
            interruption=hazards.read_interruption(self._reader, node, path),
            **dates,
            **self._money(node, fields, path),
            coverage=float(fields.get("coverage", 0)),
            kind_of_work=fields.get("kind_of_work", template or ""),
            risks=hazards.read_risks(self._reader, node, path, name, own_tasks),
            as_reported=status.read_report(self._reader, node, path) if is_listed else None,
            baseline=work.read_baseline(self._reader, node, path) if is_listed else None,
        )

    def _withdrawn(self, node: Node | None, path: str) -> Iterator[tuple[str, date]]:
        """Yield who is taken off a project, and when."""
        for name, entry in node.mapping.items() if node is not None else ():
            day = self._reader.read(kinds.START, entry, f"{path}.withdrawn.{name}")
            if day is not MISSING:
                yield name, day

    def _size(self, node: Node, fields: Mapping[str, Any], path: str) -> Any:
        size = fields.get("size", Fixed(value=1.0))
        if size.mean <= 0:
            said = "is 0; a size must be more than 0: it multiplies the work."
            self._reader.problems.error("PMO112", node.mapping["size"], f"{path}.size", said)
        return size

    def _money(self, node: Node, fields: Mapping[str, Any], path: str) -> dict[str, Any]:
        measures = self._reader.measures
        delay = fields.get("cost_of_delay")
        return {
            "budget": fields.get("budget"),
            "fixed_cost": fields.get("fixed_cost"),
            "running_cost": float(fields.get("running_cost", Fraction(0))),
            "cost_of_delay": None if delay is None else float(delay * measures.minutes_per_day),
            "benefit": self._benefit(node, path),
        }

    def _benefit(self, node: Node, path: str) -> Benefit | None:
        given = node.get("benefit")
        if given is None:
            return None
        here = f"{path}.benefit"
        fields = self._reader.fields(shapes.BENEFIT, given, here)
        if given.mapping and given.get("for") is None and given.get("until") is None:
            said = "needs `for: 3y` (it slides with the finish) or `until: 2030-12-31` (fixed end)."
            self._reader.problems.error("PMO102", given, here, said)
        if "per_year" not in fields:
            return None
        return Benefit(
            per_year=fields["per_year"], for_years=fields.get("for"), until=fields.get("until")
        )

    def _groups(self, node: Node, path: str) -> dict[str, str]:
        given = node.get("groups")
        found = {
            name: self._reader.read(kinds.TEXT, entry, f"{path}.groups.{name}")
            for name, entry in (given.mapping if given else {}).items()
            if not entry.is_null
        }
        return {name: text for name, text in found.items() if text is not kinds.MISSING}

    def _promise_of(self, fields: Mapping[str, Any], *, is_listed: bool) -> Any:
        arrival = fields.get("starts") or fields.get("arrives") or self._as_of

        def promise(node: Node, value: Any, path: str) -> date | int | None:
            if not isinstance(value, CalendarOffset):
                return value  # type: ignore[no-any-return]
            if is_listed:
                found: date = arrival + timedelta(days=value.days)
                return found
            amiss = work.no_calendar_days(value.days)
            self._reader.problems.error(amiss.code, node, path, f"is {node.shown()}; {amiss.said}")
            return None

        return promise

    def _activities(
        self, node: Node, path: str, names: Names, promise: Any
    ) -> tuple[Task | Phase, ...]:
        inside = Names(
            own_project=names.own_project,
            own_tasks=names.own_tasks,
            is_task_level=True,
            projects=names.projects,
        )
        builder = work.Activities(self._reader, inside, promise, near_names=names.own_tasks)
        phases, tasks = node.get("phases"), node.get("tasks")
        found: list[Task | Phase | None] = []
        previous = None
        for name, entry in (phases.mapping if phases else {}).items():
            here = f"{path}.phases.{name}"
            self._check_id(phases, name, here)
            found.append(builder.phase(name, entry, here, previous))
            previous = name
        for name, entry in (tasks.mapping if tasks else {}).items():
            here = f"{path}.tasks.{name}"
            self._check_id(tasks, name, here)
            if phases and name in phases.mapping:
                said = "is the id of a phase of this project too; choose another one."
                self._reader.problems.error(
                    "PMO106", tasks.place_of(name) if tasks else entry, here, said
                )
            found.append(builder.task(name, entry, here))
        return tuple(activity for activity in found if activity is not None)
