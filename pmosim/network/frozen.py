"""Frozen: arrays that nobody can write to."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

Scalar = TypeVar("Scalar", bound=np.generic)


def freeze(values: NDArray[Scalar]) -> NDArray[Scalar]:
    """Return the same array, read-only."""
    values.flags.writeable = False
    return values


def ints(values: Iterable[int]) -> NDArray[np.int64]:
    """Return a read-only array of whole numbers."""
    return freeze(np.fromiter(values, dtype=np.int64))


def floats(values: Iterable[float]) -> NDArray[np.float64]:
    """Return a read-only array of floats."""
    return freeze(np.fromiter(values, dtype=np.float64))


def flags(values: Iterable[bool]) -> NDArray[np.bool_]:
    """Return a read-only array of truth values."""
    return freeze(np.fromiter(values, dtype=np.bool_))
