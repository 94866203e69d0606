"""Status: what a project reports of itself on day 0."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmosim.scenario import shapes
from pmosim.scenario.portfolio import AsReported
from pmosim.scenario.work import read_amounts

if TYPE_CHECKING:
    from pmosim.scenario.kinds import Reader
    from pmosim.scenario.nodes import Node


def read_report(reader: Reader, node: Node, path: str) -> AsReported | None:
    """Return what a project reports under ``as_reported``; None if it says nothing."""
    given = node.get("as_reported")
    if given is None:
        return None
    here = f"{path}.as_reported"
    fields = reader.fields(shapes.AS_REPORTED, given, here)
    spent = read_amounts(reader, given.get("spent"), f"{here}.spent")
    for who, law in spent.items():
        if not law.is_certain:
            said = "is what was spent, a fact: it must be a single amount."
            where = f"{here}.spent.{who}" if who else f"{here}.spent"
            reader.problems.error("PMO310", given.mapping["spent"], where, said)
    return AsReported(
        done=fields.get("done"),
        spent={who: float(law.plan) for who, law in spent.items()},
        remaining=read_amounts(reader, given.get("remaining"), f"{here}.remaining"),
        actual_cost=fields.get("actual_cost"),
        rag=fields.get("rag", ""),
    )
