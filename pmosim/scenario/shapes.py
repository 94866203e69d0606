"""Shapes: which keys every object of a scenario file has; the one table behind reading and schema.

Keys of mechanisms that a later version brings stand under ``later``: they are refused by name,
never ignored in silence.
"""

from __future__ import annotations

from pmosim.policy.dispatch import RULES
from pmosim.policy.intake import ORDERS
from pmosim.policy.reactions import ACTIONS, OCCASIONS
from pmosim.scenario import kinds
from pmosim.scenario.kinds import Shape
from pmosim.scenario.portfolio import BOARDS

STATUSES = ("running", "on-hold", "approved", "candidate", "done", "cancelled")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_PHASE_LENGTH = "put the range on the work of the phase: {developer: 4pm/6pm/9pm}."
_LAG = "put the wait into a task of its own: {duration: 5d/10d/20d}."
PHASE_TIME = kinds.single(kinds.TIME, _PHASE_LENGTH)
LAG = kinds.single(kinds.TIME, _LAG)

_PERSON_LATER = {
    "absence": "absence in spells",
    "vacation": "vacation drawn by chance",
    "salary": "the price of a hire beside its day rate",
}

_PERSON_ELSEWHERE = {
    "hazard": "turnover: 13%/y",
    "attrition": "turnover: 13%/y",
    "handover": "hand_over: 5pd",
    "mentoring": "mentor: {share: 15%, shortens: 30%}",
    "ramp_up": "ramp: {start: 30%, lasts: 90d}",
}

_RAMP_LENGTH = "say how long it usually takes, such as 90d."

_IN_FLIGHT = {
    "done": kinds.DONE,
    "spent": kinds.AMOUNTS,
    "remaining": kinds.AMOUNTS,
    "by": kinds.IDS,
}

_MONEY_AND_MOOD = {
    "actual_cost": kinds.MONEY,
    "rag": kinds.RAG,
}

_KIND = {"kind_of_work": kinds.ID}

_STATUS = _IN_FLIGHT | _MONEY_AND_MOOD | {"baseline": kinds.object_of("baseline")}

_DATES = {"not_before": kinds.START, "due": kinds.PROMISE, "deadline": kinds.PROMISE}

CALENDAR = Shape(
    name="calendar",
    keys={
        "workweek": kinds.several(kinds.choice(*WEEKDAYS)),
        "hours_per_day": kinds.NUMBER,
        "closures": kinds.RANGES,
    },
)

OUTLOOK = Shape(
    name="the outlook",
    keys={"at_risk": kinds.SHARE, "needs_support": kinds.SHARE},
)

SETTINGS = Shape(
    name="settings",
    keys={
        "month": kinds.ANYTHING,
        "range_means": kinds.choice("p10-p90", "min-max"),
        "correlation": kinds.SHARE,
        "spread": kinds.SPREAD,
        "spread_includes_risks": kinds.YES_NO,
        "parameter_uncertainty": kinds.YES_NO,
        "outlook": kinds.object_of("outlook"),
        "standard": kinds.object_of("standard"),
        "when_away": kinds.object_of("when_away"),
        "uncovered": kinds.single(kinds.TIME, "say from how long on it counts, such as 5d."),
    },
)

PLACE = Shape(
    name="a place",
    keys={"country": kinds.TEXT, "subdivision": kinds.TEXT, "holidays": kinds.RANGES},
)

STANDARD = Shape(
    name="what a standard is worth",
    keys={
        "spread": kinds.SHARE,
        "hand_over": kinds.SHARE,
        "rework": kinds.SHARE,
        "cover": kinds.FTE,
    },
)

HELD = Shape(
    name="a share held throughout",
    keys={"share": kinds.HEADS, "blocks": kinds.YES_NO},
    required=("share",),
)

RAMP = Shape(
    name="a ramp",
    keys={"start": kinds.SHARE, "lasts": kinds.single(kinds.TIME, _RAMP_LENGTH)},
    required=("start", "lasts"),
)

MENTOR = Shape(
    name="a mentor",
    keys={"share": kinds.SHARE, "shortens": kinds.SHORTENS, "most": kinds.WHOLE_FROM_1},
    required=("share", "shortens"),
)

LEARNING = Shape(
    name="learning",
    keys={"start": kinds.SHARE, "practice": kinds.PERSON_TIME},
    required=("start", "practice"),
)

