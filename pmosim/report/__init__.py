"""Report: the page a board reads, the charts for its slides. Reads the ``run --json`` document."""

from __future__ import annotations

from pmosim.report.page import render_page, write_report

__all__ = ["render_page", "write_report"]
