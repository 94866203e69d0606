"""Instances: published scheduling problems and what is proven about them."""

from __future__ import annotations

import csv
import tarfile
from functools import cache
from typing import TYPE_CHECKING

from scenarios.readers import mplib, psplib
from tests.readers.data import data_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@cache
def j30() -> list[psplib.Instance]:
    """Return the 480 projects of 30 jobs of PSPLIB, by name."""
    archive = data_folder("psplib") / "j30.sm.tar.gz"
    return [psplib.parse_sm(text, name=name) for name, text in _texts(archive)]


def j30_optimum() -> dict[str, int]:
    """Return the proven shortest duration of each J30 project."""
    rows = _rows(data_folder("psplib") / "j30_best_known.csv")
    return {row["instance"].removesuffix(".sm"): int(row["optimum"]) for row in rows}


@cache
def patterson() -> list[psplib.Instance]:
    """Return the 110 projects of Patterson, by name."""
    archive = data_folder("psplib") / "patterson.rcp.tar.gz"
    return [psplib.parse_rcp(text, name=name) for name, text in _texts(archive)]


def patterson_optimum() -> dict[str, int]:
    """Return the proven shortest duration of each Patterson project."""
    rows = _rows(data_folder("psplib") / "patterson_optimum.csv")
    return {row["problem"]: int(row["optimum"]) for row in rows}


@cache
def mplib_portfolios() -> list[mplib.Portfolio]:
    """Return the 14 portfolios of 24 projects x 60 tasks of MPLIB, by name."""
    archive = data_folder("mplib") / "mplib1_set3_sample.tar.gz"
    return [mplib.parse(text, name=name) for name, text in _texts(archive)]


def mplib_lower_bound() -> dict[str, float]:
    """Return the days that no schedule of a portfolio can undercut."""
    rows = _rows(data_folder("mplib") / "best_found.csv")
    return {row["instance"].removesuffix(".txt"): float(row["best_lower_bound"]) for row in rows}


def _texts(archive: Path) -> Iterator[tuple[str, str]]:
    with tarfile.open(archive) as bundle:
        members = {_stem(member.name): member for member in bundle if member.isfile()}
        for name in sorted(members, key=psplib.sort_key):
            content = bundle.extractfile(members[name])
            assert content is not None
            yield name, content.read().decode("ascii")


def _stem(path: str) -> str:
    return path.rsplit("/", 1)[-1].rsplit(".", 1)[0]


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
