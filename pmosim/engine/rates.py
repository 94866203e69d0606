"""Rates: how fast a person works on a task (model.md, section 2). Arithmetic without a clock.

Every factor is whole billionths, multiplied in the order written, each product rounded up.
"""

from __future__ import annotations

from pmosim.units import WHOLE


def attention_rate(presence: int, share: int, in_hand: int) -> int:
    """Attention to one task: fte x (1 - bau) x share / max(1, sum of shares in hand).

    ``presence`` is fte x (1 - bau); ``in_hand`` the sum of all shares the person has in hand.
    """
    attention = presence if share == WHOLE else -(-presence * share // WHOLE)
    if in_hand > WHOLE:
        attention = -(-attention * WHOLE // in_hand)
    return attention


def focus_factor(focus: tuple[int, ...], n_in_hand: int) -> int:
    """Factor of multitasking with so many tasks in hand; the last value goes on."""
    return focus[n_in_hand - 1] if n_in_hand < len(focus) else focus[-1]


def progress_rate(
    attention: int, proficiency: int, focus: int, ramp: int = WHOLE, learned: int = WHOLE
) -> int:
    """Progress = attention x proficiency x speed at this kind of work x ramp x focus."""
    progress = attention
    if proficiency != WHOLE:
        progress = -(-progress * proficiency // WHOLE)
    if learned != WHOLE:
        progress = -(-progress * learned // WHOLE)
    if ramp != WHOLE:
        progress = -(-progress * ramp // WHOLE)
    if focus != WHOLE:
        progress = -(-progress * focus // WHOLE)
    return progress
