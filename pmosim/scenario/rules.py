"""Rules: who is let in (``intake``) and who goes first (``dispatch``), as a scenario names them.

``POLICY_KEYS`` says which keys each policy takes, ``MAIN_PARAMETERS`` which one is meant by the
short form of the command line (``wip_limit:6``), ``short_form`` makes a whole rule of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pmosim.policy.dispatch import DispatchRule
from pmosim.policy.gates import NO_GATES, Gates
from pmosim.policy.intake import (
    AGEING_ORDERS,
    Budget,
    IntakeRule,
    Interrupt,
    LoadLimit,
    Open,
    Order,
    Reserve,
    Stagger,
    WipLimit,
)
from pmosim.scenario import kinds, shapes
from pmosim.scenario.kinds import MISSING, Reader
from pmosim.scenario.messages import did_you_mean, series

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pmosim.scenario.nodes import Node
    from pmosim.scenario.staff import Staff

POLICY_KEYS: dict[str, dict[str, str]] = {
    "open": {},
    "wip_limit": {
        "max_active": "how many projects may be active at once",
        "on_full": "",
        "interrupt": "",
    },
    "load_limit": {
        "norm": "the planned work that may be open, by role, such as {developer: 60pd}",
    },
    "budget": {
        "period": "how often money is given: month, quarter, year, or working days such as 10d",
        "amount": "the money of each period, such as 250k",
        "carry_over": "",
    },
    "stagger": {
        "drum": "the role whose pace sets the starts",
        "buffer": "the planned work of the drum that may be open at a start, such as 20pd",
    },
    "reserve": {
        "max_active": "how many projects may be active at once",
        "reserved": "how many of the places are kept for the class",
        "for": "the class of projects for which places are kept, such as urgent",
        "on_full": "",
        "interrupt": "",
    },
}
"""Policy -> key -> what it says; the keys with words have to be there."""

MAIN_PARAMETERS: dict[str, str] = {
    "wip_limit": "max_active",
    "load_limit": "norm",
    "budget": "amount",
    "stagger": "buffer",
    "reserve": "reserved",
}
"""Policy -> the key that the short form sets and a sweep varies; ``open`` has none."""

SILENT: dict[str, dict[str, str]] = {"budget": {"period": "quarter"}}
"""What the short form takes where the scenario's own rule does not say."""

COMMON = ("order", "role", "of", "ageing", "gates")
"""Keys of every policy."""


