"""Documents of studies, as small as they can be and still say everything. Invented."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
NAMES = {"crm": "CRM renewal", "erp": "ERP roll-out", "hr": "HR self service", "new-1": "New one"}


def estimate(value: float | None, width: float = 1.0, **more: Any) -> Json:
    if value is None:
        return {"value": None, "low": None, "high": None, **more}
    return {"value": value, "low": value - width, "high": value + width, **more}


def difference(
    value: float | None,
    width: float | None = None,
    *,
    settled: bool | None = None,
    further: int | None = None,
    reason: str = "",
) -> Json:
    """Return a difference; settled unless its interval holds 0."""
    width = abs(value or 0.0) / 2 if width is None else width
    low, high = (None, None) if value is None else (value - width, value + width)
    if settled is None:
        settled = value is not None and (value == width == 0.0 or abs(value) > width)
    result: Json = {"value": value, "low": low, "high": high}
    result |= {"settled": settled, "further": further}
    return result | ({"reason": reason} if reason else {})


SAME = difference(0.0, 0.0)


def row(entity: str, kind: str, measure: str, base: Any, value: Any, change: Json) -> Json:
    """Return a row of a comparison."""
    extra = {key: change[key] for key in ("settled", "further", "reason") if key in change}
    ends = {key: change[key] for key in ("value", "low", "high")}
    is_known = ends["value"] is not None or "window" in extra.get("reason", "")
    return {
        "entity": entity,
        "kind": kind,
        "measure": measure,
        "base": None if base is None else estimate(base),
        "value": None if value is None else estimate(value),
        "difference": ends if is_known else None,
        **extra,
    }


def project(entity: str, days: Json, late: Json | None = None) -> list[Json]:
    """Return the rows of a project whose finishes all move by the same days."""
    late = late or difference(None, reason="nothing was promised: no due date")
    moved = days["value"] or 0.0
    return [
        *(
            row(entity, "project", f"finish_{level}_days", 100.0, 100.0 + moved, days)
            for level in ("mean", "p50", "p80")
        ),
        row(entity, "project", "p_late", 0.3, 0.4, late),
        row(entity, "project", "cost_mean", 300_000.0, 300_000.0, SAME),
        row(entity, "project", "npv_mean", 90_000.0, 90_000.0, SAME),
    ]


def newcomer(entity: str) -> list[Json]:
    """Return the rows of a project that only the alternative has."""
    gone = difference(None, reason="it is not in 'baseline'")
    rows = [
        row(entity, "project", f"finish_{level}_days", None, 120.0, gone)
        for level in ("mean", "p50", "p80")
    ]
    rows[-1]["value"]["date"] = "2027-06-25"
    return [
        *rows,
        row(entity, "project", "p_late", None, 0.0, gone),
        row(entity, "project", "cost_mean", None, 200_000.0, gone),
        row(entity, "project", "npv_mean", None, -10_000.0, gone),
    ]


def role(entity: str, wait: Json, busy: Json) -> list[Json]:
    return [
        row(entity, "role", "wait_days", 4.0, 4.0 + (wait["value"] or 0.0), wait),
        row(entity, "role", "utilisation", 0.8, 0.8 + (busy["value"] or 0.0), busy),
    ]


def portfolio(change: Json, money: Json) -> list[Json]:
    return [
        *(
            row("portfolio", "portfolio", f"finish_{level}_days", 300.0, 310.0, change)
            for level in ("mean", "p50", "p80")
        ),
        row("portfolio", "portfolio", "finished", 20.0, 20.5, difference(0.5)),
        row("portfolio", "portfolio", "cost_mean", 5e6, 5.2e6, money),
        row("portfolio", "portfolio", "npv_mean", 1e6, 1.2e6, money),
    ]


def compare(*rows: list[Json], name: str = "three-more") -> Json:
    """Return a comparison with one alternative."""
    return {
        "schema": "pmosim.compare/1",
        "base": "baseline",
        "seed": 1,
        "replications": 400,
        "currency": "EUR",
        "as_of": "2027-01-04",
        "names": dict(NAMES),
        "alternatives": [{"name": name, "rows": [each for part in rows for each in part]}],
    }


def what_if() -> Json:
    """Return a what-if: one project later, one earlier, one not yet certain, one new."""
    result = compare(
        project("crm", difference(12.0, 3.0), difference(0.14, 0.04)),
        project("erp", difference(-4.0, 1.0), difference(-0.05, 0.02)),
        project("hr", difference(0.4, 0.9, further=1_234)),
        newcomer("new-1"),
        role("developer", difference(2.5), difference(0.05, 0.01)),
        role("architect", SAME, SAME),
        portfolio(difference(10.0, 2.0), difference(200_000.0, 20_000.0)),
        name="what if",
    )
    return result | {
        "answer": {"text": "If a medium project starts in March 2027, one project pays."},
        "question": {
            "words": "a medium project starts in March 2027",
            "verbs": [{"add": "medium"}],
            "command": "--add 1:medium@2027-03",
        },
        "added": ["new-1"],
        "who_pays": {"text": "With rank 6 as given, CRM renewal pays.", "projects": ["crm"]},
        "rank_first": {
            "text": "With rank 1, ERP roll-out pays instead.",
            "rows": project("erp", difference(9.0, 2.0)),
        },
        "starts": [
            {
                "project": "new-1",
                "latest": {"date": "2027-09-01", "text": "Latest start: September 2027."},
                "safest": {"date": None, "text": "No month start was found that harms nobody."},
                "text": "Latest start: September 2027.",
            }
        ],
        "naive": {
            "text": "A plan in which nobody waits says: no other project moves.",
            "rows": [
                {"entity": "crm", "measure": "finish_mean_days", "value": 0.0},
                {"entity": "gone", "measure": "finish_mean_days", "value": 0.0},
            ],
            "finish": {"new-1": "2027-05-03"},
        },
    }


def each() -> Json:
    """Return a stop list."""
    return {
        "schema": "pmosim.each/1",
        "base": "baseline",
        "verb": "cancel",
        "seed": 1,
        "replications": 50,
        "currency": "EUR",
        "names": dict(NAMES),
        "projects": [
            {
                "project": "crm",
                "is_mandatory": False,
                "reason": None,
                "freed_fte": {"developer": 1.6, "analyst": 0.01},
                "freed_days": {"developer": 120.0},
                "gains": [{"project": "erp", "days": difference(-9.0, 2.0)}],
                "losses": [],
                "project_days": difference(-25.0, 10.0),
                "committed_days": difference(-10.0, 3.0),
                "p_late_mandatory": difference(-0.04, 0.01),
                "npv": difference(-90_000.0, 20_000.0),
                "text": "CRM renewal stopped: it gives back 1.6 developer.",
            },
            {
                "project": "erp",
                "is_mandatory": False,
                "reason": None,
                "freed_fte": {},
                "freed_days": {},
                "gains": [],
                "losses": [],
                "project_days": difference(0.3, 2.0, further=300),
                "committed_days": difference(None, reason="nothing else is committed"),
                "p_late_mandatory": SAME,
                "npv": difference(5_000.0, 9_000.0, further=900),
                "text": "ERP roll-out stopped: no other project certainly finishes earlier.",
            },
            {
                "project": "hr",
                "is_mandatory": True,
                "reason": "mandatory: not to be stopped",
                "freed_fte": {},
                "freed_days": {},
                "gains": [],
                "losses": [],
                "project_days": None,
                "committed_days": None,
                "p_late_mandatory": None,
                "npv": None,
                "text": "HR self service: mandatory: not to be stopped.",
            },
        ],
        "text": "Stopping CRM renewal helps the others most.",
    }


MEASURES = (
    ("p_late", "due dates missed", "share", "low"),
    ("value", "NPV of projects with a benefit", "money", "high"),
    ("throughput", "projects finished in the window", "projects", "high"),
    ("lead_request", "from request to finish", "working days", "low"),
    ("lead_release", "from release to finish", "working days", "low"),
)


def rule(id_: str, words: str, numbers: tuple[float, ...], **more: Any) -> Json:
    """Return a start rule with a value of each measure."""
    policy, _, parameter = id_.partition(":")
    return {
        "id": id_,
        "policy": policy,
        "parameter": float(parameter) if parameter else None,
        "order": "rank",
        "words": words,
        "rule": {"policy": policy},
        "is_today": False,
        "n": 400,
        "measures": {
            measure: estimate(value, abs(value) / 10, change=difference(value / 20, value / 30))
            for (measure, *_), value in zip(MEASURES, numbers, strict=True)
        },
        "against_open": {},
        "p_best": estimate(0.4, 0.05),
        "regret": estimate(0.02, 0.01),
        "is_contender": True,
        "equal_to": None,
        "dominated_by": None,
        "moves_waiting": False,
        "text": "",
        **more,
    }


def policies() -> Json:
    """Return a bake-off of four rules."""
    return {
        "schema": "pmosim.policies/1",
        "scenario": "Portfolio 2027",
        "seed": 1,
        "currency": "EUR",
        "by": "p_late",
        "matters": 0.02,
        "measures": [
            {"id": id_, "words": words, "unit": unit, "better": better, "is_judged": True}
            for id_, words, unit, better in MEASURES
        ],
        "futures": {"common": 400, "all": 1600},
        "rules": [
            rule("wip_limit:4", "at most 4 active projects", (0.2, 1.2e6, 12.0, 90.0, 60.0)),
            rule("today", "the rule of today: none", (0.3, 1.3e6, 13.0, 95.0, 95.0), is_today=True),
            rule(
                "wip_limit:2",
                "at most 2 active projects",
                (0.4, 1.1e6, 9.0, 120.0, 50.0),
                dominated_by="wip_limit:4",
                moves_waiting=True,
            ),
            rule("open", "every project starts when it asks", (0.3, 1.3e6, 13.0, 95.0, 95.0)),
        ],
        "left_out": [{"rule": "gates", "reason": "no task or phase has `gate: true`"}],
        "frontier": ["wip_limit:4", "today"],
        "selection": {"best": "wip_limit:4", "is_decided": True, "text": "Decided."},
        "words": {
            "verdict": "By due dates missed: at most 4 active projects (20 of 100).",
            "guarantee": "It is the best with a chance of 95 of 100.",
            "frontier": "2 of 4 rules are dominated.",
            "backlog": "1 of 3 rules makes projects quicker only once they have started.",
        },
    }


def effects(late: Json, days: Json) -> Json:
    """Return what one more person changes."""
    return {
        "finish_mean_days": days,
        "finish_p80_days": days,
        "project_days": days,
        "p_late": late,
        "npv": difference(20_000.0),
        "npv_per_cost": difference(0.3),
        "wait_days": days,
        "own_wait_days": days,
    }


def role_value(id_: str, places: tuple[int, int, int], told: Json | None, **more: Any) -> Json:
    return {
        "id": id_,
        "headcount": 3,
        "fte": 3.0,
        "utilisation": estimate(0.95 - 0.05 * places[1], 0.01),
        "own_wait_days": estimate(4.0),
        "waiting_fte": estimate(2.5 / places[2], 0.1),
        "day_rate": 700.0,
        "place": {"value": places[0], "utilisation": places[1], "waiting": places[2]},
        "reason": None,
        "price": {"days": 400.0, "amount": 280_000.0, "present_value": 260_000.0},
        "effects": told,
        **more,
    }


def bottlenecks() -> Json:
    """Return bottlenecks: the tester helps most, the developer is busiest."""
    good = effects(difference(-0.06, 0.02), difference(-8.0, 2.0))
    poor = effects(difference(-0.01, 0.03, further=700), difference(-1.0, 3.0, further=700))
    return {
        "schema": "pmosim.bottlenecks/1",
        "scenario": "Portfolio 2027",
        "seed": 1,
        "replications": 100,
        "as_of": "2027-01-04",
        "horizon": "2028-01-03",
        "currency": "EUR",
        "ranked_by": "p_late",
        "base": {"p_late": estimate(0.4, 0.05)},
        "roles": [
            role_value("developer", (2, 1, 1), poor),
            role_value("quality-tester", (1, 2, 2), good),
            role_value("coach", (3, 3, 3), None, place={}, reason="it is never waited for"),
        ],
        "quarters": [
            {
                "quarter": quarter,
                "from": "2027-01-04",
                "until": "2027-03-31",
                "roles": [
                    {
                        "id": "developer",
                        "waiting_fte": 0.5,
                        "utilisation": 0.9,
                        "price": None,
                        "effects": good if quarter == "2027-Q2" else None,
                    },
                    {
                        "id": "quality-tester",
                        "waiting_fte": 0.2,
                        "utilisation": None,
                        "price": None,
                        "effects": good if quarter == "2027-Q1" else None,
                    },
                ],
            }
            for quarter in ("2027-Q1", "2027-Q2", "2027-Q3")
        ],
        "best": {"role": "quality-tester"},
        "best_quarter": {"role": "developer", "quarter": "2027-Q2"},
        "words": {
            "misleading": "The developer is the busiest; the tester helps most.",
            "harmful": "One more coach would do harm.",
        },
        "persons": [
            {
                "name": "developer-1",
                "role": "developer",
                "reasons": ["nobody else can do developer work"],
                "absent": ["2027-01-04", "2027-02-12"],
                "finish_mean_days": difference(3.0),
                "project_days": difference(9.0),
                "promises": difference(0.4, 0.5, further=80),
            },
            {"name": "tester-1", "role": "tester", "reasons": [], "absent": None},
        ],
    }


def mechanism(id_: str, told: Json | None, *, state: str = "on", **more: Any) -> Json:
    """Return a mechanism that is called as its id."""
    return {
        "id": id_,
        "name": id_,
        "state": state,
        "basis": "stated" if state == "on" else None,
        "switched": f"a world without {id_}" if state == "on" else f"{id_} 13%, a prior",
        "prior": None,
        "reason": None,
        "effects": told,
        **more,
    }


def priced(days: Json, late: Json, cost: Json, npv: Json) -> Json:
    """Return what a mechanism changes."""
    return {
        "finish_mean_days": days,
        "finish_p80_days": days,
        "project_days": days,
        "p_late": late,
        "cost_mean": cost,
        "npv_mean": npv,
    }


PRIOR = {
    "name": "sickness",
    "value": "3.4%",
    "unit": "share of the time",
    "range": "2% to 5%",
    "source": "7.8 days a person and year.",
    "citation": "CIPD 2023",
}


def hire(words: str = "2 developers join in April 2027", month: str | None = "2027-09") -> Json:
    """Return a hire that is paid 10k a month and brings nothing, then 40k a month."""
    months = [f"2027-{number:02d}" for number in range(1, 13)]
    brought = [40_000.0 * max(0, place - 5) - 5_000.0 * place for place in range(12)]
    return {
        "hire": "2:developer@2027-04",
        "words": words,
        "break_even": {"month": month, "earliest": "2027-08", "latest": None},
        "break_even_paid_anyway": {"month": "2027-08", "earliest": None, "latest": None},
        "price": 120_000.0,
        "net": difference(20_000.0),
        "lifetime_npv": difference(90_000.0),
        "slides": True,
        "months": [
            {
                "month": label,
                "value": value,
                "price": 10_000.0 * (place + 1),
                "net": difference(value - 10_000.0 * (place + 1), 15_000.0),
            }
            for place, (label, value) in enumerate(zip(months, brought, strict=True))
        ],
        "text": f"{words}: break-even in {month} (95 of 100: 2027-08 to beyond the window).",
    }


def price() -> Json:
    """Return prices: sickness the dearest, a mitigation that helps, turnover off."""
    dear = priced(
        difference(8.0, 2.0), difference(0.09, 0.02), difference(50_000.0), difference(-60_000.0)
    )
    poor = priced(difference(0.4, 1.5, further=400), SAME, SAME, SAME)
    good = priced(difference(-5.0), difference(-0.04), difference(-9_000.0), difference(12_000.0))
    never = difference(None, settled=True, reason="it moves out of the planning window")
    return {
        "schema": "pmosim.price/1",
        "scenario": "Portfolio 2027",
        "seed": 1,
        "replications": 200,
        "as_of": "2027-01-04",
        "horizon": "2028-01-03",
        "currency": "EUR",
        "ranked_by": "finish_mean_days",
        "adds_up": False,
        "base": {},
        "dearest": "sickness",
        "mechanisms": [
            mechanism("sickness", dear, basis="assumed", prior=PRIOR),
            mechanism("risk:crm.vendor", priced(never, SAME, SAME, SAME)),
            mechanism("correlation", poor),
            mechanism("mitigation", good),
            mechanism("gates", None, reason="it cannot be switched alone"),
            mechanism("turnover", dear, state="off", prior=PRIOR | {"name": "turnover"}),
            mechanism("clusters", None, state="off", reason="there is no sourced value"),
        ],
        "hires": [hire()],
        "words": {
            "dearest": "The dearest is sickness: with it everything committed ends 8.0 working "
            "days later on average (6.0 to 10.0).",
            "adds_up": "The prices do not add up: each is what goes if this one alone goes.",
        },
    }


def hit(level: float, hits: int, n: int, fewest: int, most: int) -> Json:
    return {
        "level": level,
        "hits": hits,
        "n": n,
        "rate": hits / n if n else None,
        "low": 0.4,
        "high": 0.9,
        "fewest": fewest,
        "most": most,
        "is_in_band": fewest <= hits <= most,
    }


def way(name: str, words: str, error: float, closer: float | None = None) -> Json:
    found: Json = {
        "id": name,
        "words": words,
        "n": 34,
        "crps": error,
        "log_crps": error / 100,
        "pinball": {"p50": 5.0, "p80": 4.0, "p90": 3.0},
    }
    if name != "forecast":
        one = {"value": closer, "low": None, "high": None, "n": 34, "quarters": 3}
        if closer is not None and closer > 0.2:
            one |= {"low": closer - 0.2, "high": closer + 0.2, "quarters": 8}
        found |= {"skill_crps": one, "skill_log_crps": one}
    return found


def forecast_row(project: str, truth: float | None, *, held: bool | None) -> Json:
    return {
        "cut": "2025-04-01",
        "measure": "finish",
        "project": project,
        "forecaster": "forecast",
        "is_first": True,
        "plan": 60.0,
        "p50": 70.0,
        "p80": 90.0,
        "truth": truth,
        "hit_80": held,
    }


def backtest() -> Json:
    """Return a backtest of two cuts in which the forecast did well."""
    line = "In 2025 our P80 held for 27 of 34 projects (23 to 31 if such forecasts are right)."
    ways = [
        way("forecast", "the forecast", 10.0),
        way("plan", "the plan as it is", 20.0, 0.5),
        way("mean ratio", "the plan times the mean of actual / plan", 30.0, -0.1),
        way("regression", "a regression on plan and backlog", 12.0, 0.15),
    ]
    counts = [4, 3, 3, 4, 3, 3, 4, 3, 4, 3]
    empty = {"from": 0.2, "n": 0, "wrong": 0, "rate": None, "low": None, "high": None}
    return {
        "schema": "pmosim.backtest/1",
        "history": "history",
        "as_of": "2026-01-05",
        "seed": 1,
        "replications": 200,
        "cuts": ["2025-04-01", "2025-07-01"],
        "basis": "simulated",
        "line": line,
        "words": {
            "line": line,
            "basis": "the office simulated with its queue, work in progress and random requests",
            "held": "The P80 held for 27 of 34, as it should (23 to 31).",
            "against": "The forecast was 50 % closer than the plan as it is (30 to 70 %).",
            "outlook": "Of 8 projects shown as needing support 1 were in time (false alarms).",
        },
        "measures": [
            {
                "id": "finish",
                "unit": "working days",
                "forecasts": 40,
                "projects": 34,
                "open": 2,
                "hits": [
                    hit(0.5, 9, 34, 11, 23),
                    hit(0.8, 27, 34, 23, 31),
                    hit(0.9, 30, 34, 27, 34),
                ],
                "pit": {"counts": counts, "p_value": 0.8},
                "width": 40.0,
                "on_time": {"n": 20, "brier": 0.1, "in_time": 9, "expected": 9.5},
                "forecasters": ways,
            },
            {
                "id": "cost",
                "unit": "money",
                "forecasts": 12,
                "projects": 12,
                "open": 0,
                "hits": [hit(0.5, 0, 0, 0, 0), hit(0.8, 12, 12, 7, 12), hit(0.9, 12, 12, 9, 12)],
                "pit": {"counts": [12, 0, 0, 0, 0, 0, 0, 0, 0, 0], "p_value": 0.001},
                "width": None,
                "on_time": {"n": 0, "brier": None, "in_time": 0, "expected": None},
                "forecasters": [way("forecast", "the forecast", 900.0)],
            },
        ],
        "aggregates": [
            {
                "kind": "finished",
                "role": None,
                "n": 2,
                "held": 1,
                "fewest": 1,
                "most": 2,
                "bias": 0.5,
                "crps": 1.0,
                "quarters": [
                    {
                        "cut": "2025-04-01",
                        "quarter": quarter,
                        "truth": truth,
                        "p10": 3.0,
                        "p50": 5.0,
                        "p80": 6.0,
                        "p90": 8.0,
                        "crps": 1.0,
                    }
                    for quarter, truth in (("2025-Q2", 5.0), ("2025-Q3", 10.0))
                ],
            }
        ],
        "outlook": {
            "on-track": {
                "from": 0.0,
                "n": 9,
                "wrong": 1,
                "rate": 1 / 9,
                "low": 0.0,
                "high": 0.48,
            },
            "at-risk": empty,
            "needs-support": {
                "from": 0.5,
                "n": 8,
                "wrong": 1,
                "rate": 0.125,
                "low": 0.0,
                "high": 0.53,
            },
        },
        "assumed": ["start rule: none; what is asked for may begin when people are free."],
        "forecasts": [
            forecast_row("crm", 84.0, held=True),
            forecast_row("erp", 140.0, held=False),
            forecast_row("hr", None, held=None),
        ],
    }


STUDIES = {
    "what-if": what_if,
    "each": each,
    "policies": policies,
    "bottlenecks": bottlenecks,
    "backtest": backtest,
    "price": price,
}
"""Name -> what makes a document of this kind."""
