"""Gaps: when nobody of a role is there, for so long that it counts.

In: comings and goings of one replication. Out: (role, from, until) minutes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmosim.engine.order import AWAY, BACK, COMES, LEAVES

if TYPE_CHECKING:
    from pmosim.engine.blueprint import PeopleChanges
    from pmosim.network import Network


def find_gaps(network: Network, changes: PeopleChanges, end: int) -> list[tuple[int, int, int]]:
    """Return the gaps of ``network.uncovered`` working minutes or more, up to a minute.

    A role is there while anybody is whose home role it is: employed, and not away. Roles that are
    nobody's home are left out.
    """
    home = network.people.role.tolist()
    n_there = [0] * len(network.role_ids)
    since = [0] * len(network.role_ids)
    is_employed, is_away = [False] * len(home), [False] * len(home)
    gaps: list[tuple[int, int, int]] = []
    for minute, what, n in changes:
        was_here, role, at = is_employed[n] and not is_away[n], home[n], min(minute, end)
        if what in {COMES, LEAVES}:
            is_employed[n] = what == COMES
        elif what in {AWAY, BACK}:
            is_away[n] = what == AWAY
        is_here = is_employed[n] and not is_away[n]
        if is_here > was_here:
            if not n_there[role] and at - since[role] >= network.uncovered:
                gaps.append((role, since[role], at))
            n_there[role] += 1
        elif was_here > is_here:
            n_there[role] -= 1
            since[role] = at
    gaps += [
        (role, since[role], end)
        for role in sorted(set(home))
        if not n_there[role] and end - since[role] >= network.uncovered
    ]
    return sorted(gaps)
