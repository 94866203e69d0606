"""Runs: several scenarios simulated one after the other, on the same luck and the same workers.

In: scenarios. Out: their outcomes, paired with each other: same seed, same replications.
Not here: what is compared (``comparison`` and its kin), and one run alone (``replication``).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from pmosim.replication import PARALLEL_FROM, simulate, workers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Executor

    from pmosim.outcomes import Outcomes
    from pmosim.policy.dispatch import Dispatch
    from pmosim.policy.intake import Intake
    from pmosim.scenario import Scenario

Told = Callable[["Outcomes"], None]
"""What is told of every finished block, e.g. a progress bar."""


@dataclass(frozen=True, kw_only=True)
class Runs:
    """How the runs of a study are made; every run of one object is paired with every other."""

    replications: int
    """Futures of each run, 1 or more, unless a run asks for others."""
    seed: int = 1
    executor: Executor | None = None
    """Workers that all runs share, None = this process."""
    on_block: Told | None = field(default=None, compare=False)

    def run(
        self,
        scenario: Scenario,
        *,
        replications: int | None = None,
        intake: Intake | None = None,
        dispatch: Dispatch | None = None,
    ) -> Outcomes:
        """Return the outcomes of a scenario, under rules that replace its own where given."""
        return simulate(
            scenario,
            replications=self.replications if replications is None else replications,
            seed=self.seed,
            executor=self.executor,
            intake=intake,
            dispatch=dispatch,
            on_block=self.on_block,
        )


@contextmanager
def runs(
    *,
    replications: int,
    seed: int = 1,
    jobs: int | Literal["auto"] = "auto",
    on_block: Told | None = None,
) -> Iterator[Runs]:
    """Give ``Runs`` whose workers live as long as the study, and end them."""
    at_least = max(replications, PARALLEL_FROM + 1)  # several short runs are long enough
    with workers(None, jobs, at_least) as executor:
        yield Runs(replications=replications, seed=seed, executor=executor, on_block=on_block)
