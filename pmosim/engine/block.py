"""Block: some replications in a row on the reference engine; what a worker does."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

from pmosim.draws import draw
from pmosim.engine.audit import Audit
from pmosim.engine.blueprint import Blueprint
from pmosim.engine.booked import future_kind
from pmosim.engine.luck import Luck
from pmosim.engine.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from pmosim.network import Network
    from pmosim.outcomes import Outcomes
    from pmosim.policy.dispatch import Dispatch
    from pmosim.policy.intake import Intake

ENGINE = "simpy"


class UnwantedError(Exception):
    """Nobody waits for this block any more."""


def run_block(
    network: Network,
    seed: int,
    first: int,
    count: int,
    intake: Intake | None = None,
    dispatch: Dispatch | None = None,
    *,
    has_audit: bool = False,
    is_unwanted: Callable[[], bool] | None = None,
) -> Outcomes:
    """Run replications ``first`` .. ``first + count - 1``; the same whatever the cut into blocks.

    Parameters
    ----------
    is_unwanted : asked before each replication; yes ends the work with ``UnwantedError``.

    Raises
    ------
    AuditError
        With ``has_audit``, if a replication broke an invariant of the model.
    """
    blueprint = Blueprint(network)
    draws = draw(network, seed, first, count)
    rows = Rows(blueprint)
    future = future_kind(network)
    was_enabled = gc.isenabled()
    gc.disable()  # cycles of one replication are cheap to collect between two, dear within one
    try:
        for k in range(count):
            if is_unwanted is not None and is_unwanted():
                raise UnwantedError
            luck = Luck(network, draws, k)
            audit = Audit(first + k) if has_audit else None
            run = future(blueprint, luck, intake, dispatch, audit)
            run.run()
            rows.add(first + k, run)
            if audit is not None:
                audit.check_end(run)
            run.close()
            del run
            gc.collect(1)
    finally:
        if was_enabled:
            gc.enable()
    return rows.to_outcomes(seed=seed, first=first, engine=ENGINE)
