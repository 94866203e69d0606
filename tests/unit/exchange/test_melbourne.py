"""The example on open data: its history is what the command makes of its export."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

import pmosim as pm
from pmosim.cli import invoke
from tests.readers.data import data_folder

if TYPE_CHECKING:
    import pytest

FOLDER = Path(__file__).parents[3] / "scenarios" / "melbourne"
MADE = ("history.yaml", "mapping.yaml", "projects.csv")


def test_the_history_of_the_example_is_made_by_the_commands_of_its_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("export.csv", "mapping.yaml"):
        shutil.copy(FOLDER / name, tmp_path)
    monkeypatch.chdir(tmp_path)
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    commands = re.findall(r"^    pmosim (import [^#\n]*)", page, flags=re.MULTILINE)
    assert len(commands) == 2
    for command in commands:
        assert invoke([*command.split(), "-q"]) == 0
    for name in MADE:
        assert (tmp_path / "history" / name).read_bytes() == (
            FOLDER / "history" / name
        ).read_bytes()


def test_the_page_tells_how_many_projects_were_where() -> None:
    projects = pm.read_history(FOLDER / "history").projects
    assert projects is not None
    finished = projects["status"] == "finished"
    under_way = ~finished & projects["released"].notna()
    pipeline = projects["released"].isna()
    assert (len(projects), finished.sum(), under_way.sum(), pipeline.sum()) == (364, 155, 98, 111)


def test_the_export_is_the_one_that_was_published() -> None:
    source = data_folder("melbourne_water") / "melbourne_water_asof_2021-07-01.csv"
    assert (FOLDER / "export.csv").read_bytes() == source.read_bytes()


def test_the_page_tells_how_much_too_short_finished_work_alone_is() -> None:
    history = pm.read_history(FOLDER / "history")
    assert history.projects is not None
    approved = history.projects[history.projects["released"].notna()]
    ends = approved["finished"].fillna(np.datetime64(history.as_of))
    days = (ends - approved["released"]).dt.days.to_numpy()
    is_finished = approved["finished"].notna().to_numpy()
    said = []
    for level in (0.5, 0.8):
        left, day = 1.0, 0
        for day in np.unique(days[is_finished]):
            left *= 1 - ((days == day) & is_finished).sum() / (days >= day).sum()
            if 1 - left >= level:
                break
        said += [round(float(np.quantile(days[is_finished], level))), int(day)]
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert f"at most {said[0]} days" in page
    assert f"at most {said[2]}." in page
    assert f"it is {said[1]} and {said[3]:,} days" in page
    shorter = [round(100 * (1 - said[0] / said[1])), round(100 * (1 - said[2] / said[3]))]
    assert f"is {shorter[0]} % and {shorter[1]} % too short" in page
