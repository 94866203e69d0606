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
    from pmosim.study.singly import try_each
    from pmosim.study.staffing import find_staff
    from pmosim.study.verbs import make_changes
    from pmosim.study.whatif import ask

_HOME = {
    "Goal": "pmosim.study.goal",
    "ask": "pmosim.study.whatif",
    "find_bottlenecks": "pmosim.study.bottleneck",
    "find_sequence": "pmosim.study.sequence",
    "find_staff": "pmosim.study.staffing",
    "judge_rules": "pmosim.study.bakeoff",
    "make_changes": "pmosim.study.verbs",
    "price_absences": "pmosim.study.persons",
    "try_each": "pmosim.study.singly",
}

__all__ = [
    "Goal",
    "ask",
    "find_bottlenecks",
    "find_sequence",
    "find_staff",
    "judge_rules",
    "make_changes",
    "price_absences",
    "try_each",
]


def __getattr__(name: str) -> object:
    """Load a name from its home when it is first used (PEP 562)."""
    if name not in _HOME:
        raise AttributeError(f"module 'pmosim.study' has no attribute {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value
