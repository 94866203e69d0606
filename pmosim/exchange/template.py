"""Template: the workbook that ``pmosim init --from xlsx`` writes, with rows that run at once."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from pmosim.exchange.pages import Page, Percent, Row
from pmosim.exchange.workbook import write_workbook
from pmosim.scenario import tables

if TYPE_CHECKING:
    from pathlib import Path

AS_OF = date(2027, 1, 4)
_MONTHS = tuple(f"2027-{month:02}" for month in range(1, 13))
"""Columns of the resource plan, which may stay empty."""
_REPORTED = ("done", "remaining_pm", "spent_pd", "actual_cost", "rag")


def write_template(file: Path) -> None:
    """Write the template: three sheets to fill in, the others may stay as they are."""
    write_workbook(template_pages(), file, saved=AS_OF)


def template_pages() -> list[Page]:
    """Return the pages of the template."""
    reported = _REPORTED if tables.has_reports() else ()
    return [
        Page(
            section="projects",
            headers=[
                "id", "name", "template", "size", "status", "rank", "mandatory", "starts",
                "arrives", "due", "deadline", *reported, "budget", "after", "programme",
            ],
            rows=[_without(row, reported) for row in _projects()],
        ),
        Page(
            section="phases",
            headers=[
                "template", "phase", "lasts", "analyst", "developer", "tester", "after",
            ],
            rows=_phases(),
        ),
        Page(
            section="people",
            headers=[
                "role", "person", "fte", "from", "until", "holidays", "kind", "day_rate", "bau",
                "leave",
            ],
            rows=_staff(),
        ),
        Page(section="bookings", headers=["person", "project", *_MONTHS], rows=[]),
        Page(section="templates", headers=["template", "throughout", "fixed_cost"], rows=_kinds()),
        Page(section="settings", headers=["key", "value"], rows=_settings()),
    ]  # fmt: skip


def _without(row: Row, reported: tuple[str, ...]) -> Row:
    return {key: value for key, value in row.items() if key not in _REPORTED or key in reported}


def _projects() -> list[Row]:
    return [
        {
            "id": "crm", "name": "CRM renewal", "template": "medium", "status": "running",
            "rank": 1, "due": date(2027, 8, 31), "done": Percent(0.25), "rag": "green",
            "actual_cost": 48_000, "budget": 220_000, "programme": "Sales",
        },
        {
            "id": "portal", "name": "Customer portal", "template": "medium", "size": 1.2,
            "status": "approved", "rank": 2, "starts": date(2027, 3, 1), "due": date(2028, 2, 29),
            "budget": 280_000, "after": "crm.design", "programme": "Sales",
        },
        {
            "id": "archive", "name": "Document archive", "template": "small",
            "status": "approved", "rank": 3, "due": "2027-09", "budget": 60_000,
            "programme": "Office",
        },
    ]  # fmt: skip


def _phases() -> list[Row]:
    return [
        {"template": "small", "phase": "design", "lasts": "1mo", "analyst": 0.5},
        {"template": "small", "phase": "build", "lasts": "2mo", "developer": "1.5/2/3.5",
         "tester": 0.5},
        {"template": "medium", "phase": "design", "lasts": "2mo", "analyst": "1/1.5/2.5",
         "developer": 0.5},
        {"template": "medium", "phase": "build", "lasts": "4mo", "developer": "4/5/8",
         "tester": 1},
        {"template": "medium", "phase": "rollout", "lasts": "1mo", "analyst": 0.5, "tester": 0.5},
    ]  # fmt: skip


def _staff() -> list[Row]:
    return [
        {"role": "project-manager", "fte": 1, "holidays": "DE-BY", "kind": "internal",
         "day_rate": 780, "bau": Percent(0.1)},
        {"role": "analyst", "fte": 2.5, "holidays": "DE-BY", "kind": "internal",
         "day_rate": 640, "bau": Percent(0.2)},
        {"role": "developer", "fte": 5, "holidays": "DE-BY", "kind": "internal",
         "day_rate": 720, "bau": Percent(0.2)},
        {"role": "tester", "fte": 1, "holidays": "DE-BY", "kind": "internal", "day_rate": 600},
        {"role": "tester", "person": "tom", "fte": Percent(0.8), "holidays": "DE-BY",
         "kind": "internal", "day_rate": 600, "leave": "2027-07-05..2027-07-23"},
        {"role": "developer", "fte": 1, "from": date(2027, 4, 1), "until": date(2027, 12, 31),
         "holidays": "DE-BY", "kind": "contractor", "day_rate": 950},
    ]  # fmt: skip


def _kinds() -> list[Row]:
    return [
        {"template": "small", "throughout": "project-manager 10%"},
        {"template": "medium", "throughout": "project-manager 25%", "fixed_cost": 20_000},
    ]


def _settings() -> list[Row]:
    return [
        {"key": "name", "value": "Our portfolio"},
        {"key": "as_of", "value": AS_OF},
        {"key": "horizon", "value": "2y"},
        {"key": "run_off", "value": "1y"},
        {"key": "assume", "value": "typical"},
        {"key": "currency", "value": "EUR"},
        {"key": "settings.month", "value": "20d"},
        {"key": "settings.range_means", "value": "p10-p90"},
        {"key": "intake.policy", "value": "wip_limit"},
        {"key": "intake.max_active", "value": 12},
        {"key": "intake.order", "value": "rank"},
        {"key": "dispatch.rule", "value": "rank"},
        {"key": "dispatch.hold_after", "value": "5d"},
    ]
