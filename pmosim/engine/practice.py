"""Practice: how people become faster at what they do again and again (model.md, section 2).

The attention that somebody has given to a kind of work, or to a role that is no home role, is kept
by person. Speed rises with it in a straight line; each step has the mean of what will be given up
to the next morning. Steps begin in the morning, and whenever what somebody gives changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmosim.engine.order import PEOPLE, PRACTISES
from pmosim.engine.rates import attention_rate
from pmosim.network import NONE
from pmosim.units import WHOLE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pmosim.engine.floor import Floor
    from pmosim.engine.state import Hold, Person, Pool
    from pmosim.network import Network, PracticeArrays

Line = tuple[int, int, int]
"""(from, to, attention that it takes) of a speed that rises in a straight line."""
FULL = WHOLE, WHOLE


class Practice:
    """What people have practised in one replication; a key is a kind of work, or ~role."""

    def __init__(
        self,
        network: Network,
        arrays: PracticeArrays,
        floor: Floor,
        at: Callable[[int, int, object], None],
    ) -> None:
        self.day, self.floor, self.at = network.minutes_per_day, floor, at
        self.kind: list[int] = arrays.task_kind.tolist()
        self.lines = lines_of(arrays)
        """Per person: what rises, by key."""
        self.done: list[dict[int, int]] = first_practice(arrays)
        """Per person: attention given so far, by key."""
        self.rates: list[dict[int, int]] = [{} for _ in self.lines]
        """Per person: attention given each minute since the last step, by key."""
        self.since = [0] * len(self.lines)
        self.morning = [NONE] * len(self.lines)
        """Per person: the morning for which the next step is noted."""
        self.mornings: dict[int, list[int]] = {}
        """People by the morning on which they begin a step."""
        for person, lines in zip(floor.people, self.lines, strict=True):
            person.learns = bool(lines)

    def note(self, hold: Hold) -> None:
        """Note what somebody practises with a share just taken in hand."""
        hold.practises = practised_with(hold, self.kind, self.lines[hold.person.n])

    def step(self, person: Person) -> Sequence[Pool]:
        """Begin a step of one person; return the pools whose rates this changes."""
        n, minute = person.n, self.floor.minute
        done, lines = self.done[n], self.lines[n]
        elapsed = minute - self.since[n]
        if elapsed:
            for key, rate in self.rates[n].items():
                done[key] = done.get(key, 0) + rate * elapsed
        self.since[n] = minute
        rates: dict[int, int] = {}
        if not person.holds:
            self.rates[n] = rates
            return ()
        if person.is_here:
            for hold in person.holds:
                if hold.practises and not hold.pool.project.stands_still:
                    rate = attention_rate(person.presence, hold.share, person.in_hand)
                    for key in hold.practises:
                        rates[key] = rates.get(key, 0) + rate
        self.rates[n] = rates
        left = self.day - minute % self.day
        speed = {
            key: line_mean(lines[key], done.get(key, 0), rate * left) for key, rate in rates.items()
        }
        rising = {key for key, rate in rates.items() if rate and done.get(key, 0) < lines[key][2]}
        changed = []
        for hold in person.holds:
            if hold.practises and all(key in speed for key in hold.practises):
                learned, rises = _learned(hold, speed), not rising.isdisjoint(hold.practises)
                if learned != hold.learned or rises != hold.rises:
                    hold.learned, hold.rises = learned, rises
                    changed.append(hold.pool)
        if rising:
            self._note_morning(n, minute + left)
        return changed

    def rise(self) -> None:
        """Begin the steps of a morning, then time all that waited for it."""
        people = self.floor.people
        pools: dict[Pool, None] = {}
        for n in self.mornings.pop(self.floor.minute, ()):
            held = people[n].holds
            if len(held) == 1 and len(self.rates[n]) == 1:
                self._rise_in_one(n, held[0])
            else:
                self.step(people[n])
            for hold in held:
                if hold.practises:
                    pools[hold.pool] = None
        self.floor.retime(pools)

    def _rise_in_one(self, n: int, hold: Hold) -> None:
        """Begin the step of a morning for somebody at work on one thing all day, which is usual."""
        minute = self.floor.minute
        ((key, rate),) = self.rates[n].items()
        line, done = self.lines[n][key], self.done[n]
        before = done[key] = done.get(key, 0) + rate * (minute - self.since[n])
        self.since[n] = minute
        speed = line_mean(line, before, rate * self.day)
        hold.learned = (hold.proficiency, speed) if key >= 0 else (speed, WHOLE)
        hold.rises = before < line[2]
        if hold.rises:
            self._note_morning(n, minute + self.day)

    def _note_morning(self, n: int, morning: int) -> None:
        """Note that somebody begins a step on a morning; one event is for all of them."""
        if self.morning[n] == morning:
            return
        self.morning[n] = morning
        if morning in self.mornings:
            self.mornings[morning].append(n)
        else:
            self.mornings[morning] = [n]
            self.at(morning, PEOPLE, (PRACTISES, 0))

    def forget(self, n: int) -> None:
        """Let somebody go: whoever comes in the place has practised nothing."""
        self.done[n] = {}
        self.since[n] = self.floor.minute


def lines_of(arrays: PracticeArrays) -> list[dict[int, Line]]:
    """Return of each person what rises with practice, by key."""
    lines: list[dict[int, Line]] = []
    for n, (start, takes) in enumerate(
        zip(arrays.start.tolist(), arrays.takes.tolist(), strict=True)
    ):
        own: dict[int, Line] = {}
        if takes:
            own = dict.fromkeys(range(len(arrays.kinds)), (start, WHOLE, takes))
        rows = zip(
            arrays.skill[n].tolist(),
            arrays.skill_to[n].tolist(),
            arrays.skill_takes[n].tolist(),
            strict=True,
        )
        for role, (low, high, more) in enumerate(rows):
            if more:
                own[~role] = (low, high, more)
        lines.append(own)
    return lines


def first_practice(arrays: PracticeArrays) -> list[dict[int, int]]:
    """Return of each person the attention given before day 0, by key."""
    return [
        {kind: given for kind, given in enumerate(row) if given}
        for row in arrays.experience.tolist()
    ]


def practised_with(hold: Hold, kinds: Sequence[int], lines: dict[int, Line]) -> tuple[int, ...]:
    """Return the keys of what somebody practises with a share in hand; only work teaches."""
    task = hold.pool.task
    if not lines or task is None or hold.pool.is_duration:
        return ()
    kind, role = kinds[task.row], hold.need[1]
    keys = (kind,) if kind != NONE and kind in lines else ()
    return (*keys, ~role) if role != NONE and ~role in lines else keys


def line_mean(line: Line, before: int, given: int) -> int:
    """Return the mean, billionths, of a rising line while so much is given; rounded up.

    Behind its end the line stays where it is. Of nothing given: the place reached.
    """
    low, high, takes = line
    if given and before + given <= takes:
        return low + -(-(high - low) * (2 * before + given) // (2 * takes))
    on_line = max(0, takes - before)
    if not given or not on_line:
        return low + -(-(high - low) * min(before, takes) // takes)
    gained = on_line * (2 * before + on_line) + 2 * takes * (given - on_line)
    return low + -(-(high - low) * gained // (2 * takes * given))


def _learned(hold: Hold, speed: dict[int, int]) -> tuple[int, int]:
    """Return (proficiency, speed at this kind of work)."""
    proficiency, factor = hold.proficiency, WHOLE
    for key in hold.practises:
        if key < 0:
            proficiency = speed[key]
        else:
            factor = speed[key]
    return proficiency, factor