SKILL = Shape(
    name="a skill",
    keys={
        "proficiency": kinds.PROFICIENCY,
        "to": kinds.PROFICIENCY,
        "practice": kinds.PERSON_TIME,
    },
    required=("proficiency",),
)

TRAINING = Shape(
    name="a training",
    keys={
        "role": kinds.ID,
        "from": kinds.START,
        "lasts": kinds.single(kinds.TIME, "say how long it is planned to take, such as 20d."),
        "share": kinds.FTE,
        "proficiency": kinds.PROFICIENCY,
        "to": kinds.PROFICIENCY,
        "practice": kinds.PERSON_TIME,
    },
    required=("role",),
)

OVERLAP = Shape(
    name="an overlap",
    keys={
        "lasts": kinds.single(kinds.TIME, "say how long it is planned to last, such as 3d."),
        "saves": kinds.SHARE,
        "notice": kinds.single(kinds.TIME, "say how long it usually is, such as 30d."),
    },
    required=("lasts",),
)

WHEN_AWAY = Shape(
    name="what becomes of work in hand",
    keys={"leave": kinds.ANSWER, "sickness": kinds.ANSWER, "leaving": kinds.ANSWER},
)

SICKNESS = Shape(
    name="sickness",
    keys={"share": kinds.BAU, "spell": kinds.law("time")},
    required=("share",),
)

ROLE = Shape(
    name="a role",
    keys={
        "day_rate": kinds.MONEY,
        "bau": kinds.BAU,
        "leave_days": kinds.LEAVE_DAYS,
        "sickness": kinds.SICKNESS,
        "kind": kinds.choice("internal", "contractor"),
        "max_parallel": kinds.MAX_PARALLEL,
        "focus": kinds.FOCUS,
        "turnover": kinds.TURNOVER,
        "time_to_hire": kinds.law("time"),
        "hand_over": kinds.law("person-time"),
        "ramp": kinds.known_object_of("ramp", "{start: 30%, lasts: 90d}"),
        "mentor": kinds.known_object_of("mentor", "{share: 15%, shortens: 30%}"),
        "overlap": kinds.known_object_of("overlap", "{lasts: 3d, saves: 20%}"),
        "when_away": kinds.object_of("when_away"),
        "learning": kinds.known_object_of("learning", "{start: 70%, practice: 40pd}"),
        "experience": kinds.mapping_of(kinds.PERSON_TIME.schema),
    },
    later=_PERSON_LATER,
    elsewhere=_PERSON_ELSEWHERE,
)

PERSON = Shape(
    name="people",
    keys={
        "id": kinds.ID,
        "role": kinds.ID,
        "headcount": kinds.COUNT,
        "skills": kinds.ANYTHING,
        "fte": kinds.FTE,
        "place": kinds.ID,
        "leave": kinds.RANGES,
        "from": kinds.START,
        "until": kinds.END,
        "training": kinds.list_of("training"),
    }
    | dict(ROLE.keys),
    later=_PERSON_LATER,
    elsewhere=_PERSON_ELSEWHERE,
    required=("role",),
)

LINK = Shape(
    name="a link",
    keys={
        "project": kinds.ID,
        "task": kinds.ID,
        "type": kinds.choice("FS", "SS", "FF"),
        "lag": LAG,
        "if_absent": kinds.choice("block", "ignore"),
    },
)

REWORK = Shape(
    name="rework",
    keys={
        "probability": kinds.SHARE,
        "of": kinds.ID,
        "share": kinds.FTE,
        "max_repeats": kinds.WHOLE_FROM_1,
    },
    required=("probability", "of"),
)

TASK = Shape(
    name="a task",
    keys={
        "effort": kinds.AMOUNTS,
        "duration": kinds.law("time"),
        "milestone": kinds.YES_NO,
        "needs": kinds.mapping_of(kinds.HEADS.schema),
        "after": kinds.LINKS,
        "gate": kinds.YES_NO,
        "rework": kinds.object_of("rework"),
    }
    | _DATES
    | _STATUS
    | _KIND,
    elsewhere={"risks": "risks: [{id: ..., hits: [TASK]}] at the project or its template"},
    exclusive=(("effort", "duration", "milestone"),),
)

PHASE = Shape(
    name="a phase",
    keys={
        "lasts": PHASE_TIME,
        "work": kinds.mapping_of({"anyOf": [kinds.MONEY.schema, {"$ref": "#/definitions/law"}]}),
        "after": kinds.LINKS,
        "capex": kinds.SHARE,
        "gate": kinds.YES_NO,
        "rework": kinds.object_of("rework"),
    }
    | _DATES
    | _STATUS
    | _KIND,
)

