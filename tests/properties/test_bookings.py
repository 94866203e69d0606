"""Bookings: exact small cases, how delay spreads, and random ones under audit."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

import pmosim as pm
from pmosim.report.page import render_page
from pmosim.workspace.tables import write_tables
from tests.properties.scenarios import (
    Dice,
    add_bookings,
    random_chance_scenario,
    random_scenario,
    valid_document,
)
from tests.properties.test_people import with_changes
from tests.properties.test_rework import with_rework

if TYPE_CHECKING:
    from pathlib import Path

    from tests.properties.scenarios import Document

FOUR_WEEKS = {"from": "2027-01-04", "until": "2027-01-29"}
NEXT_WEEK = {"from": "2027-02-01", "until": "2027-02-05"}


def task(effort: str, who: str = "dev", **keys: Any) -> Document:
    return {"effort": effort, "needs": {who: 1}, **keys}


def portfolio(bookings: list[Document], people: int = 1, **tasks: Document) -> Document:
    """Return projects of one task each, in the order given, and who is booked for them."""
    return {
        "as_of": "2027-01-04",
        "horizon": "1y",
        "roles": {"dev": {}},
        "people": [{"role": "dev", "headcount": people}],
        "projects": [{"id": name, "tasks": {"t": given}} for name, given in tasks.items()],
        "bookings": bookings,
    }


def run(document: Document, **keys: Any) -> pm.Outcomes:
    return pm.simulate(pm.parse_scenario(document | keys), replications=1, seed=1, audit=True)


def spans(document: Document, **keys: Any) -> dict[str, tuple[float, float]]:
    """Return start and finish of each task of the only future, in working days."""
    frame = run(document, **keys).tasks()
    return {row.project: (row.started_day, row.finished_day) for row in frame.itertuples()}


def unused_days(outcomes: pm.Outcomes) -> dict[tuple[str, str], float]:
    rows = outcomes.unused
    projects = outcomes.project_ids[rows.project_row]
    people = [outcomes.network.people.ids[n] for n in rows.person]
    days = rows.attention / (10**9 * outcomes.minutes_per_day)
    return dict(zip(zip(projects, people, strict=True), days.tolist(), strict=True))


# --- delay spreads --------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", ["fifo", "rank"])
def test_work_that_is_late_keeps_the_person_and_who_is_booked_next_waits(rule: str) -> None:
    bookings = [
        {"person": "dev-1", "project": "a", **FOUR_WEEKS},
        {"person": "dev-1", "project": "b", **NEXT_WEEK},
    ]
    # Two tasks of a, 13 days each, are 6 days late; b, which is booked from day 20, waits for both.
    document = portfolio(bookings, b=task("5pd"))
    first = {"id": "a", "tasks": {"t": task("13pd"), "u": task("13pd", after="t")}}
    document["projects"].append(first)
    frame = run(document, dispatch={"rule": rule}).tasks()
    found = {(r.project, r.task): (r.started_day, r.finished_day) for r in frame.itertuples()}
    assert found == {("a", "t"): (0, 13), ("a", "u"): (13, 26), ("b", "t"): (26, 31)}


@pytest.mark.parametrize(
    ("on_overrun", "a_ends", "b_has"), [("extend", 26, (26, 31)), ("release", 31, (20, 25))]
)
def test_the_example_of_the_page_on_bookings(
    on_overrun: str, a_ends: float, b_has: tuple[float, float]
) -> None:
    bookings = [
        {"person": "dev-1", "project": "a", **FOUR_WEEKS, "on_overrun": on_overrun},
        {"person": "dev-1", "project": "b", **NEXT_WEEK},
    ]
    document = portfolio(bookings, b=task("5pd"))
    tasks = {"t": task("13pd"), "u": task("7pd", after="t"), "v": task("6pd", after="u")}
    document["projects"].append({"id": "a", "tasks": tasks})
    frame = run(document).tasks()
    found = {(r.project, r.task): (r.started_day, r.finished_day) for r in frame.itertuples()}
    assert found["a", "v"] == (a_ends - 6, a_ends)
    assert found["b", "t"] == b_has


def test_nobody_is_taken_off_a_task_when_the_window_ends() -> None:
    bookings = [
        {"person": "dev-1", "project": "a", **FOUR_WEEKS, "on_overrun": "release"},
        {"person": "dev-1", "project": "b", **NEXT_WEEK},
    ]
    found = spans(portfolio(bookings, a=task("26pd"), b=task("5pd")))
    assert found == {"a": (0, 26), "b": (26, 31)}


def test_nor_when_it_begins() -> None:
    bookings = [{"person": "dev-1", "project": "b", **NEXT_WEEK}]
    found = spans(portfolio(bookings, a=task("22pd"), b=task("5pd", not_before="2027-02-01")))
    assert found == {"a": (0, 22), "b": (22, 27)}


# --- who has room ---------------------------------------------------------------------------------


def test_a_booked_share_waits_for_its_project_and_is_counted_as_idle() -> None:
    bookings = [{"person": "dev-1", "project": "b", **FOUR_WEEKS}]
    document = portfolio(bookings, a=task("5pd"), b=task("5pd", not_before="2027-01-18"))
    outcomes = run(document)
    found = {row.project: row.started_day for row in outcomes.tasks().itertuples()}
    # b cannot begin for ten days; a, which could, has to wait until b has ended.
    assert found == {"a": 15, "b": 10}
    assert unused_days(outcomes) == {("b", "dev-1"): 10.0}


def test_beside_a_booked_share_there_is_room_for_what_needs_no_more() -> None:
    bookings = [{"person": "dev-1", "project": "b", "share": "60%", **FOUR_WEEKS}]
    light = {"effort": "4pd", "needs": {"dev": "40%"}}
    heavy = {"effort": "5pd", "needs": {"dev": "50%"}}
    own = {"effort": "6pd", "needs": {"dev": "60%"}, "not_before": "2027-01-18"}
    outcomes = run(portfolio(bookings, heavy=heavy, light=light, b=own))
    found = {row.project: row.started_day for row in outcomes.tasks().itertuples()}
    assert found == {"light": 0, "b": 10, "heavy": 20}
    assert unused_days(outcomes) == {("b", "dev-1"): pytest.approx(6.0)}


def test_a_project_takes_first_who_is_booked_for_it() -> None:
    bookings = [{"person": "dev-2", "project": "a", **FOUR_WEEKS}]
    frame = run(portfolio(bookings, people=2, a=task("5pd"), b=task("5pd"))).tasks()
    assert {row.project: row.people for row in frame.itertuples()} == {"a": "dev-2", "b": "dev-1"}


def test_who_is_booked_twice_is_there_for_the_earlier_booking() -> None:
    # 80 % and 60 % of one person: the later booking gets the 20 % that are left.
    bookings = [
        {"person": "dev-1", "project": "a", "share": "80%", **FOUR_WEEKS},
        {"person": "dev-1", "project": "b", "share": "60%", **FOUR_WEEKS},
    ]
    document = portfolio(
        bookings,
        b={"effort": "6pd", "needs": {"dev": "60%"}},
        c={"effort": "1pd", "needs": {"dev": "20%"}},
        a={"effort": "4pd", "needs": {"dev": "80%"}},
    )
    # While a has its 80 % the other 20 % are kept for b, which needs more; c may not have them.
    assert spans(document) == {"a": (0, 5), "b": (5, 15), "c": (5, 10)}


def test_a_booking_ends_with_its_project_and_rests_while_it_is_paused() -> None:
    bookings = [{"person": "dev-1", "project": "a", **FOUR_WEEKS}]
    found = spans(portfolio(bookings, a=task("5pd"), b=task("5pd")))
    assert found == {"a": (0, 5), "b": (5, 10)}
    document = portfolio(bookings, a=task("5pd"), b=task("5pd"))
    document["projects"][0]["pauses"] = ["2027-01-06..2027-01-12"]
    assert spans(document) == {"a": (0, 10), "b": (2, 7)}


def test_a_booking_ends_when_the_person_is_withdrawn() -> None:
    bookings = [{"person": "dev-1", "project": "a", **FOUR_WEEKS}]
    document = portfolio(bookings, people=2, a=task("8pd"), b=task("8pd"), c=task("1pd"))
    document["projects"][0]["withdrawn"] = {"dev-1": "2027-01-07"}
    # dev-2 has b for 8 days; dev-1, off a after three, has c, and a goes on with dev-2.
    assert spans(document) == {"a": (0, 13), "b": (0, 8), "c": (3, 4)}


def test_a_booking_for_a_project_that_has_not_started_by_its_end_lapses() -> None:
    bookings = [{"person": "dev-1", "project": "a", **FOUR_WEEKS}]
    document = portfolio(bookings, a=task("5pd"), b=task("5pd"))
    document["projects"][0]["starts"] = "2027-02-08"
    assert spans(document) == {"a": (25, 30), "b": (20, 25)}


def test_a_booking_without_an_end_lasts_as_long_as_the_project() -> None:
    bookings = [{"person": "dev-1", "project": "a"}]
    document = portfolio(bookings, b=task("5pd"))
    tasks = {"t": task("3pd"), "u": task("3pd", not_before="2027-02-01")}
    document["projects"].append({"id": "a", "tasks": tasks})
    frame = run(document).tasks()
    found = {(r.project, r.task): r.started_day for r in frame.itertuples()}
    assert found == {("a", "t"): 0, ("a", "u"): 20, ("b", "t"): 23}


def test_what_is_booked_and_not_used_stands_in_the_document_the_table_and_the_page(
    tmp_path: Path,
) -> None:
    bookings = [{"person": "dev-1", "project": "b", **FOUR_WEEKS}]
    document = portfolio(bookings, a=task("5pd"), b=task("5pd", not_before="2027-01-18"))
    forecast = pm.Forecast(run(document)).to_document()
    (entry,) = forecast["bookings"]
    assert (entry["project"], entry["person"]) == ("b", "dev-1")
    assert entry["unused_days"]["value"] == 10.0
    write_tables(forecast, tmp_path)
    assert (tmp_path / "booked.csv").read_text().splitlines()[1].startswith("b,b,dev-1,10")
    page = render_page(forecast)
    assert "Booked, not used" in page
    assert "dev-1 10.0" in page
    silent = pm.Forecast(run(document | {"bookings": []})).to_document()
    assert "bookings" not in silent
    assert "booked" not in {path.stem for path in write_tables(silent, tmp_path / "silent")}
    assert "Booked, not used" not in render_page(silent)


# --- silence and audit ----------------------------------------------------------------------------


def test_bookings_that_are_over_change_no_byte(tmp_path: Path) -> None:
    document = valid_document(random_chance_scenario, 7)
    person, project = document["people"][0]["id"], document["projects"][0]["id"]
    past = {"person": person, "project": project, "until": "2026-12"}
    nothing = {"person": person, "project": project, "share": "0%"}
    for name, bookings in (("plain", None), ("silent", []), ("over", [past, nothing])):
        given = document | ({} if bookings is None else {"bookings": bookings})
        pm.simulate(pm.parse_scenario(given), replications=10, seed=3).save(tmp_path / name)
    assert (tmp_path / "plain").read_bytes() == (tmp_path / "silent").read_bytes()
    assert (tmp_path / "plain").read_bytes() == (tmp_path / "over").read_bytes()


@pytest.mark.parametrize("block", range(4))
def test_reservations_are_kept_in_random_futures_with_everything_on(block: int) -> None:
    n_run = n_unused = 0
    for seed in range(12 * block + 1, 12 * block + 13):
        document = valid_document(random_chance_scenario, seed)
        document = with_rework(with_changes(document, seed), seed)
        add_bookings(Dice(seed), document)
        try:
            scenario = pm.parse_scenario(document)
        except pm.InputError:
            continue
        outcomes = pm.simulate(scenario, replications=3, seed=seed, audit=True, jobs=1)
        n_run += 1
        n_unused += len(outcomes.unused.person)
    assert n_run > 6
    assert n_unused > n_run


def test_the_cut_into_blocks_does_not_matter() -> None:
    document = copy.deepcopy(valid_document(random_scenario, 5))
    add_bookings(Dice(5), document)
    scenario = pm.parse_scenario(document)
    whole, cut = (pm.simulate(scenario, replications=60, seed=2, jobs=jobs) for jobs in (1, 2))
    assert whole.unused.attention.tolist() == cut.unused.attention.tolist()
    assert whole.unused.project_row.tolist() == cut.unused.project_row.tolist()


def test_who_is_trained_in_a_further_role_stays_reserved_for_the_project_booked() -> None:
    # Ana is booked for a, which has nothing to do for her until day 20; b would take her as tester.
    people = [
        {"id": "ana", "role": "dev", "training": [{"role": "test", "lasts": "5d"}]},
        {"role": "test", "from": "2027-03-29"},
    ]
    test: Document = {"effort": "6pd", "needs": {"test": 1}}
    document = {
        "pmosim": 1,
        "as_of": "2027-01-04",
        "assume": "none",
        "roles": {"dev": {}, "test": {}},
        "people": people,
        "bookings": [{"person": "ana", "project": "a", "until": "2027-02-26"}],
        "projects": [
            {"id": "a", "not_before": "2027-02-01", "tasks": {"t": test}},
            {"id": "b", "tasks": {"t": test}},
        ],
    }
    outcomes = pm.simulate(pm.parse_scenario(document), replications=1, audit=True, jobs=1)
    # 60 % of full speed: ten days for a, whose booking ends with it, then b.
    assert (outcomes.tasks_.started / 480).tolist() == [20, 30]
