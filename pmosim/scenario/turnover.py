"""Turnover: what a role or a person says of leaving, of who comes after, and of newcomers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from pmosim import priors
from pmosim.scenario import amounts, shapes
from pmosim.scenario.facts import needs_of
from pmosim.scenario.organisation import Change, Mentor, Overlap, Ramp
from pmosim.units import WHOLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pmosim.scenario.amounts import Measures
    from pmosim.scenario.facts import Facts
    from pmosim.scenario.kinds import Reader
    from pmosim.scenario.nodes import Node


def change_terms(
    fields: Mapping[str, Any], default: Change, reader: Reader, node: Node, path: str
) -> Change:
    """Return what a role and a person both can say, the role's where nothing is said."""
    ramp, mentor = default.ramp, default.mentor
    if "ramp" in fields:
        ramp = _ramp(fields["ramp"], reader, f"{path}.ramp")
    if "mentor" in fields:
        mentor = _mentor(fields["mentor"], reader, f"{path}.mentor")
        if mentor is not None and ramp is None:
            said = "has no effect without a `ramp`: newcomers are at full speed at once."
            reader.problems.warning("PMO904", node.mapping["mentor"], f"{path}.mentor", said)
    overlap = default.overlap
    if "overlap" in fields:
        overlap = _overlap(fields["overlap"], reader, f"{path}.overlap")
        if overlap is not None and fields.get("hand_over", default.hand_over) is None:
            said = "has no effect without `hand_over`: nothing is lost that it could save."
            reader.problems.warning("PMO904", node.mapping["overlap"], f"{path}.overlap", said)
    change = Change(
        overlap=overlap,
        turnover=fields.get("turnover", default.turnover),
        time_to_hire=fields.get("time_to_hire", default.time_to_hire),
        hand_over=fields.get("hand_over", default.hand_over),
        ramp=ramp,
        mentor=mentor,
    )
    if "time_to_hire" in fields and not change.turnover and not path.startswith("roles."):
        said = "has no effect without `turnover`: only who leaves by chance is replaced."
        place = node.mapping["time_to_hire"]
        reader.problems.warning("PMO904", place, f"{path}.time_to_hire", said)
    return change


def _ramp(node: Node, reader: Reader, path: str) -> Ramp | None:
    given = reader.fields(shapes.RAMP, node, path)
    if "start" not in given or "lasts" not in given:
        return None
    ramp = Ramp(start=amounts.billionths(given["start"]), lasts=given["lasts"])
    return ramp if ramp.lasts and ramp.start < WHOLE else None


def _mentor(node: Node, reader: Reader, path: str) -> Mentor | None:
    given = reader.fields(shapes.MENTOR, node, path)
    if "share" not in given or "shortens" not in given:
        return None
    most = given.get("most", 1)
    if given["share"] * most > 1:
        said = f"takes {float(given['share'] * most):.0%} of a mentor of {most}; at most 100% can "
        said += "be given away. Lower `share` or `most`."
        reader.problems.error("PMO112", node, path, said)
        return None
    share, shortens = (amounts.billionths(given[key]) for key in ("share", "shortens"))
    return Mentor(share=share, shortens=shortens, most=most) if share or shortens else None


def _overlap(node: Node, reader: Reader, path: str) -> Overlap | None:
    given = reader.fields(shapes.OVERLAP, node, path)
    if not given.get("lasts"):
        return None
    saves = given.get("saves", amounts.share(priors.OVERLAP_SAVES))
    return Overlap(
        lasts=given["lasts"], saves=amounts.billionths(saves), notice=given.get("notice", 0)
    )


def staffed_share(change: Change, days: float, measures: Measures) -> float:
    """Return the expected share of so many working days, from the first on, that a place is held.

    Of a place that is empty at a rate l and filled at a rate m (0 = never): the long run is
    m / (l + m), approached at the rate l + m; the time to hire is taken as exponential.
    """
    if not change.turnover or not days:
        return 1.0
    empties, fills = -math.log1p(-change.turnover) / measures.year_days, 0.0
    if change.time_to_hire is not None:
        fills = measures.minutes_per_day / max(change.time_to_hire.mean, measures.minutes_per_day)
    rate = empties + fills
    return (fills + empties * -math.expm1(-rate * days) / (rate * days)) / rate


def check_named_may_leave(facts: Facts) -> None:
    """Warn of work that asks by name for somebody who may leave: nobody else may do it then."""
    for site in facts.demand.all_sites:
        for need, place, path in needs_of(site):
            person = facts.people.get(need.who)
            if person is not None and person.change.turnover:
                said = (
                    f"asks for {need.who} by name, who may leave (`turnover`); whoever comes then "
                    "does not take it over. Ask for the role if anybody may go on."
                )
                facts.problems.warning("PMO906", place, path, said)