BOOKING = Shape(
    name="a booking",
    keys={
        "person": kinds.ID,
        "project": kinds.ID,
        "share": kinds.BOOKED_SHARE,
        "work": kinds.PERSON_TIME,
        "from": kinds.START,
        "until": kinds.END,
        "on_overrun": kinds.choice("extend", "release"),
    },
    required=("person", "project"),
    exclusive=(("share", "work"),),
)

AS_REPORTED = Shape(
    name="what a project reports",
    keys={"done": kinds.DONE, "spent": kinds.AMOUNTS, "remaining": kinds.AMOUNTS} | _MONEY_AND_MOOD,
)

BASELINE = Shape(
    name="a baseline",
    keys={"start": kinds.START, "finish": kinds.END, "cost": kinds.MONEY},
)

BENEFIT = Shape(
    name="a benefit",
    keys={"per_year": kinds.law("money"), "for": kinds.YEARS, "until": kinds.END},
    required=("per_year",),
    exclusive=(("for", "until"),),
)

MITIGATION = Shape(
    name="a mitigation",
    keys={
        "is_on": kinds.YES_NO,
        "cost": kinds.MONEY,
        "probability": kinds.SHARE,
        "work": kinds.law("number"),
        "delay": kinds.law("time"),
    },
)

RISK = Shape(
    name="a risk",
    keys={
        "id": kinds.ID,
        "probability": kinds.SHARE,
        "hits": kinds.several(kinds.TEXT),
        "work": kinds.law("number"),
        "cost": kinds.law("money"),
        "delay": kinds.law("time"),
        "mitigation": kinds.object_of("mitigation"),
    },
    required=("id", "probability"),
)

INTERRUPTION = Shape(
    name="an interruption",
    keys={"rate": kinds.FATE, "lasts": kinds.law("time")},
    required=("rate", "lasts"),
)

_ASKING = {
    "name": kinds.TEXT,
    "status": kinds.choice(*STATUSES),
    "tasks": kinds.objects_by_id("task"),
    "phases": kinds.objects_by_id("phase"),
    "throughout": kinds.mapping_of({"anyOf": [kinds.HEADS.schema, {"$ref": "#/definitions/held"}]}),
    "size": kinds.law("number"),
    "rank": kinds.RANK,
    "priority": kinds.PRIORITY,
    "value": kinds.NUMBER,
    "class": kinds.TEXT,
    "mandatory": kinds.YES_NO,
    "starts": kinds.START,
    "arrives": kinds.START,
    "after": kinds.LINKS,
    "probability": kinds.SHARE,
    "budget": kinds.MONEY,
    "fixed_cost": kinds.law("money"),
    "running_cost": kinds.MONEY_RATE,
    "cost_of_delay": kinds.MONEY_RATE,
    "benefit": kinds.object_of("benefit"),
    "groups": kinds.mapping_of(kinds.TEXT.schema),
    "sponsor": kinds.TEXT,
    "pauses": kinds.RANGES,
    "cancelled": kinds.START,
    "cancellation": kinds.FATE,
    "interruption": kinds.object_of("interruption"),
    "risks": kinds.list_of("risk"),
    "coverage": kinds.SHARE,
} | (_DATES | _KIND)

_OWNER_ELSEWHERE = dict.fromkeys(
    ("gate", "gates"), "gate: true at the phase or task that ends a stage"
) | {"bookings": "bookings: [{person: ana, project: crm, share: 60%, from: 2027-03}] at the top"}

_PROJECT_ELSEWHERE = _OWNER_ELSEWHERE | {
    key: f"as_reported: {{{key}: ...}}"
    for key in ("done", "spent", "remaining", "actual_cost", "rag")
}
"""Keys of a phase or task that a project has one level deeper."""

_ONE_OF_TWO = (("rank", "priority"), ("starts", "arrives"))

TEMPLATE = Shape(
    name="a template",
    keys=_ASKING,
    elsewhere=_OWNER_ELSEWHERE,
    exclusive=_ONE_OF_TWO,
)

PROJECT = Shape(
    name="a project",
    keys={
        "id": kinds.ID,
        "template": kinds.ID,
        "as_reported": kinds.object_of("as_reported"),
        "baseline": kinds.object_of("baseline"),
        "withdrawn": kinds.mapping_of(kinds.START.schema),
    }
    | _ASKING,
    elsewhere=_PROJECT_ELSEWHERE,
    required=("id",),
    exclusive=_ONE_OF_TWO,
)

