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
ELSEWHERE = (
    *("groups", "milestones", "wait_days", "outlook_why", "late_causes", "earned_value"),
    *("slip_causes", "waits_on", "chain"),
)
"""Parts of a project that have tables of their own."""
DRAWN = ("joint", "quantiles")
"""Parts of a project or the portfolio that are drawn; their numbers have tables of their own."""
PORTFOLIO = "(portfolio)"
"""What stands in place of a project where a line is about all of them."""

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
        "promises": [dict(flat(row)) for row in document.get("promises", [])],
        "groups": list(group_rows(document)),
        "years": list(year_rows(document)),
        "late_causes": list(late_cause_rows(document)),
        "slip_causes": list(slip_rows(document)),
        "waits_on": list(waits_on_rows(document)),
        "chain": list(chain_rows(document)),
        "earned_value": list(earned_value_rows(document)),
        "quantiles": list(quantile_rows(document)),
        "joint": list(joint_rows(document)),
    }
    if "bookings" in document:
        tables["booked"] = [dict(flat(row)) for row in document["bookings"]]
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
        row = dict(flat(_without(project, *ELSEWHERE, *DRAWN)))
        row["outlook_text"] = (project.get("outlook_why") or {}).get("text")
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
    parts = _without(document["portfolio"], "by_quarter", "quantiles", "earned_value", "chain")
    for measure, value in flat(parts):
        yield {"measure": measure, "value": value}


def group_rows(document: Mapping[str, Any]) -> Iterator[Row]:
    """Yield a row per key and group; the key that was asked for with ``--by`` comes first."""
    groups: Mapping[str, Any] = document.get("groups") or {}
    asked = document.get("by")
    for key in sorted(groups, key=lambda name: name != asked):
        for entry in groups[key]:
            yield {"by": key, **dict(flat(entry))}


def year_rows(document: Mapping[str, Any]) -> Iterator[Row]:
    """Yield a row per project (or all of them) and fiscal year: mean cost, cash and capex."""
    for name, cost in _costs(document):
        for year, amount in (cost.get("by_year") or {}).items():
            yield {
                "project": name,
                "year": year,
                "cost": amount["value"],
                "cash": ((cost.get("cash_by_year") or {}).get(year) or {}).get("value"),
                "capex": ((cost.get("capex_by_year") or {}).get(year) or {}).get("value"),
            }


def late_cause_rows(document: Mapping[str, Any]) -> Iterator[Row]:
    """Yield a row per project and cause of its delay, in mean working days where it is late."""
    for project in document["projects"]:
        causes = project.get("late_causes") or {}
        for cause, days in causes.items():
            if isinstance(days, dict):
                late_in = {"futures": causes.get("n")}
                yield {"project": project["id"], "cause": cause, **late_in, **_days(days)}


def slip_rows(document: Mapping[str, Any]) -> Iterator[Row]:
    """Yield a row per project and part of its slip, in mean working days; they add up to it."""
    for project in document["projects"]:
        slip = project.get("slip_causes") or {}
        for part in slip.get("parts", []):
            cause = {"cause": part["cause"], "role": part["role"], "counted_from": slip["from"]}
            yield {"project": project["id"], **cause, **_days(part["days"])}


def waits_on_rows(document: Mapping[str, Any]) -> Iterator[Row]:
    """Yield a row per project and what it waits for, with who has it meanwhile."""
    for project in document["projects"]:
        for wait in (project.get("waits_on") or {}).get("held", []):
            what = {"cause": wait["cause"], "role": wait["role"], "held_by": wait["project"]}
            share = {"share": wait["share"]["value"]}
            yield {"project": project["id"], **what, **share, **_days(wait["days"])}


def chain_rows(document: Mapping[str, Any]) -> Iterator[Row]:
    """Yield a row per project (or everything committed) and who stands on its chain."""
    chains = [(project["id"], project.get("chain")) for project in document["projects"]]
    for name, chain in [*chains, (PORTFOLIO, document["portfolio"].get("chain"))]:
        for kind in ("project", "role"):
            for entry in (chain or {}).get(f"{kind}s", []):
                who = {"kind": kind, "on_chain": entry[kind], "share": entry["share"]["value"]}
                yield {"project": name, **who, **_days(entry["days"])}


def earned_value_rows(document: Mapping[str, Any]) -> Iterator[Row]:
    """Yield a row per project with earned value, the simulated cost beside it, and their sum."""
    for project in [*document["projects"], {"id": PORTFOLIO, **document["portfolio"]}]:
        found = project.get("earned_value")
        if found:
            cost = project.get("cost") or {}
            yield {
                "project": project["id"],
                **dict(flat(_without(found, "projects"))),
                "cost_p50": (cost.get("p50") or {}).get("value"),
                "cost_p80": (cost.get("p80") or {}).get("value"),
            }


def quantile_rows(document: Mapping[str, Any]) -> Iterator[Row]:
    """Yield a row per project (or all of them), measure and level; the level is a percentage."""
    levels = document.get("levels") or []
    for project in [*document["projects"], {"id": PORTFOLIO, **document["portfolio"]}]:
        for measure, values in (project.get("quantiles") or {}).items():
            for level, value in zip(levels, values, strict=False):
                yield {
                    "project": project["id"],
                    "measure": measure,
                    "level": level,
                    "value": value,
                }


def joint_rows(document: Mapping[str, Any]) -> Iterator[Row]:
    """Yield a row per project and future of the sample: finish and cost."""
    for project in document["projects"]:
        for number, (finish, cost) in enumerate((project.get("joint") or {}).get("points") or []):
            yield {"project": project["id"], "point": number + 1, "finish": finish, "cost": cost}


def _costs(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for project in document["projects"]:
        yield project["id"], project.get("cost") or {}
    yield PORTFOLIO, document["portfolio"].get("cost") or {}


def _days(days: Mapping[str, Any]) -> Row:
    return dict(flat({"days": days}))


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
