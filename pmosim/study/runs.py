"""Runs: several scenarios simulated one after the other, on the same luck and the same workers.

In: scenarios. Out: their outcomes, paired with each other: same seed, same replications.
Not here: what is compared (``comparison`` and its kin), and one run alone (``replication``).
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Literal, TypeVar

import numpy as np

from pmosim.replication import BLOCK, PARALLEL_FROM, simulate, workers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from concurrent.futures import Executor, Future

    from pmosim.network import Network
    from pmosim.outcomes import Outcomes
    from pmosim.policy.dispatch import Dispatch
    from pmosim.policy.intake import Intake
    from pmosim.scenario import Scenario

TASK_ROWS = 1_000_000
"""Task rows of all runs together, about: a minute or two on two cores."""
FEWEST, MOST = 100, 400
"""Futures of each run of a study that chooses them itself."""
Result = TypeVar("Result")
Told = Callable[[int, int], None]
"""What is told of every finished run: how many are done, of how many at most."""


@dataclass(frozen=True, kw_only=True)
class Runs:
    """How the runs of a study are made; every run of one object is paired with every other."""

    replications: int
    """Futures of each run, 1 or more, unless a run asks for others."""
    seed: int = 1
    executor: Executor | None = None
    """Workers that all runs share, None = this process."""
    on_block: Callable[[Outcomes], None] | None = field(default=None, compare=False)
    """Told of every finished block, e.g. a progress bar."""

    def run(
        self,
        scenario: Scenario | Network,
        *,
        replications: int | None = None,
        first: int = 0,
        intake: Intake | None = None,
        dispatch: Dispatch | None = None,
        known: dict[int, Outcomes] | None = None,
    ) -> Outcomes:
        """Return the outcomes of a scenario, under rules that replace its own where given.

        Parameters
        ----------
        scenario, replications, intake, dispatch : see ``simulate``.
        first : number of the first future, a multiple of 50.
        known : finished blocks of the same run by their first future: they are not run again, and
            the new ones are added, so that a run can grow.
        """

        def keep(block: Outcomes) -> None:
            if known is not None:
                known[block.first] = block
            if self.on_block is not None:
                self.on_block(block)

        return simulate(
            scenario,
            replications=self.replications if replications is None else replications,
            first=first,
            seed=self.seed,
            executor=self.executor,
            intake=intake,
            dispatch=dispatch,
            on_block=keep,
            done_blocks=dict(known or {}),
        )

    def run_each(
        self, scenarios: Iterable[Scenario | Network], *, replications: int | None = None
    ) -> Iterator[Outcomes]:
        """Yield the outcomes of many scenarios, in their order, a few of them under way at once.

        Short runs have fewer blocks than there are workers; this keeps all of them busy. At most
        one run more than there are cores is under way or waits to be taken.
        """
        return self.take(
            partial(self.run, scenario, replications=replications) for scenario in scenarios
        )

    def take(self, todo: Iterable[Callable[[], Result]]) -> Iterator[Result]:
        """Yield what calls return, in their order, a few of them under way at once.

        The calls are runs of this object, and may reduce their outcomes to something small.
        """
        if self.executor is None:
            for call in todo:
                yield call()
            return
        at_once = max(2, os.cpu_count() or 1)
        under_way: deque[Future[Result]] = deque()
        threads = ThreadPoolExecutor(at_once)  # they wait for workers, which do the work
        try:
            for call in todo:
                under_way.append(threads.submit(call))
                if len(under_way) > at_once:  # one more, so that no worker waits for us
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        finally:
            threads.shutdown(wait=False, cancel_futures=True)


class Counter:
    """Counts runs and tells of them."""

    def __init__(self, told: Told | None, at_most: int) -> None:
        self._told, self._done, self.at_most = told, 0, at_most

    def count(self) -> None:
        """Count one more."""
        self._done += 1
        if self._told is not None:
            self._told(self._done, max(self._done, self.at_most))


def affordable_futures(network: Network, n_runs: int) -> int:
    """Return how many futures of each run keep a study within a minute or two, in whole blocks.

    From the number of tasks, not from a clock, so that the same command gives the same numbers.
    """
    n_tasks = np.diff(network.projects.first_task)
    expected = [steps[-1] if len(steps) else 0.0 for steps in network.streams.knot_expected]
    per_future = n_tasks[: network.n_listed].sum() + float(
        n_tasks[network.n_listed :] @ (np.array(expected) * network.streams.batch_size)
    )
    affordable = TASK_ROWS / max(1.0, n_runs * per_future)
    return int(min(MOST, max(FEWEST, affordable // BLOCK * BLOCK)))


@contextmanager
def runs(
    *,
    replications: int,
    seed: int = 1,
    jobs: int | Literal["auto"] = "auto",
    on_block: Callable[[Outcomes], None] | None = None,
) -> Iterator[Runs]:
    """Give ``Runs`` whose workers live as long as the study, and end them."""
    at_least = max(replications, PARALLEL_FROM + 1)  # several short runs are long enough
    with workers(None, jobs, at_least) as executor:
        yield Runs(replications=replications, seed=seed, executor=executor, on_block=on_block)
