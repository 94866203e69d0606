"""Network: a resolved scenario as numbers: every default filled in, every id an index.

In: a ``Scenario``. Out: a ``Network``, frozen arrays that draws, engines and outcomes share.
Not here: chance (``draws``), and what a manager can compute from a plan (``plan``).
"""

from pmosim.network.arrays import (
    DURATION,
    EFFORT,
    FF,
    FS,
    MILESTONE,
    NONE,
    PHASE,
    SS,
    BookingArrays,
    BoolArray,
    ChangeArrays,
    FateArrays,
    FloatArray,
    Hit,
    IntArray,
    LinkArrays,
    Loop,
    NeedArrays,
    Network,
    PeopleArrays,
    PoolArrays,
    PracticeArrays,
    ProjectArrays,
    StreamArrays,
    TaskArrays,
)
from pmosim.network.compilation import compile_network

__all__ = [
    "DURATION",
    "EFFORT",
    "FF",
    "FS",
    "MILESTONE",
    "NONE",
    "PHASE",
    "SS",
    "BookingArrays",
    "BoolArray",
    "ChangeArrays",
    "FateArrays",
    "FloatArray",
    "Hit",
    "IntArray",
    "LinkArrays",
    "Loop",
    "NeedArrays",
    "Network",
    "PeopleArrays",
    "PoolArrays",
    "PracticeArrays",
    "ProjectArrays",
    "StreamArrays",
    "TaskArrays",
    "compile_network",
]
