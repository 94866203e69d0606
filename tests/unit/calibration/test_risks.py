"""How often risks happened, from a column of the history."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from scipy.special import betainc

import pmosim as pm

if TYPE_CHECKING:
    from pathlib import Path


def test_risks_are_counted_over_ended_projects_with_the_interval_of_so_few(tmp_path: Path) -> None:
    rows = ["project,released,due,finished,status,risks"]
    named = ["vendor", "vendor; strike", "", "strike;vendor ", ""]
    for n, risks in enumerate(named):
        rows.append(f"p{n},2026-01-0{n + 5},2026-03-02,2026-04-0{n + 1},finished,{risks}")
    rows.append("p9,2026-02-02,2026-09-01,,open,strike")
    (tmp_path / "projects.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    history = pm.read_history(tmp_path, as_of="2026-06-01")
    found = {p.group: p for p in pm.calibrate(history).parameters if p.name == "frequency"}
    assert set(found) == {"risks risk=vendor", "risks risk=strike"}
    vendor = found["risks risk=vendor"]
    assert vendor.value == pytest.approx(3.5 / 6)  # Beta(1/2 + 3, 1/2 + 2)
    assert betainc(3.5, 2.5, vendor.low) == pytest.approx(0.025)
    assert betainc(3.5, 2.5, vendor.high) == pytest.approx(0.975)
    assert vendor.n == 5
    assert found["risks risk=strike"].value == pytest.approx(2.5 / 6)
