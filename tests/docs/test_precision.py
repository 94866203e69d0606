"""What docs/how-to/precision.md shows of the worked example is what its report says."""

from __future__ import annotations

import json
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_sentence_of_the_page_is_that_of_the_committed_report() -> None:
    page = (ROOT / "docs" / "how-to" / "precision.md").read_text(encoding="utf-8")
    forecast = (ROOT / "reports" / "baseline" / "forecast.json").read_text(encoding="utf-8")
    shown = next(line for line in page.splitlines() if " futures tell the P80 of " in line)
    assert json.loads(forecast)["precision"]["text"].startswith(shown.strip().removesuffix(" ..."))
