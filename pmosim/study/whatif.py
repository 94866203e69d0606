"""What-if: what a change does to every project that is there already, on the same luck.

In: a scenario with changes (``verbs``), and runs. Out: WhatIf: the comparison, the answer in a
sentence, who pays (also with the newcomers first in rank), what a plan without waiting would say,
the latest and safest starts of new projects; all of it as the document ``pmosim.compare/1`` with
more keys. Not here: how differences are measured (``comparison``), the search of starts
(``starts``).
"""

from __future__ import annotations

import math
import shlex
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pmosim.forecast.estimate import quantile
from pmosim.forecast.futures import futures_by_id
from pmosim.forecast.wording import MONTHS, money_in_words
from pmosim.network.arrays import NONE
from pmosim.plan import plan_project
from pmosim.study.comparison import Comparison, compare
from pmosim.study.payers import Move, Payers, find_payers, one_line
from pmosim.study.runs import Counter
from pmosim.study.starts import FUTURES as SEARCH_FUTURES
from pmosim.study.starts import MOST_RUNS, Start, search_starts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from pmosim.forecast.estimate import Json
    from pmosim.forecast.paired import Difference
    from pmosim.network import Network
    from pmosim.outcomes import Outcomes
    from pmosim.scenario import Scenario
    from pmosim.study.runs import Runs, Told
    from pmosim.study.verbs import Changed

NAME = "what if"
"""What the changed scenario is called beside its base."""
RANK_FUTURES = 100
"""Futures of the row with the newcomers first in rank, at most."""
NAMED = 3
CAUSES_IN_WORDS = {
    "work": "longer work of their own",
    "lag": "lags",
    "date": "dates not to start before",
    "project": "waiting for other projects",
    "intake": "waiting to be let in by the start rule",
}


@dataclass(frozen=True, kw_only=True)
class Naive:
    """What a plan says in which nobody waits: every project alone, as long as its longest path."""

    finish: dict[str, date]
    """Of the projects that the question adds."""
    moved: dict[str, float]
    """Working days by which it says that existing projects move; absent = not at all."""
    text: str

    def to_json(self, projects: Sequence[str]) -> Json:
        """Return the entry of the document, with a row for each of some projects."""
        rows = [
            {"entity": name, "measure": "finish_mean_days", "value": self.moved.get(name, 0.0)}
            for name in projects
        ]
        finish = {name: day.isoformat() for name, day in self.finish.items()}
        return {"text": self.text, "rows": rows, "finish": finish}


@dataclass(frozen=True, kw_only=True)
class RankFirst:
    """The same question with the added projects first in rank."""

    payers: Payers
    rows: list[Json]
    text: str
    futures: int


@dataclass(frozen=True, kw_only=True, eq=False)
class WhatIf:
    """The answer to a question."""

    question: Changed
    comparison: Comparison
    payers: Payers
    naive: Naive
    rank_first: RankFirst | None
    starts: tuple[Start, ...] = ()
    texts: dict[str, str] = field(default_factory=dict)
    """``answer`` and ``who_pays``, each a sentence or two."""

    def to_document(self) -> Json:
        """Return ``pmosim.compare/1`` with what only a question has."""
        document = self.comparison.to_document()
        later = [move.project for move in self.payers.later]
        first = self.rank_first
        return document | {
            "answer": {"text": self.texts["answer"]},
            "question": {
                "words": self.question.words,
                "verbs": [
                    {change.verb: change.shown[1] if change.shown else change.value}
                    for change in self.question.changes
                ],
                "command": self.command,
            },
            "added": list(self.question.added),
            "who_pays": {
                "text": self.texts["who_pays"],
                "projects": later,
                "causes": self.payers.causes_to_json(),
            },
            "rank_first": None
            if first is None
            else {
                "text": first.text,
                "projects": [move.project for move in first.payers.later],
                "causes": first.payers.causes_to_json(),
                "replications": first.futures,
                "rows": first.rows,
            },
            "starts": [start.to_json() for start in self.starts],
            "naive": self.naive.to_json([move.project for move in self.payers.moves]),
        }

    @property
    def command(self) -> str:
        """The options of the question, as a shell takes them."""
        return " ".join(
            f"{change.option} {shlex.quote(change.shown[0] if change.shown else change.typed)}"
            for change in self.question.changes
        )


