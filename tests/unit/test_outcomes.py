from __future__ import annotations

import json
import math
import zipfile

import numpy as np
import pytest

from pmosim.errors import RunFolderError
from pmosim.network.arrays import NONE
from pmosim.outcomes import CAUSES, Outcomes, public_names
from pmosim.units import WHOLE
from tests.unit.forecast.builders import (
    DAY,
    Booking,
    P,
    Row,
    build_network,
    build_outcomes,
)

PEOPLE = (
    ("ana", 0, 500.0, False),
    ("developer-1", 0, 400.0, False),
    ("developer-3", 0, 400.0, False),
    ("bob", 0, 400.0, False),
    ("tester-1", 1, 300.0, True),
)


@pytest.fixture
def network():
    return build_network(
        [P("crm", tasks=("build", "test")), P("hr")],
        [P("small")],
        people=PEOPLE,
        window_end=60 * DAY,
    )


def make_block(network, first=0, replications=2, n_months=1):
    """Each replication: crm finishes on day 10, hr is active, small-1 and small-2 arrive."""
    rows, tasks, bookings = [], [], []
    for k in range(first, first + replications):
        base = len(rows)
        rows += [
            Row(k, 0, finished=10 * DAY, started=DAY, causes={"work": 9 * DAY, "developer": DAY}),
            Row(k, 1, status="active", started=NONE),
            Row(k, 2, status="queued", number=1, arrived=720, released=NONE, started=NONE),
            Row(k, 2, status="rejected", number=2, arrived=960, released=NONE, started=NONE),
        ]
        task = len(tasks)
        tasks += [
            (base, 0, 0, DAY, 5 * DAY, 0),
            (base, 1, 5 * DAY, 5 * DAY, 10 * DAY),
            (base + 1, 2, 0, NONE, NONE, 1),
        ]
        bookings += [
            Booking(base, 1, 4, 5 * DAY, task_row=task),
            Booking(base, 0, 4, 5 * DAY, task_row=task),
            Booking(base, 0, 1, 5 * DAY, task_row=task),
            Booking(base, 4, 5, 10 * DAY, task_row=task + 1),
            Booking(base, 3, 2, 10 * DAY),
        ]
    return build_outcomes(
        network,
        rows,
        replications=replications,
        first=first,
        tasks=tasks,
        bookings=bookings,
        n_months=n_months,
    )


def test_the_projects_frame_counts_in_working_days_and_names_random_demand(network):
    frame = make_block(network, first=7).projects()
    assert frame["replication"].tolist() == [7, 7, 7, 7, 8, 8, 8, 8]
    assert frame["project"].tolist() == ["crm", "hr", "small-1", "small-2"] * 2
    assert frame["status"].tolist() == ["finished", "active", "queued", "rejected"] * 2
    assert frame["arrived_day"].tolist() == [0.0, 0.0, 1.5, 2.0] * 2
    assert frame["finished_day"][0] == 10.0
    assert frame["started_day"][0] == 1.0
    assert frame["finished_day"][1:4].isna().all()
    assert frame["released_day"].isna().tolist() == [False, False, True, True] * 2


def test_the_causes_of_a_finished_project_add_up_to_its_lead_time(network):
    frame = make_block(network).projects()
    causes = [f"elapsed_{cause}" for cause in CAUSES] + ["wait_developer", "wait_tester"]
    assert frame.loc[0, causes].sum() == 10.0
    assert frame.loc[0, "wait_developer"] == 1.0
    assert frame.loc[1, causes].isna().all()


def test_the_tasks_frame_names_each_person_once_in_file_order(network):
    frame = make_block(network).tasks()
    assert frame["task"].tolist() == ["build", "test", "work"] * 2
    assert frame["people"].tolist() == ["ana, developer-1", "tester-1", ""] * 2
    assert frame["waited_for"].tolist() == ["developer", "", "tester"] * 2
    assert frame["ready_day"].tolist() == [0.0, 5.0, 0.0] * 2
    assert math.isnan(frame["started_day"][2])


def test_people_are_called_by_role_and_number_unless_the_scenario_shows_them(network):
    frame = make_block(network).tasks(show_people=False)
    assert frame["people"][0] == "developer-2, developer-1"
    names = ("developer-2", "developer-1", "developer-3", "developer-4", "tester-1")
    assert public_names(network) == names
    shown = build_network([P("crm")], people=PEOPLE, show_people=True)
    assert public_names(shown) == ("ana", "developer-1", "developer-3", "bob", "tester-1")


def test_the_roles_frame_holds_person_days_per_month(network):
    days = np.array([[[1, 2], [3, 4]]], dtype=np.int64) * DAY * WHOLE
    outcomes = build_outcomes(
        network, [], replications=1, n_months=2, busy=days, capacity=2 * days, queue=0 * days
    )
    frame = outcomes.roles()
    assert frame["role"].tolist() == ["developer", "developer", "tester", "tester"]
    assert frame["month"].tolist() == ["2026-01", "2026-02"] * 2
    assert frame["busy_days"].tolist() == [1.0, 2.0, 3.0, 4.0]
    assert frame["capacity_days"].tolist() == [2.0, 4.0, 6.0, 8.0]


