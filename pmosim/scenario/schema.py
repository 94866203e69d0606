"""Schema: the JSON Schema (draft 7) of scenario files, from the same shapes that read them.

It says which keys exist and what kind of value each takes; what looks across keys is checked by
``pmosim check``. Keys that are not available yet are left out, so editors do not offer them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pmosim.scenario import changes, laws, shapes, tables

if TYPE_CHECKING:
    from pmosim.scenario.kinds import Schema, Shape

_SCALAR: dict[str, Any] = {"type": ["string", "number"]}
_DEFINITIONS: dict[str, Shape] = {
    "calendar": shapes.CALENDAR,
    "settings": shapes.SETTINGS,
    "outlook": shapes.OUTLOOK,
    "place": shapes.PLACE,
    "role": shapes.ROLE,
    "person": shapes.PERSON,
    "booking": shapes.BOOKING,
    "task": shapes.TASK,
    "phase": shapes.PHASE,
    "rework": shapes.REWORK,
    "benefit": shapes.BENEFIT,
    "as_reported": shapes.AS_REPORTED,
    "baseline": shapes.BASELINE,
    "template": shapes.TEMPLATE,
    "project": shapes.PROJECT,
    "stream": shapes.STREAM,
    "season": shapes.SEASON,
    "risk": shapes.RISK,
    "mitigation": shapes.MITIGATION,
    "interruption": shapes.INTERRUPTION,
    "reaction": shapes.REACTION,
    "when": shapes.WHEN,
    "sickness": shapes.SICKNESS,
    "held": shapes.HELD,
    "ramp": shapes.RAMP,
    "mentor": shapes.MENTOR,
    "overlap": shapes.OVERLAP,
    "learning": shapes.LEARNING,
    "training": shapes.TRAINING,
    "standard": shapes.STANDARD,
    "when_away": shapes.WHEN_AWAY,
    "intake": shapes.INTAKE,
    "gates": shapes.GATES,
    "interrupt": shapes.INTERRUPT,
    "dispatch": shapes.DISPATCH,
}


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a scenario file, an overlay or a document for Python."""
    scenario = _object(shapes.SCENARIO)
    properties = scenario["properties"]
    for section in tables.SECTIONS:
        table = {"$ref": f"#/definitions/{_table_of(section)}"}
        inline = properties.get(section)
        properties[section] = table if inline is None else {"anyOf": [inline, table]}
    properties["extends"] = {"type": "string"}
    properties["changes"] = _changes()
    properties["pmosim"] = {"enum": [1, "1"]}
    definitions = {name: _object(shape) for name, shape in _DEFINITIONS.items()}
    definitions["link"] = {"anyOf": [{"type": ["string", "number"]}, _object(shapes.LINK)]}
    definitions["law"] = _law()
    for section in tables.SECTIONS:
        definitions[_table_of(section)] = _table(tables.of_all(section))
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "pmosim scenario",
        "definitions": definitions,
        **scenario,
        "anyOf": [{"required": [key]} for key in ("as_of", "start", "extends")],
    }


def _table_of(section: str) -> str:
    return "table_of_bookings" if tables.of_all(section) else "table"


def _table(more: set[str]) -> dict[str, Any]:
    """Return the schema of a reference to a table, beside which some columns may stand."""
    keys = ("csv", "xlsx", "sheet", *sorted(more))
    return {
        "type": "object",
        "properties": {key: {"type": "string"} for key in keys},
        "anyOf": [{"required": ["csv"]}, {"required": ["xlsx"]}],
        "additionalProperties": False,
    }


def _object(shape: Shape) -> dict[str, Any]:
    found: dict[str, Any] = {
        "type": "object",
        "properties": {key: _or_nothing(kind.schema) for key, kind in shape.keys.items()},
        "additionalProperties": False,
    }
    if shape.required:
        found["required"] = list(shape.required)
    return found


def _or_nothing(schema: Schema) -> Schema:
    """Return a schema that also takes a key without a value."""
    return schema if isinstance(schema, bool) else {"anyOf": [schema, {"type": "null"}]}


def _law() -> dict[str, Any]:
    stated = {
        "type": "object",
        "properties": dict.fromkeys(("low", "likely", "high"), _SCALAR)
        | {"means": {"enum": list(laws.MEANINGS)}},
        "required": ["low", "likely", "high"],
        "additionalProperties": False,
    }
    return {"anyOf": [stated, *_distributions()]}


def _distributions() -> list[dict[str, Any]]:
    several = {"type": "array", "items": _SCALAR}
    return [
        {
            "type": "object",
            "properties": {"dist": {"const": dist}}
            | {key: several if key in {"values", "weights"} else _SCALAR for key in keys},
            "required": ["dist", *keys],
            "additionalProperties": False,
        }
        for dist, variants in laws.LAW_KEYS.items()
        for keys in variants
    ]


def _changes() -> dict[str, Any]:
    verb = {
        "type": "object",
        "properties": {
            name: {"type": ["object", "array", "string"]}
            if name == "remove"
            else {"type": ["object", "array"]}
            for name in changes.EXAMPLES
        },
        "additionalProperties": False,
        "minProperties": 1,
    }
    return {"anyOf": [{"type": "array", "items": verb}, verb]}
