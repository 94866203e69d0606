"""Assembly: from a document to a ``Scenario``, with every problem found on the way."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pmosim.errors import Problem, ScenarioError
from pmosim.policy.dispatch import DispatchRule
from pmosim.policy.intake import AGEING_ORDERS, IntakeRule, Open, Order, WipLimit
from pmosim.scenario import changes, files, filling, resolution, shapes, silence, sources
from pmosim.scenario.assumptions import stated_assumptions
from pmosim.scenario.demand import read_demand
from pmosim.scenario.facts import Facts
from pmosim.scenario.frame import read_frame
from pmosim.scenario.kinds import Reader
from pmosim.scenario.messages import Problems, did_you_mean
from pmosim.scenario.nodes import Node, from_python
from pmosim.scenario.portfolio import Scenario
from pmosim.scenario.staff import Staff, read_staff
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
    before = scenario.origin or from_python(scenario.document)
    given = from_python([{verb: value} for verb, value in verbs.items()], "change")
    root = changes.applied(before, given, problems)
    return _or_raise(*_assembled(root, problems))


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
    intake = _read_intake(root, reader, staff)
    dispatch = _read_dispatch(root, reader)
    facts = Facts(
        root=root, frame=frame, staff=staff, demand=demand, intake=intake, dispatch=dispatch,
        problems=problems, assumed=silence.assumed_paths(root),
    )  # fmt: skip
    facts = filling.with_reports(facts)
    validate(facts)
    return Scenario(
        name=fields.get("name", ""),
        as_of=as_of,
        organisation=staff.organisation,
        projects=tuple(site.project for site in facts.demand.projects),
        streams=demand.streams,
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


def _read_intake(root: Node, reader: Reader, staff: Staff) -> IntakeRule:
    node = root.get("intake")
    if node is None:
        return Open()
    if _is_later_policy(node):
        reader.read(shapes.INTAKE.keys["policy"], node.mapping["policy"], "intake.policy")
        return Open()
    fields = reader.fields(shapes.INTAKE, node, "intake")
    order = _read_order(node, fields, reader, staff)
    if fields.get("policy", "open") == "open":
        for key in ("max_active", "on_full"):
            if node.get(key) is not None:
                said = "has a meaning only for `policy: wip_limit`; add the policy or leave it out."
                reader.problems.error("PMO108", node.place_of(key), f"intake.{key}", said)
        return Open(order=order)
    if node.get("max_active") is None:
        said = "needs the key 'max_active': how many projects may be active at once."
        reader.problems.error("PMO102", node, "intake", said)
    return WipLimit(
        max_active=fields.get("max_active", 1), on_full=fields.get("on_full", "wait"), order=order
    )


def _is_later_policy(node: Node) -> bool:
    policy = node.get("policy")
    return policy is not None and policy.text in shapes.INTAKE_LATER


def _read_order(node: Node, fields: Mapping[str, Any], reader: Reader, staff: Staff) -> Order:
    kind = fields.get("order", "request")
    role = fields.get("role")
    roles = [known.id for known in staff.organisation.roles]
    if kind == "bottleneck" and node.get("role") is None:
        said = "needs the key 'role': whose planned days the value is divided by."
        reader.problems.error("PMO102", node, "intake", said)
    if role is not None and role not in roles:
        said = f"is '{role}'; there is no such role.{did_you_mean(role, roles)}"
        reader.problems.error("PMO201", node.mapping["role"], "intake.role", said)
    for key, orders in (
        ("role", ("bottleneck",)),
        ("of", ("bottleneck",)),
        ("ageing", AGEING_ORDERS),
    ):
        if node.get(key) is not None and kind not in orders:
            said = f"has a meaning only for `order: {' | '.join(orders)}`; leave it out."
            reader.problems.error("PMO108", node.place_of(key), f"intake.{key}", said)
    return Order(kind=kind, role=role, of=fields.get("of", "npv"), ageing=fields.get("ageing", 0.0))


def _read_dispatch(root: Node, reader: Reader) -> DispatchRule:
    node = root.get("dispatch")
    fields = reader.fields(shapes.DISPATCH, node, "dispatch") if node else {}
    return DispatchRule(rule=fields.get("rule", "fifo"), hold_after=fields.get("hold_after"))
