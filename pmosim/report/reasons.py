"""Reasons: why projects end later than agreed, and what the last finish hangs on.

In: ``slip_causes``, ``waits_on`` and ``chain`` of a forecast document. Out: Slip, Chain; Plans of
two charts. Not here: files and SVG (``figures``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pmosim.forecast.wording import chance_in_words
from pmosim.report.figures import Panel, Plan, shorten
from pmosim.report.reading import role_words
from pmosim.report.scales import AmountScale
from pmosim.report.sentences import live_projects, say_days, say_share
from pmosim.report.tables import DASH, Cell, Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pmosim.report.answers import Answers, ProjectLine
    from pmosim.report.figures import Sheet
    from pmosim.report.particulars import Chain, OnChain, Slip, SlipPart

MOST_ROWS, LEAST_DAYS = 16, 0.05
ROW_HEIGHT, HEAD_HEIGHT, FOOT_HEIGHT = 23.0, 30.0, 46.0
NAME_WIDTH, NAME_UNITS, TEXT_WIDTH = 160.0, 28, 172.0
MOST_STEP = 44.0
KINDS = (
    ("plan", "soft", "own work beyond the plan"),
    ("role", "bar", "waiting for people"),
    ("start", "bar-80", "waiting to start, or for projects"),
    ("date", "bar-90", "agreed dates and waits"),
    ("reserve", "paper", "time to spare"),
)
"""Kind of a part, its colour, its words."""
PALE = ("paper", "bar-90")
"""Colours that need an edge."""
WORDS = {
    "plan": "own work",
    "intake": "waiting to start",
    "project": "other projects",
    "date": "agreed dates",
    "lag": "agreed waits",
    "reserve": "time to spare",
}


def kind_of(part: SlipPart) -> str:
    """Return which of KINDS a part of a slip is."""
    if part.role:
        return "role"
    known = {"intake": "start", "project": "start", "plan": "plan", "reserve": "reserve"}
    return known.get(part.cause, "date")


def words_of(part: SlipPart) -> str:
    """Return what a part is, as a reader says it."""
    return role_words(part.role) if part.role else WORDS.get(part.cause, role_words(part.cause))


# -------------------------------------------------------------------- later than agreed


def plan_delays(answers: Answers) -> list[Plan]:
    """Return the chart of slips by cause; none where nothing is agreed."""
    rows = [(p, p.slip) for p in live_projects(answers) if p.slip is not None]
    rows.sort(key=lambda item: (-item[1].days, item[0].name))
    if not rows:
        return []
    shown = rows[:MOST_ROWS]
    more = f" The {len(shown)} latest of {len(rows)}." if len(rows) > len(shown) else ""
    return [
        Plan(
            id="delays",
            finding=_write_finding(rows),
            sentence="Working days after the agreed finish (the baseline, else the promise), on "
            "average: what makes it later stands right of the line, time to spare left of it; "
            f"they add up to the mark.{more}",
            alt="Stacked bars. "
            + "; ".join(f"{p.name}: {_say_slip(slip)}" for p, slip in shown)
            + ".",
            table=_tabulate(rows, {p.id: p.name for p in answers.projects}),
            draw=_Delays(rows=tuple((p.name, slip) for p, slip in shown)),
            height=HEAD_HEIGHT + FOOT_HEIGHT + ROW_HEIGHT * len(shown),
        )
    ]


def _write_finding(rows: Sequence[tuple[ProjectLine, Slip]]) -> str:
    late = [(p, slip) for p, slip in rows if slip.days >= LEAST_DAYS]
    if not late:
        nearest, slip = rows[0]
        return (
            "On average no project ends later than agreed; "
            f"{shorten(nearest.name, 40)} has least to spare, {say_days(-slip.days)}"
        )
    totals: dict[str, float] = {}
    for _, slip in late:
        for part in slip.parts:
            if part.days > 0.0:
                totals[words_of(part)] = totals.get(words_of(part), 0.0) + part.days
    who = f"{len(late)} of {len(rows)} projects end" if len(late) > 1 else "One project ends"
    if not totals:
        return f"{who} later than agreed on average"
    cause = max(totals, key=lambda name: totals[name])
    share = say_share(totals[cause] / sum(totals.values()))
    words = f"waiting for the {cause}"
    if cause in WORDS.values():
        words = "own work beyond the plan" if cause == WORDS["plan"] else cause
    return f"{who} later than agreed on average; most of it ({share}) is {words}"


def _say_slip(slip: Slip) -> str:
    direction = "later" if slip.days >= 0 else "earlier"
    parts = [f"{words_of(part)} {part.days:+.0f}" for part in slip.parts if abs(part.days) >= 0.5]
    return f"{abs(slip.days):.0f} working days {direction} ({', '.join(parts)})"


def _tabulate(rows: Sequence[tuple[ProjectLine, Slip]], names: Mapping[str, str]) -> Table:
    lines = []
    for project, slip in rows:
        sums = {kind: 0.0 for kind, _, _ in KINDS}
        for part in slip.parts:
            sums[kind_of(part)] += part.days
        chain = project.chain
        lines.append(
            (
                Cell(text=project.name, note=f"counted from the {_say_since(slip)}"),
                Cell(text=f"{slip.days:+.1f}"),
                *(Cell(text=f"{days:+.1f}" if days else DASH) for days in sums.values()),
                Cell(text=_say_roles(slip) or DASH),
                Cell(text=project.held_text or DASH),
                Cell(text=_say_chain(chain, names) or DASH),
            )
        )
    return Table(
        caption="Why projects end later than agreed, in mean working days that add up",
        head=(
            "Project",
            "Later by",
            *(words[:1].upper() + words[1:] for _, _, words in KINDS),
            "Waits for",
            "Who has it meanwhile",
            "Its finish hangs on",
        ),
        rows=tuple(lines),
        numeric=frozenset(range(1, 2 + len(KINDS))),
    )


def _say_since(slip: Slip) -> str:
    return {"due": "promise"}.get(slip.since, slip.since)


def _say_roles(slip: Slip) -> str:
    roles = [part for part in slip.parts if part.role and part.days >= 0.5]
    return ", ".join(f"{words_of(part)} {part.days:.0f}" for part in roles[:3])


def _say_chain(chain: Chain | None, names: Mapping[str, str]) -> str:
    if chain is None:
        return ""
    parts = [
        f"{names.get(one.name, role_words(one.name))} in {chance_in_words(one.share, chain.n)}"
        for one in (*chain.projects[:1], *chain.roles[:1])
    ]
    return ", ".join(parts)


def _say_days(days: float) -> str:
    return "<1" if 0.0 < days < 0.5 else f"{days:.0f}"


@dataclass(frozen=True, kw_only=True)
class _Delays:
    rows: tuple[tuple[str, Slip], ...]

    def __call__(self, sheet: Sheet) -> None:
        """Draw the chart on a sheet of any size."""
        left, right, top = sheet.margin, sheet.width - sheet.margin, sheet.top + HEAD_HEIGHT
        bottom = sheet.height - sheet.margin / 2 - FOOT_HEIGHT
        step = min(MOST_STEP, (bottom - top) / len(self.rows))
        bottom = top + step * len(self.rows)
        begin, stop = left + NAME_WIDTH, right - TEXT_WIDTH
        ends = [
            (
                sum(min(0.0, part.days) for part in slip.parts),
                sum(max(0.0, part.days) for part in slip.parts),
            )
            for _, slip in self.rows
        ]
        low, high = min(0.0, *(end[0] for end in ends)), max(1.0, *(end[1] for end in ends))
        scale = AmountScale.over([low, high], most=7)

        def x_of(days: float) -> float:
            return begin + (stop - begin) * scale.part(days)

        for tick in scale.ticks():
            sheet.line([x_of(tick)] * 2, [top, bottom], "rule", 0.5)
            label = "as agreed" if abs(tick) < 1e-9 else f"{tick:+,.0f}"
            sheet.text(x_of(tick), bottom + 10, label, 8, "soft", "center")
        sheet.text(stop + 12, top - 12, "later, and most by", 8, "soft")
        for number, (name, slip) in enumerate(self.rows):
            y = top + step * (number + 0.5)
            sheet.text(left, y, shorten(name, NAME_UNITS), 9)
            self._draw_row(sheet, slip, y, min(15.0, step - 8), x_of)
            sheet.text(stop + 12, y, f"{slip.days:+.0f}", 9, bold=True)
            sheet.text(stop + 46, y, shorten(_say_most(slip), 24), 8.5, "soft")
        sheet.line([x_of(0.0)] * 2, [top, bottom], "ink", 1.1)
        self._draw_legend(sheet, left, bottom + 32)

    def _draw_row(self, sheet: Sheet, slip: Slip, y: float, height: float, x_of: Any) -> None:
        right, left = 0.0, 0.0
        for kind, colour, _ in KINDS:
            for part in (part for part in slip.parts if kind_of(part) == kind):
                if part.days >= 0.0:
                    first, last = right, right + part.days
                    right = last
                else:
                    first, last = left + part.days, left
                    left = first
                if last > first:
                    edge = "soft" if colour in PALE else "paper"
                    sheet.box(
                        x_of(first), y - height / 2, x_of(last) - x_of(first), height, colour, edge
                    )
        x = x_of(slip.days)
        sheet.shape([(x - 5, y), (x, y - 5), (x + 5, y), (x, y + 5)], "late", "paper")

    def _draw_legend(self, sheet: Sheet, left: float, y: float) -> None:
        x = left + 2
        for _, colour, words in KINDS:
            sheet.box(x, y - 5, 10, 10, colour, "soft" if colour in PALE else "")
            sheet.text(x + 14, y, words, 7.5, "soft")
            x += 24 + 4.25 * len(words)
        sheet.shape([(x, y), (x + 5, y - 5), (x + 10, y), (x + 5, y + 5)], "late")
        sheet.text(x + 14, y, "in all", 7.5, "soft")


def _say_most(slip: Slip) -> str:
    parts = [part for part in slip.parts if part.days > 0.0]
    if not parts:
        return ""
    most = max(parts, key=lambda part: part.days)
    return f"{words_of(most)} {most.days:.0f}" if most.days >= 0.5 else ""


# ------------------------------------------------------------- what the finish hangs on


def plan_chain(answers: Answers) -> list[Plan]:
    """Return the chart of the chain behind the last finish; none where it is not told."""
    chain = answers.whole.chain
    if chain is None or not (chain.projects or chain.roles):
        return []
    names = {project.id: project.name for project in answers.projects}
    projects = [(names.get(one.name, one.name), one) for one in chain.projects]
    roles = [(answers.words_of(one.name), one) for one in chain.roles]
    rest = f" {chain.n_others} more projects stand on it." if chain.n_others else ""
    return [
        Plan(
            id="chain",
            finding=_write_chain_finding(projects, roles, chain.n),
            sentence="The chain goes back from the last finish through whoever held the people "
            f"that were waited for. What is on it had to be shorter to be done earlier.{rest}",
            alt="Bars. "
            + "; ".join(
                f"{name}: on the chain in {chance_in_words(one.share, chain.n)} futures, "
                f"{_say_days(one.days)} working days"
                for name, one in (*projects, *roles)
            )
            + ".",
            table=Table(
                caption="On the chain behind the last finish of everything committed",
                head=("What", "In", "Working days, on average"),
                rows=tuple(
                    (
                        Cell(text=name),
                        Cell(text=chance_in_words(one.share, chain.n)),
                        Cell(text=f"{one.days:.1f}"),
                    )
                    for name, one in (*projects, *roles)
                ),
                numeric=frozenset({1, 2}),
            ),
            draw=_Chain(
                n=chain.n,
                panels=(
                    ("Projects on it", tuple(projects)),
                    ("Roles that are waited for on it", tuple(roles)),
                ),
            ),
            height=HEAD_HEIGHT + 36 + ROW_HEIGHT * max(len(projects), len(roles)),
        )
    ]


def _write_chain_finding(
    projects: Sequence[tuple[str, OnChain]], roles: Sequence[tuple[str, OnChain]], n: int
) -> str:
    parts = []
    if projects:
        name, one = max(projects, key=lambda item: item[1].share)
        parts.append(f"on {shorten(name, 40)} in {chance_in_words(one.share, n)} futures")
    if roles:
        name, one = max(roles, key=lambda item: item[1].share)
        parts.append(f"on waiting for the {name} in {chance_in_words(one.share, n)}")
    return f"The last finish hangs {', and '.join(parts)}"


@dataclass(frozen=True, kw_only=True)
class _Chain:
    n: int
    """Futures that have this chain."""
    panels: tuple[tuple[str, tuple[tuple[str, OnChain], ...]], ...]

    def __call__(self, sheet: Sheet) -> None:
        """Draw the chart on a sheet of any size."""
        left, right, top = sheet.margin, sheet.width - sheet.margin, sheet.top + HEAD_HEIGHT
        bottom = sheet.height - sheet.margin / 2 - 36
        n = max(len(rows) for _, rows in self.panels)
        step = min(MOST_STEP, (bottom - top) / n)
        width = (right - left - 40) / 2
        longest = max(one.days for _, rows in self.panels for _, one in rows) or 1.0
        for place, (title, rows) in enumerate(self.panels):
            panel = Panel(left=left + place * (width + 40), top=top, width=width, height=step * n)
            sheet.text(panel.left, top - 18, title, 9.5, bold=True)
            room = panel.width - 150 - 118
            for number, (name, one) in enumerate(rows):
                y = top + step * (number + 0.5)
                sheet.text(panel.left, y, shorten(name, 25), 9)
                height = min(14.0, step - 8)
                begin = panel.left + 150
                sheet.box(begin, y - height / 2, room * max(0.0, one.days) / longest, height, "bar")
                words = f"{_say_days(one.days)} d, in {chance_in_words(one.share, self.n)}"
                sheet.text(begin + room * max(0.0, one.days) / longest + 6, y, words, 8.5)
        y = top + step * n + 18
        sheet.text(left, y, "d: working days on the chain, on average over all futures", 8, "soft")
