"""Report: the page a board reads, the charts for its slides. Reads the ``--json`` documents."""

from __future__ import annotations

from pmosim.report.page import render_page, write_report
from pmosim.report.study import render_study_page, write_study_report

__all__ = ["render_page", "render_study_page", "write_report", "write_study_report"]
