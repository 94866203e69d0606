"""Starter: the workspace that ``pmosim init`` copies."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, get_args

from pmosim.errors import InputError, Problem

STARTER = Path(__file__).parent.parent / "starter"

Kind = Literal["phases", "tasks"]
KINDS: tuple[Kind, ...] = get_args(Kind)


def copy_starter(folder: Path, kind: Kind) -> list[Path]:
    """Copy the starter into a folder and return the files; nothing is ever overwritten."""
    sources = [
        (file, folder / file.relative_to(root))
        for root in (STARTER / "common", STARTER / kind)
        for file in sorted(root.rglob("*"))
        if file.is_file() and "__pycache__" not in file.parts
    ]
    in_the_way = [to for _, to in sources if to.exists() or to.is_symlink()]
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
        to.write_bytes(source.read_bytes())
    return [to for _, to in sources]