def ask(
    question: Changed,
    runs: Runs,
    *,
    base_name: str,
    on_run: Told = lambda _done, _most: None,
    known: tuple[dict[int, Outcomes], dict[int, Outcomes]] | None = None,
) -> WhatIf:
    """Return the answer to a question, from runs on the same luck.

    Parameters
    ----------
    runs : as many futures as the comparison takes.
    base_name : what the scenario is called.
    on_run : told how many runs are done, and how many there will be at most.
    known : blocks of the two runs that are there already, by their first future.
    """
    few = min(SEARCH_FUTURES, runs.replications)
    most = 2 + _can_rank(question) + (MOST_RUNS + 1 if question.added else 0)
    counter = Counter(on_run, most)
    on_run(0, most)
    parts: tuple[dict[int, Outcomes], dict[int, Outcomes]] = known or ({}, {})
    base = runs.run(question.before, known=parts[0])
    counter.count()
    after = runs.run(question.after, known=parts[1])
    counter.count()
    comparison = compare(base, after, names=[base_name, NAME])
    rank_first = None
    if _can_rank(question):
        n = min(RANK_FUTURES, runs.replications)
        first = runs.run(question.before, replications=n, known=parts[0])
        rank_first = _rank_first(
            question, base_name, first, runs.run(_ranked(question), replications=n)
        )
        counter.count()
    starts = search_starts(
        question,
        runs,
        runs.run(question.before, replications=few, known=parts[0]),
        runs.run(question.after, replications=few, known=parts[1]),
        counter.count,
    )
    payers = find_payers(comparison, without=asked_projects(question))
    naive = plan_naively(question, base.network, after, payers)
    texts = {
        "answer": _answer(question, comparison, payers),
        "who_pays": _say_payers(_rank_words(question), payers),
    }
    return WhatIf(
        question=question, comparison=comparison, payers=payers, naive=naive,
        rank_first=rank_first, starts=starts, texts=texts,
    )  # fmt: skip


def asked_projects(question: Changed) -> set[str]:
    """Return the projects that the question itself delays, pauses, stops or takes people from."""
    asked = {
        name
        for change in question.changes
        if change.verb in {"delay", "pause", "cancel"}
        for name in change.value
    }
    taken = [change.value for change in question.changes if change.verb == "withdraw"]
    return asked | {str(of["from"]) for value in taken for of in value.values()}


# ---- the rank of what is added


def _ranks_decide(scenario: Scenario) -> bool:
    return scenario.dispatch.rule == "rank" or scenario.intake.order.kind == "rank"


def _can_rank(question: Changed) -> bool:
    """Return whether the added projects could stand higher than they do."""
    if not question.added or not _ranks_decide(question.after):
        return False
    return _given_ranks(question) != list(range(1, len(question.added) + 1))


def _given_ranks(question: Changed) -> list[int | None]:
    ranks = {project.id: project.rank for project in question.after.projects}
    return [ranks.get(name) for name in question.added]


def _ranked(question: Changed) -> Scenario:
    """Return the changed scenario with the added projects first in rank, in their order."""
    return question.after.change(rank=dict.fromkeys(reversed(question.added), 1))


def _rank_first(question: Changed, base_name: str, base: Outcomes, ranked: Outcomes) -> RankFirst:
    comparison = compare(base, ranked, names=[base_name, "rank 1"])
    payers = find_payers(comparison, without=asked_projects(question))
    one = len(question.added) == 1
    whom = "the new project" if one else "the new projects"
    text = _say_payers(f"With {whom} first in rank instead (rank 1)", payers)
    return RankFirst(
        payers=payers,
        rows=[row.to_json() for row in comparison.rows()],
        text=f"{text} ({base.replications} futures.)",
        futures=base.replications,
    )


def _rank_words(question: Changed) -> str:
    """Return the rank that is assumed for what is added."""
    if not question.added:
        return ""
    one = len(question.added) == 1
    whom = "the new project" if one else "the new projects"
    if not _ranks_decide(question.after):
        rule = question.after.dispatch.rule
        return f"With {whom} as the rules have it (who goes first: {rule}; ranks decide nothing)"
    ranks = _given_ranks(question)
    if all(rank is None for rank in ranks):
        return f"With {whom} behind all ranked ones (no rank was given)"
    known = sorted({rank for rank in ranks if rank is not None})
    listed = ", ".join(map(str, known))
    rest = ", the others behind all ranked ones" if None in ranks else ""
    return f"With {whom} at rank {listed} as given{rest}"


# ---- what a plan without waiting says


def plan_naively(question: Changed, before: Network, after: Outcomes, payers: Payers) -> Naive:
    """Return what a plan says in which every project stands alone and nobody waits.

    A project begins when it asks and lasts as long as its longest path of planned durations.
    """
    network = after.network
    plans = [_planned_finish(each) for each in (before, network)]
    added = {name: day for name, day in plans[1].items() if name in question.added}
    per_day = network.minutes_per_day
    finish = {name: network.calendar.to_date(minute / per_day) for name, minute in added.items()}
    moved = {
        name: (plans[1][name] - minute) / per_day
        for name, minute in plans[0].items()
        if name in plans[1] and plans[1][name] != minute
    }
    simulated = _simulated_finish(after, question.added)
    text = _say_naive(finish, moved, payers, network, simulated)
    return Naive(finish=finish, moved=moved, text=text)


