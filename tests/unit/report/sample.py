"""A realistic "pmosim.run/1" document: a dozen projects, seven roles, two years. Invented."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

AS_OF = date(2027, 1, 4)
FUTURES = 1_000

ROLES = (
    # id, headcount, utilisation, mean wait, busy share by quarter of the window
    ("project-manager", 3.0, 0.71, 1.2, (0.82, 0.86, 0.84, 0.78, 0.70, 0.61, 0.42, 0.25)),
    ("architect", 2.0, 0.97, 19.4, (0.99, 1.00, 0.99, 0.99, 0.97, 0.96, 0.91, 0.62)),
    ("analyst", 4.0, 0.78, 4.1, (0.93, 0.90, 0.88, 0.79, 0.71, 0.55, 0.38, 0.21)),
    ("developer", 9.5, 0.88, 8.7, (0.91, 0.95, 0.97, 0.96, 0.92, 0.80, 0.66, 0.31)),
    ("tester", 2.5, 0.69, 3.3, (0.44, 0.61, 0.78, 0.86, 0.83, 0.77, 0.64, 0.40)),
    ("data-engineer", 2.0, 0.83, 11.0, (0.71, 0.88, 0.95, 0.97, 0.94, 0.85, 0.55, 0.20)),
    ("operations", 3.0, 0.41, 0.2, (0.22, 0.30, 0.42, 0.51, 0.55, 0.49, 0.40, 0.28)),
)

PROJECTS: tuple[tuple[Any, ...], ...] = (
    # id, name, status, rank, programme, due, P50 day, width, lead, p_late, budget, cost, p_over,
    # NPV P50, p_pays, waits
    (
        "crm",
        "CRM renewal",
        "running",
        1,
        "Sales",
        "2027-06-30",
        131,
        46,
        131,
        0.62,
        320_000,
        334_000,
        0.61,
        212_000,
        0.88,
        {"architect": 19.2, "tester": 4.0, "intake": 0.0},
    ),
    (
        "hr",
        "HR self service",
        "running",
        3,
        "People",
        "2027-07-30",
        118,
        22,
        118,
        0.074,
        180_000,
        163_000,
        0.12,
        34_000,
        0.71,
        {"developer": 6.1, "analyst": 2.2},
    ),
    (
        "erp-2",
        "ERP roll-out wave 2",
        "running",
        2,
        "Finance",
        "2027-09-30",
        190,
        70,
        190,
        0.513,
        1_150_000,
        1_210_000,
        0.69,
        640_000,
        0.83,
        {"data-engineer": 14.8, "architect": 11.9},
    ),
    (
        "nis2",
        "NIS2 compliance",
        "approved",
        None,
        "Security",
        "2027-10-15",
        171,
        35,
        120,
        0.151,
        260_000,
        241_000,
        0.22,
        None,
        None,
        {"architect": 9.0},
    ),
    (
        "portal",
        "Customer portal 2.0",
        "approved",
        4,
        "Sales",
        "2027-12-17",
        262,
        88,
        170,
        0.724,
        540_000,
        548_000,
        0.55,
        310_000,
        0.79,
        {"architect": 31.4, "intake": 22.0, "developer": 9.1},
    ),
    (
        "dwh",
        "Data warehouse migration",
        "approved",
        5,
        "Data",
        "2028-01-31",
        301,
        96,
        205,
        0.811,
        700_000,
        742_000,
        0.66,
        -58_000,
        0.41,
        {"data-engineer": 41.0, "architect": 17.3},
    ),
    (
        "mobile",
        "Mobile workforce app",
        "approved",
        6,
        "Operations",
        "2028-03-31",
        317,
        80,
        150,
        0.468,
        290_000,
        281_000,
        0.38,
        44_000,
        0.62,
        {"intake": 38.2, "developer": 12.0},
    ),
    (
        "api",
        "Partner API gateway",
        "approved",
        7,
        "Sales",
        "2028-02-29",
        340,
        104,
        160,
        0.905,
        310_000,
        329_000,
        0.63,
        27_000,
        0.55,
        {"intake": 51.0, "architect": 28.8},
    ),
    (
        "e-invoice",
        "E-invoicing (legal)",
        "approved",
        8,
        "Finance",
        "2027-12-31",
        205,
        30,
        140,
        0.0,
        150_000,
        139_000,
        0.19,
        None,
        None,
        {"analyst": 3.0},
    ),
    (
        "ai",
        "Service desk assistant",
        "candidate",
        9,
        "Operations",
        None,
        398,
        130,
        150,
        None,
        None,
        198_000,
        None,
        -21_000,
        0.36,
        {"intake": 96.0, "architect": 12.0},
    ),
    (
        "green",
        "Data centre exit",
        "candidate",
        10,
        "Operations",
        "2028-12-29",
        None,
        0,
        180,
        0.63,
        900_000,
        812_000,
        0.31,
        None,
        0.22,
        {"intake": 120.0, "operations": 2.0},
    ),
    (
        "archive",
        "Archive clean-up",
        "on-hold",
        11,
        "Data",
        None,
        420,
        90,
        60,
        None,
        60_000,
        51_000,
        0.18,
        None,
        None,
        {"intake": 200.0},
    ),
)

ASSUMPTIONS = (
    "sickness: off; nobody is ever away without notice: about 5 % of the capacity shown does not"
    " exist",
    "people leaving and their replacement: off",
    "rework after testing: off",
    "risk register: off",
    "holidays: measured; public holidays of DE-BY and PL, frozen in scenario.yaml",
    "leave: measured; as entered for 19 of 26 people",
    "three-point amounts read as P10, likely and P90: assumed (settings.range_means)",
    "operations take 20 % of analysts and developers: assumed",
    "all tasks of a project share no common luck: off (settings.correlation is 0)",
)
WARNINGS = (
    {
        "place": "scenarios/baseline.yaml:41:5",
        "code": "PMO210",
        "text": "architect: 31 person-months of work are planned in 2027, 20 are there",
    },
    "2 projects state no benefit; the value of the portfolio leaves them out",
)


def estimate(value: float | None, half: float = 0.0, reason: str = "") -> dict[str, Any]:
    low = None if value is None else value - half
    high = None if value is None else value + half
    return {"value": value, "low": low, "high": high, **({"reason": reason} if reason else {})}


def chance(value: float | None) -> dict[str, Any]:
    if value is None:
        return estimate(None)
    half = 1.96 * (value * (1 - value) / FUTURES) ** 0.5
    return {"value": value, "low": max(0.0, value - half), "high": min(1.0, value + half)}


def working_day(day: float) -> date:
    whole = int(day) - 1
    return AS_OF + timedelta(days=whole // 5 * 7 + whole % 5)


def finish(day: float | None, half: float) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the estimate of a finish as a date and as a working day."""
    if day is None:
        nothing = {"value": None, "low": None, "high": None, "after_horizon": True}
        return nothing, dict(nothing)
    dates = {
        "value": working_day(day).isoformat(),
        "low": working_day(day - half).isoformat(),
        "high": working_day(day + half).isoformat(),
    }
    return dates, estimate(day, half)


