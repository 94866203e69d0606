"""Assembly: from a document to a ``Scenario``, with every problem found on the way."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pmosim.errors import Problem, ScenarioError
from pmosim.scenario import changes, files, filling, resolution, rules, shapes, silence, sources
from pmosim.scenario.assumptions import stated_assumptions
from pmosim.scenario.bookings import read_bookings
from pmosim.scenario.demand import read_demand
from pmosim.scenario.facts import Facts
from pmosim.scenario.frame import read_frame
from pmosim.scenario.hazards import read_drivers
from pmosim.scenario.kinds import Reader
from pmosim.scenario.messages import Problems
from pmosim.scenario.nodes import Node, from_python
from pmosim.scenario.portfolio import Scenario
from pmosim.scenario.reactions import read_reactions
from pmosim.scenario.staff import read_staff
from pmosim.scenario.validation import validate

if TYPE_CHECKING:
    from collections.abc import Mapping


def read_scenario(path: Path | str) -> Scenario:
    """Return the scenario of a file with all it refers to.

    Raises ``ScenarioError`` with every problem of every file; warnings stand in
    ``Scenario.warnings``.
    """
    return _or_raise(*check_scenario(path))


def check_scenario(path: Path | str) -> tuple[Scenario | None, list[Problem]]:
    """Return the scenario of a file (None where it has errors) and every problem, in order."""
    problems = Problems()
    try:
        root = sources.read_source(path, problems)
    except files.UnreadableError:
        return None, problems.listed()
    return _assembled(root, problems)


def parse_scenario(document: Mapping[str, Any], *, folder: Path | str = ".") -> Scenario:
    """Return the scenario of plain Python values with the keys of a scenario file.

    Raises ``ScenarioError`` with every problem; the place of each is its dotted key. Paths in
    the document are relative to ``folder``.
    """
    problems = Problems()
    try:
        root = from_python(document)
    except (TypeError, RecursionError) as error:
        problems.error("PMO104", "input", "", f"{error}.")
        raise ScenarioError(problems.listed()) from None
    if not isinstance(root.value, dict):
        return _or_raise(*_assembled(root, problems))
    try:
        root = sources.complete(root, Path(folder), problems)
    except files.UnreadableError:
        raise ScenarioError(problems.listed()) from None
    return _or_raise(*_assembled(root, problems))


def changed(scenario: Scenario, verbs: Mapping[str, Any]) -> Scenario:
    """Return a scenario with changes made, in the verbs of an overlay, in the order given."""
    problems = Problems()
    given = from_python([{verb: value} for verb, value in verbs.items()], "change")
    root = changes.applied(written(scenario), given, problems)
    return _or_raise(*_assembled(root, problems))


def written(scenario: Scenario) -> Node:
    """Return a scenario's document as written, which changes are made to."""
    return scenario.origin or from_python(scenario.document)


def assembled(root: Node, problems: Problems) -> Scenario | None:
    """Return the scenario of a document that was changed, None where there are errors."""
    return _assembled(root, problems)[0]


def _or_raise(scenario: Scenario | None, problems: list[Problem]) -> Scenario:
    if scenario is None:
        raise ScenarioError([problem for problem in problems if problem.severity == "error"])
    return scenario


def _assembled(root: Node, problems: Problems) -> tuple[Scenario | None, list[Problem]]:
    """Return the scenario of a document (None where it has errors) and every problem."""
    if not isinstance(root.value, dict):
        said = f"is {root.shown()}; a scenario must be a mapping of keys to values."
        problems.error("PMO018", root, "the document", said)
        return None, problems.listed()
    scenario = _scenario(root, problems)
    listed = problems.listed()
    if problems.has_errors:
        return None, listed
    return replace(scenario, warnings=tuple(listed)), listed


def _scenario(root: Node, problems: Problems) -> Scenario:
    frame = read_frame(silence.with_priors(root), problems)
    as_of = frame.calendar.as_of
    origin = resolution.with_frozen_holidays(root, as_of, frame.last_day, problems)
    root = silence.with_priors(origin)
    merged = resolution.with_templates(root, problems)
    reader = Reader(problems, frame.measures)
    fields = reader.fields(shapes.SCENARIO, root, "")
    staff = read_staff(root, reader, frame.calendar)
    demand = read_demand(root, merged, reader, as_of)
    drivers = read_drivers(reader, root, [site.project for site in demand.projects], demand.streams)
    bookings = read_bookings(root, reader, staff, demand, frame)
    everybody = [site.project for site in demand.all_sites]
    reactions = read_reactions(reader, root, everybody, staff)
    intake = rules.read_intake(root, reader, staff)
    dispatch = rules.read_dispatch(root, reader)
    facts = Facts(
        root=root, frame=frame, staff=staff, demand=demand, intake=intake, dispatch=dispatch,
        problems=problems, assumed=silence.assumed_paths(root), drivers=drivers,
        bookings=bookings, reactions=reactions,
    )  # fmt: skip
    facts = filling.with_reports(facts)
    validate(facts)
    return Scenario(
        name=fields.get("name", ""),
        as_of=as_of,
        organisation=staff.organisation,
        projects=tuple(site.project for site in facts.demand.projects),
        streams=demand.streams,
        drivers=drivers,
        reactions=reactions,
        bookings=tuple(site.booking for site in bookings),
        intake=intake,
        dispatch=dispatch,
        horizon=frame.horizon,
        run_off=frame.run_off,
        currency=fields.get("currency", ""),
        fiscal_year_month=shapes.MONTHS.index(fields.get("fiscal_year", "jan")) + 1,
        discount_rate=fields.get("discount_rate", 0.0),
        hurdle=fields.get("hurdle", 0.0),
        settings=frame.settings,
        show_people=fields.get("show_people", False),
        assumptions=stated_assumptions(facts),
        document=resolution.document_of(merged),
        origin=origin,
    )
