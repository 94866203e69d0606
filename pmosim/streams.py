"""Streams: from an identity to its uniforms, and nothing else.

Every uniform is a pure function of (seed, entity, purpose, occurrence, replication): the first
four are hashed into the key of a Philox generator, the replication is the position in its stream.
So an entity keeps its luck whatever else is in the scenario, and neither the order of work nor
the cut into blocks can change a number (model.md, section 7).

The only module that knows a random generator. Philox: Salmon, Moraes, Dror and Shaw 2011,
"Parallel random numbers: as easy as 1, 2, 3".
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

DRAW_SCHEME = 1
"""Changes when the same identity gets other numbers; part of a run's provenance."""

WORDS_OF_A_COUNT = 4
"""Philox 4x64 yields this many raw words for each step of its counter."""

NO_WORDS = np.zeros(WORDS_OF_A_COUNT, dtype=np.uint64)
NO_WORDS.flags.writeable = False


def uniforms(
    seed: int, entity: str, purpose: str, occurrence: int, first: int, count: int
) -> NDArray[np.float64]:
    """Return the uniforms of one identity in the replications ``first`` to ``first + count - 1``.

    Parameters
    ----------
    entity : id of what the chance belongs to, as the user wrote it, e.g. ``crm/build``.
    purpose : what is decided, e.g. ``work``.
    occurrence : 0 for the first time, 1 for the second, ...

    Returns
    -------
    (count,) values strictly between 0 and 1.
    """
    table = uniform_table(seed, (entity,), purpose, occurrence, first, count)
    return table.reshape(count)


def uniform_table(
    seed: int, entities: Sequence[str], purpose: str, occurrence: int, first: int, count: int
) -> NDArray[np.float64]:
    """Return the uniforms of many entities: row i is ``uniforms`` of ``entities[i]``.

    Returns
    -------
    (len(entities), count) values strictly between 0 and 1.
    """
    step, skipped = divmod(first, WORDS_OF_A_COUNT)
    counter = np.array([step, 0, 0, 0], dtype=np.uint64)
    raw = np.empty((len(entities), count), dtype=np.uint64)
    generator = np.random.Philox(0)
    for row, key in enumerate(_keys(seed, entities, purpose, occurrence)):
        # One generator whose state is set is several times cheaper than one for each identity.
        generator.state = {
            "bit_generator": "Philox",
            "state": {"counter": counter, "key": key},
            "buffer": NO_WORDS,
            "buffer_pos": WORDS_OF_A_COUNT,
            "has_uint32": 0,
            "uinteger": 0,
        }
        raw[row] = generator.random_raw(skipped + count)[skipped:]
    return _between_0_and_1(raw)


def _keys(seed: int, entities: Sequence[str], purpose: str, occurrence: int) -> NDArray[np.uint64]:
    """Return the (len(entities), 2) keys: hashes of texts no two of which are the same.

    Each part is written with its length before it, so that ("ab", "c") is not ("a", "bc").
    """
    shared = hashlib.blake2b(digest_size=16, person=b"pmosim-%d" % DRAW_SCHEME)
    for part in (str(int(seed)), purpose, str(int(occurrence))):
        shared.update(_with_length(part))
    digests = []
    for entity in entities:
        own = shared.copy()
        own.update(_with_length(entity))
        digests.append(own.digest())
    keys = np.frombuffer(b"".join(digests), dtype="<u8").reshape(len(digests), 2)
    return keys.astype(np.uint64)


def _with_length(part: str) -> bytes:
    encoded = part.encode("utf-8", "surrogatepass")
    return b"%d:%b" % (len(encoded), encoded)


def _between_0_and_1(raw: NDArray[np.uint64]) -> NDArray[np.float64]:
    """Return the middle of the 2**-52 wide cell that each raw word falls into.

    52 bits and not 53: with 53 the last middle is no float and rounds to 1.
    """
    middles: NDArray[np.float64] = ((raw >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52
    return middles