def start(status: str, day: float | None, lead: float) -> dict[str, Any]:
    if status == "running":
        return estimate(None) | {"value": AS_OF.isoformat()}
    return finish(480.0 if day is None else day - lead, 3.0)[0]


def project(row: tuple[Any, ...]) -> dict[str, Any]:
    (
        identity, name, status, rank, programme, due, day, width, lead, p_late, budget, cost,
        p_over, npv, p_pays, waits,
    ) = row  # fmt: skip
    levels = {"p10": -0.45, "p50": 0.0, "p80": 0.55, "p90": 0.95}
    both = {
        level: finish(None if day is None else day + width * part, 2.0 + width * 0.04)
        for level, part in levels.items()
    }
    if identity == "archive":
        both["p90"] = finish(None, 0.0)
    return {
        "id": identity,
        "name": name,
        "groups": {"programme": programme},
        "status": status,
        "rank": rank,
        "futures": 600 if status == "candidate" else FUTURES,
        "has_benefit": p_pays is not None,
        "due": due,
        "start": {"p50": start(status, day, lead)},
        "finish": {level: dates for level, (dates, _) in both.items()},
        "finish_day": {
            **{level: days for level, (_, days) in both.items()},
            "mean": estimate(None if day is None else day + 0.1 * width, 1.0),
        },
        "p_late": chance(p_late),
        "p_unfinished": chance(0.63 if day is None else 0.12 if identity == "archive" else 0.0),
        "cost": {
            "mean": estimate(cost * 1.01, cost * 0.004),
            "p50": estimate(cost, cost * 0.005),
            "p80": estimate(cost * 1.11, cost * 0.008),
            "to_date": 66_000 if status == "running" else 0,
            "cash": estimate(cost * 0.2, cost * 0.001),
            "by_year": {"2027": estimate(cost * 0.7), "2028": estimate(cost * 0.31)},
        },
        "budget": budget,
        "p_over_budget": chance(p_over),
        "p_on_time_and_budget": chance(
            None if p_late is None or p_over is None else (1 - p_late) * (1 - p_over)
        ),
        "npv": {
            level: estimate(None if npv is None else npv + shift * cost, 3_000.0)
            for level, shift in (("mean", 0.02), ("p10", -0.3), ("p50", 0.0), ("p90", 0.3))
        },
        "p_npv_positive": chance(p_pays),
        "p_roi_hurdle": chance(None if p_pays is None else p_pays * 0.8),
        "wait_days": {cause: estimate(days, 0.6) for cause, days in waits.items()},
        "lead_days": {
            "from_request": estimate(day, 1.0),
            "from_release": estimate(None if day is None else float(lead), 1.0),
        },
        "milestones": [],
        "outlook": None,
    }


