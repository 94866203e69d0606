"""Staff: the roles, places and people of a file as an ``Organisation``.

A ``headcount`` is spelled out into individuals here: numbers run on per role over the whole
file, an own id takes none, and the part of a headcount behind the point is one more person.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from pmosim import priors
from pmosim.distributions import Lognormal
from pmosim.scenario import amounts, dates, kinds, shapes
from pmosim.scenario.away import away_terms, general_answers
from pmosim.scenario.kinds import MISSING, Reader
from pmosim.scenario.learning import learning_terms, read_growth, read_trainings
from pmosim.scenario.messages import did_you_mean
from pmosim.scenario.nodes import Node
from pmosim.scenario.organisation import Change, Growth, Organisation, Person, Place, Role, WhenAway
from pmosim.scenario.turnover import change_terms
from pmosim.units import WHOLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pmosim.distributions import Law
    from pmosim.workdays import WorkCalendar

MOST_PEOPLE = 100_000


@dataclass(frozen=True, kw_only=True)
class Staff:
    """The organisation and where each of its people is written."""

    organisation: Organisation
    sites: Mapping[str, tuple[Node, str]]
    """Node and path of the entry of each person."""
    role_sites: Mapping[str, Node]
    leave_days: Mapping[str, Fraction] = field(default_factory=dict)
    """Working days of leave a year without dates, of each person."""
    sickness: Mapping[str, Fraction] = field(default_factory=dict)
    """Expected share of the time, of each person."""


@dataclass(frozen=True, kw_only=True)
class _Absence:
    """Expected absence, as a role or a person says it."""

    leave_days: Fraction = Fraction(0)
    sickness: Fraction = Fraction(0)
    spell: Law | None = None

    def leave_share(self, year_days: int) -> Fraction:
        """Return the share of the working time that leave without dates takes."""
        return min(Fraction(1), self.leave_days / year_days)

    def spell_of_illness(self, minutes_per_day: int) -> Law | None:
        """Return how long somebody is ill who is ill at times; a prior where nothing is said."""
        if not self.sickness:
            return None
        typical = priors.SPELL_DAYS * minutes_per_day
        return self.spell or Lognormal.from_mean_cv(typical, priors.SPELL_CV)


@dataclass(frozen=True, kw_only=True)
class _Terms:
    """What a role says that its people take over."""

    absence: _Absence = _Absence()
    change: Change = field(default_factory=Change)
    when_away: WhenAway = field(default_factory=WhenAway)
    learning: Mapping[str, Any] = field(default_factory=dict)


def read_staff(root: Node, reader: Reader, calendar: WorkCalendar) -> Staff:
    """Return everybody who offers work, defaults filled in."""
    places = _read_places(root, reader)
    roles, role_sites, defaults = _read_roles(root, reader)
    people: list[Person] = []
    absences: dict[str, _Absence] = {}
    sites: dict[str, tuple[Node, str]] = {}
    numbers: Counter[str] = Counter()
    people_node = root.get("people")
    for n, node in enumerate(people_node.items if people_node else []):
        path = person_path(node, n)
        absence, found = _read_entry(node, path, reader, roles, places, defaults, numbers)
        for person in found:
            if person.id in sites:
                said = f"makes the id '{person.id}' a second time; every person has an own id."
                reader.problems.error("PMO106", node, path, said)
                continue
            if person.id in roles:
                said = (
                    f"has the id '{person.id}' of a role; needs could mean both. Choose another id."
                )
                reader.problems.error("PMO206", node, path, said)
            sites[person.id] = (node, path)
            people.append(person)
            absences[person.id] = absence
        if len(people) > MOST_PEOPLE:
            said = f"makes more than {MOST_PEOPLE} people."
            reader.problems.error("PMO112", node, path, said)
            break
    organisation = Organisation(
        calendar=calendar,
        places=tuple(places.values()),
        roles=tuple(roles.values()),
        people=tuple(people),
    )
    return Staff(
        organisation=organisation,
        sites=sites,
        role_sites=role_sites,
        leave_days={name: absence.leave_days for name, absence in absences.items()},
        sickness={name: absence.sickness for name, absence in absences.items()},
    )


def person_path(node: Node, n: int) -> str:
    """Return how messages call an entry of ``people``."""
    own = node.get("id")
    return f"people.{own.text}" if own is not None and own.is_scalar else f"people[{n}]"


def people_of_entry(node: Node, numbers: Counter[str]) -> list[tuple[str, Fraction]]:
    """Return id and part (1, or less for the last) of everybody an entry stands for.

    ``numbers`` counts the people without an own id per role and is moved on.
    """
    own, role, headcount = node.get("id"), node.get("role"), node.get("headcount")
    if own is not None:
        return [(own.text, Fraction(1))]
    try:
        heads = Fraction(1) if headcount is None else amounts.amount_at_least_zero(headcount.text)
    except amounts.AmissError:
        return []
    if role is None or not role.is_scalar or heads > MOST_PEOPLE:
        return []
    parts = [Fraction(1)] * math.floor(heads)
    if heads % 1:
        parts.append(heads % 1)
    found = []
    for part in parts:
        numbers[role.text] += 1
        found.append((f"{role.text}-{numbers[role.text]}", part))
    return found


def _read_places(root: Node, reader: Reader) -> dict[str, Place]:
    places: dict[str, Place] = {}
    node = root.get("places")
    for name, entry in (node.mapping if node else {}).items():
        if not _is_usable_id(reader, name, node, f"places.{name}"):
            continue
        fields = reader.fields(shapes.PLACE, entry, f"places.{name}")
        ranges = fields.get("holidays", [])
        days = {day for span in ranges for day in dates.days_of(*span)}
        places[name] = Place(id=name, holidays=tuple(sorted(days)))
    return places


def _is_usable_id(reader: Reader, name: str, node: Node | None, path: str) -> bool:
    try:
        kinds.usable_id(name)
    except amounts.AmissError as amiss:
        place = node.place_of(name) if node else "input"
        reader.problems.error(amiss.code, place, path, f"is no usable id; {amiss.said}")
        return False
    return True


def _read_roles(
    root: Node, reader: Reader
) -> tuple[dict[str, Role], dict[str, Node], dict[str, _Terms]]:
    roles: dict[str, Role] = {}
    sites: dict[str, Node] = {}
    terms: dict[str, _Terms] = {}
    general = general_answers(root, reader)
    node = roles_named(root)
    for name, entry in node.mapping.items():
        if not _is_usable_id(reader, name, node, f"roles.{name}"):
            continue
        fields = reader.fields(shapes.ROLE, entry, f"roles.{name}")
        roles[name] = Role(id=name, **_work_terms(fields, Role(id=name)))
        sites[name] = entry
        terms[name] = _Terms(
            absence=_absence_terms(fields, _Absence(), reader, f"roles.{name}"),
            change=change_terms(fields, Change(), reader, entry, f"roles.{name}"),
            when_away=away_terms(fields, general, reader, f"roles.{name}"),
            learning=learning_terms(fields, {}, reader, f"roles.{name}"),
        )
    return roles, sites, terms


def _absence_terms(
    fields: Mapping[str, Any], default: _Absence, reader: Reader, path: str
) -> _Absence:
    sickness, spell = fields.get("sickness", default.sickness), default.spell
    if isinstance(sickness, Node):
        own = reader.fields(shapes.SICKNESS, sickness, f"{path}.sickness")
        spell = own.get("spell", spell)
        if spell is not None and spell.mean <= 0:
            said = "is 0; a spell must take some time."
            node = sickness.mapping.get("spell", sickness)
            reader.problems.error("PMO112", node, f"{path}.sickness.spell", said)
        sickness = own.get("share", default.sickness)
    return _Absence(
        leave_days=fields.get("leave_days", default.leave_days), sickness=sickness, spell=spell
    )


def roles_named(root: Node) -> Node:
    """Return the roles of a document; without any, those of its people, in their order."""
    node = root.get("roles")
    if node is not None:
        return node
    people = root.get("people")
    entries = {
        role.text: Node({}, role.place)
        for entry in (people.items if people else [])
        if (role := entry.get("role")) is not None and role.is_scalar
    }
    return Node(entries, root.place)


def _work_terms(fields: Mapping[str, Any], default: Role) -> dict[str, Any]:
    """Return what a role and a person both can say, the role's where nothing is said."""
    focus = fields.get("focus")
    return {
        "day_rate": fields.get("day_rate", default.day_rate),
        "kind": fields.get("kind", default.kind),
        "bau": _billionths(fields.get("bau"), default.bau),
        "max_parallel": _billionths(fields.get("max_parallel"), default.max_parallel),
        "focus": tuple(map(amounts.billionths, focus)) if focus else default.focus,
    }


