"""Changes: an overlay's verbs, applied in order to the document as written.

Targets are named by id, never by position. A change that finds no target is an error, one
without effect a warning.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING

from pmosim.scenario import amounts, links, resolution, staff
from pmosim.scenario.amounts import Amiss
from pmosim.scenario.demand import task_names
from pmosim.scenario.frame import Frame, read_frame
from pmosim.scenario.links import Names
from pmosim.scenario.messages import Problems, did_you_mean
from pmosim.scenario.nodes import Node, scalar, to_plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

EXAMPLES = {
    "add": "{template: medium, count: 3, starts: 2027-03, id: web}",
    "cancel": "{crm: 2027-03}",
    "remove": "[dwh]",
    "pause": '{crm: "2027-03..2027-06"}',
    "delay": "{portal: 6w}",
    "rank": "{crm: 1}",
    "set": "{roles.developer.day_rate: 750}",
    "hire": "{role: developer, headcount: 2, from: 2027-04}",
    "absent": '{ana: "2027-03..2027-04"}',
    "policy": "{policy: wip_limit, max_active: 6}",
}
"""Every verb with an example of what stands behind it."""
MOST_ADDED = 10_000
_BY_ID = {"projects", "people"}
_BY_NAME = {"roles", "templates", "demand", "places"}
_EXCLUDING = (
    {"rank", "priority"},
    {"starts", "arrives"},
    {"effort", "duration", "milestone"},
    {"as_of", "start"},
)


def applied(root: Node, given: Node, problems: Problems) -> Node:
    """Return the document after a list of changes."""
    draft = _Draft(root, problems)
    if given.is_scalar:
        said = (
            f"is {given.shown()}; it must be a list of verbs, such as - cancel: {{crm: 2027-03}}."
        )
        problems.error("PMO104", given, "changes", said)
    entries = [(f"changes[{n}]", entry) for n, entry in enumerate(given.items)]
    for path, entry in entries or [("changes", given)]:
        if not isinstance(entry.value, dict):
            if not given.is_scalar:
                said = f"is {entry.shown()}; it must be a verb, such as cancel: {{crm: 2027-03}}."
                problems.error("PMO104", entry, path, said)
            continue
        for verb, value in entry.value.items():
            draft.apply(verb, value, f"{path}.{verb}", entry.place_of(verb))
    return draft.root


def put(node: Node, keys: list[str], value: Node) -> Node:
    """Return a mapping with one value at the end of a chain of keys set."""
    key, *rest = keys
    entries = dict(node.mapping)
    if rest:
        below = entries.get(key)
        if below is None or not isinstance(below.value, dict):
            below = Node({}, value.place)
        entries[key] = put(below, rest, value)
    else:
        for group in _EXCLUDING:
            if key in group:
                entries = {k: v for k, v in entries.items() if k == key or k not in group}
        entries[key] = value
    changed = node.with_entries(entries)
    if key not in node.mapping:
        changed.key_places[key] = value.place
    return changed


class _Draft:
    """The document while it is changed; ``root`` is replaced, its nodes never altered."""

    def __init__(self, root: Node, problems: Problems) -> None:
        self.root = root
        self._problems = problems
        self._verbs: dict[str, Callable[[Node, str], None]] = {
            "add": self._add,
            "cancel": self._each_project(self._cancel),
            "remove": self._remove,
            "pause": self._each_project(self._pause),
            "delay": self._each_project(self._delay),
            "rank": self._each_project(self._rank),
            "set": self._set,
            "hire": self._hire,
            "absent": self._absent,
            "policy": self._policy,
        }

    def apply(self, verb: str, value: Node, path: str, place: str) -> None:
        if verb not in self._verbs:
            said = f"is not a change.{did_you_mean(verb, self._verbs)}"
            self._problems.error("PMO704", place, path, said)
            return
        several = value.items if verb != "remove" and value.items else [value]
        for n, one in enumerate(several):
            here = f"{path}[{n}]" if value.items and verb != "remove" else path
            if not self._is_well_shaped(verb, one, here):
                continue
            before, n_problems = to_plain(self.root), len(self._problems.listed())
            self._verbs[verb](one, here)
            is_silent = len(self._problems.listed()) == n_problems
            if is_silent and to_plain(self.root) == before:
                said = "has no effect: everything is so already."
                self._problems.warning("PMO702", one, here, said)

    def _is_well_shaped(self, verb: str, value: Node, path: str) -> bool:
        if verb == "remove" and (value.items or (value.is_scalar and not value.is_null)):
            return True
        if verb != "remove" and isinstance(value.value, dict) and value.value:
            return True
        said = f"is {value.shown()}; it must look like {verb}: {EXAMPLES[verb]}."
        self._problems.error("PMO104", value, path, said)
        return False

    # ---- looking things up

    def _section(self, key: str) -> Node:
        return self.root.get(key) or Node([] if key in _BY_ID else {}, self.root.place)

    def _ids(self) -> list[str]:
        return [
            own.text
            for entry in self._section("projects").items
            if (own := entry.get("id")) is not None and own.is_scalar
        ]

    def _merged(self, name: str) -> Node:
        for entry in self._section("projects").items:
            own = entry.get("id")
            if own is not None and own.text == name:
                return self._with_template(entry)
        return Node({}, self.root.place)

    def _with_template(self, entry: Node) -> Node:
        template = entry.get("template")
        known = self._section("templates").mapping
        if template is None or not template.is_scalar or template.text not in known:
            return entry
        return resolution.merged(entry, known[template.text])

    def _status(self, name: str) -> str:
        status = self._merged(name).get("status")
        return status.text if status is not None else "approved"

    def _no_such(
        self, place: Node | str, path: str, what: str, name: str, known: list[str]
    ) -> None:
        said = f"finds no target: there is no {what} '{name}'.{did_you_mean(name, known)}"
        self._problems.error("PMO701", place, path, said)

    def _refuse(self, node: Node, path: str, said: str) -> None:
        self._problems.error("PMO703", node, path, said)

    def _no_effect(self, node: Node, path: str, said: str) -> None:
        self._problems.warning("PMO702", node, path, f"has no effect: {said}")

    def _put(self, *keys: str, value: Node) -> None:
        self.root = put(self.root, list(keys), value)

    def _put_in_project(self, name: str, keys: list[str], value: Node) -> None:
        projects = self._section("projects")
        entries = [
            put(entry, keys, value) if (own := entry.get("id")) and own.text == name else entry
            for entry in projects.items
        ]
        self._put("projects", value=Node(list(entries), projects.place))

    def _each_project(self, one: Callable[[str, Node, str], None]) -> Callable[[Node, str], None]:
        def change(given: Node, path: str) -> None:
            for name, value in given.mapping.items():
                if name in self._ids():
                    one(name, value, f"{path}.{name}")
                else:
                    place = given.place_of(name)
                    self._no_such(place, f"{path}.{name}", "project", name, self._ids())

        return change

    # ---- the verbs

    def _add(self, given: Node, path: str) -> None:
        counted, own, template = (given.get(key) for key in ("count", "id", "template"))
        try:
            count = 1 if counted is None else amounts.whole_number(counted.text, least=1)
            if count > MOST_ADDED:
                raise Amiss("PMO112", f"it must be at most {MOST_ADDED}.")  # noqa: TRY301
        except Amiss as amiss:
            said = f"is {counted.shown() if counted else ''}; {amiss.said}"
            self._problems.error(amiss.code, counted or given, f"{path}.count", said)
            return
        base = own or template
        if base is None:
            said = "needs a `template`, or an `id` and its own `tasks` or `phases`."
            self._problems.error("PMO102", given, path, said)
            return
        names = self._new_ids(base.text, count, is_exact=own is not None and counted is None)
        added = [
            given.with_entries(
                {"id": scalar(name, base.place)}
                | {key: value for key, value in given.mapping.items() if key not in {"id", "count"}}
            )
            for name in names
        ]
        projects = self._section("projects")
        self._put("projects", value=Node([*projects.items, *added], projects.place))

    def _new_ids(self, base: str, count: int, *, is_exact: bool) -> list[str]:
        if is_exact:
            return [base]
        taken = {*self._ids(), *self._section("demand").mapping}
        found: list[str] = []
        number = 0
        while len(found) < count:
            number += 1
            if f"{base}-{number}" not in taken:
                found.append(f"{base}-{number}")
        return found

    def _cancel(self, name: str, value: Node, path: str) -> None:
        status = self._status(name)
        if status in {"done", "cancelled"}:
            self._no_effect(value, path, f"'{name}' is {status} already.")
            return
        try:
            amounts.day(value.text)
        except Amiss as amiss:
            said = f"is {value.shown()}; {amiss.said}"
            self._problems.error(amiss.code, value, path, said)
            return
        self._put_in_project(name, ["cancelled"], value)

    def _pause(self, name: str, value: Node, path: str) -> None:
        status = self._status(name)
        if status in {"done", "cancelled"}:
            self._no_effect(value, path, f"'{name}' is {status} already.")
            return
        before = self._merged(name).get("pauses")
        self._put_in_project(name, ["pauses"], _appended(before, value))

    def _delay(self, name: str, value: Node, path: str) -> None:
        project, status = self._merged(name), self._status(name)
        if status == "running":
            said = f"cannot be made: '{name}' runs already. Use pause: or cancel: instead."
            self._refuse(value, path, said)
            return
        keys = [key for key in ("starts", "arrives") if project.get(key) is not None]
        if status in {"done", "cancelled"} or (status == "on-hold" and not keys):
            reason = "it comes back at no date" if status == "on-hold" else f"it is {status}"
            self._no_effect(value, path, f"'{name}' starts nothing: {reason}.")
            return
        frame = read_frame(self.root, Problems())
        days = self._whole_days(value, path, frame)
        if days is None:
            return
        key = keys[0] if keys else "arrives"
        try:
            before = amounts.day(project.mapping[key].text) if keys else frame.calendar.as_of
        except Amiss:
            return
        if days:
            self._keep_promises(name, project, frame, before)
            after = frame.calendar.add_working_days(before, days)
            self._put_in_project(name, [key], scalar(after.isoformat(), value.place))

    def _whole_days(self, value: Node, path: str, frame: Frame) -> int | None:
        try:
            minutes = amounts.working_time(value.text, frame.measures)
            days = minutes / frame.calendar.minutes_per_day
            if days.denominator != 1:
                raise Amiss("PMO111", "a delay must be whole working days, such as 5d or 6w.")  # noqa: TRY301
        except Amiss as amiss:
            earlier = " To start earlier use set: {projects.ID.starts: ...}."
            hint = earlier if value.text.strip().startswith("-") else ""
            self._problems.error(amiss.code, value, path, f"is {value.shown()}; {amiss.said}{hint}")
            return None
        return int(days)

    def _keep_promises(self, name: str, project: Node, frame: Frame, arrival: object) -> None:
        """Write out promises that count from the arrival: a delay does not move them."""
        for keys, owner in _owners(project):
            for key in ("due", "deadline"):
                node = owner.get(key)
                day = None if node is None else _promised_day(node, frame, arrival)
                if node is not None and day is not None:
                    self._put_in_project(name, [*keys, key], scalar(day, node.place))

    def _rank(self, name: str, value: Node, path: str) -> None:
        try:
            rank = amounts.whole_number(value.text, least=1)
        except Amiss as amiss:
            self._problems.error(amiss.code, value, path, f"is {value.shown()}; {amiss.said}")
            return
        ranks = {other: self._rank_of(other) for other in self._ids()}
        holders = {held: other for other, held in ranks.items() if other != name and held}
        if ranks[name] == rank and rank not in holders:
            return
        moved, place = [(name, rank)], rank
        while place in holders:
            moved.append((holders[place], place + 1))
            place += 1
        for other, new in moved:
            self._put_in_project(other, ["rank"], scalar(new, value.place))

    def _rank_of(self, name: str) -> int:
        node = self._merged(name).get("rank")
        return node.value if node is not None and isinstance(node.value, int) else 0

    def _remove(self, given: Node, path: str) -> None:
        for n, node in enumerate(given.items or [given]):
            here = f"{path}[{n}]" if given.items else path
            name = node.text
            if name in self._section("demand").mapping:
                demand = self._section("demand")
                rest = {key: value for key, value in demand.mapping.items() if key != name}
                self._put("demand", value=demand.with_entries(rest))
            elif name not in self._ids():
                known = [*self._ids(), *self._section("demand").mapping]
                self._no_such(node, here, "project", name, known)
            elif self._status(name) == "running":
                said = f"cannot be made: '{name}' runs already. Use cancel: {{{name}: 2027-03}}."
                self._refuse(node, here, said)
            else:
                self._remove_project(name, node)

    def _remove_project(self, name: str, node: Node) -> None:
        links_to_it = _LinksTo(name, set(self._ids()))
        self.root = links_to_it.dropped(self.root)
        projects = self._section("projects")
        entries = []
        for entry in projects.items:
            own = entry.get("id")
            if own is None or own.text != name:
                entries.append(entry)
            elif links_to_it.is_still_named:
                kept = put(entry, ["status"], scalar("candidate", node.place))
                entries.append(put(kept, ["probability"], scalar("0%", node.place)))
        self._put("projects", value=Node(list(entries), projects.place))

    def _set(self, given: Node, path: str) -> None:
        for dotted, value in given.mapping.items():
            self._set_one(dotted, value, given.place_of(dotted), f"{path}.{dotted}")

    def _set_one(self, dotted: str, value: Node, place: str, path: str) -> None:
        section, *keys = dotted.split(".")
        if section in {"extends", "changes", "pmosim"}:
            said = "cannot be set: it is not part of what a scenario says."
            self._problems.error("PMO703", place, path, said)
        elif section in _BY_ID:
            self._set_by_id(section, keys, value, place, path)
        elif section in _BY_NAME and keys:
            known = self._section(section).mapping
            if keys[0] not in known:
                what = {"roles": "role", "templates": "template", "demand": "stream"}
                self._no_such(place, path, what.get(section, "place"), keys[0], list(known))
                return
            if not self._is_activity_known(known[keys[0]], keys[1:], place, path):
                return
            self._put(section, *keys, value=value)
        else:
            self._put(section, *keys, value=value)

    def _set_by_id(self, section: str, keys: list[str], value: Node, place: str, path: str) -> None:
        if len(keys) < 2:
            said = f"needs an id and a key, such as {section}.ID.{_KEY_OF[section]}."
            self._problems.error("PMO701", place, path, said)
            return
        name, *rest = keys
        if section == "people":
            if self._single_out(name, place, path):
                self._put_in_person(name, rest, value)
            return
        if name not in self._ids():
            self._no_such(place, path, "project", name, self._ids())
        elif self._is_activity_known(self._merged(name), rest, place, path):
            self._put_in_project(name, rest, value)

    def _is_activity_known(self, owner: Node, keys: list[str], place: str, path: str) -> bool:
        if len(keys) < 3 or keys[0] not in {"tasks", "phases"}:
            return True
        named = owner.get(keys[0])
        known = named.mapping if named is not None else {}
        if keys[1] not in known:
            self._no_such(place, path, keys[0].removesuffix("s"), keys[1], list(known))
            return False
        return True

    def _hire(self, given: Node, path: str) -> None:
        people = self._section("people")
        self._put("people", value=Node([*people.items, given], people.place))

    def _absent(self, given: Node, path: str) -> None:
        for name, value in given.mapping.items():
            here = f"{path}.{name}"
            if not self._single_out(name, given.place_of(name), here):
                continue
            before = next(
                (entry.get("leave") for entry, names in self._people() if names == [name]),
                None,
            )
            self._put_in_person(name, ["leave"], _appended(before, value))

    def _policy(self, given: Node, path: str) -> None:
        self._put("intake", value=given)

    # ---- people by id, also those of a headcount

    def _people(self) -> Iterator[tuple[Node, list[str]]]:
        numbers: Counter[str] = Counter()
        for entry in self._section("people").items:
            yield entry, [name for name, _part in staff.people_of_entry(entry, numbers)]

    def _put_in_person(self, name: str, keys: list[str], value: Node) -> None:
        people = self._section("people")
        entries = [
            put(entry, keys, value) if names == [name] else entry for entry, names in self._people()
        ]
        self._put("people", value=Node(list(entries), people.place))

    def _single_out(self, name: str, place: str, path: str) -> bool:
        """Give a person an entry of its own, every id as before; False if there is no such one."""
        people = list(self._people())
        if not any(name in names for _entry, names in people):
            known = [known for _entry, names in people for known in names]
            self._no_such(place, path, "person", name, known)
            return False
        entries: list[Node] = []
        for entry, names in people:
            if name in names and len(names) > 1:
                entries.extend(_split(entry, names.index(name), len(names)))
            else:
                entries.append(entry)
        section = self._section("people")
        self._put("people", value=Node(list(entries), section.place))
        return True


_KEY_OF = {"projects": "due", "people": "fte"}


def _appended(before: Node | None, value: Node) -> Node:
    listed = [] if before is None else (before.items or ([before] if before.is_scalar else []))
    added = value.items or [value]
    return Node([*listed, *added], value.place)


def _split(entry: Node, at: int, n_people: int) -> list[Node]:
    """Return the entries before, of and after one person of a headcount."""
    node = entry.mapping["headcount"]
    total = Decimal(node.text)
    own = min(Decimal(1), total - at)
    parts = [Decimal(at), own, total - at - own if at + 1 < n_people else Decimal(0)]
    return [put(entry, ["headcount"], _headcount(part, node.place)) for part in parts if part]


def _headcount(part: Decimal, place: str) -> Node:
    if part == part.to_integral_value():
        return scalar(int(part), place)
    text = format(part.normalize(), "f")
    return Node(float(text), place, text)


def _owners(project: Node) -> Iterator[tuple[list[str], Node]]:
    yield [], project
    for key in ("phases", "tasks"):
        section = project.get(key)
        for name, entry in (section.mapping if section else {}).items():
            yield [key, name], entry


def _promised_day(node: Node, frame: Frame, arrival: object) -> str | None:
    """Return the date of a promise that counts working days from the arrival."""
    from datetime import date, timedelta

    if not isinstance(arrival, date) or not node.is_scalar:
        return None
    try:
        days = amounts.calendar_days(node.text)
        if days is not None:
            return (arrival + timedelta(days=days)).isoformat()
        minutes = amounts.working_time(node.text, frame.measures)
    except Amiss:
        return None
    whole_days = -(-minutes // frame.calendar.minutes_per_day)
    last = frame.calendar.start_day(arrival) + int(whole_days) - 1
    return frame.calendar.date_of(last).isoformat()


class _LinksTo:
    """The links of a document that name one project."""

    def __init__(self, name: str, projects: set[str]) -> None:
        self._name = name
        self._projects = projects
        self.is_still_named = False

    def dropped(self, root: Node) -> Node:
        """Return the document without the links that do not mind; note whether others stay."""
        entries = dict(root.mapping)
        for section in ("projects", "demand", "templates"):
            node = root.get(section)
            if node is None:
                continue
            if isinstance(node.value, list):
                entries[section] = Node([self._of_owner(entry) for entry in node.value], node.place)
            else:
                named = {key: self._of_owner(entry) for key, entry in node.mapping.items()}
                entries[section] = node.with_entries(named)
        return root.with_entries(entries)

    def _of_owner(self, owner: Node) -> Node:
        own = owner.get("id")
        if own is not None and own.text == self._name:
            return owner
        own_tasks = task_names(owner)
        for keys, holder in list(_owners(owner)):
            after = holder.get("after")
            if after is None:
                continue
            kept = [
                entry
                for entry in links.entries_of(after)
                if not self._is_dropped(entry, own_tasks, is_task_level=bool(keys))
            ]
            if len(kept) != len(links.entries_of(after)):
                owner = put(owner, [*keys, "after"], Node(list(kept), after.place))
        return owner

    def _is_dropped(self, link: Node, own_tasks: tuple[str, ...], *, is_task_level: bool) -> bool:
        if not self._names_it(link, own_tasks, is_task_level=is_task_level):
            return False
        if_absent = link.get("if_absent")
        if if_absent is not None and if_absent.text == "ignore":
            return True
        self.is_still_named = True
        return False

    def _names_it(self, link: Node, own_tasks: tuple[str, ...], *, is_task_level: bool) -> bool:
        if isinstance(link.value, dict):
            project = link.get("project")
            return project is not None and project.text == self._name
        names = Names(
            own_project=None,
            own_tasks=own_tasks,
            is_task_level=is_task_level,
            projects=dict.fromkeys(self._projects, ()),
        )
        target = links.target_of(link.text.partition(".")[0], names)
        return target is not None and target[0] == self._name
