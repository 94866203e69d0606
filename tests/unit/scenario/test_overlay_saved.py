"""Saved overlays: changes as a file that reads back as the same scenario, in its workspace."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import pmosim as pm
from pmosim.errors import InputError
from pmosim.scenario import resolved_yaml
from pmosim.scenario.overlay import save_overlay

ENTRIES: list[tuple[str, Any]] = [
    ("add", {"template": "small", "count": 2, "starts": "2027-03", "id": "it: new"}),
    ("rank", {"it: new-1": 1}),
    ("set", {"roles.developer.day_rate": 750, "name": "007"}),
    ("cancel", {"crm": "2027-02"}),
    ("remove", ["web"]),
]
TINY = """\
pmosim: 1
as_of: 2027-01-04
roles: {developer: {day_rate: 700}}
people: [{role: developer, headcount: 1}]
templates: {small: {tasks: {build: {effort: 20pd, needs: {developer: 1}}}}}
projects: [{id: crm, template: small}, {id: web, template: small}]
"""


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "scenarios").mkdir()
    file = tmp_path / "scenarios" / "tiny.yaml"
    file.write_text(TINY)
    monkeypatch.chdir(tmp_path)
    return file


@pytest.mark.parametrize("place", ["scenarios/new.yaml", "scenarios/what if/new.yml", "new.yaml"])
def test_what_is_saved_reads_back_as_the_changed_scenario(base: Path, place: str) -> None:
    save_overlay(Path(place), base, ENTRIES)
    changed = pm.read_scenario(base)
    for verb, value in ENTRIES:
        changed = changed.change(**{verb: value})
    assert resolved_yaml(pm.read_scenario(place)) == resolved_yaml(changed)


def test_nothing_is_overwritten_and_no_path_leaves_the_workspace(
    base: Path, tmp_path: Path
) -> None:
    (tmp_path / "other" / "scenarios").mkdir(parents=True)
    for place, code in (
        ("scenarios/tiny.yaml", "PMO034"),
        ("../out.yaml", "PMO015"),
        ("other/new.yaml", "PMO015"),
        ("scenarios/new.txt", "PMO040"),
    ):
        before = sorted(tmp_path.parent.rglob("*"))
        with pytest.raises(InputError) as caught:
            save_overlay(Path(place), base, ENTRIES)
        assert [problem.code for problem in caught.value.problems] == [code]
        assert sorted(tmp_path.parent.rglob("*")) == before
    assert base.read_text() == TINY
