"""Presets: what the exports of Jira and Azure DevOps are known to hold.

Only English and German headings of today's versions; whatever is missing is guessed from its
words, printed, and can be edited.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True)
class Preset:
    """What is known about an export of tasks."""

    columns: Mapping[str, tuple[tuple[str, ...], ...]]
    """Column -> groups of headings; of each group the first that is there, cells of several groups
    in order: the first that holds something counts."""
    units: Mapping[str, str]
    leave_out: Mapping[str, tuple[str, ...]]
    """Heading -> values of rows that are containers of others, not work themselves."""
    others_are_open: bool = False
    """Whether a status that nobody explained is open (something else says what is done)."""
    says: tuple[str, ...] = field(default=())
    """What a user should know about such exports."""


JIRA = Preset(
    columns={
        "project": (("Project key", "Project name", "Project", "Projekt", "Projektschlüssel"),),
        "task": (("Issue key", "Key", "Work item key", "Vorgangsschlüssel", "Schlüssel"),),
        "type": (("Issue Type", "Work type", "Type", "Vorgangstyp", "Typ"),),
        "role": (("Component/s", "Components", "Custom field (Team)", "Komponenten"),),
        "person": (("Assignee", "Zugewiesene Person", "Bearbeiter"),),
        "requested": (("Created", "Erstellt"),),
        "started": (
            ("Custom field (Actual start)", "Custom field (In Progress Date)",
             "Custom field (Start date)", "Start date", "Startdatum"),
        ),
        "finished": (
            ("Custom field (Actual end)", "Resolved", "Resolution date", "Erledigt", "Gelöst"),
        ),
        "status": (
            ("Resolution", "Lösung", "Erledigung"),
            ("Status Category", "Statuskategorie"),
            ("Status",),
        ),
        "planned_effort": (("Original Estimate", "Original estimate", "Ursprüngliche Schätzung"),),
        "effort": (("Time Spent", "Time spent", "Benötigte Zeit", "Aufgewendete Zeit"),),
        "predecessors": (("Inward issue link (Blocks)",),),
    },
    units={"planned_effort": "s", "effort": "s"},
    leave_out={"type": ("Epic", "Initiative", "Theme")},
    others_are_open=True,
    says=(
        "Jira writes times in seconds and dates as the viewer sees them.",
        "Such an export holds the state of today: original estimates may have been changed since.",
    ),
)  # fmt: skip

AZURE = Preset(
    columns={
        "project": (("Team Project", "Area Path", "Teamprojekt", "Bereichspfad"),),
        "task": (("ID",),),
        "type": (("Work Item Type", "Arbeitselementtyp"),),
        "role": (("Activity", "Discipline", "Aktivität"),),
        "person": (("Assigned To", "Zugewiesen an"),),
        "requested": (("Created Date", "Erstellungsdatum"),),
        "started": (("Activated Date", "Start Date", "Aktivierungsdatum"),),
        "finished": (("Closed Date", "Geschlossen am"), ("Resolved Date",)),
        "status": (("State", "Zustand"),),
        "planned_effort": (("Original Estimate", "Ursprüngliche Schätzung"),),
        "effort": (("Completed Work", "Abgeschlossene Arbeit"),),
    },
    units={"planned_effort": "h", "effort": "h"},
    leave_out={"type": ("Epic", "Feature", "Initiative", "Test Plan", "Test Suite")},
    says=("Azure DevOps writes work in hours and dates as the viewer sees them.",),
)  # fmt: skip

PRESETS: dict[str, Preset] = {"jira": JIRA, "azure": AZURE}
