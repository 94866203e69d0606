"""Where the real data lie: not in this repository, and a test that needs them skips without."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]


def data_folder(name: str) -> Path:
    """Return a folder of the real data, or skip the test.

    It is looked for under the environment variable ``PMOSIM_DATA``, else beside the repository.
    """
    root = Path(os.environ.get("PMOSIM_DATA", REPOSITORY.parent / "shared" / "data"))
    if not (root / name).is_dir():
        pytest.skip(f"no data: {root / name} (set PMOSIM_DATA)")
    return root / name
