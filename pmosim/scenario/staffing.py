"""Staffing: whether what a task asks for can ever be put together from the people there are."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from pmosim.scenario import amounts
from pmosim.scenario.facts import activity_site, is_alive, key_site, needs_of
from pmosim.scenario.messages import did_you_mean, series
from pmosim.scenario.portfolio import Phase
from pmosim.units import WHOLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date

    from pmosim.scenario.demand import Site
    from pmosim.scenario.facts import Facts
    from pmosim.scenario.nodes import Node
    from pmosim.scenario.organisation import Person
    from pmosim.scenario.portfolio import Need, Task


def check_references(facts: Facts) -> None:
    """Report roles and people that needs, work and ``by`` name although they do not exist."""
    known = [*facts.roles, *facts.people]
    for site in facts.demand.templates + facts.demand.all_sites:
        for need, place, path in needs_of(site):
            if need.who not in facts.able:
                said = f"names no role and no person.{did_you_mean(need.who, known)}"
                facts.problems.error("PMO202", place, path, said)
        for activity in site.project.activities:
            node, path = activity_site(site, activity)
            if isinstance(activity, Phase):
                for role in activity.work:
                    if role not in facts.roles:
                        where = key_site(node, path, "work", role)
                        said = f"names no role.{did_you_mean(role, facts.roles)}"
                        facts.problems.error("PMO201", *where, said)
            for name in activity.progress.by if activity.progress else ():
                if name not in facts.people:
                    place, here = key_site(node, path, "by")
                    said = f"names '{name}', who does not exist.{did_you_mean(name, facts.people)}"
                    facts.problems.error("PMO202", place, here, said)


def check_staffing(facts: Facts) -> None:
    """Report tasks that nobody can ever do, and teams that cannot be put together."""
    crew = _Crew(facts)
    for site in facts.demand.templates + facts.demand.all_sites:
        if not is_alive(site):
            continue
        if site.project.throughout:
            place, path = key_site(site.node, site.path, "throughout")
            crew.check(site.project.throughout, _throughout_sites(site), (place, path))
        for activity in site.project.activities:
            if activity.progress is None or activity.progress.done != 1:
                _check_activity(crew, site, activity)


def _throughout_sites(site: Site) -> Callable[[str], tuple[Node | str, str]]:
    return lambda who: key_site(site.node, site.path, "throughout", who)


def _check_activity(crew: _Crew, site: Site, activity: Task | Phase) -> None:
    node, path = activity_site(site, activity)
    if isinstance(activity, Phase):
        crew.check_phase(site, activity, node, path)
        return
    if not activity.needs:
        return

    def where(who: str) -> tuple[Node | str, str]:
        given = node.get("needs")
        key = "needs" if given is not None and who in given.mapping else "effort"
        return key_site(node, path, key, who)

    whole = key_site(node, path, "needs" if node.get("needs") else "effort")
    if crew.check(activity.needs, where, whole):
        crew.check_beside_throughout(site, activity.needs, whole)


class _Crew:
    """The people, and what can be asked of them; answers are kept per set of needs."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._can_meet: dict[tuple[Need, ...], bool] = {}
        self._moments = _moments(facts)

    def check(
        self,
        needs: Sequence[Need],
        where: Callable[[str], tuple[Node | str, str]],
        whole: tuple[Node | str, str],
    ) -> bool:
        """Report needs that cannot be filled; True if they can."""
        if any(need.who not in self._facts.able for need in needs):
            return False
        faults = [(need, self._fault(need)) for need in needs]
        for need, fault in faults:
            if fault is not None:
                self._facts.problems.error(fault[0], *where(need.who), fault[1])
        if any(fault is not None for _need, fault in faults):
            return False
        if self._meets(tuple(needs)):
            return True
        said = (
            f"asks for a team that cannot be put together from different people: {_asked(needs)}. "
            "Ask for fewer, hire, or split the task."
        )
        self._facts.problems.error("PMO404", *whole, said)
        return False

    def _fault(self, need: Need) -> tuple[str, str] | None:
        there = self._present(need.who)
        what = "is" if need.who in self._facts.people else "has"
        if not there:
            who = "is there any more" if what == "is" else "has this role or skill"
            return "PMO401", f"can never be done: nobody {who}. Add people, or ask for others."
        fault = self._share_fault(there, need.share)
        if fault is not None:
            return fault
        free = [person for person in there if person.max_parallel >= need.share]
        if need.who in self._facts.people and need.heads > 1:
            return "PMO402", f"asks for {need.heads} people, but '{need.who}' is one person."
        if need.heads > len(free):
            return "PMO402", (
                f"asks for {need.heads} people, but only {len(free)} can do it. "
                "Ask for fewer, or add people."
            )
        return None

    @staticmethod
    def _share_fault(people: Sequence[Person], share: int) -> tuple[str, str] | None:
        most = max(person.max_parallel for person in people)
        if most >= share:
            return None
        return "PMO403", (
            f"asks for {_percent(share)} of a person, but nobody takes more than "
            f"{_percent(most)} at a time (max_parallel). Lower the share or raise max_parallel."
        )

    def _present(self, who: str) -> list[Person]:
        as_of = self._facts.frame.calendar.as_of
        return [
            person
            for person in self._facts.able.get(who, ())
            if person.employed_until is None or person.employed_until >= as_of
        ]

    def _meets(self, needs: tuple[Need, ...]) -> bool:
        if needs not in self._can_meet:
            self._can_meet[needs] = any(self._fits(needs, moment) for moment in self._moments)
        return self._can_meet[needs]

    def _fits(self, needs: tuple[Need, ...], moment: date) -> bool:
        slots = [
            [
                person.id
                for person in self._facts.able[need.who]
                if person.max_parallel >= need.share and _is_employed(person, moment)
            ]
            for need in needs
            for _head in range(need.heads)
        ]
        return can_match(slots)

    def check_beside_throughout(
        self, site: Site, needs: Sequence[Need], whole: tuple[Node | str, str]
    ) -> None:
        """Report a task whose people ``throughout`` holds already."""
        for need in needs:
            asked = Fraction(need.heads * need.share, WHOLE)
            self._check_room(site, need.who, asked, whole)

    def _check_room(
        self, site: Site, who: str, asked: Fraction, where: tuple[Node | str, str]
    ) -> None:
        if not site.project.throughout:
            return
        able = {person.id for person in self._present(who)}
        held = sum(
            (
                Fraction(other.heads * other.share, WHOLE)
                for other in site.project.throughout
                if {person.id for person in self._facts.able.get(other.who, ())} <= able
            ),
            Fraction(0),
        )
        room = sum(
            (Fraction(self._facts.people[name].max_parallel, WHOLE) for name in able), Fraction(0)
        )
        if held and held + asked > room + Fraction(1, WHOLE):
            said = (
                f"can never be done: it asks for {float(asked):.3g} of '{who}' and `throughout` "
                f"holds {float(held):.3g}, but there are {float(room):.3g}. Lower one of them, "
                "raise max_parallel, or add people."
            )
            self._facts.problems.error("PMO404", *where, said)

    def check_phase(self, site: Site, phase: Phase, node: Node, path: str) -> None:
        """Report parts of a phase that nobody can do, and phases that stretch."""
        for role in phase.work:
            if role not in self._facts.roles:
                continue
            where = key_site(node, path, "work", role)
            if not self._present(role):
                said = "can never be done: nobody has this role or skill. Add people."
                self._facts.problems.error("PMO401", *where, said)
                continue
            size = site.project.size.plan
            wanted = self._facts.heads_of_phase(phase, role, size)
            there = max(1, len(self._facts.at_home[role]))
            share = amounts.billionths(self._facts.share_of_phase(phase, role, size))
            fault = self._share_fault(self._present(role), share)
            if fault is not None:
                self._facts.problems.error(fault[0], *where, fault[1])
                continue
            if wanted > there + Fraction(1, 10**6):
                self._warn_of_stretch(phase, role, wanted, there, where)
            self._check_room(site, role, min(wanted, Fraction(there)), where)

    def _warn_of_stretch(
        self,
        phase: Phase,
        role: str,
        wanted: Fraction,
        there: int,
        where: tuple[Node | str, str],
    ) -> None:
        days = phase.lasts / self._facts.frame.calendar.minutes_per_day
        longer = float(days * wanted / there)
        said = (
            f"needs {float(wanted):.1f} heads to last {days:g} working days, but '{role}' has "
            f"{there}; alone it will take about {longer:.0f} days."
        )
        self._facts.problems.warning("PMO406", *where, said)