def _planned_finish(network: Network) -> dict[str, float]:
    """Return the minute at which each listed project that is to come would end, alone."""
    projects = network.projects
    found = {}
    for row in range(network.n_listed):
        if (
            projects.status[row] in {"done", "cancelled", "running"}
            or projects.arrives[row] == NONE
        ):
            continue
        begin = max(int(projects.arrives[row]), int(projects.not_before[row]), 0)
        plan = plan_project(network, row, projects.size[row].plan)
        found[projects.ids[row]] = begin + float(plan.length)
    return found


def _say_naive(
    finish: dict[str, date],
    moved: dict[str, float],
    payers: Payers,
    network: Network,
    simulated: str,
) -> str:
    parts = [
        f"{one_line(name)} finishes {_date(day)}" for name, day in list(finish.items())[:NAMED]
    ]
    if len(set(finish.values())) == 1 and len(finish) > 1:
        parts = [f"the {len(finish)} new projects finish {_date(next(iter(finish.values())))}"]
    elif len(finish) > NAMED:
        parts.append(f"{len(finish) - NAMED} more are new")
    names = dict(zip(network.projects.ids, network.projects.names, strict=True))
    parts += [
        f"{one_line(names.get(name) or name)} finishes {_in_days(abs(days))} "
        f"{'later' if days > 0 else 'earlier'}"
        for name, days in list(moved.items())[:NAMED]
    ]
    others = "no other project moves by a day" if parts else "no project moves by a day"
    free = ": starting everything at once looks free" if finish else ""
    told = f"A plan in which nobody waits for anybody says: {_list([*parts, others])}{free}."
    return f"{told} {_say_simulated(payers, simulated)}"


def _say_simulated(payers: Payers, simulated: str) -> str:
    """Return what happens where people are shared, beside the naive plan."""
    n_later = len(payers.later)
    parts = [simulated] if simulated else []
    if n_later:
        parts.append(
            f"{n_later} of {len(payers.moves)} other projects finish{'es' * (n_later == 1)} later"
            f"{_together(payers.later)}"
        )
    elif payers.is_nothing:
        parts.append("the others do not move either")
    else:
        parts.append("no other project certainly finishes later")
    return f"Simulated, with people who are shared, {_list(parts)}."


def _simulated_finish(after: Outcomes, added: Sequence[str]) -> str:
    """Return by when 80 of 100 futures have finished all that was added."""
    found = futures_by_id(after)
    last = [quantile(found[name].finish_day, 0.8).value for name in added if found[name].n]
    if not last:
        return ""
    if math.isinf(max(last)):
        return "the last new project is not finished within the run in 80 of 100 futures"
    day = after.network.calendar.to_date(max(last))
    which = "the new project" if len(added) == 1 else "the last of the new projects"
    return f"{which} is finished by {_day(day)} in 80 of 100 futures"


# ---- sentences


def _answer(question: Changed, comparison: Comparison, payers: Payers) -> str:
    """Return the answer in one sentence."""
    head = f"If {question.words}, " if question.changes else ""
    if payers.is_nothing and _is_nothing(comparison):
        text = (
            "nothing changes: every project finishes in the same minute in every future, "
            "and the portfolio costs and earns the same."
        )
        return f"{head}{text}" if head else f"No change is given, and {text}"
    kind = "other" if asked_projects(question) else "existing"
    parts = [_say_later(payers, kind)]
    cause = _say_cause(payers)
    if cause:
        parts.append(cause)
    parts.append(_say_money(comparison))
    return f"{head or 'Without a change, '}{'; '.join(parts)}."


def _say_later(payers: Payers, kind: str) -> str:
    later, earlier, total = payers.later, payers.earlier, len(payers.moves)
    if not total:
        return "no project is in both, so none can be compared"
    if later:
        running = [move for move in payers.moves if move.status == "running"]
        n_running = sum(move.status == "running" for move in later)
        text = f"{len(later)} of {total} {kind} projects certainly finish"
        text += f"{'es' * (len(later) == 1)} later"
        text += f" ({n_running} of the {len(running)} running)" if running else ""
        text += f", {_say_move(later[0])}"
    else:
        text = f"none of the {total} {kind} projects certainly finishes later"
    if earlier:
        text += f"; {len(earlier)} finish{'es' * (len(earlier) == 1)} earlier, "
        text += _say_move(earlier[0])
    if payers.open:
        text += f"; {len(payers.open)} {'is' if len(payers.open) == 1 else 'are'} not yet certain"
        text += _say_further(payers.open)
    return text


