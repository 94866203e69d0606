"""Rewrites the golden results; ``make golden`` calls it, no test does. Read the diff."""

from __future__ import annotations

import json
from pathlib import Path

FOLDER = Path(__file__).parent
REPLICATIONS, SEED = 40, 7


def results() -> dict[str, str]:
    """Return the golden files by name: the forecast, and future 0 task by task."""
    import pmosim as pm

    scenario = pm.read_scenario(FOLDER / "small.yaml")
    outcomes = pm.simulate(scenario, replications=REPLICATIONS, seed=SEED, jobs=1, audit=True)
    document = pm.Forecast(outcomes).to_document()
    tasks = outcomes.tasks()
    return {
        "forecast.json": json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n",
        "future-0.csv": tasks[tasks["replication"] == 0].to_csv(index=False, lineterminator="\n"),
    }


if __name__ == "__main__":
    for name, text in results().items():
        (FOLDER / name).write_text(text, encoding="utf-8", newline="\n")
