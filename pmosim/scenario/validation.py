"""Validation: the checks that look at more than one key, in one place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmosim.scenario import (
    away,
    bookings,
    capacity,
    cycles,
    hazards,
    in_flight,
    learning,
    ranking,
    reactions,
    reworks,
    staffing,
    turnover,
)

if TYPE_CHECKING:
    from pmosim.scenario.facts import Facts

CHECKS = (
    staffing.check_references,
    cycles.check_cycles,
    reworks.check_rework,
    staffing.check_staffing,
    in_flight.check_in_flight,
    ranking.check_priorities,
    ranking.check_rules,
    ranking.check_intake,
    ranking.check_statuses,
    ranking.check_absent_predecessors,
    capacity.check_roles_are_used,
    capacity.check_promises,
    capacity.check_capacity,
    hazards.check_double_counting,
    hazards.check_fates,
    reactions.check_reactions,
    turnover.check_named_may_leave,
    learning.check_learning,
    bookings.check_bookings,
    learning.check_training,
    away.check_withdrawn,
)


def validate(facts: Facts) -> None:
    """Run every check; problems are noted in ``facts.problems``."""
    for check in CHECKS:
        check(facts)
