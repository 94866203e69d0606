"""Tables: the text tables of the report: the projects, and what lies behind each chart.

In: Answers. Out: Table, every cell already said in words. Not here: HTML (``page``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pmosim.forecast.wording import AFTER_WINDOW, NOT_KNOWN, chance_in_words, money_in_words
from pmosim.report.answers import ENDED
from pmosim.report.reading import role_words
from pmosim.report.sentences import (
    NEAR_PLAN,
    judge,
    say_cause,
    say_count,
    say_day,
    say_days,
    say_list,
    say_month,
    say_quarter,
    say_share,
    say_verdict,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from pmosim.report.answers import Answers, Load, Number, ProjectLine, RoleLine, When
    from pmosim.report.particulars import (
        AmountCurve,
        DateCurve,
        EarnedValue,
        Group,
        Promise,
        Quarter,
    )

SEEN_DAYS = 0.05
"""Person-days; less is shown as 0.0."""
LISTED = 12
"""Rows of a table on the first page."""
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


def tabulate_outlook(answers: Answers) -> Table:
    """Return the running projects: as reported, as forecast; those that disagree first."""
    disagreed = {item.project: place for place, item in enumerate(answers.disagreements)}
    order = ("needs-support", "at-risk", "on-track", "")
    projects = [p for p in answers.projects if p.status == "running"]
    projects.sort(
        key=lambda p: (
            disagreed.get(p.id, len(disagreed)),
            order.index(p.outlook) if p.outlook in order else len(order),
            -(p.late.value if p.late is not None and p.late.value is not None else 0.0),
        )
    )
    rows = tuple(
        (
            Cell(
                text=p.name,
                note=f"reported {p.rag}, forecast {_worse_than(p)}" if p.id in disagreed else "",
            ),
            Cell(text=p.rag or "not reported"),
            _cell_of_outlook(p),
            Cell(text=say_day(p.due) if p.due else "none given"),
            _without_note(_cell_of_late(p)),
            Cell(text=p.outlook_text or _say_wait(p, answers)),
        )
        for p in projects
    )
    return Table(
        caption="Running projects: what their own report says, and what the futures say",
        head=("Project", "Reported", "Forecast", "Promise", "Late in", "Why"),
        rows=rows[:LISTED],
        note=_say_more(len(rows), "running project"),
    )


def _say_more(n: int, noun: str) -> str:
    """Return what a short table leaves out."""
    more = n - LISTED
    if more <= 0:
        return ""
    return f"1 more {noun} is not shown." if more == 1 else f"{more} more {noun}s are not shown."


def _without_note(cell: Cell) -> Cell:
    return cell if cell.text == NOT_KNOWN else Cell(text=cell.text, mark=cell.mark)


def _worse_than(project: ProjectLine) -> str:
    return {"needs-support": "red", "at-risk": "amber"}.get(project.outlook, project.outlook)


def _cell_of_outlook(project: ProjectLine) -> Cell:
    words = {"on-track": "on track", "at-risk": "at risk", "needs-support": "needs support"}
    marks = {"on-track": "fine", "at-risk": "even", "needs-support": "late"}
    if not project.outlook:
        return Cell(text=DASH)
    text = words.get(project.outlook, project.outlook)
    return Cell(text=text, mark=marks.get(project.outlook, ""))


def _say_wait(project: ProjectLine, answers: Answers) -> str:
    if not project.waits or project.waits[0][1] < 0.95:
        return "waits for nobody"
    cause, days = project.waits[0]
    return f"waits {say_days(days)} for {say_cause(cause, answers)}"


def tabulate_promises(answers: Answers) -> Table:
    """Return the promises of the next 90 days and those that are past and open, by date."""
    near = [p for p in answers.promises if p.is_soon or p.is_past]
    rows = tuple(
        (
            Cell(text=say_day(p.day), note=_say_days_left(p)),
            Cell(text=p.name, note=" · ".join(filter(None, (p.item, _say_kind(p))))),
            _cell_of_kept(p, answers),
            _cell_of_when(p.p50),
            _cell_of_when(p.p80),
        )
        for p in near
    )
    note = _say_more(len(near), "promise")
    if not near and answers.promises:
        next_one = answers.promises[0]
        note = f"The next one is {next_one.name} on {say_day(next_one.day)}."
    return Table(
        caption="Promises of the next 90 days",
        head=("Date", "Promise", "Kept in", "Half finish by", "80 of 100 by"),
        rows=rows[:LISTED],
        note=note,
    )


def _say_kind(promise: Promise) -> str:
    return "hard deadline" if promise.is_deadline else ""


def _say_days_left(promise: Promise) -> str:
    if promise.days_left is None:
        return ""
    if promise.days_left < 0:
        return "past"
    return "in 1 day" if promise.days_left == 1 else f"in {promise.days_left} days"


def _cell_of_kept(promise: Promise, answers: Answers) -> Cell:
    if promise.kept is None or promise.kept.value is None:
        return Cell(text=NOT_KNOWN, note=promise.kept.reason if promise.kept is not None else "")
    kind = judge(promise.kept)
    project = next((p for p in answers.projects if p.id == promise.project), None)
    futures = answers.replications if project is None else project.futures
    return Cell(
        text=chance_in_words(promise.kept.value, futures),
        note=say_verdict(kind, "likelier kept", "likelier missed"),
        mark={"likely": "fine", "even": "even", "unlikely": "late"}[kind],
    )


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


def tabulate_uncovered(answers: Answers) -> Table:
    """Return the table of roles that may be empty for long; no rows where that is not asked."""
    found = [(role, *role.uncovered) for role in answers.roles if role.uncovered is not None]
    found.sort(key=lambda entry: -(entry[2].value or 0.0))
    rows = tuple(
        (
            Cell(text=role.words),
            Cell(text=say_count(role.people)),
            Cell(
                text=chance_in_words(chance.value, answers.replications),
                note=_say_interval(chance) or chance.reason,
            ),
        )
        for role, _, chance in found
    )
    days = say_days(found[0][1]) if found else ""
    return Table(
        caption=f"Nobody of a role is there for {days} in a row, or longer",
        head=("Role", "Full-time people", "In so many futures"),
        rows=rows,
        numeric=frozenset({1}),
        note="Whose home role it is: ill, on leave, left and not replaced, or not come yet."
        " People who only have the skill are not counted.",
    )


def _say_interval(chance: Number) -> str:
    if chance.low is None or chance.high is None:
        return ""
    return f"{100 * chance.low:.0f} to {100 * chance.high:.0f} of 100"


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


def tabulate_curves(
    curves: Sequence[tuple[str, DateCurve, date | None, str]],
) -> Table:
    """Return the table behind a chart of dates: (name, curve, promise, missed in) per row."""
    levels = [p for p in (10, 20, 50, 80, 90, 95) if curves and p in curves[0][1].levels]
    rows = []
    for name, curve, due, missed in curves:
        days = dict(zip(curve.levels, curve.days, strict=True))
        rows.append(
            (
                Cell(text=name),
                *(
                    Cell(text=AFTER_WINDOW if (day := days.get(p)) is None else say_day(day))
                    for p in levels
                ),
                Cell(text=say_day(due) if due else DASH),
                Cell(text=missed or DASH),
            )
        )
    return Table(
        caption="The dates behind the chart",
        head=("What", *(f"{p} of 100 by" for p in levels), "Promise", "Missed in"),
        rows=tuple(rows),
    )


def tabulate_joint(answers: Answers) -> Table:
    """Return the table of date and cost at once, of every project with a promise and a budget."""
    rows = []
    for project in answers.projects:
        corners = project.joint.corners if project.joint is not None else None
        if corners is None or project.due is None or project.budget is None:
            continue
        shares = (corners.both, corners.only_late, corners.only_over, corners.neither)
        rows.append(
            (
                Cell(text=project.name),
                Cell(text=say_day(project.due)),
                Cell(text=money_in_words(project.budget, answers.currency)),
                *(Cell(text=chance_in_words(share, project.futures)) for share in shares),
            )
        )
    return Table(
        caption="Date and budget at once, of every project that has both",
        head=(
            "Project",
            "Promise",
            "Budget",
            "Both kept",
            "Only late",
            "Only over",
            "Late and over",
        ),
        rows=tuple(rows),
        note=answers.whole.both_text,
    )


def tabulate_exceedance(
    curves: Sequence[tuple[str, AmountCurve]], say: Callable[[str, float], str]
) -> Table:
    """Return the table behind an exceedance chart: what so many futures reach at least."""
    levels = (95, 90, 80, 50, 20, 10, 5)
    rows = []
    for name, curve in curves:
        amounts = dict(zip(curve.levels, curve.amounts, strict=True))
        reached = (amounts.get(100 - level) for level in levels)
        rows.append(
            (Cell(text=name), *(Cell(text=DASH if a is None else say(name, a)) for a in reached))
        )
    return Table(
        caption="What so many of 100 futures reach at least",
        head=("What", *(f"{level} of 100" for level in levels)),
        rows=tuple(rows),
        numeric=frozenset(range(1, len(levels) + 1)),
    )


def tabulate_quarters(quarters: Sequence[Quarter], currency: str) -> Table:
    """Return the table behind the chart of finished projects."""
    rows = tuple(
        (
            Cell(text=say_quarter(q.label)),
            Cell(text=say_count(q.finished)),
            Cell(text=DASH if q.low is None else f"{say_count(q.low)} to {say_count(q.high)}"),
            Cell(text=DASH if q.with_due is None else say_count(q.with_due)),
            Cell(text=DASH if q.on_time is None else say_count(q.on_time)),
            Cell(text=DASH if q.cost is None else money_in_words(q.cost, currency)),
            Cell(text=DASH if q.benefit is None else money_in_words(q.benefit, currency)),
        )
        for q in quarters
    )
    return Table(
        caption="Per quarter, on average over the futures",
        head=(
            "Quarter",
            "Finished",
            "In 80 of 100 between",
            "Of them promised",
            "In time",
            "Cost",
            "Benefit",
        ),
        rows=rows,
        numeric=frozenset(range(1, 7)),
    )


def tabulate_years(answers: Answers, key: str, groups: Sequence[Group]) -> Table:
    """Return the table of money: groups and all, by fiscal year, total, cash and capital."""
    years = answers.whole.years

    def say(amount: float | None) -> str:
        return DASH if amount is None else money_in_words(amount, answers.currency)

    def row(name: str, amounts: Mapping[str, float | None], note: str = "") -> tuple[Cell, ...]:
        known = [amount for amount in amounts.values() if amount is not None]
        return (
            Cell(text=name, note=note),
            *(Cell(text=say(amounts.get(year.label))) for year in years),
            Cell(text=say(sum(known)) if known else DASH),
        )

    rows = [
        row(group.name or "none", dict(group.by_year), count_projects(group.n_projects))
        for group in groups
    ]
    rows.append(row("All", {year.label: year.cost for year in years}))
    for name, field in (
        ("of it cash", "cash"),
        ("of it capital (capex)", "capex"),
    ):
        amounts = {year.label: getattr(year, field) for year in years}
        if any(amount is not None for amount in amounts.values()):
            rows.append(row(name, amounts))
    most = {year.label: year.p80 for year in years}
    if any(amount is not None for amount in most.values()):
        cells = row("All: 80 of 100 futures up to", most)
        rows.append((*cells[:-1], Cell(text=say(answers.whole.cost_p80))))
    return Table(
        caption="Cost by fiscal year, on average over the futures",
        head=(say_key(key) or "Cost", *(year.label for year in years), "Total"),
        rows=tuple(rows),
        numeric=frozenset(range(1, len(years) + 2)),
        note=answers.whole.sums_text,
    )


def tabulate_groups(answers: Answers) -> tuple[Table, ...]:
    """Return a table per group of the projects, for example by programme; two values at least."""
    keys = dict.fromkeys(group.key for group in answers.groups)
    tables = []
    for key in keys:
        groups = [group for group in answers.groups if group.key == key]
        if len(groups) < 2:
            continue
        tables.append(
            Table(
                caption=f"By {say_key(key).lower()}",
                head=(
                    say_key(key),
                    "Projects",
                    "Promises missed, on average",
                    "Budget",
                    "Half cost up to (P50)",
                    "80 of 100 up to (P80)",
                    "Net value (P50)",
                ),
                rows=tuple(_group_row(group, answers) for group in groups),
                numeric=frozenset(range(1, 7)),
                note="P80s of groups do not add up: not everything goes badly at once.",
            )
        )
    return tuple(tables)


def _group_row(group: Group, answers: Answers) -> tuple[Cell, ...]:
    late = DASH
    if group.n_promised and group.n_late is not None:
        late = f"{say_count(group.n_late)} of {group.n_promised}"
    return (
        Cell(text=group.name or "none"),
        Cell(text=f"{group.n_projects:,}"),
        Cell(text=late),
        Cell(text="not all given")
        if group.budget is None
        else _cell_of_money(group.budget, answers),
        *(_cell_of_money(a, answers) for a in (group.cost_p50, group.cost_p80, group.npv_p50)),
    )


def say_key(key: str) -> str:
    """Return ``Cost centre`` for ``cost_centre``."""
    words = role_words(key)
    return words[:1].upper() + words[1:]


def count_projects(n: int) -> str:
    """Return ``1 project`` or ``4 projects``."""
    return f"{n:,} project" if n == 1 else f"{n:,} projects"


def tabulate_earned_value(answers: Answers) -> Table:
    """Return the table of earned value beside the forecast; no rows where no project has one."""
    rows = []
    accounts = [
        (p.name, p.earned_value, p.cost_p50, p.cost_p80)
        for p in answers.projects
        if p.earned_value is not None
    ]
    whole = answers.whole.earned_value
    if len(accounts) > 1 and whole is not None:
        accounts.append(("All of them", whole, None, None))
    for name, account, half, most in accounts:
        amounts = (account.planned, account.earned, account.actual)
        rows.append(
            (
                Cell(text=name, note=", ".join(account.missing) and _say_missing(account.missing)),
                *(_cell_of_money(amount, answers) for amount in amounts),
                _cell_of_index(account.cost_index, "over plan", "under plan"),
                _cell_of_index(account.time_index, "behind plan", "ahead of plan"),
                _cell_of_money(account.at_completion, answers),
                _cell_of_money(half, answers),
                _cell_of_money(most, answers),
                Cell(text=_say_above(account, answers)),
            )
        )
    return Table(
        caption="Earned value on the day of the forecast, beside what the futures cost",
        head=(
            "Project",
            "Planned value (PV)",
            "Earned value (EV)",
            "Actual cost (AC)",
            "Cost index (CPI)",
            "Time index (SPI)",
            "Estimate at completion (EAC)",
            "Half cost up to (P50)",
            "80 of 100 up to (P80)",
            "Costs more than the estimate",
        ),
        rows=tuple(rows),
        numeric=frozenset({1, 2, 3, 6, 7, 8}),
        note="An index below 1 means more spent, or less done, than planned so far. The estimate at"
        " completion goes on as so far; the forecast knows who is there and what has to wait.",
    )


def tabulate_bookings(answers: Answers) -> Table:
    """Return the table of booked time that nobody uses; no rows where nobody is booked."""
    rows = []
    for name in dict.fromkeys(booked.project for booked in answers.bookings):
        own = [booked for booked in answers.bookings if booked.project == name]
        days = [booked.unused.value or 0.0 for booked in own]
        idle = [
            f"{booked.person} {say_person_days(part)}"
            for booked, part in zip(own, days, strict=True)
            if part >= SEEN_DAYS
        ]
        rows.append(
            (
                Cell(text=name),
                Cell(text=str(len(own))),
                Cell(text=say_person_days(sum(days)), note="; ".join(idle)),
            )
        )
    return Table(
        caption="People who are booked for a project, and the time for which it has no work",
        head=("Project", "People booked", "Booked, not used (person-days)"),
        rows=tuple(rows),
        numeric=frozenset({1, 2}),
        note="Averaged over all futures: days on which the share was reserved, nobody else could "
        "have it, and the project did not use it.",
    )


def say_person_days(days: float) -> str:
    """Return ``12.5``."""
    return f"{days:,.1f}"


def _say_missing(missing: Sequence[str]) -> str:
    return f"not stated: {say_list(missing)}"


def _say_above(account: EarnedValue, answers: Answers) -> str:
    if account.above is None or account.above.value is None:
        return DASH
    return chance_in_words(account.above.value, answers.replications)


def _cell_of_index(index: float | None, below: str, above: str) -> Cell:
    if index is None:
        return Cell(text=DASH)
    text = f"{index:.2f}"
    if text == "1.00":
        return Cell(text=text, note="as planned")
    return Cell(
        text=text, note=below if index < 1 else above, mark="late" if index < NEAR_PLAN else "fine"
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
