"""Ranking: what intake and dispatch rules need to know of the projects they line up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmosim.policy.intake import Budget, Reserve
from pmosim.scenario.facts import ENDED, is_alive, link_site
from pmosim.scenario.messages import did_you_mean, series
from pmosim.scenario.planned import SLIGHT, by_role_of, items_of
from pmosim.scenario.portfolio import Phase

if TYPE_CHECKING:
    from pmosim.policy.intake import Interrupt
    from pmosim.scenario.demand import Site
    from pmosim.scenario.facts import Facts
    from pmosim.scenario.nodes import Node
    from pmosim.scenario.portfolio import Project

_FEWEST_RANKS = 3
_VALUE_ORDERS = {"wsjf", "bottleneck"}
_KEYS = {"rank": "rank", "priority": "priority", "value": "value", "due": "due", "edd": "due"}


def check_priorities(facts: Facts) -> None:
    """Report priorities 1..n, all different, which are ranks the wrong way round."""
    numbers = [
        (site, given)
        for site in facts.demand.projects
        if (given := site.node.get("priority")) is not None
        and isinstance(given.value, int)
        and not isinstance(given.value, bool)
    ]
    values = _numbers_listed(facts) or sorted(site.project.priority for site, _ in numbers)
    if len(values) < _FEWEST_RANKS or values != [float(n + 1) for n in range(len(values))]:
        return
    site, given = numbers[0]
    said = (
        f"is {given.text}, and all priorities are 1 to {len(values)}: these look like ranks, but "
        "a larger priority goes first. Write `rank: 1` for the first, or high, medium and low."
    )
    facts.problems.error("PMO601", given.place, f"{site.path}.priority", said)


def _numbers_listed(facts: Facts) -> list[float]:
    """Return the priorities of the listed projects, also of those that cannot be read otherwise."""
    listed = facts.root.get("projects")
    given = [entry.get("priority") for entry in (listed.items if listed else [])]
    return sorted(
        float(node.value)
        for node in given
        if node is not None and isinstance(node.value, int) and not isinstance(node.value, bool)
    )


def check_rules(facts: Facts) -> None:
    """Report rules that need what projects do not say."""
    order = facts.intake.order.kind
    rules = {"intake.order": order, "dispatch.rule": facts.dispatch.rule}
    for path, rule in rules.items():
        if rule in _VALUE_ORDERS:
            _check_values(facts, path, rule)
        elif rule in _KEYS:
            _check_somebody_says(facts, path, rule, _KEYS[rule])


def _rule_node(facts: Facts, path: str) -> Node:
    section, key = path.split(".")
    node = facts.root.get(section)
    found = node.get(key) if node is not None else None
    return found or facts.root


def _check_values(facts: Facts, path: str, rule: str) -> None:
    lacking = [
        site.project.id
        for site in facts.demand.all_sites
        if is_alive(site) and site.project.cost_of_delay is None and site.project.benefit is None
    ]
    if lacking:
        said = (
            f"is '{rule}', which needs a `cost_of_delay` or `benefit` of every project; "
            f"missing for {series(lacking, 1000)}."
        )
        facts.problems.error("PMO602", _rule_node(facts, path), path, said)


def _check_somebody_says(facts: Facts, path: str, rule: str, key: str) -> None:
    sites: tuple[Site, ...] = facts.demand.all_sites
    if sites and not any(site.node.get(key) is not None for site in sites):
        said = f"is '{rule}', but no project has a `{key}`: all come in the order they are listed."
        facts.problems.warning("PMO603", _rule_node(facts, path), path, said)


def check_intake(facts: Facts) -> None:
    """Report a start rule that can never start some projects, or that has nothing to work on."""
    intake = facts.intake
    if isinstance(intake, Reserve):
        _check_reserve(facts, intake)
    if isinstance(intake, Budget):
        _check_budget(facts, intake)
    if intake.gates.stop:
        _check_gates(facts)
    interrupt = getattr(intake, "interrupt", None)
    if interrupt is not None:
        _check_interrupt(facts, interrupt)


def _waiting(facts: Facts) -> list[Site]:
    """Return what the start rule decides on."""
    return [
        site
        for site in facts.demand.all_sites
        if site.project.status not in {"running", *ENDED}
        and site.project.starts is None
        and not site.project.mandatory
    ]


def _check_reserve(facts: Facts, intake: Reserve) -> None:
    classes = {site.project.project_class for site in facts.demand.all_sites} - {""}
    if intake.reserved and intake.for_class not in classes:
        said = f"is '{intake.for_class}', but no project has that `class`: the places stay empty."
        said += did_you_mean(intake.for_class, classes)
        facts.problems.warning("PMO603", _rule_node(facts, "intake.for"), "intake.for", said)
    others = [
        site.project.id
        for site in _waiting(facts)
        if site.project.project_class != intake.for_class
    ]
    if intake.reserved >= intake.max_active and others:
        said = f"keeps every place; {series(others)} can never start. Keep fewer than max_active."
        place = _rule_node(facts, "intake.reserved")
        facts.problems.warning("PMO604", place, "intake.reserved", said)


def _check_interrupt(facts: Facts, interrupt: Interrupt) -> None:
    """Report a class that nothing has, and stages that never end before the project does."""
    path = "intake.interrupt"
    classes = {site.project.project_class for site in facts.demand.all_sites} - {""}
    if interrupt.for_class not in classes:
        said = f"is '{interrupt.for_class}', but no project has that `class`: nothing interrupts."
        said += did_you_mean(interrupt.for_class, classes)
        facts.problems.warning("PMO603", _rule_node(facts, path), f"{path}.class", said)
    elif not any(
        activity.gate or (isinstance(activity, Phase) and len(site.project.activities) > 1)
        for site in facts.demand.all_sites
        if site.project.project_class != interrupt.for_class and not site.project.mandatory
        for activity in site.project.activities
    ):
        said = "never sets anything aside: no other project has phases, or a task with `gate: true`"
        said += ", at whose end it could be."
        facts.problems.warning("PMO603", _rule_node(facts, path), path, said)


def _check_budget(facts: Facts, intake: Budget) -> None:
    """Report projects that cost more than a period has, all that can be carried over included."""
    if intake.carry_over >= 1:
        return
    most = intake.amount / (1 - intake.carry_over)
    dear = [
        f"{site.project.id} ({cost:,.0f})"
        for site in _waiting(facts)
        if (cost := _planned_cost(facts, site.project)) > most * (1 + SLIGHT)
    ]
    if dear:
        said = (
            f"is {intake.amount:,.0f}, at most {most:,.0f} with what is carried over: too little "
            f"for the planned cost of {series(dear)}, which can never start. Give more, or a "
            "longer period."
        )
        place = _rule_node(facts, "intake.amount")
        facts.problems.warning("PMO604", place, "intake.amount", said)


def _planned_cost(facts: Facts, project: Project) -> float:
    """Return about the planned cost: day rates of roles, also for named people."""
    work = by_role_of(items_of(facts, project), lambda _: 1.0)
    day = facts.frame.calendar.minutes_per_day
    cost = sum(
        minutes / day * facts.roles[role].day_rate
        for role, minutes in work.items()
        if role in facts.roles
    )
    fixed = project.fixed_cost
    return cost + (fixed.plan * project.size.plan if fixed is not None else 0.0)


def _check_gates(facts: Facts) -> None:
    gated = [site for site in facts.demand.all_sites if is_alive(site) and _has_gate(site)]
    node = _rule_node(facts, "intake.gates")
    if not gated:
        said = "are on, but no task or phase has `gate: true`: nothing is ever stopped."
        facts.problems.warning("PMO603", node, "intake.gates", said)
    idle = [
        site.project.id
        for site in gated
        if site.project.benefit is None and not site.project.mandatory
    ]
    if idle:
        said = (
            f"stop {series(idle)} at the first gate with work behind it: no `benefit` is said, "
            "so nothing is to be gained. Add the benefit, or `mandatory: true`."
        )
        facts.problems.warning("PMO604", node, "intake.gates", said)


def _has_gate(site: Site) -> bool:
    return any(activity.gate for activity in site.project.activities)


def check_statuses(facts: Facts) -> None:
    """Report keys that contradict the status of their project."""
    as_of = facts.frame.calendar.as_of
    for site in facts.demand.projects:
        project, node = site.project, site.node
        given = node.get("probability")
        if given is not None and project.status != "candidate" and project.probability != 1:
            said = f"stands only on a candidate, but the project is '{project.status}'; "
            said += "set `status: candidate` or leave it out."
            facts.problems.error("PMO108", given, f"{site.path}.probability", said)
        if project.status not in {"running", *ENDED}:
            continue
        said = f"has no effect: the project is '{project.status}' on day 0 ({as_of})."
        for key in ("starts", "arrives", "not_before"):
            day = getattr(project, key)
            if day is not None and day > as_of:
                facts.problems.warning("PMO904", node.mapping[key], f"{site.path}.{key}", said)
        for link in project.after:
            other = facts.projects.get(link.project or "")
            if project.status == "running" and other is not None and other.status != "done":
                facts.problems.warning("PMO904", *link_site(node, site.path, link), said)


def check_absent_predecessors(facts: Facts) -> None:
    """Warn of links to projects that never happen."""
    for site in facts.demand.projects:
        if not is_alive(site):
            continue
        owners = [(site.node, site.path, site.project.after)]
        for section in ("phases", "tasks"):
            for activity in site.project.activities:
                entry = (site.node.get(section) or site.node).get(activity.id)
                if entry is not None:
                    owners.append((entry, f"{site.path}.{section}.{activity.id}", activity.after))
        for node, path, links in owners:
            for link in links:
                other = facts.projects.get(link.project or "")
                if other is None or link.if_absent == "ignore" or not _never_happens(other):
                    continue
                said = f"waits for '{other.id}', which never happens: this is never started. "
                said += "Add `if_absent: ignore`, or remove the link."
                facts.problems.warning("PMO311", *link_site(node, path, link), said)


def _never_happens(project: object) -> bool:
    status, chance = getattr(project, "status", ""), getattr(project, "probability", 1.0)
    return status == "cancelled" or chance == 0
