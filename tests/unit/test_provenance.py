"""Provenance: one way to write a value, digests, versions, and the clock."""

from __future__ import annotations

import json
import math
from datetime import UTC, date, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import pytest

from pmosim import provenance

if TYPE_CHECKING:
    from pathlib import Path


def test_equal_values_give_equal_bytes_whatever_their_order_and_container() -> None:
    one = {"b": (1, 2.5), "a": {"y": None, "x": True}}
    other = MappingProxyType({"a": MappingProxyType({"x": True, "y": None}), "b": [1, 2.5]})
    assert provenance.canonical_json(one) == provenance.canonical_json(other)
    assert provenance.canonical_json(one) == b'{"a":{"x":true,"y":null},"b":[1,2.5]}'


def test_numpy_values_and_dates_are_written_as_plain_ones() -> None:
    value = {"a": np.float64(0.1), "b": np.int64(3), "c": np.array([[1, 2]]), "d": np.bool_(1)}
    assert provenance.canonical_json(value) == b'{"a":0.1,"b":3,"c":[[1,2]],"d":true}'
    assert provenance.canonical_json(date(2027, 1, 4)) == b'"2027-01-04"'
    assert provenance.canonical_json(np.datetime64("2027-01-04")) == b'"2027-01-04"'


def test_every_float_is_read_back_to_the_last_bit() -> None:
    values = [0.1, 1 / 3, 1e300, 5e-324, -0.0]
    read = json.loads(provenance.canonical_json(values))
    assert [value.hex() for value in read] == [value.hex() for value in values]


@pytest.mark.parametrize("name", ["Übersicht", "\N{ROCKET}", "\ud800", "<script>", "=cmd()"])
def test_any_text_survives(name: str) -> None:
    assert json.loads(provenance.canonical_json({name: name})) == {name: name}


@pytest.mark.parametrize("value", [math.nan, math.inf, [np.float64("nan")], np.array([-math.inf])])
def test_what_json_cannot_say_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        provenance.canonical_json(value)


def test_a_key_that_is_no_text_is_refused() -> None:
    with pytest.raises(ValueError, match="key 1 is no text"):
        provenance.canonical_json({1: "a"})


def test_an_object_without_a_canonical_form_is_refused() -> None:
    with pytest.raises(TypeError, match="a set has no canonical JSON"):
        provenance.canonical_json({"a": {1, 2}})


def test_the_digest_is_sha256(tmp_path: Path) -> None:
    known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    (tmp_path / "abc").write_bytes(b"abc")
    assert provenance.digest(b"abc") == provenance.digest_of_file(tmp_path / "abc") == known
    assert provenance.digest_of_value("abc") == provenance.digest(b'"abc"')


def test_a_file_longer_than_a_chunk_has_the_digest_of_its_bytes(tmp_path: Path) -> None:
    content = bytes(range(256)) * (provenance.CHUNK_BYTES // 256) + b"end"
    (tmp_path / "long").write_bytes(content)
    assert provenance.digest_of_file(tmp_path / "long") == provenance.digest(content)


def test_versions_name_python_and_what_is_not_installed() -> None:
    found = provenance.versions(["numpy", "no-such-package-here"])
    assert found["numpy"] == np.__version__
    assert found["no-such-package-here"] == "absent"
    assert found["python"].startswith("3.")
    assert {"pmosim", "numpy", "scipy"} <= provenance.versions().keys()


def test_the_wall_clock_is_in_utc_and_the_stopwatch_never_runs_back() -> None:
    begin = provenance.now()
    assert begin.tzinfo is UTC
    assert timedelta(0) <= provenance.now() - begin < timedelta(hours=1)
    first = provenance.seconds()
    assert provenance.seconds() >= first
