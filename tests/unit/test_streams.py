"""Streams: the same identity gets the same luck, and no two identities share theirs."""

from __future__ import annotations

import hashlib
import math
from itertools import pairwise
from time import perf_counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmosim import streams
from pmosim.streams import uniform_table, uniforms

IDS = st.text(max_size=6)

FIRST_THREE = ["0x1.5bb0aefff086ep-2", "0x1.7b2cf2eaa974bp-1", "0x1.a1243f43ba420p-6"]


def test_element_k_is_word_k_of_the_philox_stream_keyed_by_the_identity() -> None:
    text = b"1:7" + b"4:work" + b"1:2" + b"9:crm/build"
    digest = hashlib.blake2b(text, digest_size=16, person=b"pmosim-1").digest()
    philox = np.random.Philox(key=np.frombuffer(digest, dtype="<u8"))  # noqa: TID251 (to compare)
    expected = ((philox.random_raw(500) >> np.uint64(12)) + 0.5) / 2.0**52
    assert uniforms(7, "crm/build", "work", 2, 0, 500).tolist() == expected.tolist()


def test_the_numbers_of_this_draw_scheme_do_not_change() -> None:
    first = [value.hex() for value in uniforms(1, "crm/build", "work", 0, 0, 3).tolist()]
    assert first == FIRST_THREE


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 3000), st.integers(0, 70))
def test_a_replication_has_its_number_whatever_the_block_it_is_in(first: int, count: int) -> None:
    everything = uniforms(1, "crm", "probability", 0, 0, first + count)
    block = uniforms(1, "crm", "probability", 0, first, count)
    assert block.tolist() == everything[first:].tolist()


def test_a_row_of_a_table_does_not_depend_on_the_other_rows() -> None:
    table = uniform_table(3, ["a", "b", "c"], "work", 1, 5, 20)
    assert table.shape == (3, 20)
    assert table[1].tolist() == uniforms(3, "b", "work", 1, 5, 20).tolist()
    assert uniform_table(3, ["c", "a"], "work", 1, 5, 20).tolist() == table[[2, 0]].tolist()


def test_no_entities_and_no_replications_give_empty_tables() -> None:
    assert uniform_table(1, [], "work", 0, 0, 5).shape == (0, 5)
    assert uniform_table(1, ["a"], "work", 0, 3, 0).shape == (1, 0)
    assert uniforms(1, "a", "work", 0, 3, 0).shape == (0,)


@settings(deadline=None)
@given(
    st.tuples(st.integers(0, 20), IDS, IDS, st.integers(0, 20)),
    st.tuples(st.integers(0, 20), IDS, IDS, st.integers(0, 20)),
)
def test_two_identities_share_no_number(
    one: tuple[int, str, str, int], other: tuple[int, str, str, int]
) -> None:
    numbers, others = (set(uniforms(*identity, 0, 4).tolist()) for identity in (one, other))
    assert (numbers == others) if one == other else numbers.isdisjoint(others)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((1, "ab", "c", 0), (1, "a", "bc", 0)),
        ((1, "a", "b1", 1), (1, "a", "b", 11)),
        ((11, "a", "b", 0), (1, "1a", "b", 0)),
        ((1, "a:b", "c", 0), (1, "a", "b:c", 0)),
        ((1, "a\x1fb", "c", 0), (1, "a", "b\x1fc", 0)),
        ((1, "", "ab", 0), (1, "ab", "", 0)),
    ],
)
def test_identities_that_run_together_to_the_same_text_are_kept_apart(
    one: tuple[int, str, str, int], other: tuple[int, str, str, int]
) -> None:
    assert uniforms(*one, 0, 1)[0] != uniforms(*other, 0, 1)[0]


def test_an_id_may_hold_any_character() -> None:
    names = ["=cmd()", "<script>", "\N{ROCKET}", "\ud800", "x" * 120]
    assert len(set(uniform_table(1, names, "work", 0, 0, 1)[:, 0].tolist())) == len(names)


def test_numpy_whole_numbers_are_the_same_seed_and_occurrence() -> None:
    same = uniforms(np.int64(5), "a", "work", np.int64(2), 0, 4)  # type: ignore[arg-type]
    assert same.tolist() == uniforms(5, "a", "work", 2, 0, 4).tolist()


def kolmogorov_distance(values: np.ndarray) -> float:
    """Return the largest gap between the shares of the values and the uniform law."""
    ordered = np.sort(values)
    n = len(ordered)
    return float(np.max(np.maximum(np.arange(1, n + 1) / n - ordered, ordered - np.arange(n) / n)))


# P(distance > x / sqrt(n)) <= 2 exp(-2 x^2), Massart 1990; as rare as 4 standard errors.
FOUR_STANDARD_ERRORS = math.sqrt(-math.log(math.erfc(4 / math.sqrt(2)) / 2) / 2)


def test_the_replications_of_an_entity_are_uniform() -> None:
    values = uniforms(1, "crm/build", "work", 0, 0, 100_000)
    assert kolmogorov_distance(values) < FOUR_STANDARD_ERRORS / math.sqrt(100_000)


def test_the_entities_of_a_replication_are_uniform_and_neighbours_are_independent() -> None:
    table = uniform_table(1, [f"p-{n}" for n in range(20_000)], "work", 0, 17, 2)
    for values in table.T:
        assert kolmogorov_distance(values) < FOUR_STANDARD_ERRORS / math.sqrt(20_000)
    for one, other in ((table[:, 0], table[:, 1]), (table[1:, 0], table[:-1, 0])):
        assert abs(np.corrcoef(one, other)[0, 1]) < 4 / math.sqrt(len(one))


def test_the_outermost_raw_words_stay_strictly_between_0_and_1() -> None:
    words = [0, 2**12, 2**63, 2**64 - 2**12 - 1, 2**64 - 1]
    values = streams._between_0_and_1(np.array(words, dtype=np.uint64)).tolist()  # noqa: SLF001
    assert values[0] == 2.0**-53
    assert values[-1] == 1.0 - 2.0**-53
    assert all(low < high for low, high in pairwise(values))


def test_a_block_of_a_large_portfolio_takes_a_fraction_of_a_second() -> None:
    names = [f"p{n}/build" for n in range(1500)]
    times = []
    for _ in range(5):
        begin = perf_counter()
        uniform_table(1, names, "work", 0, 64, 64)
        times.append(perf_counter() - begin)
    assert min(times) < 0.1  # 10 ms on an idle machine; room for a busy one
