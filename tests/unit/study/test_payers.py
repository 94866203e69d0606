"""Who pays, and by which cause: over the futures in which both runs finish a project."""

from __future__ import annotations

import pytest

import pmosim as pm
from pmosim.study.payers import find_payers
from tests.unit.forecast.builders import DAY, NONE, P, Row, build_network, build_outcomes


def run(*rows: tuple[int, dict[str, int]]) -> pm.Outcomes:
    """Return outcomes of one project: its finish in days and its causes in days, by future."""
    network = build_network([P("crm")])
    found = [
        Row(
            k,
            0,
            finished=NONE if days == NONE else days * DAY,
            status="active" if days == NONE else "finished",
            causes={name: part * DAY for name, part in causes.items()},
        )
        for k, (days, causes) in enumerate(rows)
    ]
    return build_outcomes(network, found, replications=len(found))


def test_causes_are_those_of_the_futures_in_which_both_finish() -> None:
    # Only in the futures 0 and 1 do both finish; what the others waited for tells nothing.
    before = run(
        (10, {"work": 10}), (10, {"work": 8, "developer": 2}), (10, {"work": 10}), (NONE, {}),
        *[(10, {"work": 10})] * 396,
    )  # fmt: skip
    after = run(
        (16, {"work": 10, "developer": 6}), (14, {"work": 8, "tester": 4, "developer": 2}),
        (NONE, {}), (90, {"developer": 90}),
        *[(15, {"work": 10, "developer": 5})] * 396,
    )  # fmt: skip
    found = find_payers(pm.compare(before, after))
    assert [move.project for move in found.later] == ["crm"]
    causes = dict(found.causes)
    assert set(causes) == {"developer", "tester"}
    assert causes["developer"] == pytest.approx((6 + 396 * 5) / 398)
    assert causes["tester"] == pytest.approx(4 / 398)
