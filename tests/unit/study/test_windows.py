"""What a change does in each quarter, on portfolios whose answers are worked out by hand."""

from __future__ import annotations

import json
from typing import Any

import pytest

import pmosim as pm
from pmosim.study.windows import MEASURES, Window, by_quarter

LONG = {"build": {"effort": "40pd", "needs": {"developer": 1}}}
DOCUMENT: dict[str, Any] = {
    "pmosim": 1,
    "name": "Two long ones",
    "as_of": "2027-01-04",
    "horizon": "1y",
    "roles": {"developer": {"day_rate": 700}},
    "people": [{"role": "developer"}],
    "projects": [
        {"id": "crm", "rank": 1, "tasks": LONG, "due": "2027-06-30"},
        {"id": "web", "rank": 2, "tasks": LONG, "due": "2027-03-31"},
    ],
}


def windows(after: dict[str, Any] | None = None, **keys: Any) -> dict[str, Window]:
    """Return by label what one more developer changes, or another document."""
    before = pm.parse_scenario(DOCUMENT | keys)
    other = pm.parse_scenario(
        after or DOCUMENT | keys | {"people": [{"role": "developer", "headcount": 2}]}
    )
    runs = [pm.simulate(scenario, replications=2, seed=1) for scenario in (before, other)]
    return {window.label: window for window in by_quarter(*runs)}


def changes(window: Window) -> dict[str, float]:
    return {row.measure: row.difference.value for row in window.rows}


def test_work_that_moves_forward_is_gained_in_one_quarter_and_missing_in_the_next() -> None:
    found = windows()
    assert list(found)[:2] == ["2027-Q1", "2027-Q2"]
    money = 40 * 700.0
    first = {"tasks_finished": 1.0, "finished": 1.0, "missed": -1.0, "cost": money}
    assert changes(found["2027-Q1"]) == first
    second = {"tasks_finished": -1.0, "finished": -1.0, "missed": 0.0, "cost": -money}
    assert changes(found["2027-Q2"]) == second
    row = found["2027-Q1"].row("finished")
    assert row is not None
    assert row.base is not None
    assert row.base.value == 1.0
    assert row.difference.is_settled
    assert found["2027-Q1"].row("benefit") is None


def test_a_promise_counts_in_the_quarter_of_its_last_day() -> None:
    on_the_boundary = [dict(project) for project in DOCUMENT["projects"]]
    on_the_boundary[1]["due"] = "2027-04-01"
    assert changes(windows(projects=on_the_boundary)["2027-Q1"])["missed"] == 0.0
    assert changes(windows(projects=on_the_boundary)["2027-Q2"])["missed"] == -1.0


def test_four_quarters_add_up_and_the_first_one_begins_on_day_0() -> None:
    months = {"people": [{"role": "developer", "fte": "50%"}], "as_of": "2027-02-01"}
    twice = [{"id": name, "tasks": {"do": {"effort": "60pd", "needs": {"developer": 1}}}}
             for name in ("crm", "web", "hr")]  # fmt: skip
    found = windows(projects=twice, **months)
    quarters = [window for window in found.values() if window.n_quarters == 1]
    years = [window for window in found.values() if window.n_quarters == 4]
    assert [year.label for year in years] == ["2027-Q1 to 2027-Q4"]
    assert quarters[0].first_day.isoformat() == "2027-02-01"
    for measure in ("finished", "cost"):
        parts = sum(changes(quarter)[measure] for quarter in quarters[:4])
        assert changes(years[0])[measure] == pytest.approx(parts)


def test_a_benefit_counts_where_it_flows() -> None:
    valued = [project | {"benefit": {"per_year": "365.25k", "until": "2027-12-31"}}
              for project in DOCUMENT["projects"]]  # fmt: skip
    found = windows(projects=valued)
    # 80 working days end on 23 April, 40 on 26 February: 1,000 for each calendar day between.
    total = sum(changes(found[label])["benefit"] for label in ("2027-Q1", "2027-Q2"))
    assert total == pytest.approx(1_000 * 56)


def test_what_only_one_side_has_is_no_success_but_its_money_counts() -> None:
    projects = [*DOCUMENT["projects"], {"id": "new", "tasks": LONG, "due": "2027-01-05"}]
    people = [{"role": "developer"}, {"role": "developer"}]
    before, after = (
        DOCUMENT | {"people": people},
        DOCUMENT | {"people": [*people, people[0]], "projects": projects},
    )
    found = windows(after, people=before["people"])
    assert changes(found["2027-Q1"]) == {
        "tasks_finished": 0.0, "finished": 0.0, "cost": 28_000.0,
    }  # fmt: skip


def test_the_document_is_plain_and_in_the_order_of_the_measures() -> None:
    document = [window.to_json() for window in windows().values()]
    assert document == json.loads(json.dumps(document, allow_nan=False))
    assert document[0]["window"] == "2027-Q1"
    told = [row["measure"] for row in document[0]["rows"]]
    assert told == [measure for measure in MEASURES if measure in told]
