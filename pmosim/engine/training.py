"""Training: people who learn a further role beside their work, or instead of it.

While a training goes on, it takes its share of the attention; with its end the skill is there. Who
is in training and leaves takes both along: whoever comes in the place has neither.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pmosim.engine.desk import Desk
    from pmosim.engine.floor import Floor
    from pmosim.engine.state import Person
    from pmosim.network import Training


class Trainings:
    """The trainings of one replication, by their number in the network."""

    def __init__(self, trainings: Sequence[Training], floor: Floor, desk: Desk) -> None:
        self.trainings, self.floor, self.desk = trainings, floor, desk
        self.since: dict[int, int] = {}
        """Minute at which each that goes on began."""
        self.trained: set[int] = set()
        self.spells: list[tuple[int, int, int]] = []
        """(training, from, until) of those that have ended, or were broken off."""

    def begin(self, number: int) -> None:
        """Let a training begin, if the one it is for is employed."""
        training = self.trainings[number]
        person = self.floor.people[training.person]
        if person.is_employed and person.is_first:
            self.since[number] = self.floor.minute
            self._take(person, training.share)

    def end(self, number: int) -> None:
        """Let a training end: the skill is there."""
        if number not in self.since:
            return
        training = self.trainings[number]
        person = self.floor.people[training.person]
        self._give_back(number, person)
        self.trained.add(number)
        self._set_skill(person, training.role, training.proficiency)
        person.freed_at, person.freed_by = self.floor.minute, None
        self.floor.bench.freed |= person.places

    def stop(self, person: Person) -> None:
        """Break off what somebody who leaves is trained in, and forget what was learned."""
        for number, training in enumerate(self.trainings):
            if training.person == person.n:
                if number in self.since:
                    self._give_back(number, person)
                if number in self.trained:
                    self.trained.discard(number)
                    self._set_skill(person, training.role, 0)

    def close(self) -> None:
        """Note the trainings that go on when the run ends."""
        for number, since in self.since.items():
            self.spells.append((number, since, self.floor.minute))

    def _take(self, person: Person, share: int) -> None:
        self.floor.trained[person.n] += share
        self.floor.set_presence(person)

    def _give_back(self, number: int, person: Person) -> None:
        self.spells.append((number, self.since.pop(number), self.floor.minute))
        self._take(person, -self.trainings[number].share)

    def _set_skill(self, person: Person, role: int, proficiency: int) -> None:
        skill = list(person.skill)
        skill[role] = proficiency
        self.floor.bench.set_skill(person, role, tuple(skill))
        self.desk.note_skills()


def share_in_training(
    trainings: Sequence[Training], spells: Sequence[tuple[int, int, int]], n: int, minute: int
) -> int:
    """Return the share of somebody's attention that trainings take at a minute."""
    return sum(
        trainings[number].share
        for number, since, until in spells
        if trainings[number].person == n and since <= minute < until
    )


def is_valid_spell(
    training: Training, spell: tuple[int, int, int], leaves: Sequence[int], last: int
) -> bool:
    """Return whether a training went on as long as it should: to its end, or until somebody left.

    ``leaves`` are the minutes at which the person, or the next one in the place, leaves.
    """
    _, since, until = spell
    left = [minute for minute in leaves if minute > since]
    return since == training.begin and until == min([training.end, last, *left])