def _billionths(value: Fraction | None, default: int) -> int:
    return default if value is None else amounts.billionths(value)


def _read_entry(
    node: Node,
    path: str,
    reader: Reader,
    roles: Mapping[str, Role],
    places: Mapping[str, Place],
    defaults: Mapping[str, _Terms],
    numbers: Counter[str],
) -> tuple[_Absence, list[Person]]:
    fields = reader.fields(shapes.PERSON, node, path)
    role = fields.get("role")
    default = defaults.get(role or "", _Terms())
    absence = _absence_terms(fields, default.absence, reader, path)
    change = change_terms(fields, default.change, reader, node, path)
    when_away = away_terms(fields, default.when_away, reader, path)
    learning = learning_terms(fields, default.learning, reader, path)
    if role is None:
        return absence, []
    if role not in roles:
        said = f"is '{role}'; there is no such role.{did_you_mean(role, roles)}"
        reader.problems.error("PMO201", node.mapping["role"], f"{path}.role", said)
    place = _place_of(node, fields, path, reader, places)
    _check_employment(node, fields, path, reader)
    if "id" in fields and fields.get("headcount", 1) != 1:
        said = "stands beside an `id`, which is one person; leave one of them out."
        reader.problems.error("PMO107", node.mapping["headcount"], f"{path}.headcount", said)
    terms = _work_terms(fields, roles.get(role, Role(id=role)))
    skills, growth = _read_skills(node, role, path, reader, roles)
    training = read_trainings(reader, node, role, path)
    fte = fields.get("fte", Fraction(1))
    share = amounts.billionths(absence.leave_share(reader.measures.year_days))
    if share >= WHOLE:
        said = "leaves no working time beside the leave; lower leave_days."
        reader.problems.error("PMO112", node, path, said)
    return absence, [
        Person(
            id=name,
            role=role,
            skills=skills,
            fte=amounts.billionths(fte * part),
            absence=share,
            sickness=float(absence.sickness),
            spell=absence.spell_of_illness(reader.measures.minutes_per_day),
            place=place,
            employed_from=fields.get("from"),
            employed_until=fields.get("until"),
            leave=tuple(sorted(fields.get("leave", []))),
            change=change,
            when_away=when_away,
            growth=growth,
            training=training,
            **learning,
            **terms,
        )
        for name, part in people_of_entry(node, numbers)
        if part * fte * WHOLE >= 1
    ]


