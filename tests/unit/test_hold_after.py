"""People kept free for old work: whom they are given to when nobody is freed."""

from __future__ import annotations

from typing import Any

import pmosim as pm
from tests.properties.test_engine_against_oracle import differences


def portfolio(**keys: Any) -> dict[str, Any]:
    return {
        "pmosim": 1,
        "as_of": "2027-01-04",
        "dispatch": {"rule": "rank", "hold_after": "1d"},
        **keys,
    }


def started(document: dict[str, Any], project: str) -> float:
    projects = pm.simulate(pm.parse_scenario(document), replications=1, audit=True).projects()
    return float(projects.set_index("project").started_day[project])


def task(**keys: Any) -> dict[str, Any]:
    return {"tasks": {"t": keys}}


def test_who_was_kept_for_work_that_is_cancelled_goes_to_the_next_at_once() -> None:
    document = portfolio(
        roles={"dev": {}},
        people=[{"role": "dev", "headcount": 2}],
        projects=[
            {"id": "long", "rank": 1, **task(effort="20pd", needs={"dev": 1})},
            {"id": "old", "rank": 2, "cancelled": "2027-01-11"}
            | task(effort="4pd", needs={"dev": 2}),
            {"id": "next", "rank": 3, "arrives": "2027-01-06"}
            | task(effort="2pd", needs={"dev": 1}),
        ],
    )
    assert started(document, "next") == 5
    assert not differences(document)


def test_old_work_that_would_rather_keep_somebody_else_gives_back_who_was_kept() -> None:
    # Until day 20 both developers stay to the planned end of ``old`` (10 days), and the first in
    # the file is kept; after it the contractor would leave too early, and the other one is kept.
    document = portfolio(
        roles={"dev": {}, "architect": {}, "clerk": {}},
        people=[
            {"id": "guest", "role": "dev", "until": "2027-02-12"},
            {"id": "dora", "role": "dev"},
            {"id": "arno", "role": "architect"},
            # The morning of day 22 is a moment at which nobody is freed.
            {"id": "carl", "role": "clerk", "leave": ["2027-02-03"]},
        ],
        projects=[
            {"id": "busy", "rank": 1, **task(effort="60pd", needs={"architect": 1})},
            {"id": "old", "rank": 2, **task(duration="10d", needs={"dev": 1, "architect": 1})},
            {"id": "named", "rank": 3, "arrives": "2027-01-08"}
            | task(effort="2pd", needs={"guest": 1}),
        ],
    )
    assert started(document, "named") == 22
    assert not differences(document)