SEASON = Shape(name="a season", keys=dict.fromkeys(MONTHS, kinds.SEASON))

STREAM = Shape(
    name="a stream of demand",
    keys={
        "template": kinds.ID,
        "rate": kinds.RATE,
        "process": kinds.choice("poisson"),
        "from": kinds.START,
        "until": kinds.END,
        "dispersion": kinds.DISPERSION,
        "batch_size": kinds.WHOLE_FROM_1,
        "batches": kinds.choice(*BOARDS),
        "season": kinds.object_of("season"),
        "trend": kinds.TREND,
        "patience": kinds.law("time"),
    }
    | _ASKING,
    elsewhere=_OWNER_ELSEWHERE,
    required=("rate",),
    exclusive=_ONE_OF_TWO,
)

INTAKE = Shape(
    name="intake",
    keys={
        "policy": kinds.choice("open", "wip_limit", "load_limit", "budget", "stagger", "reserve"),
        "max_active": kinds.WHOLE_FROM_1,
        "on_full": kinds.choice("wait", "reject"),
        "norm": kinds.AMOUNTS,
        "period": kinds.PERIOD,
        "amount": kinds.MONEY,
        "carry_over": kinds.SHARE,
        "drum": kinds.ID,
        "buffer": kinds.PERSON_TIME,
        "reserved": kinds.WHOLE_FROM_0,
        "for": kinds.TEXT,
        "order": kinds.choice(*ORDERS),
        "role": kinds.ID,
        "of": kinds.choice("npv", "cost_of_delay"),
        "ageing": kinds.AGEING,
        "gates": kinds.object_of("gates"),
        "interrupt": kinds.object_of("interrupt"),
    },
)

INTERRUPT = Shape(name="an interruption", keys={"class": kinds.TEXT}, required=("class",))

GATES = Shape(
    name="the gates",
    keys={
        "stop": kinds.YES_NO,
        "role": kinds.ID,
        "shadow_price": kinds.MONEY,
        "compliance": kinds.SHARE,
    },
)

WHEN = Shape(name="when to react", keys={"late_by": kinds.TIME}, required=("late_by",))

REACTION = Shape(
    name="a reaction",
    keys={
        "id": kinds.ID,
        "when": kinds.object_of("when"),
        "asked": kinds.choice(*OCCASIONS),
        "do": kinds.choice(*ACTIONS),
        "projects": kinds.several(kinds.TEXT),
        "role": kinds.ID,
        "heads": kinds.WHOLE_FROM_1,
        "briefing": kinds.PERSON_TIME,
        "work": kinds.CUT,
        "benefit": kinds.SHARE,
    },
    required=("id", "when", "do"),
)

DISPATCH = Shape(
    name="dispatch",
    keys={"rule": kinds.choice(*RULES), "hold_after": kinds.TIME},
)

SCENARIO = Shape(
    name="a scenario",
    keys={
        "pmosim": kinds.ANYTHING,
        "name": kinds.TEXT,
        "as_of": kinds.START,
        "start": kinds.START,
        "horizon": kinds.ANYTHING,
        "run_off": kinds.ANYTHING,
        "assume": kinds.choice("none", "typical"),
        "assumed": kinds.several(kinds.TEXT),
        "calibration": kinds.ANYTHING,
        "measured": kinds.several(kinds.TEXT),
        "currency": kinds.TEXT,
        "fiscal_year": kinds.choice(*MONTHS),
        "discount_rate": kinds.INTEREST,
        "hurdle": kinds.INTEREST,
        "show_people": kinds.YES_NO,
        "calendar": kinds.object_of("calendar"),
        "places": kinds.objects_by_id("place"),
        "settings": kinds.object_of("settings"),
        "roles": kinds.objects_by_id("role"),
        "people": kinds.list_of("person"),
        "bookings": kinds.list_of("booking"),
        "templates": kinds.objects_by_id("template"),
        "projects": kinds.list_of("project"),
        "demand": kinds.objects_by_id("stream"),
        "risks": kinds.list_of("risk"),
        "reactions": kinds.list_of("reaction"),
        "intake": kinds.object_of("intake"),
        "dispatch": kinds.object_of("dispatch"),
    },
    elsewhere={"gates": "intake: {gates: {stop: true}}"},
    exclusive=(("as_of", "start"),),
)
