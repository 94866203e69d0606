"""What-if: the page of a comparison, and of a what-if question, which is one with more answers.

In: ``pmosim.compare/1``. Out: Study. Not here: the charts (``dumbbell``), the tables
(``changetables``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pmosim.report.changes import (
    Changes,
    changes_of,
    money_saying,
    read_changes,
    round_up,
    say_count,
    say_further,
    say_interval,
    say_later,
    say_points,
    say_signed_days,
)
from pmosim.report.changetables import (
    tabulate_everything,
    tabulate_newcomers,
    tabulate_portfolio,
    tabulate_quarters,
    tabulate_starts,
)
from pmosim.report.dumbbell import plan_finishes, plan_loads, plan_naive
from pmosim.report.figures import shorten
from pmosim.report.reading import as_finite, as_mapping, clean, read_date, role_words
from pmosim.report.sentences import Card, KeyNumber, Sentence, say_date, say_list
from pmosim.report.study import INTERVAL, NOT_YET_CERTAIN, SAME_LUCK, Section, Study
from pmosim.report.tables import Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pmosim.report.changes import Change, Move
    from pmosim.report.figures import Plan

NAMED, LONG_NAME = 5, 60
"""Projects named on a card; the tables have all."""
TERMS = (
    (
        "Later, earlier",
        "By how many working days a project finishes later or earlier than in the base, in the "
        "same future; on average, in half of the futures, in 80 of 100.",
    ),
    SAME_LUCK,
    INTERVAL,
    NOT_YET_CERTAIN,
    (
        "As good as before",
        "The change is known to be too small to matter: less than half a working day, 1 of 100 "
        "futures, or a thousandth of the money.",
    ),
    (
        "P50, P80",
        "The date that 50, 80 of 100 futures keep. Its change is the difference of the two dates.",
    ),
)


def read_what_if(document: Mapping[str, Any]) -> Study:
    """Return the page of a comparison document."""
    raw = document.get("alternatives")
    alternatives = [
        read_changes(document, as_mapping(each)) for each in (raw if isinstance(raw, list) else [])
    ]
    question = as_mapping(document.get("question"))
    words = clean(question.get("words")).rstrip(".")
    base = clean(document.get("base"))
    if len(alternatives) != 1:
        return _study_of_many(document, base, alternatives)
    changes = alternatives[0]
    return Study(
        kicker="What if" if question else "Comparison",
        name=words or f"{changes.name} beside {base}",
        subtitles=(*_subtitles(document, base, is_question=bool(question)),),
        lead=write_lead(changes, "" if words else f"With {changes.name}"),
        answer=clean(as_mapping(document.get("answer")).get("text")),
        numbers=_key_numbers(changes),
        cards=_cards(document, changes),
        near=tuple(_near(document, changes)),
        charts=tuple(_charts(document, changes)),
        sections=(
            *_rank_first(document, changes),
            Section(
                id="everything",
                heading="Everything that changes",
                table=tabulate_everything(changes),
            ),
            Section(id="whole", heading="The portfolio", table=tabulate_portfolio(changes)),
            *_quarters(as_mapping(raw[0] if isinstance(raw, list) else None), changes),
        ),
        terms=TERMS,
    )


def _quarters(
    alternative: Mapping[str, Any], changes: Changes, number: int | None = None
) -> tuple[Section, ...]:
    """Return what changes by quarter, where it was asked for."""
    raw = alternative.get("quarters")
    if not isinstance(raw, list) or not raw:
        return ()
    name = "" if number is None else f" with {changes.name}"
    return (
        Section(
            id="quarters" if number is None else f"quarters-{number}",
            heading=f"Quarter by quarter{name}",
            table=tabulate_quarters(raw, changes.currency),
        ),
    )


def _study_of_many(
    document: Mapping[str, Any], base: str, alternatives: Sequence[Changes]
) -> Study:
    """Return the page of several alternatives: a lead and a card for each."""
    raw = document.get("alternatives") or ()
    cards = tuple(
        Card(
            id=f"alternative-{number}",
            question=changes.name,
            answer=write_lead(changes),
            sentences=tuple(_say_paid(move) for move in changes.of_kind("more")[:NAMED]),
            more=_say_certainty(changes),
        )
        for number, changes in enumerate(alternatives, start=1)
    )
    return Study(
        kicker="Comparison",
        name=f"{say_list([changes.name for changes in alternatives]) or 'nothing'} beside {base}",
        subtitles=tuple(_subtitles(document, base, is_question=False)),
        lead=_write_lead_of_many(base, alternatives),
        cards=(cards[::2], cards[1::2]) if cards else (),
        charts=tuple(
            plan
            for number, changes in enumerate(alternatives, start=1)
            for plan in plan_finishes(changes, f"finishes-{number}", f"{changes.name}: ")
        ),
        sections=tuple(
            section
            for number, changes in enumerate(alternatives, start=1)
            for section in (
                Section(
                    id=f"everything-{number}",
                    heading=f"Everything that changes with {changes.name}",
                    table=tabulate_everything(changes),
                ),
                Section(
                    id=f"whole-{number}",
                    heading=f"The portfolio with {changes.name}",
                    table=tabulate_portfolio(changes),
                ),
                *_quarters(as_mapping(raw[number - 1]), changes, number),
            )
        ),
        terms=TERMS,
    )


def _write_lead_of_many(base: str, alternatives: Sequence[Changes]) -> str:
    if not alternatives:
        return f"Nothing is compared with {base}."
    parts = [
        f"{changes.name} delays {_of(len(changes.of_kind('more')), changes)} and brings "
        f"{len(changes.of_kind('less')) or 'none'} forward"
        for changes in alternatives
    ]
    return f"{'; '.join(parts)}."


def _of(n: int, changes: Changes) -> str:
    total = len(changes.shared)
    return f"{n or 'none'} of {total} project{'s' * (total != 1)}"


def _subtitles(document: Mapping[str, Any], base: str, *, is_question: bool) -> list[str]:
    n = int(as_finite(document.get("replications")) or 0)
    futures = f"{n:,} {'future' if n == 1 else 'futures'}"
    as_of = read_date(document.get("as_of"))
    known = f", as known on the morning of {say_date(as_of)}" if as_of is not None else ""
    beside = f"Beside {base}{known}" if is_question else f"The base is {base}{known}"
    return [f"{beside}; {futures} of each, on the same luck."]


# ------------------------------------------------------------------------------- the lead


def write_lead(changes: Changes, opening: str = "") -> str:
    """Return the answer in one sentence: how many move, who most, what is not yet certain."""
    shared = changes.shared
    later, earlier, open_ = (changes.of_kind(kind) for kind in ("more", "less", "open"))
    if not shared:
        return "No project is in both, so there is nothing to compare."
    if all(move.is_as_before for move in shared):
        return f"Nothing changes: {_all(len(shared))} exactly as before."
    if not later and not earlier:
        if not open_:
            return f"{_all(len(shared)).capitalize()} as good as before."
        more = say_further(move.finish for move in open_)
        told = f"; about {more} more would tell of half of them" if more else ""
        some = "it" if len(open_) == 1 else "them"
        told = told.replace("half of them", some) if len(open_) < 3 else told
        return (
            f"Not yet certain: {_futures(changes.replications)} cannot tell whether "
            f"{_count(len(open_), 'project')} of {len(shared)} end"
            f"{'s' * (len(open_) == 1)} later or earlier{told}."
        )
    parts = []
    if later:
        worst = later[0]
        parts.append(
            f"{len(later)} of {_count(len(shared), 'project')} end{'s' * (len(later) == 1)} later, "
            f"{'' if len(later) == 1 else 'most of all '}{_name(worst)} "
            f"{_by(worst)}"
        )
    if earlier:
        best = earlier[-1]
        subject = (
            f"{len(earlier)}" if later else f"{len(earlier)} of {_count(len(shared), 'project')}"
        )
        parts.append(
            f"{subject} end{'s' * (len(earlier) == 1)} earlier, "
            f"{'' if len(earlier) == 1 else 'most of all '}{_name(best)} {_by(best)}"
        )
    if open_:
        parts.append(f"{len(open_)} {'is' if len(open_) == 1 else 'are'} not yet certain")
    text = "; ".join(parts)
    return f"{opening}, {text}." if opening else f"{text}."


def _name(move: Move) -> str:
    return shorten(move.name, LONG_NAME)


def _all(n: int) -> str:
    return "the one project ends" if n == 1 else f"all {n} projects end"


def _by(move: Move) -> str:
    """Return ``by 12 working days on average``."""
    change = move.finish
    if change.leaves:
        return "out of the planning window" if change.leaves > 0 else "into the planning window"
    words = say_later(change).removesuffix(" later").removesuffix(" earlier")
    return f"by {words}{_level(move)}"


def _level(move: Move) -> str:
    """Return which of its finishes moves so far, where it is not the mean."""
    if move.of("finish_mean_days").kind != "unknown":
        return " on average"
    level = "80 of 100" if move.finish is move.of("finish_p80_days") else "50 of 100"
    return f", as {level} futures go"


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}{'s' * (n != 1)}"


def _futures(n: int) -> str:
    return _count(n, "future") if n < 1000 else f"{n:,} futures"


# ------------------------------------------------------------------------ numbers, cards


def _key_numbers(changes: Changes) -> tuple[KeyNumber, ...]:
    numbers = []
    money = money_saying("")
    currency = changes.currency
    moved = [move for move in changes.shared if move.finish.kind in {"more", "less"}]
    moved = [move for move in moved if move.finish.value is not None]
    if moved:
        worst = max(moved, key=lambda move: abs(move.finish.value or 0.0))
        numbers.append(
            KeyNumber(
                value=say_signed_days(worst.finish.value or 0.0),
                of="working days",
                text=f"{_name(worst)}, which moves most{_level(worst)}"
                f"{_within(worst.finish, say_signed_days)}",
            )
        )
    late = [move for move in changes.shared if move.of("p_late").kind in {"more", "less"}]
    if late:
        worst = max(late, key=lambda move: abs(move.of("p_late").value or 0.0))
        change = worst.of("p_late")
        numbers.append(
            KeyNumber(
                value=say_points(change.value or 0.0),
                of="of 100 futures",
                text=f"late with {_name(worst)}, the promise that changes most"
                f"{_within(change, say_points)}",
            )
        )
    whole = changes.portfolio
    for measure, of, text, say in (
        (
            "finish_p80_days",
            "working days",
            "until all that is committed is done in 80 of 100",
            None,
        ),
        ("npv_mean", currency, "net present value of the portfolio", money),
        ("cost_mean", currency, "cost of the portfolio", money),
    ):
        change = whole.of(measure)
        if change.kind in {"more", "less"} and change.value is not None:
            words = say or say_signed_days
            numbers.append(
                KeyNumber(value=words(change.value), of=of, text=f"{text}{_within(change, words)}")
            )
    return tuple(numbers[:4])


def _within(change: Change, words: Any) -> str:
    interval = say_interval(change, words)
    return f" (from {interval})" if interval else ""


def _cards(document: Mapping[str, Any], changes: Changes) -> tuple[tuple[Card, ...], ...]:
    left = [_who_pays(document, changes), _certainty(changes)]
    right = [_roles(changes), _money(changes)]
    rank_first = clean(as_mapping(document.get("rank_first")).get("text"))
    if rank_first:
        left.insert(1, Card(id="rank-first", question="And if it goes first?", answer=rank_first))
    naive = clean(as_mapping(document.get("naive")).get("text"))
    if naive:
        right.insert(
            0,
            Card(
                id="naive-answer",
                question="What would a plan without waiting say?",
                answer=naive,
                more="Such a plan lets every project have its people at once: nobody waits for "
                "anybody, so one more project costs the others nothing.",
            ),
        )
    return (tuple(left), tuple(right))


def _who_pays(document: Mapping[str, Any], changes: Changes) -> Card:
    later, earlier = changes.of_kind("more"), changes.of_kind("less")
    text = clean(as_mapping(document.get("who_pays")).get("text"))
    if not text:
        if later:
            text = f"{say_list([move.name for move in later[:NAMED]])}" + (
                f" and {len(later) - NAMED} more" if len(later) > NAMED else ""
            )
            text = f"{text} {'pays' if len(later) == 1 else 'pay'} with a later finish."
        elif changes.of_kind("open"):
            text = "Nobody for certain."
        else:
            text = "Nobody: no project ends later."
    sentences = [_say_paid(move) for move in [*later[:NAMED], *earlier[::-1][:2]]]
    more = len(later) - NAMED
    return Card(
        id="who-pays",
        question="Who pays?",
        answer=text,
        sentences=tuple(sentences),
        more=f"{more} more in the table." if more > 0 else "",
    )


def _say_paid(move: Move) -> Sentence:
    change = move.finish
    parts = []
    interval = say_interval(change, say_signed_days)
    if interval:
        parts.append(f"from {interval}")
    late = move.of("p_late")
    if late.kind in {"more", "less"} and late.value is not None:
        parts.append(f"late in {say_points(late.value)} of 100 futures")
    return Sentence(
        strong=f"{move.name}: {say_later(change)}",
        rest=f"{_level(move)}{' (' + '; '.join(parts) + ')' if parts else ''}.",
    )


def _roles(changes: Changes) -> Card:
    moves = [r for r in changes.roles if r.of("wait_days").kind in {"more", "less"}]
    moves.sort(key=lambda role: -abs(role.of("wait_days").value or 0.0))
    if not moves:
        answer = "For no role does work certainly wait longer or less long."
        return Card(id="roles", question="Which role causes it?", answer=answer)
    first = moves[0]
    change = first.of("wait_days")
    longer = "longer" if (change.value or 0.0) > 0 else "less long"
    answer = (
        f"The {role_words(first.id)}: work waits {_few_days(abs(change.value or 0.0))} {longer} "
        f"per project{_within(change, say_signed_days)}."
    )
    sentences = []
    for role in moves[:3]:
        busy = role.of("utilisation")
        if busy.base is None or busy.after is None:
            continue
        if busy.base.value is None or busy.after.value is None:
            continue
        sentences.append(
            Sentence(
                strong=f"{role_words(role.id).capitalize()}",
                rest=f": busy {100 * busy.base.value:.0f} % before, {100 * busy.after.value:.0f} % "
                f"after; the wait changes by {say_signed_days(role.of('wait_days').value or 0.0)} "
                "working days per project.",
            )
        )
    return Card(
        id="roles",
        question="Which role causes it?",
        answer=answer,
        sentences=tuple(sentences),
        more="Whom one more person of would help is another question: pmosim bottlenecks.",
    )


def _few_days(days: float) -> str:
    return f"{days:.1f} working days" if days < 9.95 else f"{days:.0f} working days"


def _money(changes: Changes) -> Card:
    say = money_saying(changes.currency)
    sentences = []
    for measure, noun, words in (
        ("cost_mean", "Cost", say),
        ("npv_mean", "Net present value", say),
        ("finished", "Projects finished in the window", say_count),
    ):
        change = changes.portfolio.of(measure)
        if change.value is None:
            if change.reason:
                sentences.append(Sentence(strong=noun, rest=f": not known, {change.reason}."))
            continue
        text = "no change" if change.is_nothing else words(change.value)
        doubt = "" if change.is_settled else ", not yet certain"
        sentences.append(
            Sentence(strong=f"{noun}: {text}", rest=f"{_within(change, words)}{doubt}.")
        )
    npv = changes.portfolio.of("npv_mean")
    answer = {
        "more": "It is worth more than before.",
        "less": "It is worth less than before, counted over the whole portfolio.",
        "same": "It is worth as much as before.",
        "open": "Whether it is worth more is not yet certain.",
        "unknown": "What it is worth is not known.",
    }[npv.kind]
    return Card(
        id="money",
        question="What does it cost and return?",
        answer=answer,
        sentences=tuple(sentences),
    )


def _certainty(changes: Changes) -> Card:
    kinds = [move.finish.kind for move in changes.shared]
    same = sum(move.is_as_before for move in changes.shared)
    parts = []
    for n, words in (
        (same, "exactly as before"),
        (kinds.count("same") - _same_and_nothing(changes), "as good as before"),
        (kinds.count("open"), "not yet certain"),
        (kinds.count("unknown"), "not known"),
    ):
        if n > 0:
            parts.append(f"{_count(n, 'project')} {words}")
    moved = kinds.count("more") + kinds.count("less")
    answer = f"{_count(moved, 'project')} certainly {'moves' if moved == 1 else 'move'}" + (
        f"; {say_list(parts)}." if parts else "."
    )
    return Card(
        id="certainty",
        question="How sure is this?",
        answer=answer,
        more=_say_certainty(changes),
    )


def _same_and_nothing(changes: Changes) -> int:
    return sum(move.is_as_before and move.finish.kind == "same" for move in changes.shared)


def _say_certainty(changes: Changes) -> str:
    open_ = [move.finish for move in changes.of_kind("open")]
    if not open_:
        return "More futures would not change what is said of the finishes."
    known = [change.further for change in open_ if change.further]
    if not known:
        return "More futures would not settle it: the changes are about as large as what matters."
    text = f"About {say_further(open_)} more futures would settle half of what is open"
    return f"{text}; all of it, {round_up(max(known)):,}." if len(known) > 1 else f"{text}."


# ------------------------------------------------------------------------ tables, charts


def _near(document: Mapping[str, Any], changes: Changes) -> list[Section]:
    sections = []
    starts = document.get("starts")
    names = as_mapping(document.get("names"))
    if isinstance(starts, list) and starts:
        sections.append(
            Section(
                id="starts",
                heading="When could it start?",
                table=tabulate_starts(starts, names),
            )
        )
    newcomers = [move for move in changes.projects if move.is_new or move.is_gone]
    if newcomers:
        new = [move for move in newcomers if move.is_new]
        heading = "The new projects" if new else "Projects that are gone"
        if new and len(new) < len(newcomers):
            heading = "New projects, and those that are gone"
        sections.append(
            Section(id="newcomers", heading=heading, table=tabulate_newcomers(changes, newcomers))
        )
    return sections


def _rank_first(document: Mapping[str, Any], changes: Changes) -> tuple[Section, ...]:
    """Return who pays if the new ones go first, beside who pays as ranked."""
    rows = as_mapping(document.get("rank_first")).get("rows")
    if not isinstance(rows, list) or not rows:
        return ()
    other = changes_of(
        rows,
        names=as_mapping(document.get("names")),
        base=changes.base,
        name="rank 1",
        currency=changes.currency,
        replications=changes.replications,
    )
    if not other.shared:
        return ()
    heading = "Who pays as it is ranked, and with rank 1"
    return (Section(id="first", heading=heading, table=_tabulate_ranks(changes, other)),)


def _tabulate_ranks(changes: Changes, other: Changes) -> Table:
    from pmosim.report.changetables import cell_of_change
    from pmosim.report.tables import Cell

    by_id = {move.id: move for move in other.shared}
    rows = [
        (
            Cell(text=move.name),
            cell_of_change(move.finish, say_signed_days),
            cell_of_change(by_id[move.id].finish, say_signed_days),
            cell_of_change(move.of("p_late"), say_points),
            cell_of_change(by_id[move.id].of("p_late"), say_points),
        )
        for move in changes.shared
        if move.id in by_id and not (move.is_as_before and by_id[move.id].is_as_before)
    ]
    return Table(
        caption="Who pays, by the rank of what is new",
        head=(
            "Project",
            "Days later, as ranked",
            "Days later, with rank 1",
            "Late of 100, as ranked",
            "Late of 100, with rank 1",
        ),
        rows=tuple(rows),
        numeric=frozenset({1, 2, 3, 4}),
    )


def _charts(document: Mapping[str, Any], changes: Changes) -> list[Plan]:
    naive = as_mapping(document.get("naive")).get("rows")
    return [
        *plan_finishes(changes),
        *plan_naive(changes, naive if isinstance(naive, list) else []),
        *plan_loads(changes),
    ]