def _say_further(moves: Sequence[Move]) -> str:
    further = sorted(m.difference.further for m in moves if m.difference.further is not None)
    if not further:
        return ""
    half = further[(len(further) - 1) // 2]
    digits = len(str(half)) - 2
    about = round(half, -digits) if digits > 0 else half
    which = "it" if len(moves) == 1 else "half of them"
    return f" (about {about:,} more futures would settle {which})"


def _say_move(move: Move) -> str:
    """Return ``by at most 12 working days (Shift planning, on average; 10 to 14)``."""
    change = move.difference
    if math.isinf(change.value):
        return f"{move.name} {'out of' if change.value > 0 else 'into'} the planning window"
    interval = ""
    if math.isfinite(change.low) and math.isfinite(change.high):
        ends = sorted((abs(change.low), abs(change.high)))
        interval = f"; {_figure(ends[0])} to {_figure(ends[1])}"
    level = {"finish_p80_days": "as 80 of 100 futures go", "finish_mean_days": "on average"}
    where = level.get(move.measure, "as half of the futures go")
    return f"by at most {_in_days(abs(change.value))} ({move.name}, {where}{interval})"


def _say_cause(payers: Payers) -> str:
    if not payers.causes:
        return ""
    cause, days = payers.causes[0]
    whole = math.fsum(each for _, each in payers.causes)
    share = round(100 * days / whole)
    much = "most of the delay" if 2 * days > whole else "the largest part of the delay"
    words = f"{much} ({share} %) is {_cause_words(cause)}"
    roles = [name for name, _ in payers.causes if name not in CAUSES_IN_WORDS]
    if cause in CAUSES_IN_WORDS and roles:
        words += f", and of the people it is the {roles[0].replace('-', ' ')} that is waited for"
    return words


def _cause_words(cause: str) -> str:
    return CAUSES_IN_WORDS.get(cause) or f"waiting for the {cause.replace('-', ' ')}"


def _say_money(comparison: Comparison) -> str:
    currency = comparison.base.network.currency
    cost = comparison.row("portfolio", "cost_mean").difference
    npv = comparison.row("portfolio", "npv_mean").difference
    return (
        f"the portfolio costs {_money(cost, currency, 'more', 'less')} "
        f"and is worth {_money(npv, currency, 'more', 'less')} (NPV)"
    )


def _money(change: Difference, currency: str, more: str, less: str) -> str:
    if math.isnan(change.value):
        return f"an amount that is not known ({change.reason})"
    if change.is_zero:
        return "the same"
    words = money_in_words(abs(change.value), currency)
    doubt = "" if change.is_settled else " (not yet certain)"
    return f"{words} {more if change.value > 0 else less}{doubt}"


def _say_payers(head: str, payers: Payers) -> str:
    """Return who pays, in one sentence that begins with the rank that is assumed."""
    opening = f"{head}, " if head else ""
    nobody = "nobody" if head else "Nobody"
    later = payers.later
    if payers.is_nothing:
        text = f"{nobody} pays: no other project moves in any future"
    elif not later:
        text = f"{nobody} certainly pays: no other project certainly finishes later"
        if payers.open:
            further = _say_further(payers.open).strip(" ()")
            text += f" ({len(payers.open)} not yet certain{further and f': {further}'})"
    else:
        listed = [f"{move.name} ({_signed(move.difference.value)})" for move in later[:NAMED]]
        more = len(later) - NAMED
        listed += [f"{more} more"] if more > 0 else []
        text = f"{_list(listed)} pay{'s' * (len(later) == 1)} with a later finish{_together(later)}"
    return f"{opening}{text}."


def _together(moves: Sequence[Move]) -> str:
    """Return ``, 25 working days together``; what leaves the window has no number of days."""
    days = [m.difference.value for m in moves if math.isfinite(m.difference.value)]
    return f", {_in_days(math.fsum(days))} together" if days else ""


def _is_nothing(comparison: Comparison) -> bool:
    return all(
        row.difference.is_zero or math.isnan(row.difference.value) for row in comparison.rows()
    ) and all(row.base is not None and row.value is not None for row in comparison.rows())


def _signed(days: float) -> str:
    if math.isinf(days):
        return "out of the window"
    return f"+{_figure(days)} working day{'s' * (_figure(days) != '1')}"


def _figure(days: float) -> str:
    return f"{days:.0f}" if days >= 9.95 else f"{days:.1f}".removesuffix(".0")


def _in_days(days: float) -> str:
    figure = _figure(days)
    return f"{figure} working day{'s' * (figure != '1')}"


def _date(day: date) -> str:
    return f"on {_day(day)}"


def _day(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def _list(items: Sequence[str]) -> str:
    """Return ``a, b and c``."""
    return " and ".join(filter(None, (", ".join(items[:-1]), items[-1])))
