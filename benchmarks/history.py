"""History of the worked example: four invented years of the IT department of ``scenarios/``.

    python -m benchmarks.history calibration/history

writes projects.csv, tasks.csv, people.csv, time.csv.gz and history.yaml, the same bytes every time.
Nothing in it is from a real organisation: ``benchmarks.pmo`` plays an office of the same roles and
kinds of projects, whose plans are too short by a sixth, whose projects share their luck, where one
in fifteen projects is cancelled and somebody leaves now and then.
"""

from __future__ import annotations

import gzip
import io
import math
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.pmo import Kind, Log, Step, Truth, keep_log

if TYPE_CHECKING:
    import pandas as pd

SEED = 1
AS_OF = date(2027, 1, 4)
BEGINS = date(2023, 1, 2)
ROLES = {
    "architect": 3,
    "analyst": 6,
    "designer": 2,
    "developer": 15,
    "data-engineer": 4,
    "tester": 5,
    "infrastructure": 4,
    "security": 2,
    "trainer": 2,
}
BAU = {
    "architect": 0.20,
    "analyst": 0.15,
    "designer": 0.10,
    "developer": 0.20,
    "data-engineer": 0.20,
    "tester": 0.10,
    "infrastructure": 0.40,
    "security": 0.30,
    "trainer": 0.15,
}
"""Share of the day that running the business takes, as in the scenario."""
LEAVERS = (
    ("developer", 2, date(2024, 5, 31)),
    ("analyst", 4, date(2025, 3, 28)),
    ("developer", 9, date(2025, 9, 30)),
    ("tester", 1, date(2026, 2, 27)),
)
"""(role, seat, resigned): the seat is taken by somebody new once what was begun is done."""


def _step(name: str, role: str, plan: float, *after: str) -> Step:
    return Step(name=name, role=role, plan=plan, after=after)


KINDS = (
    Kind(
        name="change",
        share=0.50,
        steps=(
            _step("clarify", "analyst", 6),
            _step("do", "developer", 18, "clarify"),
            _step("check", "tester", 7, "do"),
            _step("install", "infrastructure", 2, "check"),
        ),
    ),
    Kind(
        name="small",
        share=0.19,
        steps=(
            _step("analysis", "analyst", 15),
            _step("architecture", "architect", 3),
            _step("build", "developer", 40, "analysis", "architecture"),
            _step("test", "tester", 14, "build"),
            _step("training", "trainer", 4, "test"),
        ),
    ),
    Kind(
        name="web-service",
        share=0.10,
        steps=(
            _step("discover", "analyst", 20),
            _step("sketch", "designer", 12, "discover"),
            _step("design", "architect", 15, "discover"),
            _step("build-a", "developer", 45, "design", "sketch"),
            _step("build-b", "developer", 45, "design", "sketch"),
            _step("interface", "data-engineer", 20, "design"),
            _step("pen-test", "security", 6, "build-a"),
            _step("test", "tester", 20, "build-a", "build-b", "interface"),
        ),
    ),
    Kind(
        name="medium",
        share=0.16,
        steps=(
            _step("analysis", "analyst", 30),
            _step("architecture", "architect", 8),
            _step("sketch", "designer", 8, "analysis"),
            _step("build-a", "developer", 60, "analysis", "architecture", "sketch"),
            _step("build-b", "developer", 50, "analysis", "architecture", "sketch"),
            _step("servers", "infrastructure", 12, "architecture"),
            _step("test", "tester", 30, "build-a", "build-b", "servers"),
            _step("fixes", "developer", 12, "test"),
            _step("training", "trainer", 8, "test"),
        ),
    ),
    Kind(
        name="large",
        share=0.05,
        steps=(
            _step("analysis-a", "analyst", 40),
            _step("analysis-b", "analyst", 30),
            _step("prototype", "developer", 20, "analysis-a"),
            _step("build-a", "developer", 90, "prototype", "analysis-b"),
            _step("build-b", "developer", 90, "prototype", "analysis-b"),
            _step("build-c", "developer", 80, "prototype", "analysis-b"),
            _step("data", "data-engineer", 50, "prototype"),
            _step("servers", "infrastructure", 30, "prototype"),
            _step("test", "tester", 56, "build-a", "build-b", "build-c", "data", "servers"),
            _step("fixes", "developer", 20, "test"),
            _step("training", "trainer", 12, "test"),
        ),
    ),
)


