"""Starter: the workspace that ``pmosim init`` copies."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, get_args

from pmosim.errors import InputError, Problem

STARTER = Path(__file__).parent.parent / "starter"

Kind = Literal["phases", "tasks", "xlsx"]
KINDS: tuple[Kind, ...] = get_args(Kind)
WORKBOOK = "plan"
"""Name of the scenario that a workspace of kind xlsx has instead of ``baseline``."""


def copy_starter(folder: Path, kind: Kind) -> list[Path]:
    """Copy the starter into a folder and return the files; nothing is ever overwritten."""
    sources = [
        (file, folder / file.relative_to(root))
        for root in (STARTER / "common", STARTER / kind)
        for file in sorted(root.rglob("*"))
        if file.is_file() and "__pycache__" not in file.parts
    ]
    book = folder / "scenarios" / f"{WORKBOOK}.xlsx"
    written = [to for _, to in sources] + ([book] if kind == "xlsx" else [])
    in_the_way = [to for to in written if to.exists() or to.is_symlink()]
    if in_the_way:
        raise InputError(
            [
                Problem(
                    place=str(path),
                    code="PMO034",
                    text="is there already and is not overwritten. Give another folder.",
                )
                for path in in_the_way
            ]
        )
    for source, to in sources:
        to.parent.mkdir(parents=True, exist_ok=True)
        content = source.read_bytes()
        to.write_bytes(_of_workbook(content) if kind == "xlsx" else content)
    if kind == "xlsx":
        from pmosim.exchange import write_template

        write_template(book)
    return written


def _of_workbook(content: bytes) -> bytes:
    """Return a common file for a workspace whose scenario is a workbook."""
    for word, other in (
        (b"extends: baseline.yaml", b"extends: plan.xlsx"),
        (b"scenarios/*.yaml  ", b"scenarios/*       "),
        (b"`baseline.yaml` is", b"`plan.xlsx` is"),
        (b"run baseline", b"run plan    "),
        (b"reports/baseline/", b"reports/plan/"),
        (b"explain baseline web", b"explain plan portal "),
    ):
        content = content.replace(word, other)
    return content
