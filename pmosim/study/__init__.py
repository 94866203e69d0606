"""Study: a scenario run several times, changed or under other rules, compared on the same luck.

What a user calls stands here and is loaded when it is first asked for; the runs of a study come
from ``pmosim.study.runs``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pmosim.study.bakeoff import judge_rules
    from pmosim.study.bottleneck import find_bottlenecks
    from pmosim.study.goal import Goal
    from pmosim.study.persons import price_absences
    from pmosim.study.sequence import find_sequence
    from pmosim.study.staffing import find_staff

_HOME = {
    "Goal": "pmosim.study.goal",
    "find_bottlenecks": "pmosim.study.bottleneck",
    "find_sequence": "pmosim.study.sequence",
    "find_staff": "pmosim.study.staffing",
    "judge_rules": "pmosim.study.bakeoff",
    "price_absences": "pmosim.study.persons",
}

__all__ = [
    "Goal",
    "find_bottlenecks",
    "find_sequence",
    "find_staff",
    "judge_rules",
    "price_absences",
]


def __getattr__(name: str) -> object:
    """Load a name from its home when it is first used (PEP 562)."""
    if name not in _HOME:
        raise AttributeError(f"module 'pmosim.study' has no attribute {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value
