"""Provenance: where a result comes from: versions, digests of what went in, and the wall clock.

The only module that reads a clock. No result depends on it; a manifest and a progress bar do.
"""

from __future__ import annotations

import hashlib
import json
import platform
import time
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

PACKAGES = ("pmosim", "numpy", "scipy", "simpy", "pandas", "matplotlib", "holidays")
"""Packages that can change a byte of a run folder."""

CHUNK_BYTES = 1 << 20


def versions(packages: Iterable[str] = PACKAGES) -> dict[str, str]:
    """Return the versions of Python and of the packages, ``"absent"`` for one not installed."""
    from importlib.metadata import PackageNotFoundError, version

    found = {"python": platform.python_version()}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "absent"
    return found


def machine() -> str:
    """Return the kind of machine, within which the same input gives the same bytes."""
    return f"{platform.system()} {platform.machine()}".lower()


def digest(content: bytes) -> str:
    """Return the sha256 of bytes in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def digest_of_file(path: Path) -> str:
    """Return the sha256 of a file's bytes in hexadecimal."""
    hasher = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            hasher.update(chunk)
    return hasher.hexdigest()


def canonical_json(value: Any) -> bytes:
    """Return the one way in which ``value`` is written: equal values give equal bytes.

    Keys sorted, no blanks, ASCII only; tuples and arrays are lists, dates are ISO. NaN and
    infinity are refused (``ValueError``): JSON cannot say them. So is a key that is no text.
    """
    text = json.dumps(
        _plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
    )
    return text.encode("ascii")


def digest_of_value(value: Any) -> str:
    """Return the sha256 of a value's canonical JSON in hexadecimal."""
    return digest(canonical_json(value))


def now() -> datetime:
    """Return the wall clock, in UTC."""
    return datetime.now(tz=UTC)


def seconds() -> float:
    """Return a clock that only goes forward, to take differences of."""
    return time.monotonic()


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {_key(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, np.ndarray | np.generic):
        return _plain(value.tolist())
    if isinstance(value, date):
        return value.isoformat()
    message = f"a {type(value).__name__} has no canonical JSON; turn it into text or numbers first"
    raise TypeError(message)


def _key(key: object) -> str:
    if isinstance(key, str):
        return key
    message = f"key {key!r} is no text; only text can be a key of canonical JSON"
    raise ValueError(message)
