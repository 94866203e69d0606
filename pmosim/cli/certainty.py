"""Certainty: how the tables of studies write a difference that is not yet certain."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pmosim.forecast.paired import Difference


def in_words(difference: Difference, factor: float, digits: int) -> str:
    """Return ``-4.1 ±0.9``, with a ``?`` where it is not yet certain."""
    if not difference.is_known:
        return "not known"
    if difference.is_zero:
        return "none"
    half = max(difference.high - difference.value, difference.value - difference.low) * factor
    mark = "" if difference.is_settled else "?"
    return f"{difference.value * factor:+,.{digits}f} ±{half:,.{digits}f}{mark}"


def further_in_words(differences: Iterable[Difference]) -> str:
    """Return how many futures more would settle the doubts that can be settled, or nothing."""
    numbers = [each.further for each in differences if each.further is not None]
    if not numbers:
        return ""
    few, many = min(numbers), max(numbers)
    span = f"{few:,}" if few == many else f"{few:,} to {many:,}"
    return f"; {span} further futures would tell"


def money_with_error(change: Difference) -> str:
    """Return ``+12k ±3k``, with a ``?`` where it is not yet certain."""
    from pmosim.forecast.wording import money_in_words

    if not change.is_known:
        return "not known"
    if change.is_zero:
        return "none"
    half = max(change.high - change.value, change.value - change.low)
    sign = "+" if change.value > 0.0 else ""
    mark = "" if change.is_settled else "?"
    return f"{sign}{money_in_words(change.value)} ±{money_in_words(half)}{mark}"
