"""Small offices whose truth is known, as histories on disk, and what fits them exactly."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from benchmarks.pmo import Kind, Log, Step, Truth, keep_log
from pmosim.fitted import Fitted, Parameter

if TYPE_CHECKING:
    from pathlib import Path

    from pmosim.history import History

TRUTH = Truth(
    roles={"developer": 2, "tester": 1},
    kinds=(
        Kind(
            name="small",
            share=1.0,
            steps=(
                Step(name="build", role="developer", plan=8.0),
                Step(name="test", role="tester", plan=4.0, after=("build",)),
            ),
        ),
    ),
    per_day=0.18,
)


def tiny_log(seed: int = 3, days: float = 300.0) -> Log:
    return keep_log(TRUTH, seed=seed, days=days)


def write_log(log: Log, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in log.tables().items():
        frame.to_csv(folder / f"{name}.csv", index=False)
    (folder / "history.yaml").write_text(
        f"pmosim_history: 1\nas_of: {log.day(log.end)}\nmeasures: {{effort: work}}\n"
    )
    return folder


def parameter(name: str, group: str, value: float, se: float = 0.0) -> Parameter:
    return Parameter(
        name=name,
        group=group,
        value=value,
        se=se,
        low=value - 2 * se,
        high=value + 2 * se,
        n=50,
        basis="measured",
        source="test",
    )


def true_fit(history: History, truth: Truth = TRUTH) -> Fitted:
    """Return the parameters that the office was played from."""
    return Fitted(
        as_of=history.as_of,
        parameters=(
            parameter("typical_bias", "work", truth.bias),
            parameter("size_slope", "work", truth.slope),
            parameter("spread", "work", truth.task_sd),
            parameter("project_factor", "work", truth.project_sd),
            parameter("arrival_rate", "arrivals", truth.per_day * 261),
            parameter("typical_bias", "project cost", 0.1, 0.05),
            parameter("spread", "project cost", 0.4, 0.05),
        ),
    )


def without_tables(history: History, *names: str) -> History:
    return replace(history, **dict.fromkeys(names))