def _place_of(
    node: Node,
    fields: Mapping[str, Any],
    path: str,
    reader: Reader,
    places: Mapping[str, Place],
) -> str | None:
    place: str | None = fields.get("place")
    if place is None:
        return next(iter(places), None)
    if place not in places:
        said = f"is '{place}'; there is no such place.{did_you_mean(place, places)}"
        if node.mapping["place"].column:
            said += " Or write a country, such as DE or DE-BY."
        reader.problems.error("PMO204", node.mapping["place"], f"{path}.place", said)
    return place


def _check_employment(node: Node, fields: Mapping[str, Any], path: str, reader: Reader) -> None:
    first, last = fields.get("from"), fields.get("until")
    if first is not None and last is not None and last < first:
        said = f"is {last}, before the first day {first}; give a day after it."
        reader.problems.error("PMO405", node.mapping["until"], f"{path}.until", said)


def _read_skills(
    node: Node, home: str, path: str, reader: Reader, roles: Mapping[str, Role]
) -> tuple[tuple[tuple[str, int], ...], tuple[tuple[str, Growth], ...]]:
    """Return the proficiency in roles that are not the home role, and how it grows."""
    given = node.get("skills")
    if given is None:
        return (), ()
    here = f"{path}.skills"
    if given.is_scalar:
        said = f"is {given.shown()}; write {{{given.text}: 100%}}."
        reader.problems.error("PMO104", given, here, said)
        return (), ()
    entries: dict[str, Node | None] = {entry.text: None for entry in given.items}
    entries.update(given.mapping)
    skills: dict[str, int] = {}
    growth: dict[str, Growth] = {}
    for name, entry in entries.items():
        if name not in roles:
            said = f"is not a role.{did_you_mean(name, roles)}"
            reader.problems.error("PMO201", given.place_of(name), f"{here}.{name}", said)
            continue
        level, rise = Fraction(1), None
        if entry is not None and isinstance(entry.value, dict):
            level, rise = read_growth(reader, entry, f"{here}.{name}")
        elif entry is not None:
            level = reader.read(kinds.PROFICIENCY, entry, f"{here}.{name}")
        if level is MISSING:
            continue
        if name == home:
            said = "is the home role, which everybody has at 100%; leave it out."
            reader.problems.error("PMO108", given.place_of(name), f"{here}.{name}", said)
            continue
        skills[name] = amounts.billionths(level)
        if rise is not None:
            growth[name] = rise
    return tuple(skills.items()), tuple(growth.items())
