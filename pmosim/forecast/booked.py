"""Booked: what of the people that are booked for projects nobody uses.

In: outcomes. Out: per project and person the person-days that were reserved and idle.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pmosim.forecast.estimate import mean
from pmosim.outcomes import public_names
from pmosim.units import WHOLE

if TYPE_CHECKING:
    from pmosim.forecast.estimate import Json
    from pmosim.outcomes import Outcomes


def booking_documents(outcomes: Outcomes) -> list[Json]:
    """Return one entry per project and person who is booked for it, in file order.

    ``unused_days`` are the mean person-days, over all futures, in which the share was reserved and
    the person idle; none where the project does not come to be.
    """
    bookings = outcomes.network.bookings
    if bookings is None:
        return []
    people, projects = public_names(outcomes.network), outcomes.network.projects
    pairs = dict.fromkeys(zip(bookings.project.tolist(), bookings.person.tolist(), strict=True))
    rows = outcomes.unused
    row, future = outcomes.projects_.row[rows.project_row], outcomes.future[rows.project_row]
    found = []
    for project, person in sorted(pairs):
        days = np.zeros(outcomes.replications)
        own = (row == project) & (rows.person == person)
        np.add.at(days, future[own], rows.attention[own] / (WHOLE * outcomes.minutes_per_day))
        found.append(
            {
                "project": projects.ids[project],
                "name": projects.names[project],
                "person": people[person],
                "unused_days": mean(days).to_json(),
            }
        )
    return found
