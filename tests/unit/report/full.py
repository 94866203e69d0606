"""The document of ``sample`` with everything that newer documents say. Invented."""

from __future__ import annotations

from statistics import NormalDist
from typing import Any

from tests.unit.report.sample import FUTURES, PROJECTS, chance, document, estimate, finish
from tests.unit.report.sample import working_day as day_of

LEVELS = list(range(5, 100, 5))
REPORTED = {"crm": "green", "hr": "green", "erp-2": "amber"}
LATEST = 500.0
STRUCTURED = (
    {
        "mechanism": "sickness",
        "basis": "assumed",
        "text": "4 % of working time is lost to sickness.",
        "source": "a survey of 31 countries, 2023",
    },
    {"mechanism": "turnover", "basis": "off", "text": "Nobody leaves.", "source": ""},
    {"mechanism": "rework", "basis": "off", "text": "Nothing is done twice.", "source": ""},
    {"mechanism": "holidays", "basis": "stated", "text": "Holidays are as stated.", "source": ""},
    {"mechanism": "leave", "basis": "assumed", "text": "28 days a year each.", "source": ""},
    {
        "mechanism": "spread",
        "basis": "measured",
        "text": "Amounts of work spread as in the closed tasks.",
        "source": "412 closed tasks of 2024 to 2026",
    },
    {
        "mechanism": "progress",
        "basis": "assumed",
        "text": "crm.build: what is spent is assumed from the share done; give `spent`.",
        "source": "",
    },
)


def full_document() -> dict[str, Any]:
    """Return a fresh document with everything that a report can show."""
    result = document()
    result |= {
        "levels": LEVELS,
        "hurdle": 0.15,
        "settings": {"outlook": {"at_risk": 0.2, "needs_support": 0.5}},
        "fiscal_years": ["to date", "2027", "2028"],
        "assumptions": [dict(item) for item in STRUCTURED],
        "promises": promises(),
        "disagreements": [
            {
                "project": "crm",
                "name": "CRM renewal",
                "reported": "green",
                "outlook": "needs-support",
                "p_late": chance(0.62),
                "text": "CRM renewal is reported green, but 62 of 100 futures miss 30 June 2027.",
            }
        ],
    }
    for project, row in zip(result["projects"], PROJECTS, strict=True):
        complete(project, row)
    result["groups"] = {"programme": groups(result["projects"])}
    complete_portfolio(result["portfolio"])
    return result


def deviates(level: float) -> float:
    """Return how many standard deviations a level lies from the middle."""
    return NormalDist().inv_cdf(level)


def complete(project: dict[str, Any], row: tuple[Any, ...]) -> None:
    """Give a project what newer documents say."""
    identity, day, width, late, cost, over, npv = (row[k] for k in (0, 6, 7, 9, 11, 12, 13))
    rag = REPORTED.get(identity)
    days = [None if day is None else day + 0.7 * width * deviates(p / 100) for p in LEVELS]
    project["quantiles"] = {
        "finish": [None if d is None or d > LATEST else day_of(d).isoformat() for d in days],
        "cost": [cost * (1 + 0.12 * deviates(p / 100)) for p in LEVELS],
        "npv": None if npv is None else [npv + 0.3 * cost * deviates(p / 100) for p in LEVELS],
        "roi": None,
    }
    project["reported"] = None if rag is None else {"rag": rag, "done": 0.6, "actual_cost": 66_000}
    if day is not None:
        project["joint"] = joint(row, late, over)
    if project["status"] == "running":
        kind = "on-track" if late < 0.2 else "at-risk" if late < 0.5 else "needs-support"
        project["outlook"] = kind
        project["outlook_why"] = {
            "cause": "role",
            "role": "architect",
            "days": 19.0,
            "text": "In the futures in which it is late, it waits 19 working days for the "
            "architect.",
            "waits_for": [],
        }
        project["earned_value"] = account(row[10])
    if late is not None:
        project["late_causes"] = {
            "days_late": estimate(31.0, 1.0),
            "plan": estimate(6.0, 0.5),
            "intake": estimate(0.0),
            "architect": estimate(19.0, 0.8),
            "tester": estimate(6.0, 0.4),
            "n": int(late * FUTURES),
        }
        project["cost_of_delay"] = {
            "per_day": 900.0,
            "basis": "benefit",
            "days_late": estimate(18.0),
            "expected": estimate(16_200.0, 400.0),
        }


def account(budget: float) -> dict[str, Any]:
    """Return an account of earned value: 96k planned, 71k earned, 66k spent."""
    return {
        "bac": budget,
        "bac_from": "budget",
        "pv": 96_000.0,
        "ev": 71_000.0,
        "ac": 66_000.0,
        "cpi": 71 / 66,
        "spi": 71 / 96,
        "eac": budget * 66 / 71,
        "p_above_eac": chance(0.81),
        "text": "",
        "missing": [],
    }


