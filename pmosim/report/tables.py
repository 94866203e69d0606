"""Tables: the text tables of the report: the projects, and what lies behind each chart.

In: Answers. Out: Table, every cell already said in words. Not here: HTML (``page``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pmosim.forecast.wording import AFTER_WINDOW, NOT_KNOWN, chance_in_words, money_in_words
from pmosim.report.answers import ENDED
from pmosim.report.sentences import (
    judge,
    say_count,
    say_day,
    say_days,
    say_month,
    say_share,
    say_verdict,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pmosim.report.answers import Answers, Load, ProjectLine, RoleLine, When

DASH = "\N{EN DASH}"
"""Where a question was not asked."""


@dataclass(frozen=True, kw_only=True)
class Cell:
    """Text of a cell, a smaller note below it, a mark (``late`` ``even`` ``fine``) before it."""

    text: str
    note: str = ""
    mark: str = ""


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table as text; ``numeric`` columns stand right; the first column heads its row."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    numeric: frozenset[int] = frozenset()
    note: str = ""


def tabulate_projects(answers: Answers) -> Table:
    """Return the table of projects, in the order of the scenario."""
    return Table(
        caption="Every project of the portfolio",
        head=(
            "Project",
            "Status",
            "Promise",
            "Half finish by (P50)",
            "80 of 100 by (P80)",
            "Late in",
            "Half cost up to (P50)",
            "80 of 100 up to (P80)",
            "Over budget",
            "Benefits beat costs",
            "Waits mostly for",
        ),
        rows=tuple(_project_row(project, answers) for project in answers.projects),
        numeric=frozenset({6, 7}),
        note=_note_on_projects(answers),
    )


def _project_row(project: ProjectLine, answers: Answers) -> tuple[Cell, ...]:
    groups = ", ".join(f"{key} {value}" for key, value in project.groups)
    identity = project.id if project.id != project.name else ""
    head = Cell(text=project.name, note=" · ".join(filter(None, (identity, groups))))
    status = Cell(text=project.status)
    if project.status in ENDED:
        spent = project.cost_to_date if project.cost_to_date is not None else project.cost_p50
        return (
            head,
            status,
            Cell(text=say_day(project.due) if project.due else DASH),
            *(Cell(text=DASH) for _ in range(3)),
            Cell(
                text=DASH if spent is None else money_in_words(spent, answers.currency),
                note="to date" if spent is not None else "",
            ),
            *(Cell(text=DASH) for _ in range(4)),
        )
    return (
        head,
        status,
        Cell(text=say_day(project.due) if project.due else "none given"),
        _cell_of_when(project.p50),
        _cell_of_when(project.p80),
        _cell_of_late(project),
        _cell_of_money(project.cost_p50, answers),
        _cell_of_money(project.cost_p80, answers),
        _cell_of_budget(project, answers),
        _cell_of_worth(project, answers),
        _cell_of_wait(project, answers),
    )


def _cell_of_when(when: When | None) -> Cell:
    if when is None:
        return Cell(text=DASH)
    if when.reason:
        return Cell(text=NOT_KNOWN, note=when.reason)
    return Cell(text=AFTER_WINDOW if when.day is None else say_day(when.day))


def _cell_of_late(project: ProjectLine) -> Cell:
    if project.due is None:
        return Cell(text=DASH)
    if project.late is None or project.late.value is None:
        reason = project.late.reason if project.late else ""
        return Cell(text=NOT_KNOWN, note=reason or f"the promise lies {AFTER_WINDOW}")
    kind = judge(project.late)
    return Cell(
        text=chance_in_words(project.late.value, project.futures),
        note=say_verdict(kind, "likelier late than not", "likelier on time"),
        mark={"likely": "late", "even": "even", "unlikely": "fine"}[kind],
    )


def _cell_of_money(amount: float | None, answers: Answers) -> Cell:
    return Cell(text=DASH if amount is None else money_in_words(amount, answers.currency))


def _cell_of_budget(project: ProjectLine, answers: Answers) -> Cell:
    if project.budget is None:
        return Cell(text="no budget given")
    of = f"budget {money_in_words(project.budget, answers.currency)}"
    if project.over is None or project.over.value is None:
        return Cell(text=NOT_KNOWN, note=of)
    kind = judge(project.over)
    words = say_verdict(kind, "likelier over", "likelier kept")
    return Cell(
        text=chance_in_words(project.over.value, project.futures),
        note=f"{words}, {of}",
        mark={"likely": "late", "even": "even", "unlikely": "fine"}[kind],
    )


def _cell_of_worth(project: ProjectLine, answers: Answers) -> Cell:
    if project.pays is None:
        return Cell(text="no benefit given")
    if project.pays.value is None:
        return Cell(text=NOT_KNOWN, note=project.pays.reason)
    kind = judge(project.pays)
    words = say_verdict(kind, "likelier worth it", "likelier not worth it")
    middle = (
        ""
        if project.npv_p50 is None
        else f", net {money_in_words(project.npv_p50, answers.currency)} (P50)"
    )
    return Cell(
        text=chance_in_words(project.pays.value, project.futures),
        note=words + middle,
        mark={"likely": "fine", "even": "even", "unlikely": "late"}[kind],
    )


def _cell_of_wait(project: ProjectLine, answers: Answers) -> Cell:
    if not project.waits or project.waits[0][1] < 0.5:
        return Cell(text="nobody")
    cause, days = project.waits[0]
    return Cell(text=answers.words_of(cause), note=f"{days:,.0f} days")


def _note_on_projects(answers: Answers) -> str:
    notes = [
        "Half of the futures finish by the P50 date, 80 of 100 by the P80 date; costs likewise. "
        "Days of waiting are working days, on average."
    ]
    if any(project.status == "candidate" for project in answers.projects):
        notes.append("Numbers of a candidate are given that it happens.")
    if any(project.unfinished >= 0.005 for project in answers.projects):
        notes.append(
            f"Where a project is not finished in the window, it counts as later than every date "
            f"(“{AFTER_WINDOW}”), with the cost booked so far."
        )
    return " ".join(notes)


def tabulate_streams(answers: Answers) -> Table:
    """Return the table of projects that are expected but not listed."""
    rows = tuple(
        (
            Cell(text=stream.id),
            *(
                Cell(text=say_count(number))
                for number in (stream.arrived, stream.finished, stream.turned_away)
            ),
            Cell(text="none finish" if stream.lead_days is None else say_days(stream.lead_days)),
        )
        for stream in answers.streams
    )
    return Table(
        caption="Expected projects that nobody has named yet, on average over the futures",
        head=("Kind", "Asked for", "Finished", "Turned away", "From request to finish"),
        rows=rows,
        numeric=frozenset({1, 2, 3}),
    )


def tabulate_dates(projects: Sequence[ProjectLine]) -> Table:
    """Return the table behind a Gantt chart."""
    rows = tuple(
        (
            Cell(text=p.name),
            *(_cell_of_when(when) for when in (p.begins, p.p10, p.p50, p.p80, p.p90)),
            Cell(text=say_day(p.due) if p.due else "none given"),
            _cell_of_late(p),
        )
        for p in projects
    )
    return Table(
        caption="The dates behind the chart",
        head=(
            "Project",
            "Begins",
            "10 of 100 by (P10)",
            "50 of 100 by (P50)",
            "80 of 100 by (P80)",
            "90 of 100 by (P90)",
            "Promise",
            "Late in",
        ),
        rows=rows,
    )


def tabulate_load(roles: Sequence[RoleLine], periods: Sequence[str]) -> Table:
    """Return the table behind a heat map: busy, planned and there, a row per period."""
    rows = tuple(
        (Cell(text=say_month(month)), *(_cell_of_load(load_in(role, month)) for role in roles))
        for month in periods
    )
    return Table(
        caption="Busy share; below it full-time people: busy of those there, and planned",
        head=("Month", *(role.words for role in roles)),
        rows=rows,
        numeric=frozenset(range(1, len(roles) + 1)),
    )


def tabulate_capacity(roles: Sequence[RoleLine], months: Sequence[str]) -> Table:
    """Return the table behind a capacity chart: busy of those there, planned, waiting."""
    rows = tuple(
        (Cell(text=say_month(month)), *(_cell_of_people(load_in(role, month)) for role in roles))
        for month in months
    )
    return Table(
        caption="Full-time people: busy of those there; below it planned, and waiting: how many "
        "more could be used",
        head=("Month", *(role.words for role in roles)),
        rows=rows,
        numeric=frozenset(range(1, len(roles) + 1)),
    )


def _cell_of_people(load: Load | None) -> Cell:
    if load is None or load.busy is None:
        return Cell(text=DASH)
    notes = [
        f"{word} {say_count(number)}"
        for word, number in (("planned", load.planned), ("waiting", load.waiting))
        if number is not None and number >= 0.05
    ]
    return Cell(text=f"{say_count(load.busy)} of {say_count(load.capacity)}", note=", ".join(notes))


def load_in(role: RoleLine, month: str) -> Load | None:
    """Return the load of one month; None = the role has none there."""
    return next((load for load in role.months if load.month == month), None)


def _cell_of_load(load: Load | None) -> Cell:
    if load is None or load.busy is None:
        return Cell(text=DASH)
    note = f"{say_count(load.busy)} of {say_count(load.capacity)}"
    if load.planned is not None:
        note += f", planned {say_count(load.planned)}"
    return Cell(text=say_share(load.share), note=note, mark="late" if load.is_over else "")
