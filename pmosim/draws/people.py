"""People: when they fall ill, and who holds the places of those who may leave."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pmosim.distributions import Exponential
from pmosim.draws.luck import first_rows
from pmosim.network.arrays import NONE
from pmosim.units import WHOLE, whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pmosim.draws.luck import Luck
    from pmosim.network import FloatArray, IntArray, Network


@dataclass(frozen=True, kw_only=True, eq=False)
class Spells:
    """Sickness of all replications, B rows sorted by (replication, person, start)."""

    first: IntArray
    """(R + 1,) spells of replication k are rows first[k] .. first[k + 1]."""
    person: IntArray
    start: IntArray
    end: IntArray
    """Minute after the last."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Stints:
    """Who holds the places of people who may leave, B rows sorted by (replication, person, begin).

    Of the others everybody stays as the network says.
    """

    first: IntArray
    """(R + 1,) stints of replication k are rows first[k] .. first[k + 1]."""
    person: IntArray
    begin: IntArray
    end: IntArray
    """Minute after the last, NONE = still there when the run ends."""
    number: IntArray
    """0 = the one who is listed, then whoever came after."""
    hand_over: IntArray
    """Billionths of person-minutes added to each effort task in hand at the end."""


class Losses:
    """What it costs to hand work over, drawn when it is asked for."""

    def __init__(self, network: Network, luck: Luck) -> None:
        self._network, self._luck = network, luck
        self._values: dict[tuple[int, str, int], IntArray] = {}

    def of(self, n: int, purpose: str, occurrence: int = 0) -> IntArray:
        """(R,) billionths of person-minutes that an effort task in hand of one person costs more.

        Parameters
        ----------
        purpose : why it is handed over, such as ``hand-over of leave``.
        occurrence : the how many-th such time of this person, from 0.
        """
        key = n, purpose, occurrence
        if key not in self._values:
            people = self._network.people
            law = people.change.hand_over[n] if people.change is not None else None
            loss = np.zeros(self._luck.count)
            if law is not None:
                u = self._luck.table([people.ids[n]], purpose, occurrence)[0]
                loss = np.full_like(u, law.plan) if law.is_certain else law.quantile(u)
            self._values[key] = whole(loss * WHOLE)
        return self._values[key]


def draw_spells(network: Network, luck: Luck) -> Spells:
    """Return the sickness of everybody who may fall ill."""
    people = network.people
    rows = [
        _spells_of_person(network, luck, n)
        for n in range(len(people.ids))
        if people.sickness[n] > 0.0
    ]
    table = np.concatenate(rows or [np.empty((4, 0), dtype=np.int64)], axis=1)
    replication, person, start, end = table[:, np.lexsort((table[2], table[1], table[0]))]
    first = first_rows(replication, luck.count)
    return Spells(first=first, person=person, start=start, end=end)


def _spells_of_person(network: Network, luck: Luck, n: int) -> IntArray:
    """(4, B) replication, person, start and end of the spells of one person.

    Health lasts exponentially long, so that illness takes the stated share of the time; everybody
    is well on the morning of day 0, as nobody says otherwise.
    """
    name, share = network.people.ids[n], float(network.people.sickness[n])
    law = network.people.spell[n]
    assert law is not None
    health = Exponential(mean=law.mean * (1.0 - share) / share)
    last = network.window_end + network.run_off
    most = last / (health.mean + law.mean)
    enough = int(most + 6 * np.sqrt(most) + 4)
    while True:
        names = [f"{name}-{k + 1}" for k in range(enough)]
        up = health.quantile(luck.table(names, "health"))
        down = luck.values(law, names, "sickness")
        end = np.cumsum(up + down, axis=0)
        if not luck.count or (end[-1] > last).all():
            break
        enough *= 2
    begins, ends = whole(end - down), whole(end)
    number, replication = np.nonzero((begins < last) & (ends > begins))
    return np.stack(
        [
            replication,
            np.full(len(number), n),
            begins[number, replication],
            ends[number, replication],
        ]
    ).astype(np.int64)


def draw_stints(network: Network, luck: Luck) -> Stints:
    """Return who holds the places of those who may leave."""
    change, people = network.people.change, network.people
    rows: list[IntArray] = []
    if change is not None:
        hazard = change.hazard.tolist()
        for n, (law, until) in enumerate(
            zip(change.hand_over, people.employed_until.tolist(), strict=True)
        ):
            if hazard[n] > 0.0 or (law is not None and until != NONE):
                rows.append(_stints_of_place(network, luck, n))
    table = np.concatenate(rows or [np.empty((6, 0), dtype=np.int64)], axis=1)
    table = table[:, np.lexsort((table[2], table[1], table[0]))]
    replication, person, begin, end, number, hand_over = table
    return Stints(
        first=first_rows(replication, luck.count),
        person=person,
        begin=begin,
        end=end,
        number=number,
        hand_over=hand_over,
    )


def _stints_of_place(network: Network, luck: Luck, n: int) -> IntArray:
    """(6, B) replication, person, begin, end, number and hand-over of the stints of one place.

    People leave at the end of a day, after an exponential time rounded up to whole days, and come
    in the morning, a whole day later at the least. ``until`` ends the place for whoever holds it.
    """
    people, change = network.people, network.people.change
    assert change is not None
    first, until = int(people.employed_from[n]), int(people.employed_until[n])
    last = network.window_end + network.run_off
    n_stints = 1
    while True:
        names = [f"{people.ids[n]}-{k + 1}" for k in range(n_stints)]
        begin, end = _terms_of_place(network, luck, n, names, first)
        is_over = change.time_to_hire[n] is None or not change.hazard[n]
        if is_over or not luck.count or (end[-1] >= last).all():
            break
        n_stints *= 2
    if until != NONE:
        end = np.minimum(end, until)
    law = change.hand_over[n]
    loss = np.zeros(end.shape) if law is None else luck.values(law, names, "hand-over")
    number, replication = np.nonzero((begin < end) & (begin < last))
    ends = end[number, replication]
    return np.stack(
        [
            replication,
            np.full(len(number), n),
            begin[number, replication],
            np.where(ends > last, NONE, ends),
            number,
            whole(loss[number, replication] * WHOLE),
        ]
    ).astype(np.int64)


def _terms_of_place(
    network: Network, luck: Luck, n: int, names: Sequence[str], first: int
) -> tuple[FloatArray, FloatArray]:
    """(K, R) minutes at which each stint begins, and at which it ends by chance."""
    change, day = network.people.change, network.minutes_per_day
    assert change is not None
    shape = (len(names), luck.count)
    if not change.hazard[n]:
        return np.full(shape, float(first)), np.full(shape, np.inf)
    law = Exponential(mean=1.0 / float(change.hazard[n]))
    tenure = _whole_days(law.quantile(luck.table(names, "tenure")), day)
    hire = change.time_to_hire[n]
    gap = np.zeros(shape)
    if hire is not None:
        gap = _whole_days(luck.values(hire, names, "time to hire"), day)
    end = first + np.cumsum(tenure, axis=0) + np.cumsum(gap, axis=0) - gap
    return end - tenure, end


def _whole_days(minutes: FloatArray, day: int) -> FloatArray:
    """Return minutes rounded up to whole days, one at the least."""
    return np.maximum(1.0, np.ceil(minutes / day)) * day
