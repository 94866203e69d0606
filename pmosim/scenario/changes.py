"""Changes: an overlay's verbs, applied in order to the document as written.

Targets are named by id, never by position. A change that finds no target is an error, one
without effect a warning.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pmosim.scenario import amounts, dates
from pmosim.scenario.amounts import AmissError
from pmosim.scenario.draft import BY_ID, Draft
from pmosim.scenario.edits import LinksTo, appended, ids_of, owners, put
from pmosim.scenario.frame import Frame, read_frame
from pmosim.scenario.mentions import drop_mentions
from pmosim.scenario.messages import Problems, did_you_mean
from pmosim.scenario.nodes import Node, scalar, to_plain

if TYPE_CHECKING:
    from collections.abc import Callable

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
    "cross_train": "{ana: {role: developer, from: 2027-04, lasts: 20d, share: 50%}}",
    "withdraw": "{ana: {from: crm, on: 2027-04}}",
    "policy": "{policy: wip_limit, max_active: 6}",
}
"""Every verb with an example of what stands behind it."""
MOST_ADDED = 10_000
_BY_NAME = {"roles", "templates", "demand", "places"}
_LISTED = {"risks": "driver", "reactions": "reaction"}
_KEY_OF = {"projects": "due", "people": "fte"}


def applied(root: Node, given: Node, problems: Problems) -> Node:
    """Return the document after a list of changes."""
    draft = _Changes(root, problems)
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
    draft.tell_unfelt()
    return draft.root


@dataclass(frozen=True)
class _Unfelt:
    """A change to a template that no project or stream felt when it was made."""

    template: str
    made_from_it: set[str]
    value: Node
    path: str


class _Changes(Draft):
    """The verbs of an overlay."""

    def __init__(self, root: Node, problems: Problems) -> None:
        super().__init__(root, problems)
        self._verbs: dict[str, Callable[[Node, str], None]] = {
            "add": self._add,
            "cancel": self.each_project(self._cancel),
            "remove": self._remove,
            "pause": self.each_project(self._pause),
            "delay": self.each_project(self._delay),
            "rank": self.each_project(self._rank),
            "set": self._set,
            "hire": self._hire,
            "absent": self._absent,
            "cross_train": self._cross_train,
            "withdraw": self._withdraw,
            "policy": self._policy,
        }
        self.unfelt: list[_Unfelt] = []

    def tell_unfelt(self) -> None:
        """Warn of changes to templates that reached no project, also none added later."""
        for change in self.unfelt:
            if not self._made_from(change.template) - change.made_from_it:
                self.no_effect(
                    change.value,
                    change.path,
                    f"nothing is made from the template '{change.template}', or says otherwise "
                    "itself (as in a resolved file); set it in the projects and streams.",
                )

    def apply(self, verb: str, value: Node, path: str, place: str) -> None:
        if verb not in self._verbs:
            said = f"is not a change.{did_you_mean(verb, self._verbs)}"
            self.problems.error("PMO704", place, path, said)
            return
        several = value.items if verb != "remove" and value.items else [value]
        for n, one in enumerate(several):
            here = f"{path}[{n}]" if value.items and verb != "remove" else path
            if not self._is_well_shaped(verb, one, here):
                continue
            before, n_problems = to_plain(self.root), len(self.problems)
            self._verbs[verb](one, here)
            is_silent = len(self.problems) == n_problems
            if is_silent and to_plain(self.root) == before:
                said = "has no effect: everything is so already."
                self.problems.warning("PMO702", one, here, said)

    def _is_well_shaped(self, verb: str, value: Node, path: str) -> bool:
        if verb == "remove" and (value.items or (value.is_scalar and not value.is_null)):
            return True
        if verb != "remove" and isinstance(value.value, dict) and value.value:
            return True
        said = f"is {value.shown()}; it must look like {verb}: {EXAMPLES[verb]}."
        self.problems.error("PMO104", value, path, said)
        return False

    def _add(self, given: Node, path: str) -> None:
        counted, own, template = (given.get(key) for key in ("count", "id", "template"))
        try:
            count = 1 if counted is None else amounts.whole_number(counted.text, least=1)
            if count > MOST_ADDED:
                raise AmissError("PMO112", f"it must be at most {MOST_ADDED}.")  # noqa: TRY301
        except AmissError as amiss:
            said = f"is {counted.shown() if counted else ''}; {amiss.said}"
            self.problems.error(amiss.code, counted or given, f"{path}.count", said)
            return
        base = own or template
        if base is None:
            said = "needs a `template`, or an `id` and its own `tasks` or `phases`."
            self.problems.error("PMO102", given, path, said)
            return
        names = self._new_ids(base.text, count, is_exact=own is not None and counted is None)
        added = [
            given.with_entries(
                {"id": scalar(name, base.place)}
                | {key: value for key, value in given.mapping.items() if key not in {"id", "count"}}
            )
            for name in names
        ]
        projects = self.section("projects")
        self.put("projects", value=Node([*projects.items, *added], projects.place))

    def _new_ids(self, base: str, count: int, *, is_exact: bool) -> list[str]:
        if is_exact:
            return [base]
        taken = {*self.ids(), *self.section("demand").mapping}
        found: list[str] = []
        number = 0
        while len(found) < count:
            number += 1
            if f"{base}-{number}" not in taken:
                found.append(f"{base}-{number}")
        return found

    def _cancel(self, name: str, value: Node, path: str) -> None:
        status = self.status(name)
        if status in {"done", "cancelled"}:
            self.no_effect(value, path, f"'{name}' is {status} already.")
            return
        try:
            dates.day(value.text)
        except AmissError as amiss:
            said = f"is {value.shown()}; {amiss.said}"
            self.problems.error(amiss.code, value, path, said)
            return
        self.put_in_project(name, ["cancelled"], value)

    def _pause(self, name: str, value: Node, path: str) -> None:
        status = self.status(name)
        if status in {"done", "cancelled"}:
            self.no_effect(value, path, f"'{name}' is {status} already.")
            return
        before = self.merged(name).get("pauses")
        self.put_in_project(name, ["pauses"], appended(before, value))

    def _delay(self, name: str, value: Node, path: str) -> None:
        project, status = self.merged(name), self.status(name)
        if status == "running":
            said = f"cannot be made: '{name}' runs already. Use pause: or cancel: instead."
            self.refuse(value, path, said)
            return
        keys = [key for key in ("starts", "arrives") if project.get(key) is not None]
        if status in {"done", "cancelled"} or (status == "on-hold" and not keys):
            reason = "it comes back at no date" if status == "on-hold" else f"it is {status}"
            self.no_effect(value, path, f"'{name}' starts nothing: {reason}.")
            return
        frame = read_frame(self.root, Problems())
        days = self._whole_days(value, path, frame)
        if days is None:
            return
        key = keys[0] if keys else "arrives"
        try:
            before = dates.day(project.mapping[key].text) if keys else frame.calendar.as_of
        except AmissError:
            return
        if days:
            self._keep_promises(name, project, frame, before)
            after = frame.calendar.add_working_days(before, days)
            self.put_in_project(name, [key], scalar(after.isoformat(), value.place))

    def _whole_days(self, value: Node, path: str, frame: Frame) -> int | None:
        try:
            minutes = amounts.working_time(value.text, frame.measures)
            days = minutes / frame.calendar.minutes_per_day
            if days.denominator != 1:
                raise AmissError("PMO111", "a delay must be whole working days, such as 5d or 6w.")  # noqa: TRY301
        except AmissError as amiss:
            earlier = " To start earlier use set: {projects.ID.starts: ...}."
            hint = earlier if value.text.strip().startswith("-") else ""
            self.problems.error(amiss.code, value, path, f"is {value.shown()}; {amiss.said}{hint}")
            return None
        return int(days)

    def _keep_promises(self, name: str, project: Node, frame: Frame, arrival: object) -> None:
        """Write out promises that count from the arrival: a delay does not move them."""
        for keys, owner in owners(project):
            for key in ("due", "deadline"):
                node = owner.get(key)
                day = None if node is None else _promised_day(node, frame, arrival)
                if node is not None and day is not None:
                    self.put_in_project(name, [*keys, key], scalar(day, node.place))

    def _rank(self, name: str, value: Node, path: str) -> None:
        try:
            rank = amounts.whole_number(value.text, least=1)
        except AmissError as amiss:
            self.problems.error(amiss.code, value, path, f"is {value.shown()}; {amiss.said}")
            return
        ranks = {other: self._rank_of(other) for other in self.ids()}
        holders = {held: other for other, held in ranks.items() if other != name and held}
        if ranks[name] == rank and rank not in holders:
            return
        moved, place = [(name, rank)], rank
        while place in holders:
            moved.append((holders[place], place + 1))
            place += 1
        for other, new in moved:
            self.put_in_project(other, ["rank"], scalar(new, value.place))

    def _rank_of(self, name: str) -> int:
        node = self.merged(name).get("rank")
        return node.value if node is not None and isinstance(node.value, int) else 0

    def _remove(self, given: Node, path: str) -> None:
        for n, node in enumerate(given.items or [given]):
            here = f"{path}[{n}]" if given.items else path
            name = node.text
            if name in self.section("demand").mapping:
                demand = self.section("demand")
                rest = {key: value for key, value in demand.mapping.items() if key != name}
                self.put("demand", value=demand.with_entries(rest))
                self.root = drop_mentions(self.root, name)
            elif name not in self.ids():
                known = [*self.ids(), *self.section("demand").mapping]
                self.no_such(node, here, "project", name, known)
            elif self.status(name) == "running":
                said = f"cannot be made: '{name}' runs already. Use cancel: {{{name}: 2027-03}}."
                self.refuse(node, here, said)
            else:
                self._remove_project(name, node)

    def _remove_project(self, name: str, node: Node) -> None:
        links_to_it = LinksTo(name, set(self.ids()))
        self.root = links_to_it.dropped(self.root)
        projects = self.section("projects")
        entries = []
        for entry in projects.items:
            own = entry.get("id")
            if own is None or own.text != name:
                entries.append(entry)
            elif links_to_it.is_still_named:
                kept = put(entry, ["status"], scalar("candidate", node.place))
                entries.append(put(kept, ["probability"], scalar("0%", node.place)))
        self.put("projects", value=Node(list(entries), projects.place))
        if not links_to_it.is_still_named:
            self.root = drop_mentions(self.root, name)
        booked = self.root.get("bookings")
        if booked is not None:
            kept_rows = [entry for entry in booked.items if not _is_for(entry, name)]
            self.put("bookings", value=Node(list(kept_rows), booked.place))

    def _set(self, given: Node, path: str) -> None:
        for dotted, value in given.mapping.items():
            self._set_one(dotted, value, given.place_of(dotted), f"{path}.{dotted}")

    def _set_one(self, dotted: str, value: Node, place: str, path: str) -> None:
        section, *keys = dotted.split(".")
        if section in {"extends", "changes", "pmosim"}:
            said = "cannot be set: it is not part of what a scenario says."
            self.problems.error("PMO703", place, path, said)
        elif section in BY_ID:
            self._set_by_id(section, keys, value, place, path)
        elif section == "bookings" and keys:
            said = "cannot be set alone: bookings have no ids. Set the whole list: bookings: [...]."
            self.problems.error("PMO703", place, path, said)
        elif section in _LISTED and keys and keys[0] not in ids_of(self.section(section)):
            self.no_such(place, path, _LISTED[section], keys[0], ids_of(self.section(section)))
        elif section in _BY_NAME and keys:
            known = self.section(section).mapping
            if keys[0] not in known:
                what = {"roles": "role", "templates": "template", "demand": "stream"}
                self.no_such(place, path, what.get(section, "place"), keys[0], list(known))
                return
            if not self._is_activity_known(known[keys[0]], keys[1:], place, path):
                return
            stated, made = to_plain(known[keys[0]]), self._made()
            self.put(section, *keys, value=value)
            is_new = to_plain(self.section(section).mapping[keys[0]]) != stated
            if section == "templates" and is_new and self._made() == made:
                users = self._made_from(keys[0])
                self.unfelt.append(_Unfelt(keys[0], users, value, path))
        else:
            self.put(section, *keys, value=value)

    def _made(self) -> list[object]:
        """Return projects and streams with what their templates add."""
        entries = [*self.section("projects").items, *self.section("demand").mapping.values()]
        return [to_plain(self.with_template(entry)) for entry in entries]

    def _made_from(self, template: str) -> set[str]:
        """Return the projects and streams that name a template."""
        streams = self.section("demand").mapping
        named = {_text_of(entry, "id"): entry for entry in self.section("projects").items}
        named |= streams
        return {name for name, entry in named.items() if _text_of(entry, "template") == template}

    def _set_by_id(self, section: str, keys: list[str], value: Node, place: str, path: str) -> None:
        if len(keys) < 2:
            said = f"needs an id and a key, such as {section}.ID.{_KEY_OF[section]}."
            self.problems.error("PMO701", place, path, said)
            return
        name, *rest = keys
        if section == "people":
            if self.single_out(name, place, path):
                self.put_in_person(name, rest, value)
            return
        if name not in self.ids():
            self.no_such(place, path, "project", name, self.ids())
        elif self._is_activity_known(self.merged(name), rest, place, path):
            self.put_in_project(name, rest, value)

    def _is_activity_known(self, owner: Node, keys: list[str], place: str, path: str) -> bool:
        if len(keys) < 3 or keys[0] not in {"tasks", "phases"}:
            return True
        named = owner.get(keys[0])
        known = named.mapping if named is not None else {}
        if keys[1] not in known:
            self.no_such(place, path, keys[0].removesuffix("s"), keys[1], list(known))
            return False
        return True

    def _hire(self, given: Node, path: str) -> None:
        people = self.section("people")
        self.put("people", value=Node([*people.items, given], people.place))

    def _absent(self, given: Node, path: str) -> None:
        for name, value in given.mapping.items():
            here = f"{path}.{name}"
            if not self.single_out(name, given.place_of(name), here):
                continue
            before = next(
                (entry.get("leave") for entry, names in self.people_listed() if names == [name]),
                None,
            )
            self.put_in_person(name, ["leave"], appended(before, value))

    def _cross_train(self, given: Node, path: str) -> None:
        for name, value in given.mapping.items():
            here = f"{path}.{name}"
            if not isinstance(value.value, dict | list) or not value.value:
                said = f"is {value.shown()}; say in which role: {name}: {{role: developer}}."
                self.problems.error("PMO104", value, here, said)
            elif self.single_out(name, given.place_of(name), here):
                before = next(
                    entry.get("training")
                    for entry, names in self.people_listed()
                    if names == [name]
                )
                self.put_in_person(name, ["training"], appended(before, value))

    def _withdraw(self, given: Node, path: str) -> None:
        known = [name for _entry, names in self.people_listed() for name in names]
        for name, value in given.mapping.items():
            here = f"{path}.{name}"
            if name not in known:
                self.no_such(given.place_of(name), here, "person", name, known)
            elif not isinstance(value.value, dict) or set(value.mapping) != {"from", "on"}:
                said = f"is {value.shown()}; it must look like {{from: crm, on: 2027-04}}."
                self.problems.error("PMO104", value, here, said)
            else:
                self._withdraw_one(name, value.mapping["from"], value.mapping["on"], here)

    def _withdraw_one(self, person: str, project: Node, day: Node, path: str) -> None:
        if project.text not in self.ids():
            self.no_such(project, f"{path}.from", "project", project.text, self.ids())
            return
        status = self.status(project.text)
        if status in {"done", "cancelled"}:
            self.no_effect(project, path, f"'{project.text}' is {status} already.")
            return
        try:
            dates.day(day.text)
        except AmissError as amiss:
            said = f"is {day.shown()}; {amiss.said}"
            self.problems.error(amiss.code, day, f"{path}.on", said)
            return
        self.put_in_project(project.text, ["withdrawn", person], day)

    def _policy(self, given: Node, path: str) -> None:
        self.put("intake", value=given)


def _text_of(entry: Node, key: str) -> str:
    node = entry.get(key)
    return node.text if node is not None and node.is_scalar else ""


def _is_for(booking: Node, project: str) -> bool:
    named = booking.get("project")
    return named is not None and named.text == project


def _promised_day(node: Node, frame: Frame, arrival: object) -> str | None:
    """Return the date of a promise that counts working days from the arrival."""
    from datetime import date, timedelta

    if not isinstance(arrival, date) or not node.is_scalar:
        return None
    try:
        days = dates.calendar_days(node.text)
        if days is not None:
            return (arrival + timedelta(days=days)).isoformat()
        minutes = amounts.working_time(node.text, frame.measures)
    except AmissError:
        return None
    whole_days = -(-minutes // frame.calendar.minutes_per_day)
    last = frame.calendar.start_day(arrival) + int(whole_days) - 1
    return frame.calendar.date_of(last).isoformat()
