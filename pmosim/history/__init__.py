"""History: what an organisation's own records say about work that was planned and done.

In: CSV tables in the form of this package, or what ``exchange`` makes of an export. Out:
``History``, tables that were checked rule by rule, with the count of what each rule took away.
Not here: fitting anything (``calibration``), reading foreign exports (``exchange``).
"""

from pmosim.history.columns import MEASURES, TABLES, Column, Table
from pmosim.history.folder import read_history, write_history
from pmosim.history.log import History
from pmosim.history.quality import Finding, Quality
from pmosim.history.rules import cleaned

__all__ = [
    "MEASURES",
    "TABLES",
    "Column",
    "Finding",
    "History",
    "Quality",
    "Table",
    "cleaned",
    "read_history",
    "write_history",
]