def short_form(policy: str, value: str, before: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the rule that ``policy:value`` stands for, as it would be written under ``intake``.

    The order and the gates of the rule ``before`` stay, and so do its other keys where it is the
    same policy (the period of a budget, the drum of a stagger); ``value`` is empty for ``open``.
    Whether the result is complete is checked when it is read.

    Raises ``KeyError`` if there is no such policy.
    """
    known = POLICY_KEYS[policy]
    old = dict(before or {})
    is_same = str(old.get("policy", "open")) == policy
    kept = {key: entry for key, entry in old.items() if key in COMMON or (is_same and key in known)}
    found = {"policy": policy, **SILENT.get(policy, {}), **kept}
    if value and policy in MAIN_PARAMETERS:
        found[MAIN_PARAMETERS[policy]] = value
    return found


def read_dispatch(root: Node, reader: Reader) -> DispatchRule:
    """Return who goes first."""
    node = root.get("dispatch")
    fields = reader.fields(shapes.DISPATCH, node, "dispatch") if node else {}
    return DispatchRule(rule=fields.get("rule", "fifo"), hold_after=fields.get("hold_after"))


def read_intake(root: Node, reader: Reader, staff: Staff) -> IntakeRule:
    """Return who is let in; ``open`` where something is wrong, which is noted."""
    node = root.get("intake")
    if node is None:
        return Open()
    return _Intake(node, reader, [role.id for role in staff.organisation.roles]).read()


class _Intake:
    """The section ``intake`` of one document."""

    def __init__(self, node: Node, reader: Reader, roles: list[str]) -> None:
        self.node, self.reader, self.roles = node, reader, roles
        self.fields = reader.fields(shapes.INTAKE, node, "intake")

    def read(self) -> IntakeRule:
        order = self._order()
        gates = self._gates()
        named = self.node.get("policy")
        policy = self.fields.get("policy")
        if named is not None and policy is None:  # cannot be read, which is told already
            return Open(order=order, gates=gates)
        policy = policy or "open"
        self._check_keys(policy)
        values = self._values(policy)
        if any(key not in values for key, words in POLICY_KEYS[policy].items() if words):
            return Open(order=order, gates=gates)
        rule: Callable[..., IntakeRule] = _RULES[policy]
        names = {key: _FIELDS.get(key, key) for key in values}
        return rule(order=order, gates=gates, **{names[key]: v for key, v in values.items()})

    def _values(self, policy: str) -> dict[str, Any]:
        """Return the values of the policy's own keys, those that can be used."""
        values = {key: self.fields[key] for key in POLICY_KEYS[policy] if key in self.fields}
        if "norm" in values:
            values["norm"] = self._norm(self.node.mapping["norm"])
        if "buffer" in values:
            values["buffer"] = self._days(values["buffer"])
        if "drum" in values and not self._is_role("drum", values["drum"]):
            del values["drum"]
        if "interrupt" in values:
            values["interrupt"] = self._interrupt(values["interrupt"])
        most, reserved = values.get("max_active"), values.get("reserved")
        if most is not None and reserved is not None and reserved > most:
            said = f"is {reserved}, more than the {most} places of `max_active` there are."
            self._error("PMO112", "reserved", said)
        return values

    def _interrupt(self, node: Node) -> Interrupt | None:
        """Return which requests may take the place of another project, at the end of a stage."""
        fields = self.reader.fields(shapes.INTERRUPT, node, "intake.interrupt")
        if self.fields.get("on_full") == "reject":
            said = "has no meaning beside `on_full: reject`: who finds no place does not wait. Let "
            self._error("PMO108", "interrupt", said + "requests wait, or leave one of them out.")
        return Interrupt(for_class=fields["class"]) if "class" in fields else None

    def _check_keys(self, policy: str) -> None:
        """Report keys of other policies, and what is missing."""
        for key in dict.fromkeys(key for keys in POLICY_KEYS.values() for key in keys):
            if self.node.get(key) is not None and key not in POLICY_KEYS[policy]:
                owners = [name for name, keys in POLICY_KEYS.items() if key in keys]
                said = f"has a meaning only for `policy: {' | '.join(owners)}`; "
                self._error("PMO108", key, said + "add the policy or leave it out.")
        for key, words in POLICY_KEYS[policy].items():
            if words and self.node.get(key) is None:
                said = f"needs the key '{key}': {words}."
                self.reader.problems.error("PMO102", self.node, "intake", said)

    def _norm(self, node: Node) -> dict[str, float]:
        """Return person-days by role; one amount stands for the norm of every role."""
        if node.is_scalar:
            value = self.reader.read(kinds.PERSON_TIME, node, "intake.norm")
            return {} if value is MISSING else dict.fromkeys(self.roles, self._days(value))
        found = {}
        for role, entry in node.mapping.items():
            path = f"intake.norm.{role}"
            if role not in self.roles:
                said = f"is for '{role}'; there is no such role.{did_you_mean(role, self.roles)}"
                self.reader.problems.error("PMO201", node.place_of(role), path, said)
            elif not entry.is_null:
                value = self.reader.read(kinds.PERSON_TIME, entry, path)
                if value is not MISSING:
                    found[role] = self._days(value)
        return found

    def _days(self, person_minutes: float) -> float:
        return person_minutes / self.reader.measures.minutes_per_day

    def _order(self) -> Order:
        node, fields = self.node, self.fields
        kind = fields.get("order", "request")
        role = fields.get("role")
        if kind == "bottleneck" and node.get("role") is None:
            said = "needs the key 'role': whose planned days the value is divided by."
            self.reader.problems.error("PMO102", node, "intake", said)
        if role is not None:
            self._is_role("role", role)
        for key, orders in (
            ("role", ("bottleneck",)),
            ("of", ("bottleneck",)),
            ("ageing", AGEING_ORDERS),
        ):
            if node.get(key) is not None and kind not in orders:
                said = f"has a meaning only for `order: {' | '.join(orders)}`; leave it out."
                self._error("PMO108", key, said)
        ageing = fields.get("ageing", 0.0)
        return Order(kind=kind, role=role, of=fields.get("of", "npv"), ageing=ageing)

    def _gates(self) -> Gates:
        node = self.node.get("gates")
        if node is None or not node.mapping:
            return NO_GATES
        fields = self.reader.fields(shapes.GATES, node, "intake.gates")
        if node.get("stop") is None:
            said = "needs the key 'stop': whether the rule may stop projects, `stop: true`."
            self.reader.problems.error("PMO102", node, "intake.gates", said)
        for key, other, words in (
            ("role", "shadow_price", "what a planned day of the role is worth elsewhere"),
            ("shadow_price", "role", "whose planned days have that price"),
        ):
            if node.get(key) is not None and node.get(other) is None:
                said = f"needs the key '{other}': {words}."
                self.reader.problems.error("PMO102", node, "intake.gates", said)
        role = fields.get("role")
        if role is not None and role not in self.roles:
            said = f"is '{role}'; there is no such role.{did_you_mean(role, self.roles)}"
            self.reader.problems.error("PMO201", node.mapping["role"], "intake.gates.role", said)
        return Gates(
            stop=fields.get("stop", False),
            role=role,
            shadow_price=fields.get("shadow_price", 0.0),
            compliance=float(fields.get("compliance", 1.0)),
        )

    def _is_role(self, key: str, role: str) -> bool:
        if role in self.roles:
            return True
        said = f"is '{role}'; there is no such role.{did_you_mean(role, self.roles)}"
        self.reader.problems.error("PMO201", self.node.mapping[key], f"intake.{key}", said)
        return False

    def _error(self, code: str, key: str, said: str) -> None:
        self.reader.problems.error(code, self.node.place_of(key), f"intake.{key}", said)


_RULES: dict[str, Callable[..., IntakeRule]] = {
    "open": Open,
    "wip_limit": WipLimit,
    "load_limit": LoadLimit,
    "budget": Budget,
    "stagger": Stagger,
    "reserve": Reserve,
}
_FIELDS = {"for": "for_class"}
"""Keys of a file that have another name in Python."""


def in_words(rule: IntakeRule) -> str:
    """Return a policy in a few words of a PMO."""
    match rule:
        case WipLimit():
            return f"at most {rule.max_active} at a time{_interrupts(rule.interrupt)}"
        case LoadLimit():
            norms = [f"{days:g} person-days of {role}" for role, days in rule.norm.items()]
            return f"while at most {series(norms, 3)} are open"
        case Budget():
            every = rule.period.replace("d", " working days") if rule.period[0].isdigit() else ""
            return f"within {rule.amount:,.0f} every {every or rule.period}"
        case Stagger():
            return f"when at most {rule.buffer:g} person-days of {rule.drum} are open"
        case Reserve():
            places = "place" if rule.reserved == 1 else "places"
            kept = f"{rule.reserved} {places} kept for {rule.for_class}"
            return f"at most {rule.max_active} at a time, {kept}{_interrupts(rule.interrupt)}"
        case _:
            return "when they ask"


def _interrupts(rule: Interrupt | None) -> str:
    return f", {rule.for_class} may interrupt at the end of a stage" if rule else ""