def _moments(facts: Facts) -> list[date]:
    """Return the days on which somebody comes, day 0 first: between them nothing changes."""
    as_of = facts.frame.calendar.as_of
    comings = {
        person.employed_from
        for person in facts.people.values()
        if person.employed_from is not None and person.employed_from > as_of
    }
    return [as_of, *sorted(comings)]


def _is_employed(person: Person, day: date) -> bool:
    has_come = person.employed_from is None or person.employed_from <= day
    return has_come and (person.employed_until is None or person.employed_until >= day)


def can_match(slots: Iterable[Sequence[str]]) -> bool:
    """Return whether every slot can get a person of its own (augmenting paths)."""
    holder: dict[str, int] = {}
    listed = list(slots)

    def place(slot: int, tried: set[str]) -> bool:
        for name in listed[slot]:
            if name not in holder:
                holder[name] = slot
                return True
        for name in listed[slot]:
            if name not in tried:
                tried.add(name)
                if place(holder[name], tried):
                    holder[name] = slot
                    return True
        return False

    return all(place(slot, set()) for slot in range(len(listed)))


def _asked(needs: Sequence[Need]) -> str:
    return series(
        f"{need.heads} {need.who}"
        if need.share == WHOLE
        else f"{need.heads} x {_percent(need.share)} {need.who}"
        for need in needs
    )


def _percent(share: int) -> str:
    return f"{share / WHOLE * 100:g}%"
