"""Stops: the page of the stop or delay list, one paired run for each project."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pmosim.report.study import Study


def read_stops(document: Mapping[str, Any]) -> Study:
    """Return the page of a stop or delay list."""
    raise NotImplementedError
