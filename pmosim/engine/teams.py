"""Teams: who takes a task (model.md, section 2). A choice without a clock.

"Fits" means the same everywhere: every need can be filled at once, by different people who are
here and whose shares in hand leave room. Needs of named persons come first, then roles in the
order of ``roles``; a person is passed over when taking them would leave another need unfillable.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmosim.engine.state import FAR
from pmosim.network import NONE

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from pmosim.engine.state import Group, Person

Need = tuple[int, int, int, int]
"""(role or NONE, person or NONE, heads, share)."""
Team = list[list[int]]
"""The people of each need, by number."""
Preference = tuple[int, ...]


class Bench:
    """All people, who of them has room, and who can fill which need."""

    def __init__(self, people: Sequence[Person], n_roles: int) -> None:
        self.people = people
        self.by_role = [_able_first(people, role) for role in range(n_roles)]
        self.places = [{p.n: at for at, p in enumerate(able)} for able in self.by_role]
        """Of each role the place of everybody who can do it, all else alike."""
        self.idle: list[set[int]] = [set() for _ in range(n_roles)]
        """Of each role who has room and nothing in hand."""
        self.partly: list[set[int]] = [set() for _ in range(n_roles)]
        """Of each role who has room beside what is in hand."""
        self.freed: set[int] = set()
        """Roles (or ~person) in which somebody was freed since the desk looked last."""
        for idle, partly, able in zip(self.idle, self.partly, self.by_role, strict=True):
            for person in able:
                person.idle, person.partly = (*person.idle, idle), (*person.partly, partly)

    def note_room(self, person: Person) -> None:
        """Keep those with room in mind, so that a search costs nothing for the others."""
        n, in_hand = person.n, person.in_hand
        if person.is_free and in_hand < person.max_parallel:
            into, out = (person.partly, person.idle) if in_hand else (person.idle, person.partly)
            for seats in into:
                seats.add(n)
            for seats in out:
                seats.discard(n)
        else:
            for seats in person.idle:
                seats.discard(n)
            for seats in person.partly:
                seats.discard(n)

    def set_skill(self, person: Person, role: int, skill: tuple[int, ...]) -> None:
        """Let somebody be able to do a role, or not any more, from now on."""
        was_able, is_able = bool(person.skill[role]), bool(skill[role])
        person.skill = skill
        able = self.by_role[role] = _able_first(self.people, role)
        self.places[role] = {p.n: at for at, p in enumerate(able)}
        if is_able and not was_able:
            person.places = {*person.places, role}
            person.idle = (*person.idle, self.idle[role])
            person.partly = (*person.partly, self.partly[role])
        elif was_able and not is_able:
            self.idle[role].discard(person.n)
            self.partly[role].discard(person.n)
            person.places = person.places - {role}
            person.idle = tuple(seats for seats in person.idle if seats is not self.idle[role])
            person.partly = tuple(
                seats for seats in person.partly if seats is not self.partly[role]
            )
        self.note_room(person)

    def able(self, need: Need) -> Sequence[Person]:
        """Return everybody who could ever fill a need: home role, proficiency, file order."""
        role, person, _, _ = need
        return self.by_role[role] if person == NONE else self.people[person : person + 1]

    def alike_until(self, needs: Sequence[Need]) -> int:
        """Return the minute until which those who are idle differ in what they worked on only.

        Everybody able to fill a need has its role as home, room for its share, and stays until
        then; nobody could fill two. NONE = there is no such minute.
        """
        if not self.is_disjoint(needs):
            return NONE
        until = FAR
        for need in needs:
            role, person, _, share = need
            able = self.able(need)
            kinds = {(p.home, p.skill[role], p.max_parallel >= share) for p in able}
            if person != NONE or not able or kinds != {(role, able[0].skill[role], True)}:
                return NONE
            until = min(until, *(p.until for p in able))
        return until

    def n_with_room(self, role: int) -> int:
        """Return how many people could fill a need of a role, if it asks for little."""
        return len(self.idle[role]) + len(self.partly[role])

    def free(self, need: Need, excluded: Collection[int] = ()) -> list[Person]:
        """Return who could fill a need now; ``excluded`` are people already at work on it."""
        role, person, _, share = need
        people = self.people
        if person == NONE:
            able = self.idle[role] | self.partly[role]
            free = [n for n in able if people[n].room >= share]
            if len(free) > 1:
                free.sort(key=self.places[role].__getitem__)
        else:
            free = [person] if self._is_named_free(person, share) else []
        return [people[n] for n in free if n not in excluded]

    def has_free(self, need: Need) -> bool:
        """Return whether anybody could fill a need now."""
        role, person, _, share = need
        if person != NONE:
            return self._is_named_free(person, share)
        people = self.people
        return any(people[n].room >= share for n in (*self.idle[role], *self.partly[role]))

    def _is_named_free(self, person: int, share: int) -> bool:
        named = self.people[person]
        return named.is_first and named.room >= share

    def preference(
        self, need: Need, workers: set[int], leaves_before: int
    ) -> Callable[[Person], Preference]:
        """Return the key by which people are preferred: the smaller first."""
        return preference(need, workers, leaves_before)

    def is_disjoint(self, needs: Sequence[Need]) -> bool:
        """Return whether nobody could fill two of the needs."""
        seen: set[int] = set()
        for need in needs:
            able = {p.n for p in self.able(need)}
            if seen & able:
                return False
            seen |= able
        return True


def can_fill(person: Person, need: tuple[int, ...]) -> bool:
    """Return whether somebody could ever fill a need of a plan, by name or by skill."""
    _, role, named, _, _ = need
    return named == person.n or (role != NONE and bool(person.skill[role]))


def _able_first(people: Sequence[Person], role: int) -> list[Person]:
    """Return who can do a role, in the order in which they are preferred, all else alike."""
    able = [p for p in people if p.skill[role]]
    return sorted(able, key=lambda p: (p.home != role, -p.skill[role], p.n))


def preference(need: Need, workers: set[int], leaves_before: int) -> Callable[[Person], Preference]:
    """Return the key by which people are preferred: the smaller first.

    Least in hand, then not leaving before the planned end, home role, having worked on the
    project. Among equals the order of the bench decides: proficiency, file order.
    """
    role = need[0]

    def key(p: Person) -> Preference:
        return p.in_hand, p.until < leaves_before, p.home != role, p.n not in workers

    return key


def find_team(
    bench: Bench,
    group: Group,
    workers: set[int],
    leaves_before: int,
    excluded: Collection[int] = (),
) -> Team | None:
    """Return who takes a task; None if it does not fit: then the group notes what was short."""
    team: Team = []
    if leaves_before <= group.alike_until and not excluded:
        for role, _, heads, _ in group.needs:
            idle = bench.idle[role]
            if len(idle) >= heads:
                team.append(_first_idle(idle, heads, workers))
            elif bench.partly[role]:
                break
            else:
                group.short = len(team)
                return None
        else:
            return team
    if not group.is_disjoint:
        return _find_among_rivals(bench, group, workers, leaves_before, excluded)
    for need in group.needs[len(team) :]:
        people = bench.free(need, excluded)
        if len(people) < need[2]:
            group.short = len(team)
            return None
        team.append([p.n for p in _best(bench, people, need, workers, leaves_before)])
    return team


def _first_idle(idle: set[int], heads: int, workers: set[int]) -> list[int]:
    """Return the preferred ones of people with nothing in hand who are alike otherwise."""
    known = workers & idle
    if not known:
        return sorted(idle)[:heads]
    team = sorted(known)[:heads]
    if len(team) < heads:
        team += sorted(idle - known)[: heads - len(team)]
    return team


def _find_among_rivals(
    bench: Bench,
    group: Group,
    workers: set[int],
    leaves_before: int,
    excluded: Collection[int],
) -> Team | None:
    """Find a team where somebody could fill several needs."""
    needs, free = group.needs, []
    for index, need in enumerate(needs):
        candidates = bench.free(need, excluded)
        if len(candidates) < need[2]:
            group.short = index
            return None
        free.append(candidates)
    units, names = _units(needs, free)
    if _most_filled(names) < len(units):
        group.short = len(needs) - 1
        return None
    team = _fill(bench, needs, units, free, workers, leaves_before)
    return [[p.n for p in people] for people in team]


def keep_team(
    bench: Bench,
    group: Group,
    workers: set[int],
    leaves_before: int,
    excluded: Collection[int] = (),
) -> list[Person]:
    """Return the free people that a task which does not fit could use: of each need its heads."""
    needs = group.needs
    free = [bench.free(need, excluded) for need in needs]
    if group.is_disjoint:
        return [
            person
            for candidates, need in zip(free, needs, strict=True)
            if candidates
            for person in _best(bench, candidates, need, workers, leaves_before)
        ]
    units, _ = _units(needs, free)
    team = _fill(bench, needs, units, free, workers, leaves_before)
    return [person for people in team for person in people]


def _best(
    bench: Bench, candidates: list[Person], need: Need, workers: set[int], leaves_before: int
) -> list[Person]:
    heads = need[2]
    if len(candidates) == heads == 1:
        return candidates
    key = bench.preference(need, workers, leaves_before)
    return [min(candidates, key=key)] if heads == 1 else sorted(candidates, key=key)[:heads]


def _units(
    needs: Sequence[Need], free: Sequence[list[Person]]
) -> tuple[list[int], list[list[int]]]:
    """Return one unit per head: its need, and who could fill it."""
    units = [index for index, need in enumerate(needs) for _ in range(need[2])]
    names = [[p.n for p in candidates] for candidates in free]
    return units, [names[index] for index in units]


def _fill(
    bench: Bench,
    needs: Sequence[Need],
    units: Sequence[int],
    free: Sequence[list[Person]],
    workers: set[int],
    leaves_before: int,
) -> list[list[Person]]:
    """Fill as many units as possible, in order, each by the best whose choice costs no other."""
    ranked = [
        sorted(candidates, key=bench.preference(need, workers, leaves_before))
        for candidates, need in zip(free, needs, strict=True)
    ]
    team: list[list[Person]] = [[] for _ in needs]
    taken: set[int] = set()
    for at, index in enumerate(units):
        rest = [[p.n for p in free[later] if p.n not in taken] for later in units[at + 1 :]]
        possible = _most_filled([[p.n for p in free[index] if p.n not in taken], *rest])
        for person in ranked[index]:
            if person.n in taken:
                continue
            others = [[n for n in names if n != person.n] for names in rest]
            if 1 + _most_filled(others) == possible:
                team[index].append(person)
                taken.add(person.n)
                break
    return team


def _most_filled(names: Sequence[Sequence[int]]) -> int:
    """Return how many units can be filled by different people (augmenting paths, Kuhn 1955)."""
    unit_of: dict[int, int] = {}

    def fill(unit: int, seen: set[int]) -> bool:
        for n in names[unit]:
            if n in seen:
                continue
            seen.add(n)
            if n not in unit_of or fill(unit_of[n], seen):
                unit_of[n] = unit
                return True
        return False

    return sum(fill(unit, set()) for unit in range(len(names)))
