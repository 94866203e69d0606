"""Tables: a forecast as CSV files for spreadsheets.

Numbers stay numbers; a text cell that a spreadsheet would run as a formula gets an apostrophe.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

Row = dict[str, Any]


def write_tables(document: Mapping[str, Any], folder: Path) -> list[Path]:
    """Write ``tables/*.csv`` of one forecast (the dict of ``run --json``)."""
    folder.mkdir(parents=True, exist_ok=True)
    tables = {
        "projects": list(project_rows(document)),
        "milestones": list(milestone_rows(document)),
        "waits": list(wait_rows(document)),
        "roles": list(role_rows(document)),
        "role_months": list(month_rows(document)),
        "quarters": [dict(flat(row)) for row in document["portfolio"].get("by_quarter", [])],
        "portfolio": list(portfolio_rows(document)),
    }
    written = []
    for name, rows in tables.items():
        path = folder / f"{name}.csv"
        path.write_text(csv_text(rows), encoding="utf-8", newline="")
        written.append(path)
    return written


def csv_text(rows: list[Row]) -> str:
    """Return rows as CSV; the columns are those of all rows, in the order met."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([_cell(column) for column in columns])
    writer.writerows([_cell(row.get(column)) for column in columns] for row in rows)
    return buffer.getvalue()


def project_rows(document: Mapping[str, Any]) -> Iterator[Row]:
    """Yield a row per project; groups become columns, lists have tables of their own."""
    for project in document["projects"]:
        row = dict(flat(_without(project, "groups", "milestones", "wait_days")))
        for group, value in (project.get("groups") or {}).items():
            row[f"group.{group}"] = value
        yield row


def milestone_rows(document: Mapping[str, Any]) -> Iterator[Row]:
    """Yield a row per milestone of every project."""
    for project in document["projects"]:
        for milestone in project.get("milestones") or []:
            yield {"project": project["id"], **dict(flat(milestone))}


def wait_rows(document: Mapping[str, Any]) -> Iterator[Row]:
    """Yield a row per project and what it waited for: ``intake`` or a role."""
    for project in document["projects"]:
        for cause, days in (project.get("wait_days") or {}).items():
            yield {"project": project["id"], "waits_for": cause, **dict(flat({"days": days}))}


def role_rows(document: Mapping[str, Any]) -> Iterator[Row]:
    """Yield a row per role."""
    for role in document["roles"]:
        yield dict(flat(_without(role, "by_month")))


def month_rows(document: Mapping[str, Any]) -> Iterator[Row]:
    """Yield a row per role and month."""
    for role in document["roles"]:
        for month in role.get("by_month") or []:
            yield {"role": role["id"], **dict(flat(month))}


def portfolio_rows(document: Mapping[str, Any]) -> Iterator[Row]:
    """Yield a row per measure of the whole portfolio."""
    for measure, value in flat(_without(document["portfolio"], "by_quarter")):
        yield {"measure": measure, "value": value}


def flat(value: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield (dotted key, scalar); the value of an estimate goes by the estimate's own name."""
    for key, part in value.items():
        name = f"{prefix}{key}"
        if isinstance(part, dict) and {"value", "low", "high"} <= part.keys():
            yield name, part["value"]
            for extra in part:
                if extra != "value":
                    yield f"{name}.{extra}", part[extra]
        elif isinstance(part, dict):
            yield from flat(part, f"{name}.")
        elif isinstance(part, list):
            yield name, "; ".join(str(item) for item in part)
        else:
            yield name, part


def _without(value: Mapping[str, Any], *keys: str) -> Row:
    return {key: part for key, part in value.items() if key not in keys}


def _cell(value: object) -> object:
    """Return what is written: text made harmless, truth in words, nothing as nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, str):
        return value
    text = value.replace("\r\n", "\n").replace("\r", "\n")  # a bare one would end the row
    return f"'{text}" if value.startswith(FORMULA_STARTS) else text
