"""One small scenario gives the same bytes as when somebody last looked at them."""

from __future__ import annotations

import pytest

from tests.golden.rewrite import FOLDER, results


@pytest.fixture(scope="module")
def found() -> dict[str, str]:
    return results()


@pytest.mark.parametrize("name", ["forecast.json", "future-0.csv"])
def test_the_results_are_the_golden_ones(found: dict[str, str], name: str) -> None:
    assert found[name] == (FOLDER / name).read_text(encoding="utf-8")
