"""Imports point to the right only, and outside packages stay behind their fences (style.md).

The check reads the source, so it also sees imports inside functions; imports under
``if TYPE_CHECKING:`` never run and do not count.
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import pmosim

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(pmosim.__file__).parent

LAYERS: tuple[tuple[str, ...], ...] = (
    ("__main__",),
    ("cli",),
    ("report", "workspace"),
    ("study", "backtesting"),
    ("replication",),
    ("engine",),
    ("calibration", "exchange", "forecast", "draws"),
    ("outcomes",),
    ("money", "plan", "in_flight"),
    ("network", "history"),
    ("scenario",),
    ("policy",),
    ("fitted",),
    ("workdays", "distributions", "streams", "provenance", "priors"),
    ("units", "errors"),
)
"""From left to right: a part imports from parts further right only."""

RANK = {part: rank for rank, parts in enumerate(LAYERS) for part in parts}

NOT_FOR_THE_ENGINE = {"scenario", "forecast", "calibration"}
"""The engine reads arrays; it knows neither the words of a file nor the answers."""

FENCES: dict[str, tuple[str, ...]] = {
    "simpy": ("engine/reference.py",),
    "click": ("cli/",),
    "rich": ("cli/",),
    "matplotlib": ("report/figures.py",),
    "jinja2": ("report/",),
    "pandas": (
        "fitted.py",
        "outcomes.py",
        "forecast/",
        "exchange/",
        "scenario/",
        "calibration/",
        "study/",
        "history/",
        "backtesting/",
    ),
    "scipy": ("distributions/", "calibration/", "forecast/", "backtesting/"),
    "random": (),
    "secrets": (),
    "yaml": ("scenario/",),
    "holidays": ("scenario/",),
    "openpyxl": ("exchange/", "scenario/"),
    "xlsxwriter": ("exchange/",),
}
"""Outside package -> the files and folders of pmosim that may import it."""

SOURCES = sorted(PACKAGE.rglob("*.py"))


def part_of(path: Path) -> str:
    """Return the part of pmosim that a file belongs to: its first folder, or its own name."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(tree: ast.AST, *, running_only: bool = True) -> Iterator[tuple[int, str]]:
    """Yield (line, module) of every import, inside functions too."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and running_only and "TYPE_CHECKING" in ast.dump(node.test):
            for other in node.orelse:
                yield from imports(other)
            continue
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module == "pmosim":
            yield from ((node.lineno, f"pmosim.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, node.module or ""
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            for argument in node.args[:1]:
                if isinstance(argument, ast.Constant):
                    yield node.lineno, str(argument.value)
        yield from imports(node, running_only=running_only)


def faults(path: Path, tree: ast.AST) -> list[str]:
    """Return every import of one file that points the wrong way or over a fence."""
    inside = path.relative_to(PACKAGE).as_posix()
    here = part_of(path)
    found = []
    for line, module in imports(tree):
        top, _, rest = module.partition(".")
        there = rest.split(".")[0]
        if top == "pmosim" and there in RANK and here in RANK and there != here:
            if RANK[there] <= RANK[here]:
                found.append(f"{inside}:{line}: '{here}' may not import '{there}'")
            elif here == "engine" and there in NOT_FOR_THE_ENGINE:
                found.append(f"{inside}:{line}: the engine reads arrays, not '{there}'")
        elif top in FENCES and not inside.startswith(FENCES[top] or ("nowhere",)):
            homes = ", ".join(FENCES[top]) or "nowhere"
            found.append(f"{inside}:{line}: '{top}' is imported in {homes} only")
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_imports_point_to_the_right_and_stay_behind_their_fences(path: Path) -> None:
    assert faults(path, ast.parse(path.read_text(encoding="utf-8"))) == []


def test_every_part_of_the_package_has_its_place_in_the_order() -> None:
    parts = {part_of(path) for path in SOURCES} - {"__init__", "starter"}
    assert parts <= set(RANK)


@pytest.mark.parametrize(
    ("file", "source", "message"),
    [
        ("forecast/finish.py", "from pmosim.engine import order", "may not import 'engine'"),
        ("network/arrays.py", "def f():\n    import pmosim.draws", "may not import 'draws'"),
        ("report/page.py", "from pmosim import workspace", "may not import 'workspace'"),
        ("engine/rates.py", "from pmosim.scenario import Scenario", "reads arrays"),
        ("draws/work.py", "import scipy.special", "'scipy' is imported in"),
        ("draws/luck.py", "import random", "'random' is imported in nowhere only"),
        ("outcomes.py", "def f():\n    from simpy import Environment", "'simpy' is imported in"),
        ("units.py", "from importlib import import_module\nimport_module('click')", "'click'"),
    ],
)
def test_a_wrong_import_is_found(file: str, source: str, message: str) -> None:
    assert message in "".join(faults(PACKAGE / file, ast.parse(source)))


def test_an_import_for_types_only_is_allowed() -> None:
    source = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import pmosim.cli"
    assert faults(PACKAGE / "units.py", ast.parse(source)) == []