def truth_of_the_example() -> Truth:
    """Return what the log is played from, and what a calibration should find again."""
    return Truth(
        roles=ROLES,
        kinds=KINDS,
        per_day=37.0 / 261.0,
        size_sd=0.30,
        bias=0.17,
        slope=0.98,
        project_sd=0.20,
        task_sd=0.38,
        promise=1.7,
        cancelled=0.07,
        share={role: 1.0 - bau for role, bau in BAU.items()},
        away=0.13,
        begins=BEGINS,
    )


def worked_example() -> dict[str, pd.DataFrame]:
    """Return the four tables."""
    truth = truth_of_the_example()
    days = int(np.busday_count(BEGINS, AS_OF))
    log = keep_log(truth, seed=SEED, days=float(days))
    tables = log.tables()
    tables["people"], names = _with_leavers(log, tables["people"])
    for name, begins in (("tasks", "started"), ("time", "date")):
        frame = tables[name]
        for seat, (old, day) in names.items():
            is_old = (frame["person"] == seat) & (frame[begins] <= np.datetime64(day))
            frame.loc[is_old, "person"] = old
    return tables


def _with_leavers(
    log: Log, people: pd.DataFrame
) -> tuple[pd.DataFrame, dict[str, tuple[str, date]]]:
    """Return people with those who left, and seat -> (who sat there before, until when).

    Whoever resigns finishes what was begun; the seat stays empty until its next task.
    """
    import pandas as pd

    rows, names = [], {}
    for number, (role, seat, resigned) in enumerate(LEAVERS):
        moment = log.moment(resigned)
        mine = [
            work
            for job in log.jobs
            for work in job.works
            if work.step.role == role and work.person == seat and work.started < moment
        ]
        last = max([moment, *(work.finished for work in mine if work.is_done)])
        left = min(last, log.end - 1.0)
        old = f"{role}-{ROLES[role] + 1 + sum(r == role for r, _, _ in LEAVERS[:number])}"
        day = log.day(left).astype(object)
        rows.append(
            {"person": old, "role": role, "from": log.day(0.0), "until": pd.NaT, "left": day}
        )
        name = f"{role}-{seat + 1}"
        names[name] = (old, day)
        people.loc[people["person"] == name, "from"] = log.day(math.floor(left) + 1)
    old_ones = pd.DataFrame(rows)
    for column in ("from", "until", "left"):
        old_ones[column] = pd.to_datetime(old_ones[column])
        people[column] = pd.to_datetime(people[column])
    return pd.concat([people, old_ones], ignore_index=True), names


def write(folder: Path) -> None:
    """Write the history into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in worked_example().items():
        text = frame.to_csv(index=False, lineterminator="\n")
        if name == "time":
            buffer = io.BytesIO()
            with gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0, filename="") as packed:
                packed.write(text.encode())
            (folder / "time.csv.gz").write_bytes(buffer.getvalue())
        else:
            (folder / f"{name}.csv").write_text(text, encoding="utf-8", newline="")
    (folder / "history.yaml").write_text(
        "# Invented: four years of the worked example's IT department, made by\n"
        "# `python -m benchmarks.history calibration/history` (seed in that file).\n"
        "pmosim_history: 1\n"
        f"as_of: {AS_OF}\n"
        "measures: {effort: work}\n"
        "currency: EUR\n",
        encoding="utf-8",
        newline="",
    )


if __name__ == "__main__":
    write(Path(sys.argv[1] if len(sys.argv) > 1 else "calibration/history"))
