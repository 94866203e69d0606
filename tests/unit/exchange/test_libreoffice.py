"""Our workbooks open in LibreOffice and, saved there, say the same (skipped without it)."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pmosim.exchange import convert, write_template
from pmosim.exchange.conversion import is_same_model
from pmosim.scenario import read_scenario

if TYPE_CHECKING:
    from collections.abc import Callable

SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")
ROOT = Path(__file__).parents[3]

pytestmark = pytest.mark.skipif(SOFFICE is None, reason="no LibreOffice on this machine")


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Path]:
    """Return a function that opens a workbook in LibreOffice and saves it again."""
    profile = tmp_path_factory.mktemp("profile").as_uri()

    def save(file: Path) -> Path:
        folder = file.parent / "saved"
        subprocess.run(
            [
                str(SOFFICE), f"-env:UserInstallation={profile}", "--headless", "--convert-to",
                "xlsx:Calc MS Excel 2007 XML", "--outdir", str(folder), str(file),
            ],
            check=True, capture_output=True, timeout=180,
        )  # fmt: skip
        return folder / file.name

    return save


def test_the_template_comes_back_as_it_was(tmp_path: Path, saved: Callable[[Path], Path]) -> None:
    write_template(tmp_path / "plan.xlsx")
    again = read_scenario(saved(tmp_path / "plan.xlsx"))
    assert is_same_model(read_scenario(tmp_path / "plan.xlsx"), again)


@pytest.mark.parametrize(
    "file",
    ["scenarios/baseline.yaml", "tests/files/valid/hostile-names.yaml"],
)
def test_a_converted_scenario_comes_back_as_it_was(
    file: str, tmp_path: Path, saved: Callable[[Path], Path]
) -> None:
    book, _ = convert(ROOT / file, tmp_path / "book.xlsx")
    assert is_same_model(read_scenario(ROOT / file), read_scenario(saved(book)))