def test_what_is_saved_is_read_back_with_the_same_frames(network, tmp_path):
    before = make_block(network, first=3)
    before.save(tmp_path / "block.npz")
    after = Outcomes.load(tmp_path / "block.npz", network)
    assert (after.seed, after.first, after.replications) == (1, 3, 2)
    for frame in ("projects", "tasks", "roles"):
        assert getattr(after, frame)().equals(getattr(before, frame)())
    assert after.projects_.status.dtype == np.int64
    assert after.projects_.size.dtype == np.float64


def test_the_same_outcomes_are_saved_as_the_same_bytes(network, tmp_path):
    for name in ("a.npz", "b.npz"):
        make_block(network).save(tmp_path / name)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_other_outcomes_are_saved_as_other_bytes(network, tmp_path):
    make_block(network, first=0).save(tmp_path / "a.npz")
    make_block(network, first=1).save(tmp_path / "b.npz")
    assert (tmp_path / "a.npz").read_bytes() != (tmp_path / "b.npz").read_bytes()


def test_a_file_of_another_scenario_is_refused(network, tmp_path):
    make_block(network).save(tmp_path / "block.npz")
    other = build_network([P("crm", tasks=("build", "test"))], people=PEOPLE)
    with pytest.raises(RunFolderError, match="was not made from the scenario 'Portfolio'"):
        Outcomes.load(tmp_path / "block.npz", other)


def test_a_missing_cut_or_foreign_file_is_refused(network, tmp_path):
    path = tmp_path / "block.npz"
    with pytest.raises(RunFolderError, match=r"block\.npz"):
        Outcomes.load(path, network)
    make_block(network).save(path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(RunFolderError, match="cannot be read"):
        Outcomes.load(path, network)
    path.write_text("no zip file")
    with pytest.raises(RunFolderError, match="cannot be read"):
        Outcomes.load(path, network)


def rewrite(path, change):
    """Save every member again after ``change(name, content)``; None leaves it out."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            changed = change(name, content)
            if changed is not None:
                archive.writestr(name, changed)


def test_a_file_without_one_of_its_arrays_is_refused(network, tmp_path):
    path = tmp_path / "block.npz"
    make_block(network).save(path)
    rewrite(path, lambda name, content: None if name == "tasks.ready.npy" else content)
    with pytest.raises(RunFolderError, match="does not fit together"):
        Outcomes.load(path, network)


def test_a_file_of_another_format_is_refused(network, tmp_path):
    path = tmp_path / "block.npz"
    make_block(network).save(path)

    def age(name, content):
        if name != "meta.json":
            return content
        return json.dumps(json.loads(content) | {"schema": "pmosim.outcomes/0"})

    rewrite(path, age)
    with pytest.raises(RunFolderError, match=r"has the format 'pmosim\.outcomes/0'"):
        Outcomes.load(path, network)


def test_a_pickle_in_a_file_is_not_executed(network, tmp_path):
    path = tmp_path / "block.npz"
    make_block(network).save(path)
    np.save(tmp_path / "evil.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    evil = (tmp_path / "evil.npy").read_bytes()
    rewrite(path, lambda name, content: evil if name == "run_end.npy" else content)
    with pytest.raises(RunFolderError, match="allow_pickle=False"):
        Outcomes.load(path, network)


def test_blocks_become_one_run_in_whatever_order_they_were_finished(network):
    whole = make_block(network, replications=5)
    parts = [make_block(network, first=3), make_block(network, replications=3)]
    joined = Outcomes.concatenate(parts)
    assert (joined.first, joined.replications) == (0, 5)
    for frame in ("projects", "tasks", "roles"):
        assert getattr(joined, frame)().equals(getattr(whole, frame)())


def test_a_block_that_ended_earlier_is_idle_in_the_months_after(network):
    parts = [make_block(network, first=2, n_months=3), make_block(network)]
    joined = Outcomes.concatenate(parts)
    assert joined.busy.shape == (4, 2, 3)
    assert joined.roles()["month"].unique().tolist() == ["2026-01", "2026-02", "2026-03"]


def test_a_single_block_stays_what_it_is(network):
    block = make_block(network)
    assert Outcomes.concatenate([block]) is block


@pytest.mark.parametrize("first", [1, 3])
def test_missing_or_doubled_replications_are_refused(network, first):
    with pytest.raises(ValueError, match=f"begins with replication {first}.*must be 2"):
        Outcomes.concatenate([make_block(network), make_block(network, first=first)])


def test_no_blocks_and_blocks_of_different_runs_are_refused(network):
    with pytest.raises(ValueError, match="no blocks"):
        Outcomes.concatenate([])
    other = build_outcomes(network, [], replications=2, first=2, seed=9)
    with pytest.raises(ValueError, match="different runs"):
        Outcomes.concatenate([make_block(network), other])


def test_arrays_that_do_not_belong_together_are_refused(network):
    with pytest.raises(ValueError, match="replication runs from 5 to 5"):
        build_outcomes(network, [Row(5, 0)], replications=2)
    with pytest.raises(ValueError, match="person runs from 9 to 9"):
        build_outcomes(
            network, [Row(0, 0)], replications=1, bookings=[Booking(0, 9, 1.0, until=DAY)]
        )
    with pytest.raises(ValueError, match="run_end has the shape"):
        build_outcomes(network, [], replications=2, run_end=np.zeros(3, dtype=np.int64))


def test_a_run_without_any_project_has_empty_frames(network):
    outcomes = build_outcomes(network, [], replications=2)
    assert len(outcomes.projects()) == 0
    assert len(outcomes.tasks()) == 0
    assert outcomes.roles()["replication"].tolist() == [0, 0, 1, 1]
