"""Demand: when requests arrive, and everything that is chance about each of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pmosim.distributions import Gamma
from pmosim.draws.luck import first_rows
from pmosim.draws.projects import prototype_gates
from pmosim.draws.risks import draw_charges, draw_delay
from pmosim.draws.work import prototype_amounts
from pmosim.network.arrays import NONE
from pmosim.units import whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pmosim.distributions import Law
    from pmosim.draws.luck import Luck
    from pmosim.network import FloatArray, IntArray, Network


@dataclass(frozen=True, kw_only=True, eq=False)
class Arrivals:
    """Demand of all replications, A rows sorted by (replication, minute, stream, number)."""

    first: IntArray
    """(R + 1,) arrivals of replication k are rows first[k] .. first[k + 1]."""
    minute: IntArray
    stream: IntArray
    number: IntArray
    """From 1 within the stream."""
    patience: IntArray
    """Minutes after which the request is withdrawn, NONE = never."""
    size: FloatArray
    fixed_cost: FloatArray
    benefit_per_year: FloatArray
    amounts: tuple[IntArray, ...]
    """(pools of the stream's prototype,) of each arrival."""
    gates: tuple[FloatArray, ...]
    """(gates of the stream's prototype,) uniforms of each arrival."""
    charges: tuple[FloatArray, ...]
    """(risks on the stream's prototype,) money of each arrival, 0 = it does not happen."""
    delays: tuple[IntArray, ...] = ()
    """(risks with a delay on the prototype,) minutes of each arrival; () = no stream has one."""


def draw_arrivals(network: Network, luck: Luck) -> Arrivals:
    """Return the arrivals of all streams."""
    amounts: list[IntArray] = []
    gates: list[FloatArray] = []
    charges: list[FloatArray] = []
    delays: list[IntArray] = []
    columns = [
        _stream_columns(network, luck, d, amounts, gates, charges, delays)
        for d in range(len(network.streams.ids))
    ]
    table: dict[str, NDArray[Any]] = {
        name: np.concatenate([column[name] for column in columns])
        for name in (columns[0] if columns else ())
    }
    if not columns:
        empty = np.empty(0, dtype=np.int64)
        names = ("replication", "minute", "stream", "number", "patience")
        table = dict.fromkeys(names, empty)
        table |= dict.fromkeys(("size", "fixed", "benefit"), np.empty(0))
    order = np.lexsort((table["number"], table["stream"], table["minute"], table["replication"]))
    return Arrivals(
        first=first_rows(table["replication"], luck.count),
        minute=table["minute"][order].astype(np.int64),
        stream=table["stream"][order].astype(np.int64),
        number=table["number"][order].astype(np.int64),
        patience=table["patience"][order].astype(np.int64),
        size=table["size"][order].astype(np.float64),
        fixed_cost=table["fixed"][order].astype(np.float64),
        benefit_per_year=table["benefit"][order].astype(np.float64),
        amounts=tuple(amounts[i] for i in order),
        gates=tuple(gates[i] for i in order),
        charges=tuple(charges[i] for i in order),
        delays=tuple(delays[i] for i in order) if any(map(len, delays)) else (),
    )


def _stream_columns(
    network: Network,
    luck: Luck,
    d: int,
    amounts: list[IntArray],
    gates: list[FloatArray],
    charges: list[FloatArray],
    delays: list[IntArray],
) -> dict[str, NDArray[Any]]:
    """Return the arrivals of one stream as columns; append what else chance decides."""
    row = network.n_listed + d
    minutes = _arrival_table(network, luck, d)
    names = [f"{network.streams.ids[d]}-{k + 1}" for k in range(len(minutes))]
    number, replication = np.nonzero(minutes < network.window_end)
    size = luck.values(network.projects.size[row], names, "size")
    amounts.extend(prototype_amounts(network, luck, row, names, size)[:, number, replication].T)
    gates.extend(prototype_gates(network, luck, row, names)[:, number, replication].T)
    hits = [hit for hit in network.risks if hit.row == row]
    costs = [draw_charges(hit, luck, names)[number, replication] for hit in hits]
    charges.extend(np.column_stack(costs) if costs else np.empty((len(number), 0)))
    held = [
        draw_delay(hit, luck, names)[number, replication] for hit in hits if hit.delay is not None
    ]
    delays.extend(np.column_stack(held) if held else np.empty((len(number), 0), dtype=np.int64))
    fixed, benefit = (
        np.zeros_like(size) if law is None else luck.values(law, names, purpose) * size
        for law, purpose in (
            (network.projects.fixed_cost[row], "fixed cost"),
            (network.projects.benefit_per_year[row], "benefit"),
        )
    )
    return {
        "replication": replication,
        "minute": whole(minutes[number, replication]),
        "stream": np.full(len(number), d),
        "number": number + 1,
        "patience": _patience(network.streams.patience[d], luck, names)[number, replication],
        "size": size[number, replication],
        "fixed": fixed[number, replication],
        "benefit": benefit[number, replication],
    }


def _arrival_table(network: Network, luck: Luck, d: int) -> FloatArray:
    """(K, R) arrival times in minutes, inf or beyond the window where a future has fewer.

    A unit Poisson process of batches, its times read through the inverse of the expected number.
    """
    streams = network.streams
    stream, expected = streams.ids[d], _expected(network, luck, d)
    most = float(expected[:, -1].max(initial=0.0))
    enough = int(most + 6 * np.sqrt(most) + 10)
    while True:
        u = luck.table([f"{stream}-{k + 1}" for k in range(enough)], "arrival")
        cumulated = np.cumsum(-np.log1p(-u), axis=0)
        if streams.is_even:
            cumulated[:] = np.arange(0.5, len(u))[:, np.newaxis]
        if not luck.count or (cumulated[-1] > expected[:, -1]).all():
            break
        enough *= 2
    knots = streams.knot_minute[d]
    if len(expected) == 1:
        minutes = _arrival_minutes(cumulated, knots, expected[0])
    else:
        columns = [_arrival_minutes(cumulated[:, k], knots, row) for k, row in enumerate(expected)]
        minutes = np.stack(columns, axis=1)
    few = int(np.isfinite(minutes).any(axis=1).sum())
    minutes = np.repeat(np.floor(minutes[:few] + 0.5), int(streams.batch_size[d]), axis=0)
    return _at_boards(minutes, streams.board[d])


def _arrival_minutes(
    cumulated: FloatArray, minutes: FloatArray, expected: FloatArray
) -> FloatArray:
    """Return the time at which the expectation reaches each value; inf beyond the last knot.

    The inverse of the cumulated rate turns a unit Poisson process into the stream's own.
    """
    if expected[-1] <= 0:
        return np.full(cumulated.shape, np.inf)
    return np.interp(cumulated, expected, minutes, right=np.inf)


def _at_boards(minutes: FloatArray, boards: FloatArray) -> FloatArray:
    """Return the board date at or after each minute, inf behind the last; all as they are if none.

    Parameters
    ----------
    minutes : of any shape; inf stays inf.
    boards : (B,) minutes of the board dates, sorted; empty = requests ask at any moment.
    """
    if not len(boards):
        return minutes
    places = np.searchsorted(boards, minutes, side="left")
    return np.append(boards, np.inf)[np.where(np.isfinite(minutes), places, len(boards))]


def _expected(network: Network, luck: Luck, d: int) -> FloatArray:
    """(1 or R, knots) cumulated expected number of batches: its months mixed, each by a gamma."""
    streams = network.streams
    expected, spread = streams.knot_expected[d], streams.mixing_cv[d]
    if not len(spread) or streams.is_even or not luck.count:
        return expected[np.newaxis, :]
    steps = np.empty((luck.count, len(spread)))
    for i, (month, cv, step) in enumerate(
        zip(streams.month[d], spread.tolist(), np.diff(expected).tolist(), strict=True)
    ):
        factor = Gamma(mean=1.0, cv=cv).quantile(luck.one(streams.ids[d], f"dispersion {month}"))
        steps[:, i] = step * factor
    return np.concatenate([np.zeros((luck.count, 1)), np.cumsum(steps, axis=1)], axis=1)


def _patience(law: Law | None, luck: Luck, names: Sequence[str]) -> IntArray:
    """(K, R) minutes that each request waits at the most, NONE = for ever."""
    if law is None:
        return np.full((len(names), luck.count), NONE, dtype=np.int64)
    return whole(luck.values(law, names, "patience"))
