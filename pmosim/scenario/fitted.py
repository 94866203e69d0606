"""Fitted: ``fitted.yaml`` as values, and what a scenario that names it takes from it.

A scenario names the file (``calibration: ../calibration/fitted.yaml``); the resolved form holds
what stands in it, so that it runs alone and gives the same bytes.
"""

from __future__ import annotations

import contextlib
import itertools
import math
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from pmosim.distributions.tails import LAWS, N_SHAPE
from pmosim.errors import InputError
from pmosim.fitted import ARRIVALS, FORMAT, STAFF, UNITS, WORK, Fitted, Parameter
from pmosim.scenario import files
from pmosim.scenario.messages import Problems, did_you_mean
from pmosim.scenario.nodes import Node, scalar

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

KEYS = ("pmosim_fitted", "as_of", "track_record", "sources", "notes", "tails", "parameters")
NUMBERS = ("value", "se", "low", "high")
PARAMETER_KEYS = ("name", "group", *NUMBERS, "n", "basis", "source")
POSITIVE = ("typical_plan", "least_plan", "most_plan", "class_spread", "tail_dof")
NOT_NEGATIVE = ("spread", "project_factor", "period_factor", "hazard", "arrival_rate")
SHARES = ("stretched_share", "on_plan_share", "absence_rate", "cancel_share", "frequency")
LARGEST_LOG = 10.0
"""Of biases and spreads: more is taken for a slip of the pen."""


def read_fitted(path: Path | str) -> Fitted:
    """Return the values of a ``fitted.yaml``; every problem of it is raised at once."""
    problems = Problems()
    found = None
    with contextlib.suppress(files.UnreadableError):
        found = fitted_from(files.read_document(Path(path), problems), problems)
    if found is None or problems.has_errors:
        raise InputError([p for p in problems.listed() if p.severity == "error"])
    return found


def fitted_from(root: Node, problems: Problems, path: str = "calibration") -> Fitted | None:
    """Return fitted values from a document, None after noting why they cannot be used."""
    if root.get("parameters") is None:
        said = (
            "is no fitted.yaml: it has no `parameters`. Make one with "
            "`pmosim calibrate calibration/history`."
        )
        problems.error("PMO980", root, path, said)
        return None
    for key in root.mapping:
        if key not in KEYS:
            said = f"is no key of a fitted.yaml.{did_you_mean(key, KEYS)}"
            problems.error("PMO980", root.place_of(key), f"{path}.{key}", said)
    version = root.get("pmosim_fitted")
    if version is None or version.text != str(FORMAT):
        shown = "missing" if version is None else version.shown()
        said = f"is {shown}; this version of pmosim reads format {FORMAT}: calibrate again."
        problems.error("PMO980", version or root, f"{path}.pmosim_fitted", said)
    found = [
        _parameter(node, f"{path}.parameters[{n}]", problems)
        for n, node in enumerate(root.mapping["parameters"].items)
    ]
    tails = [
        _tail(node, f"{path}.tails[{n}]", problems) for n, node in enumerate(_items(root, "tails"))
    ]
    as_of = _day(root.get("as_of"), root, path, problems)
    track = root.get("track_record")
    return Fitted(
        parameters=tuple(parameter for parameter in found if parameter is not None),
        as_of=as_of,
        tails=tuple(tail for tail in tails if tail is not None),
        notes=tuple(node.text for node in _items(root, "notes")),
        sources=tuple(node.text for node in _items(root, "sources")),
        track_record=track.text if track is not None else "",
    )


def _items(root: Node, key: str) -> list[Node]:
    given = root.get(key)
    return [] if given is None else given.items


def _day(node: Node | None, root: Node, path: str, problems: Problems) -> date:
    try:
        return date.fromisoformat(node.text if node is not None else "")
    except ValueError:
        shown = "missing" if node is None else node.shown()
        said = f"is {shown}; it must be the day up to which the history goes, such as 2026-12-31."
        problems.error("PMO980", node or root, f"{path}.as_of", said)
        return date(2000, 1, 3)


def _parameter(node: Node, path: str, problems: Problems) -> Parameter | None:
    missing = [key for key in PARAMETER_KEYS if node.get(key) is None and key != "source"]
    if missing:
        said = f"has no {', '.join(missing)}; each parameter has {', '.join(PARAMETER_KEYS)}."
        problems.error("PMO981", node, path, said)
        return None
    name = node.mapping["name"].text
    if name not in UNITS and not name.startswith("season_"):
        said = f"is '{name}'; there is no such parameter.{did_you_mean(name, UNITS)}"
        problems.error("PMO981", node.mapping["name"], f"{path}.name", said)
        return None
    numbers = {key: _number(node.mapping[key], f"{path}.{key}", problems) for key in NUMBERS}
    basis = node.mapping["basis"].text
    if basis not in {"measured", "assumed"}:
        said = f"is '{basis}'; it must be measured or assumed."
        problems.error("PMO981", node.mapping["basis"], f"{path}.basis", said)
        return None
    if any(math.isnan(number) for number in numbers.values()):
        return None
    rule = _broken_rule(name, numbers["value"])
    if rule:
        said = f"is {numbers['value']:g}; {name} must be {rule}."
        problems.error("PMO981", node.mapping["value"], f"{path}.value", said)
        return None
    if numbers["se"] < 0.0 or numbers["low"] > numbers["high"]:
        said = "needs a standard error of 0 or more, and a low that is not above its high."
        problems.error("PMO981", node, path, said)
        return None
    source = node.get("source")
    return Parameter(
        name=name,
        group=node.mapping["group"].text,
        n=int(_number(node.mapping["n"], f"{path}.n", problems)),
        basis="measured" if basis == "measured" else "assumed",
        source=source.text if source is not None else "",
        **numbers,
    )