def role(row: tuple[Any, ...]) -> dict[str, Any]:
    identity, headcount, utilisation, wait, quarters = row
    months = []
    for number in range(24):
        share = quarters[number // 3] + (0.0, 0.01, -0.01)[number % 3]
        planned = share * (1.22 if share > 0.95 else 1.02 if share > 0.9 else 0.93)
        months.append(
            {
                "month": f"{2027 + number // 12}-{number % 12 + 1:02d}",
                "capacity_fte": estimate(headcount),
                "planned_fte": estimate(headcount * planned),
                "busy_fte": estimate(headcount * min(1.0, share), 0.02),
                "waiting_fte": estimate(headcount * max(0.0, share - 0.8) * 2, 0.02),
            }
        )
    return {
        "id": identity,
        "headcount": int(headcount + 0.5),
        "fte": headcount,
        "utilisation": estimate(utilisation, 0.003),
        "wait_days": estimate(wait, 0.5),
        "by_month": months,
    }


def document() -> dict[str, Any]:
    """Return a fresh document; tests change it freely."""
    return {
        "schema": "pmosim.run/1",
        "scenario": "Portfolio 2027",
        "as_of": AS_OF.isoformat(),
        "horizon": "2028-12-31",
        "currency": "EUR",
        "seed": 7,
        "replications": FUTURES,
        "projects": [project(row) for row in PROJECTS],
        "demand": [
            {
                "id": "small change",
                "arrived": estimate(11.8, 0.2),
                "finished": estimate(9.1, 0.2),
                "rejected": estimate(0.0),
                "withdrawn": estimate(0.6, 0.05),
                "lead_days": estimate(74.0, 1.5),
            }
        ],
        "roles": [role(row) for row in ROLES],
        "portfolio": {
            "committed_finish": {
                "p50": finish(441, 6)[0],
                "p80": finish(488, 8)[0],
            },
            "cost": {"mean": estimate(4_830_000.0, 9_000.0)},
            "npv": {"mean": estimate(1_130_000.0, 20_000.0)},
            "p_npv_positive": chance(0.94),
            "finished": estimate(10.6, 0.1),
            "active": estimate(1.1, 0.1),
            "queued": estimate(0.3, 0.05),
            "by_quarter": [],
        },
        "assumptions": list(ASSUMPTIONS),
        "warnings": list(WARNINGS),
    }


PROVENANCE = {
    "version": "0.1.0",
    "seed": 7,
    "replications": FUTURES,
    "inputs": {"scenarios/baseline.yaml": "sha256 9f2c" + "0" * 60},
    "scenario digest": "sha256 51ab" + "0" * 60,
}
