"""Whatever stands in a scenario: it is a problem with a place, or it survives unchanged."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pmosim.errors import ScenarioError
from pmosim.scenario import Scenario, parse_scenario, read_scenario, resolved_yaml

VALID = Path(__file__).parents[2] / "files" / "valid"
DOCUMENTS = [dict(read_scenario(file).document) for file in sorted(VALID.glob("*.*ml"))]
JUNK: list[Any] = [
    *(None, 0, -1, 2.5, 1e30, True, "", "x", "5d", "5pd", "-3d", "80%", "300%", "2027-13", "a.b"),
    *("1/2/3", "1d/2d/3d", "2 x 40%", [], {}, [[]], [{}], {"a": 1}, {"dist": "gamma"}, ".."),
    *("prior", "done", "10cd", "1y", "9999999d", "dev", "\ud800", "x" * 200, "a\x00b"),
]
NAMES = st.text(st.characters(exclude_categories=["Cs"], min_codepoint=1), max_size=20)
MISLEADING = st.sampled_from(["1", "1.0", "~", "null", "true", "1e3", "-", "?", "<<", "#a", "a: b"])


def places_in(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of every value inside a document."""
    found = [path] if path else []
    entries: dict[Any, Any] = {}
    if isinstance(value, dict | list):
        entries = value if isinstance(value, dict) else dict(enumerate(value))
    for key, entry in entries.items():
        found += places_in(entry, (*path, key))
    return found


def accepted(document: dict[str, Any]) -> Scenario | None:
    """Return the scenario of a document, None where it is refused for a reason."""
    try:
        return parse_scenario(document)
    except ScenarioError as error:
        return None if error.problems else pytest.fail("refused without a reason")


@settings(max_examples=150, deadline=None, derandomize=True)
@given(data=st.data())
def test_a_document_with_junk_in_it_is_refused_or_read_but_never_crashes(
    data: st.DataObject,
) -> None:
    document = copy.deepcopy(data.draw(st.sampled_from(DOCUMENTS)))
    *way, last = data.draw(st.sampled_from(places_in(document)))
    owner: Any = document
    for key in way:
        owner = owner[key]
    owner[last] = copy.deepcopy(data.draw(st.sampled_from(JUNK)))
    scenario = accepted(document)
    assert scenario is None or resolved_yaml(scenario)


@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much],
)
@given(name=NAMES, group=NAMES, who=NAMES, text=MISLEADING)
def test_every_name_that_is_accepted_survives_the_resolved_form(
    name: str, group: str, who: str, text: str, tmp_path: Path
) -> None:
    task = {"effort": "1pd", "needs": {f"p{who}": 1}}
    document = {
        "as_of": "2027-01-04",
        "name": name,
        "roles": {"d": {}},
        "people": [{"role": "d", "id": f"p{who}"}],
        "projects": [
            {"id": f"k{who}", "name": text, "groups": {group: text}, "tasks": {"t": task}}
        ],
    }
    scenario = accepted(document)
    if scenario is None:
        return
    file = tmp_path / "s.yaml"
    file.write_bytes(resolved_yaml(scenario).encode())
    again = read_scenario(file)
    assert (again.name, again.projects) == (scenario.name, scenario.projects)
    assert again.organisation == scenario.organisation
