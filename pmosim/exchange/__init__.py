"""Exchange: a scenario as a workbook, a YAML file or data frames, and back.

In: the document of a scenario (plain values), or frames. Out: files, or a ``Scenario``.
Not here: reading workbooks and tables, which ``scenario`` does itself.
"""

from pmosim.exchange.conversion import convert, document_of
from pmosim.exchange.frames import scenario_from_frames
from pmosim.exchange.template import write_template
from pmosim.exchange.workbook import write_workbook

__all__ = [
    "convert",
    "document_of",
    "scenario_from_frames",
    "write_template",
    "write_workbook",
]
