"""Arrivals: how the requests of a stream come in, and how long they wait to be let in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pmosim.scenario import shapes
from pmosim.scenario.portfolio import Project, Stream

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pmosim.scenario.kinds import Reader
    from pmosim.scenario.nodes import Node


def read_stream(
    reader: Reader, fields: Mapping[str, Any], node: Node, prototype: Project
) -> Stream | None:
    """Return a stream of projects like ``prototype``; None where it says no rate."""
    if "rate" not in fields:
        return None
    path = f"demand.{prototype.id}"
    rate, per = fields["rate"]
    first, last = fields.get("from"), fields.get("until")
    if first is not None and last is not None and last < first:
        said = f"is {last}, before {first} in `from`; give a day after it."
        reader.problems.error("PMO117", node.mapping["until"], f"{path}.until", said)
    size = fields.get("batch_size", 1)
    return Stream(
        id=prototype.id,
        prototype=prototype,
        rate=float(rate),
        per=per,
        arrives_from=first,
        arrives_until=last,
        season=_season(reader, node, path),
        trend=fields.get("trend", 0.0),
        dispersion=_dispersion(reader, fields, node, path, size),
        batch_size=size,
        batches=fields.get("batches", ""),
        patience=_patience(reader, fields, node, path),
    )


def _season(reader: Reader, node: Node, path: str) -> tuple[float, ...]:
    given = node.get("season")
    if given is None:
        return ()
    factors = reader.fields(shapes.SEASON, given, f"{path}.season")
    season = tuple(factors.get(month, 1.0) for month in shapes.MONTHS)
    if not any(season):
        said = "is 0 in every month: nothing would ever arrive. Leave the stream out instead."
        reader.problems.error("PMO112", given, f"{path}.season", said)
    return season


def _dispersion(
    reader: Reader, fields: Mapping[str, Any], node: Node, path: str, batch_size: int
) -> float:
    """Return variance / mean of a month's arrivals; batches alone give their size."""
    if "dispersion" not in fields:
        return float(batch_size)
    dispersion: float = fields["dispersion"]
    if dispersion < batch_size:
        said = (
            f"is {dispersion:g}, but batches of {batch_size} alone give {batch_size}; give at "
            "least that, or leave it out."
        )
        reader.problems.error("PMO112", node.mapping["dispersion"], f"{path}.dispersion", said)
    return dispersion


def _patience(reader: Reader, fields: Mapping[str, Any], node: Node, path: str) -> Any:
    law = fields.get("patience")
    if law is not None and law.mean <= 0:
        said = "is 0: every request would be withdrawn at once. Give it some time, or leave it out."
        reader.problems.error("PMO112", node.mapping["patience"], f"{path}.patience", said)
    return law
