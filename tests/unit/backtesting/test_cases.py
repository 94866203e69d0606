"""Cases: leads, plans and backlog of projects, counted one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pmosim.backtesting.cases import known_table, past_of, table_of_projects
from pmosim.history import read_history
from tests.unit.backtesting.offices import tiny_log, write_log

if TYPE_CHECKING:
    from pmosim.history import History


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> History:
    return read_history(write_log(tiny_log(), tmp_path_factory.mktemp("history")))


def test_the_backlog_is_what_had_asked_before_and_had_not_ended(history: History) -> None:
    frame = table_of_projects(history)
    assert frame is not None
    rows = frame.to_dict("records")
    for row in rows:
        waiting = [
            other
            for other in rows
            if other["since"] < row["since"]
            and not (other["finished"] <= row["since"])  # a blank finish is never before
        ]
        assert row["backlog"] == len(waiting)
    assert frame["backlog"].max() > 2


def test_leads_count_both_days(history: History) -> None:
    import numpy as np

    frame = table_of_projects(history)
    assert frame is not None
    done = frame[frame["finished"].notna()]
    first, last = (done[name].to_numpy(dtype="datetime64[D]") for name in ("since", "finished"))
    assert done["lead_days"].tolist() == (np.busday_count(first, last) + 1).tolist()


def test_the_past_of_a_cut_is_what_was_finished_by_then(history: History) -> None:
    import datetime as dt

    known = known_table(history.known_at(dt.date(2022, 8, 1)))
    now = table_of_projects(history)
    assert known is not None
    assert now is not None
    n = int((now["finished"] < "2022-08-01").sum())
    assert 0 < len(past_of(known, "finish")) == n < len(now)
