"""Practice: how people become faster at what they do again and again (model.md, section 2).

The attention that somebody has given to a kind of work, or to a role that is no home role, is kept
by person. Speed rises with it in a straight line, in steps, each of which has its mean. A step ends
on the first morning by which a tenth of the way has been given, and whenever what somebody gives
changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmosim.engine.order import PEOPLE, PRACTISES
from pmosim.engine.rates import attention_rate
from pmosim.engine.state import FAR
from pmosim.network import NONE
from pmosim.units import WHOLE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pmosim.engine.floor import Floor
    from pmosim.engine.state import Hold, Person, Pool
    from pmosim.network import Network, PracticeArrays

Line = tuple[int, int, int]
"""(from, to, attention that it takes) of a speed that rises in a straight line."""
STEPS = 10
"""Steps of the whole way, where it is long: then the line is followed well enough."""


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
        self.morning = [0] * len(self.lines)
        """Per person: the morning on which the step ends, 0 = never."""
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
        holds = person.holds
        if not holds:
            self.rates[n] = rates
            return ()
        if person.is_here:
            if len(holds) == 1 and len(holds[0].practises) == 1:
                hold = holds[0]
                if not hold.pool.project.stands_still:
                    rate = attention_rate(person.presence, hold.need[4], person.in_hand)
                    self.rates[n] = {hold.practises[0]: rate}
                    return [hold.pool] if self._begin_in_one(n, hold, rate) else ()
            for hold in holds:
                if hold.practises and not hold.pool.project.stands_still:
                    rate = attention_rate(person.presence, hold.need[4], person.in_hand)
                    for key in hold.practises:
                        rates[key] = rates.get(key, 0) + rate
        self.rates[n] = rates
        end = end_of_step(minute, self.day, rates, done, lines)
        given = (end or minute + self.day) - minute
        speed = {
            key: line_mean(lines[key], done.get(key, 0), rate * given)
            for key, rate in rates.items()
        }
        changed = []
        for hold in person.holds:
            if not hold.practises:
                continue
            if not speed or any(key not in speed for key in hold.practises):
                hold.changes_at = FAR
                continue
            learned, changes_at = _learned(hold, speed), end or FAR
            if learned != hold.learned or changes_at != hold.changes_at:
                hold.learned, hold.changes_at = learned, changes_at
                changed.append(hold.pool)
        self._note_morning(n, end)
        return changed

    def rise(self) -> None:
        """Begin the steps of a morning, then time all that waited for it."""
        people = self.floor.people
        pools: dict[Pool, None] = {}
        for n in self.mornings.pop(self.floor.minute, ()):
            if self.morning[n] != self.floor.minute:
                continue  # something has changed meanwhile, and the step ends later
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
        minute, done = self.floor.minute, self.done[n]
        ((key, rate),) = self.rates[n].items()
        done[key] = done.get(key, 0) + rate * (minute - self.since[n])
        self.since[n] = minute
        self._begin_in_one(n, hold, rate)

    def _begin_in_one(self, n: int, hold: Hold, rate: int) -> bool:
        """Begin a step of somebody at work on one thing; return whether its rate changes."""
        minute, day, key = self.floor.minute, self.day, hold.practises[0]
        line, before = self.lines[n][key], self.done[n].get(key, 0)
        end = end_of_step(minute, day, self.rates[n], self.done[n], self.lines[n])
        speed = line_mean(line, before, rate * ((end or minute + day) - minute))
        learned = (hold.proficiency, speed) if key >= 0 else (speed, WHOLE)
        changes_at = end or FAR
        is_other = learned != hold.learned or changes_at != hold.changes_at
        hold.learned, hold.changes_at = learned, changes_at
        self._note_morning(n, end)
        return is_other

    def _note_morning(self, n: int, morning: int) -> None:
        """Note on which morning the step of somebody ends, 0 = never; one event is for all."""
        if self.morning[n] == morning:
            return
        self.morning[n] = morning
        if not morning:
            return
        if morning in self.mornings:
            self.mornings[morning].append(n)
        else:
            self.mornings[morning] = [n]
            self.at(morning, PEOPLE, (PRACTISES, 0))

    def forget(self, n: int) -> None:
        """Let somebody go: whoever comes in the place has practised nothing."""
        self.done[n] = {}
        self.since[n] = self.floor.minute


def end_of_step(
    minute: int,
    day: int,
    rates: Mapping[int, int],
    done: Mapping[int, int],
    lines: Mapping[int, Line],
) -> int:
    """Return the morning on which a step ends, 0 = nothing rises any more.

    The first one by which a tenth of the way has been given to what rises soonest.
    """
    soonest = FAR
    for key, rate in rates.items():
        takes = lines[key][2]
        if rate and done.get(key, 0) < takes:
            by = minute - (-takes // (STEPS * rate))
            if by < soonest:
                soonest = by
    return 0 if soonest == FAR else max(minute // day + 1, -(-soonest // day)) * day


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
