"""The Python of docs/how-to/own-policy.md runs as it stands, one block after the other."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "how-to" / "own-policy.md"


def test_the_python_of_the_page_runs_as_it_stands(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    text = PAGE.read_text(encoding="utf-8").replace("replications=50", "replications=3")
    blocks = re.findall(r"^```python\n(.*?)^```", text, re.M | re.S)
    page = ModuleType("own_policy")
    monkeypatch.setitem(sys.modules, "own_policy", page)
    for block in blocks:
        exec(compile(block, str(PAGE), "exec", dont_inherit=True), page.__dict__)
    assert len(blocks) == 4
    assert capsys.readouterr().out.strip()
    for check in page.contract.INTAKE_CHECKS:
        page.test_my_rule_keeps_the_contract(check)
