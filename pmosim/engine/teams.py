"""Teams: who takes a task (model.md, section 2). A choice without a clock.

"Fits" means the same everywhere: every need can be filled at once, by different people who are
here and whose shares in hand leave room. Needs of named persons come first, then roles in the
order of ``roles``; a person is passed over when taking them would leave another need unfillable.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from typing import TYPE_CHECKING

from pmosim.network import NONE

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from pmosim.engine.state import Person, Seat

Need = tuple[int, int, int, int]
"""(role or NONE, person or NONE, heads, share)."""
Team = list[list["Person"]]
"""The people of each need."""
Preference = tuple[int, bool, bool, bool]


class Bench:
    """All people, and who can fill which need."""

    def __init__(self, people: Sequence[Person], n_roles: int) -> None:
        self.people = people
        self.by_role = [_able_first(people, role) for role in range(n_roles)]
        self.with_room: list[list[Seat]] = [[] for _ in range(n_roles)]
        """Of each role who has room for anything, in the same order."""
        for role, able in enumerate(self.by_role):
            for place, person in enumerate(able):
                person.seats.append((self.with_room[role], (place, person)))
        for person in people:
            self.note_room(person)

    def note_room(self, person: Person) -> None:
        """Keep those with room in mind, so that a search costs nothing for the others."""
        has_room = person.room > 0
        if has_room == person.has_room:
            return
        person.has_room = has_room
        for seats, seat in person.seats:
            if has_room:
                insort(seats, seat)
            else:
                del seats[bisect_left(seats, seat)]

    def able(self, need: Need) -> Sequence[Person]:
        """Return everybody who could ever fill a need: home role, proficiency, file order."""
        role, person, _, _ = need
        return self.by_role[role] if person == NONE else self.people[person : person + 1]

    def free(self, need: Need, excluded: Collection[int] = ()) -> list[Person]:
        """Return who could fill a need now; ``excluded`` are people already at work on it."""
        role, person, _, share = need
        if person == NONE:
            free = [p for _, p in self.with_room[role] if p.room >= share]
        else:
            free = [p for p in self.people[person : person + 1] if p.room >= share and p.is_first]
        return [p for p in free if p.n not in excluded] if excluded else free

    def is_disjoint(self, needs: Sequence[Need]) -> bool:
        """Return whether nobody could fill two of the needs."""
        seen: set[int] = set()
        for need in needs:
            able = {p.n for p in self.able(need)}
            if seen & able:
                return False
            seen |= able
        return True


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
    needs: Sequence[Need],
    workers: set[int],
    leaves_before: int,
    excluded: Collection[int] = (),
    *,
    is_disjoint: bool,
) -> tuple[Team | None, int]:
    """Return (team, NONE), or (None, index of a need that cannot be filled)."""
    if is_disjoint:
        team = []
        for index, need in enumerate(needs):
            people = bench.free(need, excluded)
            if len(people) < need[2]:
                return None, index
            if len(people) > 1:
                people = _best(people, need, workers, leaves_before)
            team.append(people)
        return team, NONE
    free = []
    for index, need in enumerate(needs):
        candidates = bench.free(need, excluded)
        if len(candidates) < need[2]:
            return None, index
        free.append(candidates)
    units, names = _units(needs, free)
    if _most_filled(names) < len(units):
        return None, len(needs) - 1
    return _fill(needs, units, free, workers, leaves_before), NONE


def keep_team(
    bench: Bench,
    needs: Sequence[Need],
    workers: set[int],
    leaves_before: int,
    excluded: Collection[int] = (),
    *,
    is_disjoint: bool,
) -> list[Person]:
    """Return the free people that a task which does not fit could use: of each need its heads."""
    free = [bench.free(need, excluded) for need in needs]
    if is_disjoint:
        return [
            person
            for candidates, need in zip(free, needs, strict=True)
            if candidates
            for person in _best(candidates, need, workers, leaves_before)
        ]
    units, _ = _units(needs, free)
    team = _fill(needs, units, free, workers, leaves_before)
    return [person for people in team for person in people]


def _best(
    candidates: list[Person], need: Need, workers: set[int], leaves_before: int
) -> list[Person]:
    heads = need[2]
    if len(candidates) == heads == 1:
        return candidates
    key = preference(need, workers, leaves_before)
    return [min(candidates, key=key)] if heads == 1 else sorted(candidates, key=key)[:heads]


def _units(
    needs: Sequence[Need], free: Sequence[list[Person]]
) -> tuple[list[int], list[list[int]]]:
    """Return one unit per head: its need, and who could fill it."""
    units = [index for index, need in enumerate(needs) for _ in range(need[2])]
    names = [[p.n for p in candidates] for candidates in free]
    return units, [names[index] for index in units]


def _fill(
    needs: Sequence[Need],
    units: Sequence[int],
    free: Sequence[list[Person]],
    workers: set[int],
    leaves_before: int,
) -> Team:
    """Fill as many units as possible, in order, each by the best whose choice costs no other."""
    ranked = [
        sorted(candidates, key=preference(need, workers, leaves_before))
        for candidates, need in zip(free, needs, strict=True)
    ]
    team: Team = [[] for _ in needs]
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
