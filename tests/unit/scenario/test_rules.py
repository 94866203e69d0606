"""Start rules as they stand in a file: what is read, what is refused, what is doubted."""

from __future__ import annotations

from typing import Any

import pytest

import pmosim as pm
from pmosim.policy.gates import Gates
from pmosim.policy.intake import (
    Budget,
    Intake,
    LoadLimit,
    Open,
    Order,
    Reserve,
    Stagger,
    WipLimit,
)
from pmosim.scenario.rules import MAIN_PARAMETERS, POLICY_KEYS, in_words, short_form

RULES: list[tuple[dict[str, Any], Intake, str]] = [
    ({"policy": "open"}, Open(), "when they ask"),
    (
        {"policy": "wip_limit", "max_active": 6, "on_full": "reject"},
        WipLimit(max_active=6, on_full="reject"),
        "at most 6 at a time",
    ),
    (
        {"policy": "load_limit", "norm": {"dev": "2pm", "test": "12ph"}},
        LoadLimit(norm={"dev": 40.0, "test": 1.5}),
        "while at most 40 person-days of dev, 1.5 person-days of test are open",
    ),
    (
        {"policy": "load_limit", "norm": "30pd"},
        LoadLimit(norm={"dev": 30.0, "test": 30.0}),
        "while at most 30 person-days of dev, 30 person-days of test are open",
    ),
    (
        {"policy": "budget", "period": "quarter", "amount": "250k", "carry_over": "50%"},
        Budget(period="quarter", amount=250_000.0, carry_over=0.5),
        "within 250,000 every quarter",
    ),
    (
        {"policy": "budget", "period": "010d", "amount": "1.2M"},
        Budget(period="10d", amount=1_200_000.0),
        "within 1,200,000 every 10 working days",
    ),
    (
        {"policy": "stagger", "drum": "dev", "buffer": "20pd"},
        Stagger(drum="dev", buffer=20.0),
        "when at most 20 person-days of dev are open",
    ),
    (
        {"policy": "reserve", "max_active": 4, "reserved": 1, "for": "urgent"},
        Reserve(max_active=4, reserved=1, for_class="urgent"),
        "at most 4 at a time, 1 place kept for urgent",
    ),
]
GATES = {"stop": True, "role": "dev", "shadow_price": "1.5k", "compliance": "80%"}


def document(intake: dict[str, Any] | None = None, **keys: Any) -> dict[str, Any]:
    task = {"effort": "5pd", "needs": {"dev": 1}}
    return {
        "as_of": "2027-01-04",
        "roles": {"dev": {"day_rate": 500}, "test": {}},
        "people": [{"role": "dev", "headcount": 2}, {"role": "test"}],
        "projects": [
            {"id": "a", "class": "urgent", "tasks": {"t": task}},
            {"id": "b", "tasks": {"t": task}},
        ],
        **({} if intake is None else {"intake": intake}),
    } | keys


def warnings(described: dict[str, Any]) -> str:
    return "\n".join(map(str, pm.parse_scenario(described).warnings))


@pytest.mark.parametrize(("intake", "rule", "words"), RULES, ids=[r[2] for r in RULES])
def test_each_policy_is_read_and_told_in_words(
    intake: dict[str, Any], rule: Any, words: str
) -> None:
    assert pm.parse_scenario(document(intake)).intake == rule
    assert in_words(rule) == words


@pytest.mark.parametrize(("intake", "rule", "words"), RULES, ids=[r[2] for r in RULES])
def test_each_policy_can_be_set_by_a_change_and_runs_alike_from_its_resolved_form(
    intake: dict[str, Any], rule: Any, words: str
) -> None:
    described = intake | {"order": "rank", "gates": GATES}
    changed = pm.parse_scenario(document()).change(policy=described)
    order, gates = Order(kind="rank"), Gates(**GATES | {"shadow_price": 1500.0, "compliance": 0.8})
    assert changed.intake.order == order
    assert changed.intake.gates == gates
    resolved = pm.parse_scenario(dict(changed.document))
    assert resolved.intake == changed.intake
    one, other = (
        pm.simulate(s, replications=3, seed=2).tasks().to_csv() for s in (changed, resolved)
    )
    assert one == other, words


def test_gates_stand_with_every_policy_and_default_to_off() -> None:
    assert pm.parse_scenario(document()).intake.gates == Gates()
    assert pm.parse_scenario(document({"gates": {}})).intake.gates.stop is False
    assert pm.parse_scenario(document({"gates": {"stop": True}})).intake.gates == Gates(stop=True)


def test_gates_are_told_among_the_assumptions() -> None:
    def told(**keys: Any) -> str:
        scenario = pm.parse_scenario(document(**keys))
        return next(e.text for e in scenario.assumptions if e.mechanism == "gates")

    assert told() == "Gates are off: no project is stopped early."
    assert "1,500 for each planned day of dev" in told(intake={"gates": GATES})
    assert "obeyed in 80% of the cases" in told(intake={"gates": GATES})


