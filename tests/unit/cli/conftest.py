"""A workspace to type commands in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

TINY = """\
pmosim: 1
name: Tiny
as_of: 2027-01-04
horizon: 1y
roles: {developer: {day_rate: 700}}
people: [{role: developer, headcount: 1}]
templates:
  small: {tasks: {build: {effort: 20pd/30pd/50pd, needs: {developer: 1}}}}
projects:
  - {id: crm, template: small, rank: 1, due: 2027-02-26}
  - {id: web, template: small, rank: 2, due: 2027-03-22}
dispatch: {rule: rank}
"""


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with scenarios/tiny.yaml and an overlay, and be in it."""
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "tiny.yaml").write_text(TINY)
    (tmp_path / "scenarios" / "hire.yaml").write_text(
        "pmosim: 1\nname: Hire\nextends: tiny.yaml\n"
        "changes: [{hire: {role: developer, headcount: 1}}]\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    return tmp_path
