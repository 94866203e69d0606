"""Random histories: writing and reading changes nothing, and no cut knows the future."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import pmosim as pm
from pmosim.history import TABLES, cleaned
from pmosim.history.assembly import complete
from pmosim.history.settled import dates_in, numbers_in
from pmosim.workdays import WorkCalendar

AS_OF = date(2026, 1, 5)
DAYS = st.dates(min_value=date(2015, 1, 1), max_value=date(2026, 12, 31))
TEXTS = st.text(
    alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp", "Zs"]),
    min_size=1,
    max_size=12,
).filter(lambda text: text.lower() not in {"na", "nan", "nat", "null", "none", "-", "?", "--"})
AMOUNTS = st.one_of(
    st.none(), st.floats(min_value=-5, max_value=5000, allow_nan=False).map(lambda x: round(x, 3))
)
TASK = st.fixed_dictionaries(
    {
        "project": TEXTS, "task": TEXTS, "role": st.one_of(st.none(), TEXTS),
        "planned_effort": AMOUNTS, "effort": AMOUNTS, "duration": AMOUNTS,
        "requested": st.one_of(st.none(), DAYS), "started": st.one_of(st.none(), DAYS),
        "finished": st.one_of(st.none(), DAYS),
        "status": st.sampled_from([None, "finished", "open", "cancelled"]),
        "squad": st.one_of(st.none(), TEXTS),
    }
)  # fmt: skip
PROJECT = st.fixed_dictionaries(
    {
        "project": TEXTS, "requested": st.one_of(st.none(), DAYS),
        "released": st.one_of(st.none(), DAYS), "finished": st.one_of(st.none(), DAYS),
        "due": st.one_of(st.none(), DAYS), "budget": AMOUNTS, "cost": AMOUNTS,
        "status": st.sampled_from([None, "finished", "open", "cancelled"]),
    }
)  # fmt: skip


def frame_of(table: str, rows: list[dict[str, Any]]) -> Any:
    import pandas as pd

    frame = pd.DataFrame(rows)
    for name in frame:
        kind = TABLES[table].kind(str(name))
        if kind == "date":
            frame[name] = pd.to_datetime(frame[name])
        elif kind == "number":
            frame[name] = frame[name].astype(float)
        else:
            frame[name] = frame[name].astype(object).where(frame[name].notna(), np.nan)
    frame["line"] = [f"{table}.csv:{n + 2}" for n in range(len(frame))]
    return complete(TABLES[table], frame)


def history_of(tasks: list[dict[str, Any]], projects: list[dict[str, Any]]) -> pm.History:
    calendar = WorkCalendar(as_of=AS_OF)
    done, quality = cleaned(
        {"tasks": frame_of("tasks", tasks), "projects": frame_of("projects", projects)},
        as_of=AS_OF,
        calendar=calendar,
    )
    return pm.History(
        **done,
        as_of=AS_OF,
        calendar=calendar,
        measures={"effort": "work", "duration": "elapsed"},
        quality=quality,
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(TASK, min_size=1, max_size=12), st.lists(PROJECT, min_size=1, max_size=6))
def test_what_is_written_is_read_back_equal(
    tasks: list[dict[str, Any]], projects: list[dict[str, Any]]
) -> None:
    import pandas as pd

    history = history_of(tasks, projects)
    with TemporaryDirectory() as folder:
        pm.write_history(history, folder)
        again = pm.read_history(Path(folder))
        before = {
            name: (Path(folder) / name).read_bytes() for name in ("tasks.csv", "history.yaml")
        }
        pm.write_history(again, folder)
        after = {name: (Path(folder) / name).read_bytes() for name in ("tasks.csv", "history.yaml")}
    for name in ("tasks", "projects"):
        one, other = history.table(name), again.table(name)
        assert one is not None
        assert other is not None
        filled = [c for c in one.columns if c != "line" and (c in other or one[c].notna().any())]
        pd.testing.assert_frame_equal(one[filled], other[filled], check_exact=True)
    assert before["tasks.csv"] == after["tasks.csv"]


@settings(max_examples=80, deadline=None)
@given(
    st.lists(TASK, min_size=1, max_size=12),
    st.lists(PROJECT, min_size=1, max_size=6),
    st.integers(0, 4500),
)
def test_no_cut_knows_a_fact_of_that_day_or_later(
    tasks: list[dict[str, Any]], projects: list[dict[str, Any]], days: int
) -> None:
    history = history_of(tasks, projects)
    cut = AS_OF - timedelta(days=days)
    then = history.known_at(cut)
    for name, facts in (
        ("tasks", ("requested", "started", "finished")),
        ("projects", ("requested", "released", "finished")),
    ):
        frame = then.table(name)
        assert frame is not None
        for fact in facts:
            assert (frame[fact].dropna() < np.datetime64(cut)).all() or cut == AS_OF
        if cut < AS_OF:
            is_open = frame["status"] == "open"
            assert frame.loc[is_open, "finished"].isna().all()
            assert frame.loc[~is_open, "finished"].notna().all()
            only_at_the_end = ["duration", "effort"] if name == "tasks" else ["cost", "effort"]
            assert frame.loc[is_open, only_at_the_end].isna().all(axis=None)


@settings(max_examples=60, deadline=None)
@given(st.lists(TASK, min_size=1, max_size=12))
def test_the_rules_leave_no_impossible_row_and_count_what_they_took(
    tasks: list[dict[str, Any]],
) -> None:
    history = history_of(tasks, [{"project": "a"}])
    frame = history.tasks
    assert frame is not None
    assert len(frame) + history.quality.removed("tasks") == len(tasks)
    assert not (frame["finished"] < frame["started"]).any()
    assert not (frame["started"] < frame["requested"]).any()
    assert not (frame[["effort", "planned_effort", "duration"]] < 0).any(axis=None)
    assert not (frame["planned_effort"] == 0).any()
    assert (frame[["requested", "started", "finished"]].max().dropna() < np.datetime64(AS_OF)).all()
    assert set(frame["status"]) <= {"finished", "open", "cancelled"}
    assert frame.loc[frame["status"] == "open", "finished"].isna().all()


FORMS = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%b-%Y", "%d/%b/%y 9:05 AM", "%Y%m%d",
         "%m/%d/%Y 12:00:00 AM", "%B %d, %Y", "%Y-%m-%dT08:00:00Z")  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(DAYS, min_size=1, max_size=20), st.sampled_from(FORMS))
def test_a_column_of_dates_is_read_as_written_or_said_to_be_ambiguous(
    days: list[date], form: str
) -> None:
    read = dates_in([day.strftime(form) for day in days])
    if read.ambiguous:
        assert "/" in form
        assert all(day.day <= 12 for day in days)
        return
    assert read.bad == []
    assert read.values.astype("datetime64[D]").tolist() == days


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=20),
    st.sampled_from([("{:,.2f}", ".", ","), ("{:.2f}", ".", ","), ("{:,.2f}", ",", ".")]),
)
def test_a_column_of_numbers_is_read_with_its_decimal_mark(
    cents: list[int], form: tuple[str, str, str]
) -> None:
    text, point, comma = form
    swap = str.maketrans({".": point, ",": comma})
    read = numbers_in([text.format(n / 100).translate(swap) for n in cents])
    assert read.ambiguous == ""
    assert read.bad == []
    np.testing.assert_array_equal(read.values, [n / 100 for n in cents])
