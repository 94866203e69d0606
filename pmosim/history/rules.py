"""Rules of data: what a row must fulfil before anything is fitted, and what happens if it does not.

Each rule removes a row, repairs it (a value that cannot be true becomes blank) or only reports
it; how often, and where, is in the ``Quality``. In progress and cancelled items always stay: to
drop them makes forecasts too short. Outliers stay, too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from pmosim.history.columns import TABLES
from pmosim.history.log import working_days
from pmosim.history.quality import MOST_EXAMPLES, Action, Finding, Quality

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    import pandas as pd

    from pmosim.workdays import WorkCalendar

EARLIEST = np.datetime64("1950-01-01")
LATEST = np.datetime64("2100-01-01")
"""A date before the first or after the last is a slip or a stand-in for "nothing"."""
MOST_HOURS = 24.0
"""Hours that one person can book on one day."""
LEAST_BULK = 20
"""Closures on one day that may be a bulk close; fewer are never taken for one."""
BULK_TIMES = 10
"""A bulk close has as many times the closures of the median day on which something closed."""
REBASELINED = 0.4
"""Share exactly on plan from which plans look as if they were adapted afterwards."""

FACTS = ("requested", "started", "released", "finished", "left", "date")
"""Dates of what happened; due dates and agreed ends may lie ahead."""


@dataclass
class _Sieve:
    """One table on its way through the rules."""

    table: str
    frame: pd.DataFrame
    n: int
    findings: list[Finding] = field(default_factory=list)

    def note(
        self,
        rule: str,
        action: Action,
        rows: pd.Series | Any,
        says: str,
        show: Sequence[str] = (),
    ) -> None:
        """Note that a rule concerns rows (a truth value per row); nothing if there are none."""
        n = int(rows.sum())
        if n == 0:
            return
        first = self.frame[rows].head(MOST_EXAMPLES)
        examples = tuple(
            " ".join([str(row["line"]), *(f"{name} {_shown(row[name])}" for name in show)])
            for _, row in first.iterrows()
        )
        self.findings.append(
            Finding(
                table=self.table,
                rule=rule,
                action=action,
                n=n,
                of=self.n,
                says=says,
                examples=examples,
            )
        )

    def removed(self, rule: str, rows: Any, says: str, show: Sequence[str] = ()) -> None:
        """Remove rows."""
        self.note(rule, "removed", rows, says, show)
        self.frame = self.frame[~rows]

    def blanked(self, rule: str, rows: Any, names: Sequence[str], says: str) -> None:
        """Make values of rows blank."""
        self.note(rule, "repaired", rows, says, names)
        for name in names:
            blank = np.datetime64("NaT") if name in TABLES[self.table].listed("date") else np.nan
            self.frame.loc[rows, name] = blank


def _shown(value: Any) -> str:
    if value != value or value is None:  # NaN and NaT are not themselves
        return "blank"
    if hasattr(value, "date"):
        return str(value.date())
    return f"{value:g}" if isinstance(value, float) else str(value)


def cleaned(
    tables: Mapping[str, pd.DataFrame],
    *,
    as_of: date,
    calendar: WorkCalendar,
    bulk_close: int | None = LEAST_BULK,
) -> tuple[dict[str, pd.DataFrame], Quality]:
    """Return the tables after every rule, and what each rule did.

    Parameters
    ----------
    tables : by name, with every column of ``TABLES``; ``status`` is one of the three words, or
        blank where the dates have to say it.
    as_of : a fact dated that day or later cannot be known.
    calendar : working days, to tell durations from dates where no duration is recorded.
    bulk_close : closures on one day that may be a bulk close; None = the rule is off.
    """
    done, findings = {}, []
    for name, frame in tables.items():
        sieve = _Sieve(table=name, frame=frame.copy(), n=len(frame))
        _rules_of_all(sieve, as_of)
        special: Callable[..., None] | None = _SPECIAL.get(name)
        if special is not None:
            special(sieve, calendar, bulk_close)
        done[name] = sieve.frame.reset_index(drop=True)
        findings += sieve.findings
    return done, Quality(findings=tuple(findings))


def _rules_of_all(sieve: _Sieve, as_of: date) -> None:
    table = TABLES[sieve.table]
    values = [name for name in sieve.frame.columns if name != "line"]
    if sieve.table != "time":  # the same person books the same hours on the same task every day
        sieve.removed(
            "duplicate",
            sieve.frame.duplicated(subset=values),
            "the row stands twice, every cell alike; the first stays",
        )
    for name in table.listed("date"):
        dates = sieve.frame[name]
        sieve.blanked(
            "impossible-date",
            (dates < EARLIEST) | (dates > LATEST),
            [name],
            f"{name} lies before {EARLIEST} or after {LATEST}, which stands for nothing; it is "
            "blank now",
        )
        if name in FACTS:
            sieve.blanked(
                "later-than-known",
                dates >= np.datetime64(as_of),
                [name],
                f"{name} is {as_of} (the day of the history) or later, so it is no fact yet; "
                "it is blank now",
            )
    for name in table.listed("number"):
        sieve.blanked(
            "negative",
            sieve.frame[name] < 0,
            [name],
            f"{name} is below 0, which nothing is; it is blank now",
        )
    for name in ("planned_effort", "planned_duration", "budget"):
        if name in table.listed("number"):
            sieve.blanked(
                "plan-zero",
                sieve.frame[name] == 0,
                [name],
                f"{name} is 0, which is no plan that anything can be compared with; "
                "it is blank now, the row stays",
            )
    if "status" in table.listed():
        _settle_status(sieve)


def _settle_status(sieve: _Sieve) -> None:
    frame = sieve.frame
    blank = frame["status"].isna()
    frame.loc[blank & frame["finished"].notna(), "status"] = "finished"
    frame.loc[blank & frame["finished"].isna(), "status"] = "open"
    sieve.blanked(
        "open-with-finish",
        (frame["status"] == "open") & frame["finished"].notna(),
        ["finished"],
        "the status says open although there is a finish (reopened, perhaps); "
        "the status counts, the finish is blank now",
    )
    sieve.note(
        "finish-missing",
        "reported",
        frame["status"].isin(["finished", "cancelled"]) & frame["finished"].isna(),
        "it is over, but nothing says since when; it counts for amounts, not for dates",
        ("status",),
    )


def _set_aside_backwards(sieve: _Sieve, first: str, last: str, measured: str) -> None:
    """Remove or repair rows whose end lies before their beginning."""
    frame = sieve.frame
    backwards = frame[first].notna() & frame[last].notna() & (frame[last] < frame[first])
    has_amount = frame[measured].fillna(0) > 0
    sieve.removed(
        "finish-before-start",
        backwards & ~has_amount,
        f"{last} lies before {first}, and nothing else was measured",
        (first, last),
    )
    frame = sieve.frame
    backwards = frame[first].notna() & frame[last].notna() & (frame[last] < frame[first])
    sieve.blanked(
        "finish-before-start",
        backwards,
        [first, "duration"],
        f"{last} lies before {first}; {first} and duration are blank now, what was booked stays",
    )


def _rules_of_tasks(sieve: _Sieve, calendar: WorkCalendar, bulk_close: int | None) -> None:
    for first in ("started", "requested"):
        _set_aside_backwards(sieve, first, "finished", "effort")
    frame = sieve.frame
    sieve.blanked(
        "start-before-request",
        frame["requested"].notna() & frame["started"].notna()
        & (frame["started"] < frame["requested"]),
        ["requested"],
        "started lies before requested; requested is blank now",
    )  # fmt: skip
    if bulk_close is not None:
        _set_aside_bulk(sieve, bulk_close)
    frame = sieve.frame
    if frame["duration"].isna().all():
        _derive_durations(sieve, calendar)
    frame = sieve.frame
    for name in ("effort", "duration"):
        planned = frame[f"planned_{name}"].notna()
        _report_on_plan(sieve, f"planned_{name}", name)
        sieve.note(
            "no-plan",
            "reported",
            ~planned & frame[name].notna() & bool(planned.any()),
            f"{name} is recorded, but no plan of it; it says nothing about plans",
        )
    named = frame["task"].notna()
    sieve.note(
        "shared-task",
        "reported",
        named & frame.duplicated(subset=["project", "task"], keep=False),
        "a task stands in several rows (people, roles or parts); each row counts as a piece of "
        "work of its own",
        ("project", "task"),
    )


def _set_aside_bulk(sieve: _Sieve, least: int) -> None:
    frame = sieve.frame
    is_finished = (frame["status"] != "open") & frame["finished"].notna()
    counts = frame.loc[is_finished, "finished"].value_counts()
    if counts.empty:
        return
    many = counts[counts >= max(least, BULK_TIMES * float(counts.median()))]
    is_bulk = is_finished & frame["finished"].isin(many.index)
    has_amount = frame["effort"].fillna(0) > 0
    why = f"closed on a day with {least} or more closures and {BULK_TIMES} times the usual"
    sieve.removed(
        "bulk-close",
        is_bulk & ~has_amount,
        f"{why}: somebody tidied up, the dates tell nothing",
        ("finished",),
    )
    frame = sieve.frame
    rest = frame["finished"].isin(many.index) & (frame["status"] != "open")
    started = rest & (frame["started"].notna() | frame["duration"].notna())
    sieve.blanked(
        "bulk-close",
        started,
        ["started", "duration"],
        f"{why}: somebody tidied up; start and duration are blank now, what was booked stays",
    )


def _derive_durations(sieve: _Sieve, calendar: WorkCalendar) -> None:
    frame = sieve.frame
    done = (frame["status"] == "finished") & frame["started"].notna() & frame["finished"].notna()
    if not done.any():
        return
    days = working_days(calendar, frame["started"], frame["finished"])
    frame["duration"] = np.where(done, days, np.nan)
    sieve.note(
        "duration-from-dates",
        "reported",
        done,
        "no duration is recorded; it is the working days from start to finish (elapsed)",
    )


def _report_on_plan(sieve: _Sieve, plan: str, fact: str) -> None:
    frame = sieve.frame
    both = (frame["status"] == "finished") & frame[plan].notna() & frame[fact].notna()
    on_plan = both & (frame[plan] == frame[fact])
    n = int(both.sum())
    if n == 0:
        return
    share = float(on_plan.sum()) / n
    said = f"{fact} is exactly {plan}: {share:.0%} of the {n:,} that have both"
    if share >= REBASELINED and n >= LEAST_BULK:
        said += "; so many look like plans that were adapted afterwards, and slips are larger"
    sieve.note("on-plan", "reported", on_plan, said)


def _rules_of_projects(sieve: _Sieve, calendar: WorkCalendar, bulk_close: int | None) -> None:
    del calendar, bulk_close  # projects are closed at year-ends and board dates: only reported
    for first in ("released", "requested"):
        frame = sieve.frame
        sieve.blanked(
            "finish-before-start",
            frame[first].notna() & frame["finished"].notna() & (frame["finished"] < frame[first]),
            [first],
            f"finished lies before {first}; {first} is blank now",
        )
    frame = sieve.frame
    sieve.blanked(
        "start-before-request",
        frame["requested"].notna() & frame["released"].notna()
        & (frame["released"] < frame["requested"]),
        ["requested"],
        "released lies before requested; requested is blank now",
    )  # fmt: skip
    for plan, fact in (("due", "finished"), ("budget", "cost"), ("planned_effort", "effort")):
        _report_on_plan(sieve, plan, fact)
    frame = sieve.frame
    counts = frame["finished"].value_counts()
    many = counts[counts >= max(LEAST_BULK, BULK_TIMES * float(counts.median() or 0))]
    sieve.note(
        "finishes-pile-up",
        "reported",
        frame["finished"].isin(many.index) & frame["finished"].notna(),
        f"finished on one of {len(many)} days with {BULK_TIMES} times the usual number (year-ends, "
        "board dates); dates are as good as that",
        ("finished",),
    )
    sieve.note(
        "same-project",
        "reported",
        frame["project"].notna() & frame.duplicated(subset=["project"], keep=False),
        "a project stands in several rows; each counts as one",
        ("project",),
    )


def _rules_of_time(sieve: _Sieve, calendar: WorkCalendar, bulk_close: int | None) -> None:
    del calendar, bulk_close
    frame = sieve.frame
    sieve.removed("no-date", frame["date"].isna(), "nobody knows when it was booked", ("hours",))
    frame = sieve.frame
    sieve.removed(
        "no-hours",
        ~(frame["hours"] > 0),
        "no hours were booked",
    )
    frame = sieve.frame
    by_day = frame.groupby(["person", "date"])["hours"].transform("sum")
    sieve.note(
        "long-days",
        "reported",
        (by_day > MOST_HOURS) & frame["person"].notna(),
        "a person has more than 24 hours on one day (booked in one go, perhaps)",
        ("person", "date", "hours"),
    )


def _rules_of_people(sieve: _Sieve, calendar: WorkCalendar, bulk_close: int | None) -> None:
    del calendar, bulk_close
    for last in ("until", "left"):
        frame = sieve.frame
        sieve.blanked(
            "finish-before-start",
            frame["from"].notna() & frame[last].notna() & (frame[last] < frame["from"]),
            [last],
            f"{last} lies before from; {last} is blank now",
        )


_SPECIAL: dict[str, Callable[[_Sieve, WorkCalendar, int | None], None]] = {
    "tasks": _rules_of_tasks,
    "projects": _rules_of_projects,
    "time": _rules_of_time,
    "people": _rules_of_people,
}
