"""Precision: growing a run until its numbers are known well enough.

The run is checked at n, 2n, 4n ... futures and stops at the first number that knows everything
asked for, or at a cap. No future is computed twice, and the futures are those of a run that asked
for the final number directly. Not here: what is asked and how it is read (``forecast.precision``).

A run that stops when its interval is narrow enough stops a little more often when chance has made
it narrow; checked at doublings only, the loss of coverage is small (``docs/how-to/precision.md``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from pmosim.errors import InputError, Problem
from pmosim.forecast.precision import CODE, OPTION, Target, parse_targets
from pmosim.replication import BLOCK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pmosim.forecast.precision import Reading

Result = TypeVar("Result")
FIRST = 250
"""Futures of the first check, unless told otherwise."""
MOST = 16
"""Times the first number, where a run stops in any case, unless told otherwise."""
MOST_FUTURES = 10**7 - BLOCK
ENOUGH = 1_000_000
"""Beyond this nobody is told how many futures it would take."""


@dataclass(frozen=True, kw_only=True)
class Until:
    """What a run has to know before it may stop."""

    targets: tuple[Target, ...]
    first: int
    """Futures at the first check: whole blocks, so that growing computes none again."""
    most: int
    """Futures at which it stops in any case."""

    @staticmethod
    def read(text: str, first: int | None = None, most: int | None = None) -> Until:
        """Return what ``--until``, ``-n`` and ``--most`` ask for (InputError).

        Numbers are rounded up to whole blocks of 50 futures.
        """
        targets = parse_targets(text)
        begin = whole_blocks(FIRST if first is None else first)
        end = min(MOST * begin, MOST_FUTURES) if most is None else whole_blocks(most)
        if end < begin:
            rule = f"--most {most} is less than the first check at {begin:,} futures (-n)."
            raise InputError([Problem(place=OPTION, code=CODE, text=rule)])
        return Until(targets=targets, first=begin, most=end)

    def rounds(self) -> Iterator[int]:
        """Yield the numbers of futures at which the run is checked."""
        n = self.first
        while n < self.most:
            yield n
            n *= 2
        yield self.most


@dataclass(frozen=True, kw_only=True)
class Settled(Generic[Result]):
    """Where a run stopped."""

    result: Result
    """Of the last round."""
    n: int
    readings: tuple[Reading, ...]
    is_reached: bool
    """Whether every target is; else the cap was, or nothing more can be known."""
    most: int
    way: str = ""
    """What to type beside a higher ``--most`` to go on."""

    def warnings(self) -> list[str]:
        """Return what was asked for and is not known, in words."""
        missed = [reading for reading in self.readings if not reading.is_reached]
        return [self._warning(reading) for reading in missed]

    def _warning(self, reading: Reading) -> str:
        if reading.is_hopeless:
            return f"{reading}. More futures do not change that."
        wanted = reading.futures
        if wanted is None or wanted > ENOUGH:
            return f"{reading}. More than {ENOUGH:,} futures would be needed: ask for less."
        return (
            f"{reading}. The run stopped at {self.n:,} futures (--most); about "
            f"{whole_blocks(wanted):,} would do: --most {whole_blocks(wanted)}{self.way}"
        )


def settle(
    until: Until,
    attempt: Callable[[int], Result],
    read: Callable[[Result], Sequence[Reading]],
) -> Settled[Result]:
    """Grow a run round by round until everything asked for is known, or nothing more can be.

    Parameters
    ----------
    until : what is asked for.
    attempt : returns the result of that many futures; it keeps what it has computed before.
    read : how well the result knows each target.
    """
    for n in until.rounds():
        result = attempt(n)
        readings = tuple(read(result))
        is_over = all(reading.is_reached or reading.is_hopeless for reading in readings)
        if is_over or n == until.most:
            return Settled(
                result=result,
                n=n,
                readings=readings,
                is_reached=all(reading.is_reached for reading in readings),
                most=until.most,
            )
    raise AssertionError("a run has at least one round")


def whole_blocks(n: int) -> int:
    """Return the number of futures, rounded up to whole blocks."""
    return -(-n // BLOCK) * BLOCK