@pytest.mark.parametrize(
    ("keys", "hint"),
    [
        ({"gates": {"stop": True}}, "intake: {gates: {stop: true}}"),
        ({"templates": {"m": {"gate": True}}}, "gate: true at the phase or task"),
    ],
)
def test_a_gate_in_the_wrong_place_is_told_where_it_belongs(
    keys: dict[str, Any], hint: str
) -> None:
    with pytest.raises(pm.ScenarioError, match=hint):
        pm.parse_scenario(document(**keys))


def test_all_that_is_missing_is_told_at_once() -> None:
    with pytest.raises(pm.ScenarioError) as raised:
        pm.parse_scenario(document({"policy": "reserve"}))
    text = str(raised.value)
    assert all(f"needs the key '{key}'" in text for key in ("max_active", "reserved", "for"))


def test_wsjf_and_bottleneck_are_refused_with_the_projects_that_say_no_value() -> None:
    for order in ({"order": "wsjf"}, {"order": "bottleneck", "role": "dev"}):
        described = document({"policy": "stagger", "drum": "dev", "buffer": "5pd"} | order)
        described["projects"][0]["cost_of_delay"] = "1k/d"
        with pytest.raises(pm.ScenarioError, match=r"missing for b\."):
            pm.parse_scenario(described)


def test_a_class_that_no_project_has_is_doubted() -> None:
    rule = {"policy": "reserve", "max_active": 4, "reserved": 1, "for": "urgnt"}
    assert "Did you mean 'urgent'?" in warnings(document(rule))
    assert "urgent" not in warnings(document(rule | {"for": "urgent"}))


def test_places_that_are_all_kept_are_doubted() -> None:
    rule = {"policy": "reserve", "max_active": 2, "reserved": 2, "for": "urgent"}
    assert "b can never start" in warnings(document(rule))


def test_a_budget_that_pays_for_no_project_is_doubted() -> None:
    rule = {"policy": "budget", "period": "quarter", "amount": "2k"}
    assert "too little for the planned cost of a (2,500), b (2,500)" in warnings(document(rule))
    assert "too little" not in warnings(document(rule | {"amount": "2500"}))
    assert "too little" not in warnings(document(rule | {"carry_over": "20%"}))
    described = document(rule)
    described["projects"][0]["mandatory"] = True
    described["projects"][1]["starts"] = "2027-02-01"
    assert "too little" not in warnings(described)


def test_gates_without_a_stage_or_without_a_benefit_are_doubted() -> None:
    described = document({"gates": {"stop": True}})
    assert "no task or phase has `gate: true`" in warnings(described)
    described["projects"][0]["tasks"]["t"] = {"effort": "5pd", "needs": {"dev": 1}, "gate": True}
    assert "stop a at the first gate" in warnings(described)
    described["projects"][0]["benefit"] = {"per_year": "10k", "for": "1y"}
    assert "gate" not in warnings(described)


def test_the_short_form_names_the_main_setting_and_keeps_order_and_gates() -> None:
    before = {"policy": "wip_limit", "max_active": 9, "on_full": "reject", "order": "rank"}
    before |= {"gates": {"stop": True}}
    kept = {"order": "rank", "gates": {"stop": True}}
    assert short_form("wip_limit", "6", before) == before | {"max_active": "6"}
    assert short_form("open", "", before) == {"policy": "open"} | kept
    budget = {"policy": "budget", "period": "quarter", "amount": "400k"}
    assert short_form("budget", "400k", before) == budget | kept
    monthly = {"policy": "budget", "period": "month", "amount": "1k", "carry_over": "50%"}
    assert short_form("budget", "2k", monthly) == monthly | {"amount": "2k"}
    drum = {"policy": "stagger", "drum": "dev", "buffer": "5pd"}
    assert short_form("stagger", "9pd", drum) == drum | {"buffer": "9pd"}


@pytest.mark.parametrize("policy", MAIN_PARAMETERS)
def test_the_short_form_is_complete_or_told_what_is_missing(policy: str) -> None:
    values = {"load_limit": "30pd", "budget": "9k", "stagger": "5pd"}
    rule = short_form(policy, values.get(policy, "2"))
    if policy in ("stagger", "reserve"):
        with pytest.raises(pm.ScenarioError, match="needs the key"):
            pm.parse_scenario(document()).change(policy=rule)
    else:
        assert pm.parse_scenario(document()).change(policy=rule)


def test_every_policy_but_open_has_a_main_setting_that_it_must_have() -> None:
    assert set(MAIN_PARAMETERS) == set(POLICY_KEYS) - {"open"}
    assert all(POLICY_KEYS[policy][key] for policy, key in MAIN_PARAMETERS.items())
