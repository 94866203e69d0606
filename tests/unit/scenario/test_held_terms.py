"""What projects say of those whom they hold throughout, and what covering for them takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import pmosim as pm
from pmosim.network import compile_network
from pmosim.scenario.portfolio import Need
from pmosim.study.mechanisms import find_mechanisms
from pmosim.units import WHOLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from pmosim.scenario import Scenario

    Parse = Callable[..., Scenario]

TASKS = {"t": {"effort": "5pd", "needs": {"dev": 1}}}
BLOCKS = {"share": "20%", "blocks": True}


def held(parse: Parse, throughout: Any, **keys: Any) -> Scenario:
    settings = keys.pop("settings", {})
    project = {"id": "crm", "throughout": throughout, "tasks": TASKS} | keys
    people = [{"role": "test", "headcount": 2}, {"role": "dev", "headcount": 2}]
    return parse(projects=[project], settings=settings, people=people)


def test_a_share_held_throughout_may_say_that_it_blocks(parse: Parse) -> None:
    throughout = {"test": BLOCKS | {"share": "2 x 20%"}, "dev": "10%"}
    found = held(parse, throughout).projects[0].throughout
    assert found == (
        Need(who="test", heads=2, share=WHOLE // 5, blocks=True),
        Need(who="dev", share=WHOLE // 10),
    )


@pytest.mark.parametrize(
    ("coverage", "cover", "share"),
    [("0%", None, "40%"), ("60%", None, "25%"), ("100%", None, "20%"), ("0%", "10%", "100%")],
)
def test_cover_takes_the_share_over_its_efficiency(
    coverage: str, cover: str | None, share: str, parse: Parse
) -> None:
    settings = {} if cover is None else {"standard": {"cover": cover}}
    scenario = held(parse, {"test": BLOCKS}, coverage=coverage, settings=settings)
    assert compile_network(scenario).covers == ((int(share[:-1]) * WHOLE // 100,),)
    found = [entry.basis for entry in scenario.assumptions if entry.mechanism == "cover"]
    assert found == ["assumed" if cover is None else "stated"]


def test_nothing_is_covered_where_nothing_blocks(parse: Parse) -> None:
    scenario = held(parse, {"test": {"share": "20%"}})
    assert compile_network(scenario).covers is None
    assert not [entry for entry in scenario.assumptions if entry.mechanism == "cover"]


@pytest.mark.parametrize(
    ("throughout", "code"),
    [
        ({"test": {"blocks": True}}, "PMO102"),
        ({"test": BLOCKS | {"block": True}}, "PMO101"),
        ({"test": BLOCKS | {"share": "x"}}, "PMO123"),
        ({"tst": BLOCKS}, "PMO202"),
    ],
)
def test_what_cannot_be_held_is_refused(throughout: Any, code: str, parse: Parse) -> None:
    with pytest.raises(pm.InputError) as caught:
        held(parse, throughout)
    assert code in {problem.code for problem in caught.value.problems}


def test_it_is_switched_alone(parse: Parse) -> None:
    found = {one.id: one for one in find_mechanisms(held(parse, {"test": BLOCKS, "dev": "10%"}))}
    assert found["standing still"].is_on
    switched = found["standing still"].switched
    assert isinstance(switched, pm.Scenario)
    assert switched.document["projects"][0]["throughout"] == {"test": "20%", "dev": "10%"}
