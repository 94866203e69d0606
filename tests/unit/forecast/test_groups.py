from __future__ import annotations

import pytest

from pmosim.errors import InputError
from pmosim.forecast import Forecast
from tests.unit.forecast.builders import DAY, P, Row, build_network, build_outcomes


def forecast():
    projects = [
        P("a", groups={"programme": "Sales"}, due=10 * DAY, budget=100.0, cost_to_date=5.0),
        P("b", groups={"programme": "IT", "centre": "4711"}, due=10 * DAY),
        P("c", groups={"programme": "Sales"}, status="candidate", budget=50.0),
    ]
    network = build_network(projects, [P("small", groups={"programme": "IT"})])
    rows = [
        Row(0, 0, finished=8 * DAY, fixed_cost=10.0),
        Row(0, 1, finished=12 * DAY, fixed_cost=20.0),
        Row(0, 2, finished=40 * DAY, fixed_cost=30.0),
        Row(1, 0, finished=12 * DAY, fixed_cost=11.0),
        Row(1, 1, finished=14 * DAY, fixed_cost=21.0),
        Row(1, 2, status="absent"),
        Row(1, 3, finished=DAY, fixed_cost=40.0, number=1),
    ]
    return Forecast(build_outcomes(network, rows, replications=2))


def test_every_key_of_the_groups_has_its_lines():
    groups = forecast().to_document()["groups"]
    assert list(groups) == ["programme", "centre"]
    sales, it = groups["programme"]
    assert (sales["group"], sales["projects"], sales["n_projects"]) == ("Sales", ["a", "c"], 2)
    assert (sales["budget"], sales["budget_complete"]) == (150.0, True)
    assert (it["budget"], it["budget_complete"]) == (None, False)
    assert [line["group"] for line in groups["centre"]] == ["(none)", "4711"]


def test_the_cost_of_the_groups_adds_up_to_that_of_the_portfolio():
    document = forecast().to_document(by="status")
    for lines in document["groups"].values():
        total = sum(line["cost"]["mean"]["value"] for line in lines)
        assert total == pytest.approx(document["portfolio"]["cost"]["mean"]["value"], rel=1e-12)
    sales, it = document["groups"]["programme"]
    assert sales["cost"]["mean"]["value"] == 5.0 + (40 + 11) / 2
    assert sales["cost"]["to_date"] == 5.0
    assert it["cost"]["to_date"] is None
    assert it["cost"]["mean"]["value"] == (20 + 61) / 2


def test_dates_of_a_group_are_those_of_its_committed_projects():
    sales, it = forecast().to_document()["groups"]["programme"]
    assert sales["finish"]["p90"]["value"] == "2026-01-20"
    assert it["finish"]["p50"]["value"] == "2026-01-20"
    assert (sales["n_promised"], sales["n_late"]["value"]) == (1, 0.5)
    assert (it["n_promised"], it["n_late"]["value"]) == (1, 1.0)


def test_what_is_asked_for_is_a_key_too():
    document = forecast().to_document(by="status")
    assert document["by"] == "status"
    assert [line["group"] for line in document["groups"]["status"]] == ["approved", "candidate"]


def test_a_key_that_nobody_states_is_refused():
    with pytest.raises(InputError, match="grouped by centre, class, programme"):
        forecast().to_document(by="program")
