"""Stops: the page of the stop or delay list, one paired run for each project.

In: ``pmosim.each/1``. Out: Study, with one chart: how far the other projects move.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pmosim.report.changes import (
    Change,
    money_saying,
    read_difference,
    say_change,
    say_points,
    say_signed_days,
)
from pmosim.report.changetables import cell_of_change
from pmosim.report.dumbbell import FOOT_HEIGHT as FOOT
from pmosim.report.dumbbell import HEAD_HEIGHT, MOST_ROWS, ROW_HEIGHT, Dumbbells, Mark
from pmosim.report.dumbbell import Row as DrawnRow
from pmosim.report.figures import Plan, shorten
from pmosim.report.reading import as_finite, as_mapping, clean, role_words
from pmosim.report.sentences import Card, KeyNumber, Sentence, say_list
from pmosim.report.study import INTERVAL, NOT_YET_CERTAIN, SAME_LUCK, Section, Study, name_of
from pmosim.report.tables import DASH, Cell, Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NAMED = 5
SMALL_FTE = 0.05
"""People of a role on average; fewer are not worth a word."""
TERMS = (
    (
        "The others",
        "By how many working days all other listed projects together finish later or earlier, "
        "summed over them; a project that is open when the forecast ends counts to its end.",
    ),
    (
        "Gives back",
        "Full-time people that the project holds on average between its start and its end.",
    ),
    (
        "Mandatory, late",
        "Change of the chance that the other mandatory projects miss their dates, on average.",
    ),
    SAME_LUCK,
    INTERVAL,
    NOT_YET_CERTAIN,
)


@dataclass(frozen=True, kw_only=True)
class Stop:
    """One project that is stopped, or delayed, alone."""

    id: str
    name: str
    is_mandatory: bool
    reason: str
    """Why it was not tried."""
    others: Change
    """Working days of all the others together."""
    committed: Change
    late_mandatory: Change
    npv: Change
    held: tuple[tuple[str, float], ...]
    """(role, people), the most first."""
    freed_days: float
    gains: tuple[tuple[str, Change], ...]
    losses: tuple[tuple[str, Change], ...]
    text: str

    @property
    def helps(self) -> bool:
        """Whether the others certainly gain."""
        return self.others.kind == "less"


def read_stops(document: Mapping[str, Any]) -> Study:
    """Return the page of a stop or delay list."""
    names = as_mapping(document.get("names"))
    raw = document.get("projects")
    stops = [_read_stop(as_mapping(each), names) for each in (raw if isinstance(raw, list) else [])]
    tried = [stop for stop in stops if not stop.reason]
    currency = clean(document.get("currency"))
    verb, _, time = clean(document.get("verb")).partition("=")
    done = "stopped" if verb == "cancel" else f"delayed by {time}" if time else verb
    n = int(as_finite(document.get("replications")) or 0)
    base = clean(document.get("base"))
    return Study(
        kicker="Stop list" if verb == "cancel" else "Delay list",
        name=f"What if one project of {base} were {done}?",
        subtitles=(
            f"{len(tried)} project{'s' * (len(tried) != 1)}, each {done} alone; "
            f"{n:,} {'future' if n == 1 else 'futures'} of each, on the same luck.",
        ),
        lead=clean(document.get("text")) or "No project was tried.",
        numbers=_key_numbers(tried, currency),
        cards=_cards(stops, done),
        charts=tuple(_plan(tried, done, currency)),
        sections=_sections(stops, tried, done, currency),
        terms=TERMS,
    )


def _read_stop(raw: Mapping[str, Any], names: Mapping[str, Any]) -> Stop:
    def people(key: str) -> list[tuple[str, float]]:
        found = [(str(role), as_finite(x) or 0.0) for role, x in as_mapping(raw.get(key)).items()]
        return sorted(found, key=lambda item: -item[1])

    def moves(key: str) -> tuple[tuple[str, Change], ...]:
        entries = raw.get(key)
        return tuple(
            (
                name_of(names, clean(as_mapping(each).get("project"))),
                read_difference(as_mapping(each).get("days")),
            )
            for each in (entries if isinstance(entries, list) else [])
        )

    id_ = clean(raw.get("project"))
    return Stop(
        id=id_,
        name=name_of(names, id_),
        is_mandatory=raw.get("is_mandatory") is True,
        reason=clean(raw.get("reason")),
        others=read_difference(raw.get("project_days")),
        committed=read_difference(raw.get("committed_days")),
        late_mandatory=read_difference(raw.get("p_late_mandatory")),
        npv=read_difference(raw.get("npv")),
        held=tuple((role, fte) for role, fte in people("freed_fte") if fte >= SMALL_FTE),
        freed_days=sum(days for _, days in people("freed_days")),
        gains=moves("gains"),
        losses=moves("losses"),
        text=clean(raw.get("text")),
    )


def _key_numbers(tried: Sequence[Stop], currency: str) -> tuple[KeyNumber, ...]:
    helping = [stop for stop in tried if stop.helps]
    if not helping:
        return ()
    best, money = helping[0], money_saying(currency)
    numbers = [
        KeyNumber(
            value=str(len(helping)),
            of=f"of {len(tried)}",
            text="projects would certainly help the others",
        )
    ]
    if best.others.value is not None:
        numbers.append(
            KeyNumber(
                value=say_signed_days(best.others.value),
                of="working days",
                text=f"all others together, without {best.name}",
            )
        )
    if best.npv.value is not None:
        doubt = "" if best.npv.is_settled else " (not yet certain)"
        numbers.append(
            KeyNumber(
                value=money(best.npv.value),
                of="",
                text=f"net present value of the portfolio then{doubt}",
            )
        )
    return tuple(numbers)


def _cards(stops: Sequence[Stop], done: str) -> tuple[tuple[Card, ...], ...]:
    helping = [stop for stop in stops if stop.helps]
    left = Card(
        id="helping",
        question="Which one would help most?",
        answer=f"{say_list([stop.name for stop in helping[:NAMED]])}, in this order."
        if len(helping) > 1
        else f"{helping[0].name}."
        if helping
        else "None for certain.",
        sentences=tuple(_say_stop(stop) for stop in helping[:NAMED]),
        more=f"{len(helping) - NAMED} more in the table." if len(helping) > NAMED else "",
    )
    kept = [stop for stop in stops if stop.reason]
    right = []
    if kept:
        right.append(
            Card(
                id="kept",
                question="Which ones were not tried?",
                answer=f"{len(kept)} of {len(stops)}.",
                sentences=tuple(
                    Sentence(strong=stop.name, rest=f": {stop.reason}.") for stop in kept[:NAMED]
                ),
                more=f"{len(kept) - NAMED} more in the table." if len(kept) > NAMED else "",
            )
        )
    right.append(
        Card(
            id="alone",
            question="May several be taken together?",
            answer=f"Not from this list: each is {done} alone. What two free together is not the "
            "sum of what each frees; ask for both: pmosim whatif with two changes.",
        )
    )
    return ((left,), tuple(right))


def _say_stop(stop: Stop) -> Sentence:
    head, _, rest = stop.text.partition(": ")
    return Sentence(strong=head, rest=f": {rest}") if rest else Sentence(strong=stop.text)


def _plan(tried: Sequence[Stop], done: str, currency: str) -> list[Plan]:
    money = money_saying(currency)
    shown = [stop for stop in tried if stop.others.value is not None][:MOST_ROWS]
    if not shown:
        return []
    helping = [stop for stop in tried if stop.helps]
    finding = f"No project certainly helps the others when it alone is {done}"
    if helping and helping[0].others.value is not None:
        days = f"{abs(helping[0].others.value):,.0f}"
        finding = (
            f"{shorten(helping[0].name, 40)} {done}: the others finish {days} working days "
            "earlier together"
        )
    left_out = len(tried) - len(shown)
    return [
        Plan(
            id="stops",
            finding=finding,
            sentence="By how many working days all the other projects together finish later, if "
            "this one is "
            + f"{done}; the line: 95 of 100."
            + (f" {left_out} more in the table." if left_out else ""),
            alt="Marks beside a zero line. "
            + "; ".join(
                f"{stop.name}: {say_change(stop.others, say_signed_days)} working days"
                for stop in shown
            )
            + ".",
            table=_tabulate(shown, done, currency),
            draw=Dumbbells(
                rows=tuple(
                    DrawnRow(
                        name=stop.name,
                        marks=(Mark(change=stop.others, style="P50"),),
                        texts=(
                            say_change(stop.others, say_signed_days),
                            _say_held(stop, 1),
                            DASH if stop.npv.value is None else say_change(stop.npv, money),
                        ),
                    )
                    for stop in shown
                ),
                heads=("the others", "gives back", "net value"),
                legend=(
                    ("P50", True, "all the others together"),
                    ("P50", False, "hollow: not yet certain"),
                ),
                text_width=104.0,
            ),
            height=HEAD_HEIGHT + FOOT + ROW_HEIGHT * len(shown),
        )
    ]


def _say_held(stop: Stop, most: int) -> str:
    texts = [f"{fte:.1f} {shorten(role_words(role), 15)}" for role, fte in stop.held[:most]]
    return ", ".join(texts) or DASH


def _sections(
    stops: Sequence[Stop], tried: Sequence[Stop], done: str, currency: str
) -> tuple[Section, ...]:
    sections = [
        Section(
            id="list",
            heading=f"Every project, {done} alone",
            table=_tabulate(tried, done, currency),
        )
    ]
    kept = [stop for stop in stops if stop.reason]
    if kept:
        sections.append(
            Section(
                id="not-tried",
                heading="Projects that were not tried",
                table=Table(
                    caption="Projects that were not tried, and why",
                    head=("Project", "Why"),
                    rows=tuple((_head(stop), Cell(text=stop.reason)) for stop in kept),
                ),
            )
        )
    return tuple(sections)


def _head(stop: Stop) -> Cell:
    note = " · ".join(
        filter(None, (stop.id if stop.id != stop.name else "", "mandatory" * stop.is_mandatory))
    )
    return Cell(text=stop.name, note=note)


def _tabulate(stops: Sequence[Stop], done: str, currency: str) -> Table:
    money = money_saying(currency)
    rows = tuple(
        (
            _head(stop),
            Cell(text=_say_held(stop, 3), note=f"{stop.freed_days:,.0f} person-days"),
            cell_of_change(stop.others, say_signed_days),
            cell_of_change(stop.committed, say_signed_days),
            cell_of_change(stop.late_mandatory, say_points),
            cell_of_change(stop.npv, money),
            Cell(text=_say_moves(stop.gains)),
            Cell(text=_say_moves(stop.losses)),
        )
        for stop in stops
    )
    return Table(
        caption=f"Projects {done} alone, the one that helps the others most first",
        head=(
            "Project",
            "Gives back",
            "All others together (days)",
            "All else committed (days)",
            "Mandatory, late (of 100)",
            "Net present value",
            "Who gains",
            "Who loses",
        ),
        rows=rows,
        numeric=frozenset({2, 3, 4, 5}),
        note="A question mark: not yet certain. Below each change: where it lies with 95 of 100.",
    )


def _say_moves(moves: Sequence[tuple[str, Change]]) -> str:
    texts = [f"{name} {say_change(change, say_signed_days)}" for name, change in moves[:3]]
    more = len(moves) - len(texts)
    return (", ".join(texts) + (f" and {more} more" if more > 0 else "")) or "nobody for certain"