def _number(node: Node, path: str, problems: Problems) -> float:
    try:
        value = float(node.text) if node.is_scalar else math.nan
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        said = f"is {node.shown()}; it must be a number."
        problems.error("PMO981", node, path, said)
        return math.nan
    return value


def _broken_rule(name: str, value: float) -> str:
    if name in POSITIVE and value <= 0.0:
        return "above 0"
    if name in NOT_NEGATIVE and value < 0.0:
        return "0 or more"
    if name in SHARES and not 0.0 <= value <= 1.0:
        return "a share from 0 to 1"
    if name == "dispersion" and value < 1.0:
        return "1 or more"
    if name in {"plan_bias", "typical_bias", "class_bias", "spread"} and abs(value) > LARGEST_LOG:
        return f"at most {LARGEST_LOG:g}, it is a logarithm"
    return ""


def _tail(node: Node, path: str, problems: Problems) -> tuple[str, str, tuple[float, ...]] | None:
    group, law, shape = node.get("group"), node.get("law"), node.get("shape")
    if group is None or law is None or law.text not in LAWS:
        said = f"must have a group and a law, one of {', '.join(LAWS)}."
        problems.error("PMO981", node, path, said)
        return None
    values = [_number(entry, f"{path}.shape", problems) for entry in (shape.items if shape else [])]
    is_rising = all(one <= two for one, two in itertools.pairwise(values))
    if law.text == "empirical" and (len(values) != N_SHAPE or not is_rising):
        problems.error("PMO981", node, path, f"needs a shape of {N_SHAPE} rising numbers.")
        return None
    return group.text, law.text, tuple(values)


# --- what a scenario takes --------------------------------------------------------------------


def with_measured(root: Node) -> Node:
    """Return the document with what was measured where it is silent, or asks for it.

    The correlation of a project's work and the dispersion of its streams where nothing is said;
    turnover where its prior is asked for (``turnover: prior``): what was measured here is better.
    """
    given = root.get("calibration")
    if given is None or given.get("parameters") is None or root.get("measured") is not None:
        return root
    fitted = fitted_from(given, Problems())
    if fitted is None:
        return root
    entries = dict(root.mapping)
    taken = [
        *_measured_settings(entries, fitted, root),
        *_measured_streams(entries, fitted),
        *_measured_turnover(entries, fitted),
    ]
    listed: list[Node] = [scalar(path, root.place) for path in taken]
    entries["measured"] = Node(listed, root.place)
    return root.with_entries(entries)


def _measured_settings(entries: dict[str, Node], fitted: Fitted, root: Node) -> Iterator[str]:
    if not fitted.has(WORK):
        return
    settings = entries.get("settings") or Node({}, root.place)
    if settings.get("correlation") is None and isinstance(settings.value, dict):
        text = correlation_text(fitted)
        value = {"correlation": _number_node(text, settings.place)}
        entries["settings"] = settings.with_entries(settings.mapping | value)
        yield "settings.correlation"


def correlation_text(fitted: Fitted) -> str:
    """Return the correlation that a scenario takes, as it stands in the resolved form."""
    return f"{fitted.plan_law(WORK).correlation:.4f}"


def dispersion_text(fitted: Fitted, template: str) -> str:
    """Return the dispersion of a stream of a template, else of all requests; empty if unknown."""
    own = fitted.find("dispersion", f"{ARRIVALS} template={template}")
    found = own or fitted.find("dispersion", ARRIVALS)
    return "" if found is None else f"{found.value:.4g}"


def turnover_text(fitted: Fitted, role: str) -> str:
    """Return the turnover of a role, else of everybody; empty if it was not measured."""
    own = fitted.find("hazard", f"{STAFF} role={role}")
    found = own or fitted.find("hazard", STAFF)
    if found is None or found.basis != "measured":
        return ""
    return f"{100.0 * -math.expm1(-found.value):.3g}%/y"


def _measured_streams(entries: dict[str, Node], fitted: Fitted) -> Iterator[str]:
    demand = entries.get("demand")
    if demand is None or not isinstance(demand.value, dict):
        return
    streams = {}
    for name, stream in demand.mapping.items():
        streams[name] = stream
        template = stream.get("template")
        text = dispersion_text(fitted, template.text if template is not None else name)
        is_silent = stream.get("dispersion") is None and stream.get("batch_size") is None
        if text and is_silent and isinstance(stream.value, dict):
            value = {"dispersion": _number_node(text, stream.place)}
            streams[name] = stream.with_entries(stream.mapping | value)
            yield f"demand.{name}.dispersion"
    entries["demand"] = demand.with_entries(streams)


def _measured_turnover(entries: dict[str, Node], fitted: Fitted) -> Iterator[str]:
    roles = entries.get("roles")
    if roles is None or not isinstance(roles.value, dict):
        return
    measured = {}
    for name, role in roles.mapping.items():
        asked, text = role.get("turnover"), turnover_text(fitted, name)
        measured[name] = role
        if asked is not None and asked.is_scalar and asked.text == "prior" and text:
            value = {"turnover": scalar(text, asked.place)}
            measured[name] = role.with_entries(role.mapping | value)
            yield f"roles.{name}.turnover"
    entries["roles"] = roles.with_entries(measured)


def _number_node(text: str, place: str) -> Node:
    return Node(float(text), place, text)


def plan_law_classes(who: str, kind_of_work: str) -> Mapping[str, str]:
    """Return the classes of an amount of work, by who does it and what kind it is."""
    found = {"role": who} if who else {}
    return found | ({"type": kind_of_work} if kind_of_work else {})
