"""Spending: what the portfolio costs by fiscal year, and by a group of its projects.

In: Answers. Out: the Plan of a chart, a row per group and a column per fiscal year.
Not here: files and SVG (``figures``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pmosim.forecast.wording import money_in_words
from pmosim.report.figures import Plan, shorten
from pmosim.report.sentences import say_list
from pmosim.report.tables import say_key, tabulate_years

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pmosim.report.answers import Answers
    from pmosim.report.figures import Sheet
    from pmosim.report.particulars import Group, Year

MOST_GROUPS, MOST_YEARS = 12, 8
ROW_HEIGHT, HEAD_HEIGHT, FOOT_HEIGHT = 24.0, 28.0, 36.0
NAME_WIDTH, NUMBER_WIDTH = 170.0, 58.0
NAME_UNITS = 27
VISIBLE_SHARE = 0.002
NO_GROUP = frozenset({"", "(none)"})
OTHERS, TO_DATE = "others", "to date"


@dataclass(frozen=True, kw_only=True)
class _Row:
    name: str
    amounts: tuple[float, ...]
    """One per year."""
    is_all: bool = False


def plan_spending(answers: Answers) -> list[Plan]:
    """Return the chart of money; none where no cost is known by year."""
    years = _visible(answers.whole.years)[:MOST_YEARS]
    if not years:
        return []
    key, groups = choose_groups(answers)
    return [
        Plan(
            id="spending",
            finding=_write_finding(answers, years),
            sentence=_write_sentence(answers, years, key if groups else ""),
            alt=_write_alt(answers, years, groups),
            table=tabulate_years(answers, key, groups),
            draw=_Drawing(
                rows=tuple(_rows_of(years, groups)),
                years=years,
                key=key,
                currency=answers.currency,
            ),
            height=HEAD_HEIGHT + FOOT_HEIGHT + ROW_HEIGHT * (len(_rows_of(years, groups)) + 1.4),
        )
    ]


def _visible(years: tuple[Year, ...]) -> tuple[Year, ...]:
    """Return the years up to the last one with an amount that can be seen."""
    most = max((year.cost or 0.0 for year in years), default=0.0)
    used = [k for k, year in enumerate(years) if (year.cost or 0.0) > VISIBLE_SHARE * most]
    return years[: used[-1] + 1] if used else ()


def _write_sentence(answers: Answers, years: Sequence[Year], key: str) -> str:
    by = f" and {say_key(key).lower()}" if key else ""
    text = f"Cost by fiscal year{by}, on average over the futures"
    if _marked(years):
        text += "; below all of it what 80 of 100 futures stay below in a year"
    return f"{text}. {answers.whole.sums_text}".strip()


def choose_groups(answers: Answers) -> tuple[str, tuple[Group, ...]]:
    """Return the key that was asked for, else the one with the fewest groups (two at least).

    Its groups come with it, the dearest first.
    """
    by_key: dict[str, list[Group]] = {}
    for group in answers.groups:
        by_key.setdefault(group.key, []).append(group)
    useful = {key: groups for key, groups in by_key.items() if len(groups) > 1}
    if not useful:
        return "", ()
    key = answers.by if answers.by in useful else min(useful, key=lambda name: len(useful[name]))
    ordered = sorted(
        useful[key], key=lambda g: (g.name in NO_GROUP, -sum(a for _, a in g.by_year), g.name)
    )
    return key, tuple(ordered)


def _rows_of(years: Sequence[Year], groups: Sequence[Group]) -> list[_Row]:
    labels = [year.label for year in years]
    rows = [
        _Row(
            name=group.name or "none",
            amounts=tuple(dict(group.by_year).get(label, 0.0) for label in labels),
        )
        for group in groups
    ]
    if len(rows) > MOST_GROUPS:
        rest = rows[MOST_GROUPS - 1 :]
        sums = tuple(sum(column) for column in zip(*(row.amounts for row in rest), strict=True))
        rows = [*rows[: MOST_GROUPS - 1], _Row(name=OTHERS, amounts=sums)]
    total = tuple(year.cost or 0.0 for year in years)
    rest_of = tuple(
        all_ - sum(column) for all_, column in zip(total, zip(*(r.amounts for r in rows),
                                                              strict=True), strict=True)
    ) if rows else ()  # fmt: skip
    if rest_of and max(rest_of) > 0.005 * max(total):
        rows.append(_Row(name="not in a group", amounts=tuple(max(0.0, a) for a in rest_of)))
    return [*rows, _Row(name="All", amounts=total, is_all=True)]


def _marked(years: Sequence[Year]) -> bool:
    return any(year.p80 is not None and year.label != TO_DATE for year in years)


def _write_finding(answers: Answers, years: Sequence[Year]) -> str:
    currency = answers.currency
    dearest = max(years, key=lambda year: year.cost or 0.0)
    parts = [f"{dearest.label} costs most: {money_in_words(dearest.cost, currency)} on average"]
    if dearest.label == TO_DATE:
        parts = [f"{money_in_words(dearest.cost, currency)} is spent to date"]
    elif dearest.p80 is not None:
        parts.append(f"in 80 of 100 futures up to {money_in_words(dearest.p80, currency)}")
    return ", ".join(parts)


def _write_alt(answers: Answers, years: Sequence[Year], groups: Sequence[Group]) -> str:
    currency = answers.currency
    texts = [f"{year.label} {money_in_words(year.cost, currency)}" for year in years]
    text = f"Bars of the cost by fiscal year: {say_list(texts)}"
    parts = [
        f"{group.name or 'none'} {money_in_words(sum(a for _, a in group.by_year), currency)}"
        for group in groups
    ]
    return f"{text}; in all years by group: {say_list(parts)}." if parts else f"{text}."


@dataclass(frozen=True, kw_only=True)
class _Drawing:
    rows: tuple[_Row, ...]
    years: tuple[Year, ...]
    key: str
    currency: str

    def __call__(self, sheet: Sheet) -> None:
        """Draw the chart on a sheet of any size."""
        margin = sheet.margin
        left, right = margin + NAME_WIDTH, sheet.width - margin
        top = sheet.top + HEAD_HEIGHT
        room = sheet.height - margin / 2 - FOOT_HEIGHT - top
        step = min(38.0 if margin else ROW_HEIGHT, room / (len(self.rows) + 1.4))
        columns = len(self.years) + 1
        width = min(190.0, (right - left) / columns)
        size = min(10.5 if margin else 9.0, step * 0.5)
        bar = width - NUMBER_WIDTH - 12
        most = max(max(row.amounts) for row in self.rows if not row.is_all or len(self.rows) == 1)
        labels = [*(year.label for year in self.years), "total"]
        sheet.text(margin + 4, top - 10, say_key(self.key), 8, "soft")
        for place, label in enumerate(labels):
            x = left + width * place
            sheet.line([x, x], [top - 16, top + step * (len(self.rows) + 0.4)], "rule", 0.7)
            sheet.text(x + 5, top - 10, label, 8.5, "ink" if place < len(self.years) else "soft",
                       bold=place < len(self.years))  # fmt: skip
        y = top
        for row in self.rows:
            if row.is_all and len(self.rows) > 1:
                y += step * 0.4
                sheet.line([margin, left + width * columns], [y, y], "soft", 0.8)
            middle = y + step / 2
            sheet.text(margin + 4, middle, shorten(row.name, NAME_UNITS), size, bold=row.is_all)
            for place, amount in enumerate(row.amounts):
                x = left + width * place + 5
                length = 0.0 if row.is_all and len(self.rows) > 1 else bar * amount / most
                if length >= 0.4:
                    sheet.box(x, middle - step * 0.3, length, step * 0.6, "bar-80", "bar", 0.8)
                    x += length + 5
                text = money_in_words(amount) if amount >= 0.5 else "0"
                sheet.text(x, middle, text, size, bold=row.is_all)
                p80 = self.years[place].p80
                if row.is_all and p80 is not None and self.years[place].label != TO_DATE:
                    note = f"up to {money_in_words(p80)} (P80)"
                    sheet.text(left + width * place + 5, middle + step * 0.62, note, 7.5, "soft")
            total = money_in_words(sum(row.amounts))
            x = left + width * len(self.years) + 5
            sheet.text(x, middle, total, size, bold=row.is_all)
            y += step
        note = f"Amounts in {self.currency}. " if self.currency else ""
        if _marked(self.years):
            note += "P80: 80 of 100 futures stay below in that year; P80s do not add up."
        sheet.text(margin + 4, y + 26, note, 8, "soft")
