"""Workspace: where scenarios are found and what a run leaves behind.

In: what a user types, and the results of a run. Out: places on disk, run folders, study folders.
Not here: reading a scenario (``scenario``), the words and figures of a report (``report``).
"""

from pmosim.workspace.lookup import Located, locate, run_of
from pmosim.workspace.run_folder import (
    RunFolder,
    begin_run,
    is_run_folder,
    open_forecast,
    open_run,
    resume_run,
)
from pmosim.workspace.starter import KINDS, copy_starter
from pmosim.workspace.study_folder import (
    StudyFolder,
    is_study_folder,
    make_study,
    open_study,
    refuse_occupied,
    study_of,
)
from pmosim.workspace.study_tables import write_study_tables
from pmosim.workspace.tables import write_tables

__all__ = [
    "KINDS",
    "Located",
    "RunFolder",
    "StudyFolder",
    "begin_run",
    "copy_starter",
    "is_run_folder",
    "is_study_folder",
    "locate",
    "make_study",
    "open_forecast",
    "open_run",
    "open_study",
    "refuse_occupied",
    "resume_run",
    "run_of",
    "study_of",
    "write_study_tables",
    "write_tables",
]