def joint(row: tuple[Any, ...], late: float | None, over: float | None) -> dict[str, Any]:
    """Return dates and costs of 200 futures in which a later finish costs more."""
    day, width, cost = row[6], row[7], row[11]
    points: list[list[Any]] = []
    for k in range(200):
        x = deviates((k + 0.5) / 200)
        y = 0.6 * x + 0.8 * deviates((k * 0.618034) % 1.0 * 0.998 + 0.001)
        finished = day + 0.7 * width * x
        when = None if finished > LATEST else day_of(max(1.0, finished)).isoformat()
        points.append([when, round(cost * (1 + 0.12 * y), 2)])
    both = None
    if late is not None and over is not None:
        both = max(min(1 - late, 1 - over) * 0.9, 1 - late - over)
    return {
        "budget": row[10],
        "due": row[5],
        "p_on_time": chance(None if late is None else 1 - late),
        "p_on_budget": chance(None if over is None else 1 - over),
        "p_both": chance(both),
        "points": points,
    }


def promises() -> list[dict[str, Any]]:
    """Return three promises of the next 90 days and one later."""
    rows = (
        ("hr", "HR self service", "pilot", "2027-02-12", 39, 0.91, 25),
        ("crm", "CRM renewal", "data migration", "2027-03-05", 60, 0.43, 50),
        ("erp-2", "ERP roll-out wave 2", "go-live Poland", "2027-03-31", 86, 0.5, 62),
        ("crm", "CRM renewal", None, "2027-06-30", 177, 0.38, 131),
    )
    return [
        {
            "project": project,
            "name": name,
            "item": item,
            "kind": "due",
            "is_milestone": item is not None,
            "date": day,
            "days_left": left,
            "in_90_days": left <= 90,
            "is_past": False,
            "p_kept": chance(kept),
            "p50": finish(half, 2.0)[0],
            "p80": finish(half + 14, 2.0)[0],
            "text": f"{name}: kept in {100 * kept:.0f} of 100 futures.",
        }
        for project, name, item, day, left, kept, half in rows
    ]


def groups(projects: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the programmes."""
    result = []
    for name in sorted({project["groups"]["programme"] for project in projects}):
        mine = [p for p in projects if p["groups"]["programme"] == name]
        cost = sum(p["cost"]["p50"]["value"] for p in mine)
        result.append(
            {
                "group": name,
                "projects": [p["id"] for p in mine],
                "n_projects": len(mine),
                "budget": sum(p["budget"] or 0 for p in mine),
                "budget_complete": all(p["budget"] for p in mine),
                "cost": {
                    "mean": estimate(cost),
                    "p50": estimate(cost),
                    "p80": estimate(1.08 * cost),
                    "by_year": {year: estimate(part * cost) for year, part in SHARES.items()},
                },
                "npv": {"p50": estimate(0.2 * cost)},
                "n_late": estimate(1.2),
                "n_promised": sum(p["due"] is not None for p in mine),
            }
        )
    return result


SHARES = {"to date": 0.02, "2027": 0.64, "2028": 0.34}
QUARTERS = (
    (0.9, 0, 2),
    (2.8, 1, 4),
    (4.1, 2, 6),
    (3.6, 2, 6),
    (3.0, 1, 5),
    (2.2, 1, 4),
    (1.6, 0, 3),
    (1.1, 0, 3),
    (0.0, 0, 0),
)
"""Finished per quarter: mean, P10, P90."""


def complete_portfolio(portfolio: dict[str, Any]) -> None:
    """Give the portfolio what newer documents say."""
    cost = 5_048_000.0
    by_year = {year: part * cost for year, part in SHARES.items()}
    portfolio["cost"] |= {
        "p50": estimate(cost),
        "p80": estimate(1.04 * cost),
        "by_year": {year: estimate(amount) for year, amount in by_year.items()},
        "cash_by_year": {year: estimate(0.2 * amount) for year, amount in by_year.items()},
        "capex_by_year": {year: estimate(0.3 * amount) for year, amount in by_year.items()},
    }
    portfolio["by_year_bands"] = {
        year: {"p10": 0.9 * amount, "p50": amount, "p80": 1.07 * amount, "p90": 1.1 * amount}
        for year, amount in by_year.items()
    }
    committed = [430 + 45 * deviates(p / 100) for p in LEVELS]
    portfolio |= {
        "quantiles": {
            "committed_finish": [day_of(d).isoformat() if d < LATEST else None for d in committed],
            "cost": [cost * (1 + 0.05 * deviates(p / 100)) for p in LEVELS],
            "npv": [1.1e6 + 7e5 * deviates(p / 100) for p in LEVELS],
            "roi": [0.22 + 0.14 * deviates(p / 100) for p in LEVELS],
        },
        "p_roi_hurdle": chance(0.69),
        "joint": {
            "n_projects": 9,
            "p_both": chance(0.004),
            "text": "9 projects have both a promise and a budget; all of them keep both in <1 of "
            "100 futures.",
        },
        "sums": {
            "text": "P80s do not add up: those of the projects sum to EUR 5.6M, 80 of 100 futures "
            "of the portfolio cost up to EUR 5.25M.",
        },
        "by_quarter": [
            {
                "quarter": f"{2027 + k // 4}-Q{k % 4 + 1}",
                "finished": estimate(mean),
                "with_due": estimate(0.7 * mean),
                "on_time": estimate(0.4 * mean),
                "cost": estimate(cost * 0.12),
                "benefit": estimate(60_000.0 * k),
                "finished_band": {"p10": low, "p50": round(mean), "p90": high},
            }
            for k, (mean, low, high) in enumerate(QUARTERS)
        ],
    }
