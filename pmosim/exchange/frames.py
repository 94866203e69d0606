"""Frames: data frames as a scenario, read like the sheets of a workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pmosim.errors import ScenarioError
from pmosim.scenario import cells, parse_scenario, sheets
from pmosim.scenario.cells import Sheet
from pmosim.scenario.messages import Problems
from pmosim.scenario.nodes import from_python

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pandas import DataFrame

    from pmosim.scenario import Scenario


def scenario_from_frames(
    projects: DataFrame,
    phases: DataFrame | None = None,
    staff: DataFrame | None = None,
    *,
    tasks: DataFrame | None = None,
    bookings: DataFrame | None = None,
    roles: DataFrame | Mapping[str, Any] | None = None,
    templates: DataFrame | Mapping[str, Any] | None = None,
    places: DataFrame | Mapping[str, Any] | None = None,
    demand: DataFrame | Mapping[str, Any] | None = None,
    **keys: Any,
) -> Scenario:
    """Return the scenario of data frames.

    Parameters
    ----------
    projects, phases, staff, tasks, bookings, roles, templates, places, demand : frames with the
        columns of the sheets of that name in a workbook; a named index is a column as well.
        Numbers, dates and truth values stand for themselves, text is read as in a table: over the
        whole column.
    keys : every other key of a scenario file, such as ``as_of="2027-01-04"`` (needed),
        ``horizon="2y"`` or ``intake={"policy": "wip_limit", "max_active": 6}``; also ``roles``,
        ``templates``, ``places`` and ``demand`` as plain values.

    Raises ``ScenarioError`` with every problem; the place of each is such as ``projects[3].due``,
    rows counted from 0.
    """
    frames: dict[str, Any] = {
        "projects": projects, "phases": phases, "people": staff, "tasks": tasks, "roles": roles,
        "templates": templates, "places": places, "demand": demand, "bookings": bookings,
    }  # fmt: skip
    problems = Problems()
    given = {section: frame for section, frame in frames.items() if frame is not None}
    plain = keys | {k: value for k, value in given.items() if not hasattr(value, "columns")}
    read = {
        section: _sheet(section, frame, problems)
        for section, frame in given.items()
        if section not in plain
    }
    try:
        above = {key: from_python(value, key) for key, value in plain.items()}
    except (TypeError, RecursionError) as error:
        problems.error("PMO104", "input", "", f"{error}.")
        raise ScenarioError(problems.listed()) from None
    root = sheets.document_of(read, above, "input", problems)
    found = [problem for problem in problems.listed() if problem.severity == "error"]
    try:
        scenario = parse_scenario(root.mapping)
    except ScenarioError as error:
        raise ScenarioError([*found, *error.problems]) from None
    if found:
        raise ScenarioError(found)
    return scenario


def _sheet(section: str, frame: DataFrame, problems: Problems) -> Sheet:
    if any(name is not None for name in frame.index.names):
        frame = frame.reset_index()
    headers = []
    for name in frame.columns:
        text, is_exact = cells.text_of_value(name)
        headers.append(cells.month_name(text) if is_exact else text)
    name = "staff" if section == "people" else section

    def place_of(line: int, index: int) -> str:
        header = f".{headers[index]}" if index < len(headers) else ""
        return f"{name}[{line}]{header}"

    sheet = Sheet(shown=name, place_of=place_of)
    cells.add_columns(sheet, headers, 0, problems)
    filled = frame.astype(object).where(frame.notna(), None)
    for line, values in enumerate(filled.itertuples(index=False, name=None)):
        read = [cells.text_of_value(value) for value in values]
        if any(text for text, _ in read):
            exact = {n for n, (_, is_exact) in enumerate(read) if is_exact}
            cells.add_row(sheet, [text for text, _ in read], line, problems, exact=exact)
    return sheet
