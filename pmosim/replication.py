"""Replication: a scenario many times over, in blocks, on one process or on many.

In: a ``Scenario``. Out: ``Outcomes``. Finished blocks leave through ``on_block``, so that a run
that is interrupted loses at most the blocks it was working on.
"""

from __future__ import annotations

import os
import signal
from concurrent.futures import FIRST_COMPLETED, Executor, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any, Literal

from pmosim.errors import InputError
from pmosim.in_flight import describe_in_flight
from pmosim.network import Network, compile_network
from pmosim.outcomes import Outcomes
from pmosim.policy.intake import IntakeRule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from concurrent.futures import Future
    from multiprocessing.synchronize import Event

    from pmosim.policy.dispatch import Dispatch
    from pmosim.policy.intake import Intake
    from pmosim.scenario import Scenario

BLOCK = 50
"""Replications in a block: what one worker does at a time, and what one file holds."""
PARALLEL_FROM = 2 * BLOCK
"""Runs of fewer replications than this stay in this process under ``jobs="auto"``."""
ENGINES = ("auto", "simpy")


def simulate(
    scenario: Scenario | Network,
    *,
    replications: int = 1000,
    first: int = 0,
    seed: int = 1,
    engine: Literal["auto", "simpy"] = "auto",
    executor: Executor | None = None,
    jobs: int | Literal["auto"] = 1,
    intake: Intake | None = None,
    dispatch: Dispatch | None = None,
    audit: bool = False,
    on_block: Callable[[Outcomes], None] | None = None,
    done_blocks: Mapping[int, Outcomes] | None = None,
) -> Outcomes:
    """Return what happens to a scenario in many futures.

    Parameters
    ----------
    scenario : studies that change numbers a file cannot say give a compiled network.
    replications : number of futures, 1 or more; future k has the same luck in every run.
    first : number of the first future, a multiple of 50: the outcomes go on where others end.
    seed : names the luck; the same seed pairs the outcomes of two scenarios.
    engine : ``simpy`` is the reference, ``auto`` chooses (today always the reference).
    executor : any ``concurrent.futures.Executor``; it is not shut down. Wins over ``jobs``.
    jobs : processes to use; ``auto`` = all cores for long runs, this process for short ones.
    intake, dispatch : policies that replace the scenario's; must be picklable with processes.
    audit : check the invariants of every replication.
    on_block : called in this process with each finished block, in any order.
    done_blocks : finished blocks of an earlier run by their first replication; not run again.

    Raises
    ------
    InputError
        If ``replications``, ``first``, ``engine`` or ``jobs`` are out of range.
    AuditError
        With ``audit``, if a replication broke an invariant.
    """
    if replications < 1:
        raise InputError(f"replications is {replications}; it must be 1 or more.")
    if first < 0 or first % BLOCK:
        raise InputError(f"first is {first}; it must be a multiple of {BLOCK}, 0 or more.")
    if engine not in ENGINES:
        raise InputError(f"engine is {engine!r}; it must be one of {', '.join(ENGINES)}.")
    network = scenario if isinstance(scenario, Network) else compile_network(scenario)
    in_flight = describe_in_flight(network)
    network = replace(network, assumptions=(*network.assumptions, *in_flight))
    if intake is not None:
        network = replace(network, intake=_in_force(network.intake, intake))
    blocks: dict[int, Outcomes] = {}
    todo = []
    for begin, count in block_bounds(replications, first):
        done = (done_blocks or {}).get(begin)
        if done is not None and done.replications == count:
            blocks[begin] = done
        else:
            todo.append((begin, count))
    with workers(executor, jobs, replications) as pool:
        for block in _run_blocks(network, seed, todo, pool, intake, dispatch, has_audit=audit):
            blocks[block.first] = block
            if on_block is not None:
                on_block(block)
    return Outcomes.concatenate([blocks[begin] for begin in sorted(blocks)])


def _in_force(stated: IntakeRule, used: Intake) -> IntakeRule:
    """Return what keys and counts need to know of a rule that replaces the scenario's.

    A built-in one as it is; of a user's own its order and gates, where it has them.
    """
    if isinstance(used, IntakeRule):
        return used
    order = getattr(used, "order", stated.order)
    return replace(stated, order=order, gates=getattr(used, "gates", None) or stated.gates)


def block_bounds(replications: int, first: int = 0) -> list[tuple[int, int]]:
    """Return (first, count) of the blocks of a run of futures from ``first`` on."""
    end = first + replications
    return [(begin, min(BLOCK, end - begin)) for begin in range(first, end, BLOCK)]


@contextmanager
def workers(
    executor: Executor | None, jobs: int | str, replications: int
) -> Iterator[Executor | None]:
    """Give the executor to use, None for this process; end what was begun here."""
    n_jobs = _count_jobs(jobs, replications)
    if executor is not None or n_jobs == 1:
        yield executor
        return
    context = get_context("spawn")
    unwanted = context.Event()
    with ProcessPoolExecutor(n_jobs, context, _listen, (unwanted,)) as pool:
        try:
            yield pool
        except BaseException:
            unwanted.set()  # no killing: a worker that dies while it answers leaves us waiting
            pool.shutdown(cancel_futures=True)
            raise


_unwanted: Event | None = None
"""In a worker: set when nobody waits for its blocks any more."""


def _listen(unwanted: Event) -> None:
    """Prepare a worker: Ctrl-C is for the process that began it, which says when to stop."""
    global _unwanted
    _unwanted = unwanted
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _run_block_in_worker(*arguments: Any, has_audit: bool) -> Outcomes:
    """Run a block in a worker; of an executor of the user's it runs to its end."""
    from pmosim.engine.block import run_block

    is_unwanted = None if _unwanted is None else _unwanted.is_set
    return run_block(*arguments, has_audit=has_audit, is_unwanted=is_unwanted)


@contextmanager
def _held_interrupts() -> Iterator[None]:
    """Hold Ctrl-C back for a moment, and for good from processes that begin in it.

    They inherit the mask, long before ``_listen`` runs in them.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _count_jobs(jobs: int | str, replications: int) -> int:
    if jobs == "auto":
        cores = os.cpu_count() or 1
        return cores if replications > PARALLEL_FROM else 1
    if not isinstance(jobs, int) or jobs < 1:
        raise InputError(f"jobs is {jobs!r}; it must be 1 or more, or 'auto'.")
    return min(jobs, len(block_bounds(replications)))


def _run_blocks(
    network: Network,
    seed: int,
    todo: list[tuple[int, int]],
    executor: Executor | None,
    intake: Intake | None,
    dispatch: Dispatch | None,
    *,
    has_audit: bool,
) -> Iterator[Outcomes]:
    """Yield blocks as they finish."""
    from pmosim.engine.block import run_block

    if executor is None:
        for first, count in todo:
            yield run_block(network, seed, first, count, intake, dispatch, has_audit=has_audit)
        return
    with _held_interrupts():
        pending: set[Future[Outcomes]] = {
            executor.submit(
                _run_block_in_worker,
                network,
                seed,
                first,
                count,
                intake,
                dispatch,
                has_audit=has_audit,
            )
            for first, count in todo
        }
    try:
        while pending:
            done, pending = wait(pending, return_when=FIRST_COMPLETED)
            for future in done:
                yield future.result()
    finally:
        for future in pending:
            future.cancel()
