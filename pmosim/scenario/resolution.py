"""Resolution: templates merged into projects and streams, holidays frozen, written out again.

The nearest wins: a key of the project stands before that of its template. ``tasks``, ``phases``
and ``groups`` are merged by name; overrides keep the template's order, new ones follow.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pmosim.scenario.messages import did_you_mean
from pmosim.scenario.nodes import SCALARS, Node, scalar, to_plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from pmosim.scenario.messages import Problems
    from pmosim.scenario.portfolio import Scenario

_BY_NAME = {"tasks", "phases"}
_EXCLUDING = (
    ("effort", "duration", "milestone"),
    ("rank", "priority"),
    ("starts", "arrives"),
)


_FOLDED = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]")
"""Signs that only a text in double quotes keeps as they are."""


def merged(near: Node, far: Node) -> Node:
    """Return a project's node with what its template adds."""
    if not isinstance(near.value, dict) or not isinstance(far.value, dict):
        return near
    entries = dict(near.value)
    for key, entry in far.value.items():
        own = entries.get(key)
        if own is None or own.is_null:
            if not _is_excluded(key, near):
                entries[key] = entry
        elif key in _BY_NAME:
            entries[key] = _merged_by_name(own, entry)
        elif key == "groups" and isinstance(own.value, dict) and isinstance(entry.value, dict):
            entries[key] = own.with_entries(entry.value | own.value)
    return _with_places(near.with_entries(entries), far)


def _with_places(node: Node, far: Node) -> Node:
    node.key_places = far.key_places | node.key_places
    return node


def _is_excluded(key: str, near: Node) -> bool:
    return any(
        key in group and any(near.get(other) is not None for other in group if other != key)
        for group in _EXCLUDING
    )


def _merged_by_name(near: Node, far: Node) -> Node:
    if not isinstance(near.value, dict) or not isinstance(far.value, dict):
        return near
    entries = dict(far.value)
    for name, entry in near.value.items():
        below = entries.get(name)
        if below is None or below.is_null:
            entries[name] = entry
        elif not entry.is_null:
            entries[name] = merged(entry, below)
    return _with_places(near.with_entries(entries), far)


def with_templates(root: Node, problems: Problems) -> Node:
    """Return the document with every template merged into the projects and streams it serves."""
    templates = root.get("templates")
    known = templates.mapping if templates else {}
    entries = dict(root.mapping)
    projects, demand = root.get("projects"), root.get("demand")
    if projects is not None and projects.items:
        served = [
            _served(entry, f"projects.{_name(entry, n)}", known, problems)
            for n, entry in enumerate(projects.items)
        ]
        entries["projects"] = Node(served, projects.place)
    if demand is not None and demand.mapping:
        streams = {
            name: _served(entry, f"demand.{name}", known, problems)
            for name, entry in demand.mapping.items()
        }
        entries["demand"] = demand.with_entries(streams)
    return root.with_entries(entries)


def _name(entry: Node, n: int) -> str:
    own = entry.get("id")
    return own.text if own is not None and own.is_scalar else str(n)


def _served(entry: Node, path: str, known: Mapping[str, Node], problems: Problems) -> Node:
    named = entry.get("template")
    if named is None or not named.is_scalar:
        return entry
    if named.text not in known:
        said = f"is '{named.text}'; there is no such template.{did_you_mean(named.text, known)}"
        problems.error("PMO203", named, f"{path}.template", said)
        return entry
    return merged(entry, known[named.text])


def with_frozen_holidays(root: Node, first: date, last: date, problems: Problems) -> Node:
    """Return the document with the holidays of each place written out, day by day."""
    places = root.get("places")
    if places is None or not any(entry.get("country") for entry in places.mapping.values()):
        return root
    frozen = {
        name: _frozen(entry, f"places.{name}", first, last, problems)
        for name, entry in places.mapping.items()
    }
    return root.with_entries(root.mapping | {"places": places.with_entries(frozen)})


def _frozen(entry: Node, path: str, first: date, last: date, problems: Problems) -> Node:
    country = entry.get("country")
    if country is None or not country.is_scalar:
        return entry
    days = public_holidays(entry, path, first, last, problems)
    own = entry.get("holidays")
    listed = [] if own is None else (own.items or ([own] if own.is_scalar else []))
    holidays = [scalar(day.isoformat(), country.place) for day in days] + listed
    entries = {
        key: value for key, value in entry.mapping.items() if key not in {"country", "subdivision"}
    }
    return entry.with_entries(entries | {"holidays": Node(list(holidays), country.place)})


def public_holidays(
    entry: Node, path: str, first: date, last: date, problems: Problems
) -> Iterable[date]:
    """Return the holidays of the country (and subdivision) of an entry; a fault is noted."""
    import holidays

    country, subdivision = entry.mapping["country"], entry.get("subdivision")
    supported = holidays.list_supported_countries()
    if country.text not in supported:
        said = f"is {country.shown()}; it must be an ISO code such as DE."
        said += did_you_mean(country.text, supported).split(" Known:")[0]
        problems.error("PMO207", country, f"{path}.country", said)
        return []
    region = subdivision.text if subdivision is not None else None
    if region is not None and region not in supported[country.text]:
        said = f"is '{region}'; {country.text} has no such subdivision."
        said += did_you_mean(region, supported[country.text])
        problems.error("PMO207", subdivision or entry, f"{path}.subdivision", said)
        return []
    found = holidays.country_holidays(
        country.text, subdiv=region, years=range(first.year, last.year + 1)
    )
    return sorted(day for day in found if first <= day <= last)


def resolved_yaml(scenario: Scenario) -> str:
    """Return the resolved form as YAML; the same scenario gives the same bytes."""
    return yaml_text(scenario.document)


def yaml_text(document: Any, *, is_compact: bool = False) -> str:
    """Return plain values as YAML; compact, what holds only single values stands on one line."""
    return _dumped(document, default_flow_style=None if is_compact else False)


def flow_text(value: Any) -> str:
    """Return plain values as YAML on one line, a text in double quotes."""
    style = '"' if isinstance(value, str) else None
    return _dumped(value, default_flow_style=True, default_style=style).rstrip("\n")


def _dumped(document: Any, **style: Any) -> str:
    import yaml

    class Dumper(yaml.SafeDumper):
        """Writes YAML 1.2 scalars, without anchors; what could be misread stands in quotes."""

        yaml_implicit_resolvers: dict[Any, Any] = {}  # noqa: RUF012 (as PyYAML has it)

        def ignore_aliases(self, data: Any) -> bool:
            return True

        def represent_text(self, data: str) -> yaml.ScalarNode:
            style = '"' if _FOLDED.search(data) else None
            return self.represent_scalar("tag:yaml.org,2002:str", data, style=style)

    Dumper.add_representer(str, Dumper.represent_text)

    for kind, pattern in SCALARS.items():
        Dumper.add_implicit_resolver(f"tag:yaml.org,2002:{kind}", pattern, None)
    text: str = yaml.dump(
        document, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=10_000, **style
    )
    return text


def document_of(root: Node) -> dict[str, Any]:
    """Return the resolved form as plain values."""
    plain: dict[str, Any] = to_plain(root)
    return plain
